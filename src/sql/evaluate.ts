/**
 * Evaluation → one statement, and its rows → values.
 */
import type { QueryRunner } from 'typeorm';
import type { Evaluation, EvaluationResult, FunctionCall } from '../query/evaluation.js';
import type { FieldPath } from '../query/query.js';
import { needsNumber, type Columns, type ReadValue } from './columns.js';
import type { Dialect } from './dialect.js';
import { allOf, constant, join, raw, render, sql, type Sql } from './fragment.js';
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
  const values = evaluation.functions.map((call) => expressionOf(call, select.path(call.path), columns, dialect));
  const conditions = [
    ...where.rowConditions(evaluation.resource.model, select.alias),
    ...(evaluation.filter === undefined ? [] : [where.condition(evaluation.filter, select.alias)]),
  ];
  const exact = groups.map((group, index) => columns.exact(evaluation.group[index]!.attribute.column, group));
  const list = [
    ...groups.map((group, index) => sql`${group} AS ${raw(`g${index}`)}`),
    ...exact.flatMap((group, index) => (group === groups[index] ? [] : [sql`${group} AS ${raw(`e${index}`)}`])),
    ...values.map((value, index) => sql`${value} AS ${raw(`v${index}`)}`),
  ];
  // By place: PostgreSQL takes a group that is written again for another one, for its parameters have other numbers.
  const places = raw(groups.map((_, index) => index + 1).join(', '));
  const grouped = groups.length === 0 ? raw('') : sql` GROUP BY ${places} ORDER BY ${places}${limited(evaluation)}`;
  const statement = sql`SELECT ${join(list, ', ')} FROM ${select.from()} WHERE ${allOf(conditions)}${grouped}`;
  const { text, parameters } = render(statement, dialect.placeholder);
  const rows = (await runner.query(text, [...parameters])) as Readonly<Record<string, unknown>>[];
  const readers = evaluation.functions.map((call) => readerOf(call, columns));
  const groupReaders = evaluation.group.map(({ attribute }) => columns.reader(attribute.column));
  return {
    evaluation,
    rows: rows.map((row) => ({
      group: groupReaders.map((read, index) => read(row[`e${index}`] ?? row[`g${index}`])),
      values: readers.map((read, index) => read(row[`v${index}`])),
    })),
  };
}

/** One group too many tells that there are too many. */
function limited({ mostGroups }: Evaluation): Sql {
  return Number.isFinite(mostGroups) ? sql` LIMIT ${constant(Math.floor(mostGroups) + 1)}` : raw('');
}

function expressionOf({ name, path }: FunctionCall, column: Sql, columns: Columns, dialect: Dialect): Sql {
  switch (name) {
    case 'count':
      return sql`COUNT(${column})`;
    case 'avg':
      // Averages of whole numbers are cut to a few digits on one database and not on the others.
      return sql`AVG(${dialect.toDouble(column, path.attribute.type)})`;
    case 'sum':
      return dialect.sum(column, path.attribute.type);
    case 'min':
    case 'max':
      return columns.exact(path.attribute.column, sql`${raw(name.toUpperCase())}(${ordered(path, column, dialect)})`);
  }
}

/** UUIDs stand in the order of their texts, and PostgreSQL has no greatest of them. */
function ordered({ attribute }: FieldPath, column: Sql, dialect: Dialect): Sql {
  return attribute.type === 'uuid' ? dialect.asText(column) : column;
}

/** Counts and averages are numbers; sums are what their column is; the smallest and the greatest are values of it. */
function readerOf({ name, path }: FunctionCall, columns: Columns): ReadValue {
  const { column } = path.attribute;
  const read = columns.reader(column);
  if (name === 'min' || name === 'max') return (value) => (value === null ? null : read(value));
  if (name === 'sum' && !needsNumber(column)) return (value) => (value === null ? null : read(wholeSum(value)));
  return (value) => (value === null ? null : Number(value));
}

/** A sum that came in two halves. */
function wholeSum(value: unknown): unknown {
  const halves = typeof value === 'string' ? /^(-?\d+) (\d+)$/.exec(value) : null;
  return halves === null ? value : String(BigInt(halves[1]!) * 2n ** 32n + BigInt(halves[2]!));
}
