/** Fields that stand for others: values plucked from related rows, and relationships through a join entity. */
import { RestlessConfigError, RestlessModule, type ResourceEntry } from 'nestjs-restless';
import { describeServers, type TestApp } from '../support/app.js';
import { jsonApi } from '../support/json-api-document.js';
import {
  Article,
  ARTICLE_ENTITIES,
  Author,
  Authorship,
  Journal,
  seedArticles,
  Tag,
} from '../support/library-of-articles.js';
import { StatementLog } from '../support/statement-log.js';

const RESOURCES: ResourceEntry[] = [
  { entity: Article },
  { entity: Author, scope: () => ({ name: 'isHidden', op: 'eq', val: false }) },
  { entity: Journal, scope: () => ({ name: 'isHidden', op: 'eq', val: false }) },
  // By options, in an API that shows tags and authorships as well.
  { entity: Tag, prefix: 'all', expose: 'all' },
  { entity: Journal, prefix: 'all', methods: ['POST'] },
  { entity: Authorship, prefix: 'all', scope: () => ({ name: 'share', op: 'lt', val: 60 }) },
  {
    entity: Article,
    prefix: 'all',
    only: ['title', 'tags'],
    pluck: { shares: 'authorships.share', names: 'authors.name', journalName: 'journal.name' },
    through: { writers: 'authorships.author' },
  },
  { entity: Author, prefix: 'all', only: ['name', 'articles', 'authorships'], expose: 'all' },
];

const objects = (...filters: object[]): string => `filter[objects]=${encodeURIComponent(JSON.stringify(filters))}`;

