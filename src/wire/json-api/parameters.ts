/**
 * The query parameters of JSON:API, as OpenAPI has them.
 */
import { portionOf } from '../../resource/portions.js';
import { resourcesOf, type Relationship, type Resource } from '../../resource/resource.js';
import { listOf, type DescribedOperation, type JsonSchema, type QueryParameter, type SchemaBook } from '../schemas.js';
import { filterSchema } from '../filter-schemas.js';
import {
  countNames,
  filterNames,
  functionsSchema,
  groupNames,
  pathSchema,
  sortNames,
  toOneNames,
  type Spelling,
} from '../search-schemas.js';
import { textSchema } from '../value-schemas.js';

/** The parameters that an operation takes. */
export function parameters(operation: DescribedOperation, book: SchemaBook): readonly QueryParameter[] {
  const { name, resource, relationship } = operation;
  const target = relationship?.target ?? resource;
  const shown = [
    ...(includes(target, relationship?.name, book) ?? []),
    ...fieldsets(target, book),
    ...portions(target, book),
  ];
  switch (name) {
    case 'GET_COLLECTION':
      return [...shown, ...order(target, book), ...pages(target), ...filters(target, book)];
    case 'GET_RELATION':
      return relationship!.toMany
        ? [...shown, ...order(target, book), ...pages(target), ...filters(target, book)]
        : shown;
    case 'GET_RELATIONSHIP': {
      const included = includes(target, relationship!.name, book, true) ?? [];
      return relationship!.toMany
        ? [...included, ...order(target, book), ...pages(target), ...filters(target, book)]
        : included;
    }
    case 'GET_RESOURCE':
    case 'GET_RELATED_RESOURCE':
    case 'POST_RESOURCE':
    case 'PATCH_RESOURCE':
      return shown;
    case 'PATCH_COLLECTION':
    case 'DELETE_COLLECTION':
      return filters(target, book);
    case 'EVALUATE':
      return [functions(target, book), ...groups(target, book), ...filters(target, book)];
    default:
      return [];
  }
}

const SPELLING: Spelling = { filter: 'filter', separator: '.' };

/** A list of names in one value. */
const NAMES = { style: 'form', explode: false } as const;

/** Relationship paths; of a relationship's own document they start with its name. */
function includes(
  resource: Resource,
  relation: string | undefined,
  { policy, facts }: SchemaBook,
  isLinkage = false,
): readonly QueryParameter[] | undefined {
  const names = [...new Set(resourcesOf(resource).flatMap((each) => [...policy.relationships(each).values()]))]
    .filter(({ target }) => policy.isReadable(target))
    .map(({ name }) => name);
  const first = isLinkage ? (policy.isReadable(resource) ? [relation!] : []) : [...new Set(names)];
  if (first.length === 0) return undefined;
  const { includePaths } = facts.limits;
  const bound = Number.isSafeInteger(includePaths) ? { maxItems: includePaths } : {};
  const schema = { ...listOf(pathSchema(first, first, SPELLING)), ...bound };
  const description = 'The related resources that are wanted as well, as paths of relationships. JSON:API.';
  return [{ name: 'include', description, ...NAMES, schema }];
}

/** One parameter for every type that may occur. */
function fieldsets(resource: Resource, { policy }: SchemaBook): readonly QueryParameter[] {
  const types = new Map<string, Set<string>>();
  const seen = new Set<Resource>();
  const visit = (each: Resource): void => {
    if (seen.has(each)) return;
    seen.add(each);
    const fields = types.get(each.name) ?? new Set();
    for (const name of [...policy.attributes(each).keys(), ...policy.relationships(each).keys()]) fields.add(name);
    types.set(each.name, fields);
    for (const { target } of policy.relationships(each).values()) {
      if (policy.isReadable(target)) resourcesOf(target).forEach(visit);
    }
  };
  resourcesOf(resource).forEach(visit);
  return [...types].map(([type, fields]) => ({
    name: `fields[${type}]`,
    description: `The only fields of ${type} that are wanted. JSON:API.`,
    ...NAMES,
    schema: listOf(fields.size === 0 ? { type: 'string' } : { type: 'string', enum: [...fields] }),
  }));
}

