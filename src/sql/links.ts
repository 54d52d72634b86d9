/**
 * Changes relationships of a row that exists: finds who is a member now, as far as the viewer sees, and adds
 * and removes what is missing and what is too much. Rows that the viewer does not see stay where they are.
 */
import type { ObjectLiteral } from 'typeorm';
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js';
import { NotFoundError } from '../errors.js';
import type { LinkChange, LinkTarget } from '../query/change.js';
import { quote } from '../query/faults.js';
import { and } from '../query/filter.js';
import { isDuplicate, TryAgain } from './database-errors.js';
import { inTuples } from './dialect.js';
import { allOf, join, param, sql, type Sql } from './fragment.js';
import type { Where } from './where.js';
import { assignReference, keySet, primaryKeyOf, setReference } from './instances.js';
import { needsInstance } from './hooks.js';
import { linkOf, type Link } from './relations.js';
import { expectPermitted } from './permitted.js';
import {
  expectInScope,
  findHolders,
  findKeys,
  isOwnersOnly,
  isOnTarget,
  loadInstance,
  referencedColumns,
  rowIsOneOf,
  type RowKey,
  type WriteContext,
} from './rows-to-write.js';

/** What an edit needs besides the relationship. */
export interface Edit {
  /** The row has just been made, and has no members yet. */
  readonly isNew: boolean;
  /**
   * Makes the rows that are not there yet; those that hold the relationship's columns are members then.
   *
   * @param held those that are there
   */
  readonly make: (held: ReadonlyMap<LinkTarget, RowKey>) => Promise<readonly RowKey[]>;
  /** Deletes members. */
  readonly remove: (members: readonly RowKey[]) => Promise<void>;
  /** Makes the rows of a join entity that lead to members. */
  readonly join: (members: readonly RowKey[]) => Promise<void>;
  /** Deletes rows of a join entity. */
  readonly leave: (rows: readonly RowKey[]) => Promise<void>;
}

export class Links {
  constructor(private readonly context: WriteContext) {}

  /**
   * Changes a relationship whose columns are not on the row itself. Members go before new ones come.
   *
   * @throws NotFoundError for what is to be deleted and is no member
   * @throws ForbiddenError where a member would go out of the viewer's sight
   */
  async edit(
    owner: RowKey,
    change: LinkChange,
    targets: ReadonlyMap<LinkTarget, RowKey>,
    { isNew, make, remove, join: joinRows, leave }: Edit,
  ): Promise<void> {
    const relation = this.context.schema.storedRelation(change.relationship.model);
    const target = this.context.schema.metadata(change.relationship.target.model);
    const held = isNew ? new Map<LinkTarget, RowKey>() : await this.membersHolding(owner, change, targets);
    const all = new Map([...targets, ...held]);
    const named = change.targets.flatMap((each): RowKey[] => (all.has(each) ? [all.get(each)!] : []));
    const current = isNew ? [] : await this.current(owner, change, named);
    const isCurrent = keySet(target, current);
    const isNamed = keySet(target, named);
    const isToDelete = change.targets.filter(({ deletes = false }) => deletes);
    this.expectMembers(change, all, isCurrent);
    for (const target of change.targets)
      if (target.held !== undefined && target.create === undefined && !all.has(target)) throw target.held.missing;
    const deleted = isToDelete.flatMap((each): RowKey[] => (all.has(each) ? [all.get(each)!] : []));
    const isDeleted = keySet(target, deleted);
    const added = change.action === 'remove' ? [] : named.filter((key) => !isCurrent(key));
    const removed =
      change.action === 'add' ? [] : current.filter((key) => isNamed(key) === (change.action === 'remove'));
    if (relation === undefined) {
      await leave(await this.between(owner, change, removed));
      const made = await make(all);
      await joinRows([...added, ...made]);
    } else if (relation.isManyToMany) {
      await this.leaveJunction(relation, owner, removed);
      const made = await make(all);
      await this.joinJunction(relation, owner, [...added, ...made]);
    } else {
      const inverse = relation.inverseRelation!;
      const moved = [...removed.filter((key) => !isDeleted(key)), ...added];
      const expectMoved = (): Promise<void> =>
        expectPermitted(this.context, change.relationship.target, 'update', moved);
      await expectMoved();
      this.context.atEnd.push(expectMoved);
      await this.pointTo(
        inverse,
        null,
        removed.filter((key) => !isDeleted(key)),
      );
      await make(all);
      await this.pointTo(inverse, owner, added);
    }
    await remove(deleted);
    const left = removed.filter((key) => !isDeleted(key));
    await expectInScope(this.context, change.relationship.target, change.visible, [...added, ...left]);
  }

  /** @throws NotFoundError */
  private expectMembers(
    { relationship, strict = false, targets }: LinkChange,
    keys: ReadonlyMap<LinkTarget, RowKey>,
    isCurrent: (key: RowKey) => boolean,
  ): void {
    for (const target of targets) {
      const key = keys.get(target);
      if (!(strict || target.deletes === true) || (key !== undefined && isCurrent(key))) continue;
      const which = target.id === undefined ? 'that holds these values' : `with the id ${quote(target.id)}`;
      throw new NotFoundError(`${quote(relationship.name)} leads to no ${target.resource.name} ${which}.`, {
        source: target.pointer === '' ? undefined : { pointer: target.pointer },
      });
    }
  }

