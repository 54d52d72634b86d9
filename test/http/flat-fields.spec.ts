/** Which fields of rows and of their relations an entry shows, in flat JSON and where JSON:API includes the same rows. */
import { TypeOrmModule } from '@nestjs/typeorm';
import { RestlessModule } from 'nestjs-restless';
import { Column, type DataSource, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { createApp, describeServers, type Server, type TestApp } from '../support/app.js';

@Entity()
class Owner {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @Column() age!: number;
  @OneToMany(() => Device, (device) => device.owner) devices!: Relation<Device>[];
  @OneToMany(() => Pet, (pet) => pet.owner) pets!: Relation<Pet>[];
}

@Entity()
class Device {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @Column() vendor!: string;
  @ManyToOne(() => Owner, (owner) => owner.devices, { nullable: true }) owner!: Relation<Owner> | null;

  label(): string {
    return `${this.vendor}/${this.name}`;
  }
}

@Entity()
class Pet {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @ManyToOne(() => Owner, (owner) => owner.pets) owner!: Relation<Owner> | null;
}

const ENTITIES = [Owner, Device, Pet];

async function seed({ manager }: DataSource): Promise<void> {
  await manager.insert(Owner, { id: 1, name: 'Ada', age: 36 });
  await manager.insert(Device, [
    { id: 1, name: 'laptop', vendor: 'Apple', owner: { id: 1 } },
    { id: 2, name: 'spare', vendor: 'Dell', owner: null },
  ]);
  await manager.insert(Pet, { id: 1, name: 'Rex', owner: { id: 1 } });
}

const start = (server: Server): Promise<TestApp> =>
  server.start({
    entities: ENTITIES,
    imports: [
      RestlessModule.forRoot({ formats: ['flat-json', 'json-api'], expose: 'all' }),
      RestlessModule.forFeature([
        Owner,
        { entity: Device, methods: ['GET', 'POST'] },
        { entity: Pet, scope: () => ({ name: 'name', op: 'ne', val: 'Rex' }) },
        { entity: Owner, collectionName: 'some', only: ['name', 'devices', 'devices.vendor'] },
        { entity: Owner, collectionName: 'without', only: ['name', 'devices.vendor'] },
        { entity: Owner, collectionName: 'nothing', only: [] },
        { entity: Owner, collectionName: 'hidden', exclude: ['pets', 'pets.name', 'devices.name', 'devices.owner'] },
        { entity: Owner, collectionName: 'more', only: ['devices'], additionalAttributes: ['devices.label'] },
        { entity: Device, collectionName: 'slim', exclude: ['owner.age', 'owner.pets'] },
      ]),
    ],
    seed,
  });

describeServers(
  (server) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await start(server);
    });
    afterAll(() => app.close());
    const body = async (path: string) => (await app.get(path)).body;
    const DEVICE = { id: 1, name: 'laptop', vendor: 'Apple' };

    it('shows the columns of related rows that are listed, beside their ids [FLD-04, FLD-08]', async () => {
      expect(await body('/api/some/1')).toEqual({ id: 1, name: 'Ada', devices: [{ id: 1, vendor: 'Apple' }] });
      expect((await app.get('/api/some')).at('/objects')).toEqual([
        { id: 1, name: 'Ada', devices: [{ id: 1, vendor: 'Apple' }] },
      ]);
    });

    it('does not show a relation for one of its columns [FLD-04]', async () => {
      expect(await body('/api/without/1')).toEqual({ id: 1, name: 'Ada' });
    });

    it('shows nothing but the id where the list is empty [FLD-03, FLD-08]', async () => {
      expect(await body('/api/nothing/1')).toEqual({ id: 1 });
    });

    it('leaves out columns of related rows, and whole relations with what is said of their columns [FLD-05]', async () => {
      expect(await body('/api/hidden/1')).toEqual({
        id: 1,
        name: 'Ada',
        age: 36,
        devices: [{ id: 1, vendor: 'Apple' }],
      });
    });

    it('leaves out columns of a row that a to-one relation leads to [FLD-04]', async () => {
      expect(await body('/api/slim/1')).toEqual({ ...DEVICE, owner: { id: 1, name: 'Ada' } });
      expect(await body('/api/slim/2')).toEqual({ id: 2, name: 'spare', vendor: 'Dell', owner: null });
    });

    it('adds what methods of related rows return [FLD-11]', async () => {
      expect(await body('/api/more/1')).toEqual({ id: 1, devices: [{ ...DEVICE, label: 'Apple/laptop' }] });
      expect(await body('/api/owner/1')).toMatchObject({ devices: [DEVICE] });
    });

    it('shows related rows at their own addresses as they always are [FLD-06, FLD-09]', async () => {
      expect((await app.get('/api/some/1/devices')).at('/objects')).toEqual([
        { ...DEVICE, owner: { id: 1, name: 'Ada', age: 36 } },
      ]);
    });

    it('keeps rows that are out of scope out of relations too [REL-05]', async () => {
      expect(await body('/api/owner/1')).toMatchObject({ pets: [] });
      expect(await body('/api/owner/1/pets')).toMatchObject({ num_results: 0, objects: [] });
    });

    it('says with a message that a row is not there [REL-02, ERR-02]', async () => {
      const answer = await app.get('/api/owner/9');

      expect([answer.status, answer.body]).toEqual([404, { message: 'There is no owner with the id "9".' }]);
    });

    describe('in JSON:API', () => {
      const included = async (path: string) =>
        (await app.get(path, { Accept: 'application/vnd.api+json' })).at('/included') as {
          type: string;
          attributes: object;
        }[];

      it('includes related rows with the columns that are listed [FLD-04]', async () => {
        const [device, ...others] = await included('/api/some/1?include=devices');

        expect(others).toEqual([]);
        expect(device).toMatchObject({ type: 'device', id: '1', attributes: { vendor: 'Apple' } });
        expect(device!.attributes).not.toHaveProperty('name');
      });

      it('has a row once that looks otherwise behind another relationship [INC-09]', async () => {
        const rows = await included('/api/slim/1?include=owner.devices.owner');

        expect(rows.map(({ type }) => type).sort()).toEqual(['device', 'owner']);
      });
    });
  },
  { databases: ['sqlite'], adapters: ['express'] },
);

describe('names of related columns that are wrong', () => {
  it.each([
    [
      'only',
      ['devices', 'devices.colour'],
      'Device has no property "colour" (option "only" of Owner: "devices.colour").',
    ],
    ['exclude', ['devices.colour'], 'Device has no property "colour" (option "exclude" of Owner: "devices.colour").'],
    [
      'additionalAttributes',
      ['devices.vendor'],
      'Device has no getter or method "vendor" (option "additionalAttributes" of Owner: "devices.vendor").',
    ],
  ])('are an error at start in %s [FLD-02, FLD-11]', async (option, names, sentence) => {
    await expect(
      createApp({
        imports: [
          TypeOrmModule.forRoot({
            type: 'better-sqlite3',
            database: ':memory:',
            entities: ENTITIES,
            synchronize: true,
          }),
          RestlessModule.forFeature([Device, Pet, { entity: Owner, expose: 'all', [option]: names }]),
        ],
      }),
    ).rejects.toThrow(sentence);
  });
});
