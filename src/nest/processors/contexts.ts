/**
 * What processors are handed: one context for each key. It is decoded and not yet checked, the same for both formats.
 */
import type { EntityManager, ObjectLiteral } from 'typeorm';
import type { RawFunction } from '../../query/evaluation.js';
import type { FilterObject } from '../../resource/options.js';
import type { Restriction } from '../../sql/restrictions.js';
import type { WireFormatName } from '../../wire/format-name.js';
import type { RestlessEntity } from '../restless.tokens.js';
import type { Values } from '../service-types.js';
import type { ProcessorKey, WriteProcessorKey } from './keys.js';

/** What every context tells. */
export interface ProcessorContext<T extends ObjectLiteral = ObjectLiteral> {
  /** What is done: never a variant or a classic name. */
  readonly operation: string;
  /** The name in the URL, JSON:API's `type`. */
  readonly collectionName: string;
  /** As it was given to `forFeature`. */
  readonly entity: RestlessEntity<T>;
  /** The format of the answer, in which `result` is written. */
  readonly format: WireFormatName;
  /** The request of the HTTP adapter. */
  readonly request: unknown;
  /** What a guard has left as `request.user`. */
  readonly user: unknown;
  /** In postprocessors of what writes, the manager of the transaction; elsewhere that of the data source. */
  readonly manager: EntityManager;
}

/** One row, by its URL. */
interface OnRow {
  /** The id in the URL; another one makes it another row. */
  id: string;
  /** Conditions of the application on this row, over any mapped field; where it does not pass, the answer is 404. */
  restrictions: Restriction[];
}

/** A relationship of one row. */
interface OnRelation extends OnRow {
  /** The relationship in the URL; another name makes it another one. */
  relation: string;
}

/** Rows that are read along a relationship. */
interface OnRelatedRows extends OnRelation {
  /** Conditions of the application on the related rows, over any mapped field. */
  relatedRestrictions: Restriction[];
}

/** Which rows of a list, in which order. */
interface Listing {
  /** Filter objects of the client, not yet checked; what is added sees what the client may see. */
  filters: FilterObject[];
  sort: { field: string; descending: boolean }[];
  groupBy: string[];
  /** Exactly one row is asked for. */
  single: boolean;
  ignoreCase: boolean;
  page: {
    number?: string | number | undefined;
    size?: string | number | undefined;
    after?: string | undefined;
    before?: string | undefined;
  };
  /** Flat JSON's `limit` and `offset`. */
  limit: number | undefined;
  offset: number | undefined;
}

/** What an answer shows. */
interface Shown {
  /** Undefined where the client did not ask. */
  include: string[] | undefined;
  /** Field names by type. */
  fields: Record<string, readonly string[]>;
}

/** Names a row. */
export interface ResourceIdentifier {
  /** The resource that the relationship leads to, unless told. */
  type?: string;
  /** As in the URL of the row. */
  id: string;
}

/** What a relationship is to lead to. */
export type RelationshipData = ResourceIdentifier | null | ResourceIdentifier[];

/**
 * The fields of a body by name: values of attributes as JSON, and of relationships as identifiers. Whatever format it came
 * in, `data.name = 'Ada'` sets an attribute, `data.owner = { id: '1' }` a relationship, `delete data.token` drops a member.
 */
export type ChangeData<T extends ObjectLiteral = ObjectLiteral> = { [Field in keyof T]?: unknown } & {
  [field: string]: unknown;
};

/** What a client sent to write a row, or several. */
interface Written<T extends ObjectLiteral> {
  data: ChangeData<T>;
  /** The document's own `meta`; empty in flat JSON. */
  meta: Record<string, unknown>;
  /**
   * Sets columns and to-one relations of the row, by property: any that is mapped, whether clients may write or see it or
   * not. What is assigned wins over `data`, and over what was assigned before. It is checked against the columns; what does not fit is a 500, and
   * the log says why.
   *
   * @example
   * assign({ author: { id: user.id }, tenantId: user.tenantId });
   */
  readonly assign: (values: Values<T>) => void;
}

/** What a client sent to a relationship's URL. */
interface WrittenLinkage {
  data: RelationshipData;
  /** The document's own `meta`; empty in flat JSON. */
  meta: Record<string, unknown>;
}

