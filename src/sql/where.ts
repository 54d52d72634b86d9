/**
 * Filter → conditions. Relations become a correlated EXISTS over the relation's own columns, never a join,
 * so that neither page nor count multiplies rows.
 */
import type { EntityMetadata } from 'typeorm';
import type { Compare, CompareFields, Filter, Has, OneOf } from '../query/filter.js';
import type { Parent } from '../query/query.js';
import type { Value } from '../query/values.js';
import type { EntityModel } from '../resource/entity-model.js';
import type { ColumnAttribute, Relationship, Resource } from '../resource/resource.js';
import type { Columns } from './columns.js';
import { inTuples, inValues, type Dialect } from './dialect.js';
import { allOf, anyOf, constant, join, raw, sql, type Sql } from './fragment.js';
import { nativeCondition, ownParam, Pieces } from './native.js';
import { driverRows, operandOf, type Operand } from './operands.js';
import type { ColumnPair, Junction, Link } from './relations.js';
import { isChild, type Schema } from './schema.js';

/** What an application's own operator is told: safe pieces to put together. */
export interface OperatorContext {
  /** The column, as SQL: quoted, from metadata. */
  readonly column: string;
  /** Binds a value and gives the text that stands for it; the client's own is bound as the column keeps it. */
  readonly bind: (value: unknown) => string;
  /** The database's kind. */
  readonly dialect: Dialect['name'];
}

/**
 * An application's own operator: returns a condition as SQL text. Whatever comes from the client goes
 * through `bind`. @see OP-17
 *
 * @example
 * const doubleOf: SqlOperator = ({ column, bind }, value) => `${column} = 2 * ${bind(value)}`;
 */
export type SqlOperator = (context: OperatorContext, value: unknown) => string;

/** Hands out aliases that no other part of the statement uses, the application's own SQL in `@VirtualColumn` included. */
export class Aliases {
  private count = 0;

  next(prefix: string): string {
    return `_${prefix}${++this.count}`;
  }
}

const SYMBOLS: Readonly<Record<string, string>> = {
  eq: '=',
  ne: '<>',
  gt: '>',
  lt: '<',
  ge: '>=',
  le: '<=',
  '<<': '<<',
  '<<=': '<<=',
  '>>': '>>',
  '>>=': '>>=',
  '<>': '<>',
  '&&': '&&',
};

export class Where {
  constructor(
    private readonly schema: Schema,
    readonly columns: Columns,
    readonly dialect: Dialect,
    private readonly operators: ReadonlyMap<string, SqlOperator>,
    private readonly aliases: Aliases,
    /** Operands that are worked out already. */
    private readonly operands: ReadonlyMap<Compare | OneOf, Operand> = new Map(),
  ) {}

  /**
   * The condition that a filter stands for.
   *
   * @param positive false below a `not` of the same WHERE: there, `IN (select)` would stumble over nulls
   */
  condition(filter: Filter, alias: string, positive = true): Sql {
    switch (filter.kind) {
      case 'compare':
        return this.compare(filter, alias);
      case 'compare-fields':
        return this.compareFields(filter, alias);
      case 'one-of':
        return this.oneOf(filter, alias);
      case 'has':
        return this.has(filter, alias, positive);
      case 'of-resource':
        return this.ofResource(filter.resource, alias);
      case 'native': {
        const { dataSource } = this.schema;
        const row = { metadata: this.schema.metadata(filter.resource.model), alias };
        return nativeCondition(filter.condition, row, this.aliases.next('q'), dataSource, this);
      }
      case 'and':
      case 'or': {
        const parts = filter.filters.map((each) => this.condition(each, alias, positive));
        return filter.kind === 'and' ? allOf(parts) : anyOf(parts);
      }
      case 'not':
        return sql`NOT (${this.condition(filter.filter, alias, !positive)})`;
    }
  }

  /** What every row of an entity has to be: not deleted, and of the right kind in a shared table. */
  rowConditions(model: EntityModel, alias: string): readonly Sql[] {
    const metadata = this.schema.metadata(model);
    const conditions: Sql[] = [];
    if (metadata.deleteDateColumn !== undefined) {
      conditions.push(sql`${this.columns.column(metadata.deleteDateColumn, alias)} IS NULL`);
    }
    if (isChild(metadata)) {
      const kinds = [metadata, ...metadata.childEntityMetadatas].map((each) => each.discriminatorValue);
      conditions.push(this.ofKinds(metadata, kinds, alias));
    }
    return conditions;
  }

