/**
 * Query: a checked read. It holds Attributes and Relationships, never names, and everything that the later
 * stages need: the scope is already part of its filters, the policy part of its fieldsets. Prints itself.
 */
import type { ExposeViewer } from '../resource/expose.js';
import type { CountName } from '../resource/counting.js';
import type { NullsOrder } from '../resource/options.js';
import type { RowChecks } from '../resource/permissions.js';
import type { Attribute, ColumnAttribute, PluckedAttribute, Relationship, Resource } from '../resource/resource.js';
import { printFilter, type Filter } from './filter.js';
import type { ReadOperation, RowWindow } from './api-request.js';
import type { CursorPage } from './cursor.js';

/** One step of a path along to-one relationships; rows that do not pass the filter count as absent. */
export interface PathStep {
  readonly relationship: Relationship;
  /** The rows that show the relationship; from others it leads nowhere. */
  readonly shown: Filter | undefined;
  readonly filter: Filter | undefined;
}

/** An attribute of the row, or of a row that to-one relationships lead to. */
export interface FieldPath {
  readonly steps: readonly PathStep[];
  readonly attribute: ColumnAttribute;
  /** The rows that show the attribute; in others it counts as null. */
  readonly shown: Filter | undefined;
}

/** What rows are sorted by. */
export interface SortKey extends FieldPath {
  readonly descending: boolean;
  readonly ignoreCase: boolean;
}

/** A page by its number. */
export interface Page {
  /** Counts from 1. */
  readonly number: number;
  readonly size: number;
}

/** A relationship in an answer. */
export interface FieldsetRelationship {
  readonly relationship: Relationship;
  /** Which related rows exist for the viewer; for the linkage of to-one relationships. */
  readonly filter: Filter | undefined;
}

/** What an answer shows of the resources of one type. */
export interface Fieldset {
  readonly attributes: readonly Attribute[];
  readonly relationships: readonly FieldsetRelationship[];
  /** The names that the client asks for; undefined where it does not. */
  readonly asked?: readonly string[] | undefined;
  /** The instance is wanted as well, by a serializer. */
  readonly withEntity?: boolean;
}

/** How many of the rows behind each row are shown. */
export interface EdgeLimit {
  readonly rows: number;
  /** Where there are more, they are counted. */
  readonly total: boolean;
}

/** A relationship to follow from the rows that were found: to the resources themselves, or to their ids only. */
export interface Edge {
  readonly relationship: Relationship;
  /** The resources whose rows have it: one, and those that inherit the relation. The first one's is `relationship`. */
  readonly owners: ReadonlySet<Resource>;
  /** What its rows are shown as. */
  readonly target: Resource;
  readonly load: 'resources' | 'linkage' | 'values';
  /** For values: the attribute that has them. */
  readonly plucked?: PluckedAttribute | undefined;
  /** Through a join entity: which of its rows exist for the viewer. */
  readonly between?: Filter | undefined;
  /** Which related rows exist for the viewer. */
  readonly filter: Filter | undefined;
  /** The order of the rows behind each row; ends with the primary key. */
  readonly sort: readonly SortKey[];
  /** Undefined where all are shown. */
  readonly limit: EdgeLimit | undefined;
  readonly edges: readonly Edge[];
}

/** The row whose relationship is read. */
export interface Parent {
  readonly resource: Resource;
  readonly relationship: Relationship;
  /** Finds the row: its id, and the scope. */
  readonly filter: Filter;
  /** Through a join entity: which of its rows exist for the viewer. */
  readonly between?: Filter | undefined;
  /** The id, as the client sent it, for errors. */
  readonly id: string;
}

