/**
 * Turns filter objects into a checked Filter. This is the only place where a client's field name meets a
 * Resource inside a filter; past this file a filter holds Attributes and Relationships, never names.
 */
import { EVERYBODY, type Rule } from '../resource/field-rules.js';
import {
  mappedField,
  mappedNames,
  resourcesOf,
  type Attribute,
  type ColumnAttribute,
  type PluckedAttribute,
  type Relationship,
  type Resource,
} from '../resource/resource.js';
import { isNative } from '../resource/restrictions.js';
import type { RawFilter } from './api-request.js';
import { whereShown } from './family.js';
import { hasId, keyNamed } from './identity.js';
import { bad, limit, quote, unknownField } from './faults.js';
import { and, has, native, not, ofResource, or, type Filter } from './filter.js';
import {
  columnAt,
  comparison,
  compositeId,
  conditionOf,
  expectAllowed,
  expectFit,
  fieldComparison,
  nameOf,
  operatorOf,
  spellingOf,
  wrongCondition,
  type Step,
  type FilterMembers,
} from './parse-comparison.js';
import { filterObject } from './filter-object.js';
import { below, isScalar, MOST_LISTS, spendValues, type Budget, type Place } from './parse-operand.js';
import { UNLIMITED, type QueryRules } from './rules.js';

/**
 * Parses the filters of a client. All of them have to hold.
 *
 * @example
 * const filter = parseFilters(person, [{ value: { name: 'age', op: '>', val: 17 }, form: 'json', … }], rules);
 * printFilter(filter); // "age gt 17"
 * @throws BadRequestError naming the parameter, the place inside it, the fault and what would be right.
 */
export function parseFilters(resource: Resource, filters: readonly RawFilter[], rules: QueryRules): Filter | undefined {
  const { filterNodes, listLength } = rules.limits;
  const budget = { nodes: filterNodes, values: MOST_LISTS * listLength };
  return and(
    filters.map(({ value, form, parameter, pointer }) => {
      const place = { parameter, pointer, form };
      return new FilterParser(rules, false, budget).parse(resource, value, place, 1);
    }),
  );
}

/**
 * Parses the filters of the application, which may name every mapped field.
 *
 * @param what they are, for the error
 * @throws Error for what is no filter: nothing that a client can mend, and the text names fields that it may not know of.
 */
export function parseRestrictions(
  resource: Resource,
  filters: readonly unknown[],
  rules: QueryRules,
  what = 'restriction',
): Filter | undefined {
  const parser = trustedParser(rules);
  const parse = (value: unknown, index: number): Filter =>
    parser.parse(resource, value, { parameter: what, pointer: `/${index}`, form: 'json' }, 1);
  try {
    return and(filters.map(parse));
  } catch (error) {
    const words = `The ${what} of ${resource.model.name} is no filter: ${(error as Error).message}`;
    throw new Error(words, { cause: error });
  }
}

/**
 * The rows of a resource that exist for the viewer; undefined is all. Rows of resources that inherit from it have to
 * be readable as what they are, and in the scope of their own as well.
 *
 * @param isNamed one row is named by its id: permissions are asked about it once it is found
 */
export function scopeFilter(resource: Resource, rules: QueryRules, isNamed = false): Filter | undefined {
  const heirs = resourcesOf(resource).filter((each) => each !== resource);
  const ownScope = (each: Resource): Filter | undefined =>
    scopeOf(each, isNamed ? rules.policy.rowScope(each) : rules.policy.scope(each), rules);
  const filters = heirs.map((heir) => {
    if (!rules.policy.isReadable(heir)) return not(ofResource(heir));
    const scope = and([hasId(heir), ownScope(heir)]);
    return scope === undefined ? undefined : or([not(ofResource(heir)), scope]);
  });
  return and([hasId(resource), ownScope(resource), ...filters]);
}

/** The same for rows that a declared field leads to: of entities that are not exposed, all. */
export function reachedFilter(resource: Resource, rules: QueryRules): Filter | undefined {
  return resource.exposed ? scopeFilter(resource, rules) : undefined;
}

function scopeOf(resource: Resource, scope: readonly unknown[], rules: QueryRules): Filter | undefined {
  return parseRestrictions(resource, scope, rules, 'scope');
}

/** Stands for a composite primary key. */
const COMPOSITE_ID = Symbol('composite id');

type Field = Attribute | Relationship | typeof COMPOSITE_ID;

