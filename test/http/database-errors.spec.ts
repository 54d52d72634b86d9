/** What a database refuses becomes an answer that says what is wrong and where, and nothing of SQL. */
import type { LoggerService } from '@nestjs/common';
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  BeforeInsert,
  Check,
  Column,
  DataSource,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  OneToMany,
  OneToOne,
  PrimaryGeneratedColumn,
  type Relation,
  Unique,
} from 'typeorm';
import { type Answer, describeServers, type TestApp } from '../support/app.js';
import { writing } from '../support/writing.js';

class Place {
  @Expose() @Column({ type: 'varchar', length: 20, nullable: true, unique: true }) shelf!: string | null;
  @Expose() @Column({ type: 'varchar', length: 20, nullable: true }) room!: string | null;
}

@Entity()
@Unique(['left', 'right'])
@Index('by_row_and_seat', ['row', 'seat'], { unique: true })
@Check('not_negative', 'amount >= 0')
@Resource()
class Thing {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ type: 'varchar', length: 20 }) name!: string;
  @Expose() @Column({ type: 'varchar', length: 20, nullable: true, unique: true }) code!: string | null;
  /** Other names on the wire and in the table. */
  @Expose({ name: 'serial-number' })
  @Column({ type: 'varchar', length: 20, nullable: true, unique: true, name: 'ser_no' })
  serial!: string | null;
  @Expose() @Column({ type: 'varchar', length: 20, nullable: true }) left!: string | null;
  @Expose() @Column({ type: 'varchar', length: 20, nullable: true }) right!: string | null;
  @Expose() @Column({ type: 'varchar', length: 20, nullable: true }) row!: string | null;
  @Expose() @Column({ type: 'int', nullable: true }) seat!: number | null;
  @Expose() @Column({ type: 'int', default: 0 }) amount!: number;
  @Expose() @Column(() => Place) place!: Place;
  /** Nobody is to hear of it. */
  @Column({ type: 'varchar', length: 20, nullable: true, unique: true }) secret!: string | null;

  @Expose() @Column({ type: 'int', nullable: true }) ownerId!: number | null;
  @Expose() @ManyToOne(() => Owner, (owner) => owner.things) @JoinColumn() owner!: Relation<Owner> | null;
  @Expose() @OneToOne(() => Owner, (owner) => owner.favourite) @JoinColumn() admirer!: Relation<Owner> | null;

  /** What fits when it is sent need not fit when it is written. */
  @BeforeInsert() change(): void {
    if (this.name === 'secretive') this.secret = 'the same';
    if (this.name === 'orphaned') this.ownerId = 99;
    if (this.name === 'stretched') this.left = 'x'.repeat(300);
    if (this.name === 'raised') this.seat = 2 ** 40;
  }
}

@Entity()
@Resource()
class Owner {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ default: '' }) name!: string;
  @Expose() @OneToMany(() => Thing, (thing) => thing.owner) things!: Relation<Thing>[];
  @Expose() @OneToOne(() => Thing, (thing) => thing.admirer) favourite!: Relation<Thing> | null;
}

/** Its table will be missing. */
@Entity()
@Resource()
class Ghost {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ default: '' }) name!: string;
}

const ENTITIES = [Thing, Owner, Ghost];

async function seed(dataSource: DataSource): Promise<void> {
  const { manager } = dataSource;
  await manager.insert(Owner, [{ name: 'Ada' }, { name: 'Bob' }]);
  await manager.insert(Thing, [
    { name: 'first', code: 'taken', serial: 'taken', left: 'l', right: 'r', row: 'A', seat: 1, secret: 'the same' },
    { name: 'second', left: 'l', right: 'other', row: 'A', seat: 2, place: { shelf: 'taken' }, admirer: { id: 1 } },
  ]);
  // TypeORM makes no checks on MariaDB.
  if (dataSource.options.type === 'mariadb') await manager.query('ALTER TABLE thing ADD CHECK (amount >= 0)');
  await manager.query(TRIGGERS[dataSource.options.type as keyof typeof TRIGGERS]);
  await dataSource.createQueryRunner().dropTable('ghost');
}

