/**
 * Turns a ChangeRequest into a checked Change: every name is looked up in the graph under the policy, every
 * value is checked against its column. All faults of a body are told at once, each with its pointer.
 */
import {
  BadRequestError,
  ConflictError,
  ForbiddenError,
  NotFoundError,
  RestlessErrors,
  type RestlessError,
} from '../errors.js';
import type { Relationship, Resource } from '../resource/resource.js';
import type { ApiRequest, ChangeRequest, RawLinkage, RawMember, RawResource } from './api-request.js';
import type { Change, Create, FieldValue, LinkChange, LinkTarget } from './change.js';
import { bad, MOST_FAULTS, noSuchResource, quote } from './faults.js';
import { and, type Filter } from './filter.js';
import { idFilter, idValues } from './identity.js';
import { namedRows } from './named-rows.js';
import { FieldParser } from './parse-fields.js';
import { parseFilters, parseRestrictions, scopeFilter } from './parse-filter.js';
import { listingParameter, parseQuery } from './parse-query.js';
import type { Query } from './query.js';
import type { QueryRules } from './rules.js';
import { ValueMismatch } from './values.js';
import { parseWritten } from './written-values.js';

/**
 * Checks a request to write.
 *
 * @throws RestlessError, or RestlessErrors where there are several faults, each with `source.pointer`.
 */
export function parseChange(request: ChangeRequest, rules: QueryRules): Change {
  return new ChangeParser(request, rules).parse();
}

class ChangeParser {
  private readonly faults: RestlessError[] = [];
  private readonly resource: Resource;
  private readonly isUpdate: boolean;
  private readonly fields: FieldParser;

  constructor(
    private readonly change: ChangeRequest,
    private readonly rules: QueryRules,
  ) {
    this.resource = change.request.resource;
    this.isUpdate = change.operation !== 'POST_RESOURCE';
    this.fields = new FieldParser(this.resource, rules.policy.viewer, this.isUpdate, (error) => this.fault(error));
  }

  parse(): Change {
    const { request, operation } = this.change;
    const { resource } = this;
    const base = {
      resource,
      scope: scopeFilter(resource, this.rules),
      fieldName: (property: string) => this.fieldName(property),
    };
    switch (operation) {
      case 'POST_RESOURCE': {
        const id = this.clientId();
        return this.checked({ kind: 'create', ...base, id, ...this.contents(id?.values), answer: this.answer() });
      }
      case 'PATCH_RESOURCE':
        return this.checked({
          kind: 'update',
          ...base,
          ...this.selected(request),
          ...this.contents(),
          answer: this.answer(),
        });
      case 'DELETE_RESOURCE':
        return { kind: 'remove', ...base, ...this.selected(request) };
      case 'PATCH_COLLECTION':
        return this.checked({ kind: 'update-many', ...base, filter: this.manyFilter(request), ...this.contents() });
      case 'DELETE_COLLECTION':
        return { kind: 'remove-many', ...base, filter: this.manyFilter(request) };
      default: {
        const [filter] = request.filters;
        if (filter !== undefined) {
          throw bad('BAD_FILTER', { ...filter, pointer: '' }, 'Members are changed as they are named, not filtered.');
        }
        const selected = this.selected(request);
        const link = this.relationshipEdit();
        const isReadable = this.rules.policy.relationship(resource, link.relationship.name) !== undefined;
        const answer = isReadable ? parseQuery({ ...request, operation: 'GET_RELATIONSHIP' }, this.rules) : undefined;
        return this.checked({ kind: 'edit-relationship', ...base, ...selected, link, answer });
      }
    }
  }

  private checked<T extends Change>(change: T): T {
    if (this.faults.length === 1) throw this.faults[0]!;
    if (this.faults.length > 1) throw new RestlessErrors(this.faults);
    return Object.freeze(change);
  }

  private fault(error: RestlessError): void {
    this.faults.push(error);
    if (this.faults.length === MOST_FAULTS) throw new RestlessErrors(this.faults);
  }

  /** What to tell of a column that the database complains about: its name, if the viewer may know it. */
  private fieldName(property: string): string | undefined {
    const { policy } = this.rules;
    const [head] = property.split('.') as [string];
    for (const attribute of this.resource.attributes.values()) {
      const known =
        policy.attribute(this.resource, attribute.name) ?? policy.writableAttribute(this.resource, attribute.name);
      if (attribute.property === head && known !== undefined) return `attributes/${attribute.name}`;
    }
    for (const relationship of this.resource.relationships.values()) {
      if (relationship.property === head && policy.relationship(this.resource, relationship.name) !== undefined) {
        return `relationships/${relationship.name}`;
      }
    }
    return undefined;
  }

  private selected(request: ApiRequest): { readonly filter: Filter; readonly id: string } {
    const id = request.id!;
    const own = idFilter(this.resource, id);
    if (own === undefined) throw noSuchResource(this.resource, id);
    const asked = parseFilters(this.resource, request.filters, this.rules);
    const restrictions = parseRestrictions(this.resource, request.restrictions, this.rules);
    return { filter: and([own, asked, restrictions, scopeFilter(this.resource, this.rules)])!, id };
  }

