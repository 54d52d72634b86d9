/** Compound documents: which related resources come along, each once, and all of them linked. */
import { type ResourceOptions, RestlessModule } from 'nestjs-restless';
import { createApp, describeServers, type TestApp } from '../support/app.js';
import { TypeOrmModule } from '@nestjs/typeorm';
import { jsonApi } from '../support/json-api-document.js';
import { Computer, PEOPLE, Person, seedPeople } from '../support/people.js';

const ids = (...list: string[]) => list.map((each) => ({ type: each.split('/')[0], id: each.split('/')[1] }));

/** `type/id` of everything in `included`. */
function included(answer: { readonly body: unknown }): string[] {
  const list = (answer.body as { included: { type: string; id: string }[] }).included;
  return list.map(({ type, id }) => `${type}/${id}`).sort();
}

describeServers(
  (server) => {
    let app: TestApp;
    const get = jsonApi(() => app);

    beforeAll(async () => {
      const imports = [
        RestlessModule.forFeature([
          ...PEOPLE,
          { entity: Person, collectionName: 'full', prefix: 'full', includes: ['computers', 'boss'], expose: 'all' },
          { entity: Computer, collectionName: 'thing', prefix: 'full' },
          { entity: Person, collectionName: 'linked', prefix: 'linked', linkage: 'always' },
        ]),
      ];
      app = await server.start({ entities: PEOPLE, imports, seed: seedPeople });
    });
    afterAll(() => app.close());

    it('includes nothing unless it is asked for, and says so by having no member for it [INC-01, JA-43]', async () => {
      const plain = await get('/api/person/1');
      const asked = await get('/api/person/1?include=boss');

      expect(plain.body).not.toHaveProperty('included');
      expect(plain.at('/data/relationships/computers')).not.toHaveProperty('data');
      expect(asked.at('/included')).toEqual([]);
    });

    it.each<[string, string[]]>([
      ['/api/person?page[size]=2&include=computers', ['computer/1', 'computer/2', 'computer/3']],
      ['/api/person/1?include=computers,reports', ['computer/1', 'computer/2', 'person/2', 'person/3']],
      ['/api/person/1/reports?include=computers', ['computer/3', 'computer/4', 'computer/5']],
      ['/api/person/2/boss?include=computers', ['computer/1', 'computer/2']],
      ['/api/person/1/reports/3?include=computers', ['computer/4', 'computer/5']],
      ['/api/person/1/relationships/computers?include=computers', ['computer/1', 'computer/2']],
      [
        '/api/person/1/relationships/reports?include=reports.computers',
        ['computer/3', 'computer/4', 'computer/5', 'person/2', 'person/3'],
      ],
      ['/api/person/1/relationships/reports?include=reports.boss.reports', ['person/1', 'person/2', 'person/3']],
      ['/api/person/2/relationships/boss?include=boss', ['person/1']],
      ['/api/person/1/relationships/boss?include=boss', []],
    ])('includes related resources at %s [INC-02, JA-43, JA-44]', async (path, expected) => {
      const answer = await get(path);

      expect(included(answer)).toEqual(expected);
    });

    it('includes what a dotted path passes on its way [INC-03, JA-45]', async () => {
      const answer = await get('/api/computer/3?include=owner.boss.computers');

      expect(included(answer)).toEqual(['computer/1', 'computer/2', 'person/1', 'person/2']);
      expect(answer.at('/data/relationships/owner/data')).toEqual({ type: 'person', id: '2' });
    });

    it('includes several paths and their common part once [INC-05, JA-45]', async () => {
      const answer = await get('/api/person/4?include=boss.computers,boss.boss,boss');

      expect(included(answer)).toEqual(['computer/3', 'person/1', 'person/2']);
    });

    it('gives a resource once, whatever number of ways leads to it [INC-05, JA-33]', async () => {
      const answer = await get('/api/computer?include=owner,owner.boss&sort=id');

      expect(included(answer)).toEqual(['person/1', 'person/2', 'person/3', 'person/6']);
    });

    it('ends where a path leads in a circle, with all linkage there [INC-06, JA-32, JA-33]', async () => {
      const answer = await get('/api/computer/1?include=owner.computers.owner.computers');

      expect(included(answer)).toEqual(['computer/2', 'person/1']);
      expect(answer.at('/included/0/relationships/computers/data')).toEqual(ids('computer/1', 'computer/2'));
    });

    it('does not repeat primary data that a path leads back to, but links them [INC-06, JA-33]', async () => {
      const answer = await get('/api/person?include=reports.boss&sort=id');

      expect(answer.at('/included')).toEqual([]);
      expect(answer.at('/data/*/relationships/reports/data')).toEqual([
        ids('person/2', 'person/3'),
        ids('person/4', 'person/5'),
        [],
        [],
        [],
        [],
      ]);
    });

    it('adds the linkage of a path to primary data that the path leads back to [INC-06, JA-32]', async () => {
      const answer = await get('/api/person/1?include=reports.boss.computers');

      expect(included(answer)).toEqual(['computer/1', 'computer/2', 'person/2', 'person/3']);
      expect(answer.at('/data/relationships/computers/data')).toEqual(ids('computer/1', 'computer/2'));
    });

    it('passes over to-one relationships that lead nowhere [INC-08]', async () => {
      const answer = await get('/api/computer?include=owner.boss.computers&sort=id');
      const nobody = await get('/api/computer/7?include=owner.boss.computers');

      expect(answer.at('/data/6/relationships/owner/data')).toBeNull();
      expect(included(answer)).toEqual(['person/1', 'person/2', 'person/3', 'person/6']);
      expect(nobody.at('/included')).toEqual([]);
    });

    it('includes for the rows of the page only [INC-09]', async () => {
      const answer = await get('/api/person?include=computers&page[size]=1&page[number]=3&sort=id');

      expect(answer.at('/data/*/id')).toEqual(['3']);
      expect(included(answer)).toEqual(['computer/4', 'computer/5']);
    });

    it('includes what the resource says unless the client says something else, even nothing [INC-04, JA-44]', async () => {
      const silent = await get('/full/full/2');
      const other = await get('/full/full/2?include=reports');
      const nothing = await get('/full/full/2?include=');

      expect(included(silent)).toEqual(['full/1', 'thing/3']);
      expect(included(other)).toEqual(['full/4', 'full/5']);
      expect(nothing.at('/included')).toEqual([]);
      expect(nothing.at('/data/relationships/computers')).not.toHaveProperty('data');
    });

    it('includes resources with the fields and the links of their own [INC-05]', async () => {
      const answer = await get('/api/computer/1?include=owner');

      expect(answer.at('/included')).toEqual([
        {
          type: 'person',
          id: '1',
          attributes: { name: 'Ada', age: 36, birthDate: '1815-12-10' },
          relationships: {
            boss: { data: null, links: { self: '/api/person/1/relationships/boss', related: '/api/person/1/boss' } },
            reports: { links: { self: '/api/person/1/relationships/reports', related: '/api/person/1/reports' } },
            computers: { links: { self: '/api/person/1/relationships/computers', related: '/api/person/1/computers' } },
          },
          links: { self: '/api/person/1' },
        },
      ]);
    });

    it('sends to-many linkage where the relationship is included, or the resource always does [INC-12, REL-10]', async () => {
      const plain = await get('/api/person/1?include=computers');
      const linked = await get('/linked/linked/1');
      const cut = await get('/linked/linked/1?fields[linked]=computers');

      expect(plain.at('/data/relationships/computers/data')).toEqual(ids('computer/1', 'computer/2'));
      expect(plain.at('/data/relationships/reports')).not.toHaveProperty('data');
      expect(linked.at('/data/relationships/computers/data')).toEqual(ids('computer/1', 'computer/2'));
      expect(linked.at('/data/relationships/reports/data')).toEqual(ids('linked/2', 'linked/3'));
      expect(linked.body).not.toHaveProperty('included');
      expect(Object.keys(cut.at('/data/relationships') as object)).toEqual(['computers']);
    });

    it.each([
      ['/api/person?include=friends', 'person has no relationship "friends". Relationships: boss, reports, computers.'],
      ['/api/person?include=computers.friends', 'computer has no relationship "friends". Relationships: owner.'],
      ['/api/person?include=name', 'person has no relationship "name". Relationships: boss, reports, computers.'],
      ['/api/person?include=boss,,reports', 'person has no relationship "". Relationships: boss, reports, computers.'],
      ['/api/person?include=boss.', 'person has no relationship "". Relationships: boss, reports, computers.'],
      [
        '/api/person?include=Computers',
        'person has no relationship "Computers". Relationships: boss, reports, computers.',
      ],
      [
        '/api/person?include=constructor',
        'person has no relationship "constructor". Relationships: boss, reports, computers.',
      ],
      ['/api/person/1/computers?include=computers', 'computer has no relationship "computers". Relationships: owner.'],
      [
        '/api/person/1/relationships/computers?include=owner',
        'Here every path starts with "computers", the relationship itself.',
      ],
      [
        '/api/person?include=boss.boss.boss.boss.boss.boss',
        '"boss.boss.boss.boss.boss.boss" is longer than 5 relationships, the limit includeDepth.',
      ],
      [
        `/api/person?include=${Array(21).fill('boss').join(',')}`,
        'There are more than 20 paths, the limit includePaths.',
      ],
    ])('refuses %s [INC-08, INC-12, JA-42, JA-46]', async (path, detail) => {
      const answer = await get(path);

      expect(answer.status).toBe(400);
      expect(answer.at('/errors/0/source')).toEqual({ parameter: 'include' });
      expect(answer.at('/errors/0/detail')).toBe(detail);
    });

    it('refuses an unknown path even where there is nothing to include for [INC-08, JA-46]', async () => {
      const answer = await get('/api/person?filter[name]=nobody&include=friends');

      expect(answer.status).toBe(400);
    });
  },
  { adapters: ['express'] },
);

describe('a resource whose own includes are wrong', () => {
  it.each<[ResourceOptions, string]>([
    [
      { includes: ['friends'] },
      'Person has no relationship "friends" (option "includes"). Relationships: boss, reports, computers.',
    ],
    [
      { includes: ['computers.friends'] },
      'Computer has no relationship "friends" (option "includes" of Person). Relationships: owner.',
    ],
  ])('is refused at start: %j [INC-04]', async (options, message) => {
    const database = TypeOrmModule.forRoot({ type: 'better-sqlite3', database: ':memory:', entities: PEOPLE });
    const feature = RestlessModule.forFeature([{ entity: Person, ...options }, Computer]);

    await expect(createApp({ imports: [database, feature] })).rejects.toThrow(message);
  });
});
