/**
 * The service of one resource: what its endpoints do, for the application's own code as well. Requests are made from
 * typed arguments and go the way of all requests: the same checks, the same policy, the same errors.
 */
import type { ObjectLiteral } from 'typeorm';
import type { ApiRequest, ChangeRequest, ReadOperation, WriteOperation } from '../query/api-request.js';
import { parseEvaluation } from '../query/evaluation.js';
import { parseChange } from '../query/parse-change.js';
import { parseQuery } from '../query/parse-query.js';
import type { Query } from '../query/query.js';
import type { Result } from '../query/result.js';
import type { QueryRules } from '../query/rules.js';
import type { Access } from '../resource/permissions.js';
import type { Restriction } from '../resource/restrictions.js';
import { Policy, type Viewer } from '../resource/policy.js';
import type { Resource } from '../resource/resource.js';
import { neighboursOf, type Neighbours } from '../wire/neighbours.js';
import { ownChange, ownRequest, ownScope, wirePath, type OwnQuery } from './own-requests.js';
import type { Outcome, ResourceOperations } from './resource-operations.js';
import { rowsOf } from './service-rows.js';
import type {
  CountOptions,
  EntityFilters,
  Evaluated,
  EvaluateOptions,
  FindOptions,
  PageOptions,
  Related,
  RelatedRows,
  RelationName,
  Row,
  RowId,
  RowPage,
  ServiceOptions,
  ShowOptions,
  Values,
} from './service-types.js';
import type { AfterCommitFunction, PostprocessFunction, PreprocessFunction } from './processors/contexts.js';
import type { ProcessorKey, WriteProcessorKey } from './processors/keys.js';

/**
 * Serves one resource to the application's own code, as its endpoints do to clients: the same fields, scopes, checks and
 * errors, of the same classes. Names are those of the entity's properties; rows are plain objects with the values of
 * answers (dates are texts). What opens addresses (`methods`, `guards`, `allowPatchMany`, `allowDeleteMany`) and
 * processors, which are about requests, have no part in it.
 *
 * Without `request` and `groups` it works for nobody in particular: no groups, and a `scope` is told `request: undefined`.
 *
 * @example
 * constructor(@InjectRestless(Person) private readonly people: RestlessService<Person>) {}
 *
 * const adults = await this.people.find({ filter: { name: 'age', op: 'ge', val: 18 }, sort: '-age', include: ['computers'] });
 * @see TXN-09
 */
export class RestlessService<T extends ObjectLiteral = ObjectLiteral> {
  /** The entity's type, for the compiler alone. */
  declare readonly entity: T;

  /** @internal Nest's injector makes it. */
  constructor(private readonly operations: ResourceOperations) {}

  /** The resource that is served. */
  get resource(): Resource {
    return this.operations.resource;
  }

  /**
   * The rows that pass the filters: all of them, or a page where one is asked for.
   *
   * @example
   * await people.find({ filter: { name: 'name', op: 'like', val: 'A%' }, sort: ['-age', 'name'], limit: 5 });
   * @throws BadRequestError for a name, a value or a page that is not right, with the sentence that clients get
   */
  async find(options: FindOptions<T> = {}): Promise<readonly Row<T>[]> {
    return rowsOf(await this.read('GET_COLLECTION', options, options)) as readonly Row<T>[];
  }

  /**
   * The same, and how many rows pass the filters on all pages.
   *
   * @example
   * const [rows, total] = await people.findAndCount({ page: { number: 2 } });
   */
  async findAndCount(options: FindOptions<T> = {}): Promise<readonly [rows: readonly Row<T>[], total: number]> {
    const result = await this.read('GET_COLLECTION', options, options, {}, { count: 'exact' });
    const isPart = options.page === undefined && (options.limit !== undefined || options.offset !== undefined);
    const { limit: _, offset: __, ...all } = options;
    const total = isPart ? await this.count(all) : result.total!;
    return [rowsOf(result) as readonly Row<T>[], total];
  }

  /**
   * A page, and how many rows there are, found as the option `count` of the resource says; by cursor, it says where to
   * go on as well, whatever the option `pagination` says.
   *
   * @example
   * const { rows, total, atLeast, more } = await people.findPage({ page: { number: 2 }, count: 'capped' });
   * let page = await people.findPage({ sort: '-age', page: { by: 'cursor', size: 100 } });
   * while (page.next) page = await people.findPage({ sort: '-age', page: { after: page.next, size: 100 } });
   * @throws BadRequestError for a `count` that the resource's `countModes` do not offer, or a cursor of another sort
   */
  async findPage(options: PageOptions<T> = {}): Promise<RowPage<T>> {
    const result = await this.read('GET_COLLECTION', { ...options, page: options.page ?? {} }, options);
    const { total, atLeast, estimate, more } = result;
    const { cursor } = result.query;
    const { prev, next } = cursor === undefined ? NOWHERE : neighboursOf(result, cursor);
    return { rows: rowsOf(result) as readonly Row<T>[], total, atLeast, estimate, more, prev, next };
  }

