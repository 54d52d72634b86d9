/**
 * Decodes bodies of classic Flask-Restless into ChangeRequests: plain objects, in which relations hold objects, lists of
 * them, or what to add and remove. Form, not meaning: what a member may do is asked later.
 */
import { BadRequestError, ConflictError, RestlessError } from '../../errors.js';
import type { ApiRequest, ChangeRequest, RawLinkage, RawMember, RawResource, RawRow } from '../../query/api-request.js';
import { describe, escapePointer, quote, tooManyMembers } from '../../query/faults.js';
import { ExactNumber } from '../../query/values.js';
import { Policy } from '../../resource/policy.js';
import { formatId, splitId, type Relationship, type Resource } from '../../resource/resource.js';
import { emptyResource } from '../deserializer.js';
import { expectDepth, isRaw, parseBody } from '../json-body.js';
import type { IncomingChange, ReadOptions } from '../wire-format.js';
import { expectSearch, readSearch } from './read.js';

type Json = Readonly<Record<string, unknown>>;
type Reference = RawLinkage['references'][number];

/**
 * Decodes a request to write.
 *
 * @throws BadRequestError for what is no JSON object (CRE-15, UPD-04), or an id that cannot be read
 */
export function readChange(incoming: IncomingChange, options: ReadOptions): ChangeRequest {
  const { operation, body, request, resource } = incoming;
  if (operation.endsWith('RELATIONSHIP') && incoming.relatedId === undefined) throw noLinkage(incoming);
  const base = { operation, request, resource: undefined, linkage: undefined, editsMembers: true };
  switch (operation) {
    case 'DELETE_RESOURCE':
      return base;
    case 'DELETE_COLLECTION':
      return body === undefined
        ? base
        : { ...base, request: withSearch(request, jsonObject(body, options)['q'], incoming) };
    case 'DELETE_RELATIONSHIP':
      return { ...base, linkage: memberOf(incoming) };
    default: {
      const object = jsonObject(body, options);
      const policy = new Policy(incoming.viewer);
      expectFlat(resource, object, policy);
      const decoder = new RowDecoder(policy, options.listLength);
      if (operation !== 'PATCH_COLLECTION') {
        return { ...base, resource: expectId(decoder.row(resource, object, ''), incoming) };
      }
      const { q, ...values } = object;
      return { ...base, request: withSearch(request, q, incoming), resource: decoder.row(resource, values, '') };
    }
  }
}

/** The search of a collection is the format's, whatever else is in the body. @see SER-05, BLK-02 */
export function readBeside(incoming: IncomingChange, options: ReadOptions): ChangeRequest {
  const { operation, body, request } = incoming;
  const base = { operation, request, resource: emptyResource(''), linkage: undefined, editsMembers: true };
  if (operation !== 'PATCH_COLLECTION' || body === undefined) return base;
  const document = parsed(body, options);
  return isObject(document) ? { ...base, request: withSearch(request, document['q'], incoming) } : base;
}

/** The commonest mistake of a first request: the document of one format under the media type of the other. */
function expectFlat(resource: Resource, { data }: Json, policy: Policy): void {
  if (!isObject(data) || typeof data['type'] !== 'string' || policy.writableNames(resource).includes('data')) return;
  const detail = `This is a document of JSON:API, whose media type is application/vnd.api+json; in application/json the fields of a ${resource.name} stand in the object itself.`;
  throw bad(detail, '/data');
}

/** What a relationship leads to is changed with its row, or by the address of a member. */
function noLinkage({ resource, relation }: IncomingChange): RestlessError {
  const detail = `Flat JSON has no body for ${quote(relation!)} alone; send it in a body for the ${resource.name}, or send application/vnd.api+json.`;
  return new RestlessError('UNSUPPORTED_MEDIA_TYPE', detail, { source: { header: 'Content-Type' } });
}

/** `/person/1/computers/2`: the one member that the URL names. @see MET-16, RCL-14 */
function memberOf({ relation, relatedId }: IncomingChange): RawLinkage {
  const reference = { type: undefined, id: relatedId!, pointer: '' };
  return { name: relation!, references: [reference], many: true, pointer: '' };
}

function jsonObject(body: unknown, options: ReadOptions): Json {
  if (body === undefined) throw bad('Unable to decode data: the request has no body.', '');
  const value = parsed(body, options);
  if (isObject(value)) return value;
  throw bad(`Unable to decode data: expected a JSON object, got ${describe(value)}.`, '');
}

