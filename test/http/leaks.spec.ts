/**
 * `expectNoLeaks` finds no way to what is hidden by groups, by scopes, by not being exposed or selected, by a resource
 * that cannot be read, and in families; and it finds every way there is where something is not hidden.
 */
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import { restlessDocument } from 'nestjs-restless/openapi';
import { expectNoLeaks } from 'nestjs-restless/testing';
import {
  ChildEntity,
  Column,
  type DataSource,
  Entity,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  type Relation,
  TableInheritance,
} from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';

@Entity()
@Resource({ scope: ({ groups }) => (groups.includes('boss') ? undefined : { name: 'secret', op: 'eq', val: false }) })
class Team {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose({ groups: ['boss'] }) @Column({ type: 'int', default: 0 }) budget!: number;
  @Column({ default: false }) secret!: boolean;
  @Expose() @OneToMany(() => Player, (player) => player.team) players!: Relation<Player>[];
  @Expose() @ManyToMany(() => Player, (player) => player.fans) idols!: Relation<Player>[];
}

@Entity()
@Resource()
class Player {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose({ toClassOnly: true }) @Column({ default: '' }) password!: string;
  @Column({ default: 'x', select: false }) notes!: string;
  @Expose({ groups: ['boss'] }) @Column({ type: 'int', default: 0 }) salary!: number;
  @Expose() @ManyToOne(() => Team, (team) => team.players, { nullable: true }) team!: Relation<Team> | null;
  @Expose({ groups: ['boss'] }) @ManyToOne(() => Player, { nullable: true }) rival!: Relation<Player> | null;
  @Expose() @ManyToMany(() => Team, (team) => team.idols) @JoinTable() fans!: Relation<Team>[];
  @Expose() @ManyToOne(() => Vault, (vault) => vault.owners, { nullable: true }) vault!: Relation<Vault> | null;
}

/** Written by everybody, read by nobody. */
@Entity()
@Resource({ methods: ['POST', 'PATCH'] })
class Vault {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ default: '' }) code!: string;
  @Expose() @OneToMany(() => Player, (player) => player.vault) owners!: Relation<Player>[];
}

@Entity()
@TableInheritance({ column: { type: 'varchar', name: 'kind' } })
@Resource()
class Animal {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @ManyToOne(() => Animal, { nullable: true }) friend!: Relation<Animal> | null;
}

@ChildEntity()
@Resource({ scope: ({ groups }) => (groups.includes('boss') ? undefined : { name: 'wild', op: 'eq', val: false }) })
class Cat extends Animal {
  @Column({ nullable: true }) wild!: boolean;
  @Expose({ groups: ['boss'] }) @Column({ type: 'int', nullable: true }) lives!: number;
}

async function seed({ manager }: DataSource): Promise<void> {
  await manager.insert(Team, [
    { id: 1, name: 'open', budget: 10 },
    { id: 2, name: 'shadow', budget: 99, secret: true },
  ]);
  await manager.insert(Vault, [{ id: 1, code: 'abc' }]);
  await manager.insert(Player, [
    { id: 1, name: 'ann', password: 'aaa', salary: 5, team: { id: 1 }, vault: { id: 1 } },
    { id: 2, name: 'bob', password: 'bbb', salary: 50, team: { id: 2 }, rival: { id: 1 } },
  ]);
  await manager.createQueryBuilder().relation(Player, 'fans').of(1).add([1, 2]);
  await manager.insert(Cat, [
    { id: 1, name: 'tom', wild: false, lives: 9 },
    { id: 2, name: 'lynx', wild: true, lives: 1 },
  ]);
  await manager.insert(Animal, [{ id: 3, name: 'rex', friend: { id: 2 } }]);
}

const ENTITIES = [Team, Player, Vault, Animal, Cat];
const boss = { 'X-Boss': '1' };
const config = new DocumentBuilder().setTitle('Teams').build();

