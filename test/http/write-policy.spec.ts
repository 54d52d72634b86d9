/** What a body may set: the fields that the viewer may write, and nothing beside them, however it is asked for. */
import { Exclude, Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  Column,
  CreateDateColumn,
  DataSource,
  Entity,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
  VersionColumn,
} from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { faults, writing } from '../support/writing.js';

@Entity()
@Resource()
class Team {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @OneToMany(() => Member, (member) => member.team) members!: Relation<Member>[];
}

/** Decorators say who may read and write what. */
@Entity()
@Resource()
class Member {
  @PrimaryGeneratedColumn() id!: number;
  @Expose({ name: 'display-name' }) @Column({ default: 'nobody' }) displayName!: string;
  /** Read only. */
  @Expose({ toPlainOnly: true }) @Column({ type: 'int', default: 0 }) score!: number;
  @Expose() @Exclude({ toClassOnly: true }) @Column({ default: 'bronze' }) medal!: string;
  /** Write only. */
  @Expose({ toClassOnly: true }) @Column({ default: 'none' }) password!: string;
  @Expose() @Exclude({ toPlainOnly: true }) @Column({ default: '0000' }) pin!: string;
  /** For some. */
  @Expose({ groups: ['admin'] }) @Column({ default: 'user' }) role!: string;
  @Expose({ since: 2 }) @Column({ default: 'old' }) badge!: string;
  @Expose({ until: 2 }) @Column({ default: 'new' }) ticket!: string;
  /** For nobody. */
  @Column({ default: false }) isAdmin!: boolean;
  @Column({ select: false, default: 'token' }) token!: string;
  @VersionColumn() version!: number;

  /** A foreign key that is not exposed, and one that is. */
  @Column({ nullable: true }) teamId!: number | null;
  @Expose() @ManyToOne(() => Team, (team) => team.members) team!: Relation<Team> | null;
  @Expose({ toPlainOnly: true }) @ManyToOne(() => Member) mentor!: Relation<Member> | null;
  @Expose({ groups: ['admin'] }) @ManyToOne(() => Member) deputy!: Relation<Member> | null;
  @ManyToOne(() => Member) shadow!: Relation<Member> | null;

  /** A getter, and a method: nothing to set. */
  @Expose()
  get initials(): string {
    return this.displayName.slice(0, 1);
  }

  greet(): string {
    return 'hello';
  }
}

/** Everything is exposed but what cannot be. */
@Entity()
@Resource({ expose: 'all', additionalAttributes: ['summary'] })
class Open {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ default: 'a' }) plain!: string;
  @Column({ select: false, default: 'b' }) unselected!: string;
  @Exclude() @Column({ default: 'c' }) excluded!: string;
  @Column({ default: 'd', update: false }) once!: string;
  @Column({ nullable: true }) teamId!: number | null;
  @ManyToOne(() => Team) team!: Relation<Team> | null;
  @CreateDateColumn() createdAt!: Date;

  summary(): string {
    return this.plain;
  }
}

/** Options say who may read and write what. */
@Entity()
class Ruled {
  @PrimaryColumn({ length: 10 }) code!: string;
  @Column({ default: 'a' }) free!: string;
  @Column({ default: 'b' }) read!: string;
  @Column({ default: 'c' }) written!: string;
  @Column({ default: 'd' }) created!: string;
  @Column({ default: 'e' }) outside!: string;
  @ManyToOne(() => Team) readTeam!: Relation<Team> | null;
  @ManyToOne(() => Team) createdTeam!: Relation<Team> | null;
  @ManyToMany(() => Team) @JoinTable() teams!: Relation<Team>[];
}

/** A room that is closed exists for nobody. */
@Entity()
@Resource({ scope: () => ({ name: 'closed', op: 'eq', val: false }) })
class Room {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ default: false }) closed!: boolean;
}

/** Its foreign key is exposed. */
@Entity()
@Resource()
class Guest {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ type: 'int', nullable: true }) roomId!: number | null;
  @Expose() @ManyToOne(() => Room) room!: Relation<Room> | null;
}

