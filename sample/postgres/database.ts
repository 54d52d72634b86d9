/**
 * A primary that is written to, and a replica that is read from: `DATABASE_URL` and `REPLICA_URL`. Without a replica the
 * primary does both.
 */
import type { DataSourceOptions } from 'typeorm';
import { Measurement, Station } from './entities.js';
import { Stations1767225600000 } from './migrations/1767225600000-stations.js';

const { DATABASE_URL = 'postgres://postgres@127.0.0.1:5432/test', REPLICA_URL = DATABASE_URL } = process.env;

/** Connections that each process keeps to each of the two. All processes together stay below what the server allows. */
const CONNECTIONS = 10;

export const databaseOptions: DataSourceOptions = {
  type: 'postgres',
  replication: { master: { url: DATABASE_URL }, slaves: [{ url: REPLICA_URL }] },
  entities: [Station, Measurement],
  // The tables are what the migrations make them, not what the entities of the last deployment say.
  migrations: [Stations1767225600000],
  synchronize: false,
  poolSize: CONNECTIONS,
};
