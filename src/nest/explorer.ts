/**
 * Serves the explorer at the addresses of resources, and at the prefix: the page to browsers, and to the page what it asks
 * besides documents. Both pass the guards and preprocessors of their address first.
 */
import { Logger } from '@nestjs/common';
import {
  DESCRIPTION_MEDIA_TYPE,
  describeFormats,
  describeResource,
  type Description,
} from '../explorer/description.js';
import { explorerPage, type ExplorerPage } from '../explorer/page.js';
import type { ApiRequest } from '../query/api-request.js';
import { parseQuery } from '../query/parse-query.js';
import type { Resource } from '../resource/resource.js';
import { collectionUrl } from '../wire/links.js';
import { prefersHtml } from '../wire/negotiation.js';
import type { Address, WireFormat } from '../wire/wire-format.js';
import type { Catalogue, ServedResource } from './catalogue.js';
import { headerOf, send, type HttpRequest, type RequestState } from './http.js';
import { allowedMethods, READS, ROOT_METHODS, type ResourceUrlKind } from './operations.js';
import { Processing } from './processors/processing.js';

const LOGGER = new Logger('Restless');
const NO_NAMES: ReadonlySet<string> = new Set();

/** What the explorer wants of an address. */
type Wanted = 'page' | 'description';

/**
 * What a request wants of the explorer: the page, or what it asks of the server; undefined for everything else.
 *
 * @param callback of JSONP, which a browser asks for with any `Accept`
 */
export function wantedOfExplorer(
  request: HttpRequest,
  formats: readonly WireFormat[],
  { options }: Catalogue,
  callback?: string,
): Wanted | undefined {
  const accept = headerOf(request, 'accept');
  if (!options.explorer || accept === undefined || callback !== undefined) return undefined;
  if (request.method !== 'GET' && request.method !== 'HEAD') return undefined;
  if (accept === DESCRIPTION_MEDIA_TYPE) return 'description';
  return prefersHtml(accept, formats) && pageOf() !== undefined ? 'page' : undefined;
}

let failed = false;

/** The page; undefined where the application was bundled without its script. */
function pageOf(): ExplorerPage | undefined {
  if (failed) return undefined;
  try {
    return explorerPage();
  } catch (error) {
    failed = true;
    LOGGER.warn(`Browsers get no explorer: its script is not there (${(error as Error).message}).`);
    return undefined;
  }
}

/** Sends the page; the browser may have it already. */
export function sendPage(request: HttpRequest, response: object): void {
  const { html, headers, etag } = explorerPage();
  const isKnown = headerOf(request, 'if-none-match')?.includes(etag) === true;
  send(response, {
    status: isKnown ? 304 : 200,
    headers: { ...headers, ETag: etag },
    body: isKnown ? undefined : html(),
  });
}

/** Sends the page with an error on it; whoever has typed a token there may try again. */
export function sendFaultPage(
  response: object,
  status: number,
  own: Readonly<Record<string, string>>,
  words: string,
): void {
  const { html, headers } = explorerPage();
  send(response, { status, headers: { ...own, ...headers, 'Cache-Control': 'no-store' }, body: html(words) });
}

/** A request to read a resource, on its way. */
export interface Exploration {
  readonly request: HttpRequest;
  readonly response: object;
  readonly served: ServedResource;
  readonly kind: ResourceUrlKind;
  readonly state: RequestState;
}

/** Answers what a request to the address of a resource wants of the explorer. */
export async function explore(wanted: Wanted, exploration: Exploration, catalogue: Catalogue): Promise<void> {
  const { request, response } = exploration;
  if (wanted === 'page') sendPage(request, response);
  else sendDescription(response, await describe(exploration, catalogue));
}

/** The resource at an address, once all who may refuse the request have been asked. */
async function describe(exploration: Exploration, catalogue: Catalogue): Promise<Description> {
  const { served, kind, state } = exploration;
  const { address, viewer } = state;
  const decoded = await preprocess(exploration);
  const rules = catalogue.rulesFor(viewer);
  const query = await rules.policy.settled(() => parseQuery(decoded, rules));
  const many = query.cardinality !== 'one';
  const described = await rules.policy.settled(() => describeResource(query.resource, many, rules, address));
  const classic = served.formats.some(({ classicVerbs }) => classicVerbs);
  return {
    home: homeOf(address, served.resource, catalogue),
    methods: allowedMethods(kind, served.resource.options, classic),
    formats: describeFormats(served.formats),
    resource: kind === 'relationship' ? undefined : described,
  };
}

/** Preprocessors may refuse the request, as they refuse the same one for data; its query string is not asked for. */
async function preprocess({ request, served, kind, state }: Exploration): Promise<ApiRequest> {
  const { resource, entity, manager, processors } = served;
  const { id, relation, relatedId } = request.params;
  const name = READS[kind];
  const incoming = { resource, id, relation, relatedId, viewer: state.viewer, queryString: '', operation: name };
  const options = {
    unknownParameters: 'ignore',
    strictParameterNames: false,
    operators: NO_NAMES,
    bodyDepth: 1,
    listLength: 0,
  } as const;
  const decoded = state.format.read(incoming, { ...options, ...state.wire });
  const { collectionName } = resource;
  const about = { operation: name, collectionName, entity, format: state.format.name, request, manager };
  const toMany = relation === undefined ? undefined : resource.relationships.get(relation)?.toMany;
  const edited = await new Processing(about).before(decoded, processors.of(name, toMany)?.preprocessors ?? []);
  return edited as ApiRequest;
}

/** Describes the prefix: the resources of which the viewer may do anything at all. */
export async function sendHome(
  request: HttpRequest,
  response: object,
  address: Address,
  catalogue: Catalogue,
): Promise<void> {
  const { policy } = catalogue.rulesFor(catalogue.viewerOf(request));
  const isOpen = (resource: Resource): boolean =>
    resource.options.methods.some((method) => policy.answers(resource, method));
  const open = await policy.settled(() => catalogue.all().filter(({ resource }) => isOpen(resource)));
  sendDescription(response, {
    home: address.path,
    methods: ROOT_METHODS,
    formats: describeFormats(catalogue.defaultFormats()),
    resources: open.map(({ resource, formats }) => ({
      name: resource.collectionName,
      url: collectionUrl(address, resource),
      methods: allowedMethods(
        'collection',
        resource.options,
        formats.some(({ classicVerbs }) => classicVerbs),
      ),
    })),
  });
}

/** The document at the prefix, seen from a resource of any version. */
function homeOf({ root, roots }: Address, { version }: Resource, catalogue: Catalogue): string {
  const start = version === undefined ? root : (roots?.get(undefined) ?? catalogue.rootOf({ version: undefined }));
  return `${start}/${catalogue.options.prefix}`;
}

function sendDescription(response: object, description: Description): void {
  const headers = {
    'Content-Type': DESCRIPTION_MEDIA_TYPE,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
    Vary: 'Accept',
  };
  send(response, { status: 200, headers, body: JSON.stringify(description) });
}
