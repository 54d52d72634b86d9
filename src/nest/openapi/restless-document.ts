/**
 * The OpenAPI document of an application: that of `@nestjs/swagger`, with the generated routes described as they are. The
 * only file that imports that package, and a door of its own: who does not open it needs no such package.
 */
import type { INestApplicationContext } from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import { SwaggerModule, type OpenAPIObject, type SwaggerDocumentOptions } from '@nestjs/swagger';
import { RestlessConfigError } from '../../errors.js';
import type { Viewer } from '../../resource/policy.js';
import { Catalogue } from '../catalogue.js';
import { describeApi, generatedPatterns, type DescribedRoute } from './describe.js';
import { isRouted } from './places.js';

/** Options of {@link restlessDocument}: those of `SwaggerModule.createDocument`, and whom the document is for. */
export interface RestlessDocumentOptions extends SwaggerDocumentOptions {
  /** class-transformer's groups: what their members see and may do is described. Default: none, the anonymous viewer. */
  readonly groups?: readonly string[];
  /** class-transformer's version, for `since` and `until`. Default: `exposeVersion`, where that is a number. */
  readonly exposeVersion?: number;
}

type Json = Readonly<Record<string, unknown>>;
type Paths = Record<string, Record<string, unknown>>;

/**
 * The document of an application, in OpenAPI 3.1: as `SwaggerModule.createDocument`, with every generated route under its
 * real path and with precise schemas. Security, tags, headers and further answers are those that Swagger's decorators
 * say, on controllers of your own or through the option `decorators`; controllers of the application's own stay as they are.
 *
 * @example
 * const config = new DocumentBuilder().setTitle('People').build();
 * SwaggerModule.setup('docs', app, () => restlessDocument(app, config));
 * @throws RestlessConfigError before the application is initialized: its routes are not there yet
 */
export function restlessDocument(
  app: INestApplicationContext,
  config: Omit<OpenAPIObject, 'paths'>,
  { groups, exposeVersion, ...options }: RestlessDocumentOptions = {},
): OpenAPIObject {
  const catalogue = app.get(Catalogue, { strict: false });
  if (!isRouted(catalogue)) {
    throw new RestlessConfigError(
      'restlessDocument: the routes are not there yet; hand SwaggerModule.setup a function, as in ' +
        'setup("docs", app, () => restlessDocument(app, config)), or await app.init() first.',
    );
  }
  const document = SwaggerModule.createDocument(app as never, { ...config, openapi: VERSION }, options);
  const base = catalogue.viewerOf(undefined);
  const viewer: Viewer = { groups: groups ?? base.groups, version: exposeVersion ?? base.version };
  const prefix = app
    .get(ApplicationConfig, { strict: false })
    .getGlobalPrefix()
    .replace(/^\/*|\/+$/g, '');
  const ignored = options.ignoreGlobalPrefix === true && prefix !== '' ? `/${prefix}` : '';
  return withRestless(document, catalogue, viewer, ignored);
}

const VERSION = '3.1.0';

/** The document with the generated routes in the place of what Swagger makes of them. */
function withRestless(document: OpenAPIObject, catalogue: Catalogue, viewer: Viewer, prefix: string): OpenAPIObject {
  const { components = {} } = document;
  const described = describeApi(catalogue, viewer, Object.keys(components.schemas ?? {}));
  const generic = document.paths as unknown as Paths;

  const own = described.routes.map((route) => ({
    ...route,
    path: withoutPrefix(route.path, prefix),
    pattern: withoutPrefix(route.pattern, prefix),
  }));
  const paths: Paths = withoutGenerated(generic, catalogue, prefix);
  for (const route of own) {
    const found = generic[route.pattern]?.[route.verb] as Json | undefined;
    // What decorators or options of createDocument leave out stays out.
    if (found === undefined) continue;
    paths[route.path] = { ...paths[route.path], [route.verb]: merged(route, found) };
  }
  const result = {
    ...document,
    openapi: VERSION,
    // Nothing that is not said counts as said: no security, and this very server.
    security: document.security ?? [],
    servers: document.servers === undefined || document.servers.length === 0 ? [{ url: '/' }] : document.servers,
    paths,
    components: {
      ...components,
      schemas: { ...components.schemas, ...described.schemas },
      responses: { ...components.responses, ...described.responses },
    },
  };
  return result as unknown as OpenAPIObject;
}

function withoutPrefix(path: string, prefix: string): string {
  return prefix !== '' && path.startsWith(prefix) ? path.slice(prefix.length) || '/' : path;
}

/** The paths without the patterns of generated controllers; routes of the application's own stay. */
function withoutGenerated(paths: Paths, catalogue: Catalogue, prefix: string): Paths {
  const patterns = new Set([...generatedPatterns(catalogue)].map((pattern) => withoutPrefix(pattern, prefix)));
  const kept = Object.entries(paths).filter(([path]) => !patterns.has(path));
  return Object.fromEntries(kept);
}

/** Members of an operation that only decorators give. */
const DECORATED = ['security', 'deprecated', 'externalDocs', 'servers', 'callbacks'] as const;

/** An operation, with what Swagger's decorators say of it. */
function merged({ description: own }: DescribedRoute, found: Json): Json {
  const responses = { ...(own['responses'] as Json) };
  for (const [status, response] of Object.entries((found['responses'] ?? {}) as Record<string, Json>)) {
    const isSaid = (response['description'] ?? '') !== '' || response['content'] !== undefined;
    if (isSaid) responses[status] = response;
  }
  const known = (own['parameters'] as readonly Json[]).map(keyOf);
  const more = ((found['parameters'] ?? []) as readonly Json[]).filter(
    (each) => !known.includes(keyOf(each)) && each['in'] !== 'body' && !isOwnPathParameter(each),
  );
  const parameters = [...(own['parameters'] as readonly Json[]), ...more];
  const tags = ((found['tags'] ?? []) as readonly string[]).filter((tag) => !/Restless|Evaluation$/.test(tag));
  const extensions = Object.entries(found).filter(([name]) => name.startsWith('x-'));
  return {
    ...own,
    ...Object.fromEntries(DECORATED.filter((name) => found[name] !== undefined).map((name) => [name, found[name]])),
    ...Object.fromEntries(extensions),
    ...(found['summary'] === undefined || found['summary'] === '' ? {} : { summary: found['summary'] }),
    ...(found['description'] === undefined ? {} : { description: found['description'] }),
    ...(tags.length === 0 ? {} : { tags }),
    parameters,
    responses,
  };
}

function keyOf({ in: place, name }: Json): string {
  return `${String(place)} ${String(name)}`;
}

function isOwnPathParameter({ in: place, name }: Json): boolean {
  return place === 'path' && ['id', 'relation', 'relatedId'].includes(String(name));
}
