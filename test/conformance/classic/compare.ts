/**
 * Compares a flat JSON answer with the recorded one by meaning: what the cases' README lets differ everywhere is evened
 * out, all the rest has to be the same. Where two versions of the recorded system answer differently, either will do.
 */
import type { Answer } from '../answer.js';
import { type Case, type Exchange, type Expected, isObject, type Json, type JsonObject } from '../cases.js';
import { canonical, links, shorten, show, SQL, toObject, without } from '../meaning.js';

const MEDIA_TYPE = 'application/json';
const SCRIPT = 'application/javascript';

/** Which parts of the recorded answer count. */
interface Scope {
  links: boolean;
  /** Which rows, their order and their number: left out where the database decides. */
  rows: boolean;
  /** The rows of the answer have an order. */
  order: boolean;
}

/**
 * What differs between the recorded answers and ours; nothing when ours means the same as one of them.
 *
 * @param strict compares the parts too that a mark on the case leaves out
 */
export function differences(example: Case, exchange: Exchange, answer: Answer, strict: boolean): string[] {
  const scope = scopeOf(example, exchange, strict);
  const [first = [], ...others] = [exchange.expected, exchange.later]
    .filter((expected) => expected !== undefined)
    .map((expected) => new Comparison(expected, answer, scope).run(example.volatile));
  return others.find((found) => found.length === 0) ?? first;
}

/** What no answer may do, whatever was recorded. */
export function violations(answer: Answer): string[] {
  const found: string[] = [];
  if (answer.status >= 500) found.push(`status ${answer.status}`);
  if (SQL.test(answer.text) && answer.status >= 400) found.push(`an error that shows SQL: ${shorten(answer.text)}`);
  if (answer.text === '') return found;
  const type = answer.headers['content-type'];
  if (type === SCRIPT) return found;
  if (type !== MEDIA_TYPE) found.push(`content-type ${type ?? 'missing'}`);
  if (!isObject(answer.body)) return [...found, `no object: ${shorten(answer.text)}`];
  return answer.status >= 400 ? [...found, ...errorViolations(answer.body)] : found;
}

/** The ids of the rows in a page, or that of the only one. */
export function idsOf({ body }: Answer): string[] | undefined {
  const { objects, id } = toObject(body);
  if (Array.isArray(objects)) return objects.map((object) => show(toObject(object).id));
  return id === undefined ? undefined : [show(id)];
}

/** Every error says what is wrong, by a message or field by field. */
function errorViolations({ message, validation_errors: fields, ...rest }: JsonObject): string[] {
  const others = Object.keys(rest);
  if (others.length > 0) return [`an error with ${others.join()}`];
  if (typeof message === 'string' && message !== '') return [];
  return isObject(fields) || typeof fields === 'string' ? [] : ['an error without words'];
}

function scopeOf({ quirk, unordered }: Case, { path }: Exchange, strict: boolean): Scope {
  const scopes = strict ? [] : (quirk?.scopes ?? []);
  const related = /^\/api\/\w+\/[^/?]+\/\w/.test(path);
  return { links: !scopes.includes('links'), rows: !scopes.includes('database'), order: !unordered && !related };
}

class Comparison {
  private readonly found: string[] = [];

  constructor(
    private readonly expected: Expected,
    private readonly answer: Answer,
    private readonly scope: Scope,
  ) {}

  run(volatile: string[]): string[] {
    this.same('status', this.expected.status, this.answer.status);
    // Two answers of different kinds have nothing else to compare.
    if (this.found.length > 0) return [`${this.found[0]}${this.words()}`];
    this.allow();
    if (this.scope.links) this.location();
    this.body(volatile);
    if (this.scope.links) this.linkHeader();
    return this.found;
  }

  private words(): string {
    const { message } = toObject(this.answer.body);
    return message === undefined ? '' : ` (${shorten(show(message))})`;
  }

  /** The recorded router listed OPTIONS, which is not ours to answer. */
  private allow(): void {
    const { allow } = this.expected.headers;
    if (allow === undefined) return;
    const verbs = (header = ''): Json =>
      [...new Set(header.split(',').map((verb) => verb.trim()))].filter((verb) => verb !== 'OPTIONS').sort();
    this.same('allow', verbs(allow), verbs(this.answer.headers.allow));
  }

  private location(): void {
    const { location } = this.expected.headers;
    if (location !== undefined) this.same('location', pathOf(location), pathOf(this.answer.headers.location));
  }

  private body(volatile: string[]): void {
    const { empty, html, text, jsonp, body } = this.expected;
    if (empty === true) return void this.same('body', '', this.answer.text);
    // The old router's pages stand for an error, or for nothing.
    if (html === true || text === true) return void this.found.push(...violations(this.answer));
    if (jsonp !== undefined) return this.jsonp(jsonp.callback, toObject(jsonp.body), volatile);
    if (body === undefined) return;
    this.same('content-type', MEDIA_TYPE, this.answer.headers['content-type']);
    this.document(body, this.answer.body, volatile);
  }

