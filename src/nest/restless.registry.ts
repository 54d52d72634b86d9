/**
 * What the application's own code may ask of what is exposed: names, entities, keys, addresses. A narrow face of the
 * catalogue.
 */
import { Injectable } from '@nestjs/common';
import { RestlessConfigError } from '../errors.js';
import type { Method } from '../resource/options.js';
import { collectionUrl, resourceUrl } from '../wire/links.js';
import type { WireFormatName } from '../wire/format-name.js';
import { DefaultSerializer, type ResourceSerializer } from '../wire/serializer.js';
import { Catalogue, type ServedResource } from './catalogue.js';
import { entityName, type RestlessEntity } from './restless.tokens.js';

/**
 * Which one is meant where an entity is exposed several times; the first declared unless something is said.
 *
 * @example
 * registry.urlFor(Person, { id: 1, prefix: 'public' }); // '/public/person/1'
 * @see SET-11, HLP-07
 */
export interface ExposedAs {
  /** The last part of its URL, such as `people`. */
  readonly collectionName?: string;
  /** The first part of its URL, with slashes around it or without, such as `api/v1`. */
  readonly prefix?: string;
  /** The version in its URL, where Nest's URI versioning is used. */
  readonly version?: string;
}

/**
 * What a URL is asked for.
 *
 * @example
 * const target: UrlTarget = { id: 1, relation: 'computers', relationship: true };
 */
export interface UrlTarget extends ExposedAs {
  /** The id of a row; without it the URL is that of the collection. */
  readonly id?: string | number;
  /** A relationship of the row, by its name on the wire. */
  readonly relation?: string;
  /** The id of one row behind the relationship. */
  readonly relatedId?: string | number;
  /** The URL of the linkage, not of the related resources. */
  readonly relationship?: boolean;
}

/**
 * One entity as it is exposed.
 *
 * @example
 * registry.resources().map(({ collectionName, methods }) => `${collectionName}: ${methods.join(', ')}`);
 */
export interface ExposedResource {
  /** As it was given to `forFeature`. */
  readonly entity: RestlessEntity;
  /** The last part of its URL. */
  readonly collectionName: string;
  /** The first part of its URL, without slashes around it; empty for the root. */
  readonly prefix: string;
  /** The version in its URL; undefined where it has none. */
  readonly version: string | undefined;
  /** The verbs that it answers. */
  readonly methods: readonly Method[];
  /** What it speaks, the default first. */
  readonly formats: readonly WireFormatName[];
}

/**
 * What the application exposes, for code of your own: names, entities, addresses. Inject it by its class. Every application
 * has its own, and knows nothing of others.
 *
 * @example
 * constructor(private readonly registry: RestlessRegistry) {
 *   registry.urlFor(Person, { id: 1, relation: 'computers' }); // '/api/person/1/computers'
 * }
 * @see HLP-04
 */
@Injectable()
export class RestlessRegistry {
  /** @internal Nest's injector makes it. */
  constructor(private readonly catalogue: Catalogue) {}

  /** All that is exposed, in the order in which it was declared. */
  resources(): readonly ExposedResource[] {
    return this.catalogue.all().map(({ entity, resource, formats }) => ({
      entity,
      collectionName: resource.collectionName,
      prefix: resource.options.prefix,
      version: resource.version,
      methods: resource.options.methods,
      formats: formats.map(({ name }) => name),
    }));
  }

  /**
   * The collection name of an entity.
   *
   * @example
   * registry.collectionName(Person); // 'person'
   * @throws RestlessConfigError for an entity that is not exposed, or not like this. @see HLP-03
   */
  collectionName(entity: RestlessEntity, as: ExposedAs = {}): string {
    return this.find(entity, as).resource.collectionName;
  }

  /** The entity behind a collection name. @see HLP-03 */
  entityFor(collectionName: string): RestlessEntity {
    const all = this.catalogue.all();
    const found = all.find(({ resource }) => resource.collectionName === collectionName);
    if (found !== undefined) return found.entity;
    const names = [...new Set(all.map(({ resource }) => resource.collectionName))];
    throw new RestlessConfigError(`No entity is exposed as "${collectionName}". Collections: ${names.join(', ')}.`);
  }

  /** The property that is the id, several joined by a comma. @see HLP-03, HLP-05 */
  primaryKeyFor(entity: RestlessEntity, as: ExposedAs = {}): string {
    return this.find(entity, as)
      .resource.id.map((attribute) => attribute.property)
      .join(',');
  }

  /** The serializer of an entity: its own, or the default one. @see HLP-03, SER-09 */
  serializerFor(entity: RestlessEntity, as: ExposedAs = {}): ResourceSerializer {
    return this.find(entity, as).own.serializer ?? new DefaultSerializer();
  }

  /**
   * The URL of a collection, a resource, a relation, a related resource or a linkage, as links have it: with
   * Nest's global prefix and version, behind `baseUrl` where that is set.
   *
   * @example
   * registry.urlFor(Person, { id: 1, relation: 'computers' }); // '/api/person/1/computers'
   * @see HLP-01
   */
  urlFor(entity: RestlessEntity, target: UrlTarget = {}): string {
    const { resource } = this.find(entity, target);
    const address = { root: this.catalogue.rootOf(resource) };
    if (target.id === undefined) return collectionUrl(address, resource);
    const url = resourceUrl(address, { resource, id: String(target.id) });
    if (target.relation === undefined) return url;
    if (resource.relationships.get(target.relation)?.exposed !== true) {
      const names = [...resource.relationships.values()].filter(({ exposed }) => exposed).map(({ name }) => name);
      throw new RestlessConfigError(
        `${entityName(entity)} has no relationship "${target.relation}". Relationships: ${names.join(', ') || 'none'}.`,
      );
    }
    const relation = encodeURIComponent(target.relation);
    if (target.relationship === true) return `${url}/relationships/${relation}`;
    const member = target.relatedId === undefined ? '' : `/${encodeURIComponent(String(target.relatedId))}`;
    return `${url}/${relation}${member}`;
  }

  private find(entity: RestlessEntity, as: ExposedAs): ServedResource {
    const all = this.catalogue.all().filter((each) => each.entity === entity);
    if (all.length === 0) {
      throw new RestlessConfigError(`${entityName(entity)} is not exposed; list it in RestlessModule.forFeature.`);
    }
    const found = all.find(({ resource }) => isExposedAs(resource, as));
    if (found !== undefined) return found;
    const places = all.map(({ resource: { path, version } }) =>
      version === undefined ? path : `${path} (${version})`,
    );
    throw new RestlessConfigError(`${entityName(entity)} is not exposed like this. It is at ${places.join(', ')}.`);
  }
}

function isExposedAs(
  { collectionName: name, version, options }: ServedResource['resource'],
  { collectionName = name, prefix = options.prefix, version: wanted = version }: ExposedAs,
): boolean {
  return name === collectionName && options.prefix === prefix.replace(/^\/+|\/+$/g, '') && version === wanted;
}
