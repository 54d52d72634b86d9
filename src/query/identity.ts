/**
 * Ids of clients → filters on the columns that make them.
 */
import { splitId, type ColumnAttribute, type Resource } from '../resource/resource.js';
import { and, compare, type Filter } from './filter.js';
import { operator } from './operators.js';
import { parseValue, ValueMismatch, type Value } from './values.js';

/** The filter that finds a row by its id, or undefined where the text cannot be an id of the resource. */
export function idFilter(resource: Resource, id: string): Filter | undefined {
  return and((idValues(resource, id) ?? []).map(([attribute, value]) => compare(attribute, operator('eq'), value)));
}

/** The values of the columns that make an id, or undefined where the text cannot be one. */
export function idValues(resource: Resource, id: string): readonly (readonly [ColumnAttribute, Value])[] | undefined {
  const parts = splitId(id, resource.id.length, resource.options.idSeparator);
  if (parts === undefined) return undefined;
  const values: (readonly [ColumnAttribute, Value])[] = [];
  for (const [index, attribute] of resource.id.entries()) {
    const part = parts[index]!;
    const value = parseValue(attribute.column, part, 'text');
    if (value instanceof ValueMismatch || !isCanonical(attribute, value, part)) return undefined;
    values.push([attribute, value]);
  }
  return values;
}

/** `/person/01` is not person 1: every resource has one address. */
function isCanonical(attribute: ColumnAttribute, value: Value, text: string): boolean {
  if (attribute.type !== 'integer' && attribute.type !== 'bigint') return true;
  return typeof value !== 'object' && String(value) === text;
}
