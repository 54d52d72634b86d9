/**
 * Checked values → the properties of an instance, as TypeORM takes them from there.
 */
import type { ObjectLiteral } from 'typeorm';
import { BadRequestError } from '../errors.js';
import type { FieldValue } from '../query/change.js';
import { describe } from '../query/faults.js';
import type { DatabaseClock } from '../query/values.js';
import { checkStored } from '../query/written-values.js';
import type { ColumnModel } from '../resource/entity-model.js';
import { raw, render, sql } from './fragment.js';
import { setProperty } from './instances.js';
import type { WriteContext } from './rows-to-write.js';

/**
 * Sets checked values on an instance.
 *
 * @param partial nothing else is to be on it, not even what the constructors of embedded objects would put there
 */
export async function setValues(
  context: WriteContext,
  entity: ObjectLiteral,
  values: readonly FieldValue[],
  partial = false,
): Promise<void> {
  for (const { attribute, value, pointer } of values) {
    if (attribute.kind === 'computed') callSetter(entity, attribute.property, value, pointer);
    else if (attribute.kind === 'embedded') await setValues(context, entity, value as readonly FieldValue[], partial);
    else if (attribute.kind === 'column') {
      const metadata = context.schema.columnMetadata(attribute.column);
      const entityValue = await toEntityValue(context, attribute.column, value, pointer);
      if (partial) setProperty(metadata.entityMetadata, entity, metadata.propertyPath, entityValue);
      else metadata.setEntityValue(entity, entityValue);
    }
  }
}

/** A setter checks nothing before it reads: a value of a kind that it does not expect is the client's fault. */
function callSetter(entity: ObjectLiteral, property: string, value: unknown, pointer: string): void {
  try {
    entity[property] = value;
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw new BadRequestError('BAD_VALUE', `The field cannot be ${describe(value)}.`, { source: { pointer } });
  }
}

/** A checked value as the entity holds it. */
async function toEntityValue(
  context: WriteContext,
  column: ColumnModel,
  value: FieldValue['value'],
  pointer: string,
): Promise<unknown> {
  if (column.transformed) return transformable(context, column, value, pointer);
  if (isClock(value)) return clock(context, column, value);
  if (column.type === 'datetime' && typeof value === 'string') return new Date(value);
  return value;
}

/** What a transformer gives for a column of single values has to be one: drivers make columns of an object's members. */
function transformable(context: WriteContext, column: ColumnModel, value: unknown, pointer: string): unknown {
  const { transformer } = context.schema.columnMetadata(column);
  const list = Array.isArray(transformer) ? transformer : [transformer!];
  let stored = value;
  try {
    for (const one of list) stored = one.to(stored) as unknown;
  } catch {
    throw new BadRequestError('BAD_VALUE', `The field cannot be ${describe(value)}.`, { source: { pointer } });
  }
  const wrong = column.type === 'json' || column.type === 'array' ? undefined : checkStored(column, stored);
  if (wrong === undefined) return value;
  const detail = `Expected ${wrong.expected}, got ${describe(value)}.`;
  throw new BadRequestError('BAD_VALUE', detail, { source: { pointer } });
}

/** The database's clock is read once, so that listeners see a time. @see DAT-06 */
async function clock(context: WriteContext, column: ColumnModel, value: DatabaseClock): Promise<unknown> {
  const { dialect, manager, schema } = context;
  const { text } = render(sql`SELECT ${dialect.clock(value, column.type)} AS ${raw('c0')}`, dialect.placeholder);
  const [row] = await manager.query<{ c0: unknown }[]>(text);
  return schema.dataSource.driver.prepareHydratedValue(row!.c0, schema.columnMetadata(column));
}

function isClock(value: unknown): value is DatabaseClock {
  return typeof value === 'object' && value !== null && 'clock' in value;
}
