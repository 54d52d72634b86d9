/**
 * Every operator on every kind of column, on every database, as a filter object and as a bracket operator: one request
 * has one answer. What the databases keep to themselves, the case of `like`, stands beside the answer of the others.
 */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import { Column, type DataSource, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { OPERATORS } from '../../src/query/operators.js';
import { describeServers, type Answer, type TestApp } from '../support/app.js';

const A = '0a1b2c3d-0000-4000-8000-000000000001';
const B = 'ffffffff-0000-4000-8000-000000000002';

@Entity()
@Resource()
class Sample {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ type: 'varchar', nullable: true }) text!: string | null;
  @Expose() @Column({ type: 'varchar', nullable: true }) other!: string | null;
  @Expose() @Column({ type: 'int', nullable: true }) whole!: number | null;
  @Expose() @Column({ type: 'smallint', nullable: true }) small!: number | null;
  @Expose() @Column({ type: 'bigint', nullable: true }) big!: string | null;
  @Expose() @Column({ type: 'decimal', precision: 12, scale: 3, nullable: true }) exact!: string | null;
  @Expose() @Column({ type: 'double precision', nullable: true }) double!: number | null;
  @Expose() @Column({ type: Boolean, nullable: true }) flag!: boolean | null;
  @Expose() @Column({ type: 'date', nullable: true }) day!: string | null;
  @Expose() @Column({ type: 'time', nullable: true }) clock!: string | null;
  @Expose() @Column({ type: Date, precision: 3, nullable: true }) moment!: Date | null;
  @Expose() @Column({ type: 'uuid', nullable: true }) uuid!: string | null;
  @Expose() @Column({ type: 'simple-enum', enum: ['red', 'green', 'blue'], nullable: true }) colour!: string | null;
  @Expose() @Column({ type: 'simple-enum', enum: [1, 2, 3], nullable: true }) level!: number | null;
  @Expose() @Column({ type: 'simple-json', nullable: true }) json!: object | null;
  @Expose() @Column({ type: 'simple-array', nullable: true }) list!: string[] | null;
}

/** The last row is nothing but nulls. */
async function seed(dataSource: DataSource): Promise<void> {
  const row = (
    id: number,
    ...[text, other, whole, small, big, exact, double, flag, day, clock, moment, uuid, colour, level]: unknown[]
  ) => ({
    ...{ id, text, other, whole, small, big, exact, double, flag, day, clock, uuid, colour, level },
    moment: moment === null ? null : new Date(moment as string),
    json: id === 5 ? null : { id },
    list: id === 5 ? null : ['x', 'y'],
  });
  const nulls = Array.from({ length: 14 }, () => null);
  await dataSource
    .getRepository(Sample)
    .insert([
      row(
        1,
        'apple',
        'ap%',
        1,
        -5,
        '9007199254740993',
        '1.500',
        1.5,
        true,
        '2024-02-29',
        '13:45:00',
        '2024-02-29T23:30:00.250Z',
        A,
        'red',
        1,
      ),
      row(
        2,
        'Apple Pie',
        'green',
        2,
        2,
        '9007199254740992',
        '2.000',
        -2.25,
        false,
        '2023-12-31',
        '00:00:00',
        '2024-03-01T00:30:00Z',
        B,
        'green',
        2,
      ),
      row(
        3,
        'b_n%n\\a',
        'b_n%n\\a',
        3,
        3,
        '-9223372036854775808',
        '-0.001',
        1e300,
        true,
        '1969-07-20',
        '23:59:59',
        '1969-07-20T20:17:00Z',
        null,
        'blue',
        3,
      ),
      row(
        4,
        'crème, brûlée 🍮',
        'CRÈME',
        0,
        0,
        '0',
        '0.000',
        0,
        false,
        '2024-02-01',
        '13:45:07',
        '2024-02-01T00:00:00Z',
        null,
        'red',
        3,
      ),
      row(5, ...nulls),
      row(
        6,
        '',
        '',
        -7,
        300,
        '7',
        '100000000.125',
        0.1,
        true,
        '2000-01-01',
        '07:08:09',
        '2000-01-01T00:00:00Z',
        null,
        'green',
        1,
      ),
    ] as object[]);
}

type Ids = readonly number[];
type Scalar = string | number | boolean | undefined;
type Row = readonly [
  field: string,
  op: string,
  val: Scalar | readonly Scalar[],
  ids: Ids | { sqlite: Ids; others: Ids },
];

