/**
 * What a viewer may ask of a resource: its filters with their operators, its sort keys and its include paths. The same
 * rules as those that requests are checked by, read the other way round.
 */
import type { ValueType } from '../resource/entity-model.js';
import { EVERYBODY, type Rule } from '../resource/field-rules.js';
import type { Attribute, ColumnAttribute, Relationship, Resource } from '../resource/resource.js';
import { findOperator, OPERATORS } from './operators.js';
import type { QueryRules } from './rules.js';

/** One filter that there is. */
export interface FilterOffer {
  /** As it stands in a filter: a field, or a path of them. */
  readonly name: string;
  /** Of the values; undefined where the application takes what it likes. */
  readonly type: ValueType | undefined;
  /** The values of an enumeration. */
  readonly values?: readonly (string | number)[] | undefined;
  /** As they may be written; at least one. */
  readonly operators: readonly string[];
}

/** Operators of an id of several parts, and of a relationship as a whole. */
const OF_COMPOSITE_IDS = ['eq', 'ne', 'in', 'not_in'];
const OF_RELATIONSHIPS = ['is_null', 'is_not_null'];

/**
 * The filters that a viewer has, those on the fields of related rows included, one step far.
 *
 * @example
 * filterOffers(person, rules); // [{ name: 'age', type: 'integer', operators: ['eq', …] }, …, { name: 'computers.vendor', … }]
 */
export function filterOffers(resource: Resource, rules: QueryRules): readonly FilterOffer[] {
  const { policy } = rules;
  const relationships = policy.filterNames(resource).flatMap((name) => {
    const relationship = policy.relationship(resource, name);
    const rule = relationship && policy.filterRule(resource, relationship.property);
    return rule === undefined ? [] : [{ relationship: relationship!, rule }];
  });
  return [
    ...ownOffers(resource, rules),
    ...relationships.flatMap(({ relationship, rule }) => relatedOffers(relationship, rule, rules)),
  ].filter(({ operators }) => operators.length > 0);
}

function ownOffers(resource: Resource, rules: QueryRules): readonly FilterOffer[] {
  return rules.policy.filterNames(resource).flatMap((name) => offersOf(resource, name, rules));
}

/** What a relationship leads to, as far as it is shown from here. */
function relatedOffers(
  { name, toMany, target, view }: Relationship,
  rule: Rule,
  rules: QueryRules,
): readonly FilterOffer[] {
  const own = toMany ? [] : [{ name, type: undefined, operators: OF_RELATIONSHIPS.filter(isAllowedBy(rule)) }];
  if (!rules.policy.isReadable(target)) return own;
  const shown = rules.policy.attributes(view);
  const behind = ownOffers(target, rules).filter((each) => each.name === 'id' || shown.has(each.name.split('.')[0]!));
  return [...own, ...behind.map((each) => ({ ...each, name: `${name}.${each.name}` }))];
}

function offersOf(resource: Resource, name: string, rules: QueryRules): readonly FilterOffer[] {
  const { policy } = rules;
  const declared = policy.declaredFilter(resource, name);
  if (declared?.filter !== undefined) return [{ name, type: undefined, operators: declared.operators ?? ['eq'] }];
  if (declared?.attribute !== undefined) {
    const { attribute } = declared;
    const field = [...policy.attributes(resource).values()].find(({ property }) => property === attribute);
    if (field !== undefined) return attributeOffers(name, field, declared, rules);
    return [{ name, type: undefined, operators: declared.operators ?? ['eq'] }];
  }
  if (name === 'id') return idOffers(resource, rules);
  const attribute = policy.attribute(resource, name);
  const rule = attribute && policy.filterRule(resource, attribute.property);
  return rule === undefined ? [] : attributeOffers(name, attribute!, rule, rules);
}

function idOffers(resource: Resource, rules: QueryRules): readonly FilterOffer[] {
  const { id } = resource;
  const rule = rules.policy.filterRule(resource, 'id', ...(id.length === 1 ? [id[0]!.property] : []));
  if (rule === undefined) return [];
  if (id.length === 1) return [columnOffer('id', id[0]!, rule, rules)];
  return [{ name: 'id', type: 'text', operators: OF_COMPOSITE_IDS.filter(isAllowedBy(rule)) }];
}

function attributeOffers(name: string, attribute: Attribute, rule: Rule, rules: QueryRules): readonly FilterOffer[] {
  switch (attribute.kind) {
    case 'column':
      return [columnOffer(name, attribute, rule, rules)];
    case 'plucked':
      return [columnOffer(name, attribute.of, rule, rules)];
    case 'embedded':
      return attribute.fields.flatMap((field) => attributeOffers(`${name}.${field.name}`, field, rule, rules));
    case 'computed':
      return [];
  }
}

function columnOffer(name: string, { type, column }: ColumnAttribute, rule: Rule, rules: QueryRules): FilterOffer {
  const fitting = OPERATORS.filter(({ types }) => types.includes(type)).map((operator) => operator.name);
  const operators = [...fitting, ...rules.operators].filter(isAllowedBy(rule));
  return { name, type, values: column.enum, operators };
}

/** Spellings of one operator are one. */
function isAllowedBy({ operators }: Pick<Rule, 'operators'> = EVERYBODY): (name: string) => boolean {
  const allowed = operators?.map((spelling) => findOperator(spelling)?.name ?? spelling);
  return (name) => allowed?.includes(name) ?? true;
}

/** The sort keys that a viewer has of a resource itself, as they stand in `sort`. */
export function sortOffers(resource: Resource, { policy }: QueryRules): readonly string[] {
  return policy.sortNames(resource).flatMap((name) => {
    const attribute = policy.attribute(resource, name);
    const isOwn = name === 'id' || policy.declaredSort(resource, name) !== undefined;
    return isOwn ? [name] : attribute === undefined ? [] : orderedNames(name, attribute);
  });
}

function orderedNames(name: string, attribute: Attribute): readonly string[] {
  if (attribute.kind === 'embedded')
    return attribute.fields.flatMap((field) => orderedNames(`${name}.${field.name}`, field));
  return attribute.kind === 'column' && attribute.column.ordered ? [name] : [];
}

/** The relationships that a viewer may include, one step far. */
export function includeOffers(resource: Resource, { policy }: QueryRules): readonly Relationship[] {
  return [...policy.relationships(resource).values()].filter(({ target }) => policy.isReadable(target));
}
