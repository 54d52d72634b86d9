/**
 * The structural rules of JSON:API 1.1 that every answer has to keep, whatever was asked: `violationsOf` lists those that
 * an answer breaks, and `jsonApi` makes a GET that fails on any. What an answer has to say is the business of the tests.
 */
import type { Answer, TestApp } from './app.js';

const MEDIA_TYPE = 'application/vnd.api+json';

type Json = Readonly<Record<string, unknown>>;

/** The members that each object of a document may have; `attributes` and `meta` are free. */
const MEMBERS = {
  document: ['data', 'errors', 'meta', 'jsonapi', 'links', 'included'],
  resource: ['type', 'id', 'lid', 'attributes', 'relationships', 'links', 'meta'],
  identifier: ['type', 'id', 'lid', 'meta'],
  relationship: ['links', 'data', 'meta'],
  jsonapi: ['version', 'ext', 'profile', 'meta'],
  link: ['href', 'rel', 'describedby', 'title', 'type', 'hreflang', 'meta'],
  error: ['id', 'links', 'status', 'code', 'title', 'detail', 'source', 'meta'],
  source: ['pointer', 'parameter', 'header'],
} as const;

/** A character of the list "allowed anywhere" at both ends, those and `-_ ` between them. */
const MEMBER_NAME = /^[a-zA-Z0-9\u0080-\u{10ffff}](?:[-_ a-zA-Z0-9\u0080-\u{10ffff}]*[a-zA-Z0-9\u0080-\u{10ffff}])?$/u;

/**
 * A GET whose answer has to be a well-formed JSON:API answer.
 *
 * @example
 * const get = jsonApi(() => app);
 * const answer = await get('/api/person?include=computers');
 */
export function jsonApi(app: () => TestApp): TestApp['get'] {
  return async (path, headers) => {
    const answer = await app().get(path, headers);
    const violations = violationsOf(answer, path);
    if (violations.length > 0) throw new Error([`GET ${path}`, ...violations, answer.text].join('\n'));
    return answer;
  };
}

/**
 * What is structurally wrong with an answer, one sentence each; the number is that of the rule in the list of JSON:API's
 * demands that the tests cite.
 *
 * @param path of the request: sparse fieldsets in it excuse missing linkage
 */
export function violationsOf(answer: Pick<Answer, 'status' | 'headers' | 'text'>, path = ''): string[] {
  if (answer.text === '' && (answer.status === 204 || answer.status === 304)) return [];
  const found = mediaTypeViolations(answer.headers['content-type'] ?? '');
  let document: unknown;
  try {
    document = JSON.parse(answer.text);
  } catch {
    return [...found, '13: the body is no JSON'];
  }
  const isSparse = [...new URLSearchParams(path.split('?')[1] ?? '').keys()].some((name) => name.startsWith('fields['));
  return [...found, ...documentViolations(document, isSparse)];
}

function mediaTypeViolations(contentType: string): string[] {
  const [type, ...parameters] = contentType.split(';').map((part) => part.trim());
  const names = parameters.map((parameter) => parameter.split('=')[0]!.toLowerCase());
  return [
    ...(type === MEDIA_TYPE ? [] : [`1: the content type is "${contentType}"`]),
    ...names.filter((name) => !['ext', 'profile'].includes(name)).map((name) => `2: the media type has "${name}"`),
  ];
}

/** The structural faults of a document. */
export function documentViolations(document: unknown, isSparse = false): string[] {
  const check = new DocumentCheck();
  check.document(document, isSparse);
  return check.found;
}

class DocumentCheck {
  readonly found: string[] = [];

  document(document: unknown, isSparse: boolean): void {
    if (!this.isObject(document, '', 13)) return;
    this.members(document, 'document', '');
    if (!['data', 'errors', 'meta'].some((name) => name in document)) this.say(14, '', 'has no data, errors or meta');
    if ('data' in document && 'errors' in document) this.say(15, '', 'has data and errors');
    if ('included' in document && !('data' in document)) this.say(16, '', 'has included without data');
    if ('jsonapi' in document) this.jsonapi(document['jsonapi']);
    if ('links' in document) this.links(document['links'], '/links');
    if ('meta' in document) this.isObject(document['meta'], '/meta', 24);
    if ('errors' in document) this.errors(document['errors']);
    if ('data' in document) this.data(document, isSparse);
  }

