/**
 * How many rows there are, as far as a page, a count or an estimate tells. The same for every store.
 */
import type { Query } from './query.js';
import type { Result } from './result.js';

/** The members of a result that say how many rows there are. */
export type Totals = Pick<Result, 'total' | 'atLeast' | 'estimate' | 'more'>;

type Counted = Pick<Query, 'cardinality' | 'page' | 'cursor' | 'window' | 'count'>;

/**
 * Rows to fetch for a page: where they are not all counted, or nobody knows how many lie in front, one more tells whether
 * there are rows behind it.
 */
export function pageRows({ page, cursor, count }: Pick<Query, 'page' | 'cursor' | 'count'>): number {
  return page === undefined ? Infinity : page.size + (count === 'exact' && cursor === undefined ? 0 : 1);
}

/** Nobody knows how many rows lie in front of a cursor. */
function isBehindCursor({ cursor }: Counted): boolean {
  return (cursor?.after ?? cursor?.before) !== undefined;
}

/**
 * What the rows of a page tell by themselves; undefined where rows have to be counted.
 *
 * @param found how many rows were fetched, of {@link pageRows}
 */
export function totalsSeen(query: Counted, found: number): Totals | undefined {
  const { cardinality, page, window, count } = query;
  if (cardinality !== 'many' || page === undefined) return { total: found, more: false };
  const more = found > page.size;
  if (count === 'none') return { total: undefined, more };
  if (isBehindCursor(query)) return undefined;
  const before = (page.number - 1) * page.size;
  if (found === 0 && before === 0 && window === undefined) return { total: 0, more: false };
  const isEnd = count !== 'exact' && !more && (found > 0 || before === 0);
  return isEnd ? { total: before + found, more: false } : undefined;
}

/**
 * What a count of the rows tells.
 *
 * @param all rows that were counted, those before the window included; one more than the cap is any number above it
 */
export function totalsCounted(query: Counted, found: number, all: number, cap: number): Totals {
  const inWindow = within(query, all);
  const reached = rowsReached(query, found);
  const more = found > query.page!.size || (query.cursor === undefined && inWindow > reached);
  if (all <= cap) return { total: inWindow, more };
  const atLeast = found === 0 ? inWindow : Math.max(inWindow, reached);
  return atLeast >= (query.window?.limit ?? Infinity) ? { total: atLeast, more } : { total: undefined, atLeast, more };
}

/** What an estimate tells: never less than what was seen, nor more than there can be. */
export function totalsEstimated(query: Counted, found: number, all: number): Totals {
  const reached = rowsReached(query, found);
  const expected = within(query, all);
  // Past the end there are no more rows than the pages before would hold.
  const isPast = found === 0 && !isBehindCursor(query);
  const estimate = isPast ? Math.min(reached, expected) : Math.max(reached, expected);
  return { total: undefined, estimate, more: found > query.page!.size };
}

/** Rows up to the end of the page, and the one behind it. */
function rowsReached({ page }: Counted, found: number): number {
  return (page!.number - 1) * page!.size + found;
}

function within({ window }: Counted, all: number): number {
  const behind = Math.max(0, all - (window?.offset ?? 0));
  return Math.min(behind, window?.limit ?? behind);
}
