/**
 * The option names of Flask-Restless 0.9 to 0.17 and 1.0 that are other than this library's own. They mean the same, and
 * become the new names here, before anything else reads the options.
 */
import { RestlessConfigError } from '../errors.js';
import { withoutUndefined } from '../resource/options.js';
import type { Scope } from '../sql/restrictions.js';
import type { Deserializer } from '../wire/deserializer.js';
import type { Serializer } from '../wire/serializer.js';

/** Old names of options that a module can set for all resources. */
export interface SharedAliases {
  /** The old name of `pageSize`. @see SET-16 */
  readonly resultsPerPage?: number;
  /** The old name of `maxPageSize`. @see SET-16 */
  readonly maxResultsPerPage?: number | null;
  /** The old name of `prefix`. @see SET-16, SET-18 */
  readonly urlPrefix?: string;
}

/**
 * Old names of a resource's options.
 *
 * @example
 * RestlessModule.forFeature([{ entity: Person, includeColumns: ['name'], resultsPerPage: 20 }]);
 */
export interface ResourceAliases extends SharedAliases {
  /** The old name of `only`. @see SET-16, FLD-14 */
  readonly includeColumns?: readonly string[];
  /** The old name of `exclude`. @see SET-16, FLD-14 */
  readonly excludeColumns?: readonly string[];
  /** The old name of `additionalAttributes`. @see SET-16, FLD-17 */
  readonly includeMethods?: readonly string[];
  /** The old name of `serializer`. @see SET-18 */
  readonly serializerClass?: Serializer;
  /** The old name of `deserializer`. @see SET-18 */
  readonly deserializerClass?: Deserializer;
  /** What the old attribute `query` of a model was for; called `scope` here. @see CUQ-01 */
  readonly query?: Scope;
}

/** Old name → the name that it has here. */
export const ALIASES = {
  resultsPerPage: 'pageSize',
  maxResultsPerPage: 'maxPageSize',
  urlPrefix: 'prefix',
  includeColumns: 'only',
  excludeColumns: 'exclude',
  includeMethods: 'additionalAttributes',
  serializerClass: 'serializer',
  deserializerClass: 'deserializer',
  query: 'scope',
} as const satisfies Record<keyof ResourceAliases, string>;

/**
 * Options by their own names.
 *
 * @example
 * withoutAliases('Person', { resultsPerPage: 20 }); // { pageSize: 20 }
 * @throws RestlessConfigError where both names of an option are given.
 */
export function withoutAliases<T extends object>(owner: string, options: T): Omit<T, keyof ResourceAliases> {
  const given = Object.entries<unknown>(withoutUndefined(options));
  const renamed = given.map(([name, value]) => {
    if (!Object.hasOwn(ALIASES, name)) return [name, value] as const;
    const own = ALIASES[name as keyof ResourceAliases];
    if (given.some(([other]) => other === own)) {
      throw new RestlessConfigError(`${owner}: "${name}" is the old name of the option "${own}"; give one of them.`);
    }
    return [own, value] as const;
  });
  return Object.fromEntries(renamed) as Omit<T, keyof ResourceAliases>;
}
