/**
 * The seed world of the tests over HTTP: six people, some of them bosses of others, and seven computers. Readers learn
 * it once; what needs other tables declares entities of its own.
 */
import { Expose } from 'class-transformer';
import { Resource } from 'nestjs-restless';
import { Column, type DataSource, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';

@Entity()
@Resource()
export class Person {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ unique: true }) name!: string;
  @Expose() @Column({ type: 'int', nullable: true }) age!: number | null;
  @Expose() @Column({ type: 'date', nullable: true }) birthDate!: string | null;
  /** Not exposed: no request may find it out. */
  @Column({ default: 'secret' }) password!: string;

  @Expose() @ManyToOne(() => Person, (boss) => boss.reports, { nullable: true }) boss!: Relation<Person> | null;
  @Expose() @OneToMany(() => Person, (person) => person.boss) reports!: Relation<Person>[];
  @Expose() @OneToMany(() => Computer, (computer) => computer.owner) computers!: Relation<Computer>[];
}

@Entity()
@Resource()
export class Computer {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @Column({ type: 'varchar', nullable: true }) vendor!: string | null;
  @Expose() @Column({ type: 'decimal', precision: 10, scale: 2 }) price!: string;

  @Expose()
  @ManyToOne(() => Person, (person) => person.computers, { nullable: true })
  owner!: Relation<Person> | null;
}

export const PEOPLE = [Person, Computer];

/** Fills the tables; ids count from 1 in the order of the lists. */
export async function seedPeople(dataSource: DataSource): Promise<void> {
  const people = [
    { id: 1, name: 'Ada', age: 36, birthDate: '1815-12-10', boss: null },
    { id: 2, name: 'Bob', age: 17, birthDate: null, boss: { id: 1 } },
    { id: 3, name: 'Carla', age: 36, birthDate: '1985-02-28', boss: { id: 1 } },
    { id: 4, name: 'Dmitri', age: null, birthDate: '2000-02-29', boss: { id: 2 } },
    { id: 5, name: 'Émile', age: 64, birthDate: '1957-11-03', boss: { id: 2 } },
    { id: 6, name: 'yuki', age: 21, birthDate: null, boss: null },
  ];
  const computers = [
    { id: 1, name: 'laptop', vendor: 'Apple', price: '1299.00', owner: { id: 1 } },
    { id: 2, name: 'tower', vendor: 'Dell', price: '899.50', owner: { id: 1 } },
    { id: 3, name: 'mini', vendor: 'Apple', price: '649.99', owner: { id: 2 } },
    { id: 4, name: 'rack', vendor: 'IBM', price: '10400.00', owner: { id: 3 } },
    { id: 5, name: 'tablet', vendor: 'Apple', price: '329.00', owner: { id: 3 } },
    { id: 6, name: 'kit', vendor: null, price: '75.25', owner: { id: 6 } },
    { id: 7, name: 'spare', vendor: 'Dell', price: '0.00', owner: null },
  ];
  await dataSource.getRepository(Person).insert(people);
  await dataSource.getRepository(Computer).insert(computers);
}
