// Without this the last line of a test run could be missing, wrong, or say "0 failed" of a run that failed; CI reads nothing else.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const temporary = join(root, 'test/.tmp');
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const config = `
import { PlainCountReporter } from '../../support/plain-count-reporter.ts';
export default { test: { include: ['*.suite.ts'], reporters: ['default', new PlainCountReporter()] } };
`;

/** Runs one file of tests as vitest would run ours, and gives the last line it printed. */
function runSuite(body: string, environment: Readonly<Record<string, string>> = {}) {
  mkdirSync(temporary, { recursive: true });
  const folder = mkdtempSync(join(temporary, 'plain-count-'));
  folders.push(folder);
  writeFileSync(join(folder, 'vitest.config.ts'), config);
  writeFileSync(join(folder, 'one.suite.ts'), `import { beforeAll, describe, expect, test } from 'vitest';\n${body}`);
  const { stdout, status } = spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], NO_COLOR: '1', ...environment },
  });
  return { stdout, status, lastLine: stdout.trimEnd().split('\n').at(-1) };
}

describe('the last line', () => {
  test('counts test cases that passed', () => {
    expect(runSuite("test('a', () => {});\ndescribe('b', () => { test.each([1, 2])('c %i', () => {}); });")).toMatchObject({
      lastLine: '3 passed, 0 failed',
      status: 0,
    });
  });

  test('counts what failed and what was skipped', () => {
    const body = "test('a', () => {});\ntest('b', () => { expect(1).toBe(2); });\ndescribe.skip('c', () => { test('d', () => {}); });\ntest.todo('e');";
    expect(runSuite(body)).toMatchObject({ lastLine: '1 passed, 1 failed, 2 skipped', status: 1 });
  });

  test.each([
    ['a file that does not load', "throw new Error('broken');", '0 passed, 1 failed'],
    ['a hook that throws', "beforeAll(() => { throw new Error('broken'); });\ntest('a', () => {});", '0 passed, 1 failed, 1 skipped'],
    [
      'an error nobody caught',
      "test('a', async () => { setTimeout(() => { throw new Error('late'); }, 0); await new Promise((done) => setTimeout(done, 100)); });",
      '1 passed, 1 failed',
    ],
  ])('never says 0 failed of %s', (_what, body, lastLine) => {
    expect(runSuite(body)).toMatchObject({ lastLine, status: 1 });
  });
});

describe('a system test whose tool is missing', () => {
  const body = "import { describeWith } from '../../system/tools.ts';\ndescribeWith('sh', 'no-such-tool')('the wire', () => { test('a', () => {}); });";

  test('is skipped by name, with the reason', () => {
    const { stdout, lastLine, status } = runSuite(body);
    expect(stdout).toContain('\nskipped: the wire (needs no-such-tool, which scripts/install-test-tools installs)\n');
    expect({ lastLine, status }).toEqual({ lastLine: '0 passed, 0 failed, 1 skipped', status: 0 });
  });

  test('fails by name in CI', () => {
    const { stdout, lastLine, status } = runSuite(body, { CI: 'true' });
    expect(stdout).toContain('needs no-such-tool, which scripts/install-test-tools installs');
    expect({ lastLine, status }).toEqual({ lastLine: '0 passed, 1 failed', status: 1 });
  });

  test('runs where the tool is there', () => {
    const there = body.replace("'sh', 'no-such-tool'", "'sh'");
    expect(runSuite(there, { CI: 'true' })).toMatchObject({ lastLine: '1 passed, 0 failed', status: 0 });
  });
});
