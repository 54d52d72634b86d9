/**
 * Sort keys in SQL: what a statement is sorted by, also around a derived table.
 */
import type { SortKey } from '../query/query.js';
import type { NullsOrder } from '../resource/options.js';
import type { Columns } from './columns.js';
import { raw, sql, type Sql } from './fragment.js';
import { columnName, type Select } from './select.js';

/** A sort key in a select. */
export interface SortedBy {
  readonly key: SortKey;
  readonly expression: Sql;
  /** Where the expression stands among the columns. */
  readonly at: number;
  /** Rows may have no value, as far as the column says. */
  readonly nullable: boolean;
}

export interface OrderKey {
  /** In the statement of the page. */
  readonly inner: Sql;
  /** Around it, by the names of its columns. */
  readonly outer: Sql;
}

/** Selects what a key sorts by. */
export function sortedBy(select: Select, columns: Columns, key: SortKey): SortedBy {
  const plain = select.path(key);
  const ignoreCase = key.ignoreCase && key.attribute.type === 'text';
  const expression = ignoreCase ? sql`LOWER(${plain})` : plain;
  const path = [...key.steps.map((step) => step.relationship.name), key.attribute.property].join('.');
  const isPlain = key.steps.length === 0 && key.shown === undefined;
  const isOwn = isPlain && !ignoreCase && columns.isSelectedAsIs(key.attribute.column);
  const at = isOwn ? select.own(key.attribute.column) : select.output.add(`sort:${path}`, expression);
  return { key, expression, at, nullable: !isPlain || key.attribute.column.nullable };
}

/** What ORDER BY says of a key: its value, and before it where nulls stand, if that is not left to the database. */
export function orderKeys({ key, expression, at, nullable }: SortedBy, nulls: NullsOrder): readonly OrderKey[] {
  const direction = raw(key.descending ? ' DESC' : ' ASC');
  const ordered = { inner: sql`${expression}${direction}`, outer: sql`p.${raw(columnName(at))}${direction}` };
  if (nulls === 'native' || !nullable) return [ordered];
  const outer = sql`p.${raw(columnName(at))}`;
  return [{ inner: nullsOrder(expression, nulls), outer: nullsOrder(outer, nulls) }, ordered];
}

/** Says where nulls stand, before the value itself. */
export function nullsOrder(value: Sql, nulls: 'first' | 'last'): Sql {
  return sql`CASE WHEN ${value} IS NULL THEN 1 ELSE 0 END${raw(nulls === 'last' ? ' ASC' : ' DESC')}`;
}
