/**
 * Finds the rows that a change is about: the one that it changes, and those that its relationships name. All
 * of them through the viewer's scope.
 */
import type { EntityManager, EntityMetadata, ObjectLiteral } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js';
import { BadRequestError, ForbiddenError, RestlessError, RestlessErrors } from '../errors.js';
import { missingTarget, type ChangePart, type LinkChange, type LinkTarget } from '../query/change.js';
import { noSuchResource } from '../query/faults.js';
import { or, type Filter } from '../query/filter.js';
import type { Query } from '../query/query.js';
import type { Result } from '../query/result.js';
import type { RelationModel } from '../resource/entity-model.js';
import type { RowChecks } from '../resource/permissions.js';
import { formatId, type Resource } from '../resource/resource.js';
import type { Columns } from './columns.js';
import { inTuples, type Dialect } from './dialect.js';
import { allOf, join, raw, render, sql, type Sql } from './fragment.js';
import type { Inserts } from './inserts.js';
import { primaryKeyOf, unsetProperty } from './instances.js';
import { linkOf } from './relations.js';
import type { Schema } from './schema.js';
import type { RunStatement } from './statements.js';
import { Aliases, Where, type SqlOperator } from './where.js';

/** What every part of writing needs. */
export interface WriteContext {
  readonly schema: Schema;
  readonly columns: Columns;
  readonly dialect: Dialect;
  readonly operators: ReadonlyMap<string, SqlOperator>;
  readonly inserts: Inserts;
  readonly run: RunStatement;
  /** Of the transaction. */
  readonly manager: EntityManager;
  /** How often a key that the database made was taken, in all attempts at this transaction. */
  readonly keysTaken: { times: number };
  /** How often a row had been made by somebody else, in all attempts. */
  readonly rowsMade: { times: number };
  /** Answers a query in the transaction. */
  readonly find: (query: Query) => Promise<Result>;
  /** Rows that were deleted by the way, so far. */
  readonly deleted: { rows: number };
  /** What is looked at once everything is written. */
  readonly atEnd: (() => Promise<void>)[];
  /** Asks the application about rows. */
  readonly checks: RowChecks;
}

/** A row, as far as writing needs it: its key, and the columns that relations refer to, as entity values. */
export type RowKey = ObjectLiteral;

/** What finding rows needs of it. */
type ReadContext = Pick<WriteContext, 'schema' | 'columns' | 'dialect' | 'operators' | 'manager'>;

