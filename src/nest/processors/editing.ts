/**
 * Decoded requests as processors edit them, and back: plain objects and lists without places and forms, which what is
 * left of the client's own keeps. Bodies are in `bodies.ts`.
 */
import type { ApiRequest, ChangeRequest, RawFilter } from '../../query/api-request.js';
import type { EvaluationRequest } from '../../query/evaluation.js';
import type { FilterObject } from '../../resource/options.js';
import { editBody, textOf } from './bodies.js';

/** What the interceptor decodes. */
export type Decoded = ApiRequest | ChangeRequest | EvaluationRequest;

/** The members of a context that may be edited. */
export type Editable = Record<string, unknown>;

/** A request in the course of being edited. */
export interface Editing {
  readonly editable: Editable;
  /** What a preprocessor may call; nobody else finds it in the context. */
  readonly methods?: Readonly<Record<string, (...args: never[]) => void>>;
  /** The request with what has become of the members. */
  readonly finish: (edited: Editable) => Decoded;
}

/** Opens a decoded request for editing. */
export function edit(operation: string, decoded: Decoded): Editing {
  if ('functions' in decoded) {
    const { request } = decoded;
    const editable = { ...onRows(request), groupBy: [...request.group], functions: [...decoded.functions] };
    return {
      editable,
      finish: (edited) => ({
        ...decoded,
        functions: [...(edited['functions'] as EvaluationRequest['functions'])],
        request: editedRequest(request, edited),
      }),
    };
  }
  return 'request' in decoded ? editChange(operation, decoded) : editQuery(decoded);
}

function editQuery(request: ApiRequest): Editing {
  const { operation, id } = request;
  const listing = operation !== 'GET_RESOURCE' && operation !== 'GET_RELATED_RESOURCE';
  const rows = id === undefined ? onRows(request) : { ...onRow(request), ...onRelatedRows(request) };
  return {
    editable: { ...rows, ...(listing && listed(request)), ...shown(request) },
    finish: (edited) => editedRequest(request, edited),
  };
}

function editChange(operation: string, change: ChangeRequest): Editing {
  const { request, resource, linkage } = change;
  const body = editBody(change);
  const many = operation.endsWith('COLLECTION');
  const answered = resource !== undefined && !many;
  const assigned: Record<string, unknown> = {};
  return {
    ...(resource && { methods: { assign: (values: object) => void Object.assign(assigned, values) } }),
    editable: {
      ...(many ? onRows(request) : request.id === undefined ? {} : onRow(request)),
      ...(answered && shown(request)),
      ...body?.editable,
    },
    finish(edited) {
      const own = editedRequest(request, edited);
      const written = body?.finish(edited['data']);
      // What comes later would be lost.
      Object.freeze(assigned);
      return {
        ...change,
        request: own,
        assigned: Object.keys(assigned).length > 0 ? assigned : undefined,
        ...written,
        ...(linkage && { linkage: { ...written!.linkage!, name: own.relation! } }),
      };
    },
  };
}

function onRows({ filters, restrictions }: ApiRequest): Editable {
  return { filters: filters.map(({ value }) => value), restrictions: [...restrictions] };
}

function onRow({ id, relation, restrictions }: ApiRequest): Editable {
  return { id, ...(relation === undefined ? {} : { relation }), restrictions: [...restrictions] };
}

function onRelatedRows({ relation, relatedId, relatedRestrictions }: ApiRequest): Editable {
  if (relation === undefined) return {};
  const related = { relatedRestrictions: [...relatedRestrictions] };
  return relatedId === undefined ? related : { relatedId, ...related };
}

function listed({ filters, sort, group, single, ignoreCase, page, window }: ApiRequest): Editable {
  return {
    filters: filters.map(({ value }) => value),
    sort: sort.map((key) => ({ ...key })),
    groupBy: [...group],
    single,
    ignoreCase,
    page: { ...page },
    limit: window?.limit,
    offset: window?.offset,
  };
}

function shown({ include, fields }: ApiRequest): Editable {
  return { include: include && [...include], fields: Object.fromEntries(fields) };
}

/** A request with the members that are there to be edited. */
function editedRequest(request: ApiRequest, edited: Editable): ApiRequest {
  const { filters, fields, page, limit, offset, groupBy, id, relation, relatedId, ...rest } = edited as {
    readonly filters?: readonly FilterObject[];
    readonly fields?: Readonly<Record<string, readonly string[]>>;
    readonly page?: Readonly<Record<'number' | 'size' | 'after' | 'before', unknown>>;
    readonly limit?: number;
    readonly offset?: number;
    readonly groupBy?: string[];
  } & Editable;
  const known = pick(rest, ['restrictions', 'relatedRestrictions', 'sort', 'single', 'ignoreCase', 'include']);
  return {
    ...request,
    ...known,
    id: textOf(id) ?? request.id,
    relation: textOf(relation) ?? request.relation,
    relatedId: textOf(relatedId) ?? request.relatedId,
    ...(filters && { filters: toRawFilters(request.filters, filters) }),
    ...(groupBy && { group: groupBy }),
    ...(fields && { fields: new Map(Object.entries(fields)) }),
    ...(page && { page: { ...request.page, ...pageTexts(page) } }),
    ...('limit' in edited && {
      window: limit === undefined && offset === undefined ? undefined : { limit, offset: offset ?? 0 },
    }),
  };
}

function pageTexts(page: Readonly<Record<'number' | 'size' | 'after' | 'before', unknown>>): ApiRequest['page'] {
  const { number, size, after, before } = page;
  return { number: textOf(number), size: textOf(size), after: textOf(after), before: textOf(before) };
}

function pick(object: Editable, names: readonly string[]): Partial<ApiRequest> {
  return Object.fromEntries(names.filter((name) => name in object).map((name) => [name, object[name]]));
}

/** A filter that the client sent keeps its place and its form; one that was added is JSON. */
function toRawFilters(sent: readonly RawFilter[], filters: readonly unknown[]): RawFilter[] {
  return filters.map(
    (value) => sent.find((each) => each.value === value) ?? { value, form: 'json', parameter: 'filter', pointer: '' },
  );
}
