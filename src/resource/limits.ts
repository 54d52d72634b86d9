/**
 * The limits of requests.
 */

/** Bounds on what one request may ask; going over one is a 400 that names it. */
export interface Limits {
  /** Filter objects in one request. Default 200. */
  readonly filterNodes: number;
  /** How deep filter objects may nest. Default 20. */
  readonly filterDepth: number;
  /**
   * Values of one list, as in `in`, functions, members of one relationship in a body, and rows inside others in one body.
   * The lists of all filters may have five times as many. Default 1,000.
   */
  readonly listLength: number;
  /** Include paths. Default 20. */
  readonly includePaths: number;
  /** Relationships in one include path. Default 5. */
  readonly includeDepth: number;
  /** Sort keys, and group keys. Default 10. */
  readonly sortKeys: number;
  /** Groups that functions are evaluated for. Default 1,000. */
  readonly groups: number;
  /** Bytes of a request body. Default 1 MiB. */
  readonly bodySize: number;
  /** How deep objects and lists of a body may nest. Default 50. */
  readonly bodyDepth: number;
  /** How deep rows of a body may stand inside each other. Default 5. @see CRE-09 */
  readonly nestedDepth: number;
}

export const DEFAULT_LIMITS: Limits = Object.freeze({
  filterNodes: 200,
  filterDepth: 20,
  listLength: 1_000,
  includePaths: 20,
  includeDepth: 5,
  sortKeys: 10,
  groups: 1_000,
  bodySize: 1_048_576,
  bodyDepth: 50,
  nestedDepth: 5,
});
