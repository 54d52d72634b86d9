/** Holds the comparison to its word: it sees every difference in meaning, and none where the cases' README allows one. */
import type { Answer } from './answer.js';
import type { Case, Json } from './cases.js';
import { differences, violations } from './compare.js';

const PATH = '/api/person?page%5Bsize%5D=2&sort=name';

const person = (id: string, born: string): Record<string, Json> => ({
  type: 'person',
  id,
  attributes: { name: `Person ${id}`, born, seen: '2020-01-01T07:30:00' },
  relationships: {
    computers: {
      data: [
        { type: 'computer', id: '1' },
        { type: 'computer', id: '2' },
      ],
      links: { self: `/api/person/${id}/relationships/computers`, related: `/api/person/${id}/computers` },
    },
  },
  links: { self: `{base}/api/person/${id}` },
});

const page = (number: number): string => `{base}/api/person?sort=name&page%5Bsize%5D=2&page%5Bnumber%5D=${number}`;

const RECORDED = {
  data: [person('1', '1900-01-02'), person('2', '1987-07-14')],
  included: [] as Json[],
  jsonapi: { version: '1.0' },
  links: { self: '/api/person', first: page(1), last: page(8), prev: null as Json, next: page(2) },
  meta: { total: 15 } as Record<string, Json>,
};

const LINK = `<${page(1)}>; rel="first",<${page(8)}>; rel="last",<${page(2)}>; rel="next"`;

function example(changes: Partial<Case> = {}): Case {
  const expected = {
    status: 200,
    headers: { 'content-type': 'application/vnd.api+json', link: LINK },
    body: RECORDED as unknown as Json,
  };
  const steps = [{ method: 'GET', path: PATH, headers: {}, expected }];
  return { id: 'x', group: 'x', profile: 'x', note: '', steps, unordered: false, volatile: [], ...changes };
}

type Document = typeof RECORDED;

/** Our way to say the same. */
function ours(change: (document: Document) => unknown = () => undefined): Document {
  const text = JSON.stringify(RECORDED).replaceAll('{base}', '').replace('"1.0"', '"1.1"');
  const document = JSON.parse(text) as Document;
  document.links.self = PATH;
  change(document);
  return document;
}

function answer(document: unknown, changes: Partial<Answer> = {}): Answer {
  const text = JSON.stringify(document);
  const headers = { 'content-type': 'application/vnd.api+json', link: LINK.replaceAll('{base}', '') };
  return { status: 200, headers, text, body: JSON.parse(text) as Json, ...changes };
}

function compare(document: unknown, changes: Partial<Case> = {}): string[] {
  const recorded = example(changes);
  const [exchange] = recorded.steps;
  if (exchange === undefined) throw new Error('The example has no exchange.');
  return differences(recorded, exchange, answer(document), false);
}

/** The first resource, loosely typed so that a test may spoil it. */
const first = (document: Document): Record<string, Record<string, Json>> =>
  document.data[0] as Record<string, Record<string, Json>>;

