/**
 * Permissions: providers of the application that are asked what a request may do with a resource, and with single rows of
 * it. Nobody comes to a row past them: not behind relationships, not by filters, not by what is written elsewhere.
 */
import { Injectable, Logger, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Expose } from 'class-transformer';
import {
  InjectRestless,
  type PermissionAction,
  type PermissionChecker,
  Resource,
  type Restriction,
  RestlessModule,
  type RestlessService,
  type RowAction,
  type ScopeContext,
} from 'nestjs-restless';
import {
  ChildEntity,
  Column,
  DataSource,
  Entity,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  type Relation,
  TableInheritance,
} from 'typeorm';
import { type Answer, createApp, describeServers, type TestApp } from '../support/app.js';
import { Cuisine, Label, Recipe, RECIPE_ENTITIES, seedRecipes, Step } from '../support/recipes.js';
import { linkage, writing } from '../support/writing.js';

@Entity()
@Resource({ methods: ['GET', 'POST', 'PATCH'], allowToManyReplacement: true })
class Person {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @OneToMany(() => Computer, (computer) => computer.owner) computers!: Relation<Computer>[];
  @Expose() @ManyToOne(() => Computer) favourite!: Relation<Computer> | null;
}

@Entity()
class Computer {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @ManyToOne(() => Person, (person) => person.computers) owner!: Relation<Person> | null;
}

/** Who the tests come as. */
const headersOf = (request: unknown): Record<string, string> =>
  (request as { headers?: Record<string, string> } | undefined)?.headers ?? {};

/** Person 1 owns computers 1 and 2, with which everything may be done; 3 owns 3, for reading; the others are for nobody. */
@Injectable()
class Directory {
  readonly rights: Readonly<Record<number, readonly RowAction[]>> = {
    1: ['read', 'create', 'update', 'destroy'],
    3: ['read'],
  };
}

@Injectable()
class ByRow implements PermissionChecker<Computer> {
  constructor(private readonly directory: Directory) {}

  async hasObjectPermission({ owner }: Computer, action: RowAction, { request }: ScopeContext): Promise<boolean> {
    if (headersOf(request)['who'] === 'root') return true;
    await new Promise((resolve) => setImmediate(resolve));
    return this.directory.rights[owner?.id ?? 0]?.includes(action) ?? false;
  }
}

@Injectable()
class ByRowAndScope extends ByRow {
  scope({ request }: ScopeContext): Restriction | undefined {
    return headersOf(request)['who'] === 'root' ? undefined : { name: 'owner.id', op: 'in', val: [1, 3] };
  }
}

/** Says nothing of rows: the header names what may be done. */
@Injectable()
class ByAction implements PermissionChecker<Computer> {
  hasPermission(action: PermissionAction, { request }: ScopeContext): Promise<boolean> {
    return Promise.resolve((headersOf(request)['may'] ?? '').split(',').includes(action));
  }
}

@Injectable()
class Reports {
  constructor(@InjectRestless(Computer) readonly computers: RestlessService<Computer>) {}
}

const CHECKERS = [ByRow, ByRowAndScope, ByAction];

@Module({ providers: [Directory, ...CHECKERS] })
class PermissionsModule {}

@Entity()
@TableInheritance({ column: { name: 'kind', type: 'varchar' } })
@Resource()
class Part {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @ManyToOne(() => Box, (box) => box.parts) box!: Relation<Box> | null;
}

/** To be read, and to stay where they are. */
@ChildEntity('seal')
@Resource({ permissions: { hasObjectPermission: (_: Part, action: RowAction) => action === 'read' } })
class Seal extends Part {}

@Entity()
@Resource()
class Box {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @OneToMany(() => Part, (part) => part.box) parts!: Relation<Part>[];
}

async function seed({ manager }: DataSource): Promise<void> {
  for (const name of ['Ada', 'Bob', 'Cleo']) await manager.insert(Person, { name });
  for (const [index, owner] of [1, 1, 3, 2, undefined].entries()) {
    await manager.insert(Computer, { name: `c${index + 1}`, ...(owner && { owner: { id: owner } }) });
  }
  await manager.update(Person, 1, { favourite: { id: 4 } });
  await manager.update(Person, 2, { favourite: { id: 1 } });
}

const ALL = {
  entity: Computer,
  methods: ['GET', 'POST', 'PATCH', 'DELETE'],
  formats: ['json-api', 'flat-json'],
  allowPatchMany: true,
  allowDeleteMany: true,
  allowUnfiltered: true,
  allowFunctions: true,
} as const;
const computer = (id: string | undefined, name: string, owner?: string): object => ({
  type: 'computer',
  ...(id !== undefined && { id }),
  attributes: { name },
  ...(owner !== undefined && { relationships: { owner: { data: { type: 'person', id: owner } } } }),
});

