/**
 * ResourceRepository: what a store has to do to be served.
 */
import type { Query } from './query.js';
import type { Result } from './result.js';

/** Finds what checked queries ask for. `sql/` has the one for TypeORM. */
export interface ResourceRepository {
  /**
   * Answers a query.
   *
   * @throws NotFoundError where the query's parent does not exist.
   */
  find(query: Query): Promise<Result>;
}
