/**
 * The rows of join entities that a relationship leads through.
 */
import type { Relationship } from '../resource/resource.js';
import type { Filter } from './filter.js';
import { reachedFilter } from './parse-filter.js';
import type { QueryRules } from './rules.js';

/** Which of them exist for the viewer; undefined for all, and where there are none. */
export function betweenFilter({ through }: Relationship, rules: QueryRules): Filter | undefined {
  return through === undefined ? undefined : reachedFilter(through.first.target, rules);
}
