/**
 * Rows that attributes name: foreign keys that are exposed. Where a scope hides rows, they have to exist for the viewer,
 * as the rows that relationships name; elsewhere the database's own foreign key sees to it, without a statement more.
 */
import { keyColumn } from '../resource/attributes.js';
import type { Relationship, Resource } from '../resource/resource.js';
import type { FieldValue, LinkTarget } from './change.js';
import { and, compare } from './filter.js';
import { operator } from './operators.js';
import { scopeFilter } from './parse-filter.js';
import type { QueryRules } from './rules.js';

/** One target for each relation to a resource with a scope, of which values hold join columns. */
export function namedRows(resource: Resource, values: readonly FieldValue[], rules: QueryRules): readonly LinkTarget[] {
  const byRelation = new Map<Relationship, FieldValue[]>();
  for (const value of values.flatMap(leaves)) {
    const relationship = relationshipOf(resource, value);
    if (relationship !== undefined) byRelation.set(relationship, [...(byRelation.get(relationship) ?? []), value]);
  }
  return [...byRelation].flatMap(([{ target }, parts]) => {
    const scope = scopeFilter(target, rules);
    if (scope === undefined) return [];
    const id = parts.map(({ value }) => String(value as string | number)).join(target.options.idSeparator);
    const filter = and([...parts.map((part) => refersTo(target, part)), scope]);
    return [{ resource: target, id, filter, ofFamily: true, pointer: parts[0]!.pointer }];
  });
}

function leaves(value: FieldValue): readonly FieldValue[] {
  return value.attribute.kind === 'embedded' ? (value.value as readonly FieldValue[]).flatMap(leaves) : [value];
}

/** The relationship that a value leads along, where it leads to a row of a resource. */
function relationshipOf(resource: Resource, { attribute, value }: FieldValue): Relationship | undefined {
  if (attribute.kind !== 'column' || attribute.column.refersTo === undefined) return undefined;
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const { relation } = attribute.column.refersTo;
  const found = [...resource.relationships.values()].find(({ property }) => property === relation);
  return found?.target.exposed === true ? found : undefined;
}

function refersTo({ model, options }: Resource, { attribute, value }: FieldValue) {
  const path = attribute.kind === 'column' ? attribute.column.refersTo?.property : undefined;
  const column = model.columns.find((each) => each.path === path);
  return column === undefined
    ? undefined
    : compare(keyColumn(column, options), operator('eq'), value as string | number);
}
