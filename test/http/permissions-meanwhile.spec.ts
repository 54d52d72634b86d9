/** Rows that come while the application is asked about others. */
import { Expose } from 'class-transformer';
import { RestlessModule, type PermissionChecker } from 'nestjs-restless';
import { Column, DataSource, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';

@Entity()
class Letter {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() place!: string;
}

// MariaDB holds off whoever would write between the rows.
describeServers(
  ({ start }) => {
    it('deletes none that was not asked about [FJP-02, BLK-01]', async () => {
      const asked: number[] = [];
      const permissions: PermissionChecker<Letter> = {
        async hasObjectPermission({ id }) {
          asked.push(id);
          if (asked.length === 1) await app.app.get(DataSource).manager.insert(Letter, { place: 'bin' });
          return true;
        },
        scope: () => undefined,
      };
      const letters = { entity: Letter, methods: ['GET', 'DELETE'], allowDeleteMany: true, permissions } as const;
      const app: TestApp = await start({
        entities: [Letter],
        imports: [RestlessModule.forFeature([letters])],
        seed: ({ manager }) => manager.insert(Letter, [{ place: 'bin' }, { place: 'bin' }, { place: 'desk' }]),
      });

      const answer = await app.request('DELETE', '/api/letter?filter[place]=bin');
      const left = await app.app.get(DataSource).manager.find(Letter, { order: { id: 'ASC' } });
      await app.close();

      expect(answer.status).toBe(200);
      expect(asked).toEqual([1, 2]);
      expect(left.map(({ id }) => id)).toEqual([3, 4]);
    });
  },
  { adapters: ['express'], databases: ['sqlite', 'postgres'] },
);
