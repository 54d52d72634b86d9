/** A person, and the computers that are theirs. */
import { Expose } from 'class-transformer';
import { Resource } from 'nestjs-restless';
import { Column, Entity, OneToMany, PrimaryGeneratedColumn } from 'typeorm';
import { Computer } from './computer';

@Entity()
@Resource()
export class Person {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @Column({ type: 'date', nullable: true }) birthDate!: string | null;
  @Expose() @OneToMany(() => Computer, (computer) => computer.owner) computers!: Computer[];
}
