/**
 * The factory providers of `forFeature`: one service per entry, which sets the controller's path on the way.
 */
import type { FactoryProvider, Type } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource, DataSourceOptions } from 'typeorm';
import type { ResourceEntry } from './options.js';
import { createRestlessController } from './restless.controller.js';
import { resourceOptionsOf } from './restless.decorators.js';
import { RestlessRegistry } from './restless.registry.js';
import { RestlessService } from './restless.service.js';
import { entityName, getRestlessServiceToken, type RestlessEntity } from './restless.tokens.js';
import { createRootController, silence } from './root.controller.js';

/** A data source as `@nestjs/typeorm` names it. */
export type DataSourceName = DataSource | DataSourceOptions | string;

/** What one call of `forFeature` brings. */
export interface Feature {
  readonly controllers: Type[];
  readonly providers: FactoryProvider[];
}

/** Controllers and providers for a list of entries. */
export function createRestlessProviders(
  entries: readonly (RestlessEntity | ResourceEntry)[],
  dataSource?: DataSourceName,
): Feature {
  const root = createRoot();
  const feature: Feature = { controllers: [root.controller], providers: [root.provider] };
  const taken = new Set<string>();
  for (const each of entries) {
    const entry: ResourceEntry = isEntry(each) ? each : { entity: each };
    const plain = getRestlessServiceToken(entry.entity);
    const token = taken.has(plain)
      ? getRestlessServiceToken(entry.entity, entry.collectionName ?? `${taken.size}`)
      : plain;
    taken.add(token);
    const options = { ...resourceOptionsOf(entry.entity), ...entry };
    const controller = createRestlessController(`${entityName(entry.entity)}RestlessController`, token, options);
    feature.controllers.push(controller);
    feature.providers.push(createServiceProvider(token, entry, controller, dataSource));
  }
  return feature;
}

function createServiceProvider(
  token: string,
  entry: ResourceEntry,
  controller: Type,
  dataSource?: DataSourceName,
): FactoryProvider {
  return {
    provide: token,
    inject: [RestlessRegistry, getDataSourceToken(dataSource)],
    useFactory: (registry: RestlessRegistry, source: DataSource) => {
      const index = registry.size;
      const { path, version } = registry.register(entry, controller, source);
      // Routes are read after all providers are there, so that the path may come from the data source.
      Reflect.defineMetadata('path', `/${path}`, controller);
      if (version !== undefined) Reflect.defineMetadata('__version__', version, controller);
      return new RestlessService(registry, index);
    },
  };
}

/** The document at the module's prefix; see `root.controller.ts`. */
export function createRoot(): { readonly controller: Type; readonly provider: FactoryProvider } {
  const controller = createRootController();
  const provider: FactoryProvider = {
    provide: Symbol('RESTLESS_ROOT'),
    inject: [RestlessRegistry],
    useFactory: (registry: RestlessRegistry) => {
      const { prefix } = registry.options;
      Reflect.defineMetadata('path', `/${prefix}`, controller);
      if (!registry.claimRoot(prefix)) silence(controller);
      return controller;
    },
  };
  return { controller, provider };
}

function isEntry(each: RestlessEntity | ResourceEntry): each is ResourceEntry {
  return typeof each === 'object' && 'entity' in each;
}
