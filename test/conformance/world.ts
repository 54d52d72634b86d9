/** A database of its own with the recorded dataset in it: made, put back to its first state, thrown away. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource, type DataSourceOptions, type EntityManager } from 'typeorm';
import type { Dataset, Row } from './cases.js';
import { ENTITIES } from './entities.js';

export const DATABASES = ['sqlite', 'postgres', 'mariadb'] as const;
export type Database = (typeof DATABASES)[number];

interface Place {
  options: DataSourceOptions;
  remove(): Promise<void>;
}

export class World {
  private constructor(
    readonly database: Database,
    private readonly dataset: Dataset,
    private readonly place: Place,
    private readonly dataSource: DataSource,
  ) {}

  static async create(database: Database, dataset: Dataset): Promise<World> {
    const place = await PLACES[database](`restless_conformance_${randomUUID().slice(0, 8)}`);
    const dataSource = await new DataSource({ ...place.options, synchronize: true }).initialize();
    const world = new World(database, dataset, place, dataSource);
    await world.reset();
    return world;
  }

  /** How an application connects to this world. */
  get options(): DataSourceOptions {
    return this.place.options;
  }

  /** Puts every row and every identity counter back to the dataset. */
  async reset(): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      for (const { table } of [...this.dataset].reverse()) await manager.query(`DELETE FROM ${this.quote(table)}`);
      for (const { table, rows } of this.dataset) await this.insert(manager, table, rows);
    });
    await this.restartIdentities();
  }

  async close(): Promise<void> {
    await this.dataSource.destroy();
    await this.place.remove();
  }

  private async insert(manager: EntityManager, table: string, rows: Row[]): Promise<void> {
    const columns = Object.keys(rows[0] ?? {});
    if (columns.length === 0) return;
    const values: unknown[] = [];
    const tuples = rows.map((row) => `(${columns.map((column) => this.bind(values, row[column] ?? null)).join(', ')})`);
    const names = columns.map((column) => this.quote(column === 'duration_seconds' ? 'duration' : column));
    await manager.query(`INSERT INTO ${this.quote(table)} (${names.join(', ')}) VALUES ${tuples.join(', ')}`, values);
  }

  private bind(values: unknown[], value: Row[string]): string {
    values.push(this.toColumn(value));
    return this.database === 'postgres' ? `$${values.length}` : '?';
  }

  private toColumn(value: Row[string]): unknown {
    if (typeof value === 'boolean') return this.database === 'postgres' ? value : Number(value);
    const moment = typeof value === 'string' ? /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d+))?$/.exec(value) : null;
    // TypeORM writes date-times to SQLite as text with three digits after the point, and compares with such text.
    return moment === null
      ? value
      : `${moment[1]} ${moment[2]}.${(moment[3] ?? '').padEnd(3, '0').slice(0, this.digits)}`;
  }

  private get digits(): number {
    return this.database === 'sqlite' ? 3 : 6;
  }

  private async restartIdentities(): Promise<void> {
    const tables = this.dataSource.entityMetadatas
      .filter(({ generatedColumns }) => generatedColumns.length > 0)
      .map(({ tableName }) => tableName);
    if (this.database === 'postgres') {
      const restarts = tables.map(
        (table) =>
          `setval(pg_get_serial_sequence('${this.quote(table)}', 'id'), (SELECT max(id) FROM ${this.quote(table)}))`,
      );
      await this.dataSource.query(`SELECT ${restarts.join(', ')}`);
    } else if (this.database === 'sqlite') {
      for (const table of tables) {
        const last = `(SELECT max(id) FROM ${this.quote(table)})`;
        await this.dataSource.query(`UPDATE sqlite_sequence SET seq = ${last} WHERE name = ?`, [table]);
      }
    } else {
      await this.restartCounters(tables);
    }
  }

  /** MariaDB builds a table anew to set its counter, so only those that have moved are set. */
  private async restartCounters(tables: string[]): Promise<void> {
    const counters = await this.dataSource.query<{ name: string; next: number }[]>(
      'SELECT table_name AS name, auto_increment AS next FROM information_schema.tables WHERE table_schema = database()',
    );
    for (const { name, next } of counters) {
      const rows = this.dataset.find(({ table }) => table === name)?.rows ?? [];
      const first = Math.max(0, ...rows.map(({ id }) => Number(id))) + 1;
      if (!tables.includes(name) || Number(next) === first) continue;
      await this.dataSource.query(`ALTER TABLE ${this.quote(name)} AUTO_INCREMENT = 1`);
    }
  }

  private quote(name: string): string {
    return this.dataSource.driver.escape(name);
  }
}

const entities = Object.values(ENTITIES);

const PLACES: Record<Database, (name: string) => Promise<Place>> = {
  sqlite(name) {
    const folder = mkdtempSync(join(tmpdir(), name));
    return Promise.resolve({
      options: { type: 'better-sqlite3', database: join(folder, 'world.db'), entities, prepareDatabase: hurry },
      remove: () => rm(folder, { recursive: true, force: true }),
    });
  },

  async postgres(name) {
    const url = new URL(process.env.POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test');
    const admin: DataSourceOptions = { type: 'postgres', url: url.href };
    // The recorded system compared text byte by byte.
    await once(admin, `CREATE DATABASE "${name}" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'`);
    await once(admin, `ALTER DATABASE "${name}" SET synchronous_commit = off`);
    return {
      options: { ...admin, url: inside(url, name), entities, poolSize: 2 },
      remove: () => once(admin, `DROP DATABASE "${name}" WITH (FORCE)`),
    };
  },

  async mariadb(name) {
    const url = new URL(process.env.MARIADB_URL ?? 'mysql://root@127.0.0.1:3306/test');
    const admin: DataSourceOptions = { type: 'mariadb', url: url.href };
    await once(admin, `CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
    return {
      options: { ...admin, url: inside(url, name), entities, poolSize: 2, charset: 'utf8mb4', timezone: 'Z' },
      remove: () => once(admin, `DROP DATABASE \`${name}\``),
    };
  },
};

/** Nobody needs this world after a crash. */
function hurry(database: { pragma(source: string): unknown }): void {
  database.pragma('synchronous = OFF');
  database.pragma('journal_mode = MEMORY');
}

function inside(url: URL, database: string): string {
  return Object.assign(new URL(url), { pathname: `/${database}` }).href;
}

async function once(options: DataSourceOptions, statement: string): Promise<void> {
  const dataSource = await new DataSource(options).initialize();
  try {
    await dataSource.query(statement);
  } finally {
    await dataSource.destroy();
  }
}
