// Without this a gateway that cannot serve would write a start into the ledger at every try of whoever restarts it, and one whose parts break
// while it stops would say that it stopped well.
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { wireClock } from '../../gateway/clock.ts';
import { type LoadedSite, loadSite } from '../../gateway/config-file.ts';
import { openGateway } from '../../gateway/gateway.ts';
import { openLog } from '../../gateway/log.ts';
import { thisMachine } from '../../gateway/machine.ts';
import { openVillage } from '../../gateway/runtime.ts';
import { askGateway } from '../../gateway/web/socket-client.ts';
import { makeFolder } from '../support/make-store.ts';

type Config = LoadedSite['config'];
const loaded = loadSite('config/demo.yaml');
const free: Config = { ...loaded.config, http: { host: '127.0.0.1', port: 0 }, mqtt: { ...loaded.config.mqtt, embedded: { host: '127.0.0.1', port: 0 } } };
const optionsOf = (dataDir: string, config: Config) => ({
  ...{ machine: thisMachine, dataDir, training: null, log: openLog('silent'), withField: false },
  site: { ...loaded, config },
});

async function takenPort(): Promise<number> {
  const server = createServer();
  onTestFinished(() => new Promise<void>((done) => void server.close(() => done())));
  return await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)));
}

async function headOf(dataDir: string): Promise<number> {
  const village = openVillage({ ...optionsOf(dataDir, free), announce: false });
  const { sequence } = village.store.head;
  await village.close();
  return sequence;
}

const uplink = { url: 'mqtt://127.0.0.1:1', protocol: 4 as const, passwordFile: '/nonexistent/password' };

it.each<[string, string, (port: number) => Config]>([
  ['port of the page', 'port_in_use', (port) => ({ ...free, http: { host: '127.0.0.1', port } })],
  ['port of the broker', 'port_in_use', (port) => ({ ...free, mqtt: { ...free.mqtt, embedded: { host: '127.0.0.1', port } } })],
  ['password file', 'file_unreadable', () => ({ ...free, mqtt: { ...free.mqtt, uplink } })],
])('a start that fails at the %s leaves the ledger as it was', async (_what, code, change) => {
  const dataDir = makeFolder();
  const first = await openGateway({ ...optionsOf(dataDir, free), announce: true });
  await first.close();
  const head = await headOf(dataDir);
  expect(head).toBeGreaterThan(0);
  const config = change(await takenPort());
  await expect(openGateway({ ...optionsOf(dataDir, config), announce: true })).rejects.toMatchObject({ code });
  expect(await headOf(dataDir)).toBe(head);
  // What was opened before the failure is free again.
  await (await openGateway({ ...optionsOf(dataDir, free), announce: true })).close();
});

it.each([
  [107, true],
  [108, false],
])('a data folder whose socket has a path of %i bytes is served: %s', async (bytes, served) => {
  const folder = makeFolder();
  const dataDir = join(folder, 'v'.repeat(bytes - folder.length - '//sifen.sock'.length));
  const opening = openGateway({ ...optionsOf(dataDir, free), announce: true });
  if (served) return await (await opening).close();
  await expect(opening).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('107') });
});

it('a part that breaks while the village stops is told by the stop', async () => {
  const sleep: typeof wireClock.sleep = async (ms, name, signal) => {
    await wireClock.sleep(ms, name, signal).catch((error: unknown) => {
      throw name === 'device health' ? new Error('planted') : error;
    });
  };
  const machine = { ...thisMachine, clock: { ...wireClock, sleep } };
  const village = openVillage({ ...optionsOf(makeFolder(), free), machine, withField: true, announce: false });
  await expect(village.close()).rejects.toThrow('planted');
});

it('a gateway that waits for its last job takes no more commands', async () => {
  const dataDir = makeFolder();
  const gateway = await openGateway({ ...optionsOf(dataDir, free), announce: true });
  const finishing = Promise.withResolvers<void>();
  const { finish } = gateway.village;
  gateway.village.finish = async () => {
    await finishing.promise;
    await finish();
  };
  const socket = join(dataDir, 'sifen.sock');
  await expect(askGateway(socket, 'ledger.show', {})).resolves.toMatchObject({ problems: [] });
  const closing = gateway.close();
  await expect(askGateway(socket, 'issue', {})).rejects.toMatchObject({ code: 'gateway_stopping' });
  finishing.resolve();
  await closing;
});
