/**
 * JSON as text, without the values that JSON.stringify would want: the same bytes, sooner. Formats write their answers with it
 * where nobody wants to see the document.
 */

/** How long pieces are, in characters; small documents are few of them. */
const PIECE = 16_384;

/** The elements of a list behind what starts it, in pieces. */
export function* listed<T>(start: string, elements: readonly T[], write: (element: T) => string): Iterable<string> {
  let out = start;
  let separator = '';
  for (const element of elements) {
    out += separator + write(element);
    separator = ',';
    if (out.length < PIECE) continue;
    yield out;
    out = '';
  }
  yield `${out}]`;
}

/** Elements without the brackets around them. */
export function joined<T>(elements: readonly T[], write: (element: T) => string): string {
  let out = '';
  for (const element of elements) out += `${out === '' ? '' : ','}${write(element)}`;
  return out;
}

/** What JSON.stringify says, sooner for what is frequent. */
export function jsonOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null';
  if (typeof value === 'string') return quoted(value);
  return value === null ? 'null' : JSON.stringify(value);
}

/** Characters that stand for themselves in JSON. */
const PLAIN_TEXT = /^[ !#-[\]-~]*$/;

/** A text in JSON. */
export function quoted(text: string): string {
  return PLAIN_TEXT.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** Members in the order in which they stand in an object: numbers first, and each name once, with the last value. */
export function inOrder<T>(members: Iterable<readonly [name: string, value: T]>): readonly (readonly [string, T])[] {
  return Object.entries(Object.fromEntries(members));
}
