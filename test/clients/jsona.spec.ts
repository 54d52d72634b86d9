/** `jsona`, which makes models of documents and documents of models, with fetch around it. */
import { Jsona } from 'jsona';
import { type Quickstart, startQuickstart } from './quickstart.js';

const JSON_API = 'application/vnd.api+json';

/** What an answer has of models, and what comes with them. */
interface Answer {
  status: number;
  models: unknown;
  document: { meta?: unknown; links?: Record<string, string | null>; errors?: unknown };
}

describe('jsona with fetch', () => {
  const jsona = new Jsona();
  let server: Quickstart;

  beforeAll(async () => {
    server = await startQuickstart({
      options: { allowToManyReplacement: true, allowDeleteFromToManyRelationships: true },
    });
  });
  afterAll(() => server.close());

  async function ask(method: string, path: string, body?: object): Promise<Answer> {
    const headers = { Accept: JSON_API, 'Content-Type': JSON_API };
    const parts = body === undefined ? { headers: { Accept: JSON_API } } : { headers, body: JSON.stringify(body) };
    const answer = await fetch(new URL(path, server.url), { method, ...parts });
    const document = (answer.status === 204 ? {} : await answer.json()) as Answer['document'] & { data?: object };
    return { status: answer.status, models: document.data && jsona.deserialize(document), document };
  }

  it('lists, pages, filters and sorts, and follows links', async () => {
    const first = await ask('GET', '/api/person?sort=-name&page[size]=1');
    expect(first.models).toMatchObject([{ type: 'person', id: '2', name: 'Lincoln', birthDate: null }]);
    expect(first.document.meta).toEqual({ total: 2 });
    const second = await ask('GET', first.document.links!['next']!);
    expect(second.models).toMatchObject([{ name: 'Grace' }]);

    const filtered = await ask('GET', '/api/computer?filter[owner.name]=Grace&filter[vendor][ne]=IBM');
    expect(filtered.models).toMatchObject([{ vendor: 'Remington' }]);
  });

  it('includes, and puts what is included where it belongs, in circles too', async () => {
    const { models } = await ask('GET', '/api/person/1?include=computers.owner');
    const grace = models as { name: string; computers: { vendor: string; owner: unknown }[] };
    expect(grace.computers).toMatchObject([{ vendor: 'Remington' }, { vendor: 'IBM' }]);
    expect(grace.computers[0]!.owner).toMatchObject({ name: 'Grace' });
  });

  it('creates, updates and deletes', async () => {
    const made = await ask('POST', '/api/person', jsona.serialize({ stuff: { type: 'person', name: 'Ada' } }));
    expect(made).toMatchObject({ status: 201, models: { type: 'person', name: 'Ada', birthDate: null } });
    const { id } = made.models as { id: string };

    const change = jsona.serialize({ stuff: { type: 'person', id, birthDate: '1815-12-10' } });
    expect((await ask('PATCH', `/api/person/${id}`, change)).status).toBe(204);
    expect((await ask('GET', `/api/person/${id}`)).models).toMatchObject({ name: 'Ada', birthDate: '1815-12-10' });

    expect((await ask('DELETE', `/api/person/${id}`)).status).toBe(204);
    expect((await ask('GET', `/api/person/${id}`)).status).toBe(404);
  });

  it('sends a model back that came, without its links', async () => {
    const came = (await ask('GET', '/api/computer/3?include=owner')).models as Record<string, unknown>;
    // jsona takes the links of a model for one of its attributes.
    const whole = await ask('PATCH', '/api/computer/3', { data: jsona.serialize({ stuff: came }).data });
    expect(whole.document.errors).toMatchObject([{ source: { pointer: '/data/attributes/links' } }]);

    const { links: _links, ...model } = came;
    const { data } = jsona.serialize({ stuff: { ...model, vendor: 'Acme Ltd' } });
    expect((await ask('PATCH', '/api/computer/3', { data })).status).toBe(204);
    expect((await ask('GET', '/api/computer/3?include=owner')).models).toMatchObject({
      vendor: 'Acme Ltd',
      owner: { name: 'Lincoln' },
    });
  });

  it('relates and unrelates, with the resource and at the URL of the relationship', async () => {
    const computer = (id: string) => ({ type: 'computer', id });
    const ids = async () => {
      const { models } = await ask('GET', '/api/person/1/relationships/computers');
      return (models as { id: string }[]).map(({ id }) => id);
    };
    const path = '/api/person/1/relationships/computers';

    expect((await ask('POST', path, jsona.serialize({ stuff: [computer('3')] }))).status).toBe(204);
    expect(await ids()).toEqual(['1', '2', '3']);
    await ask('DELETE', path, jsona.serialize({ stuff: [computer('3')] }));
    expect(await ids()).toEqual(['1', '2']);

    const owned = { ...computer('3'), owner: { type: 'person', id: '2' }, relationshipNames: ['owner'] };
    await ask('PATCH', '/api/computer/3', { data: jsona.serialize({ stuff: owned }).data });
    expect((await ask('GET', '/api/computer/3/owner')).models).toMatchObject({ name: 'Lincoln' });
    await ask('PATCH', '/api/computer/3', {
      data: jsona.serialize({ stuff: { ...owned, owner: null } }).data,
    });
    expect((await ask('GET', '/api/computer/3/owner')).document).toMatchObject({ data: null });
  });

  it('leaves errors to the caller', async () => {
    const answer = await ask('POST', '/api/person', jsona.serialize({ stuff: { type: 'person', nmae: 'Ada' } }));
    expect(answer.status).toBe(400);
    expect(answer.document.errors).toContainEqual(
      expect.objectContaining({ code: 'UNKNOWN_FIELD', source: { pointer: '/data/attributes/nmae' } }),
    );
  });
});
