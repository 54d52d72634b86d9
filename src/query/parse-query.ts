/**
 * Turns an ApiRequest into a checked Query: every name is looked up in the graph under the policy, every
 * bound is applied. A misspelt name ends here, with its place.
 */
import { NotFoundError } from '../errors.js';
import type { Policy } from '../resource/policy.js';
import type { Attribute, ColumnAttribute, Relationship, Resource } from '../resource/resource.js';
import type { ApiRequest } from './api-request.js';
import { shownFilter } from './family.js';
import { bad, limit, noSuchResource, quote, unknownField, type ParameterPlace } from './faults.js';
import { and, type Filter } from './filter.js';
import { idFilter } from './identity.js';
import { parseFilters, parseRestrictions, scopeFilter } from './parse-filter.js';
import { parseEdges, parseFieldsets } from './parse-include.js';
import type { FieldPath, Page, Parent, PathStep, Query, SortKey } from './query.js';
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
  const { edges, includesPrimary, includes } = parseEdges(
    request,
    resource,
    linkage ? parent!.relationship : undefined,
    rules,
  );
  const fieldsets = parseFieldsets(request, resource, edges, linkage && !includesPrimary, rules);
  const cardinality = many ? (request.single ? 'single' : 'many') : 'one';
  return Object.freeze({
    operation: request.operation,
    resource,
    parent,
    filter: and([
      id === undefined ? undefined : expectId(resource, id),
      parseFilters(resource, request.filters, rules),
      parseRestrictions(resource, request.restrictions, rules),
      scopeFilter(resource, rules),
    ]),
    id,
    cardinality,
    exact: request.operation === 'GET_RESOURCE',
    sort: Object.freeze(parseSort(request, resource, rules)),
    group: Object.freeze(parseGroup(request, resource, rules)),
    page: cardinality === 'many' ? parsePage(request, resource) : undefined,
    count: resource.options.count,
    nulls: resource.options.nulls,
    fieldsets,
    edges,
    viewer: rules.policy.viewer,
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
export function listingParameter({ sort, group, page, single, parameterNames }: ApiRequest): string | undefined {
  return (
    (sort.length > 0 ? parameterNames.sort : undefined) ??
    (group.length > 0 ? parameterNames.group : undefined) ??
    (page.number === undefined ? undefined : parameterNames.pageNumber) ??
    (page.size === undefined ? undefined : parameterNames.pageSize) ??
    (single ? parameterNames.single : undefined)
  );
}

function parseParent(request: ApiRequest, rules: QueryRules): Parent | undefined {
  const { resource, relation, id } = request;
  if (relation === undefined || id === undefined) return undefined;
  const relationship = rules.policy.relationship(resource, relation);
  if (relationship === undefined) throw new NotFoundError(`${resource.name} has no relationship ${quote(relation)}.`);
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
    filter: and([expectId(resource, id), scopeFilter(resource, rules)])!,
    id,
  });
}

/** An id that cannot be one is the id of nothing. @see URL-19 */
function expectId(resource: Resource, id: string): Filter {
  const filter = idFilter(resource, id);
  if (filter === undefined) throw noSuchResource(resource, id);
  return filter;
}

function parseSort(request: ApiRequest, resource: Resource, rules: QueryRules): SortKey[] {
  const parameter = request.parameterNames.sort;
  checkKeyCount(request.sort.length, parameter, rules);
  const keys = request.sort.flatMap(({ field, descending }) =>
    parsePaths(resource, field, parameter, 'BAD_SORT', rules).map((path) =>
      Object.freeze({ ...path, descending, ignoreCase: request.ignoreCase }),
    ),
  );
  // The primary key closes every sort, in the direction of the last key, so that an index can be read backwards.
  const descending = keys.at(-1)?.descending ?? false;
  const isExact = (key: SortKey): boolean =>
    key.steps.length === 0 && !(key.ignoreCase && key.attribute.type === 'text');
  const closed = new Set(keys.filter(isExact).map((key) => key.attribute.property));
  const rest = resource.primaryKey.filter((attribute) => !closed.has(attribute.property));
  return [...keys, ...rest.map((attribute) => closingKey(attribute, descending))];
}

function closingKey(attribute: ColumnAttribute, descending: boolean): SortKey {
  return Object.freeze({ steps: [], attribute, shown: undefined, descending, ignoreCase: false });
}

function parseGroup(request: ApiRequest, resource: Resource, rules: QueryRules): FieldPath[] {
  const parameter = request.parameterNames.group;
  checkKeyCount(request.group.length, parameter, rules);
  return request.group.flatMap((field) => parsePaths(resource, field, parameter, 'BAD_GROUP', rules));
}

