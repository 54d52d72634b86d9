/**
 * Resources without an application: the graph of some entities on a real SQLite data source, for tests of what comes
 * before any SQL.
 */
import { DataSource, type DataSourceOptions } from 'typeorm';
import { Cursors } from '../../src/query/cursor.js';
import { parseFilters } from '../../src/query/parse-filter.js';
import { printFilter } from '../../src/query/filter.js';
import type { QueryRules } from '../../src/query/rules.js';
import type { ValueForm } from '../../src/query/values.js';
import { DEFAULT_LIMITS, type ResourceOptions } from '../../src/resource/options.js';
import { ANYBODY, Policy } from '../../src/resource/policy.js';
import { buildResourceGraph } from '../../src/resource/resource-graph.js';
import type { Resource } from '../../src/resource/resource.js';
import { Schema } from '../../src/sql/schema.js';

export interface Graph {
  resource(name: string): Resource;
  readonly rules: QueryRules;
  readonly schema: Schema;
  /** The printed form of one filter. */
  print(name: string, filter: unknown, form?: ValueForm): string;
}

/**
 * Builds the resources of some entities; nothing is created in the database.
 *
 * @example
 * const graph = await graphOf([Person, Computer]);
 * graph.print('person', { name: 'age', op: '>', val: 17 }); // "age gt 17"
 */
export async function graphOf(
  entities: DataSourceOptions['entities'],
  options: Readonly<Record<string, ResourceOptions>> = {},
  rules: Partial<QueryRules> = {},
): Promise<Graph> {
  const dataSource = new DataSource({ type: 'better-sqlite3', database: ':memory:', ...(entities && { entities }) });
  await dataSource.initialize();
  await dataSource.destroy();
  const schema = new Schema(dataSource);
  const models = dataSource.entityMetadatas
    .filter((metadata) => metadata.tableType !== 'junction')
    .map((metadata) => schema.model(metadata));
  const { resources } = buildResourceGraph(
    models.map((model) => ({ model, layers: [options[model.defaultName] ?? {}, { methods: ['GET'] }] })),
  );
  const all: QueryRules = {
    policy: new Policy(ANYBODY),
    cursors: new Cursors(),
    limits: DEFAULT_LIMITS,
    operators: new Set(),
    types: (name) => resources.filter((resource) => resource.name === name),
    ...rules,
  };
  const resource = (name: string): Resource => {
    const found = resources.find((each) => each.name === name);
    if (found === undefined) throw new Error(`No resource ${name}: ${resources.map((each) => each.name).join(', ')}`);
    return found;
  };
  return {
    resource,
    rules: all,
    schema,
    print(name, filter, form = 'json') {
      const raw = { value: filter, form, parameter: 'filter[objects]', pointer: '/0' };
      return printFilter(parseFilters(resource(name), [raw], all)!);
    },
  };
}
