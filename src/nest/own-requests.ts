/**
 * The requests of the application's own code: a third way in beside the two wire formats. Property names become the
 * names that the checks know; everything else is left to these.
 */
import { BadRequestError } from '../errors.js';
import type {
  ApiRequest,
  ChangeRequest,
  ParameterNames,
  RawFilter,
  RawLinkage,
  RawReference,
  RawResource,
  ReadOperation,
  WriteOperation,
} from '../query/api-request.js';
import { describe, escapePointer } from '../query/faults.js';
import type { FilterObject } from '../resource/options.js';
import type { Viewer } from '../resource/policy.js';
import { formatId, type Attribute, type Relationship, type Resource } from '../resource/resource.js';

/** What any method of a service may be asked, with the types of the entity taken off. */
export interface OwnQuery {
  readonly filter?: unknown;
  readonly sort?: string | readonly string[];
  readonly ignoreCase?: boolean;
  readonly group?: readonly string[];
  readonly include?: readonly string[];
  readonly fields?: readonly string[];
  readonly page?: OwnPage;
  readonly limit?: number;
  readonly offset?: number;
  readonly single?: boolean;
  readonly count?: string;
}

/** A page of the application's own. */
export interface OwnPage {
  readonly number?: number;
  readonly size?: number;
  readonly after?: string;
  readonly before?: string;
  /** By cursor, where neither a number nor a cursor says so. */
  readonly by?: 'cursor';
}

/** Where a request goes. */
export interface OwnTarget {
  readonly operation: ReadOperation;
  readonly resource: Resource;
  readonly viewer: Viewer;
  readonly id?: string;
  readonly relation?: string;
}

/** The members of the query, as errors name them. */
const NAMES: ParameterNames = Object.freeze({
  filters: 'filter',
  sort: 'sort',
  group: 'group',
  include: 'include',
  pageNumber: 'page.number',
  pageSize: 'page.size',
  pageAfter: 'page.after',
  pageBefore: 'page.before',
  single: 'single',
  count: 'count',
  fields: () => 'fields',
});

/** A request to read. */
export function ownRequest({ operation, resource, viewer, id, relation }: OwnTarget, query: OwnQuery): ApiRequest {
  const relationship = relation === undefined ? undefined : fieldOf(resource, relation);
  const rows = relationship?.kind === 'relationship' ? relationship.target : resource;
  const { sort = [], group = [], include, fields, page = {} } = query;
  return {
    operation,
    resource,
    viewer,
    id,
    relation: relationship?.name ?? relation,
    relatedId: undefined,
    filters: ownFilters(rows, query.filter),
    restrictions: [],
    relatedRestrictions: [],
    sort: [sort].flat().map((path) => {
      const descending = path.startsWith('-');
      return { field: wirePath(rows, descending ? path.slice(1) : path), descending };
    }),
    group: group.map((path) => wirePath(rows, path)),
    ignoreCase: query.ignoreCase ?? false,
    single: query.single ?? false,
    count: query.count,
    include: include?.map((path) => wirePath(rows, path)),
    embed: undefined,
    fields: fields === undefined ? new Map() : new Map([[rows.name, fields.map((name) => wirePath(rows, name))]]),
    page: ownPage(page),
    window: windowOf(query),
    parameterNames: NAMES,
  };
}

/** What the option `pagination` opens is for clients. */
function ownPage({ number, size, after, before, by }: OwnPage): ApiRequest['page'] {
  return {
    ...(number === undefined ? {} : { number: String(number) }),
    ...(size === undefined ? {} : { size: String(size) }),
    ...(after === undefined ? {} : { after }),
    ...(before === undefined ? {} : { before }),
    by: by ?? (after === undefined && before === undefined ? 'number' : 'cursor'),
  };
}

