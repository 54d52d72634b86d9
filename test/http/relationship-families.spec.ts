/** Relationships that lead to rows of several types name each by its own; those whose columns are a key do not change. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  ChildEntity,
  Column,
  type DataSource,
  Entity,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
  TableInheritance,
} from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { linkage, writing } from '../support/writing.js';

@Entity()
@Resource()
class Keeper {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @OneToMany(() => Animal, (animal) => animal.keeper) animals!: Relation<Animal>[];
  @Expose() @OneToMany(() => Dog, (dog) => dog.walker) dogs!: Relation<Dog>[];
  @Expose() @ManyToMany(() => Animal) @JoinTable() friends!: Relation<Animal>[];
  @Expose() @ManyToMany(() => Dog) @JoinTable() mates!: Relation<Dog>[];
}

@Entity()
@TableInheritance({ column: { name: 'kind', type: 'varchar' } })
@Resource()
class Animal {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @ManyToOne(() => Keeper, (keeper) => keeper.animals) keeper!: Relation<Keeper> | null;
}

@ChildEntity('dog')
@Resource()
class Dog extends Animal {
  @Expose() @ManyToOne(() => Keeper, (keeper) => keeper.dogs) walker!: Relation<Keeper> | null;
}

@Entity()
@Resource()
class Price {
  @PrimaryColumn({ type: 'int' }) id!: number;
  @Expose() @OneToMany(() => Discount, (discount) => discount.price) discounts!: Relation<Discount>[];
}

/** Its relation is a part of its key. */
@Entity()
@Resource()
class Discount {
  @PrimaryColumn({ type: 'int' }) priceId!: number;
  @PrimaryColumn({ type: 'int' }) position!: number;
  @Expose()
  @ManyToOne(() => Price, (price) => price.discounts)
  @JoinColumn({ name: 'priceId' })
  price!: Relation<Price>;
}

const ENTITIES = [Keeper, Animal, Dog, Price, Discount];

async function seed({ manager }: DataSource): Promise<void> {
  await manager.insert(Keeper, [{ name: 'Ada' }, { name: 'Bob' }]);
  await manager.insert(Animal, [{ name: 'Tom' }]);
  await manager.insert(Dog, [{ name: 'Rex' }, { name: 'Bo' }]);
  await manager.insert(Price, [{ id: 1 }, { id: 2 }]);
  await manager.insert(Discount, [{ priceId: 1, position: 1 }]);
}

describeServers(
  (server) => {
    let app: TestApp;
    const { get, write } = writing(() => app);

    beforeAll(async () => {
      const imports = [
        RestlessModule.forRoot({
          methods: ['GET', 'PATCH'],
          allowToManyReplacement: true,
          allowDeleteFromToManyRelationships: true,
        }),
        RestlessModule.forFeature(ENTITIES),
      ];
      app = await server.start({ entities: ENTITIES, imports, seed });
    });
    afterAll(() => app.close());

    it.each(['animals', 'friends'])(
      'takes members of every type of the family, by their own type: %s [RJA-05, RJA-07, RJA-10]',
      async (name) => {
        const url = `/api/keeper/1/relationships/${name}`;
        const both = linkage('animal/1', 'dog/2');

        expect((await write('POST', url, both)).status).toBe(204);
        expect((await get(url)).at('/data')).toEqual(both);
        expect((await write('POST', url, linkage('animal/3'))).status).toBe(404);
        expect((await write('POST', url, linkage('dog/1'))).status).toBe(404);
        // A dog that is called an animal is not among the members.
        expect((await write('DELETE', url, linkage('animal/2'))).status).toBe(204);
        expect((await get(url)).at('/data')).toEqual(both);
        expect((await write('PATCH', url, linkage('dog/3'))).status).toBe(204);
        expect((await get(url)).at('/data')).toEqual(linkage('dog/3'));
        expect((await write('DELETE', url, linkage('dog/3'))).status).toBe(204);
        expect((await get(url)).at('/data')).toEqual([]);
      },
    );

    it.each(['dogs', 'mates'])('takes no other types where only one belongs: %s [RJA-10]', async (name) => {
      const url = `/api/keeper/1/relationships/${name}`;

      expect((await write('POST', url, linkage('animal/1'))).status).toBe(409);
      expect((await write('POST', url, linkage('dog/1'))).status).toBe(404);
      expect((await write('POST', url, linkage('dog/2'))).status).toBe(204);
      expect((await get(url)).at('/data')).toEqual(linkage('dog/2'));
    });

    it('finds the row by its exact type [RJA-11]', async () => {
      const keeper = linkage('keeper/2')[0];

      expect((await write('PATCH', '/api/dog/2/relationships/keeper', keeper)).status).toBe(204);
      expect((await write('PATCH', '/api/animal/3/relationships/keeper', keeper)).status).toBe(404);
      expect((await get('/api/keeper/2/relationships/animals')).at('/data')).toEqual(linkage('dog/2'));
    });

    it('does not change what makes an id, from neither side [RJA-01, RJA-02, JA-69]', async () => {
      const single = await write('PATCH', '/api/discount/1,1/relationships/price', linkage('price/2')[0]);
      const many = await write('PATCH', '/api/price/1/relationships/discounts', []);

      expect([single.status, many.status]).toEqual([403, 403]);
      expect((await get('/api/discount')).at('/data/*/id')).toEqual(['1,1']);
    });
  },
  { adapters: ['express'] },
);
