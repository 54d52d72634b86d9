/**
 * Query → the statements to run, as data: one for the page with its total, one per relationship that is
 * followed. A to-many relation is never joined into a paged statement.
 */
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import type { Filter } from '../query/filter.js';
import type { Edge, Fieldset } from '../query/query.js';
import type { CountName } from '../resource/counting.js';
import {
  isPolymorphic,
  resourcesOf,
  type Attribute,
  type ColumnAttribute,
  type Relationship,
  type Resource,
} from '../resource/resource.js';
import type { Columns } from './columns.js';
import { cappedCount, countingOf, estimate, exactCount } from './counts.js';
import type { Dialect } from './dialect.js';
import { isFromEntity } from './entities.js';
import { allOf, constant, join, raw, sql, template, type Sql, type Template } from './fragment.js';
import { keysetOf, type KeysetPart } from './keyset.js';
import { orderKeys, sortedBy, type OrderKey } from './order.js';
import { nearColumns } from './relations.js';
import { RelatedRows, type RelatedStatements } from './related-rows.js';
import { RowReader, type KindReader, type CellReader, type Row, type ToOneReader } from './rows.js';
import type { Schema } from './schema.js';
import type { PlannedQuery, Shape } from './shape.js';
import { Select, type SelectContext } from './select.js';
import { Aliases, Where, type SqlOperator } from './where.js';

/** All statements of one query. */
export interface Plan {
  /** Finds the parent, where the query has one. */
  readonly parent: Template | undefined;
  readonly page: Template;
  /** What goes on where the page has too few rows: those without a value behind those with one, or the other way round. */
  readonly rest: Template | undefined;
  /** Places of what a row is sorted by, where cursors are asked for. */
  readonly position: readonly number[] | undefined;
  /** The total alone, for a page past the end, or where there is no estimate. */
  readonly count: Template | undefined;
  /** What the database expects, where it is asked. */
  readonly estimate: Template | undefined;
  /** A count stops one row above the query's cap. */
  readonly isCapped: boolean;
  readonly reader: RowReader;
  readonly edges: readonly EdgePlan[];
}

/** How the rows behind a relationship are found, for the rows found before. */
export interface EdgePlan extends RelatedStatements {
  readonly edge: Pick<Edge, 'relationship' | 'target' | 'owners' | 'load' | 'plucked'>;
  /** Places of the near row's columns that lead on; for to-one relationships, those of the linkage. */
  readonly near: readonly number[];
  /** Places of the found row's columns that lead back. */
  readonly far: readonly number[];
  readonly reader: RowReader;
  /** For values: where the value stands. */
  readonly value?: CellReader | undefined;
  /** For values that only an instance can give: places of its primary key. */
  readonly primaryKey?: readonly number[] | undefined;
  /** Places of columns that tell found rows apart, where one may be found twice for one near row. */
  readonly identity?: readonly number[] | undefined;
  readonly edges: readonly EdgePlan[];
}

export class Planner {
  private readonly aliases = new Aliases();
  private readonly where: Where;
  /** What all its selects share. */
  readonly context: SelectContext;

  constructor(
    private readonly schema: Schema,
    private readonly columns: Columns,
    private readonly dialect: Dialect,
    operators: ReadonlyMap<string, SqlOperator>,
    private readonly query: PlannedQuery,
    private readonly shape: Shape,
  ) {
    this.where = new Where(schema, columns, dialect, operators, this.aliases, shape.operands);
    this.context = { schema, columns, where: this.where, aliases: this.aliases };
  }

  plan(): Plan {
    const { query } = this;
    const select = new Select(this.context, query.resource);
    const { reader, edges } = this.contents(select, query.edges);
    const { parts, position } = this.parts(select);
    const conditions = this.conditions(select.alias);
    const counting = countingOf(query, this.dialect.estimating, conditions.length === 0);
    const counted = counting === 'exact' || counting === 'capped';
    const [page, rest] = parts.map((part) => {
      const total = counted ? this.countStatement(counting) : undefined;
      return this.render(this.pageStatement(select, [...conditions, ...part.conditions], part.order, total));
    });
    return {
      parent: query.parent === undefined ? undefined : this.parentStatement(),
      page: page!,
      rest,
      position,
      count: counting === 'none' ? undefined : this.render(this.countStatement(counting)),
      estimate: counting === 'estimated' ? this.render(this.estimateStatement()) : undefined,
      isCapped: counting !== 'exact',
      reader,
      edges,
    };
  }

