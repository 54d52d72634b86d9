/**
 * Requests that mean harm, or none: each is answered at once with a 4xx that names the place, never with a 500, and the
 * next request is served as if nothing had been.
 */
import { connect } from 'node:net';
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import { Column, type DataSource, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { describeServers, type Answer, type TestApp } from '../support/app.js';
import { BAD, enc, filter, MAGIC, MISSING, objects, SQL, type BadQuery } from '../support/hostile-queries.js';

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
    if (performance.now() - begin > 4_000) throw new Error(`Slow: ${path.slice(0, 200)}`);
    return answer;
  };

  /** Requests that are not refused as they should be. */
  const unrefused = async (path: string, list: readonly BadQuery[]): Promise<unknown[]> => {
    const faults: unknown[] = [];
    for (const [query, parameter] of list) {
      const answer = await soon(`${path}?${query}`);
      const named = answer.status === 400 && answer.at('/errors/0/source/parameter') === parameter;
      const clean = answer.headers['content-type'] === 'application/vnd.api+json' && !LEAK.test(answer.text);
      if (!named || !clean) faults.push([query.slice(0, 200), answer.status, answer.text.slice(0, 500)]);
    }
    return faults;
  };

  it.each(Object.entries(BAD))(
    'refuses %s with 400 and the name of the parameter [CQ-22, CQ-33, JQ-09, JA-71, JA-78]',
    async (_, list) => {
      // What is refused before a database is asked needs not be refused six times.
      const all = adapter === (database.kind === 'postgres' ? 'fastify' : 'express') && database.kind !== 'mariadb';
      const some = list.filter((__, index) => all || index % 10 === 0);

      expect(await unrefused('/api/vault', some)).toEqual([]);
      expect(await healthy()).toEqual(['1', '2']);
    },
  );

  it('refuses the same on related collections and on linkage', async () => {
    const some = Object.values(BAD)
      .flat()
      .filter((_, index) => index % 40 === 0);

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
