/** What entities do of their own holds for writes over HTTP: initial values, cascades, hooks, trees, triggers. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  AfterUpdate,
  BeforeInsert,
  BeforeUpdate,
  Column,
  DataSource,
  DeleteDateColumn,
  Entity,
  JoinColumn,
  ManyToOne,
  OneToMany,
  OneToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  Tree,
  TreeChildren,
  TreeParent,
  VersionColumn,
  type Relation,
} from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { faults, writing } from '../support/writing.js';

@Entity()
@Resource()
class Theme {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ default: 'dark' }) name!: string;
}

/** Its constructor fills in what a new row starts with, for a column that is not selected and for a relation as well. */
@Entity()
@Resource()
class Draft {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() title!: string;
  @Expose() @Column({ type: 'varchar' }) state = 'new';
  @Column({ select: false, type: 'varchar' }) token = String(Math.random());
  @Expose() @ManyToOne(() => Theme) theme: Relation<Theme> | null = null;
  /** What the listener saw. */
  @Column({ default: '' }) seen!: string;

  @BeforeUpdate()
  note(): void {
    this.seen = Object.keys(this).sort().join(' ');
  }
}

/** Comes with a theme of its own, unless it is given one. */
@Entity()
@Resource()
class Account {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @OneToOne(() => Theme, { cascade: true }) @JoinColumn() theme: Relation<Theme> | null = new Theme();
}

@Entity()
@Resource()
class Folder {
  @PrimaryGeneratedColumn() id!: number;
  @DeleteDateColumn() deletedAt!: Date | null;
  @Expose() @OneToMany(() => Sheet, (sheet) => sheet.folder, { cascade: ['soft-remove'] }) sheets!: Relation<Sheet>[];
}
@Entity()
@Resource()
class Sheet {
  @PrimaryGeneratedColumn() id!: number;
  @DeleteDateColumn() deletedAt!: Date | null;
  @Expose() @ManyToOne(() => Folder, (folder) => folder.sheets) folder!: Relation<Folder> | null;
}

/** Its key is made from its name. */
@Entity()
@Resource()
class Topic {
  @PrimaryColumn() slug!: string;
  @Expose() @Column() name!: string;

  @BeforeInsert()
  makeSlug(): void {
    this.slug = this.name.toLowerCase();
  }
}

/** Nobody makes its key but the client, who forgets. */
@Entity()
@Resource()
class Room {
  @PrimaryColumn({ type: 'int' }) number!: number;
  @Expose() @Column({ default: '' }) name!: string;
}

/** Has one root. */
@Entity()
@Resource()
@Tree('nested-set')
class Node {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @TreeParent() parent!: Relation<Node> | null;
  @Expose() @TreeChildren() children!: Relation<Node>[];
}

/** A tree whose rows know their whole path. */
@Entity()
@Resource({ allowToManyReplacement: true, allowClientGeneratedIds: true })
@Tree('materialized-path')
class Branch {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @TreeParent() parent!: Relation<Branch> | null;
  @Expose() @TreeChildren() children!: Relation<Branch>[];
}

/** Has its join column as a property, and looks at it. */
@Entity()
@Resource()
class Poster {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ type: 'int', nullable: true }) themeId!: number | null;
  @Expose() @ManyToOne(() => Theme) theme!: Relation<Theme> | null;
  @Expose({ toPlainOnly: true }) @Column({ default: '' }) seen!: string;

  @BeforeUpdate()
  note(): void {
    this.seen = `${this.themeId} ${this.theme?.id}`;
  }
}

@Entity()
@Resource()
class Counted {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @VersionColumn() version!: number;

  @AfterUpdate()
  tell(): void {
    VERSIONS.push(this.version);
  }
}
const VERSIONS: number[] = [];

/** Guarded by a trigger; and its option is meant for the errors of the application. */
@Entity()
@Resource({ validationExceptions: [Error] })
class Vote {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ unique: true }) name!: string;

  @BeforeInsert()
  check(): void {
    if (this.name === '') throw new Error('A vote has a name.');
  }
}

const ENTITIES = [Theme, Draft, Account, Folder, Sheet, Topic, Room, Node, Branch, Poster, Counted, Vote];