  private render(fragment: Sql): Template {
    return template(fragment, this.dialect.placeholder);
  }

  private parentStatement(): Template {
    const parent = this.query.parent!;
    const alias = this.aliases.next('o');
    const table = this.columns.table(this.schema.metadata(parent.resource.model), alias);
    return this.render(sql`SELECT 1 AS c0 FROM ${table} WHERE ${allOf(this.where.parentConditions(parent, alias))}`);
  }

  /** Everything that a row of the query has to pass. */
  private conditions(alias: string): readonly Sql[] {
    const { query } = this;
    if (query.group.length > 0) return [this.groupCondition(alias)];
    return this.ungroupedConditions(alias);
  }

  private ungroupedConditions(alias: string): readonly Sql[] {
    const { query, where } = this;
    return [
      ...where.rowConditions(query.resource.model, alias),
      ...(query.exact ? where.exactConditions(query.resource, alias) : []),
      ...(query.parent === undefined ? [] : [where.relatedTo(query.parent, alias)]),
      ...(query.filter === undefined ? [] : [where.condition(query.filter, alias)]),
    ];
  }

  /** Of each group, the row with the smallest primary key; the same on every database. @see GRP-05 */
  private groupCondition(alias: string): Sql {
    const inner = new Select(this.context, this.query.resource);
    const metadata = this.schema.metadata(inner.resource.model);
    const keys = metadata.primaryColumns.map((column) => this.columns.column(column, inner.alias));
    const groups = this.query.group.map((path) => inner.path(path));
    const named = keys.map((key, index) => sql`${key} AS ${raw(`k${index}`)}`);
    const numbered = sql`SELECT ${join(named, ', ')}, ROW_NUMBER() OVER (PARTITION BY ${join(groups, ', ')} ORDER BY ${join(keys, ', ')}) AS rn FROM ${inner.from()} WHERE ${allOf(this.ungroupedConditions(inner.alias))}`;
    const chosen = sql`SELECT ${raw(keys.map((_, index) => `g.k${index}`).join(', '))} FROM (${numbered}) g WHERE g.rn = 1`;
    const own = metadata.primaryColumns.map((column) => this.columns.column(column, alias));
    return sql`${own.length === 1 ? own[0]! : sql`(${join(own, ', ')})`} IN (${chosen})`;
  }

  /**
   * The page in a derived table with the total beside it: in the select list of the sorted statement itself
   * the total would be worked out for every row that is sorted.
   */
  private pageStatement(select: Select, conditions: readonly Sql[], order: readonly OrderKey[], total?: Sql): Sql {
    const { cardinality } = this.query;
    const inner =
      order.length === 0
        ? raw('')
        : sql` ORDER BY ${join(
            order.map((key) => key.inner),
            ', ',
          )}`;
    const rows = sql`SELECT ${select.output.sql} FROM ${select.from()} WHERE ${allOf(conditions)}${inner}`;
    if (cardinality !== 'many') return sql`${rows} LIMIT ${constant(cardinality === 'single' ? 2 : 1)}`;
    const stretch = this.shape.window;
    if (stretch === undefined) return rows;
    const window = sql`${rows} LIMIT ${stretch.limit} OFFSET ${stretch.offset}`;
    if (total === undefined) return window;
    const outer = order.map((key) => key.outer);
    return sql`SELECT p.*, (${total}) AS n FROM (${window}) p ORDER BY ${join(outer, ', ')}`;
  }

  private countStatement(counting: CountName): Sql {
    return counting === 'exact' ? exactCount(this.rows()) : cappedCount(this.rows(), this.shape.countLimit);
  }

