/** Requests that write, each of which fails where its answer is no well-formed JSON:API. */
import type { Answer, TestApp } from './app.js';
import { violationsOf } from './json-api-document.js';

export interface Writing {
  get(path: string): Promise<Answer>;
  /** Sends `{ data }`. */
  post(path: string, data: unknown): Promise<Answer>;
  /** Sends `{ data }`. */
  patch(path: string, data: unknown): Promise<Answer>;
  delete(path: string): Promise<Answer>;
  /** Sends a body as it is. */
  send(method: string, path: string, body?: unknown): Promise<Answer>;
}

/**
 * The requests of an application.
 *
 * @example
 * const { get, post } = writing(() => app);
 * const created = await post('/api/person', { type: 'person', attributes: { name: 'Ada' } });
 */
export function writing(app: () => TestApp): Writing {
  const send = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const type = body === undefined ? undefined : { 'Content-Type': 'application/vnd.api+json' };
    const answer = await app().request(method, path, { headers: type ?? {}, ...(body === undefined ? {} : { body }) });
    const violations = violationsOf(answer, path);
    if (violations.length > 0) throw new Error([`${method} ${path}`, ...violations, answer.text].join('\n'));
    return answer;
  };
  return {
    send,
    get: (path) => send('GET', path),
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
