/** PATCH and DELETE of a collection change every row that a filter finds, one by one or by one statement, or none at all. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule, type FilterObject, type ResourceEntry, type ScopeContext } from 'nestjs-restless';
import {
  Column,
  DataSource,
  DeleteDateColumn,
  Entity,
  type EntitySubscriberInterface,
  EventSubscriber,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  type Relation,
  type RemoveEvent,
  type UpdateEvent,
  VersionColumn,
} from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { linkage, writing } from '../support/writing.js';
import { StatementLog } from '../support/statement-log.js';

/** With the header `x-team`, only the tasks of that team exist. */
function scope({ request }: ScopeContext): FilterObject | undefined {
  const team = (request as { headers: Record<string, string | undefined> }).headers['x-team'];
  return team === undefined ? undefined : { name: 'team', op: 'eq', val: team };
}

@Entity()
@Resource({ scope })
class Task {
  @PrimaryColumn({ type: 'int' }) id!: number;
  @Expose() @Column({ type: 'varchar', length: 20, unique: true, nullable: true }) code!: string | null;
  @Expose() @Column({ default: 'open' }) status!: string;
  @Expose() @Column({ type: 'int', default: 0 }) effort!: number;
  @Expose() @Column({ default: 'red' }) team!: string;
  @Column({ default: 'hidden' }) secret!: string;
  @Expose() @VersionColumn() version!: number;
  @Expose() @ManyToOne(() => Task, (task) => task.parts) whole!: Relation<Task> | null;
  @Expose() @OneToMany(() => Task, (task) => task.whole) parts!: Relation<Task>[];
  @Expose() @ManyToMany(() => Tag, (tag) => tag.tasks) @JoinTable() tags!: Relation<Tag>[];
}

@Entity()
@Resource()
class Tag {
  @PrimaryColumn({ type: 'int' }) id!: number;
  @Expose() @Column() text!: string;
  @Expose() @ManyToMany(() => Task, (task) => task.tags) tasks!: Relation<Task>[];
}

/** The key has two columns, and rows are deleted softly. */
@Entity()
@Resource()
class Seat {
  @PrimaryColumn({ type: 'varchar', length: 10 }) block!: string;
  @Expose() @PrimaryColumn({ type: 'int' }) number!: number;
  @Expose() @Column({ type: 'varchar', nullable: true }) colour!: string | null;
  @Expose() @ManyToMany(() => Tag) @JoinTable() tags!: Relation<Tag>[];
  @DeleteDateColumn() deletedAt!: Date | null;
}

const heard: string[] = [];

@EventSubscriber()
class TaskListener implements EntitySubscriberInterface<Task> {
  listenTo(): typeof Task {
    return Task;
  }
  afterUpdate({ entity }: UpdateEvent<Task>): void {
    heard.push(`update ${entity?.['id']}`);
  }
  beforeRemove({ entity }: RemoveEvent<Task>): void {
    heard.push(`remove ${entity?.id}`);
  }
}

const ENTITIES = [Task, Tag, Seat];

const OPEN: Omit<ResourceEntry, 'entity'> = {
  methods: ['GET', 'PATCH', 'DELETE'],
  allowPatchMany: true,
  allowDeleteMany: true,
  allowToManyReplacement: true,
};

const ENTRIES: ResourceEntry[] = [
  ...ENTITIES.map((entity) => ({ entity, ...OPEN })),
  { entity: Task, ...OPEN, prefix: 'statement', bulk: 'statement' },
  { entity: Task, ...OPEN, prefix: 'wild', allowUnfiltered: true },
  { entity: Seat, ...OPEN, prefix: 'statement', bulk: 'statement' },
  { entity: Task, prefix: 'closed', methods: ['GET', 'POST', 'PATCH', 'DELETE'] },
  { entity: Task, prefix: 'patching', methods: ['GET', 'PATCH', 'DELETE'], allowPatchMany: true },
  { entity: Task, prefix: 'deleting', methods: ['GET', 'PATCH', 'DELETE'], allowDeleteMany: true },
  { entity: Task, prefix: 'reading', allowPatchMany: true, allowDeleteMany: true },
];

const log = new StatementLog();

