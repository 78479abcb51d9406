// Lost if deleted: the proof that protocol/README.md's ten-minute exercise works as written: a model file, its twin and their catalogue lines, and
// the contract suites pass over it without another line.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { makeFolder } from '../support/make-store.ts';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'protocol/README.md'), 'utf8');
const exercise = page.slice(page.indexOf('## Add a model'), page.indexOf('## Add an event'));

/** The blocks of the exercise in order: the file each belongs to is the last one named before it. */
function steps(): readonly { readonly file: string; readonly kind: 'ts' | 'diff'; readonly text: string }[] {
  return [...exercise.matchAll(/```(ts|diff)\n([\s\S]*?)```/g)].map((block) => {
    const [, kind, text = ''] = block;
    const named = [...exercise.slice(0, block.index).matchAll(/`([\w/-]+\.ts)`:/g)].at(-1)?.[1];
    if (named === undefined) throw new Error(`no file is named before: ${text}`);
    return { file: named, kind: kind as 'ts' | 'diff', text };
  });
}

/** Puts the lines of a diff block at the one place its context fits. */
function patched(source: string, diff: string): string {
  const rows = diff.trimEnd().split('\n');
  const of = (marks: string) => rows.filter((row) => marks.includes(row.charAt(0))).map((row) => row.slice(1));
  const [before, after] = [of(' -').join('\n'), of(' +').join('\n')];
  expect(source.split(before), `${before} is in the file once`).toHaveLength(2);
  return source.replace(before, after);
}

it('a new level sensor, added as the page says, passes every contract suite', () => {
  const copy = makeFolder();
  for (const part of [
    'protocol',
    'device-sim',
    'gateway',
    'test/contract',
    'test/support',
    'scripts/tidy',
    'package.json',
    'tsconfig.json',
    'vitest.config.ts',
  ]) {
    mkdirSync(dirname(join(copy, part)), { recursive: true });
    cpSync(join(root, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const done = steps();
  expect(done.map(({ file, kind }) => `${kind} ${file}`)).toEqual([
    'ts protocol/devices/level-urm14.ts',
    'diff protocol/devices/catalogue.ts',
    'diff protocol/devices/catalogue.ts',
    'ts device-sim/twins/level-urm14.ts',
    'diff device-sim/twins/catalogue.ts',
    'diff device-sim/twins/catalogue.ts',
  ]);
  for (const { file, kind, text } of done) {
    const path = join(copy, file);
    writeFileSync(path, kind === 'ts' ? text : patched(readFileSync(path, 'utf8'), text));
  }
  const suites = ['device-maps', 'bus-models', 'bin-models', 'mutated-frames'].map((suite) => `test/contract/${suite}.test.ts`);
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'fast', '-t', 'LVL-URM14', ...suites];
  const { VITEST: _own, ...env } = process.env;
  const { stdout, stderr } = spawnSync(process.execPath, vitest, { cwd: copy, encoding: 'utf8', timeout: 240_000, env });
  const [, passed, failed] = /^(\d+) passed, (\d+) failed/m.exec(stdout) ?? [];
  expect(failed, `${stdout}\n${stderr}`).toBe('0');
  // Its map, three transports, the story of a level sensor, and damaged frames on two wires.
  expect(Number(passed)).toBeGreaterThanOrEqual(20);
}, 300_000);
