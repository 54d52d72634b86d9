/**
 * The samples let out nothing that is hidden in them, in either format; and `expectNoLeaks` notices every hole that is
 * bored into a copy: where a filter, an include, linkage, a function or a nested write forgets the policy.
 */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { RestlessModule } from 'nestjs-restless';
import { expectNoLeaks, type LeakOptions } from 'nestjs-restless/testing';
import { AppModule as Blog } from '../../sample/blog/app.module.js';
import { Comment, Post, User } from '../../sample/blog/entities.js';
import { PASSWORD } from '../../sample/blog/seed.js';
import { AppModule as Quickstart, Computer, Person } from '../../sample/quickstart/main.js';
import { worldOptions } from '../../sample/world/database.js';
import { City, Country, Currency, Language } from '../../sample/world/entities.js';
import { importWorld } from '../../sample/world/import.js';
import { partOf, readWorld } from '../../sample/world/source.js';
import type { Change, LinkChange } from '../../src/query/change.js';
import { idFilter } from '../../src/query/identity.js';
import type { Edge, Query } from '../../src/query/query.js';
import type { CompleteRepository } from '../../src/query/repository.js';
import { Policy } from '../../src/resource/policy.js';
import type { Resource } from '../../src/resource/resource.js';
import { createApp, type TestApp } from '../support/app.js';

/** Everything is open, so that there is much to try. */
const OPEN = RestlessModule.forRoot({
  methods: ['GET', 'POST', 'PATCH', 'DELETE'],
  allowFunctions: true,
  allowPatchMany: true,
  allowToManyReplacement: true,
  allowDeleteFromToManyRelationships: true,
});

/** What the store of a copy does with what it is asked; nothing where it is sound. */
type Store = (own: CompleteRepository) => CompleteRepository;

/** A sample in which something is hidden. */
interface Sample {
  readonly name: string;
  readonly leaks: LeakOptions;
  /** The headers of the client from whom it is hidden; where there are none, it is hidden from everybody. */
  readonly client?: (app: TestApp) => Promise<NonNullable<LeakOptions['as']>>;
  /** A copy with data of its own. */
  readonly copy: (repository: Store) => Type;
  /** What is said of each hole. */
  readonly tells: Readonly<Record<keyof typeof HOLES, RegExp>>;
}

const folder = mkdtempSync(join(tmpdir(), 'leaks-'));
const world = join(folder, 'world.db');
beforeAll(() => importWorld(world, partOf(readWorld(), ['CH', 'LI', 'MC', 'VA'])));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => jest.restoreAllMocks());

let copies = 0;

