/**
 * ApiRequest: what a client sent, decoded from either wire format and not yet checked. Preprocessors see and
 * edit this value; everything later works on the checked {@link Query}.
 */
import type { BadRequestError } from '../errors.js';

import type { Viewer } from '../resource/policy.js';
import type { Resource } from '../resource/resource.js';
import type { Restriction } from '../resource/restrictions.js';
import type { ValueForm } from './values.js';

/** What is read, by the kind of URL. */
export type ReadOperation =
  /** `/person` */
  | 'GET_COLLECTION'
  /** `/person/1` */
  | 'GET_RESOURCE'
  /** `/person/1/computers` */
  | 'GET_RELATION'
  /** `/person/1/computers/2` */
  | 'GET_RELATED_RESOURCE'
  /** `/person/1/relationships/computers` */
  | 'GET_RELATIONSHIP';

/** One filter of a client, with its place in the request. */
export interface RawFilter {
  /** A filter object; see "Filtering" in `docs/reading.md`. */
  readonly value: unknown;
  /** Whether the operands are JSON, or text whose meaning the column decides. */
  readonly form: ValueForm;
  /** The query parameter, as it was sent. */
  readonly parameter: string;
  /** JSON pointer inside the parameter's value. */
  readonly pointer: string;
}

/** One key of a sort. */
export interface RawSortKey {
  readonly field: string;
  readonly descending: boolean;
}

/** A decoded request to read. */
export interface ApiRequest {
  readonly operation: ReadOperation;
  readonly resource: Resource;
  /** For whom it is answered. */
  readonly viewer: Viewer;
  id: string | undefined;
  relation: string | undefined;
  relatedId: string | undefined;
  /** The client's filters: they see what the client may read. */
  filters: RawFilter[];
  /** Filters of the application on rows of `resource`: they see every mapped field, and always hold. */
  restrictions: Restriction[];
  /** The same on the rows that `relation` leads to. */
  relatedRestrictions: Restriction[];
  sort: RawSortKey[];
  group: string[];
  ignoreCase: boolean;
  /** Exactly one row is wanted, as a single resource. */
  single: boolean;
  /** Undefined where the client did not ask; an empty list asks for nothing. */
  include: string[] | undefined;
  /** Relationship paths that the format itself follows where the client does not ask. */
  embed: string[] | undefined;
  /** Field names by type. */
  fields: ReadonlyMap<string, readonly string[]>;
  /** How many rows of included relationships are wanted for each row, by path. */
  portions?: ReadonlyMap<string, RawPortion> | undefined;
  /** How the total is to be found; undefined where the client does not say. */
  count?: string | undefined;
  page: RawPage;
  /** A stretch of the sorted rows, within which pages are counted. */
  window: RowWindow | undefined;
  /** How the client spelt the parameters that errors name. */
  readonly parameterNames: ParameterNames;
}

/** Which page is asked for: by its number, or by the cursors of rows. */
export interface RawPage {
  readonly number?: string | undefined;
  readonly size?: string | undefined;
  readonly after?: string | undefined;
  readonly before?: string | undefined;
  /** Undefined for what the resource's option `pagination` says. */
  readonly by?: 'number' | 'cursor' | undefined;
}

/** How many rows of an included relationship are wanted. */
export interface RawPortion {
  readonly size: string;
  /** The parameter, as it was sent. */
  readonly parameter: string;
  /** More than there may be is as many as there may be. */
  readonly isCapped: boolean;
}

/** A stretch of sorted rows. */
export interface RowWindow {
  readonly offset: number;
  /** Undefined for all the rest. */
  readonly limit: number | undefined;
}

/** The parameters that an error may have to name, as the format spells them. */
export interface ParameterNames {
  readonly filters: string;
  readonly sort: string;
  readonly group: string;
  readonly include: string;
  readonly pageNumber: string;
  readonly pageSize: string;
  readonly pageAfter: string;
  readonly pageBefore: string;
  readonly single: string;
  readonly count: string;
  readonly fields: (type: string) => string;
}

/** What is written, by verb and kind of URL. */
export type WriteOperation =
  | 'POST_RESOURCE'
  | 'PATCH_RESOURCE'
  | 'DELETE_RESOURCE'
  | 'POST_RELATIONSHIP'
  | 'PATCH_RELATIONSHIP'
  | 'DELETE_RELATIONSHIP'
  | 'PATCH_COLLECTION'
  | 'DELETE_COLLECTION';

/** A member of a body, with its place. */
export interface RawMember {
  readonly name: string;
  readonly value: unknown;
  readonly pointer: string;
}

/** A row that a relationship names. */
export interface RawReference {
  /** Undefined for the type that the relationship leads to. */
  readonly type: string | undefined;
  readonly id: string;
  readonly pointer: string;
}

/** A row that a relationship names by what it is to hold: the one that has its key, or a new one. */
export interface RawRow {
  readonly row: RawResource;
  /** The row is deleted, once the relationship does not lead to it any more. */
  readonly deletes: boolean;
  readonly pointer: string;
}

/** What a relationship is to lead to: a list of rows, or one, or nothing. */
export interface RawLinkage {
  readonly name: string;
  /** To exactly these, to these as well, or to these no more. Undefined is what the operation says. */
  readonly action?: 'set' | 'add' | 'remove';
  /** What cannot be read as an identifier is the error to tell, along with what is wrong with the others. */
  readonly references: readonly (RawReference | RawRow | BadRequestError)[];
  readonly many: boolean;
  readonly pointer: string;
}

/** Where a resource stands in a body: pointers to itself, and to what holds its fields. */
export interface RawPlace {
  readonly row: string;
  readonly attributes: string;
  readonly relationships: string;
}

/** A resource of a body. */
export interface RawResource {
  readonly id: { readonly value: string; readonly pointer: string } | undefined;
  readonly attributes: RawMember[];
  readonly relationships: RawLinkage[];
  readonly place: RawPlace;
}

/** A decoded request to write. */
export interface ChangeRequest {
  readonly operation: WriteOperation;
  /** The request's URL, and what the answer is to show: `include` and `fields`; for collections, the filters. */
  readonly request: ApiRequest;
  /** For POST and PATCH of resources and collections. */
  readonly resource: RawResource | undefined;
  /** What the application sets on top, by property: any mapped column or to-one relation. It wins over the body. */
  readonly assigned?: Readonly<Record<string, unknown>> | undefined;
  /** For relationships. */
  readonly linkage: RawLinkage | undefined;
  /** Members of to-many relationships may be replaced and taken out unless an option refuses it; otherwise only where one allows it. */
  readonly editsMembers: boolean;
  /** What the document says beside its data. */
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
  /** The answer shows the row that was changed, unless the resource's option `returning` says never. */
  readonly showsChanges?: boolean;
}
