/** Starts the world: imports it on the first start, serves it, and says what to look at. */
import { existsSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { SingleBar, Presets } from 'cli-progress';
import { AppModule } from './app.module.js';
import { worldFile } from './database.js';
import { examples, urlOf } from './examples.js';
import { importWorld } from './import.js';
import { readWorld } from './source.js';

const file = worldFile();
if (!existsSync(file)) await importWithProgress(file);

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
await app.listen(process.env.PORT ?? 3000);
printExamples((await app.getUrl()).replace('[::1]', 'localhost'));

async function importWithProgress(file: string): Promise<void> {
  console.log(`Importing the world into ${file}, this once.`);
  const world = readWorld();
  const bar = new SingleBar({ format: '{bar} {value} of {total} cities' }, Presets.shades_classic);

  bar.start(world.cities.length, 0);
  try {
    await importWorld(file, world, (cities) => bar.update(cities));
  } finally {
    bar.stop();
  }
}

function printExamples(origin: string): void {
  console.log(`\nThe world is at ${origin}/api/country. Worth trying, in a browser too:\n`);
  for (const { shows, path } of examples) console.log(`${shows}\n  ${urlOf(origin, path)}\n`);
}
