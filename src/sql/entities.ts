/**
 * Attributes that only an instance of the entity can give: getters, methods, and what `@Transform` makes of
 * a value.
 */
import type { ObjectLiteral } from 'typeorm';
import type { Fieldset } from '../query/query.js';
import { toJson } from '../query/values.js';
import type { ExposeViewer } from '../resource/expose.js';
import type { Attribute } from '../resource/resource.js';

/** True where a row alone cannot give the attribute, or a part of it. */
export function isFromEntity(attribute: Attribute): boolean {
  if (attribute.kind === 'computed' || attribute.transforms.length > 0) return true;
  return attribute.kind === 'embedded' && attribute.fields.some(isFromEntity);
}

/** Columns with `select: false` that transformations work on, by property path. */
export function hiddenColumns({ attributes }: Pick<Fieldset, 'attributes'>): readonly string[] {
  return attributes.filter(isFromEntity).flatMap((attribute) => {
    if (attribute.kind === 'embedded') return hiddenColumns({ attributes: attribute.fields });
    return attribute.kind === 'column' && !attribute.column.selected ? [attribute.column.path] : [];
  });
}

/** Fills in the values of a record that come from its entity; methods and promises are awaited. */
export async function readEntityAttributes(
  fieldset: Fieldset,
  entity: ObjectLiteral,
  values: unknown[],
  viewer: ExposeViewer,
): Promise<void> {
  for (const [index, attribute] of fieldset.attributes.entries()) {
    values[index] = await readAttribute(attribute, entity, values[index], viewer);
  }
}

/**
 * One value in JSON.
 *
 * @param holder the entity, or the embedded object that the attribute belongs to
 * @param read what the row gave
 */
async function readAttribute(
  attribute: Attribute,
  holder: ObjectLiteral | null,
  read: unknown,
  viewer: ExposeViewer,
): Promise<unknown> {
  if (!isFromEntity(attribute) || holder === null) return read;
  const key = attribute.property.split('.').at(-1)!;
  const property: unknown = holder[key];
  const original: unknown = await (typeof property === 'function'
    ? (property as () => unknown).call(holder)
    : property);
  let value = original;
  for (const transform of attribute.transforms) value = await transform(value, key, holder, viewer);
  if (attribute.kind !== 'embedded' || value !== original) return toJson(value);
  const parts = read as ObjectLiteral;
  for (const field of attribute.fields) {
    parts[field.name] = await readAttribute(field, original as ObjectLiteral | null, parts[field.name], viewer);
  }
  return parts;
}
