/**
 * The factory providers of `forFeature`: one service per entry.
 */
import type { ExistingProvider, FactoryProvider, Type } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource, DataSourceOptions } from 'typeorm';
import { RestlessConfigError } from '../errors.js';
import { withoutUndefined } from '../resource/options.js';
import { withoutAliases } from './aliases.js';
import { authenticationGuards } from './authentication.js';
import { checkEntryOptions, type ResourceEntry, type ResourceOptions } from './options.js';
import { ResourceOperations } from './resource-operations.js';
import { createEvaluationController, createRestlessController } from './restless.controller.js';
import { repositoryOf, resourceOptionsOf } from './restless.decorators.js';
import { Catalogue, type Controllers } from './catalogue.js';
import { RestlessService } from './restless.service.js';
import { entityName, getRestlessServiceToken, operationsToken, type RestlessEntity } from './restless.tokens.js';
import { createRootController } from './root.controller.js';

/** A data source as `@nestjs/typeorm` names it. */
export type DataSourceName = DataSource | DataSourceOptions | string;

/** What one call of `forFeature` brings. */
export interface Feature {
  readonly controllers: Type[];
  readonly providers: (FactoryProvider | ExistingProvider)[];
}

/** Controllers and providers for a list of entries. */
export function createRestlessProviders(
  entries: readonly (RestlessEntity | ResourceEntry)[],
  dataSource?: DataSourceName,
): Feature {
  const list: unknown = entries;
  if (!Array.isArray(list)) {
    throw new RestlessConfigError('RestlessModule.forFeature takes a list of entities, such as [Person].');
  }
  const root = createRoot();
  const feature: Feature = { controllers: [root.controller], providers: [root.provider] };
  const taken = new Set<string>();
  for (const [index, each] of entries.entries()) {
    const entry = toEntry(each, index);
    // Two prefixes may have collections of one name; the first one has the name.
    const names = [undefined, entry.collectionName, `${taken.size}`];
    const tokens = names.map((collectionName) => getRestlessServiceToken(entry.entity, collectionName));
    const token = tokens.find((candidate) => !taken.has(candidate))!;
    taken.add(token);
    const declared = resourceOptionsOf(entry.entity);
    checkEntryOptions(entityName(entry.entity), declared);
    checkEntryOptions(entityName(entry.entity), entry);
    const name = entityName(entry.entity);
    const merged: ResourceOptions = { ...declared, ...withoutUndefined(entry) };
    const options = { ...merged, guards: [...authenticationGuards(name, merged), ...(merged.guards ?? [])] };
    const controller = createRestlessController(`${name}RestlessController`, token, options);
    const evaluation = createEvaluationController(`${name}EvaluationController`, token, options);
    // Functions come first: their address would be taken for that of a resource called "eval".
    feature.controllers.push(evaluation, controller);
    feature.providers.push(...createServiceProviders(token, entry, { controller, evaluation }, dataSource));
    const named = getRestlessServiceToken(entry.entity, options.collectionName);
    if (taken.has(named)) continue;
    taken.add(named);
    feature.providers.push({ provide: named, useExisting: token });
    feature.providers.push({ provide: operationsToken(named), useExisting: operationsToken(token) });
  }
  return feature;
}

/** The operations of a resource, and the service that offers them to the application's own code. */
function createServiceProviders(
  token: string,
  entry: ResourceEntry,
  controllers: Controllers,
  dataSource?: DataSourceName,
): readonly FactoryProvider[] {
  const operations = operationsToken(token);
  const repository = repositoryOf(entry);
  const needsDataSource = typeof repository !== 'object' || repository.model === undefined;
  return [
    {
      provide: operations,
      inject: [Catalogue, ...(needsDataSource ? [getDataSourceToken(dataSource)] : [])],
      useFactory: (catalogue: Catalogue, source?: DataSource) =>
        new ResourceOperations(catalogue, catalogue.register(entry, controllers, source)),
    },
    {
      provide: token,
      inject: [operations],
      useFactory: (own: ResourceOperations) => new RestlessService(own),
    },
  ];
}

/** The document at the module's prefix, see `root.controller.ts`; `forRoot` brings the options with it. */
export function createRoot(withOptions = false): { readonly controller: Type; readonly provider: FactoryProvider } {
  const controller = createRootController();
  const provider: FactoryProvider = {
    provide: Symbol('RESTLESS_ROOT'),
    inject: [Catalogue],
    useFactory: (catalogue: Catalogue) => {
      if (withOptions) catalogue.claimOptions();
      catalogue.addRoot(controller);
      return controller;
    },
  };
  return { controller, provider };
}

/** An entity with its options; two files that import each other may give `undefined` for one of the classes. */
function toEntry(each: RestlessEntity | ResourceEntry, index: number): ResourceEntry {
  const entry = typeof each === 'object' && each !== null && 'entity' in each ? each : { entity: each };
  if (isEntity(entry.entity)) return { ...withoutAliases(entityName(entry.entity), entry), entity: entry.entity };
  throw new RestlessConfigError(
    `RestlessModule.forFeature: entry ${index + 1} is no entity. Give a class, an EntitySchema, or { entity, … } with options.`,
  );
}

function isEntity(each: unknown): boolean {
  if (typeof each === 'function' || typeof each === 'string') return true;
  return typeof each === 'object' && each !== null && ('options' in each || 'name' in each);
}