describeServers(
  (server) => {
    let app: TestApp;
    const { get, write } = writing(() => app);

    beforeAll(async () => {
      app = await server.start({
        entities: ENTITIES,
        imports: [RestlessModule.forRoot({ pageSize: 0 }), RestlessModule.forFeature(ENTRIES)],
        dataSource: { subscribers: [TaskListener], logger: log },
      });
    });
    afterAll(() => app.close());

    /** Six tasks, 1 the whole of 2 and 3; two tags, both on 1 and 4; four seats. */
    beforeEach(async () => {
      const { manager } = app.app.get(DataSource);
      for (const entity of [Seat, Tag, Task]) {
        if (entity === Task) await manager.createQueryBuilder().update(Task).set({ whole: null }).execute();
        await manager.createQueryBuilder().delete().from(entity).execute();
      }
      await manager.insert(Task, [
        { id: 1, code: 'a', effort: 1 },
        { id: 2, code: 'b', effort: 2, whole: { id: 1 } },
        { id: 3, code: 'c', effort: 3, whole: { id: 1 } },
        { id: 4, code: 'd', effort: 4, status: 'done' },
        { id: 5, code: 'e', effort: 5, team: 'blue' },
        { id: 6, code: 'f', effort: 6, team: 'blue', status: 'done', secret: 'known' },
      ]);
      await manager.insert(Tag, [
        { id: 1, text: 'one' },
        { id: 2, text: 'two' },
      ]);
      for (const id of [1, 4]) await manager.createQueryBuilder().relation(Task, 'tags').of(id).add([1, 2]);
      await manager.insert(
        Seat,
        [1, 2, 3, 4].map((number) => ({ block: 'a,b', number, colour: number > 2 ? 'red' : null })),
      );
      await manager.softDelete(Seat, { number: 4 });
      heard.length = 0;
    });

    const patch = (path: string, rest: object, headers?: Record<string, string>) =>
      write('PATCH', path, { type: path.includes('seat') ? 'seat' : 'task', ...rest }, headers);

    async function values(field: string): Promise<unknown> {
      return (await get('/api/task?sort=id')).at(`/data/*/attributes/${field}`);
    }

    const ids = async (): Promise<unknown> => (await get('/api/task?sort=id')).at('/data/*/id');

    describe('is closed', () => {
      it.each([
        ['closed', 'GET, HEAD, POST, OPTIONS'],
        ['patching', 'GET, HEAD, PATCH, OPTIONS'],
        ['deleting', 'GET, HEAD, DELETE, OPTIONS'],
        ['reading', 'GET, HEAD, OPTIONS'],
      ])(
        'in /%s but for what its options open [BLK-01, BLK-09, BLK-14, MET-06, MET-09, MET-10, contradiction 36]',
        async (prefix, allow) => {
          const url = `/${prefix}/task?filter[status]=nothing`;

          const answers = [await patch(url, { attributes: { effort: 9 } }), await write('DELETE', url)];

          for (const [index, method] of ['PATCH', 'DELETE'].entries()) {
            const answer = answers[index]!;
            expect([method, answer.status]).toEqual([method, allow.includes(method) ? 200 : 405]);
            if (answer.status === 405) expect(answer.headers['allow']).toBe(allow);
          }
          expect((await app.request('PUT', url, { body: { data: { type: 'task' } } })).status).toBe(405);
        },
      );

      it.each(['api', 'statement'])(
        'without a filter in /%s, unless the resource says so [BLK-01, BLK-09]',
        async (prefix) => {
          for (const query of ['', '?filter[objects]=[]', '?fields[task]=effort']) {
            const patched = await patch(`/${prefix}/task${query}`, { attributes: { effort: 9 } });
            const deleted = await write('DELETE', `/${prefix}/task${query}`);

            for (const answer of [patched, deleted]) {
              expect([query, answer.status, answer.at('/errors/0/code')]).toEqual([query, 400, expect.any(String)]);
            }
          }
          expect(await values('effort')).toEqual([1, 2, 3, 4, 5, 6]);
        },
      );
    });

    it('changes and deletes every row where that is allowed without a filter [BLK-01, BLK-09, BLK-10]', async () => {
      const patched = await patch('/wild/task', { attributes: { effort: 9 } });
      const scoped = await patch('/wild/task', { attributes: { status: 'late' } }, { 'x-team': 'blue' });

      expect([patched.status, patched.body]).toEqual([200, { meta: { modified: 6 }, jsonapi: { version: '1.1' } }]);
      expect(scoped.at('/meta/modified')).toBe(2);
      expect(await values('effort')).toEqual([9, 9, 9, 9, 9, 9]);
      expect(await values('status')).toEqual(['open', 'open', 'open', 'done', 'late', 'late']);

      await patch('/api/task?filter[id][gt]=0', { relationships: { whole: { data: null } } });
      const deleted = await write('DELETE', '/wild/task', undefined, { 'x-team': 'red' });
      const rest = await write('DELETE', '/wild/task');

      expect([deleted.status, deleted.body]).toEqual([200, { meta: { deleted: 4 }, jsonapi: { version: '1.1' } }]);
      expect(rest.at('/meta/deleted')).toBe(2);
      expect(await ids()).toEqual([]);
    });

    describe.each(['api', 'statement'])('in /%s', (prefix) => {
      const url = `/${prefix}/task`;

      it('changes the rows that a filter finds, and says how many [BLK-01, BLK-04]', async () => {
        const answer = await patch(`${url}?filter[status]=open`, { attributes: { effort: 9, status: 'late' } });

        expect([answer.status, answer.body]).toEqual([200, { meta: { modified: 4 }, jsonapi: { version: '1.1' } }]);
        expect(answer.headers['content-type']).toBe('application/vnd.api+json');
        expect(await values('effort')).toEqual([9, 9, 9, 4, 9, 6]);
        expect(await values('status')).toEqual(['late', 'late', 'late', 'done', 'late', 'done']);
        expect(await values('version')).toEqual([2, 2, 2, 1, 2, 1]);
      });

      it('deletes the rows that a filter finds, and says how many [BLK-09, BLK-10]', async () => {
        const answer = await write('DELETE', `${url}?filter[effort][in]=2,3,6,77`);

        expect([answer.status, answer.body]).toEqual([200, { meta: { deleted: 3 }, jsonapi: { version: '1.1' } }]);
        expect(await ids()).toEqual(['1', '4', '5']);
      });

      it('counts nothing where nothing is found [BLK-04, BLK-10]', async () => {
        const patched = await patch(`${url}?filter[status]=x`, { attributes: { effort: 9 } });
        const deleted = await write('DELETE', `${url}?filter[status]=x`);

        expect([patched.status, patched.at('/meta')]).toEqual([200, { modified: 0 }]);
        expect([deleted.status, deleted.at('/meta')]).toEqual([200, { deleted: 0 }]);
        expect(await values('effort')).toEqual([1, 2, 3, 4, 5, 6]);
      });

      it('counts rows that had the values before, and none where there is nothing to set [BLK-04, BLK-05]', async () => {
        const same = await patch(`${url}?filter[status]=done`, { attributes: { status: 'done' } });
        const none = await patch(`${url}?filter[status]=done`, { attributes: {} });

        expect([same.at('/meta'), none.at('/meta')]).toEqual([{ modified: 2 }, { modified: 0 }]);
      });

      it.each<[path: string, found: string[]]>([
        ['filter[whole]=1', ['2', '3']],
        ['filter[whole.code]=a', ['2', '3']],
        ['filter[parts.effort]=3', ['1']],
        ['filter[tags.text]=two', ['1', '4']],
        ['filter[objects]=[{"not":{"name":"whole.effort","op":"gt","val":0}}]', ['1', '4', '5', '6']],
        [
          'filter[objects]=[{"name":"tags","op":"any","val":{"name":"tasks","op":"any","val":{"name":"code","op":"eq","val":"d"}}}]',
          ['1', '4'],
        ],
        ['filter[effort]=1,4&filter[status]=done', ['4']],
        ['filter[code][ilike]=%25E%25', ['5']],
        ['filter[id]=2,4', ['2', '4']],
      ])('finds the rows of every filter, such as %s [BLK-01, BLK-09, BLK-12]', async (query, found) => {
        const path = `${url}?${encodeURI(query).replaceAll('%2525', '%25')}`;

        const patched = await patch(path, { attributes: { effort: 99 } });

        expect(patched.at('/meta/modified')).toBe(found.length);
        expect((await get('/api/task?filter[effort]=99&sort=id')).at('/data/*/id')).toEqual(found);
      });

      it('deletes by a path through the same table [BLK-09, BLK-12]', async () => {
        expect((await write('DELETE', `${url}?filter[whole.code]=a`)).at('/meta')).toEqual({ deleted: 2 });
        expect(await ids()).toEqual(['1', '4', '5', '6']);
      });

      it('sets relationships of every row, and counts the rows [BLK-05]', async () => {
        const whole = { whole: { data: { type: 'task', id: '4' } } };
        const tags = { tags: { data: linkage('tag/2') } };

        const one = await patch(`${url}?filter[status]=open`, { relationships: whole });
        const many = await patch(`${url}?filter[id]=4,5`, { attributes: { effort: 8 }, relationships: tags });

        expect([one.at('/meta'), many.at('/meta')]).toEqual([{ modified: 4 }, { modified: 2 }]);
        const found = await get('/api/task?include=tags&sort=id');
        expect(found.at('/data/*/relationships/whole/data/id')).toEqual(['4', '4', '4', undefined, '4', undefined]);
        expect(found.at('/data/*/relationships/tags/data')).toEqual([
          ...[linkage('tag/1', 'tag/2'), [], [], linkage('tag/2'), linkage('tag/2'), []],
        ]);
        expect(await values('effort')).toEqual([1, 2, 3, 8, 8, 6]);
      });

      it('changes and deletes what the scope shows, and nobody else’s [BLK-01, BLK-09]', async () => {
        const patched = await patch(`${url}?filter[effort][gt]=3`, { attributes: { effort: 0 } }, { 'x-team': 'red' });
        const deleted = await write('DELETE', `${url}?filter[status]=done`, undefined, { 'x-team': 'blue' });

        expect([patched.at('/meta'), deleted.at('/meta')]).toEqual([{ modified: 1 }, { deleted: 1 }]);
        expect(await values('effort')).toEqual([1, 2, 3, 0, 5]);
      });

      it('puts no row where its writer does not see it [BLK-01]', async () => {
        const answer = await patch(`${url}?filter[id]=1,2`, { attributes: { team: 'blue' } }, { 'x-team': 'red' });

        expect(answer.status).toBe(403);
        expect(await values('team')).toEqual(['red', 'red', 'red', 'red', 'blue', 'blue']);
      });

      it('changes all rows or none [BLK-01, BLK-09, TXN-01, TXN-02, JA-51]', async () => {
        const patched = await patch(`${url}?filter[id]=3,4`, { attributes: { code: 'x', effort: 0 } });
        const deleted = await write('DELETE', `${url}?filter[id]=4,1`);

        expect([patched.status, patched.at('/errors/0/code')]).toEqual([409, 'CONFLICT']);
        expect(patched.at('/errors/0/source/pointer')).toBe('/data/attributes/code');
        expect([deleted.status, deleted.at('/errors/0/code')]).toEqual([409, 'CONFLICT']);
        expect(await values('code')).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
        expect(await values('effort')).toEqual([1, 2, 3, 4, 5, 6]);
      });

      it.each<[words: string, query: string, rest: object | undefined, status: number, source: object]>([
        [
          'an unknown field',
          'filter[id]=1',
          { attributes: { colour: 1 } },
          400,
          { pointer: '/data/attributes/colour' },
        ],
        [
          'a hidden field',
          'filter[id]=1',
          { attributes: { secret: 'x' } },
          400,
          { pointer: '/data/attributes/secret' },
        ],
        ['a bad value', 'filter[id]=1', { attributes: { effort: 'x' } }, 400, { pointer: '/data/attributes/effort' }],
        ['null', 'filter[id]=1', { attributes: { status: null } }, 400, { pointer: '/data/attributes/status' }],
        ['another type', 'filter[id]=1', { type: 'tag' }, 409, { pointer: '/data/type' }],
        ['an id', 'filter[effort][gt]=1', { id: '5', attributes: { effort: 9 } }, 400, { pointer: '/data/id' }],
        [
          'a missing row',
          'filter[id]=1',
          { relationships: { whole: { data: { type: 'task', id: '99' } } } },
          404,
          { pointer: '/data/relationships/whole/data' },
        ],
        ['no body', 'filter[id]=1', undefined, 415, { header: 'Content-Type' }],
        [
          'an unknown field in the filter',
          'filter[colour]=1',
          { attributes: {} },
          400,
          { parameter: 'filter[colour]' },
        ],
        [
          'a hidden field in the filter',
          'filter[secret]=known',
          { attributes: {} },
          400,
          { parameter: 'filter[secret]' },
        ],
        ['a filter that is no JSON', 'filter[objects]=[{', { attributes: {} }, 400, { parameter: 'filter[objects]' }],
        [
          'an operator that does not exist',
          'filter[id][xx]=1',
          { attributes: {} },
          400,
          { parameter: 'filter[id][xx]' },
        ],
        ['a page', 'filter[id]=1&page[size]=1', { attributes: {} }, 400, { parameter: 'page[size]' }],
        ['a page number', 'filter[id]=1&page[number]=2', { attributes: {} }, 400, { parameter: 'page[number]' }],
        ['a sort', 'filter[id]=1&sort=id', { attributes: {} }, 400, { parameter: 'sort' }],
        ['a group', 'filter[id]=1&groupBy=team', { attributes: {} }, 400, { parameter: 'groupBy' }],
        ['a single row', 'filter[id]=1&filter[single]=1', { attributes: {} }, 400, { parameter: 'filter[single]' }],
        ['an include', 'filter[id]=1&include=tags', { attributes: {} }, 400, { parameter: 'include' }],
        ['a fieldset', 'filter[id]=1&fields[task]=code', { attributes: {} }, 400, { parameter: 'fields[task]' }],
        ['a parameter that does not exist', 'filter[id]=1&limit=1', { attributes: {} }, 400, { parameter: 'limit' }],
      ])('refuses %s: %s [BLK-07, BLK-08, BLK-13]', async (_words, query, rest, status, source) => {
        const path = `${url}?${query}`;
        const data = rest === undefined ? undefined : { type: 'task', ...rest };

        const patched = await write('PATCH', path, data);

        expect([patched.status, patched.at('/errors/0/source')]).toEqual([status, source]);
        if ('parameter' in source) {
          const deleted = await write('DELETE', path);
          expect([deleted.status, deleted.at('/errors/0/source')]).toEqual([status, source]);
        }
        expect(await ids()).toEqual(['1', '2', '3', '4', '5', '6']);
        expect(await values('version')).toEqual([1, 1, 1, 1, 1, 1]);
      });

      it('refuses a list, as it takes one resource for all rows [BLK-08]', async () => {
        const answer = await write('PATCH', `${url}?filter[id]=1`, [{ type: 'task', attributes: {} }]);

        expect([answer.status, answer.at('/errors/0/source/pointer')]).toEqual([400, '/data']);
      });

      it('takes composite keys, and leaves softly deleted rows alone [BLK-01, BLK-09]', async () => {
        const seats = `/${prefix}/seat?filter[number][gt]=1`;
        const { manager } = app.app.get(DataSource);
        const rows = () => manager.find(Seat, { withDeleted: true, order: { number: 'ASC' } });

        const patched = await patch(seats, { attributes: { colour: 'blue' } });
        const linked = await patch(seats, { relationships: { tags: { data: linkage('tag/1') } } });

        expect([patched.at('/meta'), linked.at('/meta')]).toEqual([{ modified: 2 }, { modified: 2 }]);
        expect((await rows()).map(({ colour }) => colour)).toEqual([null, 'blue', 'blue', 'red']);
        expect((await get('/api/seat/a%252Cb,3/relationships/tags')).at('/data')).toEqual(linkage('tag/1'));

        const deleted = await write('DELETE', seats);

        expect(deleted.at('/meta')).toEqual({ deleted: 2 });
        expect((await get('/api/seat')).at('/data/*/id')).toEqual(['a%2Cb,1']);
        expect((await rows()).map(({ deletedAt }) => deletedAt === null)).toEqual([true, false, false, false]);
      });
    });

    it('tells subscribers of every row, in the order of the keys [BLK-06, BLK-12]', async () => {
      await patch('/api/task?filter[status]=open', { attributes: { effort: 9 } });
      await write('DELETE', '/api/task?filter[effort]=9&filter[id][gt]=1');

      expect(heard).toEqual([1, 2, 3, 5].map((id) => `update ${id}`).concat([2, 3, 5].map((id) => `remove ${id}`)));
    });

    it('takes rows together that nobody listens to [BLK-06]', async () => {
      const statements = await log.during(() =>
        patch('/api/seat?filter[number][lt]=3', { attributes: { colour: 'blue' } }),
      );

      expect(statements.filter(({ sql }) => sql.startsWith('UPDATE'))).toHaveLength(1);
    });

    it('does it in one statement, which no subscriber hears of, where the resource says so [BLK-06, BLK-12]', async () => {
      const statements = await log.during(async () => {
        await patch('/statement/task?filter[status]=open', { attributes: { effort: 9 } });
        await write('DELETE', '/statement/task?filter[effort]=9&filter[id][gt]=1');
      });

      const words = statements.map(({ sql }) => /^\w+/.exec(sql)![0].toUpperCase());
      expect(words.filter((word) => !['START', 'BEGIN', 'COMMIT'].includes(word))).toEqual(['UPDATE', 'DELETE']);
      expect(heard).toEqual([]);
    });

    it('refuses to replace to-many relationships unless that is allowed [BLK-08]', async () => {
      const answer = await patch('/patching/task?filter[id]=1', { relationships: { tags: { data: [] } } });

      expect([answer.status, answer.at('/errors/0/source/pointer')]).toEqual([403, '/data/relationships/tags/data']);
      expect((await get('/api/task/1/relationships/tags')).at('/data')).toHaveLength(2);
    });
  },
  { adapters: ['express'] },
);
