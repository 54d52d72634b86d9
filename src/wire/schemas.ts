/**
 * What a format says of itself, for OpenAPI: the schemas of its documents and bodies (JSON Schema 2020-12), and its query
 * parameters. Each format describes its own; `nest/openapi` puts them together.
 */
import type { Limits } from '../resource/options.js';
import type { Policy } from '../resource/policy.js';
import type { Relationship, Resource } from '../resource/resource.js';
import type { OperationName } from '../resource/served.js';

/** A JSON Schema, 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A query parameter as OpenAPI has it. */
export interface QueryParameter {
  readonly name: string;
  readonly description: string;
  readonly required?: boolean;
  readonly schema?: JsonSchema;
  /** For a list in one value: `style: 'form'`, `explode: false` is `a,b`. */
  readonly style?: 'form';
  readonly explode?: boolean;
  /** For a value that is JSON. */
  readonly content?: Readonly<Record<'application/json', { readonly schema: JsonSchema }>>;
}

/** One operation at one address. */
export interface DescribedOperation {
  readonly name: OperationName;
  readonly resource: Resource;
  /** The one that the address names. */
  readonly relationship: Relationship | undefined;
  /** A list is asked for the one row that it has. */
  readonly single?: boolean;
  /** What its answers look like in flat JSON. */
  readonly wire: { readonly embed: number; readonly numPagesAlias: boolean };
}

/** A header of an answer, as OpenAPI has it. */
export interface DescribedHeader {
  readonly description: string;
  readonly schema: JsonSchema;
}

export type DescribedHeaders = Readonly<Record<string, DescribedHeader>>;

/** How a format describes itself. */
export interface WireSchemas {
  /** The headers of an answer with rows; those of what is created are the same in all formats. */
  readonly headers: (operation: DescribedOperation) => DescribedHeaders;
  /** The document of an answer that succeeds; undefined where there is none. */
  readonly answer: (operation: DescribedOperation, book: SchemaBook) => JsonSchema | undefined;
  /** What a request has to bring; undefined where it brings nothing, or where this format has no body for it. */
  readonly body: (operation: DescribedOperation, book: SchemaBook) => JsonSchema | undefined;
  readonly parameters: (operation: DescribedOperation, book: SchemaBook) => readonly QueryParameter[];
  /** False for what this format refuses whatever is sent. */
  readonly serves: (operation: DescribedOperation) => boolean;
  readonly errors: (book: SchemaBook) => JsonSchema;
  /** The document at the prefix. */
  readonly root: (book: SchemaBook) => JsonSchema;
}

/** What the schemas need to know of an application. */
export interface SchemaFacts {
  readonly policy: Policy;
  /** Names of the application's own operators. */
  readonly operators: readonly string[];
  readonly limits: Limits;
  /** The application writes it: its attributes are whatever that makes. */
  readonly isSerialized: (resource: Resource) => boolean;
  /** The application reads its bodies. */
  readonly isDeserialized: (resource: Resource) => boolean;
  /** Something but the client may give a property of a new row its value. */
  readonly isGiven: (resource: Resource, property: string) => boolean;
  /** A row may be written and not be seen afterwards. */
  readonly hidesRows: (resource: Resource) => boolean;
  /** The application is asked whether a request may read the resource at all. */
  readonly asksToRead: (resource: Resource) => boolean;
  /** Names of schemas that are taken. */
  readonly taken: Iterable<string>;
}

/** The schemas that have a name, each made once; they may refer to each other in circles. */
export class SchemaBook {
  readonly schemas: Record<string, JsonSchema> = {};
  private readonly names = new Map<Resource, string>();
  private readonly taken: Set<string>;

  constructor(readonly facts: SchemaFacts) {
    this.taken = new Set([...facts.taken].map((name) => name.split('.')[0]!));
  }

  get policy(): Policy {
    return this.facts.policy;
  }

  /** The name of a resource among schemas: its type, with a number where others are called so too. */
  nameOf(resource: Resource): string {
    let name = this.names.get(resource);
    if (name === undefined) {
      const plain = resource.name.replace(/[^A-Za-z0-9_-]/g, '_');
      name = plain;
      for (let number = 2; this.taken.has(name); number++) name = `${plain}_${number}`;
      this.taken.add(name);
      this.names.set(resource, name);
    }
    return name;
  }

  /** A schema by its name, which is made when it is first asked for. */
  named(name: string, make: () => JsonSchema): JsonSchema {
    if (!Object.hasOwn(this.schemas, name)) {
      // What it is made of may refer to it.
      this.schemas[name] = {};
      this.schemas[name] = make();
    }
    return { $ref: `#/components/schemas/${name}` };
  }
}

/** An object with these members and no others. */
export function closed(
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = [],
  rest: JsonSchema = {},
): JsonSchema {
  return {
    type: 'object',
    properties,
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
    ...rest,
  };
}

/** An object of any members. */
export const ANY_OBJECT: JsonSchema = Object.freeze({ type: 'object', additionalProperties: true });

/** A list of these. */
export function listOf(items: JsonSchema): JsonSchema {
  return { type: 'array', items };
}

/** One of these; the one, where there is one. */
export function anyOf(schemas: readonly JsonSchema[]): JsonSchema {
  return schemas.length === 1 ? schemas[0]! : { anyOf: schemas };
}

/** The same, or null. */
export function orNull(schema: JsonSchema): JsonSchema {
  const { type, enum: values } = schema;
  if (type === undefined) return Object.keys(schema).length === 0 ? schema : { anyOf: [schema, { type: 'null' }] };
  const types = (Array.isArray(type) ? type : [type]) as readonly string[];
  return {
    ...schema,
    type: [...new Set([...types, 'null'])],
    ...(values === undefined ? {} : { enum: [...(values as readonly unknown[]), null] }),
  };
}

/** True where an answer is a page. */
export function isPage({ name, relationship }: DescribedOperation): boolean {
  return name === 'GET_COLLECTION' || (relationship?.toMany === true && name !== 'GET_RELATED_RESOURCE');
}

/** Headers of pages in every format. */
export const PAGE_HEADERS: DescribedHeaders = Object.freeze<DescribedHeaders>({
  Link: { description: 'Other pages: first, last, prev, next.', schema: { type: 'string' } },
  Location: {
    description: 'Where the row is, if one is asked for in the place of a page.',
    schema: { type: 'string', format: 'uri-reference' },
  },
});

/** Where an address leads to, as links have it. */
export const URL_SCHEMA: JsonSchema = Object.freeze({ type: 'string', format: 'uri-reference' });