  /** Members that are named by what they hold: the first of each kind. @see RCL-04, MAP-06 */
  private async membersHolding(
    owner: RowKey,
    change: LinkChange,
    targets: ReadonlyMap<LinkTarget, RowKey>,
  ): Promise<ReadonlyMap<LinkTarget, RowKey>> {
    if (change.plucked !== undefined) return this.membersPlucked(owner, change);
    const held = new Map<LinkTarget, RowKey>();
    if (change.action !== 'remove') return held;
    const target = this.context.schema.metadata(change.relationship.target.model);
    const named = change.targets.flatMap((each): RowKey[] => (targets.has(each) ? [targets.get(each)!] : []));
    for (const each of change.targets) {
      if (each.id !== undefined || each.filter === undefined) continue;
      const isTaken = keySet(target, [...named, ...held.values()]);
      const found = (await this.members(owner, { ...change, visible: and([each.filter, change.visible]) })).find(
        (key) => !isTaken(key),
      );
      if (found !== undefined) held.set(each, found);
    }
    return held;
  }

  /** Where others may hold the same value, the members themselves are meant first. */
  private async membersPlucked(owner: RowKey, change: LinkChange): Promise<ReadonlyMap<LinkTarget, RowKey>> {
    const { plucked, relationship, targets } = change;
    const { of } = plucked!;
    const { primaryKey } = relationship.target;
    const isKey = primaryKey.length === 1 && primaryKey[0]!.property === of.property;
    if (targets.length === 0 || (!isOwnersOnly(this.context, change) && (isKey || of.column.unique))) return new Map();
    return findHolders(this.context, change, (where, alias) => [this.isMember(where, change, owner, alias)]);
  }

  /** The members that the viewer sees; for additions and removals, only those that are named. */
  private async current(owner: RowKey, change: LinkChange, named: readonly RowKey[]): Promise<readonly RowKey[]> {
    if (change.action === 'set') return this.members(owner, change);
    return named.length === 0 ? [] : this.members(owner, change, named);
  }

  private async members(owner: RowKey, change: LinkChange, named?: readonly RowKey[]): Promise<readonly RowKey[]> {
    const { context } = this;
    const { relationship, visible } = change;
    const metadata = context.schema.metadata(relationship.target.model);
    const found = await findKeys(context, relationship.target, {
      conditions: (where, alias) => [
        ...where.rowConditions(relationship.target.model, alias),
        this.isMember(where, change, owner, alias),
        ...(visible === undefined ? [] : [where.condition(visible, alias)]),
        ...(named === undefined ? [] : [rowIsOneOf(context, metadata, named, alias)]),
      ],
      // Who is on the way to another owner is none of this one's any more.
      lock: isOnTarget(context.schema.storedRelation(relationship.model)),
      more: referencedColumns(context.schema, relationship.model),
    });
    return found.map(({ key }) => key);
  }

  /** The rows of the join entity that lead to members. */
  private async between(owner: RowKey, change: LinkChange, members: readonly RowKey[]): Promise<readonly RowKey[]> {
    const { context } = this;
    const { columns, schema } = context;
    const { driver } = schema.dataSource;
    const middle = change.relationship.through!.first.target;
    const { source, target } = schema.link(change.relationship.model).junction!;
    const rows: RowKey[] = [];
    for (const portion of inPortions(members)) {
      const values = portion.map((member) =>
        target.map(({ far }) => driver.preparePersistentValue(far.getEntityValue(member), far) as unknown),
      );
      const found = await findKeys(context, middle, {
        conditions: (where, alias) => [
          ...where.rowConditions(middle.model, alias),
          this.equals(source, owner, alias),
          inTuples(
            target.map(({ near }) => columns.column(near, alias)),
            values,
          ),
          ...(change.between === undefined ? [] : [where.condition(change.between, alias)]),
        ],
        lock: true,
      });
      rows.push(...found.map(({ key }) => key));
    }
    return rows;
  }

  /** Columns that have the values of the owner's. */
  private equals(pairs: Link['pairs'], owner: RowKey, alias: string): Sql {
    const { columns, schema } = this.context;
    const { driver } = schema.dataSource;
    const value = ({ near }: Link['pairs'][number]): unknown =>
      driver.preparePersistentValue(near.getEntityValue(owner), near) as unknown;
    return join(
      pairs.map((pair) => sql`${columns.column(pair.far, alias)} = ${param(value(pair))}`),
      ' AND ',
    );
  }

  private isMember(where: Where, { between, relationship }: LinkChange, owner: RowKey, alias: string): Sql {
    const { columns, schema } = this.context;
    const link = schema.link(relationship.model);
    const { junction } = link;
    if (junction === undefined) return this.equals(link.pairs, owner, alias);
    const near = junction.target.map(({ near: column }) => columns.column(column, 'j'));
    const far = junction.target.map(({ far: column }) => columns.column(column, alias));
    const row = far.length === 1 ? far[0]! : sql`(${join(far, ', ')})`;
    const isBetween = allOf([
      this.equals(junction.source, owner, 'j'),
      ...where.betweenConditions(junction, between, 'j'),
    ]);
    return sql`${row} IN (SELECT ${join(near, ', ')} FROM ${columns.table(junction.metadata, 'j')} WHERE ${isBetween})`;
  }

  private async leaveJunction(relation: RelationMetadata, owner: RowKey, members: readonly RowKey[]): Promise<void> {
    const { metadata } = linkOf(relation).junction!;
    const rows = members.map((member) => junctionRow(relation, owner, member));
    for (const ids of inPortions(rows))
      await this.context.manager.createQueryBuilder().delete().from(metadata.tableName).whereInIds(ids).execute();
  }

  private async joinJunction(relation: RelationMetadata, owner: RowKey, members: readonly RowKey[]): Promise<void> {
    const { metadata } = linkOf(relation).junction!;
    const rows = members.map((member) => junctionRow(relation, owner, member));
    try {
      for (const values of inPortions(rows))
        await this.context.manager
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
