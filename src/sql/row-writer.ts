/**
 * Writes one row, and the rows that stand inside it: those that it refers to before it, those that refer to it after it.
 * Where an entity has hooks of its own, its instance is written the way TypeORM writes it; where it has none, one
 * statement does it.
 */
import type { EntityMetadata, ObjectLiteral, QueryDeepPartialEntity } from 'typeorm';
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js';
import type { ChangedRow, ChangePart, Create, LinkChange, LinkTarget, NewRow, UpdateMany } from '../query/change.js';
import type { Result } from '../query/result.js';
import { toJson } from '../query/values.js';
import type { RowAction } from '../resource/permissions.js';
import { formatId, hasOwnSetter, type Resource } from '../resource/resource.js';
import { ConflictError } from '../errors.js';
import { culpritOf, isDuplicate, isRetryable, translateDatabaseError, TryAgain } from './database-errors.js';
import { setValues } from './entity-values.js';
import { needsInstance, removalCascades } from './hooks.js';
import { assignReference, blankInstance, changedPart, primaryKeyOf, setReference } from './instances.js';
import { expectNew, expectOwnId, insertRow, insertWithAnswer } from './insert.js';
import { rowBetween } from './join-rows.js';
import { Links } from './links.js';
import { insertsAtOnce } from './one-statement.js';
import { expectPermitted } from './permitted.js';
import {
  expectInScope,
  expectThere,
  findKeys,
  findTargets,
  isOnRow,
  isOnTarget,
  isOwnersOnly,
  loadInstance,
  pieces,
  rowIsOneOf,
  type RowKey,
  type WriteContext,
} from './rows-to-write.js';
import { expectNoCycle } from './trees.js';
import { forwardException, validateEntity, withMembers } from './validation.js';

/** Runs a part of a change; what goes wrong in it is told in its own terms. */
export async function toldOf<T>(context: WriteContext, change: ChangePart, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isRetryable(error)) throw error;
    const forwarded = forwardException(change, error);
    if (forwarded !== error) throw forwarded;
    throw translateDatabaseError(error, (constraint) =>
      culpritOf(context.schema.metadata(change.resource.model), change, constraint),
    );
  }
}

/** The row that a new one is made inside, where the new one is to refer to it. */
interface Owner {
  readonly relation: RelationMetadata;
  readonly key: RowKey;
}

/** A row that is about to be made. */
interface MadeInstance {
  readonly entity: ObjectLiteral;
  /** What is written once it is there. */
  readonly far: readonly LinkChange[];
  readonly targets: Map<LinkTarget, RowKey>;
}

/** Rows of one resource. */
export class RowWriter {
  readonly metadata: EntityMetadata;
  private readonly links: Links;

  constructor(
    readonly context: WriteContext,
    readonly resource: Resource,
  ) {
    this.metadata = context.schema.metadata(resource.model);
    this.links = new Links(context);
  }

  /**
   * Makes a row, with everything inside it.
   *
   * @returns its instance, which has its key
   */
  async create(change: NewRow, owner?: Owner): Promise<ObjectLiteral> {
    const made = await this.instanceOf(change, owner);
    await this.insert(change, made, owner);
    return made.entity;
  }

  /** The same by one statement, where that is enough: it gives the answer as well, and the instance gets no key. */
  async createWithAnswer(change: Create): Promise<{ readonly entity: ObjectLiteral; readonly answer?: Result }> {
    const { context, metadata } = this;
    const { inserts, manager, schema } = context;
    const atOnce = await insertsAtOnce(schema, inserts, change, manager.queryRunner);
    const made = await this.instanceOf(change);
    const { entity } = made;
    if (atOnce) {
      const answer = await insertWithAnswer(context, metadata, entity, change);
      if (answer !== undefined) return { entity, answer };
      // The next attempt knows that it takes more than one statement.
      if (!manager.queryRunner!.isTransactionActive) throw new TryAgain();
    }
    await this.insert(change, made);
    return { entity };
  }

