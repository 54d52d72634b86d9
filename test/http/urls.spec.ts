/** Where resources are: names, ids of every kind, and links that all lead somewhere. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  ChildEntity,
  Column,
  type DataSource,
  Entity,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
  TableInheritance,
} from 'typeorm';
import { describeServers, type Server, type TestApp } from '../support/app.js';
import { Computer, PEOPLE, Person, seedPeople } from '../support/people.js';

/** A key of text, with whatever stands in it. */
@Entity({ name: 'tag_cloud' })
@Resource()
class Tag {
  @PrimaryColumn({ type: 'varchar', length: 100 }) label!: string;
  @Expose() @Column({ type: 'integer' }) weight!: number;
  @Expose() @OneToMany(() => Post, (post) => post.tag) posts!: Relation<Post>[];
}

/** A key of 64 bits, and another unique column that may stand for it. */
@Entity()
@Resource()
class Post {
  @PrimaryColumn({ type: 'bigint' }) number!: string;
  @Expose() @Column({ type: 'varchar', length: 100, unique: true }) slug!: string;
  @Expose() @ManyToOne(() => Tag, (tag) => tag.posts) tag!: Relation<Tag> | null;
}

@Entity()
@Resource()
class Ticket {
  @PrimaryGeneratedColumn('uuid') id!: string;
  @Expose() @Column({ type: 'varchar' }) title!: string;
}

/** `id` is one of two columns of the key. */
@Entity()
@Resource()
class Line {
  @PrimaryColumn({ type: 'integer' }) id!: number;
  @PrimaryColumn({ type: 'integer' }) sheet!: number;
  @Expose() @Column({ type: 'varchar' }) text!: string;
}

@Entity('vehicles')
@TableInheritance({ column: { type: 'varchar', name: 'kind' } })
@Resource()
class Vehicle {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ type: 'varchar' }) name!: string;
}

@ChildEntity('lorry')
@Resource()
class Truck extends Vehicle {}

@ChildEntity()
@Resource()
class Bike extends Vehicle {}

const UUID = '6f1c24d2-6bde-4f0c-8c8b-0a6f2d0d5c11';
const LABELS = ['a/b', 'ä ö', '日本語', '100%', 'a,b', 'x?y#z', "o'clock", 'relationships', 'a+b', 'a&b=c'];

async function seed(dataSource: DataSource): Promise<void> {
  await dataSource.getRepository(Tag).insert(LABELS.map((label, weight) => ({ label, weight })));
  await dataSource.getRepository(Post).insert([
    { number: '9007199254740993', slug: 'first-post', tag: { label: 'a/b' } },
    { number: '2', slug: 'ünï/cödé', tag: { label: '日本語' } },
    { number: '3', slug: '4', tag: null },
    { number: '4', slug: '3', tag: null },
  ]);
  await dataSource.getRepository(Ticket).insert({ id: UUID, title: 'Help' });
  await dataSource.getRepository(Line).insert([
    { id: 1, sheet: 1, text: 'one' },
    { id: 1, sheet: 2, text: 'two' },
  ]);
  await dataSource.getRepository(Truck).insert({ name: 'big' });
  await dataSource.getRepository(Bike).insert({ name: 'small' });
}

