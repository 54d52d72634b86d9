/** Attributes that are no column of the table: virtual columns, embedded objects, getters and methods. */
import { jest } from '@jest/globals';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Exclude, Expose } from 'class-transformer';
import { Resource, type ResourceOptions, RestlessModule } from 'nestjs-restless';
import {
  AfterLoad,
  Column,
  type DataSource,
  Entity,
  JoinColumn,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  type Relation,
  VirtualColumn,
} from 'typeorm';
import { createApp, describeServers, type TestApp } from '../support/app.js';
import { jsonApi } from '../support/json-api-document.js';

class Geo {
  @Column({ type: 'double precision', nullable: true }) lat!: number | null;
  @Column({ type: 'double precision', nullable: true }) lng!: number | null;
}

class Address {
  @Column({ type: 'varchar', nullable: true }) city!: string | null;
  @Column({ type: 'varchar', nullable: true, select: false }) doorCode!: string | null;
  @Column(() => Geo) geo!: Geo;
  @ManyToOne(() => Label) printer!: Relation<Label> | null;
}

class Plain {
  @Column({ type: 'int', default: 3 }) stars!: number;
}

@Entity()
@Resource({
  additionalAttributes: [
    'initials',
    'shout',
    'whisper',
    'songTitles',
    'lists',
    'friend',
    'friends',
    'missing',
    'first',
  ],
})
class Artist {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @Column({ type: 'date', nullable: true }) born!: string | null;
  @Column({ default: 'hush' }) password!: string;

  @Expose()
  @VirtualColumn({ type: 'int', query: (alias) => `SELECT COUNT(*) FROM song WHERE song.artist_id = ${alias}.id` })
  songCount!: number;

  @Expose()
  @VirtualColumn({ type: 'boolean', query: (alias) => `SELECT ${alias}.name LIKE 'A%'` })
  isFirst!: boolean;

  @Expose() @Column(() => Address) address!: Address;
  @Expose() @Column(() => Plain, { prefix: false }) plain!: Plain;
  @Expose() @OneToMany(() => Song, (song) => song.artist) songs!: Promise<Relation<Song>[]>;

  /** No column: set when the row is loaded. */
  @Expose() loaded!: string;

  @AfterLoad()
  afterLoad(): void {
    this.loaded = `loaded ${this.name}`;
  }

  get initials(): string {
    return this.name.slice(0, 1);
  }

  @Expose() get age(): number {
    return 2000 - Number(this.born?.slice(0, 4) ?? 2000);
  }

  @Expose({ name: 'loud', groups: ['admin'] }) scream(): string {
    return this.name.toUpperCase();
  }

  shout(): string {
    return `${this.name}!`;
  }

  async whisper(): Promise<string> {
    return Promise.resolve(this.name.toLowerCase());
  }

  async songTitles(): Promise<string[]> {
    return (await this.songs).map(({ title }) => title).sort();
  }

  lists(): unknown {
    return {
      date: new Date(0),
      big: 12n ** 20n,
      bytes: Buffer.from('hi'),
      set: new Set([1]),
      not: NaN,
      none: undefined,
    };
  }

  /** Another entity, with what it hides. */
  friend(): Artist {
    return Object.assign(new Artist(), { id: 9, name: 'Friend', born: null, password: 'theirs', loaded: 'yes' });
  }

  friends(): unknown {
    return [{ who: [this.friend()] }];
  }

  missing(): undefined {
    return undefined;
  }

  /** A relation, as an attribute. */
  get first(): Promise<Song | undefined> {
    return this.songs.then((songs) => songs[0]);
  }
}

@Entity()
@Resource({ additionalAttributes: ['display'] })
class Song {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() title!: string;
  @Expose()
  @ManyToOne(() => Artist, (artist) => artist.songs)
  @JoinColumn({ name: 'artist_id' })
  artist!: Relation<Artist> | null;

  get display(): string {
    if (this.title === 'broken') throw new Error('a secret of the server');
    return `"${this.title}"`;
  }
}

/** Columns that are called like parts of the machinery. */
@Entity()
@Resource({ expose: 'all' })
class Label {
  @PrimaryGeneratedColumn() id!: number;
  @Column() query!: string;
  @Column() metadata!: string;
  @Column() prototype!: string;
  @Column() then!: string;
  @Exclude() @Column({ nullable: true, type: 'varchar' }) links!: string | null;
}

const ENTITIES = [Artist, Song, Label];

async function seed({ manager }: DataSource): Promise<void> {
  await manager.insert(Label, { query: 'q', metadata: 'm', prototype: 'c', then: 't' });
  await manager.insert(Artist, [
    {
      id: 1,
      name: 'Ann',
      born: '1980-01-01',
      address: { city: 'Oslo', doorCode: '42', geo: { lat: 59.9, lng: 10.7 }, printer: { id: 1 } },
    },
    { id: 2, name: 'Bo', born: null, address: { city: null, doorCode: null, geo: { lat: null, lng: null } } },
    { id: 3, name: 'Al', born: '1990-01-01', address: { city: 'Bergen', geo: { lat: 60.4, lng: 5.3 } } },
  ]);
  await manager.insert(Song, [
    { id: 1, title: 'One', artist: { id: 1 } },
    { id: 2, title: 'Two', artist: { id: 1 } },
    { id: 3, title: 'broken', artist: { id: 3 } },
  ]);
}

