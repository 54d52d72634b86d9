/**
 * Pages by cursor over HTTP: the rules P1 to P16 of JSON:API's cursor pagination profile, the same in flat JSON, and what
 * cursors are made of.
 */
import { Expose, Transform } from 'class-transformer';
import { Resource, RestlessModule, type ResourceOptions, type RestlessModuleOptions } from 'nestjs-restless';
import { Column, DeleteDateColumn, Entity, PrimaryColumn } from 'typeorm';
import { type Answer, describeServers, type TestApp } from '../support/app.js';
import { jsonApi } from '../support/json-api-document.js';
import { Computer, PEOPLE, Person, seedPeople } from '../support/people.js';
import { StatementLog } from '../support/statement-log.js';
import { follow } from '../support/walk.js';

const PROFILE = 'https://jsonapi.org/profiles/ethanresnick/cursor-pagination';
const FLAT = { Accept: 'application/json' };
const JSON_API = 'application/vnd.api+json';
const SECRET = 'a secret of all processes';

const ids = (answer: Answer): unknown => answer.at('/data/*/id');
const cursors = (answer: Answer): string[] => answer.at('/data/*/meta/page/cursor') as string[];
const refusal = (answer: Answer): unknown => [
  answer.status,
  answer.at('/errors/0/code'),
  answer.at('/errors/0/source'),
];
/** The parameters of a link. */
const parameters = (link: unknown): object =>
  Object.fromEntries(new URL(link as string, 'http://localhost').searchParams);

@Entity()
@Resource({ primaryKey: 'slug' })
class Note {
  @PrimaryColumn({ type: 'int' }) number!: number;
  @Expose() @Column({ unique: true }) slug!: string;
  @Expose() @Transform(({ value }) => `${String(value).slice(0, 1)}…`, { toPlainOnly: true }) @Column() email!: string;
  @Expose({ groups: ['critics'] }) @Column({ type: 'int' }) rating!: number;
  @DeleteDateColumn() gone!: Date | null;
}

