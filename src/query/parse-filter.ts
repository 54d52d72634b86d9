/**
 * Turns filter objects into a checked Filter. This is the only place where a client's field name meets a
 * Resource inside a filter; past this file a filter holds Attributes and Relationships, never names.
 */
import {
  mappedField,
  resourcesOf,
  type Attribute,
  type ColumnAttribute,
  type Relationship,
  type Resource,
} from '../resource/resource.js';
import type { RawFilter } from './api-request.js';
import { whereShown } from './family.js';
import { hasId, idsFilter } from './identity.js';
import { bad, limit, quote, unknownField } from './faults.js';
import { and, compare, compareFields, has, not, ofResource, or, type Filter } from './filter.js';
import { customOperator, findOperator, operator, OPERATORS, type Operator } from './operators.js';
import { below, family, isScalar, parseOperand, TYPE_WORDS, type Place } from './parse-operand.js';
import { UNLIMITED, type QueryRules } from './rules.js';

/** Members of a filter object; anything else is a typing error of the client's. */
const MEMBERS = new Set(['name', 'op', 'val', 'field', 'and', 'or', 'not']);

/**
 * Parses the filters of a client. All of them have to hold.
 *
 * @example
 * const filter = parseFilters(person, [{ value: { name: 'age', op: '>', val: 17 }, form: 'json', … }], rules);
 * printFilter(filter); // "age gt 17"
 * @throws BadRequestError naming the parameter, the place inside it, the fault and what would be right.
 */
