/**
 * Attributes that only an instance of the entity can give: getters, methods, and what `@Transform` makes of
 * a value.
 */
import type { ObjectLiteral } from 'typeorm';
import type { Fieldset } from '../query/query.js';
import { toJson } from '../query/values.js';
import type { Attribute } from '../resource/resource.js';

/** Fills in the values of a record that come from its entity; methods and promises are awaited. */
export async function readEntityAttributes(
  fieldset: Fieldset,
  entity: ObjectLiteral,
  values: unknown[],
  groups: readonly string[],
): Promise<void> {
  for (const [index, attribute] of fieldset.attributes.entries()) {
    if (attribute.kind !== 'computed' && attribute.transforms.length === 0) continue;
    values[index] = toJson(await readAttribute(attribute, entity, groups));
  }
}

async function readAttribute(attribute: Attribute, entity: ObjectLiteral, groups: readonly string[]): Promise<unknown> {
  const property: unknown = attribute.property
    .split('.')
    .reduce<unknown>((object, name) => (object as ObjectLiteral | null)?.[name] as unknown, entity);
  let value: unknown = await (typeof property === 'function' ? (property as () => unknown).call(entity) : property);
  for (const transform of attribute.transforms) value = await transform(value, attribute.property, entity, groups);
  return value;
}
