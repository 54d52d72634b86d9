/**
 * What the documentation shows is true: TypeScript compiles as strictly as the library, commands run against the
 * sample that they name, excerpts stand in their files, links lead somewhere.
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { AppModule as Blog } from '../../sample/blog/app.module.js';
import { AppModule as Quickstart } from '../../sample/quickstart/main.js';
import { createApp, type TestApp } from '../support/app.js';
import { type Block, blocksOf, PAGES } from './blocks.js';

const SAMPLES = { quickstart: Quickstart, blog: Blog };
/** Where blocks of TypeScript are compiled: beside the files that they import. */
const EXAMPLES = resolve('docs/examples');
const ADDRESS = 'http://localhost:3000';

const where = ({ page, line }: Block): string => `${page}:${line}`;
const ofKind = (page: string, ...languages: readonly string[]): Block[] =>
  blocksOf(page).filter(({ language }) => languages.includes(language));
/** Blocks that ask a sample; others install and start something. */
const commandsOf = (page: string): Block[] =>
  ofKind(page, 'sh').filter(({ text }) => /^curl .*http:\/\/localhost:3000|^export /m.test(text));

describe.each(PAGES)('%s', (page) => {
  it('has blocks of known kinds alone', () => {
    const known = ['ts', 'sh', 'json', 'js', 'sql', 'text', ''];

    expect(
      blocksOf(page)
        .filter(({ language }) => !known.includes(language))
        .map(where),
    ).toEqual([]);
  });

  it('has no link that leads nowhere', () => {
    const links = [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#\s]+)(?:#([^)\s]+))?\)/g)]
      .map(([, path, anchor]) => ({ path: path!, anchor }))
      .filter(({ path }) => !/^https?:/.test(path));

    const broken = links.filter(({ path, anchor }) => {
      const target = join(dirname(page), path);
      return !existsSync(target) || (anchor !== undefined && !anchors(target).includes(anchor));
    });

    expect(broken).toEqual([]);
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

  it('names scripts that there are', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
    const named = [...readFileSync(page, 'utf8').matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name!);

    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

function anchors(page: string): string[] {
  return [...readFileSync(page, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

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

/** A page names the sample that its commands are for; each page has a fresh one, and they run from the top down. */
describe.each(PAGES.filter((page) => commandsOf(page).length > 0))('the commands of %s', (page) => {
  const name = /<!-- commands: (\w+) -->/.exec(readFileSync(page, 'utf8'))?.[1] as keyof typeof SAMPLES | undefined;
  let app: TestApp;

  beforeAll(async () => {
    if (name === undefined || !(name in SAMPLES)) throw new Error(`${page} names no sample: <!-- commands: blog -->`);
    app = await createApp(SAMPLES[name]);
    app.app.useLogger(false);
  });
  afterAll(() => app.close());

  it('run, and are answered as shown', async () => {
    const variables = new Map<string, string>();
    for (const block of commandsOf(page)) {
      const expected: unknown = block.next?.language === 'json' ? JSON.parse(block.next.text) : undefined;
      const refused =
        typeof expected === 'object' && expected !== null && ('errors' in expected || 'message' in expected);

      const { isDone, text } = await run(block.text.replaceAll(ADDRESS, app.url), variables);

      expect(`${where(block)} ${isDone ? 'done' : text}`).toBe(`${where(block)} ${refused ? text : 'done'}`);
      if (expected !== undefined)
        expect({ at: where(block), answer: JSON.parse(text) as unknown }).toMatchObject({
          at: where(block),
          answer: expected,
        });
    }
  });
});

/** Runs commands as they are in a shell where an answer that refuses is an error, and keeps what they `export`. */
async function run(commands: string, variables: Map<string, string>): Promise<{ isDone: boolean; text: string }> {
  const script = [
    'curl() { command curl --silent --show-error --fail-with-body "$@"; }',
    ...[...variables].map(([name, value]) => `export ${name}='${value}'`),
    commands,
    ...[...commands.matchAll(/^export (\w+)=/gm)].map(([, name]) => `printf '\\n=%s %s' ${name} "$${name}"`),
  ].join('\n');
  return new Promise((done) => {
    execFile('bash', ['-eu', '-o', 'pipefail', '-c', script], (error, out, err) => {
      const text = out.replace(/\n=(\w+) (.*)$/gm, (_, name: string, value: string) => {
        variables.set(name, value);
        return '';
      });
      done({ isDone: error === null, text: text === '' ? err : text });
    });
  });
}
