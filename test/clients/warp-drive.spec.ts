/**
 * WarpDrive, which EmberData has become (`@warp-drive/json-api` is its cache), against the quickstart. In Node it runs
 * as it is built for browsers without a bundler: with the export condition `unpkg`.
 *
 * @jest-environment-options {"customExportConditions": ["unpkg", "node", "node-addons"]}
 */
import { recordIdentifierFor, useRecommendedStore } from '@warp-drive/core';
import { setupSignals } from '@warp-drive/core/configure';
import { checkout, withDefaults } from '@warp-drive/core/reactive';
import { SkipCache } from '@warp-drive/core/types/request';
import { JSONAPICache } from '@warp-drive/json-api';
import {
  createRecord,
  deleteRecord,
  findRecord,
  query,
  serializePatch,
  serializeResources,
  setBuildURLConfig,
  updateRecord,
} from '@warp-drive/utilities/json-api';
import { type Quickstart, startQuickstart } from './quickstart.js';

const JSON_API = 'application/vnd.api+json';

interface Person {
  id: string;
  name: string;
  birthDate: string | null;
  computers: Computer[];
}

interface Computer {
  id: string;
  vendor: string;
  owner: Person | null;
}

interface Content<T> {
  data: T;
  meta?: unknown;
  links?: Record<string, string | null>;
}

const relation = (type: string, inverse: string) => ({
  type,
  options: { async: false, inverse, polymorphic: false, linksMode: true } as const,
});

const Store = useRecommendedStore({
  cache: JSONAPICache,
  schemas: [
    withDefaults({
      type: 'person',
      fields: [
        { name: 'name', kind: 'field' },
        { name: 'birthDate', kind: 'field' },
        { name: 'computers', kind: 'hasMany', ...relation('computer', 'owner') },
      ],
    }),
    withDefaults({
      type: 'computer',
      fields: [
        { name: 'vendor', kind: 'field' },
        { name: 'owner', kind: 'belongsTo', ...relation('person', 'computers') },
      ],
    }),
  ],
});

/** No framework watches here. */
setupSignals(() => ({
  createSignal: () => ({}),
  consumeSignal: () => undefined,
  notifySignal: () => undefined,
  createMemo: (_object, _key, compute) => compute,
  willSyncFlushWatchers: () => false,
}));

