/**
 * Which of this machine's tools a system test needs. A missing tool skips the test by name, with the reason; with CI=true it fails instead.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, it } from 'vitest';

function isInstalled(tool: string): boolean {
  return ['/usr/sbin', ...(process.env['PATH'] ?? '').split(delimiter)].some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A `describe` that runs where all of `tools` are on PATH (or in /usr/sbin). */
export function describeWith(...tools: readonly string[]): (name: string, suite: () => void) => void {
  const missing = tools.filter((tool) => !isInstalled(tool));
  if (missing.length === 0) return (name, suite) => describe(name, suite);
  const reason = `${missing.join(', ')} not installed (scripts/install-test-tools)`;
  if (process.env['CI'] === 'true') {
    return (name) =>
      describe(name, () => {
        it('finds its tools', () => {
          throw new Error(reason);
        });
      });
  }
  return (name, suite) => describe.skip(`${name}: ${reason}`, suite);
}
