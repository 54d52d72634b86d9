/** Flat JSON that is written as text at once has the same bytes as flat JSON whose document somebody sees first. */
import { Expose } from 'class-transformer';
import { type ProcessorKey, Resource, type ResourceEntry, RestlessModule } from 'nestjs-restless';
import {
  ChildEntity,
  Column,
  type DataSource,
  Entity,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
  TableInheritance,
} from 'typeorm';
import { type Answer, describeServers, type Server, type TestApp } from '../support/app.js';
import { Article, ARTICLE_ENTITIES, Author as Writer, Journal, seedArticles } from '../support/library-of-articles.js';
import { LIBRARY, seedLibrary } from '../support/library.js';

/** Values of all kinds, under names that objects put in an order of their own. */
@Entity()
@TableInheritance({ column: { name: 'kind', type: 'varchar' } })
@Resource()
class Thing {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ unique: true }) name!: string;
  @Expose({ toClassOnly: true }) @Column({ default: 'hidden' }) secret!: string;
  @Expose({ name: '20' }) @Column({ type: 'float', nullable: true }) weight!: number | null;
  @Expose({ name: '3' }) @Column({ type: 'bigint', nullable: true }) serial!: string | null;
  @Expose({ name: 'constructor' }) @Column({ default: true }) usable!: boolean;
  @Expose({ name: 'a "quoted"\nname' }) @Column({ type: 'datetime', nullable: true }) bought!: Date | null;
  @Expose() @Column({ type: 'simple-json', nullable: true }) more!: unknown;
  @Expose() @Column({ type: 'simple-array', nullable: true }) labels!: string[] | null;
  @Expose() @ManyToOne(() => Shelf, (shelf) => shelf.things) shelf!: Relation<Shelf> | null;
}

/** Of the same table, with a key and a field of its own, and without another. */
@ChildEntity('lamp')
@Resource({ primaryKey: 'code', exclude: ['more'] })
class Lamp extends Thing {
  @Column({ type: 'varchar', length: 20, unique: true }) code!: string;
  @Expose() @Column({ type: 'int', nullable: true }) watts!: number | null;
}

/** A key of two columns that are not exposed; a relationship has the name of one of them. */
@Entity()
@Resource({ idSeparator: '~' })
class Shelf {
  @PrimaryColumn({ type: 'varchar', length: 20 }) room!: string;
  @PrimaryColumn({ type: 'int' }) place!: number;
  @Expose() @OneToMany(() => Thing, (thing) => thing.shelf) things!: Relation<Thing>[];
  @Expose({ name: 'room' }) @ManyToOne(() => Thing) showpiece!: Relation<Thing> | null;
  @Expose() @ManyToMany(() => Label) @JoinTable() labels!: Relation<Label>[];
}

/** A key that is exposed, and that not everybody sees the whole of. */
@Entity()
@Resource({ readable: { '*': true, code: { groups: ['staff'] } } })
class Label {
  @Expose() @PrimaryColumn({ type: 'varchar', length: 20 }) code!: string;
  @Expose({ name: 'copy' }) @PrimaryColumn({ type: 'int' }) number!: number;
  @Expose() @Column() text!: string;
}

/** A key of text, and nothing else. */
@Entity()
@Resource()
class Sign {
  @PrimaryColumn({ type: 'varchar' }) text!: string;
}

const THINGS = [Thing, Lamp, Shelf, Label, Sign];

const TEXTS = ['plain', 'quote " and \\', 'line\nfeed\u0000\u2028', 'Ωmega 😀', '\ud800 alone', '</script>', ''];

