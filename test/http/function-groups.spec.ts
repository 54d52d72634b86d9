/** The groups that functions are evaluated over: what they are called, and how many there may be. */
import { getRestlessServiceToken, RestlessModule, type RestlessService } from 'nestjs-restless';
import { describeServers, type TestApp } from '../support/app.js';
import { Copy, LIBRARY, seedLibrary } from '../support/library.js';

const FLAT = { Accept: 'application/json' };
const COUNT = [{ name: 'count', field: 'id' }];
const functions = `functions=${encodeURIComponent(JSON.stringify(COUNT))}`;
const q = (search: object): string => `q=${encodeURIComponent(JSON.stringify({ functions: COUNT, ...search }))}`;

describeServers(
  ({ start }) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await start({
        entities: LIBRARY,
        imports: [
          RestlessModule.forRoot({ formats: ['json-api', 'flat-json'], allowFunctions: true }),
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
  },
  { adapters: ['express'] },
);
