/**
 * Query → its shape, and the values apart from it. Queries of one shape have the same statements; the shape's text
 * names everything that a statement can depend on, and never a value.
 */
import type { Compare, Filter, OneOf } from '../query/filter.js';
import type { Edge, EdgeLimit, FieldPath, Fieldset, Parent, PathStep, Query, SortKey } from '../query/query.js';
import { pageRows } from '../query/totals.js';
import type { Attribute, ColumnAttribute } from '../resource/resource.js';
import type { CursorPage } from '../query/cursor.js';
import type { Columns } from './columns.js';
import type { Dialect } from './dialect.js';
import { param, type Param } from './fragment.js';
import { boundPosition, type BoundCursor } from './keyset.js';
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
  readonly operands: ReadonlyMap<Compare | OneOf, Operand>;
  /** Those of them that say which rows the page is; undefined for all rows. */
  readonly window: { readonly limit: Param; readonly offset: Param } | undefined;
  /** Those of them that limit the rows behind each row: one more than are shown. */
  readonly limits: ReadonlyMap<EdgeLimit, Param>;
  /** One more than the rows up to which a capped count is exact. */
  readonly countLimit: Param;
  /** Those of them that are the cursors'; undefined where pages have numbers. */
  readonly cursor: BoundCursor | undefined;
}

/** Numbers for the objects of the resource graph, which live as long as the application. */
export class Identities {
  /** The texts of parts that several queries share. */
  readonly texts = new WeakMap<object, string>();
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
  sort: (shape, keys) => shape.shared(keys, () => shape.list(keys, (key) => shape.members(SORT_KEY, key))),
  group: (shape, paths) => shape.list(paths, (path) => shape.members(FIELD_PATH, path)),
  window: (shape, window) => shape.word(String(window !== undefined)),
  page: (shape, page) => shape.word(String(page !== undefined)),
  cursor: (shape, cursor) => shape.optional(cursor, () => shape.writeCursor(cursor!)),
  count: (shape, count) => shape.word(count),
  // Bound.
  countCap: () => undefined,
  nulls: (shape, nulls) => shape.word(nulls),
  fieldsets: (shape, fieldsets) =>
    shape.shared(fieldsets, () =>
      shape.list([...fieldsets], ([resource, fieldset]) => {
        shape.object(resource);
        shape.members(FIELDSET, fieldset);
      }),
    ),
  edges: (shape, edges) => shape.shared(edges, () => shape.list(edges, (edge) => shape.members(EDGE, edge))),
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
  sort: (shape, keys) => shape.list(keys, (key) => shape.members(SORT_KEY, key)),
  limit: (shape, limit) => shape.optional(limit, () => shape.limit(limit!)),
  edges: (shape, edges) => shape.list(edges, (edge) => shape.members(EDGE, edge)),
};

class ShapeWriter {
  private text = '';
  private hasOwnSql = false;
  /** How many values have been met so far: a part that has any is written anew each time. */
  private values = 0;
  private readonly limits = new Map<EdgeLimit, Param>();
  private readonly params: Param[] = [];
  private readonly operands = new Map<Compare | OneOf, Operand>();
  private cursor: BoundCursor | undefined;
  /** Comparisons in the order of the text: one that stands in several places is bound once. */
  private readonly compared = new Map<Compare | OneOf, number>();

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
    const countLimit = param(query.countCap + 1);
    this.params.push(countLimit);
    const { params, operands, cursor, limits } = this;
    return { key: this.text, hasOwnSql: this.hasOwnSql, params, operands, window, limits, countLimit, cursor };
  }

  /** Which values a cursor has is its shape: what is null is compared otherwise. */
  writeCursor({ after, before, backward }: CursorPage): void {
    this.cursor = { after: boundPosition(after), before: boundPosition(before), backward };
    this.word(backward ? 'backward' : 'forward');
    for (const position of [this.cursor.after, this.cursor.before]) {
      this.word(position === undefined ? '-' : position.map((value) => (value === null ? '0' : '1')).join(''));
      this.params.push(...(position ?? []).filter((value) => value !== null));
    }
  }

  members<T extends object>(members: Members<T>, value: T): void {
    for (const name in members) members[name](this, value[name]);
  }

  /** The same for a part that queries share: where there is nothing but text to it, it is written once. */
  shared(part: object, write: () => void): void {
    const known = this.identities.texts.get(part);
    if (known !== undefined) {
      this.text += known;
      return;
    }
    const { text } = this;
    this.text = '';
    const before = this.values;
    const hadOwnSql = this.hasOwnSql;
    this.hasOwnSql = false;
    write();
    if (this.values === before && !this.hasOwnSql) this.identities.texts.set(part, this.text);
    this.hasOwnSql ||= hadOwnSql;
    this.text = text + this.text;
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

  /** A number of rows, which is bound. */
  limit(limit: EdgeLimit): void {
    this.values += 1;
    const place = [...this.limits.keys()].indexOf(limit);
    this.text += `${limit.total ? 'total' : 'limit'}${place < 0 ? '' : place}`;
    if (place >= 0) return;
    const most = param(limit.rows + 1);
    this.limits.set(limit, most);
    this.params.push(most);
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
      case 'one-of':
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

  private compare(filter: Compare | OneOf): void {
    this.values += 1;
    const known = this.compared.get(filter);
    if (known !== undefined) {
      this.text += `=${known}`;
      return;
    }
    this.compared.set(filter, this.compared.size);
    if (filter.kind === 'one-of') this.list(filter.attributes, (attribute) => this.object(attribute));
    else this.list([filter.attribute, filter.operator], (each) => this.object(each));
    const operand = operandOf(filter, this.columns, this.dialect);
    this.operands.set(filter, operand);
    this.word(operand.shape);
    for (const part of operand.parts) if (part.kind === 'param') this.params.push(part);
  }
}

/** Which rows the page is; undefined for all of them. */
function rowsToFetch(query: PlannedQuery): { readonly limit: number; readonly offset: number } | undefined {
  const { cardinality, page, window } = query;
  if (cardinality !== 'many' || (page === undefined && window === undefined)) return undefined;
  const before = page === undefined ? 0 : (page.number - 1) * page.size;
  const left = (window?.limit ?? Number.MAX_SAFE_INTEGER) - before;
  return { limit: Math.max(0, Math.min(left, pageRows(query))), offset: (window?.offset ?? 0) + before };
}
