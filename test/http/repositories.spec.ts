/**
 * Stores beside TypeORM: rows in arrays answer as a database does, a repository of one's own may leave things out, and
 * one may take the place of TypeORM's for single operations.
 */
import { Exclude, Expose, Transform } from 'class-transformer';
import {
  getRestlessServiceToken,
  MemoryRepository,
  printQuery,
  Resource,
  type ResourceRepository,
  RestlessModule,
  type RestlessService,
} from 'nestjs-restless';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { createApp, describeServers, type AdapterKind, type TestApp } from '../support/app.js';
import { Author, LIBRARY, libraryInMemory, seedLibrary } from '../support/library.js';
import { Computer, PEOPLE, Person, seedPeople } from '../support/people.js';
import { linkage } from '../support/writing.js';

const METHODS = ['GET', 'POST', 'PATCH', 'DELETE'] as const;
const WRITING = {
  methods: METHODS,
  nulls: 'first',
  returning: 'always',
  allowToManyReplacement: true,
  allowDeleteFromToManyRelationships: true,
  allowClientGeneratedIds: true,
  allowPatchMany: true,
  allowDeleteMany: true,
} as const;

class Planet {
  id!: number;
  @Expose() name!: string;
  @Expose() mass!: number | null;
  @Expose() @Transform(({ value }) => (value as string).toUpperCase(), { toPlainOnly: true }) code!: string;
  @Expose({ groups: ['crew'] }) secret!: string;
  @Expose() moons!: Moon[];
  @Exclude() position!: string;

  @Expose() get label(): string {
    return `${this.name} (${this.code})`;
  }
}

@Resource({ scope: () => ({ name: 'lost', op: 'eq', val: false }) })
class Moon {
  id!: string;
  @Expose() name!: string;
  lost!: boolean;
  @Expose() seen!: string | null;
  @Expose() planet!: Planet | null;
}

const space = (): MemoryRepository =>
  new MemoryRepository([
    {
      entity: Planet,
      fields: {
        id: { type: 'integer', primary: true, generated: true },
        name: { type: 'text', unique: true, length: 10 },
        mass: { type: 'float', nullable: true },
        code: { type: 'text', default: 'x' },
        secret: { type: 'text', default: '' },
        position: { type: 'text', nullable: true },
      },
      relations: { moons: { to: () => Moon, many: true, mappedBy: 'planet' } },
      rows: [
        { id: 1, name: 'Earth', mass: 1, code: 'e', secret: 'ours' },
        { id: 2, name: 'Mars', code: 'm', secret: '' },
      ],
    },
    {
      entity: Moon,
      fields: {
        id: { type: 'uuid', primary: true, generated: true },
        name: 'text',
        lost: { type: 'boolean', default: false },
        seen: { type: 'datetime', nullable: true },
      },
      relations: { planet: { to: () => Planet, nullable: false } },
      rows: [
        { id: '11111111-1111-4111-8111-111111111111', name: 'Moon', lost: false, seen: new Date(0), planet: 1 },
        { id: '22222222-2222-4222-8222-222222222222', name: 'Ghost', lost: true, planet: 2 },
      ],
    },
  ]);

