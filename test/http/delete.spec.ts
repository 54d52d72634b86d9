/** DELETE of one resource: gone and no content, or told why not; what hangs on it is the schema's business. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule, type FilterObject, type ScopeContext } from 'nestjs-restless';
import {
  BeforeRemove,
  ChildEntity,
  Column,
  DataSource,
  DeleteDateColumn,
  Entity,
  type EntitySubscriberInterface,
  EventSubscriber,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
  type RemoveEvent,
  TableInheritance,
} from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { linkage, writing } from '../support/writing.js';

/** With the header `x-team`, only the people of that team exist. */
function scope({ request }: ScopeContext): FilterObject | undefined {
  const team = (request as { headers: Record<string, string | undefined> }).headers['x-team'];
  return team === undefined ? undefined : { name: 'team', op: 'eq', val: team };
}

@Entity()
@Resource({ scope })
class Person {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Column({ default: 'red' }) team!: string;
  /** Refuses to let go. */
  @Expose() @OneToMany(() => Computer, (computer) => computer.owner) computers!: Relation<Computer>[];
  /** Goes with its person. */
  @Expose() @OneToMany(() => Badge, (badge) => badge.holder) badges!: Relation<Badge>[];
  /** Stays without its person. */
  @Expose() @OneToMany(() => Desk, (desk) => desk.user) desks!: Relation<Desk>[];
  @Expose() @ManyToMany(() => Club, (club) => club.members) @JoinTable() clubs!: Relation<Club>[];
}

@Entity()
@Resource()
class Computer {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @ManyToOne(() => Person, (person) => person.computers) owner!: Relation<Person> | null;
}

@Entity()
@Resource()
class Badge {
  @PrimaryGeneratedColumn() id!: number;
  @ManyToOne(() => Person, (person) => person.badges, { onDelete: 'CASCADE' }) holder!: Relation<Person>;
}

@Entity()
@Resource()
class Desk {
  @PrimaryGeneratedColumn() id!: number;
  @Expose()
  @ManyToOne(() => Person, (person) => person.desks, { onDelete: 'SET NULL' })
  user!: Relation<Person> | null;
}

@Entity()
@Resource()
class Club {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ default: '' }) name!: string;
  @Expose() @ManyToMany(() => Person, (person) => person.clubs) members!: Relation<Person>[];
}

/** Deleted softly, and others point at it. */
@Entity()
@Resource()
class Page {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() title!: string;
  @DeleteDateColumn() deletedAt!: Date | null;
  @Expose() @OneToMany(() => Note, (note) => note.page) notes!: Relation<Note>[];
}

@Entity()
@Resource()
class Note {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @ManyToOne(() => Page, (page) => page.notes) page!: Relation<Page> | null;
}

@Entity()
@TableInheritance({ column: { name: 'kind', type: 'varchar' } })
@Resource()
class Animal {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ default: '' }) name!: string;
}

@ChildEntity('dog')
@Resource()
class Dog extends Animal {}

@Entity()
@Resource()
class Seat {
  @PrimaryColumn({ type: 'varchar', length: 10 }) block!: string;
  @PrimaryColumn({ type: 'int' }) number!: number;
}

/** The id is not the primary key. */
@Entity()
@Resource({ primaryKey: 'code' })
class Region {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ unique: true }) code!: string;
}

const heard: string[] = [];

/** Takes its parts with it, and tells. */
@Entity()
@Resource()
class Machine {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ default: '' }) name!: string;
  @OneToMany(() => Part, (part) => part.machine, { cascade: ['remove'] }) parts!: Relation<Part>[];
  @BeforeRemove() tell(): void {
    if (this.id === 3) throw new Error('SELECT secrets FROM drawer');
    heard.push(`listener ${this.id}`);
  }
}

@Entity()
@Resource()
class Part {
  @PrimaryGeneratedColumn() id!: number;
  @ManyToOne(() => Machine, (machine) => machine.parts) machine!: Relation<Machine> | null;
}

@EventSubscriber()
class MachineListener implements EntitySubscriberInterface<Machine> {
  listenTo(): typeof Machine {
    return Machine;
  }
  afterRemove({ entityId }: RemoveEvent<Machine>): void {
    heard.push(`subscriber ${entityId as number}`);
  }
}

const ENTITIES = [Person, Computer, Badge, Desk, Club, Page, Note, Animal, Dog, Seat, Region, Machine, Part];

