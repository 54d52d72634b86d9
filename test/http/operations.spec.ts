/** The option `operations`: single operations are served, others are not, though their verbs are open. */
import { Logger } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Expose } from 'class-transformer';
import {
  type OperationName,
  Resource,
  type ResourceOptions,
  RestlessConfigError,
  RestlessModule,
} from 'nestjs-restless';
import { Column, type DataSource, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { createApp, describeServers, type TestApp } from '../support/app.js';
import { violationsOf } from '../support/json-api-document.js';

@Entity()
@Resource({ methods: ['GET', 'POST', 'PATCH', 'DELETE'] })
class Author {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @OneToMany(() => Book, (book) => book.author) books!: Relation<Book>[];
}

@Entity()
@Resource({ methods: ['GET', 'POST', 'PATCH', 'DELETE'] })
class Book {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() title!: string;
  @Expose() @ManyToOne(() => Author, (author) => author.books) author!: Relation<Author> | null;
}

const ENTITIES = [Author, Book];

async function seed({ manager }: DataSource): Promise<void> {
  await manager.insert(Author, { name: 'Ursula' });
  await manager.insert(Book, { title: 'The Dispossessed', author: { id: 1 } });
}

/** Both entities below a prefix of their own, with these operations of authors. */
const below = (prefix: string, options: ResourceOptions, ofBooks: ResourceOptions = {}) => [
  { entity: Author, prefix, ...options },
  { entity: Book, prefix, ...ofBooks },
];

const READING: readonly OperationName[] = [
  'GET_COLLECTION',
  'GET_RESOURCE',
  'GET_RELATION',
  'GET_RELATED_RESOURCE',
  'GET_RELATIONSHIP',
];

describeServers(
  (server) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await server.start({
        entities: ENTITIES,
        imports: [
          RestlessModule.forFeature([
            ...below('all', {}),
            ...below('list', { operations: ['GET_COLLECTION', 'POST_RESOURCE'] }),
            ...below('item', { operations: ['GET_RESOURCE', 'PATCH_RESOURCE'] }),
            ...below('reading', { operations: READING }, { operations: READING }),
            ...below('rows', { operations: ['GET_COLLECTION', 'GET_RESOURCE', 'PATCH_RELATIONSHIP'] }),
            ...below('linkage', {}, { operations: ['GET_RELATIONSHIP'] }),
            ...below('writing', { operations: ['POST_RESOURCE'] }),
            ...below('functions', { allowFunctions: true, operations: ['EVALUATE'] }),
            ...below('without', { allowFunctions: true, operations: ['GET_RESOURCE'] }),
          ]),
        ],
        seed,
      });
    });
    afterAll(() => app.close());

    const URLS = ['', '/1', '/1/books', '/1/books/1', '/1/relationships/books'];
    const allow = async (prefix: string): Promise<unknown[]> =>
      Promise.all(URLS.map(async (url) => (await app.request('OPTIONS', `/${prefix}/author${url}`)).headers.allow));

    it.each<[string, string[]]>([
      [
        'all',
        [
          'GET, HEAD, POST, OPTIONS',
          'GET, HEAD, PATCH, DELETE, OPTIONS',
          'GET, HEAD, OPTIONS',
          'GET, HEAD, OPTIONS',
          'GET, HEAD, POST, PATCH, DELETE, OPTIONS',
        ],
      ],
      ['list', ['GET, HEAD, POST, OPTIONS', 'OPTIONS', 'OPTIONS', 'OPTIONS', 'OPTIONS']],
      ['item', ['OPTIONS', 'GET, HEAD, PATCH, OPTIONS', 'OPTIONS', 'OPTIONS', 'OPTIONS']],
      ['reading', Array<string>(5).fill('GET, HEAD, OPTIONS')],
      ['rows', ['GET, HEAD, OPTIONS', 'GET, HEAD, OPTIONS', 'OPTIONS', 'OPTIONS', 'PATCH, OPTIONS']],
      ['writing', ['POST, OPTIONS', 'OPTIONS', 'OPTIONS', 'OPTIONS', 'OPTIONS']],
    ])('below %s are told by Allow, and everything else is a 405 [FJV-11, FJV-07, MET-01]', async (prefix, allowed) => {
      expect(await allow(prefix)).toEqual(allowed);
      for (const [index, url] of URLS.entries()) {
        for (const method of ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE']) {
          if (allowed[index]!.includes(method)) continue;
          const answer = await app.request(method, `/${prefix}/author${url}`);

          expect([method, url, answer.status, answer.headers.allow]).toEqual([method, url, 405, allowed[index]]);
        }
      }
    });

    it('may be the collection without its items: links to them are left out [FJV-11, #23]', async () => {
      const list = await app.get('/list/author?include=books');
      const created = await app.request('POST', '/list/author', {
        body: { data: { type: 'author', attributes: { name: 'Octavia' } } },
      });

      expect(list.at('/data')).toEqual([
        {
          type: 'author',
          id: '1',
          attributes: { name: 'Ursula' },
          relationships: { books: { data: [{ type: 'book', id: '1' }] } },
        },
      ]);
      expect(list.at('/included/0/links')).toEqual({ self: '/list/book/1' });
      expect([created.status, created.headers.location]).toEqual([201, '/list/author/2']);
      expect(created.at('/data')).toEqual({ type: 'author', id: '2', attributes: { name: 'Octavia' } });
      expect(violationsOf(list, '/list/author')).toEqual([]);
      expect((await app.request('DELETE', '/all/author/2')).status).toBe(204);
    });

    it('may be the items without their collection [FJV-11]', async () => {
      const item = await app.get('/item/author/1');

      expect(item.at('/data')).toEqual({
        type: 'author',
        id: '1',
        attributes: { name: 'Ursula' },
        links: { self: '/item/author/1' },
      });
      expect((await app.get('/item/book/1?include=author')).at('/included/*/id')).toEqual(['1']);
      expect((await app.get('/item/book/1/author')).at('/data/id')).toBe('1');
    });

    it('keep the links that lead somewhere, and those of linkage where it can be changed at least [FJV-11]', async () => {
      const links = async (prefix: string) =>
        (await app.get(`/${prefix}/author/1`)).at('/data/relationships/books/links');

      expect(await links('all')).toEqual({ self: '/all/author/1/relationships/books', related: '/all/author/1/books' });
      expect(await links('rows')).toEqual({ self: '/rows/author/1/relationships/books' });
      expect(await links('linkage')).toEqual({ self: '/linkage/author/1/relationships/books' });
    });

    it('without rows keep them back wherever another resource leads to them [FJV-11, POL-06]', async () => {
      expect((await app.get('/linkage/author/1/books')).status).toBe(404);
      expect((await app.get('/linkage/author?include=books')).status).toBe(400);
      expect((await app.get('/linkage/author?filter[books.title]=x')).status).toBe(400);
      expect((await app.get('/linkage/author/1/relationships/books')).at('/data')).toEqual([{ type: 'book', id: '1' }]);
    });

    it('may be functions alone, or all but functions [FJV-11, FUN-01]', async () => {
      const query = '?functions=[{"name":"count","field":"id"}]';

      expect((await app.get(`/functions/eval/author${query}`)).at('/data')).toEqual([1]);
      expect((await app.get('/functions/author')).status).toBe(405);
      expect((await app.get(`/without/eval/author${query}`)).status).toBe(405);
    });

    it('are named in flat JSON by the same words [FJV-07]', async () => {
      const answer = await app.get('/item/author', { Accept: 'application/json' });

      expect([answer.status, answer.body]).toEqual([405, { message: 'GET is not allowed here. Allowed: OPTIONS.' }]);
    });
  },
  { databases: ['sqlite'] },
);

