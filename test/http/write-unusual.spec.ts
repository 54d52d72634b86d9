/** Entities that are declared in unusual ways are written like others: without classes, lazily, by columns that are no keys. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  Column,
  Entity,
  EntitySchema,
  Generated,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  OneToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { faults, writing } from '../support/writing.js';

interface Cat {
  id: number;
  name: string;
  version: number;
  owner: Human | null;
  labels: Label[];
}
interface Human {
  id: string;
  name: string;
  cats: Cat[];
}
interface Label {
  code: string;
}

const CAT = new EntitySchema<Cat>({
  name: 'cat',
  columns: {
    id: { type: 'int', primary: true, generated: true },
    name: { type: 'varchar', length: 5 },
    version: { type: 'int', version: true },
  },
  relations: {
    owner: { type: 'many-to-one', target: 'human', inverseSide: 'cats', nullable: true },
    labels: { type: 'many-to-many', target: 'label', joinTable: true },
  },
});
const HUMAN = new EntitySchema<Human>({
  name: 'human',
  columns: { id: { type: 'uuid', primary: true, generated: 'uuid' }, name: { type: 'varchar' } },
  relations: { cats: { type: 'one-to-many', target: 'cat', inverseSide: 'owner' } },
});
const LABEL = new EntitySchema<Label>({
  name: 'label',
  columns: { code: { type: 'varchar', length: 9, primary: true } },
});

@Entity()
@Resource()
class Country {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ unique: true, length: 5 }) code!: string;
  @Expose() @OneToMany(() => Town, (town) => town.country) towns!: Promise<Relation<Town>[]>;
}

/** Its relations are lazy, and refer to a column that is no key. */
@Entity()
@Resource()
class Town {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ name: 'the_name' }) name!: string;
  /** Made by the database, and no key. */
  @Expose() @Column({ type: 'uuid' }) @Generated('uuid') token!: string;

  @Expose()
  @ManyToOne(() => Country, (country) => country.towns)
  @JoinColumn({ name: 'country_code', referencedColumnName: 'code' })
  country!: Promise<Relation<Country> | null>;

  @Expose()
  @ManyToMany(() => Country)
  @JoinTable({ joinColumn: { referencedColumnName: 'id' }, inverseJoinColumn: { referencedColumnName: 'code' } })
  friends!: Promise<Relation<Country>[]>;

  @Expose() @OneToOne(() => Mayor, (mayor) => mayor.town) mayor!: Relation<Mayor> | null;
}

/** The key is a relation. */
@Entity()
@Resource()
class Mayor {
  @PrimaryColumn({ type: 'int' }) townId!: number;
  @Expose() @Column() name!: string;
  @Expose() @OneToOne(() => Town, (town) => town.mayor) @JoinColumn({ name: 'townId' }) town!: Relation<Town>;
}