  private data({ data, included }: Json, isSparse: boolean): void {
    const primary = this.primary(data);
    if (included !== undefined && !Array.isArray(included)) this.say(31, '/included', 'is no list');
    const others = Array.isArray(included) ? (included as unknown[]) : [];
    others.forEach((resource, index) => this.resource(resource, `/included/${index}`));
    const resources = [...primary, ...others].filter(isPlain);
    this.unique(resources, primary.filter(isPlain));
    if (!isSparse) this.fullLinkage(primary.filter(isPlain), others.filter(isPlain));
  }

  private primary(data: unknown): readonly unknown[] {
    if (data === null) return [];
    const list = Array.isArray(data) ? (data as unknown[]) : [data];
    list.forEach((each, index) => {
      const at = Array.isArray(data) ? `/data/${index}` : '/data';
      if (isPlain(each) && isIdentifier(each)) this.identifier(each, at);
      else this.resource(each, at);
    });
    return list;
  }

  private resource(resource: unknown, at: string): void {
    if (!this.isObject(resource, at, 18)) return;
    this.members(resource, 'resource', at);
    this.identity(resource, at, 19);
    const { attributes = {}, relationships = {}, links, meta } = resource;
    if (links !== undefined) this.links(links, `${at}/links`);
    if (meta !== undefined) this.isObject(meta, `${at}/meta`, 24);
    if (!this.isObject(attributes, `${at}/attributes`, 24)) return;
    if (!this.isObject(relationships, `${at}/relationships`, 24)) return;
    for (const name of ['type', 'id']) {
      if (name in attributes || name in relationships) this.say(23, at, `has a field called "${name}"`);
    }
    for (const name of Object.keys(attributes)) {
      if (name in relationships) this.say(23, at, `has an attribute and a relationship called "${name}"`);
      this.memberName(name, `${at}/attributes`);
    }
    for (const [name, relationship] of Object.entries(relationships)) {
      this.memberName(name, `${at}/relationships`);
      this.relationship(relationship, `${at}/relationships/${name}`);
    }
  }

  private relationship(relationship: unknown, at: string): void {
    if (!this.isObject(relationship, at, 24)) return;
    this.members(relationship, 'relationship', at);
    if (Object.keys(relationship).length === 0) this.say(25, at, 'has none of links, data and meta');
    if (relationship['links'] !== undefined) {
      this.links(relationship['links'], `${at}/links`);
      const links = relationship['links'] as Json;
      if (!('self' in links) && !('related' in links)) this.say(25, `${at}/links`, 'has neither self nor related');
    }
    const { data } = relationship;
    if (data === undefined || data === null) return;
    const list = Array.isArray(data) ? (data as unknown[]) : [data];
    list.forEach((each, index) => this.identifier(each, Array.isArray(data) ? `${at}/data/${index}` : `${at}/data`));
  }

  private identifier(identifier: unknown, at: string): void {
    if (!this.isObject(identifier, at, 28)) return;
    this.members(identifier, 'identifier', at);
    this.identity(identifier, at, 30);
  }

  private identity(object: Json, at: string, rule: number): void {
    for (const name of ['type', 'id']) {
      if (typeof object[name] !== 'string' || object[name] === '') this.say(rule, at, `has no text as its ${name}`);
    }
    if (typeof object['type'] === 'string' && !MEMBER_NAME.test(object['type']))
      this.say(22, at, 'has an illegal type');
  }

  /** Each resource once; in linkage as primary data, a row may be an identifier there and a resource in `included`. */
  private unique(resources: readonly Json[], primary: readonly Json[]): void {
    const areIdentifiers = primary.every(isIdentifier);
    const lists = areIdentifiers ? [primary, resources.filter((each) => !primary.includes(each))] : [resources];
    for (const list of lists) {
      const keys = list.map(keyOf);
      const twice = keys.filter((key, index) => keys.indexOf(key) !== index);
      for (const key of new Set(twice)) this.say(33, '', `has ${key} more than once`);
    }
  }

