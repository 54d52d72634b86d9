/**
 * Carries one request through the library: chooses the wire format, decodes, lets pipe and handler work, and
 * writes the answer.
 */
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { concatMap, map, of, type Observable } from 'rxjs';
import type { EntityManager } from 'typeorm';
import { NotFoundError } from '../errors.js';
import type { ApiRequest, ChangeRequest, ReadOperation, WriteOperation } from '../query/api-request.js';
import { quote } from '../query/faults.js';
import type { RepositorySession } from '../query/repository.js';
import { deserialize, type DeserializeContext } from '../wire/deserializer.js';
import { callbackOf, JSONP_HEADERS, withoutCallback, wrap } from '../wire/jsonp.js';
import { bodyFormat, checkContentType, formatOfErrors, negotiate, readerNamed } from '../wire/negotiation.js';
import type { IncomingRequest, ReadOptions, WireFormat, WireOptions } from '../wire/wire-format.js';
import { answerOf, type HttpDocument, type Made } from './answers.js';
import { piecesOf, sendPieces } from './big-answers.js';
import { explore, wantedOfExplorer } from './explorer.js';
import { headerOf, rememberState, requestOf, send, splitUrl, type HttpRequest, type RequestState } from './http.js';
import { methodNotAllowed, allowedMethods, isClassic, isWrite, operationOf, type Operation } from './operations.js';
import type { OperationName } from '../resource/served.js';
import type { RepeatedRequest } from './known-queries.js';
import type { Decoded } from './processors/editing.js';
import { Processing } from './processors/processing.js';
import type { ProcessorLists } from './processors/processors.js';
import type { Concluding } from './resource-operations.js';
import { evaluationRoute } from './routes.js';
import { Catalogue, type ServedResource } from './catalogue.js';
import { bodyOf, documentOf, expectSize } from './sent-bodies.js';

/** These need no body, whatever type it is said to have. */
const BODILESS: readonly WriteOperation[] = ['DELETE_RESOURCE', 'DELETE_COLLECTION'];

@Injectable()
export class RestlessInterceptor implements NestInterceptor {
  /** What the formats are told, for each resource. */
  private readonly options = new WeakMap<WireOptions, ReadOptions & WireOptions>();

  constructor(private readonly catalogue: Catalogue) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<void>> {
    const operation = operationOf(context.getHandler());
    // A route of the application's own, on a controller that extends a generated one.
    if (operation === undefined) return next.handle() as Observable<void>;
    const request = requestOf(context);
    const response = context.switchToHttp().getResponse<object>();
    const served = this.catalogue.servedBy(context.getClass());
    const { kind, verb, name } = operation;
    const begun = this.begin(request, served, kind);
    const allow = allowedMethods(kind, served.resource.options, isInClassic(request, served, begun));
    if (name === undefined || !allow.includes(verb)) {
      if (request.method === 'OPTIONS') return next.handle().pipe(map(() => sendOptions(response, allow)));
      throw methodNotAllowed(request.method, allow);
    }
    const wanted = wantedOfExplorer(request, served.formats, this.catalogue, begun.callback);
    if (wanted !== undefined && kind !== 'evaluation')
      return of(await explore(wanted, { request, response, served, kind, state: begun }, this.catalogue));
    const state = this.negotiate(request, served, begun);
    const lists = served.processors.of(name, isToMany(served, request.params['relation']));
    // Serializers, too, may undo what is written.
    if (lists !== undefined || this.catalogue.hasSerializers) {
      const decoded = await this.decodeAny(request, served, { ...operation, name }, state);
      return this.process(next, request, response, served, name, state, decoded, lists);
    }
    if (isWrite(name)) {
      const incoming = this.incoming(request, served, state, 'GET_RESOURCE');
      const answers = this.catalogue.queries.answerTo(incoming, state.format.name, name);
      state.decoded = { answers, ...(await this.decodeChange(request, served, { ...operation, name }, state)) };
    } else if (name === 'EVALUATE')
      state.decoded = await this.decodeAny(request, served, { ...operation, name }, state);
    else state.decoded = this.decodeOrRepeat(request, served, name, state);
    return next
      .handle()
      .pipe(concatMap(async (made: Made) => sendAnswer(response, state, await answerOf(name, made, state, undefined))));
  }

