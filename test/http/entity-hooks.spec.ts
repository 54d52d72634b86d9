/** Listeners and subscribers hear of every write, with instances; trees, tables of several entities and soft deletion are TypeORM's own. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  AfterInsert,
  AfterLoad,
  AfterRemove,
  AfterSoftRemove,
  AfterUpdate,
  BeforeInsert,
  BeforeRemove,
  BeforeSoftRemove,
  BeforeUpdate,
  ChildEntity,
  Column,
  CreateDateColumn,
  DataSource,
  DeleteDateColumn,
  Entity,
  type EntityManager,
  type EntitySubscriberInterface,
  EventSubscriber,
  type InsertEvent,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  type Relation,
  type RemoveEvent,
  TableInheritance,
  Tree,
  TreeChildren,
  TreeParent,
  type UpdateEvent,
} from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { faults, writing } from '../support/writing.js';

/** What was heard, in order. */
const HEARD: string[] = [];

/** Says of everything that happens to it. */
@Entity()
@Resource()
class Bell {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @Column({ default: 'C' }) tone!: string;
  @Expose() @Column({ default: '' }) slug!: string;
  @Expose() @ManyToOne(() => Tower, (tower) => tower.bells) tower!: Relation<Tower> | null;

  @BeforeInsert()
  beforeInsert(): void {
    this.tell('before insert');
    this.slug = this.name.toLowerCase();
  }

  @AfterInsert()
  afterInsert(): void {
    this.tell(`after insert ${typeof this.id}`);
  }

  @BeforeUpdate()
  beforeUpdate(): void {
    this.tell('before update');
    this.slug = this.name.toLowerCase();
  }

  @AfterUpdate()
  afterUpdate(): void {
    this.tell('after update');
  }

  @BeforeRemove()
  beforeRemove(): void {
    this.tell('before remove');
  }

  @AfterRemove()
  afterRemove(): void {
    this.tell('after remove');
  }

  private tell(what: string): void {
    HEARD.push(`${what} ${this.name} ${this.tone ?? '-'}`);
  }
}

/** Its bells are told when they get another tower. */
@Entity()
@Resource({ allowToManyReplacement: true })
class Tower {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @OneToMany(() => Bell, (bell) => bell.tower) bells!: Relation<Bell>[];
}

/** Others say of what happens to it. */
@Entity()
@Resource()
class Horn {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @Column({ default: 1 }) length!: number;
  @Expose() @Column({ default: '' }) stamp!: string;
}

@Entity()
class Diary {
  @PrimaryGeneratedColumn() id!: number;
  @Column() text!: string;
}

@EventSubscriber()
class HornSubscriber implements EntitySubscriberInterface<Horn> {
  listenTo(): typeof Horn {
    return Horn;
  }

  beforeInsert({ entity }: InsertEvent<Horn>): void {
    HEARD.push(`before insert ${describeHorn(entity)}`);
    entity.stamp = 'made';
  }

  async afterInsert({ entity, manager }: InsertEvent<Horn>): Promise<void> {
    HEARD.push(`after insert ${describeHorn(entity)} ${typeof entity.id}`);
    await write(manager, `new ${entity.name}`);
  }

  beforeUpdate({ entity, databaseEntity, updatedColumns }: UpdateEvent<Horn>): void {
    const names = updatedColumns.map(({ propertyName }) => propertyName).sort();
    HEARD.push(`before update ${describeHorn(databaseEntity)} to ${describeHorn(entity)}: ${names.join(' ')}`);
    entity!.stamp = `changed ${(entity as Horn).length}`;
  }

  async afterUpdate({ entity, manager }: UpdateEvent<Horn>): Promise<void> {
    HEARD.push(`after update ${describeHorn(entity)}`);
    await write(manager, `changed ${(entity as Horn).name}`);
  }

  beforeRemove({ entity, databaseEntity }: RemoveEvent<Horn>): void {
    HEARD.push(`before remove ${describeHorn(entity)} ${databaseEntity.id === entity?.id}`);
  }

  async afterRemove({ entity, entityId, manager }: RemoveEvent<Horn>): Promise<void> {
    HEARD.push(`after remove ${describeHorn(entity)} ${typeof entityId}`);
    await write(manager, `no ${entity!.name}`);
  }
}

