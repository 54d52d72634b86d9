/**
 * Checks the paths of sorts, groups and functions: along to-one relationships to a column.
 */
import type { Policy } from '../resource/policy.js';
import { exposureOf } from '../resource/expose.js';
import {
  fieldOf,
  type Attribute,
  type ColumnAttribute,
  type Relationship,
  type Resource,
} from '../resource/resource.js';
import type { SqlExpression } from '../resource/restrictions.js';
import type { ApiRequest } from './api-request.js';
import { shownFilter } from './family.js';
import { bad, limit, quote, unknownField, type ParameterPlace } from './faults.js';
import { scopeFilter } from './parse-filter.js';
import type { FieldPath, PathStep, SortKey } from './query.js';
import type { QueryRules } from './rules.js';

/** What a path is for: the code of its errors. */
type PathCode = 'BAD_SORT' | 'BAD_GROUP' | 'BAD_FUNCTION';

/** The keys of a sort, closed by the primary key. */
export function parseSort(request: ApiRequest, resource: Resource, rules: QueryRules): SortKey[] {
  const parameter = request.parameterNames.sort;
  checkKeyCount(request.sort.length, parameter, rules);
  const keys = request.sort.flatMap(({ field, descending }) =>
    parsePaths(resource, field, parameter, 'BAD_SORT', rules).map((path) =>
      Object.freeze({ ...path, descending, ignoreCase: request.ignoreCase }),
    ),
  );
  return closedSort(keys, resource);
}

/** The primary key closes every sort, in the direction of the last key, so that an index can be read backwards. */
export function closedSort(keys: readonly SortKey[], resource: Resource): SortKey[] {
  const descending = keys.at(-1)?.descending ?? false;
  const isExact = (key: SortKey): boolean =>
    key.steps.length === 0 && !(key.ignoreCase && key.attribute.type === 'text');
  const closed = new Set(keys.filter(isExact).map((key) => key.attribute.property));
  const rest = resource.primaryKey.filter((attribute) => !closed.has(attribute.property));
  return [...keys, ...rest.map((attribute) => closingKey(attribute, descending))];
}

function closingKey(attribute: ColumnAttribute, descending: boolean): SortKey {
  return Object.freeze({ steps: [], attribute, shown: undefined, descending, ignoreCase: false });
}

/** The fields whose values make a group: one path for each, but several for an id of several parts. */
export function parseGroup(request: ApiRequest, resource: Resource, rules: QueryRules): (readonly FieldPath[])[] {
  const parameter = request.parameterNames.group;
  checkKeyCount(request.group.length, parameter, rules);
  return request.group.map((field) => parsePaths(resource, field, parameter, 'BAD_GROUP', rules));
}

function checkKeyCount(count: number, parameter: string, rules: QueryRules): void {
  const { sortKeys } = rules.limits;
  if (count > sortKeys)
    throw limit({ parameter, pointer: '' }, `There are more than ${sortKeys} keys, the limit sortKeys.`);
}

/** A path along to-one relationships to a column, or to all that make an id. @see SRT-03, SRT-04 */
export function parsePaths(
  resource: Resource,
  text: string,
  parameter: string,
  code: PathCode,
  rules: QueryRules,
): readonly FieldPath[] {
  const { policy } = rules;
  const place = { parameter, pointer: '' };
  const names = text.split('.');
  const steps: PathStep[] = [];
  let owner = resource;
  let field = usable(owner, names[0]!, place, code, policy);
  while (field?.kind === 'relationship' && names.length > 1) {
    if (steps.length >= rules.limits.includeDepth) {
      throw limit(
        place,
        `${quote(text)} is longer than ${rules.limits.includeDepth} relationships, the limit includeDepth.`,
      );
    }
    steps.push(followToOne(owner, field, text, place, code, rules));
    owner = field.target;
    names.shift();
    field = usable(owner, names[0]!, place, code, policy);
  }
  if (field?.kind === 'relationship') {
    throw bad(code, place, `${quote(text)} is a relationship; name one of its fields, such as ${quote(`${text}.id`)}.`);
  }
  const isId = names.length === 1 && names[0] === 'id';
  const attributes = isId ? owner.id : [columnAt(owner, field, names, text, place, code, policy)];
  const shown = isId || field === undefined ? undefined : shownFilter(owner, field, policy);
  return attributes.map((attribute) => Object.freeze({ steps: Object.freeze(steps), attribute, shown }));
}

