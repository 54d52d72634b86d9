/**
 * The second opinion on filters: what a filter object means for rows that are plain objects, with SQL's three values of
 * truth, and filters made up at random. It knows the library's rows and nothing of the code that it judges.
 */
import { AUTHORS, BOOKS, COPIES, EDITIONS, TAGS } from './library.js';

export interface Row {
  readonly id: string;
  readonly values: Readonly<Record<string, Value>>;
  readonly related: Readonly<Record<string, Row | null | readonly Row[]>>;
}

type Value = string | number | boolean | null;
type Truth = boolean | null;
type Kind = 'number' | 'text' | 'name' | 'date' | 'boolean';

/** A filter object; the tests write them to JSON. */
export interface FilterJson {
  readonly name?: string;
  readonly op?: string;
  readonly val?: unknown;
  readonly field?: string;
  readonly and?: readonly FilterJson[];
  readonly or?: readonly FilterJson[];
  readonly not?: FilterJson;
}

/** `name` is text of letters alone, which has one order on every database. */
const FIELDS: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  author: {
    id: 'number',
    name: 'name',
    born: 'number',
    living: 'boolean',
    'address.city': 'name',
    'address.country': 'name',
    bookCount: 'number',
  },
  book: { id: 'number', title: 'text', subtitle: 'text', pages: 'number', price: 'number', published: 'date' },
  tag: { id: 'name', label: 'name' },
  edition: { press: 'name', number: 'number', run: 'number' },
  copy: { id: 'number', lentTo: 'name' },
};

const RELATIONS: Readonly<Record<string, Readonly<Record<string, readonly ['one' | 'many', string]>>>> = {
  author: {
    mentor: ['one', 'author'],
    students: ['many', 'author'],
    admires: ['many', 'author'],
    admirers: ['many', 'author'],
    books: ['many', 'book'],
  },
  book: { author: ['one', 'author'], tags: ['many', 'tag'], editions: ['many', 'edition'] },
  tag: { books: ['many', 'book'] },
  edition: { book: ['one', 'book'], copies: ['many', 'copy'] },
  copy: { edition: ['one', 'edition'] },
};

const POOLS: Readonly<Record<Kind, readonly (string | number | boolean)[]>> = {
  number: [-3, 0, 1, 2, 4, 7, 10, 45, 50, 300, 1000, 1900, 1931, 1977],
  name: ['acme', 'air', 'ann', 'annabel', 'bern', 'bond', 'dee', 'eve', 'italy', 'rome', 'sand', 'sea', 'zoe'],
  text: ['', 'a%b', 'a_b', 'a\\b', 'ab', 'axb', 'dunes', 'dust', 'rain', 'sea', 'wind'],
  date: ['1970-01-01', '1999-12-31', '2000-01-01', '2024-02-29'],
  boolean: [true, false],
};

const PIECES = ['', 'a', 'n', 'nn', 'e', 'us', '%', '_', '\\', 'a%', 'a\\', 'b'];
const PATTERNS = ['%', '', 'a%', '%a%', '%e', '_e_', 'a_b', 'a\\_b', 'a\\%b', 'a\\\\b', '%\\', 'ann', '%n%n%'];

const FOLDED = ['ilike', 'iexact', 'icontains', 'istartswith', 'iendswith'];

