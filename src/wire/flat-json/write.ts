/**
 * Result → the flat JSON of classic Flask-Restless.
 */
import { NotFoundError } from '../../errors.js';
import type { CursorPage } from '../../query/cursor.js';
import type { Identifier, Linkage, ResourceRecord, Result } from '../../query/result.js';
import { splitId, type ColumnAttribute, type Resource } from '../../resource/resource.js';
import { isTruncated, neighboursOf } from '../neighbours.js';
import { collectionUrl, linkHeader, pageLinks, resourceUrl } from '../links.js';
import type { Serialized, SerializedResource } from '../serializer.js';
import type { Address, WireAnswer, WireError, WireOptions } from '../wire-format.js';

type Json = Readonly<Record<string, unknown>>;

const PAGE_PARAMETERS = { number: 'page', size: 'results_per_page', after: 'after', before: 'before' };

/** The document of a result: one object, or a page of them in its envelope. @see PAG-03, REL-01, REL-03 */
export function write(result: Result, address: Address, options: WireOptions, serialized?: Serialized): WireAnswer {
  const { query, records } = result;
  const writer = new ObjectWriter(result, options.embed, serialized);
  const [first] = records;
  if (query.cardinality !== 'many') {
    if (first === undefined) throw new NotFoundError('There is no related resource.');
    const headers: Record<string, string> =
      query.cardinality === 'single' ? { Location: resourceUrl(address, first) } : {};
    return { headers, document: writer.object(first, 0) };
  }
  const { page } = query;
  const { total, atLeast, estimate } = result;
  const pages = page === undefined ? 1 : total === undefined ? undefined : Math.ceil(total / page.size);
  return {
    headers: pageHeaders(result, address),
    document: {
      ...(total === undefined ? {} : { num_results: total }),
      ...(atLeast === undefined ? {} : { num_results_at_least: atLeast }),
      ...(estimate === undefined ? {} : { num_results_estimate: estimate }),
      ...(pages === undefined ? {} : { total_pages: pages, ...(options.numPagesAlias ? { num_pages: pages } : {}) }),
      ...(query.cursor === undefined ? { page: page?.number ?? 1 } : cursorsOf(result, query.cursor)),
      objects: records.map((record) => writer.object(record, 0)),
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
  private readonly records = new Map<Resource, Map<string, ResourceRecord>>();

  constructor(
    private readonly result: Result,
    private readonly embed: number,
    private readonly serialized?: Serialized,
  ) {
    for (const record of [...result.records, ...result.included]) {
      const ofResource = this.records.get(record.resource) ?? new Map<string, ResourceRecord>();
      ofResource.set(record.id, record);
      this.records.set(record.resource, ofResource);
    }
  }

  /** All attributes, the key, and the related resources one level deep, or as deep as `embed` says. */
  object(record: ResourceRecord, depth: number): Json {
    const { attributes, relationships } = this.result.query.fieldsets.get(record.resource)!;
    const object: Record<string, unknown> = { ...keyOf(record) };
    const own = this.serialized?.get(record);
    if (own !== undefined) for (const [name, value] of Object.entries(own.attributes)) define(object, name, value);
    else for (const [index, { name }] of attributes.entries()) define(object, name, record.values[index]);
    if (depth >= this.embed) return object;
    for (const { relationship } of relationships) {
      if (own !== undefined && !Object.hasOwn(own.relationships, relationship.name)) continue;
      const linkage = record.linkage.get(relationship.name);
      const related = linkage === undefined ? undefined : this.related(linkage, depth + 1);
      if (related !== undefined) define(object, relationship.name, related);
    }
    return object;
  }

  /** The related objects; undefined where they were not loaded. */
  private related(linkage: Linkage, depth: number): unknown {
    if (linkage === null) return null;
    if (!Array.isArray(linkage)) {
      const record = this.find(linkage as Identifier);
      return record === undefined ? undefined : this.object(record, depth);
    }
    const records = (linkage as readonly Identifier[]).map((each) => this.find(each));
    return records.every((record) => record !== undefined)
      ? records.map((record) => this.object(record, depth))
      : undefined;
  }

  private find({ resource, id }: Identifier): ResourceRecord | undefined {
    return this.records.get(resource)?.get(id);
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

/** The key under its own names; a single one that is called otherwise and not exposed is the `id`. @see FLD-08 */
function keyOf({ resource, id }: Identifier): Json {
  const parts = splitId(id, resource.id.length, resource.options.idSeparator)!;
  const single = resource.id.length === 1;
  return Object.fromEntries(
    resource.id
      .map((attribute, index) => [attribute, parts[index]!] as const)
      .filter(([attribute]) => !isShown(resource, attribute))
      .map(([attribute, part]) => [single ? 'id' : attribute.name, nativeValue(attribute, part)]),
  );
}

function isShown(resource: Resource, key: ColumnAttribute): boolean {
  return [...resource.attributes.values()].some(
    (attribute) => attribute.exposed && attribute.readable && attribute.property === key.property,
  );
}

/** In flat JSON a key has the type of its column (decision 4). */
function nativeValue({ type }: ColumnAttribute, text: string): unknown {
  return type === 'integer' || type === 'float' ? Number(text) : text;
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
