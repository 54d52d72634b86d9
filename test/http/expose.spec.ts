/** The decorators of class-transformer keep their meaning: names, one way, groups, versions, transformations. */
import { Exclude, Expose, Transform } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import { Column, type DataSource, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { jsonApi } from '../support/json-api-document.js';

class Place {
  @Expose({ name: 'town' }) @Column({ type: 'varchar', nullable: true }) city!: string | null;
  @Expose({ groups: ['admin'] }) @Column({ type: 'varchar', nullable: true }) street!: string | null;
  /** Without a decorator, while others have one. */
  @Column({ type: 'varchar', nullable: true }) note!: string | null;
  @Expose()
  @Transform(({ value }) => `#${value}`, { toPlainOnly: true })
  @Column({ type: 'int', default: 7 })
  floor!: number;
}

class Bare {
  @Column({ type: 'int', default: 1 }) x!: number;
  @Exclude() @Column({ type: 'int', default: 2 }) y!: number;
}

@Entity()
@Resource()
class Member {
  @PrimaryGeneratedColumn() id!: number;
  @Expose({ name: 'full-name' }) @Column() name!: string;
  @Expose({ toClassOnly: true }) @Column() password!: string;
  @Expose({ toPlainOnly: true }) @Column() source!: string;
  @Expose({ groups: ['admin', 'boss'] }) @Column() salary!: number;
  @Expose({ since: 2 }) @Column() young!: string;
  @Expose({ until: 2 }) @Column() old!: string;
  @Expose() @Exclude() @Column() never!: string;
  @Expose() @Exclude({ toPlainOnly: true }) @Column() pin!: string;
  @Expose() @Exclude({ toClassOnly: true }) @Column() fixed!: string;
  @Column() plain!: string;

  @Expose()
  @Transform(
    ({ value, key, obj, options }) =>
      `${value}/${key}/${(obj as Member).plain}/${obj instanceof Member}/${options.groups?.join('+')}`,
    { toPlainOnly: true },
  )
  @Column()
  traced!: string;

  @Expose() @Transform(({ value }) => `${value}!`, { toClassOnly: true }) @Column() untouched!: string;
  @Expose()
  @Transform(({ value }: { value: string }) => value.length, { groups: ['admin'] })
  @Column()
  counted!: string;
  @Expose()
  @Transform(({ value }) => `<${value}>`)
  @Transform(({ value }: { value: string }) => value.toUpperCase())
  @Column({ select: false })
  shown!: string;

  @Expose() @Column(() => Place) place!: Place;
  @Expose() @Column(() => Bare) bare!: Bare;

  @Expose({ name: 'parcels' }) @OneToMany(() => Box, (box) => box.owner) boxes!: Relation<Box>[];
  @Expose({ groups: ['admin'] }) @ManyToOne(() => Member) chief!: Relation<Member> | null;
}

@Entity()
@Resource()
class Box {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() label!: string;
  @Expose({ name: 'holder' }) @ManyToOne(() => Member, (member) => member.boxes) owner!: Relation<Member> | null;
}

const ENTITIES = [Member, Box];

async function seed({ manager }: DataSource): Promise<void> {
  const member = {
    name: 'Ada',
    password: 'hush',
    source: 'import',
    salary: 10,
    young: 'y',
    old: 'o',
    never: 'n',
    pin: '1234',
    fixed: 'f',
    plain: 'p',
    traced: 't',
    untouched: 'u',
    counted: 'four',
    shown: 's',
    place: { city: 'Paris', street: 'Rue', note: 'secret' },
  };
  await manager.save(Member, { ...member, id: 1 });
  await manager.save(Member, {
    ...member,
    id: 2,
    name: 'Bob',
    chief: { id: 1 },
    place: { city: null, street: null, note: null },
  });
  await manager.save(Box, { label: 'box', owner: { id: 1 } });
}

describeServers(
  (server) => {
    let app: TestApp;
    const checked = jsonApi(() => app);
    const get = (path: string, who = '', version = '') => checked(path, { who, version });

    beforeAll(async () => {
      type Headers = { headers: Record<string, string> };
      const imports = [
        RestlessModule.forRoot({
          groups: ({ headers }: Headers) => (headers['who'] ? headers['who'].split(',') : []),
          exposeVersion: ({ headers }: Headers) => (headers['version'] ? Number(headers['version']) : undefined),
        }),
        RestlessModule.forFeature([
          ...ENTITIES,
          { entity: Member, collectionName: 'everything', prefix: 'all', expose: 'all', exclude: ['boxes'] },
        ]),
      ];
      app = await server.start({ entities: ENTITIES, imports, seed });
    });
    afterAll(() => app.close());

    it('shows what has @Expose(), and not what is for the way in, excluded, or of a group [FLD-14]', async () => {
      const answer = await get('/api/member/1');

      expect(answer.at('/data/attributes')).toEqual({
        'full-name': 'Ada',
        source: 'import',
        young: 'y',
        old: 'o',
        fixed: 'f',
        traced: 't/traced/p/true/',
        untouched: 'u',
        counted: 'four',
        shown: '<S>',
        place: { town: 'Paris', floor: '#7' },
        bare: { x: 1 },
      });
      expect(Object.keys(answer.at('/data/relationships') as object)).toEqual(['parcels']);
    });

    it('shows a group what is for it, and tells transformations the groups [FLD-14]', async () => {
      const admin = await get('/api/member/2', 'admin,guest');
      const boss = await get('/api/member/2', 'boss');
      const guest = await get('/api/member/2', 'guest');

      expect(admin.at('/data/attributes')).toMatchObject({
        salary: 10,
        counted: 4,
        traced: 't/traced/p/true/admin+guest',
        place: { town: null, street: null },
      });
      expect(admin.at('/data/relationships/chief/data')).toEqual({ type: 'member', id: '1' });
      expect(boss.at('/data/attributes/salary')).toBe(10);
      expect(boss.at('/data/attributes/place')).not.toHaveProperty('street');
      expect(boss.at('/data/relationships')).not.toHaveProperty('chief');
      expect(guest.at('/data/attributes')).not.toHaveProperty('salary');
    });

    it('shows a version what is since and until it [FLD-14]', async () => {
      const [one, two, none] = [
        await get('/api/member/1', '', '1'),
        await get('/api/member/1', '', '2'),
        await get('/api/member/1'),
      ];

      const names = [one, two, none].map((answer) =>
        Object.keys(answer.at('/data/attributes') as object).filter((name) => ['young', 'old'].includes(name)),
      );
      expect(names).toEqual([['old'], ['young'], ['young', 'old']]);
    });

    it('knows fields by their names on the wire, everywhere [FLD-18, REL-15, INC-02]', async () => {
      const list = await get(
        '/api/member?filter[full-name]=Ada&sort=-full-name&fields[member]=full-name,parcels&include=parcels.holder',
      );
      const related = await get('/api/member/1/parcels');
      const linked = await get('/api/member/1/relationships/parcels');
      const through = await get(
        '/api/box?filter[holder.full-name]=Ada&sort=holder.full-name&filter[holder.place.town]=Paris',
      );

      expect(list.at('/data/*/attributes')).toEqual([{ 'full-name': 'Ada' }]);
      expect(list.at('/data/0/relationships/parcels')).toEqual({
        data: [{ type: 'box', id: '1' }],
        links: { self: '/api/member/1/relationships/parcels', related: '/api/member/1/parcels' },
      });
      expect(list.at('/included/0/relationships/holder/data')).toEqual({ type: 'member', id: '1' });
      expect(related.at('/data/*/id')).toEqual(['1']);
      expect(linked.at('/data')).toEqual([{ type: 'box', id: '1' }]);
      expect(through.at('/data/*/id')).toEqual(['1']);
    });

    it.each([
      '/api/member?filter[name]=Ada',
      '/api/member?sort=name',
      '/api/member?groupBy=name',
      '/api/member?fields[member]=name',
      '/api/member?include=boxes',
      '/api/member?filter[place.city]=Paris',
      '/api/member?filter[place.street]=Rue',
      '/api/member?filter[place.note]=secret',
      '/api/member?sort=place.note',
      '/api/member?filter[bare.y]=2',
      '/api/member?filter[password]=hush',
      '/api/member?sort=password',
      '/api/member?filter[pin]=1234',
      '/api/member?filter[never]=n',
      '/api/member?filter[plain]=p',
      '/api/member?filter[salary]=10',
      '/api/member?sort=-salary',
      '/api/member?filter[chief.full-name]=Ada',
      '/api/member?include=chief',
      '/api/box?filter[owner.name]=Ada',
      '/api/box?filter[holder.password]=hush',
    ])('knows no name that is not shown: %s [FLD-26]', async (path) => {
      expect((await get(path)).status).toBe(400);
    });

    it.each(['/api/member/1/boxes', '/api/member/1/chief', '/api/member/1/relationships/chief'])(
      'has nothing at %s [REL-18]',
      async (path) => {
        expect((await get(path)).status).toBe(404);
      },
    );

    it('lets a group filter and sort by what it sees [FLD-14]', async () => {
      const answer = await get('/api/member?filter[salary]=10&sort=-chief.full-name,full-name&include=chief', 'admin');

      expect(answer.status).toBe(200);
      expect(answer.at('/meta/total')).toBe(2);
    });

    it('filters by what is kept, not by what a transformation shows [MAP-02]', async () => {
      expect((await get('/api/member?filter[traced]=t&filter[shown]=s&filter[place.floor]=7')).at('/meta/total')).toBe(
        2,
      );
      expect((await get('/api/member?filter[shown]=<S>')).at('/meta/total')).toBe(0);
    });

    it('leaves out what is excluded even where all is exposed [FLD-14, FLD-19]', async () => {
      const answer = await get('/all/everything/1');

      expect(answer.at('/data/attributes')).toEqual({
        'full-name': 'Ada',
        source: 'import',
        young: 'y',
        old: 'o',
        fixed: 'f',
        plain: 'p',
        traced: 't/traced/p/true/',
        untouched: 'u',
        counted: 'four',
        shown: '<S>',
        place: { town: 'Paris', note: 'secret', floor: '#7' },
        bare: { x: 1 },
      });
    });
  },
  { adapters: ['express'] },
);

@Exclude()
class Pocket {
  @Expose() @Column({ type: 'int', default: 1 }) x!: number;
  @Column({ type: 'int', default: 2 }) y!: number;
}

@Exclude()
class Lining {
  @Column({ type: 'int', default: 3 }) z!: number;
}

/** Excluded as a whole. */
@Exclude()
@Entity()
class Coat {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() size!: string;
  @Column() code!: string;
  @Expose() @Column(() => Pocket) pocket!: Pocket;
  @Expose() @Column(() => Lining) lining!: Lining;
}

describeServers(
  ({ start }) => {
    it('shows of a class with @Exclude() what carries @Expose(), also where all is exposed [FLD-26]', async () => {
      const app = await start({
        entities: [Coat],
        imports: [RestlessModule.forFeature([{ entity: Coat, expose: 'all' }])],
        seed: ({ manager }) => manager.insert(Coat, { size: 'L', code: 'hush' }),
      });
      const answer = await app.get('/api/coat/1');
      const filtered = await app.get('/api/coat?filter[code]=hush');
      await app.close();

      expect(answer.at('/data/attributes')).toEqual({ size: 'L', pocket: { x: 1 }, lining: {} });
      expect(filtered.status).toBe(400);
    });
  },
  { adapters: ['express'], databases: ['sqlite'] },
);
