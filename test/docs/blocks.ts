/** The code blocks of a page of documentation, with what the page says of each in a comment before it. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Block {
  readonly page: string;
  /** Of the opening fence, counted from 1. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
  /** What `<!-- … -->` right before the block says; with a slash in it, the file that it is from. */
  readonly note: string | undefined;
  /** The application that its commands are for: `<!-- commands: … -->` above it, until another one is named. */
  readonly sample: string | undefined;
  /** The block right after it, with nothing but a sentence between: the answer to a command. */
  readonly next: Block | undefined;
}

export const PAGES: readonly string[] = ['README.md', ...readdirSync('docs').filter(isPage).sort().map(inDocs)];

function isPage(name: string): boolean {
  return name.endsWith('.md');
}

function inDocs(name: string): string {
  return `docs/${name}`;
}

/**
 * @example
 * blocksOf('docs/reading.md')[0]; // { page: 'docs/reading.md', line: 12, language: 'sh', text: 'curl …', … }
 */
export function blocksOf(page: string): Block[] {
  const lines = readFileSync(page, 'utf8').split('\n');
  const blocks: { -readonly [Key in keyof Block]: Block[Key] }[] = [];
  let note: string | undefined;
  let sample: string | undefined;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    const named = /^<!-- commands: ([\w-]+) -->$/.exec(line);
    if (named !== null) {
      sample = named[1]!;
      continue;
    }
    const fence = /^( *)```(\S*)$/.exec(line);
    if (fence === null) {
      note = /^<!-- (.+) -->$/.exec(line)?.[1] ?? (line.trim() === '' ? note : undefined);
      continue;
    }
    const end = lines.indexOf(`${fence[1]}\`\`\``, at + 1);
    if (end === -1) throw new Error(`${page}:${at + 1} opens a block that nothing closes`);
    const text = lines.slice(at + 1, end).map((each) => each.slice(fence[1]!.length));
    const block = { page, line: at + 1, language: fence[2]!, text: text.join('\n'), note, sample, next: undefined };
    const previous = blocks.at(-1);
    if (previous !== undefined && !lines.slice(previous.line + 1, at).some(isHeading)) previous.next = block;
    blocks.push(block);
    note = undefined;
    at = end;
  }
  return blocks;
}

/** Blocks of addresses alone, such as `/api/person?sort=name`. */
export function isAddresses({ language, text }: Block): boolean {
  return language === '' && text.split('\n').every((line) => line.startsWith('/'));
}

/** Blocks that ask an application; others install and start something. */
export function isAsked(block: Block): boolean {
  return isAddresses(block) || (block.language === 'sh' && /^(?:curl|export) /m.test(block.text));
}

function isHeading(line: string): boolean {
  return /^#+ /.test(line);
}
