/**
 * What the machine under a gateway looks like now: room on the disk, keys in their places, serial ports that exist. It only looks; what that means
 * is for core/diagnosis.ts.
 */
import { existsSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { SiteConfig } from './config.ts';
import type { MachineFacts } from './core/diagnosis.ts';
import { placesIn } from './data-folder.ts';
import { keyFiles } from './keys.ts';
import { findSerialPort } from './southbound/serial-adapter.ts';

/** Looks at the machine and at the data folder of a village. `isServing`: a gateway runs on it. */
export async function examineMachine(dataDir: string, { lines }: Pick<SiteConfig, 'lines'>, isServing: boolean): Promise<MachineFacts> {
  const { bavail, bsize } = statfsSync(dataDir);
  const { keys } = placesIn(dataDir);
  const missingKeys = keyFiles.filter((file) => !existsSync(join(keys, file)));
  const ports = lines.flatMap(({ id, transport }) => (transport.kind === 'serial' ? [{ id, path: transport.path }] : []));
  const found = await Promise.all(ports.map(({ path }) => findSerialPort(path).then(existsSync, () => false)));
  const missingPorts = ports.filter((_port, index) => !found[index]);
  return { freeDiskBytes: bavail * bsize, missingKeys, missingPorts, isServing };
}
