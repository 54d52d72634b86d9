/**
 * The benchmark: every server answers every request under the same load, in rounds that interleave, and is compared
 * with the reference in the same round. Prints tables of ratios, writes them as JSON, as Markdown and as a chart.
 *
 *     npm run bench -- install
 *     npm run bench -- --quick
 *     npm run bench -- --database=postgres --size=1000000 --servers=fastify,tuned --work=include,post --rounds=5
 *     npm run bench -- memory --requests=100000
 *     npm run bench -- drop --size=1000000
 *     npm run bench -- start --resources=200
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { drawChart } from './chart.js';
import { measure, messageOf, type Rounds } from './compare.js';
import { drop } from './data.js';
import { KINDS, type Kind, type Place } from './databases.js';
import { Generator } from './load.js';
import { describeMachine, printed } from './machine.js';
import { measureMemory } from './memory.js';
import { install } from './peers.js';
import { markdown, type Section } from './report.js';
import { REFERENCE, SERVERS } from './servers.js';
import { measureStart } from './start.js';

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    database: { type: 'string', default: KINDS.join(',') },
    size: { type: 'string', default: '10000' },
    servers: { type: 'string' },
    work: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    connections: { type: 'string', default: '20' },
    requests: { type: 'string', default: '1000000' },
    resources: { type: 'string', default: '200' },
    fresh: { type: 'boolean', default: false },
    out: { type: 'string', default: join(import.meta.dirname, '..', 'bench-results') },
  },
});

const rounds: Rounds = {
  rounds: positive('rounds', given.rounds ?? (given.quick ? '2' : '5')),
  seconds: positive('seconds', given.seconds ?? (given.quick ? '1' : '2')),
  connections: positive('connections', given.connections),
};

function positive(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${option} is a whole number from 1, not ${text}.`);
  return number;
}

/** What an option names, of all that there is. */
function chosen<T extends { readonly key: string; readonly quick: boolean }>(
  all: readonly T[],
  option: string,
  names: string | undefined,
): readonly T[] {
  if (names === undefined) return all.filter(({ quick }) => quick || !given.quick);
  const wanted = names.split(',');
  const known = all.map(({ key }) => key);
  const unknown = wanted.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`--${option} has ${unknown.join(', ')}; there are: ${known.join(', ')}.`);
  return all.filter(({ key }) => wanted.includes(key) || key === REFERENCE);
}

function places(): readonly Place[] {
  const kinds = given.database.split(',');
  const unknown = kinds.filter((kind) => !(KINDS as readonly string[]).includes(kind));
  if (unknown.length > 0) throw new Error(`--database has ${unknown.join(', ')}; there are: ${KINDS.join(', ')}.`);
  const sizes = given.size.split(',').map((size) => positive('size', size));
  return sizes.flatMap((size) => kinds.map((kind) => ({ kind: kind as Kind, size })));
}

async function compareAll(): Promise<void> {
  const servers = chosen(SERVERS, 'servers', given.servers);
  const generator = new Generator();
  const machine = describeMachine();
  console.log(printed(machine));
  const sections: Section[] = [];
  mkdirSync(given.out, { recursive: true });
  for (const place of places()) {
    const choice = {
      servers,
      work: (all) => chosen(all, 'work', given.work),
      fresh: given.fresh,
    } as const satisfies Parameters<typeof measure>[2];
    const section = await measure(generator, place, choice, rounds);
    sections.push(section);
    console.log(markdown(section, rounds));
    // After each, so that a run that is broken off leaves what it has.
    const setup = { ...rounds, machine, date: new Date().toISOString() };
    writeFileSync(join(given.out, 'results.json'), JSON.stringify({ setup, sections }, undefined, 2));
    writeFileSync(
      join(given.out, 'results.md'),
      [printed(machine), ...sections.map((each) => markdown(each, rounds))].join('\n'),
    );
    writeFileSync(join(given.out, 'results.svg'), drawChart(sections));
  }
  generator.stop();
  console.log(`\nresults.json, results.md and results.svg are in ${given.out}`);
}

async function memoryAll(): Promise<void> {
  const servers = chosen(SERVERS, 'servers', given.servers ?? 'fastify').filter(
    ({ dialect }) => dialect === 'json-api',
  );
  const generator = new Generator();
  console.log(printed(describeMachine()));
  for (const place of places()) {
    for (const server of servers.filter(({ key }) => given.servers?.includes(key) ?? key !== REFERENCE)) {
      await measureMemory(generator, place, server, rounds.connections, positive('requests', given.requests));
    }
  }
  generator.stop();
}

async function main(): Promise<void> {
  switch (positionals[0]) {
    case undefined:
      return compareAll();
    case 'memory':
      return memoryAll();
    case 'start':
      return measureStart(Number(given.resources));
    case 'install':
      return install();
    case 'drop':
      for (const place of places()) await drop(place);
      return;
    default:
      throw new Error(`There is no ${positionals[0]}; there are install, memory, start and drop, and nothing at all.`);
  }
}

try {
  await main();
} catch (error) {
  console.error(messageOf(error));
  process.exit(1);
}
