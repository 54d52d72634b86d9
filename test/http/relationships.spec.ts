/** Relationship URLs change relations of every kind alike, and both sides see it. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  BeforeUpdate,
  Column,
  DataSource,
  Entity,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  OneToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
  Tree,
  TreeChildren,
  TreeParent,
} from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { linkage, writing } from '../support/writing.js';

@Entity()
@Resource()
class Writer {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @OneToOne(() => Profile, (profile) => profile.writer) profile!: Relation<Profile> | null;
  @Expose() @OneToMany(() => Letter, (letter) => letter.writer) letters!: Relation<Letter>[];
  @Expose() @OneToMany(() => Poem, (poem) => poem.writer) poems!: Relation<Poem>[];
  @Expose() @OneToMany(() => Note, (note) => note.writer) notes!: Relation<Note>[];
  @Expose() @OneToMany(() => Memo, (memo) => memo.writer) memos!: Relation<Memo>[];
  @Expose() @OneToMany(() => Essay, (essay) => essay.writer) essays!: Promise<Relation<Essay>[]>;
  /** Lazy on both sides. */
  @Expose() @OneToMany(() => Story, (story) => story.writer) stories!: Promise<Relation<Story>[]>;
  @Expose() @ManyToOne(() => Writer, (writer) => writer.pupils) mentor!: Relation<Writer> | null;
  @Expose() @OneToMany(() => Writer, (writer) => writer.mentor) pupils!: Relation<Writer>[];
  @Expose() @ManyToMany(() => Writer, (writer) => writer.admirers) @JoinTable() idols!: Relation<Writer>[];
  @Expose() @ManyToMany(() => Writer, (writer) => writer.idols) admirers!: Relation<Writer>[];
  @Expose() @ManyToMany(() => Label, (label) => label.fans) @JoinTable() labels!: Promise<Relation<Label>[]>;
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
  @Expose() @OneToOne(() => Writer, (writer) => writer.profile) @JoinColumn() writer!: Relation<Writer> | null;
}

@Entity()
@Resource()
class Letter {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @ManyToOne(() => Writer, (writer) => writer.letters) writer!: Relation<Writer> | null;
}

/** The join column is a property as well. */
@Entity()
@Resource()
class Poem {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ type: 'int', nullable: true, name: 'poet' }) writerId!: number | null;
  @Expose()
  @ManyToOne(() => Writer, (writer) => writer.poems)
  @JoinColumn({ name: 'poet' })
  writer!: Relation<Writer> | null;
}

/** The same, and lazy. */
@Entity()
@Resource()
class Essay {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ type: 'int', nullable: true }) writerId!: number | null;
  @Expose() @ManyToOne(() => Writer, (writer) => writer.essays) writer!: Promise<Relation<Writer> | null>;
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
  @JoinTable({ joinColumn: { referencedColumnName: 'title' }, inverseJoinColumn: { referencedColumnName: 'code' } })
  countries!: Relation<Country>[];
}

@Entity()
@Resource()
class Label {
  @PrimaryGeneratedColumn('uuid') id!: string;
  @Expose() @ManyToMany(() => Story, (story) => story.labels) stories!: Relation<Story>[];
  @Expose() @ManyToMany(() => Writer, (writer) => writer.labels) fans!: Promise<Relation<Writer>[]>;
}

/** Written through instances, because it has a listener; the join column is a property as well. */
@Entity()
@Resource()
class Note {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ default: 0 }) changes!: number;
  @Column({ type: 'int', nullable: true }) writerId!: number | null;
  @Expose() @ManyToOne(() => Writer, (writer) => writer.notes) writer!: Relation<Writer> | null;
  @BeforeUpdate() count() {
    this.changes += 1;
  }
}

/** The same, and lazy. */
@Entity()
@Resource()
class Memo {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ default: 0 }) changes!: number;
  @Column({ type: 'int', nullable: true }) writerId!: number | null;
  @Expose() @ManyToOne(() => Writer, (writer) => writer.memos) writer!: Promise<Relation<Writer> | null>;
  @BeforeUpdate() count() {
    this.changes += 1;
  }
}

/** The key has a text that may hold the separator, and a number. */
@Entity()
@Resource()
class Seat {
  @PrimaryColumn({ type: 'varchar', length: 20 }) block!: string;
  @PrimaryColumn({ type: 'int' }) number!: number;
  @Expose() @OneToMany(() => Ticket, (ticket) => ticket.seat) tickets!: Relation<Ticket>[];
  @Expose() @OneToOne(() => Lamp, (lamp) => lamp.seat) lamp!: Relation<Lamp> | null;
  @Expose() @ManyToMany(() => Seat, (seat) => seat.neighbourOf) @JoinTable() neighbours!: Relation<Seat>[];
  @Expose() @ManyToMany(() => Seat, (seat) => seat.neighbours) neighbourOf!: Relation<Seat>[];
}

