/**
 * Walks by cursor give the order of pages with numbers, on every database and for every kind of column, forwards and
 * backwards: no row is lost and none comes twice, whatever is null, equal, or finer than what an answer shows.
 */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  Column,
  type DataSource,
  Entity,
  ManyToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { createApp, describeServers, type TestApp } from '../support/app.js';
import type { DatabaseKind } from '../support/databases.js';
import { LIBRARY, libraryInMemory, seedLibrary } from '../support/library.js';
import { Random } from '../support/random.js';
import { follow, followFlat } from '../support/walk.js';

const ROWS = 24;
const SEEDS = [11, 4_242];
const NULLS = ['native', 'first', 'last'] as const;

/** An entity with a column of every kind, as each database has it. */
function entitiesOf(kind: DatabaseKind) {
  const on = <T>(sqlite: T, postgres: T, mariadb: T): T => ({ sqlite, postgres, mariadb })[kind];
  const nullable = { nullable: true } as const;

  @Entity()
  @Resource()
  class Owner {
    @PrimaryGeneratedColumn() id!: number;
    @Expose() @Column({ type: 'varchar', ...nullable }) name!: string | null;
    @Expose() @ManyToOne(() => Owner) boss!: Relation<Owner> | null;
  }

  @Entity()
  @Resource()
  class Sample {
    @PrimaryGeneratedColumn() id!: number;
    @Expose() @Column({ type: 'int', ...nullable }) int!: number | null;
    @Expose() @Column({ type: 'int' }) whole!: number;
    @Expose() @Column({ type: 'bigint', ...nullable }) big!: string | null;
    @Expose() @Column({ type: 'decimal', precision: 30, scale: 12, ...nullable }) decimal!: string | null;
    @Expose() @Column({ type: on('real', 'real', 'float') as 'real', ...nullable }) real!: number | null;
    @Expose() @Column({ type: on('double', 'double precision', 'double') as 'double', ...nullable }) double!:
      number | null;
    @Expose() @Column({ type: on('varchar', 'uuid', 'uuid') as 'uuid', ...nullable }) uuid!: string | null;
    @Expose() @Column({ type: 'date', ...nullable }) date!: string | null;
    @Expose() @Column({ type: 'time', ...on({}, {}, { precision: 6 }), ...nullable }) time!: string | null;

    @Expose()
    @Column({
      type: on('datetime', 'timestamptz', 'datetime') as 'datetime',
      ...on({}, {}, { precision: 6 }),
      ...nullable,
    })
    moment!: Date | null;

    @Expose()
    @Column({
      type: on('datetime', 'timestamp', 'timestamp') as 'timestamp',
      ...on({}, {}, { precision: 6 }),
      ...nullable,
    })
    stamp!: Date | null;

    @Expose() @Column({ type: Boolean, ...nullable }) flag!: boolean | null;
    // The order of its words is not that of the alphabet.
    @Expose()
    @Column({ type: on('simple-enum', 'enum', 'enum') as 'enum', enum: ['small', 'large', 'huge'], ...nullable })
    size!: string | null;

    @Expose() @Column({ type: 'varchar', ...nullable }) text!: string | null;
    // Its own order: there "b" is equal to "B".
    @Expose()
    @Column({
      type: 'varchar',
      ...on<object>({ collation: 'NOCASE' }, {}, { collation: 'utf8mb4_general_ci' }),
      ...nullable,
    })
    folded!: string | null;

    @Expose() @ManyToOne(() => Owner) owner!: Relation<Owner> | null;
  }

  @Entity()
  @Resource()
  class Pair {
    @Expose() @PrimaryColumn({ type: 'varchar', length: 20 }) left!: string;
    @Expose() @PrimaryColumn({ type: 'bigint' }) right!: string;
    @Expose() @Column({ type: 'int', ...nullable }) int!: number | null;
  }

  return { Owner, Sample, Pair };
}

