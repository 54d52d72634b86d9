/**
 * Turns the recorded configuration of flask-jsonapi into a Nest module: its schemas, filters, routes and permissions under
 * our names. What it says in words, the permission and the decorator, is written out here.
 */
import {
  type CanActivate,
  type DynamicModule,
  type ExecutionContext,
  Injectable,
  Module,
  UnauthorizedException,
} from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  type FilterRules,
  type PermissionChecker,
  type ResourceEntry,
  RestlessModule,
  type RowAction,
} from 'nestjs-restless';
import type { DataSourceOptions } from 'typeorm';
import { type Json, type JsonObject, type Profile, readJson, text, texts } from '../cases.js';
import { type Computer, ENTITIES } from '../entities.js';
import { toObject } from '../meaning.js';
import { attributeOf, readSchema, type Schema, SchemaError, schemaRules } from './schemas.js';

/** There is one configuration, of the one profile that the cases name. */
export function readConfiguration(folder: string, file: string): Map<string, Profile> {
  const name = 'main';
  return new Map([[name, { name, apis: [], flags: [], options: toObject(readJson(folder, file) as Json) }]]);
}

@Module({})
class ConfiguredModule {}

export function configuredModule({ options: configuration }: Profile, dataSource: DataSourceOptions): DynamicModule {
  const schemas = new Map(
    Object.entries(toObject(configuration.schemas)).map(([name, schema]) => [name, readSchema(toObject(schema))]),
  );
  const routes = (configuration.routes as Json[]).map(toObject);
  return {
    module: ConfiguredModule,
    providers: [OwnerPermissions],
    imports: [
      TypeOrmModule.forRoot({ ...dataSource, subscribers: schemaRules(schemas), retryAttempts: 0 }),
      RestlessModule.forRoot({
        prefix: '',
        formats: ['json-api'],
        // Some cases ask as browsers do; this system had no page for them.
        explorer: false,
        methods: ['GET', 'POST', 'PATCH', 'DELETE'],
        trailingSlash: 'ignore',
        // The recorded system pages only where it is asked to, and to any size.
        pageSize: 0,
        maxPageSize: null,
        linkage: 'always',
        returning: 'never',
        validationStatus: 422,
        allowToManyReplacement: true,
        allowClientGeneratedIds: true,
      }),
      RestlessModule.forFeature(routes.flatMap((route) => toEntries(route, schemas, configuration))),
    ],
  };
}

/** A repository has the same resource at each of its addresses. The related list needs no route of its own here. */
function toEntries(route: JsonObject, schemas: Map<string, Schema>, configuration: JsonObject): ResourceEntry[] {
  const { kind, urls, schema: type, filter, allowed_actions: actions, permission, view_decorator: decorator } = route;
  if (kind === 'plain list resource') return [];
  const schema = schemas.get(text(type));
  if (schema === undefined) throw new Error(`There is no schema ${text(type)}.`);
  const { fields, relationships, model } = schema;
  const attributes = [...fields].flatMap(([name, { attribute }]) => (name === 'id' ? [] : [attribute]));
  const shared = {
    entity: ENTITIES[model],
    type: text(type),
    only: [...attributes, ...relationships],
    keys: (property: string) => dashed([...fields].find(([, field]) => field.attribute === property)?.[0] ?? property),
    filterable: filter === undefined ? [] : filterRules(text(filter), schema, configuration),
    sortable: ['id', ...attributes],
    validationExceptions: [SchemaError],
    ...(actions !== undefined && { operations: texts(actions).map(toOperation) }),
    ...(permission !== undefined && { permissions: OwnerPermissions }),
    ...(decorator !== undefined && { guards: [KeyGuard] }),
    ...(kind === 'repository that implements nothing' && { repository: () => ({}) }),
  };
  return texts(urls).map((url) => {
    const steps = url.split('/').filter((step) => step !== '');
    return { ...shared, prefix: steps.slice(0, -1).join('/'), collectionName: steps.at(-1) ?? '' };
  });
}

const dashed = (name: string): string => name.replaceAll('_', '-');

/** The declared filters: those of a schema's fields by property, all others under names of their own. */
function filterRules(name: string, schema: Schema, configuration: JsonObject): FilterRules {
  const {
    extends: base,
    generated_from_schema: generated,
    ...declared
  } = toObject(toObject(configuration.filters)[name]);
  const operatorsOf = (set: Json): string[] =>
    texts(typeof set === 'string' ? toObject(configuration.operator_sets)[set] : set);
  const rules = Object.entries(declared).map(([filter, given]): [name: string, Rule] => {
    const { operators = [], default: standard, attribute, relationship } = toObject(given);
    // A filter goes through a relationship, never by the relationship itself.
    if (relationship !== undefined) return [filter, { operators: [] }];
    const property = attribute === undefined ? attributeOf(schema, filter) : text(attribute);
    const isField = attributeOf(schema, filter) === property;
    const rule = {
      operators: operatorsOf(operators),
      ...(standard === undefined ? EQUALITY : { default: text(standard) }),
      ...(isField ? {} : { attribute: property }),
    };
    return [isField ? property : filter, rule];
  });
  return {
    ...(base === undefined ? {} : filterRules(text(base), schema, configuration)),
    ...Object.fromEntries(
      texts(generated ?? []).map((field) => [attributeOf(schema, field), { operators: [], ...EQUALITY }]),
    ),
    ...Object.fromEntries(rules),
  };
}

interface Rule {
  operators: string[];
  default?: string;
  attribute?: string;
}

/** What a filter does that declares no operators. */
const EQUALITY = { default: 'eq' };

type Operation = NonNullable<ResourceEntry['operations']>[number];

const OPERATIONS: Record<string, Operation> = {
  fetch: 'GET_RESOURCE',
  'fetch list': 'GET_COLLECTION',
  create: 'POST_RESOURCE',
  update: 'PATCH_RESOURCE',
  delete: 'DELETE_RESOURCE',
};

function toOperation(action: string): Operation {
  const operation = OPERATIONS[action];
  if (operation === undefined) throw new Error(`The action ${action} has no counterpart.`);
  return operation;
}

/** Lets requests pass that have the key. */
@Injectable()
class KeyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string | undefined> }>();
    if (headers['x-key'] === 'sesame') return true;
    throw new UnauthorizedException('X-Key required');
  }
}

/** The owner of a computer decides: with those of person 1 everything may be done, those of person 3 may be read. */
@Injectable()
class OwnerPermissions implements PermissionChecker<Computer> {
  private readonly rights: Record<number, RowAction[]> = { 1: ['read', 'create', 'update', 'destroy'], 3: ['read'] };

  hasObjectPermission({ owner }: Computer, action: RowAction): boolean {
    return this.rights[owner?.id ?? 0]?.includes(action) ?? false;
  }
}
