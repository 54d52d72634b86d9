/**
 * Builds all resources from entity models, decorators and options, once at start. Whatever is wrong with
 * them is said here, in one sentence.
 */
import { RestlessConfigError } from '../errors.js';
import type { ColumnModel, EntityModel, RelationModel } from './entity-model.js';
import { checkRules } from './check-rules.js';
import { buildAttributes, exposureUnder, keyColumn, keyColumns } from './attributes.js';
import { derivedByOption, derivedPaths, pluckedAttribute, throughRelations } from './derived.js';
import { checkIncludes, checkNames, twoFields } from './graph-checks.js';
import { exposedProperties, exposureOf, isClosed, type Exposure } from './expose.js';
import { checkPortions } from './portions.js';
import { resolveResourceOptions, type ResolvedResourceOptions, type ResourceOptions } from './options.js';
import { fieldOf, type Attribute, type ColumnAttribute, type Relationship, type Resource } from './resource.js';
import { checkRelatedNames, isOfRelated, Views } from './views.js';

/** One entity to expose, with the options that hold for it; the first layer that has a value wins. */
export interface ResourceEntry {
  readonly model: EntityModel;
  readonly layers: readonly ResourceOptions[];
  readonly version?: string | undefined;
  /** What speaks against a field's name where the resource is served, as in `cannot be called "type" in JSON:API`. */
  readonly nameFault?: (name: string) => string | undefined;
}

/** All resources of one application. */
export interface ResourceGraph {
  /** In the order in which they were declared. */
  readonly resources: readonly Resource[];
}

/** A resource while it is being built. */
interface Draft {
  readonly entry: ResourceEntry | undefined;
  readonly resource: Resource;
  readonly attributes: Map<string, Attribute>;
  readonly relationships: Map<string, Relationship>;
  readonly byEntity: Map<string, Resource>;
  /** The properties that the API has; undefined where the entity has no address. */
  readonly fields: ReadonlySet<string> | undefined;
}

const LEGAL_TYPE = /^[a-zA-Z0-9\u0080-\uffff](?:[-_a-zA-Z0-9\u0080-\uffff]*[a-zA-Z0-9\u0080-\uffff])?$/;

/**
 * Builds the resources of an application.
 *
 * @param isOperator knows the operators that `filterable` may name
 * @throws RestlessConfigError naming the entity, the property or option, and the remedy.
 */
export function buildResourceGraph(
  entries: readonly ResourceEntry[],
  isOperator: (name: string) => boolean = () => true,
): ResourceGraph {
  const graph = new GraphBuilder(entries).build();
  for (const resource of graph.resources) checkRules(resource, isOperator);
  return graph;
}

class GraphBuilder {
  private readonly exposed: readonly Draft[];
  private readonly byModel = new Map<EntityModel, Resource[]>();
  private readonly hidden = new Map<EntityModel, Draft>();
  private readonly views = new Views();

  constructor(entries: readonly ResourceEntry[]) {
    this.exposed = entries.map((entry) => this.draft(entry.model, entry));
    for (const { resource } of this.exposed) {
      this.byModel.set(resource.model, [...(this.byModel.get(resource.model) ?? []), resource]);
    }
  }

  build(): ResourceGraph {
    const addresses = new Map<string, Draft>();
    for (const draft of this.exposed) {
      const { name, collectionName, path, version } = draft.resource;
      const address = `${version ?? ''}/${path}`;
      const other = addresses.get(address);
      if (other !== undefined) {
        throw new RestlessConfigError(
          `${draft.resource.model.name} and ${other.resource.model.name} both want the address /${path}; give one of them another collectionName or prefix.`,
        );
      }
      addresses.set(address, draft);
      if (collectionName === 'eval' && this.exposed.some(({ resource: { options } }) => options.allowFunctions)) {
        throw new RestlessConfigError(
          `${draft.resource.model.name} cannot be called "eval": that is where functions are evaluated; give it another collectionName.`,
        );
      }
      if (!LEGAL_TYPE.test(name)) {
        throw new RestlessConfigError(
          `${draft.resource.model.name}: "${name}" is no legal JSON:API type; use letters, digits, - and _.`,
        );
      }
    }
    for (const draft of this.exposed) this.addFamily(draft);
    for (const draft of this.exposed) this.addRelationships(draft);
    for (const draft of this.exposed) addPlucked(draft);
    this.views.fill();
    for (const draft of this.exposed) {
      checkNames(draft.resource, draft.entry?.nameFault);
      checkIncludes(draft.resource);
      checkPortions(draft.resource);
    }
    return Object.freeze({ resources: Object.freeze(this.exposed.map((draft) => draft.resource)) });
  }

