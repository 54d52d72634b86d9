/**
 * Result → the text of its JSON:API document, without the document: the same bytes that JSON.stringify would make of what
 * `write.ts` gives. What is the same in all resources of a kind is put together once.
 */
import type { Identifier, Linkage, ResourceRecord, Result } from '../../query/result.js';
import type { Resource } from '../../resource/resource.js';
import { collectionUrl } from '../links.js';
import type { Address, WireText } from '../wire-format.js';
import { frameOf, hasLinkageUrl, hasRelatedUrl, hasUrl } from './write.js';

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
  const write =
    query.operation === 'GET_RELATIONSHIP'
      ? (record: ResourceRecord) => writer.identifier(record)
      : (record: ResourceRecord) => writer.resource(record);
  if (query.cardinality !== 'many') {
    const [first] = records;
    yield `{"data":${first === undefined ? 'null' : write(first)}`;
  } else {
    yield '{"data":[';
    yield* separated(records, write);
    yield ']';
  }
  if (included !== undefined) {
    yield ',"included":[';
    yield* separated(included, (record) => writer.resource(record));
    yield ']';
  }
  yield `,${rest}`;
}

function* separated(records: readonly ResourceRecord[], write: (record: ResourceRecord) => string): Iterable<string> {
  let separator = '';
  for (const record of records) {
    yield separator + write(record);
    separator = ',';
  }
}

/** A relationship as far as all resources of a kind have it in common. */
interface RelationshipText {
  readonly name: string;
  /** `"owner":{` */
  readonly start: string;
  /** Behind the resource's own URL; undefined where it is not served. */
  readonly self: string | undefined;
  readonly related: string | undefined;
}

/** A resource as far as all of its kind have it in common. */
interface ResourceText {
  /** `{"type":"person","id":` */
  readonly start: string;
  /** Of an identifier, the same. */
  readonly url: string;
  /** Each name with its colon, and the place of the value. */
  readonly attributes: readonly (readonly [name: string, at: number])[];
  readonly relationships: readonly RelationshipText[];
  readonly hasUrl: boolean;
}

class TextWriter {
  private readonly texts = new Map<Resource, ResourceText>();
  private readonly starts = new Map<Resource, string>();

  constructor(
    private readonly result: Result,
    private readonly address: Address,
  ) {}

  identifier({ resource, id }: Identifier): string {
    return `${this.startOf(resource)}${JSON.stringify(id)}}`;
  }

  /** A resource object; empty `attributes` and `relationships` are left out. @see FLD-22 */
  resource(record: ResourceRecord): string {
    const text = this.textOf(record.resource);
    const url = text.url + encodeURIComponent(record.id);
    let out = `${text.start}${JSON.stringify(record.id)}`;
    if (text.attributes.length > 0) out += `,"attributes":{${attributesOf(text, record.values)}}`;
    const relationships = this.relationshipsOf(text, record, url);
    if (relationships !== '') out += `,"relationships":{${relationships}}`;
    return text.hasUrl ? `${out},"links":{"self":"${url}"}}` : `${out}}`;
  }

  private relationshipsOf({ relationships }: ResourceText, { linkage }: ResourceRecord, url: string): string {
    let out = '';
    for (const { name, start, self, related } of relationships) {
      const linked = linkage.get(name);
      const links = linksOf(url, self, related);
      if (linked === undefined && links === '') continue;
      const data = linked === undefined ? '' : `"data":${this.linkage(linked)}`;
      out += `${out === '' ? '' : ','}${start}${data}${data !== '' && links !== '' ? ',' : ''}${links}}`;
    }
    return out;
  }

  private linkage(linkage: Linkage): string {
    if (linkage === null) return 'null';
    if (!Array.isArray(linkage)) return this.identifier(linkage as Identifier);
    let out = '[';
    for (const each of linkage as readonly Identifier[]) out += `${out === '[' ? '' : ','}${this.identifier(each)}`;
    return `${out}]`;
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
      text = this.compose(resource);
      this.texts.set(resource, text);
    }
    return text;
  }

  private compose(resource: Resource): ResourceText {
    const { attributes, relationships } = this.result.query.fieldsets.get(resource)!;
    return {
      start: this.startOf(resource),
      url: `${JSON.stringify(collectionUrl(this.address, resource)).slice(1, -1)}/`,
      attributes: inOrder(attributes).map(([name, at]) => [`${JSON.stringify(name)}:`, at] as const),
      relationships: inOrder(relationships.map(({ relationship }) => relationship)).map(([name, at]) => {
        const encoded = encodeURIComponent(name);
        return {
          name,
          start: `${JSON.stringify(name)}:{`,
          self: hasLinkageUrl(resource) ? `/relationships/${encoded}` : undefined,
          related: hasRelatedUrl(resource, relationships[at]!.relationship) ? `/${encoded}` : undefined,
        };
      }),
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

/** What JSON.stringify says, sooner for what is frequent. */
function jsonOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null';
  return value === null ? 'null' : JSON.stringify(value);
}

function linksOf(url: string, self: string | undefined, related: string | undefined): string {
  if (self === undefined && related === undefined) return '';
  const own = self === undefined ? '' : `"self":"${url}${self}"`;
  const other = related === undefined ? '' : `"related":"${url}${related}"`;
  return `"links":{${own}${own !== '' && other !== '' ? ',' : ''}${other}}`;
}

/** Names with their places, as the members of an object stand: numbers first. */
function inOrder(named: readonly { readonly name: string }[]): readonly (readonly [name: string, at: number])[] {
  return Object.entries(Object.fromEntries(named.map(({ name }, at) => [name, at])));
}
