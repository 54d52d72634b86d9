/** Where we answer otherwise than flask-jsonapi did: on purpose, or because an issue is still open. */
import { bodyOf, hasParameter, linkageOf, parameters, words } from '../asked.js';
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
    reason: 'a page without a size has the size of the server, and a size without a page is the first page (PAG-13)',
    when: (example) => hasParameter(example, /^page\[size\]$/) !== hasParameter(example, /^page\[number\]$/),
    status: 200,
  },
  {
    reason: '`prev` past the end leads to the last page (decision 16)',
    when: (example) => valuesOf(example, 'page[number]').some((value) => Number(value) > 10),
    differs: /^link prev/,
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
    reason: 'related resources and linkage have addresses, which links name (JSON:API)',
    when: (example) => example.steps.some(({ path }) => RELATION.test(pathOf(path))),
    differs: /^status: "404" expected, "2xx" found/,
  },
  {
    reason: 'a field has one name on the wire, the dashed one (FJS-07)',
    when: (example) => words(example, /^filter|^sort$/).some((word) => UNDERSCORED.includes(word)),
    status: 400,
  },
  {
    reason: 'an empty value is the empty text (decision 12)',
    when: (example) => parameters(example).some(([name, value]) => value === '' && EMPTY_TEXT.test(name)),
    status: 200,
  },
  {
    reason: 'behind a relationship hold the filters that the related resource declares (FJF-08)',
    when: (example, { options }) => parameters(example).some(([name]) => goesFurther(name, toObject(options.filters))),
    status: 200,
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

/** Every address of a relation but the one that the recorded application had. */
const RELATION = /^\/(?!persons\/[^/]+\/computers)[\w-]+\/[^/]+\/(relationships\/)?[a-z]+\/?$/;

/** The fields of the schemas that are dashed on the wire. */
const UNDERSCORED = ['birth_date', 'purchased_at'];

const EMPTY_TEXT = /^filter\[(name|vendor|title|body|plain)\]/;

/** True for a field of a related resource that has a filter there, and none where the path begins. */
function goesFurther(parameter: string, filters: Record<string, Json>): boolean {
  const [, relationship, field = ''] = /^filter\[([\w-]+)\]\[([\w-]+)\]/.exec(parameter) ?? [];
  const steps = Object.values(filters).map((each) => toObject(toObject(each)[relationship ?? '']).relationship);
  const declared = steps.flatMap((name) => (name === undefined ? [] : [toObject(filters[show(name)])]));
  const wider = Object.values(filters).some((each) => field in toObject(each));
  return declared.length > 0 && wider && declared.every((schema) => !(field in schema));
}

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