/** The library's rows by collection, each with its related rows. */
export function libraryRows(): Readonly<Record<string, readonly Row[]>> {
  const make = (id: string, values: Row['values']) => ({
    id,
    values,
    related: {} as Record<string, Row['related'][string]>,
  });
  const authors = AUTHORS.map(({ id, name, born, living, city, country }) =>
    make(String(id), {
      ...{ id, name, born, living, 'address.city': city, 'address.country': country },
      bookCount: BOOKS.filter((book) => book.author === id).length,
    }),
  );
  const books = BOOKS.map(({ id, title, subtitle, pages, price, published }) =>
    make(String(id), { id, title, subtitle, pages, price: price === null ? null : Number(price), published }),
  );
  const tags = TAGS.map(({ label }) => make(label, { id: label, label }));
  const editions = EDITIONS.map(({ press, number, run }) => make(`${press},${number}`, { press, number, run }));
  const copies = COPIES.map(({ id, lentTo }) => make(String(id), { id, lentTo }));
  const byId = <T extends { id: string }>(rows: readonly T[], id: string | number | null): T | null =>
    id === null ? null : rows.find((row) => row.id === String(id))!;

  AUTHORS.forEach(({ id, mentor, admires }, index) => {
    authors[index]!.related = {
      mentor: byId(authors, mentor),
      students: authors.filter((_, other) => AUTHORS[other]!.mentor === id),
      admires: admires.map((each) => byId(authors, each)!),
      admirers: authors.filter((_, other) => (AUTHORS[other]!.admires as readonly number[]).includes(id)),
      books: books.filter((_, other) => BOOKS[other]!.author === id),
    };
  });
  BOOKS.forEach(({ id, author, tags: labels }, index) => {
    books[index]!.related = {
      author: byId(authors, author),
      tags: labels.map((label) => byId(tags, label)!),
      editions: editions.filter((_, other) => EDITIONS[other]!.book === id),
    };
  });
  TAGS.forEach(({ label }, index) => {
    tags[index]!.related = {
      books: books.filter((_, other) => (BOOKS[other]!.tags as readonly string[]).includes(label)),
    };
  });
  EDITIONS.forEach(({ press, number, book }, index) => {
    const isCopy = ({ edition }: (typeof COPIES)[number]) => edition?.press === press && edition.number === number;
    editions[index]!.related = { book: byId(books, book), copies: copies.filter((_, other) => isCopy(COPIES[other]!)) };
  });
  COPIES.forEach(({ edition }, index) => {
    copies[index]!.related = { edition: byId(editions, edition && `${edition.press},${edition.number}`) };
  });
  return { author: authors, book: books, tag: tags, edition: editions, copy: copies };
}

/** Whether a filter holds for a row: true, false, or null for SQL's unknown. */
export function holds(filter: FilterJson, row: Row): Truth {
  if (filter.and !== undefined) return all(filter.and.map((each) => holds(each, row)));
  if (filter.or !== undefined) return not(all(filter.or.map((each) => not(holds(each, row)))));
  if (filter.not !== undefined) return not(holds(filter.not, row));
  const [head, ...rest] = filter.name!.split('.') as [string, ...string[]];
  const related = row.related[head];
  if (related === undefined) return compare(filter, row);
  const rows = related === null ? [] : Array.isArray(related) ? (related as readonly Row[]) : [related as Row];
  if (rest.length > 0) return rows.some((each) => holds({ ...filter, name: rest.join('.') }, each) === true);
  if (filter.op === 'is_null') return rows.length === 0;
  if (filter.op === 'is_not_null') return rows.length > 0;
  return rows.some((each) => holds(filter.val as FilterJson, each) === true);
}

function all(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false;
  return truths.includes(null) ? null : true;
}

function not(truth: Truth): Truth {
  return truth === null ? null : !truth;
}

function compare({ name, op, val, field }: FilterJson, row: Row): Truth {
  const value = row.values[name!]!;
  const operand = field === undefined ? val : row.values[field];
  if (op === 'is_null') return value === null;
  if (op === 'is_not_null') return value !== null;
  if (op === 'isnull') return (value === null) === val;
  if (op === 'in' && (val as []).length === 0) return false;
  if (op === 'not_in' && (val as []).length === 0) return true;
  if (value === null || operand === null) return null;
  const list = (): readonly Value[] => (operand as readonly Value[]).map((each) => alike(value, each));
  switch (op) {
    case 'in':
      return list().includes(value);
    case 'not_in':
      return !list().includes(value);
    case 'range':
      return value >= list()[0]! && value <= list()[1]!;
    case 'year':
    case 'month':
    case 'day':
      return Number((value as string).split('-')[['year', 'month', 'day'].indexOf(op)]) === operand;
    default:
      return typeof value === 'string'
        ? compareText(op!, value, operand as string)
        : order(op!, value, alike(value, operand as Value));
  }
}

/** Numbers may be sent as text. */
function alike(value: Value, operand: Value): Value {
  return typeof value === 'number' ? Number(operand) : operand;
}

function order(op: string, value: Value, operand: Value): boolean {
  switch (op) {
    case 'eq':
      return value === operand;
    case 'ne':
      return value !== operand;
    case 'gt':
      return value! > operand!;
    case 'lt':
      return value! < operand!;
    case 'ge':
      return value! >= operand!;
    default:
      return value! <= operand!;
  }
}

function compareText(op: string, value: string, operand: string): boolean {
  const text = FOLDED.includes(op) ? operand.toLowerCase() : operand;
  switch (op) {
    case 'like':
    case 'ilike':
      return matches(value, text);
    case 'not_like':
      return !matches(value, text);
    case 'iexact':
      return value === text;
    case 'contains':
    case 'icontains':
      return value.includes(text);
    case 'notcontains':
      return !value.includes(text);
    case 'startswith':
    case 'istartswith':
      return value.startsWith(text);
    case 'endswith':
    case 'iendswith':
      return value.endsWith(text);
    default:
      return order(op, value, operand);
  }
}