function describeHorn(entity: unknown): string {
  return entity instanceof Horn ? `${entity.name}/${entity.length ?? '-'}` : 'no horn';
}

async function write(manager: EntityManager, text: string): Promise<void> {
  await manager.insert(Diary, { text });
}

/** Hears of nothing but its birth. */
@Entity()
@Resource()
class Egg {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @Column({ default: 0 }) loads!: number;

  @BeforeInsert()
  beforeInsert(): void {
    HEARD.push(`before insert ${this.name}`);
  }

  @AfterLoad()
  afterLoad(): void {
    this.loads += 1;
  }
}

@Entity()
@Resource()
class Letter {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @CreateDateColumn() createdAt!: Date;
  @DeleteDateColumn() deletedAt!: Date | null;

  @BeforeSoftRemove()
  beforeSoftRemove(): void {
    HEARD.push(`before soft remove ${this.name}`);
  }

  @AfterSoftRemove()
  afterSoftRemove(): void {
    HEARD.push(`after soft remove ${this.name} ${this.deletedAt instanceof Date}`);
  }
}

@Entity()
@Tree('closure-table')
@Resource()
class Closure {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @TreeParent() parent!: Relation<Closure> | null;
  @Expose() @TreeChildren() children!: Relation<Closure>[];
}

@Entity()
@Tree('materialized-path')
@Resource()
class Path {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @TreeParent() parent!: Relation<Path> | null;
  @Expose() @TreeChildren() children!: Relation<Path>[];
}

@Entity()
@Tree('nested-set')
@Resource()
class Nested {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @TreeParent() parent!: Relation<Nested> | null;
  @Expose() @TreeChildren() children!: Relation<Nested>[];
}

/** An adjacency list needs nothing of TypeORM's trees. */
@Entity()
@Resource()
class Adjacent {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @ManyToOne(() => Adjacent, (adjacent) => adjacent.children) parent!: Relation<Adjacent> | null;
  @Expose() @OneToMany(() => Adjacent, (adjacent) => adjacent.parent) children!: Relation<Adjacent>[];
}

@Entity()
@TableInheritance({ column: { name: 'kind', type: 'varchar' } })
@Resource()
class Vehicle {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @ManyToOne(() => Vehicle) tows!: Relation<Vehicle> | null;
}

@ChildEntity('car')
@Resource()
class Car extends Vehicle {
  @Expose() @Column({ type: 'int', default: 4 }) doors!: number;
}

@ChildEntity('truck')
@Resource()
class Truck extends Vehicle {
  @Expose() @Column({ type: 'int' }) load!: number;
}

const ENTITIES = [Bell, Tower, Horn, Egg, Letter, Closure, Path, Nested, Adjacent, Vehicle, Car, Truck];