  private draft(model: EntityModel, entry: ResourceEntry | undefined): Draft {
    const options = resolveResourceOptions(model.name, ...(entry?.layers ?? []));
    const collectionName = options.collectionName ?? model.defaultName;
    const attributes = new Map<string, Attribute>();
    const relationships = new Map<string, Relationship>();
    const byEntity = new Map<string, Resource>();
    const fields = entry === undefined ? undefined : chooseFields(model, options);
    for (const attribute of buildAttributes(model, options, fields)) {
      if (attributes.has(attribute.name)) {
        throw twoFields(model, attribute.name);
      }
      attributes.set(attribute.name, attribute);
    }
    const resource: Resource = Object.freeze({
      name: options.type ?? collectionName,
      collectionName,
      path: options.prefix === '' ? collectionName : `${options.prefix}/${collectionName}`,
      version: entry?.version,
      exposed: entry !== undefined,
      model,
      options,
      id: Object.freeze(idColumns(model, options)),
      primaryKey: Object.freeze(keyColumns(model, options)),
      attributes,
      relationships,
      byEntity,
    });
    return { entry, resource, attributes, relationships, byEntity, fields };
  }

  /**
   * Single-table inheritance: rows of child entities belong to the child's resource, or to the nearest ancestor's. What
   * is served elsewhere is another API, with fields and guards of its own; only what has no address has no place either.
   */
  private addFamily({ resource, byEntity }: Draft): void {
    const add = (model: EntityModel, owner: Resource): void => {
      const child = resource.exposed ? this.beside(model, resource) : this.find(model, resource);
      const own = model === resource.model ? resource : (child ?? owner);
      byEntity.set(model.name, own);
      for (const each of model.children) add(each, own);
    };
    add(resource.model, resource);
  }

  private addRelationships(draft: Draft): void {
    const { model, options } = draft.resource;
    for (const relation of [...model.relations, ...throughRelations(model, options)]) {
      const target = this.find(relation.target, draft.resource);
      const exposure = exposureUnder(options, model.class, relation.property);
      const wanted = draft.fields?.has(relation.property) ?? false;
      const named = options.only?.includes(relation.property) ?? options.expose === 'decorated';
      if (wanted && named && target === undefined) {
        throw new RestlessConfigError(
          `${model.name}.${relation.property} is exposed, but ${relation.target.name} is not a resource; ` +
            `add ${relation.target.name} to RestlessModule.forFeature, or do not expose the relation.`,
        );
      }
      this.addRelationship(draft, relation, exposure, target, wanted && target !== undefined);
    }
  }

  private addRelationship(
    draft: Draft,
    relation: RelationModel,
    exposure: Exposure,
    target: Resource | undefined,
    exposed: boolean,
  ): void {
    const resource = target ?? this.hiddenResource(relation.target);
    const relationship: Relationship = Object.freeze({
      kind: 'relationship',
      ...fieldOf(exposure, relation.property, exposed),
      writable: exposure.writable && (relation.insertable || relation.updatable),
      createOnly: exposure.createOnly || !relation.updatable,
      updateOnly: !relation.insertable,
      toMany: relation.toMany,
      nullable: relation.nullable,
      model: relation,
      target: resource,
      view: exposed ? this.views.of(draft.resource.options, relation.property, resource) : resource,
      through: this.steps(draft, relation),
    });
    const twin = draft.relationships.get(relationship.name);
    if (twin !== undefined) throw twoFields(draft.resource.model, relationship.name);
    const clash = draft.attributes.get(relationship.name);
    if (clash?.exposed === true && exposed) {
      throw new RestlessConfigError(
        `${draft.resource.model.name}: an attribute and a relationship are both called "${relationship.name}"; rename one with @Expose({ name }).`,
      );
    }
    draft.relationships.set(relationship.name, relationship);
  }

  /** The relationships that one through a join entity consists of. */
  private steps({ resource }: Draft, { through }: RelationModel): Relationship['through'] {
    if (through === undefined) return undefined;
    const middle = this.find(through.first.target, resource) ?? this.hiddenResource(through.first.target);
    const step = (to: Resource, model: RelationModel): Relationship => ({
      kind: 'relationship',
      ...fieldOf(exposureOf(undefined, model.property), model.property, false),
      toMany: model.toMany,
      nullable: model.nullable,
      model,
      target: to,
      view: to,
    });
    const target = this.find(through.second.target, resource) ?? this.hiddenResource(through.second.target);
    return { first: step(middle, through.first), second: step(target, through.second) };
  }

  /** The resource of an entity that is nearest to `from`: same version and prefix, then same version, then the first declared. */
  private find(model: EntityModel, from: Resource): Resource | undefined {
    const all = this.byModel.get(model) ?? [];
    return this.beside(model, from) ?? all.find((resource) => resource.version === from.version) ?? all[0];
  }

  /** The resource of an entity that is served where `from` is. */
  private beside(model: EntityModel, { version, options }: Resource): Resource | undefined {
    const all = this.byModel.get(model) ?? [];
    return all.find((resource) => resource.version === version && resource.options.prefix === options.prefix);
  }

  /** A resource without an address, for restrictions and scopes that reach past what is exposed. */
  private hiddenResource(model: EntityModel): Resource {
    const known = this.hidden.get(model);
    if (known !== undefined) return known.resource;
    const draft = this.draft(model, undefined);
    this.hidden.set(model, draft);
    this.addFamily(draft);
    this.addRelationships(draft);
    return draft.resource;
  }
}

