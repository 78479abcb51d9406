/**
 * `npm run village-model [-- --runs N] [--seed N]`: N random orders of stories on the real ledger beside a small independent model; `npm test` tries 300.
 * Exit codes: 0 they agreed, 1 they did not (with the order and the seed), 2 wrong usage.
 */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { orUsage, parseWhole, usageExitCode } from './command-line/flags.ts';

const usage = 'Usage: npm run village-model -- [--runs 1..1000000] [--seed 0..4294967295]';
const root = resolve(import.meta.dirname, '..');

const options = orUsage(() => {
  const { values } = parseArgs({ options: { runs: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } }, strict: true });
  return { runs: parseWhole(values.runs, 1, 1_000_000), seed: parseWhole(values.seed, 0, 0xffff_ffff) };
}, usage);
if (options === undefined) process.exit(usageExitCode);
const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--project', 'fast', 'test/gateway/village-model.test.ts'], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
  env: { ...process.env, SIFEN_MODEL_RUNS: String(options.runs), SIFEN_SEED: String(options.seed) },
});
process.exit(status === 0 ? 0 : 1);