  private manyFilter(request: ApiRequest): Filter | undefined {
    expectNoPart(request);
    if (request.filters.length === 0 && !this.resource.options.allowUnfiltered) {
      throw new BadRequestError(
        'BAD_FILTER',
        `Changing a whole collection needs a filter; without one every ${this.resource.name} would be changed.`,
        {
          source: { parameter: 'filter' },
        },
      );
    }
    return and([
      parseFilters(this.resource, request.filters, this.rules),
      parseRestrictions(this.resource, request.restrictions, this.rules),
      scopeFilter(this.resource, this.rules),
    ]);
  }

  /** What the answer shows: the one row, whose id is known once it is written. */
  private answer(): Query {
    const [filter] = this.change.request.filters;
    if (filter !== undefined && !this.isUpdate) {
      throw bad('BAD_FILTER', { ...filter, pointer: '' }, `A new ${this.resource.name} cannot be filtered.`);
    }
    const query = parseQuery(
      { ...this.change.request, operation: 'GET_RESOURCE', id: undefined, filters: [] },
      this.rules,
    );
    return Object.freeze({ ...query, cardinality: 'one', page: undefined, sort: [] });
  }

  /** A client's own id. @see CRE-20 */
  private clientId(): Create['id'] {
    const sent = this.raw().id;
    if (sent === undefined) return undefined;
    const { resource } = this;
    const source = { pointer: sent.pointer };
    if (!resource.options.allowClientGeneratedIds) {
      this.fault(new ForbiddenError(`The id of a ${resource.name} is made by the server; leave it out.`, { source }));
      return undefined;
    }
    // An empty id would have the address of the collection.
    const values = sent.value === '' ? undefined : idValues(resource, sent.value);
    const fits =
      values?.every(([{ column }, value]) => !(parseWritten(column, value) instanceof ValueMismatch)) ?? false;
    if (values === undefined || !fits) {
      this.fault(
        new BadRequestError('BAD_VALUE', `${quote(sent.value)} cannot be the id of a ${resource.name}.`, { source }),
      );
      return undefined;
    }
    return {
      values: values.map(([attribute, value]) => ({ attribute, value, pointer: sent.pointer })),
      filter: idFilter(resource, sent.value)!,
      text: sent.value,
    };
  }

  private raw(): RawResource {
    return this.change.resource!;
  }

  private contents(key: readonly FieldValue[] = []): Pick<Create, 'values' | 'links' | 'named'> {
    const { attributes, relationships } = this.raw();
    const plain = Object.fromEntries(attributes.map(({ name, value }) => [name, value]));
    const values = attributes.flatMap((member) => this.attribute(member, plain) ?? []);
    return {
      values,
      named: namedRows(this.resource, [...key, ...values], this.rules),
      links: relationships.flatMap((linkage) => this.relationship(linkage) ?? []),
    };
  }

  private attribute(member: RawMember, plain: object): FieldValue | undefined {
    const { resource } = this;
    const { policy } = this.rules;
    const attribute = policy.writableAttribute(resource, member.name);
    if (attribute !== undefined) return this.fields.parse(attribute, member, plain);
    const source = { pointer: member.pointer };
    if (policy.attribute(resource, member.name) !== undefined) {
      this.fault(
        new BadRequestError('READ_ONLY', `${quote(member.name)} of ${resource.name} can be read only.`, { source }),
      );
    } else if (policy.relationship(resource, member.name) !== undefined) {
      this.fault(
        new BadRequestError(
          'UNKNOWN_FIELD',
          `${quote(member.name)} is a relationship; it belongs into "relationships".`,
          { source },
        ),
      );
    } else {
      this.fault(this.unknown('attribute', member));
    }
    return undefined;
  }

  private unknown(
    kind: 'attribute' | 'relationship',
    { name, pointer }: { readonly name: string; readonly pointer: string },
  ): RestlessError {
    const names = this.rules.policy.writableNames(this.resource).join(', ');
    return new BadRequestError(
      'UNKNOWN_FIELD',
      `${this.resource.name} has no ${kind} ${quote(name)}. Fields: ${names}.`,
      {
        source: { pointer },
      },
    );
  }

  /** A relationship inside a resource: the whole of it. @see UPD-11, UPD-12, CRE-23 */
  private relationship(linkage: RawLinkage): LinkChange | undefined {
    const { resource } = this;
    const relationship = this.rules.policy.writableRelationship(resource, linkage.name);
    if (relationship === undefined) {
      this.fault(this.refusal(linkage));
      return undefined;
    }
    if (!this.fields.mayWrite(relationship, linkage)) return undefined;
    if (this.isUpdate && relationship.toMany && !resource.options.allowToManyReplacement) {
      this.fault(noReplacement(relationship, linkage.pointer));
      return undefined;
    }
    return this.linkChange(relationship, linkage, 'set');
  }

