/** Two clients at once: whatever their requests do to each other, every answer tells what was done. */
import { setTimeout } from 'node:timers/promises';
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  Column,
  DataSource,
  Entity,
  EventSubscriber,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  type EntitySubscriberInterface,
  type QueryRunner,
  type Relation,
  type UpdateEvent,
} from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { writing } from '../support/writing.js';

@Entity()
@Resource()
class Owner {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @OneToMany(() => Pet, (pet) => pet.owner) pets!: Relation<Pet>[];
  @Expose() @ManyToMany(() => Pet, (pet) => pet.friends) @JoinTable() friends!: Relation<Pet>[];
}

@Entity()
@Resource()
class Pet {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @ManyToOne(() => Owner, (owner) => owner.pets) owner!: Relation<Owner> | null;
  @Expose() @ManyToMany(() => Owner, (owner) => owner.friends) friends!: Relation<Owner>[];
}

/** Its subscriber wants another row as well. */
@Entity()
@Resource()
class Account {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() text!: string;
}

@Entity()
@Resource({ allowClientGeneratedIds: true })
class Ticket {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() title!: string;
}

/** What the subscriber does before an update, and how often it was asked to. */
const hook = { runs: 0, work: (_runner: QueryRunner): Promise<unknown> => Promise.resolve() };

@EventSubscriber()
class AccountSubscriber implements EntitySubscriberInterface<Account> {
  listenTo(): typeof Account {
    return Account;
  }

  async beforeUpdate({ queryRunner }: UpdateEvent<Account>): Promise<void> {
    hook.runs += 1;
    await hook.work(queryRunner);
  }
}

describeServers(
  (server) => {
    let app: TestApp;
    let dataSource: DataSource;
    const { patch, post } = writing(() => app);
    const members = async (owner: number, relation: 'pets' | 'friends') =>
      (await app.get(`/api/owner/${owner}/relationships/${relation}`)).at('/data/*/id');

    beforeAll(async () => {
      app = await server.start({
        entities: [Owner, Pet, Account, Ticket],
        dataSource: { subscribers: [AccountSubscriber] },
        imports: [
          RestlessModule.forRoot({ methods: ['GET', 'POST', 'PATCH', 'DELETE'], allowToManyReplacement: true }),
          RestlessModule.forFeature([Owner, Pet, Account, Ticket]),
        ],
        seed: async ({ manager }) => {
          await manager.insert(Owner, { name: 'Ada' });
          await manager.insert(Owner, { name: 'Bob' });
          for (let index = 0; index < 4; index++) await manager.insert(Pet, { owner: { id: 1 } });
          for (const text of ['one', 'two']) await manager.insert(Account, { text });
        },
      });
      dataSource = app.app.get(DataSource);
    });
    afterAll(() => app.close());

    it('tries a deadlock again, and nothing of the first attempt stays [TXN-02]', async () => {
      const other = dataSource.createQueryRunner();
      await other.startTransaction();
      await other.query(`UPDATE account SET text = 'held' WHERE id = 2`);
      hook.work = (runner) => runner.query('SELECT * FROM account WHERE id = 2 FOR UPDATE');

      const answer = patch('/api/account/1', { type: 'account', id: '1', attributes: { text: 'by http' } });
      await setTimeout(200);
      // Each waits for the other now; the database lets one of the two go.
      await other.query(`UPDATE account SET text = 'mine' WHERE id = 1`).then(
        () => other.commitTransaction(),
        () => other.rollbackTransaction(),
      );
      await other.release();

      expect((await answer).at('/data/attributes/text')).toBe('by http');
      expect(await dataSource.manager.findOneByOrFail(Account, { id: 1 })).toMatchObject({ text: 'by http' });
      expect(hook.runs).toBeGreaterThan(0);
    });

    it('counts on past the ids that clients have taken [CRE-20]', async () => {
      const taken = Array.from({ length: 300 }, (_, index) => `(${index + 1}, 'taken')`);
      await dataSource.query(`INSERT INTO ticket (id, title) VALUES ${taken.join(', ')}`);

      const answers = await Promise.all(
        [1, 2, 3].map(() => post('/api/ticket', { type: 'ticket', attributes: { title: 'new' } })),
      );

      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
      expect(new Set(answers.map((answer) => Number(answer.at('/data/id')) > 300))).toEqual(new Set([true]));
    });

    it('leaves a member alone that somebody else has just given to another owner [RJA-02]', async () => {
      const other = dataSource.createQueryRunner();
      await other.startTransaction();
      await other.manager.update(Pet, 1, { owner: { id: 2 } });

      const answer = patch('/api/owner/1/relationships/pets', [{ type: 'pet', id: '2' }]);
      await setTimeout(200);
      await other.commitTransaction();
      await other.release();

      expect((await answer).status).toBe(204);
      expect([await members(1, 'pets'), await members(2, 'pets')]).toEqual([['2'], ['1']]);
    });

    it('replaces members by one list or by the other, never by both [UPD-11]', async () => {
      for (let round = 0; round < 5; round++) {
        const answers = await Promise.all(
          ['1', '2'].map((id) =>
            patch('/api/owner/1', {
              type: 'owner',
              id: '1',
              relationships: { friends: { data: [{ type: 'pet', id }] } },
            }),
          ),
        );

        expect(answers.map(({ status }) => status)).toEqual([204, 204]);
        expect(await members(1, 'friends')).toHaveLength(1);
      }
    });

    it('adds the same members from both sides at once, each once [RJA-05, JA-67]', async () => {
      const requests = [1, 2].flatMap((owner) =>
        [1, 2, 3, 4].flatMap((pet) => [
          post(`/api/owner/${owner}/relationships/friends`, [{ type: 'pet', id: String(pet) }]),
          post(`/api/pet/${pet}/relationships/friends`, [{ type: 'owner', id: String(owner) }]),
        ]),
      );

      expect(new Set((await Promise.all(requests)).map(({ status }) => status))).toEqual(new Set([204]));
      expect(await members(1, 'friends')).toEqual(['1', '2', '3', '4']);
      expect(await members(2, 'friends')).toEqual(['1', '2', '3', '4']);
    });
  },
  { adapters: ['express'], databases: ['postgres', 'mariadb'] },
);
