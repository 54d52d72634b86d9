/**
 * The operator table: every operator, its spellings, what it takes and on which values it makes sense.
 * The table of `docs/reading.md` is held to this one by a test.
 */
import type { ValueType } from '../resource/entity-model.js';

/** What stands to the right of an operator. */
export type Operand =
  /** Nothing. */
  | 'none'
  /** One value of the column's type, or another field. */
  | 'value'
  /** A list of values of the column's type. */
  | 'list'
  /** Two values of the column's type. */
  | 'range'
  /** A pattern with % and _, or another field that holds one. */
  | 'pattern'
  /** A piece of text. */
  | 'text'
  /** A whole number, whatever the column is. */
  | 'number'
  /** true or false. */
  | 'flag';

/** One operator. */
export interface Operator {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly operand: Operand;
  /** The column types that it works on. */
  readonly types: readonly ValueType[];
  readonly meaning: string;
  /** Defined by the application, not by this table. */
  readonly custom?: boolean;
}

const TEXT: readonly ValueType[] = ['text', 'enum', 'uuid'];
const ORDERED: readonly ValueType[] = [
  ...TEXT,
  'integer',
  'bigint',
  'decimal',
  'float',
  'boolean',
  'date',
  'time',
  'datetime',
  'interval',
  'inet',
];
const EVERY: readonly ValueType[] = [...ORDERED, 'json', 'array', 'bytes', 'unknown'];
const DATES: readonly ValueType[] = ['date', 'datetime'];
const NETWORK: readonly ValueType[] = ['inet'];

const define = (
  name: string,
  aliases: readonly string[],
  operand: Operand,
  types: readonly ValueType[],
  meaning: string,
): Operator => Object.freeze({ name, aliases: Object.freeze([...aliases]), operand, types, meaning });

/** All operators but `has` and `any`, which take a filter and not a value. */
export const OPERATORS: readonly Operator[] = Object.freeze([
  define('eq', ['==', 'equals', 'equal_to', 'equals_to', 'exact'], 'value', ORDERED, 'is equal to'),
  define('ne', ['!=', 'neq', 'does_not_equal', 'not_equal_to'], 'value', ORDERED, 'is not equal to'),
  define('gt', ['>'], 'value', ORDERED, 'is greater than'),
  define('lt', ['<'], 'value', ORDERED, 'is less than'),
  define('ge', ['>=', 'gte', 'geq'], 'value', ORDERED, 'is greater than or equal to'),
  define('le', ['<=', 'lte', 'leq'], 'value', ORDERED, 'is less than or equal to'),
  define('in', [], 'list', ORDERED, 'is one of'),
  define('not_in', ['notin'], 'list', ORDERED, 'is none of'),
  define('range', ['between'], 'range', ORDERED, 'lies between two values, both included'),
  define('is_null', [], 'none', EVERY, 'is null'),
  define('is_not_null', [], 'none', EVERY, 'is not null'),
  define('isnull', [], 'flag', EVERY, 'is null (true) or is not null (false)'),
  define('like', [], 'pattern', TEXT, 'matches a pattern with % and _'),
  define('not_like', [], 'pattern', TEXT, 'does not match a pattern with % and _'),
  define('ilike', [], 'pattern', TEXT, 'matches a pattern, ignoring case'),
  define('iexact', [], 'text', TEXT, 'is equal to, ignoring case'),
  define('contains', [], 'text', TEXT, 'contains the text'),
  define('notcontains', [], 'text', TEXT, 'does not contain the text'),
  define('icontains', [], 'text', TEXT, 'contains the text, ignoring case'),
  define('startswith', [], 'text', TEXT, 'starts with the text'),
  define('istartswith', [], 'text', TEXT, 'starts with the text, ignoring case'),
  define('endswith', [], 'text', TEXT, 'ends with the text'),
  define('iendswith', [], 'text', TEXT, 'ends with the text, ignoring case'),
  define('year', [], 'number', DATES, 'falls in the year'),
  define('month', [], 'number', DATES, 'falls in the month, 1 to 12'),
  define('day', [], 'number', DATES, 'falls on the day of the month, 1 to 31'),
  define('<<', [], 'value', NETWORK, 'is contained within the network (PostgreSQL)'),
  define('<<=', [], 'value', NETWORK, 'is contained within or equals the network (PostgreSQL)'),
  define('>>', [], 'value', NETWORK, 'contains the network (PostgreSQL)'),
  define('>>=', [], 'value', NETWORK, 'contains or equals the network (PostgreSQL)'),
  define('<>', [], 'value', NETWORK, 'is not equal to the network (PostgreSQL)'),
  define('&&', [], 'value', NETWORK, 'overlaps the network (PostgreSQL)'),
]);

const BY_SPELLING: ReadonlyMap<string, Operator> = new Map(
  OPERATORS.flatMap((operator) =>
    [operator.name, ...operator.aliases].map((spelling) => [spelling, operator] as const),
  ),
);

/** The operator of this spelling. @see OP-01…OP-19 */
export function findOperator(spelling: string): Operator | undefined {
  return BY_SPELLING.get(spelling);
}

/** An operator of the table that the code itself uses. */
export function operator(name: string): Operator {
  return BY_SPELLING.get(name)!;
}

/** An operator that the application defines: it takes one value of the column's type. @see OP-17 */
export function customOperator(name: string): Operator {
  return Object.freeze({ ...define(name, [], 'value', EVERY, 'defined by the application'), custom: true });
}

/** True for the spellings of all operators of the library. */
export function isOperator(spelling: string): boolean {
  return BY_SPELLING.has(spelling) || spelling === 'has' || spelling === 'any';
}
