/** What a case asks for, in the words of its requests: addresses, parameters, filters, and the members of its bodies. */
import { type Case, type Exchange, isObject, type Json } from './cases.js';

/** The parts of the addresses, as in `api`, `person` and `1`. */
export function segments(example: Case): string[] {
  return urls(example).flatMap(({ pathname }) => pathname.split('/').slice(1));
}

export function parameters(example: Case): [name: string, value: string][] {
  return urls(example).flatMap(({ searchParams }) => [...searchParams]);
}

export function hasParameter(example: Case, name: RegExp): boolean {
  return parameters(example).some(([parameter]) => name.test(parameter));
}

/** The words in the values of the parameters whose names match, and the fields that the names themselves have. */
export function words(example: Case, name = /./): string[] {
  return parameters(example).flatMap(([parameter, value]) => {
    if (!name.test(parameter)) return [];
    const named = /^filter\[(\w+)\]/.exec(parameter)?.[1];
    return [...(named === undefined ? [] : [named]), ...(value.match(/\w+/g) ?? [])];
  });
}

/** The fields that filters compare, with the values. */
export function comparisons(example: Case): [field: string, value: Json][] {
  return parameters(example).flatMap(([name, value]) => {
    if (name === 'filter[objects]') return inFilter(parse(value));
    const field = /^filter\[([\w.]+)\]/.exec(name)?.[1];
    return field === undefined ? [] : value.split(',').map((each): [string, Json] => [field, each]);
  });
}

/** What the bodies send as attributes, by name. */
export function attributes({ steps }: Case): [name: string, value: Json][] {
  return steps.flatMap((step) => members(bodyOf(step), 'attributes'));
}

/** The names of all fields that are written. */
export function writtenNames(example: Case): string[] {
  const related = example.steps.flatMap((step) => members(bodyOf(step), 'relationships'));
  return [...attributes(example), ...related].map(([name]) => name);
}

export function bodyOf({ body }: Exchange): Json | undefined {
  return parse(body ?? '');
}

/** The linkage that a document has, by relationship. */
export function linkageOf(document: Json | undefined): [name: string, linkage: Json | undefined][] {
  return members(document, 'relationships').map(([name, value]) => [name, isObject(value) ? value.data : undefined]);
}

function members(document: Json | undefined, member: 'attributes' | 'relationships'): [name: string, value: Json][] {
  const data = isObject(document) ? document.data : undefined;
  const found = isObject(data) ? data[member] : undefined;
  return isObject(found) ? Object.entries(found) : [];
}

function urls({ steps }: Case): URL[] {
  return steps.map(({ path }) => new URL(path, 'http://localhost'));
}

function inFilter(filter: Json | undefined): [field: string, value: Json][] {
  if (Array.isArray(filter)) return filter.flatMap(inFilter);
  if (!isObject(filter)) return [];
  const { name, val } = filter;
  const own: [string, Json][] = typeof name === 'string' && val !== undefined ? [[name, val]] : [];
  return [...own, ...Object.values(filter).flatMap(inFilter)];
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
