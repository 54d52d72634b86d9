/**
 * Plans that are kept: a query that meets a kept plan becomes the same statements, with the same parameters, as one that is
 * planned from nothing.
 */
import { DataSource } from 'typeorm';
import { Cursors } from '../../src/query/cursor.js';
import { parseQuery } from '../../src/query/parse-query.js';
import type { Query } from '../../src/query/query.js';
import type { QueryRules } from '../../src/query/rules.js';
import type { CountMode } from '../../src/resource/counting.js';
import { DEFAULT_LIMITS } from '../../src/resource/options.js';
import { ANYBODY, Policy } from '../../src/resource/policy.js';
import { buildResourceGraph } from '../../src/resource/resource-graph.js';
import type { Resource } from '../../src/resource/resource.js';
import { Columns } from '../../src/sql/columns.js';
import { dialectOf, type Dialect } from '../../src/sql/dialect.js';
import { param, template, type Statement } from '../../src/sql/fragment.js';
import { PlanCache, type BoundPlan } from '../../src/sql/plan-cache.js';
import type { EdgePlan } from '../../src/sql/plan.js';
import { Schema } from '../../src/sql/schema.js';
import type { SqlOperator } from '../../src/sql/where.js';
import { read } from '../../src/wire/json-api/read.js';
import { describeDatabases } from '../support/databases.js';
import { FilterMaker } from '../support/filter-maker.js';
import { LIBRARY } from '../support/library.js';

const QUERIES = 400;
const MODES: readonly CountMode[] = ['none', 'capped', 'estimated'];
const OPERATORS: ReadonlyMap<string, SqlOperator> = new Map([
  ['over_or_all', ({ column, bind }, value) => (value === 0 ? '1 = 1' : `${column} > ${bind(value)}`)],
]);

/** What a collection can be asked for beside its filter. */
const EXTRAS: Readonly<Record<string, readonly string[]>> = {
  author: [
    'include=books,admires&page[books][size]=2',
    'include=books,admires&page[books][size]=5&page[admires][size]=1',
    'sort=-name',
    'countMode=capped',
    'include=books',
    'include=mentor,admires',
    'page[number]=3',
    'fields[author]=name,address',
  ],
  book: [
    'countMode=estimated&include=tags',
    'sort=author.name',
    'include=tags,author.mentor',
    'page[size]=7',
    'groupBy=author.id',
    'sort=-published,title',
  ],
  tag: ['include=books', 'sort=label', 'page[number]=2&page[size]=3'],
  edition: ['include=copies', 'sort=book.author.name', 'include=book'],
  copy: ['include=edition', 'sort=-lentTo', 'include=edition.book'],
};

