/** The groups that functions are evaluated over: what they are called, and how many there may be. */
import { getRestlessServiceToken, RestlessModule, type RestlessService } from 'nestjs-restless';
import { describeServers, type TestApp } from '../support/app.js';
import { Copy, LIBRARY, seedLibrary } from '../support/library.js';
import { StatementLog } from '../support/statement-log.js';

const FLAT = { Accept: 'application/json' };
const COUNT = [{ name: 'count', field: 'id' }];
const functions = `functions=${encodeURIComponent(JSON.stringify(COUNT))}`;
const q = (search: object): string => `q=${encodeURIComponent(JSON.stringify({ functions: COUNT, ...search }))}`;

describeServers(
  ({ start }) => {
    const log = new StatementLog();
    let app: TestApp;
    beforeAll(async () => {
      app = await start({
        entities: LIBRARY,
        dataSource: { logger: log },
        imports: [
          RestlessModule.forRoot({
            formats: ['json-api', 'flat-json'],
            allowFunctions: true,
            limits: { listLength: 100, groups: 2 },
          }),
          RestlessModule.forFeature(LIBRARY),
        ],
        seed: seedLibrary,
      });
    });
    afterAll(() => app.close());

    it('are called by the whole of an id that has several parts [FUN-13]', async () => {
      const own = await app.get(`/api/eval/edition?${functions}&groupBy=id,press&filter[number]=1`);
      const related = await app.get(`/api/eval/copy?${functions}&groupBy=edition.press,edition.id&filter[id]=1,2,3`);
      const nowhere = await app.get(`/api/eval/copy?${functions}&groupBy=edition.id,id&filter[id]=5`);
      const filters = [{ name: 'edition__press', op: 'eq', val: 'bond' }];
      const flat = await app.get(`/api/eval/copy?${q({ filters, group_by: [{ field: 'edition__id' }] })}`, FLAT);
      const service = app.app.get<RestlessService<Copy>>(getRestlessServiceToken(Copy));
      const evaluated = await service.evaluate({
        functions: [{ name: 'count', field: 'id' }],
        group: ['edition.id', 'id'],
        filter: { name: 'id', op: 'eq', val: 3 },
      });

      expect(own.at('/data')).toEqual([
        { group: { id: 'acme,1', press: 'acme' }, values: [1] },
        { group: { id: 'bond,1', press: 'bond' }, values: [1] },
      ]);
      expect(related.at('/data')).toEqual([
        { group: { 'edition.press': 'acme', 'edition.id': 'acme,1' }, values: [2] },
        { group: { 'edition.press': 'bond', 'edition.id': 'bond,1' }, values: [1] },
      ]);
      expect(nowhere.at('/data')).toEqual([{ group: { 'edition.id': null, id: 5 }, values: [1] }]);
      expect(flat.at('/objects')).toEqual([
        { edition__id: 'bond,1', count__id: 1 },
        { edition__id: 'bond,10', count__id: 1 },
      ]);
      expect(evaluated).toEqual([{ group: ['bond,1', 3], values: [1] }]);
    });

    it('are so many as the limit lets them be, and no more is asked for [FUN-13]', async () => {
      const few = await app.get(`/api/eval/author?${functions}&groupBy=living&filter[living]=true,false`);
      const statements = await log.during(async () => {
        const many = await app.get(`/api/eval/author?${functions}&groupBy=id`);

        expect([few.status, many.status]).toEqual([200, 400]);
        expect(many.at('/errors/0')).toMatchObject({
          code: 'LIMIT_EXCEEDED',
          detail: 'There are more than 2 groups, the limit groups; filter further.',
          source: { parameter: 'groupBy' },
        });
      });
      expect(statements).toEqual([{ sql: expect.stringMatching(/ LIMIT (\?|\$1)$/), parameters: [3] }]);
    });

    it('are as many as there are, if so told [FUN-13]', async () => {
      const free = await start({
        entities: LIBRARY,
        imports: [
          RestlessModule.forRoot({ allowFunctions: true, limits: { groups: Infinity } }),
          RestlessModule.forFeature(LIBRARY),
        ],
        seed: seedLibrary,
      });
      const answer = await free.get(`/api/eval/author?${functions}&groupBy=id`);
      await free.close();

      expect(answer.at('/data')).toHaveLength(6);
    });

    it('are of no more functions than a list may have', async () => {
      const list = (length: number): string => JSON.stringify(Array.from({ length }, () => COUNT[0]));
      const most = await app.get(`/api/eval/tag?functions=${encodeURIComponent(list(100))}`);
      const flat = await app.get(`/api/eval/tag?q={"functions":${encodeURIComponent(list(101))}}`, FLAT);

      expect(most.at('/data')).toHaveLength(100);
      expect([flat.status, flat.at('/message')]).toEqual([
        400,
        'There are more than 100 functions, the limit listLength.',
      ]);
    });
  },
  { adapters: ['express'] },
);
