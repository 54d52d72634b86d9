/**
 * SQLite has one connection for everybody: requests at the same time never see into each other's transactions, and what
 * one of them takes back takes nothing of the others with it.
 */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  Column,
  Entity,
  type EntitySubscriberInterface,
  EventSubscriber,
  type InsertEvent,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { type Answer, describeServers, type TestApp } from '../support/app.js';
import { writing } from '../support/writing.js';

@Entity()
@Resource()
class Order {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @OneToMany(() => Entry, (entry) => entry.order) entries!: Relation<Entry>[];
}

@Entity()
@Resource()
class Entry {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() text!: string;
  @Expose() @ManyToOne(() => Order, (order) => order.entries, { onDelete: 'CASCADE' }) order!: Relation<Order>;
}

/** Writes three entries for each order, with pauses; of some orders it takes all of it back. */
@EventSubscriber()
class OrderListener implements EntitySubscriberInterface<Order> {
  listenTo(): typeof Order {
    return Order;
  }
  async afterInsert({ entity, manager }: InsertEvent<Order>): Promise<void> {
    for (const text of ['one', 'two', 'three']) {
      await manager.insert(Entry, { text, order: { id: entity.id } });
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (entity.name === 'refused') throw new Error('no');
  }
}

describeServers(
  (server) => {
    let app: TestApp;
    const { get, write } = writing(() => app);

    beforeAll(async () => {
      app = await server.start({
        entities: [Order, Entry],
        imports: [
          RestlessModule.forRoot({ methods: ['GET', 'POST', 'PATCH', 'DELETE'], pageSize: 0 }),
          RestlessModule.forFeature([Order, Entry]),
        ],
        dataSource: { subscribers: [OrderListener] },
      });
      app.app.useLogger(false);
    });
    afterAll(() => app.close());

    const order = (name: string): Promise<Answer> =>
      write('POST', '/api/order', { type: 'order', attributes: { name } });

    /** How many entries each order has, as one answer says. */
    const entriesOf = (answer: Answer): number[] =>
      (answer.at('/data/*/relationships/entries/data') as unknown[][]).map((entries) => entries.length);

    it('keeps writes and reads apart, however many there are [TXN-02, TXN-06, TXN-07, JA-51]', async () => {
      const requests = Array.from({ length: 600 }, (_, index): (() => Promise<Answer>) => {
        if (index % 4 === 0) return () => order('refused');
        if (index % 4 === 1) return () => order(`kept ${index}`);
        return () =>
          index % 4 === 2 ? get('/api/order?include=entries') : get('/api/entry?include=order&filter[text]=two');
      });

      const answers = await Promise.all(requests.map((request) => request()));

      for (const [index, answer] of answers.entries()) {
        if (index % 4 < 2) expect([index, answer.status]).toEqual([index, index % 4 === 0 ? 500 : 201]);
        else expect(answer.status).toBe(200);
        // No order is ever seen without all of its entries, nor one that is taken back.
        if (index % 4 === 2) {
          expect(new Set(entriesOf(answer))).toEqual(new Set(entriesOf(answer).length === 0 ? [] : [3]));
          expect(answer.at('/data/*/attributes/name')).not.toContain('refused');
        }
        if (index % 4 === 3) {
          const included = (answer.at('/included') ?? []) as unknown[];
          expect(included).toHaveLength((answer.at('/data') as unknown[]).length);
        }
      }
      const all = await get('/api/order?include=entries');
      expect(entriesOf(all)).toEqual(Array.from({ length: 150 }, () => 3));
      expect((await get('/api/entry')).at('/meta/total')).toBe(450);
    }, 60_000);
  },
  { adapters: ['express'], databases: ['sqlite'] },
);
