/** Turns a recorded server configuration into a Nest module: the old options under our names. */
import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { type ResourceEntry, type ResourceOptions, RestlessModule } from 'nestjs-restless';
import type { DataSourceOptions } from 'typeorm';
import { type ApiProfile, type Json, type Profile, text, texts } from './cases.js';
import { ENTITIES, type EntityName, isEntityName } from './entities.js';
import { JSON_API_PROCESSORS, processorOptions } from './processors.js';
import { deserializerCalled, serializerCalled } from './serializers.js';
import { toErrorClass, VALIDATORS } from './validators.js';

@Module({})
class ProfileModule {}

export function profileModule(profile: Profile, dataSource: DataSourceOptions): DynamicModule {
  const { url_prefix: prefix } = profile.options;
  const subscribers = profile.flags.includes('validators') ? VALIDATORS : [];
  return {
    module: ProfileModule,
    imports: [
      TypeOrmModule.forRoot({ ...dataSource, subscribers, retryAttempts: 0 }),
      RestlessModule.forRoot({
        ...(prefix === undefined ? {} : { prefix: text(prefix) }),
        formats: ['json-api'],
        jsonp: true,
        // Some cases ask as browsers do; these systems had no page for them.
        explorer: false,
        ...processorOptions(profile.options, JSON_API_PROCESSORS),
        operators: { double_of: ({ column, bind }, value) => `${column} = 2 * ${bind(value)}` },
      }),
      RestlessModule.forFeature(profile.apis.map((api) => toEntry(api, profile.flags))),
    ],
  };
}

function toEntry(api: ApiProfile, flags: string[]): ResourceEntry {
  const { model, ...options } = api;
  if (!isEntityName(model)) throw new Error(`There is no entity for ${model}.`);
  const wanted = [
    ...texts(options.additional_attributes ?? []),
    ...flags.flatMap((flag) => FLAGGED[flag]?.[model] ?? []),
  ];
  const computed = COMPUTED[model] ?? [];
  const hidden = [
    ...texts(options.exclude ?? []),
    ...computed.filter((name) => !wanted.includes(name)),
    ...(NO_FIELDS[model] ?? []),
  ];
  return {
    entity: ENTITIES[model],
    // The recorded system shows every column and sends the linkage of every relationship.
    expose: 'all',
    linkage: 'always',
    // A subscriber might change what it sees; these do not, so PATCH has as little to tell as in the recorded system.
    ...(flags.includes('validators') && { returning: 'never' }),
    ...(flags.includes('proxy') && model === 'article' && PROXY),
    additionalAttributes: wanted.filter((name) => !computed.includes(name)),
    ...processorOptions(options, JSON_API_PROCESSORS),
    ...(options.only === undefined && { exclude: hidden }),
    ...Object.entries(options).reduce<ResourceOptions>(
      (all, [name, value]) => ({ ...all, ...translate(name, value) }),
      {},
    ),
  };
}

/** Columns that SQL computes: attributes like all others, so they are hidden where a profile does not ask for them. */
export const COMPUTED: Partial<Record<EntityName, string[]>> = { person: ['computer_count', 'is_minor', 'nickname'] };

/** Columns that are no fields: foreign keys, and discriminators, whose name JSON:API keeps for itself. */
const NO_FIELDS: Partial<Record<EntityName, string[]>> = {
  computer: ['owner_id'],
  article: ['author_id'],
  comment: ['article_id', 'author_id'],
  category: ['parent_id'],
  employee: ['type'],
  manager: ['type'],
};

/** The association proxy of the recorded system, of articles. */
export const PROXY: ResourceOptions = { pluck: { tag_names: 'tags.name' } };

/** The attributes that a flag of the profile adds. */
export const FLAGGED: Record<string, Partial<Record<EntityName, string[]>>> = {
  hybrid: { person: ['is_minor', 'nickname'] },
};

/** The options of the old server and what they are called here. */
const OPTIONS: Record<string, (value: Json) => ResourceOptions> = {
  collection_name: (value) => ({ collectionName: text(value) }),
  url_prefix: (value) => ({ prefix: text(value) }),
  methods: (value) => ({ methods: texts(value) as NonNullable<ResourceOptions['methods']> }),
  // `self` is no field: the link is always there.
  only: (value) => ({ only: texts(value).filter((name) => name !== 'self') }),
  includes: (value) => ({ includes: texts(value) }),
  primary_key: (value) => ({ primaryKey: text(value) }),
  page_size: (value) => ({ pageSize: Number(value) }),
  max_page_size: (value) => ({ maxPageSize: Number(value) }),
  allow_to_many_replacement: (value) => ({ allowToManyReplacement: value === true }),
  allow_delete_from_to_many_relationships: (value) => ({ allowDeleteFromToManyRelationships: value === true }),
  allow_client_generated_ids: (value) => ({ allowClientGeneratedIds: value === true }),
  allow_functions: (value) => ({ allowFunctions: value === true }),
  serializer_class: (value) => serializerCalled(text(value)),
  deserializer_class: (value) => deserializerCalled(text(value)),
  validation_exceptions: (value) => ({ validationExceptions: texts(value).map(toErrorClass) }),
};

/** Options that `toEntry` reads itself, and those that wait for an issue. */
const ELSEWHERE = ['exclude', 'additional_attributes', 'preprocessors', 'postprocessors'];

function translate(name: string, value: Json): ResourceOptions {
  const option = OPTIONS[name];
  if (option !== undefined) return option(value);
  if (ELSEWHERE.includes(name)) return {};
  throw new Error(`The option ${name} has no counterpart.`);
}
