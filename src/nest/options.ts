/**
 * The options of the module and of `@Resource`, as users write them: the core's, and those that Nest reads.
 */
import type { CanActivate, ModuleMetadata, Type } from '@nestjs/common';
import { RestlessConfigError } from '../errors.js';
import { Cursors } from '../query/cursor.js';
import type { CompleteRepository, ResourceRepository } from '../query/repository.js';
import type {
  Limits,
  Method,
  ResourceOptions as CoreResourceOptions,
  SharedResourceOptions,
} from '../resource/options.js';
import { DEFAULT_LIMITS, RESOURCE_OPTION_NAMES, resolveResourceOptions } from '../resource/options.js';
import { OPERATION_NAMES, type OperationName } from '../resource/served.js';
import type { FilterRules, PermissionChecker, Scope } from '../sql/restrictions.js';
import type { SqlOperator } from '../sql/where.js';
import type { Deserializer } from '../wire/deserializer.js';
import type { WireFormatName } from '../wire/format-name.js';
import { WIRE_FORMAT_NAMES } from '../wire/formats.js';
import type { Serializer } from '../wire/serializer.js';
import type { WireOptions } from '../wire/wire-format.js';
import { withoutAliases, type ResourceAliases, type SharedAliases } from './aliases.js';
import { isVerbList, type AuthenticationOptions } from './authentication.js';
import type { PostFormOptions } from './post-form-preprocessor.js';
import type { ProcessorOptions } from './processors/contexts.js';
import { checkProcessorOption, type Phase } from './processors/keys.js';
import { isSerializer } from './serializers.js';
import { isChecker } from './permissions.js';
import type { RestlessEntity } from './restless.tokens.js';

/** A guard, as `@UseGuards` takes it. */
export type Guard = Type<CanActivate> | CanActivate;

/**
 * A store, or a function that is given the one for TypeORM and returns what takes its place.
 *
 * @example
 * const cached: RepositoryOption = (own) => ({ ...own, find: (query) => cache.get(printQuery(query), () => own.find(query)) });
 */
export type RepositoryOption = ResourceRepository | ((own: CompleteRepository) => ResourceRepository);

/**
 * Options of `@Resource`, and of the entries of `RestlessModule.forFeature`, where they win.
 *
 * @example
 * @Resource({ collectionName: 'people', methods: ['GET'], guards: [AuthGuard], pageSize: 20 })
 */
export interface ResourceOptions
  extends CoreResourceOptions, ResourceAliases, AuthenticationOptions, PostFormOptions, ProcessorOptions {
  /** The rows that exist, for every path that leads to them. Default: all. @see CUQ-01, FJP-05 */
  readonly scope?: Scope;
  /** The filters that there are, and for whom. Default: every readable field, with every operator. @see FJF-01 */
  readonly filterable?: FilterRules;
  /** The wire formats, the first of which is the default. Default `['json-api', 'flat-json']`. @see NEG-04 */
  readonly formats?: readonly WireFormatName[];
  /** How many levels of related resources flat JSON embeds. Default 1; 0 is none. @see INC-11 */
  readonly embed?: number;
  /** Flat JSON sends `num_pages` beside `total_pages`. Default false. @see PAG-03 */
  readonly numPagesAlias?: boolean;
  /** GET answers as a script where a client names a function with `callback=`. Default false. @see JSP-01 */
  readonly jsonp?: boolean;
  /** Version of the URL, for Nest's URI versioning. Default: that of the application. */
  readonly version?: string;
  /** Writes the resource: a function, or a class that Nest's injector makes. @see SER-01, SER-04 */
  readonly serializer?: Serializer;
  /** Reads bodies of the resource: a function, or a class that Nest's injector makes. @see SER-01, SER-05 */
  readonly deserializer?: Deserializer;
  /** Where the rows are: a store of its own, or what is made of the one for TypeORM. Default: TypeORM. @see FJR-01 */
  readonly repository?: RepositoryOption;
  /**
   * What requests may do with the resource and its rows: the class of a provider, or an object.
   *
   * @example
   * @Resource({ permissions: PersonPermissions })
   * @see FJP-01
   */
  readonly permissions?: Type<PermissionChecker<never>> | PermissionChecker<never>;
  /** Guards of every operation, as `@UseGuards` on the controller. */
  readonly guards?: readonly Guard[];
  /** Decorators of single operations, or of all that a verb starts: `{ GET: [Roles('reader')] }`. */
  readonly decorators?: { readonly [Name in OperationName | Method]?: readonly MethodDecorator[] };
}

