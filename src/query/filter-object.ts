/**
 * The shape of a filter object: which members it may have, and which one says what it is.
 */
import { bad, quote } from './faults.js';
import type { FilterMembers } from './parse-comparison.js';
import type { Place } from './parse-operand.js';

/** Members of a filter object; anything else is a typing error of the client's. */
const MEMBERS = new Set(['name', 'op', 'val', 'field', 'and', 'or', 'not']);

/** What a filter object is. */
export type FilterKind = 'and' | 'or' | 'not' | 'name' | undefined;

/**
 * A filter object with what it is; undefined where nothing says so.
 *
 * @throws BadRequestError for anything else
 */
export function filterObject(value: unknown, place: Place): readonly [FilterMembers, FilterKind] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw bad('BAD_FILTER', place, 'A filter has to be an object such as {"name": "age", "op": "eq", "val": 21}.');
  }
  const object = value as FilterMembers;
  for (const member of Object.keys(object)) {
    if (MEMBERS.has(member)) continue;
    throw bad('BAD_FILTER', place, `A filter has no member ${quote(member)}. Members: ${[...MEMBERS].join(', ')}.`);
  }
  const kinds = (['and', 'or', 'not', 'name'] as const).filter((member) => Object.hasOwn(object, member));
  if (kinds.length > 1)
    throw bad('BAD_FILTER', place, `A filter has one of and, or, not and name; this one has ${kinds.join(' and ')}.`);
  return [object, kinds[0]];
}
