/**
 * Every recorded case over SQLite and Express, under its own name, each answer held against the OpenAPI document as well.
 * The other databases and Fastify have files of their own.
 */
import { DescribedAnswers, sentJson } from '../support/described-answers.js';
import { recordedSuites } from '../support/recorded-cases.js';
import { Runner, type Watch } from './runner.js';
import { needless, type Outcome } from './suite.js';

const describedAnswers: Watch = (application) => {
  const described = DescribedAnswers.of(application)!;
  return (asked, { port, status, headers, text }) => {
    const { method, path } = asked;
    return described.faultOf({ method, path, port, status, headers, text, sent: sentJson(asked) });
  };
};

for (const { suite, material } of recordedSuites()) {
  describe(`the recorded cases of ${suite.name}`, () => {
    const outcomes: Outcome[] = [];
    let runner: Runner;
    beforeAll(async () => {
      runner = await Runner.open(suite, material, 'sqlite', 'express', describedAnswers);
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
