/** Operators that an application defines, the network operators of PostgreSQL, and columns with a transformer. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule, type SqlOperator } from 'nestjs-restless';
import { Column, type DataSource, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { describeServers, type Answer, type TestApp } from '../support/app.js';

@Entity()
@Resource()
class Item {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @Column({ type: 'int' }) whole!: number;
  @Expose() @Column({ type: 'int' }) other!: number;
  @Expose() @Column({ precision: 3 }) made!: Date;

  /** Kept in capitals, shown in small letters. */
  @Expose()
  @Column({
    type: 'varchar',
    transformer: { to: (value: string) => value.toUpperCase(), from: (value: string) => value.toLowerCase() },
  })
  code!: string;

  /** Bound as a big integer. */
  @Expose()
  @Column({ type: 'int', transformer: { to: (value?: number) => value && BigInt(value), from: Number }, default: 7 })
  big!: number;

  @Expose() @ManyToOne(() => Item, (item) => item.parts, { nullable: true }) whole_of!: Relation<Item> | null;
  @Expose() @OneToMany(() => Item, (item) => item.whole_of) parts!: Relation<Item>[];
}

async function seed(dataSource: DataSource): Promise<void> {
  const made = new Date('2024-02-29T10:00:00.500Z');
  await dataSource.getRepository(Item).insert([
    { id: 1, name: 'one', whole: 4, other: 2, code: 'abc', made },
    { id: 2, name: 'two', whole: 6, other: 3, code: 'xyz', made: new Date('2999-01-01'), whole_of: { id: 1 } },
    { id: 3, name: 'three', whole: 3, other: 6, code: 'abd', made, whole_of: { id: 2 } },
  ]);
}

const double_of: SqlOperator = ({ column, bind }, value) => `${column} = 2 * ${bind(value)}`;
const near: SqlOperator = ({ column, bind }, value) =>
  `${column} BETWEEN ${bind(Number(value) - 1)} AND ${bind(Number(value) + 1)} OR ${column} = ${bind(-1)}`;
const length_is: SqlOperator = ({ column, bind, dialect }, value) =>
  `${dialect === 'mysql' ? 'CHAR_LENGTH' : 'LENGTH'}(${column}) = LENGTH(${bind(value)})`;
const before: SqlOperator = ({ column, bind }, value) => `${column} < ${bind(value)}`;
const until: SqlOperator = ({ column, bind }, value) => `${column} <= ${bind(new Date(String(value)))}`;
/** Takes the place of an operator of the table. */
const startswith: SqlOperator = ({ column, bind }, value) => `${column} = ${bind(value)}`;

const ids = (answer: Answer): unknown => answer.at('/data/*/id');
const objects = (filter: object): string => `filter[objects]=${encodeURIComponent(JSON.stringify([filter]))}`;

describeServers(
  ({ start }) => {
    let app: TestApp;
    beforeAll(async () => {
      const operators = { double_of, near, length_is, before, until, startswith };
      app = await start({
        entities: [Item],
        imports: [RestlessModule.forRoot({ operators }), RestlessModule.forFeature([Item])],
        seed,
      });
    });
    afterAll(() => app.close());

    it.each<readonly [string, string, readonly string[]]>([
      ['in a filter object', objects({ name: 'whole', op: 'double_of', val: 3 }), ['2']],
      ['in brackets', 'filter[whole][double_of]=2', ['1']],
      ['on a path', objects({ name: 'whole_of.whole', op: 'double_of', val: 2 }), ['2']],
      ['on a path in brackets', 'filter[parts][whole][double_of]=3', ['1']],
      ['inside any', objects({ name: 'parts', op: 'any', val: { name: 'whole', op: 'double_of', val: 3 } }), ['1']],
      ['negated', objects({ not: { name: 'whole', op: 'double_of', val: 3 } }), ['1', '3']],
      [
        'with several values, in brackets of their own',
        objects({
          and: [
            { name: 'whole', op: 'near', val: 3 },
            { name: 'id', op: 'gt', val: 1 },
          ],
        }),
        ['3'],
      ],
      ['with SQL for a value, which stays a value', objects({ name: 'name', op: 'length_is', val: "' )" }), ['1', '2']],
      ['in place of one of the table', 'filter[name][startswith]=t', []],
      ['on a date as the column keeps it', 'filter[made][startswith]=2024-02-29T11:00:00.500%2B01:00', ['1', '3']],
      ['on the clock of the database', 'filter[made][before]=LOCALTIMESTAMP', ['1', '3']],
      ['with a moment of its own', 'filter[made][until]=2024-02-29T11:00:00.500%2B01:00', ['1', '3']],
      ['on what a transformer keeps', 'filter[code][startswith]=Abc', ['1']],
    ])('an operator of the application works %s [OP-17]', async (_, query, expected) => {
      const answer = await app.get(`/api/item?${query}`);

      expect([answer.status, ids(answer), answer.at('/meta/total')]).toEqual([200, expected, expected.length]);
    });

    it('has its value checked against the column [OP-17]', async () => {
      const answers = [
        await app.get(`/api/item?${objects({ name: 'whole', op: 'double_of', val: 'x' })}`),
        await app.get(`/api/item?${objects({ name: 'whole', op: 'double_of', val: null })}`),
        await app.get(`/api/item?${objects({ name: 'whole', op: 'double_of' })}`),
        await app.get(`/api/item?${objects({ name: 'whole', op: 'double_of', field: 'other' })}`),
        await app.get(`/api/item?${objects({ name: 'parts', op: 'double_of', val: 1 })}`),
        await app.get('/api/item?filter[whole][double_of]=x'),
      ];

      expect(answers.map((answer) => [answer.status, answer.at('/errors/0/detail')])).toEqual([
        [400, 'Expected a whole number for "whole", got "x".'],
        [400, 'Nothing compares with null; use is_null or is_not_null on "whole".'],
        [400, 'The operator "double_of" on "whole" needs a value in "val".'],
        [400, '"double_of" cannot compare two fields.'],
        [400, '"parts" is a relationship; use "any" with a filter, or a path such as "parts.id".'],
        [400, 'Expected a whole number for "whole", got "x".'],
      ]);
    });

    it('belongs to its application alone [OP-17, OP-18]', async () => {
      const other = await start({ entities: [Item], imports: [RestlessModule.forFeature([Item])] });
      const answer = await other.get(`/api/item?${objects({ name: 'whole', op: 'double_of', val: 3 })}`);
      await other.close();

      expect([answer.status, answer.at('/errors/0/code')]).toEqual([400, 'UNKNOWN_OPERATOR']);
    });
  },
  { adapters: ['express'], databases: ['sqlite', 'postgres', 'mariadb'] },
);

