/** What the drivers throw, much of which no test can provoke, and what the client is told. */
import { QueryFailedError } from 'typeorm';
import { RestlessError } from '../../src/errors.js';
import { isRetryable, translateDatabaseError, type Constraint } from '../../src/sql/database-errors.js';

/** As TypeORM throws what a driver complains about. */
function failed(message: string, properties: object = {}): QueryFailedError {
  return new QueryFailedError('INSERT INTO "secret"', [], Object.assign(new Error(message), properties));
}

const UNAVAILABLE = [503, 'UNAVAILABLE'];
const BAD_VALUE = [400, 'BAD_VALUE'];
const CONSTRAINT = [400, 'CONSTRAINT'];
const CONFLICT = [409, 'CONFLICT'];

it.each([
  ['PostgreSQL has no connection left', { code: '53300' }, UNAVAILABLE],
  ['PostgreSQL shuts down', { code: '57P01' }, UNAVAILABLE],
  ['PostgreSQL stops a statement that takes too long', { code: '57014' }, UNAVAILABLE],
  ['PostgreSQL loses the connection', { code: '08006' }, UNAVAILABLE],
  ['PostgreSQL does not get a lock in time', { code: '55P03' }, UNAVAILABLE],
  ['PostgreSQL finds a number out of range', { code: '22003' }, BAD_VALUE],
  ['PostgreSQL cannot hold a value in an index', { code: '54000' }, BAD_VALUE],
  ['PostgreSQL excludes a value', { code: '23P01' }, CONFLICT],
  ['PostgreSQL restricts a foreign key', { code: '23001' }, CONFLICT],
  ['a trigger of PostgreSQL raises', { code: 'P0001' }, CONSTRAINT],
  ['MySQL refuses a reference, as old versions name it', { code: 'ER_NO_REFERENCED_ROW', errno: 1216 }, CONFLICT],
  ['MySQL keeps a referenced row, as old versions name it', { code: 'ER_ROW_IS_REFERENCED', errno: 1217 }, CONFLICT],
  ['MySQL finds a check violated', { code: 'ER_CHECK_CONSTRAINT_VIOLATED', errno: 3819 }, CONSTRAINT],
  ['MariaDB finds a check violated', { code: 'UNKNOWN_CODE_PLEASE_REPORT', errno: 4025 }, CONSTRAINT],
  ['MariaDB cuts a value off', { code: 'WARN_DATA_TRUNCATED', errno: 1265 }, BAD_VALUE],
  ['MySQL cannot read JSON', { code: 'ER_INVALID_JSON_TEXT', errno: 3140 }, BAD_VALUE],
  ['MariaDB waits too long for a lock', { code: 'ER_LOCK_WAIT_TIMEOUT', errno: 1205 }, UNAVAILABLE],
  ['MariaDB stops a statement that takes too long', { code: 'ER_STATEMENT_TIMEOUT', errno: 1969 }, UNAVAILABLE],
  ['MariaDB kills a connection', { code: 'ER_CONNECTION_KILLED', errno: 1927 }, UNAVAILABLE],
  ['MariaDB has no connection left', { code: 'ER_CON_COUNT_ERROR', errno: 1040 }, UNAVAILABLE],
  ['MariaDB shuts down', { code: 'ER_SERVER_SHUTDOWN', errno: 1053 }, UNAVAILABLE],
  ['MySQL loses the connection', { code: 'PROTOCOL_CONNECTION_LOST' }, UNAVAILABLE],
  ['SQLite wants a whole number for a row', { code: 'SQLITE_MISMATCH' }, BAD_VALUE],
  ['PostgreSQL is only read since it became a replica', { code: '25006' }, UNAVAILABLE],
  [
    'MariaDB is only read since it became a replica',
    { code: 'ER_OPTION_PREVENTS_STATEMENT', errno: 1290 },
    UNAVAILABLE,
  ],
  ['MySQL is only read since it became a replica', { code: 'ER_READ_ONLY_MODE', errno: 1836 }, UNAVAILABLE],
  ['the driver of MariaDB waits no longer', { code: 'PROTOCOL_SEQUENCE_TIMEOUT' }, UNAVAILABLE],
  ['MariaDB cannot compare two texts', { code: 'ER_CANT_AGGREGATE_2COLLATIONS', errno: 1267 }, BAD_VALUE],
  ['MariaDB cannot compare three texts', { code: 'ER_CANT_AGGREGATE_3COLLATIONS', errno: 1270 }, BAD_VALUE],
  ['MariaDB cannot compare many texts', { code: 'ER_CANT_AGGREGATE_NCOLLATIONS', errno: 1271 }, BAD_VALUE],
  ['nobody knows the name of the database', { code: 'ENOTFOUND' }, UNAVAILABLE],
  ['nobody answers who the database is', { code: 'EAI_AGAIN' }, UNAVAILABLE],
  ['there is no way to the database', { code: 'EHOSTUNREACH' }, UNAVAILABLE],
  ['there is no way to its network', { code: 'ENETUNREACH' }, UNAVAILABLE],
  ['the database listens no more', { code: 'ECONNREFUSED' }, UNAVAILABLE],
  ['the connection breaks', { code: 'ECONNRESET' }, UNAVAILABLE],
])('where %s, the client gets one of our errors', (_, properties, [status, code]) => {
  const answered = translateDatabaseError(failed('SELECT secret', properties)) as RestlessError;

  expect(answered).toBeInstanceOf(RestlessError);
  expect([answered.statusCode, answered.code]).toEqual([status, code]);
  expect(answered.message).not.toContain('secret');
});

