// Fails unless the house stands without its second wire format: copies the tree without `wire/flat-json` and the tests that
// are about it, compiles what is left, and runs the tests of the core, of the house and of the wire, and some over HTTP, on
// SQLite. The whole suite would take too long here; what it would find besides are tests that ask for both formats.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const COPIED = [
  '.ci',
  'src',
  'test',
  'sample',
  'bench',
  'docs',
  'README.md',
  'CHANGELOG.md',
  'package.json',
  'package-lock.json',
];
const CONFIGURATION = ['jest.config.js', 'tsconfig.json', 'tsconfig.build.json', 'tsconfig.samples.json'];
/** The format itself, its recorded cases, and the tests that are named after it. */
const REMOVED = [/\/src\/wire\/flat-json$/, /\/test\/conformance\/classic$/, /[/-]flat-[\w-]+\.spec\.ts$/];
/** The lists of formats, each of which loses one name. */
const EDITED = {
  'src/wire/formats.ts': [/^import .*flat-json.*\n/m, /, FLAT_JSON(?=])/],
  'test/wire/situation.ts': [/, 'flat-json'(?=] as const)/],
  'test/conformance/suites.ts': [/^import .*classic.*\n/m, /, CLASSIC(?=])/],
  'test/mutation/specs.ts': [/^import '.*[/-]flat-[\w-]+\.spec\.js';\n/gm],
};
const TESTS = ['test/query', 'test/house', 'test/wire'].concat(
  ['includes', 'sorting', 'related'].map((name) => `test/http/${name}.spec.ts`),
);

const copy = mkdtempSync(join(tmpdir(), 'restless-one-format-'));
try {
  for (const path of [...COPIED, ...CONFIGURATION]) {
    cpSync(path, join(copy, path), {
      recursive: true,
      filter: (source) => !REMOVED.some((each) => each.test(`/${source}`)),
    });
  }
  symlinkSync(join(process.cwd(), 'node_modules'), join(copy, 'node_modules'));
  for (const [path, patterns] of Object.entries(EDITED)) edit(join(copy, path), patterns);
  run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.json');
  run('--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js', ...TESTS);
} finally {
  rmSync(copy, { recursive: true, force: true });
}

function edit(path, patterns) {
  let text = readFileSync(path, 'utf8');
  for (const pattern of patterns) {
    if (!pattern.test(text)) throw new Error(`${basename(path)} has no ${pattern}; see how it lists the formats.`);
    text = text.replace(pattern, '');
  }
  writeFileSync(path, text);
}

function run(...words) {
  // Servers that do not answer are left out, unless CI is set.
  const sqlite = { CI: '', POSTGRES_URL: 'postgres://127.0.0.1:1/none', MARIADB_URL: 'mysql://127.0.0.1:1/none' };
  const { status } = spawnSync(process.execPath, words, {
    cwd: copy,
    stdio: 'inherit',
    env: { ...process.env, ...sqlite },
  });
  if (status !== 0) throw new Error(`${words.join(' ')} fails without wire/flat-json.`);
}
