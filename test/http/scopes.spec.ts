/**
 * The forms that a scope has: a filter, a list, a function that answers at once or later, SQL, a query. Each of them holds
 * on every path that leads to a row.
 */
import { Expose } from 'class-transformer';
import { Resource, RestlessConfigError, RestlessModule, type Scope } from 'nestjs-restless';
import {
  Column,
  DataSource,
  Entity,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { type Answer, describeServers, type TestApp } from '../support/app.js';
import { writing } from '../support/writing.js';

@Entity()
@Resource({ methods: ['GET', 'POST', 'PATCH'], allowToManyReplacement: true })
class Shelf {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @OneToMany(() => Book, (book) => book.shelf) books!: Relation<Book>[];
  @Expose() @ManyToOne(() => Book) newest!: Relation<Book> | null;
}

@Entity()
class Book {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() title!: string;
  @Column() owner!: string;
  @Column({ type: 'int' }) rank!: number;
  @Column({ precision: 3, nullable: true }) published?: Date;
  @Expose() @ManyToOne(() => Shelf, (shelf) => shelf.books) shelf!: Relation<Shelf> | null;
  @ManyToMany(() => Reader) @JoinTable() readers!: Relation<Reader>[];
}

@Entity()
class Reader {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
}

const YESTERDAY = new Date('2024-02-29T10:00:00.500Z');

/**
 * Books 1 and 2 are Ada's; she is their reader, and they alone have a rank below 3 and are published. Book 3 is the newest on
 * shelf 1.
 */
async function seed({ manager }: DataSource): Promise<void> {
  await manager.insert(Shelf, { name: 'top' });
  await manager.insert(Shelf, { name: 'low' });
  const reader = await manager.save(Reader, { name: 'ada' });
  for (const [index, owner] of ['ada', 'ada', 'bob', 'bob'].entries()) {
    const readers = owner === 'ada' ? [reader] : [];
    const shelf = { id: index === 3 ? 2 : 1 };
    const published = owner === 'ada' ? YESTERDAY : new Date('2999-01-01');
    await manager.save(Book, { title: `b${index + 1}`, owner, rank: index + 1, published, shelf, readers });
  }
  await manager.update(Shelf, 1, { newest: { id: 3 } });
  await manager.update(Shelf, 2, { newest: { id: 1 } });
}

const later = <T>(value: T): Promise<T> => new Promise((resolve) => setImmediate(() => resolve(value)));
let asked = 0;

const SCOPES: Readonly<Record<string, Scope>> = {
  'a filter': { name: 'owner', op: 'eq', val: 'ada' },
  'a list': [
    { name: 'owner', op: 'eq', val: 'ada' },
    { name: 'rank', op: 'lt', val: 3 },
  ],
  'a function': ({ request }) => ({ name: 'owner', op: 'eq', val: userOf(request) }),
  'a function that answers later': async ({ request }) => {
    asked += 1;
    return later({ name: 'owner', op: 'eq', val: userOf(request) });
  },
  SQL: () => ({
    sql: ({ column, bind }) => `${column('rank')} < ${bind(3)} AND ${column('owner')} <> ${bind("';--")}`,
  }),
  'a query': ({ request }) => ({
    query: (builder, alias) =>
      builder.innerJoin(`${alias}.readers`, 'r').where('r.name IN (:...names)', { names: [userOf(request), 'x'] }),
  }),
  'SQL with a moment': () => ({ sql: ({ column, bind }) => `${column('published')} = ${bind(YESTERDAY)}` }),
  'a query with a moment': () => ({
    query: (builder, alias) => builder.where(`${alias}.published <= :now`, { now: YESTERDAY }),
  }),
  'all of them': async () =>
    later({
      or: [
        { and: [{ sql: ({ alias }) => `${alias}.id = 1` }, { name: 'owner', op: 'eq', val: 'ada' }] },
        { not: { query: (builder, alias) => builder.where(`${alias}.id IN (1, 3, 4)`) } },
      ],
    }),
};

const userOf = (request: unknown): string => (request as { headers: Record<string, string> }).headers['who'] ?? 'ada';

describeServers(
  ({ start, database }) => {
    describe.each(Object.entries(SCOPES))('given as %s', (_, scope) => {
      let app: TestApp;
      const { get: ask, write } = writing(() => app);
      const get = (path: string): Promise<Answer> => ask(encodeURI(path));
      const ids = async (path: string): Promise<unknown> => (await get(path)).at('/data/*/id');

      beforeAll(async () => {
        const books = {
          entity: Book,
          methods: ['GET', 'POST', 'PATCH', 'DELETE'],
          allowPatchMany: true,
          allowDeleteMany: true,
          allowUnfiltered: true,
          allowFunctions: true,
          scope,
        } as const;
        app = await start({
          entities: [Shelf, Book, Reader],
          imports: [RestlessModule.forFeature([Shelf, books])],
          seed,
        });
      });
      afterAll(() => app.close());

      it('holds for collections, totals, single rows and functions [CUQ-01, CUQ-02, CUQ-05, FJP-05]', async () => {
        const all = await get('/api/book?sort=id');
        const functions = await app.get(encodeURI('/api/eval/book?functions=[{"name":"count","field":"id"}]'));

        expect(all.at('/data/*/id')).toEqual(['1', '2']);
        expect(all.at('/meta/total')).toBe(2);
        expect((await get('/api/book/1')).status).toBe(200);
        expect((await get('/api/book/3')).status).toBe(404);
        expect(functions.at('/data')).toEqual([2]);
      });

      it('holds behind relationships: related rows, members, linkage, includes [CUQ-05]', async () => {
        expect(await ids('/api/shelf/1/books')).toEqual(['1', '2']);
        expect(await ids('/api/shelf/2/books')).toEqual([]);
        expect(await ids('/api/shelf/1/relationships/books')).toEqual(['1', '2']);
        expect((await get('/api/shelf/1/books/3')).status).toBe(404);
        expect((await get('/api/shelf/1/newest')).at('/data')).toBeNull();
        expect((await get('/api/shelf/1')).at('/data/relationships/newest/data')).toBeNull();
        expect((await get('/api/shelf?include=books,newest')).at('/included/*/id')).toEqual(['1', '2']);
      });

      it('holds for paths of filters and sorts', async () => {
        expect(await ids('/api/shelf?filter[books.title]=b3')).toEqual([]);
        expect(await ids('/api/shelf?filter[newest][title]=b3')).toEqual([]);
        expect(await ids('/api/shelf?filter[books.title]=b2')).toEqual(['1']);
        // Shelf 1 has no newest book that is to be seen.
        const nulls = database.kind === 'postgres' ? ['2', '1'] : ['1', '2'];
        expect(await ids('/api/shelf?sort=newest.title')).toEqual(nulls);
      });

      it('holds for whatever is written [CUQ-02]', async () => {
        const { manager } = app.app.get(DataSource);
        const title = { type: 'book', attributes: { title: 'new' } };

        expect((await write('PATCH', '/api/book/3', { ...title, id: '3' })).status).toBe(404);
        expect((await write('DELETE', '/api/book/3')).status).toBe(404);
        const linked = { newest: { data: { type: 'book', id: '4' } } };
        expect((await write('PATCH', '/api/shelf/2', { type: 'shelf', id: '2', relationships: linked })).status).toBe(
          404,
        );
        expect((await write('PATCH', '/api/book', title)).status).toBe(200);
        expect((await write('PATCH', '/api/shelf/1/relationships/books', [])).status).toBe(204);
        const rows = await manager.find(Book, { order: { id: 'ASC' }, relations: { shelf: true } });
        expect(rows.map((row) => [row.title, row.shelf?.id])).toEqual([
          ['new', undefined],
          ['new', undefined],
          ['b3', 1],
          ['b4', 2],
        ]);

        await manager.update(Shelf, 2, { newest: null });
        expect((await write('DELETE', '/api/book')).status).toBe(200);
        expect(await manager.count(Book)).toBe(2);
      });
    });

    it('asks a scope once a request, however often it is needed [CUQ-04]', async () => {
      const scope = SCOPES['a function that answers later']!;
      const books = { entity: Book, scope, includes: ['shelf'] };
      const app = await start({
        entities: [Shelf, Book, Reader],
        imports: [RestlessModule.forFeature([Shelf, books])],
        seed,
      });
      asked = 0;

      const answer = await app.get(
        '/api/book?include=shelf.books&filter[shelf.books.title]=b1&sort=shelf.newest.title',
      );

      expect(answer.status).toBe(200);
      expect(asked).toBe(1);
      await app.close();
    });

    it('does not start with a scope that names no field, and says which it may name: all that are mapped', async () => {
      const scope = { name: 'ownr', op: 'eq', val: 'ada' };

      const started = start({
        entities: [Shelf, Book, Reader],
        imports: [RestlessModule.forFeature([Shelf, { entity: Book, scope }])],
      });

      await expect(started).rejects.toThrow(RestlessConfigError);
      await expect(started).rejects.toThrow(
        'The scope of Book is no filter: book has no field "ownr". Fields: id, title, owner, rank, published, shelf, readers.',
      );
    });

    it('tells the log the same of what a function has made', async () => {
      const errors: unknown[] = [];
      const scope: Scope = () => ({ name: 'ownr', op: 'eq', val: 'ada' });
      const app = await start({
        entities: [Shelf, Book, Reader],
        imports: [RestlessModule.forFeature([Shelf, { entity: Book, scope }])],
        configure: (nest) => nest.useLogger({ log: () => {}, warn: () => {}, error: (text) => void errors.push(text) }),
      });

      const answer = await app.get('/api/book');
      await app.close();

      expect([answer.status, answer.text]).toEqual([500, expect.not.stringContaining('owner')]);
      expect(errors).toEqual([
        expect.stringContaining('book has no field "ownr". Fields: id, title, owner, rank, published, shelf, readers.'),
      ]);
    });

    it('answers with the error of a scope that fails', async () => {
      const scope: Scope = () => Promise.reject(new Error('no directory'));
      const app = await start({
        entities: [Shelf, Book, Reader],
        imports: [RestlessModule.forFeature([Shelf, { entity: Book, scope }])],
        configure: (nest) => nest.useLogger(false),
      });

      const answer = await app.get('/api/book');

      expect(answer.status).toBe(500);
      expect(answer.text).not.toContain('directory');
      await app.close();
    });
  },
  { adapters: ['express'] },
);
