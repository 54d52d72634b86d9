/**
 * The command `npm run conformance -- jsonapi|flask-jsonapi|classic [--database sqlite] [--adapter express] [--only id]`: runs the recorded cases
 * of the folder that CASES names, prints one line a case that differs, and closes with the totals.
 */
import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { ADAPTERS, load, Runner } from './runner.js';
import { needless, type Outcome } from './suite.js';
import { SUITES } from './suites.js';
import { DATABASES } from './world.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    database: { type: 'string', default: 'sqlite' },
    adapter: { type: 'string', default: 'express' },
    only: { type: 'string', multiple: true, default: [] },
  },
});

const suites = SUITES.map(({ name }) => name);
const suite = SUITES.find(({ name }) => name === positionals[0]) ?? usage('suite', suites);
const database = DATABASES.find((each) => each === values.database) ?? usage('database', DATABASES);
const adapter = ADAPTERS.find((each) => each === values.adapter) ?? usage('adapter', ADAPTERS);

const material = load(suite, process.env.CASES ?? 'test/conformance/cases');
const cases = material.cases.filter(({ id }) => values.only.length === 0 || values.only.includes(id));
const runner = await Runner.open(suite, material, database, adapter);
const outcomes: Outcome[] = [];
for (const example of cases) {
  const outcome = await runner.run(example);
  outcomes.push(outcome);
  if (outcome.verdict === 'failed') console.log(`${outcome.id}: ${outcome.differences.join('; ')}`);
  if (outcome.verdict === 'departed') console.log(`${outcome.id}: departs, ${outcome.reason}`);
}
await runner.close();

const stale = needless(suite, outcomes);
for (const { reason } of stale) console.log(`No case departs any more, though listed: ${reason}`);
const count = (verdict: Outcome['verdict']): number => outcomes.filter((outcome) => outcome.verdict === verdict).length;
console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('departed')} departed`);
process.exitCode = count('failed') > 0 || stale.length > 0 ? 1 : 0;

function usage(what: string, allowed: readonly string[]): never {
  console.error(`Give a ${what} out of: ${allowed.join(', ')}.`);
  process.exit(2); // Nothing can be run; shells know 2 for wrong use.
}
