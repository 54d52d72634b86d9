/**
 * The benchmark: every server answers every request under the same load, in rounds that interleave, and is compared
 * with the reference in the same round. Prints tables of ratios, writes them as JSON and as a chart.
 *
 *     npm run bench -- --quick
 *     npm run bench -- --database=postgres --size=1000000 --servers=fastify,tuned --work=include,post --rounds=5
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { drawChart } from './chart.js';
import { check, request } from './check.js';
import { provide, tidy } from './data.js';
import { KINDS, type Kind, type Place } from './databases.js';
import { expectInstalled, load, type Measured } from './load.js';
import { summarize, table, type Cell, type Section } from './report.js';
import { REFERENCE, Running, SERVERS, type Server } from './servers.js';
import { workFor, type Work } from './work.js';

const { values: given } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    database: { type: 'string', default: KINDS.join(',') },
    size: { type: 'string', default: '10000' },
    servers: { type: 'string' },
    work: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    connections: { type: 'string', default: '20' },
    fresh: { type: 'boolean', default: false },
    out: { type: 'string', default: join(import.meta.dirname, '..', 'bench-results') },
  },
});

const rounds = Number(given.rounds ?? (given.quick ? 2 : 5));
const seconds = Number(given.seconds ?? (given.quick ? 1 : 2));
const connections = Number(given.connections);

function chosen<T extends { readonly key: string; readonly quick: boolean }>(
  all: readonly T[],
  names: string | undefined,
): readonly T[] {
  if (names === undefined) return all.filter(({ quick }) => quick || !given.quick);
  const wanted = names.split(',');
  const unknown = wanted.filter((name) => all.every(({ key }) => key !== name));
  if (unknown.length > 0)
    throw new Error(`Unknown: ${unknown.join(', ')}. There are: ${all.map(({ key }) => key).join(', ')}.`);
  return all.filter(({ key }) => wanted.includes(key) || key === REFERENCE);
}

async function main(): Promise<void> {
  expectInstalled();
  const sections: Section[] = [];
  for (const size of given.size.split(',').map(Number)) {
    for (const kind of given.database.split(',') as Kind[]) {
      sections.push(await measure({ kind, size }));
      print(sections.at(-1)!);
    }
  }
  mkdirSync(given.out, { recursive: true });
  const setup = { rounds, seconds, connections, node: process.version, date: new Date().toISOString() };
  writeFileSync(join(given.out, 'results.json'), JSON.stringify({ setup, sections }, undefined, 2));
  writeFileSync(join(given.out, 'results.svg'), drawChart(sections));
  console.log(`\nresults.json and results.svg are in ${given.out}`);
}

async function measure(place: Place): Promise<Section> {
  await provide(place, given.fresh);
  await tidy(place);
  const servers = chosen(SERVERS, given.servers).filter(({ kinds }) => kinds?.includes(place.kind) ?? true);
  const work = chosen(workFor(place.size), given.work);
  const running: Running[] = [];
  try {
    const left: Cell[] = [];
    for (const server of servers) {
      const started = await start(server, place);
      if (started instanceof Error) left.push({ server: server.key, work: '*', fault: started.message });
      else running.push(started);
    }
    const cells: Cell[] = [...left];
    for (const each of work) cells.push(...(await compare(running, each, place)));
    return { ...place, servers, work: work.map(({ key, title }) => ({ key, title })), cells };
  } finally {
    for (const each of running) await each.stop();
    await tidy(place);
  }
}

/** A server other than the reference may be missing, with its reason. */
async function start(server: Server, place: Place): Promise<Running | Error> {
  try {
    return await Running.start(server, place);
  } catch (error) {
    if (server.key === REFERENCE) throw error;
    return error as Error;
  }
}

/** One piece of work on all servers, forward and backward in turn. */
async function compare(running: readonly Running[], work: Work, place: Place): Promise<readonly Cell[]> {
  const reference = running.find(({ server }) => server.key === REFERENCE)!;
  const expected = await request(reference.origin, work.ask['json-api']!);
  const cells: Cell[] = [];
  const fit: Running[] = [];
  for (const each of running) {
    const { dialect, key, readOnly = false } = each.server;
    const asked = work.ask[dialect];
    if (asked === undefined || (readOnly && asked.method !== 'GET')) continue;
    try {
      check(asked, dialect, await request(each.origin, asked), expected);
      fit.push(each);
    } catch (error) {
      cells.push({ server: key, work: work.key, fault: (error as Error).message });
    }
  }
  const measured = new Map<Running, Measured[]>(fit.map((each) => [each, []]));
  for (let round = 0; round < rounds; round++) {
    for (const each of round % 2 === 0 ? fit : fit.toReversed()) {
      process.stderr.write(
        `\r\x1b[K${place.kind} ${place.size} | ${work.title} | round ${round + 1} | ${each.server.title}`,
      );
      measured
        .get(each)!
        .push(await load(each, work.ask[each.server.dialect]!, { seconds, connections, warm: round > 0 }));
    }
    if (work.ask.plain?.method === 'POST') await tidy(place);
  }
  process.stderr.write('\r\x1b[K');
  for (const [each, list] of measured) {
    cells.push({ server: each.server.key, work: work.key, result: summarize(list, measured.get(reference)!) });
  }
  return cells;
}

function print(section: Section): void {
  console.log(
    `\n${section.kind}, ${section.size.toLocaleString('en')} persons; ${connections} connections, ${rounds} rounds of ${seconds} s, ratios to the reference\n`,
  );
  console.log(table(section));
}

await main();
