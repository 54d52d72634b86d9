/** Rows that bodies of flat JSON delete on the way: only such as could be deleted by themselves, and none that the body changes. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  BeforeUpdate,
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
import { type Answer, describeServers, type TestApp } from '../support/app.js';

const FLAT = 'application/json';

@Entity()
@Resource()
class Shelf {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @OneToMany(() => Item, (item) => item.shelf) items!: Relation<Item>[];
}

@Entity()
@TableInheritance({ column: { name: 'kind', type: 'varchar' } })
@Resource()
class Item {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @ManyToOne(() => Shelf, (shelf) => shelf.items) shelf!: Relation<Shelf> | null;
}

/** Kept for ever. */
@ChildEntity('treasure')
@Resource({ methods: ['GET'] })
class Treasure extends Item {}

@Entity()
@Resource()
class Folder {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @ManyToOne(() => Folder, (folder) => folder.folders) folder!: Relation<Folder> | null;
  @Expose() @OneToMany(() => Folder, (folder) => folder.folder) folders!: Relation<Folder>[];
}

@Entity()
@Resource()
class Branch {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @ManyToOne(() => Branch, (branch) => branch.branches) branch!: Relation<Branch> | null;
  @Expose() @OneToMany(() => Branch, (branch) => branch.branch) branches!: Relation<Branch>[];

  @BeforeUpdate()
  listen(): void {
    this.name += '!';
  }
}

async function seed({ manager }: DataSource): Promise<void> {
  await manager.save(Shelf, { name: 'top' });
  await manager.save(Item, { name: 'cup', shelf: { id: 1 } });
  await manager.save(Treasure, { name: 'crown', shelf: { id: 1 } });
  for (const name of ['one', 'two', 'three', 'four']) {
    const inside = name.startsWith('t') ? { id: 1 } : null;
    await manager.save(Folder, { name, folder: inside });
    await manager.save(Branch, { name, branch: inside });
  }
}

describeServers(
  (server) => {
    let app: TestApp;
    const patch = (path: string, body: unknown): Promise<Answer> =>
      app.request('PATCH', path, { headers: { Accept: FLAT, 'Content-Type': FLAT }, body });
    const names = async (path: string): Promise<unknown> =>
      (await app.get(path, { Accept: FLAT })).at('/objects/*/name');

    beforeAll(async () => {
      app = await server.start({
        entities: [Shelf, Item, Treasure, Folder, Branch],
        imports: [
          RestlessModule.forRoot({ methods: ['GET', 'POST', 'PATCH', 'DELETE'] }),
          RestlessModule.forFeature([Shelf, Item, Treasure, Folder, Branch]),
        ],
        seed,
      });
    });
    afterAll(() => app.close());

    it.each([{ id: 2 }, { name: 'crown' }])(
      'spares %j, which is of a resource that inherits and has no DELETE of its own [RCL-05]',
      async (member) => {
        const answer = await patch('/api/shelf/1', { items: { remove: [{ ...member, __delete__: true }] } });

        expect([answer.status, await names('/api/treasure')]).toEqual([404, ['crown']]);
      },
    );

    it.each(['folder', 'branch'])(
      'refuses to delete a %s that the body changes as well, and has then written nothing [RCL-05]',
      async (name) => {
        const many = name === 'folder' ? 'folders' : 'branches';
        const deleting = (row: object): object => ({
          id: 1,
          name: 'changed',
          [many]: { remove: [{ ...row, __delete__: true }] },
        });
        const answers = [
          await patch(`/api/${name}/2`, { name: 'new', [name]: deleting({ id: 2 }) }),
          await patch(`/api/${name}/2`, { name: 'new', [name]: deleting({ name: 'two' }) }),
          await patch(`/api/${name}/2`, { [name]: deleting({ name: 'two' }) }),
          await patch(`/api/${name}/4`, {
            [many]: [
              { id: 3, [name]: deleting({ name: 'two' }) },
              { id: 2, name: 'new' },
            ],
          }),
        ];

        expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
        expect(await names(`/api/${name}`)).toEqual(['one', 'two', 'three', 'four']);
      },
    );
  },
  { adapters: ['express'] },
);
