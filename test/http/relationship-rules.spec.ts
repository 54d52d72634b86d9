/** What relationship URLs refuse, what the options open, and what scopes hide; listeners hear of every row that changes. */
import { Expose } from 'class-transformer';
import { ArrayMaxSize } from 'class-validator';
import { Resource, RestlessModule, type FilterObject, type ResourceEntry, type ScopeContext } from 'nestjs-restless';
import {
  BeforeUpdate,
  Column,
  DataSource,
  Entity,
  type EntitySubscriberInterface,
  EventSubscriber,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  type Relation,
  type UpdateEvent,
} from 'typeorm';
import { describeServers, type Server, type TestApp } from '../support/app.js';
import { linkage, writing } from '../support/writing.js';

/** Thrown by listeners, and told to clients. */
class Refusal extends Error {
  constructor(readonly errors: Readonly<Record<string, string>>) {
    super('refused');
  }
}

/** With the header `x-team`, only the rows of that team exist. */
function scope({ request }: ScopeContext): FilterObject | undefined {
  const team = (request as { headers: Record<string, string | undefined> } | undefined)?.headers['x-team'];
  return team === undefined ? undefined : { name: 'team', op: 'eq', val: team };
}

@Entity()
@Resource({ scope })
class Person {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ default: '' }) name!: string;
  @Column({ default: 'red' }) team!: string;
  @Expose() @ManyToOne(() => Person, (boss) => boss.reports) boss!: Relation<Person> | null;
  @Expose() @OneToMany(() => Person, (person) => person.boss) @ArrayMaxSize(3) reports!: Relation<Person>[];
  @Expose() @OneToMany(() => Computer, (computer) => computer.owner) computers!: Relation<Computer>[];
  @Expose() @OneToMany(() => Badge, (badge) => badge.holder) badges!: Relation<Badge>[];
  @Expose() @ManyToMany(() => Club, (club) => club.members) @JoinTable() clubs!: Relation<Club>[];
  @Expose({ toPlainOnly: true }) @ManyToMany(() => Club) @JoinTable() shownClubs!: Relation<Club>[];
  @Expose({ toClassOnly: true }) @ManyToMany(() => Club) @JoinTable() secretClubs!: Relation<Club>[];
  /** Not exposed. */
  @ManyToMany(() => Club) @JoinTable() hiddenClubs!: Relation<Club>[];
}

@Entity()
@Resource({ scope, validationExceptions: [Refusal] })
class Computer {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ default: '' }) name!: string;
  @Column({ default: 'red' }) team!: string;
  @Column({ default: 0 }) changes!: number;
  @Expose() @ManyToOne(() => Person, (person) => person.computers) owner!: Relation<Person> | null;

  @BeforeUpdate() count(): void {
    if (this.name === 'stubborn') throw new Refusal({ name: 'does not like to be moved' });
    this.changes += 1;
  }
}

/** Its relation cannot be null. */
@Entity()
@Resource()
class Badge {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @ManyToOne(() => Person, (person) => person.badges, { nullable: false }) holder!: Relation<Person>;
}

@Entity()
@Resource({ scope })
class Club {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ default: 'red' }) team!: string;
  @Expose() @ManyToMany(() => Person, (person) => person.clubs) members!: Relation<Person>[];
}

const heard: string[] = [];

@EventSubscriber()
class ComputerListener implements EntitySubscriberInterface<Computer> {
  listenTo(): typeof Computer {
    return Computer;
  }
  afterUpdate({ entity }: UpdateEvent<Computer>): void {
    heard.push(`computer ${entity?.['id']}`);
  }
}

const ENTITIES = [Person, Computer, Badge, Club];

async function seed({ manager }: DataSource): Promise<void> {
  const people = ['Ada', 'Bob', 'Carla', 'Dmitri'].map((name) => ({ name }));
  await manager.insert(Person, [...people, { name: 'Émile', team: 'blue' }]);
  await manager.insert(Computer, [{}, {}, {}, { team: 'blue' }, { name: 'stubborn' }]);
  await manager.insert(Badge, [{ holder: { id: 1 } }, { holder: { id: 1 } }]);
  await manager.insert(Club, [{}, {}, { team: 'blue' }]);
}

const OPEN: Omit<ResourceEntry, 'entity'> = {
  methods: ['GET', 'PATCH'],
  allowToManyReplacement: true,
  allowDeleteFromToManyRelationships: true,
};

