/**
 * The names under which Nest's injector keeps what this library provides.
 */
import type { EntityTarget, ObjectLiteral } from 'typeorm';

/** Token of the options given to `RestlessModule.forRoot`. */
export const RESTLESS_OPTIONS = Symbol('RESTLESS_OPTIONS');

/** An entity as TypeORM takes it: a class, an `EntitySchema`, or a name. */
export type RestlessEntity<T extends ObjectLiteral = ObjectLiteral> = EntityTarget<T>;

/**
 * The token of the service of an entity; of the first one declared where an entity is exposed several times.
 *
 * @example
 * { provide: getRestlessServiceToken(Person), useValue: fake }
 */
export function getRestlessServiceToken(entity: RestlessEntity, collectionName?: string): string {
  return `RestlessService:${entityName(entity)}${collectionName === undefined ? '' : `:${collectionName}`}`;
}

/** The token of what stands behind a service, and behind the endpoints. */
export function operationsToken(service: string): string {
  return `${service}:operations`;
}

/** An entity's name, for messages and tokens. */
export function entityName(entity: RestlessEntity): string {
  if (typeof entity === 'function') return entity.name;
  if (typeof entity === 'string') return entity;
  return 'options' in entity ? entity.options.name : entity.name;
}
