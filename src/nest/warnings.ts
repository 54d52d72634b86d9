/**
 * What is looked at once all resources are known: mistakes end the start, doubts are told.
 */
import { Logger } from '@nestjs/common';
import { RestlessConfigError, RestlessError } from '../errors.js';
import { parseRestrictions } from '../query/parse-filter.js';
import type { QueryRules } from '../query/rules.js';
import type { Resource } from '../resource/resource.js';
import type { WireFormat } from '../wire/wire-format.js';

const LOGGER = new Logger('Restless');

/** A resource with the formats that name its fields. */
interface Named {
  readonly resource: Resource;
  readonly formats: readonly WireFormat[];
}

/** Tells of a resource that shows nothing, and of fields that a format has trouble with. @see SET-15 */
export function warnOfFields({ resource, formats }: Named): void {
  const fields = [...resource.attributes.values(), ...resource.relationships.values()];
  if (!fields.some(({ exposed }) => exposed))
    LOGGER.warn(
      `${resource.model.name} shows nothing but its id: give its fields @Expose(), or the resource expose: 'all'.`,
    );
  for (const { name, property, exposed } of fields) {
    const doubt = exposed
      ? formats.map((format) => format.nameDoubt(name)).find((each) => each !== undefined)
      : undefined;
    if (doubt !== undefined)
      LOGGER.warn(`${resource.model.name}.${property}${doubt}; rename it with @Expose({ name }).`);
  }
}

/**
 * Reads a scope that is no function: a misspelt name in it would be an error of every request.
 *
 * @throws RestlessConfigError
 */
export function expectScope(resource: Resource, rules: QueryRules): void {
  const { scope } = resource.options;
  if (scope === undefined || typeof scope === 'function') return;
  try {
    parseRestrictions(resource, [scope].flat(), rules, 'scope');
  } catch (error) {
    const { cause, message } = error as Error;
    // Scopes of related resources may want a request.
    if (cause instanceof RestlessError) throw new RestlessConfigError(message);
  }
}
