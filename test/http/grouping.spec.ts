/** Grouping: one row of each group, the one with the smallest key, on every database. */
import { RestlessModule } from 'nestjs-restless';
import { describeServers, type Answer, type TestApp } from '../support/app.js';
import { LIBRARY, seedLibrary } from '../support/library.js';

const ids = (answer: Answer): unknown => answer.at('/data/*/id');

describeServers(
  ({ start }) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await start({ entities: LIBRARY, imports: [RestlessModule.forFeature(LIBRARY)], seed: seedLibrary });
    });
    afterAll(() => app.close());

    it.each<readonly [string, string, readonly string[]]>([
      ['a field, nulls in one group [GRP-03, GRP-05, GRP-07]', 'author?groupBy=born', ['1', '2', '3', '5']],
      ['a field by the old name of the parameter [GRP-03]', 'author?group=born', ['1', '2', '3', '5']],
      ['two fields [GRP-03]', 'author?groupBy=born,living', ['1', '2', '3', '5', '6']],
      ['true, false and null', 'author?groupBy=living', ['1', '2', '3']],
      ['an embedded column', 'author?groupBy=address.city', ['1', '2', '3', '4', '5']],
      ['a virtual column', 'author?groupBy=bookCount', ['1', '2', '3']],
      [
        'a path, rows without the relation in one group [GRP-02, GRP-04]',
        'book?groupBy=author.name',
        ['1', '3', '4', '5', '6'],
      ],
      ['two fields of one relation [GRP-04]', 'book?groupBy=author.living,author.born', ['1', '3', '5', '6']],
      ['a path of two steps', 'book?groupBy=author.mentor.id', ['1', '3', '4', '6']],
      ['a path to a composite key', 'copy?groupBy=edition.id', ['1', '3', '4', '5']],
      ['a part of a composite key', 'edition?groupBy=press', ['acme,1', 'bond,1']],
      ['the other part', 'edition?groupBy=number', ['acme,1', 'acme,2', 'bond,10']],
      [
        'the id, which every row has for itself',
        'edition?groupBy=id',
        ['acme,1', 'acme,2', 'bond,1', 'bond,2', 'bond,10'],
      ],
      ['rows that pass a filter', 'author?groupBy=born&filter[id][gt]=2', ['3', '4', '5']],
      ['rows that pass a filter over relations', 'author?groupBy=living&filter[books.tags.label]=sea,sand', ['1', '2']],
      ['a related collection [GRP-06]', 'author/5/books?groupBy=published', ['6', '7']],
      ['a many-to-many collection', 'author/1/admirers?groupBy=born', ['2']],
      ['linkage', 'author/1/relationships/admirers?groupBy=born', ['2']],
      ['nothing', 'author?groupBy=', ['1', '2', '3', '4', '5', '6']],
    ])('by %s gives the row with the smallest key', async (_, path, expected) => {
      const answer = await app.get(`/api/${path}`);

      expect([answer.status, ids(answer), answer.at('/meta/total')]).toEqual([200, expected, expected.length]);
    });

    it('comes before sorting and paging, and the total counts groups [GRP-05, PAG-26, CQ-29]', async () => {
      const answer = await app.get('/api/author?groupBy=born&sort=-name&page[size]=2&page[number]=2');

      expect(ids(answer)).toEqual(['2', '1']);
      expect(answer.at('/meta/total')).toBe(4);
      expect(answer.at('/links/last')).toBe('/api/author?groupBy=born&sort=-name&page%5Bsize%5D=2&page%5Bnumber%5D=2');
    });

    it('has the total of the groups past the end too', async () => {
      const answer = await app.get('/api/author?groupBy=born&page[number]=9');

      expect([ids(answer), answer.at('/meta/total')]).toEqual([[], 4]);
    });

    it('takes includes and sparse fieldsets along', async () => {
      const answer = await app.get(
        '/api/book?groupBy=author.name&filter[author.name]=ann,eve&include=tags&fields[book]=tags',
      );

      expect(answer.at('/data')).toEqual([
        {
          type: 'book',
          id: '1',
          relationships: {
            tags: {
              data: [
                { type: 'tag', id: 'sand' },
                { type: 'tag', id: 'sea' },
              ],
              links: { self: '/api/book/1/relationships/tags', related: '/api/book/1/tags' },
            },
          },
          links: { self: '/api/book/1' },
        },
        {
          type: 'book',
          id: '6',
          relationships: {
            tags: { data: [], links: { self: '/api/book/6/relationships/tags', related: '/api/book/6/tags' } },
          },
          links: { self: '/api/book/6' },
        },
      ]);
      expect(answer.at('/included/*/id')).toEqual(['sand', 'sea']);
    });

    it('is refused by what has no groups', async () => {
      const answers = await Promise.all(
        [
          'author?groupBy=books',
          'author?groupBy=books.title',
          'author?groupBy=nme',
          'author?groupBy=address',
          'author?groupBy[]=name',
        ].map((path) => app.get(`/api/${path}`)),
      );

      expect(answers.map((answer) => [answer.status, answer.at('/errors/0/source/parameter')])).toEqual([
        [400, 'groupBy'],
        [400, 'groupBy'],
        [400, 'groupBy'],
        [400, 'groupBy'],
        [400, 'groupBy[]'],
      ]);
    });
  },
  { adapters: ['express'] },
);
