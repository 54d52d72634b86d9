/**
 * What databases complain about, told from the driver's code and never from its text: SQL stays in the log.
 */
import { QueryFailedError, TypeORMError, type DataSource, type EntityMetadata } from 'typeorm';
import { BadRequestError, ConflictError, RestlessError, type ErrorDetails } from '../errors.js';
import type { Change } from '../query/change.js';

/** What is wrong with what was sent, in words of no particular database. */
type Complaint = 'unique' | 'foreign-key' | 'not-null' | 'check' | 'value' | 'one-root' | 'busy' | 'unavailable';

const COMPLAINTS: Readonly<Record<string, Complaint>> = {
  // PostgreSQL, by SQLSTATE.
  '23505': 'unique',
  '23P01': 'unique',
  '23503': 'foreign-key',
  '23001': 'foreign-key',
  '23502': 'not-null',
  '23514': 'check',
  P0001: 'check',
  '40001': 'busy',
  '40P01': 'busy',
  // MySQL and MariaDB.
  ER_DUP_ENTRY: 'unique',
  ER_NO_REFERENCED_ROW: 'foreign-key',
  ER_NO_REFERENCED_ROW_2: 'foreign-key',
  ER_ROW_IS_REFERENCED: 'foreign-key',
  ER_ROW_IS_REFERENCED_2: 'foreign-key',
  ER_BAD_NULL_ERROR: 'not-null',
  ER_NO_DEFAULT_FOR_FIELD: 'not-null',
  ER_CONSTRAINT_FAILED: 'check',
  ER_CHECK_CONSTRAINT_VIOLATED: 'check',
  ER_SIGNAL_EXCEPTION: 'check',
  ER_DATA_TOO_LONG: 'value',
  ER_WARN_DATA_OUT_OF_RANGE: 'value',
  ER_DATA_OUT_OF_RANGE: 'value',
  ER_TRUNCATED_WRONG_VALUE: 'value',
  ER_TRUNCATED_WRONG_VALUE_FOR_FIELD: 'value',
  ER_WRONG_VALUE: 'value',
  WARN_DATA_TRUNCATED: 'value',
  ER_INVALID_JSON_TEXT: 'value',
  ER_LOCK_DEADLOCK: 'busy',
  ER_LOCK_WAIT_TIMEOUT: 'busy',
  ER_CHECKREAD: 'busy',
  ER_CON_COUNT_ERROR: 'unavailable',
  PROTOCOL_CONNECTION_LOST: 'unavailable',
  ER_SERVER_SHUTDOWN: 'unavailable',
  ER_CONNECTION_KILLED: 'unavailable',
  // SQLite.
  SQLITE_CONSTRAINT_UNIQUE: 'unique',
  SQLITE_CONSTRAINT_PRIMARYKEY: 'unique',
  SQLITE_CONSTRAINT_ROWID: 'unique',
  SQLITE_CONSTRAINT_FOREIGNKEY: 'foreign-key',
  SQLITE_CONSTRAINT_NOTNULL: 'not-null',
  SQLITE_CONSTRAINT_CHECK: 'check',
  SQLITE_CONSTRAINT_TRIGGER: 'check',
  SQLITE_CONSTRAINT_DATATYPE: 'value',
  SQLITE_MISMATCH: 'value',
  SQLITE_BUSY: 'busy',
  SQLITE_BUSY_SNAPSHOT: 'busy',
  // The connection itself.
  ECONNREFUSED: 'unavailable',
  ECONNRESET: 'unavailable',
  EPIPE: 'unavailable',
  ETIMEDOUT: 'unavailable',
};

/**
 * PostgreSQL: data exceptions, and values too big for an index; out of resources, shutting down, cancelled by a timeout,
 * connection lost.
 */
const CLASSES: Readonly<Record<string, Complaint>> = {
  '22': 'value',
  '54': 'value',
  '53': 'unavailable',
  '57': 'unavailable',
  '08': 'unavailable',
};

/** What the drivers say, without a code, when the server has gone, or every connection of the pool is busy. */
const CONNECTION_GONE =
  /^(?:Connection terminated|Client has encountered a connection error|This socket has been ended|Cannot enqueue|Connection lost|timeout exceeded when trying to connect|Queue limit reached)/;

/** Asks for another attempt: somebody else did the same at the same time. */
export class TryAgain extends Error {}

/** True where the same transaction may succeed when it is tried again. */
export function isRetryable(error: unknown): boolean {
  return error instanceof TryAgain || complaintOf(error) === 'busy';
}

/** True for what a database or its driver complains about, in words that are not for clients. */
export function isDatabaseError(error: unknown): boolean {
  return error instanceof QueryFailedError || complaintOf(error) !== undefined;
}

/** True for a violated unique constraint. */
export function isDuplicate(error: unknown): boolean {
  return complaintOf(error) === 'unique';
}