async function seedThings({ manager }: DataSource): Promise<void> {
  const shelf = { room: 'a~b%', place: 1 };
  await manager.insert(Shelf, [shelf, { room: 'c', place: -2 }]);
  await manager.insert(Sign, [{ text: '1' }, { text: 'é/"' }]);
  const numbers = [0, -0.5, 1e21, 1e-7, null, 3, 4];
  await manager.insert(
    Thing,
    TEXTS.map((name, at) => ({
      name,
      weight: numbers[at] ?? null,
      serial: at === 1 ? '9007199254740993' : null,
      usable: at % 2 === 0,
      bought: at === 2 ? new Date('2024-02-29T23:59:59.999Z') : null,
      more: at === 3 ? { b: [1, null, { c: '"' }], 1: true } : [at],
      labels: at === 5 ? ['x', 'y'] : null,
      shelf: at < 3 ? shelf : null,
    })),
  );
  await manager.insert(Lamp, { name: 'lamp', code: 'L/1', watts: null, shelf });
  await manager.update(Shelf, shelf, { showpiece: { id: 8 } });
  const labels = await manager.save(Label, [{ code: 'é', number: 2, text: 'second' }]);
  await manager.save(Shelf, { ...shelf, labels });
}

/** What somebody sees in the other application. */
const KEYS: readonly ProcessorKey[] = [
  'GET_COLLECTION',
  'GET_RESOURCE',
  'GET_RELATION',
  'GET_RELATED_RESOURCE',
  'GET_RELATIONSHIP',
  'POST_RESOURCE',
  'PATCH_RESOURCE',
];

const q = (search: object): string => `q=${encodeURIComponent(JSON.stringify(search))}`;

/** What an answer is, apart from when. */
function bytesOf({ status, text, headers: { date: _, ...headers } }: Answer): unknown {
  return { status, text, headers };
}

interface World {
  readonly entities: (new () => object)[];
  readonly resources: ResourceEntry[];
  readonly seed: (dataSource: DataSource) => Promise<void>;
}

interface Asked extends World {
  readonly reads: readonly string[];
  readonly writes?: readonly (readonly [method: string, path: string, body: unknown])[];
}

const WORLDS: Readonly<Record<string, Asked>> = {
  'values, families and keys': {
    entities: THINGS,
    resources: THINGS.map((entity) => ({ entity })),
    seed: seedThings,
    reads: [
      '/api/thing',
      '/api/thing?results_per_page=3&page=2&count=none',
      '/api/thing/1',
      '/api/lamp',
      '/api/lamp/L%2F1',
      '/api/lamp/L%2F1/shelf',
      '/api/shelf',
      '/api/shelf/a%257Eb%2525~1',
      '/api/shelf/c~-2',
      '/api/shelf/c~-2/things',
      '/api/shelf/a%257Eb%2525~1/room',
      `/api/shelf/a%257Eb%2525~1/things?${q({ order_by: [{ field: 'name' }] })}&results_per_page=2`,
      '/api/shelf/a%257Eb%2525~1/things/1',
      '/api/shelf/a%257Eb%2525~1/relationships/things',
      '/api/shelf/a%257Eb%2525~1/relationships/labels',
      '/api/label',
      '/api/sign',
      '/api/sign/1',
    ],
    writes: [
      ['POST', '/api/thing', { name: 'new', secret: 's', more: [1], shelf: { room: 'c', place: -2 } }],
      ['PATCH', '/api/thing/1', { name: 'newer', '20': null }],
    ],
  },
  'objects three levels deep': {
    entities: LIBRARY,
    resources: LIBRARY.map((entity) => ({ entity, embed: 3 })),
    seed: seedLibrary,
    reads: [
      '/api/author',
      '/api/author/1',
      '/api/author/4/mentor',
      '/api/author/1/books?results_per_page=1',
      `/api/author?${q({ related_limit: { books: 1, 'books.tags': 1 } })}`,
      `/api/author?${q({ limit: 2, offset: 1 })}`,
      `/api/author?${q({ filters: [{ name: 'name', op: 'eq', val: 'nobody' }] })}`,
      `/api/book?${q({ single: true, filters: [{ name: 'title', op: 'eq', val: 'dunes' }] })}`,
      '/api/book/1/author',
      '/api/edition',
      '/api/edition/bond,10',
      '/api/tag/sea/books',
    ],
  },
  'objects with nothing inside': {
    entities: LIBRARY,
    resources: LIBRARY.map((entity) => ({ entity, embed: 0, numPagesAlias: true })),
    seed: seedLibrary,
    reads: ['/api/author', '/api/edition?results_per_page=2', '/api/copy/1/edition', '/api/tag/sea'],
  },
  'plucked values, and relations through others': {
    entities: ARTICLE_ENTITIES,
    resources: [Article, Writer, Journal].map((entity) => ({ entity })),
    seed: seedArticles,
    reads: ['/api/article', '/api/article/1', '/api/author', '/api/author/1/articles', '/api/author/1/articles/2'],
  },
};

