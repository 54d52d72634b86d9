/** Fields that are written once, or only later, or not at all; and ids, which stay. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  Column,
  type DataSource,
  DeleteDateColumn,
  Entity,
  JoinColumn,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { faults, writing } from '../support/writing.js';

@Entity()
@Resource({ allowClientGeneratedIds: true })
class Order {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @OneToMany(() => Line, (line) => line.order) lines!: Relation<Line>[];
}

/** An order is a part of its key. */
@Entity()
@Resource({ allowClientGeneratedIds: true })
class Line {
  @PrimaryColumn({ type: 'int' }) orderId!: number;
  @Expose() @PrimaryColumn({ type: 'int' }) number!: number;
  @Expose() @ManyToOne(() => Order, (order) => order.lines) @JoinColumn({ name: 'orderId' }) order!: Relation<Order>;
  @Expose() @Column({ default: '' }) text!: string;
}

/** Columns that TypeORM writes on one occasion only, attributes and relationships alike. */
@Entity()
@Resource()
class Letter {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ update: false, default: '' }) sender!: string;
  @Expose() @Column({ insert: false, nullable: true, type: 'varchar' }) answer!: string | null;
  @Column({ update: false, nullable: true, type: 'int' }) firstId!: number | null;
  @Expose() @ManyToOne(() => Order) @JoinColumn({ name: 'firstId' }) first!: Relation<Order> | null;
  @Column({ insert: false, nullable: true, type: 'int' }) lastId!: number | null;
  @Expose() @ManyToOne(() => Order) @JoinColumn({ name: 'lastId' }) last!: Relation<Order> | null;
  @Expose() @ManyToOne(() => Order, { persistence: false }) never!: Relation<Order> | null;
}

/** Its id is a column that could be changed. */
@Entity()
@Resource({ primaryKey: 'slug', allowClientGeneratedIds: true })
class Page {
  @PrimaryGeneratedColumn() number!: number;
  @Expose() @Column({ unique: true }) slug!: string;
}

@Entity()
@Resource({ expose: 'all' })
class Note {
  @PrimaryGeneratedColumn() id!: number;
  @DeleteDateColumn() deletedAt!: Date | null;
}

/** A part of a row with rules of its own. */
class Place {
  @Expose() @Column({ default: '' }) street!: string;
  @Expose({ toPlainOnly: true }) @Column({ default: 'rome' }) city!: string;
  @Expose({ toPlainOnly: true, groups: ['staff'] }) @Column({ default: '' }) code!: string;
  @Column({ default: '' }) secret!: string;
}

@Entity()
@Resource()
class House {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column(() => Place) address!: Place;
}

/** The same, and it is only written. */
@Entity()
@Resource()
class Vault {
  @PrimaryGeneratedColumn() id!: number;
  @Expose({ toClassOnly: true }) @Column(() => Place) address!: Place;
}

const ENTITIES = [Order, Line, Letter, Page, Note, House, Vault];
const order = (id: string) => ({ type: 'order', id });

