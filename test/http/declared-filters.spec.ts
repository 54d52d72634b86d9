/**
 * Filters and sorts that the application declares: only these there are, each with its operators, under names of their
 * own, or with SQL of the application's own.
 */
import { Logger } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Expose } from 'class-transformer';
import { BadRequestError, type FilterRules, Resource, RestlessModule, type SqlOperator } from 'nestjs-restless';
import { Column, type DataSource, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { type Answer, createApp, describeServers, type TestApp } from '../support/app.js';
import { jsonApi } from '../support/json-api-document.js';

const TEXT = ['eq', 'ne', 'contains', 'iexact', 'startswith', 'double_of'];
const NUMBER = ['eq', 'ne', 'gt', 'lt', 'gte', 'lte', 'isnull'];

@Entity()
@Resource({
  formats: ['json-api', 'flat-json'],
  filterable: {
    name: { operators: TEXT, default: 'eq' },
    born: { operators: NUMBER },
    year: { attribute: 'born', operators: ['year', 'month'], default: 'year' },
    likes: ['gt', 'lt'],
    rank: { operators: ['isnull', 'lt'] },
    ids: { attribute: 'id', operators: ['in', 'notin'], default: 'in' },
    plain: { attribute: 'name', operators: [], default: 'eq' },
    motto: { attribute: 'team.motto', operators: ['contains'], default: 'contains', groups: ['staff'] },
    team: { operators: ['has'] },
    squad: { attribute: 'team', operators: [] },
    posts: true,
    score: (value) => ({
      sql: ({ column, bind }) => `${column('likes')} - ${column('hates')} >= ${bind(wholeNumber(value))}`,
    }),
    popular: (value) => ({ name: 'likes', op: 'ge', val: value }),
    among: {
      operators: ['in', 'notin'],
      default: 'in',
      filter: (value, { operator }) => ({ name: 'name', op: operator, val: String(value).split('|') }),
    },
    writes: (value) => ({
      query: (builder, alias) =>
        builder.innerJoin(`${alias}.posts`, 'p').where('p.title LIKE :title', { title: `%${String(value)}%` }),
    }),
    hidden: {
      groups: ['staff'],
      filter: (value, { groups }) => ({ name: 'secret', op: 'eq', val: `${groups[0]}-${String(value)}` }),
    },
    broken: () => ({ name: 'nothing', op: 'eq', val: 1 }),
  },
  sortable: {
    name: true,
    balance: ({ column }) => `${column('likes')} - ${column('hates')}`,
    secret: { groups: ['staff'], sql: ({ column }) => column('secret') },
    team: true,
  },
})
class Author {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @Column({ type: 'date', nullable: true }) born!: string | null;
  @Expose() @Column({ type: 'int', default: 0 }) likes!: number;
  @Expose() @Column({ type: 'int', default: 0 }) hates!: number;
  @Expose() @Column({ type: 'int', default: 2 }) rank!: number;
  @Column({ default: '' }) secret!: string;
  @Expose() @ManyToOne(() => Team) team!: Relation<Team> | null;
  @Expose() @OneToMany(() => Post, (post) => post.author) posts!: Relation<Post>[];
}

@Entity()
@Resource({ filterable: ['motto'] })
class Team {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() motto!: string;
  @Expose() @Column() name!: string;
}

@Entity()
@Resource()
class Post {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() title!: string;
  @Expose() @ManyToOne(() => Author, (author) => author.posts) author!: Relation<Author> | null;
}

function wholeNumber(value: unknown): number {
  if (Number.isInteger(Number(value))) return Number(value);
  throw new BadRequestError('BAD_VALUE', 'A score is a whole number.');
}

async function seed({ manager }: DataSource): Promise<void> {
  await manager.insert(Team, { motto: 'red hot', name: 'red' });
  await manager.insert(Author, {
    name: 'ada',
    born: '1980-05-01',
    likes: 9,
    hates: 8,
    secret: 'staff-1',
    team: { id: 1 },
  });
  await manager.insert(Author, { name: 'bob', born: '1990-05-02', likes: 5, hates: 0, secret: 'a' });
  await manager.insert(Author, { name: 'a,b', likes: 1, hates: 0, secret: 'c' });
  await manager.insert(Post, { title: "it's", author: { id: 1 } });
  await manager.insert(Post, { title: 'both', author: { id: 2 } });
  await manager.insert(Post, { title: 'bothering', author: { id: 2 } });
}

// An application that does not start leaves its data source behind, of which @nestjs/typeorm warns.
beforeAll(() => {
  Logger.overrideLogger(false);
});

const double_of: SqlOperator = ({ column, bind }, value) => `${column} = ${bind(String(value).repeat(2))}`;

describeServers(
  ({ start }) => {
    let app: TestApp;
    const checked = jsonApi(() => app);
    const get = (path: string, headers = {}): Promise<Answer> => checked(encodeURI(path), headers);
    const ids = async (query: string, headers = {}): Promise<unknown> => {
      const answer = await get(`/api/author?${query}`, headers);
      return answer.status === 200 ? answer.at('/data/*/id') : [answer.status, answer.at('/errors/0/detail')];
    };
    const objects = (...filters: readonly object[]): string => `filter[objects]=${JSON.stringify(filters)}`;
    const STAFF = { who: 'staff' };

    beforeAll(async () => {
      app = await start({
        entities: [Author, Team, Post],
        imports: [
          RestlessModule.forRoot({
            operators: { double_of },
            groups: ({ headers }: { headers: Record<string, string> }) => (headers['who'] ? [headers['who']] : []),
          }),
          RestlessModule.forFeature([Author, Team, Post]),
        ],
        seed,
        // One of the declarations is wrong, of which the log is told.
        configure: (nest) => nest.useLogger(false),
      });
    });
    afterAll(() => app.close());

    it.each<readonly [row: string, query: string, expected: readonly string[]]>([
      ['FJF-02', 'filter[name]=ada', ['1']],
      ['FJF-02', 'filter[name][ne]=ada', ['2', '3']],
      ['FJF-03', 'filter[likes]=4', ['1', '2']],
      ['FJF-03', 'filter[year]=1990', ['2']],
      ['FJF-03', 'filter[year][month]=5', ['1', '2']],
      ['FJF-03', objects({ name: 'likes', op: 'lt', field: 'rank' }), ['3']],
      ['FJF-05', 'filter[ids]=1,3,99', ['1', '3']],
      ['FJF-05', 'filter[ids]=2', ['2']],
      ['FJF-05', 'filter[ids][notin]=2', ['1', '3']],
      ['FJF-06', 'filter[plain]=ada', ['1']],
      ['FJF-06', 'filter[plain]=a,b', ['3']],
      ['FJF-08', 'filter[posts][title][startswith]=both', ['2']],
      ['FJF-08', 'filter[team][motto]=red hot', ['1']],
      ['FJF-08', 'filter[squad][motto]=red hot', ['1']],
      ['FJF-11', 'filter[likes][gt]=1&filter[likes][lt]=9', ['2']],
      ['OP-17', 'filter[name][double_of]=x', []],
      ['FJR-06', 'filter[score]=2', ['2']],
      ['FJR-06', 'filter[popular]=5', ['1', '2']],
      ['FJR-06', 'filter[among]=ada|bob', ['1', '2']],
      ['FJR-06', 'filter[among][notin]=ada|bob', ['3']],
      ['FJR-06', "filter[writes]=it's", ['1']],
      ['FJR-06', 'filter[writes]=both', ['2']],
      [
        'FJR-06',
        objects({ or: [{ name: 'score', val: 5 }, { not: { name: 'popular', op: 'eq', val: 5 } }] }),
        ['2', '3'],
      ],
    ])('filters as it is declared [%s]: %s', async (_, query, expected) => {
      expect(await ids(query)).toEqual(expected);
    });

    it.each<readonly [row: string, query: string, detail: string]>([
      ['FJF-01', 'filter[hates]=1', 'author cannot be filtered by "hates". Filters: '],
      ['FJF-01', 'filter[id]=1', 'author cannot be filtered by "id". Filters: '],
      ['FJF-01', 'filter[secret]=a', 'author has no field "secret". Fields: '],
      ['FJF-03', 'filter[likes][eq]=4', '"likes" cannot be filtered with "eq". Operators: gt, lt.'],
      ['FJF-03', 'filter[born]=1980-05-01', 'The filter on "born" needs an "op", such as "eq".'],
      ['FJF-03', 'filter[plain][eq]=ada', '"plain" cannot be filtered with "eq". Name none: it is "eq".'],
      [
        'FJF-03',
        objects({ name: 'likes', op: 'gt', field: 'rank' }),
        '"rank" cannot be filtered with "gt". Operators: isnull, lt.',
      ],
      ['FJF-04', 'filter[ids]=1,x', 'Expected a whole number for "id", got "x".'],
      ['FJF-04', 'filter[ids]=', 'Expected a whole number for "id", got "".'],
      ['FJF-04', 'filter[popular]=x', '"popular" of author cannot be "x".'],
      ['FJF-04', 'filter[score]=x', 'A score is a whole number.'],
      ['FJF-08', 'filter[team]=1', 'The filter on "team" needs an "op", such as "has".'],
      ['FJF-08', 'filter[team][name]=red', 'team cannot be filtered by "name". Filters: motto.'],
      ['FJF-08', 'filter[score][name]=1', '"score" of author leads no further.'],
      ['custom', 'filter[score][gt]=1', '"score" cannot be filtered with "gt". Operators: eq.'],
      [
        'custom',
        objects({ name: 'likes', op: 'gt', field: 'hates' }),
        'author cannot be filtered by "hates". Filters: ',
      ],
      ['custom', objects({ sql: '1 = 1' }), 'A filter has no member "sql".'],
      ['SRT-14', 'sort=likes', 'author cannot be sorted by "likes". Sort keys: name, team, balance.'],
      ['SRT-14', 'sort=secret', 'author has no field "secret". Fields: name, team, balance.'],
    ])('refuses what is not declared [%s]: %s', async (_, query, detail) => {
      expect(await ids(query)).toEqual([400, expect.stringContaining(detail)]);
    });

    it('keeps the filters of a group from all others', async () => {
      expect(await ids('filter[motto]=hot')).toEqual([400, expect.stringContaining('author has no field "motto".')]);
      expect(await ids('filter[hidden]=1')).toEqual([400, expect.stringContaining('author has no field "hidden".')]);
      expect(await ids('filter[motto]=hot', STAFF)).toEqual(['1']);
      expect(await ids('filter[hidden]=1', STAFF)).toEqual(['1']);
    });

    it.each<readonly [string, readonly string[]]>([
      ['sort=balance', ['1', '3', '2']],
      ['sort=-balance,name', ['2', '3', '1']],
      ['sort=balance&page[size]=2', ['1', '3']],
      ['sort=team.motto', []],
    ])('sorts by SQL of the application [SRT-14]: %s', async (query, expected) => {
      if (expected.length > 0) expect(await ids(query)).toEqual(expected);
      else expect((await get(`/api/author?${query}`)).status).toBe(200);
    });

    it('keeps the sort keys of a group from all others [SRT-14]', async () => {
      expect(await ids('sort=-secret', STAFF)).toEqual(['1', '3', '2']);
    });

    it('declares them for relationships as well [FJF-08, SRT-14]', async () => {
      expect((await get('/api/post?sort=author.balance,-id')).at('/data/*/id')).toEqual(['1', '3', '2']);
      expect((await get('/api/post?filter[author][score]=2')).at('/data/*/id')).toEqual(['2', '3']);
      expect((await get('/api/post?filter[author.year]=1980')).at('/data/*/id')).toEqual(['1']);
      expect((await get('/api/post?filter[author][writes]=both')).at('/data/*/id')).toEqual(['2', '3']);
      expect((await get('/api/post?filter[author][hates]=0')).status).toBe(400);
    });

    it('declares them for both formats', async () => {
      const names = async (search: object): Promise<unknown> => {
        const path = encodeURI(`/api/author?q=${JSON.stringify(search)}`);
        return (await app.get(path, { Accept: 'application/json' })).at('/objects/*/name');
      };

      expect(await names({ filters: [{ name: 'score', op: 'eq', val: 2 }] })).toEqual(['bob']);
      expect(await names({ filters: [{ name: 'year', op: 'year', val: 1980 }] })).toEqual(['ada']);
      expect(await names({ order_by: [{ field: 'balance', direction: 'desc' }] })).toEqual(['bob', 'a,b', 'ada']);
      expect(await names({ filters: [{ name: 'hates', op: 'eq', val: 8 }] })).toBeUndefined();
    });

    it('says nothing of a filter function that gives no filter', async () => {
      const answer = await get('/api/author?filter[broken]=1');

      expect(answer.status).toBe(500);
      expect(answer.text).not.toContain('nothing');
    });
  },
  { adapters: ['express'] },
);

describe('a declaration', () => {
  it.each<readonly [unknown, string]>([
    [{ nam: true }, 'Note has no field "nam" (option "filterable"). Fields, by property: id, name.'],
    [
      { name: ['eq', 'almost'] },
      'Note: "name" in the option "filterable" has an operator "almost", which there is not.',
    ],
    [{ name: { default: 'almost' } }, 'Note: "name" in the option "filterable" has an operator "almost"'],
    [{ 'a.b': { attribute: 'name' } }, 'Note: "a.b" in the option "filterable" cannot be a name'],
    [{ objects: () => ({ name: 'id', op: 'is_null' }) }, 'Note: "objects" in the option "filterable" cannot be a name'],
    [
      { short: { attribute: 'text' } },
      'is about "text", which is no field of the API; expose it, or give a "filter" function.',
    ],
    [
      { name: { operator: 'eq' } },
      'Note: "name" in the option "filterable" takes true, false, or an object with groups, operators, default, attribute, filter.',
    ],
    [{ name: { groups: 'hr' } }, 'Note: "name" in the option "filterable" takes groups as a list of names.'],
    ['name', 'Note: the option "filterable" has to be a list of names, or an object with a rule for each.'],
  ])('of %j is refused at start', async (filterable, message) => {
    @Entity()
    class Note {
      @PrimaryGeneratedColumn() id!: number;
      @Expose() @Column() name!: string;
      @Column() text!: string;
    }
    const started = createApp({
      imports: [
        TypeOrmModule.forRoot({ type: 'better-sqlite3', database: ':memory:', entities: [Note] }),
        RestlessModule.forFeature([{ entity: Note, filterable: filterable as FilterRules }]),
      ],
    });

    await expect(started).rejects.toThrow(message);
  });
});
