/**
 * Decodes a JSON:API document into a ChangeRequest: form, not meaning. Members that JSON:API does not define
 * are ignored outside `attributes` and `relationships`.
 */
import { BadRequestError, ConflictError, RestlessErrors, type RestlessError } from '../../errors.js';
import type { ChangeRequest, RawLinkage, RawMember, RawReference, RawResource } from '../../query/api-request.js';
import { describe, escapePointer, MOST_FAULTS, quote, tooManyMembers } from '../../query/faults.js';
import { ExactNumber } from '../../query/values.js';
import type { Resource } from '../../resource/resource.js';
import type { IncomingChange, ReadOptions } from '../wire-format.js';
import { emptyResource } from '../deserializer.js';
import { isRaw, parseBody } from '../json-body.js';

type Json = Readonly<Record<string, unknown>>;

/**
 * Decodes a request to write.
 *
 * @throws BadRequestError, ConflictError or RestlessErrors, each with a pointer to something that is there.
 */
export function readChange(incoming: IncomingChange, options: ReadOptions): ChangeRequest {
  const { operation, body, request } = incoming;
  const base = { operation, request, resource: undefined, linkage: undefined, editsMembers: false };
  if (operation === 'DELETE_RESOURCE' || operation === 'DELETE_COLLECTION') return base;
  const document = isRaw(body) && body.length > 0 ? parseBody(body, options.bodyDepth) : undefined;
  const decoder = new DocumentDecoder(incoming.resource, incoming.id, options.listLength);
  const data = decoder.data(document);
  const meta = isObject(document) && isObject(document['meta']) ? document['meta'] : undefined;
  if (operation.endsWith('RELATIONSHIP')) {
    return decoder.finish({ ...base, meta, linkage: decoder.linkage(incoming.relation!, data, '/data') });
  }
  return decoder.finish({ ...base, meta, resource: decoder.resourceObject(data, operation) });
}

/** A document of the application's own is one of one resource; which rows are meant is in the address. @see SER-05 */
export function readBeside({ operation, request }: IncomingChange): ChangeRequest {
  return { operation, request, resource: emptyResource('/data'), linkage: undefined, editsMembers: false };
}

class DocumentDecoder {
  private readonly faults: RestlessError[] = [];
  /** Of identifiers: told here only if there are others. */
  private readonly unreadable: BadRequestError[] = [];

  constructor(
    private readonly resource: Resource,
    private readonly urlId: string | undefined,
    private readonly listLength: number,
  ) {}

  finish(change: ChangeRequest): ChangeRequest {
    if (this.faults.length === 0) return change;
    const faults = [...this.faults, ...this.unreadable];
    throw faults.length === 1 ? faults[0]! : new RestlessErrors(faults.slice(0, MOST_FAULTS));
  }

  data(document: unknown): unknown {
    if (document === undefined) throw bad('The request has no body. Expected a JSON:API document with "data".', '');
    if (!isObject(document)) throw bad(`Expected a JSON:API document, got ${describe(document)}.`, '');
    if (!Object.hasOwn(document, 'data')) throw bad('The document has no "data".', '');
    return document['data'];
  }

  /** @see CRE-17…CRE-23, UPD-08 */
  resourceObject(data: unknown, operation: ChangeRequest['operation']): RawResource {
    if (!isObject(data)) throw bad(`Expected a resource object, got ${describe(data)}.`, '/data');
    const { type } = data;
    if (typeof type !== 'string')
      this.faults.push(bad('A resource object needs a "type".', Object.hasOwn(data, 'type') ? '/data/type' : '/data'));
    else if (type !== this.resource.name) {
      this.faults.push(
        conflict(`This is the collection of ${this.resource.name}; ${quote(type)} does not belong here.`, '/data/type'),
      );
    }
    const id = this.id(data, '/data');
    if (operation === 'PATCH_RESOURCE' && (id !== undefined || data['id'] === undefined)) this.checkId(id?.value);
    return {
      id,
      attributes: this.members(data['attributes'], '/data/attributes'),
      relationships: this.members(data['relationships'], '/data/relationships').flatMap(
        ({ name, value, pointer }) => this.relationship(name, value, pointer) ?? [],
      ),
      place: {
        row: '/data',
        attributes: Object.hasOwn(data, 'attributes') ? '/data/attributes' : '/data',
        relationships: Object.hasOwn(data, 'relationships') ? '/data/relationships' : '/data',
      },
    };
  }

