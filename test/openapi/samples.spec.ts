/**
 * The documents of the samples, and of an application with nearly everything: the linter finds no error, and a TypeScript
 * client that is generated from them compiles under `strict` and works.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import { DocumentBuilder, type OpenAPIObject } from '@nestjs/swagger';
import { TypeOrmModule } from '@nestjs/typeorm';
import { RestlessModule } from 'nestjs-restless';
import { restlessDocument } from 'nestjs-restless/openapi';
import * as openapiFetch from 'openapi-fetch';
import openapiTypescript, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { AppModule as Blog } from '../../sample/blog/app.module.js';
import { documentOf } from '../../sample/blog/document.js';
import { PASSWORD } from '../../sample/blog/seed.js';
import { AppModule as Quickstart } from '../../sample/quickstart/main.js';
import { AppModule as OldPages } from '../../sample/flask-restless-client/app.module.js';
import { Measurement, Station } from '../../sample/postgres/entities.js';
import { worldOptions } from '../../sample/world/database.js';
import { City, Country, Currency, Language } from '../../sample/world/entities.js';
import { createApp, describeServers, type TestApp } from '../support/app.js';
import { PeopleModule } from './people.js';

const LINTER = 'node_modules/@redocly/cli/bin/cli.js';

/** Lists stand in one value, `a,b`; JSON is text, as it is in a URL. */
const PRELUDE = `
  import createClient, { createQuerySerializer } from 'openapi-fetch';
  import type { paths } from './api.js';

  const JSON_API = { 'Content-Type': 'application/vnd.api+json', Accept: 'application/vnd.api+json' };
  const querySerializer = createQuerySerializer({ array: { style: 'form', explode: false } });
`;

const QUICKSTART = `${PRELUDE}
  export async function run(baseUrl: string): Promise<unknown[]> {
    const client = createClient<paths>({ baseUrl, headers: JSON_API, querySerializer });
    const seen: unknown[] = [];

    const page = await client.GET('/api/person', {
      params: {
        query: {
          include: ['computers'],
          sort: ['-name'],
          'fields[computer]': ['vendor'],
          'page[size]': 1,
          'filter[objects]': JSON.stringify([{ name: 'name', op: 'like', val: 'G%' }]),
        },
      },
    });
    // A document in two media types is one of two: this client asks for JSON:API.
    if (page.data === undefined || !('data' in page.data)) throw new Error(JSON.stringify(page.error));
    const [grace] = page.data.data;
    const name: string | undefined = grace?.attributes?.name;
    const birth: string | null | undefined = grace?.attributes?.birthDate;
    seen.push(name, birth, page.data.meta?.total);
    for (const each of page.data.included ?? []) if (each.type === 'computer') seen.push(each.attributes?.vendor);
    // @ts-expect-error there is no such attribute
    void grace?.attributes?.salary;
    // @ts-expect-error a computer has a vendor
    void (() => client.POST('/api/computer', { body: { data: { type: 'computer', attributes: {} } } }));
    // @ts-expect-error there is no such sort key
    void client.GET('/api/person', { params: { query: { sort: [1] } } });
    // @ts-expect-error there is no such address
    void (() => client.GET('/api/persons'));

    const created = await client.POST('/api/computer', {
      body: {
        data: {
          type: 'computer',
          attributes: { vendor: 'Cray' },
          relationships: { owner: { data: { type: 'person', id: grace?.id ?? '' } } },
        },
      },
    });
    if (created.data === undefined || !('data' in created.data)) throw new Error(JSON.stringify(created.error));
    const { id } = created.data.data;
    seen.push(created.response.status, created.response.headers.get('Location') === '/api/computer/' + id);

    const changed = await client.PATCH('/api/computer/{id}', {
      params: { path: { id: Number(id) } },
      body: { data: { type: 'computer', id, attributes: { vendor: 'Seymour' } } },
    });
    seen.push(changed.response.status);
    const owner = await client.GET('/api/computer/{id}/owner', { params: { path: { id: Number(id) } } });
    if (owner.data !== undefined && 'data' in owner.data) seen.push(owner.data.data?.type);
    const removed = await client.DELETE('/api/computer/{id}', { params: { path: { id: Number(id) } } });
    seen.push(removed.response.status);
    const gone = await client.GET('/api/computer/{id}', { params: { path: { id: Number(id) } } });
    if (gone.error !== undefined && 'errors' in gone.error) seen.push(gone.error.errors[0]?.code);

    const flat = createClient<paths>({ baseUrl, headers: { Accept: 'application/json' }, querySerializer });
    const rows = await flat.GET('/api/person', {
      params: { query: { q: JSON.stringify({ order_by: [{ field: 'name', direction: 'desc' }] }) } },
    });
    if (rows.data !== undefined && 'objects' in rows.data) {
      for (const row of rows.data.objects) seen.push(row.name + ' ' + row.computers.length);
    }
    return seen;
  }
`;