  private estimateStatement(): Sql {
    return estimate(this.rows(), this.dialect.estimating, this.schema.metadata(this.query.resource.model));
  }

  /** All rows of the query, to be counted. */
  private rows(): Sql {
    const alias = this.aliases.next('k');
    const table = this.columns.table(this.schema.metadata(this.query.resource.model), alias);
    return sql`FROM ${table} WHERE ${allOf(this.conditions(alias))}`;
  }

  /** What the rows of the page are sorted by, and which of them a cursor leaves. */
  private parts(select: Select): Pick<Plan, 'position'> & { readonly parts: readonly KeysetPart[] } {
    const { query, columns, dialect } = this;
    const { cursor } = this.shape;
    if (cursor !== undefined) return keysetOf(select, columns, dialect, query, cursor);
    const keys = query.cardinality === 'many' ? query.sort : [];
    const order = keys.flatMap((key) => orderKeys(sortedBy(select, columns, key), query.nulls));
    return { parts: [{ conditions: [], order }], position: undefined };
  }

  /** Selects what the answer shows of the rows, and what leads on from them. */
  contents(select: Select, edges: readonly Edge[]): { reader: RowReader; edges: readonly EdgePlan[] } {
    const { resource, alias } = select;
    const reader = new RowReader(resource, this.kindReader(select, 'kind', resource, alias));
    for (const each of resourcesOf(resource)) {
      const fieldset = this.query.fieldsets.get(each);
      reader.add(each, {
        id: each.id.map(({ column }) => ({
          at: select.column(column.path, each),
          read: this.columns.reader(column),
        })),
        attributes: (fieldset?.attributes ?? []).map((attribute) => this.attributeReader(select, each, attribute)),
        toOne: this.toOneReaders(select, each, fieldset, edges),
        primaryKey: needsEntity(fieldset) ? this.primaryKeyPlaces(select, each) : [],
      });
    }
    return { reader, edges: edges.map((edge) => this.edgePlan(select, reader, edge)) };
  }

  /** In a shared table, the column that tells which resource a row belongs to. */
  private kindReader(select: Select, key: string, resource: Resource, alias: string): KindReader | undefined {
    if (!isPolymorphic(resource)) return undefined;
    const metadata = this.schema.metadata(resource.model);
    const resources = new Map<string, Resource>();
    for (const { name, discriminatorValue } of [metadata, ...metadata.childEntityMetadatas]) {
      const owner = resource.byEntity.get(name);
      // Some are numbers, whatever their type says.
      if (owner !== undefined) resources.set(String(discriminatorValue), owner);
    }
    return { at: select.output.add(key, this.columns.column(metadata.discriminatorColumn!, alias)), resources };
  }

  private primaryKeyPlaces(select: Select, resource: Resource): readonly number[] {
    return resource.model.primaryKey.map((path) => select.column(path, resource));
  }

  private attributeReader(select: Select, resource: Resource, attribute: Attribute): (row: Row) => unknown {
    if (attribute.kind === 'computed' || attribute.kind === 'plucked') return () => null;
    if (attribute.kind === 'column') {
      if (isFromEntity(attribute)) return () => null;
      const at = select.column(attribute.column.path, resource);
      const read = this.columns.reader(attribute.column);
      return (row) => read(row[at]);
    }
    const fields = attribute.fields
      .filter((field) => field.exposed)
      .map((field) => [field.name, this.attributeReader(select, resource, field)] as const);
    return (row) => Object.fromEntries(fields.map(([name, read]) => [name, read(row)]));
  }

  /** To-one linkage stands on the row; where the related row might not exist for the viewer, it is joined. */
  private toOneReaders(
    select: Select,
    resource: Resource,
    fieldset: Fieldset | undefined,
    edges: readonly Edge[],
  ): readonly ToOneReader[] {
    const wanted = new Map<Relationship, Filter | undefined>();
    for (const { relationship, filter } of fieldset?.relationships ?? []) wanted.set(relationship, filter);
    for (const { relationship, owners, filter } of edges) {
      if (owners.has(resource)) wanted.set(resource.relationships.get(relationship.name)!, filter);
    }
    return [...wanted]
      .filter(([relationship]) => !relationship.toMany)
      .map(([relationship, filter]) => this.toOneReader(select, relationship, filter));
  }

