/**
 * Turns a ChangeRequest into a checked Change: every name is looked up in the graph under the policy, every
 * value is checked against its column. All faults of a body are told at once, each with its pointer.
 */
import { BadRequestError, ForbiddenError, NotFoundError, RestlessErrors, type RestlessError } from '../errors.js';
import type { PermissionAction } from '../resource/permissions.js';
import type { Resource } from '../resource/resource.js';
import type { ApiRequest, ChangeRequest, RawPlace, RawResource, WriteOperation } from './api-request.js';
import { parseAssigned, type Settled } from './assigned.js';
import type { Change, LinkChange, UpdateMany } from './change.js';
import { bad, MOST_FAULTS, noSuchResource, quote } from './faults.js';
import { and, type Filter } from './filter.js';
import { idFilter } from './identity.js';
import { RowParser } from './parse-contents.js';
import { parseFilters, parseRestrictions, scopeFilter } from './parse-filter.js';
import { listingParameter, parseQuery } from './parse-query.js';
import type { Query } from './query.js';
import { repeatable, repeatQuery, type UneditedChange } from './repeat-query.js';
import type { QueryRules } from './rules.js';

/**
 * Checks a request to write.
 *
 * @throws RestlessError, or RestlessErrors where there are several faults, each with `source.pointer`.
 */
export function parseChange(request: ChangeRequest | UneditedChange, rules: QueryRules): Change {
  return new ChangeParser(request, rules).parse();
}

/** Where fields of a row would stand that is not in the body itself. */
function placeOf(pointer: string): RawPlace {
  return { row: pointer, attributes: pointer, relationships: pointer };
}

/** What the application's permissions are asked; everything else is an update. */
const ACTIONS: Readonly<Partial<Record<WriteOperation, PermissionAction>>> = {
  POST_RESOURCE: 'create',
  DELETE_RESOURCE: 'destroy',
  DELETE_COLLECTION: 'destroy',
};

class ChangeParser {
  private readonly faults: RestlessError[] = [];
  private readonly resource: Resource;
  private readonly isUpdate: boolean;
  private readonly row: RowParser;

  constructor(
    private readonly change: UneditedChange,
    private readonly rules: QueryRules,
  ) {
    this.resource = change.request.resource;
    this.isUpdate = change.operation !== 'POST_RESOURCE';
    const { editsMembers, operation, request } = change;
    const changed = new Set(operation === 'PATCH_RESOURCE' ? [`${this.resource.name}/${request.id}`] : []);
    const body = { asked: this.resource, editsMembers, nested: { rows: 0 }, changed, ...rules };
    this.row = new RowParser(this.resource, this.isUpdate, 0, body, (error) => this.fault(error));
  }

  parse(): Change {
    const { request, operation } = this.change;
    const { resource } = this;
    this.rules.policy.expectMay(resource, ACTIONS[operation] ?? 'update');
    if (operation.endsWith('_RESOURCE')) this.expectOne(request);
    const base = this.row.base(this.change.resource?.place ?? placeOf(this.change.linkage?.pointer ?? ''));
    switch (operation) {
      case 'POST_RESOURCE': {
        const id = this.row.ownId(this.raw());
        const contents = this.row.contents(this.raw(), id?.values, this.assigned());
        return this.checked({ kind: 'create', ...base, id, ...contents, answer: this.answer() });
      }
      case 'PATCH_RESOURCE':
        return this.checked({
          kind: 'update',
          ...base,
          ...this.selected(request),
          ...this.row.contents(this.raw(), [], this.assigned()),
          answer: this.answer(),
          shown: (this.change.showsChanges ?? false) || this.change.assigned !== undefined,
        });
      case 'DELETE_RESOURCE':
        return { kind: 'remove', ...base, ...this.selected(request) };
      case 'PATCH_COLLECTION':
        this.expectNoId(this.raw());
        return this.checked({
          kind: 'update-many',
          ...base,
          ...this.many(request),
          ...this.row.contents(this.raw(), [], this.assigned()),
        });
      case 'DELETE_COLLECTION':
        return { kind: 'remove-many', ...base, ...this.many(request) };
      default: {
        const [filter] = request.filters;
        if (filter !== undefined) {
          throw bad('BAD_FILTER', { ...filter, pointer: '' }, 'Members are changed as they are named, not filtered.');
        }
        const selected = this.selected(request);
        const link = this.relationshipEdit();
        const { policy } = this.rules;
        const isReadable =
          link.strict !== true &&
          policy.relationship(resource, link.relationship.name) !== undefined &&
          policy.may(resource, 'read');
        const answer = isReadable ? parseQuery({ ...request, operation: 'GET_RELATIONSHIP' }, this.rules) : undefined;
        return this.checked({ kind: 'edit-relationship', ...base, ...selected, link, answer });
      }
    }
  }

