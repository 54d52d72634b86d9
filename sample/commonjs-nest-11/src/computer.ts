/** A computer, and the person whose it is. */
import { Expose } from 'class-transformer';
import { Resource } from 'nestjs-restless';
import { Column, Entity, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { Person } from './person';

@Entity()
@Resource()
export class Computer {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() vendor!: string;
  @Expose() @ManyToOne(() => Person, (person) => person.computers, { cascade: ['insert'] }) owner!: Relation<Person>;
}
