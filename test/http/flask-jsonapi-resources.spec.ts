/**
 * What flask-jsonapi had view sets, schemas and filter schemas for: one entity served in several ways, each with its own
 * fields, filters, permissions and storage, and what its answers look like.
 */
import { Controller, Injectable, Logger } from '@nestjs/common';
import { IsNotEmpty, IsOptional, Length, Min } from 'class-validator';
import { Expose } from 'class-transformer';
import {
  type FilterRules,
  MemoryRepository,
  type PermissionChecker,
  type Query,
  Resource,
  type ResourceRepository,
  RestlessConfigError,
  RestlessController,
  RestlessModule,
  type RestlessModuleOptions,
  type Result,
  SerializationException,
} from 'nestjs-restless';
import { Column, type DataSource, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { type Answer, createApp, describeServers, type TestApp } from '../support/app.js';
import { linkage, writing } from '../support/writing.js';

/** Filters that several resources have, as base classes of filter schemas. */
const NAMED: FilterRules = { name: ['eq', 'contains'] };

@Entity()
@Resource({ methods: ['GET', 'POST', 'PATCH', 'DELETE'], filterable: { ...NAMED, id: true, age: ['gt'] } })
class Person {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() @IsNotEmpty() @Length(1, 10) name!: string;
  @Expose() @Column({ type: 'int', nullable: true }) @IsOptional() @Min(0) age!: number | null;
  @Expose() @OneToMany(() => Computer, (computer) => computer.owner) computers!: Relation<Computer>[];
}

@Entity()
@Resource({
  // Of the schema: fields by their names, a relationship by the id behind it.
  filterable: ['id', 'name', 'owner'],
})
class Computer {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @Column({ nullable: true }) vendor!: string;
  @Expose() @ManyToOne(() => Person, (person) => person.computers) owner!: Relation<Person> | null;
}

@Injectable()
class NobodyChanges implements PermissionChecker<Person> {
  hasObjectPermission(_: Person, action: string): boolean {
    return action === 'read';
  }
}

async function seed({ manager }: DataSource): Promise<void> {
  await manager.insert(Person, { name: 'Ada', age: 36 });
  await manager.insert(Person, { name: 'Bob', age: 17 });
  for (const [name, id] of [
    ['laptop', 1],
    ['tower', 1],
    ['mini', 2],
  ] as const) {
    await manager.insert(Computer, { name, vendor: name === 'tower' ? 'Dell' : 'Apple', owner: { id } });
  }
}

const ENTRIES = [
  Person,
  Computer,
  { entity: Person, prefix: 'guarded', permissions: NobodyChanges },
  { entity: Person, prefix: 'checked', returning: 'always' },
  { entity: Person, prefix: 'linked', linkage: 'always', only: ['name', 'computers'] },
  {
    entity: Computer,
    prefix: 'own',
    filterable: {
      ...NAMED,
      name: ['startswith'],
      of: (value: unknown) => ({ name: 'owner.name', op: 'eq', val: value }),
    },
  },
  {
    entity: Computer,
    prefix: 'broken',
    serializer: () => {
      throw new SerializationException('Field may not be null.');
    },
  },
] as const;

describeServers(
  ({ start }) => {
    let app: TestApp;
    const { get: ask, post, patch, delete: remove } = writing(() => app);
    const get = (path: string): Promise<Answer> => ask(encodeURI(path));
    const ids = async (path: string): Promise<unknown> => (await get(path)).at('/data/*/id');

    beforeAll(async () => {
      app = await start({
        entities: [Person, Computer],
        imports: [RestlessModule.forRoot({ validationStatus: 422 }), RestlessModule.forFeature([...ENTRIES])],
        providers: [NobodyChanges],
        seed,
      });
    });
    afterAll(() => app.close());

    it('has one skeleton for all answers [FJV-13]', async () => {
      const one = await get('/api/person/1');
      const list = await get('/api/person?page[size]=1');

      expect(Object.keys(one.body as object).sort()).toEqual(['data', 'jsonapi', 'links']);
      expect(one.at('/jsonapi')).toEqual({ version: '1.1' });
      expect(one.at('/links')).toEqual({ self: '/api/person/1' });
      // The number of all rows, not of those on this page.
      expect(list.at('/meta')).toEqual({ total: 2 });
      expect(list.at('/data/*/id')).toEqual(['1']);
    });

    it('answers 201, 200, 204 and 204 to what writes [FJV-14]', async () => {
      const person = { type: 'person', attributes: { name: 'Zoe' } };

      expect((await post('/api/person', person)).status).toBe(201);
      expect((await patch('/checked/person/3', { ...person, id: '3' })).status).toBe(200);
      const patched = await patch('/api/person/3', { ...person, id: '3', attributes: { age: 3 } });
      expect([patched.status, patched.text]).toEqual([204, '']);
      const removed = await remove('/api/person/3');
      expect([removed.status, removed.text]).toEqual([204, '']);
    });

    it('answers what a serializer refuses with an error document [FJV-15]', async () => {
      const answer = await get('/broken/computer/1');

      expect(answer.status).toBe(500);
      expect(answer.at('/errors/*/status')).toEqual(['500']);
      expect(answer.at('/errors/0/detail')).toBe('Field may not be null.');
    });

    it('checks the parts that a PATCH has, and all of them at once [FJS-02, FJS-03, FJE-05]', async () => {
      const wrong = await patch('/api/person/1', {
        type: 'person',
        id: '1',
        attributes: { name: 'much too long', age: -1 },
      });

      expect((await patch('/api/person/1', { type: 'person', id: '1', attributes: { age: 36 } })).status).toBe(204);
      expect(wrong.status).toBe(422);
      expect(wrong.at('/errors/*/source/pointer')).toEqual(['/data/attributes/name', '/data/attributes/age']);
      expect((await get('/api/person/1')).at('/data/attributes')).toEqual({ name: 'Ada', age: 36 });
    });

    it('answers the wrong type with a conflict [FJS-04]', async () => {
      const created = await post('/api/person', { type: 'computer', attributes: { name: 'x' } });
      const patched = await patch('/api/person/1', { type: 'computer', id: '1' });

      for (const answer of [created, patched]) {
        expect(answer.status).toBe(409);
        expect(answer.at('/errors/0/source')).toEqual({ pointer: '/data/type' });
      }
    });

    it('sends linkage of many where a resource says so, and links always [FJS-05, FJS-06]', async () => {
      const links = (prefix: string): object => ({
        self: `/${prefix}/person/1/relationships/computers`,
        related: `/${prefix}/person/1/computers`,
      });

      expect((await get('/api/person/1')).at('/data/relationships/computers')).toEqual({ links: links('api') });
      expect((await get('/linked/person/1')).at('/data/relationships/computers')).toEqual({
        data: linkage('computer/1', 'computer/2'),
        links: links('linked'),
      });
      expect((await get('/api/computer/1')).at('/data/relationships/owner/data')).toEqual({ type: 'person', id: '1' });
      expect((await get('/linked/person/1/computers')).at('/data/*/id')).toEqual(['1', '2']);
    });

    it('filters by methods of its own [FJR-06]', async () => {
      expect(await ids('/own/computer?filter[of]=Ada')).toEqual(['1', '2']);
      expect(await ids('/own/computer?filter[of]=Ada&filter[name]=t')).toEqual(['2']);
      expect((await get('/api/computer?filter[of]=Ada')).status).toBe(400);
    });

    it('has filters that are named after the fields of the schema [FJF-07]', async () => {
      expect(await ids('/api/computer?filter[name]=mini')).toEqual(['3']);
      expect(await ids('/api/computer?filter[owner]=1')).toEqual(['1', '2']);
      expect((await get('/api/computer?filter[vendor]=Dell')).status).toBe(400);
    });

    it('takes declared filters over from others, and declares them anew [FJF-09]', async () => {
      expect(await ids('/api/person?filter[name][contains]=o&filter[age]=1')).toEqual(['2']);
      expect(await ids('/own/computer?filter[name]=t')).toEqual(['2']);
      expect((await get('/own/computer?filter[name][contains]=t')).status).toBe(400);
    });

    it('asks for permission at one address, and not at another [FJP-07, FJV-09]', async () => {
      const change = { type: 'person', id: '1', attributes: { age: 40 } };

      expect((await patch('/guarded/person/1', change)).status).toBe(403);
      expect((await get('/guarded/person/1')).at('/data/attributes/age')).toBe(36);
      expect((await patch('/api/person/1', change)).status).toBe(204);
    });
  },
  { databases: ['sqlite'] },
);

class Planet {
  id!: number;
  @Expose() name!: string;
}

@Controller()
class PlanetController extends RestlessController(Planet) {
  override async getCollection(query: Query): Promise<Result> {
    const result = await super.getCollection(query);
    return { ...result, total: 8 };
  }
}

const store = (): MemoryRepository =>
  new MemoryRepository([
    {
      entity: Planet,
      fields: { id: { type: 'integer', primary: true }, name: 'text' },
      rows: [
        { id: 1, name: 'Mercury' },
        { id: 2, name: 'Venus' },
      ],
    },
  ]);

describe('a resource without a database', () => {
  const started: TestApp[] = [];
  afterEach(() => Promise.all(started.splice(0).map((app) => app.close())));

  async function serve(
    repository: ResourceRepository,
    options: RestlessModuleOptions = {},
    controllers = [] as never[],
  ) {
    const imports = [RestlessModule.forRoot(options), RestlessModule.forFeature([{ entity: Planet, repository }])];
    const app = await createApp({ imports, controllers });
    started.push(app);
    return app;
  }

  it('is answered by any object with the methods [FJV-08]', async () => {
    const memory = store();
    const app = await serve({ model: (entity) => memory.model(entity), find: (query) => memory.find(query) });

    expect((await app.get('/api/planet?filter[name]=Venus')).at('/data/*/id')).toEqual(['2']);
    expect((await app.get('/api/planet/2')).at('/data/attributes')).toEqual({ name: 'Venus' });
  });

  it('goes through a controller, a repository and a storage of its own [FJV-04]', async () => {
    const app = await serve(store(), {}, [PlanetController as never]);
    const answer = await app.get('/api/planet');

    expect(answer.at('/data/*/attributes/name')).toEqual(['Mercury', 'Venus']);
    expect(answer.at('/meta/total')).toBe(8);
  });

  it('has the items of a list below the address of the list [FJV-02]', async () => {
    const strict = await serve(store());
    const lenient = await serve(store(), { trailingSlash: 'ignore', prefix: 'v1' });

    for (const [path, status] of [
      ['/api/planet/1', 200],
      ['/api/planet/1/', 404],
    ] as const)
      expect([path, (await strict.get(path)).status]).toEqual([path, status]);
    for (const path of ['/v1/planet/', '/v1/planet/1', '/v1/planet/1/'])
      expect([path, (await lenient.get(path)).status]).toEqual([path, 200]);
  });

  it('is an error at start where nobody says what it is [FJV-12]', async () => {
    Logger.overrideLogger(false);

    await expect(serve({ model: () => undefined })).rejects.toThrow(
      new RestlessConfigError('Planet is not an entity of its repository; add it there.'),
    );
  });
});
