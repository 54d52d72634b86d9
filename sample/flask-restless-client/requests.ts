/** The old requests, as pages with jQuery made them. They run in order: later ones see what earlier ones have written. */
export interface OldRequest {
  readonly says: string;
  /** What goes to `$.ajax`. */
  readonly settings: JQuery.AjaxSettings & { readonly url: string };
}

const UNOWNED = JSON.stringify({ filters: [{ name: 'owner', op: 'is_null' }] });

export const requests: readonly OldRequest[] = [
  { says: 'A page of people, with their computers', settings: { url: '/api/person' } },
  { says: 'The second of pages of one', settings: { url: '/api/person?page=2&results_per_page=1' } },
  { says: 'One person', settings: { url: '/api/person/1' } },
  { says: 'Her computers', settings: { url: '/api/person/1/computers' } },
  {
    says: 'People whose name has a y, the oldest first',
    settings: search('/api/person', {
      filters: [{ name: 'name', op: 'like', val: '%y%' }],
      order_by: [{ field: 'age', direction: 'desc' }],
    }),
  },
  {
    says: 'People with a computer of IBM, or none older than 24',
    settings: search('/api/person', {
      filters: [
        { name: 'computers__vendor', op: 'any', val: 'IBM' },
        { name: 'age', op: 'le', val: 24 },
      ],
      disjunction: true,
    }),
  },
  {
    says: 'The computers of Lincoln, at most one',
    settings: search('/api/computer', { filters: [{ name: 'owner__name', op: 'has', val: 'Lincoln' }], limit: 1 }),
  },
  {
    says: 'The one who is called Mary',
    settings: search('/api/person', { filters: [{ name: 'name', op: '==', val: 'Mary' }], single: true }),
  },
  {
    says: 'A new person with two new computers',
    settings: send('POST', '/api/person', {
      name: 'Ada',
      age: 27,
      birth_date: '1815-12-10',
      computers: [{ name: 'Difference Engine', vendor: 'Babbage' }, { name: 'Analytical Engine' }],
    }),
  },
  { says: 'Ada is a year older', settings: send('PATCH', '/api/person/4', { age: 28 }) },
  { says: 'And another, the way it was done before PATCH', settings: send('PUT', '/api/person/4', { age: 29 }) },
  {
    says: 'Ada gets a third computer, and Lincoln’s',
    settings: send('PATCH', '/api/person/4', { computers: { add: [{ id: 3 }, { name: 'Loom', vendor: 'Jacquard' }] } }),
  },
  {
    says: 'She gives one away, and scraps another',
    settings: send('PATCH', '/api/person/4', {
      computers: { remove: [{ id: 3 }, { name: 'Loom', __delete__: true }] },
    }),
  },
  {
    says: 'Everybody under thirty is thirty',
    settings: send('PATCH', '/api/person', { q: { filters: [{ name: 'age', op: 'lt', val: 30 }] }, age: 30 }),
  },
  {
    says: 'How old they are on the average, and at most',
    settings: search('/api/eval/person', {
      functions: [
        { name: 'avg', field: 'age' },
        { name: 'max', field: 'age' },
        { name: 'count', field: 'id' },
      ],
    }),
  },
  {
    says: 'Mary again, as a script, which other origins may load (JSONP)',
    settings: { url: '/api/person/3', dataType: 'jsonp', crossDomain: true },
  },
  { says: 'Mary is deleted', settings: { url: '/api/person/3', type: 'DELETE' } },
  {
    says: 'And all computers that nobody has',
    // jQuery puts `data` of a DELETE into its body, and the old application read the URL.
    settings: { url: `/api/computer?q=${encodeURIComponent(UNOWNED)}`, type: 'DELETE' },
  },
  { says: 'A field that there is not', settings: send('POST', '/api/person', { nmae: 'Bob' }) },
  { says: 'A name that somebody has', settings: send('POST', '/api/person', { name: 'Ada' }) },
  { says: 'Nobody', settings: { url: '/api/person/99' } },
];

/** `?q={…}`, as jQuery writes it from `data`. */
function search(url: string, q: object): OldRequest['settings'] {
  return { url, data: { q: JSON.stringify(q) }, dataType: 'json' };
}

function send(type: string, url: string, body: object): OldRequest['settings'] {
  return { url, type, contentType: 'application/json', dataType: 'json', data: JSON.stringify(body) };
}
