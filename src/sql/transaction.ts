/**
 * Transactions: everything of one request in one, repeated where the database could not serialize it, and one
 * at a time where all requests share one connection.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';
import { RestlessError } from '../errors.js';
import { isRetryable, translateDatabaseError } from './database-errors.js';

/** Attempts in all. */
const ATTEMPTS = 6;
/** The longest first pause, in milliseconds; each further one may be twice as long. */
const FIRST_PAUSE = 10;

/**
 * Runs an attempt at a transaction, or at a read; serialization failures and deadlocks are tried again after a random pause.
 * It has to let them through as the driver threw them.
 *
 * @throws RestlessError `UNAVAILABLE` where that did not help.
 */
export async function repeated<T>(attempt: () => Promise<T>): Promise<T> {
  for (let count = 1; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (count === ATTEMPTS || !isRetryable(error)) throw finalError(error);
      await setTimeout(Math.random() * FIRST_PAUSE * 2 ** count);
    }
  }
}

/** Runs work of one statement, which is a transaction of its own. */
export async function onOneConnection<T>(
  outer: EntityManager,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  const runner = dataSourceOf(outer).createQueryRunner('master');
  try {
    return await work(runner.manager);
  } finally {
    await runner.release();
  }
}

/** TypeORM 0.3 knows the data source of a manager by its old name alone. */
export function dataSourceOf(manager: object): DataSource {
  const { dataSource = (manager as { connection: DataSource }).connection } = manager as { dataSource?: DataSource };
  return dataSource;
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

/** Work whose turn it is, and what it was started from within. */
interface Turn {
  readonly turns: Turns;
  readonly within: Turn | undefined;
  over: boolean;
}

/**
 * One storage for all turns: Node keeps each storage that was ever used, and up to version 22 carries every one along
 * with every promise.
 */
const inside = new AsyncLocalStorage<Turn>();

/** The innermost turn that is not over. */
function innermost(turn: Turn | undefined): Turn | undefined {
  return turn?.over === true ? innermost(turn.within) : turn;
}

/**
 * Lets work on a shared connection take turns. SQLite has one connection for all requests: what one of them
 * does inside its transaction must not mix with the statements of another.
 */
export class Turns {
  private latest: Stretch = { begun: undefined, readers: 0, drained: undefined };

  /** Runs work when it is its turn; work that is started from within, while it lasts, is part of the same turn. */
  run<T>(work: () => Promise<T>): Promise<T> {
    if (this.isInside) return work();
    const turn = { turns: this, within: innermost(inside.getStore()), over: false };
    const before = this.latest;
    const done = Promise.resolve(before.begun)
      .then(() => noReaders(before))
      .then(() => inside.run(turn, work))
      .finally(() => {
        turn.over = true;
      });
    const after: Stretch = { begun: undefined, readers: 0, drained: undefined };
    const begin = (): void => {
      after.begun = undefined;
    };
    after.begun = done.then(begin, begin);
    this.latest = after;
    return done;
  }

  /**
   * Runs work that only reads, or is one statement that writes: beside others of the kind, and not beside a turn. It must
   * start no work of its own and wait for it, as that might wait for a turn that waits for this. Unlike a turn it costs next to nothing: Node follows every promise of the process
   * once it has to know what was started from where.
   */
  async share<T>(work: () => Promise<T>): Promise<T> {
    if (this.isInside) return work();
    const stretch = this.latest;
    stretch.readers += 1;
    try {
      if (stretch.begun !== undefined) await stretch.begun;
      return await work();
    } finally {
      stretch.readers -= 1;
      if (stretch.readers === 0) stretch.drained?.();
    }
  }

  private get isInside(): boolean {
    for (let turn = innermost(inside.getStore()); turn !== undefined; turn = innermost(turn.within)) {
      if (turn.turns === this) return true;
    }
    return false;
  }
}

/** The time between two turns, in which everybody may read. */
interface Stretch {
  /** The end of the turn before it; undefined once that is over. */
  begun: Promise<void> | undefined;
  /** Those who read in it, or wait for it. */
  readers: number;
  /** Tells the turn behind it that they have all been. */
  drained: (() => void) | undefined;
}

function noReaders(stretch: Stretch): Promise<void> | undefined {
  if (stretch.readers === 0) return undefined;
  return new Promise((resolve) => {
    stretch.drained = resolve;
  });
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
