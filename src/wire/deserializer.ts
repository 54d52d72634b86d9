/**
 * Deserializers: how an application reads a body itself. What they give back is checked like everything that clients
 * send: names under the policy, values against their columns.
 */
import { RestlessError } from '../errors.js';
import type {
  ChangeRequest,
  RawLinkage,
  RawMember,
  RawReference,
  RawResource,
  RawRow,
  WriteOperation,
} from '../query/api-request.js';
import { ExactNumber } from '../query/values.js';
import type { Viewer } from '../resource/policy.js';

/** A resource that a body names. */
export interface ResourceReference {
  /** Undefined for the type that the relationship leads to. */
  readonly type?: string | undefined;
  /** As in the URL of the row. */
  readonly id: string;
}

/** What a relationship is to lead to: a resource that is there, or one inside the body, as flat JSON has them. */
export type RelatedResource = ResourceReference | DeserializedResource;

/** The parts of a body that a deserializer may change; what is undefined was not sent. */
export interface DeserializedResource {
  /** The client's own id. */
  readonly id: string | undefined;
  /** Values by name, as JSON had them. */
  readonly attributes: Record<string, unknown>;
  /** What each relationship is to lead to: one row or null, or a list. */
  readonly relationships: Record<string, RelatedResource | null | readonly RelatedResource[] | undefined>;
}

/** What a deserializer is told of the body that it reads. */
export interface DeserializeContext {
  /** The name of the collection, JSON:API's `type`. */
  readonly type: string;
  /** What the body is for: a new row, one that is there, or a collection. */
  readonly operation: Extract<WriteOperation, 'POST_RESOURCE' | 'PATCH_RESOURCE' | 'PATCH_COLLECTION'>;
  /** The id in the address; undefined for new resources. */
  readonly id: string | undefined;
  /** class-transformer's groups of the request. */
  readonly groups: readonly string[];
  /** The request of the HTTP adapter. */
  readonly request: unknown;
  /** The whole body, as JSON; undefined where it is none. @see SER-05 */
  readonly document: unknown;
  /**
   * What would be read without a deserializer, from the body or from a document that you give instead.
   *
   * @throws BadRequestError and others for what is no document of the format
   */
  readonly default: (document?: unknown) => DeserializedResource;
}

/**
 * Reads a body: a function that takes the default and changes it, or makes its own of the document.
 *
 * @example
 * const renaming = (context: DeserializeContext) => {
 *   const resource = context.default();
 *   const { fullName, ...attributes } = resource.attributes;
 *   return { ...resource, attributes: { ...attributes, name: fullName } };
 * };
 * @see SER-01, SER-05
 */
export type DeserializerFunction = ResourceDeserializer['deserialize'];

/** The same as an object; classes are made by Nest's injector. @see SER-05 */
export interface ResourceDeserializer {
  /** Reads one body: id, attributes and relationships; `context.default()` is what is read without it. */
  deserialize(context: DeserializeContext): DeserializedResource | Promise<DeserializedResource>;
}

/** What the option `deserializer` takes. */
export type Deserializer =
  DeserializerFunction | ResourceDeserializer | (new (...args: never[]) => ResourceDeserializer);

/**
 * Reads what is read without a deserializer; a class of your own extends it.
 *
 * @example
 * @Injectable()
 * class CheckedDeserializer extends DefaultDeserializer {
 *   override async deserialize(context: DeserializeContext) {
 *     const resource = await super.deserialize(context);
 *     if (resource.attributes.name === '') throw new DeserializationException('a name has letters');
 *     return resource;
 *   }
 * }
 * @see SER-05, SER-07
 */
export class DefaultDeserializer implements ResourceDeserializer {
  /** What is read without a deserializer; override it, and start from `super.deserialize(context)`. */
  deserialize(context: DeserializeContext): DeserializedResource | Promise<DeserializedResource> {
    return context.default();
  }
}

