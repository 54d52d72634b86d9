/**
 * How controllers of the application's own take the place of generated ones: which they stand in for, and what their
 * decorators say.
 */
import { Res, type Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { RestlessConfigError } from '../errors.js';
import type { Resource } from '../resource/resource.js';
import { camelCase, createRoute, EVALUATIONS, markOperation, OPERATIONS, routeKey } from './operations.js';
import type { ResourceOptions } from './options.js';
import { entityName, type RestlessEntity } from './restless.tokens.js';
import { controllersOf } from './routes.js';

/** What a controller stands in for. */
export interface Stand {
  readonly entity: RestlessEntity;
  readonly collectionName: string | undefined;
}

const STANDS = new WeakMap<object, Stand>();

/** Notes what controllers that extend this one stand in for. */
export function markStand(controller: object, stand: Stand): void {
  STANDS.set(controller, stand);
}

/** What a controller stands in for, if it extends one that `RestlessController` made. */
export function standOf(controller: unknown): Stand | undefined {
  for (let current = controller; typeof current === 'function'; current = Object.getPrototypeOf(current) as unknown) {
    const stand = STANDS.get(current);
    if (stand !== undefined) return stand;
  }
  return undefined;
}

/**
 * Options of the entry in `forFeature` that only a generated controller can carry.
 *
 * @throws RestlessConfigError where such an option would be lost: a guard, for one
 */
function refuseLostOptions(controller: Type, entry: ResourceOptions): void {
  for (const name of ['guards', 'decorators', 'authenticationRequiredFor'] as const) {
    if (entry[name] === undefined) continue;
    throw new RestlessConfigError(
      `${controller.name} stands in for the generated controller, which the option "${name}" in RestlessModule.forFeature ` +
        `is for; give it to @Resource, or decorate ${controller.name}.`,
    );
  }
}

/** What a controller is registered for. */
interface Registered {
  readonly entity: RestlessEntity;
  readonly entry: { readonly layers: readonly object[] };
  readonly controllers: { controller: Type; evaluation: Type };
}

/**
 * Controllers of the application's own take the place of generated ones, which are returned.
 *
 * @param resources in the order of their registrations
 * @throws RestlessConfigError where there is nothing, or nothing more, to take the place of.
 */
export function installStands(
  modules: ModulesContainer,
  registrations: readonly Registered[],
  resources: readonly Pick<Resource, 'collectionName'>[],
): ReadonlySet<unknown> {
  const replaced = new Set<unknown>();
  for (const controller of controllersOf(modules) as Type[]) {
    const stand = standOf(controller);
    if (stand === undefined) continue;
    const isStoodFor = ({ collectionName }: Pick<Resource, 'collectionName'>): boolean =>
      (stand.collectionName ?? collectionName) === collectionName;
    const registration = registrations.find(
      ({ entity }, index) => entity === stand.entity && isStoodFor(resources[index]!),
    );
    if (registration === undefined || standOf(registration.controllers.controller) !== undefined) {
      const name = entityName(stand.entity);
      const fault = registration === undefined ? `${name} is not exposed like this` : `another one does so already`;
      throw new RestlessConfigError(
        `${controller.name} stands in for the controller of ${name}, but ${fault}; list ${name} in RestlessModule.forFeature for it.`,
      );
    }
    refuseLostOptions(controller, registration.entry.layers[0] as ResourceOptions);
    adoptDecorators(controller);
    const { controllers } = registration;
    replaced.add(controllers.controller).add(controllers.evaluation);
    controllers.controller = controller;
    controllers.evaluation = installEvaluation(modules, controller, controllers.evaluation);
  }
  return replaced;
}

/**
 * Puts the functions of the resource behind what the application has put before the controller: Nest finds the guards of
 * a class in its module. Decorators are inherited from class to class, methods from prototype to prototype: the new
 * class says what the controller says, and does what the generated one does.
 */
function installEvaluation(modules: ModulesContainer, controller: Type, generated: Type): Type {
  const evaluation = { [generated.name]: class {} }[generated.name]!;
  Object.setPrototypeOf(evaluation, controller);
  Object.setPrototypeOf(evaluation.prototype, generated.prototype as object);
  for (const key of EVALUATIONS.map(routeKey)) {
    Reflect.defineMetadata(ARGUMENTS, Reflect.getMetadata(ARGUMENTS, generated, key), evaluation, key);
  }
  const enhancers = [...modules.values()].find(({ controllers }) => controllers.has(generated))!.injectables;
  for (const { controllers, injectables } of modules.values()) {
    const wrapper = controllers.get(controller);
    if (wrapper === undefined) continue;
    // Made of the same providers, and anew for every request where those are; what is made is its own.
    const named = { metatype: evaluation, token: evaluation, name: evaluation.name, values: new WeakMap() };
    const own = Object.assign(Object.create(wrapper) as object, named) as unknown as typeof wrapper;
    const { operations, service } = wrapper.instance as Record<string, unknown>;
    own.instance = Object.assign(new evaluation(), { operations, service });
    // Before all others: its address would be taken for that of a resource called "eval".
    const others = [...controllers];
    controllers.clear();
    for (const [token, each] of [[evaluation, own] as const, ...others]) controllers.set(token, each);
    // Its pipe, and what decorates it alone.
    for (const [token, each] of enhancers) if (!injectables.has(token)) injectables.set(token, each);
  }
  return evaluation;
}

/** Nest's metadata of parameters, and those that are lists. */
const ARGUMENTS = '__routeArguments__';
const LISTS = ['__guards__', '__interceptors__', '__pipes__', '__exceptionFilters__'];
const NOT_TAKEN = /^(design:|path$|method$)/;

/** Lets routes have what decorators say about the methods that override them. */
function adoptDecorators(controller: Type): void {
  const prototype = controller.prototype as Record<string, object>;
  for (const operation of OPERATIONS) {
    if (operation.name === undefined) continue;
    const key = routeKey(operation);
    const method = camelCase(operation.name);
    const own = Reflect.getMetadataKeys(prototype[method]!) as string[];
    const parameters = Reflect.getMetadata(ARGUMENTS, controller, method) as object | undefined;
    if (Object.hasOwn(prototype, key) || (own.length === 0 && parameters === undefined)) continue;
    const before = prototype[key]!;
    const route = createRoute(operation);
    markOperation(route, operation);
    for (const name of Reflect.getMetadataKeys(before) as string[]) {
      Reflect.defineMetadata(name, Reflect.getMetadata(name, before), route);
    }
    for (const name of own.filter((each) => !NOT_TAKEN.test(each))) {
      const value: unknown = Reflect.getMetadata(name, prototype[method]!);
      const inherited = (Reflect.getMetadata(name, route) ?? []) as unknown[];
      Reflect.defineMetadata(name, LISTS.includes(name) ? [...inherited, ...(value as unknown[])] : value, route);
    }
    Object.defineProperty(prototype, key, { value: route, writable: true, configurable: true, enumerable: false });
    takeParameters(controller, key, parameters);
  }
}

/** Parameters of the override's own come after what was checked; the response, which tells Nest to send nothing, last. */
function takeParameters(controller: Type, key: string, parameters: object = {}): void {
  const inherited = Reflect.getMetadata(ARGUMENTS, controller, key) as Record<string, { readonly index: number }>;
  const checked = Object.entries(inherited).filter(([, { index }]) => index === 0);
  const merged = { ...Object.fromEntries(checked), ...parameters } as typeof inherited;
  Reflect.defineMetadata(ARGUMENTS, merged, controller, key);
  const last = Math.max(...Object.values(merged).map(({ index }) => index));
  Res()(controller.prototype as object, key, last + 1);
}
