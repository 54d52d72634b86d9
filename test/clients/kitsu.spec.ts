/** `kitsu` against the quickstart: as it comes, with plural names on the server, and told to leave names alone. */
import Kitsu from 'kitsu';
import { type Quickstart, startQuickstart } from './quickstart.js';

describe('kitsu as it comes', () => {
  let server: Quickstart;
  let api: Kitsu;

  beforeAll(async () => {
    server = await startQuickstart({
      person: { collectionName: 'people' },
      computer: { collectionName: 'computers' },
      options: { allowToManyReplacement: true, allowDeleteFromToManyRelationships: true },
    });
    api = new Kitsu({ baseURL: server.url });
  });
  afterAll(() => server.close());

  it('lists, pages, filters and sorts', async () => {
    const people = await api.get('people', { params: { sort: '-name', page: { number: 1, size: 1 } } });
    expect(people).toMatchObject({
      status: 200,
      data: [{ type: 'people', id: '2', name: 'Lincoln', birthDate: null }],
      meta: { total: 2 },
      links: { prev: null, next: expect.stringContaining('page%5Bnumber%5D=2') },
    });

    const born = await api.get('person', { params: { filter: { birthDate: { lt: '1950-01-01' } } } });
    expect(born.data).toMatchObject([{ name: 'Grace' }]);
    const either = await api.get('computer', { params: { filter: { vendor: 'IBM,Acme' }, sort: 'vendor' } });
    expect(either.data).toMatchObject([{ vendor: 'Acme' }, { vendor: 'IBM' }]);
    const objects = JSON.stringify([{ name: 'computers', op: 'any', val: { name: 'vendor', op: 'eq', val: 'IBM' } }]);
    expect((await api.get('person', { params: { filter: { objects } } })).data).toMatchObject([{ name: 'Grace' }]);
  });

  it('filters by lists, where it is told to write them in the modern way [JA-71]', async () => {
    const modern = new Kitsu({ baseURL: server.url, query: 'modern' });
    const { data } = await modern.get('computers', { params: { filter: { id: ['1', '3'] } } });
    expect(data).toMatchObject([{ vendor: 'Remington' }, { vendor: 'Acme' }]);
    expect(server.exchanges.at(-1)).toBe('GET /api/computers?filter[id][]=1&filter[id][]=3 200');
  });

  it('includes, and puts what is included where it belongs', async () => {
    const { data } = await api.get('people/1', {
      params: { include: 'computers', fields: { people: 'name,computers' } },
    });
    expect(data).toMatchObject({ name: 'Grace', computers: { data: [{ vendor: 'Remington' }, { vendor: 'IBM' }] } });
    expect(data).not.toHaveProperty('birthDate');

    const deep = await api.get('computers', { params: { include: 'owner.computers' } });
    expect(deep.data[0].owner.data.computers.data).toMatchObject([{ vendor: 'Remington' }, { vendor: 'IBM' }]);
  });

  it('reads related resources and relationships', async () => {
    expect((await api.get('people/1/computers')).data).toMatchObject([{ vendor: 'Remington' }, { vendor: 'IBM' }]);
    expect((await api.get('computers/3/owner')).data).toMatchObject({ name: 'Lincoln' });
    expect((await api.get('people/2/relationships/computers')).data).toEqual([{ type: 'computers', id: '3' }]);
  });

  it('creates, updates and deletes', async () => {
    const made = await api.post('person', { name: 'Ada', birthDate: '1815-12-10' });
    expect(made).toMatchObject({ status: 201, data: { type: 'people', name: 'Ada' } });
    const { id } = made.data as { id: string };

    expect(await api.patch('person', { id, name: 'Ada L.' })).toMatchObject({ status: 204 });
    expect((await api.get(`people/${id}`)).data).toMatchObject({ name: 'Ada L.', birthDate: '1815-12-10' });

    expect(await api.delete('person', id)).toMatchObject({ status: 204 });
    await expect(api.get(`people/${id}`)).rejects.toMatchObject({ errors: [{ status: '404', code: 'NOT_FOUND' }] });
  });

  it('creates with relationships, and changes them with the resource', async () => {
    const made = await api.post('computer', { vendor: 'Cray', owner: { data: { type: 'people', id: '2' } } });
    const { id } = made.data as { id: string };
    expect(made.data.owner.data).toMatchObject({ type: 'people', id: '2' });

    await api.patch('computer', { id, owner: { data: null } });
    expect((await api.get(`computers/${id}/owner`)).data).toBeNull();

    await api.patch('person', { id: '2', computers: { data: [{ id: '3' }, { id }] } });
    expect((await api.get('people/2/relationships/computers')).data).toHaveLength(2);
    await api.delete('computer', id);
  });

  it('relates and unrelates at the URL of the relationship', async () => {
    const ids = async () =>
      (await api.get('people/1/relationships/computers')).data.map(({ id }: { id: string }) => id);

    await api.post('people/1/relationships/computers', [{ id: '3' }]);
    expect(await ids()).toEqual(['1', '2', '3']);
    await api.delete('people/1/relationships/computers', [1, 2]);
    expect(await ids()).toEqual(['3']);
    await api.patch('people/1/relationships/computers', [{ id: '1' }, { id: '2' }]);
    expect(await ids()).toEqual(['1', '2']);
    await api.request({ method: 'PATCH', url: 'computers/3/relationships/owner', type: 'person', body: { id: '2' } });
    expect((await api.get('computers/3/owner')).data).toMatchObject({ name: 'Lincoln' });
  });

  it('hands errors on', async () => {
    await expect(api.get('people', { params: { sort: 'nmae' } })).rejects.toMatchObject({
      errors: [{ status: '400', code: 'UNKNOWN_FIELD', source: { parameter: 'sort' } }],
    });
    await expect(api.post('person', { nmae: 'Ada' })).rejects.toMatchObject({
      errors: expect.arrayContaining([
        expect.objectContaining({ status: '400', source: { pointer: '/data/attributes/nmae' } }),
      ]),
    });
    await expect(api.get('planets')).rejects.toMatchObject({ errors: [{ status: '404' }] });
  });
});

describe('kitsu told to leave names alone', () => {
  let server: Quickstart;
  let api: Kitsu;

  beforeAll(async () => {
    server = await startQuickstart();
    api = new Kitsu({ baseURL: server.url, camelCaseTypes: false, pluralize: false, resourceCase: 'none' });
  });
  afterAll(() => server.close());

  it('speaks to the quickstart as it is', async () => {
    const made = await api.post('person', { name: 'Ada' });
    const { id } = made.data as { id: string };
    await api.request({
      method: 'POST',
      url: `person/${id}/relationships/computers`,
      type: 'computer',
      body: [{ id: '3' }],
    });
    expect((await api.get(`person/${id}`, { params: { include: 'computers' } })).data).toMatchObject({
      name: 'Ada',
      computers: { data: [{ vendor: 'Acme' }] },
    });

    await api.patch('computer', { id: '3', owner: { data: null } });
    await api.delete('person', id);
    expect((await api.get('person')).meta).toEqual({ total: 2 });
  });

  it('is told that members are not taken out of relationships unless the server allows it', async () => {
    const axiosOptions = { data: { data: [{ type: 'computer', id: '1' }] } };
    await expect(api.delete('person/1/relationships/computers', [1], { axiosOptions })).rejects.toMatchObject({
      errors: [{ status: '403' }],
    });
  });
});
