/** Every recorded case over SQLite and Express, under its own name. The other databases and Fastify have files of their own. */
import { recordedSuites } from '../support/recorded-cases.js';
import { Runner } from './runner.js';
import { needless, type Outcome } from './suite.js';

for (const { suite, material } of recordedSuites()) {
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
  });
}
