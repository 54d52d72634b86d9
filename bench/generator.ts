/**
 * The load generator: a process of its own that sends one server one request, or a mix, over and over.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type autocannon from 'autocannon';
import { bodyOf, fill, numbersOf } from './requests.js';
import type { Asked } from './work.js';

export const AUTOCANNON = join(import.meta.dirname, '..', '..', 'bench', 'node_modules', 'autocannon', 'autocannon.js');

/** What is to be sent. */
export interface Job {
  readonly origin: string;
  readonly asked: readonly Asked[];
  readonly connections: number;
  /** How long, in seconds, or how many requests. */
  readonly extent: { readonly duration: number } | { readonly amount: number };
}

/** What came of it. */
export interface Report {
  readonly answered: number;
  readonly refused: number;
  readonly failed: number;
  /** Seconds. */
  readonly duration: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** Seconds until a request counts as failed. */
const TIMEOUT = 60;

/** Requests with numbers of their own so far, in all jobs: a row is never given the value that it has. */
let sent = 0;

function requestOf(asked: Asked): autocannon.Request {
  const { method, headers, path } = asked;
  const body = bodyOf(asked);
  const request = { method, path, ...(headers && { headers }), ...(body !== undefined && { body }) };
  if (!/\{(row|age|n)\}/.test(path + (body ?? ''))) return request;
  const setupRequest = (before: autocannon.Request): autocannon.Request => {
    const numbers = numbersOf(sent++);
    return { ...before, path: fill(path, numbers), ...(body !== undefined && { body: fill(body, numbers) }) };
  };
  return { ...request, setupRequest };
}

async function run({ origin, asked, connections, extent }: Job): Promise<Report> {
  const { default: cannon } = (await import(pathToFileURL(AUTOCANNON).href)) as { default: typeof autocannon };
  const times: number[] = [];
  const requests = asked.map(requestOf);
  const result = await cannon({ url: origin, connections, timeout: TIMEOUT, requests, ...extent }).on(
    'response',
    (_client, _status, _bytes, time) => times.push(time),
  );
  const sorted = Float64Array.from(times).sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  return {
    answered: result['2xx'],
    refused: result.non2xx,
    failed: result.errors,
    duration: result.duration,
    p50: at(0.5),
    p99: at(0.99),
  };
}

if (process.send !== undefined) {
  process.on('message', (job: Job) => {
    run(job).then(
      (report) => process.send!(report),
      (error: unknown) => process.send!({ error: String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
}
