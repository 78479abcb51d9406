/**
 * Prints, as the very last line of a test run, `N passed, N failed` and `, N skipped` when any: the line people and CI read.
 * The numbers are vitest's own, one per test case. It must never say 0 failed of a run that failed: a file that does not load, a hook
 * that throws and an error nobody caught are no test cases, and count as one failed each.
 */
import type { Reporter, SerializedError, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node';

/** How many test cases ended how. */
interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** The line itself, without a line end. */
function formatCounts({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** Counts what vitest reports. A case still pending when the run ends never came to its end, so it failed. */
function countResults(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Counts {
  const counts: Counts = { passed: 0, failed: unhandled.length, skipped: 0 };
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      counts[state === 'pending' ? 'failed' : state] += 1;
    }
    const suites: (TestModule | TestSuite)[] = [module, ...module.children.allSuites()];
    counts.failed += suites.filter((suite) => suite.errors().length > 0).length;
  }
  return counts;
}

/**
 * What was left out, by the names and reasons given: the outermost skipped suite, or the test itself. vitest prints neither for a file in
 * which everything is skipped.
 */
function nameSkipped(modules: readonly TestModule[]): string[] {
  const names = modules.flatMap((module) =>
    [...module.children.allTests('skipped')].map((test) => {
      let outermost: TestCase | TestSuite = test;
      for (let above: TestModule | TestSuite = test.parent; above.type === 'suite'; above = above.parent) if (above.options.mode === 'skip') outermost = above;
      return `skipped: ${outermost.fullName}`;
    }),
  );
  return [...new Set(names)];
}

/** The lines wait for the process to end, since vitest still prints after it told us; writes to a pipe or file are synchronous there. */
export class PlainCountReporter implements Reporter {
  #lines: readonly string[] = [];
  /** With `-t` nearly everything is skipped, because somebody asked for it. */
  #namesSkipped = true;

  onInit(vitest: Vitest): void {
    this.#namesSkipped = vitest.config.testNamePattern === undefined;
    process.once('exit', () => {
      for (const line of this.#lines) process.stdout.write(`${line}\n`);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    this.#lines = [...(this.#namesSkipped ? nameSkipped(modules) : []), formatCounts(countResults(modules, unhandled))];
  }
}
