/**
 * Compares a JSON:API answer with the recorded one by meaning: what the cases' README lets differ everywhere is evened out,
 * all the rest has to be the same. Returns what differs, in words.
 */
import type { Answer } from './answer.js';
import { type Case, type Exchange, type Expected, isObject, type Json, type JsonObject } from './cases.js';
import { canonical, links, shorten, show, SQL, toObject, without } from './meaning.js';

const MEDIA_TYPE = 'application/vnd.api+json';
const PAGE_RELS = ['first', 'last', 'prev', 'next'];

/** Which parts of the recorded answer count. */
interface Scope {
  links: boolean;
  /** Which rows, their order and their number: left out where the database decides. */
  rows: boolean;
  unordered: boolean;
}

/**
 * What differs between the recorded answer and ours; nothing when they mean the same.
 *
 * @param strict compares the parts too that a mark on the case leaves out
 */
export function differences(example: Case, exchange: Exchange, answer: Answer, strict: boolean): string[] {
  return new Comparison(exchange, answer, scopeOf(example, strict)).run(example.volatile);
}

/** What no answer may do, whatever was recorded. */
export function violations(answer: Answer): string[] {
  const found: string[] = [];
  if (answer.status >= 500) found.push(`status ${answer.status}`);
  if (answer.text === '') return found;
  const type = answer.headers['content-type'];
  if (answer.headers['content-type']?.startsWith('application/javascript')) return found;
  if (type !== MEDIA_TYPE) found.push(`content-type ${type ?? 'missing'}`);
  if (!isObject(answer.body)) return [...found, `no document: ${shorten(answer.text)}`];
  if ('errors' in answer.body) return [...found, ...errorViolations(answer.body.errors)];
  return [...found, ...repeated(answer.body)];
}

function errorViolations(errors: Json | undefined): string[] {
  if (!Array.isArray(errors) || errors.length === 0) return ['errors is no list of errors'];
  return errors.flatMap((error) => {
    if (!isObject(error)) return ['an error is no object'];
    const found: string[] = [];
    if (typeof error.status !== 'string') found.push('an error without a status as text');
    if (typeof error.title !== 'string' && typeof error.detail !== 'string') found.push('an error without words');
    for (const [name, value] of Object.entries(error)) if (value === null) found.push(`an error with ${name} null`);
    if (SQL.test(JSON.stringify(error))) found.push(`an error that shows SQL: ${JSON.stringify(error)}`);
    return found;
  });
}

/** JSON:API: a document never has one resource twice. */
function repeated(document: JsonObject): string[] {
  const seen = new Set<string>();
  const primary = resources(document.data).filter((resource) => !isIdentifier(resource));
  return [...primary, ...resources(document.included)].flatMap((resource) => {
    const key = keyOf(resource);
    if (seen.has(key)) return [`${key} stands twice in the document`];
    seen.add(key);
    return [];
  });
}

/** Linkage names resources, and they may be included as well. */
function isIdentifier(resource: JsonObject): boolean {
  return Object.keys(resource).every((member) => ['type', 'id', 'meta'].includes(member));
}

function scopeOf({ quirk, unordered }: Case, strict: boolean): Scope {
  const scopes = strict ? [] : (quirk?.scopes ?? []);
  return { links: !scopes.includes('links'), rows: !scopes.includes('database'), unordered };
}

/** The ids of the primary data. */
export function idsOf({ body }: Answer): string[] | undefined {
  const data = isObject(body) ? body.data : undefined;
  const resources = Array.isArray(data) ? data : [data];
  return resources.map((resource) =>
    isObject(resource) && typeof resource.id === 'string' ? resource.id : JSON.stringify(resource),
  );
}

class Comparison {
  private readonly found: string[] = [];
  private readonly expected: Expected;

  constructor(
    private readonly exchange: Exchange,
    private readonly answer: Answer,
    private readonly scope: Scope,
  ) {
    this.expected = exchange.expected;
  }

  run(volatile: string[]): string[] {
    this.same('status', this.expected.status, this.answer.status);
    // Two answers of different kinds have nothing else to compare.
    if (this.found.length > 0) return [`${this.found[0]}${this.errorWords()}`];
    this.allow();
    this.location();
    this.body(volatile);
    if (this.scope.links) this.linkHeader();
    return this.found;
  }

  private errorWords(): string {
    const errors = isObject(this.answer.body) ? this.answer.body.errors : undefined;
    const [first] = Array.isArray(errors) ? errors : [];
    return isObject(first) ? ` (${shorten(show(first.detail ?? first.title))})` : '';
  }

  private allow(): void {
    if (this.expected.headers.allow === undefined) return;
    const verbs = (header = ''): Json => [...new Set(header.split(',').map((verb) => verb.trim()))].sort();
    this.same('allow', verbs(this.expected.headers.allow), verbs(this.answer.headers.allow));
  }

  private location(): void {
    if (this.expected.headers.location === undefined) return;
    const { location } = this.answer.headers;
    this.same('location', target(this.expected.headers.location).path, location && target(location).path);
  }

