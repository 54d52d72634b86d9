/** Objects of flat JSON always hold their key: as the attribute that the viewer sees, or under the name that is everybody's. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import { Column, type DataSource, Entity, JoinTable, ManyToMany, PrimaryColumn, type Relation } from 'typeorm';
import { type Answer, describeServers, type TestApp } from '../support/app.js';

/** Its key is an attribute for everybody. */
@Entity()
class Tag {
  @Expose() @PrimaryColumn({ type: 'varchar', length: 20 }) name!: string;
  @Expose() @Column({ default: 'grey' }) color!: string;
}

/** Its key is an attribute for some. */
@Entity()
class Badge {
  @Expose({ groups: ['admin'] }) @PrimaryColumn() number!: number;
  @Expose() @Column() title!: string;
}

/** Of two parts, with a name of its own for one, which is an attribute for some, and without an attribute for the other. */
@Entity()
class Seat {
  @Expose({ name: 'line', groups: ['admin'] }) @PrimaryColumn({ type: 'varchar', length: 20 }) row!: string;
  @PrimaryColumn() place!: number;
  @Expose() @Column() title!: string;
}

@Entity()
@Resource({ readable: { '*': true, key: { groups: ['admin'] } } })
class Guest {
  @Expose() @PrimaryColumn({ type: 'varchar', length: 20 }) key!: string;
  @Expose() @Column() title!: string;
  @Expose() @ManyToMany(() => Tag) @JoinTable() tags!: Relation<Tag>[];
  @Expose() @ManyToMany(() => Badge) @JoinTable() badges!: Relation<Badge>[];
  @Expose() @ManyToMany(() => Seat) @JoinTable() seats!: Relation<Seat>[];
}

const ENTITIES = [Tag, Badge, Seat, Guest];

async function seed({ manager }: DataSource): Promise<void> {
  const tags = await manager.save(Tag, [{ name: 'new' }, { name: 'old' }]);
  const badges = await manager.save(Badge, [{ number: 7, title: 'seventh' }]);
  const seats = await manager.save(Seat, [{ row: 'a', place: 1, title: 'first' }]);
  await manager.save(Guest, { key: 'g', title: 'somebody', tags, badges, seats });
}

describeServers(
  (server) => {
    let app: TestApp;
    beforeEach(async () => {
      app = await server.start({
        entities: ENTITIES,
        imports: [
          RestlessModule.forRoot({
            methods: ['GET', 'PATCH'],
            allowToManyReplacement: true,
            allowDeleteFromToManyRelationships: true,
            groups: ({ headers }: { headers: Record<string, string> }) => (headers['who'] ? [headers['who']] : []),
          }),
          RestlessModule.forFeature([
            ...ENTITIES,
            {
              entity: Tag,
              prefix: 'written',
              serializer: ({ default: write }) => ({ ...write(), attributes: { shown: 1 } }),
            },
            { entity: Guest, prefix: 'unread' },
            { entity: Tag, prefix: 'unread', methods: ['PATCH'] },
          ]),
        ],
        seed,
      });
    });
    afterEach(() => app.close());

    const FLAT = { Accept: 'application/json', 'Content-Type': 'application/json' };
    const get = (path: string, who?: string): Promise<Answer> =>
      app.get(path, { ...FLAT, ...(who === undefined ? {} : { who }) });
    const everybody = undefined;

    it.each([
      ['/api/tag', everybody, { name: 'new', color: 'grey' }],
      ['/api/badge', 'admin', { number: 7, title: 'seventh' }],
      ['/api/badge', everybody, { id: 7, title: 'seventh' }],
      ['/api/seat', 'admin', { line: 'a', place: 1, title: 'first' }],
      ['/api/seat', everybody, { row: 'a', place: 1, title: 'first' }],
      ['/written/tag', everybody, { id: 'new', shown: 1 }],
    ])('is in rows: %s for %s [FLD-08]', async (path, who, row) => {
      expect((await get(path, who)).at('/objects/0')).toEqual(row);
    });

    it.each([
      ['admin', { key: 'g', title: 'somebody' }, { number: 7, title: 'seventh' }],
      [everybody, { id: 'g', title: 'somebody' }, { id: 7, title: 'seventh' }],
    ])('is in rows, and in those inside them, for %s [FLD-08]', async (who, own, badge) => {
      const guest = await get('/api/guest/g', who);

      expect(guest.body).toMatchObject({ ...own, badges: [badge], tags: [{ name: 'new' }, { name: 'old' }] });
      expect(Object.keys(guest.body as object)).toHaveLength(5);
      expect(guest.at('/badges/0')).toEqual(badge);
    });

    it.each([
      ['tags', everybody, [{ name: 'new' }, { name: 'old' }]],
      ['badges', 'admin', [{ number: 7 }]],
      ['badges', everybody, [{ id: 7 }]],
      ['seats', 'admin', [{ line: 'a', place: 1 }]],
      ['seats', everybody, [{ row: 'a', place: 1 }]],
    ])('is what members of a relationship are named by: %s for %s [FLD-08]', async (relation, who, names) => {
      const linkage = await get(`/api/guest/g/relationships/${relation}`, who);
      expect(linkage.at('/objects')).toEqual(names);

      const headers = { ...FLAT, ...(who === undefined ? {} : { who }) };
      const body = { [relation]: { remove: linkage.at('/objects') } };
      const changed = await app.request('PATCH', '/api/guest/g', { headers, body });
      expect([changed.status, changed.at(`/${relation}`)]).toEqual([200, []]);
    });

    it('names members that cannot be read, and tells no more of them', async () => {
      expect((await get('/unread/guest/g/relationships/tags')).at('/objects')).toEqual([{ id: 'new' }, { id: 'old' }]);
    });
  },
  { databases: ['sqlite'] },
);
