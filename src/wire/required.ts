/**
 * Which members a body for creating has to have: those that nothing but the client gives a value, as far as the library
 * can know.
 */
import type { Attribute, Relationship, Resource } from '../resource/resource.js';
import type { SchemaBook } from './schemas.js';

/** Fields that a client may write with a new row. */
interface Writable {
  readonly attributes: readonly Attribute[];
  readonly relationships: readonly Relationship[];
}

/** The names of the fields that a new row has to bring. */
export function requiredNames(
  resource: Resource,
  writable: Writable,
  { facts }: SchemaBook,
): { readonly attributes: readonly string[]; readonly relationships: readonly string[] } {
  const isAsked = ({ property }: Attribute | Relationship): boolean => !facts.isGiven(resource, property);
  return {
    attributes: writable.attributes
      .filter((each) => isRequired(each, writable) && isAsked(each))
      .map(({ name }) => name),
    relationships: writable.relationships
      .filter((each) => leadsToOne(each, resource, writable) && isAsked(each))
      .map(({ name }) => name),
  };
}

/** A foreign key is given by its relationship as well. */
function isRequired(attribute: Attribute, { relationships }: Writable): boolean {
  if (attribute.kind !== 'column' || attribute.writeTransforms.length > 0) return false;
  const { required = false, refersTo } = attribute.column;
  return required && relationships.every(({ property }) => property !== refersTo?.relation);
}

function leadsToOne(
  { property, toMany, nullable, model }: Relationship,
  resource: Resource,
  { attributes }: Writable,
): boolean {
  if (toMany || nullable || model.stored !== 'here' || !model.insertable) return false;
  const columns = resource.model.columns.filter(({ refersTo }) => refersTo?.relation === property);
  const isGivenOtherwise = attributes.some(
    (each) =>
      (each.kind === 'column' && columns.includes(each.column)) ||
      (each.kind === 'plucked' && each.relationship.property === property),
  );
  return columns.length > 0 && columns.every(({ required }) => required === true) && !isGivenOtherwise;
}
