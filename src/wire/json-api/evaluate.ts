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
 * @throws BadRequestError for a missing parameter, a repeated one, or one that is no JSON list of objects (FUN-11)
 */
export function readEvaluation(request: IncomingRequest, options: ReadOptions): EvaluationRequest {
  const parameters = new URLSearchParams(request.queryString);
  const [text, another] = parameters.getAll('functions');
  if (another !== undefined) throw fault('"functions" is given more than once.', 'REPEATED_PARAMETER');
  parameters.delete('functions');
  return {
    request: read({ ...request, queryString: parameters.toString() }, options),
    functions: parseFunctions(text),
    parameter: 'functions',
  };
}

function parseFunctions(text: string | undefined): readonly RawFunction[] {
  if (text === undefined) throw fault('The parameter "functions" is missing.');
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

function fault(detail: string, code: 'BAD_FUNCTION' | 'REPEATED_PARAMETER' = 'BAD_FUNCTION'): BadRequestError {
  return new BadRequestError(code, detail, { source: { parameter: 'functions' } });
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
