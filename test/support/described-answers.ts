/**
 * Holds every answer against the OpenAPI document of the application that gave it: `createApp` asks this about each, so
 * that no test can forget it. A document is made for every viewer that occurs, and a schema compiled once it is needed.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { ExecutionContext, INestApplication, NestInterceptor } from '@nestjs/common';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { ERROR_CODES } from '../../src/errors.js';
import { Catalogue } from '../../src/nest/catalogue.js';
import { stateOf, type RequestState } from '../../src/nest/http.js';
import { describeApi, type ApiDescription, type DescribedRoute } from '../../src/nest/openapi/describe.js';
import { operationOf } from '../../src/nest/operations.js';
import type { Viewer } from '../../src/resource/policy.js';
import type { DescribedOperation, JsonSchema } from '../../src/wire/schemas.js';
import type { WireFormat } from '../../src/wire/wire-format.js';

/** What there is to hold against the document. */
export interface Exchange {
  readonly method: string;
  /** As it was sent, query and all. */
  readonly path: string;
  /** The client's port: what is known of the request on the server goes by it. */
  readonly port: number | undefined;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** What was sent, where it was JSON that can be read. */
  readonly sent: { readonly contentType: string | undefined; readonly body: unknown };
}

/** What a request holds; bodies that are no text are sent as JSON. */
export function sentJson({
  headers,
  body,
}: {
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: unknown;
}): Exchange['sent'] {
  const [, type] = Object.entries(headers).findLast(([name]) => name.toLowerCase() === 'content-type') ?? [];
  const contentType = type === undefined ? undefined : String(type);
  if (typeof body !== 'string' && !Buffer.isBuffer(body)) return { contentType, body };
  try {
    return { contentType, body: JSON.parse(String(body)) as unknown };
  } catch {
    return { contentType, body: undefined };
  }
}

/** A request that has reached a handler. */
interface Arrival {
  readonly request: object;
  readonly isOwn: boolean;
}

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;
type Response = { readonly $ref?: string; readonly content?: Content; readonly headers?: object };

/** What the library answers of its own accord; what a deserializer throws may have any status. */
const CODES = new Set(Object.keys(ERROR_CODES).filter((code) => code !== 'DESERIALIZATION'));

/** Headers that the library sets for clients to go by; others are HTTP's own, or the application's. */
const HEADERS = ['allow', 'content-range', 'etag', 'link', 'location', 'x-total-count'];

/** The explorer's answers are for its own page. */
const FOR_PEOPLE = ['text/html', 'application/vnd.nestjs-restless.explorer+json'];

/** Compares the answers of one application with its document. */
export class DescribedAnswers implements NestInterceptor {
  private readonly arrivals = new Map<number, Arrival>();
  private readonly descriptions = new Map<string, Description>();

  private constructor(private readonly catalogue: Catalogue) {}

  /** Watches an application; undefined for one that exposes nothing. */
  static of(app: INestApplication): DescribedAnswers | undefined {
    try {
      const watcher = new DescribedAnswers(app.get(Catalogue, { strict: false }));
      app.useGlobalInterceptors(watcher);
      return watcher;
    } catch {
      return undefined;
    }
  }

  /** Notes who has asked what: guards have said who they are by now. */
  intercept(context: ExecutionContext, next: { handle(): never }): never {
    const request = context.switchToHttp().getRequest<{ raw?: Socketed } & Socketed>();
    const { remotePort } = (request.raw ?? request).socket;
    const isOwn = operationOf(context.getHandler()) !== undefined;
    if (remotePort !== undefined) this.arrivals.set(remotePort, { request, isOwn });
    return next.handle();
  }

  /** What is wrong with an answer; undefined where it is as the document says. */
  faultOf(exchange: Exchange): string | undefined {
    const arrival = exchange.port === undefined ? undefined : this.arrivals.get(exchange.port);
    if (exchange.port !== undefined) this.arrivals.delete(exchange.port);
    const state = arrival && stateOf(arrival.request);
    const asked = askedOf(state?.decoded);
    return this.description(state?.viewer ?? { groups: [] }).faultOf(exchange, arrival?.isOwn ?? false, asked);
  }

  private description({ groups, version }: Viewer): Description {
    const key = JSON.stringify([groups, version]);
    let found = this.descriptions.get(key);
    if (found === undefined) {
      found = new Description(this.catalogue, describeApi(this.catalogue, { groups, version }));
      this.descriptions.set(key, found);
    }
    return found;
  }
}

/** What was asked in the end: preprocessors may have chosen another relationship, or a single row. */
interface Asked {
  readonly relation: string | undefined;
  readonly single: boolean;
}

