/**
 * The pages around a page by cursor.
 */
import { EDGE, type CursorPage } from '../query/cursor.js';
import type { Result } from '../query/result.js';

/** The cursors that lead on from a page; null where nothing lies there. */
export interface Neighbours {
  /** What the page in front ends before. */
  readonly prev: string | null;
  /** What the next page starts after. */
  readonly next: string | null;
}

/**
 * Where to go on from a page. Without `before`, or without `after`, what is null is known to have no rows; otherwise the
 * page behind a cursor may be empty. Between two cursors, only what lies between them counts. @see P12, P13, P14
 */
export function neighboursOf({ records, more }: Pick<Result, 'records' | 'more'>, cursor: CursorPage): Neighbours {
  const { after, before, backward, seal } = cursor;
  const isStart = after === undefined || after.length === 0;
  const isEnd = before === undefined || before.length === 0;
  const isRange = after !== undefined && before !== undefined;
  const hasPrev = backward ? more : !isRange && !isStart;
  const hasNext = backward ? !isEnd : more;
  return {
    // An empty page has no row to start from: in front of it lie the last rows, and behind it the first.
    prev: hasPrev ? seal(records[0]?.position ?? EDGE) : null,
    next: hasNext ? seal(records.at(-1)?.position ?? EDGE) : null,
  };
}

/** True where the rows between two cursors are more than the page has. @see P10 */
export function isTruncated({ query, more }: Pick<Result, 'query' | 'more'>): boolean {
  return query.cursor?.after !== undefined && query.cursor.before !== undefined && more;
}
