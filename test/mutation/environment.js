// What Jest and Stryker leave to be done where all tests are in one file: to end with the first failure, and to tell which tests need
// the code that runs before them, such as the start of an application.
import { TestEnvironment } from 'jest-environment-node';

/** Whom Stryker tells the code to belong to that runs in a hook. */
const HOOK = 'a hook';

export default class MutationEnvironment extends TestEnvironment {
  #failed = false;

  handleTestEvent(event, state) {
    if (process.env.__STRYKER_ACTIVE_MUTANT__ === undefined) this.#assignCoverage(event);
    else this.#endWithFailure(event, state);
  }

  /** Code that `beforeAll` runs is covered by the tests that stand below it; what stands around all files is covered by their own. */
  #assignCoverage({ name, hook }) {
    const stryker = this.global[this.global.__strykerGlobalNamespace__];
    if (stryker === undefined || !['beforeAll', 'afterAll'].includes(hook?.type)) return;
    if (name === 'hook_start') stryker.currentTestId = HOOK;
    if (name !== 'hook_success' && name !== 'hook_failure') return;
    stryker.currentTestId = undefined;
    const perTest = stryker.mutantCoverage?.perTest ?? {};
    const covered = perTest[HOOK] ?? {};
    delete perTest[HOOK];
    if (hook.type === 'afterAll' || hook.parent.parent === undefined) return;
    for (const id of testsBelow(hook.parent)) {
      const ofTest = (perTest[id] ??= {});
      for (const [mutant, hits] of Object.entries(covered)) ofTest[mutant] = (ofTest[mutant] ?? 0) + hits;
    }
  }

  #endWithFailure({ name, hook, test, describeBlock }, state) {
    if (name === 'hook_failure' && hook.type === 'beforeAll') this.#failed = true;
    if (name === 'test_done' && test.errors.length > 0) this.#failed = true;
    if (!this.#failed) return;
    // What a failed hook stands before has failed with it, and says so; nothing else is started.
    if (name === 'run_describe_start') describeBlock.hooks.splice(0);
    if (name === 'test_start' && test.errors.length === 0) test.mode = 'skip';
    // Closing what has not started fails as well, which Stryker would take for a mutant that cannot be tried.
    if (name === 'run_finish') state.unhandledErrors.splice(0);
  }
}

/** The full names of tests, as Stryker has them. */
function testsBelow(block, prefix = fullName(block)) {
  return block.children.flatMap((child) => {
    const name = `${prefix} ${child.name}`.trimStart();
    return child.type === 'test' ? [name] : testsBelow(child, name);
  });
}

function fullName({ name, parent }) {
  return parent === undefined ? '' : `${fullName(parent)} ${name}`.trimStart();
}