const SAMPLES: readonly Sample[] = [
  {
    name: 'the quickstart, without Lincoln and birth dates',
    leaks: { resource: Person, hidden: { fields: ['birthDate'], rows: ['2'] } },
    copy: (repository) => {
      const hidden = { '*': true, birthDate: false };
      const scope = { name: 'name', op: 'neq', val: 'Lincoln' };
      @Module({
        imports: [
          TypeOrmModule.forRoot({
            type: 'better-sqlite3',
            database: ':memory:',
            entities: [Person, Computer],
            synchronize: true,
          }),
          OPEN,
          RestlessModule.forFeature([
            { entity: Person, repository, scope, readable: hidden, writable: hidden },
            { entity: Computer, repository },
          ]),
        ],
      })
      class Copy extends Quickstart {}
      return Copy;
    },
    tells: {
      filter:
        /GET \/api\/computer\?filter\[objects\]=\[\{"name":"owner\.birthDate","op":"is_null".*: "birthDate" gets 200/,
      include: /GET \/api\/computer\/3\?include=owner shows the row "2"/,
      relationship: /GET \/api\/computer\/3 shows the row "2"/,
      eval: /GET \/api\/eval\/person\?functions=\[\{"name":"count","field":"birthDate"\}\]: "birthDate" gets 200/,
      'nested write': /PATCH \/api\/computer\/3 \{"owner":\{"id":"2","name":"x"\}\} \(flat JSON\): "2" gets 200/,
    },
  },
  {
    name: 'the world, without Liechtenstein and areas',
    leaks: { resource: Country, hidden: { fields: ['area'], rows: ['LI'] } },
    copy: (repository) => {
      const hidden = { '*': true, area: false };
      const scope = { name: 'code', op: 'neq', val: 'LI' };
      copies += 1;
      const file = join(folder, `${copies}.db`);
      copyFileSync(world, file);
      @Module({
        imports: [
          TypeOrmModule.forRoot(worldOptions(file)),
          OPEN,
          RestlessModule.forFeature([
            { entity: Country, repository, scope, readable: hidden, writable: hidden },
            ...[City, Language, Currency].map((entity) => ({ entity, repository })),
          ]),
        ],
      })
      class Copy {}
      return Copy;
    },
    tells: {
      filter: /GET \/api\/city\?filter\[country\.area\]=1: "area" gets 200/,
      include: /GET \/api\/country\/CH\?include=borders shows the row "LI"/,
      relationship: /GET \/api\/city\/\d+ shows the row "LI"/,
      eval: /GET \/api\/eval\/country\?functions=\[\{"name":"count","field":"area"\}\]: "area" gets 200/,
      'nested write': /PATCH \/api\/city\/\d+ \{"country":\{"id":"LI","alpha3":"x"\}\} \(flat JSON\): "LI" gets 200/,
    },
  },
  {
    name: 'the blog, as Bob finds it, without drafts and notes of editors',
    leaks: { resource: Post, hidden: { fields: ['editorNote'], rows: ['2'] } },
    client: async (app) => {
      const headers = { 'Content-Type': 'application/json' };
      const answer = await app.request('POST', '/login', { headers, body: { name: 'Bob', password: PASSWORD } });
      return { Authorization: `Bearer ${String(answer.at('/token'))}` };
    },
    copy: (repository) => {
      const part = (name: string): unknown[] => Reflect.getMetadata(name, Blog) as unknown[];
      const [database, options] = part('imports') as DynamicModule[];
      const feature = RestlessModule.forFeature([User, Post, Comment].map((entity) => ({ entity, repository })));
      @Module({
        imports: [database!, options!, feature],
        controllers: part('controllers') as Type[],
        providers: part('providers') as Type[],
      })
      class Copy extends Blog {}
      return Copy;
    },
    tells: {
      filter:
        /GET \/api\/user\?filter\[objects\]=\[\{"name":"posts\.editorNote","op":"is_null".*: "editorNote" gets 200/,
      include: /GET \/api\/user\/1\?include=posts shows the row "2"/,
      relationship: /GET \/api\/user\/1\/relationships\/posts shows the row "2"/,
      eval: /GET \/api\/eval\/post\?functions=\[\{"name":"count","field":"editorNote"\}\]: "editorNote" gets 200/,
      'nested write': /POST \/api\/comment \{"post":\{"id":"2"\}\} \(flat JSON\): "2" gets 4/,
    },
  },
];

/** Each forgets the policy in one place: the library's own, or a store that leaves out a part of what it is asked. */
const HOLES = {
  /** Fields of other resources can be filtered by, whoever may read them. */
  filter: forgetful((url, resource) => url.includes('filter') && !url.startsWith(`/api/${resource.name}`)),
  /** All related rows are included. */
  include: storeThatFinds((query) => ({ ...query, edges: query.edges.map(unscoped) })),
  /** Linkage names all related rows, in resources and at addresses of its own. */
  relationship: storeThatFinds((query) => ({
    ...query,
    filter: query.operation === 'GET_RELATIONSHIP' ? undefined : query.filter,
    fieldsets: new Map(
      [...query.fieldsets].map(([resource, fieldset]) => [
        resource,
        { ...fieldset, relationships: fieldset.relationships.map((each) => ({ ...each, filter: undefined })) },
      ]),
    ),
  })),
  /** Fields can be evaluated, whoever may read them. */
  eval: forgetful((url) => url.startsWith('/api/eval/')),
  /** Rows inside rows are found wherever they are. */
  'nested write': storeThatApplies((change) =>
    'links' in change ? { ...change, links: change.links.map(unbounded) } : change,
  ),
};

describe.each(SAMPLES)('$name', ({ leaks, client, copy, tells }) => {
  async function search(repository: Store = (own) => own): Promise<void> {
    const app = await createApp(copy(repository));
    try {
      await expectNoLeaks(app.app, client === undefined ? leaks : { ...leaks, as: await client(app) });
    } finally {
      await app.close();
    }
  }

  it('lets out nothing in either format', () => search(), 120_000);

  it.each(Object.entries(HOLES))(
    'fails with a hole in %s, and names it',
    async (name, bore) => {
      const work = search(bore());

      await expect(work).rejects.toThrow(tells[name as keyof typeof HOLES]);
    },
    120_000,
  );
});

/** A policy that lets fields be used which cannot be read. */
function forgetful(where: (url: string, resource: Resource) => boolean): () => Store {
  return () => {
    const real = Policy.prototype.usableField;
    jest.spyOn(Policy.prototype, 'usableField').mockImplementation(function (this: Policy, resource, name) {
      const { url } = this.viewer.request as { readonly url: string };
      const isForgotten = where(decodeURIComponent(url), resource);
      return real.call(this, resource, name) ?? (isForgotten ? resource.attributes.get(name) : undefined);
    });
    return (own) => own;
  };
}

function storeThatFinds(forget: (query: Query) => Query): () => Store {
  return () => (own) => ({ ...own, find: (query) => own.find(forget(query)) });
}

function storeThatApplies(forget: (change: Change) => Change): () => Store {
  return () => (own) => ({
    ...own,
    transaction: (work, join) =>
      own.transaction((session) => work({ ...session, apply: (change) => session.apply(forget(change)) }), join),
  });
}

function unscoped(edge: Edge): Edge {
  return { ...edge, filter: undefined, edges: edge.edges.map(unscoped) };
}

function unbounded(link: LinkChange): LinkChange {
  const targets = link.targets.map((target) => {
    const filter = target.id === undefined ? target.filter : idFilter(target.resource, target.id);
    const { update } = target;
    const isChange = update !== undefined && 'links' in update && filter !== undefined;
    return { ...target, filter, update: isChange ? { ...update, filter, scope: undefined } : update };
  });
  return { ...link, targets, visible: undefined };
}
