/**
 * The explorer in the browser: asks the API at the page's own address, and shows what it answers. The token stays in
 * memory.
 *
 * @typedef {import('../description.js').Description} Description
 * @typedef {import('../description.js').ResourceDescription} ResourceDescription
 * @typedef {{ ok: boolean, status: string, type: string, link: string, body: any }} Answer
 */
import { decode, link, make, own, part, section, table, tree } from './elements.js';
import { requestForm } from './form.js';

const DESCRIPTION = 'application/vnd.nestjs-restless.explorer+json';

let token = '';

let turns = 0;

/** What was last told of an address, and to whom. @type {{ key: string, description: Description } | undefined} */
let known;

/** @param {string} type */
const isJson = (type) => /[/+]json\b/.test(type);

/**
 * @param {string} url
 * @param {string} accept
 * @returns {Promise<Answer>}
 */
async function ask(url, accept) {
  const headers = { Accept: accept, ...(token === '' ? {} : { Authorization: token }) };
  try {
    const answer = await fetch(url, { headers, credentials: 'same-origin', cache: 'no-store', redirect: 'error' });
    const type = answer.headers.get('Content-Type') ?? '';
    const text = await answer.text();
    const body = isJson(type) && text !== '' ? JSON.parse(text) : text;
    const link = answer.headers.get('Link') ?? '';
    return { ok: answer.ok, status: `${answer.status} ${answer.statusText}`.trim(), type, link, body };
  } catch (error) {
    return { ok: false, status: 'No answer', type: '', link: '', body: String(error) };
  }
}

/**
 * Shows the address that the browser is at; what was asked for before is forgotten.
 *
 * @param {boolean} [moved] by a link, which may lead out of the API
 */
async function show(moved = false) {
  const turn = ++turns;
  part('main').setAttribute('aria-busy', 'true');
  await load(turn, moved);
  if (turn === turns) part('main').setAttribute('aria-busy', 'false');
}

/**
 * @param {number} turn
 * @param {boolean} moved
 */
async function load(turn, moved) {
  const url = location.pathname + location.search;
  const key = `${location.pathname} ${token}`;
  part('status').textContent = 'Loading …';
  part('fault').textContent = '';
  if (known?.key !== key) {
    const told = await ask(url, DESCRIPTION);
    if (turn !== turns) return;
    if (moved && !isJson(told.type)) return location.reload();
    if (!told.ok || told.type !== DESCRIPTION) {
      known = undefined;
      return refused(told);
    }
    known = { key, description: told.body };
  }
  const { description } = known;
  trail(description.home);
  if (description.resources !== undefined) return showHome(description);
  const format = formatOf(description);
  const answer = await ask(url, format.mediaType);
  if (turn === turns) showResource(description, format, answer);
}

/** @param {Description} description */
function formatOf({ formats }) {
  const wanted = formats.find(({ name }) => name === location.hash.slice(1));
  return /** @type {Description['formats'][0]} */ (wanted ?? formats[0]);
}

/** @param {string} url */
function go(url) {
  history.pushState(null, '', url);
  void show(true);
  part('main').focus();
  scrollTo(0, 0);
}

/**
 * The page's head.
 * @param {string} title
 * @param {string} status
 * @param {string} [fault]
 */
function head(title, status, fault = '') {
  document.title = `${title} – API explorer`;
  part('title').textContent = title;
  part('status').textContent = status;
  part('fault').textContent = fault;
}

/** @param {Answer} answer */
function refused({ status, body }) {
  trail(undefined);
  head(decode(location.pathname), '', faultOf(status, body));
  part('content').replaceChildren(make('pre', { tabindex: 0, 'aria-label': 'Answer' }, ...tree(body)));
}

/**
 * @param {string} status
 * @param {any} body
 */
function faultOf(status, body) {
  const [error] = Array.isArray(body?.errors) ? body.errors : [];
  const words = error?.detail ?? error?.title ?? body?.message;
  return words === undefined ? status : `${status}: ${words}`;
}

/**
 * The path, step by step: the document at the prefix, and what lies below.
 * @param {string | undefined} home undefined where nobody has said where that is
 */
function trail(home) {
  const { pathname } = location;
  const start = (home === undefined ? undefined : own(home)?.pathname) ?? '/';
  const isBelow = pathname === start || pathname.startsWith(start === '/' ? start : `${start}/`);
  const base = isBelow ? start : '/';
  const names = pathname.slice(base.length).split('/').filter(Boolean);
  const steps = names.map((name, index) => {
    const path = `${base === '/' ? '' : base}/${names.slice(0, index + 1).join('/')}`;
    // There is nothing at `/person/1/relationships`.
    return make('li', {}, name === 'relationships' ? name : link(path, decode(name)));
  });
  part('trail').replaceChildren(...(home === undefined ? [] : [make('li', {}, link(base))]), ...steps);
}

/** Those that are news. @param {readonly string[]} methods */
const verbs = (methods) => methods.filter((method) => method !== 'HEAD' && method !== 'OPTIONS');

