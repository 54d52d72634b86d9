/**
 * Change: a checked write. Like a Query it holds Attributes and Relationships, never names, and prints itself.
 * What it names in the database is still to be found: rows are checked by the repository, in the transaction.
 */
import { NotFoundError, type RestlessError, type RestlessErrors } from '../errors.js';
import type { RowChecks } from '../resource/permissions.js';
import type { Attribute, PluckedAttribute, Relationship, Resource } from '../resource/resource.js';
import type { RawPlace } from './api-request.js';
import { escapePointer, quote } from './faults.js';
import { printFilter, type Filter } from './filter.js';
import { printQuery, type Query } from './query.js';
import type { Result } from './result.js';
import type { WrittenValue } from './written-values.js';

/** One value for one column, getter-and-setter pair, or member of an embedded object. */
export interface FieldValue {
  readonly attribute: Attribute;
  /** For embedded objects: the values of its members. */
  readonly value: WrittenValue | readonly FieldValue[];
  /** Where it stands in the body. */
  readonly pointer: string;
}

/** A row that a relationship is to lead to. */
export interface LinkTarget {
  readonly resource: Resource;
  /** Undefined for a new row, and for a member that is found by what it holds. */
  readonly id: string | undefined;
  /** Finds the row, if it exists for the viewer; undefined where the id cannot be one. */
  readonly filter: Filter | undefined;
  /** The row may belong to a resource that inherits from this one. */
  readonly ofFamily: boolean;
  readonly pointer: string;
  /** Makes the row, where there is none. */
  readonly create?: NewRow | undefined;
  /** Changes the row, where there is one; or says why it must not. */
  readonly update?: ChangedRow | RestlessError | RestlessErrors | undefined;
  /** The row has to be a member, and is deleted. */
  readonly deletes?: boolean;
  /** The application names the row, whether the viewer sees it or not. */
  readonly assigned?: boolean;
  /** Named by a value that it holds, of a plucked attribute. */
  readonly held?: HeldValue | undefined;
}

/** The value of a plucked attribute that names a row. */
export interface HeldValue {
  readonly value: WrittenValue;
  /** Finds the rows that hold it, the viewer's or not. */
  readonly filter: Filter;
  /** What to tell where there is none, and none may be made. */
  readonly missing: RestlessError;
}

/** What happens to a relationship. */
export interface LinkChange {
  readonly relationship: Relationship;
  /** The relationship leads to exactly these, to these as well, or to these no more. */
  readonly action: 'set' | 'add' | 'remove';
  /** At most one for a to-one relationship; none for nothing. */
  readonly targets: readonly LinkTarget[];
  readonly pointer: string;
  /** Which of the rows it leads to now exist for the viewer; the others stay as they are. */
  readonly visible: Filter | undefined;
  /** Which rows of the join entity that it leads through exist for the viewer. */
  readonly between?: Filter | undefined;
  /** What is to be taken out has to be a member. */
  readonly strict?: boolean;
  /** The attribute whose values name the rows. */
  readonly plucked?: PluckedAttribute;
}

interface BaseChange {
  readonly resource: Resource;
  /** Which rows exist for the viewer; what a change leaves behind has to be among them. */
  readonly scope: Filter | undefined;
  /** Names the field in errors: what the viewer may see or write. */
  readonly fieldName: (property: string) => FieldName | undefined;
  /** Where the row stands in the body. */
  readonly place: RawPlace;
  /** Asks the application about the rows that are written. */
  readonly checks: RowChecks;
}

/** A field as errors name it. */
export interface FieldName {
  readonly name: string;
  readonly kind: 'attributes' | 'relationships';
}

/** What a row is to hold. */
export interface Contents {
  readonly values: readonly FieldValue[];
  readonly links: readonly LinkChange[];
  /** Rows that values name, as foreign keys that are exposed do. */
  readonly named: readonly LinkTarget[];
}

/** A client's own id, by columns of the id. */
export interface OwnId {
  readonly values: readonly FieldValue[];
  readonly filter: Filter;
  readonly text: string;
  readonly pointer: string;
}

/** A new row, by itself or inside another. */
export interface NewRow extends BaseChange, Contents {
  readonly kind: 'create';
  readonly id: OwnId | undefined;
}

/** A new row. */
export interface Create extends NewRow {
  readonly answer: Query;
}

/** Finds one row: by its id, within the scope. */
interface Selected extends BaseChange {
  readonly filter: Filter;
  /** The id, for errors. */
  readonly id: string;
}

/** Values and relationships of one row that is there, by itself or inside another. */
export interface ChangedRow extends Selected, Contents {
  readonly kind: 'update';
}

/** Values and relationships of one row. */
export interface Update extends ChangedRow {
  readonly answer: Query;
  /** Shown even where nothing but what was asked for has changed. */
  readonly shown: boolean;
}

/** One row less. */
export interface Remove extends Selected {
  readonly kind: 'remove';
}

/** One relationship of one row. */
export interface EditRelationship extends Selected {
  readonly kind: 'edit-relationship';
  readonly link: LinkChange;
  /** Undefined where the relationship cannot be read. */
  readonly answer: Query | undefined;
}

