// Without this a gateway that starts before its devices, as after every power cut, could wait for ever or come back minutes late.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { freePorts } from '../../scripts/village/children.ts';
import {
  askRunning,
  eventAfter,
  eventsAfter,
  startGateway,
  startSimulator,
  type Wire,
  wires,
  writeGatewaySite,
  writeSimulatedSite,
} from '../../scripts/village/village.ts';
import { endEachTest } from '../support/endings.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

const endings = endEachTest();
/** Real time in the village, so that event times are seconds. */
const pace = 1;
const devices = ['dispenser-1', 'scale-1', 'bin-1'] as const;
const lines = [
  ['scale-1', 'scale-line'],
  ['bin-1', 'bin-line'],
  ['dispenser-1', 'dispenser-line'],
] as const;
/** Long enough for the back-off of a missing port (1.5 s) or unit (10 s) to have grown. Unit: ms. */
const absentMs = { port: 6000, unit: 14_000 } as const;

const online = (folder: string, device: string, after = 0) =>
  eventAfter(folder, after, 'device.health', ({ data }) => data['device'] === device && data['state'] === 'online', 60_000);

async function nobodyIsOnline(folder: string): Promise<void> {
  const told = await eventsAfter(folder, 0, 'device.health');
  expect(told.filter(({ data }) => data['state'] === 'online')).toEqual([]);
}

it('has each device in service within 5 s of its port appearing, one by one', async () => {
  const folder = await endings.folder();
  writeSimulatedSite(folder);
  const site = await startSimulator(folder, { pace });
  endings.add(() => site.child.stop());
  const first = await freePorts(wires.length);
  const ports = Object.fromEntries(wires.map((wire, index) => [wire, first + index])) as Record<Wire, number>;
  writeGatewaySite(folder, ports);
  const gateway = await startGateway(folder, pace);
  endings.add(() => gateway.child.stop());
  await sleep(absentMs.port);
  await nobodyIsOnline(folder);
  for (const [device, wire] of lines) {
    const appearedMs = performance.now();
    const proxy = await startTcpProxy(Number(site.places[wire]), () => Number.POSITIVE_INFINITY, undefined, ports[wire]);
    endings.add(() => proxy.stop());
    await online(folder, device);
    expect(performance.now() - appearedMs, device).toBeLessThan(5000);
  }
  const states = (await askRunning<{ devices: { id: string; state: string }[] }>(folder, 'status')).devices;
  expect(states.map(({ state }) => state)).toEqual(['online', 'online', 'online']);
}, 90_000);

it('has each unit in service within 15 s of its power coming on, on a live line', async () => {
  const folder = await endings.folder();
  writeSimulatedSite(folder);
  const site = await startSimulator(folder, { pace });
  endings.add(() => site.child.stop());
  for (const device of devices) await site.act({ do: 'power', device, on: false });
  writeGatewaySite(folder, site.places);
  const gateway = await startGateway(folder, pace);
  endings.add(() => gateway.child.stop());
  await sleep(absentMs.unit);
  await nobodyIsOnline(folder);
  for (const device of devices) {
    await site.act({ do: 'power', device, on: true });
    const appearedMs = performance.now();
    await online(folder, device);
    expect(performance.now() - appearedMs, device).toBeLessThan(15_000);
  }
}, 150_000);
