/**
 * What a filter means for a row, with SQL's three values of truth: true, false, and null for unknown.
 */
import { RestlessError } from '../errors.js';
import type { Compare, CompareFields, Filter, OneOf } from '../query/filter.js';
import type { DatabaseClock, Value } from '../query/values.js';
import type { ColumnModel, EntityModel } from '../resource/entity-model.js';
import { compareValues, valueAt, type MemoryRow, type Tables } from './tables.js';

type Truth = boolean | null;

/** True for the rows that pass a filter; what is unknown does not. */
export function passes(tables: Tables, model: EntityModel, row: MemoryRow, filter: Filter | undefined): boolean {
  return filter === undefined || holds(tables, model, row, filter) === true;
}

function holds(tables: Tables, model: EntityModel, row: MemoryRow, filter: Filter): Truth {
  switch (filter.kind) {
    case 'and':
      return all(filter.filters.map((each) => holds(tables, model, row, each)));
    case 'or':
      return not(all(filter.filters.map((each) => not(holds(tables, model, row, each)))));
    case 'not':
      return not(holds(tables, model, row, filter.filter));
    case 'of-resource':
      return filter.resource.byEntity.get(model.name) === filter.resource;
    case 'has': {
      const { target } = filter.relationship.model;
      const related = tables.related(model, row, filter.relationship.model);
      return related.some((each) => passes(tables, target, each, filter.filter));
    }
    case 'native':
      throw new RestlessError('NOT_IMPLEMENTED', `SQL about ${filter.resource.name} is not implemented here.`);
    case 'compare':
      return compare(filter, valueAt(row, filter.attribute.column.path));
    case 'compare-fields':
      return compareFields(filter, row);
    case 'one-of':
      return isOneOf(filter, row);
  }
}

function all(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false;
  return truths.includes(null) ? null : true;
}

function not(truth: Truth): Truth {
  return truth === null ? null : !truth;
}

function isOneOf({ attributes, rows }: OneOf, row: MemoryRow): Truth {
  const columns = attributes.map(({ column }) => ({ column, found: valueAt(row, column.path) }));
  if (columns.some(({ found }) => found === null)) return null;
  return rows.some((values) =>
    columns.every(({ column, found }, index) => compareValues(column, found, values[index]) === 0),
  );
}

function compareFields({ attribute, operator, other }: CompareFields, row: MemoryRow): Truth {
  const [left, right] = [valueAt(row, attribute.column.path), valueAt(row, other.column.path)];
  return left === null || right === null ? null : single(attribute.column, operator.name, left, right);
}

function compare({ attribute, operator, value }: Compare, found: unknown): Truth {
  const { column } = attribute;
  if (operator.custom === true) {
    throw new RestlessError(
      'NOT_IMPLEMENTED',
      `The operator "${operator.name}" is not implemented for ${attribute.name}.`,
    );
  }
  const operand = Array.isArray(value)
    ? value.map((each: Value) => resolved(column, each))
    : resolved(column, value as Value | undefined);
  if (operator.name === 'is_null') return found === null;
  if (operator.name === 'is_not_null') return found !== null;
  if (operator.operand === 'list' && (operand as unknown[]).length === 0) return operator.name === 'not_in';
  if (found === null) return null;
  const equals = (each: unknown): boolean => compareValues(column, found, each) === 0;
  switch (operator.name) {
    case 'in':
      return (operand as unknown[]).some(equals);
    case 'not_in':
      return !(operand as unknown[]).some(equals);
    case 'range': {
      const [low, high] = operand as [unknown, unknown];
      return compareValues(column, found, low) >= 0 && compareValues(column, found, high) <= 0;
    }
    case 'year':
    case 'month':
    case 'day':
      return datePart(operator.name, found as string) === operand;
    default:
      return single(column, operator.name, found, operand);
  }
}

/** The database's clock is that of the process. */
function resolved({ type }: ColumnModel, value: Value | undefined): unknown {
  if (typeof value !== 'object') return value;
  const now = new Date().toISOString();
  const { clock }: DatabaseClock = value;
  if (type === 'date') return now.slice(0, 10);
  if (type === 'time') return now.slice(11, 19);
  return clock === 'CURRENT_DATE' ? `${now.slice(0, 10)}T00:00:00.000Z` : now;
}

function datePart(part: 'year' | 'month' | 'day', text: string): number {
  return Number(text.slice(0, 10).split('-')[['year', 'month', 'day'].indexOf(part)]);
}

/** An operator between a value and something that stands to its right, neither of them null. */
function single(column: ColumnModel, name: string, left: unknown, right: unknown): boolean {
  const order = (): number => compareValues(column, left, right);
  const [text, piece] = [String(left), String(right)];
  const [folded, foldedPiece] = [text.toLowerCase(), piece.toLowerCase()];
  switch (name) {
    case 'eq':
      return order() === 0;
    case 'ne':
      return order() !== 0;
    case 'gt':
      return order() > 0;
    case 'lt':
      return order() < 0;
    case 'ge':
      return order() >= 0;
    case 'le':
      return order() <= 0;
    case 'like':
      return matches(text, piece);
    case 'not_like':
      return !matches(text, piece);
    case 'ilike':
      return matches(folded, foldedPiece);
    case 'iexact':
      return folded === foldedPiece;
    case 'contains':
      return text.includes(piece);
    case 'notcontains':
      return !text.includes(piece);
    case 'icontains':
      return folded.includes(foldedPiece);
    case 'startswith':
      return text.startsWith(piece);
    case 'istartswith':
      return folded.startsWith(foldedPiece);
    case 'endswith':
      return text.endsWith(piece);
    case 'iendswith':
      return folded.endsWith(foldedPiece);
    default:
      throw new RestlessError('NOT_IMPLEMENTED', `The operator "${name}" is not implemented here.`);
  }
}

/** LIKE with backslash as the escape character; one at the end stands for itself. */
function matches(value: string, pattern: string): boolean {
  const source = pattern.replace(/\\([\s\S])|\\$|%|_|[\s\S]/gu, (part, escaped?: string) => {
    if (part === '%') return '[\\s\\S]*';
    if (part === '_') return '[\\s\\S]';
    return `\\u{${(escaped ?? part).codePointAt(0)!.toString(16)}}`;
  });
  return new RegExp(`^${source}$`, 'u').test(value);
}