describeServers(
  (server) => {
    const log = new StatementLog();
    let app: TestApp;
    beforeAll(async () => {
      app = await server.start({
        entities: ARTICLE_ENTITIES,
        dataSource: { logger: log },
        imports: [
          RestlessModule.forRoot({
            groups: (request: { headers: Record<string, string> }) => (request.headers['x-admin'] ? ['admin'] : []),
          }),
          RestlessModule.forFeature(RESOURCES),
        ],
        seed: seedArticles,
      });
    });
    afterAll(() => app.close());

    const get = jsonApi(() => app);

    it('shows values of related rows as attributes [MAP-06]', async () => {
      const answer = await get('/api/article');

      expect(answer.at('/data/*/attributes')).toEqual([
        { title: 'First', tagNames: ['blue', 'red'], weights: [2, 1], journalName: 'Daily' },
        { title: 'Second', tagNames: ['red'], weights: [1], journalName: null },
        { title: 'Third', tagNames: ['green'], weights: [3], journalName: null },
        { title: 'Fourth', tagNames: [], weights: [], journalName: null },
      ]);
    });

    it('leads through a join entity, which stays hidden [MAP-05, FJN-08, #25]', async () => {
      const author = await get('/api/author/1?include=articles');
      expect(author.at('/data/relationships')).toEqual({
        articles: {
          data: [
            { type: 'article', id: '1' },
            { type: 'article', id: '2' },
          ],
          links: { self: '/api/author/1/relationships/articles', related: '/api/author/1/articles' },
        },
      });
      expect(author.at('/data/attributes')).toEqual({ name: 'Ada', titles: ['First', 'Second'] });
      expect(author.at('/included/*/attributes/title')).toEqual(['First', 'Second']);

      expect((await get('/api/author/1/articles')).at('/data/*/id')).toEqual(['1', '2']);
      expect((await get('/api/author/1/articles')).at('/meta/total')).toBe(2);
      expect((await get('/api/author/1/articles/2')).at('/data/attributes/title')).toBe('Second');
      expect((await app.get('/api/author/1/articles/3')).status).toBe(404);
      expect((await get('/api/author/1/relationships/articles')).at('/data/*/id')).toEqual(['1', '2']);
      expect((await app.get('/api/author/1/authorships')).status).toBe(404);
    });

    it('follows paths through it', async () => {
      const answer = await get('/api/author/2?include=articles.authors&fields[article]=authors&fields[author]=name');

      expect(answer.at('/included/0/relationships/authors/data')).toEqual([
        { type: 'author', id: '1' },
        { type: 'author', id: '2' },
      ]);
    });

    it('has no rows of a join entity that do not exist for the viewer, or are deleted', async () => {
      // Bob's part of the third article is withdrawn, and parts of 60 and more are nobody's business.
      expect((await get('/api/author/2/articles')).at('/data/*/id')).toEqual(['2']);
      expect((await get('/all/article')).at('/data/*/attributes/shares')).toEqual([[40], [50, 50], [], []]);
      expect((await get('/api/article/3?include=authors')).at('/data/relationships/authors/data')).toEqual([]);
    });

    it.each([
      ['tagNames', { title: 'Second', tagNames: ['red'] }],
      ['journalName', { title: 'Second', journalName: null }],
    ])('plucks %s only where it is asked for', async (name, attributes) => {
      const answer = await get(`/api/article/2?fields[article]=title,${name}`);

      expect(answer.at('/data/attributes')).toEqual(attributes);
    });

    it.each([
      ['/api/article?fields[article]=title', 1],
      ['/api/article?fields[article]=title,tagNames', 2],
      ['/api/article', 4],
      ['/api/author?include=articles&fields[article]=title&fields[author]=name', 2],
    ])('costs one statement for each path: %s', async (path, count) => {
      const statements = await log.during(() => get(path));

      expect(statements.filter(({ sql }) => sql.startsWith('SELECT'))).toHaveLength(count);
    });

    it.each([
      ['filter[tagNames]=red', ['1', '2']],
      ['filter[tagNames]=blue,green', ['1', '3']],
      ['filter[tagNames][startswith]=gr', ['3']],
      ['filter[weights][gt]=1', ['1', '3']],
      [objects({ name: 'tagNames', op: 'any', val: 'blue' }), ['1']],
      [objects({ name: 'tagNames', op: 'any', val: { name: 'weight', op: 'ge', val: 2 } }), ['1', '3']],
      [objects({ not: { name: 'tagNames', op: 'eq', val: 'red' } }), ['3', '4']],
      [objects({ name: 'journalName', op: 'eq', val: 'Daily' }), ['1']],
      // The journal of the second article is hidden.
      [objects({ name: 'journalName', op: 'eq', val: 'Hidden' }), []],
      [objects({ name: 'authors', op: 'any', val: { name: 'name', op: 'eq', val: 'Ada' } }), ['1', '2']],
      [objects({ not: { name: 'authors', op: 'any', val: { name: 'name', op: 'eq', val: 'Ada' } } }), ['3', '4']],
      ['filter[authors.name]=Bob', ['2']],
      // Hidden authors, and parts that are.
      ['filter[authors.name]=Cy', []],
      ['filter[authors]=2', ['2']],
      ['filter[authors.titles]=First', ['1', '2']],
    ])('filters by them: %s [MAP-05, MAP-06, OP-13]', async (query, ids) => {
      expect((await get(`/api/article?${query}`)).at('/data/*/id')).toEqual(ids);
    });

    it.each([
      ['sort=tagNames', '"tagNames" has values of other rows.'],
      ['groupBy=tagNames', '"tagNames" has values of other rows.'],
      ['filter[tagNames.name]=red', '"tagNames" of article has no field "name".'],
      ['filter[authorships.share]=50', 'article has no field "authorships".'],
      ['include=authorships', 'article has no relationship "authorships".'],
      ['filter[weights]=heavy', 'Expected a whole number for "weight", got "heavy".'],
      [objects({ name: 'authors', op: 'eq', val: 1 }), '"authors" is a relationship; use "any" with a filter'],
      // The relationship behind it may have no name for clients.
      [objects({ name: 'tagNames', op: 'has', val: {} }), '"tagNames" is a to-many relationship; use "any".'],
      [objects({ name: 'tagNames', op: 'any' }), '"any" on "tagNames" needs a filter in "val".'],
    ])('refuses what makes no sense: %s', async (query, detail) => {
      const answer = await app.get(`/api/article?${query}`);

      expect(answer.status).toBe(400);
      expect(answer.at('/errors/0/detail')).toContain(detail);
    });

    it('shows values of those fields only that may be read where they are from', async () => {
      const hidden = await get('/api/article/1');
      expect(hidden.at('/data/attributes/rhythm')).toBeUndefined();
      expect((await app.get('/api/article?filter[rhythm]=daily')).status).toBe(400);
      expect((await app.get('/api/article?fields[article]=rhythm')).status).toBe(400);

      const shown = await get('/api/article/1', { 'X-Admin': 'yes' });
      expect(shown.at('/data/attributes/rhythm')).toBe('daily');

      // In this API nobody reads journals.
      expect((await get('/all/article/1')).at('/data/attributes')).toEqual({
        title: 'First',
        names: ['Ada'],
        shares: [40],
      });
      expect((await app.get('/all/article?filter[journalName]=Daily')).status).toBe(400);
    });

    it('shows them in flat JSON', async () => {
      const answer = await app.get('/api/author/1', { Accept: 'application/json' });

      expect(answer.body).toEqual({
        id: 1,
        name: 'Ada',
        titles: ['First', 'Second'],
        articles: [
          { id: 1, title: 'First', tagNames: ['blue', 'red'], weights: [2, 1], journalName: 'Daily' },
          { id: 2, title: 'Second', tagNames: ['red'], weights: [1], journalName: null },
        ],
      });
      const q = encodeURIComponent(JSON.stringify({ filters: [{ name: 'tagNames', op: 'any', val: 'green' }] }));
      const found = await app.get(`/api/article?q=${q}`, { Accept: 'application/json' });
      expect(found.at('/objects/*/id')).toEqual([3]);
    });
  },
  { adapters: ['express'] },
);