describe.each<AdapterKind>(['express', 'fastify'])('rows in arrays with %s', (adapter) => {
  let app: TestApp;
  let repository: MemoryRepository;
  beforeEach(async () => {
    repository = space();
    const entries = [Planet, Moon].map((entity) => ({ entity, repository }));
    const root = { methods: METHODS, formats: ['json-api', 'flat-json'] as const };
    app = await createApp({ imports: [RestlessModule.forRoot(root), RestlessModule.forFeature(entries)] }, { adapter });
  });
  afterEach(() => app.close());
  const planet = (attributes: object, id?: string): object => ({ data: { type: 'planet', id, attributes } });

  it('are served in both formats, without any database [FJR-01, FJV-08]', async () => {
    const answer = await app.get('/api/planet?sort=-mass&include=moons&filter[name][like]=%25a%25');
    const flat = await app.get('/api/planet/1', { Accept: 'application/json' });

    expect(answer.at('/data/*/attributes')).toEqual([
      { name: 'Earth', mass: 1, code: 'E', label: 'Earth (e)' },
      { name: 'Mars', mass: null, code: 'M', label: 'Mars (m)' },
    ]);
    expect(answer.at('/included/*/attributes')).toEqual([{ name: 'Moon', seen: '1970-01-01T00:00:00.000Z' }]);
    expect(flat.body).toMatchObject({ id: 1, name: 'Earth', code: 'E', moons: [{ name: 'Moon' }] });
  });

  it('are signed by preprocessors, with fields and relations that clients do not write', async () => {
    const moons = app.app.get<RestlessService<Moon>>(getRestlessServiceToken(Moon));
    moons.preprocess('POST_RESOURCE', ({ assign }) => assign({ planet: { id: 1 }, lost: false }));
    moons.preprocess('PATCH_RESOURCE', ({ assign }) => assign({ planet: 99 }));
    const relationships = { planet: { data: { type: 'planet', id: '2' } } };
    const data = { type: 'moon', attributes: { name: 'Luna' }, relationships };
    const made = await app.request('POST', '/api/moon', { body: { data } });
    const id = made.at('/data/id') as string;

    expect(made.at('/data/relationships/planet/data')).toEqual({ type: 'planet', id: '1' });
    expect((await app.request('PATCH', `/api/moon/${id}`, { body: { data: { type: 'moon', id } } })).status).toBe(500);
  });

  it('are written under the same rules', async () => {
    const created = await app.request('POST', '/api/planet', { body: planet({ name: 'Venus' }) });
    const taken = await app.request('PATCH', '/api/planet/3', { body: planet({ name: 'Mars' }, '3') });
    const long = await app.request('POST', '/api/planet', { body: planet({ name: 'x'.repeat(11), secret: 'x' }) });
    const empty = await app.request('POST', '/api/planet', { body: planet({}) });
    const used = await app.request('DELETE', '/api/planet/1');
    const moved = await app.request('PATCH', '/api/moon/11111111-1111-4111-8111-111111111111/relationships/planet', {
      body: { data: linkage('planet/3')[0] },
    });
    const homeless = await app.request('POST', '/api/moon', {
      body: { data: { type: 'moon', attributes: { name: 'y' } } },
    });

    expect([created.status, created.at('/data/id')]).toEqual([201, '3']);
    expect([taken.status, taken.at('/errors/0/source/pointer')]).toEqual([409, '/data/attributes/name']);
    expect([long.status, long.at('/errors/*/code')]).toEqual([400, ['BAD_VALUE', 'UNKNOWN_FIELD']]);
    expect([empty.status, empty.at('/errors/0/detail')]).toEqual([400, '"name" needs a value; null is none.']);
    expect(used.status).toBe(409);
    expect(moved.status).toBe(204);
    expect((await app.get('/api/planet/3/moons')).at('/data/*/attributes/name')).toEqual(['Moon']);
    expect([homeless.status, homeless.at('/errors/0/detail')]).toEqual([400, '"planet" needs a value; null is none.']);
    expect(repository.rows(Planet)).toMatchObject([{ name: 'Earth' }, { name: 'Mars' }, { name: 'Venus', code: 'x' }]);
  });

  it('keep what is out of scope out of sight, and out of reach', async () => {
    const ghost = '/api/moon/22222222-2222-4222-8222-222222222222';

    expect((await app.get(ghost)).status).toBe(404);
    expect((await app.get('/api/planet?filter[moons.name]=Ghost')).at('/data')).toEqual([]);
    expect((await app.get('/api/planet?filter[secret]=ours')).status).toBe(400);
    expect((await app.request('DELETE', ghost)).status).toBe(404);
    expect(repository.rows(Moon)).toHaveLength(2);
  });

  it('are what a service works on, too, and half a change is none [FJR-01, FJN-05]', async () => {
    const planets: RestlessService<Planet> = app.app.get(getRestlessServiceToken(Planet));
    const before = repository.rows(Planet);

    await expect(planets.updateMany({ name: 'id', op: 'gt', val: 0 }, { name: 'same' })).rejects.toMatchObject({
      statusCode: 409,
    });
    expect(repository.rows(Planet)).toEqual(before);
    expect(await planets.update(2, { mass: 0.1 }, { fields: ['mass'] })).toEqual({ id: 2, mass: 0.1 });
    expect(await Promise.all([planets.create({ name: 'a' }), planets.create({ name: 'b' })])).toMatchObject([
      { id: 3 },
      { id: 4 },
    ]);
  });
});