/** True where the primary key that the database itself counted up was taken. */
export function isDuplicateKey(error: unknown, dataSource: DataSource, metadata: EntityMetadata): boolean {
  if (!isDuplicate(error)) return false;
  const { primaryColumns, tableName } = metadata;
  const key = primaryColumns.map((column) => column.databaseName);
  const chosen =
    primaryColumns[0]?.primaryKeyConstraintName ?? dataSource.namingStrategy.primaryKeyName(tableName, key);
  // The second is PostgreSQL's own choice, in schemas that TypeORM did not make.
  return [chosen, `${tableName}_pkey`].includes(constraintOf(error).name ?? '');
}

/** Names the part of the body that a column's value came from, as a pointer; undefined where it is not known. */
export type ColumnPointer = (constraint: Constraint) => string | undefined;

/** What the driver tells of a violated constraint. */
export interface Constraint {
  /** Names of columns in the database. */
  readonly columns: readonly string[];
  /** The constraint's own name. */
  readonly name: string | undefined;
}

/**
 * The error to answer with; what is nobody's fault but ours is given back as it is.
 *
 * @param pointer finds the field that a violated constraint is about
 */
export function translateDatabaseError(error: unknown, pointer: ColumnPointer = () => undefined): unknown {
  const complaint = complaintOf(error);
  if (complaint === undefined) return error;
  const found = pointer(constraintOf(error));
  const details = found === undefined ? {} : { source: { pointer: found } };
  switch (complaint) {
    case 'unique':
      return new ConflictError('There is a resource with this value already, and it has to be unique.', details);
    case 'foreign-key':
      return new ConflictError('Other resources depend on this one, or it names one that does not exist.', details);
    case 'not-null':
      return missingValue(details);
    case 'one-root':
      return new ConflictError('This tree has one root only, and there is one already.', details);
    case 'check':
      return new BadRequestError('CONSTRAINT', 'A value breaks a rule of the database.', details);
    case 'value':
      return new BadRequestError('BAD_VALUE', 'A value is out of the range that its column can hold.', details);
    case 'busy':
    case 'unavailable':
      return new RestlessError('UNAVAILABLE', 'The database cannot answer at the moment; try again later.');
  }
}

/** The error for a column without a value. */
export function missingValue(details?: ErrorDetails): BadRequestError {
  return new BadRequestError('CONSTRAINT', 'A value is missing that must not be null.', details);
}

function complaintOf(error: unknown): Complaint | undefined {
  // TypeORM does not export the class.
  if (error instanceof TypeORMError && error.name === 'NestedSetMultipleRootError') return 'one-root';
  const driverError: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (typeof driverError !== 'object' || driverError === null) return undefined;
  const code: unknown = 'code' in driverError ? driverError.code : undefined;
  if (typeof code === 'string') return COMPLAINTS[code] ?? (code.length === 5 ? CLASSES[code.slice(0, 2)] : undefined);
  const gone = driverError instanceof Error && CONNECTION_GONE.test(driverError.message);
  return gone ? 'unavailable' : undefined;
}

/** The column or the constraint, where the driver names it. */
function constraintOf(error: unknown): Constraint {
  const source = (error instanceof QueryFailedError ? error.driverError : error) as Readonly<Record<string, unknown>>;
  const text = typeof source['message'] === 'string' ? source['message'] : '';
  const named = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
  // PostgreSQL has fields for it; SQLite names table.column; MariaDB quotes the key or the column.
  const column =
    named(source['column']) ??
    /Column '([^']+)'|Field '([^']+)'/
      .exec(text)
      ?.slice(1)
      .find((each) => each !== undefined);
  const lite = /constraint failed: (.+)$/.exec(text)?.[1];
  const columns = lite?.split(', ').map((each) => each.split('.').at(-1)!) ?? (column === undefined ? [] : [column]);
  const key = /for key '(?:[^'.]+\.)?([^'.]+)'/.exec(text)?.[1] ?? /CONSTRAINT `([^`]+)`/.exec(text)?.[1];
  return { columns, name: named(source['constraint']) ?? key };
}

/**
 * Which part of the body a violated constraint is about, if the viewer may know: a member that is there, or the parent of
 * the one that is missing (decision 20).
 */
export function pointerTo(metadata: EntityMetadata, change: Change, { columns, name }: Constraint): string | undefined {
  const constraint = [...metadata.uniques, ...metadata.indices, ...metadata.foreignKeys].find(
    (each) => name !== undefined && each.name === name,
  );
  const names = constraint?.columns.map((column) => column.databaseName) ?? columns;
  const fields = names
    .flatMap((each) => metadata.columns.filter((column) => column.databaseName === each))
    .flatMap((column) => [column.propertyPath, column.relationMetadata?.propertyPath])
    .flatMap((property) => (property === undefined ? [] : (change.fieldName(property) ?? [])));
  if (fields.length === 0) return undefined;
  const sent = [...('values' in change ? change.values : []), ...('links' in change ? change.links : [])];
  const isThere = (place: string): boolean => sent.some(({ pointer }) => `${pointer}/`.startsWith(`${place}/`));
  const parents = fields.map((field) => field.slice(0, field.indexOf('/')));
  return [...fields, ...parents].map((field) => `/data/${field}`).find(isThere) ?? '/data';
}
