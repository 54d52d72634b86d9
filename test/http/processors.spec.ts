/**
 * Processors: functions of the application that see every request before it is checked, every answer before it is sent,
 * and every change once it is committed.
 */
import { Injectable } from '@nestjs/common';
import {
  AfterCommit,
  type AfterCommitContext,
  InjectRestless,
  type PostprocessorContext,
  Postprocessor,
  type PreprocessorContext,
  Preprocessor,
  type ProcessorOptions,
  RestlessModule,
  type RestlessService,
} from 'nestjs-restless';
import { describeServers, type TestApp } from '../support/app.js';
import { Desk, Employee, OFFICE, seedOffice } from '../support/office.js';
import { writing } from '../support/writing.js';

/** What ran, in order. */
const log: string[] = [];
beforeEach(() => {
  log.length = 0;
});

const note = (text: string) => (): void => {
  log.push(text);
};

@Injectable()
class Provided {
  private readonly word = 'provider';

  constructor(@InjectRestless(Desk) desks: RestlessService<Desk>) {
    desks.preprocess('GET_COLLECTION', note('pre service'));
    desks.postprocess('GET_COLLECTION', note('post service'));
  }

  @Preprocessor(Desk, 'GET_COLLECTION')
  async before({ operation }: PreprocessorContext<'GET_COLLECTION', Desk>): Promise<void> {
    await Promise.resolve();
    log.push(`pre ${this.word} ${operation}`);
  }

  @Postprocessor(Desk, 'GET_COLLECTION')
  after({ result }: PostprocessorContext<'GET_COLLECTION', Desk>): void {
    log.push(`post ${this.word} ${String((result!.data as unknown[]).length)}`);
  }

  @AfterCommit(Desk, 'POST_RESOURCE')
  @AfterCommit(Desk, 'PATCH_RESOURCE')
  committed({ id, operation }: AfterCommitContext<'POST_RESOURCE' | 'PATCH_RESOURCE', Desk>): void {
    log.push(`committed ${operation} ${id}`);
  }
}

const universal: ProcessorOptions = {
  preprocessors: { GET_COLLECTION: [note('pre universal 1'), note('pre universal 2')] },
  postprocessors: { GET_COLLECTION: [note('post universal')] },
};

const desks: ProcessorOptions = {
  preprocessors: {
    GET_COLLECTION: [
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        log.push('pre options');
      },
    ],
  },
  postprocessors: { GET_COLLECTION: [note('post options')] },
};

/** Every key of an operation notes that it ran, and on what. */
const everyKey: ProcessorOptions = {
  preprocessors: {
    GET_RESOURCE: [({ id }) => void log.push(`GET_RESOURCE ${id}`)],
    GET_RELATION: [({ id, relation }) => void log.push(`GET_RELATION ${id} ${relation}`)],
    GET_TO_ONE_RELATION: [({ relation }) => void log.push(`GET_TO_ONE_RELATION ${relation}`)],
    GET_TO_MANY_RELATION: [({ relation }) => void log.push(`GET_TO_MANY_RELATION ${relation}`)],
    GET_RELATED_RESOURCE: [
      ({ id, relation, relatedId }) => void log.push(`GET_RELATED_RESOURCE ${id} ${relation} ${relatedId}`),
    ],
    GET_RELATIONSHIP: [({ id, relation }) => void log.push(`GET_RELATIONSHIP ${id} ${relation}`)],
    GET_TO_ONE_RELATIONSHIP: [({ relation }) => void log.push(`GET_TO_ONE_RELATIONSHIP ${relation}`)],
    GET_TO_MANY_RELATIONSHIP: [({ relation }) => void log.push(`GET_TO_MANY_RELATIONSHIP ${relation}`)],
    GET_SINGLE: [({ operation, id }) => void log.push(`GET_SINGLE ${operation} ${id}`)],
  },
};

describeServers(
  (server) => {
    let app: TestApp;
    const { get, post, patch } = writing(() => app);
    beforeAll(async () => {
      app = await server.start({
        entities: OFFICE,
        imports: [
          RestlessModule.forRoot({ methods: ['GET', 'POST', 'PATCH', 'DELETE'], ...universal }),
          RestlessModule.forFeature([
            { entity: Employee, ...everyKey },
            { entity: Desk, ...desks },
            ...OFFICE.filter((each) => each !== Employee && each !== Desk),
          ]),
        ],
        providers: [Provided],
        seed: seedOffice,
      });
    });
    afterAll(() => app.close());

    it('run in order, one after the other: universal, of the options, of providers, of services [PRC-01, PRC-14]', async () => {
      expect((await get('/api/desk')).status).toBe(200);

      expect(log).toEqual([
        'pre universal 1',
        'pre universal 2',
        'pre options',
        'pre provider GET_COLLECTION',
        'pre service',
        'post universal',
        'post options',
        'post provider 3',
        'post service',
      ]);
    });

    it('are universal for every resource [PRC-14, AUT-04]', async () => {
      await get('/api/skill');

      expect(log).toEqual(['pre universal 1', 'pre universal 2', 'post universal']);
    });

    it.each([
      ['/api/employee/1', ['GET_RESOURCE 1', 'GET_SINGLE GET_RESOURCE 1']],
      ['/api/employee/1/desk', ['GET_RELATION 1 desk', 'GET_TO_ONE_RELATION desk', 'GET_SINGLE GET_RELATION 1']],
      [
        '/api/employee/1/computers',
        ['GET_RELATION 1 computers', 'GET_TO_MANY_RELATION computers', 'GET_SINGLE GET_RELATION 1'],
      ],
      ['/api/employee/1/computers/2', ['GET_RELATED_RESOURCE 1 computers 2', 'GET_SINGLE GET_RELATED_RESOURCE 1']],
      [
        '/api/employee/1/relationships/desk',
        ['GET_RELATIONSHIP 1 desk', 'GET_TO_ONE_RELATIONSHIP desk', 'GET_SINGLE GET_RELATIONSHIP 1'],
      ],
      [
        '/api/employee/1/relationships/computers',
        ['GET_RELATIONSHIP 1 computers', 'GET_TO_MANY_RELATIONSHIP computers', 'GET_SINGLE GET_RELATIONSHIP 1'],
      ],
    ])('%s runs its keys [PRC-06, PRJ-02, PRJ-03, PRJ-04, PRJ-05, PRJ-19]', async (path, ran) => {
      expect((await get(path)).status).toBe(200);

      expect(log).toEqual(ran);
    });

    it('hear of what was committed, with the id of a new row [PRJ-28]', async () => {
      const created = await post('/api/desk', { type: 'desk', attributes: { name: 'new' } });
      await patch(`/api/desk/${String(created.at('/data/id'))}`, {
        type: 'desk',
        id: created.at('/data/id'),
        attributes: { name: 'newer' },
      });

      expect(log).toEqual([
        `committed POST_RESOURCE ${String(created.at('/data/id'))}`,
        `committed PATCH_RESOURCE ${String(created.at('/data/id'))}`,
      ]);
    });
  },
  { databases: ['sqlite'] },
);
