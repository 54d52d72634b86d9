/**
 * Goes through a list by cursor, page by page, as a client does that follows links or hands on cursors.
 */
import type { Answer, TestApp } from './app.js';

/** The pages of a list, as ids, in the order in which they were asked for. */
export type Pages = readonly (readonly string[])[];

/** How often a list is asked before it is thought to have no end. */
const MOST_PAGES = 500;

/**
 * Follows a link of JSON:API answers to the end.
 *
 * @example
 * const pages = await follow(app, '/api/person?page[size]=2', 'next'); // [['1', '2'], ['3']]
 */
export async function follow(app: TestApp, path: string, rel: 'next' | 'prev'): Promise<Pages> {
  const pages: (readonly string[])[] = [];
  for (let url: string | null = path; url !== null;) {
    if (pages.length > MOST_PAGES) throw new Error(`${path} has no end.`);
    const answer: Answer = await app.get(url);
    if (answer.status !== 200) throw new Error(`${url}: ${answer.text}`);
    pages.push(answer.at('/data/*/id') as string[]);
    url = answer.at(`/links/${rel}`) as string | null;
  }
  return pages;
}

/** The same in flat JSON, by the cursors of the answers; from the start, or from a cursor. */
export async function followFlat(
  app: TestApp,
  path: string,
  way: 'after' | 'before',
  from: string | null = null,
): Promise<Pages> {
  const pages: (readonly string[])[] = [];
  const member = way === 'after' ? 'next_cursor' : 'prev_cursor';
  const at = (cursor: string | null): string => (cursor === null ? path : `${path}&${way}=${cursor}`);
  for (let url: string | null = at(from); url !== null;) {
    if (pages.length > MOST_PAGES) throw new Error(`${path} has no end.`);
    const answer: Answer = await app.get(url, { Accept: 'application/json' });
    if (answer.status !== 200) throw new Error(`${url}: ${answer.text}`);
    pages.push((answer.at('/objects/*/id') as unknown[]).map(String));
    const cursor = answer.at(`/${member}`) as string | null;
    url = cursor === null ? null : at(cursor);
  }
  return pages;
}
