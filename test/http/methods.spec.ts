/** Which verbs a URL answers: those of its resource, HEAD and OPTIONS; all others get a 405 that says which. */
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';
import { RestlessConfigError, RestlessModule, type RestlessModuleOptions } from 'nestjs-restless';
import { DataSource } from 'typeorm';
import { type Answer, createApp, describeServers, type AppOptions, type TestApp } from '../support/app.js';
import { Computer, PEOPLE, Person, seedPeople } from '../support/people.js';

const JSON_API = 'application/vnd.api+json';

/** One URL of every kind. */
const URLS: [string, string][] = [
  ['the root', '/api'],
  ['a collection', '/api/person'],
  ['a resource', '/api/person/1'],
  ['a related collection', '/api/person/1/computers'],
  ['a related resource', '/api/computer/1/owner'],
  ['a related member', '/api/person/1/computers/2'],
  ['a to-many linkage', '/api/person/1/relationships/computers'],
  ['a to-one linkage', '/api/computer/1/relationships/owner'],
];

describeServers(
  (server) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await server.start({
        entities: PEOPLE,
        imports: [
          RestlessModule.forFeature([
            Person,
            { entity: Computer, methods: ['get'] },
            { entity: Person, collectionName: 'closed', methods: [] },
            { entity: Computer, collectionName: 'mixed', methods: ['GET', 'get', 'GET'] },
          ]),
        ],
        seed: seedPeople,
      });
    });
    afterAll(() => app.close());

    describe('a resource that is only read, which is the default', () => {
      it.each(URLS)('answers GET at %s [MET-01, MET-02, MET-04, MET-12, JA-38]', async (_kind, url) => {
        const answer = await app.get(url);

        expect(answer.status).toBe(200);
        expect(answer.headers['content-type']).toBe(JSON_API);
      });

      it.each(URLS)('answers HEAD at %s as GET without the body [MET-18, JA-50]', async (_kind, url) => {
        const [get, head] = await Promise.all([app.get(url), app.request('HEAD', url)]);

        expect(head.status).toBe(200);
        expect(head.text).toBe('');
        for (const name of ['content-type', 'content-length', 'link', 'vary']) {
          expect(head.headers[name]).toBe(get.headers[name]);
        }
        expect(Number(get.headers['content-length'])).toBe(Buffer.byteLength(get.text));
      });

      it.each(URLS)('answers OPTIONS at %s with Allow [MET-18]', async (_kind, url) => {
        const answer = await app.request('OPTIONS', url);

        expect(answer.status).toBe(200);
        expect(answer.headers['allow']).toBe('GET, HEAD, OPTIONS');
        expect(answer.text).toBe('');
      });

      const others = ['POST', 'PUT', 'PATCH', 'DELETE'];
      it.each(URLS.flatMap(([kind, url]) => others.map((method) => [method, kind, url] as const)))(
        'refuses %s at %s with 405 and Allow [MET-01, MET-05, MET-06, MET-09, MET-10, MET-13, ERR-12]',
        async (method, _kind, url) => {
          const answer = await app.request(method, url, { body: { data: null } });

          expect(answer.status).toBe(405);
          expect(answer.headers['allow']).toBe('GET, HEAD, OPTIONS');
          expect(answer.headers['content-type']).toBe(JSON_API);
          expect(answer.body).toEqual({
            errors: [
              {
                status: '405',
                code: 'METHOD_NOT_ALLOWED',
                title: 'Method not allowed',
                detail: `${method} is not allowed here. Allowed: GET, HEAD, OPTIONS.`,
              },
            ],
            jsonapi: { version: '1.1' },
          });
        },
      );

      it.each(['TRACE', 'SEARCH', 'PROPFIND', 'PURGE', 'LOCK'])(
        'refuses %s, of which the routers know nothing [MET-01, ERR-12]',
        async (method) => {
          for (const [, url] of URLS) {
            const answer = await app.request(method, url);

            expect([url, answer.status, answer.headers['allow']]).toEqual([url, 405, 'GET, HEAD, OPTIONS']);
            expect(answer.at('/errors/0/detail')).toBe(`${method} is not allowed here. Allowed: GET, HEAD, OPTIONS.`);
          }
        },
      );

      it.each([
        ['text', 'text/plain', 'hello'],
        ['XML', 'application/xml', '<a/>'],
        ['JSON', 'application/json', '{"a":1}'],
        ['malformed JSON', 'application/json', '{"a'],
        ['malformed JSON:API', JSON_API, '{"a'],
        ['a form', 'application/x-www-form-urlencoded', 'a=1&a[b]=2'],
        ['an empty body', JSON_API, ''],
        ['no JSON at all', 'no media type', '1'],
      ])(
        'refuses what brings %s as well, in its own format or the first [MET-01, ERR-12]',
        async (_words, type, body) => {
          const answer = await app.request('POST', '/api/person', { headers: { 'Content-Type': type }, body });

          const isFlat = type === 'application/json';
          expect(answer.headers['content-type']).toBe(isFlat ? type : JSON_API);
          expect([400, 405, 415]).toContain(answer.status);
          if (isFlat) expect(Object.keys(answer.body as object)).toEqual(['message']);
          else expect(answer.at('/errors/0/status')).toBe(String(answer.status));
        },
      );
    });

    describe('a resource without methods', () => {
      it.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])('refuses %s everywhere [MET-03]', async (method) => {
        for (const path of [
          '',
          '/1',
          '/1/computers',
          '/1/relationships/computers',
          '/1/computers/1',
          '/99',
          '/1/pets',
        ]) {
          const answer = await app.request(method, `/api/closed${path}`);

          expect([path, answer.status, answer.headers['allow']]).toEqual([path, 405, 'OPTIONS']);
        }
      });

      it('answers OPTIONS [MET-03, MET-18]', async () => {
        const answer = await app.request('OPTIONS', '/api/closed');

        expect([answer.status, answer.headers['allow']]).toEqual([200, 'OPTIONS']);
      });
    });

    it('does not mind how often a method is listed [MET-02]', async () => {
      const answer = await app.request('OPTIONS', '/api/mixed');

      expect(answer.headers['allow']).toBe('GET, HEAD, OPTIONS');
    });

    it('takes "relationships" for no relation, and refuses to write there [MET-14]', async () => {
      expect((await app.get('/api/person/1/relationships')).at('/errors/0')).toEqual({
        status: '404',
        code: 'NOT_FOUND',
        title: 'Not found',
        detail: 'person has no relationship "relationships".',
      });
      expect((await app.request('PATCH', '/api/person/1/relationships')).status).toBe(405);
    });

    it.each(['PATCH', 'PUT', 'DELETE'])(
      'refuses %s of a related member or a whole relation, and touches nothing [MET-13, MET-15, MET-16, MET-17]',
      async (method) => {
        const body = { data: { type: 'person', id: '1', attributes: { name: 'Eve' } } };

        expect((await app.request(method, '/api/person/1/computers/2', { body })).status).toBe(405);
        expect((await app.request(method, '/api/person/1/computers', { body })).status).toBe(405);
        expect((await app.get('/api/person/1')).at('/data/attributes/name')).toBe('Ada');
        expect((await app.get('/api/person/1/computers')).at('/data/*/id')).toEqual(['1', '2']);
      },
    );

    it('answers HEAD with the status of the error that GET would get [MET-18, JA-50]', async () => {
      const answers = await Promise.all(
        ['/api/person/99', '/api/person?sort=nmae', '/api/nothing', '/api/person/1/pets'].map((path) =>
          app.request('HEAD', path),
        ),
      );

      expect(answers.map(({ status, text }) => [status, text])).toEqual([
        [404, ''],
        [400, ''],
        [404, ''],
        [404, ''],
      ]);
    });

    it('never has a list on top of a document [MET-19, MET-20, JA-13]', async () => {
      for (const [, url] of URLS) expect((await app.get(url)).body).toMatchObject({ jsonapi: { version: '1.1' } });
    });

    describe('a slash at the end', () => {
      it.each(URLS)('makes %s a 404 [URL-14, contradiction 27]', async (_kind, url) => {
        const answer = await app.get(`${url}/`);

        expect(answer.status).toBe(404);
        expect(answer.headers['content-type']).toBe(JSON_API);
        expect(answer.at('/errors/0/code')).toBe('NOT_FOUND');
      });

      it.each(['/api/Person', '/api/person/1/Relationships/computers', '/api/Person/1/computers'])(
        'makes %s a 404 as well: a resource has one address [URL-14, URL-19]',
        async (url) => {
          const answer = await app.get(url);

          expect([answer.status, answer.headers['content-type']]).toEqual([404, 'application/vnd.api+json']);
        },
      );

      it('does not open a door to other verbs [URL-14]', async () => {
        expect((await app.request('POST', '/api/person/')).status).toBe(404);
        expect((await app.request('OPTIONS', '/api/person/')).status).toBe(404);
        expect((await app.request('POST', '/api/')).status).toBe(404);
        expect((await app.request('OPTIONS', '/api/')).status).toBe(404);
      });

      it('may stand in the query [URL-14]', async () => {
        expect((await app.get('/api/person?filter[name]=/')).status).toBe(200);
      });
    });
  },
  { databases: ['sqlite'] },
);

