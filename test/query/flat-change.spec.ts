/** What bodies in flat JSON mean, printed; and what is wrong with those that mean nothing, each fault with its place. */
import { RestlessError, RestlessErrors } from '../../src/errors.js';
import { printChange } from '../../src/query/change.js';
import { parseChange } from '../../src/query/parse-change.js';
import type { QueryRules } from '../../src/query/rules.js';
import type { ResourceOptions } from '../../src/resource/options.js';
import { read } from '../../src/wire/flat-json/read.js';
import { readChange } from '../../src/wire/flat-json/read-body.js';
import { graphOf, type Graph } from '../support/graph.js';
import { LIBRARY } from '../support/library.js';

const OPTIONS = {
  unknownParameters: 'reject',
  strictParameterNames: false,
  operators: new Set<string>(),
  bodyDepth: 50,
  listLength: 1_000,
  embed: 1,
  numPagesAlias: false,
  jsonp: false,
} as const;

const OPEN: ResourceOptions = {
  methods: ['GET', 'POST', 'PATCH', 'DELETE'],
  allowPatchMany: true,
  allowDeleteMany: true,
};
const NAMES = ['author', 'book', 'tag', 'edition', 'copy'];

const OPERATIONS = {
  'POST 1': 'POST_RESOURCE',
  'PATCH 1': 'PATCH_COLLECTION',
  'DELETE 1': 'DELETE_COLLECTION',
  'PATCH 2': 'PATCH_RESOURCE',
  'DELETE 2': 'DELETE_RESOURCE',
  'DELETE 4': 'DELETE_RELATIONSHIP',
} as const;

let open: Graph;
let strict: Graph;

beforeAll(async () => {
  open = await graphOf(LIBRARY, Object.fromEntries(NAMES.map((name) => [name, OPEN])));
  strict = await graphOf(LIBRARY, {
    author: { ...OPEN, allowToManyReplacement: false, allowDeleteFromToManyRelationships: false },
    book: { methods: ['GET'], allowClientGeneratedIds: true },
    tag: { methods: ['GET', 'PATCH'] },
    edition: { ...OPEN, readOnly: ['run'], allowClientGeneratedIds: true },
    copy: { ...OPEN, allowClientGeneratedIds: true, scope: () => ({ name: 'lentTo', op: 'is_not_null' }) },
  });
});

function print(line: string, sent?: unknown, graph = open, rules: Partial<QueryRules> = {}): string {
  const [method, url] = line.split(' ') as [string, string];
  const [path, queryString = ''] = url.split('?') as [string, string?];
  const [name, id, relation, relatedId] = path.split('/') as [string, string?, string?, string?];
  const operation = OPERATIONS[`${method} ${path.split('/').length}` as keyof typeof OPERATIONS];
  const all = { ...graph.rules, ...rules };
  const incoming = {
    ...{ operation, queryString, id, relation, relatedId },
    resource: graph.resource(name),
    viewer: all.policy.viewer,
  };
  const request = read({ ...incoming, operation: 'GET_RESOURCE', change: operation }, OPTIONS);
  const body = typeof sent === 'string' ? sent : sent === undefined ? undefined : JSON.stringify(sent);
  return printChange(parseChange(readChange({ ...incoming, request, body }, OPTIONS), all));
}

/** Code, place and sentence of every fault. */
function complaints(line: string, body: unknown, graph = open, rules: Partial<QueryRules> = {}): readonly string[] {
  try {
    print(line, body, graph, rules);
  } catch (error) {
    const errors = error instanceof RestlessErrors ? error.errors : [error as RestlessError];
    return errors.map(({ code, source, message }) =>
      [code, source?.pointer ?? source?.parameter ?? '-', message].join(' | '),
    );
  }
  throw new Error(`No complaint about ${line} ${JSON.stringify(body)}.`);
}

const limited = (limits: object): Partial<QueryRules> => ({ limits: { ...open.rules.limits, ...limits } });

