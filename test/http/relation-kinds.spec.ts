/** Every kind of relation that TypeORM has is read alike: included, followed, linked, filtered and sorted through. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  Column,
  type DataSource,
  Entity,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  OneToOne,
  PrimaryGeneratedColumn,
  type Relation,
  Tree,
  TreeChildren,
  TreeParent,
} from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { jsonApi } from '../support/json-api-document.js';

@Entity()
@Resource()
class Writer {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @OneToOne(() => Profile, (profile) => profile.writer) profile!: Relation<Profile> | null;
  /** Lazy on both sides. */
  @Expose() @OneToMany(() => Story, (story) => story.writer) stories!: Promise<Relation<Story>[]>;
  @Expose() @ManyToMany(() => Writer, (writer) => writer.admirers) @JoinTable() idols!: Relation<Writer>[];
  @Expose() @ManyToMany(() => Writer, (writer) => writer.idols) admirers!: Relation<Writer>[];
  /** A column of the other table that is no primary key, under another name. */
  @Expose()
  @ManyToOne(() => Country, (country) => country.writers)
  @JoinColumn({ name: 'home_code', referencedColumnName: 'code' })
  home!: Relation<Country> | null;
}

@Entity()
@Resource()
class Profile {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() bio!: string;
  @Expose() @OneToOne(() => Writer, (writer) => writer.profile) @JoinColumn() writer!: Relation<Writer> | null;
}

@Entity()
@Resource()
class Country {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ unique: true }) code!: string;
  @Expose() @OneToMany(() => Writer, (writer) => writer.home) writers!: Relation<Writer>[];
}

@Entity()
@Resource()
class Story {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ unique: true }) title!: string;
  @Expose() @ManyToOne(() => Writer, (writer) => writer.stories) writer!: Promise<Relation<Writer> | null>;
  /** Eager, with an inverse side. */
  @Expose() @ManyToMany(() => Label, (label) => label.stories, { eager: true }) @JoinTable() labels!: Relation<Label>[];
  /** Without an inverse side, and by columns that are no primary keys. */
  @Expose()
  @ManyToMany(() => Country)
  @JoinTable({
    joinColumn: { referencedColumnName: 'title' },
    inverseJoinColumn: { referencedColumnName: 'code' },
  })
  countries!: Relation<Country>[];
}

@Entity()
@Resource()
class Label {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() text!: string;
  @Expose() @ManyToMany(() => Story, (story) => story.labels) stories!: Relation<Story>[];
}

@Entity()
@Tree('closure-table')
@Resource()
class Topic {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @TreeParent() parent!: Relation<Topic> | null;
  @Expose() @TreeChildren() children!: Relation<Topic>[];
}

@Entity()
@Tree('materialized-path')
@Resource({ expose: 'all' })
class Folder {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @TreeParent() parent!: Relation<Folder> | null;
  @TreeChildren() children!: Relation<Folder>[];
}

@Entity()
@Tree('nested-set')
@Resource({ expose: 'all' })
class Chapter {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @TreeParent() parent!: Relation<Chapter> | null;
  @TreeChildren() children!: Relation<Chapter>[];
}

const ENTITIES = [Writer, Profile, Country, Story, Label, Topic, Folder, Chapter];

async function seed(dataSource: DataSource): Promise<void> {
  const { manager } = dataSource;
  await manager.insert(Country, [
    { id: 1, code: 'NO' },
    { id: 2, code: 'IT' },
    { id: 3, code: 'IS' },
  ]);
  await manager.insert(Writer, [
    { id: 1, name: 'Sigrid', home: { code: 'NO' } },
    { id: 2, name: 'Italo', home: { code: 'IT' } },
    { id: 3, name: 'Anon', home: null },
  ]);
  await manager.insert(Profile, [
    { id: 1, bio: 'of Lillehammer', writer: { id: 1 } },
    { id: 2, bio: 'nobody', writer: null },
  ]);
  const writer = (id: number) => ({ id }) as never;
  await manager.insert(Story, [
    { id: 1, title: 'Saga', writer: writer(1) },
    { id: 2, title: 'Fable', writer: writer(1) },
    { id: 3, title: 'Cities', writer: writer(2) },
    { id: 4, title: 'Lost', writer: null as never },
  ]);
  await manager.insert(Label, [
    { id: 1, text: 'old' },
    { id: 2, text: 'short' },
    { id: 3, text: 'unused' },
  ]);
  const relate = (entity: unknown, relation: string, of: unknown, add: unknown) =>
    manager
      .createQueryBuilder()
      .relation(entity as never, relation)
      .of(of)
      .add(add);
  await relate(Story, 'labels', 1, [1, 2]);
  await relate(Story, 'labels', 2, [1]);
  await relate(Story, 'countries', { title: 'Saga' }, [{ code: 'NO' }, { code: 'IS' }]);
  await relate(Story, 'countries', { title: 'Cities' }, { code: 'IT' });
  await relate(Writer, 'idols', 2, [1, 3]);
  await relate(Writer, 'idols', 3, [1]);
  for (const entity of [Topic, Folder, Chapter]) {
    const root = await manager.save(entity, { name: 'root' } as Topic);
    const left = await manager.save(entity, { name: 'left', parent: root } as Topic);
    await manager.save(entity, { name: 'right', parent: root } as Topic);
    await manager.save(entity, { name: 'leaf', parent: left } as Topic);
  }
}

