// Without this a hatch on a lock board is proved part by part only: site files of both programs, their wires, and the command a keeper gives.
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { askRunning, eventAfter, eventsAfter, filesOf, sifen, startGateway, startSimulator } from '../../scripts/village/village.ts';
import { endEachTest } from '../support/endings.ts';

const endings = endEachTest();

/** A village whose only device is a bin of parts with a level sensor and a lock board. */
async function openVillage() {
  const folder = await endings.folder();
  const { data, simSite, simState, site } = filesOf(folder);
  for (const made of [data, simState]) mkdirSync(made, { recursive: true });
  const listen = '127.0.0.1:0';
  const level = { id: 'level-1', line: 'bin-line', unit: 11, model: 'LVL-DYP' };
  const lines = [
    { id: 'bin-line', listen },
    { id: 'lock-line', listen, framing: 'plain' },
  ];
  const simulatedBin = { id: 'bin-1', model: 'PARTS', compartments: 1, parts: [level] };
  writeFileSync(simSite, JSON.stringify({ lines, bins: [simulatedBin], locks: [{ id: 'locks', line: 'lock-line', bin: 'bin-1' }] }));
  const sim = await startSimulator(folder, { pace: 10 });
  endings.add(() => sim.child.stop());
  const places = sim.places as unknown as Readonly<Record<string, number>>;
  const host = '127.0.0.1';
  const compartment = {
    ...{ wasteClass: 'food', level: { part: 'level-1', emptyMm: 900, fullMm: 150 } },
    ...{ door: { part: 'locks', lock: 1 }, lock: { part: 'locks', lock: 1 } },
  };
  const config = {
    village: { id: 'test-village', name: '试验村', bagVillage: 'KLL01' },
    gateway: { id: 'gw-test' },
    lines: [{ id: 'bin-line', transport: { kind: 'rtu-over-tcp', host, port: places['bin-line'], baud: 115_200 } }],
    parts: [level, { id: 'locks', model: 'WKLY', transport: { kind: 'tcp', host, port: places['lock-line'] } }],
    bins: [{ id: 'bin-1', model: 'PARTS', compartments: [compartment] }],
    rules: { tariff: resolve('config/tariff-xiaojiang.yaml') },
    mqtt: { embedded: { port: 0 } },
    http: { port: 0 },
  };
  writeFileSync(site, JSON.stringify(config));
  const gateway = await startGateway(folder, 10);
  endings.add(() => gateway.child.stop());
  return { folder, data, sim, gateway };
}

it('a keeper opens a hatch on a lock board once, is told when nobody can say, and is refused by the board’s own word', async () => {
  const { folder, data, sim, gateway } = await openVillage();
  const pulses = () => sim.child.out.filter((line) => line.includes('"event":"lock-pulse"')).length;
  const open = () => askRunning<object>(folder, 'bin.open', { bin: 'bin-1', compartment: 1, operator: 'keeper' });
  await eventAfter(folder, 0, 'device.health', ({ data: health }) => health['device'] === 'locks' && health['state'] === 'online');
  const { code, out } = await sifen('device', 'open', 'bin-1', '1', '--operator', 'keeper', '--data', data);
  expect({ code, out }).toEqual({ code: 0, out: 'bin-1 compartment 1 is opened.' });
  await sim.act({ do: 'door', device: 'bin-1', open: false });
  await sim.act({ do: 'fault', fault: 'locks:mute' });
  await sim.act({ do: 'fault', fault: 'locks:bolt-stuck' });
  expect(await open()).toMatchObject({ outcome: 'unknown' });
  await sim.act({ do: 'clear', fault: 'locks' });
  await sim.act({ do: 'fault', fault: 'locks:coil-broken' });
  await expect(open()).rejects.toThrow('board_refused');
  const opened = (await eventsAfter(folder, 0, 'bin.hatch.opened')).map((event) => event.data['outcome']);
  expect([opened, pulses()]).toEqual([['obeyed', 'unknown', 'refused'], 2]);
  expect(await gateway.child.stop()).toEqual({ code: 0, signal: null });
  await sim.act({ do: 'clear', fault: 'locks' });
  // The same on the files alone: the command opens the ports itself.
  expect(await sifen('device', 'open', 'bin-1', '1', '--operator', 'keeper', '--data', data)).toMatchObject({ code: 0 });
  expect(pulses()).toBe(3);
}, 120_000);
