/**
 * The values of a body, checked against the columns that are to hold them: type, length, precision, before a
 * driver sees them. An object never reaches a column that holds one value.
 */
import type { ColumnModel } from '../resource/entity-model.js';
import { ExactNumber, parseText, parseValue, toJson, ValueMismatch, type Value } from './values.js';

/** A value that a column can hold: nothing, one value, or what JSON, list and binary columns take. */
export type WrittenValue = Value | null | readonly unknown[] | object;

/**
 * Checks a value of a body.
 *
 * @returns the value, or a {@link ValueMismatch} that says what would be right
 * @example
 * parseWritten(birthDate, '') // null: a blank date is none (DAT-04)
 * parseWritten(name, { first: 'Ada' }) // ValueMismatch('a text')
 */
export function parseWritten(column: ColumnModel, sent: unknown): WrittenValue | ValueMismatch {
  const value = column.transformed ? sent : plainValue(sent);
  if (value === null || isBlankDate(column, value)) {
    return column.nullable ? null : new ValueMismatch('a value other than null');
  }
  switch (column.type) {
    case 'json':
      return parseJson(value);
    case 'array':
      return parseList(column, value);
    case 'bytes':
      return parseBytes(value);
    default: {
      // A transformer may take whatever it likes; what it gives is checked before it is written.
      if (column.transformed) return parseJson(value);
      const parsed = parseValue(column, value, 'json');
      return parsed instanceof ValueMismatch ? parsed : withinBounds(column, parsed);
    }
  }
}

/**
 * Checks what a transformer gives to be stored: it has to be one value, and one that the column can hold.
 *
 * @returns nothing, or a {@link ValueMismatch}
 */
export function checkStored(column: ColumnModel, stored: unknown): ValueMismatch | undefined {
  if (stored === null || stored === undefined || stored instanceof Date || stored instanceof Uint8Array)
    return undefined;
  if (typeof stored === 'object') return new ValueMismatch('one value');
  const plain: ColumnModel = { ...column, transformed: false };
  switch (column.type) {
    case 'text':
      return mismatchOf(parseWritten(plain, String(toJson(stored))));
    case 'uuid':
    case 'enum':
      return mismatchOf(parseWritten(plain, stored));
    case 'integer':
    case 'bigint':
    case 'decimal':
    case 'float':
      return typeof stored === 'boolean' ? undefined : mismatchOf(parseWritten(plain, stored));
    case 'date':
    case 'time':
    case 'datetime':
      return typeof stored === 'string' ? mismatchOf(parseWritten(plain, stored)) : undefined;
    default:
      return undefined;
  }
}

function mismatchOf(parsed: unknown): ValueMismatch | undefined {
  return parsed instanceof ValueMismatch ? parsed : undefined;
}

/** `@Transform` may have made an object of a value, as the entity holds it. */
function plainValue(value: unknown): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value.toJSON();
  return typeof value === 'bigint' ? value.toString() : value;
}

function isBlankDate(column: ColumnModel, value: unknown): boolean {
  return typeof value === 'string' && value.trim() === '' && ['date', 'time', 'datetime'].includes(column.type);
}

/** What the database would cut off is refused. */
function withinBounds(column: ColumnModel, value: Value): Value | ValueMismatch {
  const { length, precision, scale = 0 } = column;
  if (column.type === 'text' && typeof value === 'string' && length !== undefined && [...value].length > length) {
    return new ValueMismatch(`a text of at most ${length} characters`);
  }
  if (column.type === 'decimal' && typeof value === 'string' && precision !== undefined) {
    const [whole, fraction] = digitsOf(value);
    if (whole > precision - scale || fraction > scale) {
      return new ValueMismatch(`a number of at most ${precision - scale} digits before and ${scale} after the point`);
    }
  }
  if (column.type === 'time' && typeof value === 'string' && value.length === 5) return `${value}:00`;
  return value;
}

/** How many digits stand before and after the point, zeros at the ends left out. */
function digitsOf(text: string): readonly [whole: number, fraction: number] {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().replace(/^[+-]/, '').split('e');
  const [before = '', after = ''] = mantissa.split('.');
  const digits = before + after;
  const point = before.length + Number(exponent);
  const first = digits.search(/[1-9]/);
  if (first < 0) return [0, 0];
  const last = digits.replace(/0+$/, '').length;
  return [Math.max(0, point - first), Math.max(0, last - point)];
}

/** Any JSON value, as long as a double holds its numbers and a database its texts. */
export function parseJson(value: unknown): WrittenValue | ValueMismatch {
  if (value instanceof ExactNumber) return new ValueMismatch('numbers that a double can hold');
  if (typeof value === 'string') return parseText(value);
  if (typeof value !== 'object' || value === null) return value as Value;
  for (const [name, member] of Object.entries(value)) {
    const wrong = [parseText(name), member === null ? null : parseJson(member)].find(
      (each) => each instanceof ValueMismatch,
    );
    if (wrong !== undefined) return wrong;
  }
  return value;
}

function parseList(column: ColumnModel, value: unknown): WrittenValue | ValueMismatch {
  if (!Array.isArray(value)) return new ValueMismatch('a list');
  // PostgreSQL's own lists may hold nulls.
  const element: ColumnModel = { ...column, type: column.element ?? 'text', nullable: column.separator === undefined };
  const list: unknown[] = [];
  for (const each of value) {
    const parsed = element.type === 'array' ? new ValueMismatch('a list of values') : parseWritten(element, each);
    if (parsed instanceof ValueMismatch)
      return new ValueMismatch(`a list in which every element is ${parsed.expected}`);
    if (column.separator !== undefined && String(toJson(parsed)).includes(column.separator)) {
      return new ValueMismatch(
        `a list of texts without "${column.separator}", which stands between them in the database`,
      );
    }
    list.push(parsed);
  }
  // TypeORM writes it as an empty list.
  const lost = column.separator !== undefined && list.length === 1 && list[0] === '';
  return lost ? new ValueMismatch('a list other than one empty text') : list;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function parseBytes(value: unknown): WrittenValue | ValueMismatch {
  if (value instanceof Uint8Array) return value;
  return typeof value === 'string' && BASE64.test(value)
    ? Buffer.from(value, 'base64')
    : new ValueMismatch('bytes as base64');
}
