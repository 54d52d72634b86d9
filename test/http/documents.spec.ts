/** The structure of JSON:API documents: what the checker of the other tests sees, and what every kind of answer looks like. */
import { TypeOrmModule } from '@nestjs/typeorm';
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { createApp, describeServers, type TestApp } from '../support/app.js';
import { documentViolations, jsonApi, violationsOf } from '../support/json-api-document.js';
import { PEOPLE, seedPeople } from '../support/people.js';

const person = (id: string, more: object = {}) => ({ type: 'person', id, ...more });
const owns = (...ids: string[]) => ({
  relationships: { computers: { data: ids.map((id) => ({ type: 'computer', id })) } },
});

describe('the checker of documents', () => {
  it.each<[string, unknown]>([
    ['a resource', { data: person('1', { attributes: { name: 'Ada' } }), jsonapi: { version: '1.1' } }],
    ['an empty list', { data: [], included: [], links: { self: '/api/person', next: null } }],
    ['nothing', { data: null }],
    ['an error', { errors: [{ status: '404', source: { parameter: 'include' } }] }],
    ['a cycle', { data: [person('1', owns('1'))], included: [{ type: 'computer', id: '1' }] }],
    ['included members of linkage', { data: [person('1')], included: [person('1', { attributes: { name: 'Ada' } })] }],
    ['link objects', { data: null, links: { self: { href: 'https://api.example.org/person?a=%5B' } } }],
  ])('accepts %s', (_, document) => {
    expect(documentViolations(document)).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['13: the document is no object', []],
    ['14: the document has no data, errors or meta', { links: {} }],
    ['15: the document has data and errors', { data: null, errors: [{ status: '400' }] }],
    ['16: the document has included without data', { meta: {}, included: [] }],
    ['17: the document has a member "total"', { data: [], total: 1 }],
    ['17: /data has a member "name"', { data: person('1', { name: 'Ada' }) }],
    ['18: /data/0 is no object', { data: [1] }],
    ['19: /data has no text as its id', { data: { type: 'person', id: 1, attributes: {} } }],
    ['22: /data has an illegal type', { data: { type: 'a/b', id: '1', attributes: {} } }],
    ['23: /data has a field called "id"', { data: person('1', { attributes: { id: 1 } }) }],
    [
      '23: /data has an attribute and a relationship called "computers"',
      { data: person('1', { attributes: { computers: 1 }, ...owns() }) },
    ],
    ['24: /data/attributes is no object', { data: person('1', { attributes: [] }) }],
    ['24: /links is no object', { data: null, links: null }],
    [
      '25: /data/relationships/boss has none of links, data and meta',
      { data: person('1', { relationships: { boss: {} } }) },
    ],
    [
      '25: /data/relationships/boss/links has neither self nor related',
      { data: person('1', { relationships: { boss: { links: { next: '/x' } } } }) },
    ],
    ['28: /data/relationships/boss/data is no object', { data: person('1', { relationships: { boss: { data: 1 } } }) }],
    ['30: /data/0 has no text as its type', { data: [{ id: '1' }] }],
    ['31: /included is no list', { data: null, included: {} }],
    [
      '32: /included has computer/2, which nothing leads to',
      { data: person('1', owns('1')), included: [{ type: 'computer', id: '2' }] },
    ],
    [
      '33: the document has person/1 more than once',
      { data: [person('1', { attributes: {} }), person('1', { attributes: {} })] },
    ],
    ['34: /links/self is no URL', { data: null, links: { self: '/api/person?filter[name]=a' } }],
    ['34: /links/self has no href', { data: null, links: { self: {} } }],
    [
      '35: /data/attributes has a member with the illegal name "-a"',
      { data: person('1', { attributes: { '-a': 1 } }) },
    ],
    ['76: /errors is no list of errors', { errors: [] }],
    ['76: /errors/0/status is no text', { errors: [{ status: 400 }] }],
    ['17: /errors/0/source has a member "place"', { errors: [{ source: { place: 1 } }] }],
  ])('sees that %s', (violation, document) => {
    expect(documentViolations(document)).toContain(violation);
  });

  it('sees a wrong media type, and a parameter that is none of its', () => {
    const answer = (type: string) => ({ status: 200, headers: { 'content-type': type }, text: '{"data":null}' });

    expect(violationsOf(answer('application/vnd.api+json'))).toEqual([]);
    expect(violationsOf(answer('application/json'))).toEqual(['1: the content type is "application/json"']);
    expect(violationsOf(answer('application/vnd.api+json; charset=utf-8'))).toEqual([
      '2: the media type has "charset"',
    ]);
  });

  it('excuses linkage that a sparse fieldset hides', () => {
    const document = { data: [person('1', { attributes: {} })], included: [{ type: 'computer', id: '1' }] };

    expect(documentViolations(document)).toHaveLength(1);
    expect(documentViolations(document, true)).toEqual([]);
  });
});

