/** Every sample is in the README with the command that starts it, has a test, and is started by one. */
import { readdirSync } from 'node:fs';
import { projectFile, projectFiles } from '../support/project-files.js';

const samples = readdirSync('sample');
const { scripts } = JSON.parse(projectFile('package.json')) as { scripts: Record<string, string> };
/** The applications with packages of their own are tried by this. */
const TRIED_AS_FRESH = projectFile('.ci/check-fresh-apps.js');

it.each(samples)('has %s in the README, with a command that starts it', (name) => {
  const [, command] = new RegExp(`^\\| \`sample/${name}\` +\\| \`npm (?:run )?([\\w:-]+)\``, 'm').exec(
    projectFile('README.md'),
  )!;
  expect(Object.keys(scripts)).toContain(command);
});

it.each(samples)('starts %s', (name) => {
  const tests = projectFiles('test/sample', '.spec.ts').filter(({ text }) => text.includes('startProgram'));
  const byTests = tests.some(({ text }) => text.includes(`'sample/${name}'`));
  const byItsCommand = name === 'world' && /^setsid npm start /m.test(projectFile('.ci/run'));

  expect(byTests || byItsCommand || TRIED_AS_FRESH.includes(`sample/${name}'`)).toBe(true);
});

it.each(samples)('tries %s', (name) => {
  const tests = projectFiles('test', '.spec.ts').filter(({ text }) => text.includes(`sample/${name}/`));
  expect(tests.length > 0 || TRIED_AS_FRESH.includes(`sample/${name}'`)).toBe(true);
});
