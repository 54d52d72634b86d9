/**
 * What an application has put before the URLs of a resource.
 */
import type { Type } from '@nestjs/common';
import type { Method } from '../resource/options.js';
import { routeKey, type Operation } from './operations.js';
import type { ResourceOptions } from './options.js';
import { standOf } from './stand-ins.js';

/** What decorates the route of an operation: what is given for its verb, and for itself. */
export function decoratorsOf({ verb, name }: Operation, { decorators }: ResourceOptions): readonly MethodDecorator[] {
  if (name === undefined || verb === 'OPTIONS') return [];
  return [...(decorators?.[verb === 'PUT' ? 'PATCH' : verb] ?? []), ...(decorators?.[name] ?? [])];
}

/** What an application may have put guards and decorators on. */
export interface Guarded {
  readonly options: ResourceOptions;
  readonly controllers: { readonly controller: Type };
}

/**
 * True where guards or decorators decide about a verb: the application asks them at the URLs of the resource, and nowhere
 * else.
 *
 * @param isAsked it is the resource whose URL was asked
 */
export function isGuarded({ options, controllers }: Guarded, method: Method, isAsked: boolean): boolean {
  const { guards = [], decorators, authenticationRequiredFor = [] } = options;
  const lists: Readonly<Record<string, readonly MethodDecorator[] | undefined>> = decorators ?? {};
  const ofVerb = [...(lists[method] ?? []), ...(lists[`${method}_RESOURCE`] ?? [])];
  if ([...ofVerb, ...authenticationRequiredFor].length > 0) return true;
  if (!isAsked && guards.length > 0) return true;
  const own = standsFor(controllers.controller, `${method}_RESOURCE`);
  return own.handler || (!isAsked && own.class);
}

/** True where guards or decorators decide about an operation at its own URL. */
export function isGuardedAt(operation: Operation, { options, controllers }: Guarded): boolean {
  const { guards = [], authenticationRequiredFor = [] } = options;
  if ([...guards, ...authenticationRequiredFor, ...decoratorsOf(operation, options)].length > 0) return true;
  const own = standsFor(controllers.controller, routeKey(operation));
  return own.handler || own.class;
}

/** Whether a controller of the application's own, and a route of it, are decorated: the options do not know of that. */
function standsFor(controller: Type, key: string): { readonly class: boolean; readonly handler: boolean } {
  if (standOf(controller) === undefined) return { class: false, handler: false };
  const route = (controller.prototype as Readonly<Record<string, object | undefined>>)[key];
  return { class: isDecorated(controller), handler: route !== undefined && isDecorated(route) };
}

/** Marks that keep nobody out: of Nest itself, except for guards, of TypeScript, and words for OpenAPI. */
const HARMLESS = /^(?:__(?!guards__)|design:|self:|optional:|scope:options$|path$|host$|method$|swagger\/)/;

function isDecorated(target: object): boolean {
  const keys: readonly unknown[] = Reflect.getMetadataKeys(target);
  return keys.some((key) => typeof key !== 'string' || !HARMLESS.test(key));
}
