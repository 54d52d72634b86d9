/** Writing in the flat JSON of classic Flask-Restless: one row, its verbs, its answers, and what is refused. */
import { RestlessModule, type RestlessModuleOptions } from 'nestjs-restless';
import { type Answer, describeServers, type TestApp } from '../support/app.js';
import { PEOPLE, Person, seedPeople } from '../support/people.js';

const FLAT = 'application/json';
const JSON_API = 'application/vnd.api+json';
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const q = (search: unknown): string => `q=${encodeURIComponent(JSON.stringify(search))}`;

describeServers(
  (server) => {
    let app: TestApp;
    const start = (options: RestlessModuleOptions = {}): Promise<TestApp> =>
      server.start({
        entities: PEOPLE,
        imports: [
          RestlessModule.forRoot({ methods: METHODS, allowPatchMany: true, allowDeleteMany: true, ...options }),
          RestlessModule.forFeature([...PEOPLE, { entity: Person, collectionName: 'readonly', methods: ['GET'] }]),
        ],
        seed: seedPeople,
      });
    const send = (method: string, path: string, body?: unknown, type = FLAT): Promise<Answer> =>
      app.request(method, path, {
        headers: { Accept: FLAT, ...(body === undefined ? {} : { 'Content-Type': type }) },
        ...(body === undefined ? {} : { body }),
      });
    const person = async (id: number): Promise<unknown> => (await send('GET', `/api/person/${id}`)).body;

    beforeEach(async () => {
      app = await start();
    });
    afterEach(() => app.close());

    it('says that a document of JSON:API came under the wrong media type', async () => {
      const document = { data: { type: 'person', attributes: { name: 'Grace' } } };
      const answer = await send('POST', '/api/person', document);

      expect([answer.status, answer.at('/message')]).toEqual([
        400,
        'This is a document of JSON:API, whose media type is application/vnd.api+json; in application/json the fields of a person stand in the object itself.',
      ]);
      expect((await send('POST', '/api/person', document, JSON_API)).status).toBe(201);
    });

    it('creates a row, and shows where it is and what it holds [CRE-01, CRE-02, DAT-01, DAT-02, DAT-04, contradiction 6]', async () => {
      const answer = await send('POST', '/api/person?q=1', {
        name: 'Grace',
        age: null,
        birthDate: '1906-12-09T10:00:00',
      });
      const blank = await send('POST', '/api/person', { name: 'Blank', birthDate: ' ' });

      expect([answer.status, answer.headers['content-type'], answer.headers.location]).toEqual([
        201,
        FLAT,
        '/api/person/7',
      ]);
      expect(answer.body).toEqual({
        ...{ id: 7, name: 'Grace', age: null, birthDate: '1906-12-09' },
        ...{ boss: null, reports: [], computers: [] },
      });
      expect(await person(7)).toEqual(answer.body);
      expect(blank.at('/birthDate')).toBeNull();
    });

    it('changes a row with PATCH and with PUT, and shows it [UPD-01, UPD-04, UPD-06, MET-07, DAT-05, contradictions 37 and 39]', async () => {
      const patched = await send('PATCH', '/api/person/1', { age: 37 });
      const put = await send('PUT', '/api/person/1', { id: 1, birthDate: null });
      const nothing = await send('PATCH', '/api/person/1', {});

      expect([patched.status, put.status, nothing.status]).toEqual([200, 200, 200]);
      expect(patched.body).toMatchObject({ id: 1, name: 'Ada', age: 37, birthDate: '1815-12-10' });
      expect(put.body).toMatchObject({ id: 1, name: 'Ada', age: 37, birthDate: null });
      expect(nothing.body).toEqual(put.body);
      expect(await person(1)).toEqual(put.body);
    });

    it('deletes a row, once [DEL-01, DEL-02, REL-02, ERR-02, contradiction 7]', async () => {
      const [first, second] = [await send('DELETE', '/api/computer/7'), await send('DELETE', '/api/computer/7')];

      expect([first.status, first.text, second.status, second.body]).toEqual([
        ...[204, '', 404],
        { message: 'There is no computer with the id "7".' },
      ]);
      expect((await send('PATCH', '/api/computer/7', { name: 'x' })).status).toBe(404);
    });

    it('takes out a member that the URL names, and keeps its row [MET-16, RCL-14]', async () => {
      const out = await send('DELETE', '/api/person/1/computers/2');
      const again = await send('DELETE', '/api/person/1/computers/2');
      const others = await send('DELETE', '/api/person/1/computers/3');
      const unknown = await send('DELETE', '/api/person/1/friends/1');
      const one = await send('DELETE', '/api/computer/1/owner/1');

      expect([out.status, out.text]).toEqual([204, '']);
      expect([again.status, others.status, unknown.status, one.status]).toEqual([404, 404, 404, 403]);
      expect(again.body).toEqual({ message: '"computers" leads to no computer with the id "2".' });
      expect((await send('GET', '/api/computer/2')).body).toMatchObject({ name: 'tower', owner: null });
      expect((await send('GET', '/api/computer/3')).at('/owner/id')).toBe(2);
    });

    it('answers 405 where classic clients never wrote, and in JSON:API what it does not have [MET-08, MET-13, MET-15, MET-17, contradiction 37]', async () => {
      const requests: [method: string, path: string][] = [
        ['PATCH', '/api/person/1/computers/1'],
        ['PUT', '/api/person/1/computers'],
        ['DELETE', '/api/person/1/computers'],
        ['PUT', '/api/readonly/1'],
        ['PUT', '/api/readonly'],
      ];
      const strict = { headers: { Accept: JSON_API, 'Content-Type': JSON_API }, body: { data: {} } };
      const put = await app.request('PUT', '/api/person/1', strict);
      const member = await app.request('DELETE', '/api/person/1/computers/1', { headers: { Accept: JSON_API } });

      for (const [method, path] of requests) expect((await send(method, path, {})).status).toBe(405);
      expect([put.status, put.headers.allow]).toEqual([405, 'GET, HEAD, PATCH, DELETE, OPTIONS']);
      expect([member.status, member.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
      expect((await send('OPTIONS', '/api/person/1')).headers.allow).toBe('GET, HEAD, PUT, PATCH, DELETE, OPTIONS');
      expect((await send('OPTIONS', '/api/person/1/computers/1')).headers.allow).toBe('GET, HEAD, DELETE, OPTIONS');
      expect((await send('GET', '/api/person/1/computers')).at('/objects/*/id')).toEqual([1, 2]);
    });

    it('changes the rows that a search finds, in the body or in the URL [BLK-01…BLK-04, BLK-08, MET-07, contradictions 3 and 20]', async () => {
      const apple = { filters: [{ name: 'vendor', op: 'eq', val: 'Apple' }] };
      const inBody = await send('PATCH', '/api/computer', { q: apple, price: '1.00' });
      const inUrl = await send('PUT', `/api/computer?${q(apple)}`, { vendor: 'Pear' });
      const none = await send('PATCH', '/api/computer', { q: apple, vendor: 'x' });
      const empty = await send('PATCH', '/api/computer', {
        q: { filters: [{ name: 'vendor', op: 'eq', val: 'Dell' }] },
      });
      const wrong = await send('PATCH', '/api/computer', { q: { filters: [{ name: 'nope', op: 'eq', val: 1 }] } });
      const all = await send('PATCH', '/api/computer', { vendor: 'x' });

      expect([inBody.status, inBody.body, inUrl.body]).toEqual([200, { num_modified: 3 }, { num_modified: 3 }]);
      expect([none.body, empty.body]).toEqual([{ num_modified: 0 }, { num_modified: 0 }]);
      expect([wrong.status, all.status]).toEqual([400, 400]);
      const changed = await send('GET', `/api/computer?${q({ filters: [{ name: 'vendor', op: 'eq', val: 'Pear' }] })}`);
      expect(changed.at('/objects/*/id')).toEqual([1, 3, 5]);
      expect(changed.at('/objects/*/price')).toEqual(['1.00', '1.00', '1.00']);
    });

    it('changes and deletes a stretch of them [BLK-07, BLK-11]', async () => {
      const search = {
        filters: [{ name: 'id', op: 'ge', val: 1 }],
        order_by: [{ field: 'id', direction: 'desc' }],
        limit: 2,
      };
      const patched = await send('PATCH', '/api/computer', { q: { ...search, offset: 1 }, vendor: 'last' });
      const deleted = await send('DELETE', `/api/computer?${q(search)}`);
      const past = await send('PATCH', '/api/computer', { q: { ...search, offset: 99 }, vendor: 'none' });

      expect([patched.body, deleted.body, past.body]).toEqual([
        { num_modified: 2 },
        { num_deleted: 2 },
        { num_modified: 0 },
      ]);
      const left = await send('GET', '/api/computer');
      expect(left.at('/objects/*/vendor')).toEqual(['Apple', 'Dell', 'Apple', 'IBM', 'last']);
    });

    it('deletes the rows that a search finds; none is a 404 [BLK-09, BLK-10, BLK-12, BLK-13]', async () => {
      const dell = { filters: [{ name: 'vendor', op: 'eq', val: 'Dell' }] };
      const deleted = await send('DELETE', '/api/computer', { q: dell });
      const none = await send('DELETE', `/api/computer?${q(dell)}`);
      const all = await send('DELETE', '/api/computer');
      const bad = await send('DELETE', '/api/computer?q={');

      expect([deleted.status, deleted.body]).toEqual([200, { num_deleted: 2 }]);
      expect([none.status, none.body]).toEqual([404, { message: 'No row was found to delete.' }]);
      expect([all.status, bad.status]).toEqual([400, 400]);
      expect((await send('GET', '/api/computer')).at('/num_results')).toBe(5);
    });

    it.each([
      ['no body', '', FLAT, 400],
      ['half a body', '{', FLAT, 400],
      ['a list', '[]', FLAT, 400],
      ['null', 'null', FLAT, 400],
      ['a text', '"x"', FLAT, 400],
      ['a form', 'name=x', 'application/x-www-form-urlencoded', 415],
      ['text', '{"name":"x"}', 'text/plain', 415],
      ['what browsers of old sent', '{"name":"x"}', 'text/html', 415],
      ['a charset', '{"name":"x"}', 'application/json; charset=utf-8', 201],
    ])('answers %s with its status [CRE-15, NEG-01, NEG-05, ERR-01, UPD-04]', async (_, body, type, status) => {
      const answer = await send('POST', '/api/person', body, type);

      expect([answer.status, answer.headers['content-type']]).toEqual([status, FLAT]);
      if (status !== 201) expect(Object.keys(answer.body as object)).toEqual(['message']);
    });

    it('wants to know what a body is [NEG-02, NEG-03]', async () => {
      const body = '{"name":"x"}';
      const [post, patch] = [
        await app.request('POST', '/api/person', { headers: { Accept: FLAT }, body }),
        await app.request('PATCH', '/api/person/1', { headers: { Accept: FLAT }, body }),
      ];

      expect([post.status, patch.status]).toEqual([415, 415]);
      expect((await app.request('DELETE', '/api/computer/1', { headers: { Accept: FLAT } })).status).toBe(204);
    });

    it('tells a contradiction as a 400, without SQL [CRE-16, ERR-01, ERR-03, contradiction 33]', async () => {
      const answers = [
        await send('POST', '/api/person', { name: 'Ada' }),
        await send('PATCH', '/api/person/2', { name: 'Ada' }),
        await send('POST', '/api/person', { age: 3 }),
        await send('POST', '/api/person', { name: { $ne: 1 } }),
      ];

      expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
      for (const { body, text } of answers) {
        expect(Object.keys(body as object)).toEqual(['message']);
        expect(text).not.toMatch(/INSERT|UPDATE|constraint|SELECT/i);
      }
      expect((await send('GET', '/api/person')).at('/num_results')).toBe(6);
    });

    it('reads a body in its own format and answers in that of Accept [NEG-04]', async () => {
      const created = await app.request('POST', '/api/person?fields[person]=name', {
        headers: { Accept: JSON_API, 'Content-Type': FLAT },
        body: { name: 'Grace', computers: [{ name: 'x', price: '1' }] },
      });
      const wrong = await app.request('PATCH', '/api/person/7', {
        headers: { Accept: JSON_API, 'Content-Type': FLAT },
        body: { computers: [{ id: 8, vendor: 3 }] },
      });
      const other = await app.request('PATCH', '/api/person/7', {
        headers: { Accept: FLAT, 'Content-Type': JSON_API },
        body: { data: { type: 'person', id: '7', attributes: { age: 1 } } },
      });

      expect(created.body).toMatchObject({ data: { type: 'person', id: '7', attributes: { name: 'Grace' } } });
      expect([wrong.status, wrong.at('/errors/0/source/pointer')]).toEqual([400, '/computers/0/vendor']);
      expect([other.status, other.at('/age'), other.at('/computers/0/id')]).toEqual([200, 1, 8]);
    });

    it('has no body for a relationship alone, and says where it is changed [RJA-01, NEG-06]', async () => {
      for (const method of ['POST', 'PATCH', 'DELETE']) {
        const answer = await send(method, '/api/person/1/relationships/computers', { id: 3 });

        expect([method, answer.status]).toEqual([method, 415]);
        expect(answer.at('/message')).toBe(
          'Flat JSON has no body for "computers" alone; send it in a body for the person, or send application/vnd.api+json.',
        );
      }
      expect((await send('GET', '/api/person/1/computers')).at('/objects/*/id')).toEqual([1, 2]);
    });

    it('lets options refuse what it allows, and answers nothing where returning is never [UPD-10, RCL-03, RCL-07]', async () => {
      await app.close();
      app = await start({
        ...{ allowToManyReplacement: false, allowDeleteFromToManyRelationships: false },
        ...{ returning: 'never', allowClientGeneratedIds: false },
      });
      const answers = [
        await send('PATCH', '/api/person/1', { computers: [] }),
        await send('PATCH', '/api/person/1', { computers: { remove: [{ id: 1 }] } }),
        await send('DELETE', '/api/person/1/computers/1'),
        await send('POST', '/api/person', { id: 99, name: 'x' }),
        await send('PATCH', '/api/person/1', { computers: { add: [{ id: 3 }] } }),
      ];

      expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 204]);
      expect((await send('GET', '/api/person/1/computers')).at('/objects/*/id')).toEqual([1, 2, 3]);
    });
  },
  { databases: ['sqlite'] },
);
