/**
 * The service of a resource, for the application's own code: what clients can do over HTTP it can do with typed
 * arguments, under the same policy and with the same errors.
 */
import { Expose } from 'class-transformer';
import {
  type EntityFilter,
  getRestlessServiceToken,
  InjectRestless,
  Resource,
  type RestlessError,
  RestlessModule,
  type RestlessService,
  type Row,
} from 'nestjs-restless';
import { Injectable } from '@nestjs/common';
import {
  Column,
  DataSource,
  Entity,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';

class Address {
  @Expose({ name: 'town' }) @Column({ type: 'varchar', nullable: true }) city!: string | null;
  @Column({ type: 'varchar', nullable: true }) note!: string | null;
}

@Entity()
@Resource({ allowToManyReplacement: true, allowDeleteFromToManyRelationships: true })
class Author {
  @PrimaryGeneratedColumn() id!: number;
  @Expose({ name: 'full-name' }) @Column({ unique: true }) name!: string;
  @Expose() @Column({ type: 'int', nullable: true }) age!: number | null;
  @Expose({ groups: ['staff'] }) @Column({ type: 'int', default: 0 }) fee!: number;
  @Column({ default: 'secret' }) password!: string;
  @Expose() @Column({ nullable: true }) joined!: Date;
  @Expose() @Column(() => Address) address!: Address;
  @Expose({ name: 'writings' }) @OneToMany(() => Book, (book) => book.author) books!: Relation<Book>[];
}

/** Drafts exist for their author only, whom the request names. */
@Entity()
@Resource({
  scope: ({ request }) => ({
    or: [
      { name: 'draft', op: 'eq', val: false },
      { name: 'author.id', op: 'eq', val: (request as { user: number } | undefined)?.user ?? 0 },
    ],
  }),
})
class Book {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() title!: string;
  @Column({ default: false }) draft!: boolean;
  @Expose() @ManyToOne(() => Author, (author) => author.books, { nullable: true }) author!: Relation<Author> | null;
  @Expose() @ManyToMany(() => Tag) @JoinTable() tags!: Relation<Tag>[];
}

@Entity()
@Resource({ methods: ['GET', 'POST'], allowClientGeneratedIds: true })
class Tag {
  @PrimaryColumn() word!: string;
}

@Injectable()
class Library {
  constructor(
    @InjectRestless(Author) readonly authors: RestlessService<Author>,
    @InjectRestless(Book) readonly books: RestlessService<Book>,
    @InjectRestless(Tag) readonly tags: RestlessService<Tag>,
    @InjectRestless(Author, 'names') readonly names: RestlessService<Author>,
  ) {}
}

async function seed({ manager }: DataSource): Promise<void> {
  await manager.insert(Author, [
    { id: 1, name: 'ann', age: 40, fee: 5, joined: new Date('2020-01-02T03:04:05Z'), address: { city: 'rome' } },
    { id: 2, name: 'ben', age: null, fee: 50, address: { city: null } },
    { id: 3, name: 'cid', age: 20, fee: 500, address: { city: 'oslo' } },
  ]);
  await manager.insert(Tag, [{ word: 'sea' }, { word: 'air' }]);
  await manager.insert(Book, [
    { id: 1, title: 'dunes', author: { id: 1 } },
    { id: 2, title: 'dust', draft: true, author: { id: 1 } },
    { id: 3, title: 'rain', author: { id: 2 } },
  ]);
}

/** What a promise is rejected with. */
const failure = async (work: Promise<unknown>): Promise<RestlessError> => {
  const reasons = await Promise.allSettled([work]);
  expect(reasons).toEqual([{ status: 'rejected', reason: expect.any(Error) as Error }]);
  return (reasons[0] as PromiseRejectedResult).reason as RestlessError;
};

describeServers(
  ({ start }) => {
    let app: TestApp;
    let library: Library;
    beforeEach(async () => {
      app = await start({
        entities: [Author, Book, Tag],
        imports: [
          RestlessModule.forRoot({
            methods: ['GET', 'POST', 'PATCH', 'DELETE'],
            groups: (request: { groups?: string[] }) => request.groups ?? [],
          }),
          RestlessModule.forFeature([
            Author,
            Book,
            Tag,
            { entity: Author, collectionName: 'names', only: ['name'], methods: ['GET'] },
          ]),
        ],
        providers: [Library],
        seed,
      });
      library = app.app.get(Library);
    });
    afterEach(() => app.close());
    const scoped = { request: { user: 1 } };

    describe('reading', () => {
      it('finds plain rows by the names of properties', async () => {
        const rows: readonly Row<Author>[] = await library.authors.find({
          filter: { name: 'name', op: 'in', val: ['ann', 'ben'] },
          sort: '-name',
        });

        expect(rows).toEqual([
          { id: 2, name: 'ben', age: null, joined: null, address: { city: null } },
          { id: 1, name: 'ann', age: 40, joined: '2020-01-02T03:04:05.000Z', address: { city: 'rome' } },
        ]);
        expect(await library.names.find({ sort: 'name', limit: 1 })).toEqual([{ id: 1, name: 'ann' }]);
      });

      it('filters along paths, nested, by embedded properties and by dates', async () => {
        const filters: EntityFilter<Author>[] = [
          { name: 'address.city', op: 'eq', val: 'rome' },
          { name: 'books', op: 'any', val: { name: 'author.name', op: 'eq', val: 'ann' } },
          { name: 'books.author.address.city', op: 'eq', val: 'rome' },
          { name: 'joined', op: 'eq', val: new Date('2020-01-02T03:04:05Z') },
          {
            not: {
              or: [
                { name: 'age', op: 'is_null' },
                { name: 'id', op: 'eq', val: 3n },
              ],
            },
          },
        ];

        for (const filter of filters) {
          expect(await library.authors.find({ filter, fields: [] })).toEqual([{ id: 1 }]);
        }
        expect(await library.authors.find({ filter: filters.slice(0, 2), fields: ['age'] })).toEqual([
          { id: 1, age: 40 },
        ]);
      });

      it('gives all rows, a page where one is asked for, and counts where that is asked for', async () => {
        for (let number = 1; number <= 30; number += 1) await library.tags.create({ word: `tag ${number}` });

        expect(await library.tags.find()).toHaveLength(32);
        expect(await library.tags.find({ page: { number: 4 } })).toHaveLength(2);
        expect(await library.tags.findAndCount({ page: { size: 2 }, sort: 'word' })).toEqual([
          [{ word: 'air' }, { word: 'sea' }],
          32,
        ]);
        expect(await library.tags.findAndCount({ limit: 1, offset: 1, sort: 'word' })).toEqual([[{ word: 'sea' }], 32]);
        expect(await library.tags.findAndCount({ filter: { name: 'id', op: 'startswith', val: 'tag 1' } })).toEqual([
          expect.any(Array),
          11,
        ]);
        expect(await library.tags.count({ filter: { name: 'word', op: 'like', val: 'tag%' } })).toBe(30);
      });

      it('puts related rows under their properties', async () => {
        const books = await library.books.find({ include: ['author.books', 'tags'], sort: 'id' });

        expect(books[0]).toMatchObject({
          id: 1,
          title: 'dunes',
          tags: [],
          author: { id: 1, name: 'ann', books: [{ id: 1 }] },
        });
        expect(books[0]!.author!.books![0]).not.toHaveProperty('author');
      });

      it('finds one row by its id, or by a filter that finds one', async () => {
        expect(await library.authors.findOne(1, { fields: ['age'] })).toEqual({ id: 1, age: 40 });
        expect(await library.tags.findOne('sea')).toEqual({ word: 'sea' });
        expect(await library.authors.findOne({ name: 'age', op: 'lt', val: 30 }, { fields: ['name'] })).toEqual({
          id: 3,
          name: 'cid',
        });
      });

      it('reads relationships, to rows or to one', async () => {
        expect(await library.authors.related(1, 'books')).toEqual([{ id: 1, title: 'dunes' }]);
        expect(await library.books.related(1, 'author', { fields: ['name'] })).toEqual({ id: 1, name: 'ann' });
        expect(
          await library.authors.related(1, 'books', { ...scoped, filter: { name: 'title', op: 'like', val: '%st' } }),
        ).toEqual([{ id: 2, title: 'dust' }]);
        await library.books.setRelated(3, 'author', null);
        expect(await library.books.related(3, 'author')).toBeNull();
      });

      it('evaluates functions, by group', async () => {
        expect(await library.authors.evaluate({ functions: [{ name: 'sum', field: 'age' }] })).toEqual([
          { group: [], values: [60] },
        ]);
        expect(
          await library.books.evaluate({ functions: [{ name: 'count', field: 'id' }], group: ['author.name'] }),
        ).toEqual([
          { group: ['ann'], values: [1] },
          { group: ['ben'], values: [1] },
        ]);
      });
    });

    describe('writing', () => {
      it('creates rows with relationships, and gives what is there then', async () => {
        const author = await library.authors.create(
          { name: 'dee', joined: new Date('2024-02-29T00:00:00Z'), address: { city: 'bern' }, books: [3, { id: 1 }] },
          { include: ['books'] },
        );

        expect(author).toMatchObject({
          id: 4,
          age: null,
          joined: '2024-02-29T00:00:00.000Z',
          address: { city: 'bern' },
        });
        expect(author.books!.map(({ id }) => id)).toEqual([1, 3]);
        expect(await library.tags.create({ word: 'new' })).toEqual({ word: 'new' });
        expect((await app.get('/api/author/4')).at('/data/attributes/full-name')).toBe('dee');
      });

      it('updates and removes rows', async () => {
        expect(
          await library.authors.update(1, { age: 41, address: { city: 'bari' } }, { fields: ['age', 'address'] }),
        ).toEqual({ id: 1, age: 41, address: { city: 'bari' } });
        expect(
          await library.books.update(3, { author: await library.authors.findOne(1) }, { include: ['author'] }),
        ).toMatchObject({ author: { name: 'ann' } });
        await library.authors.remove(2);

        expect(await library.authors.count()).toBe(2);
      });

      it('edits relationships', async () => {
        await library.books.addRelated(1, 'tags', ['sea', { word: 'air' }]);
        await library.authors.setRelated(2, 'books', [1, 3]);
        expect(await library.books.related(1, 'tags')).toEqual([{ word: 'air' }, { word: 'sea' }]);

        await library.authors.removeRelated(2, 'books', [3]);
        expect(await library.authors.related(2, 'books', { fields: ['title'] })).toEqual([{ id: 1, title: 'dunes' }]);
      });

      it('changes many rows at once, also where clients may not', async () => {
        expect(await library.authors.updateMany({ name: 'age', op: 'ge', val: 20 }, { age: 19 })).toBe(2);
        expect(await library.authors.count({ filter: { name: 'age', op: 'eq', val: 19 } })).toBe(2);
        expect(await library.books.removeMany({ name: 'title', op: 'startswith', val: 'd' })).toBe(1);
        expect((await app.request('DELETE', '/api/book?filter[title]=x')).status).toBe(405);
      });

      it('joins the transaction of a manager, reads and functions included [TXN-09, FJR-08]', async () => {
        const work = app.app.get(DataSource).transaction(async (manager) => {
          const { id } = await library.authors.create({ name: 'joined' }, { manager });
          await library.authors.addRelated(id!, 'books', [3], { manager });
          expect(await library.authors.related(id!, 'books', { manager, fields: [] })).toEqual([{ id: 3 }]);
          expect(await library.authors.evaluate({ functions: [{ name: 'count', field: 'id' }], manager })).toEqual([
            { group: [], values: [4] },
          ]);
          await library.authors.remove(3, { manager });
          throw new Error('changed my mind');
        });

        await expect(work).rejects.toThrow('changed my mind');
        expect(await library.authors.count()).toBe(3);
      });

      it('leaves nothing of what it refuses in the transaction that it joins [TXN-09]', async () => {
        const scope: EntityFilter<Author> = { name: 'password', op: 'eq', val: 'known' };
        await app.app.get(DataSource).transaction(async (manager) => {
          const made = ['out', 'ann', 'fine'].map((name) =>
            library.authors.create({ name }, { manager, ...(name === 'out' && { scope }) }),
          );
          const answers = await Promise.allSettled(made);
          expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
        });

        expect((await library.authors.find({ sort: 'id' })).map(({ name }) => name)).toEqual([
          'ann',
          'ben',
          'cid',
          'fine',
        ]);
      });
    });

    describe('policy', () => {
      it('works for nobody in particular, for groups, or for whom a request is of', async () => {
        const shown = { fields: ['fee'] } as const;

        expect((await failure(library.authors.find(shown))).message).toMatch(/^author has no field "fee"\./);
        expect(await library.authors.findOne(1, { ...shown, groups: ['staff'] })).toEqual({ id: 1, fee: 5 });
        expect(await library.authors.findOne(1, { ...shown, request: { groups: ['staff'] } })).toEqual({
          id: 1,
          fee: 5,
        });
        expect((await failure(library.authors.update(1, { fee: 6 }))).message).toMatch(
          /^author has no attribute "fee"\./,
        );
        expect(await library.authors.update(1, { fee: 6 }, { ...shown, groups: ['staff'] })).toEqual({ id: 1, fee: 6 });
      });

      it('sees the rows that the scope of the resource lets its request see', async () => {
        expect(await library.books.count()).toBe(2);
        expect(await library.books.count(scoped)).toBe(3);
        expect((await failure(library.books.findOne(2))).statusCode).toBe(404);
        expect((await failure(library.books.update(2, { title: 'x' }))).statusCode).toBe(404);
        expect(await library.books.findOne(2, scoped)).toEqual({ id: 2, title: 'dust' });
      });

      it('narrows the rows further by a scope of the call, on every path', async () => {
        const scope: EntityFilter<Author> = { name: 'password', op: 'eq', val: 'known' };
        await app.app.get(DataSource).manager.update(Author, 2, { password: 'known' });

        expect(await library.authors.find({ scope, fields: [] })).toEqual([{ id: 2 }]);
        expect((await failure(library.authors.findOne(1, { scope }))).statusCode).toBe(404);
        expect(await library.authors.updateMany([{ name: 'id', op: 'gt', val: 0 }], { age: 1 }, { scope })).toBe(1);
        expect((await failure(library.authors.remove(1, { scope }))).statusCode).toBe(404);
        expect((await failure(library.authors.create({ name: 'out' }, { scope }))).statusCode).toBe(403);
        expect(await library.authors.related(1, 'books', { scope: { name: 'draft', op: 'eq', val: true } })).toEqual(
          [],
        );
        expect(await library.authors.evaluate({ functions: [{ name: 'max', field: 'id' }], scope })).toEqual([
          { group: [], values: [2] },
        ]);
      });
    });

    describe('errors', () => {
      const unchecked = (): RestlessService => app.app.get(getRestlessServiceToken(Author));

      it('are those of the endpoints, sentence for sentence [ERR-08, FJR-04]', async () => {
        const cases: readonly (readonly [string, Promise<unknown>])[] = [
          ['/api/author?filter[nmae]=1', unchecked().find({ filter: { name: 'nmae', op: 'eq', val: 1 } })],
          ['/api/author?filter[password]=1', unchecked().find({ filter: { name: 'password', op: 'eq', val: 1 } })],
          ['/api/author?filter[age]=x', unchecked().find({ filter: { name: 'age', op: 'eq', val: 'x' } })],
          ['/api/author?sort=nmae', unchecked().find({ sort: '-nmae' })],
          ['/api/author?include=nmae', unchecked().find({ include: ['nmae'] })],
          ['/api/author?fields[author]=nmae', unchecked().find({ fields: ['nmae'] })],
          ['/api/author?page[size]=101', unchecked().find({ page: { size: 101 } })],
          ['/api/author?page[number]=0', unchecked().find({ page: { number: 0 } })],
          ['/api/author/99', unchecked().findOne(99)],
          ['/api/author/x', unchecked().findOne('x')],
          ['/api/author?filter[single]=1', unchecked().findOne([])],
          ['/api/author/1/nmae', unchecked().related(1, 'nmae')],
        ];

        for (const [path, work] of cases) {
          const error = await failure(work);
          const answer = await app.get(path);
          expect([path, String(error.statusCode), error.code, error.detail]).toEqual([
            path,
            answer.at('/errors/0/status'),
            answer.at('/errors/0/code'),
            answer.at('/errors/0/detail'),
          ]);
        }
      });

      it('of writing are those of the endpoints as well, [ERR-08, FJR-05]', async () => {
        const attributes = (values: object, id?: string) => ({ data: { type: 'author', id, attributes: values } });
        const tags = { data: [{ type: 'book', id: '99' }] };
        const cases: readonly (readonly [string, string, object, Promise<unknown>])[] = [
          ['POST', '/api/author', attributes({ nmae: 1 }), unchecked().create({ nmae: 1 })],
          ['POST', '/api/author', attributes({ password: 'x' }), unchecked().create({ password: 'x' })],
          ['POST', '/api/author', attributes({ 'full-name': 'ann' }), unchecked().create({ name: 'ann' })],
          ['POST', '/api/author', attributes({ 'full-name': 'x' }, '7'), unchecked().create({ name: 'x', id: 7 })],
          ['PATCH', '/api/author/1', attributes({ age: 'x' }, '1'), unchecked().update(1, { age: 'x' })],
          ['PATCH', '/api/author/99', attributes({}, '99'), unchecked().update(99, {})],
          ['DELETE', '/api/author/99', {}, unchecked().remove(99)],
          ['POST', '/api/author/1/relationships/writings', tags, unchecked().addRelated(1, 'books', [99])],
          ['PATCH', '/api/author/1/relationships/writings', { data: null }, unchecked().setRelated(1, 'books', null)],
          ['PATCH', '/api/author/1/relationships/nmae', { data: null }, unchecked().setRelated(1, 'nmae', null)],
        ];

        for (const [method, path, body, work] of cases) {
          const error = await failure(work);
          const answer = await app.request(method, path, { body });
          expect([path, String(error.statusCode), error.code, error.detail, error.source?.pointer]).toEqual([
            path,
            answer.at('/errors/0/status'),
            answer.at('/errors/0/code'),
            answer.at('/errors/0/detail'),
            answer.at('/errors/0/source/pointer'),
          ]);
        }
      });

      it('tell what no client could send', async () => {
        expect((await failure(library.authors.find({ limit: -1 }))).message).toBe(
          'Expected a whole number for "limit", got -1.',
        );
        expect((await failure(unchecked().updateMany([], { age: 1 }))).message).toMatch(/needs a filter/);
        expect((await failure(library.books.addRelated(1, 'tags', [{}]))).message).toBe(
          'A related tag is named by its id, or by an object with word; got an object.',
        );
      });
    });

    it('takes the names and the types of the entity', () => {
      const { authors } = library;
      const typed = [
        // @ts-expect-error: no property
        () => authors.find({ filter: { name: 'nmae', op: 'eq', val: 1 } }),
        // @ts-expect-error: no property to sort by
        () => authors.find({ sort: '-nmae' }),
        // @ts-expect-error: an age is a number
        () => authors.create({ age: 'x' }),
        // @ts-expect-error: no relationship
        () => authors.related(1, 'age'),
        // @ts-expect-error: no option
        () => authors.find({ filters: [] }),
      ];

      expect(typed).toHaveLength(5);
    });
  },
  { adapters: ['express'], databases: ['sqlite'] },
);
