/**
 * The arrows of the house: errors ← resource ← query ← {sql, memory, wire ← explorer} ← nest, and no cycle anywhere. With decorator
 * metadata a cycle is a crash at load, so type imports count as well.
 */
import { posix } from 'node:path';
import ts from 'typescript';
import { names, table } from '../docs/tables.js';
import { projectFile, projectFiles } from '../support/project-files.js';

/** Whom each room of `src` may import, itself apart. */
const ARROWS: Record<string, readonly string[]> = {
  errors: [],
  resource: ['errors'],
  query: ['errors', 'resource'],
  sql: ['errors', 'resource', 'query'],
  memory: ['errors', 'resource', 'query'],
  wire: ['errors', 'resource', 'query'],
  explorer: ['errors', 'resource', 'query', 'wire'],
  nest: ['errors', 'resource', 'query', 'sql', 'memory', 'wire', 'explorer'],
  testing: ['errors', 'resource', 'query', 'wire', 'nest'],
  index: ['errors', 'resource', 'query', 'sql', 'memory', 'wire', 'nest'],
};

/** The rooms that may import a package; one that is not listed may be imported anywhere. */
const PACKAGES: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^@nestjs\//, ['nest', 'testing']],
  [/^typeorm(\/|$)/, ['nest', 'sql']],
];

interface Import {
  readonly from: string;
  readonly to: string;
}

interface Source {
  readonly path: string;
  readonly text: string;
}

const sources = projectFiles('src', '.ts');

describe('the rooms of src', () => {
  it('import along the arrows only', () => {
    expect(wrongArrows(sources)).toEqual([]);
  });

  it('are those of the map, with what they may import', () => {
    const listed = table('room', 'what is in it', 'imports').map(([path, , imports]) => [
      room(names(path!)[0]!),
      imports === 'nothing' ? [] : imports!.split(', '),
    ]);

    expect(Object.fromEntries(listed) as object).toEqual(ARROWS);
  });

  it('have no import cycle', () => {
    expect(findCycle(sources)).toEqual([]);
  });

  it('have one door', () => {
    const barrels = sources.filter(({ path }) => path !== 'src/index.ts' && posix.basename(path) === 'index.ts');

    expect(barrels.map(({ path }) => path)).toEqual([]);
  });

  it('import only packages that the application brings', () => {
    const { peerDependencies, dependencies } = JSON.parse(projectFile('package.json')) as Record<string, object>;
    const foreign = importsOf(sources).filter(({ to }) => !to.startsWith('.') && !to.startsWith('node:'));

    const undeclared = foreign.filter(({ to }) => !(packageName(to) in { ...peerDependencies, ...dependencies }));

    expect(undeclared).toEqual([]);
  });
});

describe('the test of the arrows', () => {
  const file = (path: string, ...imports: string[]) => ({
    path,
    text: imports.map((name) => `import type { X } from '${name}';`).join('\n'),
  });

  it('sees a wrong arrow, a wrong package, a use of the door and an unknown room', () => {
    const wrong = [
      file('src/query/query.ts', '../resource/resource.js', '../sql/find.js', 'typeorm'),
      file('src/wire/json-api/read.ts', '../../sql/find.js', '@nestjs/common'),
      file('src/nest/http.ts', '../index.js', '../wire/json-api/read.js', '@nestjs/common', 'typeorm'),
      file('src/helpers/all.ts', '../errors.js'),
    ];

    expect(wrongArrows(wrong)).toEqual([
      'src/query/query.ts → src/sql/find.ts',
      'src/query/query.ts → typeorm',
      'src/wire/json-api/read.ts → src/sql/find.ts',
      'src/wire/json-api/read.ts → @nestjs/common',
      'src/nest/http.ts → src/index.ts',
      'src/helpers/all.ts → src/errors.ts',
    ]);
  });

  it('sees re-exports, dynamic imports and import types', () => {
    const text = `export * from '../sql/a.js'; await import('../sql/b.js'); type C = import('../sql/c.js').C;`;

    expect(wrongArrows([{ path: 'src/query/query.ts', text }])).toHaveLength(3);
  });

  it('sees a cycle and names its files', () => {
    const cycle = [
      file('src/errors.ts'),
      file('src/query/a.ts', '../errors.js', './b.js'),
      file('src/query/b.ts', './c.js'),
      file('src/query/c.ts', './a.js'),
    ];

    expect(findCycle(cycle)).toEqual(['src/query/a.ts', 'src/query/b.ts', 'src/query/c.ts', 'src/query/a.ts']);
  });
});

function wrongArrows(files: readonly Source[]): string[] {
  return importsOf(files)
    .filter(({ from, to }) => !isAllowed(room(from), target(from, to)))
    .map(({ from, to }) => `${from} → ${target(from, to)}`);
}

function isAllowed(from: string, to: string): boolean {
  if (to.startsWith('src/')) return from in ARROWS && (room(to) === from || ARROWS[from]!.includes(room(to)));
  return PACKAGES.every(([name, rooms]) => !name.test(to) || rooms.includes(from));
}

function findCycle(files: readonly Source[]): string[] {
  const edges = new Map<string, string[]>();
  for (const { from, to } of importsOf(files)) edges.set(from, [...(edges.get(from) ?? []), target(from, to)]);
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string[] => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return [];
    for (const next of edges.get(path) ?? []) {
      const cycle = visit(next, [...trail, path]);
      if (cycle.length > 0) return cycle;
    }
    done.add(path);
    return [];
  };
  return files.map(({ path }) => visit(path, [])).find((cycle) => cycle.length > 0) ?? [];
}

function importsOf(files: readonly Source[]): Import[] {
  return files.flatMap(({ path, text }) => specifiers(path, text).map((to) => ({ from: path, to })));
}

/** Every module that a file names: imports, re-exports, `import()` as a value and as a type. */
function specifiers(path: string, text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const name =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
          ? node.arguments[0]
          : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
            ? node.argument.literal
            : undefined;
    if (name && ts.isStringLiteral(name)) found.push(name.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest));
  return found;
}

/** A relative import as a path from the project's root, a package as it is. */
function target(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  return posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');
}

/** `src/wire/json-api/read.ts` is in the room `wire`, `src/errors.ts` is the room `errors`. */
function room(path: string): string {
  return path.split('/')[1]!.replace(/\.ts$/, '');
}

function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
