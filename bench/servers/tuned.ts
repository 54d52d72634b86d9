/**
 * The reference with everything that is known to help: prepared statements, rows as arrays, dates that stay text, the
 * total inside the page's statement, JSON written as text. This is as far as it goes by hand.
 */
import fastify from 'fastify';
import { cursorLinks, pageLinks } from './documents.js';
import { openDriver } from './drivers.js';
import { ready } from './serve.js';

const SIZE = 20;
const driver = openDriver();
const app = fastify();
const TYPE = 'application/vnd.api+json';
const END = ',"jsonapi":{"version":"1.1"}}';

const PERSON = 't.id, t.name, t.age, t.email, t.created_at';
const COMPUTER = 't.id, t.serial, t.vendor, t.price, t.bought_at, t.owner_id';

function person([id, name, age, email, createdAt]: readonly unknown[], linkage: string, prefix = 'api'): string {
  const url = `/${prefix}/person/${id as number}`;
  return `{"type":"person","id":"${id as number}","attributes":{"name":${JSON.stringify(name)},"age":${age as number},"email":${JSON.stringify(email)},"createdAt":"${driver.readDate(createdAt)}"},"relationships":{"computers":{${linkage}"links":{"self":"${url}/relationships/computers","related":"${url}/computers"}}},"links":{"self":"${url}"}}`;
}

function computer([id, serial, vendor, price, boughtAt, ownerId]: readonly unknown[]): string {
  const url = `/api/computer/${id as number}`;
  const owner = ownerId === null ? 'null' : `{"type":"person","id":"${ownerId as number}"}`;
  return `{"type":"computer","id":"${id as number}","attributes":{"serial":${JSON.stringify(serial)},"vendor":${JSON.stringify(vendor)},"price":${price as number},"boughtAt":"${driver.readDate(boughtAt)}"},"relationships":{"owner":{"data":${owner},"links":{"self":"${url}/relationships/owner","related":"${url}/owner"}}},"links":{"self":"${url}"}}`;
}

async function people(
  url: string,
  where: string,
  values: readonly unknown[],
  number: number,
  include: boolean,
  counted = true,
): Promise<string> {
  const page = `SELECT ${PERSON} FROM person t WHERE ${where} ORDER BY t.id LIMIT ? OFFSET ?`;
  const window = [...values, counted ? SIZE : SIZE + 1, (number - 1) * SIZE];
  const rows = counted
    ? await driver.fast(
        `SELECT p.*, (SELECT count(*) FROM person t WHERE ${where}) AS n FROM (${page}) p ORDER BY p.id`,
        [...values, ...window],
      )
    : await driver.fast(page, window);
  const more = rows.length > SIZE;
  if (more) rows.pop();
  const total = counted ? Number(rows[0]![5]) : undefined;
  let included = '';
  const linkage = new Map<unknown, string>();
  if (include) {
    const computers = await driver.fast(
      `SELECT ${COMPUTER} FROM computer t WHERE ${driver.inList('t.owner_id')} ORDER BY t.id`,
      [driver.bindList(rows.map(([id]) => id))],
    );
    for (const each of computers) {
      included += (included === '' ? '' : ',') + computer(each);
      const before = linkage.get(each[5]);
      const identifier = `{"type":"computer","id":"${each[0] as number}"}`;
      linkage.set(each[5], before === undefined ? identifier : `${before},${identifier}`);
    }
  }
  let data = '';
  for (const row of rows) {
    data +=
      (data === '' ? '' : ',') +
      person(row, include ? `"data":[${linkage.get(row[0]) ?? ''}],` : '', counted ? 'api' : 'uncounted');
  }
  const links = JSON.stringify(pageLinks(url, number, SIZE, total, more));
  return `{"data":[${data}]${include ? `,"included":[${included}]` : ''}${total === undefined ? '' : `,"meta":{"total":${total}}`},"links":${links}${END}`;
}

app.addHook('onRequest', (_request, reply, done) => {
  reply.header('content-type', TYPE).serializer((payload) => payload as string);
  done();
});

app.get<{ Params: { id: string } }>('/api/person/:id', async ({ params, url }) => {
  const sql = `SELECT ${PERSON} FROM person t WHERE t.id = ? LIMIT ?`;
  const [row] = await driver.fast(sql, [Number(params.id), 1]);
  return `{"data":${person(row!, '')},"links":{"self":"${url}"}${END}`;
});

app.get<{ Querystring: Record<string, string> }>('/api/person', ({ query, url }) => {
  const number = Number(query['page[number]'] ?? 1);
  const include = query.include === 'computers';
  if (query['filter[age]'] !== undefined)
    return people(url, 't.age = ?', [Number(query['filter[age]'])], number, include);
  if (query['filter[computers.price]'] !== undefined) {
    const where = 't.id IN (SELECT c.owner_id FROM computer c WHERE c.price = ?)';
    return people(url, where, [Number(query['filter[computers.price]'])], number, include);
  }
  return people(url, '1 = 1', [], number, include);
});

app.get('/uncounted/person', ({ url }) => people(url, '1 = 1', [], 1, true, false));

app.get<{ Querystring: Record<string, string> }>('/cursor/person', async ({ query, url }) => {
  const after = Number(query['page[after]'] ?? 0);
  const sql = `SELECT ${PERSON} FROM person t WHERE t.id > ? ORDER BY t.id LIMIT ?`;
  const rows = await driver.fast(sql, [after, SIZE + 1]);
  const more = rows.length > SIZE;
  if (more) rows.pop();
  const links = cursorLinks(url, SIZE, after > 0 ? rows[0]?.[0] : undefined, more ? rows.at(-1)![0] : undefined);
  return `{"data":[${rows.map((row) => person(row, '')).join(',')}],"links":${JSON.stringify(links)}${END}`;
});

app.get('/api/computer', async ({ url }) => {
  const rows = await driver.fast(
    `SELECT p.*, (SELECT count(*) FROM computer t) AS n FROM (SELECT ${COMPUTER}, o.name AS owner_name FROM computer t LEFT JOIN person o ON o.id = t.owner_id ORDER BY o.name, t.id LIMIT ? OFFSET ?) p ORDER BY p.owner_name, p.id`,
    [SIZE, 0],
  );
  const total = Number(rows[0]![7]);
  const links = JSON.stringify(pageLinks(url, 1, SIZE, total, false));
  return `{"data":[${rows.map(computer).join(',')}],"meta":{"total":${total}},"links":${links}${END}`;
});

await app.listen({ port: 0, host: '127.0.0.1' });
ready((app.server.address() as { port: number }).port);
