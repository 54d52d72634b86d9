/**
 * json-api-nestjs as its documentation shows it: the entities in a module, and no code.
 */
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { JsonApiModule } from 'json-api-nestjs';
import { dataSourceOptions } from '../../databases.js';
import { Computer, Person } from '../../entities.js';
import { ready } from '../../servers/serve.js';

@Module({
  imports: [
    TypeOrmModule.forRoot(dataSourceOptions([Person, Computer])),
    JsonApiModule.forRoot({ entities: [Person, Computer], options: { requiredSelectField: false } }),
  ],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error'] });
await app.listen(0, '127.0.0.1');
ready(Number(new URL(await app.getUrl()).port));
