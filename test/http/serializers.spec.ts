/** Resources that an application writes itself: serializers as functions and as classes, and what stays behind them. */
import { Global, Injectable, Module } from '@nestjs/common';
import { Expose } from 'class-transformer';
import {
  DefaultSerializer,
  Resource,
  RestlessConfigError,
  RestlessErrors,
  RestlessModule,
  RestlessRegistry,
  SerializationException,
  type SerializeContext,
  type SerializedResource,
  type Serializer,
} from 'nestjs-restless';
import { Column, type DataSource, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';
import { jsonApi } from '../support/json-api-document.js';

@Entity()
class Person {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose({ groups: ['admin'] }) @Column({ default: 'low' }) salary!: string;
  @Expose() @OneToMany(() => Computer, (computer) => computer.owner) computers!: Relation<Computer>[];

  get upper(): string {
    return this.name.toUpperCase();
  }
}

@Entity()
class Computer {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @Column({ type: 'varchar', nullable: true }) vendor!: string | null;
  @Column({ type: 'varchar', default: 'hush' }) password!: string;
  @Expose() @ManyToOne(() => Person, (person) => person.computers) owner!: Relation<Person> | null;
}

/** Without any serializer, and with none but the default one. */
@Entity()
@Resource({ methods: ['GET'], serializer: DefaultSerializer })
class Plain {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
}

async function seed({ manager }: DataSource): Promise<void> {
  const ada = await manager.save(Person, { name: 'Ada' });
  await manager.save(Person, { name: 'Bob' });
  await manager.save(Person, { name: 'Cy' });
  await manager.save(Computer, [
    { name: 'lixeiro', vendor: 'Lemote', owner: ada },
    { name: 'macbook', vendor: 'Apple', owner: ada },
  ]);
  await manager.save(Plain, { name: 'plain' });
}

@Injectable()
class Shouting {
  static made = 0;
  readonly mark = '!';
}

@Global()
@Module({ providers: [Shouting], exports: [Shouting] })
class ShoutingModule {}

const seen: Pick<SerializeContext, 'type' | 'id' | 'role' | 'fields' | 'groups' | 'format'>[] = [];

@Injectable()
class ShoutSerializer extends DefaultSerializer<Computer> {
  constructor(private readonly shouting: Shouting) {
    super();
    Shouting.made += 1;
  }

  override async serialize(context: SerializeContext<Computer>): Promise<SerializedResource> {
    const { type, id, role, fields, groups, format } = context;
    seen.push({ type, id, role, fields, groups, format });
    const resource = await super.serialize(context);
    resource.attributes.shouted = context.entity.name.toUpperCase() + this.shouting.mark;
    return resource;
  }
}

/** Everything that can go wrong has a name of its own. */
const person: Serializer = (context: SerializeContext<Person>) => {
  const { name } = context.entity;
  if (name === 'Bob') throw new SerializationException();
  if (name === 'Cy') throw new SerializationException('Cy cannot be told.');
  if (name === 'Dora') throw new TypeError('the password of the database is 1234');
  const resource = context.default();
  resource.attributes.length = BigInt(name.length);
  resource.attributes.since = new Date(0);
  resource.meta.upper = context.entity.upper;
  resource.links.home = 'https://example.org/';
  if (name === 'Eve') delete resource.relationships.computers;
  return resource;
};

const methods = ['GET', 'POST', 'PATCH'] as const;

describeServers(
  (server) => {
    let app: TestApp;
    beforeAll(async () => {
      Shouting.made = 0;
      app = await server.start({
        entities: [Person, Computer, Plain],
        imports: [
          ShoutingModule,
          RestlessModule.forRoot({
            methods,
            returning: 'always',
            groups: (request: { headers: Record<string, string> }) => (request.headers['x-admin'] ? ['admin'] : []),
          }),
          RestlessModule.forFeature([
            { entity: Person, serializer: person },
            { entity: Computer, serializer: ShoutSerializer },
            Plain,
            { entity: Plain, prefix: 'bare', serializer: undefined },
          ]),
        ],
        seed,
      });
    });
    afterAll(() => app.close());
    beforeEach(() => seen.splice(0));

    const get = jsonApi(() => app);
    const post = (type: string, attributes: object) =>
      app.request('POST', `/api/${type}`, { body: { data: { type, attributes } } });

    it('writes one resource with a class that Nest has made [SER-04]', async () => {
      const answer = await get('/api/computer/1');

      expect(answer.at('/data')).toEqual({
        type: 'computer',
        id: '1',
        attributes: { name: 'lixeiro', vendor: 'Lemote', shouted: 'LIXEIRO!' },
        relationships: {
          owner: {
            data: { type: 'person', id: '1' },
            links: { self: '/api/computer/1/relationships/owner', related: '/api/computer/1/owner' },
          },
        },
        links: { self: '/api/computer/1' },
      });
    });

    it('writes collections, related resources and what is included with it too [SER-03, SER-09]', async () => {
      expect((await get('/api/computer')).at('/data/*/attributes/shouted')).toEqual(['LIXEIRO!', 'MACBOOK!']);
      expect((await get('/api/person/1/computers')).at('/data/*/attributes/shouted')).toEqual(['LIXEIRO!', 'MACBOOK!']);

      const including = await get('/api/person/1?include=computers');
      expect(including.at('/data/attributes')).toEqual({ name: 'Ada', length: '3', since: '1970-01-01T00:00:00.000Z' });
      expect(including.at('/included/*/attributes/shouted')).toEqual(['LIXEIRO!', 'MACBOOK!']);

      const linkage = await get('/api/person/1/relationships/computers?include=computers');
      expect(linkage.at('/data/0')).toEqual({ type: 'computer', id: '1' });
      expect(linkage.at('/included/0/attributes/shouted')).toBe('LIXEIRO!');
    });

    it('writes the answers to POST and PATCH with it [SER-03]', async () => {
      const created = await post('computer', { name: 'thinkpad' });
      expect(created.status).toBe(201);
      expect(created.at('/data/attributes/shouted')).toBe('THINKPAD!');
      expect(created.headers.location).toBe(`/api/computer/${String(created.at('/data/id'))}`);

      const body = { data: { type: 'computer', id: '2', attributes: { vendor: 'Acme' } } };
      const updated = await app.request('PATCH', '/api/computer/2', { body });
      expect(updated.at('/data/attributes')).toEqual({ name: 'macbook', vendor: 'Acme', shouted: 'MACBOOK!' });
    });

    it('is made once for a resource [SER-08]', () => {
      expect(Shouting.made).toBe(1);
    });

    it.each([
      ['/api/computer/1', [{ id: '1', role: 'single', fields: undefined }]],
      ['/api/computer?filter[id]=1', [{ id: '1', role: 'many', fields: undefined }]],
      ['/api/computer?filter[id]=1&filter[single]=1', [{ id: '1', role: 'single', fields: undefined }]],
      [
        '/api/person/1?include=computers&fields[computer]=name',
        [
          { id: '1', role: 'included', fields: ['name'] },
          { id: '2', role: 'included', fields: ['name'] },
        ],
      ],
    ])('is told of what it writes: %s [SER-06]', async (path, told) => {
      await get(path);

      expect(seen).toEqual(told.map((each) => ({ type: 'computer', groups: [], format: 'json-api', ...each })));
    });

    it('adds meta and links, and leaves out what is empty', async () => {
      const answer = await get('/api/person/1?fields[person]=name');

      expect(answer.at('/data')).toEqual({
        type: 'person',
        id: '1',
        attributes: { name: 'Ada' },
        links: { self: '/api/person/1', home: 'https://example.org/' },
        meta: { upper: 'ADA' },
      });
    });

    it('leaves out what a sparse fieldset does not ask for [SER-06]', async () => {
      expect((await get('/api/computer/1?fields[computer]=vendor')).at('/data')).toEqual({
        type: 'computer',
        id: '1',
        attributes: { vendor: 'Lemote' },
        links: { self: '/api/computer/1' },
      });
      expect((await app.get('/api/computer/1?fields[computer]=shouted')).status).toBe(400);
    });

    it('starts from what the viewer may see', async () => {
      const hidden = await get('/api/person/1');
      const shown = await get('/api/person/1', { 'X-Admin': 'yes' });

      expect(hidden.text).not.toContain('salary');
      expect(shown.at('/data/attributes/salary')).toBe('low');
      expect((await get('/api/computer')).text).not.toContain('hush');
    });

    it('writes flat JSON with the same parts', async () => {
      const accept = { Accept: 'application/json' };

      const computer = await app.get('/api/computer/1', accept);
      expect(computer.body).toEqual({
        id: 1,
        name: 'lixeiro',
        vendor: 'Lemote',
        shouted: 'LIXEIRO!',
        owner: { id: 1, name: 'Ada', length: '3', since: '1970-01-01T00:00:00.000Z' },
      });
      expect(seen).toEqual([
        { type: 'computer', id: '1', role: 'single', fields: undefined, groups: [], format: 'flat-json' },
      ]);

      const eve = await post('person', { name: 'Eve' });
      const flat = await app.get(`/api/person/${String(eve.at('/data/id'))}`, accept);
      expect(Object.keys(flat.body as object)).not.toContain('computers');
    });

    it('takes out relationships and attributes', async () => {
      const answer = await post('person', { name: 'Eve' });

      expect(answer.at('/data/relationships')).toBeUndefined();
    });

    it.each([
      ['/api/person/2', 'Failed to serialize resource of type person and ID 2'],
      ['/api/person/3', 'Cy cannot be told.'],
      ['/api/person?filter[id]=2', 'Failed to serialize resource of type person and ID 2'],
    ])('tells that a resource could not be serialized: %s [SER-10, FJV-15]', async (path, detail) => {
      const answer = await app.get(path);

      expect(answer.status).toBe(500);
      expect(answer.at('/errors')).toEqual([
        { status: '500', code: 'SERIALIZATION', title: 'Failed to serialize', detail },
      ]);
    });

    it('tells of included resources as such [SER-10]', async () => {
      const body = { data: { type: 'person', id: '2' } };
      await app.request('PATCH', '/api/computer/2/relationships/owner', { body });

      const answer = await app.get('/api/computer/2?include=owner');
      await app.request('PATCH', '/api/computer/2/relationships/owner', {
        body: { data: { type: 'person', id: '1' } },
      });

      expect(answer.status).toBe(500);
      expect(answer.at('/errors/0/detail')).toBe('Failed to serialize included resource of type person and ID 2');
    });

    it('tells of every resource that could not be serialized [SER-12]', async () => {
      const answer = await app.get('/api/person?filter[id]=2,3');

      expect(answer.status).toBe(500);
      expect(answer.at('/errors/*/status')).toEqual(['500', '500']);
      expect(answer.at('/errors/*/detail')).toEqual([
        'Failed to serialize resource of type person and ID 2',
        'Cy cannot be told.',
      ]);
      expect(new RestlessErrors([new SerializationException(), new SerializationException()]).statusCode).toBe(500);
    });

    it('writes nothing whose answer cannot be serialized [SER-10]', async () => {
      const before = await get('/api/person?page[size]=1');
      expect((await post('person', { name: 'Bob' })).status).toBe(500);

      expect((await get('/api/person?page[size]=1')).at('/meta/total')).toBe(before.at('/meta/total'));
    });

    it('tells nothing of other errors [SER-10]', async () => {
      const answer = await post('person', { name: 'Dora' });

      expect(answer.status).toBe(500);
      expect(answer.at('/errors/0/detail')).toBe('The server failed to answer this request.');
      expect(answer.text).not.toContain('1234');
    });

    it('writes the same with the default serializer as with none [SER-14]', async () => {
      const [own, none] = [await get('/api/plain/1'), await get('/bare/plain/1')];

      expect(own.at('/data')).toEqual({
        type: 'plain',
        id: '1',
        attributes: { name: 'plain' },
        links: { self: '/api/plain/1' },
      });
      expect(none.at('/data/attributes')).toEqual(own.at('/data/attributes'));
    });

    it('is found in the registry by its entity [HLP-03, SER-09]', () => {
      const registry = app.app.get(RestlessRegistry);

      expect(registry.serializerFor(Computer)).toBeInstanceOf(ShoutSerializer);
      expect(registry.serializerFor(Plain)).toBeInstanceOf(DefaultSerializer);
      expect(() => registry.serializerFor(Shouting)).toThrow(RestlessConfigError);
    });

    it.each([
      [
        { serializer: 'shout' },
        'Person: the option "serializer" has to be a function, or a class with a method "serialize".',
      ],
      [
        { deserializer: {} },
        'Person: the option "deserializer" has to be a function, or a class with a method "deserialize".',
      ],
    ])('refuses what is none at start: %j [SET-13]', (wrong, sentence) => {
      const entry = { entity: Person, ...(wrong as object) };

      expect(() => RestlessModule.forFeature([entry])).toThrow(new RestlessConfigError(sentence));
    });
  },
  { databases: ['sqlite'] },
);
