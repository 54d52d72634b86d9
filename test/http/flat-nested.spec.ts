/** Rows inside rows, in flat JSON: made, linked, changed, taken out and deleted in one transaction, each under its own rules. */
import { RestlessModule } from 'nestjs-restless';
import { type Answer, describeServers, type TestApp } from '../support/app.js';
import { Author, Book, Copy, Edition, LIBRARY, seedLibrary, Tag } from '../support/library.js';
import { StatementLog } from '../support/statement-log.js';

const FLAT = 'application/json';
const METHODS = ['GET', 'POST', 'PATCH', 'DELETE'] as const;
const ROWS = ['author', 'book', 'tag', 'edition', 'copy'];

describeServers(
  (server) => {
    const log = new StatementLog();
    let app: TestApp;
    const send = (method: string, path: string, body?: unknown): Promise<Answer> =>
      app.request(method, path, {
        headers: { Accept: FLAT, ...(body === undefined ? {} : { 'Content-Type': FLAT }) },
        ...(body === undefined ? {} : { body }),
      });
    const get = (path: string): Promise<Answer> => send('GET', path);
    const names = async (path: string, field: string): Promise<unknown> =>
      ((await get(`${path}?results_per_page=100`)).at(`/objects/*/${field}`) as unknown[]).sort();
    const everything = async (): Promise<unknown> =>
      Promise.all(ROWS.map(async (name) => (await get(`/api/${name}?results_per_page=100`)).body));
    const writes = async (work: () => unknown): Promise<string[]> =>
      (await log.during(work)).map(({ sql }) => sql).filter((sql) => /^(INSERT|UPDATE|DELETE)/.test(sql));

    beforeEach(async () => {
      app = await server.start({
        entities: LIBRARY,
        dataSource: { logger: log, logging: true },
        imports: [
          RestlessModule.forRoot({ methods: METHODS, allowPatchMany: true }),
          RestlessModule.forFeature([
            ...[Author, Tag, Edition],
            { entity: Book, scope: () => ({ name: 'title', op: 'ne', val: 'wind' }) },
            { entity: Copy, methods: ['GET'] },
          ]),
        ],
        seed: async (dataSource) => {
          await seedLibrary(dataSource);
          // PostgreSQL does not hear of keys that it was given.
          if (server.database.kind === 'postgres')
            for (const table of ['author', 'book', 'copy'])
              await dataSource.query(`SELECT setval(pg_get_serial_sequence('${table}', 'id'), 100)`);
        },
      });
    });
    afterEach(() => app.close());

    it('makes rows of every kind of relation with their parent, with one statement each [CRE-06, CRE-07, CRE-09, CRE-11, DAT-11, BLK-15, FJN-01, FJN-04]', async () => {
      let answer: Answer | undefined;
      const statements = await writes(async () => {
        answer = await send('POST', '/api/author', {
          name: 'fay',
          mentor: { name: 'gus', mentor: { id: 1 } },
          books: [
            { title: 'fog', published: '2024-02-29T10:00:00Z', tags: [{ label: 'sea' }, { label: 'ice' }] },
            { title: 'ice', editions: [{ press: 'new', number: 1 }] },
          ],
          admires: [{ id: 2 }, { name: 'hal' }],
        });
      });

      expect([answer!.status, answer!.at('/books/*/title'), answer!.at('/mentor/name')]).toEqual([
        201,
        ['fog', 'ice'],
        'gus',
      ]);
      expect(answer!.at('/books/0/published')).toBe('2024-02-29');
      expect(answer!.at('/admires/*/name')).toEqual(['ben', 'hal']);
      const id = answer!.at('/id');
      expect((await get('/api/tag/ice')).at('/books/0/title')).toBe('fog');
      expect((await get('/api/edition/new,1')).at('/book/title')).toBe('ice');
      expect((await get(`/api/author/${String(answer!.at('/mentor/id'))}`)).at('/mentor/name')).toBe('ann');
      expect((await get('/api/author/2')).at('/admirers/*/id')).toContain(id);
      // Three authors, two books, a tag, an edition, and the rows of two junction tables.
      expect(statements).toHaveLength(9);
    });

    it('links and changes rows that are there [CRE-08, CRE-10, RCL-08, RCL-13]', async () => {
      const answer = await send('PATCH', '/api/author/2', {
        born: 1932,
        books: [{ id: 3, pages: 10, tags: [] }, { id: 1, title: 'sands' }, { id: 6 }],
        mentor: { id: 1, name: 'anna' },
      });

      expect([answer.status, answer.at('/born'), answer.at('/mentor/name')]).toEqual([200, 1932, 'anna']);
      expect(answer.at('/books/*/title')).toEqual(['sands', 'rain', 'axb']);
      expect((await get('/api/book/3')).body).toMatchObject({ pages: 10, tags: [], author: { id: 2 } });
      expect(await names('/api/author/1/books', 'id')).toEqual([2]);
    });

    it('adds first, then takes out, by keys and by what rows hold, and deletes [RCL-01…RCL-06]', async () => {
      const answer = await send('PATCH', '/api/author/1', {
        books: {
          add: [{ title: 'fog' }, { id: 3 }],
          remove: [{ title: 'dunes' }, { id: 2, __delete__: true }, { id: 3 }, { id: 6 }, { title: 'none' }],
        },
      });

      expect([answer.status, answer.at('/books/*/title')]).toEqual([200, ['fog']]);
      expect((await get('/api/book/2')).status).toBe(404);
      expect((await get('/api/book/1')).body).toMatchObject({ title: 'dunes', author: null });
      expect((await get('/api/book/6')).at('/author/id')).toBe(5);
    });

    it('takes out the first of several rows that hold the same [RCL-04]', async () => {
      const twins = await send('POST', '/api/author', { name: 'fay', books: [{ title: 'fog' }, { title: 'fog' }] });
      const path = `/api/author/${String(twins.at('/id'))}`;
      const one = await send('PATCH', path, { books: { remove: [{ title: 'fog' }] } });
      const [left] = one.at('/books/*/id') as number[];
      const both = await send('PATCH', path, {
        books: { add: [{ title: 'fog' }], remove: [{ title: 'fog' }, { id: left }] },
      });

      expect([one.at('/books/*/title'), both.at('/books')]).toEqual([['fog'], []]);
    });

    it('deletes members alone, and tags with the rows that join them [RCL-05]', async () => {
      const before = await everything();
      const other = await send('PATCH', '/api/author/1', { books: { remove: [{ id: 6, __delete__: true }] } });
      const held = await send('PATCH', '/api/author/1', { books: { remove: [{ title: 'axb', __delete__: true }] } });

      expect([other.status, held.status]).toEqual([404, 404]);
      expect(await everything()).toEqual(before);
      const tags = await send('PATCH', '/api/book/5', { tags: { remove: [{ label: 'air', __delete__: true }] } });
      expect([tags.status, tags.at('/tags')]).toEqual([200, []]);
      expect((await get('/api/tag/air')).status).toBe(404);
    });

    it('replaces all members, with old rows and new, and sets relations to one [RCL-07, RCL-10, RCL-11]', async () => {
      const tags = await send('PATCH', '/api/book/1', {
        tags: [{ label: 'unused' }, { label: 'new' }, { label: 'sea' }],
      });
      const made = await send('PATCH', '/api/book/1', { author: { name: 'fay' } });
      const none = await send('PATCH', '/api/book/1', { author: null, tags: [] });

      expect(tags.at('/tags/*/label')).toEqual(['new', 'sea', 'unused']);
      expect([made.at('/author/name'), none.at('/author'), none.at('/tags')]).toEqual(['fay', null, []]);
      expect(await names('/api/tag', 'label')).toEqual(['air', 'new', 'sand', 'sea', 'unused']);
    });

    it('edits the relations of every row that a search finds [RCL-12, BLK-05]', async () => {
      const q = { filters: [{ name: 'pages', op: 'eq', val: 300 }] };
      const answer = await send('PATCH', '/api/book', { q, tags: { add: [{ label: 'new' }] }, author: { id: 3 } });
      const none = await send('PATCH', '/api/book', {
        q: { filters: [{ name: 'pages', op: 'gt', val: 9999 }] },
        author: { name: 'nobody' },
      });

      expect([answer.status, answer.body, none.body]).toEqual([200, { num_modified: 2 }, { num_modified: 0 }]);
      expect((await get('/api/tag/new')).at('/books/*/id')).toEqual([1, 5]);
      expect(await names('/api/author/3/books', 'id')).toEqual([1, 5]);
      expect(await names('/api/author', 'name')).not.toContain('nobody');
    });

    it('makes the rows of a search with rows inside it once [RCL-12]', async () => {
      const q = { filters: [{ name: 'born', op: 'eq', val: 1931 }] };
      const answer = await send('PATCH', '/api/author', { q, books: { add: [{ title: 'shared' }] } });

      expect(answer.body).toEqual({ num_modified: 2 });
      expect((await names('/api/book', 'title')) as string[]).toContain('shared');
      expect(((await names('/api/book', 'title')) as string[]).filter((title) => title === 'shared')).toHaveLength(1);
    });

    it('writes nothing where anything is refused, however deep [CRE-08, CRE-16, REL-05, VAL-08]', async () => {
      const before = await everything();
      const refused: [body: object, status: number, message: RegExp][] = [
        // Of another row's scope.
        [{ books: [{ title: 'x' }, { id: 4 }] }, 404, /no book with the id "4"/],
        [{ books: [{ title: 'x' }, { id: 4, pages: 1 }] }, 404, /no book with the id "4"/],
        [{ books: [{ id: 1, title: 'wind' }] }, 403, /out of your own reach/],
        [{ books: [{ title: 'wind' }] }, 403, /out of your own reach/],
        [{ mentor: { name: 'x', books: [{ id: 99 }] } }, 404, /no book with the id "99"/],
        // Of another row's permissions.
        [
          { books: [{ title: 'x', editions: [{ press: 'x', number: 1, copies: [{ lentTo: 'x' }] }] }] },
          403,
          /copy cannot be created/,
        ],
        [
          { books: [{ title: 'x', editions: [{ press: 'x', number: 1, copies: [{ id: 1, lentTo: 'x' }] }] }] },
          403,
          /copy cannot be changed/,
        ],
        // Of the database.
        [{ name: 'x', books: [{ title: null }] }, 400, /other than null/],
        [{ name: 'x', books: [{ pages: 1 }] }, 400, /title|missing/],
        // Rows below themselves and twice are no more than other rows.
        [{ books: [{ id: 1, pages: 1 }], students: [{ id: 2, books: [{ id: 1, pages: 2 }] }] }, 400, /says twice/],
      ];

      for (const [body, status, message] of refused) {
        for (const [method, path] of [
          ['POST', '/api/author'],
          ['PATCH', '/api/author/1'],
        ] as const) {
          const answer = await send(method, path, { name: 'fay', ...body });

          expect([method, body, answer.status, answer.at('/message')]).toEqual([
            ...[method, body, status],
            expect.stringMatching(message),
          ]);
        }
      }
      expect(await everything()).toEqual(before);
    });

    it('takes whatever contradicts itself as one thing after the other, and never fails [RCL-06, CRE-09]', async () => {
      const bodies = [
        { mentor: { id: 1 } },
        { students: [{ id: 1 }] },
        { mentor: { id: 2, mentor: { id: 1 } } },
        { books: { add: [{ id: 1 }], remove: [{ id: 1, __delete__: true }] } },
        { mentor: { id: 2 }, students: { remove: [{ id: 2, __delete__: true }] } },
        { admires: { add: [{ id: 2 }], remove: [{ id: 2, __delete__: true }] }, mentor: { id: 2 } },
        { admires: [{ id: 1 }], admirers: [{ id: 1 }] },
        { books: [{ title: 'x', author: { id: 3 } }] },
        {
          books: [
            { tags: [{ label: 'n' }], title: 'x' },
            { tags: [{ label: 'n' }], title: 'y' },
          ],
        },
      ];

      for (const body of bodies) {
        const answer = await send('PATCH', '/api/author/1', body);

        expect([body, [200, 400, 403, 404].includes(answer.status), answer.status]).toEqual([
          body,
          true,
          answer.status,
        ]);
      }
    });
  },
  { adapters: ['express'] },
);
