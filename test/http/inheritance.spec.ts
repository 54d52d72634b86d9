/** Single-table inheritance: rows of one table that belong to several resources. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
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
import { jsonApi } from '../support/json-api-document.js';

@Entity()
@TableInheritance({ column: { name: 'kind', type: 'varchar' } })
@Resource()
class Animal {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  /** What tells the levels apart is shown only where it is exposed. */
  @Column() kind!: string;
  @Expose() @ManyToOne(() => Zoo, (zoo) => zoo.animals) zoo!: Relation<Zoo> | null;
  @Expose() @ManyToMany(() => Animal) @JoinTable() friends!: Relation<Animal>[];

  get loudName(): string {
    return this.name.toUpperCase();
  }
}

@ChildEntity('dog')
@Resource({ additionalAttributes: ['loudName'] })
class Dog extends Animal {
  @Expose() @Column({ type: 'int' }) barks!: number;
  @Expose() @ManyToOne(() => Keeper, (keeper) => keeper.dogs) keeper!: Relation<Keeper> | null;
}

/** The third level. */
@ChildEntity('puppy')
@Resource({ additionalAttributes: ['loudName'] })
class Puppy extends Dog {
  @Expose() @Column() toy!: string;
  @Expose({ name: 'sort' }) declare kind: string;

  override get loudName(): string {
    return `little ${this.name}`;
  }
}

/** Without a resource of its own. */
@ChildEntity('cat')
class Cat extends Animal {
  @Expose() @Column() lives!: number;
}

@Entity()
@Resource()
class Zoo {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @OneToMany(() => Animal, (animal) => animal.zoo) animals!: Relation<Animal>[];
  @Expose() @OneToMany(() => Dog, (dog) => dog.zoo) dogs!: Relation<Dog>[];
  @Expose() @ManyToOne(() => Animal) star!: Relation<Animal> | null;
  @Expose() @ManyToMany(() => Dog) @JoinTable() guards!: Relation<Dog>[];
}

@Entity()
@Resource()
class Keeper {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @OneToMany(() => Dog, (dog) => dog.keeper) dogs!: Relation<Dog>[];
}

const ENTITIES = [Animal, Dog, Puppy, Cat, Zoo, Keeper];

async function seed({ manager }: DataSource): Promise<void> {
  const zoo = await manager.save(Zoo, { name: 'North' });
  await manager.save(Zoo, { name: 'Empty' });
  const keeper = await manager.save(Keeper, { name: 'Kim' });
  const ant = await manager.save(Animal, { name: 'ant', zoo });
  const rex = await manager.save(Dog, { name: 'rex', barks: 9, zoo, keeper, friends: [ant] });
  const lee = await manager.save(Keeper, { name: 'Lee' });
  const pup = await manager.save(Puppy, { name: 'pup', barks: 1, toy: 'ball', zoo, keeper: lee, friends: [rex] });
  const tom = await manager.save(Cat, { name: 'tom', lives: 7, zoo, friends: [rex, ant] });
  await manager.save(Dog, { name: 'stray', barks: 3 });
  await manager.save(Animal, { ...ant, friends: [tom, pup] });
  await manager.save(Zoo, { ...zoo, star: pup, guards: [rex, pup] });
}

const linkage = (...list: string[]) => list.map((each) => ({ type: each.split('/')[0], id: each.split('/')[1] }));

function listed(list: unknown): string[] {
  return (list as { type: string; id: string }[]).map(({ type, id }) => `${type}/${id}`);
}