const TABLE: readonly Row[] = [
  ['text', 'eq', 'apple', [1]],
  ['text', 'eq', '', [6]],
  ['text', 'eq', 'crème, brûlée 🍮', [4]],
  ['text', 'ne', 'apple', [2, 3, 4, 6]],
  ['text', 'gt', 'b', [3, 4]],
  ['text', 'le', 'apple', [1, 2, 6]],
  ['text', 'in', ['apple', 'Apple Pie', 'nope'], [1, 2]],
  ['text', 'not_in', ['apple', 'Apple Pie'], [3, 4, 6]],
  ['text', 'range', ['b', 'c'], [3]],
  ['text', 'like', 'a%', { sqlite: [1, 2], others: [1] }],
  ['text', 'like', '%brûl__ 🍮', [4]],
  ['text', 'like', 'b\\_n\\%n\\\\a', [3]],
  ['text', 'like', 'b\\_n\\%n\\\\\\a', [3]],
  ['text', 'like', '%\\', []],
  ['text', 'like', '', [6]],
  ['text', 'not_like', '%p%', [3, 4, 6]],
  ['text', 'ilike', 'APPLE%', [1, 2]],
  ['text', 'ilike', '%\\%N%', [3]],
  ['text', 'iexact', 'APPLE', [1]],
  ['text', 'iexact', 'B_N%N\\A', [3]],
  ['text', 'iexact', 'b_n_n_a', []],
  ['text', 'contains', '%n', [3]],
  ['text', 'contains', '\\', [3]],
  ['text', 'contains', ', br', [4]],
  ['text', 'contains', 'pp', [1, 2]],
  ['text', 'contains', '', [1, 2, 3, 4, 6]],
  ['text', 'contains', 'A', { sqlite: [1, 2, 3], others: [2] }],
  ['text', 'notcontains', '_', [1, 2, 4, 6]],
  ['text', 'icontains', 'PIE', [2]],
  ['text', 'icontains', 'N%N', [3]],
  ['text', 'startswith', 'app', { sqlite: [1, 2], others: [1] }],
  ['text', 'startswith', 'b_', [3]],
  ['text', 'startswith', '_', []],
  ['text', 'istartswith', 'APPLE', [1, 2]],
  ['text', 'endswith', '🍮', [4]],
  ['text', 'endswith', '\\a', [3]],
  ['text', 'endswith', '%', []],
  ['text', 'iendswith', 'PIE', [2]],
  ['whole', 'eq', 3, [3]],
  ['whole', 'ne', 3, [1, 2, 4, 6]],
  ['whole', 'gt', 1, [2, 3]],
  ['whole', 'lt', 0, [6]],
  ['whole', 'ge', 2, [2, 3]],
  ['whole', 'le', 0, [4, 6]],
  ['whole', 'in', [1, 3, 99], [1, 3]],
  ['whole', 'in', [2], [2]],
  ['whole', 'not_in', [1, 3], [2, 4, 6]],
  ['whole', 'range', [0, 2], [1, 2, 4]],
  ['whole', 'between', [3, 0], []],
  ['whole', 'is_null', undefined, [5]],
  ['whole', 'is_not_null', undefined, [1, 2, 3, 4, 6]],
  ['whole', 'isnull', true, [5]],
  ['whole', 'isnull', false, [1, 2, 3, 4, 6]],
  ['small', 'lt', 0, [1]],
  ['small', 'in', [300, 2], [2, 6]],
  ['big', 'eq', '9007199254740993', [1]],
  ['big', 'gt', '9007199254740992', [1]],
  ['big', 'ge', '9007199254740992', [1, 2]],
  ['big', 'eq', 7, [6]],
  ['big', 'in', ['-9223372036854775808', '9007199254740993'], [1, 3]],
  ['big', 'not_in', ['9007199254740993', '0'], [2, 3, 6]],
  ['big', 'range', ['0', '9007199254740992'], [2, 4, 6]],
  ['exact', 'eq', 1.5, [1]],
  ['exact', 'eq', '1.50', [1]],
  ['exact', 'lt', '0', [3]],
  ['exact', 'in', ['2', 1.5, '100000000.125'], [1, 2, 6]],
  ['exact', 'not_in', ['0.0'], [1, 2, 3, 6]],
  ['exact', 'range', ['-1', '1.5'], [1, 3, 4]],
  ['exact', 'gt', '1e2', [6]],
  ['double', 'eq', 1.5, [1]],
  ['double', 'eq', 0.1, [6]],
  ['double', 'ge', 1e300, [3]],
  ['double', 'lt', -2, [2]],
  ['double', 'in', [0, 1.5], [1, 4]],
  ['flag', 'eq', true, [1, 3, 6]],
  ['flag', 'ne', true, [2, 4]],
  ['flag', 'in', [false], [2, 4]],
  ['flag', 'not_in', [false], [1, 3, 6]],
  ['flag', 'gt', false, [1, 3, 6]],
  ['flag', 'is_null', undefined, [5]],
  ['day', 'eq', '2024-02-29', [1]],
  ['day', 'gt', '2023-12-31', [1, 4]],
  ['day', 'le', '2000-01-01', [3, 6]],
  ['day', 'in', ['2024-02-29', '1969-07-20'], [1, 3]],
  ['day', 'not_in', ['2024-02-29'], [2, 3, 4, 6]],
  ['day', 'range', ['2023-12-31', '2024-02-01'], [2, 4]],
  ['day', 'eq', '2024-02-29T05:06:07Z', [1]],
  ['day', 'le', 'CURRENT_DATE', [1, 2, 3, 4, 6]],
  ['day', 'gt', 'CURRENT_TIMESTAMP', []],
  ['day', 'in', ['CURRENT_DATE', '2000-01-01'], [6]],
  ['day', 'year', 2024, [1, 4]],
  ['day', 'month', 2, [1, 4]],
  ['day', 'day', 31, [2]],
  ['clock', 'eq', '13:45:00', [1]],
  ['clock', 'eq', '13:45', [1]],
  ['clock', 'gt', '13:45', [3, 4]],
  ['clock', 'range', ['00:00', '07:08:09'], [2, 6]],
  ['clock', 'in', ['13:45', '23:59:59'], [1, 3]],
  ['clock', 'eq', '2024-02-29T13:45:07Z', [4]],
  ['moment', 'eq', '2024-02-29T23:30:00.250Z', [1]],
  ['moment', 'eq', '2024-03-01T01:30:00.250+02:00', [1]],
  ['moment', 'eq', '2024-02-01', [4]],
  ['moment', 'eq', '2024-02-01T00:00', [4]],
  ['moment', 'ge', '2024-02-29T23:30:00.250Z', [1, 2]],
  ['moment', 'gt', '2024-02-29T23:30:00.250Z', [2]],
  ['moment', 'lt', '2000-01-01T00:00:00Z', [3]],
  ['moment', 'in', ['2000-01-01', '2024-03-01T00:30:00Z'], [2, 6]],
  ['moment', 'range', ['1969-01-01', '2000-01-01'], [3, 6]],
  ['moment', 'lt', 'CURRENT_TIMESTAMP', [1, 2, 3, 4, 6]],
  ['moment', 'gt', 'LOCALTIMESTAMP', []],
  ['moment', 'lt', 'CURRENT_DATE', [1, 2, 3, 4, 6]],
  ['moment', 'year', 2024, [1, 2, 4]],
  ['moment', 'month', 2, [1, 4]],
  ['moment', 'day', 1, [2, 4, 6]],
  ['uuid', 'eq', A, [1]],
  ['uuid', 'eq', A.toUpperCase(), [1]],
  ['uuid', 'ne', A, [2]],
  ['uuid', 'gt', A, [2]],
  ['uuid', 'in', [A, B], [1, 2]],
  ['uuid', 'startswith', '0a1b', [1]],
  ['uuid', 'ilike', '0A1B%', [1]],
  ['uuid', 'iexact', B.toUpperCase(), [2]],
  ['colour', 'eq', 'red', [1, 4]],
  ['colour', 'ne', 'red', [2, 3, 6]],
  ['colour', 'in', ['green', 'blue'], [2, 3, 6]],
  ['colour', 'not_in', ['green'], [1, 3, 4]],
  ['colour', 'like', '%e%n', [2, 6]],
  ['colour', 'icontains', 'RE', [1, 2, 4, 6]],
  ['level', 'eq', 3, [3, 4]],
  ['level', 'in', [1, 2], [1, 2, 6]],
  ['level', 'ne', 1, [2, 3, 4]],
  ['json', 'is_null', undefined, [5]],
  ['json', 'is_not_null', undefined, [1, 2, 3, 4, 6]],
  ['list', 'isnull', true, [5]],
];