  /**
   * The row with an id, or the only one that a filter finds.
   *
   * @example
   * await people.findOne(1, { include: ['computers'] });
   * await people.findOne({ name: 'email', op: 'eq', val: 'ada@example.org' });
   * @throws NotFoundError where there is none, or several
   */
  async findOne(which: RowId | EntityFilters<T>, options: ShowOptions<T> = {}): Promise<Row<T>> {
    const result =
      typeof which === 'object'
        ? await this.read('GET_COLLECTION', { ...options, filter: which, single: true }, options)
        : await this.read('GET_RESOURCE', options, options, { id: String(which) });
    return rowsOf(result)[0] as Row<T>;
  }

  /** How many rows pass the filters. */
  async count(options: CountOptions<T> = {}): Promise<number> {
    const { total } = await this.read('GET_COLLECTION', { ...options, fields: [], include: [] }, options, {}, COUNTING);
    return total!;
  }

  /**
   * Functions over the rows that pass the filters, once or for each group; the `functions` of the resource are there.
   *
   * @example
   * const [{ values }] = await people.evaluate({ functions: [{ name: 'avg', field: 'age' }] });
   */
  async evaluate(options: EvaluateOptions<T>): Promise<readonly Evaluated[]> {
    const { filter, group } = options;
    const request = this.request('GET_COLLECTION', { filter, ...(group && { group }) }, options);
    const names = options.functions.map(({ name, field }) => ({ name, field: wirePath(this.resource, field) }));
    const rules = this.rules(options);
    const evaluation = await rules.policy.settled(() =>
      parseEvaluation({ request, functions: names, parameter: 'functions' }, rules),
    );
    return (await this.operations.evaluate(evaluation, options.manager)).rows;
  }

  /**
   * A new row, as it is then.
   *
   * @example
   * await people.create({ name: 'Ada', computers: [3] });
   * @throws BadRequestError, ConflictError, ForbiddenError, NotFoundError or RestlessErrors; nothing is written then
   */
  async create(values: Values<T>, options: ShowOptions<T> = {}): Promise<Row<T>> {
    const outcome = await this.write('POST_RESOURCE', options, {}, { values });
    return rowsOf(outcome.result!)[0] as Row<T>;
  }

  /** Other values for a row, which is given as it is then. */
  async update(id: RowId, values: Values<T>, options: ShowOptions<T> = {}): Promise<Row<T>> {
    const outcome = await this.write('PATCH_RESOURCE', options, { id }, { values });
    return rowsOf(outcome.result!)[0] as Row<T>;
  }

  /** One row less. */
  async remove(id: RowId, options: ServiceOptions<T> = {}): Promise<void> {
    await this.write('DELETE_RESOURCE', options, { id });
  }

  /**
   * The same values for every row that passes the filters; an empty list of them is every row, where the resource has
   * `allowUnfiltered`.
   *
   * @returns how many rows there were
   */
  async updateMany(filter: EntityFilters<T>, values: Values<T>, options: ServiceOptions<T> = {}): Promise<number> {
    const outcome = await this.write('PATCH_COLLECTION', { ...options, filter }, {}, { values });
    return outcome.applied.count;
  }

  /** Removes every row that passes the filters, and says how many there were. */
  async removeMany(filter: EntityFilters<T>, options: ServiceOptions<T> = {}): Promise<number> {
    const outcome = await this.write('DELETE_COLLECTION', { ...options, filter });
    return outcome.applied.count;
  }

  /**
   * What a relationship leads to: rows, or one row or null.
   *
   * @example
   * await people.related(1, 'computers', { sort: 'name' });
   */
  async related<K extends RelationName<T>>(
    id: RowId,
    relation: K,
    options: FindOptions<Related<T[K]>> = {},
  ): Promise<RelatedRows<T[K]>> {
    const result = await this.read('GET_RELATION', options, options, { id: String(id), relation });
    const rows = rowsOf(result);
    return (result.query.cardinality === 'one' ? (rows[0] ?? null) : rows) as RelatedRows<T[K]>;
  }

  /**
   * Lets a relationship lead to exactly these: a list of ids or rows, one, or null.
   *
   * @throws ForbiddenError for a to-many relationship, unless the resource has `allowToManyReplacement`
   */
  async setRelated<K extends RelationName<T>>(
    id: RowId,
    relation: K,
    members: NonNullable<Values<T>[K & keyof Values<T>]> | null,
    options: ServiceOptions<T> = {},
  ): Promise<void> {
    await this.write('PATCH_RELATIONSHIP', options, { id, relation }, { members });
  }

  /** Adds members to a to-many relationship; those that are there already stay. */
  async addRelated<K extends RelationName<T>>(
    id: RowId,
    relation: K,
    members: readonly (RowId | object)[],
    options: ServiceOptions<T> = {},
  ): Promise<void> {
    await this.write('POST_RELATIONSHIP', options, { id, relation }, { members });
  }

