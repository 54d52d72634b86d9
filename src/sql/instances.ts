/**
 * Instances of entities with nothing in them but what is set: a constructor would fill in its own values, and
 * TypeORM would write these as well.
 */
import type { EntityMetadata, ObjectLiteral } from 'typeorm';
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js';

/** An instance that no constructor has seen. */
export function blankInstance(metadata: EntityMetadata): ObjectLiteral {
  const { target } = metadata;
  return typeof target === 'function' ? (Object.create(target.prototype as object) as ObjectLiteral) : {};
}

/** What has come to be different, as an instance with nothing else in it. */
export function changedPart(metadata: EntityMetadata, entity: ObjectLiteral, before: ObjectLiteral): ObjectLiteral {
  const changed = Object.entries(entity).filter(([name, value]) => value !== before[name]);
  return Object.assign(blankInstance(metadata), Object.fromEntries(changed));
}

/** Sets a property by its path; embedded objects on the way are made where they are missing. */
export function setProperty(metadata: EntityMetadata, entity: ObjectLiteral, path: string, value: unknown): void {
  const names = path.split('.');
  let owner = entity;
  for (const [index, name] of names.slice(0, -1).entries()) {
    const embedded = metadata.findEmbeddedWithPropertyPath(names.slice(0, index + 1).join('.'));
    const type = embedded?.type as { readonly prototype?: object } | undefined;
    owner[name] ??= Object.create(type?.prototype ?? Object.prototype) as ObjectLiteral;
    owner = owner[name] as ObjectLiteral;
  }
  // TypeORM gives prototypes accessors for lazy relations, which would keep the value elsewhere.
  Object.defineProperty(owner, names.at(-1)!, { value, writable: true, enumerable: true, configurable: true });
}

/**
 * Sets a relation whose join columns stand on the row itself; null for nothing. Join columns that are properties too
 * are set with it: TypeORM's builder of UPDATE looks there where it finds no instance.
 */
export function setReference(relation: RelationMetadata, entity: ObjectLiteral, key: ObjectLiteral | null): void {
  const { entityMetadata, inverseEntityMetadata, joinColumns, propertyPath } = relation;
  for (const column of joinColumns) {
    if (column.isVirtual) continue;
    const value: unknown = key === null ? null : column.referencedColumn!.getEntityValue(key);
    setProperty(entityMetadata, entity, column.propertyPath, value);
  }
  setProperty(entityMetadata, entity, propertyPath, key === null ? null : referenceTo(inverseEntityMetadata, key));
}

/** The same for an instance that hooks see and TypeORM saves. */
export function assignReference(relation: RelationMetadata, entity: ObjectLiteral, key: ObjectLiteral | null): void {
  for (const column of relation.joinColumns) {
    if (!column.isVirtual)
      column.setEntityValue(entity, key === null ? null : column.referencedColumn!.getEntityValue(key));
  }
  // TypeORM would merge it into what a constructor has put there.
  if (!relation.isLazy) unsetProperty(entity, relation.propertyPath);
  relation.setEntityValue(entity, key === null ? null : referenceTo(relation.inverseEntityMetadata, key));
}

/** Takes a property off by its path, where it is. */
export function unsetProperty(entity: ObjectLiteral, path: string): void {
  const names = path.split('.');
  const last = names.pop()!;
  let owner: unknown = entity;
  for (const name of names) owner = (owner as ObjectLiteral | undefined)?.[name];
  if (typeof owner === 'object' && owner !== null) delete (owner as ObjectLiteral)[last];
}

/** An instance that stands for a row: what TypeORM writes into join columns is read off it. */
export function referenceTo(metadata: EntityMetadata, key: ObjectLiteral): ObjectLiteral {
  const reference = blankInstance(metadata);
  for (const column of metadata.columns) {
    const value: unknown = column.isVirtual ? undefined : column.getEntityValue(key);
    if (value !== undefined) setProperty(metadata, reference, column.propertyPath, value);
  }
  return reference;
}

/** The primary key alone, as TypeORM's criteria take it. */
export function primaryKeyOf(metadata: EntityMetadata, key: ObjectLiteral): ObjectLiteral {
  const primary: ObjectLiteral = {};
  for (const column of metadata.primaryColumns) column.setEntityValue(primary, column.getEntityValue(key));
  return primary;
}

/** Tells whether a key is one of these. */
export function keySet(metadata: EntityMetadata, keys: readonly ObjectLiteral[]): (key: ObjectLiteral) => boolean {
  const text = (key: ObjectLiteral): string =>
    JSON.stringify(metadata.primaryColumns.map((column) => String(column.getEntityValue(key))));
  const known = new Set(keys.map(text));
  return (key) => known.has(text(key));
}
