/** Transactions: whose they are, what is tried again, and whose turn it is where all share one connection. */
import { setTimeout } from 'node:timers/promises';
import { Column, DataSource, Entity, PrimaryGeneratedColumn, type EntityManager } from 'typeorm';
import { RestlessError } from '../../src/errors.js';
import { TryAgain } from '../../src/sql/database-errors.js';
import { TypeOrmRepository } from '../../src/sql/repository.js';
import { Schema } from '../../src/sql/schema.js';
import { Turns } from '../../src/sql/transaction.js';
import { describeDatabases } from '../support/databases.js';
import { StatementLog } from '../support/statement-log.js';

@Entity()
class Entry {
  @PrimaryGeneratedColumn() id!: number;
  @Column() text!: string;
}

describeDatabases((database) => {
  const log = new StatementLog();
  let dataSource: DataSource;
  let repository: TypeOrmRepository;
  const count = () => dataSource.manager.count(Entry);
  const fails = (): Promise<never> => Promise.reject(new Error('stop'));

  beforeAll(async () => {
    const pool = database.kind === 'postgres' ? { extra: { max: 2, connectionTimeoutMillis: 2_000 } } : {};
    dataSource = await new DataSource(database.options([Entry], { logger: log, ...pool })).initialize();
    repository = new TypeOrmRepository(new Schema(dataSource), new Map(), true);
  });
  afterAll(() => dataSource.destroy());

  it('are opened for work that comes without one, and closed whatever happens [TXN-01]', async () => {
    const statements = await log.during(() => expect(repository.transaction(fails)).rejects.toThrow('stop'));

    expect(statements.map(({ sql }) => sql)).toEqual([
      expect.stringMatching(/^(BEGIN|START) TRANSACTION$/),
      'ROLLBACK',
    ]);
  });

  it('are opened for a manager that has none, and give their connection back [TXN-09]', async () => {
    const statements = await log.during(async () => {
      for (let index = 0; index < 5; index++) {
        await expect(repository.transaction(fails, dataSource.manager)).rejects.toThrow('stop');
      }
    });

    expect(statements.filter(({ sql }) => sql === 'ROLLBACK')).toHaveLength(5);
    expect(await count()).toBe(0);
  });

  it('are the caller’s where its manager has one: the caller alone ends it [TXN-09]', async () => {
    const insert = async (manager: EntityManager): Promise<void> => {
      await manager.insert(Entry, { text: 'mine' });
      await repository.transaction(() => Promise.resolve(), manager);
    };
    const statements = await log.during(() =>
      expect(dataSource.transaction((manager) => insert(manager).then(fails))).rejects.toThrow('stop'),
    );

    expect(statements.map(({ sql }) => sql.split(' ')[0])).not.toContain('COMMIT');
    expect(await count()).toBe(0);
  });

  it('run again where somebody else was in the way, and not without end [TXN-02]', async () => {
    let runs = 0;
    const twice = (): Promise<string> => (++runs < 3 ? Promise.reject(new TryAgain()) : Promise.resolve('done'));
    let never = 0;
    const always = (): Promise<never> => {
      never += 1;
      return Promise.reject(new TryAgain());
    };

    expect([await repository.transaction(twice), runs]).toEqual(['done', 3]);
    await expect(repository.transaction(always)).rejects.toThrow(RestlessError);
    expect(never).toBe(6);
  });

  it('of the caller’s are not run again here: they have failed as a whole [TXN-09]', async () => {
    let runs = 0;
    const work = (): Promise<never> => {
      runs += 1;
      return Promise.reject(new TryAgain());
    };

    await expect(dataSource.transaction((manager) => repository.transaction(work, manager))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    expect(runs).toBe(1);
  });
});

describe('turns', () => {
  it('are taken one after the other, failures too', async () => {
    const turns = new Turns();
    const events: string[] = [];
    const work =
      (name: string, fail = false) =>
      async (): Promise<void> => {
        events.push(`${name} begins`);
        await setTimeout(5);
        events.push(`${name} ends`);
        if (fail) throw new Error(name);
      };

    const first = turns.run(work('first', true));
    const second = turns.run(work('second'));

    await expect(first).rejects.toThrow('first');
    await second;
    expect(events).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
  });

  it('let those who only read go side by side, and wait for them', async () => {
    const turns = new Turns();
    const events: string[] = [];
    const work = (name: string) => async (): Promise<void> => {
      events.push(`${name} begins`);
      await setTimeout(5);
      events.push(`${name} ends`);
    };

    await Promise.all([
      turns.share(work('read 1')),
      turns.share(work('read 2')),
      turns.run(work('write 1')),
      turns.share(work('read 3')),
      turns.run(work('write 2')),
      turns.share(work('read 4')),
    ]);

    expect(events).toEqual([
      ...['read 1 begins', 'read 2 begins', 'read 1 ends', 'read 2 ends'],
      ...['write 1 begins', 'write 1 ends', 'read 3 begins', 'read 3 ends'],
      ...['write 2 begins', 'write 2 ends', 'read 4 begins', 'read 4 ends'],
    ]);
  });

  it('let reading go on inside a turn, and after one that failed', async () => {
    const turns = new Turns();

    expect(await turns.run(() => turns.share(() => Promise.resolve('inner')))).toBe('inner');
    await expect(turns.run(() => Promise.reject(new Error('stop')))).rejects.toThrow('stop');
    await expect(turns.share(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await turns.run(() => Promise.resolve('next'))).toBe('next');
  });

  it('include what is started from within', async () => {
    const turns = new Turns();

    expect(await turns.run(() => turns.run(() => Promise.resolve('inner')))).toBe('inner');
  });

  it('include what is started from within a turn of something else that is started from within', async () => {
    const [first, second] = [new Turns(), new Turns()];
    const innermost = (): Promise<string> => first.run(() => Promise.resolve('innermost'));

    expect(await first.run(() => second.run(() => second.run(innermost)))).toBe('innermost');
  });

  it('are over when they are over: what goes on afterwards waits like all others', async () => {
    const turns = new Turns();
    const events: string[] = [];
    let left: Promise<unknown> | undefined;
    await turns.run(() => {
      left = setTimeout(10).then(() => turns.run(() => Promise.resolve(events.push('left over'))));
      return Promise.resolve();
    });
    await turns.run(async () => {
      await setTimeout(30);
      events.push('next');
    });
    await left;

    expect(events).toEqual(['next', 'left over']);
  });
});
