/** What a suite of recorded cases consists of, and how one case is judged. */
import type { DynamicModule } from '@nestjs/common';
import type { DataSourceOptions } from 'typeorm';
import type { Answer } from './answer.js';
import type { Case, Exchange, Profile } from './cases.js';
import type { Database } from './world.js';

export interface Suite {
  name: string;
  /** The files of cases and of profiles in the folder of cases. */
  files: { cases: string; profiles: string };
  profiles(folder: string, file: string): Map<string, Profile>;
  /** The recorded addresses end with a slash. */
  endsWithSlash?: boolean;
  /** The application that serves a profile. */
  module(profile: Profile, dataSource: DataSourceOptions): DynamicModule;
  /** What differs in meaning; `strict` ignores the marks of the recorder. */
  differences(example: Case, exchange: Exchange, answer: Answer, strict: boolean): string[];
  /** What no answer may do. */
  violations(answer: Answer): string[];
  /** The ids of the rows that an answer is about; undefined where it has none. */
  idsOf(answer: Answer): string[] | undefined;
  departures: Departure[];
  later: Later[];
}

/** Where we answer otherwise on purpose. */
export interface Departure {
  /** Why, with the number of the decision or the row. */
  reason: string;
  when: (example: Case, profile: Profile, database: Database) => boolean;
  /** What we answer instead, to the first exchange of the case that differs. */
  status?: number;
  /** The ids of its primary data. */
  ids?: string[];
  /** All that may differ, besides what the recorder has marked. */
  differs?: RegExp;
}

/** What comes with an issue that is still open. */
export interface Later {
  issue: string;
  when: (example: Case, profile: Profile) => boolean;
}

export interface Outcome {
  id: string;
  verdict: 'passed' | 'failed' | 'departed';
  differences: string[];
  reason?: string;
  /** The departure that speaks of the case, whether it departs or not. */
  departure?: Departure;
}

/** The verdict on one case, given an answer to each of its exchanges. */
export function judge(suite: Suite, example: Case, profile: Profile, database: Database, answers: Answer[]): Outcome {
  const compare = (strict: boolean): Found[] =>
    collect(example, answers, (exchange, answer) => suite.differences(example, exchange, answer, strict));
  const broken = collect(example, answers, (exchange, answer) =>
    exchange.expected.status >= 500 && exchange.expected.status === answer.status ? [] : suite.violations(answer),
  );
  const departure = suite.departures.find(({ when }) => when(example, profile, database));
  const passed: Outcome = { id: example.id, verdict: 'passed', differences: [], ...(departure && { departure }) };
  const departed = (reason: string): Outcome => ({ ...passed, verdict: 'departed', reason });
  const failed = (found: Found[]): Outcome => ({
    ...passed,
    verdict: 'failed',
    differences: found.map(({ step, text }) => (example.steps.length === 1 ? text : `step ${step + 1} ${text}`)),
  });

  const strict = [...compare(true), ...broken];
  if (strict.length === 0) return passed;
  const later = suite.later.find(({ when }) => when(example, profile));
  if (later !== undefined) return departed(`later: ${later.issue}`);
  const lenient = [...compare(false), ...broken];
  if (departure !== undefined && (lenient.length > 0 || departure.differs === undefined)) {
    const wrong = [...departsOtherwise(suite, departure, strict, lenient, answers), ...broken];
    return wrong.length === 0 ? departed(departure.reason) : failed(wrong);
  }
  if (example.quirk?.scopes.includes('all')) return broken.length === 0 ? departed(example.quirk.text) : failed(broken);
  return lenient.length === 0 ? passed : failed(lenient);
}

/** The departures that no case needs, though there are cases that they speak of. */
export function needless(suite: Suite, outcomes: Outcome[]): Departure[] {
  return suite.departures.filter((departure) => {
    const spokenOf = outcomes.filter((outcome) => outcome.departure === departure);
    return spokenOf.length > 0 && spokenOf.every(({ verdict }) => verdict === 'passed');
  });
}

function departsOtherwise(
  suite: Suite,
  { status, ids, differs }: Departure,
  strict: Found[],
  lenient: Found[],
  answers: Answer[],
): Found[] {
  const step = strict[0]?.step ?? 0;
  const answer = answers[step];
  const found: Found[] = [];
  if (status !== undefined && answer?.status !== status)
    found.push({ step, text: `status ${answer?.status}, the departure says ${status}` });
  if (ids !== undefined) {
    const ours = answer && suite.idsOf(answer);
    if (ours?.join() !== ids.join())
      found.push({ step, text: `ids ${ours?.join()}, the departure says ${ids.join()}` });
  }
  if (differs !== undefined) found.push(...lenient.filter(({ text }) => !differs.test(text)));
  return found.length === 0 ? [] : [...found, ...strict];
}

/** What was found in the answer to one exchange of a case. */
interface Found {
  step: number;
  text: string;
}

function collect(example: Case, answers: Answer[], look: (exchange: Exchange, answer: Answer) => string[]): Found[] {
  return example.steps.flatMap((exchange, step) => {
    const answer = answers[step];
    const found = answer === undefined ? ['no answer'] : look(exchange, answer);
    return found.map((text) => ({ step, text }));
  });
}
