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
  type PipeTransform,
  type Type,
} from '@nestjs/common';
import type { Change } from '../query/change.js';
import type { Evaluation, EvaluationResult } from '../query/evaluation.js';
import type { Query } from '../query/query.js';
import type { Result } from '../query/result.js';
import type { ResourceOptions } from './options.js';
import {
  isClassic,
  isWrite,
  markOperation,
  PATHS,
  READS,
  WRITES,
  type Operation,
  type ResourceUrlKind,
} from './operations.js';
import { ChangePipe, DecodedRequest, EvaluationPipe, QueryPipe } from './query.pipe.js';
import type { Outcome, ResourceOperations } from './resource-operations.js';
import { RestlessExceptionFilter } from './restless-exception.filter.js';
import { RestlessInterceptor } from './restless.interceptor.js';
import type { RestlessService } from './restless.service.js';
import { operationsToken } from './restless.tokens.js';

const ROUTES = { GET: Get, POST: Post, PUT: Put, PATCH: Patch, DELETE: Delete, OPTIONS: Options } as const;
const VERBS = Object.keys(ROUTES) as readonly Operation['verb'][];

/** What handlers find on the controller that they belong to. */
interface WithOperations {
  readonly operations: ResourceOperations;
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
  const operations = KINDS.flatMap((kind) =>
    VERBS.map((verb) => ({ kind, verb, name: verb === 'GET' ? READS[kind] : WRITES[kind][verb] })),
  );
  return createController(name, token, options, operations);
}

/** A fresh controller class for the functions of one resource. @see FUN-01 */
export function createEvaluationController(name: string, token: string, options: ResourceOptions): Type {
  const operations = VERBS.map((verb) => ({
    kind: 'evaluation' as const,
    verb,
    name: verb === 'GET' ? ('EVALUATE' as const) : undefined,
  }));
  return createController(name, token, options, operations);
}

function createController(
  name: string,
  token: string,
  options: ResourceOptions,
  operations: readonly Operation[],
): Type {
  class GeneratedController {
    declare readonly operations: ResourceOperations;

    constructor(readonly service: RestlessService) {}
  }
  Object.defineProperty(GeneratedController, 'name', { value: name });
  Inject(token)(GeneratedController, undefined, 0);
  Inject(operationsToken(token))(GeneratedController.prototype, 'operations');
  for (const operation of operations) defineHandler(GeneratedController, operation, options);
  Controller()(GeneratedController);
  UseInterceptors(RestlessInterceptor)(GeneratedController);
  UseFilters(RestlessExceptionFilter)(GeneratedController);
  if (options.guards !== undefined && options.guards.length > 0) UseGuards(...options.guards)(GeneratedController);
  return GeneratedController;
}

function defineHandler(controller: Type, operation: Operation, options: ResourceOptions): void {
  const { prototype } = controller as { readonly prototype: object };
  const { kind, verb, name } = operation;
  const key = name === undefined || isClassic(operation) ? `${verb.toLowerCase()}${kind}` : camelCase(name);
  const handler = createHandler(operation);
  const descriptor = { value: handler, writable: true, configurable: true, enumerable: false };
  Object.defineProperty(prototype, key, descriptor);
  markOperation(handler, operation);
  if (name !== undefined) DecodedRequest(pipeOf(name))(prototype, key, 0);
  // The interceptor sends the answer itself: Nest would add a charset to the media type.
  Res()(prototype, key, 1);
  ROUTES[verb](kind === 'evaluation' ? '' : PATHS[kind])(prototype, key, descriptor);
  if (name === undefined) return;
  const ofVerb = verb === 'OPTIONS' ? [] : (options.decorators?.[verb === 'PUT' ? 'PATCH' : verb] ?? []);
  for (const decorate of [...ofVerb, ...(options.decorators?.[name] ?? [])]) decorate(prototype, key, descriptor);
}

/** What checks the decoded request of an operation. */
function pipeOf(name: NonNullable<Operation['name']>): Type<PipeTransform> {
  if (name === 'EVALUATE') return EvaluationPipe;
  return isWrite(name) ? ChangePipe : QueryPipe;
}

/** A function of its own for every handler: decorators hang their metadata on it. */
function createHandler({ name }: Operation): (this: WithOperations, checked: never) => unknown {
  if (name === undefined) return function () {};
  if (isWrite(name)) {
    return function (change: Change): Promise<Outcome> {
      return this.operations.apply(change);
    };
  }
  if (name === 'EVALUATE') {
    return function (evaluation: Evaluation): Promise<EvaluationResult> {
      return this.operations.evaluate(evaluation);
    };
  }
  return function (query: Query): Promise<Result> {
    return this.operations.find(query);
  };
}

/** `GET_COLLECTION` → `getCollection`. */
function camelCase(name: string): string {
  return name.toLowerCase().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
