/**
 * Query → its shape, and the values apart from it. Queries of one shape have the same statements; the shape's text
 * names everything that a statement can depend on, and never a value.
 */
import type { Compare, Filter } from '../query/filter.js';
import type { Edge, FieldPath, Fieldset, Parent, PathStep, Query, SortKey } from '../query/query.js';
import type { Attribute, ColumnAttribute } from '../resource/resource.js';
import type { Columns } from './columns.js';
import type { Dialect } from './dialect.js';
import { param, type Param } from './fragment.js';
import { operandOf, type Operand } from './operands.js';

/** What statements are made of: the rest of a query is for those who read the rows. */
export type PlannedQuery = Omit<Query, 'operation' | 'id' | 'viewer' | 'checks' | 'includes' | 'includesPrimary'>;

/** A query, taken apart. */
export interface Shape {
  readonly key: string;
  /** The application's own SQL is part of it, which may be another one the next time. */
  readonly hasOwnSql: boolean;
  /** The values of this request, in the order of the shape. */
  readonly params: readonly Param[];
  /** Those of them that belong to a comparison. */
  readonly operands: ReadonlyMap<Compare, Operand>;
  /** Those of them that say which rows the page is; undefined for all rows. */
  readonly window: { readonly limit: Param; readonly offset: Param } | undefined;
}

/** Numbers for the objects of the resource graph, which live as long as the application. */
export class Identities {
  private readonly numbers = new WeakMap<object, number>();
  private count = 0;

  of(object: object): number {
    let number = this.numbers.get(object);
    if (number === undefined) {
      number = this.count += 1;
      this.numbers.set(object, number);
    }
    return number;
  }
}

/** Takes a query apart. */
export function shapeOf(query: PlannedQuery, columns: Columns, dialect: Dialect, identities: Identities): Shape {
  return new ShapeWriter(columns, dialect, identities).write(query);
}

/**
 * How every member of a value is written. A member that is new is an error of the compiler here, until somebody has said
 * what it does to a statement.
 */
type Members<T> = { readonly [K in keyof Required<T>]: (shape: ShapeWriter, value: T[K]) => void };

const QUERY: Members<PlannedQuery> = {
  resource: (shape, resource) => shape.object(resource),
  parent: (shape, parent) => shape.optional(parent, () => shape.members(PARENT, parent!)),
  filter: (shape, filter) => shape.filter(filter),
  cardinality: (shape, cardinality) => shape.word(cardinality),
  exact: (shape, exact) => shape.word(String(exact)),
  sort: (shape, keys) => shape.list(keys, (key) => shape.members(SORT_KEY, key)),
  group: (shape, paths) => shape.list(paths, (path) => shape.members(FIELD_PATH, path)),
  window: (shape, window) => shape.word(String(window !== undefined)),
  page: (shape, page) => shape.word(String(page !== undefined)),
  count: (shape, count) => shape.word(count),
  nulls: (shape, nulls) => shape.word(nulls),
  fieldsets: (shape, fieldsets) =>
    shape.list([...fieldsets], ([resource, fieldset]) => {
      shape.object(resource);
      shape.members(FIELDSET, fieldset);
    }),
  edges: (shape, edges) => shape.list(edges, (edge) => shape.members(EDGE, edge)),
};

const PARENT: Members<Parent> = {
  resource: (shape, resource) => shape.object(resource),
  relationship: (shape, relationship) => shape.object(relationship),
  filter: (shape, filter) => shape.filter(filter),
  between: (shape, filter) => shape.filter(filter),
  // For errors.
  id: () => undefined,
};

const FIELD_PATH: Members<FieldPath> = {
  steps: (shape, steps) => shape.list(steps, (step) => shape.members(STEP, step)),
  attribute: (shape, attribute) => shape.sorted(attribute),
  shown: (shape, filter) => shape.filter(filter),
};

const SORT_KEY: Members<SortKey> = {
  ...FIELD_PATH,
  descending: (shape, descending) => shape.word(String(descending)),
  ignoreCase: (shape, ignoreCase) => shape.word(String(ignoreCase)),
};

const STEP: Members<PathStep> = {
  relationship: (shape, relationship) => shape.object(relationship),
  shown: (shape, filter) => shape.filter(filter),
  filter: (shape, filter) => shape.filter(filter),
};

const FIELDSET: Members<Fieldset> = {
  attributes: (shape, attributes) => shape.list(attributes, (attribute) => shape.attribute(attribute)),
  relationships: (shape, relationships) =>
    shape.list(relationships, ({ relationship, filter }) => {
      shape.object(relationship);
      shape.filter(filter);
    }),
  // For the serializers of the application, which see the rows.
  asked: () => undefined,
  withEntity: (shape, withEntity) => shape.word(String(withEntity === true)),
};

