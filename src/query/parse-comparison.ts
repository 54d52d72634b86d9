/**
 * The end of a filter: an attribute, an operator and what stands to its right, checked against each other and against
 * what the resource's `filterable` allows.
 */
import { BadRequestError } from '../errors.js';
import type { Rule } from '../resource/field-rules.js';
import type { Attribute, ColumnAttribute, Resource } from '../resource/resource.js';
import type { Restriction } from '../resource/restrictions.js';
import { bad, describe, quote } from './faults.js';
import { compare, compareFields, not, type Filter } from './filter.js';
import { idsFilter } from './identity.js';
import { customOperator, findOperator, operator, OPERATORS, type Operator } from './operators.js';
import { below, family, parseOperand, TYPE_WORDS, type Place } from './parse-operand.js';
import type { QueryRules } from './rules.js';

export type FilterMembers = Readonly<Record<string, unknown>>;

/** What a filter object asks of the field that its path leads to. */
export interface Asked {
  readonly object: FilterMembers;
  readonly place: Place;
  /** Which operators the field may be filtered with. */
  readonly rule: Rule;
}

/** One filter object on its way along its path. */
export interface Step extends Asked {
  readonly depth: number;
  /** The path has gone through a relationship. */
  readonly through: boolean;
}

/** The filter's own name of the field. */
export function nameOf({ object }: Asked): string {
  return object['name'] as string;
}

/** Spellings of one operator are one. */
function canonical(spelling: string): string {
  return findOperator(spelling)?.name ?? spelling;
}

function isAllowed({ operators }: Rule, spelling: string): boolean {
  return operators === undefined || operators.some((each) => canonical(each) === canonical(spelling));
}

/**
 * The operator of a filter, as it is written, or the default one; in text, commas make a list of it.
 *
 * @throws BadRequestError where there is none, or one that the field may not be filtered with
 */
export function spellingOf(asked: Asked): string {
  const { object, place, rule } = asked;
  const given = object['op'];
  if (typeof given === 'string') {
    expectAllowed(rule, given, nameOf(asked), below(place, 'op'));
    return given;
  }
  const fallback = rule.default ?? (rule.operators === undefined && place.form === 'text' ? 'eq' : undefined);
  if (given !== undefined || fallback === undefined) {
    const example = rule.operators?.[0] ?? 'eq';
    throw bad('BAD_FILTER', place, `The filter on ${quote(nameOf(asked))} needs an "op", such as "${example}".`);
  }
  const value = object['val'];
  const isList = place.form === 'text' && (Array.isArray(value) || (typeof value === 'string' && value.includes(',')));
  return isList && canonical(fallback) === 'eq' && isAllowed(rule, 'in') ? 'in' : fallback;
}

/** @throws BadRequestError for an operator that the field of a name may not be filtered with */
export function expectAllowed(rule: Rule, spelling: string, name: string, place: Place): void {
  if (isAllowed(rule, spelling)) return;
  const detail = `${quote(name)} cannot be filtered with ${quote(spelling)}. ${allowedWords(rule)}`;
  throw bad('BAD_FILTER', place, detail);
}

function allowedWords({ operators, default: fallback }: Rule): string {
  if (operators !== undefined && operators.length > 0) return `Operators: ${operators.join(', ')}.`;
  return `Name none: it is "${fallback ?? 'eq'}".`;
}

/** The operator of a spelling, of the table or of the application's own. */
export function operatorOf(spelling: string, place: Place, rules: QueryRules): Operator {
  if (rules.operators.has(spelling)) return customOperator(spelling);
  const found = findOperator(spelling);
  if (found !== undefined) return found;
  throw bad(
    'UNKNOWN_OPERATOR',
    below(place, 'op'),
    `There is no operator ${quote(spelling)}. ${operatorWords(rules)}.`,
  );
}

function operatorWords({ operators }: QueryRules): string {
  return `Operators: ${[...OPERATORS.map(({ name }) => name), 'has', 'any', ...operators].join(', ')}`;
}

/** Steps into embedded objects until a column is reached. */
export function columnAt(
  resource: Resource,
  field: Attribute,
  rest: readonly string[],
  place: Place,
  trusted: boolean,
  rules: QueryRules,
): ColumnAttribute {
  let current: Attribute = field;
  for (const name of rest) {
    const inner: Attribute | undefined =
      current.kind === 'embedded'
        ? current.fields.find((each) =>
            trusted ? each.name === name || each.property.endsWith(`.${name}`) : each.name === name && each.exposed,
          )
        : undefined;
    if (inner === undefined) {
      throw bad(
        'UNKNOWN_FIELD',
        below(place, 'name'),
        `${quote(current.name)} of ${resource.name} has no field ${quote(name)}${orOperator(current, place, rules)}.`,
      );
    }
    current = inner;
  }
  if (current.kind === 'column') return current;
  const reason = {
    computed: 'is computed by the application and cannot be filtered',
    embedded: 'is an object; name one of its fields',
    plucked: 'has values of other rows and leads no further',
  }[current.kind];
  throw bad('BAD_FILTER', below(place, 'name'), `${quote(current.name)} of ${resource.name} ${reason}.`);
}

