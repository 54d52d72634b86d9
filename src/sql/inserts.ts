/**
 * One INSERT that gives back what the answer shows, for rows that nothing else happens to: its text is put together once
 * for each choice of columns. TypeORM's builder does the others.
 */
import { randomUUID } from 'node:crypto';
import type { DataSource, EntityMetadata, ObjectLiteral, QueryRunner } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import type { Query } from '../query/query.js';
import { Recent } from '../query/recent.js';
import type { Result } from '../query/result.js';
import type { Dialect } from './dialect.js';
import type { PlanCache } from './plan-cache.js';
import { returned, type Returning } from './returning.js';
import type { Schema } from './schema.js';
import type { RunStatement } from './statements.js';
import { isSpatial, placeFor } from './stored.js';

/** How many texts are kept. */
const MOST_TEXTS = 500;

/** A column of an INSERT: with a value, or with what the text says. */
type Cell = { readonly value: unknown } | { readonly text: string };

const LEFT_OUT: Cell = Object.freeze({ text: '' });
const isLeftOut = (cell: Cell | undefined): boolean => cell === LEFT_OUT;

/** What runs a statement: a connection that is held, or a data source on one of its own. */
type Asks = Pick<DataSource | QueryRunner, 'query'>;

export class Inserts {
  private readonly dataSource: DataSource;
  private readonly texts = new Recent<string>(MOST_TEXTS);
  private readonly plain = new Map<EntityMetadata, boolean>();
  /** What those wait for who hold no connection. */
  private readonly asked = new Map<EntityMetadata, Promise<boolean>>();

  constructor(
    schema: Schema,
    private readonly dialect: Dialect,
    private readonly plans: PlanCache,
    private readonly run: RunStatement,
  ) {
    this.dataSource = schema.dataSource;
  }

  /**
   * True where an INSERT can give back what a query shows of the row.
   *
   * @param runner of the transaction that the row is made in: it asks for itself, as whoever waits for another connection,
   *   or for somebody else's answer, may wait for ever
   */
  async isPossible(metadata: EntityMetadata, answer: Query, runner?: QueryRunner): Promise<boolean> {
    if (this.plans.returning(answer) === undefined) return false;
    const known = this.plain.get(metadata);
    if (known !== undefined) return known;
    const isPlain = await (runner === undefined ? this.askOnce(metadata) : this.isPlain(metadata, runner));
    this.plain.set(metadata, isPlain);
    return isPlain;
  }

  private askOnce(metadata: EntityMetadata): Promise<boolean> {
    const begun = this.asked.get(metadata);
    if (begun !== undefined) return begun;
    const asked = this.isPlain(metadata, this.dataSource).finally(() => this.asked.delete(metadata));
    this.asked.set(metadata, asked);
    return asked;
  }

  /**
   * Inserts the row of an instance.
   *
   * @returns undefined, with nothing done, where it takes more than that; it does from then on
   */
  async insert(
    runner: QueryRunner,
    metadata: EntityMetadata,
    entity: ObjectLiteral,
    answer: Query,
  ): Promise<Result | undefined> {
    const columns = metadata.columns.filter((column) => column.isInsert && column.generatedType === undefined);
    const cells = columns.map((column) => this.cell(column, entity));
    if (!cells.every((cell) => cell !== undefined) || cells.every(isLeftOut)) {
      return this.giveUp(metadata);
    }
    const returning = this.plans.returning(answer)!;
    const parameters = cells.flatMap((cell) => ('value' in cell ? [cell.value] : []));
    const { rows } = await this.run(runner, { text: this.text(metadata, columns, cells, returning), parameters });
    return returned(returning, answer, rows[0]!);
  }

  /** From now on, rows of this table are TypeORM's. */
  giveUp(metadata: EntityMetadata): undefined {
    this.plain.set(metadata, false);
  }