/** Values of every kind as SQL: few, so that many are equal, and close to each other. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  int: ['-1', '0', '7', '7', '8'],
  whole: ['1', '2', '3'],
  big: ['9007199254740993', '9007199254740992', '9007199254740994', '-9007199254740993', '5', '9223372036854775807'],
  decimal: ["'1.100000000001'", "'1.100000000002'", "'-3.5'", "'12345678901234567.5'", "'12345678901234567.25'", "'2'"],
  real: ['0.1', '0.2', '0.30000001', '1.5', '-7'],
  double: ['0.1', '0.30000000000000004', '0.3', '1e300', '-1e-300', '0'],
  uuid: ['10', '0f', 'a0', 'ff'].map((end) => `'00000000-0000-4000-8000-0000000000${end}'`),
  date: ["'2024-02-29'", "'1999-12-31'", "'2024-03-01'"],
  time: ["'10:00:00.000001'", "'10:00:00.000002'", "'09:59:59'"],
  moment: [
    "'2024-05-01 10:00:00.123456'",
    "'2024-05-01 10:00:00.123457'",
    "'2024-05-01 10:00:00.123'",
    "'1999-01-01 00:00:00'",
  ],
  stamp: [
    "'2024-05-01 10:00:00.123456'",
    "'2024-05-01 10:00:00.123457'",
    "'2024-05-01 10:00:00.124'",
    "'1999-01-01 00:00:00'",
  ],
  flag: ['TRUE', 'FALSE'],
  size: ["'small'", "'large'", "'huge'"],
  text: ["'a'", "'b'", "'B'", "''", "'Émile'", "'it''s \"q\" \\%_'", "'zz'"],
  folded: ["'b'", "'B'", "'c'", "'C'", "'a'"],
};
const REQUIRED = ['whole'];
const KEYS = [...Object.keys(VALUES), 'owner.name', 'owner.boss.name', 'owner.id'];

async function seed(dataSource: DataSource, { Owner, Sample, Pair }: ReturnType<typeof entitiesOf>): Promise<void> {
  const random = new Random(5);
  const owners = dataSource.getRepository(Owner);
  await owners.insert([{ name: 'x' }, { name: null }, { name: 'x' }, { name: 'a' }]);
  await owners.update({ id: 1 }, { boss: { id: 4 } });
  await owners.update({ id: 2 }, { boss: { id: 3 } });
  for (let row = 0; row < ROWS; row += 1) {
    const values = Object.entries(VALUES).map(([name, list]) => {
      const chosen = !REQUIRED.includes(name) && random.below(4) === 0 ? 'NULL' : random.of(list);
      return [name, () => chosen.replaceAll('\\', dataSource.options.type === 'mariadb' ? '\\\\' : '\\')] as const;
    });
    const owner = random.below(5);
    const all = { ...Object.fromEntries(values), owner: owner === 0 ? null : { id: owner } };
    await dataSource.createQueryBuilder().insert().into(Sample).values(all).execute();
    const pair = {
      left: random.of(['a', 'b,c', 'B']),
      right: String(9007199254740990n + BigInt(row)),
      int: random.of([1, 2, null]),
    };
    await dataSource.getRepository(Pair).insert(pair);
  }
}

describeServers(
  ({ start, database }) => {
    const entities = entitiesOf(database.kind);
    const list = Object.values(entities);
    let app: TestApp;
    beforeAll(async () => {
      app = await start({
        entities: list,
        imports: [
          RestlessModule.forRoot({ pagination: 'both', maxPageSize: null, count: 'none' }),
          RestlessModule.forFeature(NULLS.flatMap((nulls) => list.map((entity) => ({ entity, nulls, prefix: nulls })))),
        ],
        seed: (dataSource) => seed(dataSource, entities),
      });
    });
    afterAll(() => app.close());

    /** Walks a list in both directions, and compares with its order by number. */
    const expectWalks = async (path: string, size: number): Promise<void> => {
      const numbered = await app.get(`${path}&page[number]=1&page[size]=1000`);
      const order = numbered.at('/data/*/id') as string[];
      const from = `${path}&page[size]=${size}`;
      const last = (await app.get(from)).at('/links/last') as string;
      const forward = await follow(app, from, 'next');
      const backward = await follow(app, last, 'prev');

      expect([path, forward.flat()]).toEqual([path, order]);
      expect([path, backward.toReversed().flat()]).toEqual([path, order]);
      // Full pages as long as there are rows.
      expect(forward.slice(0, -1).every((page) => page.length === size)).toBe(true);
      expect(backward.slice(0, -1).every((page) => page.length === size)).toBe(true);
    };

    describe.each(NULLS)('with nulls %s', (nulls) => {
      it.each(KEYS)(
        'goes through a list sorted by %s and by it in reverse [P1, P5, P6, P7]',
        async (key) => {
          await expectWalks(`/${nulls}/sample?sort=${key}&fields[sample]=int`, 7);
          await expectWalks(`/${nulls}/sample?sort=-${key}&fields[sample]=int`, 6);
        },
        60_000,
      );

      it.each(SEEDS)(
        'goes through lists with several keys and mixed directions (seed %i) [P1, P6, P7]',
        async (start) => {
          const random = new Random(start);
          for (let count = 0; count < 8; count += 1) {
            const keys = Array.from({ length: 2 + random.below(2) }, () => random.of(KEYS));
            const sort = [...new Set(keys)].map((key) => (random.below(2) === 0 ? key : `-${key}`)).join();
            const rest = random.of([
              '',
              '&ignoreCase=1',
              '&filter[whole][ge]=2',
              '&filter[owner.name]=x&include=owner',
            ]);
            await expectWalks(`/${nulls}/sample?sort=${sort}${rest}`, 3 + random.below(8));
          }
        },
        60_000,
      );

      it('goes through a list with a composite key', async () => {
        for (const sort of ['', '-int', 'int', '-left,int', 'right'])
          await expectWalks(`/${nulls}/pair?sort=${sort}`, 7);
      });
    });

    it('goes through the same lists in flat JSON', async () => {
      const random = new Random(9);
      for (let count = 0; count < 10; count += 1) {
        const fields = Object.keys(VALUES);
        const order = [random.of(fields), random.of(fields)].map((field) => ({
          field,
          direction: random.of(['asc', 'desc']),
        }));
        const path = `/native/sample?results_per_page=6&q=${encodeURIComponent(JSON.stringify({ order_by: order }))}`;
        const all = await app.get(`${path.replace('results_per_page=6', 'results_per_page=1000')}&page=1`, {
          Accept: 'application/json',
        });
        const expected = (all.at('/objects/*/id') as number[]).map(String);
        const { link } = (await app.get(path, { Accept: 'application/json' })).headers;
        const end = /(?<=before=)[^&>]*(?=>; rel="last")/.exec(link as string)![0];

        expect([path, (await followFlat(app, path, 'after')).flat()]).toEqual([path, expected]);
        const backward = await followFlat(app, path, 'before', end);
        expect([path, backward.toReversed().flat()]).toEqual([path, expected]);
      }
    }, 60_000);

    it('has what lies between two cursors, in any order [P10]', async () => {
      const random = new Random(31);
      for (let count = 0; count < 12; count += 1) {
        const path = `/${random.of(NULLS)}/sample?sort=${random.of(['', '-'])}${random.of(KEYS)},${random.of(['-', ''])}whole`;
        const all = await app.get(`${path}&page[size]=1000`);
        const order = all.at('/data/*/id') as string[];
        const cursors = all.at('/data/*/meta/page/cursor') as string[];
        const [a, b] = [random.below(ROWS), random.below(ROWS)].sort((x, y) => x - y) as [number, number];
        const between = await app.get(`${path}&page[after]=${cursors[a]!}&page[before]=${cursors[b]!}&page[size]=1000`);

        expect([path, a, b, between.at('/data/*/id')]).toEqual([path, a, b, order.slice(a + 1, Math.max(a + 1, b))]);
        expect(between.at('/meta/page/rangeTruncated')).toBeUndefined();
      }
    });
  },
  { adapters: ['express'] },
);

