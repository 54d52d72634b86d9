/** Names on the wire in another case than the properties: the option `keys`, wherever a name stands. */
import { Expose } from 'class-transformer';
import { IsInt, Max } from 'class-validator';
import { Resource, RestlessConfigError, RestlessModule, type ResourceOptions } from 'nestjs-restless';
import { Column, type DataSource, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { describeServers, type Server, type TestApp } from '../support/app.js';

class Place {
  @Column({ type: 'varchar', default: 'Paris' }) townName!: string;
}

@Entity()
class Author {
  @PrimaryGeneratedColumn() authorId!: number;
  @Expose() @Column() fullName!: string;
  @Expose() @Column({ type: 'int', nullable: true }) @IsInt() @Max(2000) birthYear!: number | null;
  @Expose({ name: 'ISBN' }) @Column({ type: 'varchar', nullable: true }) isbnNumber!: string | null;
  @Column({ type: 'boolean', default: false }) isHidden!: boolean;
  @Expose() @Column(() => Place) homeTown!: Place;
  @Expose() @OneToMany(() => Paper, (paper) => paper.mainAuthor) writtenPapers!: Relation<Paper>[];
}

@Entity()
@Resource()
class Paper {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() paperTitle!: string;
  @Expose() @ManyToOne(() => Author, (author) => author.writtenPapers) mainAuthor!: Relation<Author> | null;
}

async function seed({ manager }: DataSource): Promise<void> {
  const ada = await manager.save(Author, { fullName: 'Ada', birthYear: 1815 });
  await manager.save(Author, { fullName: 'Nobody', birthYear: 1900, isHidden: true });
  await manager.save(Paper, { paperTitle: 'Notes', mainAuthor: ada });
}

const shared = {
  methods: ['GET', 'POST', 'PATCH'],
  allowFunctions: true,
  allowToManyReplacement: true,
} as const;

const start = (server: Server, options: ResourceOptions, ofAuthor: ResourceOptions = {}): Promise<TestApp> =>
  server.start({
    entities: [Author, Paper],
    imports: [
      RestlessModule.forRoot({ ...shared, formats: ['json-api', 'flat-json'] }),
      RestlessModule.forFeature([
        { entity: Author, ...options, ...ofAuthor, scope: () => ({ name: 'isHidden', op: 'eq', val: false }) },
        { entity: Paper, ...options },
      ]),
    ],
    seed,
  });

const objects = (...filters: object[]): string => `filter[objects]=${encodeURIComponent(JSON.stringify(filters))}`;

describeServers(
  (server) => {
    describe('keys: "snake"', () => {
      let app: TestApp;
      beforeAll(async () => {
        app = await start(server, { keys: 'snake' }, { includes: ['written_papers'] });
      });
      afterAll(() => app.close());

      it('names attributes, members of objects and relationships in documents [FJS-07, FJS-08]', async () => {
        const answer = await app.get('/api/paper/1?include=main_author');

        expect(answer.status).toBe(200);
        expect(answer.at('/data/attributes')).toEqual({ paper_title: 'Notes' });
        expect(answer.at('/data/relationships/main_author/links/related')).toBe('/api/paper/1/main_author');
        expect(answer.at('/included/0/attributes')).toEqual({
          full_name: 'Ada',
          birth_year: 1815,
          ISBN: null,
          home_town: { town_name: 'Paris' },
        });
      });

      it.each([
        ['fields[author]=full_name', { full_name: 'Ada' }],
        ['fields[author]=birth_year&filter[full_name]=Ada', { birth_year: 1815 }],
        ['fields[author]=birth_year&filter[home_town.town_name]=Paris', { birth_year: 1815 }],
        ['fields[author]=birth_year&filter[written_papers.paper_title]=Notes', { birth_year: 1815 }],
        [`fields[author]=birth_year&${objects({ name: 'birth_year', op: 'lt', val: 1900 })}`, { birth_year: 1815 }],
        ['fields[author]=birth_year&sort=-birth_year,full_name&groupBy=birth_year', { birth_year: 1815 }],
      ])('reads %s [FJS-07, FJS-08]', async (query, attributes) => {
        const answer = await app.get(`/api/author?include=&${query}`);

        expect(answer.at('/data/*/attributes')).toEqual([attributes]);
      });

      it('serves relationships at their names', async () => {
        expect((await app.get('/api/author/1/written_papers')).at('/data/0/attributes/paper_title')).toBe('Notes');
        expect((await app.get('/api/author/1/relationships/written_papers')).at('/data/0/id')).toBe('1');
        expect((await app.get('/api/author/1/writtenPapers')).status).toBe(404);
      });

      it('takes default includes by their names', async () => {
        expect((await app.get('/api/author/1')).at('/included/0/attributes')).toEqual({ paper_title: 'Notes' });
      });

      it('tells of fields by these names, and knows no others', async () => {
        const answer = await app.get('/api/author?filter[fullName]=Ada');

        expect(answer.status).toBe(400);
        expect(answer.at('/errors/0/detail')).toBe(
          'author has no field "fullName". Fields: id, full_name, birth_year, ISBN, home_town, written_papers.',
        );
      });

      it('evaluates functions of them', async () => {
        const functions = encodeURIComponent(JSON.stringify([{ name: 'max', field: 'birth_year' }]));

        expect((await app.get(`/api/eval/author?functions=${functions}`)).at('/data')).toEqual([1815]);
      });

      it('reads bodies, and points at faults in them [FJS-02]', async () => {
        const attributes = { full_name: 'Grace', birth_year: 1906, home_town: { town_name: 'New York' } };
        const papersOf = { written_papers: { data: [{ type: 'paper', id: '1' }] } };
        const body = { data: { type: 'author', attributes, relationships: papersOf } };

        const created = await app.request('POST', '/api/author', { body });
        expect(created.status).toBe(201);
        expect(created.at('/data/attributes')).toMatchObject(attributes);

        const wrong = { data: { type: 'author', attributes: { full_name: 'Zoe', birth_year: 2001 } } };
        const refused = await app.request('POST', '/api/author', { body: wrong });
        expect(refused.status).toBe(400);
        expect(refused.at('/errors/0/source/pointer')).toBe('/data/attributes/birth_year');

        const unknown = { data: { type: 'author', attributes: { fullName: 'Zoe' } } };
        const answer = await app.request('POST', '/api/author', { body: unknown });
        expect(answer.at('/errors/0/source/pointer')).toBe('/data/attributes/fullName');
      });

      it('names them alike in flat JSON', async () => {
        const q = encodeURIComponent(JSON.stringify({ filters: [{ name: 'full_name', op: 'eq', val: 'Ada' }] }));
        const answer = await app.get(`/api/author?q=${q}`, { Accept: 'application/json' });

        expect(answer.at('/objects/0')).toMatchObject({ id: 1, full_name: 'Ada', home_town: { town_name: 'Paris' } });
      });
    });

    it.each([
      ['dash' as const, { 'full-name': 'Ada', 'birth-year': 1815, 'home-town': { 'town-name': 'Paris' } }],
      ['camel' as const, { fullName: 'Ada', birthYear: 1815, homeTown: { townName: 'Paris' } }],
      [
        (property: string) => property.toUpperCase(),
        { FULLNAME: 'Ada', BIRTHYEAR: 1815, HOMETOWN: { TOWNNAME: 'Paris' } },
      ],
    ])('keys: %p makes names of properties [FJS-07]', async (keys, attributes) => {
      const app = await start(server, { keys });
      try {
        const [name] = Object.keys(attributes);
        const answer = await app.get(`/api/author?filter[${name}]=Ada`);

        expect(answer.at('/data/0/attributes')).toEqual({ ...attributes, ISBN: null });
      } finally {
        await app.close();
      }
    });

    it.each([
      [
        (property: string) => (property === 'id' ? property : 'one'),
        'Paper: an attribute and a relationship are both called "one"; rename one with @Expose({ name }).',
      ],
      [() => 'one', 'Paper: two fields are called "one"; rename one with @Expose({ name }).'],
      [
        (property: string) => `${property}!`,
        'Paper.paperTitle: "paperTitle!" is no legal JSON:API member name; rename it with @Expose({ name }).',
      ],
      [
        (property: string) => Symbol(property) as unknown as string,
        'Paper.paperTitle: the option "keys" has to return a name, not symbol.',
      ],
      ['pascal' as never, 'Paper: the option "keys" has to be "camel", "snake", "dash" or a function.'],
    ])('keys: %p is an error at start [SET-13]', async (keys, sentence) => {
      const imports = [RestlessModule.forFeature([Author, { entity: Paper, keys }])];
      const starting = server.start({ entities: [Author, Paper], imports });

      await expect(starting).rejects.toThrow(new RestlessConfigError(sentence));
    });
  },
  { databases: ['sqlite'] },
);