describeDatabases((database) => {
  let dialect: Dialect;
  let resources: readonly Resource[];
  let newCache: () => PlanCache;
  beforeAll(async () => {
    const dataSource = await new DataSource({ ...database.options(LIBRARY), synchronize: false }).initialize();
    await dataSource.destroy();
    const schema = new Schema(dataSource);
    const models = dataSource.entityMetadatas.filter(({ tableType }) => tableType !== 'junction');
    resources = buildResourceGraph(
      models.map((metadata) => ({ model: schema.model(metadata), layers: [{ methods: ['GET'], countModes: MODES }] })),
    ).resources;
    dialect = dialectOf(dataSource);
    newCache = () => new PlanCache(schema, new Columns(schema, dialect), dialect, OPERATORS);
  });

  const queryOf = (name: string, queryString: string): Query => {
    const rules: QueryRules = {
      policy: new Policy(ANYBODY),
      cursors: new Cursors('a secret of this test'),
      limits: DEFAULT_LIMITS,
      operators: new Set(OPERATORS.keys()),
      types: (type) => resources.filter((each) => each.name === type),
    };
    const resource = resources.find((each) => each.name === name)!;
    const request = { operation: 'GET_COLLECTION' as const, resource, viewer: ANYBODY, queryString };
    const options = { unknownParameters: 'reject', strictParameterNames: false, bodyDepth: 20, listLength: 9 } as const;
    const nothing = { id: undefined, relation: undefined, relatedId: undefined };
    return parseQuery(read({ ...request, ...nothing }, { ...options, operators: rules.operators }), rules);
  };

  const statementsOf = (bound: BoundPlan): readonly Statement[] => {
    const ofEdge = ({ statement, whole, few, totals, edges }: EdgePlan): Statement[] => [
      bound.bind(template(statement, dialect.placeholder, [[1, 2]])),
      ...[few, totals?.statement].flatMap((each) =>
        each === undefined ? [] : [bound.bind(template(each, dialect.placeholder, [[1, 2]]))],
      ),
      ...(whole === undefined ? [] : [bound.bind(whole, param('keys'))]),
      ...edges.flatMap(ofEdge),
    ];
    const { page, count, estimate, parent, edges } = bound.plan;
    const own = [page, count, estimate, parent].filter((each) => each !== undefined);
    return [...own.map((each) => bound.bind(each)), ...edges.flatMap(ofEdge)];
  };

  it.each([11, 1_234, 99_001])('says the same as one made anew (seed %i)', (seed) => {
    const maker = new FilterMaker(seed);
    const cache = newCache();
    const seen = new Set<object>();
    let hits = 0;
    for (let count = 0; count < QUERIES; count += 1) {
      const name = maker.collection();
      const filters = [maker.filter(name, count % 3)];
      const extra = EXTRAS[name]![count % EXTRAS[name]!.length]!;
      const query = queryOf(name, `${extra}&filter[objects]=${encodeURIComponent(JSON.stringify(filters))}`);

      const kept = cache.plan(query);

      expect([filters, statementsOf(kept)]).toEqual([filters, statementsOf(newCache().plan(query))]);
      if (seen.has(kept.plan)) hits += 1;
      seen.add(kept.plan);
    }
    expect(hits).toBeGreaterThan(QUERIES / 20);
  });

  it.each([
    ['author', 'filter[name]=ada', 'filter[name]=ben'],
    ['author', 'filter[name]=ada,ben', 'filter[name]=ada,ben,eve'],
    ['author', 'include=books.tags&page[books][size]=1', 'include=books.tags&page[books][size]=7'],
    ['author', 'page[number]=1', 'page[number]=25000&page[size]=3'],
    ['author', 'include=books.tags&filter[born][gt]=1900', 'include=books.tags&filter[born][gt]=1901'],
    ['book', 'sort=-author.name&filter[author.name][like]=a%25', 'sort=-author.name&filter[author.name][like]=b%25'],
    ['book', 'filter[published][range]=2000-01-01,2001-01-01', 'filter[published][range]=1990-01-01,1991-01-01'],
  ])('is kept for another value: %s?%s', (name, first, second) => {
    const cache = newCache();

    expect(cache.plan(queryOf(name, second)).plan).toBe(cache.plan(queryOf(name, first)).plan);
  });

  it.each([
    ['author', 'sort=name', 'sort=-name'],
    ['author', 'filter[name]=ada', 'filter[name][ne]=ada'],
    ['author', 'filter[name][in]=ada', 'filter[name]=ada'],
    ['author', 'filter[mentor][is_null]=', 'filter[mentor][is_not_null]='],
    ['author', 'include=books', 'include=books.tags'],
    ['author', 'fields[author]=name', 'fields[author]=born'],
    ['author', 'filter[single]=1', 'filter[single]=0'],
    ['author', 'countMode=capped', 'countMode=exact'],
    ['author', 'countMode=capped', 'countMode=estimated'],
    ['author', 'countMode=capped', 'countMode=none'],
    ['author', 'include=books', 'include=books&page[books][size]=1'],
    ['author', 'include=books,students&page[books][size]=1', 'include=books,students&page[students][size]=1'],
    ['book', 'filter[published]=CURRENT_DATE', 'filter[published]=2020-01-01'],
  ])('is not kept for another shape: %s?%s', (name, first, second) => {
    const cache = newCache();

    expect(cache.plan(queryOf(name, second)).plan).not.toBe(cache.plan(queryOf(name, first)).plan);
  });

  it('is not kept where an operator of the application decides what the SQL is [OP-17]', () => {
    const cache = newCache();
    const texts = ['0', '1900', '1950'].map(
      (value) => statementsOf(cache.plan(queryOf('author', `filter[born][over_or_all]=${value}`)))[0]!,
    );

    expect(texts.map(({ parameters }) => parameters.includes(1950))).toEqual([false, false, true]);
    expect(texts[0]!.text).toContain('1 = 1');
    expect(texts[1]!.text).not.toBe(texts[0]!.text);
  });

  it('is forgotten when hundreds of others have been asked for since', () => {
    const cache = newCache();
    const plain = queryOf('author', '');
    const { plan } = cache.plan(plain);
    for (let length = 1; length <= 600; length += 1) {
      const terms = Array.from({ length: 10 }, (_, bit) => ((length >> bit) & 1 ? 'name' : '-name'));
      const filters = terms.map((term) =>
        term === 'name' ? { name: 'name', op: 'eq', val: 'x' } : { name: 'name', op: 'ne', val: 'x' },
      );
      cache.plan(queryOf('author', `filter[objects]=${encodeURIComponent(JSON.stringify(filters))}`));
    }

    expect(cache.plan(plain).plan).not.toBe(plan);
  });
});
