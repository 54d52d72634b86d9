/** How an application comes together: modules in any order, several data sources, several applications, Nest's own prefixes. */
import { Inject, Injectable, Module, VersioningType, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { NestFactory, RouterModule } from '@nestjs/core';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import { Expose } from 'class-transformer';
import {
  getRestlessServiceToken,
  InjectRestless,
  Resource,
  RestlessModule,
  RestlessRegistry,
  RestlessService,
  type SqlOperator,
} from 'nestjs-restless';
import { Column, DataSource, Entity, EntitySchema, ManyToOne, OneToMany, PrimaryColumn, type Relation } from 'typeorm';
import { type Answer, createApp, type AppOptions, type TestApp } from '../support/app.js';
import { describeDatabases } from '../support/databases.js';
import { Computer, Person, seedPeople } from '../support/people.js';

type Imports = NonNullable<ModuleMetadata['imports']>;

const started: TestApp[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((app) => app.close()));
});

/** A data source in memory; every application has its own. */
const memory = (entities: unknown[] = [Person, Computer], name?: string): DynamicModule =>
  TypeOrmModule.forRoot({
    type: 'better-sqlite3',
    database: ':memory:',
    synchronize: true,
    entities: entities as never,
    ...(name === undefined ? {} : { name }),
  });

async function start(imports: Imports, options?: AppOptions, providers: ModuleMetadata['providers'] = []) {
  const app = await createApp({ imports, providers }, options);
  started.push(app);
  return app;
}