/** A checked read: what a store's `find` is given. It holds attributes and relationships, never names; `printQuery` prints it. */
export interface Query {
  readonly operation: ReadOperation;
  /** Whose rows are read. */
  readonly resource: Resource;
  /** Only the rows related to this one. */
  readonly parent: Parent | undefined;
  /** Everything that a row has to pass; undefined is all rows. */
  readonly filter: Filter | undefined;
  /** The id that is asked for, for errors. */
  readonly id: string | undefined;
  /** `one` is a resource or nothing, `single` has to be exactly one of a collection. */
  readonly cardinality: 'many' | 'one' | 'single';
  /** Only rows of exactly this resource, not of those that inherit from it. */
  readonly exact: boolean;
  /** Ends with the primary key. */
  readonly sort: readonly SortKey[];
  /** One row a group: that with the smallest primary key. */
  readonly group: readonly FieldPath[];
  /** The stretch of rows that counts as all of them. */
  readonly window: RowWindow | undefined;
  /** Undefined where paging is off. */
  readonly page: Page | undefined;
  /** Where the page is, if cursors say so; its number is 1 then. */
  readonly cursor: CursorPage | undefined;
  /** How the total is found; `estimated` only where an estimate says nothing of rows that the viewer may not see. */
  readonly count: CountName;
  /** The rows up to which a capped count is exact. */
  readonly countCap: number;
  readonly nulls: NullsOrder;
  /** What is shown, for every resource that may occur in the answer. */
  readonly fieldsets: ReadonlyMap<Resource, Fieldset>;
  readonly edges: readonly Edge[];
  /** For whom the functions of `@Transform` work. */
  readonly viewer: ExposeViewer;
  /** Asks the application about rows that are named by their id. */
  readonly checks: RowChecks;
  /** The answer has an `included` member. */
  readonly includes: boolean;
  /** For linkage: the rows themselves are included. */
  readonly includesPrimary: boolean;
}

/** What is shown where nothing is. */
export const EMPTY_FIELDSET: Fieldset = Object.freeze({
  attributes: Object.freeze([]),
  relationships: Object.freeze([]),
});

/**
 * The canonical text of a query, for tests and logs.
 *
 * @example
 * printQuery(query); // "person where name like '%y%' sort -name, id include computers page 1x10"
 */
export function printQuery(query: Query): string {
  const words = [query.resource.name];
  const { parent } = query;
  if (parent !== undefined) {
    words.push('of', parent.resource.name, `(${printFilter(parent.filter)})`, parent.relationship.name);
  }
  if (query.filter !== undefined) words.push('where', printFilter(query.filter));
  if (query.group.length > 0) words.push('group', query.group.map(printPath).join(', '));
  if (query.sort.length > 0) words.push('sort', query.sort.map(printSortKey).join(', '));
  const included = query.edges.flatMap((edge) => printEdge(edge));
  if (included.length > 0) words.push('include', included.join(', '));
  words.push(query.page === undefined ? query.cardinality : printPage(query.page, query.cursor));
  return words.join(' ');
}

function printPage({ number, size }: Page, cursor: CursorPage | undefined): string {
  if (cursor === undefined) return `page ${number}x${size}`;
  const place = (name: 'after' | 'before'): string =>
    cursor[name] === undefined ? '' : ` ${name} (${cursor[name].join(', ')})`;
  return `page of ${size}${place('after')}${place('before')}`;
}

function printPath(path: FieldPath): string {
  return [...path.steps.map((step) => step.relationship.name), path.attribute.property].join('.');
}

function printSortKey(key: SortKey): string {
  return `${key.descending ? '-' : ''}${printPath(key)}${key.ignoreCase ? ' (ignoring case)' : ''}`;
}

function printEdge(edge: Edge): readonly string[] {
  const { load, relationship, limit } = edge;
  const words = [...(load === 'resources' ? [] : [load]), ...(limit === undefined ? [] : [`at most ${limit.rows}`])];
  const own = words.length === 0 ? relationship.name : `${relationship.name} (${words.join(', ')})`;
  return [own, ...edge.edges.flatMap((inner) => printEdge(inner)).map((path) => `${edge.relationship.name}.${path}`)];
}
