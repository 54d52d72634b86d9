/**
 * nestjs-paginate as its documentation shows it: `paginate` over a repository in a controller. It lists, and does
 * nothing else.
 */
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import {
  FilterOperator,
  Paginate,
  paginate,
  PaginationType,
  type Paginated,
  type PaginateConfig,
  type PaginateQuery,
} from 'nestjs-paginate';
import { Repository } from 'typeorm';
import { dataSourceOptions } from '../../databases.js';
import { Computer, Person } from '../../entities.js';
import { ready } from '../../servers/serve.js';

const PERSONS: PaginateConfig<Person> = {
  sortableColumns: ['id', 'name', 'age'],
  defaultSortBy: [['id', 'ASC']],
  filterableColumns: { id: [FilterOperator.GTE], age: [FilterOperator.EQ], 'computers.price': [FilterOperator.EQ] },
};
const OWNERS: PaginateConfig<Person> = { ...PERSONS, relations: { computers: true } };
const COMPUTERS: PaginateConfig<Computer> = {
  sortableColumns: ['id', 'owner.name'],
  defaultSortBy: [['id', 'ASC']],
  relations: { owner: true },
};

@Controller()
class PaginatedController {
  constructor(
    @InjectRepository(Person) private readonly people: Repository<Person>,
    @InjectRepository(Computer) private readonly computers: Repository<Computer>,
  ) {}

  @Get('person')
  persons(@Paginate() query: PaginateQuery): Promise<Paginated<Person>> {
    return paginate(query, this.people, PERSONS);
  }

  @Get('owners')
  owners(@Paginate() query: PaginateQuery): Promise<Paginated<Person>> {
    return paginate(query, this.people, OWNERS);
  }

  /** Pages by cursor have no total. */
  @Get('cursor/person')
  personsByCursor(@Paginate() query: PaginateQuery): Promise<Paginated<Person>> {
    return paginate(query, this.people, { ...PERSONS, paginationType: PaginationType.CURSOR });
  }

  @Get('cursor/owners')
  ownersByCursor(@Paginate() query: PaginateQuery): Promise<Paginated<Person>> {
    return paginate(query, this.people, { ...OWNERS, paginationType: PaginationType.CURSOR });
  }

  @Get('computer')
  byOwner(@Paginate() query: PaginateQuery): Promise<Paginated<Computer>> {
    return paginate(query, this.computers, COMPUTERS);
  }
}

@Module({
  imports: [TypeOrmModule.forRoot(dataSourceOptions([Person, Computer])), TypeOrmModule.forFeature([Person, Computer])],
  controllers: [PaginatedController],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error'] });
await app.listen(0, '127.0.0.1');
ready(Number(new URL(await app.getUrl()).port));
