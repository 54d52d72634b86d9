/**
 * Permissions of single rows: rows as instances of their entities, which the application is asked about.
 */
import type { EntityManager, ObjectLiteral } from 'typeorm';
import type { Filter } from '../query/filter.js';
import type { FoundRow } from '../query/repository.js';
import { toJson } from '../query/values.js';
import type { RowAction } from '../resource/permissions.js';
import { formatId, resourcesOf, type Resource } from '../resource/resource.js';
import { apart, isRounding, restore, roundedKey } from './exact.js';
import { allOf, render, type Sql } from './fragment.js';
import { Aliases, Where } from './where.js';
import { findKeys, pieces, rowIsOneOf, type RowKey, type WriteContext } from './rows-to-write.js';

type Context = Pick<WriteContext, 'schema' | 'columns' | 'dialect' | 'operators'>;

/** The alias of the rows; the others have a number. */
const ALIAS = 'row';

/**
 * The rows of a resource that pass conditions, with the keys of the rows that their own columns lead to.
 */
export async function instancesOf(
  context: Context,
  manager: EntityManager,
  resource: Resource,
  conditions: (where: Where, alias: string) => readonly Sql[],
): Promise<readonly FoundRow[]> {
  const { columns, schema } = context;
  const metadata = schema.metadata(resource.model);
  if (isRounding(metadata, columns)) return exactInstancesOf({ ...context, manager }, resource, conditions);
  const ids = resource.id.map(({ column }) => schema.columnMetadata(column));
  return (await load(context, manager, resource, conditions)).map((row) => {
    const parts = ids.map((column) => String(toJson(column.getEntityValue(row))));
    return { id: formatId(parts, resource.options.idSeparator), row };
  });
}

/** The same where the driver rounds: the numbers are read as text, and put on the instances. */
async function exactInstancesOf(
  context: Context & { readonly manager: EntityManager },
  resource: Resource,
  conditions: (where: Where, alias: string) => readonly Sql[],
): Promise<readonly FoundRow[]> {
  const { columns, manager, schema } = context;
  const metadata = schema.metadata(resource.model);
  const textOf = (entity: ObjectLiteral): string => roundedKey(metadata, columns, entity);
  const found = await findKeys(context, resource, {
    conditions: (where, alias) => [...where.rowConditions(resource.model, alias), ...conditions(where, alias)],
    lock: false,
    more: metadata.columns.filter((column) => columns.isRounded(column)),
  });
  const instances: FoundRow[] = [];
  for (const list of apart(found, ({ key }) => textOf(key))) {
    for (const piece of pieces(list)) {
      const keys = piece.map(({ key }) => key);
      const rows = await load(context, manager, resource, (_where, alias) => [
        rowIsOneOf(context, metadata, keys, alias),
      ]);
      const byKey = new Map(rows.map((row) => [textOf(row), row]));
      for (const { key, id } of piece) {
        const row = byKey.get(textOf(key));
        if (row === undefined) continue;
        restore(metadata, columns, row, key);
        instances.push({ id, row });
      }
    }
  }
  return instances;
}

/** Instances of the rows that pass conditions. */
async function load(
  { schema, columns, dialect, operators }: Context,
  manager: EntityManager,
  resource: Resource,
  conditions: (where: Where, alias: string) => readonly Sql[],
): Promise<readonly ObjectLiteral[]> {
  const metadata = schema.metadata(resource.model);
  const where = new Where(schema, columns, dialect, operators, new Aliases());
  const condition = allOf([...where.rowConditions(resource.model, ALIAS), ...conditions(where, ALIAS)]);
  const { text, parameters } = render(condition, (index) => `:restless_${index}`);
  const toOne = metadata.relations.filter((relation) => relation.isWithJoinColumn);
  return manager
    .createQueryBuilder<ObjectLiteral>(metadata.target, ALIAS)
    .setFindOptions({
      loadEagerRelations: false,
      loadRelationIds: { relations: toOne.map(({ propertyPath }) => propertyPath), disableMixedMap: true },
    })
    .where(text, Object.fromEntries(parameters.map((value, index) => [`restless_${index}`, value])))
    .getMany();
}

/** The condition of a filter, where there is one. */
export function passing(filter: Filter | undefined): (where: Where, alias: string) => readonly Sql[] {
  return (where, alias) => (filter === undefined ? [] : [where.condition(filter, alias)]);
}

/**
 * Asks the application about rows that are written, as they are now.
 *
 * @throws ForbiddenError
 */
export async function expectPermitted(
  context: WriteContext,
  resource: Resource,
  action: RowAction,
  keys: readonly RowKey[],
): Promise<void> {
  // Rows of resources that inherit from it have permissions of their own as well.
  for (const each of resourcesOf(resource)) {
    if (!context.checks.checksRows(each)) continue;
    const metadata = context.schema.metadata(each.model);
    for (const piece of pieces(keys)) {
      const found = await instancesOf(context, context.manager, each, (_where, alias) => [
        rowIsOneOf(context, metadata, piece, alias),
      ]);
      await context.checks.expectRows(
        each,
        action,
        found.map(({ row }) => row),
      );
    }
  }
}
