/** Where the world is kept: one SQLite file, named by `WORLD_DB`, beside the sample unless told otherwise. */
import type { DataSourceOptions } from 'typeorm';
import { City, Country, Currency, Language } from './entities.js';

export function worldFile(): string {
  return process.env.WORLD_DB ?? 'sample/world/world.db';
}

export function worldOptions(file: string): DataSourceOptions {
  return { type: 'better-sqlite3', database: file, entities: [Country, City, Language, Currency] };
}
