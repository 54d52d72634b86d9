/** Reading in the flat JSON of classic Flask-Restless. */
import { RestlessModule } from 'nestjs-restless';
import { describeServers, type TestApp } from '../support/app.js';
import { PEOPLE, seedPeople } from '../support/people.js';

const FLAT = { Accept: 'application/json' };
const q = (search: unknown): string => `q=${encodeURIComponent(JSON.stringify(search))}`;

describeServers((server) => {
  let app: TestApp;
  const get = (path: string): ReturnType<TestApp['get']> => app.get(path, FLAT);
  const names = async (search: unknown): Promise<unknown> =>
    (await get(`/api/person?${q(search)}&results_per_page=100`)).at('/objects/*/name');

  beforeAll(async () => {
    app = await server.start({
      entities: PEOPLE,
      imports: [RestlessModule.forRoot({ formats: ['json-api', 'flat-json'] }), RestlessModule.forFeature(PEOPLE)],
      seed: seedPeople,
    });
  });
  afterAll(() => app.close());

  describe('answers', () => {
    it('one object with its related objects, one level deep [REL-01, NEG-03, INC-11]', async () => {
      const answer = await get('/api/person/2');

      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toBe('application/json');
      expect(answer.headers.vary).toContain('Accept');
      expect(answer.body).toEqual({
        id: 2,
        name: 'Bob',
        age: 17,
        birthDate: null,
        boss: { id: 1, name: 'Ada', age: 36, birthDate: '1815-12-10' },
        reports: [
          { id: 4, name: 'Dmitri', age: null, birthDate: '2000-02-29' },
          { id: 5, name: 'Émile', age: 64, birthDate: '1957-11-03' },
        ],
        computers: [{ id: 3, name: 'mini', vendor: 'Apple', price: '649.99' }],
      });
    });

    it('a page in its envelope, with links that keep the query [PAG-01, PAG-02, PAG-03, PAG-10, MET-20, contradiction 1]', async () => {
      const answer = await get(`/api/computer?${q({ order_by: [{ field: 'name' }] })}&results_per_page=3&page=2`);
      const url = `/api/computer?q=${encodeURIComponent('{"order_by":[{"field":"name"}]}')}&results_per_page=3&page=`;

      expect(answer.at('/num_results')).toBe(7);
      expect(answer.at('/total_pages')).toBe(3);
      expect(answer.at('/page')).toBe(2);
      expect(answer.at('/objects/*/name')).toEqual(['rack', 'spare', 'tablet'].sort().slice(0, 3));
      expect(answer.headers.link).toBe(
        `<${url}1>; rel="first", <${url}3>; rel="last", <${url}1>; rel="prev", <${url}3>; rel="next"`,
      );
      expect(answer.headers['x-total-count']).toBe('7');
      expect(answer.headers['content-range']).toBe('computer 3-5/7');
    });

    it('an empty list, and a page past the end [PAG-09]', async () => {
      expect((await get('/api/person/4/computers')).body).toEqual({
        num_results: 0,
        total_pages: 0,
        page: 1,
        objects: [],
      });
      expect((await get('/api/person?page=9')).body).toEqual({
        num_results: 6,
        total_pages: 1,
        page: 9,
        objects: [],
      });
    });

    it('related lists and related objects; nothing related is a 404 [REL-03, PAG-11, contradiction 40]', async () => {
      const list = await get('/api/person/1/computers?results_per_page=1&page=2');
      const owner = await get('/api/computer/1/owner');
      const member = await get('/api/person/1/computers/2');
      const nobody = await get('/api/computer/7/owner');

      expect(list.at('/objects/*/id')).toEqual([2]);
      expect(list.at('/num_results')).toBe(2);
      expect(owner.at('/name')).toBe('Ada');
      expect(owner.at('/computers/*/id')).toEqual([1, 2]);
      expect(member.at('/name')).toBe('tower');
      expect([nobody.status, nobody.at('/message')]).toEqual([404, 'There is no related resource.']);
    });

    it('a member only where it belongs to the parent [REL-04]', async () => {
      const answer = await get('/api/person/1/computers/3');

      expect([answer.status, answer.body]).toEqual([
        404,
        { message: '"computers" of person "1" leads to no computer with the id "3".' },
      ]);
    });

    it('errors as a message [ERR-01, ERR-02, CQ-28]', async () => {
      expect((await get('/api/person/99')).body).toEqual({ message: 'There is no person with the id "99".' });
      expect((await get('/api/nothing')).body).toEqual({ message: 'There is nothing at "/api/nothing".' });
      const unknown = await get(`/api/person?${q({ filters: [{ name: 'nope', op: 'eq', val: 1 }] })}`);
      expect([unknown.status, unknown.body]).toEqual([
        400,
        { message: 'person has no field "nope". Fields: id, name, age, birthDate, boss, reports, computers.' },
      ]);
    });
  });

  describe('pages', () => {
    it('cap what is too large, and fall back to the default where it is none [PAG-04, PAG-06, contradiction 4]', async () => {
      for (const size of ['0', '-1', 'x', '1.5']) {
        expect((await get(`/api/computer?results_per_page=${size}`)).at('/objects/*/id')).toHaveLength(7);
      }
      const capped = await get('/api/computer?results_per_page=100000');
      expect(capped.headers.link).toContain('results_per_page=100&page=1>');
    });

    it.each(['0', '-1', 'x', ''])('refuse page=%s [PAG-09]', async (page) => {
      expect((await get(`/api/computer?page=${page}`)).status).toBe(400);
    });

    it('ignore parameters that nobody knows [NEG-03]', async () => {
      expect((await get('/api/person/1?foo=bar&sort=nope')).status).toBe(200);
    });
  });

  describe('searches', () => {
    it('may be absent or empty [CQ-01, CQ-03]', async () => {
      expect((await get('/api/person?q=')).at('/num_results')).toBe(6);
      expect(await names({})).toHaveLength(6);
      expect(await names({ filters: [], unknown: true })).toHaveLength(6);
    });

    it.each(['{', '[]', '"age"', 'null', '3', '{"filters":{}}', '{"order_by":"name"}', '{"order_by":[{}]}'])(
      'that are none are refused: q=%s [CQ-02, CQ-28]',
      async (text) => {
        const answer = await get(`/api/person?q=${encodeURIComponent(text)}`);

        expect(answer.status).toBe(400);
        expect(typeof answer.at('/message')).toBe('string');
      },
    );

    it('compare fields with values and with each other [CQ-04, CQ-05]', async () => {
      expect(await names({ filters: [{ name: 'age', op: 'ge', val: 36 }] })).toEqual(['Ada', 'Carla', 'Émile']);
      expect(await names({ filters: [{ name: 'age', op: '>', field: 'id' }] })).toHaveLength(5);
    });

    it('look through relations, at any depth and with every operator [CQ-06, CQ-07, CQ-08, CQ-09, CQ-10, #17]', async () => {
      expect(await names({ filters: [{ name: 'computers__vendor', op: 'any', val: 'Apple' }] })).toEqual([
        'Ada',
        'Bob',
        'Carla',
      ]);
      expect(await names({ filters: [{ name: 'boss__boss__name', op: 'like', val: 'A%' }] })).toEqual([
        'Dmitri',
        'Émile',
      ]);
      expect(
        await names({
          filters: [{ name: 'computers', op: 'any', val: { name: 'vendor', op: 'is_null', unknown: 1 } }],
        }),
      ).toEqual(['yuki']);
    });

    it('join filters by and, by disjunction, and in trees [CQ-11, CQ-12, CQ-13, CQ-15, contradiction 10]', async () => {
      const filters = [
        { name: 'age', op: 'lt', val: 20 },
        { name: 'age', op: 'gt', val: 60 },
      ];

      expect(await names({ filters })).toEqual([]);
      expect(await names({ filters, disjunction: true })).toEqual(['Bob', 'Émile']);
      expect(await names({ filters: [{ or: filters }, { not: { name: 'name', op: 'eq', val: 'Bob' } }] })).toEqual([
        'Émile',
      ]);
    });

    it('order by fields, through relations too [CQ-20, CQ-21, CQ-22, CQ-23, SRT-01]', async () => {
      const order = [{ field: 'boss__name', direction: 'desc' }, { field: 'age' }];

      expect(await names({ filters: [{ name: 'boss', op: 'is_not_null' }], order_by: order })).toEqual(
        expect.arrayContaining(['Bob', 'Carla', 'Dmitri', 'Émile']),
      );
      expect((await get(`/api/person?${q({ order_by: [{ field: 'name', direction: 'constructor' }] })}`)).status).toBe(
        400,
      );
    });

    it('cut a stretch out of the rows, within which pages are counted [CQ-16, CQ-17, CQ-18, CQ-19, CQ-29]', async () => {
      const search = q({ limit: 3, offset: 1 });
      const first = await get(`/api/person?${search}&results_per_page=2`);
      const second = await get(`/api/person?${search}&results_per_page=2&page=2`);
      const third = await get(`/api/person?${search}&results_per_page=2&page=3`);

      expect([first, second, third].map((answer) => answer.at('/objects/*/id'))).toEqual([[2, 3], [4], []]);
      expect([first, second, third].map((answer) => answer.at('/num_results'))).toEqual([3, 3, 3]);
      expect(await names({ limit: 0, offset: null })).toHaveLength(6);
      expect(await names({ offset: 4 })).toEqual(['Émile', 'yuki']);
      for (const limit of [-1, 1.5, 'x', true]) {
        expect((await get(`/api/person?${q({ limit })}`)).status).toBe(400);
      }
    });

    it('ask for one row, which has an address [CQ-25, CQ-26, CQ-27, contradiction 11]', async () => {
      const one = await get(`/api/person?${q({ filters: [{ name: 'name', op: 'eq', val: 'Bob' }], single: true })}`);
      const none = await get(`/api/person?${q({ filters: [{ name: 'name', op: 'eq', val: 'x' }], single: true })}`);
      const many = await get(`/api/person?${q({ filters: [{ name: 'age', op: 'eq', val: 36 }], single: true })}`);

      expect([one.status, one.at('/name'), one.headers.location]).toEqual([200, 'Bob', '/api/person/2']);
      expect([none.status, none.body]).toEqual([404, { message: 'No result found.' }]);
      expect([many.status, many.body]).toEqual([400, { message: 'Multiple results found.' }]);
    });

    it('group, and apply to related lists [CQ-24, CQ-32, GRP-01]', async () => {
      expect(await names({ filters: [{ name: 'age', op: 'ge', val: 21 }], group_by: [{ field: 'age' }] })).toEqual([
        'Ada',
        'Émile',
        'yuki',
      ]);
      const related = await get(
        `/api/person/1/computers?${q({ filters: [{ name: 'vendor', op: 'eq', val: 'Dell' }] })}`,
      );
      expect(related.at('/objects/*/name')).toEqual(['tower']);
    });

    it('see no hidden field [CQ-33]', async () => {
      const answer = await get(`/api/person?${q({ filters: [{ name: 'password', op: 'like', val: 's%' }] })}`);

      expect(answer.status).toBe(400);
    });
  });

  describe('negotiation', () => {
    it('gives each client its own format at one address [NEG-04, contradiction 24]', async () => {
      const types = await Promise.all(
        [
          'application/json',
          'application/vnd.api+json',
          '*/*',
          'application/*',
          'text/plain, application/json;q=0.1',
          '',
        ].map(
          async (accept) =>
            (await app.get('/api/person/1', accept === '' ? {} : { Accept: accept })).headers['content-type'],
        ),
      );

      expect(types).toEqual([
        'application/json',
        'application/vnd.api+json',
        'application/vnd.api+json',
        'application/vnd.api+json',
        'application/json',
        'application/vnd.api+json',
      ]);
    });

    it('takes the weight that a client gives [NEG-04]', async () => {
      const preferred = await app.get('/api/person/1', {
        Accept: 'application/vnd.api+json;q=0.5, application/json;charset=utf-8;q=0.6',
      });
      const refused = await app.get('/api/person/1', { Accept: 'text/plain, application/json;q=0' });

      expect(preferred.headers['content-type']).toBe('application/json');
      expect(refused.status).toBe(406);
    });
  });
});

