/**
 * Several processes behind one port. The first brings the database up to date and starts the others, `WORKERS` of them;
 * one that dies is replaced. `SIGTERM` lets each finish the requests that it has.
 */
import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { AppModule } from './app.module.js';
import { databaseOptions } from './database.js';

/** Before a worker is replaced, in milliseconds. */
const PAUSE = 1_000;
const { PORT = 3000, WORKERS = availableParallelism() } = process.env;

await (cluster.isPrimary ? lead() : serve());

async function lead(): Promise<void> {
  const dataSource = await new DataSource(databaseOptions).initialize();
  const done = await dataSource.runMigrations();
  await dataSource.destroy();
  console.log(`Migrations: ${done.map(({ name }) => name).join(', ') || 'none to run'}.`);

  let ending = false;
  // The pause keeps workers that cannot start from keeping the machine busy.
  cluster.on('exit', () => setTimeout(() => ending || cluster.fork(), PAUSE));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      ending = true;
      for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill(signal);
    });
  }
  for (let count = 0; count < Number(WORKERS); count += 1) cluster.fork();
}

async function serve(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['warn', 'error'] });
  app.enableShutdownHooks();
  await app.listen(PORT);
  console.log(`Process ${process.pid} listens: http://localhost:${PORT}/api/station?include=measurements`);
}
