/** Options by the names that they had in Flask-Restless, and the authentication of its first versions. */
import { Logger } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Expose } from 'class-transformer';
import {
  Resource,
  type ResourceOptions,
  RestlessConfigError,
  RestlessModule,
  type RestlessModuleOptions,
} from 'nestjs-restless';
import { Column, type DataSource, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { createApp, describeServers, type TestApp } from '../support/app.js';

interface Request {
  readonly headers: Readonly<Record<string, string | undefined>>;
}

@Entity()
@Resource({ includeColumns: ['name', 'planets'], resultsPerPage: 2, maxResultsPerPage: 3 })
class Star {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @Column({ default: 0 }) mass!: number;
  @OneToMany(() => Planet, (planet) => planet.star) planets!: Relation<Planet>[];
}

@Entity()
@Resource({ expose: 'all', excludeColumns: ['mass'], includeMethods: ['shout'] })
class Planet {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Column({ default: 0 }) mass!: number;
  @ManyToOne(() => Star, (star) => star.planets) star!: Relation<Star> | null;

  shout(): string {
    return `${this.name.toUpperCase()}!`;
  }
}

const ENTITIES = [Star, Planet];

async function seed({ manager }: DataSource): Promise<void> {
  for (const name of ['Sun', 'Vega', 'Deneb', 'Sirius']) await manager.insert(Star, { name });
  for (const name of ['Earth', 'Mars']) await manager.insert(Planet, { name, star: { id: 1 } });
}

/** The rows that a header names, or all. */
const named = ({ request }: { request: unknown }) => {
  const { headers } = request as Request;
  return headers['x-name'] === undefined ? undefined : { name: 'name', op: 'eq', val: headers['x-name'] };
};

/** Knows Ada, and nobody while the directory is down. */
const isAda = ({ headers }: Request): Promise<boolean> =>
  headers['x-user'] === 'broken'
    ? Promise.reject(new Error('The directory is down.'))
    : Promise.resolve(headers['x-user'] === 'ada');

const shoutName = ({ data }: { data: Record<string, unknown> }): void => {
  data['name'] = String(data['name']).toUpperCase();
};

const JSON_API = 'application/vnd.api+json';

describeServers(
  (server) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await server.start({
        entities: ENTITIES,
        imports: [
          RestlessModule.forRoot({ urlPrefix: '/sky', resultsPerPage: 1, maxResultsPerPage: 2 }),
          RestlessModule.forFeature([
            Star,
            Planet,
            { entity: Star, collectionName: 'sun', query: named, includeColumns: undefined },
            { entity: Planet, urlPrefix: '/other/', maxResultsPerPage: null },
            {
              entity: Planet,
              collectionName: 'formed',
              methods: ['POST', 'DELETE'],
              preprocessors: { POST_RESOURCE: [shoutName] },
              postFormPreprocessor: (data) => ({ ...data, name: `${String(data['name'])}, first` }),
            },
            {
              entity: Planet,
              collectionName: 'guarded',
              methods: ['GET', 'POST', 'PATCH', 'DELETE'],
              authenticationRequiredFor: ['post', 'PATCH', 'DELETE'],
              authenticationFunction: isAda,
            },
            {
              entity: Planet,
              collectionName: 'secret',
              allowFunctions: true,
              authenticationRequiredFor: ['GET'],
              authenticationFunction: ({ headers }: Request) => headers['x-user'] === 'ada',
              guards: [
                { canActivate: (context) => context.switchToHttp().getRequest<Request>().headers['x-late'] !== '1' },
              ],
            },
          ]),
        ],
        seed,
        configure: (nest) => nest.useLogger(false),
      });
    });
    afterAll(() => app.close());

    it('see the data of new resources last, and may return them anew: postFormPreprocessor [SET-20]', async () => {
      const answer = await app.request('POST', '/sky/formed', {
        body: { data: { type: 'formed', attributes: { name: 'ceres' } } },
      });
      const flat = await app.request('POST', '/sky/formed', {
        headers: { 'Content-Type': 'application/json' },
        body: { name: 'pallas' },
      });

      expect([answer.status, answer.at('/data/attributes/name')]).toEqual([201, 'CERES, first']);
      expect([flat.status, flat.at('/name')]).toEqual([201, 'PALLAS, first']);
      for (const id of [answer.at('/data/id'), flat.at('/id')]) {
        expect((await app.request('DELETE', `/sky/formed/${String(id)}`)).status).toBe(204);
      }
    });

    it('of the module hold for all resources: urlPrefix, resultsPerPage, maxResultsPerPage [SET-16]', async () => {
      expect((await app.get('/sky/planet')).at('/data/*/id')).toEqual(['1']);
      expect((await app.get('/sky/planet?page[size]=2')).status).toBe(200);
      expect((await app.get('/sky/planet?page[size]=3')).status).toBe(400);
    });

    it('of a resource hold for that: urlPrefix, resultsPerPage, maxResultsPerPage [SET-16, SET-18]', async () => {
      expect((await app.get('/sky/star')).at('/data/*/id')).toEqual(['1', '2']);
      expect((await app.get('/sky/star?page[size]=3')).status).toBe(200);
      expect((await app.get('/sky/star?page[size]=4')).status).toBe(400);
      expect((await app.get('/other/planet?page[size]=50')).at('/data/*/id')).toEqual(['1', '2']);
    });

    it('choose fields: includeColumns, excludeColumns, includeMethods [SET-16, FLD-14, FLD-17, contradiction 44]', async () => {
      expect((await app.get('/sky/star/1')).at('/data/attributes')).toEqual({ name: 'Sun' });
      expect((await app.get('/sky/sun/1')).at('/data/attributes')).toEqual({ name: 'Sun' });
      expect((await app.get('/sky/planet/1')).at('/data/attributes')).toEqual({ name: 'Earth', shout: 'EARTH!' });
      expect((await app.get('/sky/star?filter[mass]=0')).status).toBe(400);
      expect((await app.get('/sky/planet?filter[mass]=0')).status).toBe(400);
    });

    it('say which rows there are: query, asked for every request [CUQ-01, CUQ-04]', async () => {
      const all = await app.get('/sky/sun');
      const vega = await app.get('/sky/sun', { 'X-Name': 'Vega' });

      expect([all.at('/meta/total'), vega.at('/meta/total')]).toEqual([4, 1]);
      expect((await app.get('/sky/sun/1', { 'X-Name': 'Vega' })).status).toBe(404);
      expect((await app.get('/sky/star', { 'X-Name': 'Vega' })).at('/meta/total')).toBe(4);
    });

    describe('authenticationRequiredFor', () => {
      const write = (method: string, user: string) =>
        app.request(method, method === 'POST' ? '/sky/guarded' : '/sky/guarded/1', {
          headers: { 'X-User': user },
          body: {
            data: { type: 'guarded', ...(method !== 'POST' && { id: '1' }), attributes: { name: 'Earth' } },
          },
        });

      it('refuses the verbs that it lists, and no others [SET-19, AUT-01]', async () => {
        for (const method of ['POST', 'PATCH', 'DELETE', 'PUT']) {
          const answer = await write(method, 'bob');

          expect([method, answer.status, answer.headers['content-type']]).toEqual([method, 401, JSON_API]);
          expect(answer.at('/errors')).toEqual([{ status: '401', title: 'Unauthorized', detail: 'Unauthorized' }]);
        }
        expect((await app.get('/sky/guarded/1')).status).toBe(200);
        expect((await app.request('OPTIONS', '/sky/guarded/1')).status).toBe(200);
        expect((await app.get('/sky/guarded')).at('/meta/total')).toBe(2);
      });

      it('lets pass whom authenticationFunction accepts [SET-19, AUT-01]', async () => {
        const created = await write('POST', 'ada');
        const headers = { 'X-User': 'ada' };

        expect(created.status).toBe(201);
        expect((await write('PATCH', 'ada')).status).toBe(200);
        expect((await app.request('DELETE', created.headers.location!, { headers })).status).toBe(204);
      });

      it('lets authenticationFunction throw, which is no leave to pass [AUT-02]', async () => {
        expect((await write('DELETE', 'broken')).status).toBe(500);
        expect((await app.get('/sky/guarded/1')).status).toBe(200);
      });

      it('guards every URL of the resource, before its guards, and HEAD as GET [AUT-01]', async () => {
        const paths = ['/secret', '/secret/1', '/secret/1/star', '/secret/1/relationships/star', '/eval/secret'];
        for (const path of paths) {
          const query = path === '/eval/secret' ? '?functions=[{"name":"count","field":"id"}]' : '';
          const ask = (headers: Record<string, string>) => app.get(`/sky${path}${query}`, headers);

          expect([path, (await ask({})).status]).toEqual([path, 401]);
          expect([path, (await ask({ 'X-Late': '1' })).status]).toEqual([path, 401]);
          expect([path, (await ask({ 'X-User': 'ada', 'X-Late': '1' })).status]).toEqual([path, 403]);
          expect([path, (await ask({ 'X-User': 'ada' })).status]).toEqual([path, 200]);
          expect([path, (await app.request('HEAD', `/sky${path}${query}`)).status]).toEqual([path, 401]);
        }
        expect((await app.get('/sky/secret', { Accept: 'application/json' })).body).toEqual({
          message: 'Unauthorized',
        });
      });
    });
  },
  { databases: ['sqlite'] },
);

