/**
 * Who may read, filter, sort, group and include which field, and which rows there are: one algebra, asked
 * on every path. A name that it does not give back does not exist for the client, not even in an error.
 */
import { ForbiddenError } from '../errors.js';
import { isFor } from './expose.js';
import { EVERYBODY, OTHERS, type Rule, type Rules } from './field-rules.js';
import { OPEN_ACCESS, type Access, type PermissionAction, type RowAction, type RowChecks } from './permissions.js';
import type { Restriction, Restrictions, ScopeContext } from './restrictions.js';
import type { Method } from './options.js';
import type { OperationName } from './served.js';
import {
  isPolymorphic,
  resourcesOf,
  type Attribute,
  type EmbeddedAttribute,
  type PluckedAttribute,
  type Relationship,
  type Resource,
} from './resource.js';

/** For whom a request is answered. */
export interface Viewer {
  /** class-transformer's groups: fields with `groups` are seen by requests that have one of them. */
  readonly groups: readonly string[];
  /** class-transformer's version, compared with `since` and `until`; undefined compares nothing. */
  readonly version?: number | undefined;
  /** The request, for scopes. */
  readonly request?: unknown;
}

/** What a verb stands for where one resource asks another for it. */
const OPERATIONS_OF: Readonly<Record<Method, readonly OperationName[]>> = {
  GET: ['GET_COLLECTION', 'GET_RESOURCE'],
  POST: ['POST_RESOURCE'],
  PUT: ['PATCH_RESOURCE'],
  PATCH: ['PATCH_RESOURCE'],
  DELETE: ['DELETE_RESOURCE'],
};

/** Nobody in particular: no groups, no version. */
export const ANYBODY: Viewer = Object.freeze({ groups: Object.freeze([]) });

/** The readable fields of one resource, by wire name. */
interface ReadableFields {
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly relationships: ReadonlyMap<string, Relationship>;
}

/**
 * What one viewer may do with fields and rows.
 *
 * @example
 * const policy = new Policy({ groups: ['admin'] });
 * policy.attribute(person, 'salary'); // the attribute, or undefined where this viewer does not see it
 */
export class Policy implements RowChecks {
  private readonly fields = new Map<Resource, ReadableFields>();
  private readonly scopes = new Map<Resource, readonly Restriction[]>();
  private readonly checkerScopes = new Map<Resource, readonly Restriction[]>();
  private readonly readableIds = new Map<Resource, readonly string[]>();
  private readonly allowed = new Map<Resource, Map<PermissionAction, boolean>>();
  private asked = false;

  constructor(
    readonly viewer: Viewer,
    private readonly access: Access = OPEN_ACCESS,
  ) {}

  /** The attributes that the viewer may read, by wire name. */
  attributes(resource: Resource): ReadonlyMap<string, Attribute> {
    return this.readable(resource).attributes;
  }

  /** The relationships that the viewer may read, by wire name. */
  relationships(resource: Resource): ReadonlyMap<string, Relationship> {
    return this.readable(resource).relationships;
  }

  attribute(resource: Resource, name: string): Attribute | undefined {
    return this.readable(resource).attributes.get(name);
  }

  relationship(resource: Resource, name: string): Relationship | undefined {
    return this.readable(resource).relationships.get(name);
  }

  /** What the viewer may group and evaluate, and where nothing says otherwise filter and sort: nothing of a resource whose rows are not shown. */
  usableField(resource: Resource, name: string): Attribute | Relationship | undefined {
    if (!this.isReadable(resource)) return undefined;
    return this.attribute(resource, name) ?? this.relationship(resource, name);
  }

  /**
   * How the viewer may filter a readable field; undefined where they may not.
   *
   * @param properties the names that the rule may go by, the first that has one wins
   */
  filterRule(resource: Resource, ...properties: readonly string[]): Rule | undefined {
    const { filterable } = resource.options;
    return filterable === undefined ? EVERYBODY : this.rule(filterable, properties);
  }

  /** A filter that goes by a name of its own, as the application declares it. */
  declaredFilter(resource: Resource, name: string): Rule | undefined {
    const rule = resource.options.filterable?.get(name);
    const isOwn = rule !== undefined && (rule.attribute !== undefined || rule.filter !== undefined);
    return isOwn && this.isReadable(resource) && this.isAmong(rule) ? rule : undefined;
  }

