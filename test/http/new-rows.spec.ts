/** New rows whose answer comes back with the INSERT: it is what a later read gives, and what is more than a row is not cut short. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  BeforeInsert,
  Column,
  CreateDateColumn,
  DataSource,
  Entity,
  JoinColumn,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
  TableInheritance,
  ChildEntity,
  UpdateDateColumn,
  VersionColumn,
  VirtualColumn,
} from 'typeorm';
import { type Answer, describeServers, type TestApp } from '../support/app.js';
import { StatementLog } from '../support/statement-log.js';
import { writing } from '../support/writing.js';

class Place {
  @Expose() @Column({ default: 'Rome' }) town!: string;
  @Expose() @Column({ type: 'int', nullable: true }) floor!: number | null;
}

const big = { to: (value: string) => value, from: (value: unknown) => String(value) };

/** All that a row can say by itself. */
@Entity()
@Resource()
class Parcel {
  @PrimaryGeneratedColumn('uuid') id!: string;
  @Expose() @Column({ name: 'label_text' }) label!: string;
  @Expose() @Column({ default: 'new' }) state!: string;
  @Expose() @Column({ type: 'boolean', default: false }) fragile!: boolean;
  @Expose() @Column({ type: 'bigint', nullable: true }) grams!: string | null;
  @Expose() @Column({ type: 'decimal', precision: 10, scale: 2, nullable: true }) price!: string | null;
  @Expose() @Column({ type: 'float', nullable: true }) height!: number | null;
  @Expose() @Column({ type: 'date', nullable: true }) sent!: string | null;
  @Expose() @Column({ type: 'simple-json', nullable: true }) notes!: object | null;
  @Expose() @Column({ type: 'simple-array', nullable: true }) tags!: string[] | null;
  @Expose() @Column({ type: 'varchar', nullable: true, transformer: big }) weight!: string | null;
  @Expose() @Column({ type: 'varchar' }) made = 'by its constructor';
  @Expose() @Column(() => Place) place!: Place;
  @Expose() @CreateDateColumn() createdAt!: Date;
  @Expose() @UpdateDateColumn() updatedAt!: Date;
  @Expose() @VersionColumn() version!: number;
  @Expose() @ManyToOne(() => Parcel, (parcel) => parcel.inside) outer!: Relation<Parcel> | null;
  @Expose() @OneToMany(() => Parcel, (parcel) => parcel.outer) inside!: Relation<Parcel>[];
}

@Entity()
@Resource()
class Watched {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;

  @BeforeInsert() shout(): void {
    this.name = this.name.toUpperCase();
  }
}

/** The database changes its rows once more. */
@Entity('stamped_table')
@Resource({ collectionName: 'stamped' })
class Stamped {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @Column({ type: 'varchar', nullable: true }) stamp!: string | null;
}

const TRIGGERS = {
  sqlite: [
    "CREATE TRIGGER stamping AFTER INSERT ON stamped_table BEGIN UPDATE stamped_table SET stamp = 'late' WHERE id = NEW.id; END",
  ],
  postgres: [
    `CREATE FUNCTION stamping() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN UPDATE stamped_table SET stamp = ''late'' WHERE id = NEW.id; RETURN NULL; END'`,
    'CREATE TRIGGER stamping AFTER INSERT ON stamped_table FOR EACH ROW EXECUTE FUNCTION stamping()',
  ],
  mariadb: ["CREATE TRIGGER stamping BEFORE INSERT ON stamped_table FOR EACH ROW SET NEW.stamp = 'late'"],
};

@Entity()
@Resource()
class Shelf {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose()
  @VirtualColumn({ type: 'int', query: (alias) => `SELECT COUNT(*) FROM box WHERE box.shelf_id = ${alias}.id` })
  count!: number;
  @Expose() @OneToMany(() => Box, (box) => box.shelf) boxes!: Relation<Box>[];
}

/** Comes with something else, which its constructor makes. */
@Entity()
@Resource()
class Cupboard {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @ManyToOne(() => Lock, { cascade: ['insert'] }) lock: Relation<Lock> | null;

  constructor() {
    this.lock = Object.assign(new Lock(), { name: 'brass' });
  }
}

@Entity()
@Resource()
class Lock {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
}

@Entity()
@Resource()
class Box {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ type: 'int', unique: true }) number!: number;
  @Expose()
  @ManyToOne(() => Shelf, (shelf) => shelf.boxes)
  @JoinColumn({ name: 'shelf_id' })
  shelf!: Relation<Shelf> | null;
}

/** Its key is another column than its id. */
@Entity()
@Resource({ primaryKey: 'slug' })
class Page {
  @PrimaryGeneratedColumn() number!: number;
  @Expose() @Column({ unique: true, default: 'home' }) slug!: string;
  @Expose() @Column() title!: string;
}

@Entity()
@Resource({ allowClientGeneratedIds: true })
class Own {
  @Expose() @PrimaryColumn({ length: 20 }) code!: string;
  @Expose() @Column({ type: 'varchar', nullable: true }) label!: string | null;
}

@Entity()
@TableInheritance({ column: { name: 'kind', type: 'varchar' } })
@Resource({ collectionName: 'vehicle' })
class Vehicle {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
}

@ChildEntity()
@Resource({ collectionName: 'car' })
class Car extends Vehicle {
  @Expose() @Column({ type: 'int', default: 4 }) doors!: number;
}

const ENTITIES = [Parcel, Watched, Stamped, Shelf, Cupboard, Lock, Box, Page, Own, Vehicle, Car];

