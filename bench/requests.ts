/**
 * Requests in words that can be sent: their placeholders filled, their bodies written.
 */
import type { Asked } from './work.js';

/** What the placeholders stand for in one request. */
export interface Numbers {
  readonly row: number;
  readonly age: number;
  readonly n: number;
}

/** As many rows are written in turn: none is written by two requests at a time. */
export const ROWS = 1000;

/**
 * The numbers of a request.
 *
 * @param n how many have gone before; rows come again with another age
 */
export function numbersOf(n: number): Numbers {
  return { row: 1 + (n % ROWS), age: 20 + (Math.floor(n / ROWS) % 50), n };
}

/** The numbers of the one request whose effect is looked at. */
export const FIRST: Numbers = { row: 77, age: 99, n: 0 };

export function bodyOf({ body }: Asked): string | undefined {
  return body === undefined ? undefined : JSON.stringify(body);
}

/** Puts the numbers into a path or a body; an age is a number, also where it stands in quotes. */
export function fill(text: string, { row, age, n }: Numbers): string {
  return text
    .replaceAll('{row}', String(row))
    .replaceAll(/"?\{age\}"?/g, String(age))
    .replaceAll('{n}', String(n));
}

export interface Answer {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>> | undefined;
  /** Milliseconds until it was read. */
  readonly time: number;
}

/** Milliseconds that one request may take. */
const PATIENCE = 60_000;

/** Sends one request. */
export async function request(origin: string, asked: Asked): Promise<Answer> {
  const { method, path, headers } = asked;
  const body = bodyOf(asked);
  const began = performance.now();
  const answer = await fetch(origin + fill(path, FIRST), {
    method,
    headers: { ...headers },
    signal: AbortSignal.timeout(PATIENCE),
    ...(body !== undefined && { body: fill(body, FIRST) }),
  });
  const text = await answer.text();
  const time = performance.now() - began;
  return { status: answer.status, json: text === '' ? undefined : (JSON.parse(text) as Answer['json']), time };
}

/**
 * The request with its cursor, which the server is asked for.
 *
 * @param own what stands for the cursor on servers whose cursors are plain keys
 */
export async function withCursor(origin: string, asked: Asked, own?: number): Promise<Asked> {
  if (!asked.path.includes('{cursor}')) return asked;
  const put = (cursor: string): Asked => {
    const { cursor: _, ...rest } = asked;
    return { ...rest, path: asked.path.replace('{cursor}', encodeURIComponent(cursor)) };
  };
  if (own !== undefined) return put(String(own));
  if (asked.cursor === undefined) throw new Error('nothing says where the cursor comes from');
  const { path, parameter } = asked.cursor;
  const { status, json } = await request(origin, { ...asked, path });
  const next = (json?.links as { readonly next?: unknown } | undefined)?.next;
  const cursor = typeof next === 'string' ? new URL(next, origin).searchParams.get(parameter) : json?.[parameter];
  if (typeof cursor !== 'string') throw new Error(`${path} has no next page by cursor (status ${status})`);
  return put(cursor);
}
