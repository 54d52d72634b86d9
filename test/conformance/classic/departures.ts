/** Where we answer otherwise than the recorded classic system: on purpose, or because an issue is still open. */
import { type Case, type Exchange, isObject, type JsonObject, texts } from '../cases.js';
import type { Departure, Later } from '../suite.js';
import { apiOf, bodyOf, filters, searches, segments } from './asked.js';

export const LATER: Later[] = [];

const ASKING: Departure[] = [
  {
    reason: 'null inside `in` is a 400 that names is_null (decision 8)',
    when: (example) => filters(example).some(({ val }) => Array.isArray(val) && val.includes(null)),
    status: 400,
  },
  {
    reason: 'a path with a filter for a value is a 400 (decision 10)',
    when: (example) => filters(example).some(({ name, val }) => isPath(name) && isObject(val)),
    status: 400,
  },
  {
    reason: 'every operator works through relations, at any depth (CQ-06, CQ-07, decision 10)',
    when: (example) => filters(example).some(({ name }) => isPath(name)),
    status: 200,
  },
  {
    reason: 'sorting through a relation keeps the rows without it (CQ-21, SRT-04)',
    when: (example) => orders(example).some(({ field }) => isPath(field)),
    status: 200,
  },
  {
    reason: 'unknown members of `q` are ignored (decision 2)',
    when: (example) => orders(example).some((order) => Object.keys(order).some((name) => !ORDER.includes(name))),
    status: 200,
  },
  {
    reason:
      'a group shows the row with its smallest key, and rows without a value are one group (DESIGN 10, decision 15)',
    when: (example) => searches(example).some((search) => 'group_by' in search),
    status: 200,
  },
  {
    reason: 'a search applies to related lists as well (CQ-32)',
    when: (example) =>
      segments(example).some(([, , id, relation]) => id !== undefined && relation !== undefined) &&
      searches(example).length > 0,
    status: 200,
  },
];

const ADDRESSES: Departure[] = [
  {
    reason: 'a key that is no value of its column names no row (decision 11)',
    when: (example) => segments(example).some(([, , id]) => /^\d+\.\d+$/.test(id ?? '')),
    status: 404,
  },
  {
    reason: 'the document at the prefix tells the addresses (SCH-01)',
    when: (example) => segments(example).some((path) => path.join('/') === 'api'),
    status: 200,
  },
  {
    reason: 'a to-one relation has no members to name (REL-16)',
    when: (example) =>
      isGet(example) &&
      segments(example).some(([, , , relation, member]) => relation === 'owner' && member !== undefined),
    status: 404,
  },
  {
    reason: 'relations are not written at their own URLs (MET-15)',
    when: (example) => segments(example).some(({ length }) => length === 4) && example.steps.every(isRefused),
    differs: /^allow: .*"PATCH","PUT"\] expected, \["GET","HEAD"\] found$/,
  },
  {
    reason: 'a composite key is named whole (DESIGN 15)',
    when: (example, profile) =>
      apiOf(example, profile)?.model === 'account' && apiOf(example, profile)?.primary_key === undefined,
    status: 404,
  },
];