type On<Operation extends ProcessorKey, T extends ObjectLiteral, Parts> = ProcessorContext<T> & {
  readonly operation: Operation;
} & Parts;

interface Evaluated {
  filters: FilterObject[];
  restrictions: Restriction[];
  groupBy: string[];
  functions: RawFunction[];
}

interface OnRows {
  filters: FilterObject[];
  /** Conditions of the application, over any mapped field, which always hold. */
  restrictions: Restriction[];
}

/** The contexts of the operations. */
interface OperationContexts<T extends ObjectLiteral> {
  GET_COLLECTION: On<'GET_COLLECTION', T, OnRows & Listing & Shown>;
  GET_RESOURCE: On<'GET_RESOURCE', T, OnRow & Shown>;
  GET_RELATION: On<'GET_RELATION', T, OnRelatedRows & Listing & Shown>;
  GET_RELATED_RESOURCE: On<'GET_RELATED_RESOURCE', T, OnRelatedRows & Shown & { relatedId: string }>;
  GET_RELATIONSHIP: On<'GET_RELATIONSHIP', T, OnRelatedRows & Listing & Shown>;
  POST_RESOURCE: On<'POST_RESOURCE', T, Written<T> & Shown>;
  PATCH_RESOURCE: On<'PATCH_RESOURCE', T, OnRow & Written<T> & Shown>;
  DELETE_RESOURCE: On<'DELETE_RESOURCE', T, OnRow>;
  POST_RELATIONSHIP: On<'POST_RELATIONSHIP', T, OnRelation & WrittenLinkage>;
  PATCH_RELATIONSHIP: On<'PATCH_RELATIONSHIP', T, OnRelation & WrittenLinkage>;
  DELETE_RELATIONSHIP: On<'DELETE_RELATIONSHIP', T, OnRelation & WrittenLinkage>;
  PATCH_COLLECTION: On<'PATCH_COLLECTION', T, OnRows & Written<T>>;
  DELETE_COLLECTION: On<'DELETE_COLLECTION', T, OnRows>;
  EVALUATE: On<'EVALUATE', T, Evaluated>;
}

type Of<T extends ObjectLiteral, Operation extends keyof OperationContexts<T>> = OperationContexts<T>[Operation];

/**
 * The context of every key. Where a key runs for several operations, `context.operation` tells them apart.
 *
 * @example
 * type Draft = ProcessorContexts<Article>['POST_RESOURCE']; // its `data` has the fields of Article
 */
export interface ProcessorContexts<T extends ObjectLiteral = ObjectLiteral> extends OperationContexts<T> {
  GET_TO_ONE_RELATION: Of<T, 'GET_RELATION'>;
  GET_TO_MANY_RELATION: Of<T, 'GET_RELATION'>;
  GET_TO_ONE_RELATIONSHIP: Of<T, 'GET_RELATIONSHIP'>;
  GET_TO_MANY_RELATIONSHIP: Of<T, 'GET_RELATIONSHIP'>;
  GET_SINGLE: Of<T, 'GET_RESOURCE' | 'GET_RELATION' | 'GET_RELATED_RESOURCE' | 'GET_RELATIONSHIP'>;
  GET_MANY: Of<T, 'GET_COLLECTION'>;
  POST: Of<T, 'POST_RESOURCE'>;
  PATCH_SINGLE: Of<T, 'PATCH_RESOURCE' | 'POST_RELATIONSHIP' | 'PATCH_RELATIONSHIP'>;
  PUT_SINGLE: Of<T, 'PATCH_RESOURCE' | 'POST_RELATIONSHIP' | 'PATCH_RELATIONSHIP'>;
  PATCH_MANY: Of<T, 'PATCH_COLLECTION'>;
  PUT_MANY: Of<T, 'PATCH_COLLECTION'>;
  DELETE: Of<T, 'DELETE_RESOURCE' | 'DELETE_RELATIONSHIP'>;
  DELETE_SINGLE: Of<T, 'DELETE_RESOURCE' | 'DELETE_RELATIONSHIP'>;
  DELETE_MANY: Of<T, 'DELETE_COLLECTION'>;
}

