/**
 * The operations of a resource, and which of them its options serve.
 */
import { RestlessConfigError } from '../errors.js';

/** What can be done at the URLs of a resource; the keys of processors and of `decorators`, too. */
export const OPERATION_NAMES = [
  'GET_COLLECTION',
  'GET_RESOURCE',
  'GET_RELATION',
  'GET_RELATED_RESOURCE',
  'GET_RELATIONSHIP',
  'POST_RESOURCE',
  'PATCH_COLLECTION',
  'DELETE_COLLECTION',
  'PATCH_RESOURCE',
  'DELETE_RESOURCE',
  'POST_RELATIONSHIP',
  'PATCH_RELATIONSHIP',
  'DELETE_RELATIONSHIP',
  'EVALUATE',
] as const;
/** An operation of a resource, as the options `operations` and `decorators` name it. */
export type OperationName = (typeof OPERATION_NAMES)[number];

/** The options that open operations. */
interface OpeningOptions {
  readonly methods: readonly string[];
  readonly relationshipMethods: readonly string[];
  readonly allowPatchMany: boolean;
  readonly allowDeleteMany: boolean;
  readonly allowFunctions: boolean;
}

/**
 * The operations that are served: what the verbs and the permissions open, narrowed to the option `operations`.
 *
 * @throws RestlessConfigError for an operation that is listed, and that nothing opens. @see FJV-11
 */
export function servedOperations(
  entity: string,
  options: OpeningOptions,
  wanted: readonly OperationName[] | undefined,
): ReadonlySet<OperationName> {
  for (const name of wanted ?? []) {
    if (isOpen(name, options)) continue;
    throw new RestlessConfigError(
      `${entity}: the option "operations" lists ${name}, which nothing opens; ${remedy(name)}.`,
    );
  }
  return new Set(OPERATION_NAMES.filter((name) => (wanted ?? OPERATION_NAMES).includes(name) && isOpen(name, options)));
}

function isOpen(name: OperationName, options: OpeningOptions): boolean {
  const verb = verbOf(name);
  if (name === 'EVALUATE') return options.allowFunctions;
  if (name.endsWith('_RELATIONSHIP')) return options.relationshipMethods.includes(verb);
  if (name === 'PATCH_COLLECTION' && !options.allowPatchMany) return false;
  if (name === 'DELETE_COLLECTION' && !options.allowDeleteMany) return false;
  // PUT is another name of PATCH. @see MET-07
  return options.methods.includes(verb) || (verb === 'PATCH' && options.methods.includes('PUT'));
}

function remedy(name: OperationName): string {
  if (name === 'EVALUATE') return 'set "allowFunctions"';
  if (name.endsWith('_RELATIONSHIP')) return `add ${verbOf(name)} to "relationshipMethods", or PATCH to "methods"`;
  const permission = { PATCH_COLLECTION: 'allowPatchMany', DELETE_COLLECTION: 'allowDeleteMany' }[name as string];
  const method = `add ${verbOf(name)} to "methods"`;
  return permission === undefined ? method : `${method}, and set "${permission}"`;
}

function verbOf(name: OperationName): string {
  return name.slice(0, name.indexOf('_'));
}
