/**
 * The only file that knows Express from Fastify: what a request holds, and how exact bytes are sent.
 */
import { pipeline, type Readable, type Writable } from 'node:stream';
import type { ExecutionContext } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import type { Viewer } from '../resource/policy.js';
import type { UneditedChange } from '../query/repeat-query.js';
import type { RepeatedRequest } from './known-queries.js';
import type { Decoded } from './processors/editing.js';
import type { Address, WireFormat, WireOptions } from '../wire/wire-format.js';

/** What both frameworks' requests have. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  /** The whole URL, where a router has cut `url`. */
  readonly originalUrl?: string;
  /** Express: what was cut. */
  readonly baseUrl?: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly params: Readonly<Record<string, string | undefined>>;
  /** The body's bytes, for the media types whose parser this library registers. */
  readonly body?: unknown;
  /** Express: the route that was found. */
  readonly route?: object;
  /** Fastify: the route that was found, which may be the one for what is not found. */
  readonly routeOptions?: { readonly url?: string };
}

/** What this library notes about a request on its way through Nest. */
export interface RequestState {
  /** What errors are written in, until the format of the answer is known. */
  format: WireFormat;
  readonly wire: WireOptions;
  /** The client's function, where the answer is to be a script. */
  callback?: string | undefined;
  readonly address: Address;
  readonly viewer: Viewer;
  decoded: Decoded | RepeatedRequest | UneditedChange | undefined;
}

const STATES = new WeakMap<object, RequestState>();

/** @param request the framework's, or Node's own */
export function stateOf(request: object): RequestState | undefined {
  return STATES.get(ofNode(request));
}

export function rememberState(request: object, state: RequestState): void {
  STATES.set(ofNode(request), state);
}

/** Express adds to Node's request, Fastify has its own around it. */
function ofNode(request: object): object {
  return 'routeOptions' in request && 'raw' in request ? (request.raw as object) : request;
}

export function requestOf(context: Pick<ExecutionContext, 'switchToHttp'>): HttpRequest {
  return context.switchToHttp().getRequest<HttpRequest>();
}

/** Path and query string of a request, as they were sent; what a proxy is told before the path is dropped. */
export function splitUrl(request: HttpRequest): { readonly path: string; readonly queryString: string } {
  const sent = request.originalUrl ?? request.url;
  const url = sent.startsWith('/') ? sent : sent.replace(/^https?:\/\/[^/?]*/i, '');
  const at = url.indexOf('?');
  return at < 0 ? { path: url, queryString: '' } : { path: url.slice(0, at), queryString: url.slice(at + 1) };
}

/**
 * The path as the application's router sees it, without what a router before it has taken away.
 *
 * @param prefix Nest's global one, `/shop`: Express has a router of its own for what is not found behind it
 */
export function seenPath({ url, baseUrl = '' }: HttpRequest, prefix: string): string {
  const taken = baseUrl.endsWith(prefix) ? prefix : '';
  return (taken + url.replace(/^https?:\/\/[^/?]*/i, '')).replace(/\?.*/s, '');
}

/** Sets the parameters of a path that the router has not found. */
export function setParams(request: HttpRequest, params: HttpRequest['params']): void {
  (request as { params: HttpRequest['params'] }).params = params;
}

/**
 * The pattern of the route that a router has chosen for a request, or undefined where it found none, or was not asked
 * yet. Fastify asks it first and reads bodies later, Express the other way round.
 */
export function routeOf({ route, routeOptions }: HttpRequest): string | undefined {
  if (route === undefined) return routeOptions?.url;
  const path = 'path' in route && typeof route.path === 'string' ? route.path : '/';
  // Behind a global prefix Nest's handler for what is not found is a route as well, `*path`.
  return path.startsWith('/') ? path : undefined;
}

/**
 * The pattern of the route that Express would choose for a request whose body it has not been able to read; undefined
 * where there is none, and for Fastify, which has chosen by then.
 */
export function routeAhead({ httpAdapter }: HttpAdapterHost, request: HttpRequest): string | undefined {
  if (httpAdapter.getType() !== 'express') return undefined;
  const path = seenPath(request, '');
  const { stack } = httpAdapter.getInstance<{ readonly router: { readonly stack: readonly ExpressLayer[] } }>().router;
  const found = stack.find((layer) => layer.route?._handlesMethod(request.method) === true && layer.match(path));
  return found && routeOf({ ...request, route: found.route! });
}

/** A piece of Express' router; what is no route is a parser, or a router of its own. */
interface ExpressLayer {
  readonly route?: { _handlesMethod(method: string): boolean };
  match(path: string): boolean;
}

export function headerOf(request: HttpRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : value?.join(', ');
}

/** An answer as bytes. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined for no content. */
  readonly body: string | undefined;
}

interface ExpressResponse {
  readonly headersSent: boolean;
  statusCode: number;
  setHeader(name: string, value: string): void;
  vary(field: string): void;
  end(body?: string): void;
}

/** Sends an answer whose body is made while it is sent; who hangs up meanwhile gets no more of it. */
export function sendStream(response: object, answer: Omit<HttpAnswer, 'body'>, body: Readable): void {
  if ('serializer' in response) {
    setFastifyHead(response as FastifyReply, answer);
    (response as FastifyReply).send(body);
  } else {
    setExpressHead(response as ExpressResponse, answer);
    // Who has got a beginning to which there is no end finds the connection closed.
    pipeline(body, response as unknown as Writable, () => undefined);
  }
}