/** A rule of the database's own. */
const TRIGGERS = {
  'better-sqlite3': `CREATE TRIGGER no_dragons BEFORE INSERT ON thing WHEN NEW.name = 'dragon' BEGIN SELECT RAISE(ABORT, 'SELECT no dragons'); END`,
  postgres: `
    CREATE FUNCTION no_dragons() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'SELECT no dragons'; END $$;
    CREATE TRIGGER no_dragons BEFORE INSERT ON thing FOR EACH ROW WHEN (NEW.name = 'dragon') EXECUTE FUNCTION no_dragons()`,
  mariadb: `CREATE TRIGGER no_dragons BEFORE INSERT ON thing FOR EACH ROW IF NEW.name = 'dragon' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'SELECT no dragons'; END IF`,
};

/** Words of databases and drivers, and the names of what they keep. */
const SQL =
  /insert|select|update |delete |sqlite|duplicate|violates|key '|relation "|no_dragons|not_negative|by_row|ser_no|secret|[A-Z]{2,3}_[0-9a-f]{10}|\$1|thing\./i;

const lines: string[] = [];
const logger: LoggerService = {
  log: () => undefined,
  warn: () => undefined,
  error: (message: unknown) => lines.push(String(message)),
};

describeServers(
  (server) => {
    let app: TestApp;
    const { get, write } = writing(() => app);
    const { kind } = server.database;

    beforeAll(async () => {
      const imports = [
        RestlessModule.forRoot({ methods: ['GET', 'POST', 'PATCH'], allowToManyReplacement: true }),
        RestlessModule.forFeature(ENTITIES),
      ];
      app = await server.start({ entities: ENTITIES, imports, seed });
      app.app.useLogger(logger);
    });
    afterAll(() => app.close());

    /** The one error of an answer, which has to be free of SQL. */
    function error(answer: Answer): unknown {
      expect(answer.text).not.toMatch(SQL);
      expect(answer.at('/errors')).toHaveLength(1);
      return answer.at('/errors/0');
    }

    const total = async (): Promise<unknown> => (await get('/api/thing')).at('/meta/total');

    const UNIQUE = {
      status: '409',
      code: 'CONFLICT',
      title: 'Conflict',
      detail: 'There is a resource with this value already, and it has to be unique.',
    };
    const at = (pointer: string | undefined) => (pointer === undefined ? {} : { source: { pointer } });

    describe('a value that has to be unique', () => {
      it.each<[words: string, attributes: object, pointer: string | undefined]>([
        ['a column', { name: 'x', code: 'taken' }, '/data/attributes/code'],
        ['a column with other names', { name: 'x', 'serial-number': 'taken' }, '/data/attributes/serial-number'],
        ['two columns', { name: 'x', right: 'r', left: 'l' }, '/data/attributes/left'],
        ['an index of two columns', { seat: 1, row: 'A', name: 'x' }, '/data/attributes/row'],
        [
          'a column of an embedded object',
          { name: 'x', place: { room: 'x', shelf: 'taken' } },
          '/data/attributes/place',
        ],
        ['a column that nobody sees', { name: 'secretive' }, undefined],
      ])(
        'of %s is a conflict, at its place [ERR-03, ERR-08, TXN-01, contradiction 33]',
        async (_words, attributes, pointer) => {
          const before = await total();

          const answer = await write('POST', '/api/thing', { type: 'thing', attributes });

          expect(answer.status).toBe(409);
          expect(error(answer)).toEqual({ ...UNIQUE, ...at(pointer) });
          expect(await total()).toBe(before);
        },
      );

      it.each<[words: string, attributes: object, pointer: string]>([
        ['a column', { code: 'taken' }, '/data/attributes/code'],
        ['one of two columns, the other was there', { right: 'r' }, '/data/attributes/right'],
        ['one of an index of two columns', { seat: 1 }, '/data/attributes/seat'],
      ])('of %s is a conflict in a PATCH as well [ERR-08]', async (_words, attributes, pointer) => {
        const answer = await write('PATCH', '/api/thing/2', {
          type: 'thing',
          id: '2',
          attributes: { name: 'new', ...attributes },
        });

        expect(error(answer)).toEqual({ ...UNIQUE, ...at(pointer) });
        expect((await get('/api/thing/2')).at('/data/attributes/name')).toBe('second');
      });

      it('of a relationship is a conflict, at the relationship [ERR-08]', async () => {
        const relationships = { admirer: { data: { type: 'owner', id: '1' } } };

        const answer = await write('PATCH', '/api/thing/1', { type: 'thing', id: '1', relationships });

        expect(error(answer)).toEqual({ ...UNIQUE, ...at('/data/relationships/admirer') });
      });
    });

    it('a key of a row that does not exist is a conflict [ERR-03, ERR-08, TXN-01]', async () => {
      const before = await total();

      const answer = await write('POST', '/api/thing', { type: 'thing', attributes: { name: 'orphaned' } });

      expect(error(answer)).toMatchObject({ status: '409', code: 'CONFLICT' });
      // SQLite does not say which key it was.
      expect(answer.at('/errors/0/source')).toEqual(kind === 'sqlite' ? undefined : { pointer: '/data/attributes' });
      expect(await total()).toBe(before);
    });

    it('a value that is missing is a 400, at what it is missing from [ERR-09]', async () => {
      const some = await write('POST', '/api/thing', { type: 'thing', attributes: { amount: 1 } });
      const none = await write('POST', '/api/thing', { type: 'thing' });

      const expected = { status: '400', code: 'CONSTRAINT', detail: '"name" needs a value; null is none.' };
      expect(error(some)).toMatchObject({ ...expected, source: { pointer: '/data/attributes' } });
      expect(error(none)).toMatchObject({ ...expected, source: { pointer: '/data' } });
    });

    it.each([
      ['a check', { name: 'x', amount: -1 }],
      ['a trigger', { name: 'dragon' }],
    ])('%s of the database is a 400 [ERR-03, ERR-08]', async (_words, attributes) => {
      const answer = await write('POST', '/api/thing', { type: 'thing', attributes });

      expect(error(answer)).toEqual({
        ...{ status: '400', code: 'CONSTRAINT', title: 'Constraint violated' },
        detail: 'A value breaks a rule of the database.',
      });
    });

    it.each([
      ['too long', { name: 'stretched', left: 'x' }, '/data/attributes/left'],
      ['out of range', { name: 'raised', seat: 1 }, '/data/attributes/seat'],
    ])('a value that is %s only for the database is a 400 [ERR-03, ERR-08]', async (_words, attributes, pointer) => {
      const before = await total();

      const created = await write('POST', '/api/thing', { type: 'thing', attributes });

      // SQLite holds everything; PostgreSQL does not say which column it was.
      if (kind === 'sqlite') return expect(created.status).toBe(201);
      expect(error(created)).toMatchObject({ status: '400', code: 'BAD_VALUE' });
      expect(created.at('/errors/0/source')).toEqual(kind === 'mariadb' ? { pointer } : undefined);
      return expect(await total()).toBe(before);
    });

    it('a fault of the server is a 500 that tells nothing, and the log has all of it [ERR-04, ERR-05, ERR-14, TXN-06]', async () => {
      lines.length = 0;

      const read = await get('/api/ghost');
      const written = await write('POST', '/api/ghost', { type: 'ghost', attributes: { name: 'x' } });

      for (const answer of [read, written]) {
        expect([answer.status, answer.body]).toEqual([
          500,
          {
            errors: [
              {
                status: '500',
                code: 'INTERNAL',
                title: 'Internal server error',
                detail: 'The server failed to answer this request.',
              },
            ],
            jsonapi: { version: '1.1' },
          },
        ]);
      }
      expect(lines).toHaveLength(2);
      for (const line of lines) expect(line).toMatch(/ghost[\s\S]*\n {4}at /);
      expect((await write('POST', '/api/owner', { type: 'owner', attributes: { name: 'next' } })).status).toBe(201);
    });

    it('tells all that it finds before it asks the database [ERR-10, ERR-11]', async () => {
      const attributes = { name: 1, amount: 'x', colour: 'red', code: 'taken' };

      const answer = await write('POST', '/api/thing', { type: 'thing', attributes });

      expect(answer.status).toBe(400);
      expect(answer.at('/errors/*/source/pointer')).toEqual(
        ['name', 'amount', 'colour'].map((name) => `/data/attributes/${name}`),
      );
      expect(answer.at('/errors/*/status')).toEqual(['400', '400', '400']);
    });

    it('answers 400 where the errors have several statuses, and each keeps its own [ERR-10, ERR-11]', async () => {
      const relationships = { owner: { data: { type: 'thing', id: '1' } } };

      const answer = await write('PATCH', '/api/thing/1', {
        type: 'thing',
        id: '1',
        attributes: { name: 1 },
        relationships,
      });

      expect(answer.status).toBe(400);
      expect(answer.at('/errors/*/status')).toEqual(['400', '409']);
    });
  },
  { adapters: ['express'] },
);
