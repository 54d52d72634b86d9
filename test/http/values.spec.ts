/** Values of every column type look alike in answers, whatever database keeps them. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  Column,
  type ColumnType,
  CreateDateColumn,
  type DataSource,
  Entity,
  PrimaryGeneratedColumn,
  UpdateDateColumn,
  VersionColumn,
} from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import type { DatabaseKind } from '../support/databases.js';
import { jsonApi } from '../support/json-api-document.js';

enum Mood {
  Calm = 'calm',
  Wild = 'wild',
}

enum Level {
  Low = 1,
  High = 10,
}

/** Kept as text, and another kind of value in the entity. */
const DAYS = {
  to: (value: Date | null) => value?.toISOString().slice(0, 10) ?? null,
  from: (value: string | null) => (value === null ? null : new Date(`${value}T00:00:00Z`)),
};
const SECONDS = {
  to: (value: { seconds: number } | null) => value?.seconds ?? null,
  from: (value: number | null) => (value === null ? null : { seconds: Number(value), unit: 's' }),
};
const SECRET = {
  to: (value: string | null) => (value === null ? null : `x${value}`),
  from: (value: string | null) => value?.slice(1) ?? 'none',
};

/** One column of every type that all databases have; three types have names of their own on each. */
function entityOn(kind: DatabaseKind) {
  const bytes: ColumnType = kind === 'postgres' ? 'bytea' : 'blob';
  const datetime: ColumnType = kind === 'postgres' ? 'timestamptz' : 'datetime';

  @Entity('sample')
  @Resource({ expose: 'all' })
  class Sample {
    @PrimaryGeneratedColumn() id!: number;
    @Column({ type: 'varchar', nullable: true }) text!: string | null;
    @Column({ type: 'int', nullable: true }) whole!: number | null;
    @Column({ type: 'smallint', nullable: true }) small!: number | null;
    @Column({ type: 'bigint', nullable: true }) big!: string | null;
    @Column({ type: 'decimal', precision: 12, scale: 2, nullable: true }) price!: string | null;
    @Column({ type: 'double precision', nullable: true }) float!: number | null;
    @Column({ type: 'boolean', nullable: true }) flag!: boolean | null;
    @Column({ type: 'date', nullable: true }) day!: string | null;
    @Column({ type: 'time', nullable: true }) hour!: string | null;
    @Column({ type: datetime, precision: 6, nullable: true }) moment!: Date | null;
    @Column({ type: Date, precision: 6, nullable: true }) stamp!: Date | null;
    @Column({ type: 'simple-enum', enum: Mood, nullable: true }) mood!: Mood | null;
    @Column({ type: 'simple-enum', enum: Level, nullable: true }) level!: Level | null;
    @Column({ type: 'simple-json', nullable: true }) tree!: unknown;
    @Column({ type: 'json', nullable: true }) json!: unknown;
    @Column({ type: 'simple-array', nullable: true }) list!: string[] | null;
    @Column({ type: bytes, nullable: true }) bytes!: Buffer | null;
    @Column({ type: 'uuid', nullable: true }) uuid!: string | null;
    @Column({ type: 'varchar', nullable: true, transformer: DAYS }) wrappedDay!: Date | null;
    @Column({ type: 'int', nullable: true, transformer: SECONDS }) wrapped!: { seconds: number } | null;
    @Column({ type: 'varchar', nullable: true, transformer: SECRET }) veiled!: string | null;
  }
  return Sample;
}

const FULL = {
  text: 'Zoë "🦊" \\ \n <b>',
  whole: -2147483648,
  small: 0,
  big: '9223372036854775807',
  price: '1234567890.50',
  float: 0.1,
  flag: false,
  day: '2024-02-29',
  hour: '23:59:58',
  moment: new Date('2024-02-29T12:34:56.789Z'),
  stamp: new Date('1969-07-20T20:17:40.000Z'),
  mood: Mood.Wild,
  level: Level.High,
  tree: { a: [1, { b: null }], 'c d': 'é' },
  json: [true, 1.5, 'x', { y: [] }],
  list: ['one', 'two'],
  bytes: Buffer.from([0, 255, 16, 32]),
  uuid: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
  wrappedDay: new Date('2024-02-29T00:00:00Z'),
  wrapped: { seconds: 90 },
  veiled: 'secret',
};