/** The same values for every row that a filter finds. */
export interface UpdateMany extends BaseChange, Contents {
  readonly kind: 'update-many';
  readonly filter: Filter | undefined;
  /** Finds the rows, where only a stretch of them is meant. */
  readonly part: Query | undefined;
}

/** No row that a filter finds any more. */
export interface RemoveMany extends BaseChange {
  readonly kind: 'remove-many';
  readonly filter: Filter | undefined;
  /** Finds the rows, where only a stretch of them is meant. */
  readonly part: Query | undefined;
}

/** A checked write: what a store's `apply` is given, and handlers of a `RestlessController`. */
export type Change = Create | Update | Remove | EditRelationship | UpdateMany | RemoveMany;

/** What may go wrong on its own: a change, or a row inside one. */
export type ChangePart = Change | NewRow | ChangedRow;

/** What a repository did. */
export interface Applied {
  /** The id of the row that was created or changed. */
  readonly id: string | undefined;
  /** How many rows were changed or deleted. */
  readonly count: number;
  /** The row may hold more changes than were asked for: update dates, versions, what subscribers did. */
  readonly changedMore: boolean;
  /** What the answer of a new row shows, where it is known already. */
  readonly answer?: Result | undefined;
}

/**
 * The canonical text of a change, for tests and logs; rows inside it stand in brackets.
 *
 * @example
 * printChange(change); // "update person where id eq 1 set age = 21, owner = person 3"
 */
export function printChange(change: ChangePart): string {
  const words: string[] = [change.kind, change.resource.name];
  if ('filter' in change && change.filter !== undefined) words.push('where', printFilter(change.filter));
  if ('part' in change && change.part !== undefined) words.push('of', `(${printQuery(change.part)})`);
  if (change.kind === 'create' && change.id !== undefined) words.push(change.id.text);
  const values = 'values' in change ? change.values.map(printFieldValue) : [];
  const links = 'links' in change ? change.links : 'link' in change ? [change.link] : [];
  const parts = [...values, ...links.map(printLink)];
  if (parts.length > 0) words.push('set', parts.join(', '));
  return words.join(' ');
}

function printFieldValue({ attribute, value }: FieldValue): string {
  return `${attribute.name} = ${attribute.kind === 'embedded' ? `(${(value as readonly FieldValue[]).map(printFieldValue).join(', ')})` : JSON.stringify(value)}`;
}

function printLink({ relationship, action, targets }: LinkChange): string {
  const symbol = { set: '=', add: '+', remove: '-' }[action];
  return `${relationship.name} ${symbol} ${targets.length === 0 ? 'nothing' : targets.map(printTarget).join(' and ')}`;
}

function printTarget({ resource, id, filter, create, update, deletes }: LinkTarget): string {
  const found = filter === undefined ? [] : [`${resource.name} where ${printFilter(filter)}`];
  const words = id === undefined ? found : [`${resource.name} ${id}`];
  if (update !== undefined) words.push(`[${update instanceof Error ? update.message : printChange(update)}]`);
  if (create !== undefined) words.push(`[${printChange(create)}]`);
  if (deletes === true) words.push('[remove]');
  return words.join(' ');
}

/**
 * What to tell of a row that is not there.
 *
 * @throws Error where the application has named it: a server's own mistake, which clients are not told
 */
export function missingTarget({ held, resource, id, pointer, assigned = false }: LinkTarget): RestlessError {
  if (held !== undefined) return held.missing;
  const words = `There is no ${resource.name} with the id ${quote(id ?? '')}.`;
  if (assigned) throw new Error(`A preprocessor assigns a row that does not exist. ${words}`);
  return new NotFoundError(words, { source: { pointer } });
}

/**
 * Where a field stands in the body: the member itself, or the nearest parent that is there (decision 20).
 *
 * @param path of a member of an embedded object
 */
export function placeOf(change: ChangePart, field: FieldName, path: readonly string[] = []): string {
  const sent = [
    ...('values' in change ? change.values.flatMap(pointersOf) : []),
    ...('links' in change ? change.links.map(({ pointer }) => pointer) : []),
  ];
  const holder = change.place[field.kind];
  for (let names = [field.name, ...path]; names.length > 0; names = names.slice(0, -1)) {
    const place = pointerTo(holder, names);
    if (sent.some((pointer) => `${pointer}/`.startsWith(`${place}/`))) return place;
  }
  return holder;
}

/** Where a field would stand, be it in the body or not. */
export function fullPlaceOf(change: ChangePart, field: FieldName, path: readonly string[] = []): string {
  return pointerTo(change.place[field.kind], [field.name, ...path]);
}

/** True where the field itself is in the body. */
export function isSent(change: ChangePart, field: FieldName): boolean {
  return placeOf(change, field) === fullPlaceOf(change, field);
}

function pointerTo(holder: string, names: readonly string[]): string {
  return [holder, ...names.map(escapePointer)].join('/');
}

function pointersOf({ attribute, value, pointer }: FieldValue): readonly string[] {
  return attribute.kind === 'embedded' ? [pointer, ...(value as readonly FieldValue[]).flatMap(pointersOf)] : [pointer];
}
