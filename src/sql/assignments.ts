/**
 * What stands behind `SET`, the same as TypeORM writes; its builder takes its own text apart again for every statement.
 */
import type { DataSource, EntityMetadata, ObjectLiteral } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import type { Dialect } from './dialect.js';
import { param, raw, sql, type Sql } from './fragment.js';
import { isSpatial, placeFor } from './stored.js';

/**
 * The assignments of a partial instance to the columns of its row.
 *
 * @returns undefined for what TypeORM's builder is for: relations, embedded objects, shapes, SQL in the place of a value
 */
export function assignmentsOf(
  dataSource: DataSource,
  { quote }: Dialect,
  metadata: EntityMetadata,
  values: ObjectLiteral,
): readonly Sql[] | undefined {
  const assigned = new Map<ColumnMetadata, Sql>();
  for (const [name, value] of Object.entries(values) as readonly (readonly [string, unknown])[]) {
    if (value === undefined) continue;
    if (typeof value === 'function' || leadsFurther(metadata, name)) return undefined;
    for (const column of metadata.findColumnsWithPropertyPath(name)) {
      if (isSpatial(dataSource, column)) return undefined;
      if (!column.isUpdate) continue;
      const stored = param(dataSource.driver.preparePersistentValue(column.getEntityValue(values), column));
      const [before, after = ''] = placeFor(dataSource, column, '?').split('?');
      assigned.set(column, sql`${raw(`${quote(column.databaseName)} = ${before}`)}${stored}${raw(after)}`);
    }
  }
  if (assigned.size === 0) return undefined;
  const { updateDateColumn, versionColumn } = metadata;
  const counted = versionColumn && quote(versionColumn.databaseName);
  if (versionColumn && !assigned.has(versionColumn)) assigned.set(versionColumn, raw(`${counted} = ${counted} + 1`));
  if (updateDateColumn && !assigned.has(updateDateColumn))
    assigned.set(updateDateColumn, raw(`${quote(updateDateColumn.databaseName)} = CURRENT_TIMESTAMP`));
  return [...assigned.values()];
}

function leadsFurther(metadata: EntityMetadata, name: string): boolean {
  return metadata.hasRelationWithPropertyPath(name) || metadata.hasEmbeddedWithPropertyPath(name);
}
