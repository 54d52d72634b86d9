/** What decorators put before controllers of the application's own holds wherever guards of the resource would. */
import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Inject,
  Injectable,
  Module,
  type OnModuleInit,
  Scope,
  SetMetadata,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { APP_GUARD, Reflector, REQUEST } from '@nestjs/core';
import { ApiBearerAuth, ApiTags, DocumentBuilder } from '@nestjs/swagger';
import { type Change, type Outcome, Resource, RestlessController, RestlessModule } from 'nestjs-restless';
import { restlessDocument } from 'nestjs-restless/openapi';
import { Entity, PrimaryColumn } from 'typeorm';
import { type Answer, describeServers, type TestApp } from '../support/app.js';
import { Computer, PEOPLE, Person, seedPeople } from '../support/people.js';

const FLAT = 'application/json';
const ALL = { methods: ['GET', 'POST', 'PATCH', 'DELETE'], allowFunctions: true } as const;

type Headers = Readonly<Record<string, string | undefined>>;
const headersOf = (context: ExecutionContext): Headers =>
  context.switchToHttp().getRequest<{ headers: Headers }>().headers;

@Injectable()
class Keys {
  readonly key = 'sesame';
  readonly begun: string[] = [];
}

/** Injects what the module of the controller has. */
@Injectable()
class KeyGuard implements CanActivate {
  constructor(private readonly keys: Keys) {}

  canActivate(context: ExecutionContext): boolean {
    if (headersOf(context)['x-key'] !== this.keys.key) throw new UnauthorizedException('Bring a key.');
    return true;
  }
}

@Injectable({ scope: Scope.REQUEST })
class RequestGuard implements CanActivate {
  constructor(
    @Inject(REQUEST) private readonly request: { readonly headers: Headers },
    private readonly keys: Keys,
  ) {}

  canActivate(): boolean {
    return this.request.headers['x-key'] === this.keys.key;
  }
}

const Roles = (...roles: string[]) => SetMetadata('roles', roles);

@Injectable()
class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    const roles = this.reflector.getAllAndOverride<string[] | undefined>('roles', targets);
    return roles === undefined || roles.includes(headersOf(context)['x-role'] ?? 'guest');
  }
}

@ApiTags('machines')
@ApiBearerAuth('key')
@UseGuards(KeyGuard)
@Controller()
class GuardedController extends RestlessController(Computer) implements OnModuleInit {
  constructor(private readonly keys: Keys) {
    super();
  }

  onModuleInit(): void {
    this.keys.begun.push('guarded');
  }
}

@UseGuards(RequestGuard)
@Controller()
class FleetingController extends RestlessController(Computer) {
  constructor(keys: Keys) {
    super();
    this.begin(keys);
  }

  private begin(keys: Keys): void {
    keys.begun.push('fleeting');
  }
}

@Roles('clerk')
@Controller()
class RolesController extends RestlessController(Computer) {}

@Controller()
class HandlersController extends RestlessController(Computer) {
  @UseGuards(KeyGuard)
  override postResource(change: Change): Promise<Outcome> {
    return super.postResource(change);
  }

  @Roles('clerk')
  override deleteResource(change: Change): Promise<Outcome> {
    return super.deleteResource(change);
  }
}

@ApiTags('machines')
@Controller()
class OpenController extends RestlessController(Computer) {
  override postResource(change: Change): Promise<Outcome> {
    return super.postResource(change);
  }
}

/** Its functions are behind what the module that exposes it has. */
@Injectable()
class ShutGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    return this.reflector.get('open', context.getHandler());
  }
}

@Entity()
@Resource({ ...ALL, decorators: { EVALUATE: [UseGuards(ShutGuard), SetMetadata('open', false)] } })
class Safe {
  @PrimaryColumn() id!: number;
}

@Controller()
class SafeController extends RestlessController(Safe) {}

const EVALUATED = '/api/eval/computer?functions=[{"name":"max","field":"id"}]';

