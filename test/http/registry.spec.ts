/** What an application asks of the registry: names, keys and URLs, also outside a request. */
import { Injectable, type OnApplicationBootstrap, VersioningType } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Expose } from 'class-transformer';
import {
  Resource,
  RestlessConfigError,
  RestlessModule,
  type RestlessModuleOptions,
  RestlessRegistry,
} from 'nestjs-restless';
import { Column, DataSource, Entity, EntitySchema, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { createApp, type AppOptions, type TestApp } from '../support/app.js';
import { Computer, PEOPLE, Person, seedPeople } from '../support/people.js';

@Entity()
@Resource()
class Seat {
  @PrimaryColumn({ type: 'varchar' }) row!: string;
  @PrimaryColumn({ type: 'integer' }) number!: number;
  @Expose() @Column({ type: 'varchar', unique: true }) code!: string;
  @Expose({ name: 'taken-by' }) @ManyToOne(() => Person) guest!: Relation<Person>;
  @ManyToOne(() => Person) secret!: Relation<Person>;
}

const Badge = new EntitySchema<{ code: string }>({
  name: 'Badge',
  columns: { code: { type: String, primary: true } },
});

class Stranger {}

@Injectable()
class Mailer implements OnApplicationBootstrap {
  links: string[] = [];
  constructor(private readonly registry: RestlessRegistry) {}

  onApplicationBootstrap(): void {
    this.links = [this.registry.urlFor(Person, { id: 1 })];
  }
}

async function start(options?: RestlessModuleOptions, { configure }: AppOptions = {}): Promise<TestApp> {
  const entities = [...PEOPLE, Seat, Badge];
  const database = { type: 'better-sqlite3', database: ':memory:', synchronize: true, entities } as const;
  const app = await createApp(
    {
      imports: [
        TypeOrmModule.forRoot(database),
        RestlessModule.forRoot(options),
        RestlessModule.forFeature([
          Person,
          Computer,
          Seat,
          Badge,
          { entity: Seat, collectionName: 'chairs', prefix: 'other', primaryKey: 'code' },
        ]),
      ],
      providers: [Mailer],
    },
    configure && { configure },
  );
  await seedPeople(app.app.get(DataSource));
  return app;
}

describe('the registry', () => {
  let app: TestApp;
  let registry: RestlessRegistry;
  beforeAll(async () => {
    app = await start();
    registry = app.app.get(RestlessRegistry);
  });
  afterAll(() => app.close());

  it('knows the collection of an entity, and the entity of a collection [HLP-03]', () => {
    expect(registry.collectionName(Person)).toBe('person');
    expect(registry.collectionName(Badge)).toBe('badge');
    expect(registry.entityFor('person')).toBe(Person);
    expect(registry.entityFor('badge')).toBe(Badge);
    expect(registry.entityFor('chairs')).toBe(Seat);
  });

  it('lists what is exposed, and how [SET-08, HLP-03]', () => {
    const resources = registry.resources();

    expect(resources.map(({ collectionName }) => collectionName)).toEqual([
      'person',
      'computer',
      'seat',
      'badge',
      'chairs',
    ]);
    expect(resources[4]).toEqual({
      entity: Seat,
      collectionName: 'chairs',
      prefix: 'other',
      version: undefined,
      methods: ['GET'],
      formats: ['json-api', 'flat-json'],
    });
  });

  it('knows the key of an entity [HLP-03, HLP-05]', () => {
    expect(registry.primaryKeyFor(Person)).toBe('id');
    expect(registry.primaryKeyFor(Badge)).toBe('code');
    expect(registry.primaryKeyFor(Seat)).toBe('row,number');
  });

  it('makes the URL of everything that has one [HLP-01, HLP-02]', () => {
    expect([
      registry.urlFor(Person),
      registry.urlFor(Person, { id: 1 }),
      registry.urlFor(Person, { id: '1', relation: 'computers' }),
      registry.urlFor(Person, { id: 1, relation: 'computers', relatedId: 2 }),
      registry.urlFor(Person, { id: 1, relation: 'computers', relationship: true }),
      registry.urlFor(Seat, { id: 'a/b,1', relation: 'taken-by' }),
      registry.urlFor(Badge, { id: 'ä?' }),
    ]).toEqual([
      '/api/person',
      '/api/person/1',
      '/api/person/1/computers',
      '/api/person/1/computers/2',
      '/api/person/1/relationships/computers',
      '/api/seat/a%2Fb%2C1/taken-by',
      '/api/badge/%C3%A4%3F',
    ]);
  });

  it('makes URLs that answer [HLP-01]', async () => {
    for (const target of [
      {},
      { id: 1 },
      { id: 1, relation: 'computers' },
      { id: 1, relation: 'computers', relatedId: 2 },
    ]) {
      const url = registry.urlFor(Person, target);

      expect([url, (await app.get(url)).status]).toEqual([url, 200]);
    }
  });

  it('means the first declared where an entity is exposed several times [HLP-07, SET-11, contradiction 41]', () => {
    expect(registry.collectionName(Seat)).toBe('seat');
    expect(registry.urlFor(Seat, { id: 'a,1' })).toBe('/api/seat/a%2C1');
  });

  it('finds another by its name or prefix [HLP-07, SET-11]', () => {
    for (const as of [
      { collectionName: 'chairs' },
      { prefix: 'other' },
      { collectionName: 'chairs', prefix: '/other/' },
    ]) {
      expect(registry.collectionName(Seat, as)).toBe('chairs');
      expect(registry.primaryKeyFor(Seat, as)).toBe('code');
      expect(registry.urlFor(Seat, { ...as, id: 'X1' })).toBe('/other/chairs/X1');
    }
    expect(() => registry.urlFor(Seat, { collectionName: 'chairs', prefix: 'api' })).toThrow(
      new RestlessConfigError('Seat is not exposed like this. It is at api/seat, other/chairs.'),
    );
  });

  it.each([
    ['collectionName', () => registry.collectionName(Stranger)],
    ['primaryKeyFor', () => registry.primaryKeyFor(Stranger)],
    ['urlFor', () => registry.urlFor(Stranger, { id: 1 })],
  ])('says of an entity that is not exposed what to do: %s [HLP-04]', (_name, ask) => {
    expect(ask).toThrow(new RestlessConfigError('Stranger is not exposed; list it in RestlessModule.forFeature.'));
  });

  it('says of names that are none what there is [HLP-04]', () => {
    expect(() => registry.entityFor('people')).toThrow(
      new RestlessConfigError('No entity is exposed as "people". Collections: person, computer, seat, badge, chairs.'),
    );
    for (const relation of ['pets', 'name', 'guest', 'constructor']) {
      expect(() => registry.urlFor(Seat, { id: 'a,1', relation })).toThrow(
        new RestlessConfigError(`Seat has no relationship "${relation}". Relationships: taken-by.`),
      );
    }
  });

  it('makes no URL of a relation that is not exposed', () => {
    expect(() => registry.urlFor(Seat, { id: 'a,1', relation: 'secret' })).toThrow(RestlessConfigError);
  });

  it('answers as soon as the application starts, without a request [HLP-06]', () => {
    expect(app.app.get(Mailer).links).toEqual(['/api/person/1']);
  });
});

describe('URLs outside a request', () => {
  it('are the links of answers: behind baseUrl, a global prefix and a version [HLP-06, URL-03]', async () => {
    const app = await start(
      { baseUrl: 'https://api.example.org/', prefix: 'v' },
      {
        configure: (nest) => {
          nest.setGlobalPrefix('shop');
          nest.enableVersioning({ type: VersioningType.URI, defaultVersion: '3' });
        },
      },
    );

    const answer = await app.get('/shop/v3/v/person/1');

    expect(answer.at('/data/links/self')).toBe('https://api.example.org/shop/v3/v/person/1');
    expect(app.app.get(Mailer).links).toEqual([answer.at('/data/links/self')]);
    await app.close();
  });

  it('belong to one application alone, though others expose the same entities [HLP-04]', async () => {
    const [one, two] = await Promise.all([start({ prefix: 'one' }), start({ prefix: 'two' })]);

    expect(one.app.get(RestlessRegistry).urlFor(Person)).toBe('/one/person');
    expect(two.app.get(RestlessRegistry).urlFor(Person)).toBe('/two/person');
    await Promise.all([one.close(), two.close()]);
  });
});