const linkage = (...list: string[]) => list.map((each) => ({ type: each.split('/')[0], id: each.split('/')[1] }));

describeServers(
  (server) => {
    let app: TestApp;
    const get = jsonApi(() => app);

    beforeAll(async () => {
      app = await server.start({ entities: ENTITIES, imports: [RestlessModule.forFeature(ENTITIES)], seed });
    });
    afterAll(() => app.close());

    /** The linkage of one relationship for every row of a collection, by include; the same by its own URLs. */
    async function expectLinkage(type: string, relationship: string, expected: readonly unknown[]): Promise<void> {
      const list = await get(`/api/${type}?include=${relationship}&sort=id`);
      expect(list.at(`/data/*/relationships/${relationship}/data`)).toEqual(expected);
      for (const [index, data] of expected.entries()) {
        const own = await get(`/api/${type}/${index + 1}/relationships/${relationship}`);
        const related = await get(`/api/${type}/${index + 1}/${relationship}${Array.isArray(data) ? '?sort=id' : ''}`);
        expect(own.at('/data')).toEqual(data);
        expect(identifiers(related.at('/data'))).toEqual(data);
      }
    }

    it('reads one-to-one relations from both sides [REL-10, REL-15]', async () => {
      await expectLinkage('profile', 'writer', [linkage('writer/1')[0], null]);
      await expectLinkage('writer', 'profile', [linkage('profile/1')[0], null, null]);
    });

    it('reads the side without the join column without an include as well [REL-10]', async () => {
      const answer = await get('/api/writer?fields[writer]=profile&sort=id');

      expect(answer.at('/data/*/relationships/profile/data')).toEqual([linkage('profile/1')[0], null, null]);
    });

    it('reads relations by a unique column that is no primary key [REL-10, REL-15]', async () => {
      await expectLinkage('writer', 'home', [linkage('country/1')[0], linkage('country/2')[0], null]);
      await expectLinkage('country', 'writers', [linkage('writer/1'), linkage('writer/2'), []]);
    });

    it('reads lazy relations, whose values are promises in the entity [REL-06, MAP-10]', async () => {
      await expectLinkage('writer', 'stories', [linkage('story/1', 'story/2'), linkage('story/3'), []]);
      await expectLinkage('story', 'writer', [...linkage('writer/1', 'writer/1', 'writer/2'), null]);
    });

    it('reads many-to-many relations from both sides, eager ones like others [REL-10, REL-15]', async () => {
      await expectLinkage('story', 'labels', [linkage('label/1', 'label/2'), linkage('label/1'), [], []]);
      await expectLinkage('label', 'stories', [linkage('story/1', 'story/2'), linkage('story/1'), []]);
      expect((await get('/api/story/1')).body).not.toHaveProperty('included');
    });

    it('reads many-to-many relations without an inverse side, by columns that are no primary keys [REL-10, REL-15]', async () => {
      await expectLinkage('story', 'countries', [linkage('country/1', 'country/3'), [], linkage('country/2'), []]);
    });

    it('reads relations of an entity to itself from both sides [REL-10, REL-15]', async () => {
      await expectLinkage('writer', 'idols', [[], linkage('writer/1', 'writer/3'), linkage('writer/1')]);
      await expectLinkage('writer', 'admirers', [linkage('writer/2', 'writer/3'), [], linkage('writer/2')]);
    });

    it.each(['topic', 'folder', 'chapter'])(
      'reads the parents and children of the tree %s [REL-10, REL-15]',
      async (tree) => {
        const nodes = linkage(`${tree}/1`, `${tree}/2`, `${tree}/3`, `${tree}/4`);

        await expectLinkage(tree, 'parent', [null, nodes[0], nodes[0], nodes[1]]);
        await expectLinkage(tree, 'children', [[nodes[1], nodes[2]], [nodes[3]], [], []]);
      },
    );

    it('shows nothing of what a tree keeps for itself [FLD-25]', async () => {
      const folder = await get('/api/folder/2');
      const chapter = await get('/api/chapter/2');

      expect(folder.at('/data/attributes')).toEqual({ name: 'left' });
      expect(chapter.at('/data/attributes')).toEqual({ name: 'left' });
      expect(Object.keys(chapter.at('/data/relationships') as object)).toEqual(['parent', 'children']);
    });

    it('follows a path through relations of several kinds [INC-03, JA-32]', async () => {
      const answer = await get(
        '/api/country/1?include=writers.stories.labels.stories.countries,writers.profile,writers.admirers',
      );

      const included = answer.at('/included') as { type: string; id: string }[];
      expect(included.map(({ type, id }) => `${type}/${id}`).sort()).toEqual([
        ...['country/3', 'label/1', 'label/2', 'profile/1', 'story/1', 'story/2', 'writer/1', 'writer/2', 'writer/3'],
      ]);
    });

    it.each<[string, string[]]>([
      ['/api/writer?filter[profile.bio]=of Lillehammer', ['1']],
      ['/api/profile?filter[writer.home.code]=NO', ['1']],
      ['/api/writer?filter[home.code][in]=NO,IT', ['1', '2']],
      ['/api/country?filter[writers.stories.title]=Cities', ['2']],
      ['/api/writer?filter[stories.labels.text]=old', ['1']],
      ['/api/label?filter[stories.writer.name]=Sigrid', ['1', '2']],
      ['/api/story?filter[countries.code]=IS', ['1']],
      ['/api/writer?filter[idols.name]=Anon', ['2']],
      ['/api/writer?filter[admirers.idols.name]=Sigrid', ['1', '3']],
      ['/api/topic?filter[parent.parent.name]=root', ['4']],
      ['/api/folder?filter[children.children.name]=leaf', ['1']],
      ['/api/writer?filter[objects]=[{"name":"profile","op":"is_null"}]', ['2', '3']],
      ['/api/writer?filter[objects]=[{"not":{"name":"stories.id","op":"is_not_null"}}]', ['3']],
      [
        '/api/story?filter[objects]=[{"name":"labels","op":"any","val":{"name":"stories","op":"any","val":{"name":"title","op":"eq","val":"Fable"}}}]',
        ['1', '2'],
      ],
      ['/api/story?filter[labels]=1', ['1', '2']],
      ['/api/story?filter[writer]=1', ['1', '2']],
    ])('filters through relations of every kind, no row twice: %s [REL-15]', async (path, expected) => {
      const answer = await get(encodeURI(path));

      expect(answer.at('/data/*/id')).toEqual(expected);
      expect(answer.at('/meta/total')).toBe(expected.length);
    });

    it('sorts through to-one relations of every kind [REL-15]', async () => {
      const byProfile = await get(
        '/api/writer?sort=-profile.bio&filter[objects]=[{"name":"profile","op":"is_not_null"}]',
      );
      const byHome = await get(
        '/api/story?sort=writer.home.code,-title&filter[objects]=[{"name":"writer","op":"is_not_null"}]',
      );
      const byParent = await get(
        '/api/topic?sort=-parent.name,name&filter[objects]=[{"name":"parent","op":"is_not_null"}]',
      );

      expect(byProfile.at('/data/*/id')).toEqual(['1']);
      expect(byHome.at('/data/*/attributes/title')).toEqual(['Cities', 'Saga', 'Fable']);
      expect(byParent.at('/data/*/attributes/name')).toEqual(['left', 'right', 'leaf']);
    });
  },
  { adapters: ['express'] },
);

function identifiers(data: unknown): unknown {
  const identifier = ({ type, id }: { type: string; id: string }) => ({ type, id });
  if (data === null) return null;
  return Array.isArray(data) ? data.map(identifier) : identifier(data as { type: string; id: string });
}
