/**
 * `expectNoLeaks`: asks an application on every path that there is for what a client may not see, and fails where an
 * answer tells it from what does not exist. It needs no test framework.
 */
import type { INestApplication } from '@nestjs/common';
import { Catalogue, type ServedResource } from '../nest/catalogue.js';
import { evaluationRoute } from '../nest/routes.js';
import { entityName, type RestlessEntity } from '../nest/restless.tokens.js';
import type { QueryRules } from '../query/rules.js';
import { ANYBODY, type Viewer } from '../resource/policy.js';
import { resourcesOf, type Relationship, type Resource } from '../resource/resource.js';
import { collectionUrl } from '../wire/links.js';
import { Client, type Answer, type Probe } from './client.js';
import { describedFor, placesOf, readDocument, type Described } from './described.js';
import { asObject, objects, parsed } from './json.js';
import { leadingRows, rowExists } from './all-rows.js';
import { displayProbes, fieldProbes, rowProbes, type Approach, type DisplayProbe, type Place } from './probes.js';

/** What is to be kept back, and from whom. */
export interface LeakOptions {
  /** The client's headers, such as `{ Authorization: 'Bearer …' }`. Default: none. */
  readonly as?: Readonly<Record<string, string>>;
  /** The resource with the secrets: its entity, or its collection's name. An entity is tried wherever it is exposed. */
  readonly resource: RestlessEntity;
  /** What this client must not learn of: fields, rows, or both. */
  readonly hidden: {
    /** Names of fields, on the wire. */
    readonly fields?: readonly string[];
    /** Ids of rows that exist, and not for this client. */
    readonly rows?: readonly string[];
  };
  /** Hidden fields that the client may write, such as a password: they are not looked for in bodies, nor in what describes these. */
  readonly writable?: readonly string[];
  /** An id like those of the hidden rows that no row has. Default: made of other digits and letters. */
  readonly absent?: string;
  /** Where an OpenAPI document is served, such as `/docs-json`, which is looked into as well. */
  readonly openApi?: string;
}

/**
 * Fails, with a list of what was found, where a client can tell hidden fields or rows from such as do not exist: by
 * filters, sorts, groups, includes, fieldsets, functions, linkage, related URLs, bodies, rows inside rows, the text of
 * errors or what OpenAPI says to the client, in both formats, at the resource itself and at everything that leads to it.
 *
 * The application has to listen. Requests write nothing unless there is a leak: a hidden row that can be reached is
 * changed and deleted. So use a database of the test's own.
 *
 * @example
 * await app.listen(0);
 * await expectNoLeaks(app, { as: { Authorization: intern }, resource: Person, hidden: { fields: ['salary'], rows: ['3'] } });
 * @throws Error that names every request that told something, and what differed; or the hidden field or row that is not there
 */
export async function expectNoLeaks(app: INestApplication, options: LeakOptions): Promise<void> {
  const client = await Client.of(app, options.as ?? {});
  const search = new Search(app.get(Catalogue, { strict: false }), client, options);
  const leaks = await search.run().finally(() => client.close());
  if (leaks.length === 0) return;
  const { resource } = options;
  throw new Error(
    `${entityName(resource)} leaks in ${leaks.length} places:\n${leaks.map((leak) => `- ${leak}`).join('\n')}`,
  );
}

class Search {
  private readonly leaks: string[] = [];
  /** What came of requests that name nothing there is, which is the same for all that is hidden. */
  private readonly expected = new Map<string, Promise<Answer>>();
  private readonly described = new Map<Viewer, Described>();

  constructor(
    private readonly catalogue: Catalogue,
    private readonly client: Client,
    private readonly options: LeakOptions,
  ) {}

  async run(): Promise<readonly string[]> {
    const { fields = [], rows = [] } = this.options.hidden;
    const resources = this.resources();
    await this.expectThere(resources);
    for (const resource of resources) {
      const place = await this.place(resource);
      const approaches = await this.approaches(resource);
      await this.lookForFields(place, await this.leadingTo(place.id, approaches), fields);
      for (const row of rows)
        await this.lookForRow(place, await this.leadingTo(encodeURIComponent(row), approaches), row);
    }
    return this.leaks;
  }