const ANSWERS: Departure[] = [
  {
    reason: 'where no function is asked for, the answer is an empty object ("Contradictions" 18, FUN-05)',
    when: (example) => searches(example).some(({ functions }) => Array.isArray(functions) && functions.length === 0),
    status: 200,
  },
  {
    reason: 'the id is the key that was chosen, so no other field has that name (URL-21, decision 3)',
    when: (example, profile) => ![undefined, 'id'].includes(apiOf(example, profile)?.primary_key as string | undefined),
    differs: /^(step \d+ )?(\S+ members: \[.*"id".*\] expected, (?!.*"id")|order: \["\d+"\] expected)/,
  },
  {
    reason: 'documents always have the id (decision 3, FLD-08)',
    when: (example, profile) => {
      const columns = apiOf(example, profile)?.include_columns;
      return (
        columns !== undefined && !(texts(columns).includes('id') && !texts(columns).some((name) => name.includes('.')))
      );
    },
    differs:
      /^(\S+ members: (?!.*"id".* expected).*"id".* found|order: \["[A-Z]\w+"\] expected, \["\d+"\] found|\d+\/computers: \[\{"vendor":)/,
  },
  {
    reason: 'where paging is off no link leads to another page (PAG-08)',
    when: (example, profile) => apiOf(example, profile)?.results_per_page === 0,
    differs: /^link header/,
  },
];

const WRITING: Departure[] = [
  {
    reason: 'old browsers send bodies in the right media type like all others (NEG-05)',
    when: ({ steps }) => steps.some(({ headers }) => /MSIE [89]\./.test(headers['User-Agent'] ?? '')),
    status: 415,
  },
  {
    reason: 'values are converted only where nothing is lost (decision 11)',
    when: (example) => written(example).some(({ age }) => typeof age === 'string'),
    status: 400,
  },
  {
    reason: 'foreign keys name rows that are there (CRE-16, decision 22)',
    when: (example) => written(example).some(({ owner_id: owner }) => owner === 999),
    status: 400,
  },
  {
    reason: 'rows are counted whose relations alone have changed (BLK-05)',
    when: (example) => written(example).some((body) => 'q' in body),
    differs: /^(step 1 )?object\/num_modified: 0 expected, [1-9]\d* found$/,
  },
  {
    reason: 'collections are deleted where a resource allows it, a stretch of them too (BLK-09, BLK-07)',
    when: ({ steps: [first] }) => first?.method === 'DELETE' && first.path.includes('?q='),
    status: 200,
  },
  {
    reason: 'deleting what is not there is a 404, which no postprocessor sees (DEL-02)',
    when: ({ steps: [first] }) => first?.method === 'DELETE' && first.expected.status === 410,
    status: 404,
  },
  {
    reason: 'what a postprocessor throws undoes what was written (DESIGN 8, PRJ-28)',
    when: ({ steps: [first] }) => first?.method === 'POST' && first.expected.status === 418,
    differs: /^(num_results|total_pages|order): /,
  },
  {
    reason: 'scripts only read (DESIGN 13, JSP-01)',
    when: ({ steps }) => steps.some(({ method, path }) => method !== 'GET' && path.includes('callback=')),
    status: 201,
  },
  {
    reason: 'the chosen key names rows in every request (UPD-05)',
    when: ({ steps: [first] }, profile) =>
      ['PATCH', 'PUT'].includes(first?.method ?? '') && profile.apis.some((api) => api.primary_key !== undefined),
    differs: /^(step \d+ )?(status: (404 expected, 200|200 expected, 404)|object)/,
  },
  {
    reason: 'the id is the key that was chosen, so no other field has that name (URL-21, decision 3)',
    when: (example, profile) => 'primary_key' in (apiOf(example, profile) ?? {}) && written(example).length > 0,
    status: 400,
  },
  {
    reason: 'a row that is not there is not deleted: 404, before any postprocessor ("Contradictions" 7)',
    when: ({ steps }) => steps.some(({ method, path }) => method === 'DELETE' && /\/\d{3,}$/.test(path)),
    status: 404,
  },
  {
    reason: 'whatever throws before the commit undoes it all, a postprocessor too (DESIGN 8)',
    when: ({ steps: [first] }) => first?.method === 'POST' && first.expected.status === 418,
    differs: /^(num_results: 1 expected, 0|total_pages: 1 expected, 0|order: \[.*\] expected, \[\]) found$/,
  },
];

/** SQLite ignores the case of ASCII in `like`, and puts nulls first. */
const DATABASES: Departure[] = [
  {
    reason: '`like` follows the collation of the column (decision 7)',
    when: (example, _, database) => database !== 'sqlite' && filters(example).some(({ op }) => op === 'like'),
    differs: /^(num_results|total_pages|order): /,
  },
  {
    reason: 'the database decides where nulls stand (decision 15)',
    when: (example, _, database) => database === 'postgres' && orders(example).length > 0,
    differs: /^order: /,
  },
];

export const DEPARTURES: Departure[] = [...ASKING, ...ADDRESSES, ...WRITING, ...ANSWERS, ...DATABASES];

const ORDER = ['field', 'direction'];

function written({ steps }: Case): JsonObject[] {
  return steps.map(bodyOf).filter(isObject);
}

function isGet({ steps }: Case): boolean {
  return steps.every(({ method }) => method === 'GET');
}

function isRefused({ expected }: Exchange): boolean {
  return expected.status === 405;
}

function isPath(name: unknown): boolean {
  return typeof name === 'string' && /\w__\w/.test(name);
}

function orders(example: Case): JsonObject[] {
  return searches(example).flatMap(({ order_by: list }) => (Array.isArray(list) ? list.filter(isObject) : []));
}