describe.each([true, false])('new rows, prepared statements: %s', (preparedStatements) => {
  describeServers(
    ({ start, database }) => {
      const log = new StatementLog();
      let app: TestApp;
      const { get, post } = writing(() => app);
      beforeAll(async () => {
        app = await start({
          entities: ENTITIES,
          dataSource: { logger: log },
          imports: [
            RestlessModule.forRoot({ methods: ['GET', 'POST'], preparedStatements }),
            RestlessModule.forFeature(ENTITIES),
          ],
          seed: async (dataSource: DataSource) => {
            for (const statement of TRIGGERS[database.kind]) await dataSource.query(statement);
          },
        });
      });
      afterAll(() => app.close());

      /** The verbs of what a request runs. */
      const verbs = async (work: () => Promise<Answer>): Promise<readonly [Answer, readonly string[]]> => {
        let answer: Answer;
        const statements = await log.during(async () => {
          answer = await work();
        });
        const own = statements.filter(({ sql }) => !/FROM (sqlite_master|pg_class)/.test(sql));
        return [answer!, own.map(({ sql }) => sql.split(' ')[0]!)];
      };
      const create = (type: string, attributes: object, relationships: object = {}) =>
        post(`/api/${type}`, { type, attributes, relationships });

      it('are answered as they are read [CRE-17, CRE-18]', async () => {
        const [first, statements] = await verbs(() => create('parcel', { label: 'first' }));
        const outer = { data: { type: 'parcel', id: first.at('/data/id') as string } };
        const full = {
          label: `'";--`,
          state: 'sent',
          fragile: true,
          grams: '9007199254740993',
          price: '12.50',
          height: 0.5,
          sent: '2024-02-29',
          notes: { a: [1, null] },
          tags: ['x', 'y'],
          weight: '12',
          place: { town: 'Oslo', floor: 3 },
        };
        const second = await create('parcel', full, { outer });

        expect([first.status, second.status]).toEqual([201, 201]);
        expect(statements).toEqual(['INSERT']);
        for (const made of [first, second]) {
          const read = await get(`/api/parcel/${made.at('/data/id') as string}`);
          expect(made.body).toEqual(read.body);
          expect(made.headers['location']).toContain(made.at('/data/id'));
        }
        expect(first.at('/data/attributes')).toMatchObject({
          state: 'new',
          fragile: false,
          made: 'by its constructor',
          version: 1,
          grams: null,
          place: { town: 'Rome', floor: null },
        });
        expect(second.at('/data/attributes')).toMatchObject(full);
        expect(second.at('/data/relationships/outer/data')).toEqual(outer.data);
      });

      it('are what their listeners make of them [CRE-25]', async () => {
        expect((await create('watched', { name: 'quiet' })).at('/data/attributes/name')).toBe('QUIET');
      });

      it('are what triggers make of them', async () => {
        expect((await create('stamped', { name: 'a' })).at('/data/attributes/stamp')).toBe('late');
      });

      it('have what the database works out', async () => {
        const made = await create('shelf', { name: 'low' });

        expect(made.at('/data/attributes')).toEqual({ name: 'low', count: 0 });
      });

      it('come with what their constructors make, in one transaction', async () => {
        const [made, statements] = await verbs(() => create('cupboard', { name: 'oak' }));
        const lock = await get(`/api/cupboard/${made.at('/data/id') as string}/lock`);

        expect([made.status, lock.at('/data/attributes/name')]).toEqual([201, 'brass']);
        expect(statements.filter((verb) => verb === 'INSERT')).toHaveLength(2);
        expect(statements.at(-1)).toBe('COMMIT');
      });

      it('are made in a transaction where somebody hears of it', async () => {
        const { subscribers } = app.app.get(DataSource);
        const heard: string[] = [];
        subscribers.push({ afterTransactionCommit: () => void heard.push('commit') });
        try {
          const [, statements] = await verbs(() => create('parcel', { label: 'heard' }));

          expect([statements.at(-1), heard]).toEqual(['COMMIT', ['commit']]);
        } finally {
          subscribers.pop();
        }
      });

      it('have the id that the database makes', async () => {
        const made = await create('page', { title: 'one' });

        expect(made.status).toBe(201);
        expect((await get(`/api/page/${made.at('/data/id') as string}`)).body).toEqual(made.body);
      });

      it('have the ids of clients, once [CRE-21]', async () => {
        const own = (code: string) => post('/api/own', { type: 'own', id: code, attributes: {} });

        expect((await own('a')).at('/data')).toMatchObject({ id: 'a', attributes: { label: null } });
        expect((await own('a')).status).toBe(409);
      });

      it('are of the kind that was asked for', async () => {
        const made = await create('car', { name: 'red' });

        expect(made.at('/data')).toMatchObject({ type: 'car', attributes: { name: 'red', doors: 4 } });
        expect((await get('/api/vehicle')).at('/data/*/type')).toEqual(['car']);
      });

      it('are refused as ever, and leave nothing behind', async () => {
        expect((await create('box', { number: 1 })).status).toBe(201);
        const [again, statements] = await verbs(() => create('box', { number: 1 }));

        expect([again.status, again.at('/errors/0/source/pointer')]).toEqual([409, '/data/attributes/number']);
        expect(statements).toEqual(['INSERT']);
        expect((await create('box', { number: 2 }, { shelf: { data: { type: 'shelf', id: '99' } } })).status).toBe(404);
        expect((await get('/api/box')).at('/data/*/attributes/number')).toEqual([1]);
      });
    },
    { adapters: ['express'] },
  );
});
