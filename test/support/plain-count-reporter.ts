/**
 * Prints, as the very last line of a test run, `N passed, N failed` and `, N skipped` when any: the line people and CI read.
 * The numbers are vitest's own, one per test case. It must never say 0 failed of a run that failed: a file that does not load, a hook
 * that throws and an error nobody caught are no test cases, and count as one failed each.
 */
import type { Reporter, SerializedError, TestModule, TestSuite } from 'vitest/node';

/** How many test cases ended how. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** The line itself, without a line end. */
export function formatCounts({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** Counts what vitest reports. A case still pending when the run ends never came to its end, so it failed. */
export function countResults(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Counts {
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

/** The line waits for the process to end, since vitest still prints after it told us; writes to a pipe or file are synchronous there. */
export class PlainCountReporter implements Reporter {
  #line: string | undefined;

  onInit(): void {
    process.once('exit', () => {
      if (this.#line !== undefined) process.stdout.write(`${this.#line}\n`);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    this.#line = formatCounts(countResults(modules, unhandled));
  }
}
