/**
 * What both servers that are written by hand need for JSON:API beside their rows: bodies and links of pages.
 */

export interface Body {
  readonly data: {
    readonly attributes: Readonly<Record<string, unknown>>;
    readonly relationships?: Readonly<Record<string, { readonly data: { readonly id: string } }>>;
  };
}

export function body({ data }: Body): Readonly<Record<string, unknown>> {
  return data.attributes;
}

/** The links of a page, as the library has them. */
export function pageLinks(url: string, number: number, size: number, total: number | undefined, more: boolean): object {
  const [path, query = ''] = url.split('?') as [string, string?];
  const to = (page: number): string => {
    const parameters = new URLSearchParams(query);
    parameters.set('page[number]', String(page));
    parameters.set('page[size]', String(size));
    return `${path}?${parameters.toString()}`;
  };
  const self = new URLSearchParams(query).toString();
  const last = total === undefined ? undefined : Math.max(1, Math.ceil(total / size));
  const hasNext = last === undefined ? more : number < last;
  return {
    self: self === '' ? path : `${path}?${self}`,
    first: to(1),
    ...(last !== undefined && { last: to(last) }),
    prev: number > 1 ? to(Math.min(number - 1, last ?? number)) : null,
    next: hasNext ? to(number + 1) : null,
  };
}

/** The links of a page by cursor, where the cursors are keys: `before` the first row, `after` the last one. */
export function cursorLinks(url: string, size: number, before: unknown, after: unknown): object {
  const path = url.split('?')[0]!;
  const to = (cursor: string, key: unknown): string =>
    `${path}?${new URLSearchParams({ 'page[size]': String(size), [cursor]: String(key) }).toString()}`;
  return {
    prev: before === undefined ? null : to('page[before]', before),
    next: after === undefined ? null : to('page[after]', after),
  };
}
