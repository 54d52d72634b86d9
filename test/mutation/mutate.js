// Mutation tests of the four rooms that think: Stryker changes the code, and the tests should notice. Everything takes hours, so this draws
// lines of the code at random, the same in every run.
//
//   npm run mutate                           a sample
//   npm run mutate -- --seed=2               another one
//   npm run mutate -- src/query/cursor.ts    files, or lines of them: src/query/cursor.ts:10-20
//   npm run mutate -- --all                  everything
//
// On SQLite alone, where code for other databases is covered by nothing: RESTLESS_DATABASES=postgres tries it there.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const ROOMS = ['query', 'resource', 'sql', 'wire'];
/** How many pieces of code are drawn, and of how many lines. */
const PIECES = 30;
const LINES = 6;
const REPORT = '.build/mutation/report.json';

const { values, positionals } = parseArgs({
  options: { all: { type: 'boolean' }, seed: { type: 'string', default: '1' } },
  allowPositionals: true,
});
const places = positionals.length > 0 || values.all ? positionals : drawn(Number(values.seed));
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/@stryker-mutator/core/bin/stryker.js',
    'run',
    ...(places.length > 0 ? ['--mutate', places.join()] : []),
  ],
  { stdio: 'inherit' },
);
process.exitCode = status ?? 1;
if (status === 0) printScores();

/** Pieces of code, a file in proportion to its length. */
function drawn(seed) {
  const lines = ROOMS.flatMap((room) => files(`src/${room}`)).flatMap((path) =>
    readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((_line, index) => ({ path, from: index + 1 })),
  );
  const random = generator(seed);
  const pieces = Array.from({ length: PIECES }, () => lines[random() % lines.length]);
  return [...new Set(pieces.map(({ path, from }) => `${path}:${from}-${from + LINES - 1}`))];
}

function files(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .sort();
}

/** Whole numbers that look random: mulberry32. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

function printScores() {
  const mutants = Object.entries(JSON.parse(readFileSync(REPORT, 'utf8')).files).flatMap(([path, file]) =>
    file.mutants.map((mutant) => ({ room: path.split('/')[1], status: mutant.status })),
  );
  console.table(
    Object.fromEntries(
      [...ROOMS, 'all'].map((room) => [room, score(mutants.filter((each) => room === 'all' || each.room === room))]),
    ),
  );
}

function score(mutants) {
  const count = (status) => mutants.filter((mutant) => mutant.status === status).length;
  const [killed, timeout, survived, uncovered] = ['Killed', 'Timeout', 'Survived', 'NoCoverage'].map(count);
  const noticed = killed + timeout;
  const share = noticed / (noticed + survived + uncovered);
  return { killed, timeout, survived, uncovered, score: Number.isNaN(share) ? '' : `${(share * 100).toFixed(1)} %` };
}
