/**
 * What a body says about one row → checked values and links. Rows inside the row are checked as their own resources
 * have it: their permissions, their fields, their scope.
 */
import { BadRequestError, ForbiddenError, type RestlessError } from '../errors.js';
import type { RowChecks } from '../resource/permissions.js';
import type { PluckedAttribute, Relationship, Resource } from '../resource/resource.js';
import type { RawLinkage, RawMember, RawPlace, RawResource } from './api-request.js';
import type { Contents, FieldName, FieldValue, LinkChange, OwnId } from './change.js';
import { quote } from './faults.js';
import type { Filter } from './filter.js';
import { idFilter, idValues } from './identity.js';
import { overruled, type Settled } from './assigned.js';
import { namedRows } from './named-rows.js';
import { FieldParser } from './parse-fields.js';
import { scopeFilter } from './parse-filter.js';
import { LinkParser, type LinkRules } from './parse-links.js';
import { PluckedParser } from './parse-plucked.js';
import type { BodyRules } from './rules.js';
import { ValueMismatch } from './values.js';
import { parseWritten } from './written-values.js';

const NOTHING: Settled = { values: [], links: [] };

/** One row of a body, at any depth. */
export class RowParser {
  private readonly fields: FieldParser;

  /**
   * @param isUpdate the row is there already
   * @param depth of the row in the body; 0 is the resource itself
   */
  constructor(
    private readonly resource: Resource,
    private readonly isUpdate: boolean,
    private readonly depth: number,
    private readonly rules: BodyRules,
    private readonly fault: (error: RestlessError) => unknown,
  ) {
    this.fields = new FieldParser(resource, rules.policy.viewer, isUpdate, fault);
  }

  /** The members that every change has. */
  base(place: RawPlace): {
    readonly resource: Resource;
    readonly scope: Filter | undefined;
    readonly fieldName: (property: string) => FieldName | undefined;
    readonly place: RawPlace;
    readonly checks: RowChecks;
  } {
    const { resource } = this;
    return {
      resource,
      scope: scopeFilter(resource, this.rules, true),
      fieldName: (property) => this.fieldName(property),
      place,
      checks: this.rules.policy,
    };
  }

  /** What to tell of a column that the database complains about: its name, if the viewer may know it. */
  private fieldName(property: string): FieldName | undefined {
    const { policy } = this.rules;
    const [head] = property.split('.') as [string];
    for (const { name, property: own } of this.resource.attributes.values()) {
      const known = policy.attribute(this.resource, name) ?? policy.writableAttribute(this.resource, name);
      if (own === head && known !== undefined) return { name, kind: 'attributes' };
    }
    for (const { name, property: own } of this.resource.relationships.values()) {
      if (own === head && policy.relationship(this.resource, name) !== undefined)
        return { name, kind: 'relationships' };
    }
    return undefined;
  }

  /** A client's own id. @see CRE-20 */
  ownId({ id: sent }: RawResource): OwnId | undefined {
    if (sent === undefined) return undefined;
    const { resource } = this;
    const { pointer } = sent;
    const source = { pointer };
    if (!resource.options.allowClientGeneratedIds) {
      this.fault(new ForbiddenError(`The id of a ${resource.name} is made by the server; leave it out.`, { source }));
      return undefined;
    }
    // An empty id would have the address of the collection.
    const values = sent.value === '' ? undefined : idValues(resource, sent.value);
    const fits =
      values?.every(([{ column }, value]) => !(parseWritten(column, value) instanceof ValueMismatch)) ?? false;
    if (values === undefined || !fits) {
      const detail = `${quote(sent.value)} cannot be the id of a ${resource.name}.`;
      this.fault(new BadRequestError('BAD_VALUE', detail, { source }));
      return undefined;
    }
    return {
      values: values.map(([attribute, value]) => ({ attribute, value, pointer })),
      filter: idFilter(resource, sent.value)!,
      text: sent.value,
      pointer,
    };
  }

  /**
   * Values and links.
   *
   * @param key values of the row's own id
   * @param assigned what the application sets, which wins
   */
  contents(
    { attributes, relationships }: RawResource,
    key: readonly FieldValue[] = [],
    assigned: Settled = NOTHING,
  ): Contents {
    const plain = Object.fromEntries(attributes.map(({ name, value }) => [name, value]));
    const written = attributes.flatMap((member) => this.attribute(member, plain) ?? []);
    const plucked = written.flatMap((each) => ('attribute' in each ? [] : [each]));
    const related = relationships.flatMap((linkage) => this.relationship(linkage) ?? []);
    this.expectOnce(plucked, related);
    const sent = {
      values: written.flatMap((each) => ('attribute' in each ? [each] : [])),
      links: [...related, ...plucked],
    };
    const { values, links } = assigned === NOTHING ? sent : overruled(sent, assigned);
    return {
      values: [...values, ...assigned.values],
      named: namedRows(this.resource, [...key, ...values], this.rules),
      links: [...links, ...assigned.links],
    };
  }

