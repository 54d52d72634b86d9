// What a fresh application of people and computers is asked, and what it has to answer: both formats, reading and writing.
// The requests build on each other; afterwards the rows are as before.
import { deepStrictEqual } from 'node:assert';

const JSON_API = 'application/vnd.api+json';
const HTML = 'text/html';
const JSON_TEXT = 'application/json; charset=utf-8';
const FLAT_JSON = 'application/json';

const any = encodeURIComponent('[{"name":"computers","op":"any","val":{"name":"vendor","op":"eq","val":"IBM"}}]');
const q = encodeURIComponent('{"filters":[{"name":"name","op":"like","val":"G%"}]}');

/**
 * Each: what it shows, method, path, format (or the types that are asked for and answered), body, and what is expected: the
 * status and what `pick` takes of the answer.
 */
const REQUESTS = [
  {
    shows: 'lists with a filter and an include',
    get: `/api/person?include=computers&filter[objects]=${any}`,
    status: 200,
    pick: ({ data, included }) => [...data, ...included].map(({ type, id, attributes }) => [type, id, attributes]),
    expected: [
      ['person', '1', { name: 'Grace', birthDate: '1906-12-09' }],
      ['computer', '1', { vendor: 'Remington' }],
      ['computer', '2', { vendor: 'IBM' }],
    ],
  },
  {
    shows: 'sorts, pages and counts',
    get: '/api/computer?sort=-vendor&page[size]=2&fields[computer]=vendor',
    status: 200,
    pick: ({ data, meta, links }) => [data.map(({ attributes }) => attributes.vendor), meta.total, 'next' in links],
    expected: [['Remington', 'IBM'], 3, true],
  },
  {
    shows: 'creates',
    post: '/api/person',
    body: { data: { type: 'person', attributes: { name: 'Ada', birthDate: '1815-12-10' } } },
    status: 201,
    pick: ({ data }) => [data.id, data.attributes],
    expected: ['3', { name: 'Ada', birthDate: '1815-12-10' }],
  },
  {
    shows: 'creates with a relationship',
    post: '/api/computer',
    body: {
      data: {
        type: 'computer',
        attributes: { vendor: 'Babbage' },
        relationships: { owner: { data: { type: 'person', id: '3' } } },
      },
    },
    status: 201,
    pick: ({ data }) => data.relationships.owner.data,
    expected: { type: 'person', id: '3' },
  },
  {
    shows: 'changes',
    patch: '/api/person/3',
    body: { data: { type: 'person', id: '3', attributes: { name: 'Ada Lovelace' } } },
    status: 204,
  },
  {
    shows: 'has what it changed',
    get: '/api/person/3',
    status: 200,
    pick: ({ data }) => data.attributes,
    expected: { name: 'Ada Lovelace', birthDate: '1815-12-10' },
  },
  {
    shows: 'refuses a filter on what is no field, and says where',
    get: '/api/person?filter[nmae]=Ada',
    status: 400,
    pick: ({ errors }) => errors.map(({ source }) => source),
    expected: [{ parameter: 'filter[nmae]' }],
  },
  {
    shows: 'refuses a body that is no JSON',
    post: '/api/person',
    body: '{',
    status: 400,
    pick: ({ errors }) => errors.map(({ status }) => status),
    expected: ['400'],
  },
  { shows: 'deletes the related resource', delete: '/api/computer/4', status: 204 },
  { shows: 'deletes', delete: '/api/person/3', status: 204 },
  {
    shows: 'has no longer what it deleted',
    get: '/api/person/3',
    status: 404,
    pick: ({ errors }) => errors.map(({ status }) => status),
    expected: ['404'],
  },
  {
    shows: 'lists in flat JSON, with a filter',
    flat: true,
    get: `/api/person?q=${q}`,
    status: 200,
    pick: ({ num_results, objects }) => [num_results, objects.map(({ id, name, computers }) => [id, name, computers])],
    expected: [
      1,
      [
        [
          1,
          'Grace',
          [
            { id: 1, vendor: 'Remington' },
            { id: 2, vendor: 'IBM' },
          ],
        ],
      ],
    ],
  },
  {
    shows: 'creates in flat JSON, with a row inside',
    flat: true,
    post: '/api/computer',
    body: { vendor: 'Zuse', owner: { name: 'Konrad' } },
    status: 201,
    pick: ({ vendor, owner }) => [vendor, owner.name],
    expected: ['Zuse', 'Konrad'],
  },
  {
    shows: 'changes in flat JSON',
    flat: true,
    patch: '/api/computer/5',
    body: { vendor: 'Zuse KG' },
    status: 200,
    pick: ({ id, vendor }) => [id, vendor],
    expected: [5, 'Zuse KG'],
  },
  { shows: 'deletes the row in flat JSON', flat: true, delete: '/api/computer/5', status: 204 },
  { shows: 'deletes the row that it had inside', flat: true, delete: '/api/person/4', status: 204 },
  {
    shows: 'gives browsers the page to explore with, and its script',
    accept: HTML,
    type: `${HTML}; charset=utf-8`,
    get: '/api/person',
    status: 200,
    pick: (page) => [page.includes('<title>API explorer</title>'), page.split('function ').length > 20],
    expected: [true, true],
  },
];

