/**
 * Filters over relations, on every database: paths, any and has, both sides of every kind of relation, composite keys,
 * embedded and virtual columns; written as filter objects and in brackets.
 */
import { RestlessModule } from 'nestjs-restless';
import { describeServers, type Answer, type TestApp } from '../support/app.js';
import { LIBRARY, seedLibrary } from '../support/library.js';

const ids = (answer: Answer): unknown => answer.at('/data/*/id');
const objects = (...filters: object[]): string => `filter[objects]=${encodeURIComponent(JSON.stringify(filters))}`;

describeServers(
  ({ start }) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await start({ entities: LIBRARY, imports: [RestlessModule.forFeature(LIBRARY)], seed: seedLibrary });
    });
    afterAll(() => app.close());

    describe('a filter object', () => {
      it.each<readonly [string, string, object, readonly string[]]>([
        ['a to-one path [JQ-04, CQ-07]', 'book', { name: 'author.name', op: 'startswith', val: 'a' }, ['1', '2']],
        ['a to-one path of two steps [FJR-09]', 'book', { name: 'author.mentor.name', op: 'eq', val: 'ben' }, ['4']],
        ['a to-many path', 'author', { name: 'books.pages', op: 'eq', val: 300 }, ['1']],
        [
          'a to-many path with a negative operator',
          'author',
          { name: 'books.pages', op: 'ne', val: 300 },
          ['1', '4', '5'],
        ],
        [
          'the negation of a to-many path, rows without related ones included',
          'author',
          { not: { name: 'books.pages', op: 'eq', val: 300 } },
          ['2', '3', '4', '5', '6'],
        ],
        [
          'the negation of a to-one path, rows without a related one included',
          'book',
          { not: { name: 'author.name', op: 'eq', val: 'ann' } },
          ['3', '4', '5', '6', '7'],
        ],
        ['the negation of a path to null', 'book', { not: { name: 'author.born', op: 'gt', val: 1 } }, ['5']],
        ['a many-to-many path [OP-13]', 'book', { name: 'tags.label', op: 'eq', val: 'sea' }, ['1', '3', '4']],
        [
          'a many-to-many path from the other side',
          'tag',
          { name: 'books.title', op: 'like', val: 'd%' },
          ['sand', 'sea'],
        ],
        ['a many-to-many path to itself', 'author', { name: 'admires.name', op: 'eq', val: 'ann' }, ['2', '4']],
        [
          'a many-to-many path to itself, backwards',
          'author',
          { name: 'admirers.name', op: 'eq', val: 'dee' },
          ['1', '4'],
        ],
        ['a to-one path to itself', 'author', { name: 'mentor.mentor.id', op: 'eq', val: 1 }, ['4']],
        [
          'a to-many path to itself',
          'author',
          { name: 'students.students.students.name', op: 'eq', val: 'eve' },
          ['1'],
        ],
        ['a path over a composite key', 'copy', { name: 'edition.run', op: 'ge', val: 50 }, ['1', '2', '3']],
        [
          'a path over a composite key, backwards',
          'edition',
          { name: 'copies.lentTo', op: 'is_null' },
          ['acme,1', 'bond,10'],
        ],
        ['a path of four steps', 'copy', { name: 'edition.book.author.mentor.name', op: 'eq', val: 'ben' }, ['3']],
        [
          'a path of four steps, backwards',
          'author',
          { name: 'students.books.editions.copies.lentTo', op: 'is_not_null' },
          ['2'],
        ],
        [
          'a composite id',
          'edition',
          { name: 'id', op: 'in', val: ['acme,2', 'bond,10', 'bond,3'] },
          ['acme,2', 'bond,10'],
        ],
        [
          'a composite id, not',
          'edition',
          { name: 'id', op: 'not_in', val: ['acme,2', 'bond,10'] },
          ['acme,1', 'bond,1', 'bond,2'],
        ],
        ['no composite id', 'edition', { name: 'id', op: 'in', val: [] }, []],
        ['a composite id behind a path', 'copy', { name: 'edition.id', op: 'eq', val: 'acme,1' }, ['1', '2']],
        ['a part of a composite key', 'edition', { name: 'press', op: 'eq', val: 'acme' }, ['acme,1', 'acme,2']],
        ['a key of text', 'tag', { name: 'id', op: 'gt', val: 'sand' }, ['sea', 'unused']],
        ['an embedded column', 'author', { name: 'address.city', op: 'eq', val: 'rome' }, ['1', '6']],
        ['an embedded column behind a path', 'book', { name: 'author.address.country', op: 'is_null' }, ['3']],
        [
          'an embedded column against another column',
          'author',
          { name: 'name', op: 'eq', field: 'address.city' },
          ['5'],
        ],
        ['two embedded columns', 'author', { name: 'address.city', op: 'eq', field: 'address.country' }, ['4']],
        ['two fields behind a path', 'book', { name: 'author.name', op: 'eq', field: 'address.city' }, ['6', '7']],
        ['a virtual column [JQ-19]', 'author', { name: 'bookCount', op: 'ge', val: 2 }, ['1', '5']],
        ['a list for a virtual column', 'author', { name: 'bookCount', op: 'in', val: [0] }, ['3', '6']],
        ['a virtual column behind a path', 'book', { name: 'author.bookCount', op: 'eq', val: 1 }, ['3', '4']],
        ['a virtual column against another column', 'author', { name: 'bookCount', op: 'eq', field: 'id' }, []],
        ['no related row', 'author', { name: 'mentor', op: 'is_null' }, ['1', '6']],
        ['a related row', 'author', { name: 'mentor', op: 'is_not_null' }, ['2', '3', '4', '5']],
        ['no related row of a composite key', 'copy', { name: 'edition', op: 'is_null' }, ['5']],
        ['no related row behind a path', 'book', { name: 'author.mentor', op: 'is_null' }, ['1', '2']],
        [
          'has and any in each other [CQ-09, OP-12]',
          'author',
          {
            name: 'books',
            op: 'any',
            val: {
              name: 'editions',
              op: 'any',
              val: {
                name: 'copies',
                op: 'any',
                val: { name: 'edition', op: 'has', val: { name: 'run', op: 'eq', val: 50 } },
              },
            },
          },
          ['4'],
        ],
        [
          'one related row that passes both',
          'author',
          {
            name: 'books',
            op: 'any',
            val: {
              and: [
                { name: 'pages', op: 'eq', val: 300 },
                { name: 'title', op: 'eq', val: 'dust' },
              ],
            },
          },
          [],
        ],
        [
          'two related rows that pass one each',
          'author',
          {
            and: [
              { name: 'books.pages', op: 'eq', val: 300 },
              { name: 'books.title', op: 'eq', val: 'dust' },
            ],
          },
          ['1'],
        ],
        [
          'no related row that passes',
          'author',
          { not: { name: 'books', op: 'any', val: { not: { name: 'pages', op: 'is_null' } } } },
          ['2', '3', '6'],
        ],
        [
          'a related row without related rows',
          'author',
          {
            name: 'books',
            op: 'any',
            val: { not: { name: 'tags', op: 'any', val: { name: 'id', op: 'is_not_null' } } },
          },
          ['1', '5'],
        ],
        [
          'no related row that has no related row',
          'tag',
          {
            not: {
              name: 'books',
              op: 'any',
              val: { not: { name: 'author', op: 'has', val: { name: 'id', op: 'is_not_null' } } },
            },
          },
          ['sand', 'sea', 'unused'],
        ],
        [
          'one of many [CQ-13]',
          'book',
          {
            or: [
              { name: 'author.name', op: 'eq', val: 'ben' },
              { and: [{ name: 'pages', op: 'lt', val: 50 }, { not: { name: 'subtitle', op: 'is_null' } }] },
            ],
          },
          ['3', '4', '7'],
        ],
        ['has on a path, the old way [CQ-08]', 'book', { name: 'author.name', op: 'has', val: 'ben' }, ['3']],
        ['any on a path, the old way [CQ-08]', 'author', { name: 'books.title', op: 'any', val: 'rain' }, ['2']],
      ])('finds rows by %s', async (_, collection, filter, expected) => {
        const answer = await app.get(`/api/${collection}?${objects(filter)}`);

        expect([answer.status, ids(answer), answer.at('/meta/total')]).toEqual([200, expected, expected.length]);
      });

      it('holds together with all others [JQ-01, CQ-11]', async () => {
        const filters = objects({ name: 'pages', op: 'gt', val: 0 }, { name: 'author.name', op: 'eq', val: 'ann' });

        expect(ids(await app.get(`/api/book?${filters}`))).toEqual(['1', '2']);
        expect(ids(await app.get('/api/book?filter[objects]=[]'))).toHaveLength(7);
      });

      it('finds rows by 1,000 ids of two parts', async () => {
        const val = [...Array.from({ length: 998 }, (_, index) => `x,${index}`), 'acme,2', 'bond,1'];
        const answer = await app.get(
          `/api/edition?filter[objects]=${JSON.stringify([{ name: 'id', op: 'in', val }]).replaceAll('"', '%22')}`,
        );

        expect(ids(answer)).toEqual(['acme,2', 'bond,1']);
      });
    });

    describe('a filter in brackets', () => {
      it.each<readonly [string, string, readonly string[]]>([
        ['equality [JQ-05, FJF-02]', 'author?filter[born]=1931', ['2', '4']],
        ['one of a list [JQ-05, FJF-05]', 'author?filter[born]=1900,1977', ['1', '5']],
        ['one of a list in parameters [JA-71]', 'author?filter[born][]=1900&filter[born][]=1977', ['1', '5']],
        ['a value with a comma', 'author?filter[name][eq]=a,b', []],
        ['an operator [FJF-02, OP-19]', 'author?filter[born][gte]=1931', ['2', '4', '5']],
        ['the spelling of a comparison', 'author?filter[born][%3E%3D]=1931', ['2', '4', '5']],
        ['true [JQ-05]', 'author?filter[living]=true', ['2', '4', '6']],
        ['0 for false', 'author?filter[living]=0', ['1', '5']],
        ['an empty text', 'book?filter[title]=', []],
        ['the id', 'author?filter[id]=3,1', ['1', '3']],
        ['the id of text', 'tag?filter[id]=sea', ['sea']],
        ['the id of two parts', 'edition?filter[id]=bond,10', ['bond,10']],
        ['nothing but whether there is a value', 'author?filter[born][is_null]=', ['3', '6']],
        ['whether there is no value [OP-20]', 'author?filter[born][isnull]=false', ['1', '2', '4', '5']],
        ['two bounds [OP-19]', 'author?filter[born][range]=1900,1931', ['1', '2', '4']],
        ['a pattern, encoded [JQ-20]', 'author?filter[name][like]=ann%25', ['1', '6']],
        ['a space as a plus', 'author?filter[name]=a+b', []],
        ['an embedded column', 'author?filter[address.city]=rome', ['1', '6']],
        ['an embedded column in brackets of its own', 'author?filter[address][city][like]=%25o%25', ['1', '2', '6']],
        ['a path', 'book?filter[author.name]=ben', ['3']],
        ['a path in brackets of its own [FJF-08]', 'book?filter[author][name][startswith]=b', ['3']],
        ['a path with a list', 'book?filter[author.name]=ben,dee', ['3', '4']],
        ['a to-many path', 'author?filter[books.tags.label]=air', ['4']],
        ['the id of a to-one relationship [JQ-06, FJF-07]', 'book?filter[author]=2,4', ['3', '4']],
        ['the ids of a to-many relationship [JQ-06, FJF-07]', 'author?filter[books]=3,6', ['2', '5']],
        ['the ids of text of a to-many relationship', 'book?filter[tags]=air', ['4', '5']],
        ['the id of two parts of a relationship', 'copy?filter[edition]=acme,1', ['1', '2']],
        ['a relationship behind a path', 'copy?filter[edition.book]=1', ['1', '2']],
        ['whether there is a related row', 'author?filter[mentor][is_null]=1', ['1', '6']],
        ['brackets that are encoded [JA-75]', 'author?filter%5Bborn%5D%5Bgt%5D=1931', ['5']],
      ])('asks for %s', async (_, path, expected) => {
        const answer = await app.get(`/api/${path}`);

        expect([answer.status, ids(answer)]).toEqual([200, expected]);
      });

      it('holds together with every other filter [JQ-07, FJF-11]', async () => {
        const both = 'filter[born]=1931&filter[name][startswith]=d';

        expect(ids(await app.get(`/api/author?${both}`))).toEqual(['4']);
        expect(
          ids(await app.get(`/api/author?${objects({ name: 'id', op: 'lt', val: 4 })}&filter[born]=1931`)),
        ).toEqual(['2']);
        expect(ids(await app.get('/api/author?filter[name]=ann&filter[name]=ben'))).toEqual([]);
        expect(ids(await app.get('/api/author?filter[id][gt]=1&filter[id][gt]=4'))).toEqual(['5', '6']);
      });

      it('works on related collections and on linkage, about the related rows [JQ-08, CQ-32, #17]', async () => {
        const related = await app.get('/api/author/1/books?filter[pages][lt]=200');
        const linkage = await app.get('/api/author/1/relationships/books?filter[pages][lt]=200');
        const tags = await app.get('/api/book/4/tags?filter[label]=air,sea');
        const inverse = await app.get(
          `/api/author/1/admirers?${objects({ name: 'books.title', op: 'eq', val: 'wind' })}`,
        );

        expect([ids(related), related.at('/meta/total')]).toEqual([['2'], 1]);
        expect(linkage.at('/data')).toEqual([{ type: 'book', id: '2' }]);
        expect(ids(tags)).toEqual(['air', 'sea']);
        expect(ids(inverse)).toEqual(['4']);
      });

      it('is refused where there is one resource', async () => {
        const answers = await Promise.all(
          ['author/1?filter[name]=ann', 'book/3/author?filter[name]=ann', 'author/1/books/1?filter[title]=dunes'].map(
            (path) => app.get(`/api/${path}`),
          ),
        );

        expect(answers.map((answer) => [answer.status, answer.at('/errors/0/source/parameter')])).toEqual([
          [400, 'filter[name]'],
          [400, 'filter[name]'],
          [400, 'filter[title]'],
        ]);
      });
    });

    it.each(['filter[born][lk]', 'filter[mentor.born][lk]', 'filter[mentor][born][lk]'])(
      'says of %s that it has neither such a field nor such an operator [OP-14]',
      async (parameter) => {
        const answer = await app.get(`/api/author?${parameter}=1931`);

        expect([answer.status, answer.at('/errors/0/source')]).toEqual([400, { parameter }]);
        expect(answer.at('/errors/0/detail')).toMatch(
          '"born" of author has no field "lk", and there is no operator of that name. Operators: eq, ne, gt, ',
        );
      },
    );

    describe('filter[single]', () => {
      it('gives the one resource, with its address and a total [JQ-11]', async () => {
        const answer = await app.get('/api/author?filter[name]=ben&filter[single]=1');

        expect(answer.at('/data/id')).toBe('2');
        expect(answer.at('/meta/total')).toBe(1);
        expect(answer.headers.location).toBe('/api/author/2');
        expect(answer.at('/links')).toEqual({ self: '/api/author?filter%5Bname%5D=ben&filter%5Bsingle%5D=1' });
      });

      it('is 404 where there is none, and where there are several [JQ-13, contradiction 11]', async () => {
        const none = await app.get('/api/author?filter[name]=x&filter[single]=1');
        const several = await app.get('/api/author?filter[born]=1931&filter[single]=1');

        expect([none.status, none.at('/errors/0/detail')]).toEqual([404, 'No result found.']);
        expect([several.status, several.at('/errors/0/detail')]).toEqual([404, 'Multiple results found.']);
      });

      it('is a list as ever with 0', async () => {
        expect(ids(await app.get('/api/author?filter[born]=1931&filter[single]=0'))).toEqual(['2', '4']);
      });

      it.each(['2', 'true', '', 'x'])('is 400 with "%s" [JQ-12]', async (value) => {
        const answer = await app.get(`/api/author?filter[single]=${value}`);

        expect([answer.status, answer.at('/errors/0/source')]).toEqual([400, { parameter: 'filter[single]' }]);
      });
    });
  },
  { adapters: ['express'] },
);
