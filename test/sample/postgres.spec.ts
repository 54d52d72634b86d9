/** The sample for PostgreSQL: tables by migrations, two processes behind one port, reads from the replica, writes to the primary. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { Measurement, Station } from '../../sample/postgres/entities.js';
import { Stations1767225600000 } from '../../sample/postgres/migrations/1767225600000-stations.js';
import { describeDatabases } from '../support/databases.js';
import { type Program, startProgram } from '../support/program.js';

const JSON_API = 'application/vnd.api+json';
const WORKERS = 2;

describeDatabases(
  (database) => {
    let primary: DataSource;
    let replica: DataSource;
    let program: Program;
    let origin: string;

    beforeAll(async () => {
      // Two spaces of one server, with different rows: what is answered tells which of them was asked.
      const schema = { synchronize: false, dropSchema: false, migrations: [Stations1767225600000] };
      const spaces = [database, database.second].map((space) => space.options([Station, Measurement], schema));
      const [primaryUrl, replicaUrl] = spaces.map((options) => (options as { url: string }).url);
      [primary, replica] = await Promise.all([open(spaces[0]!), open(spaces[1]!)]);
      await replica.runMigrations();
      await replica.manager.insert(Station, { id: 'sonnblick', name: 'Sonnblick', equipment: { since: 1886 } });
      const taken = { takenAt: new Date('2026-01-01T06:00:00Z'), celsius: '-11.50', station: { id: 'sonnblick' } };
      await replica.manager.insert(Measurement, taken);

      const port = await freePort();
      origin = `http://127.0.0.1:${port}`;
      program = startProgram('sample/postgres', 'main.ts', {
        DATABASE_URL: primaryUrl,
        REPLICA_URL: replicaUrl,
        PORT: String(port),
        WORKERS: String(WORKERS),
      });
      await until(() => program.output().split(' listens: ').length > WORKERS);
    }, 120_000);

    afterAll(async () => {
      await program.stop();
      await Promise.all([primary.destroy(), replica.destroy()]);
    });

    it('makes the tables of the primary by its migrations, as the entities want them', async () => {
      expect(program.output()).toContain('Migrations: Stations1767225600000.');
      const { upQueries } = await primary.driver.createSchemaBuilder().log();
      expect(upQueries.map(({ query }) => query)).toEqual([]);
    });

    it('answers from every process, each of which reaches both databases', async () => {
      const processes = new Set<unknown>();
      await until(async () => {
        const answer = await ask('GET', '/health');
        expect(answer).toEqual({ status: 200, body: { status: 'ok', process: expect.any(Number) as number } });
        processes.add((answer.body as { process: number }).process);
        return processes.size === WORKERS;
      });

      expect(processes.has(program.process.pid)).toBe(false);
    });

    it('reads from the replica, in every process', async () => {
      for (let count = 0; count < WORKERS * 2; count += 1) {
        expect(await ask('GET', '/api/station?include=measurements')).toMatchObject({
          status: 200,
          body: {
            data: [{ id: 'sonnblick', attributes: { name: 'Sonnblick', equipment: { since: 1886 } } }],
            included: [{ type: 'measurement', attributes: { takenAt: '2026-01-01T06:00:00.000Z', celsius: '-11.50' } }],
          },
        });
      }
    });

    it('writes to the primary, and answers with what it wrote there', async () => {
      const data = { type: 'station', id: 'zugspitze', attributes: { name: 'Zugspitze' } };

      expect(await ask('POST', '/api/station', { data })).toMatchObject({
        status: 201,
        body: { data: { id: 'zugspitze', attributes: { name: 'Zugspitze', equipment: {} } } },
      });
      expect(await primary.manager.find(Station)).toEqual([{ id: 'zugspitze', name: 'Zugspitze', equipment: {} }]);
      expect(await replica.manager.existsBy(Station, { id: 'zugspitze' })).toBe(false);
      // Replication would bring it; here nothing does.
      expect((await ask('GET', '/api/station/zugspitze')).status).toBe(404);
    });

    it('replaces a process that dies', async () => {
      const { process: victim } = (await ask('GET', '/health')).body as { process: number };
      process.kill(victim, 'SIGKILL');

      await until(() => program.output().split(' listens: ').length > WORKERS + 1);
    });

    it('ends with all its processes when it is told to', async () => {
      expect(await program.stop()).toBe(0);
      await expect(ask('GET', '/health')).rejects.toThrow('fetch failed');
    });

    async function ask(method: string, path: string, document?: object): Promise<{ status: number; body: unknown }> {
      // A connection of its own each time, so that the processes take turns.
      const headers = { Accept: JSON_API, 'Content-Type': JSON_API, Connection: 'close' };
      const answer = await fetch(origin + path, { method, headers, body: document && JSON.stringify(document) });
      return { status: answer.status, body: await answer.json() };
    }

    async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
      while (!(await isSo())) {
        if (program.process.exitCode !== null) throw new Error(`The sample has ended:\n${program.output()}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  },
  ['postgres'],
);

function open(options: DataSourceOptions): Promise<DataSource> {
  return new DataSource(options).initialize();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
