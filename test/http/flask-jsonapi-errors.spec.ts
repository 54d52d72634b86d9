/**
 * The errors of flask-jsonapi, one by one, and what became of rows inside rows, which it had and gave up: flat JSON takes
 * them, JSON:API does not.
 */
import { Expose } from 'class-transformer';
import { ProcessingException, Resource, RestlessModule } from 'nestjs-restless';
import { Column, DataSource, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { type Answer, describeServers, type TestApp } from '../support/app.js';
import { faults, linkage, writing } from '../support/writing.js';

@Entity()
@Resource({ methods: ['GET', 'POST', 'PATCH'] })
class Club {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @OneToMany(() => Team, (team) => team.club) teams!: Relation<Team>[];
}

@Entity()
@Resource({ methods: ['GET', 'POST', 'PATCH'], createOnly: ['players'] })
class Team {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @ManyToOne(() => Club, (club) => club.teams) club!: Relation<Club> | null;
  @Expose() @OneToMany(() => Player, (player) => player.team) players!: Relation<Player>[];
}

@Entity()
@Resource({ methods: ['GET', 'POST'] })
class Player {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @ManyToOne(() => Team, (team) => team.players) team!: Relation<Team> | null;
}

const JSON_API = 'application/vnd.api+json';
const ATOMIC = `${JSON_API};ext="https://jsonapi.org/ext/atomic"`;

/** Thrown by the name of a club. */
const THROWN: Record<string, () => unknown> = {
  base: () => new ProcessingException({ detail: 'No.', source: { pointer: '/data' }, title: 'Refused', status: 418 }),
  plain: () => new ProcessingException('No.'),
  other: () => new Error('secret'),
};

describeServers(
  ({ start }) => {
    let app: TestApp;
    const { get: ask, post, patch, write, send } = writing(() => app);
    const get = (path: string, headers = {}): Promise<Answer> => ask(encodeURI(path), headers);
    const flat = (method: string, path: string, body: object): Promise<Answer> =>
      app.request(method, path, { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
    const count = (): Promise<readonly number[]> =>
      Promise.all([Club, Team, Player].map((entity) => app.app.get(DataSource).manager.count(entity)));

    beforeAll(async () => {
      app = await start({
        entities: [Club, Team, Player],
        imports: [
          RestlessModule.forFeature([
            {
              entity: Club,
              preprocessors: {
                POST_RESOURCE: [
                  ({ data }) => {
                    const thrown = THROWN[String(data.name)];
                    if (thrown !== undefined) throw thrown();
                  },
                ],
              },
            },
            Team,
            Player,
            { entity: Player, prefix: 'nothing', repository: () => ({}) },
          ]),
        ],
        seed: async ({ manager }) => {
          await manager.insert(Club, { name: 'Reds' });
          await manager.insert(Team, { name: 'first', club: { id: 1 } });
        },
        configure: (nest) => nest.useLogger(false),
      });
    });
    afterAll(() => app.close());

    it('tells what the application throws, and of other errors nothing [FJE-01]', async () => {
      const thrown = async (name: string): Promise<unknown> =>
        (await post('/api/club', { type: 'club', attributes: { name } })).at('/errors');

      expect(await thrown('base')).toEqual([
        { status: '418', title: 'Refused', detail: 'No.', source: { pointer: '/data' } },
      ]);
      expect(await thrown('plain')).toMatchObject([{ status: '400', detail: 'No.' }]);
      expect(await thrown('other')).toEqual([
        {
          status: '500',
          code: 'INTERNAL',
          title: 'Internal server error',
          detail: 'The server failed to answer this request.',
        },
      ]);
    });

    it.each([
      ['fields[club]=shoe', 'fields[club]'],
      ['include=shoe', 'include'],
      ['filter[shoe]=1', 'filter[shoe]'],
      ['sort=shoe', 'sort'],
      ['page[size]=x', 'page[size]'],
    ])('answers ?%s with 400, naming the parameter [FJE-02, FJF-10]', async (query, parameter) => {
      const answer = await get(`/api/club?${query}`);

      expect(answer.status).toBe(400);
      expect(answer.at('/errors/*/source/parameter')).toEqual([parameter]);
    });

    it('answers 404 for objects, for related objects, and for relations [FJE-03, FJR-04]', async () => {
      const team = { type: 'team', id: '1', relationships: { club: { data: { type: 'club', id: '9' } } } };

      expect((await get('/api/club/9')).at('/errors/0/detail')).toBe('There is no club with the id "9".');
      expect(faults(await patch('/api/team/1', team))).toEqual(['404 NOT_FOUND /data/relationships/club/data']);
      expect((await get('/api/club/1/shoes')).status).toBe(404);
      expect((await get('/api/club/1/relationships/shoes')).status).toBe(404);
    });

    it('has a status for every refusal [FJE-04]', async () => {
      const statusOf = async (answer: Promise<Answer>): Promise<unknown> => (await answer).at('/errors/0/status');

      expect(await statusOf(write('DELETE', '/api/club/1'))).toBe('405');
      expect(await statusOf(post('/api/club', { type: 'team', attributes: { name: 'x' } }))).toBe('409');
      expect(await statusOf(get('/nothing/player'))).toBe('501');
      expect(await statusOf(post('/api/club', { type: 'club', id: '7', attributes: { name: 'x' } }))).toBe('403');
    });

    it('refuses headers by 415 and 406 [FJE-06]', async () => {
      const body = { data: { type: 'club', attributes: { name: 'x' } } };
      const unread = await send('POST', '/api/club', body, { 'Content-Type': 'text/plain' });
      const unwritten = await send('GET', '/api/club', undefined, { Accept: 'text/plain' });

      expect([unread.status, unread.at('/errors/0/status')]).toEqual([415, '415']);
      expect([unwritten.status, unwritten.at('/errors/0/status')]).toEqual([406, '406']);
    });

    it('has no operations in one request: the extension is unknown [FJN-07]', async () => {
      const body = { 'atomic:operations': [{ op: 'add', data: { type: 'club', attributes: { name: 'x' } } }] };

      expect((await send('POST', '/api/club', body, { 'Content-Type': ATOMIC })).status).toBe(415);
      expect((await get('/api/club', { Accept: ATOMIC })).status).toBe(406);
      expect((await send('POST', '/api/operations', body)).status).toBe(404);
    });

    it('creates rows inside rows, in flat JSON, with the keys of their parents [FJN-01, FJN-04]', async () => {
      const club = {
        name: 'Blues',
        teams: [{ name: 'a', players: [{ name: 'Ann' }, { name: 'Bea' }] }, { name: 'b' }],
      };
      const made = await flat('POST', '/api/club', club);
      const id = String(made.at('/id'));

      expect(made.status).toBe(201);
      expect((await get(`/api/club/${id}/teams`)).at('/data/*/attributes/name')).toEqual(['a', 'b']);
      expect((await get(`/api/player?filter[team.club]=${id}`)).at('/data/*/attributes/name')).toEqual(['Ann', 'Bea']);
    });

    it('tells the keys of what it created, which need no ids of the client’s [FJN-02]', async () => {
      const made = await flat('POST', '/api/club', { name: 'Blues', teams: [{ name: 'b' }, { name: 'a' }] });
      const named = made.at('/teams') as { id: number; name: string }[];
      const [first, second] = named.map(({ id }) => id);

      expect(named.map(({ name }) => name)).toEqual(['b', 'a']);
      expect(second).toBe(first! + 1);
      expect((await get(`/api/team/${first}`)).at('/data/attributes/name')).toBe('b');
    });

    it('lets rows be written inside others when these are created, and not later [FJN-03]', async () => {
      const [clubs, teams, players] = await count();
      const made = await flat('POST', '/api/team', { name: 'b', players: [{ name: 'Ann' }] });
      const changed = await flat('PATCH', `/api/team/${String(made.at('/id'))}`, { players: [{ name: 'Bea' }] });

      expect([made.status, changed.status]).toEqual([201, 403]);
      expect(await count()).toEqual([clubs, teams! + 1, players! + 1]);
    });

    it('takes no resources inside resources in JSON:API [FJN-01, FJN-06]', async () => {
      const before = await count();
      const team = { type: 'team', __id__: 'x', attributes: { name: 'a' } };
      const answer = await post('/api/club', {
        type: 'club',
        attributes: { name: 'Blues' },
        relationships: { teams: { data: [team] } },
      });

      expect(faults(answer)).toEqual(['400 BAD_BODY /data/relationships/teams/data/0']);
      expect(await count()).toEqual(before);
    });

    it('writes relationships of one and of many at addresses of their own [FJN-08]', async () => {
      const club = (await post('/api/club', { type: 'club', attributes: { name: 'Greens' } })).at('/data/id') as string;
      const team = (await post('/api/team', { type: 'team', attributes: { name: 'x' } })).at('/data/id') as string;
      const linkageOf = async (path: string): Promise<unknown> => (await get(path)).at('/data');
      const [one, many] = [`/api/team/${team}/relationships/club`, `/api/club/${club}/relationships/teams`];

      expect((await write('PATCH', one, { type: 'club', id: club })).status).toBe(204);
      expect(await linkageOf(many)).toEqual(linkage(`team/${team}`));
      expect((await write('PATCH', one, null)).status).toBe(204);
      expect(await linkageOf(many)).toEqual([]);
      expect((await write('POST', many, linkage(`team/${team}`))).status).toBe(204);
      expect(await linkageOf(one)).toEqual({ type: 'club', id: club });
    });
  },
  { databases: ['sqlite'] },
);