const ids = (server: Server): void => {
  let app: TestApp;
  beforeAll(async () => {
    app = await server.start({
      entities: [Tag, Post, Ticket, Line, Vehicle, Truck, Bike],
      imports: [
        RestlessModule.forFeature([
          Tag,
          Post,
          Ticket,
          Line,
          Vehicle,
          Truck,
          Bike,
          { entity: Post, prefix: 'by-slug', collectionName: 'articles', primaryKey: 'slug' },
          { entity: Ticket, collectionName: 'hilfe-für_alle' },
        ]),
      ],
      seed,
    });
  });
  afterAll(() => app.close());

  describe('the name of a collection', () => {
    it('is the table’s, or the value of the discriminator [URL-04, URL-05, URL-06, contradiction 12]', async () => {
      const root = await app.get('/api');

      expect(Object.keys(root.at('/meta/modelinfo') as object)).toEqual([
        'tag_cloud',
        'post',
        'ticket',
        'line',
        'vehicles',
        'lorry',
        'Bike',
        'articles',
        'hilfe-für_alle',
      ]);
      expect((await app.get('/api/tag')).status).toBe(404);
      expect((await app.get('/api/lorry')).at('/data/*/attributes/name')).toEqual(['big']);
      expect((await app.get('/api/vehicles')).at('/data/*/links/self')).toEqual(['/api/lorry/1', '/api/Bike/2']);
    });

    it('is the type as well, and may be chosen [URL-07]', async () => {
      const answer = await app.get('/by-slug/articles?filter[slug]=first-post');

      expect(answer.at('/data/*/type')).toEqual(['articles']);
      expect(answer.at('/data/*/links/self')).toEqual(['/by-slug/articles/first-post']);
    });

    it('may have letters of any alphabet, which links escape [URL-07, URL-20]', async () => {
      const answer = await app.get(`/api/hilfe-f%C3%BCr_alle/${UUID}`);

      expect(answer.status).toBe(200);
      expect(answer.at('/data/type')).toBe('hilfe-für_alle');
      expect(answer.at('/data/links/self')).toBe(`/api/hilfe-f%C3%BCr_alle/${UUID}`);
      expect((await app.request('SEARCH', '/api/hilfe-f%C3%BCr_alle')).status).toBe(405);
    });
  });

  describe('an id', () => {
    it.each(LABELS)('may be %j, which links escape [URL-19, URL-20]', async (label) => {
      const path = encodeURIComponent(label);
      const answer = await app.get(`/api/tag_cloud/${path}`);

      expect(answer.status).toBe(200);
      expect(answer.at('/data/id')).toBe(label);
      expect(answer.at('/data/attributes')).toEqual({ weight: LABELS.indexOf(label) });
      expect(answer.at('/data/links/self')).toBe(`/api/tag_cloud/${path}`);
    });

    it('is text in answers, with every digit [URL-19, JA-19, contradiction 26]', async () => {
      const answer = await app.get('/api/post/9007199254740993?include=tag');

      expect(answer.at('/data/id')).toBe('9007199254740993');
      expect(answer.at('/data/relationships/tag/data')).toEqual({ type: 'tag_cloud', id: 'a/b' });
      expect(answer.at('/included/0/links/self')).toBe('/api/tag_cloud/a%2Fb');
    });

    it('may be asked for by another column that is unique [URL-16, URL-21, #25, contradiction 43]', async () => {
      const answer = await app.get('/by-slug/articles/%C3%BCn%C3%AF%2Fc%C3%B6d%C3%A9');

      expect(answer.at('/data')).toEqual({
        type: 'articles',
        id: 'ünï/cödé',
        attributes: { slug: 'ünï/cödé' },
        relationships: {
          tag: {
            data: { type: 'tag_cloud', id: '日本語' },
            links: {
              self: '/by-slug/articles/%C3%BCn%C3%AF%2Fc%C3%B6d%C3%A9/relationships/tag',
              related: '/by-slug/articles/%C3%BCn%C3%AF%2Fc%C3%B6d%C3%A9/tag',
            },
          },
        },
        links: { self: '/by-slug/articles/%C3%BCn%C3%AF%2Fc%C3%B6d%C3%A9' },
      });
    });

    it('is then not the primary key any more [URL-16]', async () => {
      const answer = await app.get('/by-slug/articles/3');

      expect(answer.at('/data/id')).toBe('3');
      expect((await app.get('/by-slug/articles/3/tag')).at('/data')).toBeNull();
      expect((await app.get('/by-slug/articles/2')).status).toBe(404);
      expect((await app.get('/by-slug/articles?filter[id]=4')).at('/data/*/id')).toEqual(['4']);
    });

    it('is all columns of the key, even if one of them is called id [URL-17]', async () => {
      expect((await app.get('/api/line/1,2')).at('/data/attributes/text')).toBe('two');
      expect((await app.get('/api/line/1')).status).toBe(404);
      expect((await app.get('/api/line')).at('/data/*/id')).toEqual(['1,1', '1,2']);
    });

    it.each([
      '/api/post/x',
      '/api/post/1.5',
      '/api/post/',
      '/api/post/99999999999999999999999999',
      '/api/post/-9223372036854775809',
      '/api/post/0x10',
      '/api/post/1e3',
      '/api/post/null',
      '/api/post/%00',
      '/api/post/2%20OR%201=1',
      '/api/ticket/1',
      `/api/ticket/${UUID.slice(1)}`,
      `/api/ticket/${UUID}0`,
      '/api/ticket/%00',
      '/api/line/1,x',
      '/api/line/1,2,3',
      '/api/line/,',
      '/api/line/99999999999,1',
      '/api/tag_cloud/none',
      '/api/tag_cloud/%00',
      '/api/tag_cloud/%F0%9F%92%A9',
      '/api/tag_cloud/%ED%A0%80',
      '/api/vehicles/2147483648',
      '/api/lorry/2',
    ])('%s is the id of nothing [URL-19, REL-14, JA-40]', async (path) => {
      const answer = await app.get(path);

      expect([answer.status, answer.headers['content-type']]).toEqual(
        path.includes('%ED') ? [400, expect.anything()] : [404, 'application/vnd.api+json'],
      );
    });

    it('that is not there is named in the error [JA-40]', async () => {
      expect((await app.get('/api/post/17')).at('/errors')).toEqual([
        {
          status: '404',
          code: 'NOT_FOUND',
          title: 'Not found',
          detail: 'There is no post with the id "17".',
        },
      ]);
    });
  });

  it('is written as it is, also where a router would not mind [URL-14, URL-19]', async () => {
    for (const path of ['/API', '/API/post', '/api/Post', '/api/bike', '/api/post/2/Tag', '/api/post/2/LINKS/tag']) {
      expect([path, (await app.get(path)).status]).toEqual([path, 404]);
    }
    expect((await app.get('/api/post/2/RELATIONSHIPS/tag')).at('/errors/0/code')).toBe('NOT_FOUND');
  });

  it('may have a host before it, as for a proxy, that no link repeats', async () => {
    const answer = await app.get('http://elsewhere.example/api/post/2');

    if (server.adapter === 'express') expect(answer.at('/links/self')).toBe('/api/post/2');
    expect(answer.text).not.toContain('elsewhere.example/api/post');
  });

  describe('the URL of a relation', () => {
    it('needs a relationship of the resource, not an attribute or anything else [URL-22, JA-41]', async () => {
      for (const name of ['slug', 'id', 'number', 'nothing', 'constructor', '__proto__', 'toString', 'tags']) {
        const answers = await Promise.all(
          [`/api/post/2/${name}`, `/api/post/2/relationships/${name}`, `/api/post/2/${name}/1`].map((path) =>
            app.get(path),
          ),
        );

        expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
        expect(answers[0]!.at('/errors/0/detail')).toBe(`post has no relationship "${name}".`);
      }
    });

    it('needs a resource to start from [JA-40, JA-41]', async () => {
      for (const path of [
        '/api/post/17/tag',
        '/api/post/17/relationships/tag',
        '/api/tag_cloud/none/posts',
        '/api/post/x/tag',
      ]) {
        expect([path, (await app.get(path)).status]).toEqual([path, 404]);
      }
    });

    it('is 200 where nothing is related [JA-40, JA-41]', async () => {
      expect((await app.get('/api/post/3/tag')).at('/data')).toBeNull();
      expect((await app.get('/api/post/3/relationships/tag')).at('/data')).toBeNull();
      expect((await app.get('/api/tag_cloud/100%25/posts')).at('/data')).toEqual([]);
      expect((await app.get('/api/tag_cloud/100%25/relationships/posts')).at('/data')).toEqual([]);
    });
  });
};

