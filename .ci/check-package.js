// Fails unless the package holds what a user needs, and nothing else. Reads what `npm pack --json` printed.
import { readFileSync } from 'node:fs';

const [packed] = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const paths = packed.files.map(({ path }) => path);
const wanted = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json', 'dist/index.js', 'dist/index.d.ts'];

const missing = wanted.filter((path) => !paths.includes(path));
const surplus = paths.filter((path) => !wanted.includes(path) && !/^dist\/.+\.(?:js|js\.map|d\.ts)$/.test(path));
for (const path of missing) console.error(`The package lacks ${path}.`);
for (const path of surplus) console.error(`The package has ${path}, which nobody needs.`);

const library = await import('nestjs-restless');
const testing = await import('nestjs-restless/testing');
const doors = [library.RestlessModule, testing.expectNoLeaks].every((each) => typeof each === 'function');
if (!doors) console.error('The package does not export RestlessModule and expectNoLeaks.');
else if (missing.length + surplus.length === 0)
  console.log(`${packed.filename}: ${paths.length} files, ${packed.size} bytes.`);
process.exitCode = missing.length + surplus.length > 0 || !doors ? 1 : 0;