describeServers(
  (server) => {
    const start = (...entries: ResourceEntry[]): Promise<TestApp> =>
      server.start({ entities: ARTICLE_ENTITIES, imports: [RestlessModule.forFeature(entries)], seed: seedArticles });

    it('plucks values of an entity that is no resource', async () => {
      const app = await start({ entity: Article, only: ['title', 'tagNames'] });
      try {
        const get = jsonApi(() => app);
        expect((await get('/api/article/1')).at('/data/attributes')).toEqual({
          title: 'First',
          tagNames: ['blue', 'red'],
        });
        expect((await get('/api/article?filter[tagNames]=green')).at('/data/*/id')).toEqual(['3']);
      } finally {
        await app.close();
      }
    });

    it.each([
      [{ pluck: { tagNames: 'tags' } }, /"pluck" has to be an object of paths such as/],
      [{ pluck: { tagNames: 'tags.nmae' } }, /^Article\.tagNames plucks "tags\.nmae", which leads to no column; name/],
      [{ pluck: { title: 'tags.name' } }, /^Article\.title is a column or relation already; it cannot stand for/],
      [{ through: { authors: 'authorships.writer' } }, /^Article\.authors goes through "authorships\.writer", which/],
      [{ through: { authors: 'tags.articles' } }, /^Article\.authors goes through "tags\.articles", which does not/],
      [
        { through: { authors: 'journal.id' } },
        /^Article\.authors goes through "journal\.id", which does not lead there/,
      ],
    ])('refuses what leads nowhere at start: %j [SET-13]', async (options, sentence) => {
      const starting = start({ entity: Article, ...options }, { entity: Author });

      await expect(starting).rejects.toThrow(RestlessConfigError);
      await expect(starting).rejects.toThrow(sentence);
    });

    it('wants a resource behind a relationship', async () => {
      await expect(start({ entity: Author })).rejects.toThrow(
        'Author.articles is exposed, but Article is not a resource; add Article to RestlessModule.forFeature, or do not expose the relation.',
      );
    });
  },
  { adapters: ['express'], databases: ['sqlite'] },
);
