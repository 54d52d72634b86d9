/**
 * The paths on which something hidden could be found out: every way in which a request can name a field, or a row.
 */
import { splitId, type Relationship, type Resource } from '../resource/resource.js';
import type { Probe } from './client.js';

/** A resource with its address. */
export interface Place {
  readonly resource: Resource;
  readonly url: string;
  /** The address of its functions. */
  readonly evaluation: string;
  /** The id of a row that the client sees, if there is one, as it stands in URLs. */
  readonly id: string;
}

/** A relationship that leads to the resource with the secrets: the row at its place leads to the row in question, where one does. */
export interface Approach {
  readonly from: Place;
  readonly relationship: Relationship;
}

/** A request whose answer shows rows of the resource: itself, behind a relationship, or as groups of their ids. */
export interface DisplayProbe extends Probe {
  readonly shows: 'rows' | 'groups' | Relationship;
}

const JSON_API = 'application/vnd.api+json';
const FLAT_JSON = 'application/json';

/** A member that no resource has: bodies that hold it change nothing, whatever else is in them. */
const NONSENSE = 'no such member';

const encoded = (value: unknown): string => encodeURIComponent(JSON.stringify(value));
const get = (path: string, accept: Probe['accept'] = JSON_API): Probe => ({ method: 'GET', path, accept });

/** Requests that name a field of the resource, or of rows behind a relationship. */
export function* fieldProbes(
  place: Place,
  approaches: readonly Approach[],
  name: string,
  inBodies: boolean,
): Iterable<Probe> {
  yield* pathProbes(place, name);
  const { url, id, resource } = place;
  yield get(`${url}?fields[${resource.name}]=${name}`);
  yield get(`${url}/${id}?fields[${resource.name}]=id,${name}`);
  yield get(`${url}?include=${name}`);
  yield get(`${url}/${id}?include=${name}.${name}`);
  yield get(`${url}/${id}/${name}`);
  yield get(`${url}/${id}/${name}/1`);
  yield get(`${url}/${id}/relationships/${name}`);
  yield get(`${url}/${id}/${name}`, FLAT_JSON);
  if (inBodies) yield* bodyProbes(place, name);
  for (const { from, relationship } of approaches) {
    const via = relationship.name;
    yield* pathProbes(from, `${via}.${name}`);
    yield* searchProbes(from, { name: via, op: relationship.toMany ? 'any' : 'has', val: { name, op: 'is_not_null' } });
    yield get(`${from.url}?include=${via}.${name}`);
    yield get(`${from.url}?include=${via}&fields[${resource.name}]=${name}`);
    yield get(`${from.url}/${from.id}/${via}?filter[${name}]=1`);
    yield get(`${from.url}/${from.id}/${via}?sort=${name}`);
    yield get(`${from.url}/${from.id}/${via}?groupBy=${name}`);
    yield get(`${from.url}/${from.id}/${via}?fields[${resource.name}]=${name}`);
    if (inBodies) yield* nestedProbes(from, relationship, name);
  }
}

/** Filters, sorts, groups and functions on a path. */
function* pathProbes(place: Place, path: string): Iterable<Probe> {
  const { url, evaluation } = place;
  for (const op of ['', '[eq]', '[ne]', '[like]', '[is_null]', '[in]', '[gt]'])
    yield get(`${url}?filter[${path}]${op}=1`);
  yield get(`${url}?filter[${path}][id]=1`);
  for (const filter of [
    ...['eq', 'ne', 'like', 'startswith', 'in', 'is_null', 'is_not_null', 'has', 'any', 'year', NONSENSE].map((op) => ({
      name: path,
      op,
      val: '1',
    })),
    { name: path, op: 'eq', val: null },
    { name: path, op: 'has', val: { name: 'id', op: 'is_not_null' } },
    { name: path, op: 'any', val: { name: 'id', op: 'is_not_null' } },
    { name: 'id', op: 'eq', field: path },
    { not: { name: path, op: 'is_null' } },
    { or: [{ name: 'id', op: 'is_not_null' }, { and: [{ name: path, op: 'eq', val: 1 }] }] },
  ]) {
    yield* searchProbes(place, filter);
  }
  for (const sort of [path, `-${path}`, `${path}.id`]) yield get(`${url}?sort=${sort}`);
  yield get(`${url}?groupBy=${path}`);
  yield get(`${url}?q=${encoded({ order_by: [{ field: path, direction: 'desc' }] })}`, FLAT_JSON);
  yield get(`${url}?q=${encoded({ group_by: [{ field: path }] })}`, FLAT_JSON);
  yield get(`${url}?q=${encoded({ filters: [{ name: path.replaceAll('.', '__'), op: 'eq', val: '1' }] })}`, FLAT_JSON);
  for (const name of ['count', 'min', 'sum']) {
    yield get(`${evaluation}?functions=${encoded([{ name, field: path }])}`);
    yield get(`${evaluation}?q=${encoded({ functions: [{ name, field: path }] })}`, FLAT_JSON);
  }
  yield get(`${evaluation}?groupBy=${path}&functions=${encoded([{ name: 'count', field: 'id' }])}`);
}

