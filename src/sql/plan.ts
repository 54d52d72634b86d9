/**
 * Query → the statements to run, as data: one for the page with its total, one per relationship that is
 * followed. A to-many relation is never joined into a paged statement.
 */
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import type { Filter } from '../query/filter.js';
import type { Edge, Fieldset, SortKey } from '../query/query.js';
import {
  isPolymorphic,
  resourcesOf,
  type Attribute,
  type ColumnAttribute,
  type Relationship,
  type Resource,
} from '../resource/resource.js';
import type { Columns } from './columns.js';
import { inTuples, inValues, type Dialect } from './dialect.js';
import { isFromEntity } from './entities.js';
import { allOf, constant, hole, join, KEYS, param, raw, sql, template, type Sql, type Template } from './fragment.js';
import { nearColumns } from './relations.js';
import { RowReader, type KindReader, type CellReader, type Row, type ToOneReader } from './rows.js';
import type { Schema } from './schema.js';
import type { PlannedQuery, Shape } from './shape.js';
import { columnName, Select, type SelectContext } from './select.js';
import { Aliases, Where, type SqlOperator } from './where.js';

/** All statements of one query. */
export interface Plan {
  /** Finds the parent, where the query has one. */
  readonly parent: Template | undefined;
  readonly page: Template;
  /** The total alone, for a page past the end. */
  readonly count: Template | undefined;
  readonly reader: RowReader;
  readonly edges: readonly EdgePlan[];
}

/** How the rows behind a relationship are found, for the rows found before. */
export interface EdgePlan {
  readonly edge: Pick<Edge, 'relationship' | 'target' | 'owners' | 'load' | 'plucked'>;
  /** Places of the near row's columns that lead on; for to-one relationships, those of the linkage. */
  readonly near: readonly number[];
  /** Places of the found row's columns that lead back. */
  readonly far: readonly number[];
  /** The statement, with a hole for the keys of the near rows. */
  readonly statement: Sql;
  /** The same for keys that are one parameter, {@link KEYS}. */
  readonly whole: Template | undefined;
  readonly reader: RowReader;
  /** For values: where the value stands. */
  readonly value?: CellReader | undefined;
  /** Places of columns that tell found rows apart, where one may be found twice for one near row. */
  readonly identity?: readonly number[] | undefined;
  readonly edges: readonly EdgePlan[];
}

