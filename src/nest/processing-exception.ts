/**
 * ProcessingException: what a processor throws to stop a request and answer it.
 */
import { HttpException } from '@nestjs/common';
import type { ErrorSource } from '../errors.js';

/** The members of JSON:API's error objects, and the names that classic Flask-Restless has for some of them. */
export interface ProcessingExceptionOptions {
  /** Names this very occurrence. */
  readonly id?: string;
  /** The error object's `links`, as they are sent. */
  readonly links?: Readonly<Record<string, unknown>>;
  /** The HTTP status. Default 400. */
  readonly status?: number;
  /** A code of the application's own; a number is classic for `status`. @see PEX-03 */
  readonly code?: string | number;
  /** What kind of problem it is, the same at every occurrence. */
  readonly title?: string;
  /** The sentence for the client. */
  readonly detail?: string;
  /** The part of the request that is at fault. */
  readonly source?: ErrorSource;
  /** Anything else that the client is told: the error object's `meta`. */
  readonly meta?: Readonly<Record<string, unknown>>;
  /** Classic for `detail`. */
  readonly description?: string;
  /** Classic for `detail`. */
  readonly message?: string;
  /** Classic for `status`. */
  readonly statusCode?: number;
}

/**
 * Stops a request and answers it, in the format that was negotiated. Processors that would have come later do not run, and
 * what was written is undone. Nest itself understands it, too: it is an `HttpException`.
 *
 * @example
 * throw new ProcessingException({ status: 403, title: 'Forbidden', detail: 'Person 2 is none of your business.' });
 * throw new ProcessingException('Person 2 is none of your business.', 403);
 * @see PEX-01…PEX-06
 */
export class ProcessingException extends HttpException {
  /** Names this very occurrence. */
  readonly id: string | undefined;
  /** The error object's `links`. */
  readonly links: Readonly<Record<string, unknown>> | undefined;
  /** A code of the application's own; undefined where it was a number, which is the status. */
  readonly code: string | undefined;
  /** What kind of problem it is. */
  readonly title: string | undefined;
  /** The sentence for the client, whatever its option was called. */
  readonly detail: string | undefined;
  /** The part of the request that is at fault. */
  readonly source: ErrorSource | undefined;
  /** The error object's `meta`. */
  readonly meta: Readonly<Record<string, unknown>> | undefined;

  constructor(error: string | ProcessingExceptionOptions = {}, status?: number) {
    const options = typeof error === 'string' ? { detail: error, status } : error;
    const { code, title } = options;
    const classicStatus = options.statusCode ?? (typeof code === 'number' ? code : undefined);
    const detail = options.detail ?? options.description ?? options.message;
    super(detail ?? title ?? 'The request was refused.', options.status ?? classicStatus ?? 400);
    this.id = options.id;
    this.links = options.links;
    this.code = typeof code === 'string' ? code : undefined;
    this.title = title;
    this.detail = detail;
    this.source = options.source;
    this.meta = options.meta;
  }
}
