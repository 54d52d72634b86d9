/**
 * What is asked of the servers. How each kind of server is asked it, `dialects.ts` says.
 */
import { DIALECTS, type Dialect } from './dialects.js';

/** One request. `{row}`, `{age}` and `{n}` in its path and its body are another number in each request under load. */
export interface Asked {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** A request whose `links.next` has the value for `{cursor}` in this parameter; or that has it in this member itself. */
  readonly cursor?: { readonly path: string; readonly parameter: string };
}

export type WorkKey =
  | 'item'
  | 'page'
  | 'include'
  | 'uncounted'
  | 'filter'
  | 'related-filter'
  | 'related-sort'
  | 'deep'
  | 'cursor-first'
  | 'cursor'
  | 'post'
  | 'patch'
  | 'post-related';

export interface Work {
  readonly key: WorkKey;
  readonly title: string;
  /** Part of the short run. */
  readonly quick: boolean;
  /** The request in each server's words; a server that has none for it cannot do it. */
  readonly ask: Readonly<Partial<Record<Dialect, Asked>>>;
  readonly spot: Spot;
}

/** Rows on a page. */
export const SIZE = 20;

/** Where the work is in the tables. */
export interface Spot {
  /** The number of the page that is far in. */
  readonly deep: number;
  /** The last row before that page. */
  readonly before: number;
}

/**
 * The work over tables of one size.
 *
 * @param size how many persons there are
 */
export function workFor(size: number): readonly Work[] {
  // Number 25,000 of a million rows; as far in as that in fewer.
  const deep = Math.max(2, Math.floor(size / 40));
  const spot: Spot = { deep, before: (deep - 1) * SIZE };
  const number = deep.toLocaleString('en');
  const list: readonly Omit<Work, 'ask' | 'spot'>[] = [
    { key: 'item', title: 'one resource', quick: true },
    { key: 'page', title: 'page of 20 with total', quick: true },
    { key: 'include', title: 'page of 20, to-many include, total', quick: true },
    { key: 'uncounted', title: 'the same without total', quick: false },
    { key: 'filter', title: 'filter on an indexed column', quick: false },
    { key: 'related-filter', title: 'filter through a to-many relation', quick: false },
    { key: 'related-sort', title: 'sort by a to-one relation', quick: false },
    { key: 'deep', title: `page ${number} by number`, quick: false },
    { key: 'cursor-first', title: 'page 1 by cursor', quick: false },
    { key: 'cursor', title: `page ${number} by cursor`, quick: false },
    { key: 'post', title: 'POST', quick: true },
    { key: 'patch', title: 'PATCH of one attribute', quick: true },
    { key: 'post-related', title: 'POST with a relationship', quick: false },
  ];
  const asked = Object.entries(DIALECTS).map(([dialect, words]) => [dialect, words(spot)] as const);
  return list.map((work) => ({
    ...work,
    spot,
    ask: Object.fromEntries(asked.flatMap(([dialect, words]) => (words[work.key] ? [[dialect, words[work.key]]] : []))),
  }));
}
