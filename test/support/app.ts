/**
 * Starts a Nest application on a free port and speaks HTTP to it exactly as written: raw path, raw headers, raw body.
 * `fetch` would tidy a path and refuse some headers, so this uses `node:http`.
 */
import {
  Agent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server as HttpServer,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DynamicModule, INestApplication, ModuleMetadata, Type } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { DescribedAnswers, sentJson } from './described-answers.js';
import { type Database, type DatabaseKind, describeDatabases } from './databases.js';

export type AdapterKind = 'express' | 'fastify';

/** Both, unless `RESTLESS_ADAPTERS` names one. */
const ADAPTERS = (['express', 'fastify'] as const).filter((kind) =>
  (process.env.RESTLESS_ADAPTERS ?? 'express,fastify').split(',').includes(kind),
);
const JSON_API = 'application/vnd.api+json';

export interface RequestParts {
  headers?: Record<string, string | string[]>;
  /** A string or bytes are sent as they are; anything else as JSON, with JSON:API's type unless `headers` has another. */
  body?: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The headers as they came, one value for each line. */
  readonly lines: IncomingMessage['headersDistinct'];
  readonly text: string;
  /** The parsed body if the answer is JSON, otherwise undefined. */
  readonly body: unknown;
  // The value at a JSON pointer of the body, where `*` stands for every element of a list:
  // `answer.at('/data/0/id')` is '1', and `answer.at('/data/*/id')` is ['1', '2'].
  at(pointer: string): unknown;
}

export interface TestApp {
  readonly app: INestApplication;
  readonly url: string;
  get(path: string, headers?: RequestParts['headers']): Promise<Answer>;
  request(method: string, path: string, parts?: RequestParts): Promise<Answer>;
  close(): Promise<void>;
}

export interface AppOptions {
  /** One of the two, or one made with options of its own. */
  adapter?: AdapterKind | AbstractHttpAdapter;
  /** Called before the application listens, for what a program's `main.ts` does: a global prefix, versioning, CORS. */
  configure?: (app: INestApplication) => unknown;
}

/**
 * Starts an application of one module on a free port.
 *
 * @example
 * const app = await createApp({ imports: [TypeOrmModule.forRoot(…), RestlessModule.forFeature([Person])] });
 * const answer = await app.get('/api/person?page[size]=1');
 * expect(answer.at('/data/0/id')).toBe('1');
 * await app.close();
 */
export async function createApp(
  module: Type | DynamicModule | ModuleMetadata,
  { adapter = 'express', configure }: AppOptions = {},
): Promise<TestApp> {
  const isModule = typeof module === 'function' || 'module' in module;
  const testing = await Test.createTestingModule(isModule ? { imports: [module] } : module).compile();
  const app = testing.createNestApplication<INestApplication>(createAdapter(adapter));
  await configure?.(app);
  const described = DescribedAnswers.of(app);
  try {
    await app.listen(0, '127.0.0.1');
  } catch (error) {
    await app.close();
    throw error;
  }
  const http = app.getHttpServer() as HttpServer;
  // Idle connections stay open: where one process is both ends and busy, the client would write into one that is just being closed.
  http.keepAliveTimeout = 0;
  const { port } = http.address() as AddressInfo;
  // Below the 511 connections that a Node server lets wait: beyond them a busy one resets them.
  const agent = new Agent({ keepAlive: true, maxSockets: 400 });
  const request: TestApp['request'] = async (method, path, parts = {}) => {
    const sent = await send(agent, port, method, path, parts);
    expectDescribed(described, method, path, sent, parts);
    return sent.answer;
  };
  return {
    app,
    url: `http://127.0.0.1:${port}`,
    request,
    get: (path, headers = {}) => request('GET', path, { headers }),
    async close() {
      agent.destroy();
      await app.close();
    },
  };
}

/** @throws Error for an answer that is not as the application's OpenAPI document says */
function expectDescribed(
  described: DescribedAnswers | undefined,
  method: string,
  path: string,
  { answer, from }: Sent,
  parts: RequestParts,
): void {
  const { status, headers, text } = answer;
  const fault = described?.faultOf({
    method,
    path,
    port: from,
    status,
    headers,
    text,
    sent: sentJson({ headers: { 'Content-Type': JSON_API, ...parts.headers }, body: parts.body }),
  });
  if (fault === undefined) return;
  throw new Error(`${method} ${path} is not answered as the OpenAPI document says: ${fault}\n${status} ${text}`);
}

