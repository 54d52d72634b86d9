/** Functions over the rows of a resource, in both formats. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import { Column, DataSource, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { createApp, describeServers, type TestApp } from '../support/app.js';
import { describeDatabases } from '../support/databases.js';
import { PEOPLE, seedPeople } from '../support/people.js';
import { TypeOrmModule } from '@nestjs/typeorm';

const FLAT = { Accept: 'application/json' };
const functions = (...list: readonly (readonly [string, string])[]): string =>
  `functions=${encodeURIComponent(JSON.stringify(list.map(([name, field]) => ({ name, field }))))}`;
const q = (search: unknown): string => `q=${encodeURIComponent(JSON.stringify(search))}`;

@Entity()
@Resource({ allowFunctions: true, functions: ['count', 'sum'] })
class Sale {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ type: 'decimal', precision: 20, scale: 2 }) amount!: string;
  @Expose() @Column({ type: 'bigint' }) units!: string;
  @Expose() @Column() shop!: string;
  @Expose({ groups: ['boss'] }) @Column({ type: 'int' }) bonus!: number;
}

describeServers((server) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await server.start({
      entities: PEOPLE,
      imports: [
        RestlessModule.forRoot({ formats: ['json-api', 'flat-json'], allowFunctions: true }),
        RestlessModule.forFeature(PEOPLE),
      ],
      seed: seedPeople,
    });
  });
  afterAll(() => app.close());

  it('answers the values in the order of the functions [FUN-01, FUN-09, FUN-10, FUN-17, contradiction 19]', async () => {
    const answer = await app.get(
      `/api/eval/person?${functions(['count', 'id'], ['count', 'age'], ['sum', 'age'], ['avg', 'age'], ['min', 'age'], ['max', 'birthDate'])}`,
    );

    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/vnd.api+json');
    expect(answer.body).toEqual({ data: [6, 5, 174, 34.8, 17, '2000-02-29'], jsonapi: { version: '1.1' } });
  });

  it('applies filters before the functions [FUN-08, FUN-12]', async () => {
    const simple = await app.get(`/api/eval/person?${functions(['count', 'id'])}&filter[age][gt]=20`);
    const through = await app.get(`/api/eval/person?${functions(['avg', 'age'])}&filter[computers.vendor]=Apple`);

    expect(simple.at('/data')).toEqual([4]);
    expect(through.at('/data/0')).toBeCloseTo(29.667, 3);
  });

  it('gives one row a group, nulls being one [FUN-13]', async () => {
    const answer = await app.get(`/api/eval/person?${functions(['count', 'id'])}&groupBy=age&filter[age][lt]=40`);

    expect(answer.at('/data')).toEqual([
      { group: { age: 17 }, values: [1] },
      { group: { age: 21 }, values: [1] },
      { group: { age: 36 }, values: [2] },
    ]);
  });

  it('answers an object of function__field in flat JSON [FUN-02, FUN-03, FUN-08, contradiction 2]', async () => {
    const search = {
      functions: [
        { name: 'count', field: 'id' },
        { name: 'avg', field: 'boss__age' },
      ],
    };
    const all = await app.get(`/api/eval/person?${q(search)}`, FLAT);
    const some = await app.get(
      `/api/eval/person?${q({ ...search, filters: [{ name: 'age', op: '>', val: 40 }] })}`,
      FLAT,
    );

    expect(all.headers['content-type']).toBe('application/json');
    expect(all.body).toEqual({ count__id: 6, avg__boss__age: 26.5 });
    expect(some.body).toEqual({ count__id: 1, avg__boss__age: 17 });
  });

  it('groups in flat JSON too, never with a list on top [FUN-13, MET-20]', async () => {
    const answer = await app.get(
      `/api/eval/person?${q({ functions: [{ name: 'count', field: 'id' }], filters: [{ name: 'age', op: 'ge', val: 36 }], group_by: [{ field: 'age' }] })}`,
      FLAT,
    );

    expect(answer.body).toEqual({
      objects: [
        { age: 36, count__id: 2 },
        { age: 64, count__id: 1 },
      ],
    });
  });

  it('answers nothing where nothing is asked [FUN-05, FUN-11, contradiction 18]', async () => {
    expect((await app.get('/api/eval/person?functions=[]')).at('/data')).toEqual([]);
    expect((await app.get(`/api/eval/person?${q({ functions: [] })}`, FLAT)).body).toEqual({});
    expect((await app.get(`/api/eval/person?${q({})}`, FLAT)).body).toEqual({});
  });

  it.each([
    ['', 'The parameter "functions" is missing.'],
    ['functions=[]&functions=[]', '"functions" is given more than once.'],
    ['functions=', 'The value is no JSON. Expected a list such as [{"name":"sum","field":"age"}].'],
    ['functions={', 'The value is no JSON. Expected a list such as [{"name":"sum","field":"age"}].'],
    ['functions={}', 'Expected a JSON list of objects with "name" and "field".'],
    ['functions=[3]', 'Expected a JSON list of objects with "name" and "field".'],
    ['functions=[{"field":"age"}]', 'A function needs a "name", such as "count".'],
    ['functions=[{"name":"sum"}]', 'The function "sum" needs a "field".'],
    [functions(['lower', 'name']), 'There is no function "lower". Functions: count, sum, avg, min, max.'],
    [functions(['pg_sleep', 'id']), 'There is no function "pg_sleep". Functions: count, sum, avg, min, max.'],
    [functions(['sum', 'name']), '"sum" does not work on "name".'],
    [
      functions(['sum', 'password']),
      'person has no field "password". Fields: id, name, age, birthDate, boss, reports, computers.',
    ],
    [
      functions(['count', 'computers.id']),
      '"computers.id" goes through "computers", which leads to many rows; only to-one relationships have an order.',
    ],
  ])('refuses ?%s with a sentence [FUN-06, FUN-07, FUN-11, FUN-14]', async (query, detail) => {
    const answer = await app.get(`/api/eval/person?${query}`);

    expect(answer.status).toBe(400);
    expect(answer.at('/errors/0/detail')).toBe(detail);
    expect(answer.at('/errors/0/source/parameter')).toBe('functions');
  });

  it('refuses a search that is none in flat JSON [FUN-04, FUN-06]', async () => {
    const answers = await Promise.all(
      ['', 'q=', 'q={', 'q=[]', q({ functions: 3 }), q({ functions: [{ name: 'sum', field: 'shoe_size' }] })].map(
        (query) => app.get(`/api/eval/person?${query}`, FLAT),
      ),
    );

    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 400]);
    expect(answers.every((answer) => typeof answer.at('/message') === 'string')).toBe(true);
  });

  it('answers other verbs with 405 and Allow [FUN-01]', async () => {
    const answer = await app.request('POST', '/api/eval/person', { body: {} });

    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });
});

describeDatabases((database) => {
  const seed = async (dataSource: DataSource): Promise<void> => {
    await dataSource.getRepository(Sale).insert([
      { amount: '90071992547409.91', units: '9007199254740993', shop: 'a', bonus: 1 },
      { amount: '0.10', units: '2', shop: 'a', bonus: 2 },
      { amount: '5.00', units: '1', shop: 'b', bonus: 3 },
    ]);
  };
  const start = async (options: object): Promise<TestApp> => {
    const app = await createApp({
      imports: [
        TypeOrmModule.forRoot(database.options([Sale])),
        RestlessModule.forFeature([{ entity: Sale, ...options }]),
      ],
    });
    return app;
  };

  it('keeps every digit of sums, and only the functions that are allowed [FUN-07, SER-17]', async () => {
    const app = await start({});
    await seed(app.app.get(DataSource));
    const sums = await app.get(`/api/eval/sale?${functions(['sum', 'units'])}&filter[shop]=a`);
    const decimal = await app.get(`/api/eval/sale?${functions(['sum', 'amount'])}&filter[shop]=b`);
    const refused = await app.get(`/api/eval/sale?${functions(['avg', 'amount'])}`);
    const hidden = await app.get(`/api/eval/sale?${functions(['sum', 'bonus'])}`);
    await app.close();

    expect(sums.at('/data')).toEqual(['9007199254740995']);
    expect(decimal.at('/data')).toEqual(['5.00']);
    expect(refused.at('/errors/0/detail')).toBe('There is no function "avg". Functions: count, sum.');
    expect(hidden.at('/errors/0/code')).toBe('UNKNOWN_FIELD');
  });

  it('keeps every digit of the greatest, of the smallest and of groups, in their order [FUN-13, SER-17]', async () => {
    const app = await start({ functions: ['max', 'min'] });
    await app.app.get(DataSource).manager.insert(Sale, [
      { amount: '1', units: '9007199254740993', shop: 'a', bonus: 1 },
      { amount: '1', units: '-9007199254740993', shop: 'a', bonus: 1 },
      { amount: '1', units: '12', shop: 'b', bonus: 1 },
    ]);
    const ends = await app.get(`/api/eval/sale?${functions(['max', 'units'], ['min', 'units'])}`);
    const groups = await app.get(`/api/eval/sale?${functions(['max', 'shop'])}&groupBy=units,shop`);
    await app.close();

    expect(ends.at('/data')).toEqual(['9007199254740993', '-9007199254740993']);
    expect(groups.at('/data/*/group')).toEqual([
      { units: '-9007199254740993', shop: 'a' },
      { units: '12', shop: 'b' },
      { units: '9007199254740993', shop: 'a' },
    ]);
  });

  it('sums what no whole number of the database holds [FUN-07, SER-17]', async () => {
    const app = await start({});
    const sum = async (field: string, filter = ''): Promise<unknown> =>
      (await app.get(`/api/eval/sale?${functions(['sum', field])}${filter}`)).at('/data/0');
    await app.app
      .get(DataSource)
      .manager.insert(Sale, [
        { amount: '900000000000000000', units: '9223372036854775807', shop: 'up', bonus: 1 },
        { amount: '900000000000000000', units: '9223372036854775807', shop: 'up', bonus: 1 },
        ...Array.from({ length: 10 }, () => ({ amount: '900000000000000000', units: '-3', shop: 'more', bonus: 1 })),
        { amount: '1', units: '-9223372036854775808', shop: 'down', bonus: 1 },
        { amount: '1', units: '-1', shop: 'down', bonus: 1 },
      ]);
    const sums = [
      await sum('units', '&filter[shop]=up'),
      await sum('units', '&filter[shop]=down'),
      await sum('units', '&filter[shop]=up,down'),
      await sum('units', '&filter[shop]=nowhere'),
    ];
    const amount = await sum('amount', '&filter[shop]=up,more');
    await app.close();

    expect(sums).toEqual(['18446744073709551614', '-9223372036854775809', '9223372036854775805', null]);
    expect(Number(amount)).toBe(10_800_000_000_000_000_000);
  });

  it('evaluates only the rows that exist for the viewer, behind the guards [FUN-15, CUQ-05]', async () => {
    const app = await start({ scope: () => ({ name: 'shop', op: 'eq', val: 'b' }) });
    await seed(app.app.get(DataSource));
    const count = await app.get(`/api/eval/sale?${functions(['count', 'id'])}`);
    await app.close();
    const guarded = await start({ guards: [{ canActivate: () => false }] });
    const refused = await guarded.get(`/api/eval/sale?${functions(['count', 'id'])}`);
    await guarded.close();

    expect(count.at('/data')).toEqual([1]);
    expect(refused.status).toBe(403);
  });

  it('is not there unless it is allowed [FUN-01]', async () => {
    const app = await start({ allowFunctions: false });
    const answer = await app.get(`/api/eval/sale?${functions(['count', 'id'])}`);
    await app.close();

    expect([answer.status, answer.headers['content-type']]).toEqual([404, 'application/vnd.api+json']);
  });
});
