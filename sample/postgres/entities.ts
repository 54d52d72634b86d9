/** Weather stations, and what they measure. */
import { Expose } from 'class-transformer';
import { Resource } from 'nestjs-restless';
import {
  Column,
  Entity,
  Index,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';

@Entity()
@Resource({ allowClientGeneratedIds: true })
export class Station {
  @PrimaryColumn({ type: 'varchar' }) id!: string;
  @Expose() @Column({ type: 'varchar' }) name!: string;
  @Expose() @Column({ type: 'jsonb', default: {} }) equipment!: Record<string, unknown>;
  @Expose() @OneToMany(() => Measurement, (measurement) => measurement.station) measurements!: Relation<Measurement>[];
}

/** There will be many, so lists have no total, which would have to be counted. */
@Entity()
@Index('measurement_of_station', ['station', 'takenAt'])
@Resource({ count: 'none' })
export class Measurement {
  @PrimaryGeneratedColumn({ type: 'bigint' }) id!: string;
  @Expose() @Column({ type: 'timestamptz' }) takenAt!: Date;
  @Expose() @Column({ type: 'numeric', precision: 5, scale: 2 }) celsius!: string;
  @Expose()
  @ManyToOne(() => Station, (station) => station.measurements, { nullable: false, onDelete: 'CASCADE' })
  station!: Relation<Station>;
}
