/**
 * Who may see what: a field that a viewer does not see, and a row that does not exist for them, are like one that is not
 * there, on every path and in every error.
 */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  Column,
  type DataSource,
  Entity,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  OneToOne,
  JoinColumn,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { type Answer, describeServers, type Server, type TestApp } from '../support/app.js';
import { jsonApi } from '../support/json-api-document.js';

@Entity()
@Resource()
class User {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Column() password!: string;
  @Expose({ groups: ['admin'] }) @Column() salary!: number;
  @Expose({ toClassOnly: true }) @Column() pin!: string;
  @Expose() @ManyToOne(() => User) boss!: Relation<User> | null;
  @Expose() @OneToMany(() => Note, (note) => note.author) notes!: Relation<Note>[];
  @Expose() @OneToMany(() => Log, (log) => log.user) logs!: Relation<Log>[];
  @Expose() @OneToOne(() => Log) @JoinColumn() lastLog!: Relation<Log> | null;
  /** Its target is a resource, but it is not exposed itself. */
  @OneToMany(() => Audit, (audit) => audit.user) audits!: Relation<Audit>[];
  @Expose({ groups: ['admin'] }) @OneToMany(() => Audit, (audit) => audit.boss) reviews!: Relation<Audit>[];
  @ManyToOne(() => Vault) vault!: Relation<Vault> | null;
}

/** How often the scope of notes was asked for. */
let asked = 0;

/** Notes with `secret` exist for administrators only. */
@Entity()
@Resource({
  linkage: 'always',
  scope: ({ groups }) => {
    asked += 1;
    return groups.includes('admin') ? undefined : { name: 'secret', op: 'eq', val: false };
  },
})
class Note {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() title!: string;
  @Column() secret!: boolean;
  @Expose() @ManyToOne(() => User, (user) => user.notes) author!: Relation<User> | null;
  @Expose() @ManyToOne(() => Note, (note) => note.replies) parent!: Relation<Note> | null;
  @Expose() @OneToMany(() => Note, (note) => note.parent) replies!: Relation<Note>[];
  @Expose() @ManyToMany(() => Note, (note) => note.linkedFrom) @JoinTable() links!: Relation<Note>[];
  @Expose() @ManyToMany(() => Note, (note) => note.links) linkedFrom!: Relation<Note>[];
}

/** Cannot be read. */
@Entity()
@Resource({ methods: ['POST'] })
class Log {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() text!: string;
  @Expose() @ManyToOne(() => User, (user) => user.logs) user!: Relation<User> | null;
}

@Entity()
@Resource()
class Audit {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() text!: string;
  @ManyToOne(() => User, (user) => user.audits) user!: Relation<User> | null;
  @ManyToOne(() => User, (user) => user.reviews) boss!: Relation<User> | null;
}

/** Is no resource. */
@Entity()
class Vault {
  @PrimaryGeneratedColumn() id!: number;
  @Column() code!: string;
}

const ENTITIES = [User, Note, Log, Audit, Vault];

/** Notes 2 and 4 are secret. Note 3 is a reply to the secret note 2, note 4 to note 1; they all link to each other. */
async function seed({ manager }: DataSource): Promise<void> {
  await manager.insert(Vault, [{ code: 'xyz' }]);
  await manager.insert(User, [
    { name: 'Ada', password: 'hush', salary: 10, pin: '1', vault: { id: 1 } },
    { name: 'Bob', password: 'hush', salary: 20, pin: '2', boss: { id: 1 } },
    { name: 'Cy', password: 'hush', salary: 30, pin: '3', boss: { id: 1 } },
  ]);
  await manager.insert(Note, [
    { title: 'open', secret: false, author: { id: 1 } },
    { title: 'secret', secret: true, author: { id: 1 }, parent: { id: 1 } },
    { title: 'reply', secret: false, author: { id: 2 }, parent: { id: 2 } },
    { title: 'deep', secret: true, author: { id: 3 }, parent: { id: 1 } },
  ]);
  const links = manager.createQueryBuilder().relation(Note, 'links');
  for (const id of [1, 2, 3, 4]) await links.of(id).add([1, 2, 3, 4].filter((other) => other !== id));
  await manager.insert(Log, [{ text: 'entry', user: { id: 1 } }]);
  await manager.update(User, 1, { lastLog: { id: 1 } });
  await manager.insert(Audit, [{ text: 'audit', user: { id: 1 }, boss: { id: 1 } }]);
}

