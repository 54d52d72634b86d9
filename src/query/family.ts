/**
 * Rows of several resources in one list: which of them show a field that the list's own resource shows.
 */
import type { Policy } from '../resource/policy.js';
import type { Attribute, Relationship, Resource } from '../resource/resource.js';
import { and, not, ofResource, or, type Filter } from './filter.js';

/** The rows that do not hide the field; undefined is all. What a row hides cannot be asked of it. */
export function shownFilter(resource: Resource, field: Attribute | Relationship, policy: Policy): Filter | undefined {
  return and(policy.hiding(resource, field).map((each) => not(ofResource(each))));
}

/**
 * A filter on the field, for the rows that do not hide it.
 *
 * @param negated it stands below a `not`, which finds no rows that hide the field either
 */
export function whereShown(
  resource: Resource,
  field: Attribute | Relationship,
  policy: Policy,
  filter: Filter,
  negated = false,
): Filter {
  const shown = shownFilter(resource, field, policy);
  if (shown === undefined) return filter;
  return (negated ? or([not(shown), filter]) : and([shown, filter]))!;
}
