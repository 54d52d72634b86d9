/** Documents of the samples against the schema of JSON:API 1.0 that `jsonapi-validator` has, and where 1.1 differs. */
import { AppModule as Blog } from '../../sample/blog/app.module.js';
import { AppModule as Quickstart } from '../../sample/quickstart/main.js';
import { createApp, type TestApp } from '../support/app.js';
import { startQuickstart } from './quickstart.js';
import { validate, validate10 } from './schema.js';

describe('jsonapi-validator', () => {
  let quickstart: TestApp;
  let blog: TestApp;

  beforeAll(async () => {
    quickstart = await createApp(Quickstart);
    blog = await createApp(Blog);
  });
  afterAll(async () => {
    await quickstart.close();
    await blog.close();
  });

  it.each([
    ['the list of resources', '/api'],
    ['a collection', '/api/person'],
    ['an empty page', '/api/person?page[number]=9'],
    ['a page in the middle', '/api/computer?page[size]=1&page[number]=2&sort=-vendor'],
    ['a resource', '/api/person/1'],
    ['a compound document', '/api/person?include=computers.owner'],
    ['a sparse one', '/api/person?include=computers&fields[person]=name&fields[computer]=vendor'],
    ['one row of many', '/api/person?filter[name]=Grace&filter[single]=1'],
    ['related resources', '/api/person/1/computers'],
    ['a related resource', '/api/computer/1/owner'],
    ['linkage to many', '/api/person/1/relationships/computers'],
    ['linkage to one', '/api/computer/1/relationships/owner'],
    ['an error of the URL', '/api/person/99'],
    ['an error of the query', '/api/person?sort=nmae&filter[nmae]=1'],
    ['an address that there is not', '/api/planet'],
  ])('finds nothing in %s: %s', async (_, url) => {
    const answer = await quickstart.get(url);
    expect(validate(answer.body as object)).toEqual([]);
  });

  it('finds nothing in what is answered to changes, and in refusals', async () => {
    const post = (data: object) => quickstart.request('POST', '/api/person', { body: { data } });
    const made = await post({ type: 'person', attributes: { name: 'Ada' } });
    const faulty = await post({ type: 'person', attributes: { nmae: 'Ada', birthDate: 5 }, relationships: { x: {} } });
    const conflict = await post({ type: 'planet' });
    const refused = await blog.request('POST', '/api/post', { body: { data: { type: 'post' } } });

    expect([made.status, faulty.status, conflict.status, refused.status]).toEqual([201, 400, 409, 401]);
    for (const { body } of [made, faulty, conflict, refused]) expect(validate(body as object)).toEqual([]);
  });

  it.each(['/api/post?include=author,comments.author', '/api/comment/1', '/api/user?include=posts', '/api/post/99'])(
    'finds nothing in the blog: %s',
    async (url) => {
      const answer = await blog.get(url);
      expect(validate(answer.body as object)).toEqual([]);
    },
  );

  it('refuses links that are null, which 1.1 has; 1.0 had them for pages, and the schema forgets that [JA-34]', async () => {
    const { body } = await quickstart.get('/api/person?page[size]=1');
    const { prev, ...links } = (body as { links: Record<string, string | null> }).links;

    expect(prev).toBeNull();
    expect(validate10(body as object)).toContain(".links['prev'] should be string");
    expect(validate10({ ...(body as object), links })).toEqual([]);
  });

  it('refuses the profiles of pages by cursor, which 1.1 has in `jsonapi` [JA-5]', async () => {
    const { url, close } = await startQuickstart({ options: { pagination: 'cursor' } });
    const document = (await (await fetch(`${url}/person?page[size]=1`)).json()) as { jsonapi: object };
    await close();

    expect(document.jsonapi).toHaveProperty('profile');
    expect(validate10(document)).toContain('.jsonapi should NOT have additional properties');
    expect(validate(document)).toEqual([]);
  });

  it.each([
    ['&groupBy=closed', ".data[0] should have required property 'id'"],
    ['', '.data[0] should be object'],
  ])('refuses values of functions, which are no document of 1.1 either: %s [FUN-09]', async (group, fault) => {
    const { body } = await blog.get(`/api/eval/post?functions=[{"name":"count","field":"id"}]${group}`);

    expect(validate(body as object)).toContain(fault);
  });

  it('finds what is wrong', async () => {
    const { body } = await quickstart.get('/api/person/1');
    const { data } = body as { data: object };
    expect(validate({ data: { ...data, id: 1 } })).toContain('.data.id should be string');
    expect(validate({ data, errors: [] })).toContain(' should NOT have additional properties');
    expect(validate({ data: { ...data, attributes: { type: 'x' } } })).toContain(
      '.data.attributes should NOT have additional properties',
    );
  });
});
