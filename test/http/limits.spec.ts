/** Bounds on what one request may ask: their defaults, their options, and the 400 that names them. */
import { gzipSync } from 'node:zlib';
import { RestlessModule, type Limits } from 'nestjs-restless';
import { type Answer, describeServers, type TestApp } from '../support/app.js';
import { Author, LIBRARY } from '../support/library.js';

const objects = (filter: unknown): string => `filter[objects]=${JSON.stringify([filter]).replaceAll('"', '%22')}`;
const times = (count: number, text: string, separator: string): string =>
  Array.from({ length: count }, () => text).join(separator);
const nested = (depth: number): object => (depth === 1 ? { name: 'id', op: 'is_null' } : { not: nested(depth - 1) });

/** What is just allowed with a limit, and what is one too much. */
const LIMITS: readonly (readonly [limit: keyof Limits, parameter: string, query: (size: number) => string])[] = [
  ['filterNodes', 'filter[id][gt]', (size) => times(size, 'filter[id][gt]=1', '&')],
  ['filterNodes', 'filter[objects]', (size) => objects({ or: Array.from({ length: size - 1 }, () => nested(1)) })],
  ['filterDepth', 'filter[objects]', (size) => objects(nested(size))],
  [
    'filterDepth',
    'filter[objects]',
    (size) => objects({ name: `${times(size - 1, 'mentor', '.')}.id`, op: 'is_null' }),
  ],
  ['listLength', 'filter[id]', (size) => `filter[id]=${times(size, '1', ',')}`],
  [
    'listLength',
    'filter[objects]',
    (size) => objects({ name: 'id', op: 'not_in', val: Array.from({ length: size }, () => 1) }),
  ],
  ['includePaths', 'include', (size) => `include=${times(size, 'mentor', ',')}`],
  ['includeDepth', 'include', (size) => `include=${times(size, 'mentor', '.')}`],
  ['includeDepth', 'sort', (size) => `sort=${times(size, 'mentor', '.')}.name`],
  ['includeDepth', 'groupBy', (size) => `groupBy=${times(size, 'mentor', '.')}.name`],
  ['sortKeys', 'sort', (size) => `sort=${times(size, 'name', ',')}`],
  ['sortKeys', 'groupBy', (size) => `groupBy=${times(size, 'name', ',')}`],
];

const OWN_INCLUDES = [times(6, 'mentor', '.'), 'students'];

const DEFAULTS: Partial<Limits> = {
  filterNodes: 200,
  filterDepth: 20,
  listLength: 1_000,
  includePaths: 20,
  includeDepth: 5,
  sortKeys: 10,
};
const SMALL: Partial<Limits> = {
  filterNodes: 4,
  filterDepth: 3,
  listLength: 2,
  includePaths: 1,
  includeDepth: 2,
  sortKeys: 3,
};

describeServers(
  ({ start }) => {
    describe.each([
      ['by default', DEFAULTS, undefined],
      ['by option', SMALL, SMALL],
    ] as const)('the limits %s', (_, sizes, limits) => {
      let app: TestApp;
      beforeAll(async () => {
        app = await start({
          entities: LIBRARY,
          imports: [
            RestlessModule.forRoot(limits === undefined ? {} : { limits }),
            RestlessModule.forFeature([...LIBRARY, { entity: Author, prefix: 'all', includes: OWN_INCLUDES }]),
          ],
        });
      });
      afterAll(() => app.close());

      it('bind clients, not what the resource includes of its own', async () => {
        expect((await app.get('/all/author')).status).toBe(200);
        expect((await app.get(`/all/author?include=${OWN_INCLUDES.join()}`)).status).toBe(400);
      });

      it.each(LIMITS)('let %s pass in %s, and one more is 400', async (limit, parameter, query) => {
        const size = sizes[limit]!;
        const allowed = await app.get(`/api/author?${query(size)}`);
        const refused = await app.get(`/api/author?${query(size + 1)}`);

        expect([allowed.status, allowed.at('/errors/0/detail')]).toEqual([200, undefined]);
        expect([refused.status, refused.at('/errors/0/code'), refused.at('/errors/0/source/parameter')]).toEqual([
          400,
          'LIMIT_EXCEEDED',
          parameter,
        ]);
        expect(refused.at('/errors/0/detail')).toMatch(new RegExp(`\\b${size}\\b.*, the limit ${limit}\\.$`));
      });
    });
  },
  { adapters: ['express'] },
);

describeServers(
  ({ start, adapter }) => {
    it.each([
      ['its option', { bodySize: 300 }, 300],
      ['one MiB by default', {}, 1_048_576],
      ['nothing, if so told', { bodySize: Infinity }, undefined],
    ])('a body is bound by %s', async (_, limits, size) => {
      const app = await start({
        entities: LIBRARY,
        imports: [
          RestlessModule.forRoot({ limits, methods: ['GET', 'POST'] }),
          RestlessModule.forFeature([...LIBRARY]),
        ],
      });
      const body = (length: number): string => {
        const [before, after] = ['{"data":{"type":"author","attributes":{"nothing":"', '"}}}'];
        return before + 'x'.repeat(length - before.length - after.length) + after;
      };
      const headers = { 'Content-Type': 'application/vnd.api+json' };
      const status = async (length: number): Promise<number> => {
        const answer = await app.request('POST', '/api/author', { headers, body: body(length) });
        expect(answer.headers['content-type']).toBe('application/vnd.api+json');
        return answer.status;
      };
      const statuses = [await status(size ?? 2_000_000), await status((size ?? 2_000_000) + 1)];
      await app.close();

      expect(statuses).toEqual(size === undefined ? [400, 400] : [400, 413]);
    });

    it.each<[length: string, headers: Record<string, string>, encode: (body: string) => string | Buffer]>([
      ['is told', {}, (body) => body],
      ['is not told', { 'Transfer-Encoding': 'chunked' }, (body) => body],
      ['is told of what is compressed', { 'Content-Encoding': 'gzip' }, gzipSync],
    ])('a flat body is bound as well, where its length %s', async (_, headers, encode) => {
      const app = await start({
        entities: LIBRARY,
        imports: [
          RestlessModule.forRoot({ limits: { bodySize: 300 }, methods: ['GET', 'POST'] }),
          RestlessModule.forFeature([...LIBRARY]),
        ],
      });
      const post = async (length: number): Promise<Answer> => {
        const body = encode(`{"nothing":"${'x'.repeat(length - 14)}"}`);
        return app.request('POST', '/api/author', {
          headers: { 'Content-Type': 'application/json', ...headers },
          body,
        });
      };
      const answers = [await post(300), await post(301), await post(5_000)];
      await app.close();

      // Fastify's own parser reads nothing that is compressed.
      const isRead = adapter === 'express' || headers['Content-Encoding'] === undefined;
      expect(answers.map(({ status }) => status)).toEqual(isRead ? [400, 413, 413] : [400, 400, 400]);
      if (!isRead) return;
      expect(answers[1]!.body).toEqual({ message: 'The body is longer than 300 bytes, the limit bodySize.' });
    });
  },
  { databases: ['sqlite'] },
);
