/**
 * What an entity does of its own when it is written: listeners, subscribers, trees, columns that change by
 * themselves. Where there is nothing of the kind, one statement is enough.
 */
import type { DataSource, EntityMetadata, EntitySubscriberInterface, ObjectLiteral } from 'typeorm';
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js';
import type { Attribute, Resource } from '../resource/resource.js';

type Operation = 'insert' | 'update' | 'remove';

const SUBSCRIBER_METHODS: Readonly<Record<Operation, readonly (keyof EntitySubscriberInterface)[]>> = {
  insert: ['beforeInsert', 'afterInsert'],
  update: ['beforeUpdate', 'afterUpdate'],
  remove: ['beforeRemove', 'afterRemove', 'beforeSoftRemove', 'afterSoftRemove'],
};

/** True where a row has to be written through an instance of its entity. */
export function needsInstance(dataSource: DataSource, metadata: EntityMetadata, operation: Operation): boolean {
  return (
    metadata.treeType !== undefined ||
    hasListeners(metadata, operation) ||
    hasSubscribers(dataSource, metadata, operation)
  );
}

function hasListeners(metadata: EntityMetadata, operation: Operation): boolean {
  const lists = {
    insert: [metadata.beforeInsertListeners, metadata.afterInsertListeners],
    update: [metadata.beforeUpdateListeners, metadata.afterUpdateListeners],
    remove: [
      metadata.beforeRemoveListeners,
      metadata.afterRemoveListeners,
      metadata.beforeSoftRemoveListeners,
      metadata.afterSoftRemoveListeners,
    ],
  }[operation];
  const cascades = operation === 'remove' && removalCascades(metadata).length > 0;
  return cascades || lists.some((list) => list.length > 0);
}

/**
 * True where a new instance holds related ones that cascades of TypeORM's insert with it: its constructor, or a setter,
 * has made them.
 *
 * @param given relations that lead to rows that exist
 */
export function holdsMore(
  metadata: EntityMetadata,
  entity: ObjectLiteral,
  given: readonly RelationMetadata[],
): boolean {
  return metadata.relations.some((relation) => {
    if (!relation.isCascadeInsert || relation.isLazy || given.includes(relation)) return false;
    const value: unknown = relation.getEntityValue(entity);
    return Array.isArray(value) ? value.length > 0 : typeof value === 'object' && value !== null;
  });
}

/** The relations whose rows go with a row that is removed, by cascades of TypeORM's. */
export function removalCascades(metadata: EntityMetadata): readonly RelationMetadata[] {
  const isSoft = metadata.deleteDateColumn !== undefined;
  return metadata.relations.filter((relation) => (isSoft ? relation.isCascadeSoftRemove : relation.isCascadeRemove));
}

function hasSubscribers(dataSource: DataSource, metadata: EntityMetadata, operation: Operation): boolean {
  return dataSource.subscribers.some((subscriber) => {
    if (!SUBSCRIBER_METHODS[operation].some((method) => subscriber[method] !== undefined)) return false;
    const target: unknown = subscriber.listenTo?.();
    if (target === undefined || target === Object || target === metadata.target) return true;
    return (
      typeof target === 'function' &&
      typeof metadata.target === 'function' &&
      (metadata.target.prototype as object) instanceof (target as new () => object)
    );
  });
}

/** True where a subscriber is told of every transaction. */
export function hearsTransactions({ subscribers }: DataSource): boolean {
  return subscribers.some((subscriber) => TRANSACTION_METHODS.some((method) => subscriber[method] !== undefined));
}

const TRANSACTION_METHODS = [
  'beforeTransactionStart',
  'afterTransactionStart',
  'beforeTransactionCommit',
  'afterTransactionCommit',
  'beforeTransactionRollback',
  'afterTransactionRollback',
] as const satisfies readonly (keyof EntitySubscriberInterface)[];

/** True where an update may change more than it was asked to, and what is computed from it. @see UPD-10 */
export function changesMore(dataSource: DataSource, metadata: EntityMetadata, resource: Resource): boolean {
  const isComputed = (attribute: Attribute): boolean =>
    attribute.kind === 'computed' || (attribute.kind === 'column' && attribute.column.virtual);
  return (
    needsInstance(dataSource, metadata, 'update') ||
    [...resource.attributes.values()].some((each) => each.exposed && each.readable && isComputed(each)) ||
    metadata.columns.some(
      (column) =>
        column.isUpdateDate || column.isVersion || column.generatedType !== undefined || column.onUpdate !== undefined,
    )
  );
}
