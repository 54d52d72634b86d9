/**
 * Who may read, filter, sort, group and include which field, and which rows there are: one algebra, asked
 * on every path. A name that it does not give back does not exist for the client, not even in an error.
 */
import { isFor } from './expose.js';
import type { FilterObject } from './options.js';
import {
  isPolymorphic,
  resourcesOf,
  type Attribute,
  type EmbeddedAttribute,
  type Relationship,
  type Resource,
} from './resource.js';

/** For whom a request is answered. */
export interface Viewer {
  /** class-transformer's groups: fields with `groups` are seen by requests that have one of them. */
  readonly groups: readonly string[];
  /** class-transformer's version, compared with `since` and `until`; undefined compares nothing. */
  readonly version?: number | undefined;
  /** The request, for scopes. */
  readonly request?: unknown;
}

/** Nobody in particular: no groups, no version. */
export const ANYBODY: Viewer = Object.freeze({ groups: Object.freeze([]) });

/** The readable fields of one resource, by wire name. */
interface ReadableFields {
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly relationships: ReadonlyMap<string, Relationship>;
}

/**
 * What one viewer may do with fields and rows.
 *
 * @example
 * const policy = new Policy({ groups: ['admin'] });
 * policy.attribute(person, 'salary'); // the attribute, or undefined where this viewer does not see it
 */
export class Policy {
  private readonly fields = new Map<Resource, ReadableFields>();
  private readonly scopes = new Map<Resource, readonly FilterObject[]>();

  constructor(readonly viewer: Viewer) {}

  /** The attributes that the viewer may read, by wire name. */
  attributes(resource: Resource): ReadonlyMap<string, Attribute> {
    return this.readable(resource).attributes;
  }

  /** The relationships that the viewer may read, by wire name. */
  relationships(resource: Resource): ReadonlyMap<string, Relationship> {
    return this.readable(resource).relationships;
  }

  attribute(resource: Resource, name: string): Attribute | undefined {
    return this.readable(resource).attributes.get(name);
  }

  relationship(resource: Resource, name: string): Relationship | undefined {
    return this.readable(resource).relationships.get(name);
  }

  /** What the viewer may filter, sort and group by: nothing of a resource whose rows are not shown. */
  usableField(resource: Resource, name: string): Attribute | Relationship | undefined {
    if (!this.isReadable(resource)) return undefined;
    return this.attribute(resource, name) ?? this.relationship(resource, name);
  }

  /** The resources that inherit a field from this one, which shows it, and do not show it themselves. */
  hiding(resource: Resource, { property }: Attribute | Relationship): readonly Resource[] {
    if (!isPolymorphic(resource)) return [];
    return resourcesOf(resource).filter((each) => {
      const { attributes, relationships } = this.readable(each);
      const shown = [...each.id, ...each.primaryKey, ...attributes.values(), ...relationships.values()];
      return shown.every((field) => field.property !== property);
    });
  }

  /** The attributes that the viewer may write, by wire name; also those that may only be written. */
  writableAttribute(resource: Resource, name: string): Attribute | undefined {
    const attribute = resource.attributes.get(name);
    const writable = (field: Attribute): boolean => field.writable && this.mayName(field);
    if (attribute === undefined || !writable(attribute)) return undefined;
    return attribute.kind === 'embedded' ? withFields(attribute, writable) : attribute;
  }

  /** The relationships that the viewer may write, by wire name. */
  writableRelationship(resource: Resource, name: string): Relationship | undefined {
    const relationship = resource.relationships.get(name);
    return relationship !== undefined && relationship.writable && this.mayName(relationship) ? relationship : undefined;
  }

  /** The names to offer where something is to be written. */
  writableNames(resource: Resource): readonly string[] {
    return [...resource.attributes.keys(), ...resource.relationships.keys()].filter(
      (name) =>
        this.writableAttribute(resource, name) !== undefined || this.writableRelationship(resource, name) !== undefined,
    );
  }

  /** True where rows of the resource may be shown: it answers GET somewhere. */
  isReadable(resource: Resource): boolean {
    return resource.exposed && resource.options.methods.includes('GET');
  }

  /** The names to offer in an error: what the viewer may name, and nothing else. */
  names(resource: Resource): readonly string[] {
    if (!this.isReadable(resource)) return ['id'];
    const { attributes, relationships } = this.readable(resource);
    return ['id', ...attributes.keys(), ...relationships.keys()];
  }

  /** The filters that every row of the resource has to pass; an empty list where all rows exist. */
  scope(resource: Resource): readonly FilterObject[] {
    const known = this.scopes.get(resource);
    if (known !== undefined) return known;
    const { groups, request } = this.viewer;
    const filters = resource.options.scope?.({ request, groups }) ?? [];
    const scope = Array.isArray(filters) ? (filters as readonly FilterObject[]) : [filters as FilterObject];
    this.scopes.set(resource, scope);
    return scope;
  }

  private readable(resource: Resource): ReadableFields {
    const known = this.fields.get(resource);
    if (known !== undefined) return known;
    const sees = (field: Attribute | Relationship): boolean => this.sees(field);
    const attributes = pick(resource.attributes, sees);
    const fields = {
      attributes: new Map(
        [...attributes].map(([name, field]) => [name, field.kind === 'embedded' ? withFields(field, sees) : field]),
      ),
      relationships: pick(resource.relationships, sees),
    };
    this.fields.set(resource, fields);
    return fields;
  }

  private sees(field: Attribute | Relationship): boolean {
    return field.readable && this.mayName(field);
  }

  private mayName(field: Attribute | Relationship): boolean {
    return field.exposed && isFor(field, this.viewer);
  }
}

/** An embedded object with only those of its fields that pass. */
function withFields(attribute: EmbeddedAttribute, wanted: (field: Attribute) => boolean): EmbeddedAttribute {
  const fields = attribute.fields
    .filter(wanted)
    .map((field) => (field.kind === 'embedded' ? withFields(field, wanted) : field));
  return Object.freeze({ ...attribute, fields: Object.freeze(fields) });
}

function pick<T>(fields: ReadonlyMap<string, T>, wanted: (field: T) => boolean): ReadonlyMap<string, T> {
  return new Map([...fields].filter(([, field]) => wanted(field)));
}
