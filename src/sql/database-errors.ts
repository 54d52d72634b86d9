/**
 * What databases complain about, told from the driver's code and never from its text: SQL stays in the log.
 */
import { QueryFailedError, TypeORMError, type DataSource, type EntityMetadata } from 'typeorm';
import { BadRequestError, ConflictError, RestlessError } from '../errors.js';
import { isSent, placeOf, type ChangePart } from '../query/change.js';
import { quote } from '../query/faults.js';

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
  '55P03': 'unavailable',
  // What was written to has become the replica of another.
  '25006': 'unavailable',
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
  // Characters that the character set of the column does not have.
  ER_CANT_AGGREGATE_2COLLATIONS: 'value',
  ER_CANT_AGGREGATE_3COLLATIONS: 'value',
  ER_CANT_AGGREGATE_NCOLLATIONS: 'value',
  ER_LOCK_DEADLOCK: 'busy',
  ER_CHECKREAD: 'busy',
  // Whoever has waited this long for a lock is not made to wait again.
  ER_LOCK_WAIT_TIMEOUT: 'unavailable',
  ER_QUERY_INTERRUPTED: 'unavailable',
  ER_QUERY_TIMEOUT: 'unavailable',
  ER_CON_COUNT_ERROR: 'unavailable',
  ER_TOO_MANY_USER_CONNECTIONS: 'unavailable',
  PROTOCOL_CONNECTION_LOST: 'unavailable',
  PROTOCOL_SEQUENCE_TIMEOUT: 'unavailable',
  ER_SERVER_SHUTDOWN: 'unavailable',
  ER_SESSION_WAS_KILLED: 'unavailable',
  ER_CLIENT_INTERACTION_TIMEOUT: 'unavailable',
  ER_OPTION_PREVENTS_STATEMENT: 'unavailable',
  ER_READ_ONLY_MODE: 'unavailable',
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
  ENOTFOUND: 'unavailable',
  EAI_AGAIN: 'unavailable',
  EHOSTUNREACH: 'unavailable',
  ENETUNREACH: 'unavailable',
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

/** MariaDB's own: of these the driver has no name, or that of an error of MySQL. */
const MARIADB_NUMBERS: Readonly<Record<number, Complaint>> = {
  1927: 'unavailable',
  1969: 'unavailable',
  4025: 'check',
};

/** TypeORM's own; it releases a runner whose connection broke while nothing was asked of it. */
const TYPEORM_ERRORS: Readonly<Record<string, Complaint>> = {
  NestedSetMultipleRootError: 'one-root',
  QueryRunnerAlreadyReleasedError: 'unavailable',
  QueryRunnerProviderAlreadyReleasedError: 'unavailable',
};

/** What the drivers say, without a code, when the server has gone or is too slow, or every connection of the pool is busy. */
const CONNECTION_GONE =
  /^(?:Connection terminated|Client has encountered a connection error|This socket has been ended|Cannot enqueue|Connection lost|Can't add new command when connection is in closed state|Query read timeout|timeout exceeded when trying to connect|Queue limit reached)/;

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

/** The field that a complaint is about, as the client knows it. */
export interface Culprit {
  readonly name: string;
  /** To its value in the body, or to the parent of what is missing there. */
  readonly pointer: string;
}

/** What the driver tells of a violated constraint. */
export interface Constraint {
  /** Undefined where it is not told. */
  readonly table?: string | undefined;
  /** Names of columns in the database. */
  readonly columns: readonly string[];
  /** The constraint's own name. */
  readonly name: string | undefined;
}

/**
 * The error to answer with; what is nobody's fault but ours is given back as it is.
 *
 * @param find the field that a violated constraint is about, if the viewer may know
 */
export function translateDatabaseError(
  error: unknown,
  find: (constraint: Constraint) => Culprit | undefined = () => undefined,
): unknown {
  const complaint = complaintOf(error);
  if (complaint === undefined) return error;
  const culprit = find(constraintOf(error));
  const details = { cause: error, ...(culprit === undefined ? {} : { source: { pointer: culprit.pointer } }) };
  switch (complaint) {
    case 'unique':
      return new ConflictError('There is a resource with this value already, and it has to be unique.', details);
    case 'foreign-key':
      return new ConflictError('Other resources depend on this one, or it names one that does not exist.', details);
    case 'not-null':
      return missingValue(culprit, error);
    case 'one-root':
      return new ConflictError('This tree has one root only, and there is one already.', details);
    case 'check':
      return new BadRequestError('CONSTRAINT', 'A value breaks a rule of the database.', details);
    case 'value':
      return new BadRequestError('BAD_VALUE', 'A value is out of the range that its column can hold.', details);
    case 'busy':
    case 'unavailable':
      return new RestlessError('UNAVAILABLE', 'The database cannot answer at the moment; try again later.', details);
  }
}

/** The error for a column without a value. */
export function missingValue(culprit?: Culprit, cause?: unknown): BadRequestError {
  const source = culprit === undefined ? undefined : { pointer: culprit.pointer };
  const words =
    culprit === undefined
      ? 'A value is missing that must not be null.'
      : `${quote(culprit.name)} needs a value; null is none.`;
  return new BadRequestError('CONSTRAINT', words, { source, cause });
}

function complaintOf(error: unknown): Complaint | undefined {
  // TypeORM does not export these classes.
  if (error instanceof TypeORMError && error.name in TYPEORM_ERRORS) return TYPEORM_ERRORS[error.name];
  const driverError: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (typeof driverError !== 'object' || driverError === null) return undefined;
  const number: unknown = 'errno' in driverError ? driverError.errno : undefined;
  if (typeof number === 'number' && number in MARIADB_NUMBERS) return MARIADB_NUMBERS[number];
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
  const column = named(source['column']) ?? /(?:Column|column|Field) '([^']+)'/.exec(text)?.[1];
  const lite = /constraint failed: (.+)$/.exec(text)?.[1]?.split(', ');
  const columns = lite?.map((each) => each.split('.').at(-1)!) ?? (column === undefined ? [] : [column]);
  const table = named(source['table']) ?? (lite?.[0]?.includes('.') === true ? lite[0].split('.')[0] : undefined);
  const key = /for key '(?:[^'.]+\.)?([^'.]+)'/.exec(text)?.[1] ?? /CONSTRAINT `([^`]+)`/.exec(text)?.[1];
  return { table, columns, name: named(source['constraint']) ?? key };
}

/** The field of a change that a violated constraint is about, if the viewer may know (decision 20). */
export function culpritOf(metadata: EntityMetadata, change: ChangePart, constraint: Constraint): Culprit | undefined {
  const { table, columns, name } = constraint;
  if (table !== undefined && table !== metadata.tableName) return undefined;
  const known = [...metadata.uniques, ...metadata.indices, ...metadata.foreignKeys].find(
    (each) => name !== undefined && each.name === name,
  );
  const names = known?.columns.map((column) => column.databaseName) ?? columns;
  const fields = names
    .flatMap((each) => metadata.columns.filter((column) => column.databaseName === each))
    .flatMap((column) => [column.propertyPath, column.relationMetadata?.propertyPath])
    .flatMap((property) => (property === undefined ? [] : (change.fieldName(property) ?? [])));
  const [first] = fields;
  if (first === undefined) return undefined;
  const field = fields.find((each) => isSent(change, each)) ?? first;
  return { name: field.name, pointer: placeOf(change, field) };
}
