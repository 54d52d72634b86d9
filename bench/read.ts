/**
 * Reading, measured: each request beside a controller written by hand, which answers the same rows by TypeORM's
 * `findAndCount` as plain JSON. One process, one run, one client that waits for every answer: read the ratios, not the
 * milliseconds.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Bench } from 'tinybench';
import { DataSource } from 'typeorm';
import { City, Country } from '../sample/world/entities.js';
import { urlOf } from '../sample/world/examples.js';
import { importWorld } from '../sample/world/import.js';
import { readWorld } from '../sample/world/source.js';

interface Pair {
  readonly name: string;
  /** What the library serves. */
  readonly path: string;
  /** The same rows, by hand. */
  readonly yardstick: string;
}

const pairs: readonly Pair[] = [
  { name: 'one city', path: '/api/city/2988507', yardstick: '/plain/city' },
  { name: '20 cities', path: '/api/city?page[size]=20', yardstick: '/plain/cities' },
  { name: '20 cities with countries', path: '/api/city?include=country&page[size]=20', yardstick: '/plain/included' },
  {
    name: '20 cities by filter and sort',
    path: '/api/city?filter[country]=FR&sort=-population&page[size]=20',
    yardstick: '/plain/filtered',
  },
  {
    name: '5 countries with languages',
    path: '/api/country?include=languages&page[size]=5',
    yardstick: '/plain/countries',
  },
];

@Controller('plain')
class PlainController {
  constructor(private readonly dataSource: DataSource) {}

  @Get('city')
  city(): Promise<City> {
    return this.dataSource.getRepository(City).findOneByOrFail({ id: 2988507 });
  }

  @Get('cities')
  cities(): Promise<[City[], number]> {
    return this.dataSource.getRepository(City).findAndCount({ order: { id: 'ASC' }, take: 20 });
  }

  @Get('included')
  included(): Promise<[City[], number]> {
    return this.dataSource
      .getRepository(City)
      .findAndCount({ relations: { country: true }, order: { id: 'ASC' }, take: 20 });
  }

  @Get('filtered')
  filtered(): Promise<[City[], number]> {
    return this.dataSource
      .getRepository(City)
      .findAndCount({ where: { country: { code: 'FR' } }, order: { population: 'DESC', id: 'ASC' }, take: 20 });
  }

  @Get('countries')
  countries(): Promise<[Country[], number]> {
    return this.dataSource
      .getRepository(Country)
      .findAndCount({ relations: { languages: true }, order: { code: 'ASC' }, take: 5 });
  }
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'restless-bench-'));
  process.env.WORLD_DB = join(folder, 'world.db');
  try {
    await importWorld(process.env.WORLD_DB, readWorld(), () => undefined);
    await measure();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(): Promise<void> {
  const { AppModule } = await import('../sample/world/app.module.js');
  @Module({ imports: [AppModule], controllers: [PlainController] })
  class BenchModule {}

  const app = await NestFactory.create(BenchModule, new FastifyAdapter(), { logger: ['error', 'warn'] });
  await app.listen(0, '127.0.0.1');
  try {
    const origin = await app.getUrl();
    const bench = new Bench({ time: 2000, warmupTime: 1000 });
    for (const { name, path, yardstick } of pairs) {
      bench.add(name, () => read(urlOf(origin, path)));
      bench.add(`${name}, by hand`, () => read(urlOf(origin, yardstick)));
    }
    await bench.run();
    print(bench);
  } finally {
    await app.close();
  }
}

async function read(url: string): Promise<void> {
  const answer = await fetch(url);
  await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}.`);
}

function print(bench: Bench): void {
  const rows = pairs.map(({ name }) => {
    const library = medianOf(bench, name);
    const byHand = medianOf(bench, `${name}, by hand`);
    return {
      request: name,
      'ms (median)': library.toFixed(2),
      'by hand': byHand.toFixed(2),
      ratio: (library / byHand).toFixed(2),
    };
  });
  console.table(rows);
}

function medianOf(bench: Bench, name: string): number {
  const result = bench.getTask(name)?.result;
  if (result?.state !== 'completed') throw new Error(`"${name}" was not measured: ${JSON.stringify(result)}.`);
  return result.latency.p50;
}

await main();