/** @param {Description} description */
function showHome({ resources = [] }) {
  head('Resources', `${resources.length} in this API`);
  const entries = resources.map(({ name, url, methods }) => {
    const fields = make('div', {});
    const open = async () => {
      if (fields.hasChildNodes()) return;
      const told = await ask(url, DESCRIPTION);
      const { resource } = told.ok ? told.body : {};
      fields.replaceChildren(
        resource ? fieldTable(resource) : make('p', { class: 'fault' }, faultOf(told.status, told.body)),
      );
    };
    const summary = make(
      'summary',
      {},
      link(url, name),
      ...verbs(methods).map((verb) => make('span', { class: 'tag' }, verb)),
    );
    return make('details', { toggle: open }, summary, fields);
  });
  part('content').replaceChildren(make('section', { class: 'resources' }, ...entries));
}

/** @param {ResourceDescription} resource */
function fieldTable({ name, fields, includes, list }) {
  const rows = fields.map((field) => {
    const type = field.toMany ? `${field.type} list` : field.type;
    const isFilter = list?.filters.some((each) => each.name === field.name || each.name.startsWith(`${field.name}.`));
    const words = [
      field.nullable ? 'may be null' : '',
      field.writable ? 'writable' : '',
      isFilter ? 'filter' : '',
      list?.sort.includes(field.name) ? 'sort' : '',
      includes.includes(field.name) ? 'include' : '',
    ];
    return make(
      'tr',
      {},
      make('th', { scope: 'row' }, make('code', {}, field.name)),
      make('td', {}, field.url === undefined ? type : link(field.url, type)),
      make('td', { class: 'faint' }, words.filter(Boolean).join(', ')),
    );
  });
  return table(`Fields of ${name}`, ['field', 'type', ''], rows);
}

/**
 * @param {Description} description
 * @param {Description['formats'][0]} format
 * @param {Answer} answer
 */
function showResource({ resource, methods, formats }, format, { ok, status, link: header, body }) {
  head(decode(location.pathname), `${status} · ${verbs(methods).join(', ')}`, ok ? '' : faultOf(status, body));
  const form = resource && requestForm(formats, format, resource, token !== '', go);
  const rows = ok ? rowTable(body) : undefined;
  const pages = ok && resource?.list ? pageLinks(body?.links ?? linksOf(header)) : undefined;
  const answered = make(
    'div',
    { class: 'answer' },
    rows && section('Rows', pages, rows),
    section(
      'Document',
      rows ? undefined : pages,
      make('pre', { tabindex: 0, 'aria-label': 'Document' }, ...tree(body)),
    ),
  );
  const fields = resource && section('Fields', fieldTable(resource));
  part('content').replaceChildren(
    make('div', { class: resource ? 'columns split' : 'columns' }, form, answered, fields),
  );
}

/** The rows of a list, without what is behind them. @param {any} body */
function rowTable(body) {
  const list = Array.isArray(body?.data) ? body.data : Array.isArray(body?.objects) ? body.objects : [];
  const rows = list.map((/** @type {any} */ row) => ({ row, values: row.attributes ?? row }));
  const isPlain = (/** @type {string} */ name) =>
    rows.every((/** @type {any} */ { values }) => typeof values[name] !== 'object' || values[name] === null);
  const all = rows.flatMap((/** @type {any} */ { values }) => Object.keys(values));
  const names = [...new Set(['id', ...all])].filter((name) => name !== 'type' && isPlain(name));
  if (rows.length === 0 || names.length < 2) return undefined;
  const lines = rows.map((/** @type {any} */ { row, values }) => {
    const cells = names.slice(1).map((name) => {
      const value = values[name];
      const text = value === undefined ? '' : String(value);
      return make(
        'td',
        { class: value === null ? 'cell faint' : 'cell', title: text.length > 40 ? text : undefined },
        text,
      );
    });
    const self = row.links?.self ?? (row.attributes ? undefined : `${location.pathname}/${encodeURIComponent(row.id)}`);
    return make('tr', {}, make('th', { scope: 'row' }, link(self, String(row.id))), ...cells);
  });
  return table('Rows', /** @type {string[]} */ (names), lines);
}

/**
 * The links of a header, which is where flat JSON has them.
 * @param {string} header
 */
const linksOf = (header) =>
  Object.fromEntries([...header.matchAll(/<([^>]*)>; rel="(\w+)"/g)].map(([, url, rel]) => [rel, url]));

/** @param {Record<string, unknown>} links */
function pageLinks(links) {
  const found = ['first', 'prev', 'next', 'last'].filter((name) => typeof links[name] === 'string');
  const items = found.map((name) => link(links[name], { prev: 'previous' }[name] ?? name));
  return items.length === 0 ? undefined : make('nav', { class: 'pages', 'aria-label': 'Pages' }, ...items);
}

document.addEventListener('click', (event) => {
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  const anchor = event.target instanceof Element ? event.target.closest('a') : null;
  if (!isPlain || anchor === null) return;
  event.preventDefault();
  go(anchor.href);
});

part('login').addEventListener('submit', (event) => {
  event.preventDefault();
  const typed = /** @type {HTMLInputElement} */ (part('token')).value.trim();
  token = typed === '' || typed.includes(' ') ? typed : `Bearer ${typed}`;
  void show();
});

addEventListener('popstate', () => void show());

void show();
