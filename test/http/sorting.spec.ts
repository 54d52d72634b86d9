/** Sorting, on every database: keys and directions, paths, case, nulls, and the key that makes every order total. */
import { Resource, RestlessModule } from 'nestjs-restless';
import { Expose } from 'class-transformer';
import {
  Column,
  type DataSource,
  Entity,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { describeServers, type Answer, type TestApp } from '../support/app.js';
import { LIBRARY, seedLibrary } from '../support/library.js';
import { StatementLog } from '../support/statement-log.js';

/** Where a database puts nulls in ascending order. */
const NULLS_FIRST = ['sqlite', 'mariadb'];

@Entity()
@Resource()
class Shelf {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ type: 'varchar', nullable: true }) name!: string | null;
  @Expose() @Column({ type: 'int', nullable: true }) rank!: number | null;
  @Expose() @ManyToOne(() => Room, (room) => room.shelves, { nullable: true }) room!: Relation<Room> | null;
}

@Entity()
@Resource()
class Room {
  @PrimaryColumn({ type: 'int' }) id!: number;
  @Expose() @Column({ type: 'varchar', nullable: true }) name!: string | null;
  /** Not exposed: no order may tell of it. */
  @Column({ default: 'x' }) key!: string;
  @Expose() @OneToMany(() => Shelf, (shelf) => shelf.room) shelves!: Relation<Shelf>[];
}

async function seedShelves({ manager }: DataSource): Promise<void> {
  await manager.insert(Room, [
    { id: 1, name: 'b' },
    { id: 2, name: 'A' },
    { id: 3, name: null },
  ]);
  await manager.insert(Shelf, [
    { id: 1, name: 'beta', rank: 2, room: { id: 1 } },
    { id: 2, name: 'Alpha', rank: null, room: { id: 2 } },
    { id: 3, name: 'alpha', rank: 1, room: { id: 3 } },
    { id: 4, name: null, rank: 2, room: null },
    { id: 5, name: 'Beta', rank: null, room: { id: 1 } },
  ]);
}

const ids = (answer: Answer): unknown => answer.at('/data/*/id');

