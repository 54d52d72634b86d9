/**
 * Puts one server under the load of one request for a while, and says what it did and what that took.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AUTOCANNON, type Job, type Report } from './generator.js';
import { request } from './requests.js';
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
  /** Kilobytes that are allocated on the heap of the server process, for one request. */
  readonly heap: number;
  /** Megabytes that the server process holds at the end. */
  readonly memory: number;
}

/** Requests of each connection before anything is measured. */
const WARMUP = 100;

/** Seconds that this may take; what is as slow as that needs no more. */
const WARMUP_TIME = 10;

/** Milliseconds of a request that is not asked under load, but one at a time. */
const SLOW = 1500;

/** The process that makes the load; one for all of a run. */
export class Generator {
  private readonly process: ChildProcess;

  constructor() {
    if (!existsSync(AUTOCANNON)) throw new Error('The load generator is missing; run: npm run bench -- install');
    this.process = fork(join(import.meta.dirname, 'generator.js'), { env: { ...process.env, NODE_ENV: 'production' } });
  }

  /** @throws Error where a request was refused or failed */
  async run(job: Job): Promise<Report> {
    const answer = once(this.process, 'message');
    this.process.send(job);
    const [report] = (await answer) as [Report | { readonly error: string }];
    if ('error' in report) throw new Error(report.error);
    if (report.refused + report.failed > 0)
      throw new Error(`${report.refused} requests refused, ${report.failed} failed, ${report.answered} answered`);
    return report;
  }

  stop(): void {
    this.process.disconnect();
  }
}

export interface Load {
  readonly seconds: number;
  readonly connections: number;
  /** Milliseconds that the request took when it was alone. */
  readonly alone: number;
  /** The server has been under this load before. */
  readonly warm: boolean;
}

/** One round of one server. */
export async function load(generator: Generator, running: Running, asked: Asked, round: Load): Promise<Measured> {
  const { seconds, connections, alone, warm } = round;
  if (isSlow(alone)) return measureAlone(running, asked);
  const job = { origin: running.origin, asked: [asked], connections };
  if (!warm) {
    const amount = connections * WARMUP;
    const expected = (amount * alone) / 1000 / 2;
    await generator.run({ ...job, extent: expected > WARMUP_TIME ? { duration: WARMUP_TIME / 5 } : { amount } });
  }
  const before = await running.usage('start');
  const { answered, duration, p50, p99 } = await generator.run({ ...job, extent: { duration: seconds } });
  const after = await running.usage('stop');
  // What was under way when time was up is over when this is answered, if its statements stand in one queue.
  if (asked.method === 'GET') await request(running.origin, asked);
  if (answered === 0) return measureAlone(running, asked);
  return {
    rate: answered / duration,
    p50,
    p99,
    cpu: (after.cpu - before.cpu) / 1000 / answered,
    heap: after.allocated / 1024 / answered,
    memory: after.rss / 2 ** 20,
  };
}

/** Whether a request takes too long to be asked under load: statements would pile up in the database. */
export function isSlow(alone: number): boolean {
  return alone > SLOW;
}

async function measureAlone(running: Running, asked: Asked): Promise<Measured> {
  const before = await running.usage('start');
  const { time, status } = await request(running.origin, asked);
  const after = await running.usage('stop');
  if (status >= 300) throw new Error(`status ${status}`);
  return {
    rate: 1000 / time,
    p50: time,
    p99: time,
    cpu: (after.cpu - before.cpu) / 1000,
    heap: after.allocated / 1024,
    memory: after.rss / 2 ** 20,
  };
}
