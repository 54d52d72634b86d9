/**
 * Bodies that nobody sends by accident: each gets a 4xx that points at the fault where there is something to point at,
 * nothing is written, and the next request is served.
 */
import { gzipSync } from 'node:zlib';
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import {
  Column,
  Entity,
  type DataSource,
  JoinTable,
  ManyToMany,
  ManyToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { type Answer, describeServers, type Server, type TestApp } from '../support/app.js';
import { violationsOf } from '../support/json-api-document.js';

class Address {
  @Expose() @Column({ type: 'varchar', nullable: true }) street!: string | null;
  @Expose() @Column({ type: 'int', nullable: true }) number!: number | null;
}

@Entity()
@Resource({ allowPatchMany: true, allowToManyReplacement: true, allowDeleteFromToManyRelationships: true })
class Thing {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ default: 'unnamed' }) name!: string;
  @Expose() @Column({ type: 'int', nullable: true }) whole!: number | null;
  @Expose() @Column({ type: 'bigint', nullable: true }) big!: string | null;
  @Expose() @Column({ type: 'decimal', precision: 10, scale: 2, nullable: true }) money!: string | null;
  @Expose() @Column({ type: 'float', nullable: true }) ratio!: number | null;
  @Expose() @Column({ type: Boolean, nullable: true }) flag!: boolean | null;
  @Expose() @Column({ type: 'date', nullable: true }) day!: string | null;
  @Expose() @Column({ type: Date, nullable: true }) moment!: Date | null;
  @Expose() @Column({ type: 'simple-json', nullable: true }) extra!: unknown;
  @Expose() @Column(() => Address) address!: Address;
  @Expose() @ManyToOne(() => Box) box!: Relation<Box> | null;
  @Expose() @ManyToMany(() => Box) @JoinTable() boxes!: Relation<Box>[];
}

@Entity()
@Resource({ allowClientGeneratedIds: true })
class Box {
  @PrimaryColumn({ type: 'varchar', length: 20 }) id!: string;
}

const ENTITIES = [Thing, Box];
const JSON_API = 'application/vnd.api+json';
const LIMIT = 300_000;

async function seed({ manager }: DataSource): Promise<void> {
  await manager.insert(Box, [{ id: 'a' }, { id: 'b' }]);
  await manager.insert(Thing, [{ name: 'first', box: { id: 'a' } }]);
}

