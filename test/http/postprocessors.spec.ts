/**
 * Postprocessors and after-commit hooks: what they see of an answer, what becomes of it, and what stays in the database.
 */
import type { LoggerService } from '@nestjs/common';
import {
  type AfterCommitFunction,
  getRestlessServiceToken,
  type PostprocessFunction,
  ProcessingException,
  type ProcessorKey,
  RestlessModule,
  type RestlessService,
  type WriteProcessorKey,
} from 'nestjs-restless';
import { DataSource, QueryFailedError } from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { Desk, Employee, OFFICE, seedOffice } from '../support/office.js';
import { faults, linkage, writing } from '../support/writing.js';

/** What runs in the test at hand. */
const current = new Map<string, (context: never) => unknown>();
beforeEach(() => current.clear());

function after<Key extends ProcessorKey>(key: Key, run: PostprocessFunction<Key, Employee>): void {
  current.set(key, run);
}

function committed<Key extends WriteProcessorKey>(key: Key, run: AfterCommitFunction<Key, Employee>): void {
  current.set(`committed ${key}`, run);
}

const READS = [
  'GET_COLLECTION',
  'GET_RESOURCE',
  'GET_TO_ONE_RELATION',
  'GET_TO_MANY_RELATION',
  'GET_RELATED_RESOURCE',
  'GET_TO_ONE_RELATIONSHIP',
  'GET_TO_MANY_RELATIONSHIP',
  'EVALUATE',
] as const;
const WRITES = [
  'POST_RESOURCE',
  'PATCH_RESOURCE',
  'DELETE_RESOURCE',
  'POST_RELATIONSHIP',
  'PATCH_RELATIONSHIP',
  'DELETE_RELATIONSHIP',
  'PATCH_COLLECTION',
  'DELETE_COLLECTION',
] as const;

/** What drivers throw where a transaction may succeed the next time. */
const DEADLOCKS = {
  sqlite: Object.assign(new Error('busy'), { code: 'SQLITE_BUSY' }),
  postgres: Object.assign(new Error('deadlock'), { code: '40P01' }),
  mariadb: Object.assign(new Error('deadlock'), { code: 'ER_LOCK_DEADLOCK', errno: 1213 }),
};

const logged: string[] = [];
const logger: LoggerService = {
  log: () => undefined,
  warn: () => undefined,
  error: (message: unknown) => logged.push(String(message)),
};

const setup = {
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
    RestlessModule.forFeature(OFFICE),
  ],
  seed: seedOffice,
};

function registerAll(app: TestApp): void {
  const employees = app.app.get<RestlessService<Employee>>(getRestlessServiceToken(Employee));
  for (const key of [...READS, ...WRITES]) {
    employees.postprocess(key, (context) => current.get(key)?.(context as never) as undefined);
  }
  for (const key of WRITES) {
    employees.afterCommit(key, (context) => current.get(`committed ${key}`)?.(context as never));
  }
}

