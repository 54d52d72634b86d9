/**
 * Preprocessors: what they find in a request that is decoded and not yet checked, and what becomes of what they put there.
 */
import {
  type PreprocessFunction,
  ProcessingException,
  type ProcessorKey,
  type ResourceIdentifier,
  RestlessModule,
  type RestlessService,
  getRestlessServiceToken,
} from 'nestjs-restless';
import { type Answer, describeServers, type TestApp } from '../support/app.js';
import { Employee, OFFICE, seedOffice } from '../support/office.js';
import { faults, linkage, writing } from '../support/writing.js';

/** What runs in the test at hand. */
const current = new Map<string, (context: never) => unknown>();
beforeEach(() => current.clear());

/** Lets a function run for a key in the test at hand. */
function on<Key extends ProcessorKey>(key: Key, run: PreprocessFunction<Key, Employee>): void {
  current.set(key, run);
}

const KEYS = [
  'GET_COLLECTION',
  'GET_RESOURCE',
  'GET_RELATION',
  'GET_RELATED_RESOURCE',
  'GET_RELATIONSHIP',
  'POST_RESOURCE',
  'PATCH_RESOURCE',
  'DELETE_RESOURCE',
  'POST_RELATIONSHIP',
  'PATCH_RELATIONSHIP',
  'DELETE_RELATIONSHIP',
  'PATCH_COLLECTION',
  'DELETE_COLLECTION',
  'EVALUATE',
] as const;

