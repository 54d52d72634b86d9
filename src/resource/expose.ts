/**
 * Reads what class-transformer's decorators say about a property. The only file that touches its metadata,
 * which it keeps in a storage that it does not export.
 */
import { TransformationType, type TransformFnParams } from 'class-transformer';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';

/** A class that decorators may have marked. */
export type EntityClass = abstract new (...args: never[]) => object;

/** What `@Expose`, `@Exclude` and `@Transform` say about one property. */
export interface Exposure {
  /** `@Expose()` stands on the property. */
  readonly exposed: boolean;
  /** `@Exclude()` stands on it, for both ways. */
  readonly excluded: boolean;
  /** The name on the wire. */
  readonly name: string;
  readonly readable: boolean;
  readonly writable: boolean;
  /** Writable on creation only; by option, class-transformer has no word for it. */
  readonly createOnly: boolean;
  /** Only requests with one of these groups see the property; empty is everybody. */
  readonly groups: readonly string[];
  readonly since: number | undefined;
  readonly until: number | undefined;
  /** The functions of `@Transform` for the way out, in order. */
  readonly transforms: readonly Transform[];
  /** Those for the way in. */
  readonly writeTransforms: readonly Transform[];
}

/** A function of `@Transform`, with the arguments that class-transformer would give it. */
export type Transform = (value: unknown, property: string, object: object, viewer: ExposeViewer) => unknown;

/** For whom class-transformer's decorators are read: its own `groups` and `version`. */
export interface ExposeViewer {
  /** Those that `@Expose({ groups })` and `@Transform` may ask for. */
  readonly groups: readonly string[];
  /** What `since` and `until` are compared with; undefined where they are not. */
  readonly version?: number | undefined;
}

/** What `@Expose` and `@Transform` say about who they are for. */
export interface Audience {
  readonly groups?: readonly string[] | undefined;
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

/** class-transformer's rules: without groups of its own something is everybody's; without a version all are meant. */
export function isFor({ groups = [], since, until }: Audience, { groups: own, version }: ExposeViewer): boolean {
  if (groups.length > 0 && !groups.some((group) => own.includes(group))) return false;
  if (version === undefined) return true;
  return (since === undefined || version >= since) && (until === undefined || version < until);
}

const NOTHING: Omit<Exposure, 'name'> = {
  exposed: false,
  excluded: false,
  readable: true,
  writable: true,
  createOnly: false,
  groups: [],
  since: undefined,
  until: undefined,
  transforms: [],
  writeTransforms: [],
};

/**
 * What class-transformer's decorators say about a property; without a class, nothing.
 *
 * @param toKey the name on the wire, where no decorator says it
 * @example
 * exposureOf(Person, 'password'); // { exposed: true, readable: false, writable: true, … } for @Expose({ toClassOnly: true })
 */
export function exposureOf(
  entity: EntityClass | undefined,
  property: string,
  toKey: (property: string) => string = (name) => name,
): Exposure {
  if (entity === undefined) return { ...NOTHING, name: toKey(property) };
  const expose = defaultMetadataStorage.findExposeMetadata(entity, property);
  const exclude = defaultMetadataStorage.findExcludeMetadata(entity, property);
  const options = expose?.options ?? {};
  const hidden = exclude?.options ?? {};
  const oneWay = exclude !== undefined && (hidden.toClassOnly === true || hidden.toPlainOnly === true);
  return {
    exposed: expose !== undefined,
    excluded: exclude !== undefined && !oneWay,
    name: options.name ?? toKey(property),
    readable: options.toClassOnly !== true && hidden.toPlainOnly !== true,
    writable: options.toPlainOnly !== true && hidden.toClassOnly !== true,
    createOnly: false,
    groups: options.groups ?? [],
    since: options.since,
    until: options.until,
    transforms: transformsOf(entity, property, TransformationType.CLASS_TO_PLAIN),
    writeTransforms: transformsOf(entity, property, TransformationType.PLAIN_TO_CLASS),
  };
}

/** True for a class that is marked `@Exclude()` as a whole: only what carries `@Expose()` is to be seen of it. */
export function isClosed(entity: EntityClass | undefined): boolean {
  return entity !== undefined && defaultMetadataStorage.getStrategy(entity) === 'excludeAll';
}

/** The names of all properties that carry `@Expose()`, inherited ones included. */
export function exposedProperties(entity: EntityClass | undefined): readonly string[] {
  if (entity === undefined) return [];
  const names = defaultMetadataStorage.getExposedMetadatas(entity).map((metadata) => metadata.propertyName);
  return [...new Set(names.filter((name): name is string => typeof name === 'string'))];
}

function transformsOf(entity: EntityClass, property: string, type: TransformationType): readonly Transform[] {
  return defaultMetadataStorage
    .findTransformMetadatas(entity, property, type)
    .map((metadata) => (value, key, obj, viewer) => {
      if (!isFor(metadata.options, viewer)) return value;
      const transform = metadata.transformFn as (params: TransformFnParams) => unknown;
      const options = { groups: [...viewer.groups], ...(viewer.version !== undefined && { version: viewer.version }) };
      return transform({ value, key, obj, type, options });
    });
}
