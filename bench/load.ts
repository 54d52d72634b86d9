/**
 * Loads one server with one request for a while, in a process of its own, and says what came of it.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Running } from './servers.js';
import type { Asked } from './work.js';

/** What one server did in one round. */
export interface Measured {
  /** Requests a second. */
  readonly rate: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Milliseconds of processor time of the server process, for one request. */
  readonly cpu: number;
  /** Megabytes that the server process holds at the end. */
  readonly memory: number;
}

/** What is read of autocannon's report. */
interface Report {
  readonly '2xx': number;
  readonly non2xx: number;
  readonly errors: number;
  readonly duration: number;
  readonly latency: { readonly p50: number; readonly p99: number };
}

/** Requests of each connection before anything is measured. */
const WARMUP = 100;

const run = promisify(execFile);
const AUTOCANNON = join(import.meta.dirname, '..', '..', 'bench', 'node_modules', 'autocannon', 'autocannon.js');

/** Throws where what the benchmark needs of its own is not installed. */
export function expectInstalled(): void {
  if (!existsSync(AUTOCANNON)) throw new Error('The load generator is missing; run: npm --prefix bench install');
}

export interface Load {
  readonly seconds: number;
  readonly connections: number;
  /** The server has been under this load before. */
  readonly warm: boolean;
}

export async function load(running: Running, asked: Asked, { seconds, connections, warm }: Load): Promise<Measured> {
  if (!warm) await fire(running, asked, connections, ['--amount', String(connections * WARMUP)]);
  const before = await running.usage();
  const report = await fire(running, asked, connections, ['--duration', String(seconds)]);
  const after = await running.usage();
  if (report.non2xx > 0 || report.errors > 0) {
    throw new Error(`${running.server.title}: ${report.non2xx} requests refused, ${report.errors} failed.`);
  }
  const requests = report['2xx'];
  return {
    rate: requests / report.duration,
    p50: report.latency.p50,
    p99: report.latency.p99,
    cpu: (after.cpu - before.cpu) / 1000 / requests,
    memory: after.rss / 2 ** 20,
  };
}

async function fire(
  { origin }: Running,
  { method, path, headers, body }: Asked,
  connections: number,
  extent: readonly string[],
): Promise<Report> {
  const args = [
    AUTOCANNON,
    ...['--json', '--no-progress', '--connections', String(connections), '--method', method],
    ...extent,
    ...Object.entries(headers ?? {}).flatMap(([name, value]) => ['--headers', `${name}=${value}`]),
    ...(body === undefined ? [] : ['--body', JSON.stringify(body)]),
    origin + path,
  ];
  const { stdout } = await run(process.execPath, args, { maxBuffer: 2 ** 24 });
  return JSON.parse(stdout) as Report;
}
