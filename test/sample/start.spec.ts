/**
 * Samples start as processes of their own and answer, as the README says. That for PostgreSQL has a test of its own, `.ci/run`
 * starts the world, and the application with packages of its own starts among the fresh ones.
 */
import { type Program, startProgram } from '../support/program.js';

const JSON_API = 'application/vnd.api+json';
const HTML = 'text/html';

describe.each([
  ['sample/quickstart', '/api/person?include=computers', JSON_API],
  ['sample/blog', '/api/post?include=author,comments', JSON_API],
  ['sample/blog', '/docs', HTML],
])('%s', (folder, path, type) => {
  let program: Program;

  beforeAll(() => {
    program = startProgram(folder, 'main.ts', { PORT: '0' });
  });

  afterAll(() => program.stop());

  it(`prints where it listens, and answers ${path} there`, async () => {
    const answer = await fetch((await addressOf(program)) + path, { headers: { Accept: type } });

    expect([answer.status, answer.headers.get('content-type')?.split(';')[0]]).toEqual([200, type]);
  });
});

describe('sample/flask-restless-client', () => {
  it('makes its requests, prints what they were answered, and ends', async () => {
    const program = startProgram('sample/flask-restless-client', 'main.ts', { PORT: '0' });
    await new Promise((resolve) => program.process.once('close', resolve));

    expect(await program.stop()).toBe(0);
    expect(program.output().match(/^\$\.ajax\(/gm)!.length).toBeGreaterThan(5);
    expect(program.output().match(/^\d{3} /gm)).toEqual(program.output().match(/^(?:2\d\d|4\d\d) /gm));
  });
});

/** The origin that a program prints once it listens. */
async function addressOf(program: Program): Promise<string> {
  for (;;) {
    const [address] = /http:\/\/[^/\s]+/.exec(program.output()) ?? [];
    if (address !== undefined) return address;
    if (program.process.exitCode !== null) throw new Error(`The sample has ended:\n${program.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