  /** In a shared table: only rows that belong to this resource, not to one that inherits from it. */
  exactConditions(resource: Resource, alias: string): readonly Sql[] {
    return resource.byEntity.size === 1 ? [] : [this.ofResource(resource, alias)];
  }

  private ofResource(resource: Resource, alias: string): Sql {
    const metadata = this.schema.metadata(resource.model);
    const own = [metadata, ...metadata.childEntityMetadatas].filter(
      (each) => resource.byEntity.get(each.name) === resource,
    );
    const kinds = own.map((each) => each.discriminatorValue);
    return this.ofKinds(metadata, kinds, alias);
  }

  /** Only rows that the parent's relationship leads to. */
  relatedTo(parent: Parent, alias: string): Sql {
    const link = this.link(parent.relationship);
    const owner = this.aliases.next('o');
    const conditions = this.parentConditions(parent, owner);
    const { junction } = link;
    if (junction === undefined) {
      return this.inSelect(link.pairs, 'far', alias, this.columns.table(link.source, owner), owner, conditions);
    }
    const middle = this.aliases.next('j');
    const from = sql`${this.columns.table(junction.metadata, middle)} INNER JOIN ${this.columns.table(link.source, owner)} ON ${this.equal(junction.source, owner, middle)}`;
    const all = [...conditions, ...this.betweenConditions(junction, parent.between, middle)];
    return this.inSelect(junction.target, 'far', alias, from, middle, all);
  }

  /** What rows of a join entity have to pass, besides being between the two. */
  betweenConditions({ model }: Junction, filter: Filter | undefined, alias: string): readonly Sql[] {
    if (model === undefined) return [];
    return [...this.rowConditions(model, alias), ...(filter === undefined ? [] : [this.condition(filter, alias)])];
  }

  /** The conditions that find a parent. */
  parentConditions(parent: Parent, alias: string): readonly Sql[] {
    return [
      ...this.rowConditions(parent.resource.model, alias),
      ...this.exactConditions(parent.resource, alias),
      this.condition(parent.filter, alias),
    ];
  }

  /** A relation's columns, equal in both rows. */
  equal(pairs: readonly ColumnPair[], nearAlias: string, farAlias: string): Sql {
    const equals = pairs.map(
      ({ near, far }) => sql`${this.columns.column(near, nearAlias)} = ${this.columns.column(far, farAlias)}`,
    );
    return join(equals, ' AND ');
  }

  link(relationship: Relationship): Link {
    return this.schema.link(relationship.model);
  }

  private ofKinds(metadata: EntityMetadata, kinds: readonly (string | undefined)[], alias: string): Sql {
    const column = this.columns.column(metadata.discriminatorColumn!, alias);
    // As text: some are numbers, and a number that is bound on SQLite is none of its texts.
    const values = kinds.filter((kind): kind is string => kind !== undefined).map((kind) => constant(String(kind)));
    return values.length === 0 ? raw('1 = 0') : sql`${column} IN (${join(values, ', ')})`;
  }

  /** `(columns of the row) IN (select the matching columns)`: one lookup, whatever the table's size. */
  private inSelect(
    pairs: readonly ColumnPair[],
    outer: 'near' | 'far',
    outerAlias: string,
    from: Sql,
    innerAlias: string,
    conditions: readonly Sql[],
  ): Sql {
    const inner = outer === 'far' ? 'near' : 'far';
    const left = pairs.map((pair) => this.columns.column(pair[outer], outerAlias));
    const right = pairs.map((pair) => this.columns.column(pair[inner], innerAlias));
    const row = left.length === 1 ? left[0]! : sql`(${join(left, ', ')})`;
    return sql`${row} IN (SELECT ${join(right, ', ')} FROM ${from} WHERE ${allOf(conditions)})`;
  }

  private has({ relationship, filter }: Has, alias: string, positive: boolean): Sql {
    const link = this.link(relationship);
    const target = this.aliases.next('r');
    // SQLite never turns EXISTS around; IN lets it start from the related rows, where there is something to find.
    const turned = positive && filter !== undefined && this.dialect.name === 'sqlite';
    const conditions = [
      ...this.rowConditions(relationship.target.model, target),
      ...(filter === undefined ? [] : [this.condition(filter, target)]),
    ];
    const table = this.columns.table(link.target, target);
    const { junction } = link;
    if (junction === undefined) {
      if (turned) return this.inSelect(link.pairs, 'near', alias, table, target, conditions);
      return sql`EXISTS (SELECT 1 FROM ${table} WHERE ${allOf([this.equal(link.pairs, alias, target), ...conditions])})`;
    }
    const middle = this.aliases.next('j');
    const from = sql`${this.columns.table(junction.metadata, middle)} INNER JOIN ${table} ON ${this.equal(junction.target, middle, target)}`;
    if (turned) return this.inSelect(junction.source, 'near', alias, from, middle, conditions);
    return sql`EXISTS (SELECT 1 FROM ${from} WHERE ${allOf([this.equal(junction.source, alias, middle), ...conditions])})`;
  }