  /** The same as TypeORM writes; undefined for what only it can write. */
  private cell(column: ColumnMetadata, entity: ObjectLiteral): Cell | undefined {
    const { driver } = this.dataSource;
    const own: unknown = column.getEntityValue(entity);
    if (typeof own === 'function') return undefined;
    const value: unknown = driver.preparePersistentValue(own, column);
    if (column.isDiscriminator) return { value: column.entityMetadata.discriminatorValue };
    if (value !== undefined) return isCounted(column) ? undefined : { value };
    if (column.isVersion) return { text: '1' };
    if (isCounted(column)) return LEFT_OUT;
    if (column.isGenerated && !driver.isUUIDGenerationSupported()) return { value: randomUUID() };
    // SQLite would count up a whole number that nobody gave it.
    if (column.isPrimary && !column.isGenerated) return undefined;
    if (this.dialect.name !== 'sqlite') return { text: 'DEFAULT' };
    const { default: given } = column;
    return { text: given === undefined || given === null ? 'NULL' : driver.normalizeDefault(column)! };
  }

  private text(
    metadata: EntityMetadata,
    columns: readonly ColumnMetadata[],
    cells: readonly Cell[],
    { list }: Returning,
  ): string {
    const { tablePath } = metadata;
    const places = cells.map((cell) => ('value' in cell ? '?' : cell.text)).join();
    const key = `${tablePath} ${metadata.name} ${places} ${list}`;
    return this.texts.get(key) ?? this.texts.set(key, this.write(tablePath, columns, cells, list));
  }

  private write(tablePath: string, columns: readonly ColumnMetadata[], cells: readonly Cell[], list: string): string {
    const { dialect } = this;
    const names: string[] = [];
    const values: string[] = [];
    let count = 0;
    for (const [index, cell] of cells.entries()) {
      if (isLeftOut(cell)) continue;
      const column = columns[index]!;
      const place = 'value' in cell ? dialect.placeholder(count++) : cell.text;
      names.push(dialect.quote(column.databaseName));
      values.push('value' in cell ? placeFor(this.dataSource, column, place) : place);
    }
    const table = tablePath.split('.').map(dialect.quote).join('.');
    return `INSERT INTO ${table} (${names.join(', ')}) VALUES (${values.join(', ')}) RETURNING ${list}`;
  }

  /** True where what comes back is the row as it stays, and its columns take plain values. */
  private async isPlain(metadata: EntityMetadata, asks: Asks): Promise<boolean> {
    const { driver } = this.dataSource;
    const columns = metadata.columns.filter(({ isInsert }) => isInsert);
    if (columns.some((column) => isSpatial(this.dataSource, column))) return false;
    switch (this.dataSource.options.type) {
      case 'mariadb':
        // Triggers there change the row before it is written, or other tables.
        return driver.isReturningSqlSupported('insert');
      case 'postgres':
      case 'better-sqlite3':
        return !(await this.changesLater(metadata, asks));
      default:
        return false;
    }
  }

  /** True where the database may change the row once more after it is written. */
  private async changesLater({ tableName, tablePath }: EntityMetadata, asks: Asks): Promise<boolean> {
    const [text, name] =
      this.dialect.name === 'sqlite'
        ? [SQLITE_TRIGGERS, tableName]
        : [POSTGRES_TRIGGERS, tablePath.split('.').map(this.dialect.quote).join('.')];
    const rows = (await asks.query(text, [name])) as readonly unknown[];
    return rows.length > 0;
  }
}

const SQLITE_TRIGGERS = "SELECT 1 AS c0 FROM sqlite_master WHERE type IN ('trigger', 'view') AND tbl_name = ?";

/** Triggers that run before a row is written are done by then; views have their own. */
const POSTGRES_TRIGGERS =
  "SELECT 1 AS c0 FROM pg_class c WHERE c.oid = to_regclass($1) AND (c.relhasrules OR c.relkind NOT IN ('r', 'p') OR " +
  'EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgtype & 2 = 0))';

/** True for a column that the database counts up. */
export function isCounted(column: ColumnMetadata): boolean {
  return column.isGenerated && column.generationStrategy !== 'uuid';
}