  /** A test of what is not there would pass. */
  private async expectThere(resources: readonly Resource[]): Promise<void> {
    const { fields = [], rows = [] } = this.options.hidden;
    const { name } = resources[0]!;
    for (const field of fields) {
      if (resources.some((resource) => hasField(resource, field))) continue;
      const known = [...new Set(resources.flatMap((resource) => [...fieldsOf(resource)]))].join(', ');
      throw new Error(`expectNoLeaks: ${name} has no field ${JSON.stringify(field)} to hide. Fields: ${known}.`);
    }
    for (const row of rows) {
      const found = await Promise.all(
        resources.map((resource) => rowExists(this.served({ resource }), row, this.rules)),
      );
      if (found.every((each) => each === false))
        throw new Error(
          `expectNoLeaks: there is no ${name} with the id ${JSON.stringify(row)} to hide; seed it first.`,
        );
    }
  }

  private async lookForFields(place: Place, approaches: readonly Approach[], fields: readonly string[]): Promise<void> {
    for (const probe of displayProbes(place, approaches)) await this.look(probe, place.resource, { fields });
    for (const field of fields) {
      const inBodies = this.options.writable?.includes(field) !== true;
      const absent = await unlike(fields[0]!, (name) => this.isKnown(name));
      await this.compare(field, absent, (name) => fieldProbes(place, approaches, name, inBodies));
      await this.lookIntoOpenApi(place.resource, approaches, field);
    }
  }

  private async lookForRow(place: Place, approaches: readonly Approach[], row: string): Promise<void> {
    const { rows = [] } = this.options.hidden;
    for (const probe of displayProbes(place, approaches)) await this.look(probe, place.resource, { rows });
    const absent =
      this.options.absent ??
      (await unlike(row, async (id) => (await rowExists(this.served(place), id, this.rules)) === true));
    await this.compare(row, absent, (id) => rowProbes(place, approaches, id));
  }

  private resources(): readonly Resource[] {
    const { resource } = this.options;
    const found = this.catalogue
      .all()
      .filter((each) => each.entity === resource || each.resource.name === resource)
      .map((each) => each.resource);
    if (found.length > 0) return found;
    throw new Error(`expectNoLeaks: ${entityName(resource)} is not exposed.`);
  }

  /** Everything that leads to the resource, or to one that it inherits from, or that inherits from it. */
  private async approaches(target: Resource): Promise<readonly Approach[]> {
    const approaches: Approach[] = [];
    for (const resource of this.catalogue.resources()) {
      for (const relationship of resource.relationships.values()) {
        const family = [...resourcesOf(relationship.target), relationship.target];
        if (relationship.exposed && (family.includes(target) || resourcesOf(target).includes(relationship.target))) {
          approaches.push({ from: await this.place(resource), relationship });
        }
      }
    }
    return approaches;
  }

  /** The same, from rows that lead to a row and that the client sees, where there are such. */
  private leadingTo(id: string, approaches: readonly Approach[]): Promise<readonly Approach[]> {
    return Promise.all(
      approaches.map(async ({ from, relationship }) => {
        const leading = await this.visibleLeading(from, relationship, decodeURIComponent(id));
        return { from: leading === undefined ? from : { ...from, id: leading }, relationship };
      }),
    );
  }

  private async visibleLeading(from: Place, relationship: Relationship, id: string): Promise<string | undefined> {
    for (const each of await leadingRows(this.served(from), relationship, id, this.rules)) {
      const leading = encodeURIComponent(each);
      for (const accept of ['application/vnd.api+json', 'application/json'] as const) {
        const { status } = await this.client.send({ method: 'GET', path: `${from.url}/${leading}`, accept });
        if (status === 200) return leading;
      }
    }
    return undefined;
  }

