/**
 * Looks at an answer before its server is timed: the right rows with the right values in the right order, the right
 * total, everything that was to be included; and of what was written, that it is there.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Dialect } from './dialects.js';
import { FIRST, request, type Answer } from './requests.js';
import type { Asked, Work } from './work.js';

type Json = Readonly<Record<string, unknown>>;

/** What all servers have to agree on, however they write it. */
export interface Content {
  readonly rows: readonly Json[];
  readonly children: number;
  readonly total: number | undefined;
}

/** What is compared. */
export interface Checked {
  readonly work: Work;
  readonly asked: Asked;
  readonly dialect: Dialect;
  readonly answer: Answer;
  /** The reference's answer to the same work. */
  readonly expected: Answer;
  /** Where the reference is, which is asked for what was written. */
  readonly reference: string;
}

/**
 * Holds a server's answer against the reference's.
 *
 * @throws Error with what differs
 */
export async function check({ work, asked, dialect, answer, expected, reference }: Checked): Promise<void> {
  if (answer.status >= 300) throw new Error(`status ${answer.status}: ${excerpt(answer.json)}`);
  if (asked.method !== 'GET') return checkWritten(work, asked, answer, reference);
  // Cursors are every server's own, and stand in the links.
  if (dialect === 'json-api' && !work.key.startsWith('cursor')) {
    if (isDeepStrictEqual(answer.json, expected.json)) return;
    throw new Error(`the document is another one: ${excerpt(answer.json)} instead of ${excerpt(expected.json)}`);
  }
  compare(contentOf(answer.json), contentOf(expected.json));
}

/** What is not asked for may be there: rows embedded in rows, totals that are always counted. */
function compare(found: Content, wanted: Content): void {
  const ids = ({ rows }: Content): string => rows.map(({ id }) => String(id)).join(' ');
  if (ids(found) !== ids(wanted)) throw new Error(`the rows ${ids(found)} instead of ${ids(wanted)}`);
  if (found.children < wanted.children) throw new Error(`${found.children} related rows instead of ${wanted.children}`);
  if (wanted.total !== undefined && found.total !== wanted.total)
    throw new Error(`the total ${String(found.total)} instead of ${wanted.total}`);
  for (const [index, row] of wanted.rows.entries()) {
    for (const [name, value] of Object.entries(row)) {
      const other = found.rows[index]![name];
      if (String(other) !== String(value))
        throw new Error(`${name} of ${String(row.id)} is ${String(other)} instead of ${String(value)}`);
    }
  }
}

async function checkWritten(work: Work, asked: Asked, answer: Answer, reference: string): Promise<void> {
  const [table, id] =
    work.key === 'patch'
      ? ['person', FIRST.row]
      : [work.key === 'post' ? 'person' : 'computer', contentOf(answer.json).rows[0]?.id];
  const { json } = await request(reference, { method: 'GET', path: `/api/${table}/${String(id)}` });
  if (json?.data === undefined) throw new Error(`${table} ${String(id)} is not there after ${asked.method}`);
  const data = json.data as { attributes: Json; relationships: { owner?: { data: Json } } };
  const { attributes, relationships } = data;
  const right =
    work.key === 'patch'
      ? attributes.age === FIRST.age
      : work.key === 'post'
        ? attributes.name === 'Bench' && attributes.createdAt === '2024-01-01T00:00:00.123Z'
        : attributes.vendor === 'Bench' && relationships.owner?.data.id === '7';
  if (!right) throw new Error(`${asked.method} has left ${excerpt(data)}`);
}

/** The content of an answer, in whichever format it is written. */
export function contentOf(json: Json | undefined): Content {
  const list = json?.data ?? json?.objects ?? json;
  const given = (Array.isArray(list) ? list : [list]) as readonly Json[];
  const rows = given.map(({ id, attributes, ...rest }) => ({ id, ...((attributes as Json | undefined) ?? rest) }));
  const children = json?.included ?? given.flatMap((row) => row.computers ?? []);
  const meta = json?.meta as Json | undefined;
  const total = json?.total ?? json?.num_results ?? meta?.total ?? meta?.totalItems;
  return { rows, children: (children as readonly unknown[]).length, total: total as number | undefined };
}

function excerpt(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, 1_000);
}
