/** Where we answer otherwise than the recorded JSON:API system: on purpose, or because an issue is still open. */
import { getMetadataArgsStorage } from 'typeorm';
import {
  attributes,
  bodyOf,
  comparisons,
  hasParameter,
  linkageOf,
  parameters,
  segments,
  words,
  writtenNames,
} from './asked.js';
import { type Case, type Exchange, isObject, type Json, type Profile, text, texts } from './cases.js';
import { ENTITIES, type EntityName } from './entities.js';
import type { Departure, Later } from './suite.js';

export const LATER: Later[] = [];

/** What follows from a rule, whatever the case. */
const RULES: Departure[] = [
  {
    reason: 'unknown query parameters are a 400 (DESIGN 17)',
    when: (example) => parameters(example).some(([name]) => !KNOWN_PARAMETER.test(name)),
    status: 400,
  },
  {
    reason: '`page[size]=0` never opens the door (DESIGN 5, PAG-20)',
    when: (example) => parameters(example).some(([name, value]) => name === 'page[size]' && value === '0'),
    status: 400,
  },
  {
    reason: 'a foreign-key column is no field (DESIGN 18), so nobody asks for it or writes it (DESIGN §5)',
    when: (example) => [...words(example), ...writtenNames(example)].some((word) => FOREIGN_KEYS.includes(word)),
    status: 400,
  },
  {
    reason: 'what a profile hides can be neither asked for nor written (DESIGN §5, CQ-33; decisions 2 and 5)',
    when: (example, profile) => {
      const hidden = hiddenFields(profile, example);
      return [...words(example), ...writtenNames(example)].some((word) => hidden.includes(word));
    },
    status: 400,
  },
  {
    reason: 'what a profile hides has no URL either (DESIGN §5)',
    when: (example, profile) => {
      const hidden = hiddenFields(profile, example);
      return segments(example).some((segment) => hidden.includes(segment));
    },
    status: 404,
  },
  {
    reason: 'an unknown field in `fields` is a 400 (decision 5)',
    when: (example) => words(example, /^fields\[/).some((word) => !ALL_FIELDS.has(word)),
    status: 400,
  },
  {
    reason: 'network operators are for network columns, elsewhere a 400 (OP-15)',
    when: (example) => /"op": ?"(<<|>>|<<=|>>=|<>|&&)"/.test(parameters(example).join()),
    status: 400,
  },
  {
    reason: 'dates and times are ISO 8601 (DESIGN 12, JQ-18)',
    when: (example) =>
      [...comparisons(example), ...attributes(example)].some(
        ([name, value]) => MOMENTS.has(name) && typeof value === 'string' && !ISO_8601.test(value),
      ),
    status: 400,
  },
  {
    reason: 'values are converted only where nothing is lost (decision 11)',
    when: (example) => attributes(example).some(([name, value]) => value !== null && !fits(name, value)),
    status: 400,
  },
  {
    reason:
      'a setter changes another field than the one that was sent, so PATCH shows the resource (JSON:API 1.1, MUST 63)',
    when: (example, { flags }) =>
      flags.includes('hybrid') &&
      example.steps.some(({ method, expected }) => method === 'PATCH' && expected.status === 204),
    status: 200,
  },
  {
    reason: 'where there is one resource nothing is filtered, sorted or paged (JSON:API 1.1, MUST 48; DESIGN 17)',
    when: (example) =>
      hasParameter(example, /^(filter|sort|page|group)/) &&
      !hasParameter(example, /^filter\[single\]$/) &&
      example.steps.some(({ expected: { body } }) => isObject(body) && isObject(body.data)),
    status: 400,
  },
  {
    reason: 'sorting follows more than one relationship (SRT-03)',
    when: (example) => parameters(example).some(([name, value]) => name === 'sort' && /\w\.\w+\./.test(value)),
    status: 200,
  },
  {
    reason: 'the database decides where nulls stand (decision 15)',
    when: (example, _, database) =>
      database === 'postgres' && hasParameter(example, /^sort$/) && example.quirk === undefined,
    differs: /^order: /,
  },
  {
    reason: 'ids may be numbers (decision 4)',
    when: ({ steps }) => steps.some(({ body, expected }) => expected.status === 409 && /"id": ?\d/.test(body ?? '')),
    differs: /^status: 409 expected, 20[14] found$/,
  },
  {
    reason: 'what a relationship is to lead to has to be there (JSON:API 1.1, MUST 58; CRE-24)',
    when: ({ steps }) => steps.some(ignoresLinkage),
    status: 404,
  },
  {
    reason: 'taking out of a relationship what is not in it succeeds (JSON:API 1.1, MUST 68; RJA-09)',
    when: ({ steps }) =>
      steps.some(({ method, path, expected }) =>
        `${method} ${expected.status} ${path}`.match(/^DELETE 404 .*\/relationships\//),
      ),
    differs: /^status: 404 expected, 204 found$/,
  },
  {
    reason: 'old browsers send bodies in the right media type like all others (NEG-05)',
    when: ({ steps }) => steps.some(({ headers }) => /MSIE [89]\./.test(headers['User-Agent'] ?? '')),
    status: 415,
  },
  {
    reason: 'no attribute is called `id` (JSON:API 1.1, MUST 23), so none is written',
    when: (example) => attributes(example).some(([name]) => name === 'id'),
    status: 400,
  },
  {
    reason: 'the id of a composite key joins its parts (DESIGN 15)',
    when: (example, { apis }) =>
      // The account itself, or the document at the prefix that tells its key.
      (segments(example).includes('account') || segments(example).join() === 'api') &&
      apis.some((api) => api.model === 'account' && api.primary_key === undefined),
  },
  {
    reason: 'no link to what cannot be read: the related resource does not answer GET (DESIGN §5)',
    when: (_, { apis }) => apis.some(({ methods }) => methods !== undefined && !/GET/i.test(texts(methods).join())),
    differs: /^\S+ \w+ (links|related): /,
  },
  {
    reason: 'a relationship to an entity without a resource is left out (REL-11)',
    when: (_, { apis }) => relatedModels(apis.map(({ model }) => model)).some((model) => !hasModel(apis, model)),
    differs: /^\S+ relationships: /,
  },
  {
    reason: 'no attribute is called `type` (JSON:API 1.1, MUST 23), so it can be neither asked for nor written',
    when: (example) => isAboutEmployees(example) && [...words(example), ...writtenNames(example)].includes('type'),
    status: 400,
  },
  {
    reason: 'rows of a subclass without a resource belong to that of their parent (POL-07)',
    when: (example, { apis }) => isAboutEmployees(example) && !hasModel(apis, 'manager'),
    differs: /^\S+ attributes: \["name","type"\] expected, \["name"\]|^status: 404 expected, 200 found/,
  },
  {
    reason: 'no attribute is called `type` (JSON:API 1.1, MUST 23); the discriminator is the type of the resource',
    when: isAboutEmployees,
    differs: /^\S+ attributes: \[.*"type"\] expected/,
  },
];

/** What has to be said of single cases. */
const SINGLE: Record<string, Omit<Departure, 'when'>> = {
  'op-eq-documented-equals_to': { reason: '`equals_to` is a spelling of `eq` (OP-01)', status: 200, ids: ['7', '8'] },
  'op-is_not_null': {
    reason: '`is_not_null` needs no value (OP-08)',
    status: 200,
    ids: ['1', '3', '4', '6', '7', '8', '9', '10', '12', '14', '15'],
  },
  'op-not_in-empty': {
    reason: '`not_in []` matches everything (decision 8)',
    status: 200,
    ids: ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13', '14', '15'],
  },
  'or-empty': { reason: 'an empty `or` is a 400 (decision 9)', status: 400 },
  'sort-relation-attr-desc': { reason: 'rows without the relation stay (SRT-04)', differs: /./ },
  'self-sort-parent': { reason: 'a self join is a join with another row (SRT-04)', differs: /./ },
  'group-relation': {
    reason: 'the smallest key of each group, and one group without the relation (DESIGN 10, decision 15)',
    status: 200,
    ids: ['1', '3', '4', '6', '7', '8', '9', '10', '11', '12'],
  },
  'group-page': { reason: 'the total is the number of groups (GRP-05)', status: 200, ids: ['1', '2', '3'] },
  'group-filter': {
    reason: 'the smallest key of each group (DESIGN 10)',
    status: 200,
    ids: ['1', '2', '3', '5', '7', '9', '12', '13', '14', '17'],
  },
  'page-number-0': { reason: 'a page below 1 is a 400 (decision 16)', status: 400 },
  'page-number-empty': { reason: 'a page number that is none is a 400 (decision 16)', status: 400 },
  'page-size-abc': { reason: 'a page size that is no number is a 400 (PAG-23)', status: 400 },
  'page-size-empty': { reason: 'a page size that is no number is a 400 (PAG-23)', status: 400 },
  'paging-relationship-default': {
    reason: 'relationship URLs are paged as the related resource is (decision 18)',
    status: 200,
    ids: ['1', '2', '3', '4', '5', '6', '7'],
  },
  'fields-string-pk': { reason: 'the id does not depend on the fieldset (FLD-15)', status: 200, ids: ['python'] },
  'include-null': { reason: 'a null relationship includes nothing (INC-08)', status: 200, ids: ['9'] },
  'include-list-no-nulls': { reason: 'included is what the page leads to (INC-09)', status: 200, ids: ['1', '2', '3'] },
  'include-list-page-2': { reason: 'included is what the page leads to (INC-09)', status: 200, ids: ['4', '5', '6'] },
  'includes-list': { reason: 'included is what the page leads to (INC-09)', status: 200, ids: ['1', '2'] },
  'include-unknown': { reason: 'an unknown include path is a 400 (INC-08)', status: 400 },
  'rship-get-unknown': { reason: 'an unknown relationship is a 404 (REL-18)', status: 404 },
  'rship-get-one-include': {
    reason: 'on a relationship URL, paths start with the relationship (JSON:API 1.1, "Inclusion")',
    status: 400,
  },
  'accept-jsonapi-q': { reason: 'a weight is no media type parameter (NEG-10)', status: 200, ids: ['1'] },
  'eprefix-schema': { reason: 'the root document is at the prefix, which is empty here (SCH-01)', status: 200 },
  'eprefix-schema-api': { reason: 'the root document is at the prefix, which is empty here (SCH-01)', status: 404 },
  'pk-fields': { reason: 'the id does not depend on the fieldset (FLD-15)', status: 200, ids: ['Mary'] },
  'pk-single': { reason: 'the id is the key that was chosen (URL-21)', status: 200, ids: ['Mary'] },
  'partial-get': {
    reason: 'a relationship to an entity without a resource is left out (REL-11)',
    status: 200,
    ids: ['1'],
  },
};

export const DEPARTURES: Departure[] = [
  ...Object.entries(SINGLE).map(([id, rest]) => ({ ...rest, when: (example: Case) => example.id === id })),
  ...RULES,
];

const KNOWN_PARAMETER =
  /^(filter(\[.+\])?|fields\[.+\]|page\[(number|size)\]|sort|include|group|groupBy|ignorecase|ignoreCase|functions|callback)$/;

/** What stands for a moment: ISO 8601, nothing, or the database's clock. */
const ISO_8601 =
  /^\s*$|^CURRENT_(TIMESTAMP|DATE)$|^LOCALTIMESTAMP$|^(\d{4}-\d\d-\d\d)?([T ]?\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/** The types of the columns; a property has the same in every entity. */
const TYPES = new Map(
  getMetadataArgsStorage().columns.map(({ propertyName, options: { type } }) => [propertyName, type]),
);

/** The columns of dates and times. */
const MOMENTS = new Set(
  [...TYPES].flatMap(([name, type]) => (type === Date || /^(date|time)$/.test(String(type)) ? [name] : [])),
);

/** True for a value that a column takes as it is, and for what is no column. */
function fits(name: string, value: Json): boolean {
  const number = typeof value === 'boolean' || value === '' ? NaN : Number(value);
  switch (TYPES.get(name)) {
    case 'integer':
      return Number.isSafeInteger(number);
    case 'double precision':
      return Number.isFinite(number);
    case 'boolean':
      return typeof value === 'boolean';
    default:
      return !TYPES.has(name) || typeof value === 'string';
  }
}

const FOREIGN_KEYS = ['owner_id', 'author_id', 'article_id', 'parent_id'];

/** `id` and `self` are no fields, but were always legal to name. */
const ALL_FIELDS = new Set(['id', 'self', ...Object.values(ENTITIES).flatMap(fieldsOf)]);

function fieldsOf(entity: (typeof ENTITIES)[EntityName]): string[] {
  const { columns, relations } = getMetadataArgsStorage();
  const accessors = Object.getOwnPropertyNames(entity.prototype);
  const mapped = [...columns, ...relations]
    .filter(({ target }) => target === entity)
    .map(({ propertyName }) => propertyName);
  return [...mapped, ...accessors];
}

/** The fields that a profile keeps from the clients of the collection that a case asks. */
function hiddenFields({ apis }: Profile, example: Case): string[] {
  const api = apis.find(({ model, collection_name: name }) => segments(example).includes(text(name ?? model)));
  if (api === undefined) return [];
  const all = fieldsOf(ENTITIES[api.model as EntityName]);
  const only = api.only === undefined ? all : texts(api.only);
  const exclude = texts(api.exclude ?? []);
  return all.filter((field) => field !== 'id' && (!only.includes(field) || exclude.includes(field)));
}

function isAboutEmployees(example: Case): boolean {
  return segments(example).some((segment) => segment === 'employee' || segment === 'manager');
}

/** The recorded system made nothing of ids that it did not find: no linkage, or a list that its database refused. */
function ignoresLinkage(exchange: Exchange): boolean {
  const { expected } = exchange;
  const errors = isObject(expected.body) ? expected.body.errors : undefined;
  if (Array.isArray(errors)) return errors.some((error) => isObject(error) && error.title === 'Flush Error');
  const made = new Map(linkageOf(expected.body));
  return linkageOf(bodyOf(exchange)).some(([name, sent]) => sent !== null && made.get(name) === null);
}

function relatedModels(models: string[]): string[] {
  const { relations } = getMetadataArgsStorage();
  const targets = relations
    .filter(({ target }) => models.some((model) => ENTITIES[model as EntityName] === target))
    .map(({ type }) => (typeof type === 'function' ? (type as () => unknown)() : type));
  return Object.entries(ENTITIES).flatMap(([model, entity]) => (targets.includes(entity) ? [model] : []));
}

function hasModel(apis: Profile['apis'], model: string): boolean {
  return apis.some((api) => api.model === model);
}
