/** Where a data source has replicas, requests that read ask them, and not the primary. */
import { jest } from '@jest/globals';
import { TypeOrmModule } from '@nestjs/typeorm';
import { RestlessModule } from 'nestjs-restless';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { createApp } from '../support/app.js';
import { describeDatabases } from '../support/databases.js';
import { Computer, PEOPLE, Person, seedPeople } from '../support/people.js';

describeDatabases(
  (database) => {
    it('asks TypeORM for a connection that may be a replica’s', async () => {
      const app = await createApp({
        imports: [TypeOrmModule.forRoot(database.options(PEOPLE)), RestlessModule.forFeature([Person, Computer])],
      });
      const dataSource = app.app.get(DataSource);
      await seedPeople(dataSource);
      const createQueryRunner = jest.spyOn(dataSource, 'createQueryRunner');

      await app.get('/api/person?include=computers');

      expect(createQueryRunner.mock.calls).toEqual([['slave']]);
      await app.close();
    });
  },
  ['sqlite'],
);

describeDatabases(
  (database) => {
    it('reads pages, totals, includes and linkage from the replica', async () => {
      // Two spaces of one server, with different rows: what is answered tells which of them was asked.
      const replica = await new DataSource(database.second.options(PEOPLE)).initialize();
      await seedPeople(replica);
      const { url: primaryUrl, ...options } = database.options(PEOPLE) as DataSourceOptions & { url: string };
      const { url: replicaUrl } = database.second.options(PEOPLE) as { url: string };
      const replication = { master: { url: primaryUrl }, slaves: [{ url: replicaUrl }] };
      const app = await createApp({
        imports: [
          TypeOrmModule.forRoot({ ...options, replication } as DataSourceOptions),
          RestlessModule.forFeature([Person, Computer]),
        ],
      });
      const primary = app.app.get(DataSource);
      await primary.getRepository(Person).insert({ name: 'Primary' });

      const answers = await Promise.all(
        ['person?include=computers', 'person/1', 'person/1/computers', 'person/1/relationships/computers'].map((path) =>
          app.get(`/api/${path}`),
        ),
      );

      expect(await primary.query('SELECT name FROM person')).toEqual([{ name: 'Primary' }]);
      expect(answers[0]!.at('/meta/total')).toBe(6);
      expect(answers[0]!.at('/included/*/id')).toHaveLength(6);
      expect(answers[1]!.at('/data/attributes/name')).toBe('Ada');
      expect(answers[2]!.at('/data/*/id')).toEqual(['1', '2']);
      expect(answers[3]!.at('/data/*/id')).toEqual(['1', '2']);
      await app.close();
      await replica.destroy();
    });
  },
  ['postgres', 'mariadb'],
);