describeServers(
  (server) => {
    let app: TestApp;
    const { get, patch, delete: remove, write } = writing(() => app);

    beforeAll(async () => {
      app = await server.start({ ...setup, configure: (nest) => nest.useLogger(logger) });
      registerAll(app);
    });
    afterAll(() => app.close());

    describe('postprocessors', () => {
      it.each([
        ['GET_COLLECTION', '/api/employee'],
        ['GET_RESOURCE', '/api/employee/1'],
        ['GET_TO_ONE_RELATION', '/api/employee/1/desk'],
        ['GET_TO_MANY_RELATION', '/api/employee/1/computers'],
        ['GET_RELATED_RESOURCE', '/api/employee/1/computers/2'],
        ['GET_TO_ONE_RELATIONSHIP', '/api/employee/1/relationships/desk'],
        ['GET_TO_MANY_RELATIONSHIP', '/api/employee/1/relationships/computers'],
      ] as const)(
        '%s edit the document about to be sent [PRJ-12, PRJ-13, PRJ-14, PRJ-15, PRJ-16, PRJ-17, PRJ-18]',
        async (key, path) => {
          const before = (await get(path)).body as { meta?: object };
          after(key, (context) => {
            context.result!['meta'] = { ...(context.result!['meta'] as object), stamp: context.format };
          });

          const answer = await get(path);
          expect(answer.body).toEqual({ ...before, meta: { ...before.meta, stamp: 'json-api' } });
        },
      );

      it('find the total in the result, and what was asked beside it [PRJ-12, PRC-07]', async () => {
        const seen: unknown[] = [];
        after('GET_COLLECTION', ({ result, filters, sort }) => {
          seen.push(result!['meta'], filters.length, sort);
        });
        await get('/api/employee?filter[age][gt]=20&sort=name');

        expect(seen).toEqual([{ total: 2 }, 1, [{ field: 'name', descending: false }]]);
      });

      it('return another document [PRC-17, PRC-04]', async () => {
        after('GET_RESOURCE', ({ result }) => ({ ...result, meta: { replaced: true } }));
        expect((await get('/api/employee/1')).at('/meta')).toEqual({ replaced: true });

        after('GET_RESOURCE', (() => 'nothing of the kind') as never);
        expect((await get('/api/employee/1')).at('/data/id')).toBe('1');
      });

      it('drop fields of every resource [PRC-06]', async () => {
        after('GET_COLLECTION', ({ result }) => {
          for (const { attributes } of result!['data'] as { attributes: { age?: number } }[]) delete attributes.age;
        });

        const attributes = (await get('/api/employee')).at('/data/*/attributes') as object[];
        expect(attributes.every((each) => !('age' in each))).toBe(true);
      });

      it('see functions [PRC-20]', async () => {
        after('EVALUATE', ({ result, functions }) => ({ ...result, meta: { of: functions.map(({ name }) => name) } }));

        const answer = await app.get('/api/eval/employee?functions=[{"name":"count","field":"id"}]');
        expect(answer.at('/meta')).toEqual({ of: ['count'] });
      });

      it('do not touch where a new row is [PRC-19, PRC-10, PRJ-20]', async () => {
        after('POST_RESOURCE', ({ result }) => {
          (result!['data'] as { id: string }).id = 'another';
        });
        const created = await app.request('POST', '/api/employee', {
          body: { data: { type: 'employee', attributes: { name: 'Zoe' } } },
        });

        expect(created.at('/data/id')).toBe('another');
        expect((await get(new URL(created.headers.location!, app.url).pathname)).at('/data/attributes/name')).toBe(
          'Zoe',
        );
      });

      it('have nothing to edit where there is no content, and may give some [PRJ-21, PRJ-23, PRC-08]', async () => {
        const seen: unknown[] = [];
        for (const key of ['PATCH_RESOURCE', 'POST_RELATIONSHIP', 'PATCH_RELATIONSHIP', 'DELETE_RESOURCE'] as const) {
          after(key, ({ result, operation }) => void seen.push(operation, result));
        }
        const data = { type: 'employee', id: '1', attributes: { age: 37 } };
        expect((await patch('/api/employee/1', data)).status).toBe(204);
        expect((await write('POST', '/api/employee/1/relationships/skills', [])).status).toBe(204);
        expect((await write('PATCH', '/api/employee/2/relationships/desk', null)).status).toBe(204);
        expect(seen).toEqual([
          ...['PATCH_RESOURCE', undefined, 'POST_RELATIONSHIP', undefined, 'PATCH_RELATIONSHIP', undefined],
        ]);

        after('PATCH_RESOURCE', () => ({ meta: { done: true } }));
        const answer = await patch('/api/employee/1', data);
        expect([answer.status, answer.body]).toEqual([200, { meta: { done: true } }]);
      });

      it('are told what was deleted, and how many rows were changed [PRC-09, PRC-11, PRC-12, PRJ-22, PRJ-24, contradiction 16]', async () => {
        const seen: unknown[] = [];
        const { manager } = app.app.get(DataSource);
        const [{ id }] = (await manager.insert(Employee, { name: 'Gone' })).identifiers as [{ id: number }];
        after('DELETE_RESOURCE', (context) => void seen.push(context.id, context.wasDeleted));
        after('DELETE_RELATIONSHIP', ({ relation, wasDeleted }) => void seen.push(relation, wasDeleted));
        after(
          'PATCH_COLLECTION',
          ({ count, result, filters }) => void seen.push(count, result!['meta'], filters.length),
        );
        after('DELETE_COLLECTION', ({ count }) => void seen.push(count));

        await remove(`/api/employee/${id}`);
        await write('DELETE', '/api/employee/1/relationships/skills', linkage('skill/css'));
        await patch('/api/employee?filter[name]=Bob', { type: 'employee', attributes: { age: 18 } });
        await remove('/api/employee?filter[name]=Nobody');

        expect(seen).toEqual([String(id), true, 'skills', true, 1, { modified: 1 }, 1, 0]);
      });

      it('do not run for what is refused', async () => {
        const seen: unknown[] = [];
        after('GET_RESOURCE', ({ id }) => void seen.push(id));
        after('DELETE_RESOURCE', ({ id }) => void seen.push(id));

        expect((await get('/api/employee/99')).status).toBe(404);
        expect((await remove('/api/employee/99')).status).toBe(404);
        expect(seen).toEqual([]);
      });
    });
  },
  { databases: ['sqlite'] },
);

