/** What filter objects mean, printed; and what is wrong with those that mean nothing, with the place. */
import { Expose } from 'class-transformer';
import { Column, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import { BadRequestError } from '../../src/errors.js';
import { OPERATORS } from '../../src/query/operators.js';
import { graphOf, type Graph } from '../support/graph.js';
import { LIBRARY } from '../support/library.js';

@Entity()
class Sample {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() text!: string;
  @Expose() @Column({ type: 'int' }) whole!: number;
  @Expose() @Column({ type: 'bigint' }) big!: string;
  @Expose() @Column({ type: 'decimal', precision: 10, scale: 2 }) exact!: string;
  @Expose() @Column({ type: 'double' }) double!: number;
  @Expose() @Column({ type: 'boolean' }) flag!: boolean;
  @Expose() @Column({ type: 'date' }) day!: string;
  @Expose() @Column({ type: 'time' }) clock!: string;
  @Expose() @Column({ type: 'datetime' }) moment!: Date;
  @Expose() @Column({ type: 'uuid' }) uuid!: string;
  @Expose() @Column({ type: 'simple-enum', enum: ['red', 'green'] }) colour!: string;
  @Expose() @Column({ type: 'simple-enum', enum: [1, 2] }) level!: number;
  @Expose() @Column({ type: 'simple-json' }) json!: object;
  @Expose() @Column({ type: 'simple-array' }) list!: string[];
  @Expose() @Column({ type: 'blob' }) bytes!: Buffer;
  @Expose({ name: 'first-name' }) @Column() firstName!: string;
  @Column() password!: string;
}

/** A key of another name than `id`, exposed. */
@Entity()
class Country {
  @Expose() @PrimaryColumn() code!: string;
}

/** A key of another name than `id`, not exposed. */
@Entity()
class City {
  @PrimaryColumn() code!: string;
}

let library: Graph;
let samples: Graph;

beforeAll(async () => {
  library = await graphOf(LIBRARY);
  samples = await graphOf([Sample, Country, City]);
});

/** The error of a bad filter: parameter, place and sentence. */
function complaint(graph: Graph, name: string, filter: unknown, form?: 'json' | 'text'): readonly unknown[] {
  try {
    graph.print(name, filter, form);
  } catch (error) {
    if (!(error instanceof BadRequestError)) throw error;
    return [error.code, error.meta?.pointer, error.message];
  }
  throw new Error(`No complaint about ${JSON.stringify(filter)}.`);
}

describe('a filter object', () => {
  it.each([
    ['compares with a value [CQ-04, JQ-03]', { name: 'born', op: 'eq', val: 1900 }, 'born eq 1900'],
    ['asks for nothing more [JQ-03]', { name: 'born', op: 'is_null' }, 'born is_null'],
    ['compares two fields [CQ-05, JQ-03]', { name: 'name', op: '!=', field: 'address.city' }, 'name ne address.city'],
    ['reads the key as id', { name: 'id', op: 'in', val: [1, 2] }, 'id in [1, 2]'],
    ['reaches an embedded column', { name: 'address.city', op: 'like', val: 'r%' }, "address.city like 'r%'"],
    ['reaches a virtual column [JQ-19]', { name: 'bookCount', op: '>', val: 1 }, 'bookCount gt 1'],
    ['ignores a value that nobody asked for [JQ-17]', { name: 'born', op: 'is_not_null', val: 7 }, 'born is_not_null'],
    [
      'nests and, or and not [CQ-13, CQ-15, JQ-03, OP-16]',
      {
        or: [
          {
            and: [
              { name: 'id', op: '>', val: 1 },
              { name: 'id', op: '<', val: 3 },
            ],
          },
          { not: { name: 'born', op: 'eq', val: 1 } },
        ],
      },
      '(id gt 1 and id lt 3) or not (born eq 1)',
    ],
    ['needs no second filter for and', { and: [{ name: 'id', op: 'eq', val: 1 }] }, 'id eq 1'],
    [
      'nests filters in any and has, to any depth [CQ-09, OP-12]',
      {
        name: 'books',
        op: 'any',
        val: {
          name: 'author',
          op: 'has',
          val: { name: 'mentor', op: 'has', val: { name: 'name', op: 'eq', val: 'ann' } },
        },
      },
      "books any (author has (mentor has (name eq 'ann')))",
    ],
    [
      'needs no value inside any and has [CQ-10]',
      { name: 'books', op: 'any', val: { name: 'pages', op: 'is_null' } },
      'books any (pages is_null)',
    ],
    [
      'asks whether there is any related row',
      { name: 'books', op: 'any', val: { name: 'id', op: 'is_not_null' } },
      'books any (id is_not_null)',
    ],
    [
      'takes and, or and not inside any',
      {
        name: 'books',
        op: 'any',
        val: { or: [{ name: 'id', op: 'eq', val: 1 }, { not: { name: 'pages', op: 'is_null' } }] },
      },
      'books any (id eq 1 or not (pages is_null))',
    ],
    ['follows a path [JQ-04, CQ-06]', { name: 'mentor.name', op: 'eq', val: 'ann' }, "mentor has (name eq 'ann')"],
    [
      'works with every operator on a path [CQ-07]',
      { name: 'books.title', op: 'not_like', val: 'd%' },
      "books any (title not_like 'd%')",
    ],
    [
      'follows paths of any depth',
      { name: 'books.editions.copies.lentTo', op: 'is_null' },
      'books any (editions any (copies any (lentTo is_null)))',
    ],
    [
      'follows a path to an embedded column',
      { name: 'mentor.address.city', op: '==', val: 'x' },
      "mentor has (address.city eq 'x')",
    ],
    [
      'compares two fields where a path ends',
      { name: 'mentor.name', op: 'eq', field: 'address.city' },
      'mentor has (name eq address.city)',
    ],
    [
      'reads has on a path as equality [CQ-08]',
      { name: 'mentor.name', op: 'has', val: 'ann' },
      "mentor has (name eq 'ann')",
    ],
    [
      'reads any on a path as equality [CQ-08]',
      { name: 'books.pages', op: 'any', val: 300 },
      'books any (pages eq 300)',
    ],
    [
      'turns a path around as a whole',
      { not: { name: 'mentor.name', op: 'eq', val: 'x' } },
      "not (mentor has (name eq 'x'))",
    ],
    ['knows a to-one relationship without a row', { name: 'mentor', op: 'is_null' }, 'not (mentor has)'],
    ['knows a to-one relationship with a row', { name: 'mentor', op: 'is_not_null' }, 'mentor has'],
    [
      'reads isnull as true and false [OP-20]',
      {
        or: [
          { name: 'born', op: 'isnull', val: true },
          { name: 'born', op: 'isnull', val: false },
        ],
      },
      'born is_null or born is_not_null',
    ],
    ['takes an empty list', { name: 'id', op: 'in', val: [] }, 'id in []'],
    ['takes two values for a range', { name: 'born', op: 'range', val: [1900, 1950] }, 'born range [1900, 1950]'],
  ])('%s', (_, filter, printed) => {
    expect(library.print('author', filter)).toBe(printed);
  });

  it('finds rows of a composite key by their id', () => {
    const filters = [
      { name: 'id', op: 'eq', val: 'acme,1' },
      { name: 'id', op: 'not_in', val: ['acme,1', 'a%2Cb,2'] },
    ].map((filter) => library.print('edition', filter));

    expect(filters).toEqual(["press eq 'acme' and number eq 1", "not ((press, number) in [('acme', 1), ('a,b', 2)])"]);
  });

  it('knows the key by its own name where that is exposed', () => {
    expect(samples.print('country', { name: 'code', op: 'eq', val: 'it' })).toBe("code eq 'it'");
    expect(samples.print('country', { name: 'id', op: 'eq', val: 'it' })).toBe("code eq 'it'");
    expect(samples.print('city', { name: 'id', op: 'eq', val: 'rm' })).toBe("code eq 'rm'");
    expect(complaint(samples, 'city', { name: 'code', op: 'eq', val: 'rm' })).toEqual([
      'UNKNOWN_FIELD',
      '/0/name',
      'city has no field "code". Fields: id.',
    ]);
  });
});

describe('a bad filter object', () => {
  const operators = 'and, or, not and name';
  const needsObject = 'A filter has to be an object such as {"name": "age", "op": "eq", "val": 21}.';

  it.each([
    ['no object', 7, '/0', needsObject],
    ['null', null, '/0', needsObject],
    ['a list', [{ name: 'id', op: 'eq', val: 1 }], '/0', needsObject],
    ['nothing in it [JQ-14]', {}, '/0', 'A filter needs a "name": the field that it is about.'],
    ['no name [JQ-14]', { op: 'eq', val: 1 }, '/0', 'A filter needs a "name": the field that it is about.'],
    [
      'a name that is no text',
      { name: 1, op: 'eq', val: 1 },
      '/0',
      'A filter needs a "name": the field that it is about.',
    ],
    ['no operator [JQ-14]', { name: 'born', val: 1 }, '/0', 'The filter on "born" needs an "op", such as "eq".'],
    ['an operator that is no text', { name: 'born', op: 1 }, '/0', 'The filter on "born" needs an "op", such as "eq".'],
    ['no value [JQ-16]', { name: 'born', op: 'eq' }, '/0', 'The operator "eq" on "born" needs a value in "val".'],
    [
      'a misspelt member',
      { name: 'born', op: 'eq', value: 1 },
      '/0',
      'A filter has no member "value". Members: name, op, val, field, and, or, not.',
    ],
    [
      'two kinds at once [CQ-14]',
      { and: [], or: [] },
      '/0',
      `A filter has one of ${operators}; this one has and and or.`,
    ],
    [
      'a name beside not',
      { not: {}, name: 'born', op: 'eq', val: 1 },
      '/0',
      `A filter has one of ${operators}; this one has not and name.`,
    ],
    ['an empty and', { and: [] }, '/0/and', '"and" takes a list of at least one filter.'],
    ['an empty or', { or: [] }, '/0/or', '"or" takes a list of at least one filter.'],
    [
      'an or that is no list',
      { or: { name: 'born', op: 'is_null' } },
      '/0/or',
      '"or" takes a list of at least one filter.',
    ],
    [
      'a fault inside and, or and not',
      { and: [{ or: [{ not: { name: 'born', op: 'eq' } }] }] },
      '/0/and/0/or/0/not',
      'The operator "eq" on "born" needs a value in "val".',
    ],
    [
      'a fault inside any',
      { name: 'books', op: 'any', val: { name: 'pages', op: 'eq', val: 'x' } },
      '/0/val/val',
      'Expected a whole number for "pages", got "x".',
    ],
    [
      'null for a value [CQ-31, JQ-16]',
      { name: 'born', op: 'ne', val: null },
      '/0/val',
      'Nothing compares with null; use is_null or is_not_null on "born".',
    ],
    [
      'null in a list',
      { name: 'born', op: 'in', val: [1, null] },
      '/0/val/1',
      'Nothing compares with null; use is_null or is_not_null on "born".',
    ],
    ['one value for in', { name: 'born', op: 'in', val: 1 }, '/0/val', 'Expected a list of values for "born".'],
    [
      'a list for eq',
      { name: 'born', op: 'eq', val: [1] },
      '/0/val',
      'Expected a whole number for "born", got a list.',
    ],
    [
      'an object for eq',
      { name: 'name', op: 'eq', val: { a: 1 } },
      '/0/val',
      'Expected a text for "name", got an object.',
    ],
    [
      'three values for a range',
      { name: 'born', op: 'range', val: [1, 2, 3] },
      '/0/val',
      '"range" takes two values, the lowest and the highest.',
    ],
    [
      'a value for an object',
      { name: 'address', op: 'eq', val: 'x' },
      '/0/name',
      '"address" of author is an object; name one of its fields.',
    ],
    [
      'has on an attribute',
      { name: 'name', op: 'has', val: {} },
      '/0/op',
      '"name" is an attribute of author; "has" is for relationships.',
    ],
    [
      'has with a filter on a path',
      { name: 'books.title', op: 'any', val: { name: 'id', op: 'eq', val: 1 } },
      '/0/op',
      '"books.title" is an attribute of book; "any" is for relationships.',
    ],
    [
      'has on a path to a relationship',
      { name: 'books.author', op: 'has', val: { name: 'id', op: 'eq', val: 1 } },
      '/0/name',
      '"has" takes a relationship of book, not a path; nest the filters.',
    ],
    ['nothing to ask of related rows', { name: 'books', op: 'any' }, '/0', '"any" on "books" needs a filter in "val".'],
    [
      'has on a to-many relationship',
      { name: 'books', op: 'has' },
      '/0/op',
      '"books" is a to-many relationship; use "any".',
    ],
    [
      'any on a to-one relationship',
      { name: 'mentor', op: 'any' },
      '/0/op',
      '"mentor" is a to-one relationship; use "has".',
    ],
    [
      'is_null on a to-many relationship',
      { name: 'books', op: 'is_null' },
      '/0/op',
      '"books" is a to-many relationship; use "any" with a filter such as {"name": "id", "op": "is_not_null"}.',
    ],
    [
      'a comparison on a relationship',
      { name: 'mentor', op: 'eq', val: 1 },
      '/0/op',
      '"mentor" is a relationship; use "has" with a filter, or a path such as "mentor.id".',
    ],
    [
      'a field that is no text',
      { name: 'born', op: 'eq', field: 1 },
      '/0/field',
      '"field" takes the name of another field.',
    ],
    [
      'a list operator between fields',
      { name: 'born', op: 'in', field: 'id' },
      '/0/op',
      '"in" cannot compare two fields.',
    ],
    [
      'a part of a text between fields',
      { name: 'name', op: 'contains', field: 'address.city' },
      '/0/op',
      '"contains" cannot compare two fields.',
    ],
    [
      'fields of different kinds',
      { name: 'born', op: 'eq', field: 'name' },
      '/0/field',
      '"born" holds whole numbers and "name" text; they cannot be compared.',
    ],
    [
      'a relationship for a field',
      { name: 'born', op: 'eq', field: 'mentor' },
      '/0/field',
      '"mentor" is no attribute of author; fields are compared within one row.',
    ],
    [
      'a path for a field',
      { name: 'born', op: 'eq', field: 'mentor.born' },
      '/0/field',
      '"mentor.born" is no attribute of author; fields are compared within one row.',
    ],
    [
      'text operators on numbers',
      { name: 'born', op: 'like', val: '1%' },
      '/0/op',
      '"like" does not work on "born", which holds whole numbers.',
    ],
    [
      'a year on text',
      { name: 'name', op: 'year', val: 1 },
      '/0/op',
      '"year" does not work on "name", which holds text.',
    ],
    [
      'an operator of networks [OP-15]',
      { name: 'name', op: '<<', val: 'x' },
      '/0/op',
      '"<<" does not work on "name", which holds text.',
    ],
  ])('with %s says where and what', (_, filter, pointer, sentence) => {
    const [, place, text] = complaint(library, 'author', filter);

    expect([place, text]).toEqual([pointer, sentence]);
  });

  it.each([
    [
      'a field that is not there [JQ-14, FJR-10]',
      { name: 'nme', op: 'eq', val: 1 },
      'author has no field "nme". Fields: id, name, born, living, bookCount, address, mentor, students, admires, admirers, books.',
    ],
    [
      'a field of a path that is not there',
      { name: 'mentor.books.x', op: 'eq', val: 1 },
      'book has no field "x". Fields: id, title, subtitle, pages, price, published, author, tags, editions.',
    ],
    [
      'a field of an object that is not there',
      { name: 'address.street', op: 'eq', val: 1 },
      '"address" of author has no field "street".',
    ],
    [
      'a path beyond an attribute',
      { name: 'name.length', op: 'eq', val: 1 },
      '"name" of author has no field "length".',
    ],
    [
      'the old double underscore [JQ-04]',
      { name: 'books__title', op: 'any', val: 'x' },
      'author has no field "books__title". Fields: id, name, born, living, bookCount, address, mentor, students, admires, admirers, books.',
    ],
  ])('with %s names the fields that there are', (_, filter, sentence) => {
    expect(complaint(library, 'author', filter)).toEqual(['UNKNOWN_FIELD', '/0/name', sentence]);
  });

  it.each(['asc', 'desc', 'regexp', 'EQ', '__proto__', 'constructor', ''])(
    'refuses the operator "%s" [OP-14, OP-18, contradiction 9]',
    (op) => {
      const [code, place, sentence] = complaint(library, 'author', { name: 'born', op, val: 1 });

      expect([code, place]).toEqual(['UNKNOWN_OPERATOR', '/0/op']);
      expect(sentence).toMatch(`There is no operator "${op}". Operators: eq, ne, gt, `);
    },
  );

  it('never tells of a field that is not exposed [CQ-33]', () => {
    expect(complaint(samples, 'sample', { name: 'password', op: 'startswith', val: 'a' })[2]).toMatch(
      /^sample has no field "password"\. Fields: id, text, (?!.*password)/,
    );
    expect(complaint(samples, 'sample', { name: 'firstName', op: 'eq', val: 'a' })[0]).toBe('UNKNOWN_FIELD');
    expect(samples.print('sample', { name: 'first-name', op: 'eq', val: 'a' })).toBe("firstName eq 'a'");
  });
});

describe('the limits of filters', () => {
  const one = { name: 'id', op: 'eq', val: 1 };
  const nested = (depth: number): unknown => (depth === 1 ? one : { not: nested(depth - 1) });

  it('are 200 nodes', () => {
    expect(library.print('author', { and: Array.from({ length: 199 }, () => one) })).toHaveLength(199 * 12 - 5);
    expect(complaint(library, 'author', { and: Array.from({ length: 10_000 }, () => one) })).toEqual([
      'LIMIT_EXCEEDED',
      '/0/and/199',
      'There are more than 200 filters, the limit filterNodes.',
    ]);
  });

  it('are 20 levels, steps of a path included', () => {
    expect(library.print('author', nested(20))).toMatch(/^not \(not \(/);
    expect(complaint(library, 'author', nested(21))[2]).toBe(
      'Filters nest deeper than 20 levels, the limit filterDepth.',
    );
    expect(complaint(library, 'author', nested(5_000))[0]).toBe('LIMIT_EXCEEDED');
    expect(complaint(library, 'author', { name: `${'mentor.'.repeat(5_000)}id`, op: 'eq', val: 1 })[0]).toBe(
      'LIMIT_EXCEEDED',
    );
  });

  it('are 1,000 values of a list, ids of several parts included', () => {
    const list = (length: number, value: unknown) => Array.from({ length }, () => value);
    const tooLong = ['LIMIT_EXCEEDED', '/0/val', 'The list has more than 1000 values, the limit listLength.'];

    expect(library.print('author', { name: 'id', op: 'in', val: list(1_000, 1) })).toMatch(/^id in \[1, 1, /);
    expect(complaint(library, 'author', { name: 'id', op: 'in', val: list(1_001, 1) })).toEqual(tooLong);
    expect(complaint(library, 'edition', { name: 'id', op: 'in', val: list(1_001, 'acme,1') })).toEqual(tooLong);
  });

  it('are 10,000 characters of text to look for', () => {
    const long = { name: 'name', op: 'like', val: '_'.repeat(10_001) };

    expect(library.print('author', { ...long, val: '_'.repeat(10_000) })).toHaveLength(10_012);
    expect(complaint(library, 'author', long)[2]).toMatch(
      /^Expected a text of at most 10000 characters for "name", got "_{60}…"\.$/,
    );
  });
});

describe('a value', () => {
  const UUID = '6f1c2a3e-0b4d-4c5e-8f60-718293a4b5c6';

  it.each([
    ['text', 'x', "'x'"],
    ['text', '', "''"],
    ['whole', 21, '21'],
    ['whole', '21', '21'],
    ['whole', -0, '0'],
    ['big', '9007199254740993', "'9007199254740993'"],
    ['big', 7, "'7'"],
    ['big', '+07', "'7'"],
    ['exact', 1.5, "'1.5'"],
    ['exact', '12345678901234567890.12', "'12345678901234567890.12'"],
    ['double', '1e3', '1000'],
    ['double', 0.1, '0.1'],
    ['flag', true, 'true'],
    ['day', '2024-02-29', "'2024-02-29'"],
    ['day', '2024-02-29T23:30:00-05:00', "'2024-02-29'"],
    ['clock', '13:45', "'13:45:00'"],
    ['clock', '13:45:07', "'13:45:07'"],
    ['clock', '2024-02-29T13:45:07Z', "'13:45:07'"],
    ['moment', '2024-02-29', "'2024-02-29T00:00:00.000Z'"],
    ['moment', '2024-02-29T13:45', "'2024-02-29T13:45:00.000Z'"],
    ['moment', '2024-02-29 13:45:07.5', "'2024-02-29T13:45:07.500Z'"],
    ['moment', '2024-02-29T13:45:07+02:00', "'2024-02-29T11:45:07.000Z'"],
    ['moment', '2024-02-29T13:45:07-0530', "'2024-02-29T19:15:07.000Z'"],
    ['moment', '2024-02-29t13:45:07z', "'2024-02-29T13:45:07.000Z'"],
    ['moment', 'CURRENT_TIMESTAMP', 'CURRENT_TIMESTAMP'],
    ['uuid', UUID.toUpperCase(), `'${UUID}'`],
    ['colour', 'red', "'red'"],
    ['level', 1, '1'],
  ])('of %s may be %j [CQ-30]', (name, val, printed) => {
    expect(samples.print('sample', { name, op: 'eq', val })).toBe(`${name} eq ${printed}`);
  });

  it.each([
    ['text', 7, 'a text', '7'],
    ['text', true, 'a text', 'true'],
    ['text', 'a\u0000b', 'a text without NUL characters', '"a\\u0000b"'],
    ['text', 'a\ud800b', 'well-formed Unicode, without lone surrogates', '"a\ufffdb"'],
    ['whole', 23.5, 'a whole number', '23.5'],
    ['whole', '23.5', 'a whole number', '"23.5"'],
    ['whole', true, 'a whole number', 'true'],
    ['whole', '', 'a whole number', '""'],
    ['whole', '1e3', 'a whole number', '"1e3"'],
    ['whole', ' 1', 'a whole number', '" 1"'],
    ['whole', '０', 'a whole number', '"０"'],
    ['whole', 2 ** 53, 'a whole number', '9007199254740992'],
    ['big', 2 ** 53, 'a whole number', '9007199254740992'],
    ['big', '9223372036854775808', 'a whole number of at most 64 bits', '"9223372036854775808"'],
    ['big', 1.5, 'a whole number', '1.5'],
    ['exact', 'NaN', 'a number', '"NaN"'],
    ['exact', '1,5', 'a number', '"1,5"'],
    ['double', '1e400', 'a number', '"1e400"'],
    ['double', 'Infinity', 'a number', '"Infinity"'],
    ['flag', 1, 'true or false', '1'],
    ['flag', 'true', 'true or false', '"true"'],
    ['day', '2023-02-29', 'a date such as 2024-02-29', '"2023-02-29"'],
    ['day', '2024-13-01', 'a date such as 2024-02-29', '"2024-13-01"'],
    ['day', '29.2.2024', 'a date such as 2024-02-29', '"29.2.2024"'],
    ['day', 20240229, 'a date such as 2024-02-29', '20240229'],
    ['clock', '24:00', 'a time such as 13:45:00', '"24:00"'],
    ['clock', '2024-02-29', 'a time such as 13:45:00', '"2024-02-29"'],
    ['moment', 'February 1st', 'a date-time such as 2024-02-29T13:45:00Z', '"February 1st"'],
    ['moment', '2024-02-30T00:00:00Z', 'a date-time such as 2024-02-29T13:45:00Z', '"2024-02-30T00:00:00Z"'],
    ['moment', '2024-02-29T13:45:60Z', 'a date-time such as 2024-02-29T13:45:00Z', '"2024-02-29T13:45:60Z"'],
    ['moment', '2024-02-29T13:45:00+99:00', 'a date-time such as 2024-02-29T13:45:00Z', '"2024-02-29T13:45:00+99:00"'],
    ['moment', '2024-02-29Z', 'a date-time such as 2024-02-29T13:45:00Z', '"2024-02-29Z"'],
    ['uuid', 'nope', 'a UUID', '"nope"'],
    ['colour', 'blue', 'one of red, green', '"blue"'],
    ['level', '1', 'one of 1, 2', '"1"'],
  ])('of %s may not be %j [CQ-30, JQ-18]', (name, val, expected, got) => {
    expect(complaint(samples, 'sample', { name, op: 'eq', val })).toEqual([
      'BAD_VALUE',
      '/0/val',
      `Expected ${expected} for "${name}", got ${got}.`,
    ]);
  });

  it.each([
    ['whole', '21', '21'],
    ['flag', 'true', 'true'],
    ['flag', '1', 'true'],
    ['flag', 'false', 'false'],
    ['flag', '0', 'false'],
    ['level', '2', '2'],
    ['text', '21', "'21'"],
    ['text', '', "''"],
  ])('of %s that is sent as the text %j is what its column holds [JQ-05]', (name, val, printed) => {
    expect(samples.print('sample', { name, op: 'eq', val }, 'text')).toBe(`${name} eq ${printed}`);
  });

  it.each([
    ['whole', 'a whole number'],
    ['big', 'a whole number'],
    ['exact', 'a number'],
    ['double', 'a number'],
    ['flag', 'true, false, 1 or 0'],
    ['day', 'a date such as 2024-02-29'],
    ['uuid', 'a UUID'],
    ['colour', 'one of red, green'],
  ])('of %s that is sent as an empty text is none [FJF-04]', (name, expected) => {
    const [code, , sentence] = complaint(samples, 'sample', { name, op: 'eq', val: '' }, 'text');

    expect([code, sentence]).toEqual(['BAD_VALUE', `Expected ${expected} for "${name}", got "".`]);
  });

  it.each([
    ['json', 'JSON'],
    ['list', 'lists'],
    ['bytes', 'bytes'],
  ])('of %s is only ever null or not', (name, words) => {
    expect(samples.print('sample', { name, op: 'is_null' })).toBe(`${name} is_null`);
    expect(samples.print('sample', { name, op: 'isnull', val: false })).toBe(`${name} is_not_null`);
    expect(complaint(samples, 'sample', { name, op: 'eq', val: 'x' })[2]).toBe(
      `"eq" does not work on "${name}", which holds ${words}.`,
    );
  });
});

describe('the operator table', () => {
  it('has the old spellings of every operator [OP-01, OP-02, OP-03, OP-04, OP-05, OP-06, OP-19, contradictions 8 and 9]', () => {
    const spellings = OPERATORS.filter(({ aliases }) => aliases.length > 0).map(({ name, aliases }) => [
      name,
      ...aliases,
    ]);

    expect(spellings).toEqual([
      ['eq', '==', 'equals', 'equal_to', 'equals_to', 'exact'],
      ['ne', '!=', 'neq', 'does_not_equal', 'not_equal_to'],
      ['gt', '>'],
      ['lt', '<'],
      ['ge', '>=', 'gte', 'geq'],
      ['le', '<=', 'lte', 'leq'],
      ['not_in', 'notin'],
      ['range', 'between'],
    ]);
  });

  it.each(OPERATORS.flatMap(({ name, aliases }) => aliases.map((alias) => [alias, name])))(
    'reads %s as %s',
    (alias, name) => {
      const val = ['not_in', 'range'].includes(name) ? [1, 2] : 1;

      expect(library.print('author', { name: 'id', op: alias, val })).toMatch(`id ${name} `);
    },
  );
});
