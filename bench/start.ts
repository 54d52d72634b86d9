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

/** Starts both applications in turn and prints the medians. */
export async function measureStart(resources: number): Promise<void> {
  const nest: Started[] = [];
  const restless: Started[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    nest.push(await measure('nest', resources));
    restless.push(await measure('restless', resources));
  }
  const [without, own] = [medians(nest), medians(restless)];
  print(`NestJS with ${resources} entities and controllers`, without);
  print(`nestjs-restless with ${resources} resources`, own);
  print('beyond NestJS', { took: own.took - without.took, cpu: own.cpu - without.cpu });
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
    `${title.padEnd(44)} ${took.toFixed(0).padStart(6)} ms ${cpu.toFixed(0).padStart(6)} ms of processor time`,
  );
}
