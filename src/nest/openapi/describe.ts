/**
 * All operations of an application as OpenAPI has them, for one viewer: what the viewer cannot see or do is not there.
 * Knows nothing of `@nestjs/swagger`.
 */
import { Policy, type Viewer } from '../../resource/policy.js';
import type { Relationship, Resource } from '../../resource/resource.js';
import { SchemaBook, type DescribedOperation, type JsonSchema } from '../../wire/schemas.js';
import { textSchema } from '../../wire/value-schemas.js';
import type { Catalogue, ServedResource } from '../catalogue.js';
import {
  allowedMethods,
  camelCase,
  isClassic,
  isWrite,
  PATHS,
  READS,
  WRITES,
  type Operation,
  type ResourceUrlKind,
} from '../operations.js';
import { evaluationRoute } from '../routes.js';
import { givenProperties } from './given.js';
import { pathsOf } from './places.js';
import { answers, errorAnswers, Responses } from './responses.js';

/** One operation at one path. */
export interface DescribedRoute {
  /** The path as Nest routes it, `/api/person/{id}/{relation}`. */
  readonly pattern: string;
  /** The path of this very relationship, `/api/person/{id}/computers`. */
  readonly path: string;
  readonly verb: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** What it does; undefined for the document at the prefix. */
  readonly operation: DescribedOperation | undefined;
  /** An OpenAPI Operation Object. */
  readonly description: Readonly<Record<string, unknown>>;
}

/** What an application serves. */
export interface ApiDescription {
  readonly routes: readonly DescribedRoute[];
  readonly schemas: Readonly<Record<string, JsonSchema>>;
  readonly responses: Readonly<Record<string, object>>;
  /** What the schemas were made with, for others. */
  readonly book: SchemaBook;
}

/**
 * Describes all that an application serves.
 *
 * @param taken names of schemas that are not to be used
 */
export function describeApi(catalogue: Catalogue, viewer: Viewer, taken: Iterable<string> = []): ApiDescription {
  const describer = new Describer(catalogue, viewer, taken);
  const routes = [...describer.root(), ...catalogue.all().flatMap((served) => [...describer.resource(served)])];
  const { book, responses } = describer;
  return { routes, schemas: book.schemas, responses: responses.named, book };
}

/** The paths of generated controllers, as Nest routes them. */
export function generatedPatterns(catalogue: Catalogue): ReadonlySet<string> {
  const root = pathsOf(catalogue, { path: catalogue.options.prefix }).map((base) => (base === '' ? '/' : base));
  const own = catalogue
    .resources()
    .flatMap((resource) => [
      ...pathsOf(catalogue, evaluationRoute(resource)),
      ...pathsOf(catalogue, resource).flatMap((base) => Object.values(PATHS).map((tail) => patternOf(base, tail))),
    ]);
  return new Set([...root, ...own]);
}

/** As OpenAPI spells a path of Nest's. */
function patternOf(base: string, tail: string): string {
  return (tail === '' ? base : `${base}/${tail}`).replace(/:(\w+)/g, '{$1}');
}

class Describer {
  readonly book: SchemaBook;
  readonly responses: Responses;

  constructor(
    private readonly catalogue: Catalogue,
    viewer: Viewer,
    taken: Iterable<string>,
  ) {
    const { options, permissions } = catalogue;
    // What the application's permissions say depends on the request: whoever may be let in finds it described.
    const policy = new Policy(viewer);
    const checkers = permissions.accessFor(() => catalogue.rulesFor(viewer));
    const ownOf = ({ path, version }: Resource): ServedResource['own'] | undefined =>
      catalogue.all().find(({ resource }) => resource.path === path && resource.version === version)?.own;
    const given = new Map<Resource, (property: string) => boolean>();
    const givenOf = (resource: Resource): ((property: string) => boolean) => {
      const served = catalogue.all().find((each) => each.resource === resource);
      const known = given.get(resource) ?? (served === undefined ? () => true : givenProperties(served));
      given.set(resource, known);
      return known;
    };
    this.book = new SchemaBook({
      policy,
      isGiven: (resource, property) => givenOf(resource)(property),
      operators: [...options.operators.keys()],
      limits: options.limits,
      isSerialized: (resource) => ownOf(resource)?.serializer !== undefined,
      isDeserialized: (resource) => ownOf(resource)?.deserializer !== undefined,
      asksToRead: (resource) => checkers.checkerOf(resource)?.hasPermission !== undefined,
      hidesRows: (resource) => resource.options.scope !== undefined || checkers.checkerOf(resource) !== undefined,
      taken,
    });
    this.responses = new Responses(this.book);
  }

