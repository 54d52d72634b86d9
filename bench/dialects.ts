/**
 * How each kind of server is asked for a piece of work. What a dialect leaves out, servers of that kind cannot do.
 */
import type { Asked, Spot, WorkKey } from './work.js';

/** How a server is spoken to. */
export type Dialect = 'json-api' | 'flat-json' | 'plain' | 'crud' | 'json-api-nestjs' | 'paginate';

type Words = (spot: Spot) => Readonly<Partial<Record<WorkKey, Asked>>>;

const person = { name: 'Bench', age: 33, email: 'bench@example.org', createdAt: '2024-01-01T00:00:00.123Z' };
const computer = { serial: 'SN-0', vendor: 'Bench', price: 1, boughtAt: '2024-01-01T00:00:00.123Z' };
const owner = { data: { type: 'person', id: '7' } };
const change = { age: '{age}' };

const resource = {
  post: { data: { type: 'person', attributes: person } },
  patch: { data: { type: 'person', id: '{row}', attributes: change } },
  'post-related': { data: { type: 'computer', attributes: computer, relationships: { owner } } },
};
const plain = { post: person, patch: change, 'post-related': { ...computer, owner: { id: 7 } } };

const JSON_TYPE = 'application/json';
const JSON_API_TYPE = 'application/vnd.api+json';

function get(path: string, accept?: string, cursor?: Asked['cursor']): Asked {
  return {
    method: 'GET',
    path: encode(path),
    ...(accept !== undefined && { headers: { accept } }),
    ...(cursor && { cursor: { ...cursor, path: encode(cursor.path) } }),
  };
}

/** The braces of placeholders stay. */
function encode(path: string): string {
  return encodeURI(path).replaceAll('%7Bcursor%7D', '{cursor}');
}

function writes(prefix: string, bodies: typeof resource | typeof plain, type = JSON_TYPE): ReturnType<Words> {
  const headers = { accept: type, 'content-type': type };
  return {
    post: { method: 'POST', path: `${prefix}/person`, headers, body: bodies.post },
    patch: { method: 'PATCH', path: `${prefix}/person/{row}`, headers, body: bodies.patch },
    'post-related': { method: 'POST', path: `${prefix}/computer`, headers, body: bodies['post-related'] },
  };
}

const jsonApi: Words = ({ deep, before }) => {
  const ask = (path: string, cursor?: Asked['cursor']): Asked => get(path, JSON_API_TYPE, cursor);
  const page = 'page[size]=20';
  const next = `/cursor/person?page[size]=1&filter[objects]=[{"name":"id","op":"ge","val":${before}}]`;
  return {
    item: ask('/api/person/77'),
    page: ask(`/api/person?${page}`),
    include: ask(`/api/person?${page}&include=computers`),
    uncounted: ask(`/uncounted/person?${page}&include=computers`),
    filter: ask(`/api/person?${page}&filter[age]=33`),
    'related-filter': ask(`/api/person?${page}&filter[computers.price]=77`),
    'related-sort': ask(`/api/computer?${page}&sort=owner.name`),
    deep: ask(`/api/person?${page}&page[number]=${deep}`),
    'cursor-first': ask(`/cursor/person?${page}`),
    cursor: ask(`/cursor/person?${page}&page[after]={cursor}`, { path: next, parameter: 'page[after]' }),
    ...writes('/api', resource, JSON_API_TYPE),
  };
};

