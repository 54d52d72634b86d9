/** Rows as MariaDB's driver gives them: the same values as through TypeORM's `query`, whatever zone the data source has. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import { Column, type DataSource, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { StatementLog } from '../support/statement-log.js';

@Entity()
@Resource()
class Sample {
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: string;
  @Expose() @Column({ type: 'datetime', precision: 6, nullable: true }) micro!: Date | null;
  @Expose() @Column({ type: 'datetime', precision: 0, nullable: true }) whole!: Date | null;
  @Expose() @Column({ type: 'timestamp', precision: 3, nullable: true }) stamp!: Date | null;
  @Expose() @Column({ type: 'date', nullable: true }) day!: string | null;
  @Expose() @Column({ type: 'time', nullable: true }) clock!: string | null;
  @Expose() @Column({ type: 'year', nullable: true }) year!: number | null;
  @Expose() @Column({ type: 'tinyint', nullable: true }) tiny!: number | null;
  @Expose() @Column({ type: 'boolean', nullable: true }) flag!: boolean | null;
  @Expose() @Column({ type: 'bit', nullable: true }) bit!: unknown;
  @Expose() @Column({ type: 'bigint', unsigned: true, nullable: true }) big!: string | null;
  @Expose() @Column({ type: 'decimal', precision: 20, scale: 6, nullable: true }) exact!: string | null;
  @Expose() @Column({ type: 'double', nullable: true }) double!: number | null;
  @Expose() @Column({ type: 'float', nullable: true }) float!: number | null;
  @Expose() @Column({ type: 'json', nullable: true }) json!: unknown;
  @Expose() @Column({ type: 'varbinary', length: 20, nullable: true }) binary!: Buffer | null;
  @Expose() @Column({ type: 'enum', enum: ['a', 'b'], nullable: true }) letter!: string | null;
  @Expose() @Column({ type: 'set', enum: ['x', 'y'], nullable: true }) letters!: string[] | null;
  @Expose() @Column({ type: 'simple-json', nullable: true }) simple!: unknown;
  @Expose() @Column({ type: 'varchar', length: 50, charset: 'utf8mb4', nullable: true }) text!: string | null;
  @Expose() @ManyToOne(() => Sample, (sample) => sample.parts) whole_of!: Relation<Sample> | null;
  @Expose() @OneToMany(() => Sample, (sample) => sample.whole_of) parts!: Relation<Sample>[];
}

const seed = async (dataSource: DataSource): Promise<void> => {
  await dataSource.query(`SET @@SESSION.sql_mode = ''`);
  await dataSource.query(
    `INSERT INTO sample VALUES
      (1, '2024-02-29 23:59:59.123456', '1000-01-01 00:00:00', '2024-03-31 02:30:00.5', '2024-02-29', '23:59:59', 1999, 1, 1, b'1',
        18446744073709551615, 12345678901234.5, 0.1, 0.1, '{"a":[1,null,"é"]}', x'00ff41', 'b', 'x,y', '{"b":1}', '😀 "quoted" \\\\', NULL),
      (9007199254740993, '0000-00-00 00:00:00', '9999-12-31 23:59:59', NULL, NULL, NULL, NULL, 0, 0, b'0',
        0, -0.000001, -1e300, NULL, 'null', NULL, NULL, NULL, NULL, '', 1),
      (3, NULL, '2024-10-27 02:30:00', NULL, NULL, NULL, NULL, NULL, NULL, NULL,
        NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1)`,
  );
};

const PATHS = [
  '/api/sample?include=parts,whole_of&sort=-id',
  '/api/sample/1',
  '/api/sample/9007199254740993?include=whole_of',
  '/api/sample?filter[whole][ge]=2024-01-01T00:00:00Z&page[size]=1',
];

describeServers(
  ({ start }) => {
    describe.each([undefined, 'Z', '+02:00'])('in the zone %s', (timezone) => {
      const log = new StatementLog();
      let direct: TestApp;
      let plain: TestApp;
      beforeAll(async () => {
        const imports = (preparedStatements: boolean) => [
          RestlessModule.forRoot({ preparedStatements }),
          RestlessModule.forFeature([Sample]),
        ];
        const dataSource = { logger: log, logging: true, timezone };
        direct = await start({ entities: [Sample], imports: imports(true), seed, dataSource });
        plain = await start({
          entities: [Sample],
          imports: imports(false),
          dataSource: { timezone, dropSchema: false, synchronize: false },
        });
      });
      afterAll(async () => {
        await plain.close();
        await direct.close();
      });

      it.each(PATHS)('give the same answer to %s', async (path) => {
        const [one, other] = [await direct.get(path), await plain.get(path)];

        expect(one.status).toBe(200);
        expect(one.text).toBe(other.text);
      });

      it('are logged by TypeORM', async () => {
        const statements = await log.during(() => direct.get('/api/sample/1'));

        expect(statements.map(({ parameters }) => parameters)).toEqual([['1', 1]]);
      });
    });
  },
  { adapters: ['express'], databases: ['mariadb'] },
);