function trustedParser(rules: QueryRules): FilterParser {
  return new FilterParser({ ...rules, limits: UNLIMITED }, true, { nodes: Infinity, values: Infinity });
}

class FilterParser {
  /** The filter stands below an odd number of `not`s. */
  private negated = false;

  constructor(
    private readonly rules: QueryRules,
    private readonly trusted: boolean,
    private readonly budget: Budget,
  ) {}

  parse(resource: Resource, value: unknown, place: Place, depth: number): Filter {
    const { filterNodes } = this.rules.limits;
    this.expectDepth(depth, place);
    if (this.budget.nodes-- <= 0)
      throw limit(place, `There are more than ${filterNodes} filters, the limit filterNodes.`);
    if (this.trusted && typeof value === 'object' && value !== null && isNative(value)) return native(resource, value);
    const [object, kind] = filterObject(value, place);
    switch (kind) {
      case 'and':
      case 'or':
        return this.junction(resource, kind, object[kind], below(place, kind), depth);
      case 'not':
        return not(
          this.under(!this.negated, () => this.parse(resource, object['not'], below(place, 'not'), depth + 1)),
        );
      default: {
        const filter = this.named(resource, object, place, depth);
        spendValues(this.budget, object['val'], place, this.rules.limits);
        return filter;
      }
    }
  }

  /** Parses what stands below a `not`, or in rows of another kind, where nothing is turned round yet. */
  private under<T>(negated: boolean, parse: () => T): T {
    const before = this.negated;
    this.negated = negated;
    const parsed = parse();
    this.negated = before;
    return parsed;
  }

  private expectDepth(depth: number, place: Place): void {
    const { filterDepth } = this.rules.limits;
    if (depth <= filterDepth) return;
    throw limit(place, `Filters nest deeper than ${filterDepth} levels, the limit filterDepth.`);
  }

  private junction(resource: Resource, kind: 'and' | 'or', list: unknown, place: Place, depth: number): Filter {
    if (!Array.isArray(list) || list.length === 0) {
      throw bad('BAD_FILTER', place, `"${kind}" takes a list of at least one filter.`);
    }
    const filters = list.map((each, index) => this.parse(resource, each, below(place, index), depth + 1));
    return (kind === 'and' ? and(filters) : or(filters))!;
  }

  private named(resource: Resource, object: FilterMembers, place: Place, depth: number): Filter {
    const { name, op } = object;
    if (typeof name !== 'string' || name === '') {
      throw bad('BAD_FILTER', place, 'A filter needs a "name": the field that it is about.');
    }
    if (op !== undefined && typeof op !== 'string')
      throw bad('BAD_FILTER', place, `The filter on ${quote(name)} needs an "op", such as "eq".`);
    return this.walk(resource, name.split('.'), { object, place, depth, through: false, rule: EVERYBODY });
  }

  /** Follows a dotted path: "there is a related row for which" (decision 10). */
  private walk(resource: Resource, path: readonly string[], step: Step): Filter {
    this.expectDepth(step.depth, step.place);
    const [name, ...rest] = path as [string, ...string[]];
    const declared = this.trusted ? undefined : this.rules.policy.declaredFilter(resource, name);
    if (declared?.filter !== undefined) return this.custom(resource, name, rest, { ...step, rule: declared });
    if (declared?.attribute !== undefined) {
      return this.renamed(resource, declared.attribute.split('.'), rest, { ...step, rule: declared });
    }
    const { field, rule } = this.find(resource, name, step.place);
    return this.follow(resource, field, { ...step, rule }, rest, (target, next) => this.walk(target, rest, next));
  }

  /** A filter with a name of its own, about a field that the viewer may read, at the end of a path of properties. */
  private renamed(resource: Resource, properties: readonly string[], rest: readonly string[], step: Step): Filter {
    const [property, ...further] = properties as [string, ...string[]];
    const { policy } = this.rules;
    const fields = [...policy.attributes(resource).values(), ...policy.relationships(resource).values()];
    const isId = property === 'id' && resource.id.length === 1;
    const field = isId ? resource.id[0] : fields.find((each) => each.property === property);
    if (field === undefined || !policy.isReadable(resource)) {
      throw unknownField(resource, nameOf(step), policy, below(step.place, 'name'), policy.filterNames(resource));
    }
    const path = [...further, ...rest];
    return this.follow(resource, field, step, path, (target, next) =>
      further.length > 0 ? this.renamed(target, further, rest, next) : this.walk(target, rest, next),
    );
  }