describeServers(ids, { databases: ['sqlite'] });
describeServers(ids, { databases: ['postgres', 'mariadb'], adapters: ['express'] });

describeServers(
  (server) => {
    describe.each([
      ['absolute paths', '', ''],
      ['URLs with the option baseUrl', 'https://api.example.org/shop/', 'https://api.example.org/shop'],
    ])('links, as %s', (_words, baseUrl, base) => {
      let app: TestApp;
      beforeAll(async () => {
        app = await server.start({
          entities: PEOPLE,
          imports: [RestlessModule.forRoot({ baseUrl, pageSize: 2 }), RestlessModule.forFeature([Person, Computer])],
          seed: seedPeople,
        });
      });
      afterAll(() => app.close());

      it('lead somewhere, one and all [JA-27, JA-29, JA-38, JA-39, URL-01, URL-09, URL-10, URL-11, URL-13, FJV-02]', async () => {
        const seen = new Set<string>();
        const waiting = [
          '/api',
          '/api/person?include=computers,boss',
          '/api/computer',
          '/api/person/1/computers/2',
        ].map((path) => base + path);
        while (waiting.length > 0) {
          const url = waiting.pop()!;
          if (seen.has(url)) continue;
          seen.add(url);
          expect(url.startsWith(`${base}/api`)).toBe(true);
          const answer = await app.get(url.slice(base.length));
          expect([url, answer.status]).toEqual([url, 200]);
          waiting.push(...linksOf(answer.body));
        }

        expect(seen.size).toBeGreaterThan(100);
        expect(seen).toContain(`${base}/api/person/3/relationships/computers`);
        expect(seen).toContain(`${base}/api/computer/7/owner`);
      });

      it('say where a document itself is, with its query [URL-01, JA-29]', async () => {
        for (const path of [
          '/api/person/2',
          '/api/computer/3/owner',
          '/api/person/2/computers/3',
          '/api/person/2/relationships/boss',
        ]) {
          expect((await app.get(path)).at('/links/self')).toBe(base + path);
        }
        const answer = await app.get('/api/person?filter[name]=%41da&sort=name&page[number]=1');
        expect(decodeURIComponent(answer.at('/links/self') as string)).toBe(
          `${base}/api/person?filter[name]=Ada&sort=name&page[number]=1`,
        );
      });

      it('are those of the resource itself where it was found another way [JA-29]', async () => {
        const answer = await app.get('/api/computer/3/owner');

        expect(answer.at('/data/links/self')).toBe(`${base}/api/person/2`);
        expect((await app.get('/api/person/2')).at('/data')).toEqual(answer.at('/data'));
      });
    });
  },
  { databases: ['sqlite'], adapters: ['express'] },
);

/** Every link of a document. */
function linksOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(linksOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'links' || name === 'modelinfo' ? stringsOf(inner) : linksOf(inner),
  );
}

function stringsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.includes('/') ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsOf) : [];
}
