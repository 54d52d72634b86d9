/**
 * What a comparison binds: the client's value as the driver takes it, worked out anew for every request. What the
 * statement says around it depends on the shape alone.
 */
import type { Compare, OneOf } from '../query/filter.js';
import type { Value } from '../query/values.js';
import type { Columns } from './columns.js';
import { closePattern, escapeLike, type Dialect } from './dialect.js';
import { param, type Param, type Part } from './fragment.js';

/** The bound side of a comparison. */
export interface Operand {
  /** Tells apart operands that need different SQL. */
  readonly shape: string;
  /** Parameters, and the database's clock as SQL. */
  readonly parts: readonly Part[];
  /** The parameter that is all of a list, where there is one. */
  readonly list?: Param | undefined;
  /** The parameters are all rows of a list. */
  readonly isWhole?: true;
}

const NOTHING: Operand = Object.freeze({ shape: '', parts: Object.freeze([]) });

/** What goes around the text of a client, by operator. */
const AROUND: Readonly<Record<string, (text: string) => string>> = {
  like: closePattern,
  not_like: closePattern,
  ilike: closePattern,
  iexact: escapeLike,
  contains: (text) => `%${escapeLike(text)}%`,
  notcontains: (text) => `%${escapeLike(text)}%`,
  icontains: (text) => `%${escapeLike(text)}%`,
  startswith: (text) => `${escapeLike(text)}%`,
  istartswith: (text) => `${escapeLike(text)}%`,
  endswith: (text) => `%${escapeLike(text)}`,
  iendswith: (text) => `%${escapeLike(text)}`,
};

/**
 * The operand of a comparison; of the application's own operators there is none, because they bind what they like.
 *
 * @example
 * operandOf(compare(age, operator('gt'), 21), columns, dialect).parts; // [param(21)]
 */
export function operandOf(filter: Compare | OneOf, columns: Columns, dialect: Dialect): Operand {
  if (filter.kind === 'one-of') return rowsOperand(filter, columns, dialect);
  const { attribute, operator, value } = filter;
  const { column } = attribute;
  if (value === undefined || operator.custom === true) return NOTHING;
  switch (operator.operand) {
    case 'list':
      return listOperand(
        (value as readonly Value[]).flatMap((each) => columns.spellings(column, each)),
        dialect,
      );
    case 'range': {
      const [low, high] = value as readonly [Value, Value];
      return single([columns.spellings(column, low)[0], columns.spellings(column, high).at(-1)!]);
    }
    case 'value': {
      const spellings = columns.spellings(column, value as Value);
      const { name } = operator;
      if (spellings.length > 1 && (name === 'eq' || name === 'ne')) return listOperand(spellings, dialect);
      return single([name === 'lt' || name === 'ge' ? spellings[0] : spellings.at(-1)!]);
    }
    default:
      return single([param(AROUND[operator.name]?.(value as string) ?? value)]);
  }
}

/** Rows as parameters that hold them all, where the driver can do that. */
function rowsOperand(filter: OneOf, columns: Columns, dialect: Dialect): Operand {
  const types = filter.attributes.map(({ column }) => columns.databaseType(column));
  const parts = dialect.wholeRows(driverRows(filter, columns), types);
  return parts === undefined ? { shape: `[${filter.rows.length}]`, parts: [] } : { shape: '[*]', parts, isWhole: true };
}

/** The rows of values, as the driver takes them. */
export function driverRows({ attributes, rows }: OneOf, columns: Columns): readonly (readonly unknown[])[] {
  return rows.map((row) => row.map((value, index) => columns.toDriver(attributes[index]!.column, value)));
}

function single(parts: readonly Part[]): Operand {
  return { shape: parts.map(shapeOf).join(), parts };
}

/** A list as one parameter; with the database's clock in it, or on its own where a driver cannot do that, value by value. */
function listOperand(parts: readonly Part[], dialect: Dialect): Operand {
  const bound = parts.flatMap((part) => (part.kind === 'param' ? [part.value] : []));
  const list = bound.length < parts.length ? undefined : dialect.wholeList(bound);
  if (list === undefined || parts.length === 0) return { shape: `[${parts.map(shapeOf).join()}]`, parts };
  return { shape: '[*]', parts: [list], list };
}

/** A clock is SQL, and there are few. */
function shapeOf(part: Part): string {
  return part.kind === 'sql' ? part.strings.join('?') : '?';
}
