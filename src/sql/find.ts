/**
 * Runs the statements of a plan on one connection and puts the rows together.
 */
import { In, type EntityMetadata, type FindOptionsWhere, type ObjectLiteral, type QueryRunner } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { noSuchResource } from '../query/faults.js';
import type { Position } from '../query/cursor.js';
import type { Edge, Query } from '../query/query.js';
import type { Identifier, Linkage, Portion, ResourceRecord, Result } from '../query/result.js';
import { totalsCounted, totalsEstimated, totalsSeen, type Totals } from '../query/totals.js';
import type { Resource } from '../resource/resource.js';
import type { Columns } from './columns.js';
import { cursorValue } from './cursor-cells.js';
import { EntityReader, hiddenColumns } from './entities.js';
import { readEstimate } from './counts.js';
import type { Dialect } from './dialect.js';
import { apart, keyText, partText, restore, roundedKey } from './exact.js';
import { template, type Keys, type Statement } from './fragment.js';
import type { BoundPlan } from './plan-cache.js';
import { needsEntity, type EdgePlan } from './plan.js';
import { MOST_SELECTS, type RelatedStatements } from './related-rows.js';
import type { CellReader, Row, RowReader } from './rows.js';
import type { Schema } from './schema.js';
import type { RunStatement } from './statements.js';

/** A record while its parts come together. */
interface Draft extends ResourceRecord {
  readonly values: unknown[];
  readonly linkage: Map<string, Linkage>;
  portions?: Map<string, Portion>;
  entity?: object;
  position?: Position;
  /** For loading its entity, where that is needed. */
  readonly primaryKey: readonly unknown[];
}

/** One row with the record that it became. */
interface Found {
  readonly row: Row;
  readonly record: Draft;
}

/** Keys of several columns that one statement looks for: SQLite counts how deep an expression nests. */
const MOST_KEYS = 500;

/** One run of a plan. */
export class Finding {
  private readonly drafts = new Map<Resource, Map<string, Draft>>();
  private readonly included: Draft[] = [];

  constructor(
    private readonly query: Query,
    private readonly bound: BoundPlan,
    private readonly runner: QueryRunner,
    private readonly schema: Schema,
    private readonly columns: Columns,
    private readonly dialect: Dialect,
    private readonly runStatement: RunStatement,
  ) {}

  async run(): Promise<Result> {
    const { query, bound } = this;
    const { plan } = bound;
    const rows = await this.pageRows();
    // Where there are related rows, there is a parent.
    if (rows.length === 0 && plan.parent !== undefined && (await this.rows(bound.bind(plan.parent))).length === 0) {
      throw noSuchResource(query.parent!.resource, query.parent!.id);
    }
    const fetched = rows.length;
    if (fetched > (query.page?.size ?? Infinity)) rows.pop();
    if (query.cursor?.backward === true) rows.reverse();
    const found = rows.map((row) => ({ row, record: this.draft(plan.reader, row, true) }));
    const { position } = plan;
    if (position !== undefined)
      for (const { row, record } of found) record.position = position.map((at) => cursorValue(row[at]));
    await this.follow(found, plan.edges, query.edges);
    await this.loadEntities();
    return {
      query,
      records: found.map(({ record }) => record),
      included: this.included,
      ...(await this.totals(rows, fetched)),
    };
  }

  /** The rows of the page, and one more where that tells whether there are further ones. */
  private async pageRows(): Promise<Row[]> {
    const { bound, query } = this;
    const { page, rest } = bound.plan;
    const rows = await this.rows(bound.bind(page));
    const wanted = (query.page?.size ?? 0) + 1;
    if (rest === undefined || rows.length >= wanted) return rows;
    return [...rows, ...(await this.rows(bound.bind(rest)))].slice(0, wanted);
  }

  private async rows(statement: Statement): Promise<Row[]> {
    return (await this.runStatement(this.runner, statement)).rows;
  }

