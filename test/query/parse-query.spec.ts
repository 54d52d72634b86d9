/** What query strings mean, printed; and what is wrong with those that mean nothing, with the parameter. */
import { Expose } from 'class-transformer';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { BadRequestError, NotFoundError } from '../../src/errors.js';
import { parseQuery } from '../../src/query/parse-query.js';
import { printQuery } from '../../src/query/query.js';
import type { ResourceOptions } from '../../src/resource/options.js';
import { ANYBODY } from '../../src/resource/policy.js';
import { read } from '../../src/wire/json-api/read.js';
import type { ReadOptions } from '../../src/wire/wire-format.js';
import { graphOf, type Graph } from '../support/graph.js';
import { LIBRARY } from '../support/library.js';

/** Fields that are called like operators and parameters. */
@Entity()
class Rule {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ type: 'int' }) single!: number;
  @Expose({ name: 'first-name' }) @Column() firstName!: string;
  @Expose() @Column() like!: string;
  @Expose() @Column({ type: 'simple-json' }) json!: object;
}

const OPTIONS: ReadOptions = {
  unknownParameters: 'reject',
  strictParameterNames: false,
  operators: new Set(),
  bodyDepth: 20,
  listLength: 1_000,
};

let graph: Graph;
beforeAll(async () => {
  graph = await graphOf([...LIBRARY, Rule]);
});

/** The query behind a URL such as `author/1/books?sort=title`, printed. */
function print(url: string, { on = graph, ...options }: Partial<ReadOptions> & { on?: Graph } = {}): string {
  const [path, queryString = ''] = url.split('?') as [string, string?];
  const [name, id, ...rest] = path.split('/') as [string, ...string[]];
  const linkage = rest[0] === 'relationships';
  const [relation, relatedId] = linkage ? rest.slice(1) : rest;
  const operation =
    id === undefined
      ? 'GET_COLLECTION'
      : relation === undefined
        ? 'GET_RESOURCE'
        : linkage
          ? 'GET_RELATIONSHIP'
          : relatedId === undefined
            ? 'GET_RELATION'
            : 'GET_RELATED_RESOURCE';
  const incoming = { operation, resource: on.resource(name), id, relation, relatedId, viewer: ANYBODY, queryString };
  return printQuery(parseQuery(read(incoming as Parameters<typeof read>[0], { ...OPTIONS, ...options }), on.rules));
}

function complaint(url: string, options: Partial<ReadOptions> & { on?: Graph } = {}): readonly unknown[] {
  try {
    print(url, options);
  } catch (error) {
    if (!(error instanceof BadRequestError)) throw error;
    return [error.code, error.source, error.message];
  }
  throw new Error(`No complaint about ${url}.`);
}

