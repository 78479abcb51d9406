// Without this `npm run check` could stop at the first failure, end with 0 although a step failed, or take a misspelt switch for none.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseFlags } from '../../scripts/command-line/flags.ts';
import { runSteps, type Step } from '../../scripts/command-line/steps.ts';

function run(results: Readonly<Record<string, () => boolean>>) {
  const lines: string[] = [];
  let nowMs = 0;
  const steps = Object.entries(results).map(
    ([name, result]): Step => ({
      name,
      run: () => {
        nowMs += 1500;
        return result();
      },
    }),
  );
  const passed = runSteps(
    steps,
    (line) => lines.push(line),
    () => nowMs,
  );
  return { passed, summary: lines.slice(lines.indexOf('---') + 1), lines };
}

describe('steps', () => {
  test('every one runs, and each prints its name, result and seconds', () => {
    const { passed, summary } = run({ types: () => false, tidy: () => true });
    expect(passed).toBe(false);
    expect(summary).toEqual(['types            FAILED 1.5 s', 'tidy             ok     1.5 s']);
  });

  test('a step that throws has failed, and says why', () => {
    const { passed, lines } = run({
      types: () => {
        throw new Error('no compiler');
      },
      tidy: () => true,
    });
    expect(passed).toBe(false);
    expect(lines).toContain('Error: no compiler');
    expect(lines.at(-1)).toMatch(/^tidy {13}ok/);
  });

  test('all of them passed', () => expect(run({ types: () => true, tidy: () => true }).passed).toBe(true));
});

describe('switches', () => {
  test.each([[['--no-tests']], [['--no-tests', '--no-system']], [[]]])('%j is understood', (args) => {
    expect(parseFlags(['no-tests', 'no-system'], args)).toEqual({ ok: true, value: new Set(args.map((arg) => arg.slice(2))) });
  });

  test.each([[['--no-test']], [['no-tests']], [['--no-tests=1']], [['-n']], [['--no-tests', '--', 'x']]])('%j is not', (args) => {
    expect(parseFlags(['no-tests'], args)).toMatchObject({ ok: false });
  });

  test.each(['scripts/check.ts', 'scripts/docs.ts'])('%s ends with 2 and its usage, having done nothing', (script) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [resolve(import.meta.dirname, '../..', script), '--chekc'], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^--chekc is not understood\.\nUsage: npm run /);
  });
});
