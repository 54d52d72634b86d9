/** The quickstart runs, and the README shows the very file. */
import { readFileSync } from 'node:fs';
import { AppModule } from '../../sample/quickstart/main.js';
import { createApp, type TestApp } from '../support/app.js';

describe('the quickstart', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createApp(AppModule);
  });

  afterAll(() => app.close());

  it('serves a person', async () => {
    const answer = await app.get('/api/person/1');

    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/vnd.api+json');
    expect(answer.body).toEqual({
      jsonapi: { version: '1.1' },
      links: { self: '/api/person/1' },
      data: {
        type: 'person',
        id: '1',
        attributes: { name: 'Grace', birthDate: '1906-12-09' },
        relationships: {
          computers: {
            links: { self: '/api/person/1/relationships/computers', related: '/api/person/1/computers' },
          },
        },
        links: { self: '/api/person/1' },
      },
    });
  });

  it('serves a filtered page of people with their computers', async () => {
    const filter = encodeURIComponent('[{"name":"name","op":"like","val":"G%"}]');
    const answer = await app.get(`/api/person?include=computers&filter[objects]=${filter}`);

    expect(answer.status).toBe(200);
    expect(answer.at('/meta/total')).toBe(1);
    expect(answer.at('/data/*/attributes/name')).toEqual(['Grace']);
    expect(answer.at('/data/0/relationships/computers/data')).toEqual([
      { type: 'computer', id: '1' },
      { type: 'computer', id: '2' },
    ]);
    expect(answer.at('/included/*/attributes')).toEqual([{ vendor: 'Remington' }, { vendor: 'IBM' }]);
  });

  it('serves a computer with its owner, whose birth date nobody knows', async () => {
    const answer = await app.get('/api/computer/3?include=owner');

    expect(answer.status).toBe(200);
    expect(answer.at('/data/relationships/owner/data')).toEqual({ type: 'person', id: '2' });
    expect(answer.at('/included/*/attributes')).toEqual([{ name: 'Lincoln', birthDate: null }]);
  });

  it('answers a misspelt field with a sentence that says what would be right', async () => {
    const answer = await app.get('/api/person?sort=nmae');

    expect(answer.status).toBe(400);
    expect(answer.at('/errors/0/source')).toEqual({ parameter: 'sort' });
    expect(answer.at('/errors/0/detail')).toMatch(/nmae.*birthDate/);
  });
});

describe('README.md', () => {
  it('shows the quickstart as it is', () => {
    const readme = readFileSync('README.md', 'utf8');
    const file = readFileSync('sample/quickstart/main.ts', 'utf8');

    const shown = /<!-- sample\/quickstart\/main\.ts -->\s*```ts\n([\s\S]*?)```/.exec(readme)?.[1];

    expect(shown).toBe(file);
  });
});
