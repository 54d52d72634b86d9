/**
 * SQL of the application's own: text that is put together from pieces, columns and bound values, which this file takes
 * out of the text again.
 */
import type { DataSource, EntityMetadata, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { DateUtils } from 'typeorm/util/DateUtils.js';
import type { NativeCondition, SqlExpression } from '../resource/restrictions.js';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import type { DialectName } from './dialect.js';
import { join, param, raw, sql, type Param, type Part, type Sql } from './fragment.js';

/** Stands for pieces in a text: characters of Unicode's private use, which no SQL text needs. */
export class Pieces {
  private readonly parts: Part[] = [];

  /** The text that stands for a piece. */
  mark(part: Part): string {
    return `\ue000${this.parts.push(part) - 1}\ue000`;
  }

  /** The text with its pieces put back. */
  assemble(text: string): Sql {
    const pieces = text.split(/\ue000(\d+)\ue000/);
    const parts = pieces.map((piece, index): Part => (index % 2 === 0 ? raw(piece) : this.parts[Number(piece)]!));
    return { ...sql`(${join(parts, '')})`, own: true };
  }
}

/** A value that the application binds, as TypeORM would give it to the driver: SQLite has no moments. */
export function ownParam(value: unknown, { name }: { readonly name: DialectName }): Param {
  return param(name === 'sqlite' && value instanceof Date ? DateUtils.mixedDateToUtcDatetimeString(value) : value);
}

/** What the application's SQL is about: the rows of an entity under an alias. */
export interface NativeRow {
  readonly metadata: EntityMetadata;
  readonly alias: string;
}

/** The pieces of statements that this file needs. */
export interface NativeContext {
  readonly columns: { readonly column: (metadata: ColumnMetadata, alias: string) => Sql };
  readonly dialect: { readonly name: DialectName; readonly quote: (name: string) => string };
}

/**
 * An expression of the application's own.
 *
 * @throws Error for a property that is no column: a mistake of the application's
 */
export function nativeExpression(build: SqlExpression, { metadata, alias }: NativeRow, context: NativeContext): Sql {
  const pieces = new Pieces();
  const text = build({
    column: (property) => {
      const column = metadata.findColumnWithPropertyPath(property);
      if (column === undefined) throw new Error(`${metadata.name} has no column for "${property}".`);
      return pieces.mark(context.columns.column(column, alias));
    },
    bind: (value) => pieces.mark(ownParam(value, context.dialect)),
    alias: context.dialect.quote(alias),
    dialect: context.dialect.name,
  });
  return pieces.assemble(text);
}

/**
 * A condition of the application's own.
 *
 * @param inner an alias for the rows of a query, which no other part of the statement uses
 */
export function nativeCondition(
  condition: NativeCondition,
  row: NativeRow,
  inner: string,
  dataSource: DataSource,
  context: NativeContext,
): Sql {
  if ('sql' in condition) return nativeExpression(condition.sql, row, context);
  const { metadata, alias } = row;
  const builder = dataSource.createQueryBuilder(metadata.target, inner);
  const keys = metadata.primaryColumns;
  // The application may select what it likes; the keys are what counts.
  (condition.query as (builder: SelectQueryBuilder<ObjectLiteral>, alias: string) => unknown)(builder, inner);
  builder.select([]);
  for (const [index, { propertyPath }] of keys.entries()) builder.addSelect(`${inner}.${propertyPath}`, `k${index}`);
  const found = queryOf(builder, context.dialect);
  const near = keys.map((column) => context.columns.column(column, alias));
  const names = raw(keys.map((_, index) => `x.k${index}`).join(', '));
  // In a table of its own: MariaDB changes no table that it reads in the same statement.
  return sql`${near.length === 1 ? near[0]! : sql`(${join(near, ', ')})`} IN (SELECT ${names} FROM (${found}) x)`;
}

/** The text of a query with its parameters put back as pieces. */
function queryOf(builder: SelectQueryBuilder<ObjectLiteral>, dialect: NativeContext['dialect']): Sql {
  const parameters = builder.getParameters();
  const pieces = new Pieces();
  const mark = (value: unknown): string => pieces.mark(ownParam(value, dialect));
  const text = builder
    .getQuery()
    .replace(/:(\.\.\.)?([A-Za-z0-9_.]+)/g, (match, spread: string | undefined, key: string) => {
      if (!Object.hasOwn(parameters, key)) return match;
      const given: unknown = parameters[key];
      const value: unknown = typeof given === 'function' ? (given as () => unknown)() : given;
      return spread === undefined ? mark(value) : (value as readonly unknown[]).map(mark).join(', ');
    });
  return pieces.assemble(text);
}
