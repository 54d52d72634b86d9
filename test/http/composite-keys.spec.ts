/** Ids that are not one column called id: several columns, columns of other types, and the option `primaryKey`. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
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
} from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { jsonApi } from '../support/json-api-document.js';

/** The key has a text that may hold the separator, and a number. */
@Entity()
@Resource()
class Seat {
  @PrimaryColumn({ type: 'varchar', length: 20 }) block!: string;
  @PrimaryColumn({ type: 'int' }) number!: number;
  @Expose() @Column({ type: 'varchar', nullable: true }) colour!: string | null;
  @Expose() @OneToMany(() => Ticket, (ticket) => ticket.seat) tickets!: Relation<Ticket>[];
  @Expose() @ManyToMany(() => Seat, (seat) => seat.neighbourOf) @JoinTable() neighbours!: Relation<Seat>[];
  @Expose() @ManyToMany(() => Seat, (seat) => seat.neighbours) neighbourOf!: Relation<Seat>[];
  @Expose() @ManyToMany(() => Price) @JoinTable() prices!: Relation<Price>[];
}

@Entity()
@Resource()
class Ticket {
  @PrimaryGeneratedColumn('uuid') id!: string;
  @Expose() @Column() holder!: string;
  @Expose() @ManyToOne(() => Seat, (seat) => seat.tickets) seat!: Relation<Seat> | null;
}

/** A date and a big number in the key, with another separator. */
@Entity()
@Resource({ idSeparator: '~' })
class Price {
  @PrimaryColumn({ type: 'date' }) day!: string;
  @PrimaryColumn({ type: 'bigint' }) code!: string;
  @Expose() @Column({ type: 'int' }) cents!: number;
  @Expose() @OneToMany(() => Discount, (discount) => discount.price) discounts!: Relation<Discount>[];
}

/** The join columns of a relation are a part of the key. */
@Entity()
@Resource()
class Discount {
  @PrimaryColumn({ type: 'date', name: 'price_day' }) priceDay!: string;
  @PrimaryColumn({ type: 'bigint', name: 'price_code' }) priceCode!: string;
  @PrimaryColumn({ type: 'int' }) position!: number;
  @Expose() @Column({ type: 'int' }) percent!: number;

  @Expose()
  @ManyToOne(() => Price, (price) => price.discounts)
  @JoinColumn([
    { name: 'price_day', referencedColumnName: 'day' },
    { name: 'price_code', referencedColumnName: 'code' },
  ])
  price!: Relation<Price>;
}

/** The id is a unique column, and relations lead to the primary key. */
@Entity()
@Resource({ primaryKey: 'code' })
class Region {
  @Expose({ name: 'number' }) @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ unique: true }) code!: string;
  @Expose() @OneToMany(() => Town, (town) => town.region) towns!: Relation<Town>[];
  @Expose() @ManyToMany(() => Region) @JoinTable() partners!: Relation<Region>[];
}

/** The key has another name, and is an attribute as well. */
@Entity()
@Resource()
class Town {
  @Expose() @PrimaryColumn() name!: string;
  @Expose() @ManyToOne(() => Region, (region) => region.towns) region!: Relation<Region> | null;
}

const ENTITIES = [Seat, Ticket, Price, Discount, Region, Town];
const BIG = '9007199254740993';
const FIRST = '11111111-1111-4111-8111-111111111111';
const SECOND = '22222222-2222-4222-8222-222222222222';

async function seed({ manager }: DataSource): Promise<void> {
  await manager.insert(Seat, [
    { block: 'A', number: 1, colour: 'red' },
    { block: 'A', number: 2, colour: null },
    { block: 'a,b', number: 1, colour: 'blue' },
    { block: '50%/x', number: 7, colour: 'blue' },
  ]);
  await manager.insert(Ticket, [
    { id: FIRST, holder: 'Ada', seat: { block: 'a,b', number: 1 } },
    { id: SECOND, holder: 'Bob', seat: null },
  ]);
  await manager.insert(Price, [
    { day: '2024-02-29', code: '1', cents: 500 },
    { day: '2024-02-29', code: BIG, cents: 700 },
  ]);
  await manager.insert(Discount, [
    { priceDay: '2024-02-29', priceCode: BIG, position: 1, percent: 10 },
    { priceDay: '2024-02-29', priceCode: BIG, position: 2, percent: 20 },
    { priceDay: '2024-02-29', priceCode: '1', position: 1, percent: 30 },
  ]);
  await manager.insert(Region, [
    { id: 1, code: 'north' },
    { id: 2, code: 'south' },
  ]);
  await manager.insert(Town, [
    { name: 'Alta', region: { id: 1 } },
    { name: 'Bodø', region: { id: 1 } },
    { name: 'Nowhere', region: null },
  ]);
  const seats = manager.createQueryBuilder().relation(Seat, 'neighbours');
  await seats.of({ block: 'A', number: 1 }).add([
    { block: 'A', number: 2 },
    { block: 'a,b', number: 1 },
  ]);
  const prices = manager.createQueryBuilder().relation(Seat, 'prices');
  await prices.of({ block: 'A', number: 1 }).add({ day: '2024-02-29', code: BIG });
  await manager.createQueryBuilder().relation(Region, 'partners').of(1).add(2);
}

