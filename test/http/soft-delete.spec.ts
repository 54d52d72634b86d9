/** Rows with a date in their `@DeleteDateColumn` are not there: on no path, in no count. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  Column,
  type DataSource,
  DeleteDateColumn,
  Entity,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  OneToOne,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { jsonApi } from '../support/json-api-document.js';
import { StatementLog } from '../support/statement-log.js';

@Entity()
@Resource({ additionalAttributes: ['title'] })
class Shop {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @DeleteDateColumn() closedAt!: Date | null;
  @Expose() @OneToMany(() => Item, (item) => item.shop) items!: Relation<Item>[];
  @Expose() @OneToOne(() => Sign, (sign) => sign.shop) sign!: Relation<Sign> | null;
  @Expose() @ManyToMany(() => Shop, (shop) => shop.partnerOf) @JoinTable() partners!: Relation<Shop>[];
  @Expose() @ManyToMany(() => Shop, (shop) => shop.partners) partnerOf!: Relation<Shop>[];

  get title(): string {
    return `Shop ${this.name}`;
  }
}

@Entity()
@Resource()
class Item {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @DeleteDateColumn() gone!: Date | null;
  @Expose() @ManyToOne(() => Shop, (shop) => shop.items) shop!: Relation<Shop> | null;
}

/** Is never deleted itself. */
@Entity()
@Resource()
class Sign {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() text!: string;
  @Expose() @OneToOne(() => Shop, (shop) => shop.sign) @JoinColumn() shop!: Relation<Shop> | null;
  @Expose() @ManyToOne(() => Item) favourite!: Relation<Item> | null;
}

const ENTITIES = [Shop, Item, Sign];

/** Shop 2 is closed, items 2 and 4 are gone; item 3 belongs to the closed shop. */
async function seed({ manager }: DataSource): Promise<void> {
  const closedAt = new Date('2024-01-01T00:00:00Z');
  await manager.insert(Shop, [{ name: 'open' }, { name: 'closed', closedAt }, { name: 'empty' }]);
  await manager.insert(Item, [
    { name: 'tea', shop: { id: 1 } },
    { name: 'old tea', shop: { id: 1 }, gone: closedAt },
    { name: 'coffee', shop: { id: 2 } },
    { name: 'dust', shop: { id: 3 }, gone: closedAt },
  ]);
  await manager.insert(Sign, [
    { text: 'a', shop: { id: 1 }, favourite: { id: 1 } },
    { text: 'b', shop: { id: 2 }, favourite: { id: 2 } },
  ]);
  const partners = manager.createQueryBuilder().relation(Shop, 'partners');
  await partners.of(1).add([2, 3]);
  await partners.of(2).add(1);
}

