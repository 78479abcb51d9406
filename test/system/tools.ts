/**
 * Which Debian tools a system test needs, and what happens where one is missing: skipped by name with the reason on a developer's
 * machine, failed by name with CI=true. The only place where a test may be skipped. It must never install or start anything.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, test } from 'vitest';

/** Debian keeps daemons such as mosquitto here, which the PATH of an ordinary user leaves out. */
const daemonFolders = ['/usr/sbin', '/sbin'];
/** Debian's own Python: its packages are invisible to a `python3` somebody put before it on PATH. */
const debianPython = '/usr/bin/python3';

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false; // Not there, or not for us: the same to who wants to run it.
  }
}

/** Full path of a program, or undefined where this machine has none. */
export const findProgram = (name: string): string | undefined =>
  [...(process.env['PATH'] ?? '').split(delimiter), ...daemonFolders].map((folder) => join(folder, name)).find(isProgram);

const imports = (module: string) => isProgram(debianPython) && spawnSync(debianPython, ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0;

/** Tools that are no program of their own name. */
const probes: Readonly<Record<string, () => boolean>> = {
  libmodbus: () => existsSync('/usr/include/modbus/modbus.h'),
  pymodbus: () => imports('pymodbus'),
  'pymodbus.client': () => imports('pymodbus.client'),
};

const isThere = (tool: string): boolean => (probes[tool] ?? (() => findProgram(tool) !== undefined))();

/**
 * A `describe` for tests that need `tools`: programs by their name (`socat`, `mosquitto`, `mosquitto_sub`, `mbpoll`, `openssl`, `strace`,
 * `jq` ...), or `pymodbus`, `pymodbus.client`, `libmodbus`. Where one is missing the suite is collected but not run, so its tests are counted as skipped.
 */
export function describeWith(...tools: readonly string[]): (name: string, suite: () => void) => void {
  const missing = tools.filter((tool) => !isThere(tool));
  if (missing.length === 0) return (name, suite) => describe(name, suite);
  const reason = `needs ${missing.join(', ')}, which scripts/install-test-tools installs`;
  if (process.env['CI'] !== 'true') return (name, suite) => describe.skip(`${name} (${reason})`, suite);
  return (name) => {
    describe(name, () => {
      test(reason, () => {
        throw new Error(`With CI=true nothing is skipped: "${name}" ${reason}.`);
      });
    });
  };
}

/**
 * A `describe` for tests that mount a file system of their own, in a namespace that is gone with the command. No package brings the right to
 * do so, so they are skipped by name where it is missing, with CI=true too.
 */
export function describeMounting(name: string, suite: () => void): void {
  const { status } = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
  if (status === 0) describe(name, suite);
  else describe.skip(`${name} (needs the right to mount a tmpfs)`, suite);
}