describeServers(
  (server) => {
    let app: TestApp;
    const get = jsonApi(() => app);

    beforeAll(async () => {
      app = await server.start({ entities: ENTITIES, imports: [RestlessModule.forFeature(ENTITIES)], seed });
    });
    afterAll(() => app.close());

    const types = (data: unknown): unknown =>
      (data as { type: string; id: string }[]).map(({ type, id }) => `${type} ${id}`);

    it('joins the parts of a key to one id, the separator escaped in each [REL-09, JA-19, JA-21]', async () => {
      const answer = await get('/api/seat?sort=id');

      expect((answer.at('/data/*/id') as string[]).sort()).toEqual(['50%25/x,7', 'A,1', 'A,2', 'a%2Cb,1']);
      expect((answer.at('/data/*/links/self') as string[]).sort()).toEqual([
        '/api/seat/50%2525%2Fx%2C7',
        '/api/seat/A%2C1',
        '/api/seat/A%2C2',
        '/api/seat/a%252Cb%2C1',
      ]);
      expect(answer.at('/data/0/attributes')).toHaveProperty('colour');
      expect(answer.at('/data/0/attributes')).not.toHaveProperty('block');
    });

    it('finds every resource at the address that it gives [JA-29, REL-20]', async () => {
      for (const type of ['seat', 'ticket', 'price', 'discount', 'region', 'town']) {
        const list = await get(`/api/${type}`);
        for (const { id, links } of list.at('/data') as { id: string; links: { self: string } }[]) {
          expect([links.self, (await get(links.self)).at('/data/id')]).toEqual([links.self, id]);
        }
      }
    });

    it.each([
      '/api/seat/A',
      '/api/seat/A,1,2',
      '/api/seat/A,x',
      '/api/seat/A,01',
      '/api/seat/a,b,1',
      '/api/seat/B,1',
      '/api/price/2024-02-29,1',
      '/api/price/2024-02-30~1',
      '/api/region/1',
      '/api/ticket/1',
    ])('answers 404 for what is no id: %s [REL-14]', async (path) => {
      expect((await get(path)).status).toBe(404);
    });

    it('takes the separator as it is and escaped [REL-14]', async () => {
      expect((await get('/api/seat/A,1')).at('/data/id')).toBe('A,1');
      expect((await get('/api/seat/A%2C1')).at('/data/id')).toBe('A,1');
    });

    it('links to and from rows with such keys [REL-10, REL-15, JA-32]', async () => {
      const tickets = await get('/api/ticket?include=seat.tickets&sort=holder');
      const seat = await get('/api/seat/a%252Cb,1/tickets');

      expect(tickets.at('/data/*/relationships/seat/data')).toEqual([{ type: 'seat', id: 'a%2Cb,1' }, null]);
      expect(tickets.at('/included/*/relationships/tickets/data')).toEqual([[{ type: 'ticket', id: FIRST }]]);
      expect(types(seat.at('/data'))).toEqual([`ticket ${FIRST}`]);
    });

    it('reads many-to-many relations between them from both sides [REL-10, REL-15, REL-17]', async () => {
      const seats = await get('/api/seat/A,1?include=neighbours,prices');
      const back = await get('/api/seat/A,2/relationships/neighbourOf');
      const member = await get('/api/seat/A,1/neighbours/a%252Cb,1');
      const stranger = await get('/api/seat/A,1/neighbours/50%2525%2Fx,7');

      expect((seats.at('/data/relationships/neighbours/data') as { id: string }[]).map(({ id }) => id).sort()).toEqual([
        'A,2',
        'a%2Cb,1',
      ]);
      expect(seats.at('/data/relationships/prices/data')).toEqual([{ type: 'price', id: `2024-02-29~${BIG}` }]);
      expect(back.at('/data')).toEqual([{ type: 'seat', id: 'A,1' }]);
      expect(member.at('/data/id')).toBe('a%2Cb,1');
      expect(stranger.status).toBe(404);
    });

    it('reads dates and big numbers in keys alike everywhere, join columns as parts of keys too [REL-09, REL-10]', async () => {
      const prices = await get('/api/price?include=discounts.price&sort=cents');
      const discount = await get(`/api/discount/2024-02-29,${BIG},2?include=price`);

      expect(prices.at('/data/*/id')).toEqual(['2024-02-29~1', `2024-02-29~${BIG}`]);
      expect(prices.at('/data/*/relationships/discounts/data')).toEqual([
        [{ type: 'discount', id: '2024-02-29,1,1' }],
        [
          { type: 'discount', id: `2024-02-29,${BIG},1` },
          { type: 'discount', id: `2024-02-29,${BIG},2` },
        ],
      ]);
      expect(discount.at('/data/attributes')).toEqual({ percent: 20 });
      expect(types(discount.at('/included'))).toEqual([`price 2024-02-29~${BIG}`]);
    });

    it('filters by such ids and through such relations [REL-15]', async () => {
      const one = await get('/api/seat?filter[objects]=[{"name":"id","op":"eq","val":"a%252Cb,1"}]');
      const several = await get('/api/seat?filter[objects]=[{"name":"id","op":"in","val":["A,1","A,2"]}]&sort=id');
      const through = await get('/api/ticket?filter[seat.colour]=blue');
      const any = await get('/api/price?filter[discounts.percent]=20');
      const neighbour = await get('/api/seat?filter[neighbourOf.colour]=red');

      expect(one.at('/data/*/id')).toEqual(['a%2Cb,1']);
      expect(several.at('/data/*/id')).toEqual(['A,1', 'A,2']);
      expect(through.at('/data/*/id')).toEqual([FIRST]);
      expect(any.at('/data/*/id')).toEqual([`2024-02-29~${BIG}`]);
      expect(neighbour.at('/meta/total')).toBe(2);
    });

    it('pages in the order of the whole key [JA-39]', async () => {
      const pages = await Promise.all(
        [1, 2, 3].map((number) => get(`/api/discount?page[size]=1&page[number]=${number}`)),
      );

      expect(pages.map((page) => page.at('/data/0/id'))).toEqual([
        '2024-02-29,1,1',
        `2024-02-29,${BIG},1`,
        `2024-02-29,${BIG},2`,
      ]);
    });

    it('takes the column of the option primaryKey as the id, whatever relations lead to [SER-20, REL-09]', async () => {
      const region = await get('/api/region/north?include=towns,partners');
      const towns = await get('/api/town?include=region&sort=name');

      expect(region.at('/data/attributes')).toEqual({ number: 1, code: 'north' });
      expect(region.at('/data/relationships/towns/data')).toEqual([
        { type: 'town', id: 'Alta' },
        { type: 'town', id: 'Bodø' },
      ]);
      expect(region.at('/data/relationships/partners/data')).toEqual([{ type: 'region', id: 'south' }]);
      expect(towns.at('/data/*/relationships/region/data')).toEqual([
        { type: 'region', id: 'north' },
        { type: 'region', id: 'north' },
        null,
      ]);
      expect(types(towns.at('/included'))).toEqual(['region north']);
      expect((await get('/api/region?filter[number]=2&sort=number')).at('/data/*/id')).toEqual(['south']);
      expect((await get('/api/region/north/towns/Alta')).status).toBe(200);
      expect((await get('/api/region/south/towns/Alta')).status).toBe(404);
      expect((await get('/api/town?filter[region]=north&sort=id')).at('/data/*/id')).toEqual(['Alta', 'Bodø']);
    });

    it('shows a key with a name of its own as an attribute as well, where it is exposed [SER-20, FLD-15]', async () => {
      const town = await get('/api/town/Bod%C3%B8');
      const bare = await get('/api/town/Alta?fields[town]=region');

      expect(town.at('/data/id')).toBe('Bodø');
      expect(town.at('/data/attributes')).toEqual({ name: 'Bodø' });
      expect(town.at('/data/links/self')).toBe('/api/town/Bod%C3%B8');
      expect(bare.at('/data')).not.toHaveProperty('attributes');
      expect((await get('/api/town?filter[id]=Alta')).at('/data/*/id')).toEqual(['Alta']);
      expect((await get('/api/town?filter[name]=Alta')).at('/data/*/id')).toEqual(['Alta']);
    });
  },
  { adapters: ['express'] },
);

describeServers(
  (server) => {
    it('finds ids that have to be escaped on either adapter [JA-29]', async () => {
      const imports = [RestlessModule.forFeature(ENTITIES)];
      const app = await server.start({ entities: ENTITIES, imports, seed });

      const answers = await Promise.all(
        ['/api/seat/50%2525%2Fx%2C7', '/api/seat/a%252Cb%2C1'].map((path) => app.get(path)),
      );
      await app.close();

      expect(answers.map((answer) => answer.at('/data/id'))).toEqual(['50%25/x,7', 'a%2Cb,1']);
    });
  },
  { databases: ['sqlite'] },
);
