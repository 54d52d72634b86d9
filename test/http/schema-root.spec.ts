/** The document at the prefix: which resources there are, under which key and where. */
import { type ModuleMetadata, VersioningType } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { createApp, type AppOptions, type TestApp } from '../support/app.js';
import { Computer, PEOPLE, Person } from '../support/people.js';

@Entity()
@Resource()
class Seat {
  @PrimaryColumn({ type: 'varchar' }) row!: string;
  @PrimaryColumn({ type: 'integer' }) number!: number;
  @Expose() @Column({ type: 'varchar', unique: true }) code!: string;
}

type Imports = NonNullable<ModuleMetadata['imports']>;

describe('the document at the prefix', () => {
  const started: TestApp[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((app) => app.close()));
  });

  async function start(imports: Imports, options: AppOptions = {}): Promise<TestApp> {
    const entities = [...PEOPLE, Seat];
    const database = { type: 'better-sqlite3', database: ':memory:', synchronize: true, entities } as const;
    const app = await createApp({ imports: [TypeOrmModule.forRoot(database), ...imports] }, options);
    started.push(app);
    return app;
  }

  it('has the key and the address of every resource [SCH-01, URL-13, JA-14]', async () => {
    const app = await start([RestlessModule.forFeature([Person, Computer, Seat])]);

    const answer = await app.get('/api');

    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/vnd.api+json');
    expect(answer.body).toEqual({
      data: null,
      meta: {
        modelinfo: {
          person: { primarykey: 'id', url: '/api/person' },
          computer: { primarykey: 'id', url: '/api/computer' },
          seat: { primarykey: 'row,number', url: '/api/seat' },
        },
      },
      links: { self: '/api' },
      jsonapi: { version: '1.1' },
    });
  });

  it('has the key that was chosen, the true address, and what other modules add [SCH-02, SCH-04]', async () => {
    const app = await start([
      RestlessModule.forRoot({ prefix: 'v1', baseUrl: 'https://example.org' }),
      RestlessModule.forFeature([{ entity: Seat, primaryKey: 'code', collectionName: 'seats' }]),
      RestlessModule.forFeature([{ entity: Seat, prefix: 'other', idSeparator: '~' }]),
    ]);

    expect((await app.get('/v1')).at('/meta/modelinfo')).toEqual({
      seats: { primarykey: 'code', url: 'https://example.org/v1/seats' },
      seat: { primarykey: 'row~number', url: 'https://example.org/other/seat' },
    });
    expect((await app.get('/v1')).at('/links/self')).toBe('https://example.org/v1');
    expect((await app.get('/other')).status).toBe(404);
  });

  it('lists what is served with other methods than GET as well [SCH-04]', async () => {
    const app = await start([
      RestlessModule.forFeature([Seat, { entity: Seat, collectionName: 'c', methods: ['POST'] }]),
    ]);

    expect(Object.keys((await app.get('/api')).at('/meta/modelinfo') as object)).toEqual(['seat', 'c']);
  });

  it('has the first of resources with one name [SCH-06]', async () => {
    const app = await start([RestlessModule.forFeature([Seat, { entity: Seat, prefix: 'other', primaryKey: 'code' }])]);

    expect((await app.get('/api')).at('/meta/modelinfo')).toEqual({
      seat: { primarykey: 'row,number', url: '/api/seat' },
    });
  });

  it('has no modelinfo where nothing is served [SCH-03]', async () => {
    const answers = await Promise.all(
      [[RestlessModule.forRoot()], [RestlessModule.forFeature([])]].map(async (imports) =>
        (await start(imports)).get('/api'),
      ),
    );

    for (const { body } of answers) {
      expect(body).toEqual({ data: null, meta: {}, links: { self: '/api' }, jsonapi: { version: '1.1' } });
    }
  });

  it('stands behind a global prefix and a version of the application [SCH-01, URL-02]', async () => {
    const app = await start([RestlessModule.forFeature([Seat])], {
      configure: (nest) => {
        nest.setGlobalPrefix('shop');
        nest.enableVersioning({ type: VersioningType.URI, defaultVersion: '7', prefix: 'version-' });
      },
    });

    const answer = await app.get('/shop/version-7/api');

    expect(answer.at('/links/self')).toBe('/shop/version-7/api');
    expect(answer.at('/meta/modelinfo/seat/url')).toBe('/shop/version-7/api/seat');
    expect((await app.get('/shop/version-7/api/seat')).status).toBe(200);
  });

  it('takes no parameters [SCH-05, JA-72]', async () => {
    const app = await start([RestlessModule.forFeature([Seat])]);

    const answer = await app.get('/api?include=seat');

    expect(answer.status).toBe(400);
    expect(answer.at('/errors/0')).toEqual({
      status: '400',
      code: 'UNKNOWN_PARAMETER',
      title: 'Unknown query parameter',
      detail: 'There is no query parameter "include" here; this document takes none.',
      source: { parameter: 'include' },
    });
    expect((await app.get('/api?')).status).toBe(200);
  });
});
