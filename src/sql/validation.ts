/**
 * class-validator's decorators on entities, where the package is installed; and the errors that entities
 * throw themselves, where a resource forwards them.
 */
import type { ValidationError, ValidatorOptions } from 'class-validator';
import type { EntityMetadata, ObjectLiteral } from 'typeorm';
import { RestlessError, RestlessErrors } from '../errors.js';
import {
  fullPlaceOf,
  placeOf,
  type ChangePart,
  type LinkChange,
  type LinkTarget,
  type NewRow,
} from '../query/change.js';
import { quote } from '../query/faults.js';
import type { Resource } from '../resource/resource.js';
import { isDatabaseError } from './database-errors.js';
import { setValues } from './entity-values.js';
import { blankInstance, referenceTo } from './instances.js';
import type { RowKey, WriteContext } from './rows-to-write.js';

const NOT_VALID = 'The values are not valid.';

type ClassValidator = typeof import('class-validator');

let loading: Promise<ClassValidator | undefined> | undefined;

/** The package, if the application has it. */
function classValidator(): Promise<ClassValidator | undefined> {
  loading ??= import('class-validator').catch(() => undefined);
  return loading;
}

/**
 * Validates an instance: decorators without a group, and those of the group `create` or `update`.
 *
 * @throws RestlessErrors with all failures, each with a pointer.
 */
export async function validateEntity(
  change: ChangePart,
  entity: ObjectLiteral,
  group: 'create' | 'update',
): Promise<void> {
  const library = await classValidator();
  if (library === undefined || !hasDecorators(library, entity.constructor)) return;
  // On PATCH only what was sent is looked at; null was sent.
  const options: ValidatorOptions = { forbidUnknownValues: false, skipUndefinedProperties: group === 'update' };
  const failures = [
    ...(await library.validate(entity, { ...options, strictGroups: true })),
    ...(await library.validate(entity, { ...options, groups: [group] })).filter(
      ({ property }) => !isOptional(library, entity, property),
    ),
  ].filter(({ value }) => group === 'create' || value !== undefined);
  const errors = failures.flatMap((failure) => failuresOf(change, failure, ''));
  if (errors.length > 0) throw new RestlessErrors(distinct(errors));
}

/** True where the application's code looks at rows before they are written. */
export async function isValidated({ target }: EntityMetadata): Promise<boolean> {
  const library = await classValidator();
  return library !== undefined && typeof target === 'function' && hasDecorators(library, target);
}

/** `@IsOptional()` and `@ValidateIf()` without a group hold for the decorators of every group. */
function isOptional(library: ClassValidator, entity: ObjectLiteral, property: string): boolean {
  return library
    .getMetadataStorage()
    .getTargetValidationMetadatas(entity.constructor, '', false, true)
    .filter(({ type, propertyName }) => type === 'conditionalValidation' && propertyName === property)
    .some(({ constraints }) => {
      const [isWanted] = constraints as [(object: object, value: unknown) => boolean];
      return !isWanted(entity, entity[property]);
    });
}

function hasDecorators(library: ClassValidator, entity: object): boolean {
  const storage = library.getMetadataStorage();
  return storage.getTargetValidationMetadatas(entity as () => void, '', true, false).length > 0;
}

function failuresOf(change: ChangePart, failure: ValidationError, path: string): readonly RestlessError[] {
  const property = path === '' ? failure.property : `${path}.${failure.property}`;
  const own = Object.values(failure.constraints ?? {}).map((message) => validationError(change, property, message));
  return [...own, ...(failure.children ?? []).flatMap((child) => failuresOf(change, child, property))];
}

/** Decorators with `always` answer in both rounds. */
function distinct(errors: readonly RestlessError[]): readonly RestlessError[] {
  return [
    ...new Map(errors.map((error) => [`${error.missing ?? error.source?.pointer} ${error.detail}`, error])).values(),
  ];
}

