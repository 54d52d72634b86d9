/**
 * What the checks of one request go by.
 */
import type { Limits } from '../resource/options.js';
import type { Policy } from '../resource/policy.js';
import type { Resource } from '../resource/resource.js';

export interface QueryRules {
  readonly policy: Policy;
  readonly limits: Limits;
  /** Names of the application's own operators. */
  readonly operators: ReadonlySet<string>;
  /** The resources that a client may name as a type. */
  readonly types: (name: string) => readonly Resource[];
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
});
