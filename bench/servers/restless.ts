/**
 * This library as its README shows it.
 */
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';
import { RestlessModule } from 'nestjs-restless';
import { dataSourceOptions } from '../databases.js';
import { Computer, Person } from '../entities.js';
import { ready } from './serve.js';

const methods = ['GET', 'POST', 'PATCH'] as const;

@Module({
  imports: [
    TypeOrmModule.forRoot(dataSourceOptions([Person, Computer])),
    RestlessModule.forRoot({ prefix: 'api' }),
    RestlessModule.forFeature([
      { entity: Person, methods: [...methods] },
      { entity: Computer, methods: [...methods] },
      { entity: Person, prefix: 'uncounted', count: 'none', methods: ['GET'] },
      { entity: Person, prefix: 'cursor', pagination: 'cursor', count: 'none', embed: 0, methods: ['GET'] },
      // Rows without the rows that flat JSON embeds.
      ...[Person, Computer].map((entity) => ({ entity, prefix: 'flat', embed: 0, methods: [...methods] })),
    ]),
  ],
})
class AppModule {}

const adapter = process.argv.includes('express') ? new ExpressAdapter() : new FastifyAdapter();
const app = await NestFactory.create(AppModule, adapter, { logger: ['error', 'warn'] });
await app.listen(0, '127.0.0.1');
ready(Number(new URL(await app.getUrl()).port));
