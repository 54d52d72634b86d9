/**
 * Query → Result over arrays.
 */
import { RestlessError } from '../errors.js';
import { noSuchResource } from '../query/faults.js';
import type { Position } from '../query/cursor.js';
import type { Edge, EdgeLimit, FieldPath, Query } from '../query/query.js';
import type { Identifier, Linkage, Portion, ResourceRecord, Result } from '../query/result.js';
import { pageRows, totalsCounted, totalsSeen, type Totals } from '../query/totals.js';
import type { Evaluation, EvaluationResult, FunctionCall } from '../query/evaluation.js';
import { toJson } from '../query/values.js';
import type { ColumnModel } from '../resource/entity-model.js';
import type { Attribute, Resource } from '../resource/resource.js';
import { passes } from './filter-meaning.js';
import { pageAt, sorted, type SortedRow } from './sort.js';
import { byKey, compareValues, idOf, valueAt, type MemoryRow, type Tables } from './tables.js';

/** A record while its parts come together. */
interface Draft extends ResourceRecord {
  readonly row: MemoryRow;
  readonly linkage: Map<string, Linkage>;
  position?: Position;
  readonly portions: Map<string, Portion>;
}

/** Finds what a query asks for. */
export async function find(tables: Tables, query: Query): Promise<Result> {
  const finding = new Finding(tables, query);
  return finding.run();
}

/** The rows themselves that a query asks for, whatever its page. */
export function rowsOf(tables: Tables, query: Query): readonly MemoryRow[] {
  return stretchOf(query, new Finding(tables, query).sorted()).map(({ row }) => row);
}

/** The rows from one to another, where a query is about those. */
function stretchOf({ window }: Query, rows: readonly SortedRow[]): readonly SortedRow[] {
  return window === undefined ? rows : rows.slice(window.offset, window.offset + (window.limit ?? Infinity));
}

class Finding {
  private readonly drafts = new Map<Resource, Map<string, Draft>>();
  private readonly included: Draft[] = [];

  constructor(
    private readonly tables: Tables,
    private readonly query: Query,
  ) {}

  async run(): Promise<Result> {
    const { query } = this;
    const found = this.sorted();
    const { page, cardinality, cursor } = query;
    const all = stretchOf(query, found);
    const most = cardinality === 'many' ? (page?.size ?? Infinity) : cardinality === 'single' ? 2 : 1;
    const start = page === undefined ? 0 : (page.number - 1) * page.size;
    const { rows, more } =
      cursor === undefined
        ? { rows: all.slice(start, start + most), more: all.length > start + most }
        : pageAt(query, cursor, all, most);
    const records: Draft[] = [];
    for (const { row, values } of rows) {
      const draft = await this.draft(query.resource, row, true);
      if (cursor !== undefined) draft.position = values as Position;
      records.push(draft);
    }
    await this.follow(records, query.edges);
    return {
      query,
      records,
      included: this.included,
      ...this.totals(
        cardinality === 'many' ? rows.length + (more && pageRows(query) > most ? 1 : 0) : rows.length,
        found.length,
      ),
    };
  }

  /** All that pass the filters, one of each group, in order. */
  sorted(): readonly SortedRow[] {
    const { query, tables } = this;
    return sorted(query, grouped(tables, query, this.candidates()), (row, key) =>
      valueOf(tables, query.resource, row, key),
    );
  }

  /** Arrays know how many rows they have; what is to be capped is capped all the same. */
  private totals(fetched: number, all: number): Totals {
    const { count, countCap } = this.query;
    const cap = count === 'capped' ? countCap : Infinity;
    const seen = totalsSeen(this.query, fetched);
    return seen ?? totalsCounted(this.query, fetched, Math.min(all, cap + 1), cap);
  }

  private candidates(): readonly MemoryRow[] {
    const { parent, resource, filter } = this.query;
    let rows: readonly MemoryRow[] = this.tables.of(resource.model);
    if (parent !== undefined) {
      const { model } = parent.resource;
      const owner = this.tables.of(model).find((row) => passes(this.tables, model, row, parent.filter));
      if (owner === undefined) throw noSuchResource(parent.resource, parent.id);
      rows = this.tables.related(model, owner, parent.relationship.model);
    }
    return rows.filter((row) => passes(this.tables, resource.model, row, filter));
  }

