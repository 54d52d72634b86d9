/** Reads recorded cases, the dataset and the server profiles of a folder. Knows their format, and nothing of who answers them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json;
}

/** What the old server answered. `html` and `text` are pages that nobody compares word by word. */
export interface Expected {
  status: number;
  headers: Record<string, string>;
  body?: Json;
  empty?: boolean;
  html?: boolean;
  text?: boolean;
  jsonp?: { callback: string; body: Json };
}

export interface Exchange {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string;
  expected: Expected;
  /** What a later version of the recorded system answers, where it answers otherwise. */
  later?: Expected;
}

/** How much of an answer is not to be copied. */
export type QuirkScope = 'all' | 'text' | 'links' | 'database' | 'version';

export interface Case {
  id: string;
  group: string;
  profile: string;
  note: string;
  /** One exchange, or the steps of a sequence. */
  steps: Exchange[];
  unordered: boolean;
  volatile: string[];
  quirk?: { scopes: QuirkScope[]; text: string };
}

/** One exposed model of a profile, with the option names of the old server. */
export interface ApiProfile extends JsonObject {
  model: string;
}

export interface Profile {
  name: string;
  apis: ApiProfile[];
  flags: string[];
  /** The manager's own options: `url_prefix` and the universal processors. */
  options: JsonObject;
}

export type Row = Record<string, null | boolean | number | string>;

/** The rows of each table, in the order in which they can be inserted. */
export type Dataset = { table: string; rows: Row[] }[];

export function readCases(folder: string, file: string): Case[] {
  return readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => toCase(object(JSON.parse(line))));
}

export function readProfiles(folder: string, file: string): Map<string, Profile> {
  const profiles = object(object(readJson(folder, file)).profiles);
  return new Map(Object.entries(profiles).map(([name, profile]) => [name, toProfile(name, object(profile))]));
}

export function readDataset(folder: string): Dataset {
  const dataset = object(readJson(folder, 'dataset.json'));
  const order = [...texts(dataset.order), ...texts(dataset.extras_order ?? [])];
  return order.map((table) => ({ table, rows: list(dataset[table]).map(toRow) }));
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function readJson(folder: string, file: string): unknown {
  return JSON.parse(readFileSync(join(folder, file), 'utf8'));
}

function toCase(line: JsonObject): Case {
  const steps = line.steps === undefined ? [line] : list(line.steps).map(object);
  return {
    id: text(line.id),
    group: text(line.group),
    profile: text(line.profile),
    note: text(line.note ?? ''),
    steps: steps.map(toExchange),
    unordered: line.unordered === true,
    volatile: texts(line.volatile ?? []),
    ...(line.quirk_scope === undefined
      ? {}
      : { quirk: { scopes: text(line.quirk_scope).split('+') as QuirkScope[], text: text(line.oracle_quirk ?? '') } }),
  };
}

function toExchange(step: JsonObject): Exchange {
  const body = toBody(step);
  return {
    method: text(step.method),
    path: text(step.path),
    headers: headers(step.headers ?? {}),
    ...(body === undefined ? {} : { body }),
    expected: toExpected(object(step.expected)),
    ...(step.expected_0_17_0 === undefined ? {} : { later: toExpected(object(step.expected_0_17_0)) }),
  };
}

function toBody(step: JsonObject): string | undefined {
  if (step.body_is_null === true) return 'null';
  if (step.body_raw !== undefined) return text(step.body_raw);
  return step.body === undefined ? undefined : JSON.stringify(step.body);
}

function toExpected(expected: JsonObject): Expected {
  if (typeof expected.status !== 'number') throw new Error('An expected answer has no status.');
  const jsonp = expected.jsonp === undefined ? undefined : object(expected.jsonp);
  return {
    status: expected.status,
    headers: headers(expected.headers ?? {}),
    empty: expected.empty === true,
    html: expected.html === true,
    text: expected.text !== undefined,
    ...(expected.body === undefined ? {} : { body: expected.body }),
    ...(jsonp === undefined ? {} : { jsonp: { callback: text(jsonp.callback), body: jsonp.body ?? null } }),
  };
}

function toProfile(name: string, profile: JsonObject): Profile {
  const { apis, flags, ...options } = profile;
  return {
    name,
    apis: list(apis).map((api) => ({ ...object(api), model: text(object(api).model) })),
    flags: Object.entries(object(flags ?? {})).flatMap(([flag, on]) => (on === true ? [flag] : [])),
    options,
  };
}

function toRow(value: Json): Row {
  return Object.fromEntries(
    Object.entries(object(value)).map(([column, cell]) => {
      if (typeof cell === 'object' && cell !== null) throw new Error(`The dataset has no plain value in ${column}.`);
      return [column, cell];
    }),
  );
}

function headers(value: Json): Record<string, string> {
  return Object.fromEntries(Object.entries(object(value)).map(([name, entry]) => [name, text(entry)]));
}

function object(value: unknown): JsonObject {
  if (!isObject(value)) throw new Error(`Expected an object, found ${JSON.stringify(value)}.`);
  return value;
}

function list(value: unknown): Json[] {
  if (!Array.isArray(value)) throw new Error(`Expected a list, found ${JSON.stringify(value)}.`);
  return value as Json[];
}

/** A list of texts. */
export function texts(value: unknown): string[] {
  return list(value).map(text);
}

/** A text, or an error that shows what is there instead. */
export function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error(`Expected a text, found ${JSON.stringify(value)}.`);
  return value;
}
