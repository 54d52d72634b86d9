/**
 * What a statement that writes a row gives back of it: `RETURNING` with the list that a SELECT of the same answer has.
 */
import type { Query } from '../query/query.js';
import type { Result } from '../query/result.js';
import { totalsSeen } from '../query/totals.js';
import type { Attribute } from '../resource/resource.js';
import { template, type Sql } from './fragment.js';
import { needsEntity, type Planner } from './plan.js';
import type { Row, RowReader } from './rows.js';
import { Select } from './select.js';

/** The list behind `RETURNING`, and what reads the row. */
export interface Returning {
  readonly list: string;
  readonly reader: RowReader;
}

/** True where one row and nothing around it is shown: what comes back for it depends on the fieldsets alone. */
export function showsOwnRow({ cardinality, edges, filter, parent }: Query): boolean {
  return cardinality === 'one' && filter === undefined && parent === undefined && edges.length === 0;
}

/** Undefined where the row's own columns are not all that the answer shows. */
export function returningOf(planner: Planner, query: Query): Returning | undefined {
  const { resource, fieldsets, edges } = query;
  if ([...fieldsets.values()].some((each) => needsEntity(each) || each.attributes.some(isElsewhere))) return undefined;
  const { schema, where } = planner.context;
  const { tableName } = schema.metadata(resource.model);
  // The row may be written and not be there for readers.
  if (where.rowConditions(resource.model, tableName).length > 0) return undefined;
  // Neither SQLite nor MariaDB know the row by another name than its table's.
  const select = new Select(planner.context, resource, tableName);
  const { reader } = planner.contents(select, edges);
  const list = listOf(select.output.sql);
  return list === undefined || select.hasJoins ? undefined : { list, reader };
}

/** What the row that came back shows. */
export function returned({ reader }: Returning, query: Query, row: Row): Result {
  const { resource, id } = reader.identifier(row);
  const linkage = new Map<string, never>();
  reader.link(row, resource, linkage);
  const record = { resource, id, values: reader.values(row, resource), linkage };
  return { query: { ...query, id }, records: [record], included: [], ...totalsSeen(query, 1)! };
}

/** The text, if it has no values of its own. */
function listOf(fragment: Sql): string | undefined {
  const { text, params, isLasting } = template(fragment, () => '?');
  return params.length === 0 && isLasting ? text : undefined;
}

/** True for what is worked out from other rows, or by SQL of the application's own. */
function isElsewhere(attribute: Attribute): boolean {
  if (attribute.kind === 'embedded') return attribute.fields.some(isElsewhere);
  return attribute.kind !== 'column' || attribute.column.virtual || attribute.column.expression !== undefined;
}
