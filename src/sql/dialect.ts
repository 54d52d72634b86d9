/**
 * What the databases say differently, evened out: lists, patterns, dates, null order. The rest of `sql/`
 * asks here and knows no database.
 */
import type { DataSource } from 'typeorm';
import { RestlessConfigError } from '../errors.js';
import type { DatabaseClock } from '../query/values.js';
import type { ValueType } from '../resource/entity-model.js';
import type { Estimating } from './counts.js';
import { anyOf, join, param, raw, sql, type Param, type Part, type Sql } from './fragment.js';

/** A kind of database: MariaDB is `mysql`. */
export type DialectName = 'sqlite' | 'postgres' | 'mysql';

export interface Dialect {
  readonly name: DialectName;
  /** How the parameter with this index is spelt. */
  readonly placeholder: (index: number) => string;
  /** A name from metadata, quoted. */
  readonly quote: (name: string) => string;
  /** A list as one parameter, so that every length has the same text; undefined where each value needs its own. */
  readonly wholeList: (values: readonly unknown[]) => Param | undefined;
  /** `column` is one of a list that is bound as one parameter. */
  readonly inWhole: (column: Sql, list: Param) => Sql;
  /** Rows of values as one parameter or one for each column, by the types of these; undefined where each value needs its own. */
  readonly wholeRows: (rows: readonly (readonly unknown[])[], types: readonly string[]) => readonly Param[] | undefined;
  /** The columns are one of such rows. */
  readonly inWholeRows: (columns: readonly Sql[], rows: readonly Part[], types: readonly string[]) => Sql;
  /** A column of a type of its own as plain text. */
  readonly asText: (column: Sql) => Sql;
  /** @param type of the column, as the database knows it */
  readonly like: (column: Sql, pattern: Sql, type: string) => Sql;
  /** `LIKE` that ignores case, as far as the database folds it. */
  readonly ilike: (column: Sql, pattern: Sql) => Sql;
  /** A number as a double. */
  readonly toDouble: (column: Sql, type: ValueType) => Sql;
  /** The sum of a column; that of big integers may be two texts, `upper lower`: how many times 2^32, and what is more. */
  readonly sum: (column: Sql, type: ValueType) => Sql;
  readonly datePart: (part: 'year' | 'month' | 'day', column: Sql, type: ValueType) => Sql;
  readonly clock: (value: DatabaseClock, type: ValueType) => Sql;
  /** What it can say of a number of rows without counting them. */
  readonly estimating: Estimating;
  /** At the end of a SELECT, holds other writers of its rows off until the transaction ends. */
  readonly lock: string;
}

const DIALECTS: Readonly<Record<string, DialectName>> = {
  'better-sqlite3': 'sqlite',
  sqlite: 'sqlite',
  sqljs: 'sqlite',
  expo: 'sqlite',
  capacitor: 'sqlite',
  cordova: 'sqlite',
  nativescript: 'sqlite',
  'react-native': 'sqlite',
  postgres: 'postgres',
  cockroachdb: 'postgres',
  'aurora-postgres': 'postgres',
  mysql: 'mysql',
  mariadb: 'mysql',
  'aurora-mysql': 'mysql',
};

/**
 * The dialect of a data source.
 *
 * @throws RestlessConfigError for a database that speaks none of the three.
 */
export function dialectOf(dataSource: DataSource): Dialect {
  const { type } = dataSource.options;
  const name = DIALECTS[type];
  if (name === undefined) {
    throw new RestlessConfigError(`The database "${type}" is not supported; use SQLite, PostgreSQL, MySQL or MariaDB.`);
  }
  const quote = (text: string): string => dataSource.driver.escape(text);
  return { name, quote, estimating: estimatingOf(type, name), ...{ sqlite, postgres, mysql }[name] };
}

/** CockroachDB has no plans in JSON; AWS's data API answers with plain values. */
function estimatingOf(type: string, name: DialectName): Estimating {
  if (type === 'postgres') return 'planner';
  if (name === 'mysql') return 'statistics';
  return name === 'sqlite' ? 'count' : 'nothing';
}

type Differences = Omit<Dialect, 'name' | 'quote' | 'estimating'>;

/** Types whose lists PostgreSQL can be handed as one parameter. */
export const LISTED_TYPES: readonly string[] = [
  ...['smallint', 'integer', 'bigint', 'uuid', 'text', 'character varying', 'date'],
];

/** JSON has no bytes, and no other objects or big integers that a transformer may give. */
const isJson = (value: unknown): boolean => typeof value !== 'object' && typeof value !== 'bigint';

const lower = (text: Sql): Sql => sql`LOWER(${text})`;

