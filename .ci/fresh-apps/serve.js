// What starts a fresh application on a port that is free, and prints its address. The same texts are compiled to ES modules
// and to CommonJS; `home` is the module that has the application's AppModule.

const IMPORTS = (home) => `
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AppModule } from '${home}';
`;

const CREATE = (module) => `
  const logger: ('warn' | 'error')[] = ['warn', 'error'];
  const app = await (process.argv[2] === 'fastify'
    ? NestFactory.create(${module}, new FastifyAdapter(), { logger })
    : NestFactory.create(${module}, { logger }));
`;

/** The application as it is. */
export const serve = (home) => `${IMPORTS(home)}
async function serve(): Promise<void> {${CREATE('AppModule')}
  await app.listen(0, '127.0.0.1');
  console.log(await app.getUrl());
}

void serve();
`;

/**
 * The application with what the optional peers are for: an entity, of a data source of its own, that class-validator checks, and
 * the OpenAPI document. Before it prints its address, it has looked for leaks in itself.
 */
export const serveWithPeers = (home) => `${IMPORTS(home)}
import { Module } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { TypeOrmModule, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import { Expose } from 'class-transformer';
import { Length } from 'class-validator';
import { getRestlessServiceToken, Resource, RestlessModule, type RestlessService } from 'nestjs-restless';
import { restlessDocument } from 'nestjs-restless/openapi';
import { expectNoLeaks } from 'nestjs-restless/testing';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity()
@Resource({ methods: ['GET', 'POST', 'DELETE'] })
class Visit {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Length(2, 20) @Column() reason!: string;
  @Column({ default: 'on foot' }) means!: string;
}

const visits: TypeOrmModuleOptions = {
  name: 'visits',
  type: 'better-sqlite3',
  database: ':memory:',
  entities: [Visit],
  synchronize: true,
};

@Module({ imports: [AppModule, TypeOrmModule.forRoot(visits), RestlessModule.forFeature([Visit], 'visits')] })
class WithPeers {}

async function serve(): Promise<void> {${CREATE('WithPeers')}
  const config = new DocumentBuilder().setTitle('People').build();
  const document = () => restlessDocument(app, config);
  SwaggerModule.setup('docs', app, document, { ui: false, jsonDocumentUrl: 'api-json' });
  await app.listen(0, '127.0.0.1');
  await app.get<RestlessService<Visit>>(getRestlessServiceToken(Visit)).create({ reason: 'Tea' });
  await expectNoLeaks(app, { resource: Visit, hidden: { fields: ['means'] } });
  console.log(await app.getUrl());
}

void serve();
`;
