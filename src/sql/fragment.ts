/**
 * Pieces of SQL that cannot be made from a client's text: a fragment is a template literal whose parts are
 * other fragments, bound values, or names that `raw` takes from metadata.
 */

/** A bound value. */
export interface Param {
  readonly kind: 'param';
  readonly value: unknown;
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
}

/** Text and parameters, as drivers take them. */
export interface Statement {
  readonly text: string;
  readonly parameters: readonly unknown[];
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
export function render(fragment: Sql, placeholder: (index: number) => string, keys: Keys = []): Statement {
  const parameters: unknown[] = [];
  const write = (part: Part): string => {
    if (part.kind === 'param') return placeholder(parameters.push(part.value) - 1);
    if (part.kind === 'hole') return write(part.fill(keys));
    let text = part.strings[0]!;
    for (const [index, inner] of part.parts.entries()) text += write(inner) + part.strings[index + 1]!;
    return text;
  };
  return { text: write(fragment), parameters };
}
