/**
 * What an application has put before the URLs of a resource.
 */
import type { Method } from '../resource/options.js';
import type { Operation } from './operations.js';
import type { ResourceOptions } from './options.js';

/** What decorates the route of an operation: what is given for its verb, and for itself. */
export function decoratorsOf({ verb, name }: Operation, { decorators }: ResourceOptions): readonly MethodDecorator[] {
  if (name === undefined || verb === 'OPTIONS') return [];
  return [...(decorators?.[verb === 'PUT' ? 'PATCH' : verb] ?? []), ...(decorators?.[name] ?? [])];
}

/**
 * True where guards or decorators decide about a verb: the application asks them at the URLs of the resource, and nowhere
 * else.
 *
 * @param isAsked it is the resource whose URL was asked
 */
export function isGuarded(options: ResourceOptions | undefined, method: Method, isAsked: boolean): boolean {
  const { guards = [], decorators, authenticationRequiredFor = [] } = options ?? {};
  const lists: Readonly<Record<string, readonly MethodDecorator[] | undefined>> = decorators ?? {};
  const ofVerb = [...(lists[method] ?? []), ...(lists[`${method}_RESOURCE`] ?? [])];
  const ofAll = isAsked ? [] : guards;
  return [...ofVerb, ...ofAll, ...authenticationRequiredFor].length > 0;
}
