/**
 * Result → JSON:API document.
 */
import { CURSOR_PROFILE } from '../../query/cursor.js';
import type { FieldsetRelationship, Query } from '../../query/query.js';
import type { Identifier, Linkage, ResourceRecord, Result } from '../../query/result.js';
import type { Relationship, Resource } from '../../resource/resource.js';
import type { Serialized, SerializedResource } from '../serializer.js';
import { OPERATION_NAMES, type OperationName } from '../../resource/served.js';
import type { Address, WireAnswer, WireError } from '../wire-format.js';
import { isTruncated } from '../neighbours.js';
import { restOf } from './portions.js';
import { collectionUrl, linkHeader, pageLinks, resourceUrl, selfUrl } from '../links.js';
import { profiled } from './media-type.js';

type Json = Readonly<Record<string, unknown>>;

const JSONAPI = Object.freeze({ version: '1.1' });
const PAGE_PARAMETERS = {
  number: 'page[number]',
  size: 'page[size]',
  after: 'page[after]',
  before: 'page[before]',
};

/** What has to be served, one of them, for a link to lead somewhere. */
const ITEM: readonly OperationName[] = ['GET_RESOURCE'];
const ROWS: readonly OperationName[] = ['GET_COLLECTION', 'GET_RESOURCE'];
const RELATED: readonly OperationName[] = ['GET_RELATION'];
const LINKAGE: readonly OperationName[] = OPERATION_NAMES.filter((name) => name.endsWith('_RELATIONSHIP'));

/** The document of a result, and the headers that go with it. */
export function write(result: Result, address: Address, _: unknown, serialized?: Serialized): WireAnswer {
  const { query } = result;
  const linkage = query.operation === 'GET_RELATIONSHIP';
  const writer = new ResourceWriter(result, address, serialized);
  const data = result.records.map((record) =>
    withCursor(linkage ? identifier(record) : writer.resource(record), cursorOf(record, query)),
  );
  const { headers, included, rest } = frameOf(result, address);
  const document: Json = {
    data: query.cardinality === 'many' ? data : (data[0] ?? null),
    ...(included === undefined ? {} : { included: included.map((record) => writer.resource(record)) }),
    ...rest,
  };
  return { headers, document };
}

/** What is around the resources of a document. */
interface Frame {
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined where the document has no such member. */
  readonly included: readonly ResourceRecord[] | undefined;
  /** The members behind them. */
  readonly rest: Json;
}

/** The headers of a result, what it includes, and what its document ends with. */
export function frameOf(result: Result, address: Address): Frame {
  const { query } = result;
  const headers: Record<string, string> = {};
  const pages = pageLinks(address, result, PAGE_PARAMETERS);
  const header = linkHeader(pages);
  if (header !== undefined) headers['Link'] = header;
  const [first] = result.records;
  if (query.cardinality === 'single' && first !== undefined) headers['Location'] = resourceUrl(address, first);

  if (query.cursor !== undefined) headers['Content-Type'] = profiled(CURSOR_PROFILE);

  const included = [...(query.includesPrimary ? result.records : []), ...unrepeated(result)];
  const meta = { ...totalOf(result), ...pageMeta(result) };
  const rest: Json = {
    ...(Object.keys(meta).length > 0 ? { meta } : {}),
    links: { self: selfUrl(address), ...relatedLink(result, address), ...pages },
    jsonapi: query.cursor === undefined ? JSONAPI : { ...JSONAPI, profile: [CURSOR_PROFILE] },
  };
  return { headers, included: query.includes ? included : undefined, rest };
}

/** The total, or what is known of it, as in the profile for cursor pagination. @see PAG-28 */
function totalOf({ query, total, atLeast, estimate }: Result): Json {
  if (query.cardinality === 'one') return {};
  if (total !== undefined) return { total };
  if (atLeast !== undefined) return { estimatedTotal: { atLeast } };
  return estimate === undefined ? {} : { estimatedTotal: { bestGuess: estimate } };
}

/** What the profile says of a page. @see P10, P11, P15 */
function pageMeta(result: Result): Json {
  if (result.query.cursor === undefined) return {};
  const total = totalOf({ ...result, atLeast: undefined });
  const page = { ...total, ...(isTruncated(result) ? { rangeTruncated: true } : {}) };
  return Object.keys(page).length > 0 ? { page } : {};
}

/** The cursor of a row of a page by cursor. @see P11 */
export function cursorOf({ position }: ResourceRecord, { cursor }: Query): string | undefined {
  return position === undefined ? undefined : cursor?.seal(position);
}

function withCursor(resource: Json, cursor: string | undefined): Json {
  if (cursor === undefined) return resource;
  return { ...resource, meta: { ...(resource['meta'] as Json | undefined), page: { cursor } } };
}

/** A resource is in a document once (JSON:API 1.1), also where it would look otherwise behind another relationship. */
function unrepeated({ query, records, included }: Result): readonly ResourceRecord[] {
  const types = [...query.fieldsets.keys()].map(({ name }) => name);
  if (new Set(types).size === types.length) return included;
  const keyOf = ({ resource, id }: Identifier): string => `${resource.name}/${id}`;
  const seen = new Set(query.operation === 'GET_RELATIONSHIP' && !query.includesPrimary ? [] : records.map(keyOf));
  return included.filter((record) => !seen.has(keyOf(record)) && seen.add(keyOf(record)));
}

/** A relationship's own document says where the related resources are. */
function relatedLink({ query }: Result, address: Address): Json {
  const from = query.parent?.resource;
  if (query.operation !== 'GET_RELATIONSHIP' || !isReadable(query.resource) || !from || !serves(from, RELATED)) {
    return {};
  }
  return { related: address.path.replace(/\/relationships(\/[^/]*\/?)$/, '$1') };
}

