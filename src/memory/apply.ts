/**
 * Change → rows in arrays, under the same rules as in a database: everything that is named has to be there, keys are
 * unique, and what a change leaves behind has to be in the viewer's scope.
 */
import { randomUUID } from 'node:crypto';
import { BadRequestError, ConflictError, ForbiddenError, RestlessError, RestlessErrors } from '../errors.js';
import {
  missingTarget,
  placeOf,
  type Applied,
  type Change,
  type Create,
  type FieldValue,
  type LinkChange,
  type LinkTarget,
  type RemoveMany,
  type Update,
  type UpdateMany,
} from '../query/change.js';
import { noSuchResource, quote } from '../query/faults.js';
import type { Filter } from '../query/filter.js';
import { toJson } from '../query/values.js';
import type { ColumnModel, EntityModel, RelationModel } from '../resource/entity-model.js';
import type { Resource } from '../resource/resource.js';
import { passes } from './filter-meaning.js';
import { rowsOf } from './find.js';
import {
  compareValues,
  heldKeys,
  holderOf,
  idOf,
  keyOf,
  referenceTo,
  setValue,
  valueAt,
  type MemoryRow,
  type Tables,
} from './tables.js';

/** What a store knows of its columns beside their models. */
export interface Defaults {
  /** The value of a new row that has none; undefined where there is none either. */
  of(column: ColumnModel): unknown;
  /** True where the store makes the value. */
  makes(column: ColumnModel): boolean;
}

/** Does what a change says to tables that nobody else sees yet. */
export function apply(tables: Tables, defaults: Defaults, change: Change): Applied {
  return new Applying(tables, defaults, change).apply();
}

class Applying {
  private readonly resource: Resource;
  private readonly model: EntityModel;

  constructor(
    private readonly tables: Tables,
    private readonly defaults: Defaults,
    private readonly change: Change,
  ) {
    this.resource = change.resource;
    this.model = change.resource.model;
  }

  apply(): Applied {
    const { change, resource } = this;
    switch (change.kind) {
      case 'create': {
        const row = this.create(change);
        return { id: idOf(resource, row), count: 1, changedMore: true };
      }
      case 'update': {
        const row = this.one(change.filter, change.id);
        this.write(row, change, this.targets(change.links, change.named));
        return { id: change.id, count: 1, changedMore: false };
      }
      case 'edit-relationship': {
        const row = this.one(change.filter, change.id);
        this.link(row, change.link, this.targets([change.link]));
        this.expectInScope(resource, change.scope, [row]);
        return { id: change.id, count: 1, changedMore: false };
      }
      case 'remove':
        this.remove([this.one(change.filter, change.id)]);
        return { id: change.id, count: 1, changedMore: false };
      case 'update-many': {
        const rows = this.meant(change);
        const targets = this.targets(change.links, change.named);
        for (const row of rows) this.write(row, change, targets);
        return { id: undefined, count: rows.length, changedMore: true };
      }
      case 'remove-many': {
        const rows = this.meant(change);
        this.remove(rows);
        return { id: undefined, count: rows.length, changedMore: false };
      }
    }
  }

  private meant({ filter, part }: UpdateMany | RemoveMany): readonly MemoryRow[] {
    return part === undefined ? this.found(filter) : rowsOf(this.tables, part);
  }

  private found(filter: Filter | undefined): readonly MemoryRow[] {
    return this.tables.of(this.model).filter((row) => passes(this.tables, this.model, row, filter));
  }

  private one(filter: Filter, id: string): MemoryRow {
    const [row] = this.found(filter);
    if (row === undefined) throw noSuchResource(this.resource, id);
    return row;
  }

  private create(change: Create): MemoryRow {
    const targets = this.targets(change.links, change.named);
    const row: MemoryRow = {};
    for (const column of this.model.columns) setValue(row, column.path, this.defaults.of(column) ?? null);
    this.setValues(row, change.id?.values ?? []);
    this.setValues(row, change.values);
    for (const column of this.model.columns) {
      if (valueAt(row, column.path) === null && this.defaults.makes(column))
        setValue(row, column.path, this.made(column));
    }
    this.expectComplete(row);
    // Before it is there, or it would be its own double.
    this.expectUnique(row);
    this.tables.of(this.model).push(row);
    for (const link of change.links) this.link(row, link, targets);
    this.expectHeld(this.model, row);
    this.expectInScope(this.resource, change.scope, [row]);
    return row;
  }

