/** Patterns of clients, made safe for every database, in time that grows with their length and not faster. */
import { closePattern, escapeLike } from '../../src/sql/dialect.js';

describe('a pattern', () => {
  it.each([
    ['100%', '100%'],
    ['a\\', 'a\\\\'],
    ['a\\\\', 'a\\\\'],
    ['\\%\\', '\\%\\\\'],
    ['', ''],
  ])('%j ends in no lone backslash: %j', (pattern, closed) => {
    expect(closePattern(pattern)).toBe(closed);
  });

  it('of nothing but backslashes is read at once', () => {
    const begun = Date.now();

    closePattern(`${'\\'.repeat(300_000)}a`);

    expect(Date.now() - begun).toBeLessThan(1_000);
  });

  it('that is literal text matches itself only', () => {
    expect(escapeLike('50%_\\')).toBe('50\\%\\_\\\\');
  });
});
