/**
 * Filters made up at random, about the rows of library.ts.
 */
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
