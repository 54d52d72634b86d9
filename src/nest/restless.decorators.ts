/**
 * The library's decorators: `@Resource` on entities, `@InjectRestless` in constructors.
 */
import { Inject } from '@nestjs/common';
import { withoutAliases } from './aliases.js';
import type { RepositoryOption, ResourceEntry, ResourceOptions } from './options.js';
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

/** The options of `@Resource` on this very class, by their own names; an entity that inherits from it has its own. */
export function resourceOptionsOf(entity: RestlessEntity): ResourceOptions {
  if (typeof entity !== 'function') return {};
  const options = (Reflect.getOwnMetadata(RESOURCE_OPTIONS, entity) as ResourceOptions | undefined) ?? {};
  return withoutAliases(entity.name, options);
}

/** The repository of an entry, where it names one. */
export function repositoryOf({ entity, repository }: ResourceEntry): RepositoryOption | undefined {
  return repository ?? resourceOptionsOf(entity).repository;
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
