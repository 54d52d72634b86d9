/**
 * The four resources of the world: countries, cities, languages and currencies.
 * They carry TypeORM's decorators, `@Resource` and `@Expose`, and nothing else.
 */
import { Expose } from 'class-transformer';
import { Resource } from 'nestjs-restless';
import {
  Column,
  Entity,
  Index,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  OneToOne,
  PrimaryColumn,
  type Relation,
} from 'typeorm';

@Entity()
@Resource()
export class Country {
  /** The two letters of ISO 3166-1, such as `FR`. A primary key is always served as `id`. */
  @PrimaryColumn({ type: 'varchar', length: 2 })
  code!: string;

  @Expose()
  @Column({ type: 'varchar', length: 3, unique: true })
  alpha3!: string;

  @Expose()
  @Index()
  @Column({ type: 'varchar' })
  name!: string;

  @Expose()
  @Column({ type: 'varchar' })
  officialName!: string;

  @Expose()
  @Index()
  @Column({ type: 'varchar' })
  region!: string;

  /** Null in the Antarctic, which has none. */
  @Expose()
  @Column({ type: 'varchar', nullable: true })
  subregion!: string | null;

  /** In square kilometres; null where the source does not know it. */
  @Expose()
  @Column({ type: 'float', nullable: true })
  area!: number | null;

  @Expose()
  @Column({ type: 'float' })
  latitude!: number;

  @Expose()
  @Column({ type: 'float' })
  longitude!: number;

  @Expose()
  @Column({ type: 'boolean' })
  landlocked!: boolean;

  /** Null where it is disputed. */
  @Expose()
  @Column({ type: 'boolean', nullable: true })
  independent!: boolean | null;

  @Expose()
  @Column({ type: 'varchar' })
  flag!: string;

  /** Null where the country has none, or where no city of it has the name. */
  @Expose()
  @OneToOne(() => City, { nullable: true })
  @JoinColumn()
  capital!: Relation<City> | null;

  @Expose()
  @OneToMany(() => City, (city) => city.country)
  cities!: Relation<City>[];

  @Expose()
  @ManyToMany(() => Country)
  @JoinTable({ name: 'border', joinColumn: { name: 'countryCode' }, inverseJoinColumn: { name: 'neighbourCode' } })
  borders!: Relation<Country>[];

  @Expose()
  @ManyToMany(() => Language, (language) => language.countries)
  @JoinTable({ name: 'country_language' })
  languages!: Relation<Language>[];

  @Expose()
  @ManyToMany(() => Currency, (currency) => currency.countries)
  @JoinTable({ name: 'country_currency' })
  currencies!: Relation<Currency>[];
}

@Entity()
@Resource()
export class City {
  /** The number that GeoNames gave to the place. */
  @PrimaryColumn({ type: 'integer' })
  id!: number;

  @Expose()
  @Index()
  @Column({ type: 'varchar' })
  name!: string;

  /** Null where GeoNames does not know it. */
  @Expose()
  @Index()
  @Column({ type: 'integer', nullable: true })
  population!: number | null;

  @Expose()
  @Column({ type: 'float' })
  latitude!: number;

  @Expose()
  @Column({ type: 'float' })
  longitude!: number;

  /** What kind of place it is in GeoNames' codes: `PPLC` is the seat of a government, `PPLX` a part of a city. */
  @Expose()
  @Column({ type: 'varchar', length: 5 })
  featureCode!: string;

  @Expose()
  @Index()
  @ManyToOne(() => Country, (country) => country.cities, { nullable: false })
  country!: Relation<Country>;
}

@Entity()
@Resource()
export class Language {
  /** The three letters of ISO 639-3, such as `fra`. */
  @PrimaryColumn({ type: 'varchar', length: 3 })
  code!: string;

  @Expose()
  @Column({ type: 'varchar' })
  name!: string;

  @Expose()
  @ManyToMany(() => Country, (country) => country.languages)
  countries!: Relation<Country>[];
}

@Entity()
@Resource()
export class Currency {
  /** The three letters of ISO 4217, such as `EUR`. */
  @PrimaryColumn({ type: 'varchar', length: 3 })
  code!: string;

  @Expose()
  @Column({ type: 'varchar' })
  name!: string;

  @Expose()
  @Column({ type: 'varchar' })
  symbol!: string;

  @Expose()
  @ManyToMany(() => Country, (country) => country.currencies)
  countries!: Relation<Country>[];
}