function createAdapter(adapter: AdapterKind | AbstractHttpAdapter): AbstractHttpAdapter {
  if (typeof adapter !== 'string') return adapter;
  return adapter === 'express' ? new ExpressAdapter() : new FastifyAdapter();
}

export interface ServerModule extends ModuleMetadata {
  entities: DataSourceOptions['entities'];
  /** More options of the data source, such as a `logger`. */
  dataSource?: object;
  /** Fills the tables once the application is up. */
  seed?: (dataSource: DataSource) => unknown;
  configure?: AppOptions['configure'];
}

export interface Server {
  readonly database: Database;
  readonly adapter: AdapterKind;
  /** Starts an application with one data source in the block's own space. The test closes it. */
  start(module: ServerModule): Promise<TestApp>;
}

/**
 * Runs a block of tests on every database and on both HTTP adapters.
 *
 * @example
 * describeServers((server) => {
 *   let app: TestApp;
 *   beforeAll(async () => {
 *     app = await server.start({ entities: [Person], imports: [RestlessModule.forFeature([Person])], seed });
 *   });
 *   afterAll(() => app.close());
 * });
 */
export function describeServers(
  block: (server: Server) => void,
  { adapters = ADAPTERS, databases }: { adapters?: readonly AdapterKind[]; databases?: readonly DatabaseKind[] } = {},
): void {
  describeDatabases((database) => {
    for (const adapter of adapters) {
      describe(`with ${adapter}`, () =>
        block({ database, adapter, start: (module) => startServer(database, adapter, module) }));
    }
  }, databases);
}

async function startServer(database: Database, adapter: AdapterKind, module: ServerModule): Promise<TestApp> {
  const { entities, dataSource = {}, seed, configure, imports = [], ...metadata } = module;
  const started = await createApp(
    { ...metadata, imports: [TypeOrmModule.forRoot(database.options(entities, dataSource)), ...imports] },
    { adapter, ...(configure && { configure }) },
  );
  try {
    await seed?.(started.app.get(DataSource));
  } catch (error) {
    await started.close();
    throw error;
  }
  return started;
}

/** An answer, and the port that the question came from. */
interface Sent {
  readonly answer: Answer;
  readonly from: number | undefined;
}

function send(agent: Agent, port: number, method: string, path: string, parts: RequestParts): Promise<Sent> {
  const headers: Record<string, string | string[]> = { ...parts.headers };
  const body = encode(parts.body);
  if (body !== undefined) {
    const names = Object.keys(headers).map((name) => name.toLowerCase());
    const isJson = typeof parts.body !== 'string' && !Buffer.isBuffer(parts.body);
    if (isJson && !names.includes('content-type')) headers['Content-Type'] = JSON_API;
    if (!names.includes('content-length') && !names.includes('transfer-encoding')) {
      headers['Content-Length'] = String(Buffer.byteLength(body));
    }
  }
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ agent, host: '127.0.0.1', port, method, path, headers }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      const from = incoming.socket.localPort;
      incoming.on('end', () => {
        resolve({ answer: answer(incoming, Buffer.concat(chunks).toString('utf8')), from });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function encode(body: unknown): string | Buffer | undefined {
  return body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
}

function answer({ statusCode: status = 0, headers, headersDistinct: lines }: IncomingMessage, text: string): Answer {
  const isJson = /[/+]json\b/.test(headers['content-type'] ?? '') && text !== '';
  const body: unknown = isJson ? JSON.parse(text) : undefined;
  return { status, headers, lines, text, body, at: (pointer) => valueAt(body, pointer) };
}

function valueAt(document: unknown, pointer: string): unknown {
  const [step, ...rest] = pointer.split('/').slice(1);
  if (step === undefined) return document;
  const below = rest.length > 0 ? `/${rest.join('/')}` : '';
  if (step === '*' && Array.isArray(document)) return document.map((element) => valueAt(element, below));
  if (typeof document !== 'object' || document === null) return undefined;
  const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
  return valueAt((document as Record<string, unknown>)[name], below);
}
