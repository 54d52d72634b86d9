/**
 * A repository over arrays: an example of a store of one's own, rows for tests and demonstrations, and the second opinion
 * on the one for TypeORM.
 */
import { RestlessConfigError } from '../errors.js';
import type { Change } from '../query/change.js';
import type { Evaluation, EvaluationResult } from '../query/evaluation.js';
import type { Query } from '../query/query.js';
import type { RepositorySession, ResourceRepository } from '../query/repository.js';
import type { Result } from '../query/result.js';
import type { ColumnModel, EntityModel } from '../resource/entity-model.js';
import type { EntityClass } from '../resource/expose.js';
import { apply, type Defaults } from './apply.js';
import { describeEntities, type EntityDescription, type FieldDescription } from './describe.js';
import { evaluate, find } from './find.js';
import { byKey, normalized, Tables, type MemoryRow } from './tables.js';

/**
 * Serves entities that are mapped nowhere, from arrays. Relations lead from one of them to another.
 *
 * Operators of the application's own are SQL, and not implemented here; class-validator's decorators are not asked.
 *
 * @example
 * const store = new MemoryRepository([
 *   { entity: Planet, fields: { id: { type: 'integer', primary: true, generated: true }, name: 'text' }, rows: [{ id: 1, name: 'Earth' }] },
 * ]);
 * RestlessModule.forFeature([{ entity: Planet, repository: store }]);
 * @see FJR-01
 */
export class MemoryRepository implements ResourceRepository {
  private readonly models: ReadonlyMap<EntityClass, EntityModel>;
  private readonly descriptions = new Map<ColumnModel, FieldDescription>();
  private tables: Tables;
  private last: Promise<unknown> = Promise.resolve();

  constructor(descriptions: readonly EntityDescription[]) {
    this.models = describeEntities(descriptions);
    const rows = new Map<EntityModel, MemoryRow[]>();
    for (const { entity, fields, rows: given = [] } of descriptions) {
      const model = this.models.get(entity)!;
      for (const column of model.columns) {
        const field = fields[column.path]!;
        if (typeof field === 'object') this.descriptions.set(column, field);
      }
      rows.set(
        model,
        given.map((row) => normalized(model, row)),
      );
    }
    this.tables = new Tables(rows);
  }

  /** What was described of an entity; undefined for others. */
  model(entity: EntityClass): EntityModel | undefined {
    return this.models.get(entity);
  }

  /** The rows of an entity as they are now, in the order of the key; changing them changes nothing. */
  rows(entity: EntityClass): readonly object[] {
    const model = this.models.get(entity);
    if (model === undefined) throw new RestlessConfigError(`${entity.name} is not an entity of this repository.`);
    return byKey(model, structuredClone(this.tables.of(model)));
  }

  /** Answers a query from the rows as they are now. */
  find(query: Query): Promise<Result> {
    return find(this.tables, query);
  }

  /** Works out functions over the rows as they are now. */
  evaluate(evaluation: Evaluation): Promise<EvaluationResult> {
    return Promise.resolve(this.tables).then((tables) => evaluate(tables, evaluation));
  }

  /** One after the other, each on a copy that takes the place of the rows when all has gone well. */
  transaction<T>(work: (session: RepositorySession) => Promise<T>): Promise<T> {
    const done = this.last.then(async () => {
      const tables = this.tables.copy();
      const result = await work(this.session(tables));
      this.tables = tables;
      return result;
    });
    this.last = done.catch(() => undefined);
    return done;
  }

  private session(tables: Tables): RepositorySession {
    const defaults: Defaults = {
      of: (column) => this.descriptions.get(column)?.default,
      makes: (column) => this.descriptions.get(column)?.generated ?? false,
    };
    return {
      find: (query) => find(tables, query),
      evaluate: (evaluation) => Promise.resolve().then(() => evaluate(tables, evaluation)),
      apply: (change: Change) => Promise.resolve().then(() => apply(tables, defaults, change)),
    };
  }
}
