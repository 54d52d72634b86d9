/**
 * The servers that are compared, and their processes.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DATA_FOLDER, type Place } from './databases.js';
import type { Dialect } from './dialects.js';
import { programOf, type Peer } from './peers.js';
import type { Order, Ready, Usage } from './servers/serve.js';

export interface Server {
  readonly key: string;
  readonly title: string;
  /** The program among `servers/`, with its arguments; or the peer. */
  readonly program: readonly [string, ...string[]] | { readonly peer: Peer };
  readonly dialect: Dialect;
  /** Part of the short run. */
  readonly quick: boolean;
  /** It does not write. */
  readonly readOnly?: boolean;
  /** Its cursors are the keys themselves. */
  readonly plainCursors?: boolean;
}

export const REFERENCE = 'reference';

export const SERVERS: readonly Server[] = [
  {
    key: REFERENCE,
    title: 'Fastify + driver, by hand',
    program: ['reference.js'],
    dialect: 'json-api',
    quick: true,
    plainCursors: true,
  },
  {
    key: 'tuned',
    title: 'the same, tuned',
    program: ['tuned.js'],
    dialect: 'json-api',
    quick: true,
    readOnly: true,
    plainCursors: true,
  },
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
  {
    key: 'typeorm',
    title: 'NestJS + TypeORM, by hand',
    program: ['typeorm.js'],
    dialect: 'plain',
    quick: true,
    plainCursors: true,
  },
  { key: 'crud', title: '@dataui/crud', program: { peer: 'crud' }, dialect: 'crud', quick: true },
  {
    key: 'json-api-nestjs',
    title: 'json-api-nestjs',
    program: { peer: 'json-api-nestjs' },
    dialect: 'json-api-nestjs',
    quick: true,
  },
  {
    key: 'nestjs-paginate',
    title: 'nestjs-paginate',
    program: { peer: 'nestjs-paginate' },
    dialect: 'paginate',
    quick: true,
  },
];

/** Milliseconds that a server may take to start. */
const START = 60_000;

/** A server that runs. */
export class Running {
  private constructor(
    readonly server: Server,
    readonly origin: string,
    private readonly process: ChildProcess,
  ) {}

  /** @throws Error where it does not come up */
  static async start(server: Server, place: Place): Promise<Running> {
    const { program } = server;
    const [file, args] =
      'peer' in program
        ? [programOf(program.peer), []]
        : [join(import.meta.dirname, 'servers', program[0]), program.slice(1)];
    const env = {
      ...process.env,
      BENCH_DATABASE: place.kind,
      BENCH_SIZE: String(place.size),
      BENCH_FOLDER: DATA_FOLDER,
      NODE_ENV: 'production',
      TZ: 'UTC',
    };
    const child = fork(file, args, { env, execArgv: ['--expose-gc'] });
    const late = new AbortController();
    const { signal } = late;
    const timer = setTimeout(() => late.abort(), START);
    try {
      const [said] = (await Promise.race([
        once(child, 'message', { signal }),
        once(child, 'exit', { signal }).then(([code]) => {
          throw new Error(`it has ended with ${String(code)} before it was ready`);
        }),
      ])) as [Ready];
      return new Running(server, `http://127.0.0.1:${said.port}`, child);
    } catch (error) {
      child.kill();
      throw signal.aborted ? new Error(`it was not ready after ${START / 1000} s`) : error;
    } finally {
      clearTimeout(timer);
      late.abort();
    }
  }

  get hasEnded(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** @throws Error where the server has ended */
  async usage(order: Order): Promise<Usage> {
    if (this.hasEnded) throw new Error('the server has ended');
    return new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error('the server has ended'));
      this.process.once('exit', ended).once('message', (usage) => {
        this.process.off('exit', ended);
        resolve(usage as Usage);
      });
      this.process.send(order);
    });
  }

  async stop(): Promise<void> {
    if (this.hasEnded) return;
    const exited = once(this.process, 'exit');
    this.process.disconnect();
    await exited;
  }
}
