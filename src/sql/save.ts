/**
 * Change → rows. Where an entity has hooks of its own, its instance is written the way TypeORM writes it; where
 * it has none, one statement does it.
 */
import type { EntityMetadata, ObjectLiteral, QueryDeepPartialEntity } from 'typeorm';
import type {
  Applied,
  Change,
  Create,
  EditRelationship,
  LinkChange,
  LinkTarget,
  Remove,
  RemoveMany,
  Update,
  UpdateMany,
} from '../query/change.js';
import { noSuchResource } from '../query/faults.js';
import type { Filter } from '../query/filter.js';
import { toJson } from '../query/values.js';
import { formatId, hasOwnSetter, type Resource } from '../resource/resource.js';
import { culpritOf, isRetryable, translateDatabaseError } from './database-errors.js';
import { allOf, render, type Sql } from './fragment.js';
import { setValues } from './entity-values.js';
import { changesMore, needsInstance, removalCascades } from './hooks.js';
import { assignReference, blankInstance, changedPart, primaryKeyOf, setReference } from './instances.js';
import { expectNew, expectOwnId, insertRow } from './insert.js';
import { Links } from './links.js';
import {
  expectInScope,
  findKeys,
  findRow,
  findTargets,
  isOnRow,
  loadInstance,
  pieces,
  rowIsOneOf,
  whereOf,
  type RowKey,
  type WriteContext,
} from './rows-to-write.js';
import { expectNoCycle } from './trees.js';
import { forwardException, validateEntity, withMembers } from './validation.js';

/** Does what a change says, in the context's transaction. */
export async function applyChange(context: WriteContext, change: Change): Promise<Applied> {
  try {
    return await new Saver(context, change).apply();
  } catch (error) {
    if (isRetryable(error)) throw error;
    const forwarded = forwardException(change, error);
    if (forwarded !== error) throw forwarded;
    throw translateDatabaseError(error, (constraint) =>
      culpritOf(context.schema.metadata(change.resource.model), change, constraint),
    );
  }
}

class Saver {
  private readonly metadata: EntityMetadata;
  private readonly links: Links;

  constructor(
    private readonly context: WriteContext,
    private readonly change: Change,
  ) {
    this.metadata = context.schema.metadata(change.resource.model);
    this.links = new Links(context);
  }

  apply(): Promise<Applied> {
    const { change } = this;
    switch (change.kind) {
      case 'create':
        return this.create(change);
      case 'update':
        return this.update(change);
      case 'remove':
        return this.remove(change);
      case 'edit-relationship':
        return this.editRelationship(change);
      case 'update-many':
        return this.updateMany(change);
      case 'remove-many':
        return this.removeMany(change);
    }
  }

  private async create(change: Create): Promise<Applied> {
    const { manager } = this.context;
    const targets = await findTargets(this.context, change.links, change.named);
    const entity = this.metadata.create(manager.queryRunner) as ObjectLiteral;
    await setValues(this.context, entity, [...(change.id?.values ?? []), ...change.values]);
    const far = this.setLinks(entity, change.links, targets);
    await expectOwnId(this.context, entity, change);
    await validateEntity(change, withMembers(entity, far, targets, this.context), 'create');
    if (this.metadata.hasAllPrimaryKeys(entity)) await expectNew(this.context, this.metadata, entity, change);
    await insertRow(this.context, this.metadata, entity, change);
    await expectNoCycle(this.context, this.metadata, entity, far, targets);
    for (const link of far) await this.links.edit(entity, link, targets, true);
    await expectInScope(this.context, change.resource, change.scope, [primaryKeyOf(this.metadata, entity)]);
    return { id: await this.idOf(change.resource, entity), count: 1, changedMore: true };
  }

