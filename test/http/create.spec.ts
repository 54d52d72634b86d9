/** POST makes one row with its relationships, or none; the answer is the new resource and its address. */
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import { Column, DataSource, Entity, ManyToOne, PrimaryColumn, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { BADGE_ID, Desk, Employee, OFFICE, seedOffice, Skill } from '../support/office.js';
import { faults, writing } from '../support/writing.js';

/** Every column has a default or may be null. */
@Entity()
@Resource()
class Note {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ default: 'untitled' }) title!: string;
  @Expose() @Column({ type: 'int', default: 3 }) stars!: number;
  @Expose() @Column({ default: true }) open!: boolean;
  @Expose() @Column({ type: 'text', nullable: true }) text!: string | null;
}

/** Ids that clients bring, of three types; the first two are made by the database otherwise. */
@Entity()
@Resource({ allowClientGeneratedIds: true })
class Ticket {
  @PrimaryGeneratedColumn('uuid') id!: string;
  @Expose() @Column() title!: string;
}
@Entity()
@Resource({ allowClientGeneratedIds: true })
class Invoice {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() title!: string;
}
@Entity()
@Resource({ allowClientGeneratedIds: true })
class Seat {
  @Expose() @PrimaryColumn({ length: 5 }) line!: string;
  @PrimaryColumn({ type: 'int' }) place!: number;
  @Expose() @Column({ default: 'blue' }) colour!: string;
}

/** The id is a column that is not the primary key. */
@Entity()
@Resource({ primaryKey: 'slug' })
class Page {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ unique: true }) slug!: string;
  @Expose() @Column({ default: '' }) text!: string;
  @Expose() @ManyToOne(() => Page) parent!: Relation<Page> | null;
}

/** Members of JSON:API's own documents as names of attributes. */
@Entity()
@Resource()
class Words {
  @PrimaryGeneratedColumn() key!: number;
  @Expose() @Column() data!: string;
  @Expose() @Column() attributes!: string;
  @Expose() @Column() links!: string;
  @Expose() @Column() meta!: string;
  @Expose() @Column() lid!: string;
  @Expose() @Column() self!: string;
  @Expose() @Column({ name: 'type_name' }) typeName!: string;
}

const ENTITIES = [...OFFICE, Note, Ticket, Invoice, Seat, Page, Words];

