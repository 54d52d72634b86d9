/**
 * What every wire format does: decode a request, write a result, write errors. `nest/` chooses one by the
 * media types it is asked for, and knows nothing else of it.
 */
import type { ErrorSource } from '../errors.js';
import type { ApiRequest, ChangeRequest, ReadOperation, WriteOperation } from '../query/api-request.js';
import type { Result } from '../query/result.js';
import type { Viewer } from '../resource/policy.js';
import type { Resource } from '../resource/resource.js';

/** Names of the formats, as the option `formats` has them. */
export type WireFormatName = 'json-api';

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
}

/** A request to write, before it is decoded. */
export interface IncomingChange extends Omit<IncomingRequest, 'operation'> {
  readonly operation: WriteOperation;
  /** The body's text; undefined where there is none. */
  readonly body: string | undefined;
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
  readonly status: number;
  readonly code?: string | undefined;
  readonly title?: string | undefined;
  readonly detail?: string | undefined;
  readonly source?: ErrorSource | undefined;
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
}

/** An answer: its headers, and a document that JSON can hold. */
export interface WireAnswer {
  readonly headers: Readonly<Record<string, string>>;
  readonly document: Readonly<Record<string, unknown>>;
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
}

export interface WireFormat {
  readonly name: WireFormatName;
  /** The media type of its answers, exactly. */
  readonly mediaType: string;
  /** True for the media type of a range in `Accept`, or of a body; parameters included. */
  readonly understands: (type: MediaType) => boolean;
  readonly read: (request: IncomingRequest, options: ReadOptions) => ApiRequest;
  readonly readChange: (change: IncomingChange, options: ReadOptions) => ChangeRequest;
  readonly write: (result: Result, address: Address) => WireAnswer;
  /** What was changed or deleted in a collection. */
  readonly writeCount: (count: { readonly modified: number } | { readonly deleted: number }) => WireAnswer['document'];
  readonly writeErrors: (errors: readonly WireError[]) => WireAnswer['document'];
  /** Checks the query string of the document at the prefix. */
  readonly readRoot: (queryString: string, options: Pick<ReadOptions, 'unknownParameters'>) => void;
  /** The document at the prefix: which resources there are, and where. */
  readonly writeRoot: (resources: readonly Resource[], address: Address) => WireAnswer;
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
