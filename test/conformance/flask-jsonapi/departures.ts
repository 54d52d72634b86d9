/** Where we answer otherwise than flask-jsonapi did: on purpose, or because an issue is still open. */
import { bodyOf, hasParameter, linkageOf, parameters } from '../asked.js';
import { type Case, isObject, type Json } from '../cases.js';
import { show, toObject } from '../meaning.js';
import type { Departure, Later } from '../suite.js';

export const LATER: Later[] = [];

export const DEPARTURES: Departure[] = [
  {
    reason: 'an address with a slash behind it is the one without, where that is asked for at all (DESIGN 14)',
    when: (example) => example.steps.some(({ path }) => path.startsWith('/api/v2/') && pathOf(path).endsWith('/')),
    status: 200,
  },
  {
    reason: 'rows stand in the order of their keys unless a client sorts (decision 14)',
    when: (example) => example.steps.some(({ path, method }) => method === 'GET' && pathOf(path) === '/tags/'),
    differs: /^order/,
  },
  {
    reason: 'a page below 1 is a 400 (decision 16)',
    when: (example) => valuesOf(example, 'page[number]').some((value) => Number(value) < 1),
    status: 400,
  },
  {
    reason: 'where rows are not paged, there is a first page, and it has them all (PAG-22)',
    when: (example) => valuesOf(example, 'page[number]').includes('1') && !hasParameter(example, /^page\[size\]$/),
    status: 200,
  },
  {
    reason: 'unknown parameters of pages are a 400 (DESIGN 17)',
    when: (example) => hasParameter(example, /^page\[(offset|limit)\]$/),
    status: 400,
  },
  {
    reason: 'an include path that is none is a 400, an empty one too (JSON:API)',
    when: (example) => valuesOf(example, 'include').some((value) => /.,$|^,/.test(value)),
    status: 400,
  },
  {
    reason: 'a document has a resource once, and what is asked for is not included again (JSON:API)',
    when: (example) => example.steps.some(({ expected }) => repeatsItself(toObject(expected.body))),
    differs: /^included: /,
  },
  {
    reason: 'fieldsets go by type, not by relationship (JSON:API)',
    when: (example) => parameters(example).some(([name]) => RELATIONSHIP_FIELDS.test(name)),
    status: 400,
  },
  {
    reason: 'an error points at something that is there: the parent of what is missing (decision 20)',
    when: (example) => example.steps.some((step) => step.path === '/persons/' && lacksName(bodyOf(step))),
    differs: /^fields: /,
  },
  {
    reason: 'a relationship that does not exist is looked for among relationships, not among attributes',
    when: (example) => example.steps.some((step) => linkageOf(bodyOf(step)).some(([name]) => name === 'friends')),
    differs: /^fields: /,
  },
  {
    reason: 'a relationship that is written has `data` (JSON:API)',
    when: (example) =>
      example.steps.some((step) => linkageOf(bodyOf(step)).some(([, linkage]) => linkage === undefined)),
    status: 400,
  },
  {
    reason: 'a zone is honoured: the same instant in UTC (DESIGN 12)',
    when: (example) => example.steps.some(({ body }) => /T[\d:.]+[+-]\d\d:\d\d"/.test(body ?? '')),
    differs: /purchased-at/,
  },
];

/** Fieldsets that name a relationship of the schemas. */
const RELATIONSHIP_FIELDS = /^fields\[(owner|author|article)\]/;

const pathOf = (path: string): string => new URL(path, 'http://localhost').pathname;

function valuesOf(example: Case, parameter: string): string[] {
  return parameters(example).flatMap(([name, value]) => (name === parameter ? [value] : []));
}

function repeatsItself({ data, included }: Record<string, Json>): boolean {
  const keys = (value: Json | undefined): string[] =>
    [value ?? []].flat().map((each) => `${show(toObject(each).type)}/${show(toObject(each).id)}`);
  return keys(included).some((key) => keys(data).includes(key));
}

function lacksName(document: Json | undefined): boolean {
  const { data } = toObject(document);
  return isObject(data) && !('name' in toObject(data.attributes));
}
