/**
 * Filter nodes: small, frozen, printable. They hold Attributes and Relationships, never names; the only way
 * to one from a client's text is `parse-filter.ts`.
 */
import type { ColumnAttribute, Relationship, Resource } from '../resource/resource.js';
import type { NativeCondition } from '../resource/restrictions.js';
import type { Operator } from './operators.js';
import { printValue, type DatabaseClock, type Value } from './values.js';

/**
 * What a row has to pass: a node, which `kind` tells from the others, and those below it.
 *
 * @example
 * const isEmpty = (filter: Filter): boolean => filter.kind === 'and' && filter.filters.length === 0;
 */
export type Filter = Compare | CompareFields | OneOf | Has | OfResource | Native | And | Or | Not;

/** An attribute against a value, a list of values, or nothing. */
export interface Compare {
  readonly kind: 'compare';
  readonly attribute: ColumnAttribute;
  readonly operator: Operator;
  readonly value: Value | readonly Value[] | undefined;
}

/** An attribute against another one of the same row. */
export interface CompareFields {
  readonly kind: 'compare-fields';
  readonly attribute: ColumnAttribute;
  readonly operator: Operator;
  readonly other: ColumnAttribute;
}

/** Attributes that together are one of several rows of values, as ids of several parts are. */
export interface OneOf {
  readonly kind: 'one-of';
  readonly attributes: readonly ColumnAttribute[];
  /** As many values each as there are attributes; none of them is the database's clock. */
  readonly rows: readonly (readonly Exclude<Value, DatabaseClock>[])[];
}

/** There is a related row for which the filter holds; without a filter, there is a related row. */
export interface Has {
  readonly kind: 'has';
  readonly relationship: Relationship;
  readonly filter: Filter | undefined;
}

/** The row belongs to this resource: several may share a table. */
export interface OfResource {
  readonly kind: 'of-resource';
  readonly resource: Resource;
}

/** A condition of the application that only the store understands. */
export interface Native {
  readonly kind: 'native';
  readonly resource: Resource;
  readonly condition: NativeCondition;
}

/** The row passes all of the filters. */
export interface And {
  readonly kind: 'and';
  readonly filters: readonly Filter[];
}

/** The row passes one of the filters, or several. */
export interface Or {
  readonly kind: 'or';
  readonly filters: readonly Filter[];
}

/** The row does not pass the filter. */
export interface Not {
  readonly kind: 'not';
  readonly filter: Filter;
}

export function compare(attribute: ColumnAttribute, operator: Operator, value?: Value | readonly Value[]): Compare {
  return Object.freeze({ kind: 'compare', attribute, operator, value });
}

export function compareFields(attribute: ColumnAttribute, operator: Operator, other: ColumnAttribute): CompareFields {
  return Object.freeze({ kind: 'compare-fields', attribute, operator, other });
}

export function oneOf(attributes: OneOf['attributes'], rows: OneOf['rows']): OneOf {
  return Object.freeze({ kind: 'one-of', attributes, rows });
}

export function has(relationship: Relationship, filter?: Filter): Has {
  return Object.freeze({ kind: 'has', relationship, filter });
}

export function ofResource(resource: Resource): OfResource {
  return Object.freeze({ kind: 'of-resource', resource });
}

export function native(resource: Resource, condition: NativeCondition): Native {
  return Object.freeze({ kind: 'native', resource, condition });
}

export function not(filter: Filter): Filter {
  return Object.freeze({ kind: 'not', filter });
}

/** All of the filters; undefined where there are none, the filter itself where it is one. */
export function and(filters: readonly (Filter | undefined)[]): Filter | undefined {
  return join('and', filters);
}

/** One of the filters; undefined where there are none, the filter itself where it is one. */
export function or(filters: readonly (Filter | undefined)[]): Filter | undefined {
  return join('or', filters);
}

function join(kind: 'and' | 'or', filters: readonly (Filter | undefined)[]): Filter | undefined {
  const present = filters.filter((filter): filter is Filter => filter !== undefined);
  if (present.length <= 1) return present[0];
  return Object.freeze({ kind, filters: Object.freeze(present) });
}

/**
 * The canonical text of a filter, for tests, logs and error reports.
 *
 * @example
 * printFilter(filter); // "computers any (vendor eq 'Apple') and name like '%y%'"
 */
export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'compare':
      return [filter.attribute.property, filter.operator.name, ...printOperand(filter.value)].join(' ');
    case 'compare-fields':
      return `${filter.attribute.property} ${filter.operator.name} ${filter.other.property}`;
    case 'one-of': {
      const rows = filter.rows.map((row) => `(${row.map(printValue).join(', ')})`);
      return `(${filter.attributes.map(({ property }) => property).join(', ')}) in [${rows.join(', ')}]`;
    }
    case 'has': {
      const word = filter.relationship.toMany ? 'any' : 'has';
      return `${filter.relationship.name} ${word}${filter.filter === undefined ? '' : ` (${printFilter(filter.filter)})`}`;
    }
    case 'of-resource':
      return `is ${filter.resource.name}`;
    case 'native':
      return `${filter.resource.name} passes SQL`;
    case 'and':
    case 'or':
      return filter.filters
        .map((each) => (each.kind === 'and' || each.kind === 'or' ? `(${printFilter(each)})` : printFilter(each)))
        .join(` ${filter.kind} `);
    case 'not':
      return `not (${printFilter(filter.filter)})`;
  }
}

function printOperand(value: Compare['value']): readonly string[] {
  if (value === undefined) return [];
  return [
    Array.isArray(value)
      ? `[${value.map((each) => printValue(each as Value)).join(', ')}]`
      : printValue(value as Value),
  ];
}
