/**
 * Decodes the query string of classic Flask-Restless into an ApiRequest: `q`, a JSON object, and `page` and
 * `results_per_page`. Other parameters are ignored.
 */
import { BadRequestError } from '../../errors.js';
import type {
  ApiRequest,
  ParameterNames,
  RawFilter,
  RawPortion,
  RawSortKey,
  RowWindow,
} from '../../query/api-request.js';
import { describe } from '../../query/faults.js';
import { Policy } from '../../resource/policy.js';
import type { Resource } from '../../resource/resource.js';
import type { IncomingRequest, ReadOptions, WireOptions } from '../wire-format.js';

type Json = Readonly<Record<string, unknown>>;

const NAMES: ParameterNames = Object.freeze({
  filters: 'q',
  sort: 'q',
  group: 'q',
  include: 'q',
  single: 'q',
  count: 'count',
  pageNumber: 'page',
  pageSize: 'results_per_page',
  pageAfter: 'after',
  pageBefore: 'before',
  fields: () => 'q',
});

/**
 * Decodes a request.
 *
 * @throws BadRequestError for a `q` that is no JSON object, or a member of it that cannot be read.
 */
export function read(request: IncomingRequest, options: ReadOptions & WireOptions): ApiRequest {
  // What is written by itself is not searched for. @see CRE-02
  const isSearched = request.change === undefined || request.change.endsWith('COLLECTION');
  const parameters = new URLSearchParams(isSearched ? request.queryString : '');
  const search = parseSearch(parameters.get('q'));
  const rows = rowResource(request);
  return {
    ...searchRequest(request, search, pageOf(parameters, rows), options.embed),
    count: countOf(parameters, rows),
    portions: readPortions(search['related_limit']),
  };
}

/** Which rows a decoded `q` finds, and which of them. */
export function readSearch(
  request: Pick<IncomingRequest, 'change'>,
  search: Json,
): Pick<ApiRequest, 'filters' | 'sort' | 'group' | 'single' | 'window'> {
  const window = readWindow(search);
  const sort = readOrder(search['order_by']);
  return {
    filters: readFilters(search),
    // Where every row that is found is changed, their order means nothing. @see BLK-11
    sort: request.change === undefined || window !== undefined ? sort : [],
    group: readGroup(search['group_by']),
    single: Boolean(search['single']),
    window,
  };
}

/** An ApiRequest from a decoded `q`, wherever it stood. */
export function searchRequest(
  request: IncomingRequest,
  search: Json,
  page: ApiRequest['page'],
  depth: number,
): ApiRequest {
  const rows = rowResource(request);
  return {
    operation: request.operation,
    resource: request.resource,
    viewer: request.viewer,
    id: request.id,
    relation: request.relation,
    relatedId: request.relatedId,
    ...readSearch(request, search),
    restrictions: [],
    relatedRestrictions: [],
    ignoreCase: false,
    include: undefined,
    embed: isRelationship(request) ? undefined : embedPaths(rows, new Policy(request.viewer), depth),
    fields: new Map(),
    page,
    parameterNames: NAMES,
  };
}

/** What a relationship leads to is named, not shown. */
function isRelationship({ operation, change }: IncomingRequest): boolean {
  return operation === 'GET_RELATIONSHIP' || change?.endsWith('RELATIONSHIP') === true;
}

/** The resource whose rows are asked for. */
function rowResource(request: IncomingRequest): Resource {
  const relation = request.relation === undefined ? undefined : request.resource.relationships.get(request.relation);
  return relation?.target ?? request.resource;
}

/** `q`: nothing counts as an empty search. @see CQ-01, CQ-02 */
export function parseSearch(text: string | null): Json {
  if (text === null || text === '') return {};
  let search: unknown;
  try {
    search = JSON.parse(text) as unknown;
  } catch {
    throw fault('Unable to decode data: "q" is no JSON.');
  }
  return expectSearch(search);
}

/** A search is an object. */
export function expectSearch(search: unknown): Json {
  if (typeof search === 'object' && search !== null && !Array.isArray(search)) return search as Json;
  throw fault(`"q" has to be a JSON object, not ${describe(search)}.`);
}

/** Sizes that are none fall back to the default, those above the maximum to the maximum. @see PAG-04, PAG-06 */
function pageOf(parameters: URLSearchParams, { options }: Resource): ApiRequest['page'] {
  const asked = parameters.get('results_per_page') ?? '';
  const size = /^\d{1,15}$/.test(asked) && Number(asked) > 0 ? Math.min(Number(asked), options.maxPageSize) : undefined;
  return {
    number: parameters.get('page') ?? undefined,
    size: size === undefined ? undefined : String(size),
    after: parameters.get('after') ?? undefined,
    before: parameters.get('before') ?? undefined,
  };
}

/** Where clients choose nothing, the name means nothing, as all unknown ones. */
function countOf(parameters: URLSearchParams, { options }: Resource): string | undefined {
  return options.countModes.length === 0 ? undefined : (parameters.get('count') ?? undefined);
}