  private checked<T extends Change>(change: T): T {
    if (this.faults.length === 1) throw this.faults[0]!;
    if (this.faults.length > 1) throw new RestlessErrors(this.faults);
    return Object.freeze(change);
  }

  private fault(error: RestlessError): void {
    this.faults.push(error);
    if (this.faults.length === MOST_FAULTS) throw new RestlessErrors(this.faults);
  }

  private selected(request: ApiRequest): { readonly filter: Filter; readonly id: string } {
    const id = request.id!;
    const own = idFilter(this.resource, id);
    if (own === undefined) throw noSuchResource(this.resource, id);
    const asked = parseFilters(this.resource, request.filters, this.rules);
    const restrictions = parseRestrictions(this.resource, request.restrictions, this.rules);
    return { filter: and([own, asked, restrictions, scopeFilter(this.resource, this.rules, true)])!, id };
  }

  /** What says which part of a list is wanted has no effect on one row, which filters may find; and what is gone is not shown. */
  private expectOne(request: ApiRequest): void {
    const listing = listingParameter(request);
    if (listing !== undefined) {
      const detail = `One ${this.resource.name} is written here; ${quote(listing)} is for collections.`;
      throw bad('BAD_PARAMETER', { parameter: listing, pointer: '' }, detail);
    }
    const shown = this.change.operation === 'DELETE_RESOURCE' ? shownParameter(request) : undefined;
    if (shown === undefined) return;
    const detail = `Nothing is shown of what is deleted; ${quote(shown)} has no meaning here.`;
    throw bad('BAD_PARAMETER', { parameter: shown, pointer: '' }, detail);
  }

  /** Whoever names one row would be surprised to see all of them changed. */
  private expectNoId({ id }: RawResource): void {
    if (id === undefined) return;
    const detail = `Every ${this.resource.name} that the filters find is changed; an id has no meaning here.`;
    this.fault(new BadRequestError('BAD_BODY', detail, { source: { pointer: id.pointer } }));
  }

  /** Which rows of the collection are meant. */
  private many(request: ApiRequest): Pick<UpdateMany, 'filter' | 'part'> {
    const filter = this.manyFilter(request);
    if (request.window === undefined) return { filter, part: undefined };
    const { limit = Infinity } = request.window;
    const { listLength } = this.rules.limits;
    if (limit > listLength) {
      const place = { parameter: request.parameterNames.single, pointer: '' };
      throw bad('LIMIT_EXCEEDED', place, `A stretch of at most ${listLength} rows is changed, the limit listLength.`);
    }
    const query = parseQuery({ ...request, operation: 'GET_COLLECTION', embed: [], include: [] }, this.rules);
    return { filter, part: Object.freeze({ ...query, page: undefined, count: 'none' }) };
  }

  private manyFilter(request: ApiRequest): Filter | undefined {
    expectNoPart(request);
    if (request.filters.length === 0 && !this.resource.options.allowUnfiltered) {
      const { filters } = request.parameterNames;
      throw new BadRequestError(
        'BAD_FILTER',
        `Changing a whole collection needs a filter; without one every ${this.resource.name} would be changed.`,
        {
          source: { parameter: filters },
        },
      );
    }
    return and([
      parseFilters(this.resource, request.filters, this.rules),
      parseRestrictions(this.resource, request.restrictions, this.rules),
      scopeFilter(this.resource, this.rules),
    ]);
  }

