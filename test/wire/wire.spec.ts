/** The same rows, the same policy, the same errors, in two spellings. */
import { type Answer, describeServers, type Server, type TestApp } from '../support/app.js';
import { SITUATIONS } from './cases.js';
import { type Format, FORMATS, meaningOf, type Situation } from './situation.js';
import { WORLD } from './world.js';

const MEDIA_TYPES: Record<string, string> = { 'json-api': 'application/vnd.api+json', 'flat-json': 'application/json' };

describeServers(
  (server: Server) => {
    describe.each(FORMATS)('in %s', (format) => {
      let app: TestApp;
      beforeAll(async () => {
        app = await server.start(WORLD);
      });
      afterAll(() => app.close());

      for (const situation of SITUATIONS) {
        const spelling = situation[format];
        if ('because' in spelling) continue;
        it(situation.name, async () => {
          const written = !spelling.request.startsWith('GET');
          const own = written ? await server.start(WORLD) : app;
          const answer = await ask(own, format, situation);
          const left = situation.left && (await own.get(situation.left[0]));
          if (written) await own.close();

          expect({ status: answer.status, document: answer.body }).toEqual({
            status: spelling.status,
            document: spelling.document,
          });
          if (!('done' in situation.meaning)) expect(meaningOf(format, answer)).toEqual(situation.meaning);
          if (left !== undefined) expect(meaningOf('json-api', left)).toMatchObject({ rows: situation.left![1] });
        });
      }
    });
  },
  { databases: ['sqlite'], adapters: ['express'] },
);

it('says why, where one of the formats cannot say something', () => {
  const spellings = SITUATIONS.map((situation) => [situation['json-api'], situation['flat-json']]);
  const unspoken = spellings.filter((both) => both.some((spelling) => 'because' in spelling));

  expect(unspoken.flat().filter((spelling) => 'because' in spelling && /\w+ \w+/.test(spelling.because))).toHaveLength(
    unspoken.length,
  );
});

function ask(app: TestApp, format: Format, situation: Situation): Promise<Answer> {
  const spelling = situation[format];
  if ('because' in spelling) throw new Error(spelling.because);
  const [verb = '', address = ''] = spelling.request.split(' ');
  const type = MEDIA_TYPES[format]!;
  const headers = {
    Accept: type,
    ...(spelling.body === undefined ? {} : { 'Content-Type': type }),
    ...situation.headers,
  };
  return app.request(verb, address, { headers, ...(spelling.body === undefined ? {} : { body: spelling.body }) });
}
