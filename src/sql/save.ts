/**
 * Change → rows, in the context's transaction: what is written by itself, relationships by their own URLs, and whole
 * collections. One row with everything inside it is `row-writer`'s.
 */
import type { EntityMetadata } from 'typeorm';
import type {
  Applied,
  Change,
  Create,
  EditRelationship,
  LinkChange,
  Remove,
  RemoveMany,
  Update,
  UpdateMany,
} from '../query/change.js';
import { noSuchResource } from '../query/faults.js';
import { and, compare, or, type Filter } from '../query/filter.js';
import { idFilter } from '../query/identity.js';
import { operator } from '../query/operators.js';
import type { Resource } from '../resource/resource.js';
import { ByFilter } from './by-filter.js';
import { changesMore, needsInstance } from './hooks.js';
import { isNested, removesAtOnce, updatesAtOnce } from './one-statement.js';
import { expectPermitted } from './permitted.js';
import { RowWriter, toldOf } from './row-writer.js';
import { expectInScope, findKeys, findRow, type RowKey, type WriteContext } from './rows-to-write.js';
import { expectNoCycle } from './trees.js';
import { validateEntity, withMembers } from './validation.js';

/** Does what a change says, in the context's transaction. */
export async function applyChange(context: WriteContext, change: Change): Promise<Applied> {
  return toldOf(context, change, async () => {
    const applied = await new Saver(context, change).apply();
    for (const check of context.atEnd.splice(0)) await check();
    return applied;
  });
}

class Saver {
  private readonly metadata: EntityMetadata;
  private readonly rows: RowWriter;

  constructor(
    private readonly context: WriteContext,
    private readonly change: Change,
  ) {
    this.rows = new RowWriter(context, change.resource);
    this.metadata = this.rows.metadata;
  }

  /** The application is asked about single rows: no statement changes them unseen. */
  private get checksRows(): boolean {
    return this.context.checks.checksRows(this.change.resource);
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
    const { entity, answer } = await this.rows.createWithAnswer(change);
    const id = answer?.records[0]!.id ?? (await this.rows.idOf(entity));
    return { id, count: 1, changedMore: true, answer };
  }

  private async update(change: Update): Promise<Applied> {
    const { resource, filter, id, links } = change;
    const { rows } = this;
    if (updatesAtOnce(this.context.schema, change)) {
      const targets = await rows.targets(change);
      const values = await rows.partial(change, targets);
      await validateEntity(change, await withMembers(values, links, targets, this.context), 'update');
      if (Object.keys(values).length === 0) await findRow(this.context, resource, filter, id, false);
      else if ((await new ByFilter(this.context, resource, filter).update(values)) === 0)
        throw noSuchResource(resource, id);
    } else {
      // Held before anything else is looked at: what is seen from here on stays.
      await rows.change(change, await findRow(this.context, resource, filter, id, true));
    }
    const changedMore =
      rows.needsInstance(change) ||
      changesMore(this.context.schema.dataSource, this.metadata, resource) ||
      links.some((link) => isPluckedElsewhere(resource, link));
    return { id, count: 1, changedMore };
  }

  private async remove(change: Remove): Promise<Applied> {
    const { resource, filter, id } = change;
    if (!removesAtOnce(this.context.schema, change)) {
      await this.rows.remove(await findRow(this.context, resource, filter, id, true));
    } else if ((await new ByFilter(this.context, resource, filter).remove()) === 0) {
      throw noSuchResource(resource, id);
    }
    return { id, count: 1, changedMore: false };
  }

