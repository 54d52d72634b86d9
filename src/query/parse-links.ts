/**
 * What a relationship of a body is to lead to: rows that are named, and rows that are made, changed or deleted on the
 * way. Whether there is such a row shows in the transaction; what may be done with it is settled here.
 */
import { BadRequestError, ConflictError, ForbiddenError, RestlessErrors, type RestlessError } from '../errors.js';
import type { Method } from '../resource/options.js';
import type { Relationship, Resource } from '../resource/resource.js';
import { formatId, isPolymorphic } from '../resource/resource.js';
import type { RawLinkage, RawPlace, RawReference, RawResource, RawRow } from './api-request.js';
import type { ChangedRow, Contents, FieldValue, LinkChange, LinkTarget, NewRow, OwnId } from './change.js';
import { MOST_FAULTS, quote, tooManyMembers } from './faults.js';
import { and, ofResource, type Filter } from './filter.js';
import { idFilter } from './identity.js';
import { parseFilters, scopeFilter } from './parse-filter.js';
import type { BodyRules } from './rules.js';
import { betweenFilter } from './between.js';
import { ExactNumber } from './values.js';

type Report = (error: RestlessError) => unknown;

/** Reads rows inside the row; the one that `parse-contents` has. */
interface InnerRow {
  base(place: RawPlace): Pick<NewRow, 'resource' | 'scope' | 'fieldName' | 'place' | 'checks'>;
  ownId(row: RawResource): OwnId | undefined;
  contents(row: RawResource, key?: readonly FieldValue[]): Contents;
}

/** What links are read by. */
export interface LinkRules {
  readonly rules: BodyRules;
  readonly fault: Report;
  /** The row that has the relationship is there already. */
  readonly isUpdate: boolean;
  /** Of the rows inside it. */
  readonly depth: number;
  readonly row: (resource: Resource, isUpdate: boolean, report: Report, rules: BodyRules) => InnerRow;
}

export class LinkParser {
  constructor(private readonly by: LinkRules) {}

  parse(relationship: Relationship, linkage: RawLinkage, action: LinkChange['action']): LinkChange | undefined {
    const { toMany } = relationship;
    const { fault, rules } = this.by;
    const { pointer, references } = linkage;
    const { listLength } = rules.limits;
    if (references.length > listLength) {
      fault(tooManyMembers(relationship.name, listLength, pointer));
      return undefined;
    }
    if (toMany !== linkage.many) {
      const words = toMany
        ? 'leads to many resources; its data is a list'
        : 'leads to one resource; its data is one identifier or null';
      fault(new BadRequestError('BAD_BODY', `${quote(relationship.name)} ${words}.`, { source: { pointer } }));
      return undefined;
    }
    if (action === 'remove' && !this.by.isUpdate) {
      const words = `A new row has no ${quote(relationship.name)} to take out.`;
      fault(new BadRequestError('BAD_BODY', words, { source: { pointer } }));
      return undefined;
    }
    this.expectMayJoin(relationship, action, references.length > 0, pointer);
    const scope = scopeFilter(relationship.target, rules);
    const between = betweenFilter(relationship, rules);
    const targets = references.flatMap((each): LinkTarget[] => {
      const target = this.target(relationship, each, action, scope);
      return target === undefined ? [] : [target];
    });
    return Object.freeze({ relationship, action, targets: this.distinct(targets), pointer, visible: scope, between });
  }

  /** Rows of a join entity that is a resource are made and deleted as they are at their own address. @see RJA-15 */
  expectMayJoin({ through }: Relationship, action: LinkChange['action'], adds: boolean, pointer: string): void {
    const middle = through?.first.target;
    if (middle?.exposed !== true) return;
    const joins = action !== 'remove' && adds;
    const leaves = action === 'remove' || (action === 'set' && this.by.isUpdate);
    if (joins && !this.mayWrite(middle, 'POST', pointer)) return;
    if (leaves) this.mayWrite(middle, 'DELETE', pointer);
  }

  private target(
    relationship: Relationship,
    each: RawLinkage['references'][number],
    action: LinkChange['action'],
    scope: Filter | undefined,
  ): LinkTarget | undefined {
    if (each instanceof BadRequestError) {
      this.by.fault(each);
      return undefined;
    }
    if ('id' in each) return this.reference(relationship, each, scope);
    return action === 'remove'
      ? this.member(relationship.target, each, scope)
      : this.row(relationship.target, each, scope);
  }

  /** The same row twice is one row, as long as nothing is said about it. */
  private distinct(targets: readonly LinkTarget[]): readonly LinkTarget[] {
    const seen = new Map<string, LinkTarget>();
    const distinct: LinkTarget[] = [];
    for (const target of targets) {
      const name = target.id === undefined ? undefined : `${target.resource.name}/${target.id}`;
      const first = name === undefined ? undefined : seen.get(name);
      if (name === undefined || first === undefined) {
        distinct.push(target);
        if (name !== undefined) seen.set(name, target);
      } else if ((saysMore(first) || saysMore(target)) && !(isChange(first) && isChange(target))) {
        // Two changes have been told already.
        this.by.fault(this.twice(target.resource, target.id!, target.pointer));
      }
    }
    return distinct;
  }