it.each<[line: string, body: unknown, printed: string]>([
  ['POST author', {}, 'create author'],
  ['POST author', { name: 'fay', born: null }, 'create author set name = "fay", born = null'],
  ['POST author', { id: null, name: 'fay' }, 'create author set name = "fay"'],
  ['POST author', { address: { city: 'rome' } }, 'create author set address = (city = "rome")'],
  ['POST author', { mentor: null }, 'create author set mentor = nothing'],
  ['POST author', { mentor: { id: 1 } }, 'create author set mentor = author 1'],
  ['POST author', { mentor: { id: '1' } }, 'create author set mentor = author 1'],
  ['POST author', { mentor: { add: { id: 1 } } }, 'create author set mentor = author 1'],
  ['POST author', { mentor: { name: 'gus' } }, 'create author set mentor = [create author set name = "gus"]'],
  [
    'POST author',
    { books: [{ id: 1 }, { title: 'fog' }, { title: 'fog' }] },
    'create author set books = book 1 and [create book set title = "fog"] and [create book set title = "fog"]',
  ],
  [
    'POST author',
    { books: [{ id: 1, title: 'fog', published: '2024-01-02T10:00:00' }] },
    'create author set books = book 1 [update book where id eq 1 set title = "fog", published = "2024-01-02"]',
  ],
  ['POST author', { books: { add: [{ id: 1 }] } }, 'create author set books + book 1'],
  ['POST tag', { label: 'ice' }, 'create tag set label = "ice"'],
  [
    'POST book',
    { tags: [{ label: 'ice' }, { id: 'sea' }] },
    'create book set tags = tag ice [create tag set label = "ice"] and tag sea',
  ],
  [
    'POST book',
    { editions: [{ press: 'acme', number: 3, run: 5 }] },
    'create book set editions = edition acme,3 [update edition where press eq \'acme\' and number eq 3 set run = 5] [create edition set press = "acme", number = 3, run = 5]',
  ],
  [
    'POST book',
    { editions: [{ press: 'acme', run: 5 }] },
    'create book set editions = [create edition set press = "acme", run = 5]',
  ],
  [
    'POST copy',
    { edition: { press: 'new', number: 1, book: { title: 'fog', author: { id: 2 } } } },
    'create copy set edition = edition new,1 [update edition where press eq \'new\' and number eq 1 set book = [create book set title = "fog", author = author 2]] ' +
      '[create edition set press = "new", number = 1, book = [create book set title = "fog", author = author 2]]',
  ],
])('%s %j means: %s [CRE-01, CRE-06…CRE-11, RCL-02, RCL-09]', (line, body, printed) => {
  expect(print(line, body)).toBe(printed);
});

it.each<[line: string, body: unknown, printed: string]>([
  ['PATCH author/1', {}, 'update author where id eq 1'],
  ['PATCH author/1', { id: 1, born: 1900 }, 'update author where id eq 1 set born = 1900'],
  ['PATCH tag/sea', { label: 'sea' }, "update tag where label eq 'sea'"],
  [
    'PATCH author/1',
    { books: { add: [{ id: 3 }, { title: 'fog' }], remove: [{ id: 1 }] } },
    'update author where id eq 1 set books + book 3 and [create book set title = "fog"], books - book 1',
  ],
  ['PATCH author/1', { books: { add: { id: 3 } } }, 'update author where id eq 1 set books + book 3'],
  ['PATCH author/1', { books: { add: [] } }, 'update author where id eq 1 set books + nothing'],
  [
    'PATCH author/1',
    {
      books: {
        remove: [
          { id: 1, __delete__: true },
          { title: 'dust', subtitle: null },
        ],
      },
    },
    "update author where id eq 1 set books - book 1 [remove] and book where title eq 'dust' and subtitle is_null",
  ],
  ['PATCH author/1', { books: [{ id: 1 }, { id: 1 }] }, 'update author where id eq 1 set books = book 1'],
  ['PATCH author/1', { books: [] }, 'update author where id eq 1 set books = nothing'],
  ['PATCH author/1?q=nonsense', { born: 1 }, 'update author where id eq 1 set born = 1'],
  ['DELETE author/1?q={', undefined, 'remove author where id eq 1'],
  ['DELETE author/1/books/2', undefined, 'edit-relationship author where id eq 1 set books - book 2'],
  [
    'PATCH author',
    { q: { filters: [{ name: 'born', op: 'lt', val: 1900 }] }, living: false },
    'update-many author where born lt 1900 set living = false',
  ],
  [
    'PATCH author?q={"filters":[{"name":"born","op":"lt","val":1900}]}',
    { q: { filters: [{ name: 'born', op: 'lt', val: 1900 }] }, living: false },
    'update-many author where born lt 1900 set living = false',
  ],
  [
    'DELETE author?q={"filters":[{"name":"books__title","op":"eq","val":"dunes"}],"order_by":[{"field":"name"}]}',
    undefined,
    "remove-many author where books any (title eq 'dunes')",
  ],
  ['DELETE author', { q: { filters: [{ name: 'born', op: 'is_null' }] } }, 'remove-many author where born is_null'],
])('%s %j means: %s [UPD-01, UPD-04, RCL-01…RCL-08, RCL-14, BLK-02, BLK-03, BLK-11]', (line, body, printed) => {
  expect(print(line, body)).toBe(printed);
});

