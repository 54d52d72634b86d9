/** The rows behind the situations that both formats are asked about: three people, one of them a boss, and four computers. */
import { Expose } from 'class-transformer';
import { IsOptional, Min } from 'class-validator';
import { Resource, RestlessModule } from 'nestjs-restless';
import { Column, type DataSource, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import type { ServerModule } from '../support/app.js';

@Entity()
@Resource({ methods: ['GET', 'POST', 'PATCH', 'DELETE'] })
export class Person {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ unique: true }) name!: string;
  @Expose() @IsOptional() @Min(0) @Column({ type: 'int', nullable: true }) age!: number | null;
  /** Only for bosses. */
  @Expose({ groups: ['boss'] }) @Column({ default: 0 }) salary!: number;
  /** For nobody. */
  @Column({ default: 'secret' }) password!: string;
  @Expose() @ManyToOne(() => Person, { nullable: true, onDelete: 'SET NULL' }) boss!: Relation<Person> | null;
  @Expose() @OneToMany(() => Computer, (computer) => computer.owner) computers!: Relation<Computer>[];
}

/** A computer that has retired exists for nobody. */
@Entity()
@Resource({
  methods: ['GET', 'POST', 'PATCH', 'DELETE'],
  scope: () => ({ name: 'retired', op: 'eq', val: false }),
})
export class Computer {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @Column({ type: 'varchar', nullable: true }) vendor!: string | null;
  @Column({ default: false }) retired!: boolean;

  @Expose()
  @ManyToOne(() => Person, (person) => person.computers, { nullable: true, onDelete: 'SET NULL' })
  owner!: Relation<Person> | null;
}

/** An application that speaks both formats, to bosses where a header says so. */
export const WORLD: ServerModule = {
  entities: [Person, Computer],
  imports: [
    RestlessModule.forRoot({
      groups: ({ headers }: { headers: Record<string, string | undefined> }) => (headers['x-group'] ?? '').split(','),
      // As flat JSON does it without being told.
      returning: 'always',
      allowFunctions: true,
      allowPatchMany: true,
      allowDeleteMany: true,
      allowToManyReplacement: true,
      allowDeleteFromToManyRelationships: true,
    }),
    RestlessModule.forFeature([Person, Computer]),
  ],
  async seed({ manager }: DataSource) {
    await manager.insert(Person, [
      { id: 1, name: 'Ada', age: 36, salary: 900, boss: null },
      { id: 2, name: 'Björn', age: 17, salary: 100, boss: { id: 1 } },
      { id: 3, name: 'Carla', age: 36, salary: 300, boss: { id: 1 } },
    ]);
    await manager.insert(Computer, [
      { id: 1, name: 'laptop', vendor: 'Apple', owner: { id: 1 } },
      { id: 2, name: 'tower', vendor: 'Dell', owner: { id: 1 }, retired: true },
      { id: 3, name: 'mini', vendor: 'Apple', owner: { id: 2 } },
      { id: 4, name: 'spare', vendor: null, owner: null },
    ]);
  },
};