describeServers(
  (server) => {
    let app: TestApp;
    const get = jsonApi(() => app);
    const Sample = entityOn(server.database.kind);

    beforeAll(async () => {
      const seed = async ({ manager }: DataSource): Promise<void> => {
        const nothing = Object.fromEntries(Object.keys(FULL).map((name) => [name, null]));
        const more = {
          ...nothing,
          price: '-0.05',
          big: '-9007199254740993',
          flag: true,
          list: [],
          bytes: Buffer.alloc(0),
          float: -1e21,
          level: Level.Low,
          json: {},
          tree: [],
          wrapped: { seconds: 0 },
          veiled: '',
          hour: '00:00:00',
          text: '',
        };
        await manager.insert(Sample, [FULL, nothing, more] as never);
      };
      app = await server.start({ entities: [Sample], imports: [RestlessModule.forFeature([Sample])], seed });
    });
    afterAll(() => app.close());

    it('writes every type as JSON has it, dates as ISO 8601 [SER-16, SER-17, SER-18, DAT-09]', async () => {
      const answer = await get('/api/sample/1');

      expect(answer.at('/data/attributes')).toEqual({
        text: 'Zoë "🦊" \\ \n <b>',
        whole: -2147483648,
        small: 0,
        big: '9223372036854775807',
        price: '1234567890.50',
        float: 0.1,
        flag: false,
        day: '2024-02-29',
        hour: '23:59:58',
        moment: '2024-02-29T12:34:56.789Z',
        stamp: '1969-07-20T20:17:40.000Z',
        mood: 'wild',
        level: 10,
        tree: { a: [1, { b: null }], 'c d': 'é' },
        json: [true, 1.5, 'x', { y: [] }],
        list: ['one', 'two'],
        bytes: 'AP8QIA==',
        uuid: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
        wrappedDay: '2024-02-29T00:00:00.000Z',
        wrapped: { seconds: 90, unit: 's' },
        veiled: 'secret',
      });
    });

    it('writes null for null, unless a transformer says otherwise [SER-16, SER-18]', async () => {
      const answer = await get('/api/sample/2');

      const { veiled, ...others } = answer.at('/data/attributes') as Record<string, unknown>;
      expect(veiled).toBe('none');
      expect(Object.keys(others)).toHaveLength(20);
      expect(new Set(Object.values(others))).toEqual(new Set([null]));
    });

    it('writes what is small, empty or negative [SER-16, SER-17]', async () => {
      const answer = await get('/api/sample/3');

      expect(answer.at('/data/attributes')).toMatchObject({
        text: '',
        big: '-9007199254740993',
        price: '-0.05',
        float: -1e21,
        flag: true,
        hour: '00:00:00',
        level: 1,
        list: [],
        bytes: '',
        json: {},
        tree: [],
        wrapped: { seconds: 0, unit: 's' },
        veiled: '',
      });
    });

    it.each([
      ['big', ['-9007199254740993', '9223372036854775807']],
      ['price', ['-0.05', '1234567890.50']],
      ['float', [-1e21, 0.1]],
      ['hour', ['00:00:00', '23:59:58']],
      ['level', [1, 10]],
    ])('sorts %s by its value, not by how it is written [SER-17]', async (name, expected) => {
      const filter = `filter[objects]=[{"name":"${name}","op":"is_not_null"}]`;
      const up = await get(`/api/sample?${filter}&sort=${name}&fields[sample]=${name}`);
      const down = await get(`/api/sample?${filter}&sort=-${name}&fields[sample]=${name}`);

      expect(up.at(`/data/*/attributes/${name}`)).toEqual(expected);
      expect(down.at(`/data/*/attributes/${name}`)).toEqual([...expected].reverse());
    });

    it.each([
      'filter[big]=9223372036854775807',
      'filter[price]=1234567890.5',
      'filter[float]=0.1',
      'filter[flag]=false',
      'filter[day]=2024-02-29',
      'filter[day]=2024-02-29T23:00:00Z',
      'filter[hour]=23:59:58',
      'filter[hour]=2024-02-29T23:59:58Z',
      'filter[moment]=2024-02-29T12:34:56.789Z',
      'filter[moment]=2024-02-29T13:34:56.789%2B01:00',
      'filter[stamp]=1969-07-20T20:17:40',
      'filter[moment][ge]=2024-02-29&filter[moment][lt]=2024-03-01',
      'filter[mood]=wild',
      'filter[level]=10',
      'filter[uuid]=A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11',
      'filter[veiled]=secret',
      'filter[moment][lt]=CURRENT_TIMESTAMP',
      'filter[day][lt]=CURRENT_DATE',
      'filter[stamp][lt]=LOCALTIMESTAMP&filter[flag]=0',
    ])('finds a value by what it shows: %s [DAT-02, DAT-06, DAT-09, SER-18]', async (query) => {
      expect((await get(`/api/sample?${query}`)).at('/data/*/id')).toEqual(['1']);
    });

    it.each([
      'filter[moment][lt]=9999-12-31T23:59:59-05:00',
      'filter[moment][gt]=0000-01-01T00:00:00%2B05:00',
      'filter[stamp][in]=2024-02-29,9999-12-31T23:00:00-01:00',
    ])('refuses a moment that no database has: %s [DAT-02, SER-18]', async (query) => {
      const answer = await get(`/api/sample?${query}`);

      expect([answer.status, answer.at('/errors/0/code')]).toEqual([400, 'BAD_VALUE']);
      expect(answer.at('/errors/0/detail')).toMatch(/^Expected a date-time of the years 0 to 9999 for "/);
    });
  },
  { adapters: ['express'] },
);

@Entity()
@Resource()
class Elastic {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ type: 'interval', nullable: true }) span!: unknown;
  @Expose() @Column({ type: 'text', array: true, nullable: true }) words!: string[] | null;
  @Expose() @Column({ type: 'int', array: true, nullable: true }) numbers!: number[] | null;
  @Expose() @Column({ type: 'bigint', array: true, nullable: true }) bigs!: string[] | null;
  @Expose() @Column({ type: 'jsonb', nullable: true }) data!: unknown;
  @Expose() @Column({ type: 'inet', nullable: true }) address!: string | null;
  @Expose() @Column({ type: 'timetz', nullable: true }) zoned!: string | null;
  @Expose() @Column({ type: 'timestamp', nullable: true }) local!: Date | null;
  @Expose() @Column({ type: 'real', nullable: true }) real!: number | null;
  @Expose() @Column({ type: 'double precision', nullable: true }) odd!: number | null;
  @Expose() @Column({ type: 'numeric', nullable: true }) exact!: string | null;
  @Expose() @Column({ type: 'enum', enum: Mood, nullable: true }) mood!: Mood | null;
  @Expose() @Column({ type: 'enum', enum: Mood, array: true, nullable: true }) moods!: Mood[] | null;
}

