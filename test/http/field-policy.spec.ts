/**
 * `readable`, `writable`, `filterable` and `sortable`: what one viewer may do with a field and another may not, on every
 * path, and what is said where they may not.
 */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import { Column, type DataSource, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { type Answer, describeServers, type TestApp } from '../support/app.js';
import { faults, writing } from '../support/writing.js';

@Entity()
@Resource({
  methods: ['GET', 'POST', 'PATCH'],
  allowFunctions: true,
  readable: { '*': true, salary: { groups: ['hr'] }, reviews: { groups: ['hr', 'boss'] } },
  writable: { '*': true, salary: { groups: ['hr'] }, team: { groups: ['hr'] }, badge: false },
  filterable: { '*': true, phone: { groups: ['hr'] }, notes: false },
  sortable: ['id', 'name', 'salary', 'team'],
})
class Worker {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @Column({ type: 'int', default: 0 }) salary!: number;
  @Expose({ name: 'phone-number' }) @Column({ default: '' }) phone!: string;
  @Expose() @Column({ default: '' }) notes!: string;
  @Expose() @Column({ default: 'none' }) badge!: string;
  @Expose() @ManyToOne(() => Team, (team) => team.workers) team!: Relation<Team> | null;
  @Expose() @OneToMany(() => Review, (review) => review.worker) reviews!: Relation<Review>[];
}

@Entity()
@Resource({ sortable: ['name'] })
class Team {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @Column() motto!: string;
  @Expose() @OneToMany(() => Worker, (worker) => worker.team) workers!: Relation<Worker>[];
}

@Entity()
@Resource()
class Review {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() stars!: number;
  @Expose() @ManyToOne(() => Worker, (worker) => worker.reviews) worker!: Relation<Worker> | null;
}

async function seed({ manager }: DataSource): Promise<void> {
  await manager.insert(Team, { name: 'red', motto: 'go' });
  await manager.insert(Worker, { name: 'Ada', salary: 30, phone: '1', notes: 'early', team: { id: 1 } });
  await manager.insert(Worker, { name: 'Bob', salary: 20, phone: '2', notes: 'late', team: { id: 1 } });
  await manager.insert(Review, { stars: 5, worker: { id: 1 } });
}

const HR = { who: 'hr' };
const hides = (name: string): string => `worker has no field "${name}".`;

describeServers(
  ({ start }) => {
    let app: TestApp;
    const { get: ask, write } = writing(() => app);
    // What functions give is no JSON:API document.
    const get = (path: string, headers = {}): Promise<Answer> =>
      path.startsWith('/api/eval') ? app.get(encodeURI(path), headers) : ask(encodeURI(path), headers);
    const details = async (path: string, headers = {}): Promise<readonly [number, string]> => {
      const answer = await get(path, headers);
      return [answer.status, String(answer.at('/errors/0/detail'))];
    };

    beforeAll(async () => {
      app = await start({
        entities: [Worker, Team, Review],
        imports: [
          RestlessModule.forRoot({
            groups: ({ headers }: { headers: Record<string, string> }) => (headers['who'] ? [headers['who']] : []),
          }),
          RestlessModule.forFeature([
            Worker,
            Team,
            Review,
            {
              entity: Worker,
              collectionName: 'card',
              readable: ['name'],
              filterable: [],
              exclude: ['team', 'reviews'],
            },
          ]),
        ],
        seed,
      });
    });
    afterAll(() => app.close());

    it('shows a field to those who may read it [#7]', async () => {
      const anybody = await get('/api/worker/1');
      const hr = await get('/api/worker/1', HR);

      expect(anybody.at('/data/attributes')).not.toHaveProperty('salary');
      expect(anybody.at('/data/relationships')).not.toHaveProperty('reviews');
      expect(hr.at('/data/attributes/salary')).toBe(30);
      expect(hr.at('/data/relationships')).toHaveProperty('reviews');
    });

    it('shows what a list names, and nothing else [FLD-01]', async () => {
      expect((await get('/api/card/1')).at('/data/attributes')).toEqual({ name: 'Ada' });
    });

    it.each<readonly [string, string]>([
      ['filtered', 'filter[salary]=30'],
      ['compared', 'filter[objects]=[{"name":"id","op":"lt","field":"salary"}]'],
      ['sorted', 'sort=salary'],
      ['grouped', 'groupBy=salary'],
      ['named in a fieldset', 'fields[worker]=salary'],
    ])('takes a field that cannot be read for one that is not there where it is %s [#6]', async (_, query) => {
      const hidden = await details(`/api/worker?${query}`);
      const missing = await details(`/api/worker?${query.replace('salary', 'nothing')}`);

      expect(hidden[0]).toBe(400);
      expect(hidden[1]).toContain(hides('salary'));
      expect(hidden[1]).not.toMatch(/Fields:.*salary/);
      expect(missing).toEqual([400, hidden[1].replace('"salary"', '"nothing"')]);
      expect((await get(`/api/worker?${query}`, HR)).status).toBe(200);
    });

    it.each<readonly [string, string]>([
      ['/api/team?filter[workers.salary]=30', 'salary'],
      ['/api/review?filter[worker][salary][gt]=3', 'salary'],
      ['/api/review?sort=worker.salary', 'salary'],
      ['/api/review?groupBy=worker.salary', 'salary'],
      ['/api/eval/worker?functions=[{"name":"sum","field":"salary"}]', 'salary'],
      ['/api/eval/worker?functions=[{"name":"count","field":"id"}]&groupBy=salary', 'salary'],
      ['/api/worker?filter[reviews.stars]=5', 'reviews'],
    ])('hides it through relationships and from functions: %s [#6]', async (path, name) => {
      const [status, detail] = await details(path);

      expect(status).toBe(400);
      expect(detail).toContain(hides(name));
      expect((await get(path, HR)).status).toBe(200);
    });

    it('takes a relationship that cannot be read for none: no related rows, no linkage, no include [#4]', async () => {
      const statuses = await Promise.all(
        ['/api/worker/1/reviews', '/api/worker/1/relationships/reviews', '/api/worker?include=reviews'].map(
          async (path) => [(await get(path)).status, (await get(path, HR)).status],
        ),
      );

      expect(statuses).toEqual([
        [404, 200],
        [404, 200],
        [400, 200],
      ]);
    });

    it('says of a field that may be read and not filtered just that', async () => {
      expect(await details('/api/worker?filter[notes]=early')).toEqual([
        400,
        'worker cannot be filtered by "notes". Filters: id, name, badge, team.',
      ]);
      expect(await details('/api/worker?filter[phone-number]=1')).toEqual([
        400,
        'worker cannot be filtered by "phone-number". Filters: id, name, badge, team.',
      ]);
      expect((await get('/api/worker?filter[phone-number]=1', HR)).at('/data/*/id')).toEqual(['1']);
      expect((await details('/api/team?filter[workers.notes]=early'))[0]).toBe(400);
      expect((await details('/api/worker?filter[objects]=[{"name":"name","op":"eq","field":"notes"}]'))[0]).toBe(400);
      expect((await details('/api/card?filter[id]=1'))[1]).toBe('card cannot be filtered by "id". Filters: none.');
    });

    it('says of a field that may be read and not sorted just that', async () => {
      expect(await details('/api/worker?sort=-badge')).toEqual([
        400,
        'worker cannot be sorted by "badge". Sort keys: id, name, team.',
      ]);
      expect(await details('/api/worker?sort=team.motto')).toEqual([
        400,
        'team cannot be sorted by "motto". Sort keys: name.',
      ]);
      expect(await details('/api/team?sort=id')).toEqual([400, 'team cannot be sorted by "id". Sort keys: name.']);
      expect((await get('/api/worker?sort=team.name,-name')).at('/data/*/id')).toEqual(['2', '1']);
    });

    it('groups by what may be read, sort key or not', async () => {
      expect((await get('/api/worker?groupBy=badge')).at('/data/*/id')).toEqual(['1']);
    });

    it('writes what may be written, and says of the rest that it can be read only, or nothing [#7]', async () => {
      const person = (attributes: object, relationships = {}): object => ({
        type: 'worker',
        attributes,
        relationships,
      });
      const team = { team: { data: { type: 'team', id: '1' } } };

      const secret = await write('POST', '/api/worker', person({ name: 'Cy', salary: 1 }));
      const fixed = await write('POST', '/api/worker', person({ name: 'Cy', badge: 'gold' }));
      const linked = await write('POST', '/api/worker', person({ name: 'Cy' }, team));
      const edited = await write('PATCH', '/api/worker/1/relationships/team', null);
      const hr = await write('POST', '/api/worker', person({ name: 'Cy', salary: 1 }, team), HR);

      expect(faults(secret)).toEqual(['400 UNKNOWN_FIELD /data/attributes/salary']);
      expect(secret.at('/errors/0/detail')).not.toMatch(/Fields:.*salary/);
      expect(faults(fixed)).toEqual(['400 READ_ONLY /data/attributes/badge']);
      expect(linked.status).toBe(403);
      expect(edited.status).toBe(403);
      expect(hr.status).toBe(201);
      expect((await get('/api/worker', HR)).at('/data/*/attributes/salary')).toEqual([30, 20, 1]);
    });
  },
  { adapters: ['express'] },
);
