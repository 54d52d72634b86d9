/**
 * What a viewer may not read cannot be found out: not by filters, sorts, groups, includes or fieldsets, and not through
 * relations. Fields that are hidden, fields of other groups, and rows out of scope.
 */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import { Column, type DataSource, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { describeServers, type Answer, type TestApp } from '../support/app.js';

@Entity()
@Resource({ scope: ({ groups }) => (groups.includes('boss') ? undefined : { name: 'secret', op: 'eq', val: false }) })
class Team {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose({ groups: ['boss'] }) @Column({ type: 'int' }) budget!: number;
  /** Not exposed, though the scope may name it. */
  @Column({ type: Boolean }) secret!: boolean;
  @Expose() @OneToMany(() => Player, (player) => player.team) players!: Relation<Player>[];
}

@Entity()
@Resource()
class Player {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose({ toClassOnly: true }) @Column() password!: string;
  @Expose({ name: 'shirt-number' }) @Column({ type: 'int' }) shirt!: number;
  @Expose({ groups: ['boss'] }) @Column({ type: 'int' }) salary!: number;
  @Expose() @ManyToOne(() => Team, (team) => team.players, { nullable: true }) team!: Relation<Team> | null;
  @Expose({ groups: ['boss'] }) @ManyToOne(() => Player, { nullable: true }) rival!: Relation<Player> | null;
}

async function seed({ manager }: DataSource): Promise<void> {
  await manager.insert(Team, [
    { id: 1, name: 'open', budget: 10, secret: false },
    { id: 2, name: 'shadow', budget: 99, secret: true },
  ]);
  await manager.insert(Player, [
    { id: 1, name: 'ann', password: 'aaa', shirt: 7, salary: 5, team: { id: 1 } },
    { id: 2, name: 'bob', password: 'bbb', shirt: 9, salary: 50, team: { id: 2 }, rival: { id: 1 } },
    { id: 3, name: 'cid', password: 'ccc', shirt: 9, salary: 500, team: null },
  ]);
}

const ids = (answer: Answer): unknown => answer.at('/data/*/id');
const objects = (filter: object): string => `filter[objects]=${encodeURIComponent(JSON.stringify([filter]))}`;
const groupsOf = (request: { headers: Record<string, string | undefined> }): string[] =>
  request.headers['x-boss'] === undefined ? [] : ['boss'];

describeServers(
  ({ start }) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await start({
        entities: [Team, Player],
        imports: [RestlessModule.forRoot({ groups: groupsOf }), RestlessModule.forFeature([Team, Player])],
        seed,
      });
    });
    afterAll(() => app.close());
    const boss = { 'X-Boss': '1' };

    it.each(['password', 'salary', 'rival', 'secret', 'shirt', 'teamId', 'nme'])(
      'has one answer for the hidden field "%s" and for one that is not there [CQ-33, JQ-14, SRT-11]',
      async (name) => {
        const queries = [
          `filter[${name}]=1`,
          `filter[${name}][startswith]=a`,
          objects({ name, op: 'is_null' }),
          objects({ name: 'name', op: 'eq', field: name }),
          objects({
            not: { name: 'team', op: 'has', val: { name: 'players', op: 'any', val: { name, op: 'is_null' } } },
          }),
          `sort=${name}`,
          `groupBy=${name}`,
          `fields[player]=${name}`,
        ];

        for (const query of queries) {
          const answer = await app.get(`/api/player?${query}`);
          expect([query, answer.status, answer.at('/errors/0/detail')]).toEqual([
            query,
            400,
            `player has no field "${name}". Fields: id, name, shirt-number, team.`,
          ]);
        }
        expect((await app.get(`/api/player?include=${name}`)).at('/errors/0/detail')).toBe(
          `player has no relationship "${name}". Relationships: team.`,
        );
        expect((await app.get(`/api/player/1/${name}`)).status).toBe(404);
      },
    );

    it('shows the fields of a group to its members, filters and all [FJF-06]', async () => {
      const answers = [
        await app.get('/api/player?filter[salary][gt]=5', boss),
        await app.get('/api/player?sort=-salary&filter[shirt-number]=9', boss),
        await app.get('/api/player?filter[rival.salary]=5&include=rival', boss),
        await app.get('/api/player?filter[shirt-number][lt]=9'),
      ];

      expect(answers.map(ids)).toEqual([['2', '3'], ['3', '2'], ['2'], ['1']]);
      expect((await app.get('/api/player?filter[password]=aaa', boss)).status).toBe(400);
    });

    it.each<readonly [string, readonly string[], readonly string[]]>([
      ['team', ['1'], ['1', '2']],
      ['team?filter[name][like]=%25', ['1'], ['1', '2']],
      ['player?filter[team.name]=shadow', [], ['2']],
      ['player?filter[team]=2', [], ['2']],
      [`player?${objects({ name: 'team', op: 'has', val: { name: 'id', op: 'eq', val: 2 } })}`, [], ['2']],
      ['player?filter[team][is_null]=1', ['2', '3'], ['3']],
      ['player?filter[team][is_not_null]=1', ['1'], ['1', '2']],
      [`player?${objects({ not: { name: 'team.name', op: 'eq', val: 'open' } })}`, ['2', '3'], ['2', '3']],
      [`player?${objects({ not: { name: 'team.name', op: 'eq', val: 'shadow' } })}`, ['1', '2', '3'], ['1', '3']],
      [
        `player?${objects({ name: 'team', op: 'has', val: { not: { name: 'name', op: 'eq', val: 'open' } } })}`,
        [],
        ['2'],
      ],
      ['player?sort=team.name&filter[id][gt]=1', ['2', '3'], ['2', '3']],
      ['player?sort=-team.id&filter[id][gt]=1', ['3', '2'], ['2', '3']],
      ['player?groupBy=team.id', ['1', '2'], ['1', '2', '3']],
    ])('keeps rows out of scope out of %s', async (path, seen, all) => {
      const answer = await app.get(`/api/${path}`);
      const bosses = await app.get(`/api/${path}`, boss);

      expect([ids(answer), answer.at('/meta/total')]).toEqual([seen, seen.length]);
      expect((ids(bosses) as string[]).toSorted()).toEqual(all.toSorted());
    });

    it('keeps rows out of scope out of resources, relations, linkage and includes', async () => {
      const player = await app.get('/api/player/2?include=team');

      expect((await app.get('/api/team/2')).status).toBe(404);
      expect((await app.get('/api/team/2', boss)).status).toBe(200);
      expect((await app.get('/api/team/2/players')).status).toBe(404);
      expect((await app.get('/api/team/2/relationships/players')).status).toBe(404);
      expect((await app.get('/api/player/2/team')).at('/data')).toBeNull();
      expect((await app.get('/api/player/2/relationships/team')).at('/data')).toBeNull();
      expect(player.at('/data/relationships/team/data')).toBeNull();
      expect(player.at('/included')).toEqual([]);
      expect((await app.get('/api/player/2?include=team', boss)).at('/included/*/id')).toEqual(['2']);
    });
  },
  { adapters: ['express'] },
);
