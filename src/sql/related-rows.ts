/**
 * The statements that find the rows behind a relationship, for the keys of the rows found before: all of them, or so many
 * for each key. Which statement finds so many the soonest is another one on each database.
 */
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import type { Edge, SortKey } from '../query/query.js';
import { inTuples, inValues, LISTED_TYPES } from './dialect.js';
import { isIndexed } from './indexes.js';
import { allOf, constant, hole, join, KEYS, param, raw, sql, type Param, type Sql, type Template } from './fragment.js';
import { nullsOrder } from './order.js';
import { columnName, type Select, type SelectContext } from './select.js';

/** One statement for keys in any number. */
export interface Lookup {
  /** With a hole for the keys. */
  readonly statement: Sql;
  /** For keys that are one parameter, {@link KEYS}; undefined where there is no such statement. */
  readonly whole: Template | undefined;
}

/** The statements of one relationship. */
export interface RelatedStatements extends Lookup {
  /** Another statement with a hole, for no more keys than {@link MOST_SELECTS}. */
  readonly few?: Sql | undefined;
  /** How many rows there are behind each key: the key, and the number behind it. */
  readonly totals?: Lookup | undefined;
}

/** What leads from rows of a to-many relationship back to their keys. */
export interface ToManyStatements extends RelatedStatements {
  /** Places of the columns of the key. */
  readonly far: readonly number[];
}

/** Past so many keys, one select for each is longer than it is fast. */
export const MOST_SELECTS = 100;

/** The rows behind keys, under an alias. */
interface Branch {
  /** Of the related rows. */
  readonly alias: string;
  /** Of the rows that have the keys: those, or what stands between. */
  readonly owner: string;
  readonly from: Sql;
  /** The columns that lead back. */
  readonly keys: readonly Sql[];
  readonly conditions: readonly Sql[];
}

export class RelatedRows {
  constructor(
    private readonly context: SelectContext,
    private readonly render: (fragment: Sql) => Template,
    private readonly far: Select,
    private readonly edge: Edge,
  ) {}

  /** The row behind a to-one relationship, by its id. */
  toOne(columns: readonly Sql[]): Lookup {
    const { far } = this;
    const conditions = this.conditions(far.alias);
    return this.lookup(columns, (keys) => this.select(far.from(), [keys, ...conditions]));
  }

  /**
   * The rows behind a to-many relationship, those of one key in the order of the edge.
   *
   * @param limit one more than are shown for each key; undefined for all
   */
  toMany(limit: Param | undefined): ToManyStatements {
    const { far, edge } = this;
    const main = this.branch(far.alias, far.from());
    const places = this.keyColumns().map((column, index) =>
      far.output.add(`parent:${index}`, this.context.columns.key(column, main.owner)),
    );
    const order = this.order(far.alias);
    if (limit === undefined) {
      const all = this.lookup(main.keys, (keys) => sql`${this.rows(main, keys)} ORDER BY ${order}`);
      return { far: places, ...all };
    }
    // What a join entity leads to twice is one row: only a rank knows that.
    const plain = edge.relationship.through === undefined;
    const outer = plain && this.hasIndex() ? this.outerOrder() : undefined;
    const ranked = this.lookup(main.keys, (keys) => this.ranked(main, keys, order, limit));
    const whole = outer && this.wholeOf(main, order, outer, limit);
    return {
      far: places,
      statement: ranked.statement,
      whole: whole === undefined ? ranked.whole : this.render(whole),
      few: outer !== undefined && whole === undefined ? this.selects(main, order, outer, limit) : undefined,
      totals: edge.limit?.total === true ? this.totals(plain) : undefined,
    };
  }

  /**
   * Looking rows up key by key is the soonest where an index leads to them, and the slowest where none does: then each lookup
   * may read the whole table. PostgreSQL reads it in the order that is wanted even where the index has the key alone.
   */
  private hasIndex(): boolean {
    const { schema, where } = this.context;
    const { relationship, sort } = this.edge;
    const { junction } = where.link(relationship);
    const { name } = where.dialect;
    const metadata = junction?.metadata ?? schema.metadata(this.far.resource.model);
    if (name !== 'postgres') return isIndexed(metadata, this.keyColumns(), [], name);
    const isPlain = ({ attribute, descending }: SortKey): boolean =>
      attribute.column.expression === undefined &&
      descending === sort[0]!.descending &&
      (relationship.target.options.nulls === 'native' || !attribute.column.nullable);
    if (junction !== undefined || !sort.every(isPlain)) return false;
    const then = sort.map(({ attribute }) => schema.columnMetadata(attribute.column));
    return isIndexed(metadata, this.keyColumns(), then, name);
  }

