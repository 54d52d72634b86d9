// Where the database servers of the tests are, and how to send one statement to each. Plain JavaScript with its types
// beside it, because the global setup of Jest needs it uncompiled.
import mysql from 'mysql2/promise';
import pg from 'pg';

const POSTGRES_URL = process.env.POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test';
const MARIADB_URL = process.env.MARIADB_URL ?? 'mysql://root@127.0.0.1:3306/test';

export const databaseServers = [
  {
    kind: 'postgres',
    variable: 'POSTGRES_URL',
    url: POSTGRES_URL,
    async run(...statements) {
      const client = new pg.Client({ connectionString: POSTGRES_URL, connectionTimeoutMillis: 5_000 });
      await client.connect();
      try {
        for (const statement of statements) await client.query(statement);
      } finally {
        await client.end();
      }
    },
  },
  {
    kind: 'mariadb',
    variable: 'MARIADB_URL',
    url: MARIADB_URL,
    async run(...statements) {
      const connection = await mysql.createConnection({ uri: MARIADB_URL, connectTimeout: 5_000 });
      try {
        for (const statement of statements) await connection.query(statement);
      } finally {
        await connection.end();
      }
    },
  },
];
