/**
 * The databases that tests run on: which are there, and a space of their own in each.
 *
 * `describeDatabases` repeats a block of tests on SQLite, PostgreSQL and MariaDB. A server that does not answer is left
 * out, which the run says at its head; with `CI` set it is a failure.
 */
import type { DataSourceOptions } from 'typeorm';
import { databaseServers } from './database-servers.js';

export type DatabaseKind = 'sqlite' | 'postgres' | 'mariadb';

const ALL: readonly DatabaseKind[] = ['sqlite', 'postgres', 'mariadb'];

type Entities = DataSourceOptions['entities'];

export interface Database {
  readonly kind: DatabaseKind;

  /**
   * The options of a data source in this block's own space. Initializing it drops what an earlier one left there, so two
   * at the same time want `database` and `database.second`.
   */
  options(entities: Entities, extra?: object): DataSourceOptions;

  /** Another space in the same database. */
  readonly second: Pick<Database, 'options'>;
}

/** The databases that answered when the run started. */
export function availableDatabases(): DatabaseKind[] {
  const found = (process.env.RESTLESS_DATABASES ?? 'sqlite').split(',');
  return ALL.filter((kind) => found.includes(kind));
}

/**
 * Runs a block of tests once a database.
 *
 * @example
 * describeDatabases((database) => {
 *   it('counts', async () => {
 *     const dataSource = await new DataSource(database.options([Person])).initialize();
 *     …
 *   });
 * });
 */
export function describeDatabases(block: (database: Database) => void, kinds: readonly DatabaseKind[] = ALL): void {
  const available = availableDatabases();
  for (const kind of kinds) {
    if (available.includes(kind)) describe(`on ${kind}`, () => block(openSpaces(kind)));
    else if (process.env.CI) describe(`on ${kind}`, () => it('has a server', () => failMissing(kind)));
  }
}

function failMissing(kind: DatabaseKind): never {
  throw new Error(
    `CI is set, so the tests want every database, but ${kind} does not answer: ${process.env.RESTLESS_MISSING_DATABASES}`,
  );
}

let spaces = 0;

/** Makes the spaces before the tests of the block that calls it, and drops them after. */
function openSpaces(kind: DatabaseKind): Database {
  const number = (spaces += 1);
  const name = `restless_${process.pid}_${process.env.JEST_WORKER_ID ?? '1'}_${number}`;
  const names = [name, `${name}_second`] as const;
  const server = databaseServers.find((each) => each.kind === kind);
  if (server) {
    beforeAll(() =>
      server.run(...names.flatMap((each) => [dropSpace(server.kind, each), createSpace(server.kind, each)])),
    );
    afterAll(() => server.run(...names.map((each) => dropSpace(server.kind, each))));
  }
  const optionsIn =
    (space: string) =>
    (entities: Entities, extra: object = {}) =>
      ({ ...connection(kind, space), entities, synchronize: true, dropSchema: true, ...extra }) as DataSourceOptions;
  return { kind, options: optionsIn(names[0]), second: { options: optionsIn(names[1]) } };
}

function connection(kind: DatabaseKind, space: string): object {
  const url = new URL(databaseServers.find((each) => each.kind === kind)?.url ?? 'sqlite:');
  switch (kind) {
    case 'sqlite':
      return { type: 'better-sqlite3', database: ':memory:' };
    case 'postgres':
      // The search path rather than the option `schema`: so a statement reads the same in every space. An extension that
      // TypeORM installs would land in this space and leave with it, and a uuid needs none.
      url.searchParams.set('options', `-c search_path=${space}`);
      return { type: 'postgres', url: url.href, installExtensions: false, uuidExtension: 'pgcrypto' };
    case 'mariadb':
      url.pathname = `/${space}`;
      return { type: 'mariadb', url: url.href };
  }
}

function createSpace(kind: 'postgres' | 'mariadb', name: string): string {
  return kind === 'postgres'
    ? `CREATE SCHEMA "${name}"`
    : `CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;
}

function dropSpace(kind: 'postgres' | 'mariadb', name: string): string {
  return kind === 'postgres' ? `DROP SCHEMA IF EXISTS "${name}" CASCADE` : `DROP DATABASE IF EXISTS \`${name}\``;
}
