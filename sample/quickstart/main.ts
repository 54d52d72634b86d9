/** The smallest honest application: people and their computers, served as JSON:API. */
import { fileURLToPath } from 'node:url';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Expose } from 'class-transformer';
import { Resource, RestlessModule } from 'nestjs-restless';
import { Column, Entity, EntityManager, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';

@Entity()
@Resource()
export class Person {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @Column({ type: 'date', nullable: true }) birthDate!: string | null;
  @Expose() @OneToMany(() => Computer, (computer) => computer.owner) computers!: Relation<Computer>[];
}

@Entity()
@Resource()
export class Computer {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() vendor!: string;
  @Expose() @ManyToOne(() => Person, (person) => person.computers, { cascade: ['insert'] }) owner!: Relation<Person>;
}

const entities = [Person, Computer];

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'better-sqlite3', database: ':memory:', entities, synchronize: true }),
    RestlessModule.forRoot({ methods: ['GET', 'POST', 'PATCH', 'DELETE'] }),
    RestlessModule.forFeature(entities),
  ],
})
export class AppModule {
  constructor(private readonly manager: EntityManager) {}

  async onModuleInit(): Promise<void> {
    const grace = { name: 'Grace', birthDate: '1906-12-09' };
    await this.manager.save(Computer, [
      { vendor: 'Remington', owner: grace },
      { vendor: 'IBM', owner: grace },
      { vendor: 'Acme', owner: { name: 'Lincoln' } },
    ]);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const app = await NestFactory.create(AppModule, { logger: ['warn', 'error'] });
  await app.listen(process.env.PORT ?? 3000);
  console.log(`Listening: ${await app.getUrl()}/api/person?include=computers`);
}
