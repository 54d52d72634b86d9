/** Situations in which something is refused, or there is nothing to show. */
import { ADA_FOR_BOSSES, FLAT_ADA_FOR_BOSSES, JSONAPI, LAPTOP } from './rows.js';
import type { Situation } from './situation.js';

export const REFUSALS: readonly Situation[] = [
  {
    name: 'a null to-one',
    meaning: { row: null },
    'json-api': {
      request: 'GET /api/person/1/boss',
      status: 200,
      document: { data: null, links: { self: '/api/person/1/boss' }, jsonapi: JSONAPI },
    },
    'flat-json': {
      request: 'GET /api/person/1/boss',
      status: 404,
      document: { message: 'There is no related resource.' },
    },
  },
  {
    name: 'the only row, where there is none',
    meaning: { errors: ['No result found.'] },
    'json-api': {
      request: 'GET /api/person?filter[name]=Zoe&filter[single]=1',
      status: 404,
      document: {
        errors: [{ status: '404', code: 'NO_RESULT', title: 'No result found', detail: 'No result found.' }],
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'GET /api/person?q={"filters":[{"name":"name","op":"eq","val":"Zoe"}],"single":true}',
      status: 404,
      document: { message: 'No result found.' },
    },
  },
  {
    name: 'the only row, where there are two',
    meaning: { errors: ['Multiple results found.'] },
    'json-api': {
      request: 'GET /api/person?filter[age]=36&filter[single]=1',
      status: 404,
      document: {
        errors: [
          {
            status: '404',
            code: 'MULTIPLE_RESULTS',
            title: 'Multiple results found',
            detail: 'Multiple results found.',
          },
        ],
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'GET /api/person?q={"filters":[{"name":"age","op":"eq","val":36}],"single":true}',
      status: 400,
      document: { message: 'Multiple results found.' },
    },
  },
  {
    name: 'a row that is not there',
    meaning: { errors: ['There is no person with the id "9".'] },
    'json-api': {
      request: 'GET /api/person/9',
      status: 404,
      document: {
        errors: [
          { status: '404', code: 'NOT_FOUND', title: 'Not found', detail: 'There is no person with the id "9".' },
        ],
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'GET /api/person/9',
      status: 404,
      document: { message: 'There is no person with the id "9".' },
    },
  },
  {
    name: 'a row out of scope',
    meaning: { errors: ['There is no computer with the id "2".'] },
    'json-api': {
      request: 'GET /api/computer/2',
      status: 404,
      document: {
        errors: [
          { status: '404', code: 'NOT_FOUND', title: 'Not found', detail: 'There is no computer with the id "2".' },
        ],
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'GET /api/computer/2',
      status: 404,
      document: { message: 'There is no computer with the id "2".' },
    },
  },
  {
    name: 'a computer of somebody else',
    meaning: { errors: ['"computers" of person "1" leads to no computer with the id "3".'] },
    'json-api': {
      request: 'GET /api/person/1/computers/3',
      status: 404,
      document: {
        errors: [
          {
            status: '404',
            code: 'NOT_FOUND',
            title: 'Not found',
            detail: '"computers" of person "1" leads to no computer with the id "3".',
          },
        ],
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'GET /api/person/1/computers/3',
      status: 404,
      document: { message: '"computers" of person "1" leads to no computer with the id "3".' },
    },
  },
  {
    name: 'a relationship that is not there',
    meaning: { errors: ['person has no relationship "friends".'] },
    'json-api': {
      request: 'GET /api/person/1/friends',
      status: 404,
      document: {
        errors: [
          { status: '404', code: 'NOT_FOUND', title: 'Not found', detail: 'person has no relationship "friends".' },
        ],
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'GET /api/person/1/friends',
      status: 404,
      document: { message: 'person has no relationship "friends".' },
    },
  },
  {
    name: 'a filter on a field that is not there',
    meaning: { errors: ['person has no field "shoes". Fields: id, name, age, boss, computers.'] },
    'json-api': {
      request: 'GET /api/person?filter[objects]=[{"name":"shoes","op":"eq","val":1}]',
      status: 400,
      document: {
        errors: [
          {
            status: '400',
            code: 'UNKNOWN_FIELD',
            title: 'Unknown field',
            detail: 'person has no field "shoes". Fields: id, name, age, boss, computers.',
            source: { parameter: 'filter[objects]' },
            meta: { pointer: '/0/name' },
          },
        ],
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'GET /api/person?q={"filters":[{"name":"shoes","op":"eq","val":1}]}',
      status: 400,
      document: { message: 'person has no field "shoes". Fields: id, name, age, boss, computers.' },
    },
  },
  {
    name: 'a filter on a hidden field',
    meaning: { errors: ['person has no field "password". Fields: id, name, age, boss, computers.'] },
    'json-api': {
      request: 'GET /api/person?filter[objects]=[{"name":"password","op":"like","val":"s%25"}]',
      status: 400,
      document: {
        errors: [
          {
            status: '400',
            code: 'UNKNOWN_FIELD',
            title: 'Unknown field',
            detail: 'person has no field "password". Fields: id, name, age, boss, computers.',
            source: { parameter: 'filter[objects]' },
            meta: { pointer: '/0/name' },
          },
        ],
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'GET /api/person?q={"filters":[{"name":"password","op":"like","val":"s%25"}]}',
      status: 400,
      document: { message: 'person has no field "password". Fields: id, name, age, boss, computers.' },
    },
  },
  {
    name: 'a filter on a field for others',
    meaning: { errors: ['person has no field "salary". Fields: id, name, age, boss, computers.'] },
    'json-api': {
      request: 'GET /api/person?filter[objects]=[{"name":"salary","op":"gt","val":500}]',
      status: 400,
      document: {
        errors: [
          {
            status: '400',
            code: 'UNKNOWN_FIELD',
            title: 'Unknown field',
            detail: 'person has no field "salary". Fields: id, name, age, boss, computers.',
            source: { parameter: 'filter[objects]' },
            meta: { pointer: '/0/name' },
          },
        ],
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'GET /api/person?q={"filters":[{"name":"salary","op":"gt","val":500}]}',
      status: 400,
      document: { message: 'person has no field "salary". Fields: id, name, age, boss, computers.' },
    },
  },
  {
    name: 'a filter on a field for some, by those',
    headers: { 'X-Group': 'boss' },
    meaning: { rows: [{ id: '1', name: 'Ada', age: 36, salary: 900, boss: null, computers: ['1'] }], total: 1 },
    'json-api': {
      request: 'GET /api/person?include=computers&filter[objects]=[{"name":"salary","op":"gt","val":500}]',
      status: 200,
      document: {
        data: [ADA_FOR_BOSSES],
        included: [LAPTOP],
        meta: { total: 1 },
        links: {
          self: '/api/person?include=computers&filter%5Bobjects%5D=%5B%7B%22name%22%3A%22salary%22%2C%22op%22%3A%22gt%22%2C%22val%22%3A500%7D%5D',
          first:
            '/api/person?include=computers&filter%5Bobjects%5D=%5B%7B%22name%22%3A%22salary%22%2C%22op%22%3A%22gt%22%2C%22val%22%3A500%7D%5D&page%5Bnumber%5D=1&page%5Bsize%5D=10',
          last: '/api/person?include=computers&filter%5Bobjects%5D=%5B%7B%22name%22%3A%22salary%22%2C%22op%22%3A%22gt%22%2C%22val%22%3A500%7D%5D&page%5Bnumber%5D=1&page%5Bsize%5D=10',
          prev: null,
          next: null,
        },
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'GET /api/person?q={"filters":[{"name":"salary","op":"gt","val":500}]}',
      status: 200,
      document: { num_results: 1, total_pages: 1, page: 1, objects: [FLAT_ADA_FOR_BOSSES] },
    },
  },
  {
    name: 'a sort by a hidden field',
    meaning: { errors: ['person has no field "password". Fields: id, name, age, boss, computers.'] },
    'json-api': {
      request: 'GET /api/person?sort=password',
      status: 400,
      document: {
        errors: [
          {
            status: '400',
            code: 'UNKNOWN_FIELD',
            title: 'Unknown field',
            detail: 'person has no field "password". Fields: id, name, age, boss, computers.',
            source: { parameter: 'sort' },
          },
        ],
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'GET /api/person?q={"order_by":[{"field":"password"}]}',
      status: 400,
      document: { message: 'person has no field "password". Fields: id, name, age, boss, computers.' },
    },
  },
  {
    name: 'a value that the column cannot have',
    meaning: { errors: ['Expected a whole number for "age", got "old".'] },
    'json-api': {
      request: 'GET /api/person?filter[objects]=[{"name":"age","op":"eq","val":"old"}]',
      status: 400,
      document: {
        errors: [
          {
            status: '400',
            code: 'BAD_VALUE',
            title: 'Invalid value',
            detail: 'Expected a whole number for "age", got "old".',
            source: { parameter: 'filter[objects]' },
            meta: { pointer: '/0/val' },
          },
        ],
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'GET /api/person?q={"filters":[{"name":"age","op":"eq","val":"old"}]}',
      status: 400,
      document: { message: 'Expected a whole number for "age", got "old".' },
    },
  },
  {
    name: 'a page that is none',
    meaning: { errors: ['Expected a whole number above 0, got "0".'] },
    'json-api': {
      request: 'GET /api/person?page[number]=0',
      status: 400,
      document: {
        errors: [
          {
            status: '400',
            code: 'BAD_PAGE',
            title: 'Invalid page',
            detail: 'Expected a whole number above 0, got "0".',
            source: { parameter: 'page[number]' },
          },
        ],
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'GET /api/person?page=0',
      status: 400,
      document: { message: 'Expected a whole number above 0, got "0".' },
    },
  },
  {
    name: 'a page that is too long',
    meaning: { errors: ['A page holds at most 100 resources; 1000 were asked for.'] },
    'json-api': {
      request: 'GET /api/person?page[size]=1000',
      status: 400,
      document: {
        errors: [
          {
            status: '400',
            code: 'BAD_PAGE',
            title: 'Invalid page',
            detail: 'A page holds at most 100 resources; 1000 were asked for.',
            source: { parameter: 'page[size]' },
          },
        ],
        jsonapi: JSONAPI,
      },
    },
    'flat-json': { because: 'it is cut to the longest there may be (PAG-04)' },
  },
  {
    name: 'a function that is not there',
    meaning: { errors: ['There is no function "sleep". Functions: count, sum, avg, min, max.'] },
    'json-api': {
      request: 'GET /api/eval/person?functions=[{"name":"sleep","field":"id"}]',
      status: 400,
      document: {
        errors: [
          {
            status: '400',
            code: 'BAD_FUNCTION',
            title: 'Invalid function',
            detail: 'There is no function "sleep". Functions: count, sum, avg, min, max.',
            source: { parameter: 'functions' },
            meta: { pointer: '/0' },
          },
        ],
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'GET /api/eval/person?q={"functions":[{"name":"sleep","field":"id"}]}',
      status: 400,
      document: { message: 'There is no function "sleep". Functions: count, sum, avg, min, max.' },
    },
  },
  {
    name: 'a verb that is not served',
    meaning: { errors: ['POST is not allowed here. Allowed: GET, HEAD, PATCH, DELETE, OPTIONS.'] },
    'json-api': {
      request: 'POST /api/person/1',
      status: 405,
      document: {
        errors: [
          {
            status: '405',
            code: 'METHOD_NOT_ALLOWED',
            title: 'Method not allowed',
            detail: 'POST is not allowed here. Allowed: GET, HEAD, PATCH, DELETE, OPTIONS.',
          },
        ],
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'POST /api/person/1',
      status: 405,
      document: { message: 'POST is not allowed here. Allowed: GET, HEAD, PATCH, DELETE, OPTIONS.' },
    },
  },
];