interface Headers {
  readonly headers: Readonly<Record<string, string | undefined>>;
}

const ENTITIES = [Team, Member, Open, Ruled, Room, Guest];

describeServers(
  (server) => {
    let app: TestApp;
    let dataSource: DataSource;
    const { get, post, patch, send } = writing(() => app);

    beforeAll(async () => {
      app = await server.start({
        entities: ENTITIES,
        imports: [
          RestlessModule.forRoot({
            methods: ['GET', 'POST', 'PATCH'],
            groups: (request) => (request as Headers).headers['who']?.split(',') ?? [],
            exposeVersion: 1,
          }),
          RestlessModule.forFeature([
            Team,
            Member,
            Open,
            Room,
            Guest,
            {
              entity: Ruled,
              expose: 'all',
              exclude: ['outside'],
              readOnly: ['read', 'readTeam'],
              writeOnly: ['written'],
              createOnly: ['created', 'createdTeam'],
              allowToManyReplacement: true,
            },
          ]),
          RestlessModule.forFeature([{ entity: Ruled, prefix: 'narrow', only: ['code', 'free'] }]),
        ],
        seed: async ({ manager }) => {
          await manager.insert(Team, { name: 'first' });
          await manager.insert(Member, { displayName: 'Ann' });
          await manager.insert(Open, {});
          await manager.insert(Ruled, { code: 'one' });
          await manager.insert(Room, { closed: false });
          await manager.insert(Room, { closed: true });
          await manager.insert(Guest, { roomId: 1 });
        },
      });
      dataSource = app.app.get(DataSource);
    });
    afterAll(() => app.close());

    const one = { data: { type: 'team', id: '1' } };
    const row = async (): Promise<unknown> => {
      const alias = dataSource.createQueryBuilder(Member, 'member').addSelect('member.token');
      return alias.where('member.id = 1').getRawOne();
    };

    describe('a field that the viewer may not write', () => {
      it.each<[name: string, value: unknown, code: string]>([
        ['score', 100, 'READ_ONLY'],
        ['medal', 'gold', 'READ_ONLY'],
        ['initials', 'X', 'READ_ONLY'],
        ['isAdmin', true, 'UNKNOWN_FIELD'],
        ['token', 'stolen', 'UNKNOWN_FIELD'],
        ['version', 7, 'UNKNOWN_FIELD'],
        ['role', 'admin', 'UNKNOWN_FIELD'],
        ['badge', 'gold', 'UNKNOWN_FIELD'],
        ['displayName', 'Eve', 'UNKNOWN_FIELD'],
        ['greet', 'x', 'UNKNOWN_FIELD'],
        ['id', 2, 'UNKNOWN_FIELD'],
        ['type', 'admin', 'UNKNOWN_FIELD'],
        ['teamId', 1, 'UNKNOWN_FIELD'],
        ['team', 1, 'UNKNOWN_FIELD'],
        ['team.name', 'mine', 'UNKNOWN_FIELD'],
        ['shadow', 1, 'UNKNOWN_FIELD'],
        ['shadowId', 1, 'UNKNOWN_FIELD'],
        ['links', {}, 'UNKNOWN_FIELD'],
        ['__proto__', { isAdmin: true }, 'UNKNOWN_FIELD'],
        ['constructor', { prototype: { isAdmin: true } }, 'UNKNOWN_FIELD'],
        ['prototype', {}, 'UNKNOWN_FIELD'],
        ['toString', 'x', 'UNKNOWN_FIELD'],
        ['hasOwnProperty', 'x', 'UNKNOWN_FIELD'],
        ['', 'x', 'UNKNOWN_FIELD'],
      ])('is refused in attributes: %s [UPD-03, UPD-13, CRE-05, CRE-22]', async (name, value, code) => {
        const before = [await row(), await dataSource.manager.count(Member)];
        const attributes = `{"display-name":"Eve",${JSON.stringify(name)}:${JSON.stringify(value)}}`;
        const created = await send('POST', '/api/member', `{"data":{"type":"member","attributes":${attributes}}}`);
        const changed = await send(
          'PATCH',
          '/api/member/1',
          `{"data":{"type":"member","id":"1","attributes":${attributes}}}`,
        );

        expect(faults(created)).toEqual([`400 ${code} /data/attributes/${name}`]);
        expect(faults(changed)).toEqual([`400 ${code} /data/attributes/${name}`]);
        expect([await row(), await dataSource.manager.count(Member)]).toEqual(before);
        expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
      });

      it.each([
        ['mentor', '403 FORBIDDEN'],
        ['deputy', '400 UNKNOWN_FIELD'],
        ['shadow', '400 UNKNOWN_FIELD'],
        ['score', '400 UNKNOWN_FIELD'],
        ['__proto__', '400 UNKNOWN_FIELD'],
        ['constructor', '400 UNKNOWN_FIELD'],
      ])('is refused in relationships: %s [UPD-03, CRE-22, JA-64]', async (name, expected) => {
        const before = await row();
        const data = `"type":"member","relationships":{"${name}":{"data":{"type":"member","id":"1"}}}`;
        const created = await send('POST', '/api/member', `{"data":{${data}}}`);
        const changed = await send('PATCH', '/api/member/1', `{"data":{${data},"id":"1"}}`);

        expect(faults(created)).toEqual([`${expected} /data/relationships/${name}/data`]);
        expect(faults(changed)).toEqual([`${expected} /data/relationships/${name}/data`]);
        expect(await row()).toEqual(before);
      });

      it('is named in no error [CRE-22]', async () => {
        const answer = await post('/api/member', { type: 'member', attributes: { nothing: 1 } });

        expect(answer.at('/errors/0/detail')).toBe(
          'member has no attribute "nothing". Fields: display-name, password, pin, ticket, team.',
        );
      });

      it('does not come in through members that are ignored [CRE-18]', async () => {
        const answer = await send('POST', '/api/member', {
          data: { type: 'member', isAdmin: true, score: 9, meta: { isAdmin: true }, links: { score: '9' } },
          included: [{ type: 'member', id: '1', attributes: { score: 9 } }],
          meta: { score: 9 },
          score: 9,
        });

        expect(answer.status).toBe(201);
        expect(answer.at('/data/attributes')).toMatchObject({ score: 0, medal: 'bronze' });
        const stored = await dataSource.manager.findOneByOrFail(Member, { id: Number(answer.at('/data/id')) });
        expect(stored.isAdmin).toBe(false);
      });
    });

    describe('a field that may be written only', () => {
      it('is written, and in no answer [CRE-17]', async () => {
        const attributes = { 'display-name': 'Pia', password: 'p4ss', pin: '1234' };
        const created = await post('/api/member', { type: 'member', attributes });
        const id = created.at('/data/id') as string;
        const changed = await patch(`/api/member/${id}`, { type: 'member', id, attributes: { pin: '4321' } });

        expect(created.status).toBe(201);
        expect(created.at('/data/attributes')).toEqual({
          'display-name': 'Pia',
          score: 0,
          medal: 'bronze',
          ticket: 'new',
          initials: 'P',
        });
        expect(changed.status).toBe(200);
        expect(created.text + changed.text).not.toMatch(/p4ss|1234|4321|password|pin/);
        expect(await dataSource.manager.findOneByOrFail(Member, { id: Number(id) })).toMatchObject({
          password: 'p4ss',
          pin: '4321',
        });
      });

      it.each(['filter[password]=p4ss', 'sort=pin', 'fields[member]=password', 'filter[pin][like]=1%25'])(
        'cannot be found out: %s [UPD-15]',
        async (query) => {
          expect((await get(`/api/member?${query}`)).status).toBe(400);
        },
      );

      it('is named in its own errors [DAT-10]', async () => {
        const answer = await post('/api/member', { type: 'member', attributes: { password: 5 } });

        expect(faults(answer)).toEqual(['400 BAD_VALUE /data/attributes/password']);
      });
    });

    describe('a field for some', () => {
      const as = (who: string, method: string, path: string, data: unknown) =>
        app.request(method, path, { headers: { who }, body: { data } });

      it('is written by requests of its group [CRE-17, UPD-03]', async () => {
        const created = await as('admin', 'POST', '/api/member', {
          type: 'member',
          attributes: { role: 'judge' },
          relationships: { deputy: { data: { type: 'member', id: '1' } } },
        });
        const id = created.at('/data/id') as string;
        const data = { type: 'member', id, attributes: { role: 'king' } };
        const other = await as('clerk', 'PATCH', `/api/member/${id}`, data);
        const changed = await as('clerk,admin', 'PATCH', `/api/member/${id}`, data);

        expect(created.status).toBe(201);
        expect(created.at('/data/attributes/role')).toBe('judge');
        expect(created.at('/data/relationships/deputy/data')).toEqual({ type: 'member', id: '1' });
        expect(faults(other)).toEqual(['400 UNKNOWN_FIELD /data/attributes/role']);
        expect(changed.status).toBe(200);
        expect(changed.at('/data/attributes/role')).toBe('king');
      });

      it('is written in its versions [CRE-22]', async () => {
        const now = await post('/api/member', { type: 'member', attributes: { ticket: 'yes' } });
        const later = await post('/api/member', { type: 'member', attributes: { badge: 'yes' } });

        expect(now.at('/data/attributes/ticket')).toBe('yes');
        expect(faults(later)).toEqual(['400 UNKNOWN_FIELD /data/attributes/badge']);
      });
    });

    describe('where everything is exposed', () => {
      it.each([
        ['unselected', 'x', 'UNKNOWN_FIELD'],
        ['excluded', 'x', 'UNKNOWN_FIELD'],
        ['teamId', 1, 'UNKNOWN_FIELD'],
        ['id', 5, 'UNKNOWN_FIELD'],
        ['createdAt', '2001-01-01', 'READ_ONLY'],
        ['summary', 'x', 'READ_ONLY'],
      ])('this is not written: %s [UPD-13, CRE-22, CRE-05]', async (name, value, code) => {
        const created = await post('/api/open', { type: 'open', attributes: { [name]: value } });
        const changed = await patch('/api/open/1', { type: 'open', id: '1', attributes: { [name]: value } });

        expect(faults(created)).toEqual([`400 ${code} /data/attributes/${name}`]);
        expect(faults(changed)).toEqual([`400 ${code} /data/attributes/${name}`]);
      });

      it('the rest is, and what TypeORM updates never only once [CRE-17, UPD-13]', async () => {
        const created = await post('/api/open', {
          type: 'open',
          attributes: { plain: 'A', once: 'D' },
          relationships: { team: one },
        });
        const id = created.at('/data/id') as string;
        const changed = await patch(`/api/open/${id}`, { type: 'open', id, attributes: { plain: 'B', once: 'E' } });

        expect(created.at('/data/attributes')).toMatchObject({ plain: 'A', once: 'D', summary: 'A' });
        expect(created.at('/data/relationships/team/data')).toEqual(one.data);
        expect(faults(changed)).toEqual(['403 FORBIDDEN /data/attributes/once']);
        expect((await get(`/api/open/${id}`)).at('/data/attributes')).toMatchObject({ plain: 'A', once: 'D' });
      });
    });

    describe('a foreign key that is exposed', () => {
      it.each([2, 99])(
        'leads nowhere where the relationship could not lead: to %i [UPD-12, CRE-24, JA-58]',
        async (roomId) => {
          const created = await post('/api/guest', { type: 'guest', attributes: { roomId } });
          const changed = await patch('/api/guest/1', { type: 'guest', id: '1', attributes: { roomId } });

          for (const answer of [created, changed]) {
            expect(faults(answer)).toEqual(['404 NOT_FOUND /data/attributes/roomId']);
            expect(answer.at('/errors/0/detail')).toBe(`There is no room with the id "${roomId}".`);
          }
          expect((await get('/api/guest')).at('/data/*/attributes/roomId')).toEqual([1]);
        },
      );

      it('leads to a row that is there, and to none [UPD-12, CRE-17]', async () => {
        const created = await post('/api/guest', { type: 'guest', attributes: { roomId: 1 } });
        const id = created.at('/data/id') as string;

        expect(created.at('/data/relationships/room/data')).toEqual({ type: 'room', id: '1' });
        expect((await patch(`/api/guest/${id}`, { type: 'guest', id, attributes: { roomId: null } })).status).toBe(204);
        expect((await get(`/api/guest/${id}/room`)).at('/data')).toBeNull();
        expect((await patch(`/api/guest/${id}`, { type: 'guest', id, attributes: { roomId: 1 } })).status).toBe(204);
        expect((await get(`/api/guest/${id}/room`)).at('/data/id')).toBe('1');
      });
    });

    describe('the options', () => {
      const change = (attributes: object, relationships: object = {}) =>
        patch('/api/ruled/one', { type: 'ruled', id: 'one', attributes, relationships });

      it('readOnly, writeOnly and createOnly hold for attributes [CRE-05, UPD-13, JA-64]', async () => {
        const created = await post('/api/ruled', {
          type: 'ruled',
          attributes: { code: 'two', free: '1', written: '2', created: '3' },
        });
        const read = await post('/api/ruled', { type: 'ruled', attributes: { code: 'three', read: 'x' } });

        expect(created.status).toBe(201);
        expect(created.at('/data/attributes')).toEqual({ code: 'two', free: '1', read: 'b', created: '3' });
        expect(faults(read)).toEqual(['400 READ_ONLY /data/attributes/read']);
        expect((await change({ written: 'W' })).status).toBe(204);
        expect(faults(await change({ created: 'x' }))).toEqual(['403 FORBIDDEN /data/attributes/created']);
        expect(faults(await change({ read: 'x' }))).toEqual(['400 READ_ONLY /data/attributes/read']);
        expect(await dataSource.manager.findOneByOrFail(Ruled, { code: 'one' })).toMatchObject({
          free: 'a',
          read: 'b',
          written: 'W',
          created: 'd',
        });
      });

      it('readOnly and createOnly hold for relationships, at their own addresses as well [UPD-12, JA-64]', async () => {
        const created = await post('/api/ruled', {
          type: 'ruled',
          attributes: { code: 'four' },
          relationships: { createdTeam: one, teams: { data: [one.data] } },
        });
        const read = await post('/api/ruled', {
          type: 'ruled',
          attributes: { code: 'five' },
          relationships: { readTeam: one },
        });

        expect(created.at('/data/relationships/createdTeam/data')).toEqual(one.data);
        expect(faults(read)).toEqual(['403 FORBIDDEN /data/relationships/readTeam/data']);
        expect(faults(await change({ free: 'x' }, { readTeam: one }))).toEqual([
          '403 FORBIDDEN /data/relationships/readTeam/data',
        ]);
        expect(faults(await change({ free: 'x' }, { createdTeam: one }))).toEqual([
          '403 FORBIDDEN /data/relationships/createdTeam/data',
        ]);
        expect((await patch('/api/ruled/one/relationships/readTeam', one.data)).status).toBe(403);
        expect((await patch('/api/ruled/four/relationships/createdTeam', null)).status).toBe(403);
        expect((await get('/api/ruled/one')).at('/data/attributes/free')).toBe('a');
        expect((await get('/api/ruled/four/relationships/createdTeam')).at('/data')).toEqual(one.data);
      });

      it.each([
        ['/api/ruled', 'outside'],
        ['/narrow/ruled', 'written'],
        ['/narrow/ruled', 'created'],
        ['/narrow/ruled', 'outside'],
      ])('only and exclude close what they leave out: at %s, %s [CRE-22]', async (url, name) => {
        const answer = await post(url, { type: 'ruled', attributes: { code: 'six', [name]: 'x' } });

        expect(faults(answer)).toEqual([`400 UNKNOWN_FIELD /data/attributes/${name}`]);
        expect((await get('/api/ruled/six')).status).toBe(404);
      });
    });
  },
  { adapters: ['express'] },
);