function askedOf(decoded: RequestState['decoded']): Asked | undefined {
  const request = decoded !== undefined && 'request' in decoded ? decoded.request : decoded;
  // What was asked before is what the URL says; single rows are asked for anew.
  return request === undefined || !('relation' in request) ? undefined : request;
}

interface Socketed {
  readonly socket: { readonly remotePort?: number };
}

/** A route, with its path in pieces. */
interface Place {
  readonly route: DescribedRoute;
  readonly segments: readonly string[];
}

/** The document for one viewer. */
class Description {
  private readonly places: readonly Place[];
  private readonly validators: Validators;

  constructor(
    private readonly catalogue: Catalogue,
    private readonly api: ApiDescription,
  ) {
    // One of a collection is no answer of its own: its schema has to be there before they are compiled.
    for (const { operation } of api.routes) {
      if (operation?.name !== 'GET_COLLECTION') continue;
      for (const { schemas } of this.formatsOf(operation)) schemas.answer({ ...operation, single: true }, api.book);
    }
    this.validators = Validators.of(api);
    this.places = api.routes.map((route) => ({ route, segments: route.path.split('/') }));
  }

  faultOf(exchange: Exchange, isOwn: boolean, asked: Asked | undefined): string | undefined {
    const [sent = ''] = exchange.path.replace(/^https?:\/\/[^/?]*/i, '').split('?', 1);
    const isSlashed = sent.length > 1 && sent.endsWith('/') && this.catalogue.options.trailingSlash === 'ignore';
    const path = isSlashed ? sent.slice(0, -1) : sent;
    const routes = this.at(path);
    if (exchange.method === 'OPTIONS') return isOwn ? allowFault(routes, exchange) : undefined;
    const verb = exchange.method === 'HEAD' ? 'get' : exchange.method.toLowerCase();
    const [route, ...others] = routes.filter((each) => each.verb === verb);
    if (route === undefined) return this.undescribed(exchange, isOwn);
    // A route of the application's own lies below.
    if (!isOwn && route.operation !== undefined && exchange.status < 400) return undefined;
    const fault = this.faultAt(route, exchange, isOwn, asked);
    // Versions in a header share their addresses.
    const isShared = others.some((each) => each.path === route.path && !this.faultAt(each, exchange, isOwn, asked));
    return isShared ? undefined : fault;
  }

  private faultAt(
    route: DescribedRoute,
    exchange: Exchange,
    isOwn: boolean,
    asked: Asked | undefined,
  ): string | undefined {
    const { method, status, text } = exchange;
    const type = exchange.headers['content-type']?.split(';')[0];
    if (status === 304 || FOR_PEOPLE.includes(type ?? '')) return undefined;
    const lacked = status === 201 ? this.lackedBy(route, exchange.sent) : undefined;
    if (lacked !== undefined) return `a body without the required ${lacked} has made a row`;
    if (status < 300 && this.isProcessed(route)) return undefined;
    const responses = route.description['responses'] as Readonly<Record<string, Response>>;
    const response = this.resolve(responses[status] ?? (status < 400 ? undefined : responses['default']));
    const code = responses[status] === undefined ? codeOf(text) : undefined;
    if (response === undefined || (code !== undefined && CODES.has(code))) {
      return `the status ${status} is not in the document`;
    }
    // What a router refuses, Nest answers in its own words.
    if (!isOwn && type === 'application/json' && text.startsWith('{"statusCode":')) return undefined;
    const header = isOwn ? undescribedHeader(response, exchange) : undefined;
    if (header !== undefined) return `the header ${header} is not in the document`;
    if (method === 'HEAD') return undefined;
    if (text === '') return response.content === undefined ? undefined : 'the answer has no body';
    const content = type === undefined ? undefined : response.content?.[type];
    if (content === undefined) return `the media type ${type ?? 'of nothing'} is not in the document`;
    if (type === 'application/javascript') return undefined;
    const schema = status < 400 ? this.schemaFor(route, type!, asked) : undefined;
    return this.validators.faultOf(schema ?? content.schema, text);
  }

  /** A member that a body has to have and has not. */
  private lackedBy({ description }: DescribedRoute, { contentType, body }: Exchange['sent']): string | undefined {
    const { content } = (description['requestBody'] ?? {}) as { readonly content?: Content };
    const schema = content?.[contentType?.split(';')[0] ?? '']?.schema;
    return schema === undefined ? undefined : this.lacked(schema, body);
  }

  private lacked({ $ref, required = [], properties = {} }: JsonSchema, value: unknown): string | undefined {
    if (typeof $ref === 'string') return this.lacked(this.api.schemas[$ref.split('/').at(-1)!]!, value);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const names = required as readonly string[];
    const inside = Object.entries(properties as Readonly<Record<string, JsonSchema>>).map(([name, schema]) =>
      this.lacked(schema, (value as Readonly<Record<string, unknown>>)[name]),
    );
    return names.find((name) => !Object.hasOwn(value, name)) ?? inside.find((each) => each !== undefined);
  }

