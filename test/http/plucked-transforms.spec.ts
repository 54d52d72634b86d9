/** Values plucked from related rows are shown as those rows show them: what `@Transform` hides there is hidden here. */
import { Expose, Transform } from 'class-transformer';
import { Pluck, Resource, RestlessModule } from 'nestjs-restless';
import {
  Column,
  type ColumnType,
  type DataSource,
  Entity,
  JoinTable,
  ManyToMany,
  ManyToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import type { DatabaseKind } from '../support/databases.js';
import { StatementLog } from '../support/statement-log.js';

function entitiesOn(kind: DatabaseKind) {
  const datetime: ColumnType = kind === 'postgres' ? 'timestamptz' : 'datetime';

  @Entity()
  @Resource()
  class Owner {
    @PrimaryColumn() country!: string;
    @PrimaryColumn({ type: 'int' }) number!: number;
    @Expose() @Transform(({ value }) => `…${String(value).slice(-2)}`) @Column() card!: string;
    @Expose()
    @Transform(({ value, obj }) => ((obj as Owner).isShy ? null : (value as string)))
    @Column({ type: 'varchar' })
    mail!: string | null;
    @Expose({ groups: ['boss'] }) @Column() isShy!: boolean;
    @Expose() @Transform(({ value }) => (value as Date).getUTCFullYear()) @Column({ type: datetime }) born!: Date;
    @Expose() @Transform(({ value }) => `#${value}`) @Column({ select: false }) pin!: string;
    @Expose() @Transform(({ value }) => `?${value}`, { groups: ['clerk'] }) @Column() level!: string;
  }

  @Entity()
  @Resource({ methods: ['GET', 'PATCH'] })
  class Account {
    @PrimaryGeneratedColumn() id!: number;
    @Expose() @Column() name!: string;
    @ManyToOne(() => Owner) owner!: Relation<Owner> | null;
    @ManyToMany(() => Owner) @JoinTable() others!: Relation<Owner>[];
    @Expose({ toPlainOnly: true }) @Pluck('owner.card') ownerCard!: string;
    @Expose({ toPlainOnly: true }) @Pluck('others.card') otherCards!: string[];
    @Expose({ toPlainOnly: true })
    @Transform(({ value }) => (value as string[]).join('|'))
    @Pluck('others.card')
    joined!: string[];
    @Expose({ toPlainOnly: true }) @Pluck('others.mail') mails!: string[];
    @Expose({ toPlainOnly: true }) @Pluck('owner.born') ownerBorn!: number;
    @Expose({ toPlainOnly: true }) @Pluck('owner.pin') ownerPin!: string;
    @Expose({ toPlainOnly: true }) @Pluck('owner.level') ownerLevel!: string;
  }
  return { Owner, Account };
}

describeServers(
  ({ start, database }) => {
    const log = new StatementLog();
    let app: TestApp;
    beforeAll(async () => {
      const { Owner, Account } = entitiesOn(database.kind);
      const seed = async ({ manager }: DataSource): Promise<void> => {
        const born = new Date('1815-12-10T00:00:00Z');
        const [ada, bob] = await manager.save(Owner, [
          { country: 'gb', number: 1, card: '4111', mail: 'ada@x', isShy: true, born, pin: '1', level: 'a' },
          { country: 'gb', number: 2, card: '4222', mail: 'bob@x', isShy: false, born, pin: '2', level: 'b' },
        ]);
        await manager.save(Account, [
          { name: 'one', owner: ada!, others: [ada!, bob!] },
          { name: 'two', owner: bob!, others: [bob!] },
          { name: 'three', owner: null, others: [] },
        ]);
      };
      app = await start({
        entities: [Owner, Account],
        dataSource: { logger: log },
        imports: [
          RestlessModule.forRoot({
            groups: ({ headers }: { headers: Record<string, string> }) => (headers['who'] ? [headers['who']] : []),
          }),
          RestlessModule.forFeature([Owner, Account]),
        ],
        seed,
      });
    });
    afterAll(() => app.close());

    it('shows what the rows show that they are of, one and many [MAP-06]', async () => {
      const answer = await app.get('/api/account?sort=id&fields[account]=ownerCard,otherCards,mails');

      expect(answer.at('/data/*/attributes')).toEqual([
        { ownerCard: '…11', otherCards: ['…11', '…22'], mails: [null, 'bob@x'] },
        { ownerCard: '…22', otherCards: ['…22'], mails: ['bob@x'] },
        { ownerCard: null, otherCards: [], mails: [] },
      ]);
    });

    it('goes on with transformations of its own [MAP-06]', async () => {
      const answer = await app.get('/api/account?sort=id&fields[account]=joined');

      expect(answer.at('/data/*/attributes/joined')).toEqual(['…11|…22', '…22', '']);
    });

    it('hands over values as the entity holds them, those that are not selected too [MAP-06]', async () => {
      const answer = await app.get('/api/account/1?fields[account]=ownerBorn,ownerPin');

      expect(answer.at('/data/attributes')).toEqual({ ownerBorn: 1815, ownerPin: '#1' });
    });

    it('transforms for those whom it is for [MAP-06]', async () => {
      const path = '/api/account/1?fields[account]=ownerLevel';

      expect((await app.get(path)).at('/data/attributes/ownerLevel')).toBe('a');
      expect((await app.get(path, { who: 'clerk' })).at('/data/attributes/ownerLevel')).toBe('?a');
    });

    it('shows the same once the row was changed [MAP-06]', async () => {
      const data = { type: 'account', id: '2', attributes: { name: 'second' } };
      await app.request('PATCH', '/api/account/2?fields[account]=name,ownerCard', { body: { data } });
      const changed = await app.get('/api/account/2');

      expect(changed.at('/data/attributes')).toMatchObject({ name: 'second', ownerCard: '…22', otherCards: ['…22'] });
    });

    it('costs one statement more, however many rows there are', async () => {
      const statements = await log.during(() => app.get('/api/account?fields[account]=otherCards'));

      expect(statements.filter(({ sql }) => sql.startsWith('SELECT'))).toHaveLength(3);
    });
  },
  { adapters: ['express'] },
);
