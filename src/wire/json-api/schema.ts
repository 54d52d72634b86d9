/**
 * The schemas of JSON:API documents: what answers hold, and what bodies bring.
 */
import { countNames } from '../search-schemas.js';
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
  type SchemaBook,
  type WireSchemas,
} from '../schemas.js';
import { requiredNames } from '../required.js';
import { readSchema, writtenSchema } from '../value-schemas.js';
import { parameters } from './parameters.js';
import { hasLinkageUrl, hasRelatedUrl, hasUrl } from './write.js';

/** How JSON:API describes itself. */
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

function answer(operation: DescribedOperation, book: SchemaBook): JsonSchema | undefined {
  const { name, resource, relationship, single } = operation;
  const target = relationship?.target ?? resource;
  if (single === true && name !== 'GET_RELATIONSHIP') return singleDocument(target, book);
  switch (name) {
    case 'GET_COLLECTION':
      return collection(resource, book);
    case 'GET_RESOURCE':
      return document(resource, book);
    case 'POST_RESOURCE':
    case 'PATCH_RESOURCE':
      return book.facts.hidesRows(resource) ? documentOrNull(resource, book) : document(resource, book);
    case 'GET_RELATION':
      return relationship!.toMany ? collection(target, book) : documentOrNull(target, book);
    case 'GET_RELATED_RESOURCE':
      return document(target, book);
    case 'GET_RELATIONSHIP':
    case 'POST_RELATIONSHIP':
    case 'PATCH_RELATIONSHIP':
    case 'DELETE_RELATIONSHIP':
      return relationshipDocument(relationship!, book);
    case 'PATCH_COLLECTION':
      return countDocument('modified', book);
    case 'DELETE_COLLECTION':
      return countDocument('deleted', book);
    case 'EVALUATE':
      return evaluationDocument(book);
    default:
      return undefined;
  }
}

function headers(operation: DescribedOperation): DescribedHeaders {
  return isPage(operation) ? PAGE_HEADERS : {};
}

/** Members of a relationship are replaced or taken out only where options allow it. */
function serves({ name, relationship, resource }: DescribedOperation): boolean {
  if (relationship?.toMany !== true) return true;
  const { allowToManyReplacement, allowDeleteFromToManyRelationships } = resource.options;
  if (name === 'PATCH_RELATIONSHIP') return allowToManyReplacement === true;
  return name !== 'DELETE_RELATIONSHIP' || allowDeleteFromToManyRelationships === true;
}

function jsonapi(book: SchemaBook): JsonSchema {
  return book.named('json-api.version', () => closed({ version: { const: '1.1' } }, ['version']));
}

/** Of a list that may be paged by cursor: with the profile of such pages. */
function listJsonapi({ options }: Resource, book: SchemaBook): JsonSchema {
  if (options.pagination === 'number') return jsonapi(book);
  return book.named('json-api.profiled', () =>
    closed({ version: { const: '1.1' }, profile: listOf({ type: 'string', format: 'uri' }) }, ['version']),
  );
}

function links(book: SchemaBook): JsonSchema {
  return book.named('json-api.links', () => closed({ self: URL_SCHEMA, related: URL_SCHEMA }, ['self']));
}

function pageLinks(book: SchemaBook): JsonSchema {
  return book.named('json-api.page-links', () =>
    closed(
      {
        self: URL_SCHEMA,
        related: URL_SCHEMA,
        first: URL_SCHEMA,
        last: URL_SCHEMA,
        prev: orNull(URL_SCHEMA),
        next: orNull(URL_SCHEMA),
      },
      ['self'],
    ),
  );
}

function collection(resource: Resource, book: SchemaBook): JsonSchema {
  return book.named(`${book.nameOf(resource)}.collection`, () =>
    listDocument(resource, listOf(family(resource, book)), included(resource, false, book), book),
  );
}

function listDocument(resource: Resource, data: JsonSchema, related: object, book: SchemaBook): JsonSchema {
  return closed(
    {
      data,
      ...related,
      ...totalMeta(resource),
      links: pageLinks(book),
      jsonapi: listJsonapi(resource, book),
    },
    ['data', 'links', 'jsonapi'],
  );
}

