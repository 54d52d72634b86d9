/**
 * One request is one transaction: whatever throws, wherever it throws, nothing of it stays. What databases cannot
 * serialize is tried again, and a service joins the transaction of whoever calls it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoggerService } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Expose } from 'class-transformer';
import { getRestlessServiceToken, Resource, RestlessModule, type RestlessService, type Row } from 'nestjs-restless';
import {
  AfterInsert,
  BeforeInsert,
  BeforeUpdate,
  Column,
  DataSource,
  Entity,
  type EntityManager,
  type EntitySubscriberInterface,
  EventSubscriber,
  type InsertEvent,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  type QueryRunner,
  type Relation,
  VersionColumn,
} from 'typeorm';
import { createApp, describeServers, type TestApp } from '../support/app.js';
import { describeDatabases } from '../support/databases.js';
import { StatementLog } from '../support/statement-log.js';
import { linkage, writing } from '../support/writing.js';

class Refusal extends Error {}

@Entity()
@Resource({ additionalAttributes: ['shout'], validationExceptions: [Refusal], returning: 'always' })
class Account {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ length: 40, unique: true }) name!: string;
  @Expose() @Column({ type: 'int', default: 0 }) balance!: number;
  @Expose() @VersionColumn() version!: number;
  @Expose() @OneToMany(() => Card, (card) => card.account) cards!: Relation<Card>[];
  @Expose() @ManyToMany(() => Tag) @JoinTable() tags!: Relation<Tag>[];

  /** What an answer shows is read inside the transaction. */
  shout(): string {
    if (this.name === 'silent') throw new Error('cannot shout');
    return this.name.toUpperCase();
  }

  @BeforeInsert() beforeInsert(): void {
    if (this.name === 'listener before') throw new Error('no');
  }
  @AfterInsert() afterInsert(): void {
    if (this.name === 'listener after') throw new Error('no');
  }
}

@Entity()
@Resource({ validationExceptions: [Refusal] })
class Card {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ default: '' }) number!: string;
  @Expose() @ManyToOne(() => Account, (account) => account.cards) account!: Relation<Account> | null;

  @BeforeUpdate() check(): void {
    if (this.number === 'stolen') throw new Refusal('This card is stolen.');
    if (this.number === 'broken') throw new Error('no');
  }
}

@Entity()
@Resource()
class Tag {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() text!: string;
}

/** Without hooks, so that rows are changed without instances. */
@Entity()
@Resource({ allowPatchMany: true })
class Counter {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ default: '' }) name!: string;
  @Expose() @Column({ type: 'int', default: 0 }) value!: number;
  @Expose() @VersionColumn() version!: number;
}

@EventSubscriber()
class AccountListener implements EntitySubscriberInterface<Account> {
  listenTo(): typeof Account {
    return Account;
  }
  async afterInsert({ entity, manager }: InsertEvent<Account>): Promise<void> {
    if (entity.name === 'audited') await manager.insert(Tag, { text: 'audited' });
    if (entity.name === 'subscriber') {
      await manager.insert(Tag, { text: 'subscriber' });
      throw new Error('no');
    }
    if (entity.name === 'refused') throw new Refusal('We know you.');
  }
}

const ENTITIES = [Account, Card, Tag, Counter];
const MODULES = [
  RestlessModule.forRoot({ methods: ['GET', 'POST', 'PATCH', 'DELETE'], allowToManyReplacement: true, pageSize: 0 }),
  RestlessModule.forFeature(ENTITIES),
];