  private checkId(id: string | undefined): void {
    if (id === undefined) this.faults.push(bad('A resource object needs the "id" of the resource.', '/data'));
    else if (id !== this.urlId) {
      this.faults.push(
        conflict(`The address names the id ${quote(this.urlId!)}, the document ${quote(id)}.`, '/data/id'),
      );
    }
  }

  private id(object: Json, pointer: string): RawResource['id'] {
    const id = readId(object, pointer);
    if (!(id instanceof BadRequestError)) return id;
    this.faults.push(id);
    return undefined;
  }

  private members(object: unknown, pointer: string): RawMember[] {
    if (object === undefined) return [];
    if (!isObject(object)) {
      this.faults.push(bad(`Expected an object, got ${describe(object)}.`, pointer));
      return [];
    }
    return Object.entries(object).map(([name, value]) => ({
      name,
      value,
      pointer: `${pointer}/${escapePointer(name)}`,
    }));
  }

  private relationship(name: string, value: unknown, pointer: string): RawLinkage | undefined {
    if (!isObject(value)) {
      this.faults.push(bad(`Expected a relationship with "data", got ${describe(value)}.`, pointer));
      return undefined;
    }
    if (!Object.hasOwn(value, 'data')) {
      this.faults.push(bad(`The relationship ${quote(name)} has no "data".`, pointer));
      return undefined;
    }
    return this.linkage(name, value['data'], `${pointer}/data`);
  }

  /** Resource linkage: null, an identifier, or a list of identifiers; one that is too long is not looked at. */
  linkage(name: string, data: unknown, pointer: string): RawLinkage {
    const many = Array.isArray(data);
    const list: readonly unknown[] = many ? (data as unknown[]) : data === null ? [] : [data];
    if (list.length > this.listLength) throw tooManyMembers(name, this.listLength, pointer);
    const references = list.map((each, index) => this.reference(each, many ? `${pointer}/${index}` : pointer));
    for (const each of references) if (each instanceof BadRequestError) this.unreadable.push(each);
    return { name, references, many, pointer };
  }

  private reference(value: unknown, pointer: string): RawReference | BadRequestError {
    if (!isObject(value)) return bad(`Expected a resource identifier, got ${describe(value)}.`, pointer);
    const { type } = value;
    const id = readId(value, pointer);
    if (typeof type !== 'string') return bad('A resource identifier needs a "type".', pointer);
    if (id === undefined) return bad('A resource identifier needs an "id".', pointer);
    return id instanceof BadRequestError ? id : { type, id: id.value, pointer };
  }
}

/** Numbers are accepted as if they were texts (decision 4). */
function readId(object: Json, pointer: string): RawResource['id'] | BadRequestError {
  const { id } = object;
  if (id === undefined) return undefined;
  if (typeof id === 'string') return { value: id, pointer: `${pointer}/id` };
  if (typeof id === 'number') return { value: String(id), pointer: `${pointer}/id` };
  if (id instanceof ExactNumber) return { value: id.digits, pointer: `${pointer}/id` };
  return bad(`An id is a text, not ${describe(id)}.`, `${pointer}/id`);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber);
}

function bad(detail: string, pointer: string): BadRequestError {
  return new BadRequestError('BAD_BODY', detail, { source: { pointer } });
}

function conflict(detail: string, pointer: string): ConflictError {
  return new ConflictError(detail, { source: { pointer } });
}
