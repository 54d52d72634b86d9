/** The application's own code pages by cursor as clients do, and stores of its own may have no cursors. */
import { Expose } from 'class-transformer';
import { getRestlessServiceToken, Resource, RestlessModule, type RestlessService } from 'nestjs-restless';
import { Column, type DataSource, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { Computer, PEOPLE, Person, seedPeople } from '../support/people.js';

@Entity()
@Resource()
class Letter {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column('text') text!: string;
}

/** Longer than a header may be. */
const TEXTS = ['a', 'b', 'c'].map((letter) => letter.repeat(20_000));

describeServers(
  ({ start }) => {
    let app: TestApp;
    let people: RestlessService<Person>;
    beforeAll(async () => {
      app = await start({
        entities: [...PEOPLE, Letter],
        imports: [
          RestlessModule.forRoot({ cursorSecret: 'a secret of all processes' }),
          RestlessModule.forFeature([
            Person,
            Computer,
            Letter,
            {
              entity: Person,
              prefix: 'own',
              pagination: 'cursor',
              repository: (own) => ({
                ...own,
                find: async (query) => own.find({ ...query, cursor: undefined }),
              }),
            },
          ]),
        ],
        seed: async (dataSource: DataSource) => {
          await seedPeople(dataSource);
          for (const text of TEXTS) await dataSource.manager.insert(Letter, { text });
        },
      });
      people = app.app.get(getRestlessServiceToken(Person), { strict: false });
    });
    afterAll(() => app.close());

    it('goes through all rows, whatever the option pagination says, and back', async () => {
      const found: unknown[] = [];
      let page = await people.findPage({ sort: '-name', fields: ['id'], page: { by: 'cursor', size: 4 } });
      expect([page.prev, page.total, page.more]).toEqual([null, 6, true]);
      for (;;) {
        found.push(page.rows.map(({ id }) => id));
        if (typeof page.next !== 'string') break;
        page = await people.findPage({ sort: '-name', fields: ['id'], page: { after: page.next, size: 4 } });
      }
      const back = await people.find({ sort: '-name', fields: ['id'], page: { before: page.prev!, size: 4 } });

      expect(found).toEqual([expect.any(Array), expect.any(Array)]);
      expect(found.flat()).toHaveLength(6);
      expect(new Set(found.flat()).size).toBe(6);
      expect(back.map(({ id }) => id)).toEqual(found[0]);
    });

    it('goes on from a row whose sort keys are long', async () => {
      const letters = app.app.get<RestlessService<Letter>>(getRestlessServiceToken(Letter), { strict: false });
      const first = await letters.findPage({ sort: '-text', page: { by: 'cursor', size: 2 } });
      const second = await letters.findPage({ sort: '-text', page: { after: first.next!, size: 2 } });

      expect([first, second].flatMap(({ rows }) => rows.map(({ id }) => id))).toEqual([3, 2, 1]);
    });

    it('has pages by number without cursors', async () => {
      const { rows, next, prev } = await people.findPage({ page: { number: 2, size: 4 } });

      expect([rows.length, next, prev]).toEqual([2, undefined, undefined]);
    });

    it('refuses a cursor of another sort, naming the member [P8]', async () => {
      const { next } = await people.findPage({ sort: 'name', page: { by: 'cursor', size: 1 } });

      await expect(people.find({ sort: 'age', page: { after: next! } })).rejects.toMatchObject({
        code: 'BAD_CURSOR',
        source: { parameter: 'page.after' },
      });
    });

    it('answers 501 where a store says nothing of where its rows stand', async () => {
      const answer = await app.get('/own/person');

      expect([answer.status, answer.at('/errors/0/detail')]).toEqual([
        501,
        'Pages of person by cursor are not implemented.',
      ]);
    });
  },
  { adapters: ['express'] },
);
