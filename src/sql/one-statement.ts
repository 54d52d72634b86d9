/**
 * Which changes of a row one statement does. It is a transaction of its own, and needs none around it.
 */
import type { QueryRunner } from 'typeorm';
import type { Change, Create, LinkChange, Remove, Update } from '../query/change.js';
import { hasOwnSetter } from '../resource/resource.js';
import { changesMore, hearsTransactions, needsInstance } from './hooks.js';
import type { Inserts } from './inserts.js';
import { isOnRow } from './rows-to-write.js';
import type { Schema } from './schema.js';

/** True where nothing but one statement changes anything: others, before it, only read. */
export async function isOneStatement(schema: Schema, inserts: Inserts, change: Change): Promise<boolean> {
  const { dataSource } = schema;
  if (dataSource.options.isolationLevel !== undefined || hearsTransactions(dataSource)) return false;
  switch (change.kind) {
    case 'create':
      return insertsAtOnce(schema, inserts, change);
    case 'update':
      return (
        updatesAtOnce(schema, change) &&
        !changesMore(dataSource, schema.metadata(change.resource.model), change.resource) &&
        ![...change.resource.attributes.values()].some(({ kind }) => kind === 'plucked')
      );
    case 'remove':
      return removesAtOnce(schema, change);
    default:
      return false;
  }
}

/** True where one UPDATE changes the row, with the whole filter in it. */
export function updatesAtOnce(schema: Schema, { checks, links, resource, scope, values }: Update): boolean {
  const metadata = schema.metadata(resource.model);
  return (
    scope === undefined &&
    !checks.checksRows(resource) &&
    !values.some(({ attribute }) => hasOwnSetter(attribute)) &&
    !needsInstance(schema.dataSource, metadata, 'update') &&
    links.every((link) => isReference(schema, link))
  );
}

/** True where one DELETE, or one UPDATE that marks the row as deleted, takes the row away. */
export function removesAtOnce(schema: Schema, { checks, resource }: Remove): boolean {
  return !checks.checksRows(resource) && !needsInstance(schema.dataSource, schema.metadata(resource.model), 'remove');
}

/**
 * True where one INSERT makes the row and gives its answer.
 *
 * @param runner of the transaction, where there is one already
 */
export async function insertsAtOnce(
  schema: Schema,
  inserts: Inserts,
  change: Create,
  runner?: QueryRunner,
): Promise<boolean> {
  const { answer, checks, links, resource, scope } = change;
  const metadata = schema.metadata(resource.model);
  return (
    scope === undefined &&
    !checks.checksRows(resource) &&
    !needsInstance(schema.dataSource, metadata, 'insert') &&
    links.every((link) => isReference(schema, link)) &&
    inserts.isPossible(metadata, answer, runner)
  );
}

/** True for a relationship whose columns stand on the row itself, to a row that stays as it is. */
function isReference(schema: Schema, link: LinkChange): boolean {
  return isOnRow(schema.storedRelation(link.relationship.model)) && !isNested(link);
}

/** True where a relationship brings rows that are made or changed with the others. */
export function isNested({ targets }: LinkChange): boolean {
  return targets.some(({ create, update }) => create !== undefined || update !== undefined);
}
