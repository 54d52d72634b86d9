/** Writes JSON:API documents over HTTP: the answers have to be well-formed, whatever they say. */
import type { Answer, TestApp } from './app.js';
import { violationsOf } from './json-api-document.js';

export type Write = (
  method: 'POST' | 'PATCH' | 'DELETE' | 'PUT',
  path: string,
  data?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>;

/**
 * A function that sends `{"data": …}`, or no body where there is no data.
 *
 * @example
 * const write = jsonApiWrites(() => app);
 * const answer = await write('PATCH', '/api/person/1/relationships/boss', null);
 */
export function jsonApiWrites(app: () => TestApp): Write {
  return async (method, path, data, headers = {}) => {
    const answer = await app().request(method, path, data === undefined ? { headers } : { headers, body: { data } });
    const violations = violationsOf(answer, path);
    if (violations.length > 0) throw new Error([`${method} ${path}`, ...violations, answer.text].join('\n'));
    return answer;
  };
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
