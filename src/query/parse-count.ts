/**
 * Checks how the total of a list is to be found: as the resource says, or the client where it may choose.
 */
import { capOf, countName, type CountName } from '../resource/counting.js';
import type { Resource } from '../resource/resource.js';
import type { ApiRequest } from './api-request.js';
import { bad, quote } from './faults.js';
import type { Filter } from './filter.js';
import { reachedFilter, scopeFilter } from './parse-filter.js';
import type { Parent } from './query.js';
import type { QueryRules } from './rules.js';

/** What the rows of a list are chosen by, apart from their scope. */
interface Chosen {
  readonly parent: Parent | undefined;
  /** The client's own filters. */
  readonly filter: Filter | undefined;
}

/**
 * How the total is found. An estimate comes from statistics over whole tables: where a scope, a permission or a restriction
 * hides rows that it would tell of, rows are counted up to the cap instead.
 *
 * @throws BadRequestError for a way that the resource does not offer
 */
export function parseCount(
  request: ApiRequest,
  resource: Resource,
  chosen: Chosen,
  rules: QueryRules,
): { readonly count: CountName; readonly countCap: number } {
  const { count: own, countModes } = resource.options;
  const name = request.count === undefined ? countName(own) : chosenName(request, resource);
  return {
    count: name === 'estimated' && !showsAll(request, resource, chosen, rules) ? 'capped' : name,
    countCap: capOf([own, ...countModes]),
  };
}

function chosenName({ count, parameterNames }: ApiRequest, resource: Resource): CountName {
  const { count: own, countModes } = resource.options;
  const place = { parameter: parameterNames.count, pointer: '' };
  if (countModes.length === 0) {
    throw bad('BAD_PARAMETER', place, `How many ${resource.name} there are is found in one way, which nobody chooses.`);
  }
  const names = [...new Set([own, ...countModes].map(countName))];
  const name = names.find((each) => each === count);
  if (name !== undefined) return name;
  throw bad('BAD_PARAMETER', place, `Expected one of ${names.join(', ')}, got ${quote(count!)}.`);
}

/** True where the viewer may see every row of every table that the list is about. */
function showsAll(request: ApiRequest, resource: Resource, { parent, filter }: Chosen, rules: QueryRules): boolean {
  const isRestricted = request.restrictions.length + request.relatedRestrictions.length > 0;
  if (isRestricted || scopeFilter(resource, rules) !== undefined || !showsBehind(filter, rules)) return false;
  if (parent === undefined) return true;
  return parent.between === undefined && scopeFilter(parent.resource, rules) === undefined;
}

function showsBehind(filter: Filter | undefined, rules: QueryRules): boolean {
  switch (filter?.kind) {
    case 'has':
      return reachedFilter(filter.relationship.target, rules) === undefined && showsBehind(filter.filter, rules);
    case 'and':
    case 'or':
      return filter.filters.every((each) => showsBehind(each, rules));
    case 'not':
      return showsBehind(filter.filter, rules);
    // Some rows of a family hide the field from the viewer.
    case 'of-resource':
      return false;
    default:
      return true;
  }
}
