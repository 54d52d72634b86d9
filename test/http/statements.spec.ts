/** What a request costs: which statements it runs, what they select, and that values are bound. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import { Column, Entity, PrimaryGeneratedColumn, type DataSource } from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { jsonApi } from '../support/json-api-document.js';
import { Computer, PEOPLE, Person, seedPeople } from '../support/people.js';
import { type Statement, StatementLog } from '../support/statement-log.js';

@Entity()
@Resource({ additionalAttributes: ['upper'] })
class Word {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() text!: string;

  get upper(): string {
    return this.text.toUpperCase();
  }
}

describeServers(
  (server) => {
    const log = new StatementLog();
    let app: TestApp;
    const get = jsonApi(() => app);

    beforeAll(async () => {
      const imports = [
        RestlessModule.forFeature([
          ...PEOPLE,
          Word,
          { entity: Person, collectionName: 'linked', prefix: 'linked', linkage: 'always' },
          { entity: Person, collectionName: 'uncounted', prefix: 'uncounted', count: 'none' },
          { entity: Computer, collectionName: 'unpaged', prefix: 'unpaged', pageSize: 0 },
        ]),
      ];
      const seed = async (dataSource: DataSource): Promise<void> => {
        await seedPeople(dataSource);
        await dataSource.manager.insert(Word, [{ text: 'one' }, { text: 'two' }]);
      };
      app = await server.start({
        entities: [...PEOPLE, Word],
        dataSource: { logger: log, logging: true },
        imports,
        seed,
      });
    });
    afterAll(() => app.close());

    const statementsOf = (path: string): Promise<Statement[]> => log.during(() => get(path));

    /** The columns that a statement selects of a table's rows, as they are called there. */
    function selected({ sql }: Statement, table: string): string[] {
      const plain = sql.replace(/["`]/g, '');
      const lists = [...plain.matchAll(new RegExp(`SELECT ((?:(?!SELECT).)* AS c0.*?) FROM ${table}\\b`, 'g'))];
      return [...lists[0]![1]!.matchAll(/\.(\w+) AS/g)].map(([, name]) => name!).sort();
    }

    it.each<[string, number]>([
      ['/api/person', 1],
      ['/api/person?page[size]=2&page[number]=2&sort=-age', 1],
      ['/api/person?filter[computers.vendor]=Apple&sort=boss.name,-birthDate', 1],
      ['/api/person?filter[name]=nobody', 1],
      ['/api/person/1', 1],
      ['/api/person/99', 1],
      ['/uncounted/uncounted?page[size]=2', 1],
      ['/unpaged/unpaged', 1],
      ['/api/person?filter[single]=1&filter[name]=Ada', 1],
    ])('reads a page with its total, or a resource, in one: %s [INC-09, JA-39]', async (path, count) => {
      expect(await statementsOf(path)).toHaveLength(count);
    });

    it.each<[string, number]>([
      ['/api/person?include=computers', 2],
      ['/api/person?include=boss', 2],
      ['/api/person?include=computers,reports,boss', 4],
      ['/api/person?include=reports.computers.owner', 4],
      ['/api/person?include=computers&page[size]=1', 2],
      ['/api/person/1?include=computers', 2],
      ['/api/person/1/computers?include=owner', 2],
      ['/linked/linked', 3],
      ['/linked/linked?fields[linked]=computers', 2],
      ['/linked/linked?fields[linked]=name', 1],
    ])(
      'reads what is related in one per relationship, whatever the size of the page: %s [INC-03, INC-09]',
      async (path, count) => {
        expect(await statementsOf(path)).toHaveLength(count);
      },
    );

    it.each<[string, number]>([
      ['/api/person/1/computers', 1],
      ['/api/person/1/computers/2', 1],
      ['/api/person/2/boss', 1],
      ['/api/person/1/relationships/computers', 1],
      ['/api/person/2/relationships/boss', 1],
      ['/api/person/5/computers', 2],
      ['/api/person/1/boss', 2],
      ['/api/person/1/computers/3', 2],
      ['/api/person/99/computers', 2],
      ['/api/person/99/relationships/boss', 2],
    ])('looks for the parent only where nothing is related: %s [REL-15, REL-17]', async (path, count) => {
      expect(await statementsOf(path)).toHaveLength(count);
    });

    it.each<[string, number]>([
      ['/api/person?filter[name]=nobody&include=computers,boss.reports', 1],
      ['/api/person/1?include=boss.computers', 1],
      ['/api/person?page[number]=9&include=computers', 2],
      ['/api/person/5?include=computers.owner', 2],
    ])('runs none for what cannot be there: %s [INC-08, INC-09]', async (path, count) => {
      const statements = await statementsOf(path);

      expect(statements).toHaveLength(count);
    });

    it.each([
      '/api/person?sort=nothing',
      '/api/person?include=nothing',
      '/api/person?fields[person]=nothing',
      '/api/person?filter[age]=x',
      '/api/person/x',
    ])('runs none for what is wrong: %s [JA-46]', async (path) => {
      expect(await statementsOf(path)).toEqual([]);
    });

    it('counts the rows again only past the last page [JA-39]', async () => {
      const [page, count] = await statementsOf('/api/person?page[number]=9');

      expect(page!.sql).toMatch(/LIMIT/);
      expect(count!.sql).toMatch(/^SELECT COUNT\(\*\)/);
      expect((await statementsOf('/uncounted/uncounted'))[0]!.sql).not.toMatch(/COUNT/);
    });

    it('selects what the answer shows, the ids, and the foreign keys of the linkage [FLD-18]', async () => {
      const [page] = await statementsOf('/api/person');

      expect(selected(page!, 'person')).toEqual(['age', 'birthDate', 'bossId', 'id', 'name']);
    });

    it('selects no more than a sparse fieldset asks for, in includes neither [FLD-18, #8]', async () => {
      const [names] = await statementsOf('/api/person?fields[person]=name');
      const [nothing] = await statementsOf('/api/person?fields[person]=');
      const [people, computers] = await statementsOf(
        '/api/person?fields[person]=name,computers&include=computers&fields[computer]=vendor',
      );
      const [linkage] = await statementsOf('/api/person/1/relationships/computers');

      expect(selected(names!, 'person')).toEqual(['id', 'name']);
      expect(selected(nothing!, 'person')).toEqual(['id']);
      expect(selected(people!, 'person')).toEqual(['id', 'name']);
      expect(selected(computers!, 'computer')).toEqual(['id', 'ownerId', 'vendor']);
      expect(selected(linkage!, 'computer')).toEqual(['id']);
    });

    it('joins no to-many relation into a page, and none for linkage that is on the row [REL-10]', async () => {
      const [page] = await statementsOf('/api/person?filter[computers.vendor]=Apple&include=computers');
      const [sorted] = await statementsOf('/api/computer?sort=owner.name');

      expect(page!.sql).not.toMatch(/JOIN/);
      expect(sorted!.sql.match(/JOIN/g)).toHaveLength(1);
    });

    it('loads instances for computed attributes in one more, and only where they are shown [FLD-17, MAP-09]', async () => {
      expect(await statementsOf('/api/word')).toHaveLength(2);
      expect(await statementsOf('/api/word/1')).toHaveLength(2);
      expect(await statementsOf('/api/word?fields[word]=text')).toHaveLength(1);
      expect(await statementsOf('/api/word?filter[text]=none')).toHaveLength(1);
    });

    it('binds what a client sends, and has one text for requests of one shape [FLD-19]', async () => {
      const texts = async (...paths: string[]): Promise<string[]> => {
        const all: Statement[] = [];
        for (const path of paths) all.push(...(await statementsOf(path)));
        for (const { sql } of all) expect(sql).not.toMatch(/Ada|Bob|laptop/);
        return [...new Set(all.map(({ sql }) => sql))];
      };

      expect(await texts('/api/person?filter[name]=Ada', '/api/person?filter[name]=Bob&page[size]=3')).toHaveLength(1);
      expect(await texts('/api/person?filter[name]=Ada,Bob', '/api/person?filter[name]=Ada,Bob,x,y')).toHaveLength(1);
      expect(await texts('/api/person/1', '/api/person/2')).toHaveLength(1);
      expect(await texts('/api/person?include=computers&page[size]=1', '/api/person?include=computers')).toHaveLength(
        2,
      );
      expect(await texts('/api/person?filter[computers.name][like]=laptop%25&sort=name')).toHaveLength(1);
    });
  },
  { adapters: ['express'] },
);
