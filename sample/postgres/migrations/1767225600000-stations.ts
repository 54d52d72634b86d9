/** The first tables, with names of constraints as TypeORM makes them. Migrations are kept as they ran; what changes later is a migration of its own. */
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Stations1767225600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE station (
        id varchar PRIMARY KEY,
        name varchar NOT NULL,
        equipment jsonb NOT NULL DEFAULT '{}'
      )`);
    await runner.query(`
      CREATE TABLE measurement (
        id bigserial PRIMARY KEY,
        "takenAt" timestamptz NOT NULL,
        celsius numeric(5, 2) NOT NULL,
        "stationId" varchar NOT NULL
          CONSTRAINT "FK_51817ef0b5b96b7d22345dcb630" REFERENCES station ON DELETE CASCADE
      )`);
    await runner.query('CREATE INDEX measurement_of_station ON measurement ("stationId", "takenAt")');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE measurement');
    await runner.query('DROP TABLE station');
  }
}