async function seed({ manager }: DataSource): Promise<void> {
  await manager.insert(Account, [{ name: 'Ada' }, { name: 'Bob' }]);
  await manager.insert(Card, [{ number: '1' }, { number: 'stolen' }, { number: 'broken' }]);
  await manager.insert(Tag, [{ text: 'one' }, { text: 'two' }]);
  await manager.insert(Counter, [{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
}

const log = new StatementLog();

const lines: string[] = [];
const logger: LoggerService = {
  log: () => undefined,
  warn: () => undefined,
  error: (message: unknown) => lines.push(String(message)),
};

/** How many transactions were begun. */
const begun = (statements: readonly { readonly sql: string }[]): number =>
  statements.filter(({ sql }) => /^(START|BEGIN)/.test(sql)).length;

describeServers(
  (server) => {
    let app: TestApp;
    const { get, write } = writing(() => app);

    beforeAll(async () => {
      // Few connections: one that is not given back would be missed soon.
      const dataSource = { subscribers: [AccountListener], logger: log, poolSize: 2 };
      app = await server.start({ entities: ENTITIES, imports: MODULES, seed, dataSource });
      app.app.useLogger(logger);
    });
    afterAll(() => app.close());

    const account = (name: string, rest: object = {}): object => ({ type: 'account', attributes: { name }, ...rest });

    /** All rows of all tables, as the API shows them. */
    async function everything(): Promise<unknown> {
      const answers = await Promise.all(
        [
          'account?include=cards,tags&fields[account]=name,balance,version,cards,tags&sort=id',
          'card?sort=id',
          'tag?sort=id',
          'counter?sort=id',
        ].map((path) => get(`/api/${path}`)),
      );
      return answers.map((answer) => answer.at('/data'));
    }

    describe('nothing stays', () => {
      it.each<[words: string, name: string, status: number]>([
        ['a listener before the insert', 'listener before', 500],
        ['a listener after the insert', 'listener after', 500],
        ['a subscriber after the insert, with a row of its own', 'subscriber', 500],
        ['a subscriber whose error is forwarded [TXN-03]', 'refused', 400],
        ['a getter, when the answer is made', 'silent', 500],
      ])('of a POST where %s throws [TXN-02, TXN-04, JA-51]', async (_words, name, status) => {
        const before = await everything();

        const answer = await write(
          'POST',
          '/api/account',
          account(name, { relationships: { tags: { data: linkage('tag/1') } } }),
        );

        expect(answer.status).toBe(status);
        expect(await everything()).toEqual(before);
      });

      it.each<[words: string, method: 'POST' | 'PATCH', relationships: object, status: number]>([
        ['a missing row', 'POST', { cards: linkage('card/1', 'card/99') }, 404],
        ['a missing row', 'PATCH', { tags: linkage('tag/1', 'tag/99') }, 404],
        [
          'a missing row of the second relationship',
          'PATCH',
          { tags: linkage('tag/1'), cards: linkage('card/99') },
          404,
        ],
        ['another type', 'POST', { tags: linkage('tag/1'), cards: linkage('tag/1') }, 409],
        [
          'a row that refuses, after others',
          'POST',
          { tags: linkage('tag/1'), cards: linkage('card/1', 'card/2') },
          400,
        ],
        [
          'a row that refuses, after others',
          'PATCH',
          { tags: linkage('tag/1'), cards: linkage('card/1', 'card/2') },
          400,
        ],
        ['a row whose listener throws', 'PATCH', { tags: linkage('tag/1'), cards: linkage('card/1', 'card/3') }, 500],
      ])(
        'of attributes where relationships name %s: %s [TXN-02, TXN-08, JA-51]',
        async (_words, method, linked, status) => {
          const before = await everything();
          const relationships = Object.fromEntries(
            Object.entries(linked).map(([name, data]) => [name, { data: data as object }]),
          );
          const id = method === 'PATCH' ? { id: '1' } : {};

          const path = method === 'PATCH' ? '/api/account/1' : '/api/account';
          const answer = await write(method, path, account('Eve', { ...id, relationships }));

          expect(answer.status).toBe(status);
          expect(await everything()).toEqual(before);
        },
      );

      it('of a PATCH that the database refuses at its end [TXN-01, TXN-02, ERR-08]', async () => {
        const before = await everything();
        const relationships = { tags: { data: linkage('tag/1') }, cards: { data: linkage('card/1') } };

        const answer = await write('PATCH', '/api/account/1', account('Bob', { id: '1', relationships }));

        expect(answer.status).toBe(409);
        expect(await everything()).toEqual(before);
      });

      it('of a PATCH whose answer cannot be made [TXN-02, TXN-04]', async () => {
        const before = await everything();

        const answer = await write('PATCH', '/api/account/1', account('silent', { id: '1' }));

        expect(answer.status).toBe(500);
        expect(await everything()).toEqual(before);
      });
    });

    it('keeps what subscribers write in the same transaction [TXN-04]', async () => {
      const answer = await write('POST', '/api/account', account('audited'));

      expect(answer.status).toBe(201);
      expect((await get('/api/tag?filter[text]=audited')).at('/meta/total')).toBe(1);
    });

    it('begins one transaction for a request that writes, and none for one that reads [TXN-01, TXN-07]', async () => {
      const reads = await log.during(() => get('/api/account?include=cards'));
      const writes = await log.during(() => write('PATCH', '/api/account/2', account('Bobby', { id: '2' })));

      expect(reads.map(({ sql }) => sql).filter((sql) => !sql.startsWith('SELECT'))).toEqual([]);
      expect([begun(writes), writes.at(-1)?.sql]).toEqual([1, 'COMMIT']);
    });

    it('goes on after errors of every kind, one after the other and all at once [TXN-06, TXN-07]', async () => {
      const before = await everything();
      const requests = (): Promise<number>[] =>
        ['subscriber', 'refused', 'silent', 'Ada', 'listener after'].map(async (name) => {
          return (await write('POST', '/api/account', account(name))).status;
        });

      for (const request of requests()) expect([400, 409, 500]).toContain(await request);
      const statuses = await Promise.all([...requests(), ...requests(), ...requests(), ...requests()]);

      expect(statuses).toEqual([1, 2, 3, 4].flatMap(() => [500, 400, 500, 409, 500]));
      expect(await everything()).toEqual(before);
      expect((await write('POST', '/api/account', account('after errors'))).status).toBe(201);
    });

    it('keeps requests at the same time apart: one fails, the other stays [TXN-07]', async () => {
      const names = Array.from({ length: 12 }, (_, index) => `apart ${index}`);

      const answers = await Promise.all(
        names.flatMap((name) => [
          write('POST', '/api/account', account(name, { relationships: { tags: { data: linkage('tag/1') } } })),
          write('POST', '/api/account', account('subscriber')),
          write(
            'PATCH',
            '/api/account/1',
            account('Ada', { id: '1', relationships: { cards: { data: linkage('card/2') } } }),
          ),
        ]),
      );

      expect(answers.map(({ status }) => status)).toEqual(names.flatMap(() => [201, 500, 400]));
      const found = await get('/api/account?filter[name][like]=apart%25&include=tags');
      expect(found.at('/meta/total')).toBe(12);
      expect(found.at('/data/*/relationships/tags/data')).toEqual(names.map(() => linkage('tag/1')));
      expect((await get('/api/tag?filter[text]=subscriber')).at('/meta/total')).toBe(0);
    });

    describe('a service', () => {
      const service = <T extends object>(entity: abstract new () => T): RestlessService<T> =>
        app.app.get(getRestlessServiceToken(entity));
      const create = (name: string, manager?: EntityManager): Promise<Row<Account>> =>
        service(Account).create({ name }, { ...(manager && { manager }) });

      /** Runs work in a transaction of one's own, as an application would. */
      const ownTransaction = (work: (manager: EntityManager) => Promise<unknown>): Promise<unknown> =>
        app.app.get(DataSource).transaction(work);

      it('commits by itself, and gives what the answer would show [TXN-09]', async () => {
        const row = await create('by service');

        expect(row.name).toBe('by service');
        expect((await get('/api/account?filter[name]=by%20service')).at('/data/0/id')).toBe(String(row.id));
      });

      it('joins a transaction: its caller takes it back [TXN-09]', async () => {
        const before = await everything();

        const statements = await log.during(async () => {
          const work = ownTransaction(async (manager) => {
            await create('joined', manager);
            await service(Account).update(1, { name: 'renamed' }, { manager });
            await service(Account).addRelated(1, 'tags', [2], { manager });
            await service(Card).setRelated(1, 'account', 1, { manager });
            await service(Counter).remove(3, { manager });
            expect(await manager.countBy(Account, { name: 'renamed' })).toBe(1);
            expect(await manager.countBy(Account, { name: 'joined' })).toBe(1);
            throw new Error('changed my mind');
          });
          await expect(work).rejects.toThrow('changed my mind');
        });

        expect([begun(statements), statements.at(-1)?.sql]).toEqual([1, 'ROLLBACK']);
        expect(await everything()).toEqual(before);
      });

      it('joins a transaction: its caller commits it [TXN-09]', async () => {
        await ownTransaction(async (manager) => {
          await manager.insert(Tag, { text: 'of the caller' });
          await create('joined and kept', manager);
        });

        expect((await get('/api/account?filter[name]=joined%20and%20kept')).at('/meta/total')).toBe(1);
        expect((await get('/api/tag?filter[text]=of%20the%20caller')).at('/meta/total')).toBe(1);
      });

      it('throws the errors that clients are told, also from a joined transaction [TXN-09, ERR-08]', async () => {
        const taken = { code: 'CONFLICT', statusCode: 409, source: { pointer: '/data/attributes/name' } };
        const missing = (manager?: EntityManager): Promise<unknown> =>
          service(Account).update(99, { name: 'x' }, { ...(manager && { manager }) });

        await expect(create('Ada')).rejects.toMatchObject(taken);
        await expect(missing()).rejects.toMatchObject({ code: 'NOT_FOUND' });
        await expect(ownTransaction((manager) => create('Ada', manager))).rejects.toMatchObject(taken);
        await expect(ownTransaction(missing)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      });
    });

    if (server.database.kind === 'sqlite') return;

    describe('what the database cannot serialize', () => {
      const { kind } = server.database;
      let other: DataSource;
      let runner: QueryRunner;

      beforeAll(async () => {
        other = await new DataSource(
          server.database.options([], { synchronize: false, dropSchema: false }),
        ).initialize();
        runner = other.createQueryRunner();
      });
      afterAll(async () => {
        await runner.release();
        await other.destroy();
      });

      /** Waits until another connection waits for the runner's. */
      async function untilBlocked(): Promise<void> {
        const [own, waiting] =
          kind === 'postgres'
            ? [
                'SELECT pg_backend_pid() AS id',
                'SELECT 1 FROM pg_stat_activity WHERE CAST($1 AS integer) = ANY(pg_blocking_pids(pid))',
              ]
            : [
                'SELECT CONNECTION_ID() AS id',
                'SELECT 1 FROM information_schema.innodb_lock_waits JOIN information_schema.innodb_trx ON trx_id = blocking_trx_id WHERE trx_mysql_thread_id = ?',
              ];
        const [{ id }] = (await runner.query(own)) as unknown as [{ id: number }];
        while ((await other.query<unknown[]>(waiting, [id])).length === 0) {
          // InnoDB refreshes these tables only when nobody has looked for a tenth of a second.
          await new Promise((resolve) => setTimeout(resolve, 120));
        }
      }

      it('is tried again: a real deadlock ends well for both [TXN-02, TXN-07]', async () => {
        await runner.startTransaction();
        // The other one has more to lose, and is in no hurry to look for deadlocks: it is the request that has to give way.
        if (kind === 'postgres') await runner.query(`SET LOCAL deadlock_timeout = '30s'`);
        await runner.query(`UPDATE tag SET text = 'two'`);
        await runner.query(`UPDATE counter SET value = 5 WHERE id = 2`);

        const statements = await log.during(async () => {
          const request = write('PATCH', '/api/counter?filter[id]=1,2', { type: 'counter', attributes: { name: 'z' } });
          await untilBlocked();
          await runner.query(`UPDATE counter SET value = 5 WHERE id = 1`);
          await runner.commitTransaction();
          const answer = await request;
          expect([answer.status, answer.body]).toEqual([200, { meta: { modified: 2 }, jsonapi: { version: '1.1' } }]);
        });

        expect(begun(statements)).toBeGreaterThan(1);
        expect((await get('/api/counter?sort=id')).at('/data/*/attributes/name')).toEqual(['z', 'z', 'c']);
        expect((await get('/api/counter?sort=id')).at('/data/*/attributes/value')).toEqual([5, 5, 0]);
      });

      it('is a 503 in the end, when nothing helps; the log says why, and the next request is served [TXN-02, TXN-06, ERR-04]', async () => {
        // Databases say the same words whatever made them say so.
        if (kind === 'postgres') {
          await runner.query(
            `CREATE FUNCTION contended() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'SELECT secret' USING ERRCODE = '40001'; END $$`,
          );
          await runner.query(
            `CREATE TRIGGER contended BEFORE INSERT ON counter FOR EACH ROW WHEN (NEW.name = 'contended') EXECUTE FUNCTION contended()`,
          );
        } else {
          await runner.query(
            `CREATE TRIGGER contended BEFORE INSERT ON counter FOR EACH ROW IF NEW.name = 'contended' THEN SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'SELECT secret'; END IF`,
          );
        }
        let answer: Awaited<ReturnType<typeof write>> | undefined;
        const statements = await log.during(async () => {
          answer = await write('POST', '/api/counter', { type: 'counter', attributes: { name: 'contended' } });
        });

        expect([answer!.status, answer!.body]).toEqual([
          503,
          {
            errors: [
              {
                status: '503',
                code: 'UNAVAILABLE',
                title: 'Service unavailable',
                detail: 'The database is too busy with other changes to the same rows; try again.',
              },
            ],
            jsonapi: { version: '1.1' },
          },
        ]);
        expect(lines.at(-1)).toMatch(/^QueryFailedError: .*SELECT secret\n {4}at /);
        expect(statements.filter(({ sql }) => sql.startsWith('INSERT'))).toHaveLength(6);
        expect((await get('/api/counter?filter[name]=contended')).at('/meta/total')).toBe(0);
        expect((await write('POST', '/api/counter', { type: 'counter', attributes: {} })).status).toBe(201);
      });
    });
  },
  { adapters: ['express'] },
);

describeDatabases(
  (database) => {
    it('counts each change that it answered where every transaction is serializable, and no other [TXN-02, TXN-07]', async () => {
      const options = database.options(ENTITIES) as { readonly url: string };
      const url = new URL(options.url);
      url.searchParams.append(
        'options',
        `${url.searchParams.get('options')} -c default_transaction_isolation=serializable`,
      );
      const imports = [TypeOrmModule.forRoot({ ...options, url: url.href }), ...MODULES];
      const app = await createApp({ imports });
      const { get, write } = writing(() => app);
      await write('POST', '/api/counter', { type: 'counter', attributes: {} });

      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, value) =>
          write('PATCH', '/api/counter/1', { type: 'counter', id: '1', attributes: { value } }),
        ),
      );
      const version = (await get('/api/counter/1')).at('/data/attributes/version');
      await app.close();

      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter((status) => ![200, 503].includes(status))).toEqual([]);
      expect(version).toBe(1 + statuses.filter((status) => status === 200).length);
      expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(5);
    });
  },
  ['postgres'],
);

describe('with a file of SQLite that another process writes', () => {
  let folder: string;
  let app: TestApp;
  let other: DataSource;
  const { get, write } = writing(() => app);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'restless-'));
    const options = { type: 'better-sqlite3', database: join(folder, 'test.db'), timeout: 1 } as const;
    app = await createApp({
      imports: [TypeOrmModule.forRoot({ ...options, entities: ENTITIES, synchronize: true }), ...MODULES],
    });
    other = await new DataSource(options).initialize();
  });
  afterAll(async () => {
    await other.destroy();
    await app.close();
    rmSync(folder, { recursive: true });
  });

  const create = (): ReturnType<typeof write> => write('POST', '/api/counter', { type: 'counter', attributes: {} });

  it('waits for a moment, then says that the database is busy [TXN-02, TXN-06]', async () => {
    await other.query('BEGIN IMMEDIATE');
    const refused = await create();
    const waiting = create();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await other.query('COMMIT');

    expect([refused.status, refused.at('/errors/0/code')]).toEqual([503, 'UNAVAILABLE']);
    expect((await waiting).status).toBe(201);
    expect((await get('/api/counter')).at('/meta/total')).toBe(1);
  });
});