/** Attributes that have values of related rows. */
function addPlucked({ resource, attributes, fields }: Draft): void {
  const { model, options } = resource;
  for (const [property, path] of Object.entries(derivedPaths(model, options).pluck)) {
    const exposure = exposureUnder(options, model.class, property);
    const attribute = pluckedAttribute(resource, property, path, exposure, fields?.has(property) ?? false);
    if (attributes.has(attribute.name)) throw twoFields(model, attribute.name);
    attributes.set(attribute.name, attribute);
  }
}

/** The properties that the API has, by property name. */
function chooseFields(model: EntityModel, options: ResolvedResourceOptions): ReadonlySet<string> {
  const mapped = new Map<string, ColumnModel | RelationModel | undefined>();
  for (const column of model.columns) {
    if (!column.internal && !column.foreignKeyOnly)
      mapped.set(column.path.split('.')[0]!, column.path.includes('.') ? undefined : column);
  }
  for (const relation of [...model.relations, ...throughRelations(model, options)])
    mapped.set(relation.property, relation);
  for (const name of Object.keys(derivedPaths(model, options).pluck)) mapped.set(name, undefined);
  for (const name of exposedProperties(model.class)) if (!mapped.has(name)) mapped.set(name, undefined);
  checkListedNames(model, options, mapped);

  const own = options.additionalAttributes.filter((name) => !isOfRelated(model, name));
  const chosen = new Set([...own, ...derivedByOption(options)]);
  const isOpen = options.expose === 'all' && !isClosed(model.class);
  for (const [name, field] of mapped) {
    const exposure = exposureOf(model.class, name);
    if (exposure.excluded || options.exclude.includes(name)) continue;
    if (options.only !== undefined) {
      if (options.only.includes(name)) chosen.add(name);
    } else if (exposure.exposed || (isOpen && exposedByDefault(name, field))) {
      chosen.add(name);
    }
  }
  return chosen;
}

/**
 * `expose: 'all'` leaves out `select: false` columns, foreign keys, the key, which is the `id`, names with two
 * underscores in front (FLD-25), and relations inside embedded objects, which JSON:API has no name for.
 */
function exposedByDefault(name: string, field: ColumnModel | RelationModel | undefined): boolean {
  if (name.startsWith('__') || name.includes('.')) return false;
  if (field === undefined || !('path' in field)) return true;
  return field.selected && !field.foreignKey && !(field.primary && field.path === 'id');
}

/** `only`, `exclude` and `additionalAttributes` have to name something that is there. `self` and `id` are always shown. */
function checkListedNames(
  model: EntityModel,
  options: ResolvedResourceOptions,
  mapped: ReadonlyMap<string, unknown>,
): void {
  const known = [...mapped.keys()];
  for (const option of ['only', 'exclude', 'readOnly', 'writeOnly', 'createOnly'] as const) {
    for (const name of options[option] ?? []) {
      if (mapped.has(name) || name === 'id' || name === 'self' || options.additionalAttributes.includes(name)) continue;
      if ((option === 'only' || option === 'exclude') && isOfRelated(model, name)) continue;
      throw new RestlessConfigError(
        `${model.name} has no property "${name}" (option "${option}"). Properties: ${known.join(', ')}.`,
      );
    }
  }
  for (const name of options.only ?? []) {
    if (exposureOf(model.class, name).excluded) {
      throw new RestlessConfigError(`${model.name}.${name} is in "only" and has @Exclude(); remove one of them.`);
    }
  }
  checkRelatedNames(model, options);
  for (const name of options.additionalAttributes) {
    if (isOfRelated(model, name)) continue;
    if (mapped.has(name)) {
      throw new RestlessConfigError(
        `${model.name}.${name} is a column or relation already; take it out of additionalAttributes.`,
      );
    }
    if (model.class !== undefined && !(name in (model.class.prototype as object))) {
      throw new RestlessConfigError(`${model.name} has no getter or method "${name}" (option "additionalAttributes").`);
    }
  }
}

/** The columns that make the id: the primary key, or the column of the option `primaryKey`. */
function idColumns(model: EntityModel, options: ResolvedResourceOptions): ColumnAttribute[] {
  const column = (path: string): ColumnModel | undefined => model.columns.find((each) => each.path === path);
  if (options.primaryKey !== undefined) {
    const chosen = column(options.primaryKey);
    if (chosen === undefined) {
      const columns = model.columns.map(({ path }) => path).join(', ');
      throw new RestlessConfigError(
        `${model.name} has no column "${options.primaryKey}" (option "primaryKey"). Columns: ${columns}.`,
      );
    }
    const alone = chosen.unique || (chosen.primary && model.primaryKey.length === 1);
    if (!alone) {
      throw new RestlessConfigError(
        `${model.name}.${options.primaryKey} cannot be the primaryKey: it is not unique. Add @Unique() or { unique: true }.`,
      );
    }
    return [keyColumn(chosen, options)];
  }
  if (model.primaryKey.length === 0) {
    throw new RestlessConfigError(
      `${model.name} has no primary key; name a unique column with the option "primaryKey".`,
    );
  }
  return keyColumns(model, options);
}
