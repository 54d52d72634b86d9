/** Functions over columns of every type: an answer, or a 400, and the same on every database. */
import { Resource, RestlessModule } from 'nestjs-restless';
import { Column, type ColumnType, type DataSource, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import type { DatabaseKind } from '../support/databases.js';

enum Mood {
  Calm = 'calm',
  Wild = 'wild',
}

/** One column of every type that all databases have. */
function entityOn(kind: DatabaseKind) {
  const bytes: ColumnType = kind === 'postgres' ? 'bytea' : 'blob';
  const datetime: ColumnType = kind === 'postgres' ? 'timestamptz' : 'datetime';

  @Entity('sample')
  @Resource({ expose: 'all', allowFunctions: true })
  class Sample {
    @PrimaryGeneratedColumn('uuid') id!: string;
    @Column() text!: string;
    @Column({ type: 'int' }) whole!: number;
    @Column({ type: 'bigint' }) big!: string;
    @Column({ type: 'decimal', precision: 12, scale: 2 }) price!: string;
    @Column({ type: 'double precision' }) float!: number;
    @Column({ type: 'boolean' }) flag!: boolean;
    @Column({ type: 'date' }) day!: string;
    @Column({ type: 'time' }) hour!: string;
    @Column({ type: datetime, precision: 6 }) moment!: Date;
    @Column({ type: 'simple-enum', enum: Mood }) mood!: Mood;
    @Column({ type: 'simple-json' }) tree!: unknown;
    @Column({ type: 'json' }) json!: unknown;
    @Column({ type: 'simple-array' }) list!: string[];
    @Column({ type: bytes }) bytes!: Buffer;
    @Column({ type: 'uuid' }) uuid!: string;
  }
  return Sample;
}

const UUIDS = ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '1b4e28ba-2fa1-41d2-883f-0016d3cca427'];

const NO = 'BAD_FUNCTION';

/** What the functions make of a field, or the code of their error. */
async function evaluateAll(app: TestApp, resource: string, field: string): Promise<readonly unknown[]> {
  const answers: unknown[] = [];
  for (const name of ['min', 'max', 'sum', 'avg']) {
    const functions = encodeURIComponent(JSON.stringify([{ name, field }]));
    const answer = await app.get(`/api/eval/${resource}?functions=${functions}`);
    answers.push(answer.status === 200 ? answer.at('/data/0') : answer.at('/errors/0/code'));
  }
  return answers;
}

describeServers(
  ({ start, database }) => {
    let app: TestApp;
    beforeAll(async () => {
      const sample = entityOn(database.kind);
      const row = { tree: {}, json: [], list: ['a'], bytes: Buffer.from('x'), hour: '10:00:00' };
      const seed = async ({ manager }: DataSource): Promise<void> => {
        await manager.insert(sample, {
          ...row,
          ...{ id: UUIDS[0], text: 'a', whole: 1, big: '2', price: '3.50', float: 0.5, flag: true },
          ...{ day: '2024-02-28', moment: new Date('2024-02-28T00:00:00Z'), mood: Mood.Calm, uuid: UUIDS[0] },
        });
        await manager.insert(sample, {
          ...row,
          ...{ id: UUIDS[1], text: 'b', whole: 3, big: '4', price: '1.50', float: 2.5, flag: false },
          ...{ day: '2024-02-29', moment: new Date('2024-02-29T00:00:00Z'), mood: Mood.Wild, uuid: UUIDS[1] },
        });
      };
      app = await start({ entities: [sample], imports: [RestlessModule.forFeature([sample])], seed });
    });
    afterAll(() => app.close());

    it.each<readonly [string, min: unknown, max: unknown, sum: unknown, avg: unknown]>([
      ['id', UUIDS[1], UUIDS[0], NO, NO],
      ['uuid', UUIDS[1], UUIDS[0], NO, NO],
      ['text', 'a', 'b', NO, NO],
      ['whole', 1, 3, 4, 2],
      ['big', '2', '4', '6', 3],
      ['price', '1.50', '3.50', '5.00', 2.5],
      ['float', 0.5, 2.5, 3, 1.5],
      ['flag', NO, NO, NO, NO],
      ['day', '2024-02-28', '2024-02-29', NO, NO],
      ['hour', '10:00:00', '10:00:00', NO, NO],
      ['moment', '2024-02-28T00:00:00.000Z', '2024-02-29T00:00:00.000Z', NO, NO],
      ['mood', 'calm', 'wild', NO, NO],
      ['tree', NO, NO, NO, NO],
      ['json', NO, NO, NO, NO],
      ['list', NO, NO, NO, NO],
      ['bytes', NO, NO, NO, NO],
    ])('answer alike: %s [FUN-07, FUN-10, DAT-09]', async (field, ...expected) => {
      expect(await evaluateAll(app, 'sample', field)).toEqual(expected);
    });
  },
  { adapters: ['express'] },
);

