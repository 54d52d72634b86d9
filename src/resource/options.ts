/**
 * The options of one resource as far as the core reads them, their defaults and their checks. What Nest
 * reads (guards, decorators) is added in `nest/options.ts`.
 */
import { RestlessConfigError } from '../errors.js';
import { COUNT_NAMES, isCountMode, type CountMode } from './counting.js';
import { KEY_TRANSFORMS, toKeyTransform, type KeyTransform } from './keys.js';
import { resolveRules, type FieldRules, type FilterRules, type Rules, type SortRules } from './field-rules.js';
import { isPagination, type Pagination } from './pagination.js';
import { isRelationshipOptions, RELATIONSHIP_OPTIONS, type RelationshipOptions } from './relationship-options.js';
import { isRestriction, type Scope } from './restrictions.js';

export { DEFAULT_LIMITS, type Limits } from './limits.js';
export type { FilterObject } from './restrictions.js';
import { OPERATION_NAMES, servedOperations, type OperationName } from './served.js';

/** The functions that can be evaluated. */
export const FUNCTIONS = ['count', 'sum', 'avg', 'min', 'max'] as const;
/** A function that can be evaluated. */
export type FunctionName = (typeof FUNCTIONS)[number];

/** The verbs that a resource may answer; PUT is another name of PATCH, in flat JSON alone. @see MET-07, MET-08 */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Where nulls stand in a sorted list: where the database puts them, or forced. */
export type NullsOrder = 'native' | 'first' | 'last';

/** When a PATCH is answered with the resource: where the server may have changed more than was asked, always, never. */
export type Returning = 'auto' | 'always' | 'never';

/** The options of writing that one resource has and that a module can set for all of them. */
export interface SharedWriteOptions {
  /** PATCH may replace a to-many relationship. Default: in flat JSON, as in classic Flask-Restless; in JSON:API a 403. @see RJA-02, UPD-11, RCL-07 */
  readonly allowToManyReplacement?: boolean;
  /** Members may be taken out of a to-many relationship. Default: in flat JSON, as in classic Flask-Restless; in JSON:API a 403. @see RJA-07, RCL-03 */
  readonly allowDeleteFromToManyRelationships?: boolean;
  /** POST may bring its own id. Default false: 403. @see CRE-20 */
  readonly allowClientGeneratedIds?: boolean;
  /** PATCH of a collection changes every row that the filter finds. Default false: 405. @see BLK-01 */
  readonly allowPatchMany?: boolean;
  /** DELETE of a collection deletes every row that the filter finds. Default false: 405. @see BLK-09 */
  readonly allowDeleteMany?: boolean;
  /** PATCH and DELETE of a collection may come without a filter. Default false: 400. */
  readonly allowUnfiltered?: boolean;
  /** How collections are changed: row by row, so that subscribers and listeners hear of it, or by one statement. Default `'rows'`. @see BLK-06 */
  readonly bulk?: 'rows' | 'statement';
  /** When a PATCH is answered with the resource. Default `'auto'`. @see UPD-10 */
  readonly returning?: Returning;
  /** GET `/api/eval/person` evaluates functions. Default false: 404. @see FUN-01 */
  readonly allowFunctions?: boolean;
  /** The functions that may be evaluated. Default: all, which are `count`, `sum`, `avg`, `min` and `max`. @see FUN-07 */
  readonly functions?: readonly FunctionName[];
  /** Status of validation errors. Default 400. @see VAL-12 */
  readonly validationStatus?: 400 | 422;
}

