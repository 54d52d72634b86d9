/**
 * Values that the application itself sets on what a client writes: by property, whatever the client may write, and checked
 * against the columns all the same. What is wrong with them is no client's fault.
 */
import type { Attribute, ColumnAttribute, Relationship, Resource } from '../resource/resource.js';
import { formatId } from '../resource/resource.js';
import type { FieldValue, LinkChange } from './change.js';
import { describe, quote } from './faults.js';
import { idFilter } from './identity.js';
import { ValueMismatch } from './values.js';
import { parseWritten } from './written-values.js';

/** Values by property; to-one relations by the id of a row, or by an object that has it. */
export type Assigned = Readonly<Record<string, unknown>>;

/** What is set, as a body would say it. */
export interface Settled {
  readonly values: readonly FieldValue[];
  readonly links: readonly LinkChange[];
}

/**
 * Checks what the application sets.
 *
 * @param isUpdate the row is there already
 * @throws Error, for the log, where a name is no property that can be set, or a value does not fit
 */
export function parseAssigned(resource: Resource, assigned: Assigned, isUpdate: boolean): Settled {
  const values: FieldValue[] = [];
  const links: LinkChange[] = [];
  for (const [property, value] of Object.entries(assigned)) {
    if (value === undefined) continue;
    const field = fieldOf(resource, property);
    if (field?.kind === 'relationship') links.push(linkTo(resource, field, value, isUpdate));
    else if (field !== undefined) values.push(valueOf(resource, field, value, isUpdate));
    else throw new Error(`${subject(resource, property)}, which is no mapped property.`);
  }
  return { values, links };
}

/** What a body says, without what the application says of the same columns. */
export function overruled(sent: Settled, assigned: Settled): Settled {
  const columns = assigned.values.flatMap(leaves);
  const set = new Set(columns.map(({ property }) => property));
  const linked = new Set(assigned.links.map(({ relationship }) => relationship.property));
  const named = new Set(columns.flatMap(({ column }) => column.refersTo?.relation ?? []));
  const isLeft = ({ property, column }: ColumnAttribute): boolean =>
    !set.has(property) && !(column.refersTo !== undefined && linked.has(column.refersTo.relation));
  return {
    values: sent.values.flatMap((each) => without(each, isLeft) ?? []),
    links: sent.links.filter(({ relationship: { property } }) => !linked.has(property) && !named.has(property)),
  };
}

function without(sent: FieldValue, isLeft: (attribute: ColumnAttribute) => boolean): FieldValue | undefined {
  const { attribute, value } = sent;
  if (attribute.kind === 'column') return isLeft(attribute) ? sent : undefined;
  if (attribute.kind !== 'embedded') return sent;
  return { ...sent, value: (value as readonly FieldValue[]).flatMap((each) => without(each, isLeft) ?? []) };
}

function leaves({ attribute, value }: FieldValue): readonly ColumnAttribute[] {
  if (attribute.kind === 'embedded') return (value as readonly FieldValue[]).flatMap(leaves);
  return attribute.kind === 'column' ? [attribute] : [];
}

function fieldOf({ attributes, relationships }: Resource, name: string): Attribute | Relationship | undefined {
  return [...attributes.values(), ...relationships.values()].find(({ property }) => property === name);
}

function valueOf(resource: Resource, attribute: Attribute, value: unknown, isUpdate: boolean): FieldValue {
  const { property } = attribute;
  if (attribute.kind === 'embedded') return embeddedValue(resource, attribute, value, isUpdate);
  if (attribute.kind !== 'column' || !isSettable(attribute, isUpdate)) {
    const when = isUpdate ? 'of a row that is there' : 'of a new row';
    throw new Error(`${subject(resource, property)}, which no statement sets ${when}.`);
  }
  const parsed = parseWritten(attribute.column, value);
  if (!(parsed instanceof ValueMismatch)) return { attribute, value: parsed, pointer: '' };
  throw new Error(`${subject(resource, property)}: expected ${parsed.expected}, got ${describe(value)}.`);
}

function embeddedValue(
  resource: Resource,
  attribute: Extract<Attribute, { readonly kind: 'embedded' }>,
  value: unknown,
  isUpdate: boolean,
): FieldValue {
  const { property, fields } = attribute;
  if (typeof value !== 'object' || value === null) {
    throw new Error(`${subject(resource, property)}: expected an object, got ${describe(value)}.`);
  }
  const members = Object.entries(value).filter(([, each]) => each !== undefined) as [string, unknown][];
  const values = members.map(([name, each]) => {
    const path = `${property}.${name}`;
    const field = fields.find((one) => one.property === path);
    if (field === undefined) throw new Error(`${subject(resource, path)}, which is no mapped property.`);
    return valueOf(resource, field, each, isUpdate);
  });
  return { attribute, value: values, pointer: '' };
}

/** What the database or the ORM makes is theirs. */
function isSettable({ column }: ColumnAttribute, isUpdate: boolean): boolean {
  if (column.generated || column.internal || column.virtual || column.expression !== undefined) return false;
  return isUpdate ? column.updatable && !column.primary : column.insertable;
}

function linkTo(resource: Resource, relationship: Relationship, value: unknown, isUpdate: boolean): LinkChange {
  const { property, target, toMany, model } = relationship;
  if (toMany)
    throw new Error(`${subject(resource, property)}, which leads to many rows; one that leads to one can be.`);
  if (!(isUpdate ? model.updatable : model.insertable)) {
    throw new Error(`${subject(resource, property)}, which TypeORM does not write here.`);
  }
  const link = { relationship, action: 'set', pointer: '', visible: undefined } as const;
  if (value === null) return { ...link, targets: [] };
  const id = idOf(target, value);
  const filter = id === undefined ? undefined : idFilter(target, id);
  if (filter === undefined) {
    const key = target.id.map(({ property: part }) => part).join(' and ');
    const words = `expected an id of ${target.model.name}, or an object with ${key}`;
    throw new Error(`${subject(resource, property)}: ${words}, got ${describe(value)}.`);
  }
  return { ...link, targets: [{ resource: target, id, filter, ofFamily: true, pointer: '', assigned: true }] };
}

/** The id of a row that is named by it, or by an object that holds its parts. */
function idOf({ id, options }: Resource, value: unknown): string | undefined {
  if (isKey(value)) return String(value);
  if (typeof value !== 'object' || value === null) return undefined;
  const object = value as Readonly<Record<string, unknown>>;
  const parts = id.map(({ property }) => object[property] ?? (id.length === 1 ? object['id'] : undefined));
  return parts.every(isKey) ? formatId(parts.map(String), options.idSeparator) : undefined;
}

function isKey(value: unknown): value is string | number | bigint {
  return ['string', 'number', 'bigint'].includes(typeof value);
}

function subject({ model }: Resource, property: string): string {
  return `A preprocessor assigns ${quote(property)} of ${model.name}`;
}
