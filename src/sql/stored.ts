/**
 * Values as they are written into columns, beside what TypeORM's `preparePersistentValue` makes of them.
 */
import type { DataSource } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';

/** What is used of TypeORM's drivers and not in the type that they share. */
interface Driver {
  readonly spatialTypes: readonly unknown[];
  wrapWithJsonFunction?(value: string, column: ColumnMetadata, jsonb: boolean): string;
}

/** True for points and polygons, whose values stand inside functions of the database. */
export function isSpatial({ driver }: DataSource, { type }: ColumnMetadata): boolean {
  return (driver as unknown as Driver).spatialTypes.includes(type);
}

/** The place of a column's value in a statement: SQLite has a function around binary JSON. */
export function placeFor({ driver }: DataSource, column: ColumnMetadata, place: string): string {
  return (driver as unknown as Driver).wrapWithJsonFunction?.(place, column, true) ?? place;
}
