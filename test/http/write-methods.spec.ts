/** Which verbs write: those that a resource lists, at the addresses where they mean something, for documents of its type. */
import { TypeOrmModule } from '@nestjs/typeorm';
import { RestlessConfigError, RestlessModule, type ResourceEntry } from 'nestjs-restless';
import { createApp, describeServers, type TestApp } from '../support/app.js';
import { Computer, PEOPLE, Person, seedPeople } from '../support/people.js';
import { linkage, writing } from '../support/writing.js';

const ENTRIES: ResourceEntry[] = [
  { entity: Person, methods: ['GET', 'POST', 'PATCH', 'DELETE'] },
  { entity: Computer, methods: ['GET', 'POST', 'PATCH', 'DELETE'] },
  { entity: Person, prefix: 'posting', methods: ['post'] },
  { entity: Person, prefix: 'patching', methods: ['patch'] },
  { entity: Person, prefix: 'deleting', methods: ['DELETE'] },
];

const person = (name: string, rest: object = {}): object => ({ type: 'person', attributes: { name }, ...rest });

describeServers(
  (server) => {
    let app: TestApp;
    const { get, write } = writing(() => app);

    beforeAll(async () => {
      app = await server.start({ entities: PEOPLE, imports: [RestlessModule.forFeature(ENTRIES)], seed: seedPeople });
    });
    afterAll(() => app.close());

    it.each([
      ['posting', { collection: 'POST, OPTIONS', item: 'OPTIONS', linkage: 'OPTIONS' }],
      ['patching', { collection: 'OPTIONS', item: 'PATCH, OPTIONS', linkage: 'POST, PATCH, DELETE, OPTIONS' }],
      ['deleting', { collection: 'OPTIONS', item: 'DELETE, OPTIONS', linkage: 'OPTIONS' }],
      [
        'api',
        {
          collection: 'GET, HEAD, POST, OPTIONS',
          item: 'GET, HEAD, PATCH, DELETE, OPTIONS',
          linkage: 'GET, HEAD, POST, PATCH, DELETE, OPTIONS',
        },
      ],
    ])(
      'opens in /%s what is listed, and only where it belongs [MET-02, MET-05, MET-06, MET-09, MET-10, MET-11]',
      async (prefix, expected) => {
        const urls = {
          collection: `/${prefix}/person`,
          item: `/${prefix}/person/99`,
          linkage: `/${prefix}/person/99/relationships/computers`,
        };
        for (const [kind, url] of Object.entries(urls)) {
          const allow = expected[kind as keyof typeof expected];
          expect((await app.request('OPTIONS', url)).headers['allow']).toBe(allow);
          for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
            const answer = await write(method, url, kind === 'linkage' ? [] : { type: 'nothing' });

            expect([method, url, answer.status === 405]).toEqual([method, url, !allow.includes(method)]);
            if (answer.status === 405) expect(answer.headers['allow']).toBe(allow);
          }
        }
      },
    );

    it('creates at the collection, changes and deletes at the resource [MET-05, MET-06, MET-09]', async () => {
      const created = await write('POST', '/posting/person', person('new'));
      const [found] = (await get('/api/person?filter[name]=new')).at('/data') as { id: string }[];
      const id = found!.id;

      expect(created.status).toBe(201);
      expect((await write('PATCH', `/patching/person/${id}`, person('newer', { id }))).status).toBe(204);
      expect((await get(`/api/person/${id}`)).at('/data/attributes/name')).toBe('newer');
      expect((await write('DELETE', `/deleting/person/${id}`)).status).toBe(204);
      expect((await get(`/api/person/${id}`)).status).toBe(404);
    });

    it('knows no PUT, not even for those who ask for it [MET-07, MET-08]', async () => {
      for (const url of [
        '/api/person',
        '/api/person/1',
        '/api/person/1/computers',
        '/api/person/1/relationships/boss',
      ]) {
        const answer = await write('PUT', url, person('Eve', { id: '1' }));

        expect([url, answer.status]).toEqual([url, 405]);
      }
      expect((await get('/api/person/1')).at('/data/attributes/name')).toBe('Ada');
    });

    it.each(['POST', 'PATCH', 'DELETE'] as const)(
      'refuses %s at the addresses of related resources, and of no relationship [MET-13, MET-14, MET-15, MET-16, MET-17]',
      async (method) => {
        const urls = [
          '/api/person/1/computers',
          '/api/person/1/computers/1',
          '/api/computer/1/owner',
          '/api/person/1/relationships',
        ];
        for (const url of urls) {
          const answer = await write(method, url, linkage('computer/1'));

          expect([url, answer.status, answer.headers['allow']]).toEqual([url, 405, 'GET, HEAD, OPTIONS']);
        }
        expect((await get('/api/computer/1')).at('/data/relationships/owner/data')).toEqual(linkage('person/1')[0]);
      },
    );

    it.each<['POST' | 'PATCH', string, object]>([
      ['POST', '/api/person', { type: 'computer', attributes: { name: 'x', price: '1' } }],
      ['POST', '/api/person', { type: 'Person', attributes: { name: 'x' } }],
      ['PATCH', '/api/person/1', { type: 'computer', id: '1', attributes: { name: 'x' } }],
      ['PATCH', '/api/computer/1', { type: 'person', id: '1', attributes: { name: 'x' } }],
    ])('refuses %s at %s for a document of another type: %j [POL-05, JA-60, JA-64]', async (method, url, data) => {
      const answer = await write(method, url, data);

      expect([answer.status, answer.at('/errors/0/source/pointer')]).toEqual([409, '/data/type']);
      expect((await get('/api/person?filter[name]=x')).at('/meta/total')).toBe(0);
      expect((await get('/api/computer?filter[name]=x')).at('/meta/total')).toBe(0);
    });

    it('does not find a resource at the address of another [POL-06, JA-64]', async () => {
      // There are seven computers and six people.
      expect((await write('PATCH', '/api/person/7', person('x', { id: '7' }))).status).toBe(404);
      expect((await write('DELETE', '/api/person/7')).status).toBe(404);
      expect((await write('PATCH', '/api/robot/7', person('x', { id: '7' }))).status).toBe(404);
      expect((await get('/api/computer/7')).status).toBe(200);
    });
  },
  { databases: ['sqlite'] },
);

it('says at start which verbs there are [MET-02, MET-07]', async () => {
  const database = TypeOrmModule.forRoot({ type: 'better-sqlite3', database: ':memory:', entities: PEOPLE });
  const entry = { entity: Person, methods: ['PUTS'] } as unknown as ResourceEntry;

  await expect(createApp({ imports: [database, RestlessModule.forFeature([entry])] })).rejects.toThrow(
    new RestlessConfigError('Person: the option "methods" has to be a list of GET, POST, PUT, PATCH, DELETE.'),
  );
});