  /** What is sooner than a rank, for keys that are one parameter; undefined where there is nothing. */
  private wholeOf(main: Branch, order: Sql, outer: Sql, limit: Param): Sql | undefined {
    if (main.keys.length > 1) return undefined;
    switch (this.context.where.dialect.name) {
      case 'postgres':
        return this.lateral(main, order, outer, limit);
      case 'sqlite':
        return this.correlated(main, order, limit);
      default:
        return undefined;
    }
  }

  /** PostgreSQL: each key's rows are looked up by themselves. */
  private lateral(main: Branch, order: Sql, outer: Sql, limit: Param): Sql | undefined {
    const [column] = this.keyColumns() as readonly [ColumnMetadata];
    const type = this.context.schema.dataSource.driver.normalizeType(column);
    if (column.isArray || !LISTED_TYPES.includes(type)) return undefined;
    const rows = sql`${this.rows(main, sql`${main.keys[0]!} = p.k0`)} ORDER BY ${order} LIMIT ${limit}`;
    return sql`SELECT x.* FROM unnest(CAST(${KEYS} AS ${raw(type)}[])) AS p(k0) CROSS JOIN LATERAL (${rows}) x ORDER BY ${outer}`;
  }

  /** SQLite: the keys of each key's rows are looked up, then the rows. */
  private correlated(main: Branch, order: Sql, limit: Param): Sql | undefined {
    const { far, context } = this;
    const [key, ...others] = context.schema.metadata(far.resource.model).primaryColumns;
    if (main.owner !== far.alias || others.length > 0) return undefined;
    const own = (alias: string): Sql => context.columns.column(key!, alias);
    const inner = this.bare();
    const found = sql`SELECT ${own(inner.alias)} FROM ${inner.from} WHERE ${allOf([sql`${inner.keys[0]!} = p.k0`, ...inner.conditions])} ORDER BY ${this.order(inner.alias)} LIMIT ${limit}`;
    const keys = sql`(SELECT "value" AS k0 FROM json_each(${KEYS})) p`;
    return sql`SELECT ${far.output.sql} FROM ${keys} CROSS JOIN ${main.from} WHERE ${own(far.alias)} IN (${found}) ORDER BY ${order}`;
  }

  /** One select for each key: MariaDB, and what SQLite has no better way for. */
  private selects(main: Branch, order: Sql, outer: Sql, limit: Param): Sql | undefined {
    const { name } = this.context.where.dialect;
    if (name === 'postgres') return undefined;
    const one = (key: readonly unknown[]): Sql => {
      const equal = main.keys.map((column, index) => sql`${column} = ${constant(key[index])}`);
      const rows = sql`${this.rows(main, join(equal, ' AND '))} ORDER BY ${order} LIMIT ${limit}`;
      return name === 'sqlite' ? sql`SELECT * FROM (${rows})` : sql`(${rows})`;
    };
    const all = hole((keys) => join(keys.map(one), ' UNION ALL '));
    return sql`SELECT x.* FROM (${all}) x ORDER BY ${outer}`;
  }

  /** Every row has its rank among those of its key: right for all keys and on all databases. */
  private ranked(main: Branch, keys: Sql, order: Sql, limit: Param): Sql {
    const rank = sql`DENSE_RANK() OVER (PARTITION BY ${join(main.keys, ', ')} ORDER BY ${order}) AS rn`;
    const rows = sql`SELECT ${this.far.output.sql}, ${rank} FROM ${main.from} WHERE ${allOf([keys, ...main.conditions])}`;
    return sql`SELECT w.* FROM (${rows}) w WHERE w.rn <= ${limit} ORDER BY w.rn`;
  }