  private attribute(member: RawMember, plain: object): FieldValue | LinkChange | undefined {
    const { resource } = this;
    const { policy } = this.rules;
    const attribute = policy.writableAttribute(resource, member.name);
    if (attribute?.kind === 'plucked') return this.plucked(attribute, member, plain);
    const isRead = policy.attribute(resource, member.name) !== undefined;
    if (attribute !== undefined) {
      // Of an object that is read as well, members that are only read are told from those that are not there.
      const whole = isRead ? resource.attributes.get(member.name)! : attribute;
      return this.fields.parse(whole, member, plain);
    }
    const source = { pointer: member.pointer };
    if (isRead) {
      const detail = `${quote(member.name)} of ${resource.name} can be read only.`;
      this.fault(new BadRequestError('READ_ONLY', detail, { source }));
    } else if (policy.relationship(resource, member.name) !== undefined) {
      const detail = `${quote(member.name)} is a relationship; it belongs into "relationships".`;
      this.fault(new BadRequestError('UNKNOWN_FIELD', detail, { source }));
    } else {
      this.fault(this.unknown('attribute', member));
    }
    return undefined;
  }

  /** Values that stand for related rows. @see MAP-06 */
  private plucked(attribute: PluckedAttribute, member: RawMember, plain: object): LinkChange | undefined {
    if (!this.fields.mayWrite(attribute, member)) return undefined;
    const refused =
      this.isUpdate && attribute.relationship.toMany ? this.editRefusal(attribute, 'set', member.pointer) : undefined;
    if (refused !== undefined) {
      this.fault(refused);
      return undefined;
    }
    const value = this.fields.transformed(attribute, member, plain);
    if (value === undefined) return undefined;
    return new PluckedParser(attribute, this.linkRules(), this.links()).parse(value, member.pointer);
  }

  /** Rows that values stand for are not said in another way as well. */
  private expectOnce(plucked: readonly LinkChange[], links: readonly LinkChange[]): void {
    for (const [index, { plucked: attribute, pointer, relationship }] of plucked.entries()) {
      const others = [...links, ...plucked.slice(0, index)];
      const other = others.find((each) => each.relationship.model === relationship.model);
      if (other === undefined) continue;
      const names = [attribute!.name, (other.plucked ?? other.relationship).name].map(quote).join(' and ');
      const detail = `${names} stand for the same rows; send one of them.`;
      this.fault(new BadRequestError('BAD_BODY', detail, { source: { pointer } }));
    }
  }

  private unknown(
    kind: 'attribute' | 'relationship',
    { name, pointer }: { readonly name: string; readonly pointer: string },
  ): RestlessError {
    const names = this.rules.policy.writableNames(this.resource).join(', ');
    const detail = `${this.resource.name} has no ${kind} ${quote(name)}. Fields: ${names}.`;
    return new BadRequestError('UNKNOWN_FIELD', detail, { source: { pointer } });
  }

  /** A relationship inside a resource. @see UPD-11, UPD-12, CRE-23, RCL-01…RCL-11 */
  private relationship(linkage: RawLinkage): LinkChange | undefined {
    const { resource } = this;
    const relationship = this.rules.policy.writableRelationship(resource, linkage.name);
    if (relationship === undefined) {
      this.fault(this.refusal(linkage));
      return undefined;
    }
    if (!this.fields.mayWrite(relationship, linkage)) return undefined;
    const { action = 'set', pointer } = linkage;
    const refused = this.isUpdate && relationship.toMany ? this.editRefusal(relationship, action, pointer) : undefined;
    if (refused === undefined) return this.links().parse(relationship, linkage, action);
    this.fault(refused);
    return undefined;
  }

  /** Why members of a to-many relationship are not replaced or taken out, if so. */
  editRefusal(
    { name }: Pick<Relationship, 'name'>,
    action: LinkChange['action'],
    pointer: string | undefined,
  ): ForbiddenError | undefined {
    const { allowToManyReplacement, allowDeleteFromToManyRelationships } = this.resource.options;
    const { editsMembers } = this.rules;
    const details = { source: pointer === undefined ? undefined : { pointer } };
    if (action === 'set' && !(allowToManyReplacement ?? editsMembers)) {
      return new ForbiddenError(
        `${quote(name)} cannot be replaced as a whole; the option allowToManyReplacement is off.`,
        details,
      );
    }
    if (action === 'remove' && !(allowDeleteFromToManyRelationships ?? editsMembers)) {
      return new ForbiddenError(
        `Members of ${quote(name)} cannot be deleted; the option allowDeleteFromToManyRelationships is off.`,
        details,
      );
    }
    return undefined;
  }

  /** Reads what relationships of the row are to lead to. */
  links(): LinkParser {
    return new LinkParser(this.linkRules());
  }

  private linkRules(): LinkRules {
    const { depth, fault, isUpdate, rules } = this;
    return {
      rules,
      fault,
      isUpdate,
      depth: depth + 1,
      row: (resource, isInner, report, inner) => new RowParser(resource, isInner, depth + 1, inner, report),
    };
  }

  private refusal(linkage: RawLinkage): RestlessError {
    const { policy } = this.rules;
    const source = { pointer: linkage.pointer };
    if (policy.relationship(this.resource, linkage.name) !== undefined) {
      return new ForbiddenError(`${quote(linkage.name)} of ${this.resource.name} can be read only.`, { source });
    }
    return this.unknown('relationship', linkage);
  }
}