async function startPeople(imports: Imports, options?: AppOptions): Promise<TestApp> {
  const app = await start([memory(), ...imports], options);
  await seedPeople(app.app.get(DataSource));
  return app;
}

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('modules in any order', () => {
  @Injectable()
  class Settings {
    readonly prefix = 'v9/data/';
  }

  @Module({ providers: [Settings], exports: [Settings] })
  class SettingsModule {}

  const asynchronous = () =>
    RestlessModule.forRootAsync({
      imports: [SettingsModule],
      inject: [Settings],
      useFactory: async ({ prefix }: Settings) => {
        await wait(20);
        return { prefix };
      },
    });

  /** A module of the application's own. */
  function moduleOf(...imports: Imports): DynamicModule {
    @Module({})
    class OwnModule {}
    return { module: OwnModule, imports };
  }

  const root = () => RestlessModule.forRoot({ prefix: '/v9/data' });
  const people = () => RestlessModule.forFeature([Person]);
  const computers = () => RestlessModule.forFeature([Computer]);

  it.each<[string, string, () => Imports]>([
    ['without forRoot', '/api', () => [people(), computers()]],
    ['with forRoot without options', '/api', () => [RestlessModule.forRoot(), people(), computers()]],
    ['with forRoot first', '/v9/data', () => [root(), people(), computers()]],
    ['with forRoot last', '/v9/data', () => [computers(), people(), root()]],
    ['with forRoot between', '/v9/data', () => [people(), root(), computers()]],
    ['with forRoot in a module of its own', '/v9/data', () => [people(), computers(), moduleOf(root())]],
    ['with forRoot deep below', '/v9/data', () => [moduleOf(people(), moduleOf(moduleOf(root()))), computers()]],
    ['with forRootAsync first', '/v9/data', () => [asynchronous(), people(), computers()]],
    ['with forRootAsync last', '/v9/data', () => [moduleOf(people()), moduleOf(computers()), moduleOf(asynchronous())]],
  ])('%s [SET-01, SET-03, SET-04, SET-08, URL-01, URL-02, URL-03]', async (_words, prefix, imports) => {
    const app = await startPeople(imports());

    const answer = await app.get(`${prefix}/computer/3?include=owner`);

    expect(answer.status).toBe(200);
    expect(answer.at('/data/links/self')).toBe(`${prefix}/computer/3`);
    expect(answer.at('/included/0/links/self')).toBe(`${prefix}/person/2`);
    expect((await app.get(`${prefix}/person`)).at('/meta/total')).toBe(6);
    expect((await app.get(prefix)).at('/meta/modelinfo/person/url')).toBe(`${prefix}/person`);
  });

  it('needs no slash, and no slash too many, in a prefix [URL-02]', async () => {
    const app = await startPeople([
      RestlessModule.forFeature([{ entity: Person, prefix: '/a/b/', exclude: ['computers'] }]),
    ]);

    expect((await app.get('/a/b/person/1')).at('/data/links/self')).toBe('/a/b/person/1');
  });

  it('serves at the root where the prefix is empty [URL-03, SCH-01]', async () => {
    const app = await startPeople([
      RestlessModule.forRoot({ prefix: '' }),
      RestlessModule.forFeature([Person, Computer]),
    ]);

    expect((await app.get('/person/1/computers')).at('/data/*/links/self')).toEqual(['/computer/1', '/computer/2']);
    expect((await app.get('/person/2/relationships/computers')).at('/links/related')).toBe('/person/2/computers');
    expect((await app.get('/')).at('/meta/modelinfo/computer')).toEqual({ primarykey: 'id', url: '/computer' });
  });

  it.each(['express', 'fastify'] as const)(
    'leaves to the host what is not there at an empty prefix, unless JSON:API is asked for with %s [URL-03]',
    async (adapter) => {
      const app = await startPeople(
        [RestlessModule.forRoot({ prefix: '' }), RestlessModule.forFeature([Person, Computer])],
        { adapter },
      );
      const ask = (path: string, accept: string) => app.get(path, { Accept: accept });

      for (const path of ['/api', '/nope/1', '/person/1/2/3/4/5', '/assets/logo.png']) {
        const answer = await ask(path, 'text/plain, application/vnd.api+json;q=0.5');

        expect([path, answer.status, answer.headers['content-type']]).toEqual([path, 404, 'application/vnd.api+json']);
        expect(answer.at('/errors/0/code')).toBe('NOT_FOUND');
      }
      for (const accept of ['application/json', '*/*', 'application/vnd.api+json;q=0, */*']) {
        const answer = await ask('/nope/1', accept);

        expect([accept, answer.status, answer.at('/errors')]).toEqual([accept, 404, undefined]);
        expect(answer.at('/message')).toBe('Cannot GET /nope/1');
      }
      expect((await ask('/person/1/2/3/4/5', '*/*')).at('/errors/0/code')).toBe('NOT_FOUND');
    },
  );

  it('takes the prefix of an entry instead of the module’s, not behind it [URL-02, URL-03]', async () => {
    const app = await startPeople([
      RestlessModule.forRoot({ prefix: 'api' }),
      RestlessModule.forFeature([Person, { entity: Computer, prefix: 'hardware' }]),
    ]);

    expect((await app.get('/hardware/computer/2')).at('/data/links/self')).toBe('/hardware/computer/2');
    expect((await app.get('/api/computer/2')).status).toBe(404);
    expect((await app.get('/hardware/computer/3/owner')).at('/data/links/self')).toBe('/api/person/2');
    expect((await app.get('/api/person/2/computers')).at('/data/0/links/self')).toBe('/hardware/computer/3');
  });

  it('takes defaults from forRoot, then @Resource, then the entry [SET-16, SET-18, FJV-09]', async () => {
    @Entity()
    @Resource({ pageSize: 2, collectionName: 'notes' })
    class Note {
      @PrimaryColumn() id!: number;
      @Expose() @Column() text!: string;
    }
    const sizes = async (app: TestApp, path: string) => (await app.get(path)).at('/data/*/id');
    const notes = [1, 2, 3, 4].map((id) => ({ id, text: 'a' }));

    const app = await start([
      memory([Note]),
      RestlessModule.forRoot({ pageSize: 3, maxPageSize: 3 }),
      RestlessModule.forFeature([Note, { entity: Note, prefix: 'small', pageSize: 1 }]),
    ]);
    await app.app.get(DataSource).getRepository(Note).insert(notes);

    expect(await sizes(app, '/api/notes')).toEqual(['1', '2']);
    expect(await sizes(app, '/small/notes')).toEqual(['1']);
    expect((await app.get('/small/notes?page[size]=4')).status).toBe(400);
  });

  it('leaves an option that is undefined to the layer below', async () => {
    const app = await startPeople([
      RestlessModule.forRoot({ prefix: 'base', pageSize: 3 }),
      RestlessModule.forFeature([{ entity: Person, prefix: undefined, pageSize: undefined, exclude: ['computers'] }]),
    ] as Imports);

    expect((await app.get('/base/person')).at('/data/*/id')).toEqual(['1', '2', '3']);
  });
});