const EDGE: Members<Edge> = {
  relationship: (shape, relationship) => shape.object(relationship),
  target: (shape, target) => shape.object(target),
  owners: (shape, owners) => shape.list([...owners], (owner) => shape.object(owner)),
  load: (shape, load) => shape.word(load),
  plucked: (shape, plucked) => shape.optional(plucked, () => shape.object(plucked!)),
  between: (shape, filter) => shape.filter(filter),
  filter: (shape, filter) => shape.filter(filter),
  edges: (shape, edges) => shape.list(edges, (edge) => shape.members(EDGE, edge)),
};

class ShapeWriter {
  private text = '';
  private hasOwnSql = false;
  private readonly params: Param[] = [];
  private readonly operands = new Map<Compare, Operand>();
  /** Comparisons in the order of the text: one that stands in several places is bound once. */
  private readonly compared = new Map<Compare, number>();

  constructor(
    private readonly columns: Columns,
    private readonly dialect: Dialect,
    private readonly identities: Identities,
  ) {}

  write(query: PlannedQuery): Shape {
    this.members(QUERY, query);
    const stretch = rowsToFetch(query);
    const window = stretch && { limit: param(stretch.limit), offset: param(stretch.offset) };
    if (window !== undefined) this.params.push(window.limit, window.offset);
    const { params, operands } = this;
    return { key: this.text, hasOwnSql: this.hasOwnSql, params, operands, window };
  }

  members<T extends object>(members: Members<T>, value: T): void {
    for (const name in members) members[name](this, value[name]);
  }

  list<T>(items: readonly T[], write: (item: T) => void): void {
    this.text += '(';
    for (const item of items) write(item);
    this.text += ')';
  }

  optional(value: unknown, write: () => void): void {
    if (value === undefined) this.text += '-';
    else write();
  }

  /** Something of the resource graph. */
  object(object: object): void {
    this.text += `#${this.identities.of(object)}`;
  }

  /** A column that rows are sorted or grouped by. */
  sorted(attribute: ColumnAttribute): void {
    if (attribute.column.expression === undefined) this.object(attribute);
    else this.hasOwnSql = true;
  }

  /** A word of this library's, or a name, in quotes. */
  word(word: string): void {
    this.text += JSON.stringify(word);
  }

  /** Embedded objects are made anew for viewers who see only a part of them. */
  attribute(attribute: Attribute): void {
    if (attribute.kind !== 'embedded') return this.object(attribute);
    this.word(attribute.name);
    this.word(attribute.property);
    this.list(attribute.transforms, (transform) => this.object(transform));
    this.list(attribute.fields, (field) => this.attribute(field));
  }

  filter(filter: Filter | undefined): void {
    this.optional(filter, () => this.node(filter!));
  }

  private node(filter: Filter): void {
    this.text += filter.kind;
    switch (filter.kind) {
      case 'compare':
        return this.compare(filter);
      case 'compare-fields':
        this.object(filter.attribute);
        this.object(filter.operator);
        return this.object(filter.other);
      case 'has':
        this.object(filter.relationship);
        return this.filter(filter.filter);
      case 'of-resource':
        return this.object(filter.resource);
      case 'native':
        this.hasOwnSql = true;
        return;
      case 'and':
      case 'or':
        return this.list(filter.filters, (each) => this.node(each));
      case 'not':
        return this.node(filter.filter);
    }
  }

  private compare(filter: Compare): void {
    const { attribute, operator } = filter;
    const known = this.compared.get(filter);
    if (known !== undefined) {
      this.text += `=${known}`;
      return;
    }
    this.compared.set(filter, this.compared.size);
    this.object(attribute);
    this.object(operator);
    const operand = operandOf(filter, this.columns, this.dialect);
    this.operands.set(filter, operand);
    this.word(operand.shape);
    for (const part of operand.parts) if (part.kind === 'param') this.params.push(part);
  }
}

/** Which rows the page is; undefined for all of them. Without a total, one row more tells whether there is a next page. */
function rowsToFetch({
  cardinality,
  page,
  window,
  count,
}: PlannedQuery): { readonly limit: number; readonly offset: number } | undefined {
  if (cardinality !== 'many' || (page === undefined && window === undefined)) return undefined;
  const before = page === undefined ? 0 : (page.number - 1) * page.size;
  const left = (window?.limit ?? Number.MAX_SAFE_INTEGER) - before;
  const wanted = page === undefined ? left : page.size + (count === 'none' ? 1 : 0);
  return { limit: Math.max(0, Math.min(left, wanted)), offset: (window?.offset ?? 0) + before };
}
