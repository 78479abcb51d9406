/**
 * `npm run kill-loop -- [--times N] [--seed N]`: kills the gateway with SIGKILL at random moments of a dispense and proves each time that
 * metal and books agree. Exit codes: 0 they did, 1 they did not (the seed and the command that repeats it are printed), 2 wrong usage.
 */
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { orUsage, parseWhole, usageExitCode } from './command-line/flags.ts';
import { runKillLoop } from './kill-loop/loop.ts';

const usage = 'Usage: npm run kill-loop -- [--times 1..10000] [--seed 0..4294967295]';

function parseOptions(): { times: number; seed: number } {
  const { values } = parseArgs({ options: { times: { type: 'string', default: '200' }, seed: { type: 'string' } }, strict: true });
  return { times: parseWhole(values.times, 1, 10_000), seed: values.seed === undefined ? randomInt(0x1_0000_0000) : parseWhole(values.seed, 0, 0xffff_ffff) };
}

async function main(): Promise<number> {
  const options = orUsage(parseOptions, usage);
  if (options === undefined) return usageExitCode;
  const { times, seed } = options;
  const folder = mkdtempSync(join(tmpdir(), 'sifen-kill-loop-'));
  const repeat = `npm run kill-loop -- --times ${times} --seed ${seed}`;
  console.log(`seed ${seed}, ${times} dispenses`);
  try {
    const report = await runKillLoop({ folder, times, seed, say: (line) => console.log(line) });
    const { kills, intents, motorStarts, rollsOut, issued, voided, violations } = report;
    console.log(`${kills} kills, ${intents} intents, ${motorStarts} motor starts, ${rollsOut} rolls out; ${issued} issued, ${voided} voided`);
    if (violations.length === 0) {
      rmSync(folder, { recursive: true, force: true });
      console.log(`Every invariant held (seed ${seed}).`);
      return 0;
    }
    console.error(violations.map((violation) => `WRONG ${violation}`).join('\n'));
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
  }
  console.error(`Seed ${seed}. Files are kept in ${folder}. Repeat with: ${repeat}`);
  return 1;
}

process.exit(await main());