  private async draft(resource: Resource, row: MemoryRow, primary: boolean): Promise<Draft> {
    const ofResource = this.drafts.get(resource) ?? new Map<string, Draft>();
    this.drafts.set(resource, ofResource);
    const id = idOf(resource, row);
    const known = ofResource.get(id);
    if (known !== undefined) return known;
    const fieldset = this.query.fieldsets.get(resource)!;
    const entity = instanceOf(resource, row);
    const values = await Promise.all(fieldset.attributes.map((attribute) => this.attribute(attribute, entity)));
    const linkage = new Map<string, Linkage>();
    for (const { relationship, filter } of fieldset.relationships) {
      if (relationship.toMany) continue;
      const [related] = this.related(resource, row, relationship.model, filter);
      linkage.set(relationship.name, related === undefined ? null : identifier(relationship.target, related));
    }
    const portions = new Map<string, Portion>();
    const draft: Draft = {
      resource,
      id,
      row,
      values,
      linkage,
      portions,
      ...(fieldset.withEntity === true && { entity }),
    };
    ofResource.set(id, draft);
    if (!primary) this.included.push(draft);
    return draft;
  }

  private related(
    { model }: Resource,
    row: MemoryRow,
    relation: Parameters<Tables['related']>[2],
    filter: Edge['filter'],
  ): readonly MemoryRow[] {
    const { target } = relation;
    const rows = this.tables.related(model, row, relation).filter((each) => passes(this.tables, target, each, filter));
    return byKey(target, rows);
  }

  private ordered({ relationship, sort }: Edge, rows: readonly MemoryRow[]): readonly MemoryRow[] {
    const { target } = relationship;
    const order = { sort, nulls: target.options.nulls, cardinality: 'many' } as const;
    return sorted(order, rows, (row, key) => valueOf(this.tables, target, row, key)).map(({ row }) => row);
  }

  private async follow(drafts: readonly Draft[], edges: readonly Edge[]): Promise<void> {
    for (const edge of edges) {
      const { target } = edge;
      const { name, toMany } = edge.relationship;
      const next: Draft[] = [];
      for (const draft of drafts.filter(({ resource }) => edge.owners.has(resource))) {
        const all = this.related(draft.resource, draft.row, edge.relationship.model, edge.filter);
        const ordered = toMany ? this.ordered(edge, all) : all;
        const rows = ordered.slice(0, edge.limit?.rows);
        const linkage = rows.map((row) => identifier(target, row));
        if (toMany) linkMany(draft, name, linkage, edge.limit && portionOf(edge.limit, all.length));
        else draft.linkage.set(name, linkage[0] ?? null);
        if (edge.load === 'linkage') continue;
        for (const row of rows) next.push(await this.draft(target, row, false));
      }
      await this.follow(next, edge.edges);
    }
  }

  /** A value in JSON; getters, methods and transformations are given an instance of the class. */
  private async attribute(attribute: Attribute, holder: MemoryRow): Promise<unknown> {
    const key = attribute.property.split('.').at(-1)!;
    const property = holder[key];
    const original: unknown = await (typeof property === 'function'
      ? (property as () => unknown).call(holder)
      : property);
    let value: unknown = original;
    for (const transform of attribute.transforms) value = await transform(value, key, holder, this.query.viewer);
    if (attribute.kind !== 'embedded' || value !== original) return toJson(value);
    const parts: (readonly [string, unknown])[] = [];
    for (const field of attribute.fields.filter(({ exposed }) => exposed)) {
      parts.push([field.name, await this.attribute(field, (original ?? {}) as MemoryRow)]);
    }
    return Object.fromEntries(parts);
  }
}

function instanceOf({ model }: Resource, row: MemoryRow): MemoryRow {
  const prototype = (model.class?.prototype ?? Object.prototype) as object;
  return Object.assign(Object.create(prototype) as MemoryRow, structuredClone(row));
}

function identifier(resource: Resource, row: MemoryRow): Identifier {
  return { resource, id: idOf(resource, row) };
}

