/** Writing through setters of an entity: what is computed and can be set is an attribute like others. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import { Column, Entity, PrimaryGeneratedColumn, VirtualColumn } from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';

@Entity()
@Resource({ methods: ['GET', 'POST', 'PATCH'] })
class Author {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ type: 'varchar', nullable: true }) first!: string | null;
  @Expose() @Column({ type: 'varchar', nullable: true }) last!: string | null;

  @Expose()
  get fullName(): string {
    return [this.first, this.last].filter(Boolean).join(' ');
  }

  set fullName(name: string) {
    [this.first = null, this.last = null] = name.split(' ');
  }

  /** The database filters and sorts by it; the setter writes the column behind it. */
  @Expose()
  @VirtualColumn({ type: 'varchar', query: (author) => `SELECT ${author}.last` })
  get surname(): string | null {
    return this.last;
  }

  set surname(name: string | null) {
    this.last = name;
  }

  @Expose()
  get initial(): string {
    return (this.first ?? '').slice(0, 1);
  }

  @Expose()
  @VirtualColumn({ type: 'integer', query: (author) => `SELECT length(${author}.last)` })
  letters!: number;
}

describeServers(
  (server) => {
    let app: TestApp;
    beforeAll(async () => {
      app = await server.start({
        entities: [Author],
        imports: [
          RestlessModule.forFeature([
            Author,
            { entity: Author, prefix: 'bulk', methods: ['GET', 'PATCH'], allowPatchMany: true, bulk: 'statement' },
          ]),
        ],
      });
    });
    afterAll(() => app.close());

    const create = (attributes: object) =>
      app.request('POST', '/api/author', { body: { data: { type: 'author', attributes } } });
    const update = (id: unknown, attributes: object) =>
      app.request('PATCH', `/api/author/${String(id)}`, { body: { data: { type: 'author', id, attributes } } });

    it('creates and changes with a setter; what it sets is in the answer [MAP-03, UPD-07, UPD-10, JA-63]', async () => {
      const created = await create({ fullName: 'Ada Lovelace' });
      const id = created.at('/data/id');
      const changed = await update(id, { fullName: 'Ada Byron' });

      expect(created.status).toBe(201);
      expect(created.at('/data/attributes/last')).toBe('Lovelace');
      expect(changed.status).toBe(200);
      expect(changed.at('/data/attributes')).toEqual({
        first: 'Ada',
        last: 'Byron',
        fullName: 'Ada Byron',
        surname: 'Byron',
        initial: 'A',
        letters: 5,
      });
    });

    it('takes the setter of a virtual column, which is filtered like any other column [MAP-02, MAP-03, UPD-07]', async () => {
      const created = await create({ first: 'Grace', surname: 'Hopper' });
      const id = created.at('/data/id');

      expect(created.status).toBe(201);
      expect((await app.get('/api/author?filter[surname]=Hopper')).at('/data/*/id')).toEqual([id]);
      expect((await update(id, { surname: 'Murray' })).status).toBe(200);
      expect((await app.get('/api/author?filter[surname]=Murray')).at('/data/0/attributes/last')).toBe('Murray');
      expect((await update(id, { surname: null })).status).toBe(200);
      expect((await app.get(`/api/author/${String(id)}`)).at('/data/attributes/last')).toBeNull();
      expect((await update(id, { surname: 5 })).at('/errors/0/code')).toBe('BAD_VALUE');
    });

    it('calls a setter for every row, where one statement would do for columns [MAP-03, BLK-06]', async () => {
      for (const first of ['Karen', 'Kathleen']) await create({ first });
      const answer = await app.request('PATCH', '/bulk/author?filter[first][like]=Ka%25', {
        body: { data: { type: 'author', attributes: { fullName: 'Kay McNulty' } } },
      });

      expect(answer.at('/meta')).toEqual({ modified: 2 });
      expect((await app.get('/api/author?filter[last]=McNulty')).at('/data/*/attributes/first')).toEqual([
        'Kay',
        'Kay',
      ]);
    });

    it.each(['initial', 'letters'])('refuses what has none: %s [MAP-03, CRE-05]', async (name) => {
      const created = await create({ first: 'Emmy', [name]: 'x' });
      const changed = await update('1', { [name]: 'x' });

      for (const answer of [created, changed]) {
        expect(answer.status).toBe(400);
        expect(answer.at('/errors/0/code')).toBe('READ_ONLY');
        expect(answer.at('/errors/0/source')).toEqual({ pointer: `/data/attributes/${name}` });
      }
    });
  },
  { adapters: ['express'] },
);
