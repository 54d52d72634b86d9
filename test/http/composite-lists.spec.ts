/** Long lists of ids of several parts: no database takes as many parameters as they have values. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule, type PermissionChecker } from 'nestjs-restless';
import { Column, type DataSource, Entity, PrimaryColumn } from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { writing } from '../support/writing.js';

@Entity()
@Resource()
class Place {
  @PrimaryColumn({ type: 'varchar', length: 20 }) row!: string;
  @PrimaryColumn({ type: 'int' }) number!: number;
  @PrimaryColumn({ type: 'bigint' }) hall!: string;
  @Expose() @Column() price!: number;
}

@Entity()
@Resource({ methods: ['GET', 'DELETE'], allowDeleteMany: true })
class Visit {
  @PrimaryColumn({ type: 'int' }) year!: number;
  @PrimaryColumn({ type: 'int' }) number!: number;
}

const ROWS = 17_000;
const HALL = '9007199254740993';

async function seed({ manager }: DataSource): Promise<void> {
  const rows = Array.from({ length: ROWS }, (_, index) => ({
    row: index % 2 === 0 ? `r${index}` : `"${index}',\\`,
    number: index,
    hall: HALL,
    price: index,
  }));
  for (let at = 0; at < ROWS; at += 1_000) await manager.insert(Place, rows.slice(at, at + 1_000));
  await manager.insert(Visit, [
    { year: 24, number: 1 },
    { year: 24, number: 2 },
  ]);
}

/** Everything but the first row. */
const NOT_THE_FIRST: PermissionChecker<Place> = { hasObjectPermission: ({ price }) => price > 0 };

const FLAT = { Accept: 'application/json', 'Content-Type': 'application/json' };
const repeated = (length: number, val: (index: number) => string): object => ({
  filters: [
    {
      or: Array.from({ length }, (_, part) => ({
        name: 'id',
        op: 'in',
        val: Array.from({ length: 1_000 }, (__, index) => val(part * 1_000 + index)),
      })),
    },
  ],
});

describeServers(
  ({ start }) => {
    let app: TestApp;
    const { get } = writing(() => app);

    beforeAll(async () => {
      app = await start({
        entities: [Place, Visit],
        imports: [
          RestlessModule.forRoot({ formats: ['json-api', 'flat-json'] }),
          RestlessModule.forFeature([
            { entity: Place, permissions: NOT_THE_FIRST, methods: ['GET', 'DELETE'], allowDeleteMany: true },
            Visit,
          ]),
        ],
        seed,
      });
    });
    afterAll(() => app.close());

    it('lists what single rows permit, however many they are [FJP-05]', async () => {
      const answer = await get('/api/place?sort=price&page[size]=2');

      expect(answer.at('/data/*/id')).toEqual([`"1'%2C\\,1,${HALL}`, `r2,2,${HALL}`]);
      expect(answer.at('/meta/total')).toBe(ROWS - 1);
    });

    it('finds rows by lists, and the others [JA-19]', async () => {
      const list = [`r2,2,${HALL}`, `r2,3,${HALL}`, `"1'%2C\\,1,${HALL}`];
      const filter = (op: string): string =>
        `filter[objects]=${encodeURIComponent(JSON.stringify([{ name: 'id', op, val: list }]))}`;

      expect((await get(`/api/place?sort=price&${filter('in')}`)).at('/data/*/id')).toEqual([list[2], list[0]]);
      expect((await get(`/api/place?${filter('not_in')}`)).at('/meta/total')).toBe(ROWS - 3);
    });

    it('takes so many values in all, and says so past that', async () => {
      const remove = (path: string, body: object): ReturnType<TestApp['request']> =>
        app.request('DELETE', path, { headers: FLAT, body: { q: body } });
      const most = await remove(
        '/api/visit',
        repeated(5, (index) => `24,${index}`),
      );
      const more = await remove(
        '/api/visit',
        repeated(6, (index) => `24,${index}`),
      );

      expect(most.status).toBe(200);
      expect([more.status, more.at('/message')]).toEqual([
        400,
        'The lists have more than 5000 values in all, 5 times the limit listLength.',
      ]);
    });
  },
  { adapters: ['express'] },
);