function document(resource: Resource, book: SchemaBook): JsonSchema {
  return book.named(`${book.nameOf(resource)}.document`, () => oneDocument(resource, (data) => data, book));
}

function documentOrNull(resource: Resource, book: SchemaBook): JsonSchema {
  return book.named(`${book.nameOf(resource)}.document-or-null`, () => oneDocument(resource, orNull, book));
}

/** The total, or what is known of it, and what the profile of cursors says of a page. */
function totalMeta({ options }: Resource): { readonly meta?: JsonSchema } {
  const modes = countNames(options).filter((name) => name !== 'none');
  const hasCursors = options.pagination !== 'number';
  if (modes.length === 0 && !hasCursors) return {};
  const count = { type: 'integer', minimum: 0 };
  const isExact = modes.length > 0 && modes.every((name) => name === 'exact');
  const known = {
    ...(modes.length === 0 ? {} : { total: count }),
    ...(isExact || modes.length === 0 ? {} : { estimatedTotal: closed({ atLeast: count, bestGuess: count }) }),
  };
  const required = isExact ? ['total'] : [];
  if (!hasCursors) return { meta: closed(known, required) };
  const page = closed({ ...known, rangeTruncated: { type: 'boolean' } });
  return { meta: closed({ ...known, page }, required) };
}

/** Where pages may be asked for by cursor, a row of a list has one. */
function cursorMeta({ options }: Resource): { readonly meta?: JsonSchema } {
  return options.pagination === 'number' ? {} : { meta: closed({ page: closed({ cursor: TEXT }, ['cursor']) }) };
}

/** The one row of a list, which is counted all the same. */
function singleDocument(resource: Resource, book: SchemaBook): JsonSchema {
  return book.named(`${book.nameOf(resource)}.single`, () =>
    listDocument(resource, family(resource, book), included(resource, false, book), book),
  );
}

function oneDocument(resource: Resource, dataOf: (data: JsonSchema) => JsonSchema, book: SchemaBook): JsonSchema {
  const data = dataOf(family(resource, book));
  const members = { data, ...included(resource, false, book), links: links(book), jsonapi: jsonapi(book) };
  return closed(members, ['data', 'links', 'jsonapi']);
}

function relationshipDocument({ target, toMany }: Relationship, book: SchemaBook): JsonSchema {
  const name = book.nameOf(target);
  const related = included(target, true, book);
  if (toMany) {
    return book.named(`${name}.linkages`, () => listDocument(target, listOf(linkage(target, book)), related, book));
  }
  return book.named(`${name}.linkage`, () =>
    closed({ data: orNull(linkage(target, book)), ...related, links: links(book), jsonapi: jsonapi(book) }, [
      'data',
      'links',
      'jsonapi',
    ]),
  );
}

function countDocument(what: 'modified' | 'deleted', book: SchemaBook): JsonSchema {
  return book.named(`json-api.${what}`, () =>
    closed({ meta: closed({ [what]: { type: 'integer', minimum: 0 } }, [what]), jsonapi: jsonapi(book) }, [
      'meta',
      'jsonapi',
    ]),
  );
}

function evaluationDocument(book: SchemaBook): JsonSchema {
  return book.named('json-api.evaluation', () => {
    const value = { type: ['number', 'string', 'boolean', 'null'] };
    const group = closed({ group: ANY_OBJECT, values: listOf(value) }, ['group', 'values']);
    return closed({ data: listOf(anyOf([value, group])), jsonapi: jsonapi(book) }, ['data', 'jsonapi']);
  });
}

/** A row of the resource, or of one that inherits from it. */
function family(resource: Resource, book: SchemaBook): JsonSchema {
  return anyOf(resourcesOf(resource).map((each) => resourceObject(each, book)));
}

function linkage(resource: Resource, book: SchemaBook): JsonSchema {
  const names = [...new Set(resourcesOf(resource).map(({ name }) => name))];
  const type = names.length === 1 ? { const: names[0] } : { enum: names };
  return book.named(`${book.nameOf(resource)}.identifier`, () =>
    closed({ type: { type: 'string', ...type }, id: TEXT, ...cursorMeta(resource) }, ['type', 'id']),
  );
}

