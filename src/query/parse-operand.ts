/**
 * Checks what stands to the right of an operator: one value, a list, a range or a piece of text, of the type
 * that the column holds.
 */
import type { BadRequestError } from '../errors.js';
import type { ValueType } from '../resource/entity-model.js';
import type { Limits } from '../resource/options.js';
import type { ColumnAttribute } from '../resource/resource.js';
import { bad, below as memberOf, describe, limit, quote, type ParameterPlace } from './faults.js';
import type { Operator } from './operators.js';
import {
  parseBoolean,
  parseText,
  parseValue,
  parseWholeNumber,
  ValueMismatch,
  type Value,
  type ValueForm,
} from './values.js';

/** Where a filter stands, and how its operands were sent. */
export interface Place extends ParameterPlace {
  readonly form: ValueForm;
}

/** One member further down; a simple filter is all in one place. */
export function below(place: Place, member: string | number): Place {
  return place.form === 'text' ? place : memberOf(place, member);
}

export function parseOperand(
  attribute: ColumnAttribute,
  op: Operator,
  value: unknown,
  place: Place,
  limits: Limits,
): Value | readonly Value[] {
  if (value === null) throw nullOperand(attribute, place);
  switch (op.operand) {
    case 'list':
      return parseList(attribute, value, place, limits);
    case 'range': {
      const list = parseList(attribute, value, place, limits);
      if (list.length === 2) return list;
      throw bad('BAD_VALUE', place, `"${op.name}" takes two values, the lowest and the highest.`);
    }
    case 'text':
    case 'pattern':
      return expectValue(attribute, value, parsePiece(value), place);
    case 'number':
      return expectValue(attribute, value, parseWholeNumber(value), place);
    case 'flag':
      return expectValue(attribute, value, parseBoolean(value, place.form), place);
    default:
      return parseOne(attribute, value, place);
  }
}

/** Text to look for. SQLite refuses patterns of more than 50,000 bytes, and escaping doubles what has to be escaped. */
function parsePiece(value: unknown): string | ValueMismatch {
  const isLong = typeof value === 'string' && value.length > 10_000;
  return isLong ? new ValueMismatch('a text of at most 10000 characters') : parseText(value);
}

function parseList(attribute: ColumnAttribute, value: unknown, place: Place, limits: Limits): readonly Value[] {
  const list: unknown = typeof value === 'string' && place.form === 'text' ? splitList(value) : value;
  return Object.freeze(
    expectList(list, `values for ${quote(attribute.name)}`, place, limits).map((each, index) => {
      const at = below(place, index);
      if (each === null) throw nullOperand(attribute, at);
      return parseOne(attribute, each, at);
    }),
  );
}

/** A list that is no longer than it may be. */
export function expectList(value: unknown, words: string, place: Place, { listLength }: Limits): readonly unknown[] {
  if (!Array.isArray(value)) throw bad('BAD_VALUE', place, `Expected a list of ${words}.`);
  if (value.length <= listLength) return value;
  throw limit(place, `The list has more than ${listLength} values, the limit listLength.`);
}

/** What the filters of one request have left. */
export interface Budget {
  nodes: number;
  values: number;
}

/** As many lists of the greatest length as one request may have. */
export const MOST_LISTS = 5;

/** Where a driver takes a list value by value, several lists may be too long for it as well. */
export function spendValues(budget: Budget, value: unknown, place: Place, { listLength }: Limits): void {
  if (Array.isArray(value)) budget.values -= value.length;
  if (budget.values >= 0) return;
  const most = MOST_LISTS * listLength;
  throw limit(place, `The lists have more than ${most} values in all, ${MOST_LISTS} times the limit listLength.`);
}

function parseOne(attribute: ColumnAttribute, value: unknown, place: Place): Value {
  return expectValue(attribute, value, parseValue(attribute.column, value, place.form), place);
}

function expectValue<T>(attribute: ColumnAttribute, sent: unknown, parsed: T | ValueMismatch, place: Place): T {
  if (!(parsed instanceof ValueMismatch)) return parsed;
  throw bad('BAD_VALUE', place, `Expected ${parsed.expected} for ${quote(attribute.name)}, got ${describe(sent)}.`);
}

/** One value, and no list or object. */
export function isScalar(value: unknown): boolean {
  return value !== undefined && (value === null || typeof value !== 'object');
}

/** What a column holds, in the words of an error. */
export const TYPE_WORDS: Readonly<Record<ValueType, string>> = {
  text: 'text',
  unknown: 'values of its own kind',
  integer: 'whole numbers',
  bigint: 'whole numbers',
  decimal: 'numbers',
  float: 'numbers',
  interval: 'seconds',
  boolean: 'true or false',
  date: 'dates',
  time: 'times',
  datetime: 'date-times',
  uuid: 'UUIDs',
  enum: 'one of a few values',
  inet: 'network addresses',
  json: 'JSON',
  array: 'lists',
  bytes: 'bytes',
};

const NUMBERS: readonly ValueType[] = ['integer', 'bigint', 'decimal', 'float', 'interval'];

/** Columns of one family can be compared with each other on every database. */
export function family(attribute: ColumnAttribute): string {
  if (NUMBERS.includes(attribute.type)) return 'number';
  return attribute.type === 'enum' ? 'text' : attribute.type;
}

/** The values of a simple filter: split at commas (decision 12). */
function splitList(text: string): readonly string[] {
  return text.split(',');
}

function nullOperand(attribute: ColumnAttribute, place: Place): BadRequestError {
  return bad('BAD_VALUE', place, `Nothing compares with null; use is_null or is_not_null on ${quote(attribute.name)}.`);
}
