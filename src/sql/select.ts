/**
 * One SELECT while it is put together: its columns, each once, and the to-one rows that are joined to it.
 */
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import type { Filter } from '../query/filter.js';
import type { FieldPath } from '../query/query.js';
import type { ColumnModel } from '../resource/entity-model.js';
import type { Relationship, Resource } from '../resource/resource.js';
import type { Columns } from './columns.js';
import { allOf, join, raw, sql, type Sql } from './fragment.js';
import type { Schema } from './schema.js';
import type { Aliases, Where } from './where.js';

/** What all selects of one plan share. */
export interface SelectContext {
  readonly schema: Schema;
  readonly columns: Columns;
  readonly where: Where;
  readonly aliases: Aliases;
}

/** The name of the column at this place. */
export function columnName(at: number): string {
  return `c${at}`;
}

/** The columns of one select, each once, as `c0`, `c1`, … */
class Output {
  private readonly places = new Map<string, number>();
  private readonly list: Sql[] = [];

  /** Selects an expression and gives its place; `key` tells expressions apart. */
  add(key: string, expression: Sql): number {
    let at = this.places.get(key);
    if (at === undefined) {
      at = this.list.length;
      this.places.set(key, at);
      this.list.push(sql`${expression} AS ${raw(columnName(at))}`);
    }
    return at;
  }

  get sql(): Sql {
    return this.list.length === 0 ? raw('1 AS c0') : join(this.list, ', ');
  }
}

/** A select under construction. */
export class Select {
  readonly output = new Output();
  private readonly joins: Sql[] = [];
  /** Aliases of joined paths, so that one path is joined once. */
  private readonly joined = new Map<string, string>();

  constructor(
    private readonly context: SelectContext,
    readonly resource: Resource,
    readonly alias: string = context.aliases.next('t'),
  ) {}

  /** True where more rows than one are looked at. */
  get hasJoins(): boolean {
    return this.joins.length > 0;
  }

  /** The table with everything that is joined to it so far. */
  from(): Sql {
    const { schema, columns } = this.context;
    return join([columns.table(schema.metadata(this.resource.model), this.alias), ...this.joins], ' ');
  }

  /** Selects a column of the row and gives its place. */
  column(path: string, resource: Resource): number {
    return this.own(resource.model.columns.find((each) => each.path === path)!);
  }

  /** The same, of the entity or of one that shares its table: what they all have is selected once. */
  own(column: ColumnModel): number {
    const metadata = this.context.schema.columnMetadata(column);
    if (!column.virtual && column.type !== 'interval') return this.key(metadata);
    const key = `${metadata.entityMetadata.name}.${column.path}`;
    return this.output.add(key, this.context.columns.selected(column, this.alias));
  }

  /** A column that leads on to other rows, whether it is an attribute as well or not. */
  key(metadata: ColumnMetadata): number {
    return this.output.add(`column:${metadata.databaseName}`, this.context.columns.key(metadata, this.alias));
  }

  /** A column of the row, or of a row that LEFT JOINs along to-one relationships lead to. @see SRT-04 */
  path(path: FieldPath): Sql {
    let { alias } = this;
    let key = '';
    for (const { relationship, filter, shown } of path.steps) {
      key += `${relationship.model.property}.`;
      alias = this.join(key, alias, relationship, filter, shown);
    }
    const value = this.context.columns.expression(path.attribute.column, alias);
    if (path.shown === undefined) return value;
    return sql`CASE WHEN ${this.context.where.condition(path.shown, alias)} THEN ${value} END`;
  }

  /** LEFT JOINs the row that a to-one relationship leads to, where it exists for the viewer. */
  join(key: string, from: string, relationship: Relationship, filter: Filter | undefined, shown?: Filter): string {
    const { declaredBy, property } = relationship.model;
    // Where nothing tells two ways to a row apart, sorting and linkage share it.
    const isPlain = filter === undefined && shown === undefined;
    const place = isPlain ? `${from}>${declaredBy}>${property}>${relationship.target.path}` : key;
    const known = this.joined.get(place);
    if (known !== undefined) return known;
    const alias = this.context.aliases.next('r');
    const link = this.context.where.link(relationship);
    const conditions = [
      this.context.where.equal(link.pairs, from, alias),
      ...this.context.where.rowConditions(relationship.target.model, alias),
      ...(filter === undefined ? [] : [this.context.where.condition(filter, alias)]),
      ...(shown === undefined ? [] : [this.context.where.condition(shown, from)]),
    ];
    this.joins.push(sql`LEFT JOIN ${this.context.columns.table(link.target, alias)} ON ${allOf(conditions)}`);
    this.joined.set(place, alias);
    return alias;
  }
}
