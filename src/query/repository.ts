/**
 * ResourceRepository: what a store has to do to be served.
 */
import type { Applied, Change } from './change.js';
import type { Evaluation, EvaluationResult } from './evaluation.js';
import type { Query } from './query.js';
import type { Result } from './result.js';

/** What can be done inside one transaction. */
export interface RepositorySession {
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

/** Finds what checked queries ask for, and does what checked changes say. `sql/` has the one for TypeORM. */
export interface ResourceRepository {
  /** Answers a query, outside a transaction. */
  find(query: Query): Promise<Result>;

  /** Works out functions over rows. */
  evaluate(evaluation: Evaluation): Promise<EvaluationResult>;

  /**
   * Runs work in one transaction; any throw rolls all of it back. Work may run again where the store could not
   * serialize it.
   *
   * @param join the caller's own transaction, in the store's terms: for TypeORM an `EntityManager`
   */
  transaction<T>(work: (session: RepositorySession) => Promise<T>, join?: unknown): Promise<T>;
}
