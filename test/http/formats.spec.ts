/** One URL, two representations: which format a request is answered in, by the option `formats` and by its headers. */
import { RestlessModule, type RestlessModuleOptions } from 'nestjs-restless';
import { type Answer, describeServers, type TestApp } from '../support/app.js';
import { Computer, PEOPLE, Person, seedPeople } from '../support/people.js';

const JSON_API = 'application/vnd.api+json';
const JSON_FLAT = 'application/json';

const typeOf = ({ headers }: Answer): string | undefined => headers['content-type'];

describeServers(
  (server) => {
    // What browsers get besides is in explorer.spec.ts.
    const start = (options: RestlessModuleOptions = {}): Promise<TestApp> =>
      server.start({
        entities: PEOPLE,
        imports: [
          RestlessModule.forRoot({ explorer: false, ...options }),
          RestlessModule.forFeature([
            Person,
            { entity: Computer, methods: ['GET', 'POST', 'DELETE'] },
            { entity: Computer, collectionName: 'plain', formats: ['flat-json'] },
            { entity: Computer, collectionName: 'strict', formats: ['json-api'] },
            {
              entity: Computer,
              collectionName: 'locked',
              formats: ['flat-json'],
              methods: ['GET', 'POST'],
              guards: [{ canActivate: () => false }],
            },
          ]),
        ],
        seed: seedPeople,
      });

    describe('with both formats, the default', () => {
      let app: TestApp;
      beforeAll(async () => {
        app = await start();
      });
      afterAll(() => app.close());

      it.each([
        [JSON_FLAT, JSON_FLAT],
        ['application/json; charset=utf-8', JSON_FLAT],
        [JSON_API, JSON_API],
        ['*/*', JSON_API],
        ['application/*', JSON_API],
        ['', JSON_API],
        [`${JSON_FLAT};q=0.4, ${JSON_API};q=0.5`, JSON_API],
        [`${JSON_FLAT};q=0.6, ${JSON_API};q=0.5`, JSON_FLAT],
        [`${JSON_FLAT}, ${JSON_API}`, JSON_API],
        ['application/json, text/plain, */*', JSON_FLAT],
        ['application/json, text/javascript, */*; q=0.01', JSON_FLAT],
        ['text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8', JSON_API],
        [`${JSON_API};q=0, */*`, JSON_FLAT],
      ])('answers Accept: %s with %s [NEG-04, NEG-08]', async (accept, type) => {
        const answer = await app.get('/api/person/1', { Accept: accept });

        expect([answer.status, typeOf(answer)]).toEqual([200, type]);
        expect(answer.headers.vary).toBe('Accept');
      });

      it('answers without an Accept in the first format, and a request with a type in its own [NEG-03, NEG-04]', async () => {
        const types: Record<string, string>[] = [
          {},
          { 'Content-Type': JSON_FLAT },
          { 'Content-Type': JSON_API },
          { 'Content-Type': 'text/plain' },
        ];
        const bare = await Promise.all(types.map((headers) => app.get('/api/person', headers)));
        const anything = await Promise.all(
          types.map((headers) => app.get('/api/person', { ...headers, Accept: '*/*' })),
        );
        const root = await Promise.all(types.map((headers) => app.get('/api', headers)));

        for (const answers of [bare, anything, root]) {
          expect(answers.map(typeOf)).toEqual([JSON_API, JSON_FLAT, JSON_API, JSON_API]);
        }
      });

      it('lets an explicit Accept win over the type of the body [NEG-04]', async () => {
        const answer = await app.get('/api/person/1', { 'Content-Type': JSON_FLAT, Accept: JSON_API });

        expect(typeOf(answer)).toBe(JSON_API);
      });

      it.each(['text/html', 'text/*', `${JSON_API};q=0, ${JSON_FLAT};q=0`, `${JSON_API};charset=utf-8`])(
        'has nothing for Accept: %s, and says so in the first format [NEG-09, NEG-10]',
        async (accept) => {
          const answer = await app.get('/api/person/1', { Accept: accept });

          expect([answer.status, typeOf(answer)]).toEqual([406, JSON_API]);
          expect(answer.at('/errors/0/detail')).toBe(
            'Answers here are application/vnd.api+json or application/json, without parameters that this server does not know.',
          );
        },
      );

      it('writes every error in the format of the request [NEG-04]', async () => {
        const failures = (headers: Record<string, string>): Promise<Answer[]> =>
          Promise.all([
            app.get('/api/person/99', headers),
            app.get('/api/nothing', headers),
            app.request('PUT', '/api/person/1', { headers }),
            app.request('PATCH', '/api', { headers }),
            app.request('POST', '/api/computer', { headers: { 'Content-Type': JSON_FLAT, ...headers }, body: '{"a' }),
          ]);
        const flat = await failures({ Accept: JSON_FLAT });
        const own = await failures({ 'Content-Type': JSON_FLAT });
        const jsonApi = await failures({ Accept: JSON_API });

        expect(flat.map(typeOf)).toEqual(Array(5).fill(JSON_FLAT));
        expect(own.map(typeOf)).toEqual(Array(5).fill(JSON_FLAT));
        expect(jsonApi.map(typeOf)).toEqual(Array(5).fill(JSON_API));
        for (const answers of [flat, own, jsonApi]) {
          expect(answers.map(({ status }) => status)).toEqual([404, 404, 405, 405, answers[4]!.status]);
          expect([400, 415]).toContain(answers[4]!.status);
        }
        expect(flat[0]!.body).toEqual({ message: 'There is no person with the id "99".' });
      });

      it('refuses a body that is in neither, in the format that is wanted [NEG-01, NEG-02, NEG-05, NEG-06]', async () => {
        for (const [accept, at] of [
          [JSON_API, '/errors/0/detail'],
          [JSON_FLAT, '/message'],
        ] as const) {
          for (const type of [{}, { 'Content-Type': 'text/plain' }, { 'Content-Type': 'text/html' }] as Record<
            string,
            string
          >[]) {
            const headers = { ...type, Accept: accept };
            const answer = await app.request('POST', '/api/computer', { headers, body: '{"name":"x"}' });

            expect([answer.status, typeOf(answer)]).toEqual([415, accept]);
            expect(answer.at(at)).toContain('Send the body as application/vnd.api+json');
          }
        }
      });

      it('reads the query string as the format of the answer does [NEG-04]', async () => {
        const query = `q=${encodeURIComponent('{"filters":[{"name":"name","op":"eq","val":"Ada"}]}')}`;

        expect((await app.get(`/api/person?${query}`, { Accept: JSON_FLAT })).at('/num_results')).toBe(1);
        expect((await app.get(`/api/person?${query}`)).status).toBe(400);
        expect((await app.get('/api/person?filter[name]=Ada', { Accept: JSON_FLAT })).at('/num_results')).toBe(6);
        expect((await app.get('/api/person?filter[name]=Ada')).at('/meta/total')).toBe(1);
      });

      it('writes errors that come before a resource is asked in the formats of the resource [NEG-04]', async () => {
        const headers = { Accept: '*/*', 'Content-Type': 'text/plain' };
        const answers = await Promise.all([
          app.get('/api/locked', headers),
          app.get('/api/locked/1/owner', headers),
          app.request('POST', '/api/locked', { headers, body: 'x' }),
        ]);

        expect(answers.map(typeOf)).toEqual(Array(3).fill(JSON_FLAT));
        expect(answers[0].body).toEqual({ message: 'Forbidden resource' });
      });

      it('can be chosen for one resource [NEG-04, NEG-09]', async () => {
        const plain = await Promise.all(
          ['*/*', 'text/html', JSON_API].map((Accept) => app.get('/api/plain', { Accept })),
        );
        const strict = await Promise.all(
          ['*/*', JSON_FLAT, JSON_API].map((Accept) => app.get('/api/strict', { Accept })),
        );

        expect(plain.map((answer) => [answer.status, typeOf(answer)])).toEqual(Array(3).fill([200, JSON_FLAT]));
        expect(strict.map((answer) => [answer.status, typeOf(answer)])).toEqual([
          [200, JSON_API],
          [406, JSON_API],
          [200, JSON_API],
        ]);
      });
    });

    describe('with flat JSON first', () => {
      let app: TestApp;
      beforeAll(async () => {
        app = await start({ formats: ['flat-json', 'json-api'] });
      });
      afterAll(() => app.close());

      it.each([
        ['*/*', JSON_FLAT],
        ['', JSON_FLAT],
        ['application/*', JSON_FLAT],
        [`${JSON_FLAT}, ${JSON_API}`, JSON_FLAT],
        [JSON_API, JSON_API],
        [`${JSON_API}, */*`, JSON_API],
      ])('answers Accept: %s with %s [NEG-04]', async (accept, type) => {
        for (const path of ['/api', '/api/person', '/api/person/99', '/api/nothing']) {
          expect([path, typeOf(await app.get(path, { Accept: accept }))]).toEqual([path, type]);
        }
      });
    });

    describe('with flat JSON alone', () => {
      let app: TestApp;
      beforeAll(async () => {
        app = await start({ formats: ['flat-json'] });
      });
      afterAll(() => app.close());

      it.each(['*/*', '', JSON_FLAT, JSON_API, 'text/html', `${JSON_FLAT};q=0`])(
        'answers everything with it, whatever Accept says: %s [NEG-03, NEG-04]',
        async (accept) => {
          const answers = await Promise.all([
            app.get('/api', { Accept: accept }),
            app.get('/api/person', { Accept: accept }),
            app.get('/api/person/99', { Accept: accept }),
            app.get('/api/nothing', { Accept: accept }),
            app.request('PATCH', '/api/person/1', { headers: { Accept: accept } }),
          ]);

          expect(answers.map(({ status }) => status)).toEqual([200, 200, 404, 404, 405]);
          expect(answers.map(typeOf)).toEqual(Array(5).fill(JSON_FLAT));
        },
      );
    });
  },
  { databases: ['sqlite'] },
);
