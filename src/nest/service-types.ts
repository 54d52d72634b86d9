/**
 * The types of `RestlessService`: queries, values and rows in the words of an entity's own properties.
 */
import type { EntityManager, ObjectLiteral } from 'typeorm';
import type { CountName } from '../resource/counting.js';
import type { FunctionName } from '../resource/options.js';

/** What a property holds, a method's promise awaited. */
type Content<V> = V extends (...args: never[]) => infer Returned ? Awaited<Returned> : V;

/** The properties of an entity that are no methods, and `id`. */
export type FieldName<T> =
  { [K in keyof T & string]: T[K] extends (...args: never[]) => unknown ? never : K }[keyof T & string] | 'id';

/** A property, or a path of properties that starts with one: `owner.name`, `address.city`. */
export type FieldPath<T> = FieldName<T> | `${FieldName<T>}.${string}`;

/** A property to sort by, with a minus in front where the greatest comes first. */
export type SortPath<T> = FieldPath<T> | `-${FieldPath<T>}`;

/**
 * A filter object on an entity, by its properties.
 *
 * @example
 * const adults: EntityFilter<Person> = { and: [{ name: 'age', op: 'ge', val: 18 }, { name: 'owner.name', op: 'like', val: 'A%' }] };
 */
export type EntityFilter<T extends ObjectLiteral> =
  | { readonly name: FieldPath<T>; readonly op: string; readonly val?: unknown; readonly field?: FieldPath<T> }
  | { readonly and: readonly EntityFilter<T>[] }
  | { readonly or: readonly EntityFilter<T>[] }
  | { readonly not: EntityFilter<T> };

/** One filter, or several that all have to hold. */
export type EntityFilters<T extends ObjectLiteral> = EntityFilter<T> | readonly EntityFilter<T>[];

/** The id of a row, as in its URL; the parts of a composite one are joined as they are there. */
export type RowId = string | number | bigint;

/** A value as JSON has it: dates, big integers and bytes are texts. */
type Plain<V> = V extends Date | bigint | Uint8Array
  ? string
  : V extends readonly (infer Each)[]
    ? readonly Plain<Each>[]
    : V extends object
      ? Row<V>
      : V;

/**
 * A row: plain data by property name, with the values that answers have. There is what the viewer may read and what was
 * asked for, the columns of the id, and the related rows that were included.
 */
export type Row<T> = { readonly [K in keyof T]?: Plain<Content<T[K]>> };

/** A related row: its id, or an object that holds it, such as a row or an entity. A member of a family has its `type` as well. */
type Written<V> = V extends Date | bigint | Uint8Array
  ? V | string
  : V extends readonly (infer Each)[]
    ? readonly Written<Each>[]
    : V extends object
      ? RowId | { readonly [K in keyof V]?: unknown }
      : V;

/** Values to write, by property name; relationships are given by ids, or by rows that have them. */
export type Values<T> = { readonly [K in FieldName<T> & keyof T]?: Written<T[K]> };

/** For whom, and in which transaction, a service works. Without them it works for nobody in particular. */
export interface ServiceOptions<T extends ObjectLiteral> {
  /** Joins the caller's transaction; the caller commits. */
  readonly manager?: EntityManager;
  /** Whose request it is: decides the groups as in `forRoot({ groups })`, and is what a `scope` is told. */
  readonly request?: unknown;
  /** class-transformer's groups, whatever the request says. */
  readonly groups?: readonly string[];
  /** Filters that rows have to pass beside the resource's own `scope`, on every path; they may name hidden properties. */
  readonly scope?: EntityFilters<T>;
}

/** What an answer shows. */
export interface ShowOptions<T extends ObjectLiteral> extends ServiceOptions<T> {
  /** Relationships to follow: the related rows stand under their properties. Default: the resource's own `includes`. */
  readonly include?: readonly FieldPath<T>[];
  /** The only properties of the rows. Default: all that the viewer may read. */
  readonly fields?: readonly (keyof T & string)[];
}

