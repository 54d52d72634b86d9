/**
 * How the pages of a list are asked for.
 */

/** By number, by the cursors of rows, or by cursor where no number is given. */
export type Pagination = 'number' | 'cursor' | 'both';

/** What the option `pagination` may be. */
export function isPagination(value: unknown): value is Pagination {
  return value === 'number' || value === 'cursor' || value === 'both';
}
