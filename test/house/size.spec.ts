/** A long file is asked why. */
import { projectFiles } from '../support/project-files.js';

const LIMIT = 400;

/** Files that are allowed to be longer, and the reason. */
const REASONS: Record<string, string> = {};

it(`keeps every file of src within ${LIMIT} lines, or says why not`, () => {
  const long = projectFiles('src', '.ts').filter(({ text }) => text.trimEnd().split('\n').length > LIMIT);

  expect(long.map(({ path }) => path)).toEqual(Object.keys(REASONS).sort());
});