/** The conditions of one statement. */
export function whereOf(context: ReadContext): Where {
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
  context: ReadContext,
  resource: Resource,
  options: {
    readonly conditions: (where: Where, alias: string) => readonly Sql[];
    readonly lock: boolean;
    /** Columns to have in the key beside those that name a row anyway. */
    readonly more?: readonly ColumnMetadata[];
    /** A number to tell of each row. */
    readonly which?: (where: Where, alias: string) => Sql;
  },
): Promise<readonly { readonly key: RowKey; readonly id: string; readonly which: number }[]> {
  const { schema, columns, dialect, manager } = context;
  const metadata = schema.metadata(resource.model);
  const where = whereOf(context);
  const ids = resource.id.map(({ column }) => schema.columnMetadata(column));
  const selected = [...new Set([...keyColumns(metadata), ...(options.more ?? []), ...ids])];
  const list = selected.map((column, index) => sql`${columns.key(column, 't')} AS ${raw(`c${index}`)}`);
  if (options.which !== undefined) list.push(sql`${options.which(where, 't')} AS ${raw('which')}`);
  const lock = raw(options.lock ? dialect.lock : '');
  const order = join(
    metadata.primaryColumns.map((column) => columns.column(column, 't')),
    ', ',
  );
  const statement = sql`SELECT ${join(list, ', ')} FROM ${columns.table(metadata, 't')} WHERE ${allOf(options.conditions(where, 't'))} ORDER BY ${order}${lock}`;
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
    return { key, id: formatId(parts, resource.options.idSeparator), which: Number(row['which']) };
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
 * The rows that relationships name: one statement for each relationship, and for each type that it leads to.
 *
 * @param others have to exist as well
 * @throws NotFoundError, or RestlessErrors with one for each row that does not exist for the viewer (RJA-10)
 */
export async function findTargets(
  context: WriteContext,
  links: readonly LinkChange[],
  others: readonly LinkTarget[] = [],
): Promise<Map<LinkTarget, RowKey>> {
  const keys = new Map<LinkTarget, RowKey>();
  const missing: RestlessError[] = [];
  for (const each of others) if (!(await isThere(context, each))) missing.push(missingTarget(each));
  for (const link of links) {
    for (const named of groups(link.targets)) {
      for (const [target, key] of await findNamed(context, link, named)) keys.set(target, key);
    }
    const isOwned = isOwnersOnly(context, link);
    if (!isOwned) for (const [target, key] of await findHolders(context, link)) keys.set(target, key);
    // What is not there is not among the members either: taking it out has succeeded (JSON:API 1.1, "Updating To-Many Relationships").
    if (link.action === 'remove') continue;
    const isMissing = (each: LinkTarget): boolean =>
      each.create === undefined && !keys.has(each) && !(isOwned && each.held !== undefined);
    for (const each of link.targets) if (isMissing(each)) missing.push(missingTarget(each));
  }
  if (missing.length === 1) throw missing[0]!;
  if (missing.length > 1) throw new RestlessErrors(missing);
  return keys;
}

/** Rows of one type that are named by their ids, in lists that one statement finds. */
function groups(targets: readonly LinkTarget[]): readonly (readonly LinkTarget[])[] {
  const byType = new Map<Resource, [exact: LinkTarget[], ofFamily: LinkTarget[]]>();
  for (const target of targets) {
    if (target.id === undefined || target.filter === undefined) continue;
    const lists = byType.get(target.resource) ?? [[], []];
    lists[target.ofFamily ? 1 : 0].push(target);
    byType.set(target.resource, lists);
  }
  return [...byType.values()].flat().filter((list) => list.length > 0);
}

async function isThere(context: WriteContext, { resource, filter }: LinkTarget): Promise<boolean> {
  const found = await findKeys(context, resource, {
    conditions: (where, alias) => [
      ...where.rowConditions(resource.model, alias),
      ...(filter === undefined ? [] : [where.condition(filter, alias)]),
    ],
    lock: false,
  });
  return found.length > 0;
}

/** Those of the rows of one type that are there; held, where they are about to change. */
async function findNamed(
  context: WriteContext,
  link: LinkChange,
  named: readonly LinkTarget[],
): Promise<readonly (readonly [LinkTarget, RowKey])[]> {
  const [{ resource, ofFamily }] = named as readonly [LinkTarget];
  const wanted = or(named.map(({ filter }) => filter))!;
  const relation = context.schema.storedRelation(link.relationship.model);
  const found = await findKeys(context, resource, {
    conditions: (where, alias) => [
      ...where.rowConditions(resource.model, alias),
      ...(ofFamily ? [] : where.exactConditions(resource, alias)),
      where.condition(wanted, alias),
    ],
    lock: isOnTarget(relation) || named.some(({ update, deletes }) => update !== undefined || deletes === true),
    more: referencedColumns(context.schema, link.relationship.model),
  });
  const byId = new Map(found.map(({ key, id }) => [id, key]));
  return named.flatMap((target) => {
    const key = byId.get(target.id!);
    return key === undefined ? [] : [[target, key] as const];
  });
}

/** True where values name rows that have one owner: those of others are not found by them. */
export function isOwnersOnly({ schema }: WriteContext, { plucked, relationship }: LinkChange): boolean {
  return plucked !== undefined && isOnTarget(schema.storedRelation(relationship.model));
}

/**
 * The rows that a plucked attribute's values name: of several that hold one, that with the smallest key.
 *
 * @param among further conditions
 * @see MAP-06
 */
export async function findHolders(
  context: WriteContext,
  link: LinkChange,
  among: (where: Where, alias: string) => readonly Sql[] = () => [],
): Promise<ReadonlyMap<LinkTarget, RowKey>> {
  const { relationship, visible } = link;
  const relation = context.schema.storedRelation(relationship.model);
  const holders = new Map<LinkTarget, RowKey>();
  const named = link.targets.flatMap((target) => (target.held === undefined ? [] : [{ ...target.held, target }]));
  for (const piece of pieces(named)) {
    const found = await findKeys(context, relationship.target, {
      conditions: (where, alias) => [
        ...where.rowConditions(relationship.target.model, alias),
        where.condition(or(piece.map(({ filter }) => filter))!, alias),
        ...(visible === undefined ? [] : [where.condition(visible, alias)]),
        ...among(where, alias),
      ],
      // Equality is the column's own.
      which: (where, alias) => {
        const cases = piece.map(
          ({ filter }, index) => sql`WHEN ${where.condition(filter, alias)} THEN ${raw(`${index}`)}`,
        );
        return sql`CASE ${join(cases, ' ')} END`;
      },
      lock: isOnTarget(relation),
      more: referencedColumns(context.schema, relationship.model),
    });
    for (const { key, which } of found) {
      const { target } = piece[which]!;
      if (!holders.has(target)) holders.set(target, key);
    }
  }
  return holders;
}

/** True for relationships whose join columns stand on the row itself. */
export function isOnRow(relation: RelationMetadata | undefined): relation is RelationMetadata {
  return relation?.isWithJoinColumn === true;
}

/** True for relationships whose join columns stand on the related rows. */
export function isOnTarget(relation: RelationMetadata | undefined): relation is RelationMetadata {
  return relation !== undefined && !relation.isWithJoinColumn && !relation.isManyToMany;
}

/** The columns of a related row that are written elsewhere; they need not be its key. */
export function referencedColumns(schema: Schema, model: RelationModel): readonly ColumnMetadata[] {
  if (isOnTarget(schema.storedRelation(model))) return [];
  const { junction, pairs } = schema.link(model);
  return (junction?.target ?? pairs).map(({ far }) => far);
}

/**
 * The instance of a row, for hooks and cascades, with nothing on it that is not from the row: what constructors fill in
 * for relations and for columns that are not selected, TypeORM would write.
 *
 * @param relations those to load as well
 */
export async function loadInstance(
  { manager }: WriteContext,
  metadata: EntityMetadata,
  key: RowKey,
  relations: readonly RelationMetadata[] = [],
): Promise<ObjectLiteral> {
  const entity = await manager.findOne(metadata.target, {
    where: primaryKeyOf(metadata, key),
    relations: Object.fromEntries(relations.map(({ propertyPath }) => [propertyPath, true])),
    loadEagerRelations: false,
  });
  // It was there, and is held: nobody else has deleted it.
  if (entity === null) throw new BadRequestError('BAD_BODY', 'The body changes a row that it deletes as well.');
  const isExact = (column: ColumnMetadata): boolean =>
    String(column.getEntityValue(entity)) === String(column.getEntityValue(key));
  // SQLite's driver rounds whole numbers past 2^53: this would be another row.
  if (!metadata.primaryColumns.every(isExact)) {
    throw new RestlessError('NOT_IMPLEMENTED', 'Ids beyond 2^53 cannot be written here.');
  }
  const missing = metadata.relations.filter((relation) => !relation.isLazy && !relations.includes(relation));
  const hidden = metadata.columns.filter((column) => !column.isSelect && !column.isVirtual);
  for (const { propertyPath } of [...missing, ...hidden]) unsetProperty(entity, propertyPath);
  return entity;
}

/** How many rows one statement names. */
const ROWS_AT_ONCE = 500;

/** A list in pieces that a statement can name. */
export function pieces<T>(list: readonly T[]): readonly (readonly T[])[] {
  const count = Math.ceil(list.length / ROWS_AT_ONCE);
  return Array.from({ length: count }, (_, index) => list.slice(index * ROWS_AT_ONCE, (index + 1) * ROWS_AT_ONCE));
}

/**
 * What a change leaves behind has to be there for the viewer: nobody puts a row where he does not see it.
 *
 * @throws ForbiddenError
 */
export async function expectInScope(
  context: WriteContext,
  resource: Resource,
  scope: Filter | undefined,
  keys: readonly RowKey[],
): Promise<void> {
  if (scope === undefined) return;
  const metadata = context.schema.metadata(resource.model);
  for (const piece of pieces(keys)) {
    const seen = await findKeys(context, resource, {
      conditions: (where, alias) => [rowIsOneOf(context, metadata, piece, alias), where.condition(scope, alias)],
      lock: false,
    });
    if (seen.length < piece.length)
      throw new ForbiddenError(`This would put a ${resource.name} out of your own reach.`);
  }
}

/**
 * Where a body deletes rows by the way, those that it changes have to be there in the end.
 *
 * @throws BadRequestError
 */
export async function expectThere(context: WriteContext, { resource, place }: ChangePart, key: RowKey): Promise<void> {
  if (context.deleted.rows === 0) return;
  const metadata = context.schema.metadata(resource.model);
  const found = await findKeys(context, resource, {
    conditions: (where, alias) => [
      ...where.rowConditions(resource.model, alias),
      rowIsOneOf(context, metadata, [key], alias),
    ],
    lock: false,
  });
  if (found.length > 0) return;
  const detail = `The body changes a ${resource.name} that it deletes as well.`;
  throw new BadRequestError('BAD_BODY', detail, { source: { pointer: place.row } });
}

/** The condition that a row is one of these, by its primary key. */
export function rowIsOneOf(
  { columns, schema }: Pick<WriteContext, 'columns' | 'schema'>,
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
