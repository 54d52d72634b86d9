/** What is thrown and what becomes of it: below the prefix JSON:API errors without a cause, elsewhere what the application does. */
import {
  type ArgumentsHost,
  BadRequestException,
  type CanActivate,
  Catch,
  ConflictException,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  ForbiddenException,
  Get,
  HttpException,
  type INestApplication,
  Injectable,
  NotFoundException,
  Param,
  ParseIntPipe,
  ServiceUnavailableException,
  type LoggerService,
  UnauthorizedException,
} from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { NotFoundError, RestlessError, RestlessErrors, RestlessModule } from 'nestjs-restless';
import { QueryFailedError } from 'typeorm';
import { describeServers, type Server, type TestApp } from '../support/app.js';
import { Computer, PEOPLE, Person, seedPeople } from '../support/people.js';

const JSON_API = 'application/vnd.api+json';

/** What the guard throws, by the value of a header. */
const THROWN: Record<string, () => unknown> = {
  unauthorized: () => new UnauthorizedException('Say who you are.'),
  forbidden: () => new ForbiddenException(),
  several: () => new BadRequestException(['name is too short', 'age is negative']),
  object: () => new HttpException({ message: 'Tea only.', secret: 'kettle' }, 418),
  text: () => new HttpException('Wait.', 429),
  conflict: () => new ConflictException('Taken.', { cause: new Error('secret cause') }),
  restless: () =>
    new RestlessError('BAD_FILTER', 'No.', { source: { parameter: 'q' }, headers: { 'Retry-After': '7' } }),
  many: () => new RestlessErrors([new NotFoundError('One.'), new NotFoundError('Two.')]),
  mixed: () => new RestlessErrors([new NotFoundError('One.'), new RestlessError('FORBIDDEN', 'Two.')]),
  down: () => new ServiceUnavailableException('Back at noon.'),
  error: () => new Error('secret in /etc/passwd'),
  database: () => new QueryFailedError('SELECT secret FROM vault', ['secret'], new Error('secret: no such table')),
  nothing: () => undefined,
  null: () => null,
  secret: () => 'secret',
};

@Injectable()
class Thrower implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
    const name = headers['x-throw'];
    if (name === 'false') return false;
    if (name !== undefined) throw THROWN[name]!();
    return true;
  }
}

class Teapot extends Error {}

@Controller()
class HostController {
  @Get('host/teapot')
  teapot(): never {
    throw new Teapot('short and stout');
  }

  @Get(['host/item/:id', 'api/host/:id', 'api/person/export/list/:id', 'api/person/1/2/3/:id'])
  item(@Param('id', ParseIntPipe) id: number): { id: number } {
    if (id === 404) throw new NotFoundException('No such item.');
    if (id === 500) throw new Error('broken');
    return { id };
  }

  @Get('api/person/special')
  special(): { special: true } {
    return { special: true };
  }
}

@Catch(Teapot)
class TeapotFilter implements ExceptionFilter {
  catch(exception: Teapot, host: ArgumentsHost): void {
    answerAs(host, 418, { teapot: exception.message });
  }
}

@Catch()
class EverythingFilter implements ExceptionFilter {
  catch(exception: unknown, host: ArgumentsHost): void {
    const status = exception instanceof HttpException ? exception.getStatus() : 500;
    answerAs(host, status, { everything: status });
  }
}

/** The same with Express and with Fastify. */
function answerAs(host: ArgumentsHost, status: number, body: object): void {
  const response = host.switchToHttp().getResponse<{ status(code: number): { send(body: object): void } }>();
  response.status(status).send(body);
}

/** Keeps what is logged. */
class Log implements LoggerService {
  readonly errors: string[] = [];
  log(): void {}
  warn(): void {}
  error(message: unknown): void {
    this.errors.push(String(message));
  }
}

const quiet = { entities: PEOPLE, configure: (app: INestApplication) => app.useLogger(false) };

const features = () => [
  RestlessModule.forFeature([
    { entity: Person, guards: [Thrower] },
    Computer,
    { entity: Computer, prefix: 'broken', only: ['name'], scope: () => JSON.parse('{') as undefined },
  ]),
];

