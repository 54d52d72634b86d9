/**
 * Checks `include` and `fields`: which relationships are followed from the rows that are found, and what is
 * shown of each resource that may occur.
 */
import type { Limits } from '../resource/options.js';
import type { PluckedAttribute, Relationship, Resource } from '../resource/resource.js';
import { isSameRelation, resourcesOf } from '../resource/resource.js';
import type { ApiRequest } from './api-request.js';
import { bad, limit, quote } from './faults.js';
import { betweenFilter } from './between.js';
import { keyAttributes } from './identity.js';
import { reachedFilter, scopeFilter } from './parse-filter.js';
import { closedSort } from './parse-paths.js';
import { Portions, relatedOrder } from './parse-portions.js';
import { EMPTY_FIELDSET, type Edge, type Fieldset } from './query.js';
import { UNLIMITED, type QueryRules } from './rules.js';

/** A tree of relationship paths, before it is checked. */
class PathTree extends Map<string, PathTree> {
  /** The branch of a name, grown where there is none. */
  branch(name: string): PathTree {
    const branch = this.get(name) ?? new PathTree();
    this.set(name, branch);
    return branch;
  }
}

/** The relationships to follow. */
export interface Edges {
  readonly edges: readonly Edge[];
  readonly includes: boolean;
  readonly includesPrimary: boolean;
}

/**
 * The edges that `include`, the resource's own `includes` and always-sent linkage ask for.
 *
 * @param linkage the relationship whose linkage is the primary data, if it is: paths then start with its name
 * @throws BadRequestError for an unknown path, or one that leads to what cannot be read.
 */
export function parseEdges(
  request: ApiRequest,
  resource: Resource,
  linkage: Relationship | undefined,
  rules: QueryRules,
): Edges {
  const asked = request.include !== undefined;
  const defaults = linkage === undefined ? resource.options.includes : [];
  const paths = request.include ?? request.embed ?? defaults;
  // The limits are for clients.
  const tree = buildTree(paths, request.parameterNames.include, asked ? rules.limits : UNLIMITED);
  const portions = new Portions(request);
  const walk = (branch: PathTree | undefined, path: string): readonly Edge[] => {
    const edges = branch === undefined ? [] : walkTree(resource, branch, { request, rules, portions }, path);
    portions.expectUsed();
    return edges;
  };
  if (linkage === undefined) {
    const edges = walk(tree, '');
    return { edges, includes: asked || paths.length > 0, includesPrimary: false };
  }
  for (const name of tree.keys()) {
    if (name === linkage.name) continue;
    throw bad(
      'BAD_INCLUDE',
      { parameter: request.parameterNames.include, pointer: '' },
      `Here every path starts with ${quote(linkage.name)}, the relationship itself.`,
    );
  }
  const own = tree.get(linkage.name);
  if (own !== undefined) expectReadable(linkage, linkage.name, request, rules);
  return {
    edges: walk(own, `${linkage.name}.`),
    includes: asked,
    includesPrimary: own !== undefined,
  };
}

function buildTree(paths: readonly string[], parameter: string, limits: Limits): PathTree {
  const place = { parameter, pointer: '' };
  const { includePaths, includeDepth } = limits;
  if (paths.length > includePaths)
    throw limit(place, `There are more than ${includePaths} paths, the limit includePaths.`);
  const tree = new PathTree();
  for (const path of paths) {
    const names = path.split('.');
    if (names.length > includeDepth)
      throw limit(place, `${quote(path)} is longer than ${includeDepth} relationships, the limit includeDepth.`);
    names.reduce((branch, name) => branch.branch(name), tree);
  }
  return tree;
}

/** What all steps of one walk have in common. */
interface Walk {
  readonly request: ApiRequest;
  readonly rules: QueryRules;
  readonly portions: Portions;
}

