/**
 * The repository for TypeORM: plans queries and runs them, applies changes in transactions.
 */
import { EntityManager, type DataSource, type QueryRunner } from 'typeorm';
import type { Applied, Change } from '../query/change.js';
import type { Evaluation, EvaluationResult } from '../query/evaluation.js';
import type { Filter } from '../query/filter.js';
import type { Query } from '../query/query.js';
import type { CompleteRepository, FoundRow, RepositorySession } from '../query/repository.js';
import type { Result } from '../query/result.js';
import type { Resource } from '../resource/resource.js';
import { Columns } from './columns.js';
import { outliveConnections } from './connections.js';
import { dialectOf, type Dialect } from './dialect.js';
import { evaluate } from './evaluate.js';
import { Finding } from './find.js';
import { Inserts } from './inserts.js';
import { instancesOf, passing } from './permitted.js';
import { runsCode } from './plan.js';
import { PlanCache } from './plan-cache.js';
import { isOneStatement } from './one-statement.js';
import type { WriteContext } from './rows-to-write.js';
import { applyChange } from './save.js';
import type { Schema } from './schema.js';
import { hasUtcTexts, statementsOf, type RunStatement } from './statements.js';
import { inTransactionOf, onOneConnection, repeated, Savepoints, Turns } from './transaction.js';
import { isValidated } from './validation.js';
import type { SqlOperator } from './where.js';

/** Serves resources from a TypeORM data source. */
export class TypeOrmRepository implements CompleteRepository {
  private readonly dialect: Dialect;
  private readonly columns: Columns;
  private readonly dataSource: DataSource;
  private readonly turns: Turns | undefined;
  private readonly savepoints = new Savepoints();
  private readonly plans: PlanCache;
  private readonly runStatement: RunStatement;
  private readonly inserts: Inserts;

  constructor(
    private readonly schema: Schema,
    private readonly operators: ReadonlyMap<string, SqlOperator>,
    preparedStatements: boolean,
  ) {
    this.dataSource = schema.dataSource;
    this.dialect = dialectOf(this.dataSource);
    this.columns = new Columns(schema, this.dialect, preparedStatements && hasUtcTexts(this.dataSource));
    this.plans = new PlanCache(schema, this.columns, this.dialect, operators);
    this.runStatement = statementsOf(this.dataSource, preparedStatements);
    this.inserts = new Inserts(schema, this.dialect, this.plans, this.runStatement);
    this.turns = this.dialect.name === 'sqlite' ? new Turns() : undefined;
    outliveConnections(this.dataSource);
  }

  private get context(): Pick<WriteContext, 'schema' | 'columns' | 'dialect' | 'operators' | 'inserts' | 'run'> {
    const { schema, columns, dialect, operators, inserts, runStatement: run } = this;
    return { schema, columns, dialect, operators, inserts, run };
  }

  find(query: Query): Promise<Result> {
    const work = this.reading((runner) => this.run(query, runner));
    // The code of entities may read as well.
    const takesTurn = [...query.fieldsets.values()].some(runsCode);
    return repeated(() => (takesTurn ? this.takeTurn(work) : this.shareTurn(work)));
  }

  evaluate(evaluation: Evaluation): Promise<EvaluationResult> {
    const work = this.reading((runner) => evaluate(evaluation, runner, this.context));
    return repeated(() => this.shareTurn(work));
  }

  instances(resource: Resource, filter: Filter | undefined): Promise<readonly FoundRow[]> {
    const work = this.reading((runner) => instancesOf(this.context, runner.manager, resource, passing(filter)));
    return repeated(() => this.takeTurn(work));
  }

  /** Reads on one connection, of a replica where there is one. */
  private reading<T>(work: (runner: QueryRunner) => Promise<T>): () => Promise<T> {
    return async () => {
      const runner = this.dataSource.createQueryRunner('slave');
      try {
        return await work(runner);
      } finally {
        await runner.release();
      }
    };
  }

  transaction<T>(work: (session: RepositorySession) => Promise<T>, join?: unknown, only?: Change): Promise<T> {
    const outer = join instanceof EntityManager ? join : this.dataSource.manager;
    const attempts = { keysTaken: { times: 0 }, rowsMade: { times: 0 } };
    const joins = outer.queryRunner?.isTransactionActive === true;
    const inSession = (manager: EntityManager): Promise<T> => work(this.session(manager, attempts, joins));
    if (joins) return inTransactionOf(outer, inSession);
    const whole = (): Promise<T> => this.takeTurn(() => outer.transaction(inSession));
    if (join !== undefined || only === undefined) return repeated(whole);
    const alone = (): Promise<T> => onOneConnection(outer, inSession);
    return repeated(async () => {
      if (!(await isOneStatement(this.schema, this.inserts, only))) return whole();
      // The application's validators may ask the service for something.
      return (await isValidated(this.schema.metadata(only.resource.model)))
        ? this.takeTurn(alone)
        : this.shareTurn(alone);
    });
  }

  private session(
    manager: EntityManager,
    attempts: Pick<WriteContext, 'keysTaken' | 'rowsMade'>,
    joins: boolean,
  ): RepositorySession {
    const { context } = this;
    const find = (query: Query): Promise<Result> => this.run(query, manager.queryRunner!);
    const apply = (change: Change): Promise<Applied> =>
      applyChange(
        { manager, deleted: { rows: 0 }, atEnd: [], find, checks: change.checks, ...attempts, ...context },
        change,
      );
    return {
      find,
      apply: (change: Change): Promise<Applied> =>
        joins ? this.savepoints.within(manager, () => apply(change)) : apply(change),
      evaluate: (evaluation: Evaluation): Promise<EvaluationResult> =>
        evaluate(evaluation, manager.queryRunner!, context),
      instances: (resource, filter) => instancesOf(context, manager, resource, passing(filter)),
      store: manager,
    };
  }

  private run(query: Query, runner: QueryRunner): Promise<Result> {
    return new Finding(
      query,
      this.plans.plan(query),
      runner,
      this.schema,
      this.context.columns,
      this.dialect,
      this.runStatement,
    ).run();
  }

  private takeTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.turns === undefined ? work() : this.turns.run(work);
  }

  private shareTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.turns === undefined ? work() : this.turns.share(work);
  }
}
