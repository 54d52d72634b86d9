/** `devour-client` against the quickstart as it is, and with plural names on the server. */
import JsonApi from 'devour-client';
import { type Quickstart, startQuickstart } from './quickstart.js';

describe('devour-client', () => {
  let server: Quickstart;
  let api: JsonApi;

  beforeAll(async () => {
    server = await startQuickstart({
      options: { allowToManyReplacement: true, allowDeleteFromToManyRelationships: true },
    });
    api = new JsonApi({ apiUrl: server.url, pluralize: false, logger: false, errorBuilder: (error) => error });
    api.define('person', {
      name: '',
      birthDate: null,
      computers: { jsonApi: 'hasMany', type: 'computer' },
    });
    api.define('computer', { vendor: '', owner: { jsonApi: 'hasOne', type: 'person' } });
  });
  afterAll(() => server.close());

  const members = async () => {
    const { data } = await api.one('person', '1').relationships('computers').get();
    return (data as { id: string }[]).map(({ id }) => id);
  };

  it('lists, pages, filters and sorts', async () => {
    const { data, meta, links } = await api.findAll('person', { sort: '-name', page: { number: 1, size: 1 } });
    expect(data).toMatchObject([{ type: 'person', id: '2', name: 'Lincoln', birthDate: null }]);
    expect(meta).toEqual({ total: 2 });
    expect(links).toMatchObject({ prev: null, next: expect.stringContaining('page%5Bnumber%5D=2') });

    const born = await api.findAll('person', { filter: { birthDate: { lt: '1950-01-01' } } });
    expect(born.data).toMatchObject([{ name: 'Grace' }]);
    const vendors = await api.findAll('computer', { 'filter[owner.name]': 'Grace', sort: 'vendor' });
    expect(vendors.data).toMatchObject([{ vendor: 'IBM' }, { vendor: 'Remington' }]);
  });

  it('filters by lists [JA-71]', async () => {
    const { data } = await api.findAll('computer', { filter: { id: [1, 3] } });
    expect(data).toMatchObject([{ vendor: 'Remington' }, { vendor: 'Acme' }]);
    expect(server.exchanges.at(-1)).toBe('GET /api/computer?filter[id][]=1&filter[id][]=3 200');
  });

  it('includes, and puts what is included where it belongs', async () => {
    const { data } = await api.find('person', '1', { include: 'computers', fields: { person: 'name,computers' } });
    expect(data).toMatchObject({ name: 'Grace', computers: [{ vendor: 'Remington' }, { vendor: 'IBM' }] });
    expect(data).not.toHaveProperty('birthDate');

    const owned = await api.find('computer', '3', { include: 'owner' });
    expect(owned.data).toMatchObject({ vendor: 'Acme', owner: { name: 'Lincoln' } });
  });

  it('reads related resources', async () => {
    const { data } = await api
      .one('person', '1')
      .all('computer')
      .get()
      .catch((error: unknown) => ({ data: error }));
    // devour-client makes the path of models, and here the relationship has another name than its model.
    expect(data).toEqual({ 0: expect.objectContaining({ status: '404' }) });
    const related = await api.request(`${server.url}/person/1/computers`, 'GET');
    expect(related.data).toMatchObject([{ vendor: 'Remington' }, { vendor: 'IBM' }]);
  });

  it('creates, updates and deletes', async () => {
    const { data: made } = await api.create('person', { name: 'Ada', birthDate: '1815-12-10' });
    expect(made).toMatchObject({ type: 'person', name: 'Ada', birthDate: '1815-12-10', computers: [] });

    expect((await api.update('person', { id: made.id, name: 'Ada L.' })).data).toBeNull();
    expect((await api.find('person', made.id)).data).toMatchObject({ name: 'Ada L.', birthDate: '1815-12-10' });

    await api.destroy('person', made.id);
    await expect(api.find('person', made.id)).rejects.toMatchObject({ 0: { status: '404', code: 'NOT_FOUND' } });
  });

  it('creates with relationships, and changes them with the resource', async () => {
    const { data: made } = await api.create('computer', { vendor: 'Cray', owner: { id: '2' } });
    expect(made.owner).toMatchObject({ type: 'person', id: '2' });

    await api.update('computer', { id: made.id, owner: null });
    expect((await api.find('computer', made.id, { include: 'owner' })).data.owner).toBeNull();

    await api.update('person', { id: '2', computers: [{ id: '3' }, { id: made.id }] });
    const { data } = await api.find('person', '2', { include: 'computers' });
    expect(data.computers).toMatchObject([{ vendor: 'Acme' }, { vendor: 'Cray' }]);
    await api.destroy('computer', made.id);
  });

  it('relates and unrelates at the URL of the relationship', async () => {
    await api
      .one('person', '1')
      .relationships('computers')
      .post([{ id: '3' }]);
    expect(await members()).toEqual(['1', '2', '3']);
    await api
      .one('person', '1')
      .relationships('computers')
      .destroy([
        { type: 'computer', id: '1' },
        { type: 'computer', id: '2' },
      ]);
    expect(await members()).toEqual(['3']);
    await api
      .one('person', '1')
      .relationships('computers')
      .patch([{ id: '1' }, { id: '2' }]);
    expect(await members()).toEqual(['1', '2']);
    await api.one('computer', '3').relationships('owner').patch({ id: '2' });
    expect((await api.find('computer', '3', { include: 'owner' })).data.owner).toMatchObject({ name: 'Lincoln' });
  });

  it('hands errors on, those of fields by their names', async () => {
    await expect(api.findAll('person', { sort: 'nmae' })).rejects.toMatchObject({
      0: { status: '400', code: 'UNKNOWN_FIELD', source: { parameter: 'sort' } },
    });
    await expect(api.create('person', { name: 5 })).rejects.toMatchObject({
      name: { status: '400', code: 'BAD_VALUE', source: { pointer: '/data/attributes/name' } },
    });
  });
});

describe('devour-client as it comes', () => {
  it('speaks to resources with plural names', async () => {
    const server = await startQuickstart({
      person: { collectionName: 'people' },
      computer: { collectionName: 'computers' },
    });
    const api = new JsonApi({ apiUrl: server.url, logger: false });
    api.define('person', { name: '', birthDate: null, computers: { jsonApi: 'hasMany', type: 'computers' } });
    api.define('computer', { vendor: '', owner: { jsonApi: 'hasOne', type: 'people' } });
    try {
      const { data: made } = await api.create('computer', { vendor: 'Cray', owner: { id: '2' } });
      const { data: related } = await api.one('person', '2').all('computer').get();
      expect(related).toMatchObject([{ vendor: 'Acme' }, { vendor: 'Cray' }]);

      await api.destroy('computer', made.id);
      expect((await api.findAll('computer')).data).toMatchObject([{ id: '1' }, { id: '2' }, { id: '3' }]);
      expect(server.exchanges).toEqual([
        'POST /api/computers 201',
        'GET /api/people/2/computers 200',
        `DELETE /api/computers/${made.id} 204`,
        'GET /api/computers 200',
      ]);
    } finally {
      await server.close();
    }
  });
});