  private async place(resource: Resource): Promise<Place> {
    const root = this.catalogue.rootOf(resource).replace(/^https?:\/\/[^/]*/, '');
    const url = collectionUrl({ root }, resource);
    const { text } = await this.client.send({ method: 'GET', path: url, accept: 'application/vnd.api+json' });
    const { data } = asObject(parsed(text));
    const { id } = asObject(Array.isArray(data) ? (data as unknown[])[0] : undefined);
    return {
      resource,
      url,
      evaluation: `${root}/${evaluationRoute(resource).path}`,
      id: encodeURIComponent(typeof id === 'string' ? id : '1'),
    };
  }

  private served({ resource }: Pick<Place, 'resource'>): ServedResource {
    return this.catalogue.all().find((each) => each.resource === resource)!;
  }

  private get rules(): QueryRules {
    return this.catalogue.rulesFor(ANYBODY);
  }

  private isKnown(name: string): boolean {
    return this.catalogue
      .resources()
      .some((resource) => resource.attributes.has(name) || resource.relationships.has(name));
  }

  /** Two requests that differ in a name alone have the same answer, the name apart. */
  private async compare(hidden: string, absent: string, probes: (name: string) => Iterable<Probe>): Promise<void> {
    const others = [...probes(absent)];
    for (const [index, probe] of [...probes(hidden)].entries()) {
      const [answer, expected] = [await this.client.send(probe), await this.expectation(others[index]!)];
      const same =
        answer.status === expected.status &&
        without(answer.text, hidden, absent) === without(expected.text, hidden, absent);
      if (same) continue;
      this.leaks.push(
        `${spoken(probe)}: ${JSON.stringify(hidden)} gets ${told(answer)}, but ${JSON.stringify(absent)}, which does not exist, ${told(expected)}`,
      );
    }
  }

  private expectation(probe: Probe): Promise<Answer> {
    const key = JSON.stringify(probe);
    const expected = this.expected.get(key) ?? this.client.send(probe);
    this.expected.set(key, expected);
    return expected;
  }

  /** Nothing hidden stands in an answer by itself. */
  private async look(
    probe: DisplayProbe,
    { name }: Resource,
    { fields = [], rows = [] }: { readonly fields?: readonly string[]; readonly rows?: readonly string[] },
  ): Promise<void> {
    const { text } = await this.client.send(probe);
    const found = new Set<string>();
    for (const object of objectsIn(parsed(text), name, probe)) {
      const members = { ...object, ...asObject(object['attributes']), ...asObject(object['relationships']) };
      for (const field of fields) if (Object.hasOwn(members, field)) found.add(`the field ${JSON.stringify(field)}`);
      const id = String(object['id']);
      if (rows.includes(id)) found.add(`the row ${JSON.stringify(id)}`);
    }
    for (const each of found) this.leaks.push(`${spoken(probe)} shows ${each}`);
  }

  /** What is described for the client, and the document that is named. */
  private async lookIntoOpenApi(resource: Resource, approaches: readonly Approach[], field: string): Promise<void> {
    const { openApi, writable } = this.options;
    const viewers = [...this.client.viewers];
    const documents: (readonly [string, Described])[] = [];
    for (const viewer of viewers.length === 0 ? [this.catalogue.viewerOf(undefined)] : viewers)
      documents.push(['the OpenAPI description', this.describedFor(viewer)]);
    if (openApi !== undefined) documents.push([`GET ${openApi}`, await this.documentAt(openApi)]);
    const sought = { field, resource, approaches, inBodies: writable?.includes(field) !== true };
    for (const [name, document] of documents) {
      for (const place of placesOf(sought, document))
        this.leaks.push(`${name} names the field ${JSON.stringify(field)} in ${place}`);
    }
  }

  private describedFor(viewer: Viewer): Described {
    const described = this.described.get(viewer) ?? describedFor(this.catalogue, viewer);
    this.described.set(viewer, described);
    return described;
  }