/** A filter object in both formats, and on what is counted. */
function* searchProbes({ url, evaluation }: Place, filter: object): Iterable<Probe> {
  yield get(`${url}?filter[objects]=${encoded([filter])}`);
  yield get(`${url}?q=${encoded({ filters: [filter] })}`, FLAT_JSON);
  yield get(
    `${evaluation}?filter[objects]=${encoded([filter])}&functions=${encoded([{ name: 'count', field: 'id' }])}`,
  );
}

/** Bodies that name a field, and are refused for something else at any rate. */
function* bodyProbes({ url, id, resource }: Place, name: string): Iterable<Probe> {
  const type = resource.name;
  for (const value of [null, '1', 1, {}]) {
    const attributes = { [name]: value, [NONSENSE]: 1 };
    yield { method: 'POST', path: url, accept: JSON_API, body: { data: { type, attributes } } };
    yield { method: 'PATCH', path: `${url}/${id}`, accept: JSON_API, body: { data: { type, id, attributes } } };
    yield { method: 'POST', path: url, accept: FLAT_JSON, body: attributes };
    yield { method: 'PATCH', path: `${url}/${id}`, accept: FLAT_JSON, body: attributes };
    yield { method: 'PATCH', path: `${url}?filter[id]=${id}`, accept: JSON_API, body: { data: { type, attributes } } };
  }
  for (const data of [null, [], { type, id }]) {
    const relationships = { [name]: { data }, [NONSENSE]: { data: null } };
    yield { method: 'POST', path: url, accept: JSON_API, body: { data: { type, relationships } } };
    yield { method: 'PATCH', path: `${url}/${id}`, accept: JSON_API, body: { data: { type, id, relationships } } };
    for (const method of ['POST', 'PATCH', 'DELETE']) {
      yield { method, path: `${url}/${id}/relationships/${name}`, accept: JSON_API, body: { data } };
    }
  }
}

/** The same in rows inside rows. */
function* nestedProbes({ url, id }: Place, relationship: Relationship, name: string): Iterable<Probe> {
  const row = { [name]: '1', [NONSENSE]: 1 };
  const value = relationship.toMany ? [row] : row;
  yield { method: 'POST', path: url, accept: FLAT_JSON, body: { [relationship.name]: value, [NONSENSE]: 1 } };
  yield {
    method: 'PATCH',
    path: `${url}/${id}`,
    accept: FLAT_JSON,
    body: { [relationship.name]: value, [NONSENSE]: 1 },
  };
  if (relationship.toMany) {
    yield { method: 'PATCH', path: `${url}/${id}`, accept: FLAT_JSON, body: { [relationship.name]: { add: [row] } } };
  }
}

/** Requests that name a row of the resource. What ends with a deletion comes last. */
export function* rowProbes(
  { url, evaluation, resource }: Place,
  approaches: readonly Approach[],
  id: string,
): Iterable<Probe> {
  const type = resource.name;
  const at = `${url}/${encodeURIComponent(id)}`;
  const members = [...resource.relationships.values()].filter(({ exposed }) => exposed);
  for (const accept of [JSON_API, FLAT_JSON] as const) yield get(at, accept);
  yield get(`${at}?fields[${type}]=id`);
  for (const { name } of members) {
    for (const rest of [name, `relationships/${name}`, `${name}/1`]) yield get(`${at}/${rest}`);
    yield get(`${at}?include=${name}`);
    yield get(`${at}/${name}`, FLAT_JSON);
  }
  yield* searchProbes({ url, evaluation, resource, id }, { name: 'id', op: 'eq', val: id });
  yield get(`${url}?filter[id]=${encodeURIComponent(id)}`);
  yield { method: 'PATCH', path: at, accept: JSON_API, body: { data: { type, id } } };
  yield { method: 'PATCH', path: at, accept: FLAT_JSON, body: {} };
  for (const { name, toMany } of members.filter((each) => each.toMany)) {
    for (const method of ['POST', 'DELETE']) {
      yield { method, path: `${at}/relationships/${name}`, accept: JSON_API, body: { data: toMany ? [] : null } };
    }
  }
  for (const approach of approaches) yield* approachProbes(approach, type, id);
  for (const accept of [JSON_API, FLAT_JSON] as const) yield { method: 'DELETE', path: at, accept };
}

