/**
 * The pipes: what the interceptor decoded becomes a checked Query or Change.
 */
import { createParamDecorator, Injectable, type PipeTransform } from '@nestjs/common';
import type { ApiRequest, ChangeRequest } from '../query/api-request.js';
import type { Change } from '../query/change.js';
import { parseEvaluation, type Evaluation, type EvaluationRequest } from '../query/evaluation.js';
import { parseChange } from '../query/parse-change.js';
import { parseQuery } from '../query/parse-query.js';
import type { Query } from '../query/query.js';
import { requestOf, stateOf } from './http.js';
import type { Concluding } from './resource-operations.js';
import { RestlessRegistry } from './restless.registry.js';

/** The decoded request, for handlers; with {@link QueryPipe} or {@link ChangePipe}, the checked one. */
export const DecodedRequest = createParamDecorator((_: unknown, context) => stateOf(requestOf(context))!.decoded);

@Injectable()
export class QueryPipe implements PipeTransform<ApiRequest, Query> {
  constructor(private readonly registry: RestlessRegistry) {}

  transform(request: ApiRequest): Query {
    return parseQuery(request, this.registry.rulesFor(request.viewer));
  }
}

@Injectable()
export class EvaluationPipe implements PipeTransform<EvaluationRequest, Evaluation> {
  constructor(private readonly registry: RestlessRegistry) {}

  transform(evaluation: EvaluationRequest): Evaluation {
    return parseEvaluation(evaluation, this.registry.rulesFor(evaluation.request.viewer));
  }
}

@Injectable()
export class ChangePipe implements PipeTransform<ChangeRequest & Concluding, Change & Concluding> {
  constructor(private readonly registry: RestlessRegistry) {}

  transform(request: ChangeRequest & Concluding): Change & Concluding {
    const change = parseChange(request, this.registry.rulesFor(request.request.viewer));
    const { conclude } = request;
    return conclude === undefined ? change : Object.freeze({ ...change, conclude });
  }
}
