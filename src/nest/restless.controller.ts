/**
 * Makes one controller class per resource: the routes, one handler for every verb and kind of URL, so that
 * what is not allowed is answered with 405 on every adapter.
 */
import {
  Controller,
  Delete,
  Get,
  Inject,
  Options,
  Patch,
  Post,
  Put,
  Res,
  UseFilters,
  UseGuards,
  UseInterceptors,
  type Type,
} from '@nestjs/common';
import type { Query } from '../query/query.js';
import type { Result } from '../query/result.js';
import type { ResourceOptions } from './options.js';
import { markOperation, PATHS, READS, type Operation, type ResourceUrlKind } from './operations.js';
import { DecodedRequest, QueryPipe } from './query.pipe.js';
import { RestlessExceptionFilter } from './restless-exception.filter.js';
import { RestlessInterceptor } from './restless.interceptor.js';
import type { RestlessService } from './restless.service.js';

const VERBS = { GET: Get, POST: Post, PUT: Put, PATCH: Patch, DELETE: Delete, OPTIONS: Options } as const;

/** What handlers find on the controller that they belong to. */
interface WithService {
  readonly service: RestlessService;
}

/** The order of registration matters: `relationships` is no relation's name. @see URL-11 */
const KINDS = Object.keys(PATHS) as readonly ResourceUrlKind[];

/**
 * A fresh controller class for one resource. Its path is set when the data source is up.
 *
 * @param name of the class, for logs and stack traces
 * @param token under which the resource's service is injected
 */
export function createRestlessController(name: string, token: string, options: ResourceOptions): Type {
  class GeneratedController {
    constructor(readonly service: RestlessService) {}
  }
  Object.defineProperty(GeneratedController, 'name', { value: name });
  Inject(token)(GeneratedController, undefined, 0);
  for (const kind of KINDS) {
    for (const verb of Object.keys(VERBS) as Operation['verb'][]) {
      const operation = { kind, verb, name: verb === 'GET' ? READS[kind] : undefined };
      defineHandler(GeneratedController, operation, options);
    }
  }
  Controller()(GeneratedController);
  UseInterceptors(RestlessInterceptor)(GeneratedController);
  UseFilters(RestlessExceptionFilter)(GeneratedController);
  if (options.guards !== undefined && options.guards.length > 0) UseGuards(...options.guards)(GeneratedController);
  return GeneratedController;
}

function defineHandler(controller: Type, operation: Operation, options: ResourceOptions): void {
  const { prototype } = controller as { readonly prototype: object };
  const { kind, verb, name } = operation;
  const key = name === undefined ? `${verb.toLowerCase()}${kind}` : camelCase(name);
  const handler = createHandler(operation);
  const descriptor = { value: handler, writable: true, configurable: true, enumerable: false };
  Object.defineProperty(prototype, key, descriptor);
  markOperation(handler, operation);
  if (name !== undefined) DecodedRequest(QueryPipe)(prototype, key, 0);
  // The interceptor sends the answer itself: Nest would add a charset to the media type.
  Res()(prototype, key, 1);
  VERBS[verb](PATHS[kind])(prototype, key, descriptor);
  if (name === undefined) return;
  for (const decorate of [...(options.decorators?.GET ?? []), ...(options.decorators?.[name] ?? [])]) {
    decorate(prototype, key, descriptor);
  }
}

/** A function of its own for every handler: decorators hang their metadata on it. */
function createHandler({ name }: Operation): (this: WithService, query: Query) => Promise<Result> | void {
  if (name === undefined) return function () {};
  return function (query) {
    return this.service.find(query);
  };
}

/** `GET_COLLECTION` → `getCollection`. */
function camelCase(name: string): string {
  return name.toLowerCase().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
