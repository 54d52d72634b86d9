/**
 * Rows in arrays: their keys, their values, and what their relations lead to.
 */
import { toJson } from '../query/values.js';
import type { ColumnModel, EntityModel, RelationModel } from '../resource/entity-model.js';
import { formatId, type Resource } from '../resource/resource.js';

/** A row: values by property, embedded objects inside; a relation that it holds is a key, or a list of keys. */
export type MemoryRow = Record<string, unknown>;

/** All rows of a store, at one moment. */
export class Tables {
  constructor(private readonly rows: ReadonlyMap<EntityModel, MemoryRow[]>) {}

  /** A copy that can be changed without anybody seeing it. */
  copy(): Tables {
    return new Tables(new Map([...this.rows].map(([model, rows]) => [model, structuredClone(rows)])));
  }

  of(model: EntityModel): MemoryRow[] {
    return this.rows.get(model)!;
  }

  /** The entities of the store. */
  models(): readonly EntityModel[] {
    return [...this.rows.keys()];
  }

  /** What a relation of a row leads to, in the order of the key. */
  related(model: EntityModel, row: MemoryRow, relation: RelationModel): readonly MemoryRow[] {
    const { target, mappedBy } = relation;
    if (mappedBy === undefined) {
      const keys = new Set(heldKeys(row, relation));
      return keys.size === 0 ? [] : this.of(target).filter((each) => keys.has(keyOf(target, each)));
    }
    const holder = holderOf(relation);
    const key = keyOf(model, row);
    return this.of(target).filter((each) => heldKeys(each, holder).includes(key));
  }
}

/** The relation that holds what another one only sees. */
export function holderOf({ target, mappedBy }: RelationModel): RelationModel {
  return target.relations.find(({ property }) => property === mappedBy)!;
}

/** The keys that a relation holds on a row. */
export function heldKeys(row: MemoryRow, { property, toMany }: RelationModel): readonly string[] {
  const held = row[property] ?? null;
  if (held === null) return [];
  return (toMany ? (held as unknown[]) : [held]).map((each) => keyText([each].flat()));
}

/** A row's primary key as one text. */
export function keyOf(model: EntityModel, row: MemoryRow): string {
  return keyText(model.primaryKey.map((path) => valueAt(row, path)));
}

/** A row's primary key as relations hold it. */
export function referenceTo(model: EntityModel, row: MemoryRow): unknown {
  const parts = model.primaryKey.map((path) => valueAt(row, path));
  return parts.length === 1 ? parts[0] : parts;
}

function keyText(parts: readonly unknown[]): string {
  return JSON.stringify(parts.map(String));
}

/** A row's id on the wire. */
export function idOf({ id, options }: Resource, row: MemoryRow): string {
  return formatId(
    id.map(({ column }) => String(toJson(valueAt(row, column.path)))),
    options.idSeparator,
  );
}

/** The value at a property path; null where there is none. */
export function valueAt(row: MemoryRow, path: string): unknown {
  let value: unknown = row;
  for (const name of path.split('.')) {
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as MemoryRow)[name] : null;
  }
  return value ?? null;
}

export function setValue(row: MemoryRow, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop()!;
  let owner = row;
  for (const name of names) owner = (owner[name] ??= {}) as MemoryRow;
  Object.defineProperty(owner, last, { value, enumerable: true, configurable: true, writable: true });
}

/** A row as it is kept: every column has a value, dates are texts. */
export function normalized(model: EntityModel, given: object): MemoryRow {
  const row = structuredClone(given) as MemoryRow;
  for (const column of model.columns) setValue(row, column.path, stored(column, valueAt(row, column.path)));
  return row;
}

function stored({ type }: ColumnModel, value: unknown): unknown {
  if (!(value instanceof Date)) return typeof value === 'bigint' ? value.toString() : value;
  return type === 'date' ? value.toISOString().slice(0, 10) : value.toISOString();
}

/** Rows sorted by their primary key. */
export function byKey(model: EntityModel, rows: readonly MemoryRow[]): readonly MemoryRow[] {
  const columns = model.columns.filter(({ primary }) => primary);
  return rows.toSorted((a, b) => {
    for (const column of columns) {
      const order = compareValues(column, valueAt(a, column.path), valueAt(b, column.path));
      if (order !== 0) return order;
    }
    return 0;
  });
}

/** Orders two values that are not null: numbers by size, texts by their characters. */
export function compareValues({ type }: Pick<ColumnModel, 'type'>, a: unknown, b: unknown): number {
  switch (type) {
    case 'integer':
    case 'float':
    case 'decimal':
    case 'interval':
    case 'boolean':
      return Math.sign(Number(a) - Number(b));
    case 'bigint': {
      const [left, right] = [BigInt(a as string), BigInt(b as string)];
      return left < right ? -1 : left > right ? 1 : 0;
    }
    default:
      return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
  }
}