const ENTRIES: ResourceEntry[] = [
  ...ENTITIES.map((entity) => ({ entity, ...OPEN })),
  // The same people under other rules; their links lead to the resources above.
  { entity: Person, prefix: 'strict', methods: ['GET', 'PATCH'] },
  { entity: Person, prefix: 'readable', methods: ['GET'] },
  { entity: Person, prefix: 'written', methods: ['PATCH'] },
  { entity: Person, prefix: 'adding', ...OPEN, relationshipMethods: ['GET', 'POST'] },
  { entity: Person, prefix: 'posting', methods: ['GET', 'POST', 'DELETE'] },
  { entity: Person, prefix: 'telling', ...OPEN, returning: 'always' },
  { entity: Person, prefix: 'fixed', ...OPEN, readOnly: ['boss'], createOnly: ['clubs'] },
];

function start(server: Server): Promise<TestApp> {
  const imports = [RestlessModule.forRoot({ formats: ['json-api'] }), RestlessModule.forFeature(ENTRIES)];
  return server.start({ entities: ENTITIES, imports, seed, dataSource: { subscribers: [ComputerListener] } });
}

describeServers(
  (server) => {
    let app: TestApp;
    const { get, write } = writing(() => app);

    beforeAll(async () => {
      app = await start(server);
    });
    afterAll(() => app.close());

    const CLUBS = '/person/1/relationships/clubs';
    const BOSS = '/person/2/relationships/boss';
    const one = linkage('club/1');

    /** Sets a relationship for what is to come. */
    async function given(path: string, data: unknown): Promise<void> {
      expect((await write('PATCH', `/api${path}`, data)).status).toBe(204);
    }

    describe('the options', () => {
      it('refuse to replace and to remove members by default, and add them [RJA-02, RJA-07, JA-66, JA-68, JA-69, contradiction 42]', async () => {
        await given(CLUBS, one);

        const answers = [
          await write('PATCH', `/strict${CLUBS}`, []),
          await write('PATCH', `/strict${CLUBS}`, one),
          await write('DELETE', `/strict${CLUBS}`, one),
        ];

        for (const answer of answers) expect([answer.status, answer.at('/errors/0/code')]).toEqual([403, 'FORBIDDEN']);
        expect((await get(`/api${CLUBS}`)).at('/data')).toEqual(one);
        expect((await write('POST', `/strict${CLUBS}`, linkage('club/2'))).status).toBe(204);
        expect((await write('PATCH', `/strict${BOSS}`, linkage('person/1')[0])).status).toBe(204);
        expect((await write('PATCH', `/strict${BOSS}`, null)).status).toBe(204);
        expect((await get(`/api${CLUBS}`)).at('/data')).toEqual(linkage('club/1', 'club/2'));
      });

      it.each([
        ['readable', 'GET, HEAD, OPTIONS'],
        ['written', 'POST, PATCH, DELETE, OPTIONS'],
        ['adding', 'GET, HEAD, POST, OPTIONS'],
        ['posting', 'GET, HEAD, OPTIONS'],
        ['api', 'GET, HEAD, POST, PATCH, DELETE, OPTIONS'],
      ])('open the verbs of relationship URLs in /%s [MET-11, MET-12, MET-13]', async (prefix, allow) => {
        await given(CLUBS, one);
        const open = allow.split(', ');
        for (const method of ['POST', 'PATCH', 'DELETE'] as const) {
          const answer = await write(method, `/${prefix}${CLUBS}`, one);

          const forbidden = open.includes(method) && prefix === 'written' && method !== 'POST';
          expect([method, answer.status]).toEqual([method, forbidden ? 403 : open.includes(method) ? 204 : 405]);
          if (answer.status === 405) expect(answer.headers['allow']).toBe(allow);
        }
        expect((await app.get(`/${prefix}${CLUBS}`)).status).toBe(open.includes('GET') ? 200 : 405);
        expect((await app.request('OPTIONS', `/${prefix}${CLUBS}`)).headers['allow']).toBe(allow);
      });

      it('answer 200 with the linkage where the resource says so [JA-65, JA-69]', async () => {
        await given(CLUBS, []);
        const url = `/telling${CLUBS}`;
        const links = { self: url, related: '/telling/person/1/clubs' };

        const added = await write('POST', url, linkage('club/2', 'club/1'));
        const removed = await write('DELETE', url, linkage('club/2'));
        const replaced = await write('PATCH', url, linkage('club/2'));
        const boss = await write('PATCH', `/telling${BOSS}`, linkage('person/1')[0]);
        const none = await write('PATCH', `/telling${BOSS}`, null);

        expect([added.status, added.at('/data')]).toEqual([200, linkage('club/1', 'club/2')]);
        expect(added.at('/links')).toMatchObject(links);
        expect([removed.status, removed.at('/data')]).toEqual([200, linkage('club/1')]);
        expect([replaced.status, replaced.at('/data')]).toEqual([200, linkage('club/2')]);
        expect([boss.status, boss.at('/data')]).toEqual([200, linkage('person/1')[0]]);
        expect([none.status, none.at('/data')]).toEqual([200, null]);
      });

      it('keep what is read-only, or set on creation only [JA-69]', async () => {
        const boss = await write('PATCH', `/fixed${BOSS}`, linkage('person/1')[0]);
        const clubs = await write('POST', `/fixed${CLUBS}`, linkage('club/2'));
        const shown = await write('POST', '/api/person/1/relationships/shownClubs', one);

        expect([boss, clubs, shown].map(({ status }) => status)).toEqual([403, 403, 403]);
      });
    });

    describe('a fault', () => {
      const many = '/api/person/1/relationships/clubs';
      const single = '/api/person/2/relationships/boss';
      const club = { type: 'club', id: '1' };

      it.each<
        [words: string, status: number, method: 'POST' | 'PATCH' | 'DELETE', url: string, data: unknown, at?: string]
      >([
        ['null for a to-many relationship [RJA-03]', 400, 'PATCH', many, null, '/data'],
        ['an object for a to-many relationship', 400, 'POST', many, club, '/data'],
        ['an object to remove', 400, 'DELETE', many, club, '/data'],
        ['a list for a to-one relationship', 400, 'PATCH', single, linkage('person/1'), '/data'],
        ['an empty list for a to-one relationship', 400, 'PATCH', single, [], '/data'],
        ['a text', 400, 'PATCH', single, 'person/1', '/data'],
        ['a number', 400, 'PATCH', single, 1, '/data'],
        ['a list of texts', 400, 'POST', many, ['1'], '/data/0'],
        ['a list in a list', 400, 'POST', many, [[club]], '/data/0'],
        ['null in a list', 400, 'POST', many, [club, null], '/data/1'],
        ['no type [RJA-10]', 400, 'POST', many, [{ id: '1' }], '/data/0'],
        ['a type that is no text', 400, 'POST', many, [{ type: 1, id: '1' }], '/data/0'],
        ['no id [RJA-10]', 400, 'DELETE', many, [{ type: 'club' }], '/data/0'],
        ['an id that is an object', 400, 'PATCH', single, { type: 'person', id: {} }, '/data/id'],
        ['an id that is null', 400, 'PATCH', single, { type: 'person', id: null }, '/data/id'],
        [
          'a type that does not belong there [RJA-10]',
          409,
          'POST',
          many,
          linkage('club/1', 'person/1'),
          '/data/1/type',
        ],
        ['a wrong type to remove', 409, 'DELETE', many, linkage('person/1'), '/data/0/type'],
        ['a wrong type of a to-one relationship', 409, 'PATCH', single, club, '/data/type'],
        ['a type that does not exist', 409, 'PATCH', single, { type: 'robot', id: '1' }, '/data/type'],
        ['a row that does not exist [RJA-10]', 404, 'POST', many, linkage('club/1', 'club/99'), '/data/1'],
        ['a row that does not exist, to replace', 404, 'PATCH', many, linkage('club/99'), '/data/0'],
        ['a row that does not exist, to one', 404, 'PATCH', single, { type: 'person', id: '99' }, '/data'],
        ['an id that cannot be one', 404, 'PATCH', single, { type: 'person', id: 'x' }, '/data'],
        ['an id past the range of the key', 404, 'POST', many, linkage('club/99999999999999999999'), '/data/0'],
      ])(
        'is %s: %i [RJA-04, RJA-10, RJA-11, JA-65, JA-66, JA-67, JA-68]',
        async (_words, status, method, url, data, at) => {
          await given(CLUBS, []);

          const answer = await write(method, url, data);

          expect([answer.status, answer.at('/errors/0/source/pointer')]).toEqual([status, at]);
          expect((await get(many)).at('/data')).toEqual([]);
          expect((await get(single)).at('/data')).toBeNull();
        },
      );

      it.each<[words: string, status: number, method: 'POST' | 'PATCH' | 'DELETE', path: string]>([
        ['POST to a to-one relationship [RJA-06]', 403, 'POST', '/api/person/2/relationships/boss'],
        ['DELETE from a to-one relationship', 403, 'DELETE', '/api/person/2/relationships/boss'],
        ['an unknown row', 404, 'POST', '/api/person/99/relationships/clubs'],
        ['an unknown row, to replace', 404, 'PATCH', '/api/person/99/relationships/clubs'],
        ['an unknown row, to remove', 404, 'DELETE', '/api/person/99/relationships/clubs'],
        ['an id that is none', 404, 'POST', '/api/person/x/relationships/clubs'],
        ['an unknown relationship', 404, 'POST', '/api/person/1/relationships/friends'],
        ['a relationship that is not exposed', 404, 'PATCH', '/api/person/1/relationships/hiddenClubs'],
        ['an attribute [RJA-12]', 404, 'PATCH', '/api/person/1/relationships/name'],
        ['the id [RJA-12]', 404, 'PATCH', '/api/person/1/relationships/id'],
        ['a column that is not exposed', 404, 'PATCH', '/api/person/1/relationships/team'],
        ['a name of JavaScript', 404, 'PATCH', '/api/person/1/relationships/constructor'],
        ['another name of JavaScript', 404, 'DELETE', '/api/person/1/relationships/__proto__'],
      ])('is %s: %i [RJA-06, RJA-11, RJA-12, JA-64]', async (_words, status, method, path) => {
        const answer = await write(method, path, one);

        expect([answer.status, answer.at('/errors/0/source')]).toEqual([status, undefined]);
      });

      it('is told of every row that does not exist [RJA-10]', async () => {
        const answer = await write('PATCH', many, linkage('club/98', 'club/1', 'club/99'));

        expect(answer.status).toBe(404);
        expect(answer.at('/errors/*/source/pointer')).toEqual(['/data/0', '/data/2']);
      });

      it('is a relation that may not be null, and nothing has happened [RJA-01, ERR-09]', async () => {
        const badges = '/api/person/1/relationships/badges';

        const cleared = await write('PATCH', '/api/badge/1/relationships/holder', null);
        const removed = await write('DELETE', badges, linkage('badge/1'));
        const replaced = await write('PATCH', badges, linkage('badge/2'));

        for (const answer of [cleared, removed, replaced]) expect(answer.status).toBe(400);
        expect(cleared.at('/errors/0/source/pointer')).toBe('/data');
        expect((await get(badges)).at('/data')).toEqual(linkage('badge/1', 'badge/2'));
        expect((await write('POST', '/api/person/2/relationships/badges', linkage('badge/1'))).status).toBe(204);
      });

      it('is more members than a list may have, not more than a database can take [RJA-05, JA-67]', async () => {
        const missing = Array.from({ length: 999 }, (_, index) => `club/${index + 1000}`);

        const most = await write('DELETE', many, linkage('club/1', ...missing));
        const tooMany = await write('DELETE', many, linkage('club/1', 'club/2', ...missing));

        expect(most.status).toBe(204);
        expect([tooMany.status, tooMany.at('/errors/0/code')]).toEqual([400, 'LIMIT_EXCEEDED']);
        expect(tooMany.at('/errors/0/source/pointer')).toBe('/data');
      });
    });

    it('ignores what an identifier says of the link itself [RJA-17, JA-67]', async () => {
      await given(CLUBS, []);

      const answer = await write('POST', `/api${CLUBS}`, [{ type: 'club', id: '1', meta: { since: 2020 }, lid: 'x' }]);

      expect(answer.status).toBe(204);
      expect((await get(`/api${CLUBS}`)).at('/data')).toEqual(one);
    });

    it('writes a relationship that cannot be read [RJA-05, JA-67]', async () => {
      const url = '/api/person/1/relationships/secretClubs';

      expect((await write('POST', url, one)).status).toBe(204);
      expect((await app.get(url)).status).toBe(404);
      const rows: unknown = await app.app
        .get(DataSource)
        .getRepository(Person)
        .findOne({
          where: { id: 1 },
          relations: { secretClubs: true },
        });
      expect(rows).toMatchObject({ secretClubs: [{ id: 1 }] });
    });

    it('replaces more members than fit into one statement [RJA-02, JA-66]', async () => {
      const { manager } = app.app.get(DataSource);
      const clubs = await manager.save(
        Club,
        Array.from({ length: 1_200 }, () => ({ team: 'crowd' })),
      );
      const members = manager.createQueryBuilder().relation(Person, 'clubs').of(3);
      for (let start = 0; start < clubs.length; start += 400) await members.add(clubs.slice(start, start + 400));

      expect((await write('PATCH', '/api/person/3/relationships/clubs', one)).status).toBe(204);
      expect((await get('/api/person/3/relationships/clubs')).at('/data')).toEqual(one);
      await manager.delete(Club, { team: 'crowd' });
    });

    describe('a scope', () => {
      const red = { 'x-team': 'red' };
      const blue = { 'x-team': 'blue' };

      it('hides the row itself [RJA-11]', async () => {
        await given(CLUBS, one);
        for (const method of ['POST', 'PATCH', 'DELETE'] as const) {
          expect((await write(method, `/api${CLUBS}`, linkage('club/3'), blue)).status).toBe(404);
        }
        expect((await write('PATCH', `/api${BOSS}`, null, blue)).status).toBe(404);
        expect((await get(`/api${CLUBS}`)).at('/data')).toEqual(one);
      });

      it('hides the rows that are named [RJA-10]', async () => {
        await given(CLUBS, one);

        const add = await write('POST', `/api${CLUBS}`, linkage('club/2', 'club/3'), red);
        const replace = await write('PATCH', `/api${CLUBS}`, linkage('club/3'), red);
        const boss = await write('PATCH', `/api${BOSS}`, linkage('person/5')[0], red);
        const computers = await write('POST', '/api/person/1/relationships/computers', linkage('computer/4'), red);

        expect([add, replace, boss, computers].map(({ status }) => status)).toEqual([404, 404, 404, 404]);
        expect(add.at('/errors/0')).toMatchObject({
          detail: 'There is no club with the id "3".',
          source: { pointer: '/data/1' },
        });
        expect((await get(`/api${CLUBS}`)).at('/data')).toEqual(one);
      });

      it('keeps members that are not seen [RJA-02, RJA-07, JA-66, JA-68]', async () => {
        const computers = '/person/1/relationships/computers';
        await given(CLUBS, linkage('club/1', 'club/3'));
        await given(computers, linkage('computer/1', 'computer/4'));

        expect((await write('DELETE', `/api${CLUBS}`, linkage('club/3'), red)).status).toBe(204);
        expect((await write('PATCH', `/api${CLUBS}`, linkage('club/2'), red)).status).toBe(204);
        expect((await write('PATCH', `/api${computers}`, [], red)).status).toBe(204);

        expect((await get(`/api${CLUBS}`, red)).at('/data')).toEqual(linkage('club/2'));
        expect((await get(`/api${CLUBS}`)).at('/data')).toEqual(linkage('club/2', 'club/3'));
        expect((await get(`/api${computers}`)).at('/data')).toEqual(linkage('computer/4'));
        await given(computers, []);
      });

      it('does not tell in an answer what it hides [JA-69]', async () => {
        await given(CLUBS, linkage('club/1', 'club/3'));

        const answer = await write('POST', `/telling${CLUBS}`, linkage('club/2'), red);

        expect([answer.status, answer.at('/data')]).toEqual([200, linkage('club/1', 'club/2')]);
      });
    });

    describe('listeners', () => {
      const computers = '/person/1/relationships/computers';

      beforeAll(() => given(computers, []));

      async function changes(): Promise<number[]> {
        const rows = await app.app
          .get(DataSource)
          .getRepository(Computer)
          .find({ order: { id: 'ASC' } });
        return rows.map((row) => row.changes);
      }

      it('hear of each row that a one-to-many edit changes, and of no other [RJA-05, JA-67, JA-69]', async () => {
        const before = await changes();
        heard.length = 0;

        await write('POST', `/api${computers}`, linkage('computer/1', 'computer/2'));
        await write('POST', `/api${computers}`, linkage('computer/1'));
        await write('DELETE', `/api${computers}`, linkage('computer/3', 'computer/2'));
        await write('PATCH', `/api${computers}`, linkage('computer/3', 'computer/1'));
        await write('PATCH', '/api/computer/3/relationships/owner', null);

        expect(heard).toEqual([1, 2, 2, 3, 3].map((id) => `computer ${id}`));
        expect(await changes()).toEqual(before.map((count, index) => count + ([1, 2, 2][index] ?? 0)));
      });

      it('may refuse: a 400 in their own words, and nothing has happened [RJA-16, TXN-03]', async () => {
        await given(computers, []);

        const many = await write('POST', `/api${computers}`, linkage('computer/1', 'computer/5'));
        const single = await write('PATCH', '/api/computer/5/relationships/owner', linkage('person/1')[0]);

        for (const answer of [many, single]) {
          expect([answer.status, answer.at('/errors/0/detail')]).toEqual([400, '"name": does not like to be moved']);
          expect(answer.at('/errors/0/source')).toBeUndefined();
        }
        expect((await get(`/api${computers}`)).at('/data')).toEqual([]);
      });

      it('and validators see what the members are to be [RJA-16]', async () => {
        const reports = '/api/person/1/relationships/reports';

        const answer = await write('PATCH', reports, linkage('person/1', 'person/2', 'person/3', 'person/4'));

        expect([answer.status, answer.at('/errors/0/code')]).toEqual([400, 'VALIDATION']);
        expect(answer.at('/errors/0/source/pointer')).toBe('/data');
        expect((await get(reports)).at('/data')).toEqual([]);
        expect((await write('PATCH', reports, linkage('person/2', 'person/3'))).status).toBe(204);
        expect((await write('PATCH', reports, [])).status).toBe(204);
      });
    });

    it('reads linkage with filter, sort and page; a write takes them for its answer, and no filter [RJA-18]', async () => {
      await given(CLUBS, linkage('club/1', 'club/2', 'club/3'));

      const page = await write('POST', `/telling${CLUBS}?page[size]=2&sort=-id`, []);
      const filtered = await write('PATCH', `/api${CLUBS}?filter[id]=1`, []);
      const sorted = await write('PATCH', `/api${CLUBS}?sort=x`, []);

      expect((await get(`/api${CLUBS}?filter[id][gt]=1&sort=-id`)).at('/data')).toEqual(linkage('club/3', 'club/2'));
      expect((await get(`/api${CLUBS}?page[size]=1&page[number]=2`)).at('/data')).toEqual(linkage('club/2'));
      expect([page.status, page.at('/data')]).toEqual([200, linkage('club/3', 'club/2')]);
      expect([filtered.status, filtered.at('/errors/0/source')]).toEqual([400, { parameter: 'filter[id]' }]);
      expect([sorted.status, sorted.at('/errors/0/source')]).toEqual([400, { parameter: 'sort' }]);
      expect((await get(`/api${CLUBS}`)).at('/data')).toHaveLength(3);
    });
  },
  { adapters: ['express'] },
);