/** What it takes to read a body with a deserializer. */
export interface Deserialization {
  readonly deserializer: ResourceDeserializer;
  readonly viewer: Viewer;
  readonly document: unknown;
  /** What the body says beside the resource, whose fields are all left out. */
  readonly beside: ChangeRequest;
  /** The format's own reading, of the body or of another document. */
  readonly read: (document?: unknown) => ChangeRequest;
}

/**
 * Reads a body as the application wants it.
 *
 * @throws DeserializationException, and whatever else the deserializer throws
 */
export async function deserialize(
  type: string,
  operation: DeserializeContext['operation'],
  id: string | undefined,
  { deserializer, viewer, document, beside, read }: Deserialization,
): Promise<ChangeRequest> {
  let request = beside;
  const made = await deserializer.deserialize({
    type,
    operation,
    id,
    groups: viewer.groups,
    request: viewer.request,
    document,
    default: (other) => {
      request = read(other);
      return partsOf(request.resource!);
    },
  });
  return { ...request, resource: merge(request.resource!, made) };
}

/** Edits of members, which flat JSON has, are not among the parts. */
function partsOf({ id, attributes, relationships }: RawResource): DeserializedResource {
  const wholes = relationships.filter(({ action }) => action === undefined);
  return {
    id: id?.value,
    attributes: Object.fromEntries(attributes.map(({ name, value }) => [name, plain(value)])),
    relationships: Object.fromEntries(wholes.map((linkage) => [linkage.name, relatedOf(linkage)])),
  };
}

/** Digits that a double cannot hold are text for an application, and read from text as well. */
function plain(value: unknown): unknown {
  return value instanceof ExactNumber ? value.digits : value;
}

function relatedOf({ references, many }: RawLinkage): DeserializedResource['relationships'][string] {
  const list = references.flatMap((each): RelatedResource[] => {
    if (each instanceof RestlessError) return [];
    return 'row' in each ? [partsOf(each.row)] : [{ type: each.type, id: each.id }];
  });
  return many ? list : (list[0] ?? null);
}

/** What a deserializer has left alone keeps its place in the body; what is new points at the nearest thing that is there. */
function merge(raw: RawResource, made: DeserializedResource): RawResource {
  const { place } = raw;
  const before = partsOf(raw);
  const attributes = sent(made.attributes).map(([name, value]): RawMember => {
    const known = raw.attributes.find((member) => member.name === name);
    if (known !== undefined && before.attributes[name] === value) return known;
    return { name, value, pointer: known?.pointer ?? place.attributes };
  });
  const relationships = sent(made.relationships).map(([name, data]): RawLinkage => {
    const known = raw.relationships.find((linkage) => linkage.name === name && linkage.action === undefined);
    if (known !== undefined && JSON.stringify(data) === JSON.stringify(before.relationships[name])) return known;
    const pointer = known?.pointer ?? place.relationships;
    const many = Array.isArray(data);
    const list = (many ? data : data === null ? [] : [data]) as readonly RelatedResource[];
    return { name, many, pointer, references: list.map((each) => referenceTo(each, pointer)) };
  });
  const edits = raw.relationships.filter(({ action }) => action !== undefined);
  const own = made.id === undefined ? undefined : { value: made.id, pointer: raw.id?.pointer ?? place.row };
  return { ...raw, id: made.id === before.id ? raw.id : own, attributes, relationships: [...relationships, ...edits] };
}

function referenceTo(related: RelatedResource, pointer: string): RawReference | RawRow {
  if (!('attributes' in related)) return { type: related.type, id: related.id, pointer };
  return { row: merge(emptyResource(pointer), related), deletes: false, pointer };
}

/** A resource of which a body says nothing, with a place for what an application makes of it. */
export function emptyResource(pointer: string): RawResource {
  const place = { row: pointer, attributes: pointer, relationships: pointer };
  return { id: undefined, attributes: [], relationships: [], place };
}

function sent<T>(members: Record<string, T | undefined> = {}): [string, T][] {
  return Object.entries(members).filter((entry): entry is [string, T] => entry[1] !== undefined);
}
