/**
 * What an entity does of its own when it is written: listeners, subscribers, trees, columns that change by
 * themselves. Where there is nothing of the kind, one statement is enough.
 */
import type { DataSource, EntityMetadata, EntitySubscriberInterface } from 'typeorm';

type Operation = 'update' | 'remove';

const SUBSCRIBER_METHODS: Readonly<Record<Operation, readonly (keyof EntitySubscriberInterface)[]>> = {
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
  const lists =
    operation === 'update'
      ? [metadata.beforeUpdateListeners, metadata.afterUpdateListeners]
      : [
          metadata.beforeRemoveListeners,
          metadata.afterRemoveListeners,
          metadata.beforeSoftRemoveListeners,
          metadata.afterSoftRemoveListeners,
        ];
  const cascades = operation === 'remove' && metadata.relations.some((relation) => relation.isCascadeRemove);
  return cascades || lists.some((list) => list.length > 0);
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

/** True where an update may change more than it was asked to. @see UPD-10 */
export function changesMore(dataSource: DataSource, metadata: EntityMetadata): boolean {
  return (
    needsInstance(dataSource, metadata, 'update') ||
    metadata.columns.some(
      (column) =>
        column.isUpdateDate || column.isVersion || column.generatedType !== undefined || column.onUpdate !== undefined,
    )
  );
}
