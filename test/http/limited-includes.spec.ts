/** So many related rows for each row: by option, and by the client within it, with links to the rest and totals. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule, Through, type ResourceEntry } from 'nestjs-restless';
import {
  ChildEntity,
  Column,
  type DataSource,
  DeleteDateColumn,
  Entity,
  Index,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  type Relation,
  TableInheritance,
} from 'typeorm';
import { createApp, describeServers, type Answer, type TestApp } from '../support/app.js';
import { FilterMaker } from '../support/filter-maker.js';
import { jsonApi } from '../support/json-api-document.js';
import { Author, Book, Copy, Edition, LIBRARY, libraryInMemory, seedLibrary, Tag } from '../support/library.js';
import { StatementLog } from '../support/statement-log.js';

@Entity()
@TableInheritance({ column: { name: 'kind', type: 'varchar' } })
@Index(['zoo', 'id'])
@Resource()
class Animal {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @Column() weight!: number;
  @Expose() @ManyToOne(() => Zoo, (zoo) => zoo.animals) zoo!: Relation<Zoo> | null;
}

@ChildEntity()
@Resource()
class Dog extends Animal {
  @Expose() @ManyToOne(() => Zoo, (zoo) => zoo.dogs) kennel!: Relation<Zoo> | null;
}

@ChildEntity()
@Resource()
class Puppy extends Dog {}

@Entity()
@Resource({
  relationships: {
    animals: { limit: 2, maxLimit: 4, total: true },
    visitors: { limit: 2, sort: '-name', total: true },
    guests: { limit: 2, total: true },
  },
})
class Zoo {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @OneToMany(() => Animal, (animal) => animal.zoo) animals!: Relation<Animal>[];
  @Expose() @OneToMany(() => Dog, (dog) => dog.kennel) dogs!: Relation<Dog>[];
  @Expose() @ManyToMany(() => Visitor, (visitor) => visitor.zoos) @JoinTable() visitors!: Relation<Visitor>[];
  @OneToMany(() => Visit, (visit) => visit.zoo) visits!: Relation<Visit>[];
  @Expose() @Through('visits.visitor') guests!: Relation<Visitor>[];
}

/** Banned ones are not there for anybody, and some are gone. */
@Entity()
@Resource({ scope: { name: 'banned', op: 'eq', val: false } })
class Visitor {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Column({ default: false }) banned!: boolean;
  @DeleteDateColumn() gone!: Date | null;
  @Expose() @ManyToMany(() => Zoo, (zoo) => zoo.visitors) zoos!: Relation<Zoo>[];
}

/** One visitor comes several times. */
@Entity()
class Visit {
  @PrimaryGeneratedColumn() id!: number;
  @ManyToOne(() => Zoo, (zoo) => zoo.visits) zoo!: Relation<Zoo>;
  @ManyToOne(() => Visitor) visitor!: Relation<Visitor>;
}

const ENTITIES = [Zoo, Animal, Dog, Puppy, Visitor];

/** Zoo 1 has nine animals, three of them dogs; zoo 2 has two, zoo 3 none. Visitors 2 and 4 are not there. */
async function seed({ manager }: DataSource): Promise<void> {
  await manager.insert(Zoo, [{ name: 'one' }, { name: 'two' }, { name: 'three' }]);
  const zoo = { id: 1 };
  for (const [index, name] of ['ant', 'bee', 'cat', 'dodo', 'eel', 'fox'].entries())
    await manager.insert(Animal, { name, weight: index, zoo });
  for (const name of ['rex', 'wolf']) await manager.insert(Dog, { name, weight: 50, zoo, kennel: zoo });
  await manager.insert(Puppy, { name: 'pup', weight: 5, zoo, kennel: zoo });
  for (const name of ['gnu', 'hen']) await manager.insert(Animal, { name, weight: 9, zoo: { id: 2 } });
  const people = ['ann', 'bob', 'cid', 'dan', 'eve', 'fay'].map((name, index) => ({ id: index + 1, name }));
  await manager.save(
    Visitor,
    people.map((each) => ({ ...each, banned: each.id === 2, gone: each.id === 4 ? new Date() : null })),
  );
  const visits = (id: number, visitors: readonly number[]): Promise<unknown> =>
    manager.save(Zoo, { id, visitors: visitors.map((visitor) => ({ id: visitor })) });
  await visits(1, [1, 2, 3, 4, 5, 6]);
  await visits(2, [2, 3, 4]);
  for (const visitor of [1, 1, 1, 2, 3, 3, 5]) await manager.insert(Visit, { zoo, visitor: { id: visitor } });
  await manager.insert(Visit, { zoo: { id: 2 }, visitor: { id: 1 } });
}

