/** A part of the world is imported and served as the sample does it with the whole. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { AppModule } from '../../sample/world/app.module.js';
import { examples, urlOf } from '../../sample/world/examples.js';
import { importWorld } from '../../sample/world/import.js';
import { partOf, readWorld, type WorldSource } from '../../sample/world/source.js';
import { type Answer, createApp, type TestApp } from '../support/app.js';
import { StatementLog } from '../support/statement-log.js';

const BROWSER = { Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8' };

/** France and its neighbours first, then small countries, so that a page of twenty is full. */
const CODES = [
  ...['AD', 'BE', 'CH', 'DE', 'ES', 'FR', 'IT', 'LU', 'MC'],
  ...['AQ', 'AX', 'FO', 'GG', 'GI', 'IE', 'IM', 'IS', 'JE', 'LI', 'MT', 'SM', 'VA'],
];

describe('the world', () => {
  const folder = mkdtempSync(join(tmpdir(), 'world-'));
  const log = new StatementLog();
  let world: WorldSource;
  let app: TestApp;

  beforeAll(async () => {
    world = partOf(readWorld(), CODES);
    process.env.WORLD_DB = join(folder, 'world.db');
    await importWorld(process.env.WORLD_DB, world);
    app = await createApp(AppModule);
    app.app.get(DataSource).setOptions({ logger: log, logging: 'all' });
  });

  afterAll(async () => {
    await app.close();
    delete process.env.WORLD_DB;
    rmSync(folder, { recursive: true });
  });

  const get = (path: string): Promise<Answer> => app.get(urlOf('', path));

  it('has every country and city of its sources', async () => {
    const [countries, cities] = [await get('/api/country'), await get('/api/city')];

    expect(countries.at('/meta/total')).toBe(22);
    expect(cities.at('/meta/total')).toBe(world.cities.length);
  });

  it('has one country with all that belongs to it', async () => {
    const answer = await get('/api/country/CH?include=capital,languages,currencies,borders');

    expect(answer.at('/data')).toMatchObject({
      type: 'country',
      id: 'CH',
      attributes: {
        alpha3: 'CHE',
        name: 'Switzerland',
        officialName: 'Swiss Confederation',
        region: 'Europe',
        subregion: 'Western Europe',
        area: 41284,
        landlocked: true,
        independent: true,
        flag: '🇨🇭',
      },
      relationships: {
        capital: { data: { type: 'city', id: '2661552' } },
        borders: { data: ['DE', 'FR', 'IT', 'LI'].map((id) => ({ type: 'country', id })) },
        languages: { data: ['fra', 'gsw', 'ita', 'roh'].map((id) => ({ type: 'language', id })) },
        currencies: { data: [{ type: 'currency', id: 'CHF' }] },
      },
    });
    expect(answer.body).toMatchObject({
      included: expect.arrayContaining([
        expect.objectContaining({ type: 'city', attributes: expect.objectContaining({ name: 'Bern' }) }),
      ]),
    });
  });

  it('has null for what its sources do not know', async () => {
    const answer = await get('/api/country/AQ');

    expect(answer.at('/data/attributes/subregion')).toBeNull();
    expect(answer.at('/data/relationships/capital/data')).toBeNull();
  });

  it('gives browsers the explorer', async () => {
    const answer = await app.get('/api/country', BROWSER);

    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  });

  it.each(examples)('shows $shows', async ({ path }) => {
    const answer = await get(path);

    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/vnd.api+json');
    expect(answer.at('/data')).not.toHaveLength(0);
  });

  it('shows the largest cities first and the neighbours of France by their area', async () => {
    const [cities, neighbours] = [await get(pathOf('largest cities')), await get(pathOf('neighbours'))];

    expect((cities.at('/data/*/attributes/name') as string[]).slice(0, 3)).toEqual(['Berlin', 'Madrid', 'Rome']);
    expect(neighbours.at('/data/*/id')).toEqual(['ES', 'DE', 'IT', 'CH', 'BE', 'LU', 'AD', 'MC']);
  });

  it('reads a page with its total in one statement, and each included relation in one', async () => {
    const statements = await log.during(async () => {
      const answer = await get('/api/country?include=cities,languages&page[size]=20');
      expect(answer.at('/data')).toHaveLength(20);
      expect(answer.at('/meta/total')).toBe(22);
    });

    expect(statements.map(({ sql }) => tableOf(sql))).toEqual(['country', 'city', 'language']);
  });

  it('is not there after an import that was stopped', async () => {
    const file = join(folder, 'stopped.db');
    const stop = (): never => {
      throw new Error('stopped');
    };

    await expect(importWorld(file, world, stop)).rejects.toThrow('stopped');

    expect(readdirSync(folder)).toEqual(['world.db']);
  });

  function pathOf(what: string): string {
    return examples.find(({ shows }) => shows.includes(what))?.path ?? '';
  }

  /** The table whose rows a statement reads: the last word on it, since a derived table stands around a sorted page. */
  function tableOf(sql: string): string | undefined {
    return /FROM "(country|city|language)"/i.exec(sql)?.[1];
  }
});
