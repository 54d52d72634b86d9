/**
 * Runs statements, and gives their rows as lists of values: on the driver's own connection where we know it,
 * which spares objects and dates that nobody needs, and through TypeORM's `query` everywhere else. TypeORM's log, slow
 * statements and errors are the same on both ways.
 */
import { createHash } from 'node:crypto';
import { QueryFailedError, type DataSource, type QueryRunner } from 'typeorm';
import { TryAgain } from './database-errors.js';
import type { Statement } from './fragment.js';
import type { Row } from './rows.js';

/** What came of a statement. */
export interface Answered {
  readonly rows: Row[];
  /** How many rows a statement without rows of its own has found to change. */
  readonly affected: number;
}

/** Runs a statement on the connection of a runner. */
export type RunStatement = (runner: QueryRunner, statement: Statement) => Promise<Answered>;

/** What runs a statement on a connection of the driver's. */
type Direct = (connection: unknown, statement: Statement, runner: QueryRunner) => Promise<Answered> | Answered;

/**
 * What runs statements on a data source.
 *
 * @param direct false sends everything through TypeORM's `query`
 */
export function statementsOf(dataSource: DataSource, direct: boolean): RunStatement {
  const run = direct ? DIRECT[dataSource.options.type]?.(dataSource) : undefined;
  if (run === undefined) return throughTypeOrm;
  return (runner, statement) =>
    runner.isReleased || isHeard(dataSource)
      ? throughTypeOrm(runner, statement)
      : watched(dataSource, runner, statement, run);
}

async function throughTypeOrm(runner: QueryRunner, { text, parameters }: Statement): Promise<Answered> {
  const { affected = 0, records = [] } = await runner.query(text, [...parameters], true);
  return { rows: (records as readonly object[]).map((row) => Object.values(row) as Row), affected };
}

/** Subscribers that listen to statements are told by TypeORM, with the rows that they know. */
function isHeard({ subscribers }: DataSource): boolean {
  return subscribers.some((each) => each.beforeQuery !== undefined || each.afterQuery !== undefined);
}

/** Logs and wraps as TypeORM does. */
async function watched(
  { logger, options }: DataSource,
  runner: QueryRunner,
  statement: Statement,
  run: Direct,
): Promise<Answered> {
  const { text, parameters } = statement;
  const connection = (await runner.connect()) as unknown;
  const logged = [...parameters];
  logger.logQuery(text, logged, runner);
  const begun = Date.now();
  try {
    const answered = await run(connection, statement, runner);
    const took = Date.now() - begun;
    const { maxQueryExecutionTime } = options;
    if (maxQueryExecutionTime !== undefined && maxQueryExecutionTime > 0 && took > maxQueryExecutionTime)
      logger.logQuerySlow(took, text, logged, runner);
    return answered;
  } catch (error) {
    if (error instanceof TryAgain) throw error;
    logger.logQueryError(error as Error, text, logged, runner);
    throw new QueryFailedError(text, logged, error as Error);
  }
}

const DIRECT: Readonly<Record<string, (dataSource: DataSource) => Direct | undefined>> = {
  postgres,
  'better-sqlite3': sqlite,
  mariadb: mysql,
  mysql,
};

/** What is used of a connection of node-postgres. */
interface PostgresConnection {
  query(config: object): Promise<{ readonly rows: Row[]; readonly rowCount: number | null }>;
  getTypeParser(oid: number, format?: string): (text: string) => unknown;
}

/** Named statements stay on their connection for ever: no more of them than this. */
const MOST_NAMES = 200;
const TIMESTAMP_WITH_ZONE = 1184;
/** The statement does not fit its tables any more; a pooler has given the connection to others meanwhile. */
const LOST = ['0A000', '26000', '42P05'];

function postgres(): Direct {
  const names = new Map<string, string | undefined>();
  const types = new WeakMap<object, object>();
  const nameOf = (text: string): string | undefined => {
    if (!names.has(text) && names.size < MOST_NAMES) {
      names.set(text, `restless_${createHash('sha256').update(text).digest('base64url').slice(0, 24)}`);
    }
    return names.get(text);
  };
  return async (connection, { text, parameters }, runner) => {
    const client = connection as PostgresConnection;
    const parsers = types.get(client) ?? { getTypeParser: textTimestamps(client) };
    types.set(client, parsers);
    const config = { text, values: [...parameters], rowMode: 'array', types: parsers };
    const name = nameOf(text);
    const run = async (named: string | undefined): Promise<Answered> => {
      const { rows, rowCount } = await client.query(named === undefined ? config : { name: named, ...config });
      return { rows, affected: rowCount ?? 0 };
    };
    try {
      return await run(name);
    } catch (error) {
      if (name === undefined || !LOST.includes((error as { readonly code?: string }).code ?? '')) throw error;
      names.set(text, undefined);
      // The transaction is lost with it; the next attempt has no name for it.
      if (runner.isTransactionActive) throw new TryAgain();
      return run(undefined);
    }
  };
}