/** The filters of a search, all of which, or with `disjunction` one of which, has to hold. @see CQ-11, CQ-12 */
function readFilters(search: Json): RawFilter[] {
  const { filters = [], disjunction = false } = search;
  if (!Array.isArray(filters)) throw fault('"filters" has to be a list of filter objects.');
  const list = filters.map(readFilter);
  const place = { form: 'json', parameter: 'q' } as const;
  if (disjunction !== true) return list.map((value, index) => ({ ...place, value, pointer: `/filters/${index}` }));
  return list.length === 0 ? [] : [{ ...place, value: { or: list }, pointer: '/filters' }];
}

/** A filter object as the query language has it: dots for double underscores, and no unknown members (decision 2). */
function readFilter(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const filter: Record<string, unknown> = {};
  for (const [member, inner] of Object.entries(value)) {
    if (member === 'name' || member === 'field')
      filter[member] = typeof inner === 'string' ? dotted(inner) : (inner as unknown);
    else if (member === 'and' || member === 'or')
      filter[member] = Array.isArray(inner) ? inner.map(readFilter) : (inner as unknown);
    else if (member === 'not') filter[member] = readFilter(inner);
    else if (member === 'op') filter[member] = inner as unknown;
    else if (member === 'val') filter[member] = readOperand(inner);
  }
  return filter;
}

/** The inner filter of `has` and `any` is a filter as well. */
function readOperand(value: unknown): unknown {
  const isFilter =
    typeof value === 'object' && value !== null && ['name', 'and', 'or', 'not'].some((member) => member in value);
  return isFilter ? readFilter(value) : value;
}

/** `owner__name` is the path `owner.name`. @see CQ-06 */
export function dotted(name: string): string {
  return name.replace(/(?<=[^_])__(?=[^_])/g, '.');
}

/** `{"computers": 5}`: at most so many related objects inside each object, by path. */
function readPortions(limits: unknown): ReadonlyMap<string, RawPortion> | undefined {
  if (limits === undefined || limits === null) return undefined;
  if (typeof limits !== 'object' || Array.isArray(limits)) {
    throw fault(`"related_limit" has to be an object such as {"computers": 5}, not ${describe(limits)}.`);
  }
  const portion = (size: unknown): RawPortion => ({
    size: typeof size === 'number' ? String(size) : describe(size),
    parameter: 'q',
    isCapped: true,
  });
  return new Map(Object.entries(limits).map(([path, size]) => [dotted(path), portion(size)]));
}

/** @see CQ-20, CQ-21, CQ-22 */
function readOrder(list: unknown): RawSortKey[] {
  return readList(list, 'order_by').map(({ field, direction = 'asc' }) => {
    if (direction !== 'asc' && direction !== 'desc') {
      throw fault(`A direction in "order_by" is "asc" or "desc", not ${describe(direction)}.`);
    }
    return { field: dotted(expectName(field, 'order_by')), descending: direction === 'desc' };
  });
}

/** @see CQ-24, GRP-01, GRP-02 */
function readGroup(list: unknown): string[] {
  return readList(list, 'group_by').map(({ field }) => dotted(expectName(field, 'group_by')));
}

function readList(list: unknown, member: string): readonly Json[] {
  if (list === undefined || list === null) return [];
  const isList =
    Array.isArray(list) && list.every((each) => typeof each === 'object' && each !== null && !Array.isArray(each));
  if (!isList) throw fault(`"${member}" has to be a list of objects such as {"field": "name"}.`);
  return list as Json[];
}

function expectName(name: unknown, member: string): string {
  if (typeof name === 'string' && name !== '') return name;
  throw fault(`Every entry of "${member}" needs a "field", got ${describe(name)}.`);
}

/** 0 and null mean not given (decision 16). */
function readWindow(search: Json): RowWindow | undefined {
  const limit = readCount(search['limit'], 'limit');
  const offset = readCount(search['offset'], 'offset');
  return limit === undefined && offset === undefined ? undefined : { limit, offset: offset ?? 0 };
}

function readCount(value: unknown, member: string): number | undefined {
  if (value === undefined || value === null || value === 0) return undefined;
  if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
  throw fault(`"${member}" has to be a whole number above 0, not ${describe(value)}.`);
}

/** The relationships to embed, to a depth; a path does not turn back to where it came from. */
function embedPaths(resource: Resource, policy: Policy, depth: number): string[] {
  if (depth <= 0) return [];
  return [...policy.relationships(resource).values()]
    .filter(({ target }) => policy.isReadable(target))
    .flatMap(({ name, target }) => [name, ...embedPaths(target, policy, depth - 1).map((path) => `${name}.${path}`)]);
}

function fault(detail: string): BadRequestError {
  return new BadRequestError('BAD_FILTER', detail, { source: { parameter: 'q' } });
}
