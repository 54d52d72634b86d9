/**
 * The text of a body → JSON, without losing anything: repeated members are an error, numbers keep their digits.
 */
import { isSafeNumber, parse } from 'lossless-json';
import { BadRequestError } from '../errors.js';
import { ExactNumber } from '../query/values.js';

/**
 * Parses a body.
 *
 * @throws BadRequestError for what is no JSON, nests too deeply, or has a member twice.
 */
export function parseBody(text: string, depth: number): unknown {
  if (deepest(text) > depth) {
    throw new BadRequestError('LIMIT_EXCEEDED', `The body nests deeper than ${depth} levels, the limit bodyDepth.`, {
      source: { pointer: '' },
    });
  }
  try {
    return parse(text, undefined, { parseNumber, onDuplicateKey: ({ key }) => refuseRepeated(key) });
  } catch (error) {
    if (error instanceof BadRequestError) throw error;
    throw new BadRequestError('BAD_BODY', 'The body is no JSON.', { source: { pointer: '' } });
  }
}

function parseNumber(text: string): number | ExactNumber {
  return isSafeNumber(text) ? Number(text) : new ExactNumber(text);
}

function refuseRepeated(key: string): never {
  throw new BadRequestError('BAD_BODY', `The body has the member ${JSON.stringify(key)} twice in one object.`, {
    source: { pointer: '' },
  });
}

/** How deep lists and objects nest; looked up before parsing, which goes into the depth. */
function deepest(text: string): number {
  let depth = 0;
  let most = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (quoted) {
      if (character === '\\') index++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '[' || character === '{') most = Math.max(most, ++depth);
    else if (character === ']' || character === '}') depth--;
  }
  return most;
}