  /** What the answer shows: the one row, whose id is known once it is written. */
  private answer(): Query {
    const [filter] = this.change.request.filters;
    if (filter !== undefined && !this.isUpdate) {
      throw bad('BAD_FILTER', { ...filter, pointer: '' }, `A new ${this.resource.name} cannot be filtered.`);
    }
    const { answers, request } = this.change;
    const known = answers?.get();
    if (known !== undefined) return repeatQuery(known, undefined, this.rules.policy);
    // A row that no longer passes the application's restrictions was changed all the same.
    const asked: ApiRequest = { ...request, operation: 'GET_RESOURCE', id: undefined, filters: [], restrictions: [] };
    const list = { page: undefined, cursor: undefined, sort: [] };
    const query: Query = { ...parseQuery(asked, this.rules), cardinality: 'one', ...list };
    const found = answers && repeatable(asked, query, this.rules);
    if (found !== undefined) answers?.set(found);
    return Object.freeze(query);
  }

  private raw(): RawResource {
    return this.change.resource!;
  }

  private assigned(): Settled | undefined {
    const { assigned } = this.change;
    return assigned === undefined ? undefined : parseAssigned(this.resource, assigned, this.isUpdate);
  }

  /** One of the relationship's own URLs. @see RJA-01…RJA-13 */
  private relationshipEdit(): LinkChange {
    const { request, operation, linkage } = this.change;
    const name = request.relation!;
    const { policy } = this.rules;
    const readable = policy.relationship(this.resource, name);
    const relationship = policy.writableRelationship(this.resource, name);
    if (relationship === undefined) {
      if (readable !== undefined) throw new ForbiddenError(`${quote(name)} of ${this.resource.name} can be read only.`);
      throw new NotFoundError(`${this.resource.name} has no relationship ${quote(name)}.`);
    }
    if (relationship.createOnly) throw new ForbiddenError(`${quote(name)} is not changed after creation.`);
    if (!relationship.toMany && operation !== 'PATCH_RELATIONSHIP') {
      throw new ForbiddenError(`${quote(name)} leads to one resource; it is changed with PATCH.`);
    }
    const action = { PATCH_RELATIONSHIP: 'set', POST_RELATIONSHIP: 'add', DELETE_RELATIONSHIP: 'remove' }[
      operation as 'PATCH_RELATIONSHIP'
    ] as LinkChange['action'];
    const refused = relationship.toMany ? this.row.editRefusal(relationship, action, undefined) : undefined;
    if (refused !== undefined) throw refused;
    const change = this.row.links().parse(relationship, linkage!, action);
    // A fault has been noted where there is none; it is thrown before the change is used.
    if (change === undefined) return { relationship, action, targets: [], pointer: '', visible: undefined };
    // Whoever names a member in the URL means one that is there.
    return request.relatedId === undefined ? change : { ...change, strict: true };
  }
}

/** All that the filters find is changed: whoever asks for a part of it would be surprised. @see BLK-07 */
function expectNoPart({ window, ...request }: ApiRequest): void {
  const { sort } = request;
  const parameter =
    listingParameter({ ...request, window, sort: window === undefined ? sort : [] }) ?? shownParameter(request);
  if (parameter === undefined) return;
  const detail = `Every resource that the filters find is changed; ${quote(parameter)} has no meaning here.`;
  throw bad('BAD_PARAMETER', { parameter, pointer: '' }, detail);
}

/** The first parameter that says what is shown of rows. */
function shownParameter({ include, fields, parameterNames }: Omit<ApiRequest, 'window'>): string | undefined {
  const [type] = fields.keys();
  if (include !== undefined) return parameterNames.include;
  return type === undefined ? undefined : parameterNames.fields(type);
}
