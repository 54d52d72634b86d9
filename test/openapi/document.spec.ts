/** What the OpenAPI document of an application says, and what it keeps to itself. */
import { DocumentBuilder, type OpenAPIObject } from '@nestjs/swagger';
import { restlessDocument, type RestlessDocumentOptions } from 'nestjs-restless/openapi';
import { createApp, type TestApp } from '../support/app.js';
import { PeopleModule } from './people.js';

type Json = Readonly<Record<string, unknown>>;

/** The value at a JSON pointer of a document; references are followed. */
function at(document: OpenAPIObject, pointer: string): Json {
  let value: unknown = document;
  for (const step of pointer.split('/').slice(1)) {
    value = (value as Json)?.[step.replaceAll('~1', '/')];
    const reference = (value as Json | undefined)?.['$ref'];
    if (typeof reference === 'string') value = at(document, reference.slice(1));
  }
  return value as Json;
}

function operations({ paths }: OpenAPIObject): readonly string[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((verb) => `${verb.toUpperCase()} ${path}`),
  );
}

describe('the OpenAPI document', () => {
  let app: TestApp;
  const config = new DocumentBuilder().setTitle('People').addBearerAuth().build();
  const make = (options?: RestlessDocumentOptions): OpenAPIObject => restlessDocument(app.app, config, options);
  let document: OpenAPIObject;
  const attributes = (name: string, from = document): Json =>
    at(from, `/components/schemas/${name}/properties/attributes/properties`);

  beforeAll(async () => {
    app = await createApp(PeopleModule, { configure: (nest) => nest.setGlobalPrefix('v1', { exclude: ['health'] }) });
    document = make();
  });
  afterAll(() => app.close());

  it('is OpenAPI 3.1, with null among the types of the application as well', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(at(document, '/components/schemas/Health/properties/since/type')).toEqual(['string', 'null']);
  });

  it('has every operation that is served, under its real path, and no other', () => {
    expect([...operations(document)].sort()).toEqual(
      [
        'GET /health',
        'GET /v1/api',
        'GET /v1/api/eval/person',
        'GET /v1/api/person',
        'GET /v1/api/person/{id}',
        'GET /v1/api/person/{id}/greeting',
        'GET /v1/api/person/{id}/pets',
        'GET /v1/api/person/{id}/pets/{relatedId}',
        'GET /v1/api/person/{id}/relationships/pets',
        'GET /v1/api/pet',
        'GET /v1/api/pet/{id}',
        // Members are added; nothing allows that they are replaced or taken out in JSON:API.
        'DELETE /v1/api/person/{id}/pets/{relatedId}',
        'PATCH /v1/api/person/{id}',
        'POST /v1/api/person',
        'POST /v1/api/person/{id}/relationships/pets',
      ].sort(),
    );
  });

  it('leaves out the global prefix where createDocument is asked to', () => {
    const paths = Object.keys(make({ ignoreGlobalPrefix: true }).paths);

    expect(paths).toContain('/api/person/{id}/pets');
    expect(paths.filter((path) => path.startsWith('/v1') || path.includes('{relation}'))).toEqual([]);
  });

  it('describes attributes by their columns', () => {
    expect(attributes('person')).toEqual({
      name: { type: 'string' },
      age: { type: ['integer', 'null'] },
      account: { type: 'string', pattern: '^-?[0-9]+$' },
      height: { type: 'string', format: 'decimal' },
      grade: { type: ['string', 'null'], enum: ['a', 'b', null] },
      seenAt: { type: 'string', format: 'date-time' },
      birthDate: { type: 'string', format: 'date' },
      extra: {},
      tags: { type: 'array', items: { type: 'string' } },
      photo: { type: 'string', contentEncoding: 'base64' },
      code: { type: 'string' },
      rank: { type: 'integer', readOnly: true },
      motto: {},
      address: {
        type: 'object',
        properties: { city: { type: ['string', 'null'] } },
        additionalProperties: false,
      },
      label: { type: ['string', 'null'], readOnly: true },
    });
  });

  it('describes what may be written, when it may be', () => {
    const create = attributes('person.create/properties/data');
    const update = attributes('person.update/properties/data');

    expect(create['name']).toEqual({ type: 'string', maxLength: 40 });
    expect(create['password']).toEqual({ type: 'string', writeOnly: true });
    expect(create['account']).toEqual({ type: ['string', 'integer'] });
    expect(Object.keys(create)).toContain('code');
    expect(Object.keys(update)).not.toContain('code');
    for (const name of ['rank', 'label', 'hidden', 'salary']) expect(Object.keys(create)).not.toContain(name);
  });

  it('has what groups see where they are asked for, and only then', () => {
    const names = (from: OpenAPIObject): string[] => Object.keys(attributes('person', from));

    expect(names(document)).not.toContain('salary');
    expect(names(make({ groups: ['hr'] }))).toContain('salary');
    expect(JSON.stringify(document)).not.toMatch(/salary|hidden/);
  });

  it('speaks the formats of each resource, and scripts where they are on', () => {
    const types = (path: string, verb = 'get'): string[] =>
      Object.keys(at(document, `/paths/${path.replaceAll('/', '~1')}/${verb}/responses/200/content`));

    expect(types('/v1/api/person')).toEqual(['application/vnd.api+json', 'application/json']);
    expect(types('/v1/api/pet')).toEqual(['application/json', 'application/javascript']);
  });

  it('has the functions that there are', () => {
    const parameters = at(document, '/paths/~1v1~1api~1eval~1person/get/parameters') as unknown as readonly Json[];
    const functions = parameters.find(({ name }) => name === 'functions');

    expect(JSON.stringify(functions)).toContain('"enum":["count","max"]');
  });

  it("takes over what Swagger's decorators say of operations", () => {
    const person = '/paths/~1v1~1api~1person';
    const item = '/paths/~1v1~1api~1person~1{id}';

    expect(at(document, `${person}/post/security`)).toEqual([{ bearer: [] }]);
    expect(at(document, `${person}/get/security`)).toBeUndefined();
    expect(JSON.stringify(at(document, `${person}/post/parameters`))).toContain('X-Reason');
    expect(at(document, `${person}/get`)).toMatchObject({
      tags: ['Person', 'people'],
      summary: 'Everybody.',
      description: 'In pages.',
    });
    expect(at(document, `${item}/get/tags`)).toEqual(['Person']);
    expect(at(document, `${item}/patch/responses/418`)).toEqual({ description: 'A teapot.' });
    expect(at(document, `${item}/delete`)).toBeUndefined();
  });

  it('says that guarded operations may be refused', () => {
    const statuses = (verb: string): string[] =>
      Object.keys(at(document, `/paths/~1v1~1api~1person/${verb}/responses`));

    expect(statuses('post')).toEqual(
      expect.arrayContaining(['201', '400', '401', '403', '404', '406', '409', '413', '415', '500', 'default']),
    );
    expect(statuses('get')).not.toContain('409');
  });

  it('is refused before there are routes, with what would be right', async () => {
    const early = createApp(PeopleModule, { configure: (nest) => restlessDocument(nest, config) });

    await expect(early).rejects.toThrow('setup("docs", app, () => restlessDocument(app, config))');
  });
});
