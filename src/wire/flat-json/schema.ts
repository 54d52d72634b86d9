/**
 * The schemas of flat JSON: what answers hold, what bodies bring, and the query parameters.
 */
import { keyAttributes } from '../../query/identity.js';
import type { Policy } from '../../resource/policy.js';
import { resourcesOf, type Relationship, type Resource } from '../../resource/resource.js';
import {
  ANY_OBJECT,
  anyOf,
  closed,
  isPage,
  listOf,
  orNull,
  PAGE_HEADERS,
  URL_SCHEMA,
  type DescribedHeaders,
  type DescribedOperation,
  type JsonSchema,
  type QueryParameter,
  type SchemaBook,
  type WireSchemas,
} from '../schemas.js';
import { filterSchema } from '../filter-schemas.js';
import {
  countNames,
  functionsSchema,
  groupNames,
  pathSchema,
  sortNames,
  toOneNames,
  type Spelling,
} from '../search-schemas.js';
import { requiredNames } from '../required.js';
import { readSchema, writtenSchema } from '../value-schemas.js';
import { hiddenKey, isNumber, type KeyPart } from './key.js';

/** How flat JSON describes itself. */
export const SCHEMAS: WireSchemas = Object.freeze<WireSchemas>({
  answer,
  body,
  headers,
  parameters,
  serves,
  errors,
  root,
});

const TEXT: JsonSchema = { type: 'string' };
const SPELLING: Spelling = { filter: 'search-filter', separator: '__' };
const COUNT: JsonSchema = { type: 'integer', minimum: 0 };

/** The linkage of a relationship is read, and a member that the URL names is taken out; more there is not. */
function serves({ name, resource }: DescribedOperation): boolean {
  if (name !== 'DELETE_RELATIONSHIP') return true;
  return resource.options.allowDeleteFromToManyRelationships !== false;
}

function answer(operation: DescribedOperation, book: SchemaBook): JsonSchema | undefined {
  const { name, resource, relationship, single, wire } = operation;
  const target = relationship?.target ?? resource;
  if (single === true) return name === 'GET_RELATIONSHIP' ? keys(target, book) : family(target, wire.embed, book);
  switch (name) {
    case 'GET_COLLECTION':
      return page(resource, operation, book);
    case 'GET_RESOURCE':
      return family(resource, wire.embed, book);
    case 'POST_RESOURCE':
    case 'PATCH_RESOURCE': {
      const row = family(resource, wire.embed, book);
      return book.facts.hidesRows(resource) ? anyOf([row, closed({})]) : row;
    }
    case 'GET_RELATION':
      return relationship!.toMany ? page(target, operation, book) : family(target, wire.embed, book);
    case 'GET_RELATED_RESOURCE':
      return family(target, wire.embed, book);
    case 'GET_RELATIONSHIP':
    case 'POST_RELATIONSHIP':
    case 'PATCH_RELATIONSHIP':
    case 'DELETE_RELATIONSHIP':
      return relationship!.toMany ? keyPage(target, operation, book) : keys(target, book);
    case 'PATCH_COLLECTION':
      return closed({ num_modified: COUNT }, ['num_modified']);
    case 'DELETE_COLLECTION':
      return closed({ num_deleted: COUNT }, ['num_deleted']);
    case 'EVALUATE':
      return evaluation(book);
    default:
      return undefined;
  }
}

function headers(operation: DescribedOperation): DescribedHeaders {
  if (!isPage(operation)) return {};
  const { options } = operation.relationship?.target ?? operation.resource;
  if (countNames(options).every((name) => name === 'none')) return PAGE_HEADERS;
  return {
    ...PAGE_HEADERS,
    'X-Total-Count': { description: 'How many rows there are, where they are counted. Flat JSON.', schema: COUNT },
    'Content-Range': { description: 'Which of them these are, `person 0-9/42`. Flat JSON.', schema: TEXT },
  };
}

