/**
 * The options `readable`, `writable`, `filterable` and `sortable`: for whom a field is what. Each of them, where it is
 * given, names everything there is; `*` stands for all the others.
 */
import { RestlessConfigError } from '../errors.js';
import type { Restriction, ScopeContext, SqlExpression } from './restrictions.js';

/** For whom one field is readable, writable, filterable or sortable. */
export interface FieldRule {
  /** Requests that have one of these groups; without groups it is everybody. */
  readonly groups?: readonly string[];
}

/**
 * Fields by property name: a list of all there are, or an object that says for whom; `'*'` stands for all the others.
 * A decorator does not know the class that it stands on, so that the compiler cannot check the names; they are checked
 * at start.
 *
 * @example
 * const readable: FieldRules = { '*': true, salary: { groups: ['hr'] }, notes: false };
 */
export type FieldRules = readonly string[] | Readonly<Record<string, boolean | FieldRule>>;

/** What one declared filter is about, and how it may be used. */
export interface FilterRule extends FieldRule {
  /** The operators that may be used, in any spelling. Default: all. @see FJF-03 */
  readonly operators?: readonly string[];
  /** The operator of a filter that names none, as in `filter[age]=21`. Default `'eq'`, where there are no `operators`. */
  readonly default?: string;
  /** The field that it is about, where the filter has a name of its own: a property, or a path. @see FJF-06 */
  readonly attribute?: string;
}

/** What a filter function is told beside the value. */
export interface FilterContext extends ScopeContext {
  /** The operator of the request; `'eq'` where it has none. */
  readonly operator: string;
}

/**
 * A filter of the application's own: the client's value becomes a condition. `Builder` is the store's query builder.
 */
export type FilterFunction<Builder = never> = (value: unknown, context: FilterContext) => Restriction<Builder>;

/** A filter of the application's own, with its rule. */
export interface CustomFilterRule<Builder = never> extends Omit<FilterRule, 'attribute'> {
  /** Makes a condition of the client's value. */
  readonly filter: FilterFunction<Builder>;
}

/** Filters by property name, or by names of their own. A list of operators allows these, and the first is the default. */
export type FilterRules<Builder = never> =
  | readonly string[]
  | Readonly<
      Record<string, boolean | readonly string[] | FilterRule | CustomFilterRule<Builder> | FilterFunction<Builder>>
    >;

/** A sort of the application's own, with its rule. */
export interface CustomSortRule extends FieldRule {
  /** What rows are sorted by. */
  readonly sql: SqlExpression;
}

/**
 * Sort keys by property name, or by names of their own with the SQL that rows are sorted by.
 *
 * @example
 * const sortable: SortRules = { name: true, popularity: ({ column }) => `${column('likes')} - ${column('dislikes')}` };
 */
export type SortRules =
  readonly string[] | Readonly<Record<string, boolean | FieldRule | CustomSortRule | SqlExpression>>;

/** One rule of any of the four options, in one form. */
export interface Rule {
  /** Undefined for everybody, empty for nobody. */
  readonly groups: readonly string[] | undefined;
  /** As written; undefined for all. */
  readonly operators: readonly string[] | undefined;
  /** The operator of a filter that names none; undefined for `eq`. */
  readonly default: string | undefined;
  /** The field that a filter with a name of its own is about. */
  readonly attribute: string | undefined;
  /** Makes the condition of a filter of the application's own. */
  readonly filter: ((value: unknown, context: FilterContext) => Restriction) | undefined;
  /** What a sort of the application's own sorts by. */
  readonly sql: SqlExpression | undefined;
}

/** The rules of one option, by name; undefined where the option is not given. */
export type Rules = ReadonlyMap<string, Rule> | undefined;

/** Stands for every name that has no rule of its own. */
export const OTHERS = '*';

/** No restriction at all. */
export const EVERYBODY: Rule = Object.freeze({
  groups: undefined,
  operators: undefined,
  default: undefined,
  attribute: undefined,
  filter: undefined,
  sql: undefined,
});
const NOBODY: Rule = Object.freeze({ ...EVERYBODY, groups: Object.freeze([]) });

/** The options, and the members that the rules of each may have. */
const MEMBERS = {
  readable: ['groups'],
  writable: ['groups'],
  filterable: ['groups', 'operators', 'default', 'attribute', 'filter'],
  sortable: ['groups', 'sql'],
} as const;
export type RuleOption = keyof typeof MEMBERS;

/**
 * Brings the rules of one option into one form.
 *
 * @throws RestlessConfigError naming the entity, the option, the name and what would be right.
 */
export function resolveRules(
  entity: string,
  option: RuleOption,
  given: readonly string[] | Readonly<Record<string, unknown>> | undefined,
): Rules {
  if (given === undefined) return undefined;
  if (Array.isArray(given)) return new Map((given as readonly string[]).map((name) => [name, EVERYBODY]));
  return new Map(Object.entries(given).map(([name, rule]) => [name, resolveRule(entity, option, name, rule)]));
}

function resolveRule(entity: string, option: RuleOption, name: string, given: unknown): Rule {
  if (given === true) return EVERYBODY;
  if (given === false) return NOBODY;
  if (typeof given === 'function' && option === 'sortable') return { ...EVERYBODY, sql: given as SqlExpression };
  if (typeof given === 'function' && option === 'filterable') return { ...EVERYBODY, filter: given as Rule['filter'] };
  if (option === 'filterable' && isTextList(given)) return { ...EVERYBODY, operators: given, default: given[0] };
  const rule = given as Partial<Rule> | null;
  const members: readonly string[] = MEMBERS[option];
  if (typeof rule !== 'object' || rule === null || Object.keys(rule).some((member) => !members.includes(member))) {
    throw wrongRule(entity, option, name, `true, false, or an object with ${members.join(', ')}`);
  }
  const { groups, operators } = rule;
  if (groups !== undefined && !isTextList(groups)) throw wrongRule(entity, option, name, 'groups as a list of names');
  if (operators !== undefined && !isTextList(operators))
    throw wrongRule(entity, option, name, 'operators as a list of operators');
  for (const member of ['default', 'attribute'] as const) {
    if (rule[member] !== undefined && typeof rule[member] !== 'string')
      throw wrongRule(entity, option, name, `"${member}" as a text`);
  }
  for (const member of ['filter', 'sql'] as const) {
    if (rule[member] !== undefined && typeof rule[member] !== 'function')
      throw wrongRule(entity, option, name, `"${member}" as a function`);
  }
  if (rule.attribute !== undefined && rule.filter !== undefined)
    throw wrongRule(entity, option, name, '"attribute" or "filter", not both');
  return Object.freeze({ ...EVERYBODY, ...rule });
}

function wrongRule(entity: string, option: string, name: string, words: string): RestlessConfigError {
  return new RestlessConfigError(`${entity}: "${name}" in the option "${option}" takes ${words}.`);
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