it('of a window and its order, only these rows [BLK-07]', () => {
  const body = {
    q: { filters: [{ name: 'born', op: 'gt', val: 0 }], limit: 2, order_by: [{ field: 'name' }] },
    born: 1,
  };

  expect(print('PATCH author', body)).toMatch(
    /^update-many author where born gt 0 of \(author where born gt 0 sort name, id many\)/,
  );
});

it.each<[line: string, body: unknown, ...complaints: string[]]>([
  [
    'PATCH author',
    { q: { filters: [{ name: 'born', op: 'gt', val: 0 }] }, id: 5, born: 1 },
    'BAD_BODY | /id | Every author that the filters find is changed; an id has no meaning here.',
  ],
  ['POST author', undefined, 'BAD_BODY |  | Unable to decode data: the request has no body.'],
  ['POST author', '{', 'BAD_BODY |  | The body is no JSON.'],
  ['POST author', '[]', 'BAD_BODY |  | Unable to decode data: expected a JSON object, got a list.'],
  ['POST author', 'null', 'BAD_BODY |  | Unable to decode data: expected a JSON object, got null.'],
  ['POST author', '3', 'BAD_BODY |  | Unable to decode data: expected a JSON object, got 3.'],
  ['POST author', '"x"', 'BAD_BODY |  | Unable to decode data: expected a JSON object, got "x".'],
  [
    'POST author',
    { shoes: 3, name: { first: 'x' }, bookCount: 1 },
    'UNKNOWN_FIELD | /shoes | author has no attribute "shoes". Fields: name, born, living, address, mentor, students, admires, admirers, books.',
    'BAD_VALUE | /name | Expected a text for "name", got an object.',
    'READ_ONLY | /bookCount | "bookCount" of author can be read only.',
  ],
  ['POST author', { id: 9 }, 'FORBIDDEN | /id | The id of a author is made by the server; leave it out.'],
  ['POST author', { id: [1] }, 'BAD_BODY | /id | A key is a number or a text, not a list.'],
  ['PATCH author/1', { id: 2 }, 'CONFLICT | /id | The address names the author "1", the body "2"; keys do not change.'],
  [
    'POST author',
    { books: 3, mentor: [{ id: 1 }] },
    'BAD_BODY | /books | "books" leads to many; expected a list, or an object with "add" and "remove", got 3.',
    'BAD_BODY | /mentor | "mentor" leads to one; expected an object or null, got a list.',
  ],
  [
    'PATCH author/1',
    { books: null, students: {}, admires: { add: [1, null], sub: [] } },
    'BAD_BODY | /books | "books" leads to many; expected a list, or an object with "add" and "remove", got null.',
    'BAD_BODY | /students | "students" leads to many; expected a list, or an object with "add" and "remove", got an object.',
    'BAD_BODY | /admires | "admires" leads to many; expected a list, or an object with "add" and "remove", got an object.',
  ],
  [
    'PATCH author/1',
    { books: { add: [1, null], remove: [{}] }, mentor: { remove: { id: 1 } } },
    'BAD_BODY | /books/add/0 | Expected an object such as {"id": 1}, got 1.',
    'BAD_BODY | /books/add/1 | Expected an object such as {"id": 1}, got null.',
    'BAD_BODY | /books/remove/0 | This names no book; give its key, or what it holds.',
    'BAD_BODY | /mentor | "mentor" leads to one; expected an object or null, got an object.',
  ],
  [
    'PATCH author/1',
    { mentor: { add: [{ id: 1 }, { id: 2 }] } },
    'BAD_BODY | /mentor/add | "mentor" leads to one; 2 are too many.',
  ],
  [
    'POST author',
    { books: { remove: [{ id: 1 }] } },
    'BAD_BODY | /books/remove | A new row has no "books" to take out.',
  ],
  [
    'PATCH author/1',
    { books: [{ id: 1, __delete__: true }, { __delete__: 1 }] },
    'BAD_BODY | /books/0 | Only what is taken out of a relationship can be deleted with it.',
    'BAD_BODY | /books/1/__delete__ | "__delete__" is true or false, not 1.',
  ],
  [
    'PATCH author/1',
    { books: { remove: [{ id: 1, author: { id: 1 } }, { color: 'red' }, { pages: 'x' }] } },
    'BAD_BODY | /books/remove/0/author | What is taken out is named by its key or its attributes.',
    'BAD_VALUE | /books/remove/1/color | book has no field "color". Fields: id, title, subtitle, pages, price, published, author, tags, editions.',
    'BAD_VALUE | /books/remove/2/pages | Expected a whole number for "pages", got "x".',
  ],
  [
    'PATCH author/1',
    { books: [{ title: 'a', color: 'red', author: { shoes: 3 } }] },
    'UNKNOWN_FIELD | /books/0/color | book has no attribute "color". Fields: title, subtitle, pages, price, published, author, tags, editions.',
    'UNKNOWN_FIELD | /books/0/author/shoes | author has no attribute "shoes". Fields: name, born, living, address, mentor, students, admires, admirers, books.',
  ],
  [
    'PATCH author/1',
    {
      books: [
        { id: 1, pages: 1 },
        { id: 1, pages: 2 },
      ],
    },
    'BAD_BODY | /books/1 | The body says twice what to do with the book "1".',
  ],
  [
    'PATCH author/1',
    { name: 'x', books: [{ id: 1, author: { id: 1, name: 'y' } }] },
    'BAD_BODY | /books/0/author | The body says twice what to do with the author "1".',
  ],
  [
    'PATCH author/1',
    { ['__proto__x']: 1, constructor: { prototype: 1 }, toString: 1 },
    'UNKNOWN_FIELD | /__proto__x | author has no attribute "__proto__x". Fields: name, born, living, address, mentor, students, admires, admirers, books.',
    'UNKNOWN_FIELD | /constructor | author has no attribute "constructor". Fields: name, born, living, address, mentor, students, admires, admirers, books.',
    'UNKNOWN_FIELD | /toString | author has no attribute "toString". Fields: name, born, living, address, mentor, students, admires, admirers, books.',
  ],
  [
    'PATCH author/1',
    '{"__proto__": {"name": "x"}, "books": [{"__proto__": 1}]}',
    'UNKNOWN_FIELD | /__proto__ | author has no attribute "__proto__". Fields: name, born, living, address, mentor, students, admires, admirers, books.',
    'UNKNOWN_FIELD | /books/0/__proto__ | book has no attribute "__proto__". Fields: title, subtitle, pages, price, published, author, tags, editions.',
  ],
  [
    'PATCH author',
    { living: true },
    'BAD_FILTER | q | Changing a whole collection needs a filter; without one every author would be changed.',
  ],
  ['PATCH author', { q: 3 }, 'BAD_FILTER | q | "q" has to be a JSON object, not 3.'],
  [
    'PATCH author?q={"filters":[{"name":"born","op":"is_null"}]}',
    { q: { filters: [{ name: 'born', op: 'is_not_null' }] } },
    'BAD_FILTER | /q | The body and the URL search for different rows; give "q" once.',
  ],
  [
    'DELETE author?q={"filters":[{"name":"born","op":"is_null"}],"single":true}',
    undefined,
    'BAD_PARAMETER | q | Every resource that the filters find is changed; "q" has no meaning here.',
  ],
  ['DELETE author?q={', undefined, 'BAD_FILTER | q | Unable to decode data: "q" is no JSON.'],
  ['DELETE author/1/mentor/2', undefined, 'FORBIDDEN | - | "mentor" leads to one resource; it is changed with PATCH.'],
  ['DELETE author/1/friends/2', undefined, 'NOT_FOUND | - | author has no relationship "friends".'],
])(
  'of %s %j tells what is wrong [CRE-03, CRE-05, CRE-15, UPD-03, UPD-04, RCL-10, BLK-08, BLK-13]',
  (line, body, ...told) => {
    expect(complaints(line, body)).toEqual(told);
  },
);

