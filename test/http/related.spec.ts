/** The URLs below a resource: related resources, one of them, and the linkage. */
import { RestlessModule } from 'nestjs-restless';
import { describeServers, type TestApp } from '../support/app.js';
import { jsonApi } from '../support/json-api-document.js';
import { PEOPLE, seedPeople } from '../support/people.js';

describeServers(
  (server) => {
    let app: TestApp;
    const get = jsonApi(() => app);

    beforeAll(async () => {
      app = await server.start({ entities: PEOPLE, imports: [RestlessModule.forFeature(PEOPLE)], seed: seedPeople });
    });
    afterAll(() => app.close());

    it('answers the related resources of a to-many relationship as a list with pages [REL-15, JA-39]', async () => {
      const answer = await get('/api/person/1/computers?page[size]=1');

      expect(answer.at('/data')).toEqual([
        {
          type: 'computer',
          id: '1',
          attributes: { name: 'laptop', vendor: 'Apple', price: '1299.00' },
          relationships: {
            owner: {
              data: { type: 'person', id: '1' },
              links: { self: '/api/computer/1/relationships/owner', related: '/api/computer/1/owner' },
            },
          },
          links: { self: '/api/computer/1' },
        },
      ]);
      expect(answer.at('/meta')).toEqual({ total: 2 });
      expect(answer.at('/links/self')).toBe('/api/person/1/computers?page%5Bsize%5D=1');
      expect(answer.at('/links/next')).toBe('/api/person/1/computers?page%5Bsize%5D=1&page%5Bnumber%5D=2');
    });

    it('filters and sorts related resources by their own fields [REL-15]', async () => {
      const filtered = await get('/api/person/1/computers?filter[vendor]=Dell');
      const sorted = await get('/api/person/1/computers?sort=-price');
      const through = await get('/api/person/1/reports?filter[computers.vendor]=IBM');

      expect(filtered.at('/data/*/id')).toEqual(['2']);
      expect(filtered.at('/meta/total')).toBe(1);
      expect(sorted.at('/data/*/id')).toEqual(['1', '2']);
      expect(through.at('/data/*/id')).toEqual(['3']);
    });

    it('refuses to filter, sort, group and page where there is one resource [JA-48]', async () => {
      const places: readonly (readonly [string, string])[] = [
        ['/api/person/1?sort=name', 'sort'],
        ['/api/person/1?page[size]=3', 'page[size]'],
        ['/api/person/1?groupBy=name', 'groupBy'],
        ['/api/person/1?filter[name]=x', 'filter[name]'],
        ['/api/person/2/boss?page[number]=1', 'page[number]'],
        ['/api/person/1/computers/1?filter[single]=1', 'filter[single]'],
      ];

      for (const [path, parameter] of places) {
        const answer = await app.get(path);

        expect([path, answer.status, answer.at('/errors/0/source/parameter')]).toEqual([path, 400, parameter]);
        expect(answer.at('/errors/0/detail')).toBe(
          `This address has one resource; ${JSON.stringify(parameter)} is for collections.`,
        );
      }
    });

    it('says of a resource that is not related what it says of none [REL-16]', async () => {
      const stranger = await app.get('/api/person/1/computers/3');
      const nothing = await app.get('/api/person/1/computers/999');

      expect([stranger.status, nothing.status]).toEqual([404, 404]);
      expect(stranger.at('/errors/0/detail')).toBe('"computers" of person "1" leads to no computer with the id "3".');
      expect(nothing.at('/errors/0/detail')).toBe('"computers" of person "1" leads to no computer with the id "999".');
    });

    it('answers the related resource of a to-one relationship, or null [REL-15, JA-27, JA-39, JA-40, #25, contradiction 40]', async () => {
      const boss = await get('/api/person/2/boss');
      const nobody = await get('/api/person/1/boss');

      expect(boss.at('/data/id')).toBe('1');
      expect(boss.at('/data/links/self')).toBe('/api/person/1');
      expect(boss.at('/links')).toEqual({ self: '/api/person/2/boss' });
      expect(nobody.status).toBe(200);
      expect(nobody.body).toEqual({
        data: null,
        links: { self: '/api/person/1/boss' },
        jsonapi: { version: '1.1' },
      });
    });

    it('answers an empty list where nothing is related [REL-15, JA-39]', async () => {
      const answer = await get('/api/person/5/computers');

      expect(answer.status).toBe(200);
      expect(answer.at('/data')).toEqual([]);
      expect(answer.at('/meta/total')).toBe(0);
    });

    it('answers one related resource at the nested URL, whose own URL stays its own [REL-16, REL-19, REL-20]', async () => {
      const answer = await get('/api/person/1/computers/2');

      expect(answer.at('/data/id')).toBe('2');
      expect(answer.at('/links/self')).toBe('/api/person/1/computers/2');
      expect(answer.at('/data/links/self')).toBe('/api/computer/2');
      expect(answer.at('/data/relationships/owner/links/self')).toBe('/api/computer/2/relationships/owner');
    });

    it('answers linkage with links to itself and to the related resources [REL-17, JA-41]', async () => {
      const many = await get('/api/person/1/relationships/computers');
      const one = await get('/api/person/2/relationships/boss');
      const none = await get('/api/person/1/relationships/boss');
      const empty = await get('/api/person/5/relationships/computers');

      expect(many.at('/data')).toEqual([
        { type: 'computer', id: '1' },
        { type: 'computer', id: '2' },
      ]);
      expect(many.at('/meta/total')).toBe(2);
      expect(many.at('/links')).toMatchObject({
        self: '/api/person/1/relationships/computers',
        related: '/api/person/1/computers',
      });
      expect(one.at('/data')).toEqual({ type: 'person', id: '1' });
      expect(one.at('/links')).toEqual({ self: '/api/person/2/relationships/boss', related: '/api/person/2/boss' });
      expect(none.at('/data')).toBeNull();
      expect(empty.at('/data')).toEqual([]);
    });

    it('pages, filters and sorts linkage [REL-17, JA-26]', async () => {
      const page = await get('/api/person/1/relationships/reports?page[size]=1&page[number]=2&sort=-name');
      const filtered = await get('/api/person/1/relationships/computers?filter[vendor]=Dell');

      expect(page.at('/data')).toEqual([{ type: 'person', id: '2' }]);
      expect(page.at('/links/prev')).toBe(
        '/api/person/1/relationships/reports?page%5Bsize%5D=1&page%5Bnumber%5D=1&sort=-name',
      );
      expect(page.at('/links/next')).toBeNull();
      expect(page.headers.link).toContain('</api/person/1/relationships/reports?page%5Bsize%5D=1&page%5Bnumber%5D=1');
      expect(filtered.at('/data/*/id')).toEqual(['2']);
    });

    it.each([
      ['/api/person/99', 'There is no person with the id "99".'],
      ['/api/person/ada', 'There is no person with the id "ada".'],
      ['/api/person/99/computers', 'There is no person with the id "99".'],
      ['/api/person/99/boss', 'There is no person with the id "99".'],
      ['/api/person/99/computers/1', 'There is no person with the id "99".'],
      ['/api/person/99/relationships/computers', 'There is no person with the id "99".'],
      ['/api/person/99/relationships/boss', 'There is no person with the id "99".'],
      ['/api/person/1/computers/3', '"computers" of person "1" leads to no computer with the id "3".'],
      ['/api/person/1/computers/99', '"computers" of person "1" leads to no computer with the id "99".'],
      ['/api/person/2/boss/1', '"boss" of person leads to one resource; it has no members to name.'],
      ['/api/person/1/friends', 'person has no relationship "friends".'],
      ['/api/person/1/friends/1', 'person has no relationship "friends".'],
      ['/api/person/1/relationships/friends', 'person has no relationship "friends".'],
      ['/api/person/1/name', 'person has no relationship "name".'],
      ['/api/person/1/relationships/name', 'person has no relationship "name".'],
      ['/api/person/1/relationships/constructor', 'person has no relationship "constructor".'],
      ['/api/person/1/relationships/computers/1', 'There is nothing at "/api/person/1/relationships/computers/1".'],
      ['/api/robot', 'There is nothing at "/api/robot".'],
      ['/api/robot/1/parts', 'There is nothing at "/api/robot/1/parts".'],
    ])('answers 404 at %s [REL-14, REL-16, REL-18, REL-22, JA-40, JA-41, FJE-03]', async (path, detail) => {
      const answer = await get(path);

      expect(answer.status).toBe(404);
      expect(answer.at('/errors')).toEqual([{ status: '404', code: 'NOT_FOUND', title: 'Not found', detail }]);
    });
  },
  { adapters: ['express'] },
);

describeServers(
  (server) => {
    it('writes every link in the one style that the module has [REL-13]', async () => {
      const imports = [
        RestlessModule.forRoot({ baseUrl: 'https://api.example.org/v1/' }),
        RestlessModule.forFeature(PEOPLE),
      ];
      const app = await server.start({ entities: PEOPLE, imports, seed: seedPeople });

      const list = await app.get('/api/person?include=computers');
      const linkage = await app.get('/api/person/1/relationships/computers');
      await app.close();

      for (const answer of [list, linkage]) {
        const links = [...answer.text.matchAll(/"(?:self|related|first|last|next|prev)":"([^"]*)"/g)].map(
          ([, url]) => url!,
        );
        expect(links.length).toBeGreaterThan(2);
        for (const link of links) expect(link).toMatch(/^https:\/\/api\.example\.org\/v1\/api\//);
      }
      expect(linkage.at('/links/related')).toBe('https://api.example.org/v1/api/person/1/computers');
    });
  },
  { databases: ['sqlite'] },
);