  private async update(change: Update): Promise<Applied> {
    const { resource, scope } = change;
    const far = change.links.filter((link) => !this.onRow(link));
    const inOne = !this.needsInstance(change) && far.length === 0 && scope === undefined;
    // Held before anything else is looked at: what is seen from here on stays.
    const key = inOne ? undefined : await findRow(this.context, resource, change.filter, change.id, true);
    const targets = await findTargets(this.context, change.links, change.named);
    const values = await this.partial(change, targets);
    await validateEntity(change, withMembers(values, change.links, targets, this.context), 'update');
    if (key !== undefined) {
      await expectNoCycle(this.context, this.metadata, key, change.links, targets);
      await this.updateRow(change, key, values, targets);
      for (const link of far) await this.links.edit(key, link, targets);
      await expectInScope(this.context, resource, scope, [key]);
    } else if (Object.keys(values).length === 0) await findRow(this.context, resource, change.filter, change.id, false);
    else await this.updateByFilter(resource, values, change.filter, change.id);
    const changedMore =
      this.needsInstance(change) || changesMore(this.context.schema.dataSource, this.metadata, resource);
    return { id: change.id, count: 1, changedMore };
  }

  /** True where listeners, subscribers, trees or setters want an instance. */
  private needsInstance(change: Update | UpdateMany): boolean {
    return this.wantsInstance(change) || needsInstance(this.context.schema.dataSource, this.metadata, 'update');
  }

  /** True where one statement could not do it, whoever listens. */
  private wantsInstance({ values }: Update | UpdateMany): boolean {
    return this.metadata.treeType !== undefined || values.some(({ attribute }) => hasOwnSetter(attribute));
  }

