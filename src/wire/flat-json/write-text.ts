/**
 * Result → the text of its flat JSON, without the document: the same bytes that JSON.stringify would make of what
 * `write.ts` gives. What is the same in all objects of a kind is put together once.
 */
import type { Fieldset } from '../../query/query.js';
import type { ResourceRecord, Result } from '../../query/result.js';
import type { Resource } from '../../resource/resource.js';
import { inOrder, joined, jsonOf, listed } from '../json-text.js';
import type { Address, WireOptions, WireText } from '../wire-format.js';
import { hiddenKey, keyValues, type KeyPart } from './key.js';
import { Records, type Found } from './related.js';
import { frameOf } from './write.js';

/** The text of a result, piece by piece, and the headers that go with it. */
export function writeText(result: Result, address: Address, { embed, numPagesAlias }: WireOptions): WireText {
  const { headers, one, envelope } = frameOf(result, address, numPagesAlias);
  const writer = new TextWriter(result, embed);
  if (one !== undefined) return { headers, pieces: writer.pieces(one) };
  const start = `${JSON.stringify(envelope).slice(0, -1)},"objects":[`;
  return { headers, pieces: piecesOf(start, result.records, writer) };
}

function* piecesOf(start: string, records: readonly ResourceRecord[], writer: TextWriter): Iterable<string> {
  yield* listed(start, records, (record) => writer.object(record, 0));
  yield '}';
}

/** A member of objects: what has its name, of which the last that is there is shown. */
interface Member {
  /** The place in the key, among the parts that are hidden otherwise. */
  readonly key?: number;
  /** The place among the values. */
  readonly at?: number;
  readonly relationship?: string;
}

/** An object as far as all of its kind have it in common. */
interface ObjectText {
  readonly resource: Resource;
  /** The parts of the key that are no attributes. */
  readonly key: readonly KeyPart[];
  /** Each name with its colon, and what is behind it. */
  readonly members: readonly (readonly [name: string, member: Member])[];
}

/** The last text of a fieldset: queries that are asked again have the same ones. */
const TEXTS = new WeakMap<Fieldset, ObjectText>();

class TextWriter {
  private readonly texts = new Map<Resource, ObjectText>();
  private readonly records: Records;

  constructor(
    private readonly result: Result,
    private readonly embed: number,
  ) {
    this.records = new Records(result);
  }

  /** The key, all attributes, and the related objects as deep as `embed` says. */
  object(record: ResourceRecord, depth: number): string {
    const text = this.textOf(record.resource);
    const key = keyValues(text.key, record);
    let out = '';
    for (const [name, member] of text.members) {
      const value = this.valueOf(member, record, key, depth);
      if (value !== undefined) out += (out === '' ? '{' : ',') + name + value;
    }
    return out === '' ? '{}' : `${out}}`;
  }

  /** The object that is the document: its lists, which may be long, in pieces. */
  *pieces(record: ResourceRecord): Iterable<string> {
    const text = this.textOf(record.resource);
    const key = keyValues(text.key, record);
    let out = '';
    let separator = '{';
    for (const [name, member] of text.members) {
      const found = this.behind(member, record, 0);
      if (Array.isArray(found)) {
        yield* listed(`${out}${separator}${name}[`, found as readonly ResourceRecord[], (each) => this.object(each, 1));
        out = '';
      } else {
        const value = this.valueOf(member, record, key, 0);
        if (value === undefined) continue;
        out += separator + name + value;
      }
      separator = ',';
    }
    yield separator === '{' ? '{}' : `${out}}`;
  }

  private valueOf(member: Member, record: ResourceRecord, keys: readonly unknown[], depth: number): string | undefined {
    const related = this.related(member, record, depth);
    if (related !== undefined) return related;
    const { key, at } = member;
    if (at !== undefined) return jsonOf(record.values[at]);
    return key === undefined ? undefined : jsonOf(keys[key]);
  }

  private related(member: Member, record: ResourceRecord, depth: number): string | undefined {
    const found = this.behind(member, record, depth);
    if (found === undefined) return undefined;
    if (found === null) return 'null';
    if (!Array.isArray(found)) return this.object(found as ResourceRecord, depth + 1);
    return `[${joined(found as readonly ResourceRecord[], (each) => this.object(each, depth + 1))}]`;
  }

  /** What is to be embedded; undefined where nothing is. */
  private behind({ relationship }: Member, record: ResourceRecord, depth: number): Found {
    if (relationship === undefined || depth >= this.embed) return undefined;
    return this.records.behind(record.linkage.get(relationship));
  }

  private textOf(resource: Resource): ObjectText {
    let text = this.texts.get(resource);
    if (text === undefined) {
      const fieldset = this.result.query.fieldsets.get(resource)!;
      const known = TEXTS.get(fieldset);
      text = known?.resource === resource ? known : objectText(resource, fieldset);
      TEXTS.set(fieldset, text);
      this.texts.set(resource, text);
    }
    return text;
  }
}

function objectText(resource: Resource, { attributes, relationships }: Fieldset): ObjectText {
  const parts = hiddenKey(resource, attributes);
  const members = new Map<string, Member>();
  const add = (name: string, member: Member): unknown => members.set(name, { ...members.get(name), ...member });
  for (const [key, { name }] of parts.entries()) add(name, { key });
  for (const [at, { name }] of attributes.entries()) add(name, { at });
  for (const { relationship } of relationships) add(relationship.name, { relationship: relationship.name });
  const named = inOrder(members).map(([name, member]) => [`${JSON.stringify(name)}:`, member] as const);
  return { resource, key: parts, members: named };
}