describe('services', () => {
  it('are injected by entity, from the modules that import forFeature [SET-08]', async () => {
    @Injectable()
    class Report {
      constructor(
        @InjectRestless(Person) readonly people: RestlessService<Person>,
        @InjectRestless(Person, 'staff') readonly staff: RestlessService<Person>,
        @Inject(getRestlessServiceToken(Computer)) readonly computers: RestlessService<Computer>,
      ) {}
    }
    const features = RestlessModule.forFeature([
      Person,
      { entity: Person, collectionName: 'staff', exclude: ['computers'] },
      Computer,
    ]);

    const app = await start([memory(), features], {}, [Report]);
    const { people, staff, computers } = app.app.get(Report);

    expect([people, staff, computers].map(({ resource }) => resource.name)).toEqual(['person', 'staff', 'computer']);
    expect(people).toBeInstanceOf(RestlessService);
  });

  it('are there without a server, as in a script', async () => {
    const imports = [memory(), RestlessModule.forFeature([Person, Computer])];
    @Module({ imports })
    class ScriptModule {}

    const script = await NestFactory.createApplicationContext(ScriptModule, { logger: false });

    expect(script.get(RestlessRegistry).urlFor(Person, { id: 1 })).toBe('/api/person/1');
    expect(script.get<RestlessService>(getRestlessServiceToken(Person)).resource.name).toBe('person');
    await script.close();
  });

  it('are found by the name of every entry that has one', async () => {
    @Injectable()
    class Report {
      constructor(@InjectRestless(Person, 'people') readonly people: RestlessService<Person>) {}
    }
    const people = { entity: Person, collectionName: 'people', exclude: ['computers'] };

    const app = await start([memory(), RestlessModule.forFeature([people])], {}, [Report]);

    expect(app.app.get(Report).people.resource.name).toBe('people');
  });
});