  /** A count stands beside every row of the page; an empty page needs a look of its own, unless it is the first. */
  private async totals(rows: readonly Row[], fetched: number): Promise<Totals> {
    const { query, bound } = this;
    const { count, estimate, isCapped } = bound.plan;
    const seen = totalsSeen(query, fetched);
    if (seen !== undefined) return seen;
    const [expected] = estimate === undefined ? [] : await this.rows(bound.bind(estimate));
    const guess = readEstimate(expected?.[0]);
    if (guess !== undefined) return totalsEstimated(query, fetched, guess);
    const [row] = rows.length > 0 && estimate === undefined ? rows : await this.rows(bound.bind(count!));
    return totalsCounted(query, fetched, Number(row!.at(-1)), isCapped ? query.countCap : Infinity);
  }

  private draft(reader: RowReader, row: Row, primary: boolean): Draft {
    const { resource, id } = reader.identifier(row);
    let known = this.drafts.get(resource);
    if (known === undefined) this.drafts.set(resource, (known = new Map<string, Draft>()));
    let draft = known.get(id);
    if (draft === undefined) {
      draft = {
        resource,
        id,
        values: reader.values(row, resource),
        linkage: new Map<string, Linkage>(),
        primaryKey: reader.primaryKey(row, resource),
      };
      known.set(id, draft);
      if (!primary) this.included.push(draft);
    }
    reader.link(row, resource, draft.linkage);
    return draft;
  }

  /** @param edges those of this query, which the plan was made for another one of the same shape as */
  private async follow(found: readonly Found[], plans: readonly EdgePlan[], edges: readonly Edge[]): Promise<void> {
    for (const [index, plan] of plans.entries()) await this.followEdge(found, plan, edges[index]!);
  }

  /** Runs the statement of an edge and hangs what it finds on the rows found before. */
  private async followEdge(found: readonly Found[], plan: EdgePlan, { limit, edges }: Edge): Promise<void> {
    if (plan.value !== undefined) return this.followValues(found, plan, plan.value);
    const { relationship } = plan.edge;
    const near = found.filter(({ record }) => plan.edge.owners.has(record.resource));
    const keys = distinctKeys(near.map(({ row }) => plan.near.map((at) => row[at])));
    const cut = new Set<string>();
    const byKey = new Map<string, Identifier[]>();
    const next: Found[] = [];
    for (const row of distinctRows(plan, await this.lookUp(plan, keys, plan.far))) {
      const key = keyOf(row, plan.far);
      const members = byKey.get(key);
      if (members !== undefined && members.length === limit?.rows) {
        cut.add(key);
        continue;
      }
      const member = this.member(plan, row, next);
      if (members === undefined) byKey.set(key, [member]);
      else members.push(member);
    }
    if (relationship.toMany) {
      const totals = cut.size === 0 ? undefined : await this.relatedTotals(plan, keys, cut);
      for (const { row, record } of near) {
        const key = keyOf(row, plan.near);
        const members = byKey.get(key) ?? [];
        const more = cut.has(key);
        const total = limit?.total !== true ? undefined : more ? totals?.get(key) : members.length;
        linkMany(record, relationship.name, members, limit && { limit: limit.rows, more, total });
      }
    } else if (plan.edge.target !== relationship.target) {
      // The row's own linkage names the related resource, not what is shown of it here.
      for (const { row, record } of near) {
        const [member] = byKey.get(keyOf(row, plan.near)) ?? [];
        if (member !== undefined) record.linkage.set(relationship.name, member);
      }
    }
    await this.follow(next, plan.edges, edges);
  }

  /** How many rows there are behind the keys that have more than are shown. */
  private async relatedTotals(
    { totals, far }: EdgePlan,
    keys: Keys,
    cut: ReadonlySet<string>,
  ): Promise<ReadonlyMap<string, number>> {
    if (totals === undefined) return new Map();
    const places = far.map((_, index) => index);
    const counted = keys.filter((key) => cut.has(keyText(key)));
    const rows = await this.lookUp(totals, counted, places);
    return new Map(rows.map((row) => [keyOf(row, places), Number(row.at(-1))]));
  }

