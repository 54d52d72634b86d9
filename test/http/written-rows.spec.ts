/** Which rows a change reaches: the ones that it names, whatever their keys look like, and none out of sight. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  ChildEntity,
  Column,
  DataSource,
  Entity,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  TableInheritance,
  type Relation,
} from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { faults, writing } from '../support/writing.js';

/** A property that is called like a column of SQLite's own, and its column otherwise. */
@Entity()
@Resource({ allowPatchMany: true, allowDeleteMany: true })
class Setting {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ name: 'setting_value' }) value!: string;
  @Expose() @Column({ default: '' }) note!: string;
}

/** Ids that no double holds; the scope makes two statements of a change. */
@Entity()
@Resource({ scope: () => ({ name: 'secret', op: 'eq', val: false }) })
class Parcel {
  @PrimaryColumn({ type: 'bigint' }) id!: string;
  @Expose() @Column() name!: string;
  @Column({ default: false }) secret!: boolean;
}

@Entity()
@Resource()
class Country {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ unique: true }) code!: string;
}

/** Refers to countries by their codes; they know nothing of it. */
@Entity()
@Resource()
class City {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @ManyToOne(() => Country) @JoinColumn({ referencedColumnName: 'code' }) country!: Relation<Country> | null;
  @Expose()
  @ManyToMany(() => Country)
  @JoinTable({ inverseJoinColumn: { referencedColumnName: 'code' } })
  visitors!: Relation<Country>[];
}

@Entity()
@Resource()
@TableInheritance({ column: { name: 'kind', type: 'varchar' } })
class Content {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() title!: string;
}
@ChildEntity()
@Resource({ collectionName: 'article' })
class Article extends Content {}
@ChildEntity()
@Resource({ collectionName: 'video' })
class Video extends Content {}
@Entity()
@Resource()
class Shelf {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @ManyToOne(() => Content) top!: Relation<Content> | null;
  @Expose() @ManyToMany(() => Content) @JoinTable() items!: Relation<Content>[];
}

/** A player exists as long as the team is a red one; a skill, as long as somebody has it. */
@Entity()
@Resource()
class Team {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() colour!: string;
  @Expose() @OneToMany(() => Player, (player) => player.team) players!: Relation<Player>[];
}
@Entity()
@Resource({ scope: () => ({ name: 'team', op: 'has', val: { name: 'colour', op: 'eq', val: 'red' } }) })
class Player {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @ManyToOne(() => Team, (team) => team.players) team!: Relation<Team> | null;
  @Expose() @ManyToMany(() => Skill, (skill) => skill.players) @JoinTable() skills!: Relation<Skill>[];
}
@Entity()
@Resource({ scope: () => ({ name: 'players', op: 'any', val: { name: 'id', op: 'gt', val: 0 } }) })
class Skill {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @ManyToMany(() => Player, (player) => player.skills) players!: Relation<Player>[];
}

const ENTITIES = [Setting, Parcel, Country, City, Content, Article, Video, Shelf, Team, Player, Skill];
const LARGE = ['9007199254740992', '9007199254740993'] as const;

