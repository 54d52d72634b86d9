/** Reads on statements that the driver has prepared: the same answers, log and errors as through TypeORM's `query`. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import { Column, DataSource, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { utcText } from '../../src/sql/columns.js';
import { type Answer, describeServers, type TestApp } from '../support/app.js';
import { StatementLog } from '../support/statement-log.js';

@Entity()
@Resource()
class Visit {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() place!: string;
  @Expose() @Column({ type: Date, precision: 3 }) at!: Date;
  @Expose() @Column({ type: Date, precision: 3, nullable: true }) left!: Date | null;
  @Expose() @Column({ type: Boolean }) paid!: boolean;
  @Expose() @Column({ type: 'date', nullable: true }) day!: string | null;
  @Expose() @ManyToOne(() => Visit, (visit) => visit.next) previous!: Relation<Visit> | null;
  @Expose() @OneToMany(() => Visit, (visit) => visit.previous) next!: Relation<Visit>[];
}

const MOMENTS = ['2024-02-29T23:59:59.999Z', '1969-12-31T00:00:01.000Z', '2038-01-19T03:14:07.120Z'];

async function seed(dataSource: DataSource): Promise<void> {
  await dataSource.getRepository(Visit).insert(
    MOMENTS.map((at, index) => ({
      place: `place ${index}`,
      at: new Date(at),
      left: index === 0 ? null : new Date(at),
      paid: index % 2 === 0,
      day: index === 1 ? null : at.slice(0, 10),
      previous: index === 0 ? null : { id: 1 },
    })),
  );
}

const PATHS = [
  '/api/visit?include=next,previous&sort=-at',
  '/api/visit/2',
  '/api/visit?filter[paid]=true&page[size]=1',
  '/api/visit?filter[at][ge]=2024-02-29T23:59:59.999Z',
  '/api/visit/1/next?sort=place',
];

describeServers(
  ({ start, database }) => {
    const log = new StatementLog();
    let prepared: TestApp;
    let plain: TestApp;
    beforeAll(async () => {
      const imports = (preparedStatements: boolean) => [
        RestlessModule.forRoot({ preparedStatements }),
        RestlessModule.forFeature([Visit]),
      ];
      const dataSource = { logger: log, logging: true };
      prepared = await start({ entities: [Visit], imports: imports(true), seed, dataSource });
      const shared = database.kind === 'sqlite' ? { seed } : { dataSource: { dropSchema: false } };
      plain = await start({ entities: [Visit], imports: imports(false), ...shared });
    });
    afterAll(async () => {
      await plain.close();
      await prepared.close();
    });

    it.each(PATHS)('give the same answer to %s', async (path) => {
      const [one, other] = [await prepared.get(path), await plain.get(path)];

      expect(one.status).toBe(200);
      expect(one.text).toBe(other.text);
    });

    it('keep every moment as it is', async () => {
      expect((await prepared.get('/api/visit')).at('/data/*/attributes/at')).toEqual(MOMENTS);
    });

    it('are logged by TypeORM', async () => {
      const statements = await log.during(() => prepared.get('/api/visit?filter[paid]=true&page[size]=1'));

      expect(statements).toHaveLength(1);
      expect(statements[0]!.sql).toMatch(/^SELECT p\.\*, /);
    });

    it('are told to subscribers that listen to statements', async () => {
      const { subscribers } = prepared.app.get(DataSource);
      const heard: string[] = [];
      subscribers.push({ beforeQuery: ({ query }) => void heard.push(query) });
      try {
        expect((await prepared.get('/api/visit/1')).at('/data/attributes/place')).toBe('place 0');
      } finally {
        subscribers.pop();
      }

      expect(heard).toHaveLength(1);
    });

    if (database.kind === 'postgres') {
      it('have names on their connections, unless that is turned off', async () => {
        const namesOf = async (app: TestApp): Promise<number> => {
          const dataSource = app.app.get(DataSource);
          const rows = await dataSource.query<{ name: string }[]>(
            "SELECT name FROM pg_prepared_statements WHERE name LIKE 'restless_%'",
          );
          return rows.length;
        };

        expect([(await namesOf(prepared)) > 0, await namesOf(plain)]).toEqual([true, 0]);
      });

      it('outlive a change of the tables', async () => {
        await prepared.get('/api/visit/1');
        await prepared.app.get(DataSource).query('ALTER TABLE visit ALTER COLUMN place TYPE text');

        expect((await prepared.get('/api/visit/1')).at('/data/attributes/place')).toBe('place 0');
      });

      it('outlive a pooler that gives their connection to others, in the middle of a transaction as well', async () => {
        const dataSource = { dropSchema: false, synchronize: false, extra: { max: 1 } };
        const imports = [RestlessModule.forRoot({ methods: ['GET', 'PATCH'] }), RestlessModule.forFeature([Visit])];
        const app = await start({ entities: [Visit], imports, dataSource });
        const change = (place: string): Promise<Answer> =>
          app.request('PATCH', '/api/visit/2', {
            headers: { Accept: 'application/json', 'Content-Type': 'application/json' },
            body: { place },
          });
        const before = await change('here');
        await app.app.get(DataSource).query('DEALLOCATE ALL');
        const after = await change('there');
        await app.close();

        expect([before.status, after.status, after.at('/place')]).toEqual([200, 200, 'there']);
      });
    }
  },
  { adapters: ['express'] },
);

describe('a moment as text', () => {
  it.each([
    ['2024-01-01 01:40:00.5+00', '2024-01-01T01:40:00.500Z'],
    ['2024-01-01 01:40:00+00', '2024-01-01T01:40:00.000Z'],
    ['2024-01-01 01:40:00.123456+00', '2024-01-01T01:40:00.123Z'],
    ['2024-01-01 01:40:00.123', '2024-01-01T01:40:00.123Z'],
    ['2024-01-01 01:40:00', '2024-01-01T01:40:00.000Z'],
    ['2024-12-31T23:59:59.999Z', '2024-12-31T23:59:59.999Z'],
  ])('%s is %s', (text, expected) => {
    expect(utcText(text)).toBe(expected);
  });

  it.each([
    '2023-02-29 00:00:00',
    '2024-13-01 00:00:00',
    '2024-01-01 24:00:00',
    '2024-01-01 01:40:00.12',
    '2024-01-01 01:40:00+02',
    '2024-01-01',
    'infinity',
    '0044-03-15 00:00:00+00 BC',
  ])('%s is left to a date', (text) => {
    expect(utcText(text)).toBeUndefined();
  });
});