it.each<[line: string, body: unknown, ...complaints: string[]]>([
  ['POST author', { books: [{ title: 'x' }] }, 'FORBIDDEN | /books/0 | A book cannot be created here.'],
  ['POST author', { books: [{ id: 1, title: 'x' }] }, 'FORBIDDEN | /books/0 | A book cannot be changed here.'],
  [
    'PATCH author/1',
    { students: { remove: [{ id: 2, __delete__: true }] } },
    'FORBIDDEN | /students/remove | Members of "students" cannot be deleted; the option allowDeleteFromToManyRelationships is off.',
  ],
  [
    'PATCH author/1',
    { students: [] },
    'FORBIDDEN | /students | "students" cannot be replaced as a whole; the option allowToManyReplacement is off.',
  ],
  [
    'PATCH copy/1',
    { edition: { book: { id: 1, tags: { remove: [{ label: 'sea', __delete__: true }] } } } },
    'FORBIDDEN | /edition/book | A book cannot be changed here.',
  ],
  [
    'POST copy',
    { edition: { press: 'x', number: 1, run: 3 } },
    'READ_ONLY | /edition/run | "run" of edition can be read only.',
  ],
])('of %s %j tells whose permission is missing [CRE-08, REL-05, RCL-05]', (line, body, ...told) => {
  expect(complaints(line, body, strict)).toEqual(told);
});

