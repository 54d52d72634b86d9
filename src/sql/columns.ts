/**
 * Columns in SQL: their expressions, and their values on the way to the driver and back. Every converter is
 * chosen once per column.
 */
import type { EntityMetadata } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { BadRequestError } from '../errors.js';
import { toJson, type DatabaseClock, type Value } from '../query/values.js';
import type { ColumnModel, ValueType } from '../resource/entity-model.js';
import type { Dialect } from './dialect.js';
import { param, raw, sql, type Part, type Sql } from './fragment.js';
import { nativeExpression } from './native.js';
import type { Schema } from './schema.js';

/** Turns the driver's value into JSON. */
export type ReadValue = (value: unknown) => unknown;

const BIG_INTEGERS: readonly unknown[] = ['bigint', 'int8', 'unsigned big int'];

export class Columns {
  private readonly readers = new Map<ColumnModel, ReadValue>();

  constructor(
    private readonly schema: Schema,
    private readonly dialect: Dialect,
    /** Moments may come as text without a zone, which is UTC. */
    private readonly utcTexts = false,
  ) {}

  /** A table under an alias. */
  table(metadata: EntityMetadata, alias?: string): Sql {
    const path = metadata.tablePath.split('.').map((name) => this.dialect.quote(name));
    return raw(path.join('.') + (alias === undefined ? '' : ` ${this.dialect.quote(alias)}`));
  }

  /** A column that metadata name. */
  column(metadata: ColumnMetadata, alias: string): Sql {
    const owner = this.dialect.quote(alias);
    if (metadata.isVirtualProperty && metadata.query !== undefined) return raw(`(${metadata.query(owner)})`);
    return raw(`${owner}.${this.dialect.quote(metadata.databaseName)}`);
  }

  /** A column as it is selected, compared and sorted. */
  expression(column: ColumnModel, alias: string): Sql {
    if (column.expression !== undefined) {
      const { model, sql: build } = column.expression;
      const row = { metadata: this.schema.metadata(model), alias };
      return nativeExpression(build, row, { columns: this, dialect: this.dialect });
    }
    const expression = this.column(this.columnMetadata(column), alias);
    // An interval is a number of seconds everywhere (DAT-07).
    return column.type === 'interval' ? sql`EXTRACT(EPOCH FROM ${expression})` : expression;
  }

  /** A column as it is read. */
  selected(column: ColumnModel, alias: string): Sql {
    return column.type === 'interval' ? this.expression(column, alias) : this.key(this.columnMetadata(column), alias);
  }

  /** A column that leads from one statement to the next: SQLite's driver would round whole numbers past 2^53. */
  key(metadata: ColumnMetadata, alias: string): Sql {
    const column = this.column(metadata, alias);
    return this.isRounded(metadata) ? sql`CAST(${column} AS TEXT)` : column;
  }

  /** A value of a column as it is read. */
  exact(column: ColumnModel, value: Sql): Sql {
    return this.dialect.name === 'sqlite' && column.type === 'bigint' ? sql`CAST(${value} AS TEXT)` : value;
  }

  /** True where a column is read as it is compared and sorted. */
  isSelectedAsIs(column: ColumnModel): boolean {
    return column.expression === undefined && !this.isRounded(this.columnMetadata(column));
  }

  /** True where the driver may give another number than the row has. */
  isRounded(metadata: ColumnMetadata): boolean {
    return this.dialect.name === 'sqlite' && BIG_INTEGERS.includes(metadata.type);
  }

  private columnMetadata(column: ColumnModel): ColumnMetadata {
    return this.schema.columnMetadata(column);
  }

  /** The name of a column's type, as the database knows it. */
  databaseType(column: ColumnModel): string {
    return this.schema.dataSource.driver.normalizeType(this.columnMetadata(column));
  }

  /** A checked value, as a bound parameter or as the database's clock. */
  bind(column: ColumnModel, value: Value): Part {
    return isClock(value) ? this.dialect.clock(value, column.type) : param(this.toDriver(column, value));
  }

  /**
   * A checked value in every way in which the database may have written it, the lowest first: SQLite keeps
   * date-times and times as text, and its own clock leaves out what is zero.
   */
  spellings(column: ColumnModel, value: Value): readonly [lowest: Part, ...higher: Part[]] {
    const part = this.bind(column, value);
    const end = column.type === 'datetime' ? '.000' : column.type === 'time' ? ':00' : undefined;
    const text = part.kind === 'param' && this.dialect.name === 'sqlite' ? part.value : undefined;
    if (end === undefined || typeof text !== 'string' || !text.endsWith(end)) return [part];
    return [param(text.slice(0, -end.length)), part];
  }

