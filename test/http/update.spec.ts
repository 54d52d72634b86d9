/** PATCH changes what is sent and nothing else, all of it or nothing; the answer is empty unless the server added something. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  Column,
  CreateDateColumn,
  DataSource,
  Entity,
  PrimaryGeneratedColumn,
  UpdateDateColumn,
  VersionColumn,
} from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { BADGE_ID, Computer, Desk, Employee, OFFICE, seedOffice } from '../support/office.js';
import { faults, writing } from '../support/writing.js';

/** TypeORM keeps three of its columns. */
@Entity()
@Resource({ expose: 'all' })
class Kept {
  @PrimaryGeneratedColumn() id!: number;
  @Column() title!: string;
  @CreateDateColumn() createdAt!: Date;
  @UpdateDateColumn() updatedAt!: Date;
  @VersionColumn() version!: number;
}

/** The database keeps one of its columns. */
@Entity()
@Resource({ expose: 'all' })
class Box {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ type: 'int' }) width!: number;
  @Column({ type: 'int' }) height!: number;
  @Column({ type: 'int', generatedType: 'STORED', asExpression: 'width * height' }) area!: number;
}

/** The id is a column that is not the primary key. */
@Entity()
@Resource({ primaryKey: 'slug' })
class Page {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ unique: true }) slug!: string;
  @Expose() @Column({ default: '' }) text!: string;
}

const ENTITIES = [...OFFICE, Kept, Box, Page];

