/** Dates and times that the database or the application wrote: what an answer shows of them is what a filter finds. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { describeServers, type Answer, type TestApp } from '../support/app.js';

@Entity()
@Resource()
class Note {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @CreateDateColumn({ precision: 3 }) created!: Date;
  @Expose() @Column({ type: Date, precision: 3, nullable: true }) due!: Date | null;
  @Expose() @Column({ type: 'time', nullable: true }) clock!: string | null;
}

const ids = (answer: Answer): unknown => answer.at('/data/*/id');

describeServers(
  ({ start }) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await start({
        entities: [Note],
        imports: [RestlessModule.forFeature([Note])],
        seed: ({ manager }) =>
          manager.insert(Note, [
            { id: 1, due: new Date('2024-01-01T00:00:00Z'), clock: '13:45' },
            { id: 2, due: new Date('2024-01-01T00:00:00.001Z'), clock: '13:45:01' },
            { id: 3, due: null, clock: null },
          ]),
      });
    });
    afterAll(() => app.close());

    it.each<readonly [string, readonly string[]]>([
      ['eq', ['1', '2', '3']],
      ['ge', ['1', '2', '3']],
      ['le', ['1', '2', '3']],
      ['in', ['1', '2', '3']],
      ['ne', []],
      ['gt', []],
      ['lt', []],
      ['not_in', []],
    ])('finds what the database’s clock wrote by what is shown of it: %s [CQ-30]', async (op, expected) => {
      const created = (await app.get('/api/note/1')).at('/data/attributes/created') as string;

      expect(created).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(ids(await app.get(`/api/note?filter[created][${op}]=${created}`))).toEqual(expected);
    });

    it.each<readonly [string, readonly string[]]>([
      ['filter[due]=2024-01-01', ['1']],
      ['filter[due][ne]=2024-01-01', ['2']],
      ['filter[due][gt]=2024-01-01T00:00', ['2']],
      ['filter[due][ge]=2024-01-01', ['1', '2']],
      ['filter[due][lt]=2024-01-01', []],
      ['filter[due][le]=2024-01-01', ['1']],
      ['filter[due][range]=2024-01-01,2024-01-01', ['1']],
      ['filter[due][in]=2024-01-01,2024-01-01T00:00:00.001Z', ['1', '2']],
      ['filter[due][not_in]=2024-01-01', ['2']],
      ['filter[clock]=13:45', ['1']],
      ['filter[clock]=13:45:00', ['1']],
      ['filter[clock][ne]=13:45', ['2']],
      ['filter[clock][gt]=13:45', ['2']],
      ['filter[clock][ge]=13:45:00', ['1', '2']],
      ['filter[clock][lt]=13:45:00', []],
      ['filter[clock][le]=13:45:00', ['1']],
      ['filter[clock][in]=13:45:00,13:45:01', ['1', '2']],
      ['filter[clock][range]=13:45:00,13:45:00', ['1']],
    ])('finds seconds and milliseconds that are written and that are not: %s [CQ-30]', async (query, expected) => {
      expect(ids(await app.get(`/api/note?${query}`))).toEqual(expected);
    });

    it('knows the database’s clock', async () => {
      expect(
        ids(await app.get('/api/note?filter[created][le]=CURRENT_TIMESTAMP&filter[created][ge]=CURRENT_DATE')),
      ).toEqual(['1', '2', '3']);
      expect(ids(await app.get('/api/note?filter[created][gt]=LOCALTIMESTAMP'))).toEqual([]);
      expect((await app.get('/api/note?filter[clock][le]=CURRENT_TIMESTAMP')).status).toBe(200);
    });
  },
  { adapters: ['express'] },
);