function page(resource: Resource, { wire }: DescribedOperation, book: SchemaBook): JsonSchema {
  const name = `${book.nameOf(resource)}.page${suffixOf(wire.embed)}${wire.numPagesAlias ? '.alias' : ''}`;
  return book.named(name, () => envelope(resource, family(resource, wire.embed, book), wire.numPagesAlias));
}

function keyPage(resource: Resource, { wire }: DescribedOperation, book: SchemaBook): JsonSchema {
  const name = `${book.nameOf(resource)}.keys${wire.numPagesAlias ? '.alias' : ''}`;
  return book.named(name, () => envelope(resource, keys(resource, book), wire.numPagesAlias));
}

function envelope({ options }: Resource, objects: JsonSchema, alias: boolean): JsonSchema {
  const modes = countNames(options);
  const isCounted = modes.every((name) => name === 'exact');
  const byNumber = options.pagination === 'number';
  const isGuessed = modes.some((name) => name === 'capped' || name === 'estimated');
  return closed(
    {
      ...(modes.every((name) => name === 'none') ? {} : { num_results: COUNT }),
      ...(isGuessed ? { num_results_at_least: COUNT, num_results_estimate: COUNT } : {}),
      total_pages: COUNT,
      ...(alias ? { num_pages: COUNT } : {}),
      ...(options.pagination === 'cursor' ? {} : { page: { type: 'integer', minimum: 1 } }),
      ...(byNumber ? {} : { next_cursor: orNull(TEXT), prev_cursor: orNull(TEXT), range_truncated: { const: true } }),
      objects: listOf(objects),
    },
    [...(isCounted ? ['num_results'] : []), ...(byNumber ? ['page'] : []), 'objects'],
  );
}

/** One level of embedding is the usual. */
function suffixOf(depth: number): string {
  return depth === 1 ? '' : `-${depth}`;
}

function family(resource: Resource, depth: number, book: SchemaBook): JsonSchema {
  return anyOf(resourcesOf(resource).map((each) => row(each, depth, book)));
}

/** A row with what is embedded in it. */
function row(resource: Resource, depth: number, book: SchemaBook): JsonSchema {
  const { policy, facts } = book;
  const name = `${book.nameOf(resource)}.${depth > 0 ? `row${suffixOf(depth)}` : 'embedded'}`;
  return book.named(name, () => {
    if (facts.isSerialized(resource)) return ANY_OBJECT;
    const members: Record<string, JsonSchema> = keyMembers(resource, policy);
    const required = Object.keys(members);
    for (const attribute of policy.attributes(resource).values()) {
      members[attribute.name] = readSchema(attribute, resource);
      const mayBeHidden = attribute.kind === 'plucked' && facts.asksToRead(attribute.relationship.target);
      if (!mayBeHidden && !required.includes(attribute.name)) required.push(attribute.name);
    }
    if (depth > 0) {
      for (const each of policy.relationships(resource).values()) {
        if (!policy.isReadable(each.target)) continue;
        members[each.name] = embedded(each, depth - 1, book);
        if (!facts.hidesRows(each.target)) required.push(each.name);
      }
    }
    return closed(members, required);
  });
}

function embedded({ toMany, view }: Relationship, depth: number, book: SchemaBook): JsonSchema {
  const object = family(view, depth, book);
  return toMany ? listOf(object) : orNull(object);
}

/** The key as it stands beside the attributes, see `write.ts`. */
function keyMembers(resource: Resource, policy: Policy): Record<string, JsonSchema> {
  return partMembers(hiddenKey(resource, policy.attributes(resource).values()));
}

function partMembers(parts: readonly KeyPart[]): Record<string, JsonSchema> {
  return Object.fromEntries(
    parts.map(({ name, attribute }) => [name, isNumber(attribute) ? { type: 'number' } : TEXT]),
  );
}

