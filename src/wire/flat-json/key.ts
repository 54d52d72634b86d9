/**
 * The key of an object, as far as no attribute shows it. In flat JSON a key has the type of its column (decision 4).
 */
import type { Identifier } from '../../query/result.js';
import { splitId, type Attribute, type ColumnAttribute, type Resource } from '../../resource/resource.js';

/** A part of a key, under the name that objects have it. */
export interface KeyPart {
  readonly attribute: ColumnAttribute;
  readonly name: string;
  /** Its place in the id. */
  readonly at: number;
}

/**
 * The parts that none of the attributes shows that an object has; a key of one part is then the `id`.
 *
 * @see FLD-08
 */
export function hiddenKey({ id }: Resource, attributes: Iterable<Attribute>): readonly KeyPart[] {
  const shown = new Set(Array.from(attributes, ({ property }) => property));
  return id.flatMap((attribute, at) =>
    shown.has(attribute.property) ? [] : [{ attribute, name: id.length === 1 ? 'id' : attribute.name, at }],
  );
}

/** The values of these parts. */
export function keyValues(parts: readonly KeyPart[], { resource, id }: Identifier): readonly (string | number)[] {
  if (parts.length === 0) return [];
  const values = splitId(id, resource.id.length, resource.options.idSeparator)!;
  return parts.map(({ attribute, at }) => (isNumber(attribute) ? Number(values[at]!) : values[at]!));
}

/** True for a part that is a number in objects. */
export function isNumber({ type }: ColumnAttribute): boolean {
  return type === 'integer' || type === 'float';
}
