/**
 * Which fields of a new row the application may give a value itself: processors, listeners, subscribers, setters, the
 * class. What they do is not known, so that a body need not have them.
 */
import type { EntityMetadata } from 'typeorm';
import type { Resource } from '../../resource/resource.js';
import { needsInstance } from '../../sql/hooks.js';
import { dataSourceOf } from '../../sql/transaction.js';
import type { ServedResource } from '../catalogue.js';

/** True for the properties that a new row of the resource may have a value for without the client. */
export function givenProperties(served: ServedResource): (property: string) => boolean {
  const { resource, manager, options, processors } = served;
  const everything = (): boolean => true;
  if (manager === undefined || options.repository !== undefined) return everything;
  const isProcessed = (processors.of('POST_RESOURCE', undefined)?.preprocessors.length ?? 0) > 0;
  if (isProcessed || hasSetters(resource)) return everything;
  const source = dataSourceOf(manager);
  const metadata = source.entityMetadatas.find(({ target }) => target === resource.model.class);
  if (metadata === undefined || needsInstance(source, metadata, 'insert')) return everything;
  const made = newInstance(metadata);
  if (made === undefined) return everything;
  return (property) => made[property] !== undefined;
}

function hasSetters({ attributes }: Resource): boolean {
  return [...attributes.values()].some(({ kind, exposed, writable }) => kind === 'computed' && exposed && writable);
}

/** With what the class says of its own; undefined for one that wants something. */
function newInstance({ target }: EntityMetadata): Readonly<Record<string, unknown>> | undefined {
  if (typeof target !== 'function') return undefined;
  try {
    return new (target as new () => Record<string, unknown>)();
  } catch {
    return undefined;
  }
}