describeServers(
  (server) => {
    describe('what is thrown on the way to a resource', () => {
      const log = new Log();
      let app: TestApp;
      beforeAll(async () => {
        app = await server.start({
          entities: PEOPLE,
          imports: features(),
          seed: seedPeople,
          configure: (nest) => nest.useLogger(log),
        });
      });
      afterAll(() => app.close());
      beforeEach(() => {
        log.errors.length = 0;
      });

      const thrown = (name: string, path = '/api/person/1') => app.get(path, { 'X-Throw': name });

      it.each([
        ['unauthorized', 401, [{ status: '401', title: 'Unauthorized', detail: 'Say who you are.' }]],
        ['forbidden', 403, [{ status: '403', title: 'Forbidden', detail: 'Forbidden' }]],
        ['false', 403, [{ status: '403', title: 'Forbidden', detail: 'Forbidden resource' }]],
        [
          'several',
          400,
          [
            { status: '400', title: 'Bad request', detail: 'name is too short' },
            { status: '400', title: 'Bad request', detail: 'age is negative' },
          ],
        ],
        ['object', 418, [{ status: '418', title: 'Request refused', detail: 'Tea only.' }]],
        ['text', 429, [{ status: '429', title: 'Too many requests', detail: 'Wait.' }]],
        ['conflict', 409, [{ status: '409', title: 'Conflict', detail: 'Taken.' }]],
        [
          'restless',
          400,
          [
            {
              status: '400',
              code: 'BAD_FILTER',
              title: 'Invalid filter',
              detail: 'No.',
              source: { parameter: 'q' },
            },
          ],
        ],
        [
          'many',
          404,
          [
            { status: '404', code: 'NOT_FOUND', title: 'Not found', detail: 'One.' },
            { status: '404', code: 'NOT_FOUND', title: 'Not found', detail: 'Two.' },
          ],
        ],
        [
          'mixed',
          400,
          [
            { status: '404', code: 'NOT_FOUND', title: 'Not found', detail: 'One.' },
            { status: '403', code: 'FORBIDDEN', title: 'Forbidden', detail: 'Two.' },
          ],
        ],
        ['down', 503, [{ status: '503', title: 'Service unavailable', detail: 'Back at noon.' }]],
      ])('%s is answered as JSON:API [ERR-05, ERR-06, ERR-07, ERR-10, ERR-11, JA-76]', async (name, status, errors) => {
        const answer = await thrown(name);

        expect(answer.status).toBe(status);
        expect(answer.headers['content-type']).toBe(JSON_API);
        expect(answer.body).toEqual({ errors, jsonapi: { version: '1.1' } });
      });

      it('keeps the headers of an error', async () => {
        expect((await thrown('restless')).headers['retry-after']).toBe('7');
      });

      it.each(['error', 'database', 'nothing', 'null', 'secret'])(
        '%s is a 500 that tells nothing, and all of it is in the log [ERR-03, ERR-04, ERR-08]',
        async (name) => {
          const answer = await thrown(name);

          expect(answer.status).toBe(500);
          expect(answer.headers['content-type']).toBe(JSON_API);
          expect(answer.body).toEqual({
            errors: [
              {
                status: '500',
                code: 'INTERNAL',
                title: 'Internal server error',
                detail: 'The server failed to answer this request.',
              },
            ],
            jsonapi: { version: '1.1' },
          });
          expect(log.errors).toHaveLength(1);
        },
      );

      it('logs where an error comes from [ERR-04]', async () => {
        await thrown('error');

        expect(log.errors[0]).toMatch(/^Error: secret in \/etc\/passwd\n +at .*errors\.spec\.ts/);
      });

      it('logs nothing of what a client can mend', async () => {
        await thrown('many');
        await app.get('/api/person?sort=nmae');

        expect(log.errors).toEqual([]);
      });

      it('fails alone: the next request is served as if nothing had been [ERR-03]', async () => {
        await thrown('database');

        expect((await app.get('/api/person/1')).status).toBe(200);
      });

      it('is a 500 as well where the application’s own functions break [ERR-04]', async () => {
        const answer = await app.get('/broken/computer');

        expect(answer.status).toBe(500);
        expect(answer.at('/errors/0/detail')).toBe('The server failed to answer this request.');
        expect(log.errors[0]).toMatch(/^SyntaxError: /);
      });

      it('is answered on all verbs that a guard stands before', async () => {
        const answer = await app.request('DELETE', '/api/person/1', { headers: { 'X-Throw': 'unauthorized' } });

        expect([answer.status, answer.headers['content-type']]).toEqual([401, JSON_API]);
      });
    });

    describe('what is below the prefix and nowhere', () => {
      let app: TestApp;
      beforeAll(async () => {
        app = await server.start({ ...quiet, imports: features(), controllers: [HostController] });
      });
      afterAll(() => app.close());

      it.each([
        '/api/nothing',
        '/api/nothing/1',
        '/api/person/1/2/3/4/5',
        '/api/person/1/relationships/computers/2',
        '/api/nothing?filter[name]=1',
        '/api//person',
      ])('%s is a 404 of JSON:API [ERR-12, JA-40]', async (path) => {
        const answer = await app.get(path);

        expect(answer.status).toBe(404);
        expect(answer.headers['content-type']).toBe(JSON_API);
        expect(answer.body).toEqual({
          errors: [
            {
              status: '404',
              code: 'NOT_FOUND',
              title: 'Not found',
              detail: `There is nothing at "${path.split('?')[0]}".`,
            },
          ],
          jsonapi: { version: '1.1' },
        });
      });

      it('is so for every verb', async () => {
        for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
          const answer = await app.request(method, '/api/nothing', { body: {} });

          expect([method, answer.status, answer.headers['content-type']]).toEqual([method, 404, JSON_API]);
        }
      });

      it('does not repeat an address of any length [ERR-12]', async () => {
        const answer = await app.get(`/api/${'x'.repeat(5_000)}`);

        expect(answer.status).toBe(404);
        expect(answer.text.length).toBeLessThan(300);
      });

      it.each(['/apis/person', '/ap', '/nothing', '/', '/person'])(
        'is not %s, which stays the application’s own 404',
        async (path) => {
          const answer = await app.get(path);

          expect(answer.status).toBe(404);
          expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
          expect(answer.body).toEqual({ message: `Cannot GET ${path}`, error: 'Not Found', statusCode: 404 });
        },
      );
    });

    describe('the application’s own routes', () => {
      let app: TestApp;
      beforeAll(async () => {
        app = await server.start({ ...quiet, imports: features(), controllers: [HostController] });
      });
      afterAll(() => app.close());

      it.each(['/host/item', '/api/host', '/api/person/export/list', '/api/person/1/2/3'])(
        'answer at %s as they did, below the prefix as well',
        async (path) => {
          const answers = await Promise.all([1, 404, 'x', 500].map((id) => app.get(`${path}/${id}`)));

          expect(answers.map(({ body }) => body)).toEqual([
            { id: 1 },
            { message: 'No such item.', error: 'Not Found', statusCode: 404 },
            { message: 'Validation failed (numeric string is expected)', error: 'Bad Request', statusCode: 400 },
            { message: 'Internal server error', statusCode: 500 },
          ]);
          expect(new Set(answers.map(({ headers }) => headers['content-type']))).toEqual(
            new Set(['application/json; charset=utf-8']),
          );
        },
      );

      it('read JSON bodies as they did', async () => {
        const answer = await app.request('POST', '/host/item/1', {
          headers: { 'Content-Type': 'application/json' },
          body: '{"a',
        });

        expect(answer.status).toBe(400);
        expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
      });
    });

    describe.each([
      ['given by providers before', 'before'],
      ['given by providers after', 'after'],
      ['given in main.ts', 'main'],
    ] as const)('the application’s own filters, %s', (_words, place) => {
      let app: TestApp;
      beforeAll(async () => {
        app = await startWithFilters(server, place);
      });
      afterAll(() => app.close());

      it('answer their own exceptions, and whatever else is none of the library’s', async () => {
        expect((await app.get('/host/teapot')).body).toEqual({ teapot: 'short and stout' });
        expect((await app.get('/host/item/404')).body).toEqual({ everything: 404 });
        expect((await app.get('/api/host/500')).body).toEqual({ everything: 500 });
        expect((await app.get('/nothing')).body).toEqual({ everything: 404 });
      });

      it('are not asked for resources, nor for what is not found among them', async () => {
        const answers = await Promise.all([
          app.get('/api/person/99'),
          app.get('/api/person?sort=nmae'),
          app.get('/api/nothing'),
          app.request('POST', '/api/person', { headers: { 'Content-Type': 'application/json' }, body: '{"a' }),
        ]);

        expect(answers.map(({ headers }) => headers['content-type'])).toEqual([
          JSON_API,
          JSON_API,
          JSON_API,
          'application/json',
        ]);
      });
    });
  },
  { databases: ['sqlite'] },
);

function startWithFilters(server: Server, place: 'before' | 'after' | 'main'): Promise<TestApp> {
  const filters = [EverythingFilter, TeapotFilter];
  class BeforeModule {}
  const own = {
    module: BeforeModule,
    providers: place === 'main' ? [] : filters.map((useClass) => ({ provide: APP_FILTER, useClass })),
  };
  return server.start({
    ...quiet,
    imports: place === 'before' ? [own, ...features()] : [...features(), own],
    controllers: [HostController],
    seed: seedPeople,
    configure: (app) => {
      app.useLogger(false);
      if (place === 'main') app.useGlobalFilters(new EverythingFilter(), new TeapotFilter());
    },
  });
}
