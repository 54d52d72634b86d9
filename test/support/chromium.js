// Where a Chromium is that tests may drive: CHROMIUM_PATH names one, or else it is looked for on the PATH. Plain JavaScript,
// because the set-up of the tests reads it, which Jest does not compile.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** The program, or undefined where there is none. */
export function findChromium() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const named = process.env.CHROMIUM_PATH;
  const paths = named ? [named] : NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
