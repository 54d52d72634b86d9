/**
 * The permissions of resources: finds the application's providers, and the rows that they are asked about.
 */
import type { Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import { RestlessConfigError } from '../errors.js';
import { scopeFilter } from '../query/parse-filter.js';
import type { CompleteRepository } from '../query/repository.js';
import type { QueryRules } from '../query/rules.js';
import { OPEN_ACCESS, type Access, type PermissionChecker } from '../resource/permissions.js';
import type { Resource } from '../resource/resource.js';
import { entityName, type RestlessEntity } from './restless.tokens.js';

/** A checker, or the class of a provider. */
export type GivenChecker = Type<PermissionChecker<never>> | PermissionChecker<never>;

/** What a checker may have; one of them it has to have. */
const METHODS = ['hasPermission', 'hasObjectPermission', 'scope'] as const;

/** True for what can be a checker. */
export function isChecker(value: unknown): boolean {
  if (typeof value === 'function') return true;
  return typeof value === 'object' && value !== null && METHODS.some((name) => name in value);
}

/**
 * The checker that an option stands for.
 *
 * @throws RestlessConfigError for a class that no module provides, or not for the whole application
 */
function resolveChecker(entity: string, given: GivenChecker, modules: ModuleRef): PermissionChecker<never> {
  if (typeof given !== 'function') return given;
  let checker: PermissionChecker<never>;
  try {
    checker = modules.get<PermissionChecker<never>>(given, { strict: false });
  } catch (error) {
    throw new RestlessConfigError(
      `${entity}: the option "permissions" names ${given.name}, which is no provider; ` +
        `add it to the providers of a module, in the default scope (${(error as Error).message.split('.')[0]}).`,
    );
  }
  if (isChecker(checker)) return checker;
  throw new RestlessConfigError(
    `${entity}: ${given.name}, of the option "permissions", has none of ${METHODS.join(', ')}.`,
  );
}

/** @throws RestlessConfigError for a checker of single rows over a store that has no rows to ask about */
function expectInstances(entity: string, checker: PermissionChecker<never>, store: CompleteRepository): void {
  if (checker.hasObjectPermission === undefined || store.instances !== undefined) return;
  throw new RestlessConfigError(
    `${entity}: hasObjectPermission, of the option "permissions", needs a repository that has "instances"; ` +
      'say with "scope" and hasPermission what may be done.',
  );
}

/** What is known of a resource whose permissions are looked for. */
interface Permitted {
  readonly entity: RestlessEntity;
  readonly permissions: GivenChecker | undefined;
  readonly repository: CompleteRepository;
}

/** The permissions of all resources. */
export class Permissions {
  private readonly known = new Map<
    Resource,
    { readonly checker: PermissionChecker<never>; readonly repository: CompleteRepository }
  >();

  /** Finds the checker of a resource, once all providers have been made. */
  add(resource: Resource, { entity, permissions, repository }: Permitted, modules: ModuleRef): void {
    if (permissions === undefined) return;
    const name = entityName(entity);
    const checker = resolveChecker(name, permissions, modules);
    expectInstances(name, checker, repository);
    this.known.set(resource, { checker, repository });
  }

  /** What the policy of one request asks. */
  accessFor(rules: () => QueryRules): Access {
    if (this.known.size === 0) return OPEN_ACCESS;
    return {
      checkerOf: (resource) => this.known.get(resource)?.checker,
      readableIds: async (resource, mayRead) => {
        const own = rules();
        const scope = await own.policy.settled(() => scopeFilter(resource, own, true));
        const ids: string[] = [];
        for (const { id, row } of await this.known.get(resource)!.repository.instances!(resource, scope)) {
          if (await mayRead(row)) ids.push(id);
        }
        return ids;
      },
    };
  }
}