/** Rows that are named and not shown. */
function keys(resource: Resource, book: SchemaBook): JsonSchema {
  const { policy } = book;
  return anyOf(
    resourcesOf(resource).map((each) =>
      book.named(`${book.nameOf(each)}.key`, () => {
        const shown = keyAttributes(each, policy);
        const members = {
          ...partMembers(hiddenKey(each, shown)),
          ...Object.fromEntries(shown.map((attribute) => [attribute.name, readSchema(attribute, each)])),
        };
        return closed(members, Object.keys(members));
      }),
    ),
  );
}

function evaluation(book: SchemaBook): JsonSchema {
  return book.named('flat-json.evaluation', () => ({
    description: 'A member for each function, as in `sum__age`; with groups, a list of such objects under `objects`.',
    type: 'object',
    properties: { objects: listOf(ANY_OBJECT) },
    additionalProperties: { type: ['number', 'string', 'boolean', 'null'] },
  }));
}

function body(operation: DescribedOperation, book: SchemaBook): JsonSchema | undefined {
  const { name, resource } = operation;
  if (name !== 'POST_RESOURCE' && name !== 'PATCH_RESOURCE' && name !== 'PATCH_COLLECTION') return undefined;
  if (book.facts.isDeserialized(resource)) return ANY_OBJECT;
  const own = book.nameOf(resource);
  const key = keyMembers(resource, book.policy);
  const ownKey = resource.options.allowClientGeneratedIds ? key : {};
  if (name === 'POST_RESOURCE') return book.named(`${own}.row-create`, () => written(resource, false, ownKey, book));
  if (name === 'PATCH_RESOURCE') return book.named(`${own}.row-update`, () => written(resource, true, key, book));
  return book.named(`${own}.rows-update`, () => written(resource, true, { q: search(resource, book) }, book));
}

function written(
  resource: Resource,
  isUpdate: boolean,
  more: Readonly<Record<string, JsonSchema>>,
  book: SchemaBook,
): JsonSchema {
  const { policy } = book;
  const mayWrite = (field: { readonly createOnly: boolean; readonly updateOnly: boolean }): boolean =>
    isUpdate ? !field.createOnly : !field.updateOnly;
  const attributes = [...resource.attributes.keys()]
    .flatMap((each) => policy.writableAttribute(resource, each) ?? [])
    .filter(mayWrite);
  const relationships = [...resource.relationships.keys()]
    .flatMap((each) => policy.writableRelationship(resource, each) ?? [])
    .filter(mayWrite);
  const required = isUpdate ? undefined : requiredNames(resource, { attributes, relationships }, book);
  return closed(
    {
      ...more,
      ...Object.fromEntries(attributes.map((each) => [each.name, writtenSchema(each, resource)])),
      ...Object.fromEntries(relationships.map((each) => [each.name, members(each, resource, isUpdate)])),
    },
    required === undefined ? [] : [...required.attributes, ...required.relationships],
  );
}

/** Rows by their keys, or with values of their own; those that are added and those that are removed. */
function members({ toMany, nullable }: Relationship, { options }: Resource, isUpdate: boolean): JsonSchema {
  const named = { ...ANY_OBJECT, description: 'A row by its key, or one that is made or changed.' };
  if (!toMany) return nullable ? orNull(named) : named;
  const list = listOf(named);
  const removes = options.allowDeleteFromToManyRelationships !== false;
  const edit = closed(removes ? { add: list, remove: list } : { add: list });
  const replaces = !isUpdate || options.allowToManyReplacement !== false;
  return anyOf([...(replaces ? [list] : []), edit]);
}

function parameters(operation: DescribedOperation, book: SchemaBook): readonly QueryParameter[] {
  const { name, resource, relationship } = operation;
  const target = relationship?.target ?? resource;
  switch (name) {
    case 'GET_COLLECTION':
      return [searching(target, book), ...pages(target)];
    case 'GET_RELATION':
    case 'GET_RELATIONSHIP':
      return relationship!.toMany ? [searching(target, book), ...pages(target)] : [];
    case 'PATCH_COLLECTION':
    case 'DELETE_COLLECTION':
      return [searching(target, book)];
    case 'EVALUATE':
      return [searching(target, book, { functions: functionsSchema(target, book, SPELLING) })];
    default:
      return [];
  }
}