function resourceObject(resource: Resource, book: SchemaBook): JsonSchema {
  return book.named(book.nameOf(resource), () => {
    const type = { type: 'string', const: resource.name };
    if (book.facts.isSerialized(resource)) {
      const parts = { attributes: ANY_OBJECT, relationships: ANY_OBJECT, links: ANY_OBJECT, meta: ANY_OBJECT };
      return closed({ type, id: TEXT, ...parts }, ['type', 'id']);
    }
    const attributes = [...book.policy.attributes(resource).values()];
    const relationships = [...book.policy.relationships(resource).values()];
    const shown = Object.fromEntries(attributes.map((each) => [each.name, readSchema(each, resource)]));
    const related = Object.fromEntries(
      relationships.map((each) => [each.name, relationshipObject(resource, each, book)]),
    );
    return closed(
      {
        type,
        id: TEXT,
        ...(attributes.length === 0 ? {} : { attributes: closed(shown) }),
        ...(relationships.length === 0 ? {} : { relationships: closed(related) }),
        ...(hasUrl(resource) ? { links: closed({ self: URL_SCHEMA }, ['self']) } : {}),
        ...cursorMeta(resource),
      },
      ['type', 'id', ...(hasUrl(resource) ? ['links'] : [])],
    );
  });
}

function relationshipObject(owner: Resource, relationship: Relationship, book: SchemaBook): JsonSchema {
  const { toMany, target } = relationship;
  const identifier = linkage(target, book);
  const urls = {
    ...(hasLinkageUrl(owner) ? { self: URL_SCHEMA } : {}),
    ...(hasRelatedUrl(owner, relationship) ? { related: URL_SCHEMA } : {}),
  };
  const required = Object.keys(urls);
  const own = closed(toMany ? { ...urls, next: URL_SCHEMA } : urls, required);
  const links: Readonly<Record<string, JsonSchema>> = required.length === 0 ? {} : { links: own };
  const names = [...(toMany ? [] : ['data']), ...Object.keys(links)];
  if (!toMany) return closed({ data: orNull(identifier), ...links }, names);
  // Where a part of the linkage is shown: how much there is, and where it goes on.
  const total = closed({ total: { type: 'integer', minimum: 0 } }, ['total']);
  return closed({ data: listOf(identifier), ...links, meta: total }, names);
}

/** `included`, where anything can be included. */
function included(resource: Resource, withPrimary: boolean, book: SchemaBook): { readonly included?: JsonSchema } {
  const reached = reachable(resource, book);
  const all = withPrimary ? [...new Set([...resourcesOf(resource), ...reached])] : [...reached];
  if (all.length === 0) return {};
  const name = `${book.nameOf(resource)}.${withPrimary ? 'linked' : 'included'}`;
  return { included: book.named(name, () => listOf(anyOf(all.map((each) => resourceObject(each, book))))) };
}

/** What `include` may lead to, as it looks there. */
function reachable(resource: Resource, { policy }: SchemaBook): ReadonlySet<Resource> {
  const reached = new Set<Resource>();
  const visit = (from: Resource): void => {
    for (const member of resourcesOf(from)) {
      for (const { target, view } of policy.relationships(member).values()) {
        if (!policy.isReadable(target)) continue;
        const fresh = resourcesOf(view).filter((each) => !reached.has(each));
        fresh.forEach((each) => reached.add(each));
        fresh.forEach(visit);
      }
    }
  };
  visit(resource);
  return reached;
}