const BLOG = `${PRELUDE}
  export async function run(baseUrl: string, token: string): Promise<unknown[]> {
    const client = createClient<paths>({ baseUrl, headers: JSON_API, querySerializer });
    const body = { data: { type: 'post' as const, attributes: { title: 'A typed post', body: 'Yes.' } } };
    const refused = await client.POST('/api/post', { body });
    const headers = { Authorization: 'Bearer ' + token };
    const created = await client.POST('/api/post', { body, headers });
    if (created.data === undefined || !('data' in created.data)) throw new Error(JSON.stringify(created.error));
    const id = Number(created.data.data?.id);
    const published = await client.POST('/api/post/{id}/publish', { params: { path: { id: String(id) } }, headers });
    const counted = await client.GET('/api/eval/post', {
      params: { query: { functions: JSON.stringify([{ name: 'count', field: 'id' }]), 'filter[title]': 'A typed post' } },
    });
    const values = counted.data !== undefined && 'data' in counted.data ? counted.data.data : undefined;
    type Created = paths['/api/post']['post']['requestBody']['content']['application/vnd.api+json'];
    // @ts-expect-error a title is a text
    const wrong: Created = { data: { type: 'post', attributes: { title: 5 } } };
    // @ts-expect-error the author is set by the server
    const author: Created = { data: { type: 'post', relationships: { author: { data: null } } } };
    // Nobody deletes users.
    const deletion: undefined = undefined as paths['/api/user/{id}']['delete'];
    return [refused.response.status, created.response.status, published.response.status, values];
  }
`;

const OLD_PAGES = `${PRELUDE}
  export async function run(baseUrl: string): Promise<unknown[]> {
    const client = createClient<paths>({ baseUrl, querySerializer });
    const q = JSON.stringify({ filters: [{ name: 'computers__name', op: 'any', val: 'Mark I' }], single: true });
    const found = await client.GET('/api/person', { params: { query: { q } } });
    // @ts-expect-error a person has a name
    void (() => client.POST('/api/person', { body: { age: 5 } }));
    const created = await client.POST('/api/person', { body: { name: 'Ada', birth_date: '1815-12-10' } });
    const changed = await client.PUT('/api/person/{id}', {
      params: { path: { id: created.data?.id ?? 0 } },
      body: { age: 20, computers: { add: [{ name: 'Loom' }] } },
    });
    const row = changed.data;
    return [found.response.status, created.response.status, row?.age, row?.computers.map(({ name }) => name)];
  }
`;

type Run = (url: string, token?: string) => Promise<unknown[]>;

/** Compiles a program together with the types of a document, and gives what it exports. */
async function compile(document: OpenAPIObject, program: string): Promise<Run> {
  const types = astToString(await openapiTypescript(JSON.parse(JSON.stringify(document)) as never));
  const files: Readonly<Record<string, string>> = {
    [join(process.cwd(), 'test/openapi/api.d.ts')]: types,
    [join(process.cwd(), 'test/openapi/program.ts')]: program,
  };
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => path in files || fileExists(path);
  host.readFile = (path) => files[path] ?? readFile(path);
  host.getSourceFile = (path, settings, ...rest) =>
    path in files ? ts.createSourceFile(path, files[path]!, settings) : getSourceFile(path, settings, ...rest);
  const faults = ts.getPreEmitDiagnostics(ts.createProgram(Object.keys(files), options, host));
  expect(faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
  const { outputText } = ts.transpileModule(program, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
  });
  const exports: { run?: Run } = {};
  const load = compileFunction(outputText, ['exports', 'require']) as (exports: object, require: () => object) => void;
  load(exports, () => ({ ...openapiFetch, __esModule: true }));
  return exports.run!;
}

