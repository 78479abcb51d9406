// Without this a gateway that starts before its devices, as after every power cut, could wait for ever or come back minutes late.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { freePorts } from '../../scripts/village/children.ts';
import {
  eventAfter,
  eventsAfter,
  type Places,
  startGateway,
  startSimulator,
  wires,
  writeGatewaySite,
  writeSimulatedSite,
} from '../../scripts/village/village.ts';
import { endEachTest } from '../support/endings.ts';

const endings = endEachTest();
/** Real time in the village, so that event times are seconds. */
const pace = 1;
const devices = ['dispenser-1', 'scale-1', 'bin-1'] as const;
/** Long enough for the back-off of a missing port (1.5 s) or unit (10 s) to have grown. Unit: ms. */
const absentMs = { port: 6000, unit: 14_000 } as const;

const online = (folder: string, device: string, after = 0) =>
  eventAfter(folder, after, 'device.health', ({ data }) => data['device'] === device && data['state'] === 'online', 60_000);

async function nobodyIsOnline(folder: string): Promise<void> {
  const told = await eventsAfter(folder, 0, 'device.health');
  expect(told.filter(({ data }) => data['state'] === 'online')).toEqual([]);
}

it('has every device in service within 5 s of its port appearing', async () => {
  const folder = await endings.folder();
  writeSimulatedSite(folder);
  const first = await freePorts(wires.length);
  const places = Object.fromEntries(wires.map((wire, index) => [wire, first + index])) as Places;
  writeGatewaySite(folder, places);
  const gateway = await startGateway(folder, pace);
  endings.add(() => gateway.child.stop());
  await sleep(absentMs.port);
  await nobodyIsOnline(folder);
  const site = await startSimulator(folder, { pace, listen: wires.map((wire) => `${wire}=127.0.0.1:${places[wire]}`) });
  endings.add(() => site.child.stop());
  const appearedMs = performance.now();
  for (const device of devices) await online(folder, device);
  expect(performance.now() - appearedMs).toBeLessThan(5000);
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