/** The options that one resource has and that a module can set for all of them. */
export interface SharedResourceOptions extends SharedWriteOptions {
  /** First part of the URL. Default `'api'`; `''` is the root. @see URL-02, URL-03 */
  readonly prefix?: string;
  /** The verbs that are served, in any case. Default `['GET']`. @see MET-01, MET-02 */
  readonly methods?: readonly (Method | Lowercase<Method>)[];
  /** Which fields the API has: those with `@Expose()`, or all but `select: false` and `@Exclude()`. Default `'decorated'`. */
  readonly expose?: 'decorated' | 'all';
  /** How properties are called on the wire, where `@Expose({ name })` says nothing. Default: as they are. @see FJS-07 */
  readonly keys?: KeyTransform;
  /** When to-many linkage is sent: where the relationship is included, or always. Default `'included'`. */
  readonly linkage?: 'included' | 'always';
  /** Rows on a page unless the client asks. Default 10; 0 switches paging off. @see PAG-13, PAG-22 */
  readonly pageSize?: number;
  /** The most rows that a client may ask for. Default 100; `null` or 0 is no bound. @see PAG-18, PAG-21 */
  readonly maxPageSize?: number | null;
  /** How pages are asked for. Default `'number'`. */
  readonly pagination?: Pagination;
  /** How totals are found, unless a client chooses. Default `'exact'`. @see PAG-28 */
  readonly count?: CountMode;
  /** The other ways to a total that clients may choose, by `countMode` and in flat JSON by `count`. Default none: they choose nothing. */
  readonly countModes?: readonly CountMode[];
  /** Where nulls stand in sorted lists. Default `'native'`. */
  readonly nulls?: NullsOrder;
  /** Joins the parts of a composite primary key in an id. Default `','`. */
  readonly idSeparator?: string;
}

/**
 * The options of `@Resource` that concern what is exposed.
 *
 * @example
 * const options: ResourceOptions = { collectionName: 'people', methods: ['GET'], exclude: ['birthDate'] };
 */
export interface ResourceOptions extends SharedResourceOptions {
  /** Name in the URL and JSON:API `type`. Default: the table's name, or the discriminator's value. @see URL-04, URL-07 */
  readonly collectionName?: string;
  /** JSON:API `type`, where the URL has another name. Default: the `collectionName`. @see URL-07 */
  readonly type?: string;
  /** The column that is the `id`, instead of the primary key. It has to be unique. @see URL-16 */
  readonly primaryKey?: string;
  /**
   * The only fields of the API, by property name; needs no `@Expose()`. Excludes `exclude`. `computers.vendor` says the same of
   * the rows that are embedded or included here; at their own addresses they look as they always do. @see FLD-04, FLD-14
   */
  readonly only?: readonly string[];
  /** Fields that the API does not have, by property name; also those of rows that are embedded or included. @see FLD-05, FLD-14 */
  readonly exclude?: readonly string[];
  /**
   * Getters and methods of the entity (asynchronous ones too) that become read-only attributes; `computers.label` is one of
   * the rows that are embedded or included. @see FLD-11, FLD-17
   */
  readonly additionalAttributes?: readonly string[];
  /** Attributes that have the values of a column of related rows, by property: `{ tagNames: 'tags.name' }`. @see MAP-06 */
  readonly pluck?: Readonly<Record<string, string>>;
  /** Relationships through the rows of a join entity, by property: `{ articles: 'authorships.article' }`. @see MAP-05 */
  readonly through?: Readonly<Record<string, string>>;
  /** Relationship paths included unless the client says otherwise. @see INC-04 */
  readonly includes?: readonly string[];
  /** How much of a to-many relationship answers show for each row, and in which order, by property. Default: all, by key. */
  readonly relationships?: Readonly<Record<string, RelationshipOptions>>;
  /** The rows that exist, for every path that leads to them. @see CUQ-01 */
  readonly scope?: Scope;
  /** The fields that may be read, and by whom; what cannot be read cannot be filtered, sorted, grouped, included or named. */
  readonly readable?: FieldRules;
  /** The fields that may be written, and by whom. */
  readonly writable?: FieldRules;
  /** The filters that there are, and for whom. Default: every readable field, with every operator. @see FJF-01 */
  readonly filterable?: FilterRules;
  /** The sort keys that there are, and for whom. Default: every readable field. @see SRT-14 */
  readonly sortable?: SortRules;
  /** The only operations that are served of those that other options open. Default: all of them. @see FJV-11 */
  readonly operations?: readonly OperationName[];
  /** Verbs of `/person/1/relationships/…`. Default: all, where PATCH is among the `methods`. @see MET-11 */
  readonly relationshipMethods?: readonly (Method | Lowercase<Method>)[];
  /** Fields that clients may not write, by property name, as with `@Expose({ toPlainOnly: true })`. */
  readonly readOnly?: readonly string[];
  /** Fields that clients may not read, by property name, as with `@Expose({ toClassOnly: true })`. */
  readonly writeOnly?: readonly string[];
  /** Fields that clients may write on creation and not later, by property name. */
  readonly createOnly?: readonly string[];
  /** Errors of your own entities, listeners and subscribers that clients are told of, by class. @see VAL-01 */
  readonly validationExceptions?: readonly (abstract new (...args: never[]) => Error)[];
}