  /** Every included resource is reached from the primary data through linkage. */
  private fullLinkage(primary: readonly Json[], included: readonly Json[]): void {
    const resources = new Map([...primary, ...included].map((each) => [keyOf(each), each]));
    const reached = new Set<string>();
    const queue = primary.map(keyOf);
    for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
      if (reached.has(key)) continue;
      reached.add(key);
      const relationships = resources.get(key)?.['relationships'];
      if (!isPlain(relationships)) continue;
      for (const relationship of Object.values(relationships)) {
        const data: unknown = isPlain(relationship) ? relationship['data'] : undefined;
        for (const each of [data].flat()) if (isPlain(each)) queue.push(keyOf(each));
      }
    }
    for (const each of included) {
      if (!reached.has(keyOf(each))) this.say(32, '/included', `has ${keyOf(each)}, which nothing leads to`);
    }
  }

  private links(links: unknown, at: string): void {
    if (!this.isObject(links, at, 24)) return;
    for (const [name, link] of Object.entries(links)) {
      this.memberName(name, at);
      if (link === null || (typeof link === 'string' && isUrl(link))) continue;
      if (typeof link === 'string') this.say(34, `${at}/${name}`, 'is no URL');
      else if (this.isObject(link, `${at}/${name}`, 34)) {
        this.members(link, 'link', `${at}/${name}`);
        if (typeof link['href'] !== 'string' || !isUrl(link['href'])) this.say(34, `${at}/${name}`, 'has no href');
      }
    }
  }

  private jsonapi(jsonapi: unknown): void {
    if (!this.isObject(jsonapi, '/jsonapi', 24)) return;
    this.members(jsonapi, 'jsonapi', '/jsonapi');
  }

  private errors(errors: unknown): void {
    if (!Array.isArray(errors) || errors.length === 0) return this.say(76, '/errors', 'is no list of errors');
    errors.forEach((error: unknown, index) => {
      const at = `/errors/${index}`;
      if (!this.isObject(error, at, 76)) return;
      this.members(error, 'error', at);
      if (Object.keys(error).length === 0) this.say(76, at, 'is empty');
      for (const name of ['id', 'status', 'code', 'title', 'detail']) {
        if (name in error && typeof error[name] !== 'string') this.say(76, `${at}/${name}`, 'is no text');
      }
      if ('links' in error) this.links(error['links'], `${at}/links`);
      if ('meta' in error) this.isObject(error['meta'], `${at}/meta`, 24);
      if ('source' in error && this.isObject(error['source'], `${at}/source`, 76))
        this.members(error['source'], 'source', `${at}/source`);
    });
  }

  /** Members that neither the specification nor an extension defines. */
  private members(object: Json, kind: keyof typeof MEMBERS, at: string): void {
    for (const name of Object.keys(object)) {
      const isFree = name.startsWith('@') || name.includes(':');
      if (!isFree && !(MEMBERS[kind] as readonly string[]).includes(name)) this.say(17, at, `has a member "${name}"`);
    }
  }

  private memberName(name: string, at: string): void {
    if (!MEMBER_NAME.test(name)) this.say(35, at, `has a member with the illegal name "${name}"`);
  }

  private isObject(value: unknown, at: string, rule: number): value is Json {
    if (isPlain(value)) return true;
    this.say(rule, at, 'is no object');
    return false;
  }

  private say(rule: number, at: string, fault: string): void {
    this.found.push(`${rule}: ${at === '' ? 'the document' : at} ${fault}`);
  }
}

function isPlain(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isIdentifier(object: Json): boolean {
  return Object.keys(object).every((name) => (MEMBERS.identifier as readonly string[]).includes(name));
}

function keyOf({ type, id }: Json): string {
  return `${String(type)}/${String(id)}`;
}

/** A URL, or an absolute path: what the specification calls a URI reference. */
function isUrl(text: string): boolean {
  return URL.canParse(text, 'http://localhost') && !/[\s[\]"<>\\^`{|}]/.test(text);
}
