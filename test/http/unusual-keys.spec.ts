/** Keys that are easily mistaken for one another: dates, bytes, and very many pairs; and names that an application's own SQL uses. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  Column,
  type DataSource,
  Entity,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
  VirtualColumn,
} from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { StatementLog } from '../support/statement-log.js';

@Entity()
@Resource()
class Reading {
  @PrimaryColumn() sensor!: number;
  @PrimaryColumn({ precision: 3 }) at!: Date;
  @Expose() @Column() value!: string;
  @Expose() @OneToMany(() => Remark, (remark) => remark.reading) remarks!: Relation<Remark>[];

  @Expose() get loud(): string {
    return this.value.toUpperCase();
  }
}

@Entity()
@Resource()
class Remark {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() text!: string;
  @Expose() @ManyToOne(() => Reading, (reading) => reading.remarks) reading!: Relation<Reading> | null;
}

@Entity()
@Resource()
class Cell {
  @PrimaryColumn() x!: number;
  @PrimaryColumn() y!: number;
}

@Entity()
@Resource({ pageSize: 0 })
class Mark {
  @PrimaryColumn() id!: number;
  @Expose() @ManyToOne(() => Cell) cell!: Relation<Cell> | null;
}

@Entity()
@Resource()
class Tag {
  @PrimaryGeneratedColumn() id!: number;
  @Column() text!: string;
  @Expose()
  @VirtualColumn({ type: 'int', query: (tag) => `SELECT COUNT(*) FROM tag t1 WHERE t1.id <= ${tag}.id` })
  rank!: number;
}

@Entity()
@Resource({ methods: ['GET', 'POST', 'DELETE'], allowClientGeneratedIds: true })
class Day {
  @PrimaryColumn({ type: 'date' }) date!: string;
}

const ENTITIES = [Reading, Remark, Cell, Mark, Tag, Day];
const DAYS = [-1, 0, 1].map((days) => new Date(Date.now() + days * 86_400_000).toJSON().slice(0, 10));
const MARKS = 1_001;

async function seed({ manager }: DataSource): Promise<void> {
  const [first, second] = [new Date('2024-01-01T00:00:00.100Z'), new Date('2024-01-01T00:00:00.200Z')];
  await manager.insert(Reading, [
    { sensor: 1, at: first, value: 'a' },
    { sensor: 1, at: second, value: 'b' },
  ]);
  await manager.insert(Remark, [
    { text: 'to a', reading: { sensor: 1, at: first } },
    { text: 'to b', reading: { sensor: 1, at: second } },
  ]);
  const cells = Array.from({ length: MARKS }, (_, index) => ({ x: index % 7, y: index }));
  await manager.insert(Cell, cells);
  await manager.insert(
    Mark,
    cells.map((cell, id) => ({ id, cell })),
  );
  await manager.insert(
    Day,
    DAYS.map((date) => ({ date })),
  );
  await manager.insert(Tag, [{ text: 'a' }, { text: 'b' }, { text: 'c' }]);
}

describeServers(
  ({ start }) => {
    const log = new StatementLog();
    let app: TestApp;
    beforeAll(async () => {
      app = await start({
        entities: ENTITIES,
        imports: [RestlessModule.forFeature(ENTITIES)],
        seed,
        dataSource: { logger: log, logging: true },
      });
    });
    afterAll(() => app.close());

    it('tells keys apart whose dates differ in milliseconds [URL-17]', async () => {
      const answer = await app.get('/api/reading?include=remarks&fields[remark]=text');

      expect(answer.at('/data/*/attributes')).toEqual([
        { value: 'a', loud: 'A' },
        { value: 'b', loud: 'B' },
      ]);
      expect(answer.at('/data/*/relationships/remarks/data')).toEqual([
        [{ type: 'remark', id: '1' }],
        [{ type: 'remark', id: '2' }],
      ]);
    });

    it.each(['CURRENT_DATE', 'CURRENT_TIMESTAMP', 'LOCALTIMESTAMP'])(
      'has no key that is another one every day: %s [URL-19, DAT-06]',
      async (clock) => {
        const created = await app.request('POST', '/api/day', { body: { data: { type: 'day', id: clock } } });

        expect((await app.get(`/api/day/${clock}`)).status).toBe(404);
        expect((await app.get(`/api/reading/1,${clock}`)).status).toBe(404);
        expect((await app.request('DELETE', `/api/day/${clock}`)).status).toBe(404);
        expect([created.status, created.at('/errors/0/code')]).toEqual([400, 'BAD_VALUE']);
        expect((await app.get('/api/day')).at('/data/*/id')).toEqual(DAYS);
      },
    );

    it('asks for very many composite keys in pieces that a database can take [URL-17]', async () => {
      const statements = await log.during(async () => {
        const answer = await app.get('/api/mark?include=cell');

        expect(answer.at('/data')).toHaveLength(MARKS);
        expect(answer.at('/included')).toHaveLength(MARKS);
        expect(answer.at('/data/1000/relationships/cell/data/id')).toBe('6,1000');
      });

      expect(statements.map(({ parameters }) => parameters.length)).toEqual([0, 1000, 1000, 2]);
    });

    it('shares no name with the SQL of a virtual column [JQ-19, SRT-08]', async () => {
      expect((await app.get('/api/tag?sort=-rank')).at('/data/*/attributes/rank')).toEqual([3, 2, 1]);
      expect((await app.get('/api/tag?filter[rank]=2')).at('/data/*/id')).toEqual(['2']);
    });
  },
  { adapters: ['express'] },
);

const hex = { to: (text: string) => Buffer.from(text, 'hex'), from: (bytes: Buffer) => bytes.toString('hex') };

@Entity()
@Resource()
class Stem {
  @PrimaryColumn({ type: 'blob', transformer: hex }) id!: string;
  @Expose() @OneToMany(() => Leaf, (leaf) => leaf.stem) leaves!: Relation<Leaf>[];
}

@Entity()
@Resource()
class Leaf {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @ManyToOne(() => Stem, (stem) => stem.leaves) stem!: Relation<Stem> | null;
}

describeServers(
  ({ start }) => {
    it('finds what keys of bytes lead to', async () => {
      const app = await start({
        entities: [Stem, Leaf],
        imports: [RestlessModule.forFeature([Stem, Leaf])],
        seed: async (dataSource: DataSource) => {
          await dataSource.manager.insert(Stem, [{ id: 'aa' }, { id: 'bb' }]);
          await dataSource.query(`INSERT INTO leaf (stemId) VALUES (x'bb')`);
        },
      });

      const stems = await app.get('/api/stem?include=leaves');
      const leaves = await app.get('/api/leaf?include=stem');
      await app.close();

      expect(stems.at('/data/*/relationships/leaves/data')).toEqual([[], [{ type: 'leaf', id: '1' }]]);
      expect(leaves.at('/included/*/id')).toEqual(['bb']);
    });
  },
  { adapters: ['express'], databases: ['sqlite'] },
);