describeServers(
  (server) => {
    describe('a table of three levels', () => {
      let app: TestApp;
      const get = jsonApi(() => app);

      beforeAll(async () => {
        const resources = [Animal, Dog, Puppy, Zoo, Keeper];
        app = await server.start({ entities: ENTITIES, imports: [RestlessModule.forFeature(resources)], seed });
      });
      afterAll(() => app.close());

      it('is a collection per level, named by the table and the discriminators [POL-01, POL-02, POL-03]', async () => {
        const [animals, dogs, puppies] = [
          await get('/api/animal?sort=id'),
          await get('/api/dog?sort=id'),
          await get('/api/puppy'),
        ];

        expect(listed(animals.at('/data'))).toEqual(['animal/1', 'dog/2', 'puppy/3', 'animal/4', 'dog/5']);
        expect(listed(dogs.at('/data'))).toEqual(['dog/2', 'puppy/3', 'dog/5']);
        expect(listed(puppies.at('/data'))).toEqual(['puppy/3']);
        expect([animals, dogs, puppies].map((answer) => answer.at('/meta/total'))).toEqual([5, 3, 1]);
      });

      it('shows each row with the fields and the links of its own resource [POL-03, REL-21]', async () => {
        const answer = await get('/api/animal?sort=id');

        expect(answer.at('/data/*/attributes')).toEqual([
          { name: 'ant' },
          { name: 'rex', barks: 9, loudName: 'REX' },
          { name: 'pup', sort: 'puppy', barks: 1, toy: 'ball', loudName: 'little pup' },
          { name: 'tom' },
          { name: 'stray', barks: 3, loudName: 'STRAY' },
        ]);
        expect(answer.at('/data/*/links/self')).toEqual([
          '/api/animal/1',
          '/api/dog/2',
          '/api/puppy/3',
          '/api/animal/4',
          '/api/dog/5',
        ]);
        expect((answer.at('/data/*/relationships') as object[]).map((each) => Object.keys(each))).toEqual([
          ['zoo', 'friends'],
          ['zoo', 'friends', 'keeper'],
          ['zoo', 'friends', 'keeper'],
          ['zoo', 'friends'],
          ['zoo', 'friends', 'keeper'],
        ]);
      });

      it.each<[string, number]>([
        ['/api/animal/1', 200],
        ['/api/animal/2', 404],
        ['/api/animal/3', 404],
        ['/api/animal/4', 200],
        ['/api/dog/1', 404],
        ['/api/dog/2', 200],
        ['/api/dog/3', 404],
        ['/api/dog/4', 404],
        ['/api/puppy/3', 200],
        ['/api/puppy/2', 404],
        ['/api/animal/2/zoo', 404],
        ['/api/dog/2/zoo', 200],
        ['/api/dog/3/relationships/zoo', 404],
        ['/api/puppy/3/relationships/zoo', 200],
      ])(
        'serves a row at the address of its own type only: %s is %i [POL-04, POL-07, REL-18]',
        async (path, status) => {
          expect((await get(path)).status).toBe(status);
        },
      );

      it('tells the own type of related rows in linkage and includes [REL-21, JA-32]', async () => {
        const answer = await get('/api/zoo/1?include=animals,dogs,star,guards');

        expect(answer.at('/data/relationships/animals/data')).toEqual(
          linkage('animal/1', 'dog/2', 'puppy/3', 'animal/4'),
        );
        expect(answer.at('/data/relationships/dogs/data')).toEqual(linkage('dog/2', 'puppy/3'));
        expect(answer.at('/data/relationships/star/data')).toEqual(linkage('puppy/3')[0]);
        expect(answer.at('/data/relationships/guards/data')).toEqual(linkage('dog/2', 'puppy/3'));
        expect(listed(answer.at('/included')).sort()).toEqual(['animal/1', 'animal/4', 'dog/2', 'puppy/3']);
      });

      it('tells it without an include as well, and at the URLs of the relationship [REL-21]', async () => {
        const zoo = await get('/api/zoo/1');
        const linked = await get('/api/zoo/1/relationships/animals?sort=id');
        const related = await get('/api/zoo/1/dogs?sort=id');
        const star = await get('/api/zoo/1/star');
        const member = await get('/api/zoo/1/animals/3');

        expect(zoo.at('/data/relationships/star/data')).toEqual(linkage('puppy/3')[0]);
        expect(linked.at('/data')).toEqual(linkage('animal/1', 'dog/2', 'puppy/3', 'animal/4'));
        expect(listed(related.at('/data'))).toEqual(['dog/2', 'puppy/3']);
        expect(star.at('/data/attributes/toy')).toBe('ball');
        expect(member.at('/data/type')).toBe('puppy');
        expect((await get('/api/zoo/1/dogs/1')).status).toBe(404);
        expect((await get('/api/zoo/2/star')).at('/data')).toBeNull();
      });

      it('includes what rows of every level are related to [REL-21, INC-02, JA-32]', async () => {
        const answer = await get('/api/animal?include=zoo,friends&sort=id');

        expect(answer.at('/data/*/relationships/zoo/data')).toEqual([
          ...linkage('zoo/1', 'zoo/1', 'zoo/1', 'zoo/1'),
          null,
        ]);
        expect(answer.at('/data/*/relationships/friends/data')).toEqual([
          linkage('puppy/3', 'animal/4'),
          linkage('animal/1'),
          linkage('dog/2'),
          linkage('animal/1', 'dog/2'),
          [],
        ]);
        expect(listed(answer.at('/included'))).toEqual(['zoo/1']);
      });

      it('includes relationships that only some of the levels have [REL-21, INC-02, JA-32]', async () => {
        const answer = await get('/api/animal?include=keeper.dogs&sort=id');

        expect(
          (answer.at('/data/*/relationships') as { keeper?: { data: unknown } }[]).map(({ keeper }) => keeper?.data),
        ).toEqual([undefined, linkage('keeper/1')[0], linkage('keeper/2')[0], undefined, null]);
        expect(answer.at('/included/*/relationships/dogs/data')).toEqual([linkage('dog/2'), linkage('puppy/3')]);
      });

      it('takes sparse fieldsets of every type [FLD-18, REL-21]', async () => {
        const answer = await get('/api/animal?fields[animal]=&fields[dog]=barks&fields[puppy]=toy&sort=id');

        expect(answer.at('/data/*/attributes')).toEqual([
          undefined,
          { barks: 9 },
          { toy: 'ball' },
          undefined,
          { barks: 3 },
        ]);
        expect(answer.at('/data/*/relationships')).toEqual([undefined, undefined, undefined, undefined, undefined]);
      });

      it.each<[string, string[]]>([
        ['/api/puppy?filter[name]=pup', ['puppy/3']],
        ['/api/puppy?filter[zoo.name]=North', ['puppy/3']],
        ['/api/dog?filter[barks][gt]=2', ['dog/2', 'dog/5']],
        ['/api/puppy?filter[barks]=1', ['puppy/3']],
        ['/api/zoo?filter[dogs.barks]=9', ['zoo/1']],
        ['/api/zoo?filter[dogs.name]=ant', []],
        ['/api/animal?filter[friends.name]=rex', ['puppy/3', 'animal/4']],
      ])('filters by the fields of a level and of those above it: %s [POL-09]', async (path, expected) => {
        const answer = await get(path);

        expect(answer.status).toBe(200);
        expect(listed(answer.at('/data'))).toEqual(expected);
      });

      it('sorts by the fields of a level and of those above it [POL-09]', async () => {
        const dogs = await get('/api/dog?sort=-barks,name');
        const puppies = await get('/api/puppy?sort=keeper.name,-zoo.name,-toy');

        expect(listed(dogs.at('/data'))).toEqual(['dog/2', 'dog/5', 'puppy/3']);
        expect(listed(puppies.at('/data'))).toEqual(['puppy/3']);
      });

      it.each([
        '/api/animal?filter[barks]=9',
        '/api/animal?filter[toy]=ball',
        '/api/animal?filter[lives]=7',
        '/api/animal?filter[keeper.name]=Kim',
        '/api/animal?sort=barks',
        '/api/animal?groupBy=toy',
        '/api/zoo?filter[animals.barks]=9',
        '/api/dog?filter[toy]=ball',
      ])('knows no field of a level below: %s [POL-09]', async (path) => {
        const answer = await get(path);

        expect(answer.status).toBe(400);
        expect(answer.at('/errors/0/code')).toBe('UNKNOWN_FIELD');
      });
    });

    describe('a table whose middle level is no resource', () => {
      let app: TestApp;
      const get = jsonApi(() => app);

      beforeAll(async () => {
        const imports = [
          RestlessModule.forFeature([
            Animal,
            { entity: Puppy, exclude: ['keeper'] },
            { entity: Zoo, exclude: ['dogs', 'guards'] },
          ]),
        ];
        app = await server.start({ entities: ENTITIES, imports, seed });
      });
      afterAll(() => app.close());

      it('shows its rows as those of the level above, and the level below as it is [POL-07]', async () => {
        const animals = await get('/api/animal?sort=id');

        expect(listed(animals.at('/data'))).toEqual(['animal/1', 'animal/2', 'puppy/3', 'animal/4', 'animal/5']);
        expect(animals.at('/data/1/attributes')).toEqual({ name: 'rex' });
        expect(animals.at('/data/2/attributes')).toMatchObject({ name: 'pup', barks: 1, toy: 'ball' });
        expect((await get('/api/animal/2')).status).toBe(200);
        expect((await get('/api/animal/3')).status).toBe(404);
        expect((await get('/api/dog')).status).toBe(404);
      });

      it('includes it so [POL-07, JA-32]', async () => {
        const answer = await get('/api/zoo/1?include=animals.friends');

        expect(listed(answer.at('/included')).sort()).toEqual(['animal/1', 'animal/2', 'animal/4', 'puppy/3']);
      });
    });

    describe('a table whose levels have a scope, or no GET, of their own', () => {
      let app: TestApp;
      const get = jsonApi(() => app);

      beforeAll(async () => {
        const imports = [
          RestlessModule.forFeature([
            { entity: Animal, scope: () => ({ name: 'name', op: 'neq', val: 'tom' }) },
            { entity: Dog, methods: ['POST'] },
            { entity: Puppy, scope: () => ({ name: 'toy', op: 'neq', val: 'ball' }) },
            { entity: Zoo, linkage: 'always' },
            Keeper,
          ]),
        ];
        const more = async (dataSource: DataSource): Promise<void> => {
          await seed(dataSource);
          await dataSource.manager.save(Puppy, { name: 'pip', barks: 2, toy: 'bone', zoo: { id: 1 } });
        };
        app = await server.start({ entities: ENTITIES, imports, seed: more });
      });
      afterAll(() => app.close());

      it('has the rows that exist as what they are, on every path [POL-03, REL-12]', async () => {
        const animals = await get('/api/animal?sort=id');
        const zoo = await get('/api/zoo/1?include=animals');
        const linked = await get('/api/zoo/1/relationships/animals?sort=id');
        const friends = await get('/api/animal/1/friends');

        expect(listed(animals.at('/data'))).toEqual(['animal/1', 'puppy/6']);
        expect(animals.at('/meta/total')).toBe(2);
        expect(zoo.at('/data/relationships/animals/data')).toEqual(linkage('animal/1', 'puppy/6'));
        expect(zoo.at('/data/relationships/star/data')).toBeNull();
        expect(zoo.at('/data/relationships/guards/data')).toEqual(linkage('dog/2'));
        expect(linked.at('/data')).toEqual(linkage('animal/1', 'puppy/6'));
        expect(friends.at('/data')).toEqual([]);
        expect((await get('/api/zoo/1/animals/3')).status).toBe(404);
      });

      it('filters and sorts by such rows as by rows that are not there [POL-03, POL-09]', async () => {
        const byHidden = await get('/api/zoo?filter[animals.name]=pup');
        const byShown = await get('/api/zoo?filter[animals.name]=pip');
        const sorted = await get('/api/zoo?sort=star.name&filter[objects]=[{"name":"star","op":"is_null"}]');

        expect(byHidden.at('/data')).toEqual([]);
        expect(byShown.at('/data/*/id')).toEqual(['1']);
        expect(sorted.at('/data/*/id')).toEqual(['1', '2']);
      });
    });

    describe('a child whose root is no resource', () => {
      it('is served alone [POL-01]', async () => {
        const imports = [RestlessModule.forFeature([{ entity: Dog, only: ['name', 'barks'] }])];
        const app = await server.start({ entities: ENTITIES, imports, seed });

        const dogs = await app.get('/api/dog?sort=id');
        const animal = await app.get('/api/dog/1');
        const puppy = await app.get('/api/dog/3');
        await app.close();

        expect(listed(dogs.at('/data'))).toEqual(['dog/2', 'dog/3', 'dog/5']);
        expect(animal.status).toBe(404);
        expect(puppy.at('/data/attributes')).toEqual({ name: 'pup', barks: 1, loudName: 'little pup' });
      });
    });
  },
  { adapters: ['express'] },
);
