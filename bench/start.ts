/**
 * How long an application takes to start with many resources, beyond what NestJS and TypeORM take for as many controllers
 * and entities without this library.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** How often each application is started, in a process of its own. */
const ROUNDS = 5;

/** One start, in milliseconds. */
export interface Started {
  readonly took: number;
  /** Of processor time. */
  readonly cpu: number;
}

/** What is started: NestJS alone, resources that are read, and resources that are written as well. */
const KINDS = ['nest', 'reading', 'writing'] as const;

/** Starts the applications in turn and prints the medians. */
export async function measureStart(resources: number): Promise<void> {
  const started = { nest: [] as Started[], reading: [] as Started[], writing: [] as Started[] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const kind of KINDS) started[kind].push(await measure(kind, resources));
  }
  const without = medians(started.nest);
  print(`NestJS with ${resources} entities and controllers`, without);
  for (const kind of ['reading', 'writing'] as const) {
    const own = medians(started[kind]);
    print(`nestjs-restless with ${resources} resources, ${kind}`, own);
    print('beyond NestJS', { took: own.took - without.took, cpu: own.cpu - without.cpu });
  }
}

async function measure(kind: string, resources: number): Promise<Started> {
  const child = fork(join(import.meta.dirname, 'servers', 'start.js'), [kind, String(resources)]);
  const [started] = (await once(child, 'message')) as [Started];
  return started;
}

function medians(all: readonly Started[]): Started {
  return { took: median(all.map(({ took }) => took)), cpu: median(all.map(({ cpu }) => cpu)) };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

function print(title: string, { took, cpu }: Started): void {
  console.log(
    `${title.padEnd(46)} ${took.toFixed(0).padStart(6)} ms ${cpu.toFixed(0).padStart(6)} ms of processor time`,
  );
}
