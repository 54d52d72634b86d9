/**
 * Checks the options `readable`, `writable`, `filterable` and `sortable` against what a resource has, once at start.
 */
import { RestlessConfigError } from '../errors.js';
import { OTHERS, type RuleOption } from './field-rules.js';
import type { Attribute, Relationship, Resource } from './resource.js';

/** A name of a client's: no dots, which lead on, and no brackets. */
const OWN_NAME = /^[a-zA-Z0-9\u0080-\uffff](?:[-_a-zA-Z0-9\u0080-\uffff]*[a-zA-Z0-9\u0080-\uffff])?$/;

/** Names that filters and sorts have a meaning for. */
const TAKEN: readonly string[] = ['id', 'objects', 'single'];

/**
 * Checks the rules of one resource.
 *
 * @param isOperator knows the operators, those of the application included
 * @throws RestlessConfigError naming the entity, the option, the name and what would be right
 */
export function checkRules(resource: Resource, isOperator: (name: string) => boolean): void {
  const { options } = resource;
  for (const option of ['readable', 'writable', 'filterable', 'sortable'] as const) {
    for (const [name, rule] of options[option] ?? []) {
      if (rule.filter !== undefined || rule.attribute !== undefined || rule.sql !== undefined)
        checkOwnName(resource, option, name);
      else if (name !== OTHERS && name !== 'id') expectField(resource, option, name);
      if (rule.attribute !== undefined) checkPath(resource, name, rule.attribute);
      for (const each of [...(rule.operators ?? []), ...(rule.default === undefined ? [] : [rule.default])]) {
        if (!isOperator(each)) {
          throw new RestlessConfigError(
            `${resource.model.name}: "${name}" in the option "${option}" has an operator "${each}", which there is not.`,
          );
        }
      }
    }
  }
}

/** What the API has, or would have without `only` and `exclude`: one entity may be listed with them and without. */
function fieldsOf(resource: Resource): readonly (Attribute | Relationship)[] {
  const fields = [...resource.attributes.values(), ...resource.relationships.values()];
  const { only, exclude } = resource.options;
  return fields.filter(({ exposed, property }) => exposed || only !== undefined || exclude.includes(property));
}

function expectField(resource: Resource, option: RuleOption, name: string): void {
  const fields = fieldsOf(resource).map(({ property }) => property);
  if (fields.includes(name) || resource.id.some(({ property }) => property === name)) return;
  throw new RestlessConfigError(
    `${resource.model.name} has no field "${name}" (option "${option}"). Fields, by property: id, ${fields.join(', ')}.`,
  );
}

/** A name of its own must not hide the field of another property. */
function checkOwnName(resource: Resource, option: RuleOption, name: string): void {
  const place = `${resource.model.name}: "${name}" in the option "${option}"`;
  if (!OWN_NAME.test(name) || TAKEN.includes(name)) {
    throw new RestlessConfigError(`${place} cannot be a name; use letters, digits, - and _.`);
  }
  const hidden = fieldsOf(resource).find((field) => field.name === name && field.property !== name);
  if (hidden === undefined) return;
  throw new RestlessConfigError(`${place} has the name that ${hidden.property} has in the API; choose another.`);
}

/** `attribute` leads along relationships to a field that the API has. */
function checkPath(resource: Resource, name: string, path: string): void {
  let owner: Resource | undefined = resource;
  for (const property of path.split('.')) {
    const field: Attribute | Relationship | undefined =
      owner && fieldsOf(owner).find((each) => each.property === property);
    if (owner === undefined || (field === undefined && property !== 'id')) {
      throw new RestlessConfigError(
        `${resource.model.name}: "${name}" in the option "filterable" is about "${path}", which is no field of the API; ` +
          'expose it, or give a "filter" function.',
      );
    }
    owner = field?.kind === 'relationship' ? field.target : undefined;
    if (field?.kind === 'embedded') return;
  }
}