/** LIKE with backslash as the escape character; one at the end stands for itself. */
function matches(value: string, pattern: string): boolean {
  const source = pattern.replace(/\\([\s\S])|\\$|%|_|[\s\S]/g, (part, escaped?: string) => {
    if (part === '%') return '[\\s\\S]*';
    if (part === '_') return '[\\s\\S]';
    return `\\u{${(escaped ?? part).codePointAt(0)!.toString(16)}}`;
  });
  return new RegExp(`^${source}$`, 'u').test(value);
}

/** Makes up filters; the same seed makes the same ones. */
export class FilterMaker {
  constructor(private state: number) {}

  /** A filter for a collection, nested at most so deep. */
  filter(collection: string, depth: number): FilterJson {
    const choice = this.below(10);
    if (depth > 0 && choice < 2) return { not: this.filter(collection, depth - 1) };
    if (depth > 0 && choice < 4) {
      const filters = Array.from({ length: 1 + this.below(3) }, () => this.filter(collection, depth - 1));
      return choice === 2 ? { and: filters } : { or: filters };
    }
    if (depth > 0 && choice < 8) return this.onRelation(collection, depth);
    return this.onField(collection, '');
  }

  collection(): string {
    return this.pick(Object.keys(FIELDS));
  }

  private onRelation(collection: string, depth: number): FilterJson {
    const [name, [kind, target]] = this.pick(Object.entries(RELATIONS[collection]!));
    const choice = this.below(5);
    if (choice === 0 && kind === 'one') return { name, op: this.pick(['is_null', 'is_not_null']) };
    if (choice < 3) return { name, op: kind === 'one' ? 'has' : 'any', val: this.filter(target, depth - 1) };
    return this.path(target, `${name}.`, depth - 1);
  }

  private path(collection: string, prefix: string, depth: number): FilterJson {
    if (depth > 0 && this.below(2) === 0) {
      const [name, [, target]] = this.pick(Object.entries(RELATIONS[collection]!));
      return this.path(target, `${prefix}${name}.`, depth - 1);
    }
    return this.onField(collection, prefix);
  }

  private onField(collection: string, prefix: string): FilterJson {
    const fields = Object.entries(FIELDS[collection]!);
    const [field, kind] = this.pick(fields);
    const name = `${prefix}${field}`;
    const ordered = kind === 'text' ? [] : ['gt', 'lt', 'ge', 'le'];
    const values = ['eq', 'ne', ...ordered];
    const text = kind === 'text' || kind === 'name';
    const op = this.pick([
      ...values,
      ...['in', 'not_in', 'is_null', 'is_not_null', 'isnull'],
      ...(kind === 'text' ? [] : ['range']),
      ...(kind === 'date' ? ['year', 'month', 'day'] : []),
      ...(text ? ['like', 'not_like', 'contains', 'notcontains', 'startswith', 'endswith', ...FOLDED] : []),
    ]);
    const others = fields.filter(([other, otherKind]) => otherKind === kind && other !== field);
    if (values.includes(op) && others.length > 0 && this.below(4) === 0) {
      return { name, op, field: this.pick(others)[0] };
    }
    return op === 'is_null' || op === 'is_not_null' ? { name, op } : { name, op, val: this.operand(op, kind) };
  }

  private operand(op: string, kind: Kind): unknown {
    const one = (): string | number | boolean => {
      const value = this.pick(POOLS[kind]);
      return kind === 'number' && this.below(4) === 0 ? String(value) : value;
    };
    if (op === 'in' || op === 'not_in') return Array.from({ length: this.below(4) }, one);
    if (op === 'range') return [one(), one()];
    if (op === 'isnull') return this.below(2) === 0;
    if (op === 'year') return this.pick([1970, 1999, 2000, 2024, 0]);
    if (op === 'month' || op === 'day') return this.pick([1, 2, 12, 29, 31]);
    if (op === 'like' || op === 'not_like') return this.pick(PATTERNS);
    if (op === 'ilike') return this.pick(PATTERNS).toUpperCase();
    if (op.endsWith('with') || op.endsWith('contains')) {
      const piece = this.pick(PIECES);
      return FOLDED.includes(op) ? piece.toUpperCase() : piece;
    }
    return op === 'iexact' ? String(one()).toUpperCase() : one();
  }

  private pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** A whole number from 0 to below the bound (mulberry32). */
  private below(bound: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  }
}
