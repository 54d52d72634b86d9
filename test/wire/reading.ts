/** Situations in which rows are read. */
import {
  ADA,
  ADA_FOR_BOSSES,
  ADA_UNLINKED,
  BJORN,
  BJORN_UNLINKED,
  FLAT_ADA,
  FLAT_ADA_FOR_BOSSES,
  FLAT_ADA_INSIDE,
  FLAT_BJORN,
  FLAT_LAPTOP,
  FLAT_MINI,
  JSONAPI,
  LAPTOP,
  MINI,
} from './rows.js';
import type { Situation } from './situation.js';

export const READING: readonly Situation[] = [
  {
    name: 'a page of people with the rows around them',
    meaning: {
      rows: [
        { id: '1', name: 'Ada', age: 36, boss: null, computers: ['1'] },
        { id: '2', name: 'Björn', age: 17, boss: '1', computers: ['3'] },
      ],
      total: 3,
    },
    'json-api': {
      request: 'GET /api/person?include=boss,computers&page[size]=2',
      status: 200,
      document: {
        data: [ADA, BJORN],
        included: [LAPTOP, MINI],
        meta: { total: 3 },
        links: {
          self: '/api/person?include=boss%2Ccomputers&page%5Bsize%5D=2',
          first: '/api/person?include=boss%2Ccomputers&page%5Bsize%5D=2&page%5Bnumber%5D=1',
          last: '/api/person?include=boss%2Ccomputers&page%5Bsize%5D=2&page%5Bnumber%5D=2',
          prev: null,
          next: '/api/person?include=boss%2Ccomputers&page%5Bsize%5D=2&page%5Bnumber%5D=2',
        },
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'GET /api/person?results_per_page=2',
      status: 200,
      document: { num_results: 3, total_pages: 2, page: 1, objects: [FLAT_ADA, FLAT_BJORN] },
    },
  },
  {
    name: 'a page past the end',
    meaning: { rows: [], total: 3 },
    'json-api': {
      request: 'GET /api/person?page[number]=9',
      status: 200,
      document: {
        data: [],
        meta: { total: 3 },
        links: {
          self: '/api/person?page%5Bnumber%5D=9',
          first: '/api/person?page%5Bnumber%5D=1&page%5Bsize%5D=10',
          last: '/api/person?page%5Bnumber%5D=1&page%5Bsize%5D=10',
          prev: '/api/person?page%5Bnumber%5D=1&page%5Bsize%5D=10',
          next: null,
        },
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'GET /api/person?page=9',
      status: 200,
      document: { num_results: 3, total_pages: 1, page: 9, objects: [] },
    },
  },
  {
    name: 'one person',
    meaning: { row: { id: '2', name: 'Björn', age: 17, boss: '1', computers: ['3'] } },
    'json-api': {
      request: 'GET /api/person/2?include=computers',
      status: 200,
      document: { data: BJORN, included: [MINI], links: { self: '/api/person/2?include=computers' }, jsonapi: JSONAPI },
    },
    'flat-json': { request: 'GET /api/person/2', status: 200, document: FLAT_BJORN },
  },
  {
    name: 'the computers of a person',
    meaning: { rows: [{ id: '3', name: 'mini', vendor: 'Apple', owner: '2' }], total: 1 },
    'json-api': {
      request: 'GET /api/person/2/computers',
      status: 200,
      document: {
        data: [MINI],
        meta: { total: 1 },
        links: {
          self: '/api/person/2/computers',
          first: '/api/person/2/computers?page%5Bnumber%5D=1&page%5Bsize%5D=10',
          last: '/api/person/2/computers?page%5Bnumber%5D=1&page%5Bsize%5D=10',
          prev: null,
          next: null,
        },
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'GET /api/person/2/computers',
      status: 200,
      document: { num_results: 1, total_pages: 1, page: 1, objects: [FLAT_MINI] },
    },
  },
  {
    name: 'a computer of a person',
    meaning: { row: { id: '3', name: 'mini', vendor: 'Apple', owner: '2' } },
    'json-api': {
      request: 'GET /api/person/2/computers/3',
      status: 200,
      document: { data: MINI, links: { self: '/api/person/2/computers/3' }, jsonapi: JSONAPI },
    },
    'flat-json': { request: 'GET /api/person/2/computers/3', status: 200, document: FLAT_MINI },
  },
  {
    name: 'a boss',
    meaning: { row: { id: '1', name: 'Ada', age: 36, boss: null, computers: ['1'] } },
    'json-api': {
      request: 'GET /api/person/2/boss?include=computers',
      status: 200,
      document: {
        data: ADA,
        included: [LAPTOP],
        links: { self: '/api/person/2/boss?include=computers' },
        jsonapi: JSONAPI,
      },
    },
    'flat-json': { request: 'GET /api/person/2/boss', status: 200, document: FLAT_ADA },
  },
  {
    name: 'the linkage of a relationship',
    meaning: { rows: [{ id: '3' }], total: 1 },
    'json-api': {
      request: 'GET /api/person/2/relationships/computers',
      status: 200,
      document: {
        data: [{ type: 'computer', id: '3' }],
        meta: { total: 1 },
        links: {
          self: '/api/person/2/relationships/computers',
          related: '/api/person/2/computers',
          first: '/api/person/2/relationships/computers?page%5Bnumber%5D=1&page%5Bsize%5D=10',
          last: '/api/person/2/relationships/computers?page%5Bnumber%5D=1&page%5Bsize%5D=10',
          prev: null,
          next: null,
        },
        jsonapi: JSONAPI,
      },
    },
    'flat-json': { because: 'classic Flask-Restless has no relationship URLs; the related list has the ids' },
  },
  {
    name: 'a name that is not ASCII',
    meaning: { rows: [{ id: '2', name: 'Björn', age: 17, boss: '1', computers: ['3'] }], total: 1 },
    'json-api': {
      request: 'GET /api/person?include=computers&filter[name]=Bj%C3%B6rn',
      status: 200,
      document: {
        data: [BJORN],
        included: [MINI],
        meta: { total: 1 },
        links: {
          self: '/api/person?include=computers&filter%5Bname%5D=Bj%C3%B6rn',
          first: '/api/person?include=computers&filter%5Bname%5D=Bj%C3%B6rn&page%5Bnumber%5D=1&page%5Bsize%5D=10',
          last: '/api/person?include=computers&filter%5Bname%5D=Bj%C3%B6rn&page%5Bnumber%5D=1&page%5Bsize%5D=10',
          prev: null,
          next: null,
        },
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'GET /api/person?q={"filters":[{"name":"name","op":"eq","val":"Bj%C3%B6rn"}]}',
      status: 200,
      document: { num_results: 1, total_pages: 1, page: 1, objects: [FLAT_BJORN] },
    },
  },
  {
    name: 'a field for some, to those',
    headers: { 'X-Group': 'boss' },
    meaning: { row: { id: '1', name: 'Ada', age: 36, salary: 900, boss: null, computers: ['1'] } },
    'json-api': {
      request: 'GET /api/person/1?include=computers',
      status: 200,
      document: {
        data: ADA_FOR_BOSSES,
        included: [LAPTOP],
        links: { self: '/api/person/1?include=computers' },
        jsonapi: JSONAPI,
      },
    },
    'flat-json': { request: 'GET /api/person/1', status: 200, document: FLAT_ADA_FOR_BOSSES },
  },
  {
    name: 'a scope, around the rows of a list',
    meaning: {
      rows: [
        { id: '1', name: 'laptop', vendor: 'Apple', owner: '1' },
        { id: '3', name: 'mini', vendor: 'Apple', owner: '2' },
        { id: '4', name: 'spare', vendor: null, owner: null },
      ],
      total: 3,
    },
    'json-api': {
      request: 'GET /api/computer?include=owner',
      status: 200,
      document: {
        data: [
          LAPTOP,
          MINI,
          {
            type: 'computer',
            id: '4',
            attributes: { name: 'spare', vendor: null },
            relationships: {
              owner: {
                data: null,
                links: { self: '/api/computer/4/relationships/owner', related: '/api/computer/4/owner' },
              },
            },
            links: { self: '/api/computer/4' },
          },
        ],
        included: [ADA_UNLINKED, BJORN_UNLINKED],
        meta: { total: 3 },
        links: {
          self: '/api/computer?include=owner',
          first: '/api/computer?include=owner&page%5Bnumber%5D=1&page%5Bsize%5D=10',
          last: '/api/computer?include=owner&page%5Bnumber%5D=1&page%5Bsize%5D=10',
          prev: null,
          next: null,
        },
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'GET /api/computer',
      status: 200,
      document: {
        num_results: 3,
        total_pages: 1,
        page: 1,
        objects: [FLAT_LAPTOP, FLAT_MINI, { id: 4, name: 'spare', vendor: null, owner: null }],
      },
    },
  },
  {
    name: 'a tree of filters',
    meaning: {
      rows: [
        { id: '1', name: 'Ada', age: 36, boss: null, computers: ['1'] },
        { id: '2', name: 'Björn', age: 17, boss: '1', computers: ['3'] },
      ],
      total: 2,
    },
    'json-api': {
      request:
        'GET /api/person?include=computers&filter[objects]=[{"or":[{"name":"age","op":"lt","val":18},{"not":{"name":"boss","op":"is_not_null"}}]}]',
      status: 200,
      document: {
        data: [ADA, BJORN],
        included: [LAPTOP, MINI],
        meta: { total: 2 },
        links: {
          self: '/api/person?include=computers&filter%5Bobjects%5D=%5B%7B%22or%22%3A%5B%7B%22name%22%3A%22age%22%2C%22op%22%3A%22lt%22%2C%22val%22%3A18%7D%2C%7B%22not%22%3A%7B%22name%22%3A%22boss%22%2C%22op%22%3A%22is_not_null%22%7D%7D%5D%7D%5D',
          first:
            '/api/person?include=computers&filter%5Bobjects%5D=%5B%7B%22or%22%3A%5B%7B%22name%22%3A%22age%22%2C%22op%22%3A%22lt%22%2C%22val%22%3A18%7D%2C%7B%22not%22%3A%7B%22name%22%3A%22boss%22%2C%22op%22%3A%22is_not_null%22%7D%7D%5D%7D%5D&page%5Bnumber%5D=1&page%5Bsize%5D=10',
          last: '/api/person?include=computers&filter%5Bobjects%5D=%5B%7B%22or%22%3A%5B%7B%22name%22%3A%22age%22%2C%22op%22%3A%22lt%22%2C%22val%22%3A18%7D%2C%7B%22not%22%3A%7B%22name%22%3A%22boss%22%2C%22op%22%3A%22is_not_null%22%7D%7D%5D%7D%5D&page%5Bnumber%5D=1&page%5Bsize%5D=10',
          prev: null,
          next: null,
        },
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request:
        'GET /api/person?q={"filters":[{"or":[{"name":"age","op":"lt","val":18},{"not":{"name":"boss","op":"is_not_null"}}]}]}',
      status: 200,
      document: { num_results: 2, total_pages: 1, page: 1, objects: [FLAT_ADA, FLAT_BJORN] },
    },
  },
  {
    name: 'a filter through a relationship',
    meaning: {
      rows: [
        { id: '1', name: 'Ada', age: 36, boss: null, computers: ['1'] },
        { id: '2', name: 'Björn', age: 17, boss: '1', computers: ['3'] },
      ],
      total: 2,
    },
    'json-api': {
      request:
        'GET /api/person?include=computers&filter[objects]=[{"name":"computers","op":"any","val":{"name":"vendor","op":"eq","val":"Apple"}}]',
      status: 200,
      document: {
        data: [ADA, BJORN],
        included: [LAPTOP, MINI],
        meta: { total: 2 },
        links: {
          self: '/api/person?include=computers&filter%5Bobjects%5D=%5B%7B%22name%22%3A%22computers%22%2C%22op%22%3A%22any%22%2C%22val%22%3A%7B%22name%22%3A%22vendor%22%2C%22op%22%3A%22eq%22%2C%22val%22%3A%22Apple%22%7D%7D%5D',
          first:
            '/api/person?include=computers&filter%5Bobjects%5D=%5B%7B%22name%22%3A%22computers%22%2C%22op%22%3A%22any%22%2C%22val%22%3A%7B%22name%22%3A%22vendor%22%2C%22op%22%3A%22eq%22%2C%22val%22%3A%22Apple%22%7D%7D%5D&page%5Bnumber%5D=1&page%5Bsize%5D=10',
          last: '/api/person?include=computers&filter%5Bobjects%5D=%5B%7B%22name%22%3A%22computers%22%2C%22op%22%3A%22any%22%2C%22val%22%3A%7B%22name%22%3A%22vendor%22%2C%22op%22%3A%22eq%22%2C%22val%22%3A%22Apple%22%7D%7D%5D&page%5Bnumber%5D=1&page%5Bsize%5D=10',
          prev: null,
          next: null,
        },
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'GET /api/person?q={"filters":[{"name":"computers__vendor","op":"any","val":"Apple"}]}',
      status: 200,
      document: { num_results: 2, total_pages: 1, page: 1, objects: [FLAT_ADA, FLAT_BJORN] },
    },
  },
  {
    name: 'a filter that only a row out of scope would pass',
    meaning: { rows: [], total: 0 },
    'json-api': {
      request: 'GET /api/person?filter[computers.name]=tower',
      status: 200,
      document: {
        data: [],
        meta: { total: 0 },
        links: {
          self: '/api/person?filter%5Bcomputers.name%5D=tower',
          first: '/api/person?filter%5Bcomputers.name%5D=tower&page%5Bnumber%5D=1&page%5Bsize%5D=10',
          last: '/api/person?filter%5Bcomputers.name%5D=tower&page%5Bnumber%5D=1&page%5Bsize%5D=10',
          prev: null,
          next: null,
        },
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'GET /api/person?q={"filters":[{"name":"computers__name","op":"any","val":"tower"}]}',
      status: 200,
      document: { num_results: 0, total_pages: 0, page: 1, objects: [] },
    },
  },
  {
    name: 'two fields compared',
    meaning: { rows: [{ id: '1', name: 'Ada', age: 36, boss: null, computers: ['1'] }], total: 1 },
    'json-api': {
      request:
        'GET /api/person?include=computers&filter[objects]=[{"name":"age","op":"gt","field":"id"},{"name":"id","op":"le","val":1}]',
      status: 200,
      document: {
        data: [ADA],
        included: [LAPTOP],
        meta: { total: 1 },
        links: {
          self: '/api/person?include=computers&filter%5Bobjects%5D=%5B%7B%22name%22%3A%22age%22%2C%22op%22%3A%22gt%22%2C%22field%22%3A%22id%22%7D%2C%7B%22name%22%3A%22id%22%2C%22op%22%3A%22le%22%2C%22val%22%3A1%7D%5D',
          first:
            '/api/person?include=computers&filter%5Bobjects%5D=%5B%7B%22name%22%3A%22age%22%2C%22op%22%3A%22gt%22%2C%22field%22%3A%22id%22%7D%2C%7B%22name%22%3A%22id%22%2C%22op%22%3A%22le%22%2C%22val%22%3A1%7D%5D&page%5Bnumber%5D=1&page%5Bsize%5D=10',
          last: '/api/person?include=computers&filter%5Bobjects%5D=%5B%7B%22name%22%3A%22age%22%2C%22op%22%3A%22gt%22%2C%22field%22%3A%22id%22%7D%2C%7B%22name%22%3A%22id%22%2C%22op%22%3A%22le%22%2C%22val%22%3A1%7D%5D&page%5Bnumber%5D=1&page%5Bsize%5D=10',
          prev: null,
          next: null,
        },
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'GET /api/person?q={"filters":[{"name":"age","op":"gt","field":"id"},{"name":"id","op":"le","val":1}]}',
      status: 200,
      document: { num_results: 1, total_pages: 1, page: 1, objects: [FLAT_ADA] },
    },
  },
  {
    name: 'an order through a relationship',
    meaning: {
      rows: [
        { id: '3', name: 'mini', vendor: 'Apple', owner: '2' },
        { id: '1', name: 'laptop', vendor: 'Apple', owner: '1' },
      ],
      total: 2,
    },
    'json-api': {
      request: 'GET /api/computer?include=owner&sort=-owner.name,name&filter[owner][is_not_null]=',
      status: 200,
      document: {
        data: [MINI, LAPTOP],
        included: [ADA_UNLINKED, BJORN_UNLINKED],
        meta: { total: 2 },
        links: {
          self: '/api/computer?include=owner&sort=-owner.name%2Cname&filter%5Bowner%5D%5Bis_not_null%5D=',
          first:
            '/api/computer?include=owner&sort=-owner.name%2Cname&filter%5Bowner%5D%5Bis_not_null%5D=&page%5Bnumber%5D=1&page%5Bsize%5D=10',
          last: '/api/computer?include=owner&sort=-owner.name%2Cname&filter%5Bowner%5D%5Bis_not_null%5D=&page%5Bnumber%5D=1&page%5Bsize%5D=10',
          prev: null,
          next: null,
        },
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request:
        'GET /api/computer?q={"filters":[{"name":"owner","op":"is_not_null"}],"order_by":[{"field":"owner__name","direction":"desc"},{"field":"name"}]}',
      status: 200,
      document: { num_results: 2, total_pages: 1, page: 1, objects: [FLAT_MINI, FLAT_LAPTOP] },
    },
  },
  {
    name: 'a stretch of the rows',
    meaning: { rows: [{ id: '3', name: 'mini', vendor: 'Apple', owner: '2' }], total: 1 },
    'json-api': { because: 'it has pages only, of one size' },
    'flat-json': {
      request: 'GET /api/computer?q={"limit":1,"offset":1}',
      status: 200,
      document: { num_results: 1, total_pages: 1, page: 1, objects: [FLAT_MINI] },
    },
  },
  {
    name: 'groups',
    meaning: {
      rows: [
        { id: '1', name: 'Ada', age: 36, boss: null, computers: ['1'] },
        { id: '2', name: 'Björn', age: 17, boss: '1', computers: ['3'] },
      ],
      total: 2,
    },
    'json-api': {
      request: 'GET /api/person?include=computers&groupBy=age&sort=id',
      status: 200,
      document: {
        data: [ADA, BJORN],
        included: [LAPTOP, MINI],
        meta: { total: 2 },
        links: {
          self: '/api/person?include=computers&groupBy=age&sort=id',
          first: '/api/person?include=computers&groupBy=age&sort=id&page%5Bnumber%5D=1&page%5Bsize%5D=10',
          last: '/api/person?include=computers&groupBy=age&sort=id&page%5Bnumber%5D=1&page%5Bsize%5D=10',
          prev: null,
          next: null,
        },
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'GET /api/person?q={"group_by":[{"field":"age"}],"order_by":[{"field":"id"}]}',
      status: 200,
      document: { num_results: 2, total_pages: 1, page: 1, objects: [FLAT_ADA, FLAT_BJORN] },
    },
  },
  {
    name: 'the only row, where there is one',
    meaning: { row: { id: '3', name: 'Carla', age: 36, boss: '1', computers: [] } },
    'json-api': {
      request: 'GET /api/person?include=computers&filter[name]=Carla&filter[single]=1',
      status: 200,
      document: {
        data: {
          type: 'person',
          id: '3',
          attributes: { name: 'Carla', age: 36 },
          relationships: {
            boss: {
              data: { type: 'person', id: '1' },
              links: { self: '/api/person/3/relationships/boss', related: '/api/person/3/boss' },
            },
            computers: {
              data: [],
              links: { self: '/api/person/3/relationships/computers', related: '/api/person/3/computers' },
            },
          },
          links: { self: '/api/person/3' },
        },
        included: [],
        meta: { total: 1 },
        links: { self: '/api/person?include=computers&filter%5Bname%5D=Carla&filter%5Bsingle%5D=1' },
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'GET /api/person?q={"filters":[{"name":"name","op":"eq","val":"Carla"}],"single":true}',
      status: 200,
      document: { id: 3, name: 'Carla', age: 36, boss: FLAT_ADA_INSIDE, computers: [] },
    },
  },
  {
    name: 'functions over the rows',
    meaning: { values: [2, 36] },
    'json-api': {
      request:
        'GET /api/eval/person?functions=[{"name":"count","field":"id"},{"name":"avg","field":"age"}]&filter[age]=36',
      status: 200,
      document: { data: [2, 36], jsonapi: JSONAPI },
    },
    'flat-json': {
      request:
        'GET /api/eval/person?q={"functions":[{"name":"count","field":"id"},{"name":"avg","field":"age"}],"filters":[{"name":"age","op":"eq","val":36}]}',
      status: 200,
      document: { count__id: 2, avg__age: 36 },
    },
  },
  {
    name: 'a function over rows that are out of scope',
    meaning: { values: [3] },
    'json-api': {
      request: 'GET /api/eval/computer?functions=[{"name":"count","field":"id"}]',
      status: 200,
      document: { data: [3], jsonapi: JSONAPI },
    },
    'flat-json': {
      request: 'GET /api/eval/computer?q={"functions":[{"name":"count","field":"id"}]}',
      status: 200,
      document: { count__id: 3 },
    },
  },
];
