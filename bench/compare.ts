/**
 * All servers over the tables of one place, with all work: rounds that interleave, forward and backward in turn.
 */
import { check } from './check.js';
import { provide, tidy, versionOf } from './data.js';
import type { Place } from './databases.js';
import { isSlow, load, type Generator, type Measured } from './load.js';
import { summarize, type Cell, type Section } from './report.js';
import { request, withCursor, type Answer } from './requests.js';
import { REFERENCE, Running, type Server } from './servers.js';
import { workFor, type Asked, type Work } from './work.js';

export interface Rounds {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
}

export interface Choice {
  readonly servers: readonly Server[];
  readonly work: (all: readonly Work[]) => readonly Work[];
  readonly fresh: boolean;
}

/** Milliseconds beyond which a first request is no slower than the next ones. */
const ONCE = 10_000;

/** A server that has given the right answer. */
interface Fit {
  readonly running: Running;
  readonly asked: Asked;
  /** Milliseconds that it took alone. */
  readonly alone: number;
  readonly measured: Measured[];
}

/** Measures the servers on one set of tables. What cannot be measured is in the section with its reason. */
export async function measure(generator: Generator, place: Place, choice: Choice, rounds: Rounds): Promise<Section> {
  const { servers } = choice;
  const work = choice.work(workFor(place.size));
  const section = { ...place, servers, work: work.map(({ key, title }) => ({ key, title })) };
  const running = new Map<Server, Running>();
  const cells: Cell[] = [];
  let database = '';
  try {
    await provide(place, choice.fresh);
    await tidy(place);
    database = await versionOf(place);
    for (const each of work) {
      // Those that have ended under the work before come up again; those that have not come up are given up.
      const left = servers.filter(({ key }) => cells.every(({ server, work: all }) => server !== key || all !== '*'));
      cells.push(...(await startAll(left, place, running)));
      const up = left.flatMap((server) => running.get(server) ?? []);
      cells.push(...(await compare(generator, up, each, place, rounds)));
    }
    return { ...section, database, cells };
  } catch (error) {
    return { ...section, database, cells: [...cells, { server: REFERENCE, work: '*', fault: messageOf(error) }] };
  } finally {
    for (const each of running.values()) await each.stop();
    await tidy(place).catch(() => undefined);
  }
}

/** Starts those that do not run; the reference has to come up. */
async function startAll(
  servers: readonly Server[],
  place: Place,
  running: Map<Server, Running>,
): Promise<readonly Cell[]> {
  const faults: Cell[] = [];
  for (const server of servers) {
    if (running.get(server)?.hasEnded === false) continue;
    running.delete(server);
    try {
      running.set(server, await Running.start(server, place));
    } catch (error) {
      if (server.key === REFERENCE) throw error;
      faults.push({ server: server.key, work: '*', fault: messageOf(error) });
    }
  }
  return faults;
}

/** One piece of work on all servers. */
async function compare(
  generator: Generator,
  running: readonly Running[],
  work: Work,
  place: Place,
  { rounds, seconds, connections }: Rounds,
): Promise<readonly Cell[]> {
  const writes = work.ask['json-api']!.method !== 'GET';
  const cells = new Map<Running, Cell>();
  const fit: Fit[] = [];
  let expected: Answer | undefined;
  const { origin: reference } = running.find(({ server }) => server.key === REFERENCE)!;
  for (const each of running) {
    const { dialect, key, readOnly = false, plainCursors = false } = each.server;
    const words = work.ask[dialect];
    if (words === undefined || (readOnly && writes)) continue;
    tell(place, work, each.server, 'is asked');
    try {
      const asked = await withCursor(each.origin, words, plainCursors ? work.spot.before : undefined);
      const answer = await request(each.origin, asked);
      expected ??= answer;
      await check({ work, asked, dialect, answer, expected, reference });
      // Again, without what is done once; but not where that is no matter.
      const { time } = answer.time > ONCE ? answer : await request(each.origin, asked);
      fit.push({ running: each, asked, alone: time, measured: [] });
    } catch (error) {
      cells.set(each, { server: key, work: work.key, fault: messageOf(error) });
    }
  }
  for (let round = 0; round < rounds; round++) {
    for (const { running: each, asked, alone, measured } of round % 2 === 0 ? fit : fit.toReversed()) {
      if (cells.has(each)) continue;
      tell(place, work, each.server, `round ${round + 1} of ${rounds}`);
      try {
        measured.push(await load(generator, each, asked, { seconds, connections, alone, warm: round > 0 }));
      } catch (error) {
        cells.set(each, { server: each.server.key, work: work.key, fault: messageOf(error) });
      }
    }
    if (writes) await tidy(place);
  }
  tell();
  const standard = fit.find(({ running: each }) => each.server.key === REFERENCE)?.measured ?? [];
  for (const { running: each, measured, alone } of fit) {
    if (cells.has(each)) continue;
    const result = summarize(measured, standard);
    cells.set(each, { server: each.server.key, work: work.key, result, ...(isSlow(alone) && { alone: true }) });
  }
  return [...cells.values()];
}

/** Says on the terminal's last line what is going on. */
function tell(place?: Place, work?: Work, server?: Server, what?: string): void {
  if (!process.stderr.isTTY) return;
  const words = place && `${place.kind} ${place.size} | ${work!.title} | ${server!.title} | ${what}`;
  process.stderr.write(`\r\x1b[K${words ?? ''}`);
}

export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return (error.message || error.constructor.name) + cause;
}
