/** Writing values that stand for rows of another entity: found, made, linked and taken out in one transaction. */
import { RestlessModule, type ResourceEntry } from 'nestjs-restless';
import { describeServers, type TestApp } from '../support/app.js';
import { Cuisine, Label, Recipe, RECIPE_ENTITIES, seedRecipes, Step } from '../support/recipes.js';
import { StatementLog } from '../support/statement-log.js';
import { faults, linkage, writing } from '../support/writing.js';

const FLAT = { Accept: 'application/json', 'Content-Type': 'application/json' };

const RESOURCES: ResourceEntry[] = [
  { entity: Recipe, methods: ['GET', 'POST', 'PATCH'], allowToManyReplacement: true, allowPatchMany: true },
  { entity: Label, methods: ['GET', 'POST'], scope: () => ({ name: 'isHidden', op: 'eq', val: false }) },
  { entity: Step, methods: ['GET', 'POST'], expose: 'all' },
  { entity: Cuisine, methods: ['GET'] },
  // The format's own default for replacements, labels that nobody makes, and a relationship that is read only.
  { entity: Recipe, prefix: 'strict', methods: ['GET', 'POST', 'PATCH'], exclude: ['cuisineName'] },
  { entity: Label, prefix: 'strict', methods: ['GET'] },
  {
    entity: Recipe,
    prefix: 'read',
    methods: ['GET', 'POST', 'PATCH'],
    readOnly: ['labels'],
    allowToManyReplacement: true,
  },
];

