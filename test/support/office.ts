/**
 * An office to write in: relations of every kind, keys of every kind, and rows that are out of sight. Ids count from 1 in
 * the order of the lists, and new rows follow.
 */
import { Expose } from 'class-transformer';
import { Resource } from 'nestjs-restless';
import {
  Column,
  type DataSource,
  Entity,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  OneToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';

@Entity()
@Resource()
export class Employee {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ unique: true, length: 20 }) name!: string;
  @Expose() @Column({ type: 'int', nullable: true }) age!: number | null;
  @Expose() @Column({ type: 'date', nullable: true }) birthDate!: string | null;
  @Expose() @Column({ default: 'clerk' }) role!: string;

  @Expose() @ManyToOne(() => Employee, (boss) => boss.reports) boss!: Relation<Employee> | null;
  @Expose() @OneToMany(() => Employee, (employee) => employee.boss) reports!: Relation<Employee>[];
  /** The column stands here. */
  @Expose() @OneToOne(() => Desk, (desk) => desk.employee) @JoinColumn() desk!: Relation<Desk> | null;
  /** The column stands there. */
  @Expose() @OneToOne(() => Badge, (badge) => badge.employee) badge!: Relation<Badge> | null;
  @Expose() @OneToMany(() => Computer, (computer) => computer.owner) computers!: Relation<Computer>[];
  @Expose() @ManyToMany(() => Skill, (skill) => skill.employees) @JoinTable() skills!: Relation<Skill>[];
}

@Entity()
@Resource()
export class Desk {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Expose() @OneToOne(() => Employee, (employee) => employee.desk) employee!: Relation<Employee> | null;
  @Expose() @ManyToOne(() => Room, (room) => room.desks) room!: Relation<Room> | null;
}

@Entity()
@Resource()
export class Badge {
  @PrimaryGeneratedColumn('uuid') id!: string;
  @Expose() @Column() colour!: string;
  @Expose() @OneToOne(() => Employee, (employee) => employee.badge) @JoinColumn() employee!: Relation<Employee> | null;
}

/** A computer that has retired exists for nobody. */
@Entity()
@Resource({ scope: () => ({ name: 'retired', op: 'eq', val: false }) })
export class Computer {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column() name!: string;
  @Column({ default: false }) retired!: boolean;
  @Expose() @ManyToOne(() => Employee, (employee) => employee.computers) owner!: Relation<Employee> | null;
}

@Entity()
@Resource()
export class Skill {
  @Expose() @PrimaryColumn({ length: 10 }) code!: string;
  @Expose() @Column({ type: 'varchar', nullable: true }) label!: string | null;
  @Expose() @ManyToMany(() => Employee, (employee) => employee.skills) employees!: Relation<Employee>[];
}

@Entity()
@Resource()
export class Room {
  @Expose() @PrimaryColumn({ length: 10 }) building!: string;
  @Expose() @PrimaryColumn({ type: 'int' }) number!: number;
  @Expose() @Column({ type: 'varchar', nullable: true }) label!: string | null;
  @Expose() @OneToMany(() => Desk, (desk) => desk.room) desks!: Relation<Desk>[];
  @Expose() @OneToMany(() => Booking, (booking) => booking.room) bookings!: Relation<Booking>[];
}

/** Not without a room. */
@Entity()
@Resource()
export class Booking {
  @PrimaryGeneratedColumn() id!: number;
  @Expose() @Column({ type: 'date' }) day!: string;
  @Expose() @ManyToOne(() => Room, (room) => room.bookings, { nullable: false }) room!: Relation<Room>;
}

export const OFFICE = [Employee, Desk, Badge, Computer, Skill, Room, Booking];

/** Of the only badge. */
export const BADGE_ID = '5a0c2c7a-32c7-4cf7-8f3b-7a1e4b1d2c11';

/** Fills the tables. */
export async function seedOffice({ manager }: DataSource): Promise<void> {
  const room = { building: 'north', number: 7 };
  await manager.insert(Room, [
    { ...room, label: 'Library' },
    { building: 'a,b', number: 1 },
  ]);
  await insertEach(manager, Desk, [{ name: 'window', room }, { name: 'door' }, { name: 'corner' }]);
  await insertEach(manager, Employee, [
    { name: 'Ada', age: 36, birthDate: '1815-12-10', desk: { id: 1 } },
    { name: 'Bob', age: 17, boss: { id: 1 } },
    { name: 'Cleo', age: 52, boss: { id: 1 }, desk: { id: 2 } },
  ]);
  await manager.insert(Badge, { id: BADGE_ID, colour: 'red', employee: { id: 1 } });
  await insertEach(manager, Computer, [
    { name: 'laptop', owner: { id: 1 } },
    { name: 'tower', owner: { id: 1 } },
    { name: 'spare' },
    { name: 'relic', retired: true, owner: { id: 1 } },
  ]);
  await manager.insert(Skill, [{ code: 'sql', label: 'Tables' }, { code: 'css' }, { code: 'a,b' }]);
  await manager.createQueryBuilder().relation(Employee, 'skills').of(1).add(['sql', 'css']);
  await manager.insert(Booking, { day: '2024-02-29', room });
}

/** One by one: ids then follow the list on every database. */
async function insertEach(
  manager: DataSource['manager'],
  entity: new () => object,
  rows: readonly object[],
): Promise<void> {
  for (const row of rows) await manager.insert<object>(entity, row);
}