  /** One row, by its key. */
  private async updateRow(
    change: Update | UpdateMany,
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
  private async updateRows(keys: readonly RowKey[], values: ObjectLiteral): Promise<void> {
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

  /** One statement with the whole filter in it: a row that does not pass is not there. */
  private async updateByFilter(resource: Resource, values: ObjectLiteral, filter: Filter, id: string): Promise<void> {
    const { text, parameters } = this.condition(resource, filter);
    const { affected } = await this.context.manager
      .createQueryBuilder()
      .update(this.metadata.target)
      .set(values)
      .where(text, parameters)
      .updateEntity(false)
      .execute();
    if (affected === 0) throw noSuchResource(resource, id);
  }

  /** A filter for TypeORM's builders of UPDATE and DELETE, which give the table no alias. */
  private condition(
    resource: Resource,
    filter: Filter | undefined,
  ): { readonly text: string; readonly parameters: ObjectLiteral } {
    const where = whereOf(this.context);
    const alias = this.metadata.tableName;
    const conditions: Sql[] = [
      ...where.rowConditions(resource.model, alias),
      ...where.exactConditions(resource, alias),
      ...(filter === undefined ? [] : [where.condition(filter, alias)]),
    ];
    const { text, parameters } = render(allOf(conditions), (index) => `:restless_${index}`);
    return { text, parameters: Object.fromEntries(parameters.map((value, index) => [`restless_${index}`, value])) };
  }

  private async remove(change: Remove): Promise<Applied> {
    const { resource } = change;
    if (needsInstance(this.context.schema.dataSource, this.metadata, 'remove')) {
      const key = await findRow(this.context, resource, change.filter, change.id, true);
      await this.removeRow(key);
    } else if ((await this.removeByFilter(resource, change.filter)) === 0) {
      throw noSuchResource(resource, change.id);
    }
    return { id: change.id, count: 1, changedMore: false };
  }

  private async removeByFilter(resource: Resource, filter: Filter | undefined): Promise<number> {
    const { text, parameters } = this.condition(resource, filter);
    const builder = this.context.manager.createQueryBuilder();
    const { target } = this.metadata;
    const removal =
      this.metadata.deleteDateColumn === undefined
        ? builder.delete().from(target).where(text, parameters)
        : builder.softDelete().from(target).where(text, parameters);
    return (await removal.callListeners(false).execute()).affected ?? 0;
  }

  private async removeRow(key: RowKey): Promise<void> {
    const { manager } = this.context;
    const entity = await loadInstance(this.context, this.metadata, key, removalCascades(this.metadata));
    if (this.metadata.deleteDateColumn === undefined)
      await manager.remove(this.metadata.target, entity, { transaction: false });
    else await manager.softRemove(this.metadata.target, entity, { transaction: false });
  }

  private async editRelationship(change: EditRelationship): Promise<Applied> {
    const { link, resource } = change;
    const key = await findRow(this.context, resource, change.filter, change.id, true);
    const targets = await findTargets(this.context, [link]);
    const asUpdate: UpdateMany = { ...change, kind: 'update-many', values: [], links: [link], named: [] };
    const values = await this.partial(asUpdate, targets);
    const far = this.onRow(link) ? [] : [link];
    // Of members that are added or removed, nobody knows here what the list will be.
    if (link.action === 'set') await validateEntity(change, withMembers(values, far, targets, this.context), 'update');
    await expectNoCycle(this.context, this.metadata, key, [link], targets);
    if (this.onRow(link)) await this.updateRow(asUpdate, key, values, targets);
    else await this.links.edit(key, link, targets);
    await expectInScope(this.context, resource, change.scope, [key]);
    return { id: change.id, count: 1, changedMore: false };
  }

  private async updateMany(change: UpdateMany): Promise<Applied> {
    const { resource } = change;
    const targets = await findTargets(this.context, change.links, change.named);
    const far = change.links.filter((link) => !this.onRow(link));
    const values = await this.partial(change, targets);
    await validateEntity(change, values, 'update');
    const inOne = resource.options.bulk === 'statement' && change.scope === undefined && !this.wantsInstance(change);
    if (inOne && far.length === 0 && Object.keys(values).length > 0) {
      const { text, parameters } = this.condition(resource, change.filter);
      const update = this.context.manager
        .createQueryBuilder()
        .update(this.metadata.target)
        .set(values)
        .where(text, parameters)
        .callListeners(false);
      return { id: undefined, count: (await update.updateEntity(false).execute()).affected ?? 0, changedMore: true };
    }
    const keys = await this.allKeys(resource, change.filter);
    const hears = this.needsInstance(change);
    if (!hears) await this.updateRows(keys, values);
    for (const key of keys) {
      await expectNoCycle(this.context, this.metadata, key, change.links, targets);
      if (hears) await this.updateRow(change, key, values, targets);
      for (const link of far) await this.links.edit(key, link, targets);
    }
    await expectInScope(this.context, resource, change.scope, keys);
    return { id: undefined, count: keys.length, changedMore: true };
  }

  private async removeMany(change: RemoveMany): Promise<Applied> {
    const { resource, filter } = change;
    const hooks = needsInstance(this.context.schema.dataSource, this.metadata, 'remove');
    if (resource.options.bulk === 'statement' || !hooks) {
      return { id: undefined, count: await this.removeByFilter(resource, filter), changedMore: false };
    }
    const keys = await this.allKeys(resource, filter);
    for (const key of keys) await this.removeRow(key);
    return { id: undefined, count: keys.length, changedMore: false };
  }

  private async allKeys(resource: Resource, filter: Filter | undefined): Promise<readonly RowKey[]> {
    const found = await findKeys(this.context, resource, {
      conditions: (where, alias) => [
        ...where.rowConditions(resource.model, alias),
        ...where.exactConditions(resource, alias),
        ...(filter === undefined ? [] : [where.condition(filter, alias)]),
      ],
      lock: true,
    });
    return found.map(({ key }) => key);
  }

  private onRow(link: LinkChange): boolean {
    return isOnRow(this.context.schema.relationMetadata(link.relationship.model));
  }

  /** The columns that change, as an instance with nothing else in it. */
  private async partial(
    change: Update | UpdateMany,
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
  private setLinks(
    entity: ObjectLiteral,
    links: readonly LinkChange[],
    targets: ReadonlyMap<LinkTarget, RowKey>,
    partial = false,
  ): readonly LinkChange[] {
    for (const link of links) {
      const relation = this.context.schema.relationMetadata(link.relationship.model);
      if (!isOnRow(relation)) continue;
      const [target] = link.targets;
      const key = (target === undefined ? undefined : targets.get(target)) ?? null;
      if (partial) setReference(relation, entity, key);
      else assignReference(relation, entity, key);
    }
    return links.filter((link) => !this.onRow(link));
  }

  private async idOf(resource: Resource, entity: ObjectLiteral): Promise<string> {
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