  /** The names of filters to offer in an error. */
  filterNames(resource: Resource): readonly string[] {
    return this.offered(resource, resource.options.filterable, (name) => this.declaredFilter(resource, name));
  }

  /** True where the viewer may sort by a readable field. */
  maySort(resource: Resource, ...properties: readonly string[]): boolean {
    const { sortable } = resource.options;
    return sortable === undefined || this.rule(sortable, properties) !== undefined;
  }

  /** A sort key that the application declares with SQL of its own. */
  declaredSort(resource: Resource, name: string): Rule | undefined {
    const rule = resource.options.sortable?.get(name);
    return rule?.sql !== undefined && this.isReadable(resource) && this.isAmong(rule) ? rule : undefined;
  }

  /** The names of sort keys to offer in an error. */
  sortNames(resource: Resource): readonly string[] {
    return this.offered(resource, resource.options.sortable, (name) => this.declaredSort(resource, name));
  }

  /** The resources that inherit a field from this one, which shows it, and do not show it themselves. */
  hiding(resource: Resource, { property }: Attribute | Relationship): readonly Resource[] {
    if (!isPolymorphic(resource)) return [];
    return resourcesOf(resource).filter((each) => {
      const { attributes, relationships } = this.readable(each);
      const shown = [...each.id, ...each.primaryKey, ...attributes.values(), ...relationships.values()];
      return shown.every((field) => field.property !== property);
    });
  }

  /** The attributes that the viewer may write, by wire name; also those that may only be written. */
  writableAttribute(resource: Resource, name: string): Attribute | undefined {
    const attribute = resource.attributes.get(name);
    const writable = (field: Attribute): boolean =>
      field.writable && this.mayName(field) && (field.kind !== 'plucked' || this.writesBehind(resource, field));
    if (attribute === undefined || !writable(attribute) || !this.follows(resource.options.writable, attribute))
      return undefined;
    return attribute.kind === 'embedded' ? withFields(attribute, writable) : attribute;
  }

  /** The relationships that the viewer may write, by wire name. */
  writableRelationship(resource: Resource, name: string): Relationship | undefined {
    const relationship = resource.relationships.get(name);
    const isWritable =
      relationship?.writable === true &&
      this.mayName(relationship) &&
      this.follows(resource.options.writable, relationship);
    return isWritable ? relationship : undefined;
  }

  /** The names to offer where something is to be written. */
  writableNames(resource: Resource): readonly string[] {
    return [...resource.attributes.keys(), ...resource.relationships.keys()].filter(
      (name) =>
        this.writableAttribute(resource, name) !== undefined || this.writableRelationship(resource, name) !== undefined,
    );
  }

  /** True where rows of the resource may be shown: it answers GET itself. */
  isReadable(resource: Resource): boolean {
    return this.answers(resource, 'GET');
  }

  /** True where a verb is served for the resource's own URLs: what cannot be done there is not done from elsewhere. */
  answers(resource: Resource, method: Method): boolean {
    const { served } = resource.options;
    return (
      resource.exposed && OPERATIONS_OF[method].some((name) => served.has(name)) && this.may(resource, ACTIONS[method])
    );
  }

  /** True where the application's permissions let the viewer do this at all. */
  may(resource: Resource, action: PermissionAction): boolean {
    const checker = this.access.checkerOf(resource);
    if (checker?.hasPermission === undefined) return true;
    const known = this.allowed.get(resource) ?? new Map<PermissionAction, boolean>();
    this.allowed.set(resource, known);
    return this.remembered(known, action, () => checker.hasPermission!(action, this.context));
  }

  /** @throws ForbiddenError where the application's permissions do not let the viewer do this at all */
  expectMay(resource: Resource, action: PermissionAction): void {
    if (!this.may(resource, action)) throw new ForbiddenError(`You may not ${action} ${resource.name}.`);
  }

  mayShow(resource: Resource): Promise<boolean> {
    return this.settled(() => this.may(resource, 'read'));
  }