/** Options of one resource with every default filled in. */
export interface ResolvedResourceOptions extends Omit<
  Required<SharedResourceOptions>,
  'methods' | 'maxPageSize' | 'keys' | 'allowToManyReplacement' | 'allowDeleteFromToManyRelationships'
> {
  /** The name of a property on the wire. */
  readonly toKey: (property: string) => string;
  /** Undefined where the wire format decides. */
  readonly allowToManyReplacement: boolean | undefined;
  readonly allowDeleteFromToManyRelationships: boolean | undefined;
  readonly methods: readonly Method[];
  readonly relationshipMethods: readonly Method[];
  /** The operations that are served. */
  readonly served: ReadonlySet<OperationName>;
  readonly readOnly: readonly string[];
  readonly writeOnly: readonly string[];
  readonly createOnly: readonly string[];
  readonly validationExceptions: readonly (abstract new (...args: never[]) => Error)[];
  /** `Infinity` where there is no bound. */
  readonly maxPageSize: number;
  readonly collectionName: string | undefined;
  readonly type: string | undefined;
  readonly primaryKey: string | undefined;
  readonly only: readonly string[] | undefined;
  readonly exclude: readonly string[];
  readonly additionalAttributes: readonly string[];
  readonly pluck: Readonly<Record<string, string>>;
  readonly through: Readonly<Record<string, string>>;
  readonly includes: readonly string[];
  readonly relationships: Readonly<Record<string, RelationshipOptions>>;
  readonly scope: Scope | undefined;
  readonly readable: Rules;
  readonly writable: Rules;
  readonly filterable: Rules;
  readonly sortable: Rules;
}

const METHODS: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const RELATIONSHIP_METHODS: readonly Method[] = ['GET', 'POST', 'PATCH', 'DELETE'];

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isText = (value: unknown): value is string => typeof value === 'string';
const isPaths = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((path) => isText(path) && /^\w+(\.\w+)+$/.test(path));
const isTextList = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isMethodList =
  (methods: readonly Method[]) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every((each) => isText(each) && methods.includes(each.toUpperCase() as Method));
const isFunctionList = (value: unknown): boolean =>
  Array.isArray(value) && value.every((each) => typeof each === 'function');
const FLAG = [(value: unknown) => typeof value === 'boolean', 'true or false'] as const;
const PATHS = [isPaths, 'an object of paths such as { tagNames: "tags.name" }'] as const;
const NAMES = [isTextList, 'a list of property names'] as const;
const RULES = [
  (value: unknown) => isTextList(value) || (typeof value === 'object' && value !== null && !Array.isArray(value)),
  'a list of names, or an object with a rule for each',
] as const;
const COUNT_MODE = `${COUNT_NAMES.map((name) => `"${name}"`).join(', ')} or { capped: a number above 0 }`;
const oneOf =
  (...values: readonly unknown[]) =>
  (value: unknown): boolean =>
    values.includes(value);

