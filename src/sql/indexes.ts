/**
 * Which lookups the tables have an index for, as far as the entities declare it: what a migration adds by itself is not known.
 */
import type { EntityMetadata } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import type { IndexMetadata } from 'typeorm/metadata/IndexMetadata.js';
import type { DialectName } from './dialect.js';

/** True where an index begins with the first columns, in any order, and goes on with the others in theirs. */
export function isIndexed(
  metadata: EntityMetadata,
  first: readonly ColumnMetadata[],
  then: readonly ColumnMetadata[],
  dialect: DialectName,
): boolean {
  const names = new Set(namesOf(first));
  const following = namesOf(then);
  return indexes(metadata, dialect).some((index) => {
    const start = index.slice(0, names.size);
    const rest = index.slice(names.size);
    return start.length === names.size && start.every((name) => names.has(name)) && startsWith(rest, following);
  });
}

/** The columns of every index of a table. */
function indexes(metadata: EntityMetadata, dialect: DialectName): readonly (readonly string[])[] {
  const family = [metadata, ...(metadata.tableType === 'entity-child' ? [metadata.parentEntityMetadata] : [])];
  return family.flatMap(({ primaryColumns, indices, uniques, foreignKeys }) => [
    namesOf(primaryColumns),
    ...indices.filter(isWhole).map((each) => namesOf(each.columns)),
    ...uniques.map((each) => namesOf(each.columns)),
    // MariaDB has an index for every foreign key.
    ...(dialect === 'mysql' ? foreignKeys.map((each) => namesOf(each.columns)) : []),
  ]);
}

function isWhole({ where, isSpatial, isFulltext }: IndexMetadata): boolean {
  return (where ?? '') === '' && !isSpatial && !isFulltext;
}

function namesOf(columns: readonly ColumnMetadata[]): readonly string[] {
  return columns.map(({ databaseName }) => databaseName);
}

function startsWith(list: readonly string[], start: readonly string[]): boolean {
  return start.every((name, index) => list[index] === name);
}