describeServers(
  (server) => {
    let app: TestApp;
    const { get, post, patch } = writing(() => app);

    beforeAll(async () => {
      app = await server.start({
        entities: ENTITIES,
        imports: [
          RestlessModule.forRoot({ methods: ['GET', 'POST', 'PATCH', 'DELETE'], allowToManyReplacement: true }),
          RestlessModule.forFeature(ENTITIES),
        ],
        seed: async ({ manager }: DataSource) => {
          for (const id of [1, 2]) await manager.insert(Order, { id });
          await manager.insert(Line, { orderId: 1, number: 1 });
          await manager.insert(Letter, { sender: 'Ada' });
          await manager.insert(Page, { slug: 'home' });
          await manager.insert(Note, {});
        },
      });
    });
    afterAll(() => app.close());

    describe('an id', () => {
      it('is not changed by a relationship that is a part of it, from either side [UPD-05]', async () => {
        const relationships = { order: { data: order('2') } };

        expect(faults(await patch('/api/line/1,1', { type: 'line', id: '1,1', relationships }))).toEqual([
          '403 FORBIDDEN /data/relationships/order/data',
        ]);
        expect(faults(await patch('/api/line/1,1/relationships/order', order('2')))).toEqual(['403 FORBIDDEN']);
        expect(faults(await post('/api/order/2/relationships/lines', [{ type: 'line', id: '1,1' }]))).toEqual([
          '403 FORBIDDEN',
        ]);
        expect((await get('/api/order/1/lines')).at('/data/*/id')).toEqual(['1,1']);
      });

      it('is not changed by the attribute that it is [UPD-05]', async () => {
        const answer = await patch('/api/page/home', { type: 'page', id: 'home', attributes: { slug: 'away' } });

        expect(faults(answer)).toEqual(['403 FORBIDDEN /data/attributes/slug']);
        expect((await get('/api/page')).at('/data/*/id')).toEqual(['home']);
      });

      it('may be said twice in a new resource, if it is the same [CRE-20]', async () => {
        const line = (id: string, number: number, of: string) =>
          post('/api/line', {
            type: 'line',
            id,
            attributes: { number },
            relationships: { order: { data: order(of) } },
          });

        expect((await line('2,1', 1, '2')).at('/data/id')).toBe('2,1');
        expect(faults(await line('2,2', 3, '2'))).toEqual(['409 CONFLICT /data/id']);
        expect(faults(await line('2,2', 2, '1'))).toEqual(['409 CONFLICT /data/id']);
        expect(faults(await post('/api/page', { type: 'page', id: 'a', attributes: { slug: 'b' } }))).toEqual([
          '409 CONFLICT /data/id',
        ]);
        expect((await get('/api/line')).at('/data/*/id')).toEqual(['1,1', '2,1']);
      });

      it('is never empty: that is the address of the collection [CRE-20]', async () => {
        expect(faults(await post('/api/page', { type: 'page', id: '' }))).toEqual(['400 BAD_VALUE /data/id']);
      });
    });

    it('refuses later what TypeORM writes once [CRE-16, UPD-07]', async () => {
      const relationships = { first: { data: order('1') } };
      const created = await post('/api/letter', { type: 'letter', attributes: { sender: 'Bob' }, relationships });
      const changed = await patch('/api/letter/1', {
        type: 'letter',
        id: '1',
        attributes: { sender: 'Bob' },
        relationships,
      });

      expect(created.at('/data/relationships/first/data')).toEqual(order('1'));
      expect(faults(changed)).toEqual([
        '403 FORBIDDEN /data/attributes/sender',
        '403 FORBIDDEN /data/relationships/first/data',
      ]);
    });

    it('refuses at first what TypeORM writes later [CRE-16, UPD-07]', async () => {
      const attributes = { answer: 'yes' };
      const relationships = { last: { data: order('1') } };
      const changed = await patch('/api/letter/1', { type: 'letter', id: '1', attributes, relationships });

      expect(faults(await post('/api/letter', { type: 'letter', attributes, relationships }))).toEqual([
        '403 FORBIDDEN /data/attributes/answer',
        '403 FORBIDDEN /data/relationships/last/data',
      ]);
      expect(changed.status).toBe(204);
      expect((await get('/api/letter/1')).at('/data/attributes/answer')).toBe('yes');
      expect((await get('/api/letter/1')).at('/data/relationships/last/data')).toEqual(order('1'));
    });

    it('refuses a relationship that TypeORM never writes [CRE-16, UPD-07]', async () => {
      const relationships = { never: { data: order('1') } };

      for (const answer of [
        await post('/api/letter', { type: 'letter', relationships }),
        await patch('/api/letter/1', { type: 'letter', id: '1', relationships }),
      ]) {
        expect(faults(answer)).toEqual(['403 FORBIDDEN /data/relationships/never/data']);
      }
    });

    it('tells members of an object that are only read from those that are not there [CRE-05, UPD-07]', async () => {
      const attributes = { address: { street: 'via appia', city: 'x', code: 'x', secret: 'x' } };
      const data = { type: 'house', attributes };

      for (const answer of [await post('/api/house', data), await patch('/api/house/1', { ...data, id: '1' })]) {
        expect(faults(answer)).toEqual([
          '400 READ_ONLY /data/attributes/address/city',
          '400 UNKNOWN_FIELD /data/attributes/address/code',
          '400 UNKNOWN_FIELD /data/attributes/address/secret',
        ]);
      }
      expect(faults(await post('/api/vault', { ...data, type: 'vault' }))).toEqual([
        '400 UNKNOWN_FIELD /data/attributes/address/city',
        '400 UNKNOWN_FIELD /data/attributes/address/code',
        '400 UNKNOWN_FIELD /data/attributes/address/secret',
      ]);
    });

    it('leaves the date of a deletion to DELETE [DEL-01]', async () => {
      const attributes = { deletedAt: '2020-01-01T00:00:00Z' };

      expect(faults(await post('/api/note', { type: 'note', attributes }))).toEqual([
        '400 READ_ONLY /data/attributes/deletedAt',
      ]);
      expect(faults(await patch('/api/note/1', { type: 'note', id: '1', attributes }))).toEqual([
        '400 READ_ONLY /data/attributes/deletedAt',
      ]);
      expect((await get('/api/note')).at('/data/*/id')).toEqual(['1']);
    });
  },
  { adapters: ['express'] },
);
