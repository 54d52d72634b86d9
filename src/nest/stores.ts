/**
 * Where the rows of each resource are: in TypeORM's data sources, or in stores of the application's own.
 */
import type { DataSource } from 'typeorm';
import { RestlessConfigError } from '../errors.js';
import { complete, type CompleteRepository } from '../query/repository.js';
import type { EntityModel } from '../resource/entity-model.js';
import type { EntityClass } from '../resource/expose.js';
import { TypeOrmRepository } from '../sql/repository.js';
import { Schema } from '../sql/schema.js';
import type { ResolvedModuleOptions, ResourceEntry } from './options.js';
import { repositoryOf } from './restless.decorators.js';
import { entityName } from './restless.tokens.js';

/** The rows of an entry: what is known of them, and what finds and changes them. */
export interface Store {
  readonly model: EntityModel;
  readonly repository: CompleteRepository;
}

/** The stores of one application; all entities of a data source are in one. */
export class Stores {
  private readonly known = new Map<DataSource, { readonly schema: Schema; readonly repository: CompleteRepository }>();

  constructor(private readonly options: Pick<ResolvedModuleOptions, 'operators' | 'preparedStatements'>) {}

  /**
   * The store of an entry.
   *
   * @throws RestlessConfigError where neither its repository nor its data source knows the entity
   */
  of(entry: ResourceEntry, dataSource: DataSource | undefined): Store {
    const { entity } = entry;
    const option = repositoryOf(entry);
    if (typeof option === 'object' && option.model !== undefined) {
      const model = typeof entity === 'function' ? option.model(entity as EntityClass) : undefined;
      if (model !== undefined) return { model, repository: complete(option) };
      throw new RestlessConfigError(`${entityName(entity)} is not an entity of its repository; add it there.`);
    }
    if (dataSource?.hasMetadata(entity) !== true) {
      throw new RestlessConfigError(
        `${entityName(entity)} is not an entity of its data source; add it to its "entities".`,
      );
    }
    const { schema, repository } = this.ofDataSource(dataSource);
    const chosen = typeof option === 'function' ? option(complete(repository)) : (option ?? repository);
    return { model: schema.model(dataSource.getMetadata(entity)), repository: complete(chosen) };
  }

  private ofDataSource(dataSource: DataSource): { readonly schema: Schema; readonly repository: CompleteRepository } {
    let store = this.known.get(dataSource);
    if (store === undefined) {
      const schema = new Schema(dataSource);
      const { operators, preparedStatements } = this.options;
      store = { schema, repository: new TypeOrmRepository(schema, operators, preparedStatements) };
      this.known.set(dataSource, store);
    }
    return store;
  }
}