const wanting: ResourceEntry = {
  entity: Zoo,
  prefix: 'seen',
  // Whoever wants to see the document gets one.
  postprocessors: { GET_COLLECTION: [({ result }: { result: unknown }) => result as never] },
};

/** The ids that a relationship names, of every resource of the answer. */
const linked = (answer: Answer, name: string): unknown =>
  (answer.at('/data') as { relationships: Record<string, { data: { id: string }[] }> }[]).map(({ relationships }) =>
    relationships[name]!.data.map(({ id }) => id),
  );

describeServers(
  ({ start, database }) => {
    describe('a zoo', () => {
      const log = new StatementLog();
      let app: TestApp;
      const get = jsonApi(() => app);
      beforeAll(async () => {
        app = await start({
          entities: [...ENTITIES, Visit],
          seed,
          dataSource: { logger: log, logging: true },
          imports: [
            RestlessModule.forFeature([
              ...ENTITIES,
              { entity: Zoo, prefix: 'linked', linkage: 'always', relationships: { animals: { limit: 3 } } },
              { entity: Zoo, prefix: 'all', relationships: {} },
              { entity: Zoo, prefix: 'closed', operations: ['GET_COLLECTION'] },
              wanting,
            ]),
          ],
        });
      });
      afterAll(() => app.close());

      it('shows so many of each, in the order of the key, and includes no others [INC-03, JA-32]', async () => {
        const answer = await get('/api/zoo?include=animals');

        expect(linked(answer, 'animals')).toEqual([['1', '2'], ['10', '11'], []]);
        expect(answer.at('/included/*/id')).toEqual(expect.arrayContaining(['1', '2', '10', '11']));
        expect(answer.at('/included')).toHaveLength(4);
      });

      it('leads on to the rest, and says how many there are [JA-26, JA-49]', async () => {
        const answer = await get('/api/zoo?include=animals');

        expect(answer.at('/data/0/relationships/animals/links')).toEqual({
          self: '/api/zoo/1/relationships/animals',
          related: '/api/zoo/1/animals',
          next: '/api/zoo/1/relationships/animals?page%5Bnumber%5D=2&page%5Bsize%5D=2',
        });
        expect(answer.at('/data/*/relationships/animals/meta')).toEqual([{ total: 9 }, { total: 2 }, { total: 0 }]);
        expect(answer.at('/data/1/relationships/animals/links/next')).toBeUndefined();
        const rest = await get(answer.at('/data/0/relationships/animals/links/next') as string);
        expect(rest.at('/data/*/id')).toEqual(['3', '4']);
      });

      it('has the order of the option, at the own address of the relationship as well', async () => {
        const answer = await get('/api/zoo?include=visitors');

        expect(linked(answer, 'visitors')).toEqual([['6', '5'], ['3'], []]);
        expect((await get('/api/zoo/1/visitors')).at('/data/*/id')).toEqual(['6', '5', '3', '1']);
        expect((await get('/api/zoo/1/visitors?sort=name')).at('/data/*/id')).toEqual(['1', '3', '5', '6']);
        const rest = await get(answer.at('/data/0/relationships/visitors/links/next') as string);
        expect(rest.at('/data/*/id')).toEqual(['3', '1']);
      });

      it('counts and shows no rows that a scope hides or that are deleted', async () => {
        const answer = await get('/api/zoo?include=visitors');

        expect(answer.at('/data/*/relationships/visitors/meta')).toEqual([{ total: 4 }, { total: 1 }, { total: 0 }]);
      });

      it('takes a row once that a join entity leads to several times [MAP-05]', async () => {
        const answer = await get('/api/zoo?include=guests');

        expect(linked(answer, 'guests')).toEqual([['1', '3'], ['1'], []]);
        expect(answer.at('/data/*/relationships/guests/meta')).toEqual([{ total: 3 }, { total: 1 }, { total: 0 }]);
      });

      it('counts rows of a child entity and of its heirs alone', async () => {
        expect(linked(await get('/api/zoo?include=dogs&page[dogs][size]=2'), 'dogs')).toEqual([['7', '8'], [], []]);
        expect(linked(await get('/api/zoo?include=dogs&page[dogs][size]=3'), 'dogs')).toEqual([
          ['7', '8', '9'],
          [],
          [],
        ]);
      });

      it.each([
        ['page[animals][size]=1', [['1'], ['10'], []]],
        ['page[animals][size]=3', [['1', '2', '3'], ['10', '11'], []]],
        ['page[animals][size]=4', [['1', '2', '3', '4'], ['10', '11'], []]],
      ])('shows what a client asks for within the bound: %s', async (asked, ids) => {
        expect(linked(await get(`/api/zoo?include=animals&${asked}`), 'animals')).toEqual(ids);
      });

      it('limits each path by itself, and links whatever it includes [INC-06, JA-32]', async () => {
        const path = '/api/zoo?include=animals.zoo.animals&filter[id]=1';
        const inner = await get(`${path}&page[animals][size]=1&page[animals.zoo.animals][size]=3`);
        const outer = await get(`${path}&page[animals][size]=3&page[animals.zoo.animals][size]=1`);

        for (const answer of [inner, outer]) {
          expect(linked(answer, 'animals')).toEqual([['1', '2', '3']]);
          expect(answer.at('/included/*/id')).toEqual(['1', '2', '3']);
        }
      });

      it('limits linkage that is always sent', async () => {
        const answer = await get('/linked/zoo?page[dogs][size]=1');

        expect(linked(answer, 'animals')).toEqual([['1', '2', '3'], ['10', '11'], []]);
        expect(linked(answer, 'dogs')).toEqual([['7'], [], []]);
        expect(linked(answer, 'visitors')).toEqual([['1', '3', '5', '6'], ['3'], []]);
      });

      it('has no link to what is not served', async () => {
        expect((await get('/closed/zoo?include=animals')).at('/data/0/relationships/animals/links')).toBeUndefined();
      });

      it.each([
        ['include=animals&page[animals][size]=5', 'page[animals][size]', /at most 4 for each resource; 5 were asked/],
        ['include=animals&page[animals][size]=0', 'page[animals][size]', /Expected a whole number above 0, got "0"/],
        ['include=animals&page[animals][size]=x', 'page[animals][size]', /Expected a whole number above 0, got "x"/],
        ['page[animals][size]=1', 'page[animals][size]', /"animals" is not included here/],
        ['include=animals&page[nothing][size]=1', 'page[nothing][size]', /"nothing" is not included here/],
        ['include=animals.zoo&page[animals.zoo][size]=1', 'page[animals.zoo][size]', /leads to one resource/],
        ['include=animals&page[animals][number]=1', 'page[animals][number]', /Pages are asked for with/],
      ])('refuses %s [JA-71, P2]', async (query, parameter, detail) => {
        const answer = await get(`/api/zoo?${query}`);

        expect([answer.status, answer.at('/errors/0/source/parameter')]).toEqual([400, parameter]);
        expect(answer.at('/errors/0/detail')).toMatch(detail);
      });

      it.each([
        ['/api/zoo?include=animals', 3],
        ['/api/zoo?include=animals&filter[id]=2', 2],
        ['/api/zoo?include=animals&filter[id]=3', 2],
        ['/api/zoo?include=dogs&page[dogs][size]=1', 2],
        ['/all/zoo?include=animals,visitors,guests', 4],
        ['/api/zoo?include=animals,visitors,guests', 7],
      ])('needs one statement for each path, and one for totals that are not seen: %s', async (path, count) => {
        expect(await log.during(() => get(path))).toHaveLength(count);
      });

      it('looks up row by row where an index leads there, and ranks the rows elsewhere', async () => {
        const shape = {
          sqlite: /json_each.* CROSS JOIN .* IN \(SELECT/,
          postgres: /CROSS JOIN LATERAL/,
          mariadb: /UNION ALL/,
        };
        const [, found] = await log.during(() => get('/api/zoo?include=animals'));
        const [, ranked] = await log.during(() => get('/api/zoo?include=guests'));

        expect(found!.sql).toMatch(shape[database.kind]);
        expect(ranked!.sql).toMatch(/DENSE_RANK\(\) OVER/);
      });

      it('binds the number, and keeps the text', async () => {
        const texts = async (size: number): Promise<readonly string[]> =>
          (await log.during(() => get(`/api/zoo?include=dogs&page[dogs][size]=${size}`))).map(({ sql }) => sql);

        expect(await texts(2)).toEqual(await texts(3));
      });

      it('says the same bytes where somebody wants the document', async () => {
        const queries = ['include=animals', 'include=visitors,guests,dogs&page[dogs][size]=1&fields[zoo]=dogs,guests'];
        for (const query of queries) {
          const [direct, seen] = await Promise.all([get(`/api/zoo?${query}`), get(`/seen/zoo?${query}`)]);

          expect(seen.text).toBe(direct.text.replaceAll('"/api/zoo', '"/seen/zoo'));
        }
      });

      it('cuts what flat JSON embeds, to the bound where more is asked for [PAG-04]', async () => {
        const flat = async (query: string): Promise<unknown> => {
          const { body } = await app.get(`/api/zoo${query}`, { Accept: 'application/json' });
          return (body as { objects: { animals: { id: number }[] }[] }).objects.map(({ animals }) => animals.length);
        };
        const wrong = await app.get('/api/zoo?q={"related_limit":{"animals":0}}', { Accept: 'application/json' });

        expect(await flat('')).toEqual([2, 2, 0]);
        expect(await flat('?q={"related_limit":{"animals":1}}')).toEqual([1, 1, 0]);
        expect(await flat('?q={"related_limit":{"animals":100}}')).toEqual([4, 2, 0]);
        expect([wrong.status, wrong.body]).toEqual([400, { message: 'Expected a whole number above 0, got "0".' }]);
      });
    });

    describe('random queries', () => {
      let app: TestApp;
      let memory: TestApp;
      const options = { nulls: 'first' } as const;
      const entries = (more: object): ResourceEntry[] => [
        {
          entity: Author,
          relationships: {
            books: { sort: ['-pages', 'title'], total: true, maxLimit: 3 },
            students: { limit: 1 },
            admires: { sort: '-born', total: true },
          },
          ...more,
        },
        { entity: Book, relationships: { tags: { limit: 2, maxLimit: 9, total: true } }, ...more },
        { entity: Tag, relationships: { books: { sort: '-published', limit: 2 } }, ...more },
        { entity: Edition, relationships: { copies: { sort: 'lentTo', total: true } }, ...more },
        { entity: Copy, ...more },
      ];
      beforeAll(async () => {
        app = await start({
          entities: LIBRARY,
          imports: [RestlessModule.forRoot(options), RestlessModule.forFeature(entries({}))],
          seed: seedLibrary,
        });
        memory = await createApp({
          imports: [
            RestlessModule.forRoot(options),
            RestlessModule.forFeature(entries({ repository: libraryInMemory() })),
          ],
        });
      });
      afterAll(() => Promise.all([app.close(), memory.close()]));

      it.each([
        ['author', ['books', 'books.tags', 'students', 'admires', 'admirers', 'admirers.books']],
        ['book', ['tags', 'tags.books', 'editions', 'editions.copies']],
        ['tag', ['books', 'books.author.books', 'books.editions']],
        ['edition', ['copies', 'book.tags']],
      ])('answer as over arrays: %s', async (collection, paths) => {
        const maker = new FilterMaker(4_711);
        let cut = 0;
        for (let count = 0; count < 30; count += 1) {
          const sizes = paths.map((path, index) => `page[${path}][size]=${((count + index) % 3) + 1}`);
          const wanted = sizes.filter((_, index) => (count >> index) % 2 === 0);
          const filter = encodeURIComponent(JSON.stringify([maker.filter(collection, 1)]));
          const rest = [
            `include=${paths.join(',')}`,
            ...wanted,
            ...(count % 2 === 0 ? [`filter[objects]=${filter}`] : []),
          ];
          const asked = `/api/${collection}?${rest.join('&')}`;

          const [answer, expected] = await Promise.all([app.get(asked), memory.get(asked)]);

          expect([asked, sorted(answer)]).toEqual([asked, sorted(expected)]);
          if (answer.text.includes('%5Bnumber%5D=2')) cut += 1;
        }
        expect(cut).toBeGreaterThan(5);
      });
    });
  },
  { adapters: ['express'] },
);

describe('the option', () => {
  it.each([
    [
      { boss: { limit: 1 } },
      'Tag: the option "relationships" names "boss", which is no to-many relationship of it. There are: books.',
    ],
    [
      { books: { limit: 3, maxLimit: 2 } },
      'Tag: the option "relationships" has a "limit" of books above its "maxLimit".',
    ],
    [
      { books: { sort: '-author' } },
      'Tag: the option "relationships" sorts books by "author", which is no column of Book.',
    ],
    [{ books: { limit: 0 } }, /^Tag: the option "relationships" has to be an object such as \{ computers: /],
    [{ books: { most: 1 } }, /^Tag: the option "relationships" has to be an object such as \{ computers: /],
  ])('%j [SET-13]', async (wrong: object, expected) => {
    const relationships = wrong as ResourceEntry['relationships'];
    const repository = libraryInMemory();
    const features = LIBRARY.map((entity) => ({ entity, repository, ...(entity === Tag && { relationships }) }));
    const started = createApp({ imports: [RestlessModule.forFeature(features)] });

    await expect(started).rejects.toThrow(expected);
  });
});

/** A body with its included resources in the order of their ids: it says nothing. */
function sorted({ body }: Answer): unknown {
  const { included = [], ...rest } = body as {
    readonly included?: readonly { readonly type: string; readonly id: string }[];
  };
  const key = ({ type, id }: { readonly type: string; readonly id: string }): string => `${type} ${id}`;
  return { ...rest, included: included.toSorted((a, b) => key(a).localeCompare(key(b))) };
}
