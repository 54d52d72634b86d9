/** Every recorded case over SQLite and Express, each under its own name; the other databases and Fastify in one test each. */
import { load, Runner } from './runner.js';
import { needless, type Outcome } from './suite.js';
import { SUITES } from './suites.js';

const FOLDER = 'test/conformance/cases';
const OTHERS = [
  ['postgres', 'express'],
  ['mariadb', 'express'],
  ['sqlite', 'fastify'],
] as const;

for (const suite of SUITES) {
  const material = load(suite, FOLDER);

  describe(`the recorded cases of ${suite.name}`, () => {
    const outcomes: Outcome[] = [];
    let runner: Runner;
    beforeAll(async () => {
      runner = await Runner.open(suite, material, 'sqlite', 'express');
    });
    afterAll(() => runner.close());

    for (const example of material.cases) {
      it(example.id, async () => {
        const outcome = await runner.run(example);
        outcomes.push(outcome);

        expect(outcome.differences).toEqual([]);
      });
    }

    it('lists no departure that no case needs', () => {
      expect(needless(suite, outcomes).map(({ reason }) => reason)).toEqual([]);
    });

    it.each(OTHERS)(
      'answer alike on %s with %s',
      async (database, adapter) => {
        const other = await Runner.open(suite, material, database, adapter);
        const failed: string[] = [];
        for (const example of material.cases) {
          const { id, verdict, differences } = await other.run(example);
          if (verdict === 'failed') failed.push(`${id}: ${differences.join('; ')}`);
        }
        await other.close();

        expect(failed).toEqual([]);
      },
      300_000,
    );
  });
}