/** One resource to expose: the entity with its options. */
export interface ResourceEntry extends ResourceOptions {
  /** A class that TypeORM maps, an `EntitySchema` or its name; or a class that the `repository` knows. */
  readonly entity: RestlessEntity;
}

/**
 * Options of `RestlessModule.forRoot`: defaults for all resources, and what holds for the whole module.
 *
 * @example
 * RestlessModule.forRoot({ prefix: 'api/v1', maxPageSize: 50, limits: { filterNodes: 50 } })
 */
export interface RestlessModuleOptions extends SharedResourceOptions, SharedAliases, ProcessorOptions {
  /** Default of every resource's `formats`. */
  readonly formats?: readonly WireFormatName[];
  /** Default of every resource's `embed`. */
  readonly embed?: number;
  /** Default of every resource's `numPagesAlias`. */
  readonly numPagesAlias?: boolean;
  /** Default of every resource's `jsonp`. */
  readonly jsonp?: boolean;
  /** What links begin with, as in `https://api.example.org`. Default: nothing, links are absolute paths. */
  readonly baseUrl?: string;
  /** Bounds on what one request may ask. */
  readonly limits?: Partial<Limits>;
  /** class-transformer's groups of a request. Default: none. Guards have run by then. */
  readonly groups?: (request: never) => readonly string[];
  /** class-transformer's version of a request, for `since` and `until`. Default: not compared. */
  readonly exposeVersion?: number | ((request: never) => number | undefined);
  /** Operators of your own, by name. @see OP-17 */
  readonly operators?: Readonly<Record<string, SqlOperator>>;
  /** What unknown query parameters get in JSON:API: a 400, or nothing. Default `'reject'`. */
  readonly unknownParameters?: 'reject' | 'ignore';
  /** Refuses `group` and `ignorecase`, which JSON:API 1.1 reserves, and takes `groupBy` and `ignoreCase` only. Default false. */
  readonly strictParameterNames?: boolean;
  /** Whether `/person/` is `/person`. Default `'never'`: it is a 404. @see URL-14 */
  readonly trailingSlash?: 'never' | 'ignore';
  /**
   * What cursors are encrypted with, at least 16 characters that nobody can guess. Default: made up at start. Several
   * processes read each other's cursors, and one those from before its restart, where all have the same.
   */
  readonly cursorSecret?: string;
  /**
   * Reads and plain inserts go to the driver, on TypeORM's connections and with its log, as statements that it has prepared
   * (PostgreSQL, better-sqlite3) or with rows as lists (MySQL, MariaDB). Default true; false sends them through TypeORM's own
   * `query`, where a pooler keeps no session between transactions.
   */
  readonly preparedStatements?: boolean;
  /**
   * Browsers that open a resource's URL, or the document at the prefix, get a page to explore the API with: requests whose
   * `Accept` names `text/html`, and no format with as great a weight. The page passes the guards of its address and shows what
   * the policy shows to its reader, and no more. Default true; false answers browsers as it does all other clients.
   *
   * @example
   * RestlessModule.forRoot({ explorer: process.env['NODE_ENV'] !== 'production' })
   */
  readonly explorer?: boolean;
}

/** Options of `RestlessModule.forRootAsync`. */
export interface RestlessModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Providers that the factory is given, in this order. */
  readonly inject?: readonly (string | symbol | Type | { token: string | symbol | Type; optional: boolean })[];
  /** Makes the options, once while the application starts, out of what `inject` names. */
  readonly useFactory: (...args: never[]) => RestlessModuleOptions | Promise<RestlessModuleOptions>;
}

/** Options of the whole module, with defaults. */
export interface ResolvedModuleOptions {
  readonly shared: SharedResourceOptions;
  readonly prefix: string;
  readonly formats: readonly WireFormatName[];
  readonly wire: WireOptions;
  readonly baseUrl: string;
  readonly limits: Limits;
  readonly groups: ((request: never) => readonly string[]) | undefined;
  readonly exposeVersion: RestlessModuleOptions['exposeVersion'];
  readonly operators: ReadonlyMap<string, SqlOperator>;
  readonly unknownParameters: 'reject' | 'ignore';
  readonly strictParameterNames: boolean;
  readonly trailingSlash: 'never' | 'ignore';
  readonly preparedStatements: boolean;
  readonly explorer: boolean;
  readonly cursors: Cursors;
  /** Processors of every resource. */
  readonly processors: ProcessorOptions;
}