const TRIGGERS = {
  sqlite: [
    `CREATE TRIGGER closed BEFORE INSERT ON vote WHEN NEW.name = 'late' BEGIN SELECT RAISE(ABORT, 'secret'); END`,
  ],
  postgres: [
    `CREATE FUNCTION closed() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN IF NEW.name = ''late'' THEN RAISE EXCEPTION ''secret''; END IF; RETURN NEW; END'`,
    'CREATE TRIGGER closed BEFORE INSERT ON vote FOR EACH ROW EXECUTE FUNCTION closed()',
  ],
  mariadb: [
    `CREATE TRIGGER closed BEFORE INSERT ON vote FOR EACH ROW
      IF NEW.name = 'late' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'secret'; END IF`,
  ],
};

describeServers(
  ({ start, database }) => {
    let app: TestApp;
    let dataSource: DataSource;
    const { get, post, patch, delete: remove } = writing(() => app);

    beforeAll(async () => {
      app = await start({
        entities: ENTITIES,
        imports: [
          RestlessModule.forRoot({ methods: ['GET', 'POST', 'PATCH', 'DELETE'] }),
          RestlessModule.forFeature(ENTITIES),
        ],
        seed: async ({ manager }) => {
          await manager.insert(Theme, { name: 'light' });
          for (const statement of TRIGGERS[database.kind]) await manager.query(statement);
        },
      });
      dataSource = app.app.get(DataSource);
    });
    afterAll(() => app.close());

    it('gives new rows the values that their constructor fills in [CRE-17]', async () => {
      const theme = { data: { type: 'theme', id: '1' } };
      const answer = await post('/api/draft', {
        type: 'draft',
        attributes: { title: 'first' },
        relationships: { theme },
      });

      expect(answer.status).toBe(201);
      expect(answer.at('/data/attributes')).toEqual({ title: 'first', state: 'new' });
      expect(answer.at('/data/relationships/theme')).toMatchObject(theme);
    });

    it('does not give them to rows that are there, listeners or not [UPD-09, JA-61]', async () => {
      const stored = async () =>
        dataSource.manager.createQueryBuilder(Draft, 'draft').addSelect('draft.token').where('draft.id = 1').getOne();
      await patch('/api/draft/1', { type: 'draft', id: '1', attributes: { state: 'sent' } });
      const before = await stored();

      const answer = await patch('/api/draft/1', { type: 'draft', id: '1', attributes: { title: 'second' } });

      expect(answer.at('/data/attributes')).toEqual({ title: 'second', state: 'sent' });
      expect(answer.at('/data/relationships/theme/data')).toEqual({ type: 'theme', id: '1' });
      expect(await stored()).toMatchObject({ token: before!.token, seen: 'id seen state title' });
    });

    it('inserts what a new row comes with, by its cascades [CRE-17]', async () => {
      const own = await post('/api/account?include=theme', { type: 'account' });
      const given = await post('/api/account', {
        type: 'account',
        relationships: { theme: { data: { type: 'theme', id: '1' } } },
      });

      expect(own.at('/included/*/attributes')).toEqual([{ name: 'dark' }]);
      expect(given.at('/data/relationships/theme/data')).toEqual({ type: 'theme', id: '1' });
      expect((await get('/api/theme')).at('/data/*/attributes/name')).toEqual(['light', 'dark']);
    });

    it('deletes softly what belongs to a row, by its cascades [DEL-01]', async () => {
      await post('/api/folder', { type: 'folder' });
      await post('/api/sheet', { type: 'sheet', relationships: { folder: { data: { type: 'folder', id: '1' } } } });

      expect((await remove('/api/folder/1')).status).toBe(204);
      expect((await get('/api/sheet')).at('/data')).toEqual([]);
      expect(await dataSource.manager.count(Sheet, { withDeleted: true })).toBe(1);
    });

    it('takes the key that a listener makes, once [CRE-17, CRE-21]', async () => {
      const topic = { type: 'topic', attributes: { name: 'Trees' } };

      expect((await post('/api/topic', topic)).at('/data/id')).toBe('trees');
      expect((await post('/api/topic', topic)).at('/errors/0/status')).toBe('409');
    });

    it('makes no key that nobody gave [CRE-19]', async () => {
      const answer = await post('/api/room', { type: 'room', attributes: { name: 'Attic' } });

      expect(answer.at('/errors/*/code')).toEqual(['CONSTRAINT']);
      expect((await get('/api/room')).at('/data')).toEqual([]);
    });

    it('keeps a tree to its one root', async () => {
      const root = await post('/api/node', { type: 'node' });
      const second = await post('/api/node', { type: 'node' });
      const child = await post('/api/node', {
        type: 'node',
        relationships: { parent: { data: { type: 'node', id: root.at('/data/id') } } },
      });

      expect([root.status, second.status, child.status]).toEqual([201, 409, 201]);
    });

    it('lets no branch of a tree grow below itself', async () => {
      const at = (id: string) => ({ type: 'branch', id });
      const under = (id: string | null) => ({ parent: { data: id === null ? null : at(id) } });
      for (const parent of [null, '1', '2'])
        await post('/api/branch', { type: 'branch', relationships: under(parent) });

      expect(faults(await patch('/api/branch/2/relationships/parent', at('2')))).toEqual(['409 CONFLICT /data']);
      expect(faults(await patch('/api/branch/1', { ...at('1'), relationships: under('3') }))).toEqual([
        '409 CONFLICT /data/relationships/parent/data',
      ]);
      expect(faults(await post('/api/branch/3/relationships/children', [at('1')]))).toEqual(['409 CONFLICT /data/0']);
      const both = { ...under('3'), children: { data: [at('1')] } };
      expect((await post('/api/branch', { type: 'branch', relationships: both })).status).toBe(409);
      expect((await patch('/api/branch/3/relationships/parent', at('1'))).status).toBe(204);
      expect((await get('/api/branch/1/children')).at('/data/*/id')).toEqual(['2', '3']);
    });

    it('takes a client’s own id for a tree, or says that it cannot [CRE-20]', async () => {
      const answer = await post('/api/branch', { type: 'branch', id: '70' });

      expect([answer.status, answer.at('/data/id')]).toEqual(
        database.kind === 'postgres' ? [403, undefined] : [201, '70'],
      );
    });

    it('tells listeners of a relation by all its properties', async () => {
      const theme = { data: { type: 'theme', id: '1' } };
      await post('/api/poster', { type: 'poster' });
      const set = await patch('/api/poster/1', { type: 'poster', id: '1', relationships: { theme } });
      const cleared = await patch('/api/poster/1', {
        type: 'poster',
        id: '1',
        relationships: { theme: { data: null } },
      });

      expect([set, cleared].map((answer) => answer.at('/data/attributes/seen'))).toEqual(['1 1', 'null undefined']);
    });

    it('tells listeners the version that a row has come to', async () => {
      await post('/api/counted', { type: 'counted', attributes: { name: 'first' } });
      VERSIONS.length = 0;
      await patch('/api/counted/1', { type: 'counted', id: '1', attributes: { name: 'second' } });

      expect(VERSIONS).toEqual([2]);
    });

    it('answers what a trigger refuses with 400, and not in its words [ERR-04, VAL-10]', async () => {
      const answer = await post('/api/vote', { type: 'vote', attributes: { name: 'late' } });

      expect(faults(answer)).toEqual(['400 CONSTRAINT']);
      expect(answer.text).not.toMatch(/secret|trigger/i);
    });

    it('forwards errors of the application, and none of the database or the library [VAL-01, ERR-04]', async () => {
      const vote = { type: 'vote', attributes: { name: 'yes' } };
      const own = await post('/api/vote', { type: 'vote', attributes: { name: '' } });
      await post('/api/vote', vote);

      expect(own.at('/errors/*/detail')).toEqual(['A vote has a name.']);
      expect(faults(await post('/api/vote', vote))).toEqual(['409 CONFLICT /data/attributes/name']);
      expect(faults(await patch('/api/vote/99', { ...vote, id: '99' }))).toEqual(['404 NOT_FOUND']);
    });
  },
  { adapters: ['express'] },
);