describeServers(
  (server) => {
    let app: TestApp;
    const { get, post, patch, delete: remove, write } = writing(() => app);
    const names = async (): Promise<unknown> => (await get('/api/employee?sort=id')).at('/data/*/attributes/name');

    beforeAll(async () => {
      app = await server.start({ ...setup, configure: (nest) => nest.useLogger(logger) });
      registerAll(app);
    });
    afterAll(() => app.close());

    it('undo what was written, whatever they throw [PRJ-28, TXN-05, PRC-16, AUT-05, #12]', async () => {
      const fail = (): never => {
        throw new ProcessingException({ status: 418, detail: 'Post failed' });
      };
      for (const key of WRITES) after(key, fail);
      const before = await names();
      const data = { type: 'employee', id: '2', attributes: { name: 'Robert' } };

      expect((await post('/api/employee', { ...data, id: undefined })).status).toBe(418);
      expect((await patch('/api/employee/2', data)).status).toBe(418);
      expect((await remove('/api/employee/2')).status).toBe(418);
      expect((await patch('/api/employee?filter[id]=2', { ...data, id: undefined })).status).toBe(418);
      expect((await remove('/api/employee?filter[id]=2')).status).toBe(418);
      const skills = '/api/employee/1/relationships/skills';
      expect((await write('DELETE', skills, linkage('skill/sql'))).status).toBe(418);
      expect((await write('PATCH', skills, [])).status).toBe(418);
      expect((await write('POST', '/api/employee/2/relationships/skills', linkage('skill/sql'))).status).toBe(418);

      expect(await names()).toEqual(before);
      expect((await get(skills)).at('/data/*/id')).toEqual(['css', 'sql']);
      expect((await get('/api/employee/2/relationships/skills')).at('/data')).toEqual([]);
    });

    it('write in the same transaction, with its manager [PRJ-28, PRJ-31, #22]', async () => {
      let refuses = false;
      after('POST_RESOURCE', async ({ id, manager }) => {
        await manager.insert(Desk, { name: `desk of ${id}`, employee: { id: Number(id) } });
        await manager.update(Employee, Number(id), { role: 'seated' });
        if (refuses) throw new Error('no');
      });
      const desks = async (): Promise<unknown> => (await get('/api/desk')).at('/meta/total');
      const count = Number(await desks());

      const created = await post('/api/employee', { type: 'employee', attributes: { name: 'Fay' } });
      expect(created.status).toBe(201);
      expect((await get(`/api/employee/${String(created.at('/data/id'))}`)).at('/data/attributes/role')).toBe('seated');
      expect(await desks()).toBe(count + 1);

      refuses = true;
      const refused = await app.request('POST', '/api/employee', {
        body: { data: { type: 'employee', attributes: { name: 'Gil' } } },
      });
      expect(refused.status).toBe(500);
      expect(await desks()).toBe(count + 1);
    });

    it('run after-commit hooks once the row is there for everybody [PRJ-28, PRC-16, #12]', async () => {
      const seen: unknown[] = [];
      committed('POST_RESOURCE', async ({ id, result, manager }) => {
        seen.push(await manager.existsBy(Employee, { id: Number(id) }), (result!['data'] as { id: string }).id === id);
      });
      committed('DELETE_RESOURCE', ({ id, wasDeleted }) => void seen.push(id, wasDeleted));
      const created = await post('/api/employee', { type: 'employee', attributes: { name: 'Hal' } });
      await remove(`/api/employee/${String(created.at('/data/id'))}`);

      expect(seen).toEqual([true, true, created.at('/data/id'), true]);
    });

    it('answer as if after-commit hooks had not thrown, log it, and run the others [PRJ-28]', async () => {
      const employees = app.app.get<RestlessService<Employee>>(getRestlessServiceToken(Employee));
      const seen: unknown[] = [];
      committed('PATCH_RESOURCE', () => {
        throw new ProcessingException('mail server is down');
      });
      employees.afterCommit('PATCH_RESOURCE', ({ id }) => void seen.push(id));
      logged.length = 0;
      const answer = await patch('/api/employee/3', { type: 'employee', id: '3', attributes: { age: 54 } });

      expect(answer.status).toBe(204);
      expect((await get('/api/employee/3')).at('/data/attributes/age')).toBe(54);
      expect(seen).toEqual(['3']);
      expect(logged.some((line) => line.includes('mail server is down'))).toBe(true);
    });

    it('run again where the database makes the transaction run again, and after-commit hooks once [PRJ-28, TXN-05]', async () => {
      const seen: unknown[] = [];
      after('POST_RESOURCE', ({ result }) => {
        seen.push('after', result!['meta'] ?? null);
        result!['meta'] = { attempt: seen.length / 2 };
        if (seen.length === 2) throw new QueryFailedError('x', [], DEADLOCKS[server.database.kind]);
      });
      committed('POST_RESOURCE', () => void seen.push('committed'));
      const created = await post('/api/employee', { type: 'employee', attributes: { name: 'Jan' } });

      expect(created.at('/meta')).toEqual({ attempt: 2 });
      expect(seen).toEqual(['after', null, 'after', null, 'committed']);
      expect((await get('/api/employee?filter[name]=Jan')).at('/meta/total')).toBe(1);
    });

    it('run no after-commit hooks where nothing was committed [PRJ-28]', async () => {
      const seen: unknown[] = [];
      for (const key of WRITES) committed(key, ({ operation }) => void seen.push(operation));
      after('POST_RESOURCE', () => {
        throw new ProcessingException('no');
      });
      await post('/api/employee', { type: 'employee', attributes: { name: 'Ian' } });
      expect(faults(await post('/api/employee', { type: 'employee', attributes: { name: 'Ada' } }))).toEqual([
        '409 CONFLICT /data/attributes/name',
      ]);
      await remove('/api/employee/99');

      expect(seen).toEqual([]);
    });

    it('do not run for what the application’s own code writes with a service', async () => {
      const seen: unknown[] = [];
      after('POST_RESOURCE', ({ operation }) => void seen.push(operation));
      committed('POST_RESOURCE', ({ operation }) => void seen.push(operation));
      const employees = app.app.get<RestlessService<Employee>>(getRestlessServiceToken(Employee));
      const { id } = await employees.create({ name: 'Own' });
      await employees.remove(id as number);

      expect(seen).toEqual([]);
    });
  },
  { adapters: ['express'] },
);
