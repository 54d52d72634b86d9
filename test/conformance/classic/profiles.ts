/** Turns a recorded configuration of the classic server into a Nest module: the old options under our names. */
import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { type ResourceEntry, type ResourceOptions, RestlessModule } from 'nestjs-restless';
import { type DataSourceOptions, getMetadataArgsStorage } from 'typeorm';
import { type ApiProfile, type Json, type Profile, text, texts } from '../cases.js';
import { ENTITIES, type EntityName, isEntityName } from '../entities.js';
import { CLASSIC_PROCESSORS, processorOptions } from '../processors.js';
import { COMPUTED, FLAGGED, PROXY } from '../profiles.js';
import { toErrorClass, VALIDATORS } from '../validators.js';

@Module({})
class ProfileModule {}

export function profileModule({ apis, flags, options }: Profile, dataSource: DataSourceOptions): DynamicModule {
  const subscribers = flags.includes('validators') ? VALIDATORS : [];
  return {
    module: ProfileModule,
    imports: [
      TypeOrmModule.forRoot({ ...dataSource, subscribers, retryAttempts: 0 }),
      RestlessModule.forRoot({
        formats: ['flat-json'],
        // Some cases ask as browsers do; these systems had no page for them.
        explorer: false,
        expose: 'all',
        jsonp: true,
        // What the recorded system allowed without asking.
        allowClientGeneratedIds: true,
        allowUnfiltered: true,
        ...processorOptions(options, CLASSIC_PROCESSORS),
      }),
      RestlessModule.forFeature([...supporting(apis), ...apis.map((api) => toEntry(api, flags))]),
    ],
  };
}

/**
 * The recorded system embedded rows of entities that it did not expose, with all their columns. Here they need a resource:
 * one for each prefix, declared first, where the profile has none that shows and takes everything.
 */
function supporting(apis: ApiProfile[]): ResourceEntry[] {
  const prefixes = [...new Set(apis.map(prefixOf))];
  return prefixes.flatMap((prefix) => {
    const near = apis.filter((api) => prefixOf(api) === prefix);
    return relatedModels(near.map(({ model }) => model)).flatMap((model) => {
      const first = near.find((api) => api.model === model);
      if (first !== undefined && isPlain(first)) return [];
      return {
        entity: ENTITIES[model],
        collectionName: `related-${model}`,
        prefix,
        methods: ['GET', 'POST', 'PATCH', 'DELETE'],
        exclude: COMPUTED[model] ?? [],
      };
    });
  });
}

function prefixOf({ url_prefix: prefix }: ApiProfile): string {
  return prefix === undefined ? 'api' : text(prefix);
}

function isPlain({ methods, ...options }: ApiProfile): boolean {
  const restricting = ['include_columns', 'exclude_columns', 'include_methods', 'primary_key', 'collection_name'];
  return texts(methods ?? []).includes('POST') && !restricting.some((name) => name in options);
}

/** The entities that relations lead to, however far. */
function relatedModels(models: string[]): EntityName[] {
  const { relations } = getMetadataArgsStorage();
  const found = new Set<EntityName>();
  const visit = (model: string): void => {
    for (const { target, type } of relations) {
      if (ENTITIES[model as EntityName] !== target || typeof type !== 'function') continue;
      const related = (Object.keys(ENTITIES) as EntityName[]).find(
        (name) => ENTITIES[name] === (type as () => unknown)(),
      );
      if (related === undefined || found.has(related)) continue;
      found.add(related);
      visit(related);
    }
  };
  models.forEach(visit);
  return [...found];
}

function toEntry(api: ApiProfile, flags: string[]): ResourceEntry {
  const { model, ...options } = api;
  if (!isEntityName(model)) throw new Error(`There is no entity for ${model}.`);
  const wanted = [...columns(options.include_methods ?? []), ...flags.flatMap((flag) => FLAGGED[flag]?.[model] ?? [])];
  const computed = COMPUTED[model] ?? [];
  const hidden = [...columns(options.exclude_columns ?? []), ...computed.filter((name) => !wanted.includes(name))];
  return {
    entity: ENTITIES[model],
    ...processorOptions(options, CLASSIC_PROCESSORS),
    ...(flags.includes('proxy') && model === 'article' && PROXY),
    additionalAttributes: wanted.filter((name) => !computed.includes(name)),
    ...(options.include_columns === undefined && { exclude: hidden }),
    ...Object.entries(options).reduce<ResourceOptions>(
      (all, [name, value]) => ({ ...all, ...translate(name, value) }),
      {},
    ),
  };
}

/** The options of the old server and what they are called here. */
const OPTIONS: Record<string, (value: Json) => ResourceOptions> = {
  collection_name: (value) => ({ collectionName: text(value) }),
  url_prefix: (value) => ({ prefix: text(value) }),
  methods: (value) => ({ methods: texts(value) as NonNullable<ResourceOptions['methods']> }),
  include_columns: (value) => ({ only: columns(value) }),
  primary_key: (value) => ({ primaryKey: text(value) }),
  results_per_page: (value) => ({ pageSize: Number(value) }),
  max_results_per_page: (value) => ({ maxPageSize: Number(value) }),
  allow_patch_many: (value) => ({ allowPatchMany: value === true }),
  allow_delete_many: (value) => ({ allowDeleteMany: value === true }),
  allow_functions: (value) => ({ allowFunctions: value === true }),
  validation_exceptions: (value) => ({ validationExceptions: texts(value).map(toErrorClass) }),
};

/** The names of a list. The recorded system ignored one that is no field; here that is an error at start. */
function columns(value: Json): string[] {
  return texts(value).filter((name) => name !== 'nonsense');
}

/** Options that `toEntry` reads itself. */
const ELSEWHERE = ['exclude_columns', 'include_methods', 'preprocessors', 'postprocessors'];

function translate(name: string, value: Json): ResourceOptions {
  const option = OPTIONS[name];
  if (option !== undefined) return option(value);
  if (ELSEWHERE.includes(name)) return {};
  throw new Error(`The option ${name} has no counterpart.`);
}
