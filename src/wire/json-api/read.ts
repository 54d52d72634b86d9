/**
 * Decodes a JSON:API query string into an ApiRequest: form, not meaning. Whether a name is a field is asked
 * later; whether a parameter has a legal name is asked here.
 */
import { BadRequestError } from '../../errors.js';
import type { ApiRequest, ParameterNames, RawFilter, RawPortion, RawSortKey } from '../../query/api-request.js';
import { quote } from '../../query/faults.js';
import { isOperator } from '../../query/operators.js';
import { mappedField, type Attribute, type Resource } from '../../resource/resource.js';
import type { IncomingRequest, ReadOptions } from '../wire-format.js';

const NAMES: ParameterNames = Object.freeze({
  filters: 'filter',
  sort: 'sort',
  group: 'groupBy',
  include: 'include',
  pageNumber: 'page[number]',
  pageSize: 'page[size]',
  pageAfter: 'page[after]',
  pageBefore: 'page[before]',
  single: 'filter[single]',
  count: 'countMode',
  fields: (type: string) => `fields[${type}]`,
});

/** The members of `page`. */
const PAGE = ['number', 'size', 'after', 'before'] as const;

/** `name[a][b]`: what a parameter of a family looks like. */
const PARAMETER = /^([^[\]]+)((?:\[[^[\]]*\])*)$/;

/** One parameter, taken apart. */
interface Parameter {
  /** As it was sent, decoded. */
  readonly name: string;
  readonly base: string;
  readonly brackets: readonly string[];
  readonly value: string;
}

/**
 * Decodes a request.
 *
 * @throws BadRequestError for a parameter that is unknown, repeated or malformed.
 */
export function read(request: IncomingRequest, options: ReadOptions): ApiRequest {
  const decoded = new Decoder(request.resource, rowResource(request), options);
  for (const [name, value] of new URLSearchParams(request.queryString)) decoded.take(name, value);
  return {
    operation: request.operation,
    resource: request.resource,
    viewer: request.viewer,
    id: request.id,
    relation: request.relation,
    relatedId: request.relatedId,
    filters: decoded.filters,
    restrictions: [],
    relatedRestrictions: [],
    sort: decoded.sort,
    group: decoded.group,
    ignoreCase: decoded.ignoreCase,
    single: decoded.single,
    count: decoded.count,
    include: decoded.include,
    embed: undefined,
    fields: decoded.fields,
    page: decoded.page,
    portions: decoded.portions,
    window: undefined,
    parameterNames: { ...NAMES, ...decoded.spelt },
  };
}

/**
 * Checks the query string of the document at the prefix, which takes no parameters.
 *
 * @throws BadRequestError for the first there is.
 */
export function readRoot(queryString: string, { unknownParameters }: Pick<ReadOptions, 'unknownParameters'>): void {
  const [name] = new URLSearchParams(queryString).keys();
  if (name === undefined || unknownParameters === 'ignore') return;
  throw fault('UNKNOWN_PARAMETER', name, `There is no query parameter ${quote(name)} here; this document takes none.`);
}

/** The resource whose rows are asked for: filters are about these. */
function rowResource(request: IncomingRequest): Resource | undefined {
  if (request.relation === undefined) return request.resource;
  return request.resource.relationships.get(request.relation)?.target;
}

/** Which parameters there are, and what each does with its value. */
const HANDLERS: Readonly<Record<string, (decoder: Decoder, parameter: Parameter) => void>> = {
  filter: (decoder, parameter) => decoder.takeFilter(parameter),
  sort: (decoder, parameter) => decoder.takeSort(parameter),
  include: (decoder, parameter) => decoder.takeInclude(parameter),
  fields: (decoder, parameter) => decoder.takeFields(parameter),
  page: (decoder, parameter) => decoder.takePage(parameter),
  groupBy: (decoder, parameter) => decoder.takeGroup(parameter),
  ignoreCase: (decoder, parameter) => decoder.takeIgnoreCase(parameter),
  countMode: (decoder, parameter) => decoder.takeCount(parameter),
  // The spellings of Flask-Restless, which JSON:API 1.1 reserves for itself.
  group: (decoder, parameter) => decoder.takeGroup(parameter),
  ignorecase: (decoder, parameter) => decoder.takeIgnoreCase(parameter),
};

