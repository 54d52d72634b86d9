/** Where JSON:API is the only format: which media types a request may ask for and bring along, and the one of every answer. */
import { RestlessModule } from 'nestjs-restless';
import { describeServers, type TestApp } from '../support/app.js';
import { Computer, PEOPLE, Person, seedPeople } from '../support/people.js';

const JSON_API = 'application/vnd.api+json';

const NOT_ACCEPTABLE = {
  errors: [
    {
      status: '406',
      code: 'NOT_ACCEPTABLE',
      title: 'Not acceptable',
      detail: 'Answers here are application/vnd.api+json, without parameters that this server does not know.',
      source: { header: 'Accept' },
    },
  ],
  jsonapi: { version: '1.1' },
};

const UNSUPPORTED = {
  errors: [
    {
      status: '415',
      code: 'UNSUPPORTED_MEDIA_TYPE',
      title: 'Unsupported media type',
      detail: 'Send application/vnd.api+json without parameters that this server does not know.',
      source: { header: 'Content-Type' },
    },
  ],
  jsonapi: { version: '1.1' },
};

describeServers(
  (server) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await server.start({
        entities: PEOPLE,
        imports: [
          RestlessModule.forRoot({ formats: ['json-api'], explorer: false }),
          RestlessModule.forFeature([Person, { entity: Computer, methods: ['GET', 'DELETE'] }]),
        ],
        seed: seedPeople,
        configure: (nest) =>
          nest.enableCors({ origin: [/example\.org$/], credentials: true, exposedHeaders: ['Link', 'Location'] }),
      });
    });
    afterAll(() => app.close());

    describe('Accept', () => {
      it('may be missing [NEG-08, NEG-03, contradiction 25]', async () => {
        const answer = await app.get('/api/person');

        expect(answer.status).toBe(200);
        expect(answer.headers['content-type']).toBe(JSON_API);
      });

      it.each([
        ['empty', ''],
        ['anything', '*/*'],
        ['any application', 'application/*'],
        ['the type itself', JSON_API],
        ['the type in another case', 'Application/VND.API+JSON'],
        ['the type among others', `text/html, ${JSON_API}`],
        ['the type with a weight', `${JSON_API};q=0.1`],
        ['the type with a weight and spaces', `  ${JSON_API} ; q=0.5  `],
        ['a weight that is none', `${JSON_API};q=high`],
        ['what a browser sends', 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8'],
        ['only commas', ' , ,'],
        ['a profile', `${JSON_API};profile="https://example.org/cursors"`],
        ['several profiles', `${JSON_API}; profile="https://example.org/a https://example.org/b"`],
        ['a profile with a comma and a quote', `${JSON_API};profile="https://example.org/a,b\\"c"`],
        ['no extension', `${JSON_API};ext=""`],
        ['an instance that can be answered among others', `${JSON_API};ext="https://example.org/x", ${JSON_API}`],
        ['a charset, and then the plain type', `${JSON_API};charset=utf-8,${JSON_API};q=0.2`],
      ])('takes %s [NEG-08, NEG-10, NEG-12, JA-03, JA-08, JA-11]', async (_words, accept) => {
        const answer = await app.get('/api/person', { Accept: accept });

        expect(answer.status).toBe(200);
        expect(answer.headers['content-type']).toBe(JSON_API);
      });

      it.each([
        ['another type', 'application/json'],
        ['a web page', 'text/html'],
        ['any text', 'text/*'],
        ['a charset', `${JSON_API};charset=utf-8`],
        ['two parameters, one of them known', `${JSON_API};profile="https://example.org/p";charset=utf-8`],
        ['an unknown extension', `${JSON_API};ext="https://jsonapi.org/ext/atomic"`],
        ['an unknown extension in capitals', `${JSON_API};EXT="https://jsonapi.org/ext/atomic"`],
        [
          'unknown extensions in every instance',
          `${JSON_API};ext="https://a.example", ${JSON_API};ext="https://b.example"`,
        ],
        ['an unknown extension, or anything', `${JSON_API};ext="https://a.example", */*`],
        ['anything but the type', `${JSON_API};q=0, */*`],
        ['nothing at all', '*/*;q=0'],
        ['no application', 'application/*;q=0, */*'],
        ['something that is no type', 'json'],
      ])('refuses %s with 406 [NEG-09, NEG-10, JA-09, JA-10, FJE-06]', async (_words, accept) => {
        const answer = await app.get('/api/person', { Accept: accept });

        expect(answer.status).toBe(406);
        expect(answer.headers['content-type']).toBe(JSON_API);
        expect(answer.body).toEqual(NOT_ACCEPTABLE);
      });

      it('may come in several lines [NEG-09]', async () => {
        const answers = await Promise.all([
          app.get('/api/person', { Accept: ['text/html', JSON_API] }),
          app.get('/api/person', { Accept: ['text/html', 'text/plain'] }),
        ]);

        expect(answers.map(({ status }) => status)).toEqual([200, 406]);
      });

      it('is not what a client means that sends none', async () => {
        const answers = [await app.get('/api/person'), await app.get('/api/person', { Accept: 'undefined' })];

        expect(answers.map(({ status }) => status)).toEqual([200, 406]);
      });

      it('is asked at every kind of URL [NEG-09, SCH-05]', async () => {
        for (const path of [
          '',
          '/person/1',
          '/person/1/computers',
          '/person/1/computers/1',
          '/person/1/relationships/boss',
        ]) {
          expect([path, (await app.get(`/api${path}`, { Accept: 'text/html' })).status]).toEqual([path, 406]);
        }
      });

      it('is not asked for errors, which have one format', async () => {
        const answers = await Promise.all([
          app.request('POST', '/api/person', { headers: { Accept: 'text/html' } }),
          app.request('DELETE', '/api/person', { headers: { Accept: 'text/html', 'Content-Type': 'text/plain' } }),
          app.request('PATCH', '/api', { headers: { Accept: 'text/html' } }),
          app.get('/api/nothing', { Accept: 'text/html' }),
          app.get('/api/person/', { Accept: 'text/html' }),
        ]);

        expect(answers.map(({ status }) => status)).toEqual([405, 405, 405, 404, 404]);
        expect([...new Set(answers.map(({ headers }) => headers['content-type']))]).toEqual([JSON_API]);
      });
    });

    describe('Content-Type', () => {
      it.each([
        ['a charset', `${JSON_API}; charset=utf-8`],
        ['an unknown extension', `${JSON_API}; ext="https://jsonapi.org/ext/atomic"`],
        ['an unknown parameter', `${JSON_API}; q=1; version=1`],
      ])(
        'with %s is refused with 415, even where no body is read [NEG-07, JA-06, JA-07, FJE-06, FJN-07]',
        async (_words, type) => {
          const answer = await app.get('/api/person', { 'Content-Type': type });

          expect(answer.status).toBe(415);
          expect(answer.headers['content-type']).toBe(JSON_API);
          expect(answer.body).toEqual(UNSUPPORTED);
        },
      );

      it.each([
        ['the type itself', JSON_API],
        ['a profile', `${JSON_API}; profile="https://example.org/p"`],
        ['another type, which says nothing about a request without a body', 'text/plain; charset=utf-8'],
      ])('may be %s [NEG-03, JA-11]', async (_words, type) => {
        expect((await app.get('/api/person', { 'Content-Type': type })).status).toBe(200);
      });

      it('says nothing about DELETE of a resource either, whose body nobody reads [NEG-03, NEG-06]', async () => {
        const headers = { 'Content-Type': 'text/plain' };

        expect((await app.request('DELETE', '/api/computer/7', { headers })).status).toBe(204);
      });

      it('goes before Accept', async () => {
        const answer = await app.get('/api/person', { 'Content-Type': `${JSON_API};a=b`, Accept: 'text/html' });

        expect(answer.status).toBe(415);
      });
    });

    it('is not chosen by members of a document, but by headers alone [JA-12]', async () => {
      const jsonapi = { version: '1.1', ext: ['https://jsonapi.org/ext/atomic'], profile: ['https://example.org/p'] };

      const answer = await app.request('GET', '/api/person', { body: { jsonapi, data: null } });

      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toBe(JSON_API);
      expect(answer.at('/jsonapi')).toEqual({ version: '1.1' });
    });

    it('answers with exactly one plain media type, whatever the answer [NEG-11, JA-01, JA-02, JA-04, JA-05]', async () => {
      const profile = `${JSON_API};profile="https://example.org/p"`;
      const answers = await Promise.all([
        app.get('/api', { Accept: profile }),
        app.get('/api/person?page[size]=2&include=computers', { Accept: profile }),
        app.get('/api/person/1', { Accept: profile }),
        app.get('/api/person/1/computers'),
        app.get('/api/person/1/relationships/computers'),
        app.request('HEAD', '/api/person/1'),
        app.get('/api/person/99'),
        app.get('/api/person/x'),
        app.get('/api/person?sort=nmae'),
        app.get('/api/person', { Accept: 'text/html' }),
        app.get('/api/person', { 'Content-Type': `${JSON_API};a=b` }),
        app.request('PUT', '/api/person/1'),
        app.get('/api/nothing'),
        app.get('/api/person/1/2/3/4/5'),
      ]);

      for (const answer of answers) {
        expect(answer.lines['content-type']).toEqual([JSON_API]);
      }
    });

    it('tells caches that Accept decides, and keeps what others told them', async () => {
      const origin = { Origin: 'https://example.org' };
      const answers = await Promise.all([
        app.get('/api/person', origin),
        app.get('/api/person/99', origin),
        app.get('/api/nothing', origin),
        app.get('/api', origin),
      ]);

      for (const { headers } of answers) {
        expect((headers['vary'] ?? '').split(', ').sort()).toEqual(['Accept', 'Origin']);
        expect(headers['access-control-allow-origin']).toBe('https://example.org');
      }
    });

    it('leaves preflight requests to CORS [MET-18]', async () => {
      const answer = await app.request('OPTIONS', '/api/person', {
        headers: { Origin: 'https://example.org', 'Access-Control-Request-Method': 'GET' },
      });

      expect(answer.status).toBe(204);
      expect(answer.headers['access-control-allow-methods']).toContain('GET');
    });

    it.each([
      ['a page, whose Link scripts may read', '/api/person?page[size]=1', {}, 200],
      ['what is not there', '/api/person/99', {}, 404],
      ['what is nowhere', '/api/nothing', { Accept: JSON_API }, 404],
      ['what cannot be answered', '/api/person', { Accept: 'text/html' }, 406],
    ])(
      'keeps the headers of CORS that the application sends, with %s [COR-01, COR-02]',
      async (_, path, headers, status) => {
        const answer = await app.get(path, { ...headers, Origin: 'https://example.org' });
        const stranger = await app.get(path, { ...headers, Origin: 'https://example.com' });

        expect(answer.status).toBe(status);
        expect(answer.headers).toMatchObject({
          'access-control-allow-origin': 'https://example.org',
          'access-control-allow-credentials': 'true',
          'access-control-expose-headers': expect.stringMatching(/^Link, ?Location$/) as string,
        });
        expect(answer.headers.link === undefined).toBe(status !== 200);
        expect(stranger.headers).not.toHaveProperty('access-control-allow-origin');
      },
    );
  },
  { databases: ['sqlite'] },
);