  /** What comes of a field: a comparison, a relationship as a whole, or what lies behind it. */
  private follow(
    resource: Resource,
    field: Field,
    step: Step,
    rest: readonly string[],
    onwards: (target: Resource, step: Step) => Filter,
  ): Filter {
    const { place, depth } = step;
    if (field === COMPOSITE_ID) return compositeId(resource, rest, step, this.rules);
    if (field.kind === 'plucked' && rest.length === 0)
      return this.guarded(resource, field, this.onPlucked(resource, field, step));
    if (field.kind !== 'relationship') {
      const column = columnAt(resource, field, rest, place, this.trusted, this.rules);
      return this.guarded(resource, field, this.onAttribute(resource, column, step));
    }
    if (rest.length === 0) return this.guarded(resource, field, this.onRelationship(resource, field, step));
    this.expectReadable(field, place);
    const inner = this.under(false, () => onwards(field.target, { ...step, depth: depth + 1, through: true }));
    return this.guarded(resource, field, this.reached(field, inner));
  }

  private guarded(resource: Resource, field: Attribute | Relationship, filter: Filter): Filter {
    return this.trusted ? filter : whereShown(resource, field, this.rules.policy, filter, this.negated);
  }

  /** @throws BadRequestError for a name that is no field of the viewer's, or one that may be read and not filtered */
  private find(resource: Resource, name: string, place: Place): { field: Field; rule: Rule } {
    const { policy } = this.rules;
    const id: Field = resource.id.length === 1 ? resource.id[0]! : COMPOSITE_ID;
    if (this.trusted) {
      const field = name === 'id' ? id : mappedField(resource, name);
      if (field !== undefined) return { field, rule: EVERYBODY };
      throw unknownField(resource, name, policy, below(place, 'name'), mappedNames(resource));
    }
    const field = name === 'id' ? id : (policy.usableField(resource, name) ?? keyNamed(resource, name));
    const names = policy.filterNames(resource);
    if (field === undefined) throw unknownField(resource, name, policy, below(place, 'name'), names);
    const own = field === COMPOSITE_ID ? [] : [field.property];
    const rule = policy.filterRule(resource, ...(field === id ? ['id'] : []), ...own);
    if (rule !== undefined) return { field, rule };
    throw bad(
      'BAD_FILTER',
      below(place, 'name'),
      `${resource.name} cannot be filtered by ${quote(name)}. Filters: ${names.join(', ') || 'none'}.`,
    );
  }

  /** A filter of the application's own: its function makes a condition of the value. */
  private custom(resource: Resource, name: string, rest: readonly string[], step: Step): Filter {
    const { place } = step;
    if (rest.length > 0)
      throw bad('BAD_FILTER', below(place, 'name'), `${quote(name)} of ${resource.name} leads no further.`);
    const condition = conditionOf(step, this.rules);
    try {
      return trustedParser(this.rules).parse(resource, condition, { ...place, parameter: 'filter', pointer: '' }, 1);
    } catch (error) {
      throw wrongCondition(error, resource, step);
    }
  }

  private onAttribute(resource: Resource, attribute: ColumnAttribute, step: Step): Filter {
    const { object, place } = step;
    const spelling = spellingOf(step);
    const name = nameOf(step);
    if (spelling === 'has' || spelling === 'any') {
      // The old dialect's `any` and `has` on a path with a plain value mean equality on the path's field.
      if (step.through && isScalar(object['val'])) return this.comparison(resource, attribute, 'eq', step);
      throw bad(
        'BAD_FILTER',
        below(place, 'op'),
        `${quote(name)} is an attribute of ${resource.name}; "${spelling}" is for relationships.`,
      );
    }
    return this.comparison(resource, attribute, spelling, step);
  }

