/**
 * Serializers: how an application writes a resource itself. They see and change the parts that a document is made of,
 * the same for every format; identity, sparse fieldsets and JSON's own limits are kept behind them.
 */
import { RestlessErrors, SerializationException } from '../errors.js';
import { toJson } from '../query/values.js';
import type { ResourceRecord, Result } from '../query/result.js';
import type { Viewer } from '../resource/policy.js';
import type { Resource } from '../resource/resource.js';
import type { WireFormatName } from './format-name.js';

/** The parts of a resource that a serializer may change. `type` and `id` are not among them: links and linkage rest on them. */
export interface SerializedResource {
  /** Values by name, as JSON is to have them. */
  attributes: Record<string, unknown>;
  /** JSON:API's relationship objects by name. In flat JSON only the names count: what is taken out is not embedded. */
  relationships: Record<string, Record<string, unknown>>;
  /** JSON:API's links; flat JSON has none. */
  links: Record<string, unknown>;
  /** JSON:API's meta; flat JSON has none. */
  meta: Record<string, unknown>;
}

/** What a serializer is told of the resource that it writes. */
export interface SerializeContext<T extends object = object> {
  /** The name of the collection, JSON:API's `type`. */
  readonly type: string;
  /** The id, as it is written. */
  readonly id: string;
  /** The instance, from `find`: with everything in it, also what the viewer may not see. */
  readonly entity: T;
  /** The one resource that was asked for, one of a list, or one that was included. */
  readonly role: 'single' | 'many' | 'included';
  /** The fields that the client asks for; undefined for all. Others that a serializer adds are left out. @see SER-06 */
  readonly fields: readonly string[] | undefined;
  /** class-transformer's groups of the request. */
  readonly groups: readonly string[];
  /** The request of the HTTP adapter. */
  readonly request: unknown;
  /** The format of the answer. */
  readonly format: WireFormatName;
  /** What would be written without a serializer: fields that the viewer may see, and links. Made anew at every call. */
  readonly default: () => SerializedResource;
}

/**
 * Writes a resource: a function that takes the default and changes it, or makes its own.
 *
 * @example
 * const shout = (context: SerializeContext<Computer>) => {
 *   const resource = context.default();
 *   resource.attributes.shouted = context.entity.name.toUpperCase();
 *   return resource;
 * };
 * @see SER-01, SER-04
 */
export type SerializerFunction<T extends object = object> = ResourceSerializer<T>['serialize'];

/** The same as an object; classes are made by Nest's injector. @see SER-04 */
export interface ResourceSerializer<T extends object = object> {
  // A method, not a property: so one for a certain entity fits wherever one for any is asked for.
  /** Writes one resource: attributes, relationships, links and meta; `context.default()` is what is written without it. */
  serialize(context: SerializeContext<T>): SerializedResource | Promise<SerializedResource>;
}

/** What the option `serializer` takes. */
export type Serializer = SerializerFunction | ResourceSerializer | (new (...args: never[]) => ResourceSerializer);

/**
 * Writes what is written without a serializer; a class of your own extends it.
 *
 * @example
 * @Injectable()
 * class ShoutSerializer extends DefaultSerializer<Computer> {
 *   override async serialize(context: SerializeContext<Computer>) {
 *     const resource = await super.serialize(context);
 *     resource.attributes.shouted = context.entity.name.toUpperCase();
 *     return resource;
 *   }
 * }
 * @see SER-04, SER-08
 */
export class DefaultSerializer<T extends object = object> implements ResourceSerializer<T> {
  /** What is written without a serializer; override it, and start from `super.serialize(context)`. */
  serialize(context: SerializeContext<T>): SerializedResource | Promise<SerializedResource> {
    return context.default();
  }
}

/** What serializers made of records. */
export type Serialized = ReadonlyMap<ResourceRecord, SerializedResource>;

/** What it takes to serialize a result. */
export interface Serialization {
  /** Undefined for resources that have none. */
  readonly serializerOf: (resource: Resource) => ResourceSerializer | undefined;
  readonly format: WireFormatName;
  readonly parts: (record: ResourceRecord) => SerializedResource;
  readonly viewer: Viewer;
}

/**
 * Asks the serializers of all resources in a result; undefined where there are none.
 *
 * @throws SerializationException, or RestlessErrors with one for each resource that could not be serialized (SER-12)
 */
export async function serialize(result: Result, how: Serialization): Promise<Serialized | undefined> {
  const { query } = result;
  const role = query.cardinality === 'many' ? 'many' : 'single';
  const asked = [
    ...(query.operation === 'GET_RELATIONSHIP' ? [] : result.records.map((record) => [record, role] as const)),
    ...(query.includesPrimary ? result.records.map((record) => [record, 'included'] as const) : []),
    ...result.included.map((record) => [record, 'included'] as const),
  ].filter(([{ resource }]) => how.serializerOf(resource) !== undefined);
  if (asked.length === 0) return undefined;
  const faults: SerializationException[] = [];
  const entries = await Promise.all(
    asked.map(async ([record, as]) => {
      try {
        return [record, await serializeOne(record, as, result, how)] as const;
      } catch (error) {
        if (!(error instanceof SerializationException)) throw error;
        faults.push(named(error, record, as));
        return undefined;
      }
    }),
  );
  if (faults.length === 1) throw faults[0]!;
  if (faults.length > 1) throw new RestlessErrors(faults);
  return new Map(entries.filter((entry) => entry !== undefined));
}

async function serializeOne(
  record: ResourceRecord,
  role: SerializeContext['role'],
  result: Result,
  { serializerOf, format, parts, viewer }: Serialization,
): Promise<SerializedResource> {
  const { resource, id } = record;
  const fields = result.query.fieldsets.get(resource)!.asked;
  const made = await serializerOf(resource)!.serialize({
    type: resource.name,
    id,
    entity: record.entity ?? {},
    role,
    fields,
    groups: viewer.groups,
    request: viewer.request,
    format,
    default: () => parts(record),
  });
  const shown = <T>(members: Record<string, T> = {}): [string, T][] =>
    Object.entries(members).filter(([name]) => fields?.includes(name) ?? true);
  return {
    attributes: Object.fromEntries(shown(made.attributes).map(([name, value]) => [name, toJson(value)])),
    relationships: Object.fromEntries(shown(made.relationships)),
    links: made.links ?? {},
    meta: toJson(made.meta ?? {}) as Record<string, unknown>,
  };
}

/** An error without words of its own gets those that name the resource. @see SER-10 */
function named(
  error: SerializationException,
  { resource, id }: ResourceRecord,
  role: SerializeContext['role'],
): SerializationException {
  if (error.message !== '') return error;
  const which = role === 'included' ? 'included resource' : 'resource';
  return new SerializationException(`Failed to serialize ${which} of type ${resource.name} and ID ${id}`, {
    cause: error.cause,
  });
}
