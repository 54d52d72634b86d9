/** Which fields a resource has, and which of them a client asks for: the server's set and sparse fieldsets. */
import { TypeOrmModule } from '@nestjs/typeorm';
import { Expose } from 'class-transformer';
import { Resource, type ResourceOptions, RestlessModule } from 'nestjs-restless';
import {
  Column,
  DataSource,
  Entity,
  JoinColumn,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { createApp, describeServers, type TestApp } from '../support/app.js';
import { jsonApi } from '../support/json-api-document.js';
import { PEOPLE, seedPeople } from '../support/people.js';

@Entity()
class Team {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @Column() budget!: number;
  @OneToMany(() => Player, (player) => player.team) players!: Relation<Player>[];
}

@Entity()
class Player {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @Column() salary!: number;
  @Column({ select: false }) secret!: string;
  @Column({ default: 0 }) __revision!: number;
  @Column({ name: 'team_id', nullable: true }) teamId!: number | null;

  @ManyToOne(() => Team, (team) => team.players)
  @JoinColumn({ name: 'team_id' })
  team!: Relation<Team> | null;
}

@Entity()
@Resource({ collectionName: 'listed' })
class Listed {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Column() hidden!: string;
  @Expose() @Column({ name: 'player_id', nullable: true }) playerId!: number | null;
  @ManyToOne(() => Player) @JoinColumn({ name: 'player_id' }) player!: Relation<Player> | null;
}

async function seed(dataSource: DataSource): Promise<void> {
  await dataSource.getRepository(Team).insert({ id: 1, name: 'Reds', budget: 1000 });
  await dataSource.getRepository(Player).insert({ id: 1, name: 'Ann', salary: 10, secret: 's', teamId: 1 });
  await dataSource.getRepository(Listed).insert({ id: 1, name: 'entry', hidden: 'h', playerId: 1 });
}

describeServers(
  (server) => {
    describe('sparse fieldsets', () => {
      let app: TestApp;
      const get = jsonApi(() => app);

      beforeAll(async () => {
        app = await server.start({ entities: PEOPLE, imports: [RestlessModule.forFeature(PEOPLE)], seed: seedPeople });
      });
      afterAll(() => app.close());

      it('show the fields that are asked for, and no other field [FLD-18, FLD-20, JA-47]', async () => {
        const answer = await get('/api/person/2?fields[person]=name,boss');

        expect(answer.at('/data')).toEqual({
          type: 'person',
          id: '2',
          attributes: { name: 'Bob' },
          relationships: {
            boss: {
              data: { type: 'person', id: '1' },
              links: { self: '/api/person/2/relationships/boss', related: '/api/person/2/boss' },
            },
          },
          links: { self: '/api/person/2' },
        });
      });

      it('leave out the members that would be empty, and never type, id and self [FLD-15, FLD-16, FLD-22, JA-47]', async () => {
        const none = await get('/api/person/2?fields[person]=');
        const attributes = await get('/api/person/2?fields[person]=name');
        const relationships = await get('/api/person/2?fields[person]=boss');

        expect(none.at('/data')).toEqual({ type: 'person', id: '2', links: { self: '/api/person/2' } });
        expect(attributes.at('/data')).not.toHaveProperty('relationships');
        expect(relationships.at('/data')).not.toHaveProperty('attributes');
      });

      it('are told apart by type, in primary and in included data [FLD-18, FLD-27, JA-47, contradiction 35]', async () => {
        const answer = await get(
          '/api/person/1?include=computers&fields[person]=name,computers&fields[computer]=vendor',
        );

        expect(Object.keys(answer.at('/data/attributes') as object)).toEqual(['name']);
        expect(answer.at('/included/*/attributes')).toEqual([{ vendor: 'Apple' }, { vendor: 'Dell' }]);
        expect(answer.at('/included/*/relationships')).toEqual([undefined, undefined]);
      });

      it('may hide the linkage of what is included [JA-32, JA-47]', async () => {
        const answer = await get('/api/computer/1?include=owner&fields[computer]=name');

        expect(answer.at('/data/relationships')).toBeUndefined();
        expect(answer.at('/included/*/id')).toEqual(['1']);
      });

      it('apply to related resources by their own type, not to the parent [FLD-09, FLD-27]', async () => {
        const answer = await get('/api/person/1/computers?fields[computer]=name&fields[person]=age');

        expect(answer.at('/data/*/attributes')).toEqual([{ name: 'laptop' }, { name: 'tower' }]);
      });

      it('may name the id, which is there anyway [FLD-15]', async () => {
        const answer = await get('/api/person/2?fields[person]=id,name');

        expect(answer.at('/data/id')).toBe('2');
        expect(answer.at('/data/attributes')).toEqual({ name: 'Bob' });
      });

      it.each([
        [
          'fields[person]=nickname',
          'fields[person]',
          'person has no field "nickname". Fields: id, name, age, birthDate, boss, reports, computers.',
        ],
        [
          'fields[person]=password',
          'fields[person]',
          'person has no field "password". Fields: id, name, age, birthDate, boss, reports, computers.',
        ],
        [
          'fields[person]=birth-date',
          'fields[person]',
          'person has no field "birth-date". Fields: id, name, age, birthDate, boss, reports, computers.',
        ],
        [
          'fields[person]=name,,age',
          'fields[person]',
          'person has no field "". Fields: id, name, age, birthDate, boss, reports, computers.',
        ],
        ['fields[robot]=name', 'fields[robot]', 'There is no resource type "robot".'],
        ['fields[owner]=name', 'fields[owner]', 'There is no resource type "owner".'],
        ['fields=name', 'fields', 'Sparse fieldsets are asked for by type, as in fields[person]=….'],
        ['fields[]=name', 'fields[]', 'Sparse fieldsets are asked for by type, as in fields[person]=….'],
        [
          'fields[person][name]=1',
          'fields[person][name]',
          'Sparse fieldsets are asked for by type, as in fields[person]=….',
        ],
        [
          'only=name',
          'only',
          'There is no query parameter "only". Parameters: filter, sort, include, fields, page, groupBy, ignoreCase, countMode.',
        ],
      ])('refuse %s [FLD-18, FLD-20, FLD-26, FLD-27]', async (query, parameter, detail) => {
        const answer = await get(`/api/person?${query}`);

        expect(answer.status).toBe(400);
        expect(answer.at('/errors/0/source/parameter')).toBe(parameter);
        expect(answer.at('/errors/0/detail')).toBe(detail);
      });
    });

    describe('the fields of a resource', () => {
      let app: TestApp;
      const get = jsonApi(() => app);

      beforeAll(async () => {
        const entries = [
          { entity: Team, collectionName: 'open_team', prefix: 'open', expose: 'all' },
          { entity: Player, collectionName: 'open_player', prefix: 'open', expose: 'all' },
          { entity: Team, collectionName: 'team', only: ['name', 'players'] },
          { entity: Player, collectionName: 'player', expose: 'all', exclude: ['salary'] },
          { entity: Team, collectionName: 'bare', prefix: 'bare', only: [] },
          { entity: Player, collectionName: 'decorated', prefix: 'decorated' },
          { entity: Player, collectionName: 'key', prefix: 'key', only: ['teamId', 'id', 'self'] },
          { entity: Player, collectionName: 'wide', prefix: 'wide', only: ['name', 'secret'] },
          Listed,
        ] as const;
        app = await server.start({
          entities: [Team, Player, Listed],
          imports: [RestlessModule.forFeature([...entries])],
          seed,
        });
      });
      afterAll(() => app.close());

      it('are those of "only" [FLD-14, FLD-22]', async () => {
        const answer = await get('/api/team/1');

        expect(answer.at('/data/attributes')).toEqual({ name: 'Reds' });
        expect(Object.keys(answer.at('/data/relationships') as object)).toEqual(['players']);
      });

      it('are none with an empty "only", and the id is there still [FLD-08, FLD-15, FLD-22]', async () => {
        const answer = await get('/bare/bare/1');

        expect(answer.at('/data')).toEqual({ type: 'bare', id: '1', links: { self: '/bare/bare/1' } });
      });

      it('are not those of "exclude" [FLD-14]', async () => {
        const answer = await get('/api/player/1');

        expect(answer.at('/data/attributes')).toEqual({ name: 'Ann' });
        expect(answer.at('/data/relationships')).toHaveProperty('team');
      });

      it('are those with @Expose(), unless the resource exposes all [FLD-14, FLD-25]', async () => {
        const decorated = await get('/decorated/decorated/1');
        const open = await get('/open/open_player/1');

        expect(decorated.at('/data')).not.toHaveProperty('attributes');
        expect(decorated.at('/data')).not.toHaveProperty('relationships');
        expect(open.at('/data/attributes')).toEqual({ name: 'Ann', salary: 10 });
        expect(Object.keys(open.at('/data/relationships') as object)).toEqual(['team']);
      });

      it('are no foreign keys, unless one is exposed itself [FLD-23, FLD-24, contradiction 34]', async () => {
        const open = await get('/open/open_player/1');
        const key = await get('/key/key/1');
        const listed = await get('/api/listed/1');

        expect(open.at('/data/attributes')).not.toHaveProperty('teamId');
        expect(key.at('/data/attributes')).toEqual({ teamId: 1 });
        expect(listed.at('/data')).toEqual({
          type: 'listed',
          id: '1',
          attributes: { name: 'entry', playerId: 1 },
          links: { self: '/api/listed/1' },
        });
      });

      it('may be columns that are not selected otherwise [FLD-14]', async () => {
        const answer = await get('/wide/wide/1');

        expect(answer.at('/data/attributes')).toEqual({ name: 'Ann', secret: 's' });
      });

      it('are those of the related resource behind a relationship [FLD-09]', async () => {
        const related = await get('/api/team/1/players');
        const included = await get('/api/player?include=team');

        expect(related.at('/data/*/attributes')).toEqual([{ name: 'Ann' }]);
        expect(included.at('/included/*/attributes')).toEqual([{ name: 'Reds' }]);
      });

      it('are cut down by a client, and never widened [FLD-19]', async () => {
        const cut = await get('/api/player/1?fields[player]=name');
        const widened = await get('/api/player/1?fields[player]=name,salary');

        expect(cut.at('/data/attributes')).toEqual({ name: 'Ann' });
        expect(widened.status).toBe(400);
        expect(widened.at('/errors/0/detail')).toBe('player has no field "salary". Fields: id, name, team.');
      });
    });
  },
  { adapters: ['express'] },
);

describe('a resource whose fields are wrong', () => {
  it.each<[string, ResourceOptions, string]>([
    ['both lists', { only: ['name'], exclude: ['budget'] }, 'Team: give "only" or "exclude", not both.'],
    [
      'an unknown name in "only"',
      { only: ['nmae'] },
      'Team has no property "nmae" (option "only"). Properties: id, name, budget, players.',
    ],
    [
      'an unknown name in "exclude"',
      { exclude: ['nmae'] },
      'Team has no property "nmae" (option "exclude"). Properties: id, name, budget, players.',
    ],
    [
      'a list of something else',
      { only: [Team] as never },
      'Team: the option "only" has to be a list of property names.',
    ],
    [
      'a relation to what is no resource',
      { only: ['players'] },
      'Team.players is exposed, but Player is not a resource; add Player to RestlessModule.forFeature, or do not expose the relation.',
    ],
  ])('is refused at start for %s [FLD-01, FLD-02, FLD-07, FLD-14, REL-11]', async (_, options, message) => {
    const entities = [Team, Player];
    const database = TypeOrmModule.forRoot({ type: 'better-sqlite3', database: ':memory:', entities });
    const started = createApp({ imports: [database, RestlessModule.forFeature([{ entity: Team, ...options }])] });

    await expect(started).rejects.toThrow(message);
  });

  it('leaves out relations to what is no resource where it exposes all [REL-11]', async () => {
    const entities = [Team, Player];
    const options = { type: 'better-sqlite3', database: ':memory:', entities, synchronize: true } as const;
    const feature = RestlessModule.forFeature([{ entity: Team, expose: 'all' }]);
    const app = await createApp({ imports: [TypeOrmModule.forRoot(options), feature] });
    await app.app.get(DataSource).getRepository(Team).insert({ name: 'Reds', budget: 1 });

    const answer = await app.get('/api/team/1');
    await app.close();

    expect(answer.at('/data')).toEqual({
      type: 'team',
      id: '1',
      attributes: { name: 'Reds', budget: 1 },
      links: { self: '/api/team/1' },
    });
  });
});
