/**
 * What a situation is: one request in the spelling of each format, what both answers mean, and the two documents, word for
 * word. And how the meaning is read off a document.
 */
import type { Answer } from '../support/app.js';

export const FORMATS = ['json-api', 'flat-json'] as const;
export type Format = (typeof FORMATS)[number];

/** How one format says it. */
export interface Spelling {
  /** Verb and address, as in `GET /api/person`. */
  readonly request: string;
  readonly body?: unknown;
  readonly status: number;
  /** Undefined where the answer is empty. */
  readonly document: unknown;
}

/** Why a format cannot say it. */
export interface Unspoken {
  readonly because: string;
}

export interface Situation {
  readonly name: string;
  /** Headers besides those of the format. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What both answers mean. */
  readonly meaning: Meaning;
  readonly 'json-api': Spelling | Unspoken;
  readonly 'flat-json': Spelling | Unspoken;
  /** What is there afterwards: rows by the address of a list. */
  readonly left?: readonly [address: string, rows: readonly Row[]];
}

/** A row by its id and its values; of related rows, the ids. */
export type Row = Readonly<Record<string, unknown>>;

/** What an answer says, whatever its spelling. */
export type Meaning =
  | { readonly rows: readonly Row[]; readonly total?: number }
  /** One row, or none. */
  | { readonly row: Row | null }
  /** The words of the errors. Flat JSON has no room for codes and places; the status has its own spelling. */
  | { readonly errors: readonly string[] }
  | { readonly values: readonly unknown[] }
  | { readonly count: number }
  /** It is done; what was done is in {@link Situation.left}. */
  | { readonly done: true };

type Json = Readonly<Record<string, unknown>>;

export function meaningOf(format: Format, { status, body }: Answer): Meaning {
  if (body === undefined) return { done: true };
  return format === 'json-api' ? ofJsonApi(status, body as Json) : ofFlatJson(status, body as Json);
}

const NO_ROW = 'There is no related resource.';

function ofJsonApi(status: number, { errors, data, meta }: Json): Meaning {
  if (status >= 400) return { errors: (errors as Json[]).map(({ detail }) => String(detail)) };
  const { total, modified, deleted } = (meta ?? {}) as Json;
  const count = modified ?? deleted;
  if (count !== undefined) return { count: count as number };
  if (!Array.isArray(data)) return { row: data === null ? null : ofResource(data as Json) };
  if (data.some((each) => typeof each !== 'object')) return { values: data };
  return { rows: (data as Json[]).map(ofResource), ...(total === undefined ? {} : { total: total as number }) };
}

function ofResource({ id, attributes, relationships }: Json): Row {
  const related = Object.entries((relationships ?? {}) as Record<string, Json>).flatMap(([name, { data }]) =>
    data === undefined ? [] : [[name, Array.isArray(data) ? data.map(idOf) : idOf(data)] as const],
  );
  return { id, ...(attributes as Json), ...Object.fromEntries(related) };
}

function ofFlatJson(status: number, document: Json): Meaning {
  const { objects, num_results: total, message, validation_errors: fields, num_modified, num_deleted } = document;
  // Where JSON:API has null, classic Flask-Restless has nothing to show (REL-03).
  if (message === NO_ROW) return { row: null };
  if (status >= 400)
    return { errors: typeof message === 'string' ? [message] : Object.values(fields as Json).map(String) };
  const count = num_modified ?? num_deleted;
  if (count !== undefined) return { count: count as number };
  if (Array.isArray(objects)) return { rows: (objects as Json[]).map(ofObject), total: total as number };
  return 'id' in document ? { row: ofObject(document) } : { values: Object.values(document) };
}

function ofObject(object: Json): Row {
  const values = Object.entries(object).map(([name, value]) => {
    if (Array.isArray(value)) return [name, value.map(idOf)] as const;
    if (name === 'id') return [name, String(value)] as const;
    return [name, typeof value === 'object' && value !== null ? idOf(value) : value] as const;
  });
  return Object.fromEntries(values);
}

function idOf(related: unknown): string | null {
  return related === null ? null : String((related as Json)['id']);
}
