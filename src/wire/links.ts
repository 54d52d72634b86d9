/**
 * The URLs of answers, in one style: absolute paths, or whatever the address's root begins with.
 */
import { EDGE, type CursorPage } from '../query/cursor.js';
import type { Identifier, Result } from '../query/result.js';
import type { Resource } from '../resource/resource.js';
import { isTruncated, neighboursOf } from './neighbours.js';
import type { Address } from './wire-format.js';

/** The pages of a list that a client may go to; null where there is none. */
export interface PageLinks {
  readonly first: string;
  readonly last?: string | undefined;
  readonly prev: string | null;
  readonly next: string | null;
}

export function collectionUrl({ root, roots }: Pick<Address, 'root' | 'roots'>, resource: Resource): string {
  return `${roots?.get(resource.version) ?? root}/${encodedPath(resource)}`;
}

const ENCODED_PATHS = new WeakMap<Resource, string>();

/** A resource's path as it stands in URLs, encoded once. */
function encodedPath(resource: Resource): string {
  let path = ENCODED_PATHS.get(resource);
  if (path === undefined) {
    path = resource.path.split('/').map(encodeURIComponent).join('/');
    ENCODED_PATHS.set(resource, path);
  }
  return path;
}

export function resourceUrl(address: Pick<Address, 'root' | 'roots'>, { resource, id }: Identifier): string {
  return `${collectionUrl(address, resource)}/${encodeURIComponent(id)}`;
}

/** The URL of the request itself, query and all, encoded as a URL has to be. */
export function selfUrl(address: Address): string {
  const query = new URLSearchParams(address.queryString).toString();
  return query === '' ? address.path : `${address.path}?${query}`;
}

/** How a format spells the parameters of pages. */
export interface PageParameters {
  readonly number: string;
  readonly size: string;
  readonly after: string;
  readonly before: string;
}

/** Links to the other pages of a result, with the rest of the query kept; undefined where there are no pages. */
export function pageLinks(address: Address, result: Result, names: PageParameters): PageLinks | undefined {
  const { query, total, more } = result;
  const { page } = query;
  if (query.cardinality !== 'many' || page === undefined) return undefined;
  if (query.cursor !== undefined) return cursorLinks(address, result, query.cursor, page.size, names);
  const last = total === undefined ? undefined : Math.max(1, Math.ceil(total / page.size));
  const to = pageUrls(address, names, page.size);
  const previous = last === undefined ? page.number - 1 : Math.min(page.number - 1, last);
  const hasNext = last === undefined ? more : page.number < last;
  return {
    first: to(1),
    ...(last === undefined ? {} : { last: to(last) }),
    prev: previous < 1 ? null : to(previous),
    next: hasNext ? to(page.number + 1) : null,
  };
}

/** The URL of every page; the rest of the query is written once. */
function pageUrls(address: Address, names: PageParameters, size: number): (page: number) => string {
  const query = new URLSearchParams(address.queryString);
  query.set(names.number, '0');
  query.set(names.size, String(size));
  const text = `?${query.toString()}&`;
  // Inside names and values, these signs would be escaped.
  const name = new RegExp(`[?&]${encodeURIComponent(names.number)}=`).exec(text)!;
  const at = name.index + name[0].length;
  const [start, end] = [address.path + text.slice(0, at), text.slice(at + 1, -1)];
  return (page) => start + page + end;
}

/** Links to the pages around, with the rest of the query kept. */
function cursorLinks(
  address: Address,
  result: Result,
  cursor: CursorPage,
  size: number,
  names: PageParameters,
): PageLinks {
  const { prev, next } = neighboursOf(result, cursor);
  const to = (after: string | null, before: string | null): string => {
    const query = new URLSearchParams(address.queryString);
    query.set(names.size, String(size));
    for (const [name, text] of [
      [names.after, after],
      [names.before, before],
    ] as const) {
      if (text === null) query.delete(name);
      else query.set(name, text);
    }
    return `${address.path}?${query.toString()}`;
  };
  // In a range, the next page ends where this one was to end.
  const end = isTruncated(result) ? new URLSearchParams(address.queryString).get(names.before) : null;
  return {
    first: to(null, null),
    last: to(null, cursor.seal(EDGE)),
    prev: prev === null ? null : to(null, prev),
    next: next === null ? null : to(next, end),
  };
}

/** The longest `Link` header; proxies refuse longer ones (decision 17). */
const LONGEST_HEADER = 8_192;

/** The `Link` header for the pages, or nothing where it would be too long. @see PAG-16 */
export function linkHeader(links: PageLinks | undefined): string | undefined {
  if (links === undefined) return undefined;
  const present = Object.entries(links).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  const header = present.map(([rel, url]) => `<${url}>; rel="${rel}"`).join(', ');
  return header.length > LONGEST_HEADER ? undefined : header;
}