export class Planner {
  private readonly aliases = new Aliases();
  private readonly where: Where;
  private readonly context: SelectContext;

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
    const counted = query.count === 'exact' && query.page !== undefined;
    const order = query.cardinality === 'many' ? query.sort.flatMap((key) => this.orderBy(select, key)) : [];
    const conditions = this.conditions(select.alias);
    const page = this.pageStatement(select, conditions, order, counted);
    return {
      parent: query.parent === undefined ? undefined : this.parentStatement(),
      page: this.render(page),
      count: counted ? this.render(this.countStatement()) : undefined,
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
  private pageStatement(select: Select, conditions: readonly Sql[], order: readonly OrderKey[], counted: boolean): Sql {
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
    if (!counted) return window;
    const outer = order.map((key) => key.outer);
    return sql`SELECT p.*, (${this.countStatement()}) AS n FROM (${window}) p ORDER BY ${join(outer, ', ')}`;
  }

  private countStatement(): Sql {
    const alias = this.aliases.next('k');
    const table = this.columns.table(this.schema.metadata(this.query.resource.model), alias);
    return sql`SELECT COUNT(*) AS n FROM ${table} WHERE ${allOf(this.conditions(alias))}`;
  }

  private orderBy(select: Select, key: SortKey): readonly OrderKey[] {
    const plain = select.path(key);
    const ignoreCase = key.ignoreCase && key.attribute.type === 'text';
    const expression = ignoreCase ? sql`LOWER(${plain})` : plain;
    const path = [...key.steps.map((step) => step.relationship.name), key.attribute.property].join('.');
    const isPlain = key.steps.length === 0 && key.shown === undefined;
    const isOwn = isPlain && !ignoreCase && this.columns.isSelectedAsIs(key.attribute.column);
    const at = isOwn ? select.own(key.attribute.column) : select.output.add(`sort:${path}`, expression);
    const direction = raw(key.descending ? ' DESC' : ' ASC');
    const ordered = { inner: sql`${expression}${direction}`, outer: sql`p.${raw(columnName(at))}${direction}` };
    const nullable = !isPlain || key.attribute.column.nullable;
    if (this.query.nulls === 'native' || !nullable) return [ordered];
    const nullsLast = raw(this.query.nulls === 'last' ? ' ASC' : ' DESC');
    const isNull = (value: Sql): Sql => sql`CASE WHEN ${value} IS NULL THEN 1 ELSE 0 END${nullsLast}`;
    return [{ inner: isNull(expression), outer: isNull(sql`p.${raw(columnName(at))}`) }, ordered];
  }

  /** Selects what the answer shows of the rows, and what leads on from them. */
  private contents(select: Select, edges: readonly Edge[]): { reader: RowReader; edges: readonly EdgePlan[] } {
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
        : { reader: new RowReader(target, undefined), edges: [], value: this.valueReader(far, plucked.of) };
    const shared = { edge: { relationship, target, owners, load, plucked }, ...contents };
    if (!relationship.toMany) {
      const columns = target.id.map(({ column }) => this.columns.expression(column, far.alias));
      return {
        ...shared,
        near: nearReader.toOne(relationship).id.map(({ at }) => at),
        far: target.id.map(({ column }) => far.column(column.path, target)),
        ...this.edgeStatement(far, edge, columns, far.from(), []),
      };
    }
    const link = this.where.link(relationship);
    const nearNames = nearColumns(link).map((column) => near.key(column));
    const middle = this.aliases.next('j');
    const { junction } = link;
    const owner = junction === undefined ? far.alias : middle;
    const keys = (junction?.source ?? link.pairs).map((pair) => pair.far);
    const keyColumns = keys.map((column) => this.columns.column(column, owner));
    const farNames = keys.map((column, index) => far.output.add(`parent:${index}`, this.columns.key(column, owner)));
    const from =
      junction === undefined
        ? far.from()
        : sql`${far.from()} INNER JOIN ${this.columns.table(junction.metadata, middle)} ON ${this.where.equal(junction.target, middle, far.alias)}`;
    const between = junction === undefined ? [] : this.where.betweenConditions(junction, edge.between, middle);
    // Several rows of a join entity may lead to one row.
    const identity = relationship.through === undefined ? undefined : this.primaryKeyPlaces(far, target);
    const statements = this.edgeStatement(far, edge, keyColumns, from, between);
    return { ...shared, near: nearNames, far: farNames, identity, ...statements };
  }

  private valueReader(far: Select, { column }: ColumnAttribute): CellReader {
    return { at: far.own(column), read: this.columns.reader(column) };
  }

  /** The rows behind a relationship, for the keys of the rows found before, in the order of the key. */
  private edgeStatement(
    far: Select,
    edge: Edge,
    columns: readonly Sql[],
    from: Sql,
    more: readonly Sql[],
  ): Pick<EdgePlan, 'statement' | 'whole'> {
    const [column] = columns as readonly [Sql];
    const inKeys = hole((keys) =>
      columns.length === 1
        ? inValues(
            column,
            keys.map(([key]) => param(key)),
          )
        : inTuples(columns, keys),
    );
    const around = (condition: Sql): Sql => this.edgeRows(far, edge, [condition, ...more], from);
    return {
      statement: around(sql`${inKeys}`),
      whole: columns.length === 1 ? this.render(around(this.dialect.inWhole(column, KEYS))) : undefined,
    };
  }

  private edgeRows(far: Select, edge: Edge, own: readonly Sql[], from: Sql): Sql {
    const conditions = [
      ...own,
      ...this.where.rowConditions(far.resource.model, far.alias),
      ...(edge.filter === undefined ? [] : [this.where.condition(edge.filter, far.alias)]),
    ];
    const order = edge.relationship.toMany
      ? sql` ORDER BY ${join(
          far.resource.primaryKey.map(({ column }) => this.columns.expression(column, far.alias)),
          ', ',
        )}`
      : raw('');
    return sql`SELECT ${far.output.sql} FROM ${from} WHERE ${allOf(conditions)}${order}`;
  }
}

interface OrderKey {
  /** In the statement of the page. */
  readonly inner: Sql;
  /** Around it, by the names of its columns. */
  readonly outer: Sql;
}

/** Getters, methods, `@Transform` and serializers need an instance of the entity. */
export function needsEntity(fieldset: Fieldset | undefined): boolean {
  return fieldset !== undefined && (fieldset.withEntity === true || fieldset.attributes.some(isFromEntity));
}
