/**
 * Pages by cursor: the rows behind a position, as conditions that an index answers with one bounded range:
 * `a >= ? AND (a > ? OR (a = ? AND id > ?))`. Where the rows behind a position are those with a value and those without,
 * which no single range has, they are two parts, looked for one after the other.
 */
import type { CursorPage, Position } from '../query/cursor.js';
import type { Query } from '../query/query.js';
import type { NullsOrder } from '../resource/options.js';
import type { Columns } from './columns.js';
import { cursorCell, type CursorCell } from './cursor-cells.js';
import type { Dialect } from './dialect.js';
import { allOf, anyOf, param, raw, sql, type Param, type Sql } from './fragment.js';
import { orderKeys, sortedBy, type OrderKey, type SortedBy } from './order.js';
import type { Select } from './select.js';

/** The values of a cursor, bound; what is null has no value. */
export type BoundPosition = readonly (Param | null)[];

/** The cursors of a page as the shape of a query knows them. */
export interface BoundCursor extends Pick<CursorPage, 'backward'> {
  readonly after: BoundPosition | undefined;
  readonly before: BoundPosition | undefined;
}

/** Binds the values of a cursor. A position at the edge is none: everything is behind it. */
export function boundPosition(position: Position | undefined): BoundPosition | undefined {
  if (position === undefined || position.length === 0) return undefined;
  return position.map((value) => (value === null ? null : param(value)));
}

/** A sort key in the direction of the search. */
interface KeysetKey extends SortedBy, CursorCell {
  /** Rows may have no value, whatever the column says. */
  readonly mayBeNull: boolean;
  /** Rows without a value come before all others. */
  readonly nullsFirst: boolean;
}

/** Rows that lie together: what they have to pass, and their order. */
export interface KeysetPart {
  readonly conditions: readonly Sql[];
  readonly order: readonly OrderKey[];
}

/**
 * The parts of a page, in their order: where one has too few rows, the next one goes on. And the places of the columns
 * that a row's cursor is made of.
 */
export function keysetOf(
  select: Select,
  columns: Columns,
  { name }: Dialect,
  { sort, nulls }: Pick<Query, 'sort' | 'nulls'>,
  cursor: BoundCursor,
): { readonly parts: readonly KeysetPart[]; readonly position: readonly number[] } {
  const position: number[] = [];
  const wanted = cursor.backward ? OPPOSITE[nulls] : nulls;
  const keys = sort.map((key): KeysetKey => {
    const descending = key.descending !== cursor.backward;
    const sorted = sortedBy(select, columns, { ...key, descending });
    const cell = cursorCell(name, key.attribute, sorted.expression);
    position.push(cell.read === undefined ? sorted.at : select.output.add(`cursor:${position.length}`, cell.read));
    const isForced = wanted !== 'native' && sorted.nullable;
    return {
      ...sorted,
      ...cell,
      mayBeNull: sorted.nullable || key.attribute.column.virtual,
      nullsFirst: isForced ? wanted === 'first' : descending === (name === 'postgres'),
    };
  });
  return { parts: partsOf(keys, cursor, wanted), position };
}

const OPPOSITE: Readonly<Record<NullsOrder, NullsOrder>> = { native: 'native', first: 'last', last: 'first' };

function partsOf(keys: readonly KeysetKey[], cursor: BoundCursor, nulls: NullsOrder): readonly KeysetPart[] {
  const [lead, ...rest] = keys as readonly [KeysetKey, ...KeysetKey[]];
  const from = cursor.backward ? cursor.before : cursor.after;
  const to = cursor.backward ? undefined : cursor.before;
  const upTo = to === undefined ? [] : [bounded(keys.map(reversed), to)];
  const orderOf = (first: NullsOrder): readonly OrderKey[] => [
    ...orderKeys(lead, first),
    ...rest.flatMap((key) => orderKeys(key, nulls)),
  ];
  const isForced = nulls !== 'native' && lead.nullable;
  if (!lead.mayBeNull || (from === undefined && !isForced)) {
    const conditions = from === undefined ? [] : [bounded(keys, from)];
    return [{ conditions: [...conditions, ...upTo], order: orderOf(nulls) }];
  }
  // Among rows that all have a value, or none, nothing has to be said of nulls.
  const order = orderOf('native');
  const some = { ...lead, mayBeNull: false };
  const withValue = (position?: BoundPosition): KeysetPart => ({
    conditions: [position === undefined ? isNotNull(lead) : bounded([some, ...rest], position), ...upTo],
    order,
  });
  const without = (position?: BoundPosition): KeysetPart => ({
    conditions: [isNull(lead), ...(position === undefined ? [] : [behind(rest, position.slice(1))!]), ...upTo],
    order,
  });
  if (from === undefined) return lead.nullsFirst ? [without(), withValue()] : [withValue(), without()];
  if (from[0] === null) return lead.nullsFirst ? [without(from), withValue()] : [without(from)];
  return lead.nullsFirst ? [withValue(from)] : [withValue(from), without()];
}

const isNull = ({ expression }: KeysetKey): Sql => sql`${expression} IS NULL`;
const isNotNull = ({ expression }: KeysetKey): Sql => sql`${expression} IS NOT NULL`;

/** The same key, looked at from the other end. */
function reversed(key: KeysetKey): KeysetKey {
  return { ...key, key: { ...key.key, descending: !key.key.descending }, nullsFirst: !key.nullsFirst };
}

/** The rows behind a position, with the range of the first key in front for the index. */
function bounded(keys: readonly KeysetKey[], position: BoundPosition): Sql {
  const [lead] = keys as readonly [KeysetKey];
  const value = position[0]!;
  const rows = behind(keys, position) ?? raw('1 = 0');
  const isRange = value !== null && (!lead.mayBeNull || lead.nullsFirst) && keys.length > 1;
  return isRange ? allOf([compared(lead, value, '='), rows]) : rows;
}

/** The rows behind a position: the first key lies behind, or it is the same and the others do. Undefined where there cannot be any. */
function behind([key, ...rest]: readonly KeysetKey[], [value, ...others]: BoundPosition): Sql | undefined {
  if (key === undefined) return undefined;
  const next = behind(rest, others);
  const equal = value === null || value === undefined ? isNull(key) : sql`${key.compared} = ${key.bound(value)}`;
  const ways = [...beyond(key, value ?? null), ...(next === undefined ? [] : [allOf([equal, next])])];
  return ways.length > 1 ? anyOf(ways) : ways[0];
}

/** The ways for a key to lie behind a value, or behind null. */
function beyond(key: KeysetKey, value: Param | null): readonly Sql[] {
  const { mayBeNull, nullsFirst } = key;
  if (value === null) return nullsFirst ? [isNotNull(key)] : [];
  return [compared(key, value), ...(mayBeNull && !nullsFirst ? [isNull(key)] : [])];
}

function compared({ key, compared: left, bound }: KeysetKey, value: Param, orEqual: '' | '=' = ''): Sql {
  return sql`${left} ${raw(`${key.descending ? '<' : '>'}${orEqual}`)} ${bound(value)}`;
}
