/** Totals that are counted up to a number, estimated or left out: by option, and by the client where it may choose. */
import { Expose } from 'class-transformer';
import { MemoryRepository, Resource, RestlessModule, RestlessService, getRestlessServiceToken } from 'nestjs-restless';
import {
  Column,
  DataSource,
  DeleteDateColumn,
  Entity,
  type EntityTarget,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { describeServers, type Answer, type TestApp } from '../support/app.js';
import { jsonApi } from '../support/json-api-document.js';
import { StatementLog } from '../support/statement-log.js';

@Entity()
@Resource()
class Shelf {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() room!: string;
  @Expose() @OneToMany(() => Thing, (thing) => thing.shelf) things!: Relation<Thing>[];
}

@Entity()
@Resource({ countModes: ['none', { capped: 50 }, 'estimated'] })
class Thing {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() label!: string;
  @Expose() @Column() size!: number;
  @Expose() @ManyToOne(() => Shelf, (shelf) => shelf.things) shelf!: Relation<Shelf> | null;
}

/** Every second one is gone. */
@Entity()
@Resource({ count: 'estimated' })
class Leaf {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() tree!: number;
  @DeleteDateColumn() gone!: Date | null;
}

const ENTITIES = [Shelf, Thing, Leaf];
const THINGS = 1_000;
const LEAVES = 1_000;
const FLAT = { Accept: 'application/json' };

const things = Array.from({ length: THINGS }, (_, index) => ({
  id: index + 1,
  label: index % 10 === 0 ? 'round' : 'square',
  size: index,
  shelf: { id: index % 4 === 0 ? 1 : 2 },
}));

async function seed({ manager, options }: DataSource): Promise<void> {
  const insert = (entity: EntityTarget<object>, rows: object[]): Promise<unknown> =>
    manager.createQueryBuilder().insert().into(entity).values(rows).updateEntity(false).execute();
  await manager.insert(Shelf, [
    { id: 1, room: 'attic' },
    { id: 2, room: 'cellar' },
    { id: 3, room: 'hall' },
  ]);
  await insert(Thing, things);
  const gone = new Date('2020-01-01');
  const leaves = Array.from({ length: LEAVES }, (_, index) => ({
    tree: index % 5,
    gone: index % 2 === 0 ? null : gone,
  }));
  await insert(Leaf, leaves);
  if (options.type === 'postgres') await manager.query('ANALYZE');
  if (options.type === 'mariadb') await manager.query('ANALYZE TABLE thing, leaf, shelf');
}

const FEATURES = RestlessModule.forFeature([
  ...ENTITIES,
  { entity: Thing, prefix: 'capped', count: { capped: 50 }, countModes: [] },
  { entity: Thing, prefix: 'wide', count: 'capped', countModes: [] },
  { entity: Thing, prefix: 'none', count: 'none', countModes: [] },
  { entity: Thing, prefix: 'estimated', count: 'estimated', countModes: ['exact', { capped: 50 }] },
  {
    entity: Thing,
    prefix: 'scoped',
    count: 'estimated',
    countModes: [{ capped: 50 }],
    scope: { name: 'size', op: 'lt', val: 500 },
  },
  {
    entity: Thing,
    prefix: 'refused',
    count: 'estimated',
    permissions: { hasObjectPermission: (thing: Thing) => thing.size < 40 },
  },
  {
    entity: Thing,
    prefix: 'restricted',
    count: 'estimated',
    countModes: [{ capped: 50 }],
    preprocessors: {
      GET_COLLECTION: [({ restrictions }) => void restrictions.push({ name: 'size', op: 'lt', val: 500 })],
    },
  },
  { entity: Shelf, prefix: 'open', scope: { name: 'room', op: 'ne', val: 'cellar' } },
]);

describeServers(
  ({ start, database }) => {
    const log = new StatementLog();
    let app: TestApp;
    const get = jsonApi(() => app);
    beforeAll(async () => {
      app = await start({ entities: ENTITIES, imports: [FEATURES], seed, dataSource: { logger: log, logging: true } });
    });
    afterAll(() => app.close());

    const statementsOf = (path: string): Promise<readonly string[]> =>
      log.during(() => get(path)).then((statements) => statements.map(({ sql }) => sql));
    const links = (answer: Answer): readonly string[] =>
      Object.entries(answer.at('/links') as object).flatMap(([name, link]) => (link === null ? [] : [name]));
    /** Sees every row of a table, unless a condition chooses among them. */
    const guesses = { sqlite: false, mariadb: true, postgres: true }[database.kind];
    const guessesWithFilter = database.kind === 'postgres';

    describe('capped', () => {
      it.each([
        ['&filter[size][lt]=49', { total: 49 }],
        ['&filter[size][lt]=50', { total: 50 }],
        ['&filter[size][lt]=51', { estimatedTotal: { atLeast: 51 } }],
        ['', { estimatedTotal: { atLeast: 51 } }],
        ['&page[number]=20', { estimatedTotal: { atLeast: 201 } }],
        ['&page[number]=100', { total: 1_000 }],
        ['&filter[size][gt]=995', { total: 4 }],
        ['&filter[size][gt]=5000', { total: 0 }],
        ['&filter[size][lt]=15&page[number]=9', { total: 15 }],
        ['&page[number]=500', { estimatedTotal: { atLeast: 51 } }],
      ])('counts up to the number, and says "at least" past it: %s [PAG-28]', async (rest, meta) => {
        expect((await get(`/capped/thing?page[size]=10${rest}`)).at('/meta')).toEqual(meta);
      });

      it.each([
        ['&filter[size][lt]=45', ['self', 'first', 'last', 'next']],
        ['', ['self', 'first', 'next']],
        ['&page[number]=99', ['self', 'first', 'prev', 'next']],
        ['&page[number]=100', ['self', 'first', 'last', 'prev']],
        ['&page[number]=101', ['self', 'first', 'prev']],
      ])('knows whether there is a next page, and the last one only with a total: %s [JA-49]', async (rest, names) => {
        expect(links(await get(`/capped/thing?page[size]=10${rest}`))).toEqual(names);
      });

      it('counts ten thousand rows where no number says otherwise', async () => {
        expect((await get('/wide/thing')).at('/meta')).toEqual({ total: THINGS });
      });

      it('counts inside the statement of the page', async () => {
        const statements = await statementsOf('/capped/thing?sort=label');

        expect(statements).toHaveLength(1);
        expect(statements[0]!.replace(/["`]/g, '')).toMatch(
          /\(SELECT COUNT\(\*\) AS n FROM \(SELECT 1 AS c0 FROM thing _k\d+ WHERE 1 = 1 LIMIT (\?|\$\d)\) z\) AS n/,
        );
        expect(await statementsOf('/capped/thing?page[number]=500')).toHaveLength(2);
      });

      it('counts groups as well', async () => {
        expect((await get('/capped/thing?groupBy=label')).at('/meta')).toEqual({ total: 2 });
        expect((await get('/capped/thing?groupBy=size')).at('/meta')).toEqual({ estimatedTotal: { atLeast: 51 } });
      });

      it('says the same in flat JSON, where a total that is not known is left out [PAG-03]', async () => {
        const many = await app.get('/capped/thing?results_per_page=10', FLAT);
        const few = await app.get('/capped/thing?q={"filters":[{"name":"size","op":"lt","val":15}]}', FLAT);
        const cut = await app.get('/capped/thing?results_per_page=10&q={"limit":30}', FLAT);
        const long = await app.get('/capped/thing?results_per_page=10&q={"limit":300,"offset":20}', FLAT);

        expect(many.body).toMatchObject({ num_results_at_least: 51, page: 1 });
        expect(many.body).not.toHaveProperty('num_results');
        expect(many.body).not.toHaveProperty('total_pages');
        expect(many.headers['x-total-count']).toBeUndefined();
        expect(many.headers.link).toMatch(/rel="first".*rel="next"$/);
        expect(few.body).toMatchObject({ num_results: 15, total_pages: 2 });
        expect(cut.body).toMatchObject({ num_results: 30, total_pages: 3 });
        expect(long.body).toMatchObject({ num_results_at_least: 31 });
      });
    });

    describe('estimated', () => {
      it('is marked as an estimate, and is an exact number where the page ends the list', async () => {
        const all = await get('/estimated/thing');
        const end = await get('/estimated/thing?page[number]=100');

        const guess = all.at('/meta/estimatedTotal/bestGuess') as number;
        if (guesses) {
          expect(guess).toBeGreaterThan(THINGS / 2);
          expect(guess).toBeLessThan(THINGS * 2);
          expect(all.at('/meta/total')).toBeUndefined();
        } else expect(all.at('/meta')).toEqual({ total: THINGS });
        expect(links(all)).toEqual(['self', 'first', ...(guesses ? [] : ['last']), 'next']);
        expect(end.at('/meta')).toEqual({ total: THINGS });
        expect(links(end)).toEqual(['self', 'first', 'last', 'prev']);
      });

      it('goes by the filter where the planner does, and counts up to the cap elsewhere', async () => {
        const { estimatedTotal } = (await get('/estimated/thing?filter[label]=round')).at('/meta') as {
          estimatedTotal: { bestGuess?: number; atLeast?: number };
        };

        if (guessesWithFilter) {
          expect(estimatedTotal.bestGuess).toBeGreaterThan(50);
          expect(estimatedTotal.bestGuess).toBeLessThan(200);
        } else expect(estimatedTotal).toEqual({ atLeast: 51 });
      });

      it('is never less than what was seen', async () => {
        const answer = await get('/estimated/thing?filter[size][gt]=-1&filter[label]=square&page[number]=85');

        const { bestGuess = 0, atLeast = 0 } = answer.at('/meta/estimatedTotal') as Record<string, number>;
        expect(Math.max(bestGuess, atLeast)).toBeGreaterThanOrEqual(851);
      });

      it.each([
        ['/estimated/thing', guesses ? 2 : 1],
        ['/estimated/thing?page[number]=100', 1],
        ['/estimated/thing?filter[size][gt]=995', 1],
        ['/estimated/thing?filter[label]=round', guessesWithFilter ? 2 : 1],
        ['/estimated/thing?filter[label]=round,square', guessesWithFilter ? 2 : 1],
        ['/estimated/thing?filter[shelf.room]=attic&sort=-size', guessesWithFilter ? 2 : 1],
        ['/api/shelf/1/things?countMode=estimated', guessesWithFilter ? 2 : 1],
        ['/scoped/thing', 1],
        ['/estimated/thing?countMode=exact', 1],
      ])('asks the database only where a page does not tell, and once: %s', async (path, count) => {
        expect(await statementsOf(path)).toHaveLength(count);
      });

      it('sees no rows that are deleted', async () => {
        const meta = (await get('/api/leaf')).at('/meta') as {
          total?: number;
          estimatedTotal?: { bestGuess?: number };
        };

        const number = meta.total ?? meta.estimatedTotal!.bestGuess!;
        expect(number).toBeGreaterThan(LEAVES / 4);
        expect(number).toBeLessThan(LEAVES * 0.75);
      });

      it.each([
        ['/scoped/thing', { estimatedTotal: { atLeast: 51 } }],
        ['/scoped/thing?filter[label]=round', { total: 50 }],
        ['/restricted/thing', { estimatedTotal: { atLeast: 51 } }],
        ['/refused/thing', { total: 40 }],
        ['/open/shelf/1/things?countMode=estimated&filter[size][lt]=300', { estimatedTotal: { atLeast: 51 } }],
        ['/open/shelf/1/things?countMode=estimated&filter[size][lt]=100', { total: 25 }],
      ])('tells nothing of rows that a scope or a preprocessor hides: %s', async (path, meta) => {
        expect((await get(path)).at('/meta')).toEqual(meta);
      });

      it('says how it is one in flat JSON', async () => {
        const { body } = await app.get('/estimated/thing', FLAT);

        if (guesses)
          expect(body).toEqual(expect.objectContaining({ num_results_estimate: expect.any(Number) as number }));
        expect(body).toHaveProperty(guesses ? 'num_results_estimate' : 'num_results');
      });
    });

    describe('as a client chooses', () => {
      it.each([
        ['/api/thing', { total: THINGS }],
        ['/api/thing?countMode=exact', { total: THINGS }],
        ['/api/thing?countMode=capped', { estimatedTotal: { atLeast: 51 } }],
        ['/api/thing?countMode=none', undefined],
        ['/api/shelf/1/things?countMode=capped', { estimatedTotal: { atLeast: 51 } }],
        ['/api/shelf/1/relationships/things?countMode=none', undefined],
        ['/api/shelf/3/things?countMode=none', undefined],
        ['/api/shelf/3/things?countMode=capped', { total: 0 }],
      ])('%s', async (path, meta) => {
        expect((await get(path)).at('/meta')).toEqual(meta);
      });

      it('keeps the choice in the links', async () => {
        expect((await get('/api/thing?countMode=none')).at('/links/next')).toContain('countMode=none');
      });

      it.each([
        ['/api/thing?countMode=all', 'Expected one of exact, none, capped, estimated, got "all".'],
        ['/capped/thing?countMode=exact', 'How many thing there are is found in one way, which nobody chooses.'],
        ['/api/thing/1?countMode=none', 'This address has one resource; "countMode" is for collections.'],
        ['/api/thing?countMode[x]=none', '"countMode" takes no brackets.'],
        ['/api/thing?countMode=none&countMode=exact', '"countMode" is given more than once.'],
      ])('refuses %s [JA-72]', async (path, detail) => {
        const answer = await get(path);

        expect(answer.status).toBe(400);
        expect(answer.at('/errors/0/detail')).toBe(detail);
        expect(String(answer.at('/errors/0/source/parameter'))).toMatch(/^countMode/);
      });

      it('is called "count" in flat JSON, and means nothing where there is no choice', async () => {
        const none = await app.get('/api/thing?count=none', FLAT);
        const wrong = await app.get('/api/thing?count=all', FLAT);
        const ignored = await app.get('/capped/thing?count=all', FLAT);

        expect(none.body).not.toHaveProperty('num_results');
        expect(none.headers.link).toMatch(/rel="next"/);
        expect([wrong.status, wrong.body]).toEqual([
          400,
          { message: 'Expected one of exact, none, capped, estimated, got "all".' },
        ]);
        expect(ignored.body).toMatchObject({ num_results_at_least: 51 });
      });
    });

    it('is there for the application as well', async () => {
      const service = app.app.get<RestlessService<Thing>>(getRestlessServiceToken(Thing), { strict: false });
      const known = { atLeast: undefined, estimate: undefined };

      expect(await service.findPage({ count: 'capped', fields: ['id'] })).toMatchObject({
        rows: Array.from({ length: 10 }, (_, index) => ({ id: index + 1 })),
        total: undefined,
        atLeast: 51,
        more: true,
      });
      expect(await service.findPage({ filter: { name: 'size', op: 'lt', val: 3 }, fields: ['id'] })).toEqual({
        rows: [{ id: 1 }, { id: 2 }, { id: 3 }],
        total: 3,
        more: false,
        ...known,
      });
      expect(await service.findPage({ page: { number: 500 }, count: 'none' })).toEqual({
        rows: [],
        total: undefined,
        more: false,
        ...known,
      });
    });
  },
  { adapters: ['express'] },
);

describe('over arrays', () => {
  it('caps what is to be capped, and knows the rest', async () => {
    const repository = new MemoryRepository([
      {
        entity: Thing,
        fields: { id: { type: 'integer', primary: true }, label: 'text', size: 'integer' },
        rows: things,
      },
    ]);
    const { createApp } = await import('../support/app.js');
    const memory = await createApp({
      imports: [
        RestlessModule.forFeature([
          { entity: Thing, repository, only: ['label', 'size'] },
          { entity: Thing, prefix: 'capped', repository, only: ['label', 'size'], count: { capped: 50 } },
        ]),
      ],
    });
    const meta = async (path: string): Promise<unknown> => (await memory.get(path)).at('/meta');

    expect(await meta('/capped/thing')).toEqual({ estimatedTotal: { atLeast: 51 } });
    expect(await meta('/capped/thing?page[number]=100')).toEqual({ total: THINGS });
    expect(await meta('/capped/thing?page[number]=500')).toEqual({ estimatedTotal: { atLeast: 51 } });
    expect(await meta('/capped/thing?filter[size][lt]=50')).toEqual({ total: 50 });
    expect(await meta('/api/thing?countMode=estimated')).toEqual({ total: THINGS });
    expect(await meta('/api/thing?countMode=none')).toBeUndefined();
    await memory.close();
  });
});