describeServers((server) => {
  let app: TestApp;
  const { get, post, send } = writing(() => app);
  const count = (entity: typeof Employee = Employee) => app.app.get(DataSource).getRepository(entity).count();

  beforeAll(async () => {
    const imports = [
      RestlessModule.forRoot({ methods: ['GET', 'POST', 'PATCH', 'DELETE'] }),
      RestlessModule.forFeature(ENTITIES),
      RestlessModule.forFeature([
        {
          entity: Employee,
          collectionName: 'writer',
          prefix: 'linking',
          methods: ['POST'],
          only: ['name', 'desk', 'skills'],
        },
        { entity: Skill, prefix: 'linking', methods: ['GET'] },
        { entity: Desk, prefix: 'linking', methods: [] },
      ]),
    ];
    app = await server.start({ entities: ENTITIES, imports, seed: seedOffice });
  });
  afterAll(() => app.close());

  describe('a new resource', () => {
    it('is answered with 201, the whole resource and its address [CRE-02, CRE-17, JA-52, JA-55, JA-56]', async () => {
      const answer = await post('/api/employee', {
        type: 'employee',
        attributes: { name: 'Dora', age: 41, birthDate: '1983-05-06' },
      });

      const id = answer.at('/data/id') as string;
      const url = `/api/employee/${id}`;
      const links = (name: string) => ({ self: `${url}/relationships/${name}`, related: `${url}/${name}` });
      expect(answer.status).toBe(201);
      expect(answer.headers.location).toBe(url);
      expect(answer.headers['content-type']).toBe('application/vnd.api+json');
      expect(answer.body).toEqual({
        data: {
          type: 'employee',
          id,
          attributes: { name: 'Dora', age: 41, birthDate: '1983-05-06', role: 'clerk' },
          relationships: {
            boss: { data: null, links: links('boss') },
            reports: { links: links('reports') },
            desk: { data: null, links: links('desk') },
            badge: { data: null, links: links('badge') },
            computers: { links: links('computers') },
            skills: { links: links('skills') },
          },
          links: { self: url },
        },
        links: { self: url },
        jsonapi: { version: '1.1' },
      });
      expect((await get(url)).at('/data')).toEqual(answer.at('/data'));
    });

    it('needs no attributes where every column has a default [CRE-17]', async () => {
      const answer = await post('/api/note', { type: 'note' });

      expect(answer.status).toBe(201);
      expect(answer.at('/data/attributes')).toEqual({ title: 'untitled', stars: 3, open: true, text: null });
    });

    it('takes falsy values for values, and null only where null may be [CRE-17]', async () => {
      const falsy = await post('/api/note', {
        type: 'note',
        attributes: { title: '', stars: 0, open: false, text: null },
      });
      const none = await post('/api/note', { type: 'note', attributes: { title: null, stars: null } });

      expect(falsy.at('/data/attributes')).toEqual({ title: '', stars: 0, open: false, text: null });
      expect(faults(none)).toEqual(['400 BAD_VALUE /data/attributes/title', '400 BAD_VALUE /data/attributes/stars']);
    });

    it('may come with members that the specification does not know [CRE-18, JA-17, JA-20, JA-36]', async () => {
      const data = {
        type: 'note',
        attributes: { title: 'extra' },
        links: { self: '/nowhere' },
        meta: { a: 1 },
        lid: 'local',
        unknown: [1],
        '@context': {},
      };
      const answer = await send('POST', '/api/note', {
        data,
        meta: {},
        jsonapi: { version: '1.0' },
        included: [],
        x: null,
      });

      expect(answer.status).toBe(201);
      expect(answer.at('/data/attributes/title')).toBe('extra');
    });

    it('may have attributes that are called like members of a document [CRE-26]', async () => {
      const attributes = { data: 'a', attributes: 'b', links: 'c', meta: 'd', lid: 'e', self: 'f', typeName: 'g' };
      const answer = await post('/api/words', { type: 'words', attributes });

      expect(answer.status).toBe(201);
      expect((await get(answer.headers.location!)).at('/data/attributes')).toEqual(attributes);
    });

    it('shows what the fieldset and the includes ask for [CRE-27, FLD-21, INC-07]', async () => {
      const answer = await post('/api/employee?fields[employee]=name,boss&fields[skill]=label&include=skills,boss', {
        type: 'employee',
        attributes: { name: 'Emil', age: 30 },
        relationships: {
          boss: { data: { type: 'employee', id: '1' } },
          skills: { data: [{ type: 'skill', id: 'sql' }] },
        },
      });

      const id = answer.at('/data/id') as string;
      expect(answer.status).toBe(201);
      expect(answer.headers.location).toBe(`/api/employee/${id}`);
      expect(answer.at('/data/attributes')).toEqual({ name: 'Emil' });
      expect(answer.at('/data/relationships')).toEqual({
        boss: {
          data: { type: 'employee', id: '1' },
          links: { self: `/api/employee/${id}/relationships/boss`, related: `/api/employee/${id}/boss` },
        },
      });
      expect(answer.at('/included')).toEqual([
        expect.objectContaining({ type: 'skill', id: 'sql', attributes: { label: 'Tables' } }),
        expect.objectContaining({ type: 'employee', id: '1', attributes: { name: 'Ada' } }),
      ]);
    });

    it.each(['include=nothing', 'fields[employee]=nmae', 'fields[nothing]=a', 'filter[name]=x', 'sort=nmae', 'x=1'])(
      'is not made where the query string is wrong: %s [CRE-27, JA-46, JA-72]',
      async (query) => {
        const before = await count();
        const answer = await post(`/api/employee?${query}`, { type: 'employee', attributes: { name: 'Nobody' } });

        expect(answer.status).toBe(400);
        expect(answer.at('/errors/0/source/parameter')).toBe(query.split('=')[0]);
        expect(await count()).toBe(before);
      },
    );
  });

  describe('a body with faults', () => {
    const name = { name: 'Nobody' };
    const link = (relationships: object) => ({ data: { type: 'employee', attributes: name, relationships } });

    it.each<[words: string, body: unknown, ...expected: string[]]>([
      ['no data', { meta: {} }, '400 BAD_BODY'],
      ['null', { data: null }, '400 BAD_BODY /data'],
      ['a list', { data: [{ type: 'employee' }] }, '400 BAD_BODY /data'],
      ['a text', { data: 'employee' }, '400 BAD_BODY /data'],
      ['no type', { data: { attributes: name } }, '400 BAD_BODY /data'],
      ['a type that is no text', { data: { type: 1, attributes: name } }, '400 BAD_BODY /data/type'],
      ['another type', { data: { type: 'computer', attributes: name } }, '409 CONFLICT /data/type'],
      ['a type of another case', { data: { type: 'Employee', attributes: name } }, '409 CONFLICT /data/type'],
      ['attributes that are a list', { data: { type: 'employee', attributes: [] } }, '400 BAD_BODY /data/attributes'],
      ['attributes that are null', { data: { type: 'employee', attributes: null } }, '400 BAD_BODY /data/attributes'],
      [
        'an unknown attribute',
        { data: { type: 'employee', attributes: { ...name, salary: 1 } } },
        '400 UNKNOWN_FIELD /data/attributes/salary',
      ],
      [
        'an attribute with signs of JSON pointers',
        { data: { type: 'employee', attributes: { ...name, 'a/b~c': 1 } } },
        '400 UNKNOWN_FIELD /data/attributes/a~1b~0c',
      ],
      [
        'a relationship as an attribute',
        { data: { type: 'employee', attributes: { ...name, boss: 1 } } },
        '400 UNKNOWN_FIELD /data/attributes/boss',
      ],
      ['an unknown relationship', link({ cat: { data: null } }), '400 UNKNOWN_FIELD /data/relationships/cat/data'],
      [
        'an attribute as a relationship',
        link({ age: { data: null } }),
        '400 UNKNOWN_FIELD /data/relationships/age/data',
      ],
      ['relationships that are a list', link([]), '400 BAD_BODY /data/relationships'],
      ['a relationship that is null', link({ boss: null }), '400 BAD_BODY /data/relationships/boss'],
      ['a relationship without data', link({ boss: { links: {} } }), '400 BAD_BODY /data/relationships/boss'],
      [
        'an identifier without type',
        link({ boss: { data: { id: '1' } } }),
        '400 BAD_BODY /data/relationships/boss/data',
      ],
      [
        'an identifier without id',
        link({ skills: { data: [{ type: 'skill', id: 'sql' }, { type: 'skill' }] } }),
        '400 BAD_BODY /data/relationships/skills/data/1',
      ],
      [
        'an identifier with a local id only',
        link({ boss: { data: { type: 'employee', lid: 'a' } } }),
        '400 BAD_BODY /data/relationships/boss/data',
      ],
      [
        'an identifier that is a text',
        link({ skills: { data: ['sql'] } }),
        '400 BAD_BODY /data/relationships/skills/data/0',
      ],
      [
        'one where a list belongs',
        link({ skills: { data: { type: 'skill', id: 'sql' } } }),
        '400 BAD_BODY /data/relationships/skills/data',
      ],
      ['null where a list belongs', link({ skills: { data: null } }), '400 BAD_BODY /data/relationships/skills/data'],
      [
        'a list where one belongs',
        link({ boss: { data: [{ type: 'employee', id: '1' }] } }),
        '400 BAD_BODY /data/relationships/boss/data',
      ],
      [
        'an identifier of another type',
        link({ boss: { data: { type: 'computer', id: '1' } } }),
        '409 CONFLICT /data/relationships/boss/data/type',
      ],
      [
        'an identifier of no type',
        link({ skills: { data: [{ type: 'nothing', id: 'sql' }] } }),
        '409 CONFLICT /data/relationships/skills/data/0/type',
      ],
      [
        'identifiers of which each is wrong in another way',
        link({ skills: { data: [{ type: 'nothing', id: 'sql' }, { type: 'skill' }, { id: 'sql' }, 'sql'] } }),
        '409 CONFLICT /data/relationships/skills/data/0/type',
        '400 BAD_BODY /data/relationships/skills/data/1',
        '400 BAD_BODY /data/relationships/skills/data/2',
        '400 BAD_BODY /data/relationships/skills/data/3',
      ],
      [
        'faults in attributes and identifiers',
        { data: { type: 'employee', attributes: { nmae: 'x' }, relationships: { skills: { data: [{}] } } } },
        '400 UNKNOWN_FIELD /data/attributes/nmae',
        '400 BAD_BODY /data/relationships/skills/data/0',
      ],
      [
        'a row that is not there',
        link({ boss: { data: { type: 'employee', id: '99' } } }),
        '404 NOT_FOUND /data/relationships/boss/data',
      ],
      [
        'an id that cannot be one',
        link({ boss: { data: { type: 'employee', id: 'Ada' } } }),
        '404 NOT_FOUND /data/relationships/boss/data',
      ],
      [
        'a row that is out of sight',
        link({
          computers: {
            data: [
              { type: 'computer', id: '3' },
              { type: 'computer', id: '4' },
            ],
          },
        }),
        '404 NOT_FOUND /data/relationships/computers/data/1',
      ],
      [
        'several rows that are not there',
        link({
          boss: { data: { type: 'employee', id: '98' } },
          skills: { data: ['sql', 'php', 'xml'].map((id) => ({ type: 'skill', id })) },
        }),
        '404 NOT_FOUND /data/relationships/boss/data',
        '404 NOT_FOUND /data/relationships/skills/data/1',
        '404 NOT_FOUND /data/relationships/skills/data/2',
      ],
      [
        'several faults of form',
        { data: { type: 'desk', attributes: [], relationships: { boss: {}, skills: { data: [{}] } } } },
        '409 CONFLICT /data/type',
        '400 BAD_BODY /data/attributes',
        '400 BAD_BODY /data/relationships/boss',
        '400 BAD_BODY /data/relationships/skills/data/0',
      ],
      [
        'several faults of meaning',
        {
          data: {
            type: 'employee',
            id: '7',
            attributes: { nmae: 'x', age: 'old', birthDate: '2023-02-29' },
            relationships: { cat: { data: null }, boss: { data: { type: 'skill', id: 'sql' } } },
          },
        },
        '403 FORBIDDEN /data/id',
        '400 UNKNOWN_FIELD /data/attributes/nmae',
        '400 BAD_VALUE /data/attributes/age',
        '400 BAD_VALUE /data/attributes/birthDate',
        '400 UNKNOWN_FIELD /data/relationships/cat/data',
        '409 CONFLICT /data/relationships/boss/data/type',
      ],
    ])(
      'has %s: all are told at once, nothing is written [CRE-19, CRE-22, CRE-23, CRE-24, JA-51, JA-52, JA-58, JA-60, JA-77, FJE-04, contradictions 26 and 32]',
      async (_words, body, ...expected) => {
        const before = await count();

        const answer = await send('POST', '/api/employee', body);

        expect(faults(answer)).toEqual(expected);
        const statuses = new Set(expected.map((each) => each.slice(0, 3)));
        expect(answer.status).toBe(statuses.size === 1 ? Number([...statuses][0]) : 400);
        expect(await count()).toBe(before);
      },
    );

    it('says what is wrong, and what would be right [CRE-03, CRE-22, CRE-23]', async () => {
      const unknown = await post('/api/employee', { type: 'employee', attributes: { nmae: 'x' } });
      const foreign = await post('/api/employee', {
        type: 'employee',
        attributes: name,
        relationships: { boss: { data: { type: 'skill', id: 'sql' } } },
      });

      expect(unknown.at('/errors/0/detail')).toBe(
        'employee has no attribute "nmae". Fields: name, age, birthDate, role, boss, reports, desk, badge, computers, skills.',
      );
      expect(foreign.at('/errors/0/detail')).toBe('"boss" leads to employee, not to "skill".');
    });

    it.each([
      ['no body at all', '', ''],
      ['broken JSON', '{"data":{"type":"employee"', ''],
      ['a text', '"employee"', ''],
      ['a list', '[{"data":{"type":"employee"}}]', ''],
      ['a member twice', '{"data":{"type":"employee","attributes":{"name":"a","name":"b"}}}', ' /data/attributes/name'],
    ])('is no document: %s [CRE-15, CRE-19]', async (_words, body, place) => {
      const before = await count();
      const answer = await send('POST', '/api/employee', body);

      expect(answer.status).toBe(400);
      expect(faults(answer)).toEqual([`400 BAD_BODY${place}`]);
      expect(await count()).toBe(before);
    });
  });

  describe('an id from the client', () => {
    it('is refused with 403 unless the resource allows it [CRE-20, JA-53]', async () => {
      const before = await count();
      const answer = await post('/api/employee', { type: 'employee', id: '77', attributes: { name: 'Nobody' } });

      expect(answer.status).toBe(403);
      expect(faults(answer)).toEqual(['403 FORBIDDEN /data/id']);
      expect(await count()).toBe(before);
    });

    it('is taken where the resource allows it [CRE-20, JA-54]', async () => {
      const id = 'c9b1c2de-57f1-4d4e-8a5e-0d7e1c0a9b21';
      const answer = await post('/api/ticket', { type: 'ticket', id, attributes: { title: 'mine' } });

      expect(answer.status).toBe(201);
      expect(answer.headers.location).toBe(`/api/ticket/${id}`);
      expect(answer.at('/data')).toMatchObject({ type: 'ticket', id, attributes: { title: 'mine' } });
      expect((await get(`/api/ticket/${id}`)).at('/data/attributes/title')).toBe('mine');
    });

    it('may be a number, and is answered as a text [CRE-20, CRE-30]', async () => {
      const answer = await post('/api/invoice', { type: 'invoice', id: 4711, attributes: { title: 'x' } });

      expect(answer.status).toBe(201);
      expect(answer.at('/data/id')).toBe('4711');
      expect(answer.headers.location).toBe('/api/invoice/4711');
    });

    it('may be left out: the database makes one [CRE-20]', async () => {
      const ticket = await post('/api/ticket', { type: 'ticket', attributes: { title: 'yours' } });
      const invoice = await post('/api/invoice', { type: 'invoice', attributes: { title: 'yours' } });

      expect([ticket.status, invoice.status]).toEqual([201, 201]);
      expect(ticket.at('/data/id')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
      expect(invoice.at('/data/id')).toMatch(/^\d+$/);
    });

    it('that is taken is a conflict, and the old row stays [CRE-21, JA-59]', async () => {
      const id = '0b7ac1c4-8fd0-41d9-a6ae-0c5f5b3d5a12';
      await post('/api/ticket', { type: 'ticket', id, attributes: { title: 'first' } });

      const answer = await post('/api/ticket', { type: 'ticket', id, attributes: { title: 'second' } });

      expect(answer.status).toBe(409);
      expect(faults(answer)).toEqual(['409 CONFLICT /data/id']);
      expect((await get(`/api/ticket/${id}`)).at('/data/attributes/title')).toBe('first');
    });

    it.each([
      ['ticket', 'seven'],
      ['invoice', 'seven'],
      ['invoice', '1.5'],
      ['invoice', ''],
      ['invoice', '9007199254740993'],
      ['seat', 'a'],
      ['seat', 'a,b'],
      ['seat', 'a,1,2'],
    ])('has to be one: no %s has the id "%s" [CRE-20]', async (type, id) => {
      const answer = await post(`/api/${type}`, {
        type,
        id,
        attributes: { ...(type === 'seat' ? {} : { title: 'x' }) },
      });

      expect(faults(answer)).toEqual(['400 BAD_VALUE /data/id']);
    });

    it.each([[[]], [{}], [true], [null]])('is a text, not %j [CRE-20]', async (id) => {
      const answer = await post('/api/invoice', { type: 'invoice', id, attributes: { title: 'x' } });

      expect(faults(answer)).toEqual(['400 BAD_BODY /data/id']);
    });

    it('joins the parts of a composite key [CRE-20]', async () => {
      const answer = await post('/api/seat', { type: 'seat', id: 'a%2Cb,12', attributes: { colour: 'red' } });
      const again = await post('/api/seat', { type: 'seat', id: 'a%2Cb,12', attributes: {} });

      expect(answer.status).toBe(201);
      expect(answer.at('/data')).toMatchObject({ id: 'a%2Cb,12', attributes: { line: 'a,b', colour: 'red' } });
      expect((await get(answer.headers.location!)).at('/data/attributes/colour')).toBe('red');
      expect(faults(again)).toEqual(['409 CONFLICT /data/id']);
    });
  });

  describe('a key that is an attribute', () => {
    it('is written as one, and becomes the id [CRE-17, SER-20]', async () => {
      const answer = await post('/api/skill', { type: 'skill', attributes: { code: 'go/c#', label: null } });

      expect(answer.status).toBe(201);
      expect(answer.at('/data')).toMatchObject({ id: 'go/c#', attributes: { code: 'go/c#', label: null } });
      expect(answer.headers.location).toBe('/api/skill/go%2Fc%23');
      expect(answer.at('/data/links/self')).toBe('/api/skill/go%2Fc%23');
      expect((await get(answer.headers.location!)).at('/data/id')).toBe('go/c#');
    });

    it('that is taken is a conflict: the old row is not overwritten [CRE-21]', async () => {
      const answer = await post('/api/skill', { type: 'skill', attributes: { code: 'sql', label: 'mine now' } });

      expect(answer.status).toBe(409);
      expect(faults(answer)).toEqual(['409 CONFLICT /data/attributes/code']);
      expect((await get('/api/skill/sql')).at('/data/attributes/label')).toBe('Tables');
    });

    it('that is missing is a 400 [CRE-19]', async () => {
      const answer = await post('/api/skill', { type: 'skill', attributes: { label: 'nameless' } });

      expect(answer.status).toBe(400);
      expect(faults(answer)).toEqual(['400 CONSTRAINT /data/attributes']);
    });

    it('may have several parts [CRE-17, CRE-21]', async () => {
      const attributes = { building: 'x,y', number: 3, label: 'Attic' };
      const answer = await post('/api/room', { type: 'room', attributes });
      const again = await post('/api/room', { type: 'room', attributes: { ...attributes, label: 'Cellar' } });

      expect(answer.status).toBe(201);
      expect(answer.headers.location).toBe('/api/room/x%252Cy%2C3');
      expect(answer.at('/data')).toMatchObject({ id: 'x%2Cy,3', attributes });
      expect(again.status).toBe(409);
      expect((await get(answer.headers.location!)).at('/data/attributes/label')).toBe('Attic');
    });

    it('may be chosen by the option primaryKey [CRE-02, UPD-05]', async () => {
      const first = await post('/api/page', { type: 'page', attributes: { slug: 'home' } });
      const second = await post('/api/page', {
        type: 'page',
        attributes: { slug: 'about us' },
        relationships: { parent: { data: { type: 'page', id: 'home' } } },
      });
      const taken = await post('/api/page', { type: 'page', attributes: { slug: 'home', text: 'other' } });

      expect([first.status, first.headers.location]).toEqual([201, '/api/page/home']);
      expect([second.status, second.headers.location]).toEqual([201, '/api/page/about%20us']);
      expect(second.at('/data/id')).toBe('about us');
      expect(second.at('/data/relationships/parent/data')).toEqual({ type: 'page', id: 'home' });
      expect(faults(taken)).toEqual(['409 CONFLICT /data/attributes/slug']);
    });
  });

  it('answers a value that has to be unique with 409 and its place [CRE-16, CRE-21]', async () => {
    const before = await count();
    const answer = await post('/api/employee', { type: 'employee', attributes: { name: 'Ada' } });

    expect(answer.status).toBe(409);
    expect(answer.body).toEqual({
      errors: [
        {
          status: '409',
          code: 'CONFLICT',
          title: 'Conflict',
          detail: 'There is a resource with this value already, and it has to be unique.',
          source: { pointer: '/data/attributes/name' },
        },
      ],
      jsonapi: { version: '1.1' },
    });
    expect(await count()).toBe(before);
  });

  it('answers a value that is missing with 400 and its place [CRE-16]', async () => {
    const answer = await post('/api/employee', { type: 'employee', attributes: { age: 5 } });

    expect(answer.status).toBe(400);
    expect(faults(answer)).toEqual(['400 CONSTRAINT /data/attributes']);
    expect(answer.text).not.toMatch(/insert|sql|column|constraint "/i);
  });

  describe('relationships of a new resource', () => {
    let number = 0;
    const create = (relationships: object, query = '') =>
      post(`/api/employee${query}`, {
        type: 'employee',
        attributes: { name: `linked ${(number += 1)}` },
        relationships,
      });
    const one = (type: string, id: string) => ({ data: { type, id } });
    const many = (type: string, ...ids: string[]) => ({ data: ids.map((id) => ({ type, id })) });
    const linkage = async (answer: { headers: { location?: string } }, name: string) =>
      (await get(`${answer.headers.location}/relationships/${name}`)).at('/data');

    it('lead to one row, by a column of its own [CRE-17, CRE-23]', async () => {
      const answer = await create({ boss: one('employee', '2'), desk: one('desk', '3') });

      expect(answer.status).toBe(201);
      expect(answer.at('/data/relationships/boss/data')).toEqual({ type: 'employee', id: '2' });
      expect(await linkage(answer, 'desk')).toEqual({ type: 'desk', id: '3' });
      expect((await get('/api/employee/2/reports')).at('/data/*/id')).toContain(answer.at('/data/id'));
      await app.app
        .get(DataSource)
        .getRepository(Employee)
        .delete({ name: answer.at('/data/attributes/name') as string });
    });

    it('lead to one row, by a column of the other side [CRE-17]', async () => {
      const answer = await create({ badge: one('badge', BADGE_ID) });

      expect(answer.status).toBe(201);
      expect(answer.at('/data/relationships/badge/data')).toEqual({ type: 'badge', id: BADGE_ID });
      expect(await linkage(answer, 'badge')).toEqual({ type: 'badge', id: BADGE_ID });
      expect((await get('/api/employee/1/relationships/badge')).at('/data')).toBeNull();
    });

    it('lead to many rows, which leave where they were [CRE-17]', async () => {
      const answer = await create({ computers: many('computer', '3', '2') }, '?include=computers');

      expect(answer.status).toBe(201);
      expect(answer.at('/data/relationships/computers/data/*/id')).toEqual(['2', '3']);
      expect(answer.at('/included/*/attributes/name')).toEqual(['tower', 'spare']);
      expect((await get('/api/computer/2/relationships/owner')).at('/data/id')).toBe(answer.at('/data/id'));
      expect((await get('/api/employee/1/relationships/computers')).at('/data/*/id')).toEqual(['1']);
    });

    it('lead to many rows through a table between, from both sides [CRE-17]', async () => {
      const answer = await create({ skills: many('skill', 'css', 'a,b') });
      const skill = await post('/api/skill', {
        type: 'skill',
        attributes: { code: 'ts' },
        relationships: { employees: many('employee', '2', '1') },
      });

      expect([answer.status, skill.status]).toEqual([201, 201]);
      expect(await linkage(answer, 'skills')).toEqual([
        { type: 'skill', id: 'a,b' },
        { type: 'skill', id: 'css' },
      ]);
      expect(await linkage(skill, 'employees')).toEqual([
        { type: 'employee', id: '1' },
        { type: 'employee', id: '2' },
      ]);
      expect((await get('/api/employee/2/skills')).at('/data/*/id')).toEqual(['ts']);
    });

    it('lead to rows with several key columns, from both sides [CRE-17]', async () => {
      const desk = await post('/api/desk', {
        type: 'desk',
        attributes: { name: 'new' },
        relationships: { room: one('room', 'a%2Cb,1') },
      });
      const room = await post('/api/room', {
        type: 'room',
        attributes: { building: 'east', number: 2 },
        relationships: { desks: many('desk', desk.at('/data/id') as string, '3') },
      });

      expect([desk.status, room.status]).toEqual([201, 201]);
      expect(desk.at('/data/relationships/room/data')).toEqual({ type: 'room', id: 'a%2Cb,1' });
      expect(await linkage(room, 'desks')).toEqual([
        { type: 'desk', id: '3' },
        { type: 'desk', id: desk.at('/data/id') },
      ]);
      expect((await get('/api/room/a%252Cb,1/desks')).at('/data')).toEqual([]);
    });

    it('may be null or empty [CRE-25]', async () => {
      const answer = await create({
        boss: { data: null },
        desk: { data: null },
        badge: { data: null },
        computers: { data: [] },
        skills: { data: [] },
        reports: { data: [] },
      });

      expect(answer.status).toBe(201);
      expect(answer.at('/data/relationships/boss/data')).toBeNull();
      expect(answer.at('/data/relationships/badge/data')).toBeNull();
      expect(await linkage(answer, 'skills')).toEqual([]);
      expect(await linkage(answer, 'computers')).toEqual([]);
    });

    it('name a row once, however often it is named [CRE-23]', async () => {
      const answer = await create({ skills: many('skill', 'sql', 'css', 'sql') });

      expect(answer.status).toBe(201);
      expect(await linkage(answer, 'skills')).toEqual([
        { type: 'skill', id: 'css' },
        { type: 'skill', id: 'sql' },
      ]);
    });

    it('take numbers for ids [CRE-30]', async () => {
      const answer = await create({ boss: { data: { type: 'employee', id: 1 } } });

      expect(answer.at('/data/relationships/boss/data')).toEqual({ type: 'employee', id: '1' });
    });

    it('that must not be empty are a 400 where they are, or are missing [CRE-16]', async () => {
      const [empty, missing] = [
        await post('/api/booking', {
          type: 'booking',
          attributes: { day: '2024-03-01' },
          relationships: { room: { data: null } },
        }),
        await post('/api/booking', { type: 'booking', attributes: { day: '2024-03-01' } }),
      ];

      expect([empty.status, missing.status]).toEqual([400, 400]);
      expect((await get('/api/booking')).at('/data/*/id')).toEqual(['1']);
    });

    it('lead to resources that nobody can create, or even read [CRE-28]', async () => {
      const answer = await post('/linking/writer', {
        type: 'writer',
        attributes: { name: 'Quill' },
        relationships: { skills: many('skill', 'sql'), desk: one('desk', '3') },
      });

      const id = answer.at('/data/id') as string;
      expect(answer.status).toBe(201);
      expect(answer.headers.location).toBe(`/linking/writer/${id}`);
      expect((await get(`/api/employee/${id}/relationships/skills`)).at('/data/*/id')).toEqual(['sql']);
      expect((await get(`/api/employee/${id}/relationships/desk`)).at('/data/id')).toBe('3');
      await app.app.get(DataSource).getRepository(Employee).delete(id);
    });

    it('create nothing on the other side [CRE-29, FJN-01, FJN-02, FJN-06]', async () => {
      const before = await count();
      const nested = await create({ boss: { data: { type: 'employee', attributes: { name: 'Sidepost' } } } });
      const included = await send('POST', '/api/employee', {
        data: {
          type: 'employee',
          attributes: { name: 'Outer' },
          relationships: { boss: { data: { type: 'employee', lid: 'inner' } } },
        },
        included: [{ type: 'employee', lid: 'inner', attributes: { name: 'Inner' } }],
      });

      expect(faults(nested)).toEqual(['400 BAD_BODY /data/relationships/boss/data']);
      expect(faults(included)).toEqual(['400 BAD_BODY /data/relationships/boss/data']);
      expect(await count()).toBe(before);
    });
  });
});
