/**
 * What the rounds come to: medians, ratios to the reference, and the table of them.
 */
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
  /** Why there is no result. */
  readonly fault?: string;
}

/** One database with tables of one size. */
export interface Section extends Place {
  readonly servers: readonly Server[];
  readonly work: readonly { readonly key: string; readonly title: string }[];
  readonly cells: readonly Cell[];
}

const MEASURES = ['rate', 'p50', 'p99', 'cpu', 'memory'] as const;

export function summarize(rounds: readonly Measured[], reference: readonly Measured[]): Summary {
  const medians = (of: (each: Measured, round: number, key: keyof Measured) => number): Measured =>
    Object.fromEntries(
      MEASURES.map((key) => [key, median(rounds.map((each, round) => of(each, round, key)))]),
    ) as unknown as Measured;
  return {
    ...medians((each, _round, key) => each[key]),
    ratio: medians((each, round, key) => each[key] / reference[round]![key]),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The load generator counts latencies in whole milliseconds; below one there is no ratio. */
function spell(ratio: number): string {
  return Number.isFinite(ratio) ? ratio.toFixed(2) : '–';
}

/** The table of a section, in Markdown: requests a second as a ratio, then p50, p99, processor time and memory. */
export function table({ servers, work, cells }: Section): string {
  const lines = [
    '| work | server | req/s | ratio | p50 | p99 | CPU/request | memory |',
    '|---|---|---|---|---|---|---|---|',
  ];
  for (const { key, title } of work) {
    for (const server of servers) {
      const cell = cells.find((each) => each.server === server.key && (each.work === key || each.work === '*'));
      if (cell === undefined) continue;
      const { result } = cell;
      if (result === undefined) {
        lines.push(
          `| ${title} | ${server.title} | – | ${cell.fault!.replaceAll(/[|\n]/g, ' ').slice(0, 160)} | | | | |`,
        );
        continue;
      }
      const own = server.key === REFERENCE;
      const { ratio } = result;
      const figures = own
        ? [
            '1.00',
            `${result.p50} ms`,
            `${result.p99} ms`,
            `${result.cpu.toFixed(2)} ms`,
            `${result.memory.toFixed(0)} MB`,
          ]
        : [ratio.rate, ratio.p50, ratio.p99, ratio.cpu, ratio.memory].map(spell);
      lines.push(`| ${[title, server.title, result.rate.toFixed(0), ...figures].join(' | ')} |`);
    }
  }
  return lines.join('\n');
}
