/** Databases that do not answer in time: the driver gives up, and the client is told to come again. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { describeServers } from '../support/app.js';

@Entity()
@Resource()
class Row {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
}

const SLEEP = { postgres: 'pg_sleep(2) IS NOT NULL', mariadb: 'SLEEP(2) = 0', sqlite: '' } as const;
const HURRY = {
  postgres: { extra: { query_timeout: 1_000 } },
  mariadb: { enableQueryTimeout: true, maxQueryExecutionTime: 1_000 },
  sqlite: {},
} as const;

describeServers(
  (server) => {
    it('is a 503 [TXN-06]', async () => {
      const app = await server.start({
        entities: [Row],
        dataSource: HURRY[server.database.kind],
        imports: [RestlessModule.forFeature([{ entity: Row, scope: { sql: () => SLEEP[server.database.kind] } }])],
        seed: (dataSource) => dataSource.getRepository(Row).insert({ name: 'x' }),
      });
      const answer = await app.get('/api/row');
      await app.close();

      expect([answer.status, answer.at('/errors/0/code')]).toEqual([503, 'UNAVAILABLE']);
    });
  },
  { databases: ['postgres', 'mariadb'] },
);
