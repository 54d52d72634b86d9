/**
 * Carries one request through the library: chooses the wire format, decodes, lets pipe and handler work, and
 * writes the answer.
 */
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import { NotFoundError } from '../errors.js';
import type { ApiRequest, ChangeRequest, ReadOperation, WriteOperation } from '../query/api-request.js';
import type { Result } from '../query/result.js';
import { resourceUrl } from '../wire/json-api/links.js';
import { bodyFormat, checkContentType, negotiate } from '../wire/negotiation.js';
import type { IncomingRequest, ReadOptions, WireFormat } from '../wire/wire-format.js';
import { headerOf, rememberState, requestOf, send, splitUrl, type HttpRequest, type RequestState } from './http.js';
import { allowedMethods, isWrite, operationOf, type ResourceUrlKind } from './operations.js';
import { methodNotAllowed, RestlessRegistry, type ServedResource } from './restless.registry.js';
import type { Outcome } from './restless.service.js';

@Injectable()
export class RestlessInterceptor implements NestInterceptor {
  constructor(private readonly registry: RestlessRegistry) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<void> {
    const request = requestOf(context);
    const response = context.switchToHttp().getResponse<object>();
    const served = this.registry.servedBy(context.getClass());
    const { kind, verb, name } = operationOf(context.getHandler());
    const state = this.begin(request, served, kind);
    const allow = allowedMethods(kind, served.resource.options);
    if (name === undefined || !allow.includes(verb)) {
      if (request.method === 'OPTIONS') return next.handle().pipe(map(() => sendOptions(response, allow)));
      throw methodNotAllowed(request.method, allow);
    }
    if (isWrite(name)) {
      state.decoded = this.decodeChange(request, served, name, state);
      return next.handle().pipe(map((outcome: Outcome) => sendOutcome(response, state, outcome)));
    }
    state.decoded = this.decode(request, served, name, state);
    return next.handle().pipe(map((result: Result) => sendResult(response, state, result)));
  }

  private begin(request: HttpRequest, { resource, formats }: ServedResource, kind: ResourceUrlKind): RequestState {
    const { path } = splitUrl(request);
    const address = this.registry.addressOf(request, kind, resource);
    // Errors are written in the first format until there is a better one (decision 21).
    const viewer = this.registry.viewerOf(request);
    rememberState(request, { format: formats[0]!, address, viewer, decoded: undefined });
    if (path.endsWith('/') && this.registry.options.trailingSlash === 'never') {
      throw new NotFoundError(`There is nothing at ${path}; addresses have no slash at the end.`);
    }
    checkContentType(headerOf(request, 'content-type'), formats);
    const state = { format: negotiate(headerOf(request, 'accept'), formats), address, viewer, decoded: undefined };
    rememberState(request, state);
    return state;
  }

  private decode(
    request: HttpRequest,
    served: ServedResource,
    operation: ReadOperation,
    state: RequestState,
  ): ApiRequest {
    return state.format.read({ ...this.incoming(request, served, state), operation }, this.readOptions());
  }

  private decodeChange(
    request: HttpRequest,
    served: ServedResource,
    operation: WriteOperation,
    state: RequestState,
  ): ChangeRequest {
    const type = headerOf(request, 'content-type');
    const format = bodyFormat(type, served.formats, operation.startsWith('DELETE')) ?? state.format;
    const body = typeof request.body === 'string' ? request.body : undefined;
    return format.readChange({ ...this.incoming(request, served, state), operation, body }, this.readOptions());
  }

  private incoming(
    request: HttpRequest,
    { resource }: ServedResource,
    state: RequestState,
  ): Omit<IncomingRequest, 'operation'> {
    const { id, relation, relatedId } = request.params;
    return { resource, id, relation, relatedId, viewer: state.viewer, queryString: state.address.queryString };
  }

  private readOptions(): ReadOptions {
    const { unknownParameters, strictParameterNames, operators, limits } = this.registry.options;
    const { bodyDepth } = limits;
    return { unknownParameters, strictParameterNames, operators: new Set(operators.keys()), bodyDepth };
  }
}

function sendResult(
  response: object,
  { format, address }: Pick<RequestState, 'format' | 'address'>,
  result: Result,
): void {
  const { headers, document } = format.write(result, address);
  sendDocument(response, format, 200, headers, document);
}

function sendOutcome(response: object, { format, address }: RequestState, { change, applied, result }: Outcome): void {
  if (change.kind === 'update-many')
    sendDocument(response, format, 200, {}, format.writeCount({ modified: applied.count }));
  else if (change.kind === 'remove-many')
    sendDocument(response, format, 200, {}, format.writeCount({ deleted: applied.count }));
  else if (result === undefined) send(response, { status: 204, headers: { Vary: 'Accept' }, body: undefined });
  else if (change.kind === 'create') {
    const [created] = result.records;
    // The row may lie outside the viewer's scope: then it is there, and not to be seen.
    const url = created === undefined ? address.path : resourceUrl(address, created);
    const { headers, document } = format.write(result, { ...address, path: url });
    sendDocument(response, format, 201, created === undefined ? headers : { ...headers, Location: url }, document);
  } else sendResult(response, { format, address }, result);
}

/** Sends a document in a format. */
export function sendDocument(
  response: object,
  format: WireFormat,
  status: number,
  headers: Readonly<Record<string, string>>,
  document: Readonly<Record<string, unknown>>,
): void {
  send(response, {
    status,
    headers: { ...headers, 'Content-Type': format.mediaType, Vary: 'Accept' },
    body: JSON.stringify(document),
  });
}

function sendOptions(response: object, allow: readonly string[]): void {
  send(response, { status: 200, headers: { Allow: allow.join(', ') }, body: '' });
}
