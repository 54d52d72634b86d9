/**
 * The routes of a resource: which kinds of URL there are, which verbs each takes, and what each does.
 */
import type { ReadOperation } from '../query/api-request.js';
import type { Method } from '../resource/options.js';

/** The kinds of URL. */
export type UrlKind = 'root' | 'collection' | 'item' | 'relation' | 'relationship' | 'member';

/** The kinds of URL that a resource has. */
export type ResourceUrlKind = Exclude<UrlKind, 'root'>;

/** One route. */
export interface Operation {
  readonly kind: ResourceUrlKind;
  readonly verb: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  /** Undefined where the verb only tells what is allowed. */
  readonly name: ReadOperation | undefined;
}

/** Path of each kind, behind the collection's. */
export const PATHS: Readonly<Record<ResourceUrlKind, string>> = {
  collection: '',
  item: ':id',
  relationship: ':id/relationships/:relation',
  relation: ':id/:relation',
  member: ':id/:relation/:relatedId',
};

/** What GET does at each kind of URL. */
export const READS: Readonly<Record<ResourceUrlKind, ReadOperation>> = {
  collection: 'GET_COLLECTION',
  item: 'GET_RESOURCE',
  relationship: 'GET_RELATIONSHIP',
  relation: 'GET_RELATION',
  member: 'GET_RELATED_RESOURCE',
};

const OPERATIONS = new WeakMap<object, Operation>();

/** Notes what a handler of a generated controller does. */
export function markOperation(handler: object, operation: Operation): void {
  OPERATIONS.set(handler, operation);
}

/** What a handler does. */
export function operationOf(handler: object): Operation {
  return OPERATIONS.get(handler)!;
}

/** The verbs that a kind of URL answers. */
export function allowedMethods(kind: UrlKind, methods: readonly Method[]): readonly string[] {
  const read = kind === 'root' || methods.includes('GET');
  return [...(read ? ['GET', 'HEAD'] : []), 'OPTIONS'];
}
