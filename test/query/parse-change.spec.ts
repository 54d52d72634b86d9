/** What bodies mean, printed; and what is wrong with those that mean nothing, each fault with its place. */
import { Expose } from 'class-transformer';
import { Column, Entity, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { RestlessError, RestlessErrors } from '../../src/errors.js';
import { printChange, type Change } from '../../src/query/change.js';
import { parseChange } from '../../src/query/parse-change.js';
import type { QueryRules } from '../../src/query/rules.js';
import type { ResourceOptions } from '../../src/resource/options.js';
import { Policy } from '../../src/resource/policy.js';
import { read } from '../../src/wire/json-api/read.js';
import { readChange } from '../../src/wire/json-api/read-document.js';
import { graphOf, type Graph } from '../support/graph.js';
import { LIBRARY } from '../support/library.js';

/** One value of each kind that is read in a way of its own. */
@Entity()
class Sample {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ type: 'int', nullable: true }) whole!: number | null;
  @Expose() @Column({ type: 'decimal', precision: 5, scale: 2 }) price!: string;
  @Expose() @Column({ type: 'date', nullable: true }) day!: string | null;
  @Expose() @Column({ type: 'time' }) hour!: string;
  @Expose() @Column({ type: 'datetime', nullable: true }) moment!: Date | null;
  @Expose() @Column({ type: 'simple-json' }) json!: unknown;
  @Expose() @Column({ type: 'simple-array' }) list!: string[];
  @Expose() @Column({ length: 3 }) short!: string;
  /** For the group of editors, and a foreign key. */
  @Expose({ groups: ['editor'] }) @Column({ default: '' }) note!: string;
  @Expose() @Column({ nullable: true }) nextId!: number | null;
  @Expose() @ManyToOne(() => Sample) next!: Relation<Sample> | null;

  @Expose()
  get both(): string {
    return this.short;
  }

  set both(value: string) {
    this.short = value;
  }
}

const OPTIONS = {
  unknownParameters: 'reject',
  strictParameterNames: false,
  operators: new Set<string>(),
  bodyDepth: 10,
  listLength: 1_000,
  embed: 1,
  numPagesAlias: false,
  jsonp: false,
} as const;

/** Everything is allowed. */
const FREE: ResourceOptions = {
  allowToManyReplacement: true,
  allowDeleteFromToManyRelationships: true,
  allowClientGeneratedIds: true,
  allowPatchMany: true,
  allowDeleteMany: true,
};

const OPERATIONS = {
  'POST 1': 'POST_RESOURCE',
  'PATCH 1': 'PATCH_COLLECTION',
  'DELETE 1': 'DELETE_COLLECTION',
  'PATCH 2': 'PATCH_RESOURCE',
  'DELETE 2': 'DELETE_RESOURCE',
  'POST 4': 'POST_RELATIONSHIP',
  'PATCH 4': 'PATCH_RELATIONSHIP',
  'DELETE 4': 'DELETE_RELATIONSHIP',
} as const;

let free: Graph;
let strict: Graph;

beforeAll(async () => {
  const all = Object.fromEntries(
    ['author', 'book', 'tag', 'edition', 'copy', 'sample'].map((name) => [name, FREE] as const),
  );
  free = await graphOf([...LIBRARY, Sample], all);
  strict = await graphOf([...LIBRARY, Sample], {
    author: { createOnly: ['born', 'mentor'], readOnly: ['living', 'books'] },
    book: { scope: () => ({ name: 'pages', op: 'gt', val: 10 }) },
  });
});

/** The change behind a request line such as `PATCH author/1` with a body. */
function parse(line: string, body: string, graph: Graph, rules: Partial<QueryRules> = {}): Change {
  const [method, url] = line.split(' ') as [string, string];
  const [path, queryString = ''] = url.split('?') as [string, string?];
  const [name, id, , relation] = path.split('/') as [string, string?, string?, string?];
  const operation = OPERATIONS[`${method} ${path.split('/').length}` as keyof typeof OPERATIONS];
  const all = { ...graph.rules, ...rules };
  const incoming = {
    ...{ operation, body, queryString, id, relation, relatedId: undefined },
    resource: graph.resource(name),
    viewer: all.policy.viewer,
  };
  const request = read({ ...incoming, operation: 'GET_RESOURCE' }, OPTIONS);
  return parseChange(readChange({ ...incoming, request }, OPTIONS), all);
}

function print(line: string, data?: unknown, graph = free, rules: Partial<QueryRules> = {}): string {
  return printChange(parse(line, data === undefined ? '' : JSON.stringify({ data }), graph, rules));
}