  /** The next number, or a UUID. */
  private made(column: ColumnModel): unknown {
    if (column.type === 'uuid') return randomUUID();
    const numbers = this.tables.of(this.model).map((row) => Number(valueAt(row, column.path)));
    const next = Math.max(0, ...numbers) + 1;
    return column.type === 'bigint' ? String(next) : next;
  }

  private write(row: MemoryRow, change: Update | UpdateMany, targets: ReadonlyMap<LinkTarget, MemoryRow>): void {
    this.setValues(row, change.values);
    this.expectComplete(row);
    this.expectUnique(row);
    for (const link of change.links) this.link(row, link, targets);
    this.expectHeld(this.model, row);
    this.expectInScope(this.resource, change.scope, [row]);
  }

  private setValues(row: MemoryRow, values: readonly FieldValue[]): void {
    for (const { attribute, value } of values) {
      if (attribute.kind === 'embedded') this.setValues(row, value as readonly FieldValue[]);
      else if (attribute.kind === 'column') setValue(row, attribute.column.path, value);
      else this.callSetter(row, attribute.property, value);
    }
  }

  /** A setter of the class works on an instance; what it sets are the columns of the row. */
  private callSetter(row: MemoryRow, property: string, value: unknown): void {
    const instance = Object.assign(
      Object.create((this.model.class?.prototype ?? null) as object | null) as MemoryRow,
      row,
    );
    instance[property] = value;
    for (const { path } of this.model.columns) setValue(row, path, toJson(valueAt(instance, path)));
  }

  /** The rows that relationships and values name. @throws NotFoundError or RestlessErrors */
  private targets(links: readonly LinkChange[], named: readonly LinkTarget[] = []): ReadonlyMap<LinkTarget, MemoryRow> {
    const rows = new Map<LinkTarget, MemoryRow>();
    const missing: RestlessError[] = [];
    const look = (target: LinkTarget, needed: boolean): void => {
      if (target.create !== undefined || target.update !== undefined || target.deletes === true) {
        throw new RestlessError(
          'NOT_IMPLEMENTED',
          `Writing ${target.resource.name} inside another row is not implemented.`,
        );
      }
      const { model } = target.resource;
      const row = this.tables
        .of(model)
        .find((each) => target.filter !== undefined && passes(this.tables, model, each, target.filter));
      if (row !== undefined) rows.set(target, row);
      else if (needed) missing.push(missingTarget(target));
    };
    for (const target of named) look(target, true);
    for (const link of links) {
      if (link.plucked !== undefined)
        throw new RestlessError('NOT_IMPLEMENTED', 'Values that stand for other rows are not written here.');
      for (const target of link.targets) look(target, link.action !== 'remove' || link.strict === true);
    }
    if (missing.length > 1) throw new RestlessErrors(missing);
    if (missing.length === 1) throw missing[0]!;
    return rows;
  }

  private link(row: MemoryRow, change: LinkChange, targets: ReadonlyMap<LinkTarget, MemoryRow>): void {
    const { relationship, action, visible } = change;
    const relation = relationship.model;
    const { target } = relation;
    const named = change.targets.flatMap((each): MemoryRow[] => (targets.has(each) ? [targets.get(each)!] : []));
    const current = this.tables
      .related(this.model, row, relation)
      .filter((each) => passes(this.tables, target, each, visible));
    const isNamed = (each: MemoryRow): boolean => named.includes(each);
    const strange = change.strict === true ? named.find((each) => !current.includes(each)) : undefined;
    if (action === 'remove' && strange !== undefined) {
      throw missingTarget(change.targets.find((each) => targets.get(each) === strange)!);
    }
    const added = action === 'remove' ? [] : named.filter((each) => !current.includes(each));
    const removed = action === 'add' ? [] : current.filter((each) => isNamed(each) === (action === 'remove'));
    const onRow = relation.mappedBy === undefined;
    const holder = onRow ? relation : holderOf(relation);
    const [near, far] = onRow ? [target, this.model] : [this.model, target];
    const ends = (member: MemoryRow): readonly [holding: MemoryRow, held: MemoryRow] =>
      onRow ? [row, member] : [member, row];
    for (const member of removed) letGo(...ends(member), holder, near);
    for (const member of added) hold(...ends(member), holder, near);
    // A to-one relationship that is set to nothing leads to nothing, whoever is not seen.
    if (onRow && !relation.toMany && action === 'set' && named.length === 0) row[relation.property] = null;
    for (const member of [...added, ...removed]) this.expectHeld(far, ends(member)[0]);
    if (onRow) this.expectHeld(far, row);
    this.expectInScope(relationship.target, visible, [...added, ...removed]);
  }