async function seed({ manager }: DataSource): Promise<void> {
  await manager.insert(Person, [
    ...['Ada', 'Bob', 'Carla'].map((name) => ({ name })),
    { name: 'Émile', team: 'blue' },
    { name: 'Frida', team: 'blue' },
  ]);
  await manager.insert(Computer, [{ owner: { id: 2 } }]);
  for (const id of [1, 1, 3]) {
    await manager.insert(Badge, { holder: { id } });
    await manager.insert(Desk, { user: { id } });
  }
  await manager.insert(Club, [{}, {}]);
  for (const id of [1, 3]) await manager.createQueryBuilder().relation(Person, 'clubs').of(id).add([1, 2]);
  await manager.insert(Page, [{ title: 'one' }, { title: 'two' }]);
  await manager.insert(Note, [{ page: { id: 1 } }, { page: { id: 2 } }]);
  await manager.insert(Animal, [{}]);
  await manager.insert(Dog, [{}, {}]);
  await manager.insert(Seat, [
    { block: 'a,b', number: 1 },
    { block: 'a,b', number: 2 },
  ]);
  await manager.insert(Region, [{ code: 'north' }, { code: 'south' }]);
  await manager.insert(Machine, [{}, {}, {}]);
  for (const id of [1, 1, 2, 3]) await manager.insert(Part, { machine: { id } });
}

