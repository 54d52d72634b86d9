/**
 * Result → the text of its JSON:API document, without the document: the same bytes that JSON.stringify would make of what
 * `write.ts` gives. What is the same in all resources of a kind is put together once.
 */
import type { Fieldset } from '../../query/query.js';
import type { Identifier, Linkage, ResourceRecord, Result } from '../../query/result.js';
import type { Relationship, Resource } from '../../resource/resource.js';
import { inOrder, joined, jsonOf, listed, quoted } from '../json-text.js';
import { collectionUrl } from '../links.js';
import type { Address, WireText } from '../wire-format.js';
import { restOf } from './portions.js';
import { cursorOf, frameOf, hasLinkageUrl, hasRelatedUrl, hasUrl } from './write.js';

/** The text of a result, piece by piece, and the headers that go with it. */
export function writeText(result: Result, address: Address): WireText {
  const { headers, included, rest } = frameOf(result, address);
  return { headers, pieces: piecesOf(result, address, included, JSON.stringify(rest).slice(1)) };
}

function* piecesOf(
  result: Result,
  address: Address,
  included: readonly ResourceRecord[] | undefined,
  rest: string,
): Iterable<string> {
  const { query, records } = result;
  const writer = new TextWriter(result, address);
  const plain =
    query.operation === 'GET_RELATIONSHIP'
      ? (record: ResourceRecord) => writer.identifier(record)
      : (record: ResourceRecord) => writer.resource(record);
  const write =
    query.cursor === undefined ? plain : (record: ResourceRecord) => withCursor(plain(record), cursorOf(record, query));
  if (query.cardinality !== 'many') {
    const [first] = records;
    yield `{"data":${first === undefined ? 'null' : write(first)}`;
  } else {
    yield* listed('{"data":[', records, write);
  }
  if (included !== undefined) yield* listed(',"included":[', included, (record) => writer.resource(record));
  yield `,${rest}`;
}

/** Cursors need no escapes, and resources have no other `meta`. */
function withCursor(resource: string, cursor: string | undefined): string {
  return cursor === undefined ? resource : `${resource.slice(0, -1)},"meta":{"page":{"cursor":"${cursor}"}}}`;
}

/** A relationship as far as all resources of a kind have it in common. */
interface RelationshipText {
  readonly name: string;
  /** `"owner":{` */
  readonly start: string;
  /** Behind the resource's own URL; undefined where it is not served. */
  readonly self: string | undefined;
  readonly related: string | undefined;
  readonly relationship: Relationship;
}

/** A resource as far as all of its kind have it in common. */
interface ResourceText {
  readonly resource: Resource;
  /** `{"type":"person","id":` */
  readonly start: string;
  /** `/api/person/` */
  readonly url: string;
  /** Each name with its colon, and the place of the value. */
  readonly attributes: readonly (readonly [name: string, at: number])[];
  readonly relationships: readonly RelationshipText[];
  readonly hasUrl: boolean;
}

/** The last text of a fieldset: queries that are asked again have the same ones. */
const TEXTS = new WeakMap<Fieldset, ResourceText>();

class TextWriter {
  private readonly texts = new Map<Resource, ResourceText>();
  private readonly starts = new Map<Resource, string>();

  constructor(
    private readonly result: Result,
    private readonly address: Address,
  ) {}

  identifier({ resource, id }: Identifier): string {
    return `${this.startOf(resource)}${quoted(id)}}`;
  }

  /** A resource object; empty `attributes` and `relationships` are left out. @see FLD-22 */
  resource(record: ResourceRecord): string {
    const text = this.textOf(record.resource);
    const url = text.url + (PLAIN_ID.test(record.id) ? record.id : encodeURIComponent(record.id));
    let out = `${text.start}${quoted(record.id)}`;
    if (text.attributes.length > 0) out += `,"attributes":{${attributesOf(text, record.values)}}`;
    const relationships = this.relationshipsOf(text, record, url);
    if (relationships !== '') out += `,"relationships":{${relationships}}`;
    return text.hasUrl ? `${out},"links":{"self":"${url}"}}` : `${out}}`;
  }

  private relationshipsOf({ relationships }: ResourceText, record: ResourceRecord, url: string): string {
    let out = '';
    for (const { name, start, self, related, relationship } of relationships) {
      const linked = record.linkage.get(name);
      const rest = record.portions === undefined ? undefined : restOf(record, relationship, url);
      const links = linksOf(url, self, related, rest?.next);
      if (linked === undefined && links === '') continue;
      const meta = rest?.total === undefined ? '' : `,"meta":{"total":${rest.total}}`;
      const data = linked === undefined ? '' : `"data":${this.linkage(linked)}`;
      out += `${out === '' ? '' : ','}${start}${data}${data !== '' && links !== '' ? ',' : ''}${links}${meta}}`;
    }
    return out;
  }

  private linkage(linkage: Linkage): string {
    if (linkage === null) return 'null';
    if (!Array.isArray(linkage)) return this.identifier(linkage as Identifier);
    return `[${joined(linkage as readonly Identifier[], (each) => this.identifier(each))}]`;
  }

  private startOf(resource: Resource): string {
    let start = this.starts.get(resource);
    if (start === undefined) {
      start = `{"type":${JSON.stringify(resource.name)},"id":`;
      this.starts.set(resource, start);
    }
    return start;
  }

  private textOf(resource: Resource): ResourceText {
    let text = this.texts.get(resource);
    if (text === undefined) {
      const fieldset = this.result.query.fieldsets.get(resource)!;
      const url = `${JSON.stringify(collectionUrl(this.address, resource)).slice(1, -1)}/`;
      const known = TEXTS.get(fieldset);
      text = known?.resource === resource && known.url === url ? known : this.compose(resource, fieldset, url);
      TEXTS.set(fieldset, text);
      this.texts.set(resource, text);
    }
    return text;
  }

  private compose(resource: Resource, { attributes, relationships }: Fieldset, url: string): ResourceText {
    return {
      resource,
      start: this.startOf(resource),
      url,
      attributes: inOrder(attributes.map(({ name }, at) => [name, at] as const)).map(
        ([name, at]) => [`${JSON.stringify(name)}:`, at] as const,
      ),
      relationships: inOrder(relationships.map(({ relationship }) => [relationship.name, relationship] as const)).map(
        ([name, relationship]) => {
          const encoded = encodeURIComponent(name);
          return {
            name,
            start: `${JSON.stringify(name)}:{`,
            self: hasLinkageUrl(resource) ? `/relationships/${encoded}` : undefined,
            relationship,
            related: hasRelatedUrl(resource, relationship) ? `/${encoded}` : undefined,
          };
        },
      ),
      hasUrl: hasUrl(resource),
    };
  }
}

function attributesOf({ attributes }: ResourceText, values: readonly unknown[]): string {
  let out = '';
  for (const [name, at] of attributes) {
    const value = jsonOf(values[at]);
    if (value !== undefined) out += (out === '' ? '' : ',') + name + value;
  }
  return out;
}

/** Characters that stand for themselves in a URL. */
const PLAIN_ID = /^[\w-]*$/;

function linksOf(url: string, self: string | undefined, related: string | undefined, next?: string): string {
  if (self === undefined && related === undefined) return '';
  const own = self === undefined ? '' : `"self":"${url}${self}"`;
  const other = related === undefined ? '' : `"related":"${url}${related}"`;
  const rest = next === undefined ? '' : `,"next":"${next}"`;
  return `"links":{${own}${own !== '' && other !== '' ? ',' : ''}${other}${rest}}`;
}
