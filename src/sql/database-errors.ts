/**
 * What databases complain about, told from the driver's code and never from its text: SQL stays in the log.
 */
import { QueryFailedError } from 'typeorm';
import { BadRequestError, RestlessError } from '../errors.js';

/** PostgreSQL: a value that the column's type cannot hold (class 22, data exceptions). */
const DATA_EXCEPTION = /^22/;
/** PostgreSQL: out of connections, shutting down, cancelled by a timeout. */
const UNAVAILABLE = /^(?:53|57|08)/;
const UNAVAILABLE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'PROTOCOL_CONNECTION_LOST',
  'ER_CON_COUNT_ERROR',
  'SQLITE_BUSY',
]);
/** MariaDB: values out of range, or no dates. */
const DATA_CODES = new Set([
  'ER_WARN_DATA_OUT_OF_RANGE',
  'ER_DATA_OUT_OF_RANGE',
  'ER_TRUNCATED_WRONG_VALUE',
  'ER_WRONG_VALUE',
]);

/**
 * The error to answer with; what is nobody's fault but ours is given back as it is.
 *
 * @example
 * try { await runner.query(text) } catch (error) { throw translateDatabaseError(error) }
 */
export function translateDatabaseError(error: unknown): unknown {
  const code = driverCode(error);
  if (code === undefined) return error;
  if (DATA_CODES.has(code) || (code.length === 5 && DATA_EXCEPTION.test(code))) {
    return new BadRequestError('BAD_VALUE', 'A value is out of the range that its column can hold.');
  }
  if (UNAVAILABLE_CODES.has(code) || (code.length === 5 && UNAVAILABLE.test(code))) {
    return new RestlessError('UNAVAILABLE', 'The database cannot answer at the moment; try again later.');
  }
  return error;
}

function driverCode(error: unknown): string | undefined {
  const source: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (typeof source !== 'object' || source === null || !('code' in source)) return undefined;
  return typeof source.code === 'string' ? source.code : undefined;
}
