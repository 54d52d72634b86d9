/**
 * Ids of clients → filters on the columns that make them; and which of these are attributes as well.
 */
import type { Limits } from '../resource/options.js';
import type { Policy } from '../resource/policy.js';
import { splitId, type Attribute, type ColumnAttribute, type Resource } from '../resource/resource.js';
import { bad, describe } from './faults.js';
import { and, compare, oneOf, or, type Filter } from './filter.js';
import { operator } from './operators.js';
import { expectList, type Place } from './parse-operand.js';
import { parseValue, ValueMismatch, type DatabaseClock, type Value } from './values.js';

/** The filter that finds a row by its id, or undefined where the text cannot be an id of the resource. */
export function idFilter(resource: Resource, id: string): Filter | undefined {
  return ofValues(idValues(resource, id) ?? []);
}

function ofValues(values: IdValues): Filter | undefined {
  return and(values.map(([attribute, value]) => compare(attribute, operator('eq'), value)));
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
  const named = expectList(ids, 'ids', place, limits).map((id) => {
    const values = typeof id === 'string' ? idValues(resource, id) : undefined;
    if (values === undefined) throw bad('BAD_VALUE', place, `${describe(id)} is no id of ${resource.name}.`);
    return values;
  });
  // There may be more of them than a statement has parameters.
  const isListed = (values: IdValues): boolean => many && isPlain(values);
  const plain = named.filter(isListed);
  const others = named.filter((values) => !isListed(values));
  const rows = plain.map((values) => Object.freeze(values.map(([, value]) => value as PlainValue)));
  const together = rows.length === 0 ? undefined : oneOf(resource.id, Object.freeze(rows));
  return or([together, ...others.map(ofValues)]) ?? compare(resource.id[0]!, operator('in'), Object.freeze([]));
}

type PlainValue = Exclude<Value, DatabaseClock>;

/** The database's clock is SQL, and moments have several spellings: these are compared one by one. */
function isPlain(values: IdValues): boolean {
  return values.every(([{ type }, value]) => typeof value !== 'object' && type !== 'datetime' && type !== 'time');
}

/** The columns of an id, each with its value. */
type IdValues = readonly (readonly [ColumnAttribute, Value])[];

/** The values of the columns that make an id, or undefined where the text cannot be one. */
export function idValues(resource: Resource, id: string): IdValues | undefined {
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