  /** Nothing that is not described succeeds; refusals look as they always do. */
  private undescribed({ method, status, headers, text }: Exchange, isOwn: boolean): string | undefined {
    if (isOwn && status < 400) return `${method} is answered and not in the document`;
    if (headers['content-type'] !== 'application/vnd.api+json' || status < 400 || method === 'HEAD') return undefined;
    return this.validators.faultOf({ $ref: '#/components/schemas/json-api.errors' }, text);
  }

  private at(path: string): readonly DescribedRoute[] {
    const asked = path.split('/').map(decoded);
    const found = this.places.filter(
      ({ segments }) =>
        segments.length === asked.length &&
        segments.every((each, index) => (each.startsWith('{') ? asked[index] !== '' : decoded(each) === asked[index])),
    );
    // Among those that match, the ones that say more come first.
    const wild = ({ segments }: Place): number => segments.filter((each) => each.startsWith('{')).length;
    return [...found].sort((a, b) => wild(a) - wild(b)).map(({ route }) => route);
  }

  private resolve(response: Response | undefined): Response | undefined {
    if (response?.$ref === undefined) return response;
    return this.api.responses[response.$ref.split('/').at(-1)!];
  }

  /** Postprocessors make what they like of an answer. */
  private isProcessed({ operation }: DescribedRoute): boolean {
    if (operation === undefined) return false;
    const served = this.catalogue.all().find(({ resource }) => resource === operation.resource)!;
    const lists = served.processors.of(operation.name, operation.relationship?.toMany);
    return (lists?.postprocessors.length ?? 0) > 0;
  }

  private formatsOf({ resource }: DescribedOperation): readonly WireFormat[] {
    return this.catalogue.all().find((served) => served.resource === resource)!.formats;
  }

  /** `filter[single]=1` makes one of many, and what is asked may not be what the URL says. */
  private schemaFor({ operation }: DescribedRoute, type: string, asked: Asked | undefined): JsonSchema | undefined {
    if (operation === undefined || asked === undefined || !operation.name.startsWith('GET')) return undefined;
    const { resource } = operation;
    const relationship = asked.relation === undefined ? undefined : resource.relationships.get(asked.relation);
    if (!asked.single && relationship === operation.relationship) return undefined;
    const { schemas } = this.formatsOf(operation).find(({ mediaType }) => mediaType === type)!;
    return schemas.answer({ ...operation, relationship, single: asked.single }, this.api.book);
  }
}

/** Every verb that is described is said to be allowed. */
function allowFault(routes: readonly DescribedRoute[], { headers: { allow = '' } }: Exchange): string | undefined {
  // Which verbs of classic Flask-Restless there are, depends on the format that is asked for.
  const described = routes.filter(
    ({ verb, path }) => verb !== 'put' && !(verb === 'delete' && path.includes('{relatedId}')),
  );
  const missing = described.map(({ verb }) => verb.toUpperCase()).filter((verb) => !allow.split(', ').includes(verb));
  return missing.length === 0 ? undefined : `${missing.join(', ')} is described, and not allowed`;
}

function undescribedHeader({ headers = {} }: Response, exchange: Exchange): string | undefined {
  const described = Object.keys(headers).map((name) => name.toLowerCase());
  return HEADERS.find((name) => name in exchange.headers && !described.includes(name));
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function codeOf(text: string): string | undefined {
  return /"code":"(\w+)"/.exec(text)?.[1];
}

/** Compiled schemas; applications that are described alike have the same. */
class Validators {
  private static readonly known = new Map<string, Validators>();
  private readonly ajv = new Ajv2020({ strict: false, validateSchema: false, logger: false });
  private readonly compiled = new Map<string, ValidateFunction>();

  private constructor(schemas: ApiDescription['schemas']) {
    addFormats.default(this.ajv);
    this.ajv.addSchema({ $id: 'api', components: { schemas } });
  }

  static of({ schemas }: ApiDescription): Validators {
    const fingerprint = JSON.stringify(schemas);
    const found = this.known.get(fingerprint) ?? new Validators(schemas);
    this.known.set(fingerprint, found);
    return found;
  }

  faultOf(schema: JsonSchema, text: string): string | undefined {
    const own = JSON.stringify(schema).replaceAll('"#/', '"api#/');
    let validate = this.compiled.get(own);
    if (validate === undefined) {
      validate = this.ajv.compile(JSON.parse(own) as object);
      this.compiled.set(own, validate);
    }
    if (validate(JSON.parse(text))) return undefined;
    return this.ajv.errorsText(validate.errors, { separator: '\n', dataVar: '' });
  }
}
