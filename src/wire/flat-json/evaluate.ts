/**
 * Function evaluation in classic flat JSON: `functions` inside `q`, and an object of `function__field`.
 */
import { BadRequestError } from '../../errors.js';
import type { EvaluationRequest, EvaluationResult, RawFunction } from '../../query/evaluation.js';
import type { IncomingRequest, WireAnswer } from '../wire-format.js';
import { dotted, parseSearch, searchRequest } from './read.js';

/**
 * Decodes `q={"functions":[{"name":"sum","field":"age"}], "filters":[…]}`.
 *
 * @throws BadRequestError for a missing `q`, or functions that are no list of objects (FUN-04)
 */
export function readEvaluation(request: IncomingRequest): EvaluationRequest {
  const text = new URLSearchParams(request.queryString).get('q');
  if (text === null || text === '') throw fault('Empty query parameter: "q" names the functions.');
  const search = parseSearch(text);
  return {
    request: searchRequest(request, search, {}, 0),
    functions: readFunctions(search['functions']),
    parameter: 'q',
  };
}

function readFunctions(list: unknown = []): readonly RawFunction[] {
  const isList =
    Array.isArray(list) && list.every((each) => typeof each === 'object' && each !== null && !Array.isArray(each));
  if (!isList) throw fault('"functions" has to be a list of objects with "name" and "field".');
  return (list as Readonly<Record<string, unknown>>[]).map(({ name, field }) => ({
    name,
    field: typeof field === 'string' ? dotted(field) : field,
  }));
}

function fault(detail: string): BadRequestError {
  return new BadRequestError('BAD_FUNCTION', detail, { source: { parameter: 'q' } });
}

/** `{"sum__age": 100}` (FUN-03); with groups, a list of such objects under `objects`. */
export function writeEvaluation({ evaluation, rows }: EvaluationResult): WireAnswer['document'] {
  const { functions, groupFields } = evaluation;
  const objects = rows.map(({ group, values }) =>
    Object.fromEntries([
      ...groupFields.map(({ name }, index) => [spelt(name), group[index]] as const),
      ...functions.map(({ name, field }, index) => [`${name}__${spelt(field)}`, values[index]] as const),
    ]),
  );
  return groupFields.length === 0 ? (objects[0] ?? {}) : { objects };
}

/** Paths as this format writes them. */
function spelt(path: string): string {
  return path.replaceAll('.', '__');
}
