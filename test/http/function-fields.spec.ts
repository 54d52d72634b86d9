/** Which fields functions and their groups take: those that a client may read, as they are stored. */
import { Expose, Transform } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  ChildEntity,
  Column,
  type DataSource,
  Entity,
  ManyToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
  TableInheritance,
} from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';

const masked = ({ value }: { value: unknown }): string => `…${String(value).slice(-2)}`;

class Place {
  @Expose() @Column() city!: string;
  @Expose() @Transform(masked) @Column() door!: string;
}

@Entity()
@Resource({ allowFunctions: true })
class Shop {
  @Expose() @Transform(masked) @PrimaryColumn() code!: string;
  @Expose() @Transform(masked) @Column({ type: 'int' }) rent!: number;
  @Expose() @Column(() => Place) at!: Place;
  @Expose() @Transform(({ value }) => (value as Place).city) @Column(() => Place) owner!: Place;
}

@Entity()
@Resource({ allowFunctions: true, filterable: ['name'], sortable: ['name'] })
class Guest {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @Transform(masked) @Column() card!: string;
  @Expose() @Transform(({ value }) => Number(value), { toClassOnly: true }) @Column({ type: 'int' }) visits!: number;
  @Expose() @ManyToOne(() => Shop) shop!: Relation<Shop>;
}

@Entity()
@TableInheritance({ column: { name: 'kind', type: 'varchar' } })
@Resource({ allowFunctions: true })
class Bill {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ type: 'int' }) amount!: number;
  @Expose() @Column({ type: 'int' }) tip!: number;
}

@ChildEntity()
@Resource()
class SecretBill extends Bill {
  @Transform(masked) declare tip: number;
}

const ENTITIES = [Shop, Guest, Bill, SecretBill];

async function seed({ manager }: DataSource): Promise<void> {
  const [at, owner] = [
    { city: 'rome', door: 'a1b2' },
    { city: 'bern', door: 'c3d4' },
  ];
  await manager.insert(Shop, { code: 'corner', rent: 900, at, owner });
  await manager.insert(Guest, { name: 'ada', card: '4111', visits: 3, shop: { code: 'corner' } });
  await manager.insert(Guest, { name: 'bob', card: '4222', visits: 4, shop: { code: 'corner' } });
  await manager.save(SecretBill, { amount: 10, tip: 3 });
}

describeServers(
  ({ start }) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await start({ entities: ENTITIES, imports: [RestlessModule.forFeature(ENTITIES)], seed });
    });
    afterAll(() => app.close());
    const evaluate = (resource: string, name: string, field: string, query = '') =>
      app.get(`/api/eval/${resource}?functions=[{"name":"${name}","field":"${field}"}]${query}`.replaceAll('"', '%22'));

    it.each([
      ['guest', 'card'],
      ['guest', 'shop.rent'],
      ['guest', 'shop.code'],
      ['shop', 'rent'],
      ['shop', 'at.door'],
      ['shop', 'owner.city'],
      ['bill', 'tip'],
    ])(
      'count %s.%s and do nothing else with it: answers show another value [FUN-10, FUN-14]',
      async (resource, field) => {
        const counted = await evaluate(resource, 'count', field);
        const detail = `"${field}" is shown as @Transform makes it, not as it is stored.`;

        expect([counted.status, counted.at('/data/0')]).toEqual([200, resource === 'guest' ? 2 : 1]);
        for (const name of ['min', 'max']) {
          const answer = await evaluate(resource, name, field);
          expect([answer.status, answer.at('/errors')]).toEqual([
            400,
            [expect.objectContaining({ code: 'BAD_FUNCTION', detail, source: { parameter: 'functions' } })],
          ]);
        }
        const grouped = await evaluate(resource, 'count', 'id', `&groupBy=${field}`);
        expect([grouped.status, grouped.at('/errors')]).toEqual([
          400,
          [expect.objectContaining({ code: 'BAD_GROUP', detail, source: { parameter: 'groupBy' } })],
        ]);
      },
    );

    it.each([
      ['shop', 'sum', 'rent'],
      ['guest', 'avg', 'shop.rent'],
    ])('add nothing up either: %s %s(%s) [FUN-10]', async (resource, name, field) => {
      expect((await evaluate(resource, name, field)).at('/errors/0/code')).toBe('BAD_FUNCTION');
    });

    it('take what may be read, whether it may be filtered and sorted or not [FUN-14]', async () => {
      expect((await app.get('/api/guest?filter[visits]=3')).status).toBe(400);
      expect((await app.get('/api/guest?sort=visits')).status).toBe(400);
      expect((await evaluate('guest', 'sum', 'visits', '&groupBy=visits')).at('/data')).toEqual([
        { group: { visits: 3 }, values: [3] },
        { group: { visits: 4 }, values: [4] },
      ]);
    });

    it('take what is shown as it is, and the id [FUN-10, FUN-13]', async () => {
      expect((await evaluate('shop', 'max', 'at.city')).at('/data')).toEqual(['rome']);
      expect((await evaluate('shop', 'min', 'id')).at('/data')).toEqual(['corner']);
      expect((await evaluate('guest', 'sum', 'visits', '&groupBy=shop.id')).at('/data')).toEqual([
        { group: { 'shop.id': 'corner' }, values: [7] },
      ]);
      expect((await evaluate('bill', 'sum', 'amount')).at('/data')).toEqual([10]);
    });
  },
  { adapters: ['express'] },
);
