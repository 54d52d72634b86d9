/** Text that ignores case by its type, as PostgreSQL's citext does: whatever compares it does so as well. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';

@Entity()
@Resource()
class User {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ type: 'citext' }) mail!: string;
  @Expose() @Column() part!: string;
}

describeServers(
  ({ start }) => {
    let app: TestApp;

    beforeAll(async () => {
      app = await start({
        entities: [User],
        dataSource: { installExtensions: true },
        imports: [RestlessModule.forFeature([User])],
        seed: ({ manager }) =>
          manager.insert(User, [
            { mail: 'Ada@Example.org', part: 'ada%' },
            { mail: 'bob@example.org', part: 'x%' },
          ]),
      });
    });
    afterAll(() => app.close());

    it.each<readonly [string, unknown, readonly string[]]>([
      ['eq', 'ADA@example.ORG', ['1']],
      ['in', ['ADA@example.ORG'], ['1']],
      ['like', 'ada%', ['1']],
      ['not_like', 'ada%', ['2']],
      ['contains', '@EXAMPLE.', ['1', '2']],
      ['notcontains', 'ADA', ['2']],
      ['startswith', 'BOB', ['2']],
      ['endswith', '.ORG', ['1', '2']],
      ['ilike', 'aDa%', ['1']],
    ])('%s %j finds what equality would [decision 7]', async (op, val, expected) => {
      const filter = encodeURIComponent(JSON.stringify([{ name: 'mail', op, val }]));
      const answer = await app.get(`/api/user?sort=id&filter[objects]=${filter}`);

      expect(answer.at('/data/*/id')).toEqual(expected);
    });

    it('is so between two fields [FJF-03]', async () => {
      const filter = encodeURIComponent(JSON.stringify([{ name: 'mail', op: 'like', field: 'part' }]));

      expect((await app.get(`/api/user?filter[objects]=${filter}`)).at('/data/*/id')).toEqual(['1']);
    });
  },
  { adapters: ['express'], databases: ['postgres'] },
);