  checksRows(resource: Resource): boolean {
    return this.access.checkerOf(resource)?.hasObjectPermission !== undefined;
  }

  async expectRows(resource: Resource, action: RowAction, rows: readonly object[]): Promise<void> {
    for (const row of rows) {
      if (!(await this.mayWith(resource, action, row)))
        throw new ForbiddenError(`You may not ${action} this ${resource.name}.`);
    }
  }

  private async mayWith(resource: Resource, action: RowAction, row: object): Promise<boolean> {
    const checker = this.access.checkerOf(resource);
    return (await checker?.hasObjectPermission?.(row as never, action, this.context)) ?? true;
  }

  /** The names to offer in an error: what the viewer may name, and nothing else. */
  names(resource: Resource): readonly string[] {
    if (!this.isReadable(resource)) return ['id'];
    const { attributes, relationships } = this.readable(resource);
    return ['id', ...attributes.keys(), ...relationships.keys()];
  }

  /**
   * What a row has to pass that is named by its id: the scopes. Whether the viewer may do with it what they want is asked
   * once it is there, so that a refusal is told from a row that is not there.
   */
  rowScope(resource: Resource): readonly Restriction[] {
    const checker = this.access.checkerOf(resource);
    const { scope } = resource.options;
    const own = this.remembered(this.scopes, resource, () =>
      thenList(typeof scope === 'function' ? scope(this.context) : scope),
    );
    if (checker?.scope === undefined) return own;
    return [...own, ...this.remembered(this.checkerScopes, resource, () => thenList(checker.scope!(this.context)))];
  }

  /** What every row of the resource has to pass to be there; an empty list where all rows exist. */
  scope(resource: Resource): readonly Restriction[] {
    const scope = this.rowScope(resource);
    if (!this.may(resource, 'read')) return [...scope, NOTHING];
    const checker = this.access.checkerOf(resource);
    if (checker?.hasObjectPermission === undefined || checker.scope !== undefined) return scope;
    this.asked = true;
    const ids = this.remembered(this.readableIds, resource, () =>
      this.access.readableIds(resource, (row) => this.mayWith(resource, 'read', row)),
    );
    return [...scope, { name: 'id', op: 'in', val: ids }];
  }

  /** True once the application was asked about this request: what it said is for this request only. */
  get hasAsked(): boolean {
    return this.asked;
  }

  private get context(): ScopeContext {
    this.asked = true;
    const { groups, request } = this.viewer;
    return { groups, request };
  }

  /** What the application answers, asked once. */
  private remembered<K, T>(answers: Map<K, T>, key: K, ask: () => T | Promise<T>): T {
    if (answers.has(key)) return answers.get(key)!;
    const answer = ask();
    if (isPromise(answer)) throw new Unsettled(answer.then((later) => void answers.set(key, later)));
    answers.set(key, answer);
    return answer;
  }

  /**
   * Runs checks that ask for scopes. Where one is still on its way, they begin again once it is there: checks change
   * nothing, and what has been asked once is remembered.
   */
  async settled<T>(check: () => T): Promise<T> {
    for (;;) {
      try {
        return check();
      } catch (error) {
        if (!(error instanceof Unsettled)) throw error;
        await error.answer;
      }
    }
  }

  private readable(resource: Resource): ReadableFields {
    const { groups, version } = this.viewer;
    const isAnybody = groups.length === 0 && version === undefined && this.access === OPEN_ACCESS;
    const shared = isAnybody ? ANYBODYS_FIELDS : undefined;
    const known = this.fields.get(resource) ?? shared?.get(resource);
    if (known !== undefined) return known;
    const sees = (field: Attribute | Relationship): boolean => this.sees(field);
    const { readable } = resource.options;
    const shows = (field: Attribute | Relationship): boolean => sees(field) && this.follows(readable, field);
    const shown = (field: Attribute): Attribute => (field.kind === 'embedded' ? withFields(field, sees) : field);
    const attributes = new Map([...pick(resource.attributes, shows)].map(([name, field]) => [name, shown(field)]));
    const fields = { attributes, relationships: pick(resource.relationships, shows) };
    this.fields.set(resource, fields);
    shared?.set(resource, fields);
    return fields;
  }