  /** What a new row is to be: checked, and those that it refers to are there. */
  private async instanceOf(change: NewRow, owner?: Owner): Promise<MadeInstance> {
    const { context, metadata } = this;
    const targets = await this.targets(change);
    const entity = metadata.create(context.manager.queryRunner) as ObjectLiteral;
    await setValues(context, entity, [...(change.id?.values ?? []), ...change.values]);
    const far = this.setLinks(entity, change.links, targets);
    if (owner !== undefined) assignReference(owner.relation, entity, owner.key);
    await expectOwnId(context, entity, change);
    const known = change.links.filter((link) => far.includes(link) || link.plucked !== undefined);
    await validateEntity(change, await withMembers(entity, known, targets, context), 'create');
    if (metadata.hasAllPrimaryKeys(entity)) await expectNew(context, metadata, entity, change);
    return { entity, far, targets };
  }

  private async insert(change: NewRow, { entity, far, targets }: MadeInstance, owner?: Owner): Promise<void> {
    const { context, metadata } = this;
    await insertRow(context, metadata, entity, change, owner?.relation);
    await expectNoCycle(context, metadata, entity, far, targets);
    for (const link of far) await this.edit(entity, link, targets, true);
    this.expectInScope(change, primaryKeyOf(metadata, entity));
    this.expectPermittedAtEnd('create', primaryKeyOf(metadata, entity));
  }

  /** Changes a row that is there and held. */
  async change(change: ChangedRow, key: RowKey): Promise<void> {
    const { context, metadata } = this;
    await expectPermitted(context, this.resource, 'update', [key]);
    const far = change.links.filter((link) => !this.onRow(link));
    const targets = await this.targets(change);
    const values = await this.partial(change, targets);
    const known = change.links.filter(({ action }) => action === 'set');
    await validateEntity(change, await withMembers(values, known, targets, context), 'update');
    await expectNoCycle(context, metadata, key, change.links, targets);
    await this.updateRow(change, key, values, targets);
    for (const link of far) await this.edit(key, link, targets);
    context.atEnd.push(() => expectThere(context, change, key));
    this.expectInScope(change, key);
    this.expectPermittedAtEnd('update', key);
  }

  /** The row as it is then is another one than the row as it was. @see FJP-03 */
  private expectPermittedAtEnd(action: RowAction, key: RowKey): void {
    this.context.atEnd.push(() => expectPermitted(this.context, this.resource, action, [key]));
  }

  /** The row may come into the viewer's scope by what happens to others yet. */
  private expectInScope({ resource, scope }: NewRow | ChangedRow, key: RowKey): void {
    if (scope !== undefined) this.context.atEnd.push(() => expectInScope(this.context, resource, scope, [key]));
  }

  /** Changes a relationship whose columns are not on the row itself. */
  edit(owner: RowKey, link: LinkChange, targets: Map<LinkTarget, RowKey>, isNew = false): Promise<void> {
    return this.links.edit(owner, link, targets, {
      isNew,
      make: (held) => this.makeMembers(owner, link, targets, held),
      remove: async (members) => {
        const writer = new RowWriter(this.context, link.relationship.target);
        for (const member of members) await writer.remove(member);
        this.context.deleted.rows += members.length;
      },
      join: async (members) => {
        const writer = new RowWriter(this.context, link.relationship.through!.first.target);
        for (const member of members) await writer.joinRow(link, owner, member);
      },
      leave: async (rows) => {
        const writer = new RowWriter(this.context, link.relationship.through!.first.target);
        for (const row of rows) await writer.remove(row);
      },
    });
  }

