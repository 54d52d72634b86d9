/** Old pages keep working: real jQuery makes the sample's requests, in a document of jsdom, and sees what it used to. */
import { AppModule } from '../../sample/flask-restless-client/app.module.js';
import { type OldAnswer, type OldPage, openPage } from '../../sample/flask-restless-client/client.js';
import { requests } from '../../sample/flask-restless-client/requests.js';
import { createApp, type TestApp } from '../support/app.js';

const page = (objects: unknown[], more: object = {}): object => ({
  num_results: objects.length,
  total_pages: 1,
  num_pages: 1,
  page: 1,
  objects,
  ...more,
});
const MARK_I = { id: 1, name: 'Mark I', vendor: 'IBM', purchase_time: '1944-05-01T09:00:00.000Z' };
const UNIVAC = { id: 2, name: 'UNIVAC', vendor: 'Remington', purchase_time: null };
const LIXEIRO = { id: 3, name: 'lixeiro', vendor: 'Lemote', purchase_time: null };
const DIFFERENCE = { id: 4, name: 'Difference Engine', vendor: 'Babbage', purchase_time: null };
const ANALYTICAL = { id: 5, name: 'Analytical Engine', vendor: null, purchase_time: null };
const LOOM = { id: 6, name: 'Loom', vendor: 'Jacquard', purchase_time: null };
const grace = { id: 1, name: 'Grace', age: 37, birth_date: '1906-12-09' };
const lincoln = { id: 2, name: 'Lincoln', age: 23, birth_date: null };
const GRACE = { ...grace, computers: [MARK_I, UNIVAC] };
const LINCOLN = { ...lincoln, computers: [LIXEIRO] };
const MARY = { id: 3, name: 'Mary', age: 25, birth_date: null, computers: [] };
const ADA = { id: 4, name: 'Ada', age: 27, birth_date: '1815-12-10', computers: [DIFFERENCE, ANALYTICAL] };

/** What the requests of the sample are answered, in their order. */
const ANSWERS: readonly (readonly [status: number, data: unknown])[] = [
  [200, page([GRACE, LINCOLN, MARY])],
  [200, page([LINCOLN], { num_results: 3, total_pages: 3, num_pages: 3, page: 2 })],
  [200, GRACE],
  [200, page([MARK_I, UNIVAC].map((computer) => ({ ...computer, owner: grace })))],
  [200, page([MARY])],
  [200, page([GRACE, LINCOLN])],
  [200, page([{ ...LIXEIRO, owner: lincoln }])],
  [200, MARY],
  [201, ADA],
  [200, { ...ADA, age: 28 }],
  [200, { ...ADA, age: 29 }],
  [200, { ...ADA, age: 29, computers: [LIXEIRO, DIFFERENCE, ANALYTICAL, LOOM] }],
  [200, { ...ADA, age: 29 }],
  [200, { num_modified: 3 }],
  [200, { avg__age: 31.75, max__age: 37, count__id: 4 }],
  [200, { meta: { status: 200, 'Content-Type': 'application/javascript' }, data: { ...MARY, age: 30 } }],
  [204, undefined],
  [200, { num_deleted: 1 }],
  [400, { message: 'person has no attribute "nmae". Fields: name, age, birth_date, computers.' }],
  [400, { message: 'There is a resource with this value already, and it has to be unique.' }],
  [404, { message: 'There is no person with the id "99".' }],
];

describe('a page made for Flask-Restless', () => {
  let app: TestApp;
  let old: OldPage;
  const answers: OldAnswer[] = [];

  beforeAll(async () => {
    app = await createApp(AppModule);
    old = openPage(app.url);
    for (const { settings } of requests) answers.push(await old.ajax(settings));
  });
  afterAll(async () => {
    old.close();
    await app.close();
  });

  it('is answered every request', () => {
    expect(answers).toHaveLength(ANSWERS.length);
  });

  it.each(requests.map(({ says }, index) => [says, index] as const))('is answered: %s', (_, index) => {
    const [status, data] = ANSWERS[index]!;
    expect(answers[index]).toEqual({ status, data });
  });

  it('is refused other functions than callbacks in JSONP', async () => {
    const { status } = await old.ajax({ url: '/api/person/1?callback=alert(1)', dataType: 'json' });
    expect(status).toBe(400);
  });
});