  private refusal(linkage: RawLinkage): RestlessError {
    const { policy } = this.rules;
    const source = { pointer: linkage.pointer };
    if (policy.relationship(this.resource, linkage.name) !== undefined) {
      return new ForbiddenError(`${quote(linkage.name)} of ${this.resource.name} can be read only.`, { source });
    }
    return this.unknown('relationship', linkage);
  }

  private linkChange(
    relationship: Relationship,
    linkage: RawLinkage,
    action: LinkChange['action'],
  ): LinkChange | undefined {
    const { toMany } = relationship;
    const source = { pointer: linkage.pointer };
    const { listLength } = this.rules.limits;
    if (linkage.references.length > listLength) {
      const words = `${quote(relationship.name)} names more than ${listLength} resources, the limit listLength.`;
      this.fault(new BadRequestError('LIMIT_EXCEEDED', words, { source }));
      return undefined;
    }
    if (toMany !== linkage.many) {
      const words = toMany
        ? 'leads to many resources; its data is a list'
        : 'leads to one resource; its data is one identifier or null';
      this.fault(new BadRequestError('BAD_BODY', `${quote(relationship.name)} ${words}.`, { source }));
      return undefined;
    }
    const scope = scopeFilter(relationship.target, this.rules);
    const seen = new Set<string>();
    const targets = linkage.references.flatMap((reference): LinkTarget[] => {
      if (reference instanceof BadRequestError) {
        this.fault(reference);
        return [];
      }
      const target = this.target(relationship, reference.type);
      if (target === undefined) {
        this.fault(
          new ConflictError(
            `${quote(relationship.name)} leads to ${relationship.target.name}, not to ${quote(reference.type)}.`,
            { source: { pointer: `${reference.pointer}/type` } },
          ),
        );
        return [];
      }
      const key = `${target.name}/${reference.id}`;
      if (seen.has(key)) return [];
      seen.add(key);
      const own = idFilter(target, reference.id);
      return [
        {
          resource: target,
          id: reference.id,
          filter: own === undefined ? undefined : and([own, scope]),
          pointer: reference.pointer,
        },
      ];
    });
    return Object.freeze({ relationship, action, targets, pointer: linkage.pointer, visible: scope });
  }

  /** The resource of a type that the relationship may lead to: its own, or one that inherits from it. */
  private target({ target }: Relationship, type: string): Resource | undefined {
    return [...target.byEntity.values()].find((each) => each.name === type);
  }

  /** One of the relationship's own URLs. @see RJA-01…RJA-13 */
  private relationshipEdit(): LinkChange {
    const { request, operation, linkage } = this.change;
    const name = request.relation!;
    const { policy } = this.rules;
    const readable = policy.relationship(this.resource, name);
    const relationship = policy.writableRelationship(this.resource, name);
    if (relationship === undefined) {
      if (readable !== undefined) throw new ForbiddenError(`${quote(name)} of ${this.resource.name} can be read only.`);
      throw new NotFoundError(`${this.resource.name} has no relationship ${quote(name)}.`);
    }
    const { allowToManyReplacement, allowDeleteFromToManyRelationships } = this.resource.options;
    if (relationship.createOnly) throw new ForbiddenError(`${quote(name)} is not changed after creation.`);
    if (!relationship.toMany && operation !== 'PATCH_RELATIONSHIP') {
      throw new ForbiddenError(`${quote(name)} leads to one resource; it is changed with PATCH.`);
    }
    if (relationship.toMany && operation === 'PATCH_RELATIONSHIP' && !allowToManyReplacement)
      throw noReplacement(relationship, undefined);
    if (operation === 'DELETE_RELATIONSHIP' && !allowDeleteFromToManyRelationships) {
      throw new ForbiddenError(
        `Members of ${quote(name)} cannot be deleted; the option allowDeleteFromToManyRelationships is off.`,
      );
    }
    const action = { PATCH_RELATIONSHIP: 'set', POST_RELATIONSHIP: 'add', DELETE_RELATIONSHIP: 'remove' }[
      operation as 'PATCH_RELATIONSHIP'
    ] as LinkChange['action'];
    const change = this.linkChange(relationship, linkage!, action);
    // A fault has been noted where there is none; it is thrown before the change is used.
    return change ?? { relationship, action, targets: [], pointer: '', visible: undefined };
  }
}

/** All that the filters find is changed: whoever asks for a part of it would be surprised. @see BLK-07 */
function expectNoPart(request: ApiRequest): void {
  const { include, fields, parameterNames } = request;
  const [type] = fields.keys();
  const parameter =
    listingParameter(request) ??
    (include === undefined ? undefined : parameterNames.include) ??
    (type === undefined ? undefined : parameterNames.fields(type));
  if (parameter === undefined) return;
  const detail = `Every resource that the filters find is changed; ${quote(parameter)} has no meaning here.`;
  throw bad('BAD_PARAMETER', { parameter, pointer: '' }, detail);
}

function noReplacement(relationship: Relationship, pointer: string | undefined): ForbiddenError {
  return new ForbiddenError(
    `${quote(relationship.name)} cannot be replaced as a whole; the option allowToManyReplacement is off.`,
    { source: pointer === undefined ? undefined : { pointer } },
  );
}
