/**
 * How much of a to-many relationship an answer shows for each row, and in which order, as the options say.
 */
import { RestlessConfigError } from '../errors.js';
import type { RelationshipOptions } from './relationship-options.js';
import { mappedField, type ColumnAttribute, type Relationship, type Resource } from './resource.js';

/** One key of the order of related rows. */
export interface RelatedSortKey {
  readonly attribute: ColumnAttribute;
  readonly descending: boolean;
}

/** The options of a relationship of a resource. */
export function portionOf({ options }: Resource, { model }: Relationship): RelationshipOptions {
  return Object.hasOwn(options.relationships, model.property) ? options.relationships[model.property]! : {};
}

/** The order that the options of a relationship name, without the key that closes it. */
export function relatedSort(owner: Resource, relationship: Relationship): readonly RelatedSortKey[] {
  return [portionOf(owner, relationship).sort ?? []].flat().map((name) => {
    const descending = name.startsWith('-');
    const property = descending ? name.slice(1) : name;
    const field = mappedField(relationship.target, property);
    if (field?.kind === 'column') return { attribute: field, descending };
    throw new RestlessConfigError(
      `${owner.model.name}: the option "relationships" sorts ${relationship.model.property} by "${property}", which is no column of ${relationship.target.model.name}.`,
    );
  });
}

/**
 * The relationships that the option names are there, and lead to many rows.
 *
 * @throws RestlessConfigError that names the one which is not
 */
export function checkPortions(resource: Resource): void {
  const { options, model } = resource;
  for (const [property, { limit = 0, maxLimit = Infinity }] of Object.entries(options.relationships)) {
    const relationship = [...resource.relationships.values()].find((each) => each.model.property === property);
    if (relationship?.toMany !== true) {
      const known = [...resource.relationships.values()]
        .filter(({ toMany }) => toMany)
        .map((each) => each.model.property);
      throw new RestlessConfigError(
        `${model.name}: the option "relationships" names "${property}", which is no to-many relationship of it. ` +
          `There are: ${known.join(', ') || 'none'}.`,
      );
    }
    if (limit > maxLimit) {
      throw new RestlessConfigError(
        `${model.name}: the option "relationships" has a "limit" of ${property} above its "maxLimit".`,
      );
    }
    relatedSort(resource, relationship);
  }
}
