/**
 * Checks of a finished resource: legal names, members of objects once each, and default includes that lead somewhere.
 */
import { RestlessConfigError } from '../errors.js';
import type { EntityModel } from './entity-model.js';
import type { Attribute, Resource } from './resource.js';

/** The error of two fields with one name. */
export function twoFields(model: EntityModel, name: string): RestlessConfigError {
  return new RestlessConfigError(`${model.name}: two fields are called "${name}"; rename one with @Expose({ name }).`);
}

/**
 * Names of fields are legal, and each is there once.
 *
 * @param nameFault what is wrong with a name, in the formats that the resource speaks
 */
export function checkNames(resource: Resource, nameFault?: (name: string) => string | undefined): void {
  for (const attribute of resource.attributes.values()) checkMembers(resource.model, attribute);
  const exposed = [...resource.attributes.values(), ...resource.relationships.values()].filter(
    (field) => field.exposed,
  );
  for (const { name, property } of exposed) {
    const place = `${resource.model.name}.${property}`;
    if (typeof name !== 'string') {
      throw new RestlessConfigError(`${place}: the option "keys" has to return a name, not ${typeof name}.`);
    }
    if (name === 'id') {
      throw new RestlessConfigError(
        `${place} would be called "id", which is the resource's identity; rename it with @Expose({ name }).`,
      );
    }
    const fault = nameFault?.(name);
    if (fault !== undefined) {
      throw new RestlessConfigError(`${place}${fault}; rename it with @Expose({ name }).`);
    }
  }
}

/** Members of embedded objects have names of their own each. */
function checkMembers(model: EntityModel, attribute: Attribute): void {
  if (attribute.kind !== 'embedded') return;
  const names = attribute.fields.map(({ name }) => name);
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin !== undefined) throw twoFields(model, `${attribute.name}.${twin}`);
  for (const field of attribute.fields) checkMembers(model, field);
}

/** Default includes have to lead somewhere, whoever asks. */
export function checkIncludes(resource: Resource): void {
  for (const path of resource.options.includes) {
    let owner = resource;
    for (const name of path.split('.')) {
      const relationship = owner.relationships.get(name);
      if (relationship?.exposed !== true) throw unknownInclude(resource, owner, name);
      owner = relationship.target;
    }
  }
}

function unknownInclude(resource: Resource, owner: Resource, name: string): RestlessConfigError {
  const names = [...owner.relationships.values()].filter((each) => each.exposed).map((each) => each.name);
  const option = owner === resource ? 'option "includes"' : `option "includes" of ${resource.model.name}`;
  return new RestlessConfigError(
    `${owner.model.name} has no relationship "${name}" (${option}). Relationships: ${names.join(', ') || 'none'}.`,
  );
}
