/** Controllers of the application's own that extend generated ones: handlers overridden, routes added, services injected. */
import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  ForbiddenException,
  Get,
  Headers,
  HttpCode,
  Injectable,
  Logger,
  Module,
  NotFoundException,
  Param,
  Post,
  SetMetadata,
  UseGuards,
  VersioningType,
} from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  type Change,
  type Outcome,
  type Query,
  type Result,
  RestlessConfigError,
  RestlessController,
  RestlessModule,
} from 'nestjs-restless';
import { createApp, describeServers, type TestApp } from '../support/app.js';
import { Computer, PEOPLE, Person, seedPeople } from '../support/people.js';

const JSON_API = 'application/vnd.api+json';

@Injectable()
class Mailer {
  readonly sent: string[] = [];
}

type Request = { readonly headers: Readonly<Record<string, string | undefined>> };
const headersOf = (context: ExecutionContext): Request['headers'] =>
  context.switchToHttp().getRequest<Request>().headers;

@Injectable()
class KeyGuard implements CanActivate {
  constructor(private readonly mailer: Mailer) {}

  canActivate(context: ExecutionContext): boolean {
    this.mailer.sent.push('guard');
    return headersOf(context)['x-key'] === 'sesame';
  }
}

const Roles = (...roles: string[]) => SetMetadata('roles', roles);

/** Asks what decorators say of the class, and of the handler. */
@Injectable()
class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const roles = this.reflector.getAllAndOverride<string[] | undefined>('roles', [
      context.getHandler(),
      context.getClass(),
    ]);
    return roles === undefined || roles.includes(headersOf(context)['x-role'] ?? 'guest');
  }
}

@Roles('guest', 'clerk')
@Controller()
class PersonController extends RestlessController(Person) {
  constructor(private readonly mailer: Mailer) {
    super();
  }

  override async getResource(query: Query): Promise<Result> {
    const result = await super.getResource(query);
    this.mailer.sent.push(`read ${result.records[0]!.id}`);
    return result;
  }

  override async postResource(change: Change): Promise<Outcome> {
    const outcome = await super.postResource(change);
    this.mailer.sent.push(`welcome ${outcome.applied.id}`);
    return outcome;
  }

  @UseGuards(KeyGuard)
  override deleteResource(change: Change): Promise<Outcome> {
    return super.deleteResource(change);
  }

  @Roles('clerk')
  override async getCollection(query: Query, @Headers('x-name') name?: string): Promise<Result> {
    if (name === 'nobody') throw new ForbiddenException('Not for nobody.');
    return super.getCollection(query);
  }

  @Post(':id/forgot-password')
  @HttpCode(202)
  async forgotPassword(@Param('id') id: string): Promise<object> {
    const person = await this.service.findOne(Number(id));
    if (person === undefined || person === null) throw new NotFoundException('There is nobody to remind.');
    this.mailer.sent.push(`remind ${person.name}`);
    return { reminded: person.name };
  }

  @Get('statistics/ages')
  ages(): object {
    return { oldest: 64 };
  }
}

@Module({
  imports: [
    RestlessModule.forFeature([
      { entity: Person, methods: ['GET', 'POST', 'DELETE'] },
      Computer,
      { entity: Person, prefix: 'other', collectionName: 'people' },
    ]),
  ],
  controllers: [PersonController],
  providers: [Mailer],
  exports: [Mailer],
})
class PeopleModule {}

