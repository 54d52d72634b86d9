/**
 * Result → the flat JSON of classic Flask-Restless.
 */
import { NotFoundError } from '../../errors.js';
import type { CursorPage } from '../../query/cursor.js';
import type { Linkage, ResourceRecord, Result } from '../../query/result.js';
import type { Resource } from '../../resource/resource.js';
import { isTruncated, neighboursOf } from '../neighbours.js';
import { collectionUrl, linkHeader, pageLinks, resourceUrl } from '../links.js';
import type { Serialized, SerializedResource } from '../serializer.js';
import type { Address, WireAnswer, WireError, WireOptions } from '../wire-format.js';
import { hiddenKey, keyValues, type KeyPart } from './key.js';
import { Records } from './related.js';

type Json = Readonly<Record<string, unknown>>;

const PAGE_PARAMETERS = { number: 'page', size: 'results_per_page', after: 'after', before: 'before' };

/** The document of a result: one object, or a page of them in its envelope. @see PAG-03, REL-01, REL-03 */
export function write(result: Result, address: Address, options: WireOptions, serialized?: Serialized): WireAnswer {
  const { headers, one, envelope } = frameOf(result, address, options.numPagesAlias);
  const writer = new ObjectWriter(result, options.embed, serialized);
  if (one !== undefined) return { headers, document: writer.object(one, 0) };
  return { headers, document: { ...envelope, objects: result.records.map((record) => writer.object(record, 0)) } };
}

/** What is around the objects of a document. */
interface Frame {
  readonly headers: Readonly<Record<string, string>>;
  /** The object that is the document; undefined for a page. */
  readonly one: ResourceRecord | undefined;
  /** The members in front of the objects of a page. */
  readonly envelope: Json;
}

/**
 * The headers of a result, and what its objects stand in.
 *
 * @throws NotFoundError where one object is asked for, and there is none
 */
export function frameOf(result: Result, address: Address, numPagesAlias: boolean): Frame {
  const { query, records, total, atLeast, estimate } = result;
  const [first] = records;
  if (query.cardinality !== 'many') {
    if (first === undefined) throw new NotFoundError('There is no related resource.');
    const headers: Record<string, string> =
      query.cardinality === 'single' ? { Location: resourceUrl(address, first) } : {};
    return { headers, one: first, envelope: {} };
  }
  const { page } = query;
  const pages = page === undefined ? 1 : total === undefined ? undefined : Math.ceil(total / page.size);
  return {
    headers: pageHeaders(result, address),
    one: undefined,
    envelope: {
      ...(total === undefined ? {} : { num_results: total }),
      ...(atLeast === undefined ? {} : { num_results_at_least: atLeast }),
      ...(estimate === undefined ? {} : { num_results_estimate: estimate }),
      ...(pages === undefined ? {} : { total_pages: pages, ...(numPagesAlias ? { num_pages: pages } : {}) }),
      ...(query.cursor === undefined ? { page: page?.number ?? 1 } : cursorsOf(result, query.cursor)),
    },
  };
}

/** In place of the page's number, what to go on with as `after` and as `before`. */
function cursorsOf(result: Result, cursor: CursorPage): Json {
  const { prev, next } = neighboursOf(result, cursor);
  return { next_cursor: next, prev_cursor: prev, ...(isTruncated(result) ? { range_truncated: true } : {}) };
}

/** `Link`, and what the simple REST providers of react-admin and refine page by. */
function pageHeaders(result: Result, address: Address): Readonly<Record<string, string>> {
  const { query, total, records } = result;
  const link = linkHeader(pageLinks(address, result, PAGE_PARAMETERS));
  const start = query.page === undefined ? 0 : (query.page.number - 1) * query.page.size;
  const range = records.length === 0 || query.cursor !== undefined ? '*' : `${start}-${start + records.length - 1}`;
  return {
    ...(link === undefined ? {} : { Link: link }),
    ...(total === undefined
      ? {}
      : { 'X-Total-Count': String(total), 'Content-Range': `${query.resource.name} ${range}/${total}` }),
  };
}

class ObjectWriter {
  private readonly records: Records;
  private readonly parts = new Map<Resource, readonly KeyPart[]>();

  constructor(
    private readonly result: Result,
    private readonly embed: number,
    private readonly serialized?: Serialized,
  ) {
    this.records = new Records(result);
  }