@Entity()
@Resource({ expose: 'all', allowFunctions: true })
class Elastic {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ type: 'interval' }) span!: unknown;
  @Column({ type: 'text', array: true }) words!: string[];
  @Column({ type: 'int', array: true }) numbers!: number[];
  @Column({ type: 'jsonb' }) data!: unknown;
  @Column({ type: 'inet' }) address!: string;
  @Column({ type: 'cidr' }) network!: string;
  @Column({ type: 'macaddr' }) mac!: string;
  @Column({ type: 'timetz' }) zoned!: string;
  @Column({ type: 'real' }) real!: number;
  @Column({ type: 'money' }) fee!: string;
  @Column({ type: 'enum', enum: Mood }) mood!: Mood;
  @Column({ type: 'bit', length: '3' }) bits!: string;
  @Column({ type: 'tsvector' }) vector!: string;
  @Column({ type: 'int4range' }) range!: string;
  @Column({ type: 'point' }) point!: string;
  @Column({ type: 'char', length: 4 }) padded!: string;
}

describeServers(
  ({ start }) => {
    let app: TestApp;
    beforeAll(async () => {
      const seed = async (dataSource: DataSource): Promise<void> => {
        await dataSource.query(`INSERT INTO elastic (span, words, numbers, data, address, network, mac, zoned, "real", fee, mood, bits, vector, range, point, padded) VALUES
          ('90 seconds', '{a}', '{1}', '{}', '::1', '10.0.0.0/8', '08:00:2b:01:02:03', '10:00:00+02', 0.5, 12.5, 'calm', '101', 'a', '[1,3)', '(1,2)', 'ab')`);
      };
      app = await start({ entities: [Elastic], imports: [RestlessModule.forFeature([Elastic])], seed });
    });
    afterAll(() => app.close());

    it.each<readonly [string, least: unknown, sum: unknown, avg: unknown]>([
      ['span', 90, 90, 90],
      ['address', '::1', NO, NO],
      ['network', '10.0.0.0/8', NO, NO],
      ['zoned', '10:00:00+02', NO, NO],
      ['real', 0.5, 0.5, 0.5],
      ['fee', '$12.50', '$12.50', 12.5],
      ['mood', 'calm', NO, NO],
      ['padded', 'ab  ', NO, NO],
      ['mac', NO, NO, NO],
      ['bits', NO, NO, NO],
      ['vector', NO, NO, NO],
      ['range', NO, NO, NO],
      ['words', NO, NO, NO],
      ['numbers', NO, NO, NO],
      ['data', NO, NO, NO],
      ['point', NO, NO, NO],
    ])('answer where PostgreSQL can, and no error of its own: %s [FUN-07, FUN-10]', async (field, least, sum, avg) => {
      expect(await evaluateAll(app, 'elastic', field)).toEqual([least, least, sum, avg]);
    });
  },
  { adapters: ['express'], databases: ['postgres'] },
);
