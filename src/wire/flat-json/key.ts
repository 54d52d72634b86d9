/**
 * The key of an object that has no attribute for it. In flat JSON a key has the type of its column (decision 4).
 */
import type { Identifier } from '../../query/result.js';
import { splitId, type ColumnAttribute, type Resource } from '../../resource/resource.js';

/** A part of a key, under the name that objects have it. */
interface KeyPart {
  readonly name: string;
  /** Its place in the id. */
  readonly at: number;
  readonly isNumber: boolean;
}

const HIDDEN = new WeakMap<Resource, readonly KeyPart[]>();

/** The parts that no attribute shows; a key of one part is then the `id`. @see FLD-08 */
export function hiddenKey(resource: Resource): readonly KeyPart[] {
  let parts = HIDDEN.get(resource);
  if (parts === undefined) {
    const single = resource.id.length === 1;
    parts = resource.id.flatMap((attribute, at) => {
      if (isShown(resource, attribute)) return [];
      const isNumber = attribute.type === 'integer' || attribute.type === 'float';
      return [{ name: single ? 'id' : attribute.name, at, isNumber }];
    });
    HIDDEN.set(resource, parts);
  }
  return parts;
}

/** The values of {@link hiddenKey}, in its order. */
export function keyValues({ resource, id }: Identifier): readonly (string | number)[] {
  const hidden = hiddenKey(resource);
  if (hidden.length === 0) return [];
  const parts = splitId(id, resource.id.length, resource.options.idSeparator)!;
  return hidden.map(({ at, isNumber }) => (isNumber ? Number(parts[at]!) : parts[at]!));
}

function isShown(resource: Resource, key: ColumnAttribute): boolean {
  return [...resource.attributes.values()].some(
    (attribute) => attribute.exposed && attribute.readable && attribute.property === key.property,
  );
}
