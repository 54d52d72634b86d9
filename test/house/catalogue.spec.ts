/** The tables of the documentation say what the code has: operators, options, limits. */
import { readdirSync, readFileSync } from 'node:fs';
import { ERROR_CODES } from '../../src/errors.js';
import { RUNS } from '../../src/nest/processors/keys.js';
import { ALIASES } from '../../src/nest/aliases.js';
import { OPERATORS } from '../../src/query/operators.js';
import { DEFAULT_LIMITS, RESOURCE_OPTION_NAMES } from '../../src/resource/options.js';

const PAGES = [
  'README.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const LINES = PAGES.flatMap((page) => [...readFileSync(page, 'utf8').split('\n'), '']);

/** The cells of the table whose head has these columns. */
function table(...head: readonly string[]): string[][] {
  const cells = (line: string): string[] =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  const start = LINES.findIndex((line) => cells(line).join('|') === head.join('|'));
  const rows = LINES.slice(start + 2);
  return rows
    .slice(
      0,
      rows.findIndex((line) => !line.startsWith('|')),
    )
    .map(cells);
}

const names = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);

it('lists every operator with its spellings, operand and meaning', () => {
  const rows = table('operator', 'also written', 'takes', 'meaning');

  const listed = rows.map(([name, aliases, operand, meaning]) => [names(name!)[0], names(aliases!), operand, meaning]);

  expect(listed).toEqual(OPERATORS.map(({ name, aliases, operand, meaning }) => [name, aliases, operand, meaning]));
});

it('lists every option of the core', () => {
  const listed = table('option', 'default', 'meaning').flatMap(([name]) => names(name!));

  expect(listed.filter((name) => RESOURCE_OPTION_NAMES.includes(name as never)).sort()).toEqual(
    [...RESOURCE_OPTION_NAMES].sort(),
  );
});

it('lists every old name of an option with its own', () => {
  const listed = table('old name', 'here').flatMap(([old, own]) =>
    names(old!).map((name, index) => [name, names(own!)[index]]),
  );

  expect(listed.filter(([, own]) => own !== undefined)).toEqual(Object.entries(ALIASES));
});

it('lists every limit with its default', () => {
  const listed = table('limit', 'default', '').map(([name, value]) => [
    names(name!)[0],
    Number(value!.replaceAll(',', '')),
  ]);

  expect(Object.fromEntries(listed) as object).toEqual(DEFAULT_LIMITS);
});

it('lists every code of errors with its status and title', () => {
  const listed = table('code', 'status', 'title').map(([code, status, title]) => [
    names(code!)[0],
    [Number(status), title],
  ]);

  expect(listed).toEqual(Object.entries(ERROR_CODES));
});

it('lists every key of processors with the operation that runs it', () => {
  const listed = table('operation', 'its keys', 'in the context').map(([operation, keys]) => [
    names(operation!)[0],
    names(keys!),
  ]);

  expect(listed).toEqual(Object.entries(RUNS));
});
