/**
 * Rows of one table whose resources do not agree: what one of them hides cannot be asked of its rows through another one
 * that shows it; each row has the id of its own resource; discriminators may be numbers.
 */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  ChildEntity,
  Column,
  type DataSource,
  Entity,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  type Relation,
  TableInheritance,
} from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { jsonApi } from '../support/json-api-document.js';

@Entity()
@TableInheritance({ column: { name: 'kind', type: 'varchar' } })
@Resource({ exclude: ['code'] })
class Paper {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() title!: string;
  @Expose() @Column() code!: string;
  @Expose() @ManyToOne(() => Owner, (owner) => owner.papers) owner!: Relation<Owner> | null;
}

/** Hides what papers show, shows what they hide, and is known by its number. */
@ChildEntity(2)
@Resource({ collectionName: 'report', exclude: ['title', 'owner'], primaryKey: 'number' })
class Report extends Paper {
  @Column({ type: 'varchar', length: 20, unique: true }) number!: string;
}

@Entity()
@Resource()
class Owner {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @OneToMany(() => Paper, (paper) => paper.owner) papers!: Relation<Paper>[];
  @Expose() @ManyToOne(() => Paper) favourite!: Relation<Paper> | null;
}

const ENTITIES = [Paper, Report, Owner];

/** Papers 1 and 2, reports 3 and 4. */
async function seed({ manager }: DataSource): Promise<void> {
  const [ada, bob] = await manager.save(Owner, [{ name: 'Ada' }, { name: 'Bob' }]);
  await manager.save(Paper, { title: 'p1', code: 'b', owner: bob! });
  await manager.save(Paper, { title: 'p2', code: 'a', owner: ada! });
  await manager.save(Report, { title: 'r1', code: 'b', owner: bob!, number: 'R-3' });
  await manager.save(Report, { title: 'r2', code: 'a', owner: ada!, number: 'R-4' });
  await manager.update(Owner, 1, { favourite: { id: 3 } });
  // Without its number a report has no address, and is not there.
  await manager.insert(Report, { title: 'r3', code: 'c' });
}

const objects = (filter: object): string => `filter[objects]=${encodeURIComponent(JSON.stringify([filter]))}`;

describeServers(
  ({ start }) => {
    let app: TestApp;
    const get = jsonApi(() => app);
    const ids = async (path: string): Promise<unknown> => (await get(path)).at('/data/*/id');

    beforeAll(async () => {
      const imports = [RestlessModule.forRoot({ allowFunctions: true }), RestlessModule.forFeature(ENTITIES)];
      app = await start({ entities: ENTITIES, imports, seed });
    });
    afterAll(() => app.close());

    it('tells kinds apart by numbers, and shows each with its own id and fields [POL-02, POL-03]', async () => {
      const answer = await get('/api/paper?sort=id');

      expect(answer.at('/data/*/type')).toEqual(['paper', 'paper', 'report', 'report']);
      expect(answer.at('/data/*/id')).toEqual(['1', '2', 'R-3', 'R-4']);
      expect(answer.at('/data/*/attributes')).toEqual([{ title: 'p1' }, { title: 'p2' }, { code: 'b' }, { code: 'a' }]);
    });

    it('names a related row as it names itself [REL-21]', async () => {
      const answer = await get('/api/owner/1?include=favourite,papers');

      expect(answer.at('/data/relationships/favourite/data')).toEqual({ type: 'report', id: 'R-3' });
      expect(answer.at('/data/relationships/papers/data')).toEqual([
        { type: 'paper', id: '2' },
        { type: 'report', id: 'R-4' },
      ]);
      expect(answer.at('/included/*/id')).toEqual(['R-3', '2', 'R-4']);
    });

    it.each([
      ['filter[title]=r1', []],
      ['filter[title][like]=%25', ['1', '2']],
      ['filter[title][is_null]=1', []],
      [objects({ not: { name: 'title', op: 'eq', val: 'p1' } }), ['2']],
      [objects({ not: { name: 'title', op: 'ne', val: 'p1' } }), ['1']],
      [objects({ not: { not: { name: 'title', op: 'eq', val: 'p1' } } }), ['1']],
      [
        objects({
          not: {
            or: [
              { name: 'title', op: 'eq', val: 'p1' },
              { name: 'id', op: 'eq', val: 2 },
            ],
          },
        }),
        [],
      ],
      [objects({ name: 'title', op: 'eq', field: 'title' }), ['1', '2']],
      [objects({ name: 'id', op: 'ne', field: 'id' }), []],
      ['filter[owner.name]=Bob', ['1']],
      ['filter[owner]=2', ['1']],
      [objects({ name: 'owner', op: 'has', val: { name: 'name', op: 'eq', val: 'Bob' } }), ['1']],
      [objects({ name: 'owner', op: 'is_not_null' }), ['1', '2']],
      [objects({ name: 'owner', op: 'is_null' }), []],
    ])('asks nothing of rows that hide what is asked for: %s [FLD-19]', async (query, expected) => {
      expect(await ids(`/api/paper?sort=id&${query}`)).toEqual(expected);
    });

    it('asks nothing of them through relations either [FLD-19]', async () => {
      expect(await ids('/api/owner?filter[papers.title][like]=r%25')).toEqual([]);
      expect(await ids('/api/owner?filter[favourite.title]=r1')).toEqual([]);
      expect(await ids('/api/owner/2/papers?filter[title][like]=%25')).toEqual(['1']);
      expect((await get('/api/paper?filter[code]=b')).status).toBe(400);
    });

    it.each(['title', 'owner.name', 'owner.id'])(
      'sorts and groups rows that hide %s as if they had none [SRT-03, GRP-05]',
      async (key) => {
        const isReport = (id: string): boolean => id.startsWith('R');
        const up = (await ids(`/api/paper?sort=${key},id`)) as string[];
        const down = (await ids(`/api/paper?sort=-${key},id`)) as string[];
        const papers = key === 'title' ? ['1', '2'] : ['2', '1'];

        expect(up.filter(isReport)).toEqual(['R-3', 'R-4']);
        expect(down.filter(isReport)).toEqual(['R-3', 'R-4']);
        expect(up.filter((id) => !isReport(id))).toEqual(papers);
        expect(down.filter((id) => !isReport(id))).toEqual(papers.toReversed());
        expect(await ids(`/api/paper?sort=id&groupBy=${key}`)).toEqual(['1', '2', 'R-3']);
      },
    );

    it.each(['title', 'owner.name'])('evaluates rows that hide %s as a group without one [FUN-13]', async (key) => {
      const functions = encodeURIComponent(JSON.stringify([{ name: 'count', field: 'id' }]));
      const answer = await app.get(`/api/eval/paper?functions=${functions}&groupBy=${key}`);

      expect(answer.status).toBe(200);
      expect(answer.at('/data')).toHaveLength(3);
      expect(answer.at('/data')).toContainEqual({ group: { [key]: null }, values: [2] });
    });

    it('sorts by a path to rows that hide the field as if they had none [SRT-04]', async () => {
      expect(await ids('/api/owner?sort=favourite.title,-id')).toEqual(['2', '1']);
    });
  },
  { adapters: ['express'] },
);