describeServers((server) => {
  let app: TestApp;
  const get = jsonApi(() => app);

  beforeAll(async () => {
    app = await server.start({ entities: PEOPLE, imports: [RestlessModule.forFeature(PEOPLE)], seed: seedPeople });
  });
  afterAll(() => app.close());

  it('answers a resource with its links and the linkage of to-one relationships [JA-13, JA-14, JA-18, JA-19, JA-24, JA-25, JA-28, REL-07, REL-09, REL-10, FJS-05, FJS-06]', async () => {
    const answer = await get('/api/computer/1');

    expect(answer.body).toEqual({
      data: {
        type: 'computer',
        id: '1',
        attributes: { name: 'laptop', vendor: 'Apple', price: '1299.00' },
        relationships: {
          owner: {
            data: { type: 'person', id: '1' },
            links: { self: '/api/computer/1/relationships/owner', related: '/api/computer/1/owner' },
          },
        },
        links: { self: '/api/computer/1' },
      },
      links: { self: '/api/computer/1' },
      jsonapi: { version: '1.1' },
    });
  });

  it('answers a list with its total and its pages [JA-18, JA-39, JA-49, REL-08, FJV-13, contradiction 28]', async () => {
    const answer = await get('/api/person?page[size]=2&page[number]=2&fields[person]=name');

    expect(answer.body).toEqual({
      data: [
        { type: 'person', id: '3', attributes: { name: 'Carla' }, links: { self: '/api/person/3' } },
        { type: 'person', id: '4', attributes: { name: 'Dmitri' }, links: { self: '/api/person/4' } },
      ],
      meta: { total: 6 },
      links: {
        self: '/api/person?page%5Bsize%5D=2&page%5Bnumber%5D=2&fields%5Bperson%5D=name',
        first: '/api/person?page%5Bsize%5D=2&page%5Bnumber%5D=1&fields%5Bperson%5D=name',
        last: '/api/person?page%5Bsize%5D=2&page%5Bnumber%5D=3&fields%5Bperson%5D=name',
        prev: '/api/person?page%5Bsize%5D=2&page%5Bnumber%5D=1&fields%5Bperson%5D=name',
        next: '/api/person?page%5Bsize%5D=2&page%5Bnumber%5D=3&fields%5Bperson%5D=name',
      },
      jsonapi: { version: '1.1' },
    });
  });

  it.each([
    '/api/person',
    '/api/person?include=computers,boss.reports.computers,reports',
    '/api/person?filter[name]=nobody&include=computers',
    '/api/person/1?include=reports.reports.computers',
    '/api/person/1/computers?include=owner.boss',
    '/api/person/1/computers/2?include=owner',
    '/api/person/1/boss',
    '/api/person/4/boss?include=boss.reports',
    '/api/person/1/relationships/computers?include=computers.owner',
    '/api/person/1/relationships/boss',
    '/api/person/3/relationships/boss?include=boss',
    '/api',
  ])(
    'keeps the structure of documents at %s [JA-13, JA-16, JA-17, JA-22, JA-24, JA-28, JA-30, JA-31, JA-32, JA-33, JA-34, JA-35]',
    async (path) => {
      const answer = await get(path);

      expect(answer.status).toBe(200);
      expect(answer.headers.vary).toMatch(/\bAccept\b/);
    },
  );

  it.each<[number, string]>([
    [404, '/api/person/99'],
    [404, '/api/nobody'],
    [404, '/api/person/1/friends'],
    [404, '/api/person/1/computers/3'],
    [400, '/api/person?include=friends'],
    [400, '/api/person?sort=nothing'],
    [400, '/api/person?filter[objects]=[{}]'],
    [400, '/api/person?colour=red'],
  ])('answers %i at %s with errors and no data [JA-15, JA-76]', async (status, path) => {
    const answer = await get(path);

    expect(answer.status).toBe(status);
    expect(answer.at('/errors/0/status')).toBe(String(status));
    expect(answer.body).not.toHaveProperty('data');
  });

  it('serves every link that a document holds [JA-29, JA-38, REL-19]', async () => {
    const start = await get('/api/person?include=computers.owner&page[size]=3');

    for (const link of linksIn(start.body)) {
      const answer = await get(link);
      expect([link, answer.status]).toEqual([link, 200]);
      expect(answer.at('/links/self')).toBe(link);
    }
    expect(linksIn(start.body).length).toBeGreaterThan(20);
    expect((await get('/api/person/4')).at('/data/id')).toBe('4');
  });
});

/** Every URL in the links objects of a document. */
function linksIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'links'
      ? Object.values(inner as object).filter((link): link is string => typeof link === 'string')
      : linksIn(inner),
  );
}

describe('names that JSON:API does not allow', () => {
  @Entity()
  @Resource()
  class Type {
    @PrimaryGeneratedColumn() id!: number;
    @Expose() @Column() type!: string;
  }

  @Entity()
  @Resource()
  class Dotted {
    @PrimaryGeneratedColumn() id!: number;
    @Expose({ name: 'first.name' }) @Column() firstName!: string;
  }

  @Entity()
  @Resource()
  class Twice {
    @PrimaryGeneratedColumn() id!: number;
    @Expose() @Column() name!: string;
    @Expose({ name: 'name' }) @Column() other!: string;
  }

  @Entity()
  @Resource({ collectionName: 'a b' })
  class Spaced {
    @PrimaryGeneratedColumn() id!: number;
  }

  it.each([
    [Type, 'Type.type cannot be called "type" in JSON:API; rename it with @Expose({ name }).'],
    [Dotted, 'Dotted.firstName: "first.name" is no legal JSON:API member name; rename it with @Expose({ name }).'],
    [Twice, 'Twice: two fields are called "name"; rename one with @Expose({ name }).'],
    [Spaced, 'Spaced: the option "collectionName" has to be a name without slash, ?, # or space.'],
  ])('are refused at start: %p [JA-22, JA-23, JA-35]', async (entity, message) => {
    const database = TypeOrmModule.forRoot({ type: 'better-sqlite3', database: ':memory:', entities: [entity] });
    const started = createApp({ imports: [database, RestlessModule.forFeature([entity])] });

    await expect(started).rejects.toThrow(message);
  });
});
