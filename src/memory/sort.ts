/**
 * The order of rows in arrays, and which of them a page by cursor has.
 */
import type { CursorPage } from '../query/cursor.js';
import type { Query, SortKey } from '../query/query.js';
import { compareValues, type MemoryRow } from './tables.js';

/** A row with what it is sorted by. */
export interface SortedRow {
  readonly row: MemoryRow;
  readonly values: readonly unknown[];
}

/** Nulls are smallest, as on SQLite and MariaDB, unless the query says otherwise. */
export function sorted(
  query: Pick<Query, 'sort' | 'nulls' | 'cardinality'>,
  rows: readonly MemoryRow[],
  valueOf: (row: MemoryRow, key: SortKey) => unknown,
): readonly SortedRow[] {
  if (query.cardinality === 'one') return rows.map((row) => ({ row, values: [] }));
  return rows
    .map((row) => ({ row, values: query.sort.map((key) => folded(key, valueOf(row, key))) }))
    .toSorted((a, b) => compare(query, a.values, b.values));
}

function folded({ ignoreCase, attribute }: SortKey, value: unknown): unknown {
  return ignoreCase && attribute.type === 'text' && typeof value === 'string' ? value.toLowerCase() : value;
}

function compare({ sort, nulls }: Pick<Query, 'sort' | 'nulls'>, a: readonly unknown[], b: readonly unknown[]): number {
  for (const [index, { attribute, descending }] of sort.entries()) {
    const [left, right] = [a[index], b[index]];
    const turned = descending ? -1 : 1;
    if (left === null || right === null) {
      const nullFirst = nulls === 'native' ? turned : nulls === 'first' ? 1 : -1;
      if (left !== right) return left === null ? -nullFirst : nullFirst;
      continue;
    }
    const order = compareValues(attribute.column, left, right) * turned;
    if (order !== 0) return order;
  }
  return 0;
}

/** The rows of a page by cursor, and whether there are more of them in the direction of the search. */
export function pageAt(
  query: Query,
  { after, before, backward }: CursorPage,
  rows: readonly SortedRow[],
  size: number,
): { readonly rows: readonly SortedRow[]; readonly more: boolean } {
  const between = rows.filter(
    ({ values }) =>
      (after === undefined || after.length === 0 || compare(query, values, after) > 0) &&
      (before === undefined || before.length === 0 || compare(query, values, before) < 0),
  );
  return { rows: backward ? between.slice(-size) : between.slice(0, size), more: between.length > size };
}
