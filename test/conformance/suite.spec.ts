/** How a case is judged: what passes, what departs, and what a departure does not excuse. */
import type { Answer } from './answer.js';
import type { Case, Exchange, Profile } from './cases.js';
import { type Departure, judge, needless, type Outcome, type Suite } from './suite.js';

const PROFILE: Profile = { name: 'main', apis: [], flags: [], options: {} };

/** A case whose exchanges expect these, with the answers that came. */
function outcome(departure: Partial<Departure> | undefined, steps: [expected: number, found: number][]): Outcome {
  const departures = departure === undefined ? [] : [{ reason: 'DESIGN 1', when: () => true, ...departure }];
  return judge(
    suite(departures),
    exampleOf(steps.map(([status]) => exchange(status))),
    PROFILE,
    'sqlite',
    steps.map(([, found]) => answer(found)),
  );
}

const exampleOf = (steps: Exchange[]): Case => ({
  id: 'example',
  group: 'test',
  profile: 'main',
  note: '',
  steps,
  unordered: false,
  volatile: [],
});

const exchange = (status: number): Exchange => ({
  method: 'GET',
  path: '/api',
  headers: {},
  expected: { status, headers: {} },
});

const answer = (status: number): Answer => ({ status, headers: {}, text: '', body: undefined });

const suite = (departures: Departure[]): Suite => ({
  name: 'test',
  files: { cases: '', profiles: '' },
  profiles: () => new Map(),
  module: () => ({ module: class {} }),
  differences: (_, { expected }, { status }) => (status === expected.status ? [] : [`status: ${status} found`]),
  violations: ({ status }) => (status >= 500 ? [`status ${status}`] : []),
  idsOf: () => undefined,
  departures,
  later: [],
});

it('passes what is the same', () => {
  expect(outcome(undefined, [[200, 200]]).verdict).toBe('passed');
});

it('names the exchange of a sequence that differs', () => {
  const { verdict, differences } = outcome(undefined, [
    [204, 204],
    [200, 404],
  ]);

  expect(verdict).toBe('failed');
  expect(differences).toEqual(['step 2 status: 404 found']);
});

it('holds a departure to the first exchange that differs, whatever follows from it', () => {
  const steps: [number, number][] = [
    [201, 201],
    [204, 400],
    [200, 404],
  ];

  expect(outcome({ status: 400 }, steps)).toMatchObject({ verdict: 'departed', reason: 'DESIGN 1' });
  expect(outcome({ status: 403 }, steps).verdict).toBe('failed');
});

it('excuses only what a departure says', () => {
  expect(outcome({ differs: /^status: 400/ }, [[204, 400]]).verdict).toBe('departed');
  expect(outcome({ differs: /^order: / }, [[204, 400]]).verdict).toBe('failed');
});

it('excuses no failure of the server', () => {
  expect(outcome({ status: 500 }, [[200, 500]]).verdict).toBe('failed');
  expect(outcome(undefined, [[500, 500]]).verdict).toBe('passed');
});

it('finds departures that no case needs', () => {
  const departure = { reason: 'DESIGN 1', when: () => true, status: 400 };
  const passed = judge(suite([departure]), exampleOf([exchange(200)]), PROFILE, 'sqlite', [answer(200)]);

  expect(needless(suite([departure]), [passed])).toEqual([departure]);
  expect(needless(suite([departure]), [])).toEqual([]);
});
