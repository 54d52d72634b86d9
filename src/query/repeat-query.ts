/**
 * A checked query for a further request: where a request says what an earlier one has said, but for the id and the cursor that it names,
 * and the checks have asked nobody about it, what they said then holds now.
 */
import type { Policy } from '../resource/policy.js';
import type { ApiRequest, ChangeRequest } from './api-request.js';
import type { Position } from './cursor.js';
import { and, type Filter } from './filter.js';
import { expectId } from './parse-query.js';
import { scopeFilter } from './parse-filter.js';
import type { Query } from './query.js';
import type { QueryRules } from './rules.js';

/** A query that can be asked again. */
export interface Repeatable {
  /** The query of the first request, without its viewer; copies of an object that has all members already are cheap. */
  readonly query: Omit<Query, 'viewer' | 'checks'> & { readonly viewer: undefined; readonly checks: undefined };
  /** What the row that is named by its id has to pass beside it. */
  readonly named: Filter | undefined;
  /** Which end of the page a cursor has named. */
  readonly end: 'after' | 'before' | undefined;
}

/** The query behind the answers to one kind of write, kept between requests. */
export interface KnownAnswer {
  get(): Repeatable | undefined;
  set(answer: Repeatable): void;
}

/** A request to write as the client has sent it, whose answer may be one that is known. */
export interface UneditedChange extends ChangeRequest {
  readonly answers?: KnownAnswer | undefined;
}

/**
 * What a query that was checked is for further requests; undefined where values of this one are part of it, or the
 * application was asked about it.
 */
export function repeatable(request: ApiRequest, query: Query, rules: QueryRules): Repeatable | undefined {
  const { filters, restrictions, relatedRestrictions, relatedId, page } = request;
  const values = [...filters, ...restrictions, ...relatedRestrictions];
  const isRange = page.after !== undefined && page.before !== undefined;
  if (values.length > 0 || relatedId !== undefined || isRange) return undefined;
  const named = request.id === undefined ? undefined : scopeFilter(request.resource, rules, true);
  if (rules.policy.hasAsked) return undefined;
  const end = page.after !== undefined ? 'after' : page.before === undefined ? undefined : 'before';
  return Object.freeze({ query: Object.freeze({ ...query, viewer: undefined, checks: undefined }), named, end });
}

/**
 * @param position of the cursor that this request names, where the first has named one at the same end
 * @throws NotFoundError for an id that cannot be one
 */
export function repeatQuery(known: Repeatable, id: string | undefined, policy: Policy, position?: Position): Query {
  const { query, named, end } = known;
  const { viewer } = policy;
  const cursor =
    position === undefined || end === undefined ? query.cursor : Object.freeze({ ...query.cursor!, [end]: position });
  if (id === undefined) return Object.freeze({ ...query, cursor, viewer, checks: policy });
  const { parent, resource } = query;
  const filter = and([expectId(parent?.resource ?? resource, id), named])!;
  if (parent === undefined) return Object.freeze({ ...query, id, filter, cursor, viewer, checks: policy });
  return Object.freeze({ ...query, parent: Object.freeze({ ...parent, id, filter }), cursor, viewer, checks: policy });
}
