/**
 * Attributes that only an instance of the entity can give: getters, methods, and what `@Transform` makes of
 * a value.
 */
import type { EntityMetadata, ObjectLiteral } from 'typeorm';
import type { Fieldset } from '../query/query.js';
import { toJson } from '../query/values.js';
import { exposureOf, isFor, type EntityClass, type ExposeViewer } from '../resource/expose.js';
import type { Attribute, ColumnAttribute } from '../resource/resource.js';
import type { Schema } from './schema.js';

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

/** Reads attributes off instances, for one viewer. */
export class EntityReader {
  constructor(
    private readonly schema: Schema,
    private readonly viewer: ExposeViewer,
  ) {}

  /** Fills in the values of a record that come from its entity; methods and promises are awaited. */
  async fill(fieldset: Fieldset, entity: ObjectLiteral, values: unknown[]): Promise<void> {
    for (const [index, attribute] of fieldset.attributes.entries()) {
      values[index] = await this.attribute(attribute, entity, values[index]);
    }
  }

  /** The value of one attribute; null where there is no instance. */
  value(attribute: ColumnAttribute, entity: ObjectLiteral | undefined): Promise<unknown> {
    return this.attribute(attribute, entity ?? null, null);
  }

  /**
   * One value in JSON.
   *
   * @param holder the entity, or the embedded object that the attribute belongs to
   * @param read what the row gave
   */
  private async attribute(attribute: Attribute, holder: ObjectLiteral | null, read: unknown): Promise<unknown> {
    if (!isFromEntity(attribute) || holder === null) return read;
    const key = attribute.property.split('.').at(-1)!;
    // What is plucked is of other rows, and is what it is there.
    const property: unknown = attribute.kind === 'plucked' ? read : holder[key];
    const isMethod = typeof property === 'function';
    const original: unknown = await (isMethod ? (property as () => unknown).call(holder) : property);
    let value = original;
    for (const transform of attribute.transforms) value = await transform(value, key, holder, this.viewer);
    if (attribute.kind !== 'embedded' || value !== original) return toJson(this.withoutHidden(value));
    const parts = read as ObjectLiteral;
    for (const field of attribute.fields) {
      parts[field.name] = await this.attribute(field, original as ObjectLiteral | null, parts[field.name]);
    }
    return parts;
  }

  /** An entity inside a value is shown by its key and by the columns that carry `@Expose()`: what it hides stays hidden. */
  private withoutHidden(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((each) => this.withoutHidden(each));
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === null || prototype === Object.prototype) {
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, this.withoutHidden(each)]));
    }
    const { dataSource } = this.schema;
    const isEntity = dataSource.hasMetadata(prototype.constructor);
    return isEntity ? this.entity(value, dataSource.getMetadata(prototype.constructor)) : value;
  }

  private entity(entity: ObjectLiteral, { columns, target }: EntityMetadata): object {
    const own = columns.filter(({ embeddedMetadata, isVirtual }) => embeddedMetadata === undefined && !isVirtual);
    const members = own.flatMap(({ isPrimary, propertyName }) => {
      const exposure = exposureOf(typeof target === 'function' ? (target as EntityClass) : undefined, propertyName);
      const isShown = exposure.exposed && !exposure.excluded && exposure.readable && isFor(exposure, this.viewer);
      const value: unknown = entity[propertyName];
      return (isShown || isPrimary) && value !== undefined
        ? [[isShown ? exposure.name : propertyName, value] as const]
        : [];
    });
    return Object.fromEntries(members);
  }
}
