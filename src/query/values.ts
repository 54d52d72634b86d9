/**
 * JSON values ↔ column values. A checked value is plain data: text, number, boolean, or the database's
 * clock; dates are ISO 8601 text. Nothing is converted that would lose something (decision 11).
 */
import { isIP } from 'node:net';
import type { ColumnModel, ValueType } from '../resource/entity-model.js';

/** The database's clock, spelt as SQL spells it. @see DAT-06 */
export interface DatabaseClock {
  readonly clock: 'CURRENT_TIMESTAMP' | 'CURRENT_DATE' | 'LOCALTIMESTAMP';
}

/** A value that fits its column. */
export type Value = string | number | boolean | DatabaseClock;

/** What a value has to be, in the words of an error: "Expected …". */
export class ValueMismatch {
  constructor(readonly expected: string) {}
}

/** A number of a body that a double would change: it keeps its digits. */
export class ExactNumber {
  constructor(readonly digits: string) {}
}

/** How a value was sent: as JSON, with types, or as text, where the column's type decides. */
export type ValueForm = 'json' | 'text';

const CLOCKS = new Set<unknown>(['CURRENT_TIMESTAMP', 'CURRENT_DATE', 'LOCALTIMESTAMP']);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const INTEGER = /^[+-]?\d+$/;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?$/;
const ZONED_TIME = /^\d{2}:\d{2}[^-+Z]*[-+Z]/i;
const DATETIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?))?\s*(Z|[+-]\d{2}(?::?\d{2})?)?$/i;
/** A moment in UTC whose year has four digits. */
const YEARS = /^\d{4}-/;
/** PostgreSQL holds no such character in a text. */
const NUL = '\u0000';

/**
 * Checks a client's value against the column that it meets.
 *
 * @returns the value, or a {@link ValueMismatch} that says what would be right
 * @example
 * parseValue(age, '21', 'text'); // 21
 * parseValue(age, 23.5, 'json'); // ValueMismatch('a whole number')
 */
export function parseValue(column: ColumnModel, value: unknown, form: ValueForm): Value | ValueMismatch {
  const parsed = PARSERS[column.type](value, form, column);
  // What a transformer makes of a value is its own business; it only has to be one value.
  if (parsed instanceof ValueMismatch && column.transformed && typeof value !== 'object') return value as Value;
  return parsed;
}

type Parser = (value: unknown, form: ValueForm, column: ColumnModel) => Value | ValueMismatch;

const PARSERS: Readonly<Record<ValueType, Parser>> = {
  text: parseText,
  unknown: parseText,
  integer: parseInteger,
  bigint: parseBigint,
  decimal: parseDecimal,
  float: parseFloatNumber,
  boolean: parseBoolean,
  date: (value) => parseTemporal(value, 'date'),
  time: (value, _form, { zoned }) => parseTemporal(value, 'time', zoned),
  datetime: (value) => parseTemporal(value, 'datetime'),
  interval: parseFloatNumber,
  uuid: (value) => (typeof value === 'string' && UUID.test(value) ? value.toLowerCase() : new ValueMismatch('a UUID')),
  enum: parseEnum,
  inet: (value) => (typeof value === 'string' && isNetwork(value) ? value : new ValueMismatch('a network address')),
  json: () => new ValueMismatch('no value: JSON columns are not compared'),
  array: () => new ValueMismatch('no value: array columns are not compared'),
  bytes: () => new ValueMismatch('no value: binary columns are not compared'),
};

/** A piece of text that a database can hold. */
export function parseText(value: unknown): string | ValueMismatch {
  if (typeof value !== 'string') return new ValueMismatch('a text');
  if (value.includes(NUL)) return new ValueMismatch('a text without NUL characters');
  return value.isWellFormed() ? value : new ValueMismatch('well-formed Unicode, without lone surrogates');
}

/** A whole number, whatever column it is for. */
export function parseWholeNumber(value: unknown): number | ValueMismatch {
  const number = readNumber(value, INTEGER);
  return number !== undefined && Number.isSafeInteger(number) ? number : new ValueMismatch('a whole number');
}

/** `true`, `false`, and as text `1` and `0` as well. */
export function parseBoolean(value: unknown, form: ValueForm): boolean | ValueMismatch {
  if (typeof value === 'boolean') return value;
  if (form === 'text' && (value === 'true' || value === '1')) return true;
  if (form === 'text' && (value === 'false' || value === '0')) return false;
  return new ValueMismatch(form === 'text' ? 'true, false, 1 or 0' : 'true or false');
}

function parseInteger(value: unknown, _form: ValueForm, column: ColumnModel): number | ValueMismatch {
  const number = parseWholeNumber(value);
  if (number instanceof ValueMismatch || column.range === undefined) return number;
  const [min, max] = column.range;
  return number >= min && number <= max ? number : new ValueMismatch(`a whole number from ${min} to ${max}`);
}

/** Numbers past 2^53 keep every digit as text. */
function parseBigint(sent: unknown): string | ValueMismatch {
  const value = exactDigits(sent);
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== 'string' || !INTEGER.test(text)) return new ValueMismatch('a whole number');
  const number = BigInt(text.replace(/^\+/, ''));
  return BigInt.asIntN(64, number) === number
    ? number.toString()
    : new ValueMismatch('a whole number of at most 64 bits');
}

