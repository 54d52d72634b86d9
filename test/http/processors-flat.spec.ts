/** Processors in flat JSON: the same functions, under classic names, over the same contexts. */
import {
  ForbiddenError,
  getRestlessServiceToken,
  type PostprocessFunction,
  type PreprocessFunction,
  ProcessingException,
  type ProcessorKey,
  RestlessModule,
  type RestlessService,
} from 'nestjs-restless';
import { type Answer, describeServers, type TestApp } from '../support/app.js';
import { Employee, OFFICE, seedOffice } from '../support/office.js';

const before = new Map<string, (context: never) => unknown>();
const after = new Map<string, (context: never) => unknown>();
const ran: string[] = [];
beforeEach(() => {
  before.clear();
  after.clear();
  ran.length = 0;
});

function pre<Key extends ProcessorKey>(key: Key, run: PreprocessFunction<Key, Employee>): void {
  before.set(key, run);
}

function post<Key extends ProcessorKey>(key: Key, run: PostprocessFunction<Key, Employee>): void {
  after.set(key, run);
}

const KEYS = [
  'GET_SINGLE',
  'GET_MANY',
  'POST',
  'PATCH_SINGLE',
  'PUT_SINGLE',
  'PATCH_MANY',
  'PUT_MANY',
  'DELETE',
  'DELETE_SINGLE',
  'DELETE_MANY',
] as const;

