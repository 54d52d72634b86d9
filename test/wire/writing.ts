/** Situations in which rows are written. */
import { FLAT_ADA_INSIDE, FLAT_MINI_INSIDE, FLAT_SPARE_INSIDE, JSONAPI, MINI } from './rows.js';
import type { Situation } from './situation.js';

export const WRITING: readonly Situation[] = [
  {
    name: 'a new person',
    meaning: { row: { id: '4', name: 'Zoë', age: 5, boss: null, computers: [] } },
    'json-api': {
      request: 'POST /api/person?include=computers',
      body: { data: { type: 'person', attributes: { name: 'Zoë', age: 5 } } },
      status: 201,
      document: {
        data: {
          type: 'person',
          id: '4',
          attributes: { name: 'Zoë', age: 5 },
          relationships: {
            boss: { data: null, links: { self: '/api/person/4/relationships/boss', related: '/api/person/4/boss' } },
            computers: {
              data: [],
              links: { self: '/api/person/4/relationships/computers', related: '/api/person/4/computers' },
            },
          },
          links: { self: '/api/person/4' },
        },
        included: [],
        links: { self: '/api/person/4?include=computers' },
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'POST /api/person',
      body: { name: 'Zoë', age: 5 },
      status: 201,
      document: { id: 4, name: 'Zoë', age: 5, boss: null, computers: [] },
    },
    left: [
      '/api/person?sort=id&fields[person]=name,age',
      [
        { id: '1', name: 'Ada', age: 36 },
        { id: '2', name: 'Björn', age: 17 },
        { id: '3', name: 'Carla', age: 36 },
        { id: '4', name: 'Zoë', age: 5 },
      ],
    ],
  },
  {
    name: 'a new person with a computer that is there',
    meaning: { row: { id: '4', name: 'Zoe', age: null, boss: '1', computers: ['4'] } },
    'json-api': {
      request: 'POST /api/person?include=computers',
      body: {
        data: {
          type: 'person',
          attributes: { name: 'Zoe' },
          relationships: {
            computers: { data: [{ type: 'computer', id: '4' }] },
            boss: { data: { type: 'person', id: '1' } },
          },
        },
      },
      status: 201,
      document: {
        data: {
          type: 'person',
          id: '4',
          attributes: { name: 'Zoe', age: null },
          relationships: {
            boss: {
              data: { type: 'person', id: '1' },
              links: { self: '/api/person/4/relationships/boss', related: '/api/person/4/boss' },
            },
            computers: {
              data: [{ type: 'computer', id: '4' }],
              links: { self: '/api/person/4/relationships/computers', related: '/api/person/4/computers' },
            },
          },
          links: { self: '/api/person/4' },
        },
        included: [
          {
            type: 'computer',
            id: '4',
            attributes: { name: 'spare', vendor: null },
            relationships: {
              owner: {
                data: { type: 'person', id: '4' },
                links: { self: '/api/computer/4/relationships/owner', related: '/api/computer/4/owner' },
              },
            },
            links: { self: '/api/computer/4' },
          },
        ],
        links: { self: '/api/person/4?include=computers' },
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'POST /api/person',
      body: { name: 'Zoe', computers: [{ id: 4 }], boss: { id: 1 } },
      status: 201,
      document: { id: 4, name: 'Zoe', age: null, boss: FLAT_ADA_INSIDE, computers: [FLAT_SPARE_INSIDE] },
    },
    left: [
      '/api/computer?sort=id&include=owner&fields[computer]=name,owner',
      [
        { id: '1', name: 'laptop', owner: '1' },
        { id: '3', name: 'mini', owner: '2' },
        { id: '4', name: 'spare', owner: '4' },
      ],
    ],
  },
  {
    name: 'a new person with a new computer',
    meaning: { row: { id: '4', name: 'Zoe', age: null, boss: null, computers: ['5'] } },
    'json-api': { because: 'a document has one resource; the computer is created by a request of its own' },
    'flat-json': {
      request: 'POST /api/person',
      body: { name: 'Zoe', computers: [{ name: 'pad' }] },
      status: 201,
      document: { id: 4, name: 'Zoe', age: null, boss: null, computers: [{ id: 5, name: 'pad', vendor: null }] },
    },
    left: [
      '/api/computer?sort=id&include=owner&fields[computer]=name,owner',
      [
        { id: '1', name: 'laptop', owner: '1' },
        { id: '3', name: 'mini', owner: '2' },
        { id: '4', name: 'spare', owner: null },
        { id: '5', name: 'pad', owner: '4' },
      ],
    ],
  },
  {
    name: 'a person who changes',
    meaning: { row: { id: '2', name: 'Björn', age: 18, boss: '1', computers: ['3'] } },
    'json-api': {
      request: 'PATCH /api/person/2?include=computers',
      body: { data: { type: 'person', id: '2', attributes: { age: 18 } } },
      status: 200,
      document: {
        data: {
          type: 'person',
          id: '2',
          attributes: { name: 'Björn', age: 18 },
          relationships: {
            boss: {
              data: { type: 'person', id: '1' },
              links: { self: '/api/person/2/relationships/boss', related: '/api/person/2/boss' },
            },
            computers: {
              data: [{ type: 'computer', id: '3' }],
              links: { self: '/api/person/2/relationships/computers', related: '/api/person/2/computers' },
            },
          },
          links: { self: '/api/person/2' },
        },
        included: [MINI],
        links: { self: '/api/person/2?include=computers' },
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'PATCH /api/person/2',
      body: { age: 18 },
      status: 200,
      document: { id: 2, name: 'Björn', age: 18, boss: FLAT_ADA_INSIDE, computers: [FLAT_MINI_INSIDE] },
    },
    left: [
      '/api/person?sort=id&fields[person]=name,age',
      [
        { id: '1', name: 'Ada', age: 36 },
        { id: '2', name: 'Björn', age: 18 },
        { id: '3', name: 'Carla', age: 36 },
      ],
    ],
  },
  {
    name: 'a person who loses the boss',
    meaning: { row: { id: '2', name: 'Björn', age: 17, boss: null, computers: ['3'] } },
    'json-api': {
      request: 'PATCH /api/person/2?include=computers',
      body: { data: { type: 'person', id: '2', relationships: { boss: { data: null } } } },
      status: 200,
      document: {
        data: {
          type: 'person',
          id: '2',
          attributes: { name: 'Björn', age: 17 },
          relationships: {
            boss: { data: null, links: { self: '/api/person/2/relationships/boss', related: '/api/person/2/boss' } },
            computers: {
              data: [{ type: 'computer', id: '3' }],
              links: { self: '/api/person/2/relationships/computers', related: '/api/person/2/computers' },
            },
          },
          links: { self: '/api/person/2' },
        },
        included: [MINI],
        links: { self: '/api/person/2?include=computers' },
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'PATCH /api/person/2',
      body: { boss: null },
      status: 200,
      document: { id: 2, name: 'Björn', age: 17, boss: null, computers: [FLAT_MINI_INSIDE] },
    },
    left: [
      '/api/person?sort=id&include=boss&fields[person]=name,boss',
      [
        { id: '1', name: 'Ada', boss: null },
        { id: '2', name: 'Björn', boss: null },
        { id: '3', name: 'Carla', boss: '1' },
      ],
    ],
  },
  {
    name: 'a computer more',
    meaning: { done: true },
    'json-api': {
      request: 'POST /api/person/2/relationships/computers',
      body: { data: [{ type: 'computer', id: '4' }] },
      status: 200,
      document: {
        data: [
          { type: 'computer', id: '3' },
          { type: 'computer', id: '4' },
        ],
        meta: { total: 2 },
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
    'flat-json': {
      request: 'PATCH /api/person/2',
      body: { computers: { add: [{ id: 4 }] } },
      status: 200,
      document: {
        id: 2,
        name: 'Björn',
        age: 17,
        boss: FLAT_ADA_INSIDE,
        computers: [FLAT_MINI_INSIDE, FLAT_SPARE_INSIDE],
      },
    },
    left: [
      '/api/computer?sort=id&include=owner&fields[computer]=name,owner',
      [
        { id: '1', name: 'laptop', owner: '1' },
        { id: '3', name: 'mini', owner: '2' },
        { id: '4', name: 'spare', owner: '2' },
      ],
    ],
  },
  {
    name: 'a computer less',
    meaning: { done: true },
    'json-api': {
      request: 'DELETE /api/person/2/relationships/computers',
      body: { data: [{ type: 'computer', id: '3' }] },
      status: 200,
      document: {
        data: [],
        meta: { total: 0 },
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
    'flat-json': {
      request: 'PATCH /api/person/2',
      body: { computers: { remove: [{ id: 3 }] } },
      status: 200,
      document: { id: 2, name: 'Björn', age: 17, boss: FLAT_ADA_INSIDE, computers: [] },
    },
    left: [
      '/api/computer?sort=id&include=owner&fields[computer]=name,owner',
      [
        { id: '1', name: 'laptop', owner: '1' },
        { id: '3', name: 'mini', owner: null },
        { id: '4', name: 'spare', owner: null },
      ],
    ],
  },
  {
    name: 'other computers',
    meaning: { done: true },
    'json-api': {
      request: 'PATCH /api/person/2/relationships/computers',
      body: { data: [{ type: 'computer', id: '4' }] },
      status: 200,
      document: {
        data: [{ type: 'computer', id: '4' }],
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
    'flat-json': {
      request: 'PATCH /api/person/2',
      body: { computers: [{ id: 4 }] },
      status: 200,
      document: { id: 2, name: 'Björn', age: 17, boss: FLAT_ADA_INSIDE, computers: [FLAT_SPARE_INSIDE] },
    },
    left: [
      '/api/computer?sort=id&include=owner&fields[computer]=name,owner',
      [
        { id: '1', name: 'laptop', owner: '1' },
        { id: '3', name: 'mini', owner: null },
        { id: '4', name: 'spare', owner: '2' },
      ],
    ],
  },
  {
    name: 'a person who goes',
    meaning: { done: true },
    'json-api': { request: 'DELETE /api/person/3', status: 204, document: undefined },
    'flat-json': { request: 'DELETE /api/person/3', status: 204, document: undefined },
    left: [
      '/api/person?sort=id&fields[person]=name,age',
      [
        { id: '1', name: 'Ada', age: 36 },
        { id: '2', name: 'Björn', age: 17 },
      ],
    ],
  },
  {
    name: 'a change to all that a filter finds',
    meaning: { count: 2 },
    'json-api': {
      request: 'PATCH /api/person?filter[age]=36',
      body: { data: { type: 'person', attributes: { age: 37 } } },
      status: 200,
      document: { meta: { modified: 2 }, jsonapi: JSONAPI },
    },
    'flat-json': {
      request: 'PATCH /api/person',
      body: { q: { filters: [{ name: 'age', op: 'eq', val: 36 }] }, age: 37 },
      status: 200,
      document: { num_modified: 2 },
    },
    left: [
      '/api/person?sort=id&fields[person]=name,age',
      [
        { id: '1', name: 'Ada', age: 37 },
        { id: '2', name: 'Björn', age: 17 },
        { id: '3', name: 'Carla', age: 37 },
      ],
    ],
  },
  {
    name: 'the end of all that a filter finds',
    meaning: { count: 1 },
    'json-api': {
      request: 'DELETE /api/computer?filter[owner][is_null]=',
      status: 200,
      document: { meta: { deleted: 1 }, jsonapi: JSONAPI },
    },
    'flat-json': {
      request: 'DELETE /api/computer?q={"filters":[{"name":"owner","op":"is_null"}]}',
      status: 200,
      document: { num_deleted: 1 },
    },
    left: [
      '/api/computer?sort=id&include=owner&fields[computer]=name,owner',
      [
        { id: '1', name: 'laptop', owner: '1' },
        { id: '3', name: 'mini', owner: '2' },
      ],
    ],
  },
  {
    name: 'a name that is taken',
    meaning: { errors: ['There is a resource with this value already, and it has to be unique.'] },
    'json-api': {
      request: 'POST /api/person',
      body: { data: { type: 'person', attributes: { name: 'Ada' } } },
      status: 409,
      document: {
        errors: [
          {
            status: '409',
            code: 'CONFLICT',
            title: 'Conflict',
            detail: 'There is a resource with this value already, and it has to be unique.',
            source: { pointer: '/data/attributes/name' },
          },
        ],
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'POST /api/person',
      body: { name: 'Ada' },
      status: 400,
      document: { message: 'There is a resource with this value already, and it has to be unique.' },
    },
    left: [
      '/api/person?sort=id&fields[person]=name,age',
      [
        { id: '1', name: 'Ada', age: 36 },
        { id: '2', name: 'Björn', age: 17 },
        { id: '3', name: 'Carla', age: 36 },
      ],
    ],
  },
  {
    name: 'a value that the rules refuse',
    meaning: { errors: ['age must not be less than 0'] },
    'json-api': {
      request: 'POST /api/person',
      body: { data: { type: 'person', attributes: { name: 'Zoe', age: -1 } } },
      status: 400,
      document: {
        errors: [
          {
            status: '400',
            code: 'VALIDATION',
            title: 'Validation error',
            detail: 'age must not be less than 0',
            source: { pointer: '/data/attributes/age' },
          },
        ],
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'POST /api/person',
      body: { name: 'Zoe', age: -1 },
      status: 400,
      document: { validation_errors: { age: 'age must not be less than 0' } },
    },
    left: [
      '/api/person?sort=id&fields[person]=name,age',
      [
        { id: '1', name: 'Ada', age: 36 },
        { id: '2', name: 'Björn', age: 17 },
        { id: '3', name: 'Carla', age: 36 },
      ],
    ],
  },
  {
    name: 'a value that the column cannot take',
    meaning: { errors: ['Expected a whole number for "age", got "old".'] },
    'json-api': {
      request: 'PATCH /api/person/1',
      body: { data: { type: 'person', id: '1', attributes: { age: 'old' } } },
      status: 400,
      document: {
        errors: [
          {
            status: '400',
            code: 'BAD_VALUE',
            title: 'Invalid value',
            detail: 'Expected a whole number for "age", got "old".',
            source: { pointer: '/data/attributes/age' },
          },
        ],
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'PATCH /api/person/1',
      body: { age: 'old' },
      status: 400,
      document: { message: 'Expected a whole number for "age", got "old".' },
    },
    left: [
      '/api/person?sort=id&fields[person]=name,age',
      [
        { id: '1', name: 'Ada', age: 36 },
        { id: '2', name: 'Björn', age: 17 },
        { id: '3', name: 'Carla', age: 36 },
      ],
    ],
  },
  {
    name: 'a field that is not there, to write',
    meaning: { errors: ['person has no attribute "shoes". Fields: name, age, boss, computers.'] },
    'json-api': {
      request: 'PATCH /api/person/1',
      body: { data: { type: 'person', id: '1', attributes: { shoes: 1 } } },
      status: 400,
      document: {
        errors: [
          {
            status: '400',
            code: 'UNKNOWN_FIELD',
            title: 'Unknown field',
            detail: 'person has no attribute "shoes". Fields: name, age, boss, computers.',
            source: { pointer: '/data/attributes/shoes' },
          },
        ],
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'PATCH /api/person/1',
      body: { shoes: 1 },
      status: 400,
      document: { message: 'person has no attribute "shoes". Fields: name, age, boss, computers.' },
    },
    left: [
      '/api/person?sort=id&fields[person]=name,age',
      [
        { id: '1', name: 'Ada', age: 36 },
        { id: '2', name: 'Björn', age: 17 },
        { id: '3', name: 'Carla', age: 36 },
      ],
    ],
  },
  {
    name: 'a hidden field, to write',
    meaning: { errors: ['person has no attribute "password". Fields: name, age, boss, computers.'] },
    'json-api': {
      request: 'PATCH /api/person/1',
      body: { data: { type: 'person', id: '1', attributes: { password: 'x' } } },
      status: 400,
      document: {
        errors: [
          {
            status: '400',
            code: 'UNKNOWN_FIELD',
            title: 'Unknown field',
            detail: 'person has no attribute "password". Fields: name, age, boss, computers.',
            source: { pointer: '/data/attributes/password' },
          },
        ],
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'PATCH /api/person/1',
      body: { password: 'x' },
      status: 400,
      document: { message: 'person has no attribute "password". Fields: name, age, boss, computers.' },
    },
    left: [
      '/api/person?sort=id&fields[person]=name,age',
      [
        { id: '1', name: 'Ada', age: 36 },
        { id: '2', name: 'Björn', age: 17 },
        { id: '3', name: 'Carla', age: 36 },
      ],
    ],
  },
  {
    name: 'a computer out of scope, to take',
    meaning: { errors: ['There is no computer with the id "2".'] },
    'json-api': {
      request: 'PATCH /api/person/2',
      body: {
        data: { type: 'person', id: '2', relationships: { computers: { data: [{ type: 'computer', id: '2' }] } } },
      },
      status: 404,
      document: {
        errors: [
          {
            status: '404',
            code: 'NOT_FOUND',
            title: 'Not found',
            detail: 'There is no computer with the id "2".',
            source: { pointer: '/data/relationships/computers/data/0' },
          },
        ],
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'PATCH /api/person/2',
      body: { computers: [{ id: 2 }] },
      status: 404,
      document: { message: 'There is no computer with the id "2".' },
    },
    left: [
      '/api/computer?sort=id&include=owner&fields[computer]=name,owner',
      [
        { id: '1', name: 'laptop', owner: '1' },
        { id: '3', name: 'mini', owner: '2' },
        { id: '4', name: 'spare', owner: null },
      ],
    ],
  },
  {
    name: 'a person who is not there, to change',
    meaning: { errors: ['There is no person with the id "9".'] },
    'json-api': {
      request: 'PATCH /api/person/9',
      body: { data: { type: 'person', id: '9', attributes: { age: 1 } } },
      status: 404,
      document: {
        errors: [
          { status: '404', code: 'NOT_FOUND', title: 'Not found', detail: 'There is no person with the id "9".' },
        ],
        jsonapi: JSONAPI,
      },
    },
    'flat-json': {
      request: 'PATCH /api/person/9',
      body: { age: 1 },
      status: 404,
      document: { message: 'There is no person with the id "9".' },
    },
    left: [
      '/api/person?sort=id&fields[person]=name,age',
      [
        { id: '1', name: 'Ada', age: 36 },
        { id: '2', name: 'Björn', age: 17 },
        { id: '3', name: 'Carla', age: 36 },
      ],
    ],
  },
];
