/**
 * Which databases there are, where the tables of each size are kept, and what a server process is told about it.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DataSourceOptions } from 'typeorm';

export type Kind = 'sqlite' | 'postgres' | 'mariadb';

export const KINDS: readonly Kind[] = ['sqlite', 'postgres', 'mariadb'];

/** A set of tables. */
export interface Place {
  readonly kind: Kind;
  /** How many persons there are. */
  readonly size: number;
}

const POSTGRES_URL = process.env.POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test';
const MARIADB_URL = process.env.MARIADB_URL ?? 'mysql://root@127.0.0.1:3306/test';

/** Connections of every server, to PostgreSQL and MariaDB alike. */
export const POOL = 10;

/** The name of the schema, the database or the file. */
export function spaceOf({ size }: Place): string {
  return `restless_bench_${size}`;
}

/** The URL of a server, leading into the space of a size or, without one, to where spaces are made. */
export function urlOf(kind: 'postgres' | 'mariadb', place?: Place): string {
  const url = new URL(kind === 'postgres' ? POSTGRES_URL : MARIADB_URL);
  if (place !== undefined && kind === 'postgres')
    url.searchParams.set('options', `-c search_path=${spaceOf(place)} -c client_min_messages=warning`);
  if (place !== undefined && kind === 'mariadb') url.pathname = `/${spaceOf(place)}`;
  return url.href;
}

/** Where SQLite's files are; servers are told. */
export const DATA_FOLDER = process.env.BENCH_FOLDER ?? join(import.meta.dirname, '..', 'bench-data');

/** The file of a SQLite database. */
export function fileOf(place: Place): string {
  mkdirSync(DATA_FOLDER, { recursive: true });
  return join(DATA_FOLDER, `${spaceOf(place)}.sqlite`);
}

/** What this process is to serve. */
export function place(): Place {
  return { kind: kindOf(), size: Number(process.env.BENCH_SIZE ?? 10_000) };
}

export function kindOf(): Kind {
  return (process.env.BENCH_DATABASE ?? 'sqlite') as Kind;
}

/** TypeORM's options for the tables of this process. */
export function dataSourceOptions(entities: DataSourceOptions['entities']): DataSourceOptions {
  const here = place();
  const shared = { entities, synchronize: false, logging: false };
  switch (here.kind) {
    case 'sqlite':
      return { ...shared, type: 'better-sqlite3', database: fileOf(here) };
    case 'postgres':
      return {
        ...shared,
        type: 'postgres',
        url: urlOf('postgres', here),
        poolSize: POOL,
        installExtensions: false,
      };
    case 'mariadb':
      return { ...shared, type: 'mariadb', url: urlOf('mariadb', here), poolSize: POOL, timezone: 'Z' };
  }
}
