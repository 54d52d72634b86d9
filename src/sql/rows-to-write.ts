/**
 * Finds the rows that a change is about: the one that it changes, and those that its relationships name. All
 * of them through the viewer's scope.
 */
import type { EntityManager, EntityMetadata, ObjectLiteral } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { NotFoundError, RestlessErrors } from '../errors.js';
import type { LinkChange, LinkTarget } from '../query/change.js';
import { noSuchResource, quote } from '../query/faults.js';
import { or, type Filter } from '../query/filter.js';
import { formatId, type Resource } from '../resource/resource.js';
import type { Columns } from './columns.js';
import { inTuples, type Dialect } from './dialect.js';
import { allOf, join, raw, render, sql, type Sql } from './fragment.js';
import { linkOf } from './relations.js';
import type { Schema } from './schema.js';
import { Aliases, Where, type SqlOperator } from './where.js';

/** What every part of writing needs. */
export interface WriteContext {
  readonly schema: Schema;
  readonly columns: Columns;
  readonly dialect: Dialect;
  readonly operators: ReadonlyMap<string, SqlOperator>;
  /** Of the transaction. */
  readonly manager: EntityManager;
}

/** A row, as far as writing needs it: its key, and the columns that relations refer to, as entity values. */
export type RowKey = ObjectLiteral;

/** The conditions of one statement. */
export function whereOf(context: WriteContext): Where {
  const { schema, columns, dialect, operators } = context;
  return new Where(schema, columns, dialect, operators, new Aliases());
}

/** The columns that name a row: its key, and what relations from or to it refer to. */
function keyColumns(metadata: EntityMetadata): readonly ColumnMetadata[] {
  const referenced = metadata.relations.flatMap((relation) => {
    const link = linkOf(relation);
    const owner = relation.isWithJoinColumn ? [] : (link.junction?.source ?? link.pairs).map(({ near }) => near);
    return owner;
  });
  return [...new Set([...metadata.primaryColumns, ...referenced])];
}

/**
 * The keys of the rows of a resource that pass conditions.
 *
 * @param lock holds other writers off until the transaction ends
 */
export async function findKeys(
  context: WriteContext,
  resource: Resource,
  options: {
    readonly conditions: (where: Where, alias: string) => readonly Sql[];
    readonly lock: boolean;
    readonly more?: readonly ColumnMetadata[];
    readonly limit?: number;
  },
): Promise<readonly { readonly key: RowKey; readonly id: string }[]> {
  const { schema, columns, dialect, manager } = context;
  const metadata = schema.metadata(resource.model);
  const where = whereOf(context);
  const ids = resource.id.map(({ column }) => schema.columnMetadata(column));
  const selected = [...new Set([...keyColumns(metadata), ...(options.more ?? []), ...ids])];
  const list = selected.map((column, index) => sql`${columns.column(column, 't')} AS ${raw(`c${index}`)}`);
  const lock = raw(options.lock && dialect.name !== 'sqlite' ? ' FOR UPDATE' : '');
  const order = join(
    metadata.primaryColumns.map((column) => columns.column(column, 't')),
    ', ',
  );
  const limit = raw(options.limit === undefined ? '' : ` LIMIT ${options.limit}`);
  const statement = sql`SELECT ${join(list, ', ')} FROM ${columns.table(metadata, 't')} WHERE ${allOf(options.conditions(where, 't'))} ORDER BY ${order}${limit}${lock}`;
  const { text, parameters } = render(statement, dialect.placeholder);
  const rows = await manager.query<Readonly<Record<string, unknown>>[]>(text, [...parameters]);
  const { driver } = schema.dataSource;
  return rows.map((row) => {
    const key: RowKey = {};
    for (const [index, column] of selected.entries()) {
      column.setEntityValue(key, driver.prepareHydratedValue(row[`c${index}`], column));
    }
    const parts = resource.id.map(({ column }, index) =>
      String(columns.reader(column)(row[`c${selected.indexOf(ids[index]!)}`])),
    );
    return { key, id: formatId(parts, resource.options.idSeparator) };
  });
}

/**
 * The one row that a change is about.
 *
 * @throws NotFoundError
 */
export async function findRow(
  context: WriteContext,
  resource: Resource,
  filter: Filter,
  id: string,
  lock: boolean,
): Promise<RowKey> {
  const [found] = await findKeys(context, resource, {
    conditions: (where, alias) => [
      ...where.rowConditions(resource.model, alias),
      ...where.exactConditions(resource, alias),
      where.condition(filter, alias),
    ],
    lock,
  });
  if (found === undefined) throw noSuchResource(resource, id);
  return found.key;
}

/**
 * The rows that relationships name: one statement for each relationship.
 *
 * @throws NotFoundError, or RestlessErrors with one for each row that does not exist for the viewer (RJA-10)
 */
export async function findTargets(
  context: WriteContext,
  links: readonly LinkChange[],
): Promise<ReadonlyMap<LinkTarget, RowKey>> {
  const keys = new Map<LinkTarget, RowKey>();
  const missing: NotFoundError[] = [];
  for (const link of links) {
    const { target } = link.relationship;
    const wanted = or(link.targets.map(({ filter }) => filter));
    const found =
      wanted === undefined
        ? []
        : await findKeys(context, target, {
            conditions: (where, alias) => [...where.rowConditions(target.model, alias), where.condition(wanted, alias)],
            lock: false,
          });
    const byId = new Map(found.map(({ key, id }) => [id, key]));
    for (const each of link.targets) {
      const key = byId.get(each.id);
      if (key !== undefined) keys.set(each, key);
      // What is not there is not among the members either: taking it out has succeeded (JSON:API 1.1, "Updating To-Many Relationships").
      else if (link.action !== 'remove') missing.push(missingTarget(each));
    }
  }
  if (missing.length === 1) throw missing[0]!;
  if (missing.length > 1) throw new RestlessErrors(missing);
  return keys;
}

function missingTarget({ resource, id, pointer }: LinkTarget): NotFoundError {
  return new NotFoundError(`There is no ${resource.name} with the id ${quote(id)}.`, { source: { pointer } });
}

/** The condition that a row is one of these, by its primary key. */
export function rowIsOneOf(
  { columns, schema }: WriteContext,
  metadata: EntityMetadata,
  keys: readonly ObjectLiteral[],
  alias: string,
): Sql {
  if (keys.length === 0) return raw('1 = 0');
  const { driver } = schema.dataSource;
  const names = metadata.primaryColumns.map((column) => columns.column(column, alias));
  const values = keys.map((key) =>
    metadata.primaryColumns.map(
      (column) => driver.preparePersistentValue(column.getEntityValue(key), column) as unknown,
    ),
  );
  return inTuples(names, values);
}
