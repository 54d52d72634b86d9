/**
 * Everything this library throws, and the one table of codes.
 *
 * - RestlessError              the client can fix it; becomes an error document
 *   - BadRequestError   400    unreadable filter, sort, page, include, body
 *   - ForbiddenError    403    not allowed for this client
 *   - NotFoundError     404    no such collection, resource, relationship
 *   - ConflictError     409    type or id mismatch, unique violation
 *   - DeserializationException 400    a body that the application's own deserializer refuses
 *   - SerializationException   500    a resource that the application's own serializer cannot write
 * - RestlessErrors             several RestlessErrors at once
 * - RestlessConfigError        the developer can fix it; thrown while Nest starts
 */

/**
 * Code → HTTP status and title. A code is never reused for another meaning.
 *
 * @example
 * ERROR_CODES.UNKNOWN_FIELD; // [400, 'Unknown field']
 */
export const ERROR_CODES = {
  BAD_REQUEST: [400, 'Bad request'],
  UNKNOWN_PARAMETER: [400, 'Unknown query parameter'],
  REPEATED_PARAMETER: [400, 'Repeated query parameter'],
  BAD_PARAMETER: [400, 'Invalid query parameter'],
  BAD_FILTER: [400, 'Invalid filter'],
  UNKNOWN_FIELD: [400, 'Unknown field'],
  UNKNOWN_OPERATOR: [400, 'Unknown operator'],
  BAD_VALUE: [400, 'Invalid value'],
  BAD_SORT: [400, 'Invalid sort'],
  BAD_GROUP: [400, 'Invalid group'],
  BAD_PAGE: [400, 'Invalid page'],
  BAD_CURSOR: [400, 'Invalid cursor'],
  BAD_FUNCTION: [400, 'Invalid function'],
  BAD_INCLUDE: [400, 'Invalid include'],
  BAD_FIELDS: [400, 'Invalid sparse fieldset'],
  BAD_BODY: [400, 'Invalid request body'],
  DESERIALIZATION: [400, 'Failed to deserialize'],
  READ_ONLY: [400, 'Read-only field'],
  VALIDATION: [400, 'Validation error'],
  CONSTRAINT: [400, 'Constraint violated'],
  LIMIT_EXCEEDED: [400, 'Limit exceeded'],
  UNAUTHORIZED: [401, 'Unauthorized'],
  FORBIDDEN: [403, 'Forbidden'],
  NOT_FOUND: [404, 'Not found'],
  NO_RESULT: [404, 'No result found'],
  MULTIPLE_RESULTS: [404, 'Multiple results found'],
  METHOD_NOT_ALLOWED: [405, 'Method not allowed'],
  NOT_ACCEPTABLE: [406, 'Not acceptable'],
  CONFLICT: [409, 'Conflict'],
  TOO_LARGE: [413, 'Payload too large'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'Unsupported media type'],
  UNPROCESSABLE: [422, 'Validation error'],
  INTERNAL: [500, 'Internal server error'],
  SERIALIZATION: [500, 'Failed to serialize'],
  NOT_IMPLEMENTED: [501, 'Not implemented'],
  UNAVAILABLE: [503, 'Service unavailable'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

/** A code of {@link ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** The codes that are answered with the status `Status`. */
export type CodeOf<Status extends number> = {
  [Code in ErrorCode]: (typeof ERROR_CODES)[Code][0] extends Status ? Code : never;
}[ErrorCode];

/** Which part of the request is at fault (JSON:API 1.1, error objects). */
export interface ErrorSource {
  /** A JSON pointer into the request document. */
  readonly pointer?: string;
  /** The query parameter, as it was sent. */
  readonly parameter?: string;
  /** The request header. */
  readonly header?: string;
}

/** The optional members of an error. */
export interface ErrorDetails {
  /** The part of the request that is at fault. */
  readonly source?: ErrorSource | undefined;
  /** A JSON pointer to the field that the body lacks, where `source` can only name the nearest parent that is there. */
  readonly missing?: string | undefined;
  /** Anything else that the client is told: the error object's `meta`. */
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
  /** The URI of the kind of error, where a profile has one: JSON:API's `links.type`. */
  readonly type?: string | undefined;
  /** Headers of the answer, such as `Allow`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** What it came of: for logs, never for clients. */
  readonly cause?: unknown;
}

/**
 * An error that a client can mend. Nest's own filters honour `statusCode` and `message`, so it is
 * answered rightly in a controller of yours as well.
 *
 * @example
 * throw new RestlessError('NOT_IMPLEMENTED', 'This collection cannot be counted.');
 */
export class RestlessError extends Error {
  /** What happened, for programs. */
  readonly code: ErrorCode;
  /** The HTTP status. */
  readonly statusCode: number;
  /** What kind of problem it is, the same for every error of this code. */
  readonly title: string;
  /** The part of the request that is at fault, where there is one. */
  readonly source: ErrorSource | undefined;
  /** A JSON pointer to the field that the body lacks; see {@link ErrorDetails}. */
  readonly missing: string | undefined;
  /** Anything else that the client is told: the error object's `meta`. */
  readonly meta: Readonly<Record<string, unknown>> | undefined;
  /** The URI of the kind of error, where a profile has one. */
  readonly type: string | undefined;
  /** Headers of the answer, such as `Allow`. */
  readonly headers: Readonly<Record<string, string>> | undefined;

  constructor(code: ErrorCode, detail: string, details: ErrorDetails = {}) {
    super(detail, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    [this.statusCode, this.title] = ERROR_CODES[code];
    this.source = details.source;
    this.missing = details.missing;
    this.meta = details.meta;
    this.type = details.type;
    this.headers = details.headers;
  }

  /** The sentence for the client: what is wrong and what would be right. */
  get detail(): string {
    return this.message;
  }
}

/**
 * 400: the request cannot be understood.
 *
 * @example
 * throw new BadRequestError('BAD_VALUE', 'A birthday lies in the past.', { source: { pointer: '/data/attributes/birthDate' } });
 */
export class BadRequestError extends RestlessError {
  constructor(code: CodeOf<400>, detail: string, details?: ErrorDetails) {
    super(code, detail, details);
  }
}

/**
 * 403: understood, and refused.
 *
 * @example
 * throw new ForbiddenError('Notes of others cannot be changed.');
 */
export class ForbiddenError extends RestlessError {
  constructor(detail: string, details?: ErrorDetails) {
    super('FORBIDDEN', detail, details);
  }
}

/**
 * 404: there is nothing at this address.
 *
 * @example
 * throw new NotFoundError('There is no such report.');
 */
export class NotFoundError extends RestlessError {
  constructor(detail: string, details?: ErrorDetails & { readonly code?: CodeOf<404> }) {
    super(details?.code ?? 'NOT_FOUND', detail, details);
  }
}

/**
 * 409: it contradicts what is there.
 *
 * @example
 * throw new ConflictError('The room is taken at this time.');
 */
export class ConflictError extends RestlessError {
  constructor(detail: string, details?: ErrorDetails) {
    super('CONFLICT', detail, details);
  }
}

/**
 * 500: thrown by a serializer that cannot write a resource. Its words reach the client; without any, it is told type
 * and id. @see SER-10
 *
 * @example
 * throw new SerializationException('The picture of this person is lost.');
 */
export class SerializationException extends RestlessError {
  constructor(detail = '', details?: ErrorDetails) {
    super('SERIALIZATION', detail, details);
  }
}

/**
 * 400, or another status: thrown by a deserializer that cannot read a body. @see SER-11
 *
 * @example
 * throw new DeserializationException('I am a teapot', { status: 418 });
 */
export class DeserializationException extends RestlessError {
  override readonly statusCode: number;

  constructor(detail = '', { status = 400, ...details }: ErrorDetails & { readonly status?: number } = {}) {
    super('DESERIALIZATION', `Failed to deserialize object${detail === '' ? '' : `: ${detail}`}`, details);
    this.statusCode = status;
  }
}

/**
 * Several errors at once; the status is their common one, 400 where they differ.
 *
 * @example
 * throw new RestlessErrors(missing.map((name) => new BadRequestError('VALIDATION', `${name} is missing.`)));
 */
export class RestlessErrors extends Error {
  /** The status that the errors have in common; 400 where they differ. */
  readonly statusCode: number;

  constructor(readonly errors: readonly RestlessError[]) {
    super(errors.map((error) => error.message).join(' '));
    this.name = new.target.name;
    const statuses = new Set(errors.map((error) => error.statusCode));
    this.statusCode = statuses.size === 1 ? [...statuses][0]! : 400;
  }
}

/**
 * A mistake in options or decorators, found while the application starts. The message says what would be right.
 *
 * @example
 * await expect(NestFactory.create(AppModule)).rejects.toThrow(RestlessConfigError);
 */
export class RestlessConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}
