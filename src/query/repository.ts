/**
 * ResourceRepository: what a store has to do to be served.
 */
import { RestlessError } from '../errors.js';
import type { EntityModel } from '../resource/entity-model.js';
import type { EntityClass } from '../resource/expose.js';
import type { Applied, Change } from './change.js';
import type { Evaluation, EvaluationResult } from './evaluation.js';
import type { Resource } from '../resource/resource.js';
import type { Filter } from './filter.js';
import type { Query } from './query.js';
import type { Result } from './result.js';

/** A row as the application knows it, with its id. */
export interface FoundRow {
  /** As in its URL. */
  readonly id: string;
  /** An instance of the entity. */
  readonly row: object;
}

/** Rows of a resource, those that belong to one that inherits from it included. */
export type FindInstances = (resource: Resource, filter: Filter | undefined) => Promise<readonly FoundRow[]>;

/** What can be done inside one transaction. */
export interface RepositorySession {
  /** Rows as the application knows them, read in this transaction. */
  readonly instances?: FindInstances | undefined;

  /**
   * Answers a query.
   *
   * @throws NotFoundError where the query's parent does not exist.
   */
  find(query: Query): Promise<Result>;

  /**
   * Does what a change says, or throws and has done nothing that outlives the transaction.
   *
   * @throws NotFoundError for rows that do not exist for the viewer, ConflictError and BadRequestError for
   *   what the store refuses.
   */
  apply(change: Change): Promise<Applied>;

  /** Works out functions over rows. */
  evaluate(evaluation: Evaluation): Promise<EvaluationResult>;

  /** The transaction in the store's own terms: for TypeORM an `EntityManager`. */
  readonly store?: unknown;
}

/**
 * Finds what checked queries ask for, and does what checked changes say. `sql/` has the one for TypeORM, `memory/` one
 * over arrays. One of your own may leave out what it cannot do: that is answered with 501.
 *
 * @example
 * const readOnly: ResourceRepository = { model: (entity) => store.model(entity), find: (query) => store.find(query) };
 * @see FJR-01, FJR-02
 */
export interface ResourceRepository {
  /** What there is to an entity that this store knows by itself; without it TypeORM's metadata say so. */
  model?(entity: EntityClass): EntityModel | undefined;

  /**
   * The rows of a resource that pass a filter, as the application knows them: what its permissions are asked about. A
   * store that has it asks the `checks` of a change about the rows that it writes.
   */
  readonly instances?: FindInstances | undefined;

  /** Answers a query, outside a transaction. */
  find?(query: Query): Promise<Result>;

  /** Works out functions over rows. */
  evaluate?(evaluation: Evaluation): Promise<EvaluationResult>;

  /** Does what a change says, for a store without transactions. One that has some has `transaction` instead. */
  apply?(change: Change): Promise<Applied>;

  /**
   * Runs work in one transaction; any throw rolls all of it back. Work may run again where the store could not
   * serialize it.
   *
   * @param join the caller's own transaction, in the store's terms: for TypeORM an `EntityManager`
   * @param only the one change that work applies, where nothing that comes after it can fail: a store that needs one
   *   statement for it may leave out the transaction around it
   */
  transaction?<T>(work: (session: RepositorySession) => Promise<T>, join?: unknown, only?: Change): Promise<T>;
}

/** A repository that does everything, if only to say that it cannot. */
export type CompleteRepository = Required<Pick<ResourceRepository, 'find' | 'evaluate' | 'transaction'>> &
  Pick<ResourceRepository, 'instances'>;

/**
 * A repository with everything in it, as an object whose methods can be taken over one by one. What was left out
 * throws `NOT_IMPLEMENTED`.
 */
export function complete(repository: ResourceRepository): CompleteRepository {
  const find = (query: Query): Promise<Result> => repository.find?.(query) ?? refuse(`Reading ${query.resource.name}`);
  const evaluate = (evaluation: Evaluation): Promise<EvaluationResult> =>
    repository.evaluate?.(evaluation) ?? refuse(`Evaluating functions of ${evaluation.resource.name}`);
  const apply = (change: Change): Promise<Applied> =>
    repository.apply?.(change) ?? refuse(`${DOING[change.kind]} ${change.resource.name}`);
  const instances: ResourceRepository['instances'] =
    repository.instances && ((resource, filter) => repository.instances!(resource, filter));
  return {
    find,
    evaluate,
    instances,
    transaction: (work, join, only) =>
      repository.transaction?.(work, join, only) ?? work({ find, evaluate, apply, instances }),
  };
}

const DOING: Readonly<Record<Change['kind'], string>> = {
  create: 'Creating',
  update: 'Changing',
  remove: 'Deleting',
  'edit-relationship': 'Changing relationships of',
  'update-many': 'Changing',
  'remove-many': 'Deleting',
};

function refuse(what: string): Promise<never> {
  return Promise.reject(new RestlessError('NOT_IMPLEMENTED', `${what} is not implemented.`));
}
