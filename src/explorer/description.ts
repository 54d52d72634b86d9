/**
 * What the explorer's page is told of an address: the resource there, as one viewer sees it. Names that the policy does
 * not give stand nowhere in it.
 */
import { filterOffers, includeOffers, sortOffers } from '../query/offers.js';
import { OPERATORS } from '../query/operators.js';
import type { QueryRules } from '../query/rules.js';
import type { Attribute, Resource } from '../resource/resource.js';
import { collectionUrl } from '../wire/links.js';
import type { Address, WireFormat } from '../wire/wire-format.js';

/** The media type that the page asks for, at the address that it stands at. */
export const DESCRIPTION_MEDIA_TYPE = 'application/vnd.nestjs-restless.explorer+json';

/** A resource, where it is only named. */
export interface ResourceLink {
  readonly name: string;
  readonly url: string;
  readonly methods: readonly string[];
}

/** A field that the viewer may read. */
export interface FieldDescription {
  readonly name: string;
  /** Of the values, or of the related resources. */
  readonly type: string;
  readonly nullable: boolean;
  /** The viewer may write it as well. */
  readonly writable: boolean;
  /** For relationships. */
  readonly toMany?: boolean;
  /** The collection of the related resources, where they are served. */
  readonly url?: string | undefined;
}

/** What may be asked of a list. */
export interface ListDescription {
  readonly filters: readonly {
    readonly name: string;
    readonly type?: string | undefined;
    readonly values?: readonly (string | number)[] | undefined;
    readonly operators: readonly string[];
  }[];
  /** What stands to the right of an operator, where it is not one value. */
  readonly operands: Readonly<Record<string, string>>;
  readonly sort: readonly string[];
  /** Pages have numbers; otherwise they are found by cursor alone. */
  readonly numbered: boolean;
  readonly pageSize: number;
  /** Undefined for no bound. */
  readonly maxPageSize?: number | undefined;
}

/** What the page is told of the resource at its address. */
export interface ResourceDescription {
  readonly name: string;
  readonly url: string;
  readonly fields: readonly FieldDescription[];
  readonly includes: readonly string[];
  /** Undefined where there is one resource and no list. */
  readonly list?: ListDescription | undefined;
}

/** All that the page is told. */
export interface Description {
  /** The document at the prefix. */
  readonly home: string;
  /** The verbs of the address, as `Allow` has them. */
  readonly methods: readonly string[];
  readonly formats: readonly { readonly name: string; readonly mediaType: string }[];
  /** Undefined at the prefix, and where a relationship names rows and shows nothing of them. */
  readonly resource?: ResourceDescription | undefined;
  /** At the prefix. */
  readonly resources?: readonly ResourceLink[];
}

/** Formats, as the page names them. */
export function describeFormats(formats: readonly WireFormat[]): Description['formats'] {
  return formats.map(({ name, mediaType }) => ({ name, mediaType }));
}

/**
 * Describes a resource to a viewer. Asks the application's permissions: run it inside `Policy.settled`.
 *
 * @param many whether a list of them is at the address
 */
export function describeResource(
  resource: Resource,
  many: boolean,
  rules: QueryRules,
  address: Pick<Address, 'root' | 'roots'>,
): ResourceDescription {
  return {
    name: resource.name,
    url: collectionUrl(address, resource),
    fields: describeFields(resource, rules, address),
    includes: includeOffers(resource, rules).map(({ name }) => name),
    list: many ? describeList(resource, rules) : undefined,
  };
}

function describeFields(
  resource: Resource,
  { policy }: QueryRules,
  address: Pick<Address, 'root' | 'roots'>,
): readonly FieldDescription[] {
  const isChanged = policy.answers(resource, 'POST') || policy.answers(resource, 'PATCH');
  const attributes = [...policy.attributes(resource)].map(([name, attribute]) => ({
    name,
    ...typeOf(attribute),
    writable: isChanged && policy.writableAttribute(resource, name) !== undefined,
  }));
  const relationships = [...policy.relationships(resource)].map(([name, { target, toMany, nullable }]) => ({
    name,
    type: target.name,
    nullable: !toMany && nullable,
    writable: isChanged && policy.writableRelationship(resource, name) !== undefined,
    toMany,
    url: policy.isReadable(target) ? collectionUrl(address, target) : undefined,
  }));
  const isListed = policy.attribute(resource, 'id') !== undefined;
  const type = resource.id.length === 1 ? resource.id[0]!.type : 'text';
  const id = isListed ? [] : [{ name: 'id', type, nullable: false, writable: false }];
  return [...id, ...attributes, ...relationships];
}

function typeOf(attribute: Attribute): Pick<FieldDescription, 'type' | 'nullable'> {
  switch (attribute.kind) {
    case 'column':
      return { type: attribute.type, nullable: attribute.column.nullable };
    case 'embedded':
      return { type: `object: ${attribute.fields.map(({ name }) => name).join(', ')}`, nullable: false };
    case 'plucked':
      return { type: `${attribute.of.type}${attribute.relationship.toMany ? ' list' : ''}`, nullable: false };
    case 'computed':
      return { type: 'computed', nullable: true };
  }
}

function describeList(resource: Resource, rules: QueryRules): ListDescription {
  const { pagination, pageSize, maxPageSize } = resource.options;
  const unusual = OPERATORS.filter(({ operand }) => operand !== 'value' && operand !== 'text');
  return {
    filters: filterOffers(resource, rules),
    operands: Object.fromEntries(unusual.map(({ name, operand }) => [name, operand])),
    sort: sortOffers(resource, rules),
    numbered: pagination !== 'cursor',
    pageSize,
    maxPageSize: Number.isFinite(maxPageSize) ? maxPageSize : undefined,
  };
}