  private async editRelationship(change: EditRelationship): Promise<Applied> {
    const { link, resource } = change;
    const { context, rows } = this;
    const key = await findRow(context, resource, change.filter, change.id, true);
    await expectPermitted(context, resource, 'update', [key]);
    const asUpdate: UpdateMany = {
      ...change,
      kind: 'update-many',
      part: undefined,
      values: [],
      links: [link],
      named: [],
    };
    const targets = await rows.targets(asUpdate);
    const values = await rows.partial(asUpdate, targets);
    const far = rows.onRow(link) ? [] : [link];
    // Of members that are added or removed, nobody knows here what the list will be.
    if (link.action === 'set') await validateEntity(change, await withMembers(values, far, targets, context), 'update');
    await expectNoCycle(context, this.metadata, key, [link], targets);
    if (rows.onRow(link)) await rows.updateRow(asUpdate, key, values, targets);
    else await rows.edit(key, link, targets);
    await expectInScope(context, resource, change.scope, [key]);
    await expectPermitted(context, resource, 'update', [key]);
    return { id: change.id, count: 1, changedMore: false };
  }

  private async updateMany(change: UpdateMany): Promise<Applied> {
    const { links, resource, scope, values: sent } = change;
    const { context, rows } = this;
    const filter = await this.meant(change);
    // @see BLK-05
    if (sent.length === 0 && links.length === 0) return { id: undefined, count: 0, changedMore: false };
    // Rows that are made or changed with the others are so only if there are others.
    if (links.some(isNested) && (await this.allKeys(resource, filter)).length === 0)
      return { id: undefined, count: 0, changedMore: false };
    const targets = await rows.targets(change);
    const far = links.filter((link) => !rows.onRow(link));
    const values = await rows.partial(change, targets);
    await validateEntity(change, values, 'update');
    const inOne =
      resource.options.bulk === 'statement' && scope === undefined && !rows.wantsInstance(change) && !this.checksRows;
    if (inOne && far.length === 0 && Object.keys(values).length > 0) {
      const count = await new ByFilter(context, resource, filter).update(values);
      return { id: undefined, count, changedMore: true };
    }
    const keys = await this.allKeys(resource, filter);
    await expectPermitted(context, resource, 'update', keys);
    const hears = rows.needsInstance(change);
    if (!hears) await rows.updateRows(keys, values);
    for (const key of keys) {
      await expectNoCycle(context, this.metadata, key, links, targets);
      if (hears) await rows.updateRow(change, key, values, targets);
      for (const link of far) await rows.edit(key, link, targets);
    }
    await expectInScope(context, resource, scope, keys);
    await expectPermitted(context, resource, 'update', keys);
    return { id: undefined, count: keys.length, changedMore: true };
  }

  private async removeMany(change: RemoveMany): Promise<Applied> {
    const { resource } = change;
    const filter = await this.meant(change);
    const hooks = needsInstance(this.context.schema.dataSource, this.metadata, 'remove');
    const inOne = resource.options.bulk === 'statement' || !hooks;
    const rows = new ByFilter(this.context, resource, filter);
    if (inOne && !this.checksRows) return { id: undefined, count: await rows.remove(), changedMore: false };
    const keys = await this.allKeys(resource, filter);
    await expectPermitted(this.context, resource, 'destroy', keys);
    // Those that were asked about: others that pass the filter may have come meanwhile.
    if (inOne) return { id: undefined, count: await rows.remove(keys), changedMore: false };
    for (const key of keys) await this.rows.removeRow(key);
    return { id: undefined, count: keys.length, changedMore: false };
  }

  /** The filter that finds the rows that are meant: a stretch of them is found first. @see BLK-07 */
  private async meant({ filter, part, resource }: UpdateMany | RemoveMany): Promise<Filter | undefined> {
    if (part === undefined) return filter;
    const { records } = await this.context.find(part);
    return and([filter, or(records.map(({ id }) => idFilter(resource, id))) ?? NOTHING(resource)]);
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
}

/** Passes no row. */
const NOTHING = ({ id }: Resource): Filter => compare(id[0]!, operator('in'), Object.freeze([]));

/** True where attributes other than the one that was sent have values of the related rows. */
function isPluckedElsewhere({ attributes }: Resource, { plucked, relationship }: LinkChange): boolean {
  return [...attributes.values()].some(
    (each) =>
      each.kind === 'plucked' &&
      each.exposed &&
      each.name !== plucked?.name &&
      each.relationship.model === relationship.model,
  );
}
