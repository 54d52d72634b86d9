/**
 * The drivers under the servers that are written by hand: statements with `?` for the values, in the order in which
 * they stand, and a list as one value.
 */
import Database from 'better-sqlite3';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { fileOf, place, POOL, urlOf } from '../databases.js';

export type Row = Record<string, unknown>;

export interface Driver {
  /** A list that is bound as one value. */
  readonly inList: (column: string) => string;
  readonly bindList: (values: readonly unknown[]) => unknown;
  readonly bindDate: (value: Date) => unknown;
  readonly readDate: (value: unknown) => string;
  readonly rows: (sql: string, values: readonly unknown[]) => Promise<Row[]>;
  /** With everything the driver has to offer: prepared, rows as arrays, dates as text. */
  readonly fast: (sql: string, values: readonly unknown[]) => Promise<unknown[][]>;
}

export function openDriver(): Driver {
  return { sqlite, postgres, mariadb }[place().kind]();
}

const toIso = (text: string): string => `${text.slice(0, 10)}T${text.slice(11, 23)}Z`;

function sqlite(): Driver {
  const database = new Database(fileOf(place()));
  const statements = new Map<string, Database.Statement>();
  const prepare = (key: string, sql: string): Database.Statement => {
    let statement = statements.get(key);
    if (statement === undefined) {
      statement = database.prepare(sql);
      if (key !== sql) statement.raw();
      statements.set(key, statement);
    }
    return statement;
  };
  return {
    inList: (column) => `${column} IN (SELECT value FROM json_each(?))`,
    bindList: (values) => JSON.stringify(values),
    bindDate: (value) => value.toISOString().replace('T', ' ').slice(0, 23),
    readDate: (value) => (typeof value === 'string' ? new Date(`${value.replace(' ', 'T')}Z`).toISOString() : ''),
    rows: (sql, values) => {
      const statement = prepare(sql, sql);
      return Promise.resolve(statement.reader ? (statement.all(...values) as Row[]) : (statement.run(...values), []));
    },
    fast: (sql, values) => Promise.resolve(prepare(`raw ${sql}`, sql).all(...values) as unknown[][]),
  };
}

function postgres(): Driver {
  const pool = new pg.Pool({ connectionString: urlOf('postgres', place()), max: POOL });
  const texts = new Map<string, string>();
  const numbered = (sql: string): string => {
    let text = texts.get(sql);
    if (text === undefined) {
      let index = 0;
      text = sql.replaceAll('?', () => `$${++index}`);
      texts.set(sql, text);
    }
    return text;
  };
  const names = new Map<string, string>();
  const MOMENT = 1184;
  const asText = (value: string): string => value;
  const types = {
    getTypeParser: (oid: number, format?: string) =>
      oid === MOMENT ? asText : (pg.types.getTypeParser(oid, format as 'text') as (value: string) => unknown),
  };
  return {
    inList: (column) => `${column} = ANY(?)`,
    bindList: (values) => values,
    bindDate: (value) => value,
    readDate: (value) =>
      typeof value === 'string'
        ? /\.\d{3}\+00$/.test(value)
          ? toIso(value)
          : new Date(value).toISOString()
        : (value as Date).toISOString(),
    rows: async (sql, values) => (await pool.query<Row>(numbered(sql), [...values])).rows,
    fast: async (sql, values) => {
      let name = names.get(sql);
      if (name === undefined) names.set(sql, (name = `s${names.size}`));
      const query = { name, text: numbered(sql), values: [...values], rowMode: 'array' as const, types };
      return (await pool.query<unknown[]>(query as pg.QueryArrayConfig<unknown[]>)).rows;
    },
  };
}

function mariadb(): Driver {
  const pool = mysql.createPool({ uri: urlOf('mariadb', place()), connectionLimit: POOL, timezone: 'Z' });
  return {
    inList: (column) => `${column} IN (?)`,
    bindList: (values) => values,
    bindDate: (value) => value,
    readDate: (value) => (typeof value === 'string' ? toIso(value) : (value as Date).toISOString()),
    rows: async (sql, values) => {
      const [rows] = await pool.query(sql, values as mysql.QueryValues);
      return Array.isArray(rows) ? (rows as Row[]) : [];
    },
    fast: async (sql, values) =>
      (
        await pool.query({ sql, values: values as mysql.QueryValues, rowsAsArray: true, dateStrings: true })
      )[0] as unknown[][],
  };
}
