/**
 * Values of sort keys on their way into a cursor and back: what is read has to be exactly what is stored, and what is
 * bound has to compare as the column sorts. Drivers round microseconds and big numbers, and databases compare a text
 * with a number as doubles.
 */
import type { CursorValue } from '../query/cursor.js';
import type { ColumnAttribute } from '../resource/resource.js';
import type { DialectName } from './dialect.js';
import { raw, sql, type Param, type Sql } from './fragment.js';

/** How the values of one sort key are read and compared. */
export interface CursorCell {
  /** What is read; undefined where the key itself comes out of the driver as it is stored. */
  readonly read: Sql | undefined;
  /** What is compared: sorts as the key does. */
  readonly compared: Sql;
  /** A value that was read, in a comparison. */
  readonly bound: (value: Param) => Sql;
}

/** The cell of a sort key. */
export function cursorCell(dialect: DialectName, { type, column }: ColumnAttribute, key: Sql): CursorCell {
  return CELLS[dialect](type, key, column.scale);
}

type Type = ColumnAttribute['type'];

/** What drivers give as it is stored, on every database. */
const PLAIN: readonly Type[] = ['text', 'uuid', 'boolean', 'integer', 'bytes'];

const asIs = (key: Sql): CursorCell => ({ read: undefined, compared: key, bound: (value) => sql`${value}` });
const cast = (read: Sql, compared: Sql, type?: string): CursorCell => ({
  read,
  compared,
  bound: (value) => (type === undefined ? sql`${value}` : sql`CAST(${value} AS ${raw(type)})`),
});

const CELLS: Readonly<Record<DialectName, (type: Type, key: Sql, scale?: number) => CursorCell>> = {
  // A parameter has the type of what it is compared with.
  postgres: (type, key) => (PLAIN.includes(type) ? asIs(key) : cast(sql`CAST(${key} AS TEXT)`, key)),
  sqlite: (type, key) => {
    if (type === 'bigint') return cast(sql`CAST(${key} AS TEXT)`, key, 'INTEGER');
    // As text, a fraction would lose digits; as a number, a big integer would.
    if (type === 'decimal')
      return cast(sql`CASE typeof(${key}) WHEN 'integer' THEN CAST(${key} AS TEXT) ELSE ${key} END`, key, 'NUMERIC');
    return asIs(key);
  },
  mysql: (type, key, scale = 30) => {
    if (type === 'decimal') return cast(sql`CAST(${key} AS CHAR)`, key, `DECIMAL(65, ${scale})`);
    const compared = MYSQL_TYPES[type];
    if (compared !== undefined) return cast(sql`CAST(${key} AS CHAR)`, key, compared);
    // As text, a float has fewer digits than it needs.
    if (type === 'float') return cast(sql`CAST(${key} AS DOUBLE)`, key);
    // It sorts by the place of a word among its words, and compares by the word.
    if (type === 'enum') return cast(sql`(${key} + 0)`, sql`(${key} + 0)`);
    return asIs(key);
  },
};

const MYSQL_TYPES: Partial<Record<Type, string>> = {
  bigint: 'DECIMAL(65, 0)',
  date: 'DATE',
  time: 'TIME(6)',
  datetime: 'DATETIME(6)',
};

/** What a driver gives, as a cursor holds it. */
export function cursorValue(value: unknown): CursorValue {
  return value instanceof Date ? value.toJSON() : (value as CursorValue);
}
