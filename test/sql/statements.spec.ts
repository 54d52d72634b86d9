/**
 * The statements of typical requests, run and written down: how many there are, what they select, and that no to-many
 * relation is joined into a page. Quotes and placeholders are written as SQLite's, whatever the database.
 */
import { RestlessModule } from 'nestjs-restless';
import { describeServers, type TestApp } from '../support/app.js';
import { Computer, PEOPLE, Person, seedPeople } from '../support/people.js';
import { StatementLog } from '../support/statement-log.js';

interface Expected {
  readonly ids: readonly string[];
  readonly sql: readonly string[];
  readonly parameters: readonly (readonly unknown[])[];
}

describeServers(
  ({ start, database }) => {
    const log = new StatementLog();
    let app: TestApp;
    beforeAll(async () => {
      app = await start({
        entities: PEOPLE,
        imports: [
          RestlessModule.forFeature([Person, Computer, { entity: Person, prefix: 'uncounted', count: 'none' }]),
        ],
        seed: seedPeople,
        dataSource: { logger: log, logging: true },
      });
    });
    afterAll(() => app.close());

    const on = <T>(sqlite: T, postgres: T, mariadb: T): T => ({ sqlite, postgres, mariadb })[database.kind];

    const run = async (path: string): Promise<Expected> => {
      let ids: unknown;
      const statements = await log.during(async () => {
        ids = (await app.get(`/${path}`)).at('/data/*/id');
      });
      return {
        ids: ids as string[],
        sql: statements.map(({ sql }) => sql.replaceAll('`', '"').replace(/\$\d+/g, '?')),
        parameters: statements.map(({ parameters }) => parameters),
      };
    };

    it('are one for a page with its total', async () => {
      expect(await run('api/person?fields[person]=name&sort=-name&page[size]=2&page[number]=2')).toEqual({
        ids: expect.any(Array) as string[],
        sql: [
          'SELECT p.*, (SELECT COUNT(*) AS n FROM "person" "_k2" WHERE 1 = 1) AS n FROM (' +
            'SELECT "_t1"."id" AS c0, "_t1"."name" AS c1 FROM "person" "_t1" WHERE 1 = 1 ' +
            'ORDER BY "_t1"."name" DESC, "_t1"."id" DESC LIMIT ? OFFSET ?) p ORDER BY p.c1 DESC, p.c0 DESC',
        ],
        parameters: [[2, 2]],
      });
    });

    it('are two for a page past the end, whose total stands beside no row [PAG-12]', async () => {
      const { ids, sql } = await run('api/person?fields[person]=name&page[number]=9');

      expect(ids).toEqual([]);
      expect(sql).toEqual([expect.stringMatching('^SELECT p'), 'SELECT COUNT(*) AS n FROM "person" "_k3" WHERE 1 = 1']);
    });

    it('have no total where none is asked for, and one row more [PAG-28]', async () => {
      expect(await run('uncounted/person?fields[person]=name&page[size]=2')).toEqual({
        ids: ['1', '2'],
        sql: [
          'SELECT "_t1"."id" AS c0, "_t1"."name" AS c1 FROM "person" "_t1" WHERE 1 = 1 ORDER BY "_t1"."id" ASC LIMIT ? OFFSET ?',
        ],
        parameters: [[3, 0]],
      });
    });

    it('look for related rows without a join, and count with the same filter [OP-12, FJR-11]', async () => {
      const exists = (alias: string, related: string) =>
        `EXISTS (SELECT 1 FROM "computer" "${related}" WHERE ("${alias}"."id" = "${related}"."ownerId" AND "${related}"."vendor" = ?))`;
      const lookup = (alias: string, related: string) =>
        `"${alias}"."id" IN (SELECT "${related}"."ownerId" FROM "computer" "${related}" WHERE "${related}"."vendor" = ?)`;
      const condition = on(lookup, exists, exists);

      expect(await run('api/person?fields[person]=name&filter[computers.vendor]=Apple')).toEqual({
        ids: ['1', '2', '3'],
        sql: [
          `SELECT p.*, (SELECT COUNT(*) AS n FROM "person" "_k3" WHERE ${condition('_k3', '_r4')}) AS n FROM (` +
            `SELECT "_t1"."id" AS c0, "_t1"."name" AS c1 FROM "person" "_t1" WHERE ${condition('_t1', '_r2')} ` +
            'ORDER BY "_t1"."id" ASC LIMIT ? OFFSET ?) p ORDER BY p.c0 ASC',
        ],
        parameters: [['Apple', 'Apple', 10, 0]],
      });
    });

    it('look for the absence of related rows with EXISTS on every database', async () => {
      const filter = encodeURIComponent('[{"not":{"name":"computers.vendor","op":"eq","val":"Apple"}}]');
      const { ids, sql } = await run(`api/person?fields[person]=name&filter[objects]=${filter}`);

      expect(ids).toEqual(['4', '5', '6']);
      expect(sql[0]).toContain(
        'WHERE NOT (EXISTS (SELECT 1 FROM "computer" "_r2" WHERE ("_t1"."id" = "_r2"."ownerId" AND "_r2"."vendor" = ?))) ',
      );
    });

    it('have one text for lists of every length [OP-07]', async () => {
      const short = await run('api/person?fields[person]=name&filter[id]=1');
      const list = await run('api/person?fields[person]=name&filter[id]=1,2');
      const longer = await run('api/person?fields[person]=name&filter[id]=1,2,3,4,5');

      expect(list.sql[0]).toContain(
        `"_t1"."id" ${on('IN (SELECT "value" FROM json_each(?))', '= ANY(?)', 'IN (?)')} ORDER BY`,
      );
      expect(list.parameters[0]![0]).toEqual(on<unknown>('[1,2]', [1, 2], [1, 2]));
      expect(longer.sql).toEqual(list.sql);
      expect([short.ids, list.ids, longer.ids]).toEqual([['1'], ['1', '2'], ['1', '2', '3', '4', '5']]);
    });

    it('join the rows of a to-one path to sort by, and nothing to count [SRT-03, SRT-04]', async () => {
      const { ids, sql } = await run('api/computer?fields[computer]=name&sort=owner.id');

      expect(ids).toHaveLength(7);
      expect(sql).toEqual([
        'SELECT p.*, (SELECT COUNT(*) AS n FROM "computer" "_k3" WHERE 1 = 1) AS n FROM (' +
          'SELECT "_t1"."id" AS c0, "_t1"."name" AS c1, "_r2"."id" AS c2 FROM "computer" "_t1" ' +
          'LEFT JOIN "person" "_r2" ON "_t1"."ownerId" = "_r2"."id" WHERE 1 = 1 ' +
          'ORDER BY "_r2"."id" ASC, "_t1"."id" ASC LIMIT ? OFFSET ?) p ORDER BY p.c2 ASC, p.c0 ASC',
      ]);
    });

    it('number the rows of a group to find the first [GRP-05]', async () => {
      const { ids, sql } = await run('api/person?fields[person]=name&groupBy=age');

      expect(ids).toEqual(['1', '2', '4', '5', '6']);
      expect(sql).toHaveLength(1);
      expect(sql[0]).toContain(
        'WHERE "_t1"."id" IN (SELECT g.k0 FROM (SELECT "_t2"."id" AS k0, ' +
          'ROW_NUMBER() OVER (PARTITION BY "_t2"."age" ORDER BY "_t2"."id") AS rn FROM "person" "_t2" WHERE 1 = 1) g WHERE g.rn = 1)',
      );
    });

    it('are one more for each path of an include, by the keys of the page', async () => {
      const { ids, sql, parameters } = await run(
        'api/person?include=computers,reports.computers&fields[person]=computers&fields[computer]=name&page[size]=2',
      );

      expect(ids).toEqual(['1', '2']);
      expect(sql).toHaveLength(4);
      expect(sql.map((text) => /JOIN/.test(text))).toEqual([false, false, false, false]);
      expect(parameters.slice(1).flat()).toEqual(
        on<unknown[]>(
          ['[1,2]', '[1,2]', '[2,3,4,5]'],
          [
            [1, 2],
            [1, 2],
            [2, 3, 4, 5],
          ],
          [
            [1, 2],
            [1, 2],
            [2, 3, 4, 5],
          ],
        ),
      );
    });

    it('are one for related rows, and one more where there are none, to see whether there is a parent', async () => {
      expect((await run('api/person/1/computers')).sql).toHaveLength(1);
      expect((await run('api/person/1/computers?filter[vendor]=none')).sql).toHaveLength(2);
      expect((await run('api/person/99/computers')).sql).toHaveLength(2);
    });

    it('never hold a text of the client [CQ-05]', async () => {
      const { sql } = await run(
        `api/person?filter[name]=needle&filter[objects]=${encodeURIComponent('[{"name":"name","op":"in","val":["needle","x"]},{"name":"name","op":"contains","val":"needle"}]')}`,
      );

      expect(sql.join()).not.toContain('needle');
    });
  },
  { adapters: ['express'] },
);