  private compareFields({ attribute, operator, other }: CompareFields, alias: string): Sql {
    const [left, right] = [attribute, other].map(({ column }) => this.columns.expression(column, alias)) as [Sql, Sql];
    const { asText } = this.dialect;
    // An enum of PostgreSQL is comparable with nothing but itself.
    const isEnum = attribute.type === 'enum' || other.type === 'enum';
    return isEnum
      ? this.operation(operator.name, asText(left), asText(right), attribute)
      : this.operation(operator.name, left, right, attribute);
  }

  private oneOf(filter: OneOf, alias: string): Sql {
    const names = filter.attributes.map(({ column }) => this.columns.expression(column, alias));
    const { parts, isWhole } = this.operands.get(filter) ?? operandOf(filter, this.columns, this.dialect);
    if (isWhole !== true) return inTuples(names, driverRows(filter, this.columns));
    const types = filter.attributes.map(({ column }) => this.columns.databaseType(column));
    return this.dialect.inWholeRows(names, parts, types);
  }

  private compare(filter: Compare, alias: string): Sql {
    const { attribute, operator, value } = filter;
    const expression = this.columns.expression(attribute.column, alias);
    if (operator.custom === true) return this.custom(attribute, operator.name, expression, value as Value);
    const operand = this.operands.get(filter) ?? operandOf(filter, this.columns, this.dialect);
    const [first, second] = operand.parts;
    switch (operator.name) {
      case 'is_null':
        return sql`${expression} IS NULL`;
      case 'is_not_null':
        return sql`${expression} IS NOT NULL`;
      case 'in':
        return this.list(expression, operand);
      case 'not_in':
        return operand.parts.length === 0 ? raw('1 = 1') : sql`NOT (${this.list(expression, operand)})`;
      case 'range':
        return sql`${expression} BETWEEN ${first!} AND ${second!}`;
      default:
        // A value that the database may have written in several ways.
        if (operand.list !== undefined) {
          const isOne = this.list(expression, operand);
          return operator.name === 'eq' ? isOne : sql`NOT (${isOne})`;
        }
        return this.operation(operator.name, expression, sql`${first!}`, attribute);
    }
  }

  private list(expression: Sql, { list, parts }: Operand): Sql {
    if (parts.length === 0) return raw('1 = 0');
    return list === undefined ? inValues(expression, parts) : this.dialect.inWhole(expression, list);
  }

  /** An operator between the column and something that stands to its right. */
  private operation(name: string, left: Sql, right: Sql, attribute: ColumnAttribute): Sql {
    const symbol = SYMBOLS[name];
    if (symbol !== undefined) return sql`${left} ${raw(symbol)} ${right}`;
    const like = (): Sql => this.dialect.like(left, right, this.columns.databaseType(attribute.column));
    switch (name) {
      case 'like':
      case 'contains':
      case 'startswith':
      case 'endswith':
        return like();
      case 'not_like':
      case 'notcontains':
        return sql`NOT (${like()})`;
      case 'ilike':
      case 'iexact':
      case 'icontains':
      case 'istartswith':
      case 'iendswith':
        return this.dialect.ilike(left, right);
      case 'year':
      case 'month':
      case 'day':
        return sql`${this.dialect.datePart(name, left, attribute.type)} = ${right}`;
      default:
        throw new Error(`The operator "${name}" has no SQL.`);
    }
  }

  /** The application's SQL text, with its bound values put back as parameters. */
  private custom(attribute: ColumnAttribute, name: string, column: Sql, value: Value): Sql {
    const pieces = new Pieces();
    // The client's value is bound as the column keeps it; what the operator makes of it, as it is.
    const bind = (each: unknown): string =>
      pieces.mark(each === value ? this.columns.bind(attribute.column, value) : ownParam(each, this.dialect));
    const text = this.operators.get(name)!({ column: pieces.mark(column), dialect: this.dialect.name, bind }, value);
    return pieces.assemble(text);
  }
}