describeServers(
  (server) => {
    let app: TestApp;
    let dataSource: DataSource;
    const { get, post, patch, delete: remove, send } = writing(() => app);
    /** What is heard while something is done. */
    const heard = async (work: () => Promise<unknown>): Promise<string[]> => {
      HEARD.length = 0;
      await work();
      return [...HEARD];
    };

    beforeAll(async () => {
      app = await server.start({
        entities: [...ENTITIES, Diary],
        dataSource: { subscribers: [HornSubscriber] },
        imports: [
          RestlessModule.forRoot({ methods: ['GET', 'POST', 'PATCH', 'DELETE'] }),
          RestlessModule.forFeature(ENTITIES),
        ],
      });
      dataSource = app.app.get(DataSource);
    });
    afterAll(() => app.close());

    describe('listeners of an entity', () => {
      it('hear of its insertion, and what they change is written [CRE-17]', async () => {
        const says = await heard(async () => {
          const answer = await post('/api/bell', { type: 'bell', attributes: { name: 'Ding', slug: 'mine' } });
          expect(answer.at('/data/attributes')).toEqual({ name: 'Ding', tone: 'C', slug: 'ding' });
        });

        expect(says).toEqual(['before insert Ding -', 'after insert number Ding C']);
      });

      it('hear of its update with all that it was, and the answer shows what they changed [UPD-10, JA-63]', async () => {
        const { id } = (await post('/api/bell', { type: 'bell', attributes: { name: 'Dong', tone: 'D' } })).at(
          '/data',
        ) as { id: string };
        const says = await heard(async () => {
          const answer = await patch(`/api/bell/${id}`, { type: 'bell', id, attributes: { name: 'Bang' } });
          expect(answer.status).toBe(200);
          expect(answer.at('/data/attributes')).toEqual({ name: 'Bang', tone: 'D', slug: 'bang' });
        });

        expect(says).toEqual(['before update Bang D', 'after update Bang D']);
      });

      it('hear of its removal [DEL-01]', async () => {
        const { id } = (await post('/api/bell', { type: 'bell', attributes: { name: 'Gong' } })).at('/data') as {
          id: string;
        };
        const says = await heard(async () => {
          expect((await remove(`/api/bell/${id}`)).status).toBe(204);
        });

        expect(says).toEqual(['before remove Gong C', 'after remove Gong C']);
        expect((await get(`/api/bell/${id}`)).status).toBe(404);
      });

      it('hear of relationships that stand on its row, from both sides [UPD-12, CRE-17]', async () => {
        const bell = await post('/api/bell', { type: 'bell', attributes: { name: 'Big' } });
        const data = { type: 'bell', id: bell.at('/data/id') as string };
        let tower = '';
        const far = await heard(async () => {
          const answer = await post('/api/tower', {
            type: 'tower',
            attributes: { name: 'North' },
            relationships: { bells: { data: [data] } },
          });
          tower = answer.at('/data/id') as string;
        });
        const near = await heard(() =>
          patch(`/api/bell/${data.id}`, { ...data, relationships: { tower: { data: null } } }),
        );

        expect(far).toEqual(['before update Big C', 'after update Big C']);
        expect(near).toEqual(['before update Big C', 'after update Big C']);
        expect((await get(`/api/tower/${tower}/bells`)).at('/data')).toEqual([]);
      });

      it('hear nothing of a request that is refused [UPD-14]', async () => {
        const says = await heard(async () => {
          await post('/api/bell', { type: 'bell', attributes: { name: 5 } });
          await patch('/api/bell/99', { type: 'bell', id: '99', attributes: { name: 'x' } });
          await remove('/api/bell/99');
        });

        expect(says).toEqual([]);
      });

      it('that concern other writes do not turn a PATCH into more than it is [UPD-09]', async () => {
        const egg = await post('/api/egg', { type: 'egg', attributes: { name: 'white' } });
        const id = egg.at('/data/id') as string;
        const says = await heard(async () => {
          const answer = await patch(`/api/egg/${id}`, { type: 'egg', id, attributes: { name: 'brown' } });
          expect(answer.status).toBe(204);
        });

        expect(says).toEqual([]);
        expect(await dataSource.query('SELECT loads FROM egg')).toEqual([{ loads: 0 }]);
      });
    });

    describe('a subscriber', () => {
      const diary = async () =>
        (await dataSource.getRepository(Diary).find({ order: { id: 'ASC' } })).map(({ text }) => text);
      let id = '';

      it('hears of an insertion, and writes in the same transaction [CRE-17]', async () => {
        const says = await heard(async () => {
          const answer = await post('/api/horn', { type: 'horn', attributes: { name: 'alp', length: 3 } });
          id = answer.at('/data/id') as string;
          expect(answer.at('/data/attributes')).toEqual({ name: 'alp', length: 3, stamp: 'made' });
        });

        expect(says).toEqual(['before insert alp/3', 'after insert alp/3 number']);
        expect(await diary()).toEqual(['new alp']);
      });

      it('hears of an update, with what was and what is to be [UPD-10, JA-63]', async () => {
        const says = await heard(async () => {
          const answer = await patch(`/api/horn/${id}`, { type: 'horn', id, attributes: { length: 4 } });
          expect(answer.status).toBe(200);
          expect(answer.at('/data/attributes')).toEqual({ name: 'alp', length: 4, stamp: 'changed 4' });
        });

        expect(says).toEqual(['before update alp/3 to alp/4: length', 'after update alp/4']);
        expect((await get(`/api/horn/${id}`)).at('/data/attributes/stamp')).toBe('changed 4');
      });

      it('hears of a removal [DEL-01]', async () => {
        const says = await heard(async () => {
          expect((await remove(`/api/horn/${id}`)).status).toBe(204);
        });

        expect(says).toEqual(['before remove alp/4 true', 'after remove alp/4 number']);
        expect(await diary()).toEqual(['new alp', 'changed alp', 'no alp']);
      });

      it('that writes is taken back with the rest [UPD-14, JA-51]', async () => {
        const before = await diary();
        const answer = await send('POST', '/api/horn?include=nothing', {
          data: { type: 'horn', attributes: { name: 'post' } },
        });

        expect(answer.status).toBe(400);
        expect(await diary()).toEqual(before);
      });
    });

    describe('soft deletion', () => {
      it('is what DELETE does where there is a date for it, and its listeners hear of it [DEL-01]', async () => {
        const answer = await post('/api/letter', { type: 'letter', attributes: { name: 'L' } });
        const id = answer.at('/data/id') as string;
        expect(answer.at('/data/attributes/createdAt')).toMatch(/^\d{4}-/);

        const says = await heard(async () => {
          expect((await remove(`/api/letter/${id}`)).status).toBe(204);
        });

        expect(says[0]).toBe('before soft remove L');
        expect(says[1]).toMatch(/^after soft remove L/);
        expect((await get(`/api/letter/${id}`)).status).toBe(404);
        expect((await remove(`/api/letter/${id}`)).status).toBe(404);
        expect((await patch(`/api/letter/${id}`, { type: 'letter', id, attributes: { name: 'x' } })).status).toBe(404);
        const [row] = await dataSource.getRepository(Letter).find({ withDeleted: true });
        expect(row).toMatchObject({ name: 'L', deletedAt: expect.any(Date) });
      });
    });

    describe.each([
      ['closure', Closure],
      ['path', Path],
      ['nested', Nested],
      ['adjacent', Adjacent],
    ] as const)('a tree of the kind %s', (type, entity) => {
      const parent = (id: string | null) => ({ parent: { data: id === null ? null : { type, id } } });
      const plant = async (name: string, relationships: object = {}): Promise<string> => {
        const answer = await post(`/api/${type}`, { type, attributes: { name }, relationships });
        expect([answer.status, answer.at('/errors')]).toEqual([201, undefined]);
        return answer.at('/data/id') as string;
      };
      /** The names below a row, as TypeORM itself finds them. */
      const below = async (id: string): Promise<string[]> => {
        if (entity === Adjacent) {
          const children = (await get(`/api/adjacent/${id}/children?sort=name`)).at('/data') as {
            id: string;
            attributes: { name: string };
          }[];
          const deeper = await Promise.all(children.map((child) => below(child.id)));
          return [...children.map((child) => child.attributes.name), ...deeper.flat()].sort();
        }
        const trees = dataSource.getTreeRepository(entity);
        const row = await trees.findOneByOrFail({ id: Number(id) });
        const all = await trees.findDescendants(row);
        return all
          .filter((each) => each.id !== row.id)
          .map((each) => each.name)
          .sort();
      };

      it('grows by POST, moves by PATCH, and TypeORM finds its way in it [CRE-17, UPD-12]', async () => {
        const root = await plant('root', type === 'nested' ? {} : parent(null));
        const a = await plant('a', parent(root));
        const b = await plant('b', parent(root));
        const leaf = await plant('leaf', parent(a));

        expect(await below(root)).toEqual(['a', 'b', 'leaf']);
        expect(await below(a)).toEqual(['leaf']);
        expect((await get(`/api/${type}/${leaf}/parent`)).at('/data/attributes/name')).toBe('a');
        expect((await get(`/api/${type}/${root}/children?sort=name`)).at('/data/*/attributes/name')).toEqual([
          'a',
          'b',
        ]);

        const moved = await patch(`/api/${type}/${leaf}`, { type, id: leaf, relationships: parent(b) });
        expect([200, 204]).toContain(moved.status);
        expect(await below(a)).toEqual([]);
        expect(await below(b)).toEqual(['leaf']);
        expect(await below(root)).toEqual(['a', 'b', 'leaf']);

        const renamed = await patch(`/api/${type}/${b}`, { type, id: b, attributes: { name: 'bee' } });
        expect([200, 204]).toContain(renamed.status);
        expect(await below(root)).toEqual(['a', 'bee', 'leaf']);
        expect(await below(b)).toEqual(['leaf']);
      });

      it('takes children in the document of a new row [CRE-17]', async () => {
        const under =
          type === 'nested' ? parent((await get(`/api/nested?filter[name]=root`)).at('/data/0/id') as string) : {};
        const kept = await plant('kept', under);
        const inner = await plant('inner', parent(kept));
        const top = await plant('top', { ...under, children: { data: [{ type, id: kept }] } });

        expect(await below(top)).toEqual(['inner', 'kept']);
        expect((await get(`/api/${type}/${inner}/parent`)).at('/data/id')).toBe(kept);
      });
    });

    describe('a table of several entities', () => {
      it('gives a row the entity of its collection [CRE-17, POL-01]', async () => {
        const car = await post('/api/car', { type: 'car', attributes: { name: 'beetle' } });
        const truck = await post('/api/truck', { type: 'truck', attributes: { name: 'hauler', load: 7 } });
        const plain = await post('/api/vehicle', { type: 'vehicle', attributes: { name: 'cart' } });

        expect([car.status, truck.status, plain.status]).toEqual([201, 201, 201]);
        expect(car.at('/data/attributes')).toEqual({ name: 'beetle', doors: 4 });
        expect(car.headers.location).toBe(`/api/car/${car.at('/data/id') as string}`);
        expect(await dataSource.query('SELECT kind FROM vehicle ORDER BY id')).toEqual([
          { kind: 'car' },
          { kind: 'truck' },
          { kind: 'Vehicle' },
        ]);
        expect(await dataSource.manager.findOneBy(Vehicle, { name: 'hauler' })).toBeInstanceOf(Truck);
      });

      it.each([
        ['vehicle', { type: 'car', attributes: { name: 'x' } }, '409 CONFLICT /data/type'],
        ['car', { type: 'vehicle', attributes: { name: 'x' } }, '409 CONFLICT /data/type'],
        ['car', { type: 'truck', attributes: { name: 'x' } }, '409 CONFLICT /data/type'],
        [
          'vehicle',
          { type: 'vehicle', attributes: { name: 'x', doors: 2 } },
          '400 UNKNOWN_FIELD /data/attributes/doors',
        ],
        ['car', { type: 'car', attributes: { name: 'x', load: 2 } }, '400 UNKNOWN_FIELD /data/attributes/load'],
        ['car', { type: 'car', attributes: { name: 'x', kind: 'truck' } }, '400 UNKNOWN_FIELD /data/attributes/kind'],
      ])(
        'wants the exact type and its own fields: %s %j [CRE-19, POL-02, JA-60]',
        async (collection, data, expected) => {
          expect(faults(await post(`/api/${collection}`, data))).toEqual([expected]);
        },
      );

      it('is changed and deleted at the collection of the row, and at no other [UPD-08, POL-02, JA-64]', async () => {
        const id = (await post('/api/car', { type: 'car', attributes: { name: 'mini' } })).at('/data/id') as string;
        const attributes = { name: 'maxi' };

        expect((await patch(`/api/vehicle/${id}`, { type: 'vehicle', id, attributes })).status).toBe(404);
        expect((await patch(`/api/truck/${id}`, { type: 'truck', id, attributes })).status).toBe(404);
        expect((await remove(`/api/truck/${id}`)).status).toBe(404);
        expect((await remove(`/api/vehicle/${id}`)).status).toBe(404);
        expect((await patch(`/api/car/${id}`, { type: 'car', id, attributes })).status).toBe(204);
        expect((await get(`/api/car/${id}`)).at('/data/attributes')).toEqual({ name: 'maxi', doors: 4 });
        expect((await remove(`/api/car/${id}`)).status).toBe(204);
      });

      it('is led to by the type of the row [CRE-23, JA-58]', async () => {
        const car = (await post('/api/car', { type: 'car', attributes: { name: 'towed' } })).at('/data/id') as string;
        const tow = (type: string) => ({
          type: 'truck',
          attributes: { name: 'tow', load: 1 },
          relationships: { tows: { data: { type, id: car } } },
        });

        const right = await post('/api/truck', tow('car'));
        expect([right.status, right.at('/data/relationships/tows/data')]).toEqual([201, { type: 'car', id: car }]);
        expect((await post('/api/truck', tow('truck'))).status).toBe(404);
        expect((await post('/api/truck', tow('bell'))).status).toBe(409);
      });
    });
  },
  { adapters: ['express'] },
);