@Entity()
@Resource()
class Ticket {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @ManyToOne(() => Seat, (seat) => seat.tickets) seat!: Relation<Seat> | null;
}

@Entity()
@Resource()
class Lamp {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @OneToOne(() => Seat, (seat) => seat.lamp) @JoinColumn() seat!: Relation<Seat> | null;
}

/** The id is a unique column, and relations lead to the primary key. */
@Entity()
@Resource({ primaryKey: 'code' })
class Region {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ unique: true }) code!: string;
  @Expose() @OneToMany(() => Town, (town) => town.region) towns!: Relation<Town>[];
  @Expose() @ManyToMany(() => Region) @JoinTable() partners!: Relation<Region>[];
}

@Entity()
@Resource()
class Town {
  @Expose() @PrimaryColumn() name!: string;
  @Expose() @ManyToOne(() => Region, (region) => region.towns) region!: Relation<Region> | null;
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
@Resource()
class Folder {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @TreeParent() parent!: Relation<Folder> | null;
  @Expose() @TreeChildren() children!: Relation<Folder>[];
}

const ENTITIES = [
  ...[Writer, Profile, Letter, Poem, Essay, Note, Memo, Story, Label, Country],
  ...[Seat, Ticket, Lamp, Region, Town, Topic, Folder],
];

const [RED, BLUE, GREEN] = [1, 2, 3].map((digit) => `${digit}0000000-0000-4000-8000-000000000000`);

async function seed({ manager }: DataSource): Promise<void> {
  await manager.insert(Country, [{ code: 'NO' }, { code: 'IT' }, { code: 'IS' }]);
  await manager.insert(Writer, [{ name: 'Sigrid' }, { name: 'Italo' }, { name: 'Anon' }, { name: 'Elena' }]);
  await manager.insert(Profile, [{}, {}, {}]);
  for (const entity of [Letter, Poem, Essay, Note, Memo]) await manager.insert(entity, [{}, {}, {}]);
  await manager.insert(Story, [{ title: 'Saga' }, { title: 'Fable' }, { title: 'Cities' }]);
  await manager.insert(Label, [{ id: RED! }, { id: BLUE! }, { id: GREEN! }]);
  await manager.insert(
    Seat,
    ['A', 'B', 'a,b', '50%'].map((block) => ({ block, number: 1 })),
  );
  await manager.insert(Ticket, [{}, {}, {}]);
  await manager.insert(Lamp, [{}, {}, {}]);
  await manager.insert(Region, [{ code: 'north' }, { code: 'south' }, { code: 'east' }, { code: 'west' }]);
  await manager.insert(Town, [{ name: 'Alta' }, { name: 'Bodø' }, { name: 'Ca/rl' }]);
  for (const entity of [Topic, Folder]) {
    for (const name of ['one', 'two', 'three', 'four']) await manager.save(entity, { name });
  }
}

/** A to-many relationship: its owner, its name, the type and the ids of three rows, and what the other side is called. */
type ToMany = [owner: string, name: string, type: string, ids: string[], inverse?: string];

const TO_MANY: ToMany[] = [
  ['writer/1', 'letters', 'letter', ['1', '2', '3'], 'writer'],
  ['writer/1', 'poems', 'poem', ['1', '2', '3'], 'writer'],
  ['writer/1', 'essays', 'essay', ['1', '2', '3'], 'writer'],
  ['writer/1', 'notes', 'note', ['1', '2', '3'], 'writer'],
  ['writer/1', 'memos', 'memo', ['1', '2', '3'], 'writer'],
  ['writer/1', 'stories', 'story', ['1', '2', '3'], 'writer'],
  ['writer/1', 'pupils', 'writer', ['2', '3', '4'], 'mentor'],
  ['writer/1', 'idols', 'writer', ['1', '2', '3'], 'admirers'],
  ['writer/1', 'admirers', 'writer', ['2', '3', '4'], 'idols'],
  ['writer/1', 'labels', 'label', [RED!, BLUE!, GREEN!], 'fans'],
  ['label/' + RED, 'stories', 'story', ['1', '2', '3'], 'labels'],
  ['label/' + RED, 'fans', 'writer', ['1', '2', '3'], 'labels'],
  ['country/2', 'writers', 'writer', ['1', '2', '4'], 'home'],
  ['story/1', 'labels', 'label', [RED!, BLUE!, GREEN!], 'stories'],
  ['story/1', 'countries', 'country', ['1', '2', '3']],
  ['seat/a%252Cb,1', 'tickets', 'ticket', ['1', '2', '3'], 'seat'],
  ['seat/A,1', 'neighbours', 'seat', ['50%25,1', 'A,1', 'a%2Cb,1'], 'neighbourOf'],
  ['seat/50%2525,1', 'neighbourOf', 'seat', ['A,1', 'B,1', 'a%2Cb,1'], 'neighbours'],
  ['region/north', 'towns', 'town', ['Alta', 'Bodø', 'Ca/rl'], 'region'],
  ['region/north', 'partners', 'region', ['north', 'south', 'east']],
  ['topic/1', 'children', 'topic', ['2', '3', '4'], 'parent'],
  ['folder/1', 'children', 'folder', ['2', '3', '4'], 'parent'],
];

type ToOne = [owner: string, name: string, type: string, ids: [string, string], inverse: string];

const TO_ONE: ToOne[] = [
  ['letter/1', 'writer', 'writer', ['1', '2'], 'letters'],
  ['poem/1', 'writer', 'writer', ['1', '2'], 'poems'],
  ['essay/1', 'writer', 'writer', ['1', '2'], 'essays'],
  ['note/1', 'writer', 'writer', ['1', '2'], 'notes'],
  ['memo/1', 'writer', 'writer', ['1', '2'], 'memos'],
  ['story/1', 'writer', 'writer', ['1', '2'], 'stories'],
  ['writer/1', 'mentor', 'writer', ['2', '1'], 'pupils'],
  ['writer/1', 'home', 'country', ['1', '2'], 'writers'],
  ['profile/1', 'writer', 'writer', ['1', '2'], 'profile'],
  ['writer/3', 'profile', 'profile', ['2', '3'], 'writer'],
  ['ticket/1', 'seat', 'seat', ['a%2Cb,1', 'A,1'], 'tickets'],
  ['lamp/1', 'seat', 'seat', ['a%2Cb,1', 'A,1'], 'lamp'],
  ['seat/50%2525,1', 'lamp', 'lamp', ['2', '3'], 'seat'],
  ['town/Alta', 'region', 'region', ['south', 'north'], 'towns'],
  ['topic/4', 'parent', 'topic', ['1', '2'], 'children'],
  ['folder/4', 'parent', 'folder', ['1', '2'], 'children'],
];

describeServers(
  (server) => {
    let app: TestApp;
    const { get, write } = writing(() => app);

    beforeAll(async () => {
      const imports = [
        RestlessModule.forRoot({
          methods: ['GET', 'POST', 'PATCH', 'DELETE'],
          allowToManyReplacement: true,
          allowDeleteFromToManyRelationships: true,
          pageSize: 0,
        }),
        RestlessModule.forFeature(ENTITIES),
      ];
      app = await server.start({ entities: ENTITIES, imports, seed });
    });
    afterAll(() => app.close());

    const names = (type: string, ids: readonly string[]) => linkage(...ids.map((id) => `${type}/${id}`));
    const sorted = (data: unknown) =>
      [...(data as { id: string }[])].sort((one, other) => (one.id < other.id ? -1 : one.id > other.id ? 1 : 0));

    /** The ids of all rows of a type that lead to a row. */
    async function leadingTo(row: string, type: string, relationship: string): Promise<string[]> {
      const [self] = linkage(decodeURIComponent(row));
      const list = await get(`/api/${type}?include=${relationship}&fields[${type}]=${relationship}`);
      const ids = list.at('/data/*/id') as string[];
      const linked = list.at(`/data/*/relationships/${relationship}/data`) as unknown[];
      return ids.filter((_, index) =>
        ([] as unknown[]).concat(linked[index] ?? []).some((each) => isEqual(each, self)),
      );
    }

    const isEqual = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

    /** The relationship has exactly these members, and so says the other side. */
    async function expectMembers([owner, name, type, , inverse]: ToMany, members: readonly string[]): Promise<void> {
      const own = await get(`/api/${owner}/relationships/${name}`);
      expect(sorted(own.at('/data'))).toEqual(sorted(names(type, members)));
      if (inverse !== undefined) expect((await leadingTo(owner, type, inverse)).sort()).toEqual([...members].sort());
    }

    it.each(TO_MANY)(
      'adds to, takes out of and replaces the members of %s %s [RJA-02, RJA-05, RJA-07, RJA-08, RJA-09, RJA-19, JA-66, JA-67, JA-68]',
      async (...kind) => {
        const [owner, name, type, [a, b, c]] = kind as [string, string, string, [string, string, string]];
        const url = `/api/${owner}/relationships/${name}`;
        const steps: ['POST' | 'PATCH' | 'DELETE', string[], string[]][] = [
          ['PATCH', [], []],
          ['POST', [a], [a]],
          // What is there already is a success.
          ['POST', [a, b, b], [a, b]],
          ['POST', [], [a, b]],
          // What is not there is a success too.
          ['DELETE', [a, c], [b]],
          ['DELETE', [], [b]],
          ['PATCH', [a, c], [a, c]],
          ['PATCH', [c, b, c], [b, c]],
          ['DELETE', [b, c], []],
          ['POST', [c, a, b], [a, b, c]],
          ['PATCH', [], []],
        ];
        for (const [method, sent, members] of steps) {
          const answer = await write(method, url, names(type, sent));

          expect([method, sent, answer.status, answer.text]).toEqual([method, sent, 204, '']);
          await expectMembers(kind, members);
        }
      },
    );

    it.each(TO_ONE)('sets and clears %s %s [RJA-01, RJA-19, JA-65]', async (...kind) => {
      const [owner, name, type, [a, b], inverse] = kind;
      const url = `/api/${owner}/relationships/${name}`;
      for (const id of [null, a, a, b, null, null, b]) {
        const [data] = id === null ? [null] : names(type, [id]);
        const answer = await write('PATCH', url, data);

        expect([id, answer.status, answer.text]).toEqual([id, 204, '']);
        expect((await get(url)).at('/data')).toEqual(data);
        expect(await leadingTo(owner, type, inverse)).toEqual(id === null ? [] : [id]);
      }
      expect((await write('PATCH', url, null)).status).toBe(204);
    });

    it('moves a member that belongs to another row [RJA-05, JA-67]', async () => {
      await write('PATCH', '/api/writer/1/relationships/letters', linkage('letter/1', 'letter/2'));

      expect((await write('POST', '/api/writer/2/relationships/letters', linkage('letter/2'))).status).toBe(204);

      expect((await get('/api/writer/1/relationships/letters')).at('/data')).toEqual(linkage('letter/1'));
      expect((await get('/api/writer/2/relationships/letters')).at('/data')).toEqual(linkage('letter/2'));
    });

    it('moves the row on the other side of a one-to-one relation, and refuses to take it from the side with the column [RJA-01, JA-65]', async () => {
      await write('PATCH', '/api/writer/1/relationships/profile', linkage('profile/1')[0]);

      const moved = await write('PATCH', '/api/writer/2/relationships/profile', linkage('profile/1')[0]);
      const refused = await write('PATCH', '/api/profile/2/relationships/writer', linkage('writer/2')[0]);

      expect(moved.status).toBe(204);
      expect((await get('/api/writer?include=profile&sort=id')).at('/data/*/relationships/profile/data')).toEqual([
        ...[null, { type: 'profile', id: '1' }, null, null],
      ]);
      expect([refused.status, refused.at('/errors/0/source/pointer')]).toEqual([409, '/data']);
      expect((await get('/api/profile/2/relationships/writer')).at('/data')).toBeNull();
    });

    it.each([Topic, Folder])('keeps what the tree %p writes for itself in step [JA-65, JA-67]', async (entity) => {
      const type = entity.name.toLowerCase();
      await write('PATCH', `/api/${type}/2/relationships/parent`, linkage(`${type}/1`)[0]);
      await write('POST', `/api/${type}/2/relationships/children`, linkage(`${type}/3`));
      await write('PATCH', `/api/${type}/4/relationships/parent`, linkage(`${type}/3`)[0]);

      const tree = app.app.get(DataSource).getTreeRepository(entity);
      const root = await tree.findOneByOrFail({ id: 1 });

      expect((await tree.findDescendants(root)).map(({ id }) => id).sort()).toEqual([1, 2, 3, 4]);
      await write('DELETE', `/api/${type}/2/relationships/children`, linkage(`${type}/3`));
      expect((await tree.findDescendants(root)).map(({ id }) => id).sort()).toEqual([1, 2]);
    });

    it('takes ids that are numbers, and gives texts [RJA-13]', async () => {
      const url = '/api/writer/4/relationships/letters';

      const answer = await write('PATCH', url, [
        { type: 'letter', id: 3 },
        { type: 'letter', id: 1 },
      ]);

      expect(answer.status).toBe(204);
      expect((await get(url)).at('/data')).toEqual(linkage('letter/1', 'letter/3'));
    });
  },
  { adapters: ['express'] },
);
