/**
 * Ids past 2^53, of which some are one number to a driver that rounds: where rows are loaded as instances, for getters,
 * transformations and permissions, each is itself.
 */
import { Expose, Transform } from 'class-transformer';
import { Resource, RestlessModule, type PermissionChecker } from 'nestjs-restless';
import { Column, type DataSource, Entity, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { jsonApi } from '../support/json-api-document.js';

@Entity()
@Resource()
class Account {
  @PrimaryColumn({ type: 'bigint' }) id!: string;
  @Expose() @Column() name!: string;
}

@Entity()
@Resource({ additionalAttributes: ['title'] })
class Message {
  @PrimaryColumn({ type: 'bigint' }) id!: string;
  @Expose() @Transform(({ value }) => String(value).toUpperCase()) @Column() text!: string;
  @Expose() @ManyToOne(() => Account) author!: Relation<Account>;

  get title(): string {
    return `${this.id} ${this.text}`;
  }
}

const IDS = ['9007199254740992', '9007199254740993', '9223372036854775806', '9223372036854775807', '5'];
const ADA = '9007199254740993';

async function seed({ manager }: DataSource): Promise<void> {
  await manager.insert(Account, [
    { id: ADA, name: 'Ada' },
    { id: '9007199254740992', name: 'Bob' },
  ]);
  for (const [index, id] of IDS.entries()) {
    await manager.insert(Message, { id, text: `t${index}`, author: { id: index === 2 ? '9007199254740992' : ADA } });
  }
}

/** What Ada has written, the second excepted. */
const OF_ADA: PermissionChecker<Message> = {
  hasObjectPermission: ({ id, author }) => String(author.id) === ADA && String(id) !== IDS[1],
};

describeServers(
  ({ start }) => {
    let app: TestApp;
    const get = jsonApi(() => app);

    beforeAll(async () => {
      app = await start({
        entities: [Account, Message],
        imports: [
          RestlessModule.forFeature([Account, Message, { entity: Message, prefix: 'mine', permissions: OF_ADA }]),
        ],
        seed,
      });
    });
    afterAll(() => app.close());

    it('shows getters and transformed values of each [FLD-11, SER-17]', async () => {
      const answer = await get('/api/message?sort=text');

      expect(answer.at('/data/*/id')).toEqual(IDS);
      expect(answer.at('/data/*/attributes')).toEqual(
        IDS.map((id, index) => ({ text: `T${index}`, title: `${id} t${index}` })),
      );
      expect((await get(`/api/message/${IDS[1]}`)).at('/data/attributes/title')).toBe(`${IDS[1]} t1`);
    });

    it('asks about each, and about the rows that it leads to [FJP-05]', async () => {
      const answer = await get('/mine/message?sort=text');

      expect(answer.at('/data/*/id')).toEqual([IDS[0], IDS[3], IDS[4]]);
      expect((await get(`/mine/message/${IDS[1]}`)).status).toBe(403);
      expect((await get(`/mine/message/${IDS[0]}`)).status).toBe(200);
    });
  },
  { adapters: ['express'] },
);
