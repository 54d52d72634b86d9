/**
 * Fastify and a driver, by hand: the statements that the library runs, the documents that it answers, and nothing
 * else. This is the 1.0 of the table.
 */
import fastify from 'fastify';
import { openDriver, type Row } from './drivers.js';
import { body, cursorLinks, pageLinks, type Body } from './documents.js';
import { ready } from './serve.js';

const SIZE = 20;
const driver = openDriver();
const app = fastify();
const TYPE = 'application/vnd.api+json';
app.addContentTypeParser(TYPE, { parseAs: 'string' }, (_request, text, done) => done(null, JSON.parse(text as string)));

const PERSON = 't.id, t.name, t.age, t.email, t.created_at';
const COMPUTER = 't.id, t.serial, t.vendor, t.price, t.bought_at, t.owner_id';

function person(row: Row, computers?: readonly Row[], prefix = 'api'): object {
  const url = `/${prefix}/person/${row.id as number}`;
  return {
    type: 'person',
    id: String(row.id),
    attributes: { name: row.name, age: row.age, email: row.email, createdAt: driver.readDate(row.created_at) },
    relationships: {
      computers: {
        ...(computers && { data: computers.map(({ id }) => ({ type: 'computer', id: String(id) })) }),
        links: { self: `${url}/relationships/computers`, related: `${url}/computers` },
      },
    },
    links: { self: url },
  };
}

function computer(row: Row): object {
  const url = `/api/computer/${row.id as number}`;
  const owner = row.owner_id as number | null;
  return {
    type: 'computer',
    id: String(row.id),
    attributes: { serial: row.serial, vendor: row.vendor, price: row.price, boughtAt: driver.readDate(row.bought_at) },
    relationships: {
      owner: {
        data: owner === null ? null : { type: 'person', id: String(owner) },
        links: { self: `${url}/relationships/owner`, related: `${url}/owner` },
      },
    },
    links: { self: url },
  };
}

function groupByOwner(computers: readonly Row[]): ReadonlyMap<unknown, readonly Row[]> {
  const groups = new Map<unknown, Row[]>();
  for (const each of computers) {
    const group = groups.get(each.owner_id);
    if (group === undefined) groups.set(each.owner_id, [each]);
    else group.push(each);
  }
  return groups;
}

interface Listing {
  readonly where?: string;
  readonly values?: readonly unknown[];
  readonly number?: number;
  readonly include?: boolean;
  readonly counted?: boolean;
}

async function people(url: string, listing: Listing): Promise<object> {
  const { where = '1 = 1', values = [], number = 1, include = false, counted = true } = listing;
  const limit = counted ? SIZE : SIZE + 1;
  const rows = await driver.rows(`SELECT ${PERSON} FROM person t WHERE ${where} ORDER BY t.id LIMIT ? OFFSET ?`, [
    ...values,
    limit,
    (number - 1) * SIZE,
  ]);
  const more = rows.length > SIZE;
  if (more) rows.pop();
  const total = counted
    ? Number((await driver.rows(`SELECT count(*) AS n FROM person t WHERE ${where}`, values))[0]!.n)
    : undefined;
  const computers = include
    ? await driver.rows(`SELECT ${COMPUTER} FROM computer t WHERE ${driver.inList('t.owner_id')} ORDER BY t.id`, [
        driver.bindList(rows.map(({ id }) => id)),
      ])
    : undefined;
  const byOwner = computers && groupByOwner(computers);
  return {
    data: rows.map((row) => person(row, byOwner && (byOwner.get(row.id) ?? []), counted ? 'api' : 'uncounted')),
    ...(computers && { included: computers.map(computer) }),
    ...(total !== undefined && { meta: { total } }),
    links: pageLinks(url, number, SIZE, total, more),
    jsonapi: { version: '1.1' },
  };
}

app.addHook('onSend', (_request, reply, payload, done) => {
  reply.header('content-type', TYPE);
  done(null, payload);
});

app.get<{ Params: { id: string } }>('/api/person/:id', async ({ params, url }) => {
  const [row] = await driver.rows(`SELECT ${PERSON} FROM person t WHERE t.id = ? LIMIT ?`, [Number(params.id), 1]);
  return { data: person(row!), links: { self: url }, jsonapi: { version: '1.1' } };
});

