/**
 * Makes one controller class per resource: the routes, one handler for every verb and kind of URL, so that
 * what is not allowed is answered with 405 on every adapter. Which of them get a route, `refusals.ts` says.
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
import { decoratorsOf } from './guarded.js';
import type { ResourceOptions } from './options.js';
import {
  camelCase,
  createRoute,
  EVALUATIONS,
  isWrite,
  markOperation,
  OPERATIONS,
  PATHS,
  routeKey,
  type Operation,
} from './operations.js';
import { ChangePipe, DecodedRequest, EvaluationPipe, QueryPipe } from './query.pipe.js';
import type { Outcome, ResourceOperations } from './resource-operations.js';
import { RestlessExceptionFilter } from './restless-exception.filter.js';
import { RestlessInterceptor } from './restless.interceptor.js';
import type { RestlessService } from './restless.service.js';
import { operationsToken } from './restless.tokens.js';

const ROUTES = { GET: Get, POST: Post, PUT: Put, PATCH: Patch, DELETE: Delete, OPTIONS: Options } as const;

/** What handlers find on the controller that they belong to. */
interface WithOperations {
  readonly operations: ResourceOperations;
}

/** The routes of all resources: most have nothing of their own, and what is made once need not be made hundreds of times. */
const ResourceController = createRoutes(OPERATIONS);

/** The routes of all functions. */
const EvaluationController = createRoutes(EVALUATIONS);

/**
 * A fresh controller class for one resource. Its path is set when the data source is up.
 *
 * @param name of the class, for logs and stack traces
 * @param token under which the resource's service is injected
 */
export function createRestlessController(name: string, token: string, options: ResourceOptions): Type {
  return createController(ResourceController, name, token, options, OPERATIONS);
}

/** A fresh controller class for the functions of one resource. @see FUN-01 */
export function createEvaluationController(name: string, token: string, options: ResourceOptions): Type {
  return createController(EvaluationController, name, token, options, EVALUATIONS);
}

function createRoutes(operations: readonly Operation[]): Type {
  class GeneratedRoutes {}
  for (const operation of operations) defineHandler(GeneratedRoutes, operation);
  Controller()(GeneratedRoutes);
  UseInterceptors(RestlessInterceptor)(GeneratedRoutes);
  UseFilters(RestlessExceptionFilter)(GeneratedRoutes);
  return GeneratedRoutes;
}

function createController(
  routes: Type,
  name: string,
  token: string,
  options: ResourceOptions,
  operations: readonly Operation[],
): Type {
  // Properties are injected, so that the constructor of whoever inherits is its own.
  class GeneratedController extends routes {
    declare readonly operations: ResourceOperations;
    declare readonly service: RestlessService;
  }
  Object.defineProperty(GeneratedController, 'name', { value: name });
  Inject(token)(GeneratedController.prototype, 'service');
  Inject(operationsToken(token))(GeneratedController.prototype, 'operations');
  for (const operation of operations) decorateRoute(GeneratedController, operation, options);
  if (options.guards !== undefined && options.guards.length > 0) UseGuards(...options.guards)(GeneratedController);
  return GeneratedController;
}

/**
 * Two methods for an operation: a route, which carries what decorators say, and what the route calls, by a name for
 * those who inherit. Nest forgets the route of a method that is overridden.
 */
function defineHandler(controller: Type, operation: Operation): void {
  const { prototype } = controller as { readonly prototype: object };
  const { name } = operation;
  const key = routeKey(operation);
  if (name !== undefined) defineMethod(prototype, camelCase(name), createHandler(name));
  defineRoute(prototype, operation);
  if (name !== undefined) DecodedRequest(pipeOf(name))(prototype, key, 0);
  // The interceptor sends the answer itself: Nest would add a charset to the media type.
  Res()(prototype, key, 1);
}

/** A route of one controller's own, where decorators say something of it; its parameters are inherited. */
function decorateRoute(controller: Type, operation: Operation, options: ResourceOptions): void {
  const decorators = decoratorsOf(operation, options);
  if (decorators.length === 0) return;
  const { prototype } = controller as { readonly prototype: object };
  const descriptor = defineRoute(prototype, operation);
  for (const decorate of decorators) decorate(prototype, routeKey(operation), descriptor);
}

function defineRoute(prototype: object, operation: Operation): PropertyDescriptor {
  const { kind, verb } = operation;
  const route = createRoute(operation);
  const descriptor = defineMethod(prototype, routeKey(operation), route);
  markOperation(route, operation);
  ROUTES[verb](kind === 'evaluation' ? '' : PATHS[kind])(prototype, routeKey(operation), descriptor);
  return descriptor;
}

/** What checks the decoded request of an operation. */
function pipeOf(name: NonNullable<Operation['name']>): Type<PipeTransform> {
  if (name === 'EVALUATE') return EvaluationPipe;
  return isWrite(name) ? ChangePipe : QueryPipe;
}

/** What a route calls. */
function createHandler(name: NonNullable<Operation['name']>): (this: WithOperations, checked: never) => unknown {
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

function defineMethod(prototype: object, key: string, value: unknown): PropertyDescriptor {
  const descriptor = { value, writable: true, configurable: true, enumerable: false };
  Object.defineProperty(prototype, key, descriptor);
  return descriptor;
}
