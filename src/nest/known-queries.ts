/**
 * Checked queries of earlier requests: a query string that comes again, from somebody who sees the same fields, is neither
 * decoded nor checked again. Strings with filters are left out, whose values differ, and so is everything that the
 * application was asked about.
 */
import type { ApiRequest, WriteOperation } from '../query/api-request.js';
import type { Position } from '../query/cursor.js';
import { parseQuery } from '../query/parse-query.js';
import type { Query } from '../query/query.js';
import { Recent } from '../query/recent.js';
import { repeatable, repeatQuery, type KnownAnswer, type Repeatable } from '../query/repeat-query.js';
import type { QueryRules } from '../query/rules.js';
import type { Viewer } from '../resource/policy.js';
import type { WireFormatName } from '../wire/format-name.js';
import type { IncomingRequest } from '../wire/wire-format.js';

/** How many are kept. */
const MOST_QUERIES = 500;
/** The longest query string that is kept. */
const LONGEST = 1_000;

/** Under which the query of a request is kept, once it is checked. */
const KEY = Symbol('key');

/** A request that was decoded, and whose query may be kept. */
interface NewRequest extends ApiRequest {
  readonly [KEY]?: string;
}

/** A request that says what an earlier one has said, but for the id and the cursor. */
export class RepeatedRequest {
  constructor(
    readonly known: Repeatable,
    readonly id: string | undefined,
    readonly viewer: Viewer,
    /** The place that the cursor of this request stands for. */
    readonly position: Position | undefined,
  ) {}
}

export class KnownQueries {
  private readonly known = new Recent<Repeatable>(MOST_QUERIES);

  /** The decoded request, or one that need not be decoded; nobody may edit it. */
  decode(incoming: IncomingRequest, format: WireFormatName, read: () => ApiRequest): ApiRequest | RepeatedRequest {
    const { id, viewer } = incoming;
    const { queryString, cursor } = withoutCursor(incoming.queryString);
    if (queryString.length > LONGEST || incoming.relatedId !== undefined) return read();
    const key = keyOf({ ...incoming, queryString }, format);
    const known = this.known.get(key);
    if (known === undefined) return Object.assign(read(), { [KEY]: key });
    if (known.end === undefined) return new RepeatedRequest(known, id, viewer, undefined);
    const position = cursor === undefined ? undefined : known.query.cursor?.open(cursor);
    // What is no cursor of this list is told where requests are checked.
    return position === undefined ? read() : new RepeatedRequest(known, id, viewer, position);
  }

  /** What the answer to a write shows, for writes that ask for the same. */
  answerTo(incoming: IncomingRequest, format: WireFormatName, operation: WriteOperation): KnownAnswer | undefined {
    if (incoming.queryString.length > LONGEST) return undefined;
    const key = keyOf(incoming, `${format} ${operation}`);
    return { get: () => this.known.get(key), set: (answer) => this.known.set(key, answer) };
  }

  /** The checked query of a request. */
  query(request: ApiRequest | RepeatedRequest, rules: QueryRules): Query | Promise<Query> {
    if (request instanceof RepeatedRequest)
      return repeatQuery(request.known, request.id, rules.policy, request.position);
    return rules.policy.settled(() => {
      const query = parseQuery(request, rules);
      const { [KEY]: key } = request as NewRequest;
      const found = key === undefined ? undefined : repeatable(request, query, rules);
      if (found !== undefined) this.known.set(key!, found);
      return query;
    });
  }
}

/** A parameter for a cursor, as both formats spell it. */
const CURSOR = /(?<=(?:^|&)(?:page(?:\[|%5B))?(?:after|before)(?:\]|%5D)?=)[\w-]+(?=&|$)/gi;

/** A query string with a space, which none has, in the place of its cursor; one that has several stays as it is. */
function withoutCursor(queryString: string): { readonly queryString: string; readonly cursor: string | undefined } {
  const cursors = queryString.match(CURSOR);
  return cursors?.length === 1
    ? { queryString: queryString.replace(CURSOR, ' '), cursor: cursors[0] }
    : { queryString, cursor: undefined };
}

/** All that a checked query depends on, but for the id and the cursor. No part but the last can have a line's end in it. */
function keyOf({ resource, operation, viewer, queryString, relation }: IncomingRequest, format: string): string {
  const { groups, version } = viewer;
  const sees = groups.length === 0 && version === undefined ? '' : JSON.stringify([groups, version]);
  return `${resource.path}\n${resource.version ?? ''}\n${format}\n${operation}\n${sees}\n${queryString}\n${relation ?? ''}`;
}
