/**
 * The service of one resource: what its endpoints do, for the application's own code as well.
 */
import type { ObjectLiteral } from 'typeorm';
import type { Query } from '../query/query.js';
import type { Result } from '../query/result.js';
import type { Resource } from '../resource/resource.js';
import { NotFoundError } from '../errors.js';
import { noSuchResource } from '../query/faults.js';
import type { Registration, RestlessRegistry, ServedResource } from './restless.registry.js';

/**
 * Serves one resource. Inject it with `@InjectRestless(Person)`.
 *
 * @example
 * constructor(@InjectRestless(Person) private readonly people: RestlessService<Person>) {}
 */
export class RestlessService<T extends ObjectLiteral = ObjectLiteral> {
  /** The entity's type, for the compiler alone. */
  declare readonly entity: T;

  constructor(
    private readonly registry: RestlessRegistry,
    private readonly registration: Registration,
  ) {}

  /** The resource that is served. */
  get resource(): Resource {
    return this.served.resource;
  }

  /**
   * Finds what a checked query asks for.
   *
   * @throws NotFoundError for a resource or a parent that is not there, or `filter[single]` without exactly one.
   */
  async find(query: Query): Promise<Result> {
    const result = await this.served.repository.find(query);
    const [first] = result.records;
    if (query.cardinality === 'single') expectSingle(result);
    if (query.cardinality === 'one' && query.id !== undefined && first === undefined)
      throw noSuchResource(query.resource, query.id);
    return result;
  }

  private get served(): ServedResource {
    return this.registry.serving(this.registration);
  }
}

function expectSingle({ records }: Result): void {
  if (records.length === 0) throw new NotFoundError('No result found.', { code: 'NO_RESULT' });
  if (records.length > 1) throw new NotFoundError('Multiple results found.', { code: 'MULTIPLE_RESULTS' });
}
