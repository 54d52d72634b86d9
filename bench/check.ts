/**
 * Looks at an answer before its server is timed: the right rows, the right total, everything that was to be included.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Asked, Dialect } from './work.js';

/** What all servers have to agree on, however they write it. */
export interface Content {
  readonly ids: readonly string[];
  readonly children: number;
  readonly total: number | undefined;
}

type Json = Readonly<Record<string, unknown>>;

interface Answer {
  readonly status: number;
  readonly json: Json | undefined;
}

export async function request(origin: string, { method, path, headers, body }: Asked): Promise<Answer> {
  const answer = await fetch(origin + path, {
    method,
    headers: { ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, json: text === '' ? undefined : (JSON.parse(text) as Json) };
}

/**
 * Compares a server's answer with the reference's.
 *
 * @throws Error with what differs
 */
export function check(asked: Asked, dialect: Dialect, answer: Answer, reference: Answer): void {
  if (answer.status >= 300) throw new Error(`status ${answer.status}: ${JSON.stringify(answer.json).slice(0, 300)}`);
  if (asked.method !== 'GET') {
    if (asked.method === 'POST' && !JSON.stringify(answer.json).includes('Bench'))
      throw new Error('the new row is not in the answer');
    return;
  }
  if (dialect === 'json-api') {
    if (!isDeepStrictEqual(answer.json, reference.json)) {
      throw new Error(
        `the document is another one: ${JSON.stringify(answer.json).slice(0, 2_000)} instead of ${JSON.stringify(reference.json).slice(0, 2_000)}`,
      );
    }
    return;
  }
  const [found, wanted] = [contentOf(answer.json), contentOf(reference.json)];
  // What is not asked for may be there: flat JSON embeds it, and peers count always.
  const fits =
    isDeepStrictEqual(found.ids, wanted.ids) &&
    found.children >= wanted.children &&
    (wanted.total === undefined || found.total === wanted.total);
  if (!fits) throw new Error(`${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
}

function contentOf(json: Json | undefined): Content {
  const list = json?.data ?? json?.objects ?? json;
  const rows = (Array.isArray(list) ? list : [list]) as readonly Json[];
  const children = json?.included ?? rows.flatMap((row) => row.computers ?? []);
  const meta = json?.meta as Json | undefined;
  const total = json?.total ?? json?.num_results ?? meta?.total ?? meta?.totalItems ?? meta?.totalCount;
  return {
    ids: rows.map(({ id }) => String(id)),
    children: (children as readonly unknown[]).length,
    total: total as number | undefined,
  };
}
