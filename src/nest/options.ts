/**
 * The options of the module and of `@Resource`, as users write them: the core's, and those that Nest reads.
 */
import type { CanActivate, ModuleMetadata, Type } from '@nestjs/common';
import { RestlessConfigError } from '../errors.js';
import type { Limits, ResourceOptions as CoreResourceOptions, SharedResourceOptions } from '../resource/options.js';
import { DEFAULT_LIMITS, RESOURCE_OPTION_NAMES } from '../resource/options.js';
import type { SqlOperator } from '../sql/where.js';
import type { WireFormatName } from '../wire/wire-format.js';
import type { RestlessEntity } from './restless.tokens.js';

/** A guard, as `@UseGuards` takes it. */
export type Guard = Type<CanActivate> | CanActivate;

/** The operations of the generated controllers, as `decorators` names them. */
export type OperationName =
  'GET_COLLECTION' | 'GET_RESOURCE' | 'GET_RELATION' | 'GET_RELATED_RESOURCE' | 'GET_RELATIONSHIP';

/**
 * Options of `@Resource`, and of the entries of `RestlessModule.forFeature`, where they win.
 *
 * @example
 * @Resource({ collectionName: 'people', methods: ['GET'], guards: [AuthGuard], pageSize: 20 })
 */
export interface ResourceOptions extends CoreResourceOptions {
  /** The wire formats, the first of which is the default. Default `['json-api']`. */
  readonly formats?: readonly WireFormatName[];
  /** Version of the URL, for Nest's URI versioning. Default: that of the application. */
  readonly version?: string;
  /** Guards of every operation, as `@UseGuards` on the controller. */
  readonly guards?: readonly Guard[];
  /** Decorators of single operations, or of all that a verb starts: `{ GET: [Roles('reader')] }`. */
  readonly decorators?: { readonly [Name in OperationName | 'GET']?: readonly MethodDecorator[] };
}

/** One resource to expose: the entity with its options. */
export interface ResourceEntry extends ResourceOptions {
  readonly entity: RestlessEntity;
}

/**
 * Options of `RestlessModule.forRoot`: defaults for all resources, and what holds for the whole module.
 *
 * @example
 * RestlessModule.forRoot({ prefix: 'api/v1', maxPageSize: 50, limits: { filterNodes: 50 } })
 */
export interface RestlessModuleOptions extends SharedResourceOptions {
  /** Default of every resource's `formats`. */
  readonly formats?: readonly WireFormatName[];
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
}

/** Options of `RestlessModule.forRootAsync`. */
export interface RestlessModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: readonly (string | symbol | Type | { token: string | symbol | Type; optional: boolean })[];
  readonly useFactory: (...args: never[]) => RestlessModuleOptions | Promise<RestlessModuleOptions>;
}

/** Options of the whole module, with defaults. */
export interface ResolvedModuleOptions {
  readonly shared: SharedResourceOptions;
  readonly prefix: string;
  readonly formats: readonly WireFormatName[];
  readonly baseUrl: string;
  readonly limits: Limits;
  readonly groups: ((request: never) => readonly string[]) | undefined;
  readonly exposeVersion: RestlessModuleOptions['exposeVersion'];
  readonly operators: ReadonlyMap<string, SqlOperator>;
  readonly unknownParameters: 'reject' | 'ignore';
  readonly strictParameterNames: boolean;
  readonly trailingSlash: 'never' | 'ignore';
}

const SHARED_NAMES = [
  'prefix',
  'methods',
  'expose',
  'linkage',
  'pageSize',
  'maxPageSize',
  'count',
  'nulls',
  'idSeparator',
] as const satisfies readonly (keyof SharedResourceOptions)[];
const RESOURCE_NAMES: readonly string[] = [
  ...RESOURCE_OPTION_NAMES,
  'formats',
  'version',
  'guards',
  'decorators',
  'entity',
];
const MODULE_NAMES: readonly string[] = [
  ...SHARED_NAMES,
  ...[
    'formats',
    'baseUrl',
    'limits',
    'groups',
    'exposeVersion',
    'operators',
    'unknownParameters',
    'strictParameterNames',
    'trailingSlash',
  ],
];

const FORMATS: readonly WireFormatName[] = ['json-api'];

/**
 * Refuses options that do not exist.
 *
 * @throws RestlessConfigError that names the option and the nearest one that exists.
 */
export function checkOptionNames(owner: string, options: object, kind: 'resource' | 'module'): void {
  const names = kind === 'resource' ? RESOURCE_NAMES : MODULE_NAMES;
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) {
      throw new RestlessConfigError(
        `${owner}: there is no option "${name}". Options: ${names.filter((each) => each !== 'entity').join(', ')}.`,
      );
    }
  }
  const { formats } = options as { readonly formats?: unknown };
  if (formats === undefined) return;
  if (
    !Array.isArray(formats) ||
    formats.length === 0 ||
    !formats.every((each) => FORMATS.includes(each as WireFormatName))
  ) {
    throw new RestlessConfigError(`${owner}: the option "formats" has to be a list of ${FORMATS.join(', ')}.`);
  }
}

/** Checks the options of `forRoot` and fills in the defaults. */
export function resolveModuleOptions(options: RestlessModuleOptions = {}): ResolvedModuleOptions {
  checkOptionNames('RestlessModule.forRoot', options, 'module');
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
    shared: Object.fromEntries(
      SHARED_NAMES.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]),
    ),
    prefix: (options.prefix ?? 'api').replace(/^\/+|\/+$/g, ''),
    formats: options.formats ?? FORMATS,
    baseUrl: (options.baseUrl ?? '').replace(/\/+$/, ''),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    groups: options.groups,
    exposeVersion: options.exposeVersion,
    operators: new Map(Object.entries(options.operators ?? {})),
    unknownParameters: options.unknownParameters ?? 'reject',
    strictParameterNames: options.strictParameterNames ?? false,
    trailingSlash: options.trailingSlash ?? 'never',
  });
}