  private body(volatile: string[]): void {
    const { empty, html, text, jsonp, body } = this.expected;
    if (empty === true) return void this.same('body', '', this.answer.text);
    // The old router's pages stand for an error document.
    if (html === true || text === true) return void this.found.push(...violations(this.answer));
    if (jsonp !== undefined) return this.jsonp(jsonp.callback, jsonp.body, volatile);
    this.same('content-type', this.expected.headers['content-type'], this.answer.headers['content-type']);
    this.document(body, this.answer.body, volatile);
  }

  private jsonp(callback: string, body: Json, volatile: string[]): void {
    this.same('content-type', 'application/javascript', this.answer.headers['content-type']?.split(';')[0]);
    const [, name, text] = /^(?:\/\*\*\/\s*)?([\w$.]+)\(([\s\S]*)\);?\s*$/.exec(this.answer.text) ?? [];
    this.same('callback', callback, name);
    this.document(body, text === undefined ? undefined : (JSON.parse(text) as Json), volatile);
  }

  private document(expected: Json | undefined, actual: Json | undefined, volatile: string[]): void {
    if (!isObject(expected) || !isObject(actual)) return void this.same('body', expected, actual);
    const [ours, theirs] = [without(actual, volatile), without(expected, volatile)];
    if ('errors' in theirs) return this.errors(theirs.errors, ours.errors);
    // The answers of /eval are no JSON:API documents.
    if (!('jsonapi' in theirs)) return void this.same('data', theirs.data, ours.data);
    this.same('members', [], unknownMembers(ours));
    this.same('jsonapi', { version: '1.1' }, ours.jsonapi);
    this.same('meta', meta(theirs.meta, this.scope.rows), meta(ours.meta, this.scope.rows));
    this.data(theirs.data, ours.data);
    this.sameResources('included', resources(theirs.included), resources(ours.included));
    if (this.scope.links) this.topLinks(toObject(theirs.links), toObject(ours.links));
  }

  private errors(expected: Json | undefined, actual: Json | undefined): void {
    if (!Array.isArray(expected) || !Array.isArray(actual)) return void this.same('errors', expected, actual);
    this.found.push(...errorViolations(actual));
    this.same('number of errors', expected.length, actual.length);
    expected.forEach((error, index) => {
      const [theirs, ours] = [toObject(error), toObject(actual[index])];
      // What the recorded system did not say, ours may; wording is never compared.
      if (theirs.status != null) this.same(`errors/${index}/status`, show(theirs.status), ours.status);
      for (const member of ['id', 'code', 'source', 'links', 'meta']) {
        if (theirs[member] != null) this.same(`errors/${index}/${member}`, theirs[member], ours[member]);
      }
    });
  }

  private data(expected: Json | undefined, actual: Json | undefined): void {
    if (!Array.isArray(expected) || !Array.isArray(actual)) {
      if (isObject(expected) && isObject(actual)) return this.resource('data', expected, actual);
      return void this.same('data', expected, actual);
    }
    const [theirs, ours] = [expected.map(toObject), actual.map(toObject)];
    if (this.sameResources('data', theirs, ours) && this.scope.rows) {
      this.same('order', theirs.map(keyOf), ours.map(keyOf));
    }
  }

  /** Compares them as sets; where the database decides on the rows, those that both answers have. */
  private sameResources(at: string, expected: JsonObject[], actual: JsonObject[]): boolean {
    for (const theirs of expected) {
      const ours = actual.find((resource) => keyOf(resource) === keyOf(theirs));
      if (ours !== undefined) this.resource(keyOf(theirs), theirs, ours);
    }
    return !this.scope.rows || this.same(at, expected.map(keyOf).sort(), actual.map(keyOf).sort());
  }

  private resource(at: string, expected: JsonObject, actual: JsonObject): void {
    this.same(
      `${at} members`,
      [],
      Object.keys(actual).filter((name) => !RESOURCE_MEMBERS.includes(name)),
    );
    this.same(`${at} id`, keyOf(expected), keyOf(actual));
    this.attributes(`${at} attributes`, toObject(expected.attributes), toObject(actual.attributes));
    const [theirs, ours] = [toObject(expected.relationships), toObject(actual.relationships)];
    this.same(`${at} relationships`, Object.keys(theirs).sort(), Object.keys(ours).sort());
    for (const name of Object.keys(theirs)) {
      if (name in ours) this.relationship(`${at} ${name}`, toObject(theirs[name]), toObject(ours[name]));
    }
    if (this.scope.links) this.resourceLinks(at, toObject(expected.links), toObject(actual.links));
  }

  private attributes(at: string, expected: JsonObject, actual: JsonObject): void {
    this.same(at, Object.keys(expected).sort(), Object.keys(actual).sort());
    for (const [name, value] of Object.entries(expected)) {
      if (name in actual) this.same(`${at}/${name}`, value, actual[name]);
    }
  }

