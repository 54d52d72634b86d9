/**
 * Filters made up at random find the same rows on every database as a few lines of JavaScript find in the same rows:
 * three values of truth, negation around paths, empty lists, escapes and all.
 */
import { RestlessModule } from 'nestjs-restless';
import { describeServers, type TestApp } from '../support/app.js';
import { FilterMaker, holds, libraryRows } from '../support/filter-meaning.js';
import { LIBRARY, seedLibrary } from '../support/library.js';

const SEEDS = [1_000, 48_514, 64_352, 143_542, 159_380, 222_732];
const FILTERS = 50;

describeServers(
  ({ start }) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await start({ entities: LIBRARY, imports: [RestlessModule.forFeature(LIBRARY)], seed: seedLibrary });
    });
    afterAll(() => app.close());

    it.each(SEEDS)('finds what a filter means [JQ-03, CQ-09, CQ-13, CQ-15, OP-12, OP-16] (seed %i)', async (seed) => {
      const rows = libraryRows();
      const maker = new FilterMaker(seed);
      let found = 0;
      for (let count = 0; count < FILTERS; count += 1) {
        const collection = maker.collection();
        const filter = maker.filter(collection, 4);
        const json = JSON.stringify([filter]);
        const path = `/api/${collection}?filter[objects]=${encodeURIComponent(json)}`;
        if (path.length > 14_000) continue;
        const expected = rows[collection]!.filter((row) => holds(filter, row) === true).map((row) => row.id);

        const answer = await app.get(path);

        const ids = answer.at('/data/*/id') as string[] | undefined;
        expect([collection, json, ids?.toSorted() ?? answer.text, answer.at('/meta/total')]).toEqual([
          collection,
          json,
          expected.toSorted(),
          expected.length,
        ]);
        found += expected.length > 0 && expected.length < rows[collection]!.length ? 1 : 0;
      }
      // Filters that find everything or nothing say little.
      expect(found).toBeGreaterThan(FILTERS / 4);
    });
  },
  { adapters: ['express'] },
);
