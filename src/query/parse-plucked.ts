/**
 * Values of a body that stand for related rows: each names a row that holds it, or one that is made. What may be done
 * with those rows is what may be done with any row inside another.
 */
import { BadRequestError, ForbiddenError, RestlessError } from '../errors.js';
import type { PluckedAttribute } from '../resource/resource.js';
import type { RawMember, RawResource } from './api-request.js';
import { betweenFilter } from './between.js';
import type { FieldValue, LinkChange, LinkTarget, NewRow } from './change.js';
import { describe, quote } from './faults.js';
import { and, compare, type Filter } from './filter.js';
import { operator } from './operators.js';
import { FieldParser } from './parse-fields.js';
import { reachedFilter } from './parse-filter.js';
import type { LinkParser, LinkRules } from './parse-links.js';
import type { Value } from './values.js';

export class PluckedParser {
  constructor(
    private readonly attribute: PluckedAttribute,
    private readonly by: LinkRules,
    private readonly links: LinkParser,
  ) {}

  /** The rows that the relationship is to lead to; a value that stands there twice names one. */
  parse(given: unknown, pointer: string): LinkChange | undefined {
    const { attribute } = this;
    const { name, relationship } = attribute;
    const { listLength } = this.by.rules.limits;
    const list = relationship.toMany ? given : given === null ? [] : [given];
    if (!Array.isArray(list)) {
      this.fault('BAD_VALUE', `Expected a list for ${quote(name)}, got ${describe(given)}.`, pointer);
      return undefined;
    }
    if (list.length > listLength) {
      this.fault('LIMIT_EXCEEDED', `${quote(name)} has more than ${listLength} values, the limit listLength.`, pointer);
      return undefined;
    }
    this.links.expectMayJoin(relationship, 'set', list.length > 0, pointer);
    const scope = reachedFilter(relationship.target, this.by.rules);
    const between = betweenFilter(relationship, this.by.rules);
    const targets = new Map<string, LinkTarget>();
    for (const [index, value] of (list as readonly unknown[]).entries()) {
      const member = { name, value, pointer: relationship.toMany ? `${pointer}/${index}` : pointer };
      const held = this.held(member);
      if (held === undefined || !this.links.isWithinLimits(member.pointer)) continue;
      const key = JSON.stringify(held.value);
      if (!targets.has(key)) targets.set(key, this.target(member, held, scope));
    }
    const names = [...targets.values()];
    const base = { relationship, targets: names, pointer, visible: scope, between, plucked: attribute };
    return Object.freeze({ action: 'set', ...base });
  }

  /** The value as the column of the related rows has it. */
  private held(member: RawMember): FieldValue | undefined {
    const { name, of, relationship } = this.attribute;
    const { fault, rules } = this.by;
    const fields = new FieldParser(relationship.target, rules.policy.viewer, false, fault);
    // Errors name what the client has named: whether it may know of the column behind is not asked here.
    const held = fields.value({ ...of, name }, member, { [of.name]: member.value });
    if (held?.value !== null) return held;
    this.fault('BAD_VALUE', `${quote(name)} has values of rows, and null is none.`, member.pointer);
    return undefined;
  }

  private target(member: RawMember, held: FieldValue, scope: Filter | undefined): LinkTarget {
    const { of, relationship } = this.attribute;
    const { pointer } = member;
    const holds = compare(of, operator('eq'), held.value as Value);
    const made = this.made(member, held);
    return {
      resource: relationship.target,
      id: undefined,
      filter: and([holds, scope]),
      ofFamily: true,
      pointer,
      create: made instanceof RestlessError ? undefined : made,
      held: { value: held.value, filter: holds, missing: made instanceof RestlessError ? made : this.none(member) },
    };
  }

  /** The row to make where none holds the value, or why none is made. */
  private made(member: RawMember, held: FieldValue): NewRow | RestlessError {
    const { target } = this.attribute.relationship;
    const faults: RestlessError[] = [];
    const report = (fault: RestlessError): unknown => faults.push(fault);
    const row = this.rowOf(member, held);
    if (row === undefined || !this.links.mayWrite(target, 'POST', member.pointer, report)) return this.none(member);
    const made = this.links.newRow(target, row, report);
    return faults[0] ?? made;
  }

  /** A row with this value only: as an attribute that may be written, or as its id. */
  private rowOf({ value, pointer }: RawMember, held: FieldValue): RawResource | undefined {
    const { of, relationship } = this.attribute;
    const { target } = relationship;
    const place = { row: pointer, attributes: pointer, relationships: pointer };
    const name = [...target.attributes.values()].find(({ property }) => property === of.property)?.name;
    if (name !== undefined && this.by.rules.policy.writableAttribute(target, name) !== undefined)
      return { id: undefined, attributes: [{ name, value, pointer }], relationships: [], place };
    const isId = target.id.length === 1 && target.id[0]!.property === of.property;
    const key = held.value as string | number;
    const id = { value: String(key), pointer };
    return isId ? { id, attributes: [], relationships: [], place } : undefined;
  }

  private none({ value, pointer }: RawMember): ForbiddenError {
    const detail = `There is nothing that ${quote(this.attribute.name)} could have ${describe(value)} from, and it cannot be created here.`;
    return new ForbiddenError(detail, { source: { pointer } });
  }

  private fault(code: 'BAD_VALUE' | 'LIMIT_EXCEEDED', detail: string, pointer: string): void {
    this.by.fault(new BadRequestError(code, detail, { source: { pointer } }));
  }
}