it.each([
  'Connection terminated unexpectedly',
  'Client has encountered a connection error and is not queryable',
  'timeout exceeded when trying to connect',
  'Query read timeout',
  "Can't add new command when connection is in closed state",
  'Queue limit reached.',
])('knows by its words that the connection is gone, where the driver has no code: %s', (message) => {
  expect(translateDatabaseError(new Error(message))).toMatchObject({ statusCode: 503, code: 'UNAVAILABLE' });
  expect(translateDatabaseError(failed(message))).toMatchObject({ statusCode: 503, code: 'UNAVAILABLE' });
});

it.each([
  ['a table that is not there', failed('relation "person" does not exist', { code: '42P01' })],
  ['SQL that cannot be read', failed('You have an error in your SQL syntax', { code: 'ER_PARSE_ERROR', errno: 1064 })],
  ['an error of the same beginning that is none of PostgreSQL', failed('', { code: '22' })],
  ['what is no error of a database', new Error('A Connection terminated in this sentence.')],
  ['what is no error at all', 'Connection terminated'],
])('leaves %s as it is, which is our own mistake', (_, error) => {
  expect(translateDatabaseError(error)).toBe(error);
});

it.each([
  ['a deadlock of PostgreSQL', { code: '40P01' }, true],
  ['a serialization failure of PostgreSQL', { code: '40001' }, true],
  ['a deadlock of MariaDB', { code: 'ER_LOCK_DEADLOCK', errno: 1213 }, true],
  ['a row of MariaDB that another has changed', { code: 'ER_CHECKREAD', errno: 1020 }, true],
  ['a busy file of SQLite', { code: 'SQLITE_BUSY' }, true],
  ['a lock that was waited for already', { code: 'ER_LOCK_WAIT_TIMEOUT', errno: 1205 }, false],
  ['a value that is there already', { code: '23505' }, false],
])('asks whether it is worth another attempt: %s', (_, properties, retryable) => {
  expect(isRetryable(failed('', properties))).toBe(retryable);
});

/** What is told of a violated constraint, as it is looked up. */
function constraintOf(message: string, properties: object): Constraint | undefined {
  let told: Constraint | undefined;
  translateDatabaseError(failed(message, properties), (constraint) => {
    told = constraint;
    return undefined;
  });
  return told;
}

it.each([
  [
    'a unique constraint of PostgreSQL',
    'duplicate key value violates unique constraint "UQ_1"',
    { code: '23505', table: 'thing', constraint: 'UQ_1' },
    { table: 'thing', columns: [], name: 'UQ_1' },
  ],
  [
    'a column of PostgreSQL',
    'null value in column "name" of relation "thing" violates not-null constraint',
    { code: '23502', table: 'thing', column: 'name' },
    { table: 'thing', columns: ['name'], name: undefined },
  ],
  [
    'columns of SQLite',
    'UNIQUE constraint failed: thing.left, thing.right',
    { code: 'SQLITE_CONSTRAINT_UNIQUE' },
    { table: 'thing', columns: ['left', 'right'], name: undefined },
  ],
  [
    'a key of MariaDB',
    "Duplicate entry 'a' for key 'UQ_1'",
    { code: 'ER_DUP_ENTRY', errno: 1062 },
    { table: undefined, columns: [], name: 'UQ_1' },
  ],
  [
    'a key of MySQL, which names its table',
    "Duplicate entry 'a' for key 'thing.UQ_1'",
    { code: 'ER_DUP_ENTRY', errno: 1062 },
    { table: undefined, columns: [], name: 'UQ_1' },
  ],
  [
    'a foreign key of MariaDB',
    'Cannot add or update a child row: a foreign key constraint fails (`test`.`thing`, CONSTRAINT `FK_1` FOREIGN KEY (`ownerId`) REFERENCES `owner` (`id`))',
    { code: 'ER_NO_REFERENCED_ROW_2', errno: 1452 },
    { table: undefined, columns: [], name: 'FK_1' },
  ],
  [
    'a column of MariaDB that cannot be null',
    "Column 'name' cannot be null",
    { code: 'ER_BAD_NULL_ERROR', errno: 1048 },
    { table: undefined, columns: ['name'], name: undefined },
  ],
  [
    'a column of MariaDB that has no default',
    "Field 'name' doesn't have a default value",
    { code: 'ER_NO_DEFAULT_FOR_FIELD', errno: 1364 },
    { table: undefined, columns: ['name'], name: undefined },
  ],
  [
    'a column of MariaDB that is too short',
    "Data too long for column 'name' at row 1",
    { code: 'ER_DATA_TOO_LONG', errno: 1406 },
    { table: undefined, columns: ['name'], name: undefined },
  ],
])('finds %s in what the driver says', (_, message, properties, constraint) => {
  expect(constraintOf(message, properties)).toEqual(constraint);
});
