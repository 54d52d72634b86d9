/**
 * Builds the attributes of a resource from columns, embedded objects, getters and methods, and what decorators
 * and options say about them.
 */
import type { ColumnModel, EntityModel } from './entity-model.js';
import { derivedPaths } from './derived.js';
import { exposedProperties, exposureOf, isClosed, type EntityClass, type Exposure } from './expose.js';
import type { ResolvedResourceOptions } from './options.js';
import {
  fieldOf,
  type Attribute,
  type ColumnAttribute,
  type ComputedAttribute,
  type EmbeddedAttribute,
} from './resource.js';

/** What decorators say about a property, with the options `readOnly`, `writeOnly` and `createOnly` on top. */
export function exposureUnder(
  options: ResolvedResourceOptions,
  entity: EntityClass | undefined,
  property: string,
): Exposure {
  const exposure = exposureOf(entity, property, options.toKey);
  return {
    ...exposure,
    readable: exposure.readable && !options.writeOnly.includes(property),
    writable: exposure.writable && !options.readOnly.includes(property),
    // A resource keeps its identity.
    createOnly: options.createOnly.includes(property) || options.primaryKey === property,
  };
}

/** All attributes of an entity, the hidden ones included; `fields` names the exposed ones. */
export function buildAttributes(
  model: EntityModel,
  options: ResolvedResourceOptions,
  fields: ReadonlySet<string> | undefined,
): readonly Attribute[] {
  const attributes: Attribute[] = [];
  const embedded = new Set<string>();
  const columnNames = new Set(model.columns.map((column) => column.path.split('.')[0]!));
  const relationNames = new Set(model.relations.map((relation) => relation.property));
  const { pluck, through } = derivedPaths(model, options);
  const derived = new Set([...Object.keys(pluck), ...Object.keys(through)]);
  for (const column of model.columns) {
    const [head] = column.path.split('.') as [string];
    // A join column that the relation itself owns has no property of its own; its name belongs to the relation.
    if (relationNames.has(head)) continue;
    if (column.path === head) {
      const exposure = exposureUnder(options, model.class, head);
      attributes.push(columnAttribute(column, exposure, fields?.has(head) ?? false, hasSetter(model, head)));
    } else if (!embedded.has(head)) {
      embedded.add(head);
      attributes.push(
        embeddedAttribute(model, head, exposureUnder(options, model.class, head), fields?.has(head) ?? false, options),
      );
    }
  }
  for (const name of fields ?? []) {
    if (columnNames.has(name) || relationNames.has(name) || derived.has(name)) continue;
    attributes.push(computedAttribute(model, name, exposureUnder(options, model.class, name)));
  }
  return attributes;
}

/** @param settable the entity has a setter for it; a virtual column that has one can be written (MAP-03) */
function columnAttribute(column: ColumnModel, exposure: Exposure, exposed: boolean, settable = false): ColumnAttribute {
  // What the ORM keeps for itself, and a key that is called id, are attributes only where a decorator says so.
  const isOwn = column.internal || (column.primary && exposure.name === 'id');
  const isStored = column.insertable || column.updatable;
  return Object.freeze({
    kind: 'column',
    ...fieldOf(exposure, column.path, exposed && (!isOwn || (exposure.exposed && exposure.name !== 'id'))),
    writable: exposure.writable && !column.generated && !column.internal && (column.virtual ? settable : isStored),
    createOnly: exposure.createOnly || column.primary || (!column.virtual && !column.updatable),
    updateOnly: !column.virtual && !column.insertable,
    type: column.type,
    column,
    transforms: exposure.transforms,
    writeTransforms: exposure.writeTransforms,
  });
}

/**
 * An embedded object. Its class has decorators of its own: where it uses `@Expose()`, they are its allow-list; where it
 * does not, the object is exposed whole, apart from what has `@Exclude()`.
 */
function embeddedAttribute(
  model: EntityModel,
  path: string,
  exposure: Exposure,
  exposed: boolean,
  options: ResolvedResourceOptions,
): EmbeddedAttribute {
  const depth = path.split('.').length;
  const fields = new Map<string, ColumnAttribute | EmbeddedAttribute>();
  for (const column of model.columns) {
    if (!column.path.startsWith(`${path}.`) || column.foreignKeyOnly) continue;
    const parts = column.path.split('.');
    const name = parts[depth]!;
    if (fields.has(name)) continue;
    const holder = column.embeddedIn?.[depth - 1];
    const inner = exposureOf(holder, name, options.toKey);
    const byDefault = !isClosed(holder) && (options.expose === 'all' || exposedProperties(holder).length === 0);
    const isShown = exposed && !inner.excluded && (inner.exposed || byDefault);
    const field =
      parts.length === depth + 1
        ? columnAttribute(column, inner, isShown && (inner.exposed || (column.selected && !column.foreignKey)))
        : embeddedAttribute(model, `${path}.${name}`, inner, isShown, options);
    fields.set(name, field);
  }
  return Object.freeze({
    kind: 'embedded',
    ...fieldOf(exposure, path, exposed),
    fields: Object.freeze([...fields.values()]),
    transforms: exposure.transforms,
    writeTransforms: exposure.writeTransforms,
  });
}

/** A getter, a method, or a pair of getter and setter, which can be written (MAP-03). */
export function computedAttribute(model: EntityModel, property: string, exposure: Exposure): ComputedAttribute {
  const field = fieldOf(exposure, property, true);
  const writable = exposure.writable && hasSetter(model, property);
  return Object.freeze({
    kind: 'computed',
    ...field,
    writable,
    transforms: exposure.transforms,
    writeTransforms: exposure.writeTransforms,
  });
}

function hasSetter(model: EntityModel, property: string): boolean {
  let prototype = (model.class?.prototype ?? null) as object | null;
  while (prototype !== null && !Object.hasOwn(prototype, property)) {
    prototype = Object.getPrototypeOf(prototype) as object | null;
  }
  return prototype !== null && Object.getOwnPropertyDescriptor(prototype, property)?.set !== undefined;
}

/** A column as part of an id, which no decorator names. */
export function keyColumn(column: ColumnModel, { toKey }: Pick<ResolvedResourceOptions, 'toKey'>): ColumnAttribute {
  return columnAttribute(column, exposureOf(undefined, column.path, toKey), false);
}

/** The columns of the primary key. */
export function keyColumns(model: EntityModel, options: Pick<ResolvedResourceOptions, 'toKey'>): ColumnAttribute[] {
  const columns = model.columns.filter((column) => column.primary);
  return columns.map((column) => keyColumn(column, options));
}