  /** Makes the row of a join entity that leads from the owner to a member. @see RJA-15 */
  private async joinRow(link: LinkChange, owner: RowKey, member: RowKey): Promise<void> {
    const { context, metadata } = this;
    const { first, second } = link.relationship.through!;
    const back = context.schema.relationMetadata(first.model).inverseRelation!;
    const entity = metadata.create(context.manager.queryRunner) as ObjectLiteral;
    assignReference(back, entity, owner);
    assignReference(context.schema.relationMetadata(second.model), entity, member);
    const row = rowBetween(context, link);
    await toldOf(context, row, async () => {
      await validateEntity(row, entity, 'create');
      await this.unlessMade(() => insertRow(context, metadata, entity, row, back));
    });
    this.expectInScope(row, primaryKeyOf(metadata, entity));
    this.expectPermittedAtEnd('create', primaryKeyOf(metadata, entity));
  }

  /**
   * The rows that relationships name: those that are there, changed where the body says so, and new ones that the row
   * itself refers to. Others are made once it is there.
   */
  async targets({ links, named }: Pick<ChangedRow, 'links' | 'named'>): Promise<Map<LinkTarget, RowKey>> {
    const targets = await findTargets(this.context, links, named);
    for (const link of links) {
      for (const target of link.targets) {
        const key = targets.get(target);
        if (key !== undefined) await this.changeTarget(target, key);
        else if (target.create !== undefined && this.onRow(link)) targets.set(target, await this.make(target));
      }
    }
    return targets;
  }

  private async changeTarget({ resource, update }: LinkTarget, key: RowKey): Promise<void> {
    if (update === undefined) return;
    if (update instanceof Error) throw update;
    const writer = new RowWriter(this.context, resource);
    await toldOf(this.context, update, () => writer.change(update, key));
  }

  private make({ create, held }: LinkTarget, owner?: Owner): Promise<ObjectLiteral> {
    const row = create!;
    const writer = new RowWriter(this.context, row.resource);
    const make = (): Promise<ObjectLiteral> => writer.create(row, owner);
    return toldOf(this.context, row, () => (held === undefined ? make() : this.unlessMade(make)));
  }

  /** What was looked for and not there may have been made meanwhile: the next attempt finds it. */
  private async unlessMade<T>(make: () => Promise<T>): Promise<T> {
    try {
      return await make();
    } catch (error) {
      const { rowsMade } = this.context;
      // It may as well be one that the viewer does not see.
      if (rowsMade.times > 0 || !(isDuplicate(error) || error instanceof ConflictError)) throw error;
      rowsMade.times += 1;
      throw new TryAgain();
    }
  }

  private async makeMembers(
    owner: RowKey,
    link: LinkChange,
    targets: Map<LinkTarget, RowKey>,
    held: ReadonlyMap<LinkTarget, RowKey>,
  ): Promise<readonly RowKey[]> {
    const { relationship, targets: named } = link;
    const relation = this.context.schema.storedRelation(relationship.model);
    const back = isOnTarget(relation) ? { relation: relation.inverseRelation!, key: owner } : undefined;
    const made: RowKey[] = [];
    for (const target of named) {
      if (target.create === undefined || held.has(target)) continue;
      const key = await this.make(target, back);
      // Each of many owners gets its own.
      if (!isOwnersOnly(this.context, link)) targets.set(target, key);
      made.push(key);
    }
    return made;
  }

  /** True where listeners, subscribers, trees or setters want an instance. */
  needsInstance(change: ChangedRow | UpdateMany): boolean {
    return this.wantsInstance(change) || needsInstance(this.context.schema.dataSource, this.metadata, 'update');
  }

  /** True where one statement could not do it, whoever listens. */
  wantsInstance({ values }: ChangedRow | UpdateMany): boolean {
    return this.metadata.treeType !== undefined || values.some(({ attribute }) => hasOwnSetter(attribute));
  }

  /** One row, by its key. */
  async updateRow(
    change: ChangedRow | UpdateMany,
    key: RowKey,
    values: ObjectLiteral,
    targets: ReadonlyMap<LinkTarget, RowKey>,
  ): Promise<void> {
    if (!this.needsInstance(change)) {
      await this.updateRows([key], values);
      return;
    }
    const entity = await loadInstance(this.context, this.metadata, key);
    const before = { ...entity };
    await setValues(this.context, entity, change.values);
    this.setLinks(entity, change.links, targets);
    if (change.values.some(({ attribute }) => hasOwnSetter(attribute)))
      await validateEntity(change, changedPart(this.metadata, entity, before), 'update');
    await this.context.manager.save(this.metadata.target, entity, { transaction: false });
  }

