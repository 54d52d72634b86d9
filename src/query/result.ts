/**
 * Result: what a repository found, in the order that was asked for, with the Query that asked.
 */
import type { Resource } from '../resource/resource.js';
import type { Position } from './cursor.js';
import type { Query } from './query.js';

/** Names one resource: JSON:API's resource identifier. */
export interface Identifier {
  readonly resource: Resource;
  readonly id: string;
}

/** What a relationship of a record leads to: one or nothing, or a list. */
export type Linkage = Identifier | null | readonly Identifier[];

/** How much of a to-many relationship was loaded, where there is a limit. */
export interface Portion {
  readonly limit: number;
  /** There are rows behind the limit. */
  readonly more: boolean;
  /** How many there are in all; undefined where that is not wanted. */
  readonly total: number | undefined;
}

/** One resource of an answer. */
export interface ResourceRecord extends Identifier {
  /** JSON values, in the order of the fieldset's attributes. */
  readonly values: readonly unknown[];
  /** Linkage by relationship name, as far as it was loaded. */
  readonly linkage: ReadonlyMap<string, Linkage>;
  /** By relationship name, for those whose linkage has a limit. */
  readonly portions?: ReadonlyMap<string, Portion> | undefined;
  /** The instance, where the fieldset wants it. */
  readonly entity?: object | undefined;
  /** Where it stands in the list, for its cursor: there for rows of a page that cursors were asked for. */
  readonly position?: Position | undefined;
}

/** What a read found, and the query that asked: what a store's `find` returns. */
export interface Result {
  readonly query: Query;
  readonly records: readonly ResourceRecord[];
  /** Related resources, each once, none of which is among the records. */
  readonly included: readonly ResourceRecord[];
  /** Rows in all; undefined where that is not known. */
  readonly total: number | undefined;
  /** There are so many rows, or more: where they were counted up to a number. */
  readonly atLeast?: number | undefined;
  /** There may be about so many rows: what the database expects. */
  readonly estimate?: number | undefined;
  /** There are rows after this page; before it, where it was looked for backwards. */
  readonly more: boolean;
}