function parseDecimal(sent: unknown): string | ValueMismatch {
  const value = exactDigits(sent);
  const text = typeof value === 'number' && Number.isFinite(value) ? String(value) : value;
  return typeof text === 'string' && text.length <= 100 && DECIMAL.test(text) ? text : new ValueMismatch('a number');
}

function parseFloatNumber(value: unknown): number | ValueMismatch {
  const number = readNumber(value, DECIMAL);
  return number !== undefined && Number.isFinite(number) ? number : new ValueMismatch('a number');
}

/** Text that looks like a number is one in both forms: nothing is lost (decision 11). */
function readNumber(sent: unknown, pattern: RegExp): number | undefined {
  const value = exactDigits(sent);
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.length <= 100 && pattern.test(value) ? Number(value) : undefined;
}

function exactDigits(value: unknown): unknown {
  return value instanceof ExactNumber ? value.digits : value;
}

function parseEnum(value: unknown, form: ValueForm, column: ColumnModel): Value | ValueMismatch {
  const members = column.enum ?? [];
  const found = members.find((member) => member === value || (form === 'text' && String(member) === value));
  return found ?? new ValueMismatch(`one of ${members.join(', ')}`);
}

/**
 * Dates, times and date-times: ISO 8601. A date-time given for a date or a time keeps that part; a date given
 * for a date-time is its midnight; without a zone it is UTC (decision 13).
 */
function parseTemporal(value: unknown, type: 'date' | 'time' | 'datetime', zoned = false): Value | ValueMismatch {
  if (CLOCKS.has(value)) return Object.freeze({ clock: value as DatabaseClock['clock'] });
  const mismatch = new ValueMismatch(
    {
      date: 'a date such as 2024-02-29',
      time: 'a time such as 13:45:00',
      datetime: 'a date-time such as 2024-02-29T13:45:00Z',
    }[type],
  );
  if (typeof value !== 'string') return mismatch;
  const text = value.trim();
  if (type === 'time' && TIME.test(text)) return isClockTime(text) ? clockTime(text) : mismatch;
  // A time with a zone is that of some day.
  const match = DATETIME.exec(zoned && ZONED_TIME.test(text) ? `2000-01-01T${text}` : text);
  if (match === null) return mismatch;
  const [, date, time, zone] = match as unknown as [string, string, string | undefined, string | undefined];
  if (
    !isCalendarDate(date) ||
    (time !== undefined && !isClockTime(time)) ||
    (zone !== undefined && time === undefined)
  ) {
    return mismatch;
  }
  const instant = toInstant(date, time, zone);
  if (instant === undefined) return mismatch;
  // SQLite compares moments as text, and other databases end with these years.
  if (type === 'datetime')
    return YEARS.test(instant) ? instant : new ValueMismatch('a date-time of the years 0 to 9999');
  if (type === 'date') return date;
  return time === undefined ? mismatch : `${clockTime(time)}${zoned ? (zone ?? '') : ''}`;
}

function isCalendarDate(text: string): boolean {
  const [, year, month, day] = DATE.exec(text) ?? [];
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(day);
}

function isClockTime(text: string): boolean {
  const [, hours, minutes, seconds = '0'] = TIME.exec(text) ?? [];
  return Number(hours) <= 23 && Number(minutes) <= 59 && Number(seconds) <= 59;
}

/** An address of IPv4 or IPv6, or a network: an address, a slash and the length of its mask. */
function isNetwork(text: string): boolean {
  const [address, mask, ...rest] = text.split('/') as [string, string?, ...string[]];
  const longest = { 0: -1, 4: 32, 6: 128 }[address.includes('%') ? 0 : isIP(address)]!;
  return (
    rest.length === 0 && longest > 0 && (mask === undefined || (/^\d{1,3}$/.test(mask) && Number(mask) <= longest))
  );
}

/** With seconds, as databases write it: SQLite compares times as text. */
function clockTime(text: string): string {
  return text.length === 5 ? `${text}:00` : text.replace(',', '.');
}

function toInstant(date: string, time = '00:00', zone = 'Z'): string | undefined {
  const [clock, fraction = ''] = time.replace(',', '.').split('.') as [string, string?];
  const offset = /^[+-]\d{2}$/.test(zone) ? `${zone}:00` : zone.toUpperCase().replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  const milliseconds = fraction.slice(0, 3).padEnd(3, '0');
  const instant = new Date(`${date}T${clock.length === 5 ? `${clock}:00` : clock}.${milliseconds}${offset}`);
  return Number.isNaN(instant.getTime()) ? undefined : instant.toISOString();
}

/**
 * A column's or a getter's value as JSON: dates as `Date#toJSON` writes them, bytes as base64, big integers
 * as text; what is no number in JSON is null. @see SER-16, SER-17
 */
export function toJson(value: unknown): unknown {
  if (value === undefined || value === null) return null;
  switch (typeof value) {
    case 'bigint':
      return value.toString();
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'object':
      return objectToJson(value);
    case 'function':
    case 'symbol':
      return null;
    default:
      return value;
  }
}

function objectToJson(value: object): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toJSON();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Set) return [...value].map(toJson);
  if ('toJSON' in value && typeof value.toJSON === 'function') return (value as { toJSON(): unknown }).toJSON();
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, toJson(each)]));
}

/** A value as it stands in printed filters. */
export function printValue(value: Value): string {
  if (typeof value === 'string') return `'${value}'`;
  return typeof value === 'object' ? value.clock : String(value);
}
