/**
 * Ids of clients → filters on the columns that make them; and which of these are attributes as well.
 */
import type { Limits } from '../resource/options.js';
import type { Policy } from '../resource/policy.js';
import { splitId, type Attribute, type ColumnAttribute, type Resource } from '../resource/resource.js';
import { bad, describe } from './faults.js';
import { and, compare, or, type Filter } from './filter.js';
import { operator } from './operators.js';
import { expectList, type Place } from './parse-operand.js';
import { parseValue, ValueMismatch, type Value } from './values.js';

/** The filter that finds a row by its id, or undefined where the text cannot be an id of the resource. */
export function idFilter(resource: Resource, id: string): Filter | undefined {
  return and((idValues(resource, id) ?? []).map(([attribute, value]) => compare(attribute, operator('eq'), value)));
}

/**
 * The filter that finds rows by a composite id, or by a list of them.
 *
 * @throws BadRequestError for what cannot be an id of the resource.
 */
export function idsFilter(resource: Resource, many: boolean, value: unknown, place: Place, limits: Limits): Filter {
  const isText = place.form === 'text' && typeof value === 'string';
  // In text a comma that joins the parts of an id cannot separate ids.
  const ids =
    isText && many && resource.options.idSeparator !== ',' ? value.split(',') : many && !isText ? value : [value];
  const filters = expectList(ids, 'ids', place, limits).map((id) => {
    const filter = typeof id === 'string' ? idFilter(resource, id) : undefined;
    if (filter === undefined) throw bad('BAD_VALUE', place, `${describe(id)} is no id of ${resource.name}.`);
    return filter;
  });
  return or(filters) ?? compare(resource.id[0]!, operator('in'), Object.freeze([]));
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

/** `/person/01` is not person 1, nor `/day/CURRENT_DATE` today: every resource has one address, and keeps it. */
function isCanonical(attribute: ColumnAttribute, value: Value, text: string): boolean {
  if (typeof value === 'object') return false;
  return (attribute.type !== 'integer' && attribute.type !== 'bigint') || String(value) === text;
}

/** A chosen key may be null; rows without an id have no address, and are not there. */
export function hasId({ id, options }: Resource): Filter | undefined {
  const chosen = options.primaryKey === undefined ? undefined : id[0];
  return chosen?.column.nullable === true ? compare(chosen, operator('is_not_null')) : undefined;
}

/** The key's own name is as good as `id` where the key is exposed (decision 3). */
export function keyNamed({ id, attributes }: Resource, name: string): ColumnAttribute | undefined {
  const [key] = id;
  return id.length === 1 && key!.property === name && attributes.get(name)?.exposed === true ? key : undefined;
}

/** The attributes that are parts of the key, where the viewer sees them. */
export function keyAttributes(resource: Resource, policy: Policy): readonly Attribute[] {
  if (!policy.isReadable(resource)) return [];
  return [...policy.attributes(resource).values()].filter(({ property }) =>
    resource.id.some((part) => part.property === property),
  );
}
