// Fails unless the package holds what a user needs, and nothing else, and unless its doors open: what they export is there,
// and TypeScript finds its types. Reads what `npm pack --json` printed; the package has to be built.
import { readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import ts from 'typescript';

const [packed] = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
const paths = packed.files.map(({ path }) => path);
const doors = Object.values(exports).flatMap((door) => (typeof door === 'string' ? [door] : Object.values(door)));
const wanted = ['CHANGELOG.md', 'LICENSE', 'README.md', ...new Set(doors.map((door) => posix.normalize(door)))];

/** What a user writes, with every door in it. */
const CONSUMER = `
  import type { INestApplication } from '@nestjs/common';
  import { Resource, RestlessModule } from 'nestjs-restless';
  import { expectNoLeaks, type LeakOptions } from 'nestjs-restless/testing';
  @Resource({ methods: ['GET'] })
  class Person {}
  export const module = RestlessModule.forFeature([Person]);
  export const options: LeakOptions = { as: {}, resource: Person, hidden: { fields: ['salary'], rows: ['3'] } };
  export const test = (app: INestApplication): Promise<void> => expectNoLeaks(app, options);
  // @ts-expect-error the doors have types
  export const wrong: LeakOptions = { resource: 1 };
`;

const faults = [
  ...wanted.filter((path) => !paths.includes(path)).map((path) => `The package lacks ${path}.`),
  ...paths
    .filter((path) => !wanted.includes(path) && !/^dist\/.+\.(?:js|js\.map|d\.ts)$/.test(path))
    .map((path) => `The package has ${path}, which nobody needs.`),
  ...compileFaults('consumer.ts', 'consumer.cts'),
];
const library = await import('nestjs-restless');
const testing = await import('nestjs-restless/testing');
if (![library.RestlessModule, testing.expectNoLeaks].every((each) => typeof each === 'function'))
  faults.push('The package does not export RestlessModule and expectNoLeaks.');

for (const fault of faults) console.error(fault);
if (faults.length === 0) console.log(`${packed.filename}: ${paths.length} files, ${packed.size} bytes.`);
process.exitCode = faults.length > 0 ? 1 : 0;

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