  /**
   * A checked value as the driver takes it, the column's transformer included.
   *
   * @throws BadRequestError where the transformer can make nothing of the value.
   */
  toDriver(column: ColumnModel, value: Exclude<Value, DatabaseClock>): unknown {
    if (column.type === 'interval') return value;
    const { driver } = this.schema.dataSource;
    const prepared: unknown = column.type === 'datetime' && typeof value === 'string' ? new Date(value) : value;
    try {
      return driver.preparePersistentValue(prepared, this.columnMetadata(column));
    } catch (error) {
      if (!column.transformed) throw error;
      throw new BadRequestError('BAD_VALUE', `The column "${column.path}" can hold no such value.`);
    }
  }

  /** The converter of a column's values on their way out. */
  reader(column: ColumnModel): ReadValue {
    let reader = this.readers.get(column);
    if (reader === undefined) {
      reader = this.chooseReader(column);
      this.readers.set(column, reader);
    }
    return reader;
  }

  /** Dates are made only where the text is not plain, or without a zone where that is not UTC. */
  private readMoment(value: unknown, metadata: ColumnMetadata): unknown {
    if (value === null) return null;
    if (typeof value === 'string' && this.utcTexts) {
      const zoned = `${value}Z`;
      return utcText(zoned) ?? toJson(new Date(zoned));
    }
    if (typeof value === 'string' && (this.dialect.name === 'sqlite' || ZONED.test(value))) {
      const text = utcText(value);
      if (text !== undefined) return text;
    }
    return toJson(this.schema.dataSource.driver.prepareHydratedValue(value, metadata));
  }

  private chooseReader(column: ColumnModel): ReadValue {
    const metadata = this.columnMetadata(column);
    const { driver } = this.schema.dataSource;
    if (column.transformed) return (value) => toJson(driver.prepareHydratedValue(value, metadata));
    if (column.type === 'datetime') return (value) => this.readMoment(value, metadata);
    const shape = SHAPES[column.type];
    if (shape !== undefined) return (value) => (value === null ? null : shape(value, column));
    return (value) => (value === null ? null : toJson(driver.prepareHydratedValue(value, metadata)));
  }
}

/** A moment in UTC, as the databases write it: a date that every calendar has, seconds, and what fraction they have. */
const UTC_MOMENT =
  /^\d{4}-(?:0[13578]-(?:0[1-9]|[12]\d|3[01])|1[02]-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))[ T](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:Z|\+00)?$/;
const ZONED = /(?:Z|\+00)$/;

/**
 * The text of a moment as `Date#toJSON` would write it, without a date in between; undefined for what is not plain.
 *
 * @example
 * utcText('2024-01-01 01:40:00.5+00'); // '2024-01-01T01:40:00.500Z'
 */
export function utcText(text: string): string | undefined {
  if (!UTC_MOMENT.test(text)) return undefined;
  const end = text.endsWith('Z') ? -1 : text.endsWith('+00') ? -3 : text.length;
  const fraction = text.slice(19, end);
  // SQLite's own texts are UTC with a fraction of three digits or none; others are read as TypeORM reads them.
  if (end === text.length && fraction !== '' && fraction.length !== 4) return undefined;
  const milliseconds = fraction === '' ? '.000' : fraction.length === 4 ? fraction : `${fraction}00`.slice(0, 4);
  return `${text.slice(0, 10)}T${text.slice(11, 19)}${milliseconds}Z`;
}

function isClock(value: Value): value is DatabaseClock {
  return typeof value === 'object';
}

/** True for columns whose sums are numbers in JSON as well; those of the others would lose digits. */
export function needsNumber({ type }: ColumnModel): boolean {
  return type === 'integer' || type === 'float' || type === 'interval';
}

/** Types whose values need no help of TypeORM's, but have to look alike on every database. */
const SHAPES: Partial<Record<ValueType, (value: unknown, column: ColumnModel) => unknown>> = {
  text: toJson,
  uuid: toJson,
  integer: Number,
  float: Number,
  interval: Number,
  boolean: Boolean,
  bigint: String,
  decimal: (value, { scale }) =>
    typeof value === 'number' && scale !== undefined ? value.toFixed(scale) : String(value),
};
