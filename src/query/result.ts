/**
 * Result: what a repository found, in the order that was asked for, with the Query that asked.
 */
import type { Resource } from '../resource/resource.js';
import type { Query } from './query.js';

/** Names one resource: JSON:API's resource identifier. */
export interface Identifier {
  readonly resource: Resource;
  readonly id: string;
}

/** What a relationship of a record leads to: one or nothing, or a list. */
export type Linkage = Identifier | null | readonly Identifier[];

/** One resource of an answer. */
export interface ResourceRecord extends Identifier {
  /** JSON values, in the order of the fieldset's attributes. */
  readonly values: readonly unknown[];
  /** Linkage by relationship name, as far as it was loaded. */
  readonly linkage: ReadonlyMap<string, Linkage>;
  /** The instance, where the fieldset wants it. */
  readonly entity?: object | undefined;
}

export interface Result {
  readonly query: Query;
  readonly records: readonly ResourceRecord[];
  /** Related resources, each once, none of which is among the records. */
  readonly included: readonly ResourceRecord[];
  /** Rows in all; undefined where they were not counted. */
  readonly total: number | undefined;
  /** There are rows after this page. */
  readonly more: boolean;
}