const ids = (answer: Answer): unknown => answer.at('/data/*/id');

function objectQuery(field: string, op: string, val: unknown): string {
  return `filter[objects]=${encodeURIComponent(JSON.stringify([{ name: field, op, val }]))}`;
}

describeServers(
  ({ database, start }) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await start({ entities: [Sample], imports: [RestlessModule.forFeature([Sample])], seed });
    });
    afterAll(() => app.close());

    const expected = (row: Row[3]): string[] =>
      ('sqlite' in row ? row[database.kind === 'sqlite' ? 'sqlite' : 'others'] : row).map(String);

    it.each(TABLE)(
      'filters %s %s %j [OP-01, OP-02, OP-07, OP-08, OP-09, OP-10, OP-11, OP-19]',
      async (field, op, val, rows) => {
        const answer = await app.get(`/api/sample?${objectQuery(field, op, val)}`);

        expect([answer.status, ids(answer)]).toEqual([200, expected(rows)]);
      },
    );

    it('says the same of every bracket operator [FJF-02, FJF-05, OP-19]', async () => {
      const differences: unknown[] = [];
      for (const [field, op, val, rows] of TABLE) {
        const text = Array.isArray(val) ? val.join(',') : val === undefined ? '' : String(val);
        const path = `/api/sample?filter[${field}][${encodeURIComponent(op)}]=${encodeURIComponent(text)}`;
        const answer = await app.get(path);
        const found = ids(answer);
        if (JSON.stringify(found) !== JSON.stringify(expected(rows))) differences.push([path, answer.text, rows]);
      }

      expect(differences).toEqual([]);
    });

    it('reads every other spelling of an operator [OP-01, OP-02, OP-03, OP-04, OP-05, OP-06]', async () => {
      for (const { name, aliases } of OPERATORS) {
        const val = name === 'not_in' || name === 'range' ? [0, 2] : 2;
        const wanted = ids(await app.get(`/api/sample?${objectQuery('whole', name, val)}`));
        for (const alias of aliases) {
          expect([alias, ids(await app.get(`/api/sample?${objectQuery('whole', alias, val)}`))]).toEqual([
            alias,
            wanted,
          ]);
          const text = Array.isArray(val) ? val.join(',') : String(val);
          const path = `/api/sample?filter[whole][${encodeURIComponent(alias)}]=${text}`;
          expect([path, ids(await app.get(path))]).toEqual([path, wanted]);
        }
      }
    });

    it('matches nothing with an empty list, and everything without one [OP-07]', async () => {
      expect(ids(await app.get(`/api/sample?${objectQuery('whole', 'in', [])}`))).toEqual([]);
      expect(ids(await app.get(`/api/sample?${objectQuery('whole', 'not_in', [])}`))).toEqual([
        '1',
        '2',
        '3',
        '4',
        '5',
        '6',
      ]);
    });

    it.each<readonly [string, string, Ids]>([
      ['text', 'other', [3, 6]],
      ['colour', 'other', [2]],
      ['whole', 'small', [2, 3, 4]],
      ['exact', 'double', [1, 4]],
      ['big', 'whole', [4]],
    ])('compares the field %s with the field %s [CQ-05, JQ-03]', async (name, field, rows) => {
      const filters = encodeURIComponent(JSON.stringify([{ name, op: 'eq', field }]));
      const answer = await app.get(`/api/sample?filter[objects]=${filters}`);

      expect([answer.text.slice(0, 200), ids(answer)]).toEqual([expect.any(String), rows.map(String)]);
    });

    it('takes another field as a pattern', async () => {
      const query = (op: string) => encodeURIComponent(JSON.stringify([{ name: 'text', op, field: 'other' }]));

      expect(ids(await app.get(`/api/sample?filter[objects]=${query('like')}`))).toEqual(expected([1, 6]));
      expect(ids(await app.get(`/api/sample?filter[objects]=${query('not_like')}`))).toEqual(['2', '3', '4']);
    });

    it('leaves rows with null out of a comparison and of its negation', async () => {
      const not = (filter: object) => encodeURIComponent(JSON.stringify([{ not: filter }]));
      const equal = { name: 'whole', op: 'eq', val: 1 };

      expect(ids(await app.get(`/api/sample?filter[objects]=${not(equal)}`))).toEqual(['2', '3', '4', '6']);
      expect(ids(await app.get(`/api/sample?filter[objects]=${not({ not: equal })}`))).toEqual(['1']);
      const or = { or: [equal, { name: 'id', op: 'eq', val: 5 }] };
      expect(ids(await app.get(`/api/sample?filter[objects]=${not(or)}`))).toEqual(['2', '3', '4', '6']);
      const and = { and: [equal, { name: 'id', op: 'ne', val: 5 }] };
      expect(ids(await app.get(`/api/sample?filter[objects]=${not(and)}`))).toEqual(['2', '3', '4', '5', '6']);
    });

    it('refuses operators on columns that they make no sense for [OP-15, OP-18]', async () => {
      const answers = await Promise.all(
        [
          'filter[text][<<]=1',
          'filter[json][eq]=1',
          'filter[whole][like]=1',
          'filter[day][contains]=2',
          'filter[clock][year]=1',
        ].map((query) => app.get(`/api/sample?${query.replace('<<', '%3C%3C')}`)),
      );

      expect(answers.map((answer) => [answer.status, answer.at('/errors/0/code')])).toEqual(
        answers.map(() => [400, 'BAD_FILTER']),
      );
    });
  },
  { adapters: ['express'] },
);
