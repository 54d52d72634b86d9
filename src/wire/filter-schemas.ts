/**
 * The schema of filter objects, with the operators that each field has for a viewer.
 */
import { fieldOffers, relationshipOffers, type FilterOffer, type RelationshipOffer } from '../query/offers.js';
import { findOperator, OPERATORS } from '../query/operators.js';
import type { Resource } from '../resource/resource.js';
import { anyOf, closed, listOf, type JsonSchema, type SchemaBook } from './schemas.js';
import { filterNames, namesSchema, pathSchema, type Spelling } from './search-schemas.js';

/** A filter object on a resource. */
export function filterSchema(resource: Resource, book: SchemaBook, spelling: Spelling): JsonSchema {
  const name = `${book.nameOf(resource)}.${spelling.filter}`;
  return book.named(name, () => {
    const self = { $ref: `#/components/schemas/${name}` };
    return anyOf([
      ...comparisons(resource, book, spelling),
      closed({ and: listOf(self) }, ['and']),
      closed({ or: listOf(self) }, ['or']),
      closed({ not: self }, ['not']),
    ]);
  });
}

const VALUE: JsonSchema = { description: 'What to compare with.' };

function comparisons(resource: Resource, book: SchemaBook, spelling: Spelling): readonly JsonSchema[] {
  const { policy, facts } = book;
  const rules = { policy, operators: new Set(facts.operators) };
  const every = [...OPERATORS.map(({ name }) => name), 'has', 'any', ...facts.operators];
  const offers = fieldOffers(resource, rules).map((offer) => asWritten(resource, offer, book));
  const relationships = relationshipOffers(resource, rules);
  const through = relationships.filter(({ relationship }) => policy.isReadable(relationship.target));
  return [
    ...fieldComparisons(offers, comparableNames(resource, book), spelling),
    ...relationships.flatMap((offer) => whole(offer, book, spelling)),
    ...throughComparisons(
      through.map(({ relationship }) => relationship.name),
      every,
      spelling,
    ),
  ];
}

/** Values of related rows are searched as those rows are, too. */
function asWritten(resource: Resource, offer: FilterOffer, { policy }: SchemaBook): FilterOffer {
  const attribute = policy.attribute(resource, offer.name);
  if (attribute?.kind !== 'plucked' || policy.filterRule(resource, attribute.property)?.operators !== undefined)
    return offer;
  return { ...offer, operators: [...offer.operators, attribute.relationship.toMany ? 'any' : 'has'] };
}

/** The fields that may stand in the place of a value. */
function comparableNames(resource: Resource, book: SchemaBook): readonly string[] {
  return filterNames(resource, book)
    .filter(({ name, attribute }) => (name === 'id' ? resource.id.length === 1 : attribute?.kind === 'column'))
    .map(({ name }) => name);
}

/** Fields that have the same operators are described together. */
function fieldComparisons(
  offers: readonly FilterOffer[],
  comparable: readonly string[],
  spelling: Spelling,
): readonly JsonSchema[] {
  const groups = new Map<string, { readonly operators: readonly string[]; readonly names: string[] }>();
  for (const { name, operators } of offers.filter((each) => each.operators.length > 0)) {
    const key = operators.join(' ');
    const group = groups.get(key) ?? { operators, names: [] };
    group.names.push(name);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ operators, names }) =>
    closed(
      {
        name: namesSchema(names, spelling),
        op: { type: 'string', enum: operators },
        val: VALUE,
        ...(comparable.length > 0 && operators.some(comparesFields)
          ? { field: { ...namesSchema(comparable, spelling), description: 'In the place of `val`.' } }
          : {}),
      },
      ['name'],
    ),
  );
}

function comparesFields(name: string): boolean {
  const operand = findOperator(name)?.operand;
  return operand === 'value' || operand === 'pattern';
}

/** A relationship as a whole: there is such a row, or none. */
function whole({ relationship, operators }: RelationshipOffer, book: SchemaBook, spelling: Spelling): JsonSchema[] {
  if (operators.length === 0) return [];
  const op = { type: 'string', enum: operators };
  const inner = operators.some((each) => each === 'has' || each === 'any');
  const val: Readonly<Record<string, JsonSchema>> = inner
    ? { val: filterSchema(relationship.target, book, spelling) }
    : {};
  return [closed({ name: { type: 'string', const: relationship.name }, op, ...val }, ['name', 'op'])];
}

/** A path may end anywhere, however far. */
function throughComparisons(
  relationships: readonly string[],
  operators: readonly string[],
  spelling: Spelling,
): readonly JsonSchema[] {
  if (relationships.length === 0) return [];
  const name = pathSchema([], relationships, spelling);
  const field = { type: 'string', description: 'Another field of the same row, in the place of `val`.' };
  return [closed({ name, op: { type: 'string', enum: operators }, val: VALUE, field }, ['name'])];
}
