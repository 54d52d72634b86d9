/**
 * Changes relationships of a row that exists: finds who is a member now, as far as the viewer sees, and adds
 * and removes what is missing and what is too much. Rows that the viewer does not see stay where they are.
 */
import type { ObjectLiteral } from 'typeorm';
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js';
import type { LinkChange, LinkTarget } from '../query/change.js';
import { isDuplicate, TryAgain } from './database-errors.js';
import { join, param, sql, type Sql } from './fragment.js';
import { assignReference, keySet, primaryKeyOf, setReference } from './instances.js';
import { needsInstance } from './hooks.js';
import { linkOf, type Link } from './relations.js';
import {
  expectInScope,
  findKeys,
  isOnTarget,
  loadInstance,
  referencedColumns,
  rowIsOneOf,
  type RowKey,
  type WriteContext,
} from './rows-to-write.js';

export class Links {
  constructor(private readonly context: WriteContext) {}

  /**
   * Changes a relationship whose columns are not on the row itself.
   *
   * @throws ForbiddenError where a member would go out of the viewer's sight
   */
  async edit(
    owner: RowKey,
    change: LinkChange,
    targets: ReadonlyMap<LinkTarget, RowKey>,
    isNew = false,
  ): Promise<void> {
    const relation = this.context.schema.relationMetadata(change.relationship.model);
    const named = change.targets.flatMap((target): RowKey[] => (targets.has(target) ? [targets.get(target)!] : []));
    // A row that has just been made has no members yet.
    const current = isNew ? [] : await this.current(owner, change, named);
    const target = relation.inverseEntityMetadata;
    const isCurrent = keySet(target, current);
    const isNamed = keySet(target, named);
    const added = change.action === 'remove' ? [] : named.filter((key) => !isCurrent(key));
    const removed =
      change.action === 'add' ? [] : current.filter((key) => isNamed(key) === (change.action === 'remove'));
    if (relation.isManyToMany) await this.editJunction(relation, owner, added, removed);
    else await this.editFarSide(relation, owner, added, removed);
    await expectInScope(this.context, change.relationship.target, change.visible, [...added, ...removed]);
  }

  /** The members that the viewer sees; for additions and removals, only those that are named. */
  private async current(owner: RowKey, change: LinkChange, named: readonly RowKey[]): Promise<readonly RowKey[]> {
    const { relationship, action, visible } = change;
    if (action !== 'set' && named.length === 0) return [];
    const { context } = this;
    const metadata = context.schema.metadata(relationship.target.model);
    const relation = context.schema.relationMetadata(relationship.model);
    const link = linkOf(relation);
    const found = await findKeys(context, relationship.target, {
      conditions: (where, alias) => [
        ...where.rowConditions(relationship.target.model, alias),
        this.isMember(link, owner, alias),
        ...(visible === undefined ? [] : [where.condition(visible, alias)]),
        ...(action === 'set' ? [] : [rowIsOneOf(context, metadata, named, alias)]),
      ],
      // Who is on the way to another owner is none of this one's any more.
      lock: isOnTarget(relation),
      more: referencedColumns(relation),
    });
    return found.map(({ key }) => key);
  }

  private isMember(link: Link, owner: RowKey, alias: string): Sql {
    const { columns, schema } = this.context;
    const { driver } = schema.dataSource;
    const { junction } = link;
    const equals = (pairs: Link['pairs'], far: string): Sql =>
      join(
        pairs.map(
          (pair) =>
            sql`${columns.column(pair.far, far)} = ${param(driver.preparePersistentValue(pair.near.getEntityValue(owner), pair.near))}`,
        ),
        ' AND ',
      );
    if (junction === undefined) return equals(link.pairs, alias);
    const near = junction.target.map(({ near: column }) => columns.column(column, 'j'));
    const far = junction.target.map(({ far: column }) => columns.column(column, alias));
    const row = far.length === 1 ? far[0]! : sql`(${join(far, ', ')})`;
    return sql`${row} IN (SELECT ${join(near, ', ')} FROM ${columns.table(junction.metadata, 'j')} WHERE ${equals(junction.source, 'j')})`;
  }

  private async editJunction(
    relation: RelationMetadata,
    owner: RowKey,
    added: readonly RowKey[],
    removed: readonly RowKey[],
  ): Promise<void> {
    const { metadata } = linkOf(relation).junction!;
    const rows = (members: readonly RowKey[]): ObjectLiteral[] =>
      members.map((member) => junctionRow(relation, owner, member));
    const { manager } = this.context;
    for (const ids of inPortions(rows(removed)))
      await manager.createQueryBuilder().delete().from(metadata.tableName).whereInIds(ids).execute();
    try {
      for (const values of inPortions(rows(added)))
        await manager
          .createQueryBuilder()
          .insert()
          .into(metadata.tableName)
          .values(values)
          .updateEntity(false)
          .execute();
    } catch (error) {
      // Somebody else has added the same member from the other side: the next attempt finds it there.
      if (isDuplicate(error)) throw new TryAgain();
      throw error;
    }
  }

  /** The columns stand on the related rows: these are what changes. */
  private async editFarSide(
    relation: RelationMetadata,
    owner: RowKey,
    added: readonly RowKey[],
    removed: readonly RowKey[],
  ): Promise<void> {
    const inverse = relation.inverseRelation!;
    await this.pointTo(inverse, null, removed);
    await this.pointTo(inverse, owner, added);
  }

  private async pointTo(inverse: RelationMetadata, owner: RowKey | null, keys: readonly RowKey[]): Promise<void> {
    if (keys.length === 0) return;
    const { manager, schema } = this.context;
    const metadata = inverse.entityMetadata;
    if (needsInstance(schema.dataSource, metadata, 'update')) {
      for (const key of keys) {
        const entity = await loadInstance(this.context, metadata, key);
        assignReference(inverse, entity, owner);
        await manager.save(metadata.target, entity, { transaction: false });
      }
      return;
    }
    const values: ObjectLiteral = {};
    setReference(inverse, values, owner);
    for (const ids of inPortions(keys.map((key) => primaryKeyOf(metadata, key)))) {
      await manager
        .createQueryBuilder()
        .update(metadata.target)
        .set(values)
        .whereInIds(ids)
        .updateEntity(false)
        .execute();
    }
  }
}

/** How many rows one statement names: databases bound its parameters, and SQLite how deep its conditions nest. */
const PORTION = 400;

function inPortions<T>(list: readonly T[]): readonly T[][] {
  const portions: T[][] = [];
  for (let start = 0; start < list.length; start += PORTION) portions.push(list.slice(start, start + PORTION));
  return portions;
}

/** A row of the junction table. */
function junctionRow(relation: RelationMetadata, owner: RowKey, member: RowKey): ObjectLiteral {
  const { source, target } = linkOf(relation).junction!;
  const row: ObjectLiteral = {};
  for (const { near, far } of source) far.setEntityValue(row, near.getEntityValue(owner));
  for (const { near, far } of target) near.setEntityValue(row, far.getEntityValue(member));
  return row;
}
