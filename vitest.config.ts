/**
 * How `npm test` runs: everything under test/, the floors that need only Node first, then test/system alone and one file at a time,
 * because its brokers, ptys and killed processes would disturb the others' clocks and ports (and the other way round).
 * A system test whose tool is missing is skipped by name; with CI=true it fails instead (test/system/tools.ts).
 */
import type { ViteUserConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';
import { PlainCountReporter } from './test/support/plain-count-reporter.ts';

if (process.versions.node.split('.')[0] !== '24') {
  // An editor that starts vitest with another Node would otherwise die in a native module without a word.
  throw new Error(`These tests need Node 24, this is ${process.versions.node}. Start them with \`npm test\`, or point the editor at scripts/run-node.`);
}

/** Generous, because machines are slow and shared; a test that needs longer says so itself. Unit: ms. */
const timeouts = { testTimeout: 30_000, hookTimeout: 30_000, teardownTimeout: 10_000 };

const config: ViteUserConfig = {
  test: {
    reporters: ['default', new PlainCountReporter()],
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: ['test/system/**'],
          // Most of these files wait for wires rather than count; no module of ours keeps state, so a worker need not load them all again for each file.
          ...{ maxWorkers: 6, isolate: false },
          ...{ sequence: { groupOrder: 0 }, ...timeouts },
        },
      },
      { test: { name: 'system', include: ['test/system/**/*.test.ts'], maxWorkers: 1, sequence: { groupOrder: 1 }, ...timeouts } },
    ],
  },
};

export default config;
