/**
 * What the documentation shows is true: TypeScript compiles as strictly as the library, excerpts stand in their files,
 * and JSON can be read. `commands.spec.ts` runs the commands, `names.spec.ts` follows the links.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { type Block, blocksOf, isAsked, PAGES } from './blocks.js';

/** Where blocks of TypeScript are compiled: beside the files that they import. */
const EXAMPLES = resolve('docs/examples');
/** Commands that no test runs: they install something, take files away, or start what listens until it is stopped. */
const NOT_RUN = ['npm', 'npx', 'rm'];

const where = ({ page, line }: Block): string => `${page}:${line}`;
const ofKind = (page: string, ...languages: readonly string[]): Block[] =>
  blocksOf(page).filter(({ language }) => languages.includes(language));

describe.each(PAGES)('%s', (page) => {
  it('has blocks of known kinds alone', () => {
    const known = ['ts', 'sh', 'json', 'text', ''];

    expect(
      blocksOf(page)
        .filter(({ language }) => !known.includes(language))
        .map(where),
    ).toEqual([]);
  });

  it('has no block of commands or addresses that nobody asks', () => {
    const unasked = ofKind(page, 'sh', '').filter((block) => !isAsked(block));

    const isKnown = ({ text }: Block): boolean =>
      text.split('\n').every((line) => NOT_RUN.includes(line.split(' ')[0]!));

    expect(unasked.filter((block) => !isKnown(block)).map(where)).toEqual([]);
  });

  it('has no JSON and no text that is compared with no answer', () => {
    const answers = blocksOf(page).flatMap((block) => (isAsked(block) && block.next ? [where(block.next)] : []));

    expect(
      ofKind(page, 'json', 'text')
        .map(where)
        .filter((each) => !answers.includes(each)),
    ).toEqual([]);
  });

  it('shows excerpts of files as they are', () => {
    for (const block of blocksOf(page).filter(({ note }) => note?.includes('/'))) {
      const lines = (text: string): string => text.replace(/^[ \t]+/gm, '').trim();

      expect(lines(readFileSync(block.note!, 'utf8'))).toContain(lines(block.text));
    }
  });

  it('has JSON that can be read', () => {
    for (const block of ofKind(page, 'json')) expect(() => JSON.parse(block.text) as unknown).not.toThrow();
  });
});

it('shows TypeScript that compiles', () => {
  const blocks = PAGES.flatMap((page) => ofKind(page, 'ts')).filter(({ note }) => note === undefined);
  const files = new Map(blocks.map((block) => [join(EXAMPLES, `${where(block).replace(/\W/g, '-')}.ts`), block]));
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path)).config,
    ts.sys,
    process.cwd(),
  );
  // Blocks may show a class or a variable that nothing uses.
  const settings = { ...options, noEmit: true, noUnusedLocals: false, noUnusedParameters: false, incremental: false };
  const host = ts.createCompilerHost(settings);
  const { getSourceFile, fileExists, readFile } = host;
  const textOf = (path: string): string | undefined => files.get(resolve(path))?.text;
  host.fileExists = (path) => textOf(path) !== undefined || fileExists(path);
  host.readFile = (path) => textOf(path) ?? readFile(path);
  host.getSourceFile = (path, version, ...rest) => {
    const text = textOf(path);
    // A block without imports is a module as well: its names are its own.
    if (text !== undefined) return ts.createSourceFile(path, `${text}\nexport {};\n`, version);
    return getSourceFile(path, version, ...rest);
  };
  const program = ts.createProgram([...files.keys()], settings, host);

  const faults = [...files].flatMap(([path, block]) => {
    const file = program.getSourceFile(path)!;
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ start, messageText }) => {
        const line = block.line + 1 + file.getLineAndCharacterOfPosition(start ?? 0).line;
        return `${block.page}:${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
      },
    );
  });

  expect(faults).toEqual([]);
});
