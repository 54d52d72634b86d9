/**
 * Permissions: a provider of the application that is asked what a request may do, with a resource as a whole and with
 * single rows of it.
 */
import type { Resource } from './resource.js';
import type { Restrictions, ScopeContext } from './restrictions.js';

/** What a request wants to do. @see FJP-04 */
export type PermissionAction = 'list' | 'read' | 'create' | 'update' | 'destroy';

/** What is done with a single row. */
export type RowAction = Exclude<PermissionAction, 'list'>;

/**
 * Says what a request may do with a resource; every method is optional. `Builder` is the store's query builder.
 */
export interface PermissionChecker<T extends object = object, Builder = never> {
  /**
   * Whether the request may do this at all; asked once, before any row is looked at. Refused is a 403, and for whoever
   * may not `read`, the resource is not there behind relationships either.
   */
  hasPermission?(action: PermissionAction, context: ScopeContext): boolean | Promise<boolean>;
  /**
   * Whether the request may do this with a row: an instance of the entity as it is now, to-one relations with the keys
   * of the rows that they lead to. A new row is asked about once it is there, one that is changed before and after.
   */
  hasObjectPermission?(row: T, action: RowAction, context: ScopeContext): boolean | Promise<boolean>;
  /** The rows that may be read, for the database: without it, every row is asked about where rows are listed. */
  scope?(context: ScopeContext): Restrictions<Builder> | Promise<Restrictions<Builder>>;
}

/** What a policy knows of the application's permissions. */
export interface Access {
  readonly checkerOf: (resource: Resource) => PermissionChecker<never> | undefined;
  /** The ids of the rows of a resource that pass its scope and may be read, one by one. */
  readonly readableIds: (resource: Resource, mayRead: (row: object) => Promise<boolean>) => Promise<readonly string[]>;
}

/** Asks about single rows; travels with what is read and written. */
export interface RowChecks {
  /** Whether rows of the resource may be shown at all. */
  mayShow(resource: Resource): Promise<boolean>;
  /** True where somebody wants to be asked. */
  checksRows(resource: Resource): boolean;
  /** @throws ForbiddenError for a row with which this must not be done */
  expectRows(resource: Resource, action: RowAction, rows: readonly object[]): Promise<void>;
}

/** Nobody to ask. */
export const OPEN_ACCESS: Access = Object.freeze({
  checkerOf: () => undefined,
  readableIds: () => Promise.resolve([]),
});