const paths = ['/api/', '/api/person/', '/api/person/?page[size]=1', '/api/person/1/computers/'];

describe('the option trailingSlash: "ignore"', () => {
  const started: TestApp[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((app) => app.close()));
  });

  async function start(options: RestlessModuleOptions, adapter: AppOptions['adapter']): Promise<TestApp> {
    const database = { type: 'better-sqlite3', database: ':memory:', synchronize: true, entities: PEOPLE } as const;
    const imports = [
      TypeOrmModule.forRoot(database),
      RestlessModule.forRoot(options),
      RestlessModule.forFeature([Person, Computer]),
    ];
    const app = await createApp({ imports }, { adapter });
    started.push(app);
    await seedPeople(app.app.get(DataSource));
    return app;
  }

  it('takes a slash at the end with Express [URL-14, URL-15, contradiction 27]', async () => {
    const app = await start({ trailingSlash: 'ignore' }, 'express');

    for (const path of paths) expect([path, (await app.get(path)).status]).toEqual([path, 200]);
    expect((await app.get('/api/person/')).at('/data/0/links/self')).toBe('/api/person/1');
    expect((await app.get('/api/person/1/relationships/computers/')).at('/links/related')).toBe(
      '/api/person/1/computers/',
    );
  });

  it('needs the router’s own option with Fastify, and says so [URL-15]', async () => {
    await expect(start({ trailingSlash: 'ignore' }, 'fastify')).rejects.toThrow(
      new RestlessConfigError(
        'RestlessModule.forRoot: trailingSlash "ignore" needs a router that does so; start with ' +
          'new FastifyAdapter({ routerOptions: { ignoreTrailingSlash: true } }).',
      ),
    );
    const adapter = new FastifyAdapter({ routerOptions: { ignoreTrailingSlash: true } });
    const app = await start({ trailingSlash: 'ignore' }, adapter);

    for (const path of paths) expect([path, (await app.get(path)).status]).toEqual([path, 200]);
  });

  it.each(['express', 'fastify'] as const)(
    'holds for bodies that cannot be read too, with %s [URL-15]',
    async (name) => {
      const fastify = new FastifyAdapter({ routerOptions: { ignoreTrailingSlash: true } });
      const adapter = name === 'express' ? name : fastify;
      const app = await start({ trailingSlash: 'ignore', prefix: '', methods: ['GET', 'POST'] }, adapter);
      const post = (type: string): Promise<Answer> =>
        app.request('POST', '/person/', { headers: { 'Content-Type': type }, body: '{' });

      for (const [type, status] of [
        ['text/plain', 415],
        ['application/vnd.api+json', 400],
      ] as const) {
        const answer = await post(type);

        expect([type, answer.status, answer.at('/errors/0/status')]).toEqual([type, status, String(status)]);
      }
    },
  );

  it('is the library’s to give, not the router’s [URL-14]', async () => {
    const app = await start({}, new FastifyAdapter({ routerOptions: { ignoreTrailingSlash: true } }));

    for (const path of paths) expect([path, (await app.get(path)).status]).toEqual([path, 404]);
  });
});
