/**
 * What a relationship says that shows a part of its linkage: where the rest is, and how much there is in all.
 */
import type { ResourceRecord } from '../../query/result.js';
import type { Relationship } from '../../resource/resource.js';

/** The members that come on top of a relationship's own. */
export interface Rest {
  /** The page of the relationship's own URL that begins where the linkage ends. */
  readonly next: string | undefined;
  readonly total: number | undefined;
}

/**
 * The rest of a relationship; undefined where there is nothing to say. A pagination link of a relationship pages its linkage, not
 * the related resources (JSON:API 1.1, "Relationships").
 *
 * @param url of the record
 * @see JA-26
 */
export function restOf(record: ResourceRecord, { name, target }: Relationship, url: string): Rest | undefined {
  const portion = record.portions?.get(name);
  if (portion === undefined) return undefined;
  const { limit, more, total } = portion;
  // A page by cursor has no number to begin with.
  const isServed = record.resource.options.served.has('GET_RELATIONSHIP') && target.options.pagination !== 'cursor';
  if (!more || !isServed) return { next: undefined, total };
  let size = Math.min(limit, target.options.maxPageSize);
  // Pages begin at multiples of their size, and one has to begin where the linkage ends.
  while (limit % size > 0) size -= 1;
  const page = new URLSearchParams({ 'page[number]': String(limit / size + 1), 'page[size]': String(size) });
  return { next: `${url}/relationships/${encodeURIComponent(name)}?${page.toString()}`, total };
}
