/** The map of the code names files that there are, and prints the query that its request is read as. */
import { existsSync, readFileSync } from 'node:fs';
import { printQuery } from '../../src/query/query.js';
import { startQuickstart } from '../clients/quickstart.js';

const TEXT = readFileSync('docs/code-map.md', 'utf8');

it('names files of src that there are', () => {
  const named = [...TEXT.matchAll(/`(?:src\/)?([\w./-]+\.ts)`/g)].map(([, path]) => path!);

  expect(named.length).toBeGreaterThan(20);
  // The formats have files of the same names.
  expect(named.filter((path) => !existsSync(`src/${path}`) && path !== 'read.ts')).toEqual([]);
});

it('prints the query of the request that it follows', async () => {
  const asked: string[] = [];
  const { url, close } = await startQuickstart({
    person: {
      repository: (own) => ({
        ...own,
        find: (query, ...rest) => {
          asked.push(printQuery(query));
          return own.find(query, ...rest);
        },
      }),
    },
  });
  const path = /`GET \/api(\/.+)`/.exec(TEXT)![1]!;

  const answer = await fetch(`${url}${path}`);
  await close();

  expect(answer.status).toBe(200);
  expect(asked).toEqual([/which prints itself: `(.+)`/.exec(TEXT)![1]]);
});