describe('the comparison of answers', () => {
  it.each<[string, (document: Document) => unknown]>([
    ['our own way of saying it', () => undefined],
    ['an absent list of included resources', (document) => Reflect.deleteProperty(document, 'included')],
    ['an absent link where the recorded one is null', (document) => Reflect.deleteProperty(document.links, 'prev')],
    ['a date-time with its zone', (document) => (first(document).attributes!.seen = '2020-01-01T09:30:00.000+02:00')],
    ['linkage in another order', (document) => linkage(document).reverse()],
    ['absolute links', (document) => (first(document).links!.self = 'http://127.0.0.1:1/api/person/1')],
    [
      'page links without escapes',
      (document) => (document.links.next = '/api/person?page[number]=2&page[size]=2&sort=name'),
    ],
  ])('accepts %s', (_, change) => {
    expect(compare(ours(change))).toEqual([]);
  });

  it.each<[string, (document: Document) => unknown]>([
    ['another version', (document) => (document.jsonapi.version = '1.0')],
    ['another total', (document) => (document.meta.total = 14)],
    ['more meta', (document) => (document.meta.extra = 1)],
    ['a missing row', (document) => document.data.pop()],
    ['rows in another order', (document) => document.data.reverse()],
    ['another value', (document) => (first(document).attributes!.name = 'x')],
    ['a number for a text', (document) => (first(document).attributes!.name = 1)],
    ['a missing attribute', (document) => Reflect.deleteProperty(first(document).attributes!, 'name')],
    ['an attribute too many', (document) => (first(document).attributes!.extra = null)],
    ['another instant', (document) => (first(document).attributes!.seen = '2020-01-01T07:30:01Z')],
    ['another date', (document) => (first(document).attributes!.born = '1900-01-03')],
    ['a numeric id', (document) => Object.assign(first(document), { id: 1 })],
    ['missing linkage', (document) => linkage(document).pop()],
    ['no linkage', (document) => Reflect.deleteProperty(first(document).relationships!.computers as object, 'data')],
    ['a missing relationship', (document) => Reflect.deleteProperty(first(document), 'relationships')],
    ['a resource without its link', (document) => Reflect.deleteProperty(first(document), 'links')],
    ['a resource that links elsewhere', (document) => (first(document).links!.self = '/api/person/2')],
    ['a resource that should not be included', (document) => document.included.push({ type: 'tag', id: 'x' })],
    ['a link to another page', (document) => (document.links.last = page(7))],
    [
      'a page link that forgets the sort',
      (document) => (document.links.last = '/api/person?page[number]=8&page[size]=2'),
    ],
    ['a page link too many', (document) => (document.links.prev = page(1))],
    ['another self', (document) => (document.links.self = '/api/person')],
    ['errors beside the data', (document) => Object.assign(document, { errors: [] })],
  ])('sees %s', (_, change) => {
    expect(compare(ours(change))).not.toEqual([]);
  });

  it('leaves out what the recorder marked', () => {
    const quirk = (scope: 'links' | 'database'): Partial<Case> => ({ quirk: { scopes: [scope], text: '' } });

    expect(
      compare(
        ours((document) => (document.links.last = page(7))),
        quirk('links'),
      ),
    ).toEqual([]);
    expect(
      compare(
        ours((document) => document.data.reverse()),
        quirk('database'),
      ),
    ).toEqual([]);
    expect(
      compare(
        ours((document) => (first(document).attributes!.name = 'x')),
        quirk('database'),
      ),
    ).not.toEqual([]);
  });

  it('leaves out what the clock decides', () => {
    const document = ours((each) => (first(each).attributes!.seen = '2026-01-01T00:00:00Z'));

    expect(compare(document, { volatile: ['/data/0/attributes/seen'] })).toEqual([]);
  });

  it('takes lists for sets where the recorder found no order', () => {
    expect(
      compare(
        ours((document) => document.data.reverse()),
        { unordered: true },
      ),
    ).toEqual([]);
  });
});

describe('what no answer may do', () => {
  const errors = (error: Record<string, Json>): Answer => answer({ errors: [error], jsonapi: { version: '1.1' } });

  it.each<[string, Answer]>([
    ['fail', answer(ours(), { status: 500 })],
    [
      'name parameters in its type',
      answer(ours(), { headers: { 'content-type': 'application/vnd.api+json; charset=utf-8' } }),
    ],
    ['hold a resource twice', answer(ours((document) => document.included.push({ ...document.data[0] })))],
    ['give a status as a number', errors({ status: 400, title: 'Bad request' })],
    ['have null members in errors', errors({ status: '400', title: 'Bad request', source: null })],
    ['show SQL', errors({ status: '400', detail: 'UNIQUE constraint failed: person.name' })],
  ])('is to %s', (_, spoilt) => {
    expect(violations(spoilt)).toHaveLength(1);
  });

  it('finds nothing in a good answer', () => {
    expect(violations(answer(ours()))).toEqual([]);
    expect(violations(errors({ status: '404', title: 'Not found' }))).toEqual([]);
  });
});

function linkage(document: Document): Json[] {
  const computers = first(document).relationships!.computers as { data: Json[] };
  return computers.data;
}
