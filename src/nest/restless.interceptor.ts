/**
 * Carries one request through the library: chooses the wire format, decodes, lets pipe and handler work, and
 * writes the answer.
 */
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import { NotFoundError } from '../errors.js';
import type { ApiRequest, ChangeRequest, ReadOperation, WriteOperation } from '../query/api-request.js';
import type { EvaluationResult } from '../query/evaluation.js';
import { quote } from '../query/faults.js';
import type { Result } from '../query/result.js';
import { callbackOf, JSONP_HEADERS, withoutCallback, wrap } from '../wire/jsonp.js';
import { resourceUrl } from '../wire/links.js';
import { bodyFormat, checkContentType, formatOfErrors, negotiate } from '../wire/negotiation.js';
import type { IncomingRequest, ReadOptions, WireFormat, WireOptions } from '../wire/wire-format.js';
import { headerOf, rememberState, requestOf, send, splitUrl, type HttpRequest, type RequestState } from './http.js';
import { allowedMethods, isWrite, operationOf, type Operation } from './operations.js';
import type { Outcome } from './resource-operations.js';
import { evaluationRoute } from './routes.js';
import { methodNotAllowed, Catalogue, type ServedResource } from './catalogue.js';

/** Whatever type the body of these is said to have, nobody reads it. */
const BODILESS: readonly WriteOperation[] = ['DELETE_RESOURCE', 'DELETE_COLLECTION'];

@Injectable()
export class RestlessInterceptor implements NestInterceptor {
  constructor(private readonly catalogue: Catalogue) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<void> {
    const request = requestOf(context);
    const response = context.switchToHttp().getResponse<object>();
    const served = this.catalogue.servedBy(context.getClass());
    const { kind, verb, name } = operationOf(context.getHandler());
    const begun = this.begin(request, served, kind);
    const allow = allowedMethods(kind, served.resource.options);
    if (name === undefined || !allow.includes(verb)) {
      if (request.method === 'OPTIONS') return next.handle().pipe(map(() => sendOptions(response, allow)));
      throw methodNotAllowed(request.method, allow);
    }
    const state = this.negotiate(request, served, begun);
    if (name === 'EVALUATE') {
      const incoming = { ...this.incoming(request, served, state), operation: 'GET_COLLECTION' as const };
      state.decoded = state.format.readEvaluation(incoming, { ...this.readOptions(), ...state.wire });
      return next.handle().pipe(map((result: EvaluationResult) => sendEvaluation(response, state, result)));
    }
    if (isWrite(name)) {
      state.decoded = this.decodeChange(request, served, name, state);
      return next.handle().pipe(map((outcome: Outcome) => sendOutcome(response, state, outcome)));
    }
    state.decoded = this.decode(request, served, name, state);
    return next.handle().pipe(map((result: Result) => sendResult(response, state, result)));
  }

  /** What errors need to be written; whether there is such an address comes before what it is asked in. */
  private begin(
    request: HttpRequest,
    { resource, formats, wire }: ServedResource,
    kind: Operation['kind'],
  ): RequestState {
    const own = kind === 'evaluation' ? evaluationRoute(resource) : resource;
    const state = {
      format: formatOfErrors(headerOf(request, 'accept'), formats, headerOf(request, 'content-type')),
      wire,
      address: this.catalogue.addressOf(request, kind, own),
      viewer: this.catalogue.viewerOf(request),
      decoded: undefined,
    };
    rememberState(request, state);
    const begun = { ...state, callback: callbackFor(request, wire) };
    rememberState(request, begun);
    refuseTrailingSlash(request, this.catalogue.options.trailingSlash);
    if (!this.catalogue.isSpelt(request, kind, own)) {
      throw new NotFoundError(`There is nothing at ${quote(splitUrl(request).path)}.`);
    }
    return begun;
  }

  private negotiate(request: HttpRequest, { formats }: ServedResource, begun: RequestState): RequestState {
    const type = headerOf(request, 'content-type');
    checkContentType(type, formats);
    const state = { ...begun, format: negotiate(headerOf(request, 'accept'), formats, type) };
    rememberState(request, state);
    return state;
  }

  private decode(
    request: HttpRequest,
    served: ServedResource,
    operation: ReadOperation,
    state: RequestState,
  ): ApiRequest {
    return state.format.read(
      { ...this.incoming(request, served, state), operation },
      { ...this.readOptions(), ...state.wire },
    );
  }

