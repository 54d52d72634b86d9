/**
 * What the rounds come to: medians, ratios to the reference, and the table of them.
 */
import type { Rounds } from './compare.js';
import type { Place } from './databases.js';
import type { Measured } from './load.js';
import { REFERENCE, type Server } from './servers.js';

/** Medians over the rounds. */
export interface Summary extends Measured {
  /** Medians of the rounds' own ratios to the reference. */
  readonly ratio: Measured;
}

export interface Cell {
  readonly server: string;
  /** `*` for all. */
  readonly work: string;
  readonly result?: Summary;
  /** The request was asked one at a time, because it is slow. */
  readonly alone?: boolean;
  /** Why there is no result. */
  readonly fault?: string;
}

/** One database with tables of one size. */
export interface Section extends Place {
  /** The database's name and version. */
  readonly database: string;
  readonly servers: readonly Server[];
  readonly work: readonly { readonly key: string; readonly title: string }[];
  readonly cells: readonly Cell[];
}

const MEASURES = ['rate', 'p50', 'p99', 'cpu', 'heap', 'memory'] as const;

/** Rounds of one server against the same rounds of the reference, which may have none. */
export function summarize(rounds: readonly Measured[], reference: readonly Measured[]): Summary {
  const medians = (of: (each: Measured, round: number, key: keyof Measured) => number): Measured =>
    Object.fromEntries(
      MEASURES.map((key) => [key, median(rounds.map((each, round) => of(each, round, key)))]),
    ) as unknown as Measured;
  return {
    ...medians((each, _round, key) => each[key]),
    ratio: medians((each, round, key) => each[key] / (reference[round]?.[key] ?? NaN)),
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** A section in Markdown: what it is about, its table, and what the table leaves out. */
export function markdown(section: Section, { connections, rounds, seconds }: Rounds): string {
  const { kind, database, size, cells } = section;
  const lines = [
    '',
    `${database || kind}, ${size.toLocaleString('en')} persons; ${connections} connections, ${rounds} rounds of ${seconds} s; ratios to the reference`,
    '',
    ...table(section),
  ];
  if (cells.some(({ alone }) => alone)) lines.push('', '¹ slow: one request at a time, one a round.');
  for (const { work, server, fault } of cells.filter((cell) => cell.fault !== undefined))
    lines.push('', `${work === '*' ? 'everything' : work}, ${server}: ${fault!.replaceAll(/\s+/g, ' ').slice(0, 400)}`);
  const [near, far] = ['cursor-first', 'cursor'].map((key) => cells.filter((cell) => cell.work === key));
  const across = far!.flatMap(({ server, result }) => {
    const first = near!.find((cell) => cell.server === server)?.result;
    return result && first ? [`${server} ${(result.rate / first.rate).toFixed(2)}`] : [];
  });
  if (across.length > 0)
    lines.push('', `Requests a second far in by cursor, to those on page 1: ${across.join(', ')}.`);
  return `${lines.join('\n')}\n`;
}

/** The reference with its figures, the others with their ratios to it. */
function table({ servers, work, cells }: Section): readonly string[] {
  const lines = [
    '| work | server | requests/s | ratio | p50 | p99 | CPU/request | heap/request | memory |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
  ];
  for (const { key, title } of work) {
    for (const server of servers) {
      const cell = cells.find((each) => each.server === server.key && each.work === key);
      if (cell === undefined) continue;
      const { result, alone } = cell;
      const figures = result === undefined ? ['failed', ...Array<string>(6).fill('')] : figuresOf(server, result);
      lines.push(`| ${[title, server.title + (alone ? ' ¹' : ''), ...figures].join(' | ')} |`);
    }
  }
  return lines;
}

function figuresOf({ key }: Server, { rate, p50, p99, cpu, heap, memory, ratio }: Summary): readonly string[] {
  const requests = rate.toFixed(rate < 10 ? 2 : 0);
  if (key !== REFERENCE)
    return [requests, ...[ratio.rate, ratio.p50, ratio.p99, ratio.cpu, ratio.heap, ratio.memory].map(spell)];
  const times = [p50, p99, cpu].map((time) => `${time.toFixed(2)} ms`);
  return [requests, '1.00', ...times, `${heap.toFixed(0)} KB`, `${memory.toFixed(0)} MB`];
}

function spell(ratio: number): string {
  return Number.isFinite(ratio) ? ratio.toFixed(2) : '–';
}
