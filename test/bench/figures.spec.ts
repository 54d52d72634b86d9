import { describe, expect, test } from '@jest/globals';
import { contentOf } from '../../bench/check.js';
import type { Measured } from '../../bench/load.js';
import { markdown, summarize, type Section } from '../../bench/report.js';
import { fill, numbersOf, ROWS } from '../../bench/requests.js';
import { SERVERS } from '../../bench/servers.js';
import { workFor } from '../../bench/work.js';

const measured = (rate: number): Measured => ({ rate, p50: 1, p99: 2, cpu: 1, heap: 10, memory: 100 });

describe('the benchmark', () => {
  test('a ratio is the median of the ratios within the rounds', () => {
    // A machine that is three times as slow in the second round.
    const [ours, reference] = [[80, 30, 100].map(measured), [100, 30, 100].map(measured)];
    expect(summarize(ours, reference).ratio.rate).toBe(1);
    expect(summarize(ours.slice(0, 2), reference).ratio.rate).toBeCloseTo(0.9);
    expect(summarize(ours, []).ratio.rate).toBeNaN();
  });

  test('the table has what failed, and why', () => {
    const servers = SERVERS.filter(({ key }) => ['reference', 'fastify'].includes(key));
    const section: Section = {
      ...{ kind: 'postgres', size: 10, database: 'PostgreSQL 15', servers, work: [{ key: 'item', title: 'one' }] },
      cells: [
        { server: 'reference', work: 'item', result: summarize([measured(100)], [measured(100)]) },
        { server: 'fastify', work: 'item', fault: 'status 500' },
      ],
    };
    const text = markdown(section, { rounds: 1, seconds: 1, connections: 20 });
    expect(text).toContain(
      '| one | Fastify + driver, by hand | 100 | 1.00 | 1.00 ms | 2.00 ms | 1.00 ms | 10 KB | 100 MB |',
    );
    expect(text).toContain('| one | restless, Fastify | failed |');
    expect(text).toContain('item, fastify: status 500');
  });

  test('formats say the same content', () => {
    const wanted = { rows: [{ id: 1, name: 'Ada' }], children: 1, total: 3 };
    const related = { type: 'computer', id: '7' };
    const resource = { type: 'person', id: 1, attributes: { name: 'Ada' } };
    expect(contentOf({ data: [resource], included: [related], meta: { total: 3 } })).toEqual(wanted);
    expect(contentOf({ objects: [{ id: 1, name: 'Ada', computers: [{}] }], num_results: 3 })).toMatchObject({
      ...wanted,
      rows: [{ id: 1, name: 'Ada' }],
    });
    expect(contentOf({ id: 1, name: 'Ada' })).toEqual({ ...wanted, children: 0, total: undefined });
  });

  test('a row comes again with another value', () => {
    expect(fill('{"id":"{row}","age":"{age}"}', numbersOf(0))).toBe('{"id":"1","age":20}');
    expect(fill('{"id":"{row}","age":"{age}"}', numbersOf(ROWS))).toBe('{"id":"1","age":21}');
  });

  test('all work is asked of the reference and of the library', () => {
    for (const { key, ask } of workFor(1_000_000))
      expect([key, ask['json-api']?.path]).toEqual([key, expect.any(String)]);
    expect(workFor(1_000_000).find(({ key }) => key === 'deep')?.ask['json-api']?.path).toContain(
      'page%5Bnumber%5D=25000',
    );
  });
});
