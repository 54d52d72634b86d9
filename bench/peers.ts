/**
 * The peers: other libraries, each with packages of its own beside its program, at the versions that run. They are
 * installed and compiled by `npm run bench -- install`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const BENCH = join(ROOT, 'bench');

export const PEERS = ['crud', 'json-api-nestjs', 'nestjs-paginate'] as const;
export type Peer = (typeof PEERS)[number];

const folderOf = (peer: Peer): string => join(BENCH, 'peers', peer);

/** Installs the load generator and the peers. A peer that cannot be installed is told of, and left out. */
export function install(): void {
  run('npm', ['install', '--prefix', BENCH, '--no-audit', '--no-fund']);
  for (const peer of PEERS) {
    console.log(`\n${peer}`);
    if (run('npm', ['ci', '--prefix', folderOf(peer), '--no-audit', '--no-fund'])) compile(peer);
  }
}

/**
 * The compiled program of a peer, which is compiled anew where what it is made of has changed.
 *
 * @throws Error saying what to run, where the peer is not installed
 */
export function programOf(peer: Peer): string {
  if (!existsSync(join(folderOf(peer), 'node_modules')))
    throw new Error(`${peer} is not installed; run: npm run bench -- install`);
  const program = join(folderOf(peer), 'dist', 'peers', peer, 'server.js');
  const sources = [
    join(folderOf(peer), 'server.ts'),
    ...['databases.ts', 'entities.ts', 'servers/serve.ts'].map((file) => join(BENCH, file)),
  ];
  const changed = Math.max(...sources.map((file) => statSync(file).mtimeMs));
  if (!existsSync(program) || statSync(program).mtimeMs < changed) compile(peer);
  return program;
}

function compile(peer: Peer): void {
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  if (!run(process.execPath, [compiler, '-p', folderOf(peer)])) throw new Error(`${peer} does not compile.`);
}

function run(program: string, args: readonly string[]): boolean {
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (error !== undefined || status !== 0) console.error(`${program} ${args.join(' ')} has failed.`);
  return status === 0;
}

/** The version of a package that is installed, for the peers or for the library. */
export function versionOf(name: string, peer?: Peer): string | undefined {
  const file = join(peer === undefined ? ROOT : folderOf(peer), 'node_modules', name, 'package.json');
  if (!existsSync(file)) return undefined;
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}
