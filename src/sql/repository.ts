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
import { translateDatabaseError } from './database-errors.js';
import { dialectOf, type Dialect } from './dialect.js';
import { evaluate } from './evaluate.js';
import { Finding } from './find.js';
import { instancesOf, passing } from './permitted.js';
import { PlanCache } from './plan-cache.js';
import type { WriteContext } from './rows-to-write.js';
import { applyChange } from './save.js';
import type { Schema } from './schema.js';
import { statementsOf, type RunStatement } from './statements.js';
import { inTransaction, inTransactionOf, Savepoints, Turns } from './transaction.js';
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

  constructor(
    private readonly schema: Schema,
    private readonly operators: ReadonlyMap<string, SqlOperator>,
    preparedStatements: boolean,
  ) {
    this.dataSource = schema.dataSource;
    this.dialect = dialectOf(this.dataSource);
    this.columns = new Columns(schema, this.dialect);
    this.plans = new PlanCache(schema, this.columns, this.dialect, operators);
    this.runStatement = statementsOf(this.dataSource, preparedStatements);
    this.turns = this.dialect.name === 'sqlite' ? new Turns() : undefined;
    outliveConnections(this.dataSource);
  }

  private get context(): Pick<WriteContext, 'schema' | 'columns' | 'dialect' | 'operators'> {
    const { schema, columns, dialect, operators } = this;
    return { schema, columns, dialect, operators };
  }

  find(query: Query): Promise<Result> {
    return this.reading((runner) => this.run(query, runner));
  }

  evaluate(evaluation: Evaluation): Promise<EvaluationResult> {
    return this.reading((runner) => evaluate(evaluation, runner, this.context));
  }

  instances(resource: Resource, filter: Filter | undefined): Promise<readonly FoundRow[]> {
    return this.reading((runner) => instancesOf(this.context, runner.manager, resource, passing(filter)));
  }

  /** Reads on one connection, of a replica where there is one. */
  private reading<T>(work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    return this.takeTurn(async () => {
      const runner = this.dataSource.createQueryRunner('slave');
      try {
        return await work(runner);
      } catch (error) {
        throw translateDatabaseError(error);
      } finally {
        await runner.release();
      }
    });
  }

  transaction<T>(work: (session: RepositorySession) => Promise<T>, join?: unknown): Promise<T> {
    const outer = join instanceof EntityManager ? join : this.dataSource.manager;
    const attempts = { keysTaken: { times: 0 }, rowsMade: { times: 0 } };
    const joins = outer.queryRunner?.isTransactionActive === true;
    const inSession = (manager: EntityManager): Promise<T> => work(this.session(manager, attempts, joins));
    return joins ? inTransactionOf(outer, inSession) : this.takeTurn(() => inTransaction(outer, inSession));
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
        { ...context, manager, ...attempts, deleted: { rows: 0 }, atEnd: [], find, checks: change.checks },
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
    return new Finding(query, this.plans.plan(query), runner, this.schema, this.dialect, this.runStatement).run();
  }

  private takeTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.turns === undefined ? work() : this.turns.run(work);
  }
}