/** Code, place and sentence of every fault. */
function complaints(line: string, body: string, graph = free, rules: Partial<QueryRules> = {}): readonly string[] {
  try {
    parse(line, body, graph, rules);
  } catch (error) {
    const errors = error instanceof RestlessErrors ? error.errors : [error as RestlessError];
    return errors.map(({ code, source, message }) =>
      [code, source?.pointer ?? source?.parameter ?? '-', message].join(' | '),
    );
  }
  throw new Error(`No complaint about ${line} ${body}.`);
}

const author = (rest: object) => ({ type: 'author', ...rest });
const sample = (attributes: object) => ({ type: 'sample', attributes });
const to = (type: string, ...ids: string[]) => ({ data: ids.map((id) => ({ type, id })) });

describe('a body', () => {
  it.each<[line: string, data: unknown, printed: string]>([
    ['POST author', author({}), 'create author'],
    ['POST author', author({ attributes: { name: 'ann', born: 1900 } }), 'create author set name = "ann", born = 1900'],
    ['POST author', author({ id: '7' }), 'create author 7'],
    ['POST author', author({ id: 7, attributes: { name: 'x' } }), 'create author 7 set name = "x"'],
    ['POST edition', { type: 'edition', id: 'a%2Cb,2' }, 'create edition a%2Cb,2'],
    [
      'POST author',
      author({ attributes: { address: { city: 'rome', country: null } } }),
      'create author set address = (city = "rome", country = null)',
    ],
    ['POST author', author({ attributes: { address: {} } }), 'create author set address = ()'],
    ['POST author', author({ relationships: { mentor: { data: null } } }), 'create author set mentor = nothing'],
    [
      'POST author',
      author({ relationships: { mentor: { data: { type: 'author', id: '2' } }, books: to('book', '1', '3', '1') } }),
      'create author set mentor = author 2, books = book 1 and book 3',
    ],
    ['POST author', author({ relationships: { admires: to('author') } }), 'create author set admires = nothing'],
    [
      'POST copy',
      { type: 'copy', relationships: { edition: { data: { type: 'edition', id: 'acme,1' } } } },
      'create copy set edition = edition acme,1',
    ],
    ['PATCH author/1', author({ id: '1' }), 'update author where id eq 1'],
    ['PATCH author/1', author({ id: '1', attributes: { born: null } }), 'update author where id eq 1 set born = null'],
    ['PATCH author/1?filter[name]=ann', author({ id: '1' }), "update author where id eq 1 and name eq 'ann'"],
    [
      'PATCH edition/acme,1',
      { type: 'edition', id: 'acme,1', attributes: { run: 3 } },
      "update edition where press eq 'acme' and number eq 1 set run = 3",
    ],
    ['DELETE author/1', undefined, 'remove author where id eq 1'],
    [
      'PATCH author?filter[born][lt]=1900',
      author({ attributes: { living: false } }),
      'update-many author where born lt 1900 set living = false',
    ],
    ['DELETE author?filter[living]=false', undefined, 'remove-many author where living eq false'],
    [
      'PATCH author/1/relationships/mentor',
      { type: 'author', id: '2' },
      'edit-relationship author where id eq 1 set mentor = author 2',
    ],
    ['PATCH author/1/relationships/mentor', null, 'edit-relationship author where id eq 1 set mentor = nothing'],
    ['PATCH author/1/relationships/books', [], 'edit-relationship author where id eq 1 set books = nothing'],
    [
      'POST author/1/relationships/books',
      [{ type: 'book', id: '2' }],
      'edit-relationship author where id eq 1 set books + book 2',
    ],
    [
      'DELETE author/1/relationships/books',
      [
        { type: 'book', id: '2' },
        { type: 'book', id: 3 },
      ],
      'edit-relationship author where id eq 1 set books - book 2 and book 3',
    ],
  ])('of %s %j means: %s [CRE-17, CRE-20, CRE-25, CRE-30, UPD-09, UPD-11, UPD-12]', (line, data, printed) => {
    expect(print(line, data)).toBe(printed);
  });

  it.each<[attributes: object, printed: string]>([
    [{ whole: '21' }, 'whole = 21'],
    [{ whole: null }, 'whole = null'],
    [{ price: 1.5 }, 'price = "1.5"'],
    [{ day: '2024-02-29T12:00:00Z' }, 'day = "2024-02-29"'],
    [{ day: '' }, 'day = null'],
    [{ day: 'CURRENT_DATE' }, 'day = {"clock":"CURRENT_DATE"}'],
    [{ hour: '13:45' }, 'hour = "13:45:00"'],
    [{ moment: '2024-02-29T12:00:00+01:00' }, 'moment = "2024-02-29T11:00:00.000Z"'],
    [{ moment: '  ' }, 'moment = null'],
    [{ moment: 'LOCALTIMESTAMP' }, 'moment = {"clock":"LOCALTIMESTAMP"}'],
    [{ json: { a: [null, 'CURRENT_DATE'] } }, 'json = {"a":[null,"CURRENT_DATE"]}'],
    [{ list: ['a', 'b'] }, 'list = ["a","b"]'],
    [{ short: 'CUR' }, 'short = "CUR"'],
    [{ both: { any: ['thing'] } }, 'both = {"any":["thing"]}'],
    [{ nextId: 4 }, 'nextId = 4'],
  ])(
    'has values as their columns have them: %j [UPD-07, DAT-01, DAT-02, DAT-04, DAT-05, DAT-06]',
    (attributes, printed) => {
      expect(print('POST sample', sample(attributes))).toBe(`create sample set ${printed}`);
    },
  );

  it('keeps the digits of numbers [CRE-17]', () => {
    const body = (price: string) => `{"data":{"type":"sample","attributes":{"price":${price}}}}`;

    expect(printChange(parse('POST sample', body('123.4500000'), free))).toBe('create sample set price = "123.45"');
    expect(complaints('POST sample', body('0.10000000000000000001'))).toEqual([
      'BAD_VALUE | /data/attributes/price | Expected a number of at most 3 digits before and 2 after the point for "price", got 0.10000000000000000001.',
    ]);
  });

  it('is for its viewer: groups, and rows in sight [UPD-03, CRE-24]', () => {
    const editor = { policy: new Policy({ groups: ['editor'] }) };

    expect(print('POST sample', sample({ note: 'x' }), free, editor)).toBe('create sample set note = "x"');
    expect(complaints('POST sample', JSON.stringify({ data: sample({ note: 'x' }) }))).toEqual([
      'UNKNOWN_FIELD | /data/attributes/note | sample has no attribute "note". Fields: whole, price, day, hour, moment, json, list, short, nextId, both, next.',
    ]);
    expect(print('PATCH book/1', { type: 'book', id: '1', attributes: { title: 'x' } }, strict)).toBe(
      'update book where id eq 1 and pages gt 10 set title = "x"',
    );
    expect(print('DELETE book/1', undefined, strict)).toBe('remove book where id eq 1 and pages gt 10');
  });

  it('is frozen once it is checked', () => {
    expect(Object.isFrozen(parse('POST author', '{"data":{"type":"author"}}', free))).toBe(true);
  });
});