it('takes what is new, or there already, with rows inside it [CRE-10]', () => {
  const edition = { press: 'acme', number: 3, copies: [{ id: 1, lentTo: 'x' }] };
  const copies = 'copies = copy 1 [update copy where id eq 1 set lentTo = "x"]';

  expect(print('POST book', { editions: [edition] })).toBe(
    `create book set editions = edition acme,3 [update edition where press eq 'acme' and number eq 3 set ${copies}] ` +
      `[create edition set press = "acme", number = 3, ${copies}]`,
  );
});

it('takes rows by their own permissions and scopes [CRE-08, CRE-10, REL-05]', () => {
  expect(print('PATCH author/1', { books: { add: [{ id: 1 }] } }, strict)).toBe(
    'update author where id eq 1 set books + book 1',
  );
  expect(print('PATCH edition/acme,1', { copies: { add: [{ id: 7, lentTo: 'x' }] } }, strict)).toBe(
    "update edition where press eq 'acme' and number eq 1 set copies + copy 7 " +
      '[update copy where id eq 7 and lentTo is_not_null set lentTo = "x"] [create copy 7 set lentTo = "x"]',
  );
});

describe('limits', () => {
  const deep = (levels: number): object => (levels === 0 ? {} : { mentor: deep(levels - 1) });

  it('take rows as deep as nestedDepth [CRE-09]', () => {
    expect(print('POST author', deep(5))).toContain('[create author set mentor');
    expect(complaints('POST author', deep(6))).toEqual([
      'LIMIT_EXCEEDED | /mentor/mentor/mentor/mentor/mentor/mentor | Rows stand inside each other more than 5 deep, the limit nestedDepth.',
    ]);
    expect(complaints('POST author', deep(2), open, limited({ nestedDepth: 1 }))).toEqual([
      'LIMIT_EXCEEDED | /mentor/mentor | Rows stand inside each other more than 1 deep, the limit nestedDepth.',
    ]);
    expect(complaints('POST author', deep(60))).toEqual([
      'LIMIT_EXCEEDED |  | The body nests deeper than 50 levels, the limit bodyDepth.',
    ]);
  });

  it('take so many rows, in a list and in all [CRE-09]', () => {
    const books = (count: number): object => ({ books: Array.from({ length: count }, () => ({ title: 'x' })) });
    const [first, ...others] = complaints('POST author', { students: [books(600), books(600)] });

    expect(complaints('POST author', books(1001))).toEqual([
      'LIMIT_EXCEEDED | /books | "books" names more than 1000 resources, the limit listLength.',
    ]);
    expect(first).toBe(
      'LIMIT_EXCEEDED | /students/1/books/398 | There are more than 1000 rows inside others, the limit listLength.',
    );
    expect(others.length).toBeLessThan(100);
    expect(complaints('POST author', books(100_000))).toHaveLength(1);
  });

  it('change a stretch of so many rows [BLK-07]', () => {
    const body = { q: { filters: [{ name: 'born', op: 'gt', val: 0 }], limit: 1001 }, born: 1 };

    expect(complaints('PATCH author', body)).toEqual([
      'LIMIT_EXCEEDED | q | A stretch of at most 1000 rows is changed, the limit listLength.',
    ]);
  });
});