/** @param path of the resource, with a dot at its end */
function walkTree(resource: Resource, tree: PathTree, walk: Walk, path: string): readonly Edge[] {
  const { request, rules } = walk;
  const edges: Edge[] = [];
  // Of the resource's own includes, a viewer gets what they see.
  const asked = request.include !== undefined;
  for (const [name, branch] of tree) {
    const relations = findRelations(resource, rules, (relationship) => relationship.name === name);
    if (relations.length === 0 && asked) throw unknownPath(resource, name, request, rules);
    for (const { relationship, owners } of relations) {
      if (!asked && !rules.policy.isReadable(relationship.target)) continue;
      expectReadable(relationship, name, request, rules);
      edges.push(
        Object.freeze({
          relationship,
          owners,
          target: relationship.view,
          load: 'resources',
          filter: scopeFilter(relationship.target, rules),
          between: betweenFilter(relationship, rules),
          ...portion(walk, path, owners, relationship),
          edges: walkTree(relationship.view, branch, walk, `${path}${name}.`),
        }),
      );
    }
  }
  return Object.freeze([
    ...edges,
    ...linkageEdges(resource, tree, walk, path),
    ...valueEdges(resource, request, rules),
  ]);
}

/** The order and the number of the rows behind each row. */
function portion(
  { portions }: Walk,
  path: string,
  owners: ReadonlySet<Resource>,
  relationship: Relationship,
): Pick<Edge, 'sort' | 'limit'> {
  const [owner] = owners;
  const rows = portions.limit(`${path}${relationship.name}`, owner!, relationship);
  return { sort: relatedOrder(owner!, relationship), limit: rows };
}

/** A relation with the resources of a family that have it. */
interface Relation {
  readonly relationship: Relationship;
  readonly owners: Set<Resource>;
}

/** The relations of a resource, and of those that inherit from it, each once. */
function findRelations(
  resource: Resource,
  rules: QueryRules,
  wanted: (relationship: Relationship, owner: Resource) => boolean,
): readonly Relation[] {
  const relations: Relation[] = [];
  for (const owner of resourcesOf(resource)) {
    for (const relationship of rules.policy.relationships(owner).values()) {
      if (!wanted(relationship, owner)) continue;
      const known = relations.find((each) => isSameRelation(each.relationship, relationship));
      if (known === undefined) relations.push({ relationship, owners: new Set([owner]) });
      else known.owners.add(owner);
    }
  }
  return relations;
}

/** To-many relationships whose linkage the resource always sends, unless a sparse fieldset leaves them out. */
function linkageEdges(resource: Resource, tree: PathTree, walk: Walk, path: string): readonly Edge[] {
  const { request, rules } = walk;
  const relations = findRelations(resource, rules, ({ name, toMany }, owner) => {
    const shown = request.fields.get(owner.name)?.includes(name) ?? true;
    return owner.options.linkage === 'always' && toMany && shown && !tree.has(name);
  });
  return relations.map(({ relationship, owners }) =>
    Object.freeze({
      relationship,
      owners,
      target: relationship.target,
      load: 'linkage',
      filter: scopeFilter(relationship.target, rules),
      between: betweenFilter(relationship, rules),
      ...portion(walk, path, owners, relationship),
      edges: [],
    }),
  );
}

/** What attributes pluck from related rows, unless a sparse fieldset leaves them out. */
function valueEdges(resource: Resource, request: ApiRequest, rules: QueryRules): readonly Edge[] {
  const found = new Map<string, { readonly plucked: PluckedAttribute; readonly owners: Set<Resource> }>();
  for (const owner of resourcesOf(resource)) {
    for (const plucked of rules.policy.attributes(owner).values()) {
      if (plucked.kind !== 'plucked' || request.fields.get(owner.name)?.includes(plucked.name) === false) continue;
      const known = found.get(plucked.name);
      // Heirs have the same relation, described anew.
      if (known !== undefined && isSameRelation(known.plucked.relationship, plucked.relationship)) {
        known.owners.add(owner);
      } else
        found.set(known === undefined ? plucked.name : `${owner.path} ${plucked.name}`, {
          plucked,
          owners: new Set([owner]),
        });
    }
  }
  return [...found.values()].map(({ plucked, owners }) =>
    Object.freeze({
      relationship: plucked.relationship,
      owners,
      target: plucked.relationship.target,
      load: 'values',
      plucked,
      filter: reachedFilter(plucked.relationship.target, rules),
      between: betweenFilter(plucked.relationship, rules),
      sort: closedSort([], plucked.relationship.target),
      limit: undefined,
      edges: [],
    }),
  );
}