/** What a postprocessor is told beyond what was asked. */
interface Answered {
  /** The document that is about to be sent, in `format`; undefined for no content, and then a document makes it a 200. */
  result: Record<string, unknown> | undefined;
}

/** What a write tells on top of that. */
interface Made extends Answered {
  /** The id of the row that was created or changed. */
  readonly id: string;
}

interface Removed extends Answered {
  readonly wasDeleted: boolean;
}

interface Counted extends Answered {
  /** How many rows were changed or deleted. */
  readonly count: number;
}

type AnsweredBy<Key extends ProcessorKey> = Key extends 'POST_RESOURCE' | 'POST'
  ? Made
  : Key extends `DELETE_${'RESOURCE' | 'RELATIONSHIP' | 'SINGLE'}` | 'DELETE'
    ? Removed
    : Key extends `${string}_COLLECTION` | `${string}_MANY`
      ? Key extends `GET_${string}`
        ? Answered
        : Counted
      : Answered;

/** The argument of a preprocessor. */
export type PreprocessorContext<
  Key extends ProcessorKey,
  T extends ObjectLiteral = ObjectLiteral,
> = ProcessorContexts<T>[Key];

/** The argument of a postprocessor: what was asked, and the answer, which may be edited. */
export type PostprocessorContext<
  Key extends ProcessorKey,
  T extends ObjectLiteral = ObjectLiteral,
> = Key extends ProcessorKey ? Asked<ProcessorContexts<T>[Key]> & AnsweredBy<Key> : never;

/** What is settled by now. */
type Asked<Context> = Context extends unknown ? Readonly<Omit<Context, 'assign'>> : never;

/** The argument of an after-commit hook: what was asked, and the answer that is sent. */
export type AfterCommitContext<Key extends WriteProcessorKey, T extends ObjectLiteral = ObjectLiteral> = Readonly<
  PostprocessorContext<Key, T>
>;

/** The members of a context that a preprocessor may return anew. */
type EditsOf<Context> = Context extends unknown ? Partial<Omit<Context, keyof ProcessorContext | 'assign'>> : never;

type Awaitable<Value> = Value | Promise<Value>;

/**
 * Edits what was asked before it is checked, or throws. What it returns is assigned to the context.
 *
 * @example
 * const adultsOnly: PreprocessFunction<'GET_COLLECTION'> = ({ restrictions }) => {
 *   restrictions.push({ name: 'age', op: 'ge', val: 18 });
 * };
 */
export type PreprocessFunction<Key extends ProcessorKey, T extends ObjectLiteral = ObjectLiteral> = (
  context: PreprocessorContext<Key, T>,
) => Awaitable<EditsOf<PreprocessorContext<Key, T>> | void>;

/**
 * Edits the answer, or throws: what was written is undone then. A document that it returns is sent instead.
 *
 * @example
 * const stamp: PostprocessFunction<'GET_RESOURCE'> = ({ result }) => ({ ...result, meta: { stamp: 'ok' } });
 */
export type PostprocessFunction<Key extends ProcessorKey, T extends ObjectLiteral = ObjectLiteral> = (
  context: PostprocessorContext<Key, T>,
) => Awaitable<Record<string, unknown> | void>;

/**
 * Hears of what was written and committed. What it throws is logged, and changes nothing.
 *
 * @example
 * const welcome: AfterCommitFunction<'POST_RESOURCE'> = async ({ id }) => mails.welcome(id);
 */
export type AfterCommitFunction<Key extends WriteProcessorKey, T extends ObjectLiteral = ObjectLiteral> = (
  context: AfterCommitContext<Key, T>,
) => Awaitable<unknown>;

/** The options with processors, of a resource or, for all of them, of `forRoot`. */
export interface ProcessorOptions {
  /** Run before the request is checked. @see PRC-01 */
  readonly preprocessors?: { readonly [Key in ProcessorKey]?: readonly PreprocessFunction<Key>[] };
  /** Run before the answer is sent; for what writes, inside the transaction. @see PRC-01 */
  readonly postprocessors?: { readonly [Key in ProcessorKey]?: readonly PostprocessFunction<Key>[] };
  /** Run once the transaction is committed. @see PRJ-28 */
  readonly afterCommit?: { readonly [Key in WriteProcessorKey]?: readonly AfterCommitFunction<Key>[] };
}
