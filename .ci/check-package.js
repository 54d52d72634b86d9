// Fails unless the package holds what a user needs, and nothing else, and unless its doors open: what they export is there,
// TypeScript finds its types, and publint and attw find no fault. Packs it as `npm publish` would; the package has to be built.
// `npm run` starts it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix, relative } from 'node:path';
import ts from 'typescript';

/** Packages that come with it; each is one more that its users have to trust. */
const COMES_WITH = ['lossless-json'];

const scratch = mkdtempSync(join(tmpdir(), 'restless-package-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', scratch];
const [packed] = JSON.parse(run(process.env.npm_execpath, ...pack).stdout);
const tarball = join(scratch, packed.filename);
const { exports, dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const paths = packed.files.map(({ path }) => path);
const doors = Object.values(exports).flatMap((door) => (typeof door === 'string' ? [door] : Object.values(door)));
/** What every source becomes; some are read while the library runs, and no import names them. */
const compiled = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => /(?<!\.d)\.[jt]s$/.test(path))
  .map((path) => posix.join('dist', path.replaceAll('\\', '/').replace(/ts$/, 'js')));
/** The guide, as the README links to it. */
const guide = ['.', 'docs', 'docs/examples'].flatMap((folder) =>
  readdirSync(folder)
    .map((name) => posix.join(folder, name))
    .filter((path) => /^(?:CHANGELOG|README|SECURITY|docs\/[^/]+)\.md$|^docs\/examples\//.test(path)),
);
const wanted = [...['LICENSE', ...guide], ...new Set([...doors.map((door) => posix.normalize(door)), ...compiled])];

/** What a user writes, with every door in it. */
const CONSUMER = `
  import type { INestApplication } from '@nestjs/common';
  import { Resource, RestlessModule } from 'nestjs-restless';
  import { restlessDocument, type RestlessDocumentOptions } from 'nestjs-restless/openapi';
  import { expectNoLeaks, type LeakOptions } from 'nestjs-restless/testing';
  @Resource({ methods: ['GET'] })
  class Person {}
  export const module = RestlessModule.forFeature([Person]);
  export const options: LeakOptions = { as: {}, resource: Person, hidden: { fields: ['salary'], rows: ['3'] } };
  export const described: RestlessDocumentOptions = { groups: ['hr'] };
  export const document = (app: INestApplication): object =>
    restlessDocument(app, { openapi: '3.1.0', info: { title: '', version: '' } }, described);
  export const test = (app: INestApplication): Promise<void> => expectNoLeaks(app, options);
  // @ts-expect-error the doors have types
  export const wrong: LeakOptions = { resource: 1 };
`;

const faults = [
  ...wanted.filter((path) => !paths.includes(path)).map((path) => `The package lacks ${path}.`),
  ...paths
    .filter((path) => !wanted.includes(path) && !/^dist\/.+\.(?:js|js\.map|d\.ts)$/.test(path))
    .map((path) => `The package has ${path}, which nobody needs.`),
  ...guide.flatMap(linkFaults),
  ...compileFaults('consumer.ts', 'consumer.cts'),
  ...Object.keys(dependencies)
    .filter((name) => !COMES_WITH.includes(name))
    .map((name) => `The package depends on ${name}: is that worth it? Then say so in COMES_WITH.`),
  ...COMES_WITH.filter((name) => Object.keys(read(name).dependencies ?? {}).length > 0).map(
    (name) => `${name} has dependencies of its own.`,
  ),
  ...toolFaults('publint/src/cli.js', 'run', tarball, '--strict'),
  // A CommonJS application gets the ES module by `require`, which every Node of "engines" can do.
  ...toolFaults('@arethetypeswrong/cli/dist/index.js', tarball, '--ignore-rules', 'cjs-resolves-to-esm'),
];
const library = await import('nestjs-restless');
const testing = await import('nestjs-restless/testing');
const openapi = await import('nestjs-restless/openapi');
if (
  ![library.RestlessModule, testing.expectNoLeaks, openapi.restlessDocument].every((each) => typeof each === 'function')
)
  faults.push('The package does not export RestlessModule, expectNoLeaks and restlessDocument.');

for (const fault of faults) console.error(fault);
if (faults.length === 0) console.log(`${packed.filename}: ${paths.length} files, ${packed.size} bytes.`);
process.exitCode = faults.length > 0 ? 1 : 0;

/** Links of a page that lead out of the package; that they lead somewhere at all is tested with the pages. */
function linkFaults(page) {
  if (!page.endsWith('.md')) return [];
  const links = [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#\s]+)(?:#[^)\s]*)?\)/g)].map(([, link]) => link);
  return links
    .filter((link) => !/^https?:/.test(link) && !paths.includes(posix.join(posix.dirname(page), link)))
    .map((link) => `${page} links to ${link}, which the package does not have: name it without a link.`);
}

/** What a tool prints where it fails. */
function toolFaults(path, ...words) {
  const { status, stdout, stderr } = run(join('node_modules', path), ...words);
  return status === 0 ? [] : [stdout + stderr];
}

function run(...words) {
  return spawnSync(process.execPath, words, { encoding: 'utf8' });
}

function read(name) {
  return JSON.parse(readFileSync(join('node_modules', name, 'package.json'), 'utf8'));
}

/** Compiles the consumer as files of this folder that are not there, against the package as it is built. */
function compileFaults(...names) {
  const files = names.map((name) => join(process.cwd(), name));
  const options = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    experimentalDecorators: true,
    noEmit: true,
    types: ['node'],
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => files.includes(path) || fileExists(path);
  host.readFile = (path) => (files.includes(path) ? CONSUMER : readFile(path));
  host.getSourceFile = (path, settings, ...rest) =>
    files.includes(path) ? ts.createSourceFile(path, CONSUMER, settings) : getSourceFile(path, settings, ...rest);
  // What others' types say of each other is not ours.
  const ours = ts
    .getPreEmitDiagnostics(ts.createProgram(files, options, host))
    .filter(({ file }) => file === undefined || !file.fileName.includes('/node_modules/'));
  return ours.map(({ file, messageText }) => {
    const words = ts.flattenDiagnosticMessageText(messageText, '\n');
    return file === undefined ? words : `${relative(process.cwd(), file.fileName)}: ${words}`;
  });
}
