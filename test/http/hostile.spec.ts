/**
 * Requests that mean harm, or none: each is answered at once with a 4xx that names the place, never with a 500, and the
 * next request is served as if nothing had been.
 */
import { connect } from 'node:net';
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import { Column, type DataSource, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { describeServers, type Answer, type TestApp } from '../support/app.js';

@Entity()
@Resource()
class Vault {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @Column({ type: 'int', nullable: true }) whole!: number | null;
  @Expose() @Column({ type: 'bigint', nullable: true }) big!: string | null;
  @Expose() @Column({ type: 'decimal', precision: 10, scale: 2, nullable: true }) exact!: string | null;
  @Expose() @Column({ type: 'double precision', nullable: true }) double!: number | null;
  @Expose() @Column({ type: Boolean, nullable: true }) flag!: boolean | null;
  @Expose() @Column({ type: 'date', nullable: true }) day!: string | null;
  @Expose() @Column({ type: 'time', nullable: true }) clock!: string | null;
  @Expose() @Column({ type: Date, nullable: true }) moment!: Date | null;
  @Expose() @Column({ type: 'uuid', nullable: true }) uuid!: string | null;
  @Expose() @Column({ type: 'simple-enum', enum: ['open', 'shut'], nullable: true }) state!: string | null;
  @Expose() @Column({ type: 'simple-json', nullable: true }) json!: object | null;
  @Column({ default: 'hunter2' }) password!: string;
  @Expose() @ManyToOne(() => Vault, (vault) => vault.inner, { nullable: true }) outer!: Relation<Vault> | null;
  @Expose() @OneToMany(() => Vault, (vault) => vault.outer) inner!: Relation<Vault>[];
}

async function seed(dataSource: DataSource): Promise<void> {
  await dataSource.getRepository(Vault).insert([
    { id: 1, name: 'one', whole: 1 },
    { id: 2, name: "o'two", whole: 2, outer: { id: 1 } },
  ]);
}

const SQL = [
  "' OR '1'='1",
  "'; DROP TABLE vault; --",
  '"; DROP TABLE vault; --',
  '`; DROP TABLE vault; --',
  '1) UNION SELECT password FROM vault --',
  "\\'; DROP TABLE vault; #",
  '$1',
  '?',
  ':name',
  '/**/',
  'name"."password',
  'name ASC, (SELECT password FROM vault)',
];
const MAGIC = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__'];

const enc = encodeURIComponent;
const objects = (json: string): string => `filter[objects]=${enc(json)}`;
const filter = (value: unknown): string => objects(JSON.stringify([value]));

/** Query strings with the status 400, and the parameter that is named. */
const BAD: readonly (readonly [query: string, parameter: string])[] = [
  // Names that are not there, or not for clients.
  ...[
    ...MAGIC,
    ...SQL,
    'password',
    'nme',
    '',
    ' ',
    '.',
    '..',
    'outer.',
    '.name',
    'outer..name',
    'name.length',
    '%00',
    '\u0000',
    'é',
    '\u{1f4a9}',
    '\ufffd',
  ].flatMap((name): (readonly [string, string])[] => [
    [filter({ name, op: 'eq', val: 'x' }), 'filter[objects]'],
    [filter({ name: `outer.${name}`, op: 'eq', val: 'x' }), 'filter[objects]'],
    [filter({ name: 'name', op: name, val: 'x' }), 'filter[objects]'],
    [filter({ name: 'name', op: 'eq', field: name }), 'filter[objects]'],
    [`sort=${enc(name || ',')}`, 'sort'],
    [`sort=-${enc(name)}`, 'sort'],
    [`sort=outer.${enc(name)}`, 'sort'],
    [`groupBy=${enc(name || ',')}`, 'groupBy'],
    [`include=${enc(name || ',')}`, 'include'],
    [`include=inner.${enc(name)}`, 'include'],
    [`fields[vault]=${enc(name || ',')}`, 'fields[vault]'],
    [`page[${enc(name)}]=1`, `page[${name}]`],
    [`page[size]=${enc(name)}`, 'page[size]'],
    [`page[number]=${enc(name)}`, 'page[number]'],
    [`filter[single]=${enc(name)}`, 'filter[single]'],
    [`ignoreCase=${enc(name)}`, 'ignoreCase'],
  ]),
  ...[...MAGIC, 'password', 'nme', ...SQL.filter((name) => !/[[\]]/.test(name))].flatMap(
    (name): (readonly [string, string])[] => [
      [`filter[${enc(name)}]=x`, `filter[${name}]`],
      [`filter[${enc(name)}][like]=x`, `filter[${name}][like]`],
      [`filter[outer][${enc(name)}]=x`, `filter[outer][${name}]`],
      [`filter[name][${enc(name)}]=x`, `filter[name][${name}]`],
      [`fields[${enc(name)}]=name`, `fields[${name}]`],
      [`${enc(name)}=x`, name],
      [`${enc(name)}[x]=x`, `${name}[x]`],
    ],
  ),
  // Parameters without form.
  ['filter', 'filter'],
  ['filter[', 'filter['],
  ['filter]', 'filter]'],
  ['filter[][]=1', 'filter[][]'],
  ['filter[name][]=1', 'filter[name][]'],
  ['filter[name]]=1', 'filter[name]]'],
  ['[name]=1', '[name]'],
  ['sort[a]=1', 'sort[a]'],
  ['page=1', 'page'],
  ['page[number][a]=1', 'page[number][a]'],
  ['fields=name', 'fields'],
  ['sort=name&sort=name', 'sort'],
  ['include=inner&include=inner', 'include'],
  ['page[size]=1&page%5Bsize%5D=1', 'page[size]'],
  // JSON that is none, or no list of filters.
  ...[
    '',
    '{',
    '[',
    '[{]',
    '[}',
    'undefined',
    'NaN',
    "[{'name':'x'}]",
    '[{"name":"whole","op":"eq","val":0x1}]',
    '[1,]',
    '\u0000',
  ].map((json) => [objects(json), 'filter[objects]'] as const),
  ...[
    '{}',
    'null',
    '1',
    '"x"',
    'true',
    '[null]',
    '[1]',
    '["x"]',
    '[[]]',
    '[{}]',
    '[{"and":{}}]',
    '[{"or":"x"}]',
    '[{"not":[]}]',
    '[{"not":null}]',
  ].map((json) => [objects(json), 'filter[objects]'] as const),
  ['filter[objects]=%ff%fe', 'filter[objects]'],
  [objects('[{"__proto__":{"name":"name","op":"eq","val":"one"}}]'), 'filter[objects]'],
  [objects('[{"constructor":{"name":"name"},"name":"name","op":"eq","val":"one"}]'), 'filter[objects]'],
  [objects('[{"name":"name","op":"eq","val":{"__proto__":"one"}}]'), 'filter[objects]'],
  [objects('[{"name":{"toString":"name"},"op":"eq","val":"one"}]'), 'filter[objects]'],
  [objects('[{"name":"name","op":["eq"],"val":"one"}]'), 'filter[objects]'],
  [objects('[{"name":["name"],"op":"eq","val":"one"}]'), 'filter[objects]'],
  // Values of the wrong kind, for every kind of column.
  ...[
    'name',
    'whole',
    'big',
    'exact',
    'double',
    'flag',
    'day',
    'clock',
    'moment',
    'uuid',
    'state',
    'json',
    'outer',
    'inner',
  ].flatMap((name) =>
    [{}, [], [1], { length: 1 }, null, [null], [[1]], { $gt: '' }, { name: 'password' }].map(
      (val) => [filter({ name, op: 'eq', val }), 'filter[objects]'] as const,
    ),
  ),
  ...['whole', 'big', 'exact', 'double', 'flag', 'day', 'clock', 'moment', 'uuid', 'state', 'json'].flatMap((name) =>
    [
      '',
      ' ',
      'x',
      '\u0000',
      'null',
      '[object Object]',
      "1'",
      '1;',
      '१',
      '1e999',
      '0x10',
      'Infinity',
      '-',
      '+',
      '.',
      '1_000',
      '0000-00-00',
      ...SQL,
    ].flatMap((val) =>
      name === 'exact' && val === '1e999'
        ? []
        : [
            [filter({ name, op: 'eq', val }), 'filter[objects]'] as const,
            [filter({ name, op: 'in', val: [val] }), 'filter[objects]'] as const,
            [`filter[${name}][ne]=${enc(val)}`, `filter[${name}][ne]`] as const,
          ],
    ),
  ),
  // Numbers that no number holds.
  [objects('[{"name":"whole","op":"eq","val":9007199254740993}]'), 'filter[objects]'],
  [objects('[{"name":"big","op":"eq","val":9007199254740993}]'), 'filter[objects]'],
  [objects('[{"name":"big","op":"eq","val":"9223372036854775808"}]'), 'filter[objects]'],
  [objects('[{"name":"double","op":"eq","val":1e400}]'), 'filter[objects]'],
  [objects('[{"name":"exact","op":"eq","val":-1e999}]'), 'filter[objects]'],
  [objects(`[{"name":"big","op":"eq","val":"${'9'.repeat(5_000)}"}]`), 'filter[objects]'],
  [objects(`[{"name":"exact","op":"eq","val":"${'9'.repeat(5_000)}"}]`), 'filter[objects]'],
  ['page[number]=9007199254740991', 'page[number]'],
  ['page[number]=1e308', 'page[number]'],
  [`page[size]=${'9'.repeat(5_000)}`, 'page[size]'],
  // Dates that there are not.
  ...[
    '2023-02-29',
    '2024-02-30',
    '2024-00-01',
    '2024-13-01',
    '2024-01-32',
    '20240101',
    '24-01-01',
    '2024-1-1',
    '+275760-09-14',
    '2024-01-01T25:00',
    '2024-01-01T00:60',
    '2024-01-01T00:00+24:01',
    '2024-W01',
    'today',
  ].flatMap((val) => [
    [filter({ name: 'day', op: 'eq', val }), 'filter[objects]'] as const,
    [filter({ name: 'moment', op: 'eq', val }), 'filter[objects]'] as const,
  ]),
  ...['24:00', '-1:00', '12', '12:60', '1:00', '12:00:60', '12:00:00.', '2024-01-01'].map(
    (val) => [filter({ name: 'clock', op: 'eq', val }), 'filter[objects]'] as const,
  ),
  ['filter[day][year]=x', 'filter[day][year]'],
  ['filter[day][month]=1.5', 'filter[day][month]'],
  // Text that no database holds.
  ['filter[name]=a%00b', 'filter[name]'],
  ['filter[name][contains]=%00', 'filter[name][contains]'],
  [objects('[{"name":"name","op":"eq","val":"\\u0000"}]'), 'filter[objects]'],
  [objects('[{"name":"name","op":"eq","val":"\\ud800"}]'), 'filter[objects]'],
  [objects('[{"name":"name","op":"like","val":"\\udc00\\ud800"}]'), 'filter[objects]'],
  [objects('[{"name":"name","op":"in","val":["a","\\ud83c"]}]'), 'filter[objects]'],
  [objects('[{"name":"\\ud800","op":"eq","val":"x"}]'), 'filter[objects]'],
  [objects('[{"name":"name","op":"\\ud800","val":"x"}]'), 'filter[objects]'],
  // Too much of everything, as far as a URL goes.
  [`filter[objects]=[${Array.from({ length: 5_000 }, () => '{}').join(',')}]`, 'filter[objects]'],
  [`filter[objects]=${'['.repeat(7_000)}`, 'filter[objects]'],
  [`filter[objects]=${'['.repeat(7_000)}${']'.repeat(7_000)}`, 'filter[objects]'],
  [`filter[objects]=[${'{%22not%22:'.repeat(1_000)}{}${'}'.repeat(1_000)}]`, 'filter[objects]'],
  [`filter[objects]=[${'{%22and%22:['.repeat(1_000)}{}${']}'.repeat(1_000)}]`, 'filter[objects]'],
  [
    `filter[objects]=[{%22name%22:%22whole%22,%22op%22:%22in%22,%22val%22:[${'1,'.repeat(7_000)}1]}]`,
    'filter[objects]',
  ],
  [`filter[whole]=${'1,'.repeat(7_000)}1`, 'filter[whole]'],
  [`filter[${'outer.'.repeat(2_000)}name]=x`, `filter[${'outer.'.repeat(2_000)}name]`],
  [`filter[name]${'[x]'.repeat(4_000)}=x`, `filter[name]${'[x]'.repeat(4_000)}`],
  [Array.from({ length: 1_000 }, () => 'filter[id]=1').join('&'), 'filter[id]'],
  [`sort=${'name,'.repeat(2_500)}name`, 'sort'],
  [`sort=${'outer.'.repeat(2_000)}name`, 'sort'],
  [`groupBy=${'name,'.repeat(2_500)}name`, 'groupBy'],
  [`include=${'outer,'.repeat(2_500)}outer`, 'include'],
  [`include=${'outer.'.repeat(2_000)}outer`, 'include'],
  [`fields[vault]=${'x'.repeat(14_000)}`, 'fields[vault]'],
  [`${'x'.repeat(14_000)}=1`, 'x'.repeat(14_000)],
];

/** Paths where there is nothing. */
const MISSING: readonly string[] = [
  ...[...MAGIC, ...SQL, 'nme', 'vault;', 'vault%00', '%00', '..%2f..%2fetc%2fpasswd'].map(
    (name) => `/api/${encodePath(name)}`,
  ),
  ...[
    ...MAGIC,
    ...SQL,
    '0',
    '-1',
    '3',
    '01',
    '1.0',
    '1e0',
    '+1',
    ' 1',
    '1 ',
    '0x1',
    '%001',
    '1%00',
    'NaN',
    'null',
    '1,2',
    '9007199254740993',
    '99999999999999999999',
    '\u{1f4a9}',
    '१',
  ].map((id) => `/api/vault/${encodePath(id)}`),
  ...[
    ...MAGIC,
    ...SQL,
    'nme',
    'password',
    'name',
    'id',
    'relationships',
    'relationships/name',
    'relationships/__proto__',
    'outer/1',
    'inner/x',
    'inner/1',
  ].flatMap((name) => [`/api/vault/1/${encodePath(name)}`, `/api/vault/${encodePath(name)}/inner`]),
];

function encodePath(text: string): string {
  return text.includes('%') ? text : text.split('/').map(enc).join('/');
}

/** What no answer may hold: hidden values, statements, the names of files. */
const LEAK = /hunter2|SELECT c|SELECT "|SELECT `|QueryFailed|node_modules/;

/** What a server says before it hangs up, which it may do while the request is still on its way. */
function rawRequest(url: string, request: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.write(request));
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(text));
  });
}