  private async documentAt(path: string): Promise<Described> {
    const { status, text } = await this.client.send({ method: 'GET', path, accept: 'application/json' });
    const { openapi } = asObject(parsed(text));
    if (status === 200 && openapi !== undefined) return readDocument(parsed(text));
    throw new Error(`expectNoLeaks: there is no OpenAPI document at ${path}, which is answered with ${status}.`);
  }
}

/** Names of fields on the wire, exposed or not. */
function fieldsOf({ attributes, relationships }: Resource): ReadonlySet<string> {
  return new Set([...attributes.keys(), ...relationships.keys()]);
}

/** True for what has no name on the wire as well: columns and members of the class that are not exposed. */
function hasField(resource: Resource, name: string): boolean {
  const { columns, relations, class: made } = resource.model;
  const isMapped = columns.some(({ path }) => path === name) || relations.some(({ property }) => property === name);
  return isMapped || fieldsOf(resource).has(name) || (made !== undefined && name in (made.prototype as object));
}

/** A name or an id of the same shape that is nobody's, or a longer one where all of the shape are somebody's. */
async function unlike(text: string, isTaken: (other: string) => boolean | Promise<boolean>): Promise<string> {
  for (const times of [1, 2, 3]) {
    for (let turn = 0; turn < LETTERS.length; turn += 1) {
      const other = UUID.test(text) ? otherUuid(text, turn) : otherName(text, turn).repeat(times);
      if (other !== text && !(await isTaken(other))) return other;
    }
  }
  throw new Error(`expectNoLeaks: there is no other name like ${JSON.stringify(text)}; give one as "absent".`);
}

const LETTERS = 'qxzjkvwy';
const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

function otherName(text: string, turn: number): string {
  let count = turn;
  return text.replace(/[a-z]|\d/gi, (character) => {
    const letter = LETTERS[count++ % LETTERS.length]!;
    if (/\d/.test(character)) return turn === 0 ? '9' : String((Number(character) + turn) % 10 || 7);
    return character === character.toUpperCase() ? letter.toUpperCase() : letter;
  });
}

/** The version and the variant stay. */
function otherUuid(text: string, turn: number): string {
  return text.replace(/[0-9a-f]{12}$/i, (digits) =>
    digits.replace(/./g, (digit) => DIGITS[(parseInt(digit, 16) + turn + 1) % 16]!),
  );
}

const DIGITS = '0123456789abcdef';

/** An answer's text with a mark in place of both names, in links as well. */
function without(text: string, ...names: readonly string[]): string {
  const plain = text.replace(/(?:%[0-9a-f]{2})+/gi, decoded);
  return plain.replace(new RegExp(`(?<![A-Za-z0-9])(?:${names.map(escaped).join('|')})(?![A-Za-z0-9])`, 'g'), '#');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function spoken({ method, path, accept, body }: Probe): string {
  const format = accept === 'application/json' ? ' (flat JSON)' : '';
  return `${method} ${decodeURIComponent(path)}${body === undefined ? '' : ` ${JSON.stringify(body)}`}${format}`;
}

function told({ status, text }: Answer): string {
  return `${status} ${text.length > 200 ? `${text.slice(0, 200)}…` : text}`;
}

/** The objects of an answer that stand for rows of a resource: by their type, or in flat JSON by where they were found. */
function* objectsIn(value: unknown, type: string, probe: DisplayProbe): Iterable<Readonly<Record<string, unknown>>> {
  const { shows } = probe;
  if (shows === 'groups') {
    for (const { group } of objects(asObject(value)['data']))
      yield* Object.values(asObject(group)).map((id) => ({ id }));
  } else if (probe.accept === 'application/json') {
    const flat = asObject(value);
    const rows = Array.isArray(flat['objects']) ? objects(flat['objects']) : [flat];
    yield* shows === 'rows' ? rows : rows.flatMap((row) => objects(row[shows.name]));
  } else {
    if (asObject(value)['type'] === type) yield asObject(value);
    const inside: readonly unknown[] = typeof value === 'object' && value !== null ? Object.values(value) : [];
    for (const each of inside) yield* objectsIn(each, type, probe);
  }
}