/** A row by way of what leads to it. */
function* approachProbes({ from, relationship }: Approach, type: string, id: string): Iterable<Probe> {
  const { name, toMany } = relationship;
  yield get(`${from.url}?filter[${name}]=${encodeURIComponent(id)}`);
  yield get(`${from.url}?filter[${name}.id]=${encodeURIComponent(id)}`);
  yield* searchProbes(from, { name, op: toMany ? 'any' : 'has', val: { name: 'id', op: 'eq', val: id } });
  yield get(`${from.url}/${from.id}/${name}/${encodeURIComponent(id)}`);
  yield get(`${from.url}/${from.id}/${name}?filter[id]=${encodeURIComponent(id)}`);
  const data = toMany ? [{ type, id }] : { type, id };
  for (const method of toMany ? ['POST', 'DELETE', 'PATCH'] : ['PATCH']) {
    yield { method, path: `${from.url}/${from.id}/relationships/${name}`, accept: JSON_API, body: { data } };
  }
  yield* rowInRowProbes({ from, relationship }, type, id);
}

/** A row inside the body of another: linked, changed, taken out, deleted. There is none such, so nothing is written. */
function* rowInRowProbes({ from, relationship }: Approach, type: string, id: string): Iterable<Probe> {
  const { name, target, toMany } = relationship;
  const at = `${from.url}/${from.id}`;
  const relationships = { [name]: { data: toMany ? [{ type, id }] : { type, id } } };
  const row = { type: from.resource.name, relationships };
  yield { method: 'POST', path: from.url, accept: JSON_API, body: { data: row } };
  const known = { ...row, id: decodeURIComponent(from.id) };
  yield { method: 'PATCH', path: at, accept: JSON_API, body: { data: known } };
  const key = keyMembers(target, id);
  // Where clients make the keys, one that is taken is told from one that is free.
  if (key === undefined) return;
  const changes = [...target.attributes.values()]
    .filter((each) => each.kind === 'column' && each.exposed && each.writable && each.type in VALUES)
    .map((each) => ({ [each.name]: each.kind === 'column' ? VALUES[each.type] : undefined }));
  for (const member of [key, ...changes.map((change) => ({ ...key, ...change }))]) {
    const value = toMany ? [member] : member;
    yield { method: 'POST', path: from.url, accept: FLAT_JSON, body: { [name]: value } };
    yield { method: 'PATCH', path: at, accept: FLAT_JSON, body: { [name]: value } };
    if (toMany) yield { method: 'PATCH', path: at, accept: FLAT_JSON, body: { [name]: { add: value } } };
  }
  if (!toMany) return;
  for (const member of [key, { ...key, __delete__: true }]) {
    yield { method: 'PATCH', path: at, accept: FLAT_JSON, body: { [name]: { remove: [member] } } };
  }
}

/** Values that columns take. */
const VALUES: Readonly<Record<string, unknown>> = { text: 'x', integer: 1, float: 1, boolean: true };

/** The members that name a row in flat JSON; undefined where clients make them. */
function keyMembers({ id: key, attributes, options }: Resource, id: string): object | undefined {
  const parts = splitId(id, key.length, options.idSeparator);
  const shown = key.map(({ property }) =>
    [...attributes.values()].find((each) => each.exposed && each.property === property),
  );
  if (parts === undefined || options.allowClientGeneratedIds || shown.every((each) => each?.writable === true))
    return undefined;
  const names = key.map(({ name }, index) => shown[index]?.name ?? (key.length === 1 ? 'id' : name));
  return Object.fromEntries(names.map((name, index) => [name, parts[index]]));
}

/** Answers in which hidden things could stand unasked. */
export function* displayProbes(
  { url, evaluation, id, resource }: Place,
  approaches: readonly Approach[],
): Iterable<DisplayProbe> {
  const rows = (path: string, accept?: Probe['accept']): DisplayProbe => ({ ...get(path, accept), shows: 'rows' });
  const groups = (path: string): DisplayProbe => ({
    ...get(`${path}&functions=${encoded([{ name: 'count', field: 'id' }])}`),
    shows: 'groups',
  });
  const names = [...resource.relationships.values()].filter(({ exposed }) => exposed).map(({ name }) => name);
  for (const accept of [JSON_API, FLAT_JSON] as const) {
    yield rows(url, accept);
    yield rows(`${url}/${id}`, accept);
  }
  yield rows(`${url}?page[size]=${resource.options.maxPageSize}`);
  yield groups(`${evaluation}?groupBy=id`);
  for (const name of names) yield rows(`${url}?include=${name}`);
  for (const { from, relationship } of approaches) {
    const { name, toMany } = relationship;
    const at = `${from.url}/${from.id}`;
    const shows = relationship;
    for (const path of [from.url, at]) {
      yield { ...get(path), shows };
      yield { ...get(`${path}?include=${name}`), shows };
      yield { ...get(path, FLAT_JSON), shows };
    }
    for (const accept of [JSON_API, FLAT_JSON] as const) yield rows(`${at}/${name}`, accept);
    yield rows(`${at}/relationships/${name}`);
    yield rows(`${at}/relationships/${name}?include=${name}`);
    if (!toMany) yield groups(`${from.evaluation}?groupBy=${name}.id`);
  }
}
