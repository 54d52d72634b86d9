/**
 * Connections to the database that are cut in the middle of writes leave all of a request or nothing, never a part; and
 * when the cutting ends, the server serves again.
 */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  Column,
  DataSource,
  Entity,
  type EntitySubscriberInterface,
  EventSubscriber,
  type InsertEvent,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { linkage, writing } from '../support/writing.js';

@Entity()
@Resource({ allowClientGeneratedIds: true })
class Order {
  @PrimaryColumn({ type: 'int' }) id!: number;
  @Expose() @Column() name!: string;
  @Expose() @OneToMany(() => Line, (line) => line.order) lines!: Relation<Line>[];
  @Expose() @ManyToMany(() => Tag) @JoinTable() tags!: Relation<Tag>[];
}

@Entity()
@Resource()
class Line {
  @PrimaryColumn({ type: 'int' }) id!: number;
  @Expose() @Column({ default: '' }) text!: string;
  @Expose() @ManyToOne(() => Order, (order) => order.lines) order!: Relation<Order> | null;
}

@Entity()
@Resource()
class Tag {
  @PrimaryColumn({ type: 'int' }) id!: number;
  @Expose() @Column({ default: '' }) text!: string;
}

/** Written by a subscriber, in the transaction of the order. */
@Entity()
class Entry {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ type: 'int' }) orderId!: number;
}

@EventSubscriber()
class OrderListener implements EntitySubscriberInterface<Order> {
  listenTo(): typeof Order {
    return Order;
  }
  async afterInsert({ entity, manager }: InsertEvent<Order>): Promise<void> {
    await manager.insert(Entry, { orderId: entity.id });
  }
}

const ENTITIES = [Order, Line, Tag, Entry];
const ORDERS = 600;
const AT_ONCE = 40;
/** What PostgreSQL calls the connections of the application. */
const VICTIM = `restless victim ${process.pid}`;

async function seed({ manager }: DataSource): Promise<void> {
  const lines = Array.from({ length: 2 * ORDERS }, (_, index) => ({ id: index + 1 }));
  for (let start = 0; start < lines.length; start += 400) await manager.insert(Line, lines.slice(start, start + 400));
  await manager.insert(
    Tag,
    [1, 2, 3].map((id) => ({ id })),
  );
}

describeServers(
  (server) => {
    const { kind, options } = server.database;
    let app: TestApp;
    let killer: DataSource;
    const { get, write } = writing(() => app);

    beforeAll(async () => {
      const imports = [
        RestlessModule.forRoot({ methods: ['GET', 'POST', 'PATCH'], pageSize: 0 }),
        RestlessModule.forFeature([Order, Line, Tag]),
      ];
      const dataSource = { subscribers: [OrderListener], applicationName: VICTIM };
      app = await server.start({ entities: ENTITIES, imports, seed, dataSource });
      app.app.useLogger(false);
      killer = await new DataSource(options([], { synchronize: false, dropSchema: false })).initialize();
    });
    afterAll(async () => {
      await killer.destroy();
      await app.close();
    });

    /** Cuts every connection of the application; answers how many. */
    async function cut(): Promise<number> {
      if (kind === 'postgres') {
        const dead = await killer.query<unknown[]>(
          'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1',
          [VICTIM],
        );
        return dead.length;
      }
      const ids = await killer.query<{ id: number }[]>(
        'SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()',
      );
      for (const { id } of ids) await killer.query(`KILL ${id}`).catch(() => undefined);
      return ids.length;
    }

    const create = (id: number): ReturnType<typeof write> =>
      write('POST', '/api/order', {
        ...{ type: 'order', id: String(id), attributes: { name: `order ${id}` } },
        relationships: {
          lines: { data: linkage(`line/${2 * id - 1}`, `line/${2 * id}`) },
          tags: { data: linkage('tag/1', 'tag/2', 'tag/3') },
        },
      });

    it('leaves all or nothing of each request, and serves again [TXN-02, TXN-06, TXN-07, JA-51]', async () => {
      const statuses = new Map<number, number>();
      let next = 1;
      const client = async (): Promise<void> => {
        while (next <= ORDERS) {
          const id = next++;
          const { status } = await create(id);
          statuses.set(id, status);
          if (status === 201) served += 1;
        }
      };
      let kills = 0;
      let served = 0;
      const clients = Promise.all(Array.from({ length: AT_ONCE }, client));
      const ended = clients.then(() => true);
      while (!(await Promise.race([ended, new Promise<false>((resolve) => setTimeout(() => resolve(false), 10))]))) {
        // By the work that is done, not by the clock: on a busy machine nothing would come through between two cuts.
        if (served < 10) continue;
        served = 0;
        kills += await cut();
      }

      const orders = await get('/api/order?include=lines,tags');
      const entries = (await app.app.get(DataSource).getRepository(Entry).find()).map(({ orderId }) => String(orderId));
      const ids = orders.at('/data/*/id') as string[];
      const lines = await get('/api/line?filter[objects]=[{"name":"order","op":"is_not_null"}]');

      // Parent and children are there together.
      expect([...entries].sort()).toEqual([...ids].sort());
      for (const order of orders.at('/data') as { id: string; relationships: Record<string, { data: unknown }> }[]) {
        const id = Number(order.id);
        expect(order.relationships['lines']?.data).toEqual(linkage(`line/${2 * id - 1}`, `line/${2 * id}`));
        expect(order.relationships['tags']?.data).toEqual(linkage('tag/1', 'tag/2', 'tag/3'));
      }
      expect(lines.at('/data')).toHaveLength(2 * ids.length);

      // What was answered with 201 is there; what was not may have been written before the answer was lost.
      const created = [...statuses].filter(([, status]) => status === 201).map(([id]) => String(id));
      expect(ids).toEqual(expect.arrayContaining(created));
      expect(statuses.size).toBe(ORDERS);
      expect([...new Set(statuses.values())].filter((status) => status !== 201 && status !== 503)).toEqual([]);
      expect(created.length).toBeGreaterThan(ORDERS / 10);
      expect(created.length).toBeLessThan(ORDERS);
      expect(kills).toBeGreaterThan(5);

      // Those that were refused may be sent again.
      const missing = Array.from({ length: ORDERS }, (_, index) => index + 1).filter((id) => !ids.includes(String(id)));
      const again = await Promise.all(missing.slice(0, 40).map(create));
      expect(again.map(({ status }) => status)).toEqual(again.map(() => 201));
    }, 300_000);
  },
  { adapters: ['express'], databases: ['postgres', 'mariadb'] },
);