describe('the same entity several times', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createApp({
      imports: [
        memory(),
        RestlessModule.forFeature([
          Person,
          Computer,
          { entity: Person, prefix: 'public', only: ['name', 'computers'] },
          { entity: Computer, prefix: 'public', only: ['vendor', 'owner'], collectionName: 'machine' },
          { entity: Person, prefix: 'closed', methods: [] },
          { entity: Person, collectionName: 'guests', type: 'person', only: ['name'], methods: ['GET', 'POST'] },
          { entity: Computer, prefix: 'left', collectionName: 'device', only: ['name'] },
          { entity: Computer, prefix: 'right', collectionName: 'device', only: ['vendor'] },
        ]),
        RestlessModule.forFeature([{ entity: Person, collectionName: 'human', only: ['age', 'computers'] }]),
      ],
    });
    await seedPeople(app.app.get(DataSource));
  });
  afterAll(() => app.close());

  it('has each its own fields, name and methods [SET-11, SET-12, URL-07, FJV-01]', async () => {
    const attributes = async (path: string) => (await app.get(path)).at('/data/attributes');

    expect(await attributes('/api/person/1')).toEqual({ name: 'Ada', age: 36, birthDate: '1815-12-10' });
    expect(await attributes('/public/person/1')).toEqual({ name: 'Ada' });
    expect(await attributes('/api/human/1')).toEqual({ age: 36 });
    expect((await app.get('/api/human/1')).at('/data/type')).toBe('human');
    expect((await app.get('/closed/person/1')).status).toBe(405);
    expect(await attributes('/left/device/1')).toEqual({ name: 'laptop' });
    expect(await attributes('/right/device/1')).toEqual({ vendor: 'Apple' });
  });

  it('has the type of another, at an address of its own [URL-07, FJV-01]', async () => {
    const post = (type: string): Promise<Answer> =>
      app.request('POST', '/api/guests', {
        headers: { 'Content-Type': 'application/vnd.api+json' },
        body: JSON.stringify({ data: { type, attributes: { name: 'Zoe' } } }),
      });
    const made = await post('person');
    const wrong = await post('guests');
    const list = await app.get('/api/guests?fields[person]=name');

    expect(made.status).toBe(201);
    expect(made.at('/data/type')).toBe('person');
    expect(made.at('/data/links/self')).toBe('/api/guests/7');
    expect(wrong.status).toBe(409);
    expect(new Set(list.at('/data/*/type') as string[])).toEqual(new Set(['person']));
    expect((await app.get('/api')).at('/meta/modelinfo/guests/url')).toBe('/api/guests');
    expect((await app.get('/api/computer/3?include=owner')).at('/included/*/links/self')).toEqual(['/api/person/2']);
  });

  it('follows relationships to the resource with the same prefix [SET-06, SET-11]', async () => {
    const there = await app.get('/public/person/2?include=computers');
    const here = await app.get('/api/human/2?include=computers');

    expect(there.at('/included')).toEqual([
      {
        type: 'machine',
        id: '3',
        attributes: { vendor: 'Apple' },
        relationships: {
          owner: {
            data: { type: 'person', id: '2' },
            links: { self: '/public/machine/3/relationships/owner', related: '/public/machine/3/owner' },
          },
        },
        links: { self: '/public/machine/3' },
      },
    ]);
    expect(here.at('/included/*/links/self')).toEqual(['/api/computer/3']);
  });

  it('does not show under one name what another hides [SET-12]', async () => {
    expect((await app.get('/public/person?filter[age][gt]=1')).status).toBe(400);
    expect((await app.get('/public/machine/3/owner')).at('/data/attributes')).toEqual({ name: 'Bob' });
    expect((await app.get('/public/machine?sort=owner.age')).status).toBe(400);
  });
});

describeDatabases(
  (database) => {
    it('serves several data sources side by side [SET-01, SET-06]', async () => {
      const app = await start([
        TypeOrmModule.forRoot(database.options([Person, Computer])),
        TypeOrmModule.forRoot({ ...database.second.options([Person, Computer]), name: 'archive' }),
        RestlessModule.forFeature([Person, Computer]),
        RestlessModule.forFeature(
          [
            { entity: Person, prefix: 'archive' },
            { entity: Computer, prefix: 'archive' },
          ],
          'archive',
        ),
      ]);
      await seedPeople(app.app.get(DataSource));
      const archive = app.app.get<DataSource>(getDataSourceToken('archive'));
      await archive.getRepository(Person).insert({ name: 'Hedy' });
      await archive.getRepository(Computer).insert({ name: 'Colossus', price: '9.50', owner: { id: 1 } });

      const answer = await app.get('/archive/person?include=computers');

      expect(answer.at('/data/*/attributes/name')).toEqual(['Hedy']);
      expect(answer.at('/included/*/links/self')).toEqual(['/archive/computer/1']);
      expect((await app.get('/api/person/1')).at('/data/attributes/name')).toBe('Ada');
      expect((await app.get('/archive/computer/1')).at('/data/attributes/name')).toBe('Colossus');
      expect((await app.get('/archive/computer/2')).status).toBe(404);
    });
  },
  ['sqlite', 'postgres'],
);

