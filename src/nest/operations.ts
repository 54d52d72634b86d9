/**
 * The routes of a resource: which kinds of URL there are, which verbs each takes, and what each does.
 */
import { RestlessError } from '../errors.js';
import type { ReadOperation, WriteOperation } from '../query/api-request.js';
import type { Method, ResolvedResourceOptions } from '../resource/options.js';

/** The kinds of URL. */
export type UrlKind = 'root' | 'evaluation' | 'collection' | 'item' | 'relation' | 'relationship' | 'member';

/** The kinds of URL that a resource has. */
export type ResourceUrlKind = Exclude<UrlKind, 'root' | 'evaluation'>;

/** One route. */
export interface Operation {
  readonly kind: ResourceUrlKind | 'evaluation';
  readonly verb: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  /** Undefined where the verb only tells what is allowed. */
  readonly name: ReadOperation | WriteOperation | 'EVALUATE' | undefined;
}

/** Path of each kind, behind the collection's. */
export const PATHS: Readonly<Record<ResourceUrlKind, string>> = {
  collection: '',
  item: ':id',
  relationship: ':id/relationships/:relation',
  relation: ':id/:relation',
  member: ':id/:relation/:relatedId',
};

/** The parameters that these segments behind a collection's path are. */
export function paramsOf(kind: ResourceUrlKind, segments: readonly string[]): Readonly<Record<string, string>> {
  const names = PATHS[kind].split('/').map((name, index) => [name, decodeURIComponent(segments[index] ?? '')] as const);
  return Object.fromEntries(names.flatMap(([name, value]) => (name.startsWith(':') ? [[name.slice(1), value]] : [])));
}

/** What GET does at each kind of URL. */
export const READS: Readonly<Record<ResourceUrlKind, ReadOperation>> = {
  collection: 'GET_COLLECTION',
  item: 'GET_RESOURCE',
  relationship: 'GET_RELATIONSHIP',
  relation: 'GET_RELATION',
  member: 'GET_RELATED_RESOURCE',
};

/** What the other verbs do, where they do anything. */
export const WRITES: Readonly<Record<ResourceUrlKind, Readonly<Partial<Record<Operation['verb'], WriteOperation>>>>> = {
  collection: {
    POST: 'POST_RESOURCE',
    PUT: 'PATCH_COLLECTION',
    PATCH: 'PATCH_COLLECTION',
    DELETE: 'DELETE_COLLECTION',
  },
  item: { PUT: 'PATCH_RESOURCE', PATCH: 'PATCH_RESOURCE', DELETE: 'DELETE_RESOURCE' },
  relationship: { POST: 'POST_RELATIONSHIP', PATCH: 'PATCH_RELATIONSHIP', DELETE: 'DELETE_RELATIONSHIP' },
  relation: {},
  member: { DELETE: 'DELETE_RELATIONSHIP' },
};

/** True for what only classic Flask-Restless has. @see MET-07, MET-08, MET-13, MET-16 */
export function isClassic({ kind, verb }: Pick<Operation, 'kind' | 'verb'>): boolean {
  return verb === 'PUT' || (kind === 'member' && verb === 'DELETE');
}

/** True for operations that change something. */
export function isWrite(name: ReadOperation | WriteOperation | 'EVALUATE'): name is WriteOperation {
  return !name.startsWith('GET') && name !== 'EVALUATE';
}

const MARKED = new WeakMap<object, Operation>();

/** Notes what a handler of a generated controller does. */
export function markOperation(handler: object, operation: Operation): void {
  MARKED.set(handler, operation);
}

/** What a handler does; undefined for one of the application's own. */
export function operationOf(handler: object): Operation | undefined {
  return MARKED.get(handler);
}

/**
 * The verbs that a kind of URL answers.
 *
 * @param classic those of classic Flask-Restless as well
 * @see MET-01…MET-14
 */
export function allowedMethods(
  kind: ResourceUrlKind | 'evaluation',
  options: AllowingOptions,
  classic: boolean,
): readonly string[] {
  const known = ALLOWED.get(options) ?? new Map<string, readonly string[]>();
  ALLOWED.set(options, known);
  const key = `${kind} ${classic}`;
  const methods = known.get(key) ?? findAllowed(kind, options, classic);
  known.set(key, methods);
  return methods;
}

