/**
 * Cursors: places in a sorted list, as texts that only this application can make and read. They are encrypted, because
 * they hold what the rows are sorted by as the database has it, which may be more than a viewer sees: the column behind
 * a `@Transform`, a key that is not the `id`.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/** The URI of the JSON:API profile for pages by cursor, with which its error types begin. */
export const CURSOR_PROFILE = 'https://jsonapi.org/profiles/ethanresnick/cursor-pagination';

/** A value as a store has it; what JSON cannot hold included. */
export type CursorValue = string | number | bigint | boolean | null | Uint8Array;

/** The values of a row, by the keys of the sort. An empty one is no row's: it stands before the first, or behind the last. */
export type Position = readonly CursorValue[];

/** Seals and opens cursors for one list in one order. */
export interface CursorSeal {
  /** The cursor of a row of this list. */
  readonly seal: (position: Position) => string;
  /** Undefined for a text that is no cursor of this list in this order. */
  readonly open: (text: string) => Position | undefined;
}

/** Where a page begins or ends, in place of its number; with the seal of its list. */
export interface CursorPage extends CursorSeal {
  /** The page starts behind this. */
  readonly after: Position | undefined;
  /** The page ends in front of this; without `after`, it is filled from here backwards. */
  readonly before: Position | undefined;
  /** The rows are looked for in reverse order, from `before` towards the first. */
  readonly backward: boolean;
}

/** Where rows stand in front of all, or behind all. */
export const EDGE: Position = Object.freeze([]);

const TAG_LENGTH = 16;

/**
 * The cursors of one application. They are URL-safe, and a position in a list has one; what is encrypted is 16 bytes
 * longer than its JSON. They are made as SIV prescribes: the tag, an HMAC-SHA-256 of list, order and contents cut to 128
 * bits, is the initial value of AES-256 in counter mode.
 *
 * @example
 * const { seal, open } = new Cursors('a secret of all processes').for('api/person name, id');
 * open(seal(['Ada', 1])); // ['Ada', 1]
 */
export class Cursors {
  private readonly tagKey: Buffer;
  private readonly textKey: Buffer;

  /** @param secret the same in all processes that read each other's cursors; by default one of this process alone */
  constructor(secret: string | Uint8Array = randomBytes(32)) {
    const keys = Buffer.from(hkdfSync('sha256', secret, '', 'nestjs-restless cursors 1', 64));
    this.tagKey = keys.subarray(0, 32);
    this.textKey = keys.subarray(32);
  }

  /** @param list what cursors are bound to: names the list and its order */
  for(list: string): CursorSeal {
    const key = createHmac('sha256', this.tagKey).update(list).digest();
    const tagOf = (contents: Buffer): Buffer =>
      createHmac('sha256', key).update(contents).digest().subarray(0, TAG_LENGTH);
    return {
      seal: (position) => {
        const contents = Buffer.from(write(position));
        const tag = tagOf(contents);
        const text = createCipheriv('aes-256-ctr', this.textKey, tag).update(contents);
        return Buffer.concat([tag, text]).toString('base64url');
      },
      open: (text) => {
        const bytes = Buffer.from(text, 'base64url');
        // What decodes alike is not alike: each position has one cursor.
        if (bytes.length < TAG_LENGTH || bytes.toString('base64url') !== text) return undefined;
        const tag = bytes.subarray(0, TAG_LENGTH);
        const contents = createDecipheriv('aes-256-ctr', this.textKey, tag).update(bytes.subarray(TAG_LENGTH));
        return timingSafeEqual(tag, tagOf(contents)) ? read(contents.toString()) : undefined;
      },
    };
  }
}

/** The values as JSON without its outer brackets; what JSON does not have is a list of its kind and its text. */
function write(position: Position): string {
  return JSON.stringify(position.map(toJson)).slice(1, -1);
}

function toJson(value: CursorValue): unknown {
  if (typeof value === 'bigint') return ['integer', value.toString()];
  if (typeof value === 'number' && !Number.isFinite(value)) return ['number', String(value)];
  if (value instanceof Uint8Array) return ['bytes', Buffer.from(value).toString('base64')];
  return value;
}

function read(text: string): Position {
  const values = JSON.parse(`[${text}]`) as (CursorValue | readonly [kind: string, text: string])[];
  return values.map((value) => (Array.isArray(value) ? fromJson(value as never) : (value as CursorValue)));
}

function fromJson([kind, text]: readonly [kind: string, text: string]): CursorValue {
  if (kind === 'integer') return BigInt(text);
  return kind === 'number' ? Number(text) : Buffer.from(text, 'base64');
}
