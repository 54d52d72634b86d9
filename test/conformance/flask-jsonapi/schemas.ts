/** The schemas of the configuration: the fields of every resource, and what they refuse before anything is written. */
import { type EntitySubscriberInterface, EventSubscriber, type ObjectLiteral } from 'typeorm';
import { type Json, type JsonObject, text } from '../cases.js';
import { ENTITIES, type EntityName, isEntityName } from '../entities.js';
import { toObject } from '../meaning.js';

export interface SchemaField {
  /** The property behind it. */
  attribute: string;
  /** Has to be there, and is never null. */
  required: boolean;
  length: [least: number, most: number] | undefined;
  min: number | undefined;
}

export interface Schema {
  model: EntityName;
  /** By the name in the schema. */
  fields: Map<string, SchemaField>;
  relationships: string[];
}

export function readSchema({ model: name, fields, relationships }: JsonObject): Schema {
  const model = text(name);
  if (!isEntityName(model)) throw new Error(`There is no entity for ${model}.`);
  return {
    model,
    fields: new Map(Object.entries(toObject(fields)).map(([name, field]) => [name, readField(name, field)])),
    relationships: Object.keys(toObject(relationships)),
  };
}

/** The property behind a name of the schema, or of a column that the schema leaves out. */
export function attributeOf({ fields }: Schema, name: string): string {
  return fields.get(name)?.attribute ?? name;
}

function readField(name: string, field: Json): SchemaField {
  const { attribute, required, length, min } = toObject((field as Json[])[1]);
  return {
    attribute: attribute === undefined ? name : text(attribute),
    required: required === true,
    length: length as SchemaField['length'],
    min: min as SchemaField['min'],
  };
}

/** Says which fields are wrong and why. */
export class SchemaError extends Error {
  constructor(readonly errors: Record<string, string>) {
    super('The document does not fit the schema.');
  }
}

/** A subscriber for every entity behind a schema. */
export function schemaRules(schemas: Map<string, Schema>): (new () => EntitySubscriberInterface)[] {
  return [...schemas.values()].map(({ model, fields }) => {
    const entity = ENTITIES[model];

    @EventSubscriber()
    class Rules implements EntitySubscriberInterface {
      listenTo(): new () => object {
        return entity;
      }

      beforeInsert({ entity: row }: { entity: ObjectLiteral }): void {
        refuse(fields, row, true);
      }

      beforeUpdate({ entity: row }: { entity?: ObjectLiteral }): void {
        if (row !== undefined) refuse(fields, row, false);
      }
    }
    return Rules;
  });
}

function refuse(fields: Map<string, SchemaField>, row: ObjectLiteral, isNew: boolean): void {
  const faults = [...fields].flatMap(([name, field]) => {
    const fault = name === 'id' ? undefined : faultOf(field, row[field.attribute], isNew);
    return fault === undefined ? [] : [[field.attribute, fault]];
  });
  if (faults.length > 0) throw new SchemaError(Object.fromEntries(faults) as Record<string, string>);
}

function faultOf({ required, length, min }: SchemaField, value: unknown, isNew: boolean): string | undefined {
  if (value === undefined) return required && isNew ? 'is missing' : undefined;
  if (value === null) return required ? 'may not be null' : undefined;
  if (length !== undefined && typeof value === 'string' && !isWithin(value.length, length))
    return `has to have ${length.join(' to ')} characters`;
  return min !== undefined && Number(value) < min ? `has to be ${min} or more` : undefined;
}

const isWithin = (size: number, [least, most]: [number, number]): boolean => size >= least && size <= most;