/** Which rows a service is to find. */
export interface FindOptions<T extends ObjectLiteral> extends ShowOptions<T> {
  /** All of them have to hold. Default: none. */
  readonly filter?: EntityFilters<T>;
  /** Closed by the primary key. */
  readonly sort?: SortPath<T> | readonly SortPath<T>[];
  /** Texts are sorted as if they were all in lower case. Default false. */
  readonly ignoreCase?: boolean;
  /** One row for each group: that with the smallest primary key. */
  readonly group?: readonly FieldPath<T>[];
  /** A page, with the size and the bounds of the resource: its number, or the cursors that it lies between. Default: no pages, all rows. */
  readonly page?:
    { readonly number?: number; readonly size?: number } | (CursorOptions & { readonly number?: undefined });
  /** At most so many rows. Default: all. */
  readonly limit?: number;
  /** So many rows are left out in front. Default: 0. */
  readonly offset?: number;
}

/** A page by cursor. */
export interface CursorOptions {
  /** The cursor that the page starts behind. */
  readonly after?: string;
  /** The cursor that the page ends before. */
  readonly before?: string;
  /** Rows on the page, up to the resource's `maxPageSize`. Default: its `pageSize`. */
  readonly size?: number;
  /** For the first page, which no cursor leads to. */
  readonly by?: 'cursor';
}

/** Which page of which rows a service is to find. */
export interface PageOptions<T extends ObjectLiteral> extends FindOptions<T> {
  /** How the total is found, of the ways that the resource's `countModes` offer. Default: as its option `count` says. */
  readonly count?: CountName;
}

/** A page of rows, and what is known of how many there are. */
export interface RowPage<T> {
  /** In the order that was asked for. */
  readonly rows: readonly Row<T>[];
  /** Rows on all pages; undefined where that is not known. */
  readonly total: number | undefined;
  /** There are so many rows, or more. */
  readonly atLeast: number | undefined;
  /** There may be about so many rows. */
  readonly estimate: number | undefined;
  /** There are rows behind this page; in front of it, where `before` alone says where it is. */
  readonly more: boolean;
  /** What to go on with as `after`; null where there are no further rows, undefined for a page by number. */
  readonly next: string | null | undefined;
  /** What to go back with as `before`; null where there are no rows in front, undefined for a page by number. */
  readonly prev: string | null | undefined;
}

/** Which rows, and how many of them; for counting. */
export interface CountOptions<T extends ObjectLiteral> extends ServiceOptions<T> {
  /** All of them have to hold. Default: none. */
  readonly filter?: EntityFilters<T>;
}

/** Functions over the rows that pass the filter. */
export interface EvaluateOptions<T extends ObjectLiteral> extends CountOptions<T> {
  /** What is worked out, over which fields; only functions of the resource's option `functions`. */
  readonly functions: readonly { readonly name: FunctionName; readonly field: FieldPath<T> }[];
  /** One answer for each group. */
  readonly group?: readonly FieldPath<T>[];
}

/** What functions gave: values in their order, for each group. */
export interface Evaluated {
  /** The values that the rows of the group have in common, in the order of `group`; empty where there are no groups. */
  readonly group: readonly unknown[];
  /** One value for each function, in their order. */
  readonly values: readonly unknown[];
}

/** The properties that are relationships, as far as types can tell: objects and lists of objects. */
export type RelationName<T> = {
  [K in keyof T & string]: NonNullable<T[K]> extends Date | Uint8Array | ((...args: never[]) => unknown)
    ? never
    : NonNullable<T[K]> extends object
      ? K
      : never;
}[keyof T & string];

/** The entity behind a relationship. */
export type Related<V> = NonNullable<V> extends readonly (infer Each)[] ? NonNullable<Each> : NonNullable<V>;

/** What a relationship leads to: rows, or one or nothing. */
export type RelatedRows<V> =
  NonNullable<V> extends readonly (infer Each)[] ? readonly Row<NonNullable<Each>>[] : Row<NonNullable<V>> | null;