app.get<{ Querystring: Record<string, string> }>('/api/person', ({ query, url }) => {
  const number = Number(query['page[number]'] ?? 1);
  const include = query.include === 'computers';
  if (query['filter[age]'] !== undefined) {
    return people(url, { where: 't.age = ?', values: [Number(query['filter[age]'])], number, include });
  }
  if (query['filter[computers.price]'] !== undefined) {
    const values = [Number(query['filter[computers.price]'])];
    const where = 't.id IN (SELECT c.owner_id FROM computer c WHERE c.price = ?)';
    return people(url, { where, values, number, include });
  }
  return people(url, { number, include });
});

app.get('/uncounted/person', ({ url }) => people(url, { include: true, counted: false }));

/** Cursors are keys. */
app.get<{ Querystring: Record<string, string> }>('/cursor/person', async ({ query, url }) => {
  const after = Number(query['page[after]'] ?? 0);
  const sql = `SELECT ${PERSON} FROM person t WHERE t.id > ? ORDER BY t.id LIMIT ?`;
  const rows = await driver.rows(sql, [after, SIZE + 1]);
  const more = rows.length > SIZE;
  if (more) rows.pop();
  return {
    data: rows.map((row) => person(row)),
    links: cursorLinks(url, SIZE, after > 0 ? rows[0]?.id : undefined, more ? rows.at(-1)!.id : undefined),
    jsonapi: { version: '1.1' },
  };
});

app.get<{ Params: { id: string } }>('/api/computer/:id', async ({ params, url }) => {
  const [row] = await driver.rows(`SELECT ${COMPUTER} FROM computer t WHERE t.id = ? LIMIT ?`, [Number(params.id), 1]);
  return { data: computer(row!), links: { self: url }, jsonapi: { version: '1.1' } };
});

app.get('/api/computer', async ({ url }) => {
  const rows = await driver.rows(
    `SELECT ${COMPUTER} FROM computer t LEFT JOIN person o ON o.id = t.owner_id ORDER BY o.name, t.id LIMIT ? OFFSET ?`,
    [SIZE, 0],
  );
  const [counted] = await driver.rows('SELECT count(*) AS n FROM computer t', []);
  const total = Number(counted!.n);
  return {
    data: rows.map(computer),
    meta: { total },
    links: pageLinks(url, 1, SIZE, total, false),
    jsonapi: { version: '1.1' },
  };
});

app.post<{ Body: Body }>('/api/person', async (request, reply) => {
  const { name, age, email, createdAt } = body(request.body);
  const [row] = await driver.rows(
    'INSERT INTO person (name, age, email, created_at) VALUES (?, ?, ?, ?) RETURNING id, name, age, email, created_at',
    [name, age, email, driver.bindDate(new Date(createdAt as string))],
  );
  const url = `/api/person/${row!.id as number}`;
  reply.code(201).header('location', url);
  return { data: person(row!), links: { self: url }, jsonapi: { version: '1.1' } };
});

app.patch<{ Body: Body; Params: { id: string } }>('/api/person/:id', async (request, reply) => {
  const { age } = body(request.body);
  await driver.rows('UPDATE person SET age = ? WHERE id = ?', [age, Number(request.params.id)]);
  return reply.code(204).send();
});

app.post<{ Body: Body }>('/api/computer', async (request, reply) => {
  const { serial, vendor, price, boughtAt } = body(request.body);
  const owner = request.body.data.relationships!['owner']!.data.id;
  const [row] = await driver.rows(
    'INSERT INTO computer (serial, vendor, price, bought_at, owner_id) VALUES (?, ?, ?, ?, ?) RETURNING id, serial, vendor, price, bought_at, owner_id',
    [serial, vendor, price, driver.bindDate(new Date(boughtAt as string)), Number(owner)],
  );
  const url = `/api/computer/${row!.id as number}`;
  reply.code(201).header('location', url);
  return { data: computer(row!), links: { self: url }, jsonapi: { version: '1.1' } };
});

await app.listen({ port: 0, host: '127.0.0.1' });
ready((app.server.address() as { port: number }).port);
