/**
 * Members of public classes, interfaces and options say what they are. TypeDoc sees to the public names themselves; of members
 * it would also want those that the compiler makes of other types.
 */
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { projectFile } from '../support/project-files.js';

const DOORS = ['src/index.ts', 'src/nest/openapi/restless-document.ts', 'src/testing/expect-no-leaks.ts'];

/**
 * What the steps of a request hand on is named in the words of JSON:API and of the options: there members are documented where
 * their name does not say it. Keys of processors have their table in the documentation.
 */
const NAMED_WELL = [
  /^src\/query\/(?!repository)/,
  /^src\/resource\/resource\.ts/,
  /: (?:ResolvedResourceOptions|OperationContexts|ProcessorContexts)\./,
];

interface Declared {
  readonly name: string;
  readonly file: string;
}

it('documents every member that a public type declares', () => {
  const members = publicTypes().flatMap(({ name, file }) =>
    membersOf(declarationOf(name, file))
      .map((member) => [`${file}: ${name}.${nameOf(member)}`, member] as const)
      .filter(([where]) => !NAMED_WELL.some((pattern) => pattern.test(where))),
  );
  const silent = members.filter(([, member]) => ts.getJSDocCommentsAndTags(member).length === 0);

  expect(members.length).toBeGreaterThan(300);
  expect(silent.map(([where]) => where)).toEqual([]);
});

/** Every class and interface that a door exports, and what those inherit from, with the file that declares it. */
function publicTypes(): readonly Declared[] {
  const found = new Map<string, Declared>();
  const waiting = DOORS.flatMap((door) => [...exportsOf(door)]);
  for (const each of waiting) {
    const key = `${each.file}:${each.name}`;
    const declaration = found.has(key) ? undefined : declarationOf(each.name, each.file);
    if (declaration === undefined) continue;
    found.set(key, each);
    waiting.push(...parentsOf(declaration, each.file));
  }
  return [...found.values()];
}

/** What a door exports: from where it says, or of its own. */
function exportsOf(door: string): readonly Declared[] {
  return parse(door).statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement) && statement.exportClause && ts.isNamedExports(statement.exportClause)) {
      const file = fileOf(statement.moduleSpecifier, door);
      return statement.exportClause.elements.map(({ name, propertyName }) => ({
        name: (propertyName ?? name).text,
        file,
      }));
    }
    const isExported = ts.canHaveModifiers(statement) && hasModifier(statement, ts.SyntaxKind.ExportKeyword);
    return isExported && isType(statement) ? [{ name: statement.name!.text, file: door }] : [];
  });
}

/** What a declaration extends, where it stands here: in its own file, or in one that this imports. */
function parentsOf(declaration: TypeDeclaration, file: string): readonly Declared[] {
  const parents = (declaration.heritageClauses ?? []).flatMap((clause) => [...clause.types]);
  return parents.flatMap(({ expression, typeArguments = [] }) => {
    const names = [expression, ...typeArguments.flatMap((each) => [each, ...argumentsOf(each)])].map((each) =>
      each.getText(),
    );
    return names.flatMap((name) => resolveName(name, file));
  });
}

function argumentsOf(type: ts.TypeNode): readonly ts.TypeNode[] {
  return ts.isTypeReferenceNode(type) ? (type.typeArguments ?? []) : [];
}

function resolveName(name: string, file: string): readonly Declared[] {
  if (declarationOf(name, file) !== undefined) return [{ name, file }];
  for (const statement of parse(file).statements) {
    if (!ts.isImportDeclaration(statement)) continue;
    const bindings = statement.importClause?.namedBindings;
    if (bindings === undefined || !ts.isNamedImports(bindings)) continue;
    const found = bindings.elements.find((element) => element.name.text === name);
    const from = fileOf(statement.moduleSpecifier, file);
    if (found !== undefined && from.startsWith('src/'))
      return [{ name: (found.propertyName ?? found.name).text, file: from }];
  }
  return [];
}

type TypeDeclaration = ts.ClassDeclaration | ts.InterfaceDeclaration;
type Member = ts.ClassElement | ts.TypeElement;

function declarationOf(name: string, file: string): TypeDeclaration | undefined {
  return parse(file)
    .statements.filter(isType)
    .find((statement) => statement.name?.text === name);
}

function isType(statement: ts.Statement): statement is TypeDeclaration {
  return ts.isClassDeclaration(statement) || ts.isInterfaceDeclaration(statement);
}

/** The members that users see. What a base has said need not be said again. */
function membersOf(declaration: TypeDeclaration | undefined): readonly Member[] {
  return [...(declaration?.members ?? [])].filter(
    (member) =>
      member.name !== undefined &&
      ![ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword, ts.SyntaxKind.OverrideKeyword].some(
        (kind) => ts.canHaveModifiers(member) && hasModifier(member, kind),
      ),
  );
}

function nameOf(member: Member): string {
  return member.name?.getText() ?? '';
}

function hasModifier(node: ts.HasModifiers, kind: ts.SyntaxKind): boolean {
  return ts.getModifiers(node)?.some((modifier) => modifier.kind === kind) ?? false;
}

const files = new Map<string, ts.SourceFile>();

function parse(file: string): ts.SourceFile {
  const parsed = files.get(file) ?? ts.createSourceFile(file, projectFile(file), ts.ScriptTarget.ES2023, true);
  files.set(file, parsed);
  return parsed;
}

function fileOf(specifier: ts.Expression | undefined, importer: string): string {
  const path = (specifier as ts.StringLiteral).text;
  return path.startsWith('.') ? join(dirname(importer), path).replace(/\.js$/, '.ts') : path;
}
