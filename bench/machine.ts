/**
 * What the figures were measured on, and with.
 */
import { cpus, release, totalmem, type as system } from 'node:os';
import { PEERS, versionOf } from './peers.js';

export interface Machine {
  readonly processor: string;
  readonly memory: string;
  readonly system: string;
  readonly node: string;
  /** Versions by package; those of a peer's own by its name. */
  readonly packages: Readonly<Record<string, string>>;
}

const OURS = ['@nestjs/core', 'typeorm', 'fastify', 'express', 'pg', 'better-sqlite3', 'mysql2'];
const THEIRS = ['@nestjs/core', 'typeorm'];

export function describeMachine(): Machine {
  const list = cpus();
  const packages: Record<string, string> = {};
  for (const name of OURS) packages[name] = versionOf(name) ?? 'none';
  for (const peer of PEERS) {
    const name = peer === 'crud' ? '@dataui/crud' : peer;
    const version = versionOf(name, peer);
    const beside = THEIRS.map((each) => `${each} ${versionOf(each, peer) ?? 'none'}`).join(', ');
    packages[name] = version === undefined ? 'not installed' : `${version} (${beside})`;
  }
  return {
    processor: `${list.length} × ${list[0]?.model.trim() ?? 'unknown'}`,
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    system: `${system()} ${release()}`,
    node: process.version,
    packages,
  };
}

export function printed({ processor, memory, system: name, node, packages }: Machine): string {
  const versions = Object.entries(packages).map(([key, version]) => `${key} ${version}`);
  return `${processor}, ${memory}, ${name}, Node ${node}\n${versions.join(', ')}`;
}