function order(resource: Resource, book: SchemaBook): readonly QueryParameter[] {
  const { policy } = book;
  const names = sortNames(resource, book);
  const keys = names.flatMap((name) => [name, `-${name}`]);
  const through = toOneNames(resource, book).filter((name) =>
    policy.maySort(resource, policy.relationship(resource, name)!.property),
  );
  const sorts: readonly QueryParameter[] = [
    {
      name: 'sort',
      description: 'Sort keys, the first one first; `-` is descending. JSON:API.',
      ...NAMES,
      schema: listOf(pathSchema(keys, through, SPELLING, '-?')),
    },
    {
      name: 'ignoreCase',
      description: '1 sorts texts whatever their case. JSON:API.',
      schema: { type: 'integer', enum: [0, 1] },
    },
  ];
  return [...(names.length === 0 && through.length === 0 ? [] : sorts), ...groups(resource, book)];
}

function groups(resource: Resource, book: SchemaBook): readonly QueryParameter[] {
  const names = groupNames(resource, book);
  const through = toOneNames(resource, book);
  if (names.length === 0 && through.length === 0) return [];
  const description = 'One row for each of the values of these fields. JSON:API.';
  return [{ name: 'groupBy', description, ...NAMES, schema: listOf(pathSchema(names, through, SPELLING)) }];
}

/** How much of each to-many relationship is wanted. */
function portions(resource: Resource, { policy }: SchemaBook): readonly QueryParameter[] {
  const toMany = [...policy.relationships(resource).values()].filter((each) => each.toMany);
  return toMany.map((each) => ({
    name: `page[${each.name}][size]`,
    description: `At most so many ${each.name} of each row, where they are included or linked. JSON:API.`,
    schema: { type: 'integer', minimum: 1, ...boundOf(resource, each) },
  }));
}

function boundOf(resource: Resource, relationship: Relationship): JsonSchema {
  const { limit, maxLimit = limit } = portionOf(resource, relationship);
  return maxLimit === undefined ? {} : { maximum: maxLimit };
}

function pages({ options }: Resource): readonly QueryParameter[] {
  const { pageSize, maxPageSize, pagination } = options;
  const bound = Number.isFinite(maxPageSize) ? { maximum: maxPageSize } : {};
  const usual = pageSize === 0 ? {} : { default: Math.min(pageSize, maxPageSize) };
  const modes = countNames(options);
  const cursor = { type: 'string' };
  const number = {
    name: 'page[number]',
    description: 'The page, from 1. JSON:API.',
    schema: { type: 'integer', minimum: 1 },
  };
  const cursors = [
    { name: 'page[after]', description: 'A cursor: the rows behind it. JSON:API.', schema: cursor },
    { name: 'page[before]', description: 'A cursor: the rows before it. JSON:API.', schema: cursor },
  ];
  return [
    ...(pagination === 'cursor' ? [] : [number]),
    ...(pagination === 'number' ? [] : cursors),
    {
      name: 'page[size]',
      description: 'Resources on a page. JSON:API.',
      schema: { type: 'integer', minimum: 1, ...bound, ...usual },
    },
    ...(options.countModes.length === 0
      ? []
      : [{ name: 'countMode', description: 'How the total is found. JSON:API.', schema: countSchema(modes) }]),
  ];
}

function countSchema(modes: readonly string[]): JsonSchema {
  return { type: 'string', enum: modes, default: modes[0] };
}

function filters(resource: Resource, book: SchemaBook): readonly QueryParameter[] {
  const { filterable } = resource.options;
  const schema = listOf(filterSchema(resource, book, SPELLING));
  const simple = filterNames(resource, book).map(({ name, attribute }) => {
    const rule = filterable?.get(name);
    const isPlain = rule?.operators === undefined && rule?.default === undefined && rule?.filter === undefined;
    return {
      name: `filter[${name}]`,
      description: `Rows with this ${name}. Other operators: \`filter[${name}][op]\`. JSON:API.`,
      schema: isPlain ? textSchema(attribute) : { type: 'string' },
    };
  });
  const description = 'Filter objects as JSON, all of which have to hold. JSON:API.';
  return [...simple, { name: 'filter[objects]', description, content: { 'application/json': { schema } } }];
}

function functions(resource: Resource, book: SchemaBook): QueryParameter {
  const content = { 'application/json': { schema: functionsSchema(resource, book, SPELLING) } };
  return { name: 'functions', description: 'What to evaluate, as JSON. JSON:API.', content };
}