  /** Runs the statement of an edge and puts the values that it finds into the attribute that has them. */
  private async followValues(found: readonly Found[], plan: EdgePlan, value: CellReader): Promise<void> {
    const { owners, plucked, relationship } = plan.edge;
    const near = found.filter(({ record }) => owners.has(record.resource));
    const keys = distinctKeys(near.map(({ row }) => plan.near.map((at) => row[at])));
    const byKey = new Map<string, unknown[]>();
    const rows = distinctRows(plan, await this.lookUp(plan, keys, plan.far));
    const read = await this.values(plan, rows, value);
    for (const [index, row] of rows.entries()) {
      const key = keyOf(row, plan.far);
      byKey.set(key, [...(byKey.get(key) ?? []), read[index]]);
    }
    for (const { row, record } of near) {
      const { attributes } = this.query.fieldsets.get(record.resource)!;
      const index = attributes.findIndex(({ name }) => name === plucked!.name);
      const values = byKey.get(keyOf(row, plan.near)) ?? [];
      if (index >= 0) record.values[index] = relationship.toMany ? values : (values[0] ?? null);
    }
  }

  /** The values of rows, as the rows themselves show them. */
  private async values(
    { edge, primaryKey }: EdgePlan,
    rows: readonly Row[],
    { at, read }: CellReader,
  ): Promise<readonly unknown[]> {
    if (primaryKey === undefined) return rows.map((row) => read(row[at]));
    const { of } = edge.plucked!;
    const keys = rows.map((row) => primaryKey.map((place) => row[place]));
    const reader = new EntityReader(this.schema, this.query.viewer);
    const values: unknown[] = [];
    for (const entity of await this.entities(edge.target, keys, hiddenColumns({ attributes: [of] })))
      values.push(await reader.value(of, entity));
    return values;
  }

  /**
   * The rows behind keys; a list of single values is one parameter, however long it is.
   *
   * @param length how many columns a key has
   */
  private async lookUp(
    statements: RelatedStatements,
    keys: Keys,
    { length }: readonly number[],
  ): Promise<readonly Row[]> {
    const rows: Row[][] = [];
    const size = length === 1 ? keys.length : MOST_KEYS;
    for (let from = 0; from < keys.length; from += size) {
      rows.push(await this.rows(this.statementFor(statements, keys.slice(from, from + size))));
    }
    return rows.flat();
  }

  private statementFor({ statement, whole, few }: RelatedStatements, keys: Keys): Statement {
    if (few !== undefined && keys.length <= MOST_SELECTS) {
      return this.bound.bind(template(few, this.dialect.placeholder, keys));
    }
    const list = whole && this.dialect.wholeList(keys.map(([key]) => key));
    if (list !== undefined) return this.bound.bind(whole!, list);
    return this.bound.bind(template(statement, this.dialect.placeholder, keys));
  }

  /** @param next gets the row, where there may be more behind it */
  private member(plan: EdgePlan, row: Row, next: Found[]): Identifier {
    if (plan.edge.load === 'linkage') return plan.reader.identifier(row);
    const record = this.draft(plan.reader, row, false);
    if (plan.edges.length > 0) next.push({ row, record });
    return { resource: record.resource, id: record.id };
  }

  /** Attributes that only an instance can give: one statement per entity that has any. */
  private async loadEntities(): Promise<void> {
    for (const [resource, known] of this.drafts) {
      if (!needsEntity(this.query.fieldsets.get(resource))) continue;
      const drafts = [...known.values()];
      const fieldset = this.query.fieldsets.get(resource)!;
      const keys = drafts.map(({ primaryKey }) => primaryKey);
      const entities = await this.entities(resource, keys, hiddenColumns(fieldset));
      const reader = new EntityReader(this.schema, this.query.viewer);
      for (const [index, draft] of drafts.entries()) {
        const entity = entities[index];
        if (entity === undefined) continue;
        if (fieldset.withEntity === true) draft.entity = entity;
        await reader.fill(fieldset, entity, draft.values);
      }
    }
  }