describeServers(
  (server) => {
    it('answers nothing but flat JSON where that is the only format, to the depth of embed [INC-11, NEG-04, contradictions 1 and 24]', async () => {
      const app = await server.start({
        entities: PEOPLE,
        imports: [
          RestlessModule.forRoot({ formats: ['flat-json'], embed: 2, numPagesAlias: true }),
          RestlessModule.forFeature(PEOPLE),
        ],
        seed: seedPeople,
      });
      const other = await app.get('/api/computer/3', { Accept: 'text/plain' });
      const page = await app.get('/api/computer');
      await app.close();

      expect(other.headers['content-type']).toBe('application/json');
      expect(other.at('/owner/boss/name')).toBe('Ada');
      expect(other.at('/owner/boss/boss')).toBeUndefined();
      expect([page.at('/total_pages'), page.at('/num_pages')]).toEqual([1, 1]);
    });

    it('embeds nothing with embed 0, and pages nothing with pageSize 0 [PAG-05, PAG-08, INC-11]', async () => {
      const app = await server.start({
        entities: PEOPLE,
        imports: [
          RestlessModule.forRoot({ formats: ['flat-json'], embed: 0, pageSize: 0 }),
          RestlessModule.forFeature(PEOPLE),
        ],
        seed: seedPeople,
      });
      const all = await app.get('/api/computer?page=1');
      await app.close();

      expect(all.body).toMatchObject({ num_results: 7, total_pages: 1, page: 1 });
      expect(all.at('/objects/0')).toEqual({ id: 1, name: 'laptop', vendor: 'Apple', price: '1299.00' });
      expect(all.headers.link).toBeUndefined();
    });
  },
  { databases: ['sqlite'] },
);
