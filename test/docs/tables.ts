/** The tables of the documentation, found by their heads. */
import { readFileSync } from 'node:fs';
import { PAGES } from './blocks.js';

const LINES = PAGES.flatMap((page) => [...readFileSync(page, 'utf8').split('\n'), '']);

/** The cells of the table whose head has these columns. */
export function table(...head: readonly string[]): string[][] {
  const start = LINES.findIndex((line) => cells(line).join('|') === head.join('|'));
  if (start === -1) throw new Error(`No page has a table with the head ${head.join(' | ')}`);
  const rows = LINES.slice(start + 2);
  return rows
    .slice(
      0,
      rows.findIndex((line) => !line.startsWith('|')),
    )
    .map(cells);
}

function cells(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** What stands in backticks. */
export function names(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
}
