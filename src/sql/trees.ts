/**
 * Trees, in all the ways in which TypeORM keeps them: no row goes below itself, which none of them could tell.
 */
import type { EntityMetadata } from 'typeorm';
import { ConflictError } from '../errors.js';
import type { LinkChange, LinkTarget } from '../query/change.js';
import { join, raw, render, sql } from './fragment.js';
import { keySet } from './instances.js';
import { rowIsOneOf, type RowKey, type WriteContext } from './rows-to-write.js';

/**
 * Checks what a row's relationships to its parent and its children are to lead to.
 *
 * @throws ConflictError
 */
export async function expectNoCycle(
  context: WriteContext,
  metadata: EntityMetadata,
  row: RowKey,
  links: readonly LinkChange[],
  targets: ReadonlyMap<LinkTarget, RowKey>,
): Promise<void> {
  if (metadata.treeType === undefined) return;
  for (const { relationship, action, targets: named } of links) {
    const relation = context.schema.storedRelation(relationship.model);
    if (relation === undefined) continue;
    const isBelow = relation.isTreeChildren && action !== 'remove';
    if (!relation.isTreeParent && !isBelow) continue;
    for (const target of named) {
      const other = targets.get(target);
      if (other === undefined) continue;
      const [parent, child] = isBelow ? [row, other] : [other, row];
      if (await isUnder(context, metadata, parent, child)) {
        throw new ConflictError(`A ${relationship.target.name} cannot be below itself.`, {
          source: { pointer: target.pointer },
        });
      }
    }
  }
}

/** True where a row is another one, or one of those below it. */
async function isUnder(
  context: WriteContext,
  metadata: EntityMetadata,
  row: RowKey,
  ancestor: RowKey,
): Promise<boolean> {
  const isAncestor = keySet(metadata, [ancestor]);
  const path: RowKey[] = [];
  for (let at: RowKey | undefined = row; at !== undefined; at = await parentOf(context, metadata, at)) {
    if (isAncestor(at)) return true;
    // A tree that is broken already has no end.
    if (keySet(metadata, path)(at)) return false;
    path.push(at);
  }
  return false;
}

async function parentOf(context: WriteContext, metadata: EntityMetadata, row: RowKey): Promise<RowKey | undefined> {
  const { columns, dialect, manager, schema } = context;
  const { joinColumns } = metadata.treeParentRelation!;
  const list = joinColumns.map((column, index) => sql`${columns.key(column, 't')} AS ${raw(`c${index}`)}`);
  const isRow = rowIsOneOf(context, metadata, [row], 't');
  const statement = sql`SELECT ${join(list, ', ')} FROM ${columns.table(metadata, 't')} WHERE ${isRow}`;
  const { text, parameters } = render(statement, dialect.placeholder);
  const [found] = await manager.query<Readonly<Record<string, unknown>>[]>(text, [...parameters]);
  const values = joinColumns.map((_, index) => found?.[`c${index}`] ?? null);
  if (values.includes(null)) return undefined;
  const parent: RowKey = {};
  for (const [index, { referencedColumn }] of joinColumns.entries()) {
    const value: unknown = schema.dataSource.driver.prepareHydratedValue(values[index], referencedColumn!);
    referencedColumn!.setEntityValue(parent, value);
  }
  return parent;
}
