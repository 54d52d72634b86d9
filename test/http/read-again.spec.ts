/** Reads that the database could not serialize are tried again, as writes are. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Expose } from 'class-transformer';
import { getRestlessServiceToken, Resource, RestlessModule, type RestlessService } from 'nestjs-restless';
import { Column, DataSource, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { createApp, describeServers, type TestApp } from '../support/app.js';

@Entity()
@Resource({ allowFunctions: true })
class Row {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ default: '' }) name!: string;
}

const COUNT = '/api/eval/row?functions=[{"name":"count","field":"id"}]';

describeServers(
  (server) => {
    let app: TestApp;
    let dataSource: DataSource;
    const { kind } = server.database;

    /** The next reads fail, this many of them; sequences are not undone with what counted them. */
    const failing = async (times: number): Promise<void> => {
      const start = 1_000 - times;
      await dataSource.query(`ALTER SEQUENCE tries RESTART ${kind === 'postgres' ? 'WITH ' : ''}${start}`);
    };
    beforeAll(async () => {
      app = await server.start({
        entities: [Row],
        imports: [RestlessModule.forFeature([{ entity: Row, scope: { sql: () => 'contended() = 1' } }])],
      });
      dataSource = app.app.get(DataSource);
      await dataSource.query('CREATE SEQUENCE tries START WITH 1000');
      await dataSource.query(
        kind === 'postgres'
          ? `CREATE FUNCTION contended() RETURNS integer LANGUAGE plpgsql AS $$ BEGIN
               IF nextval('tries') < 1000 THEN RAISE EXCEPTION 'SELECT secret' USING ERRCODE = '40001'; END IF; RETURN 1; END $$`
          : `CREATE FUNCTION contended() RETURNS integer BEGIN
               IF NEXTVAL(tries) < 1000 THEN SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'SELECT secret'; END IF; RETURN 1; END`,
      );
      await dataSource.getRepository(Row).insert({ name: 'x' });
    });
    afterAll(() => app.close());

    it.each(['/api/row', '/api/row/1', COUNT])('and are answered where that helps: %s [TXN-02]', async (path) => {
      await failing(3);

      expect((await app.get(path)).status).toBe(200);
    });

    it('and are a 503 where it does not [TXN-02, TXN-06]', async () => {
      await failing(100);
      const answer = await app.get('/api/row');

      expect([answer.status, answer.at('/errors/0/code')]).toEqual([503, 'UNAVAILABLE']);
      expect(answer.text).not.toContain('secret');
    });

    it('but not in a transaction of the caller’s, who alone can repeat it [TXN-09]', async () => {
      const rows = app.app.get<RestlessService<Row>>(getRestlessServiceToken(Row), { strict: false });
      await failing(1);
      const read = dataSource.transaction((manager) => rows.find({ manager }));

      await expect(read).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    });
  },
  { databases: ['postgres', 'mariadb'], adapters: ['express'] },
);

describe('with a file of SQLite that another process writes', () => {
  it('wait for a moment [TXN-02]', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'restless-'));
    const options = { type: 'better-sqlite3', database: join(folder, 'test.db'), timeout: 1 } as const;
    const app = await createApp({
      imports: [
        TypeOrmModule.forRoot({ ...options, entities: [Row], synchronize: true }),
        RestlessModule.forFeature([Row]),
      ],
    });
    const other = await new DataSource(options).initialize();

    await other.query('BEGIN EXCLUSIVE');
    const waiting = app.get('/api/row');
    await setTimeout(30);
    await other.query('COMMIT');
    const { status } = await waiting;
    await other.destroy();
    await app.close();
    rmSync(folder, { recursive: true });

    expect(status).toBe(200);
  });
});
