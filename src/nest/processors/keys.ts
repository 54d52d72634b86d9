/**
 * The closed list of processor keys: what each operation runs, under its own name, under that of a variant and under
 * the names of classic Flask-Restless.
 */
import { RestlessConfigError } from '../../errors.js';
import type { ReadOperation, WriteOperation } from '../../query/api-request.js';

/** An operation that processors can be registered for. */
type ProcessedOperation = ReadOperation | WriteOperation | 'EVALUATE';

/**
 * Which keys an operation runs, in this order. Classic names cover what they covered: `GET_SINGLE` whatever is read at
 * `/person/1` and below it, `PATCH_SINGLE` also the relationships of person 1, and `PUT_SINGLE` follows it.
 *
 * @see PRC-12, PRC-13, PRJ-19, PRJ-29
 */
export const RUNS = {
  GET_COLLECTION: ['GET_COLLECTION', 'GET_MANY'],
  GET_RESOURCE: ['GET_RESOURCE', 'GET_SINGLE'],
  GET_RELATION: ['GET_RELATION', 'GET_TO_ONE_RELATION', 'GET_TO_MANY_RELATION', 'GET_SINGLE'],
  GET_RELATED_RESOURCE: ['GET_RELATED_RESOURCE', 'GET_SINGLE'],
  GET_RELATIONSHIP: ['GET_RELATIONSHIP', 'GET_TO_ONE_RELATIONSHIP', 'GET_TO_MANY_RELATIONSHIP', 'GET_SINGLE'],
  POST_RESOURCE: ['POST_RESOURCE', 'POST'],
  PATCH_RESOURCE: ['PATCH_RESOURCE', 'PATCH_SINGLE', 'PUT_SINGLE'],
  DELETE_RESOURCE: ['DELETE_RESOURCE', 'DELETE', 'DELETE_SINGLE'],
  POST_RELATIONSHIP: ['POST_RELATIONSHIP', 'PATCH_SINGLE', 'PUT_SINGLE'],
  PATCH_RELATIONSHIP: ['PATCH_RELATIONSHIP', 'PATCH_SINGLE', 'PUT_SINGLE'],
  DELETE_RELATIONSHIP: ['DELETE_RELATIONSHIP', 'DELETE', 'DELETE_SINGLE'],
  PATCH_COLLECTION: ['PATCH_COLLECTION', 'PATCH_MANY', 'PUT_MANY'],
  DELETE_COLLECTION: ['DELETE_COLLECTION', 'DELETE_MANY'],
  EVALUATE: ['EVALUATE'],
} as const satisfies Readonly<Record<ProcessedOperation, readonly string[]>>;

/** A key of `preprocessors` and `postprocessors`; `docs/processors.md` has the table. */
export type ProcessorKey = (typeof RUNS)[ProcessedOperation][number];

/** A key of `afterCommit`: only what writes is committed. */
export type WriteProcessorKey = (typeof RUNS)[WriteOperation][number];

/** When a processor runs: before the request is checked, before the answer is sent, after the transaction is committed. */
export type Phase = 'preprocessors' | 'postprocessors' | 'afterCommit';

/** All keys. */
export const PROCESSOR_KEYS: readonly ProcessorKey[] = [...new Set(Object.values(RUNS).flat())];

/** The operations that run a key. */
export function operationsOf(key: ProcessorKey): readonly ProcessedOperation[] {
  const operations = Object.keys(RUNS) as ProcessedOperation[];
  return operations.filter((operation) => (RUNS[operation] as readonly ProcessorKey[]).includes(key));
}

/** The keys of a phase. */
export function keysOf(phase: Phase): readonly ProcessorKey[] {
  if (phase !== 'afterCommit') return PROCESSOR_KEYS;
  return PROCESSOR_KEYS.filter((key) => operationsOf(key).every((operation) => !/^(GET|EVALUATE)/.test(operation)));
}

/** The keys that an operation runs; `toMany` chooses between variants, undefined leaves both out. */
export function keysFor(operation: ProcessedOperation, toMany: boolean | undefined): readonly ProcessorKey[] {
  const other = toMany === undefined ? /_TO_(ONE|MANY)_/ : toMany ? /_TO_ONE_/ : /_TO_MANY_/;
  return RUNS[operation].filter((key) => !other.test(key));
}

/**
 * Refuses a key that does not exist: a processor under a misspelt name would protect nothing.
 *
 * @throws RestlessConfigError that lists the keys. @see PRJ-29
 */
export function expectKey(owner: string, phase: Phase, key: string): asserts key is ProcessorKey {
  const keys = keysOf(phase);
  if (keys.includes(key as ProcessorKey)) return;
  throw new RestlessConfigError(`${owner}: "${key}" is no key of "${phase}"; there are ${keys.join(', ')}.`);
}

/**
 * Checks an option with processors: known keys, each with a list of functions.
 *
 * @throws RestlessConfigError that names the option, the key, and what would be right.
 */
export function checkProcessorOption(owner: string, phase: Phase, value: unknown): void {
  if (value === undefined) return;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RestlessConfigError(`${owner}: the option "${phase}" has to be an object of lists of functions, by key.`);
  }
  for (const [key, list] of Object.entries(value) as [string, unknown][]) {
    expectKey(owner, phase, key);
    if (list !== undefined && !(Array.isArray(list) && list.every((each) => typeof each === 'function'))) {
      throw new RestlessConfigError(`${owner}: the option "${phase}" has to have a list of functions for ${key}.`);
    }
  }
}