describeServers(
  (server) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await start(server);
    });
    afterAll(() => app.close());

    const url = '/api/person/1/relationships/clubs';
    const text = JSON.stringify({ data: linkage('club/1') });
    const type = { 'Content-Type': 'application/vnd.api+json' };

    it('reads the body of DELETE like that of other verbs [RJA-14, JA-68]', async () => {
      await app.request('PATCH', url, { body: { data: linkage('club/1', 'club/2') } });

      expect((await app.request('DELETE', url, { headers: type, body: text })).status).toBe(204);
      expect((await app.get(url)).at('/data')).toEqual(linkage('club/2'));
    });

    it.each(['POST', 'PATCH', 'DELETE'])(
      'refuses the body of %s in another media type [RJA-11, RJA-14]',
      async (method) => {
        for (const headers of [
          { 'Content-Type': 'application/json' },
          { 'Content-Type': 'text/plain' },
          { 'Content-Type': 'application/vnd.api+json; charset=utf-8' },
        ]) {
          const answer = await app.request(method, url, { headers, body: text });

          expect([answer.status, answer.at('/errors/0/source/header')]).toEqual([415, 'Content-Type']);
        }
      },
    );

    it.each(['POST', 'PATCH', 'DELETE'])('refuses %s without a body, and with half of one [RJA-11]', async (method) => {
      for (const body of [undefined, '', '{"data":[{"type":"club"', 'null', '[]', '{}', '{"foo":1}']) {
        const answer = await app.request(method, url, body === undefined ? { headers: type } : { headers: type, body });

        expect([body, answer.status, answer.at('/errors/0/source/pointer')]).toEqual([body, 400, '']);
      }
    });
  },
  { databases: ['sqlite'] },
);