  private expectComplete(row: MemoryRow): void {
    for (const column of this.model.columns) {
      if (!column.nullable && valueAt(row, column.path) === null) throw this.missing(column.path);
    }
  }

  /** Relations that have to lead somewhere do, and nobody has a row that is another's alone. */
  private expectHeld(model: EntityModel, row: MemoryRow): void {
    for (const relation of model.relations) {
      if (relation.mappedBy !== undefined || relation.toMany) continue;
      const [key] = heldKeys(row, relation);
      if (key === undefined) {
        if (!relation.nullable) throw this.missing(relation.property);
        continue;
      }
      const isOnesOwn = relation.target.relations.some(
        ({ mappedBy, toMany, property }) => mappedBy === relation.property && !toMany && property === relation.inverse,
      );
      if (isOnesOwn && this.tables.of(model).some((each) => each !== row && heldKeys(each, relation).includes(key))) {
        throw this.taken(relation.property);
      }
    }
  }

  private expectUnique(row: MemoryRow): void {
    const others = this.tables.of(this.model).filter((each) => each !== row);
    const key = keyOf(this.model, row);
    if (others.some((each) => keyOf(this.model, each) === key)) {
      const { change } = this;
      const pointer =
        change.kind === 'create' && change.id !== undefined ? '/data/id' : this.pointerTo(this.model.primaryKey[0]!);
      throw new ConflictError(`There is a ${this.resource.name} with this id already.`, sourced(pointer));
    }
    for (const column of this.model.columns.filter(({ unique }) => unique)) {
      const value = valueAt(row, column.path);
      const isTaken = (each: MemoryRow): boolean => {
        const other = valueAt(each, column.path);
        return other !== null && compareValues(column, other, value) === 0;
      };
      if (value !== null && others.some(isTaken)) throw this.taken(column.path);
    }
  }

  private taken(property: string): ConflictError {
    return new ConflictError(
      'There is a resource with this value already, and it has to be unique.',
      sourced(this.pointerTo(property)),
    );
  }

  private missing(property: string): BadRequestError {
    const field = this.change.fieldName(property);
    const words =
      field === undefined
        ? 'A value is missing that must not be null.'
        : `${quote(field.name)} needs a value; null is none.`;
    return new BadRequestError('CONSTRAINT', words, sourced(this.pointerTo(property)));
  }

  private pointerTo(property: string): string | undefined {
    const field = this.change.fieldName(property);
    return field === undefined ? undefined : placeOf(this.change, field);
  }

  private expectInScope({ model, name }: Resource, scope: Filter | undefined, rows: readonly MemoryRow[]): void {
    if (rows.every((row) => passes(this.tables, model, row, scope))) return;
    throw new ForbiddenError(`This would put a ${name} out of your own reach.`);
  }

  /** Rows that others point at stay, and lists forget the ones that go. */
  private remove(rows: readonly MemoryRow[]): void {
    const keys = new Set(rows.map((row) => keyOf(this.model, row)));
    const table = this.tables.of(this.model);
    table.splice(0, table.length, ...table.filter((row) => !rows.includes(row)));
    for (const model of this.tables.models()) {
      for (const relation of model.relations.filter(
        (each) => each.target === this.model && each.mappedBy === undefined,
      )) {
        for (const row of this.tables.of(model)) {
          if (!heldKeys(row, relation).some((key) => keys.has(key))) continue;
          if (!relation.toMany)
            throw new ConflictError('Other resources depend on this one, or it names one that does not exist.');
          row[relation.property] = (row[relation.property] as unknown[]).filter(
            (_, index) => !keys.has(heldKeys(row, relation)[index]!),
          );
        }
      }
    }
  }
}

function hold(row: MemoryRow, held: MemoryRow, { property, toMany }: RelationModel, model: EntityModel): void {
  const reference = referenceTo(model, held);
  row[property] = toMany ? [...((row[property] ?? []) as unknown[]), reference] : reference;
}

function letGo(row: MemoryRow, held: MemoryRow, relation: RelationModel, model: EntityModel): void {
  const { property, toMany } = relation;
  const keys = heldKeys(row, relation);
  const key = keyOf(model, held);
  row[property] = toMany ? ((row[property] ?? []) as unknown[]).filter((_, index) => keys[index] !== key) : null;
}

function sourced(pointer: string | undefined): { readonly source: { readonly pointer: string } | undefined } {
  return { source: pointer === undefined ? undefined : { pointer } };
}
