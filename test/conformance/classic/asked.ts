/** What a case asks for, in the words of its requests: addresses, the search `q`, and the members of its bodies. */
import {
  type ApiProfile,
  type Case,
  type Exchange,
  isObject,
  type Json,
  type JsonObject,
  type Profile,
  text,
} from '../cases.js';

/** The parts of the addresses, as in `api`, `person` and `1`. */
export function segments({ steps }: Case): string[][] {
  return steps.map(({ path }) => urlOf(path).pathname.split('/').slice(1).map(decodeURIComponent));
}

/** The searches of the URLs, as far as they are objects. */
export function searches({ steps }: Case): JsonObject[] {
  return steps.flatMap(({ path }) => {
    const search = parse(urlOf(path).searchParams.get('q') ?? '');
    return isObject(search) ? [search] : [];
  });
}

/** All filter objects of the searches, those inside others too. */
export function filters(example: Case): JsonObject[] {
  const inside = (value: Json | undefined): JsonObject[] => {
    if (Array.isArray(value)) return value.flatMap(inside);
    if (!isObject(value)) return [];
    return [...('op' in value ? [value] : []), ...Object.values(value).flatMap(inside)];
  };
  return searches(example).flatMap(({ filters: list }) => inside(list));
}

export function bodyOf({ body }: Exchange): Json | undefined {
  return parse(body ?? '');
}

/** The API of a profile that the first request of a case goes to. */
export function apiOf(example: Case, { apis }: Profile): ApiProfile | undefined {
  const names = segments(example)[0] ?? [];
  return apis.find(({ model, collection_name: name }) => names.includes(text(name ?? model)));
}

function urlOf(path: string): URL {
  return new URL(path, 'http://localhost');
}

function parse(json: string): Json | undefined {
  try {
    return JSON.parse(json) as Json;
  } catch {
    return undefined;
  }
}