  /** The document at the prefix. */
  *root(): Iterable<DescribedRoute> {
    const formats = this.catalogue.defaultFormats();
    const { prefix, wire } = this.catalogue.options;
    for (const base of pathsOf(this.catalogue, { path: prefix })) {
      const path = base === '' ? '/' : base;
      const responses = {
        200: {
          description: 'What there is, and where.',
          content: answers(formats, ({ schemas }) => schemas.root(this.book), wire.jsonp),
        },
        ...this.responses.errors(formats, [400, 404, 406, 415, 500], wire.jsonp),
      };
      const parameters = wire.jsonp ? [CALLBACK] : [];
      const description = {
        operationId: 'restless.getRoot',
        summary: 'The collections of this API.',
        tags: ['restless'],
        parameters,
        responses,
      };
      yield { pattern: path, path, verb: 'get', operation: undefined, description };
    }
  }

  /** All operations of one resource. */
  *resource(served: ServedResource): Iterable<DescribedRoute> {
    const { resource, wire } = served;
    for (const kind of Object.keys(PATHS) as ResourceUrlKind[]) {
      for (const relationship of this.relationshipsAt(kind, resource)) {
        for (const verb of this.verbsAt(kind, served)) {
          const name = verb === 'GET' ? READS[kind] : WRITES[kind][verb]!;
          const operation = { name, resource, relationship, wire };
          if (this.isOffered(operation, served)) yield* this.routes(served, { kind, verb, name }, operation);
        }
      }
    }
    if (!resource.options.served.has('EVALUATE')) return;
    const operation = { name: 'EVALUATE' as const, resource, relationship: undefined, wire };
    yield* this.routes(served, { kind: 'evaluation', verb: 'GET', name: 'EVALUATE' }, operation);
  }

  private verbsAt(kind: ResourceUrlKind, { resource, formats }: ServedResource): readonly Verb[] {
    const classic = formats.some(({ classicVerbs }) => classicVerbs);
    const verbs = allowedMethods(kind, resource.options, classic);
    return VERBS.filter((verb) => verbs.includes(verb));
  }

  /** The relationships that a kind of URL may name; undefined for one that names none. */
  private relationshipsAt(kind: ResourceUrlKind, resource: Resource): readonly (Relationship | undefined)[] {
    const { policy } = this.book;
    if (kind === 'collection' || kind === 'item') return [undefined];
    return [...resource.relationships.values()].filter(
      (each) => policy.relationship(resource, each.name) ?? policy.writableRelationship(resource, each.name),
    );
  }

  /** What the policy refuses to everybody of this kind is not there. */
  private isOffered({ name, resource, relationship }: DescribedOperation, served: ServedResource): boolean {
    const { policy } = this.book;
    if (relationship === undefined) return true;
    if (isWrite(name)) {
      const isWritable = policy.writableRelationship(resource, relationship.name) !== undefined;
      if (!isWritable || relationship.createOnly) return false;
      if (!relationship.toMany && name !== 'PATCH_RELATIONSHIP') return false;
      return served.formats.some(({ schemas }) => schemas.serves({ name, resource, relationship, wire: served.wire }));
    }
    if (policy.relationship(resource, relationship.name) === undefined) return false;
    if (name === 'GET_RELATIONSHIP') return true;
    return policy.isReadable(relationship.target) && (name === 'GET_RELATION' || relationship.toMany);
  }

  private *routes(served: ServedResource, route: Operation, operation: DescribedOperation): Iterable<DescribedRoute> {
    const { resource } = served;
    const place = route.kind === 'evaluation' ? evaluationRoute(resource) : resource;
    const tail = route.kind === 'evaluation' ? '' : PATHS[route.kind];
    const own = tail.replace(':relation', encodeURIComponent(operation.relationship?.name ?? ''));
    const description = this.describe(served, route, operation);
    if (description === undefined) return;
    const [first, ...others] = pathsOf(this.catalogue, place).map((base) => ({
      pattern: patternOf(base, tail),
      path: patternOf(base, own),
      verb: route.verb.toLowerCase() as DescribedRoute['verb'],
      operation,
      description,
    }));
    if (first !== undefined) yield first;
    // An operation's id is its own.
    for (const [index, other] of others.entries()) {
      const operationId = `${String(description['operationId'])}_${index + 2}`;
      yield { ...other, description: { ...description, operationId } };
    }
  }

