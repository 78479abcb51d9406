// Without this the installer could install what is already there, wait for an answer nobody gives, or fail without a word.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { findProgram } from '../system/tools.ts';

const installer = resolve(import.meta.dirname, '../../scripts/install-test-tools');
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A machine with nothing on PATH but `programs`; its apt-get only says what it was asked for. */
function runOn(programs: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'sifen-installer-'));
  folders.push(folder);
  mkdirSync(join(folder, 'bin'));
  symlinkSync(findProgram('env') ?? '', join(folder, 'bin/env'));
  for (const name of programs) {
    const body = name === 'apt-get' ? 'echo "apt-get $*"' : name === 'id' ? 'echo 0' : 'exit 0';
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(folder, 'bin', name), 0o755);
  }
  return spawnSync('/bin/sh', [installer], { encoding: 'utf8', env: { PATH: join(folder, 'bin') }, stdio: ['ignore', 'pipe', 'pipe'] });
}

const all = ['mosquitto', 'mosquitto_sub', 'mbpoll', 'strace', 'openssl', 'jq', 'chromium'];

describe('scripts/install-test-tools', () => {
  test('asks apt for what is missing, without a question, and for nothing else', () => {
    const { stdout, status } = runOn([...all, 'apt-get', 'id']);
    const asked = stdout.split('\n').find((line) => line.startsWith('apt-get install')) ?? '';
    expect(asked).toContain('-y');
    expect(asked).toContain(' socat');
    for (const tool of ['mosquitto', 'mbpoll', 'strace', 'openssl', 'jq', 'chromium']) expect(asked).not.toContain(` ${tool}`);
    expect(status).toBe(0);
  });

  test('says what to install by hand where there is no apt', () => {
    const { stderr, status } = runOn([...all, 'id']);
    expect(stderr).toMatch(/need: socat.*no apt-get/);
    expect(status).toBe(1);
  });
});
