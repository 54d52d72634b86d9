/**
 * Function evaluation in JSON:API's clothes: the parameter `functions`, and `data` with the values in its order.
 */
import { BadRequestError } from '../../errors.js';
import type { EvaluationRequest, EvaluationResult, RawFunction } from '../../query/evaluation.js';
import type { IncomingRequest, ReadOptions, WireAnswer } from '../wire-format.js';
import { read } from './read.js';

/**
 * Decodes `functions=[{"name":"sum","field":"age"}]` beside filters and groups.
 *
 * @throws BadRequestError for a missing parameter, or one that is no JSON list of objects (FUN-11)
 */
export function readEvaluation(request: IncomingRequest, options: ReadOptions): EvaluationRequest {
  const parameters = new URLSearchParams(request.queryString);
  const text = parameters.get('functions');
  parameters.delete('functions');
  return {
    request: read({ ...request, queryString: parameters.toString() }, options),
    functions: parseFunctions(text),
    parameter: 'functions',
  };
}

function parseFunctions(text: string | null): readonly RawFunction[] {
  if (text === null) throw fault('The parameter "functions" is missing.');
  let list: unknown;
  try {
    list = JSON.parse(text) as unknown;
  } catch {
    throw fault('The value is no JSON. Expected a list such as [{"name":"sum","field":"age"}].');
  }
  const isList =
    Array.isArray(list) && list.every((each) => typeof each === 'object' && each !== null && !Array.isArray(each));
  if (!isList) throw fault('Expected a JSON list of objects with "name" and "field".');
  return (list as Readonly<Record<string, unknown>>[]).map(({ name, field }) => ({ name, field }));
}

function fault(detail: string): BadRequestError {
  return new BadRequestError('BAD_FUNCTION', detail, { source: { parameter: 'functions' } });
}

/** Values in the order of the functions (FUN-09); with groups, one object for each. */
export function writeEvaluation({ evaluation, rows }: EvaluationResult): WireAnswer['document'] {
  const { groupFields, functions } = evaluation;
  const jsonapi = { version: '1.1' };
  if (groupFields.length === 0) return { data: rows[0]?.values ?? [], jsonapi };
  const data = rows.map(({ group, values }) => ({
    group: Object.fromEntries(groupFields.map(({ name }, index) => [name, group[index]])),
    values: functions.map((_, index) => values[index]),
  }));
  return { data, jsonapi };
}
