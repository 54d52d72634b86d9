/**
 * Pieces of SQL that cannot be made from a client's text: a fragment is a template literal whose parts are
 * other fragments, bound values, or names that `raw` takes from metadata.
 */

/** A bound value. */
export interface Param {
  readonly kind: 'param';
  readonly value: unknown;
  /** The same in every request: it comes from metadata or from this library. */
  readonly constant?: true;
}

/** A place for something that is known only when the statement runs: the keys of the rows found before. */
export interface Hole {
  readonly kind: 'hole';
  readonly fill: (keys: Keys) => Sql;
}

/** Keys of rows, each with as many parts as the key has columns. */
export type Keys = readonly (readonly unknown[])[];

export type Part = Sql | Param | Hole;

/** A fragment of SQL. Make one with {@link sql}. */
export interface Sql {
  readonly kind: 'sql';
  readonly strings: readonly string[];
  readonly parts: readonly Part[];
  /** Written by the application, which may write something else for the next request. */
  readonly own?: true;
}

/** Text and parameters, as drivers take them. */
export interface Statement {
  readonly text: string;
  readonly parameters: readonly unknown[];
}

/** Text, and what stands for the parameters: the values may be those of another request. */
export interface Template {
  readonly text: string;
  readonly params: readonly Param[];
  /** Nothing in the text was written by the application for this one request. */
  readonly isLasting: boolean;
}

/**
 * A fragment from a template literal.
 *
 * @example
 * sql`${column} = ${param(21)}`;
 */
export function sql(strings: TemplateStringsArray, ...parts: readonly Part[]): Sql {
  return { kind: 'sql', strings, parts };
}

/** A bound value. */
export function param(value: unknown): Param {
  return { kind: 'param', value };
}

/** A bound value that comes from metadata or from this library, never from a request. */
export function constant(value: unknown): Param {
  return { kind: 'param', value, constant: true };
}

/** Stands for the keys of the rows found before, where they are one parameter. */
export const KEYS: Param = Object.freeze(constant(undefined));

/** A place that is filled with keys when the statement is rendered. */
export function hole(fill: Hole['fill']): Hole {
  return { kind: 'hole', fill };
}

/** Text from metadata or from this library, never from a request. */
export function raw(text: string): Sql {
  return { kind: 'sql', strings: [text], parts: [] };
}

/** Fragments in a row, with text of this library between them. */
export function join(fragments: readonly Part[], separator: string): Sql {
  if (fragments.length === 0) return raw('');
  const strings = ['', ...fragments.slice(1).map(() => separator), ''];
  return { kind: 'sql', strings, parts: fragments };
}

/** All of the conditions; `1 = 1` where there are none. */
export function allOf(conditions: readonly Sql[]): Sql {
  if (conditions.length === 0) return raw('1 = 1');
  return conditions.length === 1 ? conditions[0]! : sql`(${join(conditions, ' AND ')})`;
}

/** One of the conditions; in halves, because SQLite counts how deep an expression nests. */
export function anyOf(conditions: readonly Sql[]): Sql {
  if (conditions.length <= 2) return sql`(${join(conditions, ' OR ')})`;
  const half = Math.ceil(conditions.length / 2);
  return sql`(${anyOf(conditions.slice(0, half))} OR ${anyOf(conditions.slice(half))})`;
}

/**
 * The statement that a fragment stands for.
 *
 * @param placeholder how the driver spells the parameter with this index, counted from 0
 * @param keys what to put into the holes
 */
export function render(fragment: Sql, placeholder: (index: number) => string, keys?: Keys): Statement {
  const { text, params } = template(fragment, placeholder, keys);
  return { text, parameters: params.map(({ value }) => value) };
}

/** The same with the parameters as they were put into the fragment. */
export function template(fragment: Sql, placeholder: (index: number) => string, keys: Keys = []): Template {
  const params: Param[] = [];
  let isLasting = true;
  const write = (part: Part): string => {
    if (part.kind === 'param') return placeholder(params.push(part) - 1);
    if (part.kind === 'hole') return write(part.fill(keys));
    if (part.own === true) isLasting = false;
    let text = part.strings[0]!;
    for (const [index, inner] of part.parts.entries()) text += write(inner) + part.strings[index + 1]!;
    return text;
  };
  return { text: write(fragment), params, isLasting };
}
