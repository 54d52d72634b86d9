/**
 * Runs a sample as a process of its own: the library and the sample, compiled as Jest compiles them for the other tests, in a
 * folder below this repository, whose packages they find.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transformSync } from '@swc/core';
import { projectFile } from './project-files.js';

const BUILD = '.build';
/** What makes `import 'nestjs-restless'` in the sample find the library that was compiled beside it, by every door. */
const PACKAGE = { name: 'nestjs-restless', type: 'module', exports: doors() };
/** Not named in the import itself, because the compiler knows no types of it. */
const CONFIGURATION = '../../jest.config.js';
const { default: configuration } = (await import(CONFIGURATION)) as { default: { transform: object } };
const [[, swcOptions]] = Object.values(configuration.transform) as [[string, object]];

export interface Program {
  readonly process: ChildProcess;
  /** What it has written so far. */
  readonly output: () => string;
  /** Ends it, if it still runs, and throws away what was compiled. Resolves to its exit code. */
  stop(): Promise<number | null>;
}

/**
 * Compiles and starts a program.
 *
 * @example
 * const program = startProgram('sample/postgres', 'main.ts', { PORT: '3000' });
 * …
 * await program.stop();
 */
export function startProgram(folder: string, file: string, environment: NodeJS.ProcessEnv): Program {
  mkdirSync(BUILD, { recursive: true });
  const build = mkdtempSync(join(BUILD, 'program-'));
  for (const part of ['src', folder]) compile(part, build);
  writeFileSync(join(build, 'package.json'), JSON.stringify(PACKAGE));
  const main = join(build, folder, file.replace(/\.ts$/, '.js'));
  const child = spawn(process.execPath, [main], { env: { ...process.env, ...environment } });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    process: child,
    output: () => output,
    async stop() {
      child.kill('SIGTERM');
      const code = await ended;
      rmSync(build, { recursive: true, force: true });
      return code;
    },
  };
}

function doors(): Record<string, string> {
  const { exports } = JSON.parse(projectFile('package.json')) as { exports: Record<string, { default?: string }> };
  return Object.fromEntries(
    Object.entries(exports).flatMap(([door, { default: file }]) =>
      file === undefined ? [] : [[door, file.replace('./dist/', './src/')]],
    ),
  );
}

function compile(folder: string, into: string): void {
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.ts')) continue;
    const source = join(folder, path);
    const target = join(into, source.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    const { code } = transformSync(readFileSync(source, 'utf8'), { ...swcOptions, filename: source, swcrc: false });
    writeFileSync(target, code);
  }
}