function unknownPath(resource: Resource, name: string, request: ApiRequest, rules: QueryRules): Error {
  const names = [...rules.policy.relationships(resource).keys()].join(', ');
  const known = names === '' ? 'It has none.' : `Relationships: ${names}.`;
  const place = { parameter: request.parameterNames.include, pointer: '' };
  return bad('BAD_INCLUDE', place, `${resource.name} has no relationship ${quote(name)}. ${known}`);
}

function expectReadable(relationship: Relationship, name: string, request: ApiRequest, rules: QueryRules): void {
  if (rules.policy.isReadable(relationship.target)) return;
  const place = { parameter: request.parameterNames.include, pointer: '' };
  throw bad('BAD_INCLUDE', place, `The resources behind ${quote(name)} cannot be read.`);
}

/**
 * What is shown of every resource that may occur in the answer.
 *
 * @param linkageOnly the primary data are identifiers, and the rows themselves are not shown
 * @throws BadRequestError for a type or a field that does not exist for the viewer.
 */
export function parseFieldsets(
  request: ApiRequest,
  resource: Resource,
  edges: readonly Edge[],
  linkageOnly: boolean,
  rules: QueryRules,
): ReadonlyMap<Resource, Fieldset> {
  for (const [type, names] of request.fields) checkFields(request, type, names, rules);
  const fieldsets = new Map<Resource, Fieldset>();
  const show = (shown: Resource): void => {
    for (const each of resourcesOf(shown)) {
      if (!fieldsets.has(each)) fieldsets.set(each, fieldset(each, request.fields.get(each.name), rules));
    }
  };
  const visit = (edge: Edge): void => {
    if (edge.load === 'resources') show(edge.target);
    edge.edges.forEach(visit);
  };
  if (!linkageOnly) show(resource);
  edges.forEach(visit);
  if (linkageOnly)
    for (const each of resourcesOf(resource)) if (!fieldsets.has(each)) fieldsets.set(each, keyFieldset(each, rules));
  return fieldsets;
}

function checkFields(request: ApiRequest, type: string, names: readonly string[], rules: QueryRules): void {
  const place = { parameter: request.parameterNames.fields(type), pointer: '' };
  const resources = rules
    .types(type)
    .filter((resource) => resource === request.resource || rules.policy.isReadable(resource));
  if (resources.length === 0) throw bad('BAD_FIELDS', place, `There is no resource type ${quote(type)}.`);
  for (const name of names) {
    const known = resources.some(
      (each) => rules.policy.attribute(each, name) !== undefined || rules.policy.relationship(each, name) !== undefined,
    );
    if (known || name === 'id') continue;
    const fields = rules.policy.names(resources[0]!).join(', ');
    throw bad('BAD_FIELDS', place, `${type} has no field ${quote(name)}. Fields: ${fields}.`);
  }
}

/** What is shown of a row that is only named. */
function keyFieldset(resource: Resource, { policy }: QueryRules): Fieldset {
  const attributes = keyAttributes(resource, policy);
  return attributes.length === 0 ? EMPTY_FIELDSET : Object.freeze({ ...EMPTY_FIELDSET, attributes });
}

function fieldset(resource: Resource, wanted: readonly string[] | undefined, rules: QueryRules): Fieldset {
  const { policy } = rules;
  const shown = (name: string): boolean => wanted === undefined || wanted.includes(name);
  return Object.freeze({
    asked: wanted,
    withEntity: rules.wantsEntity?.(resource) ?? false,
    attributes: Object.freeze([...policy.attributes(resource).values()].filter((attribute) => shown(attribute.name))),
    relationships: Object.freeze(
      [...policy.relationships(resource).values()]
        .filter((relationship) => shown(relationship.name))
        .map((relationship) => {
          // To-many linkage is an edge of its own, and nobody's scope is asked for a link.
          const filter = relationship.toMany ? undefined : scopeFilter(relationship.target, rules);
          return Object.freeze({ relationship, filter });
        }),
    ),
  });
}
