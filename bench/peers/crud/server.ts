/**
 * @dataui/crud as its documentation shows it: a `@Crud` controller over a `TypeOrmCrudService`, classes with validators
 * for what is written.
 */
import { Controller, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { Crud, type CrudController } from '@dataui/crud';
import { TypeOrmCrudService } from '@dataui/crud-typeorm';
import { Type } from 'class-transformer';
import { IsDate, IsInt, IsObject, IsOptional, IsString } from 'class-validator';
import { Repository } from 'typeorm';
import { dataSourceOptions } from '../../databases.js';
import { Computer, Person } from '../../entities.js';
import { ready } from '../../servers/serve.js';

class CreatePerson {
  @IsString() name!: string;
  @IsInt() age!: number;
  @IsString() email!: string;
  @IsDate() @Type(() => Date) createdAt!: Date;
}

class UpdatePerson {
  @IsOptional() @IsInt() age?: number;
}

class CreateComputer {
  @IsString() serial!: string;
  @IsString() vendor!: string;
  @IsInt() price!: number;
  @IsDate() @Type(() => Date) boughtAt!: Date;
  @IsObject() owner!: object;
}

@Injectable()
class PersonService extends TypeOrmCrudService<Person> {
  constructor(@InjectRepository(Person) repository: Repository<Person>) {
    super(repository);
  }
}

@Injectable()
class ComputerService extends TypeOrmCrudService<Computer> {
  constructor(@InjectRepository(Computer) repository: Repository<Computer>) {
    super(repository);
  }
}

@Crud({
  model: { type: Person },
  dto: { create: CreatePerson, update: UpdatePerson },
  query: { join: { computers: {} } },
})
@Controller('person')
class PersonController implements CrudController<Person> {
  constructor(readonly service: PersonService) {}
}

@Crud({ model: { type: Computer }, dto: { create: CreateComputer }, query: { join: { owner: {} } } })
@Controller('computer')
class ComputerController implements CrudController<Computer> {
  constructor(readonly service: ComputerService) {}
}

@Module({
  imports: [TypeOrmModule.forRoot(dataSourceOptions([Person, Computer])), TypeOrmModule.forFeature([Person, Computer])],
  providers: [PersonService, ComputerService],
  controllers: [PersonController, ComputerController],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error'] });
await app.listen(0, '127.0.0.1');
ready(Number(new URL(await app.getUrl()).port));