/** What messages call the module's options. */
const FOR_ROOT = 'RestlessModule.forRoot';

const SHARED_NAMES = [
  'prefix',
  'methods',
  'expose',
  'keys',
  'linkage',
  'pageSize',
  'maxPageSize',
  'pagination',
  'count',
  'countModes',
  'nulls',
  'idSeparator',
  'allowToManyReplacement',
  'allowDeleteFromToManyRelationships',
  'allowClientGeneratedIds',
  'allowPatchMany',
  'allowDeleteMany',
  'allowUnfiltered',
  'bulk',
  'returning',
  'validationStatus',
  'allowFunctions',
  'functions',
] as const satisfies readonly (keyof SharedResourceOptions)[];

const DECORATED: readonly string[] = ['GET', 'POST', 'PATCH', 'DELETE', ...OPERATION_NAMES];

const isGuard = (value: unknown): boolean =>
  typeof value === 'function' || (typeof value === 'object' && value !== null && 'canActivate' in value);
const isFormatList = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((each) => WIRE_FORMAT_NAMES.includes(each as WireFormatName));
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
const oneOf =
  (...values: readonly unknown[]) =>
  (value: unknown): boolean =>
    values.includes(value);

type Checks = Readonly<Record<string, readonly [test: (value: unknown) => boolean, words: string]>>;

/** What each option that the core does not know has to be: the test, and the words for it. */
const RESOURCE_CHECKS: Checks = {
  formats: [isFormatList, `a list of ${WIRE_FORMAT_NAMES.join(', ')}`],
  embed: [(value) => Number.isSafeInteger(value) && (value as number) >= 0, 'a whole number of levels'],
  numPagesAlias: [oneOf(true, false), 'true or false'],
  jsonp: [oneOf(true, false), 'true or false'],
  version: [(value) => typeof value === 'string' && value !== '', 'a text such as "2"'],
  serializer: [(value) => isSerializer(value, 'serialize'), 'a function, or a class with a method "serialize"'],
  deserializer: [(value) => isSerializer(value, 'deserialize'), 'a function, or a class with a method "deserialize"'],
  repository: [
    (value) => typeof value === 'function' || isObject(value),
    'a repository, or a function that makes one of that for TypeORM',
  ],
  permissions: [isChecker, 'the class of a provider, or an object with hasPermission, hasObjectPermission or scope'],
  guards: [(value) => Array.isArray(value) && value.every(isGuard), 'a list of guards'],
  decorators: [isObject, 'an object such as { GET: [Roles("reader")] }'],
  postFormPreprocessor: [(value) => typeof value === 'function', 'a function of the data'],
  authenticationRequiredFor: [isVerbList, 'a list of verbs, such as ["POST", "DELETE"]'],
  authenticationFunction: [(value) => typeof value === 'function', 'a function of the request'],
};
const MODULE_CHECKS: Checks = {
  formats: RESOURCE_CHECKS['formats']!,
  embed: RESOURCE_CHECKS['embed']!,
  numPagesAlias: RESOURCE_CHECKS['numPagesAlias']!,
  jsonp: RESOURCE_CHECKS['jsonp']!,
  baseUrl: [(value) => typeof value === 'string', 'a URL such as "https://example.org"'],
  limits: [isObject, 'an object such as { sortKeys: 5 }'],
  groups: [(value) => typeof value === 'function', 'a function of the request'],
  exposeVersion: [
    (value) => typeof value === 'number' || typeof value === 'function',
    'a number, or a function of the request',
  ],
  operators: [isObject, 'an object of functions that return SQL'],
  unknownParameters: [oneOf('reject', 'ignore'), '"reject" or "ignore"'],
  strictParameterNames: [oneOf(true, false), 'true or false'],
  trailingSlash: [oneOf('never', 'ignore'), '"never" or "ignore"'],
  preparedStatements: [oneOf(true, false), 'true or false'],
  explorer: [oneOf(true, false), 'true or false'],
  cursorSecret: [(value) => typeof value === 'string' && value.length >= 16, 'a text of at least 16 characters'],
};
const PROCESSOR_NAMES: readonly Phase[] = ['preprocessors', 'postprocessors', 'afterCommit'];
const RESOURCE_NAMES: readonly string[] = [
  ...RESOURCE_OPTION_NAMES,
  ...Object.keys(RESOURCE_CHECKS),
  ...PROCESSOR_NAMES,
];
const MODULE_NAMES: readonly string[] = [...SHARED_NAMES, ...Object.keys(MODULE_CHECKS), ...PROCESSOR_NAMES];