describe('a query string', () => {
  it.each([
    ['author', 'author sort id page 1x10'],
    ['author?', 'author sort id page 1x10'],
    ['author?&&', 'author sort id page 1x10'],
    ['author/1', 'author where id eq 1 sort id one'],
    ['author/1/books', 'book of author (id eq 1) books sort id page 1x10'],
    ['author/1/books/2', 'book of author (id eq 1) books where id eq 2 sort id one'],
    ['author/1/mentor', 'author of author (id eq 1) mentor sort id one'],
    ['author/1/relationships/books', 'book of author (id eq 1) books sort id page 1x10'],
    ['edition/acme,1', "edition where press eq 'acme' and number eq 1 sort press, number one"],
    ['edition?sort=-run', 'edition sort -run, -press, -number page 1x10'],
    ['edition?sort=-id', 'edition sort -press, -number page 1x10'],
    ['edition?sort=number', 'edition sort number, press page 1x10'],
    ['author?sort=born,-name', 'author sort born, -name, -id page 1x10'],
    ['author?sort=id', 'author sort id page 1x10'],
    ['author?sort=-id,name', 'author sort -id, name page 1x10'],
    ['author?sort=', 'author sort id page 1x10'],
    ['author?sort=mentor.name', 'author sort mentor.name, id page 1x10'],
    ['author?sort=-mentor.mentor.address.city', 'author sort -mentor.mentor.address.city, -id page 1x10'],
    ['author?sort=mentor.id', 'author sort mentor.id, id page 1x10'],
    ['copy?sort=-edition.id', 'copy sort -edition.press, -edition.number, -id page 1x10'],
    ['author?sort=address.city,bookCount', 'author sort address.city, bookCount, id page 1x10'],
    ['author?sort=name&ignoreCase=1', 'author sort name (ignoring case), id page 1x10'],
    ['author?sort=name&ignorecase=1', 'author sort name (ignoring case), id page 1x10'],
    ['author?sort=name&ignoreCase=0', 'author sort name, id page 1x10'],
    ['author?groupBy=born', 'author group born sort id page 1x10'],
    ['author?group=born,mentor.name', 'author group born, mentor.name sort id page 1x10'],
    ['copy?groupBy=edition.id', 'copy group edition.press, edition.number sort id page 1x10'],
    ['author?page[size]=3', 'author sort id page 1x3'],
    ['author?page[number]=4', 'author sort id page 4x10'],
    ['author?page%5Bnumber%5D=4&page%5Bsize%5D=100', 'author sort id page 4x100'],
    ['author?include=books.tags,mentor', 'author sort id include books, books.tags, mentor page 1x10'],
    ['author?include=', 'author sort id page 1x10'],
    [
      'author?filter[born]=1&filter[objects]=[{"name":"id","op":"gt","val":1}]',
      'author where born eq 1 and id gt 1 sort id page 1x10',
    ],
    ['author?filter[name]=a&filter[single]=1', "author where name eq 'a' sort id single"],
    ['author?filter[mentor]=1,2', 'author where mentor has (id in [1, 2]) sort id page 1x10'],
    ['author?filter[books]=1', 'author where books any (id in [1]) sort id page 1x10'],
    ['author?filter[mentor.name][like]=%25a', "author where mentor has (name like '%a') sort id page 1x10"],
    ['rule?filter[like]=a', "rule where like eq 'a' sort id page 1x10"],
    ['rule?filter[like][like]=a', "rule where like like 'a' sort id page 1x10"],
    ['author?filter[name]=%C3%A9+%2B', "author where name eq 'é +' sort id page 1x10"],
  ])('%s [JQ-03, JQ-07, SRT-02, SRT-09, JA-74, JA-75]', (url, printed) => {
    expect(print(url)).toBe(printed);
  });

  it.each([
    ['author?filter[id][]=1&filter[id][]=2', 'author where id in [1, 2] sort id page 1x10'],
    ['author?filter[id][]=1', 'author where id in [1] sort id page 1x10'],
    ['author?filter[name][]=Ada,+B.&filter[name][]=Cy', "author where name in ['Ada, B.', 'Cy'] sort id page 1x10"],
    ['author?filter[id][not_in][]=1&filter[id][not_in][]=2', 'author where id not_in [1, 2] sort id page 1x10'],
    ['author?filter[mentor][]=1&filter[mentor][]=2', 'author where mentor has (id in [1, 2]) sort id page 1x10'],
    ['author?filter[mentor][name][]=a', "author where mentor has (name in ['a']) sort id page 1x10"],
    ['author?filter[id][]=1&filter[id]=2&filter[id][]=3', 'author where id in [1, 3] and id eq 2 sort id page 1x10'],
  ])('makes a list of a parameter that ends in empty brackets: %s [JA-71]', (url, printed) => {
    expect(print(url)).toBe(printed);
  });

  it('has field names as they are shown [FJF-06]', () => {
    expect(print('rule?filter[first-name]=a&sort=first-name')).toBe(
      "rule where firstName eq 'a' sort firstName, id page 1x10",
    );
    expect(complaint('rule?filter[firstName]=a')[0]).toBe('UNKNOWN_FIELD');
  });

  it('keeps filter[single] and filter[objects] for itself; an operator names the fields [JQ-10]', () => {
    expect(print('rule?filter[single][eq]=7')).toBe('rule where single eq 7 sort id page 1x10');
    expect(complaint('rule?filter[single]=7')[0]).toBe('BAD_PARAMETER');
  });

  it('is read with the names of the resource behind the URL', () => {
    expect(print('author/1/books?sort=title&filter[title]=x&groupBy=pages')).toBe(
      "book of author (id eq 1) books where title eq 'x' group pages sort title, id page 1x10",
    );
  });

  it('has the limits of pages that the resource has [PAG-05, PAG-13, PAG-20, PAG-21, PAG-22]', async () => {
    const paged = async (author: ResourceOptions) => {
      const on = await graphOf(LIBRARY, { author });
      return (url: string) => print(url, { on }).replace('author sort id ', '');
    };
    const small = await paged({ pageSize: 20, maxPageSize: 5 });
    const endless = await paged({ maxPageSize: 0 });
    const unpaged = await paged({ pageSize: 0 });

    expect(small('author')).toBe('page 1x5');
    expect(() => small('author?page[size]=6')).toThrow('A page holds at most 5 resources; 6 were asked for.');
    expect(endless('author?page[size]=100000')).toBe('page 1x100000');
    expect(() => endless('author?page[size]=0')).toThrow('Expected a whole number above 0, got "0".');
    expect(unpaged('author')).toBe('many');
    expect(unpaged('author?page[number]=2')).toBe('many');
    expect(unpaged('author?page[size]=2')).toBe('page 1x2');
    expect(() => unpaged('author?page[size]=101')).toThrow('A page holds at most 100 resources; 101 were asked for.');
  });
});

