/**
 * What a handler made → the answer: its status, its headers and its document, written by serializers where there are any.
 */
import { NotFoundError } from '../errors.js';
import type { EvaluationResult } from '../query/evaluation.js';
import type { Result } from '../query/result.js';
import type { Resource } from '../resource/resource.js';
import { resourceUrl } from '../wire/links.js';
import { serialize, type ResourceSerializer } from '../wire/serializer.js';
import type { Address } from '../wire/wire-format.js';
import type { RequestState } from './http.js';
import type { OperationName } from '../resource/served.js';
import type { Outcome } from './resource-operations.js';

/** What a handler made. */
export type Made = Result | Outcome | EvaluationResult;

/** An answer before it becomes bytes; without a document it has no content. */
export interface HttpDocument {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly document: Readonly<Record<string, unknown>> | undefined;
  /** The text of a document that nobody wants to see, in its place. */
  readonly pieces?: Iterable<string>;
}

/** The serializers of an application. */
type SerializerOf = (resource: Resource) => ResourceSerializer | undefined;

/**
 * The answer to what a handler made.
 *
 * @param serializerOf undefined where there are no serializers, and nobody wants to see the document
 */
export async function answerOf(
  name: OperationName,
  made: Made,
  state: RequestState,
  serializerOf: SerializerOf | undefined,
): Promise<HttpDocument> {
  if ('change' in made) return answerOfChange(made, state, serializerOf);
  if (name === 'EVALUATE') {
    return { status: 200, headers: {}, document: state.format.writeEvaluation(made as EvaluationResult) };
  }
  return { status: 200, ...(await write(made as Result, state.address, state, serializerOf)) };
}

async function answerOfChange(
  { change, applied, result }: Outcome,
  state: RequestState,
  serializerOf: SerializerOf | undefined,
): Promise<HttpDocument> {
  const { format, address } = state;
  if (change.kind === 'update-many')
    return { status: 200, headers: {}, document: format.writeCount({ modified: applied.count }) };
  // @see BLK-10
  if (change.kind === 'remove-many' && applied.count === 0 && format.classicVerbs)
    throw new NotFoundError('No row was found to delete.');
  if (change.kind === 'remove-many')
    return { status: 200, headers: {}, document: format.writeCount({ deleted: applied.count }) };
  if (result === undefined) return { status: 204, headers: {}, document: undefined };
  // What may be written and not read is there all the same; flat JSON has no null for it.
  const isEmpty = result.records.length === 0 && result.query.cardinality !== 'many';
  if (isEmpty && format.classicVerbs)
    return { status: change.kind === 'create' ? 201 : 200, headers: {}, document: {} };
  if (change.kind !== 'create') return { status: 200, ...(await write(result, address, state, serializerOf)) };
  const [created] = result.records;
  // The row may lie outside the viewer's scope: then it is there, and not to be seen.
  const url = created === undefined ? address.path : resourceUrl(address, created);
  const { headers, ...written } = await write(result, { ...address, path: url }, state, serializerOf);
  return { status: 201, headers: created === undefined ? headers : { Location: url, ...headers }, ...written };
}

async function write(
  result: Result,
  address: Address,
  { format, wire, viewer, callback }: RequestState,
  serializerOf: SerializerOf | undefined,
): Promise<Omit<HttpDocument, 'status'>> {
  if (serializerOf === undefined) {
    const text = callback === undefined ? format.writeText?.(result, address, wire) : undefined;
    return text === undefined ? format.write(result, address, wire) : { document: undefined, ...text };
  }
  const parts = (record: Result['records'][number]) => format.parts(record, result, address);
  const serialized = await serialize(result, { serializerOf, format: format.name, parts, viewer });
  return format.write(result, address, wire, serialized);
}
