/**
 * `npm run check`: types, lint and format, dead code, tidy, tests. The one command, for people and for CI.
 *   --no-tests   leaves the tests out (tidy still runs)
 *   --no-system  leaves only test/system out
 * Every step runs even when one before it failed. Exit codes: 0 all passed, 1 a step failed, 2 wrong usage. It must never change a file.
 */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { parseFlags, usageExitCode } from './command-line/flags.ts';
import { runSteps, type Step } from './command-line/steps.ts';

const root = resolve(import.meta.dirname, '..');

/** A step that is a program: it passes with exit code 0. Runs under the Node that runs this file. */
function program(name: string, script: string, ...args: readonly string[]): Step {
  return {
    name,
    run: () => {
      const { status, error } = spawnSync(process.execPath, [resolve(root, script), ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
      if (error !== undefined) throw error;
      return status === 0;
    },
  };
}

const steps: readonly Step[] = [
  program('types', 'node_modules/typescript/bin/tsc', '--noEmit', '-p', '.'),
  program('lint and format', 'node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'),
  program('dead code', 'node_modules/knip/bin/knip.js', '--no-progress'),
  program('tidy', 'scripts/tidy.ts'),
];
const vitest = 'node_modules/vitest/vitest.mjs';

const flags = parseFlags(['no-tests', 'no-system'], process.argv.slice(2));
if (flags.ok) {
  const tests = flags.value.has('no-tests') ? [] : [program('tests', vitest, 'run', ...(flags.value.has('no-system') ? ['--project', '!system'] : []))];
  process.exitCode = runSteps([...steps, ...tests], console.log, () => performance.now()) ? 0 : 1;
} else {
  console.error(`${flags.reason}\nUsage: npm run check [-- --no-tests | --no-system]`);
  process.exitCode = usageExitCode;
}