describeServers((server) => {
  let app: TestApp;
  const { get, post, patch, send } = writing(() => app);
  let number = 0;

  /** The path of a new employee: a girl of five, whose boss is Ada. */
  async function hire(relationships: object = {}): Promise<string> {
    const answer = await post('/api/employee', {
      type: 'employee',
      attributes: { name: `hired ${(number += 1)}`, age: 5, birthDate: '2019-01-02', role: 'trainee' },
      relationships: { boss: { data: { type: 'employee', id: '1' } }, ...relationships },
    });
    expect(answer.status).toBe(201);
    return answer.at('/data/id') as string;
  }
  const change = (id: string, rest: object, query = '') =>
    patch(`/api/employee/${id}${query}`, { type: 'employee', id, ...rest });
  const attributesOf = async (id: string) => (await get(`/api/employee/${id}`)).at('/data/attributes');
  const linkage = async (id: string, name: string) =>
    (await get(`/api/employee/${id}/relationships/${name}`)).at('/data');
  const many = (type: string, ...ids: string[]) => ({ data: ids.map((id) => ({ type, id })) });

  beforeAll(async () => {
    const methods = ['GET', 'POST', 'PATCH'] as const;
    const imports = [
      RestlessModule.forRoot({ methods }),
      RestlessModule.forFeature(ENTITIES),
      RestlessModule.forFeature([
        { entity: Employee, prefix: 'replacing', allowToManyReplacement: true },
        { entity: Desk, prefix: 'always', returning: 'always' },
        { entity: Kept, prefix: 'never', returning: 'never' },
        { entity: Box, prefix: 'subset', only: ['width'] },
      ]),
    ];
    app = await server.start({ entities: ENTITIES, imports, seed: seedOffice });
  });
  afterAll(() => app.close());

  describe('a change', () => {
    it('is answered with 204 and no body; what is not sent keeps its value [UPD-09, JA-61, JA-63, FJV-14, contradiction 39]', async () => {
      const id = await hire();
      const answer = await change(id, { attributes: { age: 6 } });

      expect(answer.status).toBe(204);
      expect(answer.text).toBe('');
      expect(answer.headers['content-type']).toBeUndefined();
      expect(await attributesOf(id)).toEqual({
        name: expect.stringMatching(/^hired/),
        age: 6,
        birthDate: '2019-01-02',
        role: 'trainee',
      });
      expect(await linkage(id, 'boss')).toEqual({ type: 'employee', id: '1' });
    });

    it('touches no other row [UPD-09]', async () => {
      const before = (await get('/api/employee?filter[id][le]=3')).at('/data/*/attributes');
      await change(await hire(), { attributes: { age: 7, role: 'tester' } });

      expect((await get('/api/employee?filter[id][le]=3')).at('/data/*/attributes')).toEqual(before);
    });

    it('to null, to zero and to nothing is a change [JA-61]', async () => {
      const id = await hire();
      await change(id, { attributes: { age: 0, birthDate: null, role: '' } });

      expect(await attributesOf(id)).toMatchObject({ age: 0, birthDate: null, role: '' });
    });

    it.each([
      ['no attributes', {}],
      ['empty objects', { attributes: {}, relationships: {} }],
    ])('may be none: %s are 204 [UPD-04]', async (_words, rest) => {
      const id = await hire();
      const before = await attributesOf(id);

      expect((await change(id, rest)).status).toBe(204);
      expect(await attributesOf(id)).toEqual(before);
    });

    it('to what is there already is 204 as well [UPD-09]', async () => {
      const id = await hire();

      expect((await change(id, { attributes: { age: 5 } })).status).toBe(204);
      expect((await change(id, { attributes: { age: 5 } })).status).toBe(204);
    });

    it('may come with members that the specification does not know [CRE-18, JA-17]', async () => {
      const id = await hire();
      const data = { type: 'employee', id, attributes: { age: 8 }, links: {}, meta: { a: 1 }, '@x': 1, y: [] };

      expect((await send('PATCH', `/api/employee/${id}`, { data, meta: {}, included: 1 })).status).toBe(204);
      expect(await attributesOf(id)).toMatchObject({ age: 8 });
    });

    it('may name its id by a number [UPD-08, contradiction 26]', async () => {
      const id = await hire();
      const answer = await patch(`/api/employee/${id}`, { type: 'employee', id: Number(id), attributes: { age: 9 } });

      expect(answer.status).toBe(204);
    });

    it('holds the filter of its address, as GET does [UPD-08]', async () => {
      const id = await hire();
      const met = await change(id, { attributes: { age: 10 } }, '?filter[role]=trainee');
      const unmet = await change(id, { attributes: { age: 11 } }, '?filter[role]=boss');

      expect([met.status, unmet.status]).toEqual([204, 404]);
      expect(await attributesOf(id)).toMatchObject({ age: 10 });
    });
  });

  describe('a change with faults', () => {
    it.each<[words: string, data: unknown, ...expected: string[]]>([
      ['null', null, '400 BAD_BODY /data'],
      ['a list', [{ type: 'employee', id: '3' }], '400 BAD_BODY /data'],
      ['no type', { id: '3', attributes: { age: 1 } }, '400 BAD_BODY /data'],
      ['no id', { type: 'employee', attributes: { age: 1 } }, '400 BAD_BODY /data'],
      ['neither', { attributes: { age: 1 } }, '400 BAD_BODY /data', '400 BAD_BODY /data'],
      ['another type', { type: 'computer', id: '3', attributes: { age: 1 } }, '409 CONFLICT /data/type'],
      ['another id', { type: 'employee', id: '2', attributes: { age: 1 } }, '409 CONFLICT /data/id'],
      ['the same id, spelt otherwise', { type: 'employee', id: '03', attributes: { age: 1 } }, '409 CONFLICT /data/id'],
      ['an id that is a list', { type: 'employee', id: ['3'] }, '400 BAD_BODY /data/id'],
      [
        'an unknown attribute',
        { type: 'employee', id: '3', attributes: { age: 1, salary: 2 } },
        '400 UNKNOWN_FIELD /data/attributes/salary',
      ],
      [
        'the key as an attribute',
        { type: 'employee', id: '3', attributes: { id: 4 } },
        '400 UNKNOWN_FIELD /data/attributes/id',
      ],
      [
        'an unknown relationship',
        { type: 'employee', id: '3', relationships: { cat: { data: [] } } },
        '400 UNKNOWN_FIELD /data/relationships/cat/data',
      ],
      [
        'a relationship that is null',
        { type: 'employee', id: '3', relationships: { boss: null } },
        '400 BAD_BODY /data/relationships/boss',
      ],
      [
        'a relationship without data',
        { type: 'employee', id: '3', attributes: { age: 1 }, relationships: { boss: { meta: {} } } },
        '400 BAD_BODY /data/relationships/boss',
      ],
      [
        'an identifier without type',
        { type: 'employee', id: '3', relationships: { boss: { data: { id: '1' } } } },
        '400 BAD_BODY /data/relationships/boss/data',
      ],
      [
        'a row that is not there',
        {
          type: 'employee',
          id: '3',
          attributes: { age: 1 },
          relationships: { boss: { data: { type: 'employee', id: '99' } } },
        },
        '404 NOT_FOUND /data/relationships/boss/data',
      ],
      [
        'a row of another type',
        {
          type: 'employee',
          id: '3',
          attributes: { age: 1 },
          relationships: { desk: { data: { type: 'skill', id: 'sql' } } },
        },
        '409 CONFLICT /data/relationships/desk/data/type',
      ],
      [
        'a list where one belongs',
        { type: 'employee', id: '3', relationships: { desk: { data: [] } } },
        '400 BAD_BODY /data/relationships/desk/data',
      ],
      [
        'all of it',
        {
          type: 'desk',
          id: '9',
          attributes: [],
          relationships: { boss: {} },
        },
        '409 CONFLICT /data/type',
        '409 CONFLICT /data/id',
        '400 BAD_BODY /data/attributes',
        '400 BAD_BODY /data/relationships/boss',
      ],
      [
        'values and names',
        {
          type: 'employee',
          id: '3',
          attributes: { name: 7, age: 'old', nmae: 'x' },
          relationships: { desk: { data: { type: 'room', id: '1' } }, boss: { data: null } },
        },
        '400 BAD_VALUE /data/attributes/name',
        '400 BAD_VALUE /data/attributes/age',
        '400 UNKNOWN_FIELD /data/attributes/nmae',
        '409 CONFLICT /data/relationships/desk/data/type',
      ],
    ])(
      'has %s: nothing is written [UPD-03, UPD-08, UPD-12, UPD-14, UPD-16, JA-51, JA-60, JA-61, JA-62, JA-64, FJS-04, FJE-04, contradiction 32]',
      async (_words, data, ...expected) => {
        const answer = await patch('/api/employee/3', data);

        expect(faults(answer)).toEqual(expected);
        const statuses = new Set(expected.map((each) => each.slice(0, 3)));
        expect(answer.status).toBe(statuses.size === 1 ? Number([...statuses][0]) : 400);
        expect(await attributesOf('3')).toEqual({ name: 'Cleo', age: 52, birthDate: null, role: 'clerk' });
        expect(await linkage('3', 'boss')).toEqual({ type: 'employee', id: '1' });
        expect(await linkage('3', 'desk')).toEqual({ type: 'desk', id: '2' });
      },
    );

    it.each([
      ['no body', ''],
      ['broken JSON', '{"data":'],
      ['no data', '{}'],
      ['a list', '[]'],
    ])('is no document: %s [UPD-04, UPD-08]', async (_words, body) => {
      expect(faults(await send('PATCH', '/api/employee/3', body))).toEqual(['400 BAD_BODY']);
    });

    it.each([
      ['employee', '99', {}],
      ['employee', '99', { attributes: { age: 1 } }],
      ['employee', '99', { relationships: { boss: { data: null } } }],
      ['employee', '99', { relationships: { badge: { data: null } } }],
      ['employee', 'Ada', { attributes: { age: 1 } }],
      ['employee', '9007199254740993', { attributes: { age: 1 } }],
      ['computer', '4', { attributes: { name: 'found' } }],
      ['computer', '4', {}],
      ['kept', '99', { attributes: { title: 'x' } }],
      ['room', 'north', { attributes: { label: 'x' } }],
      ['room', 'north,8', { attributes: { label: 'x' } }],
    ])('is about a row that is not there: %s %s [UPD-02, JA-64]', async (type, id, rest) => {
      const answer = await patch(`/api/${type}/${id}`, { type, id, ...rest });

      expect(answer.status).toBe(404);
      expect(answer.at('/errors')).toEqual([
        { status: '404', code: 'NOT_FOUND', title: 'Not found', detail: `There is no ${type} with the id "${id}".` },
      ]);
      expect(await app.app.get(DataSource).getRepository(Computer).countBy({ name: 'relic' })).toBe(1);
    });

    it('meets a value that has to be unique: 409, and nothing of it is written [UPD-14, JA-51]', async () => {
      const id = await hire();
      const before = await attributesOf(id);
      const answer = await change(id, {
        attributes: { role: 'impostor', name: 'Ada' },
        relationships: { boss: { data: null } },
      });

      expect(faults(answer)).toEqual(['409 CONFLICT /data/attributes/name']);
      expect(await attributesOf(id)).toEqual(before);
      expect(await linkage(id, 'boss')).toEqual({ type: 'employee', id: '1' });
    });

    it('fails after its relationships were written: they are as before [UPD-06, UPD-14, JA-51]', async () => {
      const id = await hire({ computers: many('computer', '3') });
      const answer = await patch(`/replacing/employee/${id}`, {
        type: 'employee',
        id,
        attributes: { name: 'Ada' },
        relationships: { computers: { data: [] }, skills: many('skill', 'sql'), boss: { data: null } },
      });

      expect(answer.status).toBe(409);
      expect(await linkage(id, 'computers')).toEqual([{ type: 'computer', id: '3' }]);
      expect(await linkage(id, 'skills')).toEqual([]);
      expect(await linkage(id, 'boss')).toEqual({ type: 'employee', id: '1' });
    });
  });

  describe('the answer', () => {
    it('is the resource where the entity has an update date or a version [UPD-10, JA-63]', async () => {
      const created = await post('/api/kept', { type: 'kept', attributes: { title: 'a' } });
      const id = created.at('/data/id') as string;
      const before = created.at('/data/attributes') as Record<string, string>;

      const answer = await patch(`/api/kept/${id}`, { type: 'kept', id, attributes: { title: 'b' } });

      expect(answer.status).toBe(200);
      expect(answer.at('/links/self')).toBe(`/api/kept/${id}`);
      expect(answer.at('/data')).toEqual({
        type: 'kept',
        id,
        attributes: { title: 'b', createdAt: before.createdAt, updatedAt: expect.any(String) as string, version: 2 },
        links: { self: `/api/kept/${id}` },
      });
      // MariaDB's clock counts seconds here, and those of TypeORM's columns microseconds.
      const seconds = (date: unknown) => Math.floor(new Date(date as string).getTime() / 1000);
      expect(seconds(answer.at('/data/attributes/updatedAt'))).toBeGreaterThanOrEqual(seconds(before.updatedAt));
      expect((await get(`/api/kept/${id}`)).at('/data')).toEqual(answer.at('/data'));
    });

    it('is the resource where the database computes a column [UPD-10, JA-63]', async () => {
      const created = await post('/api/box', { type: 'box', attributes: { width: 2, height: 3 } });
      const id = created.at('/data/id') as string;
      const answer = await patch(`/api/box/${id}`, { type: 'box', id, attributes: { width: 10 } });

      expect(created.at('/data/attributes')).toEqual({ width: 2, height: 3, area: 6 });
      expect(answer.status).toBe(200);
      expect(answer.at('/data/attributes')).toEqual({ width: 10, height: 3, area: 30 });
    });

    it('shows what the fieldset and the includes ask for [UPD-15]', async () => {
      const { id, manager } = { id: '3', manager: app.app.get(DataSource).manager };
      await manager.update(Desk, 3, { room: { building: 'north', number: 7 } });
      const answer = await patch(`/always/desk/${id}?include=room&fields[desk]=name,room&fields[room]=label`, {
        type: 'desk',
        id,
        attributes: { name: 'balcony' },
      });

      expect(answer.status).toBe(200);
      expect(answer.at('/data/attributes')).toEqual({ name: 'balcony' });
      expect(answer.at('/data/relationships/room/data')).toEqual({ type: 'room', id: 'north,7' });
      expect(answer.at('/data/relationships/employee')).toBeUndefined();
      expect(answer.at('/included')).toEqual([
        expect.objectContaining({ type: 'room', id: 'north,7', attributes: { label: 'Library' } }),
      ]);
    });

    it.each(['include=nothing', 'fields[desk]=nmae', 'filter[nmae]=x', 'x=1'])(
      'cannot be what the query string asks for: %s is 400, and nothing is written [UPD-15, JA-46, JA-72]',
      async (query) => {
        const answer = await patch(`/api/desk/1?${query}`, { type: 'desk', id: '1', attributes: { name: 'gone' } });

        expect(answer.status).toBe(400);
        expect((await get('/api/desk/1')).at('/data/attributes/name')).toBe('window');
      },
    );

    it('is the resource wherever the option returning says "always" [UPD-10, JA-63]', async () => {
      const some = await patch('/always/desk/2', { type: 'desk', id: '2', attributes: { name: 'gate' } });
      const none = await patch('/always/desk/2', { type: 'desk', id: '2' });

      expect([some.status, none.status]).toEqual([200, 200]);
      expect(some.at('/data/attributes')).toEqual({ name: 'gate' });
      expect(none.at('/data')).toEqual(some.at('/data'));
    });

    it('is empty where the option returning says "never" [UPD-10]', async () => {
      const created = await post('/api/kept', { type: 'kept', attributes: { title: 'a' } });
      const id = created.at('/data/id') as string;

      expect((await patch(`/never/kept/${id}`, { type: 'kept', id, attributes: { title: 'b' } })).status).toBe(204);
      expect((await get(`/api/kept/${id}`)).at('/data/attributes')).toMatchObject({ title: 'b', version: 2 });
    });

    it('is the resource where the server changed what the viewer does not see, too [UPD-10]', async () => {
      const created = await post('/api/box', { type: 'box', attributes: { width: 2, height: 3 } });
      const id = created.at('/data/id') as string;
      const answer = await patch(`/subset/box/${id}`, { type: 'box', id, attributes: { width: 4 } });

      expect(answer.status).toBe(200);
      expect(answer.at('/data/attributes')).toEqual({ width: 4 });
    });
  });

  describe('a column that the server keeps', () => {
    it.each(['createdAt', 'updatedAt', 'version'])('is refused in a body: %s [UPD-13, CRE-05]', async (name) => {
      const value = name === 'version' ? 7 : '2001-01-01T00:00:00Z';
      const attributes = { title: 'x', [name]: value };
      const created = await post('/api/kept', { type: 'kept', attributes: { title: 'x' } });
      const id = created.at('/data/id') as string;

      expect(faults(await post('/api/kept', { type: 'kept', attributes }))).toEqual([
        `400 READ_ONLY /data/attributes/${name}`,
      ]);
      expect(faults(await patch(`/api/kept/${id}`, { type: 'kept', id, attributes }))).toEqual([
        `400 READ_ONLY /data/attributes/${name}`,
      ]);
      expect((await get(`/api/kept/${id}`)).at('/data/attributes')).toEqual(created.at('/data/attributes'));
    });

    it('is refused in a body where the database computes it [UPD-13]', async () => {
      const answer = await post('/api/box', { type: 'box', attributes: { width: 2, height: 3, area: 9 } });

      expect(faults(answer)).toEqual(['400 READ_ONLY /data/attributes/area']);
    });
  });

  describe('an id', () => {
    it('is the column that the option primaryKey names [UPD-05]', async () => {
      await post('/api/page', { type: 'page', attributes: { slug: 'first page' } });
      const answer = await patch('/api/page/first%20page', {
        type: 'page',
        id: 'first page',
        attributes: { text: 'Hello' },
      });
      const byKey = await patch('/api/page/1', { type: 'page', id: '1', attributes: { text: 'Hello' } });

      expect(answer.status).toBe(204);
      expect((await get('/api/page/first%20page')).at('/data/attributes/text')).toBe('Hello');
      expect(byKey.status).toBe(404);
    });

    it('joins the parts of a composite key [UPD-08]', async () => {
      const answer = await patch('/api/room/a%252Cb,1', {
        type: 'room',
        id: 'a%2Cb,1',
        attributes: { label: 'Vault' },
      });

      expect(answer.status).toBe(204);
      expect((await get('/api/room/a%252Cb,1')).at('/data/attributes/label')).toBe('Vault');
      expect((await get('/api/room/north,7')).at('/data/attributes/label')).toBe('Library');
    });

    it.each([
      ['skill', 'sql', { code: 'nosql' }],
      ['skill', 'sql', { code: 'sql' }],
      ['room', 'north,7', { number: 8 }],
    ])('cannot be changed: %s %s [UPD-13, JA-64]', async (type, id, attributes) => {
      const answer = await patch(`/api/${type}/${id}`, { type, id, attributes });

      expect(faults(answer)).toEqual([`403 FORBIDDEN /data/attributes/${Object.keys(attributes)[0]!}`]);
      expect((await get(`/api/${type}/${id}`)).status).toBe(200);
    });
  });

  describe('a relationship inside a change', () => {
    const one = (type: string, id: string) => ({ data: { type, id } });

    it('to one row is replaced, and cleared by null [UPD-12, JA-62]', async () => {
      const id = await hire({ desk: one('desk', '3') });

      expect((await change(id, { relationships: { boss: one('employee', '2') } })).status).toBe(204);
      expect(await linkage(id, 'boss')).toEqual({ type: 'employee', id: '2' });
      expect(await linkage(id, 'desk')).toEqual({ type: 'desk', id: '3' });

      expect((await change(id, { relationships: { boss: { data: null }, desk: { data: null } } })).status).toBe(204);
      expect(await linkage(id, 'boss')).toBeNull();
      expect(await linkage(id, 'desk')).toBeNull();
    });

    it('to one row may be changed together with attributes [UPD-06]', async () => {
      const id = await hire();
      const answer = await change(id, { attributes: { age: 12 }, relationships: { boss: one('employee', '3') } });

      expect(answer.status).toBe(204);
      expect(await attributesOf(id)).toMatchObject({ age: 12 });
      expect(await linkage(id, 'boss')).toEqual({ type: 'employee', id: '3' });
    });

    it('to one row may stand on the other side [UPD-12]', async () => {
      const id = await hire();

      expect((await change(id, { relationships: { badge: one('badge', BADGE_ID) } })).status).toBe(204);
      expect(await linkage(id, 'badge')).toEqual({ type: 'badge', id: BADGE_ID });
      expect(await linkage('1', 'badge')).toBeNull();

      expect((await change(id, { relationships: { badge: { data: null } } })).status).toBe(204);
      expect(await linkage(id, 'badge')).toBeNull();
      expect((await get(`/api/badge/${BADGE_ID}/relationships/employee`)).at('/data')).toBeNull();
    });

    it('to one row may lead to the row itself [UPD-12]', async () => {
      const id = await hire();

      expect((await change(id, { relationships: { boss: one('employee', id) } })).status).toBe(204);
      expect(await linkage(id, 'boss')).toEqual({ type: 'employee', id });
      expect(await linkage(id, 'reports')).toEqual([{ type: 'employee', id }]);
    });

    it('to one row may have a key of several columns [UPD-12]', async () => {
      const set = await patch('/api/desk/1', {
        type: 'desk',
        id: '1',
        relationships: { room: one('room', 'a%2Cb,1') },
      });
      expect(set.status).toBe(204);
      expect((await get('/api/desk/1/room')).at('/data/id')).toBe('a%2Cb,1');

      const cleared = await patch('/api/desk/1', { type: 'desk', id: '1', relationships: { room: { data: null } } });
      expect(cleared.status).toBe(204);
      expect((await get('/api/desk/1/room')).at('/data')).toBeNull();
    });

    it('that must not be empty cannot be cleared [UPD-12]', async () => {
      const answer = await patch('/api/booking/1', {
        type: 'booking',
        id: '1',
        relationships: { room: { data: null } },
      });

      expect(answer.status).toBe(400);
      expect((await get('/api/booking/1/relationships/room')).at('/data')).toEqual({ type: 'room', id: 'north,7' });
    });

    it.each(['computers', 'skills', 'reports'])(
      'to many rows is refused, and the whole change with it, unless the resource allows it: %s [UPD-11, JA-62]',
      async (name) => {
        const id = await hire();
        const answer = await change(id, { attributes: { age: 77 }, relationships: { [name]: { data: [] } } });

        expect(answer.status).toBe(403);
        expect(faults(answer)).toEqual([`403 FORBIDDEN /data/relationships/${name}/data`]);
        expect(await attributesOf(id)).toMatchObject({ age: 5 });
      },
    );

    it('to many rows is replaced as a whole where the resource allows it [UPD-11, JA-62]', async () => {
      const id = await hire({ computers: many('computer', '1', '2'), skills: many('skill', 'sql', 'css') });
      const replace = (relationships: object) =>
        patch(`/replacing/employee/${id}`, { type: 'employee', id, relationships });

      expect(
        (await replace({ computers: many('computer', '2', '3'), skills: many('skill', 'a,b', 'css') })).status,
      ).toBe(204);
      expect((await get(`/api/employee/${id}/computers`)).at('/data/*/id')).toEqual(['2', '3']);
      expect((await get(`/api/employee/${id}/skills`)).at('/data/*/id')).toEqual(['a,b', 'css']);
      expect((await get('/api/computer/1/relationships/owner')).at('/data')).toBeNull();

      expect((await replace({ computers: { data: [] } })).status).toBe(204);
      expect((await get(`/api/employee/${id}/computers`)).at('/data')).toEqual([]);
      expect((await get(`/api/employee/${id}/skills`)).at('/data/*/id')).toEqual(['a,b', 'css']);

      expect((await replace({ skills: { data: [] } })).status).toBe(204);
      expect((await get(`/api/employee/${id}/skills`)).at('/data')).toEqual([]);
    });

    it('to many rows names rows that are not there: one error for each, nothing is replaced [UPD-11]', async () => {
      const id = await hire({ computers: many('computer', '1') });
      const answer = await patch(`/replacing/employee/${id}`, {
        type: 'employee',
        id,
        attributes: { age: 78 },
        relationships: { computers: many('computer', '2', '98', '4'), skills: many('skill', 'sql', 'php') },
      });

      expect(answer.status).toBe(404);
      expect(faults(answer)).toEqual([
        '404 NOT_FOUND /data/relationships/computers/data/1',
        '404 NOT_FOUND /data/relationships/computers/data/2',
        '404 NOT_FOUND /data/relationships/skills/data/1',
      ]);
      expect((await get(`/api/employee/${id}/computers`)).at('/data/*/id')).toEqual(['1']);
      expect(await attributesOf(id)).toMatchObject({ age: 5 });
    });

    it.each<[unknown, string]>([
      [null, '400 BAD_BODY /data/relationships/computers/data'],
      [{ type: 'computer', id: '1' }, '400 BAD_BODY /data/relationships/computers/data'],
      ['1', '400 BAD_BODY /data/relationships/computers/data'],
      [[{ type: 'skill', id: '1' }], '409 CONFLICT /data/relationships/computers/data/0/type'],
      [[{ id: '1' }], '400 BAD_BODY /data/relationships/computers/data/0'],
      [[null], '400 BAD_BODY /data/relationships/computers/data/0'],
    ])('to many rows is a list of identifiers, not %j [UPD-11]', async (data, expected) => {
      const answer = await patch('/replacing/employee/1', {
        type: 'employee',
        id: '1',
        relationships: { computers: { data } },
      });

      expect(faults(answer)).toEqual([expected]);
    });

    it('to many rows leaves rows that are out of sight where they are [UPD-11]', async () => {
      const repository = app.app.get(DataSource).getRepository(Computer);
      const id = await hire({ computers: many('computer', '1') });
      await repository.update({ name: 'relic' }, { owner: { id: Number(id) } });

      const answer = await patch(`/replacing/employee/${id}`, {
        type: 'employee',
        id,
        relationships: { computers: { data: [] } },
      });

      expect(answer.status).toBe(204);
      expect(await repository.countBy({ owner: { id: Number(id) } })).toBe(1);
      expect(await repository.countBy({ name: 'relic', owner: { id: Number(id) } })).toBe(1);
    });
  });
});
