/**
 * Conditions of the application: filters over any mapped field and, for what filters cannot say, SQL of its own, put
 * together from safe pieces: columns from metadata, values bound.
 */
/**
 * A filter as clients write it in `filter[objects]`; see the table of operators in `docs/reading.md`.
 *
 * @example
 * const adults: FilterObject = { and: [{ name: 'age', op: 'ge', val: 18 }, { not: { name: 'boss', op: 'is_null' } }] };
 */
export type FilterObject =
  | { readonly name: string; readonly op: string; readonly val?: unknown; readonly field?: string }
  | { readonly and: readonly FilterObject[] }
  | { readonly or: readonly FilterObject[] }
  | { readonly not: FilterObject };

/** What the application's own SQL is put together from. */
export interface SqlContext {
  /** A column of the row by its property, as SQL: quoted, from metadata. Dots step into embedded objects. */
  readonly column: (property: string) => string;
  /** Binds a value and gives the text that stands for it. */
  readonly bind: (value: unknown) => string;
  /** The name that the row's table goes by in the statement, quoted. */
  readonly alias: string;
  /** The database's kind. */
  readonly dialect: 'sqlite' | 'postgres' | 'mysql';
}

/**
 * SQL text for one row: a condition, or a value to sort by. Whatever comes from the client goes through `bind`.
 *
 * @example
 * const popularity: SqlExpression = ({ column }) => `${column('likes')} - ${column('dislikes')}`;
 */
export type SqlExpression = (context: SqlContext) => string;

/** Rows for which the SQL is true. */
export interface SqlCondition {
  /** A condition; what comes from outside goes through `bind`. */
  readonly sql: SqlExpression;
}

/** Rows that a query of the store's own builder finds: for TypeORM a `SelectQueryBuilder` on the entity. */
export interface QueryCondition<Builder = never> {
  /** @param alias of the entity in the query. What the function returns does not matter. */
  readonly query: (builder: Builder, alias: string) => unknown;
}

/** A condition that only the store understands. */
export type NativeCondition = SqlCondition | QueryCondition;

/**
 * A condition of the application: a filter over any mapped field, SQL, or a query, in any combination. `Builder` is the
 * store's query builder.
 */
export type Restriction<Builder = never> =
  | FilterObject
  | SqlCondition
  | QueryCondition<Builder>
  | { readonly and: readonly Restriction<Builder>[] }
  | { readonly or: readonly Restriction<Builder>[] }
  | { readonly not: Restriction<Builder> };

/** None, one, or several that all have to hold. */
export type Restrictions<Builder = never> = Restriction<Builder> | readonly Restriction<Builder>[] | undefined;

/** What a scope is told of the request. */
export interface ScopeContext {
  /** The request of the HTTP adapter, or whatever the caller of a service passed. */
  readonly request: unknown;
  /** class-transformer's groups of the request. */
  readonly groups: readonly string[];
}

/**
 * Rows that exist for a request: restrictions, or a function of the request that gives them, asynchronous or not.
 * `undefined` is all rows; a filter that is wrong, say for want of a value, is an error of the server.
 */
export type Scope<Builder = never> =
  | Restriction<Builder>
  | readonly Restriction<Builder>[]
  | ((context: ScopeContext) => Restrictions<Builder> | Promise<Restrictions<Builder>>);

/** True for conditions that only the store understands. */
export function isNative(condition: object): condition is NativeCondition {
  return ['sql', 'query'].some((member) => typeof (condition as Record<string, unknown>)[member] === 'function');
}

/** True for what looks like a restriction; whether its names are right is seen when it is used. */
export function isRestriction(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { name, op, and, or, not } = value as Readonly<Record<string, unknown>>;
  const isList = (list: unknown): boolean => Array.isArray(list) && list.every(isRestriction);
  return (
    isNative(value) ||
    (typeof name === 'string' && typeof op === 'string') ||
    isList(and) ||
    isList(or) ||
    isRestriction(not)
  );
}
