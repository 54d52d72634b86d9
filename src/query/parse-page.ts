/**
 * Checks which page of a list is asked for: by its number, or by cursors.
 *
 * Cursors are those of the JSON:API profile at {@link CURSOR_PROFILE}; its rules are cited as P1 to P16.
 */
import { BadRequestError } from '../errors.js';
import type { Resource } from '../resource/resource.js';
import type { ApiRequest } from './api-request.js';
import { CURSOR_PROFILE, type CursorPage, type CursorSeal, type Position } from './cursor.js';
import { bad, quote } from './faults.js';
import type { Page, Query, SortKey } from './query.js';
import type { QueryRules } from './rules.js';

/** Rows on a page by cursor where the option `pageSize` switches paging off. */
const SIZE_WITHOUT_OPTION = 10;

/**
 * The page that is asked for; none where there are no pages.
 *
 * @throws BadRequestError naming the parameter, and what would be right.
 */
export function parsePage(
  request: ApiRequest,
  resource: Resource,
  cardinality: Query['cardinality'],
  sort: readonly SortKey[],
  rules: QueryRules,
): Pick<Query, 'page' | 'cursor'> {
  if (cardinality !== 'many') {
    expectNoCursor(request);
    return { page: undefined, cursor: undefined };
  }
  if (!isByCursor(request, resource, sort)) return { page: numberedPage(request, resource), cursor: undefined };
  const cursor = cursorPage(request, rules.cursors.for(listOf(resource, sort)), sort);
  const size = pageSize(request, resource, true) ?? defaultSize(request, resource, cursor);
  return size === 0
    ? { page: undefined, cursor: undefined }
    : { page: Object.freeze({ number: 1, size }), cursor: Object.freeze(cursor) };
}

function expectNoCursor(request: ApiRequest): void {
  const parameter = cursorParameter(request);
  if (parameter === undefined) return;
  const { single } = request.parameterNames;
  throw bad('BAD_PAGE', { parameter, pointer: '' }, `There are no pages where ${quote(single)} asks for one resource.`);
}

/** The first parameter that has a cursor. */
function cursorParameter({ page, parameterNames }: ApiRequest): string | undefined {
  if (page.after !== undefined) return parameterNames.pageAfter;
  return page.before === undefined ? undefined : parameterNames.pageBefore;
}

/** Whether the page is found by cursor: where the client sends one, and otherwise as the option `pagination` says. */
function isByCursor(request: ApiRequest, resource: Resource, sort: readonly SortKey[]): boolean {
  const { page, parameterNames } = request;
  const mode = page.by ?? resource.options.pagination;
  const cursor = cursorParameter(request);
  const { pageNumber } = parameterNames;
  if (mode === 'number') {
    if (cursor === undefined) return false;
    throw bad(
      'BAD_PAGE',
      { parameter: cursor, pointer: '' },
      `${resource.name} has no cursors; pages are asked for with ${quote(pageNumber)}.`,
    );
  }
  if (page.number !== undefined) {
    if (mode === 'both' && cursor === undefined) return false;
    const reason = mode === 'both' ? 'A page has a number or a cursor' : `Pages of ${resource.name} have no number`;
    throw bad(
      'BAD_PAGE',
      { parameter: pageNumber, pointer: '' },
      `${reason}; go on with ${quote(parameterNames.pageAfter)} alone.`,
    );
  }
  const obstacle = obstacleTo(request, sort);
  if (obstacle === undefined) return true;
  if (mode === 'both' && cursor === undefined) return false;
  throw obstacle;
}

