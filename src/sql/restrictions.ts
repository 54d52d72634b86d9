/**
 * The application's conditions as TypeORM takes them: `query` gets a SelectQueryBuilder. What they mean is said where
 * they come from.
 */
import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import type * as rules from '../resource/field-rules.js';
import type * as permissions from '../resource/permissions.js';
import type * as core from '../resource/restrictions.js';

type Builder = SelectQueryBuilder<ObjectLiteral>;

/** Rows that a query finds: the function gets a builder on the entity and its alias there. */
export type QueryCondition = core.QueryCondition<Builder>;

/**
 * A condition of the application: a filter over any mapped field, SQL, or a query, in any combination.
 *
 * @example
 * const mine: Restriction = { or: [{ name: 'public', op: 'eq', val: true }, { sql: ({ column, bind }) => `${column('rank')} < ${bind(3)}` }] };
 */
export type Restriction = core.Restriction<Builder>;

/** None, one, or several that all have to hold. */
export type Restrictions = core.Restrictions<Builder>;

/**
 * Rows that exist for a request: restrictions, or a function of the request that gives them, asynchronous or not.
 * `undefined` is all rows; a filter that is wrong, say for want of a value, is an error of the server.
 *
 * @example
 * const ownNotes: Scope = ({ request }) => ({ name: 'owner.id', op: 'eq', val: (request as AppRequest).user.id });
 * const shared: Scope = ({ request }) => ({
 *   query: (builder, alias) => builder.innerJoin(`${alias}.readers`, 'r').where('r.id = :id', { id: (request as AppRequest).user.id }),
 * });
 */
export type Scope = core.Scope<Builder>;

/**
 * A filter of the application's own: the client's value becomes a condition. The value is what was sent, text in
 * `filter[popular]=3`; refuse what makes no sense with a `BadRequestError`.
 *
 * @example
 * const popular: FilterFunction = (value) => ({ sql: ({ column, bind }) => `${column('likes')} >= ${bind(Number(value))}` });
 */
export type FilterFunction = rules.FilterFunction<Builder>;

/** A filter of the application's own, with its rule. */
export type CustomFilterRule = rules.CustomFilterRule<Builder>;

/**
 * Filters by property name, or by names of their own. A list of operators allows these, and the first is the one of
 * `filter[name]=x`.
 *
 * @example
 * const filterable: FilterRules = {
 *   name: ['eq', 'like'],
 *   age: { operators: ['gt', 'lt'], default: 'gt' },
 *   bornIn: { attribute: 'birthDate', operators: ['year'], default: 'year' },
 *   popular: (value) => ({ sql: ({ column, bind }) => `${column('likes')} >= ${bind(Number(value))}` }),
 * };
 */
export type FilterRules = rules.FilterRules<Builder>;

/**
 * Says what a request may do with a resource and its rows. Make it a provider of a module; every method is optional, and
 * may answer later.
 *
 * @example
 * @Injectable()
 * class ComputerPermissions implements PermissionChecker<Computer> {
 *   hasPermission(action: PermissionAction, { groups }: ScopeContext): boolean {
 *     return action !== 'destroy' || groups.includes('admin');
 *   }
 *   hasObjectPermission(computer: Computer, action: RowAction, { request }: ScopeContext): boolean {
 *     return action === 'read' || computer.owner?.id === (request as AppRequest).user.id;
 *   }
 * }
 * @see FJP-01, FJP-03, FJP-05
 */
export type PermissionChecker<T extends object = object> = permissions.PermissionChecker<T, Builder>;