function parsed(body: unknown, { bodyDepth }: ReadOptions): unknown {
  return isRaw(body) ? parseBody(body, bodyDepth) : expectDepth(body, bodyDepth);
}

/** The search of a body, which may be given in the URL as well, if it is the same. @see BLK-02, BLK-03 */
function withSearch(request: ApiRequest, q: unknown, { operation }: IncomingChange): ApiRequest {
  if (q === undefined || q === null) return request;
  const asked = readSearch({ change: operation }, expectSearch(q));
  const isAsked = request.filters.length > 0 || request.window !== undefined || request.sort.length > 0;
  if (isAsked && searchText(request) !== searchText(asked)) {
    throw new BadRequestError('BAD_FILTER', 'The body and the URL search for different rows; give "q" once.', {
      source: { pointer: '/q' },
    });
  }
  return { ...request, ...asked };
}

function searchText({ filters, sort, window, group, single }: Partial<ApiRequest>): string {
  return JSON.stringify([filters?.map(({ value }) => value), sort, window, group, single]);
}

/** The key in the body of a row that has an address is the address's own, and need not be there. */
function expectId(row: RawResource, { id, operation, resource }: IncomingChange): RawResource {
  if (operation !== 'PATCH_RESOURCE' || id === undefined) return row;
  if (row.id !== undefined && row.id.value !== id) {
    throw new ConflictError(
      `The address names the ${resource.name} ${quote(id)}, the body ${quote(row.id.value)}; keys do not change.`,
      { source: { pointer: row.id.pointer } },
    );
  }
  const parts = splitId(id, resource.id.length, resource.options.idSeparator) ?? [];
  const isKey = ({ name, value }: RawMember): boolean =>
    resource.id.some(
      ({ property }, index) => resource.attributes.get(name)?.property === property && keyText(value) === parts[index],
    );
  return { ...row, id: undefined, attributes: row.attributes.filter((member) => !isKey(member)) };
}

class RowDecoder {
  constructor(
    private readonly policy: Policy,
    private readonly listLength: number,
  ) {}

  /** One object, which may hold others. @see CRE-06, CRE-09 */
  row(resource: Resource, object: Json, pointer: string): RawResource {
    const attributes: RawMember[] = [];
    const relationships: RawLinkage[] = [];
    const keys = this.keyNames(resource);
    const id = keys === undefined ? undefined : readId(resource, keys, object, pointer);
    for (const [name, value] of Object.entries(object)) {
      const at = `${pointer}/${escapePointer(name)}`;
      if (keys?.hidden.includes(name) === true && (id !== undefined || value === null)) continue;
      const relationship = this.policy.relationship(resource, name) ?? this.policy.writableRelationship(resource, name);
      if (relationship === undefined) attributes.push({ name, value, pointer: at });
      else relationships.push(...this.linkages(relationship, value, at));
    }
    return { id, attributes, relationships, place: { row: pointer, attributes: pointer, relationships: pointer } };
  }

  /** The names of the parts of a key, and of those that are no attributes; undefined where all are. @see FLD-08 */
  private keyNames(resource: Resource): KeyNames | undefined {
    const single = resource.id.length === 1;
    const hidden: string[] = [];
    const all = resource.id.map(({ name, property }) => {
      const shown = [...resource.attributes.values()].find(
        (each) =>
          each.property === property &&
          (this.policy.attribute(resource, each.name) ?? this.policy.writableAttribute(resource, each.name)),
      );
      const own = shown?.name ?? (single ? 'id' : name);
      if (shown === undefined) hidden.push(own);
      return own;
    });
    // A key of another name is the `id` all the same (decision 3).
    const isId = single && hidden.length === 0 && !resource.attributes.has('id') && !resource.relationships.has('id');
    if (isId) return { all: ['id'], hidden: ['id'] };
    return hidden.length === 0 ? undefined : { all, hidden };
  }

