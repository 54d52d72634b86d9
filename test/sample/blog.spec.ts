/** The blog, as its readers, authors and editors find it: over HTTP, in both formats, on both adapters. */
import { createHmac } from 'node:crypto';
import { expectNoLeaks } from 'nestjs-restless/testing';
import { DataSource } from 'typeorm';
import { AppModule } from '../../sample/blog/app.module.js';
import { Post, User } from '../../sample/blog/entities.js';
import { Notifications } from '../../sample/blog/notifications.js';
import { isHash } from '../../sample/blog/password.js';
import { PostPermissions } from '../../sample/blog/permissions.js';
import { PASSWORD } from '../../sample/blog/seed.js';
import { type Answer, createApp, type TestApp } from '../support/app.js';

const FLAT = 'application/json';

describe.each(['express', 'fastify'] as const)('the blog with %s', (adapter) => {
  let app: TestApp;
  const tokens: Record<string, string> = {};

  const login = (name: string, password: unknown = PASSWORD): Promise<Answer> =>
    app.request('POST', '/login', { headers: { 'Content-Type': FLAT }, body: { name, password } });
  /** What somebody's requests say of who they are; nobody's say nothing. */
  const as = (name: string | undefined, headers: object = {}): Record<string, string> => ({
    ...headers,
    ...(name === undefined ? {} : { Authorization: `Bearer ${tokens[name]}` }),
  });
  const get = (name: string | undefined, path: string): Promise<Answer> => app.get(path, as(name));
  const send = (name: string | undefined, method: string, path: string, data?: unknown): Promise<Answer> =>
    app.request(method, path, { headers: as(name), ...(data === undefined ? {} : { body: { data } }) });
  const flat = (name: string | undefined, method: string, path: string, body: object): Promise<Answer> =>
    app.request(method, path, { headers: as(name, { 'Content-Type': FLAT }), body });
  const post = (attributes: object, more: object = {}): object => ({ type: 'post', attributes, ...more });
  const comment = (id: string): object => ({
    type: 'comment',
    attributes: { body: 'Yes.' },
    relationships: { post: { data: { type: 'post', id } } },
  });
  const titles = (answer: Answer): unknown => answer.at('/data/*/attributes/title');

  beforeAll(async () => {
    app = await createApp(AppModule, { adapter, configure: (nest) => nest.useLogger(false) });
    for (const name of ['Ada', 'Bob', 'Edith']) tokens[name] = (await login(name)).at('/token') as string;
  });
  afterAll(() => app.close());

  describe('signs in', () => {
    it('who has the right password, and nobody else', async () => {
      expect((await login('Ada')).status).toBe(200);
      for (const [name, password] of [
        ['Ada', 'wrong horses'],
        ['Nobody', PASSWORD],
        ['Ada', { length: 13 }],
        ['Ada', undefined],
      ] as const) {
        expect((await login(name, password ?? null)).status).toBe(401);
      }
    });

    it('with tokens that the blog has signed, and that are still good [AUT-06]', async () => {
      const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      const [header, claims, signature] = tokens['Ada']!.split('.') as [string, string, string];
      const forged = part({ sub: '3', exp: 9_999_999_999 });
      const own = createHmac('sha256', 'guessed').update(`${header}.${forged}`).digest('base64url');
      const wrong = [
        `${header}.${forged}.${signature}`,
        `${header}.${forged}.${own}`,
        `${part({ alg: 'none', typ: 'JWT' })}.${forged}.`,
        `${header}.${claims}`,
        'nonsense',
        '',
      ];
      for (const token of wrong) {
        const answer = await app.get('/api/post', { Authorization: `Bearer ${token}` });
        expect([token, answer.status]).toEqual([token, 401]);
        expect(answer.headers['content-type']).toBe('application/vnd.api+json');
      }
      expect((await get('Ada', '/api/post')).status).toBe(200);
    });

    it('who has signed up just now; passwords are kept as hashes and never shown', async () => {
      const attributes = { name: `New ${adapter}`, email: 'new@example.org', password: 'a password' };
      const made = await send(undefined, 'POST', '/api/user', { type: 'user', attributes });
      expect(made.status).toBe(201);
      expect(made.at('/data/attributes')).toEqual({ name: attributes.name });
      expect((await login(attributes.name, 'a password')).status).toBe(200);

      const id = made.at('/data/id') as string;
      tokens['New'] = (await login(attributes.name, 'a password')).at('/token') as string;
      const change = { type: 'user', id, attributes: { password: 'another one' } };
      expect((await send('New', 'PATCH', `/api/user/${id}`, change)).status).toBeLessThan(300);
      expect((await login(attributes.name, 'a password')).status).toBe(401);
      expect((await login(attributes.name, 'another one')).status).toBe(200);

      const users = await app.app.get(DataSource).manager.find(User, { select: { id: true, password: true } });
      expect(users.every(({ password }) => isHash(password))).toBe(true);
    });

    it('and refuses what is no address and no password, and who would make themselves an editor', async () => {
      const attributes = { name: 'Mallory', email: 'nowhere', password: 'short', role: 'editor' };
      const answer = await send(undefined, 'POST', '/api/user', { type: 'user', attributes });
      expect(answer.at('/errors/*/code')).toEqual(['UNKNOWN_FIELD']);
      const checked = await flat(undefined, 'POST', '/api/user', { name: 'M', email: 'nowhere', password: 'short' });
      expect(checked.status).toBe(400);
      expect(Object.keys(checked.at('/validation_errors') as object).sort()).toEqual(['email', 'password']);
    });
  });

  describe('shows drafts', () => {
    it('to their authors and to editors only, in collections, items and totals', async () => {
      expect(titles(await get(undefined, '/api/post'))).toEqual(['Engines', 'Trains']);
      expect(titles(await get('Bob', '/api/post'))).toEqual(['Engines', 'Trains']);
      expect(titles(await get('Ada', '/api/post'))).toEqual(['Engines', 'Looms', 'Trains']);
      expect((await get('Edith', '/api/post')).at('/meta/total')).toBe(3);
      expect((await get('Bob', '/api/post')).at('/meta/total')).toBe(2);
      expect((await get('Bob', '/api/post/2')).status).toBe(404);
      expect((await get('Ada', '/api/post/2')).status).toBe(200);
    });

    it('to nobody else through users, filters, sorts, includes, linkage or functions', async () => {
      const filter = '[{"name":"posts","op":"any","val":{"name":"title","op":"eq","val":"Looms"}}]';
      const functions = '[{"name":"count","field":"id"},{"name":"max","field":"title"}]';
      for (const [name, seen] of [
        [undefined, false],
        ['Bob', false],
        ['Ada', true],
        ['Edith', true],
      ] as const) {
        const posts = seen ? ['1', '2'] : ['1'];
        expect((await get(name, '/api/user/1/posts')).at('/data/*/id')).toEqual(posts);
        expect((await get(name, '/api/user/1/relationships/posts')).at('/data/*/id')).toEqual(posts);
        expect((await get(name, '/api/user/1?include=posts')).at('/included/*/id')).toEqual(posts);
        expect((await get(name, '/api/user/1/posts/2')).status).toBe(seen ? 200 : 404);
        expect((await get(name, `/api/user?filter[objects]=${filter}`)).at('/meta/total')).toBe(seen ? 1 : 0);
        expect((await get(name, '/api/post?filter[title]=Looms')).at('/meta/total')).toBe(seen ? 1 : 0);
        expect((await get(name, `/api/eval/post?functions=${functions}`)).at('/data')).toEqual([
          seen ? 3 : 2,
          'Trains',
        ]);
        const old = await app.get('/api/user/1', as(name, { Accept: FLAT }));
        expect(old.at('/posts/*/id')).toEqual(posts.map(Number));
      }
    });
  });

  describe('shows editors', () => {
    it('notes, addresses and roles, which others cannot even name', async () => {
      expect((await get('Edith', '/api/post/2')).at('/data/attributes/editorNote')).toBe('Too short.');
      expect((await get('Ada', '/api/post/2')).at('/data/attributes')).not.toHaveProperty('editorNote');
      expect((await get('Edith', '/api/user/1')).at('/data/attributes')).toMatchObject({ email: 'ada@example.org' });
      for (const path of ['/api/post?sort=editorNote', '/api/user?filter[email]=a', '/api/user?fields[user]=role']) {
        expect([path, (await get('Ada', path)).status]).toEqual([path, 400]);
        expect([path, (await get('Edith', path)).status]).toEqual([path, 200]);
      }
      const change = post({ editorNote: 'Mine.' }, { id: '1' });
      expect((await send('Ada', 'PATCH', '/api/post/1', change)).at('/errors/0/code')).toBe('UNKNOWN_FIELD');
      expect((await send('Edith', 'PATCH', '/api/post/1', change)).status).toBe(204);
    });
  });

  describe('takes posts', () => {
    it('from who has signed in, in both formats, and signs them', async () => {
      const unsigned = await send(undefined, 'POST', '/api/post', post({ title: 'a', body: 'b' }));
      expect(unsigned.status).toBe(401);
      expect(unsigned.at('/errors/0/status')).toBe('401');

      const made = await send('Bob', 'POST', '/api/post', post({ title: 'Boats', body: 'They float.' }));
      expect(made.status).toBe(201);
      expect(made.at('/data/relationships/author/data')).toEqual({ type: 'user', id: '2' });
      const old = await flat('Bob', 'POST', '/api/post', { title: 'Bikes', body: 'They roll.' });
      expect(old.status).toBe(201);
      expect(old.at('/author/name')).toBe('Bob');
      for (const id of [made.at('/data/id'), old.at('/id')]) {
        expect((await send('Bob', 'DELETE', `/api/post/${String(id)}`)).status).toBe(204);
      }
    });

    it('in nobody else’s name, and published by nobody but the blog', async () => {
      const author = { data: { type: 'user', id: '1' } };
      const forged = post({ title: 'a', body: 'b' }, { relationships: { author } });
      expect((await send('Bob', 'POST', '/api/post', forged)).status).toBe(403);
      expect((await flat('Bob', 'POST', '/api/post', { title: 'a', body: 'b', author: { id: 1 } })).status).toBe(403);
      expect((await flat('Bob', 'POST', '/api/post', { title: 'a', body: 'b', authorId: 1 })).status).toBe(400);
      const moved = await send('Bob', 'PATCH', '/api/post/3/relationships/author', { type: 'user', id: '1' });
      expect(moved.status).toBe(403);
      const published = post({ title: 'a', body: 'b', publishedAt: '2024-01-01T00:00:00Z' });
      expect((await send('Bob', 'POST', '/api/post', published)).at('/errors/0/code')).toBe('READ_ONLY');
      const inside = { body: 'x', post: { title: 'a', body: 'b' } };
      expect((await flat('Bob', 'POST', '/api/comment', inside)).status).toBe(403);
      expect((await get('Edith', '/api/post?filter[title]=a')).at('/meta/total')).toBe(0);
    });

    it('and lets authors and editors change and delete them', async () => {
      const change = post({ body: 'They are never late.' }, { id: '3' });
      expect((await send(undefined, 'PATCH', '/api/post/3', change)).status).toBe(401);
      expect((await send('Ada', 'PATCH', '/api/post/3', change)).status).toBe(403);
      expect((await send('Ada', 'DELETE', '/api/post/3')).status).toBe(403);
      expect((await flat('Ada', 'POST', '/api/comment', { body: 'x', post: { id: 3, body: 'hacked' } })).status).toBe(
        403,
      );
      expect((await send('Bob', 'PATCH', '/api/post/2', post({ body: 'x' }, { id: '2' }))).status).toBe(404);
      expect((await send('Edith', 'PATCH', '/api/post/3', change)).status).toBe(204);
      expect((await get(undefined, '/api/post/3')).at('/data/attributes/body')).toBe('They are never late.');
    });

    it('that are short enough', async () => {
      const answer = await send('Bob', 'POST', '/api/post', post({ title: '', body: 'b' }));
      expect(answer.status).toBe(400);
      expect(answer.at('/errors/0/source/pointer')).toBe('/data/attributes/title');
    });

    it('and publishes them at an address of its own', async () => {
      const made = await send('Bob', 'POST', '/api/post', post({ title: 'Boats', body: 'They float.' }));
      const url = `/api/post/${String(made.at('/data/id'))}`;

      expect((await send(undefined, 'POST', `${url}/publish`)).status).toBe(401);
      expect((await send('Ada', 'POST', `${url}/publish`)).status).toBe(404);
      expect((await send('Ada', 'POST', '/api/post/3/publish')).status).toBe(403);
      expect((await get(undefined, url)).status).toBe(404);
      expect((await send('Bob', 'POST', `${url}/publish`)).status).toBe(204);
      const { publishedAt } = (await get(undefined, url)).at('/data/attributes') as { publishedAt: string };
      expect(Date.parse(publishedAt)).toBeGreaterThan(Date.parse('2024-03-01'));
      await send('Bob', 'POST', `${url}/publish`);
      expect((await get(undefined, url)).at('/data/attributes/publishedAt')).toBe(publishedAt);
      await send('Bob', 'DELETE', url);
    });
  });

  describe('takes comments', () => {
    it('from who has signed in, and tells the author of the post once they are there to stay', async () => {
      const { sent } = app.app.get(Notifications);
      sent.length = 0;

      expect((await send(undefined, 'POST', '/api/comment', comment('1'))).status).toBe(401);
      expect((await send('Bob', 'POST', '/api/comment', comment('2'))).status).toBe(404);
      // The row was there already when it was refused.
      expect((await send('Ada', 'POST', '/api/comment', comment('3'))).status).toBe(403);
      expect((await get('Edith', '/api/comment')).at('/meta/total')).toBe(1);
      expect(sent).toEqual([]);

      const made = await send('Bob', 'POST', '/api/comment', comment('1'));
      expect(made.at('/data/relationships/author/data')).toEqual({ type: 'user', id: '2' });
      expect(sent).toEqual(['Ada: Bob has commented on “Engines”.']);
      await send('Bob', 'DELETE', `/api/comment/${String(made.at('/data/id'))}`);
    });

    it('which their authors change, and which also authors of posts delete', async () => {
      const made = await flat('Bob', 'POST', '/api/comment', { body: 'Well.', post: { id: 1 } });
      expect(made.status).toBe(201);
      const id = String(made.at('/id'));
      const change = { type: 'comment', id, attributes: { body: 'Very well.' } };
      expect((await send('Ada', 'PATCH', `/api/comment/${id}`, change)).status).toBe(403);
      expect((await send('Bob', 'PATCH', `/api/comment/${id}`, change)).status).toBe(204);
      const moved = { ...change, relationships: { post: { data: { type: 'post', id: '3' } } } };
      expect((await send('Bob', 'PATCH', `/api/comment/${id}`, moved)).status).toBe(403);
      expect((await send('Ada', 'DELETE', `/api/comment/${id}`)).status).toBe(204);
      expect((await send('Ada', 'DELETE', '/api/comment/1')).status).toBe(204);
    });
  });
});

describe('the blog, by the kit that looks for leaks', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createApp(AppModule, { configure: (nest) => nest.useLogger(false) });
  });
  afterAll(() => app.close());

  it.each(['Bob', 'nobody'])(
    'keeps drafts, notes, addresses and roles back from %s',
    async (name) => {
      const body = { name, password: PASSWORD };
      const login = await app.request('POST', '/login', { headers: { 'Content-Type': FLAT }, body });
      const as: Record<string, string> =
        login.status === 200 ? { Authorization: `Bearer ${String(login.at('/token'))}` } : {};

      await expectNoLeaks(app.app, { as, resource: Post, hidden: { rows: ['2'], fields: ['editorNote'] } });
      const hidden = { fields: ['email', 'password', 'role'] };
      await expectNoLeaks(app.app, { as, resource: User, hidden, writable: ['email', 'password'] });
    },
    120_000,
  );

  it('which finds the hole where one is bored', async () => {
    Object.assign(app.app.get(PostPermissions), { scope: () => [] });

    await expect(expectNoLeaks(app.app, { resource: Post, hidden: { rows: ['2'] } })).rejects.toThrow(
      /GET \/api\/user\/1\/posts/,
    );
  }, 120_000);
});