const flatJson: Words = ({ deep, before }) => {
  const ask = (path: string, cursor?: Asked['cursor']): Asked => get(path, JSON_TYPE, cursor);
  const page = 'results_per_page=20';
  const related = { name: 'computers', op: 'any', val: { name: 'price', op: 'eq', val: 77 } };
  const search = (q: object): string => `q=${JSON.stringify(q)}`;
  const next = `/cursor/person?results_per_page=1&${search({ filters: [{ name: 'id', op: 'ge', val: before }] })}`;
  return {
    item: ask('/flat/person/77'),
    page: ask(`/flat/person?${page}`),
    include: ask(`/api/person?${page}`),
    uncounted: ask(`/uncounted/person?${page}`),
    filter: ask(`/flat/person?${page}&${search({ filters: [{ name: 'age', op: 'eq', val: 33 }] })}`),
    'related-filter': ask(`/flat/person?${page}&${search({ filters: [related] })}`),
    'related-sort': ask(`/flat/computer?${page}&${search({ order_by: [{ field: 'owner.name' }] })}`),
    deep: ask(`/flat/person?${page}&page=${deep}`),
    'cursor-first': ask(`/cursor/person?${page}`),
    cursor: ask(`/cursor/person?${page}&after={cursor}`, { path: next, parameter: 'next_cursor' }),
    ...writes('/flat', plain),
  };
};

const byHand: Words = ({ deep }) => ({
  item: get('/person/77'),
  page: get('/person'),
  include: get('/included'),
  uncounted: get('/uncounted'),
  filter: get('/aged/33'),
  'related-filter': get('/owning/77'),
  'related-sort': get('/by-owner'),
  deep: get(`/person?page=${deep}`),
  'cursor-first': get('/after/0'),
  cursor: get('/after/{cursor}'),
  ...writes('', plain),
});

/** @dataui/crud. It counts where a page is asked for by its number. It has no cursors. */
const crud: Words = ({ deep }) => {
  const page = 'limit=20&page=1&sort=id,ASC';
  return {
    item: get('/person/77'),
    page: get(`/person?${page}`),
    include: get(`/person?${page}&join=computers`),
    uncounted: get('/person?limit=20&sort=id,ASC&join=computers'),
    filter: get(`/person?${page}&filter=age||$eq||33`),
    'related-filter': get(`/person?${page}&join=computers&filter=computers.price||$eq||77`),
    'related-sort': get('/computer?limit=20&page=1&join=owner&sort=owner.name,ASC&sort=id,ASC'),
    deep: get(`/person?limit=20&page=${deep}&sort=id,ASC`),
    ...writes('', plain),
  };
};

/** It counts always, and joins what it filters or sorts by only where that is included. It has no cursors. */
const jsonApiNestjs: Words = ({ deep }) => {
  const page = 'page[size]=20';
  return {
    item: get('/person/77'),
    page: get(`/person?${page}&page[number]=1`),
    include: get(`/person?${page}&page[number]=1&include=computers`),
    filter: get(`/person?${page}&page[number]=1&filter[age][eq]=33`),
    'related-filter': get(`/person?${page}&page[number]=1&include=computers&filter[computers.price][eq]=77`),
    'related-sort': get(`/computer?${page}&page[number]=1&include=owner&sort=owner.name`),
    deep: get(`/person?${page}&page[number]=${deep}`),
    ...writes('', resource),
  };
};

/** nestjs-paginate. It lists, and does nothing else; it leaves the total out where pages are by cursor. */
const paginate: Words = ({ deep, before }) => ({
  page: get('/person?limit=20'),
  include: get('/owners?limit=20'),
  uncounted: get('/cursor/owners?limit=20'),
  filter: get('/person?limit=20&filter.age=$eq:33'),
  'related-filter': get('/owners?limit=20&filter.computers.price=$eq:77'),
  'related-sort': get('/computer?limit=20&sortBy=owner.name:ASC&sortBy=id:ASC'),
  deep: get(`/person?limit=20&page=${deep}`),
  'cursor-first': get('/cursor/person?limit=20'),
  cursor: get('/cursor/person?limit=20&cursor={cursor}', undefined, {
    path: `/cursor/person?limit=1&filter.id=$gte:${before}`,
    parameter: 'cursor',
  }),
});

export const DIALECTS: Readonly<Record<Dialect, Words>> = {
  'json-api': jsonApi,
  'flat-json': flatJson,
  plain: byHand,
  crud,
  'json-api-nestjs': jsonApiNestjs,
  paginate,
};