function searching(
  resource: Resource,
  book: SchemaBook,
  more: Readonly<Record<string, JsonSchema>> = {},
): QueryParameter {
  const schema =
    Object.keys(more).length === 0 ? search(resource, book) : closed({ ...searchMembers(resource, book), ...more });
  const content = { 'application/json': { schema } };
  return { name: 'q', description: 'What to search for, as JSON. Flat JSON.', content };
}

function search(resource: Resource, book: SchemaBook): JsonSchema {
  return book.named(`${book.nameOf(resource)}.search`, () => closed(searchMembers(resource, book)));
}

function searchMembers(resource: Resource, book: SchemaBook): Readonly<Record<string, JsonSchema>> {
  const { policy } = book;
  const through = toOneNames(resource, book);
  const sorted = through.filter((name) => policy.maySort(resource, policy.relationship(resource, name)!.property));
  const toMany = [...policy.relationships(resource).values()].filter((each) => each.toMany);
  const direction = { type: 'string', enum: ['asc', 'desc'] };
  const positive = { type: 'integer', minimum: 1 };
  return {
    filters: listOf(filterSchema(resource, book, SPELLING)),
    disjunction: { type: 'boolean', description: 'One of the filters is enough.' },
    order_by: listOf(closed({ field: pathSchema(sortNames(resource, book), sorted, SPELLING), direction }, ['field'])),
    group_by: listOf(closed({ field: pathSchema(groupNames(resource, book), through, SPELLING) }, ['field'])),
    limit: positive,
    offset: { type: 'integer', minimum: 0 },
    single: { type: 'boolean', description: 'The one row that is found, by itself; more or none are an error.' },
    related_limit: {
      type: 'object',
      description: 'At most so many related rows of each row, by relationship, or by a path such as `parts__screws`.',
      properties: Object.fromEntries(toMany.map(({ name }) => [name, positive])),
      additionalProperties: positive,
    },
  };
}

function pages({ options }: Resource): readonly QueryParameter[] {
  const { pageSize, maxPageSize, pagination } = options;
  const modes = countNames(options);
  const usual = pageSize === 0 ? {} : { default: Math.min(pageSize, maxPageSize) };
  return [
    ...(pagination === 'cursor'
      ? []
      : [{ name: 'page', description: 'The page, from 1. Flat JSON.', schema: { type: 'integer', minimum: 1 } }]),
    ...(pagination === 'number'
      ? []
      : [
          { name: 'after', description: 'A cursor: the rows behind it. Flat JSON.', schema: TEXT },
          { name: 'before', description: 'A cursor: the rows before it. Flat JSON.', schema: TEXT },
        ]),
    {
      name: 'results_per_page',
      description: 'Rows on a page. Flat JSON.',
      schema: { type: 'integer', minimum: 1, ...usual },
    },
    ...(options.countModes.length === 0
      ? []
      : [
          { name: 'count', description: 'How the total is found. Flat JSON.', schema: { type: 'string', enum: modes } },
        ]),
  ];
}

function errors(book: SchemaBook): JsonSchema {
  return book.named('flat-json.errors', () =>
    anyOf([
      closed({ message: TEXT }, ['message']),
      closed({ validation_errors: anyOf([TEXT, { type: 'object', additionalProperties: TEXT }]) }, [
        'validation_errors',
      ]),
    ]),
  );
}

function root(book: SchemaBook): JsonSchema {
  return book.named('flat-json.root', () => ({
    type: 'object',
    additionalProperties: closed({ url: URL_SCHEMA }, ['url']),
  }));
}
