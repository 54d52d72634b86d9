/**
 * Puts new rows into their tables, with the keys of clients or with those that the database makes.
 */
import { TypeORMError, type EntityMetadata, type ObjectLiteral } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js';
import { ConflictError, ForbiddenError } from '../errors.js';
import type { Create, NewRow } from '../query/change.js';
import { quote } from '../query/faults.js';
import type { Result } from '../query/result.js';
import { culpritOf, isDatabaseError, isDuplicateKey, missingValue, TryAgain } from './database-errors.js';
import { setValues } from './entity-values.js';
import { render, sql } from './fragment.js';
import { holdsMore } from './hooks.js';
import { isCounted } from './inserts.js';
import { keySet } from './instances.js';
import { rowIsOneOf, type WriteContext } from './rows-to-write.js';

/**
 * Inserts the row of a new instance by one statement that gives back what the answer shows.
 *
 * @returns undefined, with nothing done, where that takes more
 * @throws TryAgain where the key that the database made was taken
 */
export async function insertWithAnswer(
  context: WriteContext,
  metadata: EntityMetadata,
  entity: ObjectLiteral,
  { answer, links }: Create,
): Promise<Result | undefined> {
  const { inserts, manager, schema } = context;
  const given = links.flatMap(({ relationship }) => schema.storedRelation(relationship.model) ?? []);
  if (holdsMore(metadata, entity, given)) return inserts.giveUp(metadata);
  return countingUp(context, metadata, entity, () => inserts.insert(manager.queryRunner!, metadata, entity, answer));
}

/** Inserts with a key that the database counts up, which clients may have taken for their own. */
async function countingUp<T>(
  context: WriteContext,
  metadata: EntityMetadata,
  entity: ObjectLiteral,
  insert: () => Promise<T>,
): Promise<T> {
  const counted = metadata.hasAllPrimaryKeys(entity) ? undefined : metadata.primaryColumns.find(isCounted);
  if (counted !== undefined) await skipTakenKeys(context, metadata, counted);
  try {
    return await insert();
  } catch (error) {
    const isTaken = counted !== undefined && isDuplicateKey(error, context.schema.dataSource, metadata);
    throw isTaken ? keyTaken(context) : error;
  }
}

/**
 * Inserts the row of a new instance, and gives the instance its key.
 *
 * @param owner the relation that leads back to the row that this one is made inside
 * @throws TryAgain where the key that the database made was taken
 */
export async function insertRow(
  context: WriteContext,
  metadata: EntityMetadata,
  entity: ObjectLiteral,
  { id, links, resource }: NewRow,
  owner?: RelationMetadata,
): Promise<void> {
  const { manager, schema } = context;
  const { target } = metadata;
  const hasKey = metadata.hasAllPrimaryKeys(entity);
  // On PostgreSQL, TypeORM's own way of saving counts up whatever it is given.
  const isKey = keySet(metadata, [entity]);
  const linked = links.flatMap(({ relationship }) => schema.storedRelation(relationship.model) ?? []);
  const given = owner === undefined ? linked : [...linked, owner];
  try {
    await countingUp(context, metadata, entity, async () => {
      if (metadata.treeType !== undefined || holdsMore(metadata, entity, given)) {
        await manager.save(target, entity, { transaction: false });
      } else {
        const names = columnNames(metadata, hasKey);
        await manager.createQueryBuilder().insert().into(target, names).values(entity).execute();
      }
    });
  } catch (error) {
    // SQLite counts up whole numbers that nobody gave it; TypeORM stumbles over them, or does not hear of them.
    const isKeyless = error instanceof TypeORMError && !isDatabaseError(error) && !metadata.hasAllPrimaryKeys(entity);
    throw isKeyless ? missingValue() : error;
  }
  if (!metadata.hasAllPrimaryKeys(entity)) throw missingValue();
  if (hasKey && metadata.primaryColumns.some(isCounted) && !isKey(entity)) {
    throw new ForbiddenError(`The id of a ${resource.name} is made by the database; leave it out.`, {
      source: id === undefined ? undefined : { pointer: id.pointer },
    });
  }
}

/**
 * The columns to name, where TypeORM's choice would be wrong: it leaves counted columns out of PostgreSQL's INSERT unless
 * they are named, and does not leave out those that SQLite computes.
 */
function columnNames(metadata: EntityMetadata, hasKey: boolean): string[] | undefined {
  const columns = metadata.columns.filter((column) => column.isInsert && (!isCounted(column) || hasKey));
  const stored = columns.filter((column) => column.generatedType === undefined);
  const named = hasKey || stored.length < columns.length;
  return named ? stored.map((column) => column.propertyPath) : undefined;
}

/** Clients' own ids are where the sequence has come to: it goes on counting in the next attempt, in longer steps. */
function keyTaken({ keysTaken }: WriteContext): TryAgain {
  keysTaken.times += 1;
  return new TryAgain();
}

async function skipTakenKeys(
  { dialect, keysTaken, manager }: WriteContext,
  { tablePath }: EntityMetadata,
  { databaseName }: ColumnMetadata,
): Promise<void> {
  // The others never count up to a key that is there.
  if (keysTaken.times === 0 || dialect.name !== 'postgres') return;
  const table = tablePath.split('.').map(dialect.quote).join('.');
  const count = 4 ** keysTaken.times;
  await manager.query('SELECT max(nextval(pg_get_serial_sequence($1, $2))) FROM generate_series(1, $3::int)', [
    table,
    databaseName,
    count,
  ]);
}

/**
 * Attributes and relationships may be parts of a key as well: they have to say what the client's own id says.
 *
 * @throws ConflictError
 */
export async function expectOwnId(context: WriteContext, entity: ObjectLiteral, change: NewRow): Promise<void> {
  if (change.id === undefined) return;
  const named: ObjectLiteral = {};
  await setValues(context, named, change.id.values, true);
  const isNamed = change.resource.id.every(({ column }) => {
    const metadata = context.schema.columnMetadata(column);
    return String(metadata.getEntityValue(entity)) === String(metadata.getEntityValue(named));
  });
  if (isNamed) return;
  throw new ConflictError(`The document gives the ${change.resource.name} another id than ${quote(change.id.text)}.`, {
    source: { pointer: change.id.pointer },
  });
}

/**
 * TypeORM would take a row with a known key for an update; and deleted rows keep their ids.
 *
 * @throws ConflictError
 */
export async function expectNew(
  context: WriteContext,
  metadata: EntityMetadata,
  entity: ObjectLiteral,
  change: NewRow,
): Promise<void> {
  const { columns, dialect, manager } = context;
  const isThis = rowIsOneOf(context, metadata, [entity], 't');
  const statement = render(
    sql`SELECT 1 AS c0 FROM ${columns.table(metadata, 't')} WHERE ${isThis}`,
    dialect.placeholder,
  );
  const rows = await manager.query<unknown[]>(statement.text, [...statement.parameters]);
  if (rows.length === 0) return;
  const [key] = metadata.primaryColumns.map((column) => column.databaseName) as [string];
  const pointer = change.id?.pointer ?? culpritOf(metadata, change, { columns: [key], name: undefined })?.pointer;
  throw new ConflictError(`There is a ${change.resource.name} with this id already.`, {
    source: pointer === undefined ? undefined : { pointer },
  });
}
