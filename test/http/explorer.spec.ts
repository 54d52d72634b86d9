/** The explorer over HTTP: who gets the page, with which headers, and what it is told of an address. */
import { createHash } from 'node:crypto';
import { UnauthorizedException, VersioningType, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Expose } from 'class-transformer';
import { ProcessingException, Resource, RestlessModule, type RestlessModuleOptions } from 'nestjs-restless';
import { Column, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { type Answer, describeServers, type ServerModule, type TestApp } from '../support/app.js';

const JSON_API = 'application/vnd.api+json';
const JSON_FLAT = 'application/json';
const DESCRIPTION = 'application/vnd.nestjs-restless.explorer+json';
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';

const typeOf = ({ headers }: Answer): string => headers['content-type']!.split(';')[0]!;

type Request = Readonly<{ headers: Readonly<Record<string, string | undefined>> }>;

const tokenGuard: CanActivate = {
  canActivate(context: ExecutionContext): boolean {
    if (context.switchToHttp().getRequest<Request>().headers['authorization'] === 'Bearer sesame') return true;
    throw new UnauthorizedException('Bring a <token>.');
  },
};

@Entity()
@Resource({
  methods: ['GET', 'POST', 'PATCH'],
  readable: { '*': true, salary: { groups: ['hr'] } },
  filterable: { '*': true, notes: false, name: ['eq', 'like'], adult: { attribute: 'age', operators: ['ge'] } },
  sortable: { '*': true, age: false },
  pageSize: 5,
  maxPageSize: 50,
})
class Worker {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @Column({ type: 'int', nullable: true }) age!: number | null;
  @Expose() @Column({ type: 'int', default: 0 }) salary!: number;
  @Expose({ groups: ['hr'] }) @Column({ default: '' }) review!: string;
  @Expose({ toPlainOnly: true }) @Column({ default: '' }) notes!: string;
  @Expose({ toClassOnly: true }) @Column({ default: '' }) secret!: string;
  @Column({ default: '' }) hidden!: string;
  @Expose() @OneToMany(() => Tool, (tool) => tool.owner) tools!: Relation<Tool>[];
  @Expose() @OneToMany(() => File, (file) => file.owner) files!: Relation<File>[];
}

@Entity()
@Resource({ guards: [tokenGuard] })
class Tool {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() brand!: string;
  @Expose() @ManyToOne(() => Worker, (worker) => worker.tools) owner!: Relation<Worker>;
}

@Entity()
@Resource({
  permissions: { hasPermission: async (_, { groups }) => Promise.resolve(groups.includes('hr')) },
})
class File {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() verdict!: string;
  @Expose() @ManyToOne(() => Worker, (worker) => worker.files) owner!: Relation<Worker>;
}

const groups = ({ headers }: Request): string[] => (headers['x-group'] === undefined ? [] : [headers['x-group']]);

describeServers(
  (server) => {
    const start = (options: RestlessModuleOptions = {}, more: Partial<ServerModule> = {}): Promise<TestApp> =>
      server.start({
        entities: [Worker, Tool, File],
        imports: [
          RestlessModule.forRoot({ groups, ...options }),
          RestlessModule.forFeature([
            Worker,
            Tool,
            File,
            { entity: Tool, collectionName: 'plain', formats: ['flat-json'], guards: [], jsonp: true },
            { entity: Tool, collectionName: 'strict', formats: ['json-api'], guards: [] },
            {
              entity: Tool,
              collectionName: 'processed',
              guards: [],
              preprocessors: {
                GET_COLLECTION: [
                  () => {
                    throw new ProcessingException({ status: 402, title: 'Pay', detail: 'Not for nothing.' });
                  },
                ],
              },
            },
            { entity: Tool, collectionName: 'posted', methods: ['POST'], guards: [] },
          ]),
        ],
        seed: async (dataSource) => {
          await dataSource.getRepository(Worker).insert({ id: 1, name: 'Ada' });
          await dataSource.getRepository(Tool).insert({ id: 1, brand: 'Acme', owner: { id: 1 } });
        },
        ...more,
      });

    describe('where nothing is said of it', () => {
      let app: TestApp;
      beforeAll(async () => {
        app = await start();
      });
      afterAll(() => app.close());

      const describeAt = async (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
        app.get(path, { Accept: DESCRIPTION, ...headers });

      it.each([
        ['a browser', BROWSER],
        ['HTML alone', 'text/html'],
        ['HTML before JSON', 'text/html, application/json;q=0.9, */*;q=0.8'],
      ])('gives the page to who asks for %s', async (_words, accept) => {
        for (const path of [
          '/api',
          '/api/worker',
          '/api/worker/1',
          '/api/worker/1/tools',
          '/api/strict',
          '/api/plain',
        ]) {
          const answer = await app.get(path, { Accept: accept });

          expect([path, answer.status, answer.headers['content-type']]).toEqual([
            path,
            200,
            'text/html; charset=utf-8',
          ]);
          expect(answer.headers.vary).toBe('Accept');
        }
      });

      it.each([
        ['nothing', undefined, JSON_API],
        ['anything', '*/*', JSON_API],
        ['JSON:API', JSON_API, JSON_API],
        ['JSON', JSON_FLAT, JSON_FLAT],
        ['what libraries send', 'application/json, text/plain, */*', JSON_FLAT],
        ['JSON:API or HTML', `text/html, ${JSON_API}`, JSON_API],
        ['JSON rather than HTML', 'application/json, text/html;q=0.9', JSON_FLAT],
        ['anything but HTML', 'text/html;q=0, */*', JSON_API],
      ])('gives data to who asks for %s [NEG-04, NEG-08, JA-03]', async (_words, accept, type) => {
        for (const path of ['/api', '/api/worker', '/api/worker/1']) {
          const answer = await app.get(path, accept === undefined ? {} : { Accept: accept });

          expect([path, answer.status, answer.headers['content-type']]).toEqual([path, 200, type]);
          expect(answer.headers.vary).toBe('Accept');
        }
      });

      it.each(['text/*', 'text/plain', 'image/png', `${JSON_API};charset=utf-8`])(
        'has nothing for Accept: %s [NEG-09, JA-09, JA-10]',
        async (accept) => {
          expect((await app.get('/api/worker', { Accept: accept })).status).toBe(406);
        },
      );

      it('is for reading: other verbs are answered with data', async () => {
        const headers = { Accept: BROWSER };
        const body = { data: { type: 'worker', attributes: { name: 'Bob' } } };

        const created = await app.request('POST', '/api/worker', { headers, body });
        const changed = await app.request('PATCH', '/api/worker/99', { headers, body: 'none' });
        const refused = await app.request('DELETE', '/api/worker/1', { headers });

        expect([created, changed, refused].map(({ status }) => status)).toEqual([201, 415, 405]);
        expect([created, changed, refused].map(typeOf)).toEqual([JSON_API, JSON_API, JSON_API]);
      });

      it('answers HEAD as GET, without the page', async () => {
        const answer = await app.request('HEAD', '/api/worker', { headers: { Accept: BROWSER } });

        expect([answer.status, typeOf(answer), answer.text]).toEqual([200, 'text/html', '']);
      });

      it('leaves scripts of JSONP and functions alone [JSP-01]', async () => {
        const script = await app.get('/api/plain?callback=f', { Accept: BROWSER });

        expect([script.status, typeOf(script)]).toEqual([200, 'application/javascript']);
        expect(script.text).toContain('f({');
      });

      it('allows the page its own script and style, and nothing else', async () => {
        const { headers, text } = await app.get('/api/worker', { Accept: BROWSER });
        const hashOf = (tag: string): string => {
          const [, inner] = new RegExp(`<${tag}[^>]*>([\\s\\S]*?)</${tag}>`).exec(text)!;
          return `'sha256-${createHash('sha256').update(inner!).digest('base64')}'`;
        };

        expect(String(headers['content-security-policy']).split('; ')).toEqual([
          `default-src 'none'`,
          `script-src ${hashOf('script')}`,
          `style-src ${hashOf('style')}`,
          'img-src data:',
          `connect-src 'self'`,
          `base-uri 'none'`,
          `form-action 'none'`,
          `frame-ancestors 'none'`,
          `require-trusted-types-for 'script'`,
          `trusted-types 'none'`,
        ]);
        expect(headers['x-content-type-options']).toBe('nosniff');
        expect(headers['referrer-policy']).toBe('no-referrer');
        expect(text).not.toMatch(/ on\w+=| style=|<script src|https?:\/\//);
      });

      it('sends the same few bytes for every address, which a browser keeps', async () => {
        const [first, second] = await Promise.all(
          ['/api', '/api/worker/1'].map((path) => app.get(path, { Accept: BROWSER })),
        );
        const etag = first!.headers['etag']!;
        const again = await app.get('/api/worker', { Accept: BROWSER, 'If-None-Match': etag });
        const data = await app.get('/api/worker', { 'If-None-Match': etag });

        expect(first!.text).toBe(second!.text);
        expect(first!.headers['cache-control']).toBe('private, no-cache');
        expect(Buffer.byteLength(first!.text)).toBeLessThan(25_600);
        expect([again.status, again.text, again.headers['etag']]).toEqual([304, '', etag]);
        expect([data.status, typeOf(data)]).toEqual([200, JSON_API]);
      });

      it('describes a resource as its reader sees it', async () => {
        const answer = await describeAt('/api/worker');

        expect([answer.status, typeOf(answer), answer.headers['cache-control']]).toEqual([
          200,
          DESCRIPTION,
          'no-store',
        ]);
        expect(answer.headers['x-content-type-options']).toBe('nosniff');
        expect(answer.at('/home')).toBe('/api');
        expect(answer.at('/methods')).toEqual(['GET', 'HEAD', 'POST', 'OPTIONS']);
        expect(answer.at('/formats')).toEqual([
          { name: 'json-api', mediaType: JSON_API },
          { name: 'flat-json', mediaType: JSON_FLAT },
        ]);
        expect(answer.at('/resource/fields')).toEqual([
          { name: 'id', type: 'integer', nullable: false, writable: false },
          { name: 'name', type: 'text', nullable: false, writable: true },
          { name: 'age', type: 'integer', nullable: true, writable: true },
          { name: 'notes', type: 'text', nullable: false, writable: false },
          { name: 'tools', type: 'tool', nullable: false, writable: true, toMany: true, url: '/api/tool' },
          { name: 'files', type: 'file', nullable: false, writable: true, toMany: true },
        ]);
        expect(answer.at('/resource/includes')).toEqual(['tools']);
        expect(answer.at('/resource/list/sort')).toEqual(['id', 'name', 'notes']);
        expect(answer.at('/resource/list/filters/*/name')).toEqual([
          'id',
          'name',
          'age',
          'adult',
          'tools.id',
          'tools.brand',
        ]);
        expect(answer.at('/resource/list/filters/1/operators')).toEqual(['eq', 'like']);
        expect(answer.at('/resource/list/filters/3/operators')).toEqual(['ge']);
        expect([answer.at('/resource/list/pageSize'), answer.at('/resource/list/maxPageSize')]).toEqual([5, 50]);
      });

      it('offers filters, sort keys and includes that the resource takes', async () => {
        const { list, includes } = (await describeAt('/api/worker')).at('/resource') as {
          list: { filters: { name: string; type?: string; operators: string[] }[]; sort: string[] };
          includes: string[];
        };
        const values: Record<string, string> = { range: '1,2', isnull: 'true' };
        const asked = [
          ...list.filters.flatMap(({ name, operators }) =>
            operators.map((op) => `filter[${name}][${op}]=${values[op] ?? '1'}`),
          ),
          ...list.sort.map((name) => `sort=-${name}`),
          ...includes.map((name) => `include=${name}`),
        ];

        const answers = await Promise.all(asked.map((query) => app.get(`/api/worker?${query}`)));

        expect(asked.length).toBeGreaterThan(40);
        expect(asked.filter((_, index) => answers[index]!.status !== 200)).toEqual([]);
      });

      it('names nowhere what the reader may not see, and names it to who may', async () => {
        const [anybody, hr] = await Promise.all([
          describeAt('/api/worker'),
          describeAt('/api/worker', { 'X-Group': 'hr' }),
        ]);

        for (const name of ['salary', 'review', 'secret', 'hidden', 'verdict'])
          expect(anybody.text).not.toContain(name);
        for (const name of ['secret', 'hidden']) expect(hr.text).not.toContain(name);
        for (const name of ['salary', 'review', 'verdict']) expect(hr.text).toContain(name);
        expect(hr.at('/resource/includes')).toEqual(['tools', 'files']);
      });

      it('describes one resource without a list, related ones with one, and of linkage nothing', async () => {
        const [item, related, owner, linkage] = await Promise.all(
          ['/api/worker/1', '/api/worker/1/tools', '/api/strict/1/owner', '/api/worker/1/relationships/files'].map(
            (path) => describeAt(path),
          ),
        );

        expect([item!.at('/resource/name'), item!.at('/resource/list')]).toEqual(['worker', undefined]);
        expect([related!.at('/resource/name'), related!.at('/resource/list/sort')]).toEqual(['tool', ['id', 'brand']]);
        expect([owner!.at('/resource/name'), owner!.at('/resource/list')]).toEqual(['worker', undefined]);
        expect([linkage!.status, linkage!.at('/resource')]).toEqual([200, undefined]);
        expect(linkage!.text).not.toContain('verdict');
      });

      it('describes nothing to who gets no data [AUT-01, FJP-01]', async () => {
        const paths = [
          '/api/tool',
          '/api/file',
          '/api/worker/1/files',
          '/api/processed',
          '/api/posted',
          '/api/nothing',
        ];

        const answers = await Promise.all(paths.map((path) => describeAt(path)));

        expect(answers.map(({ status }) => status)).toEqual([401, 403, 404, 402, 405, 404]);
        for (const { text } of answers) expect(text).not.toMatch(/brand|verdict/);
        expect((await describeAt('/api/tool', { Authorization: 'Bearer sesame' })).at('/resource/name')).toBe('tool');
      });

      it('does not ask what the query string asks, so that a wrong one can be mended', async () => {
        const answer = await describeAt('/api/worker?sort=nmae&unknown=1');

        expect([answer.status, answer.at('/resource/name')]).toEqual([200, 'worker']);
      });

      it('lists the resources of which the reader may do anything [SCH-01]', async () => {
        const [anybody, hr] = await Promise.all([describeAt('/api'), describeAt('/api', { 'X-Group': 'hr' })]);

        expect(anybody.at('/home')).toBe('/api');
        expect(anybody.at('/resources/*/name')).toEqual(['worker', 'tool', 'plain', 'strict', 'processed', 'posted']);
        expect(anybody.at('/resources/0')).toEqual({
          name: 'worker',
          url: '/api/worker',
          methods: ['GET', 'HEAD', 'POST', 'OPTIONS'],
        });
        expect(hr.at('/resources/*/name')).toContain('file');
      });

      it('writes errors as text on the page, with their status and headers', async () => {
        const get = (path: string): Promise<Answer> => app.get(path, { Accept: BROWSER });

        const [refused, missing, closed] = await Promise.all([
          get('/api/tool'),
          get('/api/nothing'),
          get('/api/posted'),
        ]);

        expect([refused.status, typeOf(refused)]).toEqual([401, 'text/html']);
        expect(refused.text).toContain('401 – Unauthorized – Bring a &lt;token&gt;.');
        expect(refused.text).not.toContain('<token>');
        expect(refused.headers['content-security-policy']).toContain(`default-src 'none'`);
        expect(refused.headers['etag']).toBeUndefined();
        expect([missing.status, typeOf(missing)]).toEqual([404, 'text/html']);
        expect([closed.status, closed.headers['allow']]).toEqual([405, 'POST, OPTIONS']);
      });

      it('writes errors as data for all others', async () => {
        const answer = await app.get('/api/tool', { Accept: '*/*' });

        expect([answer.status, typeOf(answer), answer.at('/errors/0/detail')]).toEqual([
          401,
          JSON_API,
          'Bring a <token>.',
        ]);
      });
    });

    it('knows addresses behind a global prefix and a version [URL-02]', async () => {
      const app = await start(
        { prefix: 'rest' },
        {
          imports: [
            RestlessModule.forRoot({ prefix: 'rest' }),
            RestlessModule.forFeature([Worker, Tool, { entity: File, version: '2' }]),
          ],
          configure: (nest) => {
            nest.setGlobalPrefix('shop');
            nest.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
          },
        },
      );
      try {
        const page = await app.get('/shop/v1/rest/worker', { Accept: BROWSER });
        const worker = await app.get('/shop/v1/rest/worker/1', { Accept: DESCRIPTION });
        const home = await app.get('/shop/v1/rest', { Accept: DESCRIPTION });

        expect([page.status, typeOf(page)]).toEqual([200, 'text/html']);
        expect([worker.at('/home'), worker.at('/resource/url')]).toEqual(['/shop/v1/rest', '/shop/v1/rest/worker']);
        expect(home.at('/resources/*/url')).toEqual(['/shop/v1/rest/worker', '/shop/v1/rest/tool']);
      } finally {
        await app.close();
      }
    });

    it('is off where the module says so', async () => {
      const app = await start({ explorer: false });
      try {
        const answers = await Promise.all(
          ['/api', '/api/worker'].flatMap((path) =>
            [BROWSER, 'text/html', DESCRIPTION].map((Accept) => app.get(path, { Accept })),
          ),
        );

        expect(answers.map(({ status }) => status)).toEqual([200, 406, 406, 200, 406, 406]);
        expect([...new Set(answers.map(typeOf))]).toEqual([JSON_API]);
      } finally {
        await app.close();
      }
    });

    it('refuses an option that is neither true nor false [SET-15]', async () => {
      await expect(start({ explorer: 'yes' as never })).rejects.toThrow(
        'RestlessModule.forRoot: the option "explorer" has to be true or false.',
      );
    });
  },
  { databases: ['sqlite'] },
);