describeServers(
  (server) => {
    const log = new StatementLog();
    let app: TestApp;
    beforeEach(async () => {
      app = await server.start({
        entities: RECIPE_ENTITIES,
        dataSource: { logger: log, logging: true },
        imports: [
          RestlessModule.forRoot({
            groups: (request: { headers: Record<string, string> }) => (request.headers['x-chef'] ? ['chef'] : []),
          }),
          RestlessModule.forFeature(RESOURCES),
        ],
        seed: seedRecipes,
      });
    });
    afterEach(() => app.close());

    const { get, patch, post } = writing(() => app);
    const flat = (method: string, path: string, body: object) => app.request(method, path, { headers: FLAT, body });
    const attribute = async (path: string, name: string): Promise<unknown> =>
      (await get(path)).at(`/data/attributes/${name}`);
    const labels = async (): Promise<unknown> => (await get('/api/label?sort=name')).at('/data/*/attributes/name');
    const create = (attributes: object, prefix = 'api') => post(`/${prefix}/recipe`, { type: 'recipe', attributes });
    const change = (attributes: object, prefix = 'api', id = '1') =>
      patch(`/${prefix}/recipe/${id}`, { type: 'recipe', id, attributes });
    const statements = async (work: () => unknown): Promise<string[]> =>
      (await log.during(work)).map(({ sql }) => sql).filter((sql) => /^(SELECT|INSERT|UPDATE|DELETE)/.test(sql));

    it('finds the rows that hold the values, and makes those that are not there [MAP-06]', async () => {
      const answer = await create({ title: 'Stew', labelNames: ['hot', 'new', 'hot', 'more'] });

      expect([answer.status, answer.at('/data/attributes/labelNames')]).toEqual([201, ['hot', 'new', 'more']]);
      expect(answer.at('/data/attributes/labelIds/0')).toBe(1);
      expect(await labels()).toEqual(['cold', 'hot', 'more', 'new', 'sour']);
    });

    it('looks for all values with one statement [MAP-06]', async () => {
      const made = await statements(() => create({ title: 'Stew', labelNames: ['hot', 'cold'] }));
      const changes = made.slice(0, made.findLastIndex((sql) => sql.startsWith('INSERT')) + 1);

      // The labels; the recipe and its rows of the junction table.
      expect(changes.map((sql) => sql.slice(0, 6))).toEqual(['SELECT', 'INSERT', 'INSERT']);
    });

    it('replaces the members, and keeps those whose values are named [MAP-06]', async () => {
      const answer = await change({ labelNames: ['sour', 'fresh'] });

      // Other attributes have values of the same rows.
      expect([answer.status, answer.at('/data/attributes/labelNames')]).toEqual([200, ['sour', 'fresh']]);
      expect(answer.at('/data/attributes/labelIds/0')).toBe(2);
      const writes = (await statements(() => change({ labelNames: ['sour', 'fresh'] }))).filter((sql) =>
        /^(INSERT|UPDATE|DELETE)/.test(sql),
      );
      expect(writes).toEqual([]);
      expect((await change({ labelNames: [] })).at('/data/attributes/labelNames')).toEqual([]);
    });

    it('replaces members only where the relationship may be replaced [MAP-06, UPD-11]', async () => {
      const answer = await change({ labelNames: ['sour'] }, 'strict');

      expect([answer.status, answer.at('/errors/0/detail'), ...faults(answer)]).toEqual([
        403,
        '"labelNames" cannot be replaced as a whole; the option allowToManyReplacement is off.',
        '403 FORBIDDEN /data/attributes/labelNames',
      ]);
      // Flat JSON replaces unless an option refuses it.
      const replaced = await flat('PATCH', '/strict/recipe/1', { labelNames: ['cold'] });
      expect([replaced.status, replaced.at('/labelNames')]).toEqual([200, ['cold']]);
    });

    it('makes no rows that cannot be made at their own address [MAP-06, CRE-10]', async () => {
      const known = await create({ title: 'Stew', labelNames: ['hot'] }, 'strict');
      expect([known.status, known.at('/data/attributes/labelNames')]).toEqual([201, ['hot']]);

      const unknown = await create({ title: 'Pie', labelNames: ['hot', 'new'] }, 'strict');
      expect(faults(unknown)).toEqual(['403 FORBIDDEN /data/attributes/labelNames/1']);
      expect((await get('/api/recipe')).at('/meta/total')).toBe(3);
    });

    it('checks the rows that it makes as those at their own address [MAP-06, VAL-09]', async () => {
      const answer = await create({ title: 'Stew', labelNames: ['new', 'much too long'] });

      expect(faults(answer)).toEqual(['400 VALIDATION /data/attributes/labelNames/1']);
      expect(await labels()).toEqual(['cold', 'hot', 'sour']);
      const many = ['hot', 'sour', 'cold', 'new', 'more'];
      expect(faults(await create({ title: 'Stew', labelNames: many }))).toEqual([
        '400 VALIDATION /data/attributes/labelNames',
      ]);
    });

    it('does not find rows that do not exist for the viewer [MAP-06]', async () => {
      const answer = await create({ title: 'Stew', labelNames: ['secret'] });

      expect([answer.status, answer.at('/errors/0/source/pointer')]).toEqual([409, '/data/attributes/labelNames/0']);
      expect((await get('/api/recipe')).at('/meta/total')).toBe(2);
    });

    it('sets the one row that a value names, that with the smallest key of several [MAP-06]', async () => {
      await change({ cuisineName: 'Thai' }, 'api', '2');
      const chef = await get('/api/recipe/2', { 'X-Chef': 'yes' });
      expect([chef.at('/data/attributes/cuisineName'), chef.at('/data/attributes/cuisineRank')]).toEqual(['Thai', 1]);

      await change({ cuisineName: null }, 'api', '2');
      expect(await attribute('/api/recipe/2', 'cuisineName')).toBeNull();
      expect(faults(await change({ cuisineName: 'Dutch' }))).toEqual(['403 FORBIDDEN /data/attributes/cuisineName']);
    });

    it('finds rows of one owner only among its own [MAP-06]', async () => {
      const before = (await get('/api/step?filter[text]=serve')).at('/data/*/id');
      await change({ stepTexts: ['serve', 'eat'] });

      expect(await attribute('/api/recipe/1', 'stepTexts')).toEqual(['serve', 'eat']);
      expect(await attribute('/api/recipe/2', 'stepTexts')).toEqual(['serve']);
      expect((await get('/api/step?filter[text]=serve')).at('/data/*/id')).toEqual(before);
      // Taken out, and nobody's.
      expect(
        (await get('/api/step?filter[text]=boil&include=recipe')).at('/data/0/relationships/recipe/data'),
      ).toBeNull();
      const stew = await create({ title: 'Stew', stepTexts: ['serve'] });
      expect(stew.at('/data/attributes/stepTexts')).toEqual(['serve']);
      expect(await attribute('/api/recipe/2', 'stepTexts')).toEqual(['serve']);
    });

    it.each<[string, object, string]>([
      ['no list', { labelNames: 'hot' }, '400 BAD_VALUE /data/attributes/labelNames'],
      ['nothing', { labelNames: null }, '400 BAD_VALUE /data/attributes/labelNames'],
      ['nothing among the values', { labelNames: ['hot', null] }, '400 BAD_VALUE /data/attributes/labelNames/1'],
      ['a value of another type', { labelNames: ['hot', 3] }, '400 BAD_VALUE /data/attributes/labelNames/1'],
      ['an object', { labelNames: [{ name: 'hot' }] }, '400 BAD_VALUE /data/attributes/labelNames/0'],
      ['a list for one', { cuisineName: ['Lao'] }, '400 BAD_VALUE /data/attributes/cuisineName'],
      ['what is read only', { labelIds: [1] }, '400 READ_ONLY /data/attributes/labelIds'],
      ['what the viewer does not see', { cuisineRank: 3 }, '400 UNKNOWN_FIELD /data/attributes/cuisineRank'],
    ])('refuses %s [MAP-06]', async (_what, attributes, fault) => {
      expect(faults(await create({ title: 'Stew', ...attributes }))).toEqual([fault]);
      expect(faults(await change(attributes))).toEqual([fault]);
    });

    it('refuses to be told twice', async () => {
      const data = {
        type: 'recipe',
        attributes: { title: 'Stew', labelNames: ['hot'] },
        relationships: { labels: { data: linkage('label/1') } },
      };
      const answer = await post('/api/recipe', data);

      expect([answer.at('/errors/0/detail'), ...faults(answer)]).toEqual([
        '"labelNames" and "labels" stand for the same rows; send one of them.',
        '400 BAD_BODY /data/attributes/labelNames',
      ]);
    });

    it('writes nothing of a relationship that is read only [MAP-06]', async () => {
      expect(faults(await change({ labelNames: ['hot'] }, 'read'))).toEqual([
        '400 READ_ONLY /data/attributes/labelNames',
      ]);
    });

    it('has a limit', async () => {
      const labelNames = Array.from({ length: 1001 }, (_, index) => `l${index}`);

      expect(faults(await create({ title: 'Stew', labelNames }))).toEqual([
        '400 LIMIT_EXCEEDED /data/attributes/labelNames',
      ]);
    });

    it('writes them in flat JSON, in whole collections as well [MAP-06]', async () => {
      const made = await flat('POST', '/api/recipe', { title: 'Stew', labelNames: ['hot', 'new'], cuisineName: 'Lao' });
      expect([made.status, made.at('/labelNames'), made.at('/cuisineName')]).toEqual([201, ['hot', 'new'], 'Lao']);

      const q = encodeURIComponent(JSON.stringify({ filters: [{ name: 'id', op: 'lt', val: 3 }] }));
      const many = await flat('PATCH', `/api/recipe?q=${q}`, { labelNames: ['new', 'mine'], stepTexts: ['serve'] });
      expect([many.status, many.body]).toEqual([200, { num_modified: 2 }]);
      const all = await get('/api/recipe?fields[recipe]=labelNames,stepTexts');
      expect(all.at('/data/*/attributes')).toEqual([
        { labelNames: ['new', 'mine'], stepTexts: ['serve'] },
        { labelNames: ['new', 'mine'], stepTexts: ['serve'] },
        { labelNames: ['hot', 'new'], stepTexts: [] },
      ]);
    });

    it('makes a row once, whoever else makes it at the same time [MAP-06]', async () => {
      const answers = await Promise.all(
        [1, 2, 3, 4].map((each) => create({ title: `Stew ${each}`, labelNames: ['new'] })),
      );

      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
      expect(await labels()).toEqual(['cold', 'hot', 'new', 'sour']);
    });
  },
  { adapters: ['express'] },
);

describeServers(
  (server) => {
    it('links rows of an entity that is no resource, and makes none [MAP-06]', async () => {
      const app = await server.start({
        entities: RECIPE_ENTITIES,
        imports: [
          RestlessModule.forFeature([{ entity: Recipe, methods: ['GET', 'POST'], only: ['title', 'labelNames'] }]),
        ],
        seed: seedRecipes,
      });
      try {
        const create = (...labelNames: string[]) =>
          writing(() => app).post('/api/recipe', { type: 'recipe', attributes: { title: 'Stew', labelNames } });
        expect((await create('hot')).at('/data/attributes')).toEqual({ title: 'Stew', labelNames: ['hot'] });

        const answer = await create('hot', 'new');
        expect([answer.status, answer.at('/errors/0/detail')]).toEqual([
          403,
          'There is nothing that "labelNames" could have "new" from, and it cannot be created here.',
        ]);
      } finally {
        await app.close();
      }
    });
  },
  { adapters: ['express'], databases: ['sqlite'] },
);
