/**
 * `assign` of preprocessors: columns and relations that the application sets, whatever clients may write or see.
 */
import { Expose } from 'class-transformer';
import {
  type PreprocessFunction,
  type ProcessorKey,
  Resource,
  RestlessModule,
  type RestlessService,
  getRestlessServiceToken,
} from 'nestjs-restless';
import {
  Column,
  DataSource,
  Entity,
  JoinColumn,
  ManyToOne,
  OneToMany,
  OneToOne,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { type Answer, describeServers, type TestApp } from '../support/app.js';
import { faults, writing } from '../support/writing.js';

/** Nobody sees users. */
@Entity()
class User {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
}

class Review {
  @Expose() @Column({ type: 'varchar', nullable: true }) verdict!: string | null;
  @Column({ type: 'varchar', nullable: true }) by!: string | null;
}

@Entity()
@Resource({ scope: ({ request }) => ({ name: 'tenantId', op: 'eq', val: tenantOf(request) }) })
class Note {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ length: 10 }) text!: string;
  @Column({ type: 'int' }) tenantId!: number;
  @ManyToOne(() => User, { nullable: false }) @JoinColumn({ name: 'authorId' }) author!: Relation<User>;
  /** The same column, which clients may write. */
  @Expose() @Column({ type: 'int' }) authorId!: number;
  @Expose({ toPlainOnly: true }) @Column({ default: 'nobody' }) createdBy!: string;
  @Expose() @Column({ type: Date, nullable: true }) seenAt!: Date | null;
  @Expose() @Column(() => Review) review!: Review;
  @Expose() @ManyToOne(() => Folder, (folder) => folder.notes) folder!: Relation<Folder> | null;
  @Expose({ toPlainOnly: true }) @OneToOne(() => Pin, (pin) => pin.note) pin!: Relation<Pin> | null;
  @Expose() get length(): number {
    return this.text.length;
  }
}

/** The second one is out of sight. */
@Entity()
@Resource({ scope: { name: 'id', op: 'ne', val: 2 } })
class Folder {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @OneToMany(() => Note, (note) => note.folder) notes!: Relation<Note>[];
}

@Entity()
@Resource()
class Pin {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() colour!: string;
  @OneToOne(() => Note, (note) => note.pin) @JoinColumn() note!: Relation<Note> | null;
}

function tenantOf(request: unknown): number {
  return Number((request as { readonly headers: Readonly<Record<string, string>> }).headers['x-tenant'] ?? 3);
}

/** What runs in the test at hand. */
const current = new Map<string, (context: never) => unknown>();
const logged: string[] = [];
beforeEach(() => {
  current.clear();
  logged.length = 0;
});

/** Lets a function run for a key in the test at hand. */
function on<Key extends ProcessorKey>(key: Key, run: PreprocessFunction<Key, Note>): void {
  current.set(key, run);
}