describeServers(
  (server) => {
    let app: TestApp;
    const { get, post, patch, send, delete: remove } = writing(() => app);

    beforeAll(async () => {
      app = await server.start({
        entities: ENTITIES,
        imports: [
          RestlessModule.forRoot({
            methods: ['GET', 'POST', 'PATCH', 'DELETE'],
            allowToManyReplacement: true,
            allowDeleteFromToManyRelationships: true,
          }),
          RestlessModule.forFeature(ENTITIES),
        ],
        seed: async ({ manager }: DataSource) => {
          for (const value of ['a', 'b', 'c']) await manager.insert(Setting, { value });
          for (const id of LARGE) await manager.insert(Parcel, { id, name: id });
          for (const code of ['de', 'fr']) await manager.insert(Country, { code });
          await manager.insert(City, {});
          await manager.insert(Article, { title: 'text' });
          await manager.insert(Video, { title: 'film' });
          await manager.insert(Shelf, {});
          for (const colour of ['red', 'blue']) await manager.insert(Team, { colour });
          for (let index = 0; index < 2; index++) await manager.insert(Player, { team: { id: 1 } });
          await manager.insert(Skill, {});
          await manager.createQueryBuilder().relation(Player, 'skills').of(1).add(1);
        },
      });
    });
    afterAll(() => app.close());

    it('are those of a list, whatever the property is called [BLK-01, BLK-09]', async () => {
      const filter = (...values: string[]): string =>
        `filter[objects]=${encodeURIComponent(JSON.stringify([{ name: 'value', op: 'in', val: values }]))}`;
      const changed = await patch(`/api/setting?${filter('a', 'b')}`, { type: 'setting', attributes: { note: 'new' } });
      const deleted = await remove(`/api/setting?${filter('c', 'd')}`);

      expect([changed.at('/meta'), deleted.at('/meta')]).toEqual([{ modified: 2 }, { deleted: 1 }]);
      expect((await get('/api/setting?sort=value')).at('/data/*/attributes')).toEqual([
        { value: 'a', note: 'new' },
        { value: 'b', note: 'new' },
      ]);
    });

    it('have ids of 64 bits, and neighbours that differ in the last of them [UPD-08]', async () => {
      const [even, odd] = LARGE;
      const answer = await patch(`/api/parcel/${odd}`, { type: 'parcel', id: odd, attributes: { name: 'odd' } });

      expect(answer.status).toBe(204);
      expect((await get('/api/parcel?sort=id')).at('/data/*/attributes/name')).toEqual([even, 'odd']);
    });

    it('are referred to by other columns than their keys, without knowing of it [CRE-23, UPD-12, RJA-02]', async () => {
      const country = { type: 'country', id: '2' };
      const created = await post('/api/city', {
        type: 'city',
        relationships: { country: { data: country }, visitors: { data: [country] } },
      });
      const changed = await patch('/api/city/1/relationships/country', country);
      const replaced = await patch('/api/city/1/relationships/visitors', [{ type: 'country', id: '1' }, country]);
      const fewer = await patch('/api/city/1/relationships/visitors', [country]);

      expect(created.at('/data/relationships/country/data')).toEqual(country);
      expect([changed.status, replaced.status, fewer.status]).toEqual([204, 204, 204]);
      for (const id of ['1', String(created.at('/data/id'))]) {
        expect((await get(`/api/city/${id}/relationships/country`)).at('/data')).toEqual(country);
        expect((await get(`/api/city/${id}/relationships/visitors`)).at('/data')).toEqual([country]);
      }
    });

    it('are named by the type that they are of [RJA-10, CRE-23, JA-58]', async () => {
      const film = { type: 'video', id: '2' };
      const wrong = { type: 'article', id: '2' };
      const family = { type: 'content', id: '2' };
      const items = { items: { data: [film, wrong, family] } };

      expect(faults(await patch('/api/shelf/1/relationships/top', wrong))).toEqual(['404 NOT_FOUND /data']);
      expect(faults(await post('/api/shelf', { type: 'shelf', relationships: items }))).toEqual([
        '404 NOT_FOUND /data/relationships/items/data/1',
        '404 NOT_FOUND /data/relationships/items/data/2',
      ]);
      const mixed = [{ type: 'article', id: '1' }, film];
      expect((await patch('/api/shelf/1/relationships/items', mixed)).status).toBe(204);
      expect((await get('/api/shelf/1/relationships/items')).at('/data')).toEqual(mixed);
    });

    it.each([
      ['its own side', () => patch('/api/player/1/relationships/team', null)],
      ['its own side, to others', () => patch('/api/player/1/relationships/team', { type: 'team', id: '2' })],
      ['the other side', () => patch('/api/team/1/relationships/players', [{ type: 'player', id: '2' }])],
      [
        'the other side, one by one',
        () => send('DELETE', '/api/team/1/relationships/players', { data: [{ type: 'player', id: '1' }] }),
      ],
      ['the other side, to others', () => post('/api/team/2/relationships/players', [{ type: 'player', id: '1' }])],
      [
        'a new row',
        () =>
          post('/api/team', {
            type: 'team',
            attributes: { colour: 'green' },
            relationships: { players: { data: [{ type: 'player', id: '1' }] } },
          }),
      ],
      ['a junction', () => patch('/api/player/1/relationships/skills', [])],
    ])('stay in sight: nobody puts them away from %s', async (_side, write) => {
      expect(faults(await write())).toEqual(['403 FORBIDDEN']);
      expect((await get('/api/team/1/relationships/players')).at('/data/*/id')).toEqual(['1', '2']);
      expect((await get('/api/player/1/relationships/skills')).at('/data/*/id')).toEqual(['1']);
      expect((await get('/api/team')).at('/data/*/id')).toEqual(['1', '2']);
    });
  },
  { adapters: ['express'] },
);
