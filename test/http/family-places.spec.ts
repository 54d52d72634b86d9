/**
 * Rows of one table that are served in several places: each place has families of its own, and a row that has no
 * resource of its own there is one of the nearest ancestor's.
 */
import { VersioningType, type CanActivate } from '@nestjs/common';
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  ChildEntity,
  Column,
  type DataSource,
  Entity,
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
  @Expose() @Column({ default: 0 }) price!: number;
  @Expose() @ManyToOne(() => Zoo, (zoo) => zoo.animals) zoo!: Relation<Zoo> | null;
}

@ChildEntity('dog')
@Resource()
class Dog extends Animal {
  @Expose() @Column({ type: 'int' }) barks!: number;
}

@ChildEntity('puppy')
@Resource()
class Puppy extends Dog {
  @Expose() @Column() toy!: string;
}

@Entity()
@Resource()
class Zoo {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @OneToMany(() => Animal, (animal) => animal.zoo) animals!: Relation<Animal>[];
  @Expose() @ManyToOne(() => Animal) star!: Relation<Animal> | null;
}

const NOBODY: CanActivate = { canActivate: () => false };

const ENTITIES = [Animal, Dog, Puppy, Zoo];

/** An ant, a dog and a puppy. */
async function seed({ manager }: DataSource): Promise<void> {
  const zoo = await manager.save(Zoo, { name: 'North' });
  await manager.save(Animal, { name: 'ant', zoo });
  await manager.save(Dog, { name: 'rex', price: 900, barks: 9, zoo });
  const pup = await manager.save(Puppy, { name: 'pup', price: 100, barks: 1, toy: 'ball', zoo });
  await manager.save(Zoo, { ...zoo, star: pup });
}

describeServers(
  (server) => {
    let app: TestApp;
    const get = jsonApi(() => app);
    const animals = (...ids: number[]): object[] => ids.map((id) => ({ type: 'animal', id: String(id) }));

    describe('a family of which only the root is served at a prefix', () => {
      beforeAll(async () => {
        const guards = [NOBODY];
        const imports = [
          RestlessModule.forFeature([
            { entity: Dog, prefix: 'admin', guards, scope: { name: 'barks', op: 'gt', val: 99 } },
            { entity: Animal, prefix: 'public', only: ['name'] },
            { entity: Zoo, prefix: 'public' },
            { entity: Animal, prefix: 'admin', guards },
            { entity: Puppy, prefix: 'shop' },
            { entity: Animal, prefix: 'shop' },
          ]),
        ];
        app = await server.start({ entities: ENTITIES, imports, seed });
      });
      afterAll(() => app.close());

      it('shows its rows as those of the root [POL-03, POL-07]', async () => {
        const answer = await get('/public/animal?sort=id');

        expect(answer.at('/data')).toMatchObject(animals(1, 2, 3));
        expect(answer.at('/data/*/attributes')).toEqual([{ name: 'ant' }, { name: 'rex' }, { name: 'pup' }]);
        expect(answer.at('/data/*/links/self')).toEqual(['/public/animal/1', '/public/animal/2', '/public/animal/3']);
        expect((await get('/public/animal/2')).at('/data/attributes')).toEqual({ name: 'rex' });
        expect(answer.text).not.toContain('admin');
      });

      it('links and includes them so [REL-21, JA-32]', async () => {
        const answer = await get('/public/zoo/1?include=animals,star');

        expect(answer.at('/data/relationships/animals/data')).toEqual(animals(1, 2, 3));
        expect(answer.at('/data/relationships/star/data')).toEqual(animals(3)[0]);
        expect(answer.at('/included/*/attributes')).toEqual([{ name: 'ant' }, { name: 'rex' }, { name: 'pup' }]);
        expect((await get('/public/zoo/1/relationships/animals')).at('/data')).toEqual(animals(1, 2, 3));
        expect((await get('/public/zoo/1/star')).at('/data/attributes')).toEqual({ name: 'pup' });
      });

      it('asks them for what the root shows there [FLD-19]', async () => {
        const answer = await get('/public/animal?filter[name]=rex');

        expect(answer.at('/data')).toMatchObject(animals(2));
        expect((await get('/public/animal?include=zoo')).status).toBe(400);
        expect((await get('/public/animal?filter[price]=900')).status).toBe(400);
      });

      it('tells those apart that are served there, over a level that is not [POL-03, POL-07]', async () => {
        const answer = await get('/shop/animal?sort=id');

        expect(answer.at('/data/*/links/self')).toEqual(['/shop/animal/1', '/shop/animal/2', '/shop/puppy/3']);
        expect(answer.at('/data/1/attributes')).toEqual({ name: 'rex', price: 900 });
        expect(answer.at('/data/2/attributes')).toEqual({ name: 'pup', price: 100, barks: 1, toy: 'ball' });
      });
    });

    describe('a family of which only the root is served in a version', () => {
      beforeAll(async () => {
        const imports = [
          RestlessModule.forFeature([
            { entity: Animal, version: '1', exclude: ['zoo'] },
            { entity: Animal, version: '2', exclude: ['zoo'] },
            { entity: Dog, version: '2', exclude: ['zoo'] },
          ]),
        ];
        const configure = (nest: TestApp['app']): unknown => nest.enableVersioning({ type: VersioningType.URI });
        app = await server.start({ entities: ENTITIES, imports, seed, configure });
      });
      afterAll(() => app.close());

      it('shows its rows as those of the root in that version [POL-03, POL-07]', async () => {
        const [first, second] = [await get('/v1/api/animal?sort=id'), await get('/v2/api/animal?sort=id')];

        expect(first.at('/data')).toMatchObject(animals(1, 2, 3));
        expect(first.at('/data/1/attributes')).toEqual({ name: 'rex', price: 900 });
        expect(second.at('/data/*/links/self')).toEqual(['/v2/api/animal/1', '/v2/api/dog/2', '/v2/api/dog/3']);
      });
    });
  },
  { adapters: ['express'] },
);