describe('several data sources', () => {
  it('may be named as @nestjs/typeorm has it: by name, or by options that have one [SET-01]', async () => {
    const second = { type: 'better-sqlite3', database: ':memory:', synchronize: true, name: 'second' } as const;
    const person = (prefix: string) => [{ entity: Person, prefix, exclude: ['computers'] }];

    const app = await start([
      memory(),
      TypeOrmModule.forRoot({ ...second, entities: [Person, Computer] }),
      RestlessModule.forFeature(person('first'), 'default'),
      RestlessModule.forFeature(person('second'), second),
    ]);
    await seedPeople(app.app.get(DataSource));

    expect((await app.get('/first/person')).at('/meta/total')).toBe(6);
    expect((await app.get('/second/person')).at('/meta/total')).toBe(0);
  });

  it('keep the order of the modules, however long each takes to open [SET-04, HLP-07]', async () => {
    const slow = TypeOrmModule.forRootAsync({
      name: 'slow',
      useFactory: async () => {
        await wait(50);
        return { type: 'better-sqlite3', database: ':memory:', synchronize: true, entities: [Person, Computer] };
      },
    });
    const first = RestlessModule.forFeature(
      [{ entity: Person, collectionName: 'first', exclude: ['computers'] }],
      'slow',
    );
    const second = RestlessModule.forFeature([{ entity: Person, collectionName: 'second', exclude: ['computers'] }]);

    const app = await start([slow, memory(), first, second]);
    const registry = app.app.get(RestlessRegistry);

    expect(registry.resources().map(({ collectionName }) => collectionName)).toEqual(['first', 'second']);
    expect(registry.collectionName(Person)).toBe('first');
  });
});

describe('several applications in one process', () => {
  it('share nothing, though they are made of the same classes [SET-05]', async () => {
    const make = (prefix: string, pageSize: number) =>
      startPeople([RestlessModule.forRoot({ prefix, pageSize }), RestlessModule.forFeature([Person, Computer])]);
    const [one, two] = await Promise.all([make('one', 1), make('two', 2)]);
    await two.app.get(DataSource).getRepository(Person).delete(4);

    expect((await one.get('/one/person')).at('/data/*/links/self')).toEqual(['/one/person/1']);
    expect((await two.get('/two/person')).at('/data/*/links/self')).toEqual(['/two/person/1', '/two/person/2']);
    expect((await one.get('/one/person')).at('/meta/total')).toBe(6);
    expect((await two.get('/two/person')).at('/meta/total')).toBe(5);
    expect((await one.get('/two/person')).status).toBe(404);
  });

  it('share no operators of the application’s own [SET-05, HLP-08]', async () => {
    const above: SqlOperator = ({ column, bind }, value) => `${column} > ${bind(value)}`;
    const below: SqlOperator = ({ column, bind }, value) => `${column} < ${bind(value)}`;
    const make = (operators: Record<string, SqlOperator>) =>
      startPeople([RestlessModule.forRoot({ operators }), RestlessModule.forFeature([Person, Computer])]);
    const [one, two, three] = await Promise.all([make({ beside: above }), make({ beside: below }), make({})]);
    const ask = (app: TestApp) => app.get('/api/person?filter[age][beside]=36');

    expect((await ask(one)).at('/data/*/id')).toEqual(['5']);
    expect((await ask(two)).at('/data/*/id')).toEqual(['2', '6']);
    expect((await ask(three)).status).toBe(400);
  });

  it('may even be made of the same module, with prefixes from elsewhere [SET-05, SET-17]', async () => {
    const prefixes = ['one', 'two'];
    @Module({
      imports: [
        memory(),
        RestlessModule.forFeature([Person]),
        RestlessModule.forRootAsync({ useFactory: () => ({ prefix: prefixes.shift()! }) }),
        RestlessModule.forFeature([Computer]),
      ],
    })
    class AppModule {}
    const make = async () => {
      const app = await createApp(AppModule);
      started.push(app);
      await seedPeople(app.app.get(DataSource));
      return app;
    };
    const [one, two] = await Promise.all([make(), make()]);

    expect((await one.get('/one/person/1')).at('/data/links/self')).toBe('/one/person/1');
    expect((await two.get('/two/person/1')).at('/data/links/self')).toBe('/two/person/1');
    expect((await one.get('/one')).status).toBe(200);
    expect((await two.get('/two')).status).toBe(200);
    expect((await two.get('/one')).status).toBe(404);
  });

  it('may use one feature module with and without a root [SET-05]', async () => {
    const feature = RestlessModule.forFeature([Person, Computer]);
    const first = await startPeople([RestlessModule.forRoot({ prefix: 'first' }), feature]);
    const second = await startPeople([feature]);

    expect((await first.get('/first')).status).toBe(200);
    expect((await second.get('/api')).status).toBe(200);
    expect((await second.get('/api/person/1')).status).toBe(200);
  });
});