export function parseFilters(resource: Resource, filters: readonly RawFilter[], rules: QueryRules): Filter | undefined {
  const budget = { nodes: rules.limits.filterNodes };
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
 * @throws BadRequestError, as for a client: the text names the fault, the parameter is "restriction".
 */
export function parseRestrictions(
  resource: Resource,
  filters: readonly unknown[],
  rules: QueryRules,
): Filter | undefined {
  const parser = new FilterParser({ ...rules, limits: UNLIMITED }, true, { nodes: Infinity });
  return and(
    filters.map((value, index) =>
      parser.parse(resource, value, { parameter: 'restriction', pointer: `/${index}`, form: 'json' }, 1),
    ),
  );
}

/**
 * The rows of a resource that exist for the viewer; undefined is all. Rows of resources that inherit from it have to
 * be readable as what they are, and in the scope of their own as well.
 */
export function scopeFilter(resource: Resource, rules: QueryRules): Filter | undefined {
  const heirs = resourcesOf(resource).filter((each) => each !== resource);
  const filters = heirs.map((heir) => {
    if (!rules.policy.isReadable(heir)) return not(ofResource(heir));
    const scope = and([hasId(heir), ownScope(heir, rules)]);
    return scope === undefined ? undefined : or([not(ofResource(heir)), scope]);
  });
  return and([hasId(resource), ownScope(resource, rules), ...filters]);
}

function ownScope(resource: Resource, rules: QueryRules): Filter | undefined {
  const scope = rules.policy.scope(resource);
  try {
    return parseRestrictions(resource, scope, rules);
  } catch (error) {
    // Nothing that a client can mend, and the text names fields that it may not know of.
    throw new Error(`The scope of ${resource.model.name} is no filter: ${(error as Error).message}`, { cause: error });
  }
}

type FilterMembers = Readonly<Record<string, unknown>>;

/** Stands for a composite primary key, which only equality makes sense for. */
const COMPOSITE_ID = Symbol('composite id');

class FilterParser {
  constructor(
    private readonly rules: QueryRules,
    private readonly trusted: boolean,
    private readonly budget: { nodes: number },
  ) {}

  parse(resource: Resource, value: unknown, place: Place, depth: number): Filter {
    const { filterNodes } = this.rules.limits;
    this.expectDepth(depth, place);
    if (this.budget.nodes-- <= 0)
      throw limit(place, `There are more than ${filterNodes} filters, the limit filterNodes.`);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw bad('BAD_FILTER', place, 'A filter has to be an object such as {"name": "age", "op": "eq", "val": 21}.');
    }
    const object = value as FilterMembers;
    for (const member of Object.keys(object)) {
      if (MEMBERS.has(member)) continue;
      throw bad('BAD_FILTER', place, `A filter has no member ${quote(member)}. Members: ${[...MEMBERS].join(', ')}.`);
    }
    const kinds = ['and', 'or', 'not', 'name'].filter((member) => Object.hasOwn(object, member));
    if (kinds.length > 1)
      throw bad('BAD_FILTER', place, `A filter has one of and, or, not and name; this one has ${kinds.join(' and ')}.`);
    switch (kinds[0]) {
      case 'and':
      case 'or':
        return this.junction(resource, kinds[0], object[kinds[0]], below(place, kinds[0]), depth);
      case 'not':
        return not(this.parse(resource, object['not'], below(place, 'not'), depth + 1));
      default:
        return this.named(resource, object, place, depth);
    }
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
    if (typeof op !== 'string')
      throw bad('BAD_FILTER', place, `The filter on ${quote(name)} needs an "op", such as "eq".`);
    return this.walk(resource, name.split('.'), object, place, depth);
  }

  /** Follows a dotted path: "there is a related row for which" (decision 10). */
  private walk(
    resource: Resource,
    path: readonly string[],
    object: FilterMembers,
    place: Place,
    depth: number,
    through = false,
  ): Filter {
    this.expectDepth(depth, place);
    const [name, ...rest] = path as [string, ...string[]];
    const field = this.field(resource, name, place);
    if (field === COMPOSITE_ID) return this.compositeId(resource, rest, object, place);
    let filter: Filter;
    if (field.kind !== 'relationship') {
      filter = this.onAttribute(resource, this.columnAt(resource, field, rest, place), through, object, place);
    } else if (rest.length === 0) {
      filter = this.onRelationship(resource, field, object, place, depth);
    } else {
      this.expectReadable(field, place);
      filter = has(field, this.inScope(field.target, this.walk(field.target, rest, object, place, depth + 1, true)));
    }
    return this.trusted ? filter : whereShown(resource, field, this.rules.policy, filter);
  }

  private field(resource: Resource, name: string, place: Place): Attribute | Relationship | typeof COMPOSITE_ID {
    if (name === 'id') return resource.id.length === 1 ? resource.id[0]! : COMPOSITE_ID;
    const { policy } = this.rules;
    const field = this.trusted
      ? mappedField(resource, name)
      : (policy.usableField(resource, name) ?? this.ownKey(resource, name));
    if (field !== undefined) return field;
    throw unknownField(resource, name, policy, below(place, 'name'));
  }

  /** The key's own name is as good as `id` where the key is exposed (decision 3). */
  private ownKey(resource: Resource, name: string): ColumnAttribute | undefined {
    const [key] = resource.id;
    return resource.id.length === 1 && key!.property === name && resource.attributes.get(name)?.exposed === true
      ? key
      : undefined;
  }

  /** Steps into embedded objects until a column is reached. */
  private columnAt(resource: Resource, field: Attribute, rest: readonly string[], place: Place): ColumnAttribute {
    let current: Attribute = field;
    for (const name of rest) {
      const inner: Attribute | undefined =
        current.kind === 'embedded'
          ? current.fields.find((each) =>
              this.trusted
                ? each.name === name || each.property.endsWith(`.${name}`)
                : each.name === name && each.exposed,
            )
          : undefined;
      if (inner === undefined) {
        throw bad(
          'UNKNOWN_FIELD',
          below(place, 'name'),
          `${quote(current.name)} of ${resource.name} has no field ${quote(name)}.`,
        );
      }
      current = inner;
    }
    if (current.kind === 'column') return current;
    const reason =
      current.kind === 'computed'
        ? 'is computed by the application and cannot be filtered'
        : 'is an object; name one of its fields';
    throw bad('BAD_FILTER', below(place, 'name'), `${quote(current.name)} of ${resource.name} ${reason}.`);
  }

  private onAttribute(
    resource: Resource,
    attribute: ColumnAttribute,
    through: boolean,
    object: FilterMembers,
    place: Place,
  ): Filter {
    const spelling = object['op'] as string;
    const name = object['name'] as string;
    if (spelling === 'has' || spelling === 'any') {
      // The old dialect's `any` and `has` on a path with a plain value mean equality on the path's field.
      if (through && isScalar(object['val']))
        return this.comparison(resource, attribute, operator('eq'), object, place);
      throw bad(
        'BAD_FILTER',
        below(place, 'op'),
        `${quote(name)} is an attribute of ${resource.name}; "${spelling}" is for relationships.`,
      );
    }
    return this.comparison(resource, attribute, this.operator(spelling, place), object, place);
  }

  private operator(spelling: string, place: Place): Operator {
    if (this.rules.operators.has(spelling)) return customOperator(spelling);
    const found = findOperator(spelling);
    if (found !== undefined) return found;
    const names = [...OPERATORS.map(({ name }) => name), 'has', 'any', ...this.rules.operators].join(', ');
    const detail = `There is no operator ${quote(spelling)}. Operators: ${names}.`;
    throw bad('UNKNOWN_OPERATOR', below(place, 'op'), detail);
  }

  private comparison(
    owner: Resource,
    attribute: ColumnAttribute,
    op: Operator,
    object: FilterMembers,
    place: Place,
  ): Filter {
    const name = object['name'] as string;
    if (!op.types.includes(attribute.type)) {
      throw bad(
        'BAD_FILTER',
        below(place, 'op'),
        `"${op.name}" does not work on ${quote(name)}, which holds ${TYPE_WORDS[attribute.type]}.`,
      );
    }
    if (op.operand === 'none') return compare(attribute, op);
    if (object['field'] !== undefined) return this.fieldToField(owner, attribute, op, object, place);
    if (!Object.hasOwn(object, 'val') || object['val'] === undefined) {
      throw bad('BAD_FILTER', place, `The operator "${op.name}" on ${quote(name)} needs a value in "val".`);
    }
    const at = below(place, 'val');
    const value = parseOperand(attribute, op, object['val'], at, this.rules.limits);
    if (op.operand !== 'flag') return compare(attribute, op, value);
    return compare(attribute, operator(value === true ? 'is_null' : 'is_not_null'));
  }

  /** Compares two fields of one row: `field` is looked up where the path of `name` ends. */
  private fieldToField(
    owner: Resource,
    attribute: ColumnAttribute,
    op: Operator,
    object: FilterMembers,
    place: Place,
  ): Filter {
    const at = below(place, 'field');
    const name = object['field'];
    if (typeof name !== 'string') throw bad('BAD_FILTER', at, '"field" takes the name of another field.');
    if (op.custom === true || (op.operand !== 'value' && op.operand !== 'pattern')) {
      throw bad('BAD_FILTER', below(place, 'op'), `"${op.name}" cannot compare two fields.`);
    }
    const [head, ...rest] = name.split('.') as [string, ...string[]];
    const field = this.field(owner, head, at);
    if (field === COMPOSITE_ID || field.kind === 'relationship') {
      throw bad(
        'BAD_FILTER',
        at,
        `${quote(name)} is no attribute of ${owner.name}; fields are compared within one row.`,
      );
    }
    const other = this.columnAt(owner, field, rest, at);
    if (family(attribute) !== family(other)) {
      throw bad(
        'BAD_FILTER',
        at,
        `${quote(attribute.name)} holds ${TYPE_WORDS[attribute.type]} and ${quote(other.name)} ${TYPE_WORDS[other.type]}; they cannot be compared.`,
      );
    }
    const filter = compareFields(attribute, op, other);
    return this.trusted ? filter : whereShown(owner, field, this.rules.policy, filter);
  }

  private onRelationship(
    resource: Resource,
    relationship: Relationship,
    object: FilterMembers,
    place: Place,
    depth: number,
  ): Filter {
    const op = object['op'] as string;
    const right = relationship.toMany ? 'any' : 'has';
    if (op === 'is_null' || op === 'is_not_null') return this.absence(relationship, op, place);
    if (op === 'has' || op === 'any') {
      if (op !== right) {
        const kind = relationship.toMany ? 'to-many' : 'to-one';
        throw bad(
          'BAD_FILTER',
          below(place, 'op'),
          `${quote(relationship.name)} is a ${kind} relationship; use "${right}".`,
        );
      }
      if ((object['name'] as string).includes('.')) {
        throw bad(
          'BAD_FILTER',
          below(place, 'name'),
          `"${op}" takes a relationship of ${resource.name}, not a path; nest the filters.`,
        );
      }
      this.expectReadable(relationship, place);
      if (object['val'] === undefined) {
        throw bad('BAD_FILTER', place, `"${op}" on ${quote(relationship.name)} needs a filter in "val".`);
      }
      const inner = this.parse(relationship.target, object['val'], below(place, 'val'), depth + 1);
      return has(relationship, this.inScope(relationship.target, inner));
    }
    if (place.form === 'text' && (op === 'in' || op === 'eq')) return this.relatedIds(relationship, object, place);
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
    const present = has(relationship, this.inScope(relationship.target, undefined));
    return op === 'is_null' ? not(present) : present;
  }

  /** `filter[author]=1,2`: related to one of these. */
  private relatedIds(relationship: Relationship, object: FilterMembers, place: Place): Filter {
    const { target } = relationship;
    const ids = { ...object, name: 'id', op: 'in', val: object['val'] };
    return has(relationship, this.inScope(target, this.walk(target, ['id'], ids, place, 1)));
  }

  private compositeId(resource: Resource, rest: readonly string[], object: FilterMembers, place: Place): Filter {
    const op = this.operator(object['op'] as string, place).name;
    if (rest.length > 0 || !['eq', 'ne', 'in', 'not_in'].includes(op)) {
      throw bad(
        'BAD_FILTER',
        below(place, 'op'),
        `The id of ${resource.name} has several parts; it works with eq, ne, in and not_in.`,
      );
    }
    const found = idsFilter(
      resource,
      op === 'in' || op === 'not_in',
      object['val'],
      below(place, 'val'),
      this.rules.limits,
    );
    return op === 'ne' || op === 'not_in' ? not(found) : found;
  }

  /** Rows reached through a relationship are the rows of their own scope. */
  private inScope(target: Resource, filter: Filter | undefined): Filter | undefined {
    return this.trusted ? filter : and([filter, scopeFilter(target, this.rules)]);
  }

  private expectReadable(relationship: Relationship, place: Place): void {
    if (this.trusted || this.rules.policy.isReadable(relationship.target)) return;
    throw bad('BAD_FILTER', below(place, 'name'), `The resources behind ${quote(relationship.name)} cannot be read.`);
  }
}
