/** What must not stand in the repository: paths of one machine, silenced checks, skipped tests, a private registry. */
import { projectFile, projectFiles } from '../support/project-files.js';

/** The forbidden words are written in pieces here, so that this file may be read as well. */
const FORBIDDEN: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['a path of one machine', /(?<![\w.])\/(?:w[o]rk|f[a]rm|r[o]ot|h[o]me\/\w+|U[s]ers\/\w+)\/|\/t[m]p\/\w+/],
  ['a silenced check', /eslint-[d]isable|@ts-(?:ig[n]ore|noch[e]ck)/],
  ['a cast to any', /\bas [a]ny\b/],
  [
    'a skipped or lonely test',
    /\b(?:it|test|describe)\.(?:s[k]ip|o[n]ly|t[o]do|f[a]iling)\b|\b(?:x|f)(?:it|describe)\(/,
  ],
];

const CODE = /\.(?:ts|js|json|md|http|html|yml|sh)$|^\.ci\//;

const files = projectFiles().filter(({ path }) => CODE.test(path) && path !== 'package-lock.json');

it.each(FORBIDDEN)('nowhere has %s', (_name, pattern) => {
  const found = files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 120)}`] : [])),
  );

  expect(found).toEqual([]);
});

it('locks packages without the address of a registry of one network', () => {
  const hosts = [...projectFile('package-lock.json').matchAll(/"resolved": "(https?:\/\/[^/"]+)/g)].map(
    ([, host]) => host,
  );

  expect(hosts.filter((host) => host !== 'https://registry.npmjs.org')).toEqual([]);
});

it('locks the optional packages of every platform, without which `npm ci` refuses to install', () => {
  const { packages } = JSON.parse(projectFile('package-lock.json')) as {
    packages: Record<string, { optionalDependencies?: object }>;
  };
  const unlocked = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
    ),
  );

  expect(unlocked).toEqual([]);
});

it('opens every source file with what it is in charge of', () => {
  const silent = projectFiles('src', '.ts').filter(({ text }) => !/^\/\*\*|^\/\//.test(text));

  expect(silent.map(({ path }) => path)).toEqual([]);
});
