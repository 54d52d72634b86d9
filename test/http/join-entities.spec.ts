/** Writing through a join entity with columns of its own, and through attributes that are plucked from related rows. */
import { Resource, RestlessModule } from 'nestjs-restless';
import { Expose } from 'class-transformer';
import {
  Column,
  DataSource,
  Entity,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { type Answer, describeServers, type TestApp } from '../support/app.js';

@Entity()
@Resource({ pluck: { notes: 'taggings.note' }, through: { tags: 'taggings.tag' } })
class Page {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() title!: string;
  @Expose() @OneToMany(() => Tagging, (tagging) => tagging.page) taggings!: Relation<Tagging>[];
}

@Entity()
@Resource()
class Tag {
  @PrimaryColumn({ type: 'varchar', length: 20 }) @Expose() name!: string;
}

/** The join entity, with a column of its own. */
@Entity()
@Resource()
class Tagging {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ default: '' }) note!: string;
  @Expose() @ManyToOne(() => Page, (page) => page.taggings) page!: Relation<Page>;
  @Expose() @ManyToOne(() => Tag) tag!: Relation<Tag>;
}

const ENTITIES = [Page, Tag, Tagging];
const FLAT = 'application/json';

describeServers(
  (server) => {
    let app: TestApp;
    const send = (method: string, path: string, body: unknown): Promise<Answer> =>
      app.request(method, path, { headers: { 'Content-Type': FLAT }, body });
    const rows = (): Promise<number[]> =>
      Promise.all(ENTITIES.map((entity) => app.app.get(DataSource).getRepository<object>(entity).count()));

    beforeEach(async () => {
      app = await server.start({
        entities: ENTITIES,
        imports: [RestlessModule.forRoot({ methods: ['GET', 'POST', 'PATCH'] }), RestlessModule.forFeature(ENTITIES)],
        seed: ({ manager }) => manager.insert(Tag, { name: 'red' }),
      });
    });
    afterEach(() => app.close());

    it('makes rows of the join entity with its columns, and the rows behind them, in one body [CRE-12, #25]', async () => {
      const made = await send('POST', '/api/page', {
        title: 'One',
        taggings: [
          { note: 'old', tag: { name: 'red' } },
          { note: 'new', tag: { name: 'blue' } },
        ],
      });
      const id = String(made.at('/id'));
      const seen = await app.get(`/api/page/${id}?include=taggings.tag,tags`);

      expect([made.status, made.at('/taggings/*/note'), made.at('/notes')]).toEqual([
        201,
        ['old', 'new'],
        ['old', 'new'],
      ]);
      expect(seen.at('/data/relationships/tags/data')).toEqual([
        { type: 'tag', id: 'blue' },
        { type: 'tag', id: 'red' },
      ]);
      expect(await rows()).toEqual([1, 2, 2]);
    });

    it('takes bare values, and makes the rows that hold them [CRE-14]', async () => {
      const made = await send('POST', '/api/page', { title: 'One', notes: ['red', 'blue'] });

      expect([made.status, made.at('/notes'), made.at('/taggings/*/note')]).toEqual([
        201,
        ['red', 'blue'],
        ['red', 'blue'],
      ]);
      expect(await rows()).toEqual([1, 1, 2]);
    });

    it.each([
      [
        'objects with a key and a value',
        { notes: [{ key: 'red', value: 'x' }] },
        'Expected a text for "notes", got an object.',
      ],
      ['an object', { notes: { red: 'x' } }, 'Expected a list for "notes", got an object.'],
    ])('refuses %s for such values, and writes nothing [CRE-13, MAP-07]', async (_words, fields, message) => {
      const made = await send('POST', '/api/page', { title: 'One', ...fields });
      const plain = await send('POST', '/api/page', { title: 'Two' });
      const changed = await send('PATCH', `/api/page/${String(plain.at('/id'))}`, fields);

      for (const answer of [made, changed]) expect([answer.status, answer.body]).toEqual([400, { message }]);
      expect(await rows()).toEqual([1, 1, 0]);
    });
  },
  { adapters: ['express'], databases: ['sqlite'] },
);