function body(operation: DescribedOperation, book: SchemaBook): JsonSchema | undefined {
  const { name, resource, relationship } = operation;
  const frame = (data: JsonSchema): JsonSchema =>
    closed({ data, meta: ANY_OBJECT, jsonapi: ANY_OBJECT, links: ANY_OBJECT }, ['data']);
  const own = book.nameOf(resource);
  switch (name) {
    case 'POST_RESOURCE':
    case 'PATCH_RESOURCE':
    case 'PATCH_COLLECTION':
      if (book.facts.isDeserialized(resource)) return ANY_OBJECT;
      return book.named(`${own}.${BODIES[name]}`, () => frame(writtenObject(operation, book)));
    case 'POST_RELATIONSHIP':
    case 'PATCH_RELATIONSHIP':
    case 'DELETE_RELATIONSHIP': {
      const { toMany, target } = relationship!;
      const identifier = linkage(target, book);
      const target_ = book.nameOf(target);
      return toMany
        ? book.named(`${target_}.members`, () => frame(listOf(identifier)))
        : book.named(`${target_}.member`, () => frame(orNull(identifier)));
    }
    default:
      return undefined;
  }
}

const BODIES = { POST_RESOURCE: 'create', PATCH_RESOURCE: 'update', PATCH_COLLECTION: 'update-many' } as const;

function writtenObject({ name, resource }: DescribedOperation, book: SchemaBook): JsonSchema {
  const { policy } = book;
  const isUpdate = name !== 'POST_RESOURCE';
  const mayWrite = (field: { readonly createOnly: boolean; readonly updateOnly: boolean }): boolean =>
    isUpdate ? !field.createOnly : !field.updateOnly;
  const attributes = [...resource.attributes.keys()]
    .flatMap((each) => policy.writableAttribute(resource, each) ?? [])
    .filter(mayWrite);
  const relationships = [...resource.relationships.keys()]
    .flatMap((each) => policy.writableRelationship(resource, each) ?? [])
    .filter(mayWrite)
    // A whole relationship is replaced only where an option allows it.
    .filter(({ toMany }) => !toMany || !isUpdate || resource.options.allowToManyReplacement === true);
  const linkages = relationships.map((each) => {
    const identifier = linkage(each.target, book);
    const data = each.toMany ? listOf(identifier) : each.nullable ? orNull(identifier) : identifier;
    return [each.name, closed({ data, meta: ANY_OBJECT, links: ANY_OBJECT }, ['data'])] as const;
  });
  const required = isUpdate ? NOTHING : requiredNames(resource, { attributes, relationships }, book);
  const takesId = name === 'PATCH_RESOURCE' || (!isUpdate && resource.options.allowClientGeneratedIds);
  return closed(
    {
      type: { type: 'string', const: resource.name },
      ...(takesId ? { id: TEXT } : {}),
      attributes: closed(
        Object.fromEntries(attributes.map((each) => [each.name, writtenSchema(each, resource)])),
        required.attributes,
      ),
      ...(linkages.length === 0 ? {} : { relationships: closed(Object.fromEntries(linkages), required.relationships) }),
    },
    [
      'type',
      ...(name === 'PATCH_RESOURCE' ? ['id'] : []),
      ...(required.attributes.length === 0 ? [] : ['attributes']),
      ...(required.relationships.length === 0 ? [] : ['relationships']),
    ],
  );
}

const NOTHING = { attributes: [], relationships: [] } as const;

function errors(book: SchemaBook): JsonSchema {
  return book.named('json-api.errors', () => {
    const source = closed({ pointer: TEXT, parameter: TEXT, header: TEXT });
    const error = closed(
      {
        id: TEXT,
        links: ANY_OBJECT,
        status: { type: 'string', pattern: '^[1-5][0-9]{2}$' },
        code: TEXT,
        title: TEXT,
        detail: TEXT,
        source,
        meta: ANY_OBJECT,
      },
      ['status'],
    );
    return closed({ errors: { ...listOf(error), minItems: 1 }, jsonapi: jsonapi(book) }, ['errors', 'jsonapi']);
  });
}

function root(book: SchemaBook): JsonSchema {
  return book.named('json-api.root', () => {
    const entry = closed({ primarykey: TEXT, url: URL_SCHEMA }, ['primarykey', 'url']);
    const modelinfo = { type: 'object', additionalProperties: entry };
    return closed({ data: { type: 'null' }, meta: closed({ modelinfo }), links: links(book), jsonapi: jsonapi(book) }, [
      'data',
      'meta',
      'links',
      'jsonapi',
    ]);
  });
}