const note = (...ids: number[]) => ids.map((id) => ({ type: 'note', id: String(id) }));

/** Starts the application, and gives the two ways to ask it. */
function serve(server: Server) {
  let app: TestApp;
  const checked = jsonApi(() => app);
  const get = (path: string, who = ''): Promise<Answer> => checked(encodeURI(path), { who });
  const ids = async (path: string, who = ''): Promise<unknown> => (await get(path, who)).at('/data/*/id');

  beforeAll(async () => {
    const imports = [
      RestlessModule.forRoot({
        groups: ({ headers }: { headers: Record<string, string> }) => (headers['who'] ? [headers['who']] : []),
      }),
      RestlessModule.forFeature([
        User,
        Note,
        Log,
        Audit,
        { entity: User, collectionName: 'profile', prefix: 'own', includes: ['reviews', 'boss.reviews'] },
        {
          entity: User,
          collectionName: 'guarded',
          prefix: 'guarded',
          exclude: ['notes', 'boss'],
          scope: () => [{ name: 'vault.code', op: 'eq', val: 'xyz' }, { not: { name: 'password', op: 'eq', val: '' } }],
        },
        {
          entity: User,
          collectionName: 'broken',
          prefix: 'broken',
          exclude: ['notes', 'boss'],
          scope: () => ({ name: 'vault.code', op: 'eq', val: undefined }),
        },
      ]),
    ];
    app = await server.start({ entities: ENTITIES, imports, seed });
  });
  afterAll(() => app.close());
  return { get, ids };
}

