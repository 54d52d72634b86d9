/**
 * The attributes of a body → checked values: the entity's own `@Transform`s read them first, then they are held against
 * their columns. Faults are collected, each with its pointer.
 */
import { BadRequestError, ForbiddenError, RestlessError } from '../errors.js';
import { isFor, type ExposeViewer } from '../resource/expose.js';
import type { Attribute, EmbeddedAttribute, Relationship, Resource } from '../resource/resource.js';
import type { RawMember } from './api-request.js';
import type { FieldValue } from './change.js';
import { describe, escapePointer, quote } from './faults.js';
import { ExactNumber, ValueMismatch } from './values.js';
import { parseJson, parseWritten, type WrittenValue } from './written-values.js';

/** What is said of a fault. */
type Report = (error: RestlessError) => unknown;

/** What setters take. */
function parseAny(value: unknown): WrittenValue | ValueMismatch {
  return value === null ? null : parseJson(value);
}

export class FieldParser {
  constructor(
    private readonly resource: Resource,
    private readonly viewer: ExposeViewer,
    private readonly isUpdate: boolean,
    private readonly report: Report,
  ) {}

  /** False, and a fault, for what is set on creation only, or only later. */
  mayWrite(field: Attribute | Relationship, { pointer }: { readonly pointer: string }): boolean {
    if (!(this.isUpdate ? field.createOnly : field.updateOnly)) return true;
    const when = `when a ${this.resource.name} is created`;
    const detail = this.isUpdate ? `is set ${when}, and not changed later` : `cannot be set ${when}, only later`;
    this.report(new ForbiddenError(`${quote(field.name)} ${detail}.`, { source: { pointer } }));
    return false;
  }

  /**
   * Checks one member of a body.
   *
   * @param holder the object that the member stands in, for transformations that look at others
   * @returns undefined where there is a fault, or where a transformation says that there is no value
   */
  parse(attribute: Attribute, member: RawMember, holder: object): FieldValue | undefined {
    return this.mayWrite(attribute, member) ? this.value(attribute, member, holder) : undefined;
  }

  /** The same for a value that is only compared, whenever it may be written. */
  value(attribute: Attribute, member: RawMember, holder: object): FieldValue | undefined {
    const value = this.transformed(attribute, member, holder);
    if (value === undefined) return undefined;
    const { pointer } = member;
    if (attribute.kind === 'embedded') return this.embedded(attribute, value, pointer);
    const parsed = attribute.kind === 'column' ? parseWritten(attribute.column, value) : parseAny(value);
    if (!(parsed instanceof ValueMismatch)) return { attribute, value: parsed, pointer };
    this.bad('BAD_VALUE', `Expected ${parsed.expected} for ${quote(attribute.name)}, got ${describe(value)}.`, pointer);
    return undefined;
  }

  /** What `@Transform` makes of a value. What it cannot read is the client's fault. */
  transformed(attribute: Attribute, { value, pointer }: RawMember, holder: object): unknown {
    if (attribute.writeTransforms.length === 0) return value;
    const key = attribute.property.split('.').at(-1)!;
    const plain: unknown = value instanceof ExactNumber ? value.digits : value;
    try {
      return attribute.writeTransforms.reduce((each, transform) => transform(each, key, holder, this.viewer), plain);
    } catch (error) {
      if (error instanceof RestlessError) this.report(error);
      else this.bad('BAD_VALUE', `${quote(attribute.name)} cannot be ${describe(value)}.`, pointer);
      return undefined;
    }
  }

  private embedded(attribute: EmbeddedAttribute, value: unknown, pointer: string): FieldValue | undefined {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof ExactNumber) {
      this.bad('BAD_VALUE', `Expected an object for ${quote(attribute.name)}, got ${describe(value)}.`, pointer);
      return undefined;
    }
    const values = Object.entries(value).flatMap(([name, inner]) => {
      const member = { name, value: inner as unknown, pointer: `${pointer}/${escapePointer(name)}` };
      const field = attribute.fields.find((each) => each.name === name && each.exposed && isFor(each, this.viewer));
      if (field?.writable === true) return this.parse(field, member, value) ?? [];
      if (field?.readable === true)
        this.bad('READ_ONLY', `${quote(name)} of ${quote(attribute.name)} can be read only.`, member.pointer);
      else this.bad('UNKNOWN_FIELD', `${quote(attribute.name)} has no member ${quote(name)}.`, member.pointer);
      return [];
    });
    return { attribute, value: values, pointer };
  }

  private bad(code: 'BAD_VALUE' | 'READ_ONLY' | 'UNKNOWN_FIELD', detail: string, pointer: string): void {
    this.report(new BadRequestError(code, detail, { source: { pointer } }));
  }
}