/** Why the list has no cursors; undefined where it has. */
function obstacleTo(request: ApiRequest, sort: readonly SortKey[]): BadRequestError | undefined {
  const { group, window, parameterNames } = request;
  const fault = (parameter: string, what: string): BadRequestError =>
    bad('BAD_PAGE', { parameter, pointer: '' }, `${what} has no pages by cursor.`);
  if (group.length > 0) return fault(parameterNames.group, 'A list of groups');
  if (window !== undefined) return fault(parameterNames.group, 'A list with "limit" or "offset"');
  const own = sort.find(({ attribute }) => attribute.column.expression !== undefined);
  if (own === undefined) return undefined;
  // P16. What SQL of the application's gives may have any type, and none that a cursor could bring back.
  return new BadRequestError('BAD_SORT', `A list sorted by ${quote(own.attribute.name)} has no pages by cursor.`, {
    source: { parameter: parameterNames.sort },
    type: `${CURSOR_PROFILE}/unsupported-sort`,
  });
}

function cursorPage(request: ApiRequest, seal: CursorSeal, sort: readonly SortKey[]): CursorPage {
  const { page, parameterNames } = request;
  const open = (text: string): Position | undefined => {
    const position = seal.open(text);
    return position?.length === 0 || position?.length === sort.length ? position : undefined;
  };
  const opened = (text: string | undefined, parameter: string): Position | undefined => {
    const position = text === undefined ? undefined : open(text);
    if (text === undefined || position !== undefined) return position;
    throw bad(
      'BAD_CURSOR',
      { parameter, pointer: '' },
      'This is no cursor of this list in this order. Start again without it, or with the sort that it is from.',
    );
  };
  const after = opened(page.after, parameterNames.pageAfter);
  const before = opened(page.before, parameterNames.pageBefore);
  return { after, before, backward: before !== undefined && after === undefined, seal: seal.seal, open };
}

/** What a cursor is bound to: the list, its order, and what the values are. */
function listOf({ path, version, options }: Resource, sort: readonly SortKey[]): string {
  const keys = sort.map(({ steps, attribute, descending, ignoreCase }) => [
    ...steps.map(({ relationship }) => relationship.property),
    attribute.property,
    attribute.type,
    descending,
    ignoreCase,
  ]);
  return JSON.stringify([path, version, options.nulls, keys]);
}

/** P4, P10: between two cursors, as many as there may be. */
function defaultSize({ page }: ApiRequest, { options }: Resource, { after, before }: CursorPage): number {
  const { pageSize: own, maxPageSize } = options;
  const isFirst = after === undefined && before === undefined;
  if (isFirst && page.by === undefined) return Math.min(own, maxPageSize);
  const isRange = after !== undefined && before !== undefined;
  if (isRange && maxPageSize < Infinity) return maxPageSize;
  return Math.min(own === 0 ? SIZE_WITHOUT_OPTION : own, maxPageSize);
}

function numberedPage(request: ApiRequest, resource: Resource): Page | undefined {
  const { pageSize: own, maxPageSize } = resource.options;
  const { pageNumber } = request.parameterNames;
  const size = pageSize(request, resource, false);
  const number = positive(request.page.number, pageNumber);
  if (own === 0 && size === undefined) return undefined;
  const page = { number: number ?? 1, size: size ?? Math.min(own, maxPageSize) };
  if (!Number.isSafeInteger(page.number * page.size)) {
    throw bad('BAD_PAGE', { parameter: pageNumber, pointer: '' }, 'There cannot be that many pages.');
  }
  return Object.freeze(page);
}

/** The size that the client asks for. P2, P3 */
function pageSize(request: ApiRequest, resource: Resource, byCursor: boolean): number | undefined {
  const { maxPageSize } = resource.options;
  const { pageSize: parameter } = request.parameterNames;
  const size = positive(request.page.size, parameter);
  if (size === undefined || size <= maxPageSize) return size;
  throw new BadRequestError('BAD_PAGE', `A page holds at most ${maxPageSize} resources; ${size} were asked for.`, {
    source: { parameter },
    ...(byCursor && {
      meta: { page: { maxSize: maxPageSize } },
      type: `${CURSOR_PROFILE}/max-size-exceeded`,
    }),
  });
}

function positive(text: string | undefined, parameter: string): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw bad('BAD_PAGE', { parameter, pointer: '' }, `Expected a whole number above 0, got ${quote(text)}.`);
}
