/**
 * Starts one application with many entities, with this library or with controllers of NestJS alone, and says how long it took.
 */
import { Controller, Delete, Get, Module, Patch, Post, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Expose } from 'class-transformer';
import { RestlessModule, type Method } from 'nestjs-restless';
import { Column, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn } from 'typeorm';
import type { Started } from '../start.js';

/** Columns of each entity beside its key. */
const COLUMNS = 8;

/** Entities in a chain: each belongs to the one before it. */
function makeEntities(count: number): readonly Type[] {
  const entities: Type[] = [];
  for (let index = 0; index < count; index++) {
    class Made {}
    Object.defineProperty(Made, 'name', { value: `Made${index}` });
    const { prototype } = Made;
    PrimaryGeneratedColumn()(prototype, 'id');
    for (let column = 0; column < COLUMNS; column++) {
      Column({ type: column % 2 === 0 ? 'varchar' : 'integer' })(prototype, `column${column}`);
      Expose()(prototype, `column${column}`);
    }
    const next = (): Type => entities[(index + 1) % count]!;
    const before = (): Type => entities[(index + count - 1) % count]!;
    OneToMany(next, (other: { readonly parent: unknown }) => other.parent)(prototype, 'children');
    ManyToOne(before, (other: { readonly children: unknown }) => other.children)(prototype, 'parent');
    Expose()(prototype, 'children');
    Expose()(prototype, 'parent');
    Entity(`made_${index}`)(Made);
    entities.push(Made);
  }
  return entities;
}

/** A controller with as many routes as people write by hand. */
function makeController(index: number): Type {
  class Made {
    handle(): void {}
  }
  Object.defineProperty(Made, 'name', { value: `Made${index}Controller` });
  const { prototype } = Made;
  for (const [name, decorate] of [
    ['list', Get()],
    ['one', Get(':id')],
    ['create', Post()],
    ['update', Patch(':id')],
    ['remove', Delete(':id')],
  ] as const) {
    const descriptor = { value: () => undefined, writable: true, configurable: true, enumerable: false };
    Object.defineProperty(prototype, name, descriptor);
    decorate(prototype, name, descriptor);
  }
  Controller(`made-${index}`)(Made);
  return Made;
}

/** What the resources of an application answer. */
const METHODS: Readonly<Record<string, readonly Method[]>> = {
  reading: ['GET'],
  writing: ['GET', 'POST', 'PATCH', 'DELETE'],
};

/** Milliseconds until the application listens, and of processor time. */
async function start(kind: string, count: number): Promise<Started> {
  const entities = [...makeEntities(count)];
  const database = TypeOrmModule.forRoot({
    type: 'better-sqlite3',
    database: ':memory:',
    entities,
    synchronize: false,
  });
  const begun = performance.now();
  const used = process.cpuUsage();
  class AppModule {}
  Module(
    kind === 'nest'
      ? {
          imports: [database, TypeOrmModule.forFeature(entities)],
          controllers: entities.map((_, index) => makeController(index)),
        }
      : {
          imports: [database, RestlessModule.forRoot({ methods: METHODS[kind]! }), RestlessModule.forFeature(entities)],
        },
  )(AppModule);
  const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: ['error', 'warn'] });
  await app.listen(0, '127.0.0.1');
  const { user, system } = process.cpuUsage(used);
  const took = performance.now() - begun;
  await app.close();
  return { took, cpu: (user + system) / 1000 };
}

const [kind, count] = process.argv.slice(2) as [string, string];
process.send!(await start(kind, Number(count)), () => process.exit());
