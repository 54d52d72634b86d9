/**
 * A checked query for a further request: where a request says what an earlier one has said, but for the id that it names,
 * and the checks have asked nobody about it, what they said then holds now.
 */
import type { Policy } from '../resource/policy.js';
import type { ApiRequest, ChangeRequest } from './api-request.js';
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
  const isNamed = relatedId !== undefined || (page.after ?? page.before) !== undefined;
  if (values.length > 0 || isNamed) return undefined;
  const named = request.id === undefined ? undefined : scopeFilter(request.resource, rules, true);
  if (rules.policy.hasAsked) return undefined;
  return Object.freeze({ query: Object.freeze({ ...query, viewer: undefined, checks: undefined }), named });
}

/** @throws NotFoundError for an id that cannot be one */
export function repeatQuery({ query, named }: Repeatable, id: string | undefined, policy: Policy): Query {
  const { viewer } = policy;
  if (id === undefined) return Object.freeze({ ...query, viewer, checks: policy });
  const { parent, resource } = query;
  const filter = and([expectId(parent?.resource ?? resource, id), named])!;
  if (parent === undefined) return Object.freeze({ ...query, id, filter, viewer, checks: policy });
  return Object.freeze({ ...query, parent: Object.freeze({ ...parent, id, filter }), viewer, checks: policy });
}