const RESERVED = new Set(['group', 'ignorecase']);

class Decoder {
  readonly filters: RawFilter[] = [];
  sort: RawSortKey[] = [];
  group: string[] = [];
  ignoreCase = false;
  single = false;
  count: string | undefined;
  include: string[] | undefined;
  readonly fields = new Map<string, readonly string[]>();
  readonly page: { -readonly [Member in (typeof PAGE)[number]]?: string } = {};
  readonly spelt: { group?: string } = {};
  readonly portions = new Map<string, RawPortion>();
  private readonly seen = new Set<string>();
  /** The values of `filter[name][]`, by parameter. */
  private readonly lists = new Map<string, string[]>();

  constructor(
    private readonly resource: Resource,
    private readonly rows: Resource | undefined,
    private readonly options: ReadOptions,
  ) {}

  take(name: string, value: string): void {
    const match = PARAMETER.exec(name);
    const base = match?.[1] ?? '';
    const known = Object.hasOwn(HANDLERS, base) && !(this.options.strictParameterNames && RESERVED.has(base));
    if (match === null || !known) {
      if (this.options.unknownParameters === 'ignore') return;
      const names = Object.keys(HANDLERS).filter((each) => !RESERVED.has(each));
      throw fault(
        'UNKNOWN_PARAMETER',
        name,
        `There is no query parameter ${quote(name)}. Parameters: ${names.join(', ')}.`,
      );
    }
    const brackets = [...match[2]!.matchAll(/\[([^\]]*)\]/g)].map(([, text]) => text!);
    HANDLERS[base]!(this, { name, base, brackets, value });
  }

  takeSort(parameter: Parameter): void {
    this.plain(parameter);
    this.sort = splitNames(parameter.value).map((name) =>
      name.startsWith('-') ? { field: name.slice(1), descending: true } : { field: name, descending: false },
    );
  }

  takeGroup(parameter: Parameter): void {
    this.plain(parameter, 'groupBy');
    this.group = splitNames(parameter.value);
    this.spelt.group = parameter.name;
  }

  takeInclude(parameter: Parameter): void {
    this.plain(parameter);
    this.include = splitNames(parameter.value);
  }

  takeIgnoreCase(parameter: Parameter): void {
    this.plain(parameter, 'ignoreCase');
    this.ignoreCase = readFlag(parameter);
  }

  takeCount(parameter: Parameter): void {
    this.plain(parameter);
    this.count = parameter.value;
  }

  takeFields(parameter: Parameter): void {
    const [type] = parameter.brackets;
    if (parameter.brackets.length !== 1 || type === '' || type === undefined) {
      throw fault(
        'BAD_PARAMETER',
        parameter.name,
        `Sparse fieldsets are asked for by type, as in fields[${this.resource.name}]=….`,
      );
    }
    this.once(parameter.name);
    this.fields.set(type, splitNames(parameter.value));
  }

  takePage(parameter: Parameter): void {
    const { brackets, name: sent, value } = parameter;
    if (brackets.length === 2 && brackets[0] !== '' && brackets[1] === 'size') {
      this.once(sent);
      this.portions.set(brackets[0]!, { size: value, parameter: sent, isCapped: false });
      return;
    }
    const [name] = brackets;
    const member = PAGE.find((each) => each === name);
    if (brackets.length !== 1 || member === undefined) {
      const names = PAGE.map((each) => `page[${each}]`).join(', ');
      throw fault('BAD_PAGE', sent, `Pages are asked for with ${names}.`);
    }
    this.once(parameter.name);
    this.page[member] = parameter.value;
  }

  takeFilter(parameter: Parameter): void {
    const { name, brackets, value } = parameter;
    const [first] = brackets;
    const isList = brackets.length > 1 && brackets.at(-1) === '';
    const names = isList ? brackets.slice(0, -1) : brackets;
    if (first === undefined || names.includes('')) {
      throw fault(
        'BAD_FILTER',
        name,
        'Filters are written as filter[field]=value, filter[field][operator]=value or filter[objects]=[…].',
      );
    }
    if (isList) this.takeListed(names, parameter);
    else if (first === 'objects' && brackets.length === 1) this.takeObjects(name, value);
    else if (first === 'single' && brackets.length === 1) this.single = readFlag(parameter);
    else this.filters.push({ value: this.simpleFilter(brackets, value), form: 'text', parameter: name, pointer: '' });
  }

  private takeObjects(name: string, text: string): void {
    let list: unknown;
    try {
      list = JSON.parse(text) as unknown;
    } catch {
      throw fault(
        'BAD_FILTER',
        name,
        'The value is no JSON. Expected a list of filter objects, such as [{"name":"age","op":"gt","val":21}].',
      );
    }
    if (!Array.isArray(list)) throw fault('BAD_FILTER', name, 'Expected a JSON list of filter objects.');
    for (const [index, value] of list.entries()) {
      this.filters.push({ value, form: 'json', parameter: name, pointer: `/${index}` });
    }
  }

  /** `filter[a][]=1&filter[a][]=2`: one filter, whose list has each value as it is. @see JA-71 */
  private takeListed(names: readonly string[], { name, value }: Parameter): void {
    const known = this.lists.get(name);
    if (known !== undefined) {
      known.push(value);
      return;
    }
    const list = [value];
    this.lists.set(name, list);
    this.filters.push({ value: this.simpleFilter(names, list), form: 'text', parameter: name, pointer: '' });
  }

  /** `filter[a][b][op]=value`; without an operator, it is the field's own. */
  private simpleFilter(brackets: readonly string[], value: string | readonly string[]): object {
    const path = brackets.flatMap((part) => part.split('.'));
    const last = path.at(-1)!;
    const isOperator = path.length > 1 && this.isOperator(last) && !this.isField(path);
    if (isOperator) return { name: path.slice(0, -1).join('.'), op: last, val: value };
    return { name: path.join('.'), val: value };
  }

  private isOperator(name: string): boolean {
    return isOperator(name) || this.options.operators.has(name);
  }

  /** A field may be called like an operator: where the path leads through relationships to it, it is the field. */
  private isField(path: readonly string[]): boolean {
    let resource = this.rows;
    for (const [index, name] of path.entries()) {
      if (resource === undefined) return false;
      const field = mappedField(resource, name);
      const declared = resource.options.filterable?.get(name);
      if (declared?.filter !== undefined || declared?.attribute !== undefined) return index === path.length - 1;
      if (field === undefined) return false;
      if (index === path.length - 1) return field.exposed;
      if (field.kind === 'embedded') return isInside(field, path.slice(index + 1));
      resource = field.kind === 'relationship' ? field.target : undefined;
    }
    return false;
  }

  private plain(parameter: Parameter, name = parameter.name): void {
    if (parameter.brackets.length > 0) {
      throw fault('BAD_PARAMETER', parameter.name, `"${parameter.base}" takes no brackets.`);
    }
    this.once(name, parameter.name);
  }

  private once(key: string, name = key): void {
    if (this.seen.has(key)) throw fault('REPEATED_PARAMETER', name, `${quote(name)} is given more than once.`);
    this.seen.add(key);
  }
}

/** Whether the names lead from an embedded object to one of its columns. */
function isInside(object: Attribute, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return object.kind === 'column';
  const field = object.kind === 'embedded' ? object.fields.find((each) => each.name === name) : undefined;
  return field !== undefined && isInside(field, rest);
}

function splitNames(text: string): string[] {
  return text === '' ? [] : text.split(',');
}

function readFlag({ name, value }: Parameter): boolean {
  if (value === '1' || value === '0') return value === '1';
  throw fault('BAD_PARAMETER', name, `Expected 1 or 0, got ${quote(value)}.`);
}

function fault(
  code: 'BAD_FILTER' | 'BAD_PAGE' | 'BAD_PARAMETER' | 'UNKNOWN_PARAMETER' | 'REPEATED_PARAMETER',
  parameter: string,
  detail: string,
): BadRequestError {
  return new BadRequestError(code, detail, { source: { parameter } });
}
