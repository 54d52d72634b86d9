// Fails unless the package, as it is packed, serves in applications that have nothing else of this repository: the quickstart
// on NestJS 12 and TypeORM 1 as ES modules, and sample/commonjs-nest-11 on NestJS 11 and TypeORM 0.3, each compiled strictly
// (the types of their packages too), on Express and on Fastify: without the optional peers, and with them. The package has to
// be built. `npm run` starts it.
//
// Arguments: releases of Node to run them on besides this one, such as `22 24`, whose binaries come from npm; `lowest` for the
// lowest versions of NestJS, TypeORM and the other peers that package.json allows, besides the newest.
//
// Later releases of Node 24 than 24.18 abort where they collect what better-sqlite3 12 has made, so `check:matrix` leaves them out.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { ask } from './fresh-apps/requests.js';
import { serve as serveAlone, serveWithPeers } from './fresh-apps/serve.js';

const SQLITE = 'node_modules/better-sqlite3/build/Release/better_sqlite3.node';
const COMPILER = {
  target: 'ES2023',
  module: 'NodeNext',
  types: ['node'],
  strict: true,
  skipLibCheck: false,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  rootDir: 'src',
  outDir: 'dist',
};

const { peerDependencies, peerDependenciesMeta } = readJson('package.json');
const releases = process.argv.slice(2).filter((each) => each !== 'lowest');
const scratch = mkdtempSync(join(tmpdir(), 'restless-fresh-'));
try {
  const [newest, oldest] = [withPeers(quickstart()), withPeers(commonJs())];
  const applications = [quickstart(), newest, oldest];
  if (process.argv.includes('lowest')) applications.push(withLowestPeers(newest, -1), withLowestPeers(oldest, 0));
  npm(process.cwd(), 'pack', '--ignore-scripts', '--pack-destination', scratch);
  const tarball = join(
    scratch,
    readdirSync(scratch).find((path) => path.endsWith('.tgz')),
  );
  for (const application of applications) make(application, tarball);
  await serveAll(applications, process.execPath);
  for (const release of releases) {
    const node = fetchNode(release);
    compileSqlite(applications, node);
    await serveAll(applications, node);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** The quickstart of the README, with the versions that this repository itself uses. */
function quickstart() {
  const names = ['common', 'core', 'platform-express', 'platform-fastify', 'typeorm'].map((name) => `@nestjs/${name}`);
  const packages = [...names, 'typeorm', 'class-transformer', 'reflect-metadata', 'rxjs', 'better-sqlite3'];
  return {
    name: 'quickstart',
    manifest: {
      type: 'module',
      dependencies: Object.fromEntries(packages.map((name) => [name, installedVersion(name)])),
      devDependencies: Object.fromEntries(['typescript', '@types/node'].map((name) => [name, installedVersion(name)])),
    },
    copy(folder) {
      cpSync('sample/quickstart', join(folder, 'src'), { recursive: true });
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER, include: ['src'] }));
    },
    home: './main.js',
  };
}

/** The application of NestJS 11 as it is, and Fastify. */
function commonJs() {
  const source = 'sample/commonjs-nest-11';
  const manifest = readJson(`${source}/package.json`);
  const { dependencies } = manifest;
  return {
    name: 'commonjs-nest-11',
    manifest: {
      ...manifest,
      dependencies: {
        ...dependencies,
        '@nestjs/platform-fastify': '^11.0.0',
        // Its binary is the one that is compiled here.
        'better-sqlite3': installedVersion('better-sqlite3'),
      },
    },
    copy(folder) {
      for (const path of ['src', 'tsconfig.json']) cpSync(join(source, path), join(folder, path), { recursive: true });
    },
    home: './app.module',
  };
}

/** The application with the optional peers: as this repository has them, or, beside NestJS 11, in their first ranges. */
function withPeers(application) {
  const isNewest = application.manifest.type === 'module';
  const optional = Object.keys(peerDependenciesMeta).map((name) => [
    name,
    isNewest ? installedVersion(name) : peerDependencies[name].split('||')[0].trim(),
  ]);
  const { dependencies } = application.manifest;
  return {
    ...application,
    name: `${application.name}-with-peers`,
    manifest: { ...application.manifest, dependencies: { ...dependencies, ...Object.fromEntries(optional) } },
    withPeers: true,
  };
}

/** The application with the lowest version of each peer: of the first range that is allowed (0), or of the last one (-1). */
function withLowestPeers(application, index) {
  const lowest = (range) => /\d.*/.exec(range.split('||').at(index))[0].trim();
  const { dependencies } = application.manifest;
  const lowestVersion = ([name, version]) => {
    if (name in peerDependencies) return [name, lowest(peerDependencies[name])];
    return [name, name.startsWith('@nestjs/') ? `~${lowest(peerDependencies['@nestjs/core'])}` : version];
  };
  return {
    ...application,
    name: `${application.name}-lowest`,
    manifest: {
      ...application.manifest,
      dependencies: Object.fromEntries(Object.entries(dependencies).map(lowestVersion)),
    },
    // The packages of those days did not know of the drivers of today, nor did the types of all of them compile.
    install: ['--legacy-peer-deps'],
    compile: ['--skipLibCheck'],
  };
}

