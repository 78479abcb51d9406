/** How much longer a village takes to open with a million events than with none. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadSite } from '../../gateway/config-file.ts';
import { openLog } from '../../gateway/log.ts';
import { thisMachine } from '../../gateway/machine.ts';
import { openVillage } from '../../gateway/runtime.ts';
import { fillLog } from './fill-log.ts';
import { atMost, quantile, type Row, shown } from './report.ts';

const site = () => loadSite(join(import.meta.dirname, '../../config/demo.yaml'));

async function openOnce(dataDir: string): Promise<number> {
  const loaded = site();
  const began = performance.now();
  const village = openVillage({ machine: thisMachine, site: loaded, dataDir, training: null, log: openLog('silent'), withField: false, announce: true });
  const tookMs = performance.now() - began;
  await village.finish();
  await village.close();
  return tookMs;
}

export async function benchStartUp(folder: string, { events, rounds }: { readonly events: number; readonly rounds: number }): Promise<Row[]> {
  const [empty, full] = ['empty', 'full'].map((name) => join(folder, name)) as [string, string];
  for (const dataDir of [empty, full]) {
    mkdirSync(dataDir);
    await openOnce(dataDir);
  }
  fillLog(full, site(), events);
  const took: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    took[0].push(await openOnce(empty));
    took[1].push(await openOnce(full));
  }
  const [emptyMs, fullMs] = took.map((values) => quantile(values, 0.5)) as [number, number];
  return [
    atMost(`start-up with ${events.toLocaleString('en')} events takes longer than with none`, fullMs - emptyMs, 1000, 'ms'),
    shown('start-up with none and with all, p50', `${emptyMs.toFixed(0)} and ${fullMs.toFixed(0)} ms`),
  ];
}
