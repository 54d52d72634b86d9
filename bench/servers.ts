/**
 * The servers that are compared, and their processes.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Kind, Place } from './databases.js';
import type { Ready, Usage } from './servers/serve.js';
import type { Dialect } from './work.js';

export interface Server {
  readonly key: string;
  readonly title: string;
  /** The program, with its arguments. */
  readonly program: readonly string[];
  readonly dialect: Dialect;
  /** Part of the short run. */
  readonly quick: boolean;
  /** It does not write. */
  readonly readOnly?: boolean;
  /** The databases that it runs on; all of them, where none is named. */
  readonly kinds?: readonly Kind[];
}

export const REFERENCE = 'reference';

export const SERVERS: readonly Server[] = [
  { key: REFERENCE, title: 'Fastify + driver, by hand', program: ['reference.js'], dialect: 'json-api', quick: true },
  { key: 'tuned', title: 'the same, tuned', program: ['tuned.js'], dialect: 'json-api', quick: true, readOnly: true },
  { key: 'fastify', title: 'restless, Fastify', program: ['restless.js', 'fastify'], dialect: 'json-api', quick: true },
  {
    key: 'express',
    title: 'restless, Express',
    program: ['restless.js', 'express'],
    dialect: 'json-api',
    quick: false,
  },
  {
    key: 'fastify-flat',
    title: 'restless, Fastify, flat JSON',
    program: ['restless.js', 'fastify'],
    dialect: 'flat-json',
    quick: false,
  },
  {
    key: 'express-flat',
    title: 'restless, Express, flat JSON',
    program: ['restless.js', 'express'],
    dialect: 'flat-json',
    quick: false,
  },
  { key: 'typeorm', title: 'NestJS + TypeORM find, by hand', program: ['typeorm.js'], dialect: 'plain', quick: true },
];

/** A server that runs. */
export class Running {
  private constructor(
    readonly server: Server,
    readonly origin: string,
    private readonly process: ChildProcess,
  ) {}

  static async start(server: Server, place: Place): Promise<Running> {
    const [program, ...args] = server.program as [string, ...string[]];
    const env = {
      ...process.env,
      BENCH_DATABASE: place.kind,
      BENCH_SIZE: String(place.size),
      NODE_ENV: 'production',
      TZ: 'UTC',
    };
    const child = fork(join(import.meta.dirname, 'servers', program), args, { env });
    const [said] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => {
        throw new Error(`${server.title} has ended with ${String(code)} before it was ready.`);
      }),
    ])) as [Ready];
    return new Running(server, `http://127.0.0.1:${said.port}`, child);
  }

  async usage(): Promise<Usage> {
    const answer = once(this.process, 'message');
    this.process.send('usage');
    const [usage] = (await answer) as [Usage];
    return usage;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const exited = once(this.process, 'exit');
    this.process.disconnect();
    await exited;
  }
}
