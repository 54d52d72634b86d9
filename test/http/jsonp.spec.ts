/** Answers as scripts, for clients that name a function. */
import { RestlessModule } from 'nestjs-restless';
import { type Answer, describeServers, type TestApp } from '../support/app.js';
import { PEOPLE, seedPeople } from '../support/people.js';

const FLAT = { Accept: 'application/json' };

/** What a browser would hand to the function. */
function payload(answer: Answer, callback: string): unknown {
  const start = `/**/${callback}(`;
  expect(answer.text.startsWith(start)).toBe(true);
  expect(answer.text.endsWith(');')).toBe(true);
  return JSON.parse(answer.text.slice(start.length, -2)) as unknown;
}

describeServers(
  (server) => {
    let app: TestApp;

    const start = (jsonp: boolean): Promise<TestApp> =>
      server.start({
        entities: PEOPLE,
        imports: [
          RestlessModule.forRoot({ formats: ['json-api', 'flat-json'], allowFunctions: true, jsonp }),
          RestlessModule.forFeature(PEOPLE),
        ],
        seed: seedPeople,
      });

    beforeAll(async () => {
      app = await start(true);
    });
    afterAll(() => app.close());

    it('calls the function with the plain document in JSON:API [JSP-01, JSP-05, JSP-07, contradiction 21]', async () => {
      const plain = await app.get('/api/computer/7');
      const script = await app.get('/api/computer/7?callback=show');

      expect(script.status).toBe(200);
      expect(script.headers['content-type']).toBe('application/javascript');
      expect(script.headers['x-content-type-options']).toBe('nosniff');
      expect(payload(script, 'show')).toEqual({
        ...(plain.body as object),
        links: { self: '/api/computer/7?callback=show' },
      });
    });

    it('calls it with document and headers in flat JSON [JSP-03, JSP-04, contradiction 21]', async () => {
      const script = await app.get('/api/computer?callback=a.b[0].$c&results_per_page=6&page=2', FLAT);

      expect(payload(script, 'a.b[0].$c')).toEqual({
        meta: {
          status: 200,
          'Content-Type': 'application/javascript',
          'X-Total-Count': '7',
          'Content-Range': 'computer 6-6/7',
          Link: [
            { url: '/api/computer?callback=a.b%5B0%5D.%24c&results_per_page=6&page=1', rel: 'first' },
            { url: '/api/computer?callback=a.b%5B0%5D.%24c&results_per_page=6&page=2', rel: 'last' },
            { url: '/api/computer?callback=a.b%5B0%5D.%24c&results_per_page=6&page=1', rel: 'prev' },
          ],
        },
        data: {
          num_results: 7,
          total_pages: 2,
          page: 2,
          objects: [{ id: 7, name: 'spare', vendor: 'Dell', price: '0.00', owner: null }],
        },
      });
    });

    it('works at the prefix, and where no format is acceptable [JSP-01, ERR-13]', async () => {
      const root = await app.get('/api?callback=f');
      const refused = await app.get('/api/person/1?callback=f', { Accept: 'text/html' });

      expect(payload(root, 'f')).toMatchObject({ meta: { modelinfo: { person: { url: '/api/person' } } } });
      expect(refused.status).toBe(406);
      expect(payload(refused, 'f')).toMatchObject({ errors: [{ status: '406' }] });
    });

    it('works on functions, and on errors with their status [JSP-02, FUN-16, ERR-13]', async () => {
      const count = await app.get('/api/eval/person?functions=[{"name":"count","field":"id"}]&callback=f');
      const missing = await app.get('/api/person/99?callback=f', FLAT);

      expect(payload(count, 'f')).toMatchObject({ data: [6] });
      expect(missing.status).toBe(404);
      expect(payload(missing, 'f')).toEqual({
        meta: { status: 404, 'Content-Type': 'application/javascript' },
        data: { message: 'There is no person with the id "99".' },
      });
    });

    it.each(['alert(1)', 'a;b', '<script>', 'a b', '1a', 'a..b', 'x'.repeat(201)])(
      'refuses %s, which is no name of a function [JSP-01]',
      async (callback) => {
        const answer = await app.get(`/api/person/1?callback=${encodeURIComponent(callback)}`);

        expect(answer.status).toBe(400);
        expect(answer.headers['content-type']).toBe('application/vnd.api+json');
        expect(answer.at('/errors/0/source/parameter')).toBe('callback');
      },
    );

    it('takes an empty name for none [JSP-01]', async () => {
      const answer = await app.get('/api/person/1?callback=', FLAT);

      expect(answer.headers['content-type']).toBe('application/json');
    });

    it('is GET only, and off unless asked for [JSP-01, JSP-06, contradiction 22]', async () => {
      const deleted = await app.request('DELETE', '/api/person/1?callback=f');
      const plain = await start(false);
      const strict = await plain.get('/api/person/1?callback=f');
      const flat = await plain.get('/api/person/1?callback=f', FLAT);
      await plain.close();

      expect([deleted.status, deleted.headers['content-type']]).toEqual([405, 'application/vnd.api+json']);
      expect([strict.status, strict.at('/errors/0/code')]).toEqual([400, 'UNKNOWN_PARAMETER']);
      expect([flat.status, flat.headers['content-type']]).toEqual([200, 'application/json']);
    });
  },
  { databases: ['sqlite'] },
);