describeServers(
  ({ start }) => {
    describe.each([
      ['by row', ByRow],
      ['by row, with a scope', ByRowAndScope],
    ])('%s', (_, permissions) => {
      let app: TestApp;
      const { get: ask, write, send } = writing(() => app);
      const get = (path: string): Promise<Answer> => ask(encodeURI(path));
      const ids = async (path: string): Promise<unknown> => (await get(path)).at('/data/*/id');
      const stored = async (): Promise<unknown> =>
        (
          await app.app.get(DataSource).manager.find(Computer, { order: { id: 'ASC' }, relations: { owner: true } })
        ).map(({ name, owner }) => `${name} of ${owner?.id ?? 'nobody'}`);
      // Without a scope, a row that may not be read is refused; a scope says that it is not there.
      const unseen = permissions === ByRow ? 403 : 404;

      beforeEach(async () => {
        app = await start({
          entities: [Person, Computer],
          imports: [PermissionsModule, RestlessModule.forFeature([Person, { ...ALL, permissions }])],
          providers: [Reports],
          seed,
        });
      });
      afterEach(() => app.close());

      it('lists what may be read, and counts and pages nothing else [FJP-01, FJP-02, FJP-05]', async () => {
        const page = await get('/api/computer?page[size]=2&page[number]=2');
        const functions = await app.get(encodeURI('/api/eval/computer?functions=[{"name":"count","field":"id"}]'));

        expect(await ids('/api/computer')).toEqual(['1', '2', '3']);
        expect(page.at('/data/*/id')).toEqual(['3']);
        expect(page.at('/meta/total')).toBe(3);
        expect(await ids('/api/computer?filter[name]=c4')).toEqual([]);
        expect(functions.at('/data')).toEqual([3]);
      });

      it('refuses a row that may not be read, and tells it from one that is not there [FJP-02, FJP-06]', async () => {
        const refused = await get('/api/computer/4');
        const flat = await app.get('/api/computer/4', { Accept: 'application/json' });

        expect((await get('/api/computer/1')).at('/data/attributes/name')).toBe('c1');
        expect(refused.status).toBe(unseen);
        expect(refused.text).not.toContain('c4');
        expect(flat.status).toBe(unseen);
        expect(typeof flat.at('/message')).toBe('string');
        expect((await get('/api/computer/4/owner')).status).toBe(unseen);
        expect((await get('/api/computer/4/relationships/owner')).status).toBe(unseen);
        expect((await get('/api/computer/999')).status).toBe(404);
        expect((await ask('/api/computer/4', { who: 'root' })).status).toBe(200);
      });

      it('is asked behind relationships as well [#5]', async () => {
        expect(await ids('/api/person/1/computers')).toEqual(['1', '2']);
        expect(await ids('/api/person/2/computers')).toEqual([]);
        expect(await ids('/api/person/2/relationships/computers')).toEqual([]);
        expect((await get('/api/person/2/computers/4')).status).toBe(404);
        expect((await get('/api/person/1/favourite')).at('/data')).toBeNull();
        expect((await get('/api/person/1')).at('/data/relationships/favourite/data')).toBeNull();
        expect((await get('/api/person?include=computers,favourite')).at('/included/*/id')).toEqual(['1', '2', '3']);
        expect(await ids('/api/person?filter[computers.name]=c4')).toEqual([]);
        expect(await ids('/api/person?filter[favourite][name]=c1')).toEqual(['2']);
        expect(await ids('/api/person?filter[objects]=[{"name":"favourite","op":"is_not_null"}]')).toEqual(['2']);
      });

      it('is asked about a row before it is changed and after [FJP-03]', async () => {
        const before = await stored();

        const refused = await write('PATCH', '/api/computer/3', computer('3', 'new'));
        expect(refused.status).toBe(403);
        expect(refused.at('/errors/0/detail')).toBe('You may not update this computer.');
        expect((await write('PATCH', '/api/computer/4', computer('4', 'new'))).status).toBe(unseen);
        expect((await write('PATCH', '/api/computer/1', computer('1', 'new', '2'))).status).toBe(403);
        expect((await write('PATCH', '/api/computer/1/relationships/owner', linkage('person/2')[0])).status).toBe(403);
        expect((await write('PATCH', '/api/computer/999', computer('999', 'new'))).status).toBe(404);
        expect(await stored()).toEqual(before);
        expect((await write('PATCH', '/api/computer/1', computer('1', 'new', '1'))).status).toBe(204);
        expect(await stored()).toContain('new of 1');
      });

      it('is asked about a row that is made, and one that is deleted [FJP-01]', async () => {
        const before = await stored();

        expect((await write('POST', '/api/computer', computer(undefined, 'new', '2'))).status).toBe(403);
        expect((await write('POST', '/api/computer', computer(undefined, 'new'))).status).toBe(403);
        expect((await send('DELETE', '/api/computer/3')).status).toBe(403);
        expect((await send('DELETE', '/api/computer/4')).status).toBe(unseen);
        expect(await stored()).toEqual(before);
        const created = await write('POST', '/api/computer', computer(undefined, 'new', '1'));
        expect(created.status).toBe(201);
        expect(created.at('/data/attributes/name')).toBe('new');
        expect((await send('DELETE', '/api/computer/2')).status).toBe(204);
        expect(await stored()).toHaveLength(5);
      });

      it('is asked about members that change their owner, and takes those that may not be read for none', async () => {
        const before = await stored();

        const others = await write(
          'PATCH',
          '/api/person/1/relationships/computers',
          linkage('computer/1', 'computer/3'),
        );
        const unread = await write('PATCH', '/api/person/1/relationships/computers', linkage('computer/4'));
        const away = await write('PATCH', '/api/person/1/relationships/computers', linkage('computer/1'));
        const far = { favourite: { data: { type: 'computer', id: '4' } } };
        const favourite = await write('PATCH', '/api/person/2', { type: 'person', id: '2', relationships: far });

        expect([others.status, unread.status, away.status, favourite.status]).toEqual([403, 404, 403, 404]);
        expect(await stored()).toEqual(before);
      });

      it('is asked about every row of a collection that is changed', async () => {
        const before = await stored();

        expect((await write('PATCH', '/api/computer', { type: 'computer', attributes: { name: 'x' } })).status).toBe(
          403,
        );
        expect((await send('DELETE', '/api/computer')).status).toBe(403);
        expect(await stored()).toEqual(before);
        expect((await send('DELETE', '/api/computer?filter[name]=c2')).at('/meta/deleted')).toBe(1);
      });

      it('is asked by the service of the resource as well', async () => {
        const { computers } = app.app.get(Reports);
        const root = { request: { headers: { who: 'root' } } };

        expect(await computers.count()).toBe(3);
        expect(await computers.count(root)).toBe(5);
        await expect(computers.findOne(4)).rejects.toMatchObject({ statusCode: unseen });
        await expect(computers.update(3, { name: 'x' })).rejects.toMatchObject({ statusCode: 403 });
        await expect(computers.update(4, { name: 'x' }, root)).resolves.toMatchObject({ name: 'x' });
      });
    });

    it('asks about rows of resources that inherit where a relationship to the others moves them', async () => {
      const app = await start({
        entities: [Box, Part, Seal],
        imports: [
          RestlessModule.forRoot({ methods: ['GET', 'PATCH'], allowToManyReplacement: true }),
          RestlessModule.forFeature([Box, Part, Seal]),
        ],
        seed: async ({ manager }: DataSource) => {
          await manager.save(Box, [{}, {}]);
          await manager.save(Part, { name: 'screw', box: { id: 1 } });
          await manager.save(Seal, { name: 'seal', box: { id: 1 } });
        },
      });
      const { write, get } = writing(() => app);
      const add = (type: string, id: string): Promise<Answer> =>
        write('POST', '/api/box/2/relationships/parts', [{ type, id }]);
      const answers = [await add('part', '1'), await add('seal', '2')];
      const left = await get('/api/box/1/parts');
      await app.close();

      expect([...answers.map(({ status }) => status), left.at('/data/*/id')]).toEqual([204, 403, ['2']]);
    });

    describe('by action', () => {
      let app: TestApp;
      const { get, write, send } = writing(() => app);
      const may = (...actions: readonly PermissionAction[]): Record<string, string> => ({ may: actions.join(',') });

      beforeAll(async () => {
        app = await start({
          entities: [Person, Computer],
          imports: [PermissionsModule, RestlessModule.forFeature([Person, { ...ALL, permissions: ByAction }])],
          seed,
        });
      });
      afterAll(() => app.close());

      it.each<readonly [PermissionAction, string, string, unknown]>([
        ['list', 'GET', '/api/computer', undefined],
        ['read', 'GET', '/api/computer/1', undefined],
        ['read', 'GET', '/api/computer/1/owner', undefined],
        ['update', 'PATCH', '/api/computer/1', computer('1', 'new')],
        ['update', 'PATCH', '/api/computer/1/relationships/owner', null],
        ['update', 'PATCH', '/api/computer?filter[name]=x', { type: 'computer', attributes: { name: 'new' } }],
        ['create', 'POST', '/api/computer', computer(undefined, 'new')],
        ['destroy', 'DELETE', '/api/computer/5', undefined],
        ['destroy', 'DELETE', '/api/computer?filter[name]=x', undefined],
      ])('refuses to %s: %s %s [FJP-04, FJP-07]', async (action, method, path, data) => {
        const others = (['list', 'read', 'create', 'update', 'destroy'] as const).filter((each) => each !== action);

        const refused = await write(method, path, data, may(...others));
        const granted = await write(method, path, data, may('list', 'read', action));

        expect(refused.status).toBe(403);
        expect(refused.at('/errors/0/detail')).toBe(`You may not ${action} computer.`);
        expect(granted.status).toBeLessThan(300);
      });

      it('refuses functions to whoever may not list', async () => {
        const functions = encodeURI('/api/eval/computer?functions=[{"name":"count","field":"id"}]');

        expect((await app.get(functions, may('read'))).status).toBe(403);
        expect((await app.get(functions, may('list', 'read'))).status).toBe(200);
      });

      it('keeps the resource from whoever may not read it, wherever it is met [#5]', async () => {
        const statuses = await Promise.all(
          [
            '/api/person?include=computers',
            '/api/person?filter[computers.name]=c1',
            '/api/person?sort=favourite.name',
            '/api/person/1/computers',
          ].map(async (path) => [(await get(path, may('list'))).status, (await get(path, may('list', 'read'))).status]),
        );
        const person = await get('/api/person/2', may('list'));

        expect(statuses).toEqual([
          [400, 200],
          [400, 200],
          [400, 200],
          [404, 200],
        ]);
        expect(person.at('/data/relationships/favourite/data')).toBeNull();
        expect((await get('/api/person/1/relationships/computers', may('list'))).at('/data')).toEqual([]);
        expect((await get('/api/person/1/computers', may('read'))).status).toBe(403);
      });

      it('writes for whoever may write and not read, and shows them nothing', async () => {
        const created = await write('POST', '/api/computer', computer(undefined, 'box'), may('create'));

        expect(created.status).toBe(201);
        expect(created.text).not.toContain('box');
        const flat = { Accept: 'application/json', 'Content-Type': 'application/json' };
        const answers = [
          await app.request('POST', '/api/computer', { headers: { ...flat, ...may('create') }, body: { name: 'bag' } }),
          await app.request('PATCH', '/api/computer/2', {
            headers: { ...flat, ...may('update') },
            body: { name: 'bag' },
          }),
        ];
        expect(answers.map(({ status, text }) => [status, text])).toEqual([
          [201, '{}'],
          [200, '{}'],
        ]);
        expect((await send('DELETE', '/api/computer/1', undefined, may('create'))).status).toBe(403);
      });
    });

    it('hides values of rows that may not be read, whichever format somebody has asked in before', async () => {
      const labels = { hasPermission: (action: PermissionAction): boolean => action !== 'read' };
      const kitchen = await start({
        entities: RECIPE_ENTITIES,
        imports: [RestlessModule.forFeature([Recipe, { entity: Label, permissions: labels }, Step, Cuisine])],
        seed: seedRecipes,
      });

      for (const accept of ['application/json', 'application/vnd.api+json', 'application/json']) {
        const answer = await kitchen.get('/api/recipe/1', { accept });
        expect([answer.status, answer.text.includes('Soup'), answer.text.includes('labelNames')]).toEqual([
          200,
          true,
          false,
        ]);
      }
      expect((await kitchen.get('/api/recipe?filter[labelNames]=sour')).status).toBe(400);
      await kitchen.close();
    });
  },
  { adapters: ['express'] },
);

// An application that does not start leaves its data source behind, of which @nestjs/typeorm warns.
beforeAll(() => {
  Logger.overrideLogger(false);
});

describe('permissions', () => {
  @Injectable()
  class Unprovided implements PermissionChecker {
    hasPermission = (): boolean => true;
  }
  @Injectable()
  class Empty {}

  it.each([
    [Unprovided, 'Note: the option "permissions" names Unprovided, which is no provider; add it to the providers'],
    [Empty, 'Note: Empty, of the option "permissions", has none of hasPermission, hasObjectPermission, scope.'],
    [{}, 'Note: the option "permissions" has to be the class of a provider, or an object with hasPermission'],
  ])('are refused at start: %p', async (permissions, message) => {
    @Entity()
    class Note {
      @PrimaryGeneratedColumn() id!: number;
    }

    const started = (async () =>
      createApp({
        imports: [
          TypeOrmModule.forRoot({ type: 'better-sqlite3', database: ':memory:', entities: [Note] }),
          RestlessModule.forFeature([{ entity: Note, permissions: permissions as PermissionChecker }]),
        ],
        providers: [Empty],
      }))();

    await expect(started).rejects.toThrow(message);
  });
});
