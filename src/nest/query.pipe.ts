/**
 * Turns the ApiRequest that the interceptor decoded into a checked Query.
 */
import { createParamDecorator, Injectable, type PipeTransform } from '@nestjs/common';
import type { ApiRequest } from '../query/api-request.js';
import { parseQuery } from '../query/parse-query.js';
import type { Query } from '../query/query.js';
import { requestOf, stateOf } from './http.js';
import { RestlessRegistry } from './restless.registry.js';

/** The decoded request, for handlers; with {@link QueryPipe}, the checked query. */
export const DecodedRequest = createParamDecorator((_: unknown, context) => stateOf(requestOf(context))!.apiRequest);

@Injectable()
export class QueryPipe implements PipeTransform<ApiRequest, Query> {
  constructor(private readonly registry: RestlessRegistry) {}

  transform(request: ApiRequest): Query {
    return parseQuery(request, this.registry.rulesFor(request.viewer));
  }
}