describeServers(
  (server) => {
    let app: TestApp;
    let sent: string[];
    beforeAll(async () => {
      app = await server.start({
        entities: PEOPLE,
        imports: [PeopleModule],
        providers: [{ provide: APP_GUARD, useClass: RolesGuard }],
        seed: seedPeople,
        configure: (nest) => {
          nest.setGlobalPrefix('app');
          nest.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
        },
      });
      sent = app.app.get(Mailer).sent;
    });
    beforeEach(() => sent.splice(0));
    afterAll(() => app.close());

    const clerk = { 'X-Role': 'clerk' };

    it('answer at the address of the generated one, with links, and handlers that they override [SET-09, FJV-05]', async () => {
      const answer = await app.get('/app/v1/api/person/2?include=computers');

      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toBe(JSON_API);
      expect(answer.at('/data/links/self')).toBe('/app/v1/api/person/2');
      expect(answer.at('/included/*/id')).toEqual(['3']);
      expect(sent).toEqual(['read 2']);
    });

    it('hand on to super what was checked, and what comes of it [FJV-06]', async () => {
      const answer = await app.request('POST', '/app/v1/api/person', {
        body: { data: { type: 'person', attributes: { name: 'Hedy' } } },
      });
      const wrong = await app.request('POST', '/app/v1/api/person', { body: { data: { type: 'person', id: '1' } } });

      expect([answer.status, answer.headers.location]).toEqual([201, '/app/v1/api/person/7']);
      expect(wrong.status).toBe(403);
      expect(sent).toEqual(['welcome 7']);
    });

    it('carry guards on single handlers, which inject what their module has [FJV-10, AUT-07]', async () => {
      const refused = await app.request('DELETE', '/app/v1/api/person/7');
      const accepted = await app.request('DELETE', '/app/v1/api/person/7', { headers: { 'X-Key': 'sesame' } });

      expect([refused.status, accepted.status]).toEqual([403, 204]);
      expect(sent).toEqual(['guard', 'guard']);
    });

    it('tell Reflector what decorators say of the class and of a handler [AUT-07]', async () => {
      expect((await app.get('/app/v1/api/person')).status).toBe(403);
      expect((await app.get('/app/v1/api/person', clerk)).at('/data/*/id')).toHaveLength(6);
      expect((await app.get('/app/v1/api/person/1', { 'X-Role': 'thief' })).status).toBe(403);
      expect((await app.get('/app/v1/api/person/1', { 'X-Role': 'guest' })).status).toBe(200);
    });

    it('may want parameters of their own, and throw what is rendered like any error', async () => {
      const answer = await app.get('/app/v1/api/person', { ...clerk, 'X-Name': 'nobody' });

      expect([answer.status, answer.headers['content-type']]).toEqual([403, JSON_API]);
      expect(answer.at('/errors/0/detail')).toBe('Not for nobody.');
    });

    it('have routes of their own below the address of the resource [FJV-03, #23]', async () => {
      const reminded = await app.request('POST', '/app/v1/api/person/1/forgot-password');
      const nobody = await app.request('POST', '/app/v1/api/person/99/forgot-password');
      const ages = await app.get('/app/v1/api/person/statistics/ages');

      expect([reminded.status, reminded.body]).toEqual([202, { reminded: 'Ada' }]);
      expect([nobody.status, nobody.headers['content-type']]).toEqual([404, JSON_API]);
      expect([ages.status, ages.body]).toEqual([200, { oldest: 64 }]);
      expect(sent).toEqual(['remind Ada']);
    });

    it('leave everything else as it was: 405, other formats, other resources, other entries [SET-11]', async () => {
      const put = await app.request('PUT', '/app/v1/api/person/1');
      const flat = await app.get('/app/v1/api/person/1', { Accept: 'application/json' });

      expect([put.status, put.headers.allow]).toEqual([405, 'GET, HEAD, DELETE, OPTIONS']);
      expect(flat.at('/name')).toBe('Ada');
      expect((await app.get('/app/v1/api/computer/1/owner')).at('/data/id')).toBe('1');
      expect((await app.get('/app/v1/other/people/1')).at('/data/type')).toBe('people');
      expect(sent).toEqual(['read 1']);
    });
  },
  { databases: ['sqlite'] },
);

describe('a controller of one’s own', () => {
  const database = { type: 'better-sqlite3', database: ':memory:', synchronize: true, entities: PEOPLE } as const;
  const guard: CanActivate = { canActivate: () => false };

  // An application that does not start leaves its data source behind, of which @nestjs/typeorm warns.
  beforeAll(() => {
    Logger.overrideLogger(false);
  });

  @Controller()
  class PeopleController extends RestlessController(Person, 'people') {
    override deleteResource(): Promise<Outcome> {
      throw new ForbiddenException('People stay.');
    }
  }

  it('may stand in for one of several entries, by name [SET-10, SET-11, contradiction 14]', async () => {
    const entries = [{ entity: Person, collectionName: 'people', methods: ['DELETE'] as const }, Computer];
    const features = RestlessModule.forFeature([Person, ...entries.slice(0, 1), Computer]);
    const app = await createApp({
      imports: [TypeOrmModule.forRoot(database), features],
      controllers: [PeopleController],
    });
    const answers = await Promise.all([app.request('DELETE', '/api/people/1'), app.get('/api/person/1')]);
    await app.close();

    expect(answers.map(({ status }) => status)).toEqual([403, 404]);
    expect(answers[0].at('/errors/0/detail')).toBe('People stay.');
  });

  it('is not left without the guards of the entry: they are refused there [SET-13]', async () => {
    const features = RestlessModule.forFeature([
      { entity: Person, collectionName: 'people', guards: [guard] },
      Computer,
    ]);
    const start = createApp({
      imports: [TypeOrmModule.forRoot(database), features],
      controllers: [PeopleController],
    });

    await expect(start).rejects.toThrow(
      new RestlessConfigError(
        'PeopleController stands in for the generated controller, which the option "guards" in RestlessModule.forFeature ' +
          'is for; give it to @Resource, or decorate PeopleController.',
      ),
    );
  });

  it('stands in alone [SET-07]', async () => {
    @Controller()
    class OtherController extends RestlessController(Person, 'people') {}
    const start = createApp({
      imports: [
        TypeOrmModule.forRoot(database),
        RestlessModule.forFeature([{ entity: Person, collectionName: 'people' }, Computer]),
      ],
      controllers: [PeopleController, OtherController],
    });

    await expect(start).rejects.toThrow(
      /^OtherController stands in for the controller of Person, but another one does so already/,
    );
  });

  it('needs its entity in forFeature [SET-09, contradiction 13]', async () => {
    const start = createApp({
      imports: [TypeOrmModule.forRoot(database), RestlessModule.forFeature([Person, Computer])],
      controllers: [PeopleController],
    });

    await expect(start).rejects.toThrow(/RestlessService:Person:people/);
  });
});
