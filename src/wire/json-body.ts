/**
 * The text of a body → JSON, without losing anything: repeated members are an error, numbers keep their digits.
 */
import { isSafeNumber, parse } from 'lossless-json';
import { BadRequestError } from '../errors.js';
import { escapePointer, quote } from '../query/faults.js';
import { ExactNumber } from '../query/values.js';

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/** A body that nobody has parsed. */
export function isRaw(body: unknown): body is string | Uint8Array {
  return typeof body === 'string' || body instanceof Uint8Array;
}

/**
 * Parses a body.
 *
 * @throws BadRequestError for what is no JSON in UTF-8, nests too deeply, or has a member twice.
 */
export function parseBody(body: string | Uint8Array, depth: number): unknown {
  const text = typeof body === 'string' ? body : decode(body);
  checkNesting(text, depth);
  try {
    return parse(text, undefined, parseNumber);
  } catch {
    throw refusal('The body is no JSON.');
  }
}

/**
 * A body that the application's own parser has read, if it does not nest too deeply.
 *
 * @throws BadRequestError
 */
export function expectDepth(body: unknown, depth: number): unknown {
  let level: readonly unknown[] = [body];
  for (let deep = 0; level.length > 0; deep++) {
    if (deep > depth) throw tooDeep(depth);
    level = level.flatMap((each): unknown[] => (isContainer(each) ? Object.values(each) : [])).filter(isContainer);
  }
  return body;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function tooDeep(depth: number): BadRequestError {
  const detail = `The body nests deeper than ${depth} levels, the limit bodyDepth.`;
  return new BadRequestError('LIMIT_EXCEEDED', detail, { source: { pointer: '' } });
}

function decode(bytes: Uint8Array): string {
  try {
    return UTF_8.decode(bytes);
  } catch {
    throw refusal('The body is no UTF-8.');
  }
}

function parseNumber(text: string): number | ExactNumber {
  return isSafeNumber(text) ? Number(text) : new ExactNumber(text);
}

function refusal(detail: string, pointer = ''): BadRequestError {
  return new BadRequestError('BAD_BODY', detail, { source: { pointer } });
}

/** A list or an object that has begun: how far in it we are. */
interface Container {
  /** The members so far; a list has none. */
  readonly names: Set<string> | undefined;
  /** The member or the element that we are at. */
  at: string | number;
}

const COLON = /\s*:/y;

/**
 * Refuses too much depth, and members that are there twice: of two values one would be lost. Looked up before parsing,
 * which goes into the depth; what is no JSON at all is left to the parser.
 */
function checkNesting(text: string, depth: number): void {
  const open: Container[] = [];
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    const current = open.at(-1);
    if (character === '"') {
      const start = index;
      index = endOfString(text, start);
      COLON.lastIndex = index + 1;
      const isName = current?.names !== undefined && COLON.test(text);
      if (isName) enterMember(open, current.names, text.slice(start, index + 1));
    } else if (character === '{' || character === '[') {
      open.push(character === '{' ? { names: new Set(), at: '' } : { names: undefined, at: 0 });
      if (open.length > depth) throw tooDeep(depth);
    } else if (character === '}' || character === ']') open.pop();
    else if (character === ',' && typeof current?.at === 'number') current.at += 1;
  }
}

/** Where the string that begins here ends; the end of the text where it does not. */
function endOfString(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index++) {
    if (text[index] === '\\') index++;
    else if (text[index] === '"') return index;
  }
  return text.length;
}

function enterMember(open: readonly Container[], names: Set<string>, string: string): void {
  let name: string;
  try {
    name = JSON.parse(string) as string;
  } catch {
    return;
  }
  open.at(-1)!.at = name;
  if (names.has(name)) {
    const pointer = open.map(({ at }) => `/${escapePointer(String(at))}`).join('');
    throw refusal(`The member ${quote(name)} is there twice.`, pointer.toWellFormed());
  }
  names.add(name);
}
