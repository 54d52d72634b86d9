/** Every page, and what stands beside the documentation, names links, scripts, files and versions that there are. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectFiles } from '../support/project-files.js';
import { PAGES } from './blocks.js';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
/** What a command makes: `npm run docs:api`. */
const MADE = ['docs/api'];
/** The page about an application of the reader's own, whose files are named from its folder. */
const OF_THE_READER = ['docs/getting-started.md'];

describe.each([...PAGES, 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'bench/README.md'])('%s', (page) => {
  const text = textOf(page);

  it('has no link that leads nowhere', () => {
    const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#([^)\s]+))?\)/g)]
      .map(([, path, anchor]) => ({ path: path!, anchor }))
      .filter(({ path }) => !/^https?:/.test(path));

    const broken = links.filter(({ path, anchor }) => {
      const target = join(dirname(page), path);
      return !existsSync(target) || (anchor !== undefined && !anchors(target).includes(anchor));
    });

    expect(broken).toEqual([]);
  });

  it('names scripts that there are', () => {
    const unknown = [...text.matchAll(/npm run ([\w:-]+)/g)].filter(([, name]) => !(name! in scripts));

    expect(unknown).toEqual([]);
  });

  it('names files that there are', () => {
    expect(OF_THE_READER.includes(page) ? [] : missingFiles(text)).toEqual([]);
  });
});

it('has docstrings that name pages and files that there are', () => {
  const missing = projectFiles('src', '.ts').flatMap(({ path, text }) =>
    missingFiles(text).map((file) => `${path}: ${file}`),
  );

  expect(missing).toEqual([]);
});

it.each(['CHANGELOG.md', 'CONTRIBUTING.md'])('names in %s the versions of Node that `check:matrix` has', (page) => {
  const [, versions] = /on Node ((?:[\d.]+(?:,|\s|and)+)+)/.exec(textOf(page))!;

  expect(versions!.match(/[\d.]+/g)).toEqual(
    scripts['check:matrix']!.match(/(?<= )\d[\d.]+/g)!.map((version) => version.split('.').slice(0, 2).join('.')),
  );
});

/** Of the changelog what is not released yet: what was released may be gone by now. */
function textOf(page: string): string {
  const text = readFileSync(page, 'utf8');
  return page === 'CHANGELOG.md' ? text.split(/^## /m).slice(0, 2).join('') : text;
}

/** Paths from the project's root that lead nowhere, in backticks or in commands. */
function missingFiles(text: string): string[] {
  return [...text.matchAll(/(?<=[`\s])(?:src|test|docs|sample|bench|\.ci)\/[\w./-]*\w/g)]
    .map(([path]) => path)
    .filter((path) => !existsSync(path) && !MADE.includes(path));
}

function anchors(page: string): string[] {
  return [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}
