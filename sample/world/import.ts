/**
 * Fills a new world from its sources. All of it is written to a file of its own
 * that takes the final name at the end, so that an import that was stopped
 * halfway is never taken for a world.
 */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DataSource, type EntityManager } from 'typeorm';
import { worldOptions } from './database.js';
import { City, Country, Currency, Language } from './entities.js';
import type { CitySource, CountrySource, WorldSource } from './source.js';

/** How many cities go into one statement: SQLite takes 32,766 values at most, and a city has seven. */
const BATCH = 1000;

/**
 * Imports a world into a database file that is not there yet.
 *
 * @example
 * await importWorld('world.db', readWorld(), (done) => bar.update(done));
 */
export async function importWorld(
  file: string,
  world: WorldSource,
  onProgress?: (cities: number) => void,
): Promise<void> {
  const unfinished = `${file}.${process.pid}.part.db`;
  mkdirSync(dirname(file), { recursive: true });

  const database = new DataSource({ ...worldOptions(unfinished), synchronize: true });
  try {
    await database.initialize();
    // A file that is thrown away when anything fails needs no journal on the disk.
    await database.query('PRAGMA journal_mode = MEMORY');
    await database.transaction(async (manager) => {
      await insertCountries(manager, world.countries);
      await insertCities(manager, world.cities, onProgress);
      await setCapitals(manager, world);
    });
    await database.query('ANALYZE');
    await database.destroy();
    renameSync(unfinished, file);
  } finally {
    if (database.isInitialized) await database.destroy();
    rmSync(unfinished, { force: true });
  }
}

async function insertCountries(manager: EntityManager, countries: readonly CountrySource[]): Promise<void> {
  const byAlpha3 = new Map(countries.map((country) => [country.cca3, country.cca2]));
  const neighbours = (country: CountrySource): { code: string }[] =>
    country.borders.flatMap((alpha3) => byAlpha3.get(alpha3) ?? []).map((code) => ({ code }));

  await manager.insert(Language, languagesOf(countries));
  await manager.insert(Currency, currenciesOf(countries));
  await manager.save(
    Country,
    countries.map((country) => ({
      code: country.cca2,
      alpha3: country.cca3,
      name: country.name.common,
      officialName: country.name.official,
      region: country.region,
      subregion: country.subregion || null,
      area: country.area > 0 ? country.area : null,
      latitude: country.latlng[0],
      longitude: country.latlng[1],
      landlocked: country.landlocked,
      independent: country.independent,
      flag: country.flag,
      languages: Object.keys(country.languages).map((code) => ({ code })),
      currencies: Object.keys(country.currencies).map((code) => ({ code })),
      borders: neighbours(country),
    })),
  );
}

async function insertCities(
  manager: EntityManager,
  cities: readonly CitySource[],
  onProgress?: (cities: number) => void,
): Promise<void> {
  for (let start = 0; start < cities.length; start += BATCH) {
    const batch = cities.slice(start, start + BATCH);
    const rows = batch.map((city) => ({
      id: city.cityId,
      name: city.name,
      population: city.population || null,
      latitude: city.loc.coordinates[1],
      longitude: city.loc.coordinates[0],
      featureCode: city.featureCode,
      country: { code: city.country },
    }));
    await manager.createQueryBuilder().insert().into(City).values(rows).updateEntity(false).execute();
    onProgress?.(start + batch.length);
  }
}

async function setCapitals(manager: EntityManager, { countries, cities }: WorldSource): Promise<void> {
  const citiesOf = new Map<string, CitySource[]>(countries.map((country) => [country.cca2, []]));
  for (const city of cities) citiesOf.get(city.country)?.push(city);

  for (const country of countries) {
    const capital = capitalOf(country, citiesOf.get(country.cca2) ?? []);
    if (capital) await manager.update(Country, country.cca2, { capital: { id: capital.cityId } });
  }
}

const { compare } = new Intl.Collator('en', { sensitivity: 'base' });

/** The largest inhabited city of the capital's name; failing that, the one that GeoNames marks as a seat of government. */
function capitalOf(country: CountrySource, cities: readonly CitySource[]): CitySource | undefined {
  const name = country.capital[0] ?? '';
  const [namesake] = cities
    .filter((city) => city.population > 0 && compare(city.name, name) === 0)
    .sort((one, other) => other.population - one.population);
  return namesake ?? cities.find((city) => city.featureCode === 'PPLC');
}

function languagesOf(countries: readonly CountrySource[]): Pick<Language, 'code' | 'name'>[] {
  const names = new Map(weightiestLast(countries).flatMap((country) => Object.entries(country.languages)));
  return Array.from(names, ([code, name]) => ({ code, name }));
}

function currenciesOf(countries: readonly CountrySource[]): Pick<Currency, 'code' | 'name' | 'symbol'>[] {
  const currencies = new Map(weightiestLast(countries).flatMap((country) => Object.entries(country.currencies)));
  return Array.from(currencies, ([code, { name, symbol }]) => ({ code, name, symbol }));
}

/**
 * The source names a language or a currency once a country, and not always alike: Romania speaks Romanian and Moldova
 * Moldavian. The word of the largest member of the United Nations comes last, and so it holds.
 */
function weightiestLast(countries: readonly CountrySource[]): CountrySource[] {
  return countries.toSorted((one, other) => Number(one.unMember) - Number(other.unMember) || one.area - other.area);
}
