/**
 * Resource, Attribute and Relationship: frozen descriptions of one exposed entity. They say what there is;
 * who may see it is `policy.ts`.
 */
import type { ColumnModel, EntityModel, RelationModel, ValueType } from './entity-model.js';
import type { Exposure, Transform } from './expose.js';
import type { ResolvedResourceOptions } from './options.js';

/** What attributes and relationships have in common. */
interface Field {
  /** The name on the wire. */
  readonly name: string;
  /** The property of the entity; dots step into embedded objects. */
  readonly property: string;
  /** False for fields that only restrictions and scopes may name. */
  readonly exposed: boolean;
  readonly readable: boolean;
  readonly writable: boolean;
  /** Writable when the resource is created, and not later. */
  readonly createOnly: boolean;
  /** Writable later, and not when the resource is created. */
  readonly updateOnly: boolean;
  readonly groups: readonly string[];
  readonly since: number | undefined;
  readonly until: number | undefined;
}

/** An attribute that is one column. */
export interface ColumnAttribute extends Field {
  readonly kind: 'column';
  readonly type: ValueType;
  readonly column: ColumnModel;
  readonly transforms: readonly Transform[];
  readonly writeTransforms: readonly Transform[];
}

/** An attribute that is an object of columns (TypeORM's embedded entities). */
export interface EmbeddedAttribute extends Field {
  readonly kind: 'embedded';
  readonly fields: readonly (ColumnAttribute | EmbeddedAttribute)[];
  readonly transforms: readonly Transform[];
  readonly writeTransforms: readonly Transform[];
}

/** An attribute that a getter or a method of the entity computes. */
export interface ComputedAttribute extends Field {
  readonly kind: 'computed';
  readonly transforms: readonly Transform[];
  readonly writeTransforms: readonly Transform[];
}

/** An attribute that has the values of one column of related rows: a list of them, or the one. */
export interface PluckedAttribute extends Field {
  readonly kind: 'plucked';
  readonly relationship: Relationship;
  /** The column of the related rows. */
  readonly of: ColumnAttribute;
  readonly transforms: readonly Transform[];
  readonly writeTransforms: readonly Transform[];
}

/** An attribute of a resource, whatever its values come of; `kind` tells. */
export type Attribute = ColumnAttribute | EmbeddedAttribute | ComputedAttribute | PluckedAttribute;

/** A relationship to another resource. */
export interface Relationship extends Field {
  readonly kind: 'relationship';
  readonly toMany: boolean;
  readonly nullable: boolean;
  readonly model: RelationModel;
  readonly target: Resource;
  /** The target as it is embedded and included here: itself, or with fewer fields or more. */
  readonly view: Resource;
  /** Through a join entity: the relationship to its rows, and theirs to the target. */
  readonly through?: { readonly first: Relationship; readonly second: Relationship } | undefined;
}

/** One exposed entity: a JSON:API type at one address. */
export interface Resource {
  /** JSON:API `type`, and what messages call it. */
  readonly name: string;
  /** The last part of the collection's URL. */
  readonly collectionName: string;
  /** Path of the collection without leading slash, as in `api/person`. */
  readonly path: string;
  /** The version of the URL, where Nest's URI versioning is used. */
  readonly version: string | undefined;
  /** False for entities that only restrictions and scopes may reach. */
  readonly exposed: boolean;
  readonly model: EntityModel;
  readonly options: ResolvedResourceOptions;
  /** The columns that make the `id`, in order. */
  readonly id: readonly ColumnAttribute[];
  /** The columns of the primary key, in order: what closes every sort. */
  readonly primaryKey: readonly ColumnAttribute[];
  /** Every mapped attribute by wire name, exposed or not. */
  readonly attributes: ReadonlyMap<string, Attribute>;
  /** Every relationship by wire name, exposed or not. */
  readonly relationships: ReadonlyMap<string, Relationship>;
  /** For single-table inheritance: which resource a row of which entity belongs to, by entity name. */
  readonly byEntity: ReadonlyMap<string, Resource>;
}

/** The members that every field takes over from its decorators. */
export function fieldOf(exposure: Exposure, property: string, exposed: boolean): Field {
  return {
    name: exposure.name,
    property,
    exposed,
    readable: exposure.readable,
    writable: exposure.writable,
    createOnly: exposure.createOnly,
    updateOnly: false,
    groups: exposure.groups,
    since: exposure.since,
    until: exposure.until,
  };
}

/**
 * The attribute or relationship that a name stands for: that on the wire, or else the property's. `id` is the primary
 * key where it is one column. Knows no policy: use {@link Policy.usableField} for what a client names.
 */
export function mappedField(resource: Resource, name: string): Attribute | Relationship | undefined {
  const field = resource.attributes.get(name) ?? resource.relationships.get(name);
  if (field !== undefined) return field;
  if (name === 'id' && resource.id.length === 1) return resource.id[0];
  return [...resource.attributes.values(), ...resource.relationships.values()].find(
    ({ property }) => property === name,
  );
}

/** What the application may name: every property, exposed or not. */
export function mappedNames({ attributes, relationships }: Resource): readonly string[] {
  return [...new Set(['id', ...[...attributes.values(), ...relationships.values()].map(({ property }) => property)])];
}

/** True for what a setter of the entity takes: pairs of getter and setter, and virtual columns. @see MAP-03 */
export function hasOwnSetter(attribute: Attribute): boolean {
  return attribute.kind === 'computed' || (attribute.kind === 'column' && attribute.column.virtual);
}

/**
 * True for one relation in two resources of a family: a child entity inherits the relation, and describes it anew.
 */
export function isSameRelation(one: Relationship, other: Relationship): boolean {
  const sameProperty = one.model.property === other.model.property && one.model.declaredBy === other.model.declaredBy;
  return one === other || (sameProperty && one.target === other.target);
}

/** True where a row of the resource may belong to another, more special one. */
export function isPolymorphic(resource: Resource): boolean {
  return resource.byEntity.size > 1;
}

/** All resources whose rows a query on `resource` may return: itself, and those of its child entities. */
export function resourcesOf(resource: Resource): readonly Resource[] {
  return [...new Set(resource.byEntity.values())];
}

/**
 * The id on the wire: one part as it is, several parts escaped and joined by the separator.
 *
 * @example
 * formatId(['1', 'a,b'], ','); // "1,a%2Cb"
 */
export function formatId(parts: readonly string[], separator: string): string {
  if (parts.length === 1) return parts[0]!;
  return parts
    .map((part) => part.replace(/%/g, '%25').replaceAll(separator, escapeCharacter(separator)))
    .join(separator);
}

/** The parts of an id, or undefined where there are too few or too many. */
export function splitId(id: string, count: number, separator: string): readonly string[] | undefined {
  if (count === 1) return [id];
  const parts = id.split(separator);
  if (parts.length !== count) return undefined;
  const escaped = new RegExp(`${escapeCharacter(separator)}|%25`, 'g');
  return parts.map((part) => part.replace(escaped, (match) => (match === '%25' ? '%' : separator)));
}

function escapeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
