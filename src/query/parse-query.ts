/**
 * Turns an ApiRequest into a checked Query: every name is looked up in the graph under the policy, every
 * bound is applied. A misspelt name ends here, with its place.
 */
import { NotFoundError } from '../errors.js';
import type { Resource } from '../resource/resource.js';
import type { ApiRequest } from './api-request.js';
import { bad, noSuchResource, quote } from './faults.js';
import { and, type Filter } from './filter.js';
import { idFilter } from './identity.js';
import { betweenFilter } from './between.js';
import { parseCount } from './parse-count.js';
import { parseFilters, parseRestrictions, scopeFilter } from './parse-filter.js';
import { parseEdges, parseFieldsets } from './parse-include.js';
import { parsePage } from './parse-page.js';
import { relatedOrder } from './parse-portions.js';
import { parseGroup, parseSort } from './parse-paths.js';
import type { Parent, Query } from './query.js';
import type { QueryRules } from './rules.js';

/**
 * Checks a request.
 *
 * @throws BadRequestError naming the parameter, the fault and what would be right; NotFoundError for a
 *   relationship that does not exist, or an id that cannot be one.
 */
export function parseQuery(request: ApiRequest, rules: QueryRules): Query {
  const parent = parseParent(request, rules);
  const resource = parent?.relationship.target ?? request.resource;
  const id = parent === undefined ? request.id : request.relatedId;
  const many = id === undefined && (parent === undefined || parent.relationship.toMany);
  if (!many) expectNoListing(request);
  const linkage = request.operation === 'GET_RELATIONSHIP';
  const isNamed = request.operation === 'GET_RESOURCE';
  if (parent !== undefined && many && !linkage) rules.policy.expectMay(resource, 'list');
  if (request.operation === 'GET_COLLECTION') rules.policy.expectMay(resource, 'list');
  // What a change answers has no id yet, and is checked once it is there.
  if (isNamed && id !== undefined) rules.policy.expectMay(resource, 'read');
  const { edges, includesPrimary, includes } = parseEdges(
    request,
    resource,
    linkage ? parent!.relationship : undefined,
    rules,
  );
  const fieldsets = parseFieldsets(request, resource, edges, linkage && !includesPrimary, rules);
  const own = parseFilters(resource, request.filters, rules);
  const cardinality = many ? (request.single ? 'single' : 'many') : 'one';
  const sort =
    parent === undefined || request.sort.length > 0
      ? parseSort(request, resource, rules)
      : relatedOrder(parent.resource, parent.relationship);
  return Object.freeze({
    operation: request.operation,
    resource,
    parent,
    filter: and([
      id === undefined ? undefined : expectId(resource, id),
      own,
      parseRestrictions(resource, parent === undefined ? request.restrictions : request.relatedRestrictions, rules),
      scopeFilter(resource, rules, isNamed),
    ]),
    id,
    cardinality,
    exact: request.operation === 'GET_RESOURCE',
    sort: Object.freeze(sort),
    group: Object.freeze(parseGroup(request, resource, rules).flat()),
    window: request.window,
    ...parsePage(request, resource, cardinality, sort, rules),
    ...parseCount(request, resource, { parent, filter: own }, rules),
    nulls: resource.options.nulls,
    fieldsets,
    edges,
    viewer: rules.policy.viewer,
    checks: rules.policy,
    includes,
    includesPrimary,
  });
}

/** One resource is neither filtered nor sorted nor paged: what would have no effect is refused. */
function expectNoListing(request: ApiRequest): void {
  const parameter = request.filters[0]?.parameter ?? listingParameter(request);
  if (parameter === undefined) return;
  throw bad(
    'BAD_PARAMETER',
    { parameter, pointer: '' },
    `This address has one resource; ${quote(parameter)} is for collections.`,
  );
}

/** The first parameter that says which part of a list is wanted, and in which order. */
export function listingParameter({ sort, group, page, single, count, parameterNames }: ApiRequest): string | undefined {
  return (
    (sort.length > 0 ? parameterNames.sort : undefined) ??
    (group.length > 0 ? parameterNames.group : undefined) ??
    (page.number === undefined ? undefined : parameterNames.pageNumber) ??
    (page.size === undefined ? undefined : parameterNames.pageSize) ??
    (page.after === undefined ? undefined : parameterNames.pageAfter) ??
    (page.before === undefined ? undefined : parameterNames.pageBefore) ??
    (single ? parameterNames.single : undefined) ??
    (count === undefined ? undefined : parameterNames.count)
  );
}

function parseParent(request: ApiRequest, rules: QueryRules): Parent | undefined {
  const { resource, relation, id } = request;
  if (relation === undefined || id === undefined) return undefined;
  const relationship = rules.policy.relationship(resource, relation);
  if (relationship === undefined) throw new NotFoundError(`${resource.name} has no relationship ${quote(relation)}.`);
  rules.policy.expectMay(resource, 'read');
  const linkage = request.operation === 'GET_RELATIONSHIP';
  if (!linkage && !rules.policy.isReadable(relationship.target)) {
    throw new NotFoundError(`The resources behind ${quote(relation)} cannot be read.`);
  }
  if (request.operation === 'GET_RELATED_RESOURCE' && !relationship.toMany) {
    throw new NotFoundError(`${quote(relation)} of ${resource.name} leads to one resource; it has no members to name.`);
  }
  return Object.freeze({
    resource,
    relationship,
    between: betweenFilter(relationship, rules),
    filter: and([
      expectId(resource, id),
      parseRestrictions(resource, request.restrictions, rules),
      scopeFilter(resource, rules, true),
    ])!,
    id,
  });
}

/** An id that cannot be one is the id of nothing. @see URL-19 */
export function expectId(resource: Resource, id: string): Filter {
  const filter = idFilter(resource, id);
  if (filter === undefined) throw noSuchResource(resource, id);
  return filter;
}
