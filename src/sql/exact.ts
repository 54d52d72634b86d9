/**
 * Instances with every digit: SQLite's driver rounds whole numbers past 2^53, and TypeORM takes rows whose keys it has
 * rounded to one number for one row.
 */
import type { EntityMetadata, ObjectLiteral } from 'typeorm';
import type { Columns } from './columns.js';

/** True where instances may come with other numbers than the row has. */
export function isRounding({ columns }: EntityMetadata, by: Columns): boolean {
  return columns.some((column) => by.isRounded(column));
}

/** The primary key of an instance, or of exact values, as TypeORM would tell it from others. */
export function roundedKey({ primaryColumns }: EntityMetadata, by: Columns, entity: ObjectLiteral): string {
  const parts = primaryColumns.map((column) => {
    const value = column.getEntityValue(entity) as unknown;
    return by.isRounded(column) ? Number(value) : value;
  });
  return keyText(parts);
}

/** Key values as text: drivers give one value as a number here and as text there. */
export function keyText(key: readonly unknown[]): string {
  if (key.length === 1) return partText(key[0]);
  return key.map((part) => encodeURIComponent(partText(part))).join('/');
}

export function partText(part: unknown): string {
  if (typeof part === 'string') return part;
  if (part instanceof Uint8Array) return Buffer.from(part).toString('hex');
  // As text, a date would lose its milliseconds.
  return String(part instanceof Date ? part.getTime() : part);
}

/** Rows in lists in each of which all keys are different ones. */
export function apart<T>(rows: readonly T[], keyOf: (row: T) => string): readonly (readonly T[])[] {
  const lists: T[][] = [];
  const met = new Map<string, number>();
  for (const row of rows) {
    const key = keyOf(row);
    const place = met.get(key) ?? 0;
    met.set(key, place + 1);
    (lists[place] ??= []).push(row);
  }
  return lists;
}

/** Puts exact values on an instance, where it has rounded ones; keys of related rows are such values as well. */
export function restore({ columns }: EntityMetadata, by: Columns, entity: ObjectLiteral, exact: ObjectLiteral): void {
  for (const column of columns) {
    if (!by.isRounded(column)) continue;
    const { referencedColumn, relationMetadata } = column;
    const [found, value] = [column.getEntityValue(entity), column.getEntityValue(exact)] as [unknown, unknown];
    if (value === undefined || typeof found !== 'number' || Number.isSafeInteger(found)) continue;
    column.setEntityValue(entity, value);
    const related: unknown = relationMetadata?.isLazy === false ? relationMetadata.getEntityValue(entity) : undefined;
    if (typeof related === 'object' && related !== null) referencedColumn?.setEntityValue(related, value);
  }
}
