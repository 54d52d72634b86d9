/** The functions that profiles name as processors, which their files say in words. */
import { ProcessingException, type ProcessorOptions } from 'nestjs-restless';
import { isObject, type JsonObject, texts } from './cases.js';

/** What the functions touch of a context; members that a key does not have are undefined. */
interface Touched {
  id: string;
  relation: string;
  filters: object[];
  sort: object[];
  data: Record<string, unknown>;
  meta: Record<string, unknown>;
  result: Record<string, unknown>;
  wasDeleted: boolean;
  request: { query: Record<string, unknown> };
}

export type ProcessorFunctions = Record<string, (context: Touched) => unknown>;

/** Of the JSON:API suite. */
export const JSON_API_PROCESSORS: ProcessorFunctions = {
  pre_deny_id_2: refuseId('2', { detail: 'No access to 2', status: 403 }),
  pre_full_error: refuseId('3', {
    id: 'err-1',
    links: { about: 'http://example.org/e' },
    status: 422,
    code: 'E42',
    title: 'Full error',
    detail: 'Everything set',
    source: { pointer: '/data' },
    meta: { k: 'v' },
  }),
  pre_change_id_9_to_1: ({ id }) => (id === '9' ? { id: '1' } : undefined),
  pre_adults: addFilter('ge'),
  pre_sort_desc({ sort }) {
    if (sort.length === 0) sort.push({ field: 'name', descending: true });
  },
  post_stamp({ result }) {
    result.meta = { ...(result.meta as object | undefined), stamp: 'ok' };
  },
  post_hide_age({ result }) {
    for (const resource of [result.data].flat() as { attributes: { age?: number } }[]) delete resource.attributes.age;
  },
  pre_default_vendor({ data }) {
    data.vendor ??= 'Acme';
  },
  pre_need_token({ meta }) {
    if (meta.token !== 'sesame') throw new ProcessingException({ detail: 'Token required', status: 401 });
  },
  pre_append_x: append('x'),
  pre_append_y: append('y'),
  pre_deny_delete_3: refuseId('3', { detail: 'Cannot delete 3', status: 409 }),
  post_fail: refuse({ detail: 'Post failed', status: 418 }),
  pre_deny_relation_comments({ relation }) {
    if (relation === 'comments') throw new ProcessingException({ detail: 'comments are closed', status: 403 });
  },
  pre_deny_all: refuse({ detail: 'denied', status: 403 }),
};

/** Of the classic suite, with the classic spelling of errors. */
export const CLASSIC_PROCESSORS: ProcessorFunctions = {
  pre_deny_id_2: refuseId('2', { description: 'No access to 2', code: 403 }),
  pre_adults: addFilter('ge'),
  pre_deny_many({ request }) {
    const { forbidden } = JSON.parse((request.query.q as string | undefined) ?? '{}') as { forbidden?: unknown };
    if (forbidden) throw new ProcessingException('Collection is closed', 403);
  },
  post_stamp_many: stamp('get_many'),
  post_stamp_single: stamp('single'),
  post_hide_age({ result }) {
    delete result.age;
  },
  pre_default_vendor({ data }) {
    data.vendor ??= 'Acme';
    delete data.secret;
  },
  pre_need_token({ data }) {
    const { token } = data;
    delete data.token;
    if (token !== 'sesame') throw new ProcessingException('Token required', 401);
  },
  post_stamp_post: stamp('created'),
  pre_upper_name({ data }) {
    data.name = String(data.name).toUpperCase();
  },
  pre_append_x: append('x'),
  pre_append_y: append('y'),
  pre_only_minors: addFilter('lt'),
  post_stamp_patch_many: stamp('patch_many'),
  pre_deny_delete_3: refuseId('3', { description: 'Cannot delete 3', code: 409 }),
  post_fail_when_nothing_deleted({ wasDeleted }) {
    if (!wasDeleted) throw new ProcessingException('Nothing was deleted', 410);
  },
  // Version 0.13.1 ignores what processors return, 0.17.0 takes it for the new id.
  pre_return_1: () => ({ id: '1' }),
  post_fail: refuse({ description: 'Post failed', code: 418 }),
};

/** The options of a profile, or of one of its resources, that name processors. */
export function processorOptions(options: JsonObject, functions: ProcessorFunctions): ProcessorOptions {
  const translate = (name: string): object => {
    const lists = options[name];
    if (!isObject(lists)) return {};
    return { [name]: Object.fromEntries(Object.entries(lists).map(([key, names]) => [key, texts(names).map(find)])) };
  };
  const find = (name: string): ProcessorFunctions[string] => {
    const found = functions[name];
    if (found === undefined) throw new Error(`There is no processor ${name}.`);
    return found;
  };
  return { ...translate('preprocessors'), ...translate('postprocessors') };
}

type Fault = ConstructorParameters<typeof ProcessingException>[0];

function refuse(fault: Fault): ProcessorFunctions[string] {
  return () => {
    throw new ProcessingException(fault);
  };
}

function refuseId(id: string, fault: Fault): ProcessorFunctions[string] {
  return (context) => {
    if (context.id === id) throw new ProcessingException(fault);
  };
}

function addFilter(op: string): ProcessorFunctions[string] {
  return ({ filters }) => {
    filters.push({ name: 'age', op, val: 18 });
  };
}

function append(letter: string): ProcessorFunctions[string] {
  return ({ data }) => {
    data.name = `${String(data.name)}${letter}`;
  };
}

function stamp(text: string): ProcessorFunctions[string] {
  return ({ result }) => {
    result.stamp = text;
  };
}