  /** The same with processors: before the request is checked, before the answer is sent, after the commit. */
  private async process(
    next: CallHandler,
    request: HttpRequest,
    response: object,
    served: ServedResource,
    name: OperationName,
    state: RequestState,
    sent: Decoded,
    first: ProcessorLists | undefined,
  ): Promise<Observable<void>> {
    const { resource, entity, manager, processors } = served;
    const { format } = state;
    const about = {
      operation: name,
      collectionName: resource.collectionName,
      entity,
      format: format.name,
      request,
      manager,
    };
    const processing = new Processing(about);
    const decoded = await processing.before(sent, first?.preprocessors ?? []);
    // Another relationship may have been chosen.
    const relation = 'request' in decoded ? decoded.request.relation : decoded.relation;
    const lists = processors.of(name, isToMany(served, relation));
    let answer: HttpDocument | undefined;
    const finish = async (made: Made, session?: RepositorySession): Promise<void> => {
      const own = await this.answerOf(name, made, state);
      const store = session?.store as EntityManager | undefined;
      const document = await processing.after(own.document, factsOf(made), lists?.postprocessors ?? [], store);
      answer = { ...own, document };
    };
    const concluding: Concluding = isWrite(name) ? { conclude: finish } : {};
    state.decoded = { ...decoded, ...concluding };
    return next.handle().pipe(
      concatMap(async (made: Made) => {
        if (answer === undefined) await finish(made);
        await processing.committed(lists?.afterCommit ?? []);
        sendAnswer(response, state, answer!);
      }),
    );
  }

  /** What errors need to be written; whether there is such an address comes before what it is asked in. */
  private begin(
    request: HttpRequest,
    { resource, formats, wire }: ServedResource,
    kind: Operation['kind'],
  ): RequestState {
    const own = kind === 'evaluation' ? evaluationRoute(resource) : resource;
    const state: RequestState = {
      format: formatOfErrors(headerOf(request, 'accept'), formats, headerOf(request, 'content-type')),
      wire,
      address: this.catalogue.addressOf(request, kind, own),
      viewer: this.catalogue.viewerOf(request),
      decoded: undefined,
    };
    rememberState(request, state);
    state.callback = callbackFor(request, wire);
    refuseTrailingSlash(request, this.catalogue.options.trailingSlash);
    if (!this.catalogue.isSpelt(request, kind, own)) {
      throw new NotFoundError(`There is nothing at ${quote(splitUrl(request).path)}.`);
    }
    return state;
  }

  private negotiate(request: HttpRequest, { formats }: ServedResource, begun: RequestState): RequestState {
    const type = headerOf(request, 'content-type');
    checkContentType(type, formats);
    begun.format = negotiate(headerOf(request, 'accept'), formats, type);
    return begun;
  }

  private decodeAny(
    request: HttpRequest,
    served: ServedResource,
    operation: Operation & { readonly name: OperationName },
    state: RequestState,
  ): Decoded | Promise<ChangeRequest> {
    const { name } = operation;
    if (isWrite(name)) return this.decodeChange(request, served, { ...operation, name }, state);
    if (name !== 'EVALUATE') return this.decode(this.incoming(request, served, state, name), state);
    const incoming = this.incoming(request, served, state, 'GET_COLLECTION');
    return state.format.readEvaluation(incoming, this.readOptions(state));
  }

  private decode(incoming: IncomingRequest, state: RequestState): ApiRequest {
    return state.format.read(incoming, this.readOptions(state));
  }

  /** The same for what nobody edits. */
  private decodeOrRepeat(
    request: HttpRequest,
    served: ServedResource,
    operation: ReadOperation,
    state: RequestState,
  ): ApiRequest | RepeatedRequest {
    const incoming = this.incoming(request, served, state, operation);
    return this.catalogue.queries.decode(incoming, state.format.name, () => this.decode(incoming, state));
  }

  private decodeChange(
    request: HttpRequest,
    served: ServedResource,
    operation: Operation & { readonly name: WriteOperation },
    state: RequestState,
  ): ChangeRequest | Promise<ChangeRequest> {
    const { kind, name } = operation;
    const format = this.readerOf(request, served, operation, state);
    if (isClassic(operation) && !format.classicVerbs) {
      throw methodNotAllowed(request.method, allowedMethods(kind, served.resource.options, false));
    }
    const options = this.readOptions(state);
    const incoming = this.incoming(request, served, state, 'GET_RESOURCE');
    const asked = state.format.read({ change: name, ...incoming }, options);
    const sent = bodyOf(request);
    expectSize(request, sent, this.catalogue.options.limits);
    const whole = { request: asked, body: sent, ...incoming, operation: name };
    const { showsChanges } = state.format;
    const { deserializer } = served.own;
    if (deserializer === undefined || !isRead(name)) return { showsChanges, ...format.readChange!(whole, options) };
    const beside = { showsChanges, ...format.readBeside!(whole, options) };
    return deserialize(incoming.resource.name, name, incoming.id, {
      deserializer,
      viewer: state.viewer,
      document: documentOf(sent),
      beside,
      read: (document) => {
        // What is given instead of the body may search for no other rows.
        const other = document === undefined ? {} : { request: beside.request, body: JSON.stringify(document) };
        return { showsChanges, ...format.readChange!({ ...whole, ...other }, options) };
      },
    });
  }