const bodies = (server: Server): void => {
  let app: TestApp;
  let before: unknown;

  beforeAll(async () => {
    const imports = [
      RestlessModule.forRoot({
        formats: ['json-api'],
        methods: ['GET', 'POST', 'PATCH', 'DELETE'],
        limits: { bodySize: LIMIT },
      }),
      RestlessModule.forFeature(ENTITIES),
    ];
    app = await server.start({ entities: ENTITIES, imports, seed });
    before = await everything();
  });
  afterAll(() => app.close());

  /** All there is: nothing of it may change. */
  async function everything(): Promise<unknown> {
    const things = await app.get('/api/thing?include=boxes');
    return [things.body, (await app.get('/api/box')).body];
  }

  afterEach(async () => expect(await everything()).toEqual(before));

  /** Sends a body as it is, and expects a refusal; that it had no effect is looked up after each test. */
  async function refused(
    method: string,
    path: string,
    body: string | Buffer,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const answer = await app.request(method, path, { headers: { 'Content-Type': JSON_API, ...headers }, body });
    expect(violationsOf(answer, path)).toEqual([]);
    expect([400, 403, 404, 409, 413, 415]).toContain(answer.status);
    expect(answer.text).not.toMatch(/sql|insert into|select |driver|stack|node_modules/i);
    return answer;
  }

  const post = (body: string | Buffer, headers?: Record<string, string>) =>
    refused('POST', '/api/thing', body, headers);
  const pointer = (answer: Answer): unknown => answer.at('/errors/0/source/pointer');

  /** A new thing with these attributes, as text: some numbers and texts cannot be made otherwise. */
  const thing = (attributes: string) => `{"data":{"type":"thing","attributes":${attributes}}}`;

  describe('a body that is no JSON', () => {
    const whole = thing('{"name":"x"}');

    it.each([
      ['nothing but spaces', '   '],
      ['the first half', whole.slice(0, whole.length / 2)],
      ['all but the last character', whole.slice(0, -1)],
      ['more than one document', whole + whole],
      ['something behind it', `${whole}x`],
      ['a comma at the end', '{"data":{"type":"thing",}}'],
      ['single quotes', "{'data':null}"],
      ['a comment', '/* */ {"data":null}'],
      ['NaN', thing('{"ratio":NaN}')],
      ['Infinity', thing('{"ratio":-Infinity}')],
      ['a number with a zero before it', thing('{"whole":01}')],
      ['a hexadecimal number', thing('{"whole":0x10}')],
      ['a line break in a text', thing('{"name":"a\nb"}')],
      ['half an escape', thing('{"name":"\\u12"}')],
      ['an unknown escape', thing('{"name":"\\x41"}')],
      ['a NUL', `${whole}\u0000`],
      ['a quote that is not closed', '{"data":"'],
      ['a form', 'data[type]=thing'],
      ['XML', '<data type="thing"/>'],
    ])('is refused: %s', async (_words, body) => {
      const answer = await post(body);

      expect([answer.status, answer.at('/errors')]).toEqual([
        400,
        [
          {
            ...{ status: '400', code: 'BAD_BODY', title: 'Invalid request body' },
            ...{ detail: 'The body is no JSON.', source: { pointer: '' } },
          },
        ],
      ]);
    });

    it.each([
      ['a byte of Latin-1', [0xe9]],
      ['half a character', [0xe2, 0x82]],
      ['an overlong slash', [0xc0, 0xaf]],
      ['a surrogate', [0xed, 0xa0, 0x80]],
      ['a character past the last one', [0xf4, 0x90, 0x80, 0x80]],
    ])('is refused: bytes that are no UTF-8, %s', async (_words, bytes) => {
      const [before, after] = thing('{"name":"*"}').split('*') as [string, string];
      const answer = await post(Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]));

      expect([answer.status, answer.at('/errors/0/detail')]).toEqual([400, 'The body is no UTF-8.']);
    });
  });

  describe('a body of another shape', () => {
    it.each<[body: string, pointer: string | undefined]>([
      ['null', ''],
      ['true', ''],
      ['17', ''],
      ['1e999', ''],
      ['"data"', ''],
      ['[]', ''],
      [`[${thing('{}')}]`, ''],
      ['{}', ''],
      ['{"Data":{}}', ''],
      ['{"data":null}', '/data'],
      ['{"data":17}', '/data'],
      ['{"data":9007199254740993}', '/data'],
      ['{"data":"thing"}', '/data'],
      ['{"data":[]}', '/data'],
      ['{"data":[{"type":"thing"}]}', '/data'],
      ['{"data":{}}', '/data'],
      ['{"data":{"type":null}}', '/data/type'],
      ['{"data":{"type":["thing"]}}', '/data/type'],
      ['{"data":{"type":{"thing":1}}}', '/data/type'],
      ['{"data":{"type":"Thing"}}', '/data/type'],
      ['{"data":{"type":"box"}}', '/data/type'],
      ['{"data":{"type":"thing","attributes":null}}', '/data/attributes'],
      ['{"data":{"type":"thing","attributes":[]}}', '/data/attributes'],
      ['{"data":{"type":"thing","attributes":[{"name":"x"}]}}', '/data/attributes'],
      ['{"data":{"type":"thing","attributes":"name"}}', '/data/attributes'],
      ['{"data":{"type":"thing","attributes":1e999}}', '/data/attributes'],
      ['{"data":{"type":"thing","relationships":null}}', '/data/relationships'],
      ['{"data":{"type":"thing","relationships":[]}}', '/data/relationships'],
      ['{"data":{"type":"thing","relationships":{"box":null}}}', '/data/relationships/box'],
      ['{"data":{"type":"thing","relationships":{"box":"a"}}}', '/data/relationships/box'],
      ['{"data":{"type":"thing","relationships":{"box":[]}}}', '/data/relationships/box'],
      ['{"data":{"type":"thing","relationships":{"box":{}}}}', '/data/relationships/box'],
      ['{"data":{"type":"thing","relationships":{"box":{"data":1}}}}', '/data/relationships/box/data'],
      ['{"data":{"type":"thing","relationships":{"box":{"data":[]}}}}', '/data/relationships/box/data'],
      ['{"data":{"type":"thing","relationships":{"box":{"data":[[]]}}}}', '/data/relationships/box/data'],
      ['{"data":{"type":"thing","relationships":{"boxes":{"data":null}}}}', '/data/relationships/boxes/data'],
      ['{"data":{"type":"thing","relationships":{"boxes":{"data":{}}}}}', '/data/relationships/boxes/data'],
      ['{"data":{"type":"thing","relationships":{"boxes":{"data":[1]}}}}', '/data/relationships/boxes/data/0'],
      ['{"data":{"type":"thing","id":{}}}', '/data/id'],
      ['{"data":{"type":"thing","id":["1"]}}', '/data/id'],
      ['{"data":{"type":"thing","id":true}}', '/data/id'],
      ['{"data":{"type":"thing","id":null}}', '/data/id'],
    ])('is refused: %s', async (body, place) => {
      const answer = await post(body);

      expect(answer.status).toBe(place === '/data/type' && /"(Thing|box)"/.test(body) ? 409 : 400);
      expect(pointer(answer)).toBe(place);
    });

    it.each<[body: string, pointer: string]>([
      ['{"data":{"type":"thing"}}', '/data'],
      ['{"data":{"type":"thing","id":"2"}}', '/data/id'],
      ['{"data":{"type":"thing","id":{}}}', '/data/id'],
      ['{"data":{"type":"box","id":"1"}}', '/data/type'],
      ['{"data":[{"type":"thing","id":"1"}]}', '/data'],
    ])('is refused for a resource that is there: %s', async (body, place) => {
      expect(pointer(await refused('PATCH', '/api/thing/1', body))).toBe(place);
    });
  });

  describe('members', () => {
    it.each([
      ['{"data":{"type":"thing","type":"box"}}', '/data/type'],
      ['{"data":null,"data":{"type":"thing"}}', '/data'],
      [thing('{"name":"x","name":"y"}'), '/data/attributes/name'],
      [thing('{"name":"x","name":"x"}'), '/data/attributes/name'],
      [thing('{"name":"x","\\u006eame":"y"}'), '/data/attributes/name'],
      [thing('{"extra":[{"a":1},{"a":1, "b":{"/~":[], "\\/~" :[]}}]}'), '/data/attributes/extra/1/b/~1~0'],
      ['{"data":{"type":"thing"},"meta":{"a":1,"a":1}}', '/meta/a'],
    ])('that are there twice are refused: %s', async (body, place) => {
      const answer = await post(body);

      expect([answer.status, answer.at('/errors/0/code'), pointer(answer)]).toEqual([400, 'BAD_BODY', place]);
    });

    it('of the same name in different objects are fine', async () => {
      const answer = await post(thing('{"extra":[{"a":1},{"a":1},{"a":{"a":":\\"a\\":"}}],"name":7}'));

      expect([answer.at('/errors/0/code'), pointer(answer)]).toEqual(['BAD_VALUE', '/data/attributes/name']);
    });

    it.each([
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'hasOwnProperty',
      '',
      ' ',
      'a/b~c',
      'id',
      'type',
      '😀',
    ])('that JavaScript knows, or nobody, are unknown fields: %p', async (name) => {
      const key = JSON.stringify(name);
      const attribute = await post(thing(`{${key}:{"name":"x","isAdmin":true}}`));
      const relationship = await post(`{"data":{"type":"thing","relationships":{${key}:{"data":null}}}}`);
      const inner = await post(thing(`{"address":{${key}:1}}`));

      const escaped = name.replaceAll('~', '~0').replaceAll('/', '~1');
      expect([attribute.status, pointer(attribute)]).toEqual([400, `/data/attributes/${escaped}`]);
      expect([relationship.status, pointer(relationship)]).toEqual([400, `/data/relationships/${escaped}/data`]);
      expect([inner.status, pointer(inner)]).toEqual([400, `/data/attributes/address/${escaped}`]);
    });

    it('that JavaScript knows do not stand for others', async () => {
      const data = '{"type":"thing","attributes":{"name":"x"}}';
      for (const body of [
        `{"__proto__":{"data":${data}}}`,
        `{"data":{"__proto__":${data}}}`,
        `{"constructor":{"data":${data}}}`,
      ]) {
        expect((await post(body)).status).toBe(400);
      }
      expect(({} as Record<string, unknown>)['data']).toBeUndefined();
    });

    it('in free JSON are kept as they are, and harm nobody', async () => {
      const extra = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"a":[1,null,"é"]}';
      const headers = { 'Content-Type': JSON_API };

      const created = await app.request('POST', '/api/thing', { headers, body: thing(`{"extra":${extra}}`) });

      expect(created.status).toBe(201);
      expect(created.text).toContain(extra);
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
      expect((await app.request('DELETE', created.at('/data/links/self') as string)).status).toBe(204);
    });
  });

  describe('a value', () => {
    it.each<[attribute: string, value: string]>([
      ['name', '"a\\u0000b"'],
      ['name', '"\\ud800"'],
      ['name', '"\\udc00x"'],
      ['name', '{"$ne":null}'],
      ['name', '["x"]'],
      ['name', '7'],
      ['name', 'true'],
      ['name', 'null'],
      ['whole', '9007199254740993'],
      ['whole', '1e999'],
      ['whole', '-1e999'],
      ['whole', '1.5'],
      ['whole', '{}'],
      ['whole', '""'],
      ['whole', '"0x10"'],
      ['whole', `${'9'.repeat(10_000)}`],
      ['big', '9223372036854775808'],
      ['big', '-9223372036854775809'],
      ['big', '1e30'],
      ['big', '1.5'],
      ['big', '"12abc"'],
      ['money', '1e999'],
      ['money', '123456789.00'],
      ['money', '0.001'],
      ['money', '"NaN"'],
      ['money', '"Infinity"'],
      ['ratio', '1e999'],
      ['ratio', '"NaN"'],
      ['ratio', '[]'],
      ['flag', '1'],
      ['flag', '"true"'],
      ['flag', '{}'],
      ['day', '"2023-02-29"'],
      ['day', '"2024-13-01"'],
      ['day', '"2024-00-10"'],
      ['day', '"2024-04-31"'],
      ['day', '"24-04-30"'],
      ['day', '"yesterday"'],
      ['day', '20240430'],
      ['day', '"+012024-01-01"'],
      ['moment', '"2024-02-30T00:00:00Z"'],
      ['moment', '"2024-01-01T25:00:00Z"'],
      ['moment', '"2024-01-01T00:00:00+99:00"'],
      ['moment', '"now()"'],
      ['moment', '1700000000000'],
      ['extra', '1e999'],
      ['extra', '{"a":[9007199254740993]}'],
      ['extra', '{"a":"\\u0000"}'],
      ['extra', '{"\\ud800":1}'],
      ['address', 'null'],
      ['address', '[]'],
      ['address', '"street"'],
      ['address', '{"number":"x"}'],
    ])('is refused: %s %s', async (attribute, value) => {
      const created = await post(thing(`{${JSON.stringify(attribute)}:${value}}`));
      const changed = await refused(
        'PATCH',
        '/api/thing/1',
        `{"data":{"type":"thing","id":"1","attributes":{"${attribute}":${value}}}}`,
      );

      for (const answer of [created, changed]) {
        expect([answer.status, answer.at('/errors/0/code')]).toEqual([400, 'BAD_VALUE']);
        expect(pointer(answer)).toBe(`/data/attributes/${attribute}${value.includes('"number"') ? '/number' : ''}`);
        expect((answer.at('/errors/0/detail') as string).length).toBeLessThan(250);
      }
    });

    it.each<[type: string, id: string, status: number]>([
      ['box', '"1"', 404],
      ['box', '""', 404],
      ['box', '"\\u0000"', 404],
      ['box', '"\\ud800"', 404],
      ['box', `"${'x'.repeat(10_000)}"`, 404],
      ['box', '9007199254740993', 404],
      ['box', '1e999', 404],
      ['box', '{"$gt":""}', 400],
      ['box', '["a","b"]', 400],
      ['box', 'null', 400],
      ['thing', '"1"', 409],
      ['Box', '"a"', 409],
      ['__proto__', '"a"', 409],
    ])('names no row: %s %s is a %i', async (type, id, status) => {
      const identifier = `{"type":"${type}","id":${id}}`;
      const answers = [
        await post(`{"data":{"type":"thing","relationships":{"box":{"data":${identifier}}}}}`),
        await refused('PATCH', '/api/thing/1/relationships/box', `{"data":${identifier}}`),
        await refused('POST', '/api/thing/1/relationships/boxes', `{"data":[${identifier}]}`),
      ];

      for (const answer of answers) {
        expect(answer.status).toBe(status);
        expect(pointer(answer)).toMatch(/^\/data(\/relationships\/box\/data)?(\/0)?(\/type|\/id)?$/);
      }
    });

    it.each(['"a\\u0000b"', '"\\ud800"', `"${'x'.repeat(21)}"`])('is no id of a client’s own: %s', async (id) => {
      const answer = await refused('POST', '/api/box', `{"data":{"type":"box","id":${id}}}`);

      expect([answer.status, pointer(answer)]).toEqual([400, '/data/id']);
    });
  });

  describe('too much', () => {
    it.each([
      ['lists', '[', ''],
      ['lists that end', '[', ']'],
      ['objects', '{"a":', ''],
      ['objects that end', '{"a":', '}'],
      ['quotes and brackets', '{"a":[', ']}'],
    ])('nesting is refused before anybody goes into it: %s', async (_words, open, close) => {
      const middle = close === '' ? '' : '1';
      for (const depth of [60, Math.floor(LIMIT / (open.length + close.length)) - 50]) {
        const extra = open.repeat(depth) + middle + close.repeat(depth);
        const answer = await post(thing(`{"extra":${extra}}`));

        expect([answer.status, answer.at('/errors/0/code')]).toEqual([400, 'LIMIT_EXCEEDED']);
        expect(answer.at('/errors/0/detail')).toContain('bodyDepth');
      }
    });

    it('brackets inside a text do not nest', async () => {
      const answer = await post(thing(`{"name":"${'[{'.repeat(1_000)}","whole":"x"}`));

      expect(pointer(answer)).toBe('/data/attributes/whole');
    });

    it('body is a 413, in this format, and the next request is served [ERR-12]', async () => {
      for (const size of [LIMIT + 1, 10 * LIMIT]) {
        const body = thing(`{"name":"${'x'.repeat(size)}"}`);
        const answer = await app.request('POST', '/api/thing', { headers: { 'Content-Type': JSON_API }, body });

        expect(answer.status).toBe(413);
        expect(violationsOf(answer, '/api/thing')).toEqual([]);
        expect(answer.at('/errors')).toEqual([
          {
            ...{ status: '413', code: 'TOO_LARGE', title: 'Payload too large' },
            detail: 'The body is longer than 300000 bytes, the limit bodySize.',
          },
        ]);
        expect((await app.get('/api/thing/1')).status).toBe(200);
      }
    });

    it('faults at once are told in an answer of bounded size', async () => {
      const attributes = Array.from({ length: 5_000 }, (_, index) => `"f${index}":1`).join();
      const answer = await post(thing(`{${attributes}}`));

      expect(answer.status).toBe(400);
      expect((answer.at('/errors') as unknown[]).length).toBeLessThanOrEqual(100);
      expect(answer.text.length).toBeLessThan(100_000);
    });

    it('members of a list are bounded too', async () => {
      const ids = Array.from({ length: 1_001 }, (_, index) => `{"type":"box","id":"${index}"}`).join();
      const answer = await refused('DELETE', '/api/thing/1/relationships/boxes', `{"data":[${ids}]}`);

      expect([answer.at('/errors/0/code'), pointer(answer)]).toEqual(['LIMIT_EXCEEDED', '/data']);
    });

    it('members of a list are refused before anybody reads them', async () => {
      const zeros = `[${Array<number>(140_000).fill(0).join()}]`;
      const edited = await refused('POST', '/api/thing/1/relationships/boxes', `{"data":${zeros}}`);
      const created = await post(`{"data":{"type":"thing","relationships":{"boxes":{"data":${zeros}}}}}`);

      for (const answer of [edited, created]) {
        expect([answer.status, answer.at('/errors/*/code')]).toEqual([400, ['LIMIT_EXCEEDED']]);
        expect(answer.at('/errors/0/detail')).toBe('"boxes" names more than 1000 resources, the limit listLength.');
      }
      expect([pointer(edited), pointer(created)]).toEqual(['/data', '/data/relationships/boxes/data']);
    });
  });

  describe('the media type', () => {
    const body = thing('{"name":"x"}');

    it.each([
      'application/json',
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/xml',
      'application/vnd.api+json; charset=utf-8',
      'application/vnd.api+json; ext="https://example.org/ext"',
      'application/vnd.api',
      'application/vnd.api+jsonp',
      '*/*',
      'nonsense',
    ])('is no other: %s', async (type) => {
      const answer = await post(body, { 'Content-Type': type });

      expect([answer.status, answer.at('/errors/0/source')]).toEqual([415, { header: 'Content-Type' }]);
    });

    it('is there', async () => {
      const answer = await app.request('POST', '/api/thing', { body });

      expect(answer.status).toBe(415);
      expect(violationsOf(answer, '/api/thing')).toEqual([]);
    });

    it('does not matter where the verb is not allowed', async () => {
      const answer = await app.request('POST', '/api/thing/1', {
        headers: { 'Content-Type': 'text/plain' },
        body: 'x',
      });

      expect([answer.status, answer.headers['allow']]).toEqual([405, 'GET, HEAD, PATCH, DELETE, OPTIONS']);
    });

    it('cannot hide in a few bytes what would be too much', async () => {
      const bomb = gzipSync(Buffer.alloc(100 * LIMIT, ' '));

      expect([400, 413]).toContain((await post(bomb, { 'Content-Encoding': 'gzip' })).status);
    });
  });

  it('collections are changed by one good body, and by no bad one', async () => {
    const path = '/api/thing?filter[id]=1';
    const places = [
      ['{"data":{"type":"thing","attributes":{"whole":1e999}}}', '/data/attributes/whole'],
      ['{"data":{"type":"thing","attributes":{"__proto__":{"name":"x"}}}}', '/data/attributes/__proto__'],
      ['{"data":[{"type":"thing"}]}', '/data'],
      ['{"data":{"type":"thing","attributes":{"name":"x","name":"y"}}}', '/data/attributes/name'],
      ['{"data":{"type":"thi', ''],
    ] as const;
    for (const [body, place] of places) expect(pointer(await refused('PATCH', path, body))).toBe(place);
  });

  it('after all of that, a good request is served', async () => {
    const headers = { 'Content-Type': JSON_API };
    const created = await app.request('POST', '/api/thing', { headers, body: `\ufeff${thing('{"name":"héllo 😀"}')}` });

    expect([created.status, created.at('/data/attributes/name')]).toEqual([201, 'héllo 😀']);
    expect((await app.request('DELETE', created.at('/data/links/self') as string)).status).toBe(204);
  });
};

describeServers(bodies, { adapters: ['express'] });
// Adapters read bodies; databases never see one.
describeServers(bodies, { adapters: ['fastify'], databases: ['sqlite'] });
