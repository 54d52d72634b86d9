/**
 * Query strings and what the form says, in either format.
 *
 * @typedef {import('../description.js').ListDescription} ListDescription
 * @typedef {{ name: string, op: string, value: string }} Filter
 * @typedef {{ name: string, descending: boolean }} SortKey
 *
 * What the form says: `rest` is what it has no controls for, and leaves as it is.
 * @typedef {{ filters: Filter[], sort: SortKey[], include: string[], number: string, size: string, rest: [string, string][] }} Asked
 */
/** They belong to the list that they come from, and the form asks for another from its beginning. */
const CURSORS = ['page[after]', 'page[before]', 'after', 'before'];

/**
 * What a query string says, in the words of the form.
 * @param {string} search
 * @param {ListDescription | undefined} list
 * @param {boolean} isFlat
 * @returns {Asked}
 */
export function readQuery(search, list, isFlat) {
  /** @type {Asked} */
  const asked = { filters: [], sort: [], include: [], number: '', size: '', rest: [] };
  const isOffered = (/** @type {string} */ name, /** @type {string} */ op) =>
    list?.filters.some((each) => each.name === name && each.operators.includes(op)) === true;
  for (const [name, value] of new URLSearchParams(search)) {
    const [, field, given] = /^filter\[([^\]]+)\](?:\[([^\]]+)\])?$/.exec(name) ?? [];
    const op = given ?? (value.includes(',') ? 'in' : 'eq');
    if (name === (isFlat ? 'page' : 'page[number]')) asked.number = value;
    else if (name === (isFlat ? 'results_per_page' : 'page[size]')) asked.size = value;
    else if (CURSORS.includes(name)) continue;
    else if (isFlat && name === 'q') readSearch(value, asked, isOffered);
    else if (isFlat) asked.rest.push([name, value]);
    else if (field !== undefined && isOffered(field, op)) asked.filters.push({ name: field, op, value });
    else if (name === 'include') asked.include = listed(value);
    else if (name === 'sort' && list) asked.sort = listed(value).map(sortKey);
    else asked.rest.push([name, value]);
  }
  return asked;
}

/** Names with commas between them. @param {string} text */
export function listed(text) {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
}

/** @param {string} text */
const sortKey = (text) => ({ name: text.replace(/^-/, ''), descending: text.startsWith('-') });

/**
 * The `q` of flat JSON, as far as the form has controls for it.
 * @param {string} text
 * @param {Asked} asked
 * @param {(name: string, op: string) => boolean} isOffered
 */
function readSearch(text, asked, isOffered) {
  try {
    const { filters = [], order_by: order = [], ...others } = JSON.parse(text);
    if (Object.keys(others).length > 0 || filters.some((/** @type {any} */ each) => !isOffered(each.name, each.op)))
      throw text;
    asked.filters = filters.map((/** @type {any} */ { name, op, val = '' }) => ({ name, op, value: String(val) }));
    asked.sort = order.map((/** @type {any} */ each) => ({ name: each.field, descending: each.direction === 'desc' }));
  } catch {
    asked.rest.push(['q', text]);
  }
}

/**
 * @param {Asked} asked
 * @param {ListDescription | undefined} list
 * @param {boolean} isFlat
 */
export function writeQuery({ filters, sort, include, number, size, rest }, list, isFlat) {
  /** @type {[string, string][]} */
  const pairs = [];
  if (isFlat) {
    const order = sort.map(({ name, descending }) => ({ field: name, direction: descending ? 'desc' : 'asc' }));
    const q = {
      ...(filters.length > 0 && { filters: filters.map((filter) => flatFilter(filter, list)) }),
      ...(order.length > 0 && { order_by: order }),
    };
    if (Object.keys(q).length > 0) pairs.push(['q', JSON.stringify(q)]);
  } else {
    for (const { name, op, value } of filters) pairs.push([`filter[${name}][${op}]`, value]);
    if (sort.length > 0)
      pairs.push(['sort', sort.map(({ name, descending }) => (descending ? '-' : '') + name).join()]);
    if (include.length > 0) pairs.push(['include', include.join()]);
  }
  if (number !== '') pairs.push([isFlat ? 'page' : 'page[number]', number]);
  if (size !== '') pairs.push([isFlat ? 'results_per_page' : 'page[size]', size]);
  const text = [...pairs, ...rest].map((pair) => pair.map(encode).join('=')).join('&');
  return text === '' ? '' : `?${text}`;
}

/** As addresses may have it, and people can read it. @param {string} text */
function encode(text) {
  const readable = encodeURIComponent(text.toWellFormed?.() ?? text).replace(/%(?:2C|3A|5B|5D)/g, decodeURIComponent);
  return readable.replaceAll("'", '%27');
}

/**
 * @param {Filter} filter
 * @param {ListDescription | undefined} list
 */
function flatFilter({ name, op, value }, list) {
  const type = list?.filters.find((each) => each.name === name)?.type;
  const operand = list?.operands[op];
  const typed = (/** @type {string} */ text) => {
    const isNumber = operand === 'number' || (operand !== 'text' && (type === 'integer' || type === 'float'));
    if (isNumber && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
    return (type === 'boolean' || operand === 'flag') && /^(true|false)$/.test(text) ? text === 'true' : text;
  };
  if (operand === 'none') return { name, op };
  return { name, op, val: operand === 'list' || operand === 'range' ? value.split(',').map(typed) : typed(value) };
}