function followToOne(
  owner: Resource,
  relationship: Relationship,
  text: string,
  place: ParameterPlace,
  code: PathCode,
  rules: QueryRules,
): PathStep {
  if (relationship.toMany) {
    throw bad(
      code,
      place,
      `${quote(text)} goes through "${relationship.name}", which leads to many rows; only to-one relationships have an order.`,
    );
  }
  if (!rules.policy.isReadable(relationship.target)) {
    throw bad(code, place, `The resources behind ${quote(relationship.name)} cannot be read.`);
  }
  const shown = shownFilter(owner, relationship, rules.policy);
  return Object.freeze({ relationship, shown, filter: scopeFilter(relationship.target, rules) });
}

/**
 * The field of a name: what the viewer may read and, to sort by it, sort.
 *
 * @throws BadRequestError for what may be read and is no sort key
 */
function usable(
  owner: Resource,
  name: string,
  place: ParameterPlace,
  code: PathCode,
  policy: Policy,
): Attribute | Relationship | undefined {
  const field = policy.usableField(owner, name);
  if (code !== 'BAD_SORT') return field;
  const declared = policy.declaredSort(owner, name);
  if (declared?.sql !== undefined) return sortAttribute(owner, name, declared.sql);
  if (name === 'id' ? policy.maySort(owner, 'id', ...owner.id.map(({ property }) => property)) : field === undefined)
    return undefined;
  if (field !== undefined && policy.maySort(owner, field.property)) return field;
  const names = policy.sortNames(owner).join(', ') || 'none';
  throw bad(code, place, `${owner.name} cannot be sorted by ${quote(name)}. Sort keys: ${names}.`);
}

/** A sort key of the application's own, which looks like a column. @see SRT-14 */
function sortAttribute({ model }: Resource, name: string, sql: SqlExpression): ColumnAttribute {
  return {
    kind: 'column',
    ...fieldOf(exposureOf(undefined, name), name, true),
    writable: false,
    type: 'unknown',
    column: { ...EXPRESSION, path: name, expression: { model, sql } },
    transforms: [],
    writeTransforms: [],
  };
}

/** What there is to say of a column that is none. */
const EXPRESSION = {
  type: 'unknown',
  nullable: true,
  primary: false,
  unique: false,
  generated: false,
  selected: false,
  foreignKey: false,
  foreignKeyOnly: false,
  internal: false,
  virtual: true,
  ordered: true,
  transformed: false,
  insertable: false,
  updatable: false,
} as const;

function columnAt(
  owner: Resource,
  field: Attribute | Relationship | undefined,
  names: readonly string[],
  text: string,
  place: ParameterPlace,
  code: PathCode,
  policy: Policy,
): ColumnAttribute {
  const [name, ...rest] = names as [string, ...string[]];
  const known = code === 'BAD_SORT' ? policy.sortNames(owner) : policy.names(owner);
  if (field === undefined || field.kind === 'relationship') throw unknownField(owner, name, policy, place, known);
  let attribute: Attribute | undefined = field;
  for (const inner of rest) {
    attribute =
      attribute?.kind === 'embedded' ? attribute.fields.find((each) => each.name === inner && each.exposed) : undefined;
  }
  if (attribute === undefined) throw unknownField(owner, names.join('.'), policy, place, known);
  if (attribute.kind !== 'column') {
    const reason = {
      computed: 'is computed by the application',
      embedded: 'is an object; name one of its fields',
      plucked: 'has values of other rows',
    }[attribute.kind];
    throw bad(code, place, `${quote(text)} ${reason}.`);
  }
  if (!attribute.column.ordered) throw bad(code, place, `${quote(text)} has no order.`);
  return attribute;
}
