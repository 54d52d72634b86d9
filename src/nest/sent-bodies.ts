/**
 * Bodies as the adapters hand them over: bytes, where this library registered the parser, and JSON that the application's
 * own parser has read.
 */
import { RestlessError } from '../errors.js';
import type { Limits } from '../resource/limits.js';
import { expectDepth, isRaw } from '../wire/json-body.js';
import { headerOf, type HttpRequest } from './http.js';

/** The body of a request, if it has one: parsers make an empty object of no body at all. */
export function bodyOf(request: HttpRequest): unknown {
  const { body } = request;
  const length = headerOf(request, 'content-length');
  if (length === '0') return undefined;
  const isSaid = length !== undefined || headerOf(request, 'transfer-encoding') !== undefined;
  const isEmpty = typeof body === 'object' && body !== null && Object.keys(body).length === 0;
  return isSaid || !isEmpty ? body : undefined;
}

/** The body as JSON, for a deserializer; undefined for what is none. */
export function documentOf(body: unknown): unknown {
  // The application's own parser has read flat JSON.
  if (!isRaw(body)) return body;
  try {
    return JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString());
  } catch {
    return undefined;
  }
}

/**
 * Bounds bodies whoever has read them: the application's own parser knows another limit.
 *
 * @throws RestlessError 413
 */
export function expectSize(request: HttpRequest, body: unknown, { bodySize, bodyDepth }: Limits): void {
  if (body === undefined || bodySize === Infinity) return;
  const told = headerOf(request, 'content-encoding') === undefined ? headerOf(request, 'content-length') : undefined;
  const size = told === undefined ? sizeOf(body, bodyDepth) : Number(told);
  if (size > bodySize) throw tooLarge(bodySize);
}

/** The bytes of a body that came in chunks, or compressed; without the spaces, where it has been read. */
function sizeOf(body: unknown, depth: number): number {
  return Buffer.byteLength(isRaw(body) ? body : JSON.stringify(expectDepth(body, depth)));
}

/** The 413 for a body, whoever finds out. */
export function tooLarge(bodySize: number): RestlessError {
  return new RestlessError('TOO_LARGE', `The body is longer than ${bodySize} bytes, the limit bodySize.`);
}
