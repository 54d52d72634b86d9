/** What the pages say of options and of the contexts of processors, held to the types and the defaults of the code. */
import ts from 'typescript';
import { resolveModuleOptions } from '../../src/nest/options.js';
import { RUNS } from '../../src/nest/processors/keys.js';
import { resolveResourceOptions } from '../../src/resource/options.js';
import { names, table } from './tables.js';

const OPTIONS = table('option', 'default', 'meaning');
const ROOT_ALONE = table('option of `forRoot` alone', 'default', 'meaning');
const OLD_NAMES = table('old name', 'here').flatMap(([old]) => names(old!));
const CONTEXTS = table('operation', 'its keys', 'in the context');

/** Asks TypeScript for the members of these types, by the names that are given here. */
function membersOf(types: Readonly<Record<string, string>>): Record<string, string[]> {
  const path = `${process.cwd()}/test/docs/asked.ts`;
  const imports = `
    import type { ResourceAliases } from '../../src/nest/aliases.js';
    import type { AuthenticationOptions } from '../../src/nest/authentication.js';
    import type { PostFormOptions } from '../../src/nest/post-form-preprocessor.js';
    import type { ResourceOptions, RestlessModuleOptions } from '../../src/nest/options.js';
    import type { PostprocessorContext, PreprocessorContext, ProcessorContext } from '../../src/nest/processors/contexts.js';`;
  const aliases = Object.entries(types).map(([name, type]) => `export type ${name} = ${type};`);
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile('tsconfig.json', (file) => ts.sys.readFile(file)).config,
    ts.sys,
    process.cwd(),
  );
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (file) => file === path || fileExists(file);
  host.getSourceFile = (file, version, ...rest) =>
    file === path
      ? ts.createSourceFile(path, [imports, ...aliases].join('\n'), version)
      : getSourceFile(file, version, ...rest);
  const program = ts.createProgram([path], { ...options, types: ['node'], noUnusedLocals: false }, host);
  const file = program.getSourceFile(path)!;
  const faults = program.getSemanticDiagnostics(file);
  if (faults.length > 0) throw new Error(ts.flattenDiagnosticMessageText(faults[0]!.messageText, ' '));
  const checker = program.getTypeChecker();
  return Object.fromEntries(
    file.statements.filter(ts.isTypeAliasDeclaration).map(({ name }) => [
      name.text,
      checker
        .getPropertiesOfType(checker.getTypeAtLocation(name))
        .map((member) => member.name)
        .sort(),
    ]),
  );
}

const sorted = (list: Iterable<string>): string[] => [...list].sort();
const OPERATIONS = Object.keys(RUNS) as (keyof typeof RUNS)[];

let members: Record<string, string[]>;

beforeAll(() => {
  const contexts = OPERATIONS.flatMap((name) => [
    [name, `Omit<PreprocessorContext<'${name}'>, keyof ProcessorContext>`],
    [`${name}_AFTER`, `Omit<PostprocessorContext<'${name}'>, keyof PreprocessorContext<'${name}'> | 'result'>`],
  ]);
  members = membersOf({
    ...(Object.fromEntries(contexts) as Record<string, string>),
    Own: 'Omit<ResourceOptions, keyof ResourceAliases>',
    Root: 'Omit<RestlessModuleOptions, keyof ResourceAliases>',
    Old: 'ResourceAliases & AuthenticationOptions & PostFormOptions',
  });
});

describe('the options', () => {
  const rows = [...OPTIONS, ...ROOT_ALONE].flatMap(([name, value]) =>
    names(name!).map((each) => [each, value!] as const),
  );

  it('of a resource are those of its type, in one table or the other', () => {
    const listed = OPTIONS.flatMap(([name]) => names(name!));

    expect(sorted(listed)).toEqual(members['Own']!.filter((name) => !members['Old']!.includes(name)));
    expect(OLD_NAMES.filter((name) => !members['Old']!.includes(name))).toEqual([]);
    expect(members['Old']!.filter((name) => !OLD_NAMES.includes(name))).toEqual([]);
  });

  it('are marked where forRoot has them too', () => {
    const marked = OPTIONS.filter(([name]) => name!.includes('(root)')).flatMap(([name]) => names(name!));

    expect(sorted(marked)).toEqual(members['Root']!.filter((name) => members['Own']!.includes(name)));
  });

  it('of forRoot alone are those of its type', () => {
    const listed = ROOT_ALONE.flatMap(([name]) => names(name!));

    expect(sorted(listed)).toEqual(members['Root']!.filter((name) => !members['Own']!.includes(name)));
  });

  it('have the defaults of the code', () => {
    const { wire, ...module } = resolveModuleOptions();
    const defaults = { ...module, ...wire, ...resolveResourceOptions('Person', {}) } as Record<string, unknown>;
    // What is a list, an object or not set may be told of in words.
    const inCode = (name: string, cell: string): string =>
      ['string', 'number', 'boolean'].includes(typeof defaults[name]) || cell.startsWith('`')
        ? (JSON.stringify(defaults[name]) ?? 'not set')
        : cell;
    const onPage = (cell: string): string => (/^`.+`$/.test(cell) ? names(cell)[0]!.replaceAll("'", '"') : cell);

    expect(rows.map(([name, cell]) => [name, onPage(cell)])).toEqual(
      rows.map(([name, cell]) => [name, inCode(name, cell)]),
    );
  });
});

it('lists what is in the context of processors, and what is afterwards', () => {
  const cells = new Map(CONTEXTS.map(([operation, , list]) => [names(operation!)[0]!, list!.split('; afterwards ')]));
  // A row may say that it is as another row.
  const before = (name: string): string[] =>
    names(cells.get(name)![0]!).flatMap((each) => (cells.has(each) ? before(each) : [each]));
  const after = (name: string): string[] => names(cells.get(name)![1] ?? '');

  expect(OPERATIONS.map((name) => [name, sorted(new Set(before(name))), after(name)])).toEqual(
    OPERATIONS.map((name) => [name, members[name], members[`${name}_AFTER`]]),
  );
});
