/**
 * The schemas of attributes: what their values look like in answers, and what bodies may bring.
 */
import type { ColumnModel, EntityModel, ValueType } from '../resource/entity-model.js';
import type { Attribute, EmbeddedAttribute, Resource } from '../resource/resource.js';
import { closed, listOf, orNull, type JsonSchema } from './schemas.js';

const TEXT: JsonSchema = { type: 'string' };

/** Values as answers have them, by the type of their column. */
const READ: Readonly<Record<ValueType, JsonSchema>> = {
  text: TEXT,
  integer: { type: 'integer' },
  // Both keep every digit as text.
  bigint: { type: 'string', pattern: '^-?[0-9]+$' },
  decimal: { type: 'string', format: 'decimal' },
  float: { type: 'number' },
  boolean: { type: 'boolean' },
  date: { type: 'string', format: 'date' },
  time: { type: 'string', format: 'time-local' },
  datetime: { type: 'string', format: 'date-time' },
  interval: { type: 'number', description: 'Seconds.' },
  uuid: { type: 'string', format: 'uuid' },
  enum: TEXT,
  inet: TEXT,
  json: {},
  array: { type: 'array' },
  bytes: { type: 'string', contentEncoding: 'base64' },
  unknown: {},
};

/** Values as bodies may have them, where that is more. */
const WRITTEN: Readonly<Partial<Record<ValueType, JsonSchema>>> = {
  bigint: { type: ['string', 'integer'] },
  decimal: { type: ['string', 'number'] },
};

/** What an attribute's value looks like in an answer. */
export function readSchema(attribute: Attribute, { model }: Resource): JsonSchema {
  const marks = attribute.writable ? {} : { readOnly: true };
  if (attribute.transforms.length > 0) return marks;
  switch (attribute.kind) {
    case 'embedded':
      return { ...embedded(attribute, (field) => readSchema(field, { model } as Resource)), ...marks };
    case 'computed':
      return { ...orNull(declaredSchema(model, attribute.property)), ...marks };
    case 'plucked': {
      const { relationship, of } = attribute;
      const value = readSchema(of, relationship.target);
      return { ...(relationship.toMany ? listOf(value) : orNull(value)), ...marks };
    }
    default: {
      const { column } = attribute;
      const mayBeNull = column.nullable || column.virtual || column.expression !== undefined;
      const schema = column.transformed ? {} : columnSchema(column, READ);
      return { ...(mayBeNull ? orNull(schema) : schema), ...marks };
    }
  }
}

/** What a body may bring for an attribute. */
export function writtenSchema(attribute: Attribute, { model }: Resource): JsonSchema {
  const marks = attribute.readable ? {} : { writeOnly: true };
  if (attribute.writeTransforms.length > 0) return marks;
  switch (attribute.kind) {
    case 'embedded':
      return { ...embedded(attribute, (field) => writtenSchema(field, { model } as Resource)), ...marks };
    case 'computed':
      return { ...orNull(declaredSchema(model, attribute.property)), ...marks };
    case 'plucked': {
      const { relationship, of } = attribute;
      const value = writtenSchema(of, relationship.target);
      return { ...(relationship.toMany ? listOf(value) : orNull(value)), ...marks };
    }
    default: {
      const { column } = attribute;
      const schema = column.transformed ? {} : columnSchema(column, { ...READ, ...WRITTEN });
      const bounded = column.transformed ? schema : { ...schema, ...boundsOf(column) };
      return { ...(column.nullable ? orNull(bounded) : bounded), ...marks };
    }
  }
}

/** The value of a column as text in a URL. */
export function textSchema(attribute: Attribute | undefined): JsonSchema {
  const isPlain = attribute?.kind === 'column' && !attribute.column.transformed;
  if (!isPlain || ['json', 'array', 'bytes', 'unknown'].includes(attribute.column.type)) return TEXT;
  return columnSchema(attribute.column, READ);
}

function columnSchema(column: ColumnModel, types: Readonly<Record<ValueType, JsonSchema>>): JsonSchema {
  const { type, element, separator } = column;
  if (type === 'enum') return enumSchema(column.enum);
  if (type === 'time' && column.zoned === true) return TEXT;
  if (type !== 'array') return types[type];
  const item = element === 'enum' ? enumSchema(column.enum) : element === undefined ? {} : types[element];
  // Lists of PostgreSQL may have nulls in them; those that are kept as one text have none.
  return listOf(separator === undefined ? orNull(item) : item);
}

function enumSchema(members: ColumnModel['enum']): JsonSchema {
  if (members === undefined || members.length === 0) return TEXT;
  const types = [...new Set(members.map((member) => (typeof member === 'number' ? 'number' : 'string')))];
  return { type: types.length === 1 ? types[0] : types, enum: members };
}

function boundsOf({ type, range, length }: ColumnModel): JsonSchema {
  if (type === 'integer' && range !== undefined) return { minimum: range[0], maximum: range[1] };
  return type === 'text' && length !== undefined ? { maxLength: length } : {};
}

function embedded({ fields }: EmbeddedAttribute, schemaOf: (field: Attribute) => JsonSchema): JsonSchema {
  return closed(Object.fromEntries(fields.map((field) => [field.name, schemaOf(field)])));
}

/** What TypeScript says about a getter or a method; an empty schema where it says nothing. */
function declaredSchema({ class: type }: EntityModel, property: string): JsonSchema {
  const read = (key: string): unknown =>
    type === undefined ? undefined : Reflect.getMetadata?.(key, type.prototype as object, property);
  const declared = read('design:returntype') ?? read('design:type');
  switch (declared) {
    case String:
      return TEXT;
    case Number:
      return { type: 'number' };
    case Boolean:
      return { type: 'boolean' };
    case Date:
      return READ.datetime;
    case Array:
      return { type: 'array' };
    default:
      return {};
  }
}
