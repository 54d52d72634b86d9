/**
 * Controllers of the application's own that stand in for generated ones: they override single handlers, and have routes
 * of their own beside them.
 */
import type { Type } from '@nestjs/common';
import type { ObjectLiteral } from 'typeorm';
import type { Change } from '../query/change.js';
import type { Query } from '../query/query.js';
import type { Result } from '../query/result.js';
import { authenticationGuards } from './authentication.js';
import { checkEntryOptions, type ResourceOptions } from './options.js';
import type { Outcome } from './resource-operations.js';
import { createRestlessController } from './restless.controller.js';
import { resourceOptionsOf } from './restless.decorators.js';
import type { RestlessService } from './restless.service.js';
import { entityName, getRestlessServiceToken, type RestlessEntity } from './restless.tokens.js';
import { markStand } from './stand-ins.js';

/**
 * The handlers that a controller of your own may override. Each gets what was checked, and returns what `super` returns:
 * the answer is made of that.
 *
 * @example
 * override async deleteResource(change: Change): Promise<Outcome> {
 *   await this.archive.keep(await this.service.findOne(…));
 *   return super.deleteResource(change);
 * }
 */
export interface RestlessHandlers<T extends ObjectLiteral = ObjectLiteral> {
  /** The service of the resource; not there yet in the constructor. */
  readonly service: RestlessService<T>;
  /** GET `/person` */
  getCollection(query: Query): Promise<Result>;
  /** GET `/person/1` */
  getResource(query: Query): Promise<Result>;
  /** GET `/person/1/computers` */
  getRelation(query: Query): Promise<Result>;
  /** GET `/person/1/computers/2` */
  getRelatedResource(query: Query): Promise<Result>;
  /** GET `/person/1/relationships/computers` */
  getRelationship(query: Query): Promise<Result>;
  /** POST `/person` */
  postResource(change: Change): Promise<Outcome>;
  /** PATCH `/person/1`, and PUT in flat JSON */
  patchResource(change: Change): Promise<Outcome>;
  /** DELETE `/person/1` */
  deleteResource(change: Change): Promise<Outcome>;
  /** PATCH `/person`, where `allowPatchMany` opens it */
  patchCollection(change: Change): Promise<Outcome>;
  /** DELETE `/person`, where `allowDeleteMany` opens it */
  deleteCollection(change: Change): Promise<Outcome>;
  /** POST `/person/1/relationships/computers` */
  postRelationship(change: Change): Promise<Outcome>;
  /** PATCH `/person/1/relationships/computers` */
  patchRelationship(change: Change): Promise<Outcome>;
  /** DELETE `/person/1/relationships/computers` */
  deleteRelationship(change: Change): Promise<Outcome>;
}

/**
 * The controller of a resource, for one of your own to extend. List yours in the `controllers` of a module that imports
 * `RestlessModule.forFeature` with the entity: it takes the place of the generated controller, at the same address. Guards
 * and `decorators` are those of `@Resource`, and your own decorators.
 *
 * @param collectionName where the entity is exposed several times; the first declared unless it is given
 * @example
 * @Controller()
 * export class PersonController extends RestlessController(Person) {
 *   constructor(private readonly mailer: Mailer) {
 *     super();
 *   }
 *
 *   override async postResource(change: Change): Promise<Outcome> {
 *     const outcome = await super.postResource(change);
 *     await this.mailer.welcome(outcome.applied.id!);
 *     return outcome;
 *   }
 *
 *   @Post(':id/forgot-password')
 *   forgotPassword(@Param('id') id: string): Promise<void> {
 *     return this.mailer.remind(id);
 *   }
 * }
 * @see SET-09, FJV-03, FJV-05, FJV-06
 */
export function RestlessController<T extends ObjectLiteral>(
  entity: RestlessEntity<T>,
  collectionName?: string,
): Type<RestlessHandlers<T>> {
  const name = entityName(entity);
  const declared: ResourceOptions = resourceOptionsOf(entity);
  checkEntryOptions(name, declared);
  const options = { ...declared, guards: [...authenticationGuards(name, declared), ...(declared.guards ?? [])] };
  const token = getRestlessServiceToken(entity, collectionName);
  const controller = createRestlessController(`${name}RestlessController`, token, options);
  markStand(controller, { entity, collectionName });
  return controller as Type<RestlessHandlers<T>>;
}
