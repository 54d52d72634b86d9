/** The project's own files, for the tests that read the house itself. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NOT_OURS = new Set(['node_modules', 'dist', '.build', 'coverage', '.git']);

export interface ProjectFile {
  /** From the project's root, with slashes: `src/errors.ts`. */
  readonly path: string;
  readonly text: string;
}

/** Every file below a folder whose name ends as asked, in order. Nothing if there is no such folder. */
export function projectFiles(folder = '', ending = ''): ProjectFile[] {
  return walk(join(ROOT, folder))
    .filter((file) => file.endsWith(ending))
    .sort()
    .map((file) => ({ path: relative(ROOT, file).replaceAll('\\', '/'), text: readFileSync(file, 'utf8') }));
}

export function projectFile(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

function walk(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : [path];
  });
}
