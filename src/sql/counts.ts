/**
 * How many rows a query has, in SQL: counted, counted up to a number, or asked of the database's planner or statistics.
 */
import type { EntityMetadata } from 'typeorm';
import type { Query } from '../query/query.js';
import type { CountName } from '../resource/counting.js';
import { constant, sql, type Param, type Sql } from './fragment.js';

/** What a database can say of a number of rows without counting them. */
export type Estimating = 'planner' | 'statistics' | 'count' | 'nothing';

/**
 * How the total of a query is found on this database.
 *
 * @param isBare nothing at all chooses among the rows of the table
 */
export function countingOf(
  query: Pick<Query, 'page' | 'count' | 'group'>,
  estimating: Estimating,
  isBare: boolean,
): CountName {
  const { page, count, group } = query;
  if (page === undefined) return 'none';
  if (count !== 'estimated') return count;
  // Planners know nothing of groups.
  if (estimating === 'planner' && group.length === 0) return 'estimated';
  if (!isBare) return 'capped';
  // Without a condition, SQLite counts in the time that others need for an estimate.
  return estimating === 'statistics' ? 'estimated' : estimating === 'count' ? 'exact' : 'capped';
}

/** The number of rows; `rows` is `FROM … WHERE …`. */
export function exactCount(rows: Sql): Sql {
  return sql`SELECT COUNT(*) AS n ${rows}`;
}

/** The same, as far as the limit. */
export function cappedCount(rows: Sql, limit: Param): Sql {
  return sql`SELECT COUNT(*) AS n FROM (SELECT 1 AS c0 ${rows} LIMIT ${limit}) z`;
}

/** What the database expects. */
export function estimate(rows: Sql, estimating: Estimating, { database, tableName }: EntityMetadata): Sql {
  if (estimating === 'planner') return sql`EXPLAIN (FORMAT JSON) SELECT 1 AS c0 ${rows}`;
  return sql`SELECT TABLE_ROWS AS n FROM information_schema.TABLES WHERE TABLE_SCHEMA = COALESCE(${constant(database ?? null)}, DATABASE()) AND TABLE_NAME = ${constant(tableName)}`;
}

/** The number in the first cell of the answer to {@link estimate}; undefined where there is none. */
export function readEstimate(cell: unknown): number | undefined {
  const text: unknown = typeof cell === 'string' && cell.startsWith('[') ? (JSON.parse(cell) as unknown) : cell;
  const [plan] = (Array.isArray(text) ? text : []) as { readonly Plan?: Readonly<Record<string, unknown>> }[];
  const rows: unknown = plan === undefined ? cell : plan.Plan?.['Plan Rows'];
  const number = rows === null || rows === undefined ? NaN : Number(rows);
  return Number.isFinite(number) && number >= 0 ? Math.round(number) : undefined;
}
