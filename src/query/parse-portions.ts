/**
 * Checks how many rows of an included relationship a client wants for each row, and in which order they come.
 */
import { portionOf, relatedSort } from '../resource/portions.js';
import type { Relationship, Resource } from '../resource/resource.js';
import type { ApiRequest, RawPortion } from './api-request.js';
import { bad, quote } from './faults.js';
import { closedSort } from './parse-paths.js';
import type { EdgeLimit, SortKey } from './query.js';

/** The order of what a relationship leads to, unless the client says otherwise. */
export function relatedOrder(owner: Resource, relationship: Relationship): readonly SortKey[] {
  const keys = relatedSort(owner, relationship).map((key) =>
    Object.freeze({ steps: [], shown: undefined, ignoreCase: false, ...key }),
  );
  return Object.freeze(closedSort(keys, relationship.target));
}

/** What is asked of included relationships, by path. */
export class Portions {
  private readonly unused: Map<string, RawPortion>;

  constructor(private readonly request: ApiRequest) {
    this.unused = new Map(request.portions);
  }

  /**
   * How many rows are shown for each row; undefined is all.
   *
   * @throws BadRequestError for what is no number, or more than the relationship's `maxLimit`
   */
  limit(path: string, owner: Resource, relationship: Relationship): EdgeLimit | undefined {
    const asked = this.request.portions?.get(path);
    this.unused.delete(path);
    if (!relationship.toMany) {
      if (asked !== undefined) throw fault(asked, `${quote(path)} leads to one resource; there is nothing to limit.`);
      return undefined;
    }
    const { limit, maxLimit, total = false } = portionOf(owner, relationship);
    const most = maxLimit ?? limit ?? Infinity;
    const rows = asked === undefined ? (limit ?? maxLimit) : rowsOf(asked, most);
    return rows === undefined ? undefined : Object.freeze({ rows, total });
  }

  /** @throws BadRequestError for a path that is not included */
  expectUsed(): void {
    for (const [path, asked] of this.unused) {
      throw fault(asked, `${quote(path)} is not included here, so there is nothing to limit.`);
    }
  }
}

function rowsOf(asked: RawPortion, most: number): number {
  const size = /^\d{1,15}$/.test(asked.size) ? Number(asked.size) : 0;
  if (size === 0) throw fault(asked, `Expected a whole number above 0, got ${quote(asked.size)}.`);
  if (size <= most) return size;
  if (asked.isCapped) return most;
  throw fault(asked, `There are at most ${most} for each resource; ${size} were asked for.`);
}

function fault({ parameter }: RawPortion, detail: string): Error {
  return bad('BAD_PAGE', { parameter, pointer: '' }, detail);
}
