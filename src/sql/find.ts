/**
 * Runs the statements of a plan on one connection and puts the rows together.
 */
import { In, type EntityMetadata, type FindOptionsWhere, type ObjectLiteral, type QueryRunner } from 'typeorm';
import { noSuchResource } from '../query/faults.js';
import type { Query } from '../query/query.js';
import type { Identifier, Linkage, ResourceRecord, Result } from '../query/result.js';
import type { Resource } from '../resource/resource.js';
import { EntityReader, hiddenColumns } from './entities.js';
import type { Dialect } from './dialect.js';
import { template, type Keys, type Statement } from './fragment.js';
import type { BoundPlan } from './plan-cache.js';
import { needsEntity, type EdgePlan } from './plan.js';
import type { CellReader, Row, RowReader } from './rows.js';
import type { Schema } from './schema.js';
import type { RunStatement } from './statements.js';

/** A record while its parts come together. */
interface Draft extends ResourceRecord {
  readonly values: unknown[];
  readonly linkage: Map<string, Linkage>;
  entity?: object;
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
    private readonly dialect: Dialect,
    private readonly runStatement: RunStatement,
  ) {}

  async run(): Promise<Result> {
    const { query, bound } = this;
    const { plan } = bound;
    const rows = await this.rows(bound.bind(plan.page));
    // Where there are related rows, there is a parent.
    if (rows.length === 0 && plan.parent !== undefined && (await this.rows(bound.bind(plan.parent))).length === 0) {
      throw noSuchResource(query.parent!.resource, query.parent!.id);
    }
    const { page, count } = query;
    const more = page !== undefined && count === 'none' && rows.length > page.size;
    if (more) rows.pop();
    const found = rows.map((row) => ({ row, record: this.draft(plan.reader, row, true) }));
    await this.follow(found, plan.edges);
    await this.loadEntities();
    return {
      query,
      records: found.map(({ record }) => record),
      included: this.included,
      total: await this.total(rows),
      more,
    };
  }

  private rows(statement: Statement): Promise<Row[]> {
    return this.runStatement(this.runner, statement);
  }

  /** The total stands beside every row of the page; an empty page needs a look of its own, unless it is the first. */
  private async total(rows: readonly Row[]): Promise<number | undefined> {
    const { page, count, cardinality, window } = this.query;
    if (cardinality !== 'many' || page === undefined) return rows.length;
    if (count === 'none') return undefined;
    if (rows.length === 0 && page.number === 1 && window === undefined) return 0;
    const [row] = rows.length > 0 ? rows : await this.rows(this.bound.bind(this.bound.plan.count!));
    const all = Number(row!.at(-1)) - (window?.offset ?? 0);
    return Math.max(0, Math.min(all, window?.limit ?? all));
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

  private async follow(found: readonly Found[], edges: readonly EdgePlan[]): Promise<void> {
    for (const edge of edges) await this.followEdge(found, edge);
  }

  /** Runs the statement of an edge and hangs what it finds on the rows found before. */
  private async followEdge(found: readonly Found[], plan: EdgePlan): Promise<void> {
    if (plan.value !== undefined) return this.followValues(found, plan, plan.value);
    const { relationship } = plan.edge;
    const near = found.filter(({ record }) => plan.edge.owners.has(record.resource));
    const keys = distinctKeys(near.map(({ row }) => plan.near.map((at) => row[at])));
    const byKey = new Map<string, (Identifier & { readonly found: Found | undefined })[]>();
    for (const row of distinctRows(plan, await this.edgeRows(plan, keys))) {
      const key = keyOf(row, plan.far);
      const member = this.member(plan, row);
      const members = byKey.get(key);
      if (members === undefined) byKey.set(key, [member]);
      else members.push(member);
    }
    if (relationship.toMany) {
      for (const { row, record } of near) {
        const members = byKey.get(keyOf(row, plan.near)) ?? [];
        record.linkage.set(
          relationship.name,
          members.map(({ resource, id }) => ({ resource, id })),
        );
      }
    } else if (plan.edge.target !== relationship.target) {
      // The row's own linkage names the related resource, not what is shown of it here.
      for (const { row, record } of near) {
        const [member] = byKey.get(keyOf(row, plan.near)) ?? [];
        if (member !== undefined) record.linkage.set(relationship.name, { resource: member.resource, id: member.id });
      }
    }
    const next = [...byKey.values()].flat().flatMap((member) => member.found ?? []);
    await this.follow(next, plan.edges);
  }

  /** Runs the statement of an edge and puts the values that it finds into the attribute that has them. */
  private async followValues(found: readonly Found[], plan: EdgePlan, value: CellReader): Promise<void> {
    const { owners, plucked, relationship } = plan.edge;
    const near = found.filter(({ record }) => owners.has(record.resource));
    const keys = distinctKeys(near.map(({ row }) => plan.near.map((at) => row[at])));
    const byKey = new Map<string, unknown[]>();
    for (const row of distinctRows(plan, await this.edgeRows(plan, keys))) {
      const key = keyOf(row, plan.far);
      byKey.set(key, [...(byKey.get(key) ?? []), value.read(row[value.at])]);
    }
    for (const { row, record } of near) {
      const { attributes } = this.query.fieldsets.get(record.resource)!;
      const index = attributes.findIndex(({ name }) => name === plucked!.name);
      const values = byKey.get(keyOf(row, plan.near)) ?? [];
      if (index >= 0) record.values[index] = relationship.toMany ? values : (values[0] ?? null);
    }
  }

  /** The rows behind an edge; a list of single values is one parameter, however long it is. */
  private async edgeRows(plan: EdgePlan, keys: Keys): Promise<readonly Row[]> {
    const rows: Row[][] = [];
    const size = plan.far.length === 1 ? keys.length : MOST_KEYS;
    for (let from = 0; from < keys.length; from += size) {
      rows.push(await this.rows(this.edgeStatement(plan, keys.slice(from, from + size))));
    }
    return rows.flat();
  }

  private edgeStatement({ statement, whole }: EdgePlan, keys: Keys): Statement {
    const list = whole && this.dialect.wholeList(keys.map(([key]) => key));
    if (list !== undefined) return this.bound.bind(whole!, list);
    return this.bound.bind(template(statement, this.dialect.placeholder, keys));
  }

  private member(plan: EdgePlan, row: Row): Identifier & { readonly found: Found | undefined } {
    if (plan.edge.load === 'linkage') return { ...plan.reader.identifier(row), found: undefined };
    const record = this.draft(plan.reader, row, false);
    return { resource: record.resource, id: record.id, found: { row, record } };
  }

  /** Attributes that only an instance can give: one statement per entity that has any. */
  private async loadEntities(): Promise<void> {
    for (const [resource, known] of this.drafts) {
      if (!needsEntity(this.query.fieldsets.get(resource))) continue;
      const drafts = [...known.values()];
      const metadata = this.schema.metadata(resource.model);
      const fieldset = this.query.fieldsets.get(resource)!;
      const entities: ObjectLiteral[] = [];
      for (let from = 0; from < drafts.length; from += MOST_KEYS) {
        const where = this.whereKeys(resource, drafts.slice(from, from + MOST_KEYS));
        entities.push(...(await this.entities(metadata, where, hiddenColumns(fieldset))));
      }
      const byKey = new Map(
        entities.map((entity) => [
          keyText(metadata.primaryColumns.map((c) => c.getEntityValue(entity) as unknown)),
          entity,
        ]),
      );
      const reader = new EntityReader(this.schema, this.query.viewer);
      for (const draft of drafts) {
        const entity = byKey.get(keyText(this.hydratedKey(resource, draft)));
        if (entity === undefined) continue;
        if (fieldset.withEntity === true) draft.entity = entity;
        await reader.fill(fieldset, entity, draft.values);
      }
    }
  }

  /** Instances, with columns that are not selected otherwise. */
  private entities(
    { target }: EntityMetadata,
    where: FindOptionsWhere<ObjectLiteral>[],
    hidden: readonly string[],
  ): Promise<ObjectLiteral[]> {
    const builder = this.runner.manager.createQueryBuilder(target, 'e').setFindOptions({ where });
    for (const path of hidden) builder.addSelect(`e.${path}`);
    return builder.getMany();
  }

  private hydratedKey(resource: Resource, draft: Draft): readonly unknown[] {
    const { driver } = this.schema.dataSource;
    const columns = this.schema.metadata(resource.model).primaryColumns;
    return columns.map((column, index) => driver.prepareHydratedValue(draft.primaryKey[index], column) as unknown);
  }

  private whereKeys(resource: Resource, drafts: readonly Draft[]): FindOptionsWhere<ObjectLiteral>[] {
    const columns = this.schema.metadata(resource.model).primaryColumns;
    const keys = drafts.map((draft) => this.hydratedKey(resource, draft));
    if (columns.length === 1) return [columns[0]!.createValueMap(In(keys.map(([key]) => key)))];
    return keys.map(
      (key) =>
        Object.assign(
          {},
          ...columns.map((column, index) => column.createValueMap(key[index])),
        ) as FindOptionsWhere<ObjectLiteral>,
    );
  }
}

/** The key that stands at these places of a row, as text. */
function keyOf(row: Row, places: readonly number[]): string {
  return places.length === 1 ? partText(row[places[0]!]) : keyText(places.map((at) => row[at]));
}

/** Key values as text: drivers give one value as a number here and as text there. */
function keyText(key: readonly unknown[]): string {
  if (key.length === 1) return partText(key[0]);
  return key.map((part) => encodeURIComponent(partText(part))).join('/');
}

function partText(part: unknown): string {
  if (typeof part === 'string') return part;
  if (part instanceof Uint8Array) return Buffer.from(part).toString('hex');
  // As text, a date would lose its milliseconds.
  return String(part instanceof Date ? part.getTime() : part);
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