  private twice({ name }: Resource, id: string, pointer: string): BadRequestError {
    const detail = `The body says twice what to do with the ${name} ${quote(id)}.`;
    return new BadRequestError('BAD_BODY', detail, { source: { pointer } });
  }

  private reference(
    relationship: Relationship,
    { type, id, pointer }: RawReference,
    scope: Filter | undefined,
  ): LinkTarget | undefined {
    const resource = type === undefined ? relationship.target : ofType(relationship, type);
    if (resource === undefined) {
      const detail = `${quote(relationship.name)} leads to ${relationship.target.name}, not to ${quote(type!)}.`;
      this.by.fault(new ConflictError(detail, { source: { pointer: `${pointer}/type` } }));
      return undefined;
    }
    const own = idFilter(resource, id);
    const filter = own === undefined ? undefined : and([own, scope]);
    return { resource, id, filter, ofFamily: type === undefined, pointer };
  }

  /** A row that is linked, and changed, or made where there is none. @see CRE-06…CRE-10, RCL-07, RCL-08 */
  private row(
    resource: Resource,
    { row, deletes, pointer }: RawRow,
    scope: Filter | undefined,
  ): LinkTarget | undefined {
    if (!this.isWithinLimits(pointer)) return undefined;
    if (deletes) {
      const detail = 'Only what is taken out of a relationship can be deleted with it.';
      this.fault('BAD_BODY', detail, pointer);
      return undefined;
    }
    const { id, rest } = this.keyOf(resource, row);
    if (id === undefined) {
      const create = this.mayWrite(resource, 'POST', pointer) ? this.newRow(resource, row) : undefined;
      return { resource, id, filter: undefined, ofFamily: false, pointer, create };
    }
    const own = idFilter(resource, id);
    const filter = own === undefined ? undefined : and([own, scope]);
    const says = rest.attributes.length > 0 || rest.relationships.length > 0;
    const base = { resource, id, filter, ofFamily: !says, pointer };
    if (!this.makesOwnKeys(resource, row)) {
      const mayChange = says && this.mayWrite(resource, 'PATCH', pointer);
      const update = mayChange ? this.changedRow(resource, rest, id, filter, this.by.rules, this.by.fault) : undefined;
      return { ...base, update };
    }
    // Either is read on its own: what stands inside the row stands there once.
    const all = this.by.rules;
    const rules = { ...all, changed: new Set(all.changed), nested: { ...all.nested } };
    const create = this.newRow(resource, row);
    if (!says) return { ...base, create };
    // Whether there is such a row shows later: what would be wrong with a change of it is told then.
    const wrong: RestlessError[] = [];
    const report = (error: RestlessError): unknown => wrong.push(error);
    const mayChange = this.mayWrite(resource, 'PATCH', pointer, report);
    const changed = mayChange ? this.changedRow(resource, rest, id, filter, rules, report) : undefined;
    rules.changed.forEach((name) => all.changed.add(name));
    return { ...base, create, update: wrong.length > 1 ? new RestlessErrors(wrong) : (wrong[0] ?? changed) };
  }

  newRow(resource: Resource, row: RawResource, report = this.by.fault): NewRow {
    const inner = this.by.row(resource, false, report, this.by.rules);
    const id = inner.ownId(row);
    return Object.freeze({ kind: 'create', ...inner.base(row.place), id, ...inner.contents(row, id?.values) });
  }

  private changedRow(
    resource: Resource,
    row: RawResource,
    id: string,
    filter: Filter | undefined,
    rules: BodyRules,
    report: Report,
  ): ChangedRow | undefined {
    const inner = this.by.row(resource, true, report, rules);
    const contents = inner.contents(row);
    const { changed } = rules;
    const name = `${resource.name}/${id}`;
    if (changed.has(name)) report(this.twice(resource, id, row.place.row));
    changed.add(name);
    if (filter === undefined) return undefined;
    return Object.freeze({ kind: 'update', ...inner.base(row.place), filter, id, ...contents });
  }

  /** A member to take out: by its key, or the first that holds the given values. @see RCL-03, RCL-04, RCL-05 */
  private member(
    resource: Resource,
    { row, deletes, pointer }: RawRow,
    scope: Filter | undefined,
  ): LinkTarget | undefined {
    if (!this.isWithinLimits(pointer)) return undefined;
    const [relationship] = row.relationships;
    if (relationship !== undefined) {
      const detail = 'What is taken out is named by its key or its attributes.';
      this.fault('BAD_BODY', detail, relationship.pointer);
      return undefined;
    }
    const { id, rest } = this.keyOf(resource, row);
    if (id === undefined && rest.attributes.length === 0) {
      this.fault('BAD_BODY', `This names no ${resource.name}; give its key, or what it holds.`, pointer);
      return undefined;
    }
    if (deletes && !this.mayWrite(resource, 'DELETE', pointer)) return undefined;
    const own = id === undefined ? undefined : idFilter(resource, id);
    const held = this.conditions(resource, rest);
    const isNone = id !== undefined && own === undefined;
    // What may be deleted is settled for this resource, not for those that inherit from it.
    const exact = deletes && isPolymorphic(resource) ? ofResource(resource) : undefined;
    const filter = isNone ? undefined : and([own, held, exact, scope]);
    return { resource, id, filter, ofFamily: true, pointer, deletes };
  }

