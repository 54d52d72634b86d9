/** Who may ask: guards of the application, of a resource and of single operations, and what decorators tell them. */
import {
  type CanActivate,
  type ExecutionContext,
  Global,
  Inject,
  Injectable,
  Module,
  Scope,
  SetMetadata,
  UnauthorizedException,
  UseGuards,
} from '@nestjs/common';
import { APP_GUARD, Reflector, REQUEST } from '@nestjs/core';
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import { Column, type DataSource, Entity, ManyToOne, OneToMany, PrimaryColumn, type Relation } from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';

const JSON_API = 'application/vnd.api+json';

type Headers = Readonly<Record<string, string | undefined>>;
const headersOf = (context: ExecutionContext): Headers =>
  context.switchToHttp().getRequest<{ headers: Headers }>().headers;

/** What the application keeps for its guards. */
@Injectable()
class Keys {
  isKnown(key: string | undefined): boolean {
    return key === 'open sesame';
  }
}

@Global()
@Module({ providers: [Keys], exports: [Keys] })
class KeysModule {}

@Injectable()
class KeyGuard implements CanActivate {
  constructor(private readonly keys: Keys) {}

  canActivate(context: ExecutionContext): Promise<boolean> {
    if (!this.keys.isKnown(headersOf(context)['x-key'])) throw new UnauthorizedException('Bring a key.');
    return Promise.resolve(true);
  }
}

const Roles = (...roles: string[]): MethodDecorator => SetMetadata('roles', roles);

@Injectable()
class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    const roles = this.reflector.getAllAndMerge<string[]>('roles', targets);
    const role = headersOf(context)['x-role'] ?? '';
    return roles.length === 0 || roles.includes(role);
  }
}

@Injectable({ scope: Scope.REQUEST })
class RequestGuard implements CanActivate {
  constructor(@Inject(REQUEST) private readonly request: { headers: Headers }) {}

  canActivate(): boolean {
    return this.request.headers['x-key'] === 'once';
  }
}

/** An instance needs no injection. */
const never: CanActivate = { canActivate: () => false };

@Entity()
@Resource()
class Room {
  @PrimaryColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @OneToMany(() => Chair, (chair) => chair.room) chairs!: Relation<Chair>[];
}

@Entity()
@Resource({ guards: [KeyGuard] })
class Chair {
  @PrimaryColumn() id!: number;
  @Expose() @Column() colour!: string;
  @Expose() @ManyToOne(() => Room, (room) => room.chairs) room!: Relation<Room>;
}

async function seed(dataSource: DataSource): Promise<void> {
  await dataSource.getRepository(Room).insert({ id: 1, name: 'Hall' });
  await dataSource.getRepository(Chair).insert({ id: 1, colour: 'red', room: { id: 1 } });
}

describeServers(
  (server) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await server.start({
        entities: [Room, Chair],
        imports: [
          KeysModule,
          RestlessModule.forFeature([
            {
              entity: Room,
              decorators: { GET: [Roles('reader', 'clerk')], GET_RELATION: [Roles('clerk'), UseGuards(KeyGuard)] },
            },
            Chair,
            { entity: Chair, collectionName: 'free', guards: [] },
            { entity: Chair, collectionName: 'same', guards: undefined },
            { entity: Chair, collectionName: 'shut', guards: [never] },
            { entity: Chair, collectionName: 'both', guards: [KeyGuard, never] },
            { entity: Chair, collectionName: 'fleeting', guards: [RequestGuard] },
          ] as never),
        ],
        providers: [{ provide: APP_GUARD, useClass: RolesGuard }],
        seed,
      });
    });
    afterAll(() => app.close());

    const key = { 'X-Key': 'open sesame' };

    it('of a resource are asked before anything else, at every URL and verb', async () => {
      for (const path of [
        '/api/chair',
        '/api/chair/1',
        '/api/chair/x',
        '/api/chair/1/room',
        '/api/chair/1/relationships/room',
        '/api/chair?sort=nmae',
      ]) {
        for (const method of ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE']) {
          const answer = await app.request(method, path, { headers: { Accept: 'text/plain' } });

          expect([method, path, answer.status, answer.headers['content-type']]).toEqual([method, path, 401, JSON_API]);
        }
      }
      expect((await app.get('/api/chair')).at('/errors')).toEqual([
        { status: '401', title: 'Unauthorized', detail: 'Bring a key.' },
      ]);
    });

    it('let through whom they know', async () => {
      expect((await app.get('/api/chair/1', key)).status).toBe(200);
      expect((await app.get('/api/chair/x', key)).status).toBe(404);
      expect((await app.request('POST', '/api/chair', { headers: key })).status).toBe(405);
    });

    it('of an entry stand in for those of @Resource, unless the entry has none', async () => {
      expect((await app.get('/api/free/1')).status).toBe(200);
      expect((await app.get('/api/same/1')).status).toBe(401);
      expect((await app.get('/api/shut/1', key)).status).toBe(403);
      expect((await app.get('/api/both/1')).status).toBe(401);
      expect((await app.get('/api/both/1', key)).status).toBe(403);
    });

    it('may live as long as a request', async () => {
      const answers = await Promise.all([
        app.get('/api/fleeting/1', { 'X-Key': 'once' }),
        app.get('/api/fleeting/1'),
        app.get('/api/fleeting/1/room', { 'X-Key': 'once' }),
        app.request('PUT', '/api/fleeting/1', { headers: { 'X-Key': 'once' } }),
      ]);

      expect(answers.map(({ status }) => status)).toEqual([200, 403, 200, 405]);
      expect(answers[0].at('/data/links/self')).toBe('/api/fleeting/1');
    });

    it('of the application find what decorators say of a verb', async () => {
      expect((await app.get('/api/room')).at('/errors')).toEqual([
        { status: '403', title: 'Forbidden', detail: 'Forbidden resource' },
      ]);
      for (const path of ['/api/room', '/api/room/1', '/api/room/1/relationships/chairs', '/api/room/1/chairs/1']) {
        expect([path, (await app.get(path, { 'X-Role': 'guest' })).status]).toEqual([path, 403]);
        expect([path, (await app.get(path, { 'X-Role': 'reader' })).status]).toEqual([path, 200]);
      }
    });

    it('of one operation are asked there alone', async () => {
      expect((await app.get('/api/room/1/chairs', { 'X-Role': 'clerk', ...key })).status).toBe(200);
      expect((await app.get('/api/room/1/chairs', { 'X-Role': 'reader', ...key })).status).toBe(403);
      expect((await app.get('/api/room/1/chairs', { 'X-Role': 'clerk' })).status).toBe(401);
      expect((await app.get('/api/room/1', { 'X-Role': 'clerk' })).status).toBe(200);
    });

    it('stand before the URLs of their own resource, not where another one leads to it', async () => {
      const answer = await app.get('/api/room/1?include=chairs', { 'X-Role': 'reader' });

      expect(answer.status).toBe(200);
      expect(answer.at('/included/*/type')).toContain('chair');
    });

    it('leave the document at the prefix, and what is nowhere, to the guards of the application', async () => {
      expect((await app.get('/api')).status).toBe(200);
      expect((await app.get('/api/nothing')).status).toBe(404);
    });
  },
  { databases: ['sqlite'] },
);
