/**
 * Views: what one resource shows of the rows that it embeds or includes, where its options name their fields, as in
 * `only: ['name', 'computers', 'computers.vendor']`. At their own addresses those rows look as they always do.
 */
import { RestlessConfigError } from '../errors.js';
import { computedAttribute, exposureUnder } from './attributes.js';
import type { EntityModel, RelationModel } from './entity-model.js';
import type { ResolvedResourceOptions } from './options.js';
import { resourcesOf, type Attribute, type Relationship, type Resource } from './resource.js';

/** The options that may name fields of related rows. */
const OPTIONS = ['only', 'exclude', 'additionalAttributes'] as const;

/** What is shown of the rows behind one relation, by property name. */
interface Selection {
  /** Undefined for all. */
  readonly only: readonly string[] | undefined;
  readonly exclude: readonly string[];
  readonly additionalAttributes: readonly string[];
}

/** True for a name of a related row's field, which steps through a relation. */
export function isOfRelated(model: EntityModel, name: string): boolean {
  return relationOf(model, name) !== undefined;
}

function relationOf(model: EntityModel, name: string): RelationModel | undefined {
  const dot = name.indexOf('.');
  return dot < 0 ? undefined : model.relations.find(({ property }) => property === name.slice(0, dot));
}

/**
 * Checks the names of related rows' fields.
 *
 * @throws RestlessConfigError for a field that the related entity does not have. @see FLD-04, FLD-11
 */
export function checkRelatedNames(model: EntityModel, options: ResolvedResourceOptions): void {
  for (const option of OPTIONS) {
    for (const name of options[option] ?? []) {
      const related = relationOf(model, name)?.target;
      if (related === undefined) continue;
      const property = name.slice(name.indexOf('.') + 1);
      const fields = [...related.columns.map(({ path }) => path), ...related.relations.map((each) => each.property)];
      const isComputed = related.class !== undefined && property in (related.class.prototype as object);
      if (option === 'additionalAttributes' ? isComputed && !fields.includes(property) : fields.includes(property))
        continue;
      if (option !== 'additionalAttributes' && isComputed) continue;
      const wanted = option === 'additionalAttributes' ? 'getter or method' : 'property';
      throw new RestlessConfigError(
        `${related.name} has no ${wanted} "${property}" (option "${option}" of ${model.name}: "${name}").`,
      );
    }
  }
}

function selectionOf(options: ResolvedResourceOptions, relation: string): Selection | undefined {
  const named = (names: readonly string[] = []): string[] =>
    names.flatMap((name) => (name.startsWith(`${relation}.`) ? [name.slice(relation.length + 1)] : []));
  const only = named(options.only);
  const exclude = named(options.exclude);
  const additionalAttributes = named(options.additionalAttributes);
  if (only.length + exclude.length + additionalAttributes.length === 0) return undefined;
  return { only: only.length === 0 ? undefined : only, exclude, additionalAttributes };
}

/** Makes views while a graph is built; their fields are there once {@link fill} has run. */
export class Views {
  private readonly unfilled: (() => void)[] = [];

  /** What a resource shows of the rows behind a relation: all that they show themselves, or a view. */
  of(options: ResolvedResourceOptions, relation: string, target: Resource): Resource {
    const selection = selectionOf(options, relation);
    if (selection === undefined) return target;
    const made = new Map<Resource, Resource>();
    for (const member of new Set([target, ...resourcesOf(target)]))
      made.set(member, this.view(member, selection, made));
    return made.get(target)!;
  }

  fill(): void {
    for (const fill of this.unfilled) fill();
  }

  private view(original: Resource, selection: Selection, family: ReadonlyMap<Resource, Resource>): Resource {
    const attributes = new Map<string, Attribute>();
    const relationships = new Map<string, Relationship>();
    const byEntity = new Map<string, Resource>();
    this.unfilled.push(() => {
      for (const [name, attribute] of original.attributes) attributes.set(name, select(attribute, selection));
      for (const [name, relationship] of original.relationships)
        relationships.set(name, select(relationship, selection));
      for (const [entity, member] of original.byEntity) byEntity.set(entity, family.get(member)!);
      for (const property of selection.additionalAttributes) {
        const exposure = exposureUnder(original.options, original.model.class, property);
        const attribute = computedAttribute(original.model, property, exposure);
        attributes.set(attribute.name, attribute);
      }
    });
    return Object.freeze({ ...original, attributes, relationships, byEntity });
  }
}

function select<T extends Attribute | Relationship>(field: T, { only, exclude }: Selection): T {
  const isShown = (only?.includes(field.property) ?? true) && !exclude.includes(field.property);
  return isShown || !field.exposed ? field : { ...field, exposed: false };
}
