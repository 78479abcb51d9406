// Lost without it: the command people and CI run; it could take a misspelt option for none, or end with 0 after a worker that died.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { runPool } from '../../scripts/simulation/pool.ts';

const script = resolve(import.meta.dirname, '../../scripts/simulate.ts');

function simulate(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8', timeout: 200_000 });
  return { status, stdout, stderr };
}

test('an option that is misspelt or out of bounds is wrong usage', () => {
  for (const args of [
    ['--sed', '3'],
    ['--seeds', '0'],
    ['--hours', 'two'],
  ]) {
    const { status, stderr } = simulate(...args);
    expect(status).toBe(2);
    expect(stderr).toContain('Usage: npm run simulate');
  }
});

test('seeds are run by workers, each twice, and summed up', { timeout: 240_000 }, () => {
  const { status, stdout } = simulate('--seeds', '1', '--from', '51', '--workers', '1');
  expect(stdout).toContain('1 seeds, each twice: 01:04:0');
  expect(stdout).toContain('Every invariant held.');
  expect(status).toBe(0);
});

test('a worker that dies is a failure of its seed, with the command that replays it', { timeout: 240_000 }, async () => {
  const failures: (string | null)[] = [];
  const before = process.env['NODE_OPTIONS'];
  // No room for the heap of whatever is started now: it is gone before it can say anything.
  process.env['NODE_OPTIONS'] = '--max-old-space-size=8';
  try {
    await runPool({
      tasks: [{ kind: 'seed', seed: 51, hours: 1 }],
      workers: 1,
      onOutcome: ({ report, failure }) => failures.push(report === null ? failure : 'it lived'),
    });
  } finally {
    if (before === undefined) delete process.env['NODE_OPTIONS'];
    else process.env['NODE_OPTIONS'] = before;
  }
  expect(failures).toHaveLength(1);
  expect(failures[0]).toContain('DIED seed 51');
  expect(failures[0]).toContain('npm run simulate -- --seed 51 --hours 1');
});
