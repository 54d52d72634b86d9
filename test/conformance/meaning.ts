/** What two recorded answers have in common to be compared by meaning, whatever their format. */
import { isObject, type Json, type JsonObject } from './cases.js';

/** The links of a `Link` header by their relation. */
export function links(header = ''): JsonObject {
  return Object.fromEntries(
    [...header.matchAll(/<([^>]*)>;\s*rel="?(\w+)"?/g)].map(([, href = '', rel = '']) => [rel, href]),
  );
}

/** What only a database says. */
export const SQL =
  /SELECT .+ FROM|INSERT INTO|DELETE FROM|UPDATE .+ SET|SQLITE|QueryFailed|constraint failed|violates|Duplicate entry/;

export function show(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

export function toObject(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** A copy without the values that JSON pointers name. */
export function without(document: JsonObject, pointers: string[]): JsonObject {
  const copy = structuredClone(document);
  for (const pointer of pointers) {
    const steps = pointer.split('/').slice(1);
    const last = steps.pop() ?? '';
    const parent = steps.reduce<Json | undefined>(step, copy);
    if (isObject(parent)) delete parent[last];
  }
  return copy;
}

function step(value: Json | undefined, name: string): Json | undefined {
  return Array.isArray(value) ? value[Number(name)] : toObject(value)[name];
}

/** One text for everything that means the same: members sorted, date-times as instants, lists as sets where asked. */
export function canonical(value: Json | undefined, unordered: boolean): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) {
    const entries = value.map((entry) => canonical(entry, unordered));
    return `[${(unordered ? entries.sort() : entries).join(',')}]`;
  }
  if (isObject(value)) {
    const members = Object.keys(value).sort();
    return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name], unordered)}`).join(',')}}`;
  }
  return typeof value === 'string' && DATE_TIME.test(value) ? instant(value) : JSON.stringify(value);
}

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?$/;

/** To the millisecond, which is as fine as a `Date` is; without a zone it is UTC. */
function instant(text: string): string {
  return new Date(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`).toISOString();
}

export function shorten(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