describe('rows in arrays and in a database', () => {
  let apps: readonly TestApp[];
  describeServers(
    ({ start }) => {
      beforeEach(async () => {
        const root = RestlessModule.forRoot(WRITING);
        const repository = libraryInMemory();
        // What SQL computes stays as it was in arrays.
        const entries = (options: object) =>
          LIBRARY.map((entity) => ({ entity, ...options, ...(entity === Author && { exclude: ['bookCount'] }) }));
        apps = [
          await start({
            entities: LIBRARY,
            imports: [root, RestlessModule.forFeature(entries({}))],
            seed: seedLibrary,
          }),
          await createApp({
            imports: [root, RestlessModule.forFeature(entries({ repository }))],
          }),
        ];
      });
      afterEach(() => Promise.all(apps.map((app) => app.close())));

      it('are the same after the same changes, answer by answer', async () => {
        const resource = (
          type: string,
          id: string | undefined,
          attributes: object,
          relationships: object = {},
        ): object => ({
          data: { type, id, attributes, relationships },
        });
        const requests: readonly (readonly [method: string, path: string, body?: object])[] = [
          [
            'POST',
            '/api/book',
            resource(
              'book',
              undefined,
              { title: 'new' },
              { author: { data: linkage('author/1')[0] }, tags: { data: linkage('tag/sea', 'tag/air') } },
            ),
          ],
          ['POST', '/api/author', resource('author', '1', { name: 'taken' })],
          ['POST', '/api/author', resource('author', '70', { name: 'far', address: { city: 'x' } })],
          ['POST', '/api/author', resource('author', undefined, { born: 'x', nmae: 1 })],
          ['POST', '/api/author', resource('author', undefined, {}, { mentor: { data: linkage('author/99')[0] } })],
          ['POST', '/api/tag', resource('tag', undefined, { label: 'sea' })],
          [
            'POST',
            '/api/edition',
            resource('edition', undefined, { press: 'new', number: 1 }, { book: { data: linkage('book/1')[0] } }),
          ],
          [
            'PATCH',
            '/api/author/2',
            resource('author', '2', { born: 1932, address: { city: null } }, { mentor: { data: null } }),
          ],
          ['PATCH', '/api/author/2', resource('author', '2', {}, { books: { data: linkage('book/1', 'book/3') } })],
          ['PATCH', '/api/author/99', resource('author', '99', {})],
          ['POST', '/api/author/5/relationships/admires', { data: linkage('author/1', 'author/5') }],
          ['DELETE', '/api/author/1/relationships/admires', { data: linkage('author/2', 'author/99') }],
          ['PATCH', '/api/book/4/relationships/tags', { data: linkage('tag/sand') }],
          ['POST', '/api/book/4/relationships/editions', { data: linkage('edition/acme,1') }],
          ['PATCH', '/api/copy/1/relationships/edition', { data: linkage('edition/bond,2')[0] }],
          ['PATCH', '/api/copy/1/relationships/edition', { data: linkage('tag/sea')[0] }],
          ['DELETE', '/api/author/1'],
          ['DELETE', '/api/author/6'],
          ['DELETE', '/api/tag/sea'],
          ['DELETE', '/api/copy/99'],
          ['PATCH', '/api/book?filter[pages][gt]=100', resource('book', undefined, { subtitle: 'long' })],
          [
            'PATCH',
            `/api/book?q={"filters":[],"order_by":[{"field":"title"}],"limit":2,"offset":1}`,
            { subtitle: 'some' },
          ],
          ['DELETE', `/api/copy?q={"filters":[],"order_by":[{"field":"id","direction":"desc"}],"limit":1}`],
          ['DELETE', '/api/copy?filter[lentTo][is_null]=1'],
          ['DELETE', '/api/copy'],
        ];

        for (const [method, path, body] of requests) {
          const [sql, memory] = await Promise.all(apps.map((app) => app.request(method, path, { body })));
          expect([method, path, sql!.status, sql!.body]).toEqual([method, path, memory!.status, memory!.body]);
        }
        for (const path of [
          'author?include=mentor,admires,books',
          'book?include=tags,editions',
          'tag',
          'edition',
          'copy?include=edition',
        ]) {
          const [sql, memory] = await Promise.all(apps.map((app) => app.get(`/api/${path}`)));
          expect([path, sql!.at('/data')]).toEqual([path, memory!.at('/data')]);
        }
      }, 30_000);

      it('are the same after changes of a stretch of them [BLK-07]', async () => {
        const flat = 'application/json';
        const headers = { Accept: flat, 'Content-Type': flat };
        const all = '"filters":[{"name":"id","op":"gt","val":0}]';
        const requests: readonly (readonly [method: string, path: string, body?: object])[] = [
          ['PATCH', `/api/book?q={${all},"order_by":[{"field":"title"}],"limit":2,"offset":1}`, { subtitle: 'some' }],
          ['PATCH', `/api/book?q={${all},"limit":100,"offset":3}`, { subtitle: 'rest' }],
          ['DELETE', `/api/copy?q={${all},"order_by":[{"field":"id","direction":"desc"}],"limit":1}`],
        ];

        for (const [method, path, body] of requests) {
          const [sql, memory] = await Promise.all(apps.map((app) => app.request(method, path, { headers, body })));
          expect([path, sql!.status, sql!.text]).toEqual([path, 200, memory!.text]);
        }
        for (const path of ['book', 'copy']) {
          const [sql, memory] = await Promise.all(apps.map((app) => app.get(`/api/${path}`)));
          expect([path, sql!.at('/data')]).toEqual([path, memory!.at('/data')]);
        }
      });
    },
    { adapters: ['express'], databases: ['sqlite'] },
  );
});

