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

/** What the offers of a viewer go by. */
export type OfferRules = Pick<QueryRules, 'policy' | 'operators'>;

/** A relationship that there are filters on. */
export interface RelationshipOffer {
  readonly relationship: Relationship;
  /** For the relationship as a whole, `has` and `any` included. */
  readonly operators: readonly string[];
}

/** Operators of an id of several parts, and of a relationship as a whole. */
const OF_COMPOSITE_IDS = ['eq', 'ne', 'in', 'not_in'];
const OF_RELATIONSHIPS = ['is_null', 'is_not_null'];

/** Types of columns that no value is compared with. */
const UNCOMPARED: readonly ValueType[] = ['json', 'array', 'bytes'];

/**
 * The filters that a viewer has, those on the fields of related rows included, one step far.
 *
 * @example
 * filterOffers(person, rules); // [{ name: 'age', type: 'integer', operators: ['eq', …] }, …, { name: 'computers.vendor', … }]
 */
export function filterOffers(resource: Resource, rules: OfferRules): readonly FilterOffer[] {
  const behind = relationshipOffers(resource, rules).flatMap((offer) => relatedOffers(offer, rules));
  return [...fieldOffers(resource, rules), ...behind].filter(({ operators }) => operators.length > 0);
}

/** The filters on relationships, each as a whole. */
export function relationshipOffers(resource: Resource, rules: OfferRules): readonly RelationshipOffer[] {
  const { policy } = rules;
  return policy.filterNames(resource).flatMap((name) => {
    const relationship = policy.relationship(resource, name);
    const rule = relationship && policy.filterRule(resource, relationship.property);
    if (rule === undefined) return [];
    return [{ relationship: relationship!, operators: wholeOperators(relationship!, rule, rules) }];
  });
}

function wholeOperators({ toMany, target }: Relationship, rule: Rule, { policy }: OfferRules): readonly string[] {
  const within = policy.isReadable(target) ? [toMany ? 'any' : 'has'] : [];
  return [...within, ...(toMany ? [] : OF_RELATIONSHIPS)].filter(isAllowedBy(rule));
}

/** What a relationship leads to, as far as it is shown from here. */
function relatedOffers({ relationship, operators }: RelationshipOffer, rules: OfferRules): readonly FilterOffer[] {
  const { name, toMany, target, view } = relationship;
  const whole = operators.filter((each) => OF_RELATIONSHIPS.includes(each));
  const own = toMany ? [] : [{ name, type: undefined, operators: whole }];
  if (!rules.policy.isReadable(target)) return own;
  const shown = rules.policy.attributes(view);
  const behind = fieldOffers(target, rules).filter((each) => each.name === 'id' || shown.has(each.name.split('.')[0]!));
  return [...own, ...behind.map((each) => ({ ...each, name: `${name}.${each.name}` }))];
}

/** The filters on what a row itself holds, and those that the application declares. */
export function fieldOffers(resource: Resource, rules: OfferRules): readonly FilterOffer[] {
  return rules.policy.filterNames(resource).flatMap((name) => offersOf(resource, name, rules));
}

function offersOf(resource: Resource, name: string, rules: OfferRules): readonly FilterOffer[] {
  const { policy } = rules;
  const declared = policy.declaredFilter(resource, name);
  if (declared?.filter !== undefined) return [{ name, type: undefined, operators: declared.operators ?? ['eq'] }];
  if (declared?.attribute !== undefined) return renamedOffers(resource, name, declared, rules);
  if (name === 'id') return idOffers(resource, rules);
  const attribute = policy.attribute(resource, name);
  const rule = attribute && policy.filterRule(resource, attribute.property);
  return rule === undefined ? [] : attributeOffers(name, attribute!, rule, rules);
}

/** A filter with a name of its own, by the end of the path of properties that it stands for. */
function renamedOffers(resource: Resource, name: string, rule: Rule, rules: OfferRules): readonly FilterOffer[] {
  const path = rule.attribute!.split('.');
  let owner = resource;
  while (rules.policy.isReadable(owner)) {
    const [property] = path;
    if (path.length === 1 && property === 'id' && owner.id.length === 1)
      return attributeOffers(name, owner.id[0]!, rule, rules);
    const attribute = [...rules.policy.attributes(owner).values()].find((each) => each.property === property);
    if (attribute !== undefined) {
      const end = withinObject(attribute, path.slice(1));
      return end === undefined ? [] : attributeOffers(name, end, rule, rules);
    }
    const relationship = [...rules.policy.relationships(owner).values()].find((each) => each.property === property);
    if (relationship === undefined) return [];
    if (path.length === 1) return [{ name, type: undefined, operators: wholeOperators(relationship, rule, rules) }];
    path.shift();
    owner = relationship.target;
  }
  return [];
}

function withinObject(attribute: Attribute, path: readonly string[]): Attribute | undefined {
  let end: Attribute | undefined = attribute;
  for (const name of path)
    end = end?.kind === 'embedded' ? end.fields.find((each) => each.name === name && each.exposed) : undefined;
  return end;
}

function idOffers(resource: Resource, rules: OfferRules): readonly FilterOffer[] {
  const { id } = resource;
  const rule = rules.policy.filterRule(resource, 'id', ...(id.length === 1 ? [id[0]!.property] : []));
  if (rule === undefined) return [];
  if (id.length === 1) return [columnOffer('id', id[0]!, rule, rules)];
  return [{ name: 'id', type: 'text', operators: OF_COMPOSITE_IDS.filter(isAllowedBy(rule)) }];
}

function attributeOffers(name: string, attribute: Attribute, rule: Rule, rules: OfferRules): readonly FilterOffer[] {
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

function columnOffer(name: string, { type, column }: ColumnAttribute, rule: Rule, rules: OfferRules): FilterOffer {
  const fitting = OPERATORS.filter(({ types }) => types.includes(type)).map((operator) => operator.name);
  // The application's own operators take a value.
  const own = UNCOMPARED.includes(type) && !column.transformed ? [] : rules.operators;
  const operators = [...fitting, ...own].filter(isAllowedBy(rule));
  return { name, type, values: column.enum, operators };
}

/** Spellings of one operator are one. */
function isAllowedBy({ operators }: Pick<Rule, 'operators'> = EVERYBODY): (name: string) => boolean {
  const allowed = operators?.map((spelling) => findOperator(spelling)?.name ?? spelling);
  return (name) => allowed?.includes(name) ?? true;
}

/** The sort keys that a viewer has of a resource itself, as they stand in `sort`. */
export function sortOffers(resource: Resource, { policy }: OfferRules): readonly string[] {
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
export function includeOffers(resource: Resource, { policy }: OfferRules): readonly Relationship[] {
  return [...policy.relationships(resource).values()].filter(({ target }) => policy.isReadable(target));
}
