/** The commands and the addresses of the documentation, asked of the application that they name, and answered as shown. */
import { execFile } from 'node:child_process';
import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { ApiModule } from '../../docs/examples/api.module.js';
import { AppModule as Shop } from '../../docs/examples/app.module.js';
import { AppModule as Blog } from '../../sample/blog/app.module.js';
import { AppModule as Quickstart } from '../../sample/quickstart/main.js';
import { createApp, type TestApp } from '../support/app.js';
import { type Block, blocksOf, isAddresses, isAsked, PAGES } from './blocks.js';
import { type Door, openDoor } from './door.js';

const [database, root] = Reflect.getMetadata('imports', Shop) as [DynamicModule, DynamicModule];

/** Getting started, to its end: `ApiModule` takes the place of the resources. */
@Module({ imports: [database, root, ApiModule] })
class GuardedShop extends Shop {}

const SAMPLES: Record<string, Type> = { quickstart: Quickstart, blog: Blog, shop: Shop, 'guarded-shop': GuardedShop };
const ADDRESS = 'http://localhost:3000';

const where = ({ page, line }: Block): string => `${page}:${line}`;
const REFUSALS = ['errors', 'message', 'validation_errors'];
const isRefusal = (answer: unknown): boolean =>
  typeof answer === 'object' && answer !== null && REFUSALS.some((member) => member in answer);

/** Pages, and the applications that they ask. */
const ASKED = PAGES.flatMap((page) =>
  [
    ...new Set(
      blocksOf(page)
        .filter(isAsked)
        .map(({ sample }) => sample),
    ),
  ].map((sample) => [page, sample] as const),
);

/** Each page has fresh applications, and its commands run from the top down. */
describe.each(ASKED)('the commands of %s, asked of the application %s,', (page, sample) => {
  const blocks = blocksOf(page).filter((block) => isAsked(block) && block.sample === sample);
  let app: TestApp;
  let door: Door;

  beforeAll(async () => {
    if (sample === undefined || !(sample in SAMPLES)) throw new Error(`${page}: name one as <!-- commands: blog -->`);
    app = await createApp(SAMPLES[sample]!);
    app.app.useLogger(false);
    door = await openDoor(app);
  });
  afterAll(async () => {
    door.close();
    await app.close();
  });

  it('run, and are answered as shown', async () => {
    const variables = new Map<string, string>();
    for (const block of blocks.filter((each) => !isAddresses(each))) {
      const expected: unknown = block.next?.language === 'json' ? JSON.parse(block.next.text) : undefined;

      const { isDone, text } = await run(block.text.replaceAll(ADDRESS, door.url), variables);

      expect(`${where(block)} ${isDone ? 'done' : text}`).toBe(
        `${where(block)} ${isRefusal(expected) ? text : 'done'}`,
      );
      if (expected !== undefined)
        expect({ at: where(block), answer: JSON.parse(text) as unknown }).toMatchObject({
          at: where(block),
          answer: expected,
        });
      // Of text, which has headers, the lines that are shown.
      if (block.next?.language === 'text')
        expect(text.split(/\r?\n/)).toEqual(expect.arrayContaining(block.next.text.split('\n')));
    }
  });

  const addresses = blocks.filter(isAddresses).flatMap(({ text }) => text.split('\n'));

  if (addresses.length > 0)
    it.each(addresses)('find something at %s', async (address) => {
      const answer = await app.get(encodeURI(address));

      expect(answer.status).toBe(200);
      expect(answer.at('/data')).not.toEqual([]);
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