describe('an operation', () => {
  // An application that does not start leaves its data source behind, of which @nestjs/typeorm warns.
  beforeAll(() => {
    Logger.overrideLogger(false);
  });

  it.each<[ResourceOptions, string]>([
    [{ operations: ['POST_RESOURCE'], methods: ['GET'] }, 'POST_RESOURCE, which nothing opens; add POST to "methods".'],
    [
      { operations: ['PATCH_COLLECTION'] },
      'PATCH_COLLECTION, which nothing opens; add PATCH to "methods", and set "allowPatchMany".',
    ],
    [
      { operations: ['PATCH_RELATIONSHIP'], relationshipMethods: ['GET'] },
      'PATCH_RELATIONSHIP, which nothing opens; add PATCH to "relationshipMethods", or PATCH to "methods".',
    ],
    [{ operations: ['EVALUATE'] }, 'EVALUATE, which nothing opens; set "allowFunctions".'],
  ])('that nothing opens is not opened by being listed: %j [SET-13]', async (options, words) => {
    const start = createApp({
      imports: [
        TypeOrmModule.forRoot({ type: 'better-sqlite3', database: ':memory:', entities: ENTITIES, synchronize: true }),
        RestlessModule.forFeature([Author, { entity: Book, ...options }]),
      ],
    });

    await expect(start).rejects.toThrow(new RestlessConfigError(`Book: the option "operations" lists ${words}`));
  });

  it('has to be one of those that there are [SET-13]', async () => {
    const start = createApp({
      imports: [
        TypeOrmModule.forRoot({ type: 'better-sqlite3', database: ':memory:', entities: ENTITIES, synchronize: true }),
        RestlessModule.forFeature([Author, { entity: Book, operations: ['LIST'] as never }]),
      ],
    });

    await expect(start).rejects.toThrow(
      /^Book: the option "operations" has to be a list of GET_COLLECTION, .*EVALUATE\.$/,
    );
  });
});
