/** Verbs that a resource refuses have no routes of their own, and are answered as if they had. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  type CallHandler,
  Put,
  Scope,
  SetMetadata,
  VersioningType,
} from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, HttpAdapterHost, Reflector, RouterModule } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { RestlessModule } from 'nestjs-restless';
import type { Observable } from 'rxjs';
import { type Answer, describeServers, type Server, type ServerModule, type TestApp } from '../support/app.js';
import { Computer, PEOPLE, Person, seedPeople } from '../support/people.js';

const READ_ONLY = 'GET, HEAD, OPTIONS';

/** Every kind of URL. */
const PATHS = ['', '/1', '/1/computers', '/1/computers/2', '/1/relationships/computers'];

const refusalOf = ({ status, headers }: Answer): unknown => [status, headers.allow];

const Roles = (...roles: string[]): MethodDecorator => SetMetadata('roles', roles);

/** What was asked before a request. */
const asked: unknown[] = [];

function note(who: string, context: ExecutionContext): void {
  const { params } = context.switchToHttp().getRequest<{ params: object }>();
  asked.push([who, context.getClass().name, { ...params }]);
}

@Injectable()
class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    note('application', context);
    const roles = this.reflector.get<string[] | undefined>('roles', context.getHandler());
    return roles === undefined;
  }
}

@Injectable()
class NotingGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    note('resource', context);
    return true;
  }
}

@Injectable()
class NotingInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    note('interceptor', context);
    return next.handle() as Observable<unknown>;
  }
}

@Injectable({ scope: Scope.REQUEST })
class FleetingGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

@Controller('api/person')
class BesideController {
  @Put(':id')
  put(): string {
    return 'put';
  }
}

describeServers(
  (server) => {
    const started: TestApp[] = [];
    afterEach(async () => {
      asked.splice(0);
      await Promise.all(started.splice(0).map((app) => app.close()));
    });

    async function start(module: Partial<ServerModule> = {}): Promise<TestApp> {
      const imports = [RestlessModule.forFeature([Person, Computer]), ...(module.imports ?? [])];
      const app = await server.start({ entities: PEOPLE, seed: seedPeople, ...module, imports });
      started.push(app);
      return app;
    }

    async function expectRefusals(app: TestApp, base: string): Promise<void> {
      for (const path of PATHS) {
        const url = `${base}${path}`;
        const [options, refused] = await Promise.all([app.request('OPTIONS', url), app.request('PATCH', url)]);

        expect([url, refusalOf(options), options.text]).toEqual([url, [200, READ_ONLY], '']);
        expect([url, refusalOf(refused)]).toEqual([url, [405, READ_ONLY]]);
        expect(refused.at('/errors/0/code')).toBe('METHOD_NOT_ALLOWED');
      }
    }

    it('have no routes: most of those that there are would be theirs', async () => {
      const guards = [NotingGuard];
      const imports = [RestlessModule.forFeature([{ entity: Person, collectionName: 'guarded', guards }])];
      const app = await start({ imports });

      expect(routesOf(app, server)).toEqual(['GET']);
      await expectRefusals(app, '/api/guarded');
    });

    it('ask guards and interceptors as routes do, of the application and of the resource [AUT-07]', async () => {
      const imports = [
        RestlessModule.forFeature([{ entity: Person, collectionName: 'guarded', guards: [NotingGuard] }]),
      ];
      const providers = [
        { provide: APP_GUARD, useClass: RolesGuard },
        { provide: APP_INTERCEPTOR, useClass: NotingInterceptor },
      ];
      const app = await start({ imports, providers });
      const of = (params: object): unknown =>
        ['application', 'resource', 'interceptor'].map((who) => [who, 'PersonRestlessController', params]);

      for (const [method, path, params] of [
        ['GET', '/1/computers/2', { id: '1', relation: 'computers', relatedId: '2' }],
        ['POST', '/1/computers/2', { id: '1', relation: 'computers', relatedId: '2' }],
        ['OPTIONS', '/1/relationships/a%20b', { id: '1', relation: 'a b' }],
        ['DELETE', '', {}],
      ] as const) {
        asked.splice(0);
        await app.request(method, `/api/guarded${path}`);

        expect([method, path, asked]).toEqual([method, path, of(params)]);
      }
    });

    it('find what decorators say of a verb that is refused', async () => {
      const decorators = { POST: [Roles('clerk')] };
      const imports = [RestlessModule.forFeature([{ entity: Person, collectionName: 'decorated', decorators }])];
      const app = await start({ imports, providers: [{ provide: APP_GUARD, useClass: RolesGuard }] });

      expect((await app.request('POST', '/api/decorated')).status).toBe(403);
      expect(refusalOf(await app.request('DELETE', '/api/decorated/1'))).toEqual([405, READ_ONLY]);
    });

    it('leave addresses of resources to routes of the application’s own', async () => {
      const app = await start({ controllers: [BesideController] });

      expect((await app.request('PUT', '/api/person/1')).text).toBe('put');
      expect(refusalOf(await app.request('PATCH', '/api/person/1'))).toEqual([405, READ_ONLY]);
    });

    it('are told behind a global prefix and a version in the path', async () => {
      const app = await start({
        configure: (nest) => {
          nest.setGlobalPrefix('/shop/');
          nest.enableVersioning({ type: VersioningType.URI, defaultVersion: ['1', '2'] });
        },
      });

      await expectRefusals(app, '/shop/v1/api/person');
      await expectRefusals(app, '/shop/v2/api/person');
    });

    it('are told where only a header says the version', async () => {
      const versions = [
        { entity: Person, collectionName: 'both', version: '1' },
        { entity: Person, collectionName: 'both', version: '2', methods: ['GET', 'POST'] as const },
      ];
      const app = await start({
        imports: [RestlessModule.forFeature(versions)],
        configure: (nest) => nest.enableVersioning({ type: VersioningType.HEADER, header: 'X-Version' }),
      });
      const options = async (version: string): Promise<unknown> =>
        (await fetch(`${app.url}/api/both`, { method: 'OPTIONS', headers: { 'X-Version': version } })).headers.get(
          'allow',
        );

      expect(await options('1')).toBe(READ_ONLY);
      expect(await options('2')).toBe('GET, HEAD, POST, OPTIONS');
    });

    it('are told behind a prefix that is a pattern', async () => {
      await expectRefusals(await start({ configure: (nest) => nest.setGlobalPrefix(':tenant') }), '/acme/api/person');
    });

    it('are told where the global prefix leaves resources out', async () => {
      const exclude = ['api/*path'];
      await expectRefusals(
        await start({ configure: (nest) => nest.setGlobalPrefix('shop', { exclude }) }),
        '/api/person',
      );
    });

    it('are told behind what RouterModule puts before them', async () => {
      const app = await start({ imports: [RouterModule.register([{ path: 'inner', module: RestlessModule }])] });

      await expectRefusals(app, '/inner/api/person');
    });

    it('are told where guards live as long as a request', async () => {
      await expectRefusals(
        await start({ providers: [{ provide: APP_GUARD, useClass: FleetingGuard }] }),
        '/api/person',
      );
    });

    it('are told of functions [FUN-01]', async () => {
      const entries = [{ entity: Person, collectionName: 'counted', allowFunctions: true }];
      const app = await start({ imports: [RestlessModule.forFeature(entries)] });

      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
        expect(refusalOf(await app.request(method, '/api/eval/counted'))).toEqual([405, READ_ONLY]);
      }
      expect(refusalOf(await app.request('OPTIONS', '/api/eval/counted'))).toEqual([200, READ_ONLY]);
      expect((await app.request('POST', '/api/eval/person')).status).toBe(404);
    });
  },
  { databases: ['sqlite'] },
);