describeServers(
  (server) => {
    let app: TestApp;
    const send = (method: string, path: string, body?: unknown, type = 'application/json'): Promise<Answer> =>
      app.request(method, path, {
        headers: { Accept: type, ...(body !== undefined && { 'Content-Type': type }) },
        body,
      });
    const q = (search: object): string => encodeURIComponent(JSON.stringify(search));

    beforeAll(async () => {
      app = await server.start({
        entities: OFFICE,
        imports: [
          RestlessModule.forRoot({
            methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
            formats: ['flat-json', 'json-api'],
            allowPatchMany: true,
            allowDeleteMany: true,
          }),
          RestlessModule.forFeature(OFFICE),
        ],
        seed: seedOffice,
        configure: (nest) => nest.useLogger(false),
      });
      const employees = app.app.get<RestlessService<Employee>>(getRestlessServiceToken(Employee));
      for (const key of KEYS) {
        employees.preprocess(key, (context) => {
          ran.push(`${key} ${context.operation}`);
          return before.get(key)?.(context as never) as undefined;
        });
        employees.postprocess(key, (context) => after.get(key)?.(context as never) as undefined);
      }
    });
    afterAll(() => app.close());

    it.each([
      ['GET', '/api/employee', ['GET_MANY GET_COLLECTION']],
      ['GET', '/api/employee/1', ['GET_SINGLE GET_RESOURCE']],
      ['GET', '/api/employee/1/computers', ['GET_SINGLE GET_RELATION']],
      ['GET', '/api/employee/1/computers/2', ['GET_SINGLE GET_RELATED_RESOURCE']],
      ['PATCH', '/api/employee/1', ['PATCH_SINGLE PATCH_RESOURCE', 'PUT_SINGLE PATCH_RESOURCE']],
      ['PUT', '/api/employee/1', ['PATCH_SINGLE PATCH_RESOURCE', 'PUT_SINGLE PATCH_RESOURCE']],
      [
        'PATCH',
        '/api/employee?q={"filters":[{"name":"id","op":"eq","val":1}]}',
        ['PATCH_MANY PATCH_COLLECTION', 'PUT_MANY PATCH_COLLECTION'],
      ],
      ['DELETE', '/api/employee?q={"filters":[{"name":"id","op":"eq","val":99}]}', ['DELETE_MANY DELETE_COLLECTION']],
      ['DELETE', '/api/employee/99', ['DELETE DELETE_RESOURCE', 'DELETE_SINGLE DELETE_RESOURCE']],
      ['DELETE', '/api/employee/1/skills/css', ['DELETE DELETE_RELATIONSHIP', 'DELETE_SINGLE DELETE_RELATIONSHIP']],
    ])(
      '%s %s runs its classic keys [PRC-06, PRC-11, PRC-12, PRC-13, PRJ-29, MET-16, contradiction 45]',
      async (method, path, keys) => {
        const writes = method === 'PATCH' || method === 'PUT';
        const answer = await send(method, encodeURI(path), writes ? { age: 36 } : undefined);

        expect(answer.status).toBeLessThan(405);
        expect(ran).toEqual(keys);
      },
    );

    it('protect the relationships of JSON:API as well, where the resource speaks it [PRJ-29, PRC-18]', async () => {
      pre('PATCH_SINGLE', () => {
        throw new ForbiddenError('Closed.');
      });
      const boss = { data: { type: 'employee', id: '3' } };
      const answer = await send('PATCH', '/api/employee/2/relationships/boss', boss, 'application/vnd.api+json');

      expect([answer.status, answer.at('/errors/0/detail')]).toEqual([403, 'Closed.']);
    });

    it('deny by id, on every address of the row [PRC-06, PEX-04, AUT-05]', async () => {
      pre('GET_SINGLE', ({ id }) => {
        if (id === '2') throw new ProcessingException({ description: 'No access to 2', code: 403 });
      });

      for (const path of ['/api/employee/2', '/api/employee/2/computers', '/api/employee/2/boss']) {
        const answer = await send('GET', path);
        expect([answer.status, answer.body]).toEqual([403, { message: 'No access to 2' }]);
      }
      expect((await send('GET', '/api/employee/1')).status).toBe(200);
    });

    it('read and edit the search, and stamp the envelope [PRC-07, PRC-17, CQ-34]', async () => {
      let seen: object = {};
      pre('GET_MANY', ({ filters, sort, limit, offset, single, page }) => {
        seen = { filters: [...filters], sort: structuredClone(sort), limit, offset, single, page };
        filters.push({ name: 'age', op: 'ge', val: 18 });
        sort[0]!.descending = false;
      });
      post('GET_MANY', ({ result }) => {
        result!['stamp'] = Object.keys(result!).sort();
      });
      const search = {
        filters: [{ name: 'name', op: 'ne', val: 'x' }],
        order_by: [{ field: 'name', direction: 'desc' }],
        limit: 5,
      };
      const answer = await send('GET', `/api/employee?q=${q(search)}&results_per_page=1`);

      expect(seen).toEqual({
        filters: [{ name: 'name', op: 'ne', val: 'x' }],
        sort: [{ field: 'name', descending: true }],
        limit: 5,
        offset: 0,
        single: false,
        page: { number: undefined, size: '1' },
      });
      expect(answer.at('/objects/*/name')).toEqual(['Ada']);
      expect(answer.at('/num_results')).toBe(2);
      expect(answer.at('/stamp')).toEqual(['num_results', 'objects', 'page', 'total_pages']);
    });

    it('run the keys of collections for a single result [PRC-07]', async () => {
      post('GET_MANY', ({ result }) => ({ ...result, stamp: 'many' }));

      const search = { filters: [{ name: 'name', op: 'eq', val: 'Cleo' }], single: true };
      expect((await send('GET', `/api/employee?q=${q(search)}`)).body).toMatchObject({ name: 'Cleo', stamp: 'many' });
    });

    it('hide and add members of one object [PRC-06]', async () => {
      post('GET_SINGLE', ({ result }) => {
        delete result!['age'];
      });

      const { body } = await send('GET', '/api/employee/1');
      expect(body).toMatchObject({ id: 1, name: 'Ada' });
      expect(body).not.toHaveProperty('age');
    });

    it('pop a token, default, change and drop fields of a body [PRC-10, CRE-04]', async () => {
      pre('POST', ({ data }) => {
        const { token } = data;
        delete data['token'];
        if (token !== 'sesame') throw new ProcessingException('Token required', 401);
        data.role ??= 'guard';
        data.name = String(data.name).toUpperCase();
      });
      post('POST', ({ result, id }) => ({ ...result, stamp: `created ${id}` }));

      const refused = await send('POST', '/api/employee', { name: 'nia' });
      expect([refused.status, refused.body]).toEqual([401, { message: 'Token required' }]);
      const created = await send('POST', '/api/employee', { name: 'nia', token: 'sesame' });
      expect(created.status).toBe(201);
      expect(created.body).toMatchObject({ name: 'NIA', role: 'guard', stamp: `created ${String(created.at('/id'))}` });
    });

    it('find rows inside rows, to edit like the others [PRC-10]', async () => {
      let seen: unknown;
      pre('POST', ({ data }) => {
        seen = structuredClone({ ...data });
        const computers = data.computers as Record<string, unknown>[];
        computers[0]!['name'] = 'inner';
        computers.push({ name: 'added' });
        data.desk = { id: '3' };
      });
      const created = await send('POST', '/api/employee', {
        name: 'Oli',
        boss: { id: 1 },
        computers: [{ name: 'raw' }, { id: 3 }],
      });

      expect(seen).toEqual({ name: 'Oli', boss: { id: '1' }, computers: [{ name: 'raw' }, { id: '3' }] });
      expect(created.status).toBe(201);
      expect(created.at('/computers/*/name')).toEqual(expect.arrayContaining(['inner', 'added', 'spare']));
      expect(created.at('/desk/name')).toBe('corner');
      expect(created.at('/boss/name')).toBe('Ada');
    });

    it('find what is to be added and removed [PRC-08]', async () => {
      let seen: unknown;
      pre('PATCH_SINGLE', (context) => {
        if (context.operation !== 'PATCH_RESOURCE') return;
        seen = structuredClone({ ...context.data });
        context.data.skills = { add: [{ code: 'a,b' }], remove: [{ code: 'sql' }] };
      });
      const answer = await send('PATCH', '/api/employee/1', { skills: { add: [{ code: 'css' }], remove: [] } });

      expect(seen).toEqual({ skills: { add: [{ code: 'css' }], remove: [] } });
      expect(answer.status).toBe(200);
      expect(answer.at('/skills/*/code')).toEqual(['a,b']);
    });

    it('stamp what changes of a collection answer, and see how many rows there were [PRC-09, contradiction 17]', async () => {
      pre('PATCH_MANY', ({ filters }) => void filters.push({ name: 'name', op: 'eq', val: 'Bob' }));
      post('PATCH_MANY', ({ result, count }) => ({ ...result, stamp: count }));
      const answer = await send('PATCH', '/api/employee', { birthDate: '2004-04-04' });

      expect(answer.body).toEqual({ num_modified: 1, stamp: 1 });
    });

    it('return another id [PRC-05]', async () => {
      pre('GET_SINGLE', () => ({ id: '1' }));

      expect((await send('GET', '/api/employee/3')).at('/name')).toBe('Ada');
    });

    it('undo what was written, also here [PRC-16, PRJ-28]', async () => {
      post('POST', () => {
        throw new ProcessingException({ description: 'Post failed', code: 418 });
      });
      const answer = await send('POST', '/api/employee', { name: 'Pam' });
      const search = { filters: [{ name: 'name', op: 'eq', val: 'Pam' }] };

      expect([answer.status, answer.body]).toEqual([418, { message: 'Post failed' }]);
      expect((await send('GET', `/api/employee?q=${q(search)}`)).at('/num_results')).toBe(0);
    });
  },
  { databases: ['sqlite'] },
);
