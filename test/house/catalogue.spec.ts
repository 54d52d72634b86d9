/** The tables of the documentation say what the code has: operators, limits, codes, keys. `test/docs` has the options. */
import { ERROR_CODES } from '../../src/errors.js';
import { RUNS } from '../../src/nest/processors/keys.js';
import { ALIASES } from '../../src/nest/aliases.js';
import { OPERATORS } from '../../src/query/operators.js';
import { DEFAULT_LIMITS } from '../../src/resource/options.js';
import { names, table } from '../docs/tables.js';

it('lists every operator with its spellings, operand and meaning', () => {
  const rows = table('operator', 'also written', 'takes', 'meaning');

  const listed = rows.map(([name, aliases, operand, meaning]) => [names(name!)[0], names(aliases!), operand, meaning]);

  expect(listed).toEqual(OPERATORS.map(({ name, aliases, operand, meaning }) => [name, aliases, operand, meaning]));
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