describeServers(
  ({ start, database }) => {
    const nullsFirst = NULLS_FIRST.includes(database.kind);

    describe('a sorted list', () => {
      let app: TestApp;
      beforeAll(async () => {
        app = await start({ entities: LIBRARY, imports: [RestlessModule.forFeature(LIBRARY)], seed: seedLibrary });
      });
      afterAll(() => app.close());

      it.each<readonly [string, string, readonly string[]]>([
        ['the key ascending, unless asked otherwise [SRT-09, CQ-23]', 'author', ['1', '2', '3', '4', '5', '6']],
        ['the key descending', 'author?sort=-id', ['6', '5', '4', '3', '2', '1']],
        ['one field [SRT-02, JA-48]', 'author?sort=name', ['1', '6', '2', '3', '4', '5']],
        ['one field, descending [SRT-02, JA-48]', 'author?sort=-name', ['5', '4', '3', '2', '6', '1']],
        [
          'two fields in two directions [SRT-02]',
          'book?sort=published,-title&filter[published][is_not_null]=',
          ['6', '1', '2', '5', '4'],
        ],
        ['decimals as numbers', 'book?sort=-price&filter[price][is_not_null]=', ['2', '4', '1', '6', '5', '7']],
        [
          'booleans, and equal rows by the key',
          'author?sort=living&filter[living][is_not_null]=',
          ['1', '5', '2', '4', '6'],
        ],
        [
          'equal rows by the key, in the direction of the last key',
          'author?sort=-living&filter[living][is_not_null]=',
          ['6', '4', '2', '5', '1'],
        ],
        [
          'an embedded column',
          'author?sort=address.city,-id&filter[address.city][is_not_null]=',
          ['4', '5', '2', '6', '1'],
        ],
        ['a virtual column [SRT-08]', 'author?sort=-bookCount,id', ['1', '5', '2', '4', '3', '6']],
        ['a composite key', 'edition', ['acme,1', 'acme,2', 'bond,1', 'bond,2', 'bond,10']],
        ['a composite key, descending', 'edition?sort=-id', ['bond,10', 'bond,2', 'bond,1', 'acme,2', 'acme,1']],
        [
          'a part of a composite key',
          'edition?sort=-number,press',
          ['bond,10', 'acme,2', 'bond,2', 'acme,1', 'bond,1'],
        ],
        [
          'numbers, though the case of letters is ignored [SRT-05]',
          'edition?sort=number,press&ignoreCase=1',
          ['acme,1', 'bond,1', 'acme,2', 'bond,2', 'bond,10'],
        ],
        ['a key of text', 'tag?sort=-id', ['unused', 'sea', 'sand', 'air']],
        ['a key by its own name', 'tag?sort=-label', ['unused', 'sea', 'sand', 'air']],
        [
          'a to-one path [SRT-03]',
          'book?sort=-author.name,title&filter[author][is_not_null]=',
          ['7', '6', '4', '3', '1', '2'],
        ],
        [
          'several fields of one relation [SRT-03]',
          'book?sort=author.born,-author.name,-id&filter[author][is_not_null]=',
          ['2', '1', '4', '3', '7', '6'],
        ],
        [
          'a path of three steps [FJR-09, SRT-13]',
          'copy?sort=edition.book.author.name,id&filter[edition.book.author.name][is_not_null]=',
          ['1', '2', '3'],
        ],
        ['a path to itself', 'author?sort=-mentor.name,id&filter[mentor][is_not_null]=', ['5', '4', '2', '3']],
        [
          'a path to an embedded column',
          'book?sort=-author.address.city,id&filter[author.address.city][is_not_null]=',
          ['1', '2', '3', '6', '7', '4'],
        ],
        [
          'a path to a virtual column',
          'book?sort=-author.bookCount,id&filter[author][is_not_null]=',
          ['1', '2', '6', '7', '3', '4'],
        ],
        ['a path to a composite key', 'copy?sort=-edition.id,id&filter[edition][is_not_null]=', ['4', '3', '1', '2']],
        ['a related collection [SRT-10]', 'author/1/books?sort=-title', ['2', '1']],
        ['a related collection by a path', 'author/1/admirers?sort=-mentor.name', ['4', '2']],
        ['a many-to-many collection', 'book/4/tags?sort=-id', ['sea', 'sand', 'air']],
        ['a linkage, by what it does not show [SRT-10]', 'author/1/relationships/books?sort=-title', ['2', '1']],
        ['fields that are not shown', 'author?sort=-name&fields[author]=born&page[size]=2', ['5', '4']],
      ])('is in the order of %s', async (_, path, expected) => {
        const answer = await app.get(`/api/${path}`);

        expect([answer.status, ids(answer)]).toEqual([200, expected]);
      });

      it('keeps rows that have nothing at the end of the path [SRT-04]', async () => {
        const answer = await app.get('/api/book?sort=author.name,id');

        expect(ids(answer)).toEqual(
          nullsFirst ? ['5', '1', '2', '3', '4', '6', '7'] : ['1', '2', '3', '4', '6', '7', '5'],
        );
        expect(answer.at('/meta/total')).toBe(7);
      });

      it('is cut into pages that never overlap, whatever is equal', async () => {
        const pages = await Promise.all(
          [1, 2, 3, 4].map((number) => app.get(`/api/book?sort=-pages&page[size]=2&page[number]=${number}`)),
        );
        const whole = await app.get('/api/book?sort=-pages&page[size]=100');

        expect(pages.flatMap((page) => ids(page))).toEqual(ids(whole));
      });
    });

    describe('the case of letters', () => {
      let app: TestApp;
      beforeAll(async () => {
        app = await start({
          entities: [Shelf, Room],
          imports: [RestlessModule.forFeature([Shelf, Room])],
          seed: seedShelves,
        });
      });
      afterAll(() => app.close());

      it.each<readonly [string, readonly string[]]>([
        ['room/1/relationships/shelves?sort=-name&ignorecase=1', ['5', '1']],
        ['room/1/shelves?sort=name&ignorecase=1', ['1', '5']],
        ['shelf?sort=name&ignoreCase=1&filter[name][is_not_null]=', ['2', '3', '1', '5']],
        ['shelf?sort=-name&ignorecase=1&filter[name][is_not_null]=', ['5', '1', '3', '2']],
        ['shelf?sort=-room.name,name&ignoreCase=1&filter[room.name][is_not_null]=', ['1', '5', '2']],
        ['shelf?sort=rank,-name&ignoreCase=1&filter[rank][is_not_null]=&filter[name][is_not_null]=', ['3', '1']],
      ])('is ignored on request: %s [SRT-05, SRT-06]', async (path, expected) => {
        expect(ids(await app.get(`/api/${path}`))).toEqual(expected);
      });

      it('is the database’s own otherwise', async () => {
        const sensitive = ids(await app.get('/api/shelf?sort=name&filter[name][is_not_null]='));

        expect([
          ['2', '5', '3', '1'], // by code
          ['3', '2', '1', '5'], // by a language
        ]).toContainEqual(sensitive);
      });

      it('tells nothing of a field that is not exposed [SRT-11]', async () => {
        const answers = [await app.get('/api/room?sort=key'), await app.get('/api/shelf?sort=room.key')];

        expect(answers.map((answer) => [answer.status, answer.at('/errors/0/detail')])).toEqual(
          answers.map(() => [400, 'room has no field "key". Fields: id, name, shelves.']),
        );
      });
    });

    describe('nulls', () => {
      const startWith = (nulls: 'first' | 'last' | 'native') =>
        start({
          entities: [Shelf, Room],
          imports: [RestlessModule.forRoot({ nulls }), RestlessModule.forFeature([Shelf, Room])],
          seed: seedShelves,
        });

      it.each<readonly ['first' | 'last', string, readonly string[]]>([
        ['first', 'rank', ['2', '5', '3', '1', '4']],
        ['first', '-rank', ['5', '2', '4', '1', '3']],
        ['last', 'rank', ['3', '1', '4', '2', '5']],
        ['last', '-rank', ['4', '1', '3', '5', '2']],
        ['last', 'room.name,id', ['2', '1', '5', '3', '4']],
        ['first', '-room.name,id', ['3', '4', '1', '5', '2']],
        ['last', 'room.id,-rank,id', ['1', '5', '2', '3', '4']],
      ])('stand %s in the order of %s [SRT-07]', async (nulls, sort, expected) => {
        const app = await startWith(nulls);
        const answer = await app.get(`/api/shelf?sort=${sort}`);
        const pages = [
          await app.get(`/api/shelf?sort=${sort}&page[size]=2`),
          await app.get(`/api/shelf?sort=${sort}&page[size]=2&page[number]=2`),
        ];
        await app.close();

        expect(ids(answer)).toEqual(expected);
        expect(pages.flatMap((page) => ids(page))).toEqual(expected.slice(0, 4));
      });

      it('stand where the database puts them otherwise', async () => {
        const app = await startWith('native');
        const answer = await app.get('/api/shelf?sort=rank');
        await app.close();

        expect(ids(answer)).toEqual(nullsFirst ? ['2', '5', '3', '1', '4'] : ['3', '1', '4', '2', '5']);
      });
    });

    it('ends every order with the primary key, in the direction of the last key', async () => {
      const log = new StatementLog();
      const app = await start({
        entities: LIBRARY,
        imports: [RestlessModule.forFeature(LIBRARY)],
        dataSource: { logger: log, logging: true },
      });
      const order = async (path: string): Promise<string[]> => {
        const [{ sql } = { sql: '' }] = await log.during(() => app.get(path));
        const inner = /ORDER BY ((?:(?!ORDER BY).)*?) LIMIT/.exec(sql)?.[1] ?? '';
        return inner.split(', ').map((key) => key.replace(/^.*\./, '').replace(/["`]/g, ''));
      };

      const orders = [
        await order('/api/author?sort=-name'),
        await order('/api/edition?sort=run'),
        await order('/api/author?sort=-id'),
        await order('/api/book?sort=-author.name'),
      ];
      await app.close();

      expect(orders).toEqual([
        ['name DESC', 'id DESC'],
        ['run ASC', 'press ASC', 'number ASC'],
        ['id DESC'],
        ['name DESC', 'id DESC'],
      ]);
    });
  },
  { adapters: ['express'] },
);

@Entity()
@Resource()
class Site {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ type: 'point' }) place!: string;
  @Expose() @Column({ type: 'xml', nullable: true }) note!: string | null;
  @Expose() @Column({ type: 'macaddr' }) router!: string;
}

describeServers(
  ({ start }) => {
    it('is by what the database can sort, and ignores case only in text [SRT-02]', async () => {
      const app = await start({
        entities: [Site],
        imports: [RestlessModule.forFeature([Site])],
        seed: async ({ manager }: DataSource) => {
          await manager.insert(Site, { place: '(1,2)', router: '08:00:2b:01:02:04' });
          await manager.insert(Site, { place: '(2,1)', router: '08:00:2b:01:02:03' });
        },
      });
      const sorted = await app.get('/api/site?sort=router&ignoreCase=1');
      const refused = await Promise.all(
        ['sort=place', 'groupBy=place', 'sort=-note', 'groupBy=note'].map((query) => app.get(`/api/site?${query}`)),
      );
      await app.close();

      expect(sorted.at('/data/*/id')).toEqual(['2', '1']);
      expect(refused.map((answer) => [answer.status, answer.at('/errors/0/detail')])).toEqual([
        [400, '"place" has no order.'],
        [400, '"place" has no order.'],
        [400, '"note" has no order.'],
        [400, '"note" has no order.'],
      ]);
    });
  },
  { adapters: ['express'], databases: ['postgres'] },
);