  /** Rows that nobody listens to. */
  async updateRows(keys: readonly RowKey[], values: ObjectLiteral): Promise<void> {
    if (Object.keys(values).length === 0) return;
    for (const piece of pieces(keys)) {
      await this.context.manager
        .createQueryBuilder()
        .update(this.metadata.target)
        .set(values)
        .whereInIds(piece.map((key) => primaryKeyOf(this.metadata, key)))
        .updateEntity(false)
        .execute();
    }
  }

  /** One row less. */
  async remove(key: RowKey): Promise<void> {
    const { context, metadata } = this;
    await expectPermitted(context, this.resource, 'destroy', [key]);
    if (needsInstance(context.schema.dataSource, metadata, 'remove')) return this.removeRow(key);
    const builder = context.manager.createQueryBuilder();
    const removal =
      metadata.deleteDateColumn === undefined
        ? builder.delete().from(metadata.target)
        : builder.softDelete().from(metadata.target);
    await removal
      .whereInIds([primaryKeyOf(metadata, key)])
      .callListeners(false)
      .execute();
  }

  async removeRow(key: RowKey): Promise<void> {
    const { manager } = this.context;
    const entity = await loadInstance(this.context, this.metadata, key, removalCascades(this.metadata));
    if (this.metadata.deleteDateColumn === undefined)
      await manager.remove(this.metadata.target, entity, { transaction: false });
    else await manager.softRemove(this.metadata.target, entity, { transaction: false });
  }

  onRow(link: LinkChange): boolean {
    return isOnRow(this.context.schema.storedRelation(link.relationship.model));
  }

  /** The columns that change, as an instance with nothing else in it. */
  async partial(
    change: ChangedRow | UpdateMany,
    targets: ReadonlyMap<LinkTarget, RowKey>,
  ): Promise<QueryDeepPartialEntity<ObjectLiteral>> {
    const entity = blankInstance(this.metadata) as QueryDeepPartialEntity<ObjectLiteral>;
    await setValues(
      this.context,
      entity,
      change.values.filter(({ attribute }) => !hasOwnSetter(attribute)),
      true,
    );
    this.setLinks(entity, change.links, targets, true);
    return entity;
  }

  /** Sets the relationships that stand on the row; gives back the others. */
  setLinks(
    entity: ObjectLiteral,
    links: readonly LinkChange[],
    targets: ReadonlyMap<LinkTarget, RowKey>,
    partial = false,
  ): readonly LinkChange[] {
    for (const link of links) {
      const relation = this.context.schema.storedRelation(link.relationship.model);
      if (!isOnRow(relation)) continue;
      const [target] = link.targets;
      const key = (target === undefined ? undefined : targets.get(target)) ?? null;
      if (partial) setReference(relation, entity, key);
      else assignReference(relation, entity, key);
    }
    return links.filter((link) => !this.onRow(link));
  }

  /** The id of a row that has just been made. */
  async idOf(entity: ObjectLiteral): Promise<string> {
    const { resource } = this;
    const parts = resource.id.map(
      ({ column }) => this.context.schema.columnMetadata(column).getEntityValue(entity) as unknown,
    );
    if (parts.every((part) => part !== undefined && part !== null)) {
      return formatId(
        parts.map((part) => String(toJson(part))),
        resource.options.idSeparator,
      );
    }
    // The id is a column that the database filled in.
    const key = primaryKeyOf(this.metadata, entity);
    const [found] = await findKeys(this.context, resource, {
      conditions: (_where, alias) => [rowIsOneOf(this.context, this.metadata, [key], alias)],
      lock: false,
    });
    return found!.id;
  }
}
