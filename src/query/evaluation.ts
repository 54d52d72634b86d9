/**
 * Evaluation: functions over the rows of a resource, checked. One answer for all rows, or one for each group.
 */
import { BadRequestError } from '../errors.js';
import type { ValueType } from '../resource/entity-model.js';
import type { FunctionName } from '../resource/options.js';
import { formatId, resourcesOf, type Attribute, type ColumnAttribute, type Resource } from '../resource/resource.js';
import type { ApiRequest } from './api-request.js';
import { bad, limit, quote, type ParameterPlace } from './faults.js';
import { and, type Filter } from './filter.js';
import { parseFilters, parseRestrictions, scopeFilter } from './parse-filter.js';
import { parseGroup, parsePaths } from './parse-paths.js';
import type { FieldPath } from './query.js';
import type { QueryRules } from './rules.js';

/** A function of a request, before it is checked. */
export interface RawFunction {
  readonly name: unknown;
  readonly field: unknown;
}

/** A decoded request to evaluate. */
export interface EvaluationRequest {
  /** The URL, the filters and the groups. */
  readonly request: ApiRequest;
  readonly functions: readonly RawFunction[];
  /** The parameter that errors name. */
  readonly parameter: string;
}

/** One function on one field. */
export interface FunctionCall {
  readonly name: FunctionName;
  readonly path: FieldPath;
  /** The field, as it was asked for. */
  readonly field: string;
}

/** Functions over the rows that pass a filter, checked: what a store's `evaluate` is given. */
export interface Evaluation {
  readonly resource: Resource;
  readonly functions: readonly FunctionCall[];
  readonly filter: Filter | undefined;
  /** What rows of one group have alike: a column for each field, but all that make it for an id. */
  readonly group: readonly FieldPath[];
  /** The fields of the groups, as they were asked for, with what `group` has for each. */
  readonly groupFields: readonly GroupField[];
  /** The parameter that names them. */
  readonly groupParameter: string;
  /** How many groups there may be; a store has to give no more than one beyond them. */
  readonly mostGroups: number;
}

/** One field that was grouped by. */
export interface GroupField {
  readonly name: string;
  readonly paths: readonly FieldPath[];
}

/**
 * What was found: a row for each group, or one for all; values in the order of the functions. A store gives the values of
 * groups in the order of `group`; clients are told one value for each of `groupFields`.
 */
export interface EvaluationResult {
  readonly evaluation: Evaluation;
  readonly rows: readonly { readonly group: readonly unknown[]; readonly values: readonly unknown[] }[];
}

const NUMBERS = new Set(['integer', 'bigint', 'decimal', 'float', 'interval']);
/** Of what is known to one database alone, few types have a smallest value there. */
const UNORDERED = new Set(['json', 'array', 'bytes', 'boolean', 'unknown']);

/** True where a function works on what a column of the type holds. */
export function worksOn(name: FunctionName, type: ValueType): boolean {
  if (name === 'count') return true;
  return name === 'min' || name === 'max' ? !UNORDERED.has(type) : NUMBERS.has(type);
}

/**
 * Checks a request to evaluate.
 *
 * @throws BadRequestError naming the function or the field, and what would be right (FUN-06, FUN-11)
 */
export function parseEvaluation({ request, functions, parameter }: EvaluationRequest, rules: QueryRules): Evaluation {
  const { resource } = request;
  rules.policy.expectMay(resource, 'list');
  const { listLength, groups } = rules.limits;
  if (functions.length > listLength) {
    const detail = `There are more than ${listLength} functions, the limit listLength.`;
    throw limit({ parameter, pointer: '' }, detail);
  }
  const groupFields = parseGroups(request, resource, rules);
  const call = (each: RawFunction, index: number): FunctionCall =>
    parseFunction(resource, each, { parameter, pointer: `/${index}` }, rules);
  return Object.freeze({
    resource,
    functions: Object.freeze(functions.map(call)),
    filter: and([
      parseFilters(resource, request.filters, rules),
      parseRestrictions(resource, request.restrictions, rules),
      scopeFilter(resource, rules),
    ]),
    group: Object.freeze(groupFields.flatMap(({ paths }) => paths)),
    groupFields: Object.freeze(groupFields),
    groupParameter: request.parameterNames.group,
    mostGroups: groups,
  });
}