const sqlite: Differences = {
  placeholder: () => '?',
  // One connection, one writer.
  lock: '',
  wholeList: (values) => (values.every(isJson) ? param(JSON.stringify(values)) : undefined),
  // Quoted, because TypeORM's builders take a bare word for the property of that name.
  inWhole: (column, list) => sql`${column} IN (SELECT "value" FROM json_each(${list}))`,
  wholeRows: (rows) => (rows.every((row) => row.every(isJson)) ? [param(JSON.stringify(rows))] : undefined),
  inWholeRows: (columns, rows) => {
    const values = columns.map((_, index) => raw(`json_extract("value", '$[${index}]')`));
    return sql`(${join(columns, ', ')}) IN (SELECT ${join(values, ', ')} FROM json_each(${rows[0]!}))`;
  },
  asText: (column) => column,
  like: (column, pattern) => sql`${column} LIKE ${pattern} ESCAPE '\\'`,
  ilike: (column, pattern) => sql`${lower(column)} LIKE ${lower(pattern)} ESCAPE '\\'`,
  toDouble: (column) => sql`CAST(${column} AS REAL)`,
  // Its own sum of whole numbers ends where 64 bits do, and decimals without a fraction are whole numbers.
  sum: (column, type) =>
    type === 'bigint'
      ? sql`SUM(${column} >> 32) || ' ' || SUM(${column} & 4294967295)`
      : sql`SUM(CAST(${column} AS REAL))`,
  datePart: (part, column) =>
    sql`CAST(strftime(${raw({ year: "'%Y'", month: "'%m'", day: "'%d'" }[part])}, ${column}) AS INTEGER)`,
  clock: ({ clock }, type) => {
    if (type === 'date') return raw('CURRENT_DATE');
    if (type === 'time') return raw('CURRENT_TIME');
    return clock === 'CURRENT_DATE'
      ? raw("strftime('%Y-%m-%d 00:00:00.000', 'now')")
      : raw("strftime('%Y-%m-%d %H:%M:%f', 'now')");
  },
};

const postgres: Differences = {
  // Rows that refer to this one can be written meanwhile.
  lock: ' FOR NO KEY UPDATE',
  placeholder: (index) => `$${index + 1}`,
  wholeList: param,
  inWhole: (column, list) => sql`${column} = ANY(${list})`,
  wholeRows: (rows, types) =>
    types.every((type) => LISTED_TYPES.includes(type))
      ? types.map((_, index) => param(rows.map((row) => row[index])))
      : undefined,
  inWholeRows: (columns, rows, types) => {
    const lists = rows.map((list, index) => sql`CAST(${list} AS ${raw(types[index]!)}[])`);
    return sql`(${join(columns, ', ')}) IN (SELECT * FROM unnest(${join(lists, ', ')}))`;
  },
  asText: (column) => sql`${column}::text`,
  // Text that ignores case would mind it as plain text.
  like: (column, pattern, type) => sql`${column}${raw(type === 'citext' ? '' : '::text')} LIKE ${pattern}`,
  ilike: (column, pattern) => sql`${column}::text ILIKE ${pattern}`,
  // Money is no number of its own accord.
  toDouble: (column, type) => sql`CAST(${column}${raw(type === 'decimal' ? '::numeric' : '')} AS DOUBLE PRECISION)`,
  sum: (column) => sql`SUM(${column})`,
  datePart: (part, column) => sql`EXTRACT(${raw(part.toUpperCase())} FROM ${column})`,
  clock: ({ clock }, type) => (type === 'time' ? raw('LOCALTIME') : raw(clock)),
};

const mysql: Differences = {
  lock: ' FOR UPDATE',
  placeholder: () => '?',
  // The driver writes a list that is bound as one parameter as the values with commas between them.
  wholeList: (values) => (values.length === 0 ? undefined : param(values)),
  inWhole: (column, list) => sql`${column} IN (${list})`,
  wholeRows: (rows) => (rows.length === 0 ? undefined : [param(rows)]),
  inWholeRows: (columns, rows) => sql`(${join(columns, ', ')}) IN (${rows[0]!})`,
  asText: (column) => column,
  like: (column, pattern) => sql`${column} LIKE ${pattern}`,
  ilike: (column, pattern) => sql`${lower(column)} LIKE ${lower(pattern)}`,
  toDouble: (column) => sql`CAST(${column} AS DOUBLE)`,
  sum: (column) => sql`SUM(${column})`,
  datePart: (part, column) => sql`EXTRACT(${raw(part.toUpperCase())} FROM ${column})`,
  // Without a precision the clock has whole seconds.
  clock: ({ clock }, type) =>
    type === 'time' ? raw('CURRENT_TIME') : raw(clock === 'CURRENT_DATE' ? clock : `${clock}(6)`),
};

/** `column` is one of these values. */
export function inValues(column: Sql, values: readonly Part[]): Sql {
  return values.length === 0 ? raw('1 = 0') : sql`${column} IN (${join(values, ', ')})`;
}

/** `(a, b) IN ((1, 2), (3, 4))`, in the spelling that all databases take. */
export function inTuples(columns: readonly Sql[], tuples: readonly (readonly unknown[])[]): Sql {
  const rows = tuples.map((tuple) => {
    const equals = columns.map((column, index) => sql`${column} = ${param(tuple[index])}`);
    return sql`(${join(equals, ' AND ')})`;
  });
  return anyOf(rows);
}

/** A text as a pattern that matches nothing but itself; backslash is the escape character everywhere. */
export function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

/** A client's pattern: a lone backslash at the end stands for itself. */
export function closePattern(pattern: string): string {
  let start = pattern.length;
  while (pattern[start - 1] === '\\') start--;
  return (pattern.length - start) % 2 === 1 ? `${pattern}\\` : pattern;
}