  /** All attributes, the key, and the related resources one level deep, or as deep as `embed` says. */
  object(record: ResourceRecord, depth: number): Json {
    const { attributes, relationships } = this.result.query.fieldsets.get(record.resource)!;
    const own = this.serialized?.get(record);
    const object = this.keyOf(record, own);
    if (own !== undefined) for (const [name, value] of Object.entries(own.attributes)) define(object, name, value);
    else for (const [index, { name }] of attributes.entries()) define(object, name, record.values[index]);
    if (depth >= this.embed) return object;
    for (const { relationship } of relationships) {
      if (own !== undefined && !Object.hasOwn(own.relationships, relationship.name)) continue;
      const related = this.related(record.linkage.get(relationship.name), depth + 1);
      if (related !== undefined) define(object, relationship.name, related);
    }
    return object;
  }

  /** The parts of the key that are no attributes here; what a serializer has left out is none. */
  private keyOf({ resource, id }: ResourceRecord, own: SerializedResource | undefined): Record<string, unknown> {
    const parts = own === undefined ? this.partsOf(resource) : this.hiddenBy(own, resource);
    const values = keyValues(parts, { resource, id });
    return Object.fromEntries(parts.map(({ name }, index) => [name, values[index]]));
  }

  private hiddenBy({ attributes: own }: SerializedResource, resource: Resource): readonly KeyPart[] {
    const { attributes } = this.result.query.fieldsets.get(resource)!;
    return hiddenKey(
      resource,
      attributes.filter(({ name }) => Object.hasOwn(own, name)),
    );
  }

  /** Alike in all rows of a resource that no serializer has made. */
  private partsOf(resource: Resource): readonly KeyPart[] {
    const parts =
      this.parts.get(resource) ?? hiddenKey(resource, this.result.query.fieldsets.get(resource)!.attributes);
    this.parts.set(resource, parts);
    return parts;
  }

  /** The related objects; undefined where they were not loaded. */
  private related(linkage: Linkage | undefined, depth: number): unknown {
    const found = this.records.behind(linkage);
    if (found === undefined || found === null) return found;
    if (!Array.isArray(found)) return this.object(found as ResourceRecord, depth);
    return (found as readonly ResourceRecord[]).map((record) => this.object(record, depth));
  }
}

/** What a serializer starts from. */
export function parts(record: ResourceRecord, { query }: Result): SerializedResource {
  const { attributes, relationships } = query.fieldsets.get(record.resource)!;
  return {
    attributes: Object.fromEntries(attributes.map(({ name }, index) => [name, record.values[index]])),
    relationships: Object.fromEntries(relationships.map(({ relationship }) => [relationship.name, {}])),
    links: {},
    meta: {},
  };
}

/** Also for a name such as `__proto__`, a member of the object itself. */
function define(object: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

/** @see ERR-01, VAL-03, VAL-04, VAL-06 */
export function writeErrors(errors: readonly WireError[]): Json {
  const validation = errors.filter(({ code }) => code === 'VALIDATION' || code === 'UNPROCESSABLE');
  if (validation.length === 0 || validation.length < errors.length) {
    return { message: errors.map(({ detail, title }) => detail ?? title ?? 'The request was refused.').join(' ') };
  }
  const named = new Map<string, string>();
  for (const { source, missing, detail = '' } of validation) {
    const field = fieldOf(missing ?? source?.pointer);
    const before = named.get(field);
    if (field !== '') named.set(field, before === undefined ? detail : `${before}; ${detail}`);
  }
  if (named.size > 0) return { validation_errors: Object.fromEntries(named) };
  return { validation_errors: validation.map(({ detail }) => detail).join(' ') };
}

/** The path of a field, in this format's bodies and in JSON:API's; rows inside others have their place in it. */
function fieldOf(pointer = ''): string {
  return pointer
    .replace(/^\/data(?:\/(?:attributes|relationships)(?=\/)|$)/, '')
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.');
}

/** How many rows a change to a collection has met. @see BLK-04, BLK-10 */
export function writeCount(count: { readonly modified: number } | { readonly deleted: number }): Json {
  return 'modified' in count ? { num_modified: count.modified } : { num_deleted: count.deleted };
}

/** Classic status codes: what contradicts the database is a 400, and so is `single` with several rows. @see CRE-16, CQ-27 */
export function statusOf({ status, code }: WireError): number {
  return status === 409 || code === 'MULTIPLE_RESULTS' ? 400 : status;
}

/** The document at the prefix: the address of every collection. */
export function writeRoot(resources: readonly Resource[], address: Address): WireAnswer {
  const entries = resources.map(
    (resource) => [resource.collectionName, { url: collectionUrl(address, resource) }] as const,
  );
  return { headers: {}, document: Object.fromEntries(entries) };
}