function windowOf({ limit, offset = 0 }: OwnQuery): ApiRequest['window'] {
  for (const [parameter, value] of [
    ['limit', limit ?? 0],
    ['offset', offset],
  ] as const) {
    if (Number.isSafeInteger(value) && value >= 0) continue;
    throw new BadRequestError('BAD_PAGE', `Expected a whole number for "${parameter}", got ${describe(value)}.`, {
      source: { parameter },
    });
  }
  return limit === undefined && offset === 0 ? undefined : { offset, limit };
}

function ownFilters(resource: Resource, filter: unknown): RawFilter[] {
  if (filter === undefined) return [];
  const isList = Array.isArray(filter);
  return (isList ? (filter as unknown[]) : [filter]).map((value, index) => ({
    value: ownFilter(resource, value),
    form: 'json',
    parameter: 'filter',
    pointer: isList ? `/${index}` : '',
  }));
}

/** Filters of a service's `scope`. */
export function ownScope(resource: Resource, scope: unknown): readonly FilterObject[] {
  return [scope ?? []].flat().map((value) => ownFilter(resource, value) as FilterObject);
}

/** A filter object with the names that the checks know; what is no filter object is left to them. */
function ownFilter(resource: Resource, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { name, field, val, and, or, not, ...rest } = value as Readonly<Record<string, unknown>>;
  const list = (filters: unknown): unknown =>
    Array.isArray(filters) ? filters.map((each) => ownFilter(resource, each)) : filters;
  const last = typeof name === 'string' ? ownerOf(resource, name) : undefined;
  const isAboutRows = rest['op'] === 'has' || rest['op'] === 'any';
  const filter = {
    name: typeof name === 'string' ? wirePath(resource, name) : name,
    field: typeof field === 'string' && last !== undefined ? wirePath(last.owner, field) : field,
    val: isAboutRows && last?.field?.kind === 'relationship' ? ownFilter(last.field.target, val) : plain(val),
    and: list(and),
    or: list(or),
    not: not === undefined ? undefined : ownFilter(resource, not),
  };
  return { ...rest, ...Object.fromEntries(Object.entries(filter).filter(([, each]) => each !== undefined)) };
}

/** Dates and big integers as JSON has them. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? String(value) : value.toJSON();
  return typeof value === 'bigint' ? value.toString() : value;
}

/** The field of a property, and of an embedded object's property; a name on the wire is as good. */
function fieldOf(resource: Resource, name: string): Attribute | Relationship | undefined {
  const fields = [...resource.attributes.values(), ...resource.relationships.values()];
  return fields.find(({ property }) => property === name);
}

/** A path of properties in the words of the wire; what is no property is left as it is, for the checks to refuse. */
export function wirePath(resource: Resource, path: string): string {
  const [head, ...rest] = path.split('.') as [string, ...string[]];
  const field = fieldOf(resource, head);
  if (rest.length === 0 && isId(resource, head)) return 'id';
  if (field === undefined) return path;
  if (rest.length === 0) return field.name;
  if (field.kind === 'relationship') return `${field.name}.${wirePath(field.target, rest.join('.'))}`;
  const names = [field.name];
  let inner: Attribute | undefined = field;
  for (const name of rest) {
    inner =
      inner?.kind === 'embedded' ? inner.fields.find((each) => each.property.split('.').at(-1) === name) : undefined;
    names.push(inner?.name ?? name);
  }
  return names.join('.');
}

/** True for the key's own property, where the API knows it as the `id` only. */
function isId(resource: Resource, property: string): boolean {
  const [key] = resource.id;
  return resource.id.length === 1 && property === key!.property && fieldOf(resource, property)?.exposed !== true;
}

/** The field that a path of relationships ends with, and whose it is. */
function ownerOf(
  resource: Resource,
  path: string,
): { readonly owner: Resource; readonly field: Attribute | Relationship | undefined } {
  const [head, ...rest] = path.split('.') as [string, ...string[]];
  const field = fieldOf(resource, head);
  if (rest.length === 0 || field?.kind !== 'relationship') return { owner: resource, field };
  return ownerOf(field.target, rest.join('.'));
}

