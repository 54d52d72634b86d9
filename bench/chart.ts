/**
 * The chart: for every piece of work a bar a server, as long as its ratio to the reference.
 */
import type { Section } from './report.js';
import { REFERENCE } from './servers.js';

const COLOURS = [
  '#888888',
  '#444444',
  '#1f77b4',
  '#6baed6',
  '#2ca02c',
  '#98df8a',
  '#d62728',
  '#ff9896',
  '#ff7f0e',
  '#9467bd',
];
const BAR = 14;
const LEFT = 260;
/** Pixels for a ratio of 1. */
const UNIT = 320;

export function drawChart(sections: readonly Section[]): string {
  const shapes: string[] = [];
  let y = 30;
  const text = (x: number, at: number, words: string, style = ''): number =>
    shapes.push(`<text x="${x}" y="${at}" ${style}>${escape(words)}</text>`);
  for (const { kind, size, servers, work, cells } of sections) {
    text(
      10,
      y,
      `${kind}, ${size.toLocaleString('en')} persons: requests a second, reference = 1`,
      'font-weight="bold"',
    );
    y += 20;
    for (const { key, title } of work) {
      text(10, y + BAR - 3, title);
      for (const [index, server] of servers.entries()) {
        const result = cells.find((cell) => cell.server === server.key && cell.work === key)?.result;
        if (result === undefined) continue;
        const ratio = server.key === REFERENCE ? 1 : result.ratio.rate;
        const width = Math.round(Math.min(ratio, 2.5) * UNIT);
        shapes.push(
          `<rect x="${LEFT}" y="${y}" width="${width}" height="${BAR - 2}" fill="${COLOURS[index % COLOURS.length]}"/>`,
        );
        text(LEFT + width + 6, y + BAR - 3, `${ratio.toFixed(2)} ${server.title}`, 'font-size="11"');
        y += BAR;
      }
      y += 10;
    }
    y += 20;
  }
  const line = `<line x1="${LEFT + UNIT}" x2="${LEFT + UNIT}" y1="0" y2="${y}" stroke="#bbb" stroke-dasharray="4"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="1300" height="${y}" font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="white"/>${line}${shapes.join('')}</svg>\n`;
}

function escape(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
