/**
 * The form to filter, sort, include and page with, and the request that it makes.
 *
 * @typedef {import('../description.js').Description} Description
 * @typedef {import('../description.js').ResourceDescription} ResourceDescription
 * @typedef {import('../description.js').ListDescription} ListDescription
 * @typedef {import('./query.js').Filter} Filter
 * @typedef {import('./query.js').SortKey} SortKey
 */
import {
  button,
  fieldset,
  input,
  labelled,
  line,
  link,
  make,
  removable,
  section,
  select,
  valueOf,
} from './elements.js';
import { listed, readQuery, writeQuery } from './query.js';

/**
 * The form, and the request that it makes.
 * @param {Description['formats']} formats
 * @param {Description['formats'][0]} format the one of the answer
 * @param {ResourceDescription} resource
 * @param {boolean} hasToken
 * @param {(url: string) => void} go
 */
export function requestForm(formats, format, { list, includes }, hasToken, go) {
  const isFlat = format.name === 'flat-json';
  const asked = readQuery(location.search, list, isFlat);
  const url = make('code', { id: 'url' });
  const curl = make('code', { id: 'curl' });
  const filters = make('div', {}, ...asked.filters.map((filter) => filterRow(list, filter)));
  const sort = make('div', {}, ...asked.sort.map((key) => sortRow(list, key)));
  const boxes = includes.map((name) =>
    make('label', {}, make('input', { type: 'checkbox', value: name, checked: asked.include.includes(name) }), name),
  );
  const paths = input({
    id: 'paths',
    value: asked.include.filter((path) => !includes.includes(path)).join(),
    placeholder: `${includes[0]}.…,…`,
  });
  const number = input({ type: 'number', min: 1, id: 'number', value: asked.number, placeholder: '1' });
  const size = input({
    type: 'number',
    min: 1,
    max: list?.maxPageSize,
    id: 'size',
    value: asked.size,
    placeholder: list?.pageSize,
  });
  const current = () => {
    const include = boxes.map((box) => /** @type {HTMLInputElement} */ (box.firstChild));
    return (
      location.pathname +
      writeQuery(
        {
          filters: [...filters.children].map((row) => ({
            name: valueOf(row, 'name'),
            op: valueOf(row, 'op'),
            value: valueOf(row, 'value'),
          })),
          sort: [...sort.children].map((row) => ({
            name: valueOf(row, 'name'),
            descending: valueOf(row, 'direction') === 'desc',
          })),
          include: [...include.filter(({ checked }) => checked).map(({ value }) => value), ...listed(paths.value)],
          number: number.value,
          size: size.value,
          rest: asked.rest,
        },
        list,
        isFlat,
      )
    );
  };
  const update = () => {
    const headers = [`-H 'Accept: ${format.mediaType}'`, ...(hasToken ? ['-H "Authorization: $TOKEN"'] : [])];
    url.textContent = current();
    curl.textContent = `curl -g ${headers.join(' ')} '${location.origin}${current()}'`;
  };
  const add = (/** @type {HTMLElement} */ rows, /** @type {() => HTMLElement} */ row) => () => {
    rows.append(row());
    /** @type {HTMLElement | null | undefined} */ (rows.lastElementChild?.firstElementChild)?.focus();
    update();
  };
  const chosen = select(
    '',
    formats.map(({ name }) => name),
    format.name,
  );
  chosen.id = 'format';
  chosen.addEventListener('change', () => go(`${location.pathname}#${chosen.value}`));
  const hasFilters = (list?.filters.length ?? 0) > 0;
  const hasSort = (list?.sort.length ?? 0) > 0;
  const form = make(
    'form',
    {
      id: 'ask',
      input: update,
      click: () => setTimeout(update),
      submit: (/** @type {Event} */ event) => {
        event.preventDefault();
        go(current() + location.hash);
      },
    },
    hasFilters
      ? fieldset(
          'Filter',
          filters,
          button(
            'Add a filter',
            add(filters, () => filterRow(list)),
          ),
        )
      : undefined,
    hasSort
      ? fieldset(
          'Sort',
          sort,
          button(
            'Add a sort key',
            add(sort, () => sortRow(list)),
          ),
        )
      : undefined,
    boxes.length > 0 && !isFlat
      ? fieldset(
          'Include',
          make('div', { class: 'boxes' }, ...boxes),
          make('div', { class: 'row' }, labelled('Longer paths', paths)),
        )
      : undefined,
    list &&
      fieldset(
        'Page',
        make('div', { class: 'row' }, list.numbered ? labelled('Number', number) : undefined, labelled('Size', size)),
      ),
    make(
      'div',
      { class: 'row actions' },
      make('button', { class: 'main' }, 'Send'),
      link(location.pathname, 'Start over'),
      formats.length > 1 ? labelled('Format', chosen) : undefined,
    ),
  );
  update();
  return make('div', {}, section('Request', form, line('GET', url), line('curl', curl)));
}

/**
 * @param {ListDescription | undefined} list
 * @param {Filter} [filter]
 */
function filterRow(list, filter) {
  const filters = list?.filters ?? [];
  const name = select(
    'name',
    filters.map((each) => each.name),
    filter?.name,
  );
  const place = make('span', { class: 'row' });
  const choose = (/** @type {Filter | undefined} */ chosen) => {
    const offer = filters.find((each) => each.name === name.value);
    const op = select('op', offer?.operators ?? [], chosen?.op);
    const value = input({ 'data-part': 'value', 'aria-label': 'value', value: chosen?.value ?? '' });
    const hint = () => {
      const operand = list?.operands[op.value];
      value.hidden = operand === 'none';
      if (value.hidden) value.value = '';
      const words = { list: 'a,b,…', range: 'from,to', pattern: '%text%', flag: 'true or false' };
      value.placeholder = words[/** @type {'list'} */ (operand)] ?? offer?.values?.join(' or ') ?? offer?.type ?? '';
    };
    op.addEventListener('change', hint);
    hint();
    place.replaceChildren(op, value);
  };
  name.addEventListener('change', () => choose(undefined));
  choose(filter);
  const row = removable(name, place);
  row.classList.add('filter');
  return row;
}

/**
 * @param {ListDescription | undefined} list
 * @param {SortKey} [key]
 */
function sortRow(list, key) {
  const names = [...new Set([...(list?.sort ?? []), ...(key ? [key.name] : [])])];
  return removable(
    select('name', names, key?.name),
    select('direction', ['asc', 'desc'], key?.descending ? 'desc' : 'asc'),
  );
}