  /**
   * Takes members out of a to-many relationship; the rows stay.
   *
   * @throws ForbiddenError unless the resource has `allowDeleteFromToManyRelationships`
   */
  async removeRelated<K extends RelationName<T>>(
    id: RowId,
    relation: K,
    members: readonly (RowId | object)[],
    options: ServiceOptions<T> = {},
  ): Promise<void> {
    await this.write('DELETE_RELATIONSHIP', options, { id, relation }, { members });
  }

  /**
   * Registers a preprocessor of this resource's endpoints, behind all that are there. It does not run for calls of this
   * service.
   *
   * @example
   * people.preprocess('GET_COLLECTION', ({ restrictions }) => { restrictions.push({ name: 'age', op: 'ge', val: 18 }) });
   * @throws RestlessConfigError for a key that does not exist. @see PRC-01
   */
  preprocess<Key extends ProcessorKey>(key: Key, processor: PreprocessFunction<Key, T>): void {
    this.operations.processors.add('preprocessors', 'service', key, processor);
  }

  /** Registers a postprocessor, as {@link preprocess} does. */
  postprocess<Key extends ProcessorKey>(key: Key, processor: PostprocessFunction<Key, T>): void {
    this.operations.processors.add('postprocessors', 'service', key, processor);
  }

  /** Registers an after-commit hook, as {@link preprocess} does. */
  afterCommit<Key extends WriteProcessorKey>(key: Key, hook: AfterCommitFunction<Key, T>): void {
    this.operations.processors.add('afterCommit', 'service', key, hook);
  }

  private async read(
    operation: ReadOperation,
    query: OwnQuery,
    options: OwnOptions,
    target: { readonly id?: string; readonly relation?: string } = {},
    changes: Partial<Query> = {},
  ): Promise<Result> {
    const request = this.request(operation, query, options, target);
    const rules = this.rules(options, rowsAskedFor(request));
    const checked = await rules.policy.settled(() => parseQuery(request, rules));
    // A page is what clients need.
    const { page, cursor } = query.page === undefined ? { page: undefined, cursor: undefined } : checked;
    return this.operations.find(Object.freeze({ ...checked, page, cursor, ...changes }), options.manager);
  }

  private async write(
    operation: WriteOperation,
    options: OwnOptions & OwnQuery,
    { id, relation }: { readonly id?: RowId; readonly relation?: string } = {},
    contents: { readonly values?: object; readonly members?: unknown } = {},
  ): Promise<Outcome> {
    const target = {
      resource: this.resource,
      viewer: this.viewer(options),
      ...(id === undefined ? {} : { id: String(id) }),
      ...(relation === undefined ? {} : { relation }),
    };
    const request: ChangeRequest = ownChange(operation, target, options, contents);
    const rules = this.rules(options);
    const change = await rules.policy.settled(() => parseChange(request, rules));
    return this.operations.apply(change, options.manager, 'always');
  }

  private request(
    operation: ReadOperation,
    query: OwnQuery,
    options: OwnOptions,
    target: { readonly id?: string; readonly relation?: string } = {},
  ): ApiRequest {
    return ownRequest({ operation, resource: this.resource, viewer: this.viewer(options), ...target }, query);
  }

  private viewer({ request, groups }: OwnOptions): Viewer {
    const viewer = this.operations.viewerOf(request);
    return groups === undefined ? viewer : { ...viewer, groups };
  }

  /** @param narrowed the resource that the `scope` is about */
  private rules(options: OwnOptions, narrowed = this.resource): QueryRules {
    const viewer = this.viewer(options);
    const rules = this.operations.rulesFor(viewer);
    if (options.scope === undefined) return rules;
    return {
      ...rules,
      policy: new NarrowedPolicy(
        viewer,
        this.operations.accessFor(viewer),
        narrowed,
        ownScope(narrowed, options.scope),
      ),
    };
  }
}

/** The resource whose rows a request asks for. */
function rowsAskedFor({ resource, relation }: ApiRequest): Resource {
  return (relation === undefined ? undefined : resource.relationships.get(relation)?.target) ?? resource;
}

/** The options of every method, with the entity's type taken off. */
type OwnOptions = Pick<ServiceOptions<ObjectLiteral>, 'manager' | 'request' | 'groups'> & { readonly scope?: unknown };

/** Pages by number have other ways to go on. */
const NOWHERE: Partial<Neighbours> = {};

/** One row is enough to learn how many there are. */
const COUNTING = { count: 'exact', page: { number: 1, size: 1 } } as const;

/** The policy of a viewer who is to see even fewer rows of one resource. */
class NarrowedPolicy extends Policy {
  constructor(
    viewer: Viewer,
    access: Access,
    private readonly narrowed: Resource,
    private readonly filters: readonly Restriction[],
  ) {
    super(viewer, access);
  }

  override rowScope(resource: Resource): readonly Restriction[] {
    const scope = super.rowScope(resource);
    return resource === this.narrowed ? [...scope, ...this.filters] : scope;
  }
}
