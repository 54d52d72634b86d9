/**
 * The schemas of searches that the formats share: which names filter, sort and group, and functions. Filter objects have
 * a file of their own.
 */
import { worksOn } from '../query/evaluation.js';
import { countName, type CountName } from '../resource/counting.js';
import type { ValueType } from '../resource/entity-model.js';
import type { FunctionName } from '../resource/options.js';
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

/** The names that a viewer may sort by. */
export function sortNames(resource: Resource, { policy }: SchemaBook): readonly string[] {
  return policy
    .sortNames(resource)
    .flatMap((name) => leavesOf(name, policy.attribute(resource, name)))
    .filter(({ name, attribute }) => policy.relationship(resource, name) === undefined && isOrdered(attribute))
    .map(({ name }) => name);
}

/** The names that a viewer may group by, whatever may be sorted by. */
export function groupNames(resource: Resource, book: SchemaBook): readonly string[] {
  return usableNames(resource, book).map(({ name }) => name);
}

function usableNames(resource: Resource, { policy }: SchemaBook): readonly SearchName[] {
  return policy
    .names(resource)
    .flatMap((name) => leavesOf(name, policy.attribute(resource, name)))
    .filter(({ name, attribute }) => policy.relationship(resource, name) === undefined && isOrdered(attribute));
}

/** The relationships that lead on to one row, and to its fields. */
export function toOneNames(resource: Resource, { policy }: SchemaBook): readonly string[] {
  return [...policy.relationships(resource).values()]
    .filter(({ toMany, target }) => !toMany && policy.isReadable(target))
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

/** How a format writes what is searched for: the names of its schemas of filters, and what is between the names of a path. */
export interface Spelling {
  readonly filter: string;
  readonly separator: string;
}

/** One of these names, or a path through one of the relationships. */
export function pathSchema(
  names: readonly string[],
  relationships: readonly string[],
  spelling: Spelling,
  prefix = '',
): JsonSchema {
  const own = names.length === 0 ? [] : [namesSchema(names, spelling)];
  if (relationships.length === 0) return anyOf(own.length === 0 ? [{ type: 'string' }] : own);
  const through = relationships.map(escapePattern).join('|');
  return anyOf([...own, { type: 'string', pattern: `^${prefix}(${through})${escapePattern(spelling.separator)}` }]);
}

/** One of these names. */
export function namesSchema(names: readonly string[], { separator }: Spelling): JsonSchema {
  return { type: 'string', enum: names.map((name) => name.replaceAll('.', separator)) };
}

function escapePattern(name: string): string {
  return name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** The functions to evaluate, each with what it works on. */
export function functionsSchema(resource: Resource, book: SchemaBook, spelling: Spelling): JsonSchema {
  const usable = usableNames(resource, book);
  const through = toOneNames(resource, book);
  const kinds = new Map<string, { readonly functions: FunctionName[]; readonly names: readonly string[] }>();
  for (const each of resource.options.functions) {
    const names = usable.filter((field) => worksOn(each, typeOf(resource, field))).map(({ name }) => name);
    const kind = kinds.get(names.join()) ?? { functions: [], names };
    kind.functions.push(each);
    kinds.set(names.join(), kind);
  }
  return listOf(
    anyOf(
      [...kinds.values()].map(({ functions, names }) =>
        closed({ name: { type: 'string', enum: functions }, field: pathSchema(names, through, spelling) }, [
          'name',
          'field',
        ]),
      ),
    ),
  );
}

/** An id of several parts can be counted, and that is all. */
function typeOf({ id }: Resource, { name, attribute }: SearchName): ValueType {
  if (attribute?.kind === 'column') return attribute.type;
  return name === 'id' && id.length === 1 ? id[0]!.type : 'json';
}

/** The ways to a total that there are, the usual one first. */
export function countNames({ count, countModes }: Resource['options']): readonly CountName[] {
  return [...new Set([count, ...countModes].map(countName))];
}
