/** Remembers the SQL statements of a data source, for tests that say which statements a request costs. */
import type { Logger } from 'typeorm';

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/**
 * A TypeORM logger that keeps what it is told.
 *
 * @example
 * const log = new StatementLog();
 * const dataSource = await new DataSource(database.options([Person], { logger: log })).initialize();
 * const statements = await log.during(() => dataSource.getRepository(Person).find());
 * expect(statements).toHaveLength(1);
 */
export class StatementLog implements Logger {
  readonly statements: Statement[] = [];

  /** The statements while `work` runs, in order. */
  async during(work: () => unknown): Promise<Statement[]> {
    const before = this.statements.length;
    await work();
    return this.statements.slice(before);
  }

  clear(): void {
    this.statements.length = 0;
  }

  logQuery(sql: string, parameters: unknown = []): void {
    this.statements.push({ sql, parameters: Array.isArray(parameters) ? parameters : [parameters] });
  }

  logQueryError(): void {}
  logQuerySlow(): void {}
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}