/** What each option has to be: the test, and the words for it. */
const CHECKS: Readonly<Record<keyof ResourceOptions, readonly [test: (value: unknown) => boolean, words: string]>> = {
  collectionName: [(value) => isText(value) && /^[^/?#\s]+$/.test(value), 'a name without slash, ?, # or space'],
  type: [isText, 'a name'],
  prefix: [(value) => isText(value) && !/[?#%\\\s:*+!(){}[\]]/.test(value), 'a path such as "api", or "" for the root'],
  methods: [isMethodList(METHODS), `a list of ${METHODS.join(', ')}`],
  expose: [oneOf('decorated', 'all'), '"decorated" or "all"'],
  keys: [
    (value) => typeof value === 'function' || (isText(value) && Object.hasOwn(KEY_TRANSFORMS, value)),
    `${Object.keys(KEY_TRANSFORMS)
      .map((name) => `"${name}"`)
      .join(', ')} or a function`,
  ],
  linkage: [oneOf('included', 'always'), '"included" or "always"'],
  pageSize: [isWhole, 'a whole number, 0 for no paging'],
  maxPageSize: [(value) => value === null || isWhole(value), 'a whole number, null for no bound'],
  pagination: [isPagination, '"number", "cursor" or "both"'],
  count: [isCountMode, COUNT_MODE],
  countModes: [(value) => Array.isArray(value) && value.every(isCountMode), `a list of ${COUNT_MODE}`],
  nulls: [oneOf('native', 'first', 'last'), '"native", "first" or "last"'],
  idSeparator: [
    (value) => isText(value) && value.length === 1 && !/[%/?#\s\w]/.test(value),
    'one character that is no letter, digit, %, /, ? or #',
  ],
  primaryKey: [isText, "a property's name"],
  only: NAMES,
  exclude: NAMES,
  additionalAttributes: [isTextList, 'a list of names of getters or methods'],
  pluck: PATHS,
  through: PATHS,
  includes: [isTextList, 'a list of relationship paths'],
  relationships: [isRelationshipOptions, RELATIONSHIP_OPTIONS],
  scope: [
    (value) => typeof value === 'function' || [value].flat().every(isRestriction),
    'a filter, a list of filters, or a function that returns them',
  ],
  readable: RULES,
  writable: RULES,
  filterable: RULES,
  sortable: RULES,
  operations: [
    (value) => Array.isArray(value) && value.every((each) => OPERATION_NAMES.includes(each as OperationName)),
    `a list of ${OPERATION_NAMES.join(', ')}`,
  ],
  relationshipMethods: [isMethodList(RELATIONSHIP_METHODS), `a list of ${RELATIONSHIP_METHODS.join(', ')}`],
  readOnly: NAMES,
  writeOnly: NAMES,
  createOnly: NAMES,
  validationExceptions: [isFunctionList, 'a list of error classes'],
  allowToManyReplacement: FLAG,
  allowDeleteFromToManyRelationships: FLAG,
  allowClientGeneratedIds: FLAG,
  allowPatchMany: FLAG,
  allowDeleteMany: FLAG,
  allowUnfiltered: FLAG,
  bulk: [oneOf('rows', 'statement'), '"rows" or "statement"'],
  returning: [oneOf('auto', 'always', 'never'), '"auto", "always" or "never"'],
  validationStatus: [oneOf(400, 422), '400 or 422'],
  allowFunctions: FLAG,
  functions: [
    (value) => Array.isArray(value) && value.every((each) => FUNCTIONS.includes(each as FunctionName)),
    `a list of ${FUNCTIONS.join(', ')}`,
  ],
};

/** The names of the core's resource options. */
export const RESOURCE_OPTION_NAMES = Object.keys(CHECKS) as readonly (keyof ResourceOptions)[];

/**
 * Checks options and fills in the defaults; the first that has a value wins.
 *
 * @throws RestlessConfigError that names the entity, the option and what would be right.
 */
export function resolveResourceOptions(entity: string, ...layers: readonly ResourceOptions[]): ResolvedResourceOptions {
  for (const layer of layers) checkOptions(entity, layer);
  const options = layers.reduceRight<ResourceOptions>(
    (merged, layer) => ({ ...merged, ...withoutUndefined(layer) }),
    {},
  );
  if (options.only !== undefined && options.exclude !== undefined) {
    throw new RestlessConfigError(`${entity}: give "only" or "exclude", not both.`);
  }
  const clash = options.additionalAttributes?.find((name) => options.exclude?.includes(name));
  if (clash !== undefined) {
    throw new RestlessConfigError(
      `${entity}: "${clash}" is listed in additionalAttributes and in exclude; remove one.`,
    );
  }
  const methods = toMethods(options.methods ?? ['GET']);
  const opening = {
    methods,
    relationshipMethods: toMethods(options.relationshipMethods ?? relationshipDefaults(methods)),
    allowPatchMany: options.allowPatchMany ?? false,
    allowDeleteMany: options.allowDeleteMany ?? false,
    allowFunctions: options.allowFunctions ?? false,
  };
  return Object.freeze({
    served: servedOperations(entity, opening, options.operations),
    prefix: trimSlashes(options.prefix ?? 'api'),
    expose: options.expose ?? 'decorated',
    toKey: toKeyTransform(options.keys),
    linkage: options.linkage ?? 'included',
    pageSize: options.pageSize ?? 10,
    maxPageSize: options.maxPageSize === null || options.maxPageSize === 0 ? Infinity : (options.maxPageSize ?? 100),
    pagination: options.pagination ?? 'number',
    count: options.count ?? 'exact',
    countModes: options.countModes ?? [],
    nulls: options.nulls ?? 'native',
    idSeparator: options.idSeparator ?? ',',
    collectionName: options.collectionName,
    type: options.type,
    primaryKey: options.primaryKey,
    only: options.only,
    exclude: options.exclude ?? [],
    additionalAttributes: options.additionalAttributes ?? [],
    pluck: options.pluck ?? {},
    through: options.through ?? {},
    includes: options.includes ?? [],
    relationships: options.relationships ?? {},
    scope: options.scope,
    readable: resolveRules(entity, 'readable', options.readable),
    writable: resolveRules(entity, 'writable', options.writable),
    filterable: resolveRules(entity, 'filterable', options.filterable),
    sortable: resolveRules(entity, 'sortable', options.sortable),
    readOnly: options.readOnly ?? [],
    writeOnly: options.writeOnly ?? [],
    createOnly: options.createOnly ?? [],
    validationExceptions: options.validationExceptions ?? [],
    allowToManyReplacement: options.allowToManyReplacement,
    allowDeleteFromToManyRelationships: options.allowDeleteFromToManyRelationships,
    allowClientGeneratedIds: options.allowClientGeneratedIds ?? false,
    allowUnfiltered: options.allowUnfiltered ?? false,
    bulk: options.bulk ?? 'rows',
    returning: options.returning ?? 'auto',
    validationStatus: options.validationStatus ?? 400,
    functions: options.functions ?? FUNCTIONS,
    // Last: V8 takes four times as long for what begins with a spread.
    ...opening,
  });
}

function toMethods(methods: readonly string[]): readonly Method[] {
  return Object.freeze([...new Set(methods.map((method) => method.toUpperCase() as Method))]);
}

/** GET opens the linkage for reading, PATCH for every change. @see MET-11, MET-12 */
function relationshipDefaults(methods: readonly Method[]): readonly Method[] {
  return RELATIONSHIP_METHODS.filter((method) =>
    method === 'GET' ? methods.includes('GET') : methods.includes('PATCH'),
  );
}

function checkOptions(entity: string, options: ResourceOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || !Object.hasOwn(CHECKS, name)) continue;
    const [test, words] = CHECKS[name as keyof ResourceOptions];
    if (!test(value)) throw new RestlessConfigError(`${entity}: the option "${name}" has to be ${words}.`);
  }
}

/** Options that are given as undefined are not given: the layer below holds. */
export function withoutUndefined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function trimSlashes(path: string): string {
  return path.replace(/^\/+|\/+$/g, '');
}