  private relationship(at: string, expected: JsonObject, actual: JsonObject): void {
    const linkage = (data: Json | undefined): Json | undefined => (Array.isArray(data) ? data.map(keyOf).sort() : data);
    this.same(`${at} linkage`, linkage(expected.data), linkage(actual.data));
    if (!this.scope.links) return;
    const [theirs, ours] = [toObject(expected.links), toObject(actual.links)];
    this.same(`${at} links`, Object.keys(theirs).sort(), Object.keys(ours).sort());
    for (const rel of Object.keys(theirs)) this.same(`${at} ${rel}`, pathOf(theirs[rel]), pathOf(ours[rel]));
  }

  private resourceLinks(at: string, expected: JsonObject, actual: JsonObject): void {
    // The recorded system drops `self` where sparse fields do not name it; JSON:API does not.
    this.same(
      `${at} links`,
      [],
      Object.keys(actual).filter((rel) => rel !== 'self'),
    );
    if (expected.self !== undefined) this.same(`${at} self`, pathOf(expected.self), pathOf(actual.self));
  }

  /** JSON:API has `self` name the document itself, and page links keep the rest of the query. */
  private topLinks(expected: JsonObject, actual: JsonObject): void {
    if (expected.self !== undefined) this.same('self', target(this.exchange.path), toTarget(actual.self));
    if (expected.related !== undefined) this.same('related', pathOf(expected.related), pathOf(actual.related));
    this.pageLinks('links', expected, actual);
  }

  private linkHeader(): void {
    if (this.expected.empty === true || this.expected.html === true) return;
    this.pageLinks('link header', links(this.expected.headers.link), links(this.answer.headers.link));
  }

  private pageLinks(at: string, expected: JsonObject, actual: JsonObject): void {
    if (!this.scope.rows) return;
    const present = (from: JsonObject): string[] => PAGE_RELS.filter((rel) => from[rel] != null);
    this.same(at, present(expected), present(actual));
    const request = target(this.exchange.path);
    for (const rel of present(expected)) {
      if (actual[rel] == null) continue;
      const [theirs, ours] = [toTarget(expected[rel]), toTarget(actual[rel])];
      this.same(`${at} ${rel} path`, theirs?.path, ours?.path);
      this.same(`${at} ${rel} page`, theirs?.page ?? '1', ours?.page ?? '1');
      this.same(`${at} ${rel} size`, theirs?.size, ours?.size ?? request.size ?? theirs?.size);
      // The recorded system leaves empty parameters out; both ways lead to the same page.
      if (ours?.rest.join('&') !== theirs?.rest.join('&')) this.same(`${at} ${rel} query`, request.rest, ours?.rest);
    }
  }

  private same(at: string, expected: Json | undefined | Target, actual: Json | undefined | Target): boolean {
    const [theirs, ours] = [canonical(expected, this.scope.unordered), canonical(actual, this.scope.unordered)];
    if (theirs !== ours) this.found.push(`${at}: ${shorten(theirs)} expected, ${shorten(ours)} found`);
    return theirs === ours;
  }
}

const RESOURCE_MEMBERS = ['type', 'id', 'attributes', 'relationships', 'links'];
const DOCUMENT_MEMBERS = ['data', 'included', 'jsonapi', 'links', 'meta'];

function unknownMembers(document: JsonObject): string[] {
  return Object.keys(document).filter((name) => !DOCUMENT_MEMBERS.includes(name));
}

/** An absent `meta` and an empty one are the same; a total depends on which rows the database finds. */
function meta(value: Json | undefined, rows: boolean): JsonObject {
  const { total, ...rest } = toObject(value);
  return rows && total !== undefined ? { ...rest, total } : rest;
}

function resources(data: Json | undefined): JsonObject[] {
  return Array.isArray(data) ? data.map(toObject) : isObject(data) ? [data] : [];
}

function keyOf(resource: Json): string {
  const { type, id } = toObject(resource);
  return typeof id === 'string' ? `${show(type)}/${id}` : `${show(type)}/${show(id)} (no text)`;
}

/** Where a link leads: absolute or relative, however its query is escaped. */
interface Target extends JsonObject {
  path: string;
  page: string | null;
  size: string | null;
  rest: string[];
}

function target(link: string): Target {
  const url = new URL(link.replace(/^\{base\}/, ''), 'http://localhost');
  const rest = [...url.searchParams].filter(([name]) => name !== 'page[number]' && name !== 'page[size]');
  return {
    path: decodeURIComponent(url.pathname),
    page: url.searchParams.get('page[number]'),
    size: url.searchParams.get('page[size]'),
    rest: rest.map(([name, value]) => `${name}=${value}`).sort(),
  };
}

function toTarget(link: Json | undefined): Target | undefined {
  const href = isObject(link) ? link.href : link;
  return typeof href === 'string' ? target(href) : undefined;
}

function pathOf(link: Json | undefined): string | undefined {
  return toTarget(link)?.path;
}
