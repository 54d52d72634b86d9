/** Bodies that an application reads itself: deserializers as functions and as classes, and the checks that stay behind them. */
import { Injectable } from '@nestjs/common';
import { plainToInstance, Expose } from 'class-transformer';
import { IsString, Length, validate } from 'class-validator';
import {
  BadRequestError,
  DefaultDeserializer,
  type DeserializeContext,
  type DeserializedResource,
  type Deserializer,
  DeserializationException,
  RestlessErrors,
  RestlessModule,
} from 'nestjs-restless';
import { Column, type DataSource, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { describeServers, type TestApp } from '../support/app.js';

@Entity()
class Author {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() @Length(1, 10) name!: string;
  @Expose({ toPlainOnly: true }) @Column({ type: 'varchar', default: 'staff' }) rank!: string;
  @Expose() @Column({ type: 'bigint', nullable: true }) big!: string | null;
  @Expose() @OneToMany(() => Paper, (paper) => paper.author) papers!: Relation<Paper>[];
}

@Entity()
class Paper {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() title!: string;
  @Expose() @Column({ type: 'int', default: 0 }) pages!: number;
  @Expose() @ManyToOne(() => Author, (author) => author.papers) author!: Relation<Author> | null;
}

const told: Omit<DeserializeContext, 'default' | 'request'>[] = [];

/** What clients call it, and what it is. */
@Injectable()
class RenamingDeserializer extends DefaultDeserializer {
  override async deserialize(context: DeserializeContext): Promise<DeserializedResource> {
    const { type, operation, id, groups, document } = context;
    told.push({ type, operation, id, groups, document });
    const resource = await super.deserialize(context);
    const { fullName, ...attributes } = resource.attributes;
    if (attributes.name === 'teapot') throw new DeserializationException('I am a teapot', { status: 418 });
    if (attributes.name === 'nothing') throw new DeserializationException();
    if (attributes.name === 'both') {
      throw new RestlessErrors([new DeserializationException('one'), new DeserializationException('two')]);
    }
    if (attributes.name === 'bug') throw new TypeError('the password of the database is 1234');
    return { ...resource, attributes: fullName === undefined ? attributes : { ...attributes, name: fullName } };
  }
}

/** A schema of the application's own. */
class PaperSchema {
  @IsString() @Length(3, 20) headline!: string;
}

/** Reads a document that is none of JSON:API, by a schema. */
const paper: Deserializer = async ({ document, operation, id }) => {
  const { paper: sent = {} } = document as { paper?: { headline?: unknown; by?: string; pages?: unknown } };
  if (operation === 'POST_RESOURCE') {
    const faults = await validate(plainToInstance(PaperSchema, sent), { whitelist: true });
    const words = faults.flatMap(({ constraints }) => Object.values(constraints ?? {}));
    if (words.length > 0) throw new RestlessErrors(words.map((word) => new BadRequestError('VALIDATION', word)));
  }
  return {
    id,
    attributes: { title: sent.headline, pages: sent.pages },
    relationships: { author: sent.by === undefined ? undefined : { type: 'author', id: sent.by } },
  };
};

/** Reads another document with the format's own reading. */
const wrapped: Deserializer = ({ default: read, document }) => read((document as { inner: unknown }).inner);

async function seed({ manager }: DataSource): Promise<void> {
  await manager.save(Author, [{ name: 'Ada' }, { name: 'Bob' }]);
  await manager.save(Paper, [{ title: 'First' }, { title: 'Second' }]);
}

describeServers(
  (server) => {
    let app: TestApp;
    beforeEach(async () => {
      told.splice(0);
      app = await server.start({
        entities: [Author, Paper],
        imports: [
          RestlessModule.forRoot({
            methods: ['GET', 'POST', 'PATCH'],
            allowToManyReplacement: true,
            allowPatchMany: true,
            allowUnfiltered: true,
            returning: 'always',
          }),
          RestlessModule.forFeature([
            { entity: Author, deserializer: RenamingDeserializer },
            { entity: Paper, deserializer: paper },
            { entity: Paper, prefix: 'wrapped', deserializer: wrapped },
          ]),
        ],
        seed,
      });
    });
    afterEach(() => app.close());

    const post = (attributes: object, more: object = {}) =>
      app.request('POST', '/api/author', { body: { data: { type: 'author', attributes, ...more }, meta: { a: 1 } } });

    it('reads bodies of POST with a class [SER-05]', async () => {
      const relationships = { papers: { data: [{ type: 'paper', id: '2' }] } };
      const answer = await post({ fullName: 'Cy' }, { relationships });

      expect(answer.status).toBe(201);
      expect(answer.at('/data/attributes/name')).toBe('Cy');
      expect((await app.get('/api/author/3/relationships/papers')).at('/data/*/id')).toEqual(['2']);
    });

    it('is told of the request and of the whole document [SER-05]', async () => {
      await post({ name: 'Cy' });

      const document = { data: { type: 'author', attributes: { name: 'Cy' } }, meta: { a: 1 } };
      expect(told).toEqual([{ type: 'author', operation: 'POST_RESOURCE', id: undefined, groups: [], document }]);
    });

    it('reads bodies of PATCH, of resources and of collections', async () => {
      const body = { data: { type: 'author', id: '1', attributes: { fullName: 'Zoe' } } };
      const one = await app.request('PATCH', '/api/author/1', { body });
      expect(one.at('/data/attributes/name')).toBe('Zoe');

      const all = { data: { type: 'author', attributes: { fullName: 'All' } } };
      await app.request('PATCH', '/api/author?filter[name]=Bob', { body: all });
      expect((await app.get('/api/author')).at('/data/*/attributes/name')).toEqual(['Zoe', 'All']);
      expect(told.map(({ operation, id }) => [operation, id])).toEqual([
        ['PATCH_RESOURCE', '1'],
        ['PATCH_COLLECTION', undefined],
      ]);
    });

    it.each([
      ['teapot', 418, 'Failed to deserialize object: I am a teapot'],
      ['nothing', 400, 'Failed to deserialize object'],
    ])('tells why a body cannot be read: %s [SER-11]', async (name, status, detail) => {
      const answer = await post({ name });

      expect(answer.status).toBe(status);
      expect(answer.at('/errors')).toEqual([
        { status: String(status), code: 'DESERIALIZATION', title: 'Failed to deserialize', detail },
      ]);
    });

    it('tells of several faults [SER-12]', async () => {
      const answer = await post({ name: 'both' });

      expect(answer.status).toBe(400);
      expect(answer.at('/errors/*/detail')).toEqual([
        'Failed to deserialize object: one',
        'Failed to deserialize object: two',
      ]);
    });

    it('tells nothing of errors of the application itself', async () => {
      const answer = await post({ name: 'bug' });

      expect(answer.status).toBe(500);
      expect(answer.text).not.toContain('1234');
    });

    it.each([
      [{ fullName: 12 }, 400, '/data/attributes'],
      [{ name: 12 }, 400, '/data/attributes/name'],
      [{ rank: 'boss' }, 400, '/data/attributes/rank'],
      [{ shoe: 44 }, 400, '/data/attributes/shoe'],
    ])('checks what a deserializer gives like what clients send: %j [SER-07]', async (attributes, status, pointer) => {
      const answer = await post(attributes);

      expect(answer.status).toBe(status);
      expect(answer.at('/errors/0/source/pointer')).toBe(pointer);
    });

    it('validates what a deserializer gives [SER-02]', async () => {
      const answer = await post({ fullName: 'much too long a name' });

      expect(answer.status).toBe(400);
      expect(answer.at('/errors/0/code')).toBe('VALIDATION');
    });

    it('checks form, type and id before it is asked for the rest [SER-07, SER-13]', async () => {
      const refused = async (body: object | string, code: number): Promise<void> =>
        expect((await app.request('POST', '/api/author', { body })).status).toBe(code);

      await refused({ data: { type: 'paper', attributes: {} } }, 409);
      await refused({ data: { attributes: {} } }, 400);
      await refused({ data: [] }, 400);
      await refused({ meta: {} }, 400);
      await refused({ data: { type: 'author', id: '9', attributes: { name: 'Cy' } } }, 403);
      await refused({ data: { type: 'author', relationships: { friends: { data: null } } } }, 400);
      const unnamed = { papers: { data: [{ type: 'paper' }] } };
      await refused({ data: { type: 'author', attributes: { name: 'Cy' }, relationships: unnamed } }, 400);
      const mistyped = { papers: { data: [{ type: 'author', id: '1' }] } };
      await refused({ data: { type: 'author', attributes: { name: 'Cy' }, relationships: mistyped } }, 409);
    });

    it('keeps every digit of numbers that it leaves alone', async () => {
      const headers = { 'Content-Type': 'application/vnd.api+json' };
      const body = '{"data":{"type":"author","attributes":{"name":"Cy","big":9007199254740993}}}';
      const answer = await app.request('POST', '/api/author', { headers, body });

      expect(answer.at('/data/attributes/big')).toBe('9007199254740993');
    });

    it('may read documents of its own, by a schema of its own [SER-01, SER-15, FJS-01]', async () => {
      const create = (sent: object) => app.request('POST', '/api/paper?include=author', { body: { paper: sent } });

      const created = await create({ headline: 'Third', by: '2' });
      expect(created.status).toBe(201);
      expect(created.at('/data/attributes')).toEqual({ title: 'Third', pages: 0 });
      expect(created.at('/included/0/attributes/name')).toBe('Bob');

      const refused = await create({ headline: 'x' });
      expect(refused.status).toBe(400);
      expect(refused.at('/errors/0/detail')).toBe('headline must be longer than or equal to 3 characters');

      const body = { paper: { pages: 7 } };
      const updated = await app.request('PATCH', '/api/paper/1', { body });
      expect(updated.at('/data/attributes')).toEqual({ title: 'First', pages: 7 });

      const unfit = await create({ headline: 'Fourth', pages: 'many', by: '99' });
      expect(unfit.status).toBe(400);
      expect(unfit.at('/errors/0/source/pointer')).toBe('/data');
    });

    it('may give another document to the format [SER-05]', async () => {
      const inner = { data: { type: 'paper', attributes: { title: 'Inner' } } };
      const created = await app.request('POST', '/wrapped/paper', { body: { inner } });
      expect(created.at('/data/attributes/title')).toBe('Inner');

      const refused = await app.request('POST', '/wrapped/paper', { body: { inner: 5 } });
      expect(refused.status).toBe(400);
    });

    describe('in flat JSON', () => {
      const flat = (method: string, path: string, body: object) =>
        app.request(method, path, { headers: { 'Content-Type': 'application/json' }, body });
      const titles = async () => (await app.get('/api/paper')).at('/data/*/attributes/title');

      it('may read bodies of its own [SER-01, SER-05]', async () => {
        const created = await flat('POST', '/api/paper', { paper: { headline: 'Third', by: '2' } });
        expect([created.status, created.at('/title'), created.at('/author/name')]).toEqual([201, 'Third', 'Bob']);

        const updated = await flat('PATCH', '/api/paper/1', { paper: { pages: 7 } });
        expect([updated.status, updated.at('/title'), updated.at('/pages')]).toEqual([200, 'First', 7]);

        const refused = await flat('POST', '/api/paper', { paper: { headline: 'x' } });
        expect(refused.status).toBe(400);
        expect(refused.text).toContain('headline must be longer than or equal to 3 characters');
        expect((await flat('PATCH', '/api/paper/1', { paper: { pages: 'many' } })).status).toBe(400);
      });

      it.each([
        ['its own', '/api/paper', { paper: { headline: 'Changed' } }],
        ['another document', '/wrapped/paper', { inner: { title: 'Changed' } }],
      ])('changes the rows that the body searches for, where it reads %s [BLK-02]', async (_words, path, body) => {
        const q = { filters: [{ name: 'title', op: 'eq', val: 'Second' }] };
        const answer = await flat('PATCH', path, { ...body, q });

        expect([answer.status, answer.body]).toEqual([200, { num_modified: 1 }]);
        expect(await titles()).toEqual(['First', 'Changed']);

        expect((await flat('PATCH', path, { ...body, q: 'nonsense' })).status).toBe(400);
        expect(await titles()).toEqual(['First', 'Changed']);
      });

      it('changes no other rows than the body searches for, whatever is given instead [BLK-03]', async () => {
        const q = { filters: [{ name: 'title', op: 'eq', val: 'Second' }] };
        const inside = await flat('PATCH', '/wrapped/paper', { inner: { title: 'Changed', q } });
        expect([inside.status, await titles()]).toEqual([200, ['First', 'Changed']]);

        const both = await flat('PATCH', '/wrapped/paper', { inner: { title: 'Again', q: {} }, q });
        expect([both.status, both.at('/message')]).toEqual([
          400,
          'The body and the URL search for different rows; give "q" once.',
        ]);
        expect(await titles()).toEqual(['First', 'Changed']);
      });
    });

    it('is not asked for relationships', async () => {
      const body = { data: [{ type: 'paper', id: '1' }] };

      expect((await app.request('POST', '/api/author/1/relationships/papers', { body })).status).toBe(200);
      expect(told).toEqual([]);
    });
  },
  { databases: ['sqlite'] },
);