  /** What a relation's value says: all members, one row, or what to add and what to remove. @see RCL-01…RCL-11 */
  private linkages(relationship: Relationship, value: unknown, pointer: string): readonly RawLinkage[] {
    const { name, toMany: many, target } = relationship;
    const whole = (references: readonly Reference[]): readonly RawLinkage[] => [{ name, references, many, pointer }];
    const edits = isObject(value) && this.isEdit(target, value) ? value : undefined;
    if (many) {
      if (Array.isArray(value)) return whole(this.rows(relationship, value, pointer));
      if (edits !== undefined) return this.edits(relationship, edits, pointer);
      const detail = `${quote(name)} leads to many; expected a list, or an object with "add" and "remove"`;
      return whole([bad(`${detail}, got ${describe(value)}.`, pointer)]);
    }
    if (value === null) return whole([]);
    if (edits !== undefined && !('remove' in edits)) return this.toOne(relationship, edits['add'], `${pointer}/add`);
    if (isObject(value) && edits === undefined) return whole([this.reference(target, value, pointer)]);
    return whole([bad(`${quote(name)} leads to one; expected an object or null, got ${describe(value)}.`, pointer)]);
  }

  /** `add` sets a relation to one. @see RCL-02 */
  private toOne({ name, target }: Relationship, value: unknown, pointer: string): readonly RawLinkage[] {
    const [only, ...others] = Array.isArray(value) ? (value as unknown[]) : [value];
    const references =
      others.length > 0
        ? [bad(`${quote(name)} leads to one; ${others.length + 1} are too many.`, pointer)]
        : only === undefined || only === null
          ? []
          : [this.reference(target, only, pointer)];
    return [{ name, references, many: false, pointer }];
  }

  /** True for an object that tells what to add and remove; a row may have fields that are called so (RCL-10). */
  private isEdit(target: Resource, value: Json): boolean {
    const names = Object.keys(value);
    const isField = (name: string): boolean => target.attributes.has(name) || target.relationships.has(name);
    return names.length > 0 && names.every((name) => ['add', 'remove'].includes(name)) && !names.some(isField);
  }

  /** What is added comes first. @see RCL-06 */
  private edits(relationship: Relationship, value: Json, pointer: string): readonly RawLinkage[] {
    const { name, target } = relationship;
    return (['add', 'remove'] as const)
      .filter((action) => value[action] !== undefined)
      .map((action) => {
        const list: unknown = value[action];
        const at = `${pointer}/${action}`;
        const references = Array.isArray(list) ? this.rows(relationship, list, at) : [this.reference(target, list, at)];
        return { name, action, references, many: true, pointer: at };
      });
  }

  /** A list that is too long is not looked at. */
  private rows({ name, target }: Relationship, list: readonly unknown[], pointer: string): readonly Reference[] {
    if (list.length > this.listLength) throw tooManyMembers(name, this.listLength, pointer);
    return list.map((each, index) => this.reference(target, each, `${pointer}/${index}`));
  }

  private reference(target: Resource, value: unknown, pointer: string): RawRow | BadRequestError {
    if (!isObject(value)) return bad(`Expected an object such as {"id": 1}, got ${describe(value)}.`, pointer);
    const { __delete__: deletes = false, ...members } = value;
    if (typeof deletes !== 'boolean') {
      return bad(`"__delete__" is true or false, not ${describe(deletes)}.`, `${pointer}/__delete__`);
    }
    try {
      return { row: this.row(target, members, pointer), deletes, pointer };
    } catch (error) {
      if (error instanceof BadRequestError) return error;
      throw error;
    }
  }
}

/** How the parts of a key are called in objects. */
interface KeyNames {
  readonly all: readonly string[];
  /** Those that are no attributes. */
  readonly hidden: readonly string[];
}

/** The key of an object that has all parts of it. */
function readId(resource: Resource, { all, hidden }: KeyNames, object: Json, pointer: string): RawResource['id'] {
  const parts = all.map((name) => (Object.hasOwn(object, name) ? object[name] : undefined));
  if (parts.some((part) => part === undefined || part === null)) return undefined;
  const texts = parts.map((part, index) => {
    const text = keyText(part);
    if (text !== undefined) return text;
    throw bad(`A key is a number or a text, not ${describe(part)}.`, `${pointer}/${escapePointer(all[index]!)}`);
  });
  const at = `${pointer}/${escapePointer(hidden[0]!)}`;
  return { value: formatId(texts, resource.options.idSeparator), pointer: at };
}

function keyText(value: unknown): string | undefined {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  return value instanceof ExactNumber ? value.digits : undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
}

function bad(detail: string, pointer: string): BadRequestError {
  return new BadRequestError('BAD_BODY', detail, { source: { pointer } });
}
