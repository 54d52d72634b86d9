/** Processors under keys that there are not, of entities that there are not: told at start, and by the compiler. */
import { Injectable, Logger, type ModuleMetadata, Scope } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  AfterCommit,
  type AfterCommitContext,
  getRestlessServiceToken,
  Postprocessor,
  type PostprocessorContext,
  Preprocessor,
  type PreprocessorContext,
  PROCESSOR_KEYS,
  Resource,
  type ResourceOptions,
  RestlessConfigError,
  RestlessModule,
  type RestlessModuleOptions,
  type RestlessService,
} from 'nestjs-restless';
import { Entity, PrimaryGeneratedColumn } from 'typeorm';
import { createApp } from '../support/app.js';
import { PEOPLE, Person } from '../support/people.js';

// An application that does not start leaves its data source behind, of which @nestjs/typeorm warns.
beforeAll(() => {
  Logger.overrideLogger(false);
});

@Entity()
@Resource()
class Ghost {
  @PrimaryGeneratedColumn() id!: number;
}

const database = { type: 'better-sqlite3', database: ':memory:', synchronize: true, entities: [...PEOPLE, Ghost] };
const start = async (own: object, root: object = {}, providers: ModuleMetadata['providers'] = []) =>
  createApp({
    imports: [
      TypeOrmModule.forRoot(database as never),
      RestlessModule.forRoot(root),
      RestlessModule.forFeature([{ entity: Person, ...own }, ...PEOPLE.filter((each) => each !== Person)]),
    ],
    providers,
  });

/** The sentence with which an application refuses to start. */
async function sentence(...parts: Parameters<typeof start>): Promise<string> {
  const error: unknown = await start(...parts).then(
    (app) => app.close(),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(RestlessConfigError);
  return (error as Error).message;
}

const run = (): void => undefined;
const keys = PROCESSOR_KEYS.join(', ');
const writeKeys = PROCESSOR_KEYS.filter((key) => !key.startsWith('GET') && key !== 'EVALUATE').join(', ');

describe('at start', () => {
  it.each([
    [{ preprocessors: { GET_PERSON: [run] } }, `"GET_PERSON" is no key of "preprocessors"; there are ${keys}.`],
    [{ postprocessors: { get_resource: [run] } }, `"get_resource" is no key of "postprocessors"; there are ${keys}.`],
    [{ afterCommit: { GET_RESOURCE: [run] } }, `"GET_RESOURCE" is no key of "afterCommit"; there are ${writeKeys}.`],
    [{ preprocessors: [run] }, 'the option "preprocessors" has to be an object of lists of functions, by key.'],
    [{ preprocessors: { POST: run } }, 'the option "preprocessors" has to have a list of functions for POST.'],
    [{ postprocessors: { POST: ['run'] } }, 'the option "postprocessors" has to have a list of functions for POST.'],
  ])('refuses the options %j [PRC-01, PRC-02, PRJ-29, contradiction 45]', async (options, words) => {
    expect(await sentence(options)).toBe(`Person: ${words}`);
    expect(await sentence({}, options)).toBe(`RestlessModule.forRoot: ${words}`);
  });

  it('refuses methods of providers under keys that there are not, or for entities that are not served [PRJ-29]', async () => {
    @Injectable()
    class Misspelt {
      @Preprocessor(Person, 'GET_PERSON' as never)
      check(): void {}
    }
    @Injectable()
    class Lost {
      @Postprocessor(Ghost, 'GET_RESOURCE')
      check(): void {}
    }

    expect(await sentence({}, {}, [Misspelt])).toBe(
      `Misspelt.check: "GET_PERSON" is no key of "preprocessors"; there are ${keys}.`,
    );
    expect(await sentence({}, {}, [Lost])).toBe(
      'Lost.check is a processor of Ghost, which is not exposed; list it in RestlessModule.forFeature.',
    );
  });

  it('refuses providers that live as long as a request', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Fleeting {
      @Preprocessor(Person, 'GET_RESOURCE')
      check(): void {}
    }

    expect(await sentence({}, {}, [Fleeting])).toBe(
      'Fleeting has processors and lives as long as a request; make it a singleton, and take the request from the context.',
    );
  });

  it('refuses what services register under keys that there are not [PRJ-29]', async () => {
    const app = await start({});
    const people = app.app.get<RestlessService<Person>>(getRestlessServiceToken(Person));

    expect(() => people.preprocess('GET_PEOPLE' as never, run)).toThrow(RestlessConfigError);
    expect(() => people.afterCommit('GET_MANY' as never, run)).toThrow(RestlessConfigError);
    await app.close();
  });
});

describe('the compiler', () => {
  it('refuses unknown keys, and members that a context does not have [PRC-02, PRC-03]', () => {
    // @ts-expect-error: no such key
    const misspelt: ResourceOptions = { preprocessors: { GET_PERSON: [run] } };
    // @ts-expect-error: nothing is committed
    const uncommitted: RestlessModuleOptions = { afterCommit: { GET_RESOURCE: [run] } };
    // @ts-expect-error: a collection has no id
    const wrong: ResourceOptions = { preprocessors: { GET_COLLECTION: [({ id }) => void id] } };
    // @ts-expect-error: what a preprocessor returns are members of its context
    const returned: ResourceOptions = { preprocessors: { GET_RESOURCE: [() => ({ ident: '1' })] } };
    const right: ResourceOptions = { preprocessors: { GET_RESOURCE: [({ id }) => ({ id: `${id}1` })] } };

    class Marked {
      @Preprocessor(Person, 'POST_RESOURCE')
      create({ data }: PreprocessorContext<'POST_RESOURCE', Person>): void {
        data.name = 'Ada';
      }

      @AfterCommit(Person, 'DELETE_RESOURCE')
      removed({ id, wasDeleted }: AfterCommitContext<'DELETE_RESOURCE', Person>): unknown {
        return [id, wasDeleted];
      }

      // @ts-expect-error: another key's context
      @Preprocessor(Person, 'GET_COLLECTION')
      other({ data }: PreprocessorContext<'POST_RESOURCE', Person>): void {
        delete data.age;
      }

      // @ts-expect-error: no such key
      @Postprocessor(Person, 'GET_PERSON')
      unknown({ result }: PostprocessorContext<'GET_RESOURCE', Person>): void {
        void result;
      }
    }

    expect([misspelt, uncommitted, wrong, returned, right, Marked]).toHaveLength(6);
  });
});

it('shares nothing between applications of one process [PRC-14]', async () => {
  const ran: string[] = [];
  const one = await start({ preprocessors: { GET_COLLECTION: [() => void ran.push('one')] } });
  const two = await start({}, { preprocessors: { GET_COLLECTION: [() => void ran.push('two')] } });
  one.app
    .get<RestlessService<Person>>(getRestlessServiceToken(Person))
    .preprocess('GET_COLLECTION', () => void ran.push('late'));
  await one.get('/api/person');
  await two.get('/api/person');
  await two.get('/api/computer');
  await one.get('/api/computer');

  expect(ran).toEqual(['one', 'late', 'two', 'two']);
  await one.close();
  await two.close();
});
