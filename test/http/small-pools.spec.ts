/** Pools with one connection, and more requests at once than connections: each has all it needs on the one that it holds. */
import { Expose } from 'class-transformer';
import { getRestlessServiceToken, Resource, RestlessModule, type RestlessService } from 'nestjs-restless';
import { Column, DataSource, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';

@Entity()
@Resource()
class Note {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() text!: string;
}

@Entity()
@Resource()
class Task {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ unique: true }) title!: string;
}

const ONE = {
  postgres: { max: 1, connectionTimeoutMillis: 3_000 },
  mariadb: { connectionLimit: 1 },
  sqlite: {},
} as const;

describeServers(
  (server) => {
    let app: TestApp;
    beforeEach(async () => {
      app = await server.start({
        entities: [Note, Task],
        dataSource: { extra: ONE[server.database.kind] },
        imports: [
          RestlessModule.forFeature([
            { entity: Note, methods: ['GET', 'POST'], preprocessors: { POST_RESOURCE: [() => undefined] } },
            { entity: Task, methods: ['GET', 'POST'] },
          ]),
        ],
      });
    });
    afterEach(() => app.close());

    const post = async (type: string, attributes: object): Promise<number> =>
      (await app.request('POST', `/api/${type}`, { body: { data: { type, attributes } } })).status;

    it('the first row of a table is made behind preprocessors [TXN-01]', async () => {
      expect(await post('note', { text: 'first' })).toBe(201);
    });

    it('the first rows are made all at once [TXN-01]', async () => {
      const burst = Array.from({ length: 20 }, (_, index) => [
        post('note', { text: `${index}` }),
        post('task', { title: `${index}` }),
      ]);

      expect(new Set(await Promise.all(burst.flat()))).toEqual(new Set([201]));
    });

    it('the first row is made in a transaction of the caller’s, and after one that failed [TXN-09]', async () => {
      const tasks = app.app.get<RestlessService<Task>>(getRestlessServiceToken(Task), { strict: false });
      const { manager } = app.app.get(DataSource);
      const fails = manager.transaction(async (own) => {
        await own.query('SELECT nothing FROM nowhere').catch(() => undefined);
        await tasks.create({ title: 'lost' }, { manager: own });
        throw new Error('stop');
      });
      await expect(fails).rejects.toThrow();
      const made = await manager.transaction((own) => tasks.create({ title: 'kept' }, { manager: own }));

      expect(made).toMatchObject({ title: 'kept' });
      expect(await post('task', { title: 'more' })).toBe(201);
    });
  },
  { databases: ['sqlite', 'postgres', 'mariadb'] },
);
