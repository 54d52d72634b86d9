/**
 * What the checks of one request go by.
 */
import type { Limits, Method } from '../resource/options.js';
import type { Policy } from '../resource/policy.js';
import type { Resource } from '../resource/resource.js';
import type { Cursors } from './cursor.js';

export interface QueryRules {
  readonly policy: Policy;
  readonly limits: Limits;
  /** Names of the application's own operators. */
  readonly operators: ReadonlySet<string>;
  /** The resources that a client may name as a type. */
  readonly types: (name: string) => readonly Resource[];
  /** True for what guards of the resource's own URLs decide: they are not asked for rows inside others. */
  readonly isGuarded?: ((resource: Resource, method: Method, asked: Resource) => boolean) | undefined;
  /** Make and read the cursors of lists. */
  readonly cursors: Cursors;
  /** True for resources whose instances a serializer wants. */
  readonly wantsEntity?: ((resource: Resource) => boolean) | undefined;
}

/** What is the same for all rows of one body. */
export interface BodyRules extends QueryRules {
  /** The resource whose URL the body was sent to. */
  readonly asked: Resource;
  /** Members of to-many relationships are edited unless an option refuses it. */
  readonly editsMembers: boolean;
  /** How many rows stand inside others so far. */
  readonly nested: { rows: number };
  /** The rows that the body changes, by type and id: each stands in one place. */
  readonly changed: Set<string>;
}

/** No bounds: for what the application itself asks. */
export const UNLIMITED: Limits = Object.freeze({
  bodySize: Infinity,
  bodyDepth: Infinity,
  filterNodes: Infinity,
  filterDepth: Infinity,
  listLength: Infinity,
  includePaths: Infinity,
  includeDepth: Infinity,
  sortKeys: Infinity,
  groups: Infinity,
  nestedDepth: Infinity,
});
