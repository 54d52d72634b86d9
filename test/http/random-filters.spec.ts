/**
 * Queries made up at random have the same answers on every database as over arrays: three values of truth, negation
 * around paths, empty lists, escapes, sorts along paths, groups, pages, includes and linkage.
 */
import { RestlessModule } from 'nestjs-restless';
import { createApp, describeServers, type Answer, type TestApp } from '../support/app.js';
import { FilterMaker } from '../support/filter-maker.js';
import { LIBRARY, libraryInMemory, seedLibrary } from '../support/library.js';

const SEEDS = [1_000, 48_514, 64_352, 143_542, 159_380, 222_732];
const FILTERS = 50;
const ROWS: Readonly<Record<string, number>> = { author: 6, book: 7, tag: 4, edition: 5, copy: 5 };

/** What a client may make of the order of nulls is up to the database, so it is named. */
const options = { nulls: 'first', formats: ['json-api', 'flat-json'], allowFunctions: true } as const;

describeServers(
  ({ start }) => {
    let app: TestApp;
    let memory: TestApp;
    beforeAll(async () => {
      app = await start({
        entities: LIBRARY,
        imports: [RestlessModule.forRoot(options), RestlessModule.forFeature(LIBRARY)],
        seed: seedLibrary,
      });
      const repository = libraryInMemory();
      memory = await createApp({
        imports: [
          RestlessModule.forRoot(options),
          RestlessModule.forFeature(LIBRARY.map((entity) => ({ entity, repository }))),
        ],
      });
    });
    afterAll(() => Promise.all([app.close(), memory.close()]));

    const path = (collection: string, filter: object, rest = ''): string =>
      `/api/${collection}?filter[objects]=${encodeURIComponent(JSON.stringify([filter]))}${rest}`;

    it.each(SEEDS)(
      'finds what a filter means [JQ-03, CQ-09, CQ-13, CQ-15, OP-12, OP-16] (seed %i)',
      async (seed) => {
        const maker = new FilterMaker(seed);
        let telling = 0;
        for (let count = 0; count < FILTERS; count += 1) {
          const collection = maker.collection();
          const asked = path(collection, maker.filter(collection, 4));
          if (asked.length > 14_000) continue;

          const [answer, expected] = await Promise.all([app.get(asked), memory.get(asked)]);

          expect([asked, answer.status, answer.body]).toEqual([asked, 200, expected.body]);
          const total = expected.at('/meta/total') as number;
          telling += total > 0 && total < ROWS[collection]! ? 1 : 0;
        }
        // Filters that find everything or nothing say little.
        expect(telling).toBeGreaterThan(FILTERS / 4);
      },
      30_000,
    );

    it.each<readonly [string, string]>([
      ['author', '&sort=-mentor.name,born&include=mentor.books.tags,admirers&page[size]=3'],
      ['author', '&sort=address.city,-bookCount&page[size]=2&page[number]=2&fields[author]=name,address'],
      ['author', '&groupBy=mentor.id&include=students'],
      ['book', '&sort=author.mentor.name,-pages&include=author,editions.copies&fields[edition]=run'],
      ['book', '&sort=-published,title&groupBy=author.living,pages'],
      ['tag', '&include=books.author.admires&sort=-label'],
      ['edition', '&sort=book.author.name&include=copies.edition,book'],
      ['copy', '&sort=-edition.book.title,lentTo&include=edition.book.tags'],
    ])('answers whole documents of %s alike (%s) [SRT-03, GRP-05, INC-01, PAG-01]', async (collection, rest) => {
      const maker = new FilterMaker(7);
      for (let count = 0; count < 12; count += 1) {
        const asked = path(collection, maker.filter(collection, 2), rest);

        const [answer, expected] = await Promise.all([app.get(asked), memory.get(asked)]);

        expect([asked, sorted(answer)]).toEqual([asked, sorted(expected)]);
      }
    });

    it.each([
      '/api/author/1/books?sort=-title',
      '/api/author/1/books/2',
      '/api/author/1/books/3',
      '/api/author/3/mentor',
      '/api/author/1/mentor?include=books',
      '/api/author/1/relationships/admires?include=admires',
      '/api/author/9/books',
      '/api/edition/acme,1?include=copies',
      '/api/edition/acme,9',
      '/api/copy/1/relationships/edition',
      `/api/eval/book?functions=${encodeURIComponent('[{"name":"sum","field":"price"},{"name":"min","field":"title"}]')}`,
      `/api/eval/book?groupBy=author.name&functions=${encodeURIComponent('[{"name":"count","field":"id"},{"name":"avg","field":"pages"}]')}&filter[author][is_not_null]=1`,
    ])('answers %s alike', async (asked) => {
      const [answer, expected] = await Promise.all([app.get(asked), memory.get(asked)]);

      expect([answer.status, sorted(answer)]).toEqual([expected.status, sorted(expected)]);
    });

    it.each([
      '/api/author?page=2&results_per_page=3',
      '/api/book/4',
      '/api/tag?q={"filters":[{"name":"label","op":"like","val":"s%25"}]}',
    ])('answers %s in flat JSON alike', async (asked) => {
      const headers = { Accept: 'application/json' };
      const [answer, expected] = await Promise.all([app.get(asked, headers), memory.get(asked, headers)]);

      expect([answer.status, answer.body]).toEqual([200, expected.body]);
    });
  },
  { adapters: ['express'] },
);

/** A body with its included resources in the order of their ids: it says nothing. */
function sorted({ body }: Answer): unknown {
  const { included, ...rest } = body as {
    readonly included?: readonly { readonly type: string; readonly id: string }[];
  };
  const key = ({ type, id }: { readonly type: string; readonly id: string }): string => `${type} ${id}`;
  return { ...rest, included: included?.toSorted((a, b) => key(a).localeCompare(key(b))) };
}
