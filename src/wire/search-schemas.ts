/**
 * The schemas of searches that the formats share: which names filter and sort, and filter objects.
 */
import { OPERATORS } from '../query/operators.js';
import { countName, type CountName } from '../resource/counting.js';
import type { Attribute, Resource } from '../resource/resource.js';
import { anyOf, closed, listOf, type JsonSchema, type SchemaBook } from './schemas.js';

/** A name that filters or sorts, with the attribute that it stands for, where it is one. */
export interface SearchName {
  readonly name: string;
  readonly attribute: Attribute | undefined;
}

/** The names that a viewer may filter by. */
export function filterNames(resource: Resource, { policy }: SchemaBook): readonly SearchName[] {
  return policy
    .filterNames(resource)
    .flatMap((name) => leavesOf(name, policy.attribute(resource, name)))
    .filter(
      ({ name, attribute }) => policy.relationship(resource, name) === undefined && attribute?.kind !== 'computed',
    );
}

/** The names that a viewer may sort by, or group by. */
export function sortNames(resource: Resource, { policy }: SchemaBook): readonly string[] {
  return policy
    .sortNames(resource)
    .flatMap((name) => leavesOf(name, policy.attribute(resource, name)))
    .filter(({ name, attribute }) => policy.relationship(resource, name) === undefined && isOrdered(attribute))
    .map(({ name }) => name);
}

function isOrdered(attribute: Attribute | undefined): boolean {
  return attribute === undefined || (attribute.kind === 'column' && attribute.column.ordered);
}

/** An embedded object is searched by what is in it. */
function leavesOf(name: string, attribute: Attribute | undefined): readonly SearchName[] {
  if (attribute?.kind !== 'embedded') return [{ name, attribute }];
  return attribute.fields.flatMap((field) => leavesOf(`${name}.${field.name}`, field));
}

/** One of these names, or a path through one of the relationships. */
export function pathSchema(
  names: readonly string[],
  relationships: readonly string[],
  separator: string,
  prefix = '',
): JsonSchema {
  const own = names.length === 0 ? [] : [{ type: 'string', enum: names }];
  if (relationships.length === 0) return anyOf(own.length === 0 ? [{ type: 'string' }] : own);
  const through = relationships.map(escapePattern).join('|');
  return anyOf([...own, { type: 'string', pattern: `^${prefix}(${through})${separator}` }]);
}

function escapePattern(name: string): string {
  return name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/**
 * A filter object on a resource.
 *
 * @param name of the schema
 * @param separator between the names of a path, as a pattern
 */
export function filterSchema(resource: Resource, book: SchemaBook, name: string, separator: string): JsonSchema {
  return book.named(name, () => {
    const self = { $ref: `#/components/schemas/${name}` };
    const relationships = [...book.policy.relationships(resource).keys()];
    const fields = filterNames(resource, book).map((each) =>
      each.name.replaceAll('.', separator === '__' ? '__' : '.'),
    );
    const operators = [...OPERATORS.map((operator) => operator.name), 'has', 'any', ...book.facts.operators];
    const comparison = closed(
      {
        name: pathSchema([...fields, ...relationships], relationships, separator),
        op: { type: 'string', enum: operators },
        val: { description: 'What to compare with; a filter for `has` and `any`.' },
        field: { type: 'string', description: 'Another field to compare with, in the place of `val`.' },
      },
      ['name'],
    );
    return anyOf([
      comparison,
      closed({ and: listOf(self) }, ['and']),
      closed({ or: listOf(self) }, ['or']),
      closed({ not: self }, ['not']),
    ]);
  });
}

/** The list of functions to evaluate. */
export function functionsSchema({ options }: Resource): JsonSchema {
  const name = { type: 'string', enum: options.functions };
  return listOf(closed({ name, field: { type: 'string' } }, ['name', 'field']));
}

/** The ways to a total that there are, the usual one first. */
export function countNames({ count, countModes }: Resource['options']): readonly CountName[] {
  return [...new Set([count, ...countModes].map(countName))];
}
