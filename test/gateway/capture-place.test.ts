// Without this a gateway that a supervisor restarts would write over the capture of its own crash, or fill the disk with captures.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { captureFolderIn } from '../../gateway/capture-place.ts';
import { loadSite } from '../../gateway/config-file.ts';
import { capturesMax } from '../../gateway/limits.ts';
import { openLog } from '../../gateway/log.ts';
import { thisMachine } from '../../gateway/machine.ts';
import { openVillage } from '../../gateway/runtime.ts';
import { makeFolder } from '../support/make-store.ts';

const nowMs = Date.UTC(2026, 10, 24, 6, 18, 0);

it('is the folder itself while it holds no capture, and one within by the time of the run when it does', () => {
  const folder = makeFolder();
  expect(captureFolderIn(join(folder, 'not there yet'), nowMs)).toBe(join(folder, 'not there yet'));
  writeFileSync(join(folder, 'notes.txt'), '');
  expect(captureFolderIn(folder, nowMs)).toBe(folder);
  // Killed before the manifest was written: the wires are there.
  writeFileSync(join(folder, 'line-1.jsonl'), '');
  expect(captureFolderIn(folder, nowMs)).toBe(join(folder, '20261124T061800Z'));
  mkdirSync(join(folder, '20261124T061800Z'));
  expect(captureFolderIn(folder, nowMs)).toBe(join(folder, '20261124T061800Z-2'));
  for (let n = 2; n < capturesMax; n += 1) mkdirSync(join(folder, `20261124T061800Z-${n}`));
  expect(captureFolderIn(folder, nowMs)).toBeNull();
});

it('a second run with the same --record starts, and leaves the first capture as it was', async () => {
  const [dataDir, recordDir] = [makeFolder(), makeFolder()];
  const site = loadSite('config/demo.yaml');
  const run = async () => {
    const village = openVillage({ machine: thisMachine, site, dataDir, training: null, log: openLog('silent'), withField: false, announce: true, recordDir });
    await village.close();
  };
  await run();
  const files = readdirSync(recordDir);
  const first = files.map((name) => readFileSync(join(recordDir, name), 'utf8'));
  expect(files).toContain('capture.json');
  await run();
  const [within, ...more] = readdirSync(recordDir).filter((name) => !files.includes(name));
  expect(more).toEqual([]);
  expect(readdirSync(join(recordDir, within ?? '')).toSorted()).toEqual(files.toSorted());
  expect(files.map((name) => readFileSync(join(recordDir, name), 'utf8'))).toEqual(first);
});