describe('a bad query string', () => {
  const fields = 'Fields: id, name, born, living, bookCount, address, mentor, students, admires, admirers, books.';
  const known = 'Parameters: filter, sort, include, fields, page, groupBy, ignoreCase, countMode.';
  const positive = (value: string) => `Expected a whole number above 0, got "${value}".`;

  it.each([
    ['x=1', 'UNKNOWN_PARAMETER', 'x', `There is no query parameter "x". ${known}`],
    ['filtername=1', 'UNKNOWN_PARAMETER', 'filtername', `There is no query parameter "filtername". ${known}`],
    ['Sort=name', 'UNKNOWN_PARAMETER', 'Sort', `There is no query parameter "Sort". ${known}`],
    ['sort[]=name', 'BAD_PARAMETER', 'sort[]', '"sort" takes no brackets.'],
    ['atomic:x=1', 'UNKNOWN_PARAMETER', 'atomic:x', `There is no query parameter "atomic:x". ${known}`],
    ['filter[name=1', 'UNKNOWN_PARAMETER', 'filter[name', `There is no query parameter "filter[name". ${known}`],
    ['filter[name]x=1', 'UNKNOWN_PARAMETER', 'filter[name]x', `There is no query parameter "filter[name]x". ${known}`],
    [
      'filter[na[me]]=1',
      'UNKNOWN_PARAMETER',
      'filter[na[me]]',
      `There is no query parameter "filter[na[me]]". ${known}`,
    ],
    ['__proto__[x]=1', 'UNKNOWN_PARAMETER', '__proto__[x]', `There is no query parameter "__proto__[x]". ${known}`],
    ['constructor=1', 'UNKNOWN_PARAMETER', 'constructor', `There is no query parameter "constructor". ${known}`],
    ['=1', 'UNKNOWN_PARAMETER', '', `There is no query parameter "". ${known}`],
    [
      'filter=1',
      'BAD_FILTER',
      'filter',
      'Filters are written as filter[field]=value, filter[field][operator]=value or filter[objects]=[…].',
    ],
    [
      'filter[]=1',
      'BAD_FILTER',
      'filter[]',
      'Filters are written as filter[field]=value, filter[field][operator]=value or filter[objects]=[…].',
    ],
    [
      'filter[][name]=1',
      'BAD_FILTER',
      'filter[][name]',
      'Filters are written as filter[field]=value, filter[field][operator]=value or filter[objects]=[…].',
    ],
    ['filter[name][like][]=a', 'BAD_VALUE', 'filter[name][like][]', 'Expected a text for "name", got a list.'],
    ['filter[born][]=x', 'BAD_VALUE', 'filter[born][]', 'Expected a whole number for "born", got "x".'],
    [
      'filter[objects]=x',
      'BAD_FILTER',
      'filter[objects]',
      'The value is no JSON. Expected a list of filter objects, such as [{"name":"age","op":"gt","val":21}].',
    ],
    [
      'filter[objects]=',
      'BAD_FILTER',
      'filter[objects]',
      'The value is no JSON. Expected a list of filter objects, such as [{"name":"age","op":"gt","val":21}].',
    ],
    ['filter[objects]={}', 'BAD_FILTER', 'filter[objects]', 'Expected a JSON list of filter objects.'],
    ['filter[single]=x', 'BAD_PARAMETER', 'filter[single]', 'Expected 1 or 0, got "x".'],
    ['filter[nme]=x', 'UNKNOWN_FIELD', 'filter[nme]', `author has no field "nme". ${fields}`],
    ['filter[__proto__]=x', 'UNKNOWN_FIELD', 'filter[__proto__]', `author has no field "__proto__". ${fields}`],
    [
      'filter[constructor][name]=x',
      'UNKNOWN_FIELD',
      'filter[constructor][name]',
      `author has no field "constructor". ${fields}`,
    ],
    ['filter[born]=x', 'BAD_VALUE', 'filter[born]', 'Expected a whole number for "born", got "x".'],
    ['filter[born]=1,x', 'BAD_VALUE', 'filter[born]', 'Expected a whole number for "born", got "x".'],
    ['filter[born]=', 'BAD_VALUE', 'filter[born]', 'Expected a whole number for "born", got "".'],
    ['filter[living]=yes', 'BAD_VALUE', 'filter[living]', 'Expected true, false, 1 or 0 for "living", got "yes".'],
    [
      'filter[name][nope]=x',
      'UNKNOWN_FIELD',
      'filter[name][nope]',
      expect.stringMatching(/^"name" of author has no field "nope", and there is no operator .* eq, ne, .*, any\.$/),
    ],
    [
      'filter[books][any]=x',
      'BAD_FILTER',
      'filter[books][any]',
      'A filter has to be an object such as {"name": "age", "op": "eq", "val": 21}.',
    ],
    [
      'filter[mentor][has]=x',
      'BAD_FILTER',
      'filter[mentor][has]',
      'A filter has to be an object such as {"name": "age", "op": "eq", "val": 21}.',
    ],
    [
      'filter[mentor][gt]=1',
      'BAD_FILTER',
      'filter[mentor][gt]',
      '"mentor" is a relationship; use "has" with a filter, or a path such as "mentor.id".',
    ],
    ['sort=nme', 'UNKNOWN_FIELD', 'sort', `author has no field "nme". ${fields}`],
    ['sort=+name', 'UNKNOWN_FIELD', 'sort', `author has no field " name". ${fields}`],
    ['sort=--name', 'UNKNOWN_FIELD', 'sort', `author has no field "-name". ${fields}`],
    ['sort=name,', 'UNKNOWN_FIELD', 'sort', `author has no field "". ${fields}`],
    ['sort=books', 'BAD_SORT', 'sort', '"books" is a relationship; name one of its fields, such as "books.id".'],
    [
      'sort=books.title',
      'BAD_SORT',
      'sort',
      '"books.title" goes through "books", which leads to many rows; only to-one relationships have an order.',
    ],
    ['sort=mentor', 'BAD_SORT', 'sort', '"mentor" is a relationship; name one of its fields, such as "mentor.id".'],
    ['sort=mentor.nme', 'UNKNOWN_FIELD', 'sort', `author has no field "nme". ${fields}`],
    ['sort=address', 'BAD_SORT', 'sort', '"address" is an object; name one of its fields.'],
    ['sort=address.zip', 'UNKNOWN_FIELD', 'sort', `author has no field "address.zip". ${fields}`],
    ['sort=name.first', 'UNKNOWN_FIELD', 'sort', `author has no field "name.first". ${fields}`],
    ['sort=a&sort=b', 'REPEATED_PARAMETER', 'sort', '"sort" is given more than once.'],
    [
      'sort=name,name,name,name,name,name,name,name,name,name,name',
      'LIMIT_EXCEEDED',
      'sort',
      'There are more than 10 keys, the limit sortKeys.',
    ],
    [
      'sort=mentor.mentor.mentor.mentor.mentor.mentor.name',
      'LIMIT_EXCEEDED',
      'sort',
      '"mentor.mentor.mentor.mentor.mentor.mentor.name" is longer than 5 relationships, the limit includeDepth.',
    ],
    ['groupBy=nme', 'UNKNOWN_FIELD', 'groupBy', `author has no field "nme". ${fields}`],
    ['group=nme', 'UNKNOWN_FIELD', 'group', `author has no field "nme". ${fields}`],
    [
      'groupBy=books.id',
      'BAD_GROUP',
      'groupBy',
      '"books.id" goes through "books", which leads to many rows; only to-one relationships have an order.',
    ],
    ['group=born&groupBy=name', 'REPEATED_PARAMETER', 'groupBy', '"groupBy" is given more than once.'],
    ['ignoreCase=yes', 'BAD_PARAMETER', 'ignoreCase', 'Expected 1 or 0, got "yes".'],
    ['ignorecase=', 'BAD_PARAMETER', 'ignorecase', 'Expected 1 or 0, got "".'],
    ['page=1', 'BAD_PAGE', 'page', 'Pages are asked for with page[number], page[size], page[after], page[before].'],
    [
      'page[offset]=1',
      'BAD_PAGE',
      'page[offset]',
      'Pages are asked for with page[number], page[size], page[after], page[before].',
    ],
    [
      'page[__proto__]=1',
      'BAD_PAGE',
      'page[__proto__]',
      'Pages are asked for with page[number], page[size], page[after], page[before].',
    ],
    [
      'page[number][x]=1',
      'BAD_PAGE',
      'page[number][x]',
      'Pages are asked for with page[number], page[size], page[after], page[before].',
    ],
    ['page[number]=0', 'BAD_PAGE', 'page[number]', positive('0')],
    ['page[number]=-1', 'BAD_PAGE', 'page[number]', positive('-1')],
    ['page[number]=1.5', 'BAD_PAGE', 'page[number]', positive('1.5')],
    ['page[number]=x', 'BAD_PAGE', 'page[number]', positive('x')],
    ['page[number]=', 'BAD_PAGE', 'page[number]', positive('')],
    ['page[number]=9007199254740992', 'BAD_PAGE', 'page[number]', positive('9007199254740992')],
    ['page[number]=1e3', 'BAD_PAGE', 'page[number]', positive('1e3')],
    ['page[number]=9007199254740991', 'BAD_PAGE', 'page[number]', 'There cannot be that many pages.'],
    ['page[size]=0', 'BAD_PAGE', 'page[size]', positive('0')],
    ['page[size]=-5', 'BAD_PAGE', 'page[size]', positive('-5')],
    ['page[size]=101', 'BAD_PAGE', 'page[size]', 'A page holds at most 100 resources; 101 were asked for.'],
    ['page[size]=1&page[size]=2', 'REPEATED_PARAMETER', 'page[size]', '"page[size]" is given more than once.'],
    [
      'include=nme',
      'BAD_INCLUDE',
      'include',
      'author has no relationship "nme". Relationships: mentor, students, admires, admirers, books.',
    ],
    [
      'include=books.nme',
      'BAD_INCLUDE',
      'include',
      'book has no relationship "nme". Relationships: author, tags, editions.',
    ],
    [
      'include=name',
      'BAD_INCLUDE',
      'include',
      'author has no relationship "name". Relationships: mentor, students, admires, admirers, books.',
    ],
    [
      'include=books,',
      'BAD_INCLUDE',
      'include',
      'author has no relationship "". Relationships: mentor, students, admires, admirers, books.',
    ],
    ['include=books&include=mentor', 'REPEATED_PARAMETER', 'include', '"include" is given more than once.'],
    [
      'include=mentor.mentor.mentor.mentor.mentor.mentor',
      'LIMIT_EXCEEDED',
      'include',
      '"mentor.mentor.mentor.mentor.mentor.mentor" is longer than 5 relationships, the limit includeDepth.',
    ],
    [
      `include=${Array.from({ length: 21 }, () => 'books').join(',')}`,
      'LIMIT_EXCEEDED',
      'include',
      'There are more than 20 paths, the limit includePaths.',
    ],
    ['fields[author]=nme', 'BAD_FIELDS', 'fields[author]', `author has no field "nme". ${fields}`],
    ['fields[writer]=name', 'BAD_FIELDS', 'fields[writer]', 'There is no resource type "writer".'],
    ['fields[__proto__]=name', 'BAD_FIELDS', 'fields[__proto__]', 'There is no resource type "__proto__".'],
    ['fields=name', 'BAD_PARAMETER', 'fields', 'Sparse fieldsets are asked for by type, as in fields[author]=….'],
    ['fields[]=name', 'BAD_PARAMETER', 'fields[]', 'Sparse fieldsets are asked for by type, as in fields[author]=….'],
    [
      'fields[author][name]=1',
      'BAD_PARAMETER',
      'fields[author][name]',
      'Sparse fieldsets are asked for by type, as in fields[author]=….',
    ],
    [
      'fields[author]=name&fields[author]=born',
      'REPEATED_PARAMETER',
      'fields[author]',
      '"fields[author]" is given more than once.',
    ],
  ])(
    '%s [JQ-02, JQ-09, JQ-12, JQ-14, JQ-15, PAG-19, PAG-23, SRT-11, SRT-12, FJF-10, FJE-02, JA-46, JA-71, JA-72, JA-73, JA-78]',
    (query, code, parameter, sentence) => {
      expect(complaint(`author?${query}`)).toEqual([code, { parameter }, sentence]);
    },
  );

  it('has nothing to sort by in JSON', () => {
    expect(complaint('rule?sort=json')).toEqual(['BAD_SORT', { parameter: 'sort' }, '"json" has no order.']);
    expect(complaint('rule?groupBy=json')).toEqual(['BAD_GROUP', { parameter: 'groupBy' }, '"json" has no order.']);
  });

  it('may be ignored as far as it is unknown [JQ-21]', () => {
    const printed = print('author?x=1&__proto__=1&filtername=2&sort=name', { unknownParameters: 'ignore' });

    expect(printed).toBe('author sort name, id page 1x10');
    expect(complaint('author?x=1&sort=nme', { unknownParameters: 'ignore' })[0]).toBe('UNKNOWN_FIELD');
  });

  it('has the names of the old systems, unless names are strict', () => {
    const strict = { strictParameterNames: true };

    expect(complaint('author?group=born', strict)[0]).toBe('UNKNOWN_PARAMETER');
    expect(complaint('author?ignorecase=1', strict)[0]).toBe('UNKNOWN_PARAMETER');
    expect(print('author?groupBy=born&ignoreCase=1&sort=name', strict)).toBe(
      'author group born sort name (ignoring case), id page 1x10',
    );
  });

  it.each([
    'author/x',
    'author/01',
    'author/1.0',
    'author/',
    'author/1e0',
    'author/9007199254740993',
    'author/x/books',
    'edition/acme',
    'edition/acme,1,2',
    'edition/acme,x',
    'author/1/books/x',
    'author/1/nope',
    'author/1/name',
    'author/1/mentor/1',
  ])('is of no use at %s, where there is nothing', (path) => {
    expect(() => print(path)).toThrow(NotFoundError);
  });
});
