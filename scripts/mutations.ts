/**
 * `npm run mutations -- [--frames N] [--seed N]`: damages N frames of every catalogued model and proves that what its check can
 * detect is never taken, and that what it cannot is read only as exactly what the bytes say. Prints the counts of every model.
 * Exit codes: 0 it held, 1 it did not (with the frame and the model), 2 wrong usage.
 */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { orUsage, parseWhole, usageExitCode } from './command-line/flags.ts';

const usage = 'Usage: npm run mutations -- [--frames 1000..10000000] [--seed 0..4294967295]';
const root = resolve(import.meta.dirname, '..');
const suites = ['test/contract/frame-devices.test.ts', 'test/contract/mutated-frames.test.ts'];

function parseOptions(): { frames: number; seed: number } {
  const { values } = parseArgs({ options: { frames: { type: 'string', default: '100000' }, seed: { type: 'string', default: '5' } }, strict: true });
  return { frames: parseWhole(values.frames, 1000, 10_000_000), seed: parseWhole(values.seed, 0, 0xffff_ffff) };
}

const options = orUsage(parseOptions, usage);
if (options === undefined) process.exit(usageExitCode);
console.log(`${options.frames} frames of every model, a fifth of that of what is said to it; RTU half requests, half replies; seed ${options.seed}`);
const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--project', 'fast', '-t', 'damaged', ...suites], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
  env: { ...process.env, SIFEN_DAMAGED_FRAMES: String(options.frames), SIFEN_SEED: String(options.seed) },
});
process.exit(status === 0 ? 0 : 1);
