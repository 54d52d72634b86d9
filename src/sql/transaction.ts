/**
 * Transactions: everything of one request in one, repeated where the database could not serialize it, and one
 * at a time where all requests share one connection.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { defer, lastValueFrom, retry, throwError, timer, type Observable } from 'rxjs';
import type { EntityManager } from 'typeorm';
import { RestlessError } from '../errors.js';
import { isRetryable, translateDatabaseError } from './database-errors.js';

/** Attempts in all. */
const ATTEMPTS = 6;
/** The longest first pause, in milliseconds; each further one may be twice as long. */
const FIRST_PAUSE = 10;

/**
 * Runs work in a transaction; serialization failures and deadlocks are tried again after a random pause. Work has to
 * let them through as the driver threw them.
 *
 * @throws RestlessError `UNAVAILABLE` where that did not help.
 */
export async function inTransaction<T>(outer: EntityManager, work: (manager: EntityManager) => Promise<T>): Promise<T> {
  const attempt = defer(() => outer.transaction(work));
  const pause = (error: unknown, count: number): Observable<unknown> =>
    isRetryable(error) ? timer(Math.random() * FIRST_PAUSE * 2 ** count) : throwError(() => error);
  try {
    return await lastValueFrom(attempt.pipe(retry({ count: ATTEMPTS - 1, delay: pause })));
  } catch (error) {
    throw finalError(error);
  }
}

/** Runs work in a transaction of the caller's, who alone can repeat it. */
export async function inTransactionOf<T>(
  manager: EntityManager,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  try {
    return await work(manager);
  } catch (error) {
    throw finalError(error);
  }
}

/** The error to answer with where there is no further attempt. */
function finalError(error: unknown): unknown {
  if (!isRetryable(error)) return translateDatabaseError(error);
  const words = 'The database is too busy with other changes to the same rows; try again.';
  return new RestlessError('UNAVAILABLE', words, { cause: error });
}

/**
 * Lets work on a shared connection take turns. SQLite has one connection for all requests: what one of them
 * does inside its transaction must not mix with the statements of another.
 */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();
  private readonly inside = new AsyncLocalStorage<{ over: boolean }>();

  /** Runs work when it is its turn; work that is started from within, while it lasts, is part of the same turn. */
  run<T>(work: () => Promise<T>): Promise<T> {
    if (this.inside.getStore()?.over === false) return work();
    const turn = { over: false };
    const done = this.last
      .then(() => this.inside.run(turn, work))
      .finally(() => {
        turn.over = true;
      });
    this.last = done.catch(() => undefined);
    return done;
  }
}

/** Undoes what fails inside a transaction of the caller's, who may go on and commit; one after the other. */
export class Savepoints {
  private readonly turns = new WeakMap<object, Turns>();

  /** Runs work that leaves nothing behind where it throws. */
  within<T>(manager: EntityManager, work: () => Promise<T>): Promise<T> {
    const runner = manager.queryRunner!;
    const turns = this.turns.get(runner) ?? new Turns();
    this.turns.set(runner, turns);
    return turns.run(() => manager.transaction(work));
  }
}