/** A request to write. */
export function ownChange(
  operation: WriteOperation,
  target: Omit<OwnTarget, 'operation'>,
  query: OwnQuery,
  contents: { readonly values?: object; readonly members?: unknown } = {},
): ChangeRequest {
  const { resource, relation } = target;
  const relationship = relation === undefined ? undefined : fieldOf(resource, relation);
  const linkage =
    relationship?.kind === 'relationship' ? linkageOf(relationship, contents.members, '/data') : undefined;
  return {
    operation,
    request: ownRequest({ ...target, operation: 'GET_RESOURCE' }, query),
    resource: contents.values === undefined ? undefined : resourceOf(resource, contents.values),
    linkage:
      linkage ??
      (relation === undefined ? undefined : { name: relation, references: [], many: false, pointer: '/data' }),
    editsMembers: false,
  };
}

function resourceOf(resource: Resource, values: object): RawResource {
  const given = Object.entries(values).filter(([, value]) => value !== undefined) as [string, unknown][];
  const id = given.find(([property]) => isId(resource, property));
  const fields = given
    .filter((each) => each !== id)
    .map(([property, value]) => ({ property, value, field: fieldOf(resource, property) }));
  return {
    id: id === undefined ? undefined : { value: String(id[1]), pointer: '/data/id' },
    attributes: fields
      .filter(({ field }) => field?.kind !== 'relationship')
      .map(({ property, value, field }) => {
        const name = field?.name ?? property;
        return { name, value: written(field, value), pointer: `/data/attributes/${escapePointer(name)}` };
      }),
    relationships: fields.flatMap(({ value, field }) =>
      field?.kind === 'relationship'
        ? [linkageOf(field, value, `/data/relationships/${escapePointer(field.name)}/data`)]
        : [],
    ),
    place: {
      row: '/data',
      attributes: fields.some(({ field }) => field?.kind !== 'relationship') ? '/data/attributes' : '/data',
      relationships: fields.some(({ field }) => field?.kind === 'relationship') ? '/data/relationships' : '/data',
    },
  };
}

/** Bytes as JSON has them, and the members of embedded objects by the names of the wire. */
function written(field: Attribute | Relationship | undefined, value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (field?.kind !== 'embedded' || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([property, each]) => {
      const inner = field.fields.find((one) => one.property.split('.').at(-1) === property);
      return [inner?.name ?? property, written(inner, each)];
    }),
  );
}

function linkageOf({ name, target }: Relationship, members: unknown, pointer: string): RawLinkage {
  const many = Array.isArray(members);
  const list: readonly unknown[] = many
    ? (members as unknown[])
    : members === null || members === undefined
      ? []
      : [members];
  const references = list.map((each, index) => referenceTo(target, each, many ? `${pointer}/${index}` : pointer));
  return { name, references, many, pointer };
}

/** A related row: by its id, or by an object that has it. */
function referenceTo(target: Resource, member: unknown, pointer: string): RawReference | BadRequestError {
  if (['string', 'number', 'bigint'].includes(typeof member)) {
    return { type: target.name, id: String(member), pointer };
  }
  const object = (typeof member === 'object' && member !== null ? member : {}) as Readonly<Record<string, unknown>>;
  const type =
    typeof object['type'] === 'string' && fieldOf(target, 'type') === undefined ? object['type'] : target.name;
  const keys = target.id.map(({ property }) => object[property] ?? (target.id.length === 1 ? object['id'] : undefined));
  if (keys.every((each) => ['string', 'number', 'bigint'].includes(typeof each))) {
    return { type, id: formatId(keys.map(String), target.options.idSeparator), pointer };
  }
  const key = target.id.map(({ property }) => property).join(' and ');
  return new BadRequestError(
    'BAD_BODY',
    `A related ${target.name} is named by its id, or by an object with ${key}; got ${describe(member)}.`,
    {
      source: { pointer },
    },
  );
}