describeServers(
  ({ start }) => {
    let app: TestApp;
    beforeEach(async () => {
      app = await start({
        entities: ENTITIES,
        imports: [
          RestlessModule.forRoot({
            methods: ['GET', 'POST', 'PATCH', 'DELETE'],
            allowFunctions: true,
            allowToManyReplacement: true,
            allowDeleteFromToManyRelationships: true,
            allowPatchMany: true,
            groups: ({ headers }: { headers: Record<string, unknown> }) =>
              headers['x-boss'] === undefined ? [] : ['boss'],
          }),
          RestlessModule.forFeature(ENTITIES),
        ],
        seed,
        // For all, and with what only bosses see.
        configure: (nest) =>
          SwaggerModule.setup('docs', nest, () => restlessDocument(nest, config, { groups: ['boss'] }), { ui: false }),
      });
    });
    afterEach(() => app.close());

    it.each([
      [
        'fields of a group, and fields that are not exposed',
        { resource: Player, hidden: { fields: ['salary', 'rival'] } },
      ],
      [
        'fields that are written only',
        { resource: Player, hidden: { fields: ['password', 'notes'] }, writable: ['password'] },
      ],
      ['rows and fields out of scope', { resource: Team, hidden: { fields: ['budget', 'secret'], rows: ['2'] } }],
      ['a resource without GET', { resource: Vault, hidden: { fields: ['code'] } }],
      ['a member of a family', { resource: Cat, hidden: { fields: ['lives', 'wild', 'kind'], rows: ['2'] } }],
      ['a family', { resource: 'animal', hidden: { fields: ['kind'], rows: ['2'] } }],
    ] as const)(
      'finds no way to %s [FJF-06, CQ-33]',
      async (_, options) => {
        await expectNoLeaks(app.app, options);
      },
      60_000,
    );

    it('finds every way to what is not hidden', async () => {
      const work = expectNoLeaks(app.app, { as: boss, resource: Player, hidden: { fields: ['salary', 'rival'] } });

      const { message } = await work.then(
        () => new Error('nothing'),
        (error: Error) => error,
      );

      expect(message).toMatch(/^Player leaks in \d+ places:\n- /);
      for (const way of [
        'GET /api/player shows the field "salary"',
        'GET /api/player (flat JSON) shows the field "salary"',
        'GET /api/player?filter[salary]=1: "salary" gets 200',
        'GET /api/player?filter[objects]=[{"name":"salary","op":"is_null","val":"1"}]: "salary" gets 200',
        'GET /api/player?sort=salary',
        'GET /api/player?groupBy=salary',
        'GET /api/player?fields[player]=salary',
        'GET /api/player?include=rival',
        'GET /api/player/1/rival',
        'GET /api/player/1/relationships/rival',
        'GET /api/eval/player?functions=[{"name":"sum","field":"salary"}]',
        'GET /api/team?filter[players.salary]=1',
        'GET /api/team/1/players?sort=salary',
        'POST /api/player {"data":{"type":"player","attributes":{"salary":"1","no such member":1}}}',
        'PATCH /api/player/1 {"salary":null,"no such member":1} (flat JSON)',
        'PATCH /api/team/1 {"players":[{"salary":"1","no such member":1}],"no such member":1} (flat JSON)',
        'the OpenAPI description names the field "salary" in the schema player\n',
        'the OpenAPI description names the field "salary" in the schema player.create\n',
        'the OpenAPI description names the field "salary" in the schema player.row\n',
        'the OpenAPI description names the field "salary" in the schema player.filter\n',
        'the OpenAPI description names the field "salary" in GET /api/player\n',
        'the OpenAPI description names the field "salary" in GET /api/team/{id}/players\n',
        'the OpenAPI description names the field "rival" in GET /api/player/{id}/rival\n',
      ]) {
        expect(`${message}\n`).toContain(`- ${way}`);
      }
    }, 60_000);

    it('finds every way to rows that are not hidden', async () => {
      const work = expectNoLeaks(app.app, { as: boss, resource: Team, hidden: { rows: ['2'] } });

      const { message } = await work.then(
        () => new Error('nothing'),
        (error: Error) => error,
      );

      for (const way of [
        'GET /api/team shows the row "2"',
        'GET /api/player?include=team shows the row "2"',
        'GET /api/team/2: "2" gets 200',
        'GET /api/team/2/players',
        'GET /api/team?filter[id]=2',
        'GET /api/player?filter[team]=2',
        'GET /api/player?filter[team.id]=2',
        'PATCH /api/team/2',
        'PATCH /api/player/2/relationships/team',
        'PATCH /api/player/2 {"team":{"id":"2","name":"x"}} (flat JSON)',
        'PATCH /api/player/1 {"fans":{"add":[{"id":"2"}]}} (flat JSON)',
        'GET /api/player/2 (flat JSON) shows the row "2"',
        'GET /api/player/2/team (flat JSON) shows the row "2"',
        'GET /api/eval/player?groupBy=team.id&functions=[{"name":"count","field":"id"}] shows the row "2"',
        'DELETE /api/team/2',
      ]) {
        expect(message).toContain(`- ${way}`);
      }
    }, 60_000);

    it.each([
      [
        'fields of a group',
        ['salary', 'rival'],
        [],
        ['the schema player', 'GET /api/player', 'GET /api/player/{id}/rival'],
      ],
      ['fields of a group that may be written', ['salary'], ['salary'], ['the schema player.row', 'GET /api/player']],
      ['fields that are written only', ['password'], [], ['the schema player.create', 'the schema player.row-update']],
    ])('finds %s in a document that is served', async (_, fields, writable, places) => {
      const work = expectNoLeaks(app.app, { resource: Player, hidden: { fields }, writable, openApi: '/docs-json' });

      const { message } = await work.then(
        () => new Error('nothing'),
        (error: Error) => error,
      );

      for (const place of places)
        expect(`${message}\n`).toContain(`- GET /docs-json names the field "${fields.at(-1)}" in ${place}\n`);
      expect(writable.length === 0 || !/schema player\.(?:row-)?(?:create|update)/.test(message)).toBe(true);
    });

    it('looks for what may be written only where it is shown, in a document as well', async () => {
      const hidden = { fields: ['password', 'notes'] };

      await expectNoLeaks(app.app, { resource: Player, hidden, writable: ['password'], openApi: '/docs-json' });
    }, 60_000);

    it('fails where there is no document at the place that is named', async () => {
      const hidden = { fields: ['salary'] };

      await expect(expectNoLeaks(app.app, { resource: Player, hidden, openApi: '/api-json' })).rejects.toThrow(
        'there is no OpenAPI document at /api-json, which is answered with 404.',
      );
    });

    it('says what it cannot ask', async () => {
      const hidden = { fields: ['x'] };

      await expect(expectNoLeaks(app.app, { resource: 'nothing', hidden })).rejects.toThrow('nothing is not exposed');
    });

    it.each([
      [{ fields: ['salry'] }, 'player has no field "salry" to hide. Fields: id, name, password, notes, salary, '],
      [{ rows: ['1', '99'] }, 'there is no player with the id "99" to hide; seed it first.'],
    ])('finds out that %j is not there, which nothing could tell of', async (hidden, words) => {
      await expect(expectNoLeaks(app.app, { resource: Player, hidden })).rejects.toThrow(words);
    });
  },
  { databases: ['sqlite'] },
);
