/** A thousand requests at once, on rows that all of them want: in the end there is exactly what the answers promised. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  Column,
  Entity,
  type DataSource,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  type Relation,
  VersionColumn,
} from 'typeorm';
import { type Answer, describeServers, type TestApp } from '../support/app.js';
import { linkage, writing } from '../support/writing.js';

@Entity()
@Resource()
class Team {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @Column({ type: 'int', default: 0 }) points!: number;
  @Expose() @VersionColumn() version!: number;
  @Expose() @OneToMany(() => Player, (player) => player.team) players!: Relation<Player>[];
}

@Entity()
@Resource()
class Player {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ type: 'varchar', length: 40, unique: true }) name!: string;
  @Expose() @ManyToOne(() => Team, (team) => team.players) team!: Relation<Team> | null;
  @Expose() @ManyToMany(() => Tag, (tag) => tag.players) @JoinTable() tags!: Relation<Tag>[];
}

@Entity()
@Resource()
class Tag {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() text!: string;
  @Expose() @ManyToMany(() => Player, (player) => player.tags) players!: Relation<Player>[];
}

const ENTITIES = [Team, Player, Tag];

/** Teams 1 to 5, players 1 to 40, tags 1 to 10; player 3 has all the tags. */
async function seed({ manager }: DataSource): Promise<void> {
  const named = (count: number, word: string): { name: string; text: string }[] =>
    Array.from({ length: count }, (_, index) => ({ name: `${word} ${index}`, text: word }));
  await manager.insert(Team, named(5, 'team'));
  await manager.insert(Player, named(40, 'player'));
  await manager.insert(Tag, named(10, 'tag'));
  await manager.createQueryBuilder().relation(Player, 'tags').of(3).add([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
}

describeServers(
  (server) => {
    let app: TestApp;
    const { get, write } = writing(() => app);

    beforeAll(async () => {
      const imports = [
        RestlessModule.forRoot({
          methods: ['GET', 'POST', 'PATCH', 'DELETE'],
          allowToManyReplacement: true,
          allowDeleteFromToManyRelationships: true,
          pageSize: 0,
        }),
        RestlessModule.forFeature(ENTITIES),
      ];
      app = await server.start({ entities: ENTITIES, imports, seed });
      app.app.useLogger(false);
    });
    afterAll(() => app.close());

    /** Numbers below a bound, the same in every run. */
    const pick = (index: number, bound: number): number => (index * 7919 + 13) % bound;

    const linked = async (path: string): Promise<string[]> =>
      ((await get(path)).at('/data') as { id: string }[]).map(({ id }) => id).sort((a, b) => Number(a) - Number(b));

    it('ends with exactly the rows that the answers promised [TXN-02, TXN-06, TXN-07, JA-51]', async () => {
      const index = Array.from({ length: 1_000 }, (_, each) => each);
      const kinds: ((each: number) => Promise<Answer>)[] = [
        // Two hundred names for three hundred players: each name is there once, with all that was sent with it.
        (each) =>
          write('POST', '/api/player', {
            type: 'player',
            attributes: { name: `new ${pick(each, 200)}` },
            relationships: {
              team: { data: { type: 'team', id: String(1 + pick(each, 5)) } },
              tags: { data: linkage('tag/1', `tag/${2 + pick(each, 9)}`) },
            },
          }),
        // Five rows that everybody changes: each change counts.
        (each) => {
          const id = String(1 + pick(each, 5));
          return write('PATCH', `/api/team/${id}`, { type: 'team', id, attributes: { points: each } });
        },
        // Members of player 1 are added from both sides, most of them many times.
        (each) => write('POST', '/api/player/1/relationships/tags', linkage(`tag/${1 + pick(each, 10)}`, 'tag/1')),
        (each) =>
          write('POST', `/api/tag/${1 + pick(each, 10)}/relationships/players`, linkage('player/1', 'player/5')),
        // Those of player 2 are replaced, those of player 3 removed.
        (each) =>
          write(
            'PATCH',
            '/api/player/2/relationships/tags',
            linkage(`tag/${1 + pick(each, 5)}`, `tag/${6 + pick(each, 5)}`),
          ),
        (each) => write('DELETE', '/api/player/3/relationships/tags', linkage(`tag/${2 * (1 + pick(each, 5))}`)),
        // Players 11 to 40 go from team to team, by either side's address.
        (each) =>
          write(
            'POST',
            `/api/team/${1 + pick(each, 5)}/relationships/players`,
            linkage(`player/${11 + pick(each, 30)}`),
          ),
        (each) =>
          write(
            'PATCH',
            `/api/player/${11 + pick(each, 30)}/relationships/team`,
            linkage(`team/${1 + pick(each, 5)}`)[0],
          ),
      ];
      const shares = [300, 250, 100, 50, 100, 50, 75, 75];
      const kindOf = (each: number): number => {
        let rest = pick(each, 1_000);
        return shares.findIndex((share) => (rest -= share) < 0);
      };

      const answers = await Promise.all(
        index.map(async (each) => ({ each, kind: kindOf(each), answer: await kinds[kindOf(each)]!(each) })),
      );
      const done = answers.filter(({ answer }) => answer.status < 300);
      const of = (kind: number): typeof done => done.filter((each) => each.kind === kind);

      // What was not done was refused for a reason: a name that is taken, or too many who wanted the same row.
      const refused = answers.filter(({ answer }) => answer.status >= 300).map(({ answer }) => answer.status);
      expect(refused.filter((status) => status !== 409 && status !== 503)).toEqual([]);
      expect(refused.filter((status) => status === 503).length).toBeLessThan(20);

      const created = of(0).map(({ answer }) => answer.at('/data/attributes/name'));
      expect(new Set(created).size).toBe(created.length);
      const players = await get('/api/player?filter[name][like]=new%25&include=tags');
      expect((players.at('/data/*/attributes/name') as string[]).sort()).toEqual((created as string[]).sort());
      for (const { answer } of of(0)) {
        const found = (players.at('/data') as { id: string }[]).find(({ id }) => id === answer.at('/data/id'));
        expect(found).toMatchObject({
          attributes: answer.at('/data/attributes') as object,
          relationships: { team: { data: answer.at('/data/relationships/team/data') as object } },
        });
      }
      const sizes = (players.at('/data/*/relationships/tags/data') as unknown[][]).map((tags) => tags.length);
      expect(sizes).toEqual(created.map(() => 2));

      for (const id of [1, 2, 3, 4, 5]) {
        const team = await get(`/api/team/${id}`);
        const changes = of(1).filter(({ each }) => 1 + pick(each, 5) === id);
        expect(team.at('/data/attributes/version')).toBe(1 + changes.length);
        expect(changes.map(({ each }) => each)).toContain(team.at('/data/attributes/points'));
      }

      const added = [...of(2), ...of(3)].map(({ each }) => String(1 + pick(each, 10)));
      expect(await linked('/api/player/1/relationships/tags')).toEqual(
        [...new Set(['1', ...added])].sort((a, b) => Number(a) - Number(b)),
      );
      const replacements = of(4).map(({ each }) => [String(1 + pick(each, 5)), String(6 + pick(each, 5))]);
      expect(replacements).toContainEqual(await linked('/api/player/2/relationships/tags'));
      const removed = of(5).map(({ each }) => String(2 * (1 + pick(each, 5))));
      expect(await linked('/api/player/3/relationships/tags')).toEqual(
        ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10'].filter((id) => !removed.includes(id)),
      );

      const moved = await get('/api/player?filter[id][gt]=10&filter[id][lte]=40&sort=id');
      for (const player of moved.at('/data') as {
        id: string;
        relationships: { team: { data: { id: string } | null } };
      }[]) {
        const promised = [...of(6), ...of(7)]
          .filter(({ each }) => String(11 + pick(each, 30)) === player.id)
          .map(({ each }) => String(1 + pick(each, 5)));
        const team = player.relationships.team.data?.id;
        if (promised.length === 0) expect(team).toBeUndefined();
        else expect(promised).toContain(team);
      }
    }, 300_000);
  },
  { adapters: ['fastify'], databases: ['postgres', 'mariadb'] },
);