function parseGroups(request: ApiRequest, resource: Resource, rules: QueryRules): GroupField[] {
  const place = { parameter: request.parameterNames.group, pointer: '' };
  return parseGroup(request, resource, rules).map((paths, index) => {
    const name = request.group[index]!;
    for (const path of paths) expectStored(resource, path, name, 'BAD_GROUP', place);
    return { name, paths };
  });
}

/**
 * What a store found, as clients are told of it: the parts of an id are one text.
 *
 * @throws BadRequestError where there are more groups than may be
 * @see FUN-13
 */
export function answerOf({ evaluation, rows }: EvaluationResult): EvaluationResult {
  const { mostGroups, groupParameter: parameter } = evaluation;
  if (evaluation.group.length > 0 && rows.length > mostGroups) {
    const detail = `There are more than ${mostGroups} groups, the limit groups; filter further.`;
    throw limit({ parameter, pointer: '' }, detail);
  }
  return { evaluation, rows: rows.map(({ group, values }) => ({ group: groupOf(evaluation, group), values })) };
}

function groupOf({ resource, groupFields }: Evaluation, columns: readonly unknown[]): readonly unknown[] {
  let at = 0;
  return groupFields.map(({ paths }) => {
    const parts = columns.slice(at, (at += paths.length));
    if (parts.length === 1) return parts[0];
    // Where the path leads to no row, there is no id.
    if (parts.includes(null)) return null;
    const owner = paths[0]!.steps.at(-1)?.relationship.target ?? resource;
    return formatId(parts.map(String), owner.options.idSeparator);
  });
}

function parseFunction(
  resource: Resource,
  { name, field }: RawFunction,
  place: { readonly parameter: string; readonly pointer: string },
  rules: QueryRules,
): FunctionCall {
  if (typeof name !== 'string') throw bad('BAD_FUNCTION', place, 'A function needs a "name", such as "count".');
  if (typeof field !== 'string') throw bad('BAD_FUNCTION', place, `The function ${quote(name)} needs a "field".`);
  const known = resource.options.functions.find((each) => each === name.toLowerCase());
  if (known === undefined) {
    throw bad(
      'BAD_FUNCTION',
      place,
      `There is no function ${quote(name)}. Functions: ${resource.options.functions.join(', ')}.`,
    );
  }
  const [path, ...more] = parsePaths(resource, field, place.parameter, 'BAD_FUNCTION', rules);
  const { type } = path!.attribute;
  if (!worksOn(known, type) || (more.length > 0 && known !== 'count')) {
    throw new BadRequestError('BAD_FUNCTION', `"${known}" does not work on ${quote(field)}.`, {
      source: { parameter: place.parameter },
    });
  }
  if (known !== 'count') expectStored(resource, path!, field, 'BAD_FUNCTION', { ...place, pointer: '' });
  return Object.freeze({ name: known, path: path!, field });
}

/**
 * The values of a group, and what functions but `count` make of values, are the stored ones.
 *
 * @throws BadRequestError where answers show something else
 */
function expectStored(
  resource: Resource,
  { steps, attribute }: FieldPath,
  field: string,
  code: 'BAD_GROUP' | 'BAD_FUNCTION',
  place: ParameterPlace,
): void {
  const owner = steps.at(-1)?.relationship.target ?? resource;
  // An id is what it is.
  if (owner.id.includes(attribute)) return;
  const isRewritten = resourcesOf(owner).some(({ attributes }) => isTransformed([...attributes.values()], attribute));
  if (isRewritten) throw bad(code, place, `${quote(field)} is shown as @Transform makes it, not as it is stored.`);
}

/** True where a `@Transform` stands on a column, or on an object around it. */
function isTransformed(fields: readonly Attribute[], column: ColumnAttribute): boolean {
  const { property } = column;
  const way = fields.filter((each) => each.property === property || property.startsWith(`${each.property}.`));
  return way.some(
    (each) => each.transforms.length > 0 || (each.kind === 'embedded' && isTransformed(each.fields, column)),
  );
}