describeServers(
  (server) => {
    it.each(['', 'shop'])(
      'are told in an application that another mounts, with the global prefix "%s"',
      async (prefix) => {
        const inner = await server.start({
          entities: PEOPLE,
          imports: [RestlessModule.forFeature([Person, Computer])],
          seed: seedPeople,
          configure: (nest) => nest.setGlobalPrefix(prefix),
        });
        const outer = new ExpressAdapter().getInstance<RequestListener & { use(path: string, app: unknown): void }>();
        outer.use('/mounted', inner.app.get(HttpAdapterHost).httpAdapter.getInstance());
        const http = createServer(outer).listen(0, '127.0.0.1');
        await once(http, 'listening');
        const { port } = http.address() as AddressInfo;
        const url = `http://127.0.0.1:${port}/mounted${prefix && '/shop'}/api/person/1`;
        const answers = await Promise.all(['GET', 'PUT', 'OPTIONS'].map((method) => fetch(url, { method })));
        http.close();
        await inner.close();

        expect(answers.map(({ status }) => status)).toEqual([200, 405, 200]);
        expect(answers.slice(1).map(({ headers }) => headers.get('allow'))).toEqual([READ_ONLY, READ_ONLY]);
      },
    );
  },
  { adapters: ['express'], databases: ['sqlite'] },
);

/** The verbs that the router knows at a resource. */
function routesOf({ app }: TestApp, { adapter }: Server): readonly string[] {
  const verbs = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
  const instance: unknown = app.get(HttpAdapterHost).httpAdapter.getInstance();
  if (adapter === 'fastify') {
    const { hasRoute } = instance as { hasRoute(route: { method: string; url: string }): boolean };
    return verbs.filter((method) => hasRoute({ method, url: '/api/guarded/:id' }));
  }
  const { stack } = (instance as { router: { stack: readonly { route?: { path: string; methods: object } }[] } })
    .router;
  const own = stack.flatMap(({ route }) => (route?.path === '/api/guarded/:id' ? Object.keys(route.methods) : []));
  return verbs.filter((verb) => own.includes(verb.toLowerCase()));
}