  private describe(
    served: ServedResource,
    route: Operation,
    operation: DescribedOperation,
  ): DescribedRoute['description'] | undefined {
    const { resource, formats, wire } = served;
    const { name, relationship } = operation;
    const bodies = isWrite(name) ? this.bodies(served, route, operation) : undefined;
    if (bodies !== undefined && Object.keys(bodies).length === 0) return undefined;
    const scripts = wire.jsonp && route.verb === 'GET';
    const parameters = formats.flatMap(({ schemas }) => [...schemas.parameters(operation, this.book)]);
    const names = [resource.collectionName, relationship?.name].filter((each) => each !== undefined);
    return {
      operationId: [this.book.nameOf(resource), methodName(route), ...names.slice(1)]
        .map((part) => part.replace(/[^\w-]/g, '_'))
        .join('.'),
      summary: summaryOf(route, names),
      tags: [resource.collectionName],
      parameters: [
        ...this.pathParameters(route, operation),
        ...parameters.map((each) => ({ in: 'query', ...each })),
        ...(scripts ? [CALLBACK] : []),
      ],
      ...(bodies === undefined || bodies === NO_BODY ? {} : { requestBody: { required: true, content: bodies } }),
      responses: {
        ...this.responses.successes(operation, formats, scripts),
        ...this.responses.errors(formats, errorAnswers(route, served), scripts),
      },
    };
  }

  /** By media type; none where no format has a body for it. */
  private bodies({ formats }: ServedResource, route: Operation, operation: DescribedOperation): object {
    const { kind, name } = route;
    if (name === 'DELETE_RESOURCE' || name === 'DELETE_COLLECTION' || kind === 'member') return NO_BODY;
    const readers = formats.filter(
      ({ readChange, classicVerbs, schemas }) =>
        readChange !== undefined && (classicVerbs || !isClassic(route)) && schemas.serves(operation),
    );
    return Object.fromEntries(
      readers.flatMap(({ mediaType, schemas }) => {
        const schema = schemas.body(operation, this.book);
        return schema === undefined ? [] : [[mediaType, { schema }]];
      }),
    );
  }

  private pathParameters({ kind }: Operation, { resource, relationship }: DescribedOperation): readonly object[] {
    if (kind === 'collection' || kind === 'evaluation') return [];
    const parameter = (name: string, { name: type, id }: Resource): object => ({
      name,
      in: 'path',
      required: true,
      description: `The id of the ${type}.`,
      schema: id.length === 1 ? textSchema(id[0]) : { type: 'string' },
    });
    const own = parameter('id', resource);
    return kind === 'member' ? [own, parameter('relatedId', relationship!.target)] : [own];
  }
}

type Verb = Exclude<Operation['verb'], 'OPTIONS'>;
const VERBS: readonly Verb[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const NO_BODY = Object.freeze({ none: true });

/** JSONP. @see JSP-01 */
const CALLBACK = Object.freeze({
  name: 'callback',
  in: 'query',
  description: 'A function of the client: the answer is a script that calls it.',
  schema: { type: 'string', maxLength: 200 },
});

/** `getCollection`, `putResource`, `deleteMember`. */
function methodName(route: Operation): string {
  if (route.kind === 'member' && route.verb === 'DELETE') return 'deleteMember';
  const name = camelCase(route.name!);
  return route.verb === 'PUT' ? name.replace('patch', 'put') : name;
}

function summaryOf({ kind, verb, name }: Operation, [collection, relation]: readonly string[]): string {
  const of = relation === undefined ? collection! : `${relation} of ${collection!}`;
  const words: Readonly<Record<string, string>> = {
    GET_COLLECTION: `A page of ${of}.`,
    GET_RESOURCE: `One resource of ${of}.`,
    GET_RELATION: `What is related as ${of}.`,
    GET_RELATED_RESOURCE: `One of ${of}.`,
    GET_RELATIONSHIP: `The linkage of ${of}.`,
    POST_RESOURCE: `Creates one of ${of}.`,
    PATCH_RESOURCE: `Changes one of ${of}.`,
    DELETE_RESOURCE: `Deletes one of ${of}.`,
    PATCH_COLLECTION: `Changes all of ${of} that the filters find.`,
    DELETE_COLLECTION: `Deletes all of ${of} that the filters find.`,
    POST_RELATIONSHIP: `Adds members to ${of}.`,
    PATCH_RELATIONSHIP: `Replaces ${of}.`,
    DELETE_RELATIONSHIP: `Takes members out of ${of}.`,
    EVALUATE: `Evaluates functions over ${of}.`,
  };
  if (kind === 'member' && verb === 'DELETE') return `Takes one member out of ${of}. Flat JSON.`;
  return verb === 'PUT' ? `${words[name!]!} Flat JSON.` : words[name!]!;
}