describeServers(
  ({ start, database }) => {
    const log = new StatementLog();
    const startPeople = (module: RestlessModuleOptions = {}, person: ResourceOptions = {}): Promise<TestApp> =>
      start({
        entities: PEOPLE,
        dataSource: { logger: log, logging: true },
        imports: [
          RestlessModule.forRoot({ cursorSecret: SECRET, ...module }),
          RestlessModule.forFeature([
            { entity: Person, ...person },
            Computer,
            { entity: Person, prefix: 'both', pagination: 'both' },
            { entity: Person, prefix: 'number', pagination: 'number' },
          ]),
        ],
        seed: seedPeople,
      });

    describe('a list of six', () => {
      let app: TestApp;
      const get = jsonApi(() => app);
      beforeAll(async () => {
        app = await startPeople({ pagination: 'cursor', maxPageSize: 4 });
      });
      afterAll(() => app.close());

      /** The cursor of each person, by id. */
      const cursorsBy = async (sort: string): Promise<ReadonlyMap<string, string>> => {
        const pages = [await get(`/api/person?sort=${sort}&page[size]=4`)];
        pages.push(await get(pages[0]!.at('/links/next') as string));
        return new Map(pages.flatMap((page) => (ids(page) as string[]).map((id, at) => [id, cursors(page)[at]!])));
      };

      it('closes every sort with a key that tells rows apart, and has an order without one [P1]', async () => {
        expect(await follow(app, '/api/person?page[size]=1', 'next')).toEqual(
          ['1', '2', '3', '4', '5', '6'].map((id) => [id]),
        );
        const byAge = (await follow(app, '/api/person?sort=-age&page[size]=1', 'next')).flat();
        expect(byAge.filter((id) => id !== '4')).toEqual(['5', '3', '1', '6', '2']);
      });

      it.each(['0', '-1', '1.5', 'x', '', '+2', '1e1'])('refuses %j as the size of a page [P2]', async (size) => {
        expect(refusal(await get(`/api/person?page[size]=${encodeURIComponent(size)}`))).toEqual([
          400,
          'BAD_PAGE',
          { parameter: 'page[size]' },
        ]);
      });

      it('refuses a size above the maximum, and says the maximum [P3]', async () => {
        const answer = await get('/api/person?page[size]=5');

        expect([answer.status, answer.at('/errors')]).toEqual([
          400,
          [
            {
              links: { type: `${PROFILE}/max-size-exceeded` },
              status: '400',
              code: 'BAD_PAGE',
              title: 'Invalid page',
              detail: 'A page holds at most 4 resources; 5 were asked for.',
              source: { parameter: 'page[size]' },
              meta: { page: { maxSize: 4 } },
            },
          ],
        ]);
      });

      it('has a default size within the maximum [P4]', async () => {
        expect(ids(await get('/api/person'))).toEqual(['1', '2', '3', '4']);
      });

      it('has exactly as many rows as are asked for, while there are [P5]', async () => {
        const pages = await follow(app, '/api/person?sort=name&page[size]=4', 'next');

        expect(pages.map((page) => page.length)).toEqual([4, 2]);
      });

      it('starts right behind a cursor, and is empty behind the last [P6]', async () => {
        const by = await cursorsBy('-name');
        const order = [...by.keys()];

        for (const [at, id] of order.entries()) {
          const page = await get(`/api/person?sort=-name&page[size]=2&page[after]=${by.get(id)!}`);
          expect(ids(page)).toEqual(order.slice(at + 1, at + 3));
        }
      });

      it('ends right before a cursor, and is empty before the first [P7]', async () => {
        const by = await cursorsBy('-name');
        const order = [...by.keys()];

        for (const [at, id] of order.entries()) {
          const page = await get(`/api/person?sort=-name&page[size]=2&page[before]=${by.get(id)!}`);
          expect(ids(page)).toEqual(order.slice(Math.max(0, at - 2), at));
        }
      });

      it('goes on from a row that is not there any more [P6]', async () => {
        const own = await startPeople({ pagination: 'cursor' }, { methods: ['GET', 'DELETE'] });
        const first = await own.get('/api/computer?sort=name&page[size]=3');
        await own.request('DELETE', '/api/person/1');
        const { manager } = own.app.get<{ manager: { query(sql: string): Promise<unknown> } }>(
          (await import('typeorm')).DataSource,
        );
        await manager.query(`DELETE FROM computer WHERE id = ${(ids(first) as string[])[2]!}`);
        const next = await own.get(first.at('/links/next') as string);
        await own.close();

        expect([ids(first), ids(next)]).toEqual([
          ['6', '1', '3'],
          ['4', '7', '5'],
        ]);
      });

      it.each(['page[after]', 'page[before]'])('refuses what is no cursor, as %s [P8]', async (parameter) => {
        const cursor = (await cursorsBy('name')).get('3')!;
        const ask = (text: string, sort = 'name', at = '/api/person') =>
          get(`${at}?sort=${sort}&${parameter}=${encodeURIComponent(text)}`);
        const flipped = [...cursor].map((character, at) => (at === 30 ? (character === 'A' ? 'B' : 'A') : character));

        for (const answer of [
          await ask(''),
          await ask('x'),
          await ask('"><script>'),
          await ask(flipped.join('')),
          await ask(cursor.slice(0, -1)),
          await ask(`${cursor}A`),
          await ask(`${cursor}=`),
          await ask('A'.repeat(7_000)),
          // Of another order, or another list.
          await ask(cursor, '-name'),
          await ask(cursor, 'name,age'),
          await ask(cursor, ''),
          await ask(cursor, 'name', '/both/person'),
          await ask(cursor, 'name', '/api/computer'),
        ])
          expect(refusal(answer)).toEqual([400, 'BAD_CURSOR', { parameter }]);
        expect((await ask(cursor)).status).toBe(200);
      });

      it('takes a cursor once [P8]', async () => {
        const answer = await get('/api/person?page[after]=a&page[after]=b');
        expect(refusal(answer)).toEqual([400, 'REPEATED_PARAMETER', { parameter: 'page[after]' }]);
      });

      it('starts with the first row where no cursor is given [P9]', async () => {
        expect(ids(await get('/api/person?sort=-id&page[size]=2'))).toEqual(['6', '5']);
      });

      it('has what lies between two cursors; more than the page holds is cut off [P10]', async () => {
        const by = await cursorsBy('id');
        const range = (after: string, before: string, rest = ''): Promise<Answer> =>
          get(`/api/person?sort=id&page[after]=${by.get(after)!}&page[before]=${by.get(before)!}${rest}`);
        const whole = await range('2', '5');
        // The default size is the greatest.
        const all = await range('1', '6');
        const cut = await range('1', '6', '&page[size]=3');
        const rest = await get(cut.at('/links/next') as string);

        expect([ids(whole), whole.at('/meta/page'), whole.at('/links/next'), whole.at('/links/prev')]).toEqual([
          ['3', '4'],
          { total: 6 },
          null,
          null,
        ]);
        expect([ids(all), all.at('/meta/page')]).toEqual([['2', '3', '4', '5'], { total: 6 }]);
        expect([ids(cut), cut.at('/meta/page')]).toEqual([['2', '3', '4'], { total: 6, rangeTruncated: true }]);
        expect([ids(rest), rest.at('/meta/page'), rest.at('/links/next')]).toEqual([['5'], { total: 6 }, null]);
        expect(ids(await range('5', '2'))).toEqual([]);
      });

      it('has the cursor of every row in its meta, in related lists and linkage too [P11]', async () => {
        for (const path of [
          '/api/person?include=computers',
          '/api/person/1/computers',
          '/api/person/1/relationships/computers',
        ]) {
          const answer = await get(`${path}${path.includes('?') ? '&' : '?'}page[size]=1`);
          const next = await get(`${path}${path.includes('?') ? '&' : '?'}page[after]=${cursors(answer)[0]!}`);

          expect([answer.at('/data/0/meta'), ids(answer)]).toEqual([
            { page: { cursor: expect.stringMatching(/^[\w-]+$/) as string } },
            ['1'],
          ]);
          expect((ids(next) as string[])[0]).toBe('2');
          expect(answer.at('/included/0/meta')).toBeUndefined();
        }
      });

      it('says at every page where to go on [P12, P13, P14]', async () => {
        const rel = (answer: Answer): unknown => [
          answer.at('/links/prev') === null ? null : parameters(answer.at('/links/prev')),
          answer.at('/links/next') === null ? null : parameters(answer.at('/links/next')),
        ];
        const text = expect.any(String) as string;
        const before = { sort: 'name', 'page[size]': '3', 'page[before]': text };
        const after = { sort: 'name', 'page[size]': '3', 'page[after]': text };
        const first = await get('/api/person?sort=name&page[size]=3');
        const second = await get(first.at('/links/next') as string);
        const behind = await get(`/api/person?sort=name&page[size]=3&page[after]=${cursors(second)[2]!}`);
        const last = await get(first.at('/links/last') as string);
        const back = await get(second.at('/links/prev') as string);
        const front = await get(`/api/person?sort=name&page[size]=3&page[before]=${cursors(first)[0]!}`);

        expect([ids(first), rel(first)]).toEqual([ids(back), [null, after]]);
        expect(rel(second)).toEqual([before, null]);
        expect([ids(last), rel(last)]).toEqual([ids(second), [before, null]]);
        expect(rel(back)).toEqual([null, after]);
        // Behind the last row there are none, and in front of them the last ones.
        expect([ids(behind), rel(behind)]).toEqual([[], [before, null]]);
        expect(ids(await get(behind.at('/links/prev') as string))).toEqual(ids(last));
        expect([ids(front), rel(front)]).toEqual([[], [null, after]]);
        expect(ids(await get(front.at('/links/next') as string))).toEqual(ids(first));
        expect(parameters(first.at('/links/first'))).toEqual({ sort: 'name', 'page[size]': '3' });
        expect(first.headers.link).toMatch(/; rel="first", <[^>]+>; rel="last", <[^>]+>; rel="next"$/);
      });

      it('has no links to further pages where one has all rows, or none [P12, P13]', async () => {
        const all = await get('/api/person?filter[age]=36');
        const none = await get('/api/person?filter[name]=nobody');

        expect([all.at('/links/prev'), all.at('/links/next')]).toEqual([null, null]);
        expect([none.at('/links/prev'), none.at('/links/next'), none.at('/meta')]).toEqual([
          null,
          null,
          { total: 0, page: { total: 0 } },
        ]);
      });

      it('counts all rows, not those behind the cursor [P15]', async () => {
        const first = await get('/api/person?filter[age][ge]=20&page[size]=2');
        const second = await get(first.at('/links/next') as string);
        const behind = await get(`/api/person?filter[age][ge]=20&page[after]=${cursors(second)[1]!}`);

        for (const answer of [first, second, behind])
          expect(answer.at('/meta')).toEqual({ total: 4, page: { total: 4 } });
      });

      it('says which profile it keeps to [JA-5]', async () => {
        for (const path of ['/api/person', '/api/person/1/computers', '/api/person/1/relationships/computers']) {
          const answer = await get(path, { Accept: `application/vnd.api+json; profile="${PROFILE}"` });
          expect([answer.headers['content-type'], answer.at('/jsonapi')]).toEqual([
            `application/vnd.api+json; profile="${PROFILE}"`,
            { version: '1.1', profile: [PROFILE] },
          ]);
        }
        const one = await get('/api/person/1');
        expect([one.headers['content-type'], one.at('/jsonapi')]).toEqual([
          'application/vnd.api+json',
          { version: '1.1' },
        ]);
        const uncounted = await get('/number/person');
        expect(uncounted.headers['content-type']).toBe('application/vnd.api+json');
      });

      it('has no numbers, groups or single resources by cursor', async () => {
        const by = await cursorsBy('id');
        expect(refusal(await get('/api/person?page[number]=1'))).toEqual([
          400,
          'BAD_PAGE',
          { parameter: 'page[number]' },
        ]);
        expect(refusal(await get('/api/person?groupBy=age'))).toEqual([400, 'BAD_PAGE', { parameter: 'groupBy' }]);
        expect(refusal(await get(`/api/person?filter[single]=1&page[after]=${by.get('1')!}`))).toEqual([
          400,
          'BAD_PAGE',
          { parameter: 'page[after]' },
        ]);
        expect(refusal(await get(`/api/person/1?page[before]=${by.get('1')!}`))).toEqual([
          400,
          'BAD_PARAMETER',
          { parameter: 'page[before]' },
        ]);
      });

      it('has one bounded range for the rows behind a cursor', async () => {
        const sorted = await get('/number/person?page[size]=1');
        expect(sorted.status).toBe(200);
        const first = await get('/api/person?sort=name&page[size]=2&fields[person]=name');
        const [statement, ...more] = await log.during(() => get(first.at('/links/next') as string));

        expect(more).toEqual([]);
        const sql = statement!.sql.replaceAll('`', '"').replace(/\$\d+/g, '?');
        expect(sql).toMatch(
          'WHERE ("_t1"."name" >= ? AND ("_t1"."name" > ? OR ("_t1"."name" = ? AND "_t1"."id" > ?))) ORDER BY "_t1"."name" ASC, "_t1"."id" ASC LIMIT ? OFFSET ?',
        );
        expect(statement!.parameters).toEqual(['Bob', 'Bob', 'Bob', 2, 3, 0]);
      });

      it('looks for rows without a value only where the others do not fill the page', async () => {
        const before = database.kind === 'postgres' ? 'age' : '-age';
        const first = await get(`/api/person?sort=${before}&page[size]=2`);
        const second = await log.during(() => get(first.at('/links/next') as string));
        const third = await log.during(() => get(`/api/person?sort=${before}&page[after]=${cursors(first)[1]!}`));

        expect([second.length, third.length]).toEqual([1, 2]);
        for (const { sql } of [...second, ...third]) expect(sql).not.toMatch(/CASE/);
      });
    });

    describe('the option pagination', () => {
      let app: TestApp;
      beforeAll(async () => {
        app = await startPeople();
      });
      afterAll(() => app.close());

      it('is for numbers unless it says otherwise, and refuses cursors then', async () => {
        const answer = await app.get('/api/person?page[size]=2');
        expect(parameters(answer.at('/links/next'))).toEqual({ 'page[size]': '2', 'page[number]': '2' });
        expect(answer.at('/data/0/meta')).toBeUndefined();
        const refused = await app.get('/api/person?page[after]=x');
        expect([refusal(refused), refused.at('/errors/0/detail')]).toEqual([
          [400, 'BAD_PAGE', { parameter: 'page[after]' }],
          'person has no cursors; pages are asked for with "page[number]".',
        ]);
      });

      it('is for both: by number where one is given, otherwise by cursor', async () => {
        const numbered = await app.get('/both/person?page[size]=2&page[number]=2');
        const first = await app.get('/both/person?page[size]=2');
        const second = await app.get(first.at('/links/next') as string);
        const grouped = await app.get('/both/person?page[size]=2&groupBy=boss.id');
        const mixed = await app.get(`/both/person?page[number]=1&page[after]=${cursors(first)[0]!}`);

        expect([ids(numbered), parameters(numbered.at('/links/next'))]).toEqual([
          ['3', '4'],
          { 'page[size]': '2', 'page[number]': '3' },
        ]);
        expect([ids(second), numbered.headers['content-type']]).toEqual([['3', '4'], 'application/vnd.api+json']);
        expect(parameters(grouped.at('/links/next'))).toEqual({
          'page[size]': '2',
          groupBy: 'boss.id',
          'page[number]': '2',
        });
        expect(refusal(mixed)).toEqual([400, 'BAD_PAGE', { parameter: 'page[number]' }]);
        const refused = await app.get(`/both/person?groupBy=age&page[after]=${cursors(first)[0]!}`);
        expect(refusal(refused)).toEqual([400, 'BAD_PAGE', { parameter: 'groupBy' }]);
      });

      it('leaves paging off, where it is off, until a client asks for a size', async () => {
        const own = await startPeople({ pagination: 'cursor', pageSize: 0 });
        const all = await own.get('/api/person');
        const first = await own.get('/api/person?page[size]=2');
        const rest = await own.get(`/api/person?page[after]=${cursors(first)[1]!}`);
        await own.close();

        expect([ids(all), all.at('/links')]).toEqual([['1', '2', '3', '4', '5', '6'], { self: '/api/person' }]);
        expect([ids(first), ids(rest)]).toEqual([
          ['1', '2'],
          ['3', '4', '5', '6'],
        ]);
      });
    });

    it('leaves totals out, and finds the next page all the same [P13, P15]', async () => {
      const app = await startPeople({ pagination: 'cursor', count: 'none' });
      const first = await app.get('/api/person?page[size]=4');
      const last = await app.get(first.at('/links/next') as string);
      const flat = await app.get('/api/person?results_per_page=4', FLAT);
      await app.close();

      expect([ids(first), first.at('/meta'), ids(last), last.at('/links/next')]).toEqual([
        ['1', '2', '3', '4'],
        undefined,
        ['5', '6'],
        null,
      ]);
      expect(Object.keys(flat.body as object)).toEqual(['next_cursor', 'prev_cursor', 'objects']);
    });

    it('refuses a sort whose values no cursor holds [P16]', async () => {
      const app = await startPeople(
        { pagination: 'cursor' },
        {
          sortable: {
            name: true,
            quirk: { sql: (row: { column: (name: string) => unknown }) => row.column('age') } as never,
          },
        },
      );
      const answer = await app.get('/api/person?sort=quirk');
      await app.close();

      expect([refusal(answer), answer.at('/errors/0/links')]).toEqual([
        [400, 'BAD_SORT', { parameter: 'sort' }],
        { type: `${PROFILE}/unsupported-sort` },
      ]);
    });

    it('has the same bytes whether or not somebody sees the document', async () => {
      const seen = { GET_COLLECTION: [() => undefined], GET_RELATIONSHIP: [() => undefined] };
      const plain = await startPeople({ pagination: 'cursor' });
      const first = (await plain.get('/api/person?sort=-age&page[size]=2&include=computers')).at(
        '/links/next',
      ) as string;
      const paths = [
        first,
        '/api/person',
        '/api/person?fields[person]=',
        '/api/person/1/relationships/computers?include=computers',
      ];
      const texts: string[] = [];
      for (const path of paths) texts.push((await plain.get(path)).text);
      await plain.close();
      // Another process with the same secret goes on where this one has ended.
      const other = await startPeople({ pagination: 'cursor', postprocessors: seen });
      for (const [at, path] of paths.entries()) expect((await other.get(path)).text).toBe(texts[at]);
      await other.close();
    });

    it('reads no cursors of an application with another secret [P8]', async () => {
      const one = await startPeople({ pagination: 'cursor', cursorSecret: undefined });
      const next = (await one.get('/api/person?page[size]=1')).at('/links/next') as string;
      await one.close();
      const two = await startPeople({ pagination: 'cursor', cursorSecret: undefined });
      const answer = await two.get(next);
      await two.close();

      expect(refusal(answer)).toEqual([400, 'BAD_CURSOR', { parameter: 'page[after]' }]);
    });

    describe('in flat JSON', () => {
      let app: TestApp;
      const get = (query: string): Promise<Answer> => app.get(`/api/person?${query}`, FLAT);
      const found = (answer: Answer): unknown => answer.at('/objects/*/id');
      const byAge = `q=${encodeURIComponent('{"order_by":[{"field":"name"}],"filters":[{"name":"id","op":"lt","val":6}]}')}`;
      beforeAll(async () => {
        app = await startPeople({ pagination: 'both', maxPageSize: 4 });
      });
      afterAll(() => app.close());

      it('has the cursors around the page in its envelope', async () => {
        const first = await get(`${byAge}&results_per_page=2`);
        const second = await get(`${byAge}&results_per_page=2&after=${String(first.at('/next_cursor'))}`);
        const third = await get(`${byAge}&results_per_page=2&after=${String(second.at('/next_cursor'))}`);
        const back = await get(`${byAge}&results_per_page=2&before=${String(third.at('/prev_cursor'))}`);

        expect(Object.keys(first.body as object)).toEqual([
          'num_results',
          'total_pages',
          'next_cursor',
          'prev_cursor',
          'objects',
        ]);
        expect([first.at('/num_results'), first.at('/prev_cursor')]).toEqual([5, null]);
        expect([first, second, third, back].map(found)).toEqual([[1, 2], [3, 4], [5], [3, 4]]);
        expect(third.at('/next_cursor')).toBeNull();
        expect([third.headers['content-range'], third.headers['x-total-count']]).toEqual(['person */5', '5']);
      });

      it('goes by number where one is given', async () => {
        const answer = await get('page=2&results_per_page=4');
        expect([answer.at('/page'), found(answer), answer.at('/next_cursor')]).toEqual([2, [5, 6], undefined]);
      });

      it('caps the size, and has ranges [PAG-04, P10]', async () => {
        const by = ((await app.get('/api/person')).at('/data/*/meta/page/cursor') ?? []) as string[];
        const cut = await get(`after=${by[0]!}&before=${by[3]!}&results_per_page=1`);
        const whole = await get(`after=${by[0]!}&before=${by[3]!}`);

        expect(found(await get('results_per_page=99'))).toHaveLength(4);
        expect([found(cut), cut.at('/range_truncated')]).toEqual([[2], true]);
        expect([found(whole), whole.at('/range_truncated')]).toEqual([[2, 3], undefined]);
      });

      it('refuses what is no cursor, and cursors of lists that have none [P8]', async () => {
        const refused = await get('after=x');
        const windowed = await get(`q={"limit":3}&after=x`);

        expect([refused.status, refused.at('/message')]).toEqual([
          400,
          'This is no cursor of this list in this order. Start again without it, or with the sort that it is from.',
        ]);
        expect([windowed.status, windowed.at('/message')]).toEqual([
          400,
          'A list with "limit" or "offset" has no pages by cursor.',
        ]);
        expect((await get('q={"limit":3}')).at('/page')).toBe(1);
      });
    });

    it.each(['cursor', 'both'] as const)('answers writes where lists have pages by %s', async (pagination) => {
      const app = await startPeople({ pagination, methods: ['GET', 'POST', 'PATCH'], returning: 'always' });
      const send = (method: string, path: string, type: string, body: unknown): Promise<Answer> =>
        app.request(method, path, { headers: { Accept: type, 'Content-Type': type }, body });
      const person = (id: string | undefined, name: string): object => ({
        data: { type: 'person', id, attributes: { name } },
      });
      const flat = await send('POST', '/api/person', 'application/json', {
        name: 'Flat',
        computers: [{ name: 'kit', price: '1.00' }],
      });
      const made = await send('POST', '/api/person?include=computers', JSON_API, person(undefined, 'Made'));
      const changed = await send('PATCH', '/api/person/1?include=computers', JSON_API, person('1', 'Changed'));
      await app.close();

      expect([flat.status, flat.at('/name'), flat.at('/computers/*/name')]).toEqual([201, 'Flat', ['kit']]);
      expect([made.status, made.at('/data/attributes/name'), made.at('/included')]).toEqual([201, 'Made', []]);
      expect([changed.status, changed.at('/data/attributes/name')]).toEqual([200, 'Changed']);
    });

    it('tells nothing of what a viewer may not see, and has no rows out of scope', async () => {
      const app = await start({
        entities: [Note],
        imports: [
          RestlessModule.forRoot({ pagination: 'cursor', cursorSecret: SECRET }),
          RestlessModule.forFeature([{ entity: Note, scope: { name: 'number', op: 'ne', val: 777_003 } }]),
        ],
        seed: async (dataSource) => {
          const notes = dataSource.getRepository(Note);
          for (const [slug, number] of [
            ['a', 777_001],
            ['b', 777_002],
            ['c', 777_003],
            ['d', 777_004],
            ['e', 777_005],
          ] as const)
            await notes.insert({ slug, number, email: `${slug}@secret.example`, rating: 5 });
          await notes.softDelete({ slug: 'd' });
        },
      });
      const answer = await app.get('/api/note?sort=email&page[size]=1');
      const walk = await follow(app, '/api/note?sort=-email&page[size]=1', 'next');
      const hidden = await app.get('/api/note?sort=rating');
      await app.close();

      expect(walk).toEqual([['e'], ['b'], ['a']]);
      // The key behind the id and the value behind @Transform are in the cursor, where nobody can read them.
      const cursor = cursors(answer)[0]!;
      for (const secret of ['777001', 'secret', 'a@secret.example'])
        expect([cursor, Buffer.from(cursor, 'base64url').toString('latin1')].join()).not.toMatch(secret);
      expect(refusal(hidden)).toEqual([400, 'UNKNOWN_FIELD', { parameter: 'sort' }]);
    });
  },
  { adapters: ['express'] },
);
