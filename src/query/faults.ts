/**
 * The errors of parsing: one sentence that names the fault and what would be right, with its place.
 */
import { BadRequestError, NotFoundError, type CodeOf } from '../errors.js';
import type { Policy } from '../resource/policy.js';
import type { Resource } from '../resource/resource.js';
import { ExactNumber } from './values.js';

/** How many faults of one body are told: nobody mends more at once. */
export const MOST_FAULTS = 100;

/** A place inside a query parameter. */
export interface ParameterPlace {
  /** The parameter's name, as it was sent. */
  readonly parameter: string;
  /** JSON pointer inside its value; empty for the whole. */
  readonly pointer: string;
}

/** The place one member further down. */
export function below<P extends ParameterPlace>(place: P, member: string | number): P {
  return { ...place, pointer: `${place.pointer}/${member}` };
}

/** A 400 about a place inside a query parameter. */
export function bad(code: CodeOf<400>, place: ParameterPlace, detail: string): BadRequestError {
  const at = place.pointer === '' ? undefined : { pointer: place.pointer };
  return new BadRequestError(code, detail, { source: { parameter: place.parameter }, meta: at });
}

/** A 400 about a limit, which the text names. */
export function limit(place: ParameterPlace, detail: string): BadRequestError {
  return bad('LIMIT_EXCEEDED', place, detail);
}

/**
 * A 400 about a name that is no field, or none for this viewer: the two look alike.
 *
 * @param names those that would be right
 */
export function unknownField(
  resource: Resource,
  name: string,
  policy: Policy,
  place: ParameterPlace,
  names = policy.names(resource),
): BadRequestError {
  return bad('UNKNOWN_FIELD', place, `${resource.name} has no field ${quote(name)}. Fields: ${names.join(', ')}.`);
}

/** The 400 for a relationship of a body that names more rows than a list may have. */
export function tooManyMembers(name: string, listLength: number, pointer: string): BadRequestError {
  const detail = `${quote(name)} names more than ${listLength} resources, the limit listLength.`;
  return new BadRequestError('LIMIT_EXCEEDED', detail, { source: { pointer } });
}

/** The 404 for an id. */
export function noSuchResource(resource: Resource, id: string): NotFoundError {
  return new NotFoundError(`There is no ${resource.name} with the id ${quote(id)}.`);
}

/** A client's text inside a sentence: short, and on one line. */
export function quote(text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return JSON.stringify(short.toWellFormed());
}

/** A client's value inside a sentence. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return 'a list';
  if (value instanceof ExactNumber) return value.digits.length > 60 ? `${value.digits.slice(0, 60)}…` : value.digits;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

/** A member's name inside a JSON pointer (RFC 6901). */
export function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