describeServers(
  ({ start }) => {
    it('compares a column with a transformer by what the transformer makes of a value', async () => {
      const app = await start({ entities: [Item], imports: [RestlessModule.forFeature([Item])], seed });
      const answers = [
        await app.get('/api/item?filter[code]=abc,xyz'),
        await app.get('/api/item?filter[big]=6,7&filter[id][lt]=3'),
        await app.get(`/api/item?${objects({ name: 'code', op: 'gt', val: 'abd' })}`),
        await app.get(`/api/item?${objects({ name: 'code', op: 'ne', val: 'abd' })}&sort=-code`),
      ];
      const bad = await app.get(`/api/item?${objects({ name: 'code', op: 'eq', val: 7 })}`);
      const shown = (await app.get('/api/item/1')).at('/data/attributes/code');
      await app.close();

      expect(answers.map(ids)).toEqual([['1', '2'], ['1', '2'], ['2'], ['2', '1']]);
      expect([bad.status, bad.at('/errors/0/code')]).toEqual([400, 'BAD_VALUE']);
      expect(shown).toBe('abc');
    });
  },
  { adapters: ['express'] },
);

describeServers(
  ({ start }) => {
    @Entity()
    @Resource()
    class Host {
      @PrimaryGeneratedColumn() id!: number;
      @Expose() @Column({ type: 'inet' }) address!: string;
      @Expose() @Column({ type: 'cidr' }) network!: string;
      @Expose() @Column({ type: 'interval' }) uptime!: string;
      @Expose() @Column({ type: 'timestamptz' }) seen!: Date;
      @Expose() @Column({ type: 'int', array: true }) ports!: number[];
    }

    let app: TestApp;
    beforeAll(async () => {
      const row = (id: number, address: string, network: string, uptime: string, seen: string) => ({
        ...{ id, address, network, uptime, seen: new Date(seen), ports: [1] },
      });
      app = await start({
        entities: [Host],
        imports: [RestlessModule.forFeature([Host])],
        seed: ({ manager }) =>
          manager.insert(Host, [
            row(1, '10.0.0.1', '10.0.0.0/24', '90 seconds', '2024-02-29T23:30:00Z'),
            row(2, '10.0.0.0/16', '10.0.0.0/16', '2 days', '2024-03-01T00:30:00Z'),
            row(3, '::1', '::/0', '1 second', '1970-01-01T00:00:00Z'),
          ]),
      });
    });
    afterAll(() => app.close());

    it.each<readonly [string, string, unknown, readonly string[]]>([
      ['address', 'eq', '10.0.0.1', ['1']],
      ['address', 'in', ['::1', '10.0.0.1'], ['1', '3']],
      ['address', '<<', '10.0.0.0/24', ['1']],
      ['address', '<<=', '10.0.0.0/16', ['1', '2']],
      ['address', '>>', '10.0.0.1', ['2']],
      ['address', '>>=', '10.0.0.1', ['1', '2']],
      ['address', '<>', '10.0.0.1', ['2', '3']],
      ['address', '&&', '10.0.0.0/8', ['1', '2']],
      ['network', '>>', '10.0.0.1', ['1', '2']],
      ['network', 'eq', '::/0', ['3']],
      ['uptime', 'gt', 60, ['1', '2']],
      ['uptime', 'eq', 172800, ['2']],
      ['seen', 'eq', '2024-02-29T18:30:00-05:00', ['1']],
      ['seen', 'day', 1, ['2', '3']],
      ['ports', 'is_not_null', undefined, ['1', '2', '3']],
    ])('filters %s %s %j [OP-15]', async (name, op, val, expected) => {
      expect(ids(await app.get(`/api/host?${objects({ name, op, val })}`))).toEqual(expected);
    });

    it.each(['10.0.0', '10.0.0.256', '10.0.0.0/33', '::1/129', 'abc', '', '10.0.0.1/', '10.0.0.1; --', 7])(
      'refuses %j, which is no address',
      async (val) => {
        const answer = await app.get(`/api/host?${objects({ name: 'address', op: '<<', val })}`);

        expect([answer.status, answer.at('/errors/0/meta/pointer'), answer.at('/errors/0/detail')]).toEqual([
          400,
          '/0/val',
          `Expected a network address for "address", got ${JSON.stringify(val)}.`,
        ]);
      },
    );

    it('sorts by all of them but lists', async () => {
      expect(ids(await app.get('/api/host?sort=-uptime'))).toEqual(['2', '1', '3']);
      expect(ids(await app.get('/api/host?sort=address'))).toEqual(['2', '1', '3']);
      expect((await app.get('/api/host?sort=ports')).status).toBe(400);
    });
  },
  { adapters: ['express'], databases: ['postgres'] },
);
