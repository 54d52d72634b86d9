/** Keys in lists, on every database: keys of several columns by the thousand, and text that looks like syntax. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import { Entity, ManyToOne, OneToMany, PrimaryColumn, type Relation } from 'typeorm';
import { describeServers, type Answer, type TestApp } from '../support/app.js';

@Entity()
@Resource({ maxPageSize: 0, pageSize: 0 })
class Field {
  @PrimaryColumn() id!: string;
  @Expose() @OneToMany(() => Square, (square) => square.field) squares!: Relation<Square>[];
}

@Entity()
@Resource({ maxPageSize: 0, pageSize: 0, additionalAttributes: ['label'] })
class Square {
  @PrimaryColumn() column!: string;
  @PrimaryColumn({ type: 'int' }) row!: number;
  @Expose() @ManyToOne(() => Field, (field) => field.squares, { nullable: true }) field!: Relation<Field> | null;
  @Expose() @OneToMany(() => Stone, (stone) => stone.square) stones!: Relation<Stone>[];

  get label(): string {
    return `${this.column}:${this.row}`;
  }
}

@Entity()
@Resource({ maxPageSize: 0, pageSize: 0 })
class Stone {
  @PrimaryColumn() id!: string;
  @Expose() @ManyToOne(() => Square, (square) => square.stones) square!: Relation<Square>;
}

const AWKWARD = [
  ' ',
  '%',
  '%2C',
  "'",
  '"',
  '\\',
  '\\"',
  '{}',
  '{"a"}',
  '[1]',
  'NULL',
  'null',
  'a,b',
  'a/b?c#d',
  '$1',
  ':a',
  '?',
  'é',
  '🍮',
];
const COUNT = 1_500;

const ids = (answer: Answer): string[] => answer.at('/data/*/id') as string[];

describeServers(
  ({ start }) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await start({
        entities: [Field, Square, Stone],
        imports: [RestlessModule.forFeature([Field, Square, Stone])],
        seed: async ({ manager }) => {
          await manager.insert(Field, [{ id: 'f' }]);
          for (let from = 0; from < COUNT; from += 500) {
            await manager.insert(
              Square,
              Array.from({ length: 500 }, (_, index) => ({ column: '"a,\\', row: from + index, field: { id: 'f' } })),
            );
          }
          await manager.insert(
            Stone,
            AWKWARD.map((id, index) => ({ id, square: { column: '"a,\\', row: index } })),
          );
        },
      });
    });
    afterAll(() => app.close());

    it('follows a relation from and to 1,500 rows with keys of two columns', async () => {
      const down = await app.get('/api/field?include=squares.stones&fields[field]=squares');
      const up = await app.get('/api/square?include=field&fields[square]=field');

      expect(down.status).toBe(200);
      expect(down.at('/data/0/relationships/squares/data')).toHaveLength(COUNT);
      expect(down.at('/included')).toHaveLength(COUNT + AWKWARD.length);
      expect(up.at('/data')).toHaveLength(COUNT);
      expect(up.at('/included/*/id')).toEqual(['f']);
    });

    it('computes an attribute of 1,500 rows with keys of two columns', async () => {
      const answer = await app.get('/api/square?fields[square]=label');

      expect(answer.at('/data/1499/attributes')).toEqual({ label: '"a,\\:1499' });
      expect(new Set(answer.at('/data/*/attributes/label') as string[]).size).toBe(COUNT);
    });

    it('finds rows by 1,000 keys of two columns', async () => {
      const val = Array.from({ length: 1_000 }, (_, index) => (index === 7 ? '"a%2C\\,7' : `x,${index}`));
      const filter = JSON.stringify([{ name: 'id', op: 'in', val }]).replace(/["\\%]/g, encodeURIComponent);

      expect(ids(await app.get(`/api/square?filter[objects]=${filter}`))).toEqual(['"a%2C\\,7']);
    });

    it('takes text of any kind for a key', async () => {
      const all = ids(await app.get('/api/stone'));
      const found = await Promise.all(all.map((id) => app.get(`/api/stone/${encodeURIComponent(id)}`)));
      const linked = await app.get('/api/square?include=stones&fields[square]=stones');

      expect(all.toSorted()).toEqual(AWKWARD.toSorted());
      expect(found.map((answer) => answer.at('/data/id'))).toEqual(all);
      expect((linked.at('/included/*/id') as string[]).toSorted()).toEqual(AWKWARD.toSorted());
    });

    it('takes text of any kind in a list [OP-07]', async () => {
      const query = (op: string) => encodeURIComponent(JSON.stringify([{ name: 'id', op, val: AWKWARD.slice(1) }]));

      expect(ids(await app.get(`/api/stone?filter[objects]=${query('in')}`))).toHaveLength(AWKWARD.length - 1);
      expect(ids(await app.get(`/api/stone?filter[objects]=${query('not_in')}`))).toEqual([AWKWARD[0]]);
    });

    it('links to a key of any kind by an address that leads there', async () => {
      const links = (await app.get('/api/stone')).at('/data/*/links/self') as string[];
      const found = await Promise.all(links.map((link) => app.get(link)));
      const square = await app.get('/api/stone/%25/square');

      expect(found.map((answer) => answer.status)).toEqual(links.map(() => 200));
      expect((await app.get(square.at('/data/links/self') as string)).at('/data/id')).toBe('"a%2C\\,1');
    });
  },
  { adapters: ['express'] },
);
