/** Pages: sizes and their limits, totals, links in the document and in the header, past the end and in the middle. */
import { RestlessModule, type ResourceOptions, type RestlessModuleOptions } from 'nestjs-restless';
import { describeServers, type Answer, type TestApp } from '../support/app.js';
import { LIBRARY, seedLibrary } from '../support/library.js';
import { Computer, PEOPLE, Person, seedPeople } from '../support/people.js';

const ids = (answer: Answer): unknown => answer.at('/data/*/id');
const page = (number: number, size: number): string => `page%5Bnumber%5D=${number}&page%5Bsize%5D=${size}`;

describeServers(
  ({ start }) => {
    describe('a list of six', () => {
      let app: TestApp;
      beforeAll(async () => {
        app = await start({ entities: PEOPLE, imports: [RestlessModule.forFeature(PEOPLE)], seed: seedPeople });
      });
      afterAll(() => app.close());

      it('has ten on a page, a total and links [PAG-13, PAG-14, PAG-15, PAG-30, PAG-31, JA-49, contradiction 30]', async () => {
        const answer = await app.get('/api/person');

        expect(ids(answer)).toEqual(['1', '2', '3', '4', '5', '6']);
        expect(answer.at('/meta')).toEqual({ total: 6 });
        expect(answer.at('/links')).toEqual({
          self: '/api/person',
          first: `/api/person?${page(1, 10)}`,
          last: `/api/person?${page(1, 10)}`,
          prev: null,
          next: null,
        });
        expect(answer.headers.link).toBe(
          `</api/person?${page(1, 10)}>; rel="first", </api/person?${page(1, 10)}>; rel="last"`,
        );
      });

      it('has a page in the middle [PAG-13, PAG-14, PAG-16, contradiction 29]', async () => {
        const answer = await app.get('/api/person?page[number]=2&page[size]=2');

        expect(ids(answer)).toEqual(['3', '4']);
        expect(answer.at('/meta/total')).toBe(6);
        expect(answer.at('/links')).toEqual({
          self: `/api/person?${page(2, 2)}`,
          first: `/api/person?${page(1, 2)}`,
          last: `/api/person?${page(3, 2)}`,
          prev: `/api/person?${page(1, 2)}`,
          next: `/api/person?${page(3, 2)}`,
        });
        expect(answer.headers.link).toBe(
          [
            `</api/person?${page(1, 2)}>; rel="first"`,
            `</api/person?${page(3, 2)}>; rel="last"`,
            `</api/person?${page(1, 2)}>; rel="prev"`,
            `</api/person?${page(3, 2)}>; rel="next"`,
          ].join(', '),
        );
      });

      it('has a last page that is not full', async () => {
        const answer = await app.get('/api/person?page[number]=2&page[size]=4');

        expect(ids(answer)).toEqual(['5', '6']);
        expect(answer.at('/links/next')).toBeNull();
        expect(answer.at('/links/prev')).toBe(`/api/person?${page(1, 4)}`);
      });

      it('keeps the total past the end, where prev leads to the last page [PAG-25]', async () => {
        const answer = await app.get('/api/person?page[number]=9&page[size]=4');

        expect([answer.status, answer.at('/data'), answer.at('/meta/total')]).toEqual([200, [], 6]);
        expect(answer.at('/links')).toEqual({
          self: `/api/person?${page(9, 4)}`,
          first: `/api/person?${page(1, 4)}`,
          last: `/api/person?${page(2, 4)}`,
          prev: `/api/person?${page(2, 4)}`,
          next: null,
        });
      });

      it('has one page with nothing on it where nothing passes [PAG-24]', async () => {
        const answer = await app.get('/api/person?filter[name]=nobody');
        const url = (number: number) => `/api/person?filter%5Bname%5D=nobody&${page(number, 10)}`;

        expect([answer.status, answer.at('/data'), answer.at('/meta/total')]).toEqual([200, [], 0]);
        expect(answer.at('/links')).toMatchObject({ first: url(1), last: url(1), prev: null, next: null });
        expect(answer.headers.link).toBe(`<${url(1)}>; rel="first", <${url(1)}>; rel="last"`);
      });

      it('keeps the rest of the query in its links, once and encoded [PAG-17, JQ-21]', async () => {
        const answer = await app.get(
          '/api/person?sort=-age&page[size]=1&filter[name][like]=%25a%25&include=boss&fields[person]=name&filter[age][gt]=1%30&filter[age][gt]=9',
        );

        expect(answer.at('/links/next')).toBe(
          '/api/person?sort=-age&page%5Bsize%5D=1&filter%5Bname%5D%5Blike%5D=%25a%25&include=boss' +
            '&fields%5Bperson%5D=name&filter%5Bage%5D%5Bgt%5D=10&filter%5Bage%5D%5Bgt%5D=9&page%5Bnumber%5D=2',
        );
        const next = await app.get(answer.at('/links/next') as string);
        expect([ids(answer), ids(next)]).toEqual([['3'], ['1']]);
      });

      it('writes a space in its links as a plus, and quotes as they have to be [PAG-17]', async () => {
        const answer = await app.get('/api/person?filter[name]=a%20b"<>%C3%A9');

        expect(answer.at('/links/first')).toBe(`/api/person?filter%5Bname%5D=a+b%22%3C%3E%C3%A9&${page(1, 10)}`);
      });

      it('leaves the header out where it would pass 8 KB', async () => {
        const long = await app.get(`/api/person?filter[name]=${'x'.repeat(5_000)}`);
        const short = await app.get(`/api/person?filter[name]=${'x'.repeat(3_000)}`);

        expect([long.status, long.headers.link]).toEqual([200, undefined]);
        expect(short.headers.link).toMatch(/rel="first".*rel="last"/);
        expect(long.at('/links/first')).toMatch(/^\/api\/person\?filter/);
      });

      it('pages related collections and linkage like any other [PAG-26, PAG-11]', async () => {
        const related = await app.get('/api/person/1/computers?page[size]=1&page[number]=2');
        const linkage = await app.get('/api/person/1/relationships/computers?page[size]=1');

        expect([ids(related), related.at('/meta/total')]).toEqual([['2'], 2]);
        expect(related.at('/links/prev')).toBe('/api/person/1/computers?page%5Bsize%5D=1&page%5Bnumber%5D=1');
        expect(linkage.at('/data')).toEqual([{ type: 'computer', id: '1' }]);
        expect(linkage.at('/meta/total')).toBe(2);
        expect(linkage.at('/links')).toEqual({
          self: '/api/person/1/relationships/computers?page%5Bsize%5D=1',
          related: '/api/person/1/computers',
          first: `/api/person/1/relationships/computers?page%5Bsize%5D=1&page%5Bnumber%5D=1`,
          last: `/api/person/1/relationships/computers?page%5Bsize%5D=1&page%5Bnumber%5D=2`,
          prev: null,
          next: `/api/person/1/relationships/computers?page%5Bsize%5D=1&page%5Bnumber%5D=2`,
        });
      });

      it('keeps the total of a related collection past its end', async () => {
        const answer = await app.get('/api/person/1/computers?page[number]=3');

        expect([answer.at('/data'), answer.at('/meta/total')]).toEqual([[], 2]);
      });

      it('pages neither a resource nor what it includes', async () => {
        const answer = await app.get('/api/person?page[size]=1&include=computers,reports');

        expect(ids(answer)).toEqual(['1']);
        expect(answer.at('/included/*/id')).toEqual(['1', '2', '2', '3']);
        expect((await app.get('/api/person/1')).at('/links')).toEqual({ self: '/api/person/1' });
        expect((await app.get('/api/person/1')).headers.link).toBeUndefined();
      });

      it.each([
        ['page[number]=0', 'page[number]'],
        ['page[number]=-1', 'page[number]'],
        ['page[number]=x', 'page[number]'],
        ['page[number]=1.0', 'page[number]'],
        ['page[number]=', 'page[number]'],
        ['page[number]=99999999999999999999', 'page[number]'],
        ['page[number]=9007199254740991', 'page[number]'],
        ['page[size]=0', 'page[size]'],
        ['page[size]=-1', 'page[size]'],
        ['page[size]=x', 'page[size]'],
        ['page[size]=101', 'page[size]'],
        ['page[limit]=1', 'page[limit]'],
        ['page=1', 'page'],
        ['results_per_page=1', 'results_per_page'],
      ])('refuses %s [PAG-18, PAG-19, PAG-20, PAG-23, JA-71, JA-72, contradiction 4]', async (query, parameter) => {
        const answer = await app.get(`/api/person?${query}`);

        expect([answer.status, answer.at('/errors/0/source')]).toEqual([400, { parameter }]);
      });

      it('takes a page number and a page size alone [PAG-29]', async () => {
        expect(ids(await app.get('/api/person?page[size]=1'))).toEqual(['1']);
        expect(ids(await app.get('/api/person?page[number]=1'))).toHaveLength(6);
      });
    });

    describe('options', () => {
      const withOptions = async (
        resource: ResourceOptions,
        module: RestlessModuleOptions,
        test: (app: TestApp) => Promise<void>,
      ): Promise<void> => {
        const app = await start({
          entities: PEOPLE,
          imports: [
            RestlessModule.forRoot(module),
            RestlessModule.forFeature([{ entity: Person, ...resource }, Computer]),
          ],
          seed: seedPeople,
        });
        try {
          await test(app);
        } finally {
          await app.close();
        }
      };

      it('set the size of a page and the most that a client may ask for [PAG-05, PAG-18]', () =>
        withOptions({ pageSize: 4, maxPageSize: 5 }, {}, async (app) => {
          expect(ids(await app.get('/api/person'))).toHaveLength(4);
          expect(ids(await app.get('/api/person?page[size]=5'))).toHaveLength(5);
          const refused = await app.get('/api/person?page[size]=6');
          expect([refused.status, refused.at('/errors/0')]).toEqual([
            400,
            {
              status: '400',
              code: 'BAD_PAGE',
              title: 'Invalid page',
              detail: 'A page holds at most 5 resources; 6 were asked for.',
              source: { parameter: 'page[size]' },
            },
          ]);
          expect(ids(await app.get('/api/computer'))).toHaveLength(7);
        }));

      it('set both for all resources, and cap a default that is too large [PAG-05]', () =>
        withOptions({ pageSize: 50 }, { pageSize: 2, maxPageSize: 3 }, async (app) => {
          expect(ids(await app.get('/api/computer'))).toHaveLength(2);
          expect(ids(await app.get('/api/person'))).toHaveLength(3);
        }));

      it.each([0, null])(
        'take %s for no bound, which a size of 0 never is [PAG-07, PAG-20, PAG-21, contradiction 5]',
        (maxPageSize) =>
          withOptions({ maxPageSize }, {}, async (app) => {
            expect(ids(await app.get('/api/person?page[size]=5000'))).toHaveLength(6);
            expect((await app.get('/api/person?page[size]=0')).status).toBe(400);
          }),
      );

      it('switch paging off: all rows, the total, and no links to pages [PAG-22, PAG-28]', () =>
        withOptions({ pageSize: 0 }, {}, async (app) => {
          const answer = await app.get('/api/person?page[number]=2');

          expect(ids(answer)).toEqual(['1', '2', '3', '4', '5', '6']);
          expect(answer.at('/meta')).toEqual({ total: 6 });
          expect(answer.at('/links')).toEqual({ self: '/api/person?page%5Bnumber%5D=2' });
          expect(answer.headers.link).toBeUndefined();
          expect(ids(await app.get('/api/person?page[size]=2&page[number]=2'))).toEqual(['3', '4']);
        }));

      it('leave the total out, and find the next page all the same [PAG-28]', () =>
        withOptions({ count: 'none' }, {}, async (app) => {
          const first = await app.get('/api/person?page[size]=4');
          const last = await app.get('/api/person?page[size]=4&page[number]=2');
          const exact = await app.get('/api/person?page[size]=3&page[number]=2');
          const past = await app.get('/api/person?page[size]=4&page[number]=5');

          expect([ids(first), first.at('/meta')]).toEqual([['1', '2', '3', '4'], undefined]);
          expect(first.at('/links')).toEqual({
            self: '/api/person?page%5Bsize%5D=4',
            first: '/api/person?page%5Bsize%5D=4&page%5Bnumber%5D=1',
            prev: null,
            next: '/api/person?page%5Bsize%5D=4&page%5Bnumber%5D=2',
          });
          expect([ids(last), last.at('/links/next')]).toEqual([['5', '6'], null]);
          expect([ids(exact), exact.at('/links/next')]).toEqual([['4', '5', '6'], null]);
          expect([ids(past), past.at('/links/next')]).toEqual([[], null]);
        }));

      it('begin the links with another address [PAG-32]', () =>
        withOptions({}, { baseUrl: 'https://example.org/v1/' }, async (app) => {
          const answer = await app.get('/api/person?page[size]=5', {
            'X-Original-Path': '/evil',
            'X-Forwarded-Host': 'evil',
          });

          expect(answer.at('/links/next')).toBe(
            `https://example.org/v1/api/person?page%5Bsize%5D=5&page%5Bnumber%5D=2`,
          );
          expect(answer.headers.link).toMatch(
            '<https://example.org/v1/api/person?page%5Bsize%5D=5&page%5Bnumber%5D=2>; rel="next"',
          );
          expect(answer.text).not.toMatch('evil');
        }));
    });

    it('never multiplies rows, whatever is filtered, sorted and included', async () => {
      const app = await start({ entities: LIBRARY, imports: [RestlessModule.forFeature(LIBRARY)], seed: seedLibrary });
      const query =
        'filter[tags.label][is_not_null]=&filter[editions.copies.id][ge]=1&sort=-author.name,title&include=tags,editions.copies,author.books';
      const answer = await app.get(`/api/book?${query}`);
      const pages = [
        await app.get(`/api/book?${query}&page[size]=1`),
        await app.get(`/api/book?${query}&page[size]=1&page[number]=2`),
      ];
      await app.close();

      expect([ids(answer), answer.at('/meta/total')]).toEqual([['4', '1'], 2]);
      expect(pages.map((each) => [ids(each), each.at('/meta/total')])).toEqual([
        [['4'], 2],
        [['1'], 2],
      ]);
    });
  },
  { adapters: ['express'] },
);