  private toOneReader(select: Select, relationship: Relationship, filter: Filter | undefined): ToOneReader {
    const { target } = relationship;
    const direct = this.linkageOnRow(relationship, filter);
    // The same for all resources that inherit the relation, so that it is selected and joined once.
    const key = `${relationship.model.declaredBy}>${relationship.model.property}>${target.path}.`;
    const alias = direct === undefined ? select.join(key, select.alias, relationship, filter) : select.alias;
    const idOf = (each: Resource): readonly CellReader[] =>
      each.id.map(({ column }, index) => ({
        at:
          direct === undefined
            ? select.output.add(`${key}${column.path}`, this.columns.selected(column, alias))
            : select.key(direct[index]!),
        read: this.columns.reader(column),
      }));
    return {
      relationship,
      id: idOf(target),
      ids: new Map(resourcesOf(target).map((each) => [each, idOf(each)])),
      kind: this.kindReader(select, `${key}kind`, target, alias),
    };
  }

  /** The join columns in the order of the related id, where they are all that is needed. */
  private linkageOnRow(relationship: Relationship, filter: Filter | undefined): readonly ColumnMetadata[] | undefined {
    const { target } = relationship;
    const relation = this.schema.relationMetadata(relationship.model);
    const plain =
      filter === undefined && !isPolymorphic(target) && this.where.rowConditions(target.model, 'x').length === 0;
    if (!relation.isWithJoinColumn || !plain) return undefined;
    const columns = target.id.map(({ column }) => {
      const metadata = this.schema.columnMetadata(column);
      return relation.joinColumns.find((each) => each.referencedColumn === metadata);
    });
    return columns.every((column) => column !== undefined) ? columns : undefined;
  }

  private edgePlan(near: Select, nearReader: RowReader, edge: Edge): EdgePlan {
    const { relationship, target } = edge;
    const far = new Select(this.context, target);
    const { plucked, owners, load } = edge;
    const contents =
      plucked === undefined
        ? this.contents(far, edge.edges)
        : { reader: new RowReader(target, undefined), edges: [], ...this.valuePlan(far, plucked.of) };
    const shared = { edge: { relationship, target, owners, load, plucked }, ...contents };
    const rows = new RelatedRows(this.context, (fragment) => this.render(fragment), far, edge);
    if (!relationship.toMany) {
      const near = nearReader.toOne(relationship).id.map(({ at }) => at);
      const places = target.id.map(({ column }) => far.column(column.path, target));
      const columns = target.id.map(({ column }) => this.columns.expression(column, far.alias));
      return { ...shared, near, far: places, ...rows.toOne(columns) };
    }
    const nearNames = nearColumns(this.where.link(relationship)).map((column) => near.key(column));
    // Several rows of a join entity may lead to one row.
    const identity = relationship.through === undefined ? undefined : this.primaryKeyPlaces(far, target);
    const limit = edge.limit && this.shape.limits.get(edge.limit);
    return { ...shared, near: nearNames, identity, ...rows.toMany(limit) };
  }

  private valuePlan(far: Select, of: ColumnAttribute): Pick<EdgePlan, 'value' | 'primaryKey'> {
    const value = { at: far.own(of.column), read: this.columns.reader(of.column) };
    return { value, primaryKey: isFromEntity(of) ? this.primaryKeyPlaces(far, far.resource) : undefined };
  }
}

/** Getters, methods, `@Transform` and serializers need an instance of the entity. */
export function needsEntity(fieldset: Fieldset | undefined): boolean {
  return fieldset !== undefined && (fieldset.withEntity === true || fieldset.attributes.some(isFromEntity));
}

/** True where finding rows runs the code of entities. */
export function runsCode(fieldset: Fieldset): boolean {
  const isMade = (attribute: Attribute): boolean => attribute.kind === 'plucked' && isFromEntity(attribute.of);
  return needsEntity(fieldset) || fieldset.attributes.some(isMade);
}