  private conditions(resource: Resource, { attributes }: RawResource): Filter | undefined {
    const filters = attributes.flatMap(({ name, value, pointer }) => {
      try {
        const object =
          value === null
            ? { name, op: 'is_null' }
            : { name, op: 'eq', val: value instanceof ExactNumber ? value.digits : value };
        const raw = { value: object, form: 'json', parameter: '', pointer: '' } as const;
        return parseFilters(resource, [raw], this.by.rules) ?? [];
      } catch (error) {
        if (!(error instanceof BadRequestError)) throw error;
        this.fault('BAD_VALUE', error.detail, pointer);
        return [];
      }
    });
    return and(filters);
  }

  /**
   * The key that a row holds, if all parts of it are there, and what it holds beside.
   *
   * @see CRE-10
   */
  private keyOf(resource: Resource, row: RawResource): { readonly id: string | undefined; readonly rest: RawResource } {
    const { policy } = this.by.rules;
    const isPart = (name: string, property: string): boolean => {
      const attribute = policy.attribute(resource, name) ?? policy.writableAttribute(resource, name);
      return attribute?.property === property;
    };
    const members = resource.id.map(({ property }) => row.attributes.find(({ name }) => isPart(name, property)));
    const parts = members.flatMap((member) => keyText(member?.value) ?? []);
    if (row.id === undefined && parts.length < resource.id.length) return { id: undefined, rest: row };
    const attributes = row.attributes.filter((member) => !members.includes(member));
    const id = row.id?.value ?? formatId(parts, resource.options.idSeparator);
    return { id, rest: { ...row, id: undefined, attributes } };
  }

  /** True where clients give rows their keys: as attributes, or because the resource says so. */
  private makesOwnKeys(resource: Resource, row: RawResource): boolean {
    const { asked, isGuarded, policy } = this.by.rules;
    if (!policy.answers(resource, 'POST') || isGuarded?.(resource, 'POST', asked) === true) return false;
    if (row.id !== undefined) return resource.options.allowClientGeneratedIds;
    return resource.id.every(({ property }) =>
      row.attributes.some(({ name }) => policy.writableAttribute(resource, name)?.property === property),
    );
  }

  mayWrite(resource: Resource, method: Method, pointer: string, report = this.by.fault): boolean {
    const { asked, isGuarded, policy } = this.by.rules;
    // PUT is another name of PATCH.
    const isAnswered = policy.answers(resource, method) || (method === 'PATCH' && policy.answers(resource, 'PUT'));
    if (isAnswered && isGuarded?.(resource, method, asked) !== true) return true;
    const verb = { GET: 'read', POST: 'created', PUT: 'changed', PATCH: 'changed', DELETE: 'deleted' }[method];
    report(new ForbiddenError(`A ${resource.name} cannot be ${verb} here.`, { source: { pointer } }));
    return false;
  }

  /** @see CRE-09 */
  isWithinLimits(pointer: string): boolean {
    const { limits, nested } = this.by.rules;
    nested.rows += 1;
    const detail =
      this.by.depth > limits.nestedDepth
        ? `Rows stand inside each other more than ${limits.nestedDepth} deep, the limit nestedDepth.`
        : nested.rows > limits.listLength
          ? `There are more than ${limits.listLength} rows inside others, the limit listLength.`
          : undefined;
    if (detail === undefined) return true;
    // One is enough: the others have the same fault.
    if (nested.rows <= limits.listLength + MOST_FAULTS) this.fault('LIMIT_EXCEEDED', detail, pointer);
    return false;
  }

  private fault(code: 'BAD_BODY' | 'BAD_VALUE' | 'LIMIT_EXCEEDED', detail: string, pointer: string): void {
    this.by.fault(new BadRequestError(code, detail, { source: { pointer } }));
  }
}

function isChange({ update }: LinkTarget): boolean {
  return update !== undefined && !(update instanceof Error);
}

/** True where more is said about a row than that the relationship leads to it. */
function saysMore({ update, create, deletes }: LinkTarget): boolean {
  return update !== undefined || deletes === true || (create !== undefined && create.links.length > 0);
}

/** The resource of a type that the relationship may lead to: its own, or one that inherits from it. */
function ofType({ target }: Relationship, type: string): Resource | undefined {
  return [...target.byEntity.values()].find((each) => each.name === type);
}

function keyText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  return value instanceof ExactNumber ? value.digits : undefined;
}