// Names are looked up before any database is asked.
describeServers(
  (server) => {
    const { get, ids } = serve(server);

    describe('a field that is not seen', () => {
      const hidden = ['password', 'salary', 'pin', 'audits', 'reviews', 'vault', 'vaultId', 'secret'];

      it.each([
        '/api/user?filter[NAME]=1',
        '/api/user?filter[NAME][gt]=1',
        '/api/user?filter[NAME.text]=audit',
        '/api/user?filter[NAME.id][is_null]=true',
        '/api/user?filter[boss.NAME]=hush',
        '/api/user?filter[boss][boss][NAME][like]=h%',
        '/api/user?filter[objects]=[{"name":"NAME","op":"is_null"}]',
        '/api/user?filter[objects]=[{"name":"NAME","op":"any","val":{"name":"text","op":"eq","val":"audit"}}]',
        '/api/user?filter[objects]=[{"name":"boss","op":"has","val":{"name":"NAME","op":"eq","val":"hush"}}]',
        '/api/user?filter[objects]=[{"not":{"or":[{"name":"NAME","op":"like","val":"h%"}]}}]',
        '/api/user?filter[objects]=[{"name":"name","op":"eq","field":"NAME"}]',
        '/api/user?sort=NAME',
        '/api/user?sort=-boss.NAME',
        '/api/user?sort=NAME.code',
        '/api/user?groupBy=NAME',
        '/api/user?groupBy=boss.NAME',
        '/api/user?fields[user]=NAME',
        '/api/user?include=NAME',
        '/api/user?include=boss.NAME',
        '/api/user?include=NAME.boss',
        '/api/note?filter[author.NAME]=hush',
        '/api/note?sort=author.NAME',
        '/api/note?include=author.NAME',
        '/api/user/1?fields[user]=NAME',
        '/api/user/1?include=NAME',
        '/api/user/2/boss?include=NAME',
        '/api/user/1/notes?sort=author.NAME',
        '/api/user/1/relationships/notes?filter[author.NAME]=1',
        '/api/user/1/NAME',
        '/api/user/1/NAME/1',
        '/api/user/1/relationships/NAME',
      ])('is like one that is not there at %s [FLD-19, FLD-26, JA-46]', async (path) => {
        const nothing = await get(path.replace('NAME', 'nothing'));
        expect([400, 404]).toContain(nothing.status);

        for (const name of hidden) {
          const answer = await get(path.replace('NAME', name));
          expect([name, answer.status, answer.text.replaceAll(name, 'nothing')]).toEqual([
            name,
            nothing.status,
            nothing.text,
          ]);
        }
      });

      it('is in no answer, whatever is included [FLD-09, FLD-19]', async () => {
        const answers = await Promise.all(
          [
            '/api/user?include=boss,notes.author',
            '/api/note?include=author',
            '/api/note/1/author',
            '/api/user/2/boss',
          ].map((path) => get(path)),
        );

        for (const answer of answers) expect(answer.text).not.toMatch(/hush|salary|pin|audits|reviews|vault|"secret"/);
      });

      it('is seen by its group, on the same paths [FLD-14]', async () => {
        expect(await ids('/api/user?filter[salary][gt]=10&sort=-salary&fields[user]=salary', 'admin')).toEqual([
          '3',
          '2',
        ]);
        expect(await ids('/api/user?filter[reviews.text]=audit', 'admin')).toEqual(['1']);
        expect((await get('/api/user/1?include=reviews', 'admin')).at('/included/*/id')).toEqual(['1']);
        expect((await get('/api/user/1/reviews', 'admin')).at('/data/*/id')).toEqual(['1']);
        expect(await ids('/api/note?sort=author.salary,id', 'admin')).toEqual(['1', '2', '3', '4']);
        expect((await get('/api/user/1/reviews', 'user')).status).toBe(404);
      });

      it('is left out of what a resource includes by itself [INC-04]', async () => {
        const anybody = await get('/own/profile/1');
        const admin = await get('/own/profile/1', 'admin');

        expect(anybody.status).toBe(200);
        expect(anybody.at('/included')).toEqual([]);
        expect(admin.at('/included/*/id')).toEqual(['1']);
      });
    });

    describe('a resource that does not answer GET', () => {
      it('is linked to, and not shown [REL-10, REL-12, JA-25]', async () => {
        const user = await get('/api/user/1');
        const linked = await get('/api/user/1/relationships/logs');

        expect(user.at('/data/relationships/logs/links')).toEqual({ self: '/api/user/1/relationships/logs' });
        expect(user.at('/data/relationships/lastLog')).toEqual({
          data: { type: 'log', id: '1' },
          links: { self: '/api/user/1/relationships/lastLog' },
        });
        expect(linked.at('/data')).toEqual([{ type: 'log', id: '1' }]);
        expect(linked.at('/links')).not.toHaveProperty('related');
      });

      it.each<[number, string]>([
        [405, '/api/log'],
        [405, '/api/log/1'],
        [404, '/api/user/1/logs'],
        [404, '/api/user/1/lastLog'],
        [404, '/api/user/1/logs/1'],
        [400, '/api/user/1/relationships/logs?include=logs'],
        [400, '/api/user/1/relationships/logs?sort=text'],
        [400, '/api/user/1/relationships/logs?filter[text]=entry'],
        [400, '/api/user?include=logs'],
        [400, '/api/user?include=boss.lastLog'],
        [400, '/api/user?filter[logs.text]=entry'],
        [400, '/api/user?filter[lastLog.id]=1'],
        [400, '/api/user?filter[lastLog.user.name]=Ada'],
        [400, '/api/user?filter[objects]=[{"name":"logs","op":"any","val":{"name":"text","op":"eq","val":"entry"}}]'],
        [
          400,
          '/api/user?filter[objects]=[{"name":"lastLog","op":"has","val":{"name":"text","op":"eq","val":"entry"}}]',
        ],
        [400, '/api/user?sort=lastLog.text'],
        [400, '/api/user?groupBy=lastLog.text'],
        [400, '/api/user?fields[log]=text'],
        [400, '/api/user?fields[log]=nothing'],
      ])('gives %i at %s, and tells nothing of its fields [FLD-09, REL-11, JA-42]', async (status, path) => {
        const answer = await get(path);

        expect(answer.status).toBe(status);
        expect(answer.text.replace(encodeURI(path), '')).not.toMatch(/entry"|Fields: id, text/);
      });

      it('cannot be told from no resource at all by a sparse fieldset [FLD-26]', async () => {
        const answers = await Promise.all(
          ['log', 'vault', 'nothing'].map((type) => get(`/api/user?fields[${type}]=text`)),
        );

        expect(answers.map((answer) => answer.at('/errors/0/detail'))).toEqual([
          'There is no resource type "log".',
          'There is no resource type "vault".',
          'There is no resource type "nothing".',
        ]);
      });
    });
  },
  { adapters: ['express'], databases: ['sqlite'] },
);

describeServers(
  (server) => {
    const { get, ids } = serve(server);

    describe('a row outside the scope', () => {
      it.each<[string, string[]]>([
        ['/api/note', ['1', '3']],
        ['/api/note?filter[id][in]=1,2,3,4', ['1', '3']],
        ['/api/note?filter[title]=secret', []],
        ['/api/user/1/notes', ['1']],
        ['/api/user/3/notes', []],
        ['/api/user/1/relationships/notes', ['1']],
        ['/api/note/1/replies', []],
        ['/api/note/1/links', ['3']],
        ['/api/note/1/relationships/linkedFrom', ['3']],
      ])('is in no list, and not counted: %s [POL-03, REL-15, REL-17]', async (path, expected) => {
        const answer = await get(path);
        const second = await get(`${path}${path.includes('?') ? '&' : '?'}page[number]=2&page[size]=1`);

        expect(answer.at('/data/*/id')).toEqual(expected);
        expect(answer.at('/meta/total')).toBe(expected.length);
        expect(second.at('/meta/total')).toBe(expected.length);
        expect(second.at('/data')).toHaveLength(Math.max(0, expected.length - 1));
      });

      it.each([
        '/api/note/ID',
        '/api/note/ID/author',
        '/api/note/ID/links',
        '/api/note/ID/relationships/author',
        '/api/note/ID/relationships/replies',
        '/api/note/ID/links/1',
        '/api/user/1/notes/ID',
        '/api/note/1/links/ID',
        '/api/note/1/replies/ID',
      ])('is 404 at %s, in the words for one that is not there [REL-14, REL-16, JA-40]', async (path) => {
        const [secret, nothing] = [await get(path.replace('ID', '2')), await get(path.replace('ID', '99'))];

        expect(secret.status).toBe(404);
        expect(secret.text.replaceAll('"2\\"', '"99\\"')).toBe(nothing.text);
      });

      it('is in no linkage and in no include [REL-10, JA-32]', async () => {
        const notes = await get('/api/note?include=parent,replies,links.parent,linkedFrom&sort=id');
        const users = await get('/api/user?include=notes.replies&sort=id');

        expect(notes.at('/data/*/relationships/parent/data')).toEqual([null, null]);
        expect(notes.at('/data/*/relationships/replies/data')).toEqual([[], []]);
        expect(notes.at('/data/*/relationships/links/data')).toEqual([note(3), note(1)]);
        expect(notes.at('/data/*/relationships/linkedFrom/data')).toEqual([note(3), note(1)]);
        expect(notes.at('/included')).toEqual([]);
        expect(users.at('/data/*/relationships/notes/data')).toEqual([note(1), note(3), []]);
        expect(users.at('/included/*/id')).toEqual(['1', '3']);
        expect(users.at('/included/*/relationships/replies/data')).toEqual([[], []]);
      });

      it('leaves nothing behind a to-one relationship [REL-15, JA-40, JA-41]', async () => {
        const plain = await get('/api/note/3');

        expect(plain.at('/data/relationships/parent/data')).toBeNull();
        expect((await get('/api/note/3/parent')).at('/data')).toBeNull();
        expect((await get('/api/note/3/relationships/parent')).at('/data')).toBeNull();
        expect((await get('/api/note/3?include=parent.author')).at('/included')).toEqual([]);
      });

      it.each<[string, string[]]>([
        ['/api/note?filter[parent.title]=secret', []],
        ['/api/note?filter[parent.author.name]=Ada', []],
        ['/api/note?filter[parent]=2', []],
        ['/api/note?filter[links.title]=secret', []],
        ['/api/note?filter[linkedFrom.title]=deep', []],
        ['/api/note?filter[objects]=[{"name":"parent","op":"is_null"}]', ['1', '3']],
        ['/api/note?filter[objects]=[{"name":"parent","op":"is_not_null"}]', []],
        ['/api/note?filter[objects]=[{"not":{"name":"parent","op":"is_null"}}]', []],
        ['/api/note?filter[objects]=[{"not":{"name":"parent.title","op":"eq","val":"secret"}}]', ['1', '3']],
        ['/api/note?filter[objects]=[{"name":"replies","op":"any","val":{"name":"title","op":"like","val":"%"}}]', []],
        [
          '/api/note?filter[objects]=[{"name":"parent","op":"has","val":{"not":{"name":"title","op":"eq","val":"x"}}}]',
          [],
        ],
        [
          '/api/note?filter[objects]=[{"name":"links","op":"any","val":{"name":"title","op":"eq","field":"title"}}]',
          ['1', '3'],
        ],
        ['/api/user?filter[notes.title]=secret', []],
        ['/api/user?filter[notes.replies.title][like]=%25', []],
        ['/api/user?filter[notes.links.title]=deep', []],
        [
          '/api/user?filter[objects]=[{"not":{"name":"notes","op":"any","val":{"name":"id","op":"gt","val":0}}}]',
          ['3'],
        ],
        [
          '/api/user?filter[objects]=[{"name":"notes","op":"any","val":{"not":{"name":"title","op":"eq","val":"open"}}}]',
          ['2'],
        ],
        ['/api/user/1/notes?filter[parent.title]=open', []],
      ])('is absent for filters: %s [POL-09, REL-15]', async (path, expected) => {
        const answer = await get(path.replaceAll('%25', '%'));

        expect(answer.at('/data/*/id')).toEqual(expected);
        expect(answer.at('/meta/total')).toBe(expected.length);
      });

      it('is absent for sorts and groups [POL-03]', async () => {
        const up = await ids('/api/note?sort=parent.title,id');
        const down = await ids('/api/note?sort=-parent.title,id');
        const grouped = await ids('/api/note?groupBy=parent.title');
        const byTitle = await ids('/api/note?groupBy=title&sort=id');

        expect(up).toEqual(['1', '3']);
        expect(down).toEqual(['1', '3']);
        expect(grouped).toEqual(['1']);
        expect(byTitle).toEqual(['1', '3']);
      });

      it('is there for whom the scope lets it be [POL-03]', async () => {
        const answer = await get('/api/note?sort=id&include=parent', 'admin');

        expect(answer.at('/data/*/id')).toEqual(['1', '2', '3', '4']);
        expect(answer.at('/data/*/relationships/parent/data')).toEqual([null, ...note(1, 2, 1)]);
        expect(await ids('/api/user?filter[notes.title]=secret', 'admin')).toEqual(['1']);
        expect((await get('/api/note/2', 'admin')).status).toBe(200);
      });

      it('is looked for once a request, and where a row of the resource could be met', async () => {
        const counted = async (path: string): Promise<number> => {
          asked = 0;
          expect((await get(path)).status).toBe(200);
          return asked;
        };

        expect(await counted('/api/user')).toBe(0);
        expect(await counted('/api/user?include=notes&filter[notes.title]=open')).toBe(1);
        expect(await counted('/api/note?include=replies,links&sort=parent.title')).toBe(1);
      });

      it('is asked for by a filter that is right, or the server is at fault, and names nothing [POL-03]', async () => {
        const answer = await get('/broken/broken');

        expect(answer.status).toBe(500);
        expect(answer.text).not.toContain('vault');
      });

      it('may be told by fields that nobody sees, through relations that nobody sees [POL-03]', async () => {
        expect(await ids('/guarded/guarded')).toEqual(['1']);
        expect((await get('/guarded/guarded/2')).status).toBe(404);
      });
    });
  },
  { adapters: ['express'] },
);