describeServers(
  (server) => {
    let app: TestApp;
    const { get, post, patch, send } = writing(() => app);
    const note = (attributes: object, more: object = {}): object => ({ type: 'note', attributes, ...more });
    const stored = (answer: Answer): Promise<Note> =>
      app.app.get(DataSource).manager.findOneOrFail(Note, {
        where: { id: Number(answer.at('/data/id') ?? answer.at('/id')) },
        relations: { author: true, folder: true, pin: true },
      });

    beforeAll(async () => {
      app = await server.start({
        entities: [User, Note, Folder, Pin],
        imports: [
          RestlessModule.forRoot({ methods: ['GET', 'POST', 'PATCH'], allowPatchMany: true }),
          RestlessModule.forFeature([Note, Folder, Pin]),
        ],
        async seed({ manager }) {
          for (const name of ['Ada', 'Bob']) await manager.insert(User, { name });
          for (const name of ['open', 'secret']) await manager.insert(Folder, { name });
          await manager.insert(Pin, { colour: 'red' });
        },
        configure: (nest) => nest.useLogger({ log() {}, warn() {}, error: (...words) => logged.push(words.join(' ')) }),
      });
      const notes = app.app.get<RestlessService<Note>>(getRestlessServiceToken(Note));
      for (const key of ['POST_RESOURCE', 'PATCH_RESOURCE', 'PATCH_COLLECTION'] as const) {
        notes.preprocess(key, (context) => current.get(key)?.(context as never) as undefined);
      }
    });
    afterAll(() => app.close());

    it('sets columns and relations that no client sees, in both formats [PRC-15]', async () => {
      on('POST_RESOURCE', ({ assign }) => assign({ author: { id: 2 }, tenantId: 3, createdBy: 'Bob' }));

      const created = await post('/api/note', note({ text: 'one' }));
      expect(created.at('/data/attributes')).toMatchObject({ text: 'one', createdBy: 'Bob', authorId: 2 });
      expect(await stored(created)).toMatchObject({ tenantId: 3, author: { name: 'Bob' } });

      const flat = await app.request('POST', '/api/note', {
        headers: { 'Content-Type': 'application/json' },
        body: { text: 'two' },
      });
      expect(flat.status).toBe(201);
      expect(await stored(flat)).toMatchObject({ tenantId: 3, author: { name: 'Bob' }, createdBy: 'Bob' });
    });

    it('wins over the client, who may name the same column otherwise, or what does not exist', async () => {
      on('POST_RESOURCE', ({ assign }) => {
        assign({ author: 2, tenantId: 3, text: 'mine', folder: 1 });
        assign({ author: 1 });
      });

      const forged = note(
        { text: 'yours', authorId: 2 },
        { relationships: { folder: { data: { type: 'folder', id: '99' } } } },
      );
      const created = await post('/api/note', forged);
      expect(created.at('/data/attributes')).toMatchObject({ text: 'mine', authorId: 1 });
      expect(await stored(created)).toMatchObject({ author: { name: 'Ada' }, folder: { name: 'open' } });

      on('POST_RESOURCE', ({ assign }) => assign({ authorId: 1, tenantId: 3 }));
      expect((await post('/api/note', note({ text: 'x', authorId: 99 }))).at('/data/attributes/authorId')).toBe(1);
    });

    it('leaves what the client may not write an error of the client', async () => {
      on('POST_RESOURCE', ({ assign }) => assign({ author: 1, tenantId: 3, createdBy: 'Ada' }));

      expect(faults(await post('/api/note', note({ text: 'x', createdBy: 'Bob', tenantId: 4 })))).toEqual([
        '400 READ_ONLY /data/attributes/createdBy',
        '400 UNKNOWN_FIELD /data/attributes/tenantId',
      ]);
    });

    it('names rows that the client does not see, and takes embedded members, dates and nothing', async () => {
      const seenAt = new Date('2024-02-29T12:00:00Z');
      on('POST_RESOURCE', ({ assign }) =>
        assign({ author: 1, tenantId: 3, folder: { id: 2 }, review: { by: 'Ada' }, seenAt, pin: 1 }),
      );
      const created = await post('/api/note', note({ text: 'x', review: { verdict: 'good' } }));
      expect(created.at('/data/attributes')).toMatchObject({ review: { verdict: 'good' }, seenAt: seenAt.toJSON() });
      expect(created.at('/data/relationships/folder/data')).toBeNull();
      expect(await stored(created)).toMatchObject({
        folder: { name: 'secret' },
        review: { verdict: 'good', by: 'Ada' },
        pin: { colour: 'red' },
      });

      const id = created.at('/data/id') as string;
      on('PATCH_RESOURCE', ({ assign }) => assign({ folder: null, seenAt: null }));
      const patched = await patch(`/api/note/${id}`, note({ text: 'y' }, { id }));
      expect(patched.status).toBe(200);
      expect(patched.at('/data/attributes')).toMatchObject({ text: 'y', seenAt: null });
      expect((await stored(created)).folder).toBeNull();
    });

    it('stamps changes of one row and of many, and of those in which the client says nothing', async () => {
      on('POST_RESOURCE', ({ assign }) => assign({ author: 1, tenantId: 3 }));
      const one = await post('/api/note', note({ text: 'many' }));
      const two = await post('/api/note', note({ text: 'many' }));
      const id = one.at('/data/id') as string;

      on('PATCH_RESOURCE', ({ assign }) => assign({ createdBy: 'editor' }));
      const patched = await patch(`/api/note/${id}`, { type: 'note', id });
      expect(patched.at('/data/attributes/createdBy')).toBe('editor');
      const flat = await app.request('PATCH', `/api/note/${id}`, {
        headers: { 'Content-Type': 'application/json' },
        body: { review: { verdict: 'fine' } },
      });
      expect(flat.at('/review')).toEqual({ verdict: 'fine' });

      on('PATCH_COLLECTION', ({ assign }) => assign({ createdBy: 'bulk', author: { id: 2 } }));
      const bulk = await send('PATCH', '/api/note?filter[text]=many', { data: note({ authorId: 1 }) });
      expect(bulk.at('/meta/modified')).toBe(2);
      expect(await stored(two)).toMatchObject({ createdBy: 'bulk', author: { name: 'Bob' } });
    });

    it('stays within the scope of who asks', async () => {
      on('POST_RESOURCE', ({ assign }) => assign({ author: 1, tenantId: 4 }));
      expect(faults(await post('/api/note', note({ text: 'x' })))).toEqual(['403 FORBIDDEN']);

      const headers = { 'Content-Type': 'application/vnd.api+json', 'X-Tenant': '4' };
      const body = { data: note({ text: 'x' }) };
      expect((await app.request('POST', '/api/note', { headers, body })).status).toBe(201);
    });

    it('answers what cannot be set with a 500 that names nothing, and tells the log', async () => {
      const wrong: readonly (readonly [Record<string, unknown>, string])[] = [
        [{ tenant: 3 }, 'assigns "tenant" of Note, which is no mapped property'],
        [{ tenantId: 'three' }, 'assigns "tenantId" of Note: expected a whole number, got "three"'],
        [{ tenantId: null }, 'assigns "tenantId" of Note: expected a value other than null'],
        [{ id: 7 }, 'assigns "id" of Note, which no statement sets'],
        [{ length: 7 }, 'assigns "length" of Note, which no statement sets'],
        [{ author: 'Ada' }, 'assigns "author" of Note: expected an id of User, or an object with id, got "Ada"'],
        [{ author: { name: 'Ada' } }, 'expected an id of User, or an object with id'],
        [{ author: 99 }, 'assigns a row that does not exist. There is no user with the id "99"'],
        [{ review: { who: 'Ada' } }, 'assigns "review.who" of Note, which is no mapped property'],
        [{ review: 'good' }, 'assigns "review" of Note: expected an object'],
      ];
      for (const [values, words] of wrong) {
        on('POST_RESOURCE', ({ assign }) => {
          assign({ author: 1, tenantId: 3 });
          assign(values);
        });
        const answer = await post('/api/note', note({ text: 'wrong' }));

        expect(faults(answer)).toEqual(['500 INTERNAL']);
        expect(answer.text).not.toMatch(/tenant|author|review|Ada/);
        expect(logged.join('\n')).toContain(words);
        logged.length = 0;
      }
      expect((await get('/api/note?filter[text]=wrong')).at('/meta/total')).toBe(0);

      on('POST_RESOURCE', ({ assign }) => assign({ author: 1, tenantId: 3, folder: [1] as never }));
      expect((await post('/api/note', note({ text: 'wrong' }))).status).toBe(500);
    });

    it('is for preprocessors: whoever keeps it and calls it later is told', async () => {
      const calls: unknown[] = [];
      on('POST_RESOURCE', ({ assign }) => {
        assign({ author: 1, tenantId: 3 });
        calls.push(assign);
      });
      await post('/api/note', note({ text: 'late' }));

      expect(() => (calls[0] as (values: object) => void)({ tenantId: 4 })).toThrow(TypeError);
    });
  },
  { adapters: ['express'] },
);

/** Properties and their types are checked when an application is compiled. */
export const CHECKED: PreprocessFunction<'POST_RESOURCE', Note> = ({ assign }) => {
  // @ts-expect-error no such property
  assign({ tenant: 3 });
  // @ts-expect-error no number
  assign({ tenantId: 'three' });
};