  private sees(field: Attribute | Relationship): boolean {
    return field.readable && this.mayName(field) && (field.kind !== 'plucked' || this.seesBehind(field));
  }

  /** Values of related rows are shown to those who may read them there; of an entity that is not exposed, as declared. */
  private seesBehind({ relationship: { target }, of }: PluckedAttribute): boolean {
    if (!target.exposed) return isFor(of, this.viewer);
    const isKey = [...target.id, ...target.primaryKey].some(({ property }) => property === of.property);
    const isShown = of.readable && this.mayName(of);
    return this.isReadable(target) && (isKey || isShown) && this.follows(target.options.readable, of);
  }

  /** Values of related rows name those rows to who may see them, and change the relationship, where it is exposed itself. */
  private writesBehind(resource: Resource, field: PluckedAttribute): boolean {
    const { exposed, name } = field.relationship;
    return this.seesBehind(field) && (!exposed || this.writableRelationship(resource, name) !== undefined);
  }

  private mayName(field: Attribute | Relationship): boolean {
    return field.exposed && isFor(field, this.viewer);
  }

  private follows(rules: Rules, { property }: Attribute | Relationship): boolean {
    return rules === undefined || this.rule(rules, [property]) !== undefined;
  }

  /** The rule of the first name that has one, or that of all others, where it lets the viewer in. */
  private rule(rules: NonNullable<Rules>, names: readonly string[]): Rule | undefined {
    const name = [...names, OTHERS].find((each) => rules.has(each));
    const rule = name === undefined ? undefined : rules.get(name);
    return rule !== undefined && this.isAmong(rule) ? rule : undefined;
  }

  private isAmong({ groups }: Rule): boolean {
    return groups === undefined || groups.some((group) => this.viewer.groups.includes(group));
  }

  private offered(resource: Resource, rules: Rules, declared: (name: string) => unknown): readonly string[] {
    const names = this.names(resource);
    if (rules === undefined) return names;
    const fields = names.filter((name) => {
      const property = this.attribute(resource, name)?.property ?? this.relationship(resource, name)?.property;
      return this.rule(rules, [property ?? name]) !== undefined;
    });
    return [...new Set([...fields, ...[...rules.keys()].filter((name) => declared(name) !== undefined)])];
  }
}

/** Verbs and what they do. */
const ACTIONS: Readonly<Record<Method, PermissionAction>> = {
  GET: 'read',
  POST: 'create',
  PUT: 'update',
  PATCH: 'update',
  DELETE: 'destroy',
};

/** What viewers without groups and version see where nobody is asked: it depends on the resource alone. */
const ANYBODYS_FIELDS = new WeakMap<Resource, ReadableFields>();

/** No row at all. */
const NOTHING: Restriction = Object.freeze({ name: 'id', op: 'in', val: Object.freeze([]) });

/** An answer of the application that is not there yet; see {@link Policy.settled}. */
class Unsettled extends Error {
  constructor(readonly answer: Promise<void>) {
    super('The application answers later; run the check inside Policy.settled.');
  }
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Promise<unknown>>).then === 'function';
}

function thenList(
  given: Restrictions | Promise<Restrictions>,
): readonly Restriction[] | Promise<readonly Restriction[]> {
  return isPromise(given) ? given.then(listOf) : listOf(given);
}

function listOf(restrictions: Restrictions): readonly Restriction[] {
  if (restrictions === undefined) return [];
  return Array.isArray(restrictions) ? (restrictions as readonly Restriction[]) : [restrictions as Restriction];
}

/** An embedded object with only those of its fields that pass. */
function withFields(attribute: EmbeddedAttribute, wanted: (field: Attribute) => boolean): EmbeddedAttribute {
  const fields = attribute.fields
    .filter(wanted)
    .map((field) => (field.kind === 'embedded' ? withFields(field, wanted) : field));
  return Object.freeze({ ...attribute, fields: Object.freeze(fields) });
}

function pick<T>(fields: ReadonlyMap<string, T>, wanted: (field: T) => boolean): ReadonlyMap<string, T> {
  return new Map([...fields].filter(([, field]) => wanted(field)));
}