  /** Instances in the order of their keys, with columns that are not selected otherwise; undefined for rows that are gone. */
  private async entities(
    resource: Resource,
    keys: Keys,
    hidden: readonly string[],
  ): Promise<readonly (ObjectLiteral | undefined)[]> {
    const metadata = this.schema.metadata(resource.model);
    const exact = new Map(keys.map((key) => [keyText(key), this.exactKey(metadata, key)]));
    const textOf = (key: ObjectLiteral): string => roundedKey(metadata, this.columns, key);
    const found = new Map<ObjectLiteral | undefined, ObjectLiteral>();
    for (const list of apart([...exact.values()], textOf)) {
      const loaded: ObjectLiteral[] = [];
      for (let from = 0; from < list.length; from += MOST_KEYS) {
        const where = whereKeys(metadata, list.slice(from, from + MOST_KEYS));
        const builder = this.runner.manager.createQueryBuilder(metadata.target, 'e').setFindOptions({ where });
        for (const path of hidden) builder.addSelect(`e.${path}`);
        loaded.push(...(await builder.getMany()));
      }
      const byKey = new Map(loaded.map((entity) => [textOf(entity), entity]));
      for (const key of list) {
        const entity = byKey.get(textOf(key));
        if (entity === undefined) continue;
        restore(metadata, this.columns, entity, key);
        found.set(key, entity);
      }
    }
    return keys.map((key) => found.get(exact.get(keyText(key))));
  }

  /** A primary key with every digit, where instances have theirs. */
  private exactKey({ primaryColumns }: EntityMetadata, key: readonly unknown[]): ObjectLiteral {
    const { driver } = this.schema.dataSource;
    const exact: ObjectLiteral = {};
    for (const [index, column] of primaryColumns.entries())
      column.setEntityValue(exact, driver.prepareHydratedValue(key[index], column));
    return exact;
  }
}

function whereKeys(
  { primaryColumns: columns }: EntityMetadata,
  keys: readonly ObjectLiteral[],
): FindOptionsWhere<ObjectLiteral>[] {
  const valueOf = (column: ColumnMetadata, key: ObjectLiteral): unknown => column.getEntityValue(key) as unknown;
  if (columns.length === 1) return [columns[0]!.createValueMap(In(keys.map((key) => valueOf(columns[0]!, key))))];
  return keys.map(
    (key) =>
      Object.assign(
        {},
        ...columns.map((column) => column.createValueMap(valueOf(column, key))),
      ) as FindOptionsWhere<ObjectLiteral>,
  );
}

/**
 * Links what a relationship leads to. Where two paths lead along it and one shows less, the other's linkage names the rows of
 * both: they are in one order.
 */
function linkMany(record: Draft, name: string, members: readonly Identifier[], portion: Portion | undefined): void {
  const known = record.linkage.get(name);
  if (Array.isArray(known) && known.length > members.length) return;
  record.linkage.set(name, members);
  if (portion === undefined) record.portions?.delete(name);
  else (record.portions ??= new Map<string, Portion>()).set(name, portion);
}

/** The key that stands at these places of a row, as text. */
function keyOf(row: Row, places: readonly number[]): string {
  return places.length === 1 ? partText(row[places[0]!]) : keyText(places.map((at) => row[at]));
}

/** The rows of an edge; where several rows of a join entity lead to one, that one once. */
function distinctRows({ far, identity }: EdgePlan, rows: readonly Row[]): readonly Row[] {
  if (identity === undefined) return rows;
  const seen = new Map(rows.map((row) => [keyText([...far, ...identity].map((at) => row[at])), row]));
  return [...seen.values()];
}

/** Each key once; keys with a null lead nowhere. */
function distinctKeys(keys: Keys): Keys {
  const distinct = new Map<string, readonly unknown[]>();
  for (const key of keys) if (!key.includes(null)) distinct.set(keyText(key), key);
  return [...distinct.values()];
}
