/**
 * JSONP: an answer as a call of the client's own function, for browsers that know no CORS. Off unless asked for.
 */
import { BadRequestError } from '../errors.js';
import { quote } from '../query/faults.js';

/** Names, and paths of names: nothing that could be code of another kind. */
const CALLBACK = /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*|\[\d{1,9}\])*$/;
const LONGEST = 200;

/**
 * The function that a query string asks for; an empty name is none. @see JSP-01
 *
 * @throws BadRequestError for what is no name of a function
 */
export function callbackOf(queryString: string): string | undefined {
  const name = new URLSearchParams(queryString).get('callback');
  if (name === null || name === '') return undefined;
  if (name.length <= LONGEST && CALLBACK.test(name)) return name;
  throw new BadRequestError('BAD_PARAMETER', `${quote(name)} is no name of a function.`, {
    source: { parameter: 'callback' },
  });
}

/** The query string without the parameter, which no format reads. */
export function withoutCallback(queryString: string): string {
  const parameters = new URLSearchParams(queryString);
  parameters.delete('callback');
  return parameters.toString();
}

/** The script. The comment in front keeps the first bytes out of the client's hands. */
export function wrap(callback: string, payload: object): string {
  const json = JSON.stringify(payload).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
  return `/**/${callback}(${json});`;
}

/** Headers of the script. */
export const JSONP_HEADERS = Object.freeze({
  'Content-Type': 'application/javascript',
  'X-Content-Type-Options': 'nosniff',
});