  /** The format that a body is read in; where there is none, that of the answer. */
  private readerOf(
    request: HttpRequest,
    { formats }: ServedResource,
    { kind, name }: Operation,
    { format }: RequestState,
  ): WireFormat {
    const type = headerOf(request, 'content-type');
    const readers = formats.filter(({ readChange }) => readChange !== undefined);
    const isBodiless = BODILESS.some((each) => each === name) || kind === 'member';
    const own = isBodiless ? readerNamed(type, readers) : bodyFormat(type, readers, name === 'DELETE_RELATIONSHIP');
    return own ?? readers.find((each) => each === format) ?? readers[0]!;
  }

  private incoming(
    request: HttpRequest,
    { resource }: ServedResource,
    state: RequestState,
    operation: ReadOperation,
  ): IncomingRequest {
    const { id, relation, relatedId } = request.params;
    const { queryString: sent } = state.address;
    const queryString = state.wire.jsonp ? withoutCallback(sent) : sent;
    return { operation, resource, id, relation, relatedId, viewer: state.viewer, queryString };
  }

  private answerOf(name: OperationName, made: Made, state: RequestState): Promise<HttpDocument> {
    return answerOf(name, made, state, (resource) => this.catalogue.serializerOf(resource));
  }

  private readOptions({ wire }: RequestState): ReadOptions & WireOptions {
    let options = this.options.get(wire);
    if (options === undefined) {
      const { unknownParameters, strictParameterNames, operators, limits } = this.catalogue.options;
      const { bodyDepth, listLength } = limits;
      const bounds = { bodyDepth, listLength };
      options = { unknownParameters, strictParameterNames, operators: new Set(operators.keys()), ...bounds, ...wire };
      this.options.set(wire, options);
    }
    return options;
  }
}

/** True where the answer is, or the body comes, in a format with the verbs of classic Flask-Restless. */
function isInClassic(request: HttpRequest, { formats }: ServedResource, { format }: RequestState): boolean {
  const reader = readerNamed(headerOf(request, 'content-type'), formats);
  return format.classicVerbs || reader?.classicVerbs === true;
}

function isToMany({ resource }: ServedResource, relation: string | undefined): boolean | undefined {
  return relation === undefined ? undefined : resource.relationships.get(relation)?.toMany;
}

/** What processors are told of a write. */
function factsOf(made: Made): object {
  if (!('change' in made)) return {};
  const { change, applied } = made;
  if (change.kind === 'create') return { id: applied.id };
  if (change.kind === 'update-many' || change.kind === 'remove-many') return { count: applied.count };
  return { wasDeleted: applied.count > 0 };
}

/** Sends what there is: a document that a processor has added or taken away decides whether there is content. */
function sendAnswer(
  response: object,
  { format, callback }: RequestState,
  { status, headers, document, pieces }: HttpDocument,
): void {
  if (pieces !== undefined) sendPieces(response, { status, headers: { ...typeOf(format), ...headers } }, pieces);
  else if (document === undefined)
    send(response, { status: 204, headers: { ...headers, Vary: 'Accept' }, body: undefined });
  else sendDocument(response, format, status === 204 ? 200 : status, headers, document, callback);
}

/** What has a resource in its body. */
function isRead(operation: WriteOperation): operation is DeserializeContext['operation'] {
  return operation === 'POST_RESOURCE' || operation === 'PATCH_RESOURCE' || operation === 'PATCH_COLLECTION';
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
    sendPieces(response, { status, headers: { ...typeOf(format), ...headers } }, piecesOf(document));
  } else {
    const body = wrap(callback, format.jsonpPayload(document, status, headers));
    send(response, { status, headers: { ...headers, ...JSONP_HEADERS, Vary: 'Accept' }, body });
  }
}

function typeOf({ mediaType }: WireFormat): Readonly<Record<string, string>> {
  return { 'Content-Type': mediaType, Vary: 'Accept' };
}

function sendOptions(response: object, allow: readonly string[]): void {
  send(response, { status: 200, headers: { Allow: allow.join(', ') }, body: '' });
}