  private decodeChange(
    request: HttpRequest,
    served: ServedResource,
    operation: WriteOperation,
    state: RequestState,
  ): ChangeRequest {
    const type = headerOf(request, 'content-type');
    const readers = served.formats.filter(({ readChange }) => readChange !== undefined);
    const readAs = BODILESS.includes(operation)
      ? undefined
      : bodyFormat(type, readers, operation === 'DELETE_RELATIONSHIP');
    const format = readAs ?? readers.find((each) => each === state.format) ?? readers[0];
    const change = { ...this.incoming(request, served, state), operation, body: request.body };
    return format!.readChange!(change, { ...this.readOptions(), ...state.wire });
  }

  private incoming(
    request: HttpRequest,
    { resource }: ServedResource,
    state: RequestState,
  ): Omit<IncomingRequest, 'operation'> {
    const { id, relation, relatedId } = request.params;
    const { queryString: sent } = state.address;
    const queryString = state.wire.jsonp ? withoutCallback(sent) : sent;
    return { resource, id, relation, relatedId, viewer: state.viewer, queryString };
  }

  private readOptions(): ReadOptions {
    const { unknownParameters, strictParameterNames, operators, limits } = this.catalogue.options;
    const { bodyDepth } = limits;
    return { unknownParameters, strictParameterNames, operators: new Set(operators.keys()), bodyDepth };
  }
}

function sendResult(
  response: object,
  { format, address, wire, callback }: Pick<RequestState, 'format' | 'address' | 'wire' | 'callback'>,
  result: Result,
): void {
  const { headers, document } = format.write(result, address, wire);
  sendDocument(response, format, 200, headers, document, callback);
}

function sendEvaluation(response: object, { format, callback }: RequestState, result: EvaluationResult): void {
  sendDocument(response, format, 200, {}, format.writeEvaluation(result), callback);
}

function sendOutcome(
  response: object,
  { format, address, wire }: RequestState,
  { change, applied, result }: Outcome,
): void {
  if (change.kind === 'update-many')
    sendDocument(response, format, 200, {}, format.writeCount({ modified: applied.count }));
  else if (change.kind === 'remove-many')
    sendDocument(response, format, 200, {}, format.writeCount({ deleted: applied.count }));
  else if (result === undefined) send(response, { status: 204, headers: { Vary: 'Accept' }, body: undefined });
  else if (change.kind === 'create') {
    const [created] = result.records;
    // The row may lie outside the viewer's scope: then it is there, and not to be seen.
    const url = created === undefined ? address.path : resourceUrl(address, created);
    const { headers, document } = format.write(result, { ...address, path: url }, wire);
    sendDocument(response, format, 201, created === undefined ? headers : { ...headers, Location: url }, document);
  } else sendResult(response, { format, address, wire }, result);
}

/**
 * Express takes `/person/` for `/person`.
 *
 * @throws NotFoundError unless the application wants that. @see URL-14
 */
export function refuseTrailingSlash(request: HttpRequest, trailingSlash: 'never' | 'ignore'): void {
  const { path } = splitUrl(request);
  // The root of the server has a slash and nothing else.
  if (trailingSlash === 'ignore' || path === '/' || !path.endsWith('/')) return;
  throw new NotFoundError(`There is nothing at ${path}; addresses have no slash at the end.`);
}

/** The client's function, where answers may be scripts. */
export function callbackFor(request: HttpRequest, { jsonp }: WireOptions): string | undefined {
  return jsonp && request.method === 'GET' ? callbackOf(splitUrl(request).queryString) : undefined;
}

/** Sends a document in a format; as a script, where the client has named a function. */
export function sendDocument(
  response: object,
  format: WireFormat,
  status: number,
  headers: Readonly<Record<string, string>>,
  document: Readonly<Record<string, unknown>>,
  callback?: string,
): void {
  if (callback === undefined) {
    const type = { 'Content-Type': format.mediaType, Vary: 'Accept' };
    send(response, { status, headers: { ...headers, ...type }, body: JSON.stringify(document) });
  } else {
    const body = wrap(callback, format.jsonpPayload(document, status, headers));
    send(response, { status, headers: { ...headers, ...JSONP_HEADERS, Vary: 'Accept' }, body });
  }
}

function sendOptions(response: object, allow: readonly string[]): void {
  send(response, { status: 200, headers: { Allow: allow.join(', ') }, body: '' });
}