describeServers((server) => {
  let app: TestApp;
  const { get, write } = writing(() => app);

  beforeAll(async () => {
    const imports = [
      RestlessModule.forRoot({ methods: ['GET', 'POST', 'PATCH', 'DELETE'] }),
      RestlessModule.forFeature([...ENTITIES, { entity: Person, prefix: 'kept', methods: ['GET', 'POST', 'PATCH'] }]),
    ];
    app = await server.start({ entities: ENTITIES, imports, seed, dataSource: { subscribers: [MachineListener] } });
  });
  afterAll(() => app.close());

  const ids = async (path: string): Promise<unknown> => (await get(`${path}?sort=id`)).at('/data/*/id');

  it('answers 204 with nothing, and the resource is gone [DEL-01, DEL-06, MAP-08, MET-09, JA-70, FJV-14]', async () => {
    const answer = await write('DELETE', '/api/person/1');

    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(answer.headers['content-type']).toBeUndefined();
    expect((await get('/api/person/1')).status).toBe(404);
    // What the schema says of those who pointed at it: nothing of it is this library's doing.
    expect(await ids('/api/badge')).toEqual(['3']);
    expect((await get('/api/desk?sort=id')).at('/data/*/relationships/user/data')).toEqual([
      ...[null, null, { type: 'person', id: '3' }],
    ]);
    expect((await get('/api/club/1/relationships/members')).at('/data')).toEqual(linkage('person/3'));
  });

  it('answers 404 for what is not there, now or any more [DEL-02, DEL-03, JA-70, contradiction 7]', async () => {
    await write('DELETE', '/api/club/2');

    for (const id of ['2', '99', 'x', '1.5', '99999999999999999999', '%00']) {
      const answer = await write('DELETE', `/api/club/${id}`);

      expect([id, answer.status]).toEqual([id, 404]);
      expect(answer.at('/errors')).toEqual([
        {
          status: '404',
          code: 'NOT_FOUND',
          title: 'Not found',
          detail: `There is no club with the id ${JSON.stringify(decodeURIComponent(id))}.`,
        },
      ]);
    }
    expect(await ids('/api/club')).toEqual(['1']);
  });

  it('answers 409 where others depend on it, without a word of SQL [DEL-04, DEL-06, ERR-03, ERR-08, TXN-02]', async () => {
    const answer = await write('DELETE', '/api/person/2');

    expect([answer.status, answer.body]).toEqual([
      409,
      {
        errors: [
          {
            status: '409',
            code: 'CONFLICT',
            title: 'Conflict',
            detail: 'Other resources depend on this one, or it names one that does not exist.',
          },
        ],
        jsonapi: { version: '1.1' },
      },
    ]);
    expect((await get('/api/person/2')).status).toBe(200);
    expect((await write('PATCH', '/api/computer/1/relationships/owner', null)).status).toBe(204);
    expect((await write('DELETE', '/api/person/2')).status).toBe(204);
  });

  it('deletes softly where the entity has a date for it [DEL-06]', async () => {
    const { manager } = app.app.get(DataSource);

    expect((await write('DELETE', '/api/page/1')).status).toBe(204);
    expect((await write('DELETE', '/api/page/1')).status).toBe(404);
    const patched = await write('PATCH', '/api/page/1', { type: 'page', id: '1', attributes: { title: 'new' } });

    expect(patched.status).toBe(404);
    expect(await ids('/api/page')).toEqual(['2']);
    expect((await get('/api/note?sort=id')).at('/data/*/relationships/page/data')).toEqual([
      ...[null, { type: 'page', id: '2' }],
    ]);
    expect((await get('/api/page/1/notes')).status).toBe(404);
    expect((await write('POST', '/api/page/1/relationships/notes', linkage('note/2'))).status).toBe(404);
    expect((await write('PATCH', '/api/note/2/relationships/page', linkage('page/1')[0])).status).toBe(404);
    const row = await manager.findOne(Page, { where: { id: 1 }, withDeleted: true });
    expect(row).toMatchObject({ title: 'one', deletedAt: expect.any(Date) as Date });
  });

  it('wants the exact type of a row, and the other collection does not have it [DEL-05, POL-06]', async () => {
    expect((await write('DELETE', '/api/animal/2')).status).toBe(404);
    expect((await write('DELETE', '/api/dog/1')).status).toBe(404);
    expect((await write('PATCH', '/api/dog/1', { type: 'dog', id: '1' })).status).toBe(404);
    expect((await write('PATCH', '/api/animal/2', { type: 'animal', id: '2' })).status).toBe(404);
    expect(await ids('/api/animal')).toEqual(['1', '2', '3']);

    expect((await write('DELETE', '/api/dog/2')).status).toBe(204);
    expect((await write('DELETE', '/api/animal/1')).status).toBe(204);
    expect(await ids('/api/animal')).toEqual(['3']);
  });

  it('finds composite keys, and columns that are the id instead of the key [DEL-07]', async () => {
    expect((await write('DELETE', '/api/seat/a%252Cb,1')).status).toBe(204);
    expect((await write('DELETE', '/api/region/north')).status).toBe(204);
    expect((await write('DELETE', '/api/region/2')).status).toBe(404);

    expect((await get('/api/seat')).at('/data/*/id')).toEqual(['a%2Cb,2']);
    expect((await get('/api/region')).at('/data/*/id')).toEqual(['south']);
  });

  it('does not find what the scope hides [DEL-02]', async () => {
    expect((await write('DELETE', '/api/person/4', undefined, { 'x-team': 'red' })).status).toBe(404);
    expect((await get('/api/person/4')).status).toBe(200);
    expect((await write('DELETE', '/api/person/4', undefined, { 'x-team': 'blue' })).status).toBe(204);
  });

  it('is refused where DELETE is no method of the resource, or of the URL [MET-09, MET-13]', async () => {
    for (const path of [
      '/kept/person/5',
      '/kept/person',
      '/api/person',
      '/api/person/5/clubs',
      '/api/person/5/clubs/1',
    ]) {
      const answer = await write('DELETE', path);

      expect([path, answer.status]).toEqual([path, 405]);
      expect(answer.headers['allow']).not.toContain('DELETE');
    }
    expect((await get('/api/person/5')).status).toBe(200);
  });

  it('takes a body that nobody reads [DEL-01]', async () => {
    const headers = { 'Content-Type': 'application/vnd.api+json' };
    const seats = await app.request('DELETE', '/api/person/5', { headers, body: '{"data":' });

    expect([seats.status, seats.text]).toEqual([204, '']);
  });

  it('tells listeners and subscribers, and cascades as the entity says [DEL-06]', async () => {
    heard.length = 0;

    expect((await write('DELETE', '/api/machine/1')).status).toBe(204);

    expect(heard).toEqual(['listener 1', 'subscriber 1']);
    expect(await ids('/api/part')).toEqual(['3', '4']);
  });

  it('deletes nothing where a listener throws, and tells the client nothing of it [TXN-02, ERR-04, JA-51]', async () => {
    app.app.useLogger(false);

    const answer = await write('DELETE', '/api/machine/3');

    expect(answer.status).toBe(500);
    expect(answer.text).not.toMatch(/select|drawer/i);
    expect(await ids('/api/machine')).toEqual(['2', '3']);
    expect(await ids('/api/part')).toEqual(['3', '4']);
  });
});