/** One failure; the field is named where the viewer may know it. @see VAL-09 */
function validationError(change: ChangePart, property: string | undefined, message: string): RestlessError {
  const code = change.resource.options.validationStatus === 422 ? 'UNPROCESSABLE' : 'VALIDATION';
  if (property === undefined) return new RestlessError(code, message);
  const [head, ...path] = property.split('.') as [string, ...string[]];
  // The document of a relationship's URL has nothing but the relationship.
  if (change.kind === 'edit-relationship' && change.link.relationship.property === head)
    return new RestlessError(code, message, { source: { pointer: change.link.pointer } });
  const field = change.fieldName(property);
  // What the viewer may not know is not named either, as class-validator's own messages do.
  if (field === undefined) return new RestlessError(code, message.includes(head) ? NOT_VALID : message);
  if (change.kind === 'edit-relationship') return new RestlessError(code, message);
  const pointer = placeOf(change, field, path);
  const place = fullPlaceOf(change, field, path);
  return new RestlessError(code, message, { source: { pointer }, ...(place !== pointer && { missing: place }) });
}

/** What class-validator looks at: the instance with the members that its to-many relationships are to have. */
export async function withMembers(
  entity: ObjectLiteral,
  far: readonly LinkChange[],
  targets: ReadonlyMap<LinkTarget, RowKey>,
  context: WriteContext,
): Promise<ObjectLiteral> {
  if (far.length === 0) return entity;
  const copy = Object.assign(Object.create(Object.getPrototypeOf(entity) as object) as ObjectLiteral, entity);
  for (const link of far) {
    const { model, target: resource } = link.relationship;
    const name = context.schema.storedRelation(model)?.propertyName ?? model.property;
    const metadata = context.schema.metadata(resource.model);
    const members: ObjectLiteral[] = [];
    for (const target of link.targets) {
      const key = targets.get(target);
      if (key !== undefined) members.push(referenceTo(metadata, key));
      else if (target.create !== undefined) members.push(await standIn(context, metadata, target.create));
    }
    copy[name] = link.relationship.toMany ? members : (members[0] ?? null);
    const values = link.targets.map(({ held }) => held?.value);
    if (link.plucked !== undefined)
      copy[link.plucked.property] = link.relationship.toMany ? values : (values[0] ?? null);
  }
  return copy;
}

/** What a row that is not there yet will hold. */
async function standIn(context: WriteContext, metadata: EntityMetadata, row: NewRow): Promise<ObjectLiteral> {
  const instance = blankInstance(metadata);
  await setValues(context, instance, [...(row.id?.values ?? []), ...row.values], true);
  return instance;
}

/**
 * The error to answer with for what an entity, a listener or a subscriber threw: forwarded if the resource, or one that
 * a relationship leads to, says so, otherwise given back as it is.
 *
 * @see VAL-01, VAL-02, VAL-10, VAL-11
 */
export function forwardException(change: ChangePart, error: unknown): unknown {
  const links = change.kind === 'edit-relationship' ? [change.link] : 'links' in change ? change.links : [];
  const resources = [change.resource, ...links.map(({ relationship }) => relationship.target)];
  const isForwarded = ({ options }: Resource): boolean =>
    options.validationExceptions.some((type) => error instanceof type);
  const thrower = resources.find(isForwarded);
  if (!(error instanceof Error) || thrower === undefined) return error;
  // An option such as `[Error]` is about what the application throws, not about what has an answer of its own.
  if (error instanceof RestlessError || error instanceof RestlessErrors || isDatabaseError(error)) return error;
  const errors: unknown = 'errors' in error ? error.errors : undefined;
  if (typeof errors === 'string') return validationError(change, undefined, errors);
  if (typeof errors !== 'object' || errors === null) {
    return validationError(change, undefined, error.message === '' ? NOT_VALID : error.message);
  }
  const list = Object.entries(errors).flatMap(([property, messages]) =>
    (Array.isArray(messages) ? (messages as unknown[]) : [messages]).map((message) =>
      // A field of another row is not in this document.
      validationError(
        change,
        thrower === change.resource ? property : undefined,
        `${quote(property)}: ${String(message)}`,
      ),
    ),
  );
  return list.length === 0 ? validationError(change, undefined, NOT_VALID) : new RestlessErrors(list);
}
