/**
 * How totals are found: the values of the options `count` and `countModes`.
 */

/** The ways to a total, as clients name them. */
export const COUNT_NAMES = ['exact', 'capped', 'estimated', 'none'] as const;
/** A way to a total, as the option `countModes` and clients name it. */
export type CountName = (typeof COUNT_NAMES)[number];

/**
 * How a total is found.
 *
 * - `'exact'`: rows are counted.
 * - `{ capped: 500 }`: rows are counted up to that number; past it the answer says how many there are at least. `'capped'` is
 *   `{ capped: 10_000 }`.
 * - `'estimated'`: where a page does not end the list, the database is asked how many rows it expects, as far as it has an
 *   answer that says nothing of rows which the viewer may not see; where it has none, as with `'capped'`.
 * - `'none'`: rows are not counted; `next` is found by fetching one row more.
 *
 * @example
 * @Resource({ count: { capped: 1_000 }, countModes: ['exact', 'none'] })
 */
export type CountMode = CountName | { readonly capped: number };

/** The rows up to which `'capped'` counts: on every database less than a page of a big table costs. */
const DEFAULT_CAP = 10_000;

/** True for what the options may have. */
export function isCountMode(value: unknown): value is CountMode {
  if (typeof value !== 'object' || value === null) return COUNT_NAMES.includes(value as CountName);
  const { capped, ...others } = value as { readonly capped?: unknown };
  return Number.isSafeInteger(capped) && (capped as number) > 0 && Object.keys(others).length === 0;
}

/** What clients call it. */
export function countName(mode: CountMode): CountName {
  return typeof mode === 'string' ? mode : 'capped';
}

/** The rows up to which a capped count is exact: the first number that the modes have. */
export function capOf(modes: readonly CountMode[]): number {
  return modes.find((mode) => typeof mode === 'object')?.capped ?? DEFAULT_CAP;
}
