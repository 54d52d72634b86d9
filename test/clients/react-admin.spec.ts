/** `ra-jsonapi-client`, a data provider for react-admin, against the quickstart. */
import type { DeserializeContext, SerializeContext } from 'nestjs-restless';
import { type Quickstart, startQuickstart } from './quickstart.js';

type Params = Record<string, unknown>;

/** The provider knows attributes only: the owner of a computer becomes one, for those who ask for it. */
const ownerAsAttribute = {
  serializer({ default: write }: SerializeContext) {
    const resource = write();
    const owner = resource.relationships['owner']?.['data'] as { id: string } | null | undefined;
    return { ...resource, attributes: { ...resource.attributes, ownerId: owner?.id ?? null } };
  },
  deserializer({ default: read }: DeserializeContext) {
    const { attributes, relationships, ...rest } = read();
    const { ownerId, ...others } = attributes as { ownerId?: string | null };
    if (ownerId === undefined) return { ...rest, attributes, relationships };
    return {
      ...rest,
      attributes: others,
      relationships: { ...relationships, owner: ownerId === null ? null : { id: ownerId } },
    };
  },
};

describe('ra-jsonapi-client', () => {
  let server: Quickstart;
  let provider: (type: string, resource: string, params: Params) => Promise<{ data: unknown; total?: number }>;

  beforeAll(async () => {
    server = await startQuickstart({
      // The provider reads the resource out of every answer to a change.
      options: { returning: 'always' },
      computer: ownerAsAttribute,
    });
    // It asks the browser's storage for a token. Node has none.
    Object.assign(globalThis, { localStorage: { getItem: () => null } });
    const { default: client } = await import('ra-jsonapi-client');
    provider = client.default(server.url);
  });
  afterAll(() => server.close());

  const pagination = { page: 1, perPage: 10 };

  it('gets lists, by page, filter and order', async () => {
    const list = await provider('GET_LIST', 'person', {
      pagination: { page: 2, perPage: 1 },
      sort: { field: 'name', order: 'DESC' },
      filter: {},
    });
    expect(list).toEqual({ data: [{ id: '1', name: 'Grace', birthDate: '1906-12-09' }], total: 2 });

    const filtered = await provider('GET_LIST', 'computer', {
      pagination,
      sort: { field: 'vendor', order: 'ASC' },
      filter: { 'owner.name': 'Grace' },
    });
    expect(filtered.data).toEqual([
      { id: '2', vendor: 'IBM', ownerId: '1' },
      { id: '1', vendor: 'Remington', ownerId: '1' },
    ]);
    const operator = { pagination, sort: { field: 'id', order: 'ASC' }, filter: { 'vendor][startswith': 'A' } };
    expect((await provider('GET_LIST', 'computer', operator)).data).toEqual([
      { id: '3', vendor: 'Acme', ownerId: '2' },
    ]);
  });

  it('gets one, many, and those that refer to one [JA-71]', async () => {
    expect(await provider('GET_ONE', 'computer', { id: '3' })).toEqual({
      data: { id: '3', vendor: 'Acme', ownerId: '2' },
    });

    const many = await provider('GET_MANY', 'computer', { ids: ['1', '3'] });
    expect(many).toEqual({
      data: [
        { id: '1', vendor: 'Remington', ownerId: '1' },
        { id: '3', vendor: 'Acme', ownerId: '2' },
      ],
      total: 2,
    });
    expect(server.exchanges.at(-1)).toBe('GET /api/computer?filter[id][]=1&filter[id][]=3 200');

    const referring = await provider('GET_MANY_REFERENCE', 'computer', {
      target: 'owner',
      id: '1',
      pagination: { page: 1, perPage: 1 },
      sort: { field: 'vendor', order: 'ASC' },
      filter: {},
    });
    expect(referring).toEqual({ data: [{ id: '2', vendor: 'IBM', ownerId: '1' }], total: 2 });
  });

  it('creates, updates and deletes', async () => {
    const { data: made } = await provider('CREATE', 'person', { data: { name: 'Ada', birthDate: '1815-12-10' } });
    expect(made).toMatchObject({ name: 'Ada', birthDate: '1815-12-10' });
    const { id } = made as { id: string };

    const data = { id, name: 'Ada L.', birthDate: '1815-12-10' };
    expect(await provider('UPDATE', 'person', { id, data })).toEqual({
      data: { id, name: 'Ada L.', birthDate: '1815-12-10' },
    });
    expect(await provider('DELETE', 'person', { id })).toEqual({ data: { id } });
    await expect(provider('GET_ONE', 'person', { id })).rejects.toMatchObject({
      status: 404,
      message: { errors: [{ code: 'NOT_FOUND' }] },
    });
  });

  it('relates and unrelates, where a relationship is an attribute', async () => {
    const { data: made } = await provider('CREATE', 'computer', { data: { vendor: 'Cray', ownerId: '2' } });
    expect(made).toMatchObject({ vendor: 'Cray', ownerId: '2' });

    const { id } = made as { id: string };
    const moved = { id, vendor: 'Cray', ownerId: '1' };
    expect((await provider('UPDATE', 'computer', { id, data: { ...moved } })).data).toEqual(moved);
    const freed = { id, vendor: 'Cray', ownerId: null };
    expect((await provider('UPDATE', 'computer', { id, data: { ...freed } })).data).toEqual(freed);
    await provider('DELETE', 'computer', { id });
  });

  it('hands errors on', async () => {
    await expect(provider('CREATE', 'person', { data: { name: 5 } })).rejects.toMatchObject({
      status: 400,
      message: { errors: [{ code: 'BAD_VALUE', source: { pointer: '/data/attributes/name' } }] },
    });
  });
});