/** The value at the end of a path along to-one relationships; null where it leads nowhere. */
function valueOf(tables: Tables, resource: Resource, row: MemoryRow, { steps, attribute, shown }: FieldPath): unknown {
  let [model, current]: [Resource['model'], MemoryRow | undefined] = [resource.model, row];
  for (const { relationship, shown: visible, filter } of steps) {
    if (!passes(tables, model, current, visible)) return null;
    const { target } = relationship.model;
    current = tables.related(model, current, relationship.model).find((each) => passes(tables, target, each, filter));
    if (current === undefined) return null;
    model = target;
  }
  if (attribute.column.expression !== undefined) {
    throw new RestlessError('NOT_IMPLEMENTED', `SQL about ${resource.name} is not implemented here.`);
  }
  return passes(tables, model, current, shown) ? valueAt(current, attribute.column.path) : null;
}

/** Of each group, the row with the smallest primary key. @see GRP-05 */
function grouped(tables: Tables, { resource, group }: Query, rows: readonly MemoryRow[]): readonly MemoryRow[] {
  if (group.length === 0) return rows;
  const groups = new Map<string, MemoryRow>();
  for (const row of byKey(resource.model, rows)) {
    const key = groupKey(group.map((path) => valueOf(tables, resource, row, path)));
    if (!groups.has(key)) groups.set(key, row);
  }
  return [...groups.values()];
}

function groupKey(values: readonly unknown[]): string {
  return JSON.stringify(values.map((value) => toJson(value)));
}

function portionOf({ rows, total }: EdgeLimit, all: number): Portion {
  return { limit: rows, more: all > rows, total: total ? all : undefined };
}

/** Where two paths lead along a relationship, the linkage is that of the one which shows more. */
function linkMany(draft: Draft, name: string, members: readonly Identifier[], portion: Portion | undefined): void {
  const known = draft.linkage.get(name);
  if (Array.isArray(known) && known.length > members.length) return;
  draft.linkage.set(name, members);
  if (portion === undefined) draft.portions.delete(name);
  else draft.portions.set(name, portion);
}

/** Works out functions over rows, in the order of the groups. */
export function evaluate(tables: Tables, evaluation: Evaluation): EvaluationResult {
  const { resource, filter, group, functions } = evaluation;
  if (functions.length === 0) return { evaluation, rows: [{ group: [], values: [] }] };
  const rows = tables.of(resource.model).filter((row) => passes(tables, resource.model, row, filter));
  const groups = new Map<string, { readonly group: readonly unknown[]; readonly rows: MemoryRow[] }>();
  if (group.length === 0) groups.set('', { group: [], rows: [] });
  for (const row of rows) {
    const values = group.map((path) => valueOf(tables, resource, row, path));
    const key = group.length === 0 ? '' : groupKey(values);
    const known = groups.get(key) ?? { group: values, rows: [] };
    groups.set(key, known);
    known.rows.push(row);
  }
  const order = [...groups.values()].toSorted((a, b) => {
    for (const [index, { attribute }] of group.entries()) {
      const [left, right] = [a.group[index], b.group[index]];
      if (left === null || right === null) {
        if (left !== right) return left === null ? -1 : 1;
        continue;
      }
      const compared = compareValues(attribute.column, left, right);
      if (compared !== 0) return compared;
    }
    return 0;
  });
  return {
    evaluation,
    rows: order.map((each) => ({
      group: each.group.map(toJson),
      values: functions.map((call) =>
        calculate(
          call,
          each.rows.map((row) => valueOf(tables, resource, row, call.path)),
        ),
      ),
    })),
  };
}

/** Nulls do not count. */
function calculate({ name, path }: FunctionCall, all: readonly unknown[]): unknown {
  const { column } = path.attribute;
  const values = all.filter((value) => value !== null);
  if (name === 'count') return values.length;
  if (values.length === 0) return null;
  const [first] = values;
  switch (name) {
    case 'min':
      return toJson(values.reduce((least, value) => (compareValues(column, value, least) < 0 ? value : least), first));
    case 'max':
      return toJson(values.reduce((most, value) => (compareValues(column, value, most) > 0 ? value : most), first));
    case 'sum':
      return sum(column, values);
    case 'avg':
      return values.reduce<number>((total, value) => total + Number(value), 0) / values.length;
  }
}

/** Sums of decimals and of big integers keep their digits. */
function sum({ type, scale }: ColumnModel, values: readonly unknown[]): unknown {
  if (type === 'bigint') return values.reduce<bigint>((total, value) => total + BigInt(value as string), 0n).toString();
  const total = values.reduce<number>((before, value) => before + Number(value), 0);
  return type === 'decimal' ? (scale === undefined ? String(total) : total.toFixed(scale)) : total;
}