describe('an old name', () => {
  const database = { type: 'better-sqlite3', database: ':memory:', synchronize: true, entities: ENTITIES } as const;

  /** The sentence with which an application with these options refuses to start. */
  async function refusal(options: ResourceOptions, root: RestlessModuleOptions = {}): Promise<string> {
    const start = () =>
      createApp({
        imports: [
          TypeOrmModule.forRoot(database),
          RestlessModule.forRoot(root),
          RestlessModule.forFeature([{ entity: Planet, ...options }, Star]),
        ],
      });
    try {
      await (await start()).close();
      return 'It started.';
    } catch (error) {
      expect(error).toBeInstanceOf(RestlessConfigError);
      return (error as RestlessConfigError).message;
    }
  }

  // An application that does not start leaves its data source behind, of which @nestjs/typeorm warns.
  beforeAll(() => {
    Logger.overrideLogger(false);
  });

  it.each<[ResourceOptions, string]>([
    [{ resultsPerPage: 5, pageSize: 5 }, '"resultsPerPage" is the old name of the option "pageSize"'],
    [{ maxResultsPerPage: 5, maxPageSize: null }, '"maxResultsPerPage" is the old name of the option "maxPageSize"'],
    [{ urlPrefix: 'a', prefix: 'b' }, '"urlPrefix" is the old name of the option "prefix"'],
    [{ includeColumns: ['name'], only: ['name'] }, '"includeColumns" is the old name of the option "only"'],
    [{ excludeColumns: ['name'], exclude: [] }, '"excludeColumns" is the old name of the option "exclude"'],
    [{ query: named, scope: named }, '"query" is the old name of the option "scope"'],
    [
      { includeMethods: [], additionalAttributes: [] },
      '"includeMethods" is the old name of the option "additionalAttributes"',
    ],
  ])('stands for the new one, not beside it: %j [SET-16, SET-13]', async (options, sentence) => {
    expect(await refusal(options)).toBe(`Planet: ${sentence}; give one of them.`);
  });

  it('stands for the new one in the options of the module as well [SET-13]', async () => {
    expect(await refusal({}, { urlPrefix: 'a', prefix: 'b' })).toBe(
      'RestlessModule.forRoot: "urlPrefix" is the old name of the option "prefix"; give one of them.',
    );
  });

  it('that is undefined is not given', async () => {
    expect(await refusal({ urlPrefix: undefined, prefix: 'b' })).toBe('It started.');
  });

  it.each<[ResourceOptions, string]>([
    [{ authenticationRequiredFor: ['POST'] }, '"authenticationRequiredFor" needs an "authenticationFunction".'],
    [
      { authenticationFunction: () => true },
      '"authenticationFunction" would never be asked; list verbs in "authenticationRequiredFor".',
    ],
    [
      { authenticationRequiredFor: ['POSTS'], authenticationFunction: () => true },
      'the option "authenticationRequiredFor" has to be a list of verbs, such as ["POST", "DELETE"].',
    ],
  ])('of authentication wants the other: %j [SET-13, AUT-01]', async (options, sentence) => {
    expect(await refusal(options)).toBe(`Planet: ${sentence}`);
  });
});
