/** `@orbit/jsonapi` against the quickstart: with the server's ids as they are, and with keys of Orbit's own. */
import { JSONAPISerializers, JSONAPISource } from '@orbit/jsonapi';
import { type InitializedRecord, RecordKeyMap, RecordSchema } from '@orbit/records';
import { buildSerializerSettingsFor } from '@orbit/serializers';
import { type Quickstart, type QuickstartOptions, startQuickstart } from './quickstart.js';

const WRITABLE: QuickstartOptions = {
  options: { allowToManyReplacement: true, allowDeleteFromToManyRelationships: true },
};

/** `birthDate` is a string: what Orbit calls a date, it writes without leading zeros, and that is no date elsewhere. */
const models = {
  person: {
    attributes: { name: { type: 'string' }, birthDate: { type: 'string' } },
    relationships: { computers: { kind: 'hasMany', type: 'computer', inverse: 'owner' } },
  },
  computer: {
    attributes: { vendor: { type: 'string' } },
    relationships: { owner: { kind: 'hasOne', type: 'person', inverse: 'computers' } },
  },
} as const;

/** Names in URLs as they are in the schema. */
const serializerSettingsFor = buildSerializerSettingsFor({
  settingsByType: {
    [JSONAPISerializers.ResourceTypePath]: { serializationOptions: { inflectors: [] } },
    [JSONAPISerializers.ResourceFieldPath]: { serializationOptions: { inflectors: [] } },
  },
});

describe('@orbit/jsonapi', () => {
  let server: Quickstart;
  let source: JSONAPISource;

  beforeAll(async () => {
    server = await startQuickstart(WRITABLE);
    const schema = new RecordSchema({ models });
    source = new JSONAPISource({ schema, host: server.url, serializerSettingsFor });
  });
  afterAll(() => server.close());

  const person = (id: string) => ({ type: 'person', id });
  const computer = (id: string) => ({ type: 'computer', id });
  const members = async (id: string) => {
    const found = await source.query<InitializedRecord[]>((q) => q.findRelatedRecords(person(id), 'computers'));
    return found.map((record) => record.id);
  };

  it('finds records, by page, filter and order', async () => {
    const people = await source.query<InitializedRecord[]>((q) =>
      q
        .findRecords('person')
        .sort('-name')
        .options({ page: { number: 1, size: 1 } }),
    );
    expect(people).toMatchObject([{ type: 'person', id: '2', attributes: { name: 'Lincoln', birthDate: null } }]);
    expect(server.exchanges.at(-1)).toBe('GET /api/person?sort=-name&page[number]=1&page[size]=1 200');

    const named = await source.query((q) => q.findRecords('person').filter({ attribute: 'name', value: 'Grace' }));
    expect(named).toMatchObject([{ id: '1', attributes: { birthDate: '1906-12-09' } }]);
    const owned = await source.query((q) =>
      q.findRecords('computer').filter({ relation: 'owner', record: person('2') }),
    );
    expect(owned).toMatchObject([{ attributes: { vendor: 'Acme' } }]);
    const either = await source.query((q) =>
      q.findRecords('computer').filter({ relation: 'owner', record: [person('1'), person('2')] }),
    );
    expect(either).toHaveLength(3);
    // What Orbit has no words for goes as it is.
    const objects = JSON.stringify([{ name: 'name', op: 'like', val: 'L%' }]);
    const liked = await source.query((q) => q.findRecords('person').options({ filter: { objects } }));
    expect(liked).toMatchObject([{ id: '2' }]);
  });

  it('finds one record with what belongs to it', async () => {
    const answer = await source.query<InitializedRecord>((q) =>
      q.findRecord(person('1')).options({ include: ['computers'], fullResponse: true }),
    );
    expect(answer.relationships).toMatchObject({ computers: { data: [computer('1'), computer('2')] } });
    expect(await source.query((q) => q.findRelatedRecord(computer('3'), 'owner'))).toMatchObject(person('2'));
    expect(await members('1')).toEqual(['1', '2']);
    expect(await source.query((q) => q.findRecord(person('99')))).toBeUndefined();
  });

  it('updates and removes records', async () => {
    await source.update((t) => t.replaceAttribute(person('2'), 'name', 'Abe'));
    await source.update((t) =>
      t.updateRecord({ ...person('2'), attributes: { name: 'Abraham', birthDate: '1809-02-12' } }),
    );
    expect(await source.query((q) => q.findRecord(person('2')))).toMatchObject({
      attributes: { name: 'Abraham', birthDate: '1809-02-12' },
    });

    await source.update((t) => t.removeRecord(computer('2')));
    expect(await source.query((q) => q.findRecord(computer('2')))).toBeUndefined();
  });

  it('relates and unrelates', async () => {
    await source.update((t) => t.addToRelatedRecords(person('1'), 'computers', computer('3')));
    expect(await members('1')).toEqual(['1', '3']);
    await source.update((t) => t.removeFromRelatedRecords(person('1'), 'computers', computer('1')));
    expect(await members('1')).toEqual(['3']);
    await source.update((t) => t.replaceRelatedRecords(person('1'), 'computers', [computer('1')]));
    expect(await members('1')).toEqual(['1']);

    await source.update((t) => t.replaceRelatedRecord(computer('3'), 'owner', person('2')));
    expect(await members('2')).toEqual(['3']);
    await source.update((t) => t.replaceRelatedRecord(computer('3'), 'owner', null));
    expect(await source.query((q) => q.findRelatedRecord(computer('3'), 'owner'))).toBeNull();
  });

  it('hands errors on, and waits to be told how to go on', async () => {
    const failing = source.query((q) => q.findRecords('person').sort('nmae'));
    await expect(failing).rejects.toMatchObject({
      data: { errors: [{ code: 'UNKNOWN_FIELD', source: { parameter: 'sort' } }] },
    });
    await source.requestQueue.skip();
    const refused = source.update((t) => t.replaceAttribute(person('1'), 'name', null));
    await expect(refused).rejects.toMatchObject({ data: { errors: [{ status: '400' }] } });
    await source.requestQueue.skip();

    // Orbit names every record itself, and the server says that it does so.
    const named = source.update((t) => t.addRecord({ type: 'person', attributes: { name: 'Ada' } }));
    await expect(named).rejects.toMatchObject({
      data: { errors: [{ status: '403', source: { pointer: '/data/id' } }] },
    });
    await source.requestQueue.skip();
  });
});