describeServers(
  ({ start }) => {
    it('walks as over arrays', async () => {
      const options = { nulls: 'first', pagination: 'cursor' } as const;
      const app = await start({
        entities: LIBRARY,
        imports: [RestlessModule.forRoot(options), RestlessModule.forFeature(LIBRARY)],
        seed: seedLibrary,
      });
      const repository = libraryInMemory();
      const memory = await createApp({
        imports: [
          RestlessModule.forRoot(options),
          RestlessModule.forFeature(LIBRARY.map((entity) => ({ entity, repository }))),
        ],
      });
      try {
        for (const path of [
          '/api/author?sort=-mentor.name,born&page[size]=2',
          '/api/author?sort=address.city,-bookCount&page[size]=1',
          '/api/author?sort=-living&page[size]=2&filter[books.title][is_not_null]=1',
          '/api/book?sort=price,-published&page[size]=3',
          '/api/edition?sort=-book.author.name&page[size]=2',
          '/api/author/1/books?sort=-pages&page[size]=1',
          '/api/author/1/relationships/books?page[size]=1&sort=-title',
        ]) {
          const own = await follow(app, path, 'next');
          expect([path, own]).toEqual([path, await follow(memory, path, 'next')]);
          expect(own.length).toBeGreaterThan(1);
          const ends = await Promise.all(
            [app, memory].map(async (each) => follow(each, (await each.get(path)).at('/links/last') as string, 'prev')),
          );
          expect([path, ends[0]]).toEqual([path, ends[1]]);
        }
      } finally {
        await Promise.all([app.close(), memory.close()]);
      }
    });
  },
  { adapters: ['express'] },
);
