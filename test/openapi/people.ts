/** People and their pets: an application in which nearly everything that an OpenAPI document says occurs. */
import { Controller, Get, Module } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiExcludeEndpoint,
  ApiHeader,
  ApiOperation,
  ApiParam,
  ApiProperty,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Expose, Transform } from 'class-transformer';
import { Resource, RestlessController, RestlessModule } from 'nestjs-restless';
import { Column, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';

class Address {
  @Expose() @Column({ nullable: true, type: 'varchar' }) city!: string | null;
}

@Entity()
@Resource({
  methods: ['GET', 'POST', 'PATCH', 'DELETE'],
  decorators: {
    POST: [ApiBearerAuth(), ApiHeader({ name: 'X-Reason', required: true })],
    DELETE_RESOURCE: [ApiExcludeEndpoint()],
    GET_COLLECTION: [ApiTags('people'), ApiOperation({ summary: 'Everybody.', description: 'In pages.' })],
    PATCH_RESOURCE: [ApiResponse({ status: 418, description: 'A teapot.' })],
  },
  allowFunctions: true,
  functions: ['count', 'max'],
  readable: { '*': true, notes: false },
  createOnly: ['code'],
  embed: 0,
})
class Person {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ length: 40 }) name!: string;
  @Expose() @Column({ type: 'int', nullable: true }) age!: number | null;
  @Expose() @Column({ type: 'bigint' }) account!: string;
  @Expose() @Column({ type: 'decimal' }) height!: string;
  @Expose() @Column({ type: 'simple-enum', enum: ['a', 'b'], nullable: true }) grade!: string | null;
  @Expose() @Column({ type: 'datetime' }) seenAt!: Date;
  @Expose() @Column({ type: 'date' }) birthDate!: string;
  @Expose() @Column({ type: 'simple-json' }) extra!: unknown;
  @Expose() @Column({ type: 'simple-array' }) tags!: string[];
  @Expose() @Column({ type: 'blob' }) photo!: Buffer;
  @Expose() @Column() code!: string;
  @Expose() @Column() notes!: string;
  @Expose({ toClassOnly: true }) @Column({ select: false }) password!: string;
  @Expose({ toPlainOnly: true }) @Column() rank!: number;
  @Expose({ groups: ['hr'] }) @Column() salary!: number;
  @Expose() @Transform(({ value }: { value: string }) => value.length) @Column() motto!: string;
  @Expose() @Column(() => Address) address!: Address;
  @Column() hidden!: string;
  @Expose() get label(): string {
    return this.name;
  }
  @Expose() @OneToMany(() => Pet, (pet) => pet.owner) pets!: Relation<Pet>[];
}

@Entity()
@Resource({ formats: ['flat-json'], operations: ['GET_COLLECTION', 'GET_RESOURCE'], jsonp: true })
class Pet {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @ManyToOne(() => Person, (person) => person.pets) owner!: Relation<Person>;
}

class Health {
  @ApiProperty({ nullable: true, type: String }) since!: string | null;
}

@Controller('health')
class HealthController {
  @Get()
  @ApiOperation({ summary: 'How it is.' })
  @ApiResponse({ status: 200, type: Health })
  health(): Health {
    return { since: null };
  }
}

@Controller()
class PersonController extends RestlessController(Person) {
  @Get(':id/greeting')
  @ApiOperation({ summary: 'Says hello.' })
  @ApiParam({ name: 'id' })
  greet(): string {
    return 'Hello.';
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'better-sqlite3', database: ':memory:', entities: [Person, Pet], synchronize: true }),
    RestlessModule.forRoot({ groups: () => [] }),
    RestlessModule.forFeature([Person, Pet]),
  ],
  controllers: [HealthController, PersonController],
})
export class PeopleModule {}