describe('@orbit/jsonapi with ids of its own', () => {
  it('adds records where the server lets it name them', async () => {
    const server = await startQuickstart({ options: { allowClientGeneratedIds: true } });
    let last = 1000;
    const schema = new RecordSchema({ models, generateId: () => String(++last) });
    const source = new JSONAPISource({ schema, host: server.url, serializerSettingsFor });
    try {
      const ada = await source.update<InitializedRecord>((t) =>
        t.addRecord({ type: 'person', attributes: { name: 'Ada', birthDate: '1815-12-10' } }),
      );
      await source.update((t) =>
        t.addRecord({ type: 'computer', attributes: { vendor: 'Cray' }, relationships: { owner: { data: ada } } }),
      );
      expect(ada.id).toBe('1001');
      expect(await source.query((q) => q.findRelatedRecords(ada, 'computers'))).toMatchObject([{ id: '1002' }]);
    } finally {
      await server.close();
    }
  });
});

describe('@orbit/jsonapi with keys of its own', () => {
  it('keeps what the server calls a record apart from what Orbit calls it', async () => {
    const server = await startQuickstart(WRITABLE);
    const keyed = Object.fromEntries(
      Object.entries(models).map(([type, model]) => [type, { ...model, keys: { remoteId: {} } }]),
    );
    const schema = new RecordSchema({ models: keyed });
    const keyMap = new RecordKeyMap();
    const source = new JSONAPISource({ schema, keyMap, host: server.url, serializerSettingsFor });
    try {
      const ada = { type: 'person', id: schema.generateId('person'), attributes: { name: 'Ada' } };
      const made = await source.update<InitializedRecord>((t) => t.addRecord(ada));
      expect(made.id).toBe(ada.id);
      expect(made.keys).toEqual({ remoteId: '3' });

      const computers = await source.query<InitializedRecord[]>((q) => q.findRecords('computer'));
      await source.update((t) => t.addToRelatedRecords(ada, 'computers', computers[0]!));
      await source.update((t) => t.replaceAttribute(ada, 'name', 'Ada L.'));
      const found = await source.query<InitializedRecord>((q) => q.findRecord(ada).options({ include: ['computers'] }));
      expect(found).toMatchObject({
        id: ada.id,
        attributes: { name: 'Ada L.' },
        relationships: { computers: { data: [{ type: 'computer', id: computers[0]!.id }] } },
      });
      expect(keyMap.idToKey('computer', 'remoteId', computers[0]!.id)).toBe('1');
    } finally {
      await server.close();
    }
  });
});
