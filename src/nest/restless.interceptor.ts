/**
 * Carries one request through the library: chooses the wire format, decodes, lets pipe and handler work, and
 * writes the answer.
 */
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import { NotFoundError } from '../errors.js';
import type { ReadOperation } from '../query/api-request.js';
import type { Result } from '../query/result.js';
import { checkContentType, negotiate } from '../wire/negotiation.js';
import type { WireFormat } from '../wire/wire-format.js';
import { headerOf, rememberState, requestOf, send, splitUrl, type HttpRequest, type RequestState } from './http.js';
import { allowedMethods, operationOf, type UrlKind } from './operations.js';
import { methodNotAllowed, RestlessRegistry, type ServedResource } from './restless.registry.js';

@Injectable()
export class RestlessInterceptor implements NestInterceptor {
  constructor(private readonly registry: RestlessRegistry) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<void> {
    const request = requestOf(context);
    const response = context.switchToHttp().getResponse<object>();
    const served = this.registry.servedBy(context.getClass());
    const operation = operationOf(context.getHandler());
    const state = this.begin(request, served, operation.kind);
    const allow = allowedMethods(operation.kind, served.resource.options.methods);
    if (operation.name === undefined || !allow.includes('GET')) {
      if (request.method === 'OPTIONS') return next.handle().pipe(map(() => sendOptions(response, allow)));
      throw methodNotAllowed(request.method, allow);
    }
    this.decode(request, served, operation.name, state);
    return next.handle().pipe(map((result: Result) => sendResult(response, state, result)));
  }

  private begin(request: HttpRequest, { resource, formats }: ServedResource, kind: UrlKind): RequestState {
    const { path } = splitUrl(request);
    const address = this.registry.addressOf(request, kind, resource);
    // Errors are written in the first format until there is a better one (decision 21).
    const viewer = this.registry.viewerOf(request);
    rememberState(request, { format: formats[0]!, address, viewer, apiRequest: undefined });
    if (path.endsWith('/') && this.registry.options.trailingSlash === 'never') {
      throw new NotFoundError(`There is nothing at ${path}; addresses have no slash at the end.`);
    }
    checkContentType(headerOf(request, 'content-type'), formats);
    const state = { format: negotiate(headerOf(request, 'accept'), formats), address, viewer, apiRequest: undefined };
    rememberState(request, state);
    return state;
  }

  private decode(
    request: HttpRequest,
    { resource }: ServedResource,
    operation: ReadOperation,
    state: RequestState,
  ): void {
    const { unknownParameters, strictParameterNames, operators } = this.registry.options;
    const { id, relation, relatedId } = request.params;
    state.apiRequest = state.format.read(
      { operation, resource, id, relation, relatedId, viewer: state.viewer, queryString: state.address.queryString },
      { unknownParameters, strictParameterNames, operators: new Set(operators.keys()) },
    );
  }
}

function sendResult(response: object, { format, address }: RequestState, result: Result): void {
  const { headers, document } = format.write(result, address);
  sendDocument(response, format, 200, headers, document);
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
