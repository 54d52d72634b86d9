/**
 * Renders whatever is thrown, anywhere in a request, in the format that was chosen for it. Causes stay in
 * the log; a client gets what it can mend.
 */
import {
  Catch,
  HttpException,
  Injectable,
  Logger,
  NotFoundException,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import { ApplicationConfig, BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import { BadRequestError, NotFoundError, RestlessError, RestlessErrors } from '../errors.js';
import { quote } from '../query/faults.js';
import { formatOfErrors, isNamed, readerNamed, unsupportedMediaType } from '../wire/negotiation.js';
import type { WireError, WireFormat } from '../wire/wire-format.js';
import { sendFaultPage, wantedOfExplorer } from './explorer.js';
import { headerOf, routeAhead, routeOf, splitUrl, stateOf, type HttpRequest } from './http.js';
import { ProcessingException } from './processing-exception.js';
import { sendDocument } from './restless.interceptor.js';
import { methodNotAllowed } from './operations.js';
import { Catalogue } from './catalogue.js';
import { Refusals } from './refusals.js';
import { tooLarge } from './sent-bodies.js';

const LOGGER = new Logger('Restless');

/** For the generated controllers. */
@Catch()
@Injectable()
export class RestlessExceptionFilter implements ExceptionFilter {
  constructor(private readonly catalogue: Catalogue) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    answer(exception, host, this.catalogue);
  }
}

/** The verbs that every URL has a handler for; of others the routers know nothing. */
const ROUTED = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/**
 * For what never reaches a controller: unknown collections below a prefix, verbs without a route, addresses and bodies
 * that cannot be read. Everything else is left to the filter that would have had it.
 */
@Catch()
@Injectable()
export class RestlessNotFoundFilter extends BaseExceptionFilter {
  constructor(
    private readonly catalogue: Catalogue,
    private readonly config: ApplicationConfig,
    private readonly refusals: Refusals,
    private readonly adapterHost: HttpAdapterHost,
  ) {
    super(adapterHost.httpAdapter);
  }

  override catch(exception: unknown, host: ArgumentsHost): void {
    if (host.getType() === 'http') {
      const request = host.switchToHttp().getRequest<HttpRequest>();
      const refusal = isNotFound(exception, request) ? this.refusals.pipelineFor(request) : undefined;
      if (refusal !== undefined) {
        refusal(...host.getArgs<unknown[]>()).catch((error: unknown) => answer(error, host, this.catalogue));
        return;
      }
      const error = this.unrouted(exception, request);
      if (error !== undefined) {
        answer(error, host, this.catalogue);
        return;
      }
    }
    this.delegate(exception, host);
  }

  /** What to answer a request that a router or a body parser refused, if it was meant for us. */
  private unrouted(exception: unknown, request: HttpRequest): unknown {
    const { path } = splitUrl(request);
    const route = routeOf(request);
    // A route of the application's own, even if it lies below the prefix, is none of our business.
    if (route !== undefined && !this.catalogue.isRoute(route)) return undefined;
    const status = exception instanceof HttpException ? exception.getStatus() : frameworkStatus(exception);
    if (stateOf(request) !== undefined || status === undefined || status >= 500) return undefined;
    if (!this.catalogue.isBelow(path, this.isMeantForUs(request))) return undefined;
    // The router's own words would echo the address as it came.
    if (!isDecodable(path)) return new BadRequestError('BAD_REQUEST', 'The address cannot be decoded.');
    const allow = this.catalogue.allowedAt(path);
    const ahead = status === 404 ? undefined : routeAhead(this.adapterHost, request);
    if (ahead !== undefined && !this.catalogue.isRoute(ahead)) return undefined;
    if (status !== 404) return allow === undefined ? undefined : this.unread(exception, status, request, allow);
    if (allow !== undefined && !ROUTED.includes(request.method)) return methodNotAllowed(request.method, allow);
    return new NotFoundError(`There is nothing at ${quote(path)}.`);
  }

  /** What to answer a body that a parser refused: its own words name neither what would be right nor the limit. */
  private unread(exception: unknown, status: number, request: HttpRequest, allow: readonly string[]): unknown {
    if (!allow.includes(request.method)) return methodNotAllowed(request.method, allow);
    const all = this.catalogue.formatsAt(splitUrl(request).path);
    const formats = all.filter(({ readChange }) => readChange !== undefined);
    if (status === 415) return unsupportedMediaType(formats);
    const type = readerNamed(headerOf(request, 'content-type'), formats);
    if (status === 400 && type !== undefined)
      return new BadRequestError('BAD_BODY', 'Unable to decode data: the body is no JSON.', {
        source: { pointer: '' },
      });
    // Other bodies are read by the application's own parser, with a limit of its own.
    if (status !== 413 || type?.name !== 'json-api') return exception;
    const { bodySize } = this.catalogue.options.limits;
    return tooLarge(bodySize);
  }

  /** True for clients that name JSON:API's own media type; others may ask whatever else the application serves. */
  private isMeantForUs(request: HttpRequest): boolean {
    const own = this.catalogue.defaultFormats().filter(({ name }) => name === 'json-api');
    return isNamed(headerOf(request, 'accept'), own);
  }

  /** Filters of the application that would have been asked, had this one not been there. */
  private delegate(exception: unknown, host: ArgumentsHost): void {
    const others = this.config
      .getGlobalFilters()
      .filter((filter) => filter !== this)
      .reverse();
    for (const filter of others) {
      const types =
        (Reflect.getMetadata('__filterCatchExceptions__', filter.constructor) as
          (abstract new () => unknown)[] | undefined) ?? [];
      if (types.length > 0 && !types.some((type) => exception instanceof type)) continue;
      filter.catch(exception, host);
      return;
    }
    super.catch(exception, host);
  }
}

/** True where a router found nothing at an address that can be read. */
function isNotFound(exception: unknown, request: HttpRequest): boolean {
  if (!(exception instanceof NotFoundException) || routeOf(request) !== undefined) return false;
  return stateOf(request) === undefined && isDecodable(splitUrl(request).path);
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** The format that was chosen, or that the request's headers ask for at this address, or the first there is. */
function formatOf(request: HttpRequest, catalogue: Catalogue): WireFormat {
  const state = stateOf(request);
  if (state !== undefined) return state.format;
  const formats = catalogue.formatsAt(splitUrl(request).path);
  return formatOfErrors(headerOf(request, 'accept'), formats, headerOf(request, 'content-type'));
}

function answer(exception: unknown, host: ArgumentsHost, catalogue: Catalogue): void {
  const { status: common, headers, errors } = describeException(exception);
  const request = host.switchToHttp().getRequest<HttpRequest>();
  const response = host.switchToHttp().getResponse<object>();
  const format = formatOf(request, catalogue);
  const callback = stateOf(request)?.callback;
  const own = new Set(errors.map((error) => format.statusOf(error)));
  const [only] = own;
  const status = own.size === 1 ? only! : common;
  if (wantedOfExplorer(request, catalogue.formatsAt(splitUrl(request).path), catalogue, callback) === 'page') {
    const words = errors.map(({ title, detail }) => [status, title, detail].filter(Boolean).join(' – '));
    sendFaultPage(response, status, headers, words.join('\n'));
  } else {
    sendDocument(response, format, status, headers, format.writeErrors(errors), callback);
  }
}

interface Described {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly errors: readonly WireError[];
}

/** What a client is told of an exception; what is no fault of the client's is logged and told as little as possible. */
export function describeException(exception: unknown): Described {
  if (exception instanceof RestlessErrors) {
    return { status: exception.statusCode, headers: {}, errors: exception.errors.map(describeError) };
  }
  if (exception instanceof RestlessError) {
    if (exception.statusCode >= 500 && exception.cause !== undefined) log(exception.cause);
    return { status: exception.statusCode, headers: exception.headers ?? {}, errors: [describeError(exception)] };
  }
  if (exception instanceof ProcessingException) {
    const { id, links, code, title, detail, source, meta } = exception;
    const answered = exception.getStatus();
    const error = { id, links, status: answered, code, title: title ?? titleOf(answered), detail, source, meta };
    return { status: answered, headers: {}, errors: [error] };
  }
  const status = exception instanceof HttpException ? exception.getStatus() : frameworkStatus(exception);
  if (status === undefined || status >= 500) log(exception);
  // What is thrown as an HTTP exception is meant for the client, whatever its status; so Nest sees it.
  if (status !== undefined && (status < 500 || exception instanceof HttpException)) {
    const details = messagesOf(exception);
    return { status, headers: {}, errors: details.map((detail) => ({ status, title: titleOf(status), detail })) };
  }
  const failed = status ?? 500;
  return {
    status: failed,
    headers: {},
    errors: [
      { status: failed, code: 'INTERNAL', title: titleOf(failed), detail: 'The server failed to answer this request.' },
    ],
  };
}

function log(exception: unknown): void {
  LOGGER.error(exception instanceof Error ? (exception.stack ?? exception.message) : String(exception));
}

function describeError({ statusCode, code, title, detail, source, missing, meta, type }: RestlessError): WireError {
  return {
    status: statusCode,
    code,
    title,
    detail,
    source,
    missing,
    meta,
    links: type === undefined ? undefined : { type },
  };
}

/** Body parsers and routers throw errors of their own, with the status for the client on them. */
function frameworkStatus(exception: unknown): number | undefined {
  if (typeof exception !== 'object' || exception === null || !('statusCode' in exception)) return undefined;
  return typeof exception.statusCode === 'number' && exception.statusCode >= 400 ? exception.statusCode : undefined;
}

/** Nest's exceptions carry one message or a list of them. */
function messagesOf(exception: unknown): readonly string[] {
  if (exception instanceof HttpException) {
    const response = exception.getResponse();
    if (typeof response === 'object' && 'message' in response) {
      const { message } = response as { readonly message: unknown };
      if (Array.isArray(message)) return message.map(String);
    }
  }
  return [exception instanceof Error ? exception.message : 'The request was refused.'];
}

function titleOf(status: number): string {
  const titles: Readonly<Record<number, string>> = {
    400: 'Bad request',
    401: 'Unauthorized',
    403: 'Forbidden',
    404: 'Not found',
    405: 'Method not allowed',
    409: 'Conflict',
    413: 'Payload too large',
    415: 'Unsupported media type',
    422: 'Unprocessable entity',
    429: 'Too many requests',
    501: 'Not implemented',
    503: 'Service unavailable',
  };
  return titles[status] ?? (status < 500 ? 'Request refused' : 'Internal server error');
}
