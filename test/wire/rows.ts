/** The rows of the world, as each format shows them. The ones inside have no relations of their own: embedding ends there. */

export const JSONAPI = { version: '1.1' };

export const ADA = {
  type: 'person',
  id: '1',
  attributes: { name: 'Ada', age: 36 },
  relationships: {
    boss: { data: null, links: { self: '/api/person/1/relationships/boss', related: '/api/person/1/boss' } },
    computers: {
      data: [{ type: 'computer', id: '1' }],
      links: { self: '/api/person/1/relationships/computers', related: '/api/person/1/computers' },
    },
  },
  links: { self: '/api/person/1' },
};

export const BJORN = {
  type: 'person',
  id: '2',
  attributes: { name: 'Björn', age: 17 },
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
};

export const LAPTOP = {
  type: 'computer',
  id: '1',
  attributes: { name: 'laptop', vendor: 'Apple' },
  relationships: {
    owner: {
      data: { type: 'person', id: '1' },
      links: { self: '/api/computer/1/relationships/owner', related: '/api/computer/1/owner' },
    },
  },
  links: { self: '/api/computer/1' },
};

export const MINI = {
  type: 'computer',
  id: '3',
  attributes: { name: 'mini', vendor: 'Apple' },
  relationships: {
    owner: {
      data: { type: 'person', id: '2' },
      links: { self: '/api/computer/3/relationships/owner', related: '/api/computer/3/owner' },
    },
  },
  links: { self: '/api/computer/3' },
};

export const FLAT_LAPTOP_INSIDE = { id: 1, name: 'laptop', vendor: 'Apple' };

export const FLAT_ADA = { id: 1, name: 'Ada', age: 36, boss: null, computers: [FLAT_LAPTOP_INSIDE] };

export const FLAT_ADA_INSIDE = { id: 1, name: 'Ada', age: 36 };

export const FLAT_MINI_INSIDE = { id: 3, name: 'mini', vendor: 'Apple' };

export const FLAT_BJORN = { id: 2, name: 'Björn', age: 17, boss: FLAT_ADA_INSIDE, computers: [FLAT_MINI_INSIDE] };

export const FLAT_BJORN_INSIDE = { id: 2, name: 'Björn', age: 17 };

export const FLAT_MINI = { id: 3, name: 'mini', vendor: 'Apple', owner: FLAT_BJORN_INSIDE };

export const ADA_FOR_BOSSES = {
  type: 'person',
  id: '1',
  attributes: { name: 'Ada', age: 36, salary: 900 },
  relationships: {
    boss: { data: null, links: { self: '/api/person/1/relationships/boss', related: '/api/person/1/boss' } },
    computers: {
      data: [{ type: 'computer', id: '1' }],
      links: { self: '/api/person/1/relationships/computers', related: '/api/person/1/computers' },
    },
  },
  links: { self: '/api/person/1' },
};

export const FLAT_ADA_FOR_BOSSES = {
  id: 1,
  name: 'Ada',
  age: 36,
  salary: 900,
  boss: null,
  computers: [FLAT_LAPTOP_INSIDE],
};

export const ADA_UNLINKED = {
  type: 'person',
  id: '1',
  attributes: { name: 'Ada', age: 36 },
  relationships: {
    boss: { data: null, links: { self: '/api/person/1/relationships/boss', related: '/api/person/1/boss' } },
    computers: { links: { self: '/api/person/1/relationships/computers', related: '/api/person/1/computers' } },
  },
  links: { self: '/api/person/1' },
};

export const BJORN_UNLINKED = {
  type: 'person',
  id: '2',
  attributes: { name: 'Björn', age: 17 },
  relationships: {
    boss: {
      data: { type: 'person', id: '1' },
      links: { self: '/api/person/2/relationships/boss', related: '/api/person/2/boss' },
    },
    computers: { links: { self: '/api/person/2/relationships/computers', related: '/api/person/2/computers' } },
  },
  links: { self: '/api/person/2' },
};

export const FLAT_LAPTOP = { id: 1, name: 'laptop', vendor: 'Apple', owner: FLAT_ADA_INSIDE };

export const FLAT_SPARE_INSIDE = { id: 4, name: 'spare', vendor: null };