describeServers(
  (server) => {
    let app: TestApp;
    const get = jsonApi(() => app);

    beforeAll(async () => {
      const seed = (dataSource: DataSource): Promise<unknown> =>
        dataSource.query(`INSERT INTO elastic (span, words, numbers, bigs, data, address, zoned, local, "real", odd, exact, mood, moods) VALUES
          ('1 day 02:03:04.5', '{a,"b,c"}', '{1,2}', '{9007199254740993}', '{"a": [1]}', '192.168.0.1/24', '13:45:00+02', '2024-02-29 01:02:03.456', 0.5, 'NaN', 123456789012345678901234567890.123, 'calm', '{calm,wild}'),
          ('-90 seconds', '{}', '{NULL}', NULL, '"text"', '::1', NULL, NULL, '-Infinity', 0, 0, NULL, NULL)`);
      app = await server.start({ entities: [Elastic], imports: [RestlessModule.forFeature([Elastic])], seed });
    });
    afterAll(() => app.close());

    it('writes the types that PostgreSQL alone has, intervals as seconds [DAT-08, SER-16, SER-17, contradiction 23]', async () => {
      const answer = await get('/api/elastic?sort=id');

      expect(answer.at('/data/0/attributes')).toEqual({
        span: 93784.5,
        words: ['a', 'b,c'],
        numbers: [1, 2],
        bigs: ['9007199254740993'],
        data: { a: [1] },
        address: '192.168.0.1/24',
        zoned: '13:45:00+02',
        // Without a zone it is the process's own time, as for TypeORM.
        local: new Date(2024, 1, 29, 1, 2, 3, 456).toJSON(),
        real: 0.5,
        odd: null,
        exact: '123456789012345678901234567890.123',
        mood: 'calm',
        moods: ['calm', 'wild'],
      });
      expect(answer.at('/data/1/attributes')).toMatchObject({
        span: -90,
        words: [],
        numbers: [null],
        data: 'text',
        address: '::1',
        real: null,
        odd: 0,
        exact: '0',
      });
    });

    it('sorts and filters intervals as seconds [DAT-08]', async () => {
      const sorted = await get('/api/elastic?sort=span&filter[span][gt]=-100');
      const filtered = await get('/api/elastic?filter[span]=93784.5');

      expect(sorted.at('/data/*/id')).toEqual(['2', '1']);
      expect(filtered.at('/data/*/id')).toEqual(['1']);
    });
  },
  { adapters: ['express'], databases: ['postgres'] },
);

@Entity()
@Resource({ expose: 'all' })
class Kept {
  @PrimaryGeneratedColumn() id!: number;
  @CreateDateColumn() created!: Date;
  @UpdateDateColumn() updated!: Date;
  @VersionColumn() version!: number;

  /** Not listed, so no attribute. */
  secret(): string {
    return 'never called';
  }
}

describeServers(
  (server) => {
    it('writes what TypeORM keeps, and calls nothing that is not listed [SER-19, DAT-09]', async () => {
      const seed = ({ manager }: DataSource): Promise<unknown> => manager.save(Kept, {});
      const app = await server.start({ entities: [Kept], imports: [RestlessModule.forFeature([Kept])], seed });

      const answer = await app.get('/api/kept/1');
      await app.close();

      const { created, updated, ...others } = answer.at('/data/attributes') as Record<string, string>;
      expect(others).toEqual({ version: 1 });
      for (const date of [created!, updated!]) expect(new Date(date).toJSON()).toBe(date);
    });
  },
  { adapters: ['express'] },
);
