/** What the pages import: people and their computers. */
import { Expose } from 'class-transformer';
import { Resource } from 'nestjs-restless';
import { Column, Entity, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';

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
  @Expose() @ManyToOne(() => Person, (person) => person.computers) owner!: Relation<Person> | null;
}