/** Two applications with the same rows; in one of them somebody sees the documents. */
async function startBoth(
  { start }: Server,
  { entities, resources, seed }: World,
): Promise<readonly [TestApp, TestApp]> {
  const seen: Partial<Record<ProcessorKey, (() => void)[]>> = {};
  for (const key of KEYS) seen[key] = [() => undefined];
  const startOne = (postprocessors: typeof seen): Promise<TestApp> =>
    start({
      entities,
      imports: [
        RestlessModule.forRoot({
          formats: ['flat-json'],
          methods: ['GET', 'POST', 'PATCH'],
          cursorSecret: 'of both applications',
          postprocessors,
        }),
        RestlessModule.forFeature(resources),
      ],
      seed,
    });
  return [await startOne({}), await startOne(seen)];
}

describeServers(
  (server) => {
    describe.each(Object.entries(WORLDS))('%s', (_, { reads, writes = [], ...world }) => {
      let apps: readonly [TestApp, TestApp];
      beforeAll(async () => {
        apps = await startBoth(server, world);
      });
      afterAll(() => Promise.all(apps.map((app) => app.close())));

      it.each([...reads.map((path) => ['GET', path, undefined] as const), ...writes])(
        'have the same bytes: %s %s',
        async (method, path, body) => {
          const parts = body === undefined ? {} : { headers: { 'Content-Type': 'application/json' }, body };
          const [plain, seen] = await Promise.all(apps.map((app) => app.request(method, path, parts)));

          expect(bytesOf(plain!)).toEqual(bytesOf(seen!));
          expect(plain!.status).toBe(method === 'POST' ? 201 : 200);
        },
      );
    });

    it('have the same bytes where they are pages by cursor', async () => {
      const resources = LIBRARY.map((entity) => ({ entity, pagination: 'cursor', count: 'exact' }) as const);
      const apps = await startBoth(server, { entities: LIBRARY, resources, seed: seedLibrary });
      const list = `/api/author?${q({ order_by: [{ field: 'born', direction: 'desc' }] })}&results_per_page=2`;
      const get = async (query: string): Promise<Answer> => {
        const [plain, seen] = await Promise.all(apps.map((app) => app.get(list + query)));
        expect([query, bytesOf(plain!)]).toEqual([query, bytesOf(seen!)]);
        return plain!;
      };
      const next = ({ body }: Answer): string => (body as { next_cursor: string }).next_cursor;
      const first = await get('');
      const second = await get(`&after=${next(first)}`);
      const third = await get(`&after=${next(second)}`);
      await get(`&before=${next(second)}`);
      const range = await get(`&results_per_page=1&after=${next(first)}&before=${next(second)}`);
      await Promise.all(apps.map((app) => app.close()));

      expect(third.at('/next_cursor')).toBeNull();
      expect(range.status).toBe(200);
    });

    it('have the members in the order of an object, where a relationship hides a part of the key only as long as it is there', async () => {
      const apps = await startBoth(server, WORLDS['values, families and keys']!);
      const shelf = await apps[0].get('/api/shelf/c~-2');
      const thing = await apps[0].get('/api/thing/3');
      await Promise.all(apps.map((app) => app.close()));

      expect(shelf.text).toBe('{"room":null,"place":-2,"things":[],"labels":[]}');
      expect(thing.text).toBe(
        '{"3":null,"20":1e+21,"id":3,"name":"line\\nfeed\\u0000\u2028","constructor":true,' +
          '"a \\"quoted\\"\\nname":"2024-02-29T23:59:59.999Z","more":[2],"labels":null,' +
          '"shelf":{"room":"a~b%","place":1}}',
      );
    });
  },
  { adapters: ['express'], databases: ['sqlite'] },
);