interface FastifyReply {
  readonly sent: boolean;
  code(status: number): FastifyReply;
  header(name: string, value: string): FastifyReply;
  getHeader(name: string): unknown;
  serializer(serialize: (payload: unknown) => string): FastifyReply;
  send(body?: string | Readable): unknown;
}

/** Sends an answer, without the charset and the entity tag that the frameworks would add. */
export function send(response: object, answer: HttpAnswer): void {
  // Whatever goes wrong after the answer, the client has it already.
  if (isSent(response)) return;
  if ('serializer' in response) sendFastify(response as FastifyReply, answer);
  else sendExpress(response as ExpressResponse, answer);
}

/** True where the client has an answer already. */
export function isSent(response: object): boolean {
  return 'serializer' in response ? (response as FastifyReply).sent : (response as ExpressResponse).headersSent;
}

function setExpressHead(response: ExpressResponse, { status, headers }: Omit<HttpAnswer, 'body'>): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'Vary') response.vary(value);
    else response.setHeader(name, value);
  }
}

function sendExpress(response: ExpressResponse, answer: HttpAnswer): void {
  const { body } = answer;
  setExpressHead(response, answer);
  if (body !== undefined) response.setHeader('Content-Length', String(Buffer.byteLength(body)));
  response.end(body);
}

function setFastifyHead(reply: FastifyReply, { status, headers }: Omit<HttpAnswer, 'body'>): void {
  reply.code(status);
  for (const [name, value] of Object.entries(headers)) {
    const before = name === 'Vary' ? reply.getHeader('Vary') : undefined;
    reply.header(name, typeof before === 'string' ? `${before}, ${value}` : value);
  }
}

function sendFastify(reply: FastifyReply, answer: HttpAnswer): void {
  setFastifyHead(reply, answer);
  reply.serializer((payload) => payload as string).send(answer.body);
}

/** A path as routers compare it: Express as it is sent, Fastify decoded. */
export function routePath(host: HttpAdapterHost, path: string): string {
  return host.httpAdapter.getType() === 'fastify' ? path : encodeURI(path);
}

/** True where `/person/` reaches the handler of `/person`. */
export function ignoresTrailingSlash(host: HttpAdapterHost): boolean {
  if (host.httpAdapter.getType() !== 'fastify') return true;
  const { initialConfig } = host.httpAdapter.getInstance<FastifyInstance>();
  return initialConfig.ignoreTrailingSlash === true || initialConfig.routerOptions?.ignoreTrailingSlash === true;
}

/**
 * Fastify parses a body wherever a type is said, and refuses what is none. What deletes need not have one: such routes get
 * the request without its type until that is past.
 *
 * @param isOurs tells the patterns of our own routes
 */
export function allowNoBody(host: HttpAdapterHost, isOurs: (pattern: string) => boolean): void {
  if (host.httpAdapter.getType() !== 'fastify') return;
  const sent = new WeakMap<FastifyRequest, HttpRequest['headers']>();
  const hide: FastifyHook = (request, ...rest) => {
    const { headers } = request;
    const hasBody = (headers['content-length'] ?? '0') !== '0' || headers['transfer-encoding'] !== undefined;
    if (!hasBody && headers['content-type'] !== undefined) {
      sent.set(request, headers);
      request.headers = { ...headers, 'content-type': undefined };
    }
    (rest.at(-1) as () => void)();
  };
  const show: FastifyHook = (request, _reply, done) => {
    const headers = sent.get(request);
    if (headers !== undefined) request.headers = headers;
    (done as () => void)();
  };
  host.httpAdapter.getInstance<FastifyInstance>().addHook('onRoute', (route) => {
    if (![route.method].flat().includes('DELETE') || !isOurs(route.url)) return;
    route.preParsing = [route.preParsing ?? [], hide].flat();
    route.preValidation = [show, route.preValidation ?? []].flat();
  });
}

interface FastifyRequest {
  headers: HttpRequest['headers'];
}

/** The last of the arguments goes on. */
type FastifyHook = (request: FastifyRequest, reply: object, ...rest: unknown[]) => void;

interface FastifyRoute {
  readonly method: string | readonly string[];
  readonly url: string;
  preParsing?: FastifyHook | FastifyHook[];
  preValidation?: FastifyHook | FastifyHook[];
}

interface FastifyInstance {
  addHook(name: 'onRoute', hook: (route: FastifyRoute) => void): void;
  readonly initialConfig: {
    readonly ignoreTrailingSlash?: boolean;
    readonly routerOptions?: { readonly ignoreTrailingSlash?: boolean };
  };
  hasContentTypeParser(type: string): boolean;
  addContentTypeParser(
    type: string,
    options: { readonly parseAs: 'buffer'; readonly bodyLimit: number },
    parse: (request: unknown, body: Uint8Array, done: (error: null, body: Uint8Array) => void) => void,
  ): void;
}

/**
 * Lets bodies of a media type through as bytes; they are parsed where errors can be answered in the right format.
 *
 * @param limit the longest body that is read, in bytes
 */
export function registerBodyParser(host: HttpAdapterHost, mediaType: string, limit: number): void {
  const adapter = host.httpAdapter;
  if (adapter.getType() === 'fastify') {
    const instance = adapter.getInstance<FastifyInstance>();
    if (instance.hasContentTypeParser(mediaType)) return;
    instance.addContentTypeParser(mediaType, { parseAs: 'buffer', bodyLimit: limit }, (_request, body, done) =>
      done(null, body),
    );
  } else {
    const express = adapter as unknown as { useBodyParser(type: 'raw', rawBody: boolean, options: object): void };
    express.useBodyParser('raw', false, { type: mediaType, limit });
  }
}