function checkKeyCount(count: number, parameter: string, rules: QueryRules): void {
  const { sortKeys } = rules.limits;
  if (count > sortKeys)
    throw limit({ parameter, pointer: '' }, `There are more than ${sortKeys} keys, the limit sortKeys.`);
}

/** A path along to-one relationships to a column, or to all that make an id. @see SRT-03, SRT-04 */
function parsePaths(
  resource: Resource,
  text: string,
  parameter: string,
  code: 'BAD_SORT' | 'BAD_GROUP',
  rules: QueryRules,
): readonly FieldPath[] {
  const { policy } = rules;
  const place = { parameter, pointer: '' };
  const names = text.split('.');
  const steps: PathStep[] = [];
  let owner = resource;
  let field = policy.usableField(owner, names[0]!);
  while (field?.kind === 'relationship' && names.length > 1) {
    if (steps.length >= rules.limits.includeDepth) {
      throw limit(
        place,
        `${quote(text)} is longer than ${rules.limits.includeDepth} relationships, the limit includeDepth.`,
      );
    }
    steps.push(followToOne(owner, field, text, place, code, rules));
    owner = field.target;
    names.shift();
    field = policy.usableField(owner, names[0]!);
  }
  if (field?.kind === 'relationship') {
    throw bad(code, place, `${quote(text)} is a relationship; name one of its fields, such as ${quote(`${text}.id`)}.`);
  }
  const isId = names.length === 1 && names[0] === 'id';
  const attributes = isId ? owner.id : [columnAt(owner, names, text, place, code, policy)];
  const shown = isId || field === undefined ? undefined : shownFilter(owner, field, policy);
  return attributes.map((attribute) => Object.freeze({ steps: Object.freeze(steps), attribute, shown }));
}

function followToOne(
  owner: Resource,
  relationship: Relationship,
  text: string,
  place: ParameterPlace,
  code: 'BAD_SORT' | 'BAD_GROUP',
  rules: QueryRules,
): PathStep {
  if (relationship.toMany) {
    throw bad(
      code,
      place,
      `${quote(text)} goes through "${relationship.name}", which leads to many rows; only to-one relationships have an order.`,
    );
  }
  if (!rules.policy.isReadable(relationship.target)) {
    throw bad(code, place, `The resources behind ${quote(relationship.name)} cannot be read.`);
  }
  const shown = shownFilter(owner, relationship, rules.policy);
  return Object.freeze({ relationship, shown, filter: scopeFilter(relationship.target, rules) });
}

function columnAt(
  owner: Resource,
  names: readonly string[],
  text: string,
  place: ParameterPlace,
  code: 'BAD_SORT' | 'BAD_GROUP',
  policy: Policy,
): ColumnAttribute {
  const [name, ...rest] = names as [string, ...string[]];
  const field = policy.usableField(owner, name);
  if (field === undefined || field.kind === 'relationship') throw unknownField(owner, name, policy, place);
  let attribute: Attribute | undefined = field;
  for (const inner of rest) {
    attribute =
      attribute?.kind === 'embedded' ? attribute.fields.find((each) => each.name === inner && each.exposed) : undefined;
  }
  if (attribute === undefined) throw unknownField(owner, names.join('.'), policy, place);
  if (attribute.kind !== 'column') {
    const reason =
      attribute.kind === 'computed' ? 'is computed by the application' : 'is an object; name one of its fields';
    throw bad(code, place, `${quote(text)} ${reason}.`);
  }
  if (!attribute.column.ordered) throw bad(code, place, `${quote(text)} has no order.`);
  return attribute;
}

function parsePage(request: ApiRequest, resource: Resource): Page | undefined {
  const { pageSize, maxPageSize } = resource.options;
  const { pageNumber, pageSize: sizeName } = request.parameterNames;
  const size = positive(request.page.size, sizeName);
  const number = positive(request.page.number, pageNumber);
  if (size !== undefined && size > maxPageSize) {
    throw bad(
      'BAD_PAGE',
      { parameter: sizeName, pointer: '' },
      `A page holds at most ${maxPageSize} resources; ${size} were asked for.`,
    );
  }
  if (pageSize === 0 && size === undefined) return undefined;
  const page = { number: number ?? 1, size: size ?? Math.min(pageSize, maxPageSize) };
  if (!Number.isSafeInteger(page.number * page.size)) {
    throw bad('BAD_PAGE', { parameter: pageNumber, pointer: '' }, 'There cannot be that many pages.');
  }
  return Object.freeze(page);
}

function positive(text: string | undefined, parameter: string): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw bad('BAD_PAGE', { parameter, pointer: '' }, `Expected a whole number above 0, got ${quote(text)}.`);
}