  private comparison(resource: Resource, attribute: ColumnAttribute, spelling: string, step: Step): Filter {
    const { object, place } = step;
    const op = operatorOf(spelling, place, this.rules);
    expectFit(attribute, op, step);
    if (op.operand === 'none' || object['field'] === undefined) return comparison(attribute, op, step, this.rules);
    const at = below(place, 'field');
    const name = object['field'];
    if (typeof name !== 'string') throw bad('BAD_FILTER', at, '"field" takes the name of another field.');
    if (op.custom === true || (op.operand !== 'value' && op.operand !== 'pattern')) {
      throw bad('BAD_FILTER', below(place, 'op'), `"${op.name}" cannot compare two fields.`);
    }
    // It is looked up where the path of `name` ends.
    const [head, ...rest] = name.split('.') as [string, ...string[]];
    const { field, rule } = this.find(resource, head, at);
    expectAllowed(rule, spelling, name, at);
    if (field === COMPOSITE_ID || field.kind === 'relationship') {
      throw bad(
        'BAD_FILTER',
        at,
        `${quote(name)} is no attribute of ${resource.name}; fields are compared within one row.`,
      );
    }
    const other = columnAt(resource, field, rest, at, this.trusted, this.rules);
    return this.guarded(resource, field, fieldComparison(attribute, op, other, at));
  }

  private onRelationship(resource: Resource, relationship: Relationship, step: Step, name = relationship.name): Filter {
    const { object, place, depth } = step;
    const op = spellingOf(step);
    const right = relationship.toMany ? 'any' : 'has';
    if (op === 'is_null' || op === 'is_not_null') return this.absence(relationship, op, place);
    if (op === 'has' || op === 'any') {
      if (op !== right) {
        const kind = relationship.toMany ? 'to-many' : 'to-one';
        throw bad('BAD_FILTER', below(place, 'op'), `${quote(name)} is a ${kind} relationship; use "${right}".`);
      }
      if (nameOf(step).includes('.')) {
        throw bad(
          'BAD_FILTER',
          below(place, 'name'),
          `"${op}" takes a relationship of ${resource.name}, not a path; nest the filters.`,
        );
      }
      this.expectReadable(relationship, place, name);
      if (object['val'] === undefined) {
        throw bad('BAD_FILTER', place, `"${op}" on ${quote(name)} needs a filter in "val".`);
      }
      const { target } = relationship;
      const inner = this.under(false, () => this.parse(target, object['val'], below(place, 'val'), depth + 1));
      return this.reached(relationship, inner);
    }
    if (place.form === 'text' && (op === 'in' || op === 'eq')) return this.relatedIds(relationship, step);
    throw bad(
      'BAD_FILTER',
      below(place, 'op'),
      `${quote(relationship.name)} is a relationship; use "${right}" with a filter, or a path such as ${quote(`${relationship.name}.id`)}.`,
    );
  }

  private absence(relationship: Relationship, op: string, place: Place): Filter {
    if (relationship.toMany) {
      throw bad(
        'BAD_FILTER',
        below(place, 'op'),
        `${quote(relationship.name)} is a to-many relationship; use "any" with a filter such as {"name": "id", "op": "is_not_null"}.`,
      );
    }
    const present = this.reached(relationship, undefined);
    return op === 'is_null' ? not(present) : present;
  }

  /** `filter[author]=1,2`: related to one of these. */
  private relatedIds(relationship: Relationship, step: Step): Filter {
    const { target } = relationship;
    const object = { ...step.object, name: 'id', op: 'in' };
    const inner = this.under(false, () => this.walk(target, ['id'], { ...step, object, depth: 1 }));
    return this.reached(relationship, inner);
  }

  /** Like the path that it stands for: there is a related row with such a value. @see MAP-06 */
  private onPlucked(resource: Resource, { name, relationship, of }: PluckedAttribute, step: Step): Filter {
    const op = step.object['op'];
    const isWhole = (op === 'any' || op === 'has') && !isScalar(step.object['val']);
    // The relationship itself need not be exposed.
    if (isWhole) return this.onRelationship(resource, relationship, step, name);
    const { target } = relationship;
    const inner = this.under(false, () => this.onAttribute(target, of, { ...step, through: true }));
    return this.reached(relationship, inner);
  }

  /** There is a related row for which. Rows reached through a relationship are the rows of their own scope. */
  private reached(relationship: Relationship, inner: Filter | undefined): Filter {
    const { target, through } = relationship;
    const scope = (of: Resource): Filter | undefined => (this.trusted ? undefined : reachedFilter(of, this.rules));
    const filter = and([inner, scope(target)]);
    if (through === undefined) return has(relationship, filter);
    return has(through.first, and([has(through.second, filter), scope(through.first.target)]));
  }

  private expectReadable(relationship: Relationship, place: Place, name = relationship.name): void {
    if (this.trusted || this.rules.policy.isReadable(relationship.target)) return;
    throw bad('BAD_FILTER', below(place, 'name'), `The resources behind ${quote(name)} cannot be read.`);
  }
}