describeServers(
  (server) => {
    let app: TestApp;
    const get = jsonApi(() => app);

    beforeAll(async () => {
      const imports = [
        RestlessModule.forRoot({
          groups: ({ headers }: { headers: Record<string, string> }) => (headers['who'] ? [headers['who']] : []),
        }),
        RestlessModule.forFeature(ENTITIES),
      ];
      app = await server.start({ entities: ENTITIES, imports, seed });
    });
    afterAll(() => app.close());

    const attributes = async (path: string): Promise<unknown> => (await get(path)).at('/data/attributes');

    it('shows getters and methods that are listed or exposed, asynchronous ones too [FLD-10, FLD-13, FLD-17, MAP-09]', async () => {
      const query = 'fields[artist]=initials,shout,whisper,age,loaded,missing';

      expect(await attributes(`/api/artist/1?${query}`)).toEqual({
        initials: 'A',
        shout: 'Ann!',
        whisper: 'ann',
        age: 20,
        loaded: 'loaded Ann',
        missing: null,
      });
      expect(await attributes('/api/song/1')).toEqual({ title: 'One', display: '"One"' });
    });

    it('shows them in lists, related resources and includes [FLD-10, INC-05]', async () => {
      const list = await get('/api/artist?fields[artist]=shout&sort=-id');
      const related = await get('/api/artist/1/songs?fields[song]=display');
      const included = await get('/api/song/1?include=artist&fields[artist]=initials,name&fields[song]=title,artist');

      expect(list.at('/data/*/attributes')).toEqual([{ shout: 'Al!' }, { shout: 'Bo!' }, { shout: 'Ann!' }]);
      expect(related.at('/data/*/attributes')).toEqual([{ display: '"One"' }, { display: '"Two"' }]);
      expect(included.at('/included/*/attributes')).toEqual([{ initials: 'A', name: 'Ann' }]);
    });

    it('shows them to their group, under their name [FLD-13]', async () => {
      const admin = await get('/api/artist/1?fields[artist]=loud', { who: 'admin' });

      expect(admin.at('/data/attributes')).toEqual({ loud: 'ANN' });
      expect((await get('/api/artist/1?fields[artist]=loud')).status).toBe(400);
    });

    it('may read lazy relations in them, and give relations [MAP-04, MAP-09, REL-06]', async () => {
      expect(await attributes('/api/artist/1?fields[artist]=songTitles,first')).toEqual({
        songTitles: ['One', 'Two'],
        first: { id: 1, title: 'One' },
      });
      expect(await attributes('/api/artist/2?fields[artist]=songTitles,first')).toEqual({
        songTitles: [],
        first: null,
      });
    });

    it('writes what they give as JSON [FLD-17, SER-16, SER-17]', async () => {
      expect(await attributes('/api/artist/1?fields[artist]=lists')).toEqual({
        lists: {
          date: '1970-01-01T00:00:00.000Z',
          big: '3833759992447475122176',
          bytes: 'aGk=',
          set: [1],
          not: null,
          none: null,
        },
      });
    });

    it('shows of an entity what it exposes, and not what it hides [FLD-12, FLD-17]', async () => {
      expect(await attributes('/api/artist/1?fields[artist]=friend,friends')).toEqual({
        friend: { id: 9, name: 'Friend', born: null },
        friends: [{ who: [{ id: 9, name: 'Friend', born: null }] }],
      });
    });

    it.each([
      ['filter[shout]=x', '"shout" of artist is computed by the application and cannot be filtered.'],
      ['filter[age][gt]=1', '"age" of artist is computed by the application and cannot be filtered.'],
      ['sort=initials', '"initials" is computed by the application.'],
      ['groupBy=initials', '"initials" is computed by the application.'],
    ])('refuses %s, which no database can answer [FLD-17]', async (query, detail) => {
      const answer = await get(`/api/artist?${query}`);

      expect(answer.status).toBe(400);
      expect(answer.at('/errors/0/detail')).toBe(detail);
    });

    it('says nothing of what went wrong in one, in primary data or included [INC-10]', async () => {
      const log = jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
      const own = await get('/api/song/3');
      const included = await get('/api/artist/3?include=songs&fields[artist]=songs');
      log.mockRestore();

      for (const answer of [own, included]) {
        expect(answer.status).toBe(500);
        expect(answer.text).not.toContain('secret');
        expect(answer.at('/errors/0/code')).toBe('INTERNAL');
      }
      expect((await get('/api/song/3?fields[song]=title')).status).toBe(200);
    });

    it('shows, filters, sorts and groups virtual columns, which the database computes [MAP-01, MAP-02]', async () => {
      const list = await get('/api/artist?fields[artist]=songCount,isFirst&sort=id');
      const sorted = await get('/api/artist?sort=-songCount,-id');
      const filtered = await get('/api/artist?filter[songCount][gt]=1');
      const through = await get('/api/song?filter[artist.isFirst]=true&sort=artist.songCount,-id&fields[song]=title');
      const grouped = await get('/api/artist?groupBy=isFirst&sort=id');

      expect(list.at('/data/*/attributes')).toEqual([
        { songCount: 2, isFirst: true },
        { songCount: 0, isFirst: false },
        { songCount: 1, isFirst: true },
      ]);
      expect(sorted.at('/data/*/id')).toEqual(['1', '3', '2']);
      expect(filtered.at('/data/*/id')).toEqual(['1']);
      expect(through.at('/data/*/id')).toEqual(['3', '2', '1']);
      expect(grouped.at('/data/*/id')).toEqual(['1', '2']);
    });

    it('shows embedded objects as objects, also inside each other [MAP-12]', async () => {
      const list = await get('/api/artist?fields[artist]=address,plain&sort=id');

      expect(list.at('/data/*/attributes')).toEqual([
        { address: { city: 'Oslo', geo: { lat: 59.9, lng: 10.7 } }, plain: { stars: 3 } },
        { address: { city: null, geo: { lat: null, lng: null } }, plain: { stars: 3 } },
        { address: { city: 'Bergen', geo: { lat: 60.4, lng: 5.3 } }, plain: { stars: 3 } },
      ]);
    });

    it.each<[string, string[]]>([
      ['filter[address.city]=Oslo', ['1']],
      ['filter[address][city]=Oslo', ['1']],
      ['filter[address.geo.lat][gt]=60', ['3']],
      ['filter[address][geo][lat][lt]=60', ['1']],
      ['filter[objects]=[{"name":"address.city","op":"is_null"}]', ['2']],
      ['filter[plain.stars]=3&sort=id', ['1', '2', '3']],
      ['filter[address.city][ge]=A&sort=address.city', ['3', '1']],
      ['filter[address.city][ge]=A&sort=-address.geo.lng', ['1', '3']],
      ['groupBy=plain.stars', ['1']],
    ])('filters, sorts and groups by the columns of embedded objects: %s [MAP-12]', async (query, expected) => {
      const answer = await get(`/api/artist?${query}`);

      expect(answer.at('/data/*/id')).toEqual(expected);
    });

    it('finds them through relations [MAP-12]', async () => {
      const answer = await get(
        '/api/song?filter[artist.address.geo.lat][gt]=60&sort=artist.address.city&fields[song]=title',
      );

      expect(answer.at('/data/*/id')).toEqual(['3']);
    });

    it.each([
      ['filter[address]=Oslo', '"address" of artist is an object; name one of its fields.'],
      ['filter[address.geo]=1', '"geo" of artist is an object; name one of its fields.'],
      ['filter[address.town]=Oslo', '"address" of artist has no field "town".'],
      ['filter[address.doorCode]=42', '"address" of artist has no field "doorCode".'],
      ['filter[address.printer]=1', '"address" of artist has no field "printer".'],
      ['sort=address', '"address" is an object; name one of its fields.'],
    ])('refuses %s [MAP-12]', async (query, detail) => {
      const answer = await get(`/api/artist?${query}`);

      expect(answer.status).toBe(400);
      expect(answer.at('/errors/0/detail')).toBe(detail);
    });

    it('takes columns for columns, whatever they are called [MAP-11]', async () => {
      const answer = await get('/api/label/1?fields[label]=query,metadata,prototype,then');

      expect(answer.at('/data/attributes')).toEqual({ query: 'q', metadata: 'm', prototype: 'c', then: 't' });
      expect((await get('/api/label?filter[query]=q&filter[metadata]=m&sort=then')).at('/meta/total')).toBe(1);
    });
  },
  { adapters: ['express'] },
);

describe('a resource with wrong additional attributes', () => {
  it.each<[ResourceOptions, string]>([
    [{ additionalAttributes: ['nothing'] }, 'Song has no getter or method "nothing" (option "additionalAttributes").'],
    [
      { additionalAttributes: ['title'] },
      'Song.title is a column or relation already; take it out of additionalAttributes.',
    ],
    [
      { additionalAttributes: ['artist'] },
      'Song.artist is a column or relation already; take it out of additionalAttributes.',
    ],
    [
      { additionalAttributes: ['display'], exclude: ['display'] },
      'Song: "display" is listed in additionalAttributes and in exclude; remove one.',
    ],
  ])('is refused at start: %j [FLD-17]', async (options, message) => {
    const database = TypeOrmModule.forRoot({ type: 'better-sqlite3', database: ':memory:', entities: ENTITIES });
    const feature = RestlessModule.forFeature([{ entity: Song, ...options }, Artist]);

    await expect(createApp({ imports: [database, feature] })).rejects.toThrow(message);
  });
});
