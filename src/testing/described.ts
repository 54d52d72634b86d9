/**
 * Where an OpenAPI document names a field: in schemas, in query parameters, in filter objects, or as an address. Reads
 * documents by the names that the library gives to what it describes, so that a word of the frame, such as `type` or
 * `data`, is no field. Needs no `@nestjs/swagger`.
 */
import type { Catalogue } from '../nest/catalogue.js';
import { describeApi } from '../nest/openapi/describe.js';
import type { Viewer } from '../resource/policy.js';
import type { Relationship, Resource } from '../resource/resource.js';
import { asObject, objects, type Json } from './json.js';

/** What is looked into of a document. */
export interface Described {
  readonly schemas: Json;
  /** By path and verb. */
  readonly paths: Json;
}

/** What `restlessDocument` says to a viewer of the generated routes. */
export function describedFor(catalogue: Catalogue, viewer: Viewer): Described {
  const { routes, schemas } = describeApi(catalogue, viewer);
  const paths: Record<string, Json> = {};
  for (const { path, verb, description } of routes) paths[path] = { ...paths[path], [verb]: description };
  return { schemas, paths };
}

/** The same of a document that is there already. */
export function readDocument(document: unknown): Described {
  const { components, paths } = asObject(document);
  return { schemas: asObject(asObject(components)['schemas']), paths: asObject(paths) };
}

/** What is looked for. */
export interface Sought {
  readonly field: string;
  readonly resource: Resource;
  /** What leads to the resource. */
  readonly approaches: readonly {
    readonly from: { readonly resource: Resource };
    readonly relationship: Relationship;
  }[];
  /** False for a field that the client may write: bodies have it, and addresses to write to. */
  readonly inBodies: boolean;
}

/** The parts of a document that name a field. */
export function* placesOf(sought: Sought, { schemas, paths }: Described): Iterable<string> {
  for (const [key, schema] of Object.entries(schemas)) {
    if (!sought.inBodies && BODIES.test(key)) continue;
    const ownOf = (): readonly string[] => (isAfter(key, sought.resource) ? membersOf(schema) : []);
    const fields = isOf(key, sought.resource) ? fieldsIn(key, schema) : ownOf();
    if (names(fields, sought.field) || namesBehind(key, fieldsIn(key, schema), sought)) yield `the schema ${key}`;
  }
  for (const [path, item] of Object.entries(paths)) {
    for (const [verb, operation] of Object.entries(asObject(item))) {
      if (isNamedBy(verb, asObject(operation), sought)) yield `${verb.toUpperCase()} ${path}`;
    }
  }
}

function isNamedBy(verb: string, { operationId, parameters }: Json, sought: Sought): boolean {
  const { field, resource, approaches, inBodies } = sought;
  const id = String(operationId);
  const relation = id.split('.')[2];
  const own = objects(parameters);
  if (!isOf(id, resource) && isAfter(id, resource)) return own.some(({ name }) => name === field);
  const isAddress = isOf(id, resource) && relation === spelt(field);
  if (isAddress && (inBodies || verb === 'get')) return true;
  const leadsHere = approaches.some(
    ({ from, relationship }) => isOf(id, from.resource) && relation === spelt(relationship.name),
  );
  const isHere = leadsHere || (isOf(id, resource) && relation === undefined);
  const fields = own.flatMap((each) => [...fieldsOf(each, resource)]);
  return (isHere && names(fields, field)) || namesBehind(id, fields, sought);
}

/** Schemas of bodies. */
const BODIES = /\.(?:create|update|update-many|row-create|row-update|rows-update)$/;

/** True for what the library calls a schema or an operation of a resource: the name, or one with a number. */
function isOf(key: string, { name }: Resource): boolean {
  const [owner = ''] = key.split('.');
  return owner.replace(/_\d+$/, '') === spelt(name) || owner === spelt(name);
}

/** True for what the application itself calls after an entity, such as `CreatePersonDto`. */
function isAfter(key: string, { model }: Resource): boolean {
  return key.split(/[._]|(?<=[a-z0-9])(?=[A-Z])/).includes(model.name);
}

function spelt(name: string): string {
  return name.replace(/[^\w-]/g, '_');
}

/** A field, or what is inside the object that it holds. */
function names(found: readonly string[], field: string): boolean {
  return found.some((name) => name === field || name.startsWith(`${field}.`));
}

/** A path that goes on to the field. */
function namesBehind(key: string, found: readonly string[], { approaches, field }: Sought): boolean {
  return approaches.some(
    ({ from, relationship }) => isOf(key, from.resource) && names(found, `${relationship.name}.${field}`),
  );
}

/** The fields in a schema of the library's. */
function fieldsIn(key: string, schema: unknown): readonly string[] {
  const [, kind = ''] = key.split('.');
  if (kind.endsWith('filter')) return [...searched(schema)];
  if (/^(?:row|rows|embedded)\b/.test(kind)) return membersOf(schema);
  const object = asObject(asObject(schema)['properties']);
  const parts = asObject(asObject(object['data'])['properties'] ?? object);
  return [...membersOf(parts['attributes']), ...membersOf(parts['relationships'])];
}

function membersOf(schema: unknown): readonly string[] {
  return Object.keys(asObject(asObject(schema)['properties']));
}

/** The fields in a query parameter of the library's. */
function* fieldsOf({ name, schema, content }: Json, resource: Resource): Iterable<string> {
  const [word = '', first, second] = String(name).replaceAll(']', '').split('[');
  if (word === 'fields' && first === resource.name) yield* textsOf(schema);
  if (word === 'filter' && first !== undefined && first !== 'objects') yield first;
  if (word === 'page' && first !== undefined && second === 'size') yield first;
  if (['sort', 'groupBy', 'include'].includes(word)) yield* textsOf(schema);
  yield* searched(content);
}

/** The fields that filters, functions and sort keys in JSON take. */
function* searched(value: unknown): Iterable<string> {
  const { op, name, field } = asObject(asObject(value)['properties']);
  if (op !== undefined) yield* textsOf(name);
  if (field !== undefined) yield* textsOf(field);
  for (const each of inside(value)) yield* searched(each);
}

/** The texts that a schema allows, and those that a path may begin with. */
function* textsOf(schema: unknown): Iterable<string> {
  const { enum: values, pattern } = asObject(schema);
  for (const value of Array.isArray(values) ? (values as unknown[]) : [])
    yield String(value).replace(/^-/, '').replaceAll('__', '.');
  if (typeof pattern === 'string') yield* /\((.*)\)/.exec(pattern)?.[1]?.replaceAll('\\', '').split('|') ?? [];
  for (const each of inside(schema)) yield* textsOf(each);
}

function inside(value: unknown): readonly unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}