describeServers(
  (server) => {
    let app: TestApp;
    const get = jsonApi(() => app);
    const log = new StatementLog();

    beforeAll(async () => {
      const dataSource = { logger: log, logging: true };
      app = await server.start({
        entities: ENTITIES,
        imports: [RestlessModule.forFeature(ENTITIES)],
        seed,
        dataSource,
      });
    });
    afterAll(() => app.close());

    it('leaves them out of collections and totals, past the last page too [REL-15, JA-39]', async () => {
      const shops = await get('/api/shop');
      const past = await get('/api/item?page[number]=9');

      expect(shops.at('/data/*/id')).toEqual(['1', '3']);
      expect(shops.at('/data/*/attributes')).toEqual([
        { name: 'open', closedAt: null, title: 'Shop open' },
        { name: 'empty', closedAt: null, title: 'Shop empty' },
      ]);
      expect(shops.at('/meta/total')).toBe(2);
      expect(past.at('/meta/total')).toBe(2);
    });

    it('joins the table once that tells them, for the order and for the linkage', async () => {
      const statements = await log.during(() => get('/api/item?sort=shop.name'));

      expect(statements.map(({ sql }) => sql.match(/LEFT JOIN/g)?.length)).toEqual([1]);
    });

    it.each([
      '/api/shop/2',
      '/api/shop/2/items',
      '/api/shop/2/sign',
      '/api/shop/2/relationships/items',
      '/api/shop/2/items/3',
      '/api/item/2',
      '/api/shop/1/items/2',
      '/api/shop/1/partners/2',
    ])('answers 404 at %s [REL-14, REL-16, JA-40, JA-41]', async (path) => {
      expect((await get(path)).status).toBe(404);
    });

    it('takes a to-one relationship that leads to one for empty [JA-40, JA-41]', async () => {
      const sign = await get('/api/sign/2?include=shop,favourite');

      expect(sign.at('/data/relationships/shop/data')).toBeNull();
      expect(sign.at('/data/relationships/favourite/data')).toBeNull();
      expect(sign.at('/included')).toEqual([]);
      expect((await get('/api/sign/2/shop')).at('/data')).toBeNull();
      expect((await get('/api/sign/2/relationships/favourite')).at('/data')).toBeNull();
      expect((await get('/api/item/3')).at('/data/relationships/shop/data')).toBeNull();
    });

    it('leaves them out of to-many relationships [REL-17, JA-32]', async () => {
      const shops = await get('/api/shop?include=items,partners,partnerOf,sign&sort=id');
      const linked = await get('/api/shop/1/relationships/items');
      const related = await get('/api/shop/1/partners');

      expect(shops.at('/data/*/relationships/items/data')).toEqual([[{ type: 'item', id: '1' }], []]);
      expect(shops.at('/data/*/relationships/partners/data')).toEqual([[{ type: 'shop', id: '3' }], []]);
      expect(shops.at('/data/*/relationships/partnerOf/data')).toEqual([[], [{ type: 'shop', id: '1' }]]);
      expect(shops.at('/data/*/relationships/sign/data')).toEqual([{ type: 'sign', id: '1' }, null]);
      expect(linked.at('/data/*/id')).toEqual(['1']);
      expect(linked.at('/meta/total')).toBe(1);
      expect(related.at('/data/*/id')).toEqual(['3']);
    });

    it.each<[string, string[]]>([
      ['/api/shop?filter[items.name]=old tea', []],
      ['/api/shop?filter[items.name]=dust', []],
      ['/api/shop?filter[partners.name]=closed', []],
      ['/api/item?filter[shop.name]=closed', []],
      ['/api/item?filter[objects]=[{"name":"shop","op":"is_null"}]', ['3']],
      ['/api/item?filter[objects]=[{"name":"shop","op":"has","val":{"name":"id","op":"gt","val":0}}]', ['1']],
      ['/api/sign?filter[objects]=[{"not":{"name":"favourite","op":"is_not_null"}}]', ['2']],
      ['/api/sign?filter[favourite.shop.name]=open', ['1']],
      ['/api/sign?filter[shop]=2', []],
      ['/api/shop?filter[id]=2', []],
      ['/api/shop?filter[closedAt][lt]=2030-01-01', []],
    ])('takes them for absent in filters: %s [REL-15]', async (path, expected) => {
      const answer = await get(encodeURI(path));

      expect(answer.at('/data/*/id')).toEqual(expected);
      expect(answer.at('/meta/total')).toBe(expected.length);
    });

    it('sorts and groups by them as by nothing [REL-15]', async () => {
      const first = await get('/api/sign?sort=shop.name&filter[objects]=[{"name":"shop","op":"is_not_null"}]');
      const grouped = await get('/api/item?groupBy=shop.name');
      const same = await get('/api/sign?sort=favourite.name,id');

      expect(first.at('/data/*/id')).toEqual(['1']);
      expect((grouped.at('/data/*/id') as string[]).sort()).toEqual(['1', '3']);
      expect((same.at('/data/*/id') as string[]).sort()).toEqual(['1', '2']);
    });
  },
  { adapters: ['express'] },
);