/** What the linter calls an error in these documents. */
function lint(documents: Readonly<Record<string, OpenAPIObject>>): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'openapi-'));
  try {
    const files = Object.entries(documents).map(([name, document]) => {
      const file = join(folder, `${name}.json`);
      writeFileSync(file, JSON.stringify(document));
      return file;
    });
    // Nothing is reported to anybody, and no newer version looked for.
    const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', CI: 'true' };
    const { status, stdout } = spawnSync(process.execPath, [LINTER, 'lint', '--format=stylish', ...files], {
      encoding: 'utf8',
      env,
    });
    const errors = stdout.split('\n').filter((line) => /\serror\s/.test(line));
    return status === 0 ? errors : [...errors, `the linter ends with ${status}`];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function described({ app }: TestApp, title: string): OpenAPIObject {
  return restlessDocument(app, new DocumentBuilder().setTitle(title).addBearerAuth().build());
}

describe('the OpenAPI documents of the samples', () => {
  let quickstart: TestApp;
  let blog: TestApp;
  let oldPages: TestApp;
  let documents: Record<'quickstart' | 'blog' | 'editors' | 'oldPages', OpenAPIObject>;

  beforeAll(async () => {
    quickstart = await createApp(Quickstart);
    blog = await createApp(Blog, { configure: (nest) => nest.useLogger(false) });
    oldPages = await createApp(OldPages);
    documents = {
      quickstart: described(quickstart, 'Quickstart'),
      blog: documentOf(blog.app),
      editors: documentOf(blog.app, ['editor']),
      oldPages: described(oldPages, 'Old pages'),
    };
  });
  afterAll(() => Promise.all([quickstart, blog, oldPages].map((app) => app.close())));

  it('pass the linter without errors, and so does that of the world and of people with everything', async () => {
    const world = await createApp({
      imports: [
        TypeOrmModule.forRoot({ ...worldOptions(':memory:'), synchronize: true }),
        RestlessModule.forFeature([Country, City, Language, Currency]),
      ],
    });
    const people = await createApp(PeopleModule);
    const more = { world: described(world, 'World'), people: described(people, 'People') };
    await Promise.all([world.close(), people.close()]);

    expect(lint({ ...documents, ...more })).toEqual([]);
  }, 120_000);

  it('make a strict TypeScript client that works with the quickstart', async () => {
    const run = await compile(documents.quickstart, QUICKSTART);

    expect(await run(quickstart.url)).toEqual([
      ...['Grace', '1906-12-09', 1, 'Remington', 'IBM'],
      ...[201, true, 204, 'person', 204, 'NOT_FOUND'],
      ...['Lincoln 1', 'Grace 2'],
    ]);
  }, 120_000);

  it('make a strict TypeScript client that works with the blog', async () => {
    const run = await compile(documents.blog, BLOG);
    const login = await blog.request('POST', '/login', {
      headers: { 'Content-Type': 'application/json' },
      body: { name: 'Ada', password: PASSWORD },
    });

    expect(await run(blog.url, login.at('/token') as string)).toEqual([401, 201, 204, [1]]);
  }, 120_000);

  it('make a strict TypeScript client that works with flat JSON alone', async () => {
    const run = await compile(documents.oldPages, OLD_PAGES);

    expect(await run(oldPages.url)).toEqual([200, 201, 20, ['Loom']]);
  }, 120_000);
});

describeServers(
  (server) => {
    it('the OpenAPI document of the sample for PostgreSQL passes the linter without errors', async () => {
      const entities = [Station, Measurement];
      const app = await server.start({ entities, imports: [RestlessModule.forFeature(entities)] });
      const stations = described(app, 'Stations');
      await app.close();

      expect(lint({ stations })).toEqual([]);
    }, 120_000);
  },
  { databases: ['postgres'], adapters: ['express'] },
);
