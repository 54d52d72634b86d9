/**
 * The answers of operations as OpenAPI has them: by status, in every media type.
 */
import { ERROR_CODES } from '../../errors.js';
import type { DescribedHeaders, DescribedOperation, JsonSchema, SchemaBook } from '../../wire/schemas.js';
import type { WireFormat } from '../../wire/wire-format.js';
import type { ServedResource } from '../catalogue.js';
import { isGuardedAt } from '../guarded.js';
import { isClassic, isWrite, type Operation } from '../operations.js';

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

/** The media types of answers. */
export function answers(
  formats: readonly WireFormat[],
  schemaOf: (format: WireFormat) => JsonSchema | undefined,
  scripts: boolean,
): Content {
  const documents = formats.flatMap((format) => {
    const schema = schemaOf(format);
    return schema === undefined ? [] : [[format.mediaType, { schema }] as const];
  });
  return Object.fromEntries([
    ...documents,
    ...(scripts ? [['application/javascript', { schema: { type: 'string' } }] as const] : []),
  ]);
}

/** Statuses that the library itself answers an operation with, where it refuses. */
export function errorAnswers(route: Operation, served: ServedResource): readonly number[] {
  const { resource, options, formats } = served;
  const { kind, name } = route;
  const writes = isWrite(name!) ? [409, ...(resource.options.validationStatus === 422 ? [422] : [])] : [];
  const hasBody = isWrite(name!) && kind !== 'member' && name !== 'DELETE_RESOURCE';
  // A store of the application's own may not have everything.
  const store = options.repository === undefined ? [] : [501];
  // In formats that do not have the verb.
  const other = isClassic(route) && formats.some(({ classicVerbs }) => !classicVerbs) ? [405] : [];
  return [
    400,
    ...(isGuardedAt(route, served) ? [401] : []),
    403,
    404,
    ...other,
    406,
    ...writes,
    ...(hasBody ? [413] : []),
    // Whatever has a `Content-Type` is held to it.
    415,
    500,
    ...store,
    503,
  ];
}

const LOCATION: DescribedHeaders = {
  Location: { description: 'Where it is.', schema: { type: 'string', format: 'uri-reference' } },
};
const ALLOW: DescribedHeaders = { Allow: { description: 'What is allowed here.', schema: { type: 'string' } } };

/** Makes answers; those that refuse have names, and are there once. */
export class Responses {
  readonly named: Record<string, object> = {};

  constructor(private readonly book: SchemaBook) {}

  /** What an operation answers where it does what it is asked for. */
  successes(operation: DescribedOperation, formats: readonly WireFormat[], scripts: boolean): object {
    const { name, resource, relationship } = operation;
    const { returning } = resource.options;
    const content = answers(formats, ({ schemas }) => schemas.answer(operation, this.book), scripts);
    const named = formats.flatMap(({ schemas }) => Object.entries(schemas.headers(operation)));
    const some = named.length === 0 ? {} : { headers: Object.fromEntries(named) };
    const done = { 204: { description: 'Done; there is nothing to tell.' } };
    switch (name) {
      case 'POST_RESOURCE':
        return { 201: { description: 'What was created.', headers: LOCATION, content } };
      case 'PATCH_RESOURCE': {
        const shown = { 200: { description: 'What it has become.', content } };
        if (returning === 'never') return done;
        return returning === 'always' ? shown : { ...shown, ...done };
      }
      case 'DELETE_RESOURCE':
        return done;
      case 'POST_RELATIONSHIP':
      case 'PATCH_RELATIONSHIP':
      case 'DELETE_RELATIONSHIP': {
        const isShown =
          returning === 'always' && this.book.policy.relationship(resource, relationship!.name) !== undefined;
        return isShown ? { 200: { description: 'The linkage as it is now.', ...some, content }, ...done } : done;
      }
      case 'GET_COLLECTION':
        return { 200: { description: 'A page.', ...some, content } };
      default:
        return { 200: { description: 'What was asked for.', ...some, content } };
    }
  }

  /** What an operation answers where it refuses: by status, and for the application's own reasons. */
  errors(formats: readonly WireFormat[], statuses: readonly number[], scripts: boolean): object {
    return Object.fromEntries([
      ...statuses.map((status) => [status, this.error(formats, status, scripts)] as const),
      ['default', this.error(formats, 'default', scripts)],
    ]);
  }

  private error(formats: readonly WireFormat[], status: number | 'default', scripts: boolean): object {
    const spoken = [...formats.map((format) => format.name), ...(scripts ? ['jsonp'] : [])];
    const name = `error-${status}.${spoken.join('.')}`;
    this.named[name] ??= {
      description: descriptionOf(status),
      ...(status === 405 ? { headers: ALLOW } : {}),
      content: answers(formats, ({ schemas }) => schemas.errors(this.book), scripts),
    };
    return { $ref: `#/components/responses/${name}` };
  }
}

/** The title of a status, and the codes that are answered with it. */
function descriptionOf(status: number | 'default'): string {
  if (status === 'default') return 'Refused by the application: its guards, its processors, its permissions.';
  const entries = Object.entries(ERROR_CODES).filter(([, [own]]) => own === status);
  const [title] = entries.map(([, [, own]]) => own);
  return `${title ?? 'Refused'}. Codes: ${entries.map(([code]) => code).join(', ')}.`;
}
