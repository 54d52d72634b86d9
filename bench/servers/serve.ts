/**
 * What every server process does: listens on a free port, says so to the process that started it, and tells its use of
 * time and memory when asked.
 */
import { GCProfiler } from 'node:v8';

/** `start` and `stop` enclose a measurement; `collect` looks at the memory after the garbage has been taken out. */
export type Order = 'start' | 'stop' | 'collect';

/** What a server process answers to an order. */
export interface Usage {
  /** Microseconds of processor time, of all threads, since the process began. */
  readonly cpu: number;
  /** Bytes of memory that the process holds. */
  readonly rss: number;
  /** Bytes of the JavaScript heap that are in use. */
  readonly heap: number;
  /** Bytes that were allocated on the JavaScript heap since `start`; 0 for other orders than `stop`. */
  readonly allocated: number;
}

/** What a server process says when it is ready. */
export interface Ready {
  readonly port: number;
}

const heapUsed = (): number => process.memoryUsage().heapUsed;

let profiler: GCProfiler | undefined;
let before = 0;

/** Bytes between one collection's end and the next one's beginning, summed. */
function allocated(): number {
  if (profiler === undefined) return 0;
  const now = heapUsed();
  const { statistics } = profiler.stop();
  profiler = undefined;
  let [sum, last] = [0, before];
  for (const { beforeGC, afterGC } of statistics) {
    sum += beforeGC.heapStatistics.usedHeapSize - last;
    last = afterGC.heapStatistics.usedHeapSize;
  }
  return sum + now - last;
}

function obey(order: Order): Usage {
  if (order === 'collect') for (let turn = 0; turn < 3; turn++) globalThis.gc?.();
  const bytes = order === 'stop' ? allocated() : 0;
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed: heap } = process.memoryUsage();
  if (order === 'start') {
    profiler = new GCProfiler();
    profiler.start();
    before = heapUsed();
  }
  return { cpu: user + system, rss, heap, allocated: bytes };
}

/** Says that requests are taken. */
export function ready(port: number): void {
  process.on('message', (order: Order) => process.send!(obey(order)));
  process.on('disconnect', () => process.exit());
  process.send!({ port } satisfies Ready);
}
