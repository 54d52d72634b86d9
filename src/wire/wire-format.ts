/**
 * What every wire format does: decode a request, write a result, write errors. `nest/` chooses one by the
 * media types it is asked for, and knows nothing else of it.
 */
import type { ErrorSource } from '../errors.js';
import type { ApiRequest, ChangeRequest, ReadOperation, WriteOperation } from '../query/api-request.js';
import type { EvaluationRequest, EvaluationResult } from '../query/evaluation.js';
import type { ResourceRecord, Result } from '../query/result.js';
import type { Viewer } from '../resource/policy.js';
import type { Resource } from '../resource/resource.js';
import type { WireFormatName } from './format-name.js';
import type { WireSchemas } from './schemas.js';
import type { Serialized, SerializedResource } from './serializer.js';

/** A request before it is decoded: what the URL's path says, and the query string as it came. */
export interface IncomingRequest {
  readonly operation: ReadOperation;
  readonly resource: Resource;
  readonly id: string | undefined;
  readonly relation: string | undefined;
  readonly relatedId: string | undefined;
  readonly viewer: Viewer;
  /** The query string without `?`, not decoded. */
  readonly queryString: string;
  /** What it is the answer to, where something is written. */
  readonly change?: WriteOperation | undefined;
}

/** A request to write, before it is decoded. */
export interface IncomingChange extends Omit<IncomingRequest, 'operation' | 'change'> {
  readonly operation: WriteOperation;
  /** What the answer is to show, and which rows of a collection are meant: the query string, as the answer's format reads it. */
  readonly request: ApiRequest;
  /** The body: bytes or text where this library reads it, what the application's own parser made of it otherwise; undefined where there is none. */
  readonly body: unknown;
}

/** Where answers are read, for links. */
export interface Address {
  /** What stands before the path of every resource: `''`, `/v1`, or `https://example.org/v1`. */
  readonly root: string;
  /** The same for resources of other versions, by version. */
  readonly roots?: ReadonlyMap<string | undefined, string>;
  /** The URL of the request without its query, starting with the root. */
  readonly path: string;
  /** The query string without `?`, not decoded. */
  readonly queryString: string;
}

/** One error, whatever it was thrown as. */
export interface WireError {
  readonly id?: string | undefined;
  readonly links?: Readonly<Record<string, unknown>> | undefined;
  readonly status: number;
  readonly code?: string | undefined;
  readonly title?: string | undefined;
  readonly detail?: string | undefined;
  readonly source?: ErrorSource | undefined;
  /** A pointer to the field that the body lacks. */
  readonly missing?: string | undefined;
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
}

/** An answer: its headers, and a document that JSON can hold. */
export interface WireAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly document: Readonly<Record<string, unknown>>;
}

/** An answer as text: its headers, and the document in pieces that are made as they are taken. */
export interface WireText {
  readonly headers: Readonly<Record<string, string>>;
  readonly pieces: Iterable<string>;
}

/** How strict a format reads query strings. */
export interface ReadOptions {
  readonly unknownParameters: 'reject' | 'ignore';
  /** Only the names that JSON:API 1.1 allows: `groupBy`, not `group`. */
  readonly strictParameterNames: boolean;
  /** Names of the application's own operators. */
  readonly operators: ReadonlySet<string>;
  /** How deep a body may nest. */
  readonly bodyDepth: number;
  /** How many rows a relationship of a body may name. */
  readonly listLength: number;
}

/** What a resource wants of its formats. */
export interface WireOptions {
  /** How many levels of related resources flat JSON embeds. */
  readonly embed: number;
  /** Flat JSON sends `num_pages` as well, which one paragraph of its old manual promised. */
  readonly numPagesAlias: boolean;
  /** GET answers as a script where the client names a function. */
  readonly jsonp: boolean;
}

export interface WireFormat {
  readonly name: WireFormatName;
  /** The media type of its answers, exactly. */
  readonly mediaType: string;
  /** False for a format that answers whatever `Accept` says, where it is the only one. */
  readonly negotiates: boolean;
  /** True for the media type of a range in `Accept`, or of a body; parameters included. */
  readonly understands: (type: MediaType) => boolean;
  /** Why no field may have a name, to follow the field's place in a sentence; undefined where it may. */
  readonly nameFault: (name: string) => string | undefined;
  /** Why a field should not have a name, as a sentence's end in the same way. */
  readonly nameDoubt: (name: string) => string | undefined;
  readonly read: (request: IncomingRequest, options: ReadOptions & WireOptions) => ApiRequest;
  readonly readEvaluation: (request: IncomingRequest, options: ReadOptions & WireOptions) => EvaluationRequest;
  readonly writeEvaluation: (result: EvaluationResult) => WireAnswer['document'];
  /** Undefined for a format that only reads. */
  readonly readChange?: (change: IncomingChange, options: ReadOptions & WireOptions) => ChangeRequest;
  /** What a body says beside its resource, which an application reads itself: which rows of a collection are meant. */
  readonly readBeside?: (change: IncomingChange, options: ReadOptions & WireOptions) => ChangeRequest;
  /** PUT is another name of PATCH where a resource lists it, and DELETE takes out a member that the URL names. @see MET-07, MET-16 */
  readonly classicVerbs: boolean;
  /** A row that was changed is shown, unless the resource's option `returning` says never. @see UPD-01 */
  readonly showsChanges: boolean;
  /** What a serializer starts from. */
  readonly parts: (record: ResourceRecord, result: Result, address: Address) => SerializedResource;
  /** @param serialized what serializers made of some of the records */
  readonly write: (result: Result, address: Address, options: WireOptions, serialized?: Serialized) => WireAnswer;
  /** The text of the document that `write` gives, sooner; where a format has no such way, it is made from the document. */
  readonly writeText?: (result: Result, address: Address, options: WireOptions) => WireText;
  /** The status that an error has in this format. */
  readonly statusOf: (error: WireError) => number;
  /** What was changed or deleted in a collection. */
  readonly writeCount: (count: { readonly modified: number } | { readonly deleted: number }) => WireAnswer['document'];
  readonly writeErrors: (errors: readonly WireError[]) => WireAnswer['document'];
  /** What is handed to the client's function (JSP-03, JSP-05). */
  readonly jsonpPayload: (document: WireAnswer['document'], status: number, headers: WireAnswer['headers']) => object;
  /** Checks the query string of the document at the prefix. */
  readonly readRoot: (queryString: string, options: Pick<ReadOptions, 'unknownParameters'>) => void;
  /** The document at the prefix: which resources there are, and where. */
  readonly writeRoot: (resources: readonly Resource[], address: Address) => WireAnswer;
  /** What it says of itself, for OpenAPI. */
  readonly schemas: WireSchemas;
}

/** A media type, or a range of them, with its parameters. */
export interface MediaType {
  /** In lower case, as in `application/json`. */
  readonly type: string;
  /** Without `q`; names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
  /** The weight, 0 to 1. */
  readonly q: number;
}
