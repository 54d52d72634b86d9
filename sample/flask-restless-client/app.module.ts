/** What an application with Flask-Restless 0.x served: people and their computers, under the names that Python gave them. */
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Resource, RestlessModule } from 'nestjs-restless';
import { Column, Entity, EntityManager, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';

@Entity()
@Resource()
export class Person {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ unique: true }) name!: string;
  @Column({ type: 'integer', nullable: true }) age!: number | null;
  @Column({ type: 'date', nullable: true }) birthDate!: string | null;
  @OneToMany(() => Computer, (computer) => computer.owner, { cascade: ['insert'] }) computers!: Relation<Computer>[];
}

@Entity()
@Resource()
export class Computer {
  @PrimaryGeneratedColumn() id!: number;
  @Column() name!: string;
  @Column({ type: 'varchar', nullable: true }) vendor!: string | null;
  @Column({ type: Date, nullable: true }) purchaseTime!: Date | null;
  @ManyToOne(() => Person, (person) => person.computers) owner!: Relation<Person> | null;
}

const entities = [Person, Computer];

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'better-sqlite3', database: ':memory:', entities, synchronize: true }),
    // manager.create_api(Person, methods=['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], allow_patch_many=True, …)
    RestlessModule.forRoot({
      formats: ['flat-json'],
      expose: 'all',
      keys: 'snake',
      methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      allowPatchMany: true,
      allowDeleteMany: true,
      allowFunctions: true,
      jsonp: true,
      numPagesAlias: true,
    }),
    RestlessModule.forFeature(entities),
  ],
})
export class AppModule {
  constructor(private readonly manager: EntityManager) {}

  async onModuleInit(): Promise<void> {
    await this.manager.save(Person, [
      {
        name: 'Grace',
        age: 37,
        birthDate: '1906-12-09',
        computers: [
          { name: 'Mark I', vendor: 'IBM', purchaseTime: new Date('1944-05-01T09:00:00Z') },
          { name: 'UNIVAC', vendor: 'Remington' },
        ],
      },
      { name: 'Lincoln', age: 23, computers: [{ name: 'lixeiro', vendor: 'Lemote' }] },
      { name: 'Mary', age: 25 },
    ]);
  }
}
