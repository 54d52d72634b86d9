/**
 * The library's decorators: `@Resource` on entities, `@InjectRestless` in constructors.
 */
import { Inject } from '@nestjs/common';
import type { ResourceOptions } from './options.js';
import { getRestlessServiceToken, type RestlessEntity } from './restless.tokens.js';

const RESOURCE_OPTIONS = Symbol('restless:resource');

/**
 * Marks an entity as a resource and says how it is served. An entity without it may be listed in
 * `RestlessModule.forFeature` all the same, with its options there.
 *
 * @example
 * @Entity()
 * @Resource({ methods: ['GET'], pageSize: 20 })
 * export class Person { … }
 * @see SET-16, SET-18
 */
export function Resource(options: ResourceOptions = {}): ClassDecorator {
  return (target) => {
    Reflect.defineMetadata(RESOURCE_OPTIONS, Object.freeze({ ...options }), target);
  };
}

/** The options of `@Resource` on this very class; an entity that inherits from it has its own. */
export function resourceOptionsOf(entity: RestlessEntity): ResourceOptions {
  if (typeof entity !== 'function') return {};
  return (Reflect.getOwnMetadata(RESOURCE_OPTIONS, entity) as ResourceOptions | undefined) ?? {};
}

/**
 * Injects the `RestlessService` of an entity.
 *
 * @example
 * constructor(@InjectRestless(Person) private readonly people: RestlessService<Person>) {}
 */
export function InjectRestless(
  entity: RestlessEntity,
  collectionName?: string,
): ParameterDecorator & PropertyDecorator {
  return Inject(getRestlessServiceToken(entity, collectionName));
}