describeServers(
  (server) => {
    let app: TestApp;
    const { get, post, patch, delete: remove } = writing(() => app);
    const one = (type: string, id: string) => ({ data: { type, id } });
    const many = (type: string, ...ids: string[]) => ({ data: ids.map((id) => ({ type, id })) });

    beforeAll(async () => {
      app = await server.start({
        entities: [CAT, HUMAN, LABEL, Country, Town, Mayor],
        imports: [
          RestlessModule.forRoot({ methods: ['GET', 'POST', 'PATCH', 'DELETE'], allowToManyReplacement: true }),
          RestlessModule.forFeature([
            { entity: CAT, expose: 'all' },
            { entity: HUMAN, expose: 'all' },
            { entity: LABEL, only: ['code'] },
            Country,
            Town,
            Mayor,
          ]),
        ],
      });
    });
    afterAll(() => app.close());

    it('writes entities without a class [CRE-17, UPD-10, UPD-11, UPD-12]', async () => {
      const human = (await post('/api/human', { type: 'human', attributes: { name: 'Eva' } })).at('/data/id') as string;
      await post('/api/label', { type: 'label', attributes: { code: 'soft' } });
      const created = await post('/api/cat?include=owner,labels', {
        type: 'cat',
        attributes: { name: 'Minka' },
        relationships: { owner: one('human', human), labels: many('label', 'soft') },
      });
      const id = created.at('/data/id') as string;

      expect(created.status).toBe(201);
      expect(created.at('/data/attributes')).toEqual({ name: 'Minka', version: 1 });
      expect(created.at('/included/*/id')).toEqual([human, 'soft']);

      const changed = await patch(`/api/cat/${id}`, {
        type: 'cat',
        id,
        attributes: { name: 'Mo' },
        relationships: { owner: { data: null }, labels: { data: [] } },
      });
      expect(changed.status).toBe(200);
      expect(changed.at('/data/attributes')).toEqual({ name: 'Mo', version: 2 });

      const owned = await patch(`/api/human/${human}`, {
        type: 'human',
        id: human,
        relationships: { cats: many('cat', id) },
      });
      expect(owned.status).toBe(204);
      expect((await get(`/api/cat/${id}/owner`)).at('/data/id')).toBe(human);

      const wrong = await patch(`/api/cat/${id}`, { type: 'cat', id, attributes: { name: 'Too long', version: 9 } });
      expect(faults(wrong)).toEqual(['400 BAD_VALUE /data/attributes/name', '400 READ_ONLY /data/attributes/version']);
      expect((await remove(`/api/cat/${id}`)).status).toBe(204);
      expect((await get(`/api/human/${human}/cats`)).at('/data')).toEqual([]);
    });

    it('writes lazy relations, and those that refer to other columns than keys [CRE-23, UPD-12]', async () => {
      for (const code of ['no', 'it']) await post('/api/country', { type: 'country', attributes: { code } });
      const created = await post('/api/town?include=country,friends', {
        type: 'town',
        attributes: { name: 'Bergen' },
        relationships: { country: one('country', '1'), friends: many('country', '2') },
      });
      const id = created.at('/data/id') as string;

      expect(created.status).toBe(201);
      expect(created.at('/data/attributes')).toEqual({
        name: 'Bergen',
        token: expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
      expect(created.at('/data/relationships/country/data')).toEqual({ type: 'country', id: '1' });
      expect(created.at('/data/relationships/friends/data/*/id')).toEqual(['2']);

      expect(
        (await patch(`/api/town/${id}`, { type: 'town', id, relationships: { country: one('country', '2') } })).status,
      ).toBe(204);
      expect((await get(`/api/town/${id}/country`)).at('/data/attributes/code')).toBe('it');
      expect(
        (await patch('/api/country/1', { type: 'country', id: '1', relationships: { towns: many('town', id) } }))
          .status,
      ).toBe(204);
      expect((await get(`/api/town/${id}/country`)).at('/data/attributes/code')).toBe('no');
    });

    it('writes keys that are relations, and never twice [CRE-17, CRE-21, UPD-09]', async () => {
      const town = (await post('/api/town', { type: 'town', attributes: { name: 'Oslo' } })).at('/data/id') as string;
      const mayor = (name: string) => ({
        type: 'mayor',
        attributes: { name },
        relationships: { town: one('town', town) },
      });

      const created = await post('/api/mayor', mayor('Ann'));
      const again = await post('/api/mayor', mayor('Ben'));

      expect([created.status, created.headers.location]).toEqual([201, `/api/mayor/${town}`]);
      expect(faults(again)).toEqual(['409 CONFLICT /data/relationships/town']);
      expect((await patch(`/api/mayor/${town}`, { type: 'mayor', id: town, attributes: { name: 'Cid' } })).status).toBe(
        204,
      );
      expect((await get(`/api/town/${town}/mayor`)).at('/data/attributes/name')).toBe('Cid');
    });

    it('leaves to the database what it makes [UPD-13, CRE-05]', async () => {
      const token = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
      const answer = await post('/api/town', { type: 'town', attributes: { name: 'X', token } });

      expect(faults(answer)).toEqual(['400 READ_ONLY /data/attributes/token']);
    });
  },
  { adapters: ['express'] },
);

describeServers(
  (server) => {
    it.each([
      ['a base address', { baseUrl: 'https://example.org/v1' }, 'https://example.org/v1/api/country'],
      ['another prefix', { prefix: 'shop' }, '/shop/country'],
    ])('answers with the address that links have, under %s [CRE-02, JA-55]', async (_words, options, url) => {
      const app = await server.start({
        entities: [Country, Town, Mayor],
        imports: [
          RestlessModule.forRoot({ methods: ['GET', 'POST'], ...options }),
          RestlessModule.forFeature([Country, Town, Mayor]),
        ],
      });
      const path = `/${'prefix' in options ? options.prefix : 'api'}/country`;
      const answer = await app.request('POST', path, {
        body: { data: { type: 'country', attributes: { code: 'no' } } },
      });
      await app.close();

      expect(answer.status).toBe(201);
      expect(answer.headers.location).toBe(`${url}/1`);
      expect(answer.at('/data/links/self')).toBe(`${url}/1`);
      expect(answer.at('/links/self')).toBe(`${url}/1`);
    });

    it('answers with the address that links have, under a prefix of the application [CRE-02, JA-55]', async () => {
      const app = await server.start({
        entities: [Country, Town, Mayor],
        imports: [
          RestlessModule.forRoot({ methods: ['GET', 'POST'] }),
          RestlessModule.forFeature([Country, Town, Mayor]),
        ],
        configure: (nest) => nest.setGlobalPrefix('v1'),
      });
      const answer = await app.request('POST', '/v1/api/country', {
        body: { data: { type: 'country', attributes: { code: 'no' } } },
      });
      const found = await app.get(answer.headers.location!);
      await app.close();

      expect(answer.headers.location).toBe('/v1/api/country/1');
      expect(answer.at('/data/links/self')).toBe('/v1/api/country/1');
      expect(found.status).toBe(200);
    });
  },
  { databases: ['sqlite'] },
);