/** What is not served gets no link. */
function serves({ options }: Resource, operations: readonly OperationName[]): boolean {
  return operations.some((name) => options.served.has(name));
}

function isReadable(resource: Resource): boolean {
  return serves(resource, ROWS);
}

/** The resource itself has a URL. */
export function hasUrl(resource: Resource): boolean {
  return serves(resource, ITEM);
}

/** The linkage of its relationships has URLs. */
export function hasLinkageUrl(resource: Resource): boolean {
  return serves(resource, LINKAGE);
}

/** What a relationship of it leads to has a URL. */
export function hasRelatedUrl(resource: Resource, { target }: Relationship): boolean {
  return isReadable(target) && serves(resource, RELATED);
}

function identifier({ resource, id }: Identifier): Json {
  return { type: resource.name, id };
}

class ResourceWriter {
  constructor(
    private readonly result: Result,
    private readonly address: Address,
    private readonly serialized?: Serialized,
  ) {}

  /** A resource object; empty `attributes` and `relationships` are left out. @see FLD-22 */
  resource(record: ResourceRecord): Json {
    const own = this.serialized?.get(record);
    if (own !== undefined) return assemble(record, own);
    const { attributes, relationships } = this.result.query.fieldsets.get(record.resource)!;
    const url = resourceUrl(this.address, record);
    const values = attributes.map((attribute, index) => [attribute.name, record.values[index]] as const);
    const related = relationships
      .map((each) => [each.relationship.name, this.relationship(record, each, url)] as const)
      .filter(([, members]) => members !== undefined);
    return {
      type: record.resource.name,
      id: record.id,
      ...(values.length === 0 ? {} : { attributes: Object.fromEntries(values) }),
      ...(related.length === 0 ? {} : { relationships: Object.fromEntries(related) }),
      ...(hasUrl(record.resource) ? { links: { self: url } } : {}),
    };
  }

  /** The same in parts, for a serializer. */
  parts(record: ResourceRecord): SerializedResource {
    const { attributes, relationships } = this.result.query.fieldsets.get(record.resource)!;
    const url = resourceUrl(this.address, record);
    return {
      attributes: Object.fromEntries(attributes.map(({ name }, index) => [name, record.values[index]])),
      relationships: Object.fromEntries(
        relationships
          .map((each) => [each.relationship.name, this.relationship(record, each, url)] as const)
          .filter((entry): entry is [string, Record<string, unknown>] => entry[1] !== undefined),
      ),
      links: hasUrl(record.resource) ? { self: url } : {},
      meta: {},
    };
  }

  /** Linkage and links, or undefined where there is neither. */
  private relationship(
    record: ResourceRecord,
    { relationship }: FieldsetRelationship,
    url: string,
  ): Record<string, unknown> | undefined {
    const linkage = record.linkage.get(relationship.name);
    const name = encodeURIComponent(relationship.name);
    const own = hasLinkageUrl(record.resource) ? { self: `${url}/relationships/${name}` } : undefined;
    const related = hasRelatedUrl(record.resource, relationship) ? { related: `${url}/${name}` } : undefined;
    if (linkage === undefined && own === undefined && related === undefined) return undefined;
    const { next, total } = restOf(record, relationship, url) ?? {};
    return {
      ...(linkage === undefined ? {} : { data: writeLinkage(linkage) }),
      ...(own === undefined && related === undefined
        ? {}
        : { links: { ...own, ...related, ...(next === undefined ? {} : { next }) } }),
      ...(total === undefined ? {} : { meta: { total } }),
    };
  }
}

/** What a serializer starts from. */
export function parts(record: ResourceRecord, result: Result, address: Address): SerializedResource {
  return new ResourceWriter(result, address).parts(record);
}

/** A resource object of what a serializer made; its identity is not the serializer's. */
function assemble(record: ResourceRecord, own: SerializedResource): Json {
  const members = Object.entries(own).filter(([, value]) => Object.keys(value as object).length > 0);
  return { ...identifier(record), ...Object.fromEntries(members) };
}

function writeLinkage(linkage: Linkage): unknown {
  if (linkage === null) return null;
  return Array.isArray(linkage)
    ? (linkage as readonly Identifier[]).map(identifier)
    : identifier(linkage as Identifier);
}

/** The document of a change to a collection. */
export function writeCount(count: Json): Json {
  return { meta: count, jsonapi: JSONAPI };
}

/** An error document; members that have no value are left out. @see ERR-06, ERR-07 */
export function writeErrors(errors: readonly WireError[]): Json {
  return {
    errors: errors.map(({ id, links, status, code, title, detail, source, meta }) =>
      Object.fromEntries(
        Object.entries({ id, links, status: String(status), code, title, detail, source, meta }).filter(
          ([, value]) => value !== undefined,
        ),
      ),
    ),
    jsonapi: JSONAPI,
  };
}

/** The document at the prefix: the key and the address of every resource, of the first one of a name. @see SCH-01, SCH-06 */
export function writeRoot(resources: readonly Resource[], address: Address): WireAnswer {
  const named = resources.filter(
    (each, index) => resources.findIndex((other) => other.collectionName === each.collectionName) === index,
  );
  const modelinfo = named.map((resource) => {
    const primarykey = resource.id.map((attribute) => attribute.name).join(resource.options.idSeparator);
    return [resource.collectionName, { primarykey, url: collectionUrl(address, resource) }] as const;
  });
  const document = {
    data: null,
    meta: resources.length === 0 ? {} : { modelinfo: Object.fromEntries(modelinfo) },
    links: { self: selfUrl(address) },
    jsonapi: JSONAPI,
  };
  return { headers: {}, document };
}
