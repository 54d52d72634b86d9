/**
 * Compares an answer with that of flask-jsonapi as the cases' README has it: data, order, the class of the status and
 * documents. Ids are texts here, a total is no length of a page, and links have JSON:API's names.
 */
import type { Answer } from '../answer.js';
import { type Case, type Exchange, type Expected, isObject, type Json, type JsonObject } from '../cases.js';
import { violations as jsonApiViolations } from '../compare.js';
import { canonical, shorten, show, toObject, without } from '../meaning.js';

/** The statuses that mean the same in both systems. Others, such as 422, stand for their class. */
const EXACT = [401, 404, 405, 406, 415, 501];

/** The recorded names of links to pages, and ours. */
const PAGES = { first: 'first', last: 'last', previous: 'prev', next: 'next' } as const;

/**
 * What differs between the recorded answer and ours; nothing when they mean the same.
 *
 * @param strict compares the parts too that a mark on the case leaves out
 */
export function differences(example: Case, { expected }: Exchange, answer: Answer, strict: boolean): string[] {
  const scopes = strict ? [] : (example.quirk?.scopes ?? []);
  return new Comparison(expected, answer, !scopes.includes('database')).run(example.volatile);
}

/** What no answer may do. Behind an empty prefix, addresses that nobody serves are the application's own business. */
export function violations(answer: Answer): string[] {
  const { error, statusCode } = toObject(answer.body);
  return error === 'Not Found' && statusCode === 404 ? [] : jsonApiViolations(answer);
}

class Comparison {
  private readonly found: string[] = [];

  constructor(
    private readonly expected: Expected,
    private readonly answer: Answer,
    /** Which rows, and their order: left out where the database decides. */
    private readonly rows: boolean,
  ) {}

  run(volatile: string[]): string[] {
    const { status, empty, html, text, body } = this.expected;
    this.same('status', meaningOf(status), meaningOf(this.answer.status));
    // Two answers of different kinds have nothing else to compare.
    if (this.found.length > 0) return [`${this.found[0]}${this.errorWords()}`];
    if (empty === true) this.same('body', '', this.answer.text);
    // The old router's pages stand for an error document, or for nothing.
    else if (html === true || text === true || body === undefined) this.found.push(...violations(this.answer));
    else this.document(toObject(body), toObject(this.answer.body), volatile);
    return this.found;
  }

  private errorWords(): string {
    const { errors } = toObject(this.answer.body);
    const [first] = Array.isArray(errors) ? errors : [];
    return isObject(first) ? ` (${this.answer.status}, ${shorten(show(first.detail ?? first.title))})` : '';
  }

  private document(expected: JsonObject, actual: JsonObject, volatile: string[]): void {
    const [theirs, ours] = [without(expected, volatile), without(actual, volatile)];
    if ('errors' in theirs) return this.errors(theirs.errors, ours.errors);
    this.same('jsonapi', { version: '1.1' }, ours.jsonapi);
    this.data(theirs.data, ours.data);
    this.resources('included', listOf(theirs.included), listOf(ours.included));
    this.pages(toObject(theirs.links), toObject(ours.links));
  }

  /** Wording is never compared; how many faults there are, and which fields are wrong, is. */
  private errors(expected: Json | undefined, actual: Json | undefined): void {
    const [theirs, ours] = [listOf(expected), listOf(actual)];
    this.same('number of errors', theirs.length, ours.length);
    const fields = (errors: JsonObject[]): string[] => errors.flatMap(({ source }) => fieldOf(source)).sort();
    if (fields(theirs).length > 0) this.same('fields', fields(theirs), fields(ours));
  }

  private data(expected: Json | undefined, actual: Json | undefined): void {
    if (!Array.isArray(expected)) {
      if (isObject(expected) && isObject(actual)) return this.resource('data', expected, actual);
      return this.same('data', expected, actual);
    }
    const [theirs, ours] = [listOf(expected), listOf(actual)];
    this.resources('data', theirs, ours);
    if (this.rows) this.same('order', theirs.map(keyOf), ours.map(keyOf));
  }

  private resources(at: string, expected: JsonObject[], actual: JsonObject[]): void {
    for (const theirs of expected) {
      const ours = actual.find((resource) => keyOf(resource) === keyOf(theirs));
      if (ours !== undefined) this.resource(keyOf(theirs), theirs, ours);
    }
    if (this.rows) this.same(at, expected.map(keyOf).sort(), actual.map(keyOf).sort());
  }

  private resource(at: string, expected: JsonObject, actual: JsonObject): void {
    this.same(`${at} id`, keyOf(expected), keyOf(actual));
    this.same(`${at} id as a text`, 'string', typeof actual.id);
    const [theirs, ours] = [toObject(expected.attributes), toObject(actual.attributes)];
    this.same(`${at} attributes`, Object.keys(theirs).sort(), Object.keys(ours).sort());
    for (const [name, value] of Object.entries(theirs)) {
      if (name in ours) this.same(`${at}/${name}`, value, ours[name]);
    }
    this.relationships(at, toObject(expected.relationships), toObject(actual.relationships));
  }

  /** The recorded system leaves out relationships of which it has neither links nor linkage to tell. */
  private relationships(at: string, expected: JsonObject, actual: JsonObject): void {
    for (const [name, relationship] of Object.entries(expected)) {
      const { data } = toObject(relationship);
      if (!(name in actual)) this.found.push(`${at} has no relationship ${name}`);
      else if (data !== undefined) {
        this.same(`${at} ${name} linkage`, linkageOf(data), linkageOf(toObject(actual[name]).data));
      }
    }
  }

  /** The recorded links know pages only where a client asks for them. */
  private pages(expected: JsonObject, actual: JsonObject): void {
    if (!this.rows || expected.last === undefined) return;
    for (const [rel, name] of Object.entries(PAGES))
      this.same(`link ${name}`, pageOf(expected[rel]), pageOf(actual[name]));
  }

  private same(at: string, expected: Json | undefined, actual: Json | undefined): void {
    const [theirs, ours] = [canonical(expected, false), canonical(actual, false)];
    if (theirs !== ours) this.found.push(`${at}: ${shorten(theirs)} expected, ${shorten(ours)} found`);
  }
}

function meaningOf(status: number): string {
  return EXACT.includes(status) ? String(status) : `${Math.floor(status / 100)}xx`;
}

/** The field that an error points at, or into. */
function fieldOf(source: Json | undefined): string[] {
  const { pointer } = toObject(source);
  return /^\/data\/(attributes|relationships)\/[^/]+/.exec(show(pointer))?.slice(0, 1) ?? [];
}

/** Its ids may be numbers; ours are told from those apart. */
function keyOf(resource: Json): string {
  const { type, id } = toObject(resource);
  return `${show(type)}/${show(id)}`;
}

function linkageOf(data: Json | undefined): Json | undefined {
  if (Array.isArray(data)) return data.map(keyOf).sort();
  return isObject(data) ? keyOf(data) : data;
}

function listOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.map(toObject) : [];
}

/** The page that a link leads to. */
function pageOf(link: Json | undefined): JsonObject | null {
  if (typeof link !== 'string') return null;
  const { pathname, searchParams } = new URL(link.replace(/^\{base\}/, ''), 'http://localhost');
  return {
    path: pathname.replace(/\/$/, ''),
    number: searchParams.get('page[number]'),
    size: searchParams.get('page[size]'),
  };
}
