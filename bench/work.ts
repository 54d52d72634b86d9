/**
 * What is asked of the servers: every piece of work in the words of every kind of server.
 */

/** How a server is spoken to. */
export type Dialect = 'json-api' | 'flat-json' | 'plain' | 'crud' | 'json-api-nestjs' | 'paginate';

/** One request. */
export interface Asked {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

export interface Work {
  readonly key: string;
  readonly title: string;
  /** The request in each server's words; a server that has none for it cannot do it, or has not been asked to. */
  readonly ask: Readonly<Partial<Record<Dialect, Asked>>>;
  /** Part of the short run. */
  readonly quick: boolean;
}

const JSON_API = { accept: 'application/vnd.api+json' };
const FLAT = { accept: 'application/json' };
const SIZE = 'page[size]=20';

const get = (path: string, headers: Asked['headers'] = {}): Asked => ({
  method: 'GET',
  path: encodeURI(path),
  headers,
});

const person = { name: 'Bench', age: 33, email: 'bench@example.org', createdAt: '2024-01-01T00:00:00.123Z' };
const machine = { serial: 'SN-0', vendor: 'Bench', price: 1, boughtAt: '2024-01-01T00:00:00.123Z' };

function write(method: 'POST' | 'PATCH', path: string, resource: object, plain: object): Work['ask'] {
  const json = { 'content-type': 'application/json' };
  const jsonApi = { 'content-type': 'application/vnd.api+json', ...JSON_API };
  const bare = { method, path, headers: json, body: plain };
  return {
    'json-api': { method, path: `/api${path}`, headers: jsonApi, body: { data: resource } },
    'flat-json': { method, path: `/api${path}`, headers: { ...json, ...FLAT }, body: plain },
    plain: bare,
  };
}

/**
 * The work list over tables of one size.
 *
 * @param size how many persons there are
 */
export function workFor(size: number): readonly Work[] {
  // Number 25,000 of a million rows; as far in as that in fewer.
  const deep = Math.max(2, Math.floor(size / 40));
  return [
    {
      key: 'item',
      title: 'one resource',
      ask: { 'json-api': get('/api/person/77', JSON_API), plain: get('/person/77') },
      quick: true,
    },
    {
      key: 'page',
      title: 'page of 20 with total',
      ask: { 'json-api': get(`/api/person?${SIZE}`, JSON_API), plain: get('/person') },
      quick: true,
    },
    {
      key: 'include',
      title: 'page of 20, to-many include, total',
      ask: {
        'json-api': get(`/api/person?${SIZE}&include=computers`, JSON_API),
        'flat-json': get('/api/person?results_per_page=20', FLAT),
        plain: get('/included'),
      },
      quick: true,
    },
    {
      key: 'uncounted',
      title: 'the same without total',
      ask: {
        'json-api': get(`/uncounted/person?${SIZE}&include=computers`, JSON_API),
        'flat-json': get('/uncounted/person?results_per_page=20', FLAT),
        plain: get('/uncounted'),
      },
      quick: false,
    },
    {
      key: 'filter',
      title: 'filter on an indexed column',
      ask: { 'json-api': get(`/api/person?${SIZE}&filter[age]=33`, JSON_API), plain: get('/aged/33') },
      quick: false,
    },
    {
      key: 'related-filter',
      title: 'filter through a to-many relation',
      ask: { 'json-api': get(`/api/person?${SIZE}&filter[computers.price]=77`, JSON_API), plain: get('/owning/77') },
      quick: false,
    },
    {
      key: 'related-sort',
      title: 'sort by a to-one relation',
      ask: { 'json-api': get(`/api/computer?${SIZE}&sort=owner.name`, JSON_API), plain: get('/by-owner') },
      quick: false,
    },
    {
      key: 'deep',
      title: `page ${deep.toLocaleString('en')} by number`,
      ask: {
        'json-api': get(`/api/person?${SIZE}&page[number]=${deep}`, JSON_API),
        plain: get(`/person?page=${deep}`),
      },
      quick: false,
    },
    {
      key: 'post',
      title: 'POST',
      ask: write('POST', '/person', { type: 'person', attributes: person }, person),
      quick: true,
    },
    {
      key: 'patch',
      title: 'PATCH of one attribute',
      ask: write('PATCH', '/person/77', { type: 'person', id: '77', attributes: { age: 35 } }, { age: 35 }),
      quick: true,
    },
    {
      key: 'post-related',
      title: 'POST with a relationship',
      ask: write(
        'POST',
        '/computer',
        {
          type: 'computer',
          attributes: machine,
          relationships: { owner: { data: { type: 'person', id: '7' } } },
        },
        { ...machine, owner: { id: 7 } },
      ),
      quick: false,
    },
  ];
}
