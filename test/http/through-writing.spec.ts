/** Writing relationships that lead through a join entity: its rows are made and deleted with them. */
import { Expose } from 'class-transformer';
import { RestlessModule, Through, type ResourceEntry } from 'nestjs-restless';
import {
  Column,
  Entity,
  JoinColumn,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { Article, ARTICLE_ENTITIES, Author, Authorship, seedArticles } from '../support/library-of-articles.js';
import { StatementLog } from '../support/statement-log.js';
import { faults, linkage, writing } from '../support/writing.js';

const METHODS = ['GET', 'POST', 'PATCH'] as const;
const EDITS = { allowToManyReplacement: true, allowDeleteFromToManyRelationships: true } as const;

const RESOURCES: ResourceEntry[] = [
  // The join entity stays hidden.
  { entity: Article, methods: METHODS, ...EDITS },
  { entity: Author, methods: METHODS, ...EDITS, scope: () => ({ name: 'isHidden', op: 'eq', val: false }) },
  { entity: Article, prefix: 'read', methods: METHODS, ...EDITS, readOnly: ['authors'] },
];

describeServers(
  (server) => {
    const log = new StatementLog();
    let app: TestApp;
    const start = (...entries: ResourceEntry[]): Promise<TestApp> =>
      server.start({
        entities: ARTICLE_ENTITIES,
        dataSource: { logger: log, logging: true },
        imports: [RestlessModule.forFeature(entries)],
        seed: seedArticles,
      });
    afterEach(() => app.close());

    const { get, patch, post, write } = writing(() => app);
    const authors = async (id: string): Promise<unknown> =>
      (await get(`/api/article/${id}/relationships/authors`)).at('/data/*/id');
    const change = (id: string, ...ids: string[]) =>
      patch(`/api/article/${id}`, { type: 'article', id, relationships: { authors: { data: linkage(...ids) } } });

    it('makes the rows between with the row, and replaces them [RJA-15, MAP-05]', async () => {
      app = await start(...RESOURCES);
      const relationships = { authors: { data: linkage('author/1', 'author/2') } };
      const made = await post('/api/article', { type: 'article', attributes: { title: 'Fifth' }, relationships });
      expect([made.status, await authors('5')]).toEqual([201, ['1', '2']]);

      expect((await change('5', 'author/2')).status).toBe(204);
      expect(await authors('5')).toEqual(['2']);
      expect((await get('/api/author/1/articles')).at('/data/*/id')).toEqual(['1', '2']);
      await change('5');
      expect(await authors('5')).toEqual([]);
    });

    it('adds and takes out members at the URL of the relationship [RJA-15]', async () => {
      app = await start(...RESOURCES);
      const url = '/api/article/1/relationships/authors';
      expect((await write('POST', url, linkage('author/1', 'author/2'))).status).toBe(204);
      expect(await authors('1')).toEqual(['1', '2']);
      // Two parts are Ada's, one of which is withdrawn.
      expect((await write('DELETE', url, linkage('author/1'))).status).toBe(204);
      expect(await authors('1')).toEqual(['2']);
      expect((await write('PATCH', url, linkage('author/1'))).status).toBe(204);
      expect(await authors('1')).toEqual(['1']);
      expect(await authors('2')).toEqual(['1', '2']);
    });

    it('leaves alone what does not exist for the viewer [RJA-15]', async () => {
      app = await start(...RESOURCES, { entity: Author, prefix: 'all', only: ['name', 'articles'] });

      expect(faults(await change('4', 'author/3'))).toEqual(['404 NOT_FOUND /data/relationships/authors/data/0']);
      await change('3', 'author/2');
      expect(await authors('3')).toEqual(['2']);
      // Cy, whom nobody sees there, is an author still.
      expect((await get('/all/author/3/articles')).at('/data/*/id')).toEqual(['3']);
    });

    it('writes it in flat JSON, and by values that are plucked through it [RJA-15, MAP-06]', async () => {
      app = await start(...RESOURCES);
      const headers = { Accept: 'application/json', 'Content-Type': 'application/json' };
      const body = { title: 'Fifth', authors: [{ id: 1 }, { name: 'Dan' }] };
      const made = await app.request('POST', '/api/article', { headers, body });
      expect([made.status, made.at('/authors/*/name')]).toEqual([201, ['Ada', 'Dan']]);
      const removed = await app.request('PATCH', '/api/article/5', {
        headers,
        body: { authors: { remove: [{ id: 1 }] } },
      });
      expect([removed.status, removed.at('/authors/*/name')]).toEqual([200, ['Dan']]);

      const attributes = { name: 'Eve', titles: ['Second', 'Sixth'] };
      const author = await post('/api/author', { type: 'author', attributes });
      expect([author.status, author.at('/data/attributes/titles')]).toEqual([201, ['Second', 'Sixth']]);
    });

    it('costs a statement for each row between, and one that finds those to delete', async () => {
      app = await start(...RESOURCES);
      const before = log.statements.length;
      await change('2', 'author/2');

      const statements = log.statements.slice(before).map(({ sql }) => sql.replace(/["`]/g, ''));
      expect(statements.filter((sql) => /^(INSERT|DELETE|UPDATE)/.test(sql))).toEqual([
        expect.stringMatching(/^UPDATE authorship SET withdrawn = /),
      ]);
      expect(statements.filter((sql) => sql.startsWith('SELECT') && sql.includes('FROM authorship t'))).toHaveLength(1);
    });

    it('writes nothing of a relationship that is read only', async () => {
      app = await start(...RESOURCES);
      const answer = await write('POST', '/read/article/1/relationships/authors', linkage('author/2'));

      expect(answer.status).toBe(403);
    });

    it('asks for the permissions of a join entity that is a resource [RJA-15]', async () => {
      app = await start(...RESOURCES, { entity: Authorship, methods: ['GET', 'POST'] });
      const url = '/api/article/1/relationships/authors';
      expect((await write('POST', url, linkage('author/2'))).status).toBe(204);
      expect(faults(await write('DELETE', url, linkage('author/2')))).toEqual(['403 FORBIDDEN /data']);
      expect(faults(await change('1', 'author/2'))).toEqual(['403 FORBIDDEN /data/relationships/authors/data']);
      expect(await authors('1')).toEqual(['1', '2']);
    });

    it('makes no row of a join entity that cannot be created, and takes out those that can be deleted [RJA-15]', async () => {
      app = await start(...RESOURCES, { entity: Authorship, methods: ['GET', 'DELETE'] });
      const url = '/api/article/1/relationships/authors';
      const before = await authors('1');
      const pointer = '/data/relationships/authors/data';

      expect(faults(await write('POST', url, linkage('author/2')))).toEqual(['403 FORBIDDEN /data']);
      expect(faults(await write('PATCH', url, linkage('author/2')))).toEqual(['403 FORBIDDEN /data']);
      expect(faults(await change('1', 'author/2'))).toEqual([`403 FORBIDDEN ${pointer}`]);
      const relationships = { authors: { data: linkage('author/1') } };
      const made = await post('/api/article', { type: 'article', attributes: { title: 'Fifth' }, relationships });
      expect(faults(made)).toEqual([`403 FORBIDDEN ${pointer}`]);
      expect([before, await authors('1')]).toEqual([['1'], ['1']]);

      expect((await write('DELETE', url, linkage('author/1'))).status).toBe(204);
      expect(await authors('1')).toEqual([]);
      expect((await change('2')).status).toBe(204);
      expect(await authors('2')).toEqual([]);
    });
  },
  { adapters: ['express'] },
);

@Entity()
class Club {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @OneToMany(() => Membership, (membership) => membership.club) memberships!: Relation<Membership>[];
  @OneToMany(() => Office, (office) => office.club) offices!: Relation<Office>[];
  @Expose() @Through('memberships.guest') guests!: Relation<Guest>[];
  @Expose() @Through('offices.guest') officers!: Relation<Guest>[];
}

@Entity()
class Guest {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
}

/** Its key is what it leads to. */
@Entity()
class Membership {
  @PrimaryColumn() clubId!: number;
  @PrimaryColumn() guestId!: number;
  @ManyToOne(() => Club, (club) => club.memberships) @JoinColumn({ name: 'clubId' }) club!: Relation<Club>;
  @ManyToOne(() => Guest) @JoinColumn({ name: 'guestId' }) guest!: Relation<Guest>;
}

/** Nobody holds one without a title. */
@Entity()
class Office {
  @PrimaryGeneratedColumn() id!: number;
  @Column() title!: string;
  @ManyToOne(() => Club, (club) => club.offices) club!: Relation<Club>;
  @ManyToOne(() => Guest) guest!: Relation<Guest>;
}

describeServers(
  (server) => {
    let app: TestApp;
    beforeEach(async () => {
      app = await server.start({
        entities: [Club, Guest, Membership, Office],
        imports: [
          RestlessModule.forFeature([
            { entity: Club, methods: METHODS, ...EDITS },
            { entity: Guest, methods: METHODS },
          ]),
        ],
        seed: async ({ manager }) => {
          await manager.insert(Club, [{ name: 'Chess' }]);
          await manager.insert(Guest, [{ name: 'Ada' }, { name: 'Bob' }]);
        },
      });
    });
    afterEach(() => app.close());

    const { get, write } = writing(() => app);

    it('makes and deletes rows whose key is what they lead to [RJA-15]', async () => {
      const url = '/api/club/1/relationships/guests';
      const ids = async (): Promise<unknown> => (await get(url)).at('/data/*/id');
      const answers = await Promise.all([1, 2, 3].map(() => write('POST', url, linkage('guest/1', 'guest/2'))));

      expect([answers.map(({ status }) => status), await ids()]).toEqual([
        [204, 204, 204],
        ['1', '2'],
      ]);
      expect((await write('DELETE', url, linkage('guest/1'))).status).toBe(204);
      expect(await ids()).toEqual(['2']);
    });

    it('refuses rows that need more than it says', async () => {
      const answer = await write('POST', '/api/club/1/relationships/officers', linkage('guest/1'));

      expect([answer.at('/errors/0/detail'), ...faults(answer)]).toEqual([
        'A value is missing that must not be null.',
        '400 CONSTRAINT',
      ]);
      expect((await get('/api/club/1/officers')).at('/data')).toEqual([]);
    });
  },
  { adapters: ['express'] },
);