/** Moments in UTC stay the text that they are, unless the application has a parser of its own for them. */
function textTimestamps(client: PostgresConnection): PostgresConnection['getTypeParser'] {
  const parse = client.getTypeParser(TIMESTAMP_WITH_ZONE, 'text');
  if (!(parse('2000-01-01 00:00:00+00') instanceof Date)) return (oid, format) => client.getTypeParser(oid, format);
  const moment = (text: string): unknown => (text.endsWith('+00') && text.charCodeAt(4) === 45 ? text : parse(text));
  return (oid, format) =>
    oid === TIMESTAMP_WITH_ZONE && format !== 'binary' ? moment : client.getTypeParser(oid, format);
}

/** What is used of a connection of better-sqlite3. */
interface SqliteConnection {
  prepare(text: string): Prepared;
}

interface Prepared {
  /** It gives rows. */
  readonly reader: boolean;
  raw(): Prepared;
  all(...values: readonly unknown[]): Row[];
  run(...values: readonly unknown[]): { readonly changes: number };
}

const MOST_PREPARED = 500;

function sqlite(): Direct {
  const prepared = new WeakMap<object, Map<string, Prepared>>();
  return (connection, { text, parameters }) => {
    const database = connection as SqliteConnection;
    const known = prepared.get(database) ?? new Map<string, Prepared>();
    prepared.set(database, known);
    let statement = known.get(text);
    if (statement === undefined) {
      if (known.size >= MOST_PREPARED) known.clear();
      statement = database.prepare(text);
      if (statement.reader) statement.raw();
      known.set(text, statement);
    }
    // The driver binds no booleans.
    const values = parameters.map((value) => (typeof value === 'boolean' ? Number(value) : value));
    return statement.reader
      ? { rows: statement.all(...values), affected: 0 }
      : { rows: [], affected: statement.run(...values).changes };
  };
}

/** What is used of a connection of mysql2. */
interface MysqlConnection {
  query(config: object, done: (error: Error | null, answer: Row[] | { readonly affectedRows: number }) => void): void;
}

/** The text of a moment is in the zone that the driver is told of: it is kept where readers can take it for UTC. */
const MOMENTS = ['DATETIME', 'TIMESTAMP'];

/** The driver writes values into the text, as it does for TypeORM: prepared statements would give other values back. */
function mysql(dataSource: DataSource): Direct | undefined {
  const { enableQueryTimeout, maxQueryExecutionTime, extra } = dataSource.options as MysqlOptions;
  if (SHAPING.some((name) => extra?.[name] !== undefined)) return undefined;
  const dateStrings = hasUtcTexts(dataSource) ? { dateStrings: MOMENTS } : {};
  const timeout = enableQueryTimeout === true && maxQueryExecutionTime ? { timeout: maxQueryExecutionTime } : {};
  return (connection, { text, parameters }) =>
    new Promise((resolve, reject) => {
      const config = { sql: text, values: parameters, rowsAsArray: true, ...dateStrings, ...timeout };
      (connection as MysqlConnection).query(config, (error, answer) => {
        if (error !== null) reject(error);
        else if (Array.isArray(answer)) resolve({ rows: answer, affected: 0 });
        else resolve({ rows: [], affected: answer.affectedRows });
      });
    });
}

/** Options of the driver's that give rows another form than TypeORM knows. */
const SHAPING = ['nestTables', 'rowsAsArray', 'namedPlaceholders', 'typeCast', 'dateStrings', 'timezone'];

interface MysqlOptions {
  readonly timezone?: string;
  readonly dateStrings?: unknown;
  readonly enableQueryTimeout?: boolean;
  readonly maxQueryExecutionTime?: number;
  readonly extra?: Readonly<Record<string, unknown>>;
}

/**
 * True where the rows of MySQL and MariaDB have moments as text, in UTC: the data source says so, and no column of the kind
 * leads on to other rows or has a transformer, to which texts would be new.
 */
export function hasUtcTexts({ entityMetadatas, options }: DataSource): boolean {
  if (options.type !== 'mysql' && options.type !== 'mariadb') return false;
  const { dateStrings, extra, timezone } = options as MysqlOptions;
  if (SHAPING.some((name) => extra?.[name] !== undefined) || (dateStrings !== undefined && dateStrings !== false))
    return false;
  const columns = entityMetadatas.flatMap((metadata) => metadata.columns);
  const moments = columns.filter(({ type }) => type === Date || type === 'datetime' || type === 'timestamp');
  const arePlain = moments.every((each) => !each.isPrimary && !each.relationMetadata && !each.transformer);
  return arePlain && (timezone === 'Z' || timezone === '+00:00');
}
