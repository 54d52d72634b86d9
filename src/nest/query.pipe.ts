/**
 * The pipes: what the interceptor decoded becomes a checked Query or Change.
 */
import { createParamDecorator, Injectable, type PipeTransform } from '@nestjs/common';
import type { ApiRequest, ChangeRequest } from '../query/api-request.js';
import type { Change } from '../query/change.js';
import { parseEvaluation, type Evaluation, type EvaluationRequest } from '../query/evaluation.js';
import { parseChange } from '../query/parse-change.js';
import type { Query } from '../query/query.js';
import { requestOf, stateOf } from './http.js';
import { Catalogue } from './catalogue.js';
import type { RepeatedRequest } from './known-queries.js';
import type { Concluding } from './resource-operations.js';

/** The decoded request, for handlers; with {@link QueryPipe} or {@link ChangePipe}, the checked one. */
export const DecodedRequest = createParamDecorator((_: unknown, context) => stateOf(requestOf(context))!.decoded);

@Injectable()
export class QueryPipe implements PipeTransform<ApiRequest | RepeatedRequest, Query | Promise<Query>> {
  constructor(private readonly catalogue: Catalogue) {}

  transform(request: ApiRequest | RepeatedRequest): Query | Promise<Query> {
    return this.catalogue.queries.query(request, this.catalogue.rulesFor(request.viewer));
  }
}

@Injectable()
export class EvaluationPipe implements PipeTransform<EvaluationRequest, Promise<Evaluation>> {
  constructor(private readonly catalogue: Catalogue) {}

  transform(evaluation: EvaluationRequest): Promise<Evaluation> {
    const rules = this.catalogue.rulesFor(evaluation.request.viewer);
    return rules.policy.settled(() => parseEvaluation(evaluation, rules));
  }
}

@Injectable()
export class ChangePipe implements PipeTransform<ChangeRequest & Concluding, Promise<Change & Concluding>> {
  constructor(private readonly catalogue: Catalogue) {}

  async transform(request: ChangeRequest & Concluding): Promise<Change & Concluding> {
    const rules = this.catalogue.rulesFor(request.request.viewer);
    const change = await rules.policy.settled(() => parseChange(request, rules));
    const { conclude } = request;
    return conclude === undefined ? change : Object.freeze({ ...change, conclude });
  }
}