/**
 * Refuses options that do not exist, and values that the options read by Nest cannot have.
 *
 * @throws RestlessConfigError that names the option and what would be right.
 */
function checkOptions(owner: string, options: object, names: readonly string[], checks: Checks): void {
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    if (!names.includes(name)) throw new RestlessConfigError(`${owner}: ${unknownOption(name, names)}`);
    if (value === undefined || !Object.hasOwn(checks, name)) continue;
    const [test, words] = checks[name]!;
    if (!test(value)) throw new RestlessConfigError(`${owner}: the option "${name}" has to be ${words}.`);
  }
  for (const phase of PROCESSOR_NAMES) checkProcessorOption(owner, phase, (options as ProcessorOptions)[phase]);
}

/** Where an option belongs, or which one may be meant. */
function unknownOption(name: string, names: readonly string[]): string {
  if (MODULE_NAMES.includes(name)) return `"${name}" is an option of ${FOR_ROOT} alone.`;
  if (RESOURCE_NAMES.includes(name)) return `"${name}" is an option of single resources, of @Resource or forFeature.`;
  const [lower, ...others] = [name, ...names].map((each) => each.toLowerCase());
  const meant = names.find((_, index) => others[index]!.startsWith(lower!) || lower!.startsWith(others[index]!));
  const question = meant === undefined ? '' : ` Is "${meant}" meant?`;
  return `there is no option "${name}".${question} Options: ${names.join(', ')}.`;
}

/** Checks the options of one entry of `forFeature`, or of `@Resource`, as far as Nest reads them. */
export function checkEntryOptions(owner: string, { entity: _, ...options }: Partial<ResourceEntry>): void {
  checkOptions(owner, options, RESOURCE_NAMES, RESOURCE_CHECKS);
  for (const [name, list] of Object.entries(options.decorators ?? {}) as [string, unknown][]) {
    if (!DECORATED.includes(name)) {
      throw new RestlessConfigError(
        `${owner}: "${name}" in the option "decorators" is no operation; there are ${DECORATED.join(', ')}.`,
      );
    }
    if (list !== undefined && !(Array.isArray(list) && list.every((each) => typeof each === 'function'))) {
      throw new RestlessConfigError(`${owner}: the option "decorators" has to have a list of decorators for ${name}.`);
    }
  }
}

/** Checks the options of `forRoot` and fills in the defaults. */
export function resolveModuleOptions(given: RestlessModuleOptions = {}): ResolvedModuleOptions {
  const options: RestlessModuleOptions = withoutAliases(FOR_ROOT, given);
  checkOptions(FOR_ROOT, options, MODULE_NAMES, MODULE_CHECKS);
  const shared = Object.fromEntries(
    SHARED_NAMES.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]),
  );
  const { prefix } = resolveResourceOptions(FOR_ROOT, shared);
  for (const [name, value] of Object.entries(options.limits ?? {})) {
    if (!Object.hasOwn(DEFAULT_LIMITS, name)) {
      throw new RestlessConfigError(
        `RestlessModule.forRoot: there is no limit "${name}". Limits: ${Object.keys(DEFAULT_LIMITS).join(', ')}.`,
      );
    }
    if (!(typeof value === 'number' && value > 0)) {
      throw new RestlessConfigError(`RestlessModule.forRoot: the limit "${name}" has to be a number above 0.`);
    }
  }
  for (const [name, operator] of Object.entries(options.operators ?? {})) {
    if (typeof operator !== 'function') {
      throw new RestlessConfigError(
        `RestlessModule.forRoot: the operator "${name}" has to be a function that returns SQL.`,
      );
    }
  }
  return Object.freeze({
    shared,
    prefix,
    formats: options.formats ?? WIRE_FORMAT_NAMES,
    wire: { embed: options.embed ?? 1, numPagesAlias: options.numPagesAlias ?? false, jsonp: options.jsonp ?? false },
    baseUrl: (options.baseUrl ?? '').replace(/\/+$/, ''),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    groups: options.groups,
    exposeVersion: options.exposeVersion,
    operators: new Map(Object.entries(options.operators ?? {})),
    unknownParameters: options.unknownParameters ?? 'reject',
    strictParameterNames: options.strictParameterNames ?? false,
    trailingSlash: options.trailingSlash ?? 'never',
    preparedStatements: options.preparedStatements ?? true,
    explorer: options.explorer ?? true,
    cursors: new Cursors(options.cursorSecret),
    processors: options,
  });
}
