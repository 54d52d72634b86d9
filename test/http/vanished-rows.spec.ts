/** Rows that somebody deletes between the statement of the page and that of what it includes. */
import { getRestlessServiceToken, RestlessModule, type RestlessService } from 'nestjs-restless';
import { DataSource, type Logger } from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { Computer, PEOPLE, seedPeople } from '../support/people.js';

const none = (): void => undefined;

/** Tells of a statement before it is run. */
class Before implements Logger {
  act: (statement: string) => void = none;
  logQuery = (statement: string): void => this.act(statement);
  logQueryError = none;
  logQuerySlow = none;
  logSchemaBuild = none;
  logMigration = none;
  log = none;
}

describeServers(
  (server) => {
    const before = new Before();
    let app: TestApp;
    beforeEach(async () => {
      app = await server.start({
        entities: PEOPLE,
        dataSource: { logger: before },
        imports: [RestlessModule.forFeature(PEOPLE)],
        seed: seedPeople,
      });
      const { databaseConnection } = app.app.get(DataSource).driver as unknown as {
        readonly databaseConnection: { exec(statements: string): void };
      };
      before.act = (statement) => {
        if (!/^SELECT.*FROM "person"/.test(statement)) return;
        before.act = none;
        databaseConnection.exec('UPDATE computer SET "ownerId" = NULL WHERE id = 6; DELETE FROM person WHERE id = 6');
      };
    });
    afterEach(async () => {
      before.act = none;
      await app.close();
    });

    it('are null for a service [HLP-01]', async () => {
      const computers = app.app.get<RestlessService<Computer>>(getRestlessServiceToken(Computer), { strict: false });

      expect(await computers.findOne(6, { include: ['owner'], fields: ['name'] })).toEqual({
        id: 6,
        name: 'kit',
        owner: null,
      });
    });

    it('are named, and not included', async () => {
      const answer = await app.get('/api/computer/6?include=owner');

      expect([answer.status, answer.at('/included')]).toEqual([200, []]);
      expect((await app.get('/api/computer/6?include=owner')).at('/data/relationships/owner/data')).toBeNull();
    });
  },
  { databases: ['sqlite'], adapters: ['express'] },
);