describeServers(({ start, adapter, database }) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await start({ entities: [Vault], imports: [RestlessModule.forFeature([Vault])], seed });
  });
  afterAll(() => app.close());

  const healthy = async (): Promise<unknown> =>
    (await app.get('/api/vault?sort=-name&filter[whole][gt]=0')).at('/data/*/id');

  /** The answer, which has to come soon. */
  const soon = async (path: string): Promise<Answer> => {
    const begin = performance.now();
    const answer = await app.get(path);
    if (performance.now() - begin > 2_000) throw new Error(`Slow: ${path.slice(0, 200)}`);
    return answer;
  };

  /** Requests that are not refused as they should be. */
  const unrefused = async (path: string, list: typeof BAD): Promise<unknown[]> => {
    const faults: unknown[] = [];
    for (const [query, parameter] of list) {
      const answer = await soon(`${path}?${query}`);
      const named = answer.status === 400 && answer.at('/errors/0/source/parameter') === parameter;
      const clean = answer.headers['content-type'] === 'application/vnd.api+json' && !LEAK.test(answer.text);
      if (!named || !clean) faults.push([query.slice(0, 200), answer.status, answer.text.slice(0, 500)]);
    }
    return faults;
  };

  it('refuses a bad query with 400 and the name of the parameter [CQ-22, CQ-33, JQ-09, JA-71, JA-78]', async () => {
    // What is refused before a database is asked needs not be refused six times.
    const all = adapter === (database.kind === 'postgres' ? 'fastify' : 'express');
    const faults = await unrefused(
      '/api/vault',
      BAD.filter((_, index) => all || index % 7 === 0),
    );

    expect(faults).toEqual([]);
    expect(await healthy()).toEqual(['1', '2']);
  });

  it('refuses the same on related collections and on linkage', async () => {
    const some = BAD.filter((_, index) => index % 25 === 0);

    expect(await unrefused('/api/vault/1/inner', some)).toEqual([]);
    expect(await unrefused('/api/vault/1/relationships/inner', some)).toEqual([]);
    expect(await healthy()).toEqual(['1', '2']);
  });

  it('finds nothing at addresses that lead nowhere', async () => {
    for (const path of MISSING) {
      const answer = await soon(path);

      expect([path, answer.status, answer.at('/errors/0/status') ?? answer.text]).toEqual([path, 404, '404']);
    }
    expect(await healthy()).toEqual(['1', '2']);
  });

  it('takes SQL for text wherever a value stands [CQ-04]', async () => {
    for (const text of [...SQL, ...MAGIC, '\ufffd', '%', '_', '\\', '\u{1f4a9}', 'x'.repeat(6_000)]) {
      const answers = [
        await soon(`/api/vault?filter[name]=${enc(text)}`),
        await soon(`/api/vault?filter[name][istartswith]=${enc(text)}`),
        await soon(`/api/vault?${filter({ name: 'outer.name', op: 'in', val: [text, text] })}`),
        await soon(`/api/vault?${filter({ name: 'name', op: 'contains', val: `${text}!` })}`),
      ];

      expect(answers.map((answer) => [text, answer.status, answer.at('/data')])).toEqual(
        answers.map(() => [text, 200, []]),
      );
    }
    expect((await app.get(`/api/vault?filter[name]=${enc("o'two")}`)).at('/data/*/id')).toEqual(['2']);
    expect(await healthy()).toEqual(['1', '2']);
  });

  it('answers numbers that a column cannot hold with nothing or with a 400, never with a failure', async () => {
    const values = ['2147483648', '-2147483649', '9007199254740991'];
    const answers = [
      ...(await Promise.all(values.map((value) => soon(`/api/vault?filter[whole]=${value}`)))),
      ...(await Promise.all(values.map((value) => soon(`/api/vault/${value}`)))),
      ...(await Promise.all(['1e999', '1e-999', '1e308'].map((value) => soon(`/api/vault?filter[exact]=${value}`)))),
      ...(await Promise.all(['1e308', '-1e-320'].map((value) => soon(`/api/vault?filter[double]=${value}`)))),
      ...(await Promise.all(
        ['0000-01-01', '9999-12-31', '0001-01-01'].map((value) => soon(`/api/vault?filter[day]=${value}`)),
      )),
      ...(await Promise.all(
        ['0000-01-01', '9999-12-31T23:59:59-23:59', '0000-01-01T00:00:00+23:59'].map((value) =>
          soon(`/api/vault?filter[moment][gt]=${enc(value)}`),
        ),
      )),
      await soon('/api/vault?filter[day][year]=9007199254740991'),
      await soon('/api/vault?page[number]=90071992547409&page[size]=100'),
    ];

    expect(answers.map((answer) => answer.status).filter((status) => ![200, 400, 404].includes(status))).toEqual([]);
    expect(await healthy()).toEqual(['1', '2']);
  });

  it('answers an address that cannot be decoded with 400 or 404', async () => {
    // Fastify answers before any hook of an application.
    const place = adapter === 'express' ? '/errors/0/status' : '/statusCode';
    for (const path of ['/api/vault/%', '/api/vault/%zz', '/api/%ff', '/api/vault/%c0%af', '/api/vault/%ed%a0%80']) {
      const answer = await soon(path);

      expect([path, [400, 404].includes(answer.status), answer.at(place)]).toEqual([
        path,
        true,
        adapter === 'express' ? String(answer.status) : answer.status,
      ]);
    }
    expect((await soon('/api/vault?filter[name]=%zz%')).at('/data')).toEqual([]);
    expect(await healthy()).toEqual(['1', '2']);
  });

  it('finds nothing at an id of 5,000 characters, which Fastify does not let through', async () => {
    for (const id of ['9', 'x'].map((character) => character.repeat(5_000))) {
      const answer = await soon(`/api/vault/${id}`);

      expect(answer.status).toBe(adapter === 'express' ? 404 : 414);
    }
    expect(await healthy()).toEqual(['1', '2']);
  });

  it('leaves a query of a megabyte to the server, which refuses it', async () => {
    const answer = await rawRequest(app.url, `GET /api/vault?filter[name]=${'x'.repeat(1_000_000)} HTTP/1.1\r\n\r\n`);

    expect(answer).toMatch(/^(HTTP\/1\.1 431 |$)/);
    expect(await healthy()).toEqual(['1', '2']);
  });

  it('takes no notice of a body', async () => {
    for (const body of ['{"', '', '\u0000', '[]', JSON.stringify({ data: { __proto__: 1 } })]) {
      const answer = await app.request('GET', '/api/vault', {
        body,
        headers: { 'Content-Type': 'application/vnd.api+json' },
      });

      expect([body, answer.status]).toEqual([body, 200]);
    }
    expect(await healthy()).toEqual(['1', '2']);
  });

  it('leaves no trace on the prototypes that all objects share', async () => {
    await soon(`/api/vault?filter[__proto__][polluted]=1&fields[__proto__]=x&page[__proto__]=x`);
    await soon(`/api/vault?${objects('[{"__proto__":{"polluted":1}}]')}`);

    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