describeServers(
  (server) => {
    let app: TestApp;
    const { get, post, patch, delete: remove, write } = writing(() => app);
    const names = (answer: Answer): unknown => answer.at('/data/*/attributes/name');

    beforeAll(async () => {
      app = await server.start({
        entities: OFFICE,
        imports: [
          RestlessModule.forRoot({
            methods: ['GET', 'POST', 'PATCH', 'DELETE'],
            allowToManyReplacement: true,
            allowDeleteFromToManyRelationships: true,
            allowPatchMany: true,
            allowDeleteMany: true,
            allowFunctions: true,
          }),
          RestlessModule.forFeature([
            { entity: Employee, createOnly: ['role'] },
            ...OFFICE.filter((each) => each !== Employee),
          ]),
        ],
        seed: seedOffice,
        configure: (nest) => nest.useLogger(false),
      });
      const employees = app.app.get<RestlessService<Employee>>(getRestlessServiceToken(Employee));
      for (const key of KEYS) {
        employees.preprocess(key, (context) => current.get(key)?.(context as never) as undefined);
      }
    });
    afterAll(() => app.close());

    describe('of collections', () => {
      it('find filters, sort keys, groups and the rest, in a form to edit [PRJ-01, PRC-07, PRJ-30]', async () => {
        let seen: object = {};
        on('GET_COLLECTION', (context) => {
          seen = { ...context };
        });
        await get(
          '/api/employee?filter[age][gt]=20&filter[objects]=[{"name":"name","op":"like","val":"%25a%25"}]&sort=-name&ignoreCase=1' +
            '&groupBy=role&page[size]=5&page[number]=1&include=boss&fields[employee]=name',
        );

        expect(seen).toMatchObject({
          filters: [
            { name: 'age', op: 'gt' },
            { name: 'name', op: 'like', val: '%a%' },
          ],
          restrictions: [],
          sort: [{ field: 'name', descending: true }],
          groupBy: ['role'],
          single: false,
          ignoreCase: true,
          page: { number: '1', size: '5' },
          include: ['boss'],
          fields: { employee: ['name'] },
        });
      });

      it('add filters and sort keys, which are checked as the client’s own [PRC-07, PRC-15, PRJ-01]', async () => {
        on('GET_COLLECTION', ({ filters, sort }) => {
          filters.push({ name: 'age', op: 'ge', val: 18 });
          sort.push({ field: 'name', descending: true });
        });
        expect(names(await get('/api/employee'))).toEqual(['Cleo', 'Ada']);

        on('GET_COLLECTION', ({ filters }) => {
          filters.push({ name: 'salary', op: 'ge', val: 18 });
        });
        expect(faults(await get('/api/employee'))).toEqual(['400 UNKNOWN_FIELD']);
      });

      it('replace what was asked, by assignment or by what they return [PRC-17]', async () => {
        on('GET_COLLECTION', (context) => {
          context.filters = [{ name: 'name', op: 'eq', val: 'Bob' }];
        });
        expect(names(await get('/api/employee?filter[name]=Ada'))).toEqual(['Bob']);

        on('GET_COLLECTION', () => ({ sort: [{ field: 'age', descending: true }], page: { size: 2 } }));
        const answer = await get('/api/employee');
        expect(names(answer)).toEqual(['Cleo', 'Ada']);
        expect(answer.at('/meta/total')).toBe(3);
      });

      it('edit a filter of the client in place, and keep what its text means [PRJ-01]', async () => {
        on('GET_COLLECTION', ({ filters }) => {
          for (const filter of filters) Object.assign(filter, { op: 'gt' });
        });

        expect(names(await get('/api/employee?filter[age][lt]=30'))).toEqual(['Ada', 'Cleo']);
      });

      it('choose fields, includes, groups and single rows [PRJ-01]', async () => {
        on('GET_COLLECTION', (context) => {
          context.fields = { employee: ['name', 'desk'], desk: ['name'] };
          context.include = ['desk'];
          context.single = true;
          context.filters.push({ name: 'id', op: 'eq', val: 1 });
        });
        const answer = await get('/api/employee');

        expect(answer.at('/data/attributes')).toEqual({ name: 'Ada' });
        expect(answer.at('/included/*/attributes')).toEqual([{ name: 'window' }]);
      });
    });

    const adults = { name: 'age', op: 'ge', val: 18 };

    describe('restrict', () => {
      const restricting = (context: { restrictions: object[] }): void => void context.restrictions.push(adults);

      it('collections, with whatever the client filters [PRC-18]', async () => {
        on('GET_COLLECTION', restricting);

        const filter = '[{"or":[{"name":"age","op":"lt","val":18},{"name":"name","op":"eq","val":"Ada"}]}]';
        expect(names(await get(`/api/employee?filter[objects]=${filter}`))).toEqual(['Ada']);
        expect((await get('/api/employee')).at('/meta/total')).toBe(2);
      });

      it('single rows, read and written [PRC-18, PRJ-02, PRJ-07, PRJ-08]', async () => {
        on('GET_RESOURCE', restricting);
        on('PATCH_RESOURCE', restricting);
        on('DELETE_RESOURCE', restricting);

        expect((await get('/api/employee/1')).status).toBe(200);
        expect(faults(await get('/api/employee/2'))).toEqual(['404 NOT_FOUND']);
        const data = { type: 'employee', id: '2', attributes: { role: 'boss' } };
        expect(faults(await patch('/api/employee/2', { ...data, attributes: { name: 'x' } }))).toEqual([
          '404 NOT_FOUND',
        ]);
        expect(faults(await remove('/api/employee/2'))).toEqual(['404 NOT_FOUND']);
      });

      it('the row whose relationship is read or changed, and the rows behind it apart [PRJ-03, PRJ-04, PRJ-05, PRJ-09]', async () => {
        for (const key of ['GET_RELATION', 'GET_RELATIONSHIP', 'GET_RELATED_RESOURCE'] as const) {
          on(key, ({ restrictions, relatedRestrictions }) => {
            restrictions.push(adults);
            relatedRestrictions.push({ name: 'name', op: 'ne', val: 'tower' });
          });
        }
        on('POST_RELATIONSHIP', restricting);

        expect(names(await get('/api/employee/1/computers'))).toEqual(['laptop']);
        expect((await get('/api/employee/1/relationships/computers')).at('/data')).toEqual(linkage('computer/1'));
        expect((await get('/api/employee/1/computers/1')).status).toBe(200);
        expect((await get('/api/employee/1/computers/2')).status).toBe(404);
        expect((await get('/api/employee/2/computers')).status).toBe(404);
        expect((await get('/api/employee/2/relationships/computers')).status).toBe(404);
        const added = await write('POST', '/api/employee/2/relationships/computers', linkage('computer/3'));
        expect(added.status).toBe(404);
      });

      it('functions, and collections that are changed [PRC-20, PRC-09]', async () => {
        on('EVALUATE', restricting);
        on('PATCH_COLLECTION', restricting);
        on('DELETE_COLLECTION', restricting);

        const evaluated = await app.get('/api/eval/employee?functions=[{"name":"count","field":"id"}]');
        expect(evaluated.at('/data')).toEqual([2]);
        const data = { type: 'employee', attributes: { birthDate: '2000-01-01' } };
        const patched = await patch('/api/employee?filter[id][gt]=0', data);
        expect(patched.at('/meta/modified')).toBe(2);
        expect((await remove('/api/employee?filter[name]=Bob')).at('/meta/deleted')).toBe(0);
      });

      it('by fields that no client sees, and never count as the filter that a change of a collection needs', async () => {
        on(
          'GET_RELATION',
          ({ relatedRestrictions }) => void relatedRestrictions.push({ name: 'retired', op: 'eq', val: true }),
        );
        on('DELETE_COLLECTION', restricting);

        expect(names(await get('/api/employee/1/computers'))).toEqual([]);
        expect(faults(await remove('/api/employee'))).toEqual(['400 BAD_FILTER']);
      });

      it('answer a restriction that is none with a 500 that names nothing', async () => {
        on('GET_COLLECTION', ({ restrictions }) => void restrictions.push({ name: 'salery', op: 'eq', val: 1 }));
        const answer = await app.get('/api/employee');

        expect(answer.status).toBe(500);
        expect(answer.text).not.toContain('salery');
      });
    });

    describe('choose another target', () => {
      it('by assignment or by what they return; later ones see it [PRC-05, PRJ-25, PRJ-26]', async () => {
        on('GET_RESOURCE', ({ id }) => (id === '9' ? { id: '1' } : undefined));
        expect((await get('/api/employee/9')).at('/data/id')).toBe('1');

        on('GET_RELATION', (context) => {
          context.id = '1';
          context.relation = 'skills';
        });
        expect((await get('/api/employee/9/computers')).at('/data/*/id')).toEqual(['css', 'sql']);

        on('GET_RELATED_RESOURCE', () => ({ id: '1', relation: 'skills', relatedId: 'sql' }));
        expect((await get('/api/employee/9/computers/9')).at('/data/type')).toBe('skill');

        on('GET_RELATIONSHIP', () => ({ id: '1', relation: 'desk' }));
        expect((await get('/api/employee/9/relationships/computers')).at('/data')).toEqual({ type: 'desk', id: '1' });
      });

      it('for what writes, too [PRJ-07, PRJ-09, PRJ-10, PRJ-11, PRJ-26]', async () => {
        on('PATCH_RESOURCE', () => ({ id: '3' }));
        await patch('/api/employee/9', { type: 'employee', id: '9', attributes: { age: 53 } });
        expect((await app.get('/api/employee/3')).at('/data/attributes/age')).toBe(53);

        for (const key of ['POST_RELATIONSHIP', 'PATCH_RELATIONSHIP', 'DELETE_RELATIONSHIP'] as const) {
          on(key, () => ({ id: '3', relation: 'skills' }));
        }
        const path = '/api/employee/9/relationships/computers';
        const skills = async (): Promise<unknown> => (await get('/api/employee/3/skills')).at('/data/*/id');
        expect((await write('POST', path, linkage('skill/sql', 'skill/css'))).status).toBe(204);
        expect(await skills()).toEqual(['css', 'sql']);
        expect((await write('DELETE', path, linkage('skill/sql'))).status).toBe(204);
        expect(await skills()).toEqual(['css']);
        expect((await write('PATCH', path, [])).status).toBe(204);
        expect(await skills()).toEqual([]);
      });

      it('take nothing else that an arrow function returns, and tell of members that there are not [PRC-04]', async () => {
        on('GET_RESOURCE', (({ restrictions }: { restrictions: object[] }) => restrictions.push(adults)) as never);
        expect((await get('/api/employee/3')).at('/data/id')).toBe('3');

        on('GET_RESOURCE', (() => 'ignored') as never);
        expect((await get('/api/employee/3')).at('/data/id')).toBe('3');

        on('GET_RESOURCE', (() => ({ ident: '1' })) as never);
        expect((await app.get('/api/employee/3')).status).toBe(500);
      });
    });

    describe('of bodies', () => {
      it('find the fields by name, and the document’s own meta [PRC-10, PRJ-06]', async () => {
        let seen: object = {};
        on('POST_RESOURCE', (context) => {
          seen = { data: { ...context.data }, meta: context.meta };
          throw new ProcessingException('Enough seen.');
        });
        const body = {
          data: {
            type: 'employee',
            attributes: { name: 'Dora', age: 30 },
            relationships: {
              boss: { data: { type: 'employee', id: '1' } },
              skills: { data: linkage('skill/sql') },
              desk: { data: null },
            },
          },
          meta: { token: 'sesame' },
        };
        await app.request('POST', '/api/employee', { body });

        expect(seen).toEqual({
          data: {
            name: 'Dora',
            age: 30,
            boss: { type: 'employee', id: '1' },
            skills: [{ type: 'skill', id: 'sql' }],
            desk: null,
          },
          meta: { token: 'sesame' },
        });
      });

      it('set, change and drop fields before they are looked up [CRE-04, PRC-10, PRJ-06]', async () => {
        on('POST_RESOURCE', ({ data }) => {
          data.name = `${String(data.name)}!`;
          data.role ??= 'guard';
          delete data['token'];
          data.boss = { id: '1' };
          data.skills = ['sql', { type: 'skill', id: 'css' }];
          data.age = undefined;
        });
        const created = await post('/api/employee', {
          type: 'employee',
          attributes: { name: 'Dora', token: 'x', age: 'not a number' },
        });

        expect(created.at('/data/attributes')).toMatchObject({ name: 'Dora!', role: 'guard', age: null });
        const path = `/api/employee/${String(created.at('/data/id'))}`;
        expect((await app.get(`${path}/relationships/boss`)).at('/data/id')).toBe('1');
        expect((await app.get(`${path}/relationships/skills`)).at('/data/*/id')).toEqual(['css', 'sql']);
        await remove(path);
      });

      it('answer for what they set as for what the client sent, at the nearest place that is there [PRC-15]', async () => {
        on('POST_RESOURCE', ({ data }) => {
          data.name = 7;
          data['salary'] = 1;
        });

        const answer = await post('/api/employee', { type: 'employee', attributes: { name: 'Dora' } });
        expect(faults(answer)).toEqual(['400 BAD_VALUE /data/attributes/name', '400 UNKNOWN_FIELD /data']);
      });

      it('may return the fields anew [PRC-17]', async () => {
        on('PATCH_RESOURCE', ({ data }) => ({ data: { ...data, age: 37 } }));
        await patch('/api/employee/1', { type: 'employee', id: '1', attributes: { birthDate: '1815-12-10' } });

        expect((await get('/api/employee/1')).at('/data/attributes')).toMatchObject({
          age: 37,
          birthDate: '1815-12-10',
        });
      });

      it('edit what a relationship is to lead to [PRJ-09, PRJ-10, PRJ-11]', async () => {
        const path = '/api/employee/3/relationships';
        on('POST_RELATIONSHIP', ({ data }) => ({
          data: (data as ResourceIdentifier[]).filter(({ id }) => id !== 'css'),
        }));
        await write('POST', `${path}/skills`, linkage('skill/sql', 'skill/css'));
        expect((await get(`${path}/skills`)).at('/data')).toEqual(linkage('skill/sql'));

        on('DELETE_RELATIONSHIP', (context) => {
          context.data = [];
        });
        await write('DELETE', `${path}/skills`, linkage('skill/sql'));
        expect((await get(`${path}/skills`)).at('/data')).toEqual(linkage('skill/sql'));

        on('PATCH_RELATIONSHIP', () => ({ data: null }));
        await write('PATCH', `${path}/desk`, linkage('desk/1')[0]);
        expect((await get(`${path}/desk`)).at('/data')).toBeNull();
      });

      it('let unreadable identifiers be told to the client all the same', async () => {
        on('POST_RELATIONSHIP', () => ({ data: [] }));

        const answer = await write('POST', '/api/employee/3/relationships/skills', [{ type: 'skill' }]);
        expect(faults(answer)).toEqual(['400 BAD_BODY /data/0']);
      });

      it('change what is written to every row of a collection [PRC-09]', async () => {
        on('PATCH_COLLECTION', ({ data, filters }) => {
          data.birthDate = '2001-01-01';
          filters.push({ name: 'name', op: 'eq', val: 'Bob' });
        });
        const answer = await patch('/api/employee', { type: 'employee', attributes: {} });

        expect(answer.at('/meta/modified')).toBe(1);
        expect((await get('/api/employee/2')).at('/data/attributes/birthDate')).toBe('2001-01-01');
      });

      it('keep fields that only creation may set as they are', async () => {
        on('PATCH_RESOURCE', ({ data }) => {
          data.role = 'boss';
        });

        const answer = await patch('/api/employee/1', { type: 'employee', id: '1', attributes: {} });
        expect(faults(answer)).toEqual(['403 FORBIDDEN /data']);
      });
    });

    it('of functions choose what is evaluated [PRC-20]', async () => {
      on('EVALUATE', (context) => {
        context.functions = [{ name: 'min', field: 'name' }];
        context.groupBy = ['role'];
      });

      const answer = await app.get('/api/eval/employee?functions=[{"name":"count","field":"id"}]');
      expect(answer.at('/data')).toEqual([{ group: { role: 'clerk' }, values: ['Ada'] }]);
    });

    it('run after the request is read, and before anything is looked up [PRC-15, PRJ-27, contradiction 38]', async () => {
      const ran: string[] = [];
      on('POST_RESOURCE', ({ operation }) => void ran.push(operation));
      on('GET_RESOURCE', ({ id }) => void ran.push(`${id}`));
      on('DELETE_RELATIONSHIP', ({ relation }) => void ran.push(relation));

      const unread = await app.request('POST', '/api/employee', {
        body: '{',
        headers: { 'Content-Type': 'text/plain' },
      });
      expect([unread.status, ran]).toEqual([415, []]);
      expect((await app.request('POST', '/api/employee', { body: { data: [] } })).status).toBe(400);
      expect(ran).toEqual([]);
      expect((await get('/api/employee/no-such-id')).status).toBe(404);
      expect((await write('DELETE', '/api/employee/1/relationships/desk', [])).status).toBe(403);
      expect(ran).toEqual(['no-such-id', 'desk']);
    });
  },
  { databases: ['sqlite'] },
);