describe('entities by EntitySchema', () => {
  interface Team {
    id: number;
    title: string;
    players: Player[];
  }
  interface Player {
    id: number;
    name: string;
    team: Team | null;
  }
  const TeamSchema = new EntitySchema<Team>({
    name: 'Team',
    tableName: 'teams',
    columns: { id: { type: Number, primary: true }, title: { type: String } },
    relations: { players: { type: 'one-to-many', target: 'Player', inverseSide: 'team' } },
  });
  const PlayerSchema = new EntitySchema<Player>({
    name: 'Player',
    columns: { id: { type: Number, primary: true }, name: { type: String } },
    relations: { team: { type: 'many-to-one', target: 'Team', inverseSide: 'players', nullable: true } },
  });

  @Entity()
  @Resource({ expose: 'all' })
  class Club {
    @PrimaryColumn() id!: number;
    @Column() city!: string;
    @OneToMany(() => Ground, (ground) => ground.club) grounds!: Relation<Ground>[];
  }
  @Entity()
  @Resource({ expose: 'all' })
  class Ground {
    @PrimaryColumn() id!: number;
    @ManyToOne(() => Club, (club) => club.grounds) club!: Relation<Club>;
  }

  it('are resources like any other [SET-22, SET-14]', async () => {
    const app = await start([
      memory([TeamSchema, PlayerSchema, Club, Ground]),
      RestlessModule.forRoot({ expose: 'all' }),
      RestlessModule.forFeature([TeamSchema, { entity: PlayerSchema, only: ['name', 'team'] }, Club, Ground]),
    ]);
    const dataSource = app.app.get(DataSource);
    await dataSource.getRepository(TeamSchema).insert({ id: 1, title: 'Blue' });
    await dataSource.getRepository(PlayerSchema).insert({ id: 7, name: 'Ann', team: { id: 1 } });

    const answer = await app.get('/api/teams/1?include=players');

    expect(answer.at('/data/attributes')).toEqual({ title: 'Blue' });
    expect(answer.at('/data/relationships/players/data')).toEqual([{ type: 'player', id: '7' }]);
    expect(answer.at('/included/0/attributes')).toEqual({ name: 'Ann' });
    expect(app.app.get(RestlessRegistry).urlFor(PlayerSchema, { id: 7 })).toBe('/api/player/7');
    expect(app.app.get(getRestlessServiceToken(TeamSchema))).toBeInstanceOf(RestlessService);
  });
});

