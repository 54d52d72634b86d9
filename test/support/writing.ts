/** Requests that write, each of which fails where its answer is no well-formed JSON:API. */
import type { Answer, TestApp } from './app.js';
import { violationsOf } from './json-api-document.js';

const JSON_API = 'application/vnd.api+json';

type Headers = Readonly<Record<string, string>>;

export interface Writing {
  get(path: string, headers?: Headers): Promise<Answer>;
  /** Sends `{ data }`. */
  post(path: string, data: unknown): Promise<Answer>;
  /** Sends `{ data }`. */
  patch(path: string, data: unknown): Promise<Answer>;
  delete(path: string): Promise<Answer>;
  /** Sends `{ data }`, or no body where there is no data. */
  write(method: string, path: string, data?: unknown, headers?: Headers): Promise<Answer>;
  /** Sends a body as it is. */
  send(method: string, path: string, body?: unknown, headers?: Headers): Promise<Answer>;
}

/**
 * The requests of an application.
 *
 * @example
 * const { get, post } = writing(() => app);
 * const created = await post('/api/person', { type: 'person', attributes: { name: 'Ada' } });
 */
export function writing(app: () => TestApp): Writing {
  const send: Writing['send'] = async (method, path, body, headers = {}) => {
    const sent = body === undefined ? { headers } : { headers: { 'Content-Type': JSON_API, ...headers }, body };
    const answer = await app().request(method, path, sent);
    const violations = violationsOf(answer, path);
    if (violations.length > 0) throw new Error([`${method} ${path}`, ...violations, answer.text].join('\n'));
    return answer;
  };
  return {
    send,
    write: (method, path, data, headers) => send(method, path, data === undefined ? undefined : { data }, headers),
    get: (path, headers) => send('GET', path, undefined, headers),
    post: (path, data) => send('POST', path, { data }),
    patch: (path, data) => send('PATCH', path, { data }),
    delete: (path) => send('DELETE', path),
  };
}

/** Status, code and pointer of every error: what a client's program reads. */
export function faults(answer: Answer): readonly string[] {
  const errors = (answer.at('/errors') ?? []) as { status: string; code: string; source?: { pointer?: string } }[];
  return errors.map(({ status, code, source }) => [status, code, source?.pointer].join(' ').trim());
}

/**
 * Resource identifiers from their short spelling.
 *
 * @example
 * linkage('person/1', 'person/2'); // [{ type: 'person', id: '1' }, { type: 'person', id: '2' }]
 */
export function linkage(...list: readonly string[]): { readonly type: string; readonly id: string }[] {
  return list.map((each) => {
    const at = each.indexOf('/');
    return { type: each.slice(0, at), id: each.slice(at + 1) };
  });
}
