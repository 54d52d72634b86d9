/**
 * A controller as people write it by hand: NestJS, TypeORM's `find` with `relations`, entities as the answer.
 */
import { Body, Controller, Get, Module, Param, ParseIntPipe, Patch, Post, Query } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { MoreThan, Repository } from 'typeorm';
import { dataSourceOptions } from '../databases.js';
import { Computer, Person } from '../entities.js';
import { ready } from './serve.js';

interface Page {
  readonly data: readonly object[];
  readonly total?: number;
}

const take = 20;

@Controller()
class PlainController {
  constructor(
    @InjectRepository(Person) private readonly people: Repository<Person>,
    @InjectRepository(Computer) private readonly computers: Repository<Computer>,
  ) {}

  @Get('person/:id')
  item(@Param('id', ParseIntPipe) id: number): Promise<Person> {
    return this.people.findOneByOrFail({ id });
  }

  @Get('person')
  async page(@Query('page') page = '1'): Promise<Page> {
    const [data, total] = await this.people.findAndCount({
      order: { id: 'ASC' },
      take,
      skip: (Number(page) - 1) * take,
    });
    return { data, total };
  }

  @Get('included')
  async included(): Promise<Page> {
    const [data, total] = await this.people.findAndCount({
      relations: { computers: true },
      order: { id: 'ASC' },
      take,
    });
    return { data, total };
  }

  @Get('uncounted')
  async uncounted(): Promise<Page> {
    return { data: await this.people.find({ relations: { computers: true }, order: { id: 'ASC' }, take }) };
  }

  @Get('aged/:age')
  async aged(@Param('age', ParseIntPipe) age: number): Promise<Page> {
    const [data, total] = await this.people.findAndCount({ where: { age }, order: { id: 'ASC' }, take });
    return { data, total };
  }

  @Get('owning/:price')
  async owning(@Param('price', ParseIntPipe) price: number): Promise<Page> {
    const where = { computers: { price } };
    const [data, total] = await this.people.findAndCount({ where, order: { id: 'ASC' }, take });
    return { data, total };
  }

  @Get('after/:id')
  async after(@Param('id', ParseIntPipe) id: number): Promise<Page> {
    return { data: await this.people.find({ where: { id: MoreThan(id) }, order: { id: 'ASC' }, take }) };
  }

  @Get('by-owner')
  async byOwner(): Promise<Page> {
    const order = { owner: { name: 'ASC' }, id: 'ASC' } as const;
    const [data, total] = await this.computers.findAndCount({ relations: { owner: true }, order, take });
    return { data, total };
  }

  @Post('person')
  create(@Body() body: Partial<Person>): Promise<Person> {
    return this.people.save(this.people.create(body));
  }

  @Patch('person/:id')
  async update(@Param('id', ParseIntPipe) id: number, @Body() body: Partial<Person>): Promise<Person> {
    const person = await this.people.findOneByOrFail({ id });
    return this.people.save(this.people.merge(person, body));
  }

  @Post('computer')
  createComputer(@Body() body: Partial<Computer>): Promise<Computer> {
    return this.computers.save(this.computers.create(body));
  }
}

@Module({
  imports: [TypeOrmModule.forRoot(dataSourceOptions([Person, Computer])), TypeOrmModule.forFeature([Person, Computer])],
  controllers: [PlainController],
})
class AppModule {}

const app = await NestFactory.create(AppModule, new FastifyAdapter(), { logger: ['error', 'warn'] });
await app.listen(0, '127.0.0.1');
ready(Number(new URL(await app.getUrl()).port));
