/** Tests of all recorded cases on one database with one HTTP adapter: in a spec file each, so that they run side by side. */
import { type Adapter, load, type Material, Runner } from '../conformance/runner.js';
import type { Suite } from '../conformance/suite.js';
import { SUITES } from '../conformance/suites.js';
import type { Database } from '../conformance/world.js';

const FOLDER = 'test/conformance/cases';

/** The suites, each with what was recorded of it. */
export function recordedSuites(): { suite: Suite; material: Material }[] {
  return SUITES.map((suite) => ({ suite, material: load(suite, FOLDER) }));
}

/** One test for each suite, in which every case has to pass. */
export function describeRecordedCases(database: Database, adapter: Adapter): void {
  for (const { suite, material } of recordedSuites()) {
    it(`the recorded cases of ${suite.name} are answered alike on ${database} with ${adapter}`, async () => {
      const runner = await Runner.open(suite, material, database, adapter);
      const failed: string[] = [];
      for (const example of material.cases) {
        const { id, verdict, differences } = await runner.run(example);
        if (verdict === 'failed') failed.push(`${id}: ${differences.join('; ')}`);
      }
      await runner.close();

      expect(failed).toEqual([]);
    }, 300_000);
  }
}