/** The same, of an application that has the optional peers as well. */
const REQUESTS_WITH_PEERS = [
  {
    shows: 'refuses what class-validator refuses',
    post: '/api/visit',
    body: { data: { type: 'visit', attributes: { reason: '?' } } },
    status: 400,
    pick: ({ errors }) => errors.map(({ source, detail }) => [source, detail]),
    expected: [[{ pointer: '/data/attributes/reason' }, 'reason must be longer than or equal to 2 characters']],
  },
  {
    shows: 'creates what class-validator lets pass',
    post: '/api/visit',
    body: { data: { type: 'visit', attributes: { reason: 'Cake' } } },
    status: 201,
    pick: ({ data }) => [data.id, data.attributes],
    expected: ['2', { reason: 'Cake' }],
  },
  { shows: 'deletes what was valid', delete: '/api/visit/2', status: 204 },
  {
    shows: 'describes itself',
    accept: FLAT_JSON,
    type: JSON_TEXT,
    get: '/api-json',
    status: 200,
    pick: ({ openapi, paths }) => [openapi, Object.keys(paths['/api/person/{id}']).sort(), '/api/visit' in paths],
    expected: ['3.1.0', ['delete', 'get', 'patch'], true],
  },
];

/**
 * Asks everything of the application at `address`; throws at the first answer that is not as expected. Returns how much it was.
 */
export async function ask(address, { withPeers }) {
  const requests = [...REQUESTS, ...(withPeers ? REQUESTS_WITH_PEERS : [])];
  for (const request of requests) await askOne(address, request);
  return requests.length;
}

async function askOne(address, { shows, flat = false, accept, body, status, pick, expected, ...rest }) {
  const { type = flat ? FLAT_JSON : JSON_API, ...verb } = rest;
  const [[method, path]] = Object.entries(verb);
  const headers = { accept: accept ?? type, ...(body === undefined ? {} : { 'content-type': type }) };
  const text = typeof body === 'object' ? JSON.stringify(body) : body;
  const answer = await fetch(address + path, { method: method.toUpperCase(), headers, body: text });
  const said = await answer.text();
  const what = `${shows}: ${method.toUpperCase()} ${path} answered ${answer.status} ${said}`;
  deepStrictEqual(answer.status, status, what);
  if (pick === undefined) return deepStrictEqual(said, '', what);
  deepStrictEqual(answer.headers.get('content-type'), type, what);
  let picked;
  try {
    picked = pick(accept === HTML ? said : JSON.parse(said));
  } catch (error) {
    throw new Error(what, { cause: error });
  }
  deepStrictEqual(picked, expected, `${what}; it should have ${JSON.stringify(expected)}`);
}
