/**
 * The two entities of the benchmark, over the tables that `data.ts` makes.
 */
import { Expose } from 'class-transformer';
import { Column, Entity, JoinColumn, ManyToOne, OneToMany, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { kindOf } from './databases.js';

const moment = ({ sqlite: 'datetime', postgres: 'timestamptz', mariadb: 'datetime' } as const)[kindOf()];

@Entity('person')
export class Person {
  @PrimaryGeneratedColumn()
  id!: number;

  @Expose()
  @Column('varchar')
  name!: string;

  @Expose()
  @Column('integer')
  age!: number;

  @Expose()
  @Column('varchar')
  email!: string;

  @Expose()
  @Column({ name: 'created_at', type: moment })
  createdAt!: Date;

  @Expose()
  @OneToMany(() => Computer, (computer) => computer.owner)
  computers!: Relation<Computer>[];
}

@Entity('computer')
export class Computer {
  @PrimaryGeneratedColumn()
  id!: number;

  @Expose()
  @Column('varchar')
  serial!: string;

  @Expose()
  @Column('varchar')
  vendor!: string;

  @Expose()
  @Column('integer')
  price!: number;

  @Expose()
  @Column({ name: 'bought_at', type: moment })
  boughtAt!: Date;

  @Expose()
  @ManyToOne(() => Person, (person) => person.computers, { nullable: true })
  @JoinColumn({ name: 'owner_id' })
  owner!: Relation<Person> | null;
}