describe('Nest’s own prefixes', () => {
  const features = () => [RestlessModule.forFeature([Person, Computer])];

  it('stand before the module’s, in links as well [URL-02, SCH-01]', async () => {
    const app = await startPeople(features(), { configure: (app) => app.setGlobalPrefix('global/prefix') });

    const answer = await app.get('/global/prefix/api/person/2?include=computers');

    expect(answer.at('/links/self')).toBe('/global/prefix/api/person/2?include=computers');
    expect(answer.at('/data/links/self')).toBe('/global/prefix/api/person/2');
    expect(answer.at('/included/0/links/self')).toBe('/global/prefix/api/computer/3');
    expect((await app.get('/global/prefix/api')).at('/meta/modelinfo/person/url')).toBe('/global/prefix/api/person');
    expect((await app.get('/api/person')).status).toBe(404);
    expect((await app.get('/global/prefix/api/pet')).headers['content-type']).toBe('application/vnd.api+json');
  });

  it('may come from the router module [URL-02]', async () => {
    const feature = RestlessModule.forFeature([Person, Computer]);
    @Module({ imports: [feature] })
    class FeatureModule {}
    const app = await startPeople([FeatureModule, RouterModule.register([{ path: 'inner', module: RestlessModule }])]);

    const answer = await app.get('/inner/api/person/2');

    expect(answer.status).toBe(200);
    expect(answer.at('/data/links/self')).toBe('/inner/api/person/2');
  });

  it('may be versions in the URL [URL-02, SCH-04]', async () => {
    const app = await startPeople(
      [
        RestlessModule.forFeature([
          { entity: Person, version: '1', only: ['name', 'computers'] },
          { entity: Computer, version: '1' },
          { entity: Person, version: '2' },
          { entity: Computer, version: '2', collectionName: 'machine' },
        ]),
      ],
      {
        configure: (app) => {
          app.setGlobalPrefix('global');
          app.enableVersioning({ type: VersioningType.URI, defaultVersion: '2' });
        },
      },
    );

    const old = await app.get('/global/v1/api/person/1?include=computers');
    const current = await app.get('/global/v2/api/person/1?include=computers');

    expect(old.at('/data/attributes')).toEqual({ name: 'Ada' });
    expect(old.at('/included/0/links/self')).toBe('/global/v1/api/computer/1');
    expect(current.at('/data/attributes')).toEqual({ name: 'Ada', age: 36, birthDate: '1815-12-10' });
    expect(current.at('/included/0/links/self')).toBe('/global/v2/api/machine/1');
    expect((await app.get('/global/api/person/1')).status).toBe(404);
    expect((await app.get('/global/v1/api/machine')).headers['content-type']).toBe('application/vnd.api+json');
    expect((await app.get('/global/v2/api')).at('/meta/modelinfo/machine/url')).toBe('/global/v2/api/machine');
  });

  it.each(['express', 'fastify'] as const)(
    'may be versions in a header, at one address with %s [URL-02]',
    async (adapter) => {
      const app = await startPeople(
        [
          RestlessModule.forFeature([
            { entity: Person, version: '1', only: ['name', 'computers'] },
            { entity: Computer, version: '1', only: ['name', 'owner'] },
            { entity: Person, version: '2' },
            { entity: Computer, version: '2' },
          ]),
        ],
        {
          adapter,
          configure: (nest) => nest.enableVersioning({ type: VersioningType.HEADER, header: 'X-Version' }),
        },
      );
      const ask = (version: string) => app.get('/api/person/2?include=computers', { 'X-Version': version });

      expect((await ask('1')).at('/included')).toEqual([
        {
          type: 'computer',
          id: '3',
          attributes: { name: 'mini' },
          relationships: {
            owner: {
              data: { type: 'person', id: '2' },
              links: { self: '/api/computer/3/relationships/owner', related: '/api/computer/3/owner' },
            },
          },
          links: { self: '/api/computer/3' },
        },
      ]);
      expect((await ask('2')).at('/included/0/attributes')).toEqual({ name: 'mini', vendor: 'Apple', price: '649.99' });
      expect((await ask('2')).at('/data/links/self')).toBe('/api/person/2');
      expect([(await ask('3')).status, (await ask('3')).headers['content-type']]).toEqual([
        404,
        'application/vnd.api+json',
      ]);
      expect((await app.get('/api')).at('/meta/modelinfo/person/url')).toBe('/api/person');
    },
  );

  it('lead from one version to another where a resource has only that [URL-02]', async () => {
    const app = await startPeople(
      [
        RestlessModule.forFeature([
          { entity: Person, version: '2' },
          { entity: Computer, version: '1' },
        ]),
      ],
      { configure: (app) => app.enableVersioning({ type: VersioningType.URI }) },
    );

    const answer = await app.get('/v2/api/person/1?include=computers');
    const link = answer.at('/included/0/links/self') as string;

    expect(link).toBe('/v1/api/computer/1');
    expect((await app.get(link)).status).toBe(200);
    expect((await app.get('/api')).at('/meta/modelinfo')).toEqual({
      person: { primarykey: 'id', url: '/v2/api/person' },
      computer: { primarykey: 'id', url: '/v1/api/computer' },
    });
    expect(app.app.get(RestlessRegistry).urlFor(Computer, { id: 1 })).toBe('/v1/api/computer/1');
  });
});
