/**
 * Evaluation → one statement, and its rows → values.
 */
import type { QueryRunner } from 'typeorm';
import type { Evaluation, EvaluationResult, FunctionCall } from '../query/evaluation.js';
import { needsNumber } from './columns.js';
import type { Columns, ReadValue } from './columns.js';
import type { Dialect } from './dialect.js';
import { allOf, join, raw, render, sql, type Sql } from './fragment.js';
import type { Schema } from './schema.js';
import { Select } from './select.js';
import { Aliases, Where, type SqlOperator } from './where.js';

/** Runs the functions of an evaluation over the rows that pass its filter. */
export async function evaluate(
  evaluation: Evaluation,
  runner: QueryRunner,
  context: {
    readonly schema: Schema;
    readonly columns: Columns;
    readonly dialect: Dialect;
    readonly operators: ReadonlyMap<string, SqlOperator>;
  },
): Promise<EvaluationResult> {
  const { schema, columns, dialect, operators } = context;
  if (evaluation.functions.length === 0) return { evaluation, rows: [{ group: [], values: [] }] };
  const aliases = new Aliases();
  const where = new Where(schema, columns, dialect, operators, aliases);
  const select = new Select({ schema, columns, where, aliases }, evaluation.resource);
  const groups = evaluation.group.map((path) => select.path(path));
  const values = evaluation.functions.map((call) => expressionOf(call, select.path(call.path), dialect));
  const conditions = [
    ...where.rowConditions(evaluation.resource.model, select.alias),
    ...(evaluation.filter === undefined ? [] : [where.condition(evaluation.filter, select.alias)]),
  ];
  const list = [
    ...values.map((value, index) => sql`${value} AS ${raw(`v${index}`)}`),
    ...groups.map((group, index) => sql`${group} AS ${raw(`g${index}`)}`),
  ];
  const grouped = groups.length === 0 ? raw('') : sql` GROUP BY ${join(groups, ', ')} ORDER BY ${join(groups, ', ')}`;
  const statement = sql`SELECT ${join(list, ', ')} FROM ${select.from()} WHERE ${allOf(conditions)}${grouped}`;
  const { text, parameters } = render(statement, dialect.placeholder);
  const rows = (await runner.query(text, [...parameters])) as Readonly<Record<string, unknown>>[];
  const readers = evaluation.functions.map((call) => readerOf(call, columns));
  const groupReaders = evaluation.group.map(({ attribute }) => columns.reader(attribute.column));
  return {
    evaluation,
    rows: rows.map((row) => ({
      group: groupReaders.map((read, index) => read(row[`g${index}`])),
      values: readers.map((read, index) => read(row[`v${index}`])),
    })),
  };
}

function expressionOf({ name }: FunctionCall, column: Sql, dialect: Dialect): Sql {
  if (name === 'count') return sql`COUNT(${column})`;
  // Averages of whole numbers are cut to a few digits on one database and not on the others.
  return name === 'avg' ? sql`AVG(${dialect.toDouble(column)})` : sql`${raw(name.toUpperCase())}(${column})`;
}

/** Counts and averages are numbers; sums are what their column is; the smallest and the greatest are values of it. */
function readerOf({ name, path }: FunctionCall, columns: Columns): ReadValue {
  const { column } = path.attribute;
  const read = columns.reader(column);
  if (name === 'min' || name === 'max') return (value) => (value === null ? null : read(value));
  if (name === 'sum' && !needsNumber(column)) return (value) => (value === null ? null : read(value));
  return (value) => (value === null ? null : Number(value));
}
