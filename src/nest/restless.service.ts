/**
 * The service of one resource: what its endpoints do, for the application's own code as well.
 */
import type { ObjectLiteral } from 'typeorm';
import type { Resource } from '../resource/resource.js';
import type { ResourceOperations } from './resource-operations.js';

/**
 * Serves one resource. Inject it with `@InjectRestless(Person)`.
 *
 * @example
 * constructor(@InjectRestless(Person) private readonly people: RestlessService<Person>) {}
 */
export class RestlessService<T extends ObjectLiteral = ObjectLiteral> {
  /** The entity's type, for the compiler alone. */
  declare readonly entity: T;

  constructor(private readonly operations: ResourceOperations) {}

  /** The resource that is served. */
  get resource(): Resource {
    return this.operations.resource;
  }
}
