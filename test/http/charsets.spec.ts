/** Columns of MariaDB in a character set of their own, which does not have all that clients send. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';

@Entity()
@Resource()
class Old {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ length: 20, charset: 'latin1', collation: 'latin1_swedish_ci' }) name!: string;
}

const FACE = encodeURIComponent('😀');

describeServers(
  (server) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await server.start({
        entities: [Old],
        imports: [RestlessModule.forFeature([Old])],
        seed: (dataSource) => dataSource.getRepository(Old).insert({ name: 'é' }),
      });
    });
    afterAll(() => app.close());

    it.each([
      `filter[name]=${FACE}`,
      `filter[name][gt]=${FACE}`,
      `filter[name][like]=${FACE}`,
      `filter[objects]=[{"name":"name","op":"in","val":["a","${FACE}"]}]`,
      `filter[objects]=[{"name":"name","op":"between","val":["a","${FACE}"]}]`,
    ])('what the column cannot have is a 400: %s [ERR-03]', async (query) => {
      const answer = await app.get(`/api/old?${query}`);

      expect([answer.status, answer.at('/errors/0/code')]).toEqual([400, 'BAD_VALUE']);
    });

    it('what the column has is found', async () => {
      const answer = await app.get(`/api/old?filter[name]=${encodeURIComponent('é')}`);

      expect(answer.at('/data/*/id')).toEqual(['1']);
    });
  },
  { databases: ['mariadb'] },
);