  /** @param plain no row is there twice for one key */
  private totals(plain: boolean): Lookup {
    const { columns, schema } = this.context;
    const bare = this.bare();
    const named = this.keyColumns().map((column, index) => ({
      name: raw(columnName(index)),
      selected: sql`${columns.key(column, bare.owner)} AS ${raw(columnName(index))}`,
    }));
    const key = join(
      named.map(({ selected }) => selected),
      ', ',
    );
    return this.lookup(bare.keys, (keys) => {
      const rows = sql`FROM ${bare.from} WHERE ${allOf([keys, ...bare.conditions])}`;
      if (plain) return sql`SELECT ${key}, COUNT(*) AS n ${rows} GROUP BY ${join(bare.keys, ', ')}`;
      const own = schema.metadata(this.far.resource.model).primaryColumns.map((column, index) => {
        return sql`${columns.column(column, bare.alias)} AS ${raw(`p${index}`)}`;
      });
      const names = join(
        named.map(({ name }) => name),
        ', ',
      );
      return sql`SELECT ${names}, COUNT(*) AS n FROM (SELECT DISTINCT ${key}, ${join(own, ', ')} ${rows}) d GROUP BY ${names}`;
    });
  }

  private lookup(columns: readonly Sql[], around: (keys: Sql) => Sql): Lookup {
    const [column] = columns as readonly [Sql];
    const inKeys = hole((keys) =>
      columns.length === 1
        ? inValues(
            column,
            keys.map(([key]) => param(key)),
          )
        : inTuples(columns, keys),
    );
    const { dialect } = this.context.where;
    return {
      statement: around(sql`${inKeys}`),
      whole: columns.length === 1 ? this.render(around(dialect.inWhole(column, KEYS))) : undefined,
    };
  }

  private rows(main: Branch, keys: Sql): Sql {
    return this.select(main.from, [keys, ...main.conditions]);
  }

  private select(from: Sql, conditions: readonly Sql[]): Sql {
    return sql`SELECT ${this.far.output.sql} FROM ${from} WHERE ${allOf(conditions)}`;
  }

  /** The related rows without what is joined to them. */
  private bare(): Branch {
    const { aliases, columns, schema } = this.context;
    const alias = aliases.next('t');
    return this.branch(alias, columns.table(schema.metadata(this.far.resource.model), alias));
  }

  private branch(alias: string, table: Sql): Branch {
    const { aliases, columns, where } = this.context;
    const { junction } = where.link(this.edge.relationship);
    const conditions = this.conditions(alias);
    const keysOf = (owner: string): readonly Sql[] => this.keyColumns().map((column) => columns.column(column, owner));
    if (junction === undefined) return { alias, owner: alias, from: table, keys: keysOf(alias), conditions };
    const owner = aliases.next('j');
    const on = where.equal(junction.target, owner, alias);
    return {
      alias,
      owner,
      from: sql`${table} INNER JOIN ${columns.table(junction.metadata, owner)} ON ${on}`,
      keys: keysOf(owner),
      conditions: [...where.betweenConditions(junction, this.edge.between, owner), ...conditions],
    };
  }

  /** The columns of the related rows, or of those between, that lead back. */
  private keyColumns(): readonly ColumnMetadata[] {
    const link = this.context.where.link(this.edge.relationship);
    return (link.junction?.source ?? link.pairs).map((pair) => pair.far);
  }

  private conditions(alias: string): readonly Sql[] {
    const { where } = this.context;
    const { filter } = this.edge;
    return [
      ...where.rowConditions(this.far.resource.model, alias),
      ...(filter === undefined ? [] : [where.condition(filter, alias)]),
    ];
  }

  private order(alias: string): Sql {
    const { columns } = this.context;
    return this.ordered(({ attribute }) => columns.expression(attribute.column, alias));
  }

  /** The same around a statement that is called `x`, by the names of its columns. */
  private outerOrder(): Sql {
    const { far, context } = this;
    return this.ordered(({ attribute: { column } }) => {
      const at = context.columns.isSelectedAsIs(column)
        ? far.own(column)
        : far.output.add(`sort:${column.path}`, context.columns.expression(column, far.alias));
      return raw(`x.${columnName(at)}`);
    });
  }

  private ordered(valueOf: (key: SortKey) => Sql): Sql {
    const { nulls } = this.edge.relationship.target.options;
    const terms = this.edge.sort.flatMap((key) => {
      const value = valueOf(key);
      const term = key.descending ? sql`${value} DESC` : value;
      return nulls === 'native' || !key.attribute.column.nullable ? [term] : [nullsOrder(value, nulls), term];
    });
    return join(terms, ', ');
  }
}