describe('a fault', () => {
  const nameless =
    'author has no attribute "nmae". Fields: name, born, living, address, mentor, students, admires, admirers, books.';

  it.each<[line: string, data: unknown, ...complaints: string[]]>([
    ['POST author', null, 'BAD_BODY | /data | Expected a resource object, got null.'],
    ['POST author', [], 'BAD_BODY | /data | Expected a resource object, got a list.'],
    ['POST author', {}, 'BAD_BODY | /data | A resource object needs a "type".'],
    ['POST author', { type: 3 }, 'BAD_BODY | /data/type | A resource object needs a "type".'],
    [
      'POST author',
      { type: 'book' },
      'CONFLICT | /data/type | This is the collection of author; "book" does not belong here.',
    ],
    ['POST author', author({ attributes: 'x' }), 'BAD_BODY | /data/attributes | Expected an object, got "x".'],
    ['POST author', author({ attributes: { nmae: 'x' } }), `UNKNOWN_FIELD | /data/attributes/nmae | ${nameless}`],
    [
      'POST author',
      author({ attributes: { bookCount: 5 } }),
      'READ_ONLY | /data/attributes/bookCount | "bookCount" of author can be read only.',
    ],
    [
      'POST author',
      author({ attributes: { mentor: 1 } }),
      'UNKNOWN_FIELD | /data/attributes/mentor | "mentor" is a relationship; it belongs into "relationships".',
    ],
    [
      'POST author',
      author({ attributes: { born: 'x' } }),
      'BAD_VALUE | /data/attributes/born | Expected a whole number for "born", got "x".',
    ],
    [
      'POST author',
      author({ attributes: { name: null } }),
      'BAD_VALUE | /data/attributes/name | Expected a value other than null for "name", got null.',
    ],
    [
      'POST author',
      author({ attributes: { address: 'rome' } }),
      'BAD_VALUE | /data/attributes/address | Expected an object for "address", got "rome".',
    ],
    [
      'POST author',
      author({ attributes: { address: { town: 'rome' } } }),
      'UNKNOWN_FIELD | /data/attributes/address/town | "address" has no member "town".',
    ],
    [
      'POST author',
      author({ relationships: { mentor: 5 } }),
      'BAD_BODY | /data/relationships/mentor | Expected a relationship with "data", got 5.',
    ],
    [
      'POST author',
      author({ relationships: { mentor: {} } }),
      'BAD_BODY | /data/relationships/mentor | The relationship "mentor" has no "data".',
    ],
    [
      'POST author',
      author({ relationships: { mentor: { data: 1 } } }),
      'BAD_BODY | /data/relationships/mentor/data | Expected a resource identifier, got 1.',
    ],
    [
      'POST author',
      author({ relationships: { mentor: { data: { id: '1' } } } }),
      'BAD_BODY | /data/relationships/mentor/data | A resource identifier needs a "type".',
    ],
    [
      'POST author',
      author({ relationships: { mentor: { data: { type: 'author' } } } }),
      'BAD_BODY | /data/relationships/mentor/data | A resource identifier needs an "id".',
    ],
    [
      'POST author',
      author({ relationships: { mentor: to('author', '1') } }),
      'BAD_BODY | /data/relationships/mentor/data | "mentor" leads to one resource; its data is one identifier or null.',
    ],
    [
      'POST author',
      author({ relationships: { books: { data: null } } }),
      'BAD_BODY | /data/relationships/books/data | "books" leads to many resources; its data is a list.',
    ],
    [
      'POST author',
      author({ relationships: { books: to('tag', '1') } }),
      'CONFLICT | /data/relationships/books/data/0/type | "books" leads to book, not to "tag".',
    ],
    ['POST edition', { type: 'edition', id: 'acme' }, 'BAD_VALUE | /data/id | "acme" cannot be the id of a edition.'],
    ['PATCH author/1', author({}), 'BAD_BODY | /data | A resource object needs the "id" of the resource.'],
    ['PATCH author/1', author({ id: '2' }), 'CONFLICT | /data/id | The address names the id "1", the document "2".'],
    [
      'PATCH edition/acme,1',
      { type: 'edition', id: 'acme,1', attributes: { number: 2 } },
      'FORBIDDEN | /data/attributes/number | "number" is set when a edition is created, and not changed later.',
    ],
    ['PATCH author/x', author({ id: 'x' }), 'NOT_FOUND | - | There is no author with the id "x".'],
    [
      'PATCH author',
      author({}),
      'BAD_FILTER | filter | Changing a whole collection needs a filter; without one every author would be changed.',
    ],
    ['POST author?filter[name]=x', author({}), 'BAD_FILTER | filter[name] | A new author cannot be filtered.'],
    [
      'POST author?sort=name',
      author({}),
      'BAD_PARAMETER | sort | One author is written here; "sort" is for collections.',
    ],
    [
      'POST author?countMode=exact',
      author({}),
      'BAD_PARAMETER | countMode | One author is written here; "countMode" is for collections.',
    ],
    [
      'PATCH author/1?page[number]=2',
      author({ id: '1' }),
      'BAD_PARAMETER | page[number] | One author is written here; "page[number]" is for collections.',
    ],
    [
      'PATCH author/1?filter[single]=1',
      author({ id: '1' }),
      'BAD_PARAMETER | filter[single] | One author is written here; "filter[single]" is for collections.',
    ],
    [
      'DELETE author/1?groupBy=name',
      undefined,
      'BAD_PARAMETER | groupBy | One author is written here; "groupBy" is for collections.',
    ],
    [
      'DELETE author/1?include=books',
      undefined,
      'BAD_PARAMETER | include | Nothing is shown of what is deleted; "include" has no meaning here.',
    ],
    [
      'DELETE author/1?fields[author]=name',
      undefined,
      'BAD_PARAMETER | fields[author] | Nothing is shown of what is deleted; "fields[author]" has no meaning here.',
    ],
    ['PATCH author/1/relationships/nothing', null, 'NOT_FOUND | - | author has no relationship "nothing".'],
    [
      'POST author/1/relationships/mentor',
      [],
      'FORBIDDEN | - | "mentor" leads to one resource; it is changed with PATCH.',
    ],
    [
      'POST author',
      {
        type: 'book',
        id: true,
        attributes: { name: 5, nmae: 1, born: 1.5 },
        relationships: { mentor: {}, books: { data: [{}] } },
      },
      'CONFLICT | /data/type | This is the collection of author; "book" does not belong here.',
      'BAD_BODY | /data/id | An id is a text, not true.',
      'BAD_BODY | /data/relationships/mentor | The relationship "mentor" has no "data".',
      'BAD_BODY | /data/relationships/books/data/0 | A resource identifier needs a "type".',
    ],
    [
      'POST author',
      author({
        attributes: { name: 5, nmae: 1, born: 1.5 },
        relationships: { mentor: to('author'), books: to('tag', '1') },
      }),
      'BAD_VALUE | /data/attributes/name | Expected a text for "name", got 5.',
      `UNKNOWN_FIELD | /data/attributes/nmae | ${nameless}`,
      'BAD_VALUE | /data/attributes/born | Expected a whole number for "born", got 1.5.',
      'BAD_BODY | /data/relationships/mentor/data | "mentor" leads to one resource; its data is one identifier or null.',
      'CONFLICT | /data/relationships/books/data/0/type | "books" leads to book, not to "tag".',
    ],
  ])(
    'of %s %j is told with its place [CRE-19, CRE-22, CRE-23, UPD-03, UPD-08, UPD-12, DAT-10]',
    (line, data, ...expected) => {
      expect(complaints(line, JSON.stringify({ data }))).toEqual(expected);
    },
  );

  it.each<[line: string, data: unknown, complaint: string]>([
    [
      'POST author',
      author({ id: '7' }),
      'FORBIDDEN | /data/id | The id of a author is made by the server; leave it out.',
    ],
    [
      'POST author',
      author({ attributes: { living: true } }),
      'READ_ONLY | /data/attributes/living | "living" of author can be read only.',
    ],
    [
      'POST author',
      author({ relationships: { books: { data: [] } } }),
      'FORBIDDEN | /data/relationships/books/data | "books" of author can be read only.',
    ],
    [
      'PATCH author/1',
      author({ id: '1', attributes: { born: 1 } }),
      'FORBIDDEN | /data/attributes/born | "born" is set when a author is created, and not changed later.',
    ],
    [
      'PATCH author/1',
      author({ id: '1', relationships: { mentor: { data: null } } }),
      'FORBIDDEN | /data/relationships/mentor/data | "mentor" is set when a author is created, and not changed later.',
    ],
    [
      'PATCH author/1',
      author({ id: '1', relationships: { students: { data: [] } } }),
      'FORBIDDEN | /data/relationships/students/data | "students" cannot be replaced as a whole; the option allowToManyReplacement is off.',
    ],
    [
      'PATCH author/1/relationships/students',
      [],
      'FORBIDDEN | - | "students" cannot be replaced as a whole; the option allowToManyReplacement is off.',
    ],
    ['PATCH author/1/relationships/books', [], 'FORBIDDEN | - | "books" of author can be read only.'],
    ['PATCH author/1/relationships/mentor', null, 'FORBIDDEN | - | "mentor" is not changed after creation.'],
    [
      'DELETE author/1/relationships/students',
      [],
      'FORBIDDEN | - | Members of "students" cannot be deleted; the option allowDeleteFromToManyRelationships is off.',
    ],
  ])('is what options do not allow: %s %j [CRE-20, UPD-11, UPD-12, JA-53, JA-62, JA-64]', (line, data, complaint) => {
    expect(complaints(line, JSON.stringify({ data }), strict)).toEqual([complaint]);
  });

  it.each<[body: string, complaint: string]>([
    ['', 'BAD_BODY | - | The request has no body. Expected a JSON:API document with "data".'],
    ['{', 'BAD_BODY | - | The body is no JSON.'],
    ['5', 'BAD_BODY | - | Expected a JSON:API document, got 5.'],
    ['[]', 'BAD_BODY | - | Expected a JSON:API document, got a list.'],
    ['{}', 'BAD_BODY | - | The document has no "data".'],
    ['{"data":{"type":"author"},"data":null}', 'BAD_BODY | /data | The member "data" is there twice.'],
    [`{"data":${'['.repeat(20)}`, 'LIMIT_EXCEEDED | - | The body nests deeper than 10 levels, the limit bodyDepth.'],
  ])('may be about the body as a whole: %s [CRE-15, CRE-19]', (body, complaint) => {
    expect(complaints('POST author', body).map((each) => each.replace('|  |', '| - |'))).toEqual([complaint]);
  });

  it('is told for so many members and no more', () => {
    const attributes = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`a${index}`, 1]));

    expect(complaints('POST author', JSON.stringify({ data: author({ attributes }) })).length).toBeLessThanOrEqual(100);
  });
});
