/**
 * The elements that the explorer is made of. Whatever comes from the API becomes text; links lead to addresses of the same
 * origin, and nowhere else.
 *
 * @typedef {Node | string | undefined} Child
 */
/**
 * An element; functions among the attributes listen to events.
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...Child} children
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, /** @type {EventListener} */ (value));
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** @param {string} id */
export const part = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * An address of this origin, or undefined for anything else: other origins, `javascript:`, what is no address.
 * @param {unknown} url
 */
export function own(url) {
  try {
    const target = new URL(String(url), location.href);
    return target.origin === location.origin && /^https?:$/.test(target.protocol) ? target : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} text */
export function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * A link, where the address is of this origin; else the text.
 * @param {unknown} url
 * @param {string} [text]
 * @returns {Child}
 */
export function link(url, text = String(url)) {
  const target = typeof url === 'string' ? own(url) : undefined;
  return target ? make('a', { href: target.href + location.hash }, text) : text;
}

/**
 * @param {string} title
 * @param {...Child} children
 */
export function section(title, ...children) {
  return make('section', {}, make('h2', {}, title), ...children);
}

/**
 * @param {string} label
 * @param {string[]} names
 * @param {HTMLElement[]} rows
 */
export function table(label, names, rows) {
  const cells = names.map((name) => make(name === '' ? 'td' : 'th', { scope: name === '' ? undefined : 'col' }, name));
  const whole = make(
    'table',
    { 'aria-label': label },
    make('thead', {}, make('tr', {}, ...cells)),
    make('tbody', {}, ...rows),
  );
  return make('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label }, whole);
}

/**
 * A JSON value as text with links in it.
 * @param {any} value
 * @param {string} [indent]
 * @param {boolean} [isLink] it is a member of `links`
 * @returns {Child[]}
 */
export function tree(value, indent = '', isLink = false) {
  if (typeof value === 'string') {
    const text = JSON.stringify(value);
    const inner = isLink || /^https?:/i.test(value) ? link(value, text) : text;
    return [make('span', { class: 'string' }, inner)];
  }
  if (typeof value !== 'object' || value === null) return [make('span', { class: 'number' }, String(value))];
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const entries = Object.entries(value);
  if (entries.length === 0) return [`${open}${close}`];
  const deeper = `${indent}  `;
  const inside = entries.flatMap(([name, each], index) => [
    `${index === 0 ? '' : ','}\n${deeper}`,
    ...(Array.isArray(value) ? [] : [make('span', { class: 'name' }, JSON.stringify(name)), ': ']),
    ...tree(each, deeper, name === 'links' || (isLink && name !== 'meta')),
  ]);
  return [/** @type {string} */ (open), ...inside, `\n${indent}${close}`];
}

/**
 * @param {string} legend
 * @param {...Child} children
 */
export const fieldset = (legend, ...children) => make('fieldset', {}, make('legend', {}, legend), ...children);

/**
 * @param {string} text
 * @param {EventListener} click
 */
export const button = (text, click) => make('button', { type: 'button', class: 'small', click }, text);

/**
 * @param {string} text
 * @param {HTMLElement} control
 */
export const labelled = (text, control) => make('span', {}, make('label', { for: control.id }, text), ' ', control);

/** @param {Record<string, unknown>} attributes */
export const input = (attributes) => /** @type {HTMLInputElement} */ (make('input', attributes));

/**
 * @param {string} name
 * @param {readonly string[]} values
 * @param {string} [chosen]
 */
export function select(name, values, chosen) {
  const options = values.map((value) => make('option', { selected: value === chosen }, value));
  return /** @type {HTMLSelectElement} */ (
    make('select', { 'data-part': name, 'aria-label': name || undefined }, ...options)
  );
}

/**
 * @param {Element} row
 * @param {string} name
 */
export const valueOf = (row, name) =>
  /** @type {HTMLInputElement | null} */ (row.querySelector(`[data-part=${name}]`))?.value ?? '';

/** @param {HTMLElement[]} controls */
export function removable(...controls) {
  const row = make('div', { class: 'row' }, ...controls);
  row.append(
    make('button', { type: 'button', class: 'small', 'aria-label': 'Remove', click: () => row.remove() }, '×'),
  );
  return row;
}

/**
 * @param {string} name
 * @param {HTMLElement} code
 */
export function line(name, code) {
  const copy = () => void navigator.clipboard.writeText(code.textContent ?? '');
  // Without a secure context there is no clipboard.
  return make(
    'div',
    { class: 'line' },
    make('span', {}, name),
    code,
    navigator.clipboard ? button('Copy', copy) : undefined,
  );
}