  /** A script has its headers inside. The recorded system told a status of 200 for what had another. */
  private jsonp(callback: string, recorded: JsonObject, volatile: string[]): void {
    this.same('content-type', SCRIPT, this.answer.headers['content-type']);
    const [, name, text] = /^(?:\/\*\*\/\s*)?([\w$.[\]]+)\(([\s\S]*)\);?\s*$/.exec(this.answer.text) ?? [];
    this.same('callback', callback, name);
    const ours = text === undefined ? {} : toObject(JSON.parse(text) as Json);
    const [theirMeta, ourMeta] = [toObject(recorded.meta), toObject(ours.meta)];
    this.same('meta status', this.expected.status, ourMeta.status);
    this.same('meta type', theirMeta['Content-Type'], ourMeta['Content-Type']);
    this.same('meta location', pathOf(theirMeta.Location), pathOf(ourMeta.Location));
    this.pages('meta links', listedLinks(theirMeta.Link), listedLinks(ourMeta.Link));
    this.document(recorded.data ?? null, ours.data, volatile);
  }

  private document(expected: Json, actual: Json | undefined, volatile: string[]): void {
    if (this.expected.status >= 400) return this.error(toObject(expected), toObject(actual));
    if (!isObject(expected) || !isObject(actual)) return void this.same('body', expected, actual);
    const [theirs, ours] = [without(expected, volatile), without(actual, volatile)];
    const { objects, num_results: total, total_pages: pages, ...rest } = theirs;
    if (!Array.isArray(objects)) return this.object('object', theirs, ours);
    const { objects: found, num_results: count, total_pages: last, ...others } = ours;
    if (this.scope.rows) {
      this.same('num_results', total, count);
      this.same('total_pages', pages, last);
    }
    this.same('members', rest, others);
    this.rows(objects.map(toObject), Array.isArray(found) ? found.map(toObject) : []);
  }

  /** Wording is never compared; which fields are wrong is. */
  private error({ validation_errors: expected }: JsonObject, actual: JsonObject): void {
    this.found.push(...errorViolations(actual));
    if (expected === undefined) return;
    const fields = (errors: Json | undefined): Json => (isObject(errors) ? Object.keys(errors) : typeof errors);
    this.same('validation_errors', fields(expected), fields(actual.validation_errors));
  }

  private rows(expected: JsonObject[], actual: JsonObject[]): void {
    const keys = (rows: JsonObject[]): string[] => (this.scope.order ? rows.map(keyOf) : rows.map(keyOf).sort());
    if (this.scope.rows) this.same('order', keys(expected), keys(actual));
    for (const [index, theirs] of expected.entries()) {
      // Where the rows are the same and in order, a key that is there twice does not matter.
      const twin = actual[index];
      const ours = twin && keyOf(twin) === keyOf(theirs) ? twin : actual.find((row) => keyOf(row) === keyOf(theirs));
      if (ours !== undefined) this.object(keyOf(theirs), theirs, ours);
    }
  }

  /** Related lists have no order. */
  private object(at: string, expected: JsonObject, actual: JsonObject): void {
    this.same(`${at} members`, Object.keys(expected).sort(), Object.keys(actual).sort());
    for (const [name, value] of Object.entries(expected)) {
      if (name in actual) this.same(`${at}/${name}`, value, actual[name]);
    }
  }

  private linkHeader(): void {
    if (this.expected.html === true || this.expected.status >= 400) return;
    this.pages('link header', links(this.expected.headers.link), links(this.answer.headers.link));
  }

  /** The recorded links know no `first` and no `prev`, and forget the rest of the query; related lists have none. */
  private pages(at: string, expected: JsonObject, actual: JsonObject): void {
    if (!this.scope.rows || expected.last === undefined) return;
    this.same(`${at} rels`, 'next' in expected, 'next' in actual);
    for (const [rel, link] of Object.entries(expected)) this.same(`${at} ${rel}`, page(link), page(actual[rel]));
  }

  private same(at: string, expected: Json | undefined, actual: Json | undefined): void {
    const inside = /\/\w+$/.test(at);
    const [theirs, ours] = [canonical(expected, inside), canonical(actual, inside)];
    if (theirs !== ours) this.found.push(`${at}: ${shorten(theirs)} expected, ${shorten(ours)} found`);
  }
}

/** What tells a row from the others. */
function keyOf(row: JsonObject): string {
  return show(row.id ?? row.name ?? row);
}

function pathOf(link: Json | undefined): string | undefined {
  if (typeof link !== 'string') return undefined;
  return decodeURIComponent(new URL(link.replace(/^\{base\}/, ''), 'http://localhost').pathname);
}

/** The page that a link leads to. The last page of an empty list is its first. */
function page(link: Json | undefined): JsonObject | undefined {
  if (typeof link !== 'string') return undefined;
  const { pathname, searchParams } = new URL(link.replace(/^\{base\}/, ''), 'http://localhost');
  const number = Math.max(1, Number(searchParams.get('page')));
  return { path: decodeURIComponent(pathname), number, size: searchParams.get('results_per_page') };
}

function listedLinks(list: Json | undefined): JsonObject {
  const entries = Array.isArray(list) ? list.map(toObject) : [];
  return Object.fromEntries(entries.map(({ rel, url }) => [show(rel), url ?? null]));
}