/** Installs and compiles an application in a folder of its own. */
function make(application, tarball) {
  const folder = folderOf(application);
  const { manifest } = application;
  mkdirSync(folder);
  const dependencies = { ...manifest.dependencies, 'nestjs-restless': `file:${tarball}` };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, private: true, dependencies }));
  application.copy(folder);
  const starts = application.withPeers ? serveWithPeers : serveAlone;
  writeFileSync(join(folder, 'src/serve.ts'), starts(application.home));
  npm(
    folder,
    'install',
    '--ignore-scripts',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    ...(application.install ?? []),
  );
  mkdirSync(dirname(join(folder, SQLITE)), { recursive: true });
  cpSync(SQLITE, join(folder, SQLITE));
  run(folder, process.execPath, 'node_modules/typescript/bin/tsc', ...(application.compile ?? []));
}

async function serveAll(applications, node) {
  const [release] = run(scratch, node, '--version').split('\n');
  for (const application of applications) {
    const names = ['@nestjs/core', 'typeorm', ...(application.withPeers ? Object.keys(peerDependenciesMeta) : [])];
    const versions = names.map((name) => `${name} ${installedVersion(name, folderOf(application))}`);
    await startMain(application, node);
    for (const adapter of ['express', 'fastify']) {
      const count = await serve(application, node, adapter);
      console.log(`${application.name}: ${count} requests on Node ${release}, ${versions.join(', ')}, ${adapter}`);
    }
  }
}

/** Starts the application, asks it everything, and ends it. */
function serve(application, node, adapter) {
  return whileRunning(folderOf(application), node, ['dist/serve.js', adapter], (address) =>
    ask(address, { withPeers: application.withPeers === true }),
  );
}

/** Starts the application by its own `main.ts`, as `npm start` does, and asks for the URL that this prints. */
function startMain(application, node) {
  return whileRunning(folderOf(application), node, ['dist/main.js'], async (url) => {
    const { status } = await fetch(url);
    if (status !== 200) throw new Error(`${application.name} prints ${url}, which answers ${status}.`);
  });
}

/**
 * Uses a program by the URL that it prints, and ends it. Anything else that it writes is a fault, but for Node's own word, before
 * 22.13, that `require` of an ES module is new.
 */
async function whileRunning(folder, node, words, use) {
  const server = spawn(node, ['--disable-warning=ExperimentalWarning', ...words], {
    cwd: folder,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaints = '';
  server.stderr.setEncoding('utf8').on('data', (text) => (complaints += text));
  try {
    const line = await Promise.race([
      new Promise((resolve) => createInterface(server.stdout).once('line', resolve)),
      new Promise((resolve) => server.once('close', resolve)),
    ]);
    const [url] = /http:\S+/.exec(String(line)) ?? [];
    if (url === undefined) throw new Error(`${words.join(' ')} ended in ${folder}: ${complaints}`);
    const used = await use(url);
    if (complaints !== '') throw new Error(`${words.join(' ')} complains in ${folder}: ${complaints}`);
    return used;
  } finally {
    server.kill();
  }
}

/** Installs a release of Node, and returns its binary. */
function fetchNode(release) {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(scratch, `node-${release}`);
  mkdirSync(folder);
  npm(folder, 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder, `${name}@${release}`);
  return join(folder, 'node_modules', name, 'bin/node');
}

/** Compiles better-sqlite3 against the headers that stand beside the binary of Node. */
function compileSqlite(applications, node) {
  const [first, ...others] = applications.map((application) => folderOf(application));
  const bin = dirname(node);
  const env = { ...process.env, PATH: bin + delimiter + process.env.PATH, npm_config_nodedir: dirname(bin) };
  execute(first, env, node, process.env.npm_execpath, 'rebuild', 'better-sqlite3', '--build-from-source');
  for (const folder of others) cpSync(join(first, SQLITE), join(folder, SQLITE));
}

function folderOf({ name }) {
  return join(scratch, name);
}

function installedVersion(name, folder = '.') {
  return readJson(join(folder, 'node_modules', name, 'package.json')).version;
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function npm(folder, ...words) {
  return run(folder, process.execPath, process.env.npm_execpath, ...words);
}

function run(folder, ...words) {
  return execute(folder, process.env, ...words);
}

function execute(cwd, env, ...words) {
  const { status, stdout, stderr } = spawnSync(words[0], words.slice(1), { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${words.join(' ')} fails:\n${stdout}${stderr}`);
  return stdout;
}