describe('@warp-drive/json-api', () => {
  let server: Quickstart;
  let store: InstanceType<typeof Store>;

  /** URLs have the type as it is, and not its plural. */
  const person = { resourcePath: 'person', reload: true } as const;
  const computer = { resourcePath: 'computer', reload: true } as const;

  beforeAll(async () => {
    server = await startQuickstart({
      options: { allowToManyReplacement: true, allowDeleteFromToManyRelationships: true },
    });
    setBuildURLConfig({ host: new URL(server.url).origin, namespace: 'api' });
    store = new Store();
  });
  afterAll(() => server.close());

  async function ask<T>(request: object): Promise<Content<T>> {
    return (await store.request(request)).content as Content<T>;
  }

  /** Builders leave body and media type to the application. */
  async function send<T>(request: { headers: Headers; body?: unknown }, document: object): Promise<Content<T>> {
    request.headers.set('Content-Type', JSON_API);
    return ask({ ...request, body: JSON.stringify(document) });
  }

  /** At the URL of a relationship, whose answer is no news for the cache. */
  function change(method: string, path: string, data: object | null): Promise<unknown> {
    const headers = new Headers({ Accept: JSON_API });
    const request = { url: `${server.url}/${path}`, method, headers, cacheOptions: { [SkipCache]: true } };
    return send(request, { data });
  }

  it('lists, pages, filters and sorts', async () => {
    const page = { sort: '-name', 'page[number]': 1, 'page[size]': 1 };
    const first = await ask<Person[]>(query('person', page, person));
    expect(first.data.map(({ id, name, birthDate }) => [id, name, birthDate])).toEqual([['2', 'Lincoln', null]]);
    expect(first.meta).toEqual({ total: 2 });
    expect(first.links!['prev']).toBeNull();

    const second = await ask<Person[]>({ url: new URL(first.links!['next']!, server.url).href, method: 'GET' });
    expect(second.data.map(({ name }) => name)).toEqual(['Grace']);
    const vendors = await ask<Computer[]>(
      query('computer', { 'filter[owner.name]': 'Grace', sort: 'vendor' }, computer),
    );
    expect(vendors.data.map(({ vendor }) => vendor)).toEqual(['IBM', 'Remington']);
  });

  it('includes, and puts what is included where it belongs', async () => {
    const { data: grace } = await ask<Person>(findRecord('person', '1', { ...person, include: 'computers' }));
    expect(grace.computers.map(({ vendor }) => vendor)).toEqual(['Remington', 'IBM']);
    expect(grace.computers[0]!.owner).toBe(grace);

    const { data: acme } = await ask<Computer>(findRecord('computer', '3', { ...computer, include: ['owner'] }));
    expect(acme.owner!.name).toBe('Lincoln');
  });

  it('creates, updates and deletes', async () => {
    const record = store.createRecord('person', { name: 'Ada' });
    const key = recordIdentifierFor(record);
    // The id of a new record is null there, which JSON:API does not know.
    const { id: _id, ...data } = serializeResources(store.cache, key).data;
    const { data: ada } = await send<Person>(createRecord(record, person), { data });
    expect([ada.name, ada.birthDate, ada.id]).toEqual(['Ada', null, recordIdentifierFor(record).id]);

    const draft = await checkout<Person>(ada);
    draft.birthDate = '1815-12-10';
    await send(updateRecord(draft, { ...person, patch: true }), serializePatch(store.cache, key));
    expect(ada.birthDate).toBe('1815-12-10');
    const { data: again } = await ask<Person>(findRecord('person', ada.id, person));
    expect([again.name, again.birthDate]).toEqual(['Ada', '1815-12-10']);

    const { id } = ada;
    store.deleteRecord(ada);
    await ask(deleteRecord(ada, person));
    await expect(ask(findRecord('person', id, person))).rejects.toMatchObject({
      status: 404,
      content: { errors: [{ code: 'NOT_FOUND' }] },
    });
  });

  it('relates and unrelates at the URL of the relationship', async () => {
    const related = async () => {
      const { data } = await ask<Person>(findRecord('person', '1', { ...person, include: 'computers' }));
      return data.computers.map(({ id }) => id);
    };
    const identifier = (id: string) => ({ type: 'computer', id });
    const path = 'person/1/relationships/computers';

    await change('POST', path, [identifier('3')]);
    expect(await related()).toEqual(['1', '2', '3']);
    await change('DELETE', path, [identifier('1'), identifier('3')]);
    expect(await related()).toEqual(['2']);
    await change('PATCH', path, [identifier('1'), identifier('2')]);
    expect(await related()).toEqual(['1', '2']);

    await change('PATCH', 'computer/3/relationships/owner', { type: 'person', id: '2' });
    const owned = await ask<Computer>(findRecord('computer', '3', { ...computer, include: 'owner' }));
    expect(owned.data.owner!.name).toBe('Lincoln');
    await change('PATCH', 'computer/3/relationships/owner', null);
    const free = await ask<Computer>(findRecord('computer', '3', { ...computer, include: 'owner' }));
    expect(free.data.owner).toBeNull();
  });

  it('hands errors on', async () => {
    await expect(ask(query('person', { sort: 'nmae' }, person))).rejects.toMatchObject({
      status: 400,
      content: { errors: [{ code: 'UNKNOWN_FIELD', source: { parameter: 'sort' } }] },
    });
    await expect(change('POST', 'person', { type: 'person', attributes: { name: 5 } })).rejects.toMatchObject({
      content: { errors: [{ code: 'BAD_VALUE', source: { pointer: '/data/attributes/name' } }] },
    });
  });
});
