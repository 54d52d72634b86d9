/**
 * Answers as text: small ones in one piece, big ones in chunks, with the event loop let in between and no more of them
 * in memory than the client takes.
 */
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { isSent, send, sendStream, type HttpAnswer } from './http.js';

/** The longest text that is sent in one piece, in characters. */
const BIG = 256 * 1024;
/** How long chunks are. */
const CHUNK = 64 * 1024;

/** Sends a text that is made piece by piece. */
export function sendPieces(response: object, answer: Omit<HttpAnswer, 'body'>, pieces: Iterable<string>): void {
  if (isSent(response)) return;
  const iterator = pieces[Symbol.iterator]();
  const begun = take(iterator, BIG);
  if (!begun.done) sendStream(response, answer, Readable.from(chunksOf(begun.text, iterator), { objectMode: false }));
  else send(response, { body: begun.text, ...answer });
}

/** Pieces until they are longer than a length, or all of them. */
function take(iterator: Iterator<string>, length: number): { readonly text: string; readonly done: boolean } {
  let text = '';
  while (text.length <= length) {
    const next = iterator.next();
    if (next.done === true) return { text, done: true };
    text += next.value;
  }
  return { text, done: false };
}

async function* chunksOf(begun: string, iterator: Iterator<string>): AsyncIterable<string> {
  yield begun;
  for (;;) {
    await setImmediate();
    const { text, done } = take(iterator, CHUNK);
    if (text !== '') yield text;
    if (done) return;
  }
}

/** The text of a document: the elements of its lists are pieces. */
export function* piecesOf(document: Readonly<Record<string, unknown>>): Iterable<string> {
  if ('toJSON' in document) {
    yield JSON.stringify(document);
    return;
  }
  let separator = '{';
  for (const [name, value] of Object.entries(document)) {
    const start = `${separator}${JSON.stringify(name)}:`;
    if (Array.isArray(value) && value.length > 0) {
      for (const [index, each] of (value as unknown[]).entries()) {
        yield `${index === 0 ? `${start}[` : ','}${JSON.stringify(each) ?? 'null'}`;
      }
      yield ']';
    } else {
      const text = JSON.stringify(value) as string | undefined;
      if (text === undefined) continue;
      yield start + text;
    }
    separator = ',';
  }
  yield separator === '{' ? '{}' : '}';
}