const ALLOWED = new WeakMap<AllowingOptions, Map<string, readonly string[]>>();

function findAllowed(
  kind: ResourceUrlKind | 'evaluation',
  options: AllowingOptions,
  classic: boolean,
): readonly string[] {
  const { served } = options;
  if (kind === 'evaluation') return spell(served.has('EVALUATE') ? ['GET'] : []);
  const open = verbsOf(kind, options).filter((verb) => served.has(operationAt(kind, verb)!));
  return spell(open.filter((verb) => classic || !isClassic({ kind, verb })));
}

/** What a verb does at a kind of URL. */
function operationAt(kind: ResourceUrlKind, verb: Method): ReadOperation | WriteOperation | undefined {
  return verb === 'GET' ? READS[kind] : WRITES[kind][verb];
}

/** The verbs of what is only read: the document at a prefix, and functions. */
export const ROOT_METHODS: readonly string[] = spell(['GET']);

/** As `Allow` has them. */
function spell(methods: readonly Method[]): readonly string[] {
  return [...methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])), 'OPTIONS'];
}

/** The options that open verbs. */
export type AllowingOptions = Pick<
  ResolvedResourceOptions,
  'methods' | 'relationshipMethods' | 'allowPatchMany' | 'allowDeleteMany' | 'served'
>;

function verbsOf(kind: ResourceUrlKind, options: AllowingOptions): readonly Method[] {
  const { methods, relationshipMethods, allowPatchMany, allowDeleteMany } = options;
  const has = (method: Method, open = true): readonly Method[] => (open && methods.includes(method) ? [method] : []);
  switch (kind) {
    case 'collection':
      return [
        ...has('GET'),
        ...has('POST'),
        ...has('PUT', allowPatchMany),
        ...has('PATCH', allowPatchMany),
        ...has('DELETE', allowDeleteMany),
      ];
    case 'item':
      return [...has('GET'), ...has('PUT'), ...has('PATCH'), ...has('DELETE')];
    case 'relationship':
      return relationshipMethods;
    case 'member':
      return [...has('GET'), ...(relationshipMethods.includes('DELETE') ? (['DELETE'] as const) : [])];
    default:
      return has('GET');
  }
}

/** The verbs that every URL has a handler for. */
const VERBS: readonly Operation['verb'][] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** The order of registration matters: `relationships` is no relation's name. @see URL-11 */
const KINDS = Object.keys(PATHS) as readonly ResourceUrlKind[];

/** What a controller of a resource has routes for. */
export const OPERATIONS: readonly Operation[] = KINDS.flatMap((kind) =>
  VERBS.map((verb) => ({ kind, verb, name: verb === 'GET' ? READS[kind] : WRITES[kind][verb] })),
);

/** What a controller of functions has routes for. */
export const EVALUATIONS: readonly Operation[] = VERBS.map((verb) => ({
  kind: 'evaluation',
  verb,
  name: verb === 'GET' ? 'EVALUATE' : undefined,
}));

/** What routes find there. */
type Handlers = Readonly<Record<string, (...values: never[]) => unknown>>;

/** Where a controller keeps the route of an operation: `GET_COLLECTION`, `PUT item`. */
export function routeKey(operation: Operation): string {
  const { kind, verb, name } = operation;
  return name === undefined || isClassic(operation) ? `${verb} ${kind}` : name;
}

/** A function of its own for every route: decorators hang their metadata on it. */
export function createRoute({ name }: Operation): (this: Handlers, ...values: never[]) => unknown {
  if (name === undefined) return function () {};
  const method = camelCase(name);
  return function (...values) {
    return this[method]!(...values);
  };
}

/** `GET_COLLECTION` → `getCollection`. */
export function camelCase(name: string): string {
  return name.toLowerCase().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The error of a resource that does not answer a verb. */
export function methodNotAllowed(method: string, allow: readonly string[]): RestlessError {
  const headers = { Allow: allow.join(', ') };
  return new RestlessError('METHOD_NOT_ALLOWED', `${method} is not allowed here. Allowed: ${headers.Allow}.`, {
    headers,
  });
}