describeServers(
  (server) => {
    let app: TestApp;
    afterEach(() => app.close());

    const start = async (controller: new (...given: never[]) => unknown): Promise<void> => {
      @Module({
        imports: [
          RestlessModule.forFeature([
            { entity: Computer, ...ALL },
            { entity: Person, ...ALL },
          ]),
        ],
        controllers: [controller],
        providers: [Keys],
        exports: [Keys],
      })
      class ComputersModule {}
      app = await server.start({
        entities: PEOPLE,
        imports: [ComputersModule],
        providers: [{ provide: APP_GUARD, useClass: RolesGuard }],
        seed: seedPeople,
      });
    };
    const send = (method: string, path: string, body: unknown, headers = {}): Promise<Answer> =>
      app.request(method, path, { headers: { Accept: FLAT, 'Content-Type': FLAT, ...headers }, body });
    const statuses = (answers: readonly Answer[]): readonly number[] => answers.map(({ status }) => status);
    /** A computer made, changed and deleted inside its owner. */
    const nested = async (): Promise<readonly number[]> =>
      statuses([
        await send('POST', '/api/person', { name: 'Hedy', computers: [{ name: 'new', price: '1.00' }] }),
        await send('PATCH', '/api/person/1', { computers: { add: [{ id: 1, name: 'other' }] } }),
        await send('PATCH', '/api/person/1', { computers: { remove: [{ id: 2, __delete__: true }] } }),
      ]);

    const key = { 'X-Key': 'sesame' };

    it('guards of the class stand before its functions, and inject what its module has [FJV-10, FUN-15]', async () => {
      await start(GuardedController);
      const refused = await app.get(EVALUATED);
      const other = await app.request('POST', '/api/eval/computer');
      const answer = await app.get(EVALUATED, key);

      expect(statuses([refused, other, await app.get('/api/computer')])).toEqual([401, 401, 401]);
      expect(refused.at('/errors/0/detail')).toBe('Bring a key.');
      expect([answer.status, answer.at('/data')]).toEqual([200, [7]]);
      expect((await app.request('POST', '/api/eval/computer', { headers: key })).status).toBe(405);
      expect(app.app.get(Keys).begun).toEqual(['guarded']);
    });

    it('guards that live as long as a request do as well [FJV-10, FUN-15]', async () => {
      await start(FleetingController);
      const answers = [
        await app.get(EVALUATED),
        await app.get(EVALUATED, key),
        await app.get('/api/computer/1'),
        await app.get('/api/computer/1', key),
      ];

      expect(statuses(answers)).toEqual([403, 200, 403, 200]);
      expect(app.app.get(Keys).begun).toContain('fleeting');
    });

    it('guards of the operation alone are asked as they always are [AUT-07, FUN-15]', async () => {
      app = await server.start({
        entities: [Safe],
        imports: [RestlessModule.forFeature([Safe])],
        controllers: [SafeController],
      });

      expect(statuses([await app.get('/api/safe'), await app.get('/api/eval/safe?functions=[]')])).toEqual([200, 403]);
    });

    it('what decorators say of the class, Reflector finds at its functions [AUT-07, FUN-15]', async () => {
      await start(RolesController);
      const clerk = { 'X-Role': 'clerk' };

      expect(statuses([await app.get(EVALUATED), await app.get(EVALUATED, clerk)])).toEqual([403, 200]);
      expect(await nested()).toEqual([403, 403, 403]);
    });

    it('nothing is written inside others that guards of the class stand before [REL-05]', async () => {
      await start(GuardedController);

      expect(await nested()).toEqual([403, 403, 403]);
      expect((await send('PATCH', '/api/person/1', { computers: [{ id: 3 }] })).status).toBe(200);
      expect((await app.get('/api/person/1?include=computers')).at('/included/*/id')).toEqual(['3']);
    });

    it('nor by what guards or decorators of a handler stand before [REL-05]', async () => {
      await start(HandlersController);

      expect(await nested()).toEqual([403, 200, 403]);
      expect((await app.get(EVALUATED)).status).toBe(200);
    });

    it('handlers without them, and words for OpenAPI, keep nobody out [REL-05]', async () => {
      await start(OpenController);

      expect(await nested()).toEqual([201, 200, 200]);
    });

    it('OpenAPI tells of the 401, and of the scheme [FJV-10]', async () => {
      await start(GuardedController);
      const { paths } = restlessDocument(app.app, new DocumentBuilder().addBearerAuth({ type: 'http' }, 'key').build());
      const told = (path: string): unknown => [
        paths[path]?.get?.security,
        Object.keys(paths[path]?.get?.responses ?? {}).includes('401'),
      ];

      expect(told('/api/computer')).toEqual([[{ key: [] }], true]);
      expect(told('/api/eval/computer')).toEqual([[{ key: [] }], true]);
      expect(told('/api/person')).toEqual([undefined, false]);
    });
  },
  { databases: ['sqlite'] },
);