/** In brackets, a misspelt operator looks like a field. */
function orOperator(attribute: Attribute, { form }: Place, rules: QueryRules): string {
  const isPlain = attribute.kind === 'column' && form === 'text';
  return isPlain ? `, and there is no operator of that name. ${operatorWords(rules)}` : '';
}

/** An attribute against a value; the value against the attribute. */
export function comparison(attribute: ColumnAttribute, op: Operator, asked: Asked, rules: QueryRules): Filter {
  const { object, place } = asked;
  if (op.operand === 'none') return compare(attribute, op);
  if (!Object.hasOwn(object, 'val') || object['val'] === undefined) {
    throw bad('BAD_FILTER', place, `The operator "${op.name}" on ${quote(nameOf(asked))} needs a value in "val".`);
  }
  const at = below(place, 'val');
  const value = parseOperand(attribute, op, object['val'], at, rules.limits);
  if (op.operand !== 'flag') return compare(attribute, op, value);
  return compare(attribute, operator(value === true ? 'is_null' : 'is_not_null'));
}

/** @throws BadRequestError where the operator does not work on what the attribute holds */
export function expectFit(attribute: ColumnAttribute, op: Operator, asked: Asked): void {
  if (op.types.includes(attribute.type)) return;
  throw bad(
    'BAD_FILTER',
    below(asked.place, 'op'),
    `"${op.name}" does not work on ${quote(nameOf(asked))}, which holds ${TYPE_WORDS[attribute.type]}.`,
  );
}

/** An attribute against another of the same row. */
export function fieldComparison(
  attribute: ColumnAttribute,
  op: Operator,
  other: ColumnAttribute,
  place: Place,
): Filter {
  if (family(attribute) === family(other)) return compareFields(attribute, op, other);
  throw bad(
    'BAD_FILTER',
    place,
    `${quote(attribute.name)} holds ${TYPE_WORDS[attribute.type]} and ${quote(other.name)} ${TYPE_WORDS[other.type]}; they cannot be compared.`,
  );
}

/** An id of several parts, which only equality makes sense for. */
export function compositeId(resource: Resource, rest: readonly string[], asked: Asked, rules: QueryRules): Filter {
  const { object, place } = asked;
  const op = operatorOf(spellingOf(asked), place, rules).name;
  if (rest.length > 0 || !['eq', 'ne', 'in', 'not_in'].includes(op)) {
    throw bad(
      'BAD_FILTER',
      below(place, 'op'),
      `The id of ${resource.name} has several parts; it works with eq, ne, in and not_in.`,
    );
  }
  const many = op === 'in' || op === 'not_in';
  const found = idsFilter(resource, many, object['val'], below(place, 'val'), rules.limits);
  return op === 'ne' || op === 'not_in' ? not(found) : found;
}

/** What a filter of the application's own makes of the client's value. Unless it lists operators, it takes none but `eq`. */
export function conditionOf(asked: Asked, { policy }: QueryRules): Restriction {
  const { object, place, rule } = asked;
  const operators = rule.operators ?? ['eq'];
  const operator = spellingOf({ ...asked, rule: { ...rule, operators, default: rule.default ?? operators[0] } });
  const value = object['val'];
  if (value === undefined) throw bad('BAD_FILTER', place, `The filter ${quote(nameOf(asked))} needs a value in "val".`);
  const { groups, request } = policy.viewer;
  return rule.filter!(value, { operator, groups, request });
}

/** The client's fault, where the condition that came of its value holds none that its column could hold; else the application's. */
export function wrongCondition(error: unknown, { name, model }: Resource, asked: Asked): Error {
  if (error instanceof BadRequestError && error.code === 'BAD_VALUE') {
    const detail = `${quote(nameOf(asked))} of ${name} cannot be ${describe(asked.object['val'])}.`;
    return bad('BAD_VALUE', below(asked.place, 'val'), detail);
  }
  const detail = `The filter "${nameOf(asked)}" of ${model.name} gives none: ${(error as Error).message}`;
  return new Error(detail, { cause: error });
}
