/** What processors throw stops the request, and is answered in the format that was negotiated. */
import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  HttpException,
  Injectable,
  NotFoundException,
  UnauthorizedException,
} from '@nestjs/common';
import {
  BadRequestError,
  type PreprocessorContext,
  Preprocessor,
  ProcessingException,
  type ProcessorOptions,
  RestlessErrors,
  RestlessModule,
} from 'nestjs-restless';
import { describeServers, type TestApp } from '../support/app.js';
import { Computer, PEOPLE, Person, seedPeople } from '../support/people.js';

const THROWN: Record<string, () => unknown> = {
  full: () =>
    new ProcessingException({
      id: 'err-1',
      links: { about: 'https://example.org/errors/42' },
      status: 422,
      code: 'E42',
      title: 'Full error',
      detail: 'Everything is set.',
      source: { pointer: '/data' },
      meta: { k: 'v' },
    }),
  plain: () => new ProcessingException(),
  positional: () => new ProcessingException('No access to Ada.', 403),
  classic: () => new ProcessingException({ description: 'Not authorized', code: 401 }),
  manual: () => new ProcessingException({ message: 'Not authorized', statusCode: 401 }),
  titled: () => new ProcessingException({ title: 'Tea', status: 418 }),
  nest: () => new UnauthorizedException('Bring a key.'),
  nestList: () => new HttpException({ message: ['one', 'two'] }, 409),
  nestBare: () => new NotFoundException(),
  several: () => new RestlessErrors(['a', 'b'].map((text) => new BadRequestError('VALIDATION', text))),
  unknown: () => new TypeError('password is hunter2'),
};

/** What ran. */
const ran: string[] = [];
beforeEach(() => {
  ran.length = 0;
});

const processors: ProcessorOptions = {
  preprocessors: {
    GET_RESOURCE: [
      ({ id }) => {
        const make = THROWN[id];
        if (make !== undefined) throw make();
      },
      ({ id }) => void ran.push(id),
    ],
    EVALUATE: [
      () => {
        throw new ProcessingException('No functions today.', 403);
      },
    ],
  },
};

interface User {
  readonly id: string;
}

/** Anybody who says so is somebody. */
class UserGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ headers: Record<string, string>; user?: User }>();
    const id = request.headers['x-user'];
    if (id !== undefined) request.user = { id };
    return true;
  }
}

/** Nobody looks at the computers of others, and nobody at all without a name. */
@Injectable()
class ComputerPolicy {
  @Preprocessor(Computer, 'GET_RESOURCE')
  async ownOnly({ id, user, manager }: PreprocessorContext<'GET_RESOURCE', Computer>): Promise<void> {
    if (user === undefined) throw new ProcessingException({ status: 401, detail: 'Who are you?' });
    const owner = { id: Number((user as User).id) };
    if (!(await manager.existsBy(Computer, { id: Number(id), owner }))) {
      throw new ProcessingException({ status: 403, detail: 'Not yours.' });
    }
  }
}

@Controller('elsewhere')
class ElsewhereController {
  @Get()
  fail(): never {
    throw new ProcessingException({ status: 409, detail: 'Elsewhere, too.' });
  }
}

describeServers(
  (server) => {
    let app: TestApp;
    const thrown = (name: string, accept = 'application/vnd.api+json') =>
      app.get(`/api/person/${name}`, { Accept: accept });

    beforeAll(async () => {
      app = await server.start({
        entities: PEOPLE,
        imports: [
          RestlessModule.forRoot({ allowFunctions: true }),
          RestlessModule.forFeature([
            { entity: Person, ...processors },
            { entity: Computer, guards: [UserGuard] },
          ]),
        ],
        controllers: [ElsewhereController],
        providers: [ComputerPolicy],
        seed: seedPeople,
        configure: (nest) => nest.useLogger(false),
      });
    });
    afterAll(() => app.close());

    it('carry every member of an error object [PEX-05, FJE-01]', async () => {
      const answer = await thrown('full');

      expect(answer.status).toBe(422);
      expect(answer.headers['content-type']).toBe('application/vnd.api+json');
      expect(answer.at('/errors')).toEqual([
        {
          id: 'err-1',
          links: { about: 'https://example.org/errors/42' },
          status: '422',
          code: 'E42',
          title: 'Full error',
          detail: 'Everything is set.',
          source: { pointer: '/data' },
          meta: { k: 'v' },
        },
      ]);
    });

    it.each([
      ['plain', 400, undefined],
      ['positional', 403, 'No access to Ada.'],
      ['classic', 401, 'Not authorized'],
      ['manual', 401, 'Not authorized'],
      ['titled', 418, undefined],
    ])(
      'take their text and status under all their names: %s [PEX-02, PEX-03, contradiction 15]',
      async (name, status, detail) => {
        const answer = await thrown(name);

        expect(answer.status).toBe(status);
        expect(answer.at('/errors/0/status')).toBe(String(status));
        expect(answer.at('/errors/0/detail')).toBe(detail);
        expect(answer.at('/errors/0/title')).toEqual(expect.any(String));
      },
    );

    it.each([
      ['full', 422, 'Everything is set.'],
      ['positional', 403, 'No access to Ada.'],
      ['classic', 401, 'Not authorized'],
      ['titled', 418, 'Tea'],
      ['nest', 401, 'Bring a key.'],
    ])('show the text that was given in flat JSON: %s [PEX-04]', async (name, status, message) => {
      const answer = await thrown(name, 'application/json');

      expect([answer.status, answer.body]).toEqual([status, { message }]);
    });

    it('stop later processors [PEX-01]', async () => {
      await thrown('positional');
      expect(ran).toEqual([]);
      expect((await thrown('1')).status).toBe(200);
      expect(ran).toEqual(['1']);
    });

    it.each([
      ['nest', 401, ['Bring a key.']],
      ['nestList', 409, ['one', 'two']],
      ['nestBare', 404, ['Not Found']],
      ['several', 400, ['a', 'b']],
    ])('may be any HTTP exception, or several errors: %s [PEX-06]', async (name, status, details) => {
      const answer = await thrown(name);

      expect(answer.status).toBe(status);
      expect(answer.at('/errors/*/detail')).toEqual(details);
    });

    it('are kept from clients where they are meant for nobody [PEX-06]', async () => {
      const answer = await thrown('unknown');

      expect(answer.status).toBe(500);
      expect(answer.text).not.toContain('hunter2');
    });

    it('stop functions as well [PEX-07]', async () => {
      const answer = await app.get('/api/eval/person?functions=[{"name":"count","field":"id"}]', {
        Accept: 'application/vnd.api+json',
      });

      expect([answer.status, answer.at('/errors/0/detail')]).toEqual([403, 'No functions today.']);
    });

    it('are understood by Nest itself, in controllers of the application [PEX-06]', async () => {
      const answer = await app.get('/elsewhere');

      expect([answer.status, answer.at('/message')]).toEqual([409, 'Elsewhere, too.']);
    });

    it('tell who may see an object, by the user of a guard and the row itself [AUT-03, AUT-05, PRJ-31, #22]', async () => {
      const status = async (headers: Record<string, string>): Promise<number> =>
        (await app.get('/api/computer/1', headers)).status;

      expect(await status({})).toBe(401);
      expect(await status({ 'X-User': '2' })).toBe(403);
      expect(await status({ 'X-User': '1' })).toBe(200);
    });
  },
  { databases: ['sqlite'] },
);