describe('a repository of one’s own', () => {
  const model = (entity: abstract new () => object) => space().model(entity);
  const start = (repository: ResourceRepository): Promise<TestApp> =>
    createApp({
      imports: [
        RestlessModule.forRoot({ methods: METHODS, allowFunctions: true, formats: ['json-api', 'flat-json'] }),
        RestlessModule.forFeature([{ entity: Planet, exclude: ['moons'], repository }]),
      ],
    });

  it('answers 501 where it leaves something out [FJR-02, FJE-04]', async () => {
    const app = await start({ model });
    const requests: readonly (readonly [string, string, string, object?])[] = [
      ['GET', '/api/planet', 'Reading planet is not implemented.'],
      ['GET', '/api/planet/1', 'Reading planet is not implemented.'],
      [
        'POST',
        '/api/planet',
        'Creating planet is not implemented.',
        { data: { type: 'planet', attributes: { name: 'x' } } },
      ],
      ['PATCH', '/api/planet/1', 'Changing planet is not implemented.', { data: { type: 'planet', id: '1' } }],
      ['DELETE', '/api/planet/1', 'Deleting planet is not implemented.'],
      [
        'GET',
        '/api/eval/planet?functions=[{"name":"count","field":"id"}]',
        'Evaluating functions of planet is not implemented.',
      ],
    ];

    for (const [method, path, detail, body] of requests) {
      const answer = await app.request(method, path, { body });
      expect([answer.status, answer.headers['content-type'], answer.at('/errors')]).toEqual([
        501,
        'application/vnd.api+json',
        [{ status: '501', code: 'NOT_IMPLEMENTED', title: 'Not implemented', detail }],
      ]);
    }
    const flat = await app.get('/api/planet', { Accept: 'application/json' });
    expect([flat.status, flat.body]).toEqual([501, { message: 'Reading planet is not implemented.' }]);
    await app.close();
  });

  it('does what it can, without transactions', async () => {
    const changes: string[] = [];
    const store = space();
    const app = await start({
      model: (entity) => store.model(entity),
      find: (query) => store.find(query),
      apply: (change) => {
        changes.push(change.kind);
        return Promise.resolve({ id: '1', count: 1, changedMore: false });
      },
    });

    const created = await app.request('POST', '/api/planet', {
      body: { data: { type: 'planet', attributes: { name: 'x' } } },
    });
    const removed = await app.request('DELETE', '/api/planet/2');

    expect([created.status, created.at('/data/attributes/name'), removed.status]).toEqual([201, 'Earth', 204]);
    expect(changes).toEqual(['create', 'remove']);
    await app.close();
  });

  it('is refused where it knows nothing of the entity [FJV-12]', async () => {
    const work = createApp({ imports: [RestlessModule.forFeature([{ entity: Computer, repository: space() }])] });
    const wrong = () => RestlessModule.forFeature([{ entity: Planet, repository: 'memory' as never }]);

    await expect(work).rejects.toThrow('Computer is not an entity of its repository; add it there.');
    expect(wrong).toThrow(
      'Planet: the option "repository" has to be a repository, or a function that makes one of that for TypeORM.',
    );
    expect(
      () => new MemoryRepository([{ entity: Moon, fields: {}, relations: { planet: { to: () => Planet } } }]),
    ).toThrow('Moon.planet leads to Planet, which is not described here.');
  });
});

describeServers(
  ({ database }) => {
    it('may take the place of TypeORM for one operation, and leave it the rest [FJR-03, FJR-07, FJV-04]', async () => {
      const asked: string[] = [];
      const app = await createApp({
        imports: [
          TypeOrmModule.forRoot(database.options(PEOPLE)),
          RestlessModule.forRoot({ methods: METHODS }),
          RestlessModule.forFeature([
            {
              entity: Person,
              repository: (own) => ({
                ...own,
                find: (query) => {
                  asked.push(printQuery(query));
                  return own.find(query);
                },
              }),
            },
            Computer,
          ]),
        ],
      });
      await seedPeople(app.app.get(DataSource));

      const found = await app.get('/api/person?filter[age]=36&page[size]=1');
      const changed = await app.request('PATCH', '/api/person/1', {
        body: { data: { type: 'person', id: '1', attributes: { age: 37 } } },
      });
      await app.get('/api/computer');

      expect([found.at('/meta/total'), changed.status]).toEqual([2, 204]);
      expect(asked).toEqual(['person where age eq 36 sort id page 1x1']);
      await app.close();
    });
  },
  { adapters: ['express'], databases: ['sqlite'] },
);
